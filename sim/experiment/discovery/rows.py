"""From a sweep to the rows that a question is asked of: each future with its levers and uncertainties, and whether it holds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from sim.experiment import design as designs
from sim.experiment.columns import Inputs
from sim.experiment.condition import Condition, ConditionError
from sim.experiment.factors import VARIED
from sim.experiment.figures import condition_of, evaluated, scenarios_of
from sim.experiment.folder import FolderError
from sim.words.language import N_
from sim.worlds import Streams
from sim.yamlfile import suggestion

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.outcome import Sweep

SCENARIO = "scenario"
HELD_OUT = 1 / 3


@dataclass(frozen=True)
class Rows:
    """What a question is asked of.

    Attributes:
        inputs: a row per point, or per future that several scenarios are simulated in; a column for each lever and
            uncertainty, by its own name, and `scenario` where the rows are of several; read when they are asked for.
        holds: whether the condition holds there.
        held_out: whether the row is kept out of the search, to check with.
        each: what a row is, in words; left_out: rows that are missing since the model refused them.
        related: how many rows in a row the design made from one another; 1 where each was drawn by itself.
    """

    inputs: Inputs
    holds: NDArray[np.bool_]
    held_out: NDArray[np.bool_]
    each: str
    left_out: int
    related: int = 1


def rows(sweep: Sweep, where: str, scenario: str | None = None) -> Rows:
    """Ask a sweep.

    Args:
        where: the condition: see `parser.py`. By itself a metric stands for its mean over a point's worlds, a first month for
            the median (never counts as later than any month), the verdict for the commonest.
        scenario: whose points alone; all of them, if not given.

    Raises:
        ConditionError: the condition or the scenario is not right.
        FolderError: the sweep is not finished, or varies nothing.
    """
    check_finished(sweep)
    names = scenarios_of(sweep)
    if scenario is not None and scenario not in names:
        raise ConditionError(f"no such scenario in this sweep: {scenario}{suggestion(scenario, names)}")
    condition = condition_of(sweep, where)
    if condition.paired:
        return _paired(sweep, condition, scenario)
    holds = evaluated(sweep, condition)
    points, told = holds.index.to_numpy(), holds.to_numpy()
    refused = sweep.manifest["points"] - len(points)
    of = sweep.of_points(SCENARIO)
    if scenario is not None:
        chosen = (of[points] == scenario).to_numpy()
        points, told = points[chosen], told[chosen]
    several = of[points].nunique() > 1
    inputs = _inputs(sweep, points, several)
    each = N_("points") if several else N_("futures")
    return Rows(inputs, told, _held_out(sweep, points), each, refused, related(sweep, _by(sweep)))


def _paired(sweep: Sweep, condition: Condition, default: str | None) -> Rows:
    """A row for each mix and draw that every scenario spoken of was simulated in."""
    if default is None and any(one is None for _, one in condition.names):
        name = next(name for name, one in condition.names if one is None)
        of = next(one for _, one in condition.names if one is not None)
        raise ConditionError(
            f"the condition sets scenarios against each other, but does not say whose {name} is meant; "
            f"allowed: {name}[{of}], and so on for each, or --scenario for all that say none"
        )
    holds = evaluated(sweep, condition.under(default))
    # The points of the first scenario, whose levers and uncertainties are those of the others.
    mix, draw = (holds.index.get_level_values(name).to_numpy() for name in ("mix", "draw"))
    first = mix * int(sweep.manifest["draws"]) + draw
    missing = sweep.manifest["mixes"] * sweep.manifest["draws"] - len(holds)
    inputs, kin = _inputs(sweep, first, False), related(sweep, _by(sweep))
    return Rows(inputs, holds.to_numpy(), _held_out(sweep, first), "futures", int(missing), kin)


def check_finished(sweep: Sweep) -> None:
    """Refuse a sweep that is not finished.

    Raises:
        FolderError: it is not.
    """
    if not sweep.complete:
        about = sweep.manifest
        kept = f"{about['finished_runs']:,} of {about['runs']:,} runs"
        raise FolderError(f"{sweep.place}: this sweep is not finished ({kept}); run the same command again to go on")


def inputs_of(sweep: Sweep, points: NDArray[np.int64], columns: Sequence[str]) -> Inputs:
    """Columns of the table of points by their own names, `uncertainty:` and the like left out, for these points."""
    known = {name.partition(":")[2] or name: name for name in columns}

    def read(name: str) -> pd.Series:
        column = sweep.of_points(known[name])[points].reset_index(drop=True)
        return column.astype(str) if name == SCENARIO else column

    return Inputs(list(known), read, len(points))


def _inputs(sweep: Sweep, points: NDArray[np.int64], several: bool) -> Inputs:
    """Levers and uncertainties by their own names; what takes one value only says nothing and is left out."""
    out = inputs_of(sweep, points, [*([SCENARIO] if several else []), *sweep.factors(*VARIED)]).differing()
    if not out.columns:
        raise FolderError(
            f"{sweep.place}: nothing is varied in this sweep, so that there is nothing to tell futures apart by"
        )
    return out


def related(sweep: Sweep, by: Literal["draw", "mix"]) -> int:
    """How many draws (or mixes) in a row the sweep's design made from one another; 1 where each was drawn by itself."""
    design = sweep.design if by == "draw" else sweep.experiment.lever_design
    names = [str(one["name"]) for one in sweep.manifest["factors"] if bool(one["crossed"]) == (by == "mix")]
    return designs.related(design, names)


def _by(sweep: Sweep) -> Literal["draw", "mix"]:
    """What is held out as a whole: draws, or mixes where there is one draw only."""
    return "draw" if sweep.manifest["draws"] > 1 else "mix"


def _held_out(sweep: Sweep, points: NDArray[np.int64]) -> NDArray[np.bool_]:
    """A third of the draws (of the mixes, where there is one draw only), chosen by the sweep's seed; whole draws, and all
    that a design made from one another, so that no point is checked with whose twin was searched."""
    by = _by(sweep)
    kin = related(sweep, by)
    count = -(-int(sweep.manifest["draws" if by == "draw" else "mixes"]) // kin)
    order = np.argsort(Streams(int(sweep.manifest["seed"]), count).uniform("discover.held_out", 0), kind="stable")
    chosen = np.zeros(count, dtype=bool)
    chosen[order[: int(count * HELD_OUT)]] = True
    out: NDArray[np.bool_] = chosen[sweep.of_points(by).to_numpy()[points] // kin]
    return out
