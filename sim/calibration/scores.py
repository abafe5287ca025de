"""How well worlds foretell what was counted: coverage, CRPS, and naive rivals to be better than."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from scipy.special import ndtri

from sim.vocabulary import months_between
from sim.worlds import Vector

# Rivals look back this far, and need so many earlier months.
MEAN_MONTHS, TREND_MONTHS, LEAST_MONTHS = 12, 24, 4
# A rival is never surer than this (standard deviation, in the unit of the count).
LEAST_DEVIATION = 1.0
RIVALS = {
    "last value": "the last month known, give or take its usual steps",
    "mean of 12 months": "the mean of the last twelve months known, give or take their scatter",
    "draws from 12 months": "one of the last twelve months known, each as likely (the benchmark of the ViEWS challenge)",
    "linear trend": "a straight line through the last two years known, with its prediction error",
}
_QUANTILES: Vector = (np.arange(199) + 0.5) / 199


def crps(worlds: Vector, observed: float) -> float:
    """Continuous ranked probability score of an ensemble: 0 is perfect; in one world alone the absolute error.

    The mean distance of worlds from what was observed, less half the mean distance between worlds.

    See Gneiting and Raftery (2007), Strictly proper scoring rules, prediction, and estimation, Journal of the American
    Statistical Association 102(477), 359-378.

    >>> crps(np.array([1.0, 3.0]), 2.0), crps(np.array([5.0]), 2.0)
    (0.5, 3.0)
    """
    from scoringrules import crps_ensemble  # imported late: it takes half a second

    return float(crps_ensemble(observed, np.asarray(worlds, dtype=np.float64)))


def covered(worlds: Vector, observed: float, share: float) -> bool:
    """Whether what was observed lies in the central band that holds this share of worlds."""
    low, high = np.quantile(worlds, [(1.0 - share) / 2.0, (1.0 + share) / 2.0])
    return bool(low <= observed <= high)


def rank(worlds: Vector, observed: float) -> float:
    """Share of worlds below what was observed, ties counted half."""
    return float(np.mean(worlds < observed) + np.mean(worlds == observed) / 2.0)


def rivals(past: Mapping[str, float], month: str) -> dict[str, Vector]:
    """What each naive rival expects of a month, as an ensemble; none if it knows too few earlier months.

    Args:
        past: figures by month (YYYY-MM); months from `month` on are not looked at.
    """
    known = {one: value for one, value in sorted(past.items()) if one < month}
    if len(known) < LEAST_MONTHS:
        return {}
    # Months are counted back from the one foretold: -1 is the month before.
    times = np.array([-float(months_between(one, month)) for one in known])
    values = np.array(list(known.values()))
    return {
        "last value": _last_value(times, values),
        "mean of 12 months": _mean(times, values),
        "draws from 12 months": values[-MEAN_MONTHS:],
        "linear trend": _trend(times, values),
    }


def _last_value(times: Vector, values: Vector) -> Vector:
    steps = np.diff(values) / np.sqrt(np.diff(times))
    step = float(np.sqrt(np.mean(steps[-TREND_MONTHS:] ** 2)))
    return _ensemble(values[-1], step * float(np.sqrt(-times[-1])))


def _mean(times: Vector, values: Vector) -> Vector:
    recent = values[-MEAN_MONTHS:]
    return _ensemble(float(recent.mean()), float(recent.std(ddof=1)) * float(np.sqrt(1.0 + 1.0 / len(recent))))


def _trend(times: Vector, values: Vector) -> Vector:
    when, what = times[-TREND_MONTHS:], values[-TREND_MONTHS:]
    middle, squares = when.mean(), np.sum((when - when.mean()) ** 2)
    slope = float(np.sum((when - middle) * (what - what.mean())) / squares)
    left = what - what.mean() - slope * (when - middle)
    scatter = float(np.sqrt(np.sum(left**2) / (len(when) - 2)))
    return _ensemble(
        float(what.mean() - slope * middle), scatter * float(np.sqrt(1.0 + 1.0 / len(when) + middle**2 / squares))
    )


def _ensemble(mean: float, deviation: float) -> Vector:
    """Normal around the mean, with counts below none taken as none."""
    out: Vector = np.maximum(mean + max(deviation, LEAST_DEVIATION) * ndtri(_QUANTILES), 0.0)
    return out
