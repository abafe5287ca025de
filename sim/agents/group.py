"""A constituent group of the TTP: recruits, arms, loses fighters, breaks away and comes back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.actor import Actor
from sim.chance import happens
from sim.rules import groups, violence
from sim.vocabulary import PAKISTAN_AREAS
from sim.worlds import Vector

if TYPE_CHECKING:
    from sim.model import FrontierModel


@dataclass(frozen=True)
class Slot:
    """A place on the roster.

    Attributes:
        name: stable id; title: what a reader sees.
        home: area of Pakistan it is at home in; refuge: area of Afghanistan it shelters in.
        share: of the TTP's fighters in August 2021; 0 for a slot kept for a splinter.
        parent: for such a slot, the group that it would split from.
    """

    name: str
    title: str
    home: str
    refuge: str
    share: float = 0.0
    parent: str = ""


# The movement's parts by home area. Names of areas, not of commanders: the articles name no group. That two groups
# rejoined in August 2020 and one more that December is in the event record (events.2020-08-17-mergers,
# events.2020-12-aleem-khan-joins); sizes are judgement, set so that the home areas' shares of attacks come out near the
# weights in sim/parameters/violence.yaml.
ROSTER = (
    Slot("south_waziristan", "South Waziristan", "tribal_districts", "afghan_southeast", 0.20),
    Slot("north_waziristan", "North Waziristan", "tribal_districts", "afghan_southeast", 0.13),
    Slot("bajaur", "Bajaur", "tribal_districts", "afghan_east", 0.10),
    Slot("mohmand", "Mohmand (rejoined 2020)", "tribal_districts", "afghan_east", 0.12),
    Slot("khyber", "Khyber", "tribal_districts", "afghan_east", 0.08),
    Slot("orakzai_kurram", "Orakzai and Kurram", "tribal_districts", "afghan_southeast", 0.05),
    Slot("swat", "Swat and Malakand", "khyber_pakhtunkhwa", "afghan_east", 0.09),
    Slot("peshawar", "Peshawar valley (rejoined 2020)", "khyber_pakhtunkhwa", "afghan_east", 0.06),
    Slot("bannu_lakki", "Bannu, Lakki and Dera Ismail Khan", "khyber_pakhtunkhwa", "afghan_southeast", 0.06),
    Slot("balochistan", "Quetta and Zhob", "balochistan", "kandahar", 0.05),
    Slot("karachi", "Karachi", "karachi", "kandahar", 0.03),
    Slot("punjab", "Punjab", "heartland", "kabul", 0.03),
    Slot(
        "south_waziristan_splinter",
        "South Waziristan splinter",
        "tribal_districts",
        "afghan_southeast",
        0.0,
        "south_waziristan",
    ),
    Slot(
        "north_waziristan_splinter",
        "North Waziristan splinter",
        "tribal_districts",
        "afghan_southeast",
        0.0,
        "north_waziristan",
    ),
    Slot("mohmand_splinter", "Mohmand splinter", "tribal_districts", "afghan_east", 0.0, "mohmand"),
    Slot("swat_splinter", "Swat splinter", "khyber_pakhtunkhwa", "afghan_east", 0.0, "swat"),
)


class Group(Actor):
    """A constituent group.

    Attributes:
        active: 1 in worlds where the group exists; united: 1 where it is part of the movement.
        strength: fighters, thousand; arms, skill, cohesion: 0 to 1.
        refuge: share of its fighters across the line, 0 to 1.
        lost: fighters lost to operations this month; drifted: to ISKP, thousand.
        capability: what it can do; expected: attacks to expect of it this month.
    """

    def __init__(self, model: FrontierModel, slot: Slot) -> None:
        super().__init__(model, f"group.{slot.name}")
        self.slot = slot
        self.home = tuple(PAKISTAN_AREAS).index(slot.home)
        self.active = self.full(float(slot.share > 0))
        self.united = self.active
        self.strength = self.start("start_fighters") * slot.share
        self.arms = self.start("start_arms") * self.active
        self.skill = self.start("start_skill") * self.active
        self.cohesion = self.start("start_group_cohesion") * self.active
        self.refuge = self.start("start_refuge")
        self.lost = self.full(0.0)
        self.drifted = self.full(0.0)
        self.expected = self.full(0.0)
        self.capability = self.apply(groups.capability, self.strength, self.arms, self.skill, self.cohesion)

    def grow(self) -> None:
        """A month's inflows and losses of fighters, arms and skill."""
        pakistan, taliban, ttp, land = self.model.pakistan, self.model.taliban, self.model.ttp, self.model.land
        operations, shelter = self.operations(), taliban.shelter
        ranks = np.maximum(taliban.factions[-1].toward("ttp"), 0.0)
        share = self.slot.share * self.active
        recruited = self.apply(groups.recruitment, self.strength, land.grievance[self.home], ttp.example)
        freed = share * self.apply(groups.freed_prisoners, ttp.freed_pool, pakistan.levers["prisoner_releases"])
        crossed = share * self.apply(groups.crossovers, ranks, shelter)
        self.lost = self.apply(groups.attrition, self.strength, operations, pakistan.strikes, self.refuge, shelter)
        self.drifted = self.apply(groups.drift_to_iskp, self.strength, self.cohesion, taliban.effort, ttp.truce)
        self.strength = np.maximum(self.strength + recruited + freed + crossed - self.lost - self.drifted, 0.0)
        self.arms = self.apply(groups.captured_arms, self.arms, self.refuge, shelter) * self.active
        self.skill = self.apply(groups.training_in_refuge, self.skill, self.refuge, shelter) * self.active
        self.refuge = self.apply(groups.share_in_refuge, self.refuge, operations, taliban.effort)

    def operations(self) -> Vector:
        """How much of Pakistan's operations its home area bears."""
        return self.model.pakistan.levers["domestic_operations"] * self.model.land.exposure[self.home]

    def regroup(self) -> None:
        """Cohesion shifts; the group may break away, or come back."""
        ttp = self.model.ttp
        self.cohesion = self.active * self.apply(
            groups.group_cohesion, self.cohesion, ttp.example, ttp.truce, 1.0 - ttp.demands_met, self.operations()
        )
        away = self.apply(groups.breakaway_chance, self.cohesion)
        back = self.apply(groups.reunion_chance, ttp.example, self.cohesion)
        draw = self.luck("unity")
        leaving = happens(draw, away) * self.united
        returning = happens(draw, back) * (1.0 - self.united) * self.active
        splinter = self.model.splinters.get(self.slot.name)
        if splinter is not None:
            leaving = leaving - splinter.split_from(self, leaving)
        self.united = self.united - leaving + returning
        self.capability = self.apply(groups.capability, self.strength, self.arms, self.skill, self.cohesion)

    def split_from(self, parent: Group, leaving: Vector) -> Vector:
        """Take a part of the parent where it is breaking and this slot is free; returns the worlds where that was so."""
        taken = leaving * (1.0 - self.active)
        part = self.parameter("splinter_share") * taken
        self.strength = self.strength + parent.strength * part
        parent.strength = parent.strength * (1.0 - part)
        self.active = self.active + taken
        for state in ("arms", "skill", "cohesion", "refuge"):
            setattr(self, state, np.where(taken > 0, getattr(parent, state), getattr(self, state)))
        return taken

    def expect_attacks(self) -> None:
        """Attacks to expect this month; a group that stands apart keeps no truce and its own steady tempo."""
        taliban, ttp = self.model.taliban, self.model.ttp
        held_back = self.apply(violence.prevented_by_kabul, taliban.effort, self.refuge)
        tempo = 1.0 + (ttp.tempo - 1.0) * self.united
        self.expected = self.apply(
            violence.attacks_expected, self.capability, tempo, held_back, ttp.compliance * self.united
        )
