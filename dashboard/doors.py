"""How one comes into a class or a game: the file they are kept in, what a visitor holds of them, and who has to wait.

A visitor holds a code and secrets. They stand in the address, so that a page loaded again, or a server started again,
finds the same seat; and in the session, so that a visit to another page loses nothing.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import streamlit as st

from dashboard import show
from sim.teaching.classroom import Classroom
from sim.teaching.classroom_file import ClassroomError
from sim.teaching.table import Tables


def file() -> Path:
    """Where classes and games are kept: as the operator said, else among the data of whoever runs the server."""
    given = os.environ.get("DURAND_CLASS_FILE")
    if given:
        return Path(given)
    home = Path.home()
    if sys.platform == "win32":
        data = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        data = home / "Library" / "Application Support"
    else:
        data = Path(os.environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    folder = data / "durand"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as problem:
        raise ClassroomError(
            f"classes cannot be kept in {folder} ({problem.strerror}); start with durand dashboard --class-file FILE"
        ) from None
    return folder / "classes.db"


def classes() -> Classroom:
    """The classes of this server."""
    return Classroom(file())


def games() -> Tables:
    """The games with several seats of this server."""
    return Tables(file())


# ------------------------------------------------------------------------------------------------ what is held


def held(name: str) -> str:
    """What this visitor holds of a class or game under a name of `state.OTHERS`; "" for nothing."""
    found = str(st.query_params.get(name) or st.session_state.get(f"held {name}", ""))[:200]
    if found:
        hold(**{name: found})
    return found


def hold(**tickets: str) -> None:
    """Keep what was given, in the address and in the session."""
    for name, value in tickets.items():
        st.session_state[f"held {name}"] = value
        if st.query_params.get(name) != value:
            st.query_params[name] = value


def let_go(*names: str) -> None:
    """Keep it no longer."""
    for name in names:
        st.session_state.pop(f"held {name}", None)
        st.query_params.pop(name, None)


def link(page: str, **tickets: str) -> str:
    """The address of a page with what is to be held, as this visitor would write it."""
    here = urlsplit(st.context.url or "")
    root = f"{here.scheme}://{here.netloc}" if here.netloc else ""
    path = here.path.rstrip("/").rsplit("/", 1)[0] if here.path.rstrip("/") else ""
    return f"{root}{path}/{page}?{urlencode(tickets)}"


# ------------------------------------------------------------------------------------------------ who has to wait


class Door:
    """Makes those wait who try too often.

    Args:
        most: tries of one visitor within the time; `together`: of all who come from one address (a class behind one router).
        seconds: the time.
        clock: tells it.
    """

    def __init__(
        self, most: int, together: int, seconds: float = 60.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most, self._together, self._seconds, self._clock = most, together, seconds, clock
        self._tries: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def pass_by(self, visitor: str, address: str) -> None:
        """Raises ClassroomError while there were too many tries."""
        with self._lock:
            for who, most in self._who(visitor, address).items():
                tries = self._recent(who)
                if len(tries) >= most:
                    wait = self._seconds - (self._clock() - tries[0])
                    raise ClassroomError(
                        f"that was tried too often; wait {max(1, round(wait))} seconds, then try again"
                    )

    def count(self, visitor: str, address: str) -> None:
        """Take note of a try."""
        with self._lock:
            for who in self._who(visitor, address):
                self._recent(who).append(self._clock())
            for who in [who for who in self._tries if not self._recent(who)]:
                del self._tries[who]

    def _who(self, visitor: str, address: str) -> dict[str, int]:
        return {f"visitor {visitor}": self._most, f"address {address}": self._together}

    def _recent(self, who: str) -> deque[float]:
        tries = self._tries.setdefault(who, deque())
        while tries and self._clock() - tries[0] >= self._seconds:
            tries.popleft()
        return tries


@cache
def wrong_codes() -> Door:
    """Who types codes that are none."""
    return Door(most=6, together=120)


@cache
def openings() -> Door:
    """Who opens classes and games."""
    return Door(most=6, together=30, seconds=600.0)


@contextmanager
def knocking() -> Iterator[None]:
    """Try a code or a secret: those that are none are counted, and after too many of them the visitor has to wait.

    Raises:
        ClassroomError: it is none, or was tried too often.
    """
    who = visitor()
    wrong_codes().pass_by(*who)
    try:
        yield
    except ClassroomError as problem:
        if any(words in str(problem) for words in ("there is no", "secret link")):
            wrong_codes().count(*who)
        raise


def opening() -> None:
    """Take note that somebody opens a class or a game. Raises ClassroomError after too many."""
    openings().pass_by(*visitor())
    openings().count(*visitor())


def visitor() -> tuple[str, str]:
    """This session, and the address that it comes from ("" on this machine)."""
    return show.session(), show.address()
