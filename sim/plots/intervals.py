"""What several runs come to in one metric, one below the other: the middle world, and nine worlds in ten."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from sim.metrics import METRICS
from sim.plots.data import Rows
from sim.plots.gallery import Picture
from sim.plots.tables import Table
from sim.plots.theme import PALETTE, SOFT, WIDTH, broken, dress, name_axis
from sim.results.results import Results
from sim.words.language import _
from sim.words.numbers import amounts, metric_words, unit_over

_LABELS, _STEP = 150, 34  # px for the names on the left, and for each run


def intervals(runs: Mapping[str, Results], metric: str, *, width: int = WIDTH) -> Picture:
    """Runs beside each other in one metric.

    Args:
        runs: what each is called -> what came of it; all over the same worlds.
        metric: one of `sim.metrics.METRICS`.
    """
    about, rows, cells = METRICS[metric], Rows(), []
    for called, one in runs.items():
        low, middle, high = quantile_summary(one, metric)
        said, between = amounts(metric, low, middle, high)
        name = "\n".join(broken(called, 22))
        rows.append({"run": name, "low": low, "middle": middle, "high": high, "label": said})
        cells.append([called, said, between])
    order = [str(row["run"]) for row in rows]
    base = alt.Chart(width=width - _LABELS, height=alt.Step(_STEP)).encode(
        y=alt.Y("run:N", sort=order, title=None, axis=name_axis())
    )
    axis = alt.Axis(title=_(unit_over(about.unit, about.summary)), tickCount=4, grid=True, domain=False)
    span = base.mark_rule(strokeWidth=4, color=PALETTE[5]).encode(x=alt.X("low:Q", axis=axis), x2="high:Q")
    dots = base.mark_point(filled=True, size=90, opacity=1, color=PALETTE[0]).encode(x="middle:Q")
    words = base.mark_text(dy=-11, color=SOFT).encode(x="middle:Q", text="label:N")
    title = metric_words(metric)
    return Picture(
        f"intervals-{metric.replace('_', '-')}",
        title,
        _("Dot: the median of the modelled worlds. Line: nine worlds of ten."),
        " ".join(
            _("{run}: {middle} ({range}).", run=called, middle=said, range=between) for called, said, between in cells
        ),
        dress(alt.layer(span, dots, words), rows, title, _("Dot: the median world. Line: nine worlds of ten."), width),
        Table([_("Run"), _("Median"), _("Nine worlds of ten")], cells),
    )


def quantile_summary(one: Results, metric: str) -> tuple[float, float, float]:
    """Median of a run's worlds in a metric, between the ends of nine worlds in ten."""
    row: Any = one.summary().loc[metric]
    return float(row["p05"]), float(row["p50"]), float(row["p95"])
