"""Lines of play: the game of a visitor who plays alone, and the what-ifs forked from it; kept in session and address.

What changes a game is done as its button is clicked (`on_click`), not where the page comes to the button again: a page
that is just being drawn for a later state of the game has other buttons by then, and the click would be lost.
"""

from __future__ import annotations

from functools import partial

import streamlit as st

from dashboard.runtime.language import _
from dashboard.widgets import access, seats, show
from sim.scenario.shocks import Shock
from sim.teaching.play.game import resume
from sim.teaching.play.moves import GameError, MoveLog


def all_of_them() -> list[MoveLog]:
    """The lines of play of this visitor: the game, and what-ifs that were forked from it."""
    found: list[MoveLog] = st.session_state.setdefault("play lines", [])
    return found


def now() -> MoveLog:
    """The line that is played."""
    return all_of_them()[_at()]


def put(log: MoveLog, new_line: bool = False) -> None:
    """Another state of the line that is played, or another line; every widget of the settings is set anew."""
    if new_line or not all_of_them():
        all_of_them().append(log)
        st.session_state["play line"] = len(all_of_them()) - 1
    else:
        all_of_them()[_at()] = log
    st.session_state["play number"] = st.session_state.get("play number", 0) + 1
    keep()


def place() -> str:
    """What the keys of widgets begin with that are of this state of the game."""
    return f"play {st.session_state.get('play number', 0)}"


def keep() -> None:
    """The game in the address, where it fits."""
    if text := seats.packed(now()):
        st.query_params["log"] = text
    else:
        st.query_params.pop("log", None)


def end() -> None:
    """Let go of all lines."""
    for name in ("play lines", "play line"):
        st.session_state.pop(name, None)
    access.let_go("log")


def complain(problem: Exception) -> None:
    """Say what cannot be done."""
    st.error("  \n".join(show.plain(line) for line in str(problem).splitlines()), icon=":material/error:")


def choose() -> None:
    """Which line is played, where there are several."""
    labels = [_called(number, log) for number, log in enumerate(all_of_them())]
    if len(labels) < 2:
        return
    chosen = st.selectbox(
        _("Line of play"),
        range(len(labels)),
        _at(),
        format_func=labels.__getitem__,
        key=f"line {place()} {len(labels)}",
    )
    if chosen != _at():
        st.session_state["play line"] = chosen
        put(now())
        st.rerun()


def tools(log: MoveLog) -> None:
    """What else can be done with a game."""
    with st.expander(_("What was done so far")):
        seats.history(log)
    with st.expander(_("Go back, or what if")):
        _back(log)
    if not log.over:
        with st.expander(_("Inject: put a shock of the library into the coming quarter")):
            seats.injects(place(), partial(_inject, log))
    if refused := st.session_state.pop("play refused", None):
        complain(refused)
    with st.container(horizontal=True):
        st.download_button(
            _("Download this game"), log.to_json(), "game.json", "application/json", on_click="ignore", key="log"
        )
        st.button(_("Begin another game"), on_click=end)
    st.caption(
        _(
            "The log is all there is to a game: “durand play --replay game.json” gives the same figures. This page's "
            "address holds it too, while it is short enough; else it is kept until you close the page."
        )
    )


def _back(log: MoveLog) -> None:
    """Go back, or try another way and keep this one."""
    played, chosen = len(log.turns), f"{place()} to"
    turns = range(played, -1, -1) if log.over else range(played - 1, -1, -1) if played else range(1)
    seats.turns(log, turns, chosen)

    def turn() -> int:
        return int(st.session_state.get(chosen, turns[0]))

    with st.container(horizontal=True):
        st.button(
            _("Go back (what came after is undone)"),
            disabled=not played,
            key=f"{place()} back",
            on_click=lambda: put(log.cut(turn())),
        )
        st.button(
            _("What if: another way from there; this line is kept"),
            key=f"{place()} fork",
            on_click=lambda: put(resume(log).fork(turn()).log, new_line=True),
        )


def _inject(log: MoveLog, shock: Shock, source: str) -> None:
    try:
        put(resume(log).inject(shock, source).log)
    except GameError as problem:
        st.session_state["play refused"] = problem


def _called(number: int, log: MoveLog) -> str:
    """A line of play in a list."""
    said = _("{number}: {count} turns played", number=number + 1, count=len(log.turns))
    return f"{said}, {log.note}" if log.note else said


def _at() -> int:
    return min(st.session_state.get("play line", 0), len(all_of_them()) - 1)
