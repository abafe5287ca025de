"""Classes: who predicted what, in one SQLite file that survives a restart and many hands at once.

An instructor opens a class and gets a short code for the students and a secret for the instructor's own page. Students
join with the code and a nickname, and get a secret that says it is they again; nothing personal is asked. Predictions may
be changed until they are revealed. A class can be deleted whole.

Every call opens the file anew, so one `Classroom` may be used from any thread or process. Secrets are kept as digests
only: whoever reads the file cannot act as anybody. Nicknames are kept as given; whoever shows one escapes it.
"""

from __future__ import annotations

import csv
import io
import json
import secrets
import time
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime

from sim.teaching.classroom.entries import MOST_NAME as MOST_NAME
from sim.teaching.classroom.entries import harmless, loaded, short
from sim.teaching.classroom.file import ClassroomError, GoneError, StrangerError
from sim.teaching.classroom.runs import SavedRuns
from sim.teaching.classroom.seating import bare, digest
from sim.teaching.classroom.wall import STILL_OPEN, Wall
from sim.teaching.exercises.predict import Prediction, as_data
from sim.words.language import N_, _

# No letters or figures that are taken for each other when read aloud or off a wall; 8 of 30 are 6.6e11 codes.
ALPHABET, CODE_LENGTH = "ABCDEFGHJKLMNPQRSTUVWXYZ235679", 8
NICKNAME_LENGTH, MOST_SEATS = 24, 500
# Within an exercise's steps, and the quiz before and after.
PHASES = ("step", "before", "after")


@dataclass(frozen=True)
class Opened:
    """A class just opened.

    Attributes:
        code: for the students, such as "KMTQ-7RXA".
        secret: for the instructor alone; it cannot be asked for again.
    """

    code: str
    secret: str


@dataclass(frozen=True)
class Seat:
    """A student just joined; the secret says later that it is they."""

    number: int
    nickname: str
    secret: str


@dataclass(frozen=True)
class Standing:
    """How a class stands: its title, the exercise, how many have joined, what is revealed as (question, phase), and
    whether it is locked: nobody else may join."""

    code: str
    title: str
    exercise: str
    seats: int
    revealed: frozenset[tuple[str, str]]
    locked: bool = False


class Classroom(Wall, SavedRuns):
    """All classes of one file."""

    # ---------------------------------------------------------------- the instructor

    def open(self, exercise: str, title: str = "") -> Opened:
        """Open a class on an exercise.

        Raises:
            ClassroomError: a name is too long, or the file is not one of durand's.
        """
        exercise, title = short(N_("an exercise's name"), exercise), short(N_("a title"), title, empty=True)
        secret = secrets.token_urlsafe(24)
        with self._writing() as base:
            while True:
                code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
                row = (code, digest(secret), title or exercise, exercise, time.time())
                if base.execute("SELECT 1 FROM classes WHERE code = ?", (code,)).fetchone() is None:
                    break
            base.execute("INSERT INTO classes (code, secret, title, exercise, opened) VALUES (?, ?, ?, ?, ?)", row)
        return Opened(spoken(code), secret)

    def choose(self, code: str, secret: str, exercise: str) -> None:
        """Go on to another exercise; what was predicted in the one before is kept."""
        exercise = short(N_("an exercise's name"), exercise)
        with self._writing() as base:
            base.execute("UPDATE classes SET exercise = ? WHERE id = ?", (exercise, self._owned(base, code, secret)))

    def is_instructor(self, code: str, secret: str) -> bool:
        """Whether a secret is that of the class's instructor."""
        try:
            with self._reading() as base:
                self._owned(base, code, secret)
        except (GoneError, StrangerError):
            return False
        return True

    def reveal(self, code: str, secret: str, question: str, phase: str = "step") -> None:
        """Close a question of the present exercise: its predictions stand from now on. Doing so twice changes nothing."""
        _phase(phase)
        with self._writing() as base:
            which = self._owned(base, code, secret)
            row = (which, self._exercise(base, which), short(N_("a question's name"), question), phase, time.time())
            base.execute("INSERT OR IGNORE INTO reveals VALUES (?, ?, ?, ?, ?)", row)

    def export(self, code: str, secret: str) -> str:
        """Everything predicted in a class, as CSV with a row per prediction; safe to open in a spreadsheet."""
        with self._reading() as base:
            which = self._owned(base, code, secret)
            rows = base.execute(
                "SELECT nickname, exercise, question, phase, prediction, submitted FROM predictions "
                "JOIN seats ON seats.id = predictions.seat WHERE predictions.class = ? "
                "ORDER BY exercise, phase, question, seats.id",
                (which,),
            ).fetchall()
        out = io.StringIO()
        table = csv.writer(out, lineterminator="\r\n")
        table.writerow(["nickname", "exercise", "question", "phase", "form", "chance", "low", "high", "submitted"])
        try:
            for nickname, exercise, question, phase, prediction, submitted in rows:
                data = json.loads(prediction)
                figures = [data.get(key, "") for key in ("value", "low", "high")]
                words = [harmless(text) for text in (nickname, exercise, question, phase, data["form"])]
                table.writerow([*words, *figures, datetime.fromtimestamp(submitted, UTC).isoformat(timespec="seconds")])
        except (ValueError, TypeError, KeyError, AttributeError, OverflowError, OSError):
            raise ClassroomError(_("the classroom file is damaged: a prediction in it cannot be read")) from None
        return out.getvalue()

    def entries(self, code: str, secret: str) -> list[tuple[str, dict[tuple[str, str], Prediction]]]:
        """All that was predicted in the present exercise, by participant, in the order in which they joined, also of those who
        predicted nothing: nickname, and (question, phase) -> prediction."""
        with self._reading() as base:
            which = self._owned(base, code, secret)
            seats = base.execute("SELECT id, nickname FROM seats WHERE class = ? ORDER BY id", (which,)).fetchall()
            rows = base.execute(
                "SELECT seat, question, phase, prediction FROM predictions WHERE class = ? AND exercise = ?",
                (which, self._exercise(base, which)),
            ).fetchall()
        found: dict[int, dict[tuple[str, str], Prediction]] = {int(seat): {} for seat, _nickname in seats}
        for seat, question, phase, text in rows:
            found[int(seat)][str(question), str(phase)] = loaded(text)
        return [(str(nickname), found[int(seat)]) for seat, nickname in seats]

    def delete(self, code: str, secret: str) -> None:
        """Delete a class with all that belongs to it; nothing of it is left in the file."""
        with self._writing() as base:
            base.execute("DELETE FROM classes WHERE id = ?", (self._owned(base, code, secret),))
        with self._connected() as base:
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    # ---------------------------------------------------------------- students

    def standing(self, code: str) -> Standing:
        """How a class stands.

        Raises:
            ClassroomError: there is no class with this code.
        """
        with self._reading() as base:
            which = self._found(base, code)
            title, exercise = base.execute("SELECT title, exercise FROM classes WHERE id = ?", (which,)).fetchone()
            seats = base.execute("SELECT count(*) FROM seats WHERE class = ?", (which,)).fetchone()[0]
            rows = base.execute(
                "SELECT question, phase FROM reveals WHERE class = ? AND exercise = ?", (which, exercise)
            )
            revealed = frozenset((str(question), str(phase)) for question, phase in rows)
            return Standing(spoken(bare(code)), title, exercise, seats, revealed, self._locked(base, which))

    def join(self, code: str, nickname: str) -> Seat:
        """Join a class.

        Raises:
            ClassroomError: no such class; the nickname is taken, too long or unreadable; the class is full, or locked.
        """
        nickname = clean_nickname(nickname)
        secret = secrets.token_urlsafe(24)
        with self._writing() as base:
            which = self._found(base, code)
            if self._locked(base, which):
                raise ClassroomError(_("the class is locked; ask your instructor to let you in"))
            key = nickname.casefold()
            if base.execute("SELECT 1 FROM seats WHERE class = ? AND key = ?", (which, key)).fetchone():
                raise ClassroomError(_("somebody in this class has that nickname already; choose another"))
            if base.execute("SELECT count(*) FROM seats WHERE class = ?", (which,)).fetchone()[0] >= MOST_SEATS:
                raise ClassroomError(_("the class is full; at most {most} can join", most=MOST_SEATS))
            row = (which, nickname, key, digest(secret), time.time())
            added = base.execute("INSERT INTO seats (class, nickname, key, secret, joined) VALUES (?, ?, ?, ?, ?)", row)
            number = int(added.lastrowid or 0)
        return Seat(number, nickname, secret)

    def again(self, code: str, secret: str) -> Seat:
        """The seat of a student who comes back with the secret of before.

        Raises:
            ClassroomError: nobody in this class has it.
        """
        with self._reading() as base:
            number, nickname = self._seat(base, self._found(base, code), secret)
        return Seat(number, nickname, secret)

    def submit(self, code: str, secret: str, question: str, prediction: Prediction, phase: str = "step") -> None:
        """Give a prediction for a question of the present exercise; the latest before it is revealed counts.

        Raises:
            ClassroomError: the question is revealed already; no such class or seat.
        """
        _phase(phase)
        question = short(N_("a question's name"), question)
        with self._writing() as base:
            which = self._found(base, code)
            seat, _nickname = self._seat(base, which, secret)
            exercise = self._exercise(base, which)
            if self._revealed(base, which, question, phase):
                raise ClassroomError(_("this question has been revealed; predictions for it are closed"))
            base.execute(
                "INSERT INTO predictions VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET "
                "prediction = excluded.prediction, submitted = excluded.submitted",
                (which, seat, exercise, question, phase, json.dumps(as_data(prediction)), time.time()),
            )

    def mine(self, code: str, secret: str) -> dict[tuple[str, str], Prediction]:
        """What a student has predicted in the present exercise: (question, phase) -> prediction."""
        with self._reading() as base:
            which = self._found(base, code)
            seat, _nickname = self._seat(base, which, secret)
            rows = base.execute(
                "SELECT question, phase, prediction FROM predictions WHERE seat = ? AND exercise = ?",
                (seat, self._exercise(base, which)),
            )
            return {(str(question), str(phase)): loaded(text) for question, phase, text in rows}

    def predictions(
        self, code: str, question: str, phase: str = "step", *, instructor: str | None = None
    ) -> list[tuple[str, Prediction]]:
        """What the class predicts for a question of the present exercise: nicknames and predictions, as they came.

        Args:
            instructor: the instructor's secret; without it they are shown once the question is revealed.

        Raises:
            ClassroomError: it is not revealed yet.
        """
        with self._reading() as base:
            which = self._found(base, code) if instructor is None else self._owned(base, code, instructor)
            if instructor is None and not self._revealed(base, which, question, phase):
                raise ClassroomError(_(STILL_OPEN))
            rows = base.execute(
                "SELECT nickname, prediction FROM predictions JOIN seats ON seats.id = predictions.seat "
                "WHERE predictions.class = ? AND exercise = ? AND question = ? AND phase = ? ORDER BY submitted, seats.id",
                (which, self._exercise(base, which), question, phase),
            )
            return [(str(nickname), loaded(text)) for nickname, text in rows]


def clean_nickname(text: str) -> str:
    """A nickname as it is kept: one line, without invisible characters.

    Raises:
        ClassroomError: nothing is left of it, or too much.
    """
    text = " ".join(unicodedata.normalize("NFKC", text).split())
    # Control, format, surrogate and unassigned characters: they hide, or turn the line round.
    if any(unicodedata.category(one).startswith("C") for one in text):
        raise ClassroomError(_("a nickname has letters, figures and signs that can be seen; this has others"))
    if len(text) > NICKNAME_LENGTH:
        said = N_("a nickname has at most {most} characters; this has {count}")
        raise ClassroomError(_(said, most=NICKNAME_LENGTH, count=len(text)))
    if not any(unicodedata.category(one)[0] in "LN" for one in text):
        raise ClassroomError(_("a nickname has at least one letter or figure"))
    return text


def spoken(code: str) -> str:
    """A code as it is shown: in two parts."""
    return f"{code[:4]}-{code[4:]}"


def _phase(phase: str) -> None:
    if phase not in PHASES:
        raise ClassroomError(_("no such phase: {phase}; allowed: {phases}", phase=phase, phases=", ".join(PHASES)))
