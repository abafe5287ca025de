"""Pakistan: sets its levers within its means, answers Kabul, gives and withholds, and bears the outcome."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.actor import Actor
from sim.agents.decision import Decision, Pressure
from sim.agents.faction import factions_of, share_power
from sim.chance import happens
from sim.rules import alignment, economy, foothold, grievance, leverage, sovereignty, spiral, strikes
from sim.rules import diplomacy as diplomacy_rules
from sim.vocabulary import ISLAMABAD_ANSWERS, LEVER_SPECS, LEVERS, ON_MENU, coercive
from sim.worlds import Vector, stacked, total

if TYPE_CHECKING:
    from sim.model import FrontierModel
    from sim.scenario import Policy

# How a script marks a world in which the course is left to choose.
CHOOSING = -1.0
ANSWER = tuple(ISLAMABAD_ANSWERS.values())
ANSWER_SQUARED = tuple(answer * answer for answer in ANSWER)


class Pakistan(Actor):
    """Pakistan.

    Attributes:
        levers: each lever's strength in force this month, 0 to 1.
        conditionality: how far what is given is tied to restraint, 0 to 1.
        visibility: how public favours are, 0 to 1.
        strikes: intensity of strikes carried out this month; recent_strikes: their fading memory.
        closure: how far it has shut the crossings this month; in_default: 1 in worlds in which it is in default.
        granted: recognition given so far; conceded: concessions that stay, both 0 to 1.
    """

    def __init__(self, model: FrontierModel) -> None:
        super().__init__(model, "pakistan")
        self.factions = factions_of(model, self.name)
        self.levers = {lever: self.full(0.0) for lever in LEVERS}
        self.costs = {name: self.parameter(lever.cost) for name, lever in LEVER_SPECS.items()}
        self.conditionality = self.full(0.0)
        self.visibility = self.full(0.0)
        self.effort_cost = self.full(0.0)
        self.course = self.full(0.0)
        self.afforded = self.full(1.0)
        self._weigh_policies()
        self.strike_decision = Decision(self, "strikes", tuple(ISLAMABAD_ANSWERS), start="note")
        self.answer = self.full(0.0)
        self.strikes = self.full(0.0)
        self.closure = self.full(0.0)
        self.in_default = self.full(0.0)
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

    def _weigh_policies(self) -> None:
        """Where a scenario leaves the course open: its candidates, what each costs, and how coercive each is."""
        names = self.model.script.candidates
        self.policy_decision = Decision(self, "policy", names, start=names[0]) if names else None
        self.course_was_open = self.full(0.0)
        if names:
            mixes = [_levers_of(self.model.plan.policies[name]) for name in names]
            self.policy_costs = stacked(self._cost(mix, LEVERS) for mix in mixes)
            pressing = stacked(self._cost(mix, coercive()) for mix in mixes)
            self.policy_coerciveness = pressing / np.maximum(self.policy_costs, 1e-9)

    def _cost(self, mix: Mapping[str, float | Vector], levers: Iterable[str]) -> Vector:
        """What these levers of a mix cost together, in cost units."""
        return self.full(total(self.costs[lever] * self.full(mix.get(lever, 0.0)) for lever in levers))

    def power(self, faction: str) -> Vector:
        """Power of one of Pakistan's factions, 0 to 1."""
        return next(member.power for member in self.factions if member.name == faction)

    def hear_factions(self) -> None:
        """Factions take in what Kabul and the TTP did; power shifts to those whose line delivered."""
        self.memory_of_collapse = self.apply(
            strikes.memory_of_collapse, memory=self.memory_of_collapse, ended=self.model.ttp.truce_ended
        )
        land, taliban, scale = self.model.land, self.model.taliban, self.parameter("scale_deaths")
        hurt = np.minimum(land.deaths_by_ttp / scale, 1.0)
        benefit = {"taliban": taliban.effort, "ttp": self.model.ttp.truce}
        harm = {"taliban": hurt * (1.0 - taliban.effort), "ttp": hurt}
        for faction in self.factions:
            faction.respond(benefit, harm)
        share_power(self.factions)
        self.rhetoric = self.apply(
            alignment.rhetoric,
            rhetoric=self.rhetoric,
            power_pti=self.power("pti"),
            power_clerics=self.power("clerics"),
            prestige=self.model.ttp.prestige,
        )

    def set_levers(self) -> None:
        """Intend what the course asks, softened where civilians and Kabul's mediation press, within what can be paid."""
        intended = self.choose_course()
        self.conditionality, self.visibility = intended["conditionality"], intended["visibility"]
        self.concession_pressure = self.apply(
            diplomacy_rules.mediation_leans,
            truce=self.model.ttp.truce,
            brokering=self.model.taliban.brokering,
            leverage_taliban=self.model.taliban.leverage_over_pakistan,
        )
        lean, releases = self.concession_pressure, intended["prisoner_releases"]
        intended = {**intended, "prisoner_releases": releases + lean * (1.0 - releases)}
        for lever in coercive():
            intended[lever] = self.apply(
                economy.civilian_say,
                intended=intended[lever],
                power_civilian=self.power("government") + self.power("pti"),
                sympathy=self.rhetoric,
            )
        intended["domestic_operations"] = self.apply(
            foothold.violence_brings_operations,
            intended=intended["domestic_operations"],
            violence=np.minimum(self.model.land.recent_deaths / self.parameter("scale_deaths"), 1.0),
        )
        cost = self._cost(intended, LEVERS)
        means = self.means()
        self.afforded = self.apply(economy.affordable_share, cost=cost, budget=means)
        self.levers = {lever: intended[lever] * self.afforded for lever in LEVERS}
        self.effort_cost = cost * self.afforded
        pressing = self._cost(self.levers, coercive())
        self.course = (2.0 * pressing - self.effort_cost) / np.maximum(self.effort_cost, 1e-9)

    def means(self) -> Vector:
        """The total cost of levers that can be carried this month, in cost units."""
        return self.apply(economy.budget, economy=self.economy, unrest=self.unrest, default=self.in_default)

    def choose_course(self) -> dict[str, Vector]:
        """What the scenario sets; where it leaves the course open, a quantal response among its candidate policies."""
        script, month, recent = self.model.script, self.model.month, self.model.recent
        settings = script.settings("pakistan", month, recent)
        intended = _without_policy(settings)
        if self.policy_decision is None:
            return intended
        choice, every = self.policy_decision, (1.0,) * len(self.policy_decision.options)
        policy_set = settings["policy"]
        is_open = self.full(1.0) if policy_set is None else (policy_set == CHOOSING).astype(np.float64)
        means = self.means()
        beyond = self.apply(strikes.beyond_means, cost=self.policy_costs, means=means)
        pressures = [
            *(
                Pressure(one.rule, one.strength * self.policy_coerciveness, every)
                for one in self._to_coerce(choice, every)
            ),
            choice.pressure(strikes.cost_weighs, beyond=beyond, on=every),
            # The course on which it is counts only where it was chosen.
            choice.pressure(strikes.course_habit, held=choice.held() * self.course_was_open, on=every),
            *choice.menu(settings),
        ]
        choice.choose(pressures)
        self.course_was_open = is_open
        for i, policy in enumerate(choice.options):
            theirs = _without_policy(script.policy_settings(policy, month, recent))
            here = (is_open > 0) & (choice.chosen == i)
            intended = {name: np.where(here, theirs[name], value) for name, value in intended.items()}
        return intended

    def _to_coerce(self, choice: Decision, on: Sequence[float]) -> list[Pressure]:
        """What presses for or against coercion, each option by its profile number in `on`."""
        hurt = np.minimum(self.model.land.recent_deaths_by_ttp / self.parameter("scale_deaths"), 1.0)
        return [
            choice.pressure(strikes.provocation, deaths=hurt, on=on),
            choice.pressure(strikes.talks_failed, collapse=self.memory_of_collapse, on=on),
            choice.pressure(strikes.clerics_object, power_clerics=self.power("clerics"), on=on),
            choice.pressure(
                strikes.fear_of_losing_kabul, leverage_taliban=self.model.taliban.leverage_over_pakistan, on=on
            ),
        ]

    def answer_kabul(self) -> None:
        """What Islamabad does about what came from across: notes it, shuts crossings, strikes, or goes over to a campaign."""
        lever, choice = self.levers["cross_border_strikes"], self.strike_decision
        distance = np.abs(np.asarray(ANSWER)[:, None] - self.answer)
        pressures = [
            choice.pressure(strikes.strike_intent, lever=lever, on=choice.only("strike", "campaign")),
            *self._to_coerce(choice, ANSWER),
            choice.pressure(spiral.kabul_answered, answer=self.model.taliban.answer, on=ANSWER),
            choice.pressure(spiral.price_of_going_further, capacity=self.economy, on=ANSWER_SQUARED),
            choice.pressure(spiral.step_by_step, distance=distance, on=(1.0,) * len(ANSWER)),
        ]
        choice.choose(pressures)
        self.answer = choice.value(ANSWER)
        carried_out = lever * choice.is_held("strike") + (1.0 - (1.0 - lever) ** 2) * choice.is_held("campaign")
        self.strikes = self.apply(
            spiral.strikes_in_hostilities, strikes=carried_out, hostilities=self.model.relations.hostilities
        )
        self.closure = self.apply(
            strikes.closed_in_answer,
            closure=self.levers["border_closure"],
            closing=1.0 - choice.is_held("note"),
        )
        self.recent_strikes = self.apply(strikes.strikes_remembered, memory=self.recent_strikes, strikes=self.strikes)

    def learn_to_be_believed(self, withheld: Vector) -> None:
        """Kabul's belief that Pakistan would cut off what it gives follows its terms, and what it has withheld."""
        self.credibility = self.apply(
            leverage.credibility,
            credibility=self.credibility,
            conditionality=self.conditionality,
            withheld=withheld,
        )

    def deliver(self) -> None:
        """What is given takes effect: recognition, concessions, the belief that threats are carried out, expulsions."""
        levers = self.levers
        self.granted = self.apply(
            diplomacy_rules.recognition_granted, granted=self.granted, lever=levers["recognition"]
        )
        self.conceded = self.apply(
            sovereignty.conceded,
            conceded=self.conceded,
            withdrawal=levers["troop_withdrawal"],
            religious_law=levers["religious_law_concessions"],
            releases=levers["prisoner_releases"],
        )
        course = self.apply(
            alignment.coercion,
            strikes=levers["cross_border_strikes"],
            closure=levers["border_closure"],
            expulsion=levers["refugee_expulsion"],
        )
        self.threat_credibility = self.apply(
            leverage.threat_credibility, credibility=self.threat_credibility, coercion=course
        )
        self.expelled = np.minimum(self.apply(economy.expelled, lever=levers["refugee_expulsion"]), self.refugees)

    def update_economy_and_sovereignty(self) -> None:
        """The month's bill: refugees, economy, unrest and what is left of sovereignty."""
        land, line, public = self.model.land, self.model.durand_line, self.model.afghan_public
        arrived = self.apply(
            economy.arrivals, hardship=public.hardship, war=self.model.taliban.war, border_open=line.open_share
        )
        self.refugees = self.apply(economy.refugees, refugees=self.refugees, arrived=arrived, sent_back=self.expelled)
        violence = np.minimum(land.recent_deaths / self.parameter("scale_deaths"), 1.0)
        self.economy = self.apply(
            economy.economy,
            economy=self.economy,
            imf=self.model.imf.programme,
            trade=line.trade,
            violence=violence,
            refugees=np.minimum(self.refugees / self.parameter("scale_refugees"), 1.0),
            effort_cost=np.minimum(self.effort_cost / self.parameter("scale_cost"), 1.0),
            unrest=self.unrest,
            default=self.in_default,
        )
        self._default_or_recover()
        self.unrest = self.apply(
            economy.unrest,
            unrest=self.unrest,
            economy=self.economy,
            power_pti=self.power("pti"),
            rhetoric=self.rhetoric,
            violence=violence,
            favours=self.visibility * self.model.taliban.benefit,
        )
        self.sovereignty = self.apply(
            sovereignty.sovereignty,
            kept=1.0 - self.conceded,
            control=land.mean_control,
            freedom=1.0 - self.model.taliban.leverage_over_pakistan,
        )

    def _default_or_recover(self) -> None:
        programme = self.model.imf.programme
        beginning = self.apply(economy.default_begins, economy=self.economy, imf=programme)
        ending = self.apply(economy.default_ends, imf=programme)
        begun = happens(self.draw("default.begins"), beginning) * (1.0 - self.in_default)
        ended = happens(self.draw("default.ends"), ending) * self.in_default
        self.in_default = self.in_default + begun - ended

    def redress(self, withdrawal: Vector) -> Vector:
        """What eases anger where this much of the troops has gone."""
        levers = self.levers
        return self.apply(
            grievance.redress,
            withdrawal=withdrawal,
            releases=levers["prisoner_releases"],
            trade_opening=levers["trade_opening"],
        )


def _without_policy(settings: Mapping[str, Vector | None]) -> dict[str, Vector]:
    """Levers, conditionality and visibility: what a script always gives a value."""
    return {
        name: value
        for name, value in settings.items()
        if value is not None and name != "policy" and not name.startswith(ON_MENU)
    }


def _levers_of(policy: Policy) -> Mapping[str, float]:
    """A policy's own mix of levers, apart from how it responds."""
    return getattr(policy.settings, "levers", {})
