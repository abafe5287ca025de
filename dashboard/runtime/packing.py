"""Texts in an address: packed so that they take little room, and taken out again without harm."""

from __future__ import annotations

import base64
import zlib

from sim.words.language import _


def packed(text: str, longest: int) -> str:
    """A text for an address; "" where it would take more than so many characters of it."""
    out = base64.urlsafe_b64encode(zlib.compress(text.encode(), 9)).decode().rstrip("=")
    return out if len(out) <= longest else ""


def unpacked(value: str, longest: int, most: int) -> bytes:
    """What was packed, but for what is beyond one byte more than `most`.

    Raises:
        ValueError: it is longer than `longest`, or nothing that was packed here.
    """
    if len(value) > longest:
        raise ValueError(_("is too long; allowed: {most:,} characters", most=longest))
    unpacking = zlib.decompressobj()
    try:
        raw = base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
        data = unpacking.decompress(raw, most + 1)
    except (ValueError, zlib.error):
        data = b""
    if not unpacking.eof and len(data) <= most:
        raise ValueError(_("is cut off or changed; ask for the address again"))
    return data
