"""The rules as they hold in one run: bound to its parameters, some perhaps switched off."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial

import numpy as np
from numpy.typing import NDArray

import sim.rules  # noqa: F401  (registers the rules)
from sim.rule import RULES, Rule
from sim.worlds import Vector


class Rulebook:
    """Calls rules with a run's parameter values.

    Args:
        parameters: value of every declared parameter.
        off: names of rules, or of mechanisms (M1 to M31), to switch off: what then holds is each rule's `off`.

    Raises:
        KeyError: an unknown name in `off`.
    """

    def __init__(self, parameters: Mapping[str, float | Vector], off: Collection[str] = ()) -> None:
        mechanisms = {mechanism for rule in RULES.values() for mechanism in rule.mechanisms}
        for name in off:
            if name not in RULES and name not in mechanisms:
                raise KeyError(f"{name} is neither a rule nor a mechanism")
        self._bound: dict[Callable[..., Vector], Callable[..., Vector]] = {}
        for rule in RULES.values():
            silent = rule.name in off or any(mechanism in off for mechanism in rule.mechanisms)
            values = {name: parameters[name] for name in rule.parameters}
            self._bound[rule.function] = _switched_off(rule) if silent else partial(rule.function, **values)

    def __call__(self, rule: Callable[..., Vector], *inputs: Vector) -> Vector:
        """What the rule says of these inputs."""
        return self._bound[rule](*inputs)

    def at(self, worlds: NDArray[np.intp], rule: Callable[..., Vector], *inputs: Vector) -> Vector:
        """What the rule says of inputs that stand, one by one, in these worlds: any of them, as often as may be."""
        bound = self._bound[rule]
        values = getattr(bound, "keywords", {})  # none of a rule that is switched off
        return bound(*inputs, **{name: value[worlds] for name, value in values.items() if np.ndim(value)})


def _switched_off(rule: Rule) -> Callable[..., Vector]:
    if isinstance(rule.off, str):
        place = list(rule.inputs).index(rule.off)
        return lambda *inputs: inputs[place]
    fixed = float(rule.off)
    return lambda *inputs: np.full(np.broadcast_shapes(*(np.shape(value) for value in inputs)), fixed)
