"""Pictures of a front: its members over all objectives, in how many futures they do better, how the search came along."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from sim.plots.data import Rows
from sim.plots.theme import PALETTE, SOFT, WIDTH, broken, colour, dash, dress, month_x, name_axis
from sim.vocabulary import month_after

OTHERS = "other members"


def parallel(
    figures: Mapping[str, Mapping[str, float]],
    groups: Mapping[str, str],
    objectives: Sequence[tuple[str, bool]],
    *,
    bold: Sequence[str] = (),
    width: int = WIDTH,
    turned: bool = False,
) -> Any:
    """Every member as a line over all objectives, up being better on each; the ends of an axis are the best and the worst drawn.

    Args:
        figures: member -> objective -> its figure; groups: member -> what its colour stands for.
        objectives: title, and whether less is better; bold: members that are drawn thicker, with their names.
        turned: objectives below each other, the right being better.
    """
    rows: Rows = []
    names = list(dict.fromkeys(groups.values()))
    letters = 16 if turned else max(int((width - 60) / len(objectives) / 6.8), 8)
    for number, (title, less) in enumerate(objectives):
        column = {name: one[title] for name, one in figures.items()}
        low, high = min(column.values()), max(column.values())
        for name, value in column.items():
            place = 0.5 if high == low else (value - low) / (high - low)
            rows.append(
                {
                    "member": name,
                    "scenario": groups[name],
                    "objective": "\n".join(broken(title, letters)),
                    "number": number,
                    "place": round(1.0 - place if less else place, 4),
                    "value": float(f"{value:.4g}"),
                    "thick": name in bold,
                }
            )
    order = ["\n".join(broken(title, letters)) for title, _ in objectives]
    shades = [SOFT if name == OTHERS else PALETTE[place % len(PALETTE)] for place, name in enumerate(names)]
    legend = alt.Legend(columns=2 if turned else 1, symbolType="stroke", symbolOpacity=1)
    ends = alt.Axis(title="worst to best of those drawn", labels=False, tickCount=2)
    if turned:
        axes = {"y": alt.Y("objective:N", sort=order, axis=name_axis(title=None)), "x": alt.X("place:Q", axis=ends)}
    else:
        lines = "split(datum.value, '\\n')"
        across = alt.Axis(title=None, labelAngle=0, labelExpr=lines, labelLineHeight=12)
        axes = {"x": alt.X("objective:N", sort=order, axis=across), "y": alt.Y("place:Q", axis=ends)}
    chart = (
        alt.Chart(width=width - 60, height=76 * len(objectives) if turned else 280)
        .mark_line(point={"size": 16})
        .encode(
            **axes,
            order="number:Q",
            detail="member:N",
            color=alt.Color("scenario:N", sort=names, scale=alt.Scale(domain=names, range=shades), legend=legend),
            strokeWidth=alt.condition("datum.thick", alt.value(3), alt.value(1)),
            opacity=alt.condition("datum.thick", alt.value(1), alt.value(0.45)),
            tooltip=["member:N", "objective:N", "value:Q"],
        )
    )
    subtitle = (
        f"A line for each course, {'farther right' if turned else 'higher'} is better on every axis. Where lines cross between "
        "two axes, what one gains the other pays."
    )
    return dress(chart, rows, "What each course gains and gives up", subtitle, width)


def attainment(shares: Mapping[str, Mapping[str, float]], objectives: Sequence[str], *, width: int = WIDTH) -> Any:
    """In what share of futures each course does better than the best of those it is set against, objective by objective."""
    names = list(shares)
    rows: Rows = [
        {"scenario": name, "objective": "\n".join(broken(one, 26)), "share": round(shares[name][one], 4)}
        for one in objectives
        for name in names
    ]
    order = ["\n".join(broken(one, 26)) for one in objectives]
    shades = [PALETTE[place % len(PALETTE)] for place in range(len(names))]
    legend = alt.Legend(columns=2, symbolOpacity=1)
    base = alt.Chart(width=width - 190, height=44 * len(objectives))
    chart = alt.layer(
        base.mark_rule(color=SOFT, strokeDash=[3, 3]).encode(x=alt.datum(0.5)),
        base.mark_point(size=90, filled=True).encode(
            x=alt.X(
                "share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(title="share of fresh futures", format="%")
            ),
            y=alt.Y("objective:N", sort=order, axis=name_axis(title=None)),
            color=alt.Color("scenario:N", sort=names, scale=alt.Scale(domain=names, range=shades), legend=legend),
            shape=alt.Shape("scenario:N", sort=names, scale=alt.Scale(domain=names), legend=legend),
        ),
    )
    subtitle = (
        "Better than the best of the courses set against it, in the same future. Right of the dashed line: in most."
    )
    return dress(chart, rows, "In how many futures each kind of course does better", subtitle, width)


def progress(standings: Sequence[Mapping[str, Any]], *, width: int = WIDTH) -> Any:
    """How the hypervolume grew with the courses that were simulated."""
    rows: Rows = [
        {"evaluations": one["evaluations"], "hypervolume": round(float(one["hypervolume"]), 5)} for one in standings
    ]
    chart = (
        alt.Chart(width=width - 60, height=160)
        .mark_line(color=PALETTE[0])
        .encode(
            x=alt.X("evaluations:Q", axis=alt.Axis(title="courses simulated", tickCount=5)),
            y=alt.Y("hypervolume:Q", axis=alt.Axis(title="hypervolume", tickCount=4)),
        )
    )
    return dress(
        chart, rows, "How the search came along", "Where the line is flat, longer looking finds little more.", width
    )


def tipping(curves: Mapping[str, Sequence[float]], start: str, *, width: int = WIDTH) -> Any:
    """The share of futures in which each course has missed a target, month by month from `start` (YYYY-MM)."""
    names = list(curves)
    months = [month_after(start, place) for place in range(len(next(iter(curves.values()))))]
    rows: Rows = [
        {"scenario": name, "month": month, "share": round(float(share), 4)}
        for name in names
        for month, share in enumerate(curves[name])
    ]
    chart = (
        alt.Chart(width=width - 60, height=240)
        .mark_line()
        .encode(
            x=month_x(months),
            y=alt.Y("share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(title="of all futures", format="%")),
            color=colour(names),
            strokeDash=dash(names),
        )
    )
    return dress(
        chart, rows, "Until when each course meets its targets", "The share of futures that have missed one.", width
    )
