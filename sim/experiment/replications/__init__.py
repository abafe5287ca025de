"""Replications: how many worlds are enough."""
