"""Results in words: what a lecturer would read out, and no more than the worlds allow.

Which of two scenarios has more of something is only said where the count of worlds tells it apart from a coin's; no test value is
printed, and never a forecast.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from sim.ensemble.chunks import Array
from sim.metrics import METRICS
from sim.results.made import made
from sim.results.paired import Comparison
from sim.results.results import Results, figures
from sim.scenario.diff import part_in
from sim.vocabulary import VERDICTS, month_words, months_between
from sim.words.numbers import amount, amounts, in_worlds, number, shares
from sim.words.sentences import (
    HEADLINES,
    NOT_A_FORECAST,
    WHOSE_DEATHS,
    capital,
    listed,
    months_words,
    more_less,
    settled,
)

_LAST = 12
# A middle difference under this share of a metric's standard deviation over worlds is called small: a judgement.
SMALL = 0.1
_FEW = 30


def titles(*results: Results) -> dict[str, str]:
    """What each scenario is called in front of readers: its title, shortened, and numbered where two are the same."""
    out: dict[str, str] = {}
    for one in results:
        title = one.title if len(one.title) <= 24 else one.title.partition(":")[0].strip()
        title = title if len(title) <= 24 else one.name
        same = sum(taken == title or taken.startswith(f"{title} (") for taken in out.values())
        out[one.name] = f"{title} ({same + 1})" if same else title
    return out


def reading(results: Results | Comparison) -> list[str]:
    """The results in plain sentences, a paragraph each; the last says what they are not."""
    if isinstance(results, Comparison):
        called = titles(*results.results.values())
        paragraphs = [text for name in results.others for text in differences(results, name, called)]
        each = [_ends(one, called[name]) for name, one in results.results.items()]
        apart = any(not _not_yet(results, name, called) for name in results.others)
        return [*paragraphs, *([" ".join(each)] if apart else ()), scope(results)]
    alone = f"{who_dies(results)} {middles(results)}"
    return [alone, _ends(results, titles(results)[results.name]), scope(results)]


def scope(source: Results | Comparison) -> str:
    """How many worlds, over which months, what differs between them; and that this is no forecast."""
    return f"{worlds_words(source)} {NOT_A_FORECAST}"


def worlds_words(source: Results | Comparison) -> str:
    """How many worlds, over which months, and what differs between them."""
    every = list(source.results.values()) if isinstance(source, Comparison) else [source]
    results = source.results[source.baseline] if isinstance(source, Comparison) else source
    months, worlds = results.months, results.worlds
    span = months_words(months[0], months[-1])
    how = made(one.manifest for one in every)
    draws = ", and the same random draws in each scenario" if len(every) > 1 else ""
    alone = (
        ""
        if how.drawn or worlds == 1
        else " Only random draws differ between them; other assumptions may turn them round."
    )
    few = f" So few worlds say little; with {_FEW} or more the shares begin to mean something." if worlds < _FEW else ""
    stop = "" if worlds == results.manifest.get("worlds_asked", worlds) else " The run was stopped before its end."
    counted = f"{worlds:,} modelled worlds" if worlds > 1 else "One modelled world"
    return f"{counted}, {span}, with {how.clause}{draws}.{alone}{few}{_extended(results)}{stop}"


def _extended(results: Results) -> str:
    """With which extensions it was run; the shipped sets were matched with the record without them."""
    names = " and ".join(one["name"] for one in results.manifest.get("extensions", ()))
    values = results.manifest["values"]
    shipped = values["mode"] == "posterior" and "figures" not in values
    matched = ", without which the sets were matched with the record" if shipped else ""
    return f" Run with the extension {names}{matched}." if names else ""


def differences(
    comparison: Comparison, name: str, called: dict[str, str], metrics: Iterable[str] = HEADLINES
) -> list[str]:
    """The headline differences between a scenario and the baseline, then whether one is better on both counts.

    Args:
        called: what each scenario is called, as `titles` gives it; metrics: of which differences are told.
    """
    if said := _not_yet(comparison, name, called):
        return [said]
    out = [headline(comparison, name, metric, called) for metric in metrics]
    out += _turned_round(comparison, name, called)
    deaths, held = comparison.paired[name, "fatalities"].to_numpy(), comparison.paired[name, "sovereignty"].to_numpy()
    worlds = comparison.worlds
    if np.any(deaths) or np.any(held):
        other, base = called[name], called[comparison.baseline]
        for_other, for_base = int(np.sum((deaths < 0) & (held > 0))), int(np.sum((deaths > 0) & (held < 0)))
        both = "both fewer deaths and more sovereignty left to Pakistan"
        if for_other + for_base == 0:
            out.append(f"In no modelled world did {other} or {base} have {both}.")
        elif worlds == 1:
            out.append(f"In the one modelled world {other if for_other else base} had {both}.")
        else:
            one, two, neither = shares([for_other, for_base, worlds - for_other - for_base])
            where = in_worlds(for_other, worlds, one)
            small = [
                more_less(metric)[2] for metric in ("fatalities", "sovereignty") if _small(comparison, name, metric)
            ]
            however = f" Here every difference counts, and that in {listed(small)} is small." if small else ""
            out.append(f"{capital(both)}: {other} {where}, {base} in {two}, neither in {neither}.{however}")
    return out


def _not_yet(comparison: Comparison, name: str, called: dict[str, str]) -> str:
    """That a run ends before the month in which a scenario and the baseline part; empty where it does not."""
    one, base = comparison.results[name], comparison.results[comparison.baseline]
    if one.scenario.hash == base.scenario.hash or any(np.any(comparison.difference(name, each)) for each in HEADLINES):
        return ""
    parts, last = part_in(base.scenario, one.scenario), base.months[-1]
    if parts is None or parts <= last:
        return ""
    return (
        f"{called[base.name]} and {called[name]} are set alike until {month_words(parts)}, and this run ends before, in "
        f"{month_words(last)}: nothing can tell them apart yet. Run it over more than "
        f"{months_between(base.months[0], parts)} months."
    )


def whose_deaths(comparison: Comparison, name: str, against: str, called: dict[str, str]) -> str:
    """Who dies more or less often in one scenario than in another, in a sentence; its parts add up, as means do.

    Args:
        name, against: the two, one of them the baseline; called: what each scenario is called, as `titles` gives it.
    """
    sign, other = (1, name) if against == comparison.baseline else (-1, against)
    apart = {words: sign * float(comparison.difference(other, one).mean()) for one, words in WHOSE_DEATHS.items()}
    if not any(apart.values()):
        return ""
    often = "on average" if comparison.worlds > 1 else "in the one modelled world"
    parts = listed([so_many(mean, words) for words, mean in apart.items()])
    return f"Dead in {called[name]} against {called[against]}, {often}: {parts}."


def so_many(mean: float, words: str = "") -> str:
    """So many more or fewer of them.

    >>> so_many(123.4, "militants"), so_many(-0.2, "civilians"), so_many(-12.0)
    ('120 more militants', 'about as many civilians', '12 fewer')
    """
    said = number(abs(mean), whole=True)
    if not said[0].isdigit() or said == "0":
        return f"{'about ' if mean else ''}as many {words}".rstrip()
    return f"{said} {'more' if mean > 0 else 'fewer'} {words}".rstrip()


def _turned_round(comparison: Comparison, name: str, called: dict[str, str]) -> list[str]:
    """Whether the last year has it the other way round than the whole run, for attacks."""
    sides = [comparison.results[one] for one in (name, comparison.baseline)]
    if not all(side.has_series for side in sides) or len(sides[0].months) < 3 * _LAST:
        return []
    late = [side.arrays.metrics["attacks"][:, -_LAST:] for side in sides]
    apart = np.zeros(comparison.worlds)
    for month in range(_LAST):
        apart = apart + (late[0][:, month] - late[1][:, month])
    whole = comparison.paired[name, "attacks"].to_numpy()
    more, fewer = int(np.sum(apart > 0)), int(np.sum(apart < 0))
    if not settled(more, fewer) or (more > fewer) == (np.sum(whole > 0) > np.sum(whole < 0)):
        return []
    ahead, count = (called[name], more) if more > fewer else (called[comparison.baseline], fewer)
    where = in_worlds(count, comparison.worlds)
    return [f"In the last {_LAST} months it is the other way round for attacks: {ahead} has more {where}."]


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


def headline(comparison: Comparison, name: str, metric: str, called: dict[str, str]) -> str:
    """Which of a scenario and the baseline has more of a metric, by how much, and how sure the paired worlds are.

    Of deaths it is first said whose they are: a sum of militants and civilians alone would hide who died.

    Args:
        called: what each scenario is called, as `titles` gives it.
    """
    found = contrast(comparison, name, metric)
    whose = f"{whose_deaths(comparison, found.first, found.second, called)} " if metric == "fatalities" else ""
    said = _more(metric, found, called[found.first], called[found.second])
    if found.settled and _small(comparison, name, metric):
        base = comparison.results[comparison.baseline]
        row = figures(base.summary())[metric]
        between = amounts(metric, row["p05"], row["p50"], row["p95"])[1]
        said += (
            f" That is small, under a tenth of the standard deviation over worlds: {called[base.name]} alone comes to {between} "
            "in nine worlds of ten."
        )
    return f"{whose}{said}".lstrip()


def _small(comparison: Comparison, name: str, metric: str) -> bool:
    """Whether the middle difference, where there is one, is next to nothing beside the spread over the baseline's worlds."""
    middle = abs(float(np.median(comparison.difference(name, metric))))
    spread = float(np.std(comparison.results[comparison.baseline].outcomes[metric].to_numpy()))
    return bool(np.any(comparison.difference(name, metric))) and comparison.worlds > 1 and middle < SMALL * spread


def _more(metric: str, found: Contrast, first: str, second: str) -> str:
    """How two scenarios compare, called so, that have more of a metric, in so many worlds, and less, in so many."""
    worlds, higher, lower = len(found.values), found.higher, found.lower
    more, less, what = more_less(metric)
    had = "ended with" if METRICS[metric].summary == "final" else "had, over the whole run,"
    in_higher, in_lower, in_equal = shares([higher, lower, worlds - higher - lower])
    same = f"the same in {in_equal}" if higher + lower < worlds else ""
    if not higher and not lower:
        return f"{first} and {second} come to exactly the same {what} {in_worlds(worlds, worlds)}."
    if worlds == 1:
        return f"In the one modelled world {first} {had} {more} than {second} (by {amount(metric, found.values[0])})."
    if not found.settled:
        return (
            f"These worlds do not settle which of the two {had} {more}: {first} {in_worlds(higher, worlds, in_higher)}, "
            f"{second} in {in_lower}{f', {same}' if same else ''}."
        )
    low, middle, high = found.quantiles()
    by, between = amounts(metric, low, middle, high, sign=low < 0)
    against = "; ".join(part for part in (f"with {less} in {in_lower}" if lower else "", same) if part)
    return (
        f"{capital(in_worlds(higher, worlds, in_higher))} {first} {had} {more} than {second}"
        f"{f' ({against})' if against else ''}: by {by} at the median, by {between} in nine worlds of ten."
    )


def who_dies(results: Results) -> str:
    """Whose deaths there are on average, in a sentence."""
    table = figures(results.summary())
    dead = [f"{number(table[metric]['mean'], whole=True)} {words}" for metric, words in WHOSE_DEATHS.items()]
    often = "On average" if results.worlds > 1 else "In the one modelled world"
    return f"{often} the dead are {listed(dead)}."


def middles(results: Results) -> str:
    """The headline metrics in the middle world and their ranges, in a sentence."""
    table, parts = figures(results.summary()), []
    for metric in HEADLINES:
        row = table[metric]
        middle, between = amounts(metric, row["p05"], row["p50"], row["p95"])
        ends = f" ({between} in nine worlds of ten)" if results.worlds > 1 else ""
        parts.append(f"{more_less(metric)[2]} {middle}{ends}")
    where = "Medians over the modelled worlds" if results.worlds > 1 else "In the one modelled world"
    return f"{where}: {'; '.join(parts)}."


def endings(results: Results) -> dict[str, tuple[int, str]]:
    """In how many worlds a run comes to each verdict: the count, and the share in words, rounded together."""
    counts = {name: round(part * results.worlds) for name, part in results.verdicts().items()}
    return dict(zip(counts, zip(counts.values(), shares(list(counts.values())), strict=True), strict=True))


def _ends(results: Results, title: str) -> str:
    """The verdicts that a scenario's worlds come to, the commonest two first."""
    words, found = [], endings(results)
    for name in sorted((name for name, (count, _) in found.items() if count), key=lambda name: -found[name][0])[:2]:
        verdict = VERDICTS[name].lower().replace("kabul", "Kabul")
        often = f" ({found[name][1]})" if results.worlds > 1 else ""
        words.append(f"{verdict}{often}")
    return f"{title} ends {'most often ' if len(words) > 1 else ''}in {', then '.join(words)}."
