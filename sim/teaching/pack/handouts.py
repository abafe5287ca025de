"""What an exercise leaves for work at a desk: a brief of two pages for someone who decides, and a template for a memo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.teaching.exercises.feedback import label, missed
from sim.teaching.exercises.figures import SPREAD, Lab
from sim.teaching.exercises.schema import Passage
from sim.teaching.pack.blocks import Block, Grid, Heading, Items, Note, Room, Row, Sheet, Text, headed
from sim.teaching.pack.key import values_from
from sim.teaching.pack.pictures import Picture
from sim.teaching.pack.reading import Claims, about, differing, reading
from sim.vocabulary import month_words
from sim.words.sentences import ABOUT

_MOST_FIGURES = 8
_LEVELS = ("4: excellent", "3: good", "2: passes", "1: not yet")
_CRITERIA = (
    (
        "Recommendation",
        "One course, what it takes, and by when to look again",
        "One course, and what it takes",
        "A leaning, without its means",
        "None, or both courses at once",
    ),
    (
        "Figures",
        "The figures that decide, with ranges, and the one that speaks most against it",
        "Several figures, read rightly, with ranges",
        "Figures without ranges, or misread once",
        "No figure, or shares taken for chances in this world",
    ),
    (
        "Other side",
        "The best case for the other course, answered",
        "The other course, fairly told",
        "The other course in a sentence",
        "Left out",
    ),
    (
        "Evidence",
        "Each step rests on a passage, and a doubtful one is named as such",
        "Most steps rest on a passage",
        "A passage or two, without paragraph",
        "None",
    ),
)
_GOAL = ("Done, and shown with figures", "Done, with a gap", "Begun", "Missing")


def brief(lab: Lab, pictures: Sequence[Picture]) -> Sheet:
    """Two pages for someone who decides and has no time: question, answers, figures, what is behind them, how sure."""
    one, span = lab.exercise, lab.exercise.span()
    under = f"{month_words(span[0])} to {month_words(span[-1])}, {lab.worlds:,} modelled worlds"
    return Sheet("Brief for a decision", one.title, under, tuple(_brief(lab, pictures)), size=9)


def memo(lab: Lab) -> Sheet:
    """A template for a position memo, with the rubric by which it is read."""
    one = lab.exercise
    return Sheet("Position memo", one.title, "two pages at most, to be filled in", tuple(_memo(lab)))


def _brief(lab: Lab, pictures: Sequence[Picture]) -> Iterator[Block]:
    one, claims = lab.exercise, Claims()
    yield Text(lab.fill(one.question), lead="The question.")
    yield Heading("What the modelled worlds say")
    for answer in one.answers:
        marks = claims.marks(Passage(text=answer.text, claims=answer.claims))
        yield Text(lab.fill(answer.text) + marks, lead=headed(answer.to))
    if pictures:
        yield Row(tuple(pictures[:2]))
    yield Heading("What was compared")
    yield Items(tuple(f"{one.scenarios[name].title}: {differing(one, name) or about(one, name)}" for name in one.runs))
    yield Heading("The figures")
    names = list(dict.fromkeys(name for step in one.steps for name in step.show))[:_MOST_FIGURES]
    rows = tuple((label(one, name), lab.shown(name).told) for name in names)
    yield Grid(("Figure", "Value"), rows, (70, 30), SPREAD)
    carried = missed(lab, one.questions[one.asked()[0]], "right")
    if carried:
        yield Heading("What carries the first of these answers in the model")
        yield Items(tuple(carried))
    yield Heading("How far this can be trusted")
    yield Text(
        f"{ABOUT} Shares are of modelled worlds, not chances in this one. {values_from(lab)} What an article "
        "does not say was judged by the modellers; the dashboard's evidence says where."
    )
    yield Heading("To ask before deciding")
    yield Items(tuple(lab.fill(line) for line in one.discussion), numbered=True)
    yield Heading("Sources")
    yield Items(reading(one))
    yield Text(" ".join(f"[{number}] {text}" for number, text in enumerate(claims.cited(), 1)), soft=True)


def _memo(lab: Lab) -> Iterator[Block]:
    one = lab.exercise
    heads = (("To", ""), ("From", ""), ("Date", ""), ("Subject", lab.fill(one.question)))
    yield Grid(("Memo", ""), heads, (20, 80))
    yield Note(ABOUT)
    yield Heading("Recommendation")
    yield Room("What should be done, by whom, and when it is looked at again", 4)
    yield Heading("The figures that decide")
    yield Grid(("Figure", "Value and range", "For which course"), (("", "", ""),) * 4, (50, 25, 25))
    yield Heading("The figure that speaks most against it")
    yield Room("Which one, and why the recommendation stands all the same", 3)
    yield Heading("Who bears it")
    yield Room("Whose deaths, whose costs, whose rights; and whose view is missing", 3)
    yield Heading("What would change my mind")
    yield Room("Which assumption or which event, and how one would come to know", 3)
    yield Heading("What it rests on")
    yield Grid(("Statement", "Source and paragraph"), (("", ""),) * 3, (60, 40))
    yield Heading("Asked for")
    yield Items(tuple(lab.fill(line) for line in one.submit))
    yield Heading("Rubric")
    goals = tuple((lab.fill(goal), *_GOAL) for goal in one.goals)
    yield Grid(("Read for", *_LEVELS), (*_CRITERIA, *goals), (24, 19, 19, 19, 19))
