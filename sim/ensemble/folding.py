"""A run whose months are not kept: what is left of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.ensemble.outcomes import Outcomes
from sim.metrics import METRICS
from sim.model import Collector

if TYPE_CHECKING:
    from sim.ensemble.spec import RunSpec
    from sim.model import FrontierModel


class FoldingCollector(Collector):
    """Keeps what outcomes follow from, and of each metric as many months as the scenario's conditions look back at.

    Attributes:
        outcomes: of the months that have passed.
    """

    def __init__(self, batch: RunSpec) -> None:
        super().__init__(panels=False)
        self.outcomes = Outcomes(batch.months, batch.crossings)

    def collect(self, model: FrontierModel) -> None:
        """Take in this month's readings, and let go of those that nothing looks at any more.

        Raises:
            ModelError: one is not a number, or outside of its metric's range.
        """
        super().collect(model)
        self.outcomes.add({name: [np.atleast_1d(self.latest(name))] for name in METRICS})
        for name in METRICS:
            kept, months = self.model_vars[name], model.script.watched.get(name, 0)
            if months:
                kept[-1] = np.copy(kept[-1])  # by itself: it is a row of a table of all metrics
            if len(kept) > months:
                kept[len(kept) - 1 - months] = None  # months are looked up by their numbers, so their places stay
