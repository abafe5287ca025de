"""A participant's own runs in a class: saved where they are made, listed where the class is."""

from __future__ import annotations

import streamlit as st

from dashboard.runtime import class_runs, state
from dashboard.widgets import access, sentences, show
from sim.teaching.classroom.file import ClassroomError
from sim.teaching.classroom.runs import MOST_RUNS

MOST_LETTERS = 40  # of a run's name


@st.fragment
def offer() -> None:
    """Save what is chosen on this page in the class in which this visitor has a seat; nothing for others."""
    code, secret = access.held("class"), access.held("me")
    if not (code and secret):
        return
    with st.expander("Save this run for your class", key="save run"):
        chosen = class_runs.to_save(state.current())
        if chosen is None:
            st.markdown("Move a lever first: then your version can be saved, and set beside those of the others.")
            st.button("I have moved one", key="look at run")
            return
        st.markdown(sentences.changes(state.current()) and show.plain(sentences.changes(state.current())))
        with st.form("save", border=False):
            name = st.text_input("What you call it", max_chars=MOST_LETTERS, key="run name")
            if not st.form_submit_button("Save it", type="primary"):
                return
        try:
            access.classes().save_run(code, secret, name, class_runs.to_save(state.current()) or chosen)
        except ClassroomError as problem:
            access.complain(problem)
            return
        st.success("Saved. Your instructor can set it beside the others; to change it, save again under the same name.")


def mine(code: str, secret: str) -> None:
    """What this participant has saved."""
    with st.expander("Your saved runs", key="my runs", on_change="rerun") as opened:
        if not opened.open:
            return
        runs = access.classes().my_runs(code, secret)
        st.markdown(
            f"On **Compare** you can move levers and save up to {MOST_RUNS} runs; your instructor sets them beside those of the "
            "others."
        )
        for one in runs:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(show.strong(one.name))
                st.button("Delete", key=f"drop {one.number}", on_click=_drop, args=[code, secret, one.number])


def _drop(code: str, secret: str, number: int) -> None:
    access.classes().drop_run(code, secret, number)
