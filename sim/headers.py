"""What a folder says of itself, in the header that seals it: read with care, since a seal can be put under anything."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any, NoReturn

from sim.limits import LimitError
from sim.yamlfile import FileError

# What older versions wrote: without digests, so that a changed byte in them goes unnoticed.
UNSEALED = ("durand results 1", "durand comparison 1", "durand exercise pack 1", "durand sweep 1")
# The largest header, in bytes: one of durand's has thousands at the most.
LIMIT = 8 * 2**20
# The most files that it may list; a folder of durand's has some thousands.
MOST_FILES = 50_000
_TAIL = re.compile(rb',\n  "seal": "([0-9a-f]{64})"\n\}\n\Z')


class BundleError(ValueError):
    """A folder cannot be used: it is not durand's, it is torn or changed, or it must not be overwritten."""


class Header(dict[str, Any]):
    """What a header says; asked for what it does not say, it says where that is missing.

    Args:
        place: of the header, as messages show it.
    """

    def __init__(self, said: Mapping[str, Any], place: str | Path) -> None:
        super().__init__(said)
        self.place = place

    def __missing__(self, key: str) -> NoReturn:
        raise BundleError(f"{self.place}: torn: it says nothing of {key!r}; make it again, in a new folder")


def sealed(header: Mapping[str, Any]) -> bytes:
    """A header as it stands in its file."""
    body = json.dumps(header, indent=2, allow_nan=False).removesuffix("\n}").encode()
    return body + f',\n  "seal": "{sha256(body).hexdigest()}"\n}}\n'.encode()


def unsealed(content: bytes, place: str | Path) -> Header:
    """What a header says, if no byte of it has changed.

    Raises:
        BundleError: it has, an older durand wrote it, or it is no header of durand's.
    """
    if len(content) > LIMIT:
        raise BundleError(f"{place}: too large for a header of durand's; at most {LIMIT // 2**20} MiB are allowed")
    tail = _TAIL.search(content)
    try:
        found = json.loads(content, parse_constant=_no_number)
    except (ValueError, RecursionError):
        found = {}
    form, files = (found.get("format"), found.get("files")) if isinstance(found, dict) else (None, None)
    if tail is not None and sha256(content[: tail.start()]).hexdigest().encode() == tail[1]:
        if isinstance(files, dict) and len(files) > MOST_FILES:
            raise BundleError(f"{place}: lists {len(files):,} files; at most {MOST_FILES:,} are allowed")
        if not isinstance(form, str) or not isinstance(files, dict) or not all(map(_is_file, files, files.values())):
            raise BundleError(f"{place}: not written by this durand: it does not say what the folder is and holds")
        return Header(found, place)
    if tail is None and form in UNSEALED:
        raise BundleError(
            f"{place}: an older durand wrote this ({form}), without digests, so that a changed byte would go unnoticed; "
            "make it again with this one, into a new folder"
        )
    if form is not None and not str(form).startswith("durand"):
        raise BundleError(f"{place}: not written by this durand: its format is {form!r}")
    raise BundleError(f"{place}: torn, or changed since it was written; make it again, in a new folder")


def _is_file(name: str, digest: object) -> bool:
    """Whether something is the name of a file inside a folder, and a digest."""
    return isinstance(digest, str) and "\0" not in name and not {"", ".", ".."} & set(name.split("/"))


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")


@contextmanager
def understood(place: str | Path) -> Iterator[None]:
    """While something is read that nothing is known of but that it stands as it was written: what cannot be worked with is
    told as a BundleError."""
    try:
        yield
    except (BundleError, FileError, LimitError):
        raise
    except (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, MemoryError) as problem:
        said = f"{type(problem).__name__}: {problem}".partition("\n")[0]
        raise BundleError(
            f"{place}: not as durand writes it ({said[:200]}); make it again, in a new folder"
        ) from problem
