"""A search's folder: `search.yaml` with its scenarios makes it again anywhere; `generations/` has what every candidate came
to, a file for each generation, written whole; `courses/`, `front.parquet`, `front.csv`, `summary.txt` and `pictures/` are
what was found.

`manifest.json` says whose folder it is and how far it has come, and has the digests of all files.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiment.folder import FolderError, torn_files
from sim.experiment.folder import read_manifest as manifest_of
from sim.experiment.store import Local
from sim.results.folders import sealed
from sim.results.manifest import machine, now
from sim.search.load import Plan
from sim.search.optimise import Generation
from sim.yamlfile import dump

FORMAT = "durand search 1"
GENERATIONS, FINDINGS = "generations", "findings.json"
_KEPT = ("codes", "costs", "broken")


class Folder:
    """The folder of one search, while it is filled.

    Args:
        path: where it is; plan: what is searched.

    Attributes:
        generations: those that an earlier sitting has kept, whole and in order.
    """

    def __init__(self, path: Path, plan: Plan) -> None:
        self.store, self.plan = Local(path), plan
        self.generations: list[Generation] = []
        self._files: dict[str, str] = {}
        self._began, self._earlier_seconds = now(), 0.0

    def open(self) -> None:
        """Begin, or go on with what is there.

        Raises:
            FolderError: something else is in the folder.
        """
        manifest = self._there()
        if manifest is not None:
            if manifest["identity"] != self.plan.identity:
                theirs, ours = manifest["particulars"], self.plan.particulars
                differ = [name for name in ours if theirs.get(name) != ours[name]]
                raise FolderError(
                    f"{self.store.place}: another search is in this folder; it has another {', '.join(differ)}: "
                    "name a new folder"
                )
            self._began, self._earlier_seconds = manifest["began"], float(manifest["elapsed_seconds"])
            torn = set(torn_files(self.store, manifest["files"]))
            self._files = {name: digest for name, digest in manifest["files"].items() if name not in torn}
            self._read_generations()
        # Before all else, so that a search that is killed at any moment leaves a folder that it can go on with.
        self.write_manifest("running", 0.0, None)
        for name in ("", GENERATIONS):
            self.store.tidy(name)
        self._write_search()
        self.write_manifest("running", 0.0, None)

    def _there(self) -> dict[str, Any] | None:
        names = [name for name in self.store.names() if not name.startswith(".")]
        if "manifest.json" in names:
            return read_manifest(self.store)
        if names:
            raise FolderError(
                f"{self.store.place}: this folder is not empty and not a search's: it holds {names[0]}; "
                "name a new or an empty folder"
            )
        return None

    def _read_generations(self) -> None:
        """Take over generations as far as they are whole: those after a torn one are made again."""
        while (name := _generation(len(self.generations))) in self._files:
            with np.load(BytesIO(self.store.read(name)), allow_pickle=False) as kept:
                self.generations.append(Generation(len(self.generations), *(kept[part] for part in _KEPT)))
        for name in self.store.names(GENERATIONS):
            if name not in map(_generation, range(len(self.generations))):
                self.store.remove(name)
                self._files.pop(name, None)

    def keep(self, one: Generation) -> None:
        """Write a generation, and say so in the manifest, unless it is there."""
        if one.number < len(self.generations):
            return
        buffer = BytesIO()
        np.savez(buffer, **{part: getattr(one, part) for part in _KEPT})
        self.put(_generation(one.number), buffer.getvalue())
        self.generations.append(one)
        self.write_manifest("running", 0.0, None)

    def put(self, name: str, content: bytes | str) -> None:
        """Write a file, and note its digest."""
        raw = content.encode() if isinstance(content, str) else content
        with self.store.writing(name) as file:
            file.write(raw)
        self._files[name] = sha256(raw).hexdigest()

    def _write_search(self) -> None:
        plan, data = self.plan, self.plan.search.data()
        for one in (plan.base, *plan.courses):
            self.put(f"scenarios/{one.name}.yaml", one.to_yaml())
        data |= {
            "base": f"scenarios/{plan.base.name}.yaml",
            "courses": [f"scenarios/{one.name}.yaml" for one in plan.courses],
        }
        self.put("search.yaml", dump(data))

    def write_manifest(
        self, state: str, seconds: float, command: str | None, more: Mapping[str, Any] | None = None
    ) -> None:
        """Write the manifest.

        Args:
            state: running, interrupted or finished; seconds: that this sitting took; more: what else is to be told.
        """
        plan = self.plan
        manifest = {
            "format": FORMAT,
            "title": plan.search.title,
            "question": plan.search.question,
            "state": state,
            "identity": plan.identity,
            "particulars": plan.particulars,
            "warning": plan.left_out,
            **(more or {}),
            "began": self._began,
            "when": now(),
            "elapsed_seconds": round(self._earlier_seconds + seconds, 3),
            "command": command,
            **machine(),
            "files": self._files,
        }
        with self.store.writing("manifest.json") as file:
            file.write(sealed(manifest))


def read_manifest(store: Local) -> dict[str, Any]:
    """What the folder of a search says of itself; errors are those of a sweep's."""
    return manifest_of(store, "search", FORMAT)


def _generation(number: int) -> str:
    return f"{GENERATIONS}/{number:05d}.npz"
