"""The wall of a class, for a projector: where to join, who is in, the question, and the votes as they come.

Its address holds the class's code and no secret. What stands here is what the instructor puts up, from any device.
"""

from __future__ import annotations

from html import escape
from urllib.parse import urlsplit

import streamlit as st

from dashboard.runtime import reach, state
from dashboard.runtime.language import _
from dashboard.widgets import access, asking, classes, show
from sim.teaching.classroom.classes import Classroom, Standing
from sim.teaching.classroom.file import ClassroomError
from sim.teaching.classroom.wall import OnWall
from sim.teaching.exercises.load import ExerciseError
from sim.teaching.exercises.schema import Exercise

MOST_NAMES = 11  # the newest; as many as have room below the code


def line(kind: str, text: str) -> str:
    """A line of the wall; nothing in its text is markup."""
    return f'<p class="wall-{kind}">{escape(show.seen(text))}</p>'


def joining(standing: Standing, names: list[str]) -> None:
    """How to join, and who has."""
    link, by_hand = access.join_link(standing.code), access.join_link()
    short = urlsplit(by_hand).netloc + urlsplit(by_hand).path
    alt = escape(_("QR code of {address}", address=link))
    reachable = access.is_reachable()
    picture = f'<img src="{reach.qr_picture(link)}" alt="{alt}">' if reachable else ""
    first = _("Scan, or open") if reachable else _("On this machine alone, open")
    steps = (("how", first), ("address", short), ("how", _("and type")), ("code", standing.code))
    st.html(f'<div class="wall-join">{picture}{"".join(line(*step) for step in steps)}</div>')
    if not reachable:
        st.html(line("how", _("No phone can open this address: for a room, start durand class.")))
    if standing.locked:
        st.html(line("how", _("The class is locked: nobody else can join.")))
    more = len(names) - MOST_NAMES
    shown = [f"<span>{escape(show.seen(name))}</span>" for name in names[: -MOST_NAMES - 1 : -1]]
    if more > 0:
        others = _("and {count} more", count=more)
        shown.append(f"<span>{escape(others)}</span>")
    there = _("1 is in") if standing.seats == 1 else _("{count} are in", count=standing.seats)
    st.html(
        line("in", there if standing.seats else _("Nobody is in yet")) + f'<p class="wall-names">{"".join(shown)}</p>'
    )


def question(one: Exercise, standing: Standing, shown: OnWall, room: Classroom) -> None:
    """The question that is put, how many have answered, and what they say, as far as it is to be seen."""
    place = (shown.question, shown.phase)
    if place not in classes.places(one):
        st.html(line("question", asking.filled(one, one.question)))
        return
    is_open = place not in standing.revealed
    voted = room.voted(standing.code)
    st.html(line("question", asking.filled(one, one.questions[place[0]].ask)))
    said = _("{voted} of {seats} have answered", voted=voted, seats=standing.seats)
    if not is_open:
        said = _("{voted} of {seats} have answered. Closed", voted=voted, seats=standing.seats)
    st.html(
        line("voted", said) + f'<progress value="{voted}" max="{max(standing.seats, 1)}" aria-hidden="true"></progress>'
    )
    truth = None
    if not is_open and shown.phase != "before":
        made = asking.lesson(one.name)
        truth = None if made is None else asking.model(one, made, shown.question)
        if truth is not None:
            st.html(line("answer", asking.words(truth)))
    if voted and (shown.votes or (not is_open and shown.phase != "before")):
        with st.container(key="wall-chart", height="stretch"):
            show.chart(asking.predictions(one, shown.question, room.votes(standing.code), truth), f"wall {place}")
    elif is_open and shown.phase != "before":
        st.html(line("how", _("What is predicted appears here when it is revealed.")))


@st.fragment(run_every=1.5)
def wall(code: str) -> None:
    """All of it, looked up now and then."""
    room = access.classes()
    try:
        with access.coming_back():
            standing, shown = room.standing(code), room.on_wall(code)
            names = room.present(code)
        one = asking.exercise(standing.exercise)
        asking.make_ready(one.name)
        left, right = st.columns([1, 2.4], gap="large")
        with left:
            joining(standing, names)
        with right, st.container(key="wall-question"):
            called = _(one.title)
            if standing.title != one.title:
                called = _("{title}: {exercise}", title=standing.title, exercise=called)
            place = (shown.question, shown.phase)
            st.html(
                line("title", f"{called}  ·  {classes.step_of(one, place)}" if place in classes.places(one) else called)
            )
            question(one, standing, shown, room)
    except (ClassroomError, ExerciseError) as problem:  # at any point of it the class may be closed
        access.complain(problem)


state.arrive()
if held := access.held("class"):
    st.html(
        "<style>.stAppHeader { display: none; } .stMainBlockContainer { padding: 1.5rem 4vw 0.5rem; max-width: none; }</style>"
    )
    wall(held)
else:
    st.title(_("Wall"), anchor=False)
    with st.form("wall"):
        typed = st.text_input(_("Class code"), max_chars=20, key="wall code")
        if st.form_submit_button(_("Show it"), type="primary"):
            access.hold(**{"class": typed})
            st.rerun()
