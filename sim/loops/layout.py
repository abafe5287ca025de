"""Where the states of a causal-loop diagram stand, and how its arrows run: computed from the graph, the same each time."""

from __future__ import annotations

from collections.abc import Sequence
from math import atan2, ceil, degrees, hypot
from typing import NamedTuple

import networkx as nx
import numpy as np
from scipy.optimize import linear_sum_assignment

from sim.why.names import Key

Point = tuple[float, float]
# px of a box, and of the cell of the grid that it stands in the middle of.
BOX, CELL = (136, 48), (174, 92)
# How far an arrow may swing out, as shares of its length; which is best is found by how many boxes it crosses.
SWINGS = (0.12, -0.12, 0.24, -0.24, 0.4, -0.4)
_POINTS = 24


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
    right = {key: _middle(1, row) for row, key in enumerate(down)}
    left = {key: _middle(0, rows - 1 - row * gap if len(up) > 1 else (rows - 1) / 2) for row, key in enumerate(up)}
    return right | left


def grid(edges: Sequence[tuple[Key, Key]], columns: int) -> dict[Key, Point]:
    """The middle of each state's box where many circles share states: near to what it bears on, and no two in one cell."""
    graph = nx.Graph(sorted(edges))
    states = sorted(graph)
    rows = ceil(len(states) / columns)
    start = {
        key: (np.cos(2 * np.pi * n / len(states)), np.sin(2 * np.pi * n / len(states))) for n, key in enumerate(states)
    }
    parts = [sorted(part) for part in nx.connected_components(graph)]
    free = {key: place for part in parts for key, place in _spring(graph.subgraph(part), start).items()}
    found = np.array([free[key] for key in states])
    low, high = found.min(axis=0), found.max(axis=0)
    found = np.round((found - low) / np.maximum(high - low, 1e-9), 6) * (columns - 1, rows - 1)
    cells = np.array([(column, row) for row in range(rows) for column in range(columns)], dtype=float)
    distance = ((found[:, None, :] - cells[None, :, :]) ** 2).sum(axis=2)
    chosen = linear_sum_assignment(distance)[1]
    return {key: _middle(*cells[cell]) for key, cell in zip(states, chosen, strict=True)}


def _spring(graph: nx.Graph, start: dict[Key, Point]) -> dict[Key, Point]:
    found: dict[Key, Point] = nx.kamada_kawai_layout(graph, pos={key: start[key] for key in graph})
    return found


def _middle(column: float, row: float) -> Point:
    return ((column + 0.5) * CELL[0], (row + 0.5) * CELL[1])


def arrow(source: Point, target: Point, boxes: Sequence[Point]) -> Arrow:
    """The arrow between two boxes that crosses the fewest others, and then swings out least."""
    lines = [_swung(source, target, swing) for swing in SWINGS]
    others = [box for box in boxes if box not in (source, target)]
    best = min(lines, key=lambda line: sum(_within(point, box, 4) for point in line for box in others))
    kept = [point for point in best if not _within(point, source, 1) and not _within(point, target, 7)]
    kept = kept if len(kept) > 2 else best
    (x, y), (x2, y2) = kept[-2:]
    at = kept[-max(2, len(kept) // 4)]
    across = hypot(x2 - x, y2 - y) or 1.0
    aside = ((y - y2) / across * 9, (x2 - x) / across * 9)
    return Arrow(
        tuple((round(a, 1), round(b, 1)) for a, b in kept),
        round(degrees(atan2(x2 - x, y - y2)), 1),
        (round(at[0] + aside[0], 1), round(at[1] + aside[1], 1)),
    )


def _swung(source: Point, target: Point, swing: float) -> list[Point]:
    (x, y), (x2, y2) = source, target
    bend = ((x + x2) / 2 - (y2 - y) * swing * 2, (y + y2) / 2 + (x2 - x) * swing * 2)
    out = []
    for t in np.linspace(0.0, 1.0, 4 * _POINTS + 1).tolist():
        a, b, c = (1 - t) ** 2, 2 * t * (1 - t), t * t
        out.append((a * x + b * bend[0] + c * x2, a * y + b * bend[1] + c * y2))
    return out


def _within(point: Point, box: Point, room: float) -> bool:
    return abs(point[0] - box[0]) < BOX[0] / 2 + room and abs(point[1] - box[1]) < BOX[1] / 2 + room


def marks(circles: Sequence[Sequence[Point]], boxes: Sequence[Point]) -> list[Point]:
    """Where the mark of each circle stands: as near to its middle as boxes and other marks leave room."""
    width = max(x for x, _ in boxes) + CELL[0] / 2
    height = max(y for _, y in boxes) + CELL[1] / 2
    free = [
        (x, y)
        for x in np.arange(CELL[0] / 2, width, CELL[0] / 2).tolist()
        for y in np.arange(CELL[1] / 2, height, CELL[1] / 2).tolist()
        if not any(_within((x, y), box, 12) for box in boxes)
    ]
    out: list[Point] = []
    for circle in circles:
        middle = tuple(sum(one[axis] for one in circle) / len(circle) for axis in (0, 1))
        left = [one for one in free if one not in out] or free
        out.append(min(left, key=lambda one: (round(hypot(one[0] - middle[0], one[1] - middle[1]), 3), one)))
    return out
