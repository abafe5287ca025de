"""What calibration aims at: named figures of August 2021 to December 2022, each with two tolerances.

`error` is how far the observer may be off its own figure, `discrepancy` how far even a right model may be off the world;
both are standard deviations, stated and not fitted. How far one modelled world is from the next is not a tolerance: it
is simulated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from sim.calibration.observations import Observation, by_month, shipped_events, to_calibrate
from sim.calibration.simulated import Simulated
from sim.worlds import Vector, total

# The window in stretches, by what the record says of truces. The second truce stood in name until 28 November 2022,
# but the TTP claimed attacks again from September.
STRETCHES: dict[str, tuple[str, ...]] = {
    "before the first truce": ("2021-08", "2021-09", "2021-10"),
    "between the truces": ("2021-12", "2022-01", "2022-02", "2022-03", "2022-04"),
    "in the second truce": ("2022-05", "2022-06", "2022-07", "2022-08"),
    "as it eroded and ended": ("2022-09", "2022-10", "2022-11", "2022-12"),
}
LATE_2021 = ("2021-08", "2021-09", "2021-10", "2021-11", "2021-12")
YEAR_2022 = tuple(f"2022-{month:02d}" for month in range(1, 13))

# Months with a truce in effect: November 2021 and May to August 2022 by the claims; in name until November 2022.
TRUCE_MONTHS, TRUCE_MONTHS_IN_NAME = 5.0, 8.0
# A technical mission in Kabul since June 2022.
MISSION = 1.0 / 3.0
# What counts as a clash in the record of events: firing, and a fence or a crossing fought over.
CLASHES = ("border_clash", "border_dispute", "border_closure")
# The UN monitors' middle figures: 2,500 to 6,000 in July 2021, 3,000 to 5,500 in February 2022.
STRENGTH_RATIO = (3_000.0 + 5_500.0) / (2_500.0 + 6_000.0)

Statistic = Callable[[Simulated], Vector]


@dataclass(frozen=True)
class Target:
    """One figure to come near.

    Attributes:
        name, meaning: its id, and what it is in words.
        observed: the figure; error, discrepancy: its tolerances (standard deviations, in the figure's own unit).
        statistic: the same figure of each modelled world.
        why: what the tolerances rest on.
        count: whether it counts something, so that sets differ by shares rather than by amounts.
    """

    name: str
    meaning: str
    observed: float
    error: float
    discrepancy: float
    statistic: Statistic
    why: str
    count: bool = True

    @property
    def tolerance(self) -> float:
        """Both tolerances together."""
        return float(np.hypot(self.error, self.discrepancy))


def targets(observations: Iterable[Observation] | None = None) -> tuple[Target, ...]:
    """The targets, from the shipped figures of the window, or from others of the same form (a test makes some up)."""
    given = tuple(to_calibrate() if observations is None else observations)
    return (
        *_by_stretch(given, "ttp_claims", "Claims a month", 0.05, 0.2),
        *_by_stretch(given, "picss_attacks", "Attacks a month by PICSS", 0.05, 0.12),
        *_sums(given),
        *_shape(given),
        *_events(),
    )


def _by_stretch(
    given: tuple[Observation, ...], observer: str, meaning: str, error: float, discrepancy: float
) -> list[Target]:
    figures = by_month(given, observer)
    out = []
    for stretch, span in STRETCHES.items():
        months = tuple(month for month in span if month in figures)
        observed = float(np.mean([figures[month] for month in months]))
        scale = max(observed, 10.0)  # a figure of none is not known without error
        why = f"{error:.0%} for the count, {discrepancy:.0%} for what the model leaves out (offensives, single commanders)"
        name = f"{observer}_{stretch.replace(' ', '_')}"
        out.append(
            Target(
                name,
                f"{meaning}, {stretch}",
                observed,
                error * scale,
                discrepancy * scale,
                _mean_of(observer, months),
                why,
            )
        )
    return out


def _sums(given: tuple[Observation, ...]) -> list[Target]:
    late, year = LATE_2021, YEAR_2022
    picss_late = tuple(month for month in late if month in by_month(given, "picss_killed"))
    rows = [
        ("picss_killed", "late_2021", "Deaths by PICSS, August to November 2021", picss_late, 0.1, 0.2),
        ("picss_killed", "2022", "Deaths by PICSS, 2022", year, 0.05, 0.15),
        ("ucdp_inflicted_events", "late_2021", "Lethal TTP attacks in UCDP, August to December 2021", late, 0.1, 0.15),
        ("ucdp_inflicted_deaths", "late_2021", "Deaths inflicted by the TTP in UCDP, the same months", late, 0.15, 0.2),
        ("pips_attacks", "2022", "Attacks by PIPS, 2022", year, 0.05, 0.1),
        ("pips_killed", "2022", "Deaths by PIPS, 2022", year, 0.05, 0.15),
        ("pips_ttp_attacks", "2022", "Attacks ascribed to the TTP by PIPS, 2022", year, 0.15, 0.15),
    ]
    out = []
    for observer, label, meaning, months, error, discrepancy in rows:
        observed = _published(given, observer, months)
        why = f"{error:.0%} for restatements and attribution, {discrepancy:.0%} for what the model leaves out"
        statistic = _sum_of(observer, months)
        out.append(
            Target(f"{observer}_{label}", meaning, observed, error * observed, discrepancy * observed, statistic, why)
        )
    return out


def _published(given: tuple[Observation, ...], observer: str, months: tuple[str, ...]) -> float:
    """A total over these months: published as such, or else added up from the months."""
    for one in given:
        if one.observer == observer and one.within(months[0], months[-1]):
            covered = one.weights(months)
            if all(weight == 1.0 for weight in covered):
                return one.value
    figures = by_month(given, observer)
    return float(sum(figures[month] for month in months))


def _shape(given: tuple[Observation, ...]) -> list[Target]:
    figures = by_month(given, "picss_attacks")
    months, values = tuple(figures), np.array(list(figures.values()))
    ratio = float(values.var(ddof=1) / values.mean())

    def statistic(simulated: Simulated) -> Vector:
        table = simulated.span("picss_attacks", months)
        mean = total(table) / len(table)
        spread = total((table - mean) ** 2) / (len(table) - 1)
        out: Vector = np.log(np.maximum(spread, 0.1) / np.maximum(mean, 0.1))
        return out

    why = "of the logarithm; sixteen months tell a variance to within a third, which is simulated, so little is added"
    return [
        Target(
            "picss_attacks_dispersion",
            "Log of variance to mean of PICSS's months",
            float(np.log(ratio)),
            0.1,
            0.2,
            statistic,
            why,
            count=False,
        )
    ]


def _events() -> list[Target]:
    """Targets from the record of events rather than from a count."""
    clashes = float(sum(event.type in CLASHES for event in shipped_events()))

    def truce_months(simulated: Simulated) -> Vector:
        return total(simulated["ceasefire"])

    def strength(simulated: Simulated) -> Vector:
        place = simulated.months.index("2022-02")
        out: Vector = simulated["ttp_strength"][place] / np.maximum(simulated["ttp_strength"][0], 1e-9)
        return out

    def mission(simulated: Simulated) -> Vector:
        return simulated.span("india_engagement", ("2022-12",))[0]

    def all_clashes(simulated: Simulated) -> Vector:
        return total(simulated["border_clashes"])

    middle = (TRUCE_MONTHS + TRUCE_MONTHS_IN_NAME) / 2.0
    half = (TRUCE_MONTHS_IN_NAME - TRUCE_MONTHS) / 2.0
    return [
        Target(
            "truce_months",
            "Months with a truce",
            middle,
            half,
            1.0,
            truce_months,
            "five in effect, eight in name; a month for the model's whole months",
        ),
        Target(
            "strength_ratio",
            "TTP strength in February 2022 against August 2021",
            STRENGTH_RATIO,
            0.2,
            0.1,
            strength,
            "the UN's middle figures did not move; its ranges are wide",
            count=False,
        ),
        Target(
            "india_mission",
            "India's engagement in December 2022",
            MISSION,
            0.05,
            0.1,
            mission,
            "a technical mission since June 2022",
            count=False,
        ),
        Target(
            "clashes",
            "Border clashes in seventeen months",
            clashes,
            2.0,
            2.0,
            all_clashes,
            "two for those not recorded, two for what the model leaves out",
        ),
    ]


def _mean_of(observer: str, months: tuple[str, ...]) -> Statistic:
    return lambda simulated: total(simulated.span(observer, months)) / len(months)


def _sum_of(observer: str, months: tuple[str, ...]) -> Statistic:
    return lambda simulated: total(simulated.span(observer, months))
