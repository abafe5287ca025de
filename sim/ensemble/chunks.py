"""What is read off a model when a batch of worlds is through, and how batches become one table and one series."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.outcomes import Outcomes
from sim.metrics import METRICS, PANELS
from sim.vocabulary import VERDICTS

if TYPE_CHECKING:
    import pandas as pd

    from sim.ensemble.spec import RunSpec
    from sim.model import FrontierModel

Array = NDArray[np.float64]


@dataclass
class Series:
    """The months of a run, as plain arrays.

    Attributes:
        metrics: name -> (worlds, months).
        panels: name -> (worlds, months, n); empty when panels were not kept.
        labels: panel name -> the n names along its last axis.
    """

    metrics: dict[str, Array]
    panels: dict[str, Array] = field(default_factory=dict)
    labels: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Chunk:
    """One batch of a scenario's worlds: its outcomes, its months where kept, and the seconds it took."""

    outcomes: dict[str, np.ndarray]
    series: Series | None = None
    seconds: float = field(default=0.0)


def take(model: FrontierModel, batch: RunSpec) -> Chunk:
    """Read what a model's collector holds."""
    collector: Any = model.datacollector
    folded: Outcomes | None = getattr(collector, "outcomes", None)
    if folded is not None:
        return Chunk(folded.columns())
    collected: Mapping[str, Any] = collector.model_vars
    history = {name: months_of(collected[name]) for name in METRICS}
    whole = Outcomes(batch.months, batch.crossings)
    whole.add(history)
    out = Chunk(whole.columns())
    if batch.series:
        out.series = Series({name: np.ascontiguousarray(np.asarray(rows).T) for name, rows in history.items()})
        for name in PANELS if batch.panels else ():
            labels = out.series.labels[name] = list(model.labels[name])
            rows = [np.asarray(value, dtype=float).reshape(len(labels), -1) for value in collected[name]]
            out.series.panels[name] = np.ascontiguousarray(np.stack(rows).transpose(2, 0, 1))
    return out


def months_of(kept: Any) -> Any:
    """A metric's months, a vector each; a model of one world reports plain floats."""
    if isinstance(kept, np.ndarray):
        return kept
    return [np.atleast_1d(np.asarray(value, dtype=float)) for value in kept]


def monthly(model: FrontierModel, metrics: Sequence[str]) -> dict[str, Array]:
    """Read the months of some metrics, each (months, worlds)."""
    record = model.datacollector.model_vars
    return {
        name: np.stack([np.atleast_1d(np.asarray(row, dtype=np.float64)) for row in record[name]]) for name in metrics
    }


def join(chunks: list[Chunk]) -> tuple[pd.DataFrame, Series | None]:
    """The outcomes as one table with a row per world, and the months as one series; the chunks are used up.

    Parts are let go as they are joined: at no time are there two copies of everything.
    """
    import pandas as pd

    def joined(of: list[dict[str, Array]]) -> dict[str, Any]:
        if len(of) == 1:
            return of[0]
        return {name: np.concatenate([arrays.pop(name) for arrays in of]) for name in list(of[0])}

    columns = joined([chunk.outcomes for chunk in chunks])
    columns["verdict"] = pd.Categorical(np.array(list(VERDICTS))[columns["verdict"]], categories=list(VERDICTS))
    table = pd.DataFrame(columns).rename_axis("world")
    parts = [chunk.series for chunk in chunks if chunk.series is not None]
    if not parts:
        return table, None

    metrics, panels = joined([part.metrics for part in parts]), joined([part.panels for part in parts])
    return table, Series(metrics, panels, parts[0].labels)
