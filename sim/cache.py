"""What is kept from one process to the next, in the user's folder for such things: nothing that could not be made anew."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory


def kept(name: str) -> bytes:
    """A file as it was kept; nothing where it was not."""
    path = _place(name)
    with suppress(OSError):
        os.utime(path)  # those that were used last are kept
        return path.read_bytes()
    return b""


def keep(name: str, content: bytes, most: int = 0) -> None:
    """Keep a file, written whole; where that cannot be done, it is made anew next time.

    Args:
        name: such as `code/1234.o`.
        most: how many of its folder and kind there may be: it takes the place of what was not used for longest; 0: any number.
    """
    path = _place(name)
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent) as folder:
            whole = Path(folder, path.name)
            whole.write_bytes(content)
            whole.replace(path)
        alike = sorted(path.parent.glob(f"*{path.suffix}"), key=lambda one: one.stat().st_mtime)
        for old in alike[:-most] if most else ():
            old.unlink()


def _place(name: str) -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "durand" / name
