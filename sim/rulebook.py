"""The rules as they hold in one run: bound to its parameters, some perhaps switched off."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from functools import partial

import numpy as np

import sim.rules  # noqa: F401  (registers the rules)
from sim.limits import LimitError
from sim.rule import RULES, Rule
from sim.words.problems import found
from sim.worlds import Streams, Vector, tally
from sim.yamlfile import FileError, suggestion


class Rulebook:
    """Calls rules with a run's parameter values.

    Args:
        parameters: value of every declared parameter.
        off: names of rules, mechanisms (M1 to M31) or feedback loops (L1 to L9) to switch off: what then holds is each
            rule's `off`.

    Attributes:
        parameters: as given.

    Raises:
        LimitError: an unknown name in `off`.
    """

    def __init__(self, parameters: Mapping[str, float | Vector], off: Collection[str] = ()) -> None:
        off = (off,) if isinstance(off, str) else off
        known = sorted({name for rule in RULES.values() for name in _names(rule)}) if off else []
        for name in off:
            if name not in known:
                said = f"{found(name)}{suggestion(str(name), known)}"
                raise LimitError(f"off: this is neither a rule nor a mechanism nor a feedback loop: {said}")
        self.parameters, self._values, self._off = parameters, parameters, frozenset(off)
        self._bound: dict[Callable[..., Vector], Callable[..., Vector]] = {}

    def __call__(self, rule: Callable[..., Vector], /, *by_place: Vector, **state: Vector) -> Vector:
        """What the rule says of this state, each argument by the rule's own name for it.

        Raises:
            TypeError: an argument came without its name, or the rule has none of that name, or one is missing.
        """
        return self.called_by("", rule, *by_place, **state)

    def called_by(self, owner: str, rule: Callable[..., Vector], /, *by_place: Vector, **state: Vector) -> Vector:
        """The same, with the name of the agent that asks, which changes no number."""
        if by_place:
            raise TypeError(by_name_only(rule))
        return self.bound(rule)(**state)

    def bound(self, rule: Callable[..., Vector]) -> Callable[..., Vector]:
        """A rule with this run's parameters; what stands for it where it is switched off."""
        if rule not in self._bound:
            one = RULES[rule.__name__]
            values = {name: self._values[name] for name in one.parameters}
            silent = not self._off.isdisjoint(_names(one))
            computes = switched_off(one) if silent else partial(one.computes, **values)
            self._bound[rule] = _looked_at(one, computes) if ":" in one.stands_in else computes
        return self._bound[rule]

    def sum_over(
        self, streams: Streams, name: str, month: int, counts: Vector, owner: str, rule: Callable[..., Vector]
    ) -> Vector:
        """What a rule says of a single draw, summed over as many draws of a stream's month as each world counts.

        The rule is asked of these draws alone: a few worlds count very many.
        """
        draws, worlds = streams.counted(name, month, counts)
        values = ((name, self.parameters[name]) for name in RULES[rule.__name__].parameters)
        own = {name: value[worlds] for name, value in values if isinstance(value, np.ndarray)}
        return np.bincount(worlds, self.bound(rule)(draw=draws, **own), len(counts)).astype(np.float64, copy=False)


def _names(rule: Rule) -> tuple[str, ...]:
    """By which it can be switched off."""
    return rule.name, *rule.mechanisms, *rule.loops


def _looked_at(rule: Rule, computes: Callable[..., Vector]) -> Callable[..., Vector]:
    """A rule from outside, whose answers have to be as long as the state that they are of."""

    def answer(**state: Vector) -> Vector:
        value = computes(**state)
        lengths = {one.shape[-1] for one in (value, *state.values()) if isinstance(one, np.ndarray) and one.ndim}
        if len(lengths - {1}) > 1:
            said = f"rule {rule.name} gives {np.shape(value)}; needed: one number for each world"
            raise FileError(f"{rule.stands_in}: {said}")
        return value

    return answer


def summed_in_full(
    rulebook: Rulebook, streams: Streams, name: str, month: int, counts: Vector, owner: str, rule: Callable[..., Vector]
) -> Vector:
    """The same sum of what a rule says of as many draws in each world: for rulebooks that take whole worlds axes."""
    slots = max(int(counts.max()), 1)
    said = rulebook.called_by(owner, rule, draw=streams.uniforms(name, month, slots))
    return tally((np.arange(slots)[:, None] < counts) * said)


def switch(rule: str) -> str:
    """By what name it stands among parameters whether a rule is switched off (1) or not (0), where worlds differ in that."""
    return f"without {rule}"


def by_name_only(rule: Callable[..., Vector]) -> str:
    """What is said when a rule is called by position: two vectors that change places would pass unnoticed."""
    names = ", ".join(f"{name}=..." for name in RULES[rule.__name__].inputs)
    return f"rule {rule.__name__} takes its state by keyword: {names}"


def switched_off(rule: Rule) -> Callable[..., Vector]:
    """What stands for a rule that is switched off."""
    if isinstance(rule.off, str):
        unchanged = rule.off
        return lambda **state: state[unchanged]
    fixed = float(rule.off)
    return lambda **state: np.full(np.broadcast_shapes(*(np.shape(value) for value in state.values())), fixed)
