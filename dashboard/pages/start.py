"""Start: what this is, the two courses it is about, one picture, a few levers to try, and where to go on."""

from __future__ import annotations

import streamlit as st

from dashboard.runtime import language, versions
from dashboard.runtime.language import _
from dashboard.runtime.state import State
from dashboard.widgets import sentences, show, tour
from sim.provenance.levers import level
from sim.vocabulary import LEVER_SPECS
from sim.vocabulary.levels import JUDGEMENT
from sim.words.language import N_

# What is shown to everybody, whatever was chosen elsewhere.
HERE = State()
# Levers worth trying first, and how far each is moved on Compare, in Accommodate: one that presses Kabul, one that gives to
# it, one at home.
TRY = {"cross_border_strikes": 0.5, "recognition": 1.0, "domestic_operations": 1.0}
# Who comes, and where that person goes on: file in pages/ -> what is done there.
WAYS: dict[str, tuple[tuple[str, str], ...]] = {
    N_("I teach"): (
        ("exercises", N_("Exercises with worksheets and a key")),
        ("class_instructor", N_("Hold a class: votes, predictions, reveal")),
    ),
    N_("I study"): (
        ("compare", N_("Move a lever and compare the courses")),
        ("why", N_("Ask why a figure came out as it did")),
    ),
    N_("I analyse"): (
        ("experiments", N_("Design an experiment over many parameter sets")),
        ("evidence", N_("Follow every rule to what it rests on")),
    ),
}


def courses() -> None:
    """The two courses in words, as their policies have them, and lever by lever."""
    for column, name in zip(st.columns(len(HERE.scenarios)), HERE.scenarios, strict=True):
        scenario = versions.written(HERE, name)
        plan = versions.planned(scenario, versions.begins(scenario))
        policy = scenario.policies[str(scenario.actors.pakistan.changes[-1].policy)]
        used = sorted((lever for lever in LEVER_SPECS if plan[lever]), key=lambda lever: -float(plan[lever]))
        with column, st.container(border=True, height="stretch", key=f"course-{name}"):
            st.subheader(show.plain(_(scenario.title)), anchor=False)
            st.markdown(show.plain(_(policy.summary)))
            with st.expander(_("Lever by lever, from 0 to 1")):
                st.markdown("\n".join(f"- {_at(lever, float(plan[lever]))}" for lever in used))
                st.caption(_(JUDGEMENT))


def _at(lever: str, value: float) -> str:
    return show.plain(f"{_(LEVER_SPECS[lever].title)} {value:g}: {level(lever, value)}")


def chart() -> None:
    """What the worlds say of the two, in a heading, in sentences and in a picture."""
    found = show.comparison(HERE)
    if found is not None:
        st.subheader(show.plain(sentences.in_short(HERE, found)), anchor=False)
        st.markdown("\n\n".join(map(show.plain, sentences.answer(HERE, found))))
        show.picture(show.moving(found, "fan", HERE.metric), "start")


def levers() -> None:
    """Levers to try: each link leads to Compare with that lever moved."""
    st.subheader(_("Three levers to try"), anchor=False)
    st.markdown(
        _("Each link opens Compare with one lever moved in a copy of Accommodate, in the same modelled worlds.")
    )
    plan = versions.planned(versions.written(HERE, HERE.edited), versions.since(HERE))
    for column, (lever, value) in zip(st.columns(len(TRY)), TRY.items(), strict=True):
        was = float(plan[lever])
        with column, st.container(border=True, height="stretch", key=f"try-{lever}"):
            st.page_link(
                "pages/compare.py",
                label=_("{lever}: {before:g} → {after:g}", lever=_(LEVER_SPECS[lever].title), before=was, after=value),
                query_params={f"lever.{lever}": repr(value)},
            )
            st.caption(
                show.plain(_("From: {before}. To: {after}.", before=level(lever, was), after=level(lever, value)))
            )


def ways_on() -> None:
    """Where to go on, by what somebody came for."""
    for column, (who, ways) in zip(st.columns(len(WAYS)), WAYS.items(), strict=True):
        with column, st.container(border=True, height="stretch", key=f"way-{who}"):
            st.subheader(_(who), anchor=False)
            for name, what in ways:
                st.page_link(f"pages/{name}.py", label=_(what))


left, right = st.columns([5, 6], gap="large")
with left:
    with st.container(key="brand"):
        st.markdown("durand")
    show.page(
        _("Confront or accommodate?"),
        _(
            "A simulation of Pakistan, the Afghan Taliban, the TTP and India after August 2021, built from what five "
            "articles argue. Move what Pakistan does, and see in a few hundred modelled worlds what follows, why, "
            "and what each rule rests on: a passage, or a judgement that says that it is one."
        ),
    )
    st.markdown(
        _(
            "**The question:** should Pakistan confront Kabul over the TTP, accommodate it, or do something in "
            "between, and at what price in violence, leverage and sovereignty?"
        )
    )
    st.caption(
        _(
            "Not a forecast: it shows what would follow if the articles' arguments held, and how far the worlds "
            "disagree."
        )
    )
    tour.offer()
    language.offer()
courses()
levers()
st.subheader(_("Where to go from here"), anchor=False)
ways_on()
with right:  # the last, so that all else is there while its worlds are simulated
    chart()
