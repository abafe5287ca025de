"""Running it: a run asked for, its worlds in batches, checkpoints, and which model it was."""
