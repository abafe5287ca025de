"""A part of a run in pieces: each passes several blocks of worlds before the next one does.

Straight code as long as a month's does not fit the processor's cache of instructions, and to fetch it takes as long as to do
it; a piece is fetched once for all blocks. What one piece computes for another stands in memory meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sim.engine.emit import ALIKE, SAME
from sim.engine.graph import OUTSIDE, Graph
from sim.engine.trace import Part, Place

# So many operations a piece: some 16 kB of code.
MOST = 800
# What a call, and a sum over draws, count as.
_WEIGHTS = {"summed": 100, "count": 4, "exp": 4, "log": 4, "power": 4, "tanh": 4, "ndtri": 4}


@dataclass
class Piece:
    """Some of a part's operations.

    Attributes:
        nodes: in their order.
        states: those that it sets, when all that reads their old values has been done.
        readings: reading -> row -> node, of those that it stores.
    """

    nodes: list[int] = field(default_factory=list)
    states: dict[Place, int] = field(default_factory=dict)
    readings: dict[str, dict[int, int]] = field(default_factory=dict)


@dataclass
class Pieces:
    """A part, cut up.

    Attributes:
        drawn: what follows from draws alone and is used by others -> its row among such; worlds of one number share it.
        several: the same of a draw that is one of many, by its stream: what follows from it alone, where blocks share worlds
            (SAME), and what from it and parameters, where blocks share these, too (ALIKE).
        pieces: the rest, in order; kept: what one computes for others -> its row; rows: how many rows there are.
    """

    drawn: dict[int, int]
    several: dict[tuple[int, str], list[int]]
    pieces: list[Piece]
    kept: dict[int, int]
    rows: int


def cut_up(part: Part) -> Pieces:
    """Cut a part into pieces."""
    graph, roots = part.graph, part.roots
    made_of = {one: graph.operands(one) for one in sorted(graph.reached(roots))}
    sums = [one for one in made_of if graph.nodes[one][0] == "summed"]
    # What each draw of a sum is put into stands in a loop with it.
    looped = {one: graph.repeated(sorted(graph.reached(made_of[one][2:]))) for one in sums}
    drawn, inner = graph.drawn(made_of), set[int]().union(*looped.values())
    aside = drawn | inner
    inside = [one for one in made_of if one not in aside and graph.nodes[one][0] not in OUTSIDE]
    uses = {
        one: {node for looped_one in looped.get(one, ()) for node in made_of[looped_one]} | {*made_of[one]}
        for one in sums
    }
    place, weight, last, used = dict[int, int](), 0, dict[int, int](), set(roots)
    for one in inside:
        place[one] = weight // MOST
        weight += _WEIGHTS.get(graph.nodes[one][0], 1)
        used.update(taken := uses.get(one, made_of[one]))
        last |= dict.fromkeys(taken, place[one])
    out = [Piece() for _ in range(max(place.values(), default=0) + 1)]
    end = len(out) - 1
    for one in inside:
        out[place[one]].nodes.append(one)
    for name, nodes in part.readings.items():
        for row, node in enumerate(nodes):
            out[place.get(node, end)].readings.setdefault(name, {})[row] = node
    moved = {node for node in roots if graph.nodes[node][0] == "state"}  # read when all is done
    for state, node in part.states.items():
        old = graph.outside("state", *state)
        at = end if old in moved else max(place.get(node, end), last.get(old, 0))
        out[at].states[state] = node
        last[node] = max(last.get(node, 0), at)
    numbers = {one: row for row, one in enumerate(sorted((used & drawn) - inner))}
    return Pieces(numbers, _several(graph, looped), out, *_rows(place, last))


def _several(graph: Graph, looped: Mapping[int, set[int]]) -> dict[tuple[int, str], list[int]]:
    """What follows from each draw of a sum without its block, and goes into the rest."""
    out: dict[tuple[int, str], set[int]] = {}
    for one, within in looped.items():
        _, stream, _, _, said = graph.nodes[one]
        order = sorted(graph.reached([said]))
        for kind in (SAME, ALIKE):
            found = graph.drawn(order, parameters=kind == ALIKE) & within
            taken = {said}.union(*(graph.operands(other) for other in within - found))
            out.setdefault((kind, stream), set()).update(taken & found)
    return {one: sorted(nodes) for one, nodes in out.items()}


def _rows(place: Mapping[int, int], last: Mapping[int, int]) -> tuple[dict[int, int], int]:
    """Rows for what is used in a later piece; one that is done with is taken again."""
    out: dict[int, int] = {}
    free: list[tuple[int, int]] = []  # from which piece on, and the row
    rows = 0
    for one, at in place.items():
        if last.get(one, at) > at:
            found = next((row for row in free if row[0] <= at), None)
            if found is None:
                row, rows = rows, rows + 1
            else:
                free.remove(found)
                row = found[1]
            out[one] = row
            free.append((last[one] + 1, row))
    return out, rows
