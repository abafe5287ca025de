"""Class, for students: join with a code and a nickname, predict before anything may be seen, and find out what was missed."""

from __future__ import annotations

import streamlit as st

from dashboard.runtime.language import _
from dashboard.widgets import access, asking, joining, saving, show
from sim.teaching.classroom.classes import Seat, Standing
from sim.teaching.classroom.file import ClassroomError, GoneError
from sim.teaching.exercises.load import ExerciseError
from sim.teaching.exercises.predict import Prediction
from sim.teaching.exercises.schema import LEVELS, Exercise
from sim.words.sentences import TOOL

Given = dict[tuple[str, str], Prediction]

show.page(_("Class"), reading=True)


@st.fragment(run_every=2.5)
def watch(code: str, seen: Standing) -> None:
    """Look now and then whether the instructor has gone on."""
    try:
        now = access.classes().standing(code)
    except ClassroomError:
        st.rerun()
    if (now.exercise, now.revealed) != (seen.exercise, seen.revealed):
        st.rerun()
    st.caption(
        show.plain(_("{seats} in this class. What the instructor reveals appears here by itself.", seats=now.seats))
    )


def predict(
    one: Exercise, names: tuple[str, ...], together: tuple[str, ...], phase: str, given: Given, code: str, seat: Seat
) -> None:
    """Put questions that are open, and keep each answer that can be kept: one that is amiss holds up no other.

    Args:
        together: all questions of the step or quiz, those no longer open among them.
    """
    mine = {name: given[name, phase] for name in names if (name, phase) in given}
    for name, prediction in mine.items():
        st.markdown(
            _(
                "{question}  \nYou predict **{prediction}**.",
                question=asking.fill(one, one.questions[name].ask),
                prediction=show.plain(prediction),
            )
        )
    if mine:
        st.caption(_("Waiting for the reveal. Until then you may change it."))
    place, found = f"{one.name} {phase} {'-'.join(together)}", dict[str, Prediction]()
    if mine:
        with st.expander(_("Change it")):
            found |= asking.ask(one, tuple(mine), f"{place} change", mine, some=True) or {}
    if waits := [name for name in names if name not in mine]:
        found |= asking.ask(one, waits, place, {}, some=True) or {}
    if not found:
        return
    try:
        for name, prediction in found.items():
            access.classes().submit(code, seat.secret, name, prediction, phase)
    except ClassroomError as problem:
        access.complain(problem)
        return
    st.rerun()


def revealed(one: Exercise, name: str, phase: str, given: Given, code: str) -> None:
    """What came of a question: the class, the model, one's own score, and what was missed."""
    made = asking.lesson(one.name)
    if made is None:
        return
    mine = given.get((name, phase))
    asking.outcome(one, made, name, mine)
    everybody = [prediction for _, prediction in access.classes().predictions(code, name, phase)]
    asking.show_predictions(one, name, everybody, asking.model(one, made, name), mine, phase)


def questions(one: Exercise, names: tuple[str, ...], phase: str, standing: Standing, given: Given, seat: Seat) -> None:
    """Questions of a step or of the quiz: those still open are asked, those revealed are told of."""
    closed = [name for name in names if (name, phase) in standing.revealed]
    still = tuple(name for name in names if name not in closed)
    if still:
        predict(one, still, names, phase, given, standing.code, seat)
    for name in closed:
        revealed(one, name, phase, given, standing.code)


def lesson(standing: Standing, seat: Seat) -> None:
    """The exercise from beginning to end, as far as the class has come."""
    one = asking.exercise(standing.exercise)
    given = access.classes().mine(standing.code, seat.secret)
    st.header(show.plain(_(one.title)), anchor=False)
    said = _("{grade}. You are here as {nickname}.", grade=_(LEVELS[one.level]), nickname=seat.nickname)
    about = said if standing.title == one.title else _("{title}. {about}", title=standing.title, about=said)
    st.markdown(show.plain(about))
    st.markdown(f"**{asking.fill(one, one.question)}**")
    with st.expander(_("Background")):
        asking.background(one)
    st.subheader(_("Before you begin"), anchor=False)
    quiz = tuple(one.quiz)
    finished = all((name, "after") in standing.revealed for name in quiz)
    if not finished:
        open_quiz = tuple(name for name in quiz if (name, "before") not in standing.revealed)
        if open_quiz:
            st.caption(_(asking.HOW))
            predict(one, open_quiz, quiz, "before", given, standing.code, seat)
        else:
            st.markdown(_("This quiz is closed; its questions come again at the end."))
        if any((name, "before") not in given for name in open_quiz):
            st.info(_("The steps come when you have answered. The same questions come back at the end."))
            return
    else:
        st.caption(_("See “After” below."))
    for number, step in enumerate(one.steps):
        st.subheader(asking.heading(number, step), anchor=False)
        st.markdown(asking.fill(one, step.text))
        asking.to_fill(step)
        questions(one, step.questions, "step", standing, given, seat)
        if any((name, "step") not in standing.revealed for name in one.due(number)):
            st.info(_("What the runs say, and the next step, come when the instructor reveals them."))
            return
        if (step.show or step.pictures) and (made := asking.lesson(one.name)) is not None:
            asking.results(one, made, number, "class")
    st.subheader(_("After"), anchor=False)
    if finished:
        for name in quiz:
            before = given.get((name, "before"))
            st.caption(
                show.plain(
                    _("Before, you said {said}.", said=before) if before else _("Before, you made no prediction.")
                )
            )
    questions(one, quiz, "after", standing, given, seat)


code, secret = access.held("class"), access.held("me")
if not (code and secret):
    joining.come_back()
    joining.join()
else:
    try:
        with access.coming_back():
            seat, standing = access.classes().again(code, secret), access.classes().standing(code)
        access.hold(**{"class": standing.code, "me": secret})
        watch(standing.code, standing)
        lesson(standing, seat)
        saving.mine(standing.code, secret)
        access.own_link("class_student", **{"class": standing.code, "me": secret})
        st.button(_("Leave this class"), on_click=joining.leave)
    except ExerciseError as problem:
        st.error(show.plain(problem))
    except ClassroomError as problem:
        access.turned_away(
            problem, _("Join anew"), joining.leave if isinstance(problem, GoneError) else joining.come_in
        )
st.caption(show.plain(_(TOOL)))  # and below it, as on every page, that it is no forecast
