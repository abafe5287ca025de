"""Whether a calibration finds values again that are known: those that made-up figures were made with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sim.parameters import Parameter, draw
from sim.worlds import Vector

HEADS = (
    "parameter",
    "unit",
    "known value",
    "mean distance, declared ranges",
    "mean distance, accepted sets",
    "nine sets in ten",
)
# Places in a parameter's prior at which its distance is taken.
_PLACES: Vector = (np.arange(1_000) + 0.5) / 1_000


@dataclass(frozen=True)
class Recovered:
    """One parameter whose value is known.

    Attributes:
        name, unit, known: which, its unit, and its value.
        before, after: mean distance from that value over the declared range, and over the accepted sets (its own unit).
        low, high: between which nine accepted sets in ten lie.
    """

    name: str
    unit: str
    known: float
    before: float
    after: float
    low: float
    high: float

    @property
    def inside(self) -> bool:
        """Whether nine sets in ten hold the known value between them."""
        return self.low <= self.known <= self.high

    @property
    def cells(self) -> list[str]:
        """As a row of a table with `HEADS`."""
        within = "" if self.inside else " (outside)"
        distances = [f"{self.before:.3g}", f"{self.after:.3g}"]
        return [self.name, self.unit, f"{self.known:g}", *distances, f"{self.low:.3g} to {self.high:.3g}{within}"]


def recovered(
    known: Mapping[str, float], accepted: Mapping[str, Vector], declared: Mapping[str, Parameter]
) -> list[Recovered]:
    """How near accepted sets come to known values, and how near the declared ranges do.

    Args:
        known: parameter -> value; accepted: parameter -> one value per set; declared: what may be varied, by name.
    """
    out = []
    for name, value in known.items():
        one = declared[name]
        before = draw(_PLACES, one.low, one.high, one.distribution, one.value)
        low, high = np.quantile(accepted[name], (0.05, 0.95))
        wide, near = (float(np.mean(np.abs(values - value))) for values in (before, accepted[name]))
        out.append(Recovered(name, one.unit, value, wide, near, float(low), float(high)))
    return out


def recovery_words(found: list[Recovered]) -> str:
    """What came of it, in two sentences."""
    nearer = sum(one.after < one.before for one in found)
    inside = sum(one.inside for one in found)
    planted = "value was planted" if len(found) == 1 else "values were planted"
    return (
        f"{len(found)} {planted}. For {nearer} of them the accepted sets lie nearer than the declared ranges do; for {inside} "
        "the middle nine tenths of the sets contain the value."
    )
