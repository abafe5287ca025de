"""What both engines come to on this machine, and how far that is from another's. `python benchmarks/machines.py FILE [OTHER]`.

FILE is written; OTHER is one that was written on another machine. Machine code has the same bits on every processor; NumPy's exp,
log and powers have other last digits on some. Nothing here is a test.
"""

from __future__ import annotations

import platform
import sys
from hashlib import blake2b

import numpy as np
from engines import both

from sim.ensemble.spec import RunSpec
from sim.scenario import load_scenario

# Scenario, where parameters come from, worlds, months: little enough for an emulated processor.
RUNS = (("confront", "defaults", 8, 12), ("hedge", "posterior", 8, 8), ("own_choice", "prior", 8, 6))
ENGINES = ("numpy", "compiled")
NOTHING = 1e-3  # what is next to nothing is measured against this


def readings() -> dict[str, np.ndarray]:
    """All readings, one after another, of each run and engine."""
    out = {}
    for name, parameters, worlds, months in RUNS:
        spec = RunSpec.of(load_scenario(name), worlds, months, 7, parameters=parameters, panels=True)
        for engine, found in zip(ENGINES, both(spec), strict=True):
            out[f"{engine} {name} {parameters}"] = np.concatenate([one.ravel() for _, one in sorted(found.items())])
    return out


def apart(one: np.ndarray, other: np.ndarray) -> str:
    """In words, how far two lists of readings are apart."""
    off = np.abs(one - other) / np.maximum(np.abs(one), NOTHING)
    return f"{(one == other).sum():,} of {one.size:,} equal to the bit, the furthest off by {off.max():.1e} of it"


def report(file: str, *others: str) -> None:
    """Write this machine's readings, and print how far they are from others'."""
    here = readings()
    np.savez(file, **here)
    for engine in ENGINES:
        mine = np.concatenate([one for name, one in here.items() if name.startswith(engine)])
        print(f"{platform.machine()}, {engine}: {blake2b(mine.tobytes(), digest_size=8).hexdigest()}")
        for other in others:
            there = np.load(other)
            print(
                f"  {other}: {apart(mine, np.concatenate([there[name] for name in here if name.startswith(engine)]))}"
            )


if __name__ == "__main__":
    report(*sys.argv[1:])
