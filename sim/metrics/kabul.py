"""Leverage over and by Kabul, its ties, its stance on the TTP, and Afghanistan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.metrics.base import alignment, share
from sim.vocabulary import of_kind
from sim.worlds import Vector, total

if TYPE_CHECKING:
    from sim.model import FrontierModel


def _wartime_leverage(m: FrontierModel) -> Vector:
    wartime = of_kind("wartime")
    return total(m.taliban.leverage_of_pakistan_by(name) for name in wartime) / len(wartime)


def _chance_restrain(m: FrontierModel) -> Vector:
    return np.maximum(1.0 - m.taliban.stance_decision.probability("shelter"), 0.0)


KABUL = (
    share(
        "dependence",
        "Kabul's dependence on Pakistan",
        "final",
        "Share of all that Kabul needs that hangs on what Pakistan could withdraw; promises count for nothing.",
        lambda m: m.taliban.dependence,
        better="more",
        better_for="pakistan",
    ),
    share(
        "leverage_in_use",
        "Pakistan's leverage in use",
        "final",
        "Kabul's dependence times how far it believes that Pakistan would cut it off.",
        lambda m: m.taliban.in_use,
        better="more",
        better_for="pakistan",
    ),
    share(
        "leverage_pakistan_taliban",
        "Pakistan's leverage over Kabul",
        "final",
        "The older name of Kabul's dependence on Pakistan; the same number.",
        lambda m: m.taliban.dependence,
        better="more",
        better_for="pakistan",
    ),
    share(
        "leverage_wartime",
        "Leverage from sanctuary and arms",
        "final",
        "Pakistan's leverage by these two resources alone, their mean. It may lie above the mean over all that Kabul needs.",
        _wartime_leverage,
    ),
    share(
        "leverage_taliban_pakistan",
        "Kabul's leverage over Pakistan",
        "final",
        "Need times control, averaged over what Pakistan needs and Kabul can give or withdraw.",
        lambda m: m.taliban.leverage_over_pakistan,
        better="less",
        better_for="pakistan",
    ),
    share(
        "leverage_india_taliban",
        "India's leverage over Kabul",
        "final",
        "Need times control, for what India offers.",
        lambda m: m.taliban.leverage_of_india,
    ),
    share(
        "threat",
        "Pakistan's threat",
        "mean",
        "Capacity times credibility times Kabul's vulnerability.",
        lambda m: m.taliban.threat,
    ),
    alignment(
        "alignment_taliban_pakistan",
        "Kabul's alignment with Pakistan",
        "Power-weighted over Taliban factions.",
        lambda m: m.taliban.tie("pakistan"),
    ),
    alignment(
        "alignment_taliban_india",
        "Kabul's alignment with India",
        "Power-weighted over Taliban factions.",
        lambda m: m.taliban.tie("india"),
    ),
    alignment(
        "alignment_taliban_ttp",
        "Kabul's alignment with the TTP",
        "Power-weighted over Taliban factions.",
        lambda m: m.taliban.tie("ttp"),
    ),
    share(
        "messaging",
        "Friendly messaging",
        "mean",
        "Kabul's public words on Kashmir, China and Pakistan: 1 warm, 0 cold.",
        lambda m: m.taliban.messaging,
    ),
    share(
        "taliban_stance",
        "Kabul's restraint of the TTP",
        "mean",
        "0 shelter, .25 caution, .5 contain, .75 restrain, 1 crack down.",
        lambda m: m.taliban.effort,
        better="more",
        better_for="pakistan",
    ),
    share(
        "brokering",
        "Kabul's brokering",
        "mean",
        "0 stands apart, 1/3 carries messages, 2/3 hosts talks, 1 guarantees what is agreed.",
        lambda m: m.taliban.brokering,
    ),
    share(
        "kabul_answer",
        "Kabul's answer to Pakistan",
        "mean",
        "0 absorbs, 1/3 protests, 2/3 fires on the line, 1 an offensive.",
        lambda m: m.taliban.answer,
    ),
    share(
        "afghan_capacity",
        "Capacity of Kabul's army",
        "final",
        "How far it can hold a frontier, or use it.",
        lambda m: m.taliban.capacity,
    ),
    share(
        "other_roads",
        "Kabul's other roads",
        "final",
        "How far other roads and patrons stand in for what Pakistan gives or lets pass.",
        lambda m: m.taliban.roads,
    ),
    share(
        "price_of_restraint",
        "Kabul's price for restraint",
        "mean",
        "What it still wants for the chip times how far it expects to be paid.",
        lambda m: m.taliban.unmet * m.taliban.expected_concession,
    ),
    share(
        "chance_restrain",
        "Chance that Kabul restrains",
        "mean",
        "Probability its decision gave to more than shelter.",
        _chance_restrain,
    ),
    share(
        "taliban_cohesion",
        "Taliban cohesion",
        "final",
        "How far the movement in Kabul holds together.",
        lambda m: m.taliban.cohesion,
    ),
    share(
        "fractured",
        "Fracture in Kabul",
        "final",
        "1 once the movement in Kabul has fractured.",
        lambda m: m.taliban.fractured,
    ),
    share(
        "taliban_spread",
        "Disagreement in Kabul over the TTP",
        "mean",
        "Power-weighted distance of factions from their mean.",
        lambda m: m.taliban.faction_dispersion,
    ),
    share(
        "legitimacy",
        "Taliban legitimacy at home",
        "final",
        "Standing with the Afghan public.",
        lambda m: m.taliban.legitimacy,
    ),
    share(
        "distrust",
        "Afghan distrust of Pakistan",
        "final",
        "How far the Afghan public distrusts Pakistan.",
        lambda m: m.afghan_public.distrust,
    ),
    share(
        "afghan_hardship",
        "Hardship in Afghanistan",
        "final",
        "Humanitarian and economic distress.",
        lambda m: m.afghan_public.hardship,
        better="less",
    ),
    share(
        "resentment",
        "Kabul's resentment",
        "final",
        "Memory of having been coerced by Pakistan.",
        lambda m: m.taliban.resentment,
    ),
    share(
        "afghan_war",
        "War in Afghanistan",
        "mean",
        "Share of Afghanistan contested by arms.",
        lambda m: m.taliban.war,
        better="less",
    ),
)
