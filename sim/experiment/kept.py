"""A folder of long work while it is filled: whose it is, and what of the work is done, so that the same command goes on.

`manifest.json` says whose folder it is and how far it has come, and has the digests of all files; every file is written whole
before the manifest names it. Who is to have a folder of this form says what it is, and what is kept in it.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np

from sim.experiment.folder import FolderError, read_manifest, torn_files
from sim.experiment.store import Local
from sim.headers import BundleError, sealed, understood
from sim.results.manifest import machine, now

# What an archive of arrays may come to: so many bytes, and of a large one so many times its size.
_ROOM, _TIMES = 64 * 2**20, 100


def arrays(content: bytes, where: str, *names: str) -> list[np.ndarray[Any, Any]]:
    """Arrays that `np.savez` packed, by their names.

    Args:
        where: what messages call the archive.

    Raises:
        BundleError: they are not there, or unpack to more than can be meant.
    """
    try:
        with understood(where), ZipFile(BytesIO(content)) as file:
            if sum(one.file_size for one in file.infolist()) > _ROOM + _TIMES * len(content):
                raise BundleError(f"{where}: too large when unpacked")
            with np.load(BytesIO(content), allow_pickle=False) as kept:
                return [kept[name] for name in names]
    except (BadZipFile, zlib.error, EOFError):
        raise BundleError(f"{where}: torn, or no archive of arrays") from None


class WorkFolder:
    """A folder of work that is under way.

    Args:
        path: where it is; kind: what its work is called; form: the format of its manifest.
        particulars: all that the numbers follow from; identity: a digest of them.
        finished: the format of the manifest once all is done, if that is another.

    Attributes:
        store: its files; files: those that the manifest lists -> their digests.
    """

    def __init__(
        self, path: Path, kind: str, form: str, particulars: Mapping[str, Any], identity: str, finished: str = ""
    ) -> None:
        self.store, self.kind, self.form, self.finished = Local(path), kind, form, finished or form
        self.particulars, self.identity = particulars, identity
        self.files: dict[str, str] = {}
        self._began, self._earlier_seconds = now(), 0.0

    def take_over(self) -> dict[str, Any] | None:
        """What the manifest of an earlier sitting says, its whole files taken over; None in a new or empty folder.

        Raises:
            FolderError: something else is in the folder.
        """
        names = [name for name in self.store.names() if not name.startswith(".")]
        if "manifest.json" not in names:
            if names:
                raise FolderError(
                    f"{self.store.place}: this folder is not empty and not a {self.kind}'s: it holds {names[0]}; "
                    "name a new or an empty folder"
                )
            return None
        manifest = read_manifest(self.store, self.kind, self.form, self.finished)
        if manifest.get("identity") != self.identity:
            theirs = manifest.get("particulars", {})
            differ = [name for name in self.particulars if theirs.get(name) != self.particulars[name]]
            raise FolderError(
                f"{self.store.place}: another {self.kind} is in this folder; it has another {', '.join(differ)}: "
                "name a new folder"
            )
        if manifest["format"] == self.form:
            self._began, self._earlier_seconds = manifest["began"], float(manifest["elapsed_seconds"])
            torn = set(torn_files(self.store, manifest["files"]))
            self.files = {name: digest for name, digest in manifest["files"].items() if name not in torn}
        return manifest

    def numbered(self, inside: str, name: Callable[[int], str]) -> Iterator[bytes]:
        """The files of a folder inside, as far as they follow each other and are whole; what comes after a gap is removed."""
        count = 0
        while name(count) in self.files:
            yield self.store.read(name(count))
            count += 1
        for one in self.store.names(inside):
            if one not in map(name, range(count)):
                self.store.remove(one)
                self.files.pop(one, None)

    def put(self, name: str, content: bytes | str) -> None:
        """Write a file, and note its digest."""
        raw = content.encode() if isinstance(content, str) else content
        with self.store.writing(name) as file:
            file.write(raw)
        self.files[name] = sha256(raw).hexdigest()

    def about(self) -> dict[str, Any]:
        """What else the manifest says of the work."""
        return {}

    def write_manifest(
        self, state: str, seconds: float, command: str | None, more: Mapping[str, Any] | None = None
    ) -> None:
        """Write the manifest.

        Args:
            state: running, interrupted or finished; seconds: that this sitting took; more: what else is to be told.
        """
        manifest = {
            "format": self.form,
            "state": state,
            "identity": self.identity,
            "particulars": self.particulars,
            **self.about(),
            **(more or {}),
            "began": self._began,
            "when": now(),
            "elapsed_seconds": round(self._earlier_seconds + seconds, 3),
            "command": command,
            **machine(),
            "files": self.files,
        }
        with self.store.writing("manifest.json") as file:
            file.write(sealed(manifest))
