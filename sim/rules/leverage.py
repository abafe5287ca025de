"""Dependence is need times control of what can be withdrawn; leverage in use is dependence times the belief that it will be.

That one side's power over another is the other's dependence, which grows with its need and falls with its alternatives:
Emerson (1962), Power-dependence relations, American Sociological Review 27(1), 31-41.
"""

from __future__ import annotations

import numpy as np

from sim.rule import AllSupply, Ratio, Share, Supply, rule
from sim.worlds import Vector

# Keeps a share of nothing needed at nothing held.
LEAST_NEED = 1e-9


@rule(
    claims=(
        "004.4-dependence-gave-leverage",
        "002.5-pawn-for-four-concessions",
        "004.2-war-support-gave-leverage",
    ),
    moves=("dependence", "leverage_pakistan_taliban", "leverage_taliban_pakistan", "leverage_india_taliban"),
    rises_with=("need", "control"),
    falls_with=("alternatives", "own_supply"),
    off=0.0,
)
def leverage(
    need: Share, control: Share, alternatives: AllSupply, own_supply: Share, *, leverage_floor: Vector
) -> Share:
    """One side's hold on another, per resource: what the other needs times its share of who could supply it.

    Args:
        need: how much the other needs the resource.
        control: what this side can still grant or withdraw.
        alternatives: what others would supply instead.
        own_supply: what the needy side has of its own.
    """
    return need * control / (control + alternatives + own_supply + leverage_floor)


@rule(
    claims=("000.3-recognition-withheld-disappoints",),
    judgement="That recognition cannot be taken back is the modellers' reading; no article says so.",
    mechanisms=("M2",),
    moves=("dependence",),
    rises_with=("granted",),
    off="granted",
)
def irreversible_control(granted: Share, *, recognition_revocable: Vector) -> Share:
    """Recognition buys once: what has been granted leaves little or nothing to withdraw."""
    return recognition_revocable * granted


@rule(
    claims=(
        "004.21-new-tools-replace-old",
        "004.2-reset-may-strengthen",
        "003.2-isi-sways-by-material-support",
        "004.21-sponsor-of-government",
        "004.4-dependence-gave-leverage",
    ),
    judgement="Each resource counting by how much it is needed is ours.",
    moves=("dependence", "leverage_pakistan_taliban"),
    rises_with=("held",),
    falls_with=("needed",),
    off=0.0,
)
def dependence(held: Ratio, needed: Ratio) -> Share:
    """What share of all that Kabul needs hangs on what Pakistan could withdraw; a promise not delivered is none of it.

    Args:
        held: leverage, added over resources; needed: need, added over resources.
    """
    return held / np.maximum(needed, np.maximum(held, LEAST_NEED))


@rule(
    claims=(
        "001.8-aid-recognition-might-move",
        "events.2021-12-09-truce-one-lapses",
        "004.12-arrests-breed-resentment",
    ),
    judgement="That belief follows terms and deeds, month by month, and in what parts, is ours.",
    mechanisms=("M2", "M3", "M17"),
    moves=("leverage_in_use",),
    rises_with=("credibility", "conditionality", "withheld"),
    off="credibility",
    loops=("L8",),
)
def credibility(
    credibility: Share,
    conditionality: Share,
    withheld: Share,
    *,
    credibility_learning: Vector,
    credibility_words: Vector,
) -> Share:
    """Kabul learns whether Pakistan would cut it off: from the terms it is told, and from what has in fact been withheld.

    Args:
        withheld: how much of what Kabul could have had from Pakistan it was denied this month.
    """
    shown = credibility_words * conditionality + (1.0 - credibility_words) * withheld
    return credibility + credibility_learning * (shown - credibility)


@rule(
    claims=(
        "events.2022-11-13-chaman-closed",
        "002.8-trade-resumed-after-gap",
        "000.3-recognition-withheld-disappoints",
    ),
    judgement="That a road shut, terms kept to and a gift stopped all show the same is ours.",
    mechanisms=("M2", "M9"),
    moves=("leverage_in_use",),
    rises_with=("shut", "kept_back", "stopped"),
    off=0.0,
    loops=("L7", "L8"),
)
def withheld(shut: Share, kept_back: Share, stopped: Share, *, kept_back_counts: Vector) -> Share:
    """What Kabul was denied this month: crossings that Islamabad shut, help kept back on terms, help stopped.

    Args:
        kept_back: of what was offered; stopped: of what came a month ago.
    """
    return 1.0 - (1.0 - shut) * (1.0 - kept_back_counts * kept_back) * (1.0 - stopped)


@rule(
    claims=(
        "004.4-victory-ends-leverage",
        "004.7-less-beholden-less-willing",
        "004.4-leverage-shaped-battlefield",
    ),
    mechanisms=("M2", "M3"),
    moves=("leverage_in_use",),
    rises_with=("dependence", "credibility"),
    off=0.0,
)
def leverage_in_use(dependence: Share, credibility: Share) -> Share:
    """Dependence becomes influence only as far as it is believed that it would be used."""
    return dependence * credibility


@rule(
    claims=("001.8-aid-recognition-might-move", "004.7-strong-incentive-to-coax"),
    mechanisms=("M3", "M17", "M16"),
    moves=("chance_restrain",),
    rises_with=("hold", "credibility"),
    off=0.0,
)
def conditional_reward(hold: Ratio, credibility: Share) -> Ratio:
    """What Kabul expects to gain by restraint: what is offered and still needed, if giving is believed conditional.

    Args:
        hold: sum over resources of what still is needed times Pakistan's part in who offers it.
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
    economy: Share,
    credibility: Share,
    vulnerability: Share,
    *,
    military_capacity: Vector,
    economy_drag: Vector,
    threat_regardless: Vector,
) -> Share:
    """A threat is capacity times credibility, and tells the more on those who are vulnerable."""
    felt = threat_regardless + (1.0 - threat_regardless) * vulnerability
    return military_capacity * (1.0 - economy_drag * (1.0 - economy)) * credibility * felt


@rule(
    claims=("003.1-airstrikes-used",),
    judgement="How quickly Kabul believes or forgets a threat is ours.",
    mechanisms=("M16",),
    moves=("threat",),
    rises_with=("credibility", "coercion"),
    off="credibility",
    loops=("L8",),
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


@rule(
    claims=(
        "001.11-dependence-and-pressure-drive-outreach",
        "001.10-strain-sends-taliban-to-delhi",
        "000.5-no-sanctuary-need-independence",
    ),
    judgement="That what is cut off is replaced, how soon and for how long, is ours; includes hardly at all.",
    mechanisms=("M10", "M2"),
    moves=("other_roads", "dependence"),
    rises_with=("roads", "withheld", "tension", "friends"),
    off="roads",
    loops=("L7",),
)
def other_roads(
    roads: Share,
    withheld: Share,
    tension: Share,
    friends: Share,
    *,
    roads_pace: Vector,
    roads_tension: Vector,
    roads_fading: Vector,
    roads_alone: Vector,
) -> Share:
    """What is cut off is replaced: Kabul builds other roads and finds other patrons, the faster the more who offer; it stays.

    Args:
        friends: how far others (China, India) stand ready.
    """
    pressed = 1.0 - (1.0 - withheld) * (1.0 - roads_tension * tension)
    helped = roads_alone + (1.0 - roads_alone) * friends
    return roads * (1.0 - roads_fading) + roads_pace * pressed * helped * (1.0 - roads)


@rule(
    claims=("001.11-dependence-and-pressure-drive-outreach",),
    judgement="How far other roads stand in for Pakistan's is ours.",
    mechanisms=("M2",),
    moves=("dependence",),
    rises_with=("usual", "roads"),
    off="usual",
    loops=("L7",),
)
def alternatives_with_roads(usual: Supply, roads: Share, *, roads_supply: Vector) -> AllSupply:
    """What others would supply: what they would anyway, and what comes by other roads."""
    return usual + roads_supply * roads
