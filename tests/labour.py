"""What the tests have workers do, in a module that a fresh process imports at once."""

from __future__ import annotations

import time
from typing import Any


def slow(tell: Any, seconds: float) -> str:
    """Heavy work that tells how far it is."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        tell(round(until - time.monotonic(), 2))
        time.sleep(0.02)
    return "done"


def hungry(tell: Any, megabytes: int) -> int:
    """Fills so much memory at once."""
    import numpy as np

    return int(np.ones(megabytes * 2**17)[0])


def swelling(tell: Any, megabytes: int) -> int:
    """The same piece by piece, of Python's own making."""
    return len([bytes(2**20) for _ in range(megabytes)])


def table(tell: Any, megabytes: int) -> int:
    """The same in a table."""
    import pyarrow as pa

    return int(pa.allocate_buffer(megabytes * 2**20).size)
