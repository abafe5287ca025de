"""Bridges to other people's tools: an experiment as a SALib problem, and as a model of the EMA Workbench.

Both draw points from the experiment's factors and hand them back; `PointModel` simulates points, by the same work as a
sweep, so that a point gives the same numbers whoever drew it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.spec import LimitError
from sim.experiment.factors import Factor
from sim.experiment.load import load_plan
from sim.experiment.plan import Pack, Plan
from sim.experiment.schema import Experiment
from sim.experiment.workbench import import_workbench
from sim.worlds import Vector
from sim.yamlfile import found, suggestion

if TYPE_CHECKING:
    from sim.experiment.outcome import Sweep
    from sim.yamlfile import Source

    Asked: TypeAlias = Source | Mapping[str, Any] | Experiment | Sweep

COURSE = "course"  # what chooses among scenarios, where an experiment has several; EMA keeps `scenario` for itself


class PointError(ValueError):
    """The model refused a point, or the point is none of the experiment's."""


@dataclass(frozen=True)
class PointModel:
    """An experiment as a function: a point in, the mean of each metric over the point's worlds out.

    A factor that a point leaves out stays as the scenario has it, or at the parameter's own value: a tool that draws
    uncertainties alone runs the levers as they are. Every point has worlds of the same random draws, so that points are
    paired (the experiment's `luck: own` needs to know where in the design a point stands, which is not known here). It can
    be pickled, and sent to other processes.

    Attributes:
        plan: the experiment laid out; its own points are not used.
    """

    plan: Plan

    @property
    def factors(self) -> tuple[Factor, ...]:
        """What is varied, levers first."""
        return self.plan.factors

    @property
    def scenarios(self) -> list[str]:
        """Names of the scenarios."""
        return [one.name for one in self.plan.scenarios]

    def __call__(self, **point: Any) -> dict[str, float]:
        """One point: factors by their names (options by theirs), and `course` (a scenario) where there are several.

        Raises:
            PointError: a factor is unknown or out of range, or the model refuses the point.
        """
        scenario = str(point.pop(COURSE, self.scenarios[0]))
        columns = {name: [value] for name, value in point.items()}
        return {name: float(column[0]) for name, column in self.run(columns, scenario).items()}

    def run(
        self, columns: Mapping[str, Sequence[Any] | NDArray[Any]], scenario: str | None = None
    ) -> dict[str, Vector]:
        """Many points at once, packed on the worlds axis as a sweep packs them.

        Args:
            columns: factor -> its value at each point; scenario: the first of the experiment's if not given.

        Returns:
            metric -> mean over worlds, one per point.
        """
        from sim.experiment.work import simulate_pack

        plan, name = self.plan, scenario or self.scenarios[0]
        if name not in self.scenarios:
            raise PointError(f"no such scenario in this experiment: {name}{suggestion(name, self.scenarios)}")
        number, values = self.scenarios.index(name), self._values(columns)
        count = len(next(iter(values.values()))) if values else 1
        out = {metric: np.zeros(count) for metric in plan.metrics}
        # A job of the plan's own first point says all but the values.
        whole = plan.job(Pack(np.array([number * plan.each]), 0), plan.worlds)
        for block in range(0, plan.worlds, plan.pack_worlds):
            worlds = min(plan.pack_worlds, plan.worlds - block)
            size = max(1, plan.pack_worlds // worlds)
            for first in range(0, count, size):
                part = slice(first, min(first + size, count))
                points = np.arange(part.start, part.stop)
                here = {key: value[part] for key, value in values.items()}
                stands, variants = plan.switched(here)
                job = replace(
                    whole,
                    stands=stands,
                    variants=variants,
                    points=points,
                    firsts=np.full(len(points), block),
                    first_world=block,
                    spec=replace(plan.spec(number, here, worlds), series=False),
                )
                found = simulate_pack(job)
                if found.failures:
                    point, why = next(iter(found.failures.items()))
                    raise PointError(f"the model refused point {point}: {why}")
                for metric in plan.metrics:
                    rows = found.outcomes[metric].reshape(len(points), worlds)
                    for world in range(worlds):
                        out[metric][part] = out[metric][part] + rows[:, world] / plan.worlds
        return out

    def evaluate(self, points: NDArray[np.float64], metric: str | None = None, scenario: str | None = None) -> Any:
        """What a SALib sample comes to: for SALib's `analyze`.

        Args:
            points: (points, factors) as SALib draws them from `salib_problem`.
            metric: one of the experiment's; the first if not given.

        Returns:
            (points,), the mean over worlds.
        """
        chosen = metric or self.plan.metrics[0]
        if chosen not in self.plan.metrics:
            raise PointError(f"no such metric in this experiment: {chosen}{suggestion(chosen, self.plan.metrics)}")
        points = np.asarray(points, dtype=np.float64)
        if points.ndim != 2 or points.shape[1] != len(self.factors):
            raise PointError(f"points have shape {points.shape}; allowed: (points, {len(self.factors)})")
        columns = {}
        for column, factor in enumerate(self.factors):
            given = np.ascontiguousarray(points[:, column])
            # SALib knows no levels: it draws a place, 0 to 1, where a factor has some.
            columns[factor.name] = factor.values(given) if factor.levels else given
        return self.run(columns, scenario)[chosen]

    def _values(self, columns: Mapping[str, Sequence[Any] | NDArray[Any]]) -> dict[str, Vector]:
        known = {factor.name: factor for factor in self.factors}
        out = {}
        for name, given in columns.items():
            if name not in known:
                raise PointError(f"no such factor in this experiment: {name}{suggestion(name, known)}")
            try:
                out[name] = np.array([_number(known[name], value) for value in given], dtype=np.float64)
            except ValueError as problem:
                raise PointError(f"{name} {problem}") from None
        return out


def _number(factor: Factor, value: Any) -> float:
    words = {word: number for number, word in factor.options}
    if str(value) in words:
        return words[str(value)]
    number = float(value)
    # The last bit of a drawn value may lie outside.
    slack = 1e-9 * max(1.0, factor.high - factor.low)
    if not factor.low - slack <= number <= factor.high + slack:
        raise ValueError(f"is out of range: {number:g}; allowed: {factor.low:g} to {factor.high:g}")
    return min(max(number, factor.low), factor.high) + 0.0


def point_model(experiment: Asked) -> PointModel:
    """An experiment as a function of a point.

    Args:
        experiment: whatever `sim.sweep` takes, or a sweep.

    Raises:
        ExperimentError: the experiment is not right.

    >>> model = point_model("carrot_or_stick")
    >>> model.factors[0].kind
    'uncertainty'
    """
    given: Any = experiment
    return PointModel(load_plan(getattr(given, "experiment", given)))  # a sweep carries its experiment


def salib_problem(experiment: Asked) -> dict[str, Any]:
    """An experiment as a SALib problem: names, bounds and distributions of its factors, levers first.

    A factor that takes levels or options is drawn as a place from 0 to 1, which `PointModel.evaluate` turns into its level.

    Raises:
        ExperimentError: the experiment is not right.
        LimitError: a factor's distribution is one that SALib does not know, or nothing is varied.

    >>> problem = salib_problem("carrot_or_stick")
    >>> problem["num_vars"] == len(problem["bounds"])
    True
    """
    factors = point_model(experiment).factors
    if not factors:
        raise LimitError("this experiment varies nothing; allowed: with levers or uncertainties")
    given = [_salib(factor) for factor in factors]
    names = [factor.name for factor in factors]
    problem: dict[str, Any] = {"num_vars": len(names), "names": names, "bounds": [bounds for _, bounds in given]}
    kinds = [kind for kind, _ in given]
    return problem | ({"dists": kinds} if set(kinds) != {"unif"} else {})


def _salib(factor: Factor) -> tuple[str, list[float]]:
    low, high = factor.low, factor.high
    if factor.levels:
        return "unif", [0.0, 1.0]
    if factor.distribution == "loguniform":
        return "logunif", [low, high]
    if factor.distribution == "triangular":
        if high < 0:
            raise LimitError(f"{factor.name}: SALib draws no triangular distribution that ends below 0; say uniform")
        mode = (low + high) / 2 if factor.mode is None else factor.mode
        # SALib wants the peak short of the very end.
        return "triang", [low, high, min((mode - low) / (high - low), 1 - 1e-12)]
    return "unif", [low, high]


def ema_model(experiment: Asked, name: str = "durand") -> Any:
    """An experiment as a Model of the EMA Workbench: uncertainties, levers, constants, outcomes, and what runs them.

    Where the experiment has several scenarios, a lever named `course` chooses among them. Outcomes are means over a point's
    worlds.

    Args:
        name: the model's, letters and digits only.

    Raises:
        ExperimentError: the experiment is not right.
        LimitError: nothing is varied, or the name is none.

    >>> ema_model("carrot_or_stick", "aid").name
    'aid'
    """
    if not isinstance(name, str) or not re.fullmatch(r"[A-Za-z][A-Za-z0-9]*", name):
        raise LimitError(f"name: {found(name)}; allowed: letters and digits, with a letter first")
    workbench = import_workbench()
    run = point_model(experiment)
    if not run.factors and len(run.scenarios) < 2:
        raise LimitError("this experiment varies nothing; allowed: with levers or uncertainties")
    model = workbench.Model(name, function=_Function(run))
    made = [(factor, _ema(workbench, factor)) for factor in run.factors]
    levers = [one for factor, one in made if factor.kind == "lever"]
    if len(run.scenarios) > 1:
        levers.insert(0, workbench.CategoricalParameter(COURSE, run.scenarios))
    model.uncertainties = [one for factor, one in made if factor.kind != "lever"]
    model.levers = levers
    held = run.plan.experiment.constants
    model.constants = [workbench.Constant(key, value) for key, value in held.items()]
    model.outcomes = [workbench.ScalarOutcome(metric) for metric in run.plan.metrics]
    return model


@dataclass(frozen=True)
class _Function:
    """A PointModel as the workbench calls it: with the constants, which the plan holds already."""

    run: PointModel

    def __call__(self, **point: Any) -> dict[str, float]:
        held = self.run.plan.experiment.constants
        return self.run(**{name: getattr(value, "value", value) for name, value in point.items() if name not in held})


def _ema(workbench: Any, factor: Factor) -> Any:
    from scipy import stats

    if factor.levels:
        words = dict(factor.options)
        return workbench.CategoricalParameter(factor.name, [words.get(level, level) for level in factor.levels])
    low, high = factor.low, factor.high
    if factor.distribution == "loguniform":
        return workbench.RealParameter.from_dist(factor.name, stats.loguniform(low, high))
    if factor.distribution == "triangular":
        mode = (low + high) / 2 if factor.mode is None else factor.mode
        at = (mode - low) / (high - low)
        return workbench.RealParameter.from_dist(factor.name, stats.triang(at, loc=low, scale=high - low))
    return workbench.RealParameter(factor.name, low, high)
