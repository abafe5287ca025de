"""A game at a table: how it stands, what a player and its host can do, and its end."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import streamlit as st

from dashboard.runtime.language import _, titled
from dashboard.widgets import access, inviting, role, seats, several, show, talk
from sim.plots import Table
from sim.teaching.classroom.file import ClassroomError
from sim.teaching.play import attendant
from sim.teaching.play.moves import MoveLog
from sim.teaching.play.table_file import LOBBY, OVER, PAUSED, PLAYING, View
from sim.teaching.play.text import period
from sim.vocabulary import ACTORS
from sim.words.language import N_

_PLACE = "table"  # where it is said that a host's button could not do what it says; the buttons act on their click: see `lines`


def stands(view: View, to_host: bool) -> None:
    """How a game stands: the quarter, the clock, who has moved; for the host seat by seat, for a player in a line."""
    where = _("{count} turns played", count=view.turn)
    if view.ahead and view.state != OVER:
        where = _(
            "turn {number} of {count}, {when}", number=view.turn + 1, count=view.quarters, when=period(view.ahead)
        )
    state = _(several.STATES[view.state]).capitalize()
    left = ""
    if view.left is not None:
        left = _("Time left: {minutes}:{seconds:02d}.", minutes=int(view.left) // 60, seconds=int(view.left) % 60)
    st.markdown(f"**{show.plain(state)}**: {show.plain(where)}. {show.plain(left)}")
    does = {actor: _does(view, actor) for actor in view.seats}
    if to_host:
        rows = [[_(ACTORS[actor]), view.seats[actor] or "-", does[actor]] for actor in view.seats]
        show.table(Table([_("Seat"), _("Who"), _("Move")], rows))
    else:
        seats_of = {
            actor: f"{_(ACTORS[actor])} ({who})" if who else _(ACTORS[actor]) for actor, who in view.seats.items()
        }
        said = [": ".join(filter(None, (seats_of[actor], does[actor]))) for actor in view.seats]
        st.caption(show.plain("; ".join(said)))
    for month, title in view.injects:
        st.caption(show.plain(_("Put in: {title} ({month}).", title=title, month=month)))
    if view.other_model:
        st.warning(_("This game was opened with another version of the model; figures may have changed."))


def _does(view: View, actor: str) -> str:
    if view.seats[actor] is None:
        return _("free") if view.state == LOBBY else _("goes on as before")
    if view.state in (LOBBY, OVER):
        return ""
    return _("has moved") if actor in view.moved else _("is deciding")


# ------------------------------------------------------------------------------------------------ a player


def player(view: View, code: str, secret: str) -> None:
    """A player's seat: the quarter and the move, what is said, and the role."""
    if view.state == LOBBY:
        mine = access.games().again(code, secret)
        st.info(
            _(
                "You sit for {actor}. The host starts the game; it begins here by itself.",
                actor=show.plain(_(ACTORS[mine.actor])),
            )
        )
        role.brief(mine.actor, f"lobby {view.code}")
        st.subheader(_("What this is for, and its limits"), anchor=False)
        seats.purpose((mine.actor,))
        return
    log, mine = access.games().sitting(code, secret)
    quarter, said, brief = st.tabs([_("Quarter"), _("Messages"), _("Role brief")])
    with said:
        talk.seat(view, secret)
    with brief:
        role.brief(mine.actor, f"table {view.code}")
        access.own_link("table", game=view.code, player=secret)
        with st.expander(_("What this is for, and its limits")):
            seats.purpose((mine.actor,))
    with quarter:
        if view.state == OVER:
            over(code, None)
        elif mine.actor not in log.seats:
            st.info(_("Your seat is not in this game."))
        else:
            _quarter(view, code, secret, log, mine.actor)


def _quarter(view: View, code: str, secret: str, log: MoveLog, actor: str) -> None:
    """The briefing beside the settings; on a phone, below each other."""
    told = seats.told(log, actor)
    if told is None:
        return
    left, right = st.columns(2, gap="medium")
    with right:
        _decide(view, code, secret)
    with left:
        role.quarter(log, told, f"table {view.code} {view.turn}")


@st.fragment
def _decide(view: View, code: str, secret: str) -> None:
    """Settings, and the move."""
    try:
        log, mine = access.games().sitting(code, secret)
        made = access.games().mine(code, secret)
    except ClassroomError:  # the game is gone, or the seat
        st.rerun()
    told = seats.told(log, mine.actor) if len(log.turns) == view.turn and not log.over else None
    if told is None:
        return
    place = f"table {view.code} {view.turn} {len(log.entries)}"
    st.subheader(_("{actor}: what you set", actor=show.plain(_(ACTORS[mine.actor]))), anchor=False)
    if made is not None:
        st.success(_("Your move is in. Until the quarter passes, you may change it."))
    top = st.container()
    settings = seats.decide(log, told, place, made)
    label = _("Change my move") if made is not None else _("Make this move")
    if seats.pressed(top, label, f"{place} move"):
        try:
            access.games().submit(code, secret, view.turn, settings)
        except ClassroomError as problem:
            access.complain(problem)
            return
        st.rerun()


# ------------------------------------------------------------------------------------------------ the host


def host(view: View, views: Sequence[View], secret: str) -> None:
    """What the host can do: at a table, with what is said there, and over all of the host's tables."""
    table, said, everything = st.tabs([_("Table"), _("Messages and news"), _("Debrief over all tables")])
    with table:
        _lead(view, view.code, secret, alone=sum(bool(one.turn) for one in views) < 2)
    with said:
        left, right = st.columns(2, gap="medium")
        with right:
            talk.news(view, views, secret)
        with left:
            talk.host(view, secret)
    with everything:
        several.debrief(views, secret)


def _lead(view: View, code: str, secret: str, alone: bool) -> None:
    """What the host can do at a table; alone: whether no other one of the host's has been played, to be set beside it."""
    left, right = st.columns([1, 2], gap="medium")
    link = access.link("table", game=view.code)
    with left.container(border=True):
        st.caption(_("Code for players"))
        st.header(show.plain(view.code), anchor=False)
        inviting.qr(link)
    with right:
        st.markdown(_("They scan the picture, or open this address and choose a seat:"))
        st.code(link, language=None, wrap_lines=True)
        access.own_link("table", game=view.code, leader=secret)
    if view.state == LOBBY:
        inviting.exposure()
    games, place = access.games(), f"host {view.version}"
    acts: dict[str, tuple[bool, Any]] = {
        N_("Start"): (view.state == LOBBY, games.start),
        N_("Pause"): (view.state == PLAYING, games.pause),
        N_("Go on"): (view.state == PAUSED, games.go_on),
        N_("Let the quarter pass now"): (view.state in (PLAYING, PAUSED), games.pass_turn),
        N_("End the game"): (view.state in (PLAYING, PAUSED), games.end),
    }
    seated = [actor for actor, who in view.seats.items() if who]
    with st.container(horizontal=True):
        for label, (may, act) in acts.items():
            kind: Literal["primary", "secondary"] = "primary" if label in ("Start", "Go on") else "secondary"
            if may:
                off = label == "Start" and not seated
                st.button(
                    _(label),
                    type=kind,
                    key=label,
                    disabled=off,
                    on_click=access.attempt,
                    args=[_PLACE, act, code, secret],
                )
    for actor, name in attendant.offered().items():
        if view.seats.get(actor, "") is None and view.state != OVER:
            st.button(
                _("Give {actor} to the program {name}", actor=show.plain(_(ACTORS[actor])), name=show.plain(name)),
                key=f"program {actor}",
                on_click=access.attempt,
                args=[_PLACE, games.seat_program, code, secret, actor, f"program {name}"],
            )
    lock = _("Let others take seats again") if view.locked else _("Lock: nobody else takes a seat")
    st.button(lock, key="lock table", on_click=access.attempt, args=[_PLACE, games.lock, code, secret, not view.locked])
    access.refused(_PLACE)
    role.printable(list(view.seats), f"host {view.code}")
    if view.state == LOBBY and not seated:
        st.caption(
            _(
                "The game can start when somebody has taken a seat. Actors without a player choose by the rules of "
                "the model."
            )
        )
    if view.state not in (LOBBY, OVER):
        with st.expander(_("Inject: put a shock of the library into the coming quarter")):
            seats.injects("host", partial(access.attempt, _PLACE, games.inject, code, secret))
    if view.state != LOBBY:
        with st.expander(_("What was done so far (not for players' eyes)"), expanded=view.state == OVER):
            over(code, secret, at_once=alone) if view.state == OVER else seats.history(games.log(code, secret))
        with st.expander(_("Go back, or what if")):
            _back(view, code, secret)
    if seated:
        with st.expander(_("Free a seat")):
            actor = st.selectbox(_("Seat"), seated, format_func=titled(ACTORS), key=f"{place} whose")
            st.button(
                _("Free it"),
                key=f"{place} free",
                on_click=access.attempt,
                args=[_PLACE, games.free, code, secret, actor],
            )
            st.caption(_("Whoever sat there loses the seat; lock the table first if nobody else is to take it."))
    with st.expander(_("Delete this game")):
        sure = st.checkbox(_("Yes, delete all of it"), key="sure game")
        if st.button(_("Delete"), disabled=not sure, key="delete game"):
            games.delete(code, secret)
            access.let_go("game", "leader")
            st.rerun()


def _back(view: View, code: str, secret: str) -> None:
    """Go back a few turns, or open a copy that goes another way."""
    log = access.games().log(code, secret)
    chosen = f"to {view.version}"
    seats.turns(log, range(view.turn, -1, -1), chosen)

    def back() -> None:
        access.games().rewind(code, secret, st.session_state.get(chosen, view.turn))

    def fork() -> None:
        opened = access.games().fork(code, secret, st.session_state.get(chosen, view.turn))
        st.session_state["forked"] = opened.code

    with st.container(horizontal=True):
        st.button(
            _("Go back (what came after is undone)"),
            key=f"back {view.version}",
            on_click=access.attempt,
            args=[_PLACE, back],
        )
        st.button(
            _("What if: open a copy from there"),
            key=f"fork {view.version}",
            on_click=access.attempt,
            args=[_PLACE, fork],
        )
    if forked := st.session_state.get("forked"):
        st.markdown(
            _(
                "The copy has the code **{code}**. Players come in with it, in the browser that they play in; you too.",
                code=show.plain(forked),
            )
        )
        st.code(access.link("table", game=forked), language=None, wrap_lines=True)


# ------------------------------------------------------------------------------------------------ the end


def over(code: str, secret: str | None, at_once: bool = True) -> None:
    """The end: everybody sees what it came to, what was done, and what was chance; `at_once`: without asking for that."""
    log = access.games().log(code, secret)
    seats.ended(log)
    seats.history(log)
    seats.debrief(log, f"table {code}", at_once=at_once)
    st.download_button(
        _("Download this game"), log.to_json(), "game.json", "application/json", on_click="ignore", key="table log"
    )
