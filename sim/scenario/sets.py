"""Where a run's parameter values come from, beneath what its scenario overrides."""

from __future__ import annotations

from collections.abc import Mapping

from sim.parameters import Mode
from sim.scenario.load import load_scenario
from sim.scenario.schema import Override

MODES: tuple[Mode, ...] = ("defaults", "prior", "posterior")


def parameter_set(name: str) -> tuple[Mode, Mapping[str, Override]]:
    """How undeclared values are found, and what is overridden beneath a scenario's own overrides.

    Args:
        name: "defaults", "prior" or "posterior"; or the name or path of a scenario, whose overrides are then taken.

    Raises:
        ScenarioError: there is no such scenario.
    """
    for mode in MODES:
        if name == mode:
            return mode, {}
    return "defaults", load_scenario(name).parameters
