"""Exercises on a page: the question before the answer, how a prediction fared, what a step shows. For one and for a class."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from hashlib import blake2b
from typing import Literal

import streamlit as st

from dashboard.runtime import exercises, steps
from dashboard.runtime.engine import BusyError, RunError, engine
from dashboard.runtime.exercises import Lesson, Sketch
from dashboard.runtime.gate import classes_only
from dashboard.runtime.language import _
from dashboard.runtime.questions import Question
from dashboard.runtime.steps import Way
from dashboard.widgets import access, sentences, show
from sim.evidence import ledger
from sim.plots import Picture
from sim.plots.predictions import chances, ranges
from sim.scenario import differences
from sim.teaching.exercises.feedback import OVERLAP, fared, missed, unit_of
from sim.teaching.exercises.figures import ANEW, SPREAD, Lab, because_of
from sim.teaching.exercises.load import Listed, list_exercises, load_exercise
from sim.teaching.exercises.predict import Chance, Prediction, PredictionError, Range, Score, as_data, central
from sim.teaching.exercises.schema import LEVELS, Exercise, Step
from sim.teaching.exercises.typed import commands
from sim.words.language import N_, spoken
from sim.words.numbers import between, of_100
from sim.words.sentences import capital

Side = Literal["high", "low", "right"]
HOW = N_(
    "A number of worlds goes from 0 (in no modelled world) to 100 (in all of them). A range is to hold eight worlds "
    "of ten: as many are to lie below it as above. An honest answer scores best."
)


@cache
def listed() -> dict[str, Listed]:
    """The exercises of the library, the easier first."""
    return {one.name: one for one in list_exercises()}


def titled(name: str) -> str:
    """An exercise's title with its level."""
    one = listed()[name]
    grade = _(LEVELS.get(one.level, one.level)).lower()
    return _("{title} ({grade}, {minutes} minutes)", title=_(one.title), grade=grade, minutes=one.minutes)


@cache
def exercise(name: str) -> Exercise:
    """An exercise of the library, read once."""
    return load_exercise(name)


def fill(one: Exercise, text: str) -> str:
    """A text for students, with the figures that are given in place, and nothing in it markup."""
    return show.plain(filled(one, text))


def filled(one: Exercise, text: str) -> str:
    """The same, for where it cannot be markup."""
    return Lab(one).fill(text)


# ------------------------------------------------------------------------------------------------ what it comes to


def lesson(name: str) -> Lesson | None:
    """An exercise worked out; None when a notice was shown instead."""
    with st.spinner(_("The modelled worlds of this exercise are being run.")):
        found = show.answers(lambda: {"lesson": Question(exercises.work_out, (name, _stamp(name), spoken()))})
    return None if found is None else found["lesson"]


def reasons(one: Exercise, name: str, side: Side) -> list[str] | None:
    """What moves the figure of a question, for who missed it on a side; None while that is not known."""
    question = one.questions[name]
    because = because_of(one, question)
    runs = filter(None, dict.fromkeys((because.run, because.versus)))
    asked = {run: Question(exercises.ablations, (one.name, run, _stamp(one.name))) for run in runs}
    try:
        found = engine().results(f"{show.session()} {name}", asked, show.superseded)
    except (BusyError, RunError) as problem:
        st.info(show.plain(problem))
        return None
    lab = Lab(one)
    for run, ablations in found.items():
        lab.learn(run, ablations)
    return missed(lab, question, side)


_WARM: set[str] = set()


def make_ready(name: str) -> None:
    """Have everything about an exercise worked out ahead of being asked for, in the background."""
    key = f"{name} {_stamp(name)} {spoken()}"
    if key in _WARM:
        return
    _WARM.add(key)
    language = spoken()  # of whoever reads here: in the background nobody does

    def ask() -> None:
        one = exercise(name)
        wanted = [Question(exercises.work_out, (name, _stamp(name), language))]
        because = [because_of(one, question) for question in one.questions.values()]
        runs = dict.fromkeys(run for each in because for run in (each.run, each.versus) if run)
        wanted += [Question(exercises.ablations, (name, run, _stamp(name))) for run in runs]
        for question in wanted:
            try:
                engine().results(f"ahead {name}", {"": question})
            except (BusyError, RunError):
                _WARM.discard(key)  # the next visitor has it tried again
                return

    threading.Thread(target=ask, daemon=True).start()


@cache
def _stamp(name: str) -> str:
    return blake2b(exercise(name).text.encode(), digest_size=8).hexdigest()


# ------------------------------------------------------------------------------------------------ predicting


def ask(
    one: Exercise, names: Sequence[str], place: str, given: dict[str, Prediction], some: bool = False
) -> dict[str, Prediction] | None:
    """A form with questions.

    Args:
        given: predictions made before, which may be changed.
        some: whether some answers are taken where others are missing or amiss; what is amiss is said until the next try.

    Returns:
        The predictions, when the form was sent with an answer to each question, or to `some`; else None.
    """
    found: dict[str, Prediction] = {}
    kept = f"amiss {place}"
    with st.form(f"ask {place}", enter_to_submit=False):
        for name in names:
            st.markdown(f"**{fill(one, one.questions[name].ask)}**")
            _fields(one, name, place, given.get(name))
        label = _("Predict") if not given else _("Change")
        sent = st.form_submit_button(label, type="primary" if not given else "secondary", key=f"send {place}")
    if sent:
        filled_in = [name for name in names if not some or _is_filled(one, name, place)] or names
        amiss: dict[str, str] = {}
        for name in filled_in:
            try:
                found[name] = _read(one, name, place)
            except PredictionError as problem:
                amiss[name] = _("{what}.", what=capital(problem.args[0]))
        st.session_state[kept] = amiss
    for name, fault in st.session_state.get(kept, {}).items():
        if name in names:
            st.error(show.plain(f"{filled(one, one.questions[name].ask)} {fault}"))
    if not sent or (st.session_state[kept] and not some):
        return None
    return found or None


def _is_filled(one: Exercise, name: str, place: str) -> bool:
    """Whether anything was given as an answer."""
    ends = [""] if one.questions[name].form == "probability" else [" low", " high"]
    return any(st.session_state[f"{place} {name}{end}"] is not None for end in ends)


def _fields(one: Exercise, name: str, place: str, before: Prediction | None) -> None:
    question = one.questions[name]
    if question.form == "probability":
        value = round(100 * before.value, 4) if isinstance(before, Chance) else None
        st.number_input(_("Of 100 modelled worlds (0 to 100)"), 0.0, 100.0, value, 1.0, "%g", key=f"{place} {name}")
        return
    unit = unit_of(one, question)
    least, most = {"0 to 1": (0.0, 1.0), "-1 to 1": (-1.0, 1.0)}.get(unit, (None, None))
    step = 0.05 if most else None
    ends = (before.low, before.high) if isinstance(before, Range) else (None, None)
    for column, words, end, value in zip(st.columns(2), (_("From"), _("To")), ("low", "high"), ends, strict=True):
        column.number_input(
            _("{what} ({unit})", what=words, unit=_(unit)), least, most, value, step, "%g", key=f"{place} {name} {end}"
        )


def _read(one: Exercise, name: str, place: str) -> Prediction:
    if one.questions[name].form == "probability":
        value = st.session_state[f"{place} {name}"]
        if value is None:
            raise PredictionError(_("give a number from 0 (in no world) to 100 (in all of them)"))
        return Chance(value / 100)
    low, high = (st.session_state[f"{place} {name} {end}"] for end in ("low", "high"))
    if low is None or high is None:
        raise PredictionError(_("give both ends of the range"))
    return Range(float(low), float(high))


# ------------------------------------------------------------------------------------------------ what came of it


def outcome(
    one: Exercise, made: Lesson, name: str, mine: Prediction | None, later: list[Callable[[], None]] | None = None
) -> Score | None:
    """How a prediction fared, in words, and which mechanism it may have left out; None where there was none.

    Args:
        later: takes what is long in coming, to be called once all else stands on the page; None: it is waited for here.
    """
    st.markdown(f"**{fill(one, one.questions[name].ask)}**")
    if mine is None:
        st.info(_("You made no prediction here before it was revealed."))
        st.markdown(said(model(one, made, name)))
        return None
    score, lines = fared(mine, made.values[name])
    st.markdown("  \n".join(show.plain(line) for line in lines))
    place = st.container()

    def tell() -> None:
        with place:
            _told(one, name, score.side)

    tell() if later is None else later.append(tell)
    link(steps.why(one, one.questions[name]))
    return score


def _told(one: Exercise, name: str, side: Side) -> None:
    """Which mechanisms move a question's figure."""
    with st.spinner(_("Looking for what moves it: one mechanism after the other is switched off.")):
        found = reasons(one, name, side)
    if found:
        st.markdown(_("What carries it:") if side == "right" else _("What you may have left out:"))
        st.markdown("\n".join(f"- {show.plain(line)}" for line in found))
        st.caption(_(OVERLAP))
    elif found is not None:
        st.markdown(_("No single mechanism pushes it that way by much."))


def to_fill(step: Step) -> None:
    """The table that students fill in at a step, on paper or in words."""
    if step.table:
        head = ["", *(show.plain(_(column)) for column in step.table.columns)]
        rows = [[show.plain(_(row)), *("" for _column in step.table.columns)] for row in step.table.rows]
        lines = [head, ["---"] * len(head), *rows]
        st.markdown("\n".join(f"| {' | '.join(line)} |" for line in lines))


def link(way: Way) -> None:
    """A link to the page on which something is done, in a tab of its own; nothing on a server that does not have the page."""
    if not classes_only():
        st.markdown(f"[{show.plain(way.label)}]({access.link(way.page, **way.query)})")


def ways(one: Exercise, number: int) -> None:
    """The ways to the pages on which a step is done, what it lays side by side, and what is typed at a terminal."""
    step = one.steps[number]
    if step.differs:
        first, second = (one.scenarios[run] for run in step.differs)
        with st.expander(
            _(
                "What {second} does otherwise than {first}",
                second=show.plain(_(second.title)),
                first=show.plain(_(first.title)),
            )
        ):
            rows = [row for row in differences(first, second) if not row.path.endswith(".policy")]
            sentences.differences(rows, first, second)
    for way in steps.ways(one, number):
        link(way)
    if typed := commands(one, number, False):
        with st.expander(_("At a terminal")):
            st.code("\n".join(typed), language=None, wrap_lines=True)


def model(one: Exercise, made: Lesson, name: str) -> Prediction:
    """What the model says to a question: its share of worlds, or its own range of eight worlds in ten."""
    values = made.values[name]
    return Chance(float(values.mean())) if one.questions[name].form == "probability" else central(values)


def said(truth: Prediction) -> str:
    """What the model says, as a sentence in which nothing is markup."""
    return show.plain(words(truth))


def words(truth: Prediction) -> str:
    """The same, for where it cannot be markup."""
    if isinstance(truth, Chance):
        return _("The model: in {share} modelled worlds.", share=of_100(truth.value))
    return _("The model: {range} in eight worlds of ten.", range=between(truth.low, truth.high))


def show_predictions(
    one: Exercise, name: str, given: Iterable[Prediction], truth: Prediction | None, mine: Prediction | None, place: str
) -> None:
    """What a class predicted, as a picture."""
    show.picture(predictions(one, name, given, truth, mine), f"predictions-{place}-{name}")


def predictions(
    one: Exercise, name: str, given: Iterable[Prediction], truth: Prediction | None, mine: Prediction | None = None
) -> show.Drawn:
    """The same picture, to be put anywhere."""
    predicted = list(given)
    key = (one.name, name, *(str(as_data(p)) if p else "-" for p in (*predicted, truth, mine)))
    return show.drawn(key, lambda: _predictions(one, name, predicted, truth, mine))


def _predictions(
    one: Exercise, name: str, given: list[Prediction], truth: Prediction | None, mine: Prediction | None
) -> Picture:
    if one.questions[name].form == "probability":
        share = [p.value if isinstance(p, Chance) else None for p in (truth, mine)]
        return chances([p.value for p in given if isinstance(p, Chance)], *share)
    ends = [(p.low, p.high) if isinstance(p, Range) else None for p in (truth, mine)]
    return ranges([(p.low, p.high) for p in given if isinstance(p, Range)], unit_of(one, one.questions[name]), *ends)


def results(one: Exercise, made: Lesson, which: int, place: str) -> None:
    """The figures and pictures that a step shows, once its runs are made."""
    step = one.steps[which]
    if step.show:
        from sim.plots import Table

        show.table(
            Table([_("What to read off"), _("What the worlds say")], [list(made.figures[name]) for name in step.show])
        )
        st.caption(_(SPREAD))
    if any(one.draw == "fan" for one in step.pictures):
        st.caption(_(ANEW))
    if step.pictures:
        with show.row(f"{place}-{which}"):
            for position, sketch in enumerate(made.pictures[which]):
                show.picture(_drawn(sketch), f"{place}-{which}-{position}")


def _drawn(sketch: Sketch) -> show.Drawn:
    words = Picture(sketch.name, sketch.title, sketch.caption, sketch.text, None, sketch.table)
    return show.Drawn(sketch.name, sketch.title, sketch.spec, sketch.rows, lambda: words)


# ------------------------------------------------------------------------------------------------ texts


def background(one: Exercise) -> None:
    """What students need to know, each passage with the claims that it rests on."""
    known = ledger().claims
    for number, passage in enumerate(one.background):
        st.markdown(fill(one, passage.text))
        if passage.claims:
            with st.expander(
                _("What this rests on ({count})", count=len(passage.claims)), key=f"rests {one.name} {number}"
            ):
                for claim in passage.claims:
                    there = access.link("evidence", card=claim)
                    st.markdown(f"{show.plain(_(known[claim].text))} [{show.plain(claim)}]({there})")


def heading(place: int, step: Step) -> str:
    """A step's heading; `place` counted from 0."""
    return f"{place + 1}. {_(step.called)}"
