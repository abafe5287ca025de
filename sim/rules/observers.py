"""What observers report of one process: each has its scope, and a rate at which it reports what is in its scope."""

from __future__ import annotations

from typing import Annotated

from sim.rule import Attacks, Deaths, Quantity, rule
from sim.worlds import Vector

Reported = Annotated[Vector, Quantity("reported a month", 0.0, 40_000.0)]


@rule(
    claims=("ttp_claims.2021-2022-annual",),
    judgement="That a movement may claim what its friends did is ours; the range includes none.",
    moves=("attacks_claimed",),
    rises_with=("attacks", "background"),
    off="attacks",
)
def attacks_to_claim(
    attacks: Attacks, background: Attacks, *, claims_scope_others: Vector
) -> Annotated[Vector, Quantity("attacks a month", 0.0, 4_000.0)]:
    """What there is for the TTP to claim: its own attacks, and perhaps a few of its friends'."""
    return attacks + claims_scope_others * background


@rule(
    claims=(
        "picss.2021-2022-monthly-range",
        "picss.truce-months-near-30",
        "satp.attacks-2022",
    ),
    moves=("attacks_counted",),
    rises_with=("attacks", "background"),
    off=0.0,
)
def picss_attacks(attacks: Attacks, background: Attacks, *, count_rate: Vector, picss_scope_others: Vector) -> Reported:
    """PICSS counts every militant group: most of what happened, truce or not."""
    return count_rate * (attacks + picss_scope_others * background)


@rule(
    claims=("picss.annual-killed-2020-2022", "picss.deaths-per-attack"),
    moves=("attacks_counted",),
    rises_with=("dead",),
    off=0.0,
)
def picss_killed(dead: Deaths, *, picss_death_rate: Vector) -> Reported:
    """PICSS counts the dead of all groups' attacks, in some months the attackers among them.

    Args:
        dead: security forces and civilians killed in Pakistan.
    """
    return picss_death_rate * dead


@rule(
    claims=("pips.annual-attacks-2018-2022", "pips.attacks-around-takeover"),
    moves=("attacks_counted",),
    rises_with=("attacks", "background"),
    off=0.0,
)
def pips_attacks(attacks: Attacks, background: Attacks, *, pips_rate: Vector, pips_scope_others: Vector) -> Reported:
    """PIPS counts all groups too, but fewer of their attacks."""
    return pips_rate * (attacks + pips_scope_others * background)


@rule(
    claims=("pips.ttp-attacks-2021", "pips.ttp-attacks-2022"),
    moves=("attacks_counted",),
    rises_with=("attacks",),
    off=0.0,
)
def pips_ttp_attacks(attacks: Attacks, *, pips_ttp_rate: Vector) -> Reported:
    """PIPS ascribes to the TTP only a part of what the TTP does."""
    return pips_ttp_rate * attacks


@rule(
    claims=("pips.killed-2022", "pips.killed-around-takeover"),
    moves=("attacks_counted",),
    rises_with=("dead",),
    off=0.0,
)
def pips_killed(dead: Deaths, *, pips_death_rate: Vector) -> Reported:
    """PIPS counts fewer dead than PICSS."""
    return pips_death_rate * dead


@rule(
    claims=("ucdp.lethal-events-2019-2021", "ucdp.2021-inflicted"),
    moves=("attacks_counted",),
    rises_with=("lethal", "lethal_of_others"),
    off=0.0,
)
def ucdp_inflicted_events(
    lethal: Attacks, lethal_of_others: Attacks, *, ucdp_rate: Vector, ucdp_scope_others: Vector
) -> Reported:
    """UCDP enters lethal attacks whose perpetrator it can name; those of friends may pass for the TTP's."""
    return ucdp_rate * (lethal + ucdp_scope_others * lethal_of_others)


@rule(
    claims=("ucdp.lethal-events-2019-2021", "ucdp.2021-before-and-after"),
    moves=("attacks_counted",),
    rises_with=("inflicted",),
    off=0.0,
)
def ucdp_lethal_events(
    inflicted: Annotated[Vector, Quantity("reported a month", 0.0, 4_000.0)], *, ucdp_any_side: Vector
) -> Reported:
    """UCDP's lethal events hold those, too, in which only the TTP's men died.

    Args:
        inflicted: its events in which the TTP killed someone.
    """
    return ucdp_any_side * inflicted


@rule(
    claims=("ucdp.2021-inflicted", "ucdp.deaths-per-lethal-attack"),
    moves=("fatalities_ttp",),
    rises_with=("dead",),
    off=0.0,
)
def ucdp_inflicted_deaths(dead: Deaths, *, ucdp_death_rate: Vector) -> Reported:
    """UCDP counts the dead of the attacks it enters, by cautious estimates.

    Args:
        dead: security forces and civilians killed by the TTP.
    """
    return ucdp_death_rate * dead
