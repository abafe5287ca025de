"""A sweep's folder while it is being filled: what it may be, what of it is done, what is written when.

`manifest.json` comes first and says whose folder it is, with the digests of all files but parts, whose names have theirs
(see `sim.results.folders` for how a manifest is sealed); `experiment.yaml`, with the scenarios and listed points beside it,
makes the sweep again anywhere; `experiments.parquet` has a row for each point; `outcomes/`, and `series/` where every month is
kept, are filled by whoever does the work.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from typing import Any

import numpy as np

from sim.experiment.parts import (
    OUTCOMES,
    PART,
    SERIES,
    ForeignPartError,
    Part,
    PartError,
    part_names,
    read_part,
    scenario_folder,
)
from sim.experiment.plan import Done, Plan
from sim.experiment.points import NAME as POINTS
from sim.experiment.points import write_points
from sim.experiment.schema import Listed
from sim.experiment.store import Local, Store
from sim.headers import LIMIT, BundleError, Header, sealed, unsealed
from sim.results.folders import located
from sim.results.manifest import machine, now
from sim.results.moved import locked
from sim.scenario import Scenario
from sim.yamlfile import dump

FORMAT = "durand sweep 3"
_OWN = {"experiment.yaml", POINTS, "design.csv", "lever_design.csv", "scenarios", OUTCOMES, SERIES}
_WORDS = {
    "engine": "engine",
    "scenarios": "scenarios",
    "levers": "levers",
    "points": "points",
    "constants": "constants",
    "parameters": "set of parameters",
    "worlds": "worlds of each point",
    "months": "months",
    "seed": "seed",
    "luck": "luck",
    "metrics": "metrics",
    "series": "keeping of series",
    "crossings": "first months that are kept",
    "switches": "switches",
    "told": "told worlds",
    "model": "version of the model (code, extensions, NumPy or SciPy)",
}


class FolderError(BundleError):
    """A folder cannot be used for this sweep; the message says why, and what to do."""


class Folder:
    """The folder of one sweep.

    Args:
        store: where it is; plan: what is to be done; block_worlds: worlds to a block, unless the folder says otherwise.

    Attributes:
        done: which points are done, block by block; names: of the files that hold them.
        failures: point -> why the model refused it; runs: rows in all parts; fingerprint: of them all.
        redone: files that were found torn or damaged, and are made again.
    """

    def __init__(self, store: Store, plan: Plan, block_worlds: int) -> None:
        self.redone: list[str] = []
        self._files: dict[str, str] = {}
        self.store, self.plan, self.block_worlds = store, plan, block_worlds
        self.names: set[str] = set()
        self.failures: dict[int, str] = {}
        self.runs = self.fingerprint = 0
        self._earlier_seconds = 0.0
        self._began = now()
        # How many failures the table of points tells of.
        self._told_failures = 0
        self.done: Done = {}

    def open(self, command: str | None) -> None:
        """Begin, or go on with what is there.

        Raises:
            FolderError: something else is in the folder.
        """
        manifest = self._manifest_there()
        if manifest is not None:
            self._check_same(manifest)
            self.block_worlds = int(manifest["block_worlds"])
            self._earlier_seconds = float(manifest["elapsed_seconds"])
            self._began = str(manifest["began"])
            self._told_failures = int(manifest["failed_points"])
            self._check_files(manifest)
        self.done = self.plan.nothing_done(self.block_worlds)
        self._take_stock()
        self._tidy()
        self.write_manifest("running", 0.0, command)
        if POINTS not in self._files:
            self._write_experiment()
            self.write_points()
            self.write_manifest("running", 0.0, command)

    @property
    def finished(self) -> bool:
        """Whether every world of every point is done."""
        return all(bool(part.all()) for part in self.done.values())

    def book(self, part: Part) -> None:
        """Note that a part is there."""
        self.done[part.block][part.points] = True
        self.names |= {part.name, part.series}
        self.failures.update(part.failures)
        self.runs += part.runs
        self.fingerprint = (self.fingerprint + part.fingerprint) % 2**64

    def close(self, seconds: float, command: str | None) -> None:
        """Write what a reader needs: points with their errors, manifest."""
        self._take_stock()
        if self.finished:
            self._tidy()
        if len(self.failures) != self._told_failures:
            self.write_points()
        self.write_manifest("finished" if self.finished else "interrupted", seconds, command)

    def _manifest_there(self) -> dict[str, Any] | None:
        names = [name for name in self.store.names() if not name.rpartition("/")[2].startswith(".")]
        if "manifest.json" not in names:
            if names:
                raise FolderError(
                    f"{self.store.place}: this folder is not empty and not a sweep's: it holds {names[0]}; "
                    "name a new or an empty folder"
                )
            return None
        return read_manifest(self.store)

    def _check_files(self, manifest: dict[str, Any]) -> None:
        """Take over what stands as it was written; what is torn or damaged is written again, and foreign files stop it."""
        self.redone = list(manifest["redone"])
        torn = torn_files(self.store, manifest["files"])
        self.redone += torn
        self._files = {} if torn else dict(manifest["files"])
        folders = {f"{kind}/{scenario_folder(name)}" for kind in (OUTCOMES, SERIES) for name in self._scenarios}
        own = {"manifest.json", *_OWN, *folders, *map(_scenario_file, self.plan.sources)}
        names = [name for inside in ("", "scenarios", OUTCOMES, SERIES, *folders) for name in self.store.names(inside)]
        foreign = [
            name
            for name in names
            if not name.rpartition("/")[2].startswith(".") and name not in own and not PART.fullmatch(name)
        ]
        if foreign:
            raise FolderError(
                f"{self.store.place}: durand did not write all that is there: {', '.join(foreign[:3])}; "
                "move it away, or name a new folder"
            )

    def _check_same(self, manifest: dict[str, Any]) -> None:
        if manifest.get("identity") == self.plan.identity:
            return
        theirs, ours = manifest.get("particulars", {}), self.plan.particulars
        differ = [words for key, words in _WORDS.items() if theirs.get(key) != ours.get(key)]
        raise FolderError(
            f"{self.store.place}: another sweep is in this folder; it has other {', '.join(differ) or 'content'}: "
            "name a new folder (--reuse takes over what both have in common)"
        )

    @property
    def _scenarios(self) -> list[str]:
        return [one.name for one in self.plan.scenarios]

    def _take_stock(self) -> None:
        """Check every part that is not known yet, and remove those that are no good."""
        found: list[Part] = []
        for name in part_names(self.store, OUTCOMES, self._scenarios):
            if name in self.names:
                continue
            try:
                found.append(read_part(self.store, name, self.plan.identity))
            except ForeignPartError as problem:
                raise FolderError(
                    f"{self.store.place}: {problem}; move it away, or name a new folder (--reuse takes over what both "
                    "have in common)"
                ) from None
            except (PartError, ValueError, KeyError, TypeError):
                self.redone.append(name)
                self.store.remove(name)
        # Large ones first: where joining parts was broken off, the joint one stands for those that it was made of.
        for part in sorted(found, key=lambda one: -len(one.points)):
            if self._is_new(part):
                self.book(part)
            else:
                self.store.remove(part.name)

    def _is_new(self, part: Part) -> bool:
        """Whether it holds nothing that another part holds: two may when a process that was thought dead was not."""
        done = self.done.get(part.block)
        return done is not None and bool(np.all(part.points < len(done))) and not done[part.points].any()

    def _tidy(self) -> None:
        """Remove what interrupted work left behind."""
        self.store.tidy()
        for kind in (OUTCOMES, SERIES):
            for name in self._scenarios:
                self.store.tidy(f"{kind}/{scenario_folder(name)}")
        for name in part_names(self.store, SERIES, self._scenarios):
            if name not in self.names:
                self.store.remove(name)

    def write_manifest(self, state: str, seconds: float, command: str | None) -> None:
        """Write the manifest.

        Args:
            state: running, interrupted or finished; seconds: that this sitting took.
        """
        plan = self.plan
        manifest = {
            "format": FORMAT,
            "title": plan.experiment.title,
            "question": plan.experiment.question,
            "state": state,
            "identity": plan.identity,
            "particulars": plan.particulars,
            "scenarios": [
                {"name": one.name, "title": one.title, "start": one.start, "hash": one.hash} for one in plan.scenarios
            ],
            "factors": [
                {
                    "name": one.name,
                    "kind": one.kind,
                    "low": one.low,
                    "high": one.high,
                    "distribution": one.distribution,
                    "mode": one.mode,
                    "levels": list(one.levels),
                    "options": {word: value for value, word in one.options},
                    "crossed": one in plan.mixed,
                }
                for one in plan.factors
            ],
            "points": plan.points,
            "mixes": len(plan.mixes),
            "draws": len(plan.draws),
            "worlds": plan.worlds,
            "runs": plan.runs,
            "months": plan.months,
            "seed": plan.experiment.seed,
            "parameters": plan.experiment.parameters,
            "block_worlds": self.block_worlds,
            "finished_runs": self.runs,
            "failed_points": len(self.failures),
            "fingerprint": f"{self.fingerprint:016x}",
            "began": self._began,
            "when": now(),
            "elapsed_seconds": round(self._earlier_seconds + seconds, 3),
            "command": command,
            "redone": self.redone,
            **machine(),
            "files": self._files,
        }
        with self.store.writing("manifest.json") as file:
            file.write(sealed(manifest))

    def _put(self, name: str, content: bytes) -> None:
        with self.store.writing(name) as file:
            file.write(content)
        self._files[name] = sha256(content).hexdigest()

    def _write_experiment(self) -> None:
        """The experiment, with copies of the files that it names."""
        experiment, plan = self.plan.experiment, self.plan
        data = experiment.data()
        data["scenarios"] = [self._write_scenario(one) for one in plan.sources]
        for key, design, factors, points in (
            ("design", experiment.design, plan.drawn, plan.draws),
            ("lever_design", experiment.lever_design, plan.mixed, plan.mixes),
        ):
            if isinstance(design, Listed):
                values = points.values(np.arange(len(points)))
                columns = [
                    factor.names(values[:, n]) or map(repr, values[:, n].tolist()) for n, factor in enumerate(factors)
                ]
                lines = [",".join(factor.name for factor in factors), *map(",".join, zip(*columns, strict=True))]
                data[key]["file"] = f"{key}.csv"
                self._put(f"{key}.csv", ("\n".join(lines) + "\n").encode())
        for factor in plan.factors:
            if factor.kind == "switch":  # what it says, and not the scenario's name that it stands in
                told = [one.data() for one in plan.variants[factor.name]]
                data["switches"][factor.name] = {"options": dict(zip(dict(factor.options).values(), told, strict=True))}
        self._put("experiment.yaml", dump(data).encode())

    def _write_scenario(self, scenario: Scenario) -> str:
        name = _scenario_file(scenario)
        self._put(name, scenario.to_yaml().encode())
        return name

    def write_points(self) -> None:
        """Write the table of points."""
        self._files[POINTS] = write_points(self.store, self.plan, self.failures)
        self._told_failures = len(self.failures)


def read_manifest(store: Store, kind: str = "sweep", *forms: str) -> Header:
    """What the folder of a sweep, or of another kind with manifests of these forms, says of itself.

    Raises:
        FolderError: it is none, an older durand wrote it, or its manifest was changed.
    """
    where = f"{store.place}/manifest.json"
    try:
        with store.reading("manifest.json") as file:
            manifest = unsealed(file.read(LIMIT + 1), where)
    except (FileNotFoundError, NotADirectoryError):
        raise FolderError(f"{store.place}: this is not a {kind}'s folder: there is no manifest.json in it") from None
    except OSError as problem:
        raise FolderError(f"{where}: cannot be read: {problem.strerror or problem}") from None
    except BundleError as problem:
        raise FolderError(str(problem)) from None
    if kind == "sweep" and manifest["format"] == "durand sweep 2":
        raise FolderError(
            f"{where}: an older durand wrote this (durand sweep 2), with its parts in other folders; "
            "read it with that one, or run the experiment again into a new folder"
        )
    if manifest["format"] not in (forms or (FORMAT,)):
        raise FolderError(f"{where}: not the folder of a {kind} by this durand ({manifest['format']}); name another")
    return manifest


def torn_files(store: Store, files: Mapping[str, str]) -> list[str]:
    """Which of the files that a manifest lists are not as they were written."""
    torn = []
    for name, digest in files.items():
        try:
            fine = store.digest(name) == digest
        except OSError:
            fine = False
        if not fine:
            torn.append(name)
    return torn


def _scenario_file(scenario: Scenario) -> str:
    return f"scenarios/{re.sub(r'[^A-Za-z0-9_-]+', '-', scenario.name)}.yaml"


@contextmanager
def alone(store: Store) -> Iterator[None]:
    """See to it that no other process of this machine writes to the folder; it ends with the process that holds it.

    Raises:
        FolderError: another does, or this is none.
    """
    if not isinstance(store, Local):
        yield
        return
    try:
        located(store.path)
    except BundleError as problem:
        raise FolderError(str(problem)) from None
    store.path.mkdir(parents=True, exist_ok=True)
    with locked(store.path) as free:  # where nothing can be locked, parts are written so that two writers do no harm
        if not free:
            raise FolderError(f"{store.place}: another process is filling this folder at this moment")
        yield
