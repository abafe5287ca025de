"""ZIP files whose bytes follow from their content alone: no clock in them, and an order of their own."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime

# A day long past, so that the same sheet has the same bytes whenever it is made.
MADE = datetime(2000, 1, 1, 12, tzinfo=UTC)


def zipped(files: Mapping[str, bytes]) -> bytes:
    """A ZIP file of these files, in the order given."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name, MADE.timetuple()[:6]), content, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def repacked(content: bytes) -> bytes:
    """The same ZIP file without the time at which it was made."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return zipped({name: archive.read(name) for name in archive.namelist()})
