"""Where sweeps are kept that visitors started: in folders of this process, each visitor's own, gone when it ends.

No name or path comes from a visitor. What the operator named with `durand dashboard --results` is offered by the names of
the folders in it, and is only read.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from functools import cache
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory

from sim.experiment.folder import FolderError
from sim.experiment.outcome import Sweep

# Sweeps of one session, of one address, and in all; and the MB that all of them take on disk.
MOST_EACH, MOST_ADDRESS, MOST_IN_ALL, MOST_MB = 3, 60, 100, 2048


@cache
def _home() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="durand-sweeps-")


@cache
def _everybodys() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="durand-sweeps-of-the-library-")


def shared(text: str) -> Path:
    """The folder for the sweep of an experiment of the library, which is everybody's; not there before it is run."""
    return Path(_everybodys().name) / _digest(text)


def place(session: str, text: str, address: str = "") -> Path:
    """The folder for a visitor's sweep, which is not there before it is run; of too many, the oldest go."""
    home = Path(_home().name)
    here = home / _digest(address)
    mine = here / _digest(session)
    mine.mkdir(parents=True, exist_ok=True)
    folder = mine / _digest(text)
    _keep(mine.glob("*"), folder, MOST_EACH)
    _keep(here.glob("*/*"), folder, MOST_ADDRESS)
    _keep(home.glob("*/*/*"), folder, MOST_IN_ALL, MOST_MB)
    return folder


def is_shared(folder: str) -> bool:
    """Whether a folder is everybody's."""
    return Path(folder).parent == Path(_everybodys().name)


def brought(session: str, upload: bytes, address: str = "") -> Path:
    """The folder for a sweep that a visitor brought, which is not there before it is unpacked."""
    return place(session, blake2b(upload, digest_size=12).hexdigest(), address)


def offered() -> dict[str, Path]:
    """The finished sweeps that the operator lets visitors open: name -> folder."""
    root = os.environ.get("DURAND_RESULTS", "")
    if not root or not Path(root).is_dir():
        return {}
    return {one.name: one for one in sorted(Path(root).iterdir()) if finished(one)}


def _digest(text: str) -> str:
    return blake2b(text.encode(), digest_size=12).hexdigest()


def _keep(folders: Iterable[Path], new: Path, most: int, megabytes: int = sys.maxsize) -> None:
    """Leave room for a new folder among the newest ones."""
    others = sorted((one for one in folders if one != new), key=_changed, reverse=True)
    taken = 0
    for number, one in enumerate(others, 2):
        taken += _size(one) if megabytes < sys.maxsize else 0
        if number > most or taken > megabytes * 2**20:
            shutil.rmtree(one, ignore_errors=True)


def _size(folder: Path) -> int:
    try:
        return sum(one.stat().st_size for one in folder.rglob("*"))
    except OSError:  # gone meanwhile
        return 0


def _changed(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:  # gone meanwhile
        return 0.0


def finished(folder: Path) -> bool:
    """Whether a folder holds a sweep of which all was run."""
    try:
        return Sweep.load(folder).complete
    except (FolderError, OSError, KeyError):
        return False
