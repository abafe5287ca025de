"""Pictures of a front: its members over all objectives, in how many futures they do better, how the search came along."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import altair as alt

from sim.plots.data import Rows
from sim.plots.theme import DASHES, INK, PALETTE, SOFT, WIDTH, broken, colour, dash, dress, month_x, name_axis
from sim.theme import AXIS, GRID, PRINTED
from sim.vocabulary import month_after
from sim.words.language import N_, _
from sim.words.numbers import number

OTHERS, CHOSEN = N_("other courses"), N_("the one that is opened")
# What is shown where the pointer is: field -> its words.
_TIPS = {"called": N_("course"), "about": N_("what counts"), "value": N_("mean over futures")}


def shades_of(names: Sequence[str]) -> dict[str, str]:
    """A colour for each name, the same in all pictures of a search; black is of the course that is opened."""
    return dict(zip(names, (one for one in PALETTE if one != PRINTED["ink"]), strict=False))


def parallel(
    figures: Mapping[str, Mapping[str, float]],
    groups: Mapping[str, str],
    objectives: Sequence[tuple[str, bool]],
    *,
    bold: Mapping[str, str],
    named: Sequence[str] = (),
    faint: Collection[str] = (),
    width: int = WIDTH,
    turned: bool = False,
) -> Any:
    """Every course as a line over all objectives, up being better on each; the ends of an axis are the best and the worst drawn.

    A few stand out, each in a colour and dash of its own; all others are the grey behind them.

    Args:
        figures: course -> objective -> its figure; groups: course -> what it is called where the pointer is.
        objectives: title, and whether less is better.
        bold: course -> its name in the legend, of those that stand out.
        named: all names of which some may stand out, so that each keeps its colour whichever do.
        faint: courses that hardly show.
        turned: objectives below each other, the right being better.
    """
    rows: Rows = []
    others, chosen = _(OTHERS), _(CHOSEN)
    letters = 20 if turned else max(int((width - 60) / len(objectives) / 6.8), 8)
    order: list[str] = []
    for rank, (title, less) in enumerate(objectives):
        column = {name: one[title] for name, one in figures.items()}
        low, high = min(column.values()), max(column.values())
        worst, best = (number(end) for end in ((high, low) if less else (low, high)))
        lines = [*broken(title, letters), *([_("{low} to {high}", low=worst, high=best)] if turned else [])]
        order.append("\n".join(lines))
        for name, value in column.items():
            place = 0.5 if high == low else (value - low) / (high - low)
            rows.append(
                {
                    "kind": "bold" if name in bold else "faint" if name in faint else "other",
                    "member": name,
                    "scenario": bold.get(name, others),
                    "called": groups[name],
                    "objective": order[-1],
                    "about": title,
                    "number": rank,
                    "place": round(1.0 - place if less else place, 4),
                    "value": number(value),
                }
            )
        for at, end in enumerate((worst, best)):
            rows.append({"kind": "end", "objective": order[-1], "place": float(at), "value": end})
    names = [*dict.fromkeys(bold.values()), others]
    shades = shades_of([*dict.fromkeys([*named, *names])]) | {others: AXIS, chosen: INK}
    dashes = {name: DASHES[place % len(DASHES)] for place, name in enumerate(shades)} | {others: [1, 0], chosen: [1, 0]}
    legend = alt.Legend(columns=2 if turned else 4, symbolType="stroke", symbolOpacity=1)
    scenario: dict[str, Any] = {"sort": names, "legend": legend}
    colours = alt.Color("scenario:N", scale=alt.Scale(domain=names, range=[shades[one] for one in names]), **scenario)
    dashed = alt.StrokeDash(
        "scenario:N", scale=alt.Scale(domain=names, range=[dashes[one] for one in names]), **scenario
    )
    away = alt.Scale(domain=[-0.04, 1.04] if turned else [-0.1, 1.1], nice=False)
    title = _("worse to better") if turned else _("better, the higher")
    across = alt.Axis(title=title, labels=False, ticks=False, grid=False, domain=False)
    if turned:
        axes: dict[str, Any] = {"y": alt.Y("objective:N", sort=order, axis=name_axis(title=None))}
        axes |= {"x": alt.X("place:Q", axis=across, scale=away)}
    else:
        split = "split(datum.value, '\\n')"
        below = alt.Axis(title=None, labelAngle=0, labelExpr=split, labelLineHeight=12, domain=False, ticks=False)
        axes = {"x": alt.X("objective:N", sort=order, axis=below), "y": alt.Y("place:Q", axis=across, scale=away)}
    base = alt.Chart(width=width - 60, height=76 * len(objectives) if turned else 300)
    several = {kind: base.transform_filter(f"datum.kind === '{kind}'") for kind in ("bold", "faint", "other", "end")}
    said = [alt.Tooltip(f"{name}:N", title=_(words)) for name, words in _TIPS.items()]
    lines_of = {"order": "number:Q", "detail": "member:N", "tooltip": said} | axes
    chart = alt.layer(
        several["end"].mark_line(color=GRID, strokeWidth=1.5).encode(detail="objective:N", **axes),
        several["faint"].mark_line(color=AXIS, strokeWidth=1, opacity=0.12).encode(**lines_of),
        several["other"].mark_line(color=AXIS, strokeWidth=1, opacity=0.45).encode(**lines_of),
        several["bold"]
        .mark_line(strokeWidth=3, point={"size": 40, "opacity": 1})
        .encode(color=colours, strokeDash=dashed, **lines_of),
        *(
            several["end"]
            .transform_filter(f"datum.place === {place}")
            .mark_text(color=SOFT, dy=-9 if place else 10)
            .encode(text="value:N", **axes)
            for place in ((0, 1) if not turned else ())  # a lying axis has them below its name
        ),
    )
    right = N_(
        "A line for each course, farther right is better on every axis, whose ends are the worst and the best figure drawn. "
        "Where lines cross between two axes, what one gains the other pays."
    )
    higher = N_(
        "A line for each course, higher is better on every axis, whose ends are the worst and the best figure drawn. Where lines "
        "cross between two axes, what one gains the other pays."
    )
    return dress(chart, rows, _("What each course gains and gives up"), _(right if turned else higher), width)


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
                "share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(title=_("share of fresh futures"), format="%")
            ),
            y=alt.Y("objective:N", sort=order, axis=name_axis(title=None)),
            color=alt.Color("scenario:N", sort=names, scale=alt.Scale(domain=names, range=shades), legend=legend),
            shape=alt.Shape("scenario:N", sort=names, scale=alt.Scale(domain=names), legend=legend),
        ),
    )
    subtitle = _(
        "Better than the best of the courses set against it, in the same future. Right of the dashed line: in most."
    )
    return dress(chart, rows, _("In how many futures each kind of course does better"), subtitle, width)


def progress(standings: Sequence[Mapping[str, Any]], *, width: int = WIDTH) -> Any:
    """How the hypervolume grew with the courses that were simulated."""
    rows: Rows = [
        {"evaluations": one["evaluations"], "hypervolume": round(float(one["hypervolume"]), 5)} for one in standings
    ]
    chart = (
        alt.Chart(width=width - 60, height=160)
        .mark_line(color=PALETTE[0])
        .encode(
            x=alt.X("evaluations:Q", axis=alt.Axis(title=_("courses simulated"), tickCount=5)),
            y=alt.Y("hypervolume:Q", axis=alt.Axis(title=_("hypervolume"), tickCount=4)),
        )
    )
    flat = _("Where the line is flat, longer looking finds little more.")
    return dress(chart, rows, _("How the search came along"), flat, width)


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
            y=alt.Y("share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(title=_("of all futures"), format="%")),
            color=colour(names),
            strokeDash=dash(names),
        )
    )
    about = _("The share of futures that have missed one.")
    return dress(chart, rows, _("Until when each course meets its targets"), about, width)
