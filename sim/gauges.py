"""Where each reported metric is read off a model; the metrics themselves are declared in sim/metrics.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.taliban import NEEDED, WARTIME
from sim.rules import violence
from sim.vocabulary import LEVERS
from sim.worlds import Vector, stacked, total

if TYPE_CHECKING:
    from sim.model import FrontierModel

Gauge = Callable[["FrontierModel"], Vector]


def _attacks(m: FrontierModel) -> Vector:
    return total(m.land.attacks)


def _claimed(m: FrontierModel) -> Vector:
    return m.rulebook(violence.attacks_claimed, attacks=_attacks(m), truce=m.ttp.truce)


def _counted(m: FrontierModel) -> Vector:
    return m.rulebook(violence.attacks_counted, attacks=_attacks(m), background=m.land.background)


def _fatalities(m: FrontierModel) -> Vector:
    land = m.land
    return total([land.deaths_security, land.deaths_civilian, land.deaths_militant, land.deaths_afghan])


def _wartime(m: FrontierModel) -> Vector:
    return total(m.taliban.holds[NEEDED.index(name)] for name in WARTIME) / len(WARTIME)


def _restrain(m: FrontierModel) -> Vector:
    chances = m.taliban.on_ttp.probabilities
    return np.minimum(chances[3] + chances[4], 1.0)


def _pakistan_first(m: FrontierModel) -> Vector:
    line = m.durand_line
    return line.started_by_pakistan / np.maximum(line.clashes, 1.0)


def _strikes_likely(m: FrontierModel) -> Vector:
    able = m.pakistan.levers["cross_border_strikes"] > 0
    return np.where(able, m.pakistan.to_strike.probabilities[1], 0.0)


GAUGES: dict[str, Gauge] = {
    "attacks": _attacks,
    "attacks_background": lambda m: m.land.background,
    "attacks_claimed": _claimed,
    "attacks_counted": _counted,
    "fatalities": _fatalities,
    "fatalities_security": lambda m: m.land.deaths_security,
    "fatalities_civilian": lambda m: m.land.deaths_civilian,
    "fatalities_militant": lambda m: m.land.deaths_militant,
    "fatalities_afghan_civilian": lambda m: m.land.deaths_afghan,
    "fatalities_ttp": lambda m: m.land.deaths_by_ttp,
    "ttp_strength": lambda m: m.ttp.strength,
    "ttp_cohesion": lambda m: m.ttp.cohesion,
    "ttp_capability": lambda m: total(group.capability for group in m.groups),
    "ceasefire": lambda m: m.ttp.truce,
    "leverage_pakistan_taliban": lambda m: m.taliban.leverage_of_pakistan,
    "leverage_wartime": _wartime,
    "leverage_taliban_pakistan": lambda m: m.taliban.leverage_over_pakistan,
    "leverage_india_taliban": lambda m: m.taliban.leverage_of_india,
    "leverage_usable": lambda m: m.taliban.usable,
    "threat": lambda m: m.taliban.threat,
    "alignment_taliban_pakistan": lambda m: m.taliban.tie("pakistan"),
    "alignment_taliban_india": lambda m: m.taliban.tie("india"),
    "alignment_taliban_ttp": lambda m: m.taliban.tie("ttp"),
    "messaging": lambda m: m.taliban.messaging,
    "taliban_stance": lambda m: m.taliban.effort,
    "chance_bargain": lambda m: m.taliban.on_ttp.probabilities[1],
    "chance_restrain": _restrain,
    "taliban_cohesion": lambda m: m.taliban.cohesion,
    "taliban_spread": lambda m: m.taliban.spread,
    "fractured": lambda m: m.taliban.fractured,
    "legitimacy": lambda m: m.taliban.legitimacy,
    "distrust": lambda m: m.afghan_public.distrust,
    "afghan_hardship": lambda m: m.afghan_public.hardship,
    "resentment": lambda m: m.taliban.resentment,
    "afghan_war": lambda m: m.taliban.war,
    "pakistan_policy": lambda m: m.pakistan.course,
    "effort_afforded": lambda m: m.pakistan.afforded,
    "effort_cost": lambda m: m.pakistan.effort_cost,
    "strikes": lambda m: m.pakistan.strikes,
    "chance_strikes": _strikes_likely,
    "concession_pressure": lambda m: m.pakistan.concession_pressure,
    "border_clashes": lambda m: m.durand_line.clashes,
    "clashes_pakistan_first": _pakistan_first,
    "border_open": lambda m: m.durand_line.open_share,
    "trade": lambda m: m.durand_line.trade,
    "aid": lambda m: m.taliban.aid * m.parameters["aid_per_month"],
    "recognition": lambda m: m.pakistan.granted,
    "india_engagement": lambda m: m.india.engagement,
    "sovereignty": lambda m: m.pakistan.sovereignty,
    "sovereignty_conceded": lambda m: 1.0 - m.pakistan.conceded,
    "sovereignty_control": lambda m: m.land.mean_control,
    "sovereignty_freedom": lambda m: 1.0 - m.taliban.leverage_over_pakistan,
    "sovereignty_afghan": lambda m: m.durand_line.afghan_sovereignty,
    "economy": lambda m: m.pakistan.economy,
    "imf_programme": lambda m: m.imf.programme,
    "unrest": lambda m: m.pakistan.unrest,
    "rhetoric": lambda m: m.pakistan.rhetoric,
    "grievance": lambda m: m.land.mean_grievance,
    "refugees": lambda m: m.pakistan.refugees,
    "expelled": lambda m: m.pakistan.expelled,
    "us_ties": lambda m: m.united_states.ties,
    "iskp_strength": lambda m: m.iskp.strength,
    "regional_risk": lambda m: m.iskp.regional_risk,
}

# Readings with a further dimension, each of shape (its length, worlds).
PANEL_GAUGES: dict[str, Gauge] = {
    "attacks_by_area": lambda m: m.land.attacks,
    "grievance_by_area": lambda m: m.land.grievance,
    "group_strength": lambda m: stacked(group.strength for group in m.groups),
    "group_refuge": lambda m: stacked(group.refuge for group in m.groups),
    "faction_power": lambda m: stacked(f.power for f in (*m.pakistan.factions, *m.taliban.factions)),
    "leverage_pakistan_taliban_by_resource": lambda m: m.taliban.holds,
    "leverage_taliban_pakistan_by_resource": lambda m: m.taliban.held,
    "levers_in_force": lambda m: stacked(m.pakistan.levers[lever] for lever in LEVERS),
}
