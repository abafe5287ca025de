"""What the command finds when it starts, made fit for it: where its words go, and how it is asked to end."""

from __future__ import annotations

import atexit
import codecs
import io
import os
import signal
import sys
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import NoReturn

# What stands in texts, where an output cannot show it; other letters lose their marks.
PLAIN = {
    "“": '"', "”": '"', "„": '"', "‘": "'", "’": "'", "–": "-", "—": "-", "−": "-", "±": "+/-", "×": "x", "→": "->", "←": "<-",
    "≤": "<=", "≥": ">=", "≠": "!=", "≈": "~", "…": "...", "²": "^2", "·": ".", "•": "*", "│": "|", "─": "-", "━": "-", "█": "#",
}  # fmt: skip


def plainly(problem: UnicodeError) -> tuple[str, int]:
    """An error handler of codecs: what cannot be shown, in letters that can.

    >>> "“5 ± 2” café".encode("ascii", "plainly")
    b'"5 +/- 2" cafe'
    """
    if not isinstance(problem, UnicodeEncodeError):
        raise problem
    said = problem.object[problem.start : problem.end]
    bare = ((PLAIN.get(one) or unicodedata.normalize("NFKD", one)).encode("ascii", "ignore").decode() for one in said)
    return "".join(one or "?" for one in bare), problem.end


codecs.register_error("plainly", plainly)


def made_fit() -> None:
    """Have somewhere to write to where an output was closed, and have every output show all texts."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115  (open as long as the process)
        stream = getattr(sys, name)
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="plainly")
    if sys.stdin is None:
        sys.stdin = Path(os.devnull).open(encoding="utf-8")  # noqa: SIM115


def ended_at_once_from_now_on() -> None:
    """Take any further Ctrl-C as the end: all that is kept is kept by now, and threads that finish would only be waited for."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, lambda *_: os._exit(130))


def leave(code: int) -> NoReturn:
    """End with all that is done at an end, but without taking Python apart.

    A thread that is in the midst of a library's own code (a table that is read, what a page draws) does not outlive that: it
    would abort the process, after all is said, with another exit code.
    """
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # closed, or nobody reads it any more
            stream.flush()
    os._exit(code)


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Take SIGTERM, from a scheduler or a shutdown, as Ctrl-C is taken: what that would keep is kept, with a word."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def end(_: int, __: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
