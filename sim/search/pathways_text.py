"""Pathways in words and as a picture."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.metrics import METRICS
from sim.search.found import Found
from sim.search.pathways import LOOK, OVER, Change, Pathways, Signpost, Tipping
from sim.search.schema import Target
from sim.search.text import SPOKEN
from sim.vocabulary import month_words
from sim.words.numbers import number, of_100
from sim.words.sentences import listed

LITTLE = 0.02  # a change that spares fewer futures than these is none


def paragraphs(found: Found, one: Pathways) -> Iterator[str]:
    """All of it, a paragraph each."""
    targets = listed([target_words(target) for target in found.plan.search.targets])
    yield f"A course keeps to its targets while {targets}. Shares are of {found.plan.search.fresh_worlds:,} fresh futures."
    titles = {tipping.name: tipping.title for tipping in one.tippings}
    for tipping in one.tippings:
        changes = [change for change in one.changes if change.course == tipping.name]
        signs = [sign for sign in one.signposts if sign.course == tipping.name]
        name = f"{tipping.title} ({tipping.name})."
        yield " ".join([name, tipping_words(tipping), *change_words(changes, titles), *map(signpost_words, signs)])
    yield (
        f"Signs are what Pakistan can see {LOOK} months after a course began, over the last {OVER}; each was chosen by half of "
        "the futures and judged by the other half."
    )


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


def change_words(changes: list[Change], titles: dict[str, str]) -> Iterator[str]:
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
    side = "above" if one.above else "below"
    return (
        f"A sign in {month_words(one.month)}: {METRICS[one.metric].title} {side} {number(one.bound)} comes before "
        f"{of_100(one.hits)} misses, {one.lead:.0f} months ahead in the middle one, and for nothing in "
        f"{_bare(one.false_alarms)} of 100 other futures."
    )


def picture(found: Found, one: Pathways) -> Any:
    """The share of futures in which the kinds, and the first courses that they are set against, have missed a target."""
    from sim.plots.search import tipping

    kinds = {kind.example: f"kind {kind.letter}" for kind in found.archetypes()}
    shown = {*found.courses.index[:SPOKEN], *kinds}
    curves = {kinds.get(tip.name, tip.title): tip.curve.tolist() for tip in one.tippings if tip.name in shown}
    return tipping(curves, one.start)
