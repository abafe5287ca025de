"""Results in words: what a lecturer would read out, and no more than the worlds allow.

Figures have two significant digits, and are whole where deaths or attacks are counted. Shares are of modelled worlds. Which
of two scenarios has more of something is only said where the count of worlds tells it apart from a coin's; no test value is
printed, and never a forecast.
"""

from __future__ import annotations

from calendar import month_name
from collections.abc import Mapping
from math import floor, log10, sqrt
from pathlib import Path

import numpy as np

from sim.metrics import METRICS
from sim.results.paired import Comparison
from sim.results.results import Results, figures
from sim.vocabulary import VERDICTS

NOT_A_FORECAST = "These are modelled worlds, not a forecast."

# What the reading speaks of, in this order: metric -> (more of it, less of it).
HEADLINES: dict[str, tuple[str, str]] = {
    "fatalities": ("more deaths", "fewer deaths"),
    "attacks": ("more TTP attacks", "fewer TTP attacks"),
    "ttp_strength": ("more TTP fighters", "fewer TTP fighters"),
    "sovereignty": ("more sovereignty left to Pakistan", "less sovereignty left to Pakistan"),
    "taliban_stance": (
        "more effort by Kabul on the TTP (0 shelter, 0.5 mediate, 1 crack down)",
        "less effort by Kabul on the TTP",
    ),
    "leverage_pakistan_taliban": ("more Pakistani leverage over Kabul", "less Pakistani leverage over Kabul"),
}
# Whose deaths add up to all of them.
_WHOSE = {
    "fatalities_militant": "militants",
    "fatalities_security": "security forces",
    "fatalities_civilian": "civilians in Pakistan",
    "fatalities_afghan_civilian": "Afghan civilians",
}
# What else there can be more or fewer of; of anything that is neither here nor above there is a higher or a lower level.
_COUNTED = {
    **{metric: f"deaths among {whose}" for metric, whose in _WHOSE.items()},
    "fatalities_ttp": "deaths inflicted by the TTP",
    "attacks_background": "attacks by other groups",
    "attacks_claimed": "attacks claimed by the TTP",
    "attacks_counted": "attacks in the count of all groups",
    "border_clashes": "border clashes",
    "refugees": "Afghan arrivals",
    "expelled": "expulsions",
}
# Units of what comes in whole numbers, and what is said behind a figure that would mislead without its unit.
_WHOLE = ("deaths a month", "attacks a month", "clashes a month")
_BEHIND = {
    "thousand fighters": " thousand",
    "thousand people": " thousand",
    "thousand people a month": " thousand",
    "million US$ a month": " million US$",
    "cost units": " cost units",
}
_NOTHING = {"0", "about 0"}
_LAST = 12
_FEW = 30
_Z = 1.96


def number(value: float, sign: bool = False, whole: bool = False) -> str:
    """Two significant figures: 1234 is "1,200", 0.0345 is "0.035".

    Args:
        sign: put a plus before what is above zero.
        whole: of something that is counted, so that 5 is "5" rather than "5.0".
    """
    return _figure(value, 1 - _place(value), sign, whole)


def between(low: float, high: float, sign: bool = False, whole: bool = False) -> str:
    """A range, both ends rounded where the larger one has its second figure: "80 to 900", "0.4 to 2.0".

    The smaller end keeps one figure at the least: "5 to 730". Arguments as for `number`.
    """
    decimals = 1 - max(_place(low), _place(high))
    ends = [_figure(end, max(decimals, -_place(end)), sign, whole) for end in (low, high)]
    return max(ends, key=len) if ends[0] == ends[1] or set(ends) <= _NOTHING else " to ".join(ends)


def spread(metric: str, row: Mapping[str, float], sign: bool = False) -> tuple[str, str]:
    """The middle world and the range of nine in ten, of a metric's row of a summary (p05, p50, p95)."""
    whole = METRICS[metric].unit in _WHOLE
    return number(row["p50"], sign, whole), between(row["p05"], row["p95"], sign, whole)


def _place(value: float) -> int:
    """The power of ten of a number's first figure, once it is rounded to two."""
    return floor(log10(abs(float(f"{value:.1e}")))) if value and np.isfinite(value) else -4


def _figure(value: float, decimals: int, sign: bool, whole: bool) -> str:
    """A number rounded to so many decimals; fewer than none round before the point."""
    if np.isnan(value):
        return "unknown"
    if value == 0:
        return "0"
    if abs(value) <= (0.5 if whole else 5e-4):
        return "about 0"
    decimals = min(decimals, 0) if whole else decimals
    return f"{round(float(value), decimals):{'+' if sign else ''},.{max(decimals, 0)}f}"


def share(count: int, worlds: int) -> str:
    """A share of worlds, short: "71 of 100", "7 of 10" (with fewer than 100 worlds their own number), "all", "none"."""
    if count == worlds:
        return "all"
    if count == 0:
        return "none"
    if worlds < 100:
        return f"{count} of {worlds}"
    percent = 100 * count / worlds
    return "under 1 of 100" if percent < 1 else "over 99 of 100" if percent > 99 else f"{percent:.0f} of 100"


def in_worlds(count: int, worlds: int) -> str:
    """The same, to stand in a sentence: "in 71 of 100 modelled worlds"."""
    if worlds == 1:
        return "in the one modelled world" if count else "in no modelled world"
    words = share(count, worlds)
    if words in ("all", "none"):
        return f"in {'each' if words == 'all' else 'none'} of the {worlds:,} modelled worlds"
    return f"in {words.replace('under', 'fewer than').replace('over', 'more than')} modelled worlds"


def month_words(month: str) -> str:
    """ "2021-08" as "August 2021"."""
    return f"{month_name[int(month[5:])]} {month[:4]}"


def titles(*results: Results) -> dict[str, str]:
    """What each scenario is called in front of readers: its title, shortened, and numbered where two are the same."""
    out: dict[str, str] = {}
    for one in results:
        title = one.title if len(one.title) <= 24 else one.title.partition(":")[0].strip()
        title = title if len(title) <= 24 else one.name
        same = sum(taken == title or taken.startswith(f"{title} (") for taken in out.values())
        out[one.name] = f"{title} ({same + 1})" if same else title
    return out


def settled(higher: int, lower: int) -> bool:
    """Whether more worlds on one side than on the other is more than chance among so few (Wilson interval, 95 %)."""
    count = higher + lower
    if count == 0:
        return False
    share_higher = higher / count
    middle = (share_higher + _Z**2 / (2 * count)) / (1 + _Z**2 / count)
    reach = _Z * sqrt(share_higher * (1 - share_higher) / count + _Z**2 / (4 * count**2)) / (1 + _Z**2 / count)
    return abs(middle - 0.5) > reach


def reading(results: Results | Comparison) -> list[str]:
    """The results in plain sentences, a paragraph each; the last says what they are not."""
    if isinstance(results, Comparison):
        called = titles(*results.results.values())
        paragraphs = [text for name in results.others for text in _pair(results, name, called)]
        each = [_ends(one, called[name]) for name, one in results.results.items()]
        return [*paragraphs, " ".join(each), scope(results.results[results.baseline], len(called))]
    return [*_alone(results), _ends(results, titles(results)[results.name]), scope(results)]


def scope(results: Results, scenarios: int = 1) -> str:
    """How many worlds, over which months, what differs between them; and that this is no forecast."""
    months, worlds = results.months, results.worlds
    span = month_words(months[0]) + (f" to {month_words(months[-1])}" if len(months) > 1 else "")
    how, drawn = _parameters(str(results.manifest["parameters"]))
    luck = ", and the same luck in each scenario" if scenarios > 1 else ""
    alone = "" if drawn or worlds == 1 else " Only luck differs between them; other assumptions may turn them round."
    few = f" So few worlds say little; with {_FEW} or more the shares begin to mean something." if worlds < _FEW else ""
    stop = "" if worlds == results.manifest.get("worlds_asked", worlds) else " The run was stopped before its end."
    counted = f"{worlds:,} modelled worlds" if worlds > 1 else "One modelled world"
    return f"{counted}, {span}, with {how}{luck}.{alone}{few}{_extended(results)}{stop} {NOT_A_FORECAST}"


def _extended(results: Results) -> str:
    """With which extensions it was run; the accepted sets were matched with the record without them."""
    names = " and ".join(one["name"] for one in results.manifest.get("extensions", ()))
    matched = (
        ", without which the sets were matched with the record" if results.manifest["parameters"] == "posterior" else ""
    )
    return f" Run with the extension {names}{matched}." if names else ""


def _parameters(parameters: str) -> tuple[str, bool]:
    """Where a run's uncertain parameters came from, in words; and whether they differ between worlds."""
    if parameters == "posterior":
        return (
            "the uncertain parameters in each as in one of the sets that agree with the record to December 2022",
            True,
        )
    if parameters == "prior":
        return "the uncertain parameters drawn anew in each, over all that is held possible", True
    if parameters == "defaults":
        return "every parameter at its declared value", False
    return f"every parameter at its declared value but for what {Path(parameters).stem} sets", False


def _pair(comparison: Comparison, name: str, called: dict[str, str]) -> list[str]:
    """The headline differences between a scenario and the baseline, then whether one is better on both counts."""
    out = [headline(comparison, name, metric, called) for metric in HEADLINES]
    out[1:1] = _whose_deaths(comparison, name, called)
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
            neither = share(worlds - for_other - for_base, worlds)
            shares = (
                f"{other} {in_worlds(for_other, worlds)}, {base} in {share(for_base, worlds)}, neither in {neither}"
            )
            out.append(f"{both.capitalize()}: {shares}.".replace("pakistan", "Pakistan"))
    return out


def _whose_deaths(comparison: Comparison, name: str, called: dict[str, str]) -> list[str]:
    """What the difference in deaths is made of; its parts add up, as means do."""
    paired = comparison.paired[name]
    means = {words: float(paired[metric].mean()) for metric, words in _WHOSE.items()}
    if not any(means.values()):
        return []
    parts = ", ".join(f"{words} {number(mean, sign=True, whole=True)}" for words, mean in means.items())
    often = "On average" if comparison.worlds > 1 else "In it"
    return [f"{often} {called[name]} has so many more or fewer dead than {called[comparison.baseline]}: {parts}."]


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


def headline(comparison: Comparison, name: str, metric: str, called: dict[str, str]) -> str:
    """Which of a scenario and the baseline has more of a metric, by how much, and how sure the paired worlds are.

    Args:
        called: what each scenario is called, as `titles` gives it.
    """
    values, worlds = comparison.difference(name, metric), comparison.worlds
    other, base = called[name], called[comparison.baseline]
    higher, lower = int(np.sum(values > 0)), int(np.sum(values < 0))
    more, less, what = _words(metric)
    had = "ended with" if METRICS[metric].summary == "final" else "had, over the whole run,"
    equal = worlds - higher - lower
    same = f"the same in {share(equal, worlds)}" if equal else ""
    if not higher and not lower:
        return f"{other} and {base} come to exactly the same {what} {in_worlds(worlds, worlds)}."
    if worlds == 1:
        first, second = (other, base) if higher else (base, other)
        return f"In the one modelled world {first} {had} {more} than {second} (by {_amount(metric, abs(values[0]))})."
    if not settled(higher, lower):
        return (
            f"Which of the two {had} {more} these worlds do not settle: {other} {in_worlds(higher, worlds)}, "
            f"{base} in {share(lower, worlds)}{f', {same}' if same else ''}."
        )
    if higher < lower:
        other, base, values, higher, lower = base, other, -values, lower, higher
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    against = "; ".join(part for part in (f"with {less} in {share(lower, worlds)}" if lower else "", same) if part)
    text = in_worlds(higher, worlds)
    return (
        f"{text[0].upper()}{text[1:]} {other} {had} {more} than {base}{f' ({against})' if against else ''}: "
        f"by {_amount(metric, middle)} at the median, by {_amount(metric, low, high, sign=low < 0)} in nine worlds of ten."
    )


def _words(metric: str) -> tuple[str, str, str]:
    """More of a metric, less of it, and the metric itself, each to stand in a sentence."""
    if metric in HEADLINES:
        more, less = HEADLINES[metric]
        return more, less, more.partition(" ")[2]
    if metric in _COUNTED:
        return f"more {_COUNTED[metric]}", f"fewer {_COUNTED[metric]}", _COUNTED[metric]
    title = f"“{METRICS[metric].title}”"
    return f"a higher {title}", f"a lower {title}", title


def _amount(metric: str, low: float, high: float | None = None, sign: bool = False) -> str:
    """A figure of a metric, or a range of such, with what has to be said behind it."""
    whole = METRICS[metric].unit in _WHOLE
    said = number(low, sign, whole) if high is None else between(low, high, sign, whole)
    return said if said in _NOTHING else f"{said}{_BEHIND.get(METRICS[metric].unit, '')}"


def _alone(results: Results) -> list[str]:
    table = figures(results.summary())
    parts = []
    for metric in HEADLINES:
        row = table[metric]
        ends = f" ({_amount(metric, row['p05'], row['p95'])} in nine worlds of ten)" if results.worlds > 1 else ""
        parts.append(f"{_words(metric)[2]} {_amount(metric, row['p50'])}{ends}")
    where = "Medians over the modelled worlds" if results.worlds > 1 else "In the one modelled world"
    return [f"{where}: {'; '.join(parts)}."]


def _ends(results: Results, title: str) -> str:
    """The verdicts that a scenario's worlds come to, the commonest two first."""
    shares = {name: part for name, part in results.verdicts().items() if part > 0}
    words = []
    for name in sorted(shares, key=lambda name: -shares[name])[:2]:
        verdict = VERDICTS[name].lower().replace("kabul", "Kabul")
        often = f" ({share(round(shares[name] * results.worlds), results.worlds)})" if results.worlds > 1 else ""
        words.append(f"{verdict}{often}")
    return f"{title} ends {'most often ' if len(words) > 1 else ''}in {', then '.join(words)}."
