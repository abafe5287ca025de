"""Measures of how a policy holds up over futures, each with a bootstrap interval over the futures.

Minimax regret: Savage (1951), The theory of statistical decision, Journal of the American Statistical Association 46(253),
55-67. On these and other measures: McPhail et al. (2018), Robustness metrics, Earth's Future 6(2), 169-191.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.worlds import Streams

Values: TypeAlias = NDArray[np.float64]
Measure: TypeAlias = Callable[[Values, Values, bool], Values]
PERCENTILE = 0.9


@dataclass(frozen=True)
class Estimate:
    """A figure with the ends of its 95 % interval over resampled futures."""

    value: float
    low: float
    high: float


def _signal_to_noise(values: Values, less: bool) -> Values:
    mean, spread = values.mean(axis=0), values.std(axis=0)
    # The usual two forms: both better ends, a good mean and a small spread, are rewarded.
    return mean * spread if less else mean / np.maximum(spread, 1e-12)


# Measure -> (what it is, in words; how it is taken from values and regret, of shape (futures, policies)).
MEASURES: dict[str, tuple[str, Measure]] = {
    "mean": ("mean over futures", lambda values, lost, less: values.mean(axis=0)),
    "bad": (
        "the value that nine futures in ten do better than",
        lambda values, lost, less: np.quantile(values, PERCENTILE if less else 1.0 - PERCENTILE, axis=0),
    ),
    "regret_max": ("maximum regret", lambda values, lost, less: lost.max(axis=0)),
    "regret_p90": (
        "regret that nine futures in ten stay under",
        lambda values, lost, less: np.quantile(lost, PERCENTILE, axis=0),
    ),
    "regret_mean": ("mean regret", lambda values, lost, less: lost.mean(axis=0)),
    "best": (
        "share of futures in which it is the best, or one of the best",
        lambda values, lost, less: (lost == 0).mean(axis=0),
    ),
    "signal_to_noise": (
        "mean times standard deviation where less is better (less of it is better), mean by standard deviation where more is",
        lambda values, lost, less: _signal_to_noise(values, less),
    ),
}


def measure(
    values: Values,
    lost: Values,
    less: bool,
    seed: int,
    resamples: int,
    families: NDArray[np.int64] | None = None,
) -> tuple[dict[str, list[Estimate]], list[float]]:
    """Every measure of every policy, and how often each policy has the least maximum regret in resampled futures.

    The futures are drawn with replacement, as many as there are; all measures and metrics see the same draws. Futures that
    were made from one another are drawn together. The interval of a maximum is too narrow: no resample holds a future
    worse than those at hand.

    Args:
        values, lost: value and regret, shape (futures, policies); less: whether less is better.
        seed: of the draws; resamples: how many.
        families: which family each future is of, in ascending order; each its own if not given.
    """
    futures, policies = values.shape
    starts = np.arange(futures) if families is None else np.unique(families, return_index=True)[1]
    alone = len(starts) == futures
    whole = [] if alone else np.split(np.arange(futures), starts[1:])
    streams = Streams(seed, len(starts))
    drawn = {name: np.empty((resamples, policies)) for name in MEASURES}
    for turn in range(resamples):
        turned_up = (streams.uniform("regret.bootstrap", turn) * len(starts)).astype(np.intp)
        chosen = turned_up if alone else np.concatenate([whole[one] for one in turned_up])
        for name, (_, take) in MEASURES.items():
            drawn[name][turn] = take(values[chosen], lost[chosen], less)
    out = {}
    for name, (_, take) in MEASURES.items():
        low, high = np.quantile(drawn[name], (0.025, 0.975), axis=0)
        found = take(values, lost, less)
        out[name] = [Estimate(*map(float, one)) for one in zip(found, low, high, strict=True)]
    worst = drawn["regret_max"]
    ties = worst == worst.min(axis=1, keepdims=True)
    return out, [float(one) for one in (ties / ties.sum(axis=1, keepdims=True)).mean(axis=0)]
