"""What made the results: enough to make them again, and to tell on which machine they were made."""

from __future__ import annotations

import platform
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from sim.extensions import loaded

_PACKAGES = ("durand", "numpy", "scipy", "llvmlite", "mesa", "pandas", "xarray", "pyarrow", "pydantic")


def machine() -> dict[str, Any]:
    """Versions of what computed, and the platform: numbers agree to the bit on processors of one kind."""
    extensions = [asdict(one) for one in loaded()]
    return {
        **({"extensions": extensions} if extensions else {}),
        "versions": {"python": platform.python_version(), **{name: _version(name) for name in _PACKAGES}},
        "platform": {"system": platform.system(), "machine": platform.machine(), "byte_order": sys.byteorder},
    }


@cache
def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
