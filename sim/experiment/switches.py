"""Switches: which rules hold, and which reading of them, as a factor of an experiment beside levers and uncertainties.

A switch has options. Under each some rules, mechanisms or feedback loops are off, some of the extensions that are loaded are
left out, and some parameters have the values of a rival reading; so an experiment can tell what hangs on a number from what
hangs on a rule being there at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from pathlib import Path
from typing import Any

from sim.experiment.factors import Factor
from sim.experiment.schema import Option, Switch
from sim.extensions import ExtensionError, left_out, loaded
from sim.extensions.rivals import contested
from sim.mechanisms import PARTS
from sim.parameters import PARAMETERS
from sim.rule import RULES
from sim.scenario import Scenario, ScenarioError, load_scenario
from sim.words import problems
from sim.yamlfile import PlacedError, dump, suggestion

ON, OFF = "on", "off"
# Each combination of options is a model of its own, whose machine code is made once.
MOST_COMBINED = 64


@dataclass(frozen=True)
class Variant:
    """What holds under some options.

    Attributes:
        off: rules, mechanisms and feedback loops that are switched off; without: extensions that are left out.
        values: parameter -> its value, over what was drawn.
    """

    off: tuple[str, ...] = ()
    values: Mapping[str, float] = field(default_factory=dict)
    without: tuple[str, ...] = ()

    def data(self) -> dict[str, Any]:
        """The same as it stands in a file."""
        without = {"without": list(self.without)} if self.without else {}
        return {"off": list(self.off), "parameters": dict(self.values), **without}


def joined(variants: Sequence[Variant]) -> Variant:
    """What holds under several options at once, the last ones' values over the first ones'."""
    values = {name: value for one in variants for name, value in one.values.items()}
    off, without = (
        tuple(dict.fromkeys(name for one in variants for name in getattr(one, what))) for what in ("off", "without")
    )
    return Variant(off, values, without)


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
    for key in ("off", "without"):
        if (names := getattr(given, key)) is not None:
            return {ON: Option(), OFF: Option(**{key: names})}
    return {name: one or Option() for name, one in given.options.items()}


def variants(given: Switch, folder: Path) -> tuple[Variant, ...]:
    """What holds under each option of a switch, in order.

    Args:
        folder: what paths are seen from.

    Raises:
        PlacedError: a rule, a parameter or a scenario is none, an extension is not loaded, or a value is out of range.
    """
    out = []
    for name, one in options(given).items():
        at = ("options", name) if given.options else ()
        known = {*RULES, *PARTS}
        off, without = tuple(problems.several(one.off)), tuple(problems.several(one.without))
        for part in off:
            if part not in known:
                said = f"is neither a rule nor a mechanism nor a feedback loop: {part}{suggestion(part, sorted(known))}"
                raise PlacedError(said, (*at, "off"))
        here = [extension.name for extension in loaded()]
        for extension in without:
            if extension not in here:
                hint = suggestion(extension, here) if here else "; none is"
                raise PlacedError(
                    f"is no extension that is loaded (by --with FILE): {extension}{hint}", (*at, "without")
                )
        out.append(Variant(off, _values(one, folder, (*at, "parameters")), without))
    return tuple(out)


def check_left_out(scenarios: Sequence[Scenario], variants: Mapping[str, Sequence[Variant]]) -> None:
    """See that the model and these scenarios can do without the extensions that switches leave out, by leaving them out; and that
    at no point two are left that replace one rule.

    Raises:
        PlacedError: they cannot, or two are.
    """
    _check_rivals(variants)
    texts = [(one.name, dump(one.data())) for one in scenarios]  # as they stand with all that is loaded
    for name, several in variants.items():
        for one in several:
            try:
                with left_out(one.without):
                    for text in texts if one.without else ():
                        load_scenario(text)
            except (ExtensionError, ScenarioError) as problem:
                raise PlacedError(f"cannot be done without {', '.join(one.without)}: {problem}", (name,)) from None


def models(
    scenarios: Sequence[Scenario], variants: Mapping[str, Sequence[Variant]]
) -> Iterator[Mapping[str, Scenario]]:
    """The scenarios as they are in each of the models that have to be followed to know what can run them: in the one with all
    that is loaded; or, where that has rivals to one rule and so is no model, in each that switches make of it."""
    named, texts = {one.name: one for one in scenarios}, [(one.name, dump(one.data())) for one in scenarios]
    every = (joined(options).without for options in product(*variants.values()))
    for without in dict.fromkeys(every) if contested() else [()]:
        with left_out(without):
            yield {text[0]: load_scenario(text) for text in texts} if without else named


def _check_rivals(variants: Mapping[str, Sequence[Variant]]) -> None:
    """See that at no point two extensions replace one rule.

    Raises:
        PlacedError: at some they do.
    """
    for rule, rivals in contested().items():
        for options in product(*variants.values()):
            left = [name for name in rivals if name not in joined(options).without]
            if len(left) > 1:
                raise PlacedError(
                    f"leave {left[0]} and {left[1]} together at some points, and both replace {rule}; allowed: one of them at "
                    "each point, the others left out by `without`"
                )


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
