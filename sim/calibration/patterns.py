"""Stylised facts of the record, each asked of the ensemble: what it shows, and whether that is the fact's shape.

Ranges are wide on purpose: a pattern is a shape, not a figure. Each names what would be seen if the model lacked it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.calibration.targets import calendar_years
from sim.parameters import resolve
from sim.record.simulated import Simulated, simulate_reports
from sim.rules.violence import deaths_in_attack
from sim.scenario import parameter_set, with_overrides
from sim.scenario.load import load_scenario
from sim.vocabulary import STANCES
from sim.worlds import Streams, Vector, total

WORLDS, MONTHS = 2000, 17
YEAR_2022 = calendar_years("2022-01", "2022-12")["2022"]
Table = NDArray[np.float64]


@dataclass(frozen=True)
class Pattern:
    """One stylised fact, as the ensemble shows it.

    Attributes:
        name: its id; fact: what the record shows, in words.
        measured: what was measured, in words; value: its figure in the ensemble; record: in the record, where it has one.
        low, high: where the figure must lie for the pattern to hold.
    """

    name: str
    fact: str
    measured: str
    value: float
    record: float | None
    low: float
    high: float

    @property
    def holds(self) -> bool:
        """Whether the ensemble shows it."""
        return self.low <= self.value <= self.high


@dataclass(frozen=True)
class Ensemble:
    """What patterns are asked of: the history; the history without talks; who simulated them."""

    history: Simulated
    without_talks: Simulated
    parameters: str
    seed: int


# The figures of the record that patterns name are of the months to here.
AS_OF = "posterior:2022-12"


def ensemble(parameters: str = AS_OF, worlds: int = WORLDS, seed: int = 0, workers: int = 1) -> Ensemble:
    """Live the history, and the history in which Islamabad never talks to the TTP."""
    plan = load_scenario("history")
    changes = plan.data()["actors"]["pakistan"]["changes"]
    silent = [
        {**change, "levers": {name: 0.0 if name in TALKS else x for name, x in change.get("levers", {}).items()}}
        for change in changes
    ]
    without = with_overrides(plan, {"actors.pakistan.changes": silent})
    history, quiet = (
        simulate_reports(one, worlds, MONTHS, seed, parameters=parameters, workers=workers) for one in (plan, without)
    )
    return Ensemble(history, quiet, parameters, seed)


TALKS = ("ttp_talks", "prisoner_releases")


def patterns(given: Ensemble) -> list[Pattern]:
    """Every stylised fact."""
    return [pattern for make in PATTERNS for pattern in make(given)]


def _ceasefire_dips(given: Ensemble) -> list[Pattern]:
    simulated = given.history
    truce = simulated["ceasefire"] > 0.5
    claims, counted = _ratio(simulated["ttp_claims"], truce), _ratio(simulated["picss_attacks"], truce)
    return [
        Pattern(
            "claims_dip_in_truces",
            "In a truce the TTP claims next to nothing.",
            "claims a month in truces, against months without",
            claims,
            0.0,
            0.0,
            0.15,
        ),
        Pattern(
            "counts_do_not_dip",
            "All-actor counts go on in a truce: 26 to 33 a month in May to August 2022.",
            "PICSS attacks a month in truces, against months without",
            counted,
            0.89,
            0.55,
            1.05,
        ),
    ]


def _rebound(given: Ensemble) -> list[Pattern]:
    """Claims in the first two months after a truce, against the three before it, over all truces that ended in time."""
    simulated = given.history
    truce, claims = simulated["ceasefire"] > 0.5, simulated["ttp_claims"]
    before, after = [], []
    for month in range(1, MONTHS):
        ended = truce[month - 1] & ~truce[month]
        for world in np.flatnonzero(ended):
            start = month - 1
            while start >= 0 and truce[start, world]:
                start -= 1
            earlier = claims[max(start - 2, 0) : start + 1, world]
            later = claims[month : month + 2, world][~truce[month : month + 2, world]]
            if len(earlier) and len(later):
                before.append(float(np.mean(earlier)))
                after.append(float(np.mean(later)))
    value = float(np.sum(after) / np.sum(before)) if before else float("nan")
    fact = (
        "Claims are back at once, and soon higher: 45 in December 2021 after 31 a month; 39 in September 2022 after 40, "
        "69 by December."
    )
    return [Pattern("fast_rebound", fact, "claims just after a truce, against just before", value, 1.2, 0.75, 2.0)]


def _overdispersion(given: Ensemble) -> list[Pattern]:
    simulated = given.history
    attacks, deaths = (_dispersion(simulated[name]) for name in ("picss_attacks", "picss_killed"))
    fact = "Counts scatter more than Poisson's from month to month: variance to mean near 1.6 for attacks and 12 for deaths."
    words = "variance to mean of PICSS {} from one month to the next, median world"
    return [
        Pattern("overdispersed_attacks", fact, words.format("attacks"), attacks, 1.6, 1.2, 4.5),
        Pattern("overdispersed_deaths", fact, words.format("deaths"), deaths, 12.3, 4.0, 25.0),
    ]


def _heavy_tail(given: Ensemble) -> list[Pattern]:
    """Deaths per lethal attack, by the rule and the parameters of these worlds, a thousand attacks each."""
    worlds = given.history.worlds
    streams = Streams(given.seed, worlds)
    drawn = resolve({}, parameter_set(given.parameters)[0], streams)
    names = ("deaths_location", "deaths_spread", "mass_casualty_chance", "mass_casualty_least", "mass_casualty_most")
    values = {name: drawn[name] for name in names}
    uniform = streams.uniforms("patterns.toll", 0, 200)
    deaths = np.sort(deaths_in_attack(uniform, **values).ravel())  # type: ignore[arg-type]
    share = float(np.mean(deaths == 1.0))
    fact = "Half of lethal attacks kill one; the mean is 2.5 and one in twenty kills 7 or more (UCDP, 2018 to 2021)."
    return [
        Pattern("single_deaths", fact, "share of lethal attacks that kill one", share, 0.50, 0.38, 0.62),
        Pattern("mean_deaths", fact, "mean deaths in a lethal attack", float(deaths.mean()), 2.48, 2.0, 3.3),
        Pattern("tail", fact, "95th percentile", float(np.quantile(deaths, 0.95)), 7.0, 5.0, 10.0),
    ]


def _tempo(given: Ensemble) -> list[Pattern]:
    simulated = given.history
    strength = simulated["ttp_strength"]
    growth = float(np.median(strength[-1] / strength[0]))
    fighting = simulated["ceasefire"] < 0.5
    attacks = np.where(fighting, simulated["attacks"], np.nan)
    worlds_with_end = fighting[-4:].any(axis=0)
    per_fighter = attacks / strength
    spread = float(np.nanmedian(np.nanstd(per_fighter, axis=0) / np.nanmean(per_fighter, axis=0)))
    early, late = np.nanmean(attacks[:1], axis=0), np.nanmean(attacks[-4:, worlds_with_end], axis=0)
    grown = float(np.nanmean(late) / np.nanmean(early))
    fact = "Attacks doubled while estimates of strength hardly moved: growth is tempo, not headcount."
    return [
        Pattern(
            "headcount_hardly_moves", fact, "strength in December 2022 against August 2021", growth, 1.0, 0.85, 1.3
        ),
        Pattern(
            "attacks_outgrow_headcount",
            fact,
            "attacks a month at the end against the first month",
            grown,
            1.7,
            growth,
            3.0,
        ),
        Pattern("tempo_varies", fact, "scatter of attacks per fighter, share of their mean", spread, 0.35, 0.2, 0.8),
    ]


def _observers(given: Ensemble) -> list[Pattern]:
    simulated = given.history

    def year(name: str) -> float:
        return float(np.median(total(simulated.span(name, YEAR_2022))))

    fact = "The TTP claims three to four times what PIPS ascribes to it; PICSS counts half as many again as PIPS."
    return [
        Pattern(
            "claims_against_pips",
            fact,
            "claims in 2022 against PIPS's TTP attacks",
            year("ttp_claims") / year("pips_ttp_attacks"),
            4.1,
            2.8,
            5.5,
        ),
        Pattern(
            "picss_against_pips",
            fact,
            "PICSS in 2022 against PIPS, all groups",
            year("picss_attacks") / year("pips_attacks"),
            1.45,
            1.2,
            1.8,
        ),
        Pattern(
            "claims_against_all",
            fact,
            "claims in 2022 against PICSS, all groups",
            year("ttp_claims") / year("picss_attacks"),
            0.97,
            0.7,
            1.4,
        ),
    ]


def _restraint(given: Ensemble) -> list[Pattern]:
    stance = given.history["taliban_stance"]
    brokering, quiet = given.history["brokering"], given.without_talks["brokering"]
    talks = slice(9, 16)
    partial = float(np.mean(stance[4:]))
    crack_down = float(np.mean((stance == STANCES["crack_down"]).any(axis=0)))
    more = float(np.mean(brokering[talks] - quiet[talks]))
    return [
        Pattern(
            "restraint_is_partial",
            "Kabul restrained at times, and not by much.",
            "Kabul's mean restraint, 0 shelter to 1 crack down",
            partial,
            None,
            0.05,
            0.5,
        ),
        Pattern(
            "crackdowns_are_rare",
            "No crackdown is on record.",
            "share of worlds in which Kabul cracks down at any time",
            crack_down,
            0.0,
            0.0,
            0.1,
        ),
        Pattern(
            "brokering_is_transactional",
            "Kabul brokered when Islamabad talked and gave, and not otherwise.",
            "Kabul's brokering in the months of talks, less the same without talks",
            more,
            None,
            0.03,
            0.5,
        ),
    ]


def _india(given: Ensemble) -> list[Pattern]:
    engagement = given.history["india_engagement"]
    steps = np.diff(engagement, axis=0)
    up, down = float(np.sum(np.maximum(steps, 0.0))), float(np.sum(np.maximum(-steps, 0.0)))
    there = engagement[-1] > 0.0
    fact = "From no embassy to a technical mission in June 2022, and on from there: steps up, few back."
    return [
        Pattern(
            "india_comes_closer", fact, "share of worlds with a mission or more", float(np.mean(there)), 1.0, 0.5, 1.0
        ),
        Pattern("india_ratchets", fact, "steps back, as a share of steps up", down / max(up, 1e-9), 0.0, 0.0, 1 / 3),
    ]


PATTERNS: tuple[Callable[[Ensemble], list[Pattern]], ...] = (
    _ceasefire_dips,
    _rebound,
    _overdispersion,
    _heavy_tail,
    _tempo,
    _observers,
    _restraint,
    _india,
)


def _ratio(table: Table, where: NDArray[np.bool_]) -> float:
    """Mean where it holds against mean where it does not, over worlds with both, each world against itself."""
    both = where.any(axis=0) & ~where.all(axis=0)
    inside = np.where(where, table, 0.0)[:, both].sum(axis=0) / where[:, both].sum(axis=0)
    outside = np.where(where, 0.0, table)[:, both].sum(axis=0) / (~where)[:, both].sum(axis=0)
    return float(inside.sum() / outside.sum())


def _dispersion(table: Table) -> float:
    """Variance to mean, from steps between neighbouring months: what grows over the years is not scatter."""
    variance = (np.diff(table, axis=0) ** 2).mean(axis=0) / 2
    ratio: Vector = variance / np.maximum(table.mean(axis=0), 1e-9)
    return float(np.median(ratio))
