"""A class, for its instructor: its questions in order, how students get in, its answers, its file and its end."""

from __future__ import annotations

import textwrap
from contextlib import suppress
from functools import partial

import streamlit as st

from dashboard.runtime.language import _
from dashboard.widgets import access, asking, show
from sim.teaching.classroom.classes import Standing
from sim.teaching.classroom.file import ClassroomError
from sim.teaching.exercises.schema import Exercise
from sim.words.language import N_

# Phases of a class's questions, in words.
WHEN = {"before": N_("Quiz, before"), "step": N_("Step {number}"), "after": N_("Quiz, after")}

# What students have before them once a question is closed, by when it was asked.
_CLOSED = {
    "before": N_(
        "Closed: students can no longer answer it, and see nothing of it yet. The answers come when the quiz after "
        "is revealed."
    ),
    "step": N_("Revealed: students see the model's answer, their scores and what they may have left out."),
    "after": N_("Revealed: students see the model's answers, their scores and what they said before."),
}


def places(one: Exercise) -> list[tuple[str, str]]:
    """The questions of a class in the order in which they are put: (question, phase)."""
    return [
        *((name, "before") for name in one.quiz),
        *((name, "step") for name in one.asked()),
        *((name, "after") for name in one.quiz),
    ]


def said(one: Exercise, place: tuple[str, str]) -> str:
    """A question in a list; the same words before and after the reveal, for a list goes by its words."""
    name, phase = place
    number = next((k + 1 for k, step in enumerate(one.steps) if name in step.questions), 0)
    words = textwrap.shorten(asking.filled(one, one.questions[name].ask), 90, placeholder=" …")
    return f"{_(WHEN[phase], number=number)}: {words}"


def step_of(one: Exercise, place: tuple[str, str]) -> str:
    """Where in the class a question stands."""
    name, phase = place
    number = next((k + 1 for k, step in enumerate(one.steps) if name in step.questions), 0)
    return _("Step {number} of {count}", number=number, count=len(one.steps)) if phase == "step" else _(WHEN[phase])


def closed(one: Exercise, place: tuple[str, str], standing: Standing) -> str:
    """What students see of a question that is revealed or closed."""
    name, phase = place
    if phase == "before":
        return _(_CLOSED[phase])
    steps = [number for number, step in enumerate(one.steps) if name in step.questions]
    earlier = range(len(one.steps) if phase == "after" else steps[0])
    waits = any((due, "step") not in standing.revealed for number in earlier for due in one.due(number))
    return " ".join([_(_CLOSED[phase]), *([_("They come to it when all before it is revealed.")] if waits else [])])


def notes(one: Exercise) -> None:
    """What is for the instructor alone, with its figures."""
    made = asking.lesson(one.name)
    if made is None:
        return
    for sentence in made.broken:
        st.warning(show.plain(sentence))
    for heading, passages in ((_("Debrief"), made.debrief), (_("Notes"), made.notes)):
        st.subheader(heading, anchor=False)
        for text in passages:
            st.markdown(show.plain(text))
    st.subheader(_("Answers"), anchor=False)
    for to, text in made.answers:
        st.markdown(f"**{show.plain(to)}** {show.plain(text)}")


def seats(standing: Standing, secret: str) -> None:
    """Who sits in the class, and what may be done about it."""
    room, code = access.classes(), standing.code
    there = {one.number: one for one in room.seats(code, secret)}

    def called(number: int) -> str:  # lists take it as it is, for they know no markup
        return _(
            "{name} (seat {seat}, {count} predicted)",
            name=show.seen(there[number].nickname),
            seat=number,
            count=there[number].predictions,
        )

    do = partial(access.attempt, "seats")
    access.refused("seats")
    st.markdown(
        _("The class is **locked: nobody else can join**.")
        if standing.locked
        else _("The class is **open to whoever has the code**.")
    )
    st.button(
        _("Let others join again") if standing.locked else _("Lock: nobody else joins"),
        key="lock",
        on_click=do,
        args=[room.lock, code, secret, not standing.locked],
    )
    if not there:
        return
    gone = st.multiselect(_("Seats to remove"), list(there), format_func=called, key="to remove")
    given = [room.remove, code, secret, *gone]
    st.button(_("Remove them, with what they predicted"), key="remove", disabled=not gone, on_click=do, args=given)
    if len(there) < 2:
        return
    st.caption(
        _("Somebody has joined twice? Merge: one nickname stays, both devices go on, the later predictions count.")
    )
    kept = st.selectbox(_("The seat that stays"), list(there), format_func=called, key="to keep")
    others = [number for number in there if number != kept]
    other = st.selectbox(_("The seat that goes into it"), others, format_func=called, key="to merge")
    st.button(_("Merge the two"), key="merge", on_click=do, args=[room.merge, code, secret, other, kept])


def choose(standing: Standing, secret: str) -> None:
    """Go on to another exercise."""
    with st.form("another"):
        names = list(asking.listed())
        there = names.index(standing.exercise) if standing.exercise in names else 0
        name = st.selectbox(_("Exercise"), names, there, format_func=asking.titled, key=f"exercise {standing.exercise}")
        st.caption(_("What was predicted in the one before is kept."))
        asked = st.form_submit_button(_("Go on to this exercise")) and name != standing.exercise
        if asked and access.succeeds("exercise", access.classes().choose, standing.code, secret, name):
            st.rerun()
    access.refused("exercise")


def come_back() -> None:
    """Offer the classes that this browser opened; the code of one of them may stand in the address."""
    code = access.held("class")
    for secret in access.known("host") if code else ():
        with suppress(ClassroomError):
            if access.classes().is_instructor(code, secret):
                label = _("Go on with {title}", title=show.plain(access.classes().standing(code).title))
                st.button(label, type="primary", key="go on", on_click=partial(access.hold, host=secret))


def end(standing: Standing, secret: str) -> None:
    """Delete the class."""
    with st.expander(_("Delete this class"), key="delete class"):
        st.markdown(_("Everything goes: nicknames, predictions, saved runs, reveals. It cannot be brought back."))
        sure = st.checkbox(_("Yes, delete all of it"), key="sure")
        if st.button(_("Delete"), disabled=not sure, key="delete"):
            access.classes().delete(standing.code, secret)
            leave()
            st.session_state["deleted"] = True
            st.rerun()


def leave() -> None:
    """Let go of the class here; it stays as it is."""
    access.let_go("class", "host")
