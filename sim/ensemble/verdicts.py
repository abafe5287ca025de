"""One readable verdict per world, among a few that partition the outcomes and that any policy can reach.

The order of the questions is the order of `sim.vocabulary.VERDICTS`; a world gets the first verdict that fits. All of
the thresholds are judgement: they stand in one table, each with its reason, and move no number but the verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


# What a verdict is read off.
READ_OFF = ("attacks", "ceasefire", "sovereignty_conceded", "fractured")


def window(months: int) -> int:
    """How many months the first and the last stretch have: 12, or half of a run that is shorter than two years."""
    return min(int(THRESHOLDS["window"].value), max(1, months // 2))


def verdicts(history: History) -> np.ndarray:
    """The verdict of each world, as its position in `VERDICTS`; shape (worlds,), whole numbers.

    - Fracture in Kabul: the movement stands fractured at the end.
    - Negotiated settlement: a truce is in force at the end, or was in most of the last stretch, and TTP attacks as
      they happened are no more than before; or much was conceded and attacks are well below it (bought).
    - Contained: attacks well below those before, and little conceded.
    - Concession without calm: much conceded, and attacks no lower.
    - Escalation: attacks well above those before.
    - Stalemate: anything else.

    *Before* is the run's mean up to the last stretch: what began years ago and has held since is no escalation.

    Args:
        history: for each metric of `READ_OFF` one (worlds,) vector per month.
    """
    limit = {name: threshold.value for name, threshold in THRESHOLDS.items()}
    span = window(len(history["attacks"]))
    attacks = history["attacks"]
    last, before = total(attacks[-span:]), total(attacks[: len(attacks) - span or 1])
    before = before * span / max(len(attacks) - span, 1)
    truce_months = total(history["ceasefire"][-span:])
    truce = (history["ceasefire"][-1] > 0.5) | (truce_months > limit["truce_in_force"] * span)
    conceded_much = 1.0 - history["sovereignty_conceded"][-1] >= limit["conceded_much"]
    well_below = last <= limit["well_below"] * before
    fits = {
        "fracture_in_kabul": history["fractured"][-1] > limit["fractured"],
        "negotiated_settlement": (truce & (last <= before)) | (conceded_much & well_below),
        "contained": well_below,
        "concession_without_calm": conceded_much & (last >= before),
        "escalation": last > limit["well_above"] * before,
        "stalemate": np.ones(last.shape, dtype=bool),
    }
    out: np.ndarray = np.argmax(np.stack([fits[name] for name in VERDICTS]), axis=0)
    return out
