"""Results in words: what a lecturer would read out, and no more than the worlds allow.

Which of two scenarios has more of something is only said where the count of worlds tells it apart from a coin's; no test value is
printed, and never a forecast.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.results.contrast import contrast, more
from sim.results.made import made
from sim.results.paired import Comparison
from sim.results.results import Results, quantile_summary
from sim.scenario.diff import part_in
from sim.vocabulary import VERDICTS, months_between
from sim.words.language import N_, _, n_, together
from sim.words.numbers import amounts, in_worlds, number, shares
from sim.words.sentences import (
    HEADLINES,
    NOT_A_FORECAST,
    WHOSE_DEATHS,
    listed,
    month_words,
    months_words,
    more_less,
    settled,
    side_by_side,
)

_LAST = 12
# A middle difference under this share of a metric's standard deviation over worlds is called small: a judgement.
SMALL = 0.1
_FEW = 30


def titles(*results: Results) -> dict[str, str]:
    """What each scenario is called in front of readers: its title, shortened, and numbered where two are the same."""
    out: dict[str, str] = {}
    for one in results:
        title = _(shortened(one.title) or one.name)
        same = sum(taken == title or taken.startswith(f"{title} (") for taken in out.values())
        out[one.name] = f"{title} ({same + 1})" if same else title
    return out


def shortened(title: str) -> str:
    """As much of a title as has room in a sentence or at the end of a line; "" where that is none."""
    title = title if len(title) <= 24 else title.partition(":")[0].strip()
    return title if len(title) <= 24 else ""


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
    return f"{worlds_words(source)} {_(NOT_A_FORECAST)}"


def worlds_words(source: Results | Comparison) -> str:
    """How many worlds, over which months, and what differs between them."""
    every = list(source.results.values()) if isinstance(source, Comparison) else [source]
    results = source.results[source.baseline] if isinstance(source, Comparison) else source
    months, worlds = results.months, results.worlds
    how = made(one.manifest for one in every)
    said = {
        "span": months_words(months[0], months[-1]),
        "how": how.clause,
        "draws": _(", and the same random draws in each scenario") if len(every) > 1 else "",
    }
    out = [
        n_(
            "One modelled world, {span}, with {how}{draws}.",
            "{worlds:,} modelled worlds, {span}, with {how}{draws}.",
            worlds,
            worlds=worlds,
            **said,
        )
    ]
    if not how.drawn and worlds > 1:
        out.append(_("Only random draws differ between them; other assumptions may turn them round."))
    if worlds < _FEW:
        out.append(_("So few worlds say little; with {few} or more the shares begin to mean something.", few=_FEW))
    out += _extended(results)
    if worlds != results.manifest.get("worlds_asked", worlds):
        out.append(_("The run was stopped before its end."))
    return " ".join(out)


def _extended(results: Results) -> list[str]:
    """With which extensions it was run; the shipped sets were matched with the record without them."""
    if not (names := [one["name"] for one in results.manifest.get("extensions", ())]):
        return []
    values = results.manifest["values"]
    shipped = values["mode"] == "posterior" and "figures" not in values
    unmatched = N_("Run with the extension {names}, without which the sets were matched with the record.")
    return [_(unmatched if shipped else N_("Run with the extension {names}."), names=together(" and ", names))]


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
        if for_other + for_base == 0:
            said = N_(
                "In no modelled world did {other} or {base} have both fewer deaths and more sovereignty left to Pakistan."
            )
            out.append(_(said, other=other, base=base))
        elif worlds == 1:
            said = N_("In the one modelled world {one} had both fewer deaths and more sovereignty left to Pakistan.")
            out.append(_(said, one=other if for_other else base))
        else:
            out.append(_both(called[name], base, [for_other, for_base, worlds - for_other - for_base]))
            small = [
                more_less(metric)[2] for metric in ("fatalities", "sovereignty") if _small(comparison, name, metric)
            ]
            if small:
                however = _("Here every difference counts, and that in {what} is small.", what=listed(small))
                out[-1] = f"{out[-1]} {however}"
    return out


def _both(other: str, base: str, counts: list[int]) -> str:
    """In how many worlds the one, the other and neither has fewer deaths and more sovereignty."""
    one, two, neither = shares(counts)
    return _(
        "Both fewer deaths and more sovereignty left to Pakistan: {other} {where}, {base} in {two}, neither in {neither}.",
        other=other,
        where=in_worlds(counts[0], sum(counts), one),
        base=base,
        two=two,
        neither=neither,
    )


def _not_yet(comparison: Comparison, name: str, called: dict[str, str]) -> str:
    """That a run ends before the month in which a scenario and the baseline part; empty where it does not."""
    one, base = comparison.results[name], comparison.results[comparison.baseline]
    if one.scenario.hash == base.scenario.hash or any(np.any(comparison.difference(name, each)) for each in HEADLINES):
        return ""
    parts, last = part_in(base.scenario, one.scenario), base.months[-1]
    if parts is None or parts <= last:
        return ""
    return _(
        "{base} and {other} are set alike until {month}, and this run ends before, in {last}: nothing can tell them apart "
        "yet. Run it over more than {count} months.",
        base=called[base.name],
        other=called[name],
        month=month_words(parts),
        last=month_words(last),
        count=months_between(base.months[0], parts),
    )


def whose_deaths(comparison: Comparison, name: str, against: str, called: dict[str, str]) -> str:
    """Who dies more or less often in one scenario than in another, in a sentence; its parts add up, as means do. A median, which
    is told beside it, need not be their sum.

    Args:
        name, against: the two, one of them the baseline; called: what each scenario is called, as `titles` gives it.
    """
    sign, other = (1, name) if against == comparison.baseline else (-1, against)
    apart = {words: sign * float(comparison.difference(other, one).mean()) for one, words in WHOSE_DEATHS.items()}
    if not any(apart.values()):
        return ""
    parts = listed([so_many(mean, _(words)) for words, mean in apart.items()])
    said = N_("Who dies under {one} rather than {other}, on average: {parts}; in all {total}.")
    if comparison.worlds == 1:
        said = N_("Who dies under {one} rather than {other}, in the one modelled world: {parts}.")
    return _(said, one=called[name], other=called[against], parts=parts, total=so_many(sum(apart.values())))


def so_many(mean: float, words: str = "") -> str:
    """So many more or fewer of them.

    >>> so_many(123.4, "militants"), so_many(-0.2, "civilians"), so_many(-12.0)
    ('120 more militants', 'about as many civilians', '12 fewer')
    """
    said = number(abs(mean), whole=True)
    if not said[0].isdigit() or said == "0":
        text = N_("about as many {whose}") if mean else N_("as many {whose}")
    else:
        text = N_("{count} more {whose}") if mean > 0 else N_("{count} fewer {whose}")
    return _(text, count=said, whose=words).rstrip()


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
    return [
        _(
            "In the last {months} months it is the other way round for attacks: {scenario} has more {where}.",
            months=_LAST,
            scenario=ahead,
            where=where,
        )
    ]


def headline(comparison: Comparison, name: str, metric: str, called: dict[str, str]) -> str:
    """Which of a scenario and the baseline has more of a metric, by how much, and how sure the paired worlds are.

    Of deaths it is first said whose they are: a sum of militants and civilians alone would hide who died.

    Args:
        called: what each scenario is called, as `titles` gives it.
    """
    found = contrast(comparison, name, metric)
    out = [whose_deaths(comparison, found.first, found.second, called)] if metric == "fatalities" else []
    out.append(more(metric, found, called[found.first], called[found.second]))
    if found.settled and _small(comparison, name, metric):
        base = comparison.results[comparison.baseline]
        row = quantile_summary(base.outcomes[metric].to_numpy())
        between = amounts(metric, row["p05"], row["p50"], row["p95"])[1]
        out.append(
            _(
                "That is small, under a tenth of the standard deviation over worlds: {base} alone comes to {range} in nine "
                "worlds of ten.",
                base=called[base.name],
                range=between,
            )
        )
    return " ".join(filter(None, out))


def short_headline(comparison: Comparison, name: str, metric: str, called: dict[str, str]) -> str:
    """Which of a scenario and the baseline has more of a metric, and in how many worlds, to stand as a heading.

    Args:
        called: what each scenario is called, as `titles` gives it.
    """
    found = contrast(comparison, name, metric)
    more_of, _less, what = more_less(metric)
    two = {"first": called[found.first], "second": called[found.second]}
    if not found.settled or not found.higher:
        return _("{first} and {second}: no clear difference in {what}", what=what, **two)
    where = in_worlds(found.higher, comparison.worlds)
    return _("{first} has {more} than {second} {where}", more=more_of, where=where, **two)


def _small(comparison: Comparison, name: str, metric: str) -> bool:
    """Whether the middle difference, where there is one, is next to nothing beside the spread over the baseline's worlds."""
    middle = abs(float(np.median(comparison.difference(name, metric))))
    spread = float(np.std(comparison.results[comparison.baseline].outcomes[metric].to_numpy()))
    return bool(np.any(comparison.difference(name, metric))) and comparison.worlds > 1 and middle < SMALL * spread


def who_dies(results: Results) -> str:
    """Whose deaths there are on average, in a sentence."""
    dead = [
        _("{count} {whose}", count=number(float(np.mean(results.outcomes[metric])), whole=True), whose=_(words))
        for metric, words in WHOSE_DEATHS.items()
    ]
    said = (
        N_("On average the dead are {dead}.")
        if results.worlds > 1
        else N_("In the one modelled world the dead are {dead}.")
    )
    return _(said, dead=listed(dead))


def middles(results: Results) -> str:
    """The headline metrics in the middle world and their ranges, in a sentence."""
    parts = []
    for metric in HEADLINES:
        row = quantile_summary(results.outcomes[metric].to_numpy())
        middle, between = amounts(metric, row["p05"], row["p50"], row["p95"])
        told = {"what": more_less(metric)[2], "middle": middle, "range": between}
        alone = results.worlds == 1
        parts.append(
            _(N_("{what} {middle}") if alone else N_("{what} {middle} ({range} in nine worlds of ten)"), **told)
        )
    if results.worlds == 1:
        return _("In the one modelled world: {parts}.", parts=side_by_side(parts))
    return _("Medians over the modelled worlds: {parts}.", parts=side_by_side(parts))


def endings(results: Results) -> dict[str, tuple[int, str]]:
    """In how many worlds a run comes to each verdict: the count, and the share in words, rounded together."""
    counts = {name: round(part * results.worlds) for name, part in results.verdicts().items()}
    return dict(zip(counts, zip(counts.values(), shares(list(counts.values())), strict=True), strict=True))


def _ends(results: Results, title: str) -> str:
    """The verdicts that a scenario's worlds come to, the commonest two first."""
    found = endings(results)
    most = sorted((name for name, (count, share) in found.items() if count), key=lambda name: -found[name][0])[:2]
    words = [in_verdict(name) for name in most]
    if results.worlds > 1:
        words = [_("{what} ({share})", what=what, share=found[name][1]) for what, name in zip(words, most, strict=True)]
    if len(words) == 1:
        return _("{scenario} ends in {verdict}.", scenario=title, verdict=words[0])
    return _(
        "{scenario} ends most often in {verdict}, then in {next}.", scenario=title, verdict=words[0], next=words[1]
    )


def in_verdict(name: str) -> str:
    """A verdict, to stand in a sentence."""
    return _(VERDICTS[name]).lower().replace("kabul", "Kabul")
