"""How every picture looks: type, the axis of months, and what stands around the drawing, in the colours of `sim.theme`.

Pictures are drawn 328 px wide, so that nothing has to shrink on a phone of 360 px; pages put several side by side where
there is room. Scenarios are told apart by colour and by dash, or stand in panels of their own: grey paper is enough.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Sequence
from typing import Any

import altair as alt
import pandas  # noqa: F401  (Altair looks into it where it is loaded, be it half-way through in another thread)

from sim.theme import AXIS, BELOW, FONT, GRID, HIGHER, INK, LOWER, ON_DARK, ON_LIGHT, PALETTE, PAPER, SAME, SIZES, SOFT
from sim.words.language import N_, _

__all__ = ["BELOW", "FONT", "HIGHER", "INK", "LOWER", "ON_DARK", "ON_LIGHT", "PALETTE", "PAPER", "SAME", "SOFT"]

WIDTH = 328
# Of words in a picture, and of its title and what stands out in it, in px.
LABEL, NOTE = SIZES["label"], SIZES["note"]
MARGIN = 52  # px for the labels and the title of the vertical axis
# A dash for each colour of the palette, for those who see no colour.
DASHES = ([1, 0], [6, 3], [2, 2], [8, 2, 2, 2], [12, 3], [4, 1], [1, 3], [3, 6])

CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": PAPER,
    "padding": 4,
    "lineBreak": "\n",
    # Numbers as words have them, whose minus any output can show.
    "locale": {"number": {"decimal": ".", "thousands": ",", "grouping": [3], "currency": ["$", ""], "minus": "-"}},
    "view": {"stroke": None},
    "title": {
        "anchor": "start",
        "frame": "bounds",
        "fontSize": NOTE,
        "lineHeight": 18,
        "color": INK,
        "subtitleFontSize": LABEL,
        "subtitleLineHeight": 16,
        "subtitleColor": SOFT,
        "subtitlePadding": 4,
        "offset": 10,
    },
    "axis": {
        "labelFont": FONT,
        "titleFont": FONT,
        "labelFontSize": LABEL,
        "labelColor": SOFT,
        "titleFontSize": LABEL,
        "titleFontWeight": "normal",
        "titleColor": SOFT,
        "domain": False,
        "ticks": False,
        "labelPadding": 4,
        "labelLimit": 0,
        "gridColor": GRID,
    },
    "axisX": {"grid": False, "domain": True, "domainColor": AXIS, "ticks": True, "tickColor": AXIS},
    "header": {
        "labelFont": FONT,
        "labelFontSize": LABEL,
        "labelFontWeight": "bold",
        "labelColor": INK,
        "labelPadding": 4,
        "title": None,
    },
    "legend": {
        "labelFont": FONT,
        "titleFont": FONT,
        "labelFontSize": LABEL,
        "labelColor": INK,
        "labelLimit": 0,
        "title": None,
        "titleFontSize": LABEL,
        "titleFontWeight": "normal",
        "titleColor": SOFT,
        "titleLimit": 0,
        "orient": "top",
        "offset": 6,
        "symbolSize": 160,
        "symbolStrokeWidth": 2.5,
    },
    "line": {"strokeWidth": 2},
    "text": {"fontSize": LABEL, "color": INK},
}


def dress(chart: Any, rows: Sequence[dict[str, Any]], title: str, subtitle: str, width: int = WIDTH) -> Any:
    """The finished picture: its rows, its words above it, and the common look.

    Args:
        chart: the marks, without data.
        rows: what is drawn, a record each.
        title: a plain sentence.
        subtitle: how to read it.
        width: px, to which the words are broken.
    """
    out = chart.properties(
        title=alt.TitleParams(text=broken(title, width // 7), subtitle=broken(subtitle, int(width / 5.7)))
    ).configure(**CONFIG)
    # Last, since every step before it would copy the rows; as plain data, since Altair would check each of them.
    out.data = {"values": list(rows)}
    return out


def broken(text: str, letters: int) -> list[str]:
    """A text in lines of so many letters at most."""
    return [line for part in text.split("\n") for line in textwrap.wrap(part, letters)] or [""]


def name_axis(**more: Any) -> alt.Axis:
    """An axis of names down the side; those in several lines stand with their middle at the mark."""
    lines = "length(split(datum.value, '\\n'))"
    shift = [{"test": f"{lines} == {count}", "value": -6.5 * (count - 1)} for count in (2, 3, 4)]
    return alt.Axis(labelLineHeight=13, labelOffset={"condition": shift, "value": 0}, **more)


def month_axis(months: Sequence[str]) -> alt.Axis:
    """An axis over month numbers (0 is the first) that shows years, or names months in a short run, as far as they fit.

    Args:
        months: the run's months, YYYY-MM.
    """
    if len(months) > 30:
        labels = {place: month[:4] for place, month in enumerate(months) if month.endswith("-01")}
    else:
        labels = {place: _short(month) for place, month in enumerate(months)}
    return alt.Axis(
        values=list(labels),
        labelExpr=f"{json.dumps(labels)}[datum.value]",
        labelFlush=True,
        labelBound=True,
        labelOverlap="parity",
        labelSeparation=6,
        title=None,
    )


def month_x(months: Sequence[str], whole: bool = False) -> alt.X:
    """The encoding of field `month` on that axis; with `whole`, months are stretches, and the last one has room too."""
    scale = alt.Scale(domain=[0, max(len(months) - (0 if whole else 1), 1)], nice=False, zero=False)
    return alt.X("month:Q", scale=scale, axis=month_axis(months))


def panels(chart: Any, name: str, order: Sequence[str], columns: int, width: int) -> Any:
    """The chart once per value of a field, each under its heading, so many side by side, each so many px wide."""
    headings = {value: "\n".join(broken(value, int(width / 6.5))) for value in order}
    long = any("\n" in heading for heading in headings.values())
    words = f"{json.dumps(headings)}[datum.value]" if long else alt.Undefined
    header = alt.Header(title=None, labelAnchor="start", labelOrient="top", labelExpr=words)
    facet = alt.Facet(f"{name}:N", sort=list(order), header=header, title=None)
    out = chart.facet(facet, data=alt.NamedData("rows"), columns=columns, spacing=12)
    out.data = alt.Undefined  # `dress` gives it
    if len(order) > columns and len(order) % columns:  # else the months stand beneath the empty place, too
        out = out.resolve_axis(x="independent")
    return out


def facet_columns(count: int, width: int) -> tuple[int, int]:
    """How many of so many panels stand side by side, and how wide each is in px."""
    columns = min(count, max(1, width // 160))
    return columns, (width - MARGIN - 12 * (columns - 1)) // columns


def colour(names: Sequence[str], symbol: str = "stroke", legend: bool = True, letters: int = 42) -> alt.Color:
    """Scenarios (field `scenario`) by colour, in their order; `letters`: of the legend's names, that fit beside each other."""
    scale = alt.Scale(domain=list(names), range=[PALETTE[i % len(PALETTE)] for i in range(len(names))])
    return alt.Color(
        "scenario:N", scale=scale, legend=_legend(names, symbol, letters) if legend else None, sort=list(names)
    )


def dash(names: Sequence[str], legend: bool = True) -> alt.StrokeDash:
    """Scenarios (field `scenario`) by dash; shares its legend with :func:`colour`."""
    scale = alt.Scale(domain=list(names), range=[DASHES[i % len(DASHES)] for i in range(len(names))])
    return alt.StrokeDash(
        "scenario:N", scale=scale, legend=_legend(names, "stroke") if legend else None, sort=list(names)
    )


def _legend(names: Sequence[str], symbol: str, letters: int = 42) -> alt.Legend | None:
    """None for one scenario alone; below each other where the names are long."""
    columns = 1 if sum(len(name) + 5 for name in names) > letters else len(names)
    return alt.Legend(columns=columns, symbolType=symbol, symbolOpacity=1) if len(names) > 1 else None


def quoted(text: str) -> str:
    """A text as it stands in Vega's expressions."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


_MONTHS = (
    *(N_("Jan"), N_("Feb"), N_("Mar"), N_("Apr"), N_("May"), N_("Jun")),
    *(N_("Jul"), N_("Aug"), N_("Sep"), N_("Oct"), N_("Nov"), N_("Dec")),
)


def _short(month: str) -> str:
    return _("{month} {year}", month=_(_MONTHS[int(month[5:]) - 1]), year=month[:4])
