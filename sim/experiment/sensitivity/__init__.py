"""Sensitivity: what an outcome hangs on."""
