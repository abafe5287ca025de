"""The dashboard's hall: what Streamlit runs for every visitor. `durand dashboard` starts `server.py`, which leads here."""

from __future__ import annotations

import os
from pathlib import Path

import streamlit as st

from dashboard.runtime import gate, state
from dashboard.runtime.engine import engine
from dashboard.widgets import access, sentences, show

HERE = Path(__file__).resolve().parent

# File in pages/ and title of each page; the first one is where visitors land. (Icons would be fetched from elsewhere.)
PAGES: tuple[tuple[str, str], ...] = (
    ("compare", "Compare"),
    ("why", "Why"),
    ("actors", "Actors"),
    ("map", "Map"),
    ("studio", "Scenario studio"),
    ("experiments", "Experiments"),
    ("evidence", "Evidence"),
    ("exercises", "Exercises"),
    ("class_student", "Class"),
    ("class_instructor", "Instructor"),
    ("play", "Play"),
    ("table", "Play together"),
    ("about", "About"),
)


# The pages of a server on which classes are held, and nobody can ask the model for what they are to predict.
CLASSES_ONLY = ("class_student", "class_instructor", "table", "evidence", "about")


def main() -> None:
    """Set up the page, and run the one that was asked for."""
    gate.stay_inside()  # for who starts Streamlit with this file by hand
    st.set_page_config("durand", layout="wide", initial_sidebar_state="auto")
    engine().came(show.session(), show.address())
    pages = [
        st.Page(HERE / "pages" / f"{name}.py", title=title, url_path=name, default=place == 0)
        for place, (name, title) in enumerate(_offered())
    ]
    chosen = st.navigation(pages, position="top")
    st.html(HERE / "look.css")
    chosen.run()
    here = state.publish(state.current())
    for said in sentences.left_out(here):
        st.info(said)
    access.keep()
    show.footer()


def _offered() -> list[tuple[str, str]]:
    """The pages of this server, the one first on which visitors land."""
    titles = dict(PAGES)
    return [(name, titles[name]) for name in (CLASSES_ONLY if os.environ.get("DURAND_CLASSES_ONLY") else titles)]


main()
