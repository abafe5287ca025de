"""Following a difference down the graph: from a result to whatever it is asked of, exactly.

The path integral along a straight line is the value of Aumann and Shapley (1974), Values of Non-Atomic Games.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

from sim.why.draws import Chanced, Draw
from sim.why.shapley import Array, shared
from sim.why.steps import Contribution, Node, Operand, RuleStep, Way

# What goes down to a step: slope and residual (see steps.py), each None for nothing.
Carried = tuple[Array | None, Array | None]


class Apart:
    """The two runs, as they were simulated."""

    def __init__(self, width: int) -> None:
        self.width = width
        self.ways: dict[Node, list[Way]] = {}
        self._gaps: dict[Node, Array] = {}

    def now(self, of: Operand) -> Array:
        """The first run's values."""
        out: Array = of.value[..., : self.width] if isinstance(of, Node) else of
        return out

    def then(self, of: Operand) -> Array:
        """The other's."""
        out: Array = of.value[..., self.width :] if isinstance(of, Node) else of
        return out

    def gap(self, of: Node) -> Array:
        """The first less the other."""
        gap = self._gaps.get(of)
        if gap is None:
            now, then = self.now(of), self.then(of)
            gap = now.astype(np.float64) - then.astype(np.float64) if now.dtype != np.float64 else now - then
            self._gaps[of] = gap
        return gap

    def differs(self, of: Operand) -> bool:
        """Whether there is a difference in any world."""
        return isinstance(of, Node) and of.differs


class Still(Apart):
    """The first run's month as it was, against one in which nothing moved: each rule at what it is when switched off.

    For a state that a month changes little by little (fighters, anger, control), this is what says what moved it.
    """

    def __init__(self, width: int, start: int) -> None:
        """`start`: number of the last step before the month."""
        super().__init__(width)
        self.start = start
        self._then: dict[Node, Array] = {}

    def then(self, of: Operand) -> Array:
        if not isinstance(of, Node):
            out: Array = of
            return out
        then = self._then.get(of)
        if then is None:
            then = self._then[of] = self._still(of)
        return then

    def differs(self, of: Operand) -> bool:
        return isinstance(of, Node) and bool(np.any(self.gap(of)))

    def _still(self, of: Node) -> Array:
        now = self.now(of)
        if of.number <= self.start or not of.operands:
            return now
        if isinstance(of, RuleStep):
            if isinstance(of.rule.off, str):
                return np.broadcast_to(self.then(of.operands[list(of.rule.inputs).index(of.rule.off)]), now.shape)
            return np.full(now.shape, float(of.rule.off))
        if isinstance(of, Draw):
            return np.zeros(now.shape)
        if isinstance(of, Chanced):
            return now
        return np.broadcast_to(of.evaluate(*(self.then(one) for one in of.operands)), now.shape)


@dataclass
class Found:
    """Where a difference went.

    Attributes:
        reached: step at which the search stopped -> what goes down to it.
        moved: rule or draw -> what it did to states this month, as against a month in which it had done nothing.
    """

    reached: dict[Node, Carried] = field(default_factory=dict)
    moved: dict[Node, Array] = field(default_factory=dict)


class Flow:
    """A graph, and how differences go down it.

    Args:
        width: worlds of each run.
        starts: month -> number of the last step before it: where given, states are led back to what moved them.
    """

    def __init__(self, width: int, starts: Mapping[int, int] | None = None) -> None:
        self.apart, self.starts = Apart(width), starts or {}
        self._still: dict[int, Still] = {}
        self._is_stock: dict[Node, bool] = {}

    def amount(self, node: Node, carried: Carried) -> Array:
        """What a step carries of the difference, per world."""
        return _carries(self.apart, node, *carried)

    def down(self, starts: Mapping[Node, Carried], stop: Callable[[Node], bool]) -> Found:
        """Follow the difference from some steps to those at which to stop; the first ones are always opened."""
        out = Found()
        pending: Pending = {}
        heap: Heap = []
        _pend(pending, heap, ((node, *carried) for node, carried in starts.items()))
        first = set(pending)
        while heap:
            node = _next(heap)
            slope, residual = pending.pop(node)
            if node not in first and stop(node):
                out.reached[node] = slope, residual
                continue
            _pend(pending, heap, self._open(node, slope, residual, out))
        return out

    def _open(self, node: Node, slope: Array | None, residual: Array | None, out: Found) -> list[Contribution]:
        if self._stock(node):
            self._moved(node, slope, residual, out)
            return []
        contributions = list(node.contributions(self.apart, slope, residual))
        if not contributions:
            out.reached[node] = slope, residual
        return contributions

    def _stock(self, node: Node) -> bool:
        """Whether a state went on from where it had been, so that it stays as it is when nothing moves it."""
        if node.before is None or not self.starts:
            return False
        known = self._is_stock.get(node)
        if known is None:
            still = self._frame(node.month)
            start = self.apart.now(node.before)
            known = np.array_equal(self.apart.then(node), start) and bool(
                np.allclose(still.then(node), start, rtol=0.0, atol=1e-12 * (1.0 + float(np.max(np.abs(start)))))
            )
            self._is_stock[node] = known
        return known

    def _frame(self, month: int) -> Still:
        return self._still.setdefault(month, Still(self.apart.width, self.starts[month]))

    def _moved(self, node: Node, slope: Array | None, residual: Array | None, out: Found) -> None:
        """Lead a state's change back to the rules and draws that made it."""
        still = self._frame(node.month)
        pending: Pending = {}
        heap: Heap = []
        _pend(pending, heap, [(node, slope, residual)])
        while heap:
            one = _next(heap)
            slope, residual = pending.pop(one)
            if isinstance(one, RuleStep | Draw):
                contributions = self._own(one, still, slope, residual, out)
            else:
                contributions = list(one.contributions(still, slope, residual))
                if not contributions:  # a shock, say
                    _book(out.moved, one, _carries(still, one, slope, residual))
            _pend(pending, heap, contributions)

    def _own(
        self, one: Node, still: Still, slope: Array | None, residual: Array | None, out: Found
    ) -> list[Contribution]:
        """A rule's own part is what it made of the value that passes it; the residual is how that value had moved."""
        passed = None
        if isinstance(one, RuleStep) and isinstance(one.rule.off, str):
            passed = one.operands[list(one.rule.inputs).index(one.rule.off)]
        whole = still.gap(one)
        before = np.zeros(whole.shape) if passed is None else still.gap(passed)
        own = whole - before
        mine, passing = shared([own, before], [np.ones(whole.shape), np.zeros(whole.shape)])
        amount = np.zeros(self.apart.width)
        if slope is not None:
            amount = amount + _per_world(slope * own)
        if residual is not None:
            amount = amount + _per_world(residual * mine)
        _book(out.moved, one, amount)
        if passed is None or not np.any(before):
            return []
        return [(passed, slope, None if residual is None else residual * passing)]


# What is still to be opened: step -> its slope and residual; and the same steps, the last one first.
Pending = dict[Node, list[Array | None]]
Heap = list[tuple[int, Node]]


def _pend(pending: Pending, heap: Heap, contributions: Iterable[Contribution]) -> None:
    for to, slope, residual in contributions:
        known = pending.get(to)
        if known is None:
            pending[to] = [slope, residual]
            heapq.heappush(heap, (-to.number, to))
        else:
            known[0], known[1] = _plus(known[0], slope), _plus(known[1], residual)


def _next(heap: Heap) -> Node:
    return heapq.heappop(heap)[1]


def _book(moved: dict[Node, Array], node: Node, amount: Array) -> None:
    moved[node] = moved[node] + amount if node in moved else amount


def _carries(frame: Apart, node: Node, slope: Array | None, residual: Array | None) -> Array:
    out = np.zeros(frame.width)
    if slope is not None:
        out = out + _per_world(slope * frame.gap(node))
    return out if residual is None else out + _per_world(residual)


def _plus(one: Array | None, other: Array | None) -> Array | None:
    if one is None:
        return other
    return one if other is None else one + other


def _per_world(values: Array) -> Array:
    while values.ndim > 1:
        values = values.sum(axis=0)
    return values
