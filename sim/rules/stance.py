"""Kabul's stance on the TTP: each rule is one pressure on how far it restrains the group.

Restraint is one ordered effort (0 shelter to 1 crack down). A pressure
named here is what a full effort adds to utility in logits, unless it says that it grows with the square of effort.
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
    """Doing Islamabad a visible favour costs standing with a distrustful public."""
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
    claims=("004.12-detainees-dim-view", "000.4-taliban-assert-independence"),
    judgement="That terms themselves offend a movement that felt led by the nose is ours; includes no effect.",
    mechanisms=("M24",),
    moves=("chance_restrain",),
    falls_with=("conditionality", "resentment"),
    off=0.0,
    loops=("L8",),
)
def terms_offend(conditionality: Share, resentment: Share, *, terms_offend_weight: Vector) -> Logits:
    """Terms offend those who resent having been led: what is asked for a gift weighs against obliging."""
    return -terms_offend_weight * conditionality * resentment


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
    loops=("L8",),
)
def pull_of_reward(conditional_reward: Ratio, *, reward_response: Vector) -> Logits:
    """What restraint would earn speaks for it: where Pakistan holds what Kabul needs and gives it conditionally."""
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
    loops=("L8",),
)
def answer_to_threat(threat: Share, *, threat_response: Vector) -> Logits:
    """A threat may cow the movement or stiffen it: the sign is open."""
    return threat_response * threat


@rule(
    claims=(
        "002.1-ttp-bargaining-chip",
        "002.5-pawn-for-four-concessions",
        "002.4-no-action-despite-pleas",
    ),
    mechanisms=("M3",),
    moves=("chance_restrain", "taliban_stance"),
    falls_with=("unmet", "expected_concession"),
    off=0.0,
    loops=("L8",),
)
def value_of_the_chip(unmet: Share, expected_concession: Share, *, chip_value: Vector) -> Logits:
    """Restraint has its price: while what Kabul wants is unpaid and payment is to be expected, it lets violence run.

    Args:
        unmet: share of what Kabul wants from Pakistan and others that has not been delivered.
        expected_concession: how far Kabul expects Pakistan to concede.
    """
    return -chip_value * unmet * expected_concession


@rule(
    judgement="Whether a chip once paid for is kept for the next deal is not in the articles; the range includes 0.",
    claims=("002.1-ttp-bargaining-chip",),
    mechanisms=("M3",),
    moves=("taliban_stance",),
    rises_with=("credibility",),
    falls_with=("delivered",),
    off=0.0,
    loops=("L8",),
)
def chip_kept(delivered: Share, credibility: Share, *, chip_persistence: Vector) -> Logits:
    """What was bought once can be sold again: what came without terms keeps the chip in play.

    Args:
        credibility: how far giving is believed to hang on restraint.
    """
    return -chip_persistence * delivered * (1.0 - credibility)


@rule(
    claims=("002.1-ttp-bargaining-chip", "002.6-wants-recognition"),
    judgement="That others' help meets a part of what Kabul wants from the chip is ours.",
    mechanisms=("M3",),
    moves=("taliban_stance",),
    falls_with=("benefit", "patronage"),
    off=1.0,
)
def still_wanted(benefit: Share, patronage: Share, *, others_pay: Vector) -> Share:
    """What Kabul still wants for the chip: what neither Pakistan nor other powers have given.

    Args:
        patronage: how far others (China, India) stand in.
    """
    return (1.0 - benefit) * (1.0 - others_pay * patronage)


@rule(
    claims=("004.2-war-support-gave-leverage", "002.5-pawn-for-four-concessions", "001.8-aid-recognition-might-move"),
    judgement="That a flow which can be cut presses as a threatened loss, beside what is promised, is ours.",
    mechanisms=("M2", "M15", "M17"),
    moves=("chance_restrain", "taliban_stance"),
    rises_with=("leverage_in_use",),
    off=0.0,
    loops=("L7", "L8"),
)
def loss_if_it_defies(leverage_in_use: Share, *, loss_weight: Vector) -> Logits:
    """What Kabul stands to lose by defying Islamabad: what it depends on, as far as it believes that it would be cut."""
    return loss_weight * leverage_in_use


@rule(
    judgement="That Pakistani giving without terms shifts what Kabul expects next is ours.",
    claims=("002.1-ttp-bargaining-chip",),
    mechanisms=("M3",),
    moves=("chance_restrain",),
    rises_with=("expected", "offered"),
    off="expected",
    loops=("L8",),
)
def expected_concession(expected: Share, offered: Share, *, concession_learning: Vector) -> Share:
    """Kabul expects to be paid as far as it has lately been offered payment."""
    return expected + concession_learning * (offered - expected)


@rule(
    judgement="That Kabul goes up and down by steps, each with its cost, is ours; crackdowns out of the blue are not on record.",
    claims=("001.8-curbing-unlikely",),
    moves=("taliban_stance",),
    falls_with=("distance",),
    off=0.0,
)
def stance_step(distance: Share, *, stance_step_cost: Vector) -> Logits:
    """Kabul's restraint moves by steps: what lies further from what it does now is the less likely.

    Args:
        distance: how far the option lies from the restraint held.
    """
    return -stance_step_cost * distance


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
    claims=("002.1-ttp-bargaining-chip", "002.4-urged-concessions"),
    judgement="That giving without terms reads as readiness to pay is ours.",
    mechanisms=("M3", "M27"),
    moves=("chance_restrain",),
    rises_with=("benefit", "concession_pressure"),
    falls_with=("credibility",),
    off=0.0,
    loops=("L8",),
)
def readiness_to_pay(benefit: Share, credibility: Share, concession_pressure: Share) -> Share:
    """How ready to pay Islamabad seems: it gives without terms, or yields to mediation."""
    return 1.0 - (1.0 - benefit * (1.0 - credibility)) * (1.0 - concession_pressure)
