"""A game at a table: how it stands, what its host can do, and its end."""

from __future__ import annotations

from typing import Any, Literal

import streamlit as st

from dashboard import doors, seats, show
from sim.plots import Table
from sim.teaching.play_text import period
from sim.teaching.table_file import LOBBY, OVER, PAUSED, PLAYING, View
from sim.vocabulary import ACTORS

STATES = {LOBBY: "waiting for players", PLAYING: "running", PAUSED: "paused", OVER: "over"}


def stands(view: View) -> None:
    """How a game stands: seats, who has moved, the clock."""
    left = "" if view.left is None else f"Time left: {int(view.left) // 60}:{int(view.left) % 60:02d}."
    where = (
        f"turn {view.turn + 1} of {view.quarters}, {period(view.ahead)}" if view.ahead else f"{view.turn} turns played"
    )
    st.markdown(f"**{show.plain(STATES[view.state].capitalize())}**: {show.plain(where)}. {show.plain(left)}")

    def does(actor: str) -> str:
        if view.seats[actor] is None:
            return "free" if view.state == LOBBY else "nobody: goes on as before"
        return "" if view.state in (LOBBY, OVER) else "has moved" if actor in view.moved else "is deciding"

    rows = [[ACTORS[actor], view.seats[actor] or "-", does(actor)] for actor in view.seats]
    show.table(Table(["Seat", "Who", "Move"], rows))
    for month, title in view.injects:
        st.caption(show.plain(f"Put in: {title} ({month})."))
    if view.other_model:
        st.warning("This game was opened with another version of the model; figures may have changed.")


def host(view: View, code: str, secret: str) -> None:
    """What the host can do."""
    left, right = st.columns([1, 2], gap="medium")
    with left.container(border=True):
        st.caption("Code for players")
        st.header(show.plain(view.code), anchor=False)
    with right:
        st.code(doors.link("table", game=view.code), language=None, wrap_lines=True)
        with st.expander("Your own secret link: keep it, and show it to nobody"):
            st.code(doors.link("table", game=view.code, leader=secret), language=None, wrap_lines=True)
    games, place = doors.games(), f"host {view.version}"
    acts: dict[str, tuple[bool, Any]] = {
        "Start": (view.state == LOBBY, games.start),
        "Pause": (view.state == PLAYING, games.pause),
        "Go on": (view.state == PAUSED, games.go_on),
        "Let the quarter pass now": (view.state in (PLAYING, PAUSED), games.pass_turn),
    }
    seated = [actor for actor, who in view.seats.items() if who]
    with st.container(horizontal=True):
        for label, (may, act) in acts.items():
            kind: Literal["primary", "secondary"] = "primary" if label in ("Start", "Go on") else "secondary"
            if may and st.button(label, type=kind, key=label, disabled=label == "Start" and not seated):
                act(code, secret)
                st.rerun()
    if view.state == LOBBY and not seated:
        st.caption(
            "The game can start when somebody has taken a seat. Actors without a player choose by the rules of the model."
        )
    if view.state not in (LOBBY, OVER):
        with st.expander("Inject: put a shock of the library into the coming quarter"):
            asked = seats.injects("host")
            if asked is not None:
                games.inject(code, secret, *asked)
                st.rerun()
    if view.state != LOBBY:
        with st.expander("What was done so far (not for players' eyes)", expanded=view.state == OVER):
            over(code, secret) if view.state == OVER else seats.history(games.log(code, secret))
        with st.expander("Go back, or what if"):
            _back(view, code, secret)
    if seated:
        with st.expander("Free a seat"):
            actor = st.selectbox("Seat", seated, format_func=ACTORS.__getitem__, key=f"{place} whose")
            if st.button("Free it", key=f"{place} free"):
                games.free(code, secret, actor)
                st.rerun()
    with st.expander("Delete this game"):
        sure = st.checkbox("Yes, delete all of it", key="sure game")
        if st.button("Delete", disabled=not sure, key="delete game"):
            games.delete(code, secret)
            doors.let_go("game", "leader")
            st.rerun()


def _back(view: View, code: str, secret: str) -> None:
    """Go back a few turns, or open a copy that goes another way."""
    log = doors.games().log(code, secret)
    turns = list(range(view.turn, -1, -1))
    to = st.selectbox(
        "To the start of turn",
        turns,
        format_func=lambda k: f"{k + 1}: {period(log.period(k))}" if k < log.quarters else "the end",
        key=f"to {view.version}",
    )
    with st.container(horizontal=True):
        if st.button("Go back (what came after is undone)", key=f"back {view.version}"):
            doors.games().rewind(code, secret, to)
            st.rerun()
        if st.button("What if: open a copy from there", key=f"fork {view.version}"):
            opened = doors.games().fork(code, secret, to)
            st.session_state["forked"] = opened.code
            st.rerun()
    if forked := st.session_state.get("forked"):
        st.markdown(f"The copy has the code **{show.plain(forked)}**; players come in with their own links' secrets.")
        st.code(doors.link("table", game=forked, leader=secret), language=None, wrap_lines=True)


def over(code: str, secret: str | None) -> None:
    """The end: everybody may see what was done, and ask what was chance."""
    log = doors.games().log(code, secret)
    seats.history(log)
    seats.debrief(log, f"table {code}")
    st.download_button(
        "Download this game", log.to_json(), "game.json", "application/json", on_click="ignore", key="table log"
    )
