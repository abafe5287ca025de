"""Points that are worlds: those that came near the record up to a month, each with its own past and its own values."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.schema import Told
from sim.parameters import resolve
from sim.parameters.posterior import POSTERIOR, known_by
from sim.record.told import as_told, check_told
from sim.scenario import parameter_set
from sim.worlds import BatchLayout, Streams

if TYPE_CHECKING:
    from sim.experiment.plan import Plan


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
    layout = BatchLayout(design.points, numbers=told.numbers)
    values = resolve({**beneath, **plan.scenarios[0].parameters}, mode, Streams(experiment.seed, layout))
    draws = plan.draws.copy(order="F")
    for column, factor in enumerate(plan.drawn):
        if factor.kind == "uncertainty":
            draws[:, column] = values[factor.name]
    return replace(
        plan,
        experiment=experiment.model_copy(update={"parameters": parameters}),
        scenarios=tuple(going_on[one.name] for one in plan.scenarios),
        draws=draws,
        numbers=np.array(told.numbers, dtype=np.int64),
    )
