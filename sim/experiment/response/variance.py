"""What the spread of single worlds comes of: the course, the parameters, chance, or two of them together.

The design: courses, crossed with accepted sets; in each set some replications, whose random draws are the same under
every course. Each value is then a mean, plus a part of the course, of the set, of the replication within the set, and of the
course with either. Courses are a finite population, each counted alike; sets and replications are samples.

Mean squares are set equal to their expectations (Searle, Casella and McCulloch, 1992, Variance Components, Wiley,
chapters 4 and 5), which is unbiased and can come out below zero where a part is nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sim.ensemble.chunks import Array

PARTS = ("course", "parameters", "chance", "interactions")


@dataclass(frozen=True)
class Variance:
    """Shares of the variance of single worlds, 0 to 1, which sum to one.

    Attributes:
        course: of courses on average over sets and chance; parameters: of sets on average over courses; chance: of
            replications within a set on average over courses; interactions: of courses that differ by set or by chance.
        clipped: what was estimated below zero and set to zero, part -> the estimate as a share of the whole.
    """

    course: float
    parameters: float
    chance: float
    interactions: float
    clipped: dict[str, float]


def components(values: Array) -> dict[str, float]:
    """Estimates of the four parts, in the figure's unit squared; unbiased, so that they can be below zero.

    Args:
        values: (courses, sets, replications), at least two of each.
    """
    courses, sets, replications = values.shape
    by_world = values.mean(axis=0)
    by_set = by_world.mean(axis=1)
    cells = values.mean(axis=2)
    by_course = cells.mean(axis=1)
    mean = by_course.mean()
    within = sets * (replications - 1)
    # With chance: of the replication under all courses alike, and of the course with it.
    chance = float(np.sum((by_world - by_set[:, None]) ** 2)) / within
    apart = values - by_world - cells[:, :, None] + by_set[:, None]
    course_chance = float(np.sum(apart**2)) / (within * courses)
    # With sets: what chance leaves in a cell's mean is taken off.
    crossed = float(np.sum((cells - by_set - by_course[:, None] + mean) ** 2)) / ((sets - 1) * courses)
    parameters = float(np.var(by_set, ddof=1)) - chance / replications
    course = float(np.var(by_course)) - crossed / sets
    interactions = crossed - course_chance / replications + course_chance
    return {"course": course, "parameters": parameters, "chance": chance, "interactions": interactions}


def decompose(values: Array) -> Variance | None:
    """The shares; None where every world comes to the same. What is estimated below zero is set to zero, and said.

    Args:
        values: (courses, sets, replications), at least two of each.
    """
    found = components(values)
    kept = {name: max(one, 0.0) for name, one in found.items()}
    whole = sum(kept.values())
    if whole <= 0 or np.ptp(values) == 0:
        return None
    clipped = {name: one / whole for name, one in found.items() if one < 0}
    return Variance(**{name: one / whole for name, one in kept.items()}, clipped=clipped)
