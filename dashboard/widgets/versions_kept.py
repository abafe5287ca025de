"""Versions of one's own: kept under a name, listed with what they change, compared like any scenario, let go of."""

from __future__ import annotations

from functools import partial, reduce

import streamlit as st

from dashboard.runtime import kept, state, versions
from dashboard.runtime.language import _
from dashboard.runtime.state import State
from dashboard.widgets import controls, sentences, show
from sim.scenario.diff import TITLES
from sim.words.sentences import month_words

PROBLEM = "version not kept"


def shown(here: State) -> None:
    """A field for a name, and the versions that were kept."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", key="keep-version"):
        place = state.key("name of a version")
        st.text_input(
            _("Name this version"), key=place, max_chars=kept.MOST_LETTERS, placeholder=_("Such as: Firm but talking")
        )
        st.button(_("Keep it"), key="keep it", on_click=_keep, args=[place], disabled=not versions.changed(here))
    if problem := st.session_state.pop(PROBLEM, ""):
        st.warning(show.plain(problem))
    for name, one in here.kept.items():
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"kept-{name}"):
            st.markdown(f"**{show.plain(one.title)}:** {show.plain(_said(here, one))}")
            beside = name in here.scenarios
            st.button(
                _("Compared") if beside else _("Compare"),
                key=state.key("beside", name),
                on_click=controls.go,
                args=[partial(_beside, name)],
                disabled=beside,
                help=_("Show {title} beside the others.", title=one.title),
            )
            st.button(
                _("Let go"),
                key=state.key("let go", name),
                on_click=controls.go,
                args=[partial(versions.let_go, name)],
                help=_("Forget {title}. Undo brings it back.", title=one.title),
            )


def _keep(place: str) -> None:
    try:
        there = versions.keep(state.current(), st.session_state[place])
    except ValueError as problem:
        st.session_state[PROBLEM] = str(problem)
        st.rerun(controls.KEEP)
    controls.go(lambda here: there)


def _beside(name: str, here: State) -> State:
    """The state in which a kept version is compared, too: in place of the last scenario where there is no room."""
    some = here.scenarios if len(here.scenarios) < state.MOST_SCENARIOS else here.scenarios[:-1]
    return here.comparing((*some, name))


def _said(here: State, one: kept.Kept) -> str:
    """What a version changes, in words."""
    steps = []
    for step in one.steps:
        settings = "; ".join(f"{_(TITLES[name])} {sentences.choice(value)}" for name, value in step.settings)
        steps.append(_("from {month}: {settings}", month=month_words(step.since), settings=settings))
    changes = reduce(lambda before, after: _("{before}; then {after}", before=before, after=after), steps)
    return f"{controls.title_of(here, one.of)}, {changes}."
