"""India: how far to engage with Kabul."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.actor import Actor
from sim.agents.decision import Decision
from sim.rules import diplomacy
from sim.vocabulary import ENGAGEMENTS
from sim.worlds import Vector

if TYPE_CHECKING:
    from sim.model import FrontierModel

DEPTH = tuple(ENGAGEMENTS.values())
DEPTH_SQUARED = tuple(depth * depth for depth in DEPTH)


class India(Actor):
    """India.

    Attributes:
        engagement: with Kabul, 0 none to 1 deep partnership.
    """

    def __init__(self, model: FrontierModel) -> None:
        super().__init__(model, "india")
        self.engagement_decision = Decision(self, "engagement", tuple(ENGAGEMENTS), start="none")
        self.engagement = self.full(0.0)

    @property
    def supply(self) -> Vector:
        """How far it could stand in for Pakistan in what it offers Kabul, 0 to 1."""
        return self.engagement

    def choose_engagement(self) -> None:
        """None, a mission, an embassy, a partnership: a sum of named pressures."""
        taliban, choice = self.model.taliban, self.engagement_decision
        above = np.asarray(DEPTH)[:, None] - self.engagement
        every = (1.0,) * len(DEPTH)
        pressures = [
            choice.pressure(diplomacy.kabul_invites_india, openness=taliban.openness, on=DEPTH),
            choice.pressure(diplomacy.strain_opens_door, strain=taliban.strain, on=DEPTH),
            choice.pressure(
                diplomacy.indian_caution,
                risk=self.model.iskp.regional_risk,
                sanctions=self.model.donors.sanctions,
                on=DEPTH_SQUARED,
            ),
            choice.pressure(diplomacy.indian_gradualism, distance=np.abs(above), on=every),
            choice.pressure(diplomacy.indian_retreat, retreat=np.maximum(-above, 0.0), on=every),
            choice.pressure(diplomacy.indian_habit, held=choice.held(), on=every),
        ]
        script = self.model.script.settings("india", self.model.month, self.model.recent)
        choice.choose([*pressures, *choice.menu(script)], script["engagement"])
        self.engagement = choice.value(DEPTH)
