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
from sim.words.numbers import amounts, in_worlds, number, shares, within
from sim.words.sentences import HEADLINES, capital, listed

# How a world ends, to stand behind "ends".
_ENDS = {
    "fracture_in_kabul": "with a fracture in Kabul",
    "negotiated_settlement": "in a negotiated settlement",
    "contained": "with the TTP contained",
    "concession_without_calm": "in concession without calm",
    "escalation": "in escalation",
    "stalemate": "in stalemate",
}
_CALM = "negotiated_settlement"


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
    questions = list(dict.fromkeys(one.scenario.question for one in results if one.scenario.question))
    said = worlds_words(source)
    if isinstance(source, Comparison) and source.others:
        names = list(called.values())
        against, first = _fewest(source)
        answer = [*_difference(against, first, called), _endings(results, called)]
        return Brief(
            f"{', '.join(names[:-1])} or {names[-1]}?", questions, answer, dead_differences(against, called), said
        )
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
    return {f"{called[name]} compared with {base}": differences(source, name, called) for name in source.others}


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
        return [f"As many people die in {one} as in {other}, {in_worlds(worlds, worlds)}."]
    who = whose_deaths(against, found.first, found.second, called)
    if len(called) > 2:
        most, fewest = called[first], called[against.baseline]
        who = f"Of the {len(called)} scenarios {most} has the most dead on average and {fewest} the fewest. {who}"
    if worlds == 1:
        return [who, f"Together it is {so_many(float(found.values[0]))}, in one world alone."]
    in_more, in_fewer, in_equal = shares([more, fewer, worlds - more - fewer])
    same = f", as many in {in_equal}" if more + fewer < worlds else ""
    low, middle, high = found.quantiles()
    if not found.settled:
        return [
            who,
            f"These worlds do not settle which of the two has more dead: {one} {in_worlds(more, worlds, in_more)}, "
            f"{other} in {in_fewer}{same}; {one} has {range_of_differences(low, high)} in nine worlds of ten.",
        ]
    said, _ = within(low, middle, high, whole=True)
    return [
        who,
        f"{capital(in_worlds(more, worlds, in_more))} more people die in {one} than in {other}"
        f"{f', fewer in {in_fewer}' if fewer else ''}{same}: {said} more at the median, "
        f"{range_of_differences(low, high)} in nine worlds of ten.",
    ]


def _altogether(one: Results) -> str:
    """All the dead of a run, and how far that reaches."""
    dead = one.outcomes["fatalities"]
    if one.worlds == 1:
        return f"Together they are {number(float(dead.iloc[0]), whole=True)}."
    low, middle, high = (float(end) for end in dead.quantile([0.05, 0.5, 0.95]))
    said, reach = amounts("fatalities", low, middle, high)
    return f"Together they are {said} in the middle world, and {reach} in nine worlds of ten."


def _endings(results: list[Results], called: dict[str, str]) -> str:
    """How most worlds end in each scenario, and in how many a settlement is reached, as one sentence."""
    names = [called[one.name] for one in results]
    said, firsts = [], []
    for one in results:
        found = endings(one)
        said.append({name: share for name, (_, share) in found.items()})
        firsts.append(max(found, key=lambda name: found[name][0]))
    if results[0].worlds == 1:
        return f"{listed([f'{name} ends {_ENDS[first]}' for name, first in zip(names, firsts, strict=True)])}."
    often = [share[first] for share, first in zip(said, firsts, strict=True)]
    settlement = _settlements(results, [share[_CALM] for share in said], names) if _CALM not in firsts else ""
    if len(names) == 1:
        return f"{names[0]} ends most often {_ENDS[firsts[0]]} ({often[0]} modelled worlds){settlement}."
    if len(set(firsts)) == 1:
        return f"{'Both' if len(names) == 2 else 'All'} end most often {_ENDS[firsts[0]]} ({_each(often, names)}){settlement}."
    parts = []
    for first in dict.fromkeys(firsts):
        alike = [f"{name} ({share})" for name, own, share in zip(names, firsts, often, strict=True) if own == first]
        parts.append(f"{listed(alike)} end{'s' if len(alike) == 1 else ''} most often {_ENDS[first]}")
    return f"{', '.join(parts)}{settlement}."


def _settlements(results: list[Results], calm: list[str], names: list[str]) -> str:
    """In how many worlds a settlement is reached, where that is not how most of them end."""
    if len(set(calm)) == 1:
        often = f"in {'none of the worlds' if calm[0] == 'none' else calm[0]}{' with each' if len(names) > 1 else ''}"
    elif len(names) == 2:
        often = f"in {_each(calm, names)}"
    else:
        often = f"in {max(zip((one.verdicts()[_CALM] for one in results), calm, strict=True))[1]} at the most"
    return f"; a negotiated settlement comes {often}"


def _each(shares_: list[str], names: list[str]) -> str:
    return listed([f"{share} with {name}" for share, name in zip(shares_, names, strict=True)])
