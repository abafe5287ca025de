"""Where the states of a causal-loop diagram stand, and how its arrows run: computed from the graph, the same each time."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import atan2, ceil, degrees, hypot
from typing import NamedTuple

import networkx as nx
import numpy as np
from scipy.optimize import linear_sum_assignment

from sim.why.names import Key
from sim.why.shapley import Array

Point = tuple[float, float]
# px of a box, and of the cell of the grid that it stands in the middle of.
BOX, CELL = (136, 48), (174, 92)
NARROW = 164  # px of a cell where a circle is drawn by itself
# How far an arrow may swing out, as shares of its length; which is best is found by how many boxes it crosses.
SWINGS = (0.12, -0.12, 0.24, -0.24, 0.4, -0.4)
# What a crossed box and a crossed arrow weigh beside an arrow's length squared, in cells.
_BOX_HIT, _CROSSED = 4.0, 1.5
_POINTS = 96
_MARK = 24.0  # px that a mark's middle keeps from all else
_EVERY = 4  # of an arrow's points, enough to keep away from it


class Arrow(NamedTuple):
    """An arrow's line from box to box, its angle at the head, in degrees clockwise from up, and where its sign stands."""

    line: tuple[Point, ...]
    angle: float
    sign_at: Point


def ring(states: Sequence[Key]) -> dict[Key, Point]:
    """The middle of each state's box where one circle is drawn by itself: down the right side and up the left."""
    rows = ceil(len(states) / 2)
    down, up = states[:rows], states[rows:]
    gap = (rows - 1) / max(len(up) - 1, 1)
    right = {key: _middle(1, row, NARROW) for row, key in enumerate(down)}
    left = {
        key: _middle(0, rows - 1 - row * gap if len(up) > 1 else (rows - 1) / 2, NARROW) for row, key in enumerate(up)
    }
    return right | left


def grid(edges: Sequence[tuple[Key, Key]], columns: int) -> dict[Key, Point]:
    """The middle of each state's box where many circles share states: near to what it bears on, and no two in one cell."""
    graph = nx.Graph(sorted(edges))
    states = sorted(graph)
    rows = ceil(len(states) / columns)
    cells = np.array([(column, row) for row in range(rows) for column in range(columns)], dtype=float)
    free = _spring(graph) * (columns - 1, rows - 1)
    distance = ((free[:, None, :] - cells[None, :, :]) ** 2).sum(axis=2)
    order = list(linear_sum_assignment(distance)[1])
    order += [cell for cell in range(len(cells)) if cell not in order]  # the cells left empty stand at the end
    numbers = {key: number for number, key in enumerate(states)}
    lines = np.array([(numbers[one], numbers[other]) for one, other in sorted(graph.edges)])
    order = _exchanged(order, lines, cells, len(states))
    return {key: _middle(*cells[order[number]]) for key, number in numbers.items()}


def _spring(graph: nx.Graph) -> Array:
    """Where springs along the edges would hold the states, in order, 0 to 1 both ways; parts that no edge joins lie apart."""
    parts = sorted(sorted(part) for part in nx.connected_components(graph))
    joined = nx.Graph(graph)
    joined.add_edges_from((one[0], other[0]) for one, other in pairwise(parts))
    turn = [2 * np.pi * number / len(graph) for number in range(len(graph))]
    start = {key: (np.cos(angle), np.sin(angle)) for key, angle in zip(sorted(graph), turn, strict=True)}
    free = nx.kamada_kawai_layout(joined, pos=start)
    found = np.array([free[key] for key in sorted(graph)])
    low, high = found.min(axis=0), found.max(axis=0)
    out: Array = np.round((found - low) / np.maximum(high - low, 1e-9), 6)
    return out


def _exchanged(order: list[int], lines: Array, cells: Array, states: int) -> list[int]:
    """Let pairs of cells change what stands in them, as long as arrows become shorter or cross less."""
    best, better = _clutter(cells[order], lines, states), True
    while better:
        better = False
        for one in range(states):
            for other in range(one + 1, len(order)):
                order[one], order[other] = order[other], order[one]
                now = _clutter(cells[order], lines, states)
                if now < best - 1e-6:
                    best, better = now, True
                else:
                    order[one], order[other] = order[other], order[one]
    return order


def _clutter(places: Array, lines: Array, states: int) -> float:
    """How long the straight lines between states are, and how many boxes and other lines they cross."""
    start, end = places[lines[:, 0]], places[lines[:, 1]]
    along = end - start
    length = (along**2).sum(axis=1)
    aside = places[None, :states] - start[:, None]
    share = np.clip((aside * along[:, None]).sum(axis=2) / length[:, None], 0.0, 1.0)
    off = ((aside - share[:, :, None] * along[:, None]) ** 2).sum(axis=2)
    hit = int((off < 0.1).sum()) - 2 * len(lines)

    def side(points: Array) -> Array:
        apart = points[None, :] - start[:, None]
        out: Array = np.sign(along[:, None, 0] * apart[:, :, 1] - along[:, None, 1] * apart[:, :, 0])
        return out

    split = side(start) * side(end) < 0
    crossed = int((split & split.T).sum()) // 2
    return float(length.sum()) + _BOX_HIT * hit + _CROSSED * crossed


def _middle(column: float, row: float, width: float = CELL[0]) -> Point:
    return ((column + 0.5) * width, (row + 0.5) * CELL[1])


def arrow(source: Point, target: Point, boxes: Sequence[Point]) -> Arrow:
    """The arrow between two boxes that crosses the fewest others, and then swings out least."""
    lines = [_swung(source, target, swing) for swing in SWINGS]
    others = [box for box in boxes if box not in (source, target)]
    best = min(lines, key=lambda line: sum(_within(point, box, 4) for point in line for box in others))
    kept = [point for point in best if not _within(point, source, 1) and not _within(point, target, 7)]
    kept = kept if len(kept) > 2 else best
    (x, y), (x2, y2) = kept[-2:]
    return Arrow(
        tuple((round(a, 1), round(b, 1)) for a, b in kept),
        round(degrees(atan2(x2 - x, y - y2)), 1),
        _beside(kept, others),
    )


def _beside(line: Sequence[Point], boxes: Sequence[Point]) -> Point:
    """Where an arrow's sign stands: beside its line, towards the head, and on no box."""
    spots = []
    for share in (0.7, 0.8, 0.6, 0.5, 0.9, 0.4, 0.3):
        place = min(max(int(share * len(line)), 1), len(line) - 1)
        (x, y), (x2, y2) = line[place - 1], line[place]
        across = hypot(x2 - x, y2 - y) or 1.0
        spots.append((round(x2 + (y - y2) / across * 9, 1), round(y2 + (x2 - x) / across * 9, 1)))
    return min(spots, key=lambda spot: sum(_within(spot, box, 6) for box in boxes))


def _swung(source: Point, target: Point, swing: float) -> list[Point]:
    (x, y), (x2, y2) = source, target
    bend = ((x + x2) / 2 - (y2 - y) * swing * 2, (y + y2) / 2 + (x2 - x) * swing * 2)
    out = []
    for t in np.linspace(0.0, 1.0, _POINTS + 1).tolist():
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        out.append((a * x + b * bend[0] + c * x2, a * y + b * bend[1] + c * y2))
    return out


def _within(point: Point, box: Point, room: float) -> bool:
    return abs(point[0] - box[0]) < BOX[0] / 2 + room and abs(point[1] - box[1]) < BOX[1] / 2 + room


def marks(circles: Sequence[Sequence[Point]], boxes: Sequence[Point], busy: Sequence[Point]) -> list[Point]:
    """Where the mark of each circle stands: as near to its middle as boxes, arrows, signs and other marks leave room.

    Args:
        circles: the boxes of each; boxes: all of them; busy: points of arrows and signs.
    """
    width = max(x for x, _ in boxes) + CELL[0] / 2
    height = max(y for _, y in boxes) + CELL[1] / 2
    spots = [
        (x, y)
        for x in np.arange(20.0, width - 19.0, 6.0).tolist()
        for y in np.arange(20.0, height - 19.0, 6.0).tolist()
    ]
    free = [one for one in spots if not any(_within(one, box, 18) for box in boxes)]
    crowd = np.array([sum(hypot(x - x2, y - y2) < _MARK for x2, y2 in busy[::_EVERY]) for x, y in free])
    out: list[Point] = []
    for circle in circles:
        middle = tuple(sum(one[axis] for one in circle) / len(circle) for axis in (0, 1))
        away = np.array([round(hypot(x - middle[0], y - middle[1]), 3) for x, y in free])
        best = int(np.lexsort((away, crowd))[0])
        out.append(free[best])
        crowd += [len(busy) * (hypot(x - out[-1][0], y - out[-1][1]) < 1.5 * _MARK) for x, y in free]
    return out
