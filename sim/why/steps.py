"""Steps of a computation that was lived twice, and how a difference in what a step gave splits over what it took.

Every value is recorded for two runs side by side: the last axis holds one run's worlds, then the other's. A step says
what it took and, in two readings (a :class:`Frame`), how much of the difference in its result each input carries. Two
things are sent down the graph from a result to its inputs, and what they say of an input adds up to the result exactly:

- a *slope*: the result's difference per unit of the input's, times the input's difference. For sums and products it is
  that of algebra, for quotients the path integral along the straight line between the two readings (Aumann and
  Shapley), which never pairs one reading's numerator with the other's denominator; for every other step, rules above
  all, the Shapley value of the input, by all combinations of the inputs that differ.
- a *rest*: a difference that no slope carries. Where chance has fallen (a draw, a choice), slopes are those of what was
  to be expected, its mean or its probability; by how much more or less it came out goes along as the rest. It is shared
  at every step in proportion to how hard each input pushed, so it stays within its size, where a slope over a
  difference that happens to be next to nothing would not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import combinations
from math import factorial
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.rule import Rule

Array = NDArray[Any]
# A plain number, or an array without a worlds axis, may stand for a step that never differs.
Operand = Any
Push = tuple["Node", Array | None, Array | None]

# Below this share of a value a difference is noise of rounding: what it did goes along as a rest.
NOISE = 1e-9
# Combinations double with every input; beyond this many, the last ones are taken as one and share what it gets.
MOST_PLAYERS = 9


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
        month: the month that the first run lived.
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

    def push(self, frame: Frame, slope: Array | None, rest: Array | None) -> Iterator[Push]:
        """Slope and rest of each input, from those of the result."""
        ways = frame.ways.get(self)
        if ways is None:
            ways = frame.ways[self] = self.split(frame)
        if rest is not None and len(ways) > 1 and ways[0].share is None:
            shares = shared([way.phi for way in ways], [np.abs(frame.gap(way.to)) for way in ways])
            for way, share in zip(ways, shares, strict=True):
                way.share = share
        for way in ways:
            shape = frame.gap(way.to).shape
            down = None if slope is None else fit(slope * way.slope, shape)
            loose = None if slope is None or way.loose is None else slope * way.loose
            if rest is not None:
                part = rest if way.share is None else rest * way.share
                loose = part if loose is None else loose + part
            yield way.to, down, None if loose is None else fit(loose, shape)


class Way:
    """How a result's difference goes to one input.

    Attributes:
        phi: the part of it that the input carries.
        slope: the same per unit of the input's difference.
        loose: what of `phi` goes as a rest; None for nothing.
        share: of a rest, 0 to 1; None: all.
    """

    __slots__ = ("loose", "phi", "share", "slope", "to")

    def __init__(self, to: Node, phi: Array, slope: Array | float, loose: Array | None = None) -> None:
        self.to, self.phi, self.slope, self.loose = to, phi, slope, loose
        self.share: Array | None = None


def way(frame: Frame, to: Node, phi: Array) -> Way:
    """A way with the slope that `phi` makes over the input's difference, where that is more than noise."""
    gap = frame.gap(to)
    size = np.abs(gap)
    real = size > NOISE * np.maximum(np.abs(frame.now(to)), np.abs(frame.then(to)))
    slope = np.where(real, phi, 0.0) / np.where(real, gap, 1.0)
    if np.all(real | (size == 0.0)):
        return Way(to, phi, slope)
    return Way(to, phi, slope, np.where(real, 0.0, phi))


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


def shared(pushes: Sequence[Array], gaps: Sequence[Array]) -> list[Array]:
    """Shares of a rest: in proportion to the size of each push, where there is none to that of each difference."""
    sizes = [np.abs(push) for push in pushes]
    whole = sum(sizes[1:], sizes[0])
    if not np.all(whole > 0):
        none = whole == 0
        sizes = [np.where(none, gap, size) for size, gap in zip(sizes, gaps, strict=True)]
        whole = sum(sizes[1:], sizes[0])
    whole = np.where(whole > 0, whole, 1.0)
    return [size / whole for size in sizes]


@cache
def _weights(players: int) -> Array:
    """Shapley's weights: row i holds what each combination (by its bits) counts for player i."""
    out = np.zeros((players, 2**players))
    for i in range(players):
        others = [j for j in range(players) if j != i]
        for size in range(players):
            weight = factorial(size) * factorial(players - size - 1) / factorial(players)
            for chosen in combinations(others, size):
                without = sum(1 << j for j in chosen)
                out[i, without] -= weight
                out[i, without | 1 << i] += weight
    return out


def shapley(
    evaluate: Callable[..., Array],
    now: Sequence[Array],
    then: Sequence[Array],
    players: Sequence[int],
    result: Array,
    was: Array,
) -> list[Array]:
    """Each player's part of `result - was`, exactly: its marginal effect, averaged over every order of the players.

    Args:
        evaluate: the step; it works element by element, so all combinations are taken in one call.
        now, then: all that it takes, in both readings.
        players: places of those that differ.
    """
    change = _number(result) - _number(was)
    if len(players) == 1:
        return [change]
    if len(players) > MOST_PLAYERS:
        return _in_a_block(evaluate, now, then, players, result, was)
    count, rank = len(players), max(change.ndim, 1)
    bits = np.arange(2**count)
    values: list[Any] = list(now)
    for i, place in enumerate(players):
        here = (bits >> i & 1).astype(bool).reshape(-1, *(1,) * rank)
        values[place] = np.where(here, _raised(now[place], rank), _raised(then[place], rank))
    outcomes = np.array(np.broadcast_to(evaluate(*values), (2**count, *change.shape)), dtype=np.float64)
    outcomes[0], outcomes[-1] = was, result
    parts = list(np.tensordot(_weights(count), outcomes, 1))
    # The weights add up but for rounding; so that the account does, the first takes the last digit.
    parts[0] = parts[0] + (change - sum(parts[1:], parts[0]))
    return parts


def _in_a_block(
    evaluate: Callable[..., Array],
    now: Sequence[Array],
    then: Sequence[Array],
    players: Sequence[int],
    result: Array,
    was: Array,
) -> list[Array]:
    """Too many players: the last ones enter together, and share what they get by what each does alone."""
    own, block = list(players[: MOST_PLAYERS - 1]), list(players[MOST_PLAYERS - 1 :])
    fixed: list[Any] = list(now)

    def together(*values: Array) -> Array:
        inside = list(values)
        switch = values[-1]
        for place in block:
            inside[place] = np.where(switch > 0.5, now[place], then[place])
        return evaluate(*inside[:-1])

    on, off = np.ones(1), np.zeros(1)
    parts = shapley(together, [*fixed, on], [*then, off], [*own, len(fixed)], result, was)
    alone = []
    for place in block:
        values = [now[i] if i == place or i not in players else then[i] for i in range(len(now))]
        alone.append(_number(np.broadcast_to(evaluate(*values), result.shape)) - _number(was))
    shares = shared(alone, [np.ones(result.shape)] * len(block))
    return [*parts[:-1], *(parts[-1] * share for share in shares)]


def _raised(values: Array, rank: int) -> Array:
    values = np.asarray(values)
    return values.reshape((1,) * (rank - values.ndim) + values.shape)


def _number(values: Array) -> Array:
    """Truth as 1 and 0: NumPy does not subtract it."""
    return values.astype(np.float64) if values.dtype != np.float64 else values


class Leaf(Node):
    """What came from outside of the graph: a setting, a parameter, luck, a state from before."""

    __slots__ = ()


class Same(Node):
    """A value under another name or of another type."""

    __slots__ = ()

    def evaluate(self, *values: Array) -> Array:
        return _number(values[0])

    def split(self, frame: Frame) -> list[Way]:
        (one,) = self.takes
        return [Way(one, frame.gap(one), 1.0)] if frame.differs(one) else []


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
        for place, phi in zip(players, parts, strict=True):
            to = self.operands[place]
            by[to] = by[to] + phi if to in by else phi
        return [way(frame, to, phi) for to, phi in by.items()]


def _sum(node: Applied, frame: Frame, now: Sequence[Array], then: Sequence[Array], players: list[int]) -> list[Way]:
    signs = (1.0, -1.0 if node.function is np.subtract else 1.0)
    return [Way(node.operands[i], signs[i] * frame.gap(node.operands[i]), signs[i]) for i in players]


def _product(node: Applied, frame: Frame, now: Sequence[Array], then: Sequence[Array], players: list[int]) -> list[Way]:
    out = []
    for i in players:
        slope = 0.5 * (_number(np.asarray(now[1 - i])) + _number(np.asarray(then[1 - i])))
        out.append(Way(node.operands[i], slope * frame.gap(node.operands[i]), slope))
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
        out.append(Way(node.operands[0], top, inverse))
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
        super().__init__(number, value, operands, month, rule.function)
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

    def push(self, frame: Frame, slope: Array | None, rest: Array | None) -> Iterator[Push]:
        (one,) = self.takes
        if frame.differs(one):
            yield one, self._back(frame, one, slope), self._back(frame, one, rest)

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

    def push(self, frame: Frame, slope: Array | None, rest: Array | None) -> Iterator[Push]:
        place = 0
        for one in self.operands:
            rows: Any = place
            place += 1
            if self.joined:
                rows = slice(place - 1, place - 1 + len(frame.now(one)))
                place = rows.stop
            if frame.differs(one):
                yield one, None if slope is None else slope[rows], None if rest is None else rest[rows]


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

    def push(self, frame: Frame, slope: Array | None, rest: Array | None) -> Iterator[Push]:
        old, new = self.operands
        if frame.differs(old):
            yield old, self._kept(slope), self._kept(rest)
        if frame.differs(new):
            shape = frame.gap(new).shape
            parts = [None if one is None else fit(one[self.index], shape) for one in (slope, rest)]
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

    def push(self, frame: Frame, slope: Array | None, rest: Array | None) -> Iterator[Push]:
        (one,) = self.takes
        if not frame.differs(one):
            return
        gap = frame.gap(one)
        down = None if slope is None else np.broadcast_to(slope, gap.shape)
        loose = None
        if rest is not None:
            size = np.abs(gap)
            whole = size.sum(axis=0)
            loose = rest * (size / np.where(whole > 0, whole, 1.0))
        yield one, down, loose
