"""What is read off each world: one figure for every metric, over a stretch of months."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from sim.ensemble.chunks import Array, monthly
from sim.ensemble.simulate import Progress, simulate
from sim.metrics import METRICS, Summary
from sim.metrics.base import End
from sim.words.numbers import unit_over
from sim.worlds import total

if TYPE_CHECKING:
    from sim.ensemble.spec import RunSpec
    from sim.model import FrontierModel

# Scenario -> figure -> one value per world.
Table: TypeAlias = dict[str, dict[str, Array]]
# A level is the mean over so many months at the end.
LAST = 6


@dataclass(frozen=True)
class Figure:
    """A metric, or a sum of metrics, as it is read here.

    Attributes:
        name, title: its id, and what a reader is shown.
        parts: the metrics that are added up; of most figures its own name alone.
        low: the least that it can be.
        summary, better, better_for: as of a metric.
    """

    name: str
    title: str
    parts: tuple[str, ...]
    low: float
    summary: Summary
    better: End | None = None
    better_for: str = ""


# Sums that are asked for beside the metrics themselves. Militants are left out: their deaths follow from operations.
SUMS = (
    Figure(
        "fatalities_pakistan",
        "Deaths in Pakistan, militants left out",
        ("fatalities_security", "fatalities_civilian"),
        0.0,
        "total",
        "less",
    ),
)


def figures() -> dict[str, Figure]:
    """Everything that is read: the sums, then each metric, by name."""
    own = {
        name: Figure(name, one.title, (name,), one.low, one.summary, one.better, one.better_for)
        for name, one in METRICS.items()
    }
    return {one.name: one for one in SUMS} | own


def title(name: str) -> str:
    """What a figure is called; its id where nothing of this name is declared any more."""
    known = figures()
    return known[name].title if name in known else name


def unit(name: str) -> str:
    """The unit of a figure; nothing where none of this name is declared any more."""
    known = figures()
    return unit_over(METRICS[known[name].parts[0]].unit, known[name].summary) if name in known else ""


def leverage(known: Container[str] = METRICS) -> str:
    """The metric that stands for Pakistan's leverage: that in use, where it is known."""
    return "leverage_in_use" if "leverage_in_use" in known else "leverage_pakistan_taliban"


def summed(rows: Sequence[Array], summary: Summary, levels: bool) -> Array:
    """One figure per world from a stretch of months.

    Args:
        rows: a vector for each month, in order, added up in that order.
        levels: whether a mean is that of the last months, as a level is, rather than of all.
    """
    if summary == "total":
        return total(rows)
    some = rows if summary == "mean" and not levels else rows[-LAST:]
    return total(some) / float(len(some))


def simulated(spec: RunSpec, first: int, levels: bool, workers: int = 1, progress: Progress | None = None) -> Table:
    """Run scenarios and read every figure from a month on, counted from 0; neither workers nor chunks change a bit."""
    read = partial(_read, first=first, levels=levels)
    parts: dict[str, list[dict[str, Array]]] = {name: [] for name in spec.scenarios}
    with closing(simulate(spec, read, workers=workers, progress=progress)) as found:
        for batch, table in found:
            parts[batch.name].append(table)
    return {
        name: {figure: np.concatenate([one[figure] for one in some]) for figure in some[0]}
        for name, some in parts.items()
    }


def _read(model: FrontierModel, _: RunSpec, first: int, levels: bool) -> dict[str, Array]:
    months = {name: rows[first:] for name, rows in monthly(model, list(METRICS)).items()}
    return {
        one.name: total(summed(list(months[part]), one.summary, levels) for part in one.parts)
        for one in figures().values()
    }


def after(progress: Progress | None, done: int, everything: int) -> Callable[[int, int], None] | None:
    """Progress of a part, told as that of the whole: `done` before it, `everything` in all."""
    return None if progress is None else lambda now, _: progress(done + now, everything)


def as_seen(table: Mapping[str, Mapping[str, Array]], figure: str) -> Array:
    """One figure of all scenarios, shape (scenarios, worlds)."""
    return np.stack([one[figure] for one in table.values()])
