"""Taking over from other sweeps what they have in common with this one: the same points, model, seed and months."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.folder import Folder, FolderError
from sim.experiment.outcome import Sweep
from sim.experiment.parts import (
    OUTCOMES,
    Part,
    PartError,
    outcomes_of,
    part_names,
    read_part,
    read_table,
    write_part,
)
from sim.experiment.plan import Pack, Plan
from sim.experiment.points import read_points
from sim.experiment.store import Store, open_store
from sim.experiment.work import PackOutput
from sim.words.problems import several

if TYPE_CHECKING:
    import pyarrow as pa

AT_ONCE = 5_000  # points whose identities are worked out together


def take_over(folder: Folder, places: Iterable[str | Path]) -> int:
    """Copy from finished parts of other sweeps all points that this one lacks; returns how many.

    Raises:
        FolderError: a place is no sweep's folder, or its runs are of another model, seed or length, or kept less.
    """
    plan, taken = folder.plan, 0
    if folder.block_worlds < plan.worlds:
        raise FolderError(
            f"{folder.store.place}: nothing can be taken over where a point has over {folder.block_worlds} worlds"
        )
    for place in several(places):
        sweep, store = Sweep.load(place), open_store(place)
        _check(plan, sweep)
        lacking = _Lacking(folder)
        ids = read_points(store, ["id"])["id"].cast("binary").to_numpy().astype("S32")
        for name in part_names(store, OUTCOMES, sweep.manifest["particulars"]["scenarios"]):
            taken += _take(folder, sweep, store, name, ids, lacking)
    return taken


def _check(plan: Plan, sweep: Sweep) -> None:
    theirs, ours = sweep.manifest["particulars"], plan.particulars
    differ = [key for key in ("model", "seed", "months", "engine") if theirs[key] != ours[key]]
    if differ:
        raise FolderError(f"{sweep.place}: nothing can be taken over: it has another {' and another '.join(differ)}")
    if theirs["worlds"] < plan.worlds or int(sweep.manifest["block_worlds"]) < theirs["worlds"]:
        raise FolderError(
            f"{sweep.place}: nothing can be taken over: its points have fewer worlds, or are kept in blocks"
        )
    fewer = not set(plan.metrics) <= set(theirs["metrics"]) or not set(plan.crossings) <= set(
        theirs.get("crossings", ())
    )
    if fewer or (ours["series"] and not theirs["series"]):
        raise FolderError(f"{sweep.place}: nothing can be taken over: it kept fewer metrics, or no months")


class _Lacking:
    """The points that are still to be done, by their identities."""

    def __init__(self, folder: Folder) -> None:
        numbers = np.flatnonzero(~folder.done[0])
        blocks = [numbers[first : first + AT_ONCE] for first in range(0, len(numbers), AT_ONCE)]
        ids = [np.array(folder.plan.ids(block), dtype="S32") for block in blocks]
        self.ids = np.concatenate(ids) if ids else np.zeros(0, dtype="S32")
        self.numbers = numbers
        order = np.argsort(self.ids, kind="stable")
        self.ids, self.numbers = self.ids[order], self.numbers[order]

    def rounds(self, ids: NDArray[np.bytes_]) -> Iterator[NDArray[np.int64]]:
        """The number here of each point with such an identity, -1 for one that is not lacking. A point that stands here several
        times is one number of each round; of points that are the same there, the first alone is used."""
        first = np.zeros(len(ids), dtype=bool)
        first[np.unique(ids, return_index=True)[1]] = True
        left, right = (np.searchsorted(self.ids, ids, side) for side in ("left", "right"))
        for place in range(int((right - left).max(initial=0))):
            here = left + place
            found = self.numbers[np.minimum(here, len(self.numbers) - 1)]
            yield np.where(first & (here < right), found, -1)


def _take(folder: Folder, sweep: Sweep, store: Store, name: str, every: NDArray[np.bytes_], lacking: _Lacking) -> int:
    """Copy what can be used of one part, as a part for each scenario; `every`: the identities of all points there."""
    try:
        part = read_part(store, name, sweep.manifest["identity"])
    except PartError:
        return 0
    there = part.points[~np.isin(part.points, list(part.failures))]  # those that failed are tried again
    ids, taken = every[there], 0
    for here in lacking.rounds(ids):
        use = (here >= 0) & ~folder.done[0][np.maximum(here, 0)]
        if use.any():
            number = np.full(int(part.points.max()) + 1, -1)
            number[there[use]] = here[use]
            _copy(folder, store, name, part, number)
            taken += int(use.sum())
    return taken


def _copy(folder: Folder, store: Store, name: str, part: Part, number: NDArray[np.int64]) -> None:
    """Write the points of one part that have a number here, under it."""
    plan = folder.plan
    for points in _by_scenario(plan, number[number >= 0]):
        outcomes = outcomes_of(_rows(read_table(store, name), number, points, plan.worlds))
        output = PackOutput({column: outcomes[column] for column in ("point", "world", *plan.kept)})
        if plan.experiment.series:
            series = _rows(read_table(store, part.series), number, points, plan.worlds)
            output.series = {column: series[column] for column in ("point", "world", "month", *plan.metrics)}
        folder.book(write_part(folder.store.place, plan, Pack(points, 0), output))


def _by_scenario(plan: Plan, points: NDArray[np.int64]) -> Iterator[NDArray[np.int64]]:
    points = np.unique(points)
    scenario = plan.where(points)[0]
    for one in np.unique(scenario):
        yield points[scenario == one]


def _rows(
    table: pa.Table, number: NDArray[np.int64], points: NDArray[np.int64], worlds: int
) -> dict[str, NDArray[Any]]:
    """The rows of these points (as numbered here), numbered and sorted as here."""
    columns = {name: table[name].to_numpy() for name in table.column_names}
    columns["point"] = number[columns["point"]]
    keep = np.flatnonzero(np.isin(columns["point"], points) & (columns["world"] < worlds))
    keys = [columns[name][keep] for name in ("month", "world", "point") if name in columns]
    keep = keep[np.lexsort(keys)]
    return {name: values[keep] for name, values in columns.items()}
