"""Switches: which rules hold, and which reading of them, as a factor of an experiment beside levers and uncertainties.

A switch has options. Under each some rules, mechanisms or feedback loops are off, and some parameters have the values of a
rival reading; so an experiment can tell what hangs on a number from what hangs on a rule being there at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.experiment.factors import Factor
from sim.experiment.schema import Option, Switch
from sim.mechanisms import PARTS
from sim.parameters import PARAMETERS
from sim.rule import RULES
from sim.scenario import ScenarioError, load_scenario
from sim.yamlfile import PlacedError, suggestion

ON, OFF = "on", "off"
# Each combination of options is a model of its own, whose machine code is made once.
MOST_COMBINED = 64


@dataclass(frozen=True)
class Variant:
    """What holds under some options.

    Attributes:
        off: rules, mechanisms and feedback loops that are switched off; values: parameter -> its value, over what was drawn.
    """

    off: tuple[str, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)

    def data(self) -> dict[str, Any]:
        """The same as it stands in a file."""
        return {"off": list(self.off), "parameters": dict(self.values)}


def joined(variants: Sequence[Variant]) -> Variant:
    """What holds under several options at once, the last ones' values over the first ones'."""
    values = {name: value for one in variants for name, value in one.values.items()}
    return Variant(tuple(dict.fromkeys(name for one in variants for name in one.off)), values)


def switch_factor(name: str, given: Switch) -> Factor:
    """A switch as a factor: its options in order.

    Raises:
        PlacedError: its name is a parameter's.
    """
    if name in PARAMETERS or "." in name:
        raise PlacedError("is the name of something else; allowed: a name of its own for a switch")
    levels = tuple(float(number) for number in range(len(options(given))))
    return Factor(
        name, "switch", levels[0], levels[-1], levels=levels, options=tuple(zip(levels, options(given), strict=True))
    )


def options(given: Switch) -> dict[str, Option]:
    """A switch's options, by name."""
    if given.off is not None:
        off = (given.off,) if isinstance(given.off, str) else given.off
        return {ON: Option(), OFF: Option(off=off)}
    return {name: one or Option() for name, one in given.options.items()}


def variants(given: Switch, folder: Path) -> tuple[Variant, ...]:
    """What holds under each option of a switch, in order.

    Args:
        folder: what paths are seen from.

    Raises:
        PlacedError: a rule, a parameter or a scenario is none, or a value is out of range.
    """
    out = []
    for name, one in options(given).items():
        at = ("off",) if given.off is not None else ("options", name, "off")
        known = {*RULES, *PARTS}
        for part in one.off:
            if part not in known:
                said = f"is neither a rule nor a mechanism nor a feedback loop: {part}{suggestion(part, sorted(known))}"
                raise PlacedError(said, at)
        out.append(Variant(one.off, _values(one, folder, ("options", name, "parameters"))))
    return tuple(out)


def _values(one: Option, folder: Path, at: tuple[str, ...]) -> dict[str, float]:
    given: Mapping[str, Any] = (
        one.parameters if not isinstance(one.parameters, str) else _read(one.parameters, folder, at)
    )
    out = {}
    for name, value in given.items():
        if name not in PARAMETERS:
            raise PlacedError(f"no such parameter: {name}{suggestion(name, PARAMETERS)}", at)
        low, high = PARAMETERS[name].low, PARAMETERS[name].high
        if not isinstance(value, int | float) or not low <= value <= high:
            raise PlacedError(f"{name} is not a number in its range; allowed: {low:g} to {high:g}", at)
        out[name] = float(value)
    return out


def _read(name: str, folder: Path, at: tuple[str, ...]) -> Mapping[str, Any]:
    """The parameters that a scenario sets, by its name or path."""
    try:
        return load_scenario(folder / name if name.endswith((".yaml", ".yml")) else name).parameters
    except ScenarioError as problem:
        raise PlacedError(f"cannot be read: {problem}", at) from None
