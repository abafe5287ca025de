"""A map of adaptive pathways, as of a metro: courses are lines over months, left at tipping points, changed at stations.

After the pathways maps of Haasnoot et al. (2013), Global Environmental Change 23(2), 485-498. There a course that is changed to
lasts as long as one that was followed from the start; here what came of the change was simulated, so it has a line of its own.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import altair as alt

from sim.plots.data import Rows
from sim.plots.theme import INK, PAPER, broken, dress, month_x, name_axis
from sim.theme import UNSEEN
from sim.vocabulary import month_after, months_between
from sim.words.language import _

WIDE = 640
ROW, LANE = 30, 9  # px for a course's line, and for each line that changes into it
BESIDE = 0.6  # months between two ways down that begin in the same month
NAMES = 24  # letters of a name on one line


@dataclass(frozen=True)
class Transfer:
    """A change of course.

    Attributes:
        course, to: from which to which; month: when (YYYY-MM); left: until when the second lasts; None: to the end.
    """

    course: str
    to: str
    month: str
    left: str | None


def pathways_map(
    lives: Mapping[str, str | None],
    changes: Sequence[Transfer],
    start: str,
    months: int,
    *,
    shades: Mapping[str, str],
    width: int = WIDE,
) -> Any:
    """The map.

    Args:
        lives: course -> the month in which it is left (YYYY-MM); None where it lasts to the end.
        start: the month in which all courses begin; months: from then to the end.
        shades: course -> its colour; all others are grey.
    """
    shades = {name: shades.get(name, UNSEEN) for name in lives}
    end = months - 1

    def at(month: str | None) -> int:
        return end if month is None else months_between(start, month)

    rows: Rows = []
    labels: dict[float, str] = {}
    place = 0.0
    lines: dict[str, float] = {}
    entered: dict[Transfer, float] = {}
    for name in lives:
        arriving = sorted((one for one in changes if one.to == name), key=lambda one: at(one.month))
        lines[name] = place + ROW / 2
        labels[lines[name]] = "\n".join(broken(name[:1].upper() + name[1:], NAMES))
        entered |= {one: lines[name] + LANE * (number + 1) for number, one in enumerate(arriving)}
        place += ROW + LANE * len(arriving)
    for name, left in lives.items():
        rows.append(_stretch(0, at(left), lines[name], shades[name], "line", left is None))
    for number, one in enumerate(changes):
        # A change stands on the bar that it leaves. Of those in a month each has a way down of its own, beside the next one's
        # bar and not across it.
        month = at(one.month)
        since = month + BESIDE * sum(other.month == one.month for other in changes[number + 1 :])
        leaves, enters = lines[one.course], entered[one]
        bend = leaves + math.copysign(ROW / 2, enters - leaves)
        rows.append(_stretch(since, at(one.left), enters, shades[one.to], "onward", one.left is None))
        shade = shades[one.to]
        rows += [
            {"kind": "leave", "month": month, "until": since, "y": leaves, "y2": bend, "shade": shade},
            {"kind": "change", "month": since, "y": bend, "y2": enters, "shade": shade},
        ]
    rows.append({"kind": "trunk", "month": 0, "y": min(lines.values()), "y2": max(lines.values()), "shade": INK})
    chart = _drawn(rows, labels, place, [month_after(start, month) for month in range(months)], width)
    subtitle = _(
        "Bar: here a quarter of futures have missed a target, and the course is left. Circle: it is changed for another, whose "
        "thin line lasts until a quarter have missed one again. Arrow: to the end of the run."
    )
    return dress(chart, rows, _("Adaptive pathways: until when, and what then"), subtitle, width)


def _stretch(since: float, until: float, y: float, shade: str, kind: str, lasts: bool) -> dict[str, Any]:
    return {"kind": kind, "month": since, "until": until, "y": y, "shade": shade, "ends": "arrow" if lasts else "bar"}


def _drawn(rows: Rows, labels: Mapping[float, str], height: float, months: Sequence[str], width: int) -> Any:
    x = month_x(months)
    names = name_axis(title=None, values=list(labels), labelExpr=_named(labels), grid=False)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False, zero=False), axis=names)
    shade = alt.Color("shade:N", scale=None)
    base = alt.Chart(width=width - 150, height=int(height))
    stretches = {
        kind: base.transform_filter(f"datum.kind === '{kind}'")
        for kind in ("line", "onward", "leave", "change", "trunk")
    }
    station: dict[str, Any] = {"filled": True, "size": 52, "fill": PAPER, "strokeWidth": 2, "opacity": 1}
    dotted: dict[str, Any] = {"strokeWidth": 1.5, "strokeDash": [2, 2]}
    ends = base.transform_filter("isValid(datum.ends)")
    return alt.layer(
        stretches["trunk"].mark_rule(strokeWidth=2).encode(x=x, y=y, y2="y2:Q", color=shade),
        stretches["leave"].mark_rule(**dotted).encode(x=x, x2="until:Q", y=y, y2="y2:Q", color=shade),
        stretches["change"].mark_rule(**dotted).encode(x=x, y=y, y2="y2:Q", color=shade),
        stretches["line"].mark_rule(strokeWidth=5).encode(x=x, x2="until:Q", y=y, color=shade),
        stretches["onward"].mark_rule(strokeWidth=2).encode(x=x, x2="until:Q", y=y, color=shade),
        ends.transform_filter("datum.ends === 'bar'")
        .mark_tick(thickness=3, color=INK, orient="vertical", opacity=1)
        .encode(x="until:Q", y=y, size=alt.condition("datum.kind === 'line'", alt.value(18), alt.value(8))),
        ends.transform_filter("datum.ends === 'arrow'")
        .mark_point(filled=True, shape="triangle-right", opacity=1)
        .encode(
            x="until:Q", y=y, color=shade, size=alt.condition("datum.kind === 'line'", alt.value(120), alt.value(50))
        ),
        stretches["leave"].mark_point(**station).encode(x=x, y=y, stroke=alt.Stroke("shade:N", scale=None)),
        stretches["change"].mark_point(**station).encode(x=x, y="y2:Q", stroke=alt.Stroke("shade:N", scale=None)),
    )


def _named(labels: Mapping[float, str]) -> str:
    return f"split({json.dumps({f'{place:g}': words for place, words in labels.items()})}[datum.value], '\\n')"
