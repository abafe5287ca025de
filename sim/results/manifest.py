"""What made the results: enough to make them again, and to tell on which machine they were made."""

from __future__ import annotations

import platform
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any


def machine() -> dict[str, Any]:
    """Versions of what computed, and the platform: numbers agree to the bit on processors of one kind."""
    versions = {"python": platform.python_version()}
    for name in ("durand", "numpy", "scipy", "mesa", "pandas", "xarray", "pyarrow", "pydantic"):
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            versions[name] = "not installed"
    return {
        "versions": versions,
        "platform": {"system": platform.system(), "machine": platform.machine(), "byte_order": sys.byteorder},
    }


def now() -> str:
    """The time in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds")
