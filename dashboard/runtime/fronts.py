"""What searches found, for the page Third way: of those that come with durand, of those that the operator offers, or brought.

What is brought is one file, which is read and checked by a worker; nothing of it reaches the disk, and no address leads to it.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from sim.search.findings import Findings, FindingsError, read_findings, shipped
from sim.search.folder import FINDINGS

if TYPE_CHECKING:
    from dashboard.runtime.worker import Tell


def offered() -> dict[str, Path]:
    """What can be opened by name: what is shipped, and the searches in the operator's folder of results."""
    root = Path(os.environ.get("DURAND_RESULTS") or os.devnull)
    kept = {one.name: one / FINDINGS for one in sorted(root.iterdir())} if root.is_dir() else {}
    return shipped() | {name: file for name, file in kept.items() if _readable(file)}


def opened(file: Path) -> Findings:
    """What a file holds, read once for all visitors."""
    return _opened(file, file.stat().st_mtime_ns)


def read(tell: Tell, raw: bytes) -> Findings:
    """What a visitor's file holds, for a worker.

    Raises:
        FindingsError: it is not what a search found.
    """
    tell(None)
    return read_findings(raw)


@lru_cache(maxsize=16)
def _opened(file: Path, changed: int) -> Findings:
    return read_findings(file)


def _readable(file: Path) -> bool:
    try:
        return bool(opened(file).members)
    except (FindingsError, OSError):
        return False
