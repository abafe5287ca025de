"""A month of the model written down: what its agents kept under which name, and how each of these bore on the others."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from sim.loops.slopes import Slopes, Through, all_behind
from sim.metrics import METRICS
from sim.scenario import Scenario
from sim.why.halves import places
from sim.why.names import Key
from sim.why.pair import PairedModel
from sim.why.runs import recorded
from sim.why.shapley import Array
from sim.why.steps import Leaf, Node
from sim.why.traced import Traced, TracedChoice

STATE, METRIC = "state", "metric"


class Influence(NamedTuple):
    """That one state bears on another, or on what is reported, at first hand; and the rules in between, in order."""

    source: Key
    target: Key
    through: Through


class Named(NamedTuple):
    """What a step is: a state, or one for each of its rows."""

    keys: tuple[Key, ...]

    def parts(self, values: Array) -> Iterator[tuple[Key, Array]]:
        """Values over rows and worlds by state, added up over the rows of each."""
        if len(self.keys) > 1:
            yield from zip(self.keys, values, strict=True)
        else:
            yield self.keys[0], values.reshape(-1, values.shape[-1]).sum(axis=0)

    def seeds(self, shape: tuple[int, ...]) -> Iterator[tuple[Key, Array]]:
        """For each state the rows that are its own, as ones among noughts."""
        for place, key in enumerate(self.keys):
            seed = np.ones(shape)
            if len(self.keys) > 1:
                seed = np.zeros(shape)
                seed[place] = 1.0
            yield key, seed


@dataclass
class Recorded:
    """What one month of two scenarios, side by side, says of the states.

    Attributes:
        slopes: of each influence, shape (worlds of both,).
        values: of each state and metric as it was last in the month, added up over its members, shape (worlds of both,).
        kept: how each state bears on itself, as the mean over its members: 1 where it stays as it is.
    """

    slopes: dict[Influence, Array] = field(default_factory=dict)
    values: dict[Key, Array] = field(default_factory=dict)
    kept: dict[Influence, Array] = field(default_factory=dict)


def record_month(plans: tuple[Scenario, Scenario], month: int, worlds: int, seed: int, parameters: str) -> Recorded:
    """Let two scenarios pass to a month, write that month down, and find how its states bear on each other.

    Args:
        month: months since the start; worlds, seed, parameters: as for a run, of each scenario.
    """
    pair = recorded(plans, tuple(METRICS), month, worlds, seed, parameters)
    try:
        kept = Kept(2 * pair.width)
        with kept.watching(pair):
            pair.step()
        for name in METRICS:
            kept.readings[pair.record.model_vars[name][-1].node] = Named((Key(METRIC, name),))
        return _read(kept)
    finally:
        pair.close()


class Kept:
    """What agents put under a name of their own in the course of a month.

    Attributes:
        states: each value that they kept, also one that was replaced later in the month, and what it is.
        readings: what was read off at the end of the month.
        last: how each agent's states stood at the end.
    """

    def __init__(self, width: int) -> None:
        self.width = width
        self.states: dict[Node, Named] = {}
        self.readings: dict[Node, Named] = {}
        self.last: dict[tuple[int, str], Node] = {}

    @contextmanager
    def watching(self, pair: PairedModel) -> Iterator[None]:
        """Meanwhile, note what agents keep."""
        usual = [(agent, type(agent)) for agent in pair.model.agents]
        noting = {"__setattr__": lambda agent, name, value: self._set(agent, name, value)}
        watched = {kind: type(kind.__name__, (kind,), noting) for _, kind in usual}
        for agent, kind in usual:
            agent.__class__ = watched[kind]
        try:
            yield
        finally:
            for agent, kind in usual:
                object.__setattr__(agent, "__class__", kind)
        for number, (agent, _) in enumerate(usual):
            for place, held, key in places(agent, self.width):
                name, value = ".".join(part for part in place if part), held[key]
                if isinstance(value, Traced) and value.node in self.states:
                    self.last[number, name] = value.node

    def _set(self, agent: Any, name: str, value: Any) -> None:
        object.__setattr__(agent, name, value)
        if isinstance(value, dict):
            for key, one in value.items():
                self._note(agent, f"{name}.{key}", one)
        else:
            self._note(agent, name, value)

    def _note(self, agent: Any, name: str, value: Any) -> None:
        if isinstance(value, Traced) and not isinstance(value, TracedChoice):
            rows = _row_names(agent, value.shape)
            names = [f"{name}.{row}" for row in rows] if rows else [name]
            keys = tuple(Key(STATE, one, agent.name) for one in names)
            self.states.setdefault(value.node, Named(keys))


def _row_names(agent: Any, shape: tuple[int, ...]) -> tuple[str, ...]:
    """What an agent calls the rows of its states, where it has a name for each."""
    if len(shape) < 2:
        return ()
    found = [
        one
        for one in vars(agent).values()
        if isinstance(one, tuple) and len(one) == shape[0] and all(isinstance(name, str) for name in one)
    ]
    return found[0] if found else ()


def _read(kept: Kept) -> Recorded:
    named = {**kept.states, **_as_found(kept)}
    slopes, out = Slopes(named, [*kept.states, *kept.readings]), Recorded()
    elements: dict[Key, int] = {}
    for node, one in (*kept.states.items(), *kept.readings.items()):
        for target, seed in one.seeds(node.value.shape):
            elements[target] = elements.get(target, 0) + int(seed[..., 0].sum())
            for source, through, slope in slopes.backwards(node, seed):
                for key, part in named[source].parts(slope):
                    into = out.kept if key == target else out.slopes
                    influence = Influence(key, target, through)
                    into[influence] = into.get(influence, 0.0) + part
    out.kept = {one: slope / elements[one.target] for one, slope in out.kept.items()}
    read = [*((node, kept.states[node]) for node in kept.last.values()), *kept.readings.items()]
    for node, one in read:
        for key, part in one.parts(node.value.astype(np.float64)):
            out.values[key] = out.values.get(key, 0.0) + part
    return out


def _as_found(kept: Kept) -> dict[Node, Named]:
    """The states that the month found, as far as it changes them."""
    changed = {(key.owner, key.name): one for one in kept.states.values() for key in one.keys}
    whole = {(one.keys[0].owner, one.keys[0].name.rpartition(".")[0]): one for one in kept.states.values()}
    found: dict[Node, Named] = {}
    for node in all_behind([*kept.states, *kept.readings]):
        label = node.label
        if isinstance(node, Leaf) and label is not None and label.kind == STATE and node not in kept.states:
            one = changed.get((label.owner, label.name)) or whole.get((label.owner, label.name))
            if one is not None and len(one.keys) in (1, len(node.value)):
                found[node] = one
    return found
