"""Momentum: the movement's prestige feeds on its own success, and success on prestige; what a truce saves up, and spends."""

from __future__ import annotations

from sim.rule import Logits, Ratio, Share, rule
from sim.worlds import Vector


@rule(
    claims=(
        "004.6-victory-galvanised",
        "003.1-triumph-invigorated-ttp",
        "001.6-other-groups-encouraged",
        "004.6-leader-reunited-splinters",
    ),
    judgement="That a movement's name follows what it has lately done, won and been granted is ours.",
    mechanisms=("M6", "M31"),
    moves=("prestige", "ttp_cohesion"),
    rises_with=("prestige", "example", "success", "ground", "concessions"),
    off="example",
    loops=("L2",),
)
def prestige(
    prestige: Share,
    example: Share,
    success: Share,
    ground: Share,
    concessions: Share,
    *,
    prestige_pace: Vector,
    prestige_success: Vector,
    prestige_ground: Vector,
    prestige_concessions: Vector,
) -> Share:
    """The movement's prestige follows success: the victory next door, its own attacks, the ground it holds, what it was granted.

    Args:
        success: recent attacks as a share of the level at which success is complete.
        ground: its foothold; concessions: how far its demands are met.
    """
    dim = (
        (1.0 - example)
        * (1.0 - prestige_success * success)
        * (1.0 - prestige_ground * ground)
        * (1.0 - prestige_concessions * concessions)
    )
    return prestige + prestige_pace * (1.0 - dim - prestige)


@rule(
    claims=("events.2022-11-28-truce-two-ends", "ttp_claims.resumed-september-2022", "002.3-ceasefire-rescinded"),
    judgement="That a truce is used to rest, arm and plan is read from the record after it; how much is ours.",
    mechanisms=("M7", "M6"),
    moves=("attacks",),
    rises_with=("rested", "truce"),
    off=0.0,
    loops=("L2",),
)
def rest_in_truce(rested: Share, truce: Share, *, rest_pace: Vector, rest_spent: Vector) -> Share:
    """In a truce a movement rests, arms and plans; once it has ended, it spends what it saved up."""
    return rested + rest_pace * truce * (1.0 - rested) - rest_spent * (1.0 - truce) * rested


@rule(
    claims=("ttp_claims.resumed-september-2022", "events.2022-11-28-truce-two-ends"),
    judgement="The record has more claims in the month after the second truce than in any before; how lasting is ours.",
    mechanisms=("M7",),
    moves=("attacks",),
    rises_with=("rested",),
    falls_with=("truce",),
    off=1.0,
    loops=("L2",),
)
def rebound(rested: Share, truce: Share, *, rebound_tempo: Vector) -> Ratio:
    """A movement that has rested strikes the harder when the truce is over: what its tempo is multiplied by."""
    return 1.0 + rebound_tempo * rested * (1.0 - truce)


@rule(
    claims=("002.3-ceasefire-rescinded", "003.2-talks-failed", "events.2022-06-02-indefinite-truce"),
    judgement="That a movement on the rise asks for more and settles for less is ours; includes no effect.",
    mechanisms=("M7",),
    moves=("ceasefire",),
    falls_with=("prestige",),
    off=0.0,
    loops=("L2",),
)
def success_hardens(prestige: Share, *, success_hardens_weight: Vector) -> Logits:
    """A movement on the rise sees less need of a truce: pressure against one."""
    return -success_hardens_weight * prestige
