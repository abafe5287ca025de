"""A class as a gradebook: a row for each participant, with what was answered, how it fared, and points.

Points go by the same losses as the scores that students read (`sim.teaching.exercises.predict`), so that an honest answer has
the most. A number of worlds has 100 points at the model's own share, 96 where it is 10 of 100 off, 75 at 25, none from 50 on:
that is Brier's score beyond what chance takes from everyone, against that of who says 50 where the answer is 0 or 100. A range
has 100 where it loses no more than the model's own range, 50 where it loses twice as much.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence

from sim.teaching.classroom.entries import harmless
from sim.teaching.exercises.predict import Chance, Prediction, Score, score
from sim.worlds import Vector

Place = tuple[str, str]  # question, phase

# Whose mean is taken: the quiz before, the steps, the quiz after, and all that is graded.
_PHASES = (("before",), ("step",), ("after",), ("step", "after"))
_SIDES = {"right": "about right", "high": "too high", "low": "too low"}
# What who says 50 of 100 loses beyond chance, where the model says 0 or 100.
_KNOWS_NOTHING = 0.25


def points(found: Score) -> float:
    """0 to 100 for how a prediction fared.

    >>> import numpy as np
    >>> half = np.array([1.0, 0.0, 1.0, 0.0])
    >>> points(score(Chance(0.5), half)), points(score(Chance(0.75), half)), points(score(Chance(1.0), half))
    (100.0, 75.0, 0.0)
    """
    if isinstance(found.truth, Chance):
        return round(100.0 * max(0.0, 1.0 - found.excess / _KNOWS_NOTHING), 1)
    return 100.0 if found.loss <= found.best else round(100.0 * found.best / found.loss, 1)


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
    asked = [place for place in places if place in closed or any(place in given for _, given in entries)]
    heads = [f"{headings[place]}{end}" for place in asked for end in (": answer", ": about right?", ": points")]
    table.writerow(
        [
            "nickname",
            *map(harmless, heads),
            "points, quiz before",
            "points, steps",
            "points, quiz after",
            "points in all",
        ]
    )
    for nickname, given in entries:
        fared = {place: score(given[place], values[place[0]]) for place in asked if place in given and place in closed}
        had = {place: points(fared[place]) if place in fared else 0.0 for place in asked if place in closed}
        cells: list[object] = []
        for place in asked:
            side = _SIDES[fared[place].side] if place in fared else ""
            cells += [harmless(str(given.get(place, ""))), side, had.get(place, "")]
        means = [_mean([had[place] for place in had if place[1] in some]) for some in _PHASES]
        table.writerow([harmless(nickname), *cells, *means])
    return out.getvalue()


def _mean(of: Sequence[float]) -> float | str:
    return round(sum(of) / len(of), 1) if of else ""
