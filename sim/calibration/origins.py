"""Rolling origins: at several months the model is told the record so far, and scored on the months that come after.

At each origin worlds are told the record up to it (`sim.record.told`), with the newest accepted sets that know nothing later;
where there are none, with the declared ranges. Rivals are told the same months and nothing later. What Pakistan did
afterwards is given to the model, as in every run of the history; truces, attacks and what others did are not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sim.agents.observers import OBSERVERS
from sim.calibration.backcast import BANDS, Scored, percent, score
from sim.calibration.scores import rivals
from sim.limits import LimitError
from sim.parameters import PARAMETERS
from sim.parameters.posterior import known_by
from sim.record.observations import RECORD, by_month, shipped
from sim.record.simulated import off_names, simulate_reports
from sim.record.told import as_told
from sim.rulebook import Rulebook
from sim.scenario import load_scenario
from sim.vocabulary import month_after, months_between

ORIGINS, AHEAD = ("2022-06", "2022-12", "2023-06"), (3, 6, 12)
# Attacks first, by the one who counts all groups' in every month.
FIRST = "picss_attacks"
# The feedback loops of the model, by name, as far as rules belong to them.
LOOPS = tuple(f"L{number}" for number in range(1, 10))


@dataclass(frozen=True)
class Horizon:
    """One observer's months from an origin on, up to so many ahead.

    Attributes:
        origin: the last month that is told, YYYY-MM; ahead: how many months after it at most.
        scored: the months of which a figure is known; their `untold` has the rivals, told as much.
    """

    origin: str
    ahead: int
    observer: str
    title: str
    scored: tuple[Scored, ...]

    @property
    def crps(self) -> float:
        """The model's, mean over months."""
        return float(np.mean([one.crps for one in self.scored]))

    @property
    def rivals(self) -> dict[str, float]:
        """Each rival's, over the same months; empty where too few months were known."""
        return {name: float(np.mean([one.untold[name] for one in self.scored])) for name in self.scored[0].untold}

    def coverage(self, band: float) -> float:
        """Share of months within a band."""
        return float(np.mean([one.within[percent(band)] for one in self.scored]))


@dataclass(frozen=True)
class Rolling:
    """All origins.

    Attributes:
        told: origin -> what worlds are told there, with the effective number of them; parameters: origin -> which are drawn.
        off: loops that are switched off.
    """

    worlds: int
    seed: int
    told: dict[str, dict[str, Any]]
    parameters: dict[str, str]
    off: tuple[str, ...]
    horizons: tuple[Horizon, ...]

    def pooled(self, observer: str, ahead: int) -> Horizon | None:
        """All origins' months up to so many ahead together; None without any."""
        found = [one for one in self.horizons if (one.observer, one.ahead) == (observer, ahead)]
        scored = tuple(month for one in found for month in one.scored)
        return Horizon("all", ahead, observer, found[0].title, scored) if found else None

    @property
    def rows(self) -> tuple[Horizon, ...]:
        """Every horizon, and for each observer all origins together."""
        names = dict.fromkeys(one.observer for one in self.horizons)
        together = [self.pooled(name, ahead) for name in names for ahead in AHEAD]
        return (*self.horizons, *(one for one in together if one is not None))

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain data."""
        about = asdict(self)
        del about["horizons"]
        return {**about, "horizons": [_summary(one) for one in self.rows]}


def _summary(one: Horizon) -> dict[str, Any]:
    return {
        "origin": one.origin,
        "ahead": one.ahead,
        "observer": one.observer,
        "months": len(one.scored),
        "crps": one.crps,
        "rivals": one.rivals,
        **{f"coverage_{percent(band)}": one.coverage(band) for band in BANDS},
        "pit": [month.below for month in one.scored],
    }


def rolling(
    origins: Sequence[str] = ORIGINS,
    *,
    worlds: int = 2000,
    seed: int = 0,
    workers: int = 1,
    off: str | Sequence[str] = (),
    observers: Sequence[str] | None = None,
) -> Rolling:
    """Score the history from several origins on, as far as the record goes.

    Args:
        origins: months (YYYY-MM); observers: whose figures, all if not given, PICSS's attacks first.
        worlds, seed, workers: of the ensembles. off: loops, mechanisms and rules that are switched off.

    Raises:
        LimitError: there is no record of so few or so late months, or too few worlds came near it.
    """
    wanted = tuple(dict.fromkeys((FIRST, *OBSERVERS))) if observers is None else tuple(observers)
    told: dict[str, dict[str, Any]] = {}
    parameters: dict[str, str] = {}
    horizons: list[Horizon] = []
    for origin in origins:
        drawn = parameters[origin] = known_by(origin)
        going_on, which = as_told(
            {"history": load_scenario("history")}, origin, worlds, seed, drawn, off=off, workers=workers
        )
        told[origin], plan = which.about(), going_on["history"]
        last = min(month_after(origin, max(AHEAD)), RECORD[1])
        length = months_between(plan.start, last) + 1
        simulated = simulate_reports(
            plan, worlds, length, seed, parameters=drawn, off=off, workers=workers, numbers=which.numbers
        )
        for name in wanted:
            figures = by_month(shipped(), name)
            known = {month: value for month, value in figures.items() if month <= origin}
            after = {month: value for month, value in figures.items() if origin < month <= last}
            months = tuple(
                score(month, value, simulated[name][simulated.months.index(month)], {}, rivals(known, month))
                for month, value in after.items()
            )
            horizons += _horizons(origin, name, months)
    return Rolling(worlds, seed, told, parameters, off_names(off), tuple(horizons))


def _horizons(origin: str, observer: str, months: tuple[Scored, ...]) -> list[Horizon]:
    """What lies 3, 6 and 12 months ahead; what the record is too short for is left out."""
    title, out = OBSERVERS[observer].title, []
    for ahead in AHEAD:
        last = month_after(origin, ahead)
        some = tuple(one for one in months if one.period <= last)
        if last <= RECORD[1] and some:
            out.append(Horizon(origin, ahead, observer, title, some))
    return out


def loops() -> tuple[str, ...]:
    """The loops that some rule belongs to, so that they can be switched off; none in a model without any."""
    values = {name: one.value for name, one in PARAMETERS.items()}
    out = []
    for name in LOOPS:
        try:
            Rulebook(values, off=(name,))
        except LimitError:
            continue
        out.append(name)
    return tuple(out)
