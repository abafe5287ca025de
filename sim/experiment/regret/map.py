"""What of a future decides which policy is best, and the map of where each policy wins over two of these."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.columns import Inputs
    from sim.experiment.regret.study import Judged, Regret

PARTS = 5
# With fewer futures to a field of the map its winner is hardly more than chance.
FEW = 5


@dataclass(frozen=True)
class Field:
    """A field of the map.

    Attributes:
        across, up: which fifth of either of the two, from 0.
        futures: how many lie in it; winner: number of the policy that is best in most of them; share: in how many.
    """

    across: int
    up: int
    futures: int
    winner: int
    share: float


def parts_of(values: NDArray[Any]) -> tuple[NDArray[np.intp], list[float]]:
    """Which fifth of the futures each lies in, by what varies, and the edges between; of few values, each is a part, and so is
    each option (with no edge between)."""
    different = np.unique(values)
    if values.dtype.kind not in "fiu":
        return np.searchsorted(different, values), []
    if len(different) <= PARTS:
        return np.searchsorted(different, values), [float(one) for one in (different[1:] + different[:-1]) / 2]
    edges = np.quantile(values, np.arange(1, PARTS) / PARTS)
    return np.searchsorted(edges, values, side="right"), [float(one) for one in edges]


def ranked(judged: Judged, inputs: Inputs) -> list[tuple[str, float, float]]:
    """What varies, by how much it decides which policy is best: (name, Cramér's V, corrected p-value), the most first.

    Futures in which several policies are equally good are left out, here and on the map.
    """
    from scipy.stats import chi2

    alone = judged.winner >= 0
    winners, codes = np.unique(judged.winner[alone], return_inverse=True)
    if len(winners) < 2:
        return []
    out = []
    for name in inputs.columns:
        part, _ = parts_of(inputs[name].to_numpy()[alone])
        table = np.zeros((len(winners), int(part.max()) + 1))
        np.add.at(table, (codes, part), 1)
        table = table[:, table.sum(axis=0) > 0]
        if table.shape[1] < 2:
            continue
        expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0) / table.sum()
        statistic = float(((table - expected) ** 2 / expected).sum())
        free = min(table.shape) - 1
        chance = float(chi2.sf(statistic, (table.shape[0] - 1) * (table.shape[1] - 1)))
        out.append(
            (str(name), float(np.sqrt(statistic / (table.sum() * free))), min(1.0, chance * len(inputs.columns)))
        )
    return sorted(out, key=lambda one: (-one[1], one[0]))


def deciders(found: Regret) -> pd.DataFrame:
    """See :meth:`Regret.deciders`."""
    import pandas as pd

    rows = [(one.metric, *row) for one in found.judged for row in ranked(one, found.inputs)]
    return pd.DataFrame(rows, columns=["metric", "uncertainty", "strength", "chance"])


def fields(
    judged: Judged, inputs: Inputs, across: str, up: str
) -> tuple[list[Field], Sequence[float], Sequence[float]]:
    """The map over two numbers that vary: its fields in which there are futures, and the edges between fifths of both."""
    alone = judged.winner >= 0
    first, edges = parts_of(inputs[across].to_numpy(dtype=float)[alone])
    second, other = parts_of(inputs[up].to_numpy(dtype=float)[alone])
    out = []
    for x in range(len(edges) + 1):
        for y in range(len(other) + 1):
            winners = judged.winner[alone][(first == x) & (second == y)]
            if len(winners):
                counts = np.bincount(winners)
                out.append(Field(x, y, len(winners), int(counts.argmax()), float(counts.max() / len(winners))))
    return out, edges, other
