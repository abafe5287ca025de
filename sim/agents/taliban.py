"""The Afghan Taliban: weighs dependence, decides how far to restrain the TTP, opens to India, speaks, holds the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.actor import Actor
from sim.agents.decision import Decision
from sim.agents.faction import Faction, disagreement, scale_power, share_power, shared_tie
from sim.chance import happens
from sim.rules import alignment, border, campaign, dependence, leverage, stance
from sim.vocabulary import FACTIONS, RESOURCES_PAKISTAN_NEEDS, RESOURCES_TALIBAN_NEEDS, STANCES
from sim.worlds import Vector, stacked, total

if TYPE_CHECKING:
    from sim.model import FrontierModel

NEEDED = tuple(RESOURCES_TALIBAN_NEEDS)
HELD = tuple(RESOURCES_PAKISTAN_NEEDS)
# What Pakistan supplied for the war; it takes no lever to offer it still.
WARTIME = ("sanctuary", "arms")
# What India could offer in Pakistan's place.
FROM_INDIA = ("advocacy", "aid", "trade", "military_training")
# What China's own offer adds to the alternatives.
FROM_CHINA = ("aid", "trade", "advocacy")

EFFORT = tuple(STANCES.values())
EFFORT_SQUARED = tuple(effort * effort for effort in EFFORT)


class Taliban(Actor):
    """The Afghan Taliban.

    Attributes:
        effort: how far it restrains the TTP, 0 to 1.
        holds: Pakistan's leverage over Kabul by resource, shape (resources, worlds).
        held: Kabul's leverage over Pakistan by resource, shape (resources, worlds).
        cohesion, legitimacy, resentment: 0 to 1.
        war: share of Afghanistan contested; fractured: 1 once the movement has broken.
        openness: to India; messaging: friendliness of public words; posture: of its guards on the line; 0 to 1.
    """

    def __init__(self, model: FrontierModel) -> None:
        super().__init__(model, "taliban")
        self.factions = [
            Faction(model, name, "taliban", ("pakistan", "india", "ttp"), "start_expected_of_pakistan")
            for name in FACTIONS["taliban"]
        ]
        for state in ("power", "resting_power"):
            scale_power(self.factions, state)
        self.on_ttp = Decision(self, "stance", tuple(STANCES), start=0)
        self.effort = self.full(0.0)
        self.nothing = self.full(0.0)
        self.needs = {name: self.start(f"need_{name}") for name in NEEDED}
        self.alternatives = {name: self.start(f"alternative_{name}") for name in NEEDED}
        self.wartime_supply = self.start("wartime_supply")
        self.own_territory = self.start("own_territory")
        fixed = ("need_western_neighbour", "need_central_asia_road", "need_room_denied_to_india", "kabul_control")
        self.held_from = {name: self.start(name) for name in (*fixed, *(f"alternative_{name}" for name in HELD))}
        self.wartime_need = {name: self.start(f"need_{name}") for name in WARTIME}
        self.arms_stock = self.full(0.0)
        self.holds = np.zeros((len(NEEDED), model.worlds))
        self.held = np.zeros((len(HELD), model.worlds))
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
        self.spread = disagreement(self.factions, "ttp")

    def tie(self, target: str) -> Vector:
        """Power-weighted alignment with pakistan, india or ttp, -1 to 1."""
        return shared_tie(self.factions, target)

    def weigh_dependence(self) -> None:
        """Leverage both ways, resource by resource, from need, control, alternatives and own supply."""
        self._change_needs()
        sender = self.model.pakistan
        wanted, offered = self._wanted(), self._offered()
        delivered = self._delivered(offered)
        self.aid = delivered[NEEDED.index("aid")]
        needs = self.apply(leverage.remaining_need, need=wanted, delivered=delivered)
        flows = slice(len(WARTIME), None)
        self.benefit = self.apply(
            alignment.benefit_share, received=total(wanted[flows] * delivered[flows]), wanted=total(wanted[flows])
        )

        pakistani, indian = self._pakistani_control(delivered), self._indian_control()
        others, own = self._alternatives(), self._own_supply()
        self.holds = self.apply(
            leverage.leverage, need=needs, control=pakistani, alternatives=others + indian, own_supply=own
        )
        self.leverage_of_pakistan = total(self.holds) / len(NEEDED)
        india_holds = self.apply(
            leverage.leverage, need=needs, control=indian, alternatives=others + pakistani, own_supply=own
        )
        self.leverage_of_india = total(india_holds[NEEDED.index(name)] for name in FROM_INDIA) / len(FROM_INDIA)
        self._weigh_own_hold()

        self.usable = self.apply(
            leverage.usable_leverage, leverage=self.leverage_of_pakistan, credibility=sender.credibility
        )
        hold = total(self.holds[flows] * offered[flows])
        self.conditional_reward = self.apply(leverage.conditional_reward, hold=hold, credibility=sender.credibility)
        exposed = self.apply(
            leverage.vulnerability,
            cohesion=self.cohesion,
            trade_leverage=self.holds[NEEDED.index("trade")],
            war=self.war,
        )
        self.threat = self.apply(
            leverage.threat, economy=sender.economy, credibility=sender.threat_credibility, vulnerability=exposed
        )

    def _change_needs(self) -> None:
        for name in WARTIME:
            self.wartime_need[name] = self.apply(dependence.wartime_need, need=self.wartime_need[name], war=self.war)
        self.arms_stock = self.apply(dependence.inherited_arms, stock=self.arms_stock, war=self.war)

    def _wanted(self) -> Vector:
        """What Kabul needs before anything is delivered, shape (resources, worlds)."""
        hardship = self.model.afghan_public.hardship
        in_hardship = {
            name: self.apply(dependence.need_in_hardship, base=self.needs[name], hardship=hardship)
            for name in ("aid", "trade")
        }
        needs = {**self.needs, **self.wartime_need, **in_hardship}
        return stacked(needs[name] for name in NEEDED)

    def _offered(self) -> Vector:
        """What Pakistan offers of it, in the order of `NEEDED`, shape (resources, worlds)."""
        levers = self.model.pakistan.levers
        return stacked(
            [
                self.nothing,
                self.nothing,
                levers["recognition"],
                levers["diplomatic_advocacy"],
                levers["aid"],
                self.model.durand_line.openness,
                levers["joint_patrols"],
                levers["military_training"],
                levers["factional_mediation"],
            ]
        )

    def _delivered(self, offered: Vector) -> Vector:
        """What of that arrives: terms are kept to, recognition comes by steps, trade runs by itself."""
        given = self.apply(
            leverage.given_on_terms,
            offered=offered,
            conditionality=self.model.pakistan.conditionality,
            effort=self.effort,
        )
        itself = {"recognition": self.model.pakistan.granted, "trade": self.model.durand_line.openness}
        return stacked(itself.get(name, given[row]) for row, name in enumerate(NEEDED))

    def _pakistani_control(self, delivered: Vector) -> Vector:
        flows = self.apply(leverage.withdrawable_control, delivered=delivered)
        special = dict.fromkeys(WARTIME, self.wartime_supply)
        special["recognition"] = self.apply(leverage.irreversible_control, granted=self.model.pakistan.granted)
        return stacked(special.get(name, flows[row]) for row, name in enumerate(NEEDED))

    def _indian_control(self) -> Vector:
        """What India could grant or withdraw."""
        engagement = self.model.india.engagement
        return stacked(engagement if name in FROM_INDIA else self.nothing for name in NEEDED)

    def _alternatives(self) -> Vector:
        """What others than Pakistan and India would supply."""
        others = dict(self.alternatives)
        for name in FROM_CHINA:
            others[name] = others[name] + self.model.china.patronage
        others["aid"] = others["aid"] + self.model.donors.aid
        return stacked(others[name] for name in NEEDED)

    def _own_supply(self) -> Vector:
        own = {"sanctuary": self.own_territory * (1.0 - self.war), "arms": self.arms_stock}
        return stacked(own.get(name, self.nothing) for name in NEEDED)

    def _weigh_own_hold(self) -> None:
        """What Kabul holds over Islamabad, in the order of `HELD`."""
        pakistan, land, held = self.model.pakistan, self.model.land, self.held_from
        attacks = np.minimum(land.recent_attacks / self.parameter("scale_attacks"), 1.0)
        room = held["need_room_denied_to_india"]
        needs = stacked(
            [
                self.apply(dependence.need_of_restraint, attacks=attacks),
                held["need_western_neighbour"],
                held["need_central_asia_road"],
                self.apply(dependence.need_of_room_denied, base=room, india_engagement=self.model.india.engagement),
                pakistan.power("clerics"),
            ]
        )
        at_peace = 1.0 - self.war
        control = stacked([held["kabul_control"], at_peace, at_peace, self.openness, pakistan.rhetoric])
        alternatives = stacked(held[f"alternative_{name}"] for name in HELD)
        operations = pakistan.levers["domestic_operations"]
        own = stacked([operations, *(self.nothing for _ in HELD[1:])])
        self.held = self.apply(
            leverage.leverage, need=needs, control=control, alternatives=alternatives, own_supply=own
        )
        self.leverage_over_pakistan = total(self.held) / len(HELD)

    def hear_factions(self) -> None:
        """Factions take in the month's benefits and coercion; power shifts; resentment builds or fades."""
        levers, india = self.model.pakistan.levers, self.model.india
        self.coercion_felt = self.apply(
            alignment.coercion,
            strikes=self.model.pakistan.strikes,
            closure=levers["border_closure"],
            expulsion=levers["refugee_expulsion"],
        )
        benefit = stacked([self.benefit, india.engagement, self.nothing])
        coercion = stacked(
            [self.coercion_felt, self.nothing, self.apply(alignment.restraint_cools_ties, effort=self.effort)]
        )
        for faction in self.factions:
            faction.respond(benefit, coercion)
        share_power(self.factions)
        self.spread = disagreement(self.factions, "ttp")
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
        pakistan, public, choice = self.model.pakistan, self.model.afghan_public, self.on_ttp
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
            choice.pressure(stance.cohesion_cost, spread=self.spread, on=EFFORT_SQUARED),
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
            spread=self.spread,
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
