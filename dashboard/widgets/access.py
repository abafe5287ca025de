"""How one comes into a class or a game: the file they are kept in, what a visitor holds of them, and who has to wait.

A visitor holds a code and secrets. The code stands in the address. A secret does so only in the link it comes with: once
it has let its holder in, the address has a handle that opens nothing, so that the page can be shown on a wall, and the
browser keeps the secret as a cookie of this server. So the same seat is found when the page is loaded again, the phone has
slept or the server was started again; several seats in one browser stay apart by their handles. Nothing of it is kept on
the server. All of it stands in the session too, so that a visit to another page loses nothing.
"""

from __future__ import annotations

import os
import re
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from hashlib import sha256
from hmac import compare_digest
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import streamlit as st

from dashboard.runtime import gate
from dashboard.runtime.language import _
from dashboard.runtime.memo import visitor
from dashboard.widgets import show
from sim.teaching.classroom.classes import Classroom
from sim.teaching.classroom.file import ClassroomError, GoneError, StorageError, StrangerError
from sim.teaching.play.table import Tables
from sim.words.language import n_
from sim.words.sentences import capital

# Of what is held, the secrets; the others may be seen by all.
SECRETS = frozenset({"me", "host", "player", "leader"})
_COOKIE, KEPT_DAYS, MOST_KEPT = "durand", 30, 30


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
        said = _(
            "classes cannot be kept here ({why}); start with durand dashboard --class-file FILE", why=problem.strerror
        )
        raise StorageError(said, folder) from None
    return folder / "classes.db"


def classes() -> Classroom:
    """The classes of this server."""
    return Classroom(file())


def games() -> Tables:
    """The games with several seats of this server."""
    return Tables(file())


# ------------------------------------------------------------------------------------------------ what is held


def held(name: str) -> str:
    """What this visitor holds of a class or game under a name of `state.OTHERS`; "" for nothing.

    A secret comes from a link, once; from then on the address has its handle alone, and the browser's cookie the secret.
    """
    given = str(st.query_params.get(name) or "")[:200]
    here = str(st.session_state.get(f"held {name}", ""))
    if name not in SECRETS:
        if given or here:
            hold(**{name: given or here})
        return given or here
    if not given.startswith("~"):
        return given or here
    return next((one for one in (here, *known(name)) if handle(one) == given), "")


def hold(**tickets: str) -> None:
    """Keep what was given, in the session and in the address; a secret, once it is known to be one, by its handle."""
    for name, value in tickets.items():
        st.session_state[f"held {name}"] = value
        if name in SECRETS:
            _to_keep()[f"{_COOKIE}-{name}-{handle(value)[1:]}"] = value
        shown = handle(value) if name in SECRETS else value
        if st.query_params.get(name) != shown:
            st.query_params[name] = shown


def let_go(*names: str) -> None:
    """Keep it no longer, here and in the browser."""
    for name in names:
        value = str(st.session_state.pop(f"held {name}", ""))
        if name in SECRETS and value:
            _to_keep()[f"{_COOKIE}-{name}-{handle(value)[1:]}"] = ""
        st.query_params.pop(name, None)


def known(name: str) -> list[str]:
    """The secrets of a kind that this browser keeps: of seats and classes of before."""
    begins, kept = f"{_COOKIE}-{name}-", dict(st.context.cookies) | _to_keep()
    return [value for key, value in kept.items() if key.startswith(begins) and value][:MOST_KEPT]


def handle(secret: str) -> str:
    """What stands in the address for a secret: it tells the seats of one browser apart, and opens none."""
    return f"~{sha256(secret.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"


def keep() -> None:
    """Have the browser keep what is held, and forget what was let go; at the end of each page."""
    wanted = {name: value for name, value in _to_keep().items() if re.fullmatch(r"[\w-]*", value, re.ASCII)}
    if not wanted:
        return
    path = f"/{str(st.get_option('server.baseUrlPath')).strip('/')}"
    cookies = [
        f"{name}={value}; path={path}; max-age={KEPT_DAYS * 86_400 if value else 0}; samesite=strict"
        for name, value in wanted.items()
    ]
    marks = "".join(f'<i hidden data-durand-cookie="{cookie}"></i>' for cookie in cookies)
    with st.container(key="keep"):
        st.html(f"{marks}<script>{gate.KEEP}</script>", unsafe_allow_javascript=True)


def _to_keep() -> dict[str, str]:
    """The cookies of this session: name -> secret, "" for one to be deleted."""
    kept: dict[str, str] = st.session_state.setdefault("cookies", {})
    return kept


def link(page: str, **tickets: str) -> str:
    """The address of a page with what is to be held, as this visitor would write it."""
    return f"{_root()}/{page}?{urlencode(tickets)}"


def join_link(code: str = "") -> str:
    """The address by which one joins a class, short enough to be typed; without a code, the one that asks for it."""
    if not gate.Gate.stands:  # which leads from there to the class
        return link("class_student", **({"class": code} if code else {})).rstrip("?")
    return f"{_root()}/join{f'/{code}' if code else ''}"


def is_reachable() -> bool:
    """Whether others can open the address by which this visitor came: not one that each machine has for itself."""
    name = urlsplit(st.context.url or "").hostname or ""
    return not (name in ("", "localhost", "::1") or name.startswith("127.") or name.endswith(".localhost"))


def is_encrypted() -> bool:
    """Whether this visitor came by HTTPS."""
    return urlsplit(st.context.url or "").scheme == "https"


def _root() -> str:
    """What the addresses of all pages begin with, as this visitor would write it."""
    here = urlsplit(st.context.url or "")
    path = here.path.rstrip("/").rsplit("/", 1)[0] if here.path.rstrip("/") else ""
    return f"{here.scheme}://{here.netloc}{path}" if here.netloc else path


def own_link(page: str, **tickets: str) -> None:
    """A link with a secret, for its holder alone: it is behind a button, for the page may be on a wall."""
    with st.expander(
        _("Your own secret link, for another device: show it to nobody"), key=f"own {page}", on_change="rerun"
    ) as it:
        if it.open:
            st.code(link(page, **tickets), language=None, wrap_lines=True)


# ------------------------------------------------------------------------------------------------ who has to wait


class AttemptLimit:
    """Makes those wait who have tried too often.

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

    def wait(self, visitor: str, address: str, blameless: bool = False) -> float:
        """Seconds until another try; 0 for none.

        Args:
            blameless: a visitor who has not tried yet waits for nobody at the same address.
        """
        with self._lock:
            if blameless and not self._recent(f"visitor {visitor}"):
                return 0.0
            waits = [
                self._seconds - (self._clock() - self._recent(who)[-most])
                for who, most in self._who(visitor, address).items()
                if len(self._recent(who)) >= most
            ]
            return max(waits, default=0.0)

    def pass_by(self, visitor: str, address: str, blameless: bool = False) -> None:
        """Raises ThrottledError while there were too many tries."""
        if wait := self.wait(visitor, address, blameless):
            raise ThrottledError(
                n_(
                    "that was tried too often; wait {count} second, then try again",
                    "that was tried too often; wait {count} seconds, then try again",
                    count := max(1, round(wait)),
                    count=count,
                )
            )

    def count(self, visitor: str, address: str) -> None:
        """Take note of a try."""
        with self._lock:
            for who, most in self._who(visitor, address).items():
                tries = self._recent(who)
                tries.append(self._clock())
                if len(tries) > most:
                    tries.popleft()
            for who in [who for who in self._tries if not self._recent(who)]:
                del self._tries[who]

    def _who(self, visitor: str, address: str) -> dict[str, int]:
        return {f"visitor {visitor}": self._most, f"address {address}": self._together}

    def _recent(self, who: str) -> deque[float]:
        tries = self._tries.setdefault(who, deque())
        while tries and self._clock() - tries[0] >= self._seconds:
            tries.popleft()
        return tries


class ThrottledError(ClassroomError):
    """Tried too often; nothing was looked at, and nothing is lost."""


@cache
def wrong_codes() -> AttemptLimit:
    """Who tries codes and secrets that are none."""
    return AttemptLimit(most=6, together=120)


@cache
def joinings() -> AttemptLimit:
    """Who joins: some go out and in again, and a class of sixty comes in at once from one address."""
    return AttemptLimit(most=5, together=120)


@cache
def openings() -> AttemptLimit:
    """Who opens classes and games."""
    return AttemptLimit(most=6, together=30, seconds=600.0)


@contextmanager
def coming_back() -> Iterator[None]:
    """Show a secret. One that is somebody's is let in at any time; wrong ones are counted.

    After too many of them nothing more is told than that: else codes could be tried here without end.

    Raises:
        ClassroomError: it is nobody's, or too many were tried.
    """
    try:
        yield
    except (GoneError, StrangerError):
        wrong_codes().pass_by(*visitor(), blameless=True)
        wrong_codes().count(*visitor())
        raise


@contextmanager
def knocking() -> Iterator[None]:
    """Come in with a code. After too many that are none, a visitor has to wait; so does whoever comes in too often.

    Wrong codes from the same address keep nobody out who has not tried a wrong one: a class sits behind one router.

    Raises:
        ClassroomError: there is no such class or game, it was tried too often, or what is done within cannot be done.
    """
    who = visitor()
    wrong_codes().pass_by(*who, blameless=True)
    joinings().pass_by(*who)
    try:
        yield
    except GoneError:
        wrong_codes().count(*who)
        raise
    joinings().count(*who)


def opening(secret: str) -> None:
    """Take note that somebody opens a class or a game.

    Args:
        secret: what the operator gave to those who may; anything where everybody may.

    Raises:
        ClassroomError: it is not that; or, where everybody may, too many were opened.
    """
    who, wanted = visitor(), opening_secret()
    if not wanted:
        openings().pass_by(*who)
        openings().count(*who)
    elif not compare_digest(sha256(wanted.encode()).digest(), sha256(secret.encode("utf-8", "surrogatepass")).digest()):
        wrong_codes().pass_by(*who)
        wrong_codes().count(*who)
        raise StrangerError(_("this is not the secret for opening; ask whoever runs this server"))


def opening_secret() -> str:
    """What one has to know to open a class or game on this server; "" where everybody may."""
    return os.environ.get("DURAND_OPENING_SECRET", "").strip()


def ask_opening_secret(key: str) -> str:
    """A field for it, where it is needed."""
    if not opening_secret():
        return ""
    return st.text_input(
        _("Secret for opening, from whoever runs this server"), type="password", max_chars=200, key=key
    )


def turned_away(problem: ClassroomError, gone: str, leave: Callable[[], None]) -> None:
    """Say why somebody cannot come in, and what can be done: to leave is offered only where there is nothing to lose.

    Args:
        gone: what the button says by which one lets go of a class or game that is no more.
        leave: lets go of it.
    """
    complain(problem)
    if isinstance(problem, GoneError):
        st.caption(_("It may have been deleted."))
        st.button(gone, on_click=leave)
    elif isinstance(problem, StrangerError):
        st.button(_("Come in with the code"), on_click=leave)
    else:
        st.caption(_("Nothing that you hold is lost."))
        st.button(_("Try again"))


def complain(problem: Exception) -> None:
    """Say what cannot be done."""
    said = problem.args[0] if isinstance(problem, ClassroomError) else str(problem)
    st.error(show.plain(_("{what}.", what=capital(said))), icon=":material/error:")


def attempt(place: str, act: Callable[..., object], *given: object) -> None:
    """Do what a button says as it is clicked, and keep a refusal until `refused` says it at that place of the page."""
    succeeds(place, act, *given)


def succeeds(place: str, act: Callable[..., object], *given: object) -> bool:
    """The same; whether it was done."""
    try:
        act(*given)
    except ClassroomError as problem:
        st.session_state[f"refused {place}"] = problem
        return False
    return True


def refused(place: str) -> None:
    """Say what could not be done at a place of the page, where something could not."""
    if problem := st.session_state.pop(f"refused {place}", None):
        complain(problem)
