"""Where a sweep's folder is: on a disk, or anywhere that fsspec reaches (s3://, gs://, sftp://, memory://, ...).

A file is written whole or not at all: on a disk to a temporary file beside it, flushed to the disk, then renamed; object
stores show a file only when it is complete. (Where a server does neither, a torn part still gives itself away: its name
has a digest of its bytes.)
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from errno import EINVAL
from hashlib import file_digest
from importlib import import_module
from io import BufferedReader
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Protocol

from sim.ensemble.spec import LimitError
from sim.results.folders import flush
from sim.words.problems import wrong_kind

TEMPORARY = ".tmp"
_LEFT = re.compile(r"\..+\.[0-9]+\.tmp")  # what `writing` calls a file before it is whole


class MissingExtraError(LimitError):
    """Something was asked for that needs a package that is not installed."""


def extra(module: str, what: str, name: str = "cluster") -> Any:
    """A module of an extra, such as `durand[cluster]`.

    Raises:
        MissingExtraError: it is not installed.
    """
    try:
        return import_module(module)
    except ImportError:
        raise MissingExtraError(f"{what} needs {module}, which is not here: pip install 'durand[{name}]'") from None


class Store(Protocol):
    """A folder's files, by their names, with a `/` for each folder inside it."""

    place: str

    def read(self, name: str) -> bytes:
        """A file's content; FileNotFoundError without it."""

    def reading(self, name: str) -> Any:
        """A context that gives a file to read from, here and there; FileNotFoundError without it."""

    def digest(self, name: str) -> str:
        """The SHA-256 digest of a file's bytes; FileNotFoundError without it."""

    def writing(self, name: str) -> Any:
        """A context that gives a file to write to, which appears under its name when the context is left in peace."""

    def names(self, inside: str = "") -> list[str]:
        """The names of the files in the folder, or in a folder inside it, in order; empty without the folder."""

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""

    def tidy(self, inside: str = "") -> None:
        """Remove what interrupted writing left behind."""


def open_store(place: str | Path) -> Store:
    """The store at a path or URL.

    Raises:
        LimitError: it is neither.
        MissingExtraError: a URL, without fsspec.
    """
    if not isinstance(place, str | Path):
        raise LimitError(wrong_kind("folder", place, "a path, or a URL"))
    text = os.fspath(place).removeprefix("file://")
    return Remote(text) if "://" in text else Local(Path(text))


class Local:
    """A folder on a disk."""

    def __init__(self, path: Path) -> None:
        self.path = path.absolute()
        self.place = str(self.path)

    def read(self, name: str) -> bytes:
        with self.reading(name) as file:
            return file.read()

    def reading(self, name: str) -> BufferedReader:
        if (path := self.path / name).is_fifo():  # to open it would be to wait
            raise OSError(EINVAL, "this is a pipe, and no file", str(path))
        return open(path, "rb")

    def digest(self, name: str) -> str:
        with self.reading(name) as file:
            return file_digest(file, "sha256").hexdigest()

    @contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        target = self.path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_name(f".{target.name}.{os.getpid()}{TEMPORARY}")
        try:
            with open(temporary, "wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        except BaseException:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            raise
        flush(target.parent)

    def names(self, inside: str = "") -> list[str]:
        folder = self.path / inside
        prefix = f"{inside}/" if inside else ""
        if not folder.is_dir():
            return []
        return sorted(f"{prefix}{one.name}" for one in folder.iterdir() if not _LEFT.fullmatch(one.name))

    def remove(self, name: str) -> None:
        (self.path / name).unlink(missing_ok=True)

    def tidy(self, inside: str = "") -> None:
        for left in (self.path / inside).glob(f".*{TEMPORARY}"):
            if _LEFT.fullmatch(left.name):
                left.unlink(missing_ok=True)


class Remote:
    """A folder that fsspec reaches."""

    def __init__(self, url: str) -> None:
        self.place = url.rstrip("/")
        core = extra("fsspec.core", "a URL as folder")
        try:
            self._files, self._root = core.url_to_fs(self.place)
        except ImportError as problem:  # what fsspec itself needs for this kind of URL
            raise MissingExtraError(f"{self.place}: a package is missing for such a URL: {problem}") from None
        except ValueError as problem:
            raise LimitError(f"{self.place}: {problem}; allowed: a path, or a URL that fsspec knows") from None

    def read(self, name: str) -> bytes:
        content: bytes = self._files.cat_file(f"{self._root}/{name}")
        return content

    def reading(self, name: str) -> Any:
        return self._files.open(f"{self._root}/{name}", "rb")

    def digest(self, name: str) -> str:
        with self.reading(name) as file:
            return file_digest(file, "sha256").hexdigest()

    @contextmanager
    def writing(self, name: str) -> Iterator[IO[bytes]]:
        path = f"{self._root}/{name}"
        # Whole before any of it is sent, and not in memory: the table of points may be larger than that.
        with TemporaryDirectory() as folder:
            with open(whole := Path(folder) / "whole", "wb") as file:
                yield file
            self._files.makedirs(path.rpartition("/")[0], exist_ok=True)
            self._files.put_file(str(whole), path)

    def names(self, inside: str = "") -> list[str]:
        folder = f"{self._root}/{inside}" if inside else self._root
        prefix = f"{inside}/" if inside else ""
        self._files.invalidate_cache()
        try:
            listed = self._files.ls(folder, detail=False)
        except FileNotFoundError:
            return []
        return sorted(prefix + str(path).rstrip("/").rpartition("/")[2] for path in listed)

    def remove(self, name: str) -> None:
        with suppress(FileNotFoundError):
            self._files.rm_file(f"{self._root}/{name}")

    def tidy(self, inside: str = "") -> None:
        pass
