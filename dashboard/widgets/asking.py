"""Exercises on a page: the question before the answer, how a prediction fared, what a step shows. For one and for a class."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from functools import cache
from hashlib import blake2b

import streamlit as st

from dashboard.runtime import exercises
from dashboard.runtime.engine import BusyError, RunError, engine
from dashboard.runtime.exercises import Lesson, Sketch
from dashboard.runtime.questions import Question
from dashboard.widgets import access, show
from sim.plots import Picture
from sim.plots.predictions import chances, ranges
from sim.teaching.exercises.feedback import fared, unit_of, why_command
from sim.teaching.exercises.figures import Lab
from sim.teaching.exercises.load import Listed, list_exercises, load_exercise
from sim.teaching.exercises.predict import Chance, Prediction, PredictionError, Range, Score, as_data, central
from sim.teaching.exercises.schema import LEVELS, STEPS, Exercise, Passage, Step
from sim.words.numbers import between, of_100

HOW = (
    "A number of worlds goes from 0 (in no modelled world) to 100 (in all of them). A range is to hold eight worlds of ten: as "
    "many are to lie below it as above. An honest answer scores best."
)


@cache
def listed() -> dict[str, Listed]:
    """The exercises of the library, the easier first."""
    return {one.name: one for one in list_exercises()}


def titled(name: str) -> str:
    """An exercise's title with its level."""
    one = listed()[name]
    return f"{one.title} ({LEVELS.get(one.level, one.level).lower()}, {one.minutes} minutes)"


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
    with st.spinner("The modelled worlds of this exercise are being run."):
        found = show.answers(lambda: {"lesson": Question(exercises.work_out, (name, _stamp(name)))})
    return None if found is None else found["lesson"]


def reasons(name: str, question: str) -> dict[str, list[str]] | None:
    """What a prediction may have left out, by the side on which it missed; None while that is not known."""
    asked = {"reasons": Question(exercises.reasons, (name, question, _stamp(name)))}
    try:
        found: dict[str, list[str]] = engine().results(f"{show.session()} {question}", asked, show.superseded)[
            "reasons"
        ]
    except (BusyError, RunError) as problem:
        st.info(show.plain(problem))
        return None
    return found


_WARM: set[str] = set()


def make_ready(name: str) -> None:
    """Have everything about an exercise worked out ahead of being asked for, in the background."""
    key = f"{name} {_stamp(name)}"
    if key in _WARM:
        return
    _WARM.add(key)

    def ask() -> None:
        one = exercise(name)
        wanted = [Question(exercises.work_out, (name, _stamp(name)))]
        wanted += [Question(exercises.reasons, (name, question, _stamp(name))) for question in one.questions]
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


def ask(one: Exercise, names: Sequence[str], place: str, given: dict[str, Prediction]) -> dict[str, Prediction] | None:
    """A form with questions.

    Args:
        given: predictions made before, which may be changed.

    Returns:
        The predictions, when the form was sent with an answer to each question; else None.
    """
    found: dict[str, Prediction] = {}
    with st.form(f"ask {place}", enter_to_submit=False):
        for name in names:
            st.markdown(f"**{fill(one, one.questions[name].ask)}**")
            _fields(one, name, place, given.get(name))
        label = "Predict" if not given else "Change"
        if not st.form_submit_button(label, type="primary" if not given else "secondary", key=f"send {place}"):
            return None
    for name in names:
        try:
            found[name] = _read(one, name, place)
        except PredictionError as problem:
            st.error(show.plain(f"{Lab(one).fill(one.questions[name].ask)} {str(problem).capitalize()}."))
            return None
    return found


def _fields(one: Exercise, name: str, place: str, before: Prediction | None) -> None:
    question = one.questions[name]
    if question.form == "probability":
        value = round(100 * before.value, 4) if isinstance(before, Chance) else None
        st.number_input("Of 100 modelled worlds (0 to 100)", 0.0, 100.0, value, 1.0, "%g", key=f"{place} {name}")
        return
    unit = unit_of(one, question)
    least, most = {"0 to 1": (0.0, 1.0), "-1 to 1": (-1.0, 1.0)}.get(unit, (None, None))
    step = 0.05 if most else None
    ends = (before.low, before.high) if isinstance(before, Range) else (None, None)
    for column, words, end, value in zip(st.columns(2), ("From", "To"), ("low", "high"), ends, strict=True):
        column.number_input(f"{words} ({unit})", least, most, value, step, "%g", key=f"{place} {name} {end}")


def _read(one: Exercise, name: str, place: str) -> Prediction:
    if one.questions[name].form == "probability":
        value = st.session_state[f"{place} {name}"]
        if value is None:
            raise PredictionError("give a number from 0 (in no world) to 100 (in all of them)")
        return Chance(value / 100)
    low, high = (st.session_state[f"{place} {name} {end}"] for end in ("low", "high"))
    if low is None or high is None:
        raise PredictionError("give both ends of the range")
    return Range(float(low), float(high))


# ------------------------------------------------------------------------------------------------ what came of it


def outcome(one: Exercise, made: Lesson, name: str, mine: Prediction | None) -> Score | None:
    """How a prediction fared, in words, and which mechanism it may have left out; None where there was none."""
    st.markdown(f"**{fill(one, one.questions[name].ask)}**")
    if mine is None:
        st.info("You made no prediction here before it was revealed.")
        st.markdown(said(model(one, made, name)))
        return None
    score, lines = fared(mine, made.values[name])
    st.markdown("  \n".join(show.plain(line) for line in lines))
    with st.spinner("Looking for what was left out, mechanism by mechanism."):
        found = reasons(one.name, name)
    if found and found[score.side]:
        st.markdown("What carries it:" if score.side == "right" else "What you may have left out:")
        st.markdown("\n".join(f"- {show.plain(line)}" for line in found[score.side]))
    elif found:
        st.markdown("No single mechanism pushes it that way by much.")
    st.caption("To look further, on the command line:")
    st.code(why_command(one, one.questions[name], False), language=None, wrap_lines=True)
    return score


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
        return f"The model: in {of_100(truth.value)} modelled worlds."
    return f"The model: {between(truth.low, truth.high)} in eight worlds of ten."


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

        show.table(Table(["What to read off", "What the worlds say"], [list(made.figures[name]) for name in step.show]))
    if step.pictures:
        with st.container(horizontal=True, gap="medium"):
            for position, sketch in enumerate(made.pictures[which]):
                show.picture(_drawn(sketch), f"{place}-{which}-{position}")


def _drawn(sketch: Sketch) -> show.Drawn:
    words = Picture(sketch.name, sketch.title, sketch.caption, sketch.text, None, sketch.table)
    return show.Drawn(sketch.name, sketch.title, sketch.spec, sketch.rows, lambda: words)


# ------------------------------------------------------------------------------------------------ texts


def background(one: Exercise) -> None:
    """What students need to know, each passage with the claims that it rests on."""
    for passage in one.background:
        st.markdown(f"{fill(one, passage.text)}{claims(passage)}")


def claims(passage: Passage) -> str:
    """Links to the claims that a passage rests on, as Markdown."""
    links = ", ".join(f"[{show.plain(claim)}]({access.link('evidence', card=claim)})" for claim in passage.claims)
    return f"  \nRests on: {links}" if links else ""


def heading(place: int, step: Step) -> str:
    """A step's heading; `place` counted from 0."""
    return f"{place + 1}. {STEPS[step.do]}"
