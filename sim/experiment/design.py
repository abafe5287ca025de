"""Designs: where in the ranges the points of an experiment lie, as places between 0 and 1, a column for each factor.

All that is drawn comes from the design's seed: for the Latin hypercube from the project's own streams, one for each
factor's name, so that adding a factor moves no other; for Saltelli's scheme and Morris's from SALib, whose analysis
needs the rows in its own order.
"""

from __future__ import annotations

import csv
import io
from array import array
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.experiment.factors import Factor
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

Matrix: TypeAlias = NDArray[np.float64]  # (points, factors)


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


def values(design: Design, factors: Sequence[Factor], text: Callable[[str], str]) -> Matrix:
    """Every point's values, shape (points, factors), laid out factor by factor (a table may take half of the memory).

    Args:
        text: gives the text of the file of a listed design.

    Raises:
        PointsError: the listed points are not right.
    """
    if isinstance(design, Listed):
        return listed(text(design.file), factors)
    out = np.asfortranarray(places(design, factors))
    sets = sets_of(design) if isinstance(design, Posterior) else {}
    for column, factor in enumerate(factors):
        if factor.name in sets:
            rows = np.arange(len(out)) * len(sets[factor.name]) // len(out)
            out[:, column] = np.clip(sets[factor.name][rows], factor.low, factor.high)
        else:
            out[:, column] = factor.values(np.ascontiguousarray(out[:, column]))
    return out


def sets_of(design: Posterior) -> dict[str, Vector]:
    """The accepted sets that a design takes: parameter -> one value per set."""
    return accepted(file_of(f"{POSTERIOR}:{design.as_of}" if design.as_of else POSTERIOR))


def places(design: Design, factors: Sequence[Factor]) -> Matrix:
    """Every point's place in each factor's range, 0 to 1, shape (points, factors)."""
    count = len(factors)
    if isinstance(design, Factorial):
        return _factorial(design, factors)
    if isinstance(design, LatinHypercube | Posterior | Told):
        return _latin_hypercube(size(design, factors), design.seed, factors)
    names = [factor.name for factor in factors]
    problem: dict[str, Any] = {"num_vars": count, "names": names, "bounds": [[0.0, 1.0]] * count}
    if groups := groups_of(design, names):
        problem["groups"] = groups
    out: Matrix
    if isinstance(design, Saltelli):
        from SALib.sample import sobol

        out = sobol.sample(problem, design.base, calc_second_order=design.second_order, seed=design.seed)
    elif isinstance(design, Morris):
        from SALib.sample import morris

        out = morris.sample(problem, design.trajectories, num_levels=design.levels, seed=design.seed)
    else:
        raise ValueError("listed points have values, not places")
    return out


def _factorial(design: Factorial, factors: Sequence[Factor]) -> Matrix:
    levels = [len(factor.levels) or design.levels for factor in factors]
    out = np.empty((size(design, factors), len(factors)), order="F")
    numbers = np.arange(len(out))
    for column in reversed(range(len(factors))):
        count = levels[column]
        # The middle of each level's share for levels as such; from end to end for a range.
        at = (np.arange(count) + 0.5) / count if factors[column].levels else np.linspace(0.0, 1.0, count)
        out[:, column] = at[numbers % count]
        numbers //= count
    return out


def _latin_hypercube(points: int, seed: int, factors: Sequence[Factor]) -> Matrix:
    streams = Streams(seed, points)
    out = np.empty((points, len(factors)), order="F")
    for column, factor in enumerate(factors):
        order = np.argsort(streams.uniform(f"design.order/{factor.name}", 0), kind="stable")
        within = streams.uniform(f"design.within/{factor.name}", 0)
        out[order, column] = (np.arange(points) + within) / points
    return out


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
