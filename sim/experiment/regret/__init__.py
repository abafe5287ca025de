"""Regret: which policy is least regretted over all futures, and where each wins."""
