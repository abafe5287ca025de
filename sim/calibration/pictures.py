"""Pictures of backcasts, of what calibration did to parameters and targets, and of rival readings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import altair as alt

from sim.calibration.backcast import Backcast, Series
from sim.calibration.rivals import Reading
from sim.plots.theme import INK, PALETTE, SOFT, WIDTH, dress, month_x, name_axis
from sim.record.observations import Event
from sim.vocabulary import STANCES

# Events worth a line in a picture of violence, by what they are.
MARKED = {
    "ceasefire_start": "truce begins",
    "ceasefire_end": "truce ends",
    "ceasefire_erosion": "truce erodes",
    "cross_border_strike": "strikes across the line",
    "mass_casualty": "mass-casualty attack",
    "offensive_announced": "offensive announced",
}
_COLOURS = {
    "truce begins": PALETTE[2],
    "truce ends": PALETTE[1],
    "truce erodes": PALETTE[6],
    "strikes across the line": PALETTE[3],
    "mass-casualty attack": PALETTE[4],
    "offensive announced": PALETTE[7],
}
_WIDE = 2 * WIDTH


def backcast_picture(series: Series, cast: Backcast, events: Sequence[Event], width: int = _WIDE) -> Any:
    """One observer's months: the worlds' bands, what was counted, and what happened."""
    months = [row["month"] for row in series.months]
    rows: list[dict[str, Any]] = [{**row, "month": place} for place, row in enumerate(series.months)]
    for event in events:
        if event.type in MARKED and event.month in months:
            day = months.index(event.month) + (event.date.day - 1) / 31.0 - 0.5
            rows.append({"month": max(day, 0.0), "event": MARKED[event.type]})
    x = month_x(months)
    drawn = alt.Chart(width=width - 60, height=200)
    axis = alt.Axis(title=f"{series.unit} a month", tickCount=4)

    def y(field: str) -> Any:
        return alt.Y(f"{field}:Q", axis=axis)

    bands, points = drawn.transform_filter("isValid(datum.p50)"), drawn.transform_filter("isValid(datum.observed)")
    layers = [
        bands.mark_area(opacity=0.22, color=PALETTE[0]).encode(x=x, y=y("p05"), y2="p95:Q"),
        bands.mark_area(opacity=0.4, color=PALETTE[0]).encode(x=x, y=y("p25"), y2="p75:Q"),
        bands.mark_line(color=PALETTE[0]).encode(x=x, y=y("p50")),
    ]
    kinds = [kind for kind in _COLOURS if any(row.get("event") == kind for row in rows)]
    if kinds:
        scale = alt.Scale(domain=kinds, range=[_COLOURS[kind] for kind in kinds])
        shade = alt.Color("event:N", scale=scale, sort=kinds, legend=alt.Legend(columns=3, symbolType="stroke"))
        happened = drawn.transform_filter("isValid(datum.event)").mark_rule(strokeWidth=1.5, strokeDash=[4, 2])
        layers.append(happened.encode(x=x, color=shade))
    fitted = cast.calibrated[1] if cast.calibrated else ""
    if fitted in months[:-1]:
        rows.append({"month": months.index(fitted) + 0.5, "fitted": True})
        end = drawn.transform_filter("isValid(datum.fitted)").mark_rule(strokeDash=[2, 3], color=INK)
        layers.append(end.encode(x=x))
    layers.append(points.mark_point(filled=True, size=45, color=INK, opacity=1).encode(x=x, y=y("observed")))
    others = any(row["known"] is not None for row in series.months)
    if others:
        known = drawn.transform_filter("isValid(datum.known)")
        layers.append(known.mark_point(filled=False, size=45, color=INK, opacity=1).encode(x=x, y=y("known")))
    dots = "as published, and scored; rings: the project's own figures, not scored" if others else "as published"
    subtitle = (
        f"Dots: {dots}. Line and bands: the middle of {cast.worlds:,} modelled worlds, half, and nine in ten. "
        f"{series.coverage(0.9):.0%} of the months scored lie in the band of nine in ten, {series.coverage(0.5):.0%} in that of "
        f"half.{' Left of the dotted line the fit was made.' if fitted in months[:-1] else ''}"
    )
    title = f"{series.title} ({series.scope})"
    return dress(alt.layer(*layers), rows, title, subtitle, width)


def targets_picture(targets: Sequence[dict[str, Any]], width: int = _WIDE) -> Any:
    """Implausibility of each target before and after calibration, in the median set."""
    rows = []
    for one in targets:
        for key, label in (("prior_implausibility", "declared ranges"), ("posterior_implausibility", "accepted sets")):
            rows.append({"target": one["meaning"], "sets": label, "off": one[key]})
    order = [one["meaning"] for one in sorted(targets, key=lambda one: -one["posterior_implausibility"])]
    drawn = alt.Chart(width=width - 330, height=17 * len(targets))
    y = alt.Y("target:N", sort=order, axis=name_axis(title=None))
    x = alt.X("off:Q", axis=alt.Axis(title="standard deviations off, all that is uncertain counted", tickCount=4))
    scale = alt.Scale(domain=["declared ranges", "accepted sets"], range=[SOFT, PALETTE[0]])
    chart = alt.layer(
        drawn.mark_point(filled=True, size=60, opacity=1).encode(
            x=x,
            y=y,
            color=alt.Color("sets:N", scale=scale),
            shape=alt.Shape("sets:N", scale=alt.Scale(domain=scale.domain)),
        ),
        drawn.mark_rule(strokeDash=[3, 3], color=INK).transform_aggregate(n="count()").encode(x=alt.datum(3)),
    )
    subtitle = "The median set of the declared ranges, and of those accepted. Dashed: beyond three a set is ruled out."
    return dress(chart, rows, "How far off each target", subtitle, width)


def parameters_picture(parameters: Sequence[dict[str, Any]], width: int = _WIDE) -> Any:
    """The parameters that the data say something about: nine accepted sets in ten, within the declared range."""
    told = sorted((one for one in parameters if one["told"]), key=lambda one: -one["distance"])
    rows = []
    for one in told:
        span = one["high"] - one["low"]
        rows.append(
            {"name": one["name"], **{key: (one[key] - one["low"]) / span for key in ("p05", "p50", "p95", "value")}}
        )
    drawn = alt.Chart(width=width - 260, height=max(17 * len(rows), 40))
    y = alt.Y("name:N", sort=[one["name"] for one in told], axis=name_axis(title=None))
    axis = alt.Axis(
        title="place in the declared range", values=[0, 0.5, 1], labelExpr="['low', 'middle', 'high'][datum.value * 2]"
    )

    def x(field: str) -> Any:
        return alt.X(f"{field}:Q", axis=axis, scale=alt.Scale(domain=[0, 1]))

    chart = alt.layer(
        drawn.mark_bar(height=7, opacity=0.5, color=PALETTE[0]).encode(x=x("p05"), x2="p95:Q", y=y),
        drawn.mark_tick(thickness=3, size=13, color=PALETTE[0]).encode(x=x("p50"), y=y),
        drawn.mark_point(filled=True, size=40, color=PALETTE[1], opacity=1).encode(x=x("value"), y=y),
    )
    subtitle = (
        f"Bars: nine accepted sets in ten, with their middle. Dots: the point value. The other {len(parameters) - len(told)} "
        "parameters are left as they were."
    )
    return dress(chart, rows, "What the data say about parameters", subtitle, width)


def rivals_picture(readings: Sequence[Reading], width: int = _WIDE) -> Any:
    """What each reading says of Kabul's effort, the simulation and the bargaining model side by side."""
    rows = []
    for one in readings:
        rows.append({"reading": one.title, "model": "simulation, 2022", "effort": one.effort})
        middle, low, high = one.bargained
        rows.append({"reading": one.title, "model": "bargaining model", "effort": middle, "low": low, "high": high})
    order = [one.title for one in readings]
    drawn = alt.Chart(width=width - 230, height=34 * len(readings))
    y = alt.Y("reading:N", sort=order, axis=name_axis(title=None))
    offset = alt.YOffset("model:N", sort=["simulation, 2022", "bargaining model"])
    axis = alt.Axis(
        title="Kabul's restraint of the TTP",
        values=list(STANCES.values()),
        labelExpr=f"{[name.replace('_', ' ') for name in STANCES]}[datum.value * {len(STANCES) - 1}]",
    )

    def x(field: str) -> Any:
        return alt.X(f"{field}:Q", axis=axis, scale=alt.Scale(domain=[0, 1]))

    scale = alt.Scale(domain=["simulation, 2022", "bargaining model"], range=[PALETTE[0], PALETTE[1]])
    shade = alt.Color("model:N", scale=scale)
    chart = alt.layer(
        drawn.transform_filter("isValid(datum.low)")
        .mark_rule(strokeWidth=2)
        .encode(x=x("low"), x2="high:Q", y=y, yOffset=offset, color=shade),
        drawn.mark_point(filled=True, size=70, opacity=1).encode(x=x("effort"), y=y, yOffset=offset, color=shade),
    )
    subtitle = "Dots: mean over worlds and months, or the middle settlement. Lines: nine parameter sets in ten."
    return dress(chart, rows, "Three readings, two kinds of model", subtitle, width)
