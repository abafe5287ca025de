"""A participant's own runs in a class: saved where they are made, listed where the class is."""

from __future__ import annotations

import streamlit as st

from dashboard.runtime import class_runs, state, versions
from dashboard.runtime.gate import classes_only
from dashboard.runtime.language import _
from dashboard.widgets import access, controls, sentences, show
from sim.teaching.classroom.file import ClassroomError
from sim.teaching.classroom.runs import MOST_RUNS

MOST_LETTERS = 40  # of a run's name


@st.fragment(key=controls.SAVE)
def offer() -> None:
    """Save what is chosen on this page in the class in which this visitor has a seat; nothing for others. It is shown anew by
    itself when something is moved."""
    code, secret = access.held("class"), access.held("me")
    if not (code and secret):
        return
    with st.expander(_("Save this run for your class"), key="save run"):
        here = state.current()
        chosen, subject = class_runs.to_save(here), class_runs.subject(here)
        if chosen is None or subject is None:
            st.markdown(_("Move a lever first: then your version can be saved, and set beside those of the others."))
            return
        called = "" if versions.changed(here) else controls.title_of(here, subject)
        st.markdown(" ".join(filter(None, (show.strong(called), show.plain(sentences.changes(here))))))
        with st.form("save", border=False):
            name = st.text_input(_("What you call it"), max_chars=MOST_LETTERS, key="run name")
            if not st.form_submit_button(_("Save it"), type="primary"):
                return
        try:
            access.classes().save_run(code, secret, name, chosen)
        except ClassroomError as problem:
            access.complain(problem)
            return
        st.success(
            _("Saved. Your instructor can set it beside the others; to change it, save again under the same name.")
        )


@st.fragment
def mine(code: str, secret: str) -> None:
    """What this participant has saved."""
    with st.expander(_("Your saved runs"), key="my runs", on_change="rerun") as opened:
        if not opened.open:
            return
        try:
            runs = access.classes().my_runs(code, secret)
        except ClassroomError:
            st.rerun()  # the class is gone, or the seat: the page says so
        access.refused("run")
        if not classes_only():
            st.markdown(
                _(
                    "On **Compare** you can move levers and save up to {most} runs; your instructor sets them "
                    "beside those of the others.",
                    most=MOST_RUNS,
                )
            )
        elif not runs:
            st.markdown(_("You have saved no run."))
        for one in runs:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.markdown(show.strong(one.name))
                given = ["run", access.classes().drop_run, code, secret, one.number]
                st.button(_("Delete"), key=f"drop {one.number}", on_click=access.attempt, args=given)
