"""Pakistan's levers, each declared once: its words, whether it presses, what it supplies, where it is felt.

What a lever costs is the parameter `cost_<name>`. Everything else that has levers in it reads this table: settings and
their JSON Schema, costs, the course, tables, plots, the game's cards. Order matters: it is the order in which costs are
added up and rows are drawn.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Lever:
    """Something that Pakistan can do to a degree, 0 to 1, each month.

    Attributes:
        name: the id used in files, tables and on the command line; title: what a reader is shown.
        means: one sentence on what it stands for at full strength.
        coercive: whether it presses Kabul or the TTP; the others give, open or concede.
        supplies: the resource that Kabul needs and this lever offers (`resources.py`); empty for none.
        area: the one area of Pakistan that it is felt in; empty where it is felt everywhere, or abroad.
        aims: the metrics that whoever moves it means to move, by their names; `durand response` says whether it does. Not
            those that are the lever itself by another name, such as trade for an opening of trade.
    """

    name: str
    title: str
    means: str
    coercive: bool = False
    supplies: str = ""
    area: str = ""
    aims: tuple[str, ...] = ()

    @property
    def cost(self) -> str:
        """The parameter that says what it costs at full strength, in cost units a month."""
        return f"cost_{self.name}"


def _declared(*levers: Lever) -> dict[str, Lever]:
    return {lever.name: lever for lever in levers}


LEVER_SPECS: dict[str, Lever] = _declared(
    Lever(
        "domestic_operations",
        "Domestic operations",
        "Army and police operations against armed groups inside Pakistan.",
        coercive=True,
        aims=("attacks", "foothold", "ttp_strength", "sovereignty_control"),
    ),
    Lever(
        "cross_border_strikes",
        "Cross-border strikes",
        "Readiness to strike across the Durand Line; whether it happens in a month is a decision of its own.",
        coercive=True,
        aims=("ttp_strength", "taliban_stance", "tension"),
    ),
    Lever(
        "border_closure",
        "Border closure",
        "Crossings shut to people and goods.",
        coercive=True,
        aims=("taliban_stance", "leverage_in_use", "dependence", "tension"),
    ),
    Lever(
        "fencing",
        "Fencing",
        "Building and guarding the fence along the line.",
        coercive=True,
        aims=("infiltration", "foothold", "border_clashes"),
    ),
    Lever(
        "joint_patrols",
        "Joint patrols",
        "Guarding the line together with Kabul's forces.",
        supplies="border_security",
        aims=("infiltration", "border_clashes", "tension", "dependence"),
    ),
    Lever(
        "trade_opening",
        "Trade opening",
        "Easier terms for trade and transit.",
        aims=("dependence", "leverage_in_use", "alignment_taliban_pakistan", "economy"),
    ),
    Lever(
        "aid",
        "Aid",
        "Money and goods for Afghanistan.",
        supplies="aid",
        aims=("dependence", "leverage_in_use", "afghan_hardship"),
    ),
    Lever(
        "diplomatic_advocacy",
        "Diplomatic advocacy",
        "Speaking for Kabul abroad.",
        supplies="advocacy",
        aims=("dependence", "leverage_in_use", "afghan_hardship"),
    ),
    Lever(
        "recognition",
        "Recognition",
        "Steps towards recognising the government in Kabul; those taken stay.",
        supplies="recognition",
        aims=("alignment_taliban_pakistan", "taliban_stance"),
    ),
    Lever(
        "factional_mediation",
        "Mediation among Taliban factions",
        "Helping Kabul's factions to settle among themselves.",
        supplies="mediation",
        aims=("taliban_spread", "taliban_cohesion", "dependence", "leverage_in_use"),
    ),
    Lever(
        "military_training",
        "Military training",
        "Training for Kabul's army.",
        supplies="military_training",
        aims=("afghan_capacity", "dependence", "leverage_in_use"),
    ),
    Lever(
        "ttp_talks",
        "Talks with the TTP",
        "Negotiating with the TTP, directly or through Kabul.",
        aims=("ceasefire", "brokering", "attacks"),
    ),
    Lever(
        "prisoner_releases",
        "Prisoner releases",
        "Freeing TTP prisoners.",
        aims=("ceasefire", "ttp_strength", "attacks"),
    ),
    Lever(
        "troop_withdrawal",
        "Troop withdrawal from the tribal districts",
        "Taking the army out of the tribal districts.",
        area="tribal_districts",
        aims=("ceasefire", "attacks", "grievance", "foothold"),
    ),
    Lever(
        "religious_law_concessions",
        "Concessions on religious law",
        "Religious law as the TTP demands it, in the areas that it claims.",
        aims=("ceasefire", "attacks", "foothold"),
    ),
    Lever(
        "refugee_expulsion",
        "Refugee expulsion",
        "Sending Afghans back.",
        coercive=True,
        aims=("refugees", "taliban_stance", "tension"),
    ),
)


def suppliers_of(resource: str) -> tuple[str, ...]:
    """The levers by which Pakistan offers a resource."""
    return tuple(lever.name for lever in LEVER_SPECS.values() if lever.supplies == resource)


def coercive() -> tuple[str, ...]:
    """The levers that press."""
    return tuple(lever.name for lever in LEVER_SPECS.values() if lever.coercive)
