"""One person's way through an exercise: predict, do it, reveal what the model says, a step at a time.

What is long in coming (which mechanism moves a figure) is put off until all else stands on the page: each function that has
something like that gives it to `later`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import streamlit as st

from dashboard.runtime.exercises import Lesson
from dashboard.runtime.language import _
from dashboard.widgets import asking, show
from sim.teaching.exercises.feedback import gain
from sim.teaching.exercises.predict import Prediction, score
from sim.teaching.exercises.schema import Exercise

Later: TypeAlias = list[Callable[[], None]]


def progress(one: Exercise) -> dict[str, Any]:
    """How far this visitor has come in an exercise; kept in the session alone."""
    done: dict[str, Any] = st.session_state.setdefault(
        f"exercise {one.name}", {"before": {}, "given": {}, "after": {}, "step": 0, "revealed": set(), "words": {}}
    )
    return done


def quiz(one: Exercise, done: dict[str, Any], when: str) -> bool:
    """The questions of before and after; whether they are answered."""
    if not done[when]:
        st.caption(_(asking.HOW))
        found = asking.ask(one, one.quiz, f"{one.name} {when}", {})
        if found is None:
            return False
        done[when] = found
        st.rerun()
    if when == "before":
        for name, prediction in done[when].items():
            _told(one, name, prediction)
    return True


def step(one: Exercise, done: dict[str, Any], number: int, later: Later) -> bool:
    """A step; whether it is through: all that it asks answered, and what the model says revealed."""
    here = one.steps[number]
    st.subheader(asking.heading(number, here), anchor=False)
    st.markdown(asking.fill(one, here.text))
    asking.ways(one, number)
    still = [name for name in here.questions if name not in done["given"]]
    if still:
        found = asking.ask(one, still, f"{one.name} step {number}", {})
        if found is None:
            return False
        done["given"] |= found
        st.rerun()
    shows = bool(here.runs or here.show or here.pictures)
    told = one.due(number) if number in done["revealed"] else []
    for name in here.questions:
        if name not in told:
            _told(one, name, done["given"][name])
    if here.do in ("compare", "explain"):
        label = _("Your words (they stay in this browser's session)")
        done["words"][number] = st.text_area(
            label, done["words"].get(number, ""), max_chars=4000, key=f"words {one.name} {number}"
        )
    if shows and number not in done["revealed"]:
        if st.button(_("Reveal what the model says"), type="primary", key=f"reveal {one.name} {number}"):
            done["revealed"].add(number)
            st.rerun()
        return False
    return not shows or reveal(one, done, number, later)


def _told(one: Exercise, name: str, prediction: Prediction) -> None:
    """A question, and what was answered."""
    said = _("You said **{said}**.", said=show.plain(prediction))
    st.markdown(f"{asking.fill(one, one.questions[name].ask)}  \n{said}")


def reveal(one: Exercise, done: dict[str, Any], number: int, later: Later) -> bool:
    """What a step's runs say; whether it could be shown."""
    made = asking.lesson(one.name)
    if made is None:
        return False
    asking.results(one, made, number, "alone")
    for name in one.due(number):
        asking.outcome(one, made, name, done["given"].get(name), later)
    return True


def end(one: Exercise, done: dict[str, Any], made: Lesson, later: Later) -> None:
    """The quiz, scored both times, and what is left to do."""
    for name in one.quiz:
        st.caption(show.plain(_("Before, you said {said}.", said=done["before"][name])))
        asking.outcome(one, made, name, done["after"][name], later)

    def scored(given: dict[str, Prediction]) -> Any:
        return [score(prediction, made.values[name]) for name, prediction in given.items()]

    st.markdown(f"**{show.plain(gain(scored(done['before']), scored(done['after'])))}**")
    for heading, lines in ((_("What to hand in"), one.submit), (_("To discuss"), one.discussion)):
        st.subheader(heading, anchor=False)
        st.markdown("\n".join(f"- {asking.fill(one, line)}" for line in lines))


def alone(one: Exercise, later: Later) -> None:
    """The whole way through, a step at a time."""
    done = progress(one)
    st.subheader(_("Before you begin"), anchor=False)
    if not quiz(one, done, "before"):
        return
    asking.make_ready(one.name)  # while the visitor reads and predicts
    for number in range(done["step"] + 1):
        if not step(one, done, number, later):
            return
    if done["step"] + 1 < len(one.steps):
        if st.button(_("Next step"), type="primary", key=f"next {done['step']}"):
            done["step"] += 1
            st.rerun()
        return
    st.subheader(_("After"), anchor=False)
    if quiz(one, done, "after") and (made := asking.lesson(one.name)) is not None:
        end(one, done, made, later)
