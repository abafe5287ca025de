"""Kabul's stance on the TTP: each rule is one pressure on how far it restrains the group.

Stances are one ordered effort (0 shelter to 1 crack down). A pressure named here is what a full effort adds to utility
in logits, unless it says that it grows with the square of effort or bears on named stances only.
"""

from __future__ import annotations

from sim.rule import Logits, Ratio, Share, Signed, rule
from sim.worlds import Vector


@rule(
    claims=(
        "001.7-war-support-made-loyalty",
        "001.7-kinship-and-ideology-cause-refusal",
        "004.7-ttp-loyal-partner",
        "001.7-loyalty-blocks-settlement",
        "001.11-likeness-sets-priority",
    ),
    mechanisms=("M4",),
    moves=("chance_restrain", "taliban_stance"),
    falls_with=("alignment_ttp",),
    off=0.0,
)
def kinship_and_debt(alignment_ttp: Signed, *, kinship_weight: Vector) -> Logits:
    """Kinship, shared belief and wartime debt to the TTP weigh against restraint."""
    return -kinship_weight * alignment_ttp


@rule(
    claims=(
        "002.5-cohesion-first-motive",
        "000.1-factions-oppose-helping",
    ),
    mechanisms=("M4",),
    moves=("chance_restrain",),
    falls_with=("dispersion",),
    off=0.0,
)
def cohesion_cost(dispersion: Share, *, cohesion_cost: Vector) -> Logits:
    """Restraint splits the movement, the more so the further its factions are apart; grows with effort squared."""
    return -cohesion_cost * dispersion


@rule(
    claims=(
        "004.10-visible-favours-avoided",
        "004.10-sponsorship-bred-mistrust",
    ),
    mechanisms=("M14",),
    moves=("chance_restrain",),
    falls_with=("visibility", "distrust"),
    off=0.0,
    loops=("L9",),
)
def public_cost(visibility: Share, distrust: Share, *, public_cost_weight: Vector) -> Logits:
    """Doing Islamabad a visible favour costs standing with a distrustful Afghan public."""
    return -public_cost_weight * visibility * distrust


@rule(
    claims=(
        "004.12-detainees-dim-view",
        "004.12-arrests-breed-resentment",
    ),
    mechanisms=("M24",),
    moves=("chance_restrain",),
    falls_with=("resentment",),
    off=0.0,
    loops=("L5",),
)
def resentment_cost(resentment: Share, *, resentment_weight: Vector) -> Logits:
    """A client once coerced is slow to oblige."""
    return -resentment_weight * resentment


@rule(
    claims=(
        "003.1-strikes-sparked-demonstrations",
        "001.9-april-2022-complaint",
    ),
    mechanisms=("M8",),
    moves=("chance_restrain",),
    falls_with=("recent_strikes",),
    off=0.0,
    loops=("L5",),
)
def anger_at_strikes(recent_strikes: Share, *, strike_anger_weight: Vector) -> Logits:
    """Strikes across the line make it harder for Kabul to be seen to help."""
    return -strike_anger_weight * recent_strikes


@rule(
    claims=(
        "001.10-india-tie-relieves-pressure",
        "001.11-dependence-and-pressure-drive-outreach",
    ),
    mechanisms=("M10",),
    moves=("chance_restrain",),
    falls_with=("india_engagement",),
    off=0.0,
    loops=("L7",),
)
def indian_alternative(india_engagement: Share, *, india_alternative_weight: Vector) -> Logits:
    """A tie with India takes weight off Pakistan's pressure."""
    return -india_alternative_weight * india_engagement


@rule(
    claims=(
        "001.8-aid-recognition-might-move",
        "004.21-new-tools-replace-old",
        "004.2-reset-may-strengthen",
    ),
    mechanisms=("M2", "M16", "M17"),
    moves=("chance_restrain",),
    rises_with=("conditional_reward",),
    off=0.0,
)
def pull_of_reward(conditional_reward: Ratio, *, reward_response: Vector) -> Logits:
    """What restraint would earn, where Pakistan holds what Kabul needs and gives it conditionally."""
    return reward_response * conditional_reward


@rule(
    claims=(
        "000.2-baradar-yaqoob-distance",
        "004.14-haqqani-links-1980s",
        "003.2-isi-sways-by-personal-ties",
    ),
    mechanisms=("M5",),
    moves=("chance_restrain",),
    rises_with=("alignment_pakistan",),
    off=0.0,
)
def goodwill(alignment_pakistan: Signed, *, goodwill_weight: Vector) -> Logits:
    """A movement that leans to Pakistan obliges it more readily."""
    return goodwill_weight * alignment_pakistan


@rule(
    claims=("001.8-2001-threat-failed",),
    judgement="One analogy from 2001 says threats fail; the sign is left open in the range.",
    mechanisms=("M16",),
    moves=("chance_restrain",),
    off=0.0,
)
def answer_to_threat(threat: Share, *, threat_response: Vector) -> Logits:
    """A threat may cow the movement or stiffen it: the sign is open."""
    return threat_response * threat


@rule(
    claims=(
        "002.1-ttp-bargaining-chip",
        "002.5-pawn-for-four-concessions",
    ),
    mechanisms=("M3",),
    moves=("chance_bargain",),
    rises_with=("unmet", "expected_concession"),
    off=0.0,
)
def value_of_the_chip(unmet: Share, expected_concession: Share, *, chip_value: Vector) -> Logits:
    """Kabul keeps the TTP in play while it still wants something that Pakistan seems ready to pay.

    Bears on bargaining; a mediator plays a part of it.

    Args:
        unmet: share of what Kabul wants from Pakistan that has not been delivered.
        expected_concession: how far Kabul expects Pakistan to concede.
    """
    return chip_value * unmet * expected_concession


@rule(
    judgement="Whether a chip once paid for is kept for the next deal is not in the articles; the range includes 0.",
    claims=("002.1-ttp-bargaining-chip",),
    mechanisms=("M3",),
    moves=("chance_bargain",),
    rises_with=("delivered",),
    off=0.0,
)
def chip_kept(delivered: Share, *, chip_persistence: Vector) -> Logits:
    """What was bought once can be sold again: past concessions keep the chip in play."""
    return chip_persistence * delivered


@rule(
    judgement="That Pakistani giving without terms shifts what Kabul expects next is ours.",
    claims=("002.1-ttp-bargaining-chip",),
    mechanisms=("M3",),
    moves=("chance_bargain",),
    rises_with=("expected", "offered"),
    off="expected",
    loops=("L8",),
)
def expected_concession(expected: Share, offered: Share, *, concession_learning: Vector) -> Share:
    """Kabul expects to be paid as far as it has lately been offered payment."""
    return expected + concession_learning * (offered - expected)


@rule(
    claims=(
        "001.8-mediation-the-most",
        "002.4-urged-pakistan-to-negotiate",
        "003.2-brokering-expected",
    ),
    mechanisms=("M7", "M17"),
    moves=("taliban_stance", "ceasefire"),
    rises_with=("talks",),
    off=0.0,
)
def call_to_mediate(talks: Share, *, mediation_weight: Vector) -> Logits:
    """When Islamabad wants to talk, brokering is the help that costs Kabul least; bears on mediation alone."""
    return mediation_weight * talks


@rule(
    judgement="Stances change less from month to month than the pressures on them; no article gives a pace.",
    moves=("taliban_stance",),
    off=0.0,
)
def stance_habit(held: Share, *, stance_inertia: Vector) -> Logits:
    """What Kabul did last month it tends to do again; bears on the stance it holds.

    Args:
        held: 1 for the stance held last month, else 0.
    """
    return stance_inertia * held


@rule(
    claims=("002.5-cohesion-first-motive",),
    judgement="The pace of wear and healing is ours.",
    mechanisms=("M4",),
    moves=("taliban_cohesion",),
    rises_with=("cohesion", "legitimacy"),
    falls_with=("effort", "dispersion", "war"),
    off="cohesion",
)
def taliban_cohesion(
    cohesion: Share,
    effort: Share,
    dispersion: Share,
    legitimacy: Share,
    war: Share,
    *,
    cohesion_wear: Vector,
    cohesion_healing: Vector,
    cohesion_war: Vector,
) -> Share:
    """Restraint wears on cohesion, steeply where factions are spread; standing at home lets it heal."""
    worn = cohesion * (1.0 - cohesion_wear * effort * effort * dispersion - cohesion_war * war)
    return worn + cohesion_healing * legitimacy * (1.0 - worn)


@rule(
    judgement="No article gives the odds of a fracture; the range runs from next to none to likely at low cohesion.",
    claims=("004.28-weak-consolidation-brings-war",),
    mechanisms=("M4", "M15"),
    moves=("fractured", "afghan_war"),
    falls_with=("cohesion",),
    off=0.0,
)
def fracture_chance(cohesion: Share, *, fracture_chance_at_worst: Vector, fracture_steepness: Vector) -> Share:
    """The less the movement holds together, the likelier it breaks within the month."""
    return fracture_chance_at_worst * (1.0 - cohesion) ** fracture_steepness


@rule(
    claims=("004.28-weak-consolidation-brings-war",),
    judgement="How long a war would last is ours.",
    mechanisms=("M15",),
    moves=("afghan_war",),
    rises_with=("war", "breaking"),
    off="war",
)
def afghan_war(war: Share, breaking: Share, *, war_from_fracture: Vector, war_ebb: Vector) -> Share:
    """A fracture brings war back; war ebbs unless something renews it."""
    ebbing = war * (1.0 - war_ebb)
    return ebbing + war_from_fracture * breaking * (1.0 - ebbing)


@rule(
    claims=("002.4-urged-pakistan-to-negotiate", "002.1-ttp-bargaining-chip"),
    judgement="How much of the chip a mediator plays is ours.",
    mechanisms=("M3",),
    moves=("taliban_stance",),
    rises_with=("chip",),
    off=0.0,
)
def chip_for_a_mediator(chip: Logits, *, mediator_chip_share: Vector) -> Logits:
    """A mediator plays the chip too, in part; bears on mediation alone."""
    return mediator_chip_share * chip


@rule(
    claims=("002.1-ttp-bargaining-chip", "002.4-urged-concessions"),
    judgement="That giving without terms reads as readiness to pay is ours.",
    mechanisms=("M3", "M27"),
    moves=("chance_bargain",),
    rises_with=("benefit", "concession_pressure"),
    falls_with=("credibility",),
    off=0.0,
)
def readiness_to_pay(benefit: Share, credibility: Share, concession_pressure: Share) -> Share:
    """How ready to pay Islamabad seems: it gives without terms, or yields to mediation."""
    return 1.0 - (1.0 - benefit * (1.0 - credibility)) * (1.0 - concession_pressure)
