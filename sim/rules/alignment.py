"""What factions feel towards others, how their power shifts, and what the public makes of it."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from sim.rule import Distance, Quantity, Ratio, Share, Signed, rule
from sim.worlds import Vector

# Keeps a share of nothing wanted at nothing received.
LEAST_WANT = 1e-9


@rule(
    claims=(
        "000.2-baradar-yaqoob-distance",
        "000.3-recognition-withheld-disappoints",
        "004.12-arrests-breed-resentment",
        "003.4-violence-dashed-hopes",
    ),
    judgement="The form (pull to a resting point, benefit less expectation, coercion) is ours.",
    mechanisms=("M5", "M24", "M26"),
    moves=("alignment_taliban_pakistan", "alignment_taliban_india", "alignment_taliban_ttp"),
    rises_with=("alignment", "benefit"),
    falls_with=("expected", "coercion"),
    off="alignment",
)
def alignment(
    alignment: Signed,
    resting: Signed,
    benefit: Share,
    expected: Share,
    coercion: Share,
    *,
    alignment_pull: Vector,
    alignment_gain: Vector,
    alignment_coercion: Vector,
) -> Signed:
    """A faction warms to who gives more than it expected and cools to who coerces it.

    Args:
        resting: where the tie settles when nothing happens.
        benefit, expected: what came this month, and what was hoped for.
    """
    moved = (
        alignment
        + alignment_pull * (resting - alignment)
        + alignment_gain * np.tanh(benefit - expected)
        - alignment_coercion * coercion
    )
    return np.minimum(np.maximum(moved, -1.0), 1.0)


@rule(
    claims=(
        "000.3-recognition-withheld-disappoints",
        "001.11-new-tensions-upset-hopes",
    ),
    judgement="How fast hopes adapt is ours.",
    mechanisms=("M26",),
    moves=("alignment_taliban_pakistan",),
    rises_with=("expected", "benefit"),
    off="expected",
    loops=("L8",),
)
def expectation(expected: Share, benefit: Share, *, expectation_learning: Vector) -> Share:
    """Hopes adapt to what has come: so a benefit hoped for and withheld sours the tie for a time."""
    return expected + expectation_learning * (benefit - expected)


@rule(
    claims=("004.27-close-leaders-promoted", "004.14-posts-keep-haqqani-weight", "004.22-factions-disagreed"),
    judgement="That power follows delivery is ours; the articles show posts shared out, not why.",
    mechanisms=("M5",),
    moves=("alignment_taliban_pakistan", "taliban_spread"),
    rises_with=("power", "resting", "delivered", "favour"),
    off="power",
)
def faction_power(
    power: Share, resting: Share, delivered: Distance, favour: Share, *, power_gain: Vector, power_pull: Vector
) -> Annotated[Vector, Quantity("ratio", 0.0, 20.0)]:
    """A faction gains power as its line delivers; it is drawn back to its standing, and never loses all (scaled to shares later).

    Args:
        resting: its standing when nothing happens.
        delivered: what this faction's ties brought, less what the actor's ties brought on average.
        favour: how far a mediator from outside favours it.
    """
    return (power + power_pull * (resting - power)) * np.exp(power_gain * (delivered + favour))


@rule(
    claims=(
        "004.12-arrests-breed-resentment",
        "004.12-detainees-dim-view",
    ),
    mechanisms=("M24",),
    moves=("resentment", "chance_restrain"),
    rises_with=("resentment", "coercion"),
    off="resentment",
    loops=("L5",),
)
def resentment(resentment: Share, coercion: Share, *, resentment_gain: Vector, resentment_fading: Vector) -> Share:
    """Coercion of a former client is remembered for years."""
    return resentment * (1.0 - resentment_fading) + resentment_gain * coercion * (1.0 - resentment)


@rule(
    claims=(
        "004.10-sponsorship-bred-mistrust",
        "004.10-kabul-protests",
        "003.1-strikes-sparked-demonstrations",
    ),
    mechanisms=("M14", "M23", "M8"),
    moves=("distrust",),
    rises_with=("distrust", "strikes", "expulsion"),
    off="distrust",
    loops=("L9",),
)
def afghan_distrust(
    distrust: Share,
    strikes: Share,
    expulsion: Share,
    *,
    distrust_resting: Vector,
    distrust_pull: Vector,
    distrust_strikes: Vector,
    distrust_expulsion: Vector,
) -> Share:
    """Afghans distrust Pakistan for the war; strikes and expulsions feed it, time returns it to where it was."""
    settled = distrust + distrust_pull * (distrust_resting - distrust)
    harm = 1.0 - (1.0 - distrust_strikes * strikes) * (1.0 - distrust_expulsion * expulsion)
    return settled + harm * (1.0 - settled)


@rule(
    claims=(
        "004.10-seek-public-goodwill",
        "004.10-visible-favours-avoided",
    ),
    mechanisms=("M14",),
    moves=("legitimacy",),
    rises_with=("legitimacy",),
    falls_with=("favour", "visibility", "distrust", "hardship"),
    off="legitimacy",
    loops=("L9",),
)
def legitimacy(
    legitimacy: Share,
    favour: Share,
    visibility: Share,
    distrust: Share,
    hardship: Share,
    *,
    legitimacy_pull: Vector,
    legitimacy_favour_cost: Vector,
    legitimacy_hardship: Vector,
) -> Share:
    """Standing at home suffers from hardship and from favours: visible ones, to or from a distrusted Pakistan.

    Args:
        favour: how much passes between Kabul and Islamabad: restraint one way, help the other.
    """
    lost = legitimacy_favour_cost * favour * visibility * distrust
    standing = (1.0 - legitimacy_hardship * hardship) * (1.0 - lost)
    return legitimacy + legitimacy_pull * (standing - legitimacy)


@rule(
    claims=(
        "004.26-recalibration-pays",
        "004.26-messaging-changed",
        "004.26-praise-for-china",
        "004.9-messaging-vague",
    ),
    mechanisms=("M21", "M28"),
    moves=("messaging",),
    rises_with=("advocacy", "alignment_pakistan"),
    falls_with=("distrust",),
    off=0.0,
)
def messaging(
    advocacy: Share,
    alignment_pakistan: Signed,
    distrust: Share,
    *,
    messaging_base: Vector,
    messaging_advocacy: Vector,
    messaging_alignment: Vector,
    messaging_distrust: Vector,
) -> Share:
    """Friendly words repay advocacy abroad; they are cheaper than deeds and move apart from them."""
    logit = (
        messaging_base
        + messaging_advocacy * advocacy
        + messaging_alignment * alignment_pakistan
        - messaging_distrust * distrust
    )
    return 1.0 / (1.0 + np.exp(-logit))


@rule(
    claims=(
        "001.10-tie-is-close",
        "000.2-baradar-yaqoob-distance",
    ),
    mechanisms=("M10", "M5"),
    moves=("india_engagement",),
    rises_with=("alignment_india", "strain"),
    off=0.0,
    loops=("L7",),
)
def openness_to_india(
    alignment_india: Signed,
    strain: Share,
    leverage_pakistan: Share,
    *,
    openness_base: Vector,
    openness_alignment: Vector,
    openness_strain: Vector,
    openness_leverage: Vector,
) -> Share:
    """Kabul opens to India as ties with Pakistan strain and those who favour India gain power.

    Pakistan's leverage may hold Kabul back or, as dependence, drive it to look elsewhere: its sign is open.
    """
    logit = (
        openness_base
        + openness_alignment * alignment_india
        + openness_strain * strain
        - openness_leverage * leverage_pakistan
    )
    return 1.0 / (1.0 + np.exp(-logit))


@rule(
    claims=(
        "000.2-division-strains-ties",
        "001.1-irritants-cause-rift",
        "001.9-border-disputes-tension",
    ),
    judgement="What strain is made of, and in what parts, is ours.",
    mechanisms=("M10",),
    moves=("india_engagement",),
    rises_with=("resentment", "coercion", "tension"),
    falls_with=("alignment_pakistan",),
    off=0.0,
)
def strain(
    alignment_pakistan: Signed,
    resentment: Share,
    coercion: Share,
    tension: Share,
    *,
    strain_coercion: Vector,
    strain_tension: Vector,
) -> Share:
    """Strain between Kabul and Islamabad: cool factions, old resentment, present coercion, tension on the line."""
    cool = (1.0 - alignment_pakistan) / 2.0
    felt = (1.0 - strain_coercion * coercion) * (1.0 - strain_tension * tension)
    return 1.0 - (1.0 - cool) * (1.0 - cool * resentment) * felt


@rule(
    claims=(
        "003.5-khan-taps-sympathy",
        "004.19-public-praise",
        "003.2-constituencies-in-pakistan",
    ),
    mechanisms=("M23", "M29"),
    moves=("rhetoric",),
    rises_with=("rhetoric", "power_pti", "power_clerics", "prestige"),
    off="rhetoric",
    loops=("L9",),
)
def rhetoric(
    rhetoric: Share,
    power_pti: Share,
    power_clerics: Share,
    prestige: Share,
    *,
    rhetoric_pull: Vector,
    rhetoric_pti: Vector,
    rhetoric_clerics: Vector,
    rhetoric_prestige: Vector,
) -> Share:
    """Pro-Taliban and anti-American talk in Pakistan rises with those who use it; with the movement's prestige, too."""
    quiet = (
        (1.0 - rhetoric_pti * power_pti)
        * (1.0 - rhetoric_clerics * power_clerics)
        * (1.0 - rhetoric_prestige * prestige)
    )
    return rhetoric + rhetoric_pull * (1.0 - quiet - rhetoric)


@rule(
    claims=(
        "000.1-factions-oppose-helping",
        "004.11-less-symbiotic-than-said",
    ),
    mechanisms=("M4", "M5"),
    moves=("taliban_spread",),
    rises_with=("power",),
    off=0.0,
)
def disagreement(power: Share, alignment: Signed, mean: Signed) -> Share:
    """One faction's part in the movement's disagreement: its power times its distance from the movement's line."""
    return np.minimum(power * np.abs(alignment - mean), 1.0)


@rule(
    claims=("003.1-strikes-sparked-demonstrations", "004.12-arrests-breed-resentment", "001.9-border-disputes-tension"),
    judgement="How closure and expulsion compare with strikes is ours; expulsion is not in the articles.",
    mechanisms=("M8", "M9", "M13", "M24"),
    moves=("alignment_taliban_pakistan", "resentment"),
    rises_with=("strikes", "closure", "expulsion"),
    off=0.0,
)
def coercion(
    strikes: Share, closure: Share, expulsion: Share, *, coercion_closure: Vector, coercion_expulsion: Vector
) -> Share:
    """What Kabul feels as coercion this month: strikes above all, closed crossings, people driven out."""
    return 1.0 - (1.0 - strikes) * (1.0 - coercion_closure * closure) * (1.0 - coercion_expulsion * expulsion)


@rule(
    claims=(
        "002.5-pawn-for-four-concessions",
        "002.6-wants-recognition",
        "002.7-wants-financial-aid",
        "002.8-wants-trade",
    ),
    mechanisms=("M3", "M26"),
    moves=("alignment_taliban_pakistan", "price_of_restraint"),
    rises_with=("received",),
    falls_with=("wanted",),
    off=0.0,
)
def benefit_share(received: Ratio, wanted: Ratio) -> Share:
    """What Kabul got of what it wants, each thing counted by how much it is needed.

    Args:
        received: need times delivery, added over resources.
        wanted: need, added over resources.
    """
    return received / np.maximum(wanted, np.maximum(received, LEAST_WANT))


@rule(
    judgement="That acting against a friend cools the friendship on both sides, and faster the harder the act, is ours.",
    claims=("001.7-war-support-made-loyalty",),
    mechanisms=("M4",),
    moves=("alignment_taliban_ttp",),
    rises_with=("effort",),
    off=0.0,
)
def restraint_cools_ties(effort: Share) -> Share:
    """Restraining the TTP is felt as coercion between friends: a little by asking, much by a crackdown."""
    return effort * effort


@rule(
    claims=("004.10-visible-favours-avoided",),
    judgement="That help either way counts alike as a favour is ours.",
    mechanisms=("M14",),
    moves=("legitimacy",),
    rises_with=("effort", "benefit"),
    off=0.0,
)
def favours_exchanged(effort: Share, benefit: Share) -> Share:
    """What passes between Kabul and Islamabad: restraint one way, help the other."""
    return 1.0 - (1.0 - effort) * (1.0 - benefit)


@rule(
    claims=("004.8-fighters-sent-joint-attacks", "001.7-war-support-made-loyalty", "002.2-close-ties"),
    judgement="That fighters who guard, host and vouch for Kabul keep the tie warm is ours; how much includes nothing.",
    mechanisms=("M4",),
    moves=("alignment_taliban_ttp",),
    rises_with=("strength", "war"),
    off=0.0,
)
def services_of_the_ttp(strength: Share, war: Share, *, ttp_services: Vector) -> Share:
    """The TTP has something to give, too: its fighters guard, host and vouch for Kabul, and more so when there is war.

    Args:
        strength: the movement's fighters as a share of twice those of August 2021.
    """
    return ttp_services * (1.0 - (1.0 - strength) * (1.0 - war))
