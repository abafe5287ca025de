"""How near the compiled month is to its limit, as ratios in one run. `python benchmarks/limit.py`; nothing here is a test.

The limit is the bare machine code, called with all that it needs beside it: what a run takes beyond that is parameters,
settings, tables, and reading the outcome. NumPy's engine runs the same worlds beside it. Measures are taken in turns, and each
is the least of some: what else the machine does only adds.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any

from sim.engine import run as engine
from sim.ensemble.chunks import take
from sim.ensemble.simulate import simulate
from sim.ensemble.spec import RunSpec
from sim.scenario import load_scenario

MONTHS, TURNS = 60, 5
SIZES = (1, 8, 200, 1_000, 8_000)


@contextmanager
def bare() -> Iterator[list[float]]:
    """The seconds that machine code takes meanwhile, call by call."""
    spent: list[float] = []
    plain = engine.Run.call

    def call(self: Any, function: Any, first: int, last: int) -> None:
        started = time.perf_counter()
        plain(self, function, first, last)
        spent.append(time.perf_counter() - started)

    engine.Run.call = call  # type: ignore[method-assign]
    try:
        yield spent
    finally:
        engine.Run.call = plain  # type: ignore[method-assign]


def seconds(spec: RunSpec, workers: int = 1) -> float:
    """Of a run from its scenario to the outcome of each world."""
    started = time.perf_counter()
    for _ in simulate(spec, take, workers=workers):
        pass
    return time.perf_counter() - started


def least(*measures: Callable[[], float], turns: int = TURNS) -> list[float]:
    """The least of some measurements of each, taken in turns."""
    return [min(one) for one in zip(*([measure() for measure in measures] for _ in range(turns)), strict=True)]


def report(name: str = "confront") -> None:
    """Print the table."""
    print(
        f"{name}, {MONTHS} months, from the scenario to each world's outcome; one thread, and in the last columns two"
    )
    print("worlds    ms    us a run   over bare code   NumPy over compiled   two threads   runs a second")
    for worlds in SIZES:
        spec = RunSpec.of(load_scenario(name), worlds, MONTHS, 1, series=False, engine="compiled")
        seconds(spec)

        def code(spec: RunSpec = spec) -> float:
            with bare() as spent:
                seconds(spec)
            return sum(spent)

        whole, kernel = least(partial(seconds, spec), code)
        (numpy,) = least(partial(seconds, replace(spec, engine="numpy")), turns=2)
        (two,) = least(partial(seconds, spec, 2))
        print(
            f"{worlds:6,} {whole * 1e3:8.1f} {whole / worlds * 1e6:8.0f} {whole / kernel:12.2f}"
            f" {numpy / whole:18.1f} {whole / two:17.2f} {worlds / two:16,.0f}"
        )


if __name__ == "__main__":
    report()
