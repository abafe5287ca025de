"""A search's folder: `search.yaml` with its scenarios makes it again anywhere; `generations/` has what every candidate came
to, a file for each generation, written whole; `courses/`, `front.parquet`, `front.csv`, `summary.txt` and `pictures/` are
what was found.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np

from sim.experiment.folder import read_manifest as manifest_of
from sim.experiment.kept import WorkFolder, arrays
from sim.experiment.store import Local
from sim.search.load import Plan
from sim.search.optimise import Generation
from sim.yamlfile import dump

FORMAT = "durand search 1"
GENERATIONS, FINDINGS = "generations", "findings.json"
_KEPT = ("codes", "costs", "broken")


class Folder(WorkFolder):
    """The folder of one search, while it is filled.

    Args:
        path: where it is; plan: what is searched.

    Attributes:
        generations: those that an earlier sitting has kept, whole and in order.
    """

    def __init__(self, path: Path, plan: Plan) -> None:
        super().__init__(path, "search", FORMAT, plan.particulars, plan.identity)
        self.plan = plan
        self.generations: list[Generation] = []

    def open(self) -> None:
        """Begin, or go on with what is there.

        Raises:
            FolderError: something else is in the folder.
        """
        if self.take_over() is not None:
            for content in self.numbered(GENERATIONS, _generation):
                self.generations.append(Generation(len(self.generations), *arrays(content, GENERATIONS, *_KEPT)))
        # Before all else, so that a search that is killed at any moment leaves a folder that it can go on with.
        self.write_manifest("running", 0.0, None)
        for name in ("", GENERATIONS):
            self.store.tidy(name)
        self._write_search()
        self.write_manifest("running", 0.0, None)

    def keep(self, one: Generation) -> None:
        """Write a generation, and say so in the manifest, unless it is there."""
        if one.number < len(self.generations):
            return
        buffer = BytesIO()
        np.savez(buffer, **{part: getattr(one, part) for part in _KEPT})
        self.put(_generation(one.number), buffer.getvalue())
        self.generations.append(one)
        self.write_manifest("running", 0.0, None)

    def _write_search(self) -> None:
        plan, data = self.plan, self.plan.search.data()
        for one in (plan.base, *plan.courses):
            self.put(f"scenarios/{one.name}.yaml", one.to_yaml())
        data |= {
            "base": f"scenarios/{plan.base.name}.yaml",
            "courses": [f"scenarios/{one.name}.yaml" for one in plan.courses],
        }
        self.put("search.yaml", dump(data))

    def about(self) -> dict[str, Any]:
        """What the search asks, and what it leaves out."""
        plan = self.plan
        return {"title": plan.search.title, "question": plan.search.question, "warning": plan.left_out}


def read_manifest(store: Local) -> dict[str, Any]:
    """What the folder of a search says of itself; errors are those of a sweep's."""
    return manifest_of(store, "search", FORMAT)


def _generation(number: int) -> str:
    return f"{GENERATIONS}/{number:05d}.npz"
