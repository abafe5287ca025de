"""What is printed for a class, as plain blocks: the students' worksheet, the instructor's sheet and the timing plan.

The same blocks become a page (`pages.py`) and paper (`paper.py`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from sim.evidence import ledger
from sim.teaching.exercises.feedback import label, missed, unit_of, why_command
from sim.teaching.exercises.figures import Lab
from sim.teaching.exercises.predict import central
from sim.teaching.exercises.schema import LEVELS, STEPS, Exercise, Passage
from sim.teaching.exercises.slides import Slide
from sim.teaching.exercises.typed import commands
from sim.words.numbers import between
from sim.words.sentences import NOT_A_FORECAST

ABOUT = (
    "durand is a tool for thinking with documents: it plays out what five commentaries argue, none of them with a "
    "voice from the tribal districts, in many modelled worlds. Real people died and were displaced. " + NOT_A_FORECAST
)


@dataclass(frozen=True)
class Heading:
    """A heading; `level` 2 or 3."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Text:
    """A paragraph; `soft` for what is said by the way."""

    text: str
    soft: bool = False


@dataclass(frozen=True)
class Note:
    """A paragraph that stands out."""

    text: str


@dataclass(frozen=True)
class Items:
    """A list; `numbered` where the order matters."""

    items: tuple[str, ...]
    numbered: bool = False


@dataclass(frozen=True)
class Code:
    """A command to type."""

    text: str


@dataclass(frozen=True)
class Room:
    """Room to write: so many lines, under a label."""

    label: str
    lines: int


@dataclass(frozen=True)
class Grid:
    """A table; `shares` are the widths of its columns, of 100."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[int, ...]
    caption: str = ""


@dataclass(frozen=True)
class Image:
    """A picture, with what it shows for those who do not see it."""

    slide: Slide


Block = Heading | Text | Note | Items | Code | Room | Grid | Image


@dataclass(frozen=True)
class Sheet:
    """A sheet.

    Attributes:
        kind: what it is: Worksheet, Instructor's sheet, Timing plan.
        title: the exercise's.
        under: a line under the title.
        blocks: what stands on it.
    """

    kind: str
    title: str
    under: str
    blocks: tuple[Block, ...] = field(default_factory=tuple)


def worksheet(lab: Lab) -> Sheet:
    """What students get: nothing on it gives a result away."""
    one = lab.exercise
    return Sheet("Worksheet", one.title, _under(one), tuple(_worksheet(one, lab)))


def instructor(lab: Lab, slides: Iterable[Slide]) -> Sheet:
    """What the instructor gets: answers with every figure in place, the pictures, and what to say."""
    one = lab.exercise
    return Sheet("Instructor's sheet", one.title, _under(one), tuple(_instructor(one, lab, tuple(slides))))


def timing(exercise: Exercise) -> Sheet:
    """Minute by minute."""
    return Sheet("Timing plan", exercise.title, _under(exercise), tuple(_timing(exercise)))


def _under(exercise: Exercise) -> str:
    return f"{LEVELS[exercise.level]} · {exercise.minutes} minutes"


def _worksheet(one: Exercise, lab: Lab) -> Iterator[Block]:
    yield Room("Name or pair", 1)
    yield Note(ABOUT)
    yield Heading("The question")
    yield Text(lab.fill(one.question))
    yield Heading("What you will be able to do")
    yield Items(_filled(lab, one.goals))
    yield Heading("Background")
    numbers = _Claims()
    for passage in one.background:
        yield Text(lab.fill(passage.text) + numbers.marks(passage))
    yield Heading("Before you begin")
    yield Text(
        "Answer without looking anything up. The same questions come back at the end. A number of worlds goes from 0 (in no "
        "modelled world) to 100 (in all). A range is to hold eight worlds of ten: as many are to lie below it as above.",
        soft=True,
    )
    yield from _ask(one, lab, one.quiz)
    for number, step in enumerate(one.steps, 1):
        yield Heading(f"{number}. {STEPS[step.do]} ({step.minutes} minutes)")
        yield Text(lab.fill(step.text))
        yield from _ask(one, lab, step.questions)
        yield from _commands(one, number - 1)
        if step.show:
            yield Grid(
                ("What to read off", "What the worlds say"),
                tuple((label(one, name), "") for name in step.show),
                (64, 36),
            )
        if step.do in ("compare", "explain"):
            yield Room("Your words", 4)
    yield Heading("After")
    yield Text("The questions from the beginning, once more.", soft=True)
    yield from _ask(one, lab, one.quiz)
    yield Heading("What to hand in")
    yield Items(_filled(lab, one.submit))
    yield Heading("To discuss")
    yield Items(_filled(lab, one.discussion), numbered=True)
    yield from _back_matter(one, numbers)


def _ask(one: Exercise, lab: Lab, names: Iterable[str]) -> Iterator[Block]:
    rows = []
    for name in names:
        question = one.questions[name]
        how = "____ of 100 worlds" if question.form == "probability" else f"____ to ____ ({unit_of(one, question)})"
        rows.append((lab.fill(question.ask), how))
    if rows:
        yield Grid(("Your prediction, before you look", "Your answer"), tuple(rows), (66, 34))


def _values(lab: Lab) -> str:
    """Where the uncertain values of the runs come from, run by run where they differ."""
    by: dict[str, list[str]] = {}
    for name in lab.exercise.scenarios:
        by.setdefault(lab.parameters(name), []).append(name)
    return next(iter(by)) if len(by) == 1 else ", ".join(f"{how} ({' and '.join(runs)})" for how, runs in by.items())


def _commands(one: Exercise, number: int) -> Iterator[Block]:
    """What is typed for a step, counted from 0: it prints every figure that the worksheet asks for."""
    for command in commands(one, number, True):
        yield Code(command)


def _instructor(one: Exercise, lab: Lab, slides: tuple[Slide, ...]) -> Iterator[Block]:
    yield Note(ABOUT)
    broken = lab.broken()
    if broken:
        yield Note(
            "Check before class: this version of the model does not bear out all that is said. " + " ".join(broken)
        )
    yield Heading("In short")
    yield Text(lab.fill(one.question))
    yield Items(_filled(lab, one.goals))
    yield Text(
        f"Every figure below was computed when this sheet was made: {lab.worlds:,} worlds, {lab.months} months, seed "
        f"{lab.seed}, parameters {_values(lab)}. A figure is the middle world's unless it says otherwise.",
        soft=True,
    )
    numbers = _Claims()
    yield Heading("What to say afterwards")
    for passage in one.debrief:
        yield Text(lab.fill(passage.text) + numbers.marks(passage))
    yield Heading("Answers")
    for answer in one.answers:
        yield Heading(answer.to, 3)
        yield Text(lab.fill(answer.text) + numbers.marks(Passage(text=answer.text, claims=answer.claims)))
    yield Heading("The predictions, and what those who miss them leave out")
    for name in [*one.asked(), *one.quiz]:
        yield from _key(one, lab, name)
    yield Heading("Figures")
    rows = tuple((label(one, name), lab.shown(name).text) for name in one.figures)
    yield Grid(("Figure", "Value"), rows, (74, 26), "What a table of results shows may differ in the last digit.")
    yield Heading("Pictures")
    for slide in slides:
        yield Image(slide)
    yield Heading("Notes for the instructor")
    for passage in one.notes:
        yield Text(lab.fill(passage.text) + numbers.marks(passage))
    yield Heading("To discuss")
    yield Items(_filled(lab, one.discussion), numbered=True)
    yield Heading("How predictions are scored")
    yield Text(
        "A chance by Brier's score, the mean over worlds of the squared distance between what was said and what happened; a "
        "range by the interval score, its width and ten times by how far worlds fall outside. Both are proper: nobody does "
        "better by saying anything but what they believe. The truth they are held against is the model's."
    )
    yield from _back_matter(one, numbers)


def _key(one: Exercise, lab: Lab, name: str) -> Iterator[Block]:
    question = one.questions[name]
    yield Heading(lab.fill(question.ask), 3)
    shown = lab.shown(question.figure)
    if question.form == "probability":
        truth = f"The worlds say {shown.text}."
    else:
        own = central(lab.values(question.figure))
        truth = f"The worlds' own range is {between(own.low, own.high)}, with {shown.text} in the middle."
    yield Text(truth)
    for side, words in (("low", "Who guesses too low leaves out"), ("high", "Who guesses too high leaves out")):
        found = missed(lab, question, "low" if side == "low" else "high")
        if found:
            yield Text(f"{words}:")
            yield Items(tuple(found))
    yield Code(why_command(one, question, True))


def _timing(one: Exercise) -> Iterator[Block]:
    yield Text("Keep the order: nothing is run before it has been predicted.")
    around, clock, rows = one.timing, 0, []
    before = max(1, around.quiz // 2)
    plan = [("Opening: the question and the background", around.opening), ("Quiz, before", before)]
    plan += [(f"{STEPS[step.do]}: {_first_words(step.text)}", step.minutes) for step in one.steps]
    plan += [("Debrief", around.debrief), ("Quiz, after", around.quiz - before), ("Discussion", around.discussion)]
    for what, minutes in plan:
        if minutes:
            rows.append((f"{clock} to {clock + minutes}", str(minutes), what))
            clock += minutes
    yield Grid(("From", "Min", "What"), tuple(rows), (22, 13, 65))
    yield Heading("Short of time")
    yield Text("Leave the second half of the discussion to a written answer; keep the predictions and the debrief.")
    yield Heading("To prepare")
    yield Items(
        (
            "Print the worksheet, one for each pair.",
            "Read the instructor's sheet; put the pictures of slides/ into your slides in their order.",
            "Try the commands of the worksheet once, in the folder of this pack: they need no network.",
        )
    )


def _first_words(text: str) -> str:
    sentence = " ".join(text.split()).partition(". ")[0].rstrip(".")
    return sentence if len(sentence) <= 110 else sentence[:107].rsplit(" ", 1)[0] + " ..."


def _filled(lab: Lab, lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(lab.fill(line) for line in lines)


class _Claims:
    """Numbers the claims that a sheet cites, in order."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def marks(self, passage: Passage) -> str:
        found = [self.numbers.setdefault(claim, len(self.numbers) + 1) for claim in passage.claims]
        return f" [{', '.join(map(str, found))}]" if found else ""


def _back_matter(one: Exercise, numbers: _Claims) -> Iterator[Block]:
    yield Heading("To read on")
    sources = ledger().sources
    reading = []
    for source in one.reading:
        known = sources.get(source.source or "")
        reading.append(f"{source.text} ({known.title})" if known is not None else source.text)
    yield Items(tuple(reading))
    yield Heading("What this rests on")
    claims = ledger().claims
    yield Items(tuple(f"{claims[claim].text} ({claim})" for claim in numbers.numbers), numbered=True)
