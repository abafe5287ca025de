"""Play: a scenario a quarter at a time, alone or at a table."""
