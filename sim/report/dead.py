"""Who dies, to be drawn by the page itself: a bar for each kind of people, as numbers in hundredths of the width.

A table with bars needs no script, follows any width and either ground, and is read out as it stands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import floor, log10

import numpy as np

from sim.ensemble.chunks import Array
from sim.results import Comparison, Results
from sim.results.reading import so_many
from sim.words.language import ENGLISH, N_, _, speaking
from sim.words.numbers import between, number, shares
from sim.words.sentences import WHOSE_DEATHS, capital, side_by_side

_DEAD = {**WHOSE_DEATHS, "fatalities": N_("All together")}
_READS = N_("Dot: the mean. Thick line: half of the worlds. Thin line: nine worlds of ten.")


@dataclass(frozen=True)
class Bar:
    """How many die, or how many more than elsewhere: the mean, the stretch of half of the worlds, and of nine in ten.

    Attributes:
        name, place: of which scenario, and its place among them all.
        said, sure: the mean in words; in how many worlds, and how far it reaches.
        mean, half, most: the same to be drawn, in hundredths of the width.
    """

    name: str
    place: int
    said: str
    sure: str
    mean: float
    half: tuple[float, float]
    most: tuple[float, float]


@dataclass(frozen=True)
class Dead:
    """The picture: who dies, a group of bars for each; `ticks` are labels and where they stand, `zero` where nought
    does, in hundredths."""

    title: str
    reads: str
    groups: dict[str, list[Bar]]
    ticks: list[tuple[str, float]]
    zero: float

    @property
    def several(self) -> bool:
        """Whether there is more than one scenario in each group."""
        return any(len(bars) > 1 for bars in self.groups.values())


def dead_differences(against: Comparison, called: dict[str, str]) -> Dead:
    """How many more or fewer die in each scenario than in the baseline; `called` names them."""
    others, base = against.others, called[against.baseline]
    groups = {who: {name: against.difference(name, metric) for name in others} for metric, who in _whose().items()}
    title = _("More or fewer dead than in {base}", base=base)
    if len(others) == 1:
        title = _("More or fewer dead in {scenario} than in {base}", scenario=called[others[0]], base=base)
    return _drawn(title, groups, called, list(against.results), signed=True)


def dead_levels(one: Results) -> Dead:
    """How many die in a run."""
    groups = {who: {one.name: one.outcomes[metric].to_numpy()} for metric, who in _whose().items()}
    return _drawn(_("Who dies"), groups, {one.name: ""}, [one.name], signed=False)


def _whose() -> dict[str, str]:
    """Metric -> whose deaths it counts, as a heading."""
    return {metric: capital(_(words)) for metric, words in _DEAD.items()}


def _drawn(
    title: str, groups: dict[str, dict[str, Array]], called: dict[str, str], order: list[str], signed: bool
) -> Dead:
    every = [values for group in groups.values() for values in group.values()]
    ends = [float(end) for values in every for end in (*np.quantile(values, (0.05, 0.95)), values.mean())]
    ticks = list(_ticks(min(0.0, *ends), max(0.0, *ends)))
    first, last = min(ticks[0], *ends), max(ticks[-1], *ends)
    room = 0.03 * (last - first) or 1.0

    def at(value: float) -> float:
        return round(100 * (float(value) - first + room) / (last - first + 2 * room), 2)

    def bar(name: str, values: Array) -> Bar:
        low, lower, upper, high = (float(end) for end in np.quantile(values, (0.05, 0.25, 0.75, 0.95)))
        said, sure = _more_or_fewer(values, low, high, len(order) > 2) if signed else _level(values, low, high)
        place = order.index(name)
        return Bar(called[name], place, said, sure, at(values.mean()), (at(lower), at(upper)), (at(low), at(high)))

    bars = {words: [bar(name, values) for name, values in group.items()] for words, group in groups.items()}
    labels = [(f"{tick:{'+' if signed and tick else ''},.0f}", at(tick)) for tick in ticks]
    return Dead(title, _(_READS) if len(every[0]) > 1 else _("The one modelled world."), bars, labels, at(0))


def _more_or_fewer(values: Array, low: float, high: float, short: bool) -> tuple[str, str]:
    """The mean of differences, and in how many worlds they lie on that side of nought; unless it is to be short, how far."""
    mean, more, fewer = float(values.mean()), int(np.sum(values > 0)), int(np.sum(values < 0))
    words = so_many(mean)
    if len(values) == 1 or not more + fewer:
        return words, ""
    in_more, in_fewer, _same = shares([more, fewer, len(values) - more - fewer])
    often = _("more in {share}", share=in_more) if mean > 0 else _("fewer in {share}", share=in_fewer)
    return words, f"({often})" if short else side_by_side([often, range_of_differences(low, high)])


def _level(values: Array, low: float, high: float) -> tuple[str, str]:
    return number(float(values.mean()), whole=True), between(low, high, whole=True) if len(values) > 1 else ""


def range_of_differences(low: float, high: float) -> str:
    """A range of differences: "500 fewer to 1,600 more".

    >>> range_of_differences(-512.0, 1580.0), range_of_differences(4.0, 590.0), range_of_differences(-590.0, -4.0)
    ('500 fewer to 1,600 more', '4 to 590 more', '4 to 590 fewer')
    """
    if high <= 0:
        return _("{range} fewer", range=between(-high, -low, whole=True))
    if low >= 0:
        return _("{range} more", range=between(low, high, whole=True))
    with speaking(ENGLISH.code):  # to be taken apart
        fewer, to, more = between(low, high, whole=True).partition(" to ")
    if to:
        return _("{fewer} fewer to {more} more", fewer=_(fewer.removeprefix("-")), more=_(more))
    return _("{count} more or fewer", count=_(fewer))


def _ticks(low: float, high: float) -> Iterator[float]:
    """Round figures over a stretch, nought among them.

    >>> list(_ticks(-500.0, 1580.0))
    [-500.0, 0.0, 500.0, 1000.0, 1500.0]
    """
    rough = max(high - low, 1.0) / 4
    power = 10.0 ** floor(log10(rough))
    step = next(one * power for one in (1, 2, 5, 10) if one * power >= rough * 0.8)
    # One that the stretch all but reaches, too.
    for place in range(int(np.ceil(low / step - 0.15)), int(np.floor(high / step + 0.15)) + 1):
        yield place * step
