"""The slides of an exercise: its question, each vote and what the worlds say to it, the pictures, the debrief; with notes.

What a slide shows can be read from the last row: so few words that they fit at 24 points. The rest is in the notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Literal

from sim.teaching.exercises.feedback import unit_of
from sim.teaching.exercises.figures import Lab
from sim.teaching.exercises.schema import STEPS, Step
from sim.teaching.exercises.schema import Picture as Wanted
from sim.teaching.pack.blocks import LINK
from sim.teaching.pack.key import Key, band, key
from sim.teaching.pack.pictures import Picture
from sim.teaching.pack.reading import about, differing, reading
from sim.teaching.pack.sheets import HOW_TO_ANSWER, under
from sim.words.sentences import ABOUT, NOT_A_FORECAST

# Lines that fit below a title at the smallest size, letters in a line, and that size in points.
LINES, LETTERS, SMALLEST = 12, 66, 24
_BELOW = 9  # lines below a large answer, above the bands
Kind = Literal["title", "vote", "reveal", "words", "picture"]


@dataclass(frozen=True)
class Slide:
    """A slide.

    Attributes:
        kind: how it is laid out; a vote has its question large, a reveal its answer.
        title: what stands above.
        lines: a paragraph each, the first one large on a vote and a reveal.
        notes: what the speaker is told.
        picture: of a slide that shows one.
        right: of a vote on a chance that has been revealed, the place of its band.
        hands: whether the bands of a vote by hands are shown.
    """

    kind: Kind
    title: str
    lines: tuple[str, ...] = ()
    notes: str = ""
    picture: Picture | None = None
    hands: bool = False
    right: int | None = None


def deck(lab: Lab, pictures: Mapping[Wanted, Picture]) -> list[Slide]:
    """The slides, in the order of the class."""
    return list(_slides(lab, pictures))


def _slides(lab: Lab, pictures: Mapping[Wanted, Picture]) -> Iterator[Slide]:
    one, votes = lab.exercise, _Votes(lab)
    yield Slide("title", one.title, (under(one), NOT_A_FORECAST), ABOUT)
    background = "\n\n".join(lab.fill(passage.text) for passage in one.background)
    opening = f"Opening, {one.timing.opening} minutes. The background, in your own words:\n\n{background}"
    yield Slide("vote", "The question", (lab.fill(one.question),), opening)
    yield from words("What you will be able to do", map(lab.fill, one.goals), "")
    yield from words(
        "What is run",
        (f"{one.scenarios[name].title}: {differing(one, name) or _first(about(one, name))}" for name in one.runs),
        f"Each run has {lab.worlds:,} modelled worlds over {lab.months} months; world number k has the same draws in all.",
    )
    yield from (votes.asked(name, "Before you begin") for name in one.quiz)
    for number, step in enumerate(one.steps):
        yield from words(f"{number + 1}. {STEPS[step.do]}", _sentences(lab.fill(step.text)), _minutes(step))
        yield from (votes.asked(name, STEPS[step.do]) for name in step.questions)
        yield from (votes.revealed(name) for name in one.due(number))
        for wanted in step.pictures:
            shown = pictures.get(wanted)
            if shown is not None:
                yield Slide("picture", shown.title, notes=f"{shown.text} {NOT_A_FORECAST}", picture=shown)
    again = "Put the questions from the beginning once more; take the votes, then reveal."
    yield from words("After", (lab.fill(one.questions[name].ask) for name in one.quiz), again)
    yield from (votes.revealed(name) for name in one.quiz)
    for passage in one.debrief:
        yield from words("Debrief", _sentences(lab.fill(passage.text)), lab.fill(passage.text))
    answers = "\n\n".join(f"{answer.to} {lab.fill(answer.text)}" for answer in one.answers)
    yield from words("To discuss", map(lab.fill, one.discussion), f"Answers to what was asked:\n\n{answers}")
    yield from words("To hand in", map(lab.fill, one.submit), "memo.docx is a template, with a rubric.")
    yield from words(
        "To read on", (" ".join(LINK.sub("", line).split()) for line in reading(one)), "\n".join(reading(one))
    )


class _Votes:
    """Numbers the questions in the order in which they are put."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.numbers = lab, dict[str, int]()

    def asked(self, name: str, when: str) -> Slide:
        """The slide on which a question is put; its notes do not give the answer away either."""
        number = self.numbers.setdefault(name, len(self.numbers) + 1)
        question = self.lab.exercise.questions[name]
        how = "Your answer: ___ of 100 modelled worlds"
        if question.form == "range":
            how = f"Your answer: from ___ to ___ ({unit_of(self.lab.exercise, question)}), to hold eight worlds of ten"
        notes = f"{when}. Everyone writes an answer down before anyone speaks; then take the votes. {HOW_TO_ANSWER}"
        hands = question.form == "probability"
        return Slide("vote", f"Vote {number}", (self.lab.fill(question.ask), how), notes, hands=hands)

    def revealed(self, name: str) -> Slide:
        """The slide that answers it."""
        found, question = key(self.lab, name), self.lab.exercise.questions[name]
        hands = question.form == "probability"
        right = band(float(self.lab.values(question.figure).mean())) if hands else None
        sides = (("low", found.low), ("high", found.high))
        lines = [found.truth, found.ask, *(f"Too {side}? {why[0].said}" for side, why in sides if why)]
        while sum(map(room, lines[1:])) > _BELOW and len(lines) > 2:
            lines.pop()
        title = f"Vote {self.numbers[name]}: the worlds say"
        return Slide("reveal", title, tuple(lines), _told(found), hands=hands, right=right)


def words(title: str, lines: Iterable[str], notes: str) -> Iterator[Slide]:
    """Slides of words: a new one wherever the next line would no longer fit."""
    pages: list[list[str]] = [[]]
    for line in lines:
        if pages[-1] and sum(map(room, [*pages[-1], line])) > LINES:
            pages.append([])
        pages[-1].append(line)
    for number, page in enumerate(pages):
        yield Slide("words", title if not number else f"{title} (more)", tuple(page), notes)


def room(line: str, size: int = SMALLEST) -> float:
    """The lines of the smallest size that a paragraph takes at some size in points, with the room behind it."""
    larger = size / SMALLEST
    return (ceil(len(line) * larger / LETTERS) + 0.35) * larger


def _told(found: Key) -> str:
    """The notes to an answer."""
    out = [found.said]
    for side, reasons in (("low", found.low), ("high", found.high)):
        if reasons:
            out.append(f"Who guesses too {side} leaves out:")
            out += [f"- {one.said}" for one in reasons]
    return "\n".join([*out, NOT_A_FORECAST])


def _minutes(step: Step) -> str:
    return f"{step.minutes} minute{'s' if step.minutes > 1 else ''}."


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.?!])\s+(?=[A-Z“])", text)


def _first(text: str) -> str:
    """What a summary says behind its first words on the shared past."""
    found = [part for part in _sentences(" ".join(text.split())) if not part.startswith("The shared past")]
    return found[0].removeprefix("Then ") if found else ""
