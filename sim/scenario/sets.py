"""Where a run's parameter values come from, beneath what its scenario overrides."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sim.parameters import PARAMETERS
from sim.parameters.posterior import MODES, POSTERIOR, accepted, file_of
from sim.scenario.load import ScenarioError, find_file, library, load_scenario
from sim.scenario.schema import Override
from sim.words.problems import wrong_kind
from sim.yamlfile import FileError


def parameter_set(name: str) -> tuple[str, Mapping[str, Override]]:
    """How undeclared values are found, and what is overridden beneath a scenario's own overrides.

    Args:
        name: "defaults", "prior" or "posterior", or "posterior:2022-12" for the sets as of a month; a folder that `durand
            calibrate` wrote, for the sets in it; or the name or path of a scenario, whose overrides are then taken.

    Raises:
        FileError: there are no sets as of that month, or in that folder.
        ScenarioError: there is nothing of this name that could be taken.
    """
    if not isinstance(name, str):
        allowed = f"{', '.join(MODES)}, or a text with a folder or a scenario"
        raise ScenarioError(wrong_kind("set of parameters", name, allowed))
    if name in MODES:
        return name, {}
    if name.startswith(f"{POSTERIOR}:"):
        raise FileError(
            f"no accepted sets {name}; allowed: {', '.join(mode for mode in MODES if mode.startswith(POSTERIOR))}"
        )
    if Path(name).is_dir() and not (library() / f"{name}.yaml").is_file():
        mode = f"{POSTERIOR}:{name}"
        _check(file_of(mode))
        return mode, {}
    return "defaults", load_scenario(find_file(name, (), "set of parameters", MODES)).parameters


def _check(path: Path) -> None:
    """Whether there are sets in a file of somebody's, and their values lie in the ranges that parameters have."""
    for name, values in accepted(path).items():
        if name in PARAMETERS:  # beside them are the rates of observers
            one = PARAMETERS[name]
            near = 1e-6 * max(abs(one.low), abs(one.high))  # they are kept in single precision
            wrong = values[(values < one.low - near) | (values > one.high + near)]
            if len(wrong):
                said = f"{name} is out of range: {wrong[0]:g}; allowed: {one.low:g} to {one.high:g}"
                raise FileError(f"{path}: {said}; make the sets again, in a new folder")
