"""How needs and supplies move: the war's end drains the old dependence, and a new war would bring it back."""

from __future__ import annotations

from sim.rule import Share, rule
from sim.worlds import Vector


@rule(
    claims=(
        "004.4-no-need-of-refuge",
        "000.5-no-sanctuary-need-independence",
        "004.28-war-restores-old-tie",
        "004.20-war-returns-sanctuary-need",
        "004.2-leverage-at-risk",
        "004.3-assistance-sustained-taliban",
        "004.4-no-need-of-fighter-support",
    ),
    mechanisms=("M1", "M15"),
    moves=("leverage_wartime", "dependence"),
    rises_with=("war",),
    off="need",
)
def wartime_need(need: Share, war: Share, *, wartime_need_drain: Vector, wartime_need_return: Vector) -> Share:
    """Victory ends the need for sanctuary and arms; a return of war brings it back."""
    return need * (1.0 - wartime_need_drain * (1.0 - war)) + wartime_need_return * war * (1.0 - need)


@rule(
    claims=(
        "004.4-arsenal-ends-arms-need",
        "000.3-us-weapons-brought",
    ),
    mechanisms=("M1",),
    moves=("leverage_wartime",),
    falls_with=("war",),
    off="stock",
)
def inherited_arms(
    stock: Share, war: Share, *, arsenal_inherited: Vector, arsenal_absorption: Vector, arsenal_war_use: Vector
) -> Share:
    """The inherited arsenal replaces Pakistani arms as it is taken into use; war wears it down."""
    return stock + arsenal_absorption * (arsenal_inherited - stock) - arsenal_war_use * war * stock


@rule(
    claims=(
        "001.1-crisis-drives-migration",
        "002.7-wants-financial-aid",
    ),
    mechanisms=("M13",),
    moves=("refugees", "legitimacy"),
    rises_with=("hardship", "sanctions", "war"),
    falls_with=("relief",),
    off="hardship",
)
def afghan_hardship(
    hardship: Share, sanctions: Share, war: Share, relief: Share, *, hardship_pace: Vector, hardship_relief: Vector
) -> Share:
    """Afghan hardship follows sanctions and war, and eases with aid and trade.

    Args:
        relief: trade and aid reaching Afghanistan.
    """
    strain = 1.0 - (1.0 - sanctions) * (1.0 - war)
    return hardship + hardship_pace * (strain * (1.0 - hardship_relief * relief) - hardship)


@rule(
    claims=("002.7-argued-for-aid-flows", "002.8-trade-resumed-after-gap"),
    judgement="That each source of relief covers part of what the others leave is ours.",
    mechanisms=("M13",),
    moves=("afghan_hardship",),
    rises_with=("trade", "aid", "donors"),
    off=0.0,
)
def relief(trade: Share, aid: Share, donors: Share) -> Share:
    """What eases hardship in Afghanistan: trade, Pakistani aid, donors."""
    return 1.0 - (1.0 - trade) * (1.0 - aid) * (1.0 - donors)


@rule(
    claims=(
        "002.7-wants-financial-aid",
        "002.8-wants-trade",
    ),
    judgement="That needs for aid and trade grow with hardship is implied, the form is ours.",
    mechanisms=("M13", "M2"),
    moves=("leverage_pakistan_taliban",),
    rises_with=("base", "hardship"),
    off="base",
)
def need_in_hardship(base: Share, hardship: Share, *, hardship_need: Vector) -> Share:
    """The harder life is in Afghanistan, the more Kabul needs aid and trade."""
    return base + hardship_need * hardship * (1.0 - base)


@rule(
    claims=(
        "001.6-sharif-asked-for-help",
        "004.7-strong-incentive-to-coax",
        "001.6-officials-sent-to-kabul",
    ),
    mechanisms=("M25",),
    moves=("leverage_taliban_pakistan",),
    rises_with=("attacks",),
    off=0.0,
)
def need_of_restraint(attacks: Share, *, restraint_need_low: Vector) -> Share:
    """The more the TTP attacks, the more Islamabad needs Kabul to hold it back.

    Args:
        attacks: recent TTP attacks as a share of the level at which the need is complete.
    """
    return restraint_need_low + (1.0 - restraint_need_low) * attacks


@rule(
    claims=(
        "004.16-projects-deny-india",
        "004.15-wants-small-india-footprint",
        "001.10-india-tie-affects-depth",
    ),
    mechanisms=("M25", "M10"),
    moves=("leverage_taliban_pakistan",),
    rises_with=("base", "india_engagement"),
    off="base",
)
def need_of_room_denied(base: Share, india_engagement: Share, *, india_alarm: Vector) -> Share:
    """The closer India comes to Kabul, the more Islamabad needs Kabul to keep it small."""
    return base + india_alarm * india_engagement * (1.0 - base)


@rule(
    claims=("004.18-isolation-raises-value", "004.18-still-crucial-patron"),
    judgement="How much more an outcast needs who speaks for it is ours.",
    mechanisms=("M2", "M12"),
    moves=("dependence",),
    rises_with=("base", "sanctions"),
    off="base",
)
def need_of_a_friend(base: Share, sanctions: Share, *, outcast_need: Vector) -> Share:
    """Whom most of the world shuns needs a friend the more."""
    return base + outcast_need * sanctions * (1.0 - base)
