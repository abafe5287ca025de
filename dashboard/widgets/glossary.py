"""The words of these pages, in plain sentences."""

from __future__ import annotations

from sim.metrics import METRICS
from sim.parameters.posterior import window
from sim.words.glossary import MODEL
from sim.words.sentences import months_words

WORDS = {word: term.meaning for word, term in MODEL.items()} | {
    "Accepted sets": "Whole sets of parameter values under which the model tells the record of "
    f"{months_words(*window())} well enough."
}

# What the units of parameters mean, where the unit alone says little to somebody who does not know the model's formulas.
_ODDS = "1 more makes the odds 2.7 times as good, 0.1 more makes them a tenth better; 0 makes no difference"
_TIMES = "1 more makes it 2.7 times as large, 0.1 more a tenth larger"
UNITS = {
    "logits": f"A push in a choice: {_ODDS}.",
    "logits per unit of reward": f"A push in a choice for each unit of reward: {_ODDS}.",
    "log rate": f"How much more often: {_TIMES}.",
    "log clashes a month": f"How many clashes a month, as a logarithm: {_TIMES}.",
    "log hazard": f"At what rate it comes in a month, as a logarithm: {_TIMES}.",
    "log hazard per log month": "How that changes as months go by: 0 leaves it alike, above 0 it rises, below 0 it falls.",
    "log deaths": f"How many deaths, as a logarithm: {_TIMES}.",
    "log power per month": "How fast power grows in a month: 0.1 is about a tenth a month.",
    "per month": "How much of it comes about in one month: 0.1 is a tenth a month.",
    "share": "A share: 0 is nothing of it, 1 is all of it.",
    "share per clash": "The share that one clash takes.",
    "sum of shares": "Shares added up: 1 is as much as is needed.",
    "0 to 1": "On a scale from 0, nothing, to 1, as much as there can be.",
    "-1 to 1": "On a scale from -1, wholly against, to 1, wholly for; 0 is neither.",
    "1 = before the takeover": "1 is as much as before the takeover, 0.5 is half of that.",
    "power": "How steep it is: 1 is in proportion; above 1 little does hardly anything, below 1 the first bit does most.",
    "ratio": "How many times as much: 1 is the same, 2 is twice, 0.5 is half.",
    "cost units": "In cost units: domestic operations at full strength cost about 1.5 of them a month.",
    "per clash": "How much of it each clash adds.",
    "per lethal attack": "The chance at each lethal attack.",
    "per thousand fighters": "How much each thousand fighters add.",
    "attacks a month per unit": "How many attacks a month each unit makes.",
    "months per clash": "In months for each clash.",
}


def unit(name: str) -> str:
    """What a parameter's unit means, in a sentence; a unit that says so itself is said as it is."""
    return UNITS.get(name, f"In {name}.")


def words() -> list[tuple[str, str]]:
    """Every word with its meaning, in the order of the alphabet."""
    return sorted(WORDS.items(), key=lambda one: one[0].lower())


def metrics() -> list[tuple[str, str, str]]:
    """Every metric: what it is called, what it means, its unit."""
    return [(one.title, one.means, one.unit) for one in METRICS.values()]
