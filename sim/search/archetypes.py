"""The front in a handful of kinds: members that are set alike are put together, and the middle one speaks for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.scenario.diff import TITLES
from sim.search.words import mean_level

if TYPE_CHECKING:
    from sim.search.found import Found

MOST, EACH = 4, 3
APART = 0.12  # of a setting's range, from the mean of all members: what sets a kind apart


@dataclass(frozen=True)
class Archetype:
    """A kind of course.

    Attributes:
        letter: A, B, ...; members: their names; example: the one in their middle.
        more, less: settings of which it has more, or less, than the front has on the whole: name -> mean level.
    """

    letter: str
    members: tuple[str, ...]
    example: str
    more: dict[str, float]
    less: dict[str, float]

    @property
    def title(self) -> str:
        """In a few words."""
        much = [TITLES[name].lower() for name in list(self.more)[:3]]
        little = [TITLES[name].lower() for name in list(self.less)[:2]]
        said = f"more {', '.join(much)}" if much else ""
        said += f"{'; ' if said and little else ''}less {', '.join(little)}" if little else ""
        return f"{self.letter}: {said or 'near the middle of all'}"


def archetypes(found: Found) -> list[Archetype]:
    """Kinds among the members that hold in fresh futures and keep to the constraints, by Ward's clustering of their settings;
    the largest first."""
    from scipy.cluster.hierarchy import fcluster, linkage

    members = found.members
    members = members[members["holds"] & members["keeps"]]
    names = list(members.index)
    space = found.plan.space
    settings = list(space.search.levers)
    if not names or not settings:
        return []
    levels = np.array([[mean_level(space, found.values(name), one) for one in settings] for name in names])
    first = {one.name: one.values[-1] - one.values[0] for one in space.variables}
    ranges = np.array([first[f"{name}@{space.search.stages[0]}"] for name in settings])
    places = levels / np.maximum(ranges, 1e-12)
    count = max(1, min(MOST, len(names) // EACH))
    labels = fcluster(linkage(places, "ward"), count, "maxclust") if len(names) > 1 else np.ones(1, dtype=int)
    groups = [np.flatnonzero(labels == label) for label in np.unique(labels)]
    groups.sort(key=lambda rows: (-len(rows), int(rows[0])))
    out = []
    for number, rows in enumerate(groups):
        middle = places[rows].mean(axis=0)
        example = int(rows[np.linalg.norm(places[rows] - middle, axis=1).argmin()])
        apart = middle - places.mean(axis=0)
        order = np.argsort(-np.abs(apart), kind="stable")
        chosen = [(settings[one], float(levels[rows, one].mean()), float(apart[one])) for one in order]
        out.append(
            Archetype(
                "ABCDEFGH"[number],
                tuple(names[row] for row in rows),
                names[example],
                {name: level for name, level, far in chosen if far > APART},
                {name: level for name, level, far in chosen if far < -APART},
            )
        )
    return out
