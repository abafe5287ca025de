"""The words of these pages, in plain sentences."""

from __future__ import annotations

from dashboard.runtime.language import _
from sim.metrics import METRICS
from sim.parameters.posterior import window
from sim.words.glossary import MODEL
from sim.words.language import N_
from sim.words.sentences import months_words

_SETS = N_("Whole sets of parameter values under which the model tells the record of {months} well enough.")

# What the units of parameters mean, where the unit alone says little to somebody who does not know the model's formulas.
_ODDS = N_("1 more makes the odds 2.7 times as good, 0.1 more makes them a tenth better; 0 makes no difference")
_TIMES = N_("1 more makes it 2.7 times as large, 0.1 more a tenth larger")
UNITS = {
    "logits": N_("A push in a choice: {odds}."),
    "logits per unit of reward": N_("A push in a choice for each unit of reward: {odds}."),
    "log rate": N_("How much more often: {times}."),
    "log clashes a month": N_("How many clashes a month, as a logarithm: {times}."),
    "log hazard": N_("At what rate it comes in a month, as a logarithm: {times}."),
    "log hazard per log month": N_(
        "How that changes as months go by: 0 leaves it alike, above 0 it rises, below 0 it falls."
    ),
    "log deaths": N_("How many deaths, as a logarithm: {times}."),
    "log power per month": N_("How fast power grows in a month: 0.1 is about a tenth a month."),
    "per month": N_("How much of it comes about in one month: 0.1 is a tenth a month."),
    "share": N_("A share: 0 is nothing of it, 1 is all of it."),
    "share per clash": N_("The share that one clash takes."),
    "sum of shares": N_("Shares added up: 1 is as much as is needed."),
    "0 to 1": N_("On a scale from 0, nothing, to 1, as much as there can be."),
    "-1 to 1": N_("On a scale from -1, wholly against, to 1, wholly for; 0 is neither."),
    "1 = before the takeover": N_("1 is as much as before the takeover, 0.5 is half of that."),
    "power": N_(
        "How steep it is: 1 is in proportion; above 1 little does hardly anything, below 1 the first bit does most."
    ),
    "ratio": N_("How many times as much: 1 is the same, 2 is twice, 0.5 is half."),
    "cost units": N_("In cost units: domestic operations at full strength cost about 1.5 of them a month."),
    "per clash": N_("How much of it each clash adds."),
    "per lethal attack": N_("The chance at each lethal attack."),
    "per thousand fighters": N_("How much each thousand fighters add."),
    "attacks a month per unit": N_("How many attacks a month each unit makes."),
    "months per clash": N_("In months for each clash."),
}


def unit(name: str) -> str:
    """What a parameter's unit means, in a sentence; a unit that says so itself is said as it is."""
    return _(UNITS.get(name, N_("In {name}.")), name=name, odds=_(_ODDS), times=_(_TIMES))


def words() -> list[tuple[str, str]]:
    """Every word with its meaning, in the order of the alphabet."""
    found = {_(word): _(term.meaning) for word, term in MODEL.items()}
    found[_("Accepted sets")] = _(_SETS, months=months_words(*window()))
    return sorted(found.items(), key=lambda one: one[0].lower())


def metrics() -> list[tuple[str, str, str]]:
    """Every metric: what it is called, what it means, its unit."""
    return [(_(one.title), _(one.means), _(one.unit)) for one in METRICS.values()]
