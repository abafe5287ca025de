"""One picture of a comparison by its name, where not all of them are wanted."""

from __future__ import annotations

from sim.metrics import METRICS
from sim.plots import gallery
from sim.plots.data import Source, as_comparison
from sim.plots.gallery import Picture


def picture(source: Source, kind: str, metric: str = "fatalities") -> Picture:
    """A picture as `pictures` gives it, alone.

    Args:
        source: a run or a comparison.
        kind: `fan` or `difference`, of a metric; `verdicts`, `stances`, `alignments`; and, where panels were kept, `levers`,
            `areas`, `leverage_pakistan_taliban`, `leverage_taliban_pakistan`.
        metric: the metric of a fan or a difference.

    Raises:
        KeyError: no such kind, or no such metric.
        ValueError: a difference in a single run, or panels that were not kept.
    """
    comparison = as_comparison(source)
    if kind in ("fan", "difference"):
        make = gallery._fan if kind == "fan" else gallery._paired
        return make(comparison, METRICS[metric].name)
    if kind.startswith("leverage_"):
        return gallery._leverage(comparison, kind.removeprefix("leverage_"))
    whole = {
        "verdicts": gallery._verdicts,
        "stances": gallery._stances,
        "alignments": gallery._alignments,
        "levers": gallery._levers,
        "areas": gallery._areas,
    }
    return whole[kind](comparison)
