"""The worlds axis: paired random streams, and helpers for vectors over worlds.

Everything in a run is a vector over worlds. A world keeps its number whatever batch it is computed in, and its draws
belong to (seed, name of the draw, month, world) alone: see :class:`Streams`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from sim.limits import LimitError

Vector = NDArray[np.float64]

# Philox is a counter-based generator (Salmon, Moraes, Dror and Shaw 2011, Parallel random numbers: as easy as 1, 2, 3, SC'11):
# no draw depends on what else was drawn.
# One Philox block holds four 64-bit words, so four worlds.
_BLOCK = 4
# Slots of a stream that are drawn together: turning the generator to a place takes as long as some hundred draws.
PAGE = 16
# The most worlds of a run.
MOST_WORLDS = 1_000_000
# Uniforms stay clear of 0 and 1, so that no inverse of a distribution runs to infinity.
LEAST, MOST = 1e-12, 1 - 1e-9


def whole(name: str, value: object, low: int, high: int) -> int:
    """A whole number within limits, as a plain int.

    Raises:
        LimitError: it is none, or outside of them.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer) or not low <= value <= high:
        raise LimitError(f"{name} must be a whole number from {low:,} to {high:,}; got {value!r}")
    return int(value)


def numbers(name: str, given: object, worlds: int) -> Vector:
    """A number, or one for each world, as an array of its own.

    Raises:
        LimitError: it is something else.
    """
    try:
        values = np.array(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise LimitError(f"{name} is no number: {given!r:.60}") from None
    if values.shape not in ((), (worlds,)):
        raise LimitError(f"{name} has shape {values.shape}; allowed: a number, or one for each of {worlds} worlds")
    return values


@dataclass(frozen=True)
class BatchLayout:
    """Which worlds stand where on a model's worlds axis: block after block, each with worlds of the same numbers.

    Blocks are points of a sweep, or candidates of a search. A world's draws follow from its number, so that worlds of
    one number have common random numbers in all blocks.

    Attributes:
        worlds: in each block; first: the number of the first of them.
        blocks: how many.
        numbers: the worlds' own numbers where they do not follow each other, in rising order; one may come twice.
    """

    worlds: int
    first: int = 0
    blocks: int = 1
    numbers: tuple[int, ...] | None = None

    def __post_init__(self) -> None:
        for name, low in (("worlds", 1), ("first", 0), ("blocks", 1)):
            whole(name, getattr(self, name), low, MOST_WORLDS)
        if self.numbers is not None:
            rising = all(low <= high for low, high in pairwise((0, *self.numbers, MOST_WORLDS)))
            if len(self.numbers) != self.worlds or not rising:
                raise ValueError(
                    f"numbers must be {self.worlds} whole numbers in rising order, from 0 to {MOST_WORLDS:,}"
                )

    @property
    def size(self) -> int:
        """The length of the worlds axis."""
        return self.worlds * self.blocks

    def block(self, number: int) -> slice:
        """Where the worlds of a block stand."""
        return slice(number * self.worlds, (number + 1) * self.worlds)

    def number(self, place: int) -> int:
        """The number of the world that stands at a place."""
        place %= self.worlds
        return self.first + place if self.numbers is None else self.numbers[place]


class Streams:
    """Uniform draws in [1e-12, 1 - 1e-9], indexed by world.

    A stream has a stable written name ("taliban.stance/restrain"). The name and the seed make the Philox key; the world,
    the slot and the month make the counter. So a draw depends on nothing else: not on how many worlds there are, in
    which order draws are made, or which other streams exist.

    Args:
        seed: 0 to 2**63 - 1.
        layout: which worlds they are for; a number stands for so many worlds from the first on.

    Attributes:
        worlds: the length of the worlds axis.
    """

    def __init__(self, seed: int, layout: BatchLayout | int) -> None:
        self.seed, self.layout = seed, layout if isinstance(layout, BatchLayout) else BatchLayout(layout)
        self.worlds = self.layout.size
        numbers = self.layout.numbers
        first = self.layout.first if numbers is None else numbers[0]
        self._first, self._skip = first, first % _BLOCK
        self._span = self.layout.worlds if numbers is None else numbers[-1] - first + 1
        # Where the worlds' draws lie among those of all worlds from the first block on.
        self._places: slice | NDArray[np.intp] = slice(self._skip, None)
        self._drawn = self._skip + self.layout.worlds
        if numbers is not None:
            self._places = np.array(numbers, dtype=np.intp) - (first - self._skip)
            self._drawn = int(self._places[-1]) + 1
        self._bits = np.random.Philox(0)
        self._generator = np.random.Generator(self._bits)
        self._state = self._bits.state
        self._state["buffer_pos"] = _BLOCK
        self._counter = self._state["state"]["counter"] = np.zeros(4, dtype=np.uint64)

    def uniform(self, name: str, month: int, slot: int = 0) -> Vector:
        """One draw per world, shape (worlds,)."""
        out: Vector = np.empty(self.worlds)
        self._fill(out, name, month, slot)
        return _kept_clear(out)

    def uniforms(self, name: str, month: int, slots: int, first: int = 0) -> Vector:
        """Draws for so many slots of a stream, from slot `first` on, shape (slots, worlds).

        A slot's draws depend on its number alone, not on which others are drawn: a world's lie beside each other, so many
        to a page, and whole pages are drawn.
        """
        pages = range(first // PAGE, -(-(first + slots) // PAGE))
        drawn = np.concatenate([self._page(name, month, page) for page in pages], axis=1)
        start = first - pages[0] * PAGE
        return _kept_clear(np.ascontiguousarray(drawn[:, start : start + slots].T))

    def counted(self, name: str, month: int, counts: Vector) -> tuple[Vector, NDArray[np.intp]]:
        """The first draws of a stream's slots, as many as each world counts: the draws, and the place of each one's world."""
        draws, worlds, here = [], [], np.arange(self.worlds)
        for page in range(max(1, -(-int(counts.max()) // PAGE))):
            left = np.minimum(np.maximum(counts - page * PAGE, 0), PAGE).astype(np.intp)
            draws.append(self._page(name, month, page)[np.arange(PAGE) < left[:, None]])
            worlds.append(here.repeat(left))
        return _kept_clear(np.concatenate(draws)), np.concatenate(worlds)

    def _page(self, name: str, month: int, page: int) -> Vector:
        """So many slots of every world, shape (worlds, PAGE)."""
        self._turn_to(name, month, page + 1, self._first * PAGE // _BLOCK)
        drawn = self._generator.random((self._span, PAGE))
        if self.layout.numbers is not None:
            drawn = drawn[np.array(self.layout.numbers, dtype=np.intp) - self._first]
        return drawn if self.layout.blocks == 1 else np.tile(drawn, (self.layout.blocks, 1))

    def full(self, value: float | Vector) -> Vector:
        """A fresh contiguous (worlds,) vector of this value."""
        return np.ones(self.worlds) * value

    def _fill(self, row: Vector, name: str, month: int, slot: int) -> None:
        self._turn_to(name, month, slot, self._first // _BLOCK)
        if self._skip == 0 and self.layout.blocks == 1 and self.layout.numbers is None:
            self._generator.random(out=row)
        else:
            drawn = self._generator.random(self._drawn)
            row.reshape(self.layout.blocks, -1)[:] = drawn[self._places]

    def key(self, name: str) -> NDArray[np.uint64]:
        """The Philox key of a stream: two whole numbers."""
        return _key(self.seed, name)

    def _turn_to(self, name: str, month: int, slot: int, block: int) -> None:
        """Turn the generator to a place of a stream: the draws that follow begin there."""
        self._state["state"]["key"] = self.key(name)
        self._counter[0], self._counter[1], self._counter[2] = block, slot, month
        self._bits.state = self._state


@lru_cache(4096)
def _key(seed: int, name: str) -> NDArray[np.uint64]:
    return np.frombuffer(blake2b(f"{seed}\x1f{name}".encode(), digest_size=16).digest(), dtype=np.uint64)


def _kept_clear(draws: Vector) -> Vector:
    """Draws, themselves changed, that are neither 0 nor 1."""
    np.maximum(draws, LEAST, out=draws)
    np.minimum(draws, MOST, out=draws)
    return draws


def clip(values: Vector, low: float | Vector, high: float | Vector) -> Vector:
    """Values held within [low, high]; a NaN stays a NaN, so that the end-of-month check sees it."""
    out: Vector = np.minimum(np.maximum(values, low), high)
    return out


def stacked(rows: Iterable[Vector]) -> Vector:
    """Vectors one under the other, shape (rows, worlds): NumPy's `stack`, in a third of its time where they are few."""
    listed = list(rows)
    for one in listed:
        if type(one) is not np.ndarray:  # one that records how it came about (sim/why)
            return np.stack(listed)
    return np.array(listed)


def total(rows: Iterable[Vector]) -> Vector:
    """The sum of vectors, always added in the order given.

    NumPy's own sums over an axis add in an order that depends on the shape, so that a chunk of one world would get other
    bits than a chunk of a thousand.
    """
    if type(rows) is np.ndarray and rows.ndim == 2 and rows.flags.c_contiguous:
        # Over whole rows NumPy adds them one after another, but a single column in pairs; a running sum never does.
        out: Vector = (rows.sum(axis=0) if rows.shape[1] > 1 else rows.cumsum(axis=0)[-1]) + 0.0
        return out
    iterator = iter(rows)
    out = next(iterator) + 0.0
    for row in iterator:
        out = out + row
    return out


def tally(rows: Vector) -> Vector:
    """The sum over the first axis of whole numbers, such as the dead of each attack: exact, so the same in any order."""
    out: Vector = rows.sum(axis=0)
    return out
