"""From a study of response to its pictures, with their words and tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.experiment.response.figures import title
from sim.experiment.response.levers import ENOUGH, headlines
from sim.experiment.response.text import (
    choice_cells,
    choice_sentence,
    course_title,
    lever_cells,
    lever_sentences,
    measured,
    shown,
    spoken,
    variance_cells,
    variance_sentence,
)
from sim.experiment.response.variance import PARTS
from sim.plots import response as plots
from sim.plots.gallery import Picture
from sim.plots.tables import Table
from sim.vocabulary import LEVERS

if TYPE_CHECKING:
    from sim.experiment.response.study import Response


def pictures(found: Response) -> list[Picture]:
    """The three pictures: what levers move, which course is best, what the spread comes of."""
    return [_levers(found), _best(found), _variance(found)]


def columns(found: Response) -> list[str]:
    """The figures that the picture of levers has room for."""
    known = measured(found)
    return list(dict.fromkeys([*headlines(known), *spoken(known), "alignment_taliban_pakistan"]))


def _levers(found: Response) -> Picture:
    names = columns(found)
    effects = {
        LEVERS.get(lever, lever): {title(name): some[name].in_sd for name in names if name in some}
        for lever, some in found.levers.items()
    }
    meant = {LEVERS.get(lever, lever): [title(name) for name in aims] for lever, aims in found.aims.items()}
    chart = plots.lever_effects(effects, meant, ENOUGH)
    caption = "Framed: what a lever is for, as far as it stands here; the table names what of all that it moves most."
    text = " ".join(lever_sentences(found))
    return Picture("levers", "What each lever moves", caption, text, chart, Table(*lever_cells(found)))


def _best(found: Response) -> Picture:
    names = [name for name in shown(found) if found.choice[name].best]
    best = {
        title(name): {course_title(course): share for course, share in found.choice[name].best.items()}
        for name in names
    }
    text = " ".join(choice_sentence(found, name) for name in names)
    caption = "Which end is the better one is declared with each metric."
    chart = plots.best_courses(best)
    return Picture("best-course", "Which course is best", caption, text, chart, Table(*choice_cells(found)))


def _variance(found: Response) -> Picture:
    names = [name for name in shown(found) if name in found.variance]
    shares = {title(name): {part: getattr(found.variance[name], part) for part in PARTS} for name in names}
    caption = "Interactions: courses that differ by parameter set or by chance."
    text, chart = variance_sentence(found, names), plots.variance_shares(shares)
    return Picture(
        "variance", "What the spread of worlds comes of", caption, text, chart, Table(*variance_cells(found))
    )
