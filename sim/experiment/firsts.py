"""First months: when a metric is first at or beyond a bound, as `first(attacks >= 60)` in files and on the command line.

They count from a run's first month, which is 0; a month that never comes counts as the one after the last.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal

import numpy as np

from sim.ensemble.outcomes import CROSSINGS, Crossing
from sim.worlds import Vector

SIGNS: dict[str, Literal["above", "below"]] = {">=": "above", "<=": "below"}
_NAMED = re.compile(r"first\((?P<metric>\w+) (?P<sign>>=|<=) (?P<value>\S+)\)")


def first_name(metric: str, sign: str, value: float) -> str:
    """What the first month is called in which a metric is at or above (>=), or at or below (<=), a value.

    >>> first_name("attacks", ">=", 60.0)
    'first(attacks >= 60)'
    """
    return f"first({metric} {sign} {value:.12g})"


def crossing_of(name: str) -> Crossing | None:
    """The bound whose first crossing goes by a name; None for any other outcome."""
    found = _NAMED.fullmatch(name)
    if found is None:
        return CROSSINGS.get(name)
    return Crossing(found["metric"], SIGNS[found["sign"]], float(found["value"]), name, "As asked.")


def crossings_of(names: Iterable[str]) -> dict[str, Crossing]:
    """The same of all those of some outcomes that are first months, by name."""
    return {name: crossing for name in names if (crossing := crossing_of(name))}


def column_of(name: str) -> str:
    """The column of a sweep that has such a first month: one that is kept of every run, where the bound is the same.

    >>> column_of("first(attacks >= 60)"), column_of("first(attacks >= 61)")
    ('first_month_attacks_above_60', 'first(attacks >= 61)')
    """
    asked = crossing_of(name)
    for kept, one in CROSSINGS.items():
        if asked and (one.metric, one.side, one.value) == (asked.metric, asked.side, asked.value):
            return kept
    return name


def extra_firsts(names: Iterable[str]) -> tuple[str, ...]:
    """Those of some outcomes that are first months which no run keeps unless it is told to."""
    return tuple(dict.fromkeys(one for one in map(column_of, names) if crossing_of(one) and one not in CROSSINGS))


def never_last(months: Vector, length: int) -> Vector:
    """First months with a number for those that never come (NaN): the month after the last."""
    return np.where(np.isnan(months), float(length), months)
