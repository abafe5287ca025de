"""How a student comes into a class and leaves it: with its code and a nickname, or back to a seat of before."""

from __future__ import annotations

from contextlib import suppress
from functools import partial

import streamlit as st

from dashboard.runtime.language import _
from dashboard.widgets import access, show
from sim.teaching.classroom.classes import NICKNAME_LENGTH
from sim.teaching.classroom.file import ClassroomError


def join() -> None:
    """Ask for a nickname, and for the code where the address does not have one that is a class's."""
    code = invited()
    with st.form("join", enter_to_submit=True):
        if not code:
            code = st.text_input(_("Class code, from your instructor"), max_chars=20, key="join code")
        nickname = st.text_input(_("Nickname"), max_chars=NICKNAME_LENGTH, key="join nickname")
        pressed = st.form_submit_button(_("Join"), type="primary", width="stretch")
        st.caption(_("Choose any nickname; your own name is not needed, and nothing personal is asked."))
    if not pressed:
        return
    try:
        with access.knocking():
            seat = access.classes().join(code, nickname)
            standing = access.classes().standing(code)
    except ClassroomError as problem:
        access.complain(problem)
        return
    access.hold(**{"class": standing.code, "me": seat.secret})
    st.rerun()


def invited() -> str:
    """The code in the address, with the class that it leads to shown; "" where there is none."""
    code = access.held("class")
    if not code:
        return ""
    try:
        with access.coming_back():
            standing = access.classes().standing(code)
    except ClassroomError as problem:
        access.complain(problem)
        access.let_go("class")
        return ""
    st.markdown(_("**{title}**  \nClass {code}", title=show.plain(standing.title), code=show.plain(standing.code)))
    return standing.code


def come_back() -> None:
    """Offer the seats that this browser had in the class."""
    code = access.held("class")
    for secret in access.known("me") if code else ():
        with suppress(ClassroomError):
            seat = access.classes().again(code, secret)
            label = _("Go on as {nickname}", nickname=show.plain(seat.nickname))
            st.button(label, type="primary", key=f"go on {seat.number}", on_click=partial(access.hold, me=secret))


def leave() -> None:
    """Let go of the seat here; what was predicted stays with the class."""
    access.let_go("class", "me")


def come_in() -> None:
    """Let go of a link that opens no seat; the class's code is kept."""
    access.let_go("me")
