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


def words() -> list[tuple[str, str]]:
    """Every word with its meaning, in the order of the alphabet."""
    return sorted(WORDS.items(), key=lambda one: one[0].lower())


def metrics() -> list[tuple[str, str, str]]:
    """Every metric: what it is called, what it means, its unit."""
    return [(one.title, one.means, one.unit) for one in METRICS.values()]
