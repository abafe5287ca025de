"""Living the history: what a scenario's worlds would have reported, for any parameter values, on one core or several."""

from __future__ import annotations

import gc
import multiprocessing
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.agents.observers import OBSERVERS, reports
from sim.extensions import remote
from sim.model import FrontierModel
from sim.parameters import PARAMETERS
from sim.scenario import Scenario, load_scenario
from sim.vocabulary import month_after
from sim.worlds import Vector

Table = NDArray[np.float64]  # (months, worlds)
# Metrics kept beside the reports: what truces, deaths and strength were in truth, and what Kabul and Delhi did.
KEPT = (
    "attacks",
    "attacks_background",
    "ceasefire",
    "fatalities_ttp",
    "ttp_strength",
    "ttp_capability",
    "taliban_stance",
    "chance_restrain",
    "chance_bargain",
    "india_engagement",
    "border_clashes",
)
CHUNK = 1_000


@dataclass(frozen=True)
class Lived:
    """What was lived and reported.

    Attributes:
        months: YYYY-MM, in order.
        tables: observer or metric -> (months, worlds).
    """

    months: list[str]
    tables: dict[str, Table]

    @property
    def worlds(self) -> int:
        """How many."""
        return next(iter(self.tables.values())).shape[1]

    def __getitem__(self, name: str) -> Table:
        return self.tables[name]

    def span(self, name: str, months: Collection[str]) -> Table:
        """A table's rows for these months."""
        return self.tables[name][[place for place, month in enumerate(self.months) if month in months]]


@dataclass(frozen=True)
class _Job:
    scenario: Scenario
    worlds: int
    first: int
    months: int
    seed: int
    parameters: str
    values: Mapping[str, Vector | float]
    repeats: int
    off: tuple[str, ...]


def live(
    scenario: Scenario | str,
    worlds: int,
    months: int,
    seed: int = 0,
    *,
    parameters: str = "defaults",
    values: Mapping[str, Vector | float] | None = None,
    off: Sequence[str] = (),
    workers: int = 1,
    chunk: int = CHUNK,
    first: int = 0,
) -> Lived:
    """Let worlds live a scenario, and ask every observer what it would have reported.

    Args:
        values: parameter values over the scenario's, each a number or a vector over all worlds.
        workers: processes; they and the chunks change no number.
        first: number of the first world.
        scenario, worlds, months, seed, parameters, off: as for the model.
    """
    parts = [
        part.tables
        for part in live_in_parts(
            scenario,
            worlds,
            months,
            seed,
            parameters=parameters,
            values=values,
            off=off,
            workers=workers,
            chunk=chunk,
            first=first,
        )
    ]
    plan = load_scenario(scenario) if isinstance(scenario, str) else scenario
    tables = {name: np.concatenate([part[name] for part in parts], axis=1) for name in parts[0]}
    return Lived(_calendar(plan, months), tables)


def live_in_parts(
    scenario: Scenario | str,
    worlds: int,
    months: int,
    seed: int = 0,
    *,
    parameters: str = "defaults",
    values: Mapping[str, Vector | float] | None = None,
    repeats: int = 1,
    off: Sequence[str] = (),
    workers: int = 1,
    chunk: int = CHUNK,
    first: int = 0,
) -> Iterator[Lived]:
    """The same, some worlds at a time, so that memory stays flat.

    Args:
        repeats: how many worlds in a row live each value of a vector in `values`, which is then so much shorter.
    """
    plan = load_scenario(scenario) if isinstance(scenario, str) else scenario
    chunk = max(chunk // repeats, 1) * repeats
    jobs = []
    for start in range(0, worlds, chunk):
        size = min(chunk, worlds - start)
        here = slice(start // repeats, (start + size) // repeats)
        taken = {
            name: np.ascontiguousarray(value[here]) if isinstance(value, np.ndarray) else value
            for name, value in (values or {}).items()
        }
        jobs.append(_Job(plan, size, first + start, months, seed, parameters, taken, repeats, tuple(off)))
    calendar = _calendar(plan, months)
    for tables in _carry_out(jobs, workers):
        yield Lived(calendar, tables)


def _calendar(plan: Scenario, months: int) -> list[str]:
    return [month_after(plan.start, month) for month in range(months)]


def _carry_out(jobs: list[_Job], workers: int) -> Iterator[dict[str, Table]]:
    if workers <= 1 or len(jobs) <= 1:
        yield from map(_live, jobs)
        return
    # Mesa sets the start method at import; a context of our own does not depend on that.
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(min(workers, len(jobs)), mp_context=context) as pool:
        futures = [pool.submit(remote(_live, job)) for job in jobs]
        yield from (future.result() for future in futures)


def _live(job: _Job) -> dict[str, Table]:
    model = FrontierModel(
        job.scenario,
        worlds=job.worlds,
        seed=job.seed,
        first=job.first,
        parameters=job.parameters,
        values={
            name: np.repeat(value, job.repeats) if isinstance(value, np.ndarray) else value
            for name, value in job.values.items()
        },
        off=job.off,
    )
    try:
        for _ in range(job.months):
            model.step()
        record = model.datacollector.model_vars
        tables = {name: np.stack(rows) for name, rows in reports(model).items()}
        for name in KEPT:
            tables[name] = np.stack([np.atleast_1d(np.asarray(row, dtype=np.float64)) for row in record[name]])
    finally:
        model.close()
        del model
        gc.collect()
    return tables


def uncertain() -> list[str]:
    """The parameters that are not fixed by definition, in order."""
    return [name for name, one in PARAMETERS.items() if not one.constant]


def observers() -> list[str]:
    """The observers' names, in order."""
    return list(OBSERVERS)
