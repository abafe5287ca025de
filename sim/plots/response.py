"""Pictures of response: what each lever moves, which course is best in how many sets, what the spread comes of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt

from sim.plots.data import Rows
from sim.plots.theme import INK, ON_LIGHT, PALETTE, WIDTH, broken, dress, name_axis
from sim.theme import LESS_TO_MORE, ON_DARK, ON_RAMP, PAPER, RAMP
from sim.words.language import N_, _
from sim.words.numbers import signed

WIDE = 2 * WIDTH
_NAMES, _CELL, _ROW, _LINE = 200, 76, 22, 14
# Blue falls, orange rises, as elsewhere; beyond one standard deviation the shade grows no more.
_MOST = 1.0
MOST_COURSES = 6
_DARK = 5  # so many of the palette's first colours take white figures
OTHERS = N_("another course")


def lever_effects(
    effects: Mapping[str, Mapping[str, float | None]], meant: Mapping[str, Sequence[str]], enough: float
) -> Any:
    """What each lever moves, as a table of shades.

    Args:
        effects: lever -> figure -> effect in standard deviations over worlds; None where there is none to speak of.
        meant: lever -> the figures that it is for; they have a frame.
        enough: what counts as moving; less is printed pale.
    """
    columns = list(next(iter(effects.values()), {}))
    rows: Rows = []
    for lever, some in effects.items():
        for figure, value in some.items():
            known = value is not None
            rows.append(
                {
                    "lever": lever,
                    "figure": "\n".join(broken(figure, 11)),
                    "shade": max(-_MOST, min(_MOST, value or 0.0)),
                    "text": "" if value is None else signed(value, 2),
                    "clear": known and abs(value or 0.0) >= enough,
                    "meant": figure in meant.get(lever, ()),
                }
            )
    order = ["\n".join(broken(figure, 11)) for figure in columns]
    # Labels in lines grow downwards, towards the cells: the longest has room.
    lines = max((one.count("\n") for one in order), default=0)
    across = alt.Axis(
        title=None,
        orient="top",
        labelAngle=0,
        labelLineHeight=_LINE,
        labelPadding=4 + _LINE * lines,
        domain=False,
        ticks=False,
    )
    base = alt.Chart(width=_CELL * len(columns), height=_ROW * len(effects)).encode(
        x=alt.X("figure:N", sort=order, axis=across),
        y=alt.Y("lever:N", sort=list(effects), axis=name_axis(title=None)),
    )
    scale = alt.Scale(domain=[-_MOST, 0, _MOST], range=LESS_TO_MORE, interpolate="rgb")
    chart = alt.layer(
        base.properties(name=RAMP).mark_rect().encode(color=alt.Color("shade:Q", scale=scale, legend=None)),
        base.transform_filter("datum.meant").mark_rect(fill=None, stroke=INK, strokeWidth=1.5),
        base.properties(name=ON_RAMP)
        .mark_text()
        .encode(
            text="text:N",
            opacity=alt.condition("datum.clear", alt.value(1.0), alt.value(0.45)),
            color=alt.condition("datum.shade < -0.6", alt.value(ON_DARK), alt.value(ON_LIGHT)),
        ),
    )
    subtitle = _(
        "Median paired difference, lever at full strength less lever at nothing, in standard deviations over worlds. Blue: less "
        "of it, orange: more; under {enough:g} in grey. Framed: what the lever is for.",
        enough=enough,
    )
    return dress(chart, rows, _("What each lever moves"), subtitle, max(WIDE, _NAMES + _CELL * len(columns)))


def best_courses(best: Mapping[str, Mapping[str, float]]) -> Any:
    """In what share of accepted sets each course is the best, a bar per figure; the courses beyond six stand together.

    Args:
        best: figure -> course -> share of sets.
    """
    totals: dict[str, float] = {}
    for some in best.values():
        for course, share in some.items():
            totals[course] = totals.get(course, 0.0) + share
    wins = [course for course in totals if totals[course] > 0]
    named = sorted(wins, key=lambda course: -totals[course])[:MOST_COURSES]
    parts = {figure: _grouped(some, named) for figure, some in best.items()}
    order = [*named, *([_(OTHERS)] if len(wins) > len(named) else [])]
    subtitle = _("Of 100 accepted parameter sets, chance averaged out: in how many each course is the best of all.")
    return _bars(parts, order, _("Which course is best"), subtitle)


def _grouped(shares: Mapping[str, float], named: Sequence[str]) -> dict[str, float]:
    out = {course: shares.get(course, 0.0) for course in named}
    rest = 1.0 - sum(out.values())
    return out | ({_(OTHERS): rest} if rest > 1e-9 else {})


def variance_shares(shares: Mapping[str, Mapping[str, float]]) -> Any:
    """What the spread of single worlds comes of, a bar per figure.

    Args:
        shares: figure -> part -> share, which sum to one.
    """
    order = list(next(iter(shares.values()), {}))
    subtitle = _("Shares of the variance of single worlds, over courses, accepted sets and random draws.")
    return _bars(shares, order, _("What the spread of worlds comes of"), subtitle)


def _bars(parts: Mapping[str, Mapping[str, float]], order: Sequence[str], title: str, subtitle: str) -> Any:
    rows: Rows = []
    for figure, some in parts.items():
        done = 0.0
        for part in order:
            share = some.get(part, 0.0)
            label = f"{100 * share:.0f}" if share >= 0.04 else ""
            dark = order.index(part) < _DARK
            rows.append(
                {"figure": figure, "part": part, "from": done, "to": done + share, "middle": done + share / 2}
                | {"label": label, "dark": dark}
            )
            done += share
    shades = [PALETTE[place % len(PALETTE)] for place in range(len(order))]
    base = alt.Chart(width=WIDE - _NAMES, height=_ROW * len(parts)).encode(
        y=alt.Y("figure:N", sort=list(parts), axis=name_axis(title=None))
    )
    axis = alt.Axis(title="of 100", labelExpr="'' + round(datum.value * 100)", tickCount=5)
    chart = alt.layer(
        base.mark_bar(stroke=PAPER).encode(
            x=alt.X("from:Q", scale=alt.Scale(domain=[0, 1]), axis=axis),
            x2="to:Q",
            color=alt.Color(
                "part:N",
                sort=list(order),
                scale=alt.Scale(domain=list(order), range=shades),
                legend=alt.Legend(columns=min(len(order), 4), symbolType="square", symbolOpacity=1),
            ),
        ),
        base.mark_text().encode(
            x="middle:Q",
            text="label:N",
            color=alt.condition("datum.dark", alt.value(ON_DARK), alt.value(ON_LIGHT)),
        ),
    )
    return dress(chart, rows, title, subtitle, WIDE)
