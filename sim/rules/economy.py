"""Pakistan at home: what it can afford, unrest, and Afghans who arrive or are expelled."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from sim.rule import Chance, Cost, People, Quantity, Ratio, Share, rule
from sim.worlds import Vector

ManyPeople = Annotated[Vector, Quantity("thousand people", 0.0, 140_000.0)]
# Keeps the share of no cost at one.
LEAST_COST = 1e-9


@rule(
    claims=(
        "000.1-default-threat",
        "000.1-rampant-inflation",
        "000.4-imf-talks-stalled",
        "001.3-crisis-burdens-pakistan",
    ),
    judgement="The pace and weights are ours.",
    mechanisms=("M11", "M13"),
    moves=("economy",),
    rises_with=("economy", "imf", "trade"),
    falls_with=("violence", "refugees", "effort_cost", "unrest", "default"),
    off="economy",
    loops=("L6",),
)
def economy(
    economy: Share,
    imf: Share,
    trade: Ratio,
    violence: Share,
    refugees: Share,
    effort_cost: Share,
    unrest: Share,
    default: Share,
    *,
    economy_pull: Vector,
    economy_resting: Vector,
    economy_imf: Vector,
    economy_trade: Vector,
    economy_violence: Vector,
    economy_refugees: Vector,
    economy_effort: Vector,
    economy_unrest: Vector,
    economy_default: Vector,
) -> Share:
    """The economy reverts to a weak norm; an IMF programme and trade lift it, violence, arrivals, effort and unrest weigh.

    Args:
        violence: the month's deaths as a share of a very bad month.
        refugees: arrivals as a share of what would be a full burden.
        effort_cost: cost of the levers in force as a share of the most that could be spent.
    """
    level = (
        economy_resting
        + economy_imf * imf
        + economy_trade * np.minimum(trade, 1.0)
        - economy_violence * violence
        - economy_refugees * refugees
        - economy_effort * effort_cost
        - economy_unrest * unrest
        - economy_default * default
    )
    return economy + economy_pull * (np.minimum(np.maximum(level, 0.0), 1.0) - economy)


@rule(
    claims=(
        "000.1-strain-compounds-crises",
        "000.1-default-threat",
        "000.1-rampant-inflation",
    ),
    judgement="How much of a policy a weak economy can carry is ours.",
    mechanisms=("M11",),
    moves=("effort_afforded",),
    rises_with=("economy",),
    falls_with=("unrest", "default"),
    off=100.0,
    loops=(
        "L3",
        "L6",
    ),
)
def budget(
    economy: Share,
    unrest: Share,
    default: Share,
    *,
    budget_floor: Vector,
    budget_slope: Vector,
    budget_unrest: Vector,
    budget_default: Vector,
) -> Cost:
    """The total cost of levers that Pakistan can carry: less in a weak economy, with unrest at home, in default."""
    carried = (budget_floor + budget_slope * economy) * (1.0 - budget_unrest * unrest)
    return carried * (1.0 - budget_default * default)


@rule(
    judgement="That all levers shrink in one proportion is ours.",
    claims=("002.11-options-hampered",),
    mechanisms=("M11",),
    moves=("effort_afforded",),
    rises_with=("budget",),
    falls_with=("cost",),
    off=1.0,
)
def affordable_share(cost: Cost, budget: Cost) -> Share:
    """Share of the intended levers that the budget carries."""
    return 1.0 - np.maximum(cost - budget, 0.0) / np.maximum(cost, LEAST_COST)


@rule(
    claims=(
        "000.1-pti-crackdown",
        "000.4-politics-preoccupy",
        "003.5-khan-rejects-removal",
    ),
    mechanisms=("M11", "M23"),
    moves=("unrest",),
    rises_with=("unrest", "power_pti", "rhetoric", "violence", "favours"),
    falls_with=("economy",),
    off="unrest",
    loops=("L6", "L9"),
)
def unrest(
    unrest: Share,
    economy: Share,
    power_pti: Share,
    rhetoric: Share,
    violence: Share,
    favours: Share,
    *,
    unrest_pull: Vector,
    unrest_economy: Vector,
    unrest_pti: Vector,
    unrest_rhetoric: Vector,
    unrest_violence: Vector,
    unrest_favours: Vector,
) -> Share:
    """Unrest at home follows its causes: a weak economy, an opposition kept out, mobilising talk, violence, giving amid deaths.

    Args:
        favours: what is given in sight of all to those blamed for the violence.
    """
    calm = (
        (1.0 - unrest_economy * (1.0 - economy))
        * (1.0 - unrest_pti * power_pti)
        * (1.0 - unrest_rhetoric * rhetoric)
        * (1.0 - unrest_violence * violence)
        * (1.0 - unrest_favours * favours * violence)
    )
    return unrest + unrest_pull * (1.0 - calm - unrest)


@rule(
    claims=(
        "001.1-crisis-drives-migration",
        "001.3-crisis-burdens-pakistan",
    ),
    mechanisms=("M13",),
    moves=("refugees",),
    rises_with=("hardship", "war", "border_open"),
    off=0.0,
)
def arrivals(
    hardship: Share,
    war: Share,
    border_open: Share,
    *,
    arrivals_hardship: Vector,
    arrivals_war: Vector,
    arrivals_irregular: Vector,
) -> People:
    """Afghans who arrive this month: driven by hardship and war, slowed but not stopped by a closed border."""
    way = arrivals_irregular + (1.0 - arrivals_irregular) * border_open
    return (arrivals_hardship * hardship + arrivals_war * war) * way


@rule(
    judgement="Expulsions are not in the five articles; their size and effects are the modellers', with a wide range.",
    mechanisms=("M13",),
    moves=("expelled", "refugees"),
    rises_with=("lever",),
    off=0.0,
)
def expelled(lever: Share, *, expulsion_capacity: Vector) -> People:
    """Afghans sent back this month at this strength of the lever."""
    return expulsion_capacity * lever


@rule(
    judgement="Return when life is bearable is ours.",
    claims=("001.1-crisis-drives-migration",),
    mechanisms=("M13",),
    moves=("refugees",),
    rises_with=("refugees", "arrived"),
    falls_with=("sent_back",),
    off="refugees",
)
def refugees(refugees: People, arrived: People, sent_back: People, *, return_rate: Vector) -> ManyPeople:
    """Afghans in Pakistan who came since August 2021: those who came, less those who went home or were sent back."""
    return np.maximum(refugees * (1.0 - return_rate) + arrived - sent_back, 0.0)


@rule(
    claims=(
        "003.4-army-owns-afghan-policy",
        "003.4-policy-unlikely-to-change",
    ),
    mechanisms=("M29",),
    moves=("pakistan_policy",),
    rises_with=("intended",),
    falls_with=("power_civilian", "sympathy"),
    off="intended",
    loops=("L9",),
)
def civilian_say(intended: Share, power_civilian: Share, sympathy: Share, *, civilian_say: Vector) -> Share:
    """Civilians soften coercion only as far as they have a say: else levers are as the army intends them.

    Args:
        intended: what the policy asks for.
        power_civilian: power of parties that would rather talk.
        sympathy: pro-Taliban sympathy that they answer to.
    """
    return intended * (1.0 - civilian_say * power_civilian * sympathy)


@rule(
    claims=("000.1-default-threat", "000.4-imf-talks-stalled"),
    judgement="The odds of a default are in no article; the range runs from next to none to likely in a ruined economy.",
    mechanisms=("M11",),
    moves=("in_default", "economy"),
    falls_with=("economy", "imf"),
    off=0.0,
    loops=("L6",),
)
def default_begins(economy: Share, imf: Share, *, default_chance_at_worst: Vector, default_steepness: Vector) -> Chance:
    """Chance that Pakistan defaults this month: the poorer it is, the likelier, and without a programme only."""
    return default_chance_at_worst * (1.0 - economy) ** default_steepness * (1.0 - imf)


@rule(
    claims=("000.3-imf-obstructs-recognition", "000.4-imf-talks-stalled"),
    judgement="How long a default lasts is ours: a programme ends it sooner.",
    mechanisms=("M11",),
    moves=("in_default", "economy"),
    rises_with=("imf",),
    off=1.0,
    loops=("L6",),
)
def default_ends(imf: Share, *, default_exit: Vector, default_exit_imf: Vector) -> Chance:
    """Chance that terms with creditors are found this month; a programme makes it likelier."""
    return default_exit + default_exit_imf * imf * (1.0 - default_exit)
