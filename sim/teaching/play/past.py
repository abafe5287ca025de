"""What a run came to, month by month: enough to brief a player, and to tell bits apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.chunks import monthly
from sim.ensemble.simulate import simulate_batch
from sim.ensemble.spec import RunSpec
from sim.metrics import METRICS, PANELS
from sim.scenario import Scenario
from sim.scenario.settings import DECIDES, DEFAULTS, OPTIONS
from sim.scenario.words import CHOOSE
from sim.teaching.play.moves import Values
from sim.vocabulary import LEVERS

if TYPE_CHECKING:
    from sim.model import FrontierModel

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Past:
    """What a run came to, month by month: enough to brief a player, and to tell bits apart.

    Attributes:
        start: the first month; `months`: how many.
        metrics: name -> (worlds, months); panels: name -> (worlds, months, n), with their rows in `labels`.
        reports: what each observer would have reported, name -> (worlds, months).
        settings: actor -> what it was set to in the last month, in the first world; options by name.
        probabilities: decision -> option -> the probability that its own pressures gave it in the last month, first world.
        unit_costs: what each of Pakistan's levers costs at full strength; means: what Pakistan can carry, cost units.
    """

    start: str
    months: int
    metrics: Mapping[str, Array]
    panels: Mapping[str, Array]
    labels: Mapping[str, tuple[str, ...]]
    reports: Mapping[str, Array]
    settings: Mapping[str, Values]
    probabilities: Mapping[str, Mapping[str, float]]
    unit_costs: Mapping[str, float]
    means: float

    def digest(self, months: int | None = None) -> str:
        """A digest of every figure of the first so many months (all if None): the same bits, the same digest."""
        out = blake2b(digest_size=8)
        for group in (self.metrics, self.panels, self.reports):
            for name in sorted(group):
                out.update(name.encode() + np.ascontiguousarray(group[name][:, :months], dtype="<f8").tobytes())
        return out.hexdigest()


@dataclass(frozen=True)
class Fog:
    """What many worlds came to under one log. Attributes: metrics: name -> (worlds, months)."""

    metrics: Mapping[str, Array]


@lru_cache(maxsize=16)
def simulate_past(scenario: Scenario, months: int, worlds: int, seed: int, first: int, parameters: str) -> Past:
    """Simulate so many months of a scenario in some worlds, and keep what came of it.

    Args:
        months: 0 for how things stand before the first.
        first: number of the first world.
    """
    # What the agents would do next is read off them, so they have to be there.
    how = {"parameters": parameters, "panels": True, "engine": "numpy"}
    spec = RunSpec.of(scenario, worlds, months, seed, first=first, **how)
    return simulate_batch(spec, _read)


@lru_cache(maxsize=16)
def simulate_fog(scenario: Scenario, months: int, worlds: int, seed: int, parameters: str) -> Fog:
    """Simulate so many months of a scenario in the first worlds of a seed, by machine code where that can be: of these worlds
    figures alone are told, and no bit of them is kept in a log."""
    return simulate_batch(RunSpec.of(scenario, worlds, months, seed, parameters=parameters), _foggy)


def _foggy(model: FrontierModel, batch: RunSpec) -> Fog:
    return Fog({name: np.ascontiguousarray(rows.T) for name, rows in monthly(model, list(METRICS)).items()})


def _read(model: FrontierModel, batch: RunSpec) -> Past:
    from sim.agents.observers import reports

    record, seen, worlds = model.datacollector.model_vars, reports(model), batch.worlds
    return Past(
        start=model.plan.start,
        months=batch.months,
        metrics={name: _stacked(record[name], worlds) for name in METRICS},
        panels={name: _panel(record[name], len(model.labels[name]), worlds) for name in PANELS},
        labels=dict(model.labels),
        reports={name: _stacked(values, worlds) for name, values in seen.items()},
        settings=_settings(model),
        probabilities=_probabilities(model),
        unit_costs={lever: float(np.atleast_1d(model.pakistan.costs[lever])[0]) for lever in LEVERS},
        means=_means(model),
    )


def _stacked(months: list[Any], worlds: int) -> Array:
    return np.array([np.atleast_1d(month) for month in months], dtype=np.float64).reshape(len(months), worlds).T


def _panel(months: list[Array], rows: int, worlds: int) -> Array:
    stacked = np.array(months, dtype=np.float64).reshape(len(months), rows, worlds)
    return stacked.transpose(2, 0, 1)


def _means(model: FrontierModel) -> float:
    return float(model.pakistan.means()[0])


def _probabilities(model: FrontierModel) -> dict[str, dict[str, float]]:
    """What each decision's own pressures made of its options, whatever a script then prescribed."""
    from sim.chance import choice_probabilities

    decisions = {actor: one for actor, name, one in model.decisions() if name == DECIDES.get(actor)}
    return {
        actor: {name: float(row[0]) for name, row in zip(one.options, choice_probabilities(one.utilities), strict=True)}
        for actor, one in decisions.items()
    }


def _settings(model: FrontierModel) -> dict[str, Values]:
    """What each actor is set to in the last month; where Pakistan was left to choose, what is in force."""
    month = max(model.month - 1, 0)
    out: dict[str, Values] = {}
    for actor, defaults in DEFAULTS.items():
        found = model.script.settings(actor, month, model.recent)
        out[actor] = {name: _said(name, found[name]) for name in defaults}
        if actor == "pakistan" and found["policy"] is not None and found["policy"][0] != -1.0:
            continue
        if actor == "pakistan":
            out[actor] |= {lever: round(float(value[0]), 2) for lever, value in model.pakistan.levers.items()}
    return out


def _said(name: str, value: Array | None) -> float | str:
    """A script's number as a setting: an option by its name, -1 as left to choose."""
    if value is None or (value[0] == -1.0):
        return CHOOSE
    return OPTIONS[name][int(value[0])] if name in OPTIONS else float(value[0])
