"""Backcasts: the history as modelled against what was counted, with scores, and naive rivals beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from sim.agents.observers import OBSERVERS, Observer
from sim.calibration.scores import RIVALS, covered, crps, rank, rivals
from sim.ensemble.spec import LIMITS, LimitError
from sim.parameters.posterior import POSTERIOR, about, is_own, is_posterior, known_by, which_set, window
from sim.record.mapping import Mapped, rates
from sim.record.observations import RECORD, Observation, ObservationError, by_month, set_aside, shipped
from sim.record.simulated import Simulated, off_names, simulate_reports
from sim.record.told import as_told, check_told
from sim.scenario import Scenario, load_scenario, parameter_set
from sim.vocabulary import months_between
from sim.words.numbers import headed
from sim.worlds import Streams, Vector, total

BANDS = (0.5, 0.9)
QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}


@dataclass(frozen=True)
class Scored:
    """One month of one observer, or one total over a longer period.

    Attributes:
        period: YYYY-MM, or first and last day.
        observed: what was published; quantiles: of the worlds' reports; below: share of worlds below it, ties counted half
            (the probability integral transform).
        within: band -> whether it holds what was observed.
        crps: the ensemble's; told, untold: rival -> its own, when told every month before this one, and when told none of
            the months that are scored. Empty where too few months are known.
    """

    period: str
    observed: float
    quantiles: dict[str, float]
    below: float
    within: dict[str, bool]
    crps: float
    told: dict[str, float]
    untold: dict[str, float]


@dataclass(frozen=True)
class Series:
    """All that was scored of one observer, with its summary; `months` has bands for months without a figure too, what was
    scored (`observed`), and what is known beside that from the project's own figures (`known`)."""

    observer: str
    title: str
    scope: str
    unit: str
    scored: tuple[Scored, ...]
    totals: tuple[Scored, ...]
    months: tuple[dict[str, Any], ...]

    @property
    def headed(self) -> str:
        """Whom it is of, and the unit of a month's figure, at the head of a row."""
        return headed(self.title, self.unit)

    def coverage(self, band: float) -> float:
        """Share of scored months within a band."""
        return float(np.mean([one.within[percent(band)] for one in self.scored]))

    @property
    def crps(self) -> float:
        """Mean over months."""
        return float(np.mean([one.crps for one in self.scored]))

    def rival(self, name: str, told: bool) -> tuple[float, float] | None:
        """A rival's mean CRPS, and the model's over the same months; None where it has none."""
        pairs = [
            (found[name], one.crps)
            for one in self.scored
            for found in ((one.told if told else one.untold),)
            if name in found
        ]
        return None if not pairs else (float(np.mean([a for a, _ in pairs])), float(np.mean([b for _, b in pairs])))


@dataclass(frozen=True)
class Backcast:
    """A scenario held against a file of observations.

    Attributes:
        first, last: the months scored; calibrated: the months the accepted sets were found on, empty without any.
        inside: share of scored months that lie in that window; left_out: series in the file that no observer stands for.
        set_aside: figures for a month that another one in the file takes the place of, in words.
        own: whether the figures are the project's; with_record: whether rivals know the project's beside others.
        told: the month up to which worlds are told the record, with the effective number of worlds; empty if they are not.
        off: loops and rules that are switched off.
    """

    scenario: str
    title: str
    parameters: str
    worlds: int
    seed: int
    first: str
    last: str
    calibrated: tuple[str, ...]
    inside: float
    series: tuple[Series, ...]
    left_out: dict[str, int]
    set_aside: tuple[str, ...]
    own: bool
    with_record: bool
    told: dict[str, Any]
    off: tuple[str, ...]
    sets: str

    def as_json(self) -> dict[str, Any]:
        """Everything, as plain data."""
        out = asdict(self)
        for row, series in zip(out["series"], self.series, strict=True):
            if not series.scored:
                continue
            row["summary"] = {
                "months": len(series.scored),
                **{f"coverage_{percent(band)}": series.coverage(band) for band in BANDS},
                "crps": series.crps,
                "rivals": {
                    f"{name}, {'told every month before' if told else 'told no month scored'}": {
                        "crps": pair[0],
                        "model_crps_same_months": pair[1],
                    }
                    for told in (True, False)
                    for name in RIVALS
                    if (pair := series.rival(name, told)) is not None
                },
            }
        return out


def backcast(
    observations: Sequence[Observation] | None = None,
    first: str | None = None,
    last: str | None = None,
    *,
    scenario: Scenario | str = "history",
    parameters: str = "posterior",
    sets: Mapping[str, Vector] | None = None,
    found_on: tuple[str, ...] = (),
    mapped: Mapping[str, Mapped] | None = None,
    with_record: bool = False,
    told: str | None = None,
    off: str | Sequence[str] = (),
    worlds: int = 2000,
    seed: int = 0,
    workers: int = 1,
) -> Backcast:
    """Hold a scenario against observations.

    Args:
        observations: the shipped ones if not given. Others stand alone: none of the project's own are mixed in.
        first, last: the months to score, YYYY-MM; the record's, or up to the last month that the observations cover.
        scenario, parameters, worlds, seed: the ensemble. workers: processes.
        sets: parameter sets in place of the shipped ones (`parameters` is then what they are called): each world takes one;
            found_on: the months that they were calibrated on.
        mapped: observers that a mapping file brings, by name.
        with_record: whether rivals, and pictures, know the project's own figures beside those given.
        told: a month up to which worlds are weighed by the project's record (YYYY-MM).
        off: loops, mechanisms and rules that are switched off.

    Raises:
        LimitError: the months lie before the scenario, too far after its start, or the wrong way round; or too few worlds
            are like the record.
        ObservationError: no figure of a modelled observer lies in them.
    """
    plan = load_scenario(scenario) if isinstance(scenario, str) else scenario
    given = shipped() if observations is None else tuple(observations)
    known_observers: dict[str, Observer | Mapped] = {**OBSERVERS, **(mapped or {})}
    covered_last = max((f"{one.end:%Y-%m}" for one in given if one.observer is not None), default=RECORD[1])
    first, last = first or RECORD[0], last or max(covered_last, first or RECORD[0])
    length = _length(plan, first, last)
    inside = [one for one in given if one.observer is not None and one.within(first, last)]
    if not inside:
        known = ", ".join(name for one in OBSERVERS.values() for name in one.series)
        raise ObservationError(f"no figure of a modelled observer lies within {first} to {last}; known series: {known}")
    if told is not None and parameters == POSTERIOR:
        parameters = known_by(check_told(told))
    how: dict[str, Any] = {"parameters": parameters}
    if sets is not None:
        if told is not None:
            raise LimitError("worlds are told the record with the shipped sets, declared ranges or point values only")
        rows = which_set(Streams(seed, worlds), len(next(iter(sets.values()))))
        drawn = {name: np.ascontiguousarray(value[rows]) for name, value in sets.items()}
        shares = {name: drawn.pop(name) for name in rates(mapped or {}) if name in drawn}
        how = {"values": drawn, "given": shares}
    about_told: dict[str, Any] = {}
    if told is not None:
        going_on, which = as_told(
            {plan.name: plan}, told, worlds, seed, parameters, off=off_names(off), workers=workers
        )
        plan, about_told = going_on[plan.name], which.about()
        how["numbers"] = which.numbers
    simulated = simulate_reports(plan, worlds, length, seed, mapped=mapped, off=off_names(off), workers=workers, **how)
    # What was known of each observer's months: the project's own figures only where they are asked for.
    past = (*shipped(), *given) if with_record else given
    series = [
        found
        for name, one in known_observers.items()
        if (found := _series(name, one, [row for row in inside if row.observer == name], past, simulated, first, last))
    ]
    scored = [one.period for each in series for one in each.scored]
    mode = "" if sets is not None else parameter_set(parameters)[0]
    calibrated: tuple[str, ...] = window(mode) if is_posterior(mode) else found_on
    held = [bool(calibrated) and calibrated[0] <= period <= calibrated[1] for period in scored]
    left_out: dict[str, int] = {}
    for one in given:
        if one.observer is None and one.within(first, last):
            left_out[one.series] = left_out.get(one.series, 0) + 1
    return Backcast(
        plan.name,
        plan.title,
        parameters,
        worlds,
        seed,
        first,
        last,
        calibrated,
        inside=float(np.mean(held)) if held else 0.0,
        series=tuple(series),
        left_out=left_out,
        set_aside=tuple(_aside(one, other) for one, other in set_aside(given) if one.within(first, last)),
        own=observations is None,
        with_record=with_record or observations is None,
        told=about_told,
        off=off_names(off),
        sets=_sets(parameters, mode),
    )


def _aside(one: Observation, other: Observation) -> str:
    return (
        f"{one.series} {one.month}: {one.value:g} (line {one.line}) gives way to {other.value:g} ({other.series}, line "
        f"{other.line})"
    )


def _length(plan: Scenario, first: str, last: str) -> int:
    """Months to simulate."""
    most = LIMITS["months"][1]
    length = months_between(plan.start, last) + 1
    if first < plan.start or last < first or length > most:
        raise LimitError(
            f"the months to score must lie from {plan.start} on, {most} months at most, the first not after the last; "
            f"got {first} to {last}"
        )
    return length


def _sets(parameters: str, mode: str) -> str:
    if mode == "prior":
        return "Parameters are drawn from their declared ranges; nothing is fitted."
    if not is_posterior(mode):
        # Another scenario's overrides, or sets given in place of the shipped ones under a name of their own.
        return "" if not mode or parameters == "defaults" else "Nothing is fitted to the record."
    if is_own(mode):
        figures = about(mode).get("figures")
        return f"They were found on the figures of {figures}." if figures else ""
    from sim.calibration.store import state

    return state(until=window(mode)[1]).words


def _series(
    name: str,
    about: Observer | Mapped,
    figures: Sequence[Observation],
    past: Sequence[Observation],
    simulated: Simulated,
    first: str,
    last: str,
) -> Series | None:
    if not figures:
        return None
    table = simulated[name]
    own = by_month(figures, name)
    known = {**by_month(past, name), **own}
    before = {month: value for month, value in known.items() if month < first}
    scored, totals = [], []
    for month, value in own.items():
        worlds = table[simulated.months.index(month)]
        told, untold = rivals(known, month), rivals(before, month)
        scored.append(score(month, value, worlds, told, untold))
    for one in figures:
        if one.month is None:
            weights = one.weights(simulated.months)
            worlds = total(weight * row for weight, row in zip(weights, table, strict=True) if weight > 0.0)
            totals.append(score(f"{one.start} to {one.end}", one.value, worlds, {}, {}))
    months = []
    for place, month in enumerate(simulated.months):
        if first <= month <= last:
            unscored = None if month in own else known.get(month)
            figures_there = {"observed": own.get(month), "known": unscored}
            months.append({"month": month, **_quantiles(table[place]), **figures_there})
    return Series(name, about.title, about.scope, about.unit, tuple(scored), tuple(totals), tuple(months))


def score(period: str, observed: float, worlds: Vector, told: dict[str, Vector], untold: dict[str, Vector]) -> Scored:
    """What was observed in a period against worlds and against rivals' ensembles."""
    return Scored(
        period,
        observed,
        _quantiles(worlds),
        rank(worlds, observed),
        {percent(band): covered(worlds, observed, band) for band in BANDS},
        crps(worlds, observed),
        {name: crps(ensemble, observed) for name, ensemble in told.items()},
        {name: crps(ensemble, observed) for name, ensemble in untold.items()},
    )


def _quantiles(worlds: Vector) -> dict[str, float]:
    found = np.quantile(worlds, list(QUANTILES.values()))
    return dict(zip(QUANTILES, (round(float(x), 4) for x in found), strict=True))


def percent(band: float) -> str:
    """A share as `90%`."""
    return f"{band:.0%}"
