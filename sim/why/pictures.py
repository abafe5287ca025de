"""Accounts, decisions and ablations as pictures with their words and tables, as `sim.plots.gallery` gives its own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.mechanisms import PARTS
from sim.metrics import METRICS
from sim.plots.gallery import Picture
from sim.plots.tables import Table
from sim.rule import RULES
from sim.why import charts
from sim.why.decide import chosen_in
from sim.why.names import DECISIONS
from sim.why.text import called, named, summary
from sim.words.language import _
from sim.words.numbers import number, share
from sim.words.sentences import in_words, month_words, side_by_side

if TYPE_CHECKING:
    from sim.why.ablation import Ablation
    from sim.why.answers import Why
    from sim.why.decide import Weighed


def account_picture(why: Why) -> Picture:
    """The terms of an account as bars; the table has them all."""
    rows = [[named(term), number(term.mean, sign=True), _often(term.share, len(term.values))] for term in why.terms]
    return Picture(
        f"why-{why.metric}-{why.month}".replace("_", "-"),
        charts.title_of(why),
        _(
            "Exact: in every world the terms add up to the difference. A term is a rule, a setting, a draw of chance, or what "
            "the months before {month} left.",
            month=month_words(why.since),
        ),
        summary(why),
        charts.answer(why),
        Table([_("What it comes back to"), _("Mean over the worlds"), _("With that sign in")], rows),
    )


def decision_picture(found: Weighed, beside: Sequence[Weighed] = ()) -> Picture:
    """What pressed on each option of a decision, and its probability."""
    title = _(
        "{decision}, {month}: {scenario}",
        decision=_(DECISIONS[found.decision]),
        month=month_words(found.month),
        scenario=called(found.plan, None)[0],
    )
    options = [_(in_words(option)) for option in found.options]
    chances = [float(np.mean(row)) for row in found.probabilities]
    rows = [[_("probability"), *(f"{chance:.2f}" for chance in chances)], [_("chosen in"), *chosen_in(found)]]
    for one in found.pressures:
        rows.append([_(RULES[one.rule].title), *(number(float(np.mean(row)), sign=True) for row in one.on)])
    said = side_by_side(
        _("{option} {chance:.2f}", option=one, chance=chance) for one, chance in zip(options, chances, strict=True)
    )
    return Picture(
        f"decision-{found.decision}-{found.plan.name}-{found.month}".replace("_", "-").replace(".", "-"),
        title,
        _(
            "What each pressure adds to an option's appeal, the mean over worlds: a push of 1 makes its odds against the others"
            " 2.7 times as good. They decide together with a draw of chance. Where a scenario prescribes the option, they "
            "decide nothing."
        ),
        _("{title}. Probabilities: {each}.", title=title, each=said),
        charts.decision(found, beside),
        Table([_("Pressure"), *options], rows),
    )


def ablation_picture(found: Ablation) -> Picture:
    """What each mechanism is worth to a metric."""
    metric, called_ = METRICS[found.metric], called(found.plan, None)[0]
    rows = [
        [
            _("{id}: {mechanism}", id=row.mechanism, mechanism=_(PARTS[row.mechanism])),
            _("does not run without it") if row.effect is None else number(row.mean, sign=True),
            "-" if row.effect is None else _often(row.share, found.worlds),
        ]
        for row in found.rows
    ]
    first = found.rows[0]
    return Picture(
        f"mechanisms-{found.metric}-{found.plan.name}".replace("_", "-"),
        _(
            "What each mechanism and feedback loop is worth: {metric}, {scenario}",
            metric=_(metric.title),
            scenario=called_,
        ),
        _(
            "The metric with everything in place, less the same without the mechanism or loop, in the same worlds with the same "
            "draws. Crude: either goes with every rule that names it, and what several do together is counted for each."
        ),
        _(
            "{metric} in {scenario}, with everything in place {level} ({unit}), the mean of {count:,} worlds. The most: "
            "{mechanism}, {size}.",
            metric=_(metric.title),
            scenario=called_,
            level=number(float(np.mean(found.level))),
            unit=_(metric.unit),
            count=found.worlds,
            mechanism=first.mechanism,
            size=number(first.mean, sign=True),
        ),
        charts.ablation(found),
        Table([_("Mechanism or loop"), _("Worth, mean over the worlds"), _("With that sign in")], rows),
    )


def _often(part: float, count: int) -> str:
    return share(round(part * count), count)
