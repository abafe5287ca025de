"""Class, for the instructor: open one, see predictions arrive against the model's, reveal, take them along, delete all."""

from __future__ import annotations

from typing import Literal

import streamlit as st

from dashboard.runtime.language import _
from dashboard.widgets import access, asking, classes, inviting, results_out, show, withheld
from sim.plots import Table
from sim.teaching.classroom.classes import MOST_NAME, Standing
from sim.teaching.classroom.file import ClassroomError, StrangerError
from sim.teaching.exercises.load import ExerciseError
from sim.teaching.exercises.schema import LEVELS, Exercise
from sim.words.language import N_
from sim.words.sentences import TOOL

Weight = Literal["primary", "secondary"]
_CLOSES = N_("Its answers are shown only with those of the quiz after. You need not close it.")

_REVEALS = {"before": N_("Close the quiz before"), "step": N_("Reveal"), "after": N_("Reveal the quiz")}

show.page(_("Instructor"))


def begin() -> None:
    """Open a class."""
    st.markdown(
        _(
            "Open a class, and let students join with its code. They predict before they see; you reveal. The page "
            "is yours behind a secret link, which this browser keeps: take it along, for it cannot be asked for "
            "again."
        )
    )
    classes.come_back()
    with st.form("open"):
        name = st.selectbox(_("Exercise"), list(asking.listed()), format_func=asking.titled, key="open exercise")
        title = st.text_input(_("What students see as the class's title"), max_chars=MOST_NAME, key="open title")
        opening = access.ask_opening_secret("open secret")
        if not st.form_submit_button(_("Open a class"), type="primary"):
            return
    try:
        access.opening(opening)
        opened = access.classes().open(name, title or asking.listed()[name].title)
    except ClassroomError as problem:
        access.complain(problem)
        return
    access.hold(**{"class": opened.code, "host": opened.secret})
    st.rerun()


@st.fragment(run_every=2)
def as_it_comes_in(one: Exercise, place: tuple[str, str], code: str, secret: str, with_model: bool) -> None:
    """What has arrived by now."""
    name, phase = place
    try:
        standing = access.classes().standing(code)
        withheld.note(standing)
        arrived = access.classes().predictions(code, name, phase, instructor=secret)
    except ClassroomError:
        st.rerun()
    st.markdown(_("**{count} of {seats}** have predicted.", count=len(arrived), seats=standing.seats))
    if not standing.seats:
        st.info(_("Nobody has joined yet. Show the code or the link."))
    truth = None
    # Closing the quiz before shows students nothing: nor is it shown here, where they may be looking on.
    if with_model or (place in standing.revealed and phase != "before"):
        made = asking.lesson(one.name)
        truth = None if made is None else asking.model(one, made, name)
    if truth is not None:
        st.markdown(asking.said(truth))
    asking.show_predictions(one, name, [prediction for _, prediction in arrived], truth, None, f"live {phase}")
    if arrived:
        with st.expander(_("Who predicted what"), key=f"who {name} {phase}", on_change="rerun") as opened:
            if opened.open:
                show.table(Table([_("Nickname"), _("Prediction")], [[who, str(what)] for who, what in arrived]))


def questions(one: Exercise, standing: Standing, secret: str) -> None:
    """Choose a question, watch it, reveal it."""
    all_of_them = classes.places(one)
    still = [place for place in all_of_them if place not in standing.revealed]
    st.subheader(_("The question, and predictions as they arrive"), anchor=False)
    st.session_state.setdefault(f"question {one.name}", still[0] if still else all_of_them[0])
    place = st.selectbox(
        _("Question"), all_of_them, format_func=lambda place: classes.said(one, place), key=f"question {one.name}"
    )
    st.markdown(asking.fill(one, one.questions[place[0]].ask))
    steer(one, place, standing, secret)
    inviting.wall(standing, secret, place)
    with_model = st.toggle(
        _("Show what the model says beside them"),
        key="with model",
        help=_("Leave it off while students can see this screen. The wall never shows it before you reveal."),
    )
    as_it_comes_in(one, place, standing.code, secret, with_model)


def steer(one: Exercise, place: tuple[str, str], standing: Standing, secret: str) -> None:
    """Reveal a question, and go on to the next one that is open."""
    name, phase = place
    is_open, ordered = place not in standing.revealed, classes.places(one)
    later = [other for other in ordered[ordered.index(place) + 1 :] if other not in standing.revealed]
    goes_on = not is_open or phase == "before"  # the quiz before need not be closed
    with st.container(horizontal=True):
        if is_open:
            kind: Weight = "secondary" if goes_on else "primary"
            if st.button(
                _(_REVEALS[phase]), type=kind, key=f"reveal {place}", help=_(_CLOSES) if phase == "before" else None
            ):
                for one_of_them in (name,) if phase == "step" else one.quiz:
                    access.classes().reveal(standing.code, secret, one_of_them, phase)
                st.rerun()
        if later:
            kind = "primary" if goes_on else "secondary"
            st.button(_("Next question"), type=kind, on_click=turn_to, args=[one, later[0]], key=f"next {place}")
    if not is_open:
        st.success(classes.closed(one, place, standing))


def turn_to(one: Exercise, place: tuple[str, str]) -> None:
    """Go on to a question."""
    st.session_state[f"question {one.name}"] = place


def instruct(standing: Standing, secret: str) -> None:
    """The whole of a class."""
    one = asking.exercise(standing.exercise)
    asking.make_ready(one.name)
    withheld.note(standing)
    st.header(show.plain(_(one.title)), anchor=False)
    said = _("{grade}, {minutes} minutes.", grade=_(LEVELS[one.level]), minutes=one.minutes)
    about = said if standing.title == one.title else _("{title}. {about}", title=standing.title, about=said)
    st.markdown(show.plain(about))
    inviting.invitation(standing, secret)
    questions(one, standing, secret)
    with st.expander(_("Answers, debrief and notes"), key="notes", on_change="rerun") as opened:
        if opened.open:
            classes.notes(one)
    with st.expander(_("Another exercise")):
        classes.choose(standing, secret)
    with st.expander(_("Seats: lock the class, remove or merge"), key="seats", on_change="rerun") as opened:
        if opened.open:
            classes.seats(standing, secret)
    results_out.side_by_side(standing, secret)
    results_out.files(one, standing, secret)
    classes.end(standing, secret)


if st.session_state.pop("deleted", False):
    st.success(_("The class is deleted, with everything in it."))
code, secret = access.held("class"), access.held("host")
if not (code and secret):
    begin()
else:
    try:
        with access.coming_back():
            standing = access.classes().standing(code)
            if not access.classes().is_instructor(code, secret):
                raise StrangerError(_("this is the instructor's page; use the secret link that came with the class"))
        access.hold(**{"class": standing.code, "host": secret})
        instruct(standing, secret)
    except ExerciseError as problem:
        st.error(show.plain(problem))
        classes.choose(standing, secret)
    except ClassroomError as problem:
        access.turned_away(problem, _("Open a class of your own"), classes.leave)
st.caption(show.plain(_(TOOL)))  # and below it, as on every page, that it is no forecast
