"""Two scenarios beside each other in one metric, world by world: which has more of it, by how much, and how surely."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.ensemble.chunks import Array
from sim.metrics import METRICS
from sim.results.paired import Comparison
from sim.words.language import N_, _
from sim.words.numbers import amount, amounts, in_worlds, shares
from sim.words.sentences import capital, more_less, settled, side_by_side


@dataclass(frozen=True)
class Contrast:
    """Two scenarios beside each other in a metric, world by world; where the worlds settle which has more, that one comes first.

    Attributes:
        first, second: their names.
        values: the first's less the second's.
        higher, lower: in how many worlds the first has more, and less.
    """

    first: str
    second: str
    values: Array
    higher: int
    lower: int

    @property
    def settled(self) -> bool:
        """Whether more than chance tells which has more; of one world alone, that it has."""
        return len(self.values) == 1 or settled(self.higher, self.lower)

    def quantiles(self) -> tuple[float, float, float]:
        """The difference in the middle world, between the ends of nine worlds of ten: low, middle, high."""
        low, middle, high = (float(one) for one in np.quantile(self.values, (0.05, 0.5, 0.95)))
        return low, middle, high


def contrast(comparison: Comparison, name: str, metric: str) -> Contrast:
    """A scenario and the baseline beside each other."""
    values = comparison.difference(name, metric)
    found = Contrast(name, comparison.baseline, values, int(np.sum(values > 0)), int(np.sum(values < 0)))
    if found.higher < found.lower and found.settled:
        return Contrast(found.second, found.first, -values, found.lower, found.higher)
    return found


def more(metric: str, found: Contrast, first: str, second: str) -> str:
    """How two scenarios compare, called so, that have more of a metric, in so many worlds, and less, in so many."""
    worlds, higher, lower = len(found.values), found.higher, found.lower
    higher_of, less, what = more_less(metric)
    two = {"first": first, "second": second, "more": higher_of}
    in_higher, in_lower, in_equal = shares([higher, lower, worlds - higher - lower])
    if not higher and not lower:
        where = in_worlds(worlds, worlds)
        return _(
            "{first} and {second} come to exactly the same {what} {where}.",
            first=first,
            second=second,
            what=what,
            where=where,
        )
    said = _ENDED if METRICS[metric].summary == "final" else _HAD
    if worlds == 1:
        return _(said.alone, **two, by=amount(metric, found.values[0]))
    same = _("the same in {share}", share=in_equal) if higher + lower < worlds else ""
    where = in_worlds(higher, worlds, in_higher)
    if not found.settled:
        rest = _("{share}, {same}", share=in_lower, same=same) if same else in_lower
        return _(said.unsettled, **two, where=where, rest=rest)
    low, middle, high = found.quantiles()
    by, between = amounts(metric, low, middle, high, sign=low < 0)
    fewer = _("with {less} in {share}", less=less, share=in_lower) if lower else ""
    against = side_by_side(filter(None, (fewer, same)))
    aside = _(" ({aside})", aside=against) if against else ""
    return _(said.settled, **two, where=capital(where), by=by, between=between, aside=aside)


class _Sides(NamedTuple):
    """How two scenarios compare in a metric: in a world alone, in worlds that do not settle it, and in such as do."""

    alone: str
    unsettled: str
    settled: str


_HAD = _Sides(
    N_("In the one modelled world {first} had, over the whole run, {more} than {second} (by {by})."),
    N_(
        "These worlds do not settle which of the two had, over the whole run, {more}: {first} {where}, {second} in {rest}."
    ),
    N_(
        "{where} {first} had, over the whole run, {more} than {second}{aside}: by {by} at the median, by {between} in nine "
        "worlds of ten."
    ),
)
_ENDED = _Sides(
    N_("In the one modelled world {first} ended with {more} than {second} (by {by})."),
    N_("These worlds do not settle which of the two ended with {more}: {first} {where}, {second} in {rest}."),
    N_(
        "{where} {first} ended with {more} than {second}{aside}: by {by} at the median, by {between} in nine worlds of ten."
    ),
)
