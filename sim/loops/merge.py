"""States of many members as one: the fighters of all groups, what all factions of an actor think of another.

Where the members' states are shares of a whole, which stays the same whatever each of them does, they are kept apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from sim.loops.record import STATE, Influence, Recorded
from sim.why.names import Key, key_of
from sim.why.shapley import Array
from sim.why.steps import Label

# Below this share of how widely its members spread, a sum that spreads is rounding.
CONSTANT = 1e-6


def merged(records: Sequence[Recorded]) -> list[Recorded]:
    """The records with the states of members added up."""
    apart = _apart(records)
    return [_merge(record, apart) for record in records]


def of_all(key: Key) -> Key:
    """What a member's state is called as one with those of the others."""
    return key_of(Label(*key)) if key.kind == STATE else key


def _apart(records: Sequence[Recorded]) -> set[Key]:
    """The states, by what they would be called as one, of which the sum does not move though its members do."""
    members: dict[Key, list[Key]] = {}
    for key in dict.fromkeys(key for record in records for key in record.values):
        members.setdefault(of_all(key), []).append(key)
    return {key for key, some in members.items() if len(some) > 1 and _stays(records, some)}


def _stays(records: Sequence[Recorded], some: Sequence[Key]) -> bool:
    rows = [np.concatenate([record.values[key] for record in records if key in record.values]) for key in some]
    together = rows[0]
    for row in rows[1:]:
        together = together + row
    return bool(np.std(together) < CONSTANT * max(float(np.std(row)) for row in rows))


def _merge(record: Recorded, apart: set[Key]) -> Recorded:
    def named(key: Key) -> Key:
        whole = of_all(key)
        return key if whole in apart else whole

    out, members = Recorded(), dict[Key, int]()
    for key, values in record.values.items():
        _add(out.values, named(key), values)
        members[named(key)] = members.get(named(key), 0) + 1
    for one, slopes in record.slopes.items():
        influence = Influence(named(one.source), named(one.target), one.through)
        if influence.source != influence.target:
            _add(out.slopes, influence, slopes)
    for one, slopes in record.kept.items():
        key = named(one.target)
        _add(out.kept, Influence(key, key, one.through), slopes / members.get(key, 1))
    return out


def _add(into: dict[Any, Array], key: Any, values: Array) -> None:
    into[key] = into[key] + values if key in into else values
