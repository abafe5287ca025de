"""What stood where a folder was to be put, when the process that put it there was killed in between."""

from __future__ import annotations

import os
import re
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
        if not held(one):
            one.rename(target)
            return


def held(folder: Path) -> bool:
    """Whether a process of this machine is filling a folder: see `alone`, which locks it."""
    if os.name != "posix":
        return False
    import fcntl

    number = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # a file system that cannot lock
        return False
    finally:
        os.close(number)
    return False
