"""Feedback loops: ways in the digraph that lead back to where they began, and whether they reinforce or balance.

A loop that has a name (see `sim.mechanisms.LOOPS`) is found, not drawn: rules say that they carry it, and from each step
that such a rule makes, the strongest way back is looked for. That way may lead through other rules which carry it, through
plain arithmetic, and through rules that carry no loop, such as how many attacks are to be expected of so many fighters; only
where nothing else will do, through rules that carry other loops alone.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import networkx as nx
import numpy as np

from sim.loops.graph import DISSENT, Edge, Graph, sign_of, summed
from sim.mechanisms import LOOPS
from sim.rule import RULES
from sim.why.names import Key
from sim.words.language import N_

# How many states a loop without a name may lead through, what each step must weigh, and how many are listed.
LONGEST, LEAST_WEIGHT, MOST_LISTED = 5, 0.02, 15
# On the way back: what a step costs beside its weakness, what one costs more whose sign is open or that rules of other
# loops make, and how much cheaper one is that the loop's own rules make.
STEP_COST, OPEN_COST, OTHERS_COST, OWN = 0.3, 3.0, 1.0, 0.1
# A circle with one more of a loop's own rules is its foremost, unless it is so many times weaker.
WEAKER = 10.0
REINFORCING, BALANCING, OPEN = N_("reinforcing"), N_("balancing"), N_("open")


@dataclass(frozen=True)
class Loop:
    """A circle of states that bear on each other.

    Attributes:
        states: in order; each bears on the next, the last on the first.
        ways: for each state the edges to the next, the weightiest first.
        share: share of the worlds in which all of it has an effect where it reinforces.
        gain: the product of the edges' weights: what comes back of one standard deviation after one round.
    """

    states: tuple[Key, ...]
    ways: tuple[tuple[Edge, ...], ...]
    share: float
    gain: float

    @property
    def polarity(self) -> str:
        """Whether a push comes back with its own sign, as it does in most worlds, or with the other."""
        return REINFORCING if self.share >= 0.5 else BALANCING

    @property
    def open(self) -> bool:
        """Whether worlds disagree on that."""
        return min(self.share, 1.0 - self.share) > DISSENT

    @property
    def kind(self) -> str:
        """Reinforcing, balancing or open: what it is called wherever it is told or drawn."""
        return OPEN if self.open else self.polarity

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules on its ways."""
        return tuple(dict.fromkeys(rule for some in self.ways for edge in some for rule in edge.through))

    @property
    def signs(self) -> tuple[int, ...]:
        """The sign of each step: 1, -1, or 0 where it is open."""
        return tuple(sign_of(summed(some)) for some in self.ways)


@dataclass(frozen=True)
class NamedLoop:
    """A loop of :data:`sim.mechanisms.LOOPS`, as the rules make it.

    Attributes:
        id, name, sentence: as declared there.
        rules: all that say they carry it.
        circles: those that they close, the foremost first: many of the rules, strong and short; none where no way leads back.
        left_out: how many more they close, which were not handed over.
    """

    id: str
    name: str
    sentence: str
    rules: tuple[str, ...]
    circles: tuple[Loop, ...]
    left_out: int = 0

    @property
    def ways(self) -> int:
        """How many ways round the loop has."""
        return len(self.circles) + self.left_out

    @property
    def idle(self) -> tuple[str, ...]:
        """Rules that say they carry it, and are on none of its circles."""
        on = {rule for circle in self.circles for rule in circle.rules}
        return tuple(rule for rule in self.rules if rule not in on)


@dataclass(frozen=True)
class Loops:
    """The feedback loops of a digraph.

    Attributes:
        named: those with a name, in the order in which they are declared.
        others: the strongest short ones without one; how_many: such circles in all.
    """

    graph: Graph
    named: tuple[NamedLoop, ...]
    others: tuple[Loop, ...]
    how_many: int

    def foremost(self) -> Loops:
        """The same with the foremost circle of each loop alone, and without the digraph: little to hand over."""
        named = tuple(replace(one, circles=one.circles[:1], left_out=max(one.ways - 1, 0)) for one in self.named)
        return Loops(Graph((), (), ()), named, (), self.how_many)


def find_loops(graph: Graph) -> Loops:
    """The feedback loops of a digraph, those with a name and the strongest of the others."""
    named = tuple(named_loop(graph, one) for one in LOOPS)
    taken = {frozenset(circle.states) for one in named for circle in one.circles}
    strong = [edge for edge in graph.edges if edge.weight >= LEAST_WEIGHT and edge.sign]
    found = [one for one in _circles(strong) if frozenset(one.states) not in taken]
    return Loops(graph, named, tuple(found[:MOST_LISTED]), len(found))


def named_loop(graph: Graph, loop: str) -> NamedLoop:
    """The circles that the rules of a loop close, each by the strongest way back."""
    name, sentence = LOOPS[loop]
    rules = tuple(rule.name for rule in RULES.values() if loop in rule.loops)
    between = {pair: _open_to(some, rules) for pair, some in _between(graph.edges).items()}
    ways_back = nx.DiGraph()
    for (source, target), some in between.items():
        ways_back.add_edge(source, target, cost=_cost(some, rules))
    found: dict[tuple[Key, ...], Loop] = {}
    for (source, target), some in between.items():
        if _carries(some[0], rules) and nx.has_path(ways_back, target, source):
            circle = _loop(tuple(nx.dijkstra_path(ways_back, target, source, weight="cost")), between)
            found.setdefault(circle.states, circle)
    for edge in graph.own:
        if _carries(edge, rules):
            found.setdefault((edge.source,), Loop((edge.source,), ((edge,),), 1.0, edge.weight))
    ranked = sorted(found.values(), key=lambda one: (-_standing(one, rules), one.states))
    return NamedLoop(loop, name, sentence, rules, tuple(ranked))


def _standing(circle: Loop, rules: Collection[str]) -> float:
    """How much a circle is what a loop is about: with many of its own rules, strong, and by no roundabout way, on which a
    step costs as much as on the way back."""
    return circle.gain * math.exp(-STEP_COST * len(circle.states)) * WEAKER ** len({*circle.rules} & {*rules})


def _open_to(ways: Sequence[Edge], rules: Collection[str]) -> tuple[Edge, ...]:
    """Of the ways between two states those that a loop's rules make; or those that no loop's rules make; or all."""
    own = tuple(edge for edge in ways if _carries(edge, rules))
    return own or tuple(edge for edge in ways if not _looped(edge)) or tuple(ways)


def _looped(edge: Edge) -> bool:
    return any(RULES[rule].loops for rule in edge.through)


def _cost(ways: Sequence[Edge], rules: Collection[str]) -> float:
    weight = min(sum(edge.weight for edge in ways), 1.0)
    cost = STEP_COST - math.log(weight) + (0.0 if sign_of(summed(ways)) else OPEN_COST)
    if _carries(ways[0], rules):
        return cost * OWN
    return cost + OTHERS_COST if _looped(ways[0]) else cost


def _carries(edge: Edge, rules: Collection[str]) -> bool:
    return any(rule in rules for rule in edge.through)


def _between(edges: Iterable[Edge]) -> dict[tuple[Key, Key], tuple[Edge, ...]]:
    """The edges from each state to each other, the weightiest first."""
    out: dict[tuple[Key, Key], list[Edge]] = {}
    for edge in edges:
        out.setdefault((edge.source, edge.target), []).append(edge)
    return {pair: tuple(sorted(some, key=lambda edge: -edge.weight)) for pair, some in out.items()}


def _circles(edges: Iterable[Edge]) -> list[Loop]:
    """The short circles that edges close, the strongest first."""
    between = _between(edges)
    graph = nx.DiGraph(sorted(between))
    circles = [_loop(tuple(one), between) for one in nx.simple_cycles(graph, length_bound=LONGEST)]
    found = [one for one in circles if one.rules]  # by arithmetic alone, shares that make up a whole say nothing
    return sorted(found, key=lambda loop: (-loop.gain, loop.states))


def _loop(states: tuple[Key, ...], between: dict[tuple[Key, Key], tuple[Edge, ...]]) -> Loop:
    start = states.index(min(states))  # the same circle always begins in the same place
    states = states[start:] + states[:start]
    pairs = list(zip(states, states[1:] + states[:1], strict=True))
    ways = tuple(between[pair] for pair in pairs)
    whole, gain, typical = np.ones(ways[0][0].slopes.shape), 1.0, 1
    for some in ways:
        together = summed(some)
        whole = whole * np.sign(together)
        gain *= sum(edge.weight for edge in some)
        typical *= 1 if np.sum(together > 0) >= np.sum(together < 0) else -1
    felt = whole != 0
    # Where no one world was read in which every step acts, each step has the sign that it has in most.
    share = float(np.mean(whole[felt] > 0)) if felt.any() else float(typical > 0)
    return Loop(states, ways, share, gain)
