"""Versions of one's own that were given a name and kept: what each changes in which scenario, and how an address says it.

In an address one reads `kept.k1=appease~Hard line~2022-12,aid:0.0,stance:contain`: what it is a copy of, its name, and what
holds from which month on. A version made from a kept one has a step more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sim.words.language import _

MOST_KEPT, MOST_STEPS = 8, 4
MOST_LETTERS = 40  # of a name
LONGEST = 1000  # characters of an address that one version may take
_STEPS, _PARTS, _IS = "~", ",", ":"
_JOINERS = "\u200c\u200d"  # not seen, but Urdu is spelt with them


@dataclass(frozen=True)
class Step:
    """What holds from a month on: (lever, 0 to 1) or (posture, one of its options)."""

    since: str
    settings: tuple[tuple[str, float | str], ...]

    def __str__(self) -> str:
        return _PARTS.join([self.since, *(f"{name}{_IS}{value}" for name, value in self.settings)])


@dataclass(frozen=True)
class Kept:
    """A version with a name: what it is a copy of, in the library or made in the Studio, and its steps, the oldest first."""

    title: str
    of: str
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return _STEPS.join([self.of, self.title, *map(str, self.steps)])


def called(title: str) -> str:
    """A name as it is kept: one line, not too long, without what parts an address or is not seen; "" where no letter is left."""
    line = " ".join(title.replace(_STEPS, "-").split())
    seen = "".join(one for one in line if one.isprintable() or one in _JOINERS)[:MOST_LETTERS].strip()
    return seen if any(one.isalnum() for one in seen) else ""


def read(text: str, month: Callable[[str], str], settings: Mapping[str, Callable[[str], Any]]) -> Kept:
    """The version that an address tells.

    Args:
        month: checks a month; settings: lever or posture -> what checks its value. Both raise a ValueError.

    Raises:
        ValueError: it is none.
    """
    parts = text.split(_STEPS) if len(text) <= LONGEST else []
    if not 3 <= len(parts) <= 2 + MOST_STEPS or not parts[1] or called(parts[1]) != parts[1]:
        raise ValueError(_("is cut off or changed; ask for the address again"))
    of, title, *steps = parts
    return Kept(title, of, tuple(_step(one, month, settings) for one in steps))


def _step(text: str, month: Callable[[str], str], settings: Mapping[str, Callable[[str], Any]]) -> Step:
    since, *parts = text.split(_PARTS)
    found = [part.partition(_IS) for part in parts]
    if any(name not in settings for name, _is, _value in found):
        raise ValueError(_("sets something that there is not"))
    return Step(month(since), tuple((name, settings[name](value)) for name, _is, value in found))
