"""Who counts: the TTP's own claims, PICSS, PIPS and UCDP, each reporting one and the same process in its own way.

Observers move nothing, so they stand outside of the month: what they would have reported is worked out from a model's
record when it has run. Each report's scatter has a stream of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.chance import binomial, normal
from sim.rules import observers, violence
from sim.vocabulary import Derived
from sim.worlds import Vector

if TYPE_CHECKING:
    from sim.model import FrontierModel

# What a report needs to know of a month, by name.
Month = Mapping[str, Vector]


@dataclass(frozen=True)
class Observer:
    """Somebody who publishes a monthly series.

    Attributes:
        title: whom and what a reader is shown.
        scope: whose attacks it means to count, in words.
        unit: of a month's figure.
        series: the names under which its figures stand in a file of observations: by the month, or as totals of a
            longer period.
        noise: the parameter that says how its figures scatter (variance to mean).
        in_a_game: the title where its figures are of a world that was never there, so that nobody takes them for its own.
    """

    title: str
    scope: str
    unit: str
    series: tuple[str, ...]
    noise: str
    in_a_game: str = ""

    @property
    def modelled(self) -> str:
        """Whom and what is shown where the world is a game's."""
        return self.in_a_game or self.title


OBSERVERS: dict[str, Observer] = {
    "ttp_claims": Observer(
        "Attacks claimed by the TTP",
        "TTP only",
        "attacks",
        ("ttp_claimed_attacks_month", "ttp_claimed_attacks_year"),
        "claim_noise",
        "Attacks as the TTP would have claimed them, modelled",
    ),
    "picss_attacks": Observer(
        "Attacks counted by PICSS",
        "all actors",
        "attacks",
        ("picss_militant_attacks_month", "picss_militant_attacks_halfyear", "picss_militant_attacks_year"),
        "picss_noise",
        "Attacks as PICSS would have counted them, modelled",
    ),
    "picss_killed": Observer(
        "Deaths counted by PICSS",
        "all actors",
        "deaths",
        ("picss_killed_in_attacks_month", "picss_killed_in_attacks_year"),
        "picss_death_noise",
        "Deaths as PICSS would have counted them, modelled",
    ),
    "pips_attacks": Observer(
        "Attacks counted by PIPS",
        "all actors",
        "attacks",
        ("pips_attacks_month", "pips_terrorist_attacks_year", "pips_attacks_12m_around_takeover"),
        "pips_noise",
        "Attacks as PIPS would have counted them, modelled",
    ),
    "pips_ttp_attacks": Observer(
        "Attacks ascribed to the TTP by PIPS", "TTP only", "attacks", ("pips_ttp_attacks_year",), "pips_noise"
    ),
    "pips_killed": Observer(
        "Deaths counted by PIPS",
        "all actors",
        "deaths",
        ("pips_killed_year", "pips_killed_12m_around_takeover"),
        "pips_noise",
    ),
    "ucdp_inflicted_events": Observer(
        "Lethal TTP attacks in UCDP", "TTP only", "events", ("ucdp_ttp_inflicted_events_month",), "ucdp_noise"
    ),
    "ucdp_lethal_events": Observer(
        "Lethal events with the TTP in UCDP, any side's dead",
        "TTP only",
        "events",
        ("ucdp_ttp_lethal_events_month", "ucdp_ttp_lethal_events_year"),
        "ucdp_noise",
    ),
    "ucdp_inflicted_deaths": Observer(
        "Deaths inflicted by the TTP in UCDP", "TTP only", "deaths", ("ucdp_ttp_inflicted_deaths_month",), "ucdp_noise"
    ),
}

# The observer's name, by the name of a series.
REPORTED_AS: Derived[str] = Derived(lambda: {series: name for name, one in OBSERVERS.items() for series in one.series})


def _claims(rule: Callable[..., Vector], month: Month) -> Vector:
    own = rule(observers.attacks_to_claim, attacks=month["attacks"], background=month["background"])
    return rule(violence.attacks_claimed, attacks=own, truce=month["truce"])


def _picss_attacks(rule: Callable[..., Vector], month: Month) -> Vector:
    return rule(observers.picss_attacks, attacks=month["attacks"], background=month["background"])


def _picss_killed(rule: Callable[..., Vector], month: Month) -> Vector:
    return rule(observers.picss_killed, dead=month["dead"])


def _pips_attacks(rule: Callable[..., Vector], month: Month) -> Vector:
    return rule(observers.pips_attacks, attacks=month["attacks"], background=month["background"])


def _pips_ttp_attacks(rule: Callable[..., Vector], month: Month) -> Vector:
    return rule(observers.pips_ttp_attacks, attacks=month["attacks"])


def _pips_killed(rule: Callable[..., Vector], month: Month) -> Vector:
    return rule(observers.pips_killed, dead=month["dead"])


def _ucdp_events(rule: Callable[..., Vector], month: Month) -> Vector:
    return rule(observers.ucdp_inflicted_events, lethal=month["lethal"], lethal_of_others=month["lethal_of_others"])


def _ucdp_any_side(rule: Callable[..., Vector], month: Month) -> Vector:
    return rule(observers.ucdp_lethal_events, inflicted=_ucdp_events(rule, month))


def _ucdp_deaths(rule: Callable[..., Vector], month: Month) -> Vector:
    return rule(observers.ucdp_inflicted_deaths, dead=month["dead_by_ttp"])


# What each expects to report of a month, from the rules and what there was to be observed.
EXPECTED: dict[str, Callable[[Callable[..., Vector], Month], Vector]] = {
    "ttp_claims": _claims,
    "picss_attacks": _picss_attacks,
    "picss_killed": _picss_killed,
    "pips_attacks": _pips_attacks,
    "pips_ttp_attacks": _pips_ttp_attacks,
    "pips_killed": _pips_killed,
    "ucdp_inflicted_events": _ucdp_events,
    "ucdp_lethal_events": _ucdp_any_side,
    "ucdp_inflicted_deaths": _ucdp_deaths,
}


def reports(model: FrontierModel, names: Collection[str] | None = None) -> dict[str, list[Vector]]:
    """What observers would have reported of every month that a model has run: name -> (worlds,) vectors; all if not named."""
    out: dict[str, list[Vector]] = {name: [] for name in (OBSERVERS if names is None else names)}
    for number in range(model.month):
        month = _Month(model, number)
        for name, reported in out.items():
            uniform = model.streams.uniform(f"observer.{name}", number)
            noise = model.parameters[OBSERVERS[name].noise]
            reported.append(scattered(uniform, EXPECTED[name](model.rulebook, month), noise))
    return out


def scattered(uniform: Vector, expected: Vector, variance_to_mean: Vector | float) -> Vector:
    """Whole numbers around what is expected, with a variance so many times the mean: normal on the scale of roots.

    On that scale counts scatter evenly, whatever their size; the mean is kept but for the smallest.
    """
    quarter = np.asarray(variance_to_mean) / 4.0
    root = np.sqrt(np.maximum(expected - quarter, 0.0)) + np.sqrt(quarter) * normal(uniform)
    drawn = np.rint(np.maximum(root, 0.0) ** 2)
    return np.where(expected > 0.0, drawn, 0.0 * expected)


class _Month(dict[str, Vector]):
    """What there was to be observed in a month. How many attacks killed someone is drawn when it is asked for."""

    def __init__(self, model: FrontierModel, number: int) -> None:
        record = model.datacollector.model_vars

        def read(metric: str) -> Vector:
            return np.atleast_1d(np.asarray(record[metric][number], dtype=np.float64))

        super().__init__(
            attacks=read("attacks"),
            background=read("attacks_background"),
            truce=read("ceasefire"),
            dead=read("fatalities_security") + read("fatalities_civilian"),
            dead_by_ttp=read("fatalities_ttp"),
        )
        self._lethal = {
            "lethal": lambda: _lethal(model, "ttp", self["attacks"], number),
            "lethal_of_others": lambda: _lethal(model, "others", self["background"], number),
        }

    def __missing__(self, name: str) -> Vector:
        self[name] = self._lethal[name]()
        return self[name]


def _lethal(model: FrontierModel, who: str, attacks: Vector, number: int) -> Vector:
    """How many attacks of a month killed someone: the draw that the land itself made, made again (a test holds this)."""
    uniform = model.streams.uniform(f"land.{who}.lethal", number)
    share = np.broadcast_to(np.asarray(model.parameters["lethal_share"], dtype=np.float64), attacks.shape)
    return binomial(uniform, attacks, np.ascontiguousarray(share))
