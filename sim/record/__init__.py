"""The public record: figures and events with their sources, what modelled observers would have reported, worlds told of it.

Nothing after December 2023 is in it; the files stand in `sim/calibration/data/`.
"""
