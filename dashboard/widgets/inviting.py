"""How students come in: address, QR code and code of a class, who else can come, and what stands on the wall."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard.runtime import reach
from dashboard.runtime.language import _
from dashboard.widgets import access, show
from sim.teaching.classroom.classes import Standing
from sim.teaching.classroom.wall import OnWall


def invitation(standing: Standing, secret: str) -> None:
    """Where students join, and the ways to the wall and to this page from another device."""
    link = access.join_link(standing.code)
    with st.container(border=True, horizontal=True, gap="medium", key="invitation"):
        with st.container(width=190):
            qr(link)
        with st.container(width="stretch", gap="xsmall"):
            st.caption(_("Code for students"))
            st.title(show.plain(standing.code), anchor=False)
            st.markdown(_("They scan the picture, or open this address and type the code:"))
            st.code(access.join_link(), language=None, wrap_lines=True)
            st.link_button(_("Open the wall, for the projector"), access.link("class_wall", **{"class": standing.code}))
    exposure()
    access.own_link("class_instructor", **{"class": standing.code, "host": secret})


def qr(link: str) -> None:
    """A link as a picture for a phone's camera."""
    alt = escape(_("QR code of {address}", address=link))
    st.html(f'<img class="qr" src="{reach.qr_picture(link)}" alt="{alt}">')


def exposure() -> None:
    """Who can open this server, as far as the address tells by which the instructor came."""
    if not access.is_reachable():
        st.warning(
            _(
                "No phone can open this address: it is this machine's alone. End the dashboard and start **durand "
                "class** in its place: it takes an address that the room can reach, and goes on with the classes "
                "that are kept."
            )
        )
    elif not access.is_encrypted():
        st.info(
            _(
                "Whoever is on this network can open these pages while the server runs. They are not encrypted: on a "
                "network that strangers share, others could read codes and links."
            )
        )


def wall(standing: Standing, secret: str, place: tuple[str, str]) -> None:
    """Put a question on the wall, and say what is to be seen of it there."""
    shown = access.classes().on_wall(standing.code)
    with st.container(horizontal=True):
        votes = st.toggle(
            _("Wall: votes as they come"),
            shown.votes,
            key="wall votes",
            help=_("Off, the wall says only how many have answered, so that nobody follows the others."),
        )
        names = st.toggle(_("Wall: nicknames"), shown.names, key="wall names")
    wanted = OnWall(*place, votes=votes, names=names)
    if wanted != shown:
        access.classes().put_up(standing.code, secret, wanted)
