"""Exercises: read them, do one alone (predict, see, find out what was missed), take its pack to class."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from dashboard.runtime import exercises
from dashboard.runtime.language import _
from dashboard.runtime.questions import Question
from dashboard.widgets import access, asking, show, waiting, walking, withheld
from sim.teaching.exercises.schema import LEVELS, Exercise
from sim.words.language import spoken
from sim.words.sentences import ABOUT

show.page(_("Exercises"), show.plain(_(ABOUT)), reading=True)


def start_again(one: Exercise) -> None:
    st.session_state.pop(f"exercise {one.name}", None)


def about(one: Exercise) -> None:
    """What an exercise is for."""
    st.header(show.plain(_(one.title)), anchor=False)
    st.caption(show.plain(_("{grade}, {minutes} minutes in class", grade=_(LEVELS[one.level]), minutes=one.minutes)))
    st.markdown(f"**{asking.fill(one, one.question)}**")
    st.markdown(
        _("What you can do afterwards:") + "\n\n" + "\n".join(f"- {asking.fill(one, goal)}" for goal in one.goals)
    )
    st.subheader(_("Background"), anchor=False)
    asking.background(one)


def pack(one: Exercise) -> None:
    """The pack of an exercise: made while the visitor sees how far it is, then to be taken along."""
    st.markdown(_("Worksheet, instructor's sheet with answers, timing plan, slides and scenario files."))
    made = waiting.answer("pack", _("Make the pack"), Question(exercises.pack, (one.name, spoken())))
    if made is not None:
        st.download_button(
            _("Take the pack along, ZIP"), made, f"{one.name}.zip", "application/zip", type="primary", on_click="ignore"
        )


def choose(name: str) -> None:
    st.session_state["exercise chosen"] = name


def overview(names: list[str]) -> None:
    """All exercises, and what each asks."""
    with st.expander(_("All {count} exercises, and what each asks", count=len(names))):
        for name in names:
            st.button(
                show.plain(asking.titled(name)), key=f"choose {name}", on_click=choose, args=[name], type="tertiary"
            )
            st.caption(show.plain(_(asking.listed()[name].question)))


names = list(asking.listed())
wanted = access.held("exercise")
if wanted and wanted not in names:
    st.warning(show.plain(_("There is no exercise {wanted}.", wanted=wanted)))
chosen = st.selectbox(
    _("Exercise"),
    names,
    names.index(wanted) if wanted in names else 0,
    format_func=asking.titled,
    key="exercise chosen",
)
access.hold(exercise=chosen)
overview(names)
one = asking.exercise(chosen)
about(one)
if withheld.withheld(one):
    st.info(_("A class is predicting in this exercise. What the model says comes in the class, when it is revealed."))
    st.stop()
with st.expander(_("For an instructor: the pack to print and show")):
    pack(one)
last: list[Callable[[], None]] = []
walking.alone(one, last)
if walking.progress(one)["before"]:
    st.button(_("Start again"), on_click=start_again, args=[one])
for tell in last:
    tell()
