"""Shocks: what happens in a given month to the world as a whole, whoever governs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sim.scenario.words import Claims, Month, Number, OneOf, Strict, Text, Title
from sim.vocabulary import FACTIONS
from sim.yamlfile import PlacedError

Operation = Literal["add", "set", "multiply"]
MOST_MULTIPLIED = 10.0


@dataclass(frozen=True)
class Target:
    """A quantity that a shock may change.

    Attributes:
        title: what a reader is shown.
        unit: its unit.
        low, high: the range it may be set to; no more than their distance may be added or taken away.
        aim: the model's agent (or list of agents) whose state it is, and the state; None where `sim/shocks.py` says how.
    """

    title: str
    unit: str = "0 to 1"
    low: float = 0.0
    high: float = 1.0
    aim: tuple[str, str] | None = None


SHOCK_TARGETS: dict[str, Target] = {
    "economy": Target("Pakistan's economy", aim=("pakistan", "economy")),
    "imf_goodwill": Target("IMF goodwill", "logits", -5.0, 5.0, aim=("imf", "goodwill")),
    "sanctions": Target("Sanctions on Kabul", aim=("donors", "standing")),
    "afghan_war": Target("War in Afghanistan", aim=("taliban", "war")),
    "afghan_hardship": Target("Hardship in Afghanistan", aim=("afghan_public", "hardship")),
    "taliban_cohesion": Target("Taliban cohesion", aim=("taliban", "cohesion")),
    "ttp_cohesion": Target("TTP cohesion", aim=("groups", "cohesion")),
    "iskp_strength": Target("ISKP and al-Qaeda", aim=("iskp", "strength")),
    "freed_prisoners": Target("Freed TTP prisoners", "thousand fighters", 0.0, 1.0, aim=("ttp", "freed_pool")),
    "china_patronage": Target("China's patronage of Kabul", aim=("china", "patronage")),
    "us_ties": Target("US ties", aim=("united_states", "ties")),
    "rhetoric": Target("Pro-Taliban rhetoric", aim=("pakistan", "rhetoric")),
    "distrust": Target("Afghan distrust of Pakistan", aim=("afghan_public", "distrust")),
    "expected_recognition": Target("Recognition that Kabul expects"),
    **{f"power.{name}": Target(f"Power: {title}") for two in FACTIONS.values() for name, title in two.items()},
}


class Amount(Strict):
    """What is done to a target: exactly one of adding to it, setting it and multiplying it."""

    add: Number | None = None
    set: Number | None = None
    multiply: Annotated[float, Field(strict=True, ge=0, le=MOST_MULTIPLIED)] | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(value is not None for value in (self.add, self.set, self.multiply)) != 1:
            raise ValueError("is not one change; allowed: exactly one of add, set, multiply")
        return self

    @property
    def operation(self) -> Operation:
        return "add" if self.add is not None else "set" if self.set is not None else "multiply"

    @property
    def value(self) -> float:
        value = getattr(self, self.operation)
        assert isinstance(value, float)
        return value


class Shock(Strict):
    """Something that happens in one month, or in each month of a span.

    A month outside the run is passed over, so that a scenario that starts later may extend one with earlier shocks.
    """

    date: Month
    until: Month | None = Field(default=None, description="The last month in which it is applied; default: `date`.")
    title: Title
    changes: dict[Annotated[str, OneOf(SHOCK_TARGETS)], Amount] = Field(min_length=1)
    why: Text | None = None
    claims: Claims = ()

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.until is not None and self.until < self.date:
            raise PlacedError(f"lies before the shock's date; allowed: {self.date} or later", at=("until",))
        for name, amount in self.changes.items():
            target = SHOCK_TARGETS[name]
            span = target.high - target.low
            low, high = {
                "add": (-span, span),
                "set": (target.low, target.high),
                "multiply": (0.0, MOST_MULTIPLIED),
            }[amount.operation]
            if not low <= amount.value <= high:
                at = ("changes", name, amount.operation)
                raise PlacedError(f"is out of range; allowed: {low:g} to {high:g} ({target.unit})", at)
        return self
