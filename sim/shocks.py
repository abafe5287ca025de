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
    aim = SHOCK_TARGETS[target].aim
    if aim is not None:
        name, state = aim
        agents = getattr(model, name)
        yield from ((agent, state) for agent in (agents if isinstance(agents, list) else [agents]))
    elif target == "expected_recognition":
        yield from ((faction, "expected") for faction in model.taliban.factions)
    else:
        name = target.removeprefix("power.")
        # A shock to power lasts: it shifts the standing to which power is drawn back as well.
        for faction in (one for actor in FACTIONS for one in getattr(model, actor).factions):
            if faction.name == name:
                yield from ((faction, "power"), (faction, "resting_power"))


def _changed(now: Vector, operation: str, amount: float) -> Vector:
    if operation == "add":
        return now + amount
    return now * amount if operation == "multiply" else np.full_like(now, amount)
