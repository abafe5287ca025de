"""Which feedback loop is at work when, as a picture: a strip of months for each loop, a panel per scenario."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import altair as alt

from sim.loops.at_work import AtWork
from sim.mechanisms import LOOPS
from sim.metrics import METRICS
from sim.plots.data import Rows
from sim.plots.gallery import Picture
from sim.plots.tables import Table
from sim.plots.theme import HIGHER, LOWER, WIDTH, dress, facet_columns, month_x, name_axis, panels
from sim.words.language import N_, _
from sim.words.sentences import month_words

_LABELS = 116  # px for the names on the left
_SUBTITLE = N_(
    "Orange: more with the loop than without it; blue: less. The stronger the colour, the bigger the difference, on one scale "
    "for all. Means over modelled worlds; the words say of which the worlds do not settle it."
)


def strip(found: Mapping[str, AtWork], *, width: int = WIDTH) -> Any:
    """The strips of several scenarios, by their titles, all on one scale."""
    first, rows = next(iter(found.values())), _rows(found)
    most = max((row["size"] for row in rows), default=0.0) or 1.0
    columns = facet_columns(len(found), width)[0]
    panel = (width - _LABELS - 16 - 12 * (columns - 1)) // columns
    order = [_(name).capitalize() for name, _how in LOOPS.values()]
    chart: Any = (
        alt.Chart(width=panel, height=alt.Step(24))
        .mark_bar(height=18)
        .encode(
            x=month_x(first.months, whole=True),
            x2="to:Q",
            y=alt.Y("loop:N", sort=order, title=None, axis=name_axis()),
            color=alt.condition("datum.up", alt.value(HIGHER), alt.value(LOWER)),
            opacity=alt.Opacity(
                "size:Q", legend=None, scale=alt.Scale(type="sqrt", domain=[0, most], range=[0, 1], nice=False)
            ),
        )
    )
    if len(found) > 1:
        chart = panels(chart, "scenario", list(found), columns, panel)
    return dress(chart, rows, _title(first), _(_SUBTITLE), width)


def strip_picture(found: Mapping[str, AtWork]) -> Picture:
    """The same with its words and its table."""
    first = next(iter(found.values()))
    rows = [
        [
            _(LOOPS[loop][0]),
            title,
            month_words(one.months[one.height(loop)]),
            one.does(loop, one.height(loop)),
        ]
        for title, one in found.items()
        for loop in one.strongest_first()
    ]
    text = " ".join(
        _("{scenario}: {loops}", scenario=title, loops=" ".join(map(one.sentence, one.strongest_first()[:2])))
        for title, one in found.items()
    )
    return Picture(
        f"loops-at-work-{first.metric.replace('_', '-')}",
        _title(first),
        _(
            "The metric with everything in place, less the same in the same worlds with the same random draws but without the "
            "loop, which goes with every rule that carries it. What a loop did in earlier months is counted in. Loops overlap, "
            "and do not add up to anything."
        ),
        text,
        strip(found),
        Table([_("Loop"), _("Scenario"), _("At its height in"), _("What it does then")], rows),
    )


def _title(one: AtWork) -> str:
    return _("Which loop is at work when: {metric}", metric=_(METRICS[one.metric].title))


def _rows(found: Mapping[str, AtWork]) -> Rows:
    rows: Rows = []
    for title, one in found.items():
        for loop, values in one.effect.items():
            for month, value in enumerate(values.tolist()):
                row = {"scenario": title, "loop": _(LOOPS[loop][0]).capitalize(), "month": month, "to": month + 1}
                said = _("{scenario}, {what}", scenario=title, what=one.said(loop, month))
                rows.append({**row, "size": float(f"{abs(value):.4g}"), "up": value > 0, "said": said})
    return rows
