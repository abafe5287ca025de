"""The accepted parameter sets: what calibration left of the declared ranges, as whole sets, so that joint structure holds.

There are sets as of several months: found on the record up to it, and on nothing later. Files are made by `durand
calibrate --ship --until YYYY-MM`; the manifest beside each says from what. Sets found on somebody's own figures stand in a
folder of theirs (`durand calibrate --observations FILE --out DIR`).
"""

from __future__ import annotations

import json
import re
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from sim.headers import LIMIT, BundleError, unsealed
from sim.worlds import Streams, Vector
from sim.yamlfile import FileError, bytes_of

FOLDER = Path(__file__).resolve().parents[1] / "calibration" / "data"
POSTERIOR = "posterior"
# Where values come from: point values, draws over the ranges, accepted sets; of these the newest, or those as of a month.
# Beside these a mode may be "posterior:" and a folder of somebody's own sets.
MODES = ("defaults", "prior", POSTERIOR, "posterior:2022-12", "posterior:2023-12")
# The months that sets are shipped as of, in order.
AS_OF = tuple(mode.partition(":")[2] for mode in MODES if ":" in mode)
STREAM = "parameters.posterior"
# What the manifest of a folder of sets says that the folder is.
FORMAT = "durand calibration 1"
# And while they are being looked for.
UNDER_WAY = "durand calibration under way 1"
# The largest file of sets, in bytes: 2,000 sets of all parameters are a seventh of that.
LARGEST = 64 * 2**20


def file_of(mode: str = POSTERIOR) -> Path:
    """The file of the sets that a mode asks for.

    Raises:
        FileError: the mode names a folder, and there are no sets in it, or not as they were written.

    >>> file_of("posterior:2022-12").name
    'posterior-2022-12.parquet'
    """
    which = mode.partition(":")[2] or AS_OF[-1]
    return FOLDER / f"{POSTERIOR}-{which}.parquet" if which in AS_OF else _file_in(which)


@cache
def _file_in(folder: str) -> Path:
    """The file of the sets in somebody's own folder, as its manifest lists it; a changed byte is told."""
    try:
        header = unsealed(bytes_of(Path(folder, "manifest.json"), LIMIT, FileError), "manifest.json")
        form, files = header["format"], header["files"]
    except (BundleError, FileError):
        form, files = None, {}
    listed = {name: digest for name, digest in files.items() if name.startswith(POSTERIOR)}
    tables = [Path(folder, one) for one in listed if one.endswith(".parquet")]
    if form == UNDER_WAY:
        raise FileError(f"{folder}: its sets are still being looked for; the same `durand calibrate` goes on with that")
    if form != FORMAT or len(tables) != 1:
        raise FileError(
            f"{folder}: there are no accepted parameter sets in this folder; `durand calibrate --out` makes one"
        )
    for name, digest in listed.items():
        path = Path(folder, name)
        if sha256(bytes_of(path, LARGEST, FileError, "calibration's")).hexdigest() != digest:
            raise FileError(f"{path}: changed since it was written, or too large; make the sets again, in a new folder")
    return tables[0]


def is_posterior(mode: str) -> bool:
    """Whether a mode asks for accepted sets."""
    return mode.partition(":")[0] == POSTERIOR


def is_own(mode: str) -> bool:
    """Whether a mode asks for sets that did not come with durand."""
    return is_posterior(mode) and mode not in MODES


@cache
def accepted(path: Path | None = None) -> dict[str, Vector]:
    """Every accepted set of a file, the newest shipped if not given: parameter -> one value per set.

    Raises:
        FileError: there is no such file.
    """
    path = path or file_of()
    if not path.exists():
        raise FileError(f"{path}: there are no accepted parameter sets; `durand calibrate --ship` makes them")
    return _numbers(path) if path.parent == FOLDER else _own_numbers(path)


def _numbers(path: Path) -> dict[str, Vector]:
    from pyarrow import parquet

    table = parquet.read_table(path, use_threads=False)
    return {name: table[name].to_numpy().astype(np.float64) for name in table.column_names}


def _own_numbers(path: Path) -> dict[str, Vector]:
    """The same of a folder of somebody's, where there may be anything."""
    from pyarrow import ArrowException

    from sim.parquet import TableError, whole

    try:
        table = whole(bytes_of(path, LARGEST, FileError, "Parquet"))
        sets = {name: table[name].to_numpy().astype(np.float64) for name in table.column_names}
    except FileError:
        raise
    except (ArrowException, TableError, ValueError, TypeError, KeyError) as problem:
        raise FileError(
            f"{path}: no table of parameter sets: {str(problem).splitlines()[0]}; make the sets again, in a new folder"
        ) from None
    if not sets or not table.num_rows:
        raise FileError(f"{path}: there is no set in it; make the sets again, in a new folder")
    for name, values in sets.items():
        if not np.isfinite(values).all():
            raise FileError(f"{path}: {name} is not a finite number; make the sets again, in a new folder")
    return sets


@cache
def about(mode: str = POSTERIOR) -> dict[str, Any]:
    """What the manifest beside a mode's sets says of them.

    Raises:
        FileError: there is no such manifest.
    """
    beside = file_of(mode).with_suffix(".json")
    if not beside.exists():
        raise FileError(f"{beside}: there are no accepted parameter sets; `durand calibrate --ship` makes them")
    try:
        out: dict[str, Any] = json.loads(bytes_of(beside, LARGEST, FileError, "JSON"))
        first, last = out["window"]
        fine = all(re.fullmatch(r"[0-9]{4}-[0-9]{2}", month) for month in (first, last))
        fine = fine and all(isinstance(row["told"], bool) for row in out["parameters"])
    except FileError:
        raise
    except (ValueError, TypeError, LookupError, RecursionError):
        fine = False
    if not fine:
        raise FileError(
            f"{beside}: this does not say what the sets were found on; make the sets again, in a new folder"
        )
    return out


def window(mode: str = POSTERIOR) -> tuple[str, str]:
    """First and last month (YYYY-MM) of the figures that a mode's sets agree with; raises as :func:`about` does."""
    first, last = about(mode)["window"]
    return str(first), str(last)


def informed(mode: str = POSTERIOR) -> tuple[int, int]:
    """Of how many parameters the figures say something (see `sim.calibration.store`), and how many are uncertain.

    Raises:
        FileError: as :func:`about` does.
    """
    rows = about(mode)["parameters"]
    return sum(bool(row["told"]) for row in rows), len(rows)


def known_by(month: str) -> str:
    """The newest sets that know nothing later than a month; the declared ranges where there are none.

    >>> known_by("2023-06"), known_by("2022-06")
    ('posterior:2022-12', 'prior')
    """
    known = [mode for mode in MODES if ":" in mode and mode.partition(":")[2] <= month]
    return known[-1] if known else "prior"


def which_set(streams: Streams, sets: int) -> np.ndarray[tuple[int], np.dtype[np.intp]]:
    """The number of each world's accepted set: one draw for the whole set."""
    return np.minimum((streams.uniform(STREAM, 0) * sets).astype(np.intp), sets - 1)


def posterior_draw(streams: Streams, mode: str = POSTERIOR) -> tuple[tuple[str, ...], Vector]:
    """A whole accepted set for each world: the names of its parameters, and their values, shape (parameters, worlds)."""
    names, table = _table(file_of(mode))
    return names, table.take(which_set(streams, table.shape[1]), axis=1)


@cache
def _table(path: Path) -> tuple[tuple[str, ...], Vector]:
    sets = accepted(path)
    return tuple(sets), np.stack(list(sets.values()))
