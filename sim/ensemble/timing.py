"""How long much work will take, from a small piece of it that is tried: for sweeps, searches and calibrations alike."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple, TypeVar

T = TypeVar("T")

# A piece that takes less is tried some times more, and the mean counts: the machine's other work falls on the rest, too.
QUICK, TRIES = 0.5, 4


class Timed(NamedTuple):
    """What a piece of work takes, in seconds: each time, and once besides, for what is imported and made into machine code."""

    each: float
    once: float

    def all_of(self, pieces: float, workers: int = 1) -> float:
        """Seconds for so many pieces, with workers that each have a processor of their own."""
        return self.once + self.each * pieces / min(workers, max(pieces, 1.0))


def timed(work: Callable[[], T]) -> tuple[Timed, T]:
    """Try a piece of work: as it is done again and again, and what the first time takes besides.

    Args:
        work: the whole piece, as wide as it is to be done: machine code for fewer worlds is made anew for more.

    Returns:
        What it takes, and what the work came to.
    """
    took: list[float] = []
    while len(took) < 2 or (took[-1] < QUICK and len(took) < TRIES):
        started = time.perf_counter()
        output = work()
        took.append(time.perf_counter() - started)
    again = sum(took[1:]) / len(took[1:])
    return Timed(again, max(took[0] - again, 0.0)), output
