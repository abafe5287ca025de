"""Actors that react rather than plan: the IMF, the United States, China, donors, ISKP, the Afghan public."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.actor import Actor
from sim.chance import happens
from sim.rules import alignment, dependence, diplomacy
from sim.worlds import Vector, total

if TYPE_CHECKING:
    from sim.model import FrontierModel


class IMF(Actor):
    """Reviews Pakistan's programme. `programme` is 1 where it is on track; `goodwill` is what a scenario adds, logits."""

    def __init__(self, model: FrontierModel) -> None:
        super().__init__(model, "imf")
        self.programme = happens(self.draw("start"), self.start("start_imf_programme"))
        self.goodwill = self.full(0.0)

    def review(self) -> None:
        """Review the programme, in the months in which one is due."""
        pakistan = self.model.pakistan
        chance = self.apply(
            diplomacy.imf_approval,
            economy=pakistan.economy,
            recognition=pakistan.granted,
            sanctions=self.model.donors.sanctions,
            unrest=pakistan.unrest,
            us_ties=self.model.united_states.ties,
            goodwill=self.goodwill,
        )
        approved = happens(self.draw("review"), chance)
        due = happens(self.draw("due"), self.full(self.parameter("imf_review_rate")))
        self.programme = np.where(due > 0, approved, self.programme)


class UnitedStates(Actor):
    """Washington's goodwill towards Pakistan: `ties`, 0 to 1."""

    def __init__(self, model: FrontierModel) -> None:
        super().__init__(model, "united_states")
        self.ties = self.start("start_us_ties")

    def update_ties(self) -> None:
        """Judge Pakistan by its dealings with Kabul and its talk; the IMF takes note."""
        pakistan = self.model.pakistan
        self.ties = self.apply(
            diplomacy.us_ties,
            ties=self.ties,
            recognition=pakistan.granted,
            rhetoric=pakistan.rhetoric,
            support=pakistan.visibility * self.model.taliban.benefit,
        )


class China(Actor):
    """China's own offer to Kabul: `patronage`, 0 to 1."""

    def __init__(self, model: FrontierModel) -> None:
        super().__init__(model, "china")
        self.patronage = self.start("start_china_patronage")

    @property
    def supply(self) -> Vector:
        """How far it could stand in for Pakistan in what it offers Kabul, 0 to 1."""
        return self.patronage

    def invest(self) -> None:
        """Extend the offer as Kabul courts it."""
        self.patronage = self.apply(
            diplomacy.chinese_patronage, patronage=self.patronage, messaging=self.model.taliban.messaging
        )


class Donors(Actor):
    """Sanctions on Kabul and humanitarian aid: sanctions that stand, and what share of them is loosened, both 0 to 1."""

    def __init__(self, model: FrontierModel) -> None:
        super().__init__(model, "donors")
        self.standing = self.start("start_sanctions")
        self.loosened = self.full(0.0)

    @property
    def sanctions(self) -> Vector:
        """Sanctions in force, 0 to 1."""
        return self.standing * (1.0 - self.loosened)

    def hear_advocates(self) -> None:
        """Sanctions loosen, slowly, where Pakistan speaks for Kabul."""
        advocacy = self.model.pakistan.levers["diplomatic_advocacy"]
        self.loosened = self.apply(diplomacy.sanctions_loosened, loosened=self.loosened, advocacy=advocacy)

    @property
    def supply(self) -> Vector:
        """Humanitarian aid as an alternative to Pakistan's, 0 to 1."""
        return self.full(self.parameter("donor_aid")) * (1.0 - self.sanctions)


class ISKP(Actor):
    """ISKP and al-Qaeda: `strength` and the `regional_risk` that they are part of, both 0 to 1."""

    def __init__(self, model: FrontierModel) -> None:
        super().__init__(model, "iskp")
        self.strength = self.start("start_iskp")
        self.regional_risk = self.full(0.0)

    def update_strength_and_risk(self) -> None:
        """Take in fighters who drift from the TTP, and what war leaves open."""
        taliban, land = self.model.taliban, self.model.land
        drifted = total(group.drifted for group in self.model.groups)
        self.strength = self.apply(diplomacy.iskp_strength, strength=self.strength, drifted=drifted, war=taliban.war)
        violence = np.minimum(land.recent_attacks / self.parameter("scale_attacks"), 1.0)
        self.regional_risk = self.apply(
            diplomacy.regional_risk,
            iskp=self.strength,
            shelter=taliban.shelter,
            violence=violence,
            control=land.mean_control,
        )


class AfghanPublic(Actor):
    """Afghans at large: `hardship` and `distrust` of Pakistan, both 0 to 1."""

    def __init__(self, model: FrontierModel) -> None:
        super().__init__(model, "afghan_public")
        self.hardship = self.start("start_afghan_hardship")
        self.distrust = self.start("distrust_resting")

    def update_hardship_and_distrust(self) -> None:
        """Hardship follows sanctions, war and relief; strikes and expulsions feed distrust."""
        pakistan, line = self.model.pakistan, self.model.durand_line
        relief = self.apply(
            dependence.relief, trade=line.openness, aid=self.model.taliban.aid, donors=self.model.donors.supply
        )
        self.hardship = self.apply(
            dependence.afghan_hardship,
            hardship=self.hardship,
            sanctions=self.model.donors.sanctions,
            war=self.model.taliban.war,
            relief=relief,
        )
        self.distrust = self.apply(
            alignment.afghan_distrust,
            distrust=self.distrust,
            strikes=pakistan.strikes,
            expulsion=pakistan.levers["refugee_expulsion"],
        )
