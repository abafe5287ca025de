"""Where sweeps are kept that visitors started: in folders of this process, each visitor's own, gone when it ends.

No name or path comes from a visitor. What the operator named with `durand dashboard --results` is offered by the names of
the folders in it, and is only read.
"""

from __future__ import annotations

import os
import shutil
from collections import OrderedDict
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory, mkdtemp
from threading import Lock

from sim.experiment.folder import FolderError
from sim.experiment.swept import Sweep

MOST_EACH, MOST_IN_ALL = 3, 60

_LOCK = Lock()
_KEPT: OrderedDict[Path, str] = OrderedDict()  # folder -> whose, the oldest first


@cache
def _home() -> TemporaryDirectory[str]:
    return TemporaryDirectory(prefix="durand-sweeps-")


def new(session: str) -> Path:
    """A new, empty folder for a visitor's sweep; of too many, the oldest goes."""
    with _LOCK:
        folder = Path(mkdtemp(dir=_home().name))
        _KEPT[folder] = session
        mine = [one for one, whose in _KEPT.items() if whose == session]
        for one in (*mine[:-MOST_EACH], *list(_KEPT)[:-MOST_IN_ALL]):
            _KEPT.pop(one, None)
            shutil.rmtree(one, ignore_errors=True)
        return folder


def offered() -> dict[str, Path]:
    """The sweeps that the operator lets visitors open: name -> folder."""
    root = os.environ.get("DURAND_RESULTS", "")
    if not root:
        return {}
    return {
        one.name: one for one in sorted(Path(root).iterdir()) if (one / "manifest.json").is_file() and _is_sweep(one)
    }


def _is_sweep(folder: Path) -> bool:
    try:
        return Sweep.load(folder).complete
    except (FolderError, OSError, KeyError):
        return False
