"""How often the engines differ. `python benchmarks/engines.py [--brief]`; nothing here is a test.

Both have the same draws. A world goes another way where a draw falls so near to a boundary that rounding decides; it is counted
once. Every scenario is run, with parameters from their whole ranges and from the sets that agree with the record.
"""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.simulate import simulate_batch
from sim.ensemble.spec import RunSpec
from sim.metrics import METRICS, PANELS
from sim.model import FrontierModel
from sim.scenario import list_scenarios, load_scenario

WORLDS, BRIEF, MONTHS = 1_000, 8, 60
# Readings agree to so much; what is next to nothing is measured against this.
NEAR, NOTHING = 1e-9, 1e-3


def readings(model: FrontierModel, _: RunSpec) -> dict[str, NDArray[Any]]:
    """All that a model's collector holds, months first."""
    kept: Any = model.datacollector.model_vars
    months = {name: np.array([np.atleast_1d(row) for row in kept[name]]) for name in METRICS}
    return months | {name: np.array([np.asarray(row) for row in kept[name]]) for name in PANELS if name in kept}


def both(spec: RunSpec) -> tuple[dict[str, NDArray[Any]], dict[str, NDArray[Any]]]:
    """What each engine makes of it: NumPy, machine code."""
    numpy, code = (simulate_batch(replace(spec, engine=one), readings) for one in ("numpy", "compiled"))
    return numpy, code


def worlds_apart(spec: RunSpec) -> int:
    """In how many worlds the engines differ by more than rounding, in any metric, panel or month."""
    numpy, code = both(spec)
    assert numpy.keys() == code.keys()
    apart = np.zeros(spec.layout.size, dtype=bool)
    for name, one in numpy.items():
        off = np.abs(one - code[name]) > NEAR * np.maximum(np.abs(one), NOTHING)
        apart |= off.reshape(-1, spec.layout.size).any(axis=0)
    return int(apart.sum())


def report(worlds: int = WORLDS) -> None:
    """Print the rate, set of parameters by set of parameters, and over all."""
    scenarios = [load_scenario(name) for name, _, _ in list_scenarios()]
    apart = months = 0
    for parameters in ("prior", "posterior"):
        specs = [RunSpec.of(one, worlds, MONTHS, 1, parameters=parameters) for one in scenarios]
        found = sum(map(worlds_apart, specs))
        apart, months = apart + found, months + sum(spec.world_months for spec in specs)
        print(f"{parameters}: {found} of {len(specs) * worlds:,} worlds of {len(specs)} scenarios", flush=True)
    # Of what happens at a rate r, none is seen in n cases with a chance of exp(-r n): 5 % at r = 3 / n.
    most = "" if apart else f", so fewer than {3 / months:.2g} with 95 % confidence"
    print(f"{apart} in {months:,} world-months: {apart / months:.1g} (asked: below 1e-06){most}")


if __name__ == "__main__":
    report(BRIEF if "--brief" in sys.argv else WORLDS)
