"""Class, for students: join with a code and a nickname, predict before anything may be seen, and find out what was missed."""

from __future__ import annotations

import streamlit as st

from dashboard.runtime.language import _
from dashboard.widgets import access, asking, classes, joining, saving, show
from sim.teaching.classroom.classes import Seat, Standing
from sim.teaching.classroom.file import ClassroomError, GoneError
from sim.teaching.exercises.load import ExerciseError
from sim.teaching.exercises.predict import Prediction
from sim.teaching.exercises.schema import LEVELS, Exercise
from sim.words.language import N_
from sim.words.sentences import TOOL

Place = tuple[str, str]  # a question, and when it is asked
Given = dict[Place, Prediction]

# What becomes of an answer: that to the quiz before is never revealed by itself.
_COMES_BACK = N_("The question comes back at the end, with its answer. Until this quiz is closed you may change yours.")
_WAITS = N_("Waiting for the reveal. Until then you may change it.")
_ABOVE = N_("One of the questions here stands above, as the question now.")

show.page(_("Class"), reading=True)


@st.fragment(run_every=2.5)
def watch(code: str, seen: Standing, put: Place) -> None:
    """Look now and then whether the instructor has gone on."""
    try:
        now, then = access.classes().standing(code), put_up(code)
    except ClassroomError:
        st.rerun()
    if (now.exercise, now.revealed, then) != (seen.exercise, seen.revealed, put):
        st.rerun()
    st.caption(
        show.plain(_("{seats} in this class. What the instructor reveals appears here by itself.", seats=now.seats))
    )


def put_up(code: str) -> Place:
    """The question that stands on the wall; none: two empty words."""
    shown = access.classes().on_wall(code)
    return shown.question, shown.phase


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
        st.caption(_(_COMES_BACK if phase == "before" else _WAITS))
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
    if phase == "after":
        before = given.get((name, "before"))
        words = _("Before, you said {said}.", said=before) if before else _("Before, you made no prediction.")
        st.caption(show.plain(words))
    mine = given.get((name, phase))
    asking.outcome(one, made, name, mine)
    everybody = [prediction for _, prediction in access.classes().predictions(code, name, phase)]
    asking.show_predictions(one, name, everybody, asking.model(one, made, name), mine, phase)


def stands_above(put: Place, standing: Standing, given: Given) -> bool:
    """Whether the question on the wall stands above all the rest: while it is open, and then for whoever predicted it, so
    that nobody sees what came of it who has yet to come to it."""
    is_open = put not in standing.revealed
    return is_open or (put[1] != "before" and put in given)


def follow(one: Exercise, put: Place, standing: Standing, given: Given, seat: Seat) -> Place | None:
    """The question on the wall, as the phone has it; what stands here is not put again below."""
    if put not in classes.places(one):
        return None
    name, phase = put
    if not stands_above(put, standing, given):
        st.info(_("The question put to the class is closed."))
        return None
    with st.container(border=True, key="put"):
        st.subheader(_("The question now: {place}", place=classes.step_of(one, put)), anchor=False)
        if put in standing.revealed:
            revealed(one, name, phase, given, standing.code)
            return put
        if put not in given:
            st.caption(_(asking.HOW))
        predict(one, (name,), (name,), phase, given, standing.code, seat)
    return put


def questions(
    one: Exercise,
    names: tuple[str, ...],
    phase: str,
    standing: Standing,
    given: Given,
    seat: Seat,
    above: Place | None,
) -> None:
    """Questions of a step or of the quiz: those still open are asked, those revealed are told of; that above is left out."""
    here = [name for name in names if (name, phase) != above]
    if len(here) < len(names):
        st.caption(_(_ABOVE))
    closed = [name for name in here if (name, phase) in standing.revealed]
    still = tuple(name for name in here if name not in closed)
    if still:
        predict(one, still, names, phase, given, standing.code, seat)
    for name in closed:
        revealed(one, name, phase, given, standing.code)


def opening_quiz(one: Exercise, standing: Standing, given: Given, seat: Seat, above: Place | None) -> bool:
    """The quiz before; whether the steps may be seen."""
    st.subheader(_("Before you begin"), anchor=False)
    quiz = tuple(one.quiz)
    if all((name, "after") in standing.revealed for name in quiz):
        st.caption(_("See “After” below."))
        return True
    still = tuple(name for name in quiz if (name, "before") not in standing.revealed)
    if not still:
        st.markdown(_("This quiz is closed; its questions come again at the end."))
        return True
    here = tuple(name for name in still if (name, "before") != above)
    if len(here) < len(still):
        st.caption(_(_ABOVE))
    elif above is None or above in given:  # else it says so there
        st.caption(_(asking.HOW))
    if here:
        predict(one, here, quiz, "before", given, standing.code, seat)
    if any((name, "before") not in given for name in still):
        st.info(_("The steps come when you have answered. The same questions come back at the end."))
        return False
    return True


def lesson(standing: Standing, seat: Seat, put: Place) -> None:
    """The exercise from beginning to end, as far as the class has come; the question on the wall above all the rest."""
    one = asking.exercise(standing.exercise)
    given = access.classes().mine(standing.code, seat.secret)
    st.header(show.plain(_(one.title)), anchor=False)
    said = _("{grade}. You are here as {nickname}.", grade=_(LEVELS[one.level]), nickname=seat.nickname)
    about = said if standing.title == one.title else _("{title}. {about}", title=standing.title, about=said)
    st.markdown(show.plain(about))
    with st.container():  # its own, so that nothing below moves up or down the page's list and loses what was typed
        above = follow(one, put, standing, given, seat)
    st.markdown(f"**{asking.fill(one, one.question)}**")
    with st.expander(_("Background")):
        asking.background(one)
    if not opening_quiz(one, standing, given, seat, above):
        return
    for number, step in enumerate(one.steps):
        st.subheader(asking.heading(number, step), anchor=False)
        st.markdown(asking.fill(one, step.text))
        asking.to_fill(step)
        questions(one, step.questions, "step", standing, given, seat, above)
        if any((name, "step") not in standing.revealed for name in one.due(number)):
            st.info(_("What the runs say, and the next step, come when the instructor reveals them."))
            return
        if (step.show or step.pictures) and (made := asking.lesson(one.name)) is not None:
            asking.results(one, made, number, "class")
    st.subheader(_("After"), anchor=False)
    questions(one, tuple(one.quiz), "after", standing, given, seat, above)


code, secret = access.held("class"), access.held("me")
if not (code and secret):
    joining.come_back()
    joining.join()
else:
    try:
        with access.coming_back():
            seat, standing = access.classes().again(code, secret), access.classes().standing(code)
            put = put_up(code)
        access.hold(**{"class": standing.code, "me": secret})
        watch(standing.code, standing, put)
        lesson(standing, seat, put)
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
