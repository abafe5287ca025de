"""The accepted parameter sets: what calibration left of the declared ranges, as whole sets, so that joint structure holds.

The file is made by `durand calibrate --ship`; its manifest, beside it, says from what.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import numpy as np

from sim.worlds import Streams, Vector
from sim.yamlfile import FileError

FILE = Path(__file__).resolve().parents[1] / "calibration" / "data" / "posterior.parquet"
STREAM = "parameters.posterior"


@cache
def accepted(path: Path = FILE) -> dict[str, Vector]:
    """Every accepted set: parameter -> one value per set.

    Raises:
        FileError: there is no such file.
    """
    from pyarrow import parquet

    if not path.exists():
        raise FileError(f"{path}: there are no accepted parameter sets; `durand calibrate --ship` makes them")
    table = parquet.read_table(path, use_threads=False)
    return {name: table[name].to_numpy().astype(np.float64) for name in table.column_names}


@cache
def window(path: Path = FILE) -> tuple[str, str]:
    """First and last month (YYYY-MM) of the record that the accepted sets agree with, as the manifest beside them says.

    Raises:
        FileError: there is no such manifest.
    """
    beside = path.with_suffix(".json")
    if not beside.exists():
        raise FileError(f"{beside}: there are no accepted parameter sets; `durand calibrate --ship` makes them")
    first, last = json.loads(beside.read_text(encoding="utf-8"))["window"]
    return str(first), str(last)


def which_set(streams: Streams, sets: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The number of each world's accepted set: one draw for the whole set."""
    return np.minimum((streams.uniform(STREAM, 0) * sets).astype(np.intp), sets - 1)


def posterior_draw(streams: Streams) -> dict[str, Vector]:
    """A whole accepted set for each world: parameter -> (worlds,) vector; empty entries for none."""
    sets = accepted()
    rows = which_set(streams, len(next(iter(sets.values()))))
    return {name: np.ascontiguousarray(values[rows]) for name, values in sets.items()}
