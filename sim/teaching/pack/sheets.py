"""What is printed for a class: the students' worksheet, the instructor's sheet and the timing plan, as plain blocks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from sim.teaching.exercises.feedback import OVERLAP, label, unit_of
from sim.teaching.exercises.figures import ANEW, SPREAD, Lab
from sim.teaching.exercises.schema import LEVELS, Exercise, Passage, Table
from sim.teaching.exercises.typed import commands
from sim.teaching.pack.blocks import Block, Code, Grid, Heading, Items, Note, Room, Row, Sheet, Text, headed
from sim.teaching.pack.key import Key, key, values_from
from sim.teaching.pack.pictures import Picture
from sim.teaching.pack.reading import Claims, reading
from sim.theme import POINTS
from sim.words.language import N_, _, together
from sim.words.sentences import ABOUT

HOW_TO_ANSWER = N_(
    "A number of worlds goes from 0 (in no modelled world) to 100 (in all). A range is to hold eight worlds of ten: as "
    "many are to lie below it as above."
)


def worksheet(lab: Lab) -> Sheet:
    """What students get: nothing on it gives a result away."""
    one = lab.exercise
    return Sheet(_("Worksheet"), _(one.title), under(one), tuple(_worksheet(one, lab)))


def instructor(lab: Lab, pictures: Iterable[Picture]) -> Sheet:
    """What the instructor gets, on four pages: answers with every figure in place, the pictures, and what to say."""
    one = lab.exercise
    blocks = tuple(_instructor(one, lab, tuple(pictures)))
    return Sheet(_("Instructor's sheet"), _(one.title), under(one), blocks, size=POINTS["note"])


def timing(exercise: Exercise) -> Sheet:
    """Minute by minute."""
    return Sheet(_("Timing plan"), _(exercise.title), under(exercise), tuple(_timing(exercise)))


def under(exercise: Exercise) -> str:
    """For whom, and how long."""
    return _("{level} · {minutes} minutes", level=_(LEVELS[exercise.level]), minutes=exercise.minutes)


def _worksheet(one: Exercise, lab: Lab) -> Iterator[Block]:
    yield Room(_("Name or pair"), 1)
    yield Note(_(ABOUT))
    yield Heading(_("The question"))
    yield Text(lab.fill(one.question))
    yield Heading(_("What you will be able to do"))
    yield Items(_filled(lab, one.goals))
    yield Heading(_("Background"))
    claims = Claims()
    for passage in one.background:
        yield Text(lab.fill(passage.text) + claims.marks(passage))
    yield Heading(_("Before you begin"))
    before = _("Answer without looking anything up. The same questions come back at the end.")
    yield Text(f"{before} {_(HOW_TO_ANSWER)}", soft=True)
    yield from _ask(one, lab, one.quiz)
    for number, step in enumerate(one.steps, 1):
        yield Heading(
            _("{number}. {step} ({minutes} minutes)", number=number, step=_(step.called), minutes=step.minutes)
        )
        yield Text(lab.fill(step.text))
        if step.table:
            yield _to_fill(step.table)
        yield from _ask(one, lab, step.questions)
        yield from (Code(command) for command in commands(one, number - 1, True))
        if step.show:
            rows = tuple((label(one, name), "") for name in step.show)
            yield Grid((_("What to read off"), _("What the worlds say")), rows, (64, 36))
        if step.do in ("compare", "explain"):
            yield Room(_("Your words"), 4)
    yield Heading(_("After"))
    yield Text(_("The questions from the beginning, once more."), soft=True)
    yield from _ask(one, lab, one.quiz)
    yield Heading(_("What to hand in"))
    yield Items(_filled(lab, one.submit))
    yield Heading(_("To discuss"))
    yield Items(_filled(lab, one.discussion), numbered=True)
    yield from back_matter(one, claims)


def _to_fill(table: Table) -> Grid:
    wide = 100 // (len(table.columns) + 1)
    rows = tuple((_(row), *("" for _column in table.columns)) for row in table.rows)
    shares = (100 - wide * len(table.columns), *(wide for _column in table.columns))
    return Grid(("", *map(_, table.columns)), rows, shares)


def _ask(one: Exercise, lab: Lab, names: Iterable[str]) -> Iterator[Block]:
    rows = []
    for name in names:
        question = one.questions[name]
        how = _("____ of 100 worlds")
        if question.form == "range":
            how = _("____ to ____ ({unit})", unit=_(unit_of(one, question)))
        rows.append((lab.fill(question.ask), how))
    if rows:
        yield Grid((_("Your prediction, before you look"), _("Your answer")), tuple(rows), (66, 34))


def _instructor(one: Exercise, lab: Lab, pictures: tuple[Picture, ...]) -> Iterator[Block]:
    yield Note(_(ABOUT))
    broken = lab.broken()
    if broken:
        check = _("Check before class: this version of the model does not bear out all that is said.")
        yield Note(" ".join((check, *broken)))
    yield Heading(_("In short"))
    yield Text(lab.fill(one.question))
    yield Items(_filled(lab, one.goals))
    computed = _(
        "Every figure below was computed when this sheet was made, in {worlds:,} modelled worlds over {months} months (seed "
        "{seed}).",
        worlds=lab.worlds,
        months=lab.months,
        seed=lab.seed,
    )
    middle = _("A figure is the middle world's unless it says otherwise.")
    yield Text(f"{computed} {values_from(lab)} {middle}", soft=True)
    claims = Claims()
    yield Heading(_("What to say afterwards"))
    for passage in one.debrief:
        yield Text(lab.fill(passage.text) + claims.marks(passage))
    yield Heading(_("Answers"))
    for answer in one.answers:
        marks = claims.marks(Passage(text=answer.text, claims=answer.claims))
        yield Text(lab.fill(answer.text) + marks, lead=headed(_(answer.to)))
    yield Heading(_("Notes for the instructor"))
    for passage in one.notes:
        yield Text(lab.fill(passage.text) + claims.marks(passage))
    yield Heading(_("To discuss"))
    yield Items(_filled(lab, one.discussion), numbered=True)
    yield Heading(_("How predictions are scored"))
    yield Text(
        _(
            "A chance by Brier's score, the mean over worlds of the squared distance between what was said and what happened; "
            "a range by the interval score, its width and ten times by how far worlds fall outside. Both are proper: nobody "
            "does better by saying anything but what they believe. The truth they are held against is the model's."
        )
    )
    yield Heading(_("The predictions, and what those who miss them leave out"))
    yield from _predictions([key(lab, name) for name in [*one.asked(), *one.quiz]])
    yield Heading(_("Figures"))
    yield _figures(lab)
    if pictures:
        yield Heading(_("Pictures, as on the slides"))
        yield Text(_(ANEW), soft=True)
        yield from (Row(pictures[first : first + 2]) for first in range(0, len(pictures), 2))
    yield from back_matter(one, claims)


def _predictions(keys: Sequence[Key]) -> Iterator[Block]:
    """The questions with their answers, each with the mechanisms that a miss on either side leaves out."""
    yield Text(_(OVERLAP), soft=True)
    for one in keys:
        yield Text(one.said, lead=one.ask)
        sides = ((N_("Too low leaves out: {what}"), one.low), (N_("Too high leaves out: {what}"), one.high))
        said = [_(side, what=together(" ", [reason.said for reason in some])) for side, some in sides if some]
        yield Items(tuple(said) or (_("No mechanism stands out."),))


def _figures(lab: Lab) -> Grid:
    """Every figure, in two columns."""
    cells = [(label(lab.exercise, name), lab.shown(name).told) for name in lab.exercise.figures]
    half = (len(cells) + 1) // 2
    right = [*cells[half:], ("", "")][:half]
    rows = tuple((*one, *other) for one, other in zip(cells[:half], right, strict=True))
    caption = " ".join((_(SPREAD), _("What a table of results shows may differ in the last digit.")))
    return Grid((_("Figure"), _("Value"), _("Figure"), _("Value")), rows, (31, 19, 31, 19), caption)


def _timing(one: Exercise) -> Iterator[Block]:
    yield Text(_("Keep the order: nothing is run before it has been predicted."))
    around, clock, rows = one.timing, 0, []
    before = max(1, around.quiz // 2)
    plan = [(_("Opening: the question and the background"), around.opening), (_("Quiz, before"), before)]
    for step in one.steps:
        plan.append((_("{step}: {what}", step=_(step.called), what=_first_words(_(step.text))), step.minutes))
    plan += [(_("Debrief"), around.debrief), (_("Quiz, after"), around.quiz - before)]
    plan.append((_("Discussion"), around.discussion))
    for what, minutes in plan:
        if minutes:
            rows.append((_("{low} to {high}", low=clock, high=clock + minutes), str(minutes), what))
            clock += minutes
    yield Grid((_("From"), _("Min"), _("What")), tuple(rows), (22, 13, 65))
    yield Heading(_("Short of time"))
    yield Text(_("Leave the second half of the discussion to a written answer; keep the predictions and the debrief."))
    yield Heading(_("To prepare"))
    yield Items(
        (
            _("Print the worksheet, one for each pair; worksheet.docx is the same to be changed."),
            _("Read the instructor's sheet, and go once through slides.pptx with its notes."),
            _("For a course on line, import quiz.zip into your learning platform (QTI 2.1)."),
            _("Try the commands of the worksheet once, in the folder of this pack: they need no network."),
        )
    )


_END = re.compile(r"\. |۔ ")


def _first_words(text: str) -> str:
    sentence = _END.split(" ".join(text.split()))[0].rstrip(".۔")
    return sentence if len(sentence) <= 110 else sentence[:107].rsplit(" ", 1)[0] + " ..."


def _filled(lab: Lab, lines: Iterable[str]) -> tuple[str, ...]:
    return tuple(lab.fill(line) for line in lines)


def back_matter(one: Exercise, claims: Claims) -> Iterator[Block]:
    """What to read, and the claims that the marks in the text stand for."""
    yield Heading(_("To read on"))
    yield Items(reading(one))
    yield Heading(_("What this rests on"))
    yield Items(claims.cited(), numbered=True)
