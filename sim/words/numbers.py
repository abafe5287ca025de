"""Numbers in words, one way to say each: figures, ranges, shares of worlds, units, times, and how months became one figure.

Figures have two significant digits, and are whole where deaths or attacks are counted. Shares are of modelled worlds.
"""

from __future__ import annotations

from math import floor, isfinite, log10
from typing import TYPE_CHECKING

from sim.metrics import METRICS, Summary
from sim.words.language import N_, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# How a run's months became one figure, behind the title of a metric.
SUMMARY_WORDS: dict[Summary, str] = {"total": N_("total"), "mean": N_("average"), "final": N_("at the end")}
# Scales, which need no unit behind a figure.
SCALES = ("0 to 1", "-1 to 1")
# Units of what comes in whole numbers, and what is said behind a figure that would mislead without its unit.
WHOLE = ("deaths a month", "attacks a month", "clashes a month")
_BEHIND = {
    "thousand fighters": N_("{figure} thousand"),
    "thousand people": N_("{figure} thousand"),
    "thousand people a month": N_("{figure} thousand"),
    "million US$ a month": N_("{figure} million US$"),
    "cost units": N_("{figure} cost units"),
}
_ABOUT_NOTHING = N_("about 0")


def number(value: float, sign: bool = False, whole: bool = False) -> str:
    """Two significant figures.

    Args:
        sign: put a plus before what is above zero.
        whole: of something that is counted, so that 5 is "5" rather than "5.0".

    >>> number(1234), number(0.0345), number(5.0, whole=True), number(-2.0, sign=True)
    ('1,200', '0.035', '5', '-2.0')
    """
    return _figure(value, 1 - _place(value), sign, whole)


def between(low: float, high: float, sign: bool = False, whole: bool = False) -> str:
    """A range, both ends rounded where the larger one has its second figure; the smaller keeps one figure at the least.

    Arguments as for :func:`number`.

    >>> between(79.9, 901.0), between(5.0, 730.0), between(0.4, 2.0), between(0.3, 6.0, whole=True)
    ('80 to 900', '5 to 730', '0.4 to 2.0', '0 to 6')
    """
    ends = [_figure(end, places, sign, whole) for end, places in _ends(low, high)]
    if ends[0] == ends[1] or set(ends) <= _nothing():
        return max(ends, key=len)
    low_end, high_end = ("0" if end in _nothing() else end for end in ends)  # an end of a range is rounded anyway
    return _("{low} to {high}", low=low_end, high=high_end)


def within(low: float, middle: float, high: float, sign: bool = False, whole: bool = False) -> tuple[str, str]:
    """A middle and its range, so rounded that as printed, too, the middle lies in the range: where its two figures would lead
    it out of there, it is rounded as the end that it would pass.

    Arguments as for :func:`number`, low <= middle <= high.

    >>> within(4.6, 4.7, 120.0), within(80.0, 123.4, 901.0)
    (('5', '5 to 120'), ('120', '80 to 900'))
    """
    said = number(middle, sign, whole)
    at = _rounded(middle, 1 - _place(middle), whole)
    for (end, places), outside in zip(_ends(low, high), (1, -1), strict=True):
        if outside * (_rounded(end, places, whole) - at) > 0:
            said = _figure(end, places, sign, whole)
    return said, between(low, high, sign, whole)


def fine(value: float, digits: int = 4) -> str:
    """Significant figures without noughts at the end: for figures that lie close to each other, and for limits.

    >>> fine(1234.56), fine(0.30001), fine(0.5, 3)
    ('1,235', '0.3', '0.5')
    """
    return _("unknown") if value != value else f"{float(f'{value:.{digits}g}'):,.10g}"


def decimals(scale: float) -> int:
    """How many decimals give the largest of some figures two significant digits, and the others as many.

    >>> decimals(12.3), decimals(0.0123)
    (0, 3)
    """
    return 0 if scale <= 0 else min(max(1 - floor(log10(scale)), 0), 9)


def signed(value: float, places: int) -> str:
    """A figure of so many decimals with its sign, and nought without one.

    >>> signed(2.345, 1), signed(-0.04, 1)
    ('+2.3', '0.0')
    """
    rounded = round(value, places)
    return f"{rounded:+,.{places}f}" if rounded else f"{0:.{places}f}"


def next_to_nothing(value: float, whole: bool = False) -> bool:
    """Whether a figure is said to be about 0."""
    return abs(value) <= (0.5 if whole else 5e-4)


def setting(value: object) -> str:
    """A lever's setting or a choice, as it was written: 0.5, or "limited_crackdown" as "limited crackdown"."""
    return fine(value) if isinstance(value, float | int) else str(value).replace("_", " ")


def counted(metric: str) -> bool:
    """Whether a metric comes in whole numbers."""
    return METRICS[metric].unit in WHOLE


def in_one_world(metric: str, value: float) -> str:
    """What a metric came to in a single world: a total as it was counted, anything else in two figures.

    >>> in_one_world("fatalities", 1234.0), in_one_world("ttp_strength", 4.567)
    ('1,234', '4.6')
    """
    return f"{value:,.0f}" if METRICS[metric].summary == "total" else number(value)


def amount(metric: str, low: float, high: float | None = None, sign: bool = False) -> str:
    """A figure of a metric, or a range of such, with what has to be said behind it.

    >>> amount("fatalities", 123.4), amount("ttp_strength", 4.0, 6.0)
    ('120', '4.0 to 6.0 thousand')
    """
    whole = counted(metric)
    return _with_unit(metric, number(low, sign, whole) if high is None else between(low, high, sign, whole))


def amounts(metric: str, low: float, middle: float, high: float, sign: bool = False) -> tuple[str, str]:
    """A middle and its range, rounded together as by :func:`within`, with what has to be said behind each.

    Args:
        sign: put a plus before the ends that are above zero; the middle has none.

    >>> amounts("ttp_strength", 4.0, 4.96, 6.0)
    ('5.0 thousand', '4.0 to 6.0 thousand')
    """
    whole = counted(metric)
    said = within(low, middle, high, False, whole)[0]
    return _with_unit(metric, said), amount(metric, low, high, sign)


def _with_unit(metric: str, said: str) -> str:
    behind = "" if said in _nothing() else _BEHIND.get(METRICS[metric].unit, "")
    return _(behind, figure=said) if behind else said


def _nothing() -> set[str]:
    """What is said of next to nothing."""
    return {"0", _(_ABOUT_NOTHING)}


def middle_and_range(metric: str, row: Mapping[str, float], sign: bool = False) -> tuple[str, str]:
    """The middle world and the range of nine in ten, of a metric's row of a summary (p05, p50, p95)."""
    return within(row["p05"], row["p50"], row["p95"], sign, counted(metric))


def of_100(share: float) -> str:
    """A share as so many of 100; what is neither none nor all is never rounded to either.

    >>> of_100(0.714), of_100(0.0007), of_100(1.0)
    ('71 of 100', 'under 1 of 100', '100 of 100')
    """
    return _("unknown") if share != share else _("{count} of 100", count=hundredths(share))


def hundredths(share: float) -> str:
    """The same without the 100, where that stands in the sentence: "71", "under 1"."""
    if share != share:
        return _("unknown")
    if 0 < share < 0.01:
        return _("under 1")
    return _("over 99") if 0.99 < share < 1 else f"{100 * share:.0f}"


def of_100_within(value: float, low: float, high: float, said: str = "") -> str:
    """A share as so many of 100 with its interval in brackets, which is left out where both its ends are said alike.

    Args:
        said: the share as it was rounded together with others; else it is rounded alone.

    >>> of_100_within(0.5, 0.414, 0.6), of_100_within(0.996, 0.992, 1.0), of_100_within(0.999, 0.995, 0.9996)
    ('50 of 100 (41 to 60)', 'over 99 of 100 (over 99 to 100)', 'over 99 of 100')
    """
    said, (first, last) = said or of_100(value), (hundredths(end) for end in (low, high))
    return said if first == last else _("{figure} ({low} to {high})", figure=said, low=first, high=last)


def range_of_100(low: float, high: float) -> str:
    """An interval of a share, in hundredths: "12 to 30"."""
    first, last = (f"{100 * end:.0f}" for end in (low, high))
    return _("{low} to {high}", low=first, high=last)


def share(count: int, worlds: int) -> str:
    """A share of worlds, short; with fewer than 100 worlds their own number.

    >>> share(712, 1000), share(7, 10), share(10, 10), share(0, 10)
    ('71 of 100', '7 of 10', 'all', 'none')
    """
    if count in (0, worlds):
        return _("all") if count else _("none")
    return _("{count} of {worlds}", count=count, worlds=worlds) if worlds < 100 else of_100(count / worlds)


def shares(counts: Sequence[int]) -> list[str]:
    """Shares of worlds in kinds that exclude each other: from 1 of 100 on they are so rounded that they add up (largest
    remainder). Shares of one whole that stand side by side are rounded by this, never one by one.

    >>> shares([335, 335, 330]), shares([2, 998]), shares([1, 2])
    (['34 of 100', '33 of 100', '33 of 100'], ['under 1 of 100', 'over 99 of 100'], ['1 of 3', '2 of 3'])
    """
    worlds = sum(counts)
    if worlds < 100:
        return [share(count, worlds) for count in counts]
    exact = [100 * count / worlds for count in counts]
    whole = [floor(one) for one in exact]
    plain = [place for place, one in enumerate(exact) if 1 <= one <= 99]
    for place in sorted(plain, key=lambda place: whole[place] - exact[place])[
        : round(sum(exact[p] - whole[p] for p in plain))
    ]:
        whole[place] += 1
    return [
        _("{count} of 100", count=whole[place]) if place in plain else share(count, worlds)
        for place, count in enumerate(counts)
    ]


def parts_of_100(parts: Sequence[float]) -> list[str]:
    """Parts of one whole, from 0 to 1 each and together 1, as so many of 100: rounded together as by :func:`shares`.

    >>> parts_of_100([0.335, 0.335, 0.33]), parts_of_100([1.0, 0.0])
    (['34 of 100', '33 of 100', '33 of 100'], ['100 of 100', '0 of 100'])
    """
    told = shares([round(1e9 * part) for part in parts])
    return [of_100(part) if part in (0, 1) else text for part, text in zip(parts, told, strict=True)]


def in_worlds(count: int, worlds: int, said: str = "") -> str:
    """A share, to stand in a sentence: "in 71 of 100 modelled worlds".

    Args:
        said: the share as :func:`shares` rounded it together with others; else it is rounded alone.
    """
    if worlds == 1:
        return _("in the one modelled world") if count else _("in no modelled world")
    if count in (0, worlds):
        every = N_("in each of the {worlds:,} modelled worlds")
        return _(every if count else N_("in none of the {worlds:,} modelled worlds"), worlds=worlds)
    words = said or share(count, worlds)
    if words == of_100(0.001):
        return _("in fewer than 1 of 100 modelled worlds")
    if words == of_100(0.999):
        return _("in more than 99 of 100 modelled worlds")
    return _("in {share} modelled worlds", share=words)


def unit_over(unit: str, summary: str) -> str:
    """The unit of a figure that a run's months were summed up to: a total of attacks a month is of attacks."""
    return unit.removesuffix(" a month") if summary == "total" else unit


def behind(unit: str) -> str:
    """A unit to stand in brackets behind a figure; nothing for a scale."""
    return "" if unit in ("", *SCALES) else f" ({_(unit)})"


def headed(title: str, unit: str) -> str:
    """What stands at the head of a column of figures, or of a row: what they are of, and their unit, a scale's too; but not
    a unit that it is called by already.

    >>> headed("TTP attacks", "attacks"), headed("Openness", "0 to 1")
    ('TTP attacks', 'Openness (0 to 1)')
    """
    return _(title) if unit.lower() in title.lower() else _("{title} ({unit})", title=_(title), unit=_(unit))


def metric_words(metric: str) -> str:
    """A metric and how a run's months became one figure.

    >>> metric_words("attacks")
    'TTP attacks, total'
    """
    about = METRICS[metric]
    return _("{metric}, {summary}", metric=_(about.title), summary=_(SUMMARY_WORDS[about.summary]))


def duration(seconds: float) -> str:
    """A span of time in words: `12 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 10:
        return _("{seconds:.1f} s", seconds=seconds)
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return _("{hours} h {minutes} min", hours=hours, minutes=minutes)
    return _("{minutes} min {seconds} s", minutes=minutes, seconds=rest) if minutes else _("{seconds} s", seconds=rest)


def size(count: float) -> str:
    """A number of bytes in words: `340 kB`, `1.2 GB`."""
    for unit in ("bytes", "kB", "MB", "GB"):
        if count < 999.5:
            return f"{count:.0f} {unit}" if count >= 10 or unit == "bytes" else f"{count:.1f} {unit}"
        count /= 1000
    return f"{count:,.1f} TB"


def _place(value: float) -> int:
    """The power of ten of a number's first figure, once it is rounded to two."""
    return floor(log10(abs(float(f"{value:.1e}")))) if value and isfinite(value) else -4


def _ends(low: float, high: float) -> list[tuple[float, int]]:
    """Both ends of a range, each with the decimals that it is rounded to."""
    decimals = 1 - max(_place(low), _place(high))
    return [(end, max(decimals, -_place(end))) for end in (low, high)]


def _rounded(value: float, decimals: int, whole: bool) -> float:
    """A number as :func:`_figure` prints it."""
    if next_to_nothing(value, whole):
        return 0.0
    return round(float(value), min(decimals, 0) if whole else decimals)


def _figure(value: float, decimals: int, sign: bool, whole: bool) -> str:
    """A number rounded to so many decimals; fewer than none round before the point."""
    if value != value:
        return _("unknown")
    if value == 0:
        return "0"
    if next_to_nothing(value, whole):
        return _(_ABOUT_NOTHING)
    decimals = min(decimals, 0) if whole else decimals
    return f"{_rounded(value, decimals, whole):{'+' if sign else ''},.{max(decimals, 0)}f}"


def described(metric: str) -> dict[str, str]:
    """What a metric is, as attributes of a variable; shares and indices have the unit 1."""
    one = METRICS[metric]
    return {"long_name": one.title, "units": plain(one.unit), "description": one.means}


def plain(unit: str) -> str:
    """A unit as the conventions of datasets have it: 1 for scales and indices."""
    return "1" if unit in (*SCALES, "index") else unit
