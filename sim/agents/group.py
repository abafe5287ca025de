"""A constituent group of the TTP: recruits, arms, loses fighters, breaks away and comes back."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.actor import Actor
from sim.chance import happens
from sim.rules import foothold, groups, violence
from sim.vocabulary import PAKISTAN_AREAS, Slot
from sim.worlds import Vector, stacked

if TYPE_CHECKING:
    from sim.model import FrontierModel


class Group(Actor):
    """A constituent group; what a month does to it is worked out for all groups at once, in :class:`Movement`.

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
        self.capability = self.apply(
            groups.capability, strength=self.strength, arms=self.arms, skill=self.skill, cohesion=self.cohesion
        )

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


class Movement(Actor):
    """The groups side by side: each works by the same rules, so a rule is asked once for all of them.

    Attributes:
        groups: all of them, in the order of the roster.
        rooted: those there from the start; splinters: the slots kept for those that break away, by their parents' names.
    """

    def __init__(self, model: FrontierModel, groups: Sequence[Group]) -> None:
        super().__init__(model, "groups")
        self.groups = tuple(groups)
        self.rooted = tuple(group for group in groups if not group.slot.parent)
        self.splinters = {group.slot.parent: group for group in groups if group.slot.parent}

    def grow(self) -> None:
        """A month's inflows and losses of fighters, arms and skill, in every group."""
        pakistan, taliban, ttp, all_groups = self.model.pakistan, self.model.taliban, self.model.ttp, self.groups
        operations, shelter = self._operations(all_groups), taliban.shelter
        strength, refuge, active = (_rows(all_groups, state) for state in ("strength", "refuge", "active"))
        ranks = np.maximum(taliban.faction("rank_and_file").toward("ttp"), 0.0)
        share = np.array([[group.slot.share] for group in all_groups]) * active
        grievance = stacked(self.model.land.grievance[group.home] for group in all_groups)
        ground = stacked(self.model.land.foothold[group.home] for group in all_groups)
        recruited = self.apply(
            groups.recruitment, strength=strength, grievance=grievance, prestige=ttp.prestige, foothold=ground
        )
        freed = share * self.apply(
            groups.freed_prisoners, pool=ttp.freed_pool, releases=pakistan.levers["prisoner_releases"]
        )
        crossed = share * self.apply(
            groups.crossovers, alignment_rank_and_file=ranks, shelter=shelter, prestige=ttp.prestige
        )
        arms = self.apply(groups.captured_arms, arms=_rows(all_groups, "arms"), refuge=refuge, shelter=shelter)
        lost = self.apply(
            groups.attrition,
            strength=strength,
            operations=operations,
            strikes=pakistan.strikes,
            refuge=refuge,
            shelter=shelter,
        )
        drifted = self.apply(
            groups.drift_to_iskp,
            strength=strength,
            cohesion=_rows(all_groups, "cohesion"),
            effort=taliban.effort,
            truce=ttp.truce,
        )
        _deal(
            all_groups,
            lost=lost,
            drifted=drifted,
            strength=np.maximum(strength + recruited + freed + crossed - lost - drifted, 0.0),
            arms=self.apply(foothold.money_for_arms, arms=arms, foothold=ground) * active,
            skill=self.apply(
                groups.training_in_refuge, skill=_rows(all_groups, "skill"), refuge=refuge, shelter=shelter
            )
            * active,
            refuge=self.apply(groups.share_in_refuge, refuge=refuge, operations=operations, effort=taliban.effort),
        )

    def regroup(self) -> None:
        """Cohesion shifts; groups break away, or come back. What has just broken away may do so too."""
        self._regroup(self.rooted)
        self._regroup(tuple(self.splinters.values()))

    def _regroup(self, some: Sequence[Group]) -> None:
        ttp, active, united = self.model.ttp, _rows(some, "active"), _rows(some, "united")
        unmet, operations = 1.0 - ttp.demands_met, self._operations(some)
        cohesion = active * self.apply(
            groups.group_cohesion,
            cohesion=_rows(some, "cohesion"),
            prestige=ttp.prestige,
            truce=ttp.truce,
            unmet=unmet,
            operations=operations,
        )
        _deal(some, cohesion=cohesion)
        draw = stacked(group.draw("unity") for group in some)
        leaving = happens(draw, self.apply(groups.breakaway_chance, cohesion=cohesion)) * united
        returning = (
            happens(draw, self.apply(groups.reunion_chance, prestige=ttp.prestige, cohesion=cohesion))
            * (1.0 - united)
            * active
        )
        away = [
            left - self.splinters[group.slot.name].split_from(group, left)
            if group.slot.name in self.splinters
            else left
            for group, left in zip(some, leaving, strict=True)
        ]
        states = {state: _rows(some, state) for state in ("strength", "arms", "skill", "cohesion")}
        _deal(some, united=united - stacked(away) + returning, capability=self.apply(groups.capability, **states))

    def expect_attacks(self) -> None:
        """Attacks to expect of each group; one that stands apart keeps no truce and its own steady tempo."""
        taliban, ttp, united = self.model.taliban, self.model.ttp, _rows(self.groups, "united")
        held_back = self.apply(
            violence.prevented_by_kabul,
            effort=taliban.effort,
            control=taliban.hold_over_ttp,
            refuge=_rows(self.groups, "refuge"),
        )
        tempo = 1.0 + (ttp.tempo - 1.0) * united
        capability, compliance = _rows(self.groups, "capability"), ttp.compliance * united
        _deal(
            self.groups,
            expected=self.apply(
                violence.attacks_expected, capability=capability, tempo=tempo, held_back=held_back, stopped=compliance
            ),
        )

    def _operations(self, some: Sequence[Group]) -> Vector:
        """How much of Pakistan's operations the groups' home areas bear."""
        exposure = stacked(self.model.land.exposure[group.home] for group in some)
        return self.model.pakistan.levers["domestic_operations"] * exposure


def _rows(some: Sequence[Group], state: str) -> Vector:
    """A state of these groups, shape (groups, worlds)."""
    return stacked(getattr(group, state) for group in some)


def _deal(some: Sequence[Group], **states: Vector) -> None:
    """Give each group its row of each state."""
    for state, rows in states.items():
        for group, row in zip(some, rows, strict=True):
            setattr(group, state, row)
