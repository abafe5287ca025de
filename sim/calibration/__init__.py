"""Against what happened: calibration on the public record, backcasts, patterns, rival readings and a baseline.

Only figures of August 2021 to December 2022 are calibrated on; `data/` holds them with their sources, the run-up, and
the accepted parameter sets.
"""
