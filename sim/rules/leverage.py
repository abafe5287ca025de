"""Leverage is need times control; influence is leverage times the belief that giving is conditional.

That one side's power over another is the other's dependence, which grows with its need and falls with its alternatives:
Emerson (1962), Power-dependence relations, American Sociological Review 27(1), 31-41.
"""

from __future__ import annotations

from sim.rule import Ratio, Share, Supply, rule
from sim.worlds import Vector


@rule(
    claims=(
        "004.4-dependence-gave-leverage",
        "002.5-pawn-for-four-concessions",
        "004.2-war-support-gave-leverage",
    ),
    moves=("leverage_pakistan_taliban", "leverage_taliban_pakistan", "leverage_india_taliban"),
    rises_with=("need", "control"),
    falls_with=("alternatives", "own_supply"),
    off=0.0,
)
def leverage(need: Share, control: Share, alternatives: Supply, own_supply: Share, *, leverage_floor: Vector) -> Share:
    """One side's hold on another, per resource: what the other needs times its share of who could supply it.

    Args:
        need: how much the other needs the resource.
        control: what this side can still grant or withdraw.
        alternatives: what others would supply instead.
        own_supply: what the needy side has of its own.
    """
    return need * control / (control + alternatives + own_supply + leverage_floor)


@rule(
    claims=(
        "004.21-new-tools-replace-old",
        "004.2-reset-may-strengthen",
        "003.2-isi-sways-by-material-support",
        "004.21-sponsor-of-government",
        "004.22-mediator-role-lever",
        "004.24-diplomatic-booster",
    ),
    judgement="A promise is worth less than a flow that can be cut; by how much is not in the articles.",
    mechanisms=("M2",),
    moves=("leverage_pakistan_taliban",),
    rises_with=("delivered",),
    off="delivered",
)
def withdrawable_control(delivered: Share, *, promise_weight: Vector) -> Share:
    """What flows can be withdrawn, and what does not yet flow can only be promised."""
    return delivered + promise_weight * (1.0 - delivered)


@rule(
    claims=("000.3-recognition-withheld-disappoints",),
    judgement="That recognition cannot be taken back is the modellers' reading; no article says so.",
    mechanisms=("M2",),
    moves=("leverage_pakistan_taliban",),
    off="granted",
)
def irreversible_control(granted: Share, *, promise_weight: Vector, recognition_revocable: Vector) -> Share:
    """Recognition buys once: it can be promised, and what has been granted leaves little or nothing to withdraw."""
    return promise_weight * (1.0 - granted) + recognition_revocable * granted


@rule(
    judgement="Needs are met by what is delivered; how far is not in the articles.",
    claims=("002.5-pawn-for-four-concessions",),
    mechanisms=("M2",),
    moves=("leverage_pakistan_taliban",),
    rises_with=("need",),
    falls_with=("delivered",),
    off="need",
)
def remaining_need(need: Share, delivered: Share, *, satiation: Vector) -> Share:
    """Delivery uses need up."""
    return need * (1.0 - satiation * delivered)


@rule(
    claims=("001.8-aid-recognition-might-move",),
    judgement="That belief follows practice, month by month, is ours.",
    mechanisms=("M2", "M3", "M17"),
    moves=("leverage_usable",),
    rises_with=("credibility", "conditionality"),
    off="credibility",
    loops=("L8",),
)
def credibility(credibility: Share, conditionality: Share, *, credibility_learning: Vector) -> Share:
    """Kabul learns from practice whether Pakistan's giving hangs on restraint."""
    return credibility + credibility_learning * (conditionality - credibility)


@rule(
    claims=(
        "004.4-victory-ends-leverage",
        "004.7-less-beholden-less-willing",
    ),
    mechanisms=("M2", "M3"),
    moves=("leverage_usable",),
    rises_with=("leverage", "credibility"),
    off=0.0,
)
def usable_leverage(leverage: Share, credibility: Share) -> Share:
    """Dependence becomes influence only as far as giving is believed to be conditional."""
    return leverage * credibility


@rule(
    claims=("001.8-aid-recognition-might-move",),
    mechanisms=("M3", "M17", "M16"),
    moves=("chance_restrain",),
    rises_with=("hold", "credibility"),
    off=0.0,
)
def conditional_reward(hold: Ratio, credibility: Share) -> Ratio:
    """What Kabul expects to gain by restraint: what is offered where there is a hold, if giving is believed conditional.

    Args:
        hold: sum over resources of leverage times what is on offer.
    """
    return hold * credibility


@rule(
    claims=("001.8-2001-threat-failed",),
    judgement="A threat as the product of capacity, credibility and vulnerability is a textbook form, not the articles'.",
    mechanisms=("M16",),
    moves=("threat",),
    rises_with=("economy", "credibility", "vulnerability"),
    off=0.0,
)
def threat(
    economy: Share, credibility: Share, vulnerability: Share, *, military_capacity: Vector, economy_drag: Vector
) -> Share:
    """A threat is capacity times credibility times how vulnerable the threatened are."""
    return military_capacity * (1.0 - economy_drag * (1.0 - economy)) * credibility * vulnerability


@rule(
    claims=("003.1-airstrikes-used",),
    judgement="How quickly Kabul believes or forgets a threat is ours.",
    mechanisms=("M16",),
    moves=("threat",),
    rises_with=("credibility", "coercion"),
    off="credibility",
)
def threat_credibility(credibility: Share, coercion: Share, *, threat_learning: Vector) -> Share:
    """Threats are believed as far as the course in force coerces."""
    return credibility + threat_learning * (coercion - credibility)


@rule(
    claims=(
        "002.5-cohesion-first-motive",
        "002.8-wants-trade",
    ),
    judgement="Equal weight of a divided movement and a dependent economy is ours.",
    mechanisms=("M16", "M15"),
    moves=("threat",),
    rises_with=("trade_leverage", "war"),
    falls_with=("cohesion",),
    off=0.0,
)
def vulnerability(cohesion: Share, trade_leverage: Share, war: Share, *, vulnerability_war: Vector) -> Share:
    """Kabul can be hurt where it is divided, at war, or in need of the road through Pakistan."""
    exposed = 1.0 - cohesion * (1.0 - trade_leverage)
    return exposed + vulnerability_war * war * (1.0 - exposed)


@rule(
    claims=("001.8-aid-recognition-might-move", "002.1-ttp-bargaining-chip"),
    judgement="That Pakistan keeps to its terms, month by month, is ours.",
    mechanisms=("M3", "M17"),
    moves=("aid", "alignment_taliban_pakistan"),
    rises_with=("offered", "effort"),
    falls_with=("conditionality",),
    off="offered",
)
def given_on_terms(offered: Share, conditionality: Share, effort: Share) -> Share:
    """What is tied to restraint is given only as far as Kabul restrains; the rest is given anyway."""
    return offered * (1.0 - conditionality * (1.0 - effort))
