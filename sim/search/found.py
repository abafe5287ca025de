"""Class Found: what a search's folder holds, for reading."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.folder import FolderError, torn_files
from sim.experiment.store import Local
from sim.extensions import check_made_with
from sim.headers import understood
from sim.parquet import whole
from sim.search.folder import FINDINGS, read_manifest
from sim.search.front import SET
from sim.search.load import Plan, load_search
from sim.words.problems import path_of

if TYPE_CHECKING:
    import pandas as pd

    from sim.scenario import Scenario
    from sim.search.archetypes import Archetype
    from sim.search.findings import Findings


class Found:
    """The results of a search that was finished.

    Attributes:
        place: the folder; manifest: what it is, how far each generation came, what made it.
    """

    def __init__(self, store: Local, manifest: dict[str, Any]) -> None:
        self.place, self.manifest, self._store = Path(store.place), manifest, store

    @classmethod
    def load(cls, place: str | Path) -> Found:
        """Open a search's folder.

        Raises:
            FolderError: it is none, it was not finished, or a file of it is torn or was changed.
        """
        store = Local(path_of(place, "search folder", FolderError))
        manifest = read_manifest(store)
        check_made_with(manifest, place)
        if manifest["state"] != "finished":
            raise FolderError(f"{place}: this search was not finished; run it again with this folder to go on")
        if torn := torn_files(store, manifest["files"]):
            raise FolderError(
                f"{place}: {torn[0]}: torn, or changed since it was written; run the search again with this folder to mend it"
            )
        return cls(store, manifest)

    @cached_property
    def plan(self) -> Plan:
        """The search, as the folder keeps it."""
        return load_search(self.place / "search.yaml")

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row for each member of the front and each course it is set against (index `name`).

        `kind` is member or course; `searched:...` and `fresh:...` are each objective, constraint and what else is told in
        the search's futures and in fresh ones; `wins:...` the share of fresh futures in which it is better than the best of
        the courses; `keeps` whether it keeps to the constraints there, `holds` whether no other member dominates it there,
        `beats` the courses that it dominates there, `betters` those than which it is nowhere worse and somewhere better,
        differences below epsilon apart (all four with `_searched`: in the search's futures); `deaths:...` who dies, and how many;
        `regret:...` and `regret_p90:...` a member's regret among members, in the mean of fresh futures and what it stays under in
        nine of ten; `set:...` what it is set to.
        """
        with understood(self.place / "front.parquet"):
            frame: pd.DataFrame = whole(self._store.read("front.parquet")).to_pandas()
            return frame.set_index("name")

    @property
    def members(self) -> pd.DataFrame:
        """The rows of members."""
        return self.table[self.table["kind"] == "member"]

    @property
    def courses(self) -> pd.DataFrame:
        """The rows of the courses that they are set against."""
        return self.table[self.table["kind"] == "course"]

    @property
    def objectives(self) -> list[dict[str, Any]]:
        """The objectives: key (see the columns), title, and whether less is better."""
        return list(self.manifest["objectives"])

    def values(self, name: str) -> dict[str, float]:
        """What a member is set to."""
        return {
            key.removeprefix(SET): self.figure(name, SET, key.removeprefix(SET))
            for key in map(str, self.table.columns)
            if key.startswith(SET)
        }

    def figure(self, name: str, label: str, key: str) -> float:
        """What stands in the table for a member or course, in the column of this label (`FRESH`, ...) and key."""
        value: Any = self.table.at[name, f"{label}{key}"]
        return float(value)

    def scenario(self, name: str) -> Scenario:
        """A member, as a scenario."""
        from sim.scenario import load_scenario

        return load_scenario(self.place / "courses" / f"{name}.yaml")

    def archetypes(self) -> list[Archetype]:
        """A handful of kinds of course that the front is made of."""
        from sim.search.archetypes import archetypes

        return archetypes(self)

    @cached_property
    def findings(self) -> Findings:
        """What was found, whole and ready to be told.

        Raises:
            FolderError: an earlier durand made the folder.
        """
        from sim.search.findings import read_findings

        if FINDINGS not in self.manifest["files"]:
            raise FolderError(f"{self.place}: holds no {FINDINGS}; run the search again with this folder to add it")
        return read_findings(self._store.read(FINDINGS))
