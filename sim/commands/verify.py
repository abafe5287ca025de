"""The command `durand verify`: whether a folder is as durand wrote it, file by file."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands.options import Json

if TYPE_CHECKING:
    from sim.results.folders import Look


def verify(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder that durand wrote, of any kind.")],
    as_json: Json = False,
) -> None:
    """Check every file of a folder: fine, changed, missing or foreign. Exit 0: all as written; 1: not; 2: none of durand's."""
    found = examine(folder)
    states = {"changed": found.changed, "missing": found.missing, "foreign": found.foreign}
    if as_json:
        told = {"folder": str(folder), "format": found.format, "whole": found.whole, "fine": found.fine, **states}
        print(json.dumps(told))
    else:
        print(f"{folder}: {found.format}; {len(found.fine)} files are as they were written")
        for state, names in states.items():
            for name in names:
                print(f"{state}: {name if name.isprintable() else ascii(name)}")
    if not found.whole:
        raise typer.Exit(1)


def examine(folder: Path) -> Look:
    """How the files of a folder of any kind stand to what its header says.

    Raises:
        BundleError: it is none of durand's, or its header is torn or changed.
    """
    from sim.headers import understood
    from sim.results.folders import look

    found = look(folder)
    with understood(folder):
        return _with_parts(folder, found) if found.format.startswith("durand sweep ") else found


def _with_parts(folder: Path, found: Look) -> Look:
    """A sweep's parts have their digests in their names; the manifest says how many runs they hold, and their fingerprint."""
    from sim.experiment.folder import read_manifest
    from sim.experiment.parts import PART, SERIES, PartError, read_part, read_table
    from sim.experiment.store import open_store

    store = open_store(folder)
    manifest = read_manifest(store)
    names = [name for name in found.foreign if PART.fullmatch(name)]
    fine, changed, missing, foreign = (
        list(one) for one in (found.fine, found.changed, found.missing, set(found.foreign) - set(names))
    )
    runs = mark = 0
    for name in names:
        try:
            if name.startswith(SERIES):
                read_table(store, name)
            else:
                part = read_part(store, name, manifest["identity"])
                runs, mark = runs + part.runs, (mark + part.fingerprint) % 2**64
                missing += [part.series] if part.series and part.series not in names else []
            fine.append(name)
        except PartError:
            changed.append(name)
    # A sweep that was killed has more in its parts than it came to say.
    finished = manifest["state"] == "finished"
    if runs < manifest["finished_runs"] or (finished and f"{mark:016x}" != manifest["fingerprint"]):
        missing.append(f"outcomes/ ({manifest['finished_runs']:,} runs were kept, {runs:,} are there)")
    return replace(
        found, fine=tuple(fine), changed=tuple(changed), missing=tuple(missing), foreign=tuple(sorted(foreign))
    )
