"""A seat's briefing as arrays, and arrays as its move: for programs that learn from numbers.

In the arrays is what stands in the tables of the seat's page, under the model's names and in the same units; levels are those of
the page's sliders. `environment.py` makes spaces of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sim.metrics import METRICS
from sim.scenario.settings import DECIDES, DEFAULTS, OPTIONS
from sim.scenario.words import CHOOSE
from sim.teaching.play.briefing import HIDDEN, OWN, PUBLIC, REPORTED, Briefing
from sim.teaching.play.moves import QUARTER, Values
from sim.teaching.play.past import Array
from sim.vocabulary import ACTOR_SPECS, FACTIONS, LEVERS, ROSTER

# Sliders of the page move by so much.
STEP = 0.05
# Where a share is left to choose.
LEFT = -1.0
Level = float | str
# Leaves of the arrays by the table that they stand in: name -> (lowest, highest, shape).
Bounds = Mapping[str, Mapping[str, tuple[float, float, int]]]


def levels(actor: str) -> dict[str, tuple[Level, ...]]:
    """Setting -> what it may be set to, in the order of an action's numbers from 1 on; 0 leaves it as it is."""
    shares = tuple(round(STEP * place, 2) for place in range(round(1 / STEP) + 1))
    return {
        name: (*((CHOOSE,) if default == CHOOSE else ()), *OPTIONS.get(name, shares))
        for name, default in DEFAULTS[actor].items()
    }


def decoded(actor: str, action: Sequence[int]) -> Values:
    """An action's numbers as what they change.

    Raises:
        IndexError: a number is no level's; ValueError: they are not as many as there are settings.
    """
    chosen = zip(levels(actor).items(), map(int, action), strict=True)
    return {name: some[number - 1] for (name, some), number in chosen if number > 0}


def bounds(actor: str, quarters: int) -> Bounds:
    """The tables of a seat's arrays, what stands in each, and between which ends."""
    spec = ACTOR_SPECS[actor]
    known = [name for name in PUBLIC if name not in OWN[actor]] + [*OWN[actor]]
    tables: dict[str, dict[str, tuple[float, float, int]]] = {
        "turn": {"played": (0, quarters, 1), "of": (0, quarters, 1), "counted": (0, 2, 1)},
        "figures": dict.fromkeys(REPORTED, (0.0, np.inf, 2)) | {name: (*_ends(name), 2) for name in known},
        "ranges": {name: (*_ends(name), 2) for name in HIDDEN[actor]},
        "settings": {name: (*_setting_ends(actor, name), 1) for name in DEFAULTS[actor]},
        "factions": dict.fromkeys(FACTIONS.get(actor, {}).values(), (0.0, 1.0, 1)),
        "groups": {slot.title: (0.0, np.inf, 1) for slot in ROSTER if actor == "ttp"},
        "leaning": dict.fromkeys(OPTIONS[DECIDES[actor]] if actor in DECIDES else (), (0.0, 1.0, 1)),
    }
    if spec.has_levers:
        tables |= {"asked": dict.fromkeys(LEVERS, (0.0, 1.0, 1)), "in_force": dict.fromkeys(LEVERS, (0.0, 1.0, 1))}
        tables |= {"unit_costs": dict.fromkeys(LEVERS, (0.0, np.inf, 1)), "means": {"means": (0.0, np.inf, 1)}}
    return {table: leaves for table, leaves in tables.items() if leaves}


def observed(told: Briefing, tables: Bounds) -> dict[str, dict[str, Array]]:
    """A briefing as arrays, by table and name; 0 where there is no figure yet.

    Args:
        tables: as `bounds` gives them for the seat.
    """
    known = [*told.reported, *told.public, *told.own]
    counted = (told.behind is not None) + any(one.before is not None for one in known)
    stands = {**DEFAULTS[told.actor], **told.standing}
    found: dict[str, Mapping[str, object]] = {
        "turn": {"played": told.turn, "of": told.quarters, "counted": counted},
        "figures": {one.name: (one.now, one.before or 0.0) for one in known},
        "ranges": {one.name: (one.low, one.high) for one in told.hidden},
        "settings": {name: _number(name, value) for name, value in stands.items()},
        "factions": told.factions,
        "groups": told.groups,
        "leaning": told.leaning,
        "asked": told.asked,
        "in_force": told.in_force,
        "unit_costs": told.unit_costs,
        "means": {"means": told.means},
    }
    return {
        table: {name: _array(found[table].get(name, 0.0), size) for name, (_, _, size) in leaves.items()}
        for table, leaves in tables.items()
    }


def _array(value: object, size: int) -> Array:
    return np.full(size, value, dtype=np.float64)


def _ends(metric: str) -> tuple[float, float]:
    """Between what a quarter's figure lies."""
    one = METRICS[metric]
    months = QUARTER if one.summary == "total" else 1
    return one.low * months, one.high * months


def _setting_ends(actor: str, name: str) -> tuple[float, float]:
    if name in OPTIONS:
        return 0.0, float(len(OPTIONS[name]))
    return LEFT if DEFAULTS[actor][name] == CHOOSE else 0.0, 1.0


def _number(name: str, value: Level) -> float:
    """A setting as a number: a share as it is, an option by its place from 1 on; what is left to choose as `LEFT`, or 0."""
    if name in OPTIONS:
        return float((CHOOSE, *OPTIONS[name]).index(str(value)))
    return LEFT if isinstance(value, str) else value
