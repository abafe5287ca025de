"""A process together with all that it started, and what these take, as Linux tells it under /proc."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path


def family(process: subprocess.Popen[bytes]) -> list[Path]:
    """A process and its workers, as their folders under /proc. (Each thread has children of its own.)"""
    found, waiting = [], [str(process.pid)]
    while waiting:
        home = Path("/proc", waiting.pop())
        try:
            waiting += " ".join(one.read_text(encoding="utf-8") for one in home.glob("task/*/children")).split()
            found.append(home)
        except OSError:
            continue
    return found


def megabytes(home: Path, what: str) -> float:
    """Memory of a process: resident now (`VmRSS`), or at the most so far (`VmHWM`); 0 where it has ended."""
    try:
        lines = (home / "status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0.0
    return sum(float(line.split()[1]) / 1024 for line in lines if line.startswith(f"{what}:"))


def processor(process: subprocess.Popen[bytes]) -> tuple[float, float]:
    """Seconds of processor time taken so far: by a process itself, and by its workers; by those that have not ended."""
    first, *workers = family(process)
    return _seconds(first), sum(map(_seconds, workers))


def _seconds(home: Path) -> float:
    try:
        fields = (home / "stat").read_text(encoding="utf-8").rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
