"""Parameter sets to try: Latin hypercubes over the declared ranges, drawn from the project's own streams.

McKay, Beckman and Conover (1979), Technometrics 21(2), 239-245.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from sim.parameters import PARAMETERS, Parameter, draw
from sim.worlds import Streams, Vector

Matrix = NDArray[np.float64]  # (sets, parameters)


def latin_hypercube(names: Sequence[str], sets: int, seed: int, label: str) -> Matrix:
    """Places in [0, 1] of each parameter's prior, so many sets by so many parameters.

    Every parameter's prior is cut into as many equally likely strata as there are sets, and each stratum is used once.

    Args:
        seed, label: they and a parameter's name make its stream, so other parameters move none of its draws.
    """
    streams = Streams(seed, sets)
    out = np.empty((sets, len(names)))
    for column, name in enumerate(names):
        order = np.argsort(streams.uniform(f"calibrate.{label}.order/{name}", 0), kind="stable")
        out[order, column] = (np.arange(sets) + streams.uniform(f"calibrate.{label}.within/{name}", 0)) / sets
    return out


def values_at(
    names: Sequence[str], places: Matrix, declared: Mapping[str, Parameter] = PARAMETERS
) -> dict[str, Vector]:
    """The parameter values at these places of their priors, as they are stored: see :func:`stored`."""
    out = {}
    for column, name in enumerate(names):
        one = declared[name]
        uniform = np.ascontiguousarray(places[:, column])
        out[name] = stored(one, draw(uniform, one.low, one.high, one.distribution, one.value))
    return out


def stored(one: Parameter, values: Vector) -> Vector:
    """Values with the seven digits that a file of accepted sets keeps, within the declared range."""
    short = values.astype(np.float32).astype(np.float64)
    return np.minimum(np.maximum(short, one.low), one.high)
