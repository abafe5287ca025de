"""Several games of one host, side by side: how each stands, what is done in all of them, and the debrief over all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import streamlit as st

from dashboard.runtime import games
from dashboard.runtime.language import _
from dashboard.runtime.questions import Question
from dashboard.widgets import access, seats, show, waiting
from sim.plots import Table
from sim.plots.trajectories import trajectories as drawn
from sim.teaching.classroom.file import ClassroomError
from sim.teaching.play.across import COLUMNS, about, came_rows, did_rows, parting_words
from sim.teaching.play.game import FOG
from sim.teaching.play.table_file import LOBBY, OVER, PAUSED, PLAYING, View
from sim.teaching.play.text import period
from sim.vocabulary import ACTORS
from sim.words.language import N_, spoken
from sim.words.numbers import metric_words
from sim.words.sentences import capital, listed

STATES = {LOBBY: N_("waiting for players"), PLAYING: N_("running"), PAUSED: N_("paused"), OVER: N_("over")}


def waits_for(view: View) -> str:
    """Whom a table waits for, in words."""
    if view.state == LOBBY:
        seated = sum(who is not None for who in view.seats.values())
        return _("the start; {seated} of {seats} seats taken", seated=seated, seats=len(view.seats))
    if view.state == OVER:
        return ""
    late = [_(ACTORS[actor]) for actor, who in view.seats.items() if who and actor not in view.moved]
    return listed(late) if late else _("nobody")


def _quarter(view: View) -> str:
    if view.ahead and view.state != OVER:
        return period(view.ahead)
    return _("{count} turns played", count=view.turn)


def overview(view: View, leader: str) -> tuple[View, ...]:
    """All tables of this host, where there are several; what can be done at all of them; another one to open."""
    views = access.games().all_of(view.code, leader)
    if views[1:]:
        st.subheader(_("Your {count} tables", count=len(views)), anchor=False)
        _standing(view.code, leader)
        _for_all(view.code, leader, views)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if views[1:]:
            codes = [one.code for one in views]
            titles = {one.code: f"{one.title} ({one.code})" for one in views}
            key = f"shown table {view.code} {len(views)}"
            st.selectbox(
                _("Table shown below"),
                codes,
                codes.index(view.code),
                format_func=titles.__getitem__,
                key=key,
                on_change=lambda: access.hold(game=st.session_state[key], leader=leader),
            )
        st.button(
            _("Open another table"),
            key="another table",
            on_click=access.attempt,
            args=["several", access.games().add, view.code, leader, _next_title(views)],
            help=_("The same beginning and the same random draws, with seats and a code of its own."),
        )
    access.refused("several")
    return views


@st.fragment(run_every=2.0)
def _standing(code: str, leader: str) -> None:
    """How each table stands."""
    try:
        views = access.games().all_of(code, leader)
    except ClassroomError:
        st.rerun()
    rows = [[one.title, one.code, _(STATES[one.state]), _quarter(one), waits_for(one)] for one in views]
    show.table(Table([_("Table"), _("Code"), _("Now"), _("Quarter"), _("Waits for")], rows))


def _for_all(code: str, leader: str, views: Sequence[View]) -> None:
    """What is done at every table where it can be done."""
    games, states = access.games(), {one.state for one in views}
    acts: dict[str, tuple[bool, Callable[[str, str], object]]] = {
        N_("Start all"): (LOBBY in states, games.start),
        N_("Let the quarter pass at all"): (bool({PLAYING, PAUSED} & states), games.pass_turn),
        N_("Pause all"): (PLAYING in states, games.pause),
        N_("Go on at all"): (PAUSED in states, games.go_on),
        N_("End all"): (bool({PLAYING, PAUSED} & states), games.end),
    }
    with st.container(horizontal=True):
        for label, (may, act) in acts.items():
            if may:
                given = ["several", games.everywhere, code, leader, act]
                st.button(_(label), key=label, on_click=access.attempt, args=given)


def _next_title(views: Sequence[View]) -> str:
    first = views[0].title.removesuffix(", table 1")
    return f"{first}, table {len(views) + 1}"


# ------------------------------------------------------------------------------------------------ the debrief


def debrief(tables: Sequence[View], leader: str) -> None:
    """All tables side by side, for their host."""
    views = [one for one in tables if one.turn]
    if not views[1:]:
        st.caption(_("When two tables have played a quarter, they can be set side by side here."))
        return
    called = _named(views)
    logs = {called[one.code]: access.games().log(one.code, leader) for one in views}
    question = Question(games.across, ({title: log.to_json() for title, log in logs.items()}, spoken()))
    found = waiting.answer(
        "across",
        _("Set all tables side by side"),
        question,
        _("Takes a second or two for each table."),
        at_once=any(one.state == OVER for one in views),
    )
    if found is not None:
        st.markdown(
            _(
                "**{when}, {turns} quarters that all have played.** {about}",
                when=show.plain(period(found.months)),
                turns=found.turns,
                about=about(),
            )
        )
        metric = seats.looked_at("across metric")
        make = partial(drawn, found.paths[metric], metric, found.months[0])
        show.picture(show.drawn(("across", question.key, metric), make), "across", width=720)
        heads = [_(one, worlds=FOG) for one in COLUMNS]
        show.table(Table([metric_words(metric), *heads], came_rows(found, metric)))
        st.markdown(show.plain(parting_words(found)))
    for title, log in logs.items():
        with st.expander(_("What {title} did", title=show.plain(title))):
            show.table(Table([_("Turn"), _("Moves"), _("Agreed on before")], did_rows(log)))


def _named(views: Sequence[View]) -> dict[str, str]:
    """What each table is called beside the others, code -> words: in short where that tells them apart."""
    short = {one.code: capital(one.title.rpartition(", ")[2]) for one in views}
    if len({*short.values()}) == len(views):
        return short
    return {one.code: f"{one.title} ({one.code})" for one in views}
