"""Table: one game with several seats, in lock-step, with a clock that the host can stop."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any

import streamlit as st

from dashboard.runtime.language import _, titled
from dashboard.widgets import access, seats, several, show, tables, talk
from sim.ensemble.spec import LimitError
from sim.scenario import ScenarioError
from sim.teaching.classroom.classes import MOST_NAME, NICKNAME_LENGTH
from sim.teaching.classroom.file import ClassroomError, GoneError, StrangerError
from sim.teaching.play.game import start
from sim.teaching.play.moves import GameError
from sim.teaching.play.table import MOST_TABLES
from sim.teaching.play.table_file import PAUSED, PLAYING
from sim.vocabulary import ACTORS

show.page(
    _("Play together"),
    _("One game, up to four seats. A quarter passes when all have moved, or when the time is up."),
    reading=not (access.held("player") or access.held("leader")),
)


def gone(problem: ClassroomError) -> list[str]:
    """What else there is to let go of: the code of a game that is no more."""
    return ["game"] if isinstance(problem, GoneError) else []


def come_back() -> None:
    """Offer the seats that this browser has in the game, or in the one that it was copied from."""
    code, games = access.held("game"), access.games()
    for secret in access.known("player") if code else ():
        with suppress(ClassroomError):
            mine = games.again(code, secret)
            label = _(
                "Go on as {nickname}, {actor}",
                nickname=show.plain(mine.nickname),
                actor=show.plain(_(ACTORS[mine.actor])),
            )
            st.button(label, type="primary", key=f"go on {mine.actor}", on_click=partial(access.hold, player=secret))
    for secret in access.known("leader") if code else ():
        with suppress(ClassroomError):
            if games.is_host(code, secret):
                st.button(
                    _("Go on as the host"), type="primary", key="go on", on_click=partial(access.hold, leader=secret)
                )


# ------------------------------------------------------------------------------------------------ coming in


def claim() -> None:
    """Take a seat."""
    with st.form("claim"):
        code = st.text_input(_("Game code, from your host"), access.held("game"), max_chars=20, key="claim code")
        nickname = st.text_input(_("Nickname"), max_chars=NICKNAME_LENGTH, key="claim nickname")
        actor = st.selectbox(_("Seat"), list(ACTORS), format_func=titled(ACTORS), key="claim seat")
        st.caption(_("Choose any nickname; your own name is not needed, and nothing personal is asked."))
        if not st.form_submit_button(_("Take the seat"), type="primary"):
            return
    try:
        with access.knocking():
            seat = access.games().claim(code, nickname, actor)
            view = access.games().look(code)
    except ClassroomError as problem:
        access.complain(problem)
        return
    access.hold(game=view.code, player=seat.secret)
    st.rerun()


def begin() -> None:
    """Open a game, as its host."""
    with st.form("open game"):
        scenario = seats.opening("game", told=False)  # a form is drawn anew only when it is sent
        title = st.text_input(_("Title"), max_chars=MOST_NAME, key="game title")
        minutes: Any = st.number_input(_("Minutes a turn (0: no clock)"), 0.0, 120.0, 5.0, 0.5, key="game minutes")
        count: Any = st.number_input(
            _("Tables"), 1, MOST_TABLES, 1, 1, key="game tables", help=_("Each has four seats.")
        )
        seed: Any = st.number_input(_("Seed"), 0, 2**53 - 1, 0, 1, key="game seed")
        opening = access.ask_opening_secret("game secret")
        if not st.form_submit_button(_("Open a game")):
            return
    try:
        access.opening(opening)
        game = start(scenario, tuple(ACTORS), seed=int(seed))
        opened = access.games().open(game, title, 60.0 * minutes if minutes else None, int(count))
    except (ClassroomError, GameError, LimitError, ScenarioError) as problem:
        access.complain(problem)
        return
    access.hold(game=opened.code, leader=opened.secret)
    st.rerun()


# ------------------------------------------------------------------------------------------------ for all


@st.fragment(run_every=1.5)
def watch(code: str, seen: int, secret: str, leader: str) -> None:
    """Look now and then how the game stands; a quarter whose time is up passes with the look."""
    try:
        view = access.games().look(code)
        waits = 0 if leader else talk.open_proposals(code, secret, view.turn)
    except ClassroomError:
        st.rerun()
    if view.version != seen:
        st.rerun()
    tables.stands(view, bool(leader))
    if waits and view.state in (PLAYING, PAUSED):
        st.info(
            _("1 proposal waits for your answer, under Messages.")
            if waits == 1
            else _("{count} proposals wait for your answer, under Messages.", count=waits)
        )


# ------------------------------------------------------------------------------------------------ the page


def page() -> None:
    code, secret, leader = access.held("game"), access.held("player"), access.held("leader")
    if not code or not (secret or leader):
        with st.expander(_("What this is for, and its limits"), expanded=True):
            seats.purpose(())
        st.subheader(_("Take a seat"), anchor=False)
        come_back()
        claim()
        with st.expander(_("Open a game, as its host")):
            begin()
        return
    try:
        with access.coming_back():
            view = access.games().look(code)
            if leader and not access.games().is_host(code, leader):
                raise StrangerError(_("this is the host's page; use the secret link that came with the game"))
            if not leader:
                access.games().again(code, secret)
        access.hold(game=view.code, **({"leader": leader} if leader else {"player": secret}))
        views = several.overview(view, leader) if leader else ()
        st.header(show.plain(view.title), anchor=False)
        watch(view.code, view.version, secret, leader)
        if leader:
            tables.host(view, views, leader)
        else:
            tables.player(view, view.code, secret)
    except ClassroomError as problem:
        access.turned_away(problem, _("Take a seat anew"), partial(access.let_go, *gone(problem), "player", "leader"))


page()
