"""Pakistan's levers in your version: each with its level in words, what it stands for and does, and the way back of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import streamlit as st

from dashboard.runtime import state, versions
from dashboard.runtime.language import _, chosen
from dashboard.runtime.state import SHARES, State
from dashboard.widgets import cards, controls, show
from sim.metrics import METRICS
from sim.provenance.levers import explained, level
from sim.scenario.diff import TITLES
from sim.vocabulary.levels import GROUPS, JUDGEMENT, LEVELS
from sim.words.sentences import listed

# Which lever was touched last: the explanation opens on it.
_TOUCHED, _ASKED, _RESET = "touched lever", "asked lever", "reset lever"


def levers(here: State) -> State:
    """Pakistan's levers, and how it uses them, in your version: grouped by where they act."""
    since = versions.since(here)
    plan = versions.planned(versions.written(here, here.edited), since)
    _explained()
    for title, names in grouped().items():
        st.markdown(f"**{show.plain(_(title))}**")
        for name in names:
            _line(name)(float(plan[name]), since)
    return state.current()


@st.fragment
def _explained() -> None:
    """A button that explains the lever that was touched last."""
    st.button(_("What these levers are"), key=state.key("about"), on_click=_ask, args=[""])
    _opened("")


@cache
def _line(name: str) -> Callable[[float, str], None]:
    """A lever's line, which is shown anew by itself when it is moved."""

    @st.fragment(key=_fragment(name))
    def line(written: float, since: str) -> None:
        _lever(name, written, since)

    return line


def _fragment(name: str) -> str:
    return f"lever-{name}"


def _lever(name: str, written: float, since: str) -> None:
    """A lever: its slider, what its level is called, and the way back to where it was written to stand."""
    here = state.current()
    place = state.key("lever", name, here.edited, since, st.session_state.get(f"{_RESET} {name}", 0))
    change = partial(controls.with_setting, "levers", name, written)
    value = st.slider(
        _(TITLES[name]),
        0.0,
        1.0,
        float(here.levers.get(name, written)),
        0.05,
        key=place,
        on_change=_moved,
        args=[name, place, change],
        help=_("{about}  \nAs written: {written:g}.", about=_in_short(name, chosen().code), written=written),
    )
    with st.container(horizontal=True, key=f"level-{name}", vertical_alignment="center", gap="small"):
        if called := level(name, value):
            more: dict[str, Any] = {
                "type": "tertiary",
                "help": _("What {lever} stands for, costs and does.", lever=_(TITLES[name])),
            }
            st.button(show.plain(called), key=state.key("level", name), on_click=_ask, args=[name], **more)
        if abs(value - written) > 1e-9:
            st.button(
                _("Back to {value:g}", value=written),
                key=state.key("reset", name),
                on_click=_put_back,
                args=[name, written, change],
                help=_("{setting} as it was written.", setting=_(TITLES[name])),
            )
    _opened(name)


def _ask(name: str) -> None:
    st.session_state[_ASKED] = name


def _opened(name: str) -> None:
    """The explanation, where it was asked for here."""
    if st.session_state.get(_ASKED) == name:
        del st.session_state[_ASKED]
        about(name or st.session_state.get(_TOUCHED, ""))


def _moved(name: str, place: str, change: Callable[[State, Any], State]) -> None:
    st.session_state[_TOUCHED] = name
    controls.keep(place, change, _fragment(name))


def _put_back(name: str, written: float, change: Callable[[State, Any], State]) -> None:
    """Put one lever back; it is given another slider, since the browser would leave the one that it has where it stands."""
    st.session_state[f"{_RESET} {name}"] = st.session_state.get(f"{_RESET} {name}", 0) + 1
    st.session_state[_TOUCHED] = name
    controls.follow(change(state.current(), written), _fragment(name))


@cache
def grouped() -> dict[str, list[str]]:
    """The levers by where they act, in the order of the groups; those that an extension adds last."""
    found: dict[str, list[str]] = {title: [] for title in GROUPS.values()}
    for name in SHARES:
        found.setdefault(GROUPS[LEVELS[name].group] if name in LEVELS else "Others", []).append(name)
    return found


@cache
def _in_short(name: str, language: str) -> str:
    """A lever in a few lines: what it stands for, its levels, what it is for, what it costs; in the language of who asks."""
    one = explained(name)
    lines = [show.plain(_(one.means)), *(f"- {value:g}: {show.plain(_(words))}" for value, words in one.levels)]
    aims = [show.plain(_(METRICS[aim].title)) for aim in one.aims]
    rest = [_("What it is for: {metrics}.", metrics="; ".join(aims)) if aims else "", show.plain(one.cost)]
    return "\n".join(lines) + "\n\n" + "  \n".join(filter(None, rest))


def about(touched: str) -> None:
    """All about one lever, to begin with the one that was touched, in a dialog."""
    st.dialog(_("About a lever"), width="large")(_about)(touched)


def _about(touched: str) -> None:
    """The same, with links to the claims: its levels, what it is for, who argues, what was done, what it does."""
    names = [name for names in grouped().values() for name in names]
    name = st.selectbox(
        _("Lever"),
        names,
        names.index(touched) if touched in names else 0,
        format_func=lambda name: _(TITLES[name]),
        key=state.key("explained", touched),
    )
    one = explained(name)
    st.markdown(show.plain(_(one.means)))
    if one.levels:
        st.markdown("\n".join(f"- **{value:g}** {show.plain(_(words))}" for value, words in one.levels))
        st.caption(_(JUDGEMENT))
    if one.aims:
        st.markdown(
            _("**What it is for:** {metrics}.", metrics=show.plain(listed([_(METRICS[aim].title) for aim in one.aims])))
        )
    if one.cost:
        st.markdown(_("**Cost:** {cost}", cost=show.plain(one.cost)))
    cards.arguments(one)
    if one.effects:
        st.markdown(_("**What it does in the model:** {effects}", effects=show.plain(" ".join(one.effects))))
