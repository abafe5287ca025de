"""Models as they stood at the beginning of a month, from which later runs go on that ask for the same until then.

A run that goes on from one gives the numbers, to the last bit, of a run that lived all its months.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.agents.territory import Tolls
    from sim.model import FrontierModel
    from sim.scenario import Scenario

# What identifies a model: the hash of what was asked of it so far, worlds, seed, first world, parameters, month.
Key = tuple[str, int, int, int, str, int]


@dataclass
class _Kept:
    """A model as it stood, pickled, and the tolls of attacks that those who went on from it have drawn since."""

    model: bytes
    tolls: Tolls = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.model) + sum(dead.nbytes + of_forces.nbytes for dead, of_forces in self.tolls.values())


class Checkpoints:
    """As many of them as a bound on memory allows; of these, the ones that were used last.

    Args:
        most: bytes, of which a run that is still going on may take some more.
    """

    def __init__(self, most: int) -> None:
        self._most, self._kept = most, OrderedDict[Key, _Kept]()

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def size(self) -> int:
        """Bytes taken."""
        return sum(one.size for one in self._kept.values())

    def at(self, month: int) -> Checkpoint:
        """For `sim.run`: a month, counted from 0, at whose beginning its model is found or kept."""
        return Checkpoint(self, month)

    def find(self, key: Key) -> FrontierModel | None:
        """A fresh copy of a model; None where it is not kept."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        self._trim()
        kept = self._kept[key]
        model: FrontierModel = pickle.loads(kept.model)
        model.land.tolls = kept.tolls
        return model

    def add(self, key: Key, model: FrontierModel) -> None:
        """Keep a copy of a model as it stands now."""
        kept = self._kept[key] = _Kept(pickle.dumps(model, pickle.HIGHEST_PROTOCOL))
        self._trim()
        model.land.tolls = kept.tolls

    def _trim(self) -> None:
        """Let go of those that have not been used for longest; the last one stays."""
        while self.size > self._most and len(self._kept) > 1:
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
