"""The Studio's forms: each shows what stands in a draft and returns the text as it becomes."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.runtime import state
from dashboard.runtime.checks import is_month
from dashboard.runtime.language import _, titled
from dashboard.runtime.state import POSTURES, SHARES
from dashboard.widgets import controls, drafting, glossary, show, uncertainties
from sim.experiment.factors import factor_words
from sim.parameters import PARAMETERS
from sim.provenance.levers import level
from sim.scenario.diff import TITLES
from sim.scenario.settings import OPTIONS
from sim.scenario.words import CHOOSE
from sim.vocabulary import ACTOR_SPECS, ACTORS, LEVERS, START, month_after
from sim.words.sentences import month_words


def all_of(text: str, key: str) -> str:
    """Every form, one below the other."""
    text = _words(text, key)
    text = _changes(text, key)
    return _parameters(text, key)


def _words(text: str, key: str) -> str:
    data, usual = drafting.data_of(text), _length(text)
    stands = (str(data.get("title", "")), str(data.get("question", "")), usual)
    # The text may be changed beside the forms: what stands in it then is what they show.
    title = st.text_input(_("Title"), stands[0], max_chars=120, key=state.key("title", key, stands[0]))
    question = st.text_input(
        _("The question it asks"), stands[1], max_chars=4000, key=state.key("asks", key, stands[1])
    )
    length: Any = st.number_input(_("Months"), 1, 360, usual, key=state.key("length", key, usual))
    if (title, question, int(length)) == stands:
        return text
    return drafting.with_words(text, title, question, int(length))


def _length(text: str) -> int:
    """How many months the scenario runs."""
    months = drafting.data_of(text).get("months", 60)
    return months if isinstance(months, int) and 1 <= months <= 360 else 60


def _changes(text: str, key: str) -> str:
    st.markdown(_("**What somebody does, and from when**"))
    for actor, number, change in drafting.changes(text):
        st.markdown(f"{show.plain(titled(ACTORS)(actor))}: {show.plain(_said(change))}")
        if st.button(_("Remove"), key=state.key("remove", key, actor, number), help=_("Take this change out.")):
            return drafting.without_change(text, actor, number)
    with st.container(border=True):
        months = [month_after(START, number) for number in range(max(_length(text), 2))]
        actor = st.selectbox(_("Who"), list(ACTORS), format_func=titled(ACTORS), key=state.key("who", key))
        name = st.selectbox(_("What"), _settings(actor), format_func=_setting, key=state.key("what", key, actor))
        value = _value(name, key)
        first, last = st.select_slider(
            _("From, until"),
            months,
            ("2022-12" if "2022-12" in months else months[0], months[-1]),
            format_func=month_words,
            key=state.key("span", key, len(months)),
        )
        if st.button(_("Add this change"), type="primary", key=state.key("add", key)):
            given = {"levers": {name: value}} if name in LEVERS else {name: value}
            until = {} if last == months[-1] else {"until": last}
            return drafting.with_change(text, actor, {"from": first, **until, **given})
    return text


def _value(name: str, key: str) -> float | str:
    """What something is set to: one of its options, or how far, with what that stands for."""
    if name in OPTIONS:
        options = list(dict.fromkeys([CHOOSE, *OPTIONS[name]]))
        chosen = st.selectbox(_("To"), options, format_func=controls.option, key=state.key("to", key, name))
        return str(chosen)
    value = float(st.slider(_("To"), 0.0, 1.0, 0.5, 0.05, key=state.key("to", key, name)))
    if words := level(name, value):
        st.caption(show.plain(_("{value:g}: {words}", value=value, words=words)))
    return value


def _parameters(text: str, key: str) -> str:
    st.markdown(_("**What nobody controls**"))
    found = drafting.data_of(text).get("parameters")
    for name, value in found.items() if isinstance(found, dict) else ():
        st.markdown(f"{show.plain(factor_words(name))}: {show.plain(value)}")
        if st.button(_("Remove"), key=state.key("free", key, name), help=_("Leave this parameter as declared.")):
            return drafting.with_parameter(text, name, None)
    names = [name for name, about in PARAMETERS.items() if not about.constant]
    name = st.selectbox(_("Parameter"), names, format_func=factor_words, key=state.key("parameter", key))
    about = PARAMETERS[name]
    st.caption(f"{show.plain(_(about.meaning))} {show.plain(glossary.unit(about.unit))}")
    value = uncertainties.parameter_slider(name, about.value, state.key("set value", key, name))
    if st.button(_("Set"), key=state.key("set", key, name), help=_("In every world of this scenario.")):
        return drafting.with_parameter(text, name, value)
    return text


def _settings(actor: str) -> list[str]:
    return (
        list(SHARES) if ACTOR_SPECS[actor].has_levers else [name for name, whose in POSTURES.items() if whose == actor]
    )


def _setting(name: str) -> str:
    return _(TITLES[name])


def _said(change: dict[str, Any]) -> str:
    """A change in words, from what stands in the text."""
    first, last = (_month(change[word]) if word in change else "" for word in ("from", "until"))
    span = _("from {first} until {last}", first=first, last=last) if first and last else ""
    span = span or (_("from {first}", first=first) if first else _("until {last}", last=last) if last else "")
    levers = change.get("levers")
    given = {**(levers if isinstance(levers, dict) else {}), **change}
    parts = [_part(name, value) for name, value in given.items() if name in TITLES]
    said = "; ".join(parts)
    return _("{span}, when a condition is met: {said}", span=span, said=said) if "when" in change else f"{span}: {said}"


def _part(name: str, value: Any) -> str:
    """One thing that is set, with what that stands for."""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    words = level(name, float(value)) if number and 0 <= value <= 1 else ""
    return f"{_(TITLES[name])} {controls.option(str(value))}{f' ({words})' if words else ''}"


def _month(text: Any) -> str:
    """A month in words; as it stands where it is none."""
    return month_words(text) if is_month(text) else str(text)
