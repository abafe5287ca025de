"""A faction: its ties to others, what it hopes for from them, and its power within its actor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.actor import Actor
from sim.rules import alignment as rules
from sim.vocabulary import ACTOR_SPECS, ActorSpec
from sim.worlds import Vector, stacked, total

if TYPE_CHECKING:
    from sim.model import FrontierModel


# Below this nobody has any power left to share.
LEAST_POWER = 1e-9


class Faction(Actor):
    """A part of an actor, with a line of its own.

    Attributes:
        actor: whose faction it is.
        targets: whom its ties are to, in order.
        alignment: those ties, -1 to 1, shape (targets, worlds).
        expected: what it hopes for from each, 0 to 1, shape (targets, worlds).
        favour: what a mediator from outside does for it, 0 to 1.
        power: its share of power in its actor, shape (worlds,); resting_power: to which it is drawn back.
    """

    def __init__(self, model: FrontierModel, name: str, actor: ActorSpec) -> None:
        super().__init__(model, name)
        self.actor, self.targets = actor.name, actor.ties
        self.resting = stacked(self.start(f"align_{name}_{target}") for target in self.targets)
        self.alignment = self.resting.copy()
        hopes = actor.hopes
        self.expected = stacked(self.start(hopes[one]) if one in hopes else self.full(0.0) for one in self.targets)
        self.power = self.start(f"power_{name}")
        self.resting_power = self.power
        self.delivered = self.full(0.0)
        self.favour = self.full(0.0)
        self.nothing = self.full(0.0)

    def toward(self, target: str) -> Vector:
        """The tie to one other, shape (worlds,)."""
        return self.alignment[self.targets.index(target)]

    def respond(self, benefits: Mapping[str, Vector], coercions: Mapping[str, Vector]) -> None:
        """Take in what each other actor gave and did this month, as far as it did: whom -> 0 to 1, shape (worlds,)."""
        benefit, coercion = (
            stacked(of.get(target, self.nothing) for target in self.targets) for of in (benefits, coercions)
        )
        self.delivered = total(self.alignment * (benefit - coercion)) / len(self.targets)
        self.alignment = self.apply(
            rules.alignment,
            alignment=self.alignment,
            resting=self.resting,
            benefit=benefit,
            expected=self.expected,
            coercion=coercion,
        )
        self.expected = self.apply(rules.expectation, expected=self.expected, benefit=benefit)


def factions_of(model: FrontierModel, actor: str) -> list[Faction]:
    """The factions of an actor, as it is declared, with shares of power that come to one."""
    spec = ACTOR_SPECS[actor]
    factions = [Faction(model, one.name, spec) for one in spec.factions]
    for state in ("power", "resting_power"):
        scale_power(factions, state)
    return factions


def share_power(factions: list[Faction]) -> None:
    """Shift power towards the factions whose line has delivered, and scale it to shares of one."""
    average = total(faction.power * faction.delivered for faction in factions)
    raw = [
        faction.apply(
            rules.faction_power,
            power=faction.power,
            resting=faction.resting_power,
            delivered=faction.delivered - average,
            favour=faction.favour,
        )
        for faction in factions
    ]
    for faction, power in zip(factions, raw, strict=True):
        faction.power = power
    scale_power(factions)


def scale_power(factions: Sequence[Faction], state: str = "power") -> None:
    """Scale `power` or `resting_power` to shares of one; alike where all have lost it."""
    whole = total(getattr(faction, state) for faction in factions)
    for faction in factions:
        share = getattr(faction, state) / np.maximum(whole, LEAST_POWER)
        setattr(faction, state, np.where(whole > LEAST_POWER, share, 1.0 / len(factions)))


def shared_tie(factions: list[Faction], target: str) -> Vector:
    """The actor's tie to another: its factions' ties, weighted by power."""
    return total(faction.power * faction.toward(target) for faction in factions)


def disagreement(factions: list[Faction], target: str) -> Vector:
    """Power-weighted distance of the factions' ties from the actor's, 0 to 1."""
    mean = shared_tie(factions, target)
    parts = [
        faction.apply(rules.disagreement, power=faction.power, alignment=faction.toward(target), mean=mean)
        for faction in factions
    ]
    return np.minimum(total(parts), 1.0)
