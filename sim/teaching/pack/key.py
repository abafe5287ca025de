"""The key to an exercise's questions: what the worlds say, and what those who miss it leave out."""

from __future__ import annotations

from dataclasses import dataclass

from sim.results.made import made
from sim.teaching.exercises.feedback import Reason, reasons, with_unit
from sim.teaching.exercises.figures import Lab, unit, whole
from sim.teaching.exercises.predict import central
from sim.words.language import _
from sim.words.numbers import between, in_worlds
from sim.words.sentences import listed

# The reasons told on each side of a question.
_MOST = 2
# What a vote by hands, and a quiz, has to choose from: so many of 100 worlds.
BANDS = ((0, 20), (21, 40), (41, 60), (61, 80), (81, 100))


@dataclass(frozen=True)
class Key:
    """A question and its answer.

    Attributes:
        ask: the question.
        truth: what the worlds say: a share, or the range that holds eight of ten.
        said: the same in a sentence.
        low, high: what pushes the figure up, which who guesses too low leaves out, and what pulls it down.
    """

    ask: str
    truth: str
    said: str
    low: tuple[Reason, ...]
    high: tuple[Reason, ...]


def band(share: float) -> int:
    """The place of a share among the bands.

    >>> band(0.0), band(0.204), band(0.206), band(1.0)
    (0, 0, 1, 4)
    """
    return next(place for place, (_low, high) in enumerate(BANDS) if round(100 * share) <= high)


def key(lab: Lab, name: str) -> Key:
    """The key to a question."""
    question = lab.exercise.questions[name]
    figure, shown = lab.exercise.figures[question.figure], lab.shown(question.figure)
    if question.form == "probability":
        alone = shown.text in (_("all"), _("none"))
        truth = _("{share} of them", share=shown.text) if alone else shown.text
        values = lab.values(question.figure)
        said = _("That is so {where}.", where=in_worlds(int(values.sum()), len(values)))
    else:
        own = central(lab.values(question.figure))
        span = between(own.low, own.high, figure.is_signed, whole(figure))
        truth = with_unit(span, unit(figure))
        said = _("Eight worlds of ten lie from {range}; the middle world has {middle}.", range=truth, middle=shown.text)
    low, high = (tuple(reasons(lab, question, side)[:_MOST]) for side in ("low", "high"))
    return Key(lab.fill(question.ask), truth, said, low, high)


def values_from(lab: Lab) -> str:
    """Where the uncertain values of the runs come from, in sentences, run by run where they differ."""
    by: dict[str, list[str]] = {}
    for run in lab.exercise.scenarios:
        by.setdefault(lab.parameters(run), []).append(run)
    told = {how: made(lab.results(run).manifest for run in runs).sentence for how, runs in by.items()}
    if len(by) == 1:
        return next(iter(told.values()))
    titles = {run: _(scenario.title) for run, scenario in lab.exercise.scenarios.items()}
    whose = {how: listed(list(dict.fromkeys(titles[run] for run in by[how]))) for how in by}
    return " ".join(_("{runs}: {how}", runs=whose[how], how=told[how]) for how in by)
