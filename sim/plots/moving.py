"""Pictures that are redrawn again and again: the drawing is kept, and only its rows are made anew.

Putting a chart together takes Altair some fifty milliseconds, its rows take two. For a page on which numbers move while
scenarios stay, the specification is therefore kept by everything that it depends on besides the rows.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sim.metrics import METRICS
from sim.plots.data import Rows, as_comparison, called, months, parts_at
from sim.plots.lines import fan, fan_rows, paired_difference, paired_rows, room
from sim.plots.shares import verdict_rows, verdict_shares
from sim.results.paired import Comparison
from sim.results.results import Results
from sim.words.language import spoken

_FRAMES: OrderedDict[tuple[Any, ...], dict[str, Any]] = OrderedDict()
_MOST = 200
_KINDS: dict[str, tuple[Callable[[Comparison, str], Any], Callable[[Comparison, str], Rows]]] = {
    "fan": (fan, fan_rows),
    "difference": (paired_difference, paired_rows),
    "verdicts": (lambda one, metric: verdict_shares(one), lambda one, metric: verdict_rows(one)),
}


@dataclass(frozen=True)
class Moving:
    """A picture as its specification, which is shared and not to be changed, and the records that it draws."""

    specification: dict[str, Any]
    rows: Rows


def moving(source: Results | Comparison, kind: str, metric: str = "fatalities") -> Moving:
    """A chart of the gallery in two parts; put together they are the chart.

    Args:
        source: a run or a comparison.
        kind: `fan` or `difference`, of a metric; or `verdicts`.
        metric: the metric of a fan or a difference.

    Raises:
        KeyError: no such kind, or no such metric.
        ValueError: a difference in a single run.
    """
    comparison, about = as_comparison(source), METRICS[metric]
    if kind == "difference" and not comparison.others:
        raise ValueError("a paired difference needs two scenarios; there is one")
    chart, rows_for = _KINDS[kind]
    rows, dates = rows_for(comparison, metric), months(comparison)
    names = called(comparison)
    apart = parts_at(comparison) if comparison.others else None
    stretch = tuple(room(rows, about) or ()) if kind == "fan" else ()
    key = (kind, metric, *names.values(), names[comparison.baseline], dates[0], len(dates), apart, stretch)
    return split((*key, comparison.worlds > 1), lambda: chart(comparison, metric), rows)


def split(key: tuple[Any, ...], make: Callable[[], Any], rows: Rows) -> Moving:
    """A chart in two parts, put together anew only where its specification is not kept.

    Args:
        key: all that the specification depends on besides the language; make: gives the chart; rows: what it draws now.
    """
    key = (spoken(), *key)
    if key not in _FRAMES:
        specification = make().to_dict(validate=False)
        own, known = specification.pop("data"), specification.pop("datasets", {})
        known.pop(own.get("name"), None)
        _FRAMES[key] = _with(known, specification)
        while len(_FRAMES) > _MOST:
            _FRAMES.popitem(last=False)
    return Moving(_FRAMES[key], rows)


def _with(known: dict[str, Any], part: Any) -> Any:
    """A specification in which data that is always the same (outlines) stands where it is named."""
    if isinstance(part, dict):
        if part.get("name") in known and len(part) == 1:
            return {"values": known[part["name"]]}
        return {key: _with(known, value) for key, value in part.items()}
    return [_with(known, one) for one in part] if isinstance(part, list) else part
