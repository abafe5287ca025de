"""Who sits in a class, and what its instructor may do about it: lock it, remove seats, merge two that are one student's."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

from sim.teaching.classroom.entries import MOST_RUNS
from sim.teaching.classroom.file import ClassroomError, ClassroomFile, GoneError, StrangerError
from sim.words.language import _


@dataclass(frozen=True)
class Sitting:
    """A seat as the instructor sees it: its number, whose it is, and how many predictions came from it."""

    number: int
    nickname: str
    predictions: int


class Seating(ClassroomFile):
    """The seats of all classes of one file."""

    def places(self, secret: str) -> list[str]:
        """The codes of the classes in which a secret has a seat: at most one, where nobody made one up."""
        key = digest(secret)
        if not self.path.exists():
            return []
        with self._reading() as base:
            rows = base.execute(
                "SELECT code FROM classes JOIN seats ON seats.class = classes.id WHERE "
                "seats.secret = ? OR seats.id = (SELECT seat FROM merged WHERE merged.secret = ?)",
                (key, key),
            )
            return [str(code) for (code,) in rows]

    def lock(self, code: str, secret: str, locked: bool = True) -> None:
        """Let nobody else join, or let others in again; whoever has a seat keeps it."""
        with self._writing() as base:
            which = self._owned(base, code, secret)
            said = "INSERT OR IGNORE INTO locked VALUES (?)" if locked else "DELETE FROM locked WHERE class = ?"
            base.execute(said, (which,))

    def seats(self, code: str, secret: str) -> list[Sitting]:
        """Who sits in a class, in the order in which they joined."""
        with self._reading() as base:
            rows = base.execute(
                "SELECT id, nickname, (SELECT count(*) FROM predictions WHERE seat = seats.id) FROM seats "
                "WHERE class = ? ORDER BY id",
                (self._owned(base, code, secret),),
            )
            return [Sitting(*row) for row in rows]

    def remove(self, code: str, secret: str, *numbers: int) -> None:
        """Remove seats, with all that was predicted from them; their secrets open nothing from then on.

        Raises:
            ClassroomError: one of them is no seat of this class; then none is removed.
        """
        with self._writing() as base:
            which = self._owned(base, code, secret)
            for number in numbers:
                self._sits(base, which, number)
                base.execute("DELETE FROM seats WHERE id = ?", (number,))

    def merge(self, code: str, secret: str, number: int, into: int) -> None:
        """Make two seats one, for a student who has joined twice.

        The seat `into` keeps its nickname, and both secrets open it. Of two predictions for one question, and of two runs saved
        under one name, the later counts; of all saved runs as many of the newest stay as one seat may have.

        Raises:
            ClassroomError: one of them is no seat of this class, or they are the same.
        """
        if number == into:
            raise ClassroomError(_("a seat cannot be merged into itself; choose two"))
        with self._writing() as base:
            which = self._owned(base, code, secret)
            for one in (number, into):
                self._sits(base, which, one)
            same = "a.exercise = b.exercise AND a.question = b.question AND a.phase = b.phase"
            for old, new in (
                (number, into),
                (into, number),
            ):  # the earlier of two goes; of two at one moment, `number`'s
                later = "b.submitted >= a.submitted" if old == number else "b.submitted > a.submitted"
                base.execute(
                    f"DELETE FROM predictions AS a WHERE a.seat = ? AND EXISTS "
                    f"(SELECT 1 FROM predictions AS b WHERE b.seat = ? AND {same} AND {later})",
                    (old, new),
                )
            base.execute("UPDATE predictions SET seat = ? WHERE seat = ?", (into, number))
            base.execute("UPDATE saved_runs SET seat = ? WHERE seat = ?", (into, number))
            base.execute(
                "DELETE FROM saved_runs AS a WHERE a.seat = ? AND EXISTS (SELECT 1 FROM saved_runs AS b "
                "WHERE b.seat = a.seat AND b.name = a.name AND (b.saved, b.id) > (a.saved, a.id))",
                (into,),
            )
            base.execute(
                "DELETE FROM saved_runs WHERE seat = ?1 AND id NOT IN "
                "(SELECT id FROM saved_runs WHERE seat = ?1 ORDER BY saved DESC, id DESC LIMIT ?2)",
                (into, MOST_RUNS),
            )
            base.execute("UPDATE merged SET seat = ? WHERE seat = ?", (into, number))
            base.execute("INSERT INTO merged SELECT secret, ? FROM seats WHERE id = ?", (into, number))
            base.execute("DELETE FROM seats WHERE id = ?", (number,))

    # ---------------------------------------------------------------- who is who

    def _found(self, base: sqlite3.Connection, code: str) -> int:
        row = base.execute("SELECT id FROM classes WHERE code = ?", (bare(code),)).fetchone()
        if row is None:
            raise GoneError(_("there is no class with this code; check it with your instructor"))
        return int(row[0])

    def _owned(self, base: sqlite3.Connection, code: str, secret: str) -> int:
        which = self._found(base, code)
        kept = base.execute("SELECT secret FROM classes WHERE id = ?", (which,)).fetchone()[0]
        if not is_of(kept, secret):
            raise StrangerError(_("this is the instructor's page; use the secret link that came with the class"))
        return which

    def _seat(self, base: sqlite3.Connection, which: int, secret: str) -> tuple[int, str]:
        key = digest(secret)
        row = base.execute(
            "SELECT id, nickname FROM seats WHERE class = ? AND "
            "(secret = ? OR id = (SELECT seat FROM merged WHERE merged.secret = ?))",
            (which, key, key),
        ).fetchone()
        if row is None:
            raise StrangerError(
                _("nobody sits in this class with that link; the seat was removed, or you have not joined from here")
            )
        return int(row[0]), str(row[1])

    @staticmethod
    def _sits(base: sqlite3.Connection, which: int, number: int) -> None:
        if base.execute("SELECT 1 FROM seats WHERE class = ? AND id = ?", (which, number)).fetchone() is None:
            raise ClassroomError(_("there is no seat {number} in this class; it was removed meanwhile", number=number))

    @staticmethod
    def _locked(base: sqlite3.Connection, which: int) -> bool:
        return base.execute("SELECT 1 FROM locked WHERE class = ?", (which,)).fetchone() is not None

    def _revealed(self, base: sqlite3.Connection, which: int, question: str, phase: str) -> bool:
        """Whether a question of the present exercise is closed."""
        asked = "SELECT 1 FROM reveals WHERE class = ? AND exercise = ? AND question = ? AND phase = ?"
        return base.execute(asked, (which, self._exercise(base, which), question, phase)).fetchone() is not None

    @staticmethod
    def _exercise(base: sqlite3.Connection, which: int) -> str:
        return str(base.execute("SELECT exercise FROM classes WHERE id = ?", (which,)).fetchone()[0])


def bare(code: str) -> str:
    """A code as it is kept, whatever way it was typed."""
    return "".join(one for one in code.upper() if one.isalnum())[:40]


def digest(secret: str) -> str:
    return sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def is_of(kept: str, secret: str) -> bool:
    """Whether a digest that was kept is that of a secret; a damaged one, of whatever letters, is nobody's."""
    return compare_digest(kept.encode("utf-8", "surrogatepass"), digest(secret).encode())
