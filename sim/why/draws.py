"""Steps in which chance falls: counts, events, choices.

A draw jumps: a chance that shifts by a thousandth changes nothing in most worlds, and everything in one of a thousand.
So what pushed a draw is credited with what it did to the outcome that was to be expected (a mean, a probability; over
all draws that comes to the same), and what chance made of it in this world goes on as the residual (see `steps.py`). Between
scenarios the draws are the same, so the residual goes back to those who pushed; between months it is chance's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from sim import chance
from sim.why.shapley import Array, shapley, shared
from sim.why.steps import Contribution, Frame, Node, Operand, Way, fit, way
from sim.worlds import total

Function = Callable[..., Array]

# What a draw comes to on average, by its function: of all that it takes but the uniform.
EXPECTED: dict[Function, Function] = {
    chance.happens: lambda probability: probability,
    chance.poisson: lambda mean: mean,
    chance.negative_binomial: lambda mean, ratio: mean + 0.0 * ratio,
    chance.binomial: lambda trials, probability: trials * probability,
}


def likely(*values: Array, prescribed: bool = False) -> Array:
    """The probability of each option, along the last axis but one: of the options' utilities, each over worlds.

    Args:
        prescribed: whether the last value is the option that a scenario prescribes, -1 where it prescribes none.
    """
    rows = [np.asarray(one) if np.ndim(one) > 1 else np.asarray(one)[None] for one in values]
    told = rows.pop() if prescribed else None
    shape = np.broadcast_shapes(*(row.shape for row in rows))
    utilities = np.concatenate([np.broadcast_to(row, shape) for row in rows], axis=-2)
    weights = np.exp(utilities - utilities.max(axis=-2, keepdims=True))
    out: Array = weights / weights.sum(axis=-2, keepdims=True)
    if told is None:
        return out
    return np.where(told >= 0, (np.arange(len(rows))[:, None] == told).astype(np.float64), out)


class Chanced(Node):
    """A step in which a draw, its first operand, decides: `likely` is what was to be expected of the other operands."""

    __slots__ = ("function", "likely")

    def __init__(
        self, number: int, value: Array, operands: Sequence[Operand], month: int, function: Function, expected: Function
    ) -> None:
        super().__init__(number, value, operands, month)
        self.function, self.likely = function, expected

    def split(self, frame: Frame) -> list[Way]:
        """The ways of what was to be expected; the residual goes to the draw where it differs, else to the rest."""
        draw, pushing = self.operands[0], self.operands[1:]
        change = frame.gap(self)
        players = [place for place, one in enumerate(pushing) if frame.differs(one)]
        now, then = [frame.now(one) for one in pushing], [frame.then(one) for one in pushing]
        parts: list[Array] = []
        if players:
            before, after = (np.broadcast_to(self.likely(*values), change.shape) for values in (then, now))
            parts = shapley(self.likely, now, then, players, after, before)
        ways = [way(frame, pushing[i], part) for i, part in zip(players, parts, strict=True)]
        chanced = change - sum(parts, np.zeros(change.shape))
        if frame.differs(draw):
            return [Way(draw, 0.0, chanced), *ways]
        shares: list[Array | float] = [1.0]
        if len(ways) > 1:
            contributions = self._contributions(frame, now, then, players, parts)
            shares = list(shared(contributions, [np.abs(frame.gap(one.to)) for one in ways]))
        for one, share in zip(ways, shares, strict=False):
            residual = chanced * share
            one.loose = residual if one.loose is None else one.loose + residual
        return ways

    def _contributions(
        self, frame: Frame, now: Sequence[Array], then: Sequence[Array], players: Sequence[int], parts: list[Array]
    ) -> list[Array]:
        """What each contributed, for the shares of the residual."""
        return parts


class Draw(Chanced):
    """A count or an event; the first operand is the uniform draw."""

    __slots__ = ()

    def evaluate(self, *values: Array) -> Array:
        return self.function(*values)

    def _contributions(
        self, frame: Frame, now: Sequence[Array], then: Sequence[Array], players: Sequence[int], parts: list[Array]
    ) -> list[Array]:
        """By the outcome itself: how widely counts scatter, say, moves no mean."""
        uniform = frame.now(self.operands[0])

        def drawn(*values: Array) -> Array:
            shape = np.broadcast_shapes(uniform.shape, *(np.shape(one) for one in values))
            return self.function(np.broadcast_to(uniform, shape), *(np.broadcast_to(one, shape) for one in values))

        return shapley(drawn, now, then, players, frame.now(self), frame.then(self))


class Choice(Chanced):
    """Which option was chosen: 1 for it and 0 for the others, shape (options, worlds)."""

    __slots__ = ()

    def evaluate(self, *values: Array) -> Array:
        raise NotImplementedError("a choice is compared as it was made")


class Chances(Node):
    """The probability of each option, shape (options, worlds)."""

    __slots__ = ("likely",)

    def __init__(self, number: int, value: Array, operands: Sequence[Operand], month: int, expected: Function) -> None:
        super().__init__(number, value, operands, month)
        self.likely = expected

    def evaluate(self, *values: Array) -> Array:
        return self.likely(*values)

    def split(self, frame: Frame) -> list[Way]:
        players = [place for place, one in enumerate(self.operands) if frame.differs(one)]
        now, then = [frame.now(one) for one in self.operands], [frame.then(one) for one in self.operands]
        parts = shapley(self.likely, now, then, players, frame.now(self), frame.then(self))
        return [way(frame, self.operands[i], part) for i, part in zip(players, parts, strict=True)]


class Lookup(Node):
    """What stands in a table for the option chosen: takes the choice, shape (options, worlds).

    Attributes:
        table: an entry per option: a number, or an array whose last axis, of length 1, stands for the worlds.
    """

    __slots__ = ("table",)

    def __init__(self, number: int, value: Array, operands: Sequence[Operand], month: int, table: Array) -> None:
        super().__init__(number, value, operands, month)
        self.table = table if table.ndim > 1 else table[:, None]

    def evaluate(self, *values: Array) -> Array:
        out: Array = total(entry * row for entry, row in zip(self.table, values[0], strict=True))
        return out > 0.5 if self.value.dtype == np.bool_ else out

    def contributions(self, frame: Frame, slope: Array | None, residual: Array | None) -> Iterator[Contribution]:
        (one,) = self.takes
        if not frame.differs(one):
            return
        gap = frame.gap(one)
        down = loose = None
        if slope is not None:
            down = np.stack([fit(slope * entry, row.shape) for entry, row in zip(self.table, gap, strict=True)])
        if residual is not None:
            parts = [entry * row for entry, row in zip(self.table, gap, strict=True)]
            shares = shared(parts, [np.abs(row) + 0.0 * part for row, part in zip(gap, parts, strict=True)])
            loose = np.stack([fit(residual * share, row.shape) for share, row in zip(shares, gap, strict=True)])
        yield one, down, loose
