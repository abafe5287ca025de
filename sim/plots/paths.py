"""A played path among others: the game's own world, the worlds with the same moves, and the middle of each other course."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from sim.metrics import METRICS
from sim.plots.data import Rows
from sim.plots.gallery import Picture
from sim.plots.tables import Table, in_short
from sim.plots.theme import INK, MARGIN, PALETTE, WIDTH, colour, dash, dress, month_x, quoted
from sim.vocabulary import month_after, months_between
from sim.words.language import N_, _
from sim.words.numbers import number
from sim.words.sentences import month_words, side_by_side

_NAMES = {
    "played": N_("your moves"),
    "confront": N_("Confront"),
    "appease": N_("Accommodate"),
    "own_choice": N_("all choose"),
}
_MOST_ROWS = 12


def paths(found: Mapping[str, Any], metric: str, first: str, last: str, *, width: int = WIDTH) -> Picture:
    """A metric under the moves and under other courses, month by month.

    Args:
        found: "played" and courses -> p05, p50, p95 by month played, shape (3, months); "own" -> the game's own, (1, months).
        first, last: the months, YYYY-MM.
    """
    about = METRICS[metric]
    dates = [month_after(first, month) for month in range(months_between(first, last) + 1)]
    called = {name: _(words) for name, words in _NAMES.items() if name in found}
    names = list(called.values())
    # Colours and dashes go by position: courses come first, as they do everywhere else, and one's own moves after them.
    coloured = [*(words for name, words in called.items() if name != "played"), called["played"]]
    mine = PALETTE[len(coloured) - 1]
    rows: Rows = [
        {
            "month": month,
            "scenario": words,
            **{f"p{q:02d}": _round(found[name][k][month]) for k, q in enumerate((5, 50, 95))},
        }
        for name, words in called.items()
        for month in range(len(dates))
    ]
    own = [{"month": month, "own": _round(found["own"][0][month])} for month in range(len(dates))]
    panel = width - MARGIN
    drawn = alt.Chart(width=panel, height=180)
    x = month_x(dates)
    axis = alt.Axis(title=_(about.unit), tickCount=4)
    band = drawn.transform_filter(f"datum.scenario === {quoted(called['played'])}").mark_area(opacity=0.2, color=mine)
    chart = alt.layer(
        band.encode(x=x, y=alt.Y("p05:Q", axis=axis), y2="p95:Q"),
        drawn.transform_filter("isValid(datum.p50)")
        .mark_line()
        .encode(x=x, y=alt.Y("p50:Q", axis=axis), color=colour(coloured), strokeDash=dash(coloured)),
        drawn.transform_filter("isValid(datum.own)")
        .mark_line(color=INK, strokeWidth=2.5, point=alt.OverlayMarkDef(color=INK, size=30))
        .encode(x=x, y=alt.Y("own:Q", axis=axis)),
    )
    subtitle = _(
        "Dots: your own world. Shaded: nine in ten of the worlds with your moves. Lines: the middle world with your moves and "
        "on each course."
    )
    cells = {(row["month"], row["scenario"]): in_short(row) for row in rows}
    step = max(1, -(-len(dates) // _MOST_ROWS))
    shown = sorted({*range(0, len(dates), step), len(dates) - 1})
    table = [
        [month_words(dates[month]), number(own[month]["own"]), *(cells[month, name] for name in names)]
        for month in shown
    ]
    end = side_by_side(_("{scenario} {figure}", scenario=name, figure=cells[len(dates) - 1, name]) for name in names)
    title = _("{metric}: your path among others", metric=_(about.title))
    return Picture(
        f"path-{metric.replace('_', '-')}",
        title,
        _("{means} Unit: {unit}.", means=_(about.means), unit=_(about.unit)),
        _(
            "{metric} in {month}: your own world {own}; the middle and nine in ten: {others}.",
            metric=_(about.title),
            month=month_words(last),
            own=number(own[-1]["own"]),
            others=end,
        ),
        dress(chart, [*rows, *own], title, subtitle, width),
        Table([_("Month"), _("your own world"), *names], table),
    )


def _round(value: float) -> float:
    return float(f"{float(value):.4g}")
