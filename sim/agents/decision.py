"""Every decision is a sum of named pressures, and a quantal response to it.

The utility of an option is the sum over pressures of the pressure's strength times what the option makes of it (its
profile). One Gumbel number per named option, temperature one, best option wins: so pairing holds, and an option can be
added without touching the draws of the others.

Quantal response: McKelvey and Palfrey (1995), Games and Economic Behavior 10(1), 6-38. With Gumbel noise it is the logit of
McFadden (1974), Conditional logit analysis of qualitative choice behavior, in Zarembka (ed.), Frontiers in Econometrics.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sim.agents.actor import Actor
from sim.chance import best_option, choice_probabilities, gumbel, looked_up
from sim.rule import RULES
from sim.rules import diplomacy
from sim.vocabulary import ON_MENU
from sim.worlds import Vector, stacked, total


@dataclass(frozen=True)
class Pressure:
    """What speaks for and against the options of a decision.

    Attributes:
        rule: name of the rule that gave it.
        strength: logits, shape (worlds,), or (options, worlds) where it differs by option.
        profile: what each option makes of it, one number per option.
    """

    rule: str
    strength: Vector
    profile: Sequence[float]

    @property
    def utility(self) -> Vector:
        """What the pressure adds to every option's utility, shape (options, worlds)."""
        return self.strength * np.array(self.profile, dtype=np.float64)[:, None]


class Decision:
    """One recurring choice of an actor among named options.

    Attributes:
        options: their names, in order.
        chosen: index of the option held, as floats, shape (worlds,).
        pressures, utilities, probabilities, draws: the account of the latest decision; utilities, probabilities and
            draws have shape (options, worlds).
    """

    def __init__(self, actor: Actor, name: str, options: Sequence[str], start: str) -> None:
        self.actor, self.name, self.options = actor, name, tuple(options)
        self.chosen = actor.full(float(self.options.index(start)))
        here = f"{actor.name}.{name}"
        self._declared = [one.name for one in RULES.values() if one.presses and one.presses.decision == here]
        self.pressures: list[Pressure] = []
        shape = (len(self.options), actor.model.worlds)
        self.utilities = np.zeros(shape)
        self.draws = np.zeros(shape)
        self.probabilities = np.full(shape, 1.0 / len(self.options))

    def pressure(self, rule: Callable[..., Vector], /, *, on: Sequence[float], **state: Vector) -> Pressure:
        """The pressure that a rule puts on the options, each by its profile number in `on`; its state by keyword."""
        return Pressure(rule.__name__, self.actor.apply(rule, **state), on)

    def only(self, *names: str) -> tuple[float, ...]:
        """The profile of a pressure that bears on the named options alone."""
        unknown = set(names) - set(self.options)
        if unknown:
            raise KeyError(f"{self.name} has no option {sorted(unknown)[0]}; it has {', '.join(self.options)}")
        return tuple(float(option in names) for option in self.options)

    def held(self) -> Vector:
        """1 for the option held last month, else 0: shape (options, worlds)."""
        return (np.arange(len(self.options))[:, None] == self.chosen).astype(np.float64)

    def menu(self, settings: Mapping[str, Vector | None]) -> list[Pressure]:
        """What keeps an actor that a scenario lets choose among policies from what none of them asks for this month."""
        open_to_it = [settings.get(f"{ON_MENU}{option}") for option in self.options]
        if all(one is None for one in open_to_it):
            return []
        shut = [self.actor.full(0.0) if one is None else 1.0 - one for one in open_to_it]
        return [self.pressure(diplomacy.off_the_menu, shut=stacked(shut), on=(1.0,) * len(self.options))]

    def declared(self) -> Iterator[Pressure]:
        """The pressures of rules that say themselves that they bear on this decision."""
        for name in self._declared:
            rule = RULES[name]
            if rule.presses is not None:
                self.only(*rule.presses.on)  # knows every option that it names
                profile = [rule.presses.on.get(option, 0.0) for option in self.options]
                yield self.pressure(rule.function, on=profile, **rule.presses.state(self.actor.model))

    def choose(self, pressures: Sequence[Pressure], scripted: Vector | None = None) -> Vector:
        """Decide anew.

        Args:
            pressures: all that bears on the options, but for what rules declare themselves.
            scripted: an option's index where a scenario prescribes it, -1 where the actor chooses; None: it chooses.

        Returns:
            The index of the option chosen, as floats, shape (worlds,).
        """
        self.pressures = [*pressures, *self.declared()]
        self.utilities = total(pressure.utility for pressure in self.pressures)
        self.draws = gumbel(stacked(self.actor.draw(f"{self.name}/{option}") for option in self.options))
        self.probabilities = choice_probabilities(self.utilities, scripted)
        self.chosen = best_option(self.utilities, self.draws, scripted)
        return self.chosen

    def value(self, values: Sequence[float]) -> Vector:
        """The number that stands for the option held, from one number per option."""
        return looked_up(self.chosen, values)

    def probability(self, option: str) -> Vector:
        """The probability that the latest decision gave to an option, shape (worlds,)."""
        return self.probabilities[self.options.index(option)]

    def is_held(self, option: str) -> Vector:
        """1.0 in worlds where this option is held."""
        return (self.chosen == self.options.index(option)).astype(np.float64)
