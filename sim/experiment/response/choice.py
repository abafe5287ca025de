"""How far apart Pakistan's courses are, which is best in how many accepted sets, and on which parameters that hangs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.response.figures import Figure
from sim.scenario import Scenario, list_scenarios, load_scenario
from sim.scenario.words import CHOOSE

if TYPE_CHECKING:
    from sim.ensemble.chunks import Array
    from sim.metrics.base import End

PAST, HISTORY = "shared_past", "history"
QUANTILES = {"p10": 0.1, "p50": 0.5, "p90": 0.9}
# Of the parameters that are named, so large a share at most is expected to be there by chance.
FALSE = 0.05
MOST_NAMED = 3
# A course that is best in fewer sets than this says nothing of what it hangs on.
FEWEST = 5


@dataclass(frozen=True)
class Choice:
    """What the choice of a course does to a figure.

    Attributes:
        worst_over_best: the largest of the courses' values over the smallest; p10, p50, p90 over sets; None where the figure
            can be below zero, or is zero under some course.
        apart: the largest less the smallest, in the figure's unit; likewise.
        best: the share of sets in which each course is the best; empty where no end of the figure is declared the better one.
        hangs_on: the parameters that tell which course is best, each with the share of its ranks' variance that lies
            between sets of different best courses; those that tell most first.
    """

    worst_over_best: Mapping[str, float | None]
    apart: Mapping[str, float]
    best: Mapping[str, float]
    hangs_on: Mapping[str, float]


def courses() -> list[str]:
    """The library's scenarios that differ in Pakistan's course alone: `history`, and each that adds to the shared past one
    change, to a policy. A shock in the month of the change is part of its course."""
    past = load_scenario(PAST)
    found = [name for name, _, _ in list_scenarios() if name != HISTORY and _is_course(load_scenario(name), past)]
    return [HISTORY, *found]


def _is_course(one: Scenario, past: Scenario) -> bool:
    mine, theirs = one.data(), past.data()
    if any(mine.get(key) != theirs.get(key) for key in ("start", "parameters")):
        return False
    acting, before = mine.get("actors", {}), theirs.get("actors", {})
    own, shared = dict(acting.get("pakistan", {})), dict(before.get("pakistan", {}))
    changes, earlier = own.pop("changes", []), shared.pop("changes", [])
    others = [{name: said for name, said in actors.items() if name != "pakistan"} for actors in (acting, before)]
    if own != shared or others[0] != others[1] or changes[:-1] != earlier:
        return False
    (change,) = changes[len(earlier) :]
    shocks, known = mine.get("shocks", []), theirs.get("shocks", [])
    return (
        change.get("policy", CHOOSE) != CHOOSE
        and not change.get("levers")
        and shocks[: len(known)] == known
        and all(shock["date"] == change.get("from") for shock in shocks[len(known) :])
    )


def choice(figure: Figure, values: Array, names: Sequence[str], parameters: Mapping[str, Array]) -> Choice:
    """What the choice of a course does to a figure.

    Args:
        values: (courses, sets), chance averaged out; names: of the courses; parameters: name -> one value per set.
    """
    low, high = values.min(axis=0), values.max(axis=0)
    out: dict[str, float | None] = dict.fromkeys(QUANTILES)
    if figure.low >= 0:
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(high == low, 1.0, high / low)
        out = {name: _finite(ratio, part) for name, part in QUANTILES.items()}
    apart = {name: float(np.quantile(high - low, part)) for name, part in QUANTILES.items()}
    if figure.better is None:
        return Choice(out, apart, {}, {})
    shares = best_shares(values, figure.better)
    return Choice(
        out,
        apart,
        {name: float(one) for name, one in zip(names, shares.mean(axis=1), strict=True)},
        hangs_on(shares, parameters),
    )


def _finite(values: Array, part: float) -> float | None:
    """A quantile, unless it is infinite or lies between a number and infinity."""
    with np.errstate(invalid="ignore"):
        found = float(np.quantile(values, part))
    return found if np.isfinite(found) else None


def best_shares(values: Array, better: End) -> Array:
    """Which course is best in each set, (courses, sets): 1 where it is, divided among those that are equally good."""
    best = values.min(axis=0) if better == "less" else values.max(axis=0)
    ties = (values == best).astype(float)
    shares: Array = ties / ties.sum(axis=0)
    return shares


def hangs_on(shares: Array, parameters: Mapping[str, Array]) -> dict[str, float]:
    """The parameters whose values differ between sets in which different courses are best.

    By the Kruskal-Wallis test (Kruskal and Wallis, 1952, Journal of the American Statistical Association 47(260), 583-621),
    all parameters being tried, with the share of false ones held down (Benjamini and Hochberg, 1995, Journal of the Royal
    Statistical Society B 57(1), 289-300). The share that a parameter tells is epsilon squared, the statistic less what chance
    makes of it as a share of its largest value (Tomczak and Tomczak, 2014, Trends in Sport Sciences 21(1), 19-25). Sets with
    several best courses are left out, and so are those of courses that are best in few.

    Args:
        shares: as of `best_shares`; parameters: name -> one value per set.
    """
    from scipy.stats import chi2, rankdata

    alone = shares.max(axis=0) == 1.0
    winner = np.where(alone, shares.argmax(axis=0), -1)
    often = [course for course in range(len(shares)) if np.sum(winner == course) >= FEWEST]
    kept = np.isin(winner, often)
    names = [name for name, values in parameters.items() if np.ptp(values[kept]) > 0] if len(often) > 1 else []
    free, count = len(often) - 1, int(kept.sum())
    statistics = {name: _kruskal(rankdata(parameters[name][kept]), winner[kept]) for name in names}
    ordered = sorted(names, key=lambda name: (-statistics[name], name))
    chances = chi2.sf([statistics[name] for name in ordered], free)
    within = np.flatnonzero(chances <= FALSE * np.arange(1, len(ordered) + 1) / max(len(ordered), 1))
    told = ordered[: within[-1] + 1 if len(within) else 0]
    return {name: max((statistics[name] - free) / (count - 1 - free), 0.0) for name in told[:MOST_NAMED]}


def _kruskal(ranks: Array, groups: Array) -> float:
    """The Kruskal-Wallis statistic, with its correction for ties: between-group sum of squares of ranks by their variance."""
    between = sum(
        np.sum(groups == group) * (ranks[groups == group].mean() - ranks.mean()) ** 2 for group in np.unique(groups)
    )
    return float(between / np.var(ranks, ddof=1))
