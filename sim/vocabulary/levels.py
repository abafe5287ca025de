"""What a lever's numbers stand for, in words, where it acts, and which claims argue for and against it.

Said apart from the levers themselves (`levers.py`): nothing that the model computes reads this file. What a level is called is
a judgement: no article and no record gives such a scale. A lever that an extension adds has no words here.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor
from pathlib import Path
from typing import Any, Literal

from sim import yamlfile

Group = Literal["kabul", "home", "ttp"]
GROUPS: dict[Group, str] = {
    "kabul": "At Kabul",
    "home": "At home",
    "ttp": "At the TTP",
}
# The settings that have a name of their own, the first at nothing and the last at full strength.
STEPS = (0.0, 0.25, 0.5, 0.75, 1.0)
JUDGEMENT = "What the levels are called is a judgement."


@dataclass(frozen=True)
class Levels:
    """A lever's numbers in words.

    Attributes:
        group: where it acts.
        names: what Pakistan does at each of `STEPS`.
        argued_for, argued_against: ids of claims that speak for using it, and against.
        scale: the parameter that says how much is done at full strength, where the model has it in a unit of its own.
    """

    group: Group
    names: tuple[str, ...]
    argued_for: tuple[str, ...] = ()
    argued_against: tuple[str, ...] = ()
    scale: str = ""

    def around(self, value: float) -> tuple[str, ...]:
        """What Pakistan does at a number that is one of the steps; at any other, what it does at the step below and above."""
        place = round(value * (len(STEPS) - 1), 6)
        return self.names[floor(place) : ceil(place) + 1]


def _read() -> dict[str, Levels]:
    told: dict[str, dict[str, Any]] = yamlfile.read(Path(__file__).with_name("levels.yaml")).data
    return {
        name: Levels(
            one["group"],
            tuple(one["names"]),
            tuple(one.get("argued_for", ())),
            tuple(one.get("argued_against", ())),
            one.get("scale", ""),
        )
        for name, one in told.items()
    }


# Lever, `conditionality` or `visibility` -> its words.
LEVELS = _read()
