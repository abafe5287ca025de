"""Small experiments on paired worlds, for tests of mechanisms and levers."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.simulate import simulate_batch
from sim.ensemble.spec import RunSpec
from sim.model import FrontierModel
from sim.scenario import Scenario
from sim.why.ablation import rules_of

WORLDS = 160
QUIET: dict[str, Any] = {"domestic_operations": 0.3, "diplomatic_advocacy": 0.3}


def scenario(
    levers: Mapping[str, float] | None = None,
    *,
    conditionality: float = 0.3,
    visibility: float = 0.5,
    changes: list[dict[str, Any]] | None = None,
    shocks: list[dict[str, Any]] | None = None,
    **actors: dict[str, Any],
) -> Scenario:
    """A plain scenario: these levers throughout, everyone else left to choose unless told otherwise."""
    pakistan = {"levers": dict(levers or QUIET), "conditionality": conditionality, "visibility": visibility}
    return Scenario.model_validate(
        {
            "schema": 1,
            "name": "lab",
            "title": "Lab",
            "actors": {"pakistan": {**pakistan, "changes": changes or []}, **actors},
            "shocks": shocks or [],
        }
    )


def read(model: FrontierModel, spec: RunSpec) -> tuple[dict[str, NDArray[np.float64]], Mapping[str, list[str]]]:
    """What is kept of a run: metrics and panels by name, months first; and what the rows of panels are called."""
    record = {name: np.array(values) for name, values in model.datacollector.model_vars.items()}
    for values in record.values():
        values.flags.writeable = False  # tests share runs
    return record, model.labels


class Run:
    """What one run gave: `run["attacks"]` has shape (months, worlds), a panel (months, rows, worlds).

    Shocks make another program, and to compile it for one run takes longer than the run. So would rules that are switched off,
    if not by switches that each world has: a program for all (tests/test_model.py holds that they do what `off` does).
    """

    def __init__(self, plan: Scenario, months: int, off: Collection[str], values: Mapping[str, float]) -> None:
        how: dict[str, Any] = {"parameters": "defaults", "values": values, "panels": True}
        # By the names of rules alone: of a mechanism or a loop, each that carries it.
        silent = (tuple(sorted({rule for part in off for rule in rules_of(part) or (part,)})),) if off else ()
        spec = RunSpec.of(plan, WORLDS, months, 11, **how, silent=silent, engine="numpy" if plan.shocks else "auto")
        self._record, self._labels = simulate_batch(spec, read)

    def __getitem__(self, metric: str) -> NDArray[np.float64]:
        return self._record[metric]

    def row(self, panel: str, name: str) -> NDArray[np.float64]:
        """One row of a panel, shape (months, worlds)."""
        return self[panel][:, self._labels[panel].index(name)]

    def mean(self, metric: str, start: int = 0, stop: int | None = None) -> float:
        """Mean over months start..stop and worlds."""
        return float(self[metric][start:stop].mean())

    def last(self, metric: str) -> float:
        """Mean over worlds in the last month."""
        return float(self[metric][-1].mean())


def run(
    levers: Mapping[str, float] | None = None,
    months: int = 24,
    off: Collection[str] = (),
    values: Mapping[str, float] | None = None,
    **kwargs: Any,
) -> Run:
    """Run a plain scenario on worlds with the seed that all of these share, so that two runs are paired."""
    return _run(json.dumps([levers, kwargs]), months, frozenset(off), tuple((values or {}).items()))


# Many tests set the same plain run beside one of their own.
@lru_cache(maxsize=16)
def _run(told: str, months: int, off: frozenset[str], values: tuple[tuple[str, float], ...]) -> Run:
    levers, others = json.loads(told)
    return Run(scenario(levers, **others), months, off, dict(values))
