"""From results to the few numbers that a picture draws: quantiles per month, never a row per world."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import numpy as np

from sim.ensemble.chunks import Array
from sim.metrics import METRICS
from sim.results.paired import Comparison
from sim.results.reading import titles
from sim.results.results import Results
from sim.words.language import N_, _
from sim.words.sentences import month_words

Source = Results | Comparison
Rows = list[dict[str, Any]]
T = TypeVar("T")

QUANTILES = {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}

_MOST_MONTHS = 120
# Of a run, and of that with which it is compared: what was made of the two, the oldest first.
_OF_PAIRS: WeakKeyDictionary[Results, WeakKeyDictionary[Results, dict[tuple[Any, ...], Any]]] = WeakKeyDictionary()
_MOST_OF_A_PAIR = 12


def as_comparison(source: Source) -> Comparison:
    """A comparison; a single run becomes one of a single scenario."""
    if isinstance(source, Comparison):
        return source
    return Comparison({source.name: source}, source.name, source.manifest)


def called(comparison: Comparison) -> dict[str, str]:
    """Name -> title, for each scenario in order, as the reading calls them; in one line, since Vega breaks on more."""
    found = {name: " ".join(title.split()) for name, title in titles(*comparison.results.values()).items()}
    return found if len(set(found.values())) == len(found) else {name: name for name in found}


def months(comparison: Comparison) -> list[str]:
    """The calendar months of the runs."""
    return comparison.results[comparison.baseline].months


def panel_of(comparison: Comparison, name: str, panel: str) -> tuple[list[str], Array]:
    """A scenario's panel: its labels, and its values by world, month and label.

    Raises:
        ValueError: the run did not keep it.
    """
    kept = comparison.results[name].arrays
    if panel not in kept.panels:
        raise ValueError(f"{panel} was not kept by this run")
    return kept.labels[panel], kept.panels[panel]


def bands(values: Array) -> dict[str, Array]:
    """Quantiles over worlds, month by month: p05, p25, p50, p75, p95 -> the shape without worlds.

    Args:
        values: worlds along the first axis.
    """
    # The same numbers as np.quantile gives along that axis, in a third of the time.
    ordered = np.sort(np.ascontiguousarray(np.moveaxis(values, 0, -1)), axis=-1)
    last = ordered.shape[-1] - 1
    out = {}
    for name, part in QUANTILES.items():
        below = int(part * last)
        low, high = ordered[..., below], ordered[..., min(below + 1, last)]
        out[name] = rounded(low + (high - low) * (part * last - below))
    return out


def rounded(values: Array) -> Array:
    """Rounded to four significant figures: more cannot be seen, and would be carried in the file."""
    values = np.asarray(values, dtype=float)
    size = np.floor(np.log10(np.abs(values), out=np.zeros(values.shape), where=values != 0))
    scale = 10.0 ** (3 - size)
    out: Array = np.where(np.isfinite(values), np.round(values * scale) / scale, values)
    return out


def monthly(columns: dict[str, Array], **constants: Any) -> Rows:
    """Records for a picture: one per month, with its number, the constants, and the value of each column.

    Of a run longer than ten years only every second month is drawn, or every third, and so on; and the last.
    """
    names = list(columns)
    lists = [np.asarray(column, dtype=float).tolist() for column in columns.values()]
    span = len(lists[0])
    drawn = {*range(0, span, -(-span // _MOST_MONTHS)), span - 1}
    return [
        {"month": month, **constants, **dict(zip(names, values, strict=True))}
        for month, values in enumerate(zip(*lists, strict=True))
        if month in drawn
    ]


def parts_at(comparison: Comparison, metrics: Iterable[str] = METRICS) -> int | None:
    """The first month number in which a metric differs in any world between the baseline and another scenario.

    Paired worlds are exactly equal until their scenarios ask for different things, so this is where the scenarios part.
    None if they never do, or if there is only one.
    """
    chosen, base = tuple(metrics), comparison.results[comparison.baseline]
    others = (comparison.results[name] for name in comparison.others)
    found = (of_pair(one, base, ("apart", *chosen), partial(_first_difference, base, one, chosen)) for one in others)
    return min((month for month in found if month is not None), default=None)


def of_pair(one: Results, base: Results, key: tuple[Any, ...], make: Callable[[], T]) -> T:
    """What is made of a run and the one that it is compared with, once for as long as both are there.

    Every picture of a comparison asks; and where one of several scenarios moves, what is made of the others stands.

    Args:
        key: what is made, and all that it depends on besides the two runs.
    """
    kept = _OF_PAIRS.setdefault(one, WeakKeyDictionary()).setdefault(base, {})
    if key in kept:
        made: T = kept[key]
        return made
    fresh = kept[key] = make()
    while len(kept) > _MOST_OF_A_PAIR:
        kept.pop(next(iter(kept)), None)
    return fresh


def _first_difference(base: Results, other: Results, metrics: tuple[str, ...]) -> int | None:
    first: int | None = None
    for metric in metrics:
        one, two = base.arrays.metrics[metric][:, :first], other.arrays.metrics[metric][:, :first]
        differs = np.any(one != two, axis=0)
        if differs.any():
            first = int(np.argmax(differs))
        if first == 0:
            return 0
    return first


def how_to_read(comparison: Comparison, bands_are: str, line: str = N_("Line: the middle world.")) -> str:
    """What line and bands are, as sentences, which are in the catalogue; in one world alone there are no bands."""
    return f"{_(line)} {_(bands_are)}" if comparison.worlds > 1 else _("Line: the one modelled world.")


def parting(comparison: Comparison, marked: bool = True) -> str:
    """Where the scenarios part, as a sentence; empty for one scenario alone.

    Args:
        marked: whether the picture has a dotted line there.
    """
    if not comparison.others:
        return ""
    first = parts_at(comparison)
    if first is None:
        return _("In these worlds the scenarios never part.")
    if first == 0:
        return _("The scenarios part in the first month.")
    month = month_words(months(comparison)[first])
    said = N_("Dotted line: {month}, when the scenarios part.") if marked else N_("The scenarios part in {month}.")
    return _(said, month=month)
