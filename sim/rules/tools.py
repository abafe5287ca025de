"""What Pakistan's newer tools do in Kabul: a mediator among factions, a trainer of the army."""

from __future__ import annotations

from sim.rule import Share, rule
from sim.worlds import Vector


@rule(
    claims=("004.22-mediator-role-lever", "004.22-factions-disagreed"),
    judgement="Whether mediation settled anything is not known (004.23); how much it can is ours, and includes nothing.",
    mechanisms=("M2", "M4", "M5"),
    moves=("taliban_spread", "taliban_cohesion"),
    rises_with=("dispersion",),
    falls_with=("mediation",),
    off="dispersion",
)
def factions_settled(dispersion: Share, mediation: Share, *, mediation_settles: Vector) -> Share:
    """A mediator brings factions nearer to each other."""
    return dispersion * (1.0 - mediation_settles * mediation)


@rule(
    claims=("004.27-close-leaders-promoted", "004.13-haqqani-most-important", "004.22-hameed-in-kabul"),
    judgement="That a mediator from outside helps its own friends is ours; includes not at all.",
    mechanisms=("M5", "M21"),
    moves=("alignment_taliban_pakistan",),
    rises_with=("mediation",),
    off=0.0,
)
def mediator_favours_friends(mediation: Share, *, mediation_favour: Vector) -> Share:
    """A mediator's friends among the factions come out of it the stronger."""
    return mediation_favour * mediation


@rule(
    claims=("004.25-training-on-new-weapons", "004.25-military-adviser"),
    judgement="How fast training tells, and is lost, is ours.",
    mechanisms=("M2",),
    moves=("afghan_capacity",),
    rises_with=("capacity", "training"),
    off="capacity",
)
def army_trained(capacity: Share, training: Share, *, training_pace: Vector, capacity_fading: Vector) -> Share:
    """Training builds an army that can use what it inherited, and hold a frontier."""
    return capacity * (1.0 - capacity_fading) + training_pace * training * (1.0 - capacity)


@rule(
    claims=("002.2-hibatullah-influence", "004.25-military-adviser"),
    judgement="That an able army could keep more of the TTP in check, if Kabul wished, is ours; includes no effect.",
    mechanisms=("M2", "M7"),
    moves=("attacks",),
    rises_with=("capacity",),
    off=0.4,
)
def hold_over_ttp(capacity: Share, *, kabul_control: Vector, capacity_control: Vector) -> Share:
    """Share of the TTP's doings that Kabul could stop if it tried its utmost: its influence, and an army that can hold a line."""
    return kabul_control + capacity_control * capacity * (1.0 - kabul_control)
