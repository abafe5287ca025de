"""A world's months as one row: each metric's summary, when thresholds were first crossed, and the verdict."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.ensemble.verdicts import Added, Endings, History
from sim.metrics import METRICS, Summary
from sim.worlds import Vector


@dataclass(frozen=True)
class Crossing:
    """A threshold whose first crossing is reported.

    Attributes:
        metric: the monthly metric.
        side: whether the month counts when the metric is at or above the value, or at or below it.
        value: in the metric's unit.
        title: what a reader is shown.
        reason: why this value (a judgement).
    """

    metric: str
    side: Literal["above", "below"]
    value: float
    title: str
    reason: str


CROSSINGS: dict[str, Crossing] = {
    "first_month_attacks_above_60": Crossing(
        "attacks", "above", 60.0, "60 TTP attacks in a month", "About twice the 32 the TTP claimed in August 2021."
    ),
    "first_month_deaths_above_100": Crossing(
        "fatalities", "above", 100.0, "100 deaths in a month", "A toll of the order of the worst single attack."
    ),
    "first_month_truce": Crossing("ceasefire", "above", 0.5, "A truce in force", "The state is 0 or 1."),
    "first_month_crackdown": Crossing(
        "taliban_stance", "above", 0.75, "Kabul restrains the TTP", "The effort that stands for restraint."
    ),
    "first_month_fracture": Crossing("fractured", "above", 0.5, "Fracture in Kabul", "The state is 0 or 1."),
    "first_month_recognised": Crossing("recognition", "above", 0.5, "Recognition by Pakistan", "More than half-way."),
    "first_month_indian_embassy": Crossing(
        "india_engagement", "above", 0.6, "An Indian embassy in Kabul", "Just below the 2/3 that stands for an embassy."
    ),
    "first_month_economy_below_20": Crossing(
        "economy", "below", 0.2, "Pakistan near default", "The lowest fifth of the scale, on which 0 is default."
    ),
}


def summarised(kind: Summary, added: Vector, last: Vector, months: int) -> Vector:
    """One figure per world from a metric's months: their total, their mean, or the last."""
    if kind == "final":
        return last + 0.0
    return added if kind == "total" else added / float(months)


def first_crossing(rows: Sequence[Vector] | Vector, crossing: Crossing) -> Vector:
    """Months from the start (0 is the first month) until a threshold is first met; NaN where it never is."""
    months = np.asarray(rows)
    met = months >= crossing.value if crossing.side == "above" else months <= crossing.value
    return np.where(met.any(axis=0), met.argmax(axis=0), np.nan)


class Outcomes:
    """The columns of a results table, a value per world, from months as they come: none is kept.

    Args:
        months: how many there will be.
        crossings: by name, those that are reported besides the usual ones.
    """

    def __init__(self, months: int, crossings: Mapping[str, Crossing] | None = None) -> None:
        self._months, self._passed = months, 0
        asked = {**CROSSINGS, **(crossings or {})}
        self._crossings = {name: one for name, one in asked.items() if one.metric in METRICS}  # one may be left out
        self._sums = [Added(name, 0, months) for name, one in METRICS.items() if one.summary != "final"]
        self._firsts: dict[str, Vector] = {}
        self._last: dict[str, Vector] = {}
        self._endings = Endings(months)

    def add(self, history: History) -> None:
        """Take the next months: for every metric one (worlds,) vector per month, or an array of them, a row a month."""
        for one in self._sums:
            one.add(history, self._passed)
        for name, crossing in self._crossings.items():
            found = first_crossing(history[crossing.metric], crossing) + self._passed
            before = self._firsts.get(name)
            self._firsts[name] = found if before is None else np.where(np.isnan(before), found, before)
        self._last = {name: history[name][-1] for name in METRICS}
        self._endings.add(history)
        self._passed += len(history["attacks"])

    def columns(self) -> dict[str, np.ndarray]:
        """A column per metric (its declared summary: total, mean or last), one per crossing, and `verdict` (position in
        `VERDICTS`)."""
        last, sums = self._last, {one.metric: one.sum for one in self._sums}
        columns = {
            name: summarised(one.summary, sums.get(name, last[name]), last[name], self._months)
            for name, one in METRICS.items()
        }
        return columns | self._firsts | {"verdict": self._endings.verdicts().astype(np.int8)}
