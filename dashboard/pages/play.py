"""Play: take the decisions of one actor, a quarter at a time, and find out what was chance and what was policy."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard import controls, doors, seats, show
from sim.run import LIMITS, LimitError
from sim.scenario import ScenarioError
from sim.teaching import play_text
from sim.teaching.moves import WORLDS, GameError, MoveLog, Values
from sim.teaching.play import resume, start
from sim.teaching.play_text import period
from sim.vocabulary import ACTORS

show.page("Play", "One actor's decisions, a quarter at a time. There is no score, and nothing to win.")


def lines() -> list[MoveLog]:
    """The lines of play of this visitor: the game, and what-ifs that were forked from it."""
    found: list[MoveLog] = st.session_state.setdefault("play lines", [])
    return found


def at() -> int:
    return min(st.session_state.get("play line", 0), len(lines()) - 1)


def put(log: MoveLog, new_line: bool = False) -> None:
    """Another state of the line that is played; every widget of the settings is set anew."""
    if new_line or not lines():
        lines().append(log)
        st.session_state["play line"] = len(lines()) - 1
    else:
        lines()[at()] = log
    st.session_state["play number"] = st.session_state.get("play number", 0) + 1
    keep()


def keep() -> None:
    """The game in the address, where it fits."""
    if text := seats.packed(lines()[at()]):
        st.query_params["log"] = text
    else:
        st.query_params.pop("log", None)


def end() -> None:
    for name in ("play lines", "play line", "debrief play"):
        st.session_state.pop(name, None)
    doors.let_go("log")


def complain(problem: Exception) -> None:
    st.error("  \n".join(show.plain(line) for line in str(problem).splitlines()), icon=":material/error:")


# ------------------------------------------------------------------------------------------------ before


def opening() -> None:
    """What this is for, and then who, where and with which luck."""
    st.subheader("What this is for, and its limits", anchor=False)
    seats.purpose(())
    actor = st.selectbox("Whose decisions", list(ACTORS), format_func=ACTORS.__getitem__, key="play actor")
    st.markdown(show.plain(play_text.SEATS[actor]))
    scenario = st.selectbox(
        "Scenario", list(controls.library()), format_func=lambda name: controls.library()[name][0], key="play scenario"
    )
    st.caption(show.plain(controls.library()[scenario][1]))
    with st.expander("Which luck"):
        left, right = st.columns(2)
        seed: Any = left.number_input("Seed", 0, min(LIMITS["seed"][1], 2**53 - 1), 0, 1, key="play seed")
        world: Any = right.number_input(f"World (0 to {WORLDS - 1})", 0, WORLDS - 1, 0, 1, key="play world")
    if st.button("Begin", type="primary"):
        try:
            put(start(scenario, (actor,), seed=int(seed), world=int(world)).log)
        except (GameError, LimitError, ScenarioError) as problem:
            complain(problem)
            return
        st.rerun()
    file = st.file_uploader(
        "Or go on with a game that you downloaded (JSON)", ["json"], key="play upload", max_upload_size=1
    )
    if file is not None:
        try:
            put(seats.bring(file.getvalue(), file.name))
        except GameError as problem:
            complain(problem)
            return
        st.rerun()


# ------------------------------------------------------------------------------------------------ a turn


def turn(log: MoveLog) -> None:
    """The briefing, the settings with their cost, and the next quarter."""
    place = f"play {st.session_state.get('play number', 0)}"
    who = (
        st.selectbox("Seat", log.seats, format_func=ACTORS.__getitem__, key=f"{place} seat")
        if log.seats[1:]
        else log.seats[0]
    )
    left, right = st.columns(2, gap="medium")
    with left:
        told = seats.told(log, who)
        if told is None:
            return
        seats.brief(told)
    with right:
        decide(log, place)


@st.fragment
def decide(log: MoveLog, place: str) -> None:
    """Settings of every seat, and the button that lets the quarter pass."""
    moves: dict[str, Values] = {}
    for actor in log.seats:
        told = seats.told(log, actor)
        if told is None:
            return
        with st.container(border=True):
            st.subheader(f"{show.plain(ACTORS[actor])}: what you set", anchor=False)
            moves[actor] = seats.decide(log, told, f"{place} {actor}")
    ahead = period(log.period(len(log.turns)))
    if st.button(f"Let the quarter pass: {ahead}", type="primary", key=f"{place} go"):
        with st.spinner("The quarter passes."):
            after = seats.moved(log, moves)
        if after is not None:
            put(after)
            st.rerun()


def back(log: MoveLog, place: str) -> None:
    """Go back, or try another way and keep this one."""
    played = len(log.turns)
    to = st.selectbox(
        "To the start of turn",
        range(played, -1, -1) if log.over else range(played - 1, -1, -1) if played else [0],
        format_func=lambda k: f"{k + 1}: {period(log.period(k))}" if k < log.quarters else "the end",
        key=f"{place} to",
    )
    with st.container(horizontal=True):
        if st.button("Go back (what came after is undone)", disabled=not played, key=f"{place} back"):
            put(log.cut(to))
            st.rerun()
        if st.button("What if: another way from there; this line is kept", key=f"{place} fork"):
            put(resume(log).fork(to).log, new_line=True)
            st.rerun()


def tools(log: MoveLog) -> None:
    """What else can be done with a game."""
    place = f"play {st.session_state.get('play number', 0)}"
    with st.expander("What was done so far"):
        seats.history(log)
    with st.expander("Go back, or what if"):
        back(log, place)
    if not log.over:
        with st.expander("Inject: put a shock of the library into the coming quarter"):
            asked = seats.injects(place)
            if asked is not None:
                try:
                    put(resume(log).inject(*asked).log)
                except GameError as problem:
                    complain(problem)
                else:
                    st.rerun()
    with st.container(horizontal=True):
        st.download_button(
            "Download this game", log.to_json(), "game.json", "application/json", on_click="ignore", key="log"
        )
        st.button("Begin another game", on_click=end)
    st.caption(
        "The log is all there is to a game: “durand play --replay game.json” gives the same bits. This page's address holds it "
        "too, while it is short enough; else it is kept until you close the page."
    )


def called(line: int) -> str:
    """A line of play in a list."""
    log = lines()[line]
    return f"{line + 1}: {len(log.turns)} turns played{f', {log.note}' if log.note else ''}"


def play() -> None:
    """The game as it stands."""
    if len(lines()) > 1:
        labels = [called(line) for line in range(len(lines()))]
        chosen = st.selectbox(
            "Line of play",
            range(len(labels)),
            at(),
            format_func=labels.__getitem__,
            key=f"line {st.session_state.get('play number', 0)} {len(lines())}",
        )
        if chosen != at():
            st.session_state["play line"] = chosen
            put(lines()[chosen])
            st.rerun()
    log = lines()[at()]
    who = show.plain(" and ".join(ACTORS[seat] for seat in log.seats))
    with st.expander("What this is for, and its limits"):
        seats.purpose(log.seats)
    if log.over:
        st.header(f"The end: {who}, {log.quarters} turns played", anchor=False)
        told = seats.told(log, log.seats[0])
        if told is not None:
            with st.expander("The last quarter"):
                seats.brief(told)
    else:
        number = len(log.turns)
        st.header(f"Turn {number + 1} of {log.quarters}: {who}, {show.plain(period(log.period(number)))}", anchor=False)
        turn(log)
    st.subheader("Chance and policy", anchor=False)
    seats.debrief(log, "play")
    tools(log)


if not lines() and (text := st.query_params.get("log")):
    try:
        put(seats.unpacked(text))
    except GameError as problem:
        complain(problem)
        doors.let_go("log")
if lines():
    keep()
    play()
else:
    opening()
