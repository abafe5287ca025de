"""Pictures of robustness: how regret is spread over futures, and which policy is the best where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np

from sim.plots.data import Rows
from sim.plots.theme import NOTE, ON_LIGHT, PALETTE, SOFT, WIDTH, broken, colour, dash, dress
from sim.theme import ON_DARK, PAPER
from sim.words.language import _

MOST_DRAWN = 8
_STEPS = 60


def regret_distribution(regret: Mapping[str, Sequence[float]], what: str, *, width: int = WIDTH) -> Any:
    """In what share of futures each policy's regret is no more than so much; a line per policy, the higher the better.

    Args:
        regret: policy -> its regret in each future; at most eight are drawn, those with the least maximum.
        what: the metric and its unit.
    """
    least = sorted(regret, key=lambda name: max(regret[name]))[:MOST_DRAWN]
    names = [name for name in regret if name in least]
    most = max(max(regret[name]) for name in names) or 1.0
    rows: Rows = []
    for name in names:
        ordered = np.sort(np.asarray(regret[name], dtype=float))
        for value in np.linspace(0.0, most, _STEPS):
            part = float(np.searchsorted(ordered, value, side="right") / len(ordered))
            rows.append({"scenario": name, "regret": float(f"{value:.4g}"), "share": round(part, 4)})
    chart = (
        alt.Chart(width=width - 60, height=200)
        .mark_line()
        .encode(
            x=alt.X("regret:Q", axis=alt.Axis(title=broken(_("regret: {what}", what=what), width // 7), tickCount=4)),
            y=alt.Y("share:Q", scale=alt.Scale(domain=[0, 1]), axis=alt.Axis(title=_("of all futures"), format="%")),
            color=colour(names),
            strokeDash=dash(names),
        )
    )
    reads = [_("The share of futures in which a policy does no worse than so much than the best one there.")]
    if len(names) < len(regret):
        some = _("The {some} of {all} policies with the least maximum regret.", some=len(names), all=len(regret))
        reads.append(some)
    return dress(chart, rows, _("How much worse than the best"), " ".join(reads), width)


def winners(
    fields: Sequence[Mapping[str, Any]], policies: Sequence[str], axes: Sequence[str], edges: Sequence[Sequence[float]],
    what: str, few: int, *, width: int = WIDTH,
) -> Any:  # fmt: skip
    """Where each policy is the best, over two uncertainties cut into fifths.

    Args:
        fields: records with across and up (which fifth, from 0), winner (a policy), share (of the field's futures in which
            it is the best) and futures (how many).
        policies: in their order; axes: what the two uncertainties are called; edges: between the fifths of either.
        what: the metric; few: with fewer futures a field is left white.
    """
    wins = [name for name in policies if any(one["winner"] == name for one in fields)]
    shown = sorted(wins, key=lambda name: -sum(one["winner"] == name for one in fields))[: MOST_DRAWN - 1]
    names = [name for name in wins if name in shown]
    names += [_("another policy")] if len(names) < len(wins) else []
    letters = {name: f"{name[:1]} " for name in names}
    if len(set(letters.values())) < len(names):
        letters = dict.fromkeys(names, "")
    rows: Rows = []
    for one in fields:
        thin = one["futures"] < few
        name = one["winner"] if one["winner"] in names else names[-1]
        label = "" if thin else f"{letters[name]}{100 * one['share']:.0f}"
        rows.append({**one, "winner": name, "label": label, "clear": 0.0 if thin else one["share"]})
    shades = [SOFT if name == _("another policy") else PALETTE[policies.index(name) % len(PALETTE)] for name in names]
    size = width - 90
    base = alt.Chart(width=size, height=size).encode(
        x=alt.X("across:O", axis=_axis(axes[0], edges[0], size)),
        y=alt.Y("up:O", sort="descending", axis=_axis(axes[1], edges[1], size)),
    )
    legend = alt.Legend(columns=1 if sum(map(len, names)) > 34 else len(names), symbolType="square")
    chart = alt.layer(
        base.mark_rect(stroke=PAPER, strokeWidth=2).encode(
            color=alt.Color("winner:N", sort=names, scale=alt.Scale(domain=names, range=shades), legend=legend),
            opacity=alt.Opacity("clear:Q", scale=alt.Scale(domain=[0, 0.4, 1], range=[0, 0.25, 1]), legend=None),
        ),
        base.mark_text(fontSize=NOTE).encode(
            text="label:N", color=alt.condition("datum.clear > 0.8", alt.value(ON_DARK), alt.value(ON_LIGHT))
        ),
    )
    subtitle = _(
        "{what}. Colour: the policy that is best most often; figure: in how many of 100 futures of the field. The paler, the "
        "less clear.",
        what=what,
    )
    return dress(chart, rows, _("Which policy is best where"), subtitle, width)


def _axis(title: str, edges: Sequence[float], size: int) -> Any:
    """An axis of fifths, each labelled with the range that it stands for."""
    labels = []
    for place in range(len(edges) + 1):
        low = "" if place == 0 else f"{edges[place - 1]:.2g}"
        high = "" if place == len(edges) else f"{edges[place]:.2g}"
        labels.append(
            f"< {high}" if not low else f"> {low}" if not high else _("{low} to {high}", low=low, high=f"\n{high}")
        )
    return alt.Axis(
        title=broken(title, size // 6),
        labelExpr=f"{labels!r}[datum.value]",
        labelAngle=0,
        domain=False,
        ticks=False,
    )
