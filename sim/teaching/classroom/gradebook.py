"""A class as a gradebook: a row for each participant, with what was answered, how it fared, and points.

Points fall by a straight line with a proper loss, the same for every answer to a question: so whoever says what they believe
expects the most of them. That is why they are not cut off at 0, and not taken as a share of the best possible: either would pay
whoever says more or less than they believe.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from sim.teaching.classroom.entries import harmless
from sim.teaching.exercises.predict import Chance, Prediction, Range, score
from sim.words.language import N_, _
from sim.worlds import Vector

Place = tuple[str, str]  # question, phase

# Whose mean is taken: the quiz before, the steps, the quiz after, and all that is graded.
_PHASES = (("before",), ("step",), ("after",), ("step", "after"))
_SIDES = {"right": N_("about right"), "high": N_("too high"), "low": N_("too low")}
# What a range loses for each doubling by which it is wider than the model's own; the worlds outside lose ten times as much.
_DOUBLING = 3.0


def about_points() -> str:
    """How points are reckoned."""
    return _(
        "A number of worlds has 100 points at the model's own share, 99 where it is 10 of 100 off, 94 at 25, 75 at 50 and 0 at "
        "100. A range has 100 where it is the model's own range of eight worlds in ten. It loses {wider:.0f} points for each "
        "doubling by which it is wider, and {outside:.0f} for each by which worlds lie outside, on average over all worlds. "
        "(Figures below 1 count nearly as they are: where all lie 0.1 outside, that is 4.) A range that misses by far falls "
        "below 0. Nobody expects more points than by saying what they believe.",
        wider=_DOUBLING,
        outside=10 * _DOUBLING,
    )


def points(prediction: Prediction, values: Vector) -> float:
    """At most 100, for how a prediction fared.

    >>> half = np.array([1.0, 0.0, 1.0, 0.0])
    >>> [points(Chance(share), half) for share in (0.5, 0.6, 1.0)]
    [100.0, 99.0, 75.0]
    """
    if isinstance(prediction, Chance):
        return 100.0 * (1.0 - score(prediction, values).excess)
    fared = score(Range(*_doublings(np.array([prediction.low, prediction.high]))), _doublings(values))
    return 100.0 - _DOUBLING * fared.excess


def _doublings(values: Vector) -> Vector:
    """On a scale of doublings, which small figures and those below 0 have a place on, too."""
    return np.arcsinh(values) / np.log(2.0)


def gradebook(
    entries: Sequence[tuple[str, Mapping[Place, Prediction]]],
    values: Mapping[str, Vector],
    places: Sequence[Place],
    headings: Mapping[Place, str],
    closed: Collection[Place],
) -> str:
    """The gradebook as CSV, safe to open in a spreadsheet.

    For each question that was put: the answer; once it is closed, whether that was about right, and its points. Then the means
    of the quiz before, the steps, the quiz after, and of what is graded: steps and quiz after. Who did not answer a closed
    question has 0 for it.

    Args:
        entries: nickname, and what was predicted, for each participant.
        values: question -> what its figure reads, world by world.
        places: the questions in order; headings: what their columns are called.
        closed: those that are revealed.
    """
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    asked = [place for place in places if place in closed or any(place in given for _who, given in entries)]
    ends = (N_("{question}: answer"), N_("{question}: about right?"), N_("{question}: points"))
    heads = [_(end, question=headings[place]) for place in asked for end in ends]
    sums = (_("points, quiz before"), _("points, steps"), _("points, quiz after"), _("points in all"))
    table.writerow([_("nickname"), *map(harmless, heads), *sums])
    for nickname, given in entries:
        fared = {place: score(given[place], values[place[0]]) for place in asked if place in given and place in closed}
        had = {
            place: round(points(given[place], values[place[0]]), 1) if place in given else 0.0
            for place in asked
            if place in closed
        }
        cells: list[object] = []
        for place in asked:
            side = _(_SIDES[fared[place].side]) if place in fared else ""
            cells += [harmless(str(given.get(place, ""))), side, had.get(place, "")]
        means = [_mean([had[place] for place in had if place[1] in some]) for some in _PHASES]
        table.writerow([harmless(nickname), *cells, *means])
    return out.getvalue()


def _mean(of: Sequence[float]) -> float | str:
    return round(sum(of) / len(of), 1) if of else ""
