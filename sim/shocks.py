"""How a scenario's shocks reach the agents."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.agents.faction import scale_power
from sim.scenario import SHOCK_TARGETS
from sim.vocabulary import FACTIONS
from sim.worlds import Vector, clip

if TYPE_CHECKING:
    from sim.model import FrontierModel

# Shock target -> agent of the model, and its state.
STATES: dict[str, tuple[str, str]] = {
    "economy": ("pakistan", "economy"),
    "imf_goodwill": ("imf", "goodwill"),
    "sanctions": ("donors", "sanctions"),
    "afghan_war": ("taliban", "war"),
    "afghan_hardship": ("afghan_public", "hardship"),
    "taliban_cohesion": ("taliban", "cohesion"),
    "iskp_strength": ("iskp", "strength"),
    "freed_prisoners": ("ttp", "freed_pool"),
    "china_patronage": ("china", "patronage"),
    "us_ties": ("united_states", "ties"),
    "rhetoric": ("pakistan", "rhetoric"),
    "distrust": ("afghan_public", "distrust"),
}


def apply_shock(model: FrontierModel, target: str, operation: str, amount: float) -> None:
    """Add to, set or multiply what a shock is aimed at, within its range."""
    bounds = SHOCK_TARGETS[target]
    for agent, state in _aims(model, target):
        now: Vector = getattr(agent, state)
        if target == "expected_recognition":
            # What factions hope for from Pakistan, recognition foremost.
            rows, row = now.copy(), agent.targets.index("pakistan")
            rows[row] = clip(_changed(now[row], operation, amount), bounds.low, bounds.high)
            setattr(agent, state, rows)
        else:
            setattr(agent, state, clip(_changed(now, operation, amount), bounds.low, bounds.high))
    if target.startswith("power."):
        for actor in FACTIONS:
            for state in ("power", "resting_power"):
                scale_power(getattr(model, actor).factions, state)


def _aims(model: FrontierModel, target: str) -> Iterator[tuple[Any, str]]:
    factions = [faction for actor in FACTIONS for faction in getattr(model, actor).factions]
    if target in STATES:
        agent, state = STATES[target]
        yield getattr(model, agent), state
    elif target == "ttp_cohesion":
        yield from ((group, "cohesion") for group in model.groups)
    elif target == "expected_recognition":
        yield from ((faction, "expected") for faction in model.taliban.factions)
    else:
        name = target.removeprefix("power.")
        # A shock to power lasts: it shifts the standing to which power is drawn back as well.
        for faction in factions:
            if faction.name == name:
                yield from ((faction, "power"), (faction, "resting_power"))


def _changed(now: Vector, operation: str, amount: float) -> Vector:
    if operation == "add":
        return now + amount
    return now * amount if operation == "multiply" else np.full_like(now, amount)
