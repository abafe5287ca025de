"""Table: one game with several seats, in lock-step, with a clock that the host can stop."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

import streamlit as st

from dashboard import controls, doors, seats, show, tables
from sim.run import LimitError
from sim.scenario import ScenarioError
from sim.teaching.classroom import MOST_NAME, NICKNAME_LENGTH
from sim.teaching.classroom_file import ClassroomError, GoneError, StrangerError
from sim.teaching.moves import GameError
from sim.teaching.play import start
from sim.vocabulary import ACTORS

show.page("Play together", "One game, up to four seats. A quarter passes when all have moved, or when the time is up.")


def gone(problem: ClassroomError) -> list[str]:
    """What else there is to let go of: the code of a game that is no more."""
    return ["game"] if isinstance(problem, GoneError) else []


def come_back() -> None:
    """Offer the seats that this browser has in the game, or in the one that it was copied from."""
    code, games = doors.held("game"), doors.games()
    for secret in doors.known("player") if code else ():
        with suppress(ClassroomError):
            mine = games.again(code, secret)
            label = f"Go on as {show.plain(mine.nickname)}, {show.plain(ACTORS[mine.actor])}"
            st.button(label, type="primary", key=f"go on {mine.actor}", on_click=partial(doors.hold, player=secret))
    for secret in doors.known("leader") if code else ():
        with suppress(ClassroomError):
            if games.is_host(code, secret):
                st.button("Go on as the host", type="primary", key="go on", on_click=partial(doors.hold, leader=secret))


# ------------------------------------------------------------------------------------------------ coming in


def claim() -> None:
    """Take a seat."""
    with st.form("claim"):
        code = st.text_input("Game code, from your host", doors.held("game"), max_chars=20, key="claim code")
        nickname = st.text_input("Nickname", max_chars=NICKNAME_LENGTH, key="claim nickname")
        actor = st.selectbox("Seat", list(ACTORS), format_func=ACTORS.__getitem__, key="claim seat")
        st.caption("Choose any nickname; your own name is not needed, and nothing personal is asked.")
        if not st.form_submit_button("Take the seat", type="primary"):
            return
    try:
        with doors.knocking():
            seat = doors.games().claim(code, nickname, actor)
            view = doors.games().look(code)
    except ClassroomError as problem:
        doors.complain(problem)
        return
    doors.hold(game=view.code, player=seat.secret)
    st.rerun()


def begin() -> None:
    """Open a game, as its host."""
    with st.form("open game"):
        names = list(controls.library())
        scenario = st.selectbox(
            "Scenario", names, format_func=lambda name: controls.library()[name][0], key="game scenario"
        )
        title = st.text_input("Title", max_chars=MOST_NAME, key="game title")
        minutes: Any = st.number_input("Minutes a turn (0: no clock)", 0.0, 120.0, 5.0, 0.5, key="game minutes")
        seed: Any = st.number_input("Seed", 0, 2**53 - 1, 0, 1, key="game seed")
        opening = doors.ask_opening_secret("game secret")
        if not st.form_submit_button("Open a game"):
            return
    try:
        doors.opening(opening)
        game = start(scenario, tuple(ACTORS), seed=int(seed))
        opened = doors.games().open(game, title, 60.0 * minutes if minutes else None)
    except (ClassroomError, GameError, LimitError, ScenarioError) as problem:
        doors.complain(problem)
        return
    doors.hold(game=opened.code, leader=opened.secret)
    st.rerun()


# ------------------------------------------------------------------------------------------------ for all


@st.fragment(run_every=1.5)
def watch(code: str, seen: int) -> None:
    """Look now and then how the game stands; a quarter whose time is up passes with the look."""
    try:
        view = doors.games().look(code)
    except ClassroomError:
        st.rerun()
    if view.version != seen:
        st.rerun()
    tables.stands(view)


# ------------------------------------------------------------------------------------------------ the page


def page() -> None:
    code, secret, leader = doors.held("game"), doors.held("player"), doors.held("leader")
    if not code or not (secret or leader):
        with st.expander("What this is for, and its limits", expanded=True):
            seats.purpose(())
        st.subheader("Take a seat", anchor=False)
        come_back()
        claim()
        with st.expander("Open a game, as its host"):
            begin()
        return
    try:
        with doors.coming_back():
            view = doors.games().look(code)
            if leader and not doors.games().is_host(code, leader):
                raise StrangerError("this is the host's page; use the secret link that came with the game")
            if not leader:
                doors.games().again(code, secret)
        doors.hold(game=view.code, **({"leader": leader} if leader else {"player": secret}))
        st.header(show.plain(view.title), anchor=False)
        watch(view.code, view.version)
        if leader:
            tables.host(view, view.code, leader)
        else:
            tables.player(view, view.code, secret)
    except ClassroomError as problem:
        doors.turned_away(problem, "Take a seat anew", partial(doors.let_go, *gone(problem), "player", "leader"))


page()
