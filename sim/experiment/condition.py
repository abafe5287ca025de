"""Conditions on outcomes, and figures of them, once they have been read: see `parser.py` for how they are written.

An expression is asked of a point, whose worlds have each its outcomes. Where it names a statistic, as in `p90(attacks)` or
`chance(verdict == "contained")`, what stands in it is worked out world by world. An outcome that stands by itself is its usual
figure: the mean of a metric, the median of a first month, the commonest verdict.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.spec import LimitError
from sim.experiment.firsts import crossing_of
from sim.experiment.statistics import CHANCE, MEAN, statistic
from sim.vocabulary import VERDICTS

VERDICT = "verdict"

Kind: TypeAlias = Literal["truth", "number", "verdict", "text"]
Values: TypeAlias = NDArray[Any]
Name: TypeAlias = tuple[str, str | None]  # an outcome, and of which scenario
# An outcome's name, or a statistic as it stands in an expression -> its values.
Columns: TypeAlias = Mapping[Any, Values]

COMPARE: dict[str, Callable[[Any, Any], Any]] = {
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    ">": operator.gt,
}
COUNT: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}


class ConditionError(LimitError):
    """A condition is not right; the message shows where, and says what is allowed."""


@dataclass(frozen=True)
class Node:
    """A part of an expression.

    Attributes:
        sort: what it is: a sign or word of the language, or number, text, outcome, statistic.
        kind: what it comes to; place: where it stands in the text, from 0.
        value: of a number, a text, the outcome and its scenario, or the name of the statistic; parts: what it is made of.
    """

    sort: str
    kind: Kind
    place: int
    value: Any = None
    parts: tuple[Node, ...] = ()

    def walk(self) -> Iterator[Node]:
        """This node and all below it."""
        yield self
        for part in self.parts:
            yield from part.walk()

    def of_point(self) -> Iterator[Node]:
        """This node and all below it, but for what stands in a statistic."""
        yield self
        for part in self.parts if self.sort != "statistic" else ():
            yield from part.of_point()

    def under(self, scenario: str | None) -> Node:
        """The same of a scenario, wherever none is named."""
        if self.sort == "outcome":
            return replace(self, value=(self.value[0], self.value[1] or scenario))
        return replace(self, parts=tuple(part.under(scenario) for part in self.parts))


@dataclass(frozen=True)
class Condition:
    """A condition, or a sum of outcomes, that has been read.

    Attributes:
        text: as it was written; node: what it says.
    """

    text: str
    node: Node = field(repr=False)

    @property
    def names(self) -> list[Name]:
        """The outcomes that it speaks of, each with its scenario or None, in order, each once."""
        return list(dict.fromkeys(node.value for node in self.node.walk() if node.sort == "outcome"))

    @property
    def statistics(self) -> list[Node]:
        """The statistics that it asks for."""
        return [node for node in self.node.of_point() if node.sort == "statistic"]

    @property
    def plain(self) -> str | None:
        """The outcome that it is, if it is no more than that, of no scenario in particular."""
        return self.node.value[0] if self.node.sort == "outcome" and self.node.value[1] is None else None

    @property
    def metric(self) -> str:
        """The metric that it is, or is a percentile or the like of; of anything else nothing."""
        node = self.node.parts[0] if self.node.sort == "statistic" else self.node
        return str(node.value[0]) if node.sort == "outcome" and crossing_of(node.value[0]) is None else ""

    @property
    def paired(self) -> bool:
        """Whether it sets scenarios against each other, or speaks of one by name."""
        return any(scenario is not None for _, scenario in self.names)

    def under(self, scenario: str | None) -> Condition:
        """The same of a scenario, wherever none is named."""
        return replace(self, node=self.node.under(scenario))

    def values(self, columns: Columns) -> NDArray[np.float64]:
        """What a sum of outcomes comes to; arguments as for `holds`."""
        return _evaluated(self.node, columns, float)

    def holds(self, columns: Columns) -> NDArray[np.bool_]:
        """Where it holds.

        Args:
            columns: each of `names` (and of `statistics`) -> its values, all of one length; verdicts as their ids.

        Returns:
            True or False for each. As everywhere in numbers, 0 / 0 is no number, and only != holds of it.
        """
        return _evaluated(self.node, columns, bool)

    def of_worlds(self, worlds: Columns) -> Values:
        """What it comes to at each point: a number, or whether it holds.

        Args:
            worlds: each of `names` -> its value in every world of every point, shape (points, worlds).
        """
        columns: dict[Hashable, Values] = {name: usual(name[0], worlds[name]) for name in self._alone}
        for node in self.statistics:
            inside = {name: worlds[name] for name in Condition("", node.parts[0]).names}
            flat = {name: values.ravel() for name, values in inside.items()}
            each = _evaluated(node.parts[0], flat, float).reshape(next(iter(inside.values())).shape)
            columns[node] = statistic(MEAN if node.value == CHANCE else node.value, each)
        return self.holds(columns) if self.node.kind == "truth" else self.values(columns)

    @property
    def _alone(self) -> list[Name]:
        return [node.value for node in self.node.of_point() if node.sort == "outcome"]


def usual(name: str, values: Values) -> Values:
    """The usual figure of an outcome over each point's worlds: of values of shape (points, worlds) one for each point."""
    if name == VERDICT:
        counts = [(values == one).sum(axis=1) for one in VERDICTS]
        common: Values = np.array(list(VERDICTS), dtype=object)[np.argmax(counts, axis=0)]
        return common
    # A first month that never comes may be infinite here, which a median bears and an interpolated quantile does not.
    return np.median(values, axis=1) if crossing_of(name) else statistic(MEAN, values)


def _evaluated(node: Node, columns: Columns, kind: type) -> Values:
    length = len(next(iter(columns.values())))
    with np.errstate(all="ignore"):
        return np.broadcast_to(np.asarray(_value(node, columns), dtype=kind), (length,)).copy()


def _value(node: Node, columns: Columns) -> Any:
    if node.sort in ("number", "text"):
        return np.float64(node.value) if node.sort == "number" else node.value
    if node.sort in ("outcome", "statistic"):
        return columns[node.value if node.sort == "outcome" else node]
    parts = [_value(part, columns) for part in node.parts]
    if node.sort in ("and", "or"):
        return np.logical_and(*parts) if node.sort == "and" else np.logical_or(*parts)
    if node.sort == "not":
        return np.logical_not(parts[0])
    if node.sort == "minus":
        return -parts[0]
    return (COMPARE | COUNT)[node.sort](*parts)
