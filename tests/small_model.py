"""A model of a few lines that keeps the contract of `FrontierModel`, for tests of what is built on top of it."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, replace
from hashlib import sha256
from types import ModuleType, SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest

from sim.ensemble import engines, simulate
from sim.ensemble.spec import RunSpec
from sim.metrics import METRICS, PANELS
from sim.vocabulary import FACTIONS, LEVERS, PAKISTAN_AREAS, RESOURCES_PAKISTAN_NEEDS, RESOURCES_TALIBAN_NEEDS
from sim.worlds import Streams
from sim.yamlfile import FileError

LABELS = {
    "attacks_by_area": list(PAKISTAN_AREAS),
    "foothold_by_area": list(PAKISTAN_AREAS),
    "grievance_by_area": list(PAKISTAN_AREAS),
    "group_strength": [f"group_{number}" for number in range(16)],
    "group_refuge": [f"group_{number}" for number in range(16)],
    "faction_power": [name for names in FACTIONS.values() for name in names],
    "levers_in_force": list(LEVERS),
    "leverage_pakistan_taliban_by_resource": list(RESOURCES_TALIBAN_NEEDS),
    "leverage_taliban_pakistan_by_resource": list(RESOURCES_PAKISTAN_NEEDS),
}


@dataclass(frozen=True)
class SmallScenario:
    """`push` is all that it does: it moves every metric."""

    name: str
    push: float = 0.0
    months: int = 6
    title: str = ""
    question: str = "What happens?"
    summary: str = "A test."
    start: str = "2021-08"
    parameters: ClassVar[dict[str, float]] = {}

    def __post_init__(self) -> None:
        object.__setattr__(self, "title", self.title or self.name.capitalize())

    @property
    def hash(self) -> str:
        return sha256(repr(self).encode()).hexdigest()[:16]

    def to_yaml(self) -> str:
        return f"schema: 1\ntitle: {self.title}\npush: {self.push}\n"


class SmallModel:
    """Every metric is its own draw, moved by the scenario's push (in a quarter of the worlds the other way)."""

    alive = 0
    built: ClassVar[list[tuple[str, int, int]]] = []  # (scenario, first, worlds), in order
    stop_at: int | None = None  # Ctrl-C before this many months in all

    def __init__(self, batch: RunSpec, parts: None = None) -> None:
        (scenario,) = batch.scenarios.values()
        self.scenario, self.worlds, self.month, self.seed = scenario, batch.worlds, 0, batch.seed
        self.streams = Streams(batch.seed, batch.layout)
        self.prior = 2.0 if batch.parameters == "prior" else 1.0
        self.labels = LABELS
        self.push = scenario.push * np.where(self.streams.uniform("way", 0) < 0.75, 1.0, -1.0)
        names = [*METRICS, *PANELS]
        self.datacollector = SimpleNamespace(model_vars={name: [] for name in names})
        SmallModel.alive += 1
        SmallModel.built.append((scenario.name, batch.first, batch.worlds))

    def step(self) -> None:
        if SmallModel.stop_at is not None:
            SmallModel.stop_at -= 1
            if SmallModel.stop_at < 0:
                raise KeyboardInterrupt
        for name, metric in METRICS.items():
            share = self.streams.uniform(name, self.month) ** (self.prior * np.exp(-self.push))
            span = min(metric.high, 100.0) - max(metric.low, -1.0)
            value = max(metric.low, -1.0) + span * share
            value = np.floor(value) if metric.summary == "total" else value
            value = (value > 0.9).astype(float) if name in ("fractured", "ceasefire") else value
            self.datacollector.model_vars[name].append(float(value[0]) if self.worlds == 1 else value)
        for name in PANELS:
            draws = self.streams.uniforms(name, self.month, len(self.labels[name]))
            self.datacollector.model_vars[name].append(draws)
        self.month += 1

    def close(self) -> None:
        SmallModel.alive -= 1
        self.datacollector.model_vars.clear()


SCENARIOS = {
    "confront": SmallScenario("confront", push=0.5),
    "appease": SmallScenario("appease", push=-0.2, title="Accommodate"),
    "hedge": SmallScenario("hedge", push=0.1, title="Hedge: carrot and stick, in turns and by degrees"),
    "late": SmallScenario("late", start="2022-01"),
}


class SmallScenarioError(FileError):
    """Stands for `sim.ScenarioError`."""


def _load(name: Any) -> SmallScenario:
    if isinstance(name, SmallScenario):
        return name
    if str(name) not in SCENARIOS:
        raise SmallScenarioError(f"{name}:1: no such scenario; allowed: {', '.join(SCENARIOS)}")
    return SCENARIOS[str(name)]


def _with_overrides(scenario: SmallScenario, settings: dict[str, Any]) -> SmallScenario:
    if unknown := set(settings) - {"push", "months"}:
        raise SmallScenarioError(f"--set {unknown.pop()}: no such key")
    return replace(scenario, **{path: json.loads(str(value)) for path, value in settings.items()})


def _validate(path: Any) -> SmallScenario:
    if "bad" in str(path):
        raise SmallScenarioError(f"{path}:3: push has the wrong type: text 'x'; expected a number")
    return SCENARIOS["confront"]


def _differences(a: SmallScenario, b: SmallScenario) -> list[SimpleNamespace]:
    push = SimpleNamespace(path="push", words="How hard it pushes", a=a.push, b=b.push)
    return [push] if a.push != b.push else []


def install(patch: pytest.MonkeyPatch) -> None:
    """Put the small model and its scenarios where the real ones stand."""
    scenario = ModuleType("sim.scenario")
    scenario.__dict__.update(
        Scenario=SmallScenario,
        ScenarioError=SmallScenarioError,
        load_scenario=_load,
        parameter_set=lambda name: (
            (name, {}) if name in ("defaults", "prior", "posterior") else ("defaults", _load(name).parameters)
        ),
        list_scenarios=lambda: [(one.name, one.title, one.question) for one in SCENARIOS.values()],
        with_overrides=_with_overrides,
        validate_file=_validate,
        differences=_differences,
    )
    patch.setitem(sys.modules, "sim.scenario", scenario)
    patch.setattr(simulate, "build_model", SmallModel)
    patch.setenv(engines.VARIABLE, "numpy")
    patch.setattr("sim.commands.main.use_engine", lambda engine: None)  # which is never asked for another one
    patch.setattr(SmallModel, "alive", 0)
    patch.setattr(SmallModel, "built", [])
    patch.setattr(SmallModel, "stop_at", None)


def real_reason() -> str | None:
    """Why the shipped scenarios cannot be run yet; None when they can."""
    try:
        from sim.model import FrontierModel
        from sim.scenario import load_scenario

        for name in ("confront", "appease"):
            load_scenario(name)
        return None if callable(FrontierModel) else "no model"
    except Exception as problem:
        return f"{type(problem).__name__}: {problem}"


real = pytest.mark.skipif(real_reason() is not None, reason=f"the shipped model is not there yet: {real_reason()}")
