"""Rival readings of the contested mechanism, side by side: why does Kabul not restrain the TTP?

Three parameterisations, each a scenario of the library, stand for three readings; everything else is drawn from the
accepted sets. Each is scored on the same window, and asked the same question about the future. Their disagreement is
shown and never averaged; a bargaining model on the same inputs gives an answer of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sim.calibration.backcast import backcast
from sim.calibration.bargaining import bargain
from sim.calibration.matching import Measured, log_likelihood, measure, scatter_between_worlds
from sim.calibration.targets import targets
from sim.parameters import resolve
from sim.record.simulated import simulate_reports
from sim.scenario import load_scenario
from sim.worlds import Streams, Vector, total

RIVAL_READINGS = ("rival_bargaining_chip", "rival_ideological_bond", "rival_faction_politics")
# What each reading is asked: does rewarding restraint do better than confronting?
ASKED = ("incentives", "confront")
# From here on the courses part; the year that is compared starts a year later.
PARTING, COMPARED = 16, slice(28, 40)
SETS, REPEATS = 100, 20


@dataclass(frozen=True)
class Reading:
    """One reading.

    Attributes:
        crps: observer -> mean over the window's months.
        log_likelihood: of the targets, mean over accepted sets with this reading's values put in, less that of the
            accepted sets as they are.
        effort: Kabul's mean effort in 2022; restrains: share of months of 2022 with restraint or more; truce_months: in
            seventeen; calm_summer: share of worlds with a truce in all of May to August 2022.
        bargained: the settlement of the bargaining model on the same values: middle, 5th and 95th percentile over sets.
        attacks: course -> mean attacks a month in 2024; fewer: share of worlds in which rewarding restraint has fewer
            attacks that year than confronting.
    """

    name: str
    title: str
    crps: dict[str, float]
    log_likelihood: float
    effort: float
    restrains: float
    truce_months: float
    calm_summer: float
    bargained: tuple[float, float, float]
    attacks: dict[str, float]
    fewer: float

    def as_json(self) -> dict[str, Any]:
        """As plain data."""
        return asdict(self)


def readings(worlds: int = 1000, seed: int = 0, parameters: str = "posterior", workers: int = 1) -> list[Reading]:
    """The history as calibrated, and the three rivals."""
    given = resolve({}, "posterior" if parameters == "posterior" else "prior", Streams(seed, SETS))
    sets = {name: value for name, value in given.items() if isinstance(value, np.ndarray)}
    plain = _likelihood(sets, seed, workers)
    out = []
    for name in ("history", *RIVAL_READINGS):
        plan = load_scenario(name)
        overrides = _fixed(plan.parameters)
        changed = {**sets, **{one: np.full(SETS, value) for one, value in overrides.items()}}
        likely = plain if name == "history" else _likelihood(changed, seed, workers)
        cast = backcast(scenario=plan, parameters=parameters, worlds=worlds, seed=seed, workers=workers)
        simulated = simulate_reports(plan, worlds, 17, seed, parameters=parameters, workers=workers)
        stance, summer = simulated["taliban_stance"][5:], simulated["ceasefire"][9:13]
        after = {
            course: total(
                simulate_reports(
                    course, worlds, COMPARED.stop, seed, parameters=parameters, values=overrides, workers=workers
                )["attacks"][COMPARED]
            )
            for course in ASKED
        }
        settlement = [float(x) for x in np.quantile(bargain(changed).settlement, (0.5, 0.05, 0.95))]
        out.append(
            Reading(
                name,
                plan.title,
                {one.observer: one.crps for one in cast.series if one.scored},
                float(likely - plain),
                float(stance.mean()),
                float(np.mean(stance >= 0.75)),
                float(total(simulated["ceasefire"]).mean()),
                float(np.mean(summer.min(axis=0))),
                (settlement[0], settlement[1], settlement[2]),
                {course: float(value.mean()) / 12.0 for course, value in after.items()},
                float(np.mean(after[ASKED[0]] < after[ASKED[1]])),
            )
        )
    return out


def _fixed(parameters: Mapping[str, Any]) -> dict[str, float]:
    return {name: float(value) for name, value in parameters.items() if isinstance(value, int | float)}


def _likelihood(values: Mapping[str, Vector], seed: int, workers: int) -> float:
    """Log of the mean likelihood of the targets over the sets: how well the reading as a whole foretells them."""
    aims = targets()
    found: Measured = measure(aims, values, REPEATS, seed, workers=workers)
    scatter = scatter_between_worlds(aims, found.scatter)
    each = log_likelihood(aims, found.mean, scatter, found.correlation, scatter / np.sqrt(REPEATS))
    return float(np.log(np.mean(np.exp(each - each.max()))) + each.max())
