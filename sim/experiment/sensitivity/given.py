"""Indices from given data: any points that were run, and what came of them, whatever the design. Both look at whole
distributions, so that a factor which moves only the spread or the tails counts, too.

Factors are taken one by one; of what two do together each gets what it shows by itself.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
from numpy.typing import NDArray

from sim.experiment.columns import Places
from sim.experiment.layouts import Matrix
from sim.experiment.sensitivity.methods import Indices, problem_of, thirds
from sim.words.language import _
from sim.worlds import Streams, Vector

# Into how many parts of equally many points a range is cut; a factor with no more levels than that has its levels as parts.
PARTS = 10
# Factors of pure chance that a sample is tried with, and the share of them that an index has to be above.
IDLE, ABOVE = 100, 0.95
# Points in a part below which its distribution says little.
LEAST_IN_PART = 20
# Resamples of a bootstrap, each of which estimates every density anew; and idle factors that delta is tried with.
RESAMPLES, DELTA_IDLE = 20, 8


def pawn(names: Sequence[str], at: Matrix | Places, values: Vector, seed: int = 1) -> Indices:
    """PAWN: how far the distribution of the values moves when a factor is held to a part of its range, 0 to 1.

    The distance is Kolmogorov and Smirnov's, between the values of the part and all values; `median` and `maximum` are over
    the parts. `idle` is what the median of a factor that does nothing stays under in 19 of 20 such samples, since small parts
    differ by chance. (SALib's PAWN leaves out the highest value of a factor, and so one of the options of a switch.)

    Args:
        names: of the factors; at: (points, factors), where each value stands in its range, levels as equal values; values:
            (points,), not all alike; seed: of the idle factors.

    Pianosi and Wagener (2018), Distribution-based sensitivity analysis from a generic input-output sample, Environmental
    Modelling & Software 108, 197-207; a factor that does nothing: Zadeh et al. (2017), Environmental Modelling & Software 91,
    210-222.
    """
    import pandas as pd

    at, order = Places.of(at), np.argsort(values, kind="stable")
    found, sizes = [], []
    for column in at.T:
        part = _parts(column)
        found.append(_distances(part, values, order))
        # A sample's idle factors differ in the sizes of their parts alone.
        sizes.append(tuple(np.sort(np.bincount(part)).tolist()))
    idle = {size: _idle(size, values, seed, order) for size in set(sizes)}
    columns = {
        "median": np.array([np.median(one) for one in found]),
        "maximum": np.array([one.max() for one in found]),
        "idle": np.array([idle[size] for size in sizes]),
    }
    table = pd.DataFrame(columns | thirds(at, values), index=pd.Index(names, name="factor"))
    return Indices(
        table.sort_values("median", ascending=False, kind="stable"), None, tuple(_small(min(map(min, sizes))))
    )


def _parts(column: Vector) -> NDArray[np.intp]:
    """The part of its range that each value of a factor lies in, from 0."""
    levels, codes = np.unique(column, return_inverse=True)
    if len(levels) <= PARTS:
        return codes
    edges = np.quantile(column, np.arange(1, PARTS) / PARTS)
    return np.unique(np.searchsorted(edges, column, side="right"), return_inverse=True)[1]


def _distances(parts: NDArray[np.intp], values: Vector, order: NDArray[np.intp]) -> Vector:
    """Kolmogorov and Smirnov's distance of each part's values from all values; `order`: by which these rise."""
    out, ordered = np.empty(parts.max() + 1), parts[order]
    all_shares = np.arange(1, len(values) + 1) / len(values)
    # Only between different values: equal ones come in no order.
    ends = np.append(np.diff(values[order]) > 0, True)
    for part in range(len(out)):  # one after another, so that memory holds one of them
        inside = ordered == part
        shares = np.cumsum(inside) / inside.sum()
        out[part] = np.abs(shares - all_shares)[ends].max()
    return out


def _idle(sizes: Sequence[int], values: Vector, seed: int, rising: NDArray[np.intp]) -> float:
    """What the index of a factor that does nothing, with parts of these sizes, stays under as often as said."""
    streams, parts = Streams(seed, len(values)), np.repeat(np.arange(len(sizes)), sizes)
    tried = np.empty(IDLE)
    for turn in range(IDLE):
        order = np.argsort(streams.uniform("sensitivity.idle", turn), kind="stable")
        tried[turn] = np.median(_distances(parts[order], values, rising))
    return float(np.quantile(tried, ABOVE))


def _small(points: int) -> Iterator[str]:
    if points < LEAST_IN_PART:
        yield _("a part of a range has {points} points, fewer than {least}", points=points, least=LEAST_IN_PART)


def delta(names: Sequence[str], at: Matrix | Places, values: Vector, seed: int = 1) -> Indices:
    """Borgonovo's delta: half of the area by which the density of the values moves when a factor is known, 0 to 1, on average
    over its range; by SALib, with the bias taken out by a bootstrap. `idle` is what a factor that does nothing stays under
    in 19 of 20 cases, by eight of them that are tried with the same values.

    Args:
        as for :func:`pawn`; seed: of the bootstrap, 1 or more.

    Borgonovo (2007), A new uncertainty importance measure, Reliability Engineering & System Safety 92(6), 771-784; from given
    data: Plischke, Borgonovo and Smith (2013), European Journal of Operational Research 226(3), 536-550.
    """
    import pandas as pd
    from SALib.analyze import delta as salib
    from scipy.stats import t
    from threadpoolctl import threadpool_limits

    at = Places.of(at)
    # SALib puts equal values in the order in which they come: so that this follows nothing, the points come in any order.
    streams, points = Streams(seed, len(values)), len(values)
    order = np.argsort(streams.uniform("sensitivity.order", 0), kind="stable")
    idle = np.stack([streams.uniform("sensitivity.idle", turn) for turn in range(DELTA_IDLE)], axis=1)
    # Names of its own, since it gives a meaning to some; and no value at 0 or below, which it takes for "absent".
    problem = problem_of([f"x{number}" for number in range(len(names) + DELTA_IDLE)])
    with _unheard(), threadpool_limits(1):
        found = salib.analyze(
            problem,
            1.0 + np.column_stack([at.whole()[order], idle]),
            values[order],
            num_resamples=RESAMPLES,
            seed=max(seed, 1),
            method="delta",
        )
    made = {name: np.asarray(found[of], dtype=float) for name, of in _RAW.items()}
    columns = {name: one[: len(names)] for name, one in made.items()}
    tried = made["delta"][len(names) :]
    # Where a further one of them lies below with a chance of 95 %, if they spread as normal values do.
    bound = float(t.ppf(ABOVE, DELTA_IDLE - 1)) * np.sqrt(1 + 1 / DELTA_IDLE) * tried.std(ddof=1)
    columns["idle"] = np.full(len(names), tried.mean() + bound)
    table = pd.DataFrame(columns | thirds(at, values), index=pd.Index(names, name="factor"))
    missing = [name for name, value in zip(names, columns["delta"], strict=True) if np.isnan(value)]
    named = ", ".join(missing[:3])
    doubts = [_("SALib gives no index of {factors}: too few different values", factors=named)] if missing else []
    # SALib cuts a range into about so many parts, of equally many points.
    doubts += _small(points // max(round(points**0.3), 1))
    return Indices(table.sort_values("delta", ascending=False, kind="stable"), None, tuple(doubts))


# Of what SALib gives, the index of the points as they are, rather than as if each part of a range were as likely.
_RAW = {"delta": "delta_raw", "delta_conf": "delta_raw_conf"}


@contextmanager
def _unheard() -> Iterator[None]:
    """SALib without its warnings, which it turns on itself, and Python's as it found them."""
    form = warnings.formatwarning
    try:
        with warnings.catch_warnings(record=True):
            yield
    finally:
        warnings.formatwarning = form
