"""The Afghan Taliban: weighs dependence, decides how far to restrain the TTP, opens to India, speaks, holds the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.actor import Actor
from sim.agents.decision import Decision
from sim.agents.faction import Faction, disagreement, share_power, shared_tie
from sim.chance import happens
from sim.rules import alignment, border, campaign, dependence, leverage, stance
from sim.vocabulary import FACTIONS, RESOURCES_PAKISTAN_NEEDS, RESOURCES_TALIBAN_NEEDS, STANCES
from sim.worlds import Vector, total

if TYPE_CHECKING:
    from sim.model import FrontierModel

NEEDED = tuple(RESOURCES_TALIBAN_NEEDS)
HELD = tuple(RESOURCES_PAKISTAN_NEEDS)
# What Pakistan supplied for the war; it takes no lever to offer it still.
WARTIME = ("sanctuary", "arms")
# What India could offer in Pakistan's place.
FROM_INDIA = ("advocacy", "aid", "trade", "military_training")

EFFORT = tuple(STANCES.values())
EFFORT_SQUARED = tuple(effort * effort for effort in EFFORT)
# Bargaining plays the chip in full; a mediator plays half of it.
BARGAINING = (0.0, 1.0, 0.5, 0.0, 0.0)


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
        self.on_ttp = Decision(self, "stance", tuple(STANCES), start=0)
        self.effort = self.full(0.0)
        self.needs = {name: self.parameter(f"need_{name}") for name in NEEDED}
        self.alternatives = {name: self.parameter(f"alternative_{name}") for name in NEEDED}
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
        needs, delivered = self._needs_left()
        pakistan = self._pakistani_control(delivered)
        others, india = self._alternatives()
        own = np.zeros_like(needs)
        own[NEEDED.index("sanctuary")] = self.parameter("own_territory") * (1.0 - self.war)
        own[NEEDED.index("arms")] = self.arms_stock
        self.holds = self.apply(leverage.leverage, needs, pakistan, others + india, own)
        self.leverage_of_pakistan = total(self.holds) / len(NEEDED)
        indian = self.apply(leverage.leverage, needs, india, others + pakistan, own)
        self.leverage_of_india = total(indian[NEEDED.index(name)] for name in FROM_INDIA) / len(FROM_INDIA)
        self._weigh_own_hold()

        sender = self.model.pakistan
        self.usable = self.apply(leverage.usable_leverage, self.leverage_of_pakistan, sender.credibility)
        hold = total(self.holds[NEEDED.index(name)] * delivered[NEEDED.index(name)] for name in NEEDED[len(WARTIME) :])
        self.conditional_reward = self.apply(leverage.conditional_reward, hold, sender.credibility)
        exposed = self.apply(leverage.vulnerability, self.cohesion, self.holds[NEEDED.index("trade")], self.war)
        self.threat = self.apply(leverage.threat, sender.economy, sender.threat_credibility, exposed)

    def _change_needs(self) -> None:
        for name in WARTIME:
            self.wartime_need[name] = self.apply(dependence.wartime_need, self.wartime_need[name], self.war)
        self.arms_stock = self.apply(dependence.inherited_arms, self.arms_stock, self.war)

    def _needs_left(self) -> tuple[Vector, Vector]:
        """Need after delivery, and delivery, each of shape (resources, worlds)."""
        levers, line = self.model.pakistan.levers, self.model.durand_line
        delivered = np.stack(
            [
                self.full(0.0),
                self.full(0.0),
                self.model.pakistan.granted,
                levers["diplomatic_advocacy"],
                levers["aid"],
                line.openness,
                levers["joint_patrols"],
                levers["military_training"],
                levers["factional_mediation"],
            ]
        )
        base = np.stack([self.full(self.wartime_need.get(name, self.needs[name])) for name in NEEDED])
        for name in ("aid", "trade"):
            row = NEEDED.index(name)
            base[row] = self.apply(dependence.need_in_hardship, base[row], self.model.afghan_public.hardship)
        left = self.apply(leverage.remaining_need, base, delivered)
        flows = slice(len(WARTIME), None)
        self.benefit = self.apply(alignment.benefit_share, total(base[flows] * delivered[flows]), total(base[flows]))
        return left, delivered

    def _pakistani_control(self, delivered: Vector) -> Vector:
        control = self.apply(leverage.withdrawable_control, delivered)
        control[: len(WARTIME)] = self.parameter("wartime_supply")
        control[NEEDED.index("recognition")] = self.apply(leverage.irreversible_control, self.model.pakistan.granted)
        return control

    def _alternatives(self) -> tuple[Vector, Vector]:
        """What others would supply, without India and by India, each of shape (resources, worlds)."""
        others = np.stack([self.full(self.alternatives[name]) for name in NEEDED])
        for name in ("aid", "trade", "advocacy"):
            others[NEEDED.index(name)] += self.model.china.patronage
        others[NEEDED.index("aid")] += self.model.donors.aid
        india = np.zeros_like(others)
        for name in FROM_INDIA:
            india[NEEDED.index(name)] = self.model.india.engagement
        return others, india

    def _weigh_own_hold(self) -> None:
        """What Kabul holds over Islamabad."""
        pakistan, land = self.model.pakistan, self.model.land
        attacks = np.minimum(land.recent_attacks / self.parameter("scale_attacks"), 1.0)
        needs = np.stack(
            [
                self.apply(dependence.need_of_restraint, attacks),
                self.full(self.parameter("need_western_neighbour")),
                self.full(self.parameter("need_central_asia_road")),
                self.apply(
                    dependence.need_of_room_denied,
                    self.full(self.parameter("need_room_denied_to_india")),
                    self.model.india.engagement,
                ),
                pakistan.power("clerics"),
            ]
        )
        control = np.stack(
            [
                self.full(self.parameter("kabul_control")),
                1.0 - self.war,
                1.0 - self.war,
                self.openness,
                pakistan.rhetoric,
            ]
        )
        alternatives = np.stack([self.full(self.parameter(f"alternative_{name}")) for name in HELD])
        own = np.zeros_like(needs)
        own[0] = pakistan.levers["domestic_operations"]
        self.held = self.apply(leverage.leverage, needs, control, alternatives, own)
        self.leverage_over_pakistan = total(self.held) / len(HELD)

    def hear_factions(self) -> None:
        """Factions take in the month's benefits and coercion; power shifts; resentment and words follow."""
        levers, india = self.model.pakistan.levers, self.model.india
        self.coercion_felt = self.apply(
            alignment.coercion, self.model.pakistan.strikes, levers["border_closure"], levers["refugee_expulsion"]
        )
        nothing = self.full(0.0)
        benefit = np.stack([self.benefit, india.engagement, nothing])
        coercion = np.stack([self.coercion_felt, nothing, self.effort * self.effort])
        for faction in self.factions:
            faction.respond(benefit, coercion)
        share_power(self.factions)
        self.spread = disagreement(self.factions, "ttp")
        self.resentment = self.apply(alignment.resentment, self.resentment, self.coercion_felt)

    def take_posture(self) -> None:
        """Openness to India, public words, and how hard the guards hold the line; a scenario may prescribe them."""
        script = self.model.script.settings("taliban", self.model.month, self.model.recent)
        levers, public = self.model.pakistan.levers, self.model.afghan_public
        tie = self.tie("pakistan")
        self.strain = self.apply(alignment.strain, tie, self.resentment, self.coercion_felt)
        openness = self.apply(alignment.openness_to_india, self.tie("india"), self.strain, self.leverage_of_pakistan)
        words = self.apply(alignment.messaging, levers["diplomatic_advocacy"], tie, public.distrust)
        posture = self.apply(border.border_posture, levers["fencing"], self.resentment, tie)
        self.openness = prescribed(script["india_openness"], openness)
        self.messaging = prescribed(script["messaging"], words)
        self.posture = prescribed(script["border_posture"], posture)

    def choose_stance(self) -> None:
        """How far to restrain the TTP: a sum of named pressures, each a rule."""
        pakistan, public, choice = self.model.pakistan, self.model.afghan_public, self.on_ttp
        offered = self.benefit * (1.0 - pakistan.credibility) + pakistan.concession_pressure * pakistan.credibility
        self.expected_concession = self.apply(stance.expected_concession, self.expected_concession, offered)
        held = choice.held()
        pressures = [
            choice.pressure(stance.kinship_and_debt, self.tie("ttp"), on=EFFORT),
            choice.pressure(stance.cohesion_cost, self.spread, on=EFFORT_SQUARED),
            choice.pressure(stance.public_cost, pakistan.visibility, public.distrust, on=EFFORT),
            choice.pressure(stance.resentment_cost, self.resentment, on=EFFORT),
            choice.pressure(stance.anger_at_strikes, pakistan.recent_strikes, on=EFFORT),
            choice.pressure(stance.indian_alternative, self.model.india.engagement, on=EFFORT),
            choice.pressure(stance.pull_of_reward, self.conditional_reward, on=EFFORT),
            choice.pressure(stance.goodwill, self.tie("pakistan"), on=EFFORT),
            choice.pressure(stance.answer_to_threat, self.threat, on=EFFORT),
            choice.pressure(stance.value_of_the_chip, 1.0 - self.benefit, self.expected_concession, on=BARGAINING),
            choice.pressure(stance.chip_kept, self.benefit, on=BARGAINING),
            choice.pressure(stance.call_to_mediate, pakistan.levers["ttp_talks"], on=choice.only("mediate")),
            choice.pressure(stance.stance_habit, held, on=(1.0,) * len(EFFORT)),
        ]
        script = self.model.script.settings("taliban", self.model.month, self.model.recent)
        choice.choose(pressures, script["stance"])
        self.effort = choice.value(EFFORT)
        self.shelter = self.apply(campaign.shelter_given, self.effort)

    def hold_together(self) -> None:
        """Cohesion wears with restraint; at worst the movement breaks, and war returns."""
        public = self.model.afghan_public
        favour = 1.0 - (1.0 - self.effort) * (1.0 - self.benefit)
        self.legitimacy = self.apply(
            alignment.legitimacy,
            self.legitimacy,
            favour,
            self.model.pakistan.visibility,
            public.distrust,
            public.hardship,
        )
        self.cohesion = self.apply(
            stance.taliban_cohesion, self.cohesion, self.effort, self.spread, self.legitimacy, self.war
        )
        chance = self.apply(stance.fracture_chance, self.cohesion)
        breaking = happens(self.luck("fracture"), chance) * (1.0 - self.fractured)
        self.fractured = np.maximum(self.fractured, breaking)
        self.war = self.apply(stance.afghan_war, self.war, breaking)


def prescribed(script: Vector | None, own: Vector) -> Vector:
    """The scenario's value where it gives one (not below 0), else the actor's own."""
    return own if script is None else np.where(script >= 0, script, own)
