"""Steps of a computation that was made twice, and how a difference in what a step gave splits over what it took.

Every value is recorded for two runs side by side: the last axis holds one run's worlds, then the other's. A step says
what it took and, in two readings (a :class:`Frame`), how much of the difference in its result each input carries. Two
things are sent down the graph from a result to its inputs, and what they say of an input adds up to the result exactly:

- a *slope*: the result's difference per unit of the input's, times the input's difference. For sums and products it is
  that of algebra, for quotients the path integral along the straight line between the two readings (Aumann and
  Shapley), which never pairs one reading's numerator with the other's denominator; for every other step, rules above
  all, the Shapley value of the input, by all combinations of the inputs that differ.
- a *residual*: a difference that no slope carries. Where chance has fallen (a draw, a choice), slopes are those of what was
  to be expected, its mean or its probability; by how much more or less it came out goes along as the residual. It is shared
  at every step in proportion to how hard each input pushed, so it stays within its size, where a slope over a
  difference that happens to be next to nothing would not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np

from sim.rule import Rule
from sim.why.shapley import Array, number, shapley, shared

# A plain number, or an array without a worlds axis, may stand for a step that never differs.
Operand = Any
Contribution = tuple["Node", Array | None, Array | None]

# Below this share of a value a difference is noise of rounding: what it did goes along as a residual.
NOISE = 1e-9


class Label(NamedTuple):
    """What a step is called. `kind` is one of rule, draw, decision, chances, lever, parameter, shock, luck, state."""

    kind: str
    name: str
    owner: str = ""


class Frame(Protocol):
    """Two readings of a graph: as it is now, and what that is compared with."""

    ways: dict[Node, list[Way]]

    def now(self, of: Operand) -> Array: ...
    def then(self, of: Operand) -> Array: ...
    def gap(self, of: Node) -> Array: ...
    def differs(self, of: Operand) -> bool: ...


class Node:
    """A value of both runs, and the step that gave it.

    Attributes:
        number: nodes are numbered as they come about, so a step's inputs have lower numbers.
        value: last axis: one run's worlds, then the other's.
        operands: what the step took.
        differs: whether the two runs' values differ in any world.
        label: what it is called; None for arithmetic between named things.
        month: of the first run.
        before: for a state at the end of a month, the same state at its start.
    """

    __slots__ = ("before", "differs", "label", "month", "number", "operands", "value")

    def __init__(self, number: int, value: Array, operands: Sequence[Operand] = (), month: int = 0) -> None:
        self.number, self.value, self.operands, self.month = number, value, operands, month
        self.label: Label | None = None
        self.before: Node | None = None
        self.differs = False

    @property
    def takes(self) -> Iterator[Node]:
        """The inputs that are steps themselves."""
        return (one for one in self.operands if isinstance(one, Node))

    def evaluate(self, *values: Array) -> Array:
        """The step, of one run's values."""
        raise NotImplementedError

    def split(self, frame: Frame) -> list[Way]:
        """What carries the result's difference; nothing where it came from outside."""
        return []

    def contributions(self, frame: Frame, slope: Array | None, residual: Array | None) -> Iterator[Contribution]:
        """Slope and residual of each input, from those of the result."""
        ways = frame.ways.get(self)
        if ways is None:
            ways = frame.ways[self] = self.split(frame)
        if residual is not None and len(ways) > 1 and ways[0].share is None:
            shares = shared([way.carries(frame) for way in ways], [np.abs(frame.gap(way.to)) for way in ways])
            for way, share in zip(ways, shares, strict=True):
                way.share = share
        for way in ways:
            shape = frame.gap(way.to).shape
            down = None if slope is None else fit(slope * way.slope, shape)
            loose = None if slope is None or way.loose is None else slope * way.loose
            if residual is not None:
                part = residual if way.share is None else residual * way.share
                loose = part if loose is None else loose + part
            yield way.to, down, None if loose is None else fit(loose, shape)


class Way:
    """How a result's difference goes to one input.

    Attributes:
        to: the input.
        slope: the part of the difference that the input carries, per unit of its own difference.
        loose: what it carries as a residual; None for nothing.
        share: of a residual that comes down to the result, 0 to 1; None: all of it, or not yet asked for.
    """

    __slots__ = ("loose", "share", "slope", "to")

    def __init__(self, to: Node, slope: Array | float, loose: Array | None = None) -> None:
        self.to, self.slope, self.loose = to, slope, loose
        self.share: Array | None = None

    def carries(self, frame: Frame) -> Array:
        """All of the difference that goes this way."""
        out: Array = self.slope * frame.gap(self.to)
        return out if self.loose is None else out + self.loose


def way(frame: Frame, to: Node, part: Array) -> Way:
    """The way of a part of the difference: by its slope over the input's, where that is more than noise."""
    gap = frame.gap(to)
    size = np.abs(gap)
    real = size > NOISE * np.maximum(np.abs(frame.now(to)), np.abs(frame.then(to)))
    slope = np.where(real, part, 0.0) / np.where(real, gap, 1.0)
    if np.all(real | (size == 0.0)):
        return Way(to, slope)
    return Way(to, slope, np.where(real, 0.0, part))


def fit(values: Array, shape: tuple[int, ...]) -> Array:
    """Values over a result's shape, added up to the shape of an input that was spread over it."""
    if values.shape == shape:
        return values
    while values.ndim > len(shape):
        values = values.sum(axis=0)
    for axis, size in enumerate(shape):
        if size == 1 and values.shape[axis] > 1:
            values = values.sum(axis=axis, keepdims=True)
    return values if values.shape == shape else np.broadcast_to(values, shape)


class Leaf(Node):
    """What came from outside of the graph: a setting, a parameter, luck, a state from before."""

    __slots__ = ()


class Same(Node):
    """A value under another name or of another type."""

    __slots__ = ()

    def evaluate(self, *values: Array) -> Array:
        return number(values[0])

    def split(self, frame: Frame) -> list[Way]:
        (one,) = self.takes
        return [Way(one, 1.0)] if frame.differs(one) else []


class Applied(Node):
    """A function that works element by element: NumPy's, or another."""

    __slots__ = ("function",)

    def __init__(
        self, number: int, value: Array, operands: Sequence[Operand], month: int, function: Callable[..., Array]
    ) -> None:
        super().__init__(number, value, operands, month)
        self.function = function

    def evaluate(self, *values: Array) -> Array:
        return self.function(*values)

    def split(self, frame: Frame) -> list[Way]:
        players = [place for place, one in enumerate(self.operands) if frame.differs(one)]
        now = [frame.now(one) for one in self.operands]
        then = [frame.then(one) for one in self.operands]
        special = _ALGEBRA.get(self.function) if len(self.operands) == 2 else None
        if special is not None:
            return special(self, frame, now, then, players)
        parts = shapley(self.evaluate, now, then, players, frame.now(self), frame.then(self))
        by: dict[Node, Array] = {}
        for place, part in zip(players, parts, strict=True):
            to = self.operands[place]
            by[to] = by[to] + part if to in by else part
        return [way(frame, to, part) for to, part in by.items()]


def _sum(node: Applied, frame: Frame, now: Sequence[Array], then: Sequence[Array], players: list[int]) -> list[Way]:
    signs = (1.0, -1.0 if node.function is np.subtract else 1.0)
    return [Way(node.operands[i], signs[i]) for i in players]


def _product(node: Applied, frame: Frame, now: Sequence[Array], then: Sequence[Array], players: list[int]) -> list[Way]:
    out = []
    for i in players:
        slope = 0.5 * (number(np.asarray(now[1 - i])) + number(np.asarray(then[1 - i])))
        out.append(Way(node.operands[i], slope))
    return out


def _quotient(
    node: Applied, frame: Frame, now: Sequence[Array], then: Sequence[Array], players: list[int]
) -> list[Way]:
    """The integral of each slope along the straight line from `then` to `now`."""
    below, above = np.asarray(now[1], dtype=np.float64), np.asarray(then[1], dtype=np.float64)
    change = below - above
    flat = change == 0.0
    inverse = np.where(flat, 1.0 / above, np.log1p(change / above) / np.where(flat, 1.0, change))
    out = []
    top = np.zeros(1)
    if 0 in players:
        top = inverse * frame.gap(node.operands[0])
        out.append(Way(node.operands[0], inverse))
    if 1 in players:
        out.append(way(frame, node.operands[1], frame.gap(node) - top))
    return out


_ALGEBRA: dict[Any, Callable[[Applied, Frame, Sequence[Array], Sequence[Array], list[int]], list[Way]]] = {
    np.add: _sum,
    np.subtract: _sum,
    np.multiply: _product,
    np.true_divide: _quotient,
}


class RuleStep(Applied):
    """A rule: its inputs, then its parameters."""

    __slots__ = ("rule",)

    def __init__(self, number: int, value: Array, operands: Sequence[Operand], month: int, rule: Rule) -> None:
        super().__init__(number, value, operands, month, rule.computes)
        self.rule = rule

    def evaluate(self, *values: Array) -> Array:
        count = len(self.rule.inputs)
        return self.function(*values[:count], **dict(zip(self.rule.parameters, values[count:], strict=True)))


class Part(Node):
    """Rows of a value."""

    __slots__ = ("index",)

    def __init__(self, number: int, value: Array, operands: Sequence[Operand], month: int, index: Any) -> None:
        super().__init__(number, value, operands, month)
        self.index = index

    def evaluate(self, *values: Array) -> Array:
        out: Array = values[0][self.index]
        return out

    def contributions(self, frame: Frame, slope: Array | None, residual: Array | None) -> Iterator[Contribution]:
        (one,) = self.takes
        if frame.differs(one):
            yield one, self._back(frame, one, slope), self._back(frame, one, residual)

    def _back(self, frame: Frame, one: Node, values: Array | None) -> Array | None:
        if values is None:
            return None
        out = np.zeros(frame.gap(one).shape)
        out[self.index] += values
        return out


class Rows(Node):
    """Values put one above the other: stacked (each a row) or joined (each its rows)."""

    __slots__ = ("joined",)

    def __init__(self, number: int, value: Array, operands: Sequence[Operand], month: int, joined: bool) -> None:
        super().__init__(number, value, operands, month)
        self.joined = joined

    def evaluate(self, *values: Array) -> Array:
        shape = np.broadcast_shapes(*(np.shape(one)[1 if self.joined else 0 :] for one in values))
        if self.joined:
            return np.concatenate([np.broadcast_to(one, (len(one), *shape)) for one in values])
        return np.stack([np.broadcast_to(one, shape) for one in values])

    def contributions(self, frame: Frame, slope: Array | None, residual: Array | None) -> Iterator[Contribution]:
        place = 0
        for one in self.operands:
            rows: Any = place
            place += 1
            if self.joined:
                rows = slice(place - 1, place - 1 + len(frame.now(one)))
                place = rows.stop
            if frame.differs(one):
                yield one, None if slope is None else slope[rows], None if residual is None else residual[rows]


class Put(Node):
    """A value with some rows replaced: takes the old value and the rows."""

    __slots__ = ("index",)

    def __init__(self, number: int, value: Array, operands: Sequence[Operand], month: int, index: Any) -> None:
        super().__init__(number, value, operands, month)
        self.index = index

    def evaluate(self, *values: Array) -> Array:
        out = np.array(values[0])
        out[self.index] = values[1]
        return out

    def contributions(self, frame: Frame, slope: Array | None, residual: Array | None) -> Iterator[Contribution]:
        old, new = self.operands
        if frame.differs(old):
            yield old, self._kept(slope), self._kept(residual)
        if frame.differs(new):
            shape = frame.gap(new).shape
            parts = [None if one is None else fit(one[self.index], shape) for one in (slope, residual)]
            yield new, parts[0], parts[1]

    def _kept(self, values: Array | None) -> Array | None:
        if values is None:
            return None
        out = values.copy()
        out[self.index] = 0.0
        return out


class Added(Node):
    """Rows added up."""

    __slots__ = ()

    def evaluate(self, *values: Array) -> Array:
        out: Array = values[0].sum(axis=0)
        return out

    def contributions(self, frame: Frame, slope: Array | None, residual: Array | None) -> Iterator[Contribution]:
        (one,) = self.takes
        if not frame.differs(one):
            return
        gap = frame.gap(one)
        down = None if slope is None else np.broadcast_to(slope, gap.shape)
        loose = None
        if residual is not None:
            size = np.abs(gap)
            whole = size.sum(axis=0)
            loose = residual * (size / np.where(whole > 0, whole, 1.0))
        yield one, down, loose
