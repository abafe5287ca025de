"""The pictures of a search, with their words and tables."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.plots.gallery import Picture
from sim.plots.search import OTHERS, attainment, parallel, progress
from sim.plots.tables import Table
from sim.plots.theme import WIDTH
from sim.search.front import FRESH, WINS
from sim.search.text import SPOKEN
from sim.search.text import progress as progress_words
from sim.words.numbers import number, of_100

if TYPE_CHECKING:
    from sim.search.found import Found

EACH = 105  # px for an objective's axis and its name


def pictures(found: Found) -> list[Picture]:
    """All of them."""
    return [_parallel(found), *([_attainment(found)] if found.archetypes() else []), _progress(found)]


def drawn(found: Found) -> Iterator[tuple[str, bytes]]:
    """Each picture as two files: name, content."""
    from sim.plots.export import to_png, to_svg

    for one in pictures(found):
        yield f"{one.name}.svg", to_svg(one.chart).encode()
        yield f"{one.name}.png", to_png(one.chart)


def _parallel(found: Found) -> Picture:
    kinds = found.archetypes()
    shown = [*found.courses.index, *found.members[found.members["holds"].astype(bool)].index]
    courses = list(found.courses.index)
    groups = {name: str(found.table.loc[name, "title"]) for name in courses[:SPOKEN]}
    groups |= dict.fromkeys(courses[SPOKEN:], "other shipped courses")
    groups |= {name: f"kind {one.letter}" for one in kinds for name in one.members}
    groups |= {name: OTHERS for name in shown if name not in groups}
    objectives = [(one["title"], bool(one["less"])) for one in found.objectives]
    figures = {
        name: {one["title"]: found.figure(name, FRESH, one["key"]) for one in found.objectives} for name in shown
    }
    bold = [*courses[:SPOKEN], *(one.example for one in kinds)]
    rows = [[name, *(number(figures[name][title]) for title, _ in objectives)] for name in bold]
    return Picture(
        "parallel",
        "What each course gains and gives up",
        "Figures in fresh futures. Each axis runs from the worst to the best of those drawn; up is better.",
        "; ".join(
            f"{row[0]}: " + ", ".join(f"{t} {v}" for (t, _), v in zip(objectives, row[1:], strict=True)) for row in rows
        ),
        parallel(figures, groups, objectives, bold=bold, width=max(WIDTH, EACH * len(objectives))),
        Table(["course", *(title for title, _ in objectives)], rows),
    )


def _attainment(found: Found) -> Picture:
    titles = [one["title"] for one in found.objectives]
    shares = {
        f"kind {kind.letter}": {one["title"]: found.figure(kind.example, WINS, one["key"]) for one in found.objectives}
        for kind in found.archetypes()
    }
    rows = [[name, *(of_100(one[title]) for title in titles)] for name, one in shares.items()]
    return Picture(
        "attainment",
        "In how many futures each kind of course does better",
        "The course in the middle of each kind against the best of the courses, future by future.",
        "; ".join(f"{row[0]}: " + ", ".join(f"{t} {v}" for t, v in zip(titles, row[1:], strict=True)) for row in rows),
        attainment(shares, titles),
        Table(["kind", *titles], rows),
    )


def _progress(found: Found) -> Picture:
    standings = found.manifest["standings"]
    rows = [
        [str(one["generation"]), f"{one['evaluations']:,}", f"{one['hypervolume']:.4f}", str(one["progress"])]
        for one in standings
    ]
    return Picture(
        "progress",
        "How the search came along",
        "Hypervolume: how much of the space of objectives is dominated; 1 is the box between the best and the worst at first.",
        progress_words(found),
        progress(standings),
        Table(["generation", "courses simulated", "hypervolume", "epsilon-progress"], rows),
    )
