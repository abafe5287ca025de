"""A class: who predicted what, in one file."""
