"""How a sweep's points lie, for an analysis: as its design laid them out, or as they were run, whatever the design."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from sim.experiment.columns import Places
from sim.experiment.design import groups_of, layout, related, size
from sim.experiment.factors import Factor
from sim.experiment.schema import Design, LatinHypercube
from sim.experiment.sensitivity.methods import SensitivityError
from sim.worlds import Vector
from sim.yamlfile import suggestion

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.experiment.outcome import Sweep

Method: TypeAlias = Literal["sobol", "morris", "ranks", "pawn", "delta"]
# Methods that ask nothing of a design but points and what came of them.
GIVEN: tuple[Method, ...] = ("pawn", "delta")
METHODS: tuple[Method, ...] = ("sobol", "morris", "ranks", *GIVEN)
_OWN: dict[str, Method] = {"saltelli": "sobol", "morris": "morris", "latin_hypercube": "ranks"}
LEAST_POINTS = 30


@dataclass(frozen=True)
class Sample:
    """How a sweep's points lie.

    Attributes:
        design: as in the experiment; factors: what it varies, in the order of columns; method: how it is analysed.
        places: (draws, factors), 0 to 1: in the design's order, or, for methods that take any points, where each value stands
            among all that were run; but for Morris, which asks for the distance of steps, options as equal steps.
        block: rows that belong together (a trajectory, or one row of Saltelli's base with all made from it).
        related: how many rows in a row the design made from one another.
    """

    design: Design
    factors: tuple[Factor, ...]
    method: Method
    places: Places
    block: int
    related: int

    @property
    def names(self) -> list[str]:
        """The factors' names."""
        return [factor.name for factor in self.factors]

    @property
    def groups(self) -> list[str] | None:
        """The group of each factor, where the design moves groups as one."""
        return groups_of(self.design, self.names)


def own_method(sweep: Sweep) -> Method | None:
    """The method that a sweep's design is made for; None where it is made for none, so that any points' methods are left."""
    return _OWN.get(sweep.design.kind) if sweep.design is not None else None


def sample_of(sweep: Sweep, method: Method | None = None, only: Collection[str] = ()) -> Sample:
    """A sweep's sample for a method, by default that of its design.

    Args:
        only: the factors to analyse, for methods that take them one by one; all of them if not given.

    Raises:
        SensitivityError: the method does not go with the design, the sample is too small, or there is no such factor.
    """
    design, about = sweep.design or sweep.experiment.lever_design, sweep.manifest
    own = own_method(sweep)
    if design is None or (method or own) is None or (method not in GIVEN and method not in (None, own)):
        kind = design.kind if design is not None else "none"
        raise SensitivityError(
            f"{sweep.place}: its design is {kind}; allowed: saltelli (Sobol indices), morris (screening), or "
            "latin_hypercube (a rougher screening by ranks), over uncertainties, levers or both; and with --method pawn or "
            "delta any design"
        )
    chosen: Method | None = method or own
    assert chosen is not None
    factors = tuple(_factor(one) for one in about["factors"] if not one["crossed"] or sweep.design is None)
    names = [one.name for one in factors]
    kin = related(design, names)
    if chosen in GIVEN:
        for name in only:
            if name not in names:
                raise SensitivityError(
                    f"{sweep.place}: nothing of this name is varied: {name}{suggestion(name, names)}"
                )
        factors = tuple(one for one in factors if not only or one.name in only)
        points = about["draws"] if sweep.design is not None else about["mixes"]
        if points < LEAST_POINTS:
            raise SensitivityError(f"{sweep.place}: {points} points are too few; allowed: {LEAST_POINTS} or more")
        return Sample(design, factors, chosen, _standing(sweep, points, factors), 1, kin)
    if only:
        raise SensitivityError(
            f"{sweep.place}: factors are chosen with --method pawn or delta only, which take them one by one"
        )
    if isinstance(design, LatinHypercube) and design.points < len(factors) + 3:
        raise SensitivityError(f"{sweep.place}: {design.points:,} points are too few for {len(factors):,} factors")
    return Sample(design, factors, chosen, _as_run(sweep, design, factors, chosen != "morris"), kin, kin)


def _standing(sweep: Sweep, points: int, factors: Sequence[Factor]) -> Places:
    """Where each of the first points' values stands among those of all, 0 to 1: by its rank, or which of a few levels it is."""
    from scipy.stats import rankdata

    out = Places(points, len(factors))
    for column, factor in enumerate(factors):
        values = sweep.of_points(f"{factor.kind}:{factor.name}").to_numpy()[:points]
        if factor.levels:
            words = dict(factor.options)
            order = [words.get(level, level) for level in factor.levels]
            known = {one: number for number, one in enumerate(order)}
            out.put_column(column, np.array([known[one] / max(len(known) - 1, 1) for one in values]))
        else:
            out.put_column(column, (rankdata(values) - 0.5) / len(values))
    return out


def _as_run(sweep: Sweep, design: Design, factors: Sequence[Factor], steps: bool) -> Places:
    """Where the design's points lie, or with `steps` which of its levels a factor has there; the indices mean something only if
    row k of the design is the point k that was run."""
    points, laid = size(design, factors), layout(design, factors)
    out, first = Places(points, len(factors)), 0
    for block in sweep.blocks([f"{factor.kind}:{factor.name}" for factor in factors]):
        run = block.slice(0, points - first)
        at = laid.places(np.arange(first, first + len(run)))
        for column, factor in enumerate(factors):
            if not _same(factor, np.ascontiguousarray(at[:, column]), run.column(column)):
                raise SensitivityError(
                    f"{sweep.place}: its {design.kind} design comes out differently here than where it was run (another version "
                    f"of SALib, SciPy or NumPy?); {factor.name} is not the same"
                )
            if steps:
                at[:, column] = factor.steps(at[:, column])
        out.put(first, at)
        first += len(run)
        if first == points:
            return out
    raise SensitivityError(f"{sweep.place}: its {design.kind} design has {points:,} points, and {first:,} were run")


def _same(factor: Factor, at: Vector, run: pa.ChunkedArray) -> bool:
    made = factor.values(at)
    told = factor.names(made)
    if told:
        return bool(run.to_pylist() == told)
    return bool(np.allclose(run.to_numpy().astype(float), made, rtol=1e-9, atol=1e-12))


def _factor(one: Mapping[str, Any]) -> Factor:
    options = tuple((float(value), str(word)) for word, value in one["options"].items())
    kind: Any = one["kind"]
    return Factor(
        one["name"], kind, one["low"], one["high"], one["distribution"], one["mode"], tuple(one["levels"]), options
    )
