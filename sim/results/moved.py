"""What stood where a folder was to be put, when the process that put it there was killed in between."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from pathlib import Path

_MOVED = re.compile(r"\.[0-9]+\.old\Z")  # what `written_whole` calls that which it takes the place of


def restored(target: Path) -> None:
    """Bring back what stood in a place before a process that was to put something else there was killed between the two renames;
    nothing where something stands there."""
    if target.exists():
        return
    left = [one for one in target.parent.glob(f".{escape(target.name)}.*.old") if _MOVED.search(one.name)]
    for one in sorted(left, key=lambda one: one.stat().st_mtime, reverse=True):
        with locked(one) as free:
            if free:
                one.rename(target)
                return


@contextmanager
def locked(folder: Path) -> Iterator[bool]:
    """Whether no other process of this machine is filling a folder, which then is this one's until the end of the block, or of
    the process; so it is said, too, where a system or a file system cannot lock."""
    if os.name != "posix":
        yield True
        return
    import fcntl

    number, free = os.open(folder, os.O_RDONLY), True
    try:
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            free = False
        except OSError:
            pass
        yield free
    finally:
        os.close(number)
