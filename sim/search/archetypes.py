"""The front in a handful of kinds: members that are set alike are put together, and the middle one speaks for them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.scenario.diff import TITLES
from sim.search.words import mean_level, small
from sim.words.language import N_, _, altered
from sim.words.sentences import listed

if TYPE_CHECKING:
    from sim.search.found import Found

MOST, EACH = 4, 3
MUCH, LITTLE = 0.45, 0.15
APART = 0.06  # of a setting's range, from the mean of all members: what sets a kind apart


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
    def called(self) -> str:
        """In two words."""
        return _("kind {letter}", letter=self.letter)

    @property
    def title(self) -> str:
        """In a few words: of the mean of its members, for one of them may be otherwise."""
        more = listed([altered(_(TITLES[name]), small) for name in list(self.more)[:2]])
        less = _less(list(self.less)[:2]) if self.less else ""
        if more and less:
            return _(
                "{letter}: on average more {more}, {less} than the other kinds",
                letter=self.letter,
                more=more,
                less=less,
            )
        if more:
            return _("{letter}: on average more {more} than the other kinds", letter=self.letter, more=more)
        if less:
            return _("{letter}: on average {less} than the other kinds", letter=self.letter, less=less)
        return _("{letter}: near the middle of all", letter=self.letter)


def _less(names: Sequence[str]) -> str:
    """Less aid and fewer talks with the TTP: one word for all of them where it fits all."""
    fewer, less = N_("fewer {settings}"), N_("less {settings}")
    settings = [altered(_(TITLES[name]), small) for name in names]
    several = [re.split(" (?:with|from|on|of|to) ", TITLES[name])[0].endswith("s") for name in names]
    if len(set(several)) == 1:
        return _(fewer if several[0] else less, settings=listed(settings))
    return listed([_(fewer if some else less, settings=one) for some, one in zip(several, settings, strict=True)])


def common(found: Found) -> tuple[dict[str, float], dict[str, float]]:
    """What members that hold have in common: settings that nearly all have much of, and that nearly all have next to nothing of,
    each with its mean level."""
    space, members = found.plan.space, standing(found)
    levels = {
        name: np.array([mean_level(space, found.values(one), name) for one in members]) for name in space.search.levers
    }
    much = {name: float(one.mean()) for name, one in levels.items() if len(one) and np.quantile(one, 0.1) >= MUCH}
    little = {name: float(one.mean()) for name, one in levels.items() if len(one) and np.quantile(one, 0.9) <= LITTLE}
    return dict(sorted(much.items(), key=lambda one: -one[1])), little


def standing(found: Found) -> list[str]:
    """The members that hold in fresh futures and keep to the constraints."""
    members = found.members
    return [str(name) for name in members.index[(members["holds"] & members["keeps"]).astype(bool)]]


def archetypes(found: Found) -> list[Archetype]:
    """Kinds among the members that hold in fresh futures and keep to the constraints, by Ward's clustering of their settings;
    the largest first."""
    from scipy.cluster.hierarchy import fcluster, linkage

    names = standing(found)
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
