"""What every agent has: a name, a vector per state over the run's worlds, rules to call, random numbers to draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import mesa

from sim.worlds import Vector
from sim.yamlfile import FileError

if TYPE_CHECKING:
    from sim.model import FrontierModel


class Actor(mesa.Agent):
    """An agent whose state is a vector over worlds.

    Attributes:
        name: stable written name; also the start of its streams' names.
    """

    model: FrontierModel

    def __init__(self, model: FrontierModel, name: str) -> None:
        super().__init__(model)
        self.name = name

    def start(self, parameter: str) -> Vector:
        """A state's value in the first month, from the parameter of that name: a fresh (worlds,) vector."""
        return self.full(self.parameter(parameter))

    def full(self, value: Vector | float) -> Vector:
        """A fresh contiguous (worlds,) vector of this value."""
        return self.model.streams.full(value)

    def apply(self, rule: Callable[..., Vector], /, **state: Vector) -> Vector:
        """What a rule says, with this run's parameters, of this state: each argument by the rule's own name for it."""
        return self.model.rulebook.called_by(self.name, rule, **state)

    def sum_over(self, what: str, counts: Vector, rule: Callable[..., Vector]) -> Vector:
        """What a rule says of a draw for a named purpose, summed over as many of this month's as each world counts."""
        streams, month = self.model.streams, self.model.month
        return self.model.rulebook.sum_over(streams, f"{self.name}.{what}", month, counts, self.name, rule)

    def draw(self, what: str, slot: int = 0) -> Vector:
        """This month's uniform draw for a named purpose, shape (worlds,)."""
        return self.model.streams.uniform(f"{self.name}.{what}", self.model.month, slot)

    def parameter(self, name: str) -> Any:
        """A parameter's value in this run: a float, or a (worlds,) vector.

        Raises:
            FileError: no file declares it.
        """
        try:
            return self.model.parameters[name]
        except KeyError:
            raise FileError(
                f"{self.name} asks for the parameter {name}, which no file of sim/parameters/ declares"
            ) from None
