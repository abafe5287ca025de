"""The words of these pages, in plain sentences."""

from __future__ import annotations

from sim.metrics import METRICS
from sim.words.glossary import MODEL

WORDS = {word: term.meaning for word, term in MODEL.items()}


def words() -> list[tuple[str, str]]:
    """Every word with its meaning, in the order of the alphabet."""
    return sorted(WORDS.items(), key=lambda one: one[0].lower())


def metrics() -> list[tuple[str, str, str]]:
    """Every metric: what it is called, what it means, its unit."""
    return [(one.title, one.means, one.unit) for one in METRICS.values()]
