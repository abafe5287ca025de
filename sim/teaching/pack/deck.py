"""The slides of an exercise: its question, each vote and what the worlds say to it, the pictures, the debrief; with notes.

What a slide shows can be read from the last row: so few words that they fit at 24 points. The rest is in the notes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Literal

from sim.teaching.exercises.feedback import OVERLAP, unit_of
from sim.teaching.exercises.figures import Lab
from sim.teaching.exercises.schema import Exercise, Step
from sim.teaching.exercises.schema import Picture as Wanted
from sim.teaching.pack.blocks import LINK
from sim.teaching.pack.key import Key, band, key
from sim.teaching.pack.pictures import Picture
from sim.teaching.pack.reading import about, differing, reading
from sim.teaching.pack.sheets import HOW_TO_ANSWER, under
from sim.theme import SLIDE_POINTS
from sim.words.language import ENGLISH, N_, _, n_, speaking
from sim.words.sentences import ABOUT, NOT_A_FORECAST

# Lines that fit below a title at the smallest size, letters in a line, and that size in points.
LINES, LETTERS, SMALLEST = 12, 66, SLIDE_POINTS["body"]
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
    yield Slide("title", _(one.title), (under(one), _(NOT_A_FORECAST)), _(ABOUT))
    background = "\n\n".join(lab.fill(passage.text) for passage in one.background)
    opening = _("Opening, {minutes} minutes. The background, in your own words:", minutes=one.timing.opening)
    yield Slide("vote", _("The question"), (lab.fill(one.question),), f"{opening}\n\n{background}")
    yield from words(_("What you will be able to do"), map(lab.fill, one.goals), "")
    yield from words(
        _("What is run"),
        (
            _("{run}: {what}", run=_(one.scenarios[name].title), what=differing(one, name) or _first(one, name))
            for name in one.runs
        ),
        _(
            "Each run has {worlds:,} modelled worlds over {months} months; world number k has the same draws in all.",
            worlds=lab.worlds,
            months=lab.months,
        ),
    )
    yield from (votes.asked(name, _("Before you begin")) for name in one.quiz)
    for number, step in enumerate(one.steps):
        yield from words(f"{number + 1}. {_(step.called)}", _sentences(lab.fill(step.text)), _minutes(step))
        yield from (votes.asked(name, _(step.called)) for name in step.questions)
        yield from (votes.revealed(name) for name in one.due(number))
        for wanted in step.pictures:
            shown = pictures.get(wanted)
            if shown is not None:
                yield Slide("picture", shown.title, notes=f"{shown.text} {_(NOT_A_FORECAST)}", picture=shown)
    again = _("Put the questions from the beginning once more; take the votes, then reveal.")
    yield from words(_("After"), (lab.fill(one.questions[name].ask) for name in one.quiz), again)
    yield from (votes.revealed(name) for name in one.quiz)
    for passage in one.debrief:
        yield from words(_("Debrief"), _sentences(lab.fill(passage.text)), lab.fill(passage.text))
    answers = [f"{_(answer.to)} {lab.fill(answer.text)}" for answer in one.answers]
    yield from words(
        _("To discuss"), map(lab.fill, one.discussion), "\n\n".join((_("Answers to what was asked:"), *answers))
    )
    yield from words(_("To hand in"), map(lab.fill, one.submit), _("memo.docx is a template, with a rubric."))
    yield from words(
        _("To read on"), (" ".join(LINK.sub("", line).split()) for line in reading(one)), "\n".join(reading(one))
    )


class _Votes:
    """Numbers the questions in the order in which they are put."""

    def __init__(self, lab: Lab) -> None:
        self.lab, self.numbers = lab, dict[str, int]()

    def asked(self, name: str, when: str) -> Slide:
        """The slide on which a question is put; its notes do not give the answer away either."""
        number = self.numbers.setdefault(name, len(self.numbers) + 1)
        question = self.lab.exercise.questions[name]
        how = _("Your answer: ___ of 100 modelled worlds")
        if question.form == "range":
            unit = _(unit_of(self.lab.exercise, question))
            how = _("Your answer: from ___ to ___ ({unit}), to hold eight worlds of ten", unit=unit)
        notes = _("{when}. Everyone writes an answer down before anyone speaks; then take the votes.", when=when)
        notes = f"{notes} {_(HOW_TO_ANSWER)}"
        hands = question.form == "probability"
        return Slide("vote", _("Vote {number}", number=number), (self.lab.fill(question.ask), how), notes, hands=hands)

    def revealed(self, name: str) -> Slide:
        """The slide that answers it."""
        found, question = key(self.lab, name), self.lab.exercise.questions[name]
        hands = question.form == "probability"
        right = band(float(self.lab.values(question.figure).mean())) if hands else None
        sides = ((N_("Too low? {why}"), found.low), (N_("Too high? {why}"), found.high))
        lines = [found.truth, found.ask, *(_(side, why=why[0].said) for side, why in sides if why)]
        while sum(map(room, lines[1:])) > _BELOW and len(lines) > 2:
            lines.pop()
        title = _("Vote {number}: the worlds say", number=self.numbers[name])
        return Slide("reveal", title, tuple(lines), _told(found), hands=hands, right=right)


def words(title: str, lines: Iterable[str], notes: str) -> Iterator[Slide]:
    """Slides of words: as few as hold them, and each about as full."""
    every = list(lines)
    pages, most = _paged(every, LINES), float(LINES)
    while len(pages) > 1 and most > 1 and len(evener := _paged(every, most - 0.5)) == len(pages):
        pages, most = evener, most - 0.5
    for number, page in enumerate(pages):
        yield Slide("words", _("{title} (more)", title=title) if number else title, tuple(page), notes)


def _paged(lines: Sequence[str], most: float) -> list[list[str]]:
    """A new page wherever the next line would no longer fit."""
    pages: list[list[str]] = [[]]
    for line in lines:
        if pages[-1] and sum(map(room, [*pages[-1], line])) > most:
            pages.append([])
        pages[-1].append(line)
    return pages


def room(line: str, size: int = SMALLEST) -> float:
    """The lines of the smallest size that a paragraph takes at some size in points, with the room behind it."""
    larger = size / SMALLEST
    return (ceil(len(line) * larger / LETTERS) + 0.35) * larger


def _told(found: Key) -> str:
    """The notes to an answer."""
    out = [found.said]
    sides = (
        (N_("Who guesses too low leaves out:"), found.low),
        (N_("Who guesses too high leaves out:"), found.high),
    )
    for side, reasons in sides:
        if reasons:
            out.append(_(side))
            out += [f"- {one.said}" for one in reasons]
    if found.low or found.high:
        out.append(_(OVERLAP))
    return "\n".join([*out, _(NOT_A_FORECAST)])


def _minutes(step: Step) -> str:
    return n_("{minutes} minute.", "{minutes} minutes.", step.minutes, minutes=step.minutes)


def _sentences(text: str) -> list[str]:
    return re.split(r"(?<=[.?!])\s+(?=[A-Z“])|(?<=[۔؟])\s+", text)


def _first(exercise: Exercise, run: str) -> str:
    """What a run's summary says behind its first words on the shared past; in another language all that it says."""
    text = about(exercise, run)
    with speaking(ENGLISH.code):
        if text != about(exercise, run):
            return text
    found = [part for part in _sentences(text) if not part.startswith("The shared past to ")]
    found[:1] = [_behind(part, "The shared past, and then ", "Then ") for part in found[:1]]
    # Whose course it is says nothing by itself: what happens is in the sentence behind it.
    return " ".join(found[: 2 if found and found[0].endswith("is that of History.") else 1])


def _behind(sentence: str, *starts: str) -> str:
    """A sentence without its first words, where it begins with some of these."""
    for start in starts:
        if sentence.startswith(start):
            rest = sentence.removeprefix(start)
            return rest[:1].upper() + rest[1:]
    return sentence
