"""Play: take the decisions of one actor, a quarter at a time, and find out what was chance and what was policy."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.runtime.language import _, titled
from dashboard.widgets import access, lines, role, seats, show
from sim.ensemble.spec import LIMITS, LimitError
from sim.scenario import ScenarioError
from sim.teaching.play import text as play_text
from sim.teaching.play.game import start
from sim.teaching.play.moves import WORLDS, GameError, MoveLog, Values
from sim.teaching.play.narrative import story
from sim.teaching.play.text import period
from sim.vocabulary import ACTORS
from sim.words.sentences import listed

show.page(
    _("Play"),
    _("One actor's decisions, a quarter at a time. There is no score, and nothing to win."),
    reading=not (lines.all_of_them() or st.query_params.get("log")),
)


# ------------------------------------------------------------------------------------------------ before


def opening() -> None:
    """What this is for, and then who, where and with which random draws."""
    st.subheader(_("What this is for, and its limits"), anchor=False)
    seats.purpose(())
    actor = st.selectbox(_("Whose decisions"), list(ACTORS), format_func=titled(ACTORS), key="play actor")
    st.markdown(show.plain(_(play_text.SEATS[actor])))
    scenario = seats.opening("play")
    with st.expander(_("Role brief")):
        role.brief(actor, f"play {actor}")
    with st.expander(_("Which random draws")):
        left, right = st.columns(2)
        seed: Any = left.number_input(_("Seed"), 0, min(LIMITS["seed"][1], 2**53 - 1), 0, 1, key="play seed")
        world: Any = right.number_input(
            _("World (0 to {last})", last=WORLDS - 1), 0, WORLDS - 1, 0, 1, key="play world"
        )
    if st.button(_("Begin"), type="primary"):
        try:
            lines.put(start(scenario, (actor,), seed=int(seed), world=int(world)).log)
        except (GameError, LimitError, ScenarioError) as problem:
            lines.complain(problem)
            return
        st.rerun()
    file = st.file_uploader(
        _("Or go on with a game that you downloaded (JSON, at most 512 KiB)"),
        ["json"],
        key="play upload",
        max_upload_size=1,
    )
    if file is not None and (raw := show.taken(file)) is not None:
        try:
            lines.put(seats.bring(raw, file.name))
        except GameError as problem:
            lines.complain(problem)
            return
        st.rerun()


# ------------------------------------------------------------------------------------------------ a turn


def turn(log: MoveLog) -> None:
    """The briefing, the settings with their cost, and the next quarter."""
    place = lines.place()
    who = (
        st.selectbox(_("Seat"), log.seats, format_func=titled(ACTORS), key=f"{place} seat")
        if log.seats[1:]
        else log.seats[0]
    )
    told = seats.told(log, who)
    if told is None:
        return
    left, right = st.columns(2, gap="medium")
    with right:
        decide(log, place)
    with left:
        role.quarter(log, told, f"{place} {who}")
        with st.expander(_("Role brief: {actor}", actor=show.plain(_(ACTORS[who])))):
            role.brief(who, f"{place} {who}")


@st.fragment
def decide(log: MoveLog, place: str) -> None:
    """Settings of every seat, and the button that lets the quarter pass."""
    moves: dict[str, Values] = {}
    top = st.container()
    for actor in log.seats:
        told = seats.told(log, actor)
        if told is None:
            return
        with st.container(border=True):
            st.subheader(_("{actor}: what you set", actor=show.plain(_(ACTORS[actor]))), anchor=False)
            moves[actor] = seats.decide(log, told, f"{place} {actor}")
    ahead = period(log.period(len(log.turns)))
    if seats.pressed(top, _("Let the quarter pass: {when}", when=ahead), f"{place} go"):
        with st.spinner(_("The quarter passes.")):
            after = seats.moved(log, moves)
        if after is not None:
            lines.put(after)
            st.rerun()


def play() -> None:
    """The game as it stands."""
    lines.choose()
    log = lines.now()
    who = show.plain(listed([_(ACTORS[seat]) for seat in log.seats]))
    with st.expander(_("What this is for, and its limits")):
        seats.purpose(log.seats)
    if log.over:
        st.header(_("The end: {who}, {quarters} turns played", who=who, quarters=log.quarters), anchor=False)
        seats.ended(log)
        told = seats.told(log, log.seats[0])
        if told is not None:
            st.markdown(show.plain(" ".join(story(told))))
            with st.expander(_("The last quarter")):
                seats.brief(told)
    else:
        number = len(log.turns)
        st.header(
            _(
                "Turn {number} of {quarters}: {who}, {when}",
                number=number + 1,
                quarters=log.quarters,
                who=who,
                when=show.plain(period(log.period(number))),
            ),
            anchor=False,
        )
        turn(log)
    st.subheader(_("Chance and policy"), anchor=False)
    seats.debrief(log, "play", at_once=log.over)
    lines.tools(log)


if not lines.all_of_them() and (text := st.query_params.get("log")):
    try:
        lines.put(seats.unpacked(text))
    except GameError as problem:
        lines.complain(problem)
        access.let_go("log")
if lines.all_of_them():
    lines.keep()
    play()
else:
    opening()
