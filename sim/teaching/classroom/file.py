"""The file of the classroom: an SQLite database in WAL mode, made on demand, and never another program's."""

from __future__ import annotations

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


class ClassroomError(ValueError):
    """Something cannot be done in a class; the message says why, in words for whoever asked."""


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
            raise ClassroomError("there is no class with this code; check it with your instructor")
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
        except sqlite3.OperationalError as problem:
            raise ClassroomError(f"{self.path}: the classroom file cannot be used: {problem}") from None
        except sqlite3.DatabaseError as problem:
            if "not a database" in str(problem):
                raise ClassroomError(f"{self.path}: this is not a classroom file of durand; name another") from None
            raise ClassroomError(
                f"{self.path}: the classroom file is damaged ({problem}); move it away, and open the class anew"
            ) from None
        finally:
            if base is not None:
                base.close()

    def _look(self) -> None:
        """Whether there can be a file. It is not opened here: closing it would drop SQLite's locks of the whole process."""
        if self.path.is_dir():
            raise ClassroomError(f"{self.path}: this is a folder; a file is needed for the classroom")
        if not self.path.parent.is_dir():
            raise ClassroomError(f"{self.path}: there is no folder {self.path.parent}; make it first")

    def _prepare(self, base: sqlite3.Connection) -> None:
        base.execute("PRAGMA foreign_keys = ON")
        base.execute("PRAGMA secure_delete = ON")
        if self._identity(base) != (APPLICATION, VERSION):
            self._make(base)
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
                raise ClassroomError(f"{self.path}: this is another program's database; name another file")
            elif version != VERSION:
                raise ClassroomError(f"{self.path}: written by another version of durand ({version}, not {VERSION})")
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


def _undo(base: sqlite3.Connection) -> None:
    """Give a transaction up; some errors have done so already."""
    if base.in_transaction:
        base.execute("ROLLBACK")
