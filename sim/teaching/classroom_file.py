"""The file of the classroom: an SQLite database in WAL mode, made on demand, and never another program's."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

# "durand" in the header of the file, so that a database of another program is not taken for one.
APPLICATION, VERSION = 0x44524E44, 1
# Seconds a writer waits for another: sixty in ten seconds need a few milliseconds each.
WAIT = 20.0

_TABLES = """
CREATE TABLE classes (
    id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, secret TEXT NOT NULL, title TEXT NOT NULL,
    exercise TEXT NOT NULL, opened REAL NOT NULL);
CREATE TABLE seats (
    id INTEGER PRIMARY KEY, class INTEGER NOT NULL REFERENCES classes ON DELETE CASCADE,
    nickname TEXT NOT NULL, key TEXT NOT NULL, secret TEXT NOT NULL, joined REAL NOT NULL, UNIQUE (class, key));
CREATE TABLE predictions (
    class INTEGER NOT NULL REFERENCES classes ON DELETE CASCADE,
    seat INTEGER NOT NULL REFERENCES seats ON DELETE CASCADE,
    exercise TEXT NOT NULL, question TEXT NOT NULL, phase TEXT NOT NULL, prediction TEXT NOT NULL,
    submitted REAL NOT NULL, PRIMARY KEY (seat, exercise, question, phase));
CREATE TABLE reveals (
    class INTEGER NOT NULL REFERENCES classes ON DELETE CASCADE,
    exercise TEXT NOT NULL, question TEXT NOT NULL, phase TEXT NOT NULL, revealed REAL NOT NULL,
    PRIMARY KEY (class, exercise, question, phase));
"""
# What came later, added to a file that has it not yet: a class that nobody else may join; other secrets of a seat, those
# of the seats that were merged into it.
_LATER = """
CREATE TABLE IF NOT EXISTS locked (class INTEGER PRIMARY KEY REFERENCES classes ON DELETE CASCADE);
CREATE TABLE IF NOT EXISTS merged (
    secret TEXT PRIMARY KEY, seat INTEGER NOT NULL REFERENCES seats ON DELETE CASCADE);
"""
# What SQLite says of the place where the file stands (the names of its codes begin so), in words for whoever asked.
_TROUBLES = {
    "SQLITE_FULL": "the disk of the server is full; nothing was kept, and what was kept before is safe",
    "SQLITE_IOERR": "the disk of the server cannot be written or read",
    "SQLITE_READONLY": "the classroom file may only be read on this server",
    "SQLITE_CANTOPEN": "the classroom file cannot be opened on this server",
    "SQLITE_BUSY": "the classroom file is busy; nothing was kept: try again",
    "SQLITE_LOCKED": "the classroom file is busy; nothing was kept: try again",
    "SQLITE_PERM": "the server may not use its classroom file",
    "SQLITE_NOMEM": "the server has no memory left",
    "SQLITE_NOTADB": "this is not a classroom file of durand; name another",
    "SQLITE_CORRUPT": "the classroom file is damaged; move it away, and open the class anew",
}
_LOG = logging.getLogger(__name__)


class ClassroomError(ValueError):
    """Something cannot be done in a class; the message says why, in words for whoever asked."""


class GoneError(ClassroomError):
    """There is no class or game with this code."""


class StrangerError(ClassroomError):
    """A secret is nobody's: mistyped, or of a seat that was removed."""


class StorageError(ClassroomError):
    """The file cannot be used, whatever was asked. The message is for visitors and names no path.

    Attributes:
        path: the file, for whoever runs the server.
    """

    def __init__(self, said: str, path: Path) -> None:
        super().__init__(said)
        self.path = path
        _LOG.error("%s: %s", path, said)


class ClassroomFile:
    """Opens the file, anew for every call.

    Args:
        path: the file; made when a class is first opened.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)

    @contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        if not self.path.exists():
            raise GoneError("there is no class with this code; check it with your instructor")
        with self._connected() as base:
            yield base

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction of its own: kept whole, or on any error not at all."""
        with self._connected() as base:
            base.execute("BEGIN IMMEDIATE")
            try:
                yield base
            except BaseException:
                _undo(base)
                raise
            base.execute("COMMIT")

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        base = None
        try:
            self._look()
            base = sqlite3.connect(self.path, timeout=WAIT, isolation_level=None)
            self._prepare(base)
            yield base
        except sqlite3.DatabaseError as problem:
            raise StorageError(_trouble(problem), self.path) from None
        finally:
            if base is not None:
                base.close()

    def _look(self) -> None:
        """Whether there can be a file. It is not opened here: closing it would drop SQLite's locks of the whole process."""
        if self.path.is_dir():
            raise StorageError("this is a folder; a file is needed for the classroom", self.path)
        if not self.path.parent.is_dir():
            raise StorageError("there is no folder for the classroom file; make it first", self.path)

    def _prepare(self, base: sqlite3.Connection) -> None:
        base.execute("PRAGMA foreign_keys = ON")
        base.execute("PRAGMA secure_delete = ON")
        if self._identity(base) != (APPLICATION, VERSION):
            self._make(base)
        if base.execute("SELECT 1 FROM sqlite_master WHERE name = 'merged'").fetchone() is None:
            for statement in filter(str.strip, _LATER.split(";")):
                base.execute(statement)
        if base.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            # Held up by others at the very beginning, it is left to the next call.
            with suppress(sqlite3.OperationalError):
                base.execute("PRAGMA journal_mode = WAL")

    def _make(self, base: sqlite3.Connection) -> None:
        """The tables of an empty file."""
        base.execute("BEGIN IMMEDIATE")  # whoever comes first makes the tables; others wait and find them
        try:
            application, version = self._identity(base)
            tables = base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            if (application, version) == (0, 0) and tables == 0:
                for statement in filter(str.strip, _TABLES.split(";")):
                    base.execute(statement)
                base.execute(f"PRAGMA application_id = {APPLICATION}")
                base.execute(f"PRAGMA user_version = {VERSION}")
            elif application != APPLICATION:
                raise StorageError("this is another program's database; name another file", self.path)
            elif version != VERSION:
                raise StorageError(f"written by another version of durand ({version}, not {VERSION})", self.path)
        except BaseException:
            _undo(base)
            raise
        base.execute("COMMIT")

    @staticmethod
    def _identity(base: sqlite3.Connection) -> tuple[int, int]:
        application, version = (
            base.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
        )
        return application, version


def _trouble(problem: sqlite3.DatabaseError) -> str:
    """What is the matter with the file, without its path: SQLite's own messages name none either."""
    code = getattr(problem, "sqlite_errorname", None) or ""
    for name, said in _TROUBLES.items():
        if code.startswith(name):
            return said
    return f"the classroom file cannot be used: {problem}"


def _undo(base: sqlite3.Connection) -> None:
    """Give a transaction up; some errors have done so already."""
    if base.in_transaction:
        base.execute("ROLLBACK")
