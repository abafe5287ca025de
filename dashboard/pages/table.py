"""Table: one game with several seats, in lock-step, with a clock that the host can stop."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import controls, doors, seats, show
from sim.plots import Table
from sim.run import LimitError
from sim.scenario import ScenarioError
from sim.teaching.classroom import MOST_NAME, NICKNAME_LENGTH
from sim.teaching.classroom_file import ClassroomError
from sim.teaching.moves import GameError
from sim.teaching.play import start
from sim.teaching.play_text import period
from sim.teaching.table_file import LOBBY, OVER, PAUSED, PLAYING, View
from sim.vocabulary import ACTORS

STATES = {LOBBY: "waiting for players", PLAYING: "running", PAUSED: "paused", OVER: "over"}

show.page("Play together", "One game, up to four seats. A quarter passes when all have moved, or when the time is up.")


def complain(problem: Exception) -> None:
    st.error(show.plain(f"{str(problem)[:1].upper()}{str(problem)[1:]}."), icon=":material/error:")


def leave(*names: str) -> None:
    doors.let_go("game", *names)


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
        complain(problem)
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
        if not st.form_submit_button("Open a game"):
            return
    try:
        doors.opening()
        game = start(scenario, tuple(ACTORS), seed=int(seed))
        opened = doors.games().open(game, title, 60.0 * minutes if minutes else None)
    except (ClassroomError, GameError, LimitError, ScenarioError) as problem:
        complain(problem)
        return
    doors.hold(game=opened.code, leader=opened.secret)
    st.rerun()


# ------------------------------------------------------------------------------------------------ for all


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


@st.fragment(run_every=1.5)
def watch(code: str, seen: int) -> None:
    """Look now and then how the game stands; a quarter whose time is up passes with the look."""
    try:
        view = doors.games().look(code)
    except ClassroomError:
        st.rerun()
    if view.version != seen:
        st.rerun()
    stands(view)


def over(code: str, secret: str | None) -> None:
    """The end: everybody may see what was done, and ask what was chance."""
    log = doors.games().log(code, secret)
    seats.history(log)
    seats.debrief(log, f"table {code}")
    st.download_button(
        "Download this game", log.to_json(), "game.json", "application/json", on_click="ignore", key="table log"
    )


# ------------------------------------------------------------------------------------------------ a player


def player(view: View, code: str, secret: str) -> None:
    """A player's seat: the briefing, the settings, the move."""
    if view.state == LOBBY:
        mine = doors.games().again(code, secret)
        st.info(f"You sit for {show.plain(ACTORS[mine.actor])}. The host starts the game; it begins here by itself.")
        st.subheader("What this is for, and its limits", anchor=False)
        seats.purpose((mine.actor,))
        return
    log, mine = doors.games().sitting(code, secret)
    with st.expander("What this is for, and its limits"):
        seats.purpose((mine.actor,))
    if view.state == OVER:
        over(code, None)
        return
    if mine.actor not in log.seats:
        st.info("Your seat is not in this game.")
        return
    told = seats.told(log, mine.actor)
    if told is None:
        return
    left, right = st.columns(2, gap="medium")
    with left:
        seats.brief(told)
    with right:
        decide(view, code, secret)


@st.fragment
def decide(view: View, code: str, secret: str) -> None:
    """Settings, and the move."""
    try:
        log, mine = doors.games().sitting(code, secret)
        made = doors.games().mine(code, secret)
    except ClassroomError:  # the game is gone, or the seat
        st.rerun()
    told = seats.told(log, mine.actor) if len(log.turns) == view.turn and not log.over else None
    if told is None:
        return
    place = f"table {view.code} {view.turn} {len(log.entries)}"
    st.subheader(f"{show.plain(ACTORS[mine.actor])}: what you set", anchor=False)
    if made is not None:
        st.success("Your move is in. Until the quarter passes, you may change it.")
    settings = seats.decide(log, told, place, made)
    if st.button("Change my move" if made is not None else "Make this move", type="primary", key=f"{place} move"):
        try:
            doors.games().submit(code, secret, view.turn, settings)
        except ClassroomError as problem:
            complain(problem)
            return
        st.rerun()


# ------------------------------------------------------------------------------------------------ the host


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
    with st.container(horizontal=True):
        for label, (may, act) in acts.items():
            if may and st.button(label, type="primary" if label in ("Start", "Go on") else "secondary", key=label):
                act(code, secret)
                st.rerun()
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
            back(view, code, secret)
    seated = [actor for actor, who in view.seats.items() if who]
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
            leave("leader")
            st.rerun()


def back(view: View, code: str, secret: str) -> None:
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


# ------------------------------------------------------------------------------------------------ the page


def page() -> None:
    code, secret, leader = doors.held("game"), doors.held("player"), doors.held("leader")
    if not code or not (secret or leader):
        with st.expander("What this is for, and its limits", expanded=True):
            seats.purpose(())
        st.subheader("Take a seat", anchor=False)
        claim()
        with st.expander("Open a game, as its host"):
            begin()
        return
    try:
        with doors.knocking():
            view = doors.games().look(code)
            if leader and not doors.games().is_host(code, leader):
                raise ClassroomError("this is the host's page; use the secret link that came with the game")
            if not leader:
                doors.games().again(code, secret)
        st.header(show.plain(view.title), anchor=False)
        watch(view.code, view.version)
        if leader:
            host(view, view.code, leader)
        else:
            player(view, view.code, secret)
    except ClassroomError as problem:
        complain(problem)
        st.button("Take a seat anew", on_click=leave, args=["player", "leader"])


page()
