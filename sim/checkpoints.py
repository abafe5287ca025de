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
Key = tuple[str, int, int, int, str, int]


class Checkpoints:
    """As many of them as a bound on memory allows; of these, the ones that were used last.

    Args:
        most: bytes.
    """

    def __init__(self, most: int) -> None:
        self._most, self._kept = most, OrderedDict[Key, bytes]()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes taken."""
        return sum(map(len, self._kept.values()))

    def at(self, month: int) -> Checkpoint:
        """For `sim.run`: a month, counted from 0, at whose beginning its model is found or kept."""
        return Checkpoint(self, month)

    def find(self, key: Key) -> FrontierModel | None:
        """A fresh copy of a model; None where it is not kept."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        model: FrontierModel = pickle.loads(self._kept[key])
        return model

    def add(self, key: Key, model: FrontierModel) -> None:
        """Keep a copy of a model as it stands now."""
        self._kept[key] = pickle.dumps(model, pickle.HIGHEST_PROTOCOL)
        while self.size > self._most:
            self._kept.popitem(last=False)


@dataclass(frozen=True)
class Checkpoint:
    """A month of one run at whose beginning its model is found or kept."""

    kept: Checkpoints
    month: int

    def find(self, scenario: Scenario, worlds: int, seed: int, first: int, parameters: str) -> FrontierModel | None:
        """A model at this month that has lived what the scenario asks for until then, ready to go on with it; None
        without. Arguments as of `sim.run`; `first` is the number of the first world."""
        model = self.kept.find(self._key(scenario, worlds, seed, first, parameters))
        if model is not None:
            model.follow(scenario)
        return model

    def keep(
        self, model: FrontierModel, scenario: Scenario, worlds: int, seed: int, first: int, parameters: str
    ) -> None:
        """Keep a copy of a model as it stands now, at the beginning of this month. Arguments as for `find`."""
        if not scenario.actors.pakistan.among:  # which courses it weighs is part of a model from the first month on
            self.kept.add(self._key(scenario, worlds, seed, first, parameters), model)

    def _key(self, scenario: Scenario, worlds: int, seed: int, first: int, parameters: str) -> Key:
        return scenario.hash_before(self.month), worlds, seed, first, parameters, self.month
