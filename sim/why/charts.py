"""Accounts as pictures, in the look of all the others (see `sim.plots.theme`)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import altair as alt
import numpy as np

from sim.mechanisms import PARTS
from sim.metrics import METRICS
from sim.plots.theme import HIGHER, LOWER, ON_DARK, ON_LIGHT, PAPER, WIDTH, broken, dress, name_axis
from sim.rule import RULES
from sim.theme import AXIS, LESS_TO_MORE, ON_RAMP, RAMP
from sim.why.account import rest_of
from sim.why.names import DECISIONS
from sim.why.text import called, named
from sim.words.language import N_, _
from sim.words.numbers import SCALES, decimals, number, signed
from sim.words.sentences import in_words, month_words

if TYPE_CHECKING:
    from sim.why.ablation import Ablation
    from sim.why.answers import Why
    from sim.why.decide import Weighed

_LABELS = 180  # px for the labels on the left
_LETTERS = 28
_LINE = 13  # px from one line of a label to the next
_MOST = 10
_ROOM = 0.45  # of all bars' span, for the figures at their ends


def answer(why: Why) -> Any:
    """The terms of an account as bars, the largest first; what is left of them as one."""
    terms = list(why.terms[:_MOST])
    rest = rest_of([term.values for term in why.terms[_MOST:]], (why.since, why.month))
    rows = [(named(term), term.mean) for term in [*terms, *([rest] if rest else [])]]
    one, other = called(why.plan, why.versus)
    metric = METRICS[why.metric]
    what = _(N_("{one} minus {other}") if other else N_("{one}, since the month before"), one=one, other=other)
    subtitle = _(
        "{what}: {size} {unit}, the mean of {count:,} worlds. The bars add up to it.",
        what=what,
        size=number(why.whole.mean, True),
        unit=_unit(metric.unit),
        count=len(why.whole.values),
    )
    return _bars(rows, title_of(why), subtitle, rest is not None)


def title_of(why: Why) -> str:
    """What stands above an account."""
    return _("Why: {metric}, {month}", metric=_(METRICS[why.metric].title), month=month_words(why.month))


def ablation(of: Ablation) -> Any:
    """The mechanisms as bars: the metric with each, less the metric without it."""
    rows = [
        (_("{id} {mechanism}", id=row.mechanism, mechanism=_(PARTS[row.mechanism])), row.mean)
        for row in of.rows[:_MOST]
    ]
    metric = METRICS[of.metric]
    subtitle = _(
        "{scenario}, {when}: with each mechanism or loop, less without it. They do not add up.",
        scenario=called(of.plan, None)[0],
        when=month_words(of.month) if of.month else _("{count} months", count=of.plan.months),
    )
    return _bars(rows, _("What mechanisms and loops are worth: {metric}", metric=_(metric.title)), subtitle)


def decision(of: Weighed, beside: Sequence[Weighed] = ()) -> Any:
    """What each pressure adds to each option, as a grid of figures; its colours are on one scale with those `beside` it."""
    sizes = {one.rule: [float(np.mean(row)) for row in one.on] for one in of.pressures}
    most = max(abs(float(np.mean(row))) for one in (of, *beside) for effect in one.pressures for row in effect.on)
    places = decimals(max(abs(size) for row in sizes.values() for size in row))
    chances = [float(np.mean(row)) for row in of.probabilities]
    options = [
        _("{option} {chance:.2f}", option=_(in_words(option)), chance=chance)
        for option, chance in zip(of.options, chances, strict=True)
    ]
    rows = [
        _row(_(RULES[rule].title), size, places) | {"option": option}
        for rule, row in sorted(sizes.items(), key=lambda one: -max(map(abs, one[1])))
        for option, size in zip(options, row, strict=True)
        if round(abs(size), places) > 0
    ]
    across = alt.Axis(title=None, orient="top", labelAngle=-40, labelAlign="left", domain=False, ticks=False)
    base = alt.Chart(width=WIDTH - _LABELS, height=alt.Step(3 * _LINE + 3)).encode(
        x=alt.X("option:N", sort=options, axis=across, scale=alt.Scale(domain=options)),
        y=alt.Y("term:N", sort=list(dict.fromkeys(row["term"] for row in rows)), title=None, axis=name_axis()),
    )
    scale = alt.Scale(domain=[-most, 0, most], range=LESS_TO_MORE, interpolate="rgb")
    chart = alt.layer(
        base.properties(name=RAMP)
        .mark_rect(stroke=PAPER, strokeWidth=2)
        .encode(color=alt.Color("value:Q", scale=scale, legend=None)),
        base.properties(name=ON_RAMP)
        .mark_text()
        .encode(
            text="label:N",
            color=alt.condition(f"datum.value < {-0.6 * most:.3g}", alt.value(ON_DARK), alt.value(ON_LIGHT)),
        ),
    )
    title = _("{decision}, {month}", decision=_(DECISIONS[of.decision]), month=month_words(of.month))
    subtitle = _(
        "{scenario}: each option with its probability. Figures: what pushes towards it (+, orange) and away from it (-, blue), "
        "the mean over worlds; a push of 1 makes its odds against the others 2.7 times as good.",
        scenario=called(of.plan, None)[0],
    )
    return dress(chart, rows, title, subtitle)


def _bars(terms: list[tuple[str, float]], title: str, subtitle: str, rest: bool = False) -> Any:
    """The terms as bars; `rest`: the last is the sum of many, and no cause that could be the largest."""
    places = decimals(max((abs(value) for words, value in terms), default=0.0))
    rows = [_row(words, value, places) for words, value in terms]
    if rest:
        rows[-1]["rest"] = True
    return dress(_layers(rows, [row["term"] for row in rows], WIDTH - _LABELS, 44), rows, title, subtitle)


def _row(words: str, value: float, places: int) -> dict[str, Any]:
    lines = broken(words, _LETTERS)
    kept = lines if len(lines) <= 3 else [*lines[:2], f"{lines[2][: _LETTERS - 3]}..."]
    label = signed(value, places)
    row = {"term": "\n".join(kept), "value": float(f"{value:.6g}"), "label": label, "up": value >= 0}
    return row | {"said": _("{what}: {figure}", what=words, figure=label)}


def _layers(rows: list[dict[str, Any]], order: list[str], width: int, step: int) -> Any:
    values = [0.0, *(row["value"] for row in rows)]
    low, high = min(values), max(values)
    room = _ROOM * max(high - low, 1e-9)
    domain = [float(f"{end:.3g}") for end in (low - (room if low < 0 else 0.0), high + (room if high > 0 else 0.0))]
    base = alt.Chart(width=width, height=alt.Step(step)).encode(
        y=alt.Y("term:N", sort=list(dict.fromkeys(order)), title=None, axis=name_axis()),
        x=alt.X(
            "value:Q", scale=alt.Scale(domain=domain, nice=False), axis=alt.Axis(title=None, grid=True, tickCount=4)
        ),
    )
    colour = alt.condition("datum.up", alt.value(HIGHER), alt.value(LOWER))
    thick = min(16, step - 6)
    return alt.layer(
        base.transform_filter("!datum.rest").mark_bar(height=thick).encode(color=colour),
        base.transform_filter("datum.rest").mark_bar(height=thick, color=AXIS),
        base.transform_filter("datum.up").mark_text(align="left", dx=4).encode(text="label:N"),
        base.transform_filter("!datum.up").mark_text(align="right", dx=-4).encode(text="label:N"),
    )


def _unit(unit: str) -> str:
    return "" if unit in SCALES else _(unit)
