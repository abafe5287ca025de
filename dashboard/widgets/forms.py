"""The Studio's forms: each shows what stands in a draft and returns the text as it becomes."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.runtime import state
from dashboard.runtime.state import POSTURES, SHARES
from dashboard.widgets import controls, drafting, show
from sim.parameters import PARAMETERS
from sim.scenario.diff import TITLES
from sim.scenario.settings import OPTIONS
from sim.scenario.words import CHOOSE
from sim.vocabulary import ACTOR_SPECS, ACTORS, LEVERS, START, month_after, month_words


def all_of(text: str, key: str) -> str:
    """Every form, one below the other."""
    text = _words(text, key)
    text = _changes(text, key)
    return _parameters(text, key)


def _words(text: str, key: str) -> str:
    data = drafting.data_of(text)
    with st.form(state.key("words", key)):
        title = st.text_input("Title", str(data.get("title", "")), max_chars=120)
        question = st.text_input("The question it asks", str(data.get("question", "")), max_chars=4000)
        months = data.get("months", 60)
        length: Any = st.number_input(
            "Months", 1, 360, months if isinstance(months, int) and 1 <= months <= 360 else 60
        )
        if st.form_submit_button("Take over"):
            return drafting.with_words(text, title, question, int(length))
    return text


def _changes(text: str, key: str) -> str:
    st.markdown("**What somebody does, and from when**")
    for actor, number, change in drafting.changes(text):
        said, gone = st.columns([5, 1])
        said.markdown(f"{show.plain(ACTORS.get(actor, actor))}: {show.plain(_said(change))}")
        if gone.button("Remove", key=state.key("remove", key, actor, number), help="Take this change out."):
            return drafting.without_change(text, actor, number)
    months = [month_after(START, number) for number in range(120)]
    actor = st.selectbox("Who", list(ACTORS), format_func=ACTORS.__getitem__, key=state.key("who", key))
    with st.form(state.key("change", key, actor)):
        first, last = st.select_slider("From, until", months, ("2022-12", months[-1]), format_func=month_words)
        name = st.selectbox("What", _settings(actor), format_func=_setting)
        share = st.slider("To (for a lever or share)", 0.0, 1.0, 0.5, 0.05)
        choices = list(dict.fromkeys([CHOOSE, *(one for n in _settings(actor) for one in OPTIONS.get(n, ()))]))
        choice = st.selectbox("To (for a posture)", choices, format_func=controls.option) if len(choices) > 1 else ""
        if st.form_submit_button("Add"):
            value: Any = choice if name in OPTIONS else share
            given = {"levers": {name: value}} if name in LEVERS else {name: value}
            until = {} if last == months[-1] else {"until": last}
            return drafting.with_change(text, actor, {"from": first, **until, **given})
    return text


def _parameters(text: str, key: str) -> str:
    st.markdown("**What nobody controls**")
    found = drafting.data_of(text).get("parameters")
    for name, value in found.items() if isinstance(found, dict) else ():
        said, gone = st.columns([5, 1])
        said.markdown(f"{show.plain(controls.words(name))}: {show.plain(value)}")
        if gone.button("Remove", key=state.key("free", key, name), help="Leave this parameter as declared."):
            return drafting.with_parameter(text, name, None)
    names = [name for name, about in PARAMETERS.items() if not about.constant]
    name = st.selectbox("Parameter", names, format_func=controls.words, key=state.key("parameter", key))
    about = PARAMETERS[name]
    st.caption(f"{show.plain(about.meaning)} In {show.plain(about.unit)}.")
    with st.form(state.key("set", key, name)):
        value = controls.parameter_slider(name, about.value, state.key("set value", key, name))
        if st.form_submit_button("Set"):
            return drafting.with_parameter(text, name, value)
    return text


def _settings(actor: str) -> list[str]:
    return (
        list(SHARES) if ACTOR_SPECS[actor].has_levers else [name for name, whose in POSTURES.items() if whose == actor]
    )


def _setting(name: str) -> str:
    return TITLES[name]


def _said(change: dict[str, Any]) -> str:
    """A change in words, from what stands in the text."""
    span = " ".join(f"{word} {change[word]}" for word in ("from", "until") if word in change)
    levers = change.get("levers")
    given = {**(levers if isinstance(levers, dict) else {}), **change}
    parts = [f"{TITLES[name]} {controls.option(str(value))}" for name, value in given.items() if name in TITLES]
    when = ", when a condition is met" if "when" in change else ""
    return f"{span}{when}: {'; '.join(parts)}"
