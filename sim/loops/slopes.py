"""How fast each step of a recorded month answers to what it takes, and what that comes to from state to state.

A step is put on trial by itself: each input is moved a little both ways, and the change in the result, by its own function,
is the slope. Where chance falls, the slope is that of what was to be expected. Slopes multiply along a way and add up
over ways (the chain rule, from the result backwards), in every world apart.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from sim.why.draws import Chanced, Chances
from sim.why.shapley import Array
from sim.why.steps import Applied, Node, Operand, RuleStep, Same, Way

# How far an input is moved: as a share of its size, or for a comparison, which jumps, in whole units.
STEP, LEAST, JUMP = 1e-6, 1e-3, 0.5
# The rules that a way leads through, in order.
Through = tuple[str, ...]
Ranges = Mapping[int, tuple[float, float]]

_COMPARISONS = (np.less, np.less_equal, np.greater, np.greater_equal)
# Of two conditions: what the result makes of one, given the other.
_CONDITIONS: dict[Any, Callable[[Array], Array]] = {
    np.bitwise_and: lambda other: other,
    np.logical_and: lambda other: other,
    np.bitwise_or: lambda other: 1.0 - other,
    np.logical_or: lambda other: 1.0 - other,
}


class Slopes:
    """The slopes of a record's steps; also the reading that steps ask for the shapes of what they take.

    Args:
        sources: the steps that ways lead back to; what hangs on none of them has no slope.
        last: the steps that ways lead back from.

    Attributes:
        ways: the slopes of each step that a way has led through so far.
    """

    def __init__(self, sources: Collection[Node], last: Collection[Node]) -> None:
        self.ways: dict[Node, list[Way]] = {}
        self._sources = frozenset(sources)
        self._hanging = set(sources)
        for node in sorted(all_behind(last), key=lambda node: node.number):
            if any(one in self._hanging for one in node.takes):
                self._hanging.add(node)

    def now(self, of: Operand) -> Array:
        """The value of an input."""
        return of.value if isinstance(of, Node) else np.asarray(of)

    then = now

    def gap(self, of: Node) -> Array:
        """What has the shape of an input."""
        return of.value

    def differs(self, of: Operand) -> bool:
        """Whether an input hangs on a state."""
        return isinstance(of, Node) and of in self._hanging

    def backwards(self, of: Node, seed: Array) -> Iterator[tuple[Node, Through, Array]]:
        """Each source that a value is made of at first hand, the rules in between, and the slope in every world.

        Args:
            of: the value; seed: how much each of its elements counts, in its shape.
        """
        waiting, known = [-of.number], {of.number: of}
        due: dict[int, dict[Through, Array]] = {of.number: {(): seed}}
        while waiting:
            number = -heapq.heappop(waiting)
            node, arrived = known.pop(number), due.pop(number)
            if node is not of and node in self._sources:
                yield from ((node, through, slope) for through, slope in arrived.items())
                continue
            for through, slope in arrived.items():
                onward = self.onward(node, through)
                for to, down in self._down(node, slope):
                    if to.number not in due:
                        heapq.heappush(waiting, -to.number)
                        known[to.number], due[to.number] = to, {}
                    there = due[to.number]
                    there[onward] = there[onward] + down if onward in there else down

    def onward(self, node: Node, through: Through) -> Through:
        """The rules on a way that leads on through a step."""
        return (node.rule.name, *through) if isinstance(node, RuleStep) else through

    def _down(self, node: Node, slope: Array) -> Iterator[tuple[Node, Array]]:
        if node not in self.ways:
            self.ways[node] = list(self.trial(node))
        for to, down, _ in node.contributions(self, slope, None):
            if down is not None and self.differs(to) and np.any(down):
                yield to, down

    def trial(self, node: Node) -> Iterator[Way]:
        """A step's slopes in the inputs that hang on a state; nothing for rows, which are handed on as they are."""
        if isinstance(node, Same):
            yield from (Way(one, 1.0) for one in node.takes if self.differs(one))
        elif isinstance(node, Chanced):
            yield from self._tried(node.likely, _free(node, node.operands[1:]), node.operands[1:])
        elif isinstance(node, Chances):
            yield from self._tried(node.likely, _free(node, node.operands), node.operands)
        elif isinstance(node, RuleStep):
            ranges = {place: (one.low, one.high) for place, one in enumerate(node.rule.inputs.values())}
            yield from self._tried(node.evaluate, len(node.operands), node.operands, ranges)
        elif isinstance(node, Applied):
            yield from self._applied(node)

    def _applied(self, node: Applied) -> Iterator[Way]:
        values = [self.now(one) for one in node.operands]
        if node.function is np.where:
            chosen = values[0].astype(np.float64)
            slopes = (values[1] - 1.0 * values[2], chosen, 1.0 - chosen)
            yield from (Way(to, slope) for to, slope in zip(node.operands, slopes, strict=True) if self.differs(to))
        elif node.value.dtype != np.bool_:
            yield from self._tried(node.evaluate, len(values), node.operands)
        elif node.function in _CONDITIONS:
            of = _CONDITIONS[node.function]
            ways = zip(node.operands, (of(1.0 * values[1]), of(1.0 * values[0])), strict=True)
            yield from (Way(to, slope) for to, slope in ways if self.differs(to))
        elif node.function in (np.logical_not, np.invert):
            yield from (Way(one, -1.0) for one in node.takes if self.differs(one))
        elif node.function in _COMPARISONS:  # whether two are equal neither rises nor falls with either
            yield from self._tried(node.evaluate, len(values), node.operands, jump=True)

    def _tried(
        self,
        function: Callable[..., Array],
        free: int,
        operands: Sequence[Operand],
        ranges: Ranges | None = None,
        jump: bool = False,
    ) -> Iterator[Way]:
        """Move each of the first `free` inputs in turn, within its range."""
        values = [self.now(one) for one in operands]
        for to in dict.fromkeys(one for one in operands[:free] if self.differs(one)):
            where = [place for place, one in enumerate(operands) if one is to]
            value = to.value.astype(np.float64)
            step = np.full(value.shape, JUMP) if jump else STEP * np.maximum(np.abs(value), LEAST)
            low, high = value - step, value + step
            for place in where:
                if ranges and place in ranges:
                    low, high = np.maximum(low, ranges[place][0]), np.minimum(high, ranges[place][1])
            with np.errstate(all="ignore"):
                below, above = (
                    1.0 * function(*(end if place in where else one for place, one in enumerate(values)))
                    for end in (low, high)
                )
                slope = (above - below) / (high - low)
            yield Way(to, np.where(np.isfinite(slope), slope, 0.0))


def _free(node: Any, operands: Sequence[Operand]) -> int:
    """How many of a choice's inputs press on it; the last may be what a scenario prescribes."""
    prescribed = getattr(node.likely, "keywords", {}).get("prescribed")
    return len(operands) - bool(prescribed)


def all_behind(last: Collection[Node]) -> set[Node]:
    """These steps and all that they were made of."""
    found, waiting = set(last), list(last)
    while waiting:
        for one in waiting.pop().takes:
            if one not in found:
                found.add(one)
                waiting.append(one)
    return found
