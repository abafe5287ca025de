"""What of a class stands on the wall, for all to see: the question that is put, who is in, and the votes as far as shown.

The instructor decides, from any device; whatever shows it needs no more than the class's code.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from sim.teaching.classroom.entries import loaded, short
from sim.teaching.classroom.file import ClassroomError
from sim.teaching.classroom.seating import Seating
from sim.teaching.exercises.predict import Prediction
from sim.words.language import N_, _

STILL_OPEN = N_("this question is still open; predictions are shown when it is revealed")


@dataclass(frozen=True)
class OnWall:
    """What the instructor has put up.

    Attributes:
        question, phase: the question that is put; "" for none.
        votes: whether what was predicted is shown while it comes; else only how many have.
        names: whether nicknames are shown; else only how many are in.
    """

    question: str = ""
    phase: str = ""
    votes: bool = False
    names: bool = True


class Wall(Seating):
    """The walls of all classes of one file."""

    def put_up(self, code: str, secret: str, shown: OnWall) -> None:
        """Put a question of the present exercise on the wall, in place of the one before."""
        question = short(N_("a question's name"), shown.question, empty=True)
        with self._writing() as base:
            which = self._owned(base, code, secret)
            base.execute(
                "INSERT OR REPLACE INTO walls VALUES (?, ?, ?, ?, ?, ?)",
                (which, self._exercise(base, which), question, shown.phase, shown.votes, shown.names),
            )

    def on_wall(self, code: str) -> OnWall:
        """What stands on the wall; no question, where none of the present exercise was put up yet."""
        with self._reading() as base:
            return self._shown(base, self._found(base, code))

    def present(self, code: str) -> list[str]:
        """The nicknames of those who are in, in the order in which they came; none where the wall is not to show them."""
        with self._reading() as base:
            which = self._found(base, code)
            if not self._shown(base, which).names:
                return []
            return [
                str(name)
                for (name,) in base.execute("SELECT nickname FROM seats WHERE class = ? ORDER BY id", (which,))
            ]

    def voted(self, code: str) -> int:
        """How many have answered the question on the wall."""
        with self._reading() as base:
            which = self._found(base, code)
            return len(self._votes(base, which, self._shown(base, which)))

    def votes(self, code: str) -> list[Prediction]:
        """What was predicted for the question on the wall, without names.

        Raises:
            ClassroomError: it is not to be seen yet: the wall shows only how many, and the question is not revealed; the quiz
                before never is, for it comes again.
        """
        with self._reading() as base:
            which = self._found(base, code)
            shown = self._shown(base, which)
            revealed = shown.phase != "before" and self._revealed(base, which, shown.question, shown.phase)
            if not (shown.votes or revealed):
                raise ClassroomError(_(STILL_OPEN))
            return [loaded(text) for text in self._votes(base, which, shown)]

    def _shown(self, base: sqlite3.Connection, which: int) -> OnWall:
        row = base.execute(
            "SELECT exercise, question, phase, votes, names FROM walls WHERE class = ?", (which,)
        ).fetchone()
        if row is None:
            return OnWall()
        exercise, question, phase, votes, names = row
        there = exercise == self._exercise(base, which)
        return OnWall(str(question) if there else "", str(phase) if there else "", bool(votes), bool(names))

    def _votes(self, base: sqlite3.Connection, which: int, shown: OnWall) -> list[str]:
        rows = base.execute(
            "SELECT prediction FROM predictions WHERE class = ? AND exercise = ? AND question = ? AND phase = ? "
            "ORDER BY submitted, seat",
            (which, self._exercise(base, which), shown.question, shown.phase),
        )
        return [str(text) for (text,) in rows]
