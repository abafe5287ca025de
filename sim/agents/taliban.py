"""The Afghan Taliban: weighs dependence, decides how far to restrain the TTP, opens to India, speaks, holds the line."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.actor import Actor
from sim.agents.decision import Decision
from sim.agents.faction import Faction, disagreement, factions_of, share_power, shared_tie
from sim.chance import happens
from sim.rules import alignment, border, campaign, dependence, leverage, stance
from sim.vocabulary import ACTOR_SPECS, HOLD_SPECS, RESOURCE_SPECS, STANCES, of_kind, others_who_supply, suppliers_of
from sim.worlds import Vector, stacked, total

if TYPE_CHECKING:
    from sim.model import FrontierModel

EFFORT = tuple(STANCES.values())
EFFORT_SQUARED = tuple(effort * effort for effort in EFFORT)


class Taliban(Actor):
    """The Afghan Taliban.

    Attributes:
        effort: how far it restrains the TTP, 0 to 1.
        needed, held: the resources that Kabul needs, and those that it holds, in the order of their rows.
        leverage_of_pakistan_by_resource: over Kabul, shape (needed, worlds).
        leverage_over_pakistan_by_resource: Kabul's, shape (held, worlds).
        cohesion, legitimacy, resentment: 0 to 1.
        war: share of Afghanistan contested; fractured: 1 once the movement has broken.
        openness: to India; messaging: friendliness of public words; posture: of its guards on the line; 0 to 1.
    """

    def __init__(self, model: FrontierModel) -> None:
        super().__init__(model, "taliban")
        self.factions = factions_of(model, self.name)
        self.stance_decision = Decision(self, "stance", tuple(STANCES), start="shelter")
        self.effort = self.full(0.0)
        self.nothing = self.full(0.0)
        self.needed, self.held = tuple(RESOURCE_SPECS), tuple(HOLD_SPECS)
        self.wartime, self.steps, self.passages = of_kind("wartime"), of_kind("step"), of_kind("passage")
        # Who offers each of what Kabul needs: Pakistan by which levers, India, and which others.
        self.levers_for = {name: suppliers_of(name) for name in self.needed}
        self.from_india = ACTOR_SPECS["india"].supplies
        self.others = {name: [one for one in others_who_supply(name) if one != "india"] for name in self.needed}
        self.needs = {name: self.start(f"need_{name}") for name in self.needed}
        self.alternatives = {name: self.start(f"alternative_{name}") for name in self.needed}
        self.wartime_supply = self.start("wartime_supply")
        self.own_territory = self.start("own_territory")
        # Of what Kabul holds, some is needed as the state of the world says, the rest as a parameter does.
        own = [f"{of}_{name}" for of in ("need", "alternative") for name in self.held]
        self.hold_terms = {name: self.start(name) for name in ("kabul_control", *own) if name in model.parameters}
        self.wartime_need = {name: self.start(f"need_{name}") for name in self.wartime}
        self.arms_stock = self.full(0.0)
        self.leverage_of_pakistan_by_resource = np.zeros((len(self.needed), model.worlds))
        self.leverage_over_pakistan_by_resource = np.zeros((len(self.held), model.worlds))
        self.leverage_of_pakistan = self.full(0.0)
        self.leverage_of_india = self.full(0.0)
        self.leverage_over_pakistan = self.full(0.0)
        self.usable = self.full(0.0)
        self.conditional_reward = self.full(0.0)
        self.threat = self.full(0.0)
        self.benefit = self.full(0.0)
        self.aid = self.full(0.0)
        self.expected_concession = self.start("start_expected_concession")
        self.coercion_felt = self.full(0.0)
        self.resentment = self.start("start_resentment")
        self.cohesion = self.start("start_cohesion")
        self.legitimacy = self.start("start_legitimacy")
        self.war = self.start("start_war")
        self.fractured = self.full(0.0)
        self.openness = self.full(0.0)
        self.messaging = self.full(0.0)
        self.posture = self.full(0.0)
        self.strain = self.full(0.0)
        self.shelter = self.full(1.0)
        self.faction_dispersion = disagreement(self.factions, "ttp")

    def tie(self, target: str) -> Vector:
        """Power-weighted alignment with pakistan, india or ttp, -1 to 1."""
        return shared_tie(self.factions, target)

    def faction(self, name: str) -> Faction:
        """One of its factions."""
        return next(one for one in self.factions if one.name == name)

    def leverage_of_pakistan_by(self, resource: str) -> Vector:
        """Pakistan's leverage over Kabul by one resource, 0 to 1."""
        return self.leverage_of_pakistan_by_resource[self.needed.index(resource)]

    def weigh_dependence(self) -> None:
        """Leverage both ways, resource by resource, from need, control, alternatives and own supply."""
        self._change_needs()
        sender = self.model.pakistan
        wanted, offered = self._wanted(), self._offered()
        delivered = self._delivered(offered)
        self.aid = delivered[self.needed.index("aid")]
        needs = self.apply(leverage.remaining_need, need=wanted, delivered=delivered)
        # What was supplied for the war is neither offered nor delivered.
        flows = [row for row, name in enumerate(self.needed) if name not in self.wartime]
        self.benefit = self.apply(
            alignment.benefit_share, received=total(wanted[flows] * delivered[flows]), wanted=total(wanted[flows])
        )

        pakistani, indian = self._pakistani_control(delivered), self._indian_control()
        others, own = self._alternatives(), self._own_supply()
        self.leverage_of_pakistan_by_resource = self.apply(
            leverage.leverage, need=needs, control=pakistani, alternatives=others + indian, own_supply=own
        )
        self.leverage_of_pakistan = total(self.leverage_of_pakistan_by_resource) / len(self.needed)
        of_india = self.apply(
            leverage.leverage, need=needs, control=indian, alternatives=others + pakistani, own_supply=own
        )
        rows = [self.needed.index(name) for name in self.from_india]
        self.leverage_of_india = total(of_india[row] for row in rows) / len(rows)
        self._weigh_own_hold()

        self.usable = self.apply(
            leverage.usable_leverage, leverage=self.leverage_of_pakistan, credibility=sender.credibility
        )
        hold = total(self.leverage_of_pakistan_by_resource[flows] * offered[flows])
        self.conditional_reward = self.apply(leverage.conditional_reward, hold=hold, credibility=sender.credibility)
        exposed = self.apply(
            leverage.vulnerability,
            cohesion=self.cohesion,
            trade_leverage=self.leverage_of_pakistan_by("trade"),
            war=self.war,
        )
        self.threat = self.apply(
            leverage.threat, economy=sender.economy, credibility=sender.threat_credibility, vulnerability=exposed
        )

    def _change_needs(self) -> None:
        for name in self.wartime_need:
            self.wartime_need[name] = self.apply(dependence.wartime_need, need=self.wartime_need[name], war=self.war)
        self.arms_stock = self.apply(dependence.inherited_arms, stock=self.arms_stock, war=self.war)

    def _wanted(self) -> Vector:
        """What Kabul needs before anything is delivered, shape (resources, worlds)."""
        hardship = self.model.afghan_public.hardship
        in_hardship = {
            name: self.apply(dependence.need_in_hardship, base=self.needs[name], hardship=hardship)
            for name, one in RESOURCE_SPECS.items()
            if one.grows_in_hardship
        }
        needs = {**self.needs, **self.wartime_need, **in_hardship}
        return stacked(needs[name] for name in self.needed)

    def _offered(self) -> Vector:
        """What Pakistan offers of it by its levers, shape (resources, worlds); trade it offers as far as the line is open."""
        return self._by_resource(dict.fromkeys(self.passages, self.model.durand_line.openness), self._lever_for)

    def _lever_for(self, resource: str) -> Vector:
        """How far Pakistan's levers offer a resource: each covers part of what those before it leave."""
        levers = self.model.pakistan.levers
        first, *others = [levers[name] for name in self.levers_for[resource]] or [self.nothing]
        for other in others:
            first = 1.0 - (1.0 - first) * (1.0 - other)
        return first

    def _by_resource(self, known: Mapping[str, Vector], otherwise: Callable[[str], Vector]) -> Vector:
        """A row for each resource that Kabul needs."""
        return stacked(known[name] if name in known else otherwise(name) for name in self.needed)

    def _delivered(self, offered: Vector) -> Vector:
        """What of that arrives: terms are kept to, recognition comes by steps, trade runs by itself."""
        given = self.apply(
            leverage.given_on_terms,
            offered=offered,
            conditionality=self.model.pakistan.conditionality,
            effort=self.effort,
        )
        itself = {
            **dict.fromkeys(self.steps, self.model.pakistan.granted),
            **dict.fromkeys(self.passages, self.model.durand_line.openness),
        }
        return self._by_resource(itself, lambda name: given[self.needed.index(name)])

    def _pakistani_control(self, delivered: Vector) -> Vector:
        flows = self.apply(leverage.withdrawable_control, delivered=delivered)
        kept = self.apply(leverage.irreversible_control, granted=self.model.pakistan.granted)
        special = {**dict.fromkeys(self.wartime, self.wartime_supply), **dict.fromkeys(self.steps, kept)}
        return self._by_resource(special, lambda name: flows[self.needed.index(name)])

    def _indian_control(self) -> Vector:
        """What India could grant or withdraw."""
        offers = dict.fromkeys(self.from_india, self.model.india.supply)
        return self._by_resource(offers, lambda name: self.nothing)

    def _alternatives(self) -> Vector:
        """What others than Pakistan and India would supply."""
        return stacked(
            total([self.alternatives[name], *(getattr(self.model, other).supply for other in self.others[name])])
            for name in self.needed
        )

    def _own_supply(self) -> Vector:
        own = {"sanctuary": self.own_territory * (1.0 - self.war), "arms": self.arms_stock}
        return self._by_resource(own, lambda name: self.nothing)

    def _weigh_own_hold(self) -> None:
        """What Kabul holds over Islamabad; what no line here says otherwise of is Kabul's to give while it is at peace."""
        pakistan, land, terms = self.model.pakistan, self.model.land, self.hold_terms
        attacks = np.minimum(land.recent_attacks / self.parameter("scale_attacks"), 1.0)
        needs = {
            "ttp_restraint": self.apply(dependence.need_of_restraint, attacks=attacks),
            "room_denied_to_india": self.apply(
                dependence.need_of_room_denied,
                base=terms["need_room_denied_to_india"],
                india_engagement=self.model.india.engagement,
            ),
            "constituencies": pakistan.power("clerics"),
        }
        controls = {
            "ttp_restraint": terms["kabul_control"],
            "room_denied_to_india": self.openness,
            "constituencies": pakistan.rhetoric,
        }
        own_means = {"ttp_restraint": pakistan.levers["domestic_operations"]}
        at_peace = 1.0 - self.war
        need = stacked(needs[name] if name in needs else terms[f"need_{name}"] for name in self.held)
        control = stacked(controls.get(name, at_peace) for name in self.held)
        alternatives = stacked(terms[f"alternative_{name}"] for name in self.held)
        own = stacked(own_means.get(name, self.nothing) for name in self.held)
        self.leverage_over_pakistan_by_resource = self.apply(
            leverage.leverage, need=need, control=control, alternatives=alternatives, own_supply=own
        )
        self.leverage_over_pakistan = total(self.leverage_over_pakistan_by_resource) / len(self.held)

    def hear_factions(self) -> None:
        """Factions take in the month's benefits and coercion; power shifts; resentment builds or fades."""
        levers = self.model.pakistan.levers
        self.coercion_felt = self.apply(
            alignment.coercion,
            strikes=self.model.pakistan.strikes,
            closure=levers["border_closure"],
            expulsion=levers["refugee_expulsion"],
        )
        benefit = {"pakistan": self.benefit, "india": self.model.india.engagement}
        cooled = self.apply(alignment.restraint_cools_ties, effort=self.effort)
        coercion = {"pakistan": self.coercion_felt, "ttp": cooled}
        for faction in self.factions:
            faction.respond(benefit, coercion)
        share_power(self.factions)
        self.faction_dispersion = disagreement(self.factions, "ttp")
        self.resentment = self.apply(alignment.resentment, resentment=self.resentment, coercion=self.coercion_felt)

    def take_posture(self) -> None:
        """Openness to India, public words, and how hard the guards hold the line; a scenario may prescribe them."""
        script = self.model.script.settings("taliban", self.model.month, self.model.recent)
        levers, public = self.model.pakistan.levers, self.model.afghan_public
        tie = self.tie("pakistan")
        self.strain = self.apply(
            alignment.strain, alignment_pakistan=tie, resentment=self.resentment, coercion=self.coercion_felt
        )
        openness = self.apply(
            alignment.openness_to_india,
            alignment_india=self.tie("india"),
            strain=self.strain,
            leverage_pakistan=self.leverage_of_pakistan,
        )
        words = self.apply(
            alignment.messaging,
            advocacy=levers["diplomatic_advocacy"],
            alignment_pakistan=tie,
            distrust=public.distrust,
        )
        posture = self.apply(
            border.border_posture, fencing=levers["fencing"], resentment=self.resentment, alignment_pakistan=tie
        )
        self.openness = prescribed(script["india_openness"], openness)
        self.messaging = prescribed(script["messaging"], words)
        self.posture = prescribed(script["border_posture"], posture)

    def choose_stance(self) -> None:
        """How far to restrain the TTP: a sum of named pressures, each a rule."""
        pakistan, public, choice = self.model.pakistan, self.model.afghan_public, self.stance_decision
        ready = self.apply(
            stance.readiness_to_pay,
            benefit=self.benefit,
            credibility=pakistan.credibility,
            concession_pressure=pakistan.concession_pressure,
        )
        self.expected_concession = self.apply(
            stance.expected_concession, expected=self.expected_concession, offered=ready
        )
        bargain, mediate, every = choice.only("bargain"), choice.only("mediate"), (1.0,) * len(EFFORT)
        chip = choice.pressure(
            stance.value_of_the_chip, unmet=1.0 - self.benefit, expected_concession=self.expected_concession, on=bargain
        )
        pressures = [
            choice.pressure(stance.kinship_and_debt, alignment_ttp=self.tie("ttp"), on=EFFORT),
            choice.pressure(stance.cohesion_cost, dispersion=self.faction_dispersion, on=EFFORT_SQUARED),
            choice.pressure(stance.public_cost, visibility=pakistan.visibility, distrust=public.distrust, on=EFFORT),
            choice.pressure(stance.resentment_cost, resentment=self.resentment, on=EFFORT),
            choice.pressure(stance.anger_at_strikes, recent_strikes=pakistan.recent_strikes, on=EFFORT),
            choice.pressure(stance.indian_alternative, india_engagement=self.model.india.engagement, on=EFFORT),
            choice.pressure(stance.pull_of_reward, conditional_reward=self.conditional_reward, on=EFFORT),
            choice.pressure(stance.goodwill, alignment_pakistan=self.tie("pakistan"), on=EFFORT),
            choice.pressure(stance.answer_to_threat, threat=self.threat, on=EFFORT),
            chip,
            choice.pressure(stance.chip_for_a_mediator, chip=chip.strength, on=mediate),
            choice.pressure(stance.chip_kept, delivered=self.benefit, on=bargain),
            choice.pressure(stance.call_to_mediate, talks=pakistan.levers["ttp_talks"], on=mediate),
            choice.pressure(stance.stance_habit, held=choice.held(), on=every),
        ]
        script = self.model.script.settings("taliban", self.model.month, self.model.recent)
        choice.choose([*pressures, *choice.menu(script)], script["stance"])
        self.effort = choice.value(EFFORT)
        self.shelter = self.apply(campaign.shelter_given, effort=self.effort)

    def hold_together(self) -> None:
        """Cohesion wears with restraint; at worst the movement breaks, and war returns."""
        public = self.model.afghan_public
        favour = self.apply(alignment.favours_exchanged, effort=self.effort, benefit=self.benefit)
        self.legitimacy = self.apply(
            alignment.legitimacy,
            legitimacy=self.legitimacy,
            favour=favour,
            visibility=self.model.pakistan.visibility,
            distrust=public.distrust,
            hardship=public.hardship,
        )
        self.cohesion = self.apply(
            stance.taliban_cohesion,
            cohesion=self.cohesion,
            effort=self.effort,
            dispersion=self.faction_dispersion,
            legitimacy=self.legitimacy,
            war=self.war,
        )
        chance = self.apply(stance.fracture_chance, cohesion=self.cohesion)
        breaking = happens(self.draw("fracture"), chance) * (1.0 - self.fractured)
        self.fractured = np.maximum(self.fractured, breaking)
        self.war = self.apply(stance.afghan_war, war=self.war, breaking=breaking)


def prescribed(script: Vector | None, own: Vector) -> Vector:
    """The scenario's value where it gives one (not below 0), else the actor's own."""
    return own if script is None else np.where(script >= 0, script, own)
