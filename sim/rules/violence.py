"""Attacks and deaths: how many to expect, what each attack does, and what observers make of it."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from scipy.special import ndtri

from sim.rule import Attacks, Deaths, Fighters, Quantity, Ratio, Share, rule
from sim.worlds import Vector

Capability = Annotated[Vector, Quantity("capability", 0.0, 400.0)]
# The last draw a stream gives; the normal quantile of 1 is infinite.
LAST = 1.0 - 1e-9
ManyAttacks = Annotated[Vector, Quantity("attacks a month", 0.0, 50_000.0)]
Draw = Annotated[Vector, Quantity("uniform draw", 1e-12, LAST)]


@rule(
    claims=(
        "004.6-32-attacks-august",
        "un_mt.fighters-2021",
        "un_mt.fighters-2022",
    ),
    judgement="That each group's attacks follow its capability one to one is ours.",
    moves=("attacks",),
    rises_with=("capability", "tempo"),
    falls_with=("held_back", "stopped"),
    off=0.0,
)
def attacks_expected(
    capability: Capability, tempo: Ratio, held_back: Share, stopped: Share, *, attacks_per_capability: Vector
) -> ManyAttacks:
    """Attacks to expect of a group this month: what it can do, at the campaign's tempo, less what Kabul and truces stop.

    Args:
        tempo: the campaign's tempo, 1 for a steady one.
        held_back: share prevented by Kabul.
        stopped: share stopped by a truce.
    """
    return attacks_per_capability * capability * tempo * (1.0 - held_back) * (1.0 - stopped)


@rule(
    claims=(
        "002.2-hibatullah-influence",
        "002.2-afghan-support-sustains",
    ),
    mechanisms=("M7", "M6"),
    moves=("attacks",),
    rises_with=("effort", "control", "refuge"),
    off=0.0,
)
def prevented_by_kabul(effort: Share, control: Share, refuge: Share, *, reach_beyond_refuge: Vector) -> Share:
    """Kabul can stop what is launched from its soil, and a part of what is not."""
    return effort * control * (refuge + reach_beyond_refuge * (1.0 - refuge))


@rule(
    judgement="The tempos of campaigns that are not steady are ours.",
    claims=(
        "ttp_claims.april-2022-offensive",
        "ttp_claims.resumed-september-2022",
    ),
    mechanisms=("M7",),
    moves=("attacks",),
    rises_with=("escalating",),
    falls_with=("lying_low",),
    off=1.0,
)
def campaign_tempo(escalating: Share, lying_low: Share, *, tempo_escalate: Vector, tempo_lie_low: Vector) -> Ratio:
    """Tempo of the campaign against a steady one."""
    return 1.0 + (tempo_escalate - 1.0) * escalating - (1.0 - tempo_lie_low) * lying_low * (1.0 - escalating)


@rule(
    claims=(
        "002.3-security-personnel-majority",
        "events.2022-11-28-truce-two-ends",
    ),
    judgement="How far groups strike outside their home areas is ours.",
    moves=("attacks",),
    rises_with=("home", "elsewhere"),
    off="home",
)
def attacks_in_area(home: Attacks, elsewhere: Attacks, *, attacks_abroad_share: Vector) -> Attacks:
    """Attacks to expect in an area: by groups at home there, and a part of what all others do.

    Args:
        elsewhere: what reaches this area if all attacks were spread over areas by their usual weight.
    """
    return home * (1.0 - attacks_abroad_share) + elsewhere * attacks_abroad_share


@rule(
    claims=("001.6-other-groups-encouraged", "004.6-victory-galvanised"),
    mechanisms=("M31",),
    moves=("attacks_background",),
    rises_with=("prestige",),
    off=1.0,
    loops=("L2",),
)
def encouragement(prestige: Share, *, background_example: Vector) -> Ratio:
    """The TTP's prestige encourages other groups: what it multiplies their attacks by."""
    return 1.0 + background_example * prestige


@rule(
    claims=("picss.2021-2022-monthly-range", "events.2022-03-04-peshawar-iskp"),
    judgement="How much a stronger ISKP adds is ours.",
    moves=("attacks_background",),
    rises_with=("encouragement", "iskp"),
    off=0.0,
)
def background_attacks(
    encouragement: Ratio, iskp: Share, *, background_base: Vector, background_iskp: Vector
) -> Attacks:
    """Other groups' attacks to expect: their own base rate, more with encouragement and with a stronger ISKP."""
    return background_base * (encouragement + background_iskp * iskp)


@rule(
    claims=(
        "ucdp.deaths-per-lethal-attack",
        "ucdp.half-single-death",
        "000.2-peshawar-over-100",
    ),
    mechanisms=("M20",),
    moves=("fatalities",),
    rises_with=("draw",),
    off=1.0,
)
def deaths_in_attack(
    draw: Draw,
    *,
    deaths_location: Vector,
    deaths_spread: Vector,
    mass_casualty_chance: Vector,
    mass_casualty_least: Vector,
    mass_casualty_most: Vector,
) -> Annotated[Vector, Quantity("deaths", 1.0, 400.0)]:
    """Deaths in one lethal attack: one, plus a discrete lognormal; rarely a mass-casualty attack instead.

    Args:
        draw: a uniform draw; higher is worse. Its top `mass_casualty_chance` is the rare attack, whose toll runs from
            least to most with a heavy tail (each tenfold toll is a tenth as likely).
    """
    rare = draw > 1.0 - mass_casualty_chance
    ordinary = np.minimum(draw / (1.0 - mass_casualty_chance), LAST)
    usual = np.floor(np.minimum(np.exp(deaths_location + deaths_spread * ndtri(ordinary)), mass_casualty_least - 1.0))
    depth = np.maximum(draw - (1.0 - mass_casualty_chance), 0.0) / mass_casualty_chance
    tail = np.floor(mass_casualty_least / (1.0 - depth * (1.0 - mass_casualty_least / mass_casualty_most)))
    return np.where(rare, tail, 1.0 + usual)


@rule(
    claims=(
        "002.3-security-personnel-majority",
        "001.6-pakistani-forces-main-target",
    ),
    mechanisms=("M20",),
    moves=("fatalities_security",),
    rises_with=("lethal",),
    off=0.0,
)
def security_dead(lethal: Attacks, *, security_share: Vector) -> Attacks:
    """Lethal TTP attacks to expect whose dead are of the security forces; the dead of the others are civilians."""
    return security_share * lethal


@rule(
    claims=("events.2022-03-04-peshawar-iskp",),
    judgement="Other groups kill civilians more often than the TTP does; how much more is ours.",
    mechanisms=("M20", "M31"),
    moves=("fatalities_civilian",),
    rises_with=("lethal",),
    off=0.0,
)
def security_dead_of_others(lethal: Attacks, *, security_share_of_others: Vector) -> Attacks:
    """Other groups' lethal attacks to expect whose dead are of the security forces."""
    return security_share_of_others * lethal


@rule(
    claims=("picss.militants-killed-2021",),
    judgement="The rest of those lost were captured or left.",
    mechanisms=("M8",),
    moves=("fatalities_militant",),
    rises_with=("lost",),
    off=0.0,
)
def militants_killed_expected(lost: Fighters, *, attrition_killed_share: Vector, fighters_per_unit: Vector) -> Deaths:
    """Fighters killed: a part of those lost to operations and strikes."""
    return fighters_per_unit * attrition_killed_share * lost


@rule(
    claims=("events.2022-04-16-strikes",),
    mechanisms=("M8",),
    moves=("fatalities_afghan_civilian",),
    rises_with=("strikes",),
    off=0.0,
)
def strike_deaths_expected(strikes: Share, *, strike_harm: Vector) -> Deaths:
    """Afghan civilians to expect killed by a month of strikes at this intensity."""
    return strike_harm * strikes


@rule(
    claims=(
        "004.6-32-attacks-august",
        "ttp_claims.zero-in-truce",
        "ttp_claims.2021-2022-annual",
        "pips.ttp-attacks-2021",
    ),
    judgement="How far claims exceed the truth is set between the observers' ratios.",
    mechanisms=("M7",),
    moves=("attacks_claimed",),
    rises_with=("attacks",),
    falls_with=("truce",),
    off="attacks",
)
def attacks_claimed(attacks: Attacks, truce: Share, *, claim_rate: Vector, claim_silence: Vector) -> ManyAttacks:
    """What the TTP claims: more than it did, and next to nothing while it professes a truce."""
    return claim_rate * attacks * (1.0 - claim_silence * truce)


@rule(
    claims=(
        "picss.2021-2022-monthly-range",
        "ttp_claims.2021-2022-annual",
        "pips.ttp-attacks-2021",
    ),
    moves=("attacks_counted",),
    rises_with=("attacks", "background"),
    off=0.0,
)
def attacks_counted(attacks: Attacks, background: Attacks, *, count_rate: Vector) -> ManyAttacks:
    """What an institute that counts all groups reports: most of what happened, truce or not."""
    return count_rate * (attacks + background)
