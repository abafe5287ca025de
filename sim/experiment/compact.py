"""Compaction: the many parts of a sweep joined into few, with the same rows.

A joint part is on the disk, whole, before those that it was made of are removed. Broken off at any moment, nothing is lost:
the joint part holds all that the others hold, and whoever goes on with the folder, here or in a sweep, keeps the larger one.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiment.folder import FolderError, alone, read_manifest
from sim.experiment.parts import (
    OUTCOMES,
    SERIES,
    Part,
    PartError,
    joined,
    most_runs,
    part_names,
    read_part,
    scenario_folder,
)
from sim.experiment.store import Store, open_store


def compact(place: str | Path) -> tuple[int, int]:
    """Join the parts of a sweep, finished or not, into few; returns how many there were, and how many there are.

    Args:
        place: the sweep's folder, as a path, or as a URL that fsspec knows.

    Raises:
        FolderError: there is none, another process fills it, or a part of it is torn.
    """
    store = open_store(place)
    manifest = read_manifest(store)
    told = manifest["particulars"]
    most = most_runs(told["metrics"], told["months"] if told["series"] else 0)
    before = after = 0
    with alone(store):
        for one in manifest["scenarios"]:
            parts = list(_parts(store, str(one["name"]), manifest))
            groups = list(_groups(parts, most))
            before, after = before + len(parts), after + len(groups)
            for group in groups:
                if len(group) > 1:
                    joined(store, group, manifest["identity"])
                    for part in group:
                        _remove(store, part)
    return before, after


def _parts(store: Store, scenario: str, manifest: dict[str, Any]) -> Iterator[Part]:
    """A scenario's parts, without those all of whose runs are in a larger one."""
    for kind in (OUTCOMES, SERIES):
        store.tidy(f"{kind}/{scenario_folder(scenario)}")
    try:
        found = [read_part(store, name, manifest["identity"]) for name in part_names(store, OUTCOMES, [scenario])]
    except PartError as problem:
        raise FolderError(f"{store.place}: {problem}; run the sweep again into the same folder to mend it") from None
    named = {part.series for part in found}
    for name in part_names(store, SERIES, [scenario]):
        if name not in named:
            store.remove(name)
    seen: dict[int, Any] = {}
    for part in sorted(found, key=lambda one: -len(one.points)):
        there = seen.setdefault(part.block, np.zeros(manifest["points"], dtype=bool))
        if not there[part.points].any():
            there[part.points] = True
            yield part
        elif there[part.points].all():
            _remove(store, part)
        else:
            raise FolderError(
                f"{store.place}: {part.name}: another part holds some of its runs; run the sweep again into the same folder"
            )


def _groups(parts: list[Part], most: int) -> Iterator[list[Part]]:
    """Parts of one block, neighbours by their points, that together have so many runs at the most."""
    group: list[Part] = []
    for part in sorted(parts, key=lambda one: (one.block, int(one.points[0]))):
        if group and (group[0].block != part.block or sum(one.runs for one in group) + part.runs > most):
            yield group
            group = []
        group.append(part)
    if group:
        yield group


def _remove(store: Store, part: Part) -> None:
    store.remove(part.name)
    if part.series:
        store.remove(part.series)
