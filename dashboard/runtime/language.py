"""The language that a visitor reads in: it stands in the address as `lang`, and stays with the session."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from dashboard.runtime import gate
from sim import theme
from sim.words.language import ENGLISH, LANGUAGES, Language, _, ask_reader

__all__ = ["_", "arrive", "choose", "chosen", "look", "mark", "offer", "titled"]

_HELD = "held lang"


def arrive() -> None:
    """Take the language from the address, where it names one that there is."""
    given = str(st.query_params.get("lang", ""))
    if given in LANGUAGES:
        st.session_state[_HELD] = given
    elif chosen() is not ENGLISH:
        st.query_params["lang"] = chosen().code


def choose(code: str) -> None:
    """Read in this language from now on."""
    st.session_state[_HELD] = code
    if LANGUAGES[code] is ENGLISH:
        st.query_params.pop("lang", None)
    else:
        st.query_params["lang"] = code


def chosen() -> Language:
    """The language of this visitor; English where none is there, as while the server makes itself ready."""
    if get_script_run_ctx(suppress_warning=True) is None:
        return ENGLISH
    return LANGUAGES[st.session_state.get(_HELD, ENGLISH.code)]


# Whatever is said in a visitor's thread, on a page or in the library beneath it, is said in that visitor's language; in a
# worker's, and for files, in English.
ask_reader(lambda: chosen().code)


def titled(table: Mapping[Any, str]) -> Callable[[str], str]:
    """What the entries of a table of names are called in this visitor's language: for a list to choose from."""
    return lambda name: _(table.get(name, name))


def offer() -> None:
    """The languages to choose from; of a translation that nobody has read, that this is so."""
    with st.container(horizontal=True, gap="small", key="languages"):
        for one in LANGUAGES.values():
            here = one is chosen()
            st.button(
                one.name, key=f"language {one.code}", type="tertiary", disabled=here, on_click=choose, args=[one.code]
            )
    if not chosen().reviewed:
        st.caption(
            _("Nobody who speaks this language has read this translation yet. What is not translated is in English.")
        )


def mark() -> None:
    """Say of the words that are in this language that they are, for who has the page read aloud: the rest of it is English.

    Of an English page these are the names of the other languages.
    """
    other = next(one for one in LANGUAGES.values() if one is not ENGLISH)
    code, within = (other.code, ".st-key-languages") if chosen() is ENGLISH else (chosen().code, ".stApp")
    with st.container(key="lang"):
        st.html(
            f'<i hidden data-durand-lang="{code}" data-durand-within="{within}"></i><script>{gate.LANG}</script>',
            unsafe_allow_javascript=True,
        )


def look() -> str:
    """The style of a page in this language: each line runs as its own words do, and the page as the language does."""
    if chosen().direction == "ltr":
        return ""
    lines = ".stMain :is(p, li, h1, h2, h3, label, summary, button)"
    drawn = '.stMain :is([data-testid="stVegaLiteChart"], .strip, .stSlider, pre, table)'
    return (
        f"{theme.font_face('Durand Naskh', 'noto-naskh-arabic')}"
        f".stApp, .stApp :is(p, li, h1, h2, h3, label, summary, button) {{ font-family: {theme.PAGE_FONT}, 'Durand Naskh'; }} "
        f".stMainBlockContainer {{ direction: {chosen().direction}; text-align: start; }} "
        f"{lines} {{ unicode-bidi: plaintext; text-align: start; }} {drawn} {{ direction: ltr; }} "
        f"svg.marks text {{ unicode-bidi: plaintext; font-family: {theme.PAGE_FONT}, 'Durand Naskh' !important; }} "
        "#vg-tooltip-element { unicode-bidi: plaintext; }"
    )
