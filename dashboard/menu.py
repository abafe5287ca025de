"""The pages of the dashboard, in the groups of its menu."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard.runtime import gate
from dashboard.runtime.language import _
from sim.words.language import N_

# Group of the menu -> file in pages/ and title of each page; the first page is where visitors land. (Icons would be
# fetched from elsewhere.)
GROUPS: dict[str, tuple[tuple[str, str], ...]] = {
    "": (("start", N_("Start")),),
    N_("Explore"): (
        ("compare", N_("Compare")),
        ("why", N_("Why")),
        ("actors", N_("Actors")),
        ("map", N_("Map")),
        ("loops", N_("Loops")),
    ),
    N_("Make"): (
        ("studio", N_("Scenario studio")),
        ("experiments", N_("Experiments")),
        ("third_way", N_("Third way")),
    ),
    N_("Teach"): (
        ("exercises", N_("Exercises")),
        ("class_student", N_("Class")),
        ("class_instructor", N_("Instructor")),
        ("play", N_("Play")),
        ("table", N_("Play together")),
    ),
    N_("Read"): (("evidence", N_("Evidence")), ("about", N_("About"))),
}
# The pages of a server on which classes are held, and nobody can ask the model for what they are to predict.
CLASSES_ONLY = ("class_student", "class_instructor", "table", "evidence", "about")


def name_button() -> None:
    """Have the button that opens the menu on a narrow screen go by one name, to the eye and when read aloud.

    Streamlit calls it "Expand sidebar", says no way to call it otherwise, and draws an arrow without words.
    """
    name = escape(_("Menu"))
    with st.container(key="menu"):
        st.html(f'<i hidden data-durand-menu="{name}"></i><script>{gate.MENU}</script>', unsafe_allow_javascript=True)
