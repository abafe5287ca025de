"""Pakistan's decisions to coerce: which course to take where that is left open, and whether to strike across the line."""

from __future__ import annotations

import numpy as np

from sim.rule import Cost, Logits, Ratio, Share, rule
from sim.worlds import Vector


@rule(
    claims=(
        "002.10-ttp-violence-prompts-operations",
        "003.1-airstrikes-used",
    ),
    judgement="How firmly a course binds is ours.",
    moves=("chance_strikes",),
    rises_with=("lever",),
    off=0.0,
)
def strike_intent(lever: Share, *, strike_intent_weight: Vector) -> Logits:
    """A course that is ready to strike across the line presses to do it."""
    return strike_intent_weight * lever


@rule(
    claims=(
        "003.1-airstrikes-used",
        "events.2022-04-16-strikes",
    ),
    mechanisms=("M8",),
    moves=("chance_strikes",),
    rises_with=("deaths",),
    off=0.0,
    loops=("L5",),
)
def provocation(deaths: Share, *, provocation_weight: Vector) -> Logits:
    """Recent deaths press for a strike.

    Args:
        deaths: recent deaths inflicted by the TTP as a share of a very bad month.
    """
    return provocation_weight * deaths


@rule(
    claims=("003.2-failed-talks-then-strikes",),
    mechanisms=("M30",),
    moves=("chance_strikes",),
    rises_with=("collapse",),
    off=0.0,
    loops=("L5",),
)
def talks_failed(collapse: Share, *, talks_failed_weight: Vector) -> Logits:
    """Talks that collapsed press for a strike."""
    return talks_failed_weight * collapse


@rule(
    judgement="How long failed talks weigh is ours.",
    claims=("003.2-failed-talks-then-strikes",),
    mechanisms=("M30",),
    moves=("chance_strikes",),
    rises_with=("memory", "ended"),
    off=0.0,
)
def memory_of_collapse(memory: Share, ended: Share, *, collapse_fading: Vector) -> Share:
    """A truce that ends is remembered, and less each month."""
    kept = memory * (1.0 - collapse_fading)
    return kept + ended * (1.0 - kept)


@rule(
    claims=("003.2-constituencies-in-pakistan",),
    mechanisms=("M22",),
    moves=("chance_strikes",),
    falls_with=("power_clerics",),
    off=0.0,
    loops=("L9",),
)
def clerics_object(power_clerics: Share, *, clerics_weight: Vector) -> Logits:
    """The Taliban's friends among Pakistan's clerics press against strikes; so do those in its parties."""
    return -clerics_weight * power_clerics


@rule(
    claims=(
        "002.11-options-hampered",
        "004.13-taliban-main-conduit",
        "004.17-needs-strong-tie",
        "002.8-transit-motive",
        "004.15-chance-to-shape-policy",
        "004.16-geoeconomics-advanced",
    ),
    mechanisms=("M25",),
    moves=("chance_strikes",),
    falls_with=("leverage_taliban",),
    off=0.0,
)
def fear_of_losing_kabul(leverage_taliban: Share, *, kabul_caution_weight: Vector) -> Logits:
    """What Kabul could withhold presses against strikes."""
    return -kabul_caution_weight * leverage_taliban


@rule(
    judgement="How long strikes stay in mind is ours.",
    claims=("003.1-strikes-sparked-demonstrations",),
    mechanisms=("M8",),
    moves=("chance_restrain",),
    rises_with=("memory", "strikes"),
    off=0.0,
)
def strikes_remembered(memory: Share, strikes: Share, *, strike_memory_fading: Vector) -> Share:
    """Strikes weigh on Kabul for months after."""
    return np.maximum(memory * (1.0 - strike_memory_fading), strikes)


@rule(
    claims=("002.11-options-hampered", "000.1-strain-compounds-crises"),
    mechanisms=("M11",),
    moves=("pakistan_policy",),
    rises_with=("cost",),
    falls_with=("means",),
    off=0.0,
)
def beyond_means(cost: Cost, means: Cost) -> Ratio:
    """How far a course costs more than can be carried, as a share of its cost."""
    return np.maximum(cost - means, 0.0) / np.maximum(cost, 1.0)


@rule(
    claims=("002.11-options-hampered",),
    judgement="How much Islamabad minds a course beyond its means is ours.",
    mechanisms=("M11",),
    moves=("pakistan_policy",),
    falls_with=("beyond",),
    off=0.0,
)
def cost_weighs(beyond: Ratio, *, cost_weight: Vector) -> Logits:
    """A course beyond its means presses against itself."""
    return -cost_weight * beyond


@rule(
    judgement="Courses last longer than the pressures that led to them; no article gives a pace.",
    claims=("003.4-army-owns-afghan-policy",),
    mechanisms=("M29",),
    moves=("pakistan_policy",),
    off=0.0,
)
def course_habit(held: Share, *, course_inertia: Vector) -> Logits:
    """The course that is held tends to be kept: policy is the army's and outlives governments."""
    return course_inertia * held


@rule(
    claims=("events.2022-11-13-chaman-closed", "001.9-border-disputes-tension"),
    judgement="How far Islamabad shuts the crossings in answer to a bad month is ours.",
    mechanisms=("M9",),
    moves=("border_open", "trade"),
    rises_with=("closure", "closing"),
    off="closure",
    loops=("L5", "L7"),
)
def closed_in_answer(closure: Share, closing: Share, *, answer_closure: Vector) -> Share:
    """Crossings are shut as the course says; further where Islamabad answers by closing them.

    Args:
        closing: 1 in a month in which it answers so, or goes further.
    """
    return np.maximum(closure, answer_closure * closing)
