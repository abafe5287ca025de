"""Where a run's parameter values come from, beneath what its scenario overrides."""

from __future__ import annotations

from collections.abc import Mapping
from typing import get_args

from sim.parameters import Mode
from sim.parameters.posterior import POSTERIOR
from sim.scenario.load import load_scenario
from sim.scenario.schema import Override
from sim.yamlfile import FileError

MODES: tuple[Mode, ...] = get_args(Mode)


def parameter_set(name: str) -> tuple[Mode, Mapping[str, Override]]:
    """How undeclared values are found, and what is overridden beneath a scenario's own overrides.

    Args:
        name: "defaults", "prior" or "posterior", or "posterior:2022-12" for the sets as of a month; or the name or path of a
            scenario, whose overrides are then taken.

    Raises:
        FileError: there are no sets as of that month.
        ScenarioError: there is no such scenario.
    """
    for mode in MODES:
        if name == mode:
            return mode, {}
    if name.startswith(f"{POSTERIOR}:"):
        raise FileError(
            f"no accepted sets {name}; allowed: {', '.join(mode for mode in MODES if mode.startswith(POSTERIOR))}"
        )
    return "defaults", load_scenario(name).parameters
