"""Exercises: read them, do one alone (predict, see, find out what was missed), take its pack to class."""

from __future__ import annotations

from typing import Any

import streamlit as st

from dashboard.runtime import exercises
from dashboard.runtime.exercises import Lesson
from dashboard.widgets import access, asking, show, withheld
from sim.teaching.exercises.feedback import gain
from sim.teaching.exercises.predict import Prediction, score
from sim.teaching.exercises.schema import LEVELS, Exercise
from sim.words.sentences import ABOUT

show.page("Exercises", show.plain(ABOUT))


def progress(one: Exercise) -> dict[str, Any]:
    """How far this visitor has come in an exercise; kept in the session alone."""
    done: dict[str, Any] = st.session_state.setdefault(
        f"exercise {one.name}", {"before": {}, "given": {}, "after": {}, "step": 0}
    )
    return done


def start_again(one: Exercise) -> None:
    st.session_state.pop(f"exercise {one.name}", None)


def about(one: Exercise) -> None:
    """What an exercise is for."""
    st.header(show.plain(one.title), anchor=False)
    st.caption(show.plain(f"{LEVELS[one.level]}, {one.minutes} minutes in class"))
    st.markdown(f"**{asking.fill(one, one.question)}**")
    st.markdown("What you can do afterwards:\n\n" + "\n".join(f"- {asking.fill(one, goal)}" for goal in one.goals))
    st.subheader("Background", anchor=False)
    asking.background(one)


def quiz(one: Exercise, done: dict[str, Any], when: str) -> bool:
    """The questions of before and after; whether they are answered."""
    if not done[when]:
        st.caption(asking.HOW)
        found = asking.ask(one, one.quiz, f"{one.name} {when}", {})
        if found is None:
            return False
        done[when] = found
        st.rerun()
    if when == "before":
        for name, prediction in done[when].items():
            st.markdown(f"{asking.fill(one, one.questions[name].ask)}  \nYou said **{show.plain(prediction)}**.")
    return True


def step(one: Exercise, done: dict[str, Any], number: int) -> bool:
    """A step; whether all that it asks is answered."""
    here = one.steps[number]
    st.subheader(asking.heading(number, here), anchor=False)
    st.markdown(asking.fill(one, here.text))
    still = [name for name in here.questions if name not in done["given"]]
    if still:
        found = asking.ask(one, still, f"{one.name} step {number}", {})
        if found is None:
            return False
        done["given"] |= found
        st.rerun()
    for name in here.questions:
        if name not in one.due(number):
            said = show.plain(done["given"][name])
            st.markdown(f"{asking.fill(one, one.questions[name].ask)}  \nYou said **{said}**.")
    if here.runs or here.show or here.pictures:
        made = asking.lesson(one.name)
        if made is None:
            return False
        asking.results(one, made, number, "alone")
        for name in one.due(number):
            asking.outcome(one, made, name, done["given"].get(name))
    return True


def end(one: Exercise, done: dict[str, Any], made: Lesson) -> None:
    """The quiz, scored both times, and what is left to do."""
    for name in one.quiz:
        st.caption(show.plain(f"Before, you said {done['before'][name]}."))
        asking.outcome(one, made, name, done["after"][name])

    def scored(given: dict[str, Prediction]) -> Any:
        return [score(prediction, made.values[name]) for name, prediction in given.items()]

    st.markdown(f"**{show.plain(gain(scored(done['before']), scored(done['after'])))}**")
    for heading, lines in (("What to hand in", one.submit), ("To discuss", one.discussion)):
        st.subheader(heading, anchor=False)
        st.markdown("\n".join(f"- {asking.fill(one, line)}" for line in lines))


def alone(one: Exercise) -> None:
    """The whole way through, a step at a time."""
    done = progress(one)
    st.subheader("Before you begin", anchor=False)
    if not quiz(one, done, "before"):
        return
    for number in range(done["step"] + 1):
        if not step(one, done, number):
            return
    if done["step"] + 1 < len(one.steps):
        if st.button("Next step", type="primary", key=f"next {done['step']}"):
            done["step"] += 1
            st.rerun()
        return
    st.subheader("After", anchor=False)
    if quiz(one, done, "after") and (made := asking.lesson(one.name)) is not None:
        end(one, done, made)


names = list(asking.listed())
wanted = access.held("exercise")
if wanted and wanted not in names:
    st.warning(show.plain(f"There is no exercise {wanted}."))
chosen = st.selectbox(
    "Exercise",
    names,
    names.index(wanted) if wanted in names else 0,
    format_func=asking.titled,
    key="exercise chosen",
)
access.hold(exercise=chosen)
one = asking.exercise(chosen)
about(one)
if withheld.withheld(one):
    st.info("A class is predicting in this exercise. What the model says comes in the class, when it is revealed.")
    st.stop()
with st.expander("For an instructor: the pack to print and show"):
    st.markdown(
        "Worksheet, instructor's sheet with answers, timing plan, slides and scenario files. It takes some seconds."
    )
    show.download("Pack, ZIP", f"{chosen}.zip", "application/zip", f"pack {chosen}", exercises.pack, chosen)
alone(one)
if progress(one)["before"]:
    st.button("Start again", on_click=start_again, args=[one])
