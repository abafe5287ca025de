"""Pathways in words and as a picture."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sim.ensemble.spec import LimitError
from sim.metrics import METRICS
from sim.plots.gallery import Picture
from sim.plots.pathways import WIDE, Transfer, pathways_map
from sim.plots.search import shades_of, tipping
from sim.plots.tables import Table
from sim.search.pathways import LOOK, OVER, Change, Pathways, Signpost, Tipping
from sim.search.schema import Target
from sim.search.text import SPOKEN, apart
from sim.vocabulary import month_after, month_words, months_between
from sim.words.numbers import behind, number, of_100
from sim.words.sentences import listed

if TYPE_CHECKING:
    from sim.search.findings import Findings

LITTLE = 0.02  # a change that spares fewer futures than these is none


def paragraphs(found: Findings) -> Iterator[str]:
    """All of it, a paragraph each.

    Raises:
        LimitError: the search has no targets.
    """
    routes = _routes(found)
    yield f"A course keeps to its targets while {_targets(found)}. Shares are of {found.fresh_worlds:,} fresh futures."
    for one in routes.tippings:
        yield f"{one.title} ({one.name}). {course_words(found, one.name, {tip.name: tip.title for tip in routes.tippings})}"
    yield (
        f"Signs are what Pakistan can see {LOOK} months after a course began, over the last {OVER}; each was chosen by half of "
        "the futures and judged by the other half."
    )


def course_words(found: Findings, name: str, titles: Mapping[str, str], signs: int = 2) -> str:
    """Until when a course meets its targets, what to change to then, and what foretells it.

    Args:
        titles: what courses are called; signs: how many are told.
    """
    routes = _routes(found)
    (one,) = (tip for tip in routes.tippings if tip.name == name)
    changes = [change for change in routes.changes if change.course == name]
    told = [sign for sign in routes.signposts if sign.course == name][:signs]
    return " ".join([tipping_words(one), *change_words(changes, titles), *map(signpost_words, told)])


def target_words(one: Target) -> str:
    """A target, in words."""
    metric = METRICS[one.metric]
    side = "at most" if one.at_most is not None else "at least"
    return f"{metric.title} {side} {number(one.bound)} ({metric.unit}, mean of {one.months} months)"


def tipping_words(one: Tipping) -> str:
    """Until when a course meets its targets."""
    if one.middle is None:
        return "Meets its targets in all futures."
    alone = ", ".join(f"{key} in {_bare(share)}" for key, share in one.by_target.items())
    left = f"a quarter of all have by {month_words(one.left)}" if one.left else "a quarter of all never have"
    return (
        f"Misses a target in {of_100(one.missed)} futures ({alone}), the middle one of these in {month_words(one.middle)}; "
        f"{left}."
    )


def change_words(changes: list[Change], titles: Mapping[str, str]) -> Iterator[str]:
    """What to change to when a course is left."""
    if not changes:
        return
    best, *others = sorted(changes, key=lambda one: (one.missed, one.to))
    stayed = f"If nothing changes then, {of_100(best.stayed)} miss one later"
    if best.stayed - best.missed < LITTLE:
        yield f"{stayed}, and after a change to another course {_bare(best.missed)} at best."
        return
    after = ", ".join(f"{titles[one.to]} {_bare(one.missed)}" for one in others[:2])
    yield f"{stayed}; after a change to {titles[best.to]} {_bare(best.missed)}{f' ({after})' if after else ''}."


def _bare(share: float) -> str:
    return of_100(share).removesuffix(" of 100")


def signpost_words(one: Signpost) -> str:
    """What foretells that a course will miss a target."""
    side, metric = "above" if one.above else "below", METRICS[one.metric]
    sign = f"{metric.title} {side} {number(one.bound)}{behind(metric.unit)}"
    return (
        f"A warning sign at the end of {month_words(one.month)}: {sign}. Of 100 futures that miss a target later, "
        f"{_bare(one.hits)} show it, the middle one of these {one.lead:.0f} months before; of 100 that miss none, "
        f"{_bare(one.false_alarms)} show it too, a false alarm."
    )


def until_picture(found: Findings) -> Picture:
    """The share of futures in which the kinds, and the first courses that they are set against, have missed a target."""
    routes = _routes(found)
    shown = {*(one.name for one in found.courses[:SPOKEN]), *(one.example for one in found.kinds)}
    curves = {found.called[tip.name]: tip.curve for tip in routes.tippings if tip.name in shown}
    rows = [[name, *(_bare(curve[month]) for month in range(11, found.months, 12))] for name, curve in curves.items()]
    months = [month_words(month_after(found.start, month)) for month in range(11, found.months, 12)]
    return Picture(
        "until-when",
        "Until when each course meets its targets",
        f"The share of futures that have missed one of: {_targets(found)}.",
        "; ".join(f"{row[0]}: {', '.join(f'{m} {v}' for m, v in zip(months, row[1:], strict=True))}" for row in rows),
        tipping(curves, found.start),
        Table(["of 100 futures", *months], rows),
    )


def pathways_picture(found: Findings, width: int = WIDE) -> Picture:
    """The map of pathways: each course until it is left, and what it is best changed to then."""
    routes = _routes(found)
    changes = [one for one in best_changes(routes) if one.stayed - one.missed >= LITTLE]
    onward = {one.course: one for one in changes}
    rows = [
        [
            found.called[one.name],
            f"{month_words(one.left) if one.left else 'not by the end'} ({_bare(one.missed)})",
            f"{found.called[onward[one.name].to]} ({_bare(onward[one.name].missed)})" if one.name in onward else "-",
        ]
        for one in routes.tippings
    ]
    return Picture(
        "pathways",
        "Adaptive pathways",
        f"A line for each course until a quarter of futures have missed one of: {_targets(found)}. From there a line leads to "
        "the course that it is best changed to, if a change spares any.",
        "; ".join(f"{row[0]}: left {row[1]}, then {row[2]}" for row in rows),
        pathways_map(
            {found.called[one.name]: one.left for one in routes.tippings},
            [Transfer(found.called[one.course], found.called[one.to], one.month, one.left) for one in changes],
            found.stages[0],
            found.months - months_between(found.start, found.stages[0]),
            shades=shades_of(apart(found)),
            width=width,
        ),
        Table(["course", "left in (misses a target in, of 100)", "best changed to (misses one then in, of 100)"], rows),
    )


def best_changes(routes: Pathways) -> list[Change]:
    """What each course that is left is best changed to."""
    every = sorted(routes.changes, key=lambda one: (one.missed, one.to))
    return [
        next(one for one in every if one.course == name) for name in dict.fromkeys(one.course for one in routes.changes)
    ]


def _routes(found: Findings) -> Pathways:
    if found.routes is None:
        raise LimitError("the search has no targets; allowed: targets, such as {metric: attacks, at_most: 60}")
    return found.routes


def _targets(found: Findings) -> str:
    return listed([target_words(one) for one in found.targets])
