"""What is printed for a class: the students' worksheet, the instructor's sheet and the timing plan, as plain blocks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sim.teaching.exercises.feedback import label, unit_of
from sim.teaching.exercises.figures import SPREAD, Lab
from sim.teaching.exercises.schema import LEVELS, STEPS, Exercise, Passage
from sim.teaching.exercises.typed import commands
from sim.teaching.pack.blocks import Block, Code, Grid, Heading, Items, Note, Room, Row, Sheet, Text, headed
from sim.teaching.pack.key import Key, key, values_from
from sim.teaching.pack.pictures import Picture
from sim.teaching.pack.reading import Claims, reading
from sim.words.sentences import ABOUT

HOW_TO_ANSWER = (
    "A number of worlds goes from 0 (in no modelled world) to 100 (in all). A range is to hold eight worlds of ten: as "
    "many are to lie below it as above."
)


def worksheet(lab: Lab) -> Sheet:
    """What students get: nothing on it gives a result away."""
    one = lab.exercise
    return Sheet("Worksheet", one.title, under(one), tuple(_worksheet(one, lab)))


def instructor(lab: Lab, pictures: Iterable[Picture]) -> Sheet:
    """What the instructor gets, on four pages: answers with every figure in place, the pictures, and what to say."""
    one = lab.exercise
    return Sheet("Instructor's sheet", one.title, under(one), tuple(_instructor(one, lab, tuple(pictures))), size=9)


def timing(exercise: Exercise) -> Sheet:
    """Minute by minute."""
    return Sheet("Timing plan", exercise.title, under(exercise), tuple(_timing(exercise)))


def under(exercise: Exercise) -> str:
    """For whom, and how long."""
    return f"{LEVELS[exercise.level]} · {exercise.minutes} minutes"


def _worksheet(one: Exercise, lab: Lab) -> Iterator[Block]:
    yield Room("Name or pair", 1)
    yield Note(ABOUT)
    yield Heading("The question")
    yield Text(lab.fill(one.question))
    yield Heading("What you will be able to do")
    yield Items(_filled(lab, one.goals))
    yield Heading("Background")
    claims = Claims()
    for passage in one.background:
        yield Text(lab.fill(passage.text) + claims.marks(passage))
    yield Heading("Before you begin")
    yield Text(
        f"Answer without looking anything up. The same questions come back at the end. {HOW_TO_ANSWER}", soft=True
    )
    yield from _ask(one, lab, one.quiz)
    for number, step in enumerate(one.steps, 1):
        yield Heading(f"{number}. {STEPS[step.do]} ({step.minutes} minutes)")
        yield Text(lab.fill(step.text))
        yield from _ask(one, lab, step.questions)
        yield from (Code(command) for command in commands(one, number - 1, True))
        if step.show:
            rows = tuple((label(one, name), "") for name in step.show)
            yield Grid(("What to read off", "What the worlds say"), rows, (64, 36))
        if step.do in ("compare", "explain"):
            yield Room("Your words", 4)
    yield Heading("After")
    yield Text("The questions from the beginning, once more.", soft=True)
    yield from _ask(one, lab, one.quiz)
    yield Heading("What to hand in")
    yield Items(_filled(lab, one.submit))
    yield Heading("To discuss")
    yield Items(_filled(lab, one.discussion), numbered=True)
    yield from back_matter(one, claims)


def _ask(one: Exercise, lab: Lab, names: Iterable[str]) -> Iterator[Block]:
    rows = []
    for name in names:
        question = one.questions[name]
        how = "____ of 100 worlds" if question.form == "probability" else f"____ to ____ ({unit_of(one, question)})"
        rows.append((lab.fill(question.ask), how))
    if rows:
        yield Grid(("Your prediction, before you look", "Your answer"), tuple(rows), (66, 34))


def _instructor(one: Exercise, lab: Lab, pictures: tuple[Picture, ...]) -> Iterator[Block]:
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
        f"Every figure below was computed when this sheet was made, in {lab.worlds:,} modelled worlds over {lab.months} "
        f"months (seed {lab.seed}). {values_from(lab)} A figure is the middle world's unless it says otherwise.",
        soft=True,
    )
    claims = Claims()
    yield Heading("What to say afterwards")
    for passage in one.debrief:
        yield Text(lab.fill(passage.text) + claims.marks(passage))
    yield Heading("Answers")
    for answer in one.answers:
        marks = claims.marks(Passage(text=answer.text, claims=answer.claims))
        yield Text(lab.fill(answer.text) + marks, lead=headed(answer.to))
    yield Heading("Notes for the instructor")
    for passage in one.notes:
        yield Text(lab.fill(passage.text) + claims.marks(passage))
    yield Heading("To discuss")
    yield Items(_filled(lab, one.discussion), numbered=True)
    yield Heading("How predictions are scored")
    yield Text(
        "A chance by Brier's score, the mean over worlds of the squared distance between what was said and what happened; a "
        "range by the interval score, its width and ten times by how far worlds fall outside. Both are proper: nobody does "
        "better by saying anything but what they believe. The truth they are held against is the model's."
    )
    yield Heading("The predictions, and what those who miss them leave out")
    yield from _predictions([key(lab, name) for name in [*one.asked(), *one.quiz]])
    yield Heading("Figures")
    yield _figures(lab)
    if pictures:
        yield Heading("Pictures, as on the slides")
        yield from (Row(pictures[first : first + 2]) for first in range(0, len(pictures), 2))
    yield from back_matter(one, claims)


def _predictions(keys: Sequence[Key]) -> Iterator[Block]:
    """The questions with their answers, each with the mechanisms that a miss on either side leaves out."""
    for one in keys:
        yield Text(one.said, lead=one.ask)
        sides = (("low", one.low), ("high", one.high))
        said = [f"Too {side} leaves out: {' '.join(reason.said for reason in some)}" for side, some in sides if some]
        yield Items(tuple(said) or ("No mechanism stands out.",))


def _figures(lab: Lab) -> Grid:
    """Every figure, in two columns."""
    cells = [(label(lab.exercise, name), lab.shown(name).told) for name in lab.exercise.figures]
    half = (len(cells) + 1) // 2
    right = [*cells[half:], ("", "")][:half]
    rows = tuple((*one, *other) for one, other in zip(cells[:half], right, strict=True))
    caption = f"{SPREAD} What a table of results shows may differ in the last digit."
    return Grid(("Figure", "Value", "Figure", "Value"), rows, (31, 19, 31, 19), caption)


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
            "Print the worksheet, one for each pair; worksheet.docx is the same to be changed.",
            "Read the instructor's sheet, and go once through slides.pptx with its notes.",
            "For a course on line, import quiz.zip into your learning platform (QTI 2.1).",
            "Try the commands of the worksheet once, in the folder of this pack: they need no network.",
        )
    )


def _first_words(text: str) -> str:
    sentence = " ".join(text.split()).partition(". ")[0].rstrip(".")
    return sentence if len(sentence) <= 110 else sentence[:107].rsplit(" ", 1)[0] + " ..."


def _filled(lab: Lab, lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(lab.fill(line) for line in lines)


def back_matter(one: Exercise, claims: Claims) -> Iterator[Block]:
    """What to read, and the claims that the marks in the text stand for."""
    yield Heading("To read on")
    yield Items(reading(one))
    yield Heading("What this rests on")
    yield Items(claims.cited(), numbered=True)
