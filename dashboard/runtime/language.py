"""The language that a visitor reads in: it stands in the address as `lang`, and stays with the session."""

from __future__ import annotations

import streamlit as st

from sim.words.language import ENGLISH, LANGUAGES, Language, translated

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
    """The language of this visitor."""
    return LANGUAGES[st.session_state.get(_HELD, ENGLISH.code)]


def _(text: str, **values: object) -> str:
    """A text in this visitor's language, with values in the places that it has for them."""
    return translated(text, chosen().code, **values)
