"""The course of a metric under several scenarios, with a month that can be picked by a click."""

from __future__ import annotations

from typing import Any

import altair as alt

from sim.metrics import METRICS
from sim.plots.data import Rows, Source, as_comparison, called, months, parting
from sim.plots.gallery import Picture
from sim.plots.lines import fan_rows
from sim.plots.moving import Moving, split
from sim.plots.naming import line_names, line_x, name_lines
from sim.plots.tables import by_month, in_short, said_together
from sim.plots.theme import INK, MARGIN, WIDTH, colour, dash, dress, month_x
from sim.results.paired import Comparison
from sim.words.language import _
from sim.words.sentences import month_words, side_by_side

PICK = "picked"
HEIGHT = 170  # px


def course(source: Source, metric: str, month: int, *, width: int = WIDTH) -> Any:
    """A metric month by month: the middle world of every scenario, and a mark at one month.

    A click picks the nearest month: parameter `picked` of the drawing, field `month` (its number, from 0).

    Raises:
        KeyError: no such metric.
    """
    comparison, about = as_comparison(source), METRICS[metric]
    names, dates = list(called(comparison).values()), months(comparison)
    panel = width - MARGIN
    drawn = alt.Chart(width=panel, height=HEIGHT)
    x = line_x(dates) if len(names) > 1 else month_x(dates)
    scale = alt.Scale(zero=about.low == 0)
    y = alt.Y("p50:Q", axis=alt.Axis(title=_(about.unit), tickCount=4), scale=scale)
    line = drawn.transform_filter("datum.kind === 'line'").encode(x=x, y=y)
    picked = alt.selection_point(name=PICK, fields=["month"], nearest=True, on="click", empty=False)
    chart = alt.layer(
        line.mark_line().encode(color=colour(names, legend=False), strokeDash=dash(names, legend=False)),
        line_names(drawn, x, alt.Y("at:Q", scale=scale), names),
        line.mark_point(opacity=0, size=80).add_params(picked),
        drawn.transform_filter("datum.kind === 'month'").mark_rule(color=INK, strokeWidth=2).encode(x=x),
        drawn.transform_filter("datum.kind === 'month'")
        .mark_text(align=alt.expr("datum.right ? 'right' : 'left'"), dx=alt.expr("datum.right ? -5 : 5"), color=INK)
        .encode(x=x, y=alt.value(-6), text="text:N"),
    ).resolve_scale(color="independent")
    reads = (
        _(
            "Lines: the middle world of each scenario. The account is of the mean over worlds, which need not lie on them."
        ),
        parting(comparison, marked=False),
        _("Click a month to ask about it."),
    )
    subtitle = " ".join(filter(None, reads))
    title = _("{metric}, month by month", metric=_(about.title))
    return dress(chart, _rows(comparison, metric, month), title, subtitle, width)


def moving_course(source: Source, metric: str, month: int) -> Moving:
    """The same in two parts, for a page on which months are picked."""
    comparison = as_comparison(source)
    names, dates = called(comparison), months(comparison)
    key = ("course", metric, *names.values(), dates[0], len(dates), parting(comparison, marked=False))
    return split(key, lambda: course(comparison, metric, month), _rows(comparison, metric, month))


def course_picture(source: Source, metric: str, month: int) -> Picture:
    """The course with its words and its table."""
    comparison, about = as_comparison(source), METRICS[metric]
    names, rows = list(called(comparison).values()), fan_rows(as_comparison(source), metric)
    cells = {(row["month"], row["scenario"]): in_short(row) for row in rows}
    there = side_by_side(
        _("{scenario} {figure}", scenario=name, figure=cells[month, name]) for name in names if (month, name) in cells
    )
    return Picture(
        f"course-{metric.replace('_', '-')}",
        _("{metric}, month by month", metric=_(about.title)),
        _("{means} Unit: {unit}. Line: the middle world.", means=_(about.means), unit=_(about.unit)),
        _(
            "{what} in {month}, the middle world and the range of nine in ten: {parts}.",
            what=_(about.title),
            month=month_words(months(comparison)[month]),
            parts=there,
        ),
        course(comparison, metric, month),
        by_month(comparison, names, cells),
    )


def _rows(comparison: Comparison, metric: str, month: int) -> Rows:
    dates = months(comparison)
    whole = fan_rows(comparison, metric)
    rows: Rows = [
        {"kind": "line", "month": row["month"], "scenario": row["scenario"], "p50": row["p50"]} for row in whole
    ]
    if comparison.others:
        name_lines(rows, HEIGHT)
    for row in rows[: len(rows) // len(comparison.results)]:
        each = [one for one in whole if one["month"] == row["month"]]
        row["said"] = said_together(metric, dates[row["month"]], each, comparison.worlds)
    return [
        *rows,
        {"kind": "month", "month": month, "text": month_words(dates[month]), "right": month > len(dates) / 2},
    ]
