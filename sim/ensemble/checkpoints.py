"""Models as they stood at the beginning of a month, from which later runs go on that ask for the same until then.

A run that goes on from one gives the numbers, to the last bit, of a run simulated from the start.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sim.ensemble.spec import RunSpec
    from sim.model import FrontierModel

# What identifies a model: the hash of what was asked of it so far, worlds, seed, first world or all their numbers,
# parameters, month, panels.
Key = tuple[str, int, int, int | tuple[int, ...], str, int, bool]


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
        return sum(len(model) for model in self._kept.values())

    def at(self, month: int) -> Checkpoint:
        """For `sim.run`: a month, counted from 0, at whose beginning its model is found or kept."""
        return Checkpoint(self, month)

    def find(self, key: Key) -> FrontierModel | None:
        """A fresh copy of a model; None where it is not kept."""
        if key not in self._kept:
            return None
        self._kept.move_to_end(key)
        self._trim()
        model: FrontierModel = pickle.loads(self._kept[key])
        return model

    def add(self, key: Key, model: FrontierModel) -> None:
        """Keep a copy of a model as it stands now."""
        self._kept[key] = pickle.dumps(model, pickle.HIGHEST_PROTOCOL)
        self._trim()

    def _trim(self) -> None:
        """Let go of those that have not been used for longest; the last one stays."""
        while self.size > self._most and len(self._kept) > 1:
            self._kept.popitem(last=False)


@dataclass(frozen=True)
class Checkpoint:
    """A month of one run at whose beginning its model is found or kept."""

    kept: Checkpoints
    month: int

    def find(self, batch: RunSpec) -> FrontierModel | None:
        """A model at this month that has been asked for the same until then, ready to go on with the batch's scenario;
        None without."""
        model = self.kept.find(self._key(batch))
        if model is not None:
            (scenario,) = batch.scenarios.values()
            model.follow(scenario)
        return model

    def keep(self, model: FrontierModel, batch: RunSpec) -> None:
        """Keep a copy of a model as it stands now, at the beginning of this month."""
        (scenario,) = batch.scenarios.values()
        if not scenario.actors.pakistan.among:  # which courses it weighs is part of a model from the first month on
            self.kept.add(self._key(batch), model)

    def _key(self, batch: RunSpec) -> Key:
        (scenario,) = batch.scenarios.values()
        before = scenario.hash_before(self.month)
        return (
            before,
            batch.worlds,
            batch.seed,
            batch.numbers or batch.first,
            batch.parameters,
            self.month,
            batch.panels,
        )
