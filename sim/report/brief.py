"""The one page that somebody who decides reads: the question, the answer in three sentences, a picture, and what it is not.

Of deaths it is said whose they are before they are added up; of every difference, in how many of the paired worlds it
stands and how far it reaches.
"""

from __future__ import annotations

from dataclasses import dataclass

from sim.report.dead import Dead, dead_differences, dead_levels, range_of_differences
from sim.results import Comparison, Results
from sim.results.contrast import contrast
from sim.results.reading import (
    differences,
    endings,
    middles,
    so_many,
    titles,
    who_dies,
    whose_deaths,
    worlds_words,
)
from sim.words.language import N_, _, n_, together
from sim.words.numbers import amounts, in_worlds, number, shares, within
from sim.words.sentences import HEADLINES, capital, listed

# How a world ends, to stand behind "ends".
_ENDS = {
    "fracture_in_kabul": N_("with a fracture in Kabul"),
    "negotiated_settlement": N_("in a negotiated settlement"),
    "contained": N_("with the TTP contained"),
    "concession_without_calm": N_("in concession without calm"),
    "escalation": N_("in escalation"),
    "stalemate": N_("in stalemate"),
}
_CALM = "negotiated_settlement"
KICKER = N_("Pakistan, the Afghan Taliban, the TTP and India after August 2021")


@dataclass(frozen=True)
class Brief:
    """What stands on the page.

    Attributes:
        heading, questions, answer: words, from the shortest to the longest; the answer a sentence or two each.
        picture: who dies.
        scope: how many worlds, of what kind.
    """

    heading: str
    questions: list[str]
    answer: list[str]
    picture: Dead
    scope: str


def brief_of(source: Results | Comparison) -> Brief:
    """The page of a run or a comparison."""
    results = list(source.results.values()) if isinstance(source, Comparison) else [source]
    called = titles(*results)
    questions = list(dict.fromkeys(_(one.scenario.question) for one in results if one.scenario.question))
    said = worlds_words(source)
    if isinstance(source, Comparison) and source.others:
        names = list(called.values())
        against, first = _fewest(source)
        answer = [*_difference(against, first, called), _endings(results, called)]
        heading = _("{scenarios}?", scenarios=listed(names, "or"))
        return Brief(heading, questions, answer, dead_differences(against, called), said)
    (one,) = results
    answer = [who_dies(one), _altogether(one), _endings(results, called)]
    return Brief(called[one.name], questions, answer, dead_levels(one), said)


def rest_of(source: Results | Comparison) -> dict[str, list[str]]:
    """What the reading says besides, by what is compared: paragraphs under a heading, which is empty where there is one alone."""
    if not isinstance(source, Comparison):
        return {"": [middles(source)]}
    called = titles(*source.results.values())
    if len(called) == 2:
        untold = [metric for metric in HEADLINES if metric != "fatalities"]  # the page has told the deaths of two
        return {"": differences(source, source.others[0], called, untold)}
    base = called[source.baseline]
    return {
        _("{scenario} compared with {base}", scenario=called[name], base=base): differences(source, name, called)
        for name in source.others
    }


def _fewest(source: Comparison) -> tuple[Comparison, str]:
    """The same worlds compared with the scenario in which the fewest die on average; and where the most do."""
    mean = {name: float(one.outcomes["fatalities"].mean()) for name, one in source.results.items()}
    fewest = min(mean, key=lambda name: mean[name])
    most = max((name for name in mean if name != fewest), key=lambda name: mean[name])
    return Comparison(source.results, fewest, source.manifest), most


def _difference(against: Comparison, first: str, called: dict[str, str]) -> list[str]:
    """Who dies in the one scenario more than in the baseline, and how sure that is."""
    found, worlds = contrast(against, first, "fatalities"), against.worlds
    one, other, more, fewer = called[found.first], called[found.second], found.higher, found.lower
    if not more + fewer:
        where = in_worlds(worlds, worlds)
        return [_("As many people die in {one} as in {other}, {where}.", one=one, other=other, where=where)]
    who = whose_deaths(against, found.first, found.second, called)
    if len(called) > 2:
        most, fewest = called[first], called[against.baseline]
        said = _(
            "Of the {count} scenarios {most} has the most dead on average and {fewest} the fewest.",
            count=len(called),
            most=most,
            fewest=fewest,
        )
        who = f"{said} {who}"
    if worlds == 1:
        return [who, _("Together it is {what}, in one world alone.", what=so_many(float(found.values[0])))]
    in_more, in_fewer, in_equal = shares([more, fewer, worlds - more - fewer])
    low, middle, high = found.quantiles()
    where = in_worlds(more, worlds, in_more)
    told = {"one": one, "other": other, "range": range_of_differences(low, high)}
    if not found.settled:
        if more + fewer == worlds:
            text = N_(
                "These worlds do not settle which of the two has more dead: {one} {where}, {other} in {fewer}; {one} has "
                "{range} in nine worlds of ten."
            )
            return [who, _(text, **told, where=where, fewer=in_fewer)]
        text = N_(
            "These worlds do not settle which of the two has more dead: {one} {where}, {other} in {fewer}, as many in {equal}; "
            "{one} has {range} in nine worlds of ten."
        )
        return [who, _(text, **told, where=where, fewer=in_fewer, equal=in_equal)]
    told |= {"where": capital(where), "count": within(low, middle, high, whole=True)[0]}
    if more == worlds:
        text = N_(
            "{where} more people die in {one} than in {other}: {count} more at the median, {range} in nine worlds of ten."
        )
    elif more + fewer == worlds:
        told |= {"fewer": in_fewer}
        text = N_(
            "{where} more people die in {one} than in {other}, fewer in {fewer}: {count} more at the median, {range} in nine "
            "worlds of ten."
        )
    elif not fewer:
        told |= {"equal": in_equal}
        text = N_(
            "{where} more people die in {one} than in {other}, as many in {equal}: {count} more at the median, {range} in nine "
            "worlds of ten."
        )
    else:
        told |= {"fewer": in_fewer, "equal": in_equal}
        text = N_(
            "{where} more people die in {one} than in {other}, fewer in {fewer}, as many in {equal}: {count} more at the "
            "median, {range} in nine worlds of ten."
        )
    return [who, _(text, **told)]


def _altogether(one: Results) -> str:
    """All the dead of a run, and how far that reaches."""
    dead = one.outcomes["fatalities"]
    if one.worlds == 1:
        return _("Together they are {count}.", count=number(float(dead.iloc[0]), whole=True))
    low, middle, high = (float(end) for end in dead.quantile([0.05, 0.5, 0.95]))
    said, reach = amounts("fatalities", low, middle, high)
    return _(
        "Together they are {count} in the middle world, and {range} in nine worlds of ten.", count=said, range=reach
    )


def _endings(results: list[Results], called: dict[str, str]) -> str:
    """How most worlds end in each scenario, and in how many a settlement is reached, as one sentence."""
    names = [called[one.name] for one in results]
    said, firsts = [], []
    for one in results:
        found = endings(one)
        said.append({name: share for name, (_count, share) in found.items()})
        firsts.append(max(found, key=lambda name: found[name][0]))
    if results[0].worlds == 1:
        each = zip(names, firsts, strict=True)
        ends = [_("{scenario} ends {how}", scenario=name, how=_(_ENDS[first])) for name, first in each]
        return _("{what}.", what=listed(ends))
    often = [share[first] for share, first in zip(said, firsts, strict=True)]
    how = _(_ENDS[firsts[0]])
    if len(names) == 1:
        told = _(
            "{scenario} ends most often {how} ({share} modelled worlds)", scenario=names[0], how=how, share=often[0]
        )
    elif len(set(firsts)) == 1:
        text = (
            N_("Both end most often {how} ({shares})") if len(names) == 2 else N_("All end most often {how} ({shares})")
        )
        told = _(text, how=how, shares=_each(often, names))
    else:
        told = together(", ", [_alike(first, names, firsts, often) for first in dict.fromkeys(firsts)])
    if _CALM in firsts:
        return _("{what}.", what=told)
    return _settlements(told, results, [share[_CALM] for share in said], names)


def _alike(first: str, names: list[str], firsts: list[str], often: list[str]) -> str:
    """Which scenarios end most often in one way, and how often."""
    those = [
        _("{scenario} ({share})", scenario=name, share=share)
        for name, own, share in zip(names, firsts, often, strict=True)
        if own == first
    ]
    return n_(
        "{scenarios} ends most often {how}",
        "{scenarios} end most often {how}",
        len(those),
        scenarios=listed(those),
        how=_(_ENDS[first]),
    )


def _settlements(ends: str, results: list[Results], calm: list[str], names: list[str]) -> str:
    """How most worlds end, and in how many a settlement is reached, where that is not how most of them end."""
    none, several, alike = calm[0] == _("none"), len(names) > 1, len(set(calm)) == 1
    share = calm[0]
    if alike and none:
        text = N_("{ends}; a negotiated settlement comes in none of the worlds.")
        if several:
            text = N_("{ends}; a negotiated settlement comes in none of the worlds with each.")
        return _(text, ends=ends)
    if alike and several:
        text = N_("{ends}; a negotiated settlement comes in {share} with each.")
    elif alike or len(names) == 2:
        text, share = N_("{ends}; a negotiated settlement comes in {share}."), share if alike else _each(calm, names)
    else:
        text = N_("{ends}; a negotiated settlement comes in {share} at the most.")
        share = max(zip((one.verdicts()[_CALM] for one in results), calm, strict=True))[1]
    return _(text, ends=ends, share=share)


def _each(shares_: list[str], names: list[str]) -> str:
    return listed(
        [_("{share} with {scenario}", share=share, scenario=name) for share, name in zip(shares_, names, strict=True)]
    )
