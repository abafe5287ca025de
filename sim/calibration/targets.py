"""What calibration aims at: named figures of the record up to a month, each with two tolerances."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from sim.agents.observers import OBSERVERS
from sim.calibration.happened import event_targets, strength_targets
from sim.calibration.target import Statistic, Target
from sim.record.observations import RECORD, Event, Observation, by_month, shipped_events, to_calibrate, window
from sim.record.simulated import Simulated
from sim.record.truces import stretches, truces
from sim.vocabulary import month_after, months_between
from sim.worlds import Vector, total

# How far a count is uncertain in itself, and how far the model leaves its causes out (offensives, single commanders), as
# shares: of a month's mean over a stretch, by observer.
BY_STRETCH = {"ttp_claims": (0.05, 0.2), "picss_attacks": (0.05, 0.12)}
# The same of sums over a calendar year's months within the window.
BY_YEAR = {
    "picss_killed": (0.05, 0.15),
    "ucdp_inflicted_events": (0.1, 0.15),
    "ucdp_inflicted_deaths": (0.15, 0.2),
    "pips_attacks": (0.05, 0.1),
    "pips_killed": (0.05, 0.15),
    "pips_ttp_attacks": (0.15, 0.15),
}
# And of an observer that a mapping file brings.
OTHERS = (0.1, 0.15)
# The same of the logarithm of one calendar year's sum against the year before, whoever counts.
GROWTH = (0.1, 0.15)
# The same of the logarithm of a count's variance to mean.
SCATTER = (0.1, 0.2)
# Below this many a month or a year, tolerances shrink no further: a figure of none is not known without error.
LEAST_MONTH = 10.0
# The fewest months that tell how a monthly count scatters.
LEAST_SCATTERED = 12


def targets(
    observations: Iterable[Observation] | None = None,
    until: str = RECORD[1],
    events: Iterable[Event] | None = None,
    titles: Mapping[str, str] | None = None,
) -> tuple[Target, ...]:
    """The targets as of the end of a month.

    Args:
        observations: the figures; the shipped ones if not given. What lies outside the window is left out.
        events: the record of events. Where it is not given, the shipped one goes with the shipped figures and none with
            others: nothing of the project's own is mixed in unasked.
        titles: of observers that a mapping file brings, by name; each is aimed at by the year.
    """
    shipped = observations is None
    months = window(until) if shipped else (RECORD[0], until)
    given = to_calibrate(until) if observations is None else tuple(one for one in observations if one.within(*months))
    happened = tuple((shipped_events() if shipped else ()) if events is None else events)
    spans = stretches(truces(happened, until), *months)
    return (
        *(one for name, shares in BY_STRETCH.items() for one in _by_stretch(given, name, spans, *shares)),
        *_by_year(given, {**BY_YEAR, **dict.fromkeys(titles or {}, OTHERS)}, months, titles or {}),
        *_growth(given, (*BY_STRETCH, *BY_YEAR, *(titles or {})), months, titles or {}),
        *_scatter(given),
        *(strength_targets(given) if shipped else ()),
        *(event_targets(happened, until) if happened else ()),
    )


def _by_stretch(
    given: tuple[Observation, ...], observer: str, spans: Mapping[str, tuple[str, ...]], error: float, gap: float
) -> list[Target]:
    out = []
    for stretch, span in spans.items():
        observed, months = published(given, observer, span)
        if len(months) < 2:
            continue
        mean = observed / len(months)
        scale = max(mean, LEAST_MONTH)
        name = f"{observer}_{stretch.replace(' ', '_').replace('-', '_')}"
        meaning = f"{_title(observer)} a month, {stretch}"
        why = f"{error:.0%} for the count, {gap:.0%} for what the model leaves out (offensives, single commanders)"
        out.append(Target(name, meaning, mean, error * scale, gap * scale, mean_of(observer, months), why))
    return out


def _by_year(
    given: tuple[Observation, ...],
    shares: Mapping[str, tuple[float, float]],
    months: tuple[str, str],
    titles: Mapping[str, str],
) -> list[Target]:
    out = []
    for observer, (error, gap) in shares.items():
        for year, span in calendar_years(*months).items():
            observed, known = published(given, observer, span)
            whole = len(span) == 12
            if len(known) < min(len(span) - 1, 4) or (
                whole and f"{int(year) - 1}" in _whole_years(given, observer, months)
            ):
                continue  # too little is known; or the year enters as growth on the one before
            scale = max(observed, LEAST_MONTH)
            label = year if whole else f"{span[0]}_to_{span[-1]}".replace("-", "_")
            when = year if whole else f"{span[0]} to {span[-1]}"
            why = f"{error:.0%} for restatements and attribution, {gap:.0%} for what the model leaves out"
            statistic = sum_of(observer, known)
            meaning = f"{_title(observer, titles)}, {when}"
            out.append(Target(f"{observer}_{label}", meaning, observed, error * scale, gap * scale, statistic, why))
    return out


def _growth(
    given: tuple[Observation, ...], observers: Iterable[str], months: tuple[str, str], titles: Mapping[str, str]
) -> list[Target]:
    """One calendar year against the one before, where both lie within the window."""
    error, gap = GROWTH
    why = f"{error:.0%} for changes in how an observer counts, {gap:.0%} for what the model leaves out"
    out = []
    for observer in observers:
        whole = _whole_years(given, observer, months)
        for year, value in whole.items():
            before = f"{int(year) - 1}"
            if whole.get(before, 0.0) > 0.0 and value > 0.0:
                meaning = f"{_title(observer, titles)}, log of {year} against {before}"
                spans = [tuple(f"{one}-{month:02d}" for month in range(1, 13)) for one in (before, year)]
                ratio, statistic = float(np.log(value / whole[before])), log_ratio_of(observer, *spans)
                name = f"{observer}_growth_{year}"
                out.append(Target(name, meaning, ratio, error, gap, statistic, why, count=False))
    return out


def _scatter(given: tuple[Observation, ...]) -> list[Target]:
    figures = by_month(given, "picss_attacks")
    months, values = tuple(figures), np.array(list(figures.values()))
    if len(months) < LEAST_SCATTERED:
        return []
    ratio = float(values.var(ddof=1) / values.mean())
    why = "of the logarithm; so few months tell a variance to within a third, which is simulated, so little is added"
    name, meaning = "picss_attacks_dispersion", "Log of variance to mean of PICSS's months"
    statistic = dispersion_of("picss_attacks", months)
    return [Target(name, meaning, float(np.log(ratio)), *SCATTER, statistic, why, count=False)]


def published(given: Iterable[Observation], observer: str, span: tuple[str, ...]) -> tuple[float, tuple[str, ...]]:
    """A total and the months that it is of: published for the whole span, or added up from the months that are known."""
    figures = tuple(one for one in given if one.observer == observer)
    for one in figures:
        if one.within(span[0], span[-1]) and all(weight == 1.0 for weight in one.weights(span)):
            return one.value, span
    monthly = by_month(figures, observer)
    known = tuple(month for month in span if month in monthly)
    return float(sum(monthly[month] for month in known)), known


def calendar_years(first: str, until: str) -> dict[str, tuple[str, ...]]:
    """The months from `first` to `until`, by calendar year."""
    out: dict[str, list[str]] = {}
    for number in range(months_between(first, until) + 1):
        month = month_after(first, number)
        out.setdefault(month[:4], []).append(month)
    return {year: tuple(months) for year, months in out.items()}


def _whole_years(given: Iterable[Observation], observer: str, months: tuple[str, str]) -> dict[str, float]:
    """Totals of the calendar years that lie within the window and are known as a whole."""
    figures = tuple(one for one in given if one.observer == observer)
    out = {}
    for year, span in calendar_years(*months).items():
        observed, known = published(figures, observer, span)
        if len(span) == len(known) == 12:
            out[year] = observed
    return out


def _title(observer: str, titles: Mapping[str, str] | None = None) -> str:
    return (titles or {}).get(observer) or OBSERVERS[observer].title


def mean_of(observer: str, months: tuple[str, ...]) -> Statistic:
    """What an observer reports a month, on average."""
    return lambda simulated: total(simulated.span(observer, months)) / len(months)


def sum_of(observer: str, months: tuple[str, ...]) -> Statistic:
    """What an observer reports in all."""
    return lambda simulated: total(simulated.span(observer, months))


def log_ratio_of(observer: str, before: tuple[str, ...], after: tuple[str, ...]) -> Statistic:
    """The logarithm of an observer's sum over some months against that over others."""

    def statistic(simulated: Simulated) -> Vector:
        first, second = (np.maximum(total(simulated.span(observer, span)), 1.0) for span in (before, after))
        out: Vector = np.log(second / first)
        return out

    return statistic


def dispersion_of(observer: str, months: tuple[str, ...]) -> Statistic:
    """The logarithm of the variance of an observer's months against their mean."""

    def statistic(simulated: Simulated) -> Vector:
        table = simulated.span(observer, months)
        mean = total(table) / len(table)
        spread = total((table - mean) ** 2) / (len(table) - 1)
        out: Vector = np.log(np.maximum(spread, 0.1) / np.maximum(mean, 0.1))
        return out

    return statistic
