"""The file of the classroom: an SQLite database in WAL mode, made on demand, its owner's alone, and never another program's."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

from sim.words.language import N_, _, in_english

# "durand" in the header of the file, so that a database of another program is not taken for one.
APPLICATION = 0x44524E44
# Seconds a writer waits for another: sixty in ten seconds need a few milliseconds each.
WAIT = 20.0

_CLASSES = """
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
# What SQLite says of the place where the file stands (the names of its codes begin so), in words for whoever asked.
_TROUBLES = {
    "SQLITE_FULL": N_("the disk of the server is full; nothing was kept, and what was kept before is safe"),
    "SQLITE_IOERR": N_("the disk of the server cannot be written or read"),
    "SQLITE_READONLY": N_("the classroom file may only be read on this server"),
    "SQLITE_CANTOPEN": N_("the classroom file cannot be opened on this server"),
    "SQLITE_BUSY": N_("the classroom file is busy; nothing was kept: try again"),
    "SQLITE_LOCKED": N_("the classroom file is busy; nothing was kept: try again"),
    "SQLITE_PERM": N_("the server may not use its classroom file"),
    "SQLITE_NOMEM": N_("the server has no memory left"),
    "SQLITE_NOTADB": N_("this is not a classroom file of durand; name another"),
    "SQLITE_CORRUPT": N_(
        "the classroom file is damaged; move it away, and put a backup in its place or open the class anew"
    ),
}
_LOG = logging.getLogger(__name__)

_GAMES = """
CREATE TABLE IF NOT EXISTS game_tables (
    id INTEGER PRIMARY KEY, code TEXT NOT NULL UNIQUE, secret TEXT NOT NULL, title TEXT NOT NULL, log TEXT NOT NULL,
    state TEXT NOT NULL, seconds REAL, deadline REAL, remaining REAL, version INTEGER NOT NULL, opened REAL NOT NULL);
CREATE TABLE IF NOT EXISTS game_seats (
    game INTEGER NOT NULL REFERENCES game_tables ON DELETE CASCADE, actor TEXT NOT NULL, nickname TEXT NOT NULL,
    secret TEXT NOT NULL, PRIMARY KEY (game, actor));
CREATE TABLE IF NOT EXISTS game_moves (
    game INTEGER NOT NULL REFERENCES game_tables ON DELETE CASCADE, actor TEXT NOT NULL, turn INTEGER NOT NULL,
    settings TEXT NOT NULL, PRIMARY KEY (game, actor));
"""
# A class that nobody else may join; other secrets of a seat, those of the seats that were merged into it. A game's deadline
# is told by the clock of one boot of one machine.
_LOCKS = """
CREATE TABLE locked (class INTEGER PRIMARY KEY REFERENCES classes ON DELETE CASCADE);
CREATE TABLE merged (secret TEXT PRIMARY KEY, seat INTEGER NOT NULL REFERENCES seats ON DELETE CASCADE);
ALTER TABLE game_tables ADD COLUMN locked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE game_tables ADD COLUMN boot TEXT NOT NULL DEFAULT '';
"""
# What is said at a table; an answer is about a proposal.
_MESSAGES = """
CREATE TABLE game_messages (
    id INTEGER PRIMARY KEY AUTOINCREMENT, game INTEGER NOT NULL REFERENCES game_tables ON DELETE CASCADE, turn INTEGER NOT NULL,
    kind TEXT NOT NULL, sender TEXT NOT NULL, receiver TEXT NOT NULL, text TEXT NOT NULL, promise TEXT NOT NULL,
    about INTEGER, sent REAL NOT NULL);
"""
# What a class has on its wall, and the runs that its participants saved.
_WALLS = """
CREATE TABLE walls (
    class INTEGER PRIMARY KEY REFERENCES classes ON DELETE CASCADE, exercise TEXT NOT NULL, question TEXT NOT NULL,
    phase TEXT NOT NULL, votes INTEGER NOT NULL, names INTEGER NOT NULL);
CREATE TABLE saved_runs (
    id INTEGER PRIMARY KEY, class INTEGER NOT NULL REFERENCES classes ON DELETE CASCADE,
    seat INTEGER NOT NULL REFERENCES seats ON DELETE CASCADE, name TEXT NOT NULL, chosen TEXT NOT NULL,
    saved REAL NOT NULL);
"""
# Pages ask every second or two: what they ask for is found without reading all rows.
_INDEXES = """
CREATE INDEX messages_of ON game_messages (game);
CREATE INDEX messages_about ON game_messages (about);
CREATE INDEX predictions_for ON predictions (class, exercise, question, phase);
CREATE INDEX runs_of ON saved_runs (class);
CREATE INDEX runs_by ON saved_runs (seat);
"""
# What makes a file of each version from one of the version before it, the first from an empty file. A step that has been
# released is never changed: what is to be different is another step.
STEPS = (_CLASSES, _GAMES, _LOCKS, _MESSAGES, _WALLS, _INDEXES)
VERSION = len(STEPS)


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
        _LOG.error("%s: %s", path, in_english(said))  # in a log nobody reads another language


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
            raise GoneError(_("there is no class with this code; check it with your instructor"))
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
        except (sqlite3.Error, UnicodeError, OverflowError):
            raise StorageError(_(_TROUBLES["SQLITE_CORRUPT"]), self.path) from None
        except ClassroomError:
            raise
        except (TypeError, ValueError, AttributeError):
            # What a row holds cannot be worked with: its fault if SQLite finds one in the file, else the program's.
            if base is None or _sound(base):
                raise
            raise StorageError(_(_TROUBLES["SQLITE_CORRUPT"]), self.path) from None
        finally:
            if base is not None:
                base.close()

    def _look(self) -> None:
        """Whether there can be a file. It is not opened here: closing it would drop SQLite's locks of the whole process."""
        if self.path.is_dir():
            raise StorageError(_("this is a folder; a file is needed for the classroom"), self.path)
        if not self.path.parent.is_dir():
            raise StorageError(_("there is no folder for the classroom file; make it first"), self.path)
        if not self.path.exists():
            if self.path.is_symlink():
                raise StorageError(_("this is a link that leads nowhere; name another file"), self.path)
            try:
                _appear(self.path)
            except OSError as problem:
                raise StorageError(
                    _("the classroom file cannot be made: {problem}", problem=problem.strerror), self.path
                ) from None

    def _prepare(self, base: sqlite3.Connection) -> None:
        base.execute("PRAGMA foreign_keys = ON")
        base.execute("PRAGMA secure_delete = ON")
        if self._identity(base) != (APPLICATION, VERSION):
            self._make(base)
        self._close_to_others()
        if base.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
            # Held up by others at the very beginning, it is left to the next call.
            with suppress(sqlite3.OperationalError):
                base.execute("PRAGMA journal_mode = WAL")

    def _make(self, base: sqlite3.Connection) -> None:
        """The tables of an empty file, and what an older version lacks."""
        base.execute("BEGIN IMMEDIATE")  # whoever comes first makes the tables; others wait and find them
        try:
            application, version = self._identity(base)
            tables = base.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
            empty = (application, version) == (0, 0) and tables == 0
            if application != APPLICATION and not empty:
                raise StorageError(_("this is another program's database; name another file"), self.path)
            if not empty and not 1 <= version <= VERSION:
                raise StorageError(
                    _(
                        "written by another version of durand: its file is of version {version}, and this one knows 1 to "
                        "{latest}; use that durand, or name another file",
                        version=version,
                        latest=VERSION,
                    ),
                    self.path,
                )
            for step in STEPS[version:]:
                for statement in filter(str.strip, step.split(";")):
                    base.execute(statement)
            base.execute(f"PRAGMA application_id = {APPLICATION}")
            base.execute(f"PRAGMA user_version = {VERSION}")
        except BaseException:
            _undo(base)
            raise
        base.execute("COMMIT")

    def _close_to_others(self) -> None:
        """Nobody but the owner reads or writes the file; nor what SQLite keeps beside it."""
        if os.name != "posix":
            return
        for end in ("", "-wal", "-shm"):
            # The file may be another user's, who let us in; what is beside it comes and goes with other connections.
            with suppress(PermissionError, FileNotFoundError):
                path = f"{self.path}{end}"
                if os.stat(path).st_mode & 0o077:
                    os.chmod(path, 0o600)

    def backup(self, to: str | Path) -> Path:
        """Copy the file as it stands at one moment, also while classes run; the copy is a file of its own.

        To restore: end the server, remove FILE-wal and FILE-shm if they are there, and put the copy in FILE's place; or
        start the server with the copy as its file.

        Raises:
            ClassroomError: there is no such file, it is damaged, or something stands where the copy is to go.
        """
        target = Path(to)
        if not self.path.exists():
            raise ClassroomError(f"{self.path}: there is no such file")
        if os.path.lexists(target):
            raise ClassroomError(f"{target}: this is there already; name a new file")
        if not target.parent.is_dir():
            raise ClassroomError(f"{target}: there is no folder {target.parent}; make it first")
        beside = target.with_name(f".{target.name}.{os.getpid()}.tmp")
        try:
            _appear(beside)
            with self._connected() as base:
                copy = sqlite3.connect(beside, isolation_level=None)
                try:
                    base.backup(copy)
                    copy.execute("PRAGMA journal_mode = DELETE")
                    if not _sound(copy):
                        raise StorageError(_(_TROUBLES["SQLITE_CORRUPT"]), self.path)
                finally:
                    copy.close()
            with open(beside, "rb+") as file:
                os.fsync(file.fileno())
            os.link(beside, target)  # unlike a rename, it replaces nothing
        except OSError as problem:
            raise ClassroomError(f"{target}: the copy cannot be written: {problem.strerror}") from None
        finally:
            beside.unlink(missing_ok=True)
        return target

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
            return _(said)
    # What is asked of the file never changes: where it has no such table, or a step towards this version was done, it did.
    if code == "SQLITE_ERROR" or "decode" in str(problem) or "malformed" in str(problem):
        return _(_TROUBLES["SQLITE_CORRUPT"])
    return _("the classroom file cannot be used: {problem}", problem=problem)


def _appear(path: Path) -> None:
    """Make an empty file that is its owner's alone, unless there is one.

    It is made under another name: closing it under its own would drop the locks that others of the process have on it.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.new")
    os.close(os.open(beside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    try:
        os.link(beside, path)
    except FileExistsError:
        pass  # another came first
    finally:
        os.unlink(beside)


def _sound(base: sqlite3.Connection) -> bool:
    """Whether the tables are durand's, SQLite's own checks find nothing wrong, and no value is raw bytes, which are never
    written."""
    columns = "SELECT m.name, c.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"
    try:
        whole = base.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        related = base.execute("PRAGMA foreign_key_check").fetchone() is None
        return (
            whole
            and related
            and _declared(base) == _as_made()
            and not any(
                base.execute(f'SELECT 1 FROM "{table}" WHERE typeof("{column}") = \'blob\'').fetchone()
                for table, column in base.execute(columns).fetchall()
            )
        )
    except (sqlite3.Error, UnicodeError):
        return False


def _declared(base: sqlite3.Connection) -> set[tuple[str, str]]:
    """The tables by name, as they were declared: damage there lifts what the checks go by."""
    return set(base.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"))


def _as_made() -> set[tuple[str, str]]:
    with closing(sqlite3.connect(":memory:")) as fresh:
        fresh.executescript("".join(STEPS))
        return _declared(fresh)


def _undo(base: sqlite3.Connection) -> None:
    """Give a transaction up; some errors have done so already."""
    if base.in_transaction:
        base.execute("ROLLBACK")
