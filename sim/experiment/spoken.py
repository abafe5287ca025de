"""A condition on outcomes as a sentence: "TTP attacks, total, under Confront is lower than ... under Accommodate"."""

from __future__ import annotations

from collections.abc import Mapping

from sim.ensemble.outcomes import CROSSINGS
from sim.experiment.condition import VERDICT, Condition, Node
from sim.metrics import METRICS
from sim.vocabulary import VERDICTS
from sim.words.numbers import metric_words
from sim.words.sentences import capital

# How two sides are compared, as it is chosen and as it is written.
COMPARISONS = {
    "<": "is lower than",
    "<=": "is at most",
    ">": "is higher than",
    ">=": "is at least",
    "==": "is",
    "!=": "is not",
}
_COUNT = {"+": "plus", "-": "minus", "*": "times", "/": "divided by"}
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "minus": 3}  # how closely, as in arithmetic


def outcome_words(name: str) -> str:
    """What was kept of a run, in words."""
    if name in METRICS:
        return metric_words(name)
    if name in CROSSINGS:
        return f"First month with {CROSSINGS[name].title}"
    return "How it ends" if name == VERDICT else name.replace("_", " ")


def spoken(condition: Condition, titles: Mapping[str, str]) -> str:
    """A condition in words.

    Args:
        titles: of the scenarios that it may speak of, by name.
    """
    return capital(_said(condition.node, titles))


def _said(node: Node, titles: Mapping[str, str]) -> str:
    if node.sort == "number":
        return f"{node.value:g}"
    if node.sort == "text":
        return f"“{VERDICTS[node.value]}”"
    if node.sort == "outcome":
        name, scenario = node.value
        under = f" under {titles[scenario]}" if scenario is not None else ""
        return f"{outcome_words(name)}{under}"
    parts = [
        f"({_said(part, titles)})" if _enclosed(node, place) else _said(part, titles)
        for place, part in enumerate(node.parts)
    ]
    if node.sort == "not":
        return f"it is not so that {parts[0]}"
    if node.sort == "minus":
        return f"minus {parts[0]}"
    return f" {(COMPARISONS | _COUNT | {'and': 'and', 'or': 'or'})[node.sort]} ".join(parts)


def _enclosed(node: Node, place: int) -> bool:
    """Whether a part would be read as part of something else without parentheses around it."""
    part = node.parts[place]
    if node.sort in ("and", "or"):
        return part.sort in ("and", "or") and part.sort != node.sort
    own, inner = _BINDS.get(node.sort, 0), _BINDS.get(part.sort, 9)
    return node.sort == "not" or inner < own or (inner == own and place == 1 and node.sort in ("-", "/"))
