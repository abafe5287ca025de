"""Where it happens: Pakistan's five areas, and the Durand Line with its two sides."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.actor import Actor
from sim.chance import binomial, negative_binomial, poisson
from sim.rules import border, foothold, grievance, spiral, violence
from sim.vocabulary import LEVER_SPECS, PAKISTAN_AREAS
from sim.worlds import Vector, stacked, total

if TYPE_CHECKING:
    from sim.model import FrontierModel

AREAS = tuple(PAKISTAN_AREAS)


class Land(Actor):
    """Pakistan's areas: attacks, deaths, grievance and control.

    Attributes:
        weights: usual share of TTP attacks by area; exposure: the same against the most exposed area.
        grievance, control, foothold, attacks: by area, shape (areas, worlds).
        infiltration: how freely armed men cross into Pakistan, 0 to 1.
        deaths_*: this month's dead, each shape (worlds,).
        recent_*: fading means of attacks and deaths a month.
    """

    def __init__(self, model: FrontierModel) -> None:
        super().__init__(model, "land")
        self.weights = stacked(self.start(f"area_weight_{area}") for area in AREAS)
        self.weights = self.weights / total(self.weights)
        self.exposure = self.weights / self.weights.max(axis=0)
        self.grievance = stacked(self.start(f"start_grievance_{area}") for area in AREAS)
        self.control = stacked(self.start(f"start_control_{area}") for area in AREAS)
        self.foothold = stacked(self.start(f"start_foothold_{area}") for area in AREAS)
        self.foothold_at_start = self.foothold
        self.infiltration = self.full(0.0)
        self.attacks = np.zeros((len(AREAS), model.worlds))
        self.nothing = self.full(0.0)
        self.lethal_share = self.start("lethal_share")
        self.background = self.nothing
        self.deaths_security = self.full(0.0)
        self.deaths_civilian = self.full(0.0)
        self.deaths_militant = self.full(0.0)
        self.deaths_afghan = self.full(0.0)
        self.deaths_by_ttp = self.full(0.0)
        self.recent_attacks = self.start("start_recent_attacks")
        self.recent_deaths_by_ttp = self.start("start_recent_deaths_by_ttp")
        self.recent_deaths = self.start("start_recent_deaths")

    @property
    def mean_grievance(self) -> Vector:
        """Grievance over areas, each weighted by its usual share of attacks."""
        return total(self.weights * self.grievance)

    @property
    def mean_control(self) -> Vector:
        """State control, averaged over areas."""
        return total(self.control) / len(AREAS)

    @property
    def mean_foothold(self) -> Vector:
        """Foothold over areas, each weighted by its usual share of attacks."""
        return total(self.weights * self.foothold)

    def suffer_attacks(self) -> None:
        """Draw the month's attacks, by the TTP in each area and by other groups anywhere, and their dead."""
        groups = self.model.groups
        home = stacked(total(one.expected for one in groups if one.home == area) for area in range(len(AREAS)))
        expected = self.apply(violence.attacks_in_area, home=home, elsewhere=self.weights * total(home))
        expected = expected * self.apply(
            foothold.foothold_serves, foothold=self.foothold, at_start=self.foothold_at_start
        )
        encouraged = self.apply(violence.encouragement, prestige=self.model.ttp.prestige)
        others = self.apply(violence.background_attacks, encouragement=encouraged, iskp=self.model.iskp.strength)
        draws = self.model.streams.uniforms("land.attacks", self.model.month, len(AREAS) + 1)
        drawn = negative_binomial(draws, np.concatenate([expected, others[None]]), self.parameter("attack_dispersion"))
        self.attacks, self.background = drawn[:-1], drawn[-1]
        self._count_dead()

    def _count_dead(self) -> None:
        attacks = total(self.attacks)
        security, civilian = self._dead_of("ttp", attacks, violence.security_dead)
        self.deaths_by_ttp = security + civilian
        other_security, other_civilian = self._dead_of("others", self.background, violence.security_dead_of_others)
        line = self.model.durand_line
        # Group by group, as all together may be more than can be drawn at once.
        lost = stacked(group.lost for group in self.model.groups)
        killed = self.apply(violence.militants_killed_expected, lost=lost)
        uniform = self.model.streams.uniforms("land.militants", self.model.month, len(lost))
        struck = self.apply(violence.strike_deaths_expected, strikes=self.model.pakistan.strikes)
        self.deaths_security = security + other_security
        self.deaths_civilian = civilian + other_civilian + line.deaths_pakistani
        self.deaths_militant = total(poisson(uniform, killed))
        self.deaths_afghan = poisson(self.draw("struck"), struck) + line.deaths_afghan
        fading = self.parameter("recent_fading")
        deaths = self.deaths_security + self.deaths_civilian
        self.recent_attacks = self.recent_attacks + fading * (attacks - self.recent_attacks)
        self.recent_deaths = self.recent_deaths + fading * (deaths - self.recent_deaths)
        self.recent_deaths_by_ttp = self.recent_deaths_by_ttp + fading * (
            self.deaths_by_ttp - self.recent_deaths_by_ttp
        )

    def _dead_of(
        self, who: str, attacks: Vector, aimed_at_security_forces: Callable[..., Vector]
    ) -> tuple[Vector, Vector]:
        """Dead among security forces and civilians in this many attacks: a draw for each lethal one."""
        lethal = binomial(self.draw(f"{who}.lethal"), attacks, self.lethal_share)
        aimed = self.apply(aimed_at_security_forces, lethal=lethal) / np.maximum(lethal, 1.0)
        at_forces = binomial(self.draw(f"{who}.against"), lethal, aimed)
        security = self.sum_over(f"{who}.toll.security", at_forces, violence.deaths_in_attack)
        return security, self.sum_over(f"{who}.toll.civilian", lethal - at_forces, violence.deaths_in_attack)

    def update_grievance_and_control(self) -> None:
        """Grievance, footholds and control shift with what each area bore this month."""
        pakistan = self.model.pakistan
        levers = pakistan.levers
        operations = levers["domestic_operations"] * self.exposure
        withdrawn_from = LEVER_SPECS["troop_withdrawal"].area
        withdrawal = stacked(levers["troop_withdrawal"] if area == withdrawn_from else self.nothing for area in AREAS)
        redress = pakistan.redress(withdrawal)
        self.grievance = self.apply(
            grievance.grievance,
            grievance=self.grievance,
            operations=operations,
            strikes=pakistan.strikes * self.exposure,
            expulsion=np.broadcast_to(levers["refugee_expulsion"], operations.shape),
            redress=redress,
        )
        self._update_foothold(operations, withdrawal, redress)
        bad_month = self.parameter("scale_attacks") * self.weights
        self.control = self.apply(
            grievance.area_control,
            control=self.control,
            attacks=np.minimum(self.attacks / bad_month, 10.0),
            operations=operations,
            withdrawal=withdrawal,
            grievance=self.grievance,
            foothold=self.foothold,
        )

    def _update_foothold(self, operations: Vector, withdrawal: Vector, redress: Vector) -> None:
        """What crosses the line and what is there already grow in each area, as far as the state does not hold or clear it."""
        law = self.model.pakistan.levers["religious_law_concessions"] * self.exposure
        held = self.apply(foothold.area_held, control=self.control, operations=operations, redress=redress, law=law)
        grown = self.apply(
            foothold.foothold_spreads,
            foothold=self.foothold,
            crossing=self.infiltration * self.exposure,
            exposure=self.exposure,
            grievance=self.grievance,
            withdrawal=withdrawal,
            truce=np.broadcast_to(self.model.ttp.truce, withdrawal.shape),
            held=held,
        )
        self.foothold = self.apply(foothold.foothold_cleared, foothold=grown, operations=operations)


class DurandLine(Actor):
    """The line: clashes, closures, trade, and what they cost both sides.

    Attributes:
        clashes: this month; started_by_pakistan: how many of them.
        open_share: share of the month in which crossings were open.
        patrols: patrols walked together, 0 to 1.
        trade: 1 is what passed before the takeover; openness: trade as a share of the most it could be.
    """

    def __init__(self, model: FrontierModel) -> None:
        super().__init__(model, "durand_line")
        self.clashes = self.full(0.0)
        self.started_by_pakistan = self.full(0.0)
        self.open_share = self.full(1.0)
        self.patrols = self.full(0.0)
        self.trade = self.start("start_trade")
        self.deaths_pakistani = self.full(0.0)
        self.deaths_afghan = self.full(0.0)
        self.afghan_sovereignty = self.start("start_afghan_sovereignty")

    @property
    def openness(self) -> Vector:
        """Trade as a share of the most that open terms would bring, 0 to 1."""
        return np.minimum(self.trade / (1.0 + self.parameter("trade_opening_gain")), 1.0)

    def clash(self) -> None:
        """Clashes on the line, who fired first, how long crossings stay shut, and what trade is left."""
        pakistan, taliban, relations = self.model.pakistan, self.model.taliban, self.model.relations
        levers = pakistan.levers
        self.patrols = levers["joint_patrols"] * relations.passable
        expected = self.apply(
            border.clashes_expected,
            fencing=levers["fencing"],
            strikes=pakistan.strikes,
            posture=taliban.posture,
            answer=taliban.answer,
            hostilities=relations.hostilities,
            joint_patrols=self.patrols,
        )
        self.clashes = poisson(self.draw("clashes"), expected)
        first = self.apply(border.pakistan_fires_first, strikes=pakistan.strikes, posture=taliban.posture)
        self.started_by_pakistan = binomial(self.draw("first"), self.clashes, first)
        self._count_dead()
        shut = self.apply(border.closed_by_clashes, clashes=self.clashes)
        self.open_share = (1.0 - shut) * (1.0 - pakistan.closure) * relations.passable
        self.trade = self.apply(
            border.trade, trade=self.trade, border_open=self.open_share, opening=levers["trade_opening"]
        )
        self.afghan_sovereignty = self.apply(
            border.afghan_sovereignty,
            sovereignty=self.afghan_sovereignty,
            strikes=pakistan.strikes,
            incursions=self.started_by_pakistan,
            fencing=levers["fencing"],
        )

    def _count_dead(self) -> None:
        pakistan, war = self.model.pakistan, self.model.relations.hostilities
        clashes = self.apply(border.clash_deaths_expected, clashes=self.clashes)
        ours = self.apply(spiral.hostility_deaths_expected, hostilities=war, strikes=self.full(0.0))
        theirs = self.apply(spiral.hostility_deaths_expected, hostilities=war, strikes=pakistan.strikes)
        self.deaths_pakistani = poisson(self.draw("dead.pakistani"), clashes + ours)
        self.deaths_afghan = poisson(self.draw("dead.afghan"), clashes + theirs)

    def let_through(self) -> None:
        """How freely armed men cross into Pakistan this month."""
        pakistan, ttp = self.model.pakistan, self.model.ttp
        way = self.apply(
            foothold.way_across,
            fencing=pakistan.levers["fencing"],
            patrols=self.patrols,
            closure=pakistan.closure,
        )
        self.model.land.infiltration = self.apply(
            foothold.infiltration, refuge=ttp.refuge, shelter=self.model.taliban.shelter, way=way
        )
