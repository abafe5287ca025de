"""A sweep's work, wherever it is done: simulating a pack of points.

The points of a pack stand one after another on the worlds axis of one model, their parameters and levers as vectors.
When the model refuses, the pack is halved until the points that it refuses are alone; the others' numbers do not change.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.chunks import take
from sim.ensemble.outcomes import CROSSINGS
from sim.ensemble.simulate import simulate_batch
from sim.ensemble.spec import RunSpec
from sim.experiment.switches import Variant
from sim.extensions import left_out, place_of
from sim.mechanisms import PARTS
from sim.parameters import PARAMETERS
from sim.rule import RULES
from sim.scenario import Scenario, Script, load_scenario
from sim.yamlfile import dump

Columns: TypeAlias = dict[str, NDArray[Any]]
# Errors that say nothing about the point: the machine's, not the model's.
NOT_THE_POINTS = (MemoryError, OSError)


@dataclass(frozen=True)
class Job:
    """A pack as work.

    Attributes:
        points: their numbers in the sweep.
        firsts: the number of each point's first world here, whose random draws it gets.
        first_world: what the first of a point's worlds is called in tables.
        spec: how a point is simulated; its vectors have one value per point, each for all worlds of the point.
        metrics: what is kept.
        stands: how each point's switches stand, as a number of one of the variants; both empty without switches.
    """

    points: NDArray[np.int64]
    firsts: NDArray[np.int64]
    first_world: int
    spec: RunSpec
    metrics: tuple[str, ...]
    stands: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    variants: tuple[Variant, ...] = ()

    @property
    def kept(self) -> list[str]:
        """The columns that are kept of each run."""
        return kept_columns(self.metrics, self.spec.crossings)

    def take(self, chosen: Any) -> Job:
        """The same work for some of the points only: a slice of them, or those that are marked."""
        some = {
            name: getattr(self, name)[chosen] for name in ("points", "firsts", "stands") if len(getattr(self, name))
        }
        return replace(self, spec=self.spec.cut(chosen), **some)

    def alike(self) -> Iterator[tuple[Job, Variant]]:
        """The same work in pieces, in each of which the same rules hold."""
        for number, variant in enumerate(self.variants):
            if not (here := self.stands == number).any():
                continue
            part = self.take(here)
            spec = replace(part.spec, off=variant.off, values={**part.spec.values, **variant.values})
            yield replace(part, spec=spec, stands=self.stands[:0], variants=()), variant
        if not self.variants:
            yield self, Variant()

    def reduced(self) -> Job:
        """The same work where something is left out of the model, without what it alone brought: rules, parameters, settings."""
        spec = self.spec
        scenario = load_scenario((spec.name, dump(spec.scenarios[spec.name].data())))
        values = {name: value for name, value in spec.values.items() if name in PARAMETERS}
        levers = {path: value for path, value in spec.levers.items() if takes(scenario, (path,))}
        off = tuple(name for name in spec.off if name in RULES or name in PARTS)
        return replace(self, spec=replace(spec, scenarios={spec.name: scenario}, values=values, levers=levers, off=off))


@dataclass
class PackOutput:
    """What a pack came to.

    Attributes:
        outcomes: columns `point`, `world`, the kept metrics, their first crossings and `verdict`; a row per world, in order.
        series: columns `point`, `world`, `month` and the kept metrics; a row per month of each world; or nothing.
        failures: point -> why the model refused it.
    """

    outcomes: Columns
    series: Columns = field(default_factory=dict)
    failures: dict[int, str] = field(default_factory=dict)


def simulate_pack(job: Job) -> PackOutput:
    """Simulate every point of a pack, apart from those that the model refuses."""
    failures: dict[int, str] = {}
    parts: list[PackOutput] = []
    for same, variant in job.alike():
        with left_out(variant.without):
            same = same.reduced() if variant.without else same
            parts += [part for group in _groups(same) for part in _bisected(group, failures)]
    found = together(parts or [PackOutput(_no_rows(job))])
    return PackOutput(_in_order(found.outcomes), _in_order(found.series), failures)


def _in_order(columns: Columns) -> Columns:
    """Rows in order of points, which lie in the order of a pack's pieces."""
    if not columns or not (np.diff(columns["point"]) < 0).any():
        return columns
    order = np.argsort(columns["point"], kind="stable")
    return {name: values[order] for name, values in columns.items()}


def spec_of(job: Job) -> RunSpec:
    """A pack whose points all have the same random draws, or draws of worlds in rising order, as one batch."""
    first, count = int(job.firsts[0]), len(job.points)
    if (job.firsts == first).all():
        return replace(job.spec, first=first, points=count)
    if (np.diff(job.firsts) == job.spec.worlds).all():
        return replace(job.spec, first=first, worlds=count * job.spec.worlds)
    return replace(job.spec, first=first, worlds=count, numbers=tuple(job.firsts.tolist()))


def _groups(job: Job) -> Iterator[Job]:
    """The pack in pieces whose points all have the same random draws, or draws that follow on from each other's; of one world
    each, also such of worlds in rising order."""
    steps = np.diff(job.firsts)
    apart = steps < 0 if job.spec.worlds == 1 else steps != job.spec.worlds
    if not steps.any() or not apart.any():
        yield job
        return
    breaks = [0, *(np.flatnonzero(apart) + 1).tolist(), len(job.points)]
    for first, last in pairwise(breaks):
        yield job.take(slice(first, last))


def _bisected(job: Job, failures: dict[int, str]) -> Iterator[PackOutput]:
    try:
        yield _simulated(job)
    except NOT_THE_POINTS:
        raise
    except Exception as problem:
        count = len(job.points)
        if count == 1:
            where = place_of(problem)
            failures[int(job.points[0])] = f"{where}{': ' if where else ''}{type(problem).__name__}: {problem}"
            return
        yield from _bisected(job.take(slice(0, count // 2)), failures)
        yield from _bisected(job.take(slice(count // 2, count)), failures)


def _simulated(job: Job) -> PackOutput:
    chunk = simulate_batch(spec_of(job), take)
    rows = _rows(job)
    missing = np.full(len(rows["point"]), np.nan)  # what an extension reports that is left out here
    outcomes = rows | {name: chunk.outcomes.get(name, missing) for name in job.kept}
    if chunk.series is None:
        return PackOutput(outcomes)
    series = {name: np.repeat(values, job.spec.months) for name, values in rows.items()}
    series["month"] = np.tile(np.arange(job.spec.months, dtype=np.int32), len(rows["point"]))
    missing = np.full(len(series["point"]), np.nan)
    series |= {
        name: chunk.series.metrics[name].ravel() if name in chunk.series.metrics else missing for name in job.metrics
    }
    return PackOutput(outcomes, series)


def takes(scenario: Scenario, paths: Collection[str]) -> bool:
    """Whether a scenario has a setting at each of these paths that could differ between worlds."""
    try:
        Script(scenario, 1, {path: np.zeros(1) for path in paths})
    except KeyError:
        return False
    return True


def kept_columns(metrics: Sequence[str], crossings: Iterable[str] = ()) -> list[str]:
    """The columns that are kept of these metrics: their summaries, their first crossings, and the verdict."""
    usual = (name for name, one in CROSSINGS.items() if one.metric in metrics)
    return [*metrics, *usual, *crossings, "verdict"]


def _rows(job: Job) -> Columns:
    world = np.arange(job.first_world, job.first_world + job.spec.worlds, dtype=np.int32)
    return {"point": np.repeat(job.points, job.spec.worlds), "world": np.tile(world, len(job.points))}


def _no_rows(job: Job) -> Columns:
    kinds: dict[str, Any] = {"point": np.int64, "world": np.int32, "verdict": np.int8}
    return {name: np.zeros(0, dtype=kinds.get(name, np.float64)) for name in ("point", "world", *job.kept)}


def together(outputs: Sequence[PackOutput]) -> PackOutput:
    """What several packs came to, as one."""
    failures = {point: why for one in outputs for point, why in one.failures.items()}
    kept = [one.series for one in outputs if one.series]
    return PackOutput(_stacked([one.outcomes for one in outputs]), _stacked(kept) if kept else {}, failures)


def _stacked(parts: Sequence[Columns]) -> Columns:
    return parts[0] if len(parts) == 1 else {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
