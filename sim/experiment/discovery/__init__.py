"""Scenario discovery: in which futures a condition holds."""
