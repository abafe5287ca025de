"""Numbers and sentences: one way to say each thing."""
