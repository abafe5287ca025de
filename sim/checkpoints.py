"""Models as they stood at the beginning of a month, from which later runs go on that ask for the same until then.

A run that goes on from one gives the numbers, to the last bit, of a run that lived all its months.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.model import FrontierModel
    from sim.scenario import Scenario

# What identifies a model: the hash of what was asked of it so far, worlds, seed, first world, parameters, month.
_Key = tuple[str, int, int, int, str, int]


class Checkpoints:
    """As many of them as a bound on memory allows; of these, the ones that were used last.

    Args:
        most: bytes.
    """

    def __init__(self, most: int) -> None:
        self._most, self._kept = most, OrderedDict[_Key, bytes]()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes taken."""
        return sum(map(len, self._kept.values()))

    def at(self, month: int) -> Checkpoint:
        """For `sim.run`: a month, counted from 0, at whose beginning its model is found or kept."""
        return Checkpoint(self._kept, self._most, month)


@dataclass(frozen=True)
class Checkpoint:
    """A month of one run at whose beginning its model is found or kept."""

    _kept: OrderedDict[_Key, bytes]
    _most: int
    month: int

    def find(self, scenario: Scenario, worlds: int, seed: int, first: int, parameters: str) -> FrontierModel | None:
        """A model at this month that has lived what the scenario asks for until then, ready to go on with it; None
        without. Arguments as of `sim.run`; `first` is the number of the first world."""
        if not self._kept:
            return None
        key = self._key(scenario, worlds, seed, first, parameters)
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        model: FrontierModel = pickle.loads(self._kept[key])
        model.follow(scenario)
        return model

    def keep(
        self, model: FrontierModel, scenario: Scenario, worlds: int, seed: int, first: int, parameters: str
    ) -> None:
        """Keep a copy of a model as it stands now, at the beginning of this month. Arguments as for `find`."""
        if scenario.actors.pakistan.among:
            return  # which courses it weighs against each other is part of its model from the first month on
        self._kept[self._key(scenario, worlds, seed, first, parameters)] = pickle.dumps(model, pickle.HIGHEST_PROTOCOL)
        while sum(map(len, self._kept.values())) > self._most:
            self._kept.popitem(last=False)

    def _key(self, scenario: Scenario, worlds: int, seed: int, first: int, parameters: str) -> _Key:
        return scenario.hash_before(self.month), worlds, seed, first, parameters, self.month
