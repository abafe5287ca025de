"""One readable verdict per world, among a few that partition the outcomes and that any policy can reach.

The order of the questions is the order of `sim.vocabulary.VERDICTS`; a world gets the first verdict that fits. All of
the thresholds are judgement: they stand in one table, each with its reason, and move no number but the verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from sim.vocabulary import VERDICTS
from sim.worlds import Vector, total

History = Mapping[str, Sequence[Vector] | Vector]


@dataclass(frozen=True)
class Threshold:
    """A cut between verdicts: its value, its unit, and why it lies there (a judgement)."""

    value: float
    unit: str
    reason: str


THRESHOLDS: dict[str, Threshold] = {
    "window": Threshold(12, "months", "A year evens out seasons; the documents count attacks by the year."),
    "well_below": Threshold(
        2 / 3, "ratio", "A third fewer attacks than before: more than chance moves a yearly count of a hundred."
    ),
    "well_above": Threshold(1.5, "ratio", "The same distance upwards: half as many again (3/2 undoes 2/3)."),
    "conceded_much": Threshold(
        0.05, "0 to 1", "A twentieth of what can be given for good: more than a single release of prisoners."
    ),
    "truce_in_force": Threshold(0.5, "share of months", "A truce that held in most of the last year counts as one."),
    "fractured": Threshold(0.5, "0 to 1", "The state is 0 or 1; a half tells the two apart."),
}


def window(months: int) -> int:
    """How many months the first and the last stretch have: 12, or half of a run that is shorter than two years."""
    return min(int(THRESHOLDS["window"].value), max(1, months // 2))


@dataclass
class Added:
    """A metric's months from one on up to another, added in their order as they come.

    Attributes:
        metric: whose; first, end: from which month on, and up to which one that no longer counts.
        sum: so far, shape (worlds,).
    """

    metric: str
    first: int
    end: int
    sum: Vector = field(init=False, repr=False)

    def add(self, history: History, passed: int) -> None:
        """Take the months that follow on those passed."""
        rows = history[self.metric][max(self.first - passed, 0) : max(self.end - passed, 0)]
        if passed <= self.first and len(rows):
            self.sum = total(rows)
        else:
            for row in rows:
                self.sum = self.sum + row


class Endings:
    """What verdicts are read off: how things stand at the end, and two stretches of months.

    - Fracture in Kabul: the movement stands fractured at the end.
    - Negotiated settlement: a truce is in force at the end, or was in most of the last stretch, and TTP attacks as
      they happened are no more than before; or much was conceded and attacks are well below it (bought).
    - Contained: attacks well below those before, and little conceded.
    - Concession without calm: much conceded, and attacks no lower.
    - Escalation: attacks well above those before.
    - Stalemate: anything else.

    *Before* is the run's mean up to the last stretch: what began years ago and has held since is no escalation.

    Args:
        months: how many there will be.
    """

    def __init__(self, months: int) -> None:
        self._span = window(months)
        self._last = Added("attacks", months - self._span, months)
        self._before = Added("attacks", 0, max(months - self._span, 1))
        self._truce = Added("ceasefire", months - self._span, months)
        self._end: dict[str, Vector] = {}
        self._passed = 0

    def add(self, history: History) -> None:
        """Take the next months: for `attacks`, `ceasefire`, `sovereignty_conceded` and `fractured`, a (worlds,) vector each."""
        for one in (self._last, self._before, self._truce):
            one.add(history, self._passed)
        self._end = {name: history[name][-1] for name in ("ceasefire", "sovereignty_conceded", "fractured")}
        self._passed += len(history["attacks"])

    def verdicts(self) -> np.ndarray:
        """The verdict of each world, as its position in `VERDICTS`; shape (worlds,), whole numbers."""
        limit, end, span = {name: threshold.value for name, threshold in THRESHOLDS.items()}, self._end, self._span
        last, before = self._last.sum, self._before.sum * span / self._before.end
        truce = (end["ceasefire"] > 0.5) | (self._truce.sum > limit["truce_in_force"] * span)
        conceded_much = 1.0 - end["sovereignty_conceded"] >= limit["conceded_much"]
        well_below = last <= limit["well_below"] * before
        fits = {
            "fracture_in_kabul": end["fractured"] > limit["fractured"],
            "negotiated_settlement": (truce & (last <= before)) | (conceded_much & well_below),
            "contained": well_below,
            "concession_without_calm": conceded_much & (last >= before),
            "escalation": last > limit["well_above"] * before,
            "stalemate": np.ones(last.shape, dtype=bool),
        }
        out: np.ndarray = np.argmax(np.stack([fits[name] for name in VERDICTS]), axis=0)
        return out


def verdicts(history: History) -> np.ndarray:
    """The same of months that are there as a whole."""
    endings = Endings(len(history["attacks"]))
    endings.add(history)
    return endings.verdicts()
