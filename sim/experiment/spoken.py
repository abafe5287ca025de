"""A condition on outcomes as a sentence: "TTP attacks, total, under Confront is lower than ... under Accommodate"."""

from __future__ import annotations

from collections.abc import Mapping

from sim.ensemble.outcomes import CROSSINGS
from sim.experiment.condition import VERDICT, Condition, Node
from sim.experiment.firsts import crossing_of
from sim.experiment.statistics import CHANCE, statistic_words
from sim.metrics import METRICS
from sim.vocabulary import VERDICTS
from sim.words.language import N_, _
from sim.words.numbers import fine, metric_words, unit_over
from sim.words.sentences import capital

# How two sides are compared, as it is chosen and as it is written.
COMPARISONS = {
    "<": N_("is lower than"),
    "<=": N_("is at most"),
    ">": N_("is higher than"),
    ">=": N_("is at least"),
    "==": N_("is"),
    "!=": N_("is not"),
}
# Two sides with what stands between them.
_BETWEEN = {
    "<": N_("{one} is lower than {other}"),
    "<=": N_("{one} is at most {other}"),
    ">": N_("{one} is higher than {other}"),
    ">=": N_("{one} is at least {other}"),
    "==": N_("{one} is {other}"),
    "!=": N_("{one} is not {other}"),
    "+": N_("{one} plus {other}"),
    "-": N_("{one} minus {other}"),
    "*": N_("{one} times {other}"),
    "/": N_("{one} divided by {other}"),
    "and": N_("{one} and {other}"),
    "or": N_("{one} or {other}"),
}
_BINDS = {"+": 1, "-": 1, "*": 2, "/": 2, "minus": 3}  # how closely, as in arithmetic


def outcome_words(name: str) -> str:
    """What was kept of a run, in words."""
    if name in METRICS:
        return metric_words(name)
    if name in CROSSINGS:
        return _("First month with {what}", what=_(CROSSINGS[name].title))
    if first := crossing_of(name):
        metric, value = _(METRICS[first.metric].title), fine(first.value)
        said = N_("First month with {metric} at or above {value}")
        if first.side == "below":
            said = N_("First month with {metric} at or below {value}")
        return _(said, metric=metric, value=value)
    return _("How it ends") if name == VERDICT else name.replace("_", " ")


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
        return _("“{verdict}”", verdict=_(VERDICTS[node.value]))
    if node.sort == "outcome":
        name, scenario = node.value
        if scenario is None:
            return outcome_words(name)
        return _("{figure} under {title}", figure=outcome_words(name), title=_(titles.get(scenario, scenario)))
    if node.sort == "statistic":
        of = _said(node.parts[0], titles)
        if node.value == CHANCE:
            return _("share of worlds in which {this}", this=of)
        return _("{statistic} of {figure}", statistic=statistic_words(node.value), figure=of)
    parts = [
        _("({part})", part=_said(part, titles)) if _enclosed(node, place) else _said(part, titles)
        for place, part in enumerate(node.parts)
    ]
    if node.sort == "not":
        return _("it is not so that {this}", this=parts[0])
    if node.sort == "minus":
        return _("minus {figure}", figure=parts[0])
    said = parts[0]
    for part in parts[1:]:
        said = _(_BETWEEN[node.sort], one=said, other=part)
    return said


def figure_words(figure: Condition, titles: Mapping[str, str] | None = None) -> str:
    """A figure as readers are told of it: "TTP attacks, total", "90th percentile of TTP attacks, total"."""
    return capital(_said(figure.node, titles or {}))


def unit_of(figure: Condition) -> str:
    """The unit of a figure; nothing for what has none, such as a ratio or a sum of unlike things."""
    return _unit(figure.node) or ""


class OfFigure:
    """What has been worked out of one figure. Attributes: figure: which."""

    figure: Condition

    @property
    def metric(self) -> str:
        """The figure, as it was asked for: a metric, or an expression."""
        return self.figure.text

    @property
    def unit(self) -> str:
        """The unit of the figure."""
        return unit_of(self.figure)


def _unit(node: Node) -> str | None:
    """The unit of a part; None for a plain number, which takes that of what stands beside it."""
    if node.sort == "outcome":
        name = node.value[0]
        if crossing_of(name):
            return _("months from the start")
        return unit_over(METRICS[name].unit, METRICS[name].summary) if name in METRICS else ""
    if node.sort == "statistic":
        return _("share of worlds") if node.value == CHANCE else _unit(node.parts[0])
    units = [unit for part in node.parts if (unit := _unit(part)) is not None]
    if node.sort in ("*", "/"):
        by_number = len(units) == 1 and (node.sort == "*" or _unit(node.parts[1]) is None)
        return units[0] if by_number else "" if units else None
    return None if not units else units[0] if len(set(units)) == 1 else ""


def _enclosed(node: Node, place: int) -> bool:
    """Whether a part would be read as part of something else without parentheses around it."""
    part = node.parts[place]
    if node.sort in ("and", "or"):
        return part.sort in ("and", "or") and part.sort != node.sort
    own, inner = _BINDS.get(node.sort, 0), _BINDS.get(part.sort, 9)
    return node.sort == "not" or inner < own or (inner == own and place == 1 and node.sort in ("-", "/"))
