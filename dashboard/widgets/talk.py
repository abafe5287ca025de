"""What is said at a table: notes and proposals to a seat, answers to them, and the press; for each seat what is for it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from functools import partial
from typing import Any

import streamlit as st

from dashboard.runtime.language import _, titled
from dashboard.widgets import access, controls, show
from sim.scenario.diff import TITLES
from sim.scenario.settings import DEFAULTS, OPTIONS
from sim.teaching.classroom.file import ClassroomError
from sim.teaching.play.agreed import MOST_TEXT
from sim.teaching.play.table_file import PAUSED, PLAYING, TableError, View
from sim.teaching.play.talk import ACCEPTED, NEWS, NOTE, PRESS, PROPOSAL, Message
from sim.vocabulary import ACTORS
from sim.words.language import N_

KINDS = {NOTE: N_("Private note"), PROPOSAL: N_("Proposal"), PRESS: N_("Statement to the press")}
_NOTHING = N_("nothing: words alone")
_MOST = 30


def open_proposals(code: str, secret: str, turn: int) -> int:
    """How many proposals wait for this seat's answer."""
    mine = access.games().again(code, secret).actor
    return sum(_open(one, mine, turn) for one in access.games().heard(code, secret))


def seat(view: View, secret: str) -> None:
    """What a player has heard, and a way to say something."""
    left, right = st.columns(2, gap="medium")
    with left:
        st.subheader(_("What was said"), anchor=False)
        _heard(view.code, secret, view.turn)
    with right:
        st.subheader(_("Say something"), anchor=False)
        if view.state in (PLAYING, PAUSED):
            _write(view.code, secret)
        else:
            st.caption(_("The game is over; what was said stays here to be read."))


@st.fragment(run_every=2.0)
def _heard(code: str, secret: str, turn: int) -> None:
    """What this seat may read, the newest first; open proposals have their buttons."""
    games = access.games()
    try:
        mine, said = games.again(code, secret).actor, games.heard(code, secret)
    except ClassroomError:
        st.rerun()
    access.refused("talk")
    listed(said, mine, turn, partial(access.attempt, "talk", games.answer, code, secret))


def listed(said: Sequence[Message], mine: str, turn: int, answer: Any = None) -> None:
    """Messages, the newest first.

    Args:
        mine: the seat that reads; "" for the host.
        answer: called with a proposal's number and whether it is accepted; None where nobody answers.
    """
    if not said:
        st.caption(_("Nothing yet."))
    for one in reversed(said[-_MOST:]):
        with st.container(border=True):
            st.caption(_("{heading} · turn {number}", heading=show.plain(_heading(one, mine)), number=one.turn + 1))
            st.markdown(show.plain(one.text))
            if one.promise is not None:
                st.markdown(f"*{show.plain(one.promise.words)}*")
            if one.kind == PROPOSAL and not (answer and _open(one, mine, turn)):
                st.caption(_standing(one, turn))
            elif one.kind == PROPOSAL:
                with st.container(horizontal=True):
                    key = f"answer {one.number} {one.turn}"
                    st.button(_("Accept"), key=f"{key} yes", on_click=answer, args=[one.number, True])
                    st.button(_("Refuse"), key=f"{key} no", on_click=answer, args=[one.number, False])
    if len(said) > _MOST:
        st.caption(_("{number} earlier ones are not shown.", number=len(said) - _MOST))


def _open(one: Message, mine: str, turn: int) -> bool:
    return one.kind == PROPOSAL and one.to == mine and not one.answer and one.turn == turn


def _standing(one: Message, turn: int) -> str:
    if one.answer:
        return _("Accepted: it stands in the game's record.") if one.answer == ACCEPTED else _("Refused.")
    return _("Waiting for an answer.") if one.turn == turn else _("Lapsed with its quarter.")


def _heading(one: Message, mine: str) -> str:
    by = _("you") if one.by == mine else titled(ACTORS)(one.by)
    if one.by == NEWS:
        return _("News")
    if one.kind == PRESS:
        return _("Press statement by {actor}", actor=by)
    to = _("you") if one.to == mine else titled(ACTORS)(one.to)
    return _("{kind} from {sender} to {reader}", kind=_(KINDS[one.kind]), sender=by, reader=to)


# ------------------------------------------------------------------------------------------------ writing


@st.fragment
def _write(code: str, secret: str) -> None:
    """A note, a proposal or a statement."""
    try:
        view, mine = access.games().look(code), access.games().again(code, secret).actor
    except ClassroomError:
        st.rerun()
    others = [actor for actor, who in view.seats.items() if who and actor != mine]
    kinds = list(KINDS) if others else [PRESS]
    kind = st.radio(_("What"), kinds, format_func=lambda name: _(KINDS[name]), horizontal=True, key=f"say {code} what")
    to = "" if kind == PRESS else st.selectbox(_("To"), others, format_func=titled(ACTORS), key=f"say {code} to")
    number = st.session_state.get("said", 0)
    st.text_area(_("Text"), max_chars=MOST_TEXT, height=100, key=f"say {code} text {number}")
    promise = _promise(mine, to, f"say {code} {number}") if kind == PROPOSAL else None
    st.button(
        {NOTE: _("Send the note"), PROPOSAL: _("Make the proposal"), PRESS: _("Publish")}[kind],
        key=f"say {code} send",
        type="primary",
        on_click=_send,
        args=[code, secret, kind, f"say {code} text {number}", to, promise],
    )
    access.refused("say")
    st.caption(
        _(
            "A note is read by the other seat and by your host. A proposal that is accepted binds nobody, but stands "
            "in the game's record, which all read when the game is over. The press is read by all."
        )
    )


def _promise(mine: str, to: str, place: str) -> dict[str, Any] | None:
    """A setting that one of the two would have, by the proposal."""
    settings = [(actor, name) for actor in (mine, to) for name in DEFAULTS[actor]]
    chosen = st.selectbox(
        _("It would set"),
        [None, *settings],
        format_func=lambda one: _(_NOTHING) if one is None else f"{_(ACTORS[one[0]])}: {_(TITLES[one[1]])}",
        key=f"{place} sets {to}",
    )
    if chosen is None:
        return None
    actor, name = chosen
    key = f"{place} value {actor} {name}"
    value: Any
    if name in OPTIONS:
        value = st.selectbox(_(TITLES[name]), OPTIONS[name], format_func=controls.option, key=key)
    else:
        value = round(st.slider(_(TITLES[name]), 0.0, 1.0, 0.5, 0.05, key=key), 2)
    return {"actor": actor, "setting": name, "value": value}


def _send(code: str, secret: str, kind: str, text: str, to: str, promise: dict[str, Any] | None) -> None:
    """Send what is written; the field is another, empty one where it went out. A second press of the same button is none."""
    said = st.session_state.get("said", 0)
    written = str(st.session_state.get(text, ""))
    given = (code, secret, kind, written, to, promise)
    if text == f"say {code} text {said}" and access.succeeds("say", access.games().say, *given):
        st.session_state["said"] = said + 1


# ------------------------------------------------------------------------------------------------ the host


@st.fragment(run_every=2.0)
def host(view: View, leader: str) -> None:
    """Everything that was said at a table, for its host."""
    try:
        said = access.games().overheard(view.code, leader)
    except ClassroomError:
        st.rerun()
    listed(said, "", view.turn)


def news(view: View, views: Sequence[View], leader: str) -> None:
    """A news item from the host of these tables."""
    if view.state not in (PLAYING, PAUSED):
        return
    key = f"news {st.session_state.get('told', 0)}"
    st.text_area(_("News item, for all seats to read"), max_chars=MOST_TEXT, height=80, key=key)
    every = st.checkbox(_("At all tables"), True, key="news everywhere") if views[1:] else False
    others = [one.code for one in views if every and one.code != view.code]
    st.button(_("Give out this news"), key="news send", on_click=_tell, args=[view.code, others, leader, key])
    access.refused("news")


def _tell(code: str, others: Sequence[str], leader: str, key: str) -> None:
    """Give out what is written, at other tables as far as it can be; as for `_send`."""
    told, text, games = st.session_state.get("told", 0), str(st.session_state.get(key, "")), access.games()
    if key == f"news {told}" and access.succeeds("news", games.news, code, leader, text):
        st.session_state["told"] = told + 1
        for other in others:
            with suppress(
                TableError
            ):  # a game that has not begun, or is over; it is not to be sent anew to the rest for that
                games.news(other, leader, text)
