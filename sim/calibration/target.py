"""One figure that calibration aims at.

`error` is how far the observer may be off its own figure, `discrepancy` how far even a right model may be off the world;
both are standard deviations, stated and not fitted. How far one modelled world is from the next is not a tolerance: it
is simulated.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.record.simulated import Simulated
from sim.worlds import Vector

Statistic = Callable[[Simulated], Vector]


@dataclass(frozen=True)
class Target:
    """One figure to come near.

    Attributes:
        name, meaning: its id, and what it is in words.
        observed: the figure; error, discrepancy: its tolerances (standard deviations, in the figure's own unit).
        statistic: the same figure of each modelled world.
        why: what the tolerances rest on.
        count: whether it counts something, so that sets differ by shares rather than by amounts.
        of_set: whether it says something of all worlds of a set together (a share of them), so that how worlds differ is no
            excuse for missing it.
    """

    name: str
    meaning: str
    observed: float
    error: float
    discrepancy: float
    statistic: Statistic
    why: str
    count: bool = True
    of_set: bool = False

    @property
    def tolerance(self) -> float:
        """Both tolerances together."""
        return float(np.hypot(self.error, self.discrepancy))
