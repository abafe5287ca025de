"""Pictures: one function per chart, and their export without a browser. The report and the dashboard use the same."""

from sim.plots.export import draw, save_all, to_png, to_svg
from sim.plots.gallery import Picture, missing, pictures
from sim.plots.lines import alignments, fan, leverage_by_resource, paired_difference
from sim.plots.shares import levers_in_force, stances, verdict_shares, violence_by_area
from sim.plots.tables import Table, rows_of

__all__ = [
    "Picture",
    "Table",
    "alignments",
    "draw",
    "fan",
    "leverage_by_resource",
    "levers_in_force",
    "missing",
    "paired_difference",
    "pictures",
    "rows_of",
    "save_all",
    "stances",
    "to_png",
    "to_svg",
    "verdict_shares",
    "violence_by_area",
]
