"""Worlds that are told the record up to a month: importance weights by how near each came to it, then resampling.

The error model, open to view: of PICSS's attacks, the sums over calendar half-years are taken; a world's sum is off the
record's by a normal error of the logarithm with a standard deviation of 0.15. Of the TTP's claims, the sums over the
months of each truce of the record: a world in which the TTP went on claiming attacks is off by a normal error of the
logarithm of (10 + sum) with a standard deviation of 1.5. Errors are independent, so a world's weight is the product. Of
worlds 0, 1, 2, ... as many as asked for are drawn by systematic resampling, with one draw from a stream of its own; a
world may be drawn more than once. Weights are worked out under the history, so all scenarios go on with the same worlds.

Parameter sets that were found on the same months have seen the record already, as averages; being told of it again makes
worlds surer than either alone. Parameters of the declared ranges (`prior`), or sets as of an earlier month, are free of that.

Importance weights with systematic resampling: Kitagawa (1996), Monte Carlo filter and smoother for non-Gaussian nonlinear
state space models, Journal of Computational and Graphical Statistics 5(1), 1-25.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from json import dumps, loads
from typing import Any

import numpy as np

from sim.ensemble.spec import LimitError, RunSpec
from sim.record.observations import RECORD, by_month, shipped_events, to_calibrate
from sim.record.simulated import Simulated, off_names, simulated_batches
from sim.record.truces import halves, truces
from sim.scenario import Scenario, load_scenario
from sim.scenario.continued import continued
from sim.vocabulary import month_after, months_between
from sim.worlds import Streams, Vector, total

# How many worlds are weighed, and the fewest equally weighted ones that their weights may be worth.
CANDIDATES, LEAST_EFFECTIVE = 16_000, 50
ATTACKS, ATTACKS_ERROR = "picss_attacks", 0.15
CLAIMS, CLAIMS_ERROR, CLAIMS_OFFSET = "ttp_claims", 1.5, 10.0
STREAM = "told.resampling"


@dataclass(frozen=True)
class Told:
    """Which worlds go on, told the record up to a month.

    Attributes:
        until: YYYY-MM; numbers: of the worlds, in rising order.
        candidates: how many were weighed; effective: how many equally weighted ones their weights are worth.
        distinct: how many different worlds go on.
    """

    until: str
    numbers: tuple[int, ...]
    candidates: int
    effective: float
    distinct: int

    def about(self) -> dict[str, Any]:
        """What a manifest says of it: all but the numbers."""
        return {key: value for key, value in asdict(self).items() if key != "numbers"}


def as_told(
    scenarios: Mapping[str, Scenario],
    until: str,
    worlds: int,
    seed: int,
    parameters: str = "posterior",
    *,
    off: str | Sequence[str] = (),
    workers: int = 1,
) -> tuple[dict[str, Scenario], Told]:
    """Scenarios as they go on from the history up to a month, and the worlds that came near the record until then.

    Args:
        scenarios: by name; all with one set of parameters of their own. until: the last month that worlds are told, YYYY-MM.
        worlds: how many go on; seed, parameters, off: as for a run.
        workers: processes; they change no number.

    Raises:
        LimitError: there is no record of so few or so late months, scenarios have not one past, or too few worlds came near
            the record.
    """
    check_told(until)
    past = load_scenario("history")
    for name, one in scenarios.items():
        if one.start != past.start:
            raise LimitError(
                f"only a scenario that starts in {past.start} can be told the record; {name} starts in {one.start}"
            )
    own = {dumps(one.data().get("parameters", {}), sort_keys=True) for one in scenarios.values()}
    if len(own) > 1:
        raise LimitError(
            "scenarios that set different parameters have no past in common, so they cannot be told one record"
        )
    (parameters_set,) = own
    plan = load_scenario({**past.data(), "parameters": loads(parameters_set)})
    going_on = {name: continued(past, one, until) for name, one in scenarios.items()}
    return going_on, told(until, worlds, seed, plan, parameters, off=off, workers=workers)


def told(
    until: str,
    worlds: int,
    seed: int,
    plan: Scenario,
    parameters: str = "posterior",
    *,
    off: str | Sequence[str] = (),
    workers: int = 1,
) -> Told:
    """Worlds that came near the record up to a month, under what Pakistan did by `plan`; see :func:`as_told`."""
    log_weights = weigh(until, seed, plan, parameters, off_names(off), CANDIDATES, workers)
    worth = effective(log_weights)
    if worth < LEAST_EFFECTIVE:
        raise LimitError(
            f"{CANDIDATES:,} worlds told the record to {until} are worth {worth:.0f} equally likely ones; {LEAST_EFFECTIVE} or "
            f"more are needed: with these parameters the model does not come near enough to the record"
        )
    numbers = resampled(log_weights, worlds, seed)
    return Told(until, numbers, CANDIDATES, round(worth, 1), len(set(numbers)))


def check_told(until: str) -> str:
    """The same month, if worlds can be told the record up to it.

    Raises:
        LimitError: they cannot.
    """
    first = month_after(RECORD[0], 4)
    if not (re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", str(until)) and first <= until <= RECORD[1]):
        raise LimitError(f"worlds can be told the record up to a month from {first} to {RECORD[1]}; got {until}")
    return until


@lru_cache(maxsize=16)
def weigh(
    until: str, seed: int, plan: Scenario, parameters: str, off: tuple[str, ...], candidates: int, workers: int
) -> Vector:
    """The log of the weights of worlds 0, 1, 2, ...; kept for who asks again."""
    months = months_between(plan.start, until) + 1
    spec = RunSpec.of(plan, candidates, months, seed, parameters=parameters, off=off)
    parts = simulated_batches(spec, workers, wanted=(ATTACKS, CLAIMS))
    return np.concatenate([log_weights(part, until) for part in parts])


def log_weights(simulated: Simulated, until: str) -> Vector:
    """The log of each world's weight, up to a constant, by the errors above."""
    given = tuple(one for one in to_calibrate() if one.within(RECORD[0], until))
    out: Vector = np.zeros(simulated.worlds)
    attacks, claims = by_month(given, ATTACKS), by_month(given, CLAIMS)
    for span in halves([month for month in simulated.months if RECORD[0] <= month <= until]):
        out = out - _off(simulated, ATTACKS, attacks, span, 1.0, ATTACKS_ERROR)
    for truce in truces(shipped_events(), until):
        span = tuple(month for month in simulated.months if truce.holds(month))
        out = out - _off(simulated, CLAIMS, claims, span, CLAIMS_OFFSET, CLAIMS_ERROR)
    return out


def _off(
    simulated: Simulated, observer: str, figures: dict[str, float], span: tuple[str, ...], offset: float, error: float
) -> Vector:
    """Half the square of how many standard deviations each world's sum is off; nothing where nothing is known."""
    months = [month for month in span if month in figures]
    if not months:
        return np.zeros(simulated.worlds)
    observed = sum(figures[month] for month in months)
    modelled = total(simulated.span(observer, months))
    out: Vector = 0.5 * (np.log((modelled + offset) / (observed + offset)) / error) ** 2
    return out


def resampled(log_weights: Vector, worlds: int, seed: int) -> tuple[int, ...]:
    """So many worlds by systematic resampling: each as often as its weight says, give or take one; in rising order."""
    weights = np.exp(log_weights - log_weights.max())
    rising = np.cumsum(weights) / weights.sum()
    first = Streams(seed, 1).uniform(STREAM, 0)[0]
    steps = (np.arange(worlds) + first) / worlds
    found = np.minimum(np.searchsorted(rising, steps, side="right"), len(weights) - 1)
    return tuple(int(one) for one in found)


def effective(log_weights: Vector) -> float:
    """How many equally weighted sets these weights are worth.

    Kish's effective sample size: the squared sum of the weights by the sum of their squares (Kish 1965, Survey Sampling).
    """
    weights = np.exp(log_weights - log_weights.max())
    return float(weights.sum() ** 2 / (weights**2).sum())
