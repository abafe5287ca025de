"""Points that are worlds: those that came near the record up to a month, each with its own past and its own values.

A point's values follow from its world's number, so that they are made where it is run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.design import Points, Table
from sim.experiment.factors import Factor
from sim.experiment.layouts import Matrix, Numbers
from sim.experiment.schema import Told
from sim.parameters import Draw, resolve
from sim.parameters.posterior import POSTERIOR, known_by
from sim.record.told import as_told, check_told
from sim.scenario import parameter_set
from sim.worlds import BatchLayout, Streams, Vector

if TYPE_CHECKING:
    from sim.experiment.plan import Plan


@dataclass(frozen=True)
class ToldPoints:
    """Points that are worlds.

    Attributes:
        factors: all that is varied; levers: the points of those that are levers.
        worlds: the number of each point's world, as a column; seed: of all worlds.
        beneath, mode: where their parameters come from, as for `resolve`.
    """

    factors: tuple[Factor, ...]
    levers: Points
    worlds: Table
    seed: int
    beneath: Mapping[str, float | Vector | Draw] = field(repr=False)
    mode: str

    @property
    def together(self) -> int:
        return self.levers.together

    def __len__(self) -> int:
        return len(self.levers)

    def values(self, numbers: Numbers) -> Matrix:
        levers = iter(self.levers.values(numbers).T)
        found, places = np.unique(self.worlds_of(numbers), return_inverse=True)
        streams = Streams(self.seed, BatchLayout(len(found), numbers=tuple(found.tolist())))
        values = resolve(self.beneath, self.mode, streams)
        out = np.empty((len(numbers), len(self.factors)), order="F")
        for column, factor in enumerate(self.factors):
            lever = factor.kind == "lever"
            out[:, column] = next(levers) if lever else np.broadcast_to(values[factor.name], len(found))[places]
        return out

    def worlds_of(self, numbers: Numbers) -> Numbers:
        """The numbers of these points' worlds."""
        return self.worlds.values(numbers)[:, 0].astype(np.int64)

    def some(self, numbers: Numbers) -> Points:
        return replace(self, levers=self.levers.some(numbers), worlds=self.worlds.some(numbers))

    def told(self) -> Iterator[bytes]:
        yield from self.levers.told()
        yield from self.worlds.told()
        yield self.values(np.arange(min(len(self), 1_000))).tobytes()


def told_plan(plan: Plan, design: Told) -> Plan:
    """The plan with told worlds in place of its draws, and scenarios as they go on from the history.

    What is varied takes the values that these worlds have; as worlds are drawn by their weights, each point counts alike.

    Raises:
        LimitError: there is no record of that month, scenarios have not one past, or too few worlds came near the record.
    """
    experiment = plan.experiment
    asked = experiment.parameters
    parameters = known_by(check_told(design.until)) if asked == POSTERIOR else asked
    named = {one.name: one for one in plan.scenarios}
    going_on, told = as_told(named, design.until, design.points, experiment.seed, parameters)
    mode, beneath = parameter_set(parameters)
    beneath = {**beneath, **plan.scenarios[0].parameters}
    worlds = Table(np.array(told.numbers, dtype=float)[:, None])
    return replace(
        plan,
        experiment=experiment.model_copy(update={"parameters": parameters}),
        scenarios=tuple(going_on[one.name] for one in plan.scenarios),
        draws=ToldPoints(plan.drawn, plan.draws, worlds, experiment.seed, beneath, mode),
    )
