"""Several runs of the same worlds beside each other, each with other rules switched off."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from sim.rule import RULES
from sim.rulebook import Rulebook, summed_in_full, switch
from sim.worlds import Streams, Vector


class SilencedRulebook(Rulebook):
    """Rules of several runs on one worlds axis, each with other rules switched off.

    Args:
        parameters: of all of them.
        silent: for each run, the names of its rules that are silent; worlds: of each run.
        off: what is switched off in all of them: see `Rulebook`.

    Attributes:
        parameters: as given; and for each rule its `switch`, 1 in the worlds in which it is silent, else 0.
    """

    def __init__(
        self,
        parameters: Mapping[str, float | Vector],
        silent: Sequence[Collection[str]],
        worlds: int,
        off: Collection[str] = (),
    ) -> None:
        super().__init__(parameters, off)
        where = {name: np.repeat([name in names for names in silent], worlds) for name in RULES}
        switches = {switch(name): worlds * 1.0 if worlds.any() else 0.0 for name, worlds in where.items()}
        self.parameters = {**parameters, **switches}
        self._silent = {RULES[name].function: worlds for name, worlds in where.items() if worlds.any()}

    def called_by(self, owner: str, rule: Callable[..., Vector], /, *by_place: Vector, **state: Vector) -> Vector:
        out = super().called_by(owner, rule, *by_place, **state)
        if rule not in self._silent:
            return out
        off = RULES[rule.__name__].off
        return np.where(self._silent[rule], state[off] if isinstance(off, str) else float(off), out)

    def sum_over(
        self, streams: Streams, name: str, month: int, counts: Vector, owner: str, rule: Callable[..., Vector]
    ) -> Vector:
        return summed_in_full(self, streams, name, month, counts, owner, rule)
