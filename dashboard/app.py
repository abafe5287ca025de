"""The dashboard's front door: what Streamlit runs for every visitor. `durand dashboard` starts it."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from dashboard.runtime import state
from dashboard.runtime.engine import engine
from dashboard.widgets import sentences, show

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


def main() -> None:
    """Set up the page, and run the one that was asked for."""
    st.set_page_config("durand", layout="wide", initial_sidebar_state="auto")
    engine()
    pages = [
        st.Page(HERE / "pages" / f"{name}.py", title=title, url_path=name, default=place == 0)
        for place, (name, title) in enumerate(PAGES)
    ]
    chosen = st.navigation(pages, position="top")
    st.html(HERE / "look.css")
    chosen.run()
    here = state.publish(state.current())
    for said in sentences.left_out(here):
        st.info(said)
    show.footer()


main()
