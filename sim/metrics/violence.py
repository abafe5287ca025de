"""Attacks, the dead, and the strength of the TTP."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.metrics.base import Metric, attacks, deaths, share
from sim.rules import violence
from sim.worlds import Vector, total

if TYPE_CHECKING:
    from sim.model import FrontierModel


def _all_attacks(m: FrontierModel) -> Vector:
    return total(m.land.attacks)


def _attacks_claimed(m: FrontierModel) -> Vector:
    return m.rulebook(violence.attacks_claimed, attacks=_all_attacks(m), truce=m.ttp.truce)


def _attacks_counted(m: FrontierModel) -> Vector:
    return m.rulebook(violence.attacks_counted, attacks=_all_attacks(m), background=m.land.background)


def _fatalities(m: FrontierModel) -> Vector:
    land = m.land
    return total([land.deaths_security, land.deaths_civilian, land.deaths_militant, land.deaths_afghan])


VIOLENCE = (
    attacks(
        "attacks",
        "TTP attacks",
        "Attacks by the TTP and its constituent groups in Pakistan, as they happened.",
        _all_attacks,
        better="less",
    ),
    attacks(
        "attacks_background",
        "Other groups' attacks",
        "Attacks in Pakistan by every other armed group.",
        lambda m: m.land.background,
        better="less",
    ),
    attacks(
        "attacks_claimed",
        "TTP claims",
        "What the TTP says it carried out: its truces silence it, its pride adds.",
        _attacks_claimed,
    ),
    attacks(
        "attacks_counted",
        "All-actor count",
        "What an institute that counts every militant group reports.",
        _attacks_counted,
    ),
    deaths("fatalities", "Deaths, all", "All deaths counted by the model, on both sides of the line.", _fatalities),
    deaths(
        "fatalities_security",
        "Deaths, security forces",
        "Pakistani soldiers, police and guards.",
        lambda m: m.land.deaths_security,
    ),
    deaths(
        "fatalities_civilian",
        "Deaths, civilians in Pakistan",
        "Civilians in Pakistan, in attacks and clashes.",
        lambda m: m.land.deaths_civilian,
    ),
    deaths(
        "fatalities_militant",
        "Deaths, militants",
        "Members of armed groups, in Pakistan's operations and strikes.",
        lambda m: m.land.deaths_militant,
    ),
    deaths(
        "fatalities_afghan_civilian",
        "Deaths, Afghan civilians",
        "Afghan civilians, in strikes and border clashes.",
        lambda m: m.land.deaths_afghan,
    ),
    deaths(
        "fatalities_ttp",
        "Deaths inflicted by the TTP",
        "Security forces and civilians killed in TTP attacks.",
        lambda m: m.land.deaths_by_ttp,
    ),
    Metric(
        "ttp_strength",
        "TTP strength",
        "thousand fighters",
        0.0,
        200.0,
        "final",
        "Fighters in all constituent groups.",
        lambda m: m.ttp.strength,
        better="less",
        better_for="pakistan",
    ),
    Metric(
        "ttp_capability",
        "TTP capability",
        "index",
        0.0,
        2_000.0,
        "final",
        "What the groups can do together: headcount, arms, skill, unity.",
        lambda m: total(group.capability for group in m.groups),
    ),
    share(
        "prestige",
        "TTP prestige",
        "final",
        "The movement's name: the victory next door, and what it has won, done and been granted since.",
        lambda m: m.ttp.prestige,
        better="less",
    ),
    share(
        "foothold",
        "TTP foothold in Pakistan",
        "final",
        "Networks, recruits, money taken and ground that armed groups hold, areas by their usual share of attacks.",
        lambda m: m.land.mean_foothold,
        better="less",
    ),
    share(
        "ttp_cohesion", "TTP cohesion", "final", "How far the constituent groups act as one.", lambda m: m.ttp.cohesion
    ),
    share(
        "ceasefire",
        "Ceasefire in force",
        "mean",
        "1 in a month with a truce between the TTP and Pakistan.",
        lambda m: m.ttp.truce,
        better="more",
    ),
)
