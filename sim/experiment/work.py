"""One piece of a sweep's work, wherever it is done: let a pack of points live, and write what they came to as one part.

The points of a pack stand one after another on the worlds axis of one model, their parameters and levers as vectors.
When the model refuses, the pack is halved until the points that it refuses are alone; the others' numbers are the same in
any company.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.fingerprint import model_version
from sim.extensions import place_of
from sim.scenario import Scenario
from sim.worlds import Vector

if TYPE_CHECKING:
    from sim.model import FrontierModel

Columns: TypeAlias = dict[str, NDArray[Any]]
# Errors that say nothing about the point: the machine's, not the model's.
NOT_THE_POINTS = (MemoryError, OSError)
# A model's parts point at each other: after so many world-months, what models have left behind is collected.
COLLECTED = 20_000
_left_behind = 0


class VersionError(RuntimeError):
    """Whoever does the work has another version of the model than whoever asked for it."""


@dataclass(frozen=True)
class Job:
    """A pack as work: all that it takes, small enough to be sent anywhere.

    Attributes:
        folder: the sweep's folder, as a path or URL that whoever does the work can write to.
        identity, version: of the sweep, and of the model that it asks for.
        points: their numbers in the sweep; block: which block of each point's worlds.
        firsts: the number of each point's first world here, on whose luck it depends.
        worlds: of each point; first_world: what the first of them is called in tables.
        levers, values: path or parameter -> one value per point; constants: parameter -> value.
        metrics: what is kept; series: whether every month is.
        model: what takes the model's place; None: nothing does.
    """

    folder: str
    identity: str
    version: str
    scenario: Scenario
    points: NDArray[np.int64]
    block: int
    firsts: NDArray[np.int64]
    worlds: int
    first_world: int
    months: int
    seed: int
    parameters: str
    levers: Mapping[str, Vector]
    values: Mapping[str, Vector]
    constants: Mapping[str, float]
    metrics: tuple[str, ...]
    series: bool
    model: type[FrontierModel] | None = None

    def take(self, chosen: slice) -> Job:
        """The same work for some of the points only."""
        return replace(
            self,
            points=self.points[chosen],
            firsts=self.firsts[chosen],
            levers={name: value[chosen] for name, value in self.levers.items()},
            values={name: value[chosen] for name, value in self.values.items()},
        )


@dataclass
class Lived:
    """What a pack came to.

    Attributes:
        outcomes: columns `point`, `world`, the kept metrics, their first crossings and `verdict`; a row per world, in order.
        series: columns `point`, `world`, `month` and the kept metrics; a row per month of each world; or nothing.
        failures: point -> why the model refused it.
    """

    outcomes: Columns
    series: Columns = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Receipt:
    """What is told of finished work.

    Attributes:
        name: of the part that was written; months: of the file with its months, or nothing.
        points, block: what it holds; runs: how many rows.
        failures: point -> why the model refused it.
        fingerprint: of its rows; see `parts.py`.
        seconds: that the work took.
    """

    name: str
    months: str
    points: NDArray[np.int64]
    block: int
    runs: int
    failures: dict[int, str]
    fingerprint: int
    seconds: float


def carry_out(job: Job) -> Receipt:
    """Do the work, and write its part to the sweep's folder.

    Raises:
        VersionError: this is another version of the model.
        OSError: the part cannot be written.
    """
    from sim.experiment.parts import write_part

    started = time.perf_counter()
    if (here := model_version(job.model)) != job.version:
        raise VersionError(
            f"the work asks for model {job.version}, and here is {here}: "
            "install the same version of durand, NumPy and SciPy everywhere"
        )
    lived = live(job)
    name, months, fingerprint = write_part(job, lived)
    runs = len(lived.outcomes["point"])
    seconds = time.perf_counter() - started
    return Receipt(name, months, job.points, job.block, runs, lived.failures, fingerprint, seconds)


def live(job: Job) -> Lived:
    """Let every point of a pack live, apart from those that the model refuses."""
    failures: dict[int, str] = {}
    parts = [lived for group in _groups(job) for lived in _live(group, failures)]
    if not parts:
        parts = [Lived(_no_rows(job))]
    outcomes = _joined([part.outcomes for part in parts])
    series = _joined([part.series for part in parts]) if job.series and parts[0].series else {}
    return Lived(outcomes, series, failures)


def build_model(job: Job) -> FrontierModel:
    """The model of a pack. (Tests put another in its place.)"""
    from sim.model import FrontierModel

    shared = bool((job.firsts == job.firsts[0]).all())
    spread = {name: np.repeat(value, job.worlds) for name, value in job.values.items()}
    return (job.model or FrontierModel)(
        job.scenario,
        worlds=len(job.points) * job.worlds,
        seed=job.seed,
        first=int(job.firsts[0]),
        parameters=job.parameters,
        values={**job.constants, **spread},
        levers={path: np.repeat(value, job.worlds) for path, value in job.levers.items()},
        points=len(job.points) if shared else 1,
    )


def _groups(job: Job) -> Iterator[Job]:
    """The pack in pieces whose points all have the same luck, or luck that follows on from each other's."""
    steps = np.diff(job.firsts)
    if not steps.any() or (steps == job.worlds).all():
        yield job
        return
    breaks = [0, *(np.flatnonzero(steps != job.worlds) + 1).tolist(), len(job.points)]
    for first, last in pairwise(breaks):
        yield job.take(slice(first, last))


def _live(job: Job, failures: dict[int, str]) -> Iterator[Lived]:
    try:
        yield _live_together(job)
    except NOT_THE_POINTS:
        raise
    except Exception as problem:
        count = len(job.points)
        if count == 1:
            where = place_of(problem)
            failures[int(job.points[0])] = f"{where}{': ' if where else ''}{type(problem).__name__}: {problem}"
            return
        yield from _live(job.take(slice(0, count // 2)), failures)
        yield from _live(job.take(slice(count // 2, count)), failures)


def _live_together(job: Job) -> Lived:
    from sim.results.chunks import take

    worlds = len(job.points) * job.worlds
    model = build_model(job)
    try:
        for _ in range(job.months):
            model.step()
        chunk = take(model, worlds, job.series, False)
    finally:
        model.close()
        del model
        _collect(worlds * job.months)
    rows = _rows(job)
    outcomes = rows | {name: chunk.outcomes[name] for name in kept_columns(job.metrics)}
    if chunk.series is None:
        return Lived(outcomes)
    series = {name: np.repeat(values, job.months) for name, values in rows.items()}
    series["month"] = np.tile(np.arange(job.months, dtype=np.int32), worlds)
    series |= {name: chunk.series.metrics[name].ravel() for name in job.metrics}
    return Lived(outcomes, series)


def kept_columns(metrics: Sequence[str]) -> list[str]:
    """The columns that are kept of these metrics: their summaries, their first crossings, and the verdict."""
    from sim.results.outcomes import CROSSINGS

    return [*metrics, *(name for name, one in CROSSINGS.items() if one.metric in metrics), "verdict"]


def _collect(world_months: int) -> None:
    global _left_behind
    _left_behind += world_months
    if _left_behind >= COLLECTED:
        _left_behind = 0
        gc.collect()


def _rows(job: Job) -> Columns:
    world = np.arange(job.first_world, job.first_world + job.worlds, dtype=np.int32)
    return {"point": np.repeat(job.points, job.worlds), "world": np.tile(world, len(job.points))}


def _no_rows(job: Job) -> Columns:
    kinds: dict[str, Any] = {"point": np.int64, "world": np.int32, "verdict": np.int8}
    return {
        name: np.zeros(0, dtype=kinds.get(name, np.float64)) for name in ("point", "world", *kept_columns(job.metrics))
    }


def _joined(parts: list[Columns]) -> Columns:
    return parts[0] if len(parts) == 1 else {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
