"""The rules as they hold in one run: bound to its parameters, some perhaps switched off."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial

import numpy as np

import sim.rules  # noqa: F401  (registers the rules)
from sim.rule import RULES, Rule
from sim.worlds import Vector


class Rulebook:
    """Calls rules with a run's parameter values.

    Args:
        parameters: value of every declared parameter.
        off: names of rules, or of mechanisms (M1 to M31), to switch off: what then holds is each rule's `off`.

    Attributes:
        parameters: as given.

    Raises:
        KeyError: an unknown name in `off`.
    """

    def __init__(self, parameters: Mapping[str, float | Vector], off: Collection[str] = ()) -> None:
        mechanisms = {mechanism for rule in RULES.values() for mechanism in rule.mechanisms}
        for name in off:
            if name not in RULES and name not in mechanisms:
                raise KeyError(f"{name} is neither a rule nor a mechanism")
        self.parameters = parameters
        self._bound: dict[Callable[..., Vector], Callable[..., Vector]] = {}
        for rule in RULES.values():
            silent = rule.name in off or any(mechanism in off for mechanism in rule.mechanisms)
            values = {name: parameters[name] for name in rule.parameters}
            self._bound[rule.function] = _switched_off(rule) if silent else partial(rule.function, **values)

    def __call__(self, rule: Callable[..., Vector], *inputs: Vector) -> Vector:
        """What the rule says of these inputs."""
        return self.called_by("", rule, *inputs)

    def called_by(self, owner: str, rule: Callable[..., Vector], *inputs: Vector) -> Vector:
        """The same, with the name of the agent that asks, which changes no number."""
        return self._bound[rule](*inputs)


def _switched_off(rule: Rule) -> Callable[..., Vector]:
    if isinstance(rule.off, str):
        place = list(rule.inputs).index(rule.off)
        return lambda *inputs: inputs[place]
    fixed = float(rule.off)
    return lambda *inputs: np.full(np.broadcast_shapes(*(np.shape(value) for value in inputs)), fixed)
