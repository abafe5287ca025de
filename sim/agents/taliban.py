"""The Afghan Taliban: weighs dependence, restrains and brokers, answers Islamabad, opens to India, speaks, holds the line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.decision import Decision
from sim.agents.dependence import Dependent
from sim.agents.faction import Faction, disagreement, factions_of, share_power, shared_tie
from sim.chance import happens
from sim.rules import alignment, border, brokering, campaign, spiral, stance, tools
from sim.vocabulary import (
    BROKERING,
    KABUL_ANSWERS,
    STANCES,
)
from sim.worlds import Vector

if TYPE_CHECKING:
    from sim.model import FrontierModel

EFFORT = tuple(STANCES.values())
EFFORT_SQUARED = tuple(effort * effort for effort in EFFORT)
BROKERED, ANSWER = tuple(BROKERING.values()), tuple(KABUL_ANSWERS.values())
ANSWER_SQUARED = tuple(answer * answer for answer in ANSWER)


class Taliban(Dependent):
    """The Afghan Taliban.

    Attributes:
        effort: how far it restrains the TTP; brokering: how far it stands between it and Islamabad; answer: how hard it
            answers Islamabad; all 0 to 1.
        capacity: of its army; hold_over_ttp: share of the TTP's doings that it could stop; both 0 to 1.
        cohesion, legitimacy, resentment: 0 to 1.
        war: share of Afghanistan contested; fractured: 1 once the movement has broken.
        openness: to India; messaging: friendliness of public words; posture: of its guards on the line; 0 to 1.
    """

    def __init__(self, model: FrontierModel) -> None:
        super().__init__(model, "taliban")
        self.factions = factions_of(model, self.name)
        self.stance_decision = Decision(self, "stance", tuple(STANCES), start="shelter")
        self.effort = self.full(0.0)
        self.brokering_decision = Decision(self, "brokering", tuple(BROKERING), start="stand_apart")
        self.brokering = self.full(0.0)
        self.answer_decision = Decision(self, "answer", tuple(KABUL_ANSWERS), start="absorb")
        self.answer = self.full(0.0)
        self.unmet = self.full(1.0)
        self.expected_concession = self.start("start_expected_concession")
        self.coercion_felt = self.full(0.0)
        self.resentment = self.start("start_resentment")
        self.cohesion = self.start("start_cohesion")
        self.legitimacy = self.start("start_legitimacy")
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

    def hear_factions(self) -> None:
        """Factions take in the month's benefits and coercion; power shifts; resentment builds or fades."""
        levers = self.model.pakistan.levers
        self.coercion_felt = self.apply(
            alignment.coercion,
            strikes=self.model.pakistan.strikes,
            closure=self.model.pakistan.closure,
            expulsion=levers["refugee_expulsion"],
        )
        benefit = {"pakistan": self.benefit, "india": self.model.india.engagement}
        cooled = self.apply(alignment.restraint_cools_ties, effort=self.effort)
        coercion = {"pakistan": self.coercion_felt, "ttp": cooled}
        strength = np.minimum(self.model.ttp.strength / (2.0 * self.parameter("start_fighters")), 1.0)
        benefit["ttp"] = self.apply(alignment.services_of_the_ttp, strength=strength, war=self.war)
        for faction in self.factions:
            faction.respond(benefit, coercion)
        mediation = levers["factional_mediation"]
        self.faction("haqqani").favour = self.apply(tools.mediator_favours_friends, mediation=mediation)
        share_power(self.factions)
        self.faction_dispersion = self.apply(
            tools.factions_settled, dispersion=disagreement(self.factions, "ttp"), mediation=mediation
        )
        self.resentment = self.apply(alignment.resentment, resentment=self.resentment, coercion=self.coercion_felt)

    def take_posture(self) -> None:
        """Openness to India, public words, and how hard the guards hold the line; a scenario may prescribe them."""
        script = self.model.script.settings("taliban", self.model.month, self.model.recent)
        levers, public = self.model.pakistan.levers, self.model.afghan_public
        tie = self.tie("pakistan")
        self.strain = self.apply(
            alignment.strain,
            alignment_pakistan=tie,
            resentment=self.resentment,
            coercion=self.coercion_felt,
            tension=self.model.relations.tension,
        )
        openness = self.apply(
            alignment.openness_to_india,
            alignment_india=self.tie("india"),
            strain=self.strain,
            leverage_pakistan=self.dependence,
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
        pakistan, public, relations = self.model.pakistan, self.model.afghan_public, self.model.relations
        choice = self.stance_decision
        ready = self.apply(
            stance.readiness_to_pay,
            benefit=self.benefit,
            credibility=pakistan.credibility,
            concession_pressure=pakistan.concession_pressure,
        )
        self.expected_concession = self.apply(
            stance.expected_concession, expected=self.expected_concession, offered=ready
        )
        self.unmet = self.apply(stance.still_wanted, benefit=self.benefit, patronage=self._friends())
        pressures = [
            choice.pressure(stance.kinship_and_debt, alignment_ttp=self.tie("ttp"), on=EFFORT),
            choice.pressure(stance.cohesion_cost, dispersion=self.faction_dispersion, on=EFFORT_SQUARED),
            choice.pressure(stance.public_cost, visibility=pakistan.visibility, distrust=public.distrust, on=EFFORT),
            choice.pressure(stance.resentment_cost, resentment=self.resentment, on=EFFORT),
            choice.pressure(
                stance.terms_offend, conditionality=pakistan.conditionality, resentment=self.resentment, on=EFFORT
            ),
            choice.pressure(stance.anger_at_strikes, recent_strikes=pakistan.recent_strikes, on=EFFORT),
            choice.pressure(stance.indian_alternative, india_engagement=self.model.india.engagement, on=EFFORT),
            choice.pressure(stance.pull_of_reward, conditional_reward=self.conditional_reward, on=EFFORT),
            choice.pressure(stance.loss_if_it_defies, leverage_in_use=self.in_use, on=EFFORT),
            choice.pressure(stance.goodwill, alignment_pakistan=self.tie("pakistan"), on=EFFORT),
            choice.pressure(stance.answer_to_threat, threat=self.threat, on=EFFORT),
            choice.pressure(
                stance.value_of_the_chip, unmet=self.unmet, expected_concession=self.expected_concession, on=EFFORT
            ),
            choice.pressure(stance.chip_kept, delivered=self.benefit, credibility=pakistan.credibility, on=EFFORT),
            choice.pressure(
                spiral.quarrel_frees_the_ttp,
                tension=relations.tension,
                hostilities=relations.hostilities,
                on=EFFORT,
            ),
            choice.pressure(stance.stance_step, distance=_distance(EFFORT, self.effort), on=(1.0,) * len(EFFORT)),
        ]
        script = self._script()
        choice.choose([*pressures, *choice.menu(script)], script["stance"])
        self.effort = choice.value(EFFORT)
        self.shelter = self.apply(campaign.shelter_given, effort=self.effort, control=self.hold_over_ttp)

    def choose_brokering(self) -> None:
        """Whether to carry messages between Islamabad and the TTP, to host their talks, to guarantee what they agree."""
        pakistan, choice = self.model.pakistan, self.brokering_decision
        pressures = [
            choice.pressure(brokering.call_to_mediate, talks=pakistan.levers["ttp_talks"], on=BROKERED),
            choice.pressure(
                brokering.brokering_pays, unmet=self.unmet, expected_concession=self.expected_concession, on=BROKERED
            ),
            choice.pressure(
                brokering.name_at_stake,
                tension=self.model.relations.tension,
                collapse=pakistan.memory_of_collapse,
                on=BROKERED,
            ),
            choice.pressure(
                brokering.brokering_step, distance=_distance(BROKERED, self.brokering), on=(1.0,) * len(BROKERED)
            ),
        ]
        choice.choose(pressures, self._script()["brokering"])
        self.brokering = choice.value(BROKERED)

    def answer_pakistan(self) -> None:
        """What Kabul does about what Pakistan did: absorbs it, protests, fires on the line, or goes over to an offensive."""
        relations, choice = self.model.relations, self.answer_decision
        pressures = [
            choice.pressure(spiral.pakistan_provoked, provocation=self.coercion_felt, on=ANSWER),
            choice.pressure(
                spiral.public_wants_an_answer,
                distrust=self.model.afghan_public.distrust,
                tension=relations.tension,
                on=ANSWER,
            ),
            choice.pressure(spiral.more_to_lose, dependence=self.dependence, on=ANSWER),
            choice.pressure(spiral.capacity_emboldens, capacity=self.capacity, on=ANSWER),
            choice.pressure(spiral.price_of_going_further, capacity=self.capacity, on=ANSWER_SQUARED),
            choice.pressure(spiral.step_by_step, distance=_distance(ANSWER, self.answer), on=(1.0,) * len(ANSWER)),
        ]
        choice.choose(pressures, self._script()["answer"])
        self.answer = choice.value(ANSWER)

    def _script(self) -> Mapping[str, Vector | None]:
        return self.model.script.settings("taliban", self.model.month, self.model.recent)

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
        self.cohesion = self.apply(
            spiral.rally_round,
            cohesion=self.cohesion,
            tension=self.model.relations.tension,
            distrust=public.distrust,
        )
        chance = self.apply(stance.fracture_chance, cohesion=self.cohesion)
        breaking = happens(self.draw("fracture"), chance) * (1.0 - self.fractured)
        self.fractured = np.maximum(self.fractured, breaking)
        self.war = self.apply(stance.afghan_war, war=self.war, breaking=breaking)


def prescribed(script: Vector | None, own: Vector) -> Vector:
    """The scenario's value where it gives one (not below 0), else the actor's own."""
    return own if script is None else np.where(script >= 0, script, own)


def _distance(values: tuple[float, ...], held: Vector) -> Vector:
    """How far each option lies from the one held, shape (options, worlds)."""
    return np.abs(np.asarray(values)[:, None] - held)
