"""Exercises: predict, see, be told what was missed; their packs."""
