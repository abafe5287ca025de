"""What was changed, step by step, so that it can be undone and done again.

A step leads from one state to another that asks for other numbers; what is merely looked at, a month or a metric, is no
step. To go where the last step came from is to undo it, whether by the button, by the browser's Back, or by hand. A lever
that is moved key by key is moved in one step.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import streamlit as st

if TYPE_CHECKING:
    from dashboard.runtime.state import State

# What of a state decides the numbers.
CHANGED = (
    *("scenarios", "version_of", "since", "levers", "postures", "kept", "own"),
    *("uncertainties", "parameters", "told", "seed", "worlds", "months"),
)
MOST = 60  # steps that are remembered
SETTINGS = ("levers", "postures", "uncertainties")
# Within how many seconds the same setting is still being moved.
MOVING = 1.5


@dataclass
class Trail:
    """The states that were left by a step, and those that were left by undoing one; the nearest is the last.

    And the one setting that the last step moved, "" where it was something else, with when that was.
    """

    past: list[State] = field(default_factory=list)
    future: list[State] = field(default_factory=list)
    moved: str = ""
    at: float = 0.0


def trail() -> Trail:
    """This session's."""
    found: Trail = st.session_state.setdefault("trail", Trail())
    return found


def note(before: State, here: State) -> None:
    """Remember a step, or that one was undone or done again."""
    if _same(before, here):
        return
    now, moved, at = trail(), _moved(before, here), time.monotonic()
    if now.past and _same(now.past[-1], here):
        now.past.pop()
        now.future.append(before)
        moved = ""
    elif now.future and _same(now.future[-1], here):
        now.future.pop()
        now.past.append(before)
        moved = ""
    elif not moved or moved != now.moved or at - now.at >= MOVING:
        now.past, now.future = [*now.past, before][-MOST:], []
    now.moved, now.at = moved, at


def back(here: State) -> State | None:
    """The state before the last step, looked at as now; None where there was no step."""
    return _as_seen(here, trail().past)


def again(here: State) -> State | None:
    """The state that was left by undoing, looked at as now; None without."""
    return _as_seen(here, trail().future)


def _moved(before: State, here: State) -> str:
    """The one lever, posture or uncertainty that is all that differs; "" for anything else."""
    apart = [name for name in CHANGED if getattr(before, name) != getattr(here, name)]
    if len(apart) != 1 or apart[0] not in SETTINGS:
        return ""
    was, now = getattr(before, apart[0]), getattr(here, apart[0])
    names = [name for name in {**was, **now} if was.get(name) != now.get(name)]
    return names[0] if len(names) == 1 else ""


def _same(one: State, other: State) -> bool:
    return all(getattr(one, name) == getattr(other, name) for name in CHANGED)


def _as_seen(here: State, states: list[State]) -> State | None:
    return here.with_(**{name: getattr(states[-1], name) for name in CHANGED}) if states else None
