"""Kabul between Islamabad and the TTP: each rule is one pressure on how far it brokers.

Brokering is ordered (0 stand apart, then carry messages, host talks, 1 guarantee what is agreed). A pressure is what a full
guarantee adds to utility, in logits.
"""

from __future__ import annotations

from sim.rule import Logits, Share, rule
from sim.worlds import Vector


@rule(
    claims=(
        "001.8-mediation-the-most",
        "002.4-urged-pakistan-to-negotiate",
        "003.2-brokering-expected",
    ),
    mechanisms=("M7", "M17"),
    moves=("brokering", "ceasefire"),
    rises_with=("talks",),
    off=0.0,
)
def call_to_mediate(talks: Share, *, mediation_weight: Vector) -> Logits:
    """When Islamabad wants to talk, brokering is the help that costs Kabul least; grows with brokering."""
    return mediation_weight * talks


@rule(
    claims=("002.4-urged-pakistan-to-negotiate", "002.4-urged-concessions", "002.1-ttp-bargaining-chip"),
    judgement="That Kabul brokers the more readily, the more a deal promises it, is ours.",
    mechanisms=("M3", "M27"),
    moves=("brokering",),
    rises_with=("unmet", "expected_concession"),
    off=0.0,
)
def brokering_pays(unmet: Share, expected_concession: Share, *, brokering_gain: Vector) -> Logits:
    """A broker shares in what is conceded; grows with brokering."""
    return brokering_gain * unmet * expected_concession


@rule(
    claims=("004.9-no-ownership", "004.9-left-to-pakistan", "003.2-talks-failed"),
    judgement="That a broker puts its name at stake, and less readily in a quarrel, is ours.",
    mechanisms=("M7",),
    moves=("brokering",),
    falls_with=("tension", "collapse"),
    off=0.0,
    loops=("L5",),
)
def name_at_stake(
    tension: Share, collapse: Share, *, brokering_cost: Vector, brokering_tension: Vector, brokering_collapse: Vector
) -> Logits:
    """A broker stakes its name: less readily in a quarrel, and where talks have lately collapsed; grows with brokering.

    Args:
        collapse: fading memory of a truce that ended.
    """
    return -brokering_cost - brokering_tension * tension - brokering_collapse * collapse


@rule(
    judgement="That Kabul enters upon talks by steps, too, is ours.",
    claims=("events.2021-10-25-understanding",),
    moves=("brokering",),
    falls_with=("distance",),
    off=0.0,
)
def brokering_step(distance: Share, *, brokering_step_cost: Vector) -> Logits:
    """Kabul's brokering moves by steps, shorter ones than its restraint.

    Args:
        distance: how far the option lies from the brokering held.
    """
    return -brokering_step_cost * distance
