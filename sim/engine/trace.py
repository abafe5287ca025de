"""The month's own agents and rules, run on stand-ins for vectors over worlds, which write down what is computed.

A stand-in takes part in NumPy's protocols, so that rules and agents do not know of it. What asks for its value (an `if` on
a state, a loop over worlds) cannot be traced and says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import mesa
import numpy as np

from sim.engine.graph import Graph, Node
from sim.engine.standins import NotTraceableError, Traced, computed, ids
from sim.metrics import METRICS, PANELS
from sim.model import FrontierModel, Parts
from sim.parameters import PARAMETERS
from sim.rule import RULES
from sim.rulebook import Rulebook, switch, switched_off
from sim.scenario import Scenario
from sim.shocks import apply_shock
from sim.worlds import BatchLayout, Streams

Shock = tuple[str, str, float]
# Where a state stands: a path from an agent, and which of its elements.
Place = tuple[str, int]


class _Month:
    """The month that passes, whichever it is: only draws and settings know what to make of it."""


MONTH_THAT_PASSES = _Month()


def _month(month: Any) -> None:
    if month is not MONTH_THAT_PASSES and month != 0:
        raise NotTraceableError("a draw of another month is asked for")


class TracedStreams(Streams):
    """Draws that are made when the month is run."""

    def __init__(self, graph: Graph) -> None:
        super().__init__(0, 1)
        self.graph = graph

    def uniform(self, name: str, month: Any, slot: int = 0) -> Any:
        _month(month)
        return Traced(self.graph, [self.graph.outside("draw", name, slot)])

    def uniforms(self, name: str, month: Any, slots: int, first: int = 0) -> Any:
        _month(month)
        return Traced(self.graph, [[self.graph.outside("paged", name, slot)] for slot in range(first, first + slots)])

    def counted(self, name: str, month: Any, counts: Any) -> Any:
        raise NotTraceableError("as many draws as a world counts are asked for")

    def full(self, value: Any) -> Any:
        return computed(self.graph, "add", value, np.zeros(1))


class TracedRulebook(Rulebook):
    """Rules as they are, asked of stand-ins.

    Args:
        off: rules and mechanisms that are switched off; switches: whether each world says of each rule if it is, too.
    """

    def __init__(self, graph: Graph, off: Sequence[str], switches: bool) -> None:
        names = [*PARAMETERS, *(map(switch, RULES) if switches else ())]
        values: dict[str, Any] = {name: Traced(graph, [graph.outside("parameter", name)]) for name in names}
        super().__init__(values, off)
        self.graph, self._switches = graph, switches

    def move_to(self, graph: Graph) -> None:
        """Go on in another graph."""
        self.graph = graph
        for name, value in self.parameters.items():
            value.graph, value.ids = graph, np.array([graph.outside("parameter", name)])  # type: ignore[union-attr]

    def called_by(self, owner: str, rule: Callable[..., Any], /, *by_place: Any, **state: Any) -> Any:
        out = super().called_by(owner, rule, *by_place, **state)
        return np.where(self._is_off(rule), switched_off(RULES[rule.__name__])(**state), out) if self._switches else out

    def sum_over(self, streams: Any, name: str, month: Any, counts: Any, owner: str, rule: Callable[..., Any]) -> Any:
        _month(month)
        graph = self.graph
        draw = graph.outside("each", name)
        said = ids(graph, self.bound(rule)(draw=Traced(graph, [draw])))
        out = Traced(graph, [graph.outside("summed", name, int(counts.ids[0]), draw, graph.amount(int(said[0])))])
        if not self._switches:
            return out
        if isinstance(off := RULES[rule.__name__].off, str):
            raise NotTraceableError("a rule that is summed over draws passes them unchanged where it is switched off")
        return np.where(self._is_off(rule), counts * off, out)

    def _is_off(self, rule: Callable[..., Any]) -> Any:
        return self.parameters[switch(rule.__name__)] > 0.5


class TracedScript:
    """Settings that are read when the month is run; a world that is left to choose has -1.

    Args:
        named: the settings of each actor, by name.
        candidates: the courses that Pakistan is left to choose among.
    """

    def __init__(self, graph: Graph, named: Mapping[str, Sequence[str]], candidates: Sequence[str]) -> None:
        self.graph, self._named, self.candidates = graph, named, tuple(candidates)

    def settings(self, actor: str, month: Any, recent: Any) -> dict[str, Any]:
        return {name: self._one(f"{actor} {name}") for name in self._named[actor]}

    def policy_settings(self, policy: str, month: Any, recent: Any) -> dict[str, Any]:
        return {name: self._one(f"{policy} {name}") for name in self._named["pakistan"]}

    def _one(self, name: str) -> Any:
        return Traced(self.graph, [self.graph.outside("setting", name)])


class TracedCollector:
    """The readings of the latest month."""

    def __init__(self) -> None:
        self.read: dict[str, Traced] = {}

    def collect(self, model: FrontierModel) -> None:
        readings: list[Any] = [*METRICS.values(), *PANELS.values()]
        self.read = {one.name: one.read(model) for one in readings}


@dataclass(frozen=True)
class Structure:
    """What a trace depends on; all else is read when the month is run.

    Attributes:
        plan: a scenario, for the courses that Pakistan may weigh; candidates: their names.
        named: the settings of each actor, by name.
        off: rules and mechanisms that are switched off; switches: whether worlds switch rules off by themselves, too.
        shocks: those of the first month, and, once each, those of all others.
    """

    plan: Scenario
    candidates: tuple[str, ...]
    named: Mapping[str, tuple[str, ...]]
    off: tuple[str, ...]
    switches: bool
    shocks: tuple[tuple[Shock, ...], ...]


@dataclass
class Part:
    """A part of a run: a graph, the states that it sets (place -> node), and the nodes of the metrics and panels' rows."""

    graph: Graph
    states: dict[Place, int]
    readings: dict[str, list[int]] = field(default_factory=dict)

    @property
    def roots(self) -> list[int]:
        """All that is asked of it."""
        return [*self.states.values(), *(node for row in self.readings.values() for node in row)]


@dataclass
class Trace:
    """A run in parts.

    Attributes:
        opening: from nothing to the end of the first month; month: any other; shocks: those of later months.
        states: the places that states take in memory, in order.
    """

    opening: Part
    month: Part
    shocks: list[Part]
    states: list[Place]


def trace(structure: Structure, twice: bool = False) -> Trace:
    """Run the model on stand-ins: its first month, then any other, and its shocks.

    Args:
        twice: whether two later months are compared: agents of others may count months in a way that no stand-in sees.

    Raises:
        NotTraceableError: something in it cannot be.
    """
    graph = Graph()
    model = _opened(graph, structure)
    opening = Part(graph, _states(graph, model), _readings(graph, model))
    month = _later(model, partial(_pass, model))
    if twice and not _same(month, _later(model, partial(_pass, model))):
        raise NotTraceableError("an agent does not do the same in every month")
    shocks = [_later(model, partial(_shock, model, several)) for several in structure.shocks[1:]]
    if any(set(part.states) != set(opening.states) for part in (month, *shocks)):
        raise NotTraceableError("agents have other states in one month than in another")
    return _simplified(opening, month, shocks)


def _same(one: Part, other: Part) -> bool:
    return one.graph.nodes == other.graph.nodes and (one.states, one.readings) == (other.states, other.readings)


def _opened(graph: Graph, structure: Structure) -> FrontierModel:
    """A model on stand-ins at the end of its first month."""
    parts = Parts(
        streams=TracedStreams(graph),
        script=TracedScript(graph, structure.named, structure.candidates),
        rulebook=lambda _: TracedRulebook(graph, structure.off, structure.switches),
        collector=TracedCollector,
    )
    model = FrontierModel(structure.plan, BatchLayout(1), 0, parameters="defaults", parts=parts)
    _shock(model, structure.shocks[0])
    _pass(model)
    return model


def _pass(model: FrontierModel) -> None:
    model.month = MONTH_THAT_PASSES  # type: ignore[assignment]
    model.act()
    model.datacollector.collect(model)


def _shock(model: FrontierModel, several: Sequence[Shock]) -> None:
    for target, operation, amount in several:
        apply_shock(model, target, operation, amount)


def _later(model: FrontierModel, happen: Callable[[], None]) -> Part:
    """What happens from any states on."""
    graph = Graph()
    model.rulebook.move_to(graph)  # type: ignore[attr-defined]
    for one in (model.streams, model.script):
        one.graph = graph  # type: ignore[union-attr]
    for place, held, put in list(_places(model)):
        leaves = [graph.outside("state", place, row) for row in range(held.ids.size)]
        put(Traced(graph, np.array(leaves).reshape(held.shape)))
    model.datacollector.read = {}
    happen()
    return Part(graph, _states(graph, model), _readings(graph, model))


def _readings(graph: Graph, model: FrontierModel) -> dict[str, list[int]]:
    collector: Any = model.datacollector
    return {
        name: [graph.amount(node) for node in ids(graph, one).ravel().tolist()] for name, one in collector.read.items()
    }


def _states(graph: Graph, model: FrontierModel) -> dict[Place, int]:
    return {
        (place, row): graph.amount(node)
        for place, held, _ in _places(model)
        for row, node in enumerate(ids(graph, held).ravel().tolist())
    }


def _places(model: FrontierModel) -> Iterator[tuple[str, Traced, Callable[[Any], None]]]:
    """Wherever an agent keeps a stand-in: the place, what stands there, and how to put another there."""
    for number, agent in enumerate(model.agents):
        yield from _within(f"{number}", agent, {id(agent)})


def _within(here: str, holder: Any, seen: set[int]) -> Iterator[tuple[str, Traced, Callable[[Any], None]]]:
    if isinstance(holder, dict):
        items, put = list(holder.items()), holder.__setitem__
    elif isinstance(holder, list):
        items, put = list(enumerate(holder)), holder.__setitem__
    else:
        items, put = list(vars(holder).items()), lambda name, value: object.__setattr__(holder, name, value)
    for name, value in items:
        place = f"{here}.{name}"
        if isinstance(value, Traced):
            yield place, value, lambda new, name=name: put(name, new)  # type: ignore[misc]
        elif id(value) not in seen and _holds_more(value):
            seen.add(id(value))
            yield from _within(place, value, seen)


def _holds_more(value: Any) -> bool:
    if isinstance(value, dict | list):
        return True
    return (
        hasattr(value, "__dict__")
        and not isinstance(value, mesa.Agent | mesa.Model | type | Rulebook)
        and not callable(value)
    )


def _simplified(opening: Part, month: Part, shocks: list[Part]) -> Trace:
    """Without states that nothing reads, and with those known that never change."""
    fixed = {}
    for place, node in opening.states.items():
        leaf, known = ("state", *place), opening.graph.nodes[node]
        same = all(part.graph.nodes[part.states[place]] == leaf for part in (month, *shocks))
        if same and known[0] in ("const", "parameter"):
            fixed[leaf] = known
    later = [_carried(part, fixed) for part in (month, *shocks)]
    live: set[Place] = set()
    found = _read_by(later[0], [])
    while found - live:
        live |= found
        found = set.union(*(_read_by(part, [part.states[place] for place in live]) for part in later))
    for part in (opening, *later):
        part.states = {
            place: node
            for place, node in part.states.items()
            if place in live and part.graph.nodes[node] != ("state", *place)
        }
    return Trace(opening, later[0], later[1:], sorted(live))


def _carried(part: Part, fixed: Mapping[Node, Node]) -> Part:
    graph = Graph()
    new = graph.carried_over(part.graph, part.roots, fixed)
    readings = {name: [new[one] for one in row] for name, row in part.readings.items()}
    return Part(graph, {place: new[one] for place, one in part.states.items()}, readings)


def _read_by(part: Part, roots: list[int]) -> set[Place]:
    """The states that some nodes and the readings are made of."""
    reached = part.graph.reached([*roots, *(one for row in part.readings.values() for one in row)])
    return {part.graph.nodes[one][1:] for one in reached if part.graph.nodes[one][0] == "state"}
