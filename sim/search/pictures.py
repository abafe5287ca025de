"""The pictures of a search, with their words and tables, and the files that tell what was found."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from sim.plots.gallery import Picture
from sim.plots.search import CHOSEN, attainment, parallel, progress
from sim.plots.tables import Table
from sim.plots.theme import WIDTH
from sim.search.folder import FINDINGS
from sim.search.pathways_text import pathways_picture, until_picture
from sim.search.text import SPOKEN, apart, holding, rows_in_words, with_heads
from sim.search.text import progress as progress_words
from sim.words.language import _
from sim.words.numbers import number, of_100
from sim.words.sentences import side_by_side

if TYPE_CHECKING:
    from sim.search.findings import Findings

EACH = 105  # px for an objective's axis and its name


def pictures(found: Findings) -> list[Picture]:
    """All of them."""
    kinds = [attainment_picture(found)] if found.kinds else []
    routes = [until_picture(found), pathways_picture(found)] if found.routes is not None else []
    return [parallel_picture(found), *kinds, *routes, progress_picture(found)]


def files(found: Findings) -> Iterator[tuple[str, str | bytes]]:
    """What tells of it in a search's folder: name, content."""
    from sim.plots.export import to_png, to_svg

    yield FINDINGS, found.as_json()
    yield "summary.txt", found.text() + "\n"
    for one in pictures(found):
        yield f"pictures/{one.name}.svg", to_svg(one.chart)
        yield f"pictures/{one.name}.png", to_png(one.chart)


def parallel_picture(
    found: Findings, kept: Collection[str] | None = None, turned: bool = False, opened: str = ""
) -> Picture:
    """What each course gains and gives up.

    Args:
        kept: the members that are not to fade; those that hold if not given.
        turned: objectives below each other, for a narrow page.
        opened: a member that is to stand out besides those that speak for their kinds.
    """
    shown = [*found.courses, *holding(found)]
    kinds = {name: one.called for one in found.kinds for name in one.members}
    called = {
        one.name: _("{course} ({kind})", course=one.words, kind=kinds[one.name]) if one.name in kinds else one.words
        for one in shown
    }
    faint = frozenset(one.name for one in shown if kept is not None and one.name in kinds and one.name not in kept)
    bold = {one.name: one.words for one in found.courses[:SPOKEN]}
    bold |= {one.example: one.called for one in found.kinds if one.example in called and one.example not in faint}
    if opened in called and opened not in bold:
        bold[opened] = _(CHOSEN)
    objectives = [(one.words, bool(one.less)) for one in found.objectives]
    figures = {one.name: {about.words: one.figures[about.key] for about in found.objectives} for one in shown}
    rows = [[words, *(number(figures[name][title]) for title, _less in objectives)] for name, words in bold.items()]
    heads = [one.headed for one in found.objectives]
    return Picture(
        "parallel",
        _("What each course gains and gives up"),
        _(
            "Figures in fresh futures. Each axis runs from the worst to the best of those drawn; farther right is better."
        )
        if turned
        else _("Figures in fresh futures. Each axis runs from the worst to the best of those drawn; up is better."),
        rows_in_words(rows, [title for title, _less in objectives]),
        parallel(
            figures,
            called,
            objectives,
            bold=bold,
            named=apart(found),
            faint=faint,
            width=WIDTH if turned else max(WIDTH, EACH * len(objectives)),
            turned=turned,
        ),
        _stacked(rows, heads) if turned else Table([_("course"), *heads], rows),
    )


def attainment_picture(found: Findings) -> Picture:
    """In how many futures each kind does better than the best of the courses."""
    titles = [one.words for one in found.objectives]
    shares = {
        kind.called: {one.words: found[kind.example].wins[one.key] for one in found.objectives} for kind in found.kinds
    }
    rows = [[name, *(of_100(one[title]) for title in titles)] for name, one in shares.items()]
    return Picture(
        "attainment",
        _("In how many futures each kind of course does better"),
        _("The course in the middle of each kind against the best of the courses, future by future."),
        rows_in_words(rows, titles),
        attainment(shares, titles),
        Table([_("kind"), *titles], rows),
    )


def progress_picture(found: Findings) -> Picture:
    """How the hypervolume grew."""
    rows = [
        [str(one.generation), f"{one.evaluations:,}", f"{one.hypervolume:.4f}", str(one.progress)]
        for one in found.standings
    ]
    return Picture(
        "progress",
        _("How the search came along"),
        _(
            "Hypervolume: how much of the space of objectives is dominated; 1 is the box between the best and the worst at first."
        ),
        progress_words(found),
        progress([asdict(one) for one in found.standings]),
        Table([_("generation"), _("courses simulated"), _("hypervolume"), _("epsilon-progress")], rows),
    )


def _stacked(rows: list[list[str]], heads: Sequence[str]) -> Table:
    """The same with all figures of a course in one cell, for a narrow page."""
    table = [[row[0], side_by_side(with_heads(heads, row[1:]))] for row in rows]
    return Table([_("course"), _("figures")], table)
