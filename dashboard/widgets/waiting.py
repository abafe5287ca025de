"""Long work: asked for by a button or at once, then how far it has come with a way to stop it, then what came of it."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard.runtime import state
from dashboard.runtime.engine import BusyError, RunError, Task, engine
from dashboard.runtime.language import _
from dashboard.runtime.questions import Question
from dashboard.widgets import show
from sim.words.language import n_

POLL, MOST_KNOWN = 1.0, 12
_HEAVY = "heavy work"
# What came of questions that are everybody's, the newest: a room of students waits for the first of them alone.
_EVERYBODYS: OrderedDict[str, Task] = OrderedDict()


@dataclass(frozen=True)
class _Asked:
    key: str
    task: Task
    at_once: bool = False


def answer(
    place: str, label: str, question: Question, help: str = "", disabled: bool = False, at_once: bool = False
) -> Any | None:
    """What a question came to; until then a button, or how far it is, and None.

    Args:
        place: its name on the page; what was asked there before, another question, is given up.
        label, help: of the button; disabled: whether it cannot be pressed.
        question: for the heavy worker: it may tell a dict with `done`, `of`, `what`, `part` and `left` (seconds).
        at_once: ask it without waiting for the button, which is then there only to ask again what was stopped.
    """
    mine: dict[str, _Asked] = st.session_state.setdefault(_HEAVY, {})
    asked = mine.get(place)
    if asked is not None and asked.key != question.key:
        engine().cancel(asked.task)
        del mine[place]
        asked = None
    if at_once and (known := _known().get(question.key) or _EVERYBODYS.get(question.key)) is not None:
        if asked is not None and not asked.task.finished.is_set():  # somebody else was answered meanwhile
            engine().cancel(mine.pop(place).task)
        return known.answer()
    if asked is None and at_once and not disabled:
        _start(place, question, at_once=True)
        asked = mine.get(place)
        if asked is None:
            _again(place, question)
            return None
    if asked is not None and not asked.task.finished.is_set():
        _progress(place)
        return None
    if asked is not None:
        try:
            found = asked.task.answer()
        except RunError as problem:
            if asked.task.stopped:
                st.info(_("Stopped."))
            else:
                st.error(show.plain(problem), icon=":material/error:")
        else:
            if at_once:
                _known()[question.key] = asked.task
            if question.everybodys:
                _EVERYBODYS[question.key] = asked.task
                while len(_EVERYBODYS) > MOST_KNOWN:
                    _EVERYBODYS.popitem(last=False)
            return found
    st.button(
        label,
        key=state.key("ask", place),
        on_click=_start,
        args=[place, question],
        help=help or None,
        disabled=disabled,
        type="primary",
    )
    if refused := st.session_state.pop(f"{_HEAVY} refused {place}", None):
        st.warning(show.plain(refused), icon=":material/group:")
    return None


def _known() -> dict[str, Task]:
    """What this visitor was answered without having to ask, the newest ones: whoever comes back to it does not wait again."""
    known: dict[str, Task] = st.session_state.setdefault(f"{_HEAVY} known", {})
    for key in list(known)[:-MOST_KNOWN]:
        del known[key]
    return known


def _start(place: str, question: Question, at_once: bool = False) -> None:
    mine: dict[str, _Asked] = st.session_state[_HEAVY]
    for other in [name for name, one in mine.items() if at_once and one.at_once and name != place]:
        engine().cancel(mine.pop(other).task)  # nobody looks at it any more
    if any(not one.task.finished.is_set() and not one.task.stopped for one in mine.values()):
        st.session_state[f"{_HEAVY} refused {place}"] = _(
            "You have one long piece of work under way already; stop it first, or wait until it is through."
        )
        return
    try:
        task = engine().heavy(show.session(), question.function, *question.given, **question.arguments)
    except BusyError as problem:
        st.session_state[f"{_HEAVY} refused {place}"] = str(problem)
        return
    mine[place] = _Asked(question.key, task, at_once)


@st.fragment(run_every=POLL)
def _again(place: str, question: Question) -> None:
    """Ask once more now and then, where what was asked before has not been given up yet; the page waits where it is."""
    _start(place, question, at_once=True)
    if place in st.session_state[_HEAVY]:
        st.rerun(scope="app")  # its progress is shown from now on
    st.info(show.plain(st.session_state.pop(f"{_HEAVY} refused {place}")), icon=":material/hourglass_top:")


def queued(ahead: int) -> str:
    """What it is that one waits for; whoever is alone may be waiting for a piece of work of one's own."""
    return n_(
        "The server does one piece of long work at a time, and is at another; what this page works out comes next.",
        "The server does one piece of long work at a time; {ahead} others come before what this page works out.",
        ahead,
        ahead=ahead,
    )


@st.fragment(run_every=POLL)
def _progress(place: str) -> None:
    task = st.session_state[_HEAVY][place].task
    if task.finished.is_set() or st.session_state[_HEAVY][place].key in _EVERYBODYS:
        st.rerun(scope="app")
    told = task.told or {}
    ahead = engine().slow.ahead(task)
    if ahead:
        st.info(queued(ahead))
    else:
        done, of = told.get("done", 0), told.get("of", 0)
        far = {"done": done, "of": of, "what": _(told["what"])} if of else {}
        said = _("Under way")
        if of and (left := told.get("left")):
            said = _("{done:,} of {of:,} {what}, about {seconds:.0f} seconds to go", **far, seconds=left)
        elif of:
            said = _("{done:,} of {of:,} {what}", **far)
        if "part" in told:
            said = _("Part {number} of {parts}: {said}", number=told["part"], parts=told["of_parts"], said=said)
        st.progress(min(done / of, 1.0) if of else 0.0, said)
    st.button(_("Stop"), key=state.key("stop", place), on_click=engine().cancel, args=[task])
