"""Pakistan: sets its levers within its means, decides whether to strike, gives and withholds, and bears the outcome."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.actor import Actor
from sim.agents.decision import Decision
from sim.agents.faction import Faction, share_power
from sim.rules import alignment, economy, grievance, leverage, sovereignty, strikes
from sim.rules import diplomacy as diplomacy_rules
from sim.vocabulary import FACTIONS, LEVERS
from sim.worlds import Vector, total

if TYPE_CHECKING:
    from sim.model import FrontierModel

# Levers that press Kabul or the TTP; the others give, open or concede.
COERCIVE = ("domestic_operations", "cross_border_strikes", "border_closure", "fencing", "refugee_expulsion")


class Pakistan(Actor):
    """Pakistan.

    Attributes:
        levers: each lever's strength in force this month, 0 to 1.
        conditionality: how far what is given is tied to restraint, 0 to 1.
        visibility: how public favours are, 0 to 1.
        strikes: intensity of strikes carried out this month; recent_strikes: their fading memory.
        granted: recognition given so far; conceded: concessions that stay, both 0 to 1.
    """

    def __init__(self, model: FrontierModel) -> None:
        super().__init__(model, "pakistan")
        self.factions = [
            Faction(model, name, "pakistan", ("taliban", "ttp"), "start_expected_of_taliban")
            for name in FACTIONS["pakistan"]
        ]
        self.levers = {lever: self.full(0.0) for lever in LEVERS}
        self.costs = {lever: self.parameter(f"cost_{lever}") for lever in LEVERS}
        self.conditionality = self.full(0.0)
        self.visibility = self.full(0.0)
        self.effort_cost = self.full(0.0)
        self.course = self.full(0.0)
        self.afforded = self.full(1.0)
        self.to_strike = Decision(self, "strikes", ("hold", "strike"), start=0)
        self.strikes = self.full(0.0)
        self.recent_strikes = self.full(0.0)
        self.memory_of_collapse = self.full(0.0)
        self.concession_pressure = self.full(0.0)
        self.granted = self.full(0.0)
        self.conceded = self.full(0.0)
        self.credibility = self.start("start_credibility")
        self.threat_credibility = self.start("start_threat_credibility")
        self.economy = self.start("start_economy")
        self.unrest = self.start("start_unrest")
        self.rhetoric = self.start("start_rhetoric")
        self.refugees = self.full(0.0)
        self.expelled = self.full(0.0)
        self.sovereignty = self.full(0.0)

    def power(self, faction: str) -> Vector:
        """Power of one of Pakistan's factions, 0 to 1."""
        return next(member.power for member in self.factions if member.name == faction)

    def hear_factions(self) -> None:
        """Factions take in what Kabul and the TTP did; power shifts to those whose line delivered."""
        land, taliban, scale = self.model.land, self.model.taliban, self.parameter("scale_deaths")
        hurt = np.minimum(land.deaths_by_ttp / scale, 1.0)
        benefit = np.stack([taliban.effort, self.model.ttp.truce])
        harm = np.stack([hurt * (1.0 - taliban.effort), hurt])
        for faction in self.factions:
            faction.respond(benefit, harm)
        share_power(self.factions)
        self.rhetoric = self.apply(
            alignment.rhetoric, self.rhetoric, self.power("pti"), self.power("clerics"), self.model.ttp.example
        )

    def set_levers(self) -> None:
        """Intend what the course asks, softened where civilians and Kabul's mediation press, within what can be paid."""
        intended = self.model.script.settings("pakistan", self.model.month, self.model.recent)
        self.conditionality, self.visibility = intended["conditionality"], intended["visibility"]
        self.concession_pressure = self.apply(
            diplomacy_rules.mediation_leans, self.model.ttp.truce, self.model.taliban.leverage_over_pakistan
        )
        lean, releases = self.concession_pressure, intended["prisoner_releases"]
        intended = {**intended, "prisoner_releases": releases + lean * (1.0 - releases)}
        for lever in COERCIVE:
            intended[lever] = self.apply(
                economy.civilian_say, intended[lever], self.power("government") + self.power("pti"), self.rhetoric
            )
        cost = total(self.costs[lever] * intended[lever] for lever in LEVERS)
        means = self.apply(economy.budget, self.economy, self.unrest)
        self.afforded = self.apply(economy.affordable_share, cost, means)
        self.levers = {lever: intended[lever] * self.afforded for lever in LEVERS}
        self.effort_cost = cost * self.afforded
        coercive = total(self.costs[lever] * self.levers[lever] for lever in COERCIVE)
        self.course = (2.0 * coercive - self.effort_cost) / np.maximum(self.effort_cost, 1e-9)

    def decide_on_strikes(self) -> None:
        """Strike across the line this month, or hold."""
        lever = self.levers["cross_border_strikes"]
        hurt = np.minimum(self.model.land.recent_deaths_by_ttp / self.parameter("scale_deaths"), 1.0)
        self.memory_of_collapse = self.apply(
            strikes.memory_of_collapse, self.memory_of_collapse, self.model.ttp.truce_ended
        )
        striking = self.to_strike.only("strike")
        pressures = [
            self.to_strike.pressure(strikes.strike_intent, lever, on=striking),
            self.to_strike.pressure(strikes.provocation, hurt, on=striking),
            self.to_strike.pressure(strikes.talks_failed, self.memory_of_collapse, on=striking),
            self.to_strike.pressure(strikes.clerics_object, self.power("clerics"), on=striking),
            self.to_strike.pressure(
                strikes.fear_of_losing_kabul, self.model.taliban.leverage_over_pakistan, on=striking
            ),
        ]
        self.strikes = lever * self.to_strike.choose(pressures)
        self.recent_strikes = self.apply(strikes.strikes_remembered, self.recent_strikes, self.strikes)

    def deliver(self) -> None:
        """What is given takes effect: recognition, concessions, the belief that giving is conditional, expulsions."""
        levers = self.levers
        self.granted = self.apply(diplomacy_rules.recognition_granted, self.granted, levers["recognition"])
        self.conceded = self.apply(
            sovereignty.conceded,
            self.conceded,
            levers["troop_withdrawal"],
            levers["religious_law_concessions"],
            levers["prisoner_releases"],
        )
        self.credibility = self.apply(leverage.credibility, self.credibility, self.conditionality)
        course = self.apply(
            alignment.coercion, levers["cross_border_strikes"], levers["border_closure"], levers["refugee_expulsion"]
        )
        self.threat_credibility = self.apply(leverage.threat_credibility, self.threat_credibility, course)
        self.expelled = np.minimum(self.apply(economy.expelled, levers["refugee_expulsion"]), self.refugees)

    def reckon(self) -> None:
        """The month's bill: refugees, economy, unrest and what is left of sovereignty."""
        land, line, public = self.model.land, self.model.durand_line, self.model.afghan_public
        arrived = self.apply(economy.arrivals, public.hardship, self.model.taliban.war, line.open_share)
        self.refugees = self.apply(economy.refugees, self.refugees, arrived, self.expelled)
        violence = np.minimum(land.recent_deaths / self.parameter("scale_deaths"), 1.0)
        self.economy = self.apply(
            economy.economy,
            self.economy,
            self.model.imf.programme,
            line.trade,
            violence,
            np.minimum(self.refugees / self.parameter("scale_refugees"), 1.0),
            np.minimum(self.effort_cost / self.parameter("scale_cost"), 1.0),
            self.unrest,
        )
        self.unrest = self.apply(economy.unrest, self.unrest, self.economy, self.power("pti"), self.rhetoric, violence)
        self.sovereignty = self.apply(
            sovereignty.sovereignty,
            1.0 - self.conceded,
            land.mean_control,
            1.0 - self.model.taliban.leverage_over_pakistan,
        )

    def redress(self, withdrawal: Vector) -> Vector:
        """What eases anger where this much of the troops has gone."""
        levers = self.levers
        return self.apply(grievance.redress, withdrawal, levers["prisoner_releases"], levers["trade_opening"])
