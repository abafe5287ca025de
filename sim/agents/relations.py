"""What stands between Islamabad and Kabul: tension, and open hostilities that begin and end."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.actor import Actor
from sim.chance import happens
from sim.rules import spiral
from sim.worlds import Vector

if TYPE_CHECKING:
    from sim.model import FrontierModel


class Relations(Actor):
    """The quarrel between the two capitals.

    Attributes:
        tension: 0 to 1; hostilities: 1 in worlds with open hostilities; months: for how long.
        passable: what the quarrel leaves of traffic and joint work, 0 to 1.
    """

    def __init__(self, model: FrontierModel) -> None:
        super().__init__(model, "relations")
        self.tension = self.start("start_tension")
        self.hostilities = self.full(0.0)
        self.months = self.full(0.0)
        self.passable = self._passable()

    def quarrel(self) -> None:
        """Tempers cool, what was done this month raises them, and it may come to open hostilities, or to their end."""
        pakistan, taliban, land, line = self.model.pakistan, self.model.taliban, self.model.land, self.model.durand_line
        hurt = np.minimum(land.recent_deaths_by_ttp / self.parameter("scale_deaths"), 1.0)
        eased = self.apply(spiral.tension_eases, tension=self.tension, patrols=line.patrols, goodwill=taliban.benefit)
        self.tension = self.apply(
            spiral.tension_builds,
            tension=eased,
            from_across=hurt * taliban.shelter,
            strikes=pakistan.strikes,
            clashes=line.clashes,
            closure=pakistan.closure,
            expulsion=pakistan.levers["refugee_expulsion"],
            answer=taliban.answer,
        )
        self._begin_or_end()
        self.passable = self._passable()

    def _begin_or_end(self) -> None:
        taliban, others = self.model.taliban, self.model.china
        beginning = self.apply(
            spiral.hostilities_begin, tension=self.tension, answer=taliban.answer, strikes=self.model.pakistan.strikes
        )
        ending = self.apply(
            spiral.hostilities_end,
            months=self.months,
            dependence=taliban.dependence,
            mediators=others.patronage,
            tension=self.tension,
        )
        begun = happens(self.draw("begin"), beginning) * (1.0 - self.hostilities)
        ended = happens(self.draw("end"), ending) * self.hostilities
        self.hostilities = self.hostilities + begun - ended
        self.months = (self.months + 1.0) * self.hostilities

    def _passable(self) -> Vector:
        return self.apply(spiral.passable, tension=self.tension, hostilities=self.hostilities)
