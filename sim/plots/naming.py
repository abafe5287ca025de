"""Names of scenarios at the ends of their lines, moved apart where lines end close to each other."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import altair as alt

from sim.plots.data import Rows
from sim.plots.theme import broken, month_x
from sim.theme import PALETTE_WORDS

ROOM = 92  # px beside the lines
_LETTERS, _LINE = 13, 13  # of a line of a name, and px of its height
_ROUNDS = 50


def name_lines(rows: Rows, height: int, domain: tuple[float, float] | None = None) -> None:
    """Give the last row of each line its `name` and, on the vertical axis, where this stands (`at`).

    Args:
        rows: a record per month, `scenario` and, where there are several, `panel`, with `p50` and perhaps `p05` and `p95`.
        height: px of a panel; in a higher one names stand further apart. domain: the ends of the axis, where they are set.
    """
    values = [row[key] for row in rows for key in ("p05", "p50", "p95") if key in row]
    low, high = domain or (min(0.0, *values), max(values) + 0.15 * (max(values) - min(0.0, *values) or 1.0))
    per_px = (high - low) / height  # without a domain, an axis ends at a round number further up
    last = max(row["month"] for row in rows)
    ends: dict[Any, Rows] = {}
    for row in rows:
        if row["month"] == last:
            ends.setdefault(row.get("panel"), []).append(row)
    for some in ends.values():
        some.sort(key=lambda row: row["p50"])
        names = [broken(row["scenario"], _LETTERS) for row in some]
        heights = [len(one) * _LINE * per_px for one in names]
        places = dodged([row["p50"] for row in some], heights, low, high)
        for row, name, at in zip(some, names, places, strict=True):
            row |= {"name": "\n".join(name), "at": float(f"{at:.4g}")}


def dodged(values: Sequence[float], heights: Sequence[float], low: float, high: float) -> list[float]:
    """Ascending middles of labels of such heights, moved as little as need be, so that none covers another or leaves the stretch.

    Where there is no room for all, they stand evenly close to each other.
    """
    room = high - low
    heights = [height * min(1.0, room / sum(heights)) for height in heights]
    gaps = [(one + other) / 2 for one, other in pairwise(heights)]
    out = list(values)
    for _ in range(_ROUNDS):
        for place, gap in enumerate(gaps):
            short = gap - (out[place + 1] - out[place])
            if short > 1e-9:
                out[place] -= short / 2
                out[place + 1] += short / 2
    least = low + heights[0] / 2
    for place, gap in enumerate([*gaps, 0.0]):
        out[place] = max(out[place], least)
        least = out[place] + gap
    most = high - heights[-1] / 2
    for place, gap in reversed(list(enumerate([0.0, *gaps]))):
        out[place] = min(out[place], most)
        most = out[place] - gap
    return out


def line_x(dates: Sequence[str], across: str = "width") -> alt.X:
    """The axis of months with room for names beside the lines; `across` is the width of a panel, as Vega-Lite calls it."""
    x = month_x(dates)
    x["scale"]["range"] = [0, {"expr": f"{across} - {ROOM}"}]
    return x


def line_names(drawn: Any, x: alt.X, y: Any, names: Sequence[str]) -> Any:
    """The layer of names: `drawn` is a chart without marks, `y` the encoding of field `at`."""
    lines = "length(split(datum.name, '\\n'))"  # Vega puts the first of them in the middle
    inks = alt.Scale(domain=list(names), range=[PALETTE_WORDS[i % len(PALETTE_WORDS)] for i in range(len(names))])
    return (
        drawn.transform_filter("isValid(datum.name)")
        .mark_text(
            align="left",
            baseline="middle",
            dx=6,
            dy=alt.expr(f"-{_LINE / 2} * ({lines} - 1)"),
            lineHeight=_LINE,
            fontWeight="bold",
        )
        .encode(x=x, y=y, text="name:N", color=alt.Color("scenario:N", scale=inks, legend=None))
    )
