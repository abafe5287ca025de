"""Layouts: where the points of a design lie, each from its number, so that no table of them has to be there.

A layout answers for any points, in any order, as if the whole design had been laid out. What it keeps is small: nothing but
a seed for a factorial or a sliced Latin hypercube; the base rows of Saltelli's scheme and the turns of Morris's
trajectories, from which some hundred points each are made; a table only where a design is one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import ClassVar, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.worlds import Streams, Vector

Matrix: TypeAlias = NDArray[np.float64]  # (points, factors)
Numbers: TypeAlias = NDArray[np.int64]
# Points of a sliced Latin hypercube that are drawn together; other slices would be other points.
SLICE = 1_000


class Layout(Protocol):
    """A design, laid out.

    Attributes:
        small: whether it is little to send, however many points it has.
        together: how many points in a row are made at once; 1 where each is made by itself.
    """

    @property
    def small(self) -> bool: ...

    @property
    def together(self) -> int: ...

    def places(self, numbers: Numbers) -> Matrix:
        """The place of each of these points in each factor's range, 0 to 1, column by column in memory."""


@dataclass(frozen=True)
class Rows:
    """Points that stand in a table, shape (points, factors)."""

    table: Matrix = field(repr=False)
    small: ClassVar[bool] = False
    together: ClassVar[int] = 1

    def places(self, numbers: Numbers) -> Matrix:
        return by_column(self.table, numbers)


@dataclass(frozen=True)
class Grid:
    """Every combination of levels; the last factor changes fastest. `levels`: the places of each factor's."""

    levels: tuple[Vector, ...]
    small: ClassVar[bool] = True
    together: ClassVar[int] = 1

    def places(self, numbers: Numbers) -> Matrix:
        out = np.empty((len(numbers), len(self.levels)), order="F")
        for column in reversed(range(len(self.levels))):
            numbers, level = np.divmod(numbers, len(self.levels[column]))
            out[:, column] = self.levels[column][level]
        return out


@dataclass(frozen=True)
class CrossSampled:
    """Saltelli's rows, in the order in which SALib reads them: for each row of the base A, then A with one group's columns after
    the other from B, with `second_order` B with one group's columns after the other from A, and B.

    Attributes:
        base: A and B side by side, shape (rows, 2 * factors).
        groups: the number of each factor's group, from 0; without groups each factor is one.
    """

    base: Matrix = field(repr=False)
    second_order: bool
    groups: Numbers = field(repr=False)
    small: ClassVar[bool] = False
    together: ClassVar[int] = 1

    def places(self, numbers: Numbers) -> Matrix:
        factors, count = len(self.groups), int(self.groups.max()) + 1
        last = (2 * count if self.second_order else count) + 1
        row, step = np.divmod(numbers, last + 1)
        of_b = (step > count)[:, None]
        # Where B stands alone, no column is of A.
        crossed = np.where(step == last, 0, step)[:, None] == self.groups + 1 + of_b * count
        return np.asfortranarray(np.where(of_b ^ crossed, self.base[row, factors:], self.base[row, :factors]))


@dataclass(frozen=True)
class Trajectories:
    """Morris's trajectories: from a start, each factor steps once, up or down, in an order of their own.

    Attributes:
        start: the lower of a factor's two places; turn: after which step it takes the other; rises: whether that is the upper
            one; all of shape (trajectories, factors).
        step: how far apart the two are.
    """

    start: Matrix = field(repr=False)
    turn: NDArray[np.int32] = field(repr=False)
    rises: NDArray[np.bool_] = field(repr=False)
    step: float
    small: ClassVar[bool] = False
    together: ClassVar[int] = 1

    def places(self, numbers: Numbers) -> Matrix:
        one, steps = np.divmod(numbers, self.start.shape[1] + 1)
        upper = (steps[:, None] > self.turn[one]) == self.rises[one]
        return np.asfortranarray(self.start[one] + np.where(upper, self.step, 0.0))


@dataclass(frozen=True)
class Sliced:
    """A Latin hypercube that is made a slice at a time (Qian 2012, Sliced Latin hypercube designs, JASA 107): each slice is a
    Latin hypercube of few strata, and in each of these strata every slice takes a finer one of its own.

    Attributes:
        points: in all; seed: of the design; names: of the factors, each of which has streams of its own.
    """

    points: int
    seed: int
    names: tuple[str, ...]
    small: ClassVar[bool] = True
    together: ClassVar[int] = SLICE

    def places(self, numbers: Numbers) -> Matrix:
        which, within = np.divmod(numbers, SLICE)
        slices = np.unique(which)
        if len(slices) == 1:
            return by_column(self._slice(int(slices[0])), within)
        out = np.empty((len(numbers), len(self.names)), order="F")
        for one in slices:
            here = np.flatnonzero(which == one)
            out[here] = self._slice(int(one))[within[here]]
        return out

    def _slice(self, number: int) -> Matrix:
        stratum, within = _drawn(self.seed, self.names, number)
        first, count, shift = _strata(self.points, self.seed, self.names)
        fine = number + shift
        fine -= count * (fine >= count)
        return ((np.take_along_axis(first + fine, stratum, axis=1) + within) / self.points).T


def _drawn(seed: int, names: tuple[str, ...], number: int) -> tuple[Numbers, Matrix]:
    """Of each factor and point of a slice: its stratum, and where in the finer stratum it lies, 0 to 1."""
    streams = Streams(seed, 2 * SLICE)
    drawn = np.stack([streams.uniform(f"design.slice/{name}", 0, number) for name in names])
    return np.argsort(drawn[:, :SLICE], axis=1, kind="stable"), drawn[:, SLICE:]


@lru_cache(maxsize=4)
def _strata(points: int, seed: int, names: tuple[str, ...]) -> tuple[Numbers, Numbers, Numbers]:
    """Of each factor and stratum: the number of its first finer one, how many it has (one for each slice that has a point in
    it; the last slice may have points in some only), and which of them is the first slice's."""
    slices, rest = divmod(points, SLICE)
    count = np.full((len(names), SLICE), slices)
    last, _ = _drawn(seed, names, slices)
    np.put_along_axis(count, last[:, :rest], slices + 1, axis=1)
    streams = Streams(seed, SLICE)
    shift = np.stack([streams.uniform(f"design.shift/{name}", 0) for name in names]) * count
    return np.cumsum(count, axis=1) - count, count, shift.astype(np.int64)


def by_column(table: Matrix, rows: Numbers) -> Matrix:
    """Some rows of a table, column by column in memory."""
    out = np.empty((len(rows), table.shape[1]), order="F")
    for column in range(table.shape[1]):
        out[:, column] = table[rows, column]
    return out
