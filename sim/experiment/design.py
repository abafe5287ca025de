"""Designs: where in the ranges the points of an experiment lie, and the values that they stand for.

All that is drawn comes from the design's seed: for Latin hypercubes from the project's own streams, named after the
factors, so that adding a factor moves no other; for Saltelli's scheme and Morris's as SALib draws it, whose analysis needs
the rows in its own order.
"""

from __future__ import annotations

import csv
import io
import json
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, ClassVar, Protocol

import numpy as np

from sim.experiment.factors import Factor
from sim.experiment.layouts import (
    CrossSampled,
    Grid,
    Layout,
    Matrix,
    Numbers,
    Rows,
    Sliced,
    Trajectories,
    by_column,
)
from sim.experiment.schema import (
    MOST_POINTS,
    Design,
    Factorial,
    LatinHypercube,
    Listed,
    Morris,
    Posterior,
    Saltelli,
    Told,
)
from sim.parameters import PARAMETERS
from sim.parameters.posterior import POSTERIOR, accepted, file_of
from sim.worlds import Streams, Vector
from sim.yamlfile import short, suggestion

# A Latin hypercube of more points is sliced: to put all points of a factor in order takes their table.
MOST_ORDERED = 100_000
_AT_ONCE = 1_000  # points of a table that are told at once


class PointsError(ValueError):
    """A table of points is not right; `line` of its file, from 1."""

    def __init__(self, line: int, text: str) -> None:
        super().__init__(text)
        self.line = line


def size(design: Design, factors: Sequence[Factor]) -> int:
    """How many points a design has, without making it; 0 for one that is listed in a file."""
    names = [factor.name for factor in factors]
    if isinstance(design, Factorial):
        out = 1
        for factor in factors:
            out *= len(factor.levels) or design.levels
        return out
    if isinstance(design, LatinHypercube | Told):
        return design.points
    if isinstance(design, Posterior):
        return design.points or len(next(iter(sets_of(design).values())))
    if isinstance(design, Saltelli):
        return design.base * related(design, names)
    return design.trajectories * related(design, names) if isinstance(design, Morris) else 0


def related(design: Design | None, names: Sequence[str]) -> int:
    """How many points in a row a design of these factors makes from one another: a trajectory of Morris's, or a row of
    Saltelli's base with all that is made from it; 1 where each point is laid out by itself."""
    if isinstance(design, Saltelli):
        count = len(set(groups_of(design, names) or names))
        return (2 * count if design.second_order else count) + 2
    return len(names) + 1 if isinstance(design, Morris) else 1


def groups_of(design: Design, names: Sequence[str]) -> list[str] | None:
    """The group of each factor, where a design moves those of a group together; a factor that is in none is one by itself."""
    if not isinstance(design, Saltelli) or not design.groups:
        return None
    if isinstance(design.groups, str):
        return [PARAMETERS[name].theme if name in PARAMETERS else name for name in names]
    of = {name: group for group, members in design.groups.items() for name in members}
    return [of.get(name, name) for name in names]


class Points(Protocol):
    """The values of a design's points.

    Attributes:
        together: how many points in a row are made at once: who asks for neighbours is answered sooner.
    """

    @property
    def together(self) -> int: ...

    def __len__(self) -> int:
        """How many points there are."""

    def values(self, numbers: Numbers) -> Matrix:
        """Values of these points, by their numbers: shape (numbers, factors), column by column in memory."""

    def some(self, numbers: Numbers) -> Points:
        """The same, for these points alone, where that is less to send."""

    def told(self) -> Iterator[bytes]:
        """What the values follow from, for a digest."""


@dataclass(frozen=True)
class Table:
    """Points whose values stand in a table, shape (points, factors).

    Attributes:
        numbers, of: where the table has some points only, their numbers, in rising order, and how many there are in all.
    """

    table: Matrix = field(repr=False)
    numbers: Numbers | None = field(default=None, repr=False)
    of: int = 0
    together: ClassVar[int] = 1

    def __len__(self) -> int:
        return self.of or len(self.table)

    def values(self, numbers: Numbers) -> Matrix:
        rows = numbers if self.numbers is None else np.searchsorted(self.numbers, numbers)
        return by_column(self.table, rows)

    def some(self, numbers: Numbers) -> Table:
        chosen = np.unique(numbers)
        return Table(self.values(chosen), chosen, len(self))

    def told(self) -> Iterator[bytes]:
        for first in range(0, len(self.table), _AT_ONCE):
            yield np.ascontiguousarray(self.table[first : first + _AT_ONCE], dtype="<f8").tobytes()


@dataclass(frozen=True)
class Drawn:
    """Points that are made when they are asked for.

    Attributes:
        sets: factor -> its value in each of some sets, over which the points are spread evenly; the layout has the others.
    """

    design: Design
    factors: tuple[Factor, ...]
    layout: Layout
    sets: Mapping[str, Vector] = field(default_factory=dict, repr=False)

    @property
    def together(self) -> int:
        return self.layout.together

    def __len__(self) -> int:
        return size(self.design, self.factors)

    def values(self, numbers: Numbers) -> Matrix:
        out, points = self.layout.places(numbers), len(self)
        for column, factor in enumerate(self.factors):
            if (values := self.sets.get(factor.name)) is not None:
                out[:, column] = np.clip(values[numbers * len(values) // points], factor.low, factor.high)
            else:
                out[:, column] = factor.values(out[:, column])
        return out

    def some(self, numbers: Numbers) -> Points:
        if self.layout.small:
            return self
        chosen = np.unique(numbers)
        return Table(self.values(chosen), chosen, len(self))

    def told(self) -> Iterator[bytes]:
        yield json.dumps([self.design.model_dump(mode="json"), [asdict(one) for one in self.factors]]).encode()
        # Should they come to be made in another way, the first points tell.
        first = self.values(np.arange(min(len(self), _AT_ONCE)))
        yield np.ascontiguousarray(first, dtype="<f8").tobytes()
        for name in sorted(self.sets):
            yield self.sets[name].astype("<f8").tobytes()


NO_DESIGN = Table(np.zeros((1, 0)))


def points(design: Design, factors: tuple[Factor, ...], text: Callable[[str], str]) -> Points:
    """A design's points.

    Args:
        text: gives the text of the file of a listed design.

    Raises:
        PointsError: the listed points are not right.
    """
    if isinstance(design, Listed):
        return Table(listed(text(design.file), factors))
    if isinstance(design, Told):  # all but levers comes with the worlds: see `told.py`
        factors = tuple(factor for factor in factors if factor.kind == "lever")
    sets = sets_of(design) if isinstance(design, Posterior) else {}
    return Drawn(design, factors, layout(design, factors), sets)


def sets_of(design: Posterior) -> dict[str, Vector]:
    """The accepted sets that a design takes: parameter -> one value per set."""
    return accepted(file_of(f"{POSTERIOR}:{design.as_of}" if design.as_of else POSTERIOR))


def places(design: Design, factors: Sequence[Factor]) -> Matrix:
    """Every point's place in each factor's range, 0 to 1, shape (points, factors)."""
    return layout(design, factors).places(np.arange(size(design, factors)))


def layout(design: Design, factors: Sequence[Factor]) -> Layout:
    """A design, laid out."""
    if isinstance(design, Factorial):
        return Grid(tuple(_levels(design, factor) for factor in factors))
    names = tuple(factor.name for factor in factors)
    if isinstance(design, LatinHypercube | Posterior | Told):
        count = size(design, factors)
        sliced = count > MOST_ORDERED and len(names) > 0
        return Sliced(count, design.seed, names) if sliced else Rows(_ordered(count, design.seed, names))
    if isinstance(design, Saltelli):
        from scipy.stats import qmc

        sequence = qmc.Sobol(2 * len(factors), scramble=True, seed=design.seed)
        groups = groups_of(design, names) or names
        number = {name: number for number, name in enumerate(dict.fromkeys(groups))}
        moved = np.array([number[name] for name in groups])
        return CrossSampled(sequence.random(design.base), design.second_order, moved)
    if isinstance(design, Morris):
        return _trajectories(design, len(factors))
    raise ValueError("listed points have values, not places")


def _levels(design: Factorial, factor: Factor) -> Vector:
    """The middle of each level's share for levels as such; from end to end for a range."""
    count = len(factor.levels) or design.levels
    return (np.arange(count) + 0.5) / count if factor.levels else np.linspace(0.0, 1.0, count)


def _ordered(points: int, seed: int, names: Sequence[str]) -> Matrix:
    streams = Streams(seed, points)
    out = np.empty((points, len(names)), order="F")
    for column, name in enumerate(names):
        order = np.argsort(streams.uniform(f"design.order/{name}", 0), kind="stable")
        within = streams.uniform(f"design.within/{name}", 0)
        out[order, column] = (np.arange(points) + within) / points
    return out


def _trajectories(design: Morris, count: int) -> Trajectories:
    """As SALib draws them, trajectory by trajectory: the order of the factors, whether each rises, where each starts."""
    rng = np.random.default_rng(design.seed)
    shape = (design.trajectories, count)
    step = design.levels / (2.0 * (design.levels - 1))
    start, turn, rises = np.empty(shape), np.empty(shape, dtype=np.int32), np.empty(shape, dtype=bool)
    lower = np.linspace(0.0, 1.0 - step, design.levels // 2)
    for one in range(design.trajectories):
        order = np.arange(count, dtype=np.int32)
        rng.shuffle(order)
        turn[one] = order
        rises[one] = rng.choice([-1, 1], count) > 0
        start[one] = rng.choice(lower, count)
    return Trajectories(start, turn, rises, step)


def listed(text: str, factors: Sequence[Factor]) -> Matrix:
    """The points of a CSV text: a header with the factors' names in any order, then a row for each point.

    Raises:
        PointsError: a column is missing or unknown, a value does not fit, there are too many points, or it is no CSV.
    """
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    try:
        return _listed(rows, factors)
    except csv.Error as problem:
        raise PointsError(max(rows.line_num, 1), f"this is not CSV: {problem}") from None


def _listed(rows: Any, factors: Sequence[Factor]) -> Matrix:
    header = [name.strip() for name in next(rows, [])]
    names = [factor.name for factor in factors]
    for name in header:
        if name not in names or header.count(name) > 1:
            what = "a column comes twice" if name in names else "no such lever or uncertainty in the experiment"
            raise PointsError(1, f"{what}: {short(name) or 'nothing'}{suggestion(name, names)}")
    if missing := [name for name in names if name not in header]:
        raise PointsError(1, f"a column is missing: {missing[0]}; allowed: one for each of {', '.join(names)}")
    columns = [header.index(name) for name in names]
    out = array("d")
    for row in rows:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) != len(header):
            raise PointsError(
                rows.line_num, f"{len(row)} value{'s' * (len(row) != 1)}; allowed: {len(header)}, one for each column"
            )
        if len(out) >= MOST_POINTS * len(names):
            raise PointsError(rows.line_num, f"too many points; allowed: at most {MOST_POINTS:,}")
        for factor, column in zip(factors, columns, strict=True):
            try:
                out.append(factor.read(row[column].strip()))
            except ValueError as problem:
                raise PointsError(rows.line_num, f"{factor.name} {problem}") from None
    if not out:
        raise PointsError(1, "there are no points; allowed: a row of values for each")
    return np.array(out, dtype=np.float64).reshape(-1, len(names))
