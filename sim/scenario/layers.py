"""Settings laid over others: when each layer holds, in which worlds, and what comes of it.

Months, numbers and what was read may be stand-ins that write down what is done with them (`sim/engine/script.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.scenario.settings import Condition
from sim.worlds import Vector

Recent = Callable[[str, int], Vector]
# Where something holds: in every world, in none, or in those marked.
Where = bool | NDArray[np.bool_]


@dataclass
class Layer:
    """Settings that lie over others, in the months of a span (first, last) if it has one, and where its condition holds."""

    values: dict[str, float | Vector]
    policy: float | None = None
    span: tuple[int, int] | None = None
    condition: Condition | None = None
    months: int | NDArray[np.int64] = 1
    # In place of the condition's own bound, one for each world.
    bound: Vector | None = None
    # With a condition: the month, per world, from which it no longer holds; and where it holds this month.
    ends: Any = None
    held: Where = False

    def numbers(self) -> list[Any]:
        """All numbers that the layer consists of, in order; `put` puts others in their places."""
        of_condition = [] if self.condition is None else [self.months]
        bound = [] if self.bound is None else [self.bound]
        return [*(self.span or ()), *of_condition, *bound, *self.values.values()]

    @property
    def shape(self) -> tuple[Any, ...]:
        """What it is besides its numbers."""
        said = self.condition and self.condition.model_dump_json()
        return tuple(self.values), self.policy, self.span is None, said, self.bound is None

    def put(self, numbers: Iterator[Any]) -> None:
        if self.span is not None:
            self.span = next(numbers), next(numbers)
        if self.condition is not None:
            self.months = next(numbers)
        if self.bound is not None:
            self.bound = next(numbers)
        self.values = {name: next(numbers) for name in self.values}

    def watch(self, month: int, recent: Recent, worlds: int) -> None:
        """See where the condition is met this month, and remember for how long the settings hold there."""
        if self.condition is None:
            return
        if self.ends is None:
            self.ends = np.zeros(worlds, dtype=np.int64)
        due = both(month > 0, self._in_time(month))
        if due is not False:
            met = both(due, _met(self.condition, recent, self.bound))
            self.ends = np.where(met, month + self.months, self.ends)
        self.held = simplest(self.ends > month)

    def respond(self, path: str, part: str, values: Vector) -> None:
        """Take a bound or a number of months for each world in place of the response's own."""
        if self.condition is None or (part != "for" and getattr(self.condition, part) is None):
            raise KeyError(path)
        if part == "for":
            self.months = values.astype(np.int64)
        else:
            self.bound = values

    def where(self, month: int) -> Where:
        in_time = self._in_time(month)
        return in_time if self.condition is None else both(in_time, self.held)

    def _in_time(self, month: int) -> Where:
        return True if self.span is None else both(self.span[0] <= month, month <= self.span[1])


def _met(condition: Condition, recent: Recent, bound: Vector | None = None) -> NDArray[np.bool_]:
    if condition.metric is not None:
        mean = recent(condition.metric, condition.months)
        if condition.above is not None:
            return mean > (condition.above if bound is None else bound)
        return mean < ((condition.below or 0.0) if bound is None else bound)
    first, *others = (_met(part, recent) for part in condition.parts)
    if condition.not_ is not None:
        return ~first
    for other in others:
        first = first & other if condition.all_ else first | other
    return first


def simplest(where: Where) -> Where:
    if not isinstance(where, np.ndarray):
        return where
    return bool(where[0]) if (where == where[0]).all() else where


def equal(values: float | Vector, number: float) -> Where:
    return simplest(values == number) if isinstance(values, np.ndarray) else values == number


def over(under: float | Vector, value: float | Vector, where: Where) -> float | Vector:
    if isinstance(where, bool):
        return value if where else under
    return np.where(where, value, under)


def both(one: Where, other: Where) -> Where:
    if isinstance(one, bool):
        return other if one else False
    if isinstance(other, bool):
        return one if other else False
    return simplest(one & other)


def lay(values: dict[str, float | Vector], layer: Layer, where: Where) -> None:
    if where is not False:
        for name, value in layer.values.items():
            values[name] = over(values[name], value, where)
