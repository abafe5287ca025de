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
from sim.search.text import SPOKEN, apart, rows_in_words
from sim.vocabulary import month_after, months_between
from sim.words.language import N_, _, together
from sim.words.numbers import behind, hundredths, number, of_100
from sim.words.sentences import listed, month_words, side_by_side

if TYPE_CHECKING:
    from sim.search.findings import Findings

LITTLE = 0.02  # a change that spares fewer futures than these is none


def paragraphs(found: Findings) -> Iterator[str]:
    """All of it, a paragraph each.

    Raises:
        LimitError: the search has no targets.
    """
    routes = _routes(found)
    yield _(
        "A course keeps to its targets while {targets}. Shares are of {futures:,} fresh futures.",
        targets=_targets(found),
        futures=found.fresh_worlds,
    )
    titles = {tip.name: _(tip.title) for tip in routes.tippings}
    for one in routes.tippings:
        head = _("{title} ({name}).", title=titles[one.name], name=one.name)
        yield together(" ", [head, course_words(found, one.name, titles)])
    yield _(
        "Signs are what Pakistan can see {look} months after a course began, over the last {over}; each was chosen by half of "
        "the futures and judged by the other half.",
        look=LOOK,
        over=OVER,
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
    return together(" ", [tipping_words(one), *change_words(changes, titles), *map(signpost_words, told)])


def target_words(one: Target) -> str:
    """A target, in words."""
    metric = METRICS[one.metric]
    most = N_("{metric} at most {bound} ({unit}, mean of {months} months)")
    return _(
        most if one.at_most is not None else N_("{metric} at least {bound} ({unit}, mean of {months} months)"),
        metric=_(metric.title),
        bound=number(one.bound),
        unit=_(metric.unit),
        months=one.months,
    )


def tipping_words(one: Tipping) -> str:
    """Until when a course meets its targets."""
    if one.middle is None:
        return _("Meets its targets in all futures.")
    alone = [_("{target} in {share}", target=key, share=hundredths(share)) for key, share in one.by_target.items()]
    given = {
        "share": of_100(one.missed),
        "alone": together(", ", alone),
        "middle": month_words(one.middle),
    }
    if not one.left:
        return _(
            "Misses a target in {share} futures ({alone}), the middle one of these in {middle}; a quarter of all never have.",
            **given,
        )
    return _(
        "Misses a target in {share} futures ({alone}), the middle one of these in {middle}; a quarter of all have by {left}.",
        **given,
        left=month_words(one.left),
    )


def change_words(changes: list[Change], titles: Mapping[str, str]) -> Iterator[str]:
    """What to change to when a course is left."""
    if not changes:
        return
    best, *others = sorted(changes, key=lambda one: (one.missed, one.to))
    given = {"stayed": of_100(best.stayed), "missed": hundredths(best.missed)}
    if best.stayed - best.missed < LITTLE:
        yield _(
            "If nothing changes then, {stayed} miss one later, and after a change to another course {missed} at best.",
            **given,
        )
        return
    after = [_("{course} {missed}", course=titles[one.to], missed=hundredths(one.missed)) for one in others[:2]]
    more = N_("If nothing changes then, {stayed} miss one later; after a change to {course} {missed} ({others}).")
    alone = N_("If nothing changes then, {stayed} miss one later; after a change to {course} {missed}.")
    told = {"others": together(", ", after)} if after else {}
    yield _(more if after else alone, **given, course=titles[best.to], **told)


def signpost_words(one: Signpost) -> str:
    """What foretells that a course will miss a target."""
    metric = METRICS[one.metric]
    sign = _(
        N_("{metric} above {bound}{unit}") if one.above else N_("{metric} below {bound}{unit}"),
        metric=_(metric.title),
        bound=number(one.bound),
        unit=behind(metric.unit),
    )
    return _(
        "A warning sign at the end of {month}: {sign}. Of 100 futures that miss a target later, {hits} show it, the middle one "
        "of these {lead:.0f} months before; of 100 that miss none, {alarms} show it too, a false alarm.",
        month=month_words(one.month),
        sign=sign,
        hits=hundredths(one.hits),
        lead=one.lead,
        alarms=hundredths(one.false_alarms),
    )


def until_picture(found: Findings) -> Picture:
    """The share of futures in which the kinds, and the first courses that they are set against, have missed a target."""
    routes = _routes(found)
    shown = {*(one.name for one in found.courses[:SPOKEN]), *(one.example for one in found.kinds)}
    called = found.called
    curves = {called[tip.name]: tip.curve for tip in routes.tippings if tip.name in shown}
    rows = [
        [name, *(hundredths(curve[month]) for month in range(11, found.months, 12))] for name, curve in curves.items()
    ]
    months = [month_words(month_after(found.start, month)) for month in range(11, found.months, 12)]
    return Picture(
        "until-when",
        _("Until when each course meets its targets"),
        _("The share of futures that have missed one of: {targets}.", targets=_targets(found)),
        rows_in_words(rows, months),
        tipping(curves, found.start),
        Table([_("of 100 futures"), *months], rows),
    )


def pathways_picture(found: Findings, width: int = WIDE) -> Picture:
    """The map of pathways: each course until it is left, and what it is best changed to then."""
    routes = _routes(found)
    changes = [one for one in best_changes(routes) if one.stayed - one.missed >= LITTLE]
    onward = {one.course: one for one in changes}
    called = found.called
    rows = [
        [
            called[one.name],
            _with_share(month_words(one.left) if one.left else _("not by the end"), one.missed),
            _with_share(called[onward[one.name].to], onward[one.name].missed) if one.name in onward else "-",
        ]
        for one in routes.tippings
    ]
    return Picture(
        "pathways",
        _("Adaptive pathways"),
        _(
            "A line for each course until a quarter of futures have missed one of: {targets}. From there a line leads to the "
            "course that it is best changed to, if a change spares any.",
            targets=_targets(found),
        ),
        side_by_side(_("{course}: left {left}, then {then}", course=row[0], left=row[1], then=row[2]) for row in rows),
        pathways_map(
            {called[one.name]: one.left for one in routes.tippings},
            [Transfer(called[one.course], called[one.to], one.month, one.left) for one in changes],
            found.stages[0],
            found.months - months_between(found.start, found.stages[0]),
            shades=shades_of(apart(found)),
            width=width,
        ),
        Table(
            [
                _("course"),
                _("left in (misses a target in, of 100)"),
                _("best changed to (misses one then in, of 100)"),
            ],
            rows,
        ),
    )


def _with_share(words: str, share: float) -> str:
    return _("{words} ({share})", words=words, share=hundredths(share))


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
