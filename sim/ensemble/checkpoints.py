"""Models as they stood at the beginning of a month, from which later runs go on that ask for the same until then.

A run that goes on from one gives the numbers, to the last bit, of a run simulated from the start.
"""

from __future__ import annotations

import pickle
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sim.ensemble.spec import RunSpec
    from sim.model import FrontierModel

# What identifies a model: the hash of what was asked of it so far, worlds, seed, first world or all their numbers,
# parameters, month, panels.
Key = tuple[str, int, int, int | tuple[int, ...], str, int, bool]


@dataclass
class _Kept:
    """A model as it stood, pickled, and the fatality draws of those who went on from it since."""

    model: bytes
    fatality_draws: dict[Hashable, Any] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return len(self.model) + sum(one.nbytes for pair in self.fatality_draws.values() for one in pair)


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
        model.streams.kept = kept.fatality_draws
        return model

    def add(self, key: Key, model: FrontierModel) -> None:
        """Keep a copy of a model as it stands now."""
        kept = self._kept[key] = _Kept(pickle.dumps(model, pickle.HIGHEST_PROTOCOL))
        self._trim()
        model.streams.kept = kept.fatality_draws

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
