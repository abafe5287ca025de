"""A world's months as one row: each metric's summary, when thresholds were first crossed, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.ensemble.verdicts import History, verdicts
from sim.metrics import METRICS, Summary
from sim.worlds import Vector, total


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


def summarise(months: History, name: str, kind: Summary) -> Vector:
    """One figure per world from a metric's months: their total, their mean, or the last; added in order of months."""
    rows = months[name]
    if kind == "final":
        return rows[-1] + 0.0
    added = total(rows)
    return added if kind == "total" else added / float(len(rows))


def first_crossing(rows: Sequence[Vector] | Vector, crossing: Crossing) -> Vector:
    """Months from the start (0 is the first month) until a threshold is first met; NaN where it never is."""
    months = np.asarray(rows)
    met = months >= crossing.value if crossing.side == "above" else months <= crossing.value
    return np.where(met.any(axis=0), met.argmax(axis=0), np.nan)


def outcomes(history: History) -> dict[str, np.ndarray]:
    """The columns of a results table, a value per world.

    Args:
        history: for every metric one (worlds,) vector per month, or an array of them, a row a month.

    Returns:
        A column per metric (its declared summary), one per crossing, and `verdict` (position in `VERDICTS`).
    """
    columns: dict[str, np.ndarray] = {name: summarise(history, name, m.summary) for name, m in METRICS.items()}
    for name, crossing in CROSSINGS.items():
        columns[name] = first_crossing(history[crossing.metric], crossing)
    columns["verdict"] = verdicts(history).astype(np.int8)
    return columns
