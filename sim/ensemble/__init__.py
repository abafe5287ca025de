"""Running it: a run asked for, its worlds in batches, its engine, and which model it was."""
