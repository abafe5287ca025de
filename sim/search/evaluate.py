"""Candidates simulated: many at once, as points on the worlds axis, all in the same futures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from sim.ensemble.chunks import take
from sim.ensemble.pool import in_order, workforce
from sim.ensemble.simulate import simulate_batch
from sim.ensemble.spec import RunSpec, usual_chunk
from sim.experiment.firsts import crossing_of, crossings_of, never_last
from sim.model import FrontierModel
from sim.scenario import Scenario
from sim.search.load import Plan
from sim.search.objectives import Matrix
from sim.search.space import Codes


@dataclass(frozen=True)
class Futures:
    """Which worlds candidates live: so many, from this number on."""

    first: int
    worlds: int


def searched(plan: Plan) -> Futures:
    """Those of the search."""
    return Futures(0, plan.search.worlds)


def fresh(plan: Plan) -> Futures:
    """Others, that no candidate was chosen by."""
    return Futures(plan.search.worlds, plan.search.fresh_worlds)


class Evaluator:
    """Simulates candidates and courses.

    Args:
        workers: threads, or processes where machine code cannot be used; they change no number.
        besides: metrics that are read besides those by which candidates are judged.
    """

    def __init__(self, plan: Plan, workers: int = 1, besides: Sequence[str] = ()) -> None:
        self.plan, self.workers, self.engine = plan, workers, plan.engine
        self.metrics = tuple(dict.fromkeys((*plan.judge.metrics, *besides)))

    def candidates(self, codes: Codes, futures: Futures) -> dict[str, Matrix]:
        """Each metric's value of every candidate in every future, shape (candidates, futures)."""
        return self._joined(list(self._candidate_specs(codes, futures)), len(codes), futures)

    def courses(self, futures: Futures, scenarios: Sequence[Scenario] | None = None) -> dict[str, Matrix]:
        """The same of whole scenarios; of the courses that candidates are set against if not given."""
        scenarios = self.plan.courses if scenarios is None else scenarios
        specs = [
            (row, part, self._spec(one, part, futures))
            for row, one in enumerate(scenarios)
            for part in self._parts(futures)
        ]
        return self._joined([(slice(row, row + 1), part, spec) for row, part, spec in specs], len(scenarios), futures)

    def _joined(self, specs: list[tuple[slice, slice, RunSpec]], count: int, futures: Futures) -> dict[str, Matrix]:
        out = {name: np.empty((count, futures.worlds)) for name in self.metrics}
        work = partial(simulate_batch, read=partial(_figures, metrics=self.metrics))
        found = in_order(
            workforce(self.workers, len(specs), self.engine == "compiled"), work, [spec for _, _, spec in specs]
        )
        for (rows, worlds, spec), values in zip(specs, found, strict=True):
            for name, value in values.items():
                out[name][rows, worlds] = value.reshape(-1, spec.worlds)
        return out

    def _candidate_specs(self, codes: Codes, futures: Futures) -> Iterator[tuple[slice, slice, RunSpec]]:
        size = max(usual_chunk(self.plan.months) // futures.worlds, 1)
        for start in range(0, len(codes), size):
            rows = slice(start, min(start + size, len(codes)))
            levers = self.plan.space.paths(codes[rows])
            for part in self._parts(futures):
                spec = self._spec(self.plan.template, part, futures)
                yield rows, part, replace(spec, points=rows.stop - rows.start, levers=levers, repeats=spec.worlds)

    def _parts(self, futures: Futures) -> Iterator[slice]:
        """Worlds that are simulated together."""
        size = usual_chunk(self.plan.months)
        for start in range(0, futures.worlds, size):
            yield slice(start, min(start + size, futures.worlds))

    def _spec(self, scenario: Scenario, part: slice, futures: Futures) -> RunSpec:
        search = self.plan.search
        return RunSpec.of(
            scenario,
            part.stop - part.start,
            self.plan.months,
            search.seed,
            first=futures.first + part.start,
            parameters=search.parameters,
            series=False,
            crossings=crossings_of(self.metrics),
            engine=self.engine,
        )


def _figures(model: FrontierModel, batch: RunSpec, metrics: Sequence[str]) -> dict[str, Matrix]:
    """Each world's figure of these metrics, over its months, of first months, and its verdict by its place in the table."""
    found = take(model, batch).outcomes
    return {name: never_last(found[name], batch.months) if crossing_of(name) else found[name] for name in metrics}
