"""Statistics: how the values of many worlds become one figure. Sweeps ask them of a point's worlds, searches of a candidate's.

The names, in files and on the command line: `mean`; `p10`, `p50`, `p90` and so on, a percentile; `cvar90`, the mean of the
highest tenth, and `cvar10`, the mean of the lowest. A `chance` is the mean of what is true (1) or not (0).

CVaR: Rockafellar and Uryasev (2000), Optimization of conditional value-at-risk, Journal of Risk 2(3), 21-41.
"""

from __future__ import annotations

import re
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.words.language import N_, _

Values: TypeAlias = NDArray[np.float64]

MEAN, CHANCE = N_("mean"), N_("chance")
NAMED = re.compile(r"(?P<mean>mean)|(?P<kind>p|cvar)(?P<percent>[1-9][0-9]?)")
ALLOWED = "mean, p1 to p99, cvar1 to cvar99"


def statistic(name: str, values: Values) -> Values:
    """A statistic over the last axis.

    >>> tens = np.arange(10.0)
    >>> float(statistic("mean", tens)), float(statistic("p50", tens)), float(statistic("cvar80", tens))
    (4.5, 4.5, 8.5)

    Raises:
        ValueError: there is no statistic of this name.
    """
    found = NAMED.fullmatch(name)
    if found is None:
        raise ValueError(f"no such statistic: {name}; allowed: {ALLOWED}")
    if found["mean"]:
        out: Values = values.mean(axis=-1)
        return out
    share = float(found["percent"]) / 100.0
    if found["kind"] == "p":
        return np.quantile(values, share, axis=-1)
    return tail_mean(values, min(share, 1.0 - share), share >= 0.5)


def tail_mean(values: Values, share: float, highest: bool) -> Values:
    """Mean of the highest, or the lowest, share of the values (at least one) on the last axis: conditional value at risk."""
    count = max(round(share * values.shape[-1]), 1)
    ordered = np.sort(values if highest else -values, axis=-1)[..., -count:]
    out: Values = ordered.mean(axis=-1) * (1.0 if highest else -1.0)
    return out


def statistic_words(name: str) -> str:
    """A statistic as it stands before what it is of.

    >>> statistic_words("p90"), statistic_words("cvar5")
    ('90th percentile', 'mean of the lowest 5 %')
    """
    found = NAMED.fullmatch(name)
    if found is None or found["mean"]:
        return _(name)
    percent = int(found["percent"])
    if found["kind"] == "cvar":
        said = N_("mean of the highest {percent} %") if percent >= 50 else N_("mean of the lowest {percent} %")
        return _(said, percent=min(percent, 100 - percent))
    if percent == 50:
        return _("median")
    return _(_PERCENTILES.get(0 if percent // 10 == 1 else percent % 10, _PERCENTILES[0]), percent=percent)


# By the last figure of the number.
_PERCENTILES = {
    1: N_("{percent}st percentile"),
    2: N_("{percent}nd percentile"),
    3: N_("{percent}rd percentile"),
    0: N_("{percent}th percentile"),
}
