"""What an exercise leaves for work at a desk: a brief of two pages for someone who decides, and a template for a memo."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sim.teaching.exercises.feedback import OVERLAP, label, missed
from sim.teaching.exercises.figures import ANEW, SPREAD, Lab
from sim.teaching.exercises.schema import Passage
from sim.teaching.pack.blocks import Block, Grid, Heading, Items, Note, Room, Row, Sheet, Text, headed
from sim.teaching.pack.key import values_from
from sim.teaching.pack.pictures import Picture
from sim.teaching.pack.reading import Claims, about, differing, reading
from sim.theme import POINTS
from sim.words.language import N_, _
from sim.words.sentences import ABOUT, months_words

_MOST_FIGURES = 8
_LEVELS = (N_("4: excellent"), N_("3: good"), N_("2: passes"), N_("1: not yet"))
_CRITERIA = (
    (
        N_("Recommendation"),
        N_("One course, what it takes, and by when to look again"),
        N_("One course, and what it takes"),
        N_("A leaning, without its means"),
        N_("None, or both courses at once"),
    ),
    (
        N_("Figures"),
        N_("The figures that decide, with ranges, and the one that speaks most against it"),
        N_("Several figures, read rightly, with ranges"),
        N_("Figures without ranges, or misread once"),
        N_("No figure, or shares taken for chances in this world"),
    ),
    (
        N_("Other side"),
        N_("The best case for the other course, answered"),
        N_("The other course, fairly told"),
        N_("The other course in a sentence"),
        N_("Left out"),
    ),
    (
        N_("Evidence"),
        N_("Each step rests on a passage, and a doubtful one is named as such"),
        N_("Most steps rest on a passage"),
        N_("A passage or two, without paragraph"),
        N_("None"),
    ),
)
_GOAL = (N_("Done, and shown with figures"), N_("Done, with a gap"), N_("Begun"), N_("Missing"))


def brief(lab: Lab, pictures: Sequence[Picture]) -> Sheet:
    """Two pages for someone who decides and has no time: question, answers, figures, what is behind them, how sure."""
    one, span = lab.exercise, lab.exercise.span()
    under = _("{span}, {worlds:,} modelled worlds", span=months_words(span[0], span[-1]), worlds=lab.worlds)
    return Sheet(_("Brief for a decision"), _(one.title), under, tuple(_brief(lab, pictures)), size=POINTS["note"])


def memo(lab: Lab) -> Sheet:
    """A template for a position memo, with the rubric by which it is read."""
    one = lab.exercise
    return Sheet(_("Position memo"), _(one.title), _("two pages at most, to be filled in"), tuple(_memo(lab)))


def _brief(lab: Lab, pictures: Sequence[Picture]) -> Iterator[Block]:
    one, claims = lab.exercise, Claims()
    yield Text(lab.fill(one.question), lead=_("The question."))
    yield Heading(_("What the modelled worlds say"))
    for answer in (answer for answer in one.answers if answer.brief):
        marks = claims.marks(Passage(text=answer.text, claims=answer.claims))
        yield Text(lab.fill(answer.text) + marks, lead=headed(_(answer.to)))
    if pictures:
        yield Row(tuple(pictures[:2]))
    yield Heading(_("What was compared"))
    yield Items(
        tuple(
            _("{run}: {what}", run=_(one.scenarios[name].title), what=differing(one, name) or about(one, name))
            for name in one.runs
        )
    )
    yield Heading(_("The figures"))
    names = list(dict.fromkeys(name for step in one.steps for name in step.show))[:_MOST_FIGURES]
    rows = tuple((label(one, name), lab.shown(name).told) for name in names)
    yield Grid((_("Figure"), _("Value")), rows, (70, 30), " ".join((_(SPREAD), _(ANEW))) if pictures else _(SPREAD))
    carried = missed(lab, one.questions[one.asked()[0]], "right")
    if carried:
        yield Heading(_("What carries the first of these answers in the model"))
        yield Items(tuple(carried))
        yield Text(_(OVERLAP), soft=True)
    yield Heading(_("How far this can be trusted"))
    shares = _("Shares are of modelled worlds, not chances in this one.")
    judged = _("What an article does not say was judged by the modellers; the dashboard's evidence says where.")
    yield Text(f"{_(ABOUT)} {shares} {values_from(lab)} {judged}")
    yield Heading(_("To ask before deciding"))
    yield Items(tuple(lab.fill(line) for line in one.discussion), numbered=True)
    yield Heading(_("Sources"))
    yield Items(reading(one))
    yield Text(" ".join(f"[{number}] {text}" for number, text in enumerate(claims.cited(), 1)), soft=True)


def _memo(lab: Lab) -> Iterator[Block]:
    one = lab.exercise
    heads = ((_("To"), ""), (_("From"), ""), (_("Date"), ""), (_("Subject"), lab.fill(one.question)))
    yield Grid((_("Memo"), ""), heads, (20, 80))
    yield Note(_(ABOUT))
    yield Heading(_("Recommendation"))
    yield Room(_("What should be done, by whom, and when it is looked at again"), 4)
    yield Heading(_("The figures that decide"))
    yield Grid((_("Figure"), _("Value and range"), _("For which course")), (("", "", ""),) * 4, (50, 25, 25))
    yield Heading(_("The figure that speaks most against it"))
    yield Room(_("Which one, and why the recommendation stands all the same"), 3)
    yield Heading(_("Who bears it"))
    yield Room(_("Whose deaths, whose costs, whose rights; and whose view is missing"), 3)
    yield Heading(_("What would change my mind"))
    yield Room(_("Which assumption or which event, and how one would come to know"), 3)
    yield Heading(_("What it rests on"))
    yield Grid((_("Statement"), _("Source and paragraph")), (("", ""),) * 3, (60, 40))
    yield Heading(_("Asked for"))
    yield Items(tuple(lab.fill(line) for line in one.submit))
    yield Heading(_("Rubric"))
    criteria = tuple(tuple(map(_, some)) for some in _CRITERIA)
    goals = tuple((lab.fill(goal), *map(_, _GOAL)) for goal in one.goals)
    yield Grid((_("Read for"), *map(_, _LEVELS)), (*criteria, *goals), (24, 19, 19, 19, 19))
