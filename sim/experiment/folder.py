"""A sweep's folder while it is being filled: what it may be, what of it is done, what is written when.

`manifest.json` comes first and says whose folder it is; `experiment.yaml`, with the scenarios and listed points beside it,
makes the sweep again anywhere; `experiments.parquet` has a row for each point; `parts/` is filled by whoever does the work.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import numpy as np

from sim.experiment.parts import END, FOLDER, MONTHS_END, Part, PartError, read_part
from sim.experiment.plan import Done, Plan
from sim.experiment.schema import Listed
from sim.experiment.store import Local, Store
from sim.results.bundle import BundleError
from sim.results.manifest import machine, now
from sim.scenario import Scenario
from sim.yamlfile import dump

if TYPE_CHECKING:
    from sim.experiment.work import Receipt

FORMAT = "durand sweep 1"
ROWS_AT_ONCE = 20_000
_WORDS = {
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
    """

    def __init__(self, store: Store, plan: Plan, block_worlds: int) -> None:
        self.store, self.plan, self.block_worlds = store, plan, block_worlds
        self.names: set[str] = set()
        self.failures: dict[int, str] = {}
        self.runs = self.fingerprint = 0
        self._earlier_seconds = 0.0
        self._began = now()
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
        self.done = self.plan.nothing_done(self.block_worlds)
        self._take_stock()
        self._tidy()
        self.write_manifest("running", 0.0, command)
        if manifest is None or "experiment.yaml" not in self.store.names():
            self._write_experiment()
            self.write_points()

    @property
    def finished(self) -> bool:
        """Whether every world of every point is done."""
        return all(bool(part.all()) for part in self.done.values())

    def book(self, receipt: Receipt | Part) -> None:
        """Note that a part is there."""
        self.done[receipt.block][receipt.points] = True
        self.names |= {receipt.name, receipt.months}
        self.failures.update(receipt.failures)
        self.runs += receipt.runs
        self.fingerprint = (self.fingerprint + receipt.fingerprint) % 2**64

    def close(self, seconds: float, command: str | None) -> None:
        """Write what a reader needs: points with their errors, manifest."""
        self._take_stock()
        if self.finished:
            self._tidy()
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
        try:
            manifest = json.loads(self.store.read("manifest.json"))
        except ValueError:
            manifest = {}
        if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
            raise FolderError(
                f"{self.store.place}: not the folder of a sweep by this durand; name a new or an empty folder"
            )
        return manifest

    def _check_same(self, manifest: dict[str, Any]) -> None:
        if manifest.get("identity") == self.plan.identity:
            return
        theirs, ours = manifest.get("particulars", {}), self.plan.particulars
        differ = [words for key, words in _WORDS.items() if theirs.get(key) != ours[key]]
        raise FolderError(
            f"{self.store.place}: another sweep is in this folder; it has other {', '.join(differ) or 'content'}: "
            "name a new folder (--reuse takes over what both have in common)"
        )

    def _take_stock(self) -> None:
        """Check every part that is not known yet, and remove those that are no good."""
        for name in self.store.names(FOLDER):
            if not name.endswith(END) or name.endswith(MONTHS_END) or name in self.names:
                continue
            try:
                part = read_part(self.store, name, self.plan.identity)
            except (PartError, ValueError, KeyError, TypeError):
                part = None
            if part is not None and self._is_new(part):
                self.book(part)
            else:
                self.store.remove(name)

    def _is_new(self, part: Part) -> bool:
        """Whether it holds nothing that another part holds: two may when a process that was thought dead was not."""
        done = self.done.get(part.block)
        return done is not None and bool(np.all(part.points < len(done))) and not done[part.points].any()

    def _tidy(self) -> None:
        """Remove what interrupted work left behind."""
        self.store.tidy()
        self.store.tidy(FOLDER)
        for name in self.store.names(FOLDER):
            if name.endswith(MONTHS_END) and name not in self.names:
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
            **machine(),
        }
        with self.store.writing("manifest.json") as file:
            file.write((json.dumps(manifest, indent=2, allow_nan=False) + "\n").encode())

    def _write_experiment(self) -> None:
        """The experiment, with copies of the files that it names."""
        experiment, plan = self.plan.experiment, self.plan
        data = experiment.data()
        data["scenarios"] = [self._write_scenario(one) for one in plan.sources]
        for key, design, factors, values in (
            ("design", experiment.design, plan.drawn, plan.draws),
            ("lever_design", experiment.lever_design, plan.mixed, plan.mixes),
        ):
            if isinstance(design, Listed):
                columns = [
                    factor.names(values[:, n]) or map(repr, values[:, n].tolist()) for n, factor in enumerate(factors)
                ]
                lines = [",".join(factor.name for factor in factors), *map(",".join, zip(*columns, strict=True))]
                data[key]["file"] = f"{key}.csv"
                with self.store.writing(f"{key}.csv") as file:
                    file.write(("\n".join(lines) + "\n").encode())
        with self.store.writing("experiment.yaml") as file:
            file.write(dump(data).encode())

    def _write_scenario(self, scenario: Scenario) -> str:
        name = f"scenarios/{re.sub(r'[^A-Za-z0-9_-]+', '-', scenario.name)}.yaml"
        with self.store.writing(name) as file:
            file.write(scenario.to_yaml().encode())
        return name

    def write_points(self) -> None:
        """Write `experiments.parquet`: a row for each point, levers, uncertainties and constants apart."""
        with self.store.writing("experiments.parquet") as file:
            self._write_points(file)

    def _write_points(self, file: IO[bytes]) -> None:
        import pyarrow as pa
        import pyarrow.parquet as pq

        writer = None
        for first in range(0, self.plan.points, ROWS_AT_ONCE):
            numbers = np.arange(first, min(first + ROWS_AT_ONCE, self.plan.points))
            table = pa.table(points_table(self.plan, numbers, self.failures))
            writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd")
            writer.write_table(table)
        if writer is not None:
            writer.close()


def points_table(plan: Plan, numbers: np.ndarray[Any, np.dtype[np.int64]], failures: dict[int, str]) -> dict[str, Any]:
    """The columns of the table of points, for these points."""
    import pyarrow as pa

    scenario, mix, draw = plan.where(numbers)
    values = plan.values(numbers)
    names = pa.array([one.name for one in plan.scenarios])
    columns: dict[str, Any] = {
        "point": numbers,
        "id": plan.ids(numbers),
        "scenario": pa.DictionaryArray.from_arrays(pa.array(scenario.astype(np.int32)), names),
        "mix": mix,
        "draw": draw,
    }
    for factor in plan.factors:
        columns[f"{factor.kind}:{factor.name}"] = factor.names(values[factor.name]) or values[factor.name]
    for name, value in plan.experiment.constants.items():
        columns[f"constant:{name}"] = np.full(len(numbers), value)
    columns["error"] = pa.array([failures.get(number) for number in numbers.tolist()], type=pa.string())
    return columns


@contextmanager
def alone(store: Store) -> Iterator[None]:
    """See to it that no other process of this machine writes to the folder; it ends with the process that holds it.

    Raises:
        FolderError: another does, or this is none.
    """
    if isinstance(store, Local) and Path(store.place).exists() and not Path(store.place).is_dir():
        raise FolderError(f"{store.place}: this is a file; name a folder")
    if not isinstance(store, Local) or os.name != "posix":
        yield
        return
    import fcntl

    Path(store.place).mkdir(parents=True, exist_ok=True)
    number = os.open(store.place, os.O_RDONLY)
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise FolderError(f"{store.place}: another process is filling this folder at this moment") from None
        except OSError:
            pass  # a file system that cannot lock; parts are written so that two writers do no harm
        yield
    finally:
        os.close(number)
