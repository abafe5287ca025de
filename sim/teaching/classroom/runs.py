"""Runs that participants save in their class, so that they can be set beside each other: a name, and what was chosen.

What was chosen is kept as text that whoever shows it understands; nothing that came of it is kept.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass

from sim.teaching.classroom.entries import MOST_RUNS as MOST_RUNS
from sim.teaching.classroom.entries import short
from sim.teaching.classroom.file import ClassroomError
from sim.teaching.classroom.seating import Seating
from sim.words.language import N_, _

MOST_LETTERS = 12_000


@dataclass(frozen=True)
class SavedRun:
    """A run that somebody saved.

    Attributes:
        number: goes by it when it is deleted.
        nickname: whose it is; name: what they call it.
        chosen: what was chosen.
    """

    number: int
    nickname: str
    name: str
    chosen: Mapping[str, str]


class SavedRuns(Seating):
    """The saved runs of all classes of one file."""

    def save_run(self, code: str, secret: str, name: str, chosen: Mapping[str, str]) -> None:
        """Save a run under a name; one of the same name and participant is replaced.

        Raises:
            ClassroomError: no such class or seat; too many, or too large.
        """
        name, text = short(N_("a run's name"), name), json.dumps(dict(chosen), sort_keys=True)
        if len(text) > MOST_LETTERS:
            raise ClassroomError(
                _("this run is too large to be saved in a class; allowed: {most:,} characters", most=MOST_LETTERS)
            )
        with self._writing() as base:
            which = self._found(base, code)
            seat, _nickname = self._seat(base, which, secret)
            base.execute("DELETE FROM saved_runs WHERE seat = ? AND name = ?", (seat, name))
            if base.execute("SELECT count(*) FROM saved_runs WHERE seat = ?", (seat,)).fetchone()[0] >= MOST_RUNS:
                raise ClassroomError(
                    _("you have saved {count} runs; delete one, or give this one its name", count=MOST_RUNS)
                )
            row = (which, seat, name, text, time.time())
            base.execute("INSERT INTO saved_runs (class, seat, name, chosen, saved) VALUES (?, ?, ?, ?, ?)", row)

    def my_runs(self, code: str, secret: str) -> list[SavedRun]:
        """What a participant has saved."""
        with self._reading() as base:
            seat, _nickname = self._seat(base, self._found(base, code), secret)
            return _runs(base.execute(f"{_RUNS} WHERE saved_runs.seat = ? ORDER BY saved_runs.id", (seat,)).fetchall())

    def drop_run(self, code: str, secret: str, number: int) -> None:
        """Delete a run of one's own."""
        with self._writing() as base:
            seat, _nickname = self._seat(base, self._found(base, code), secret)
            base.execute("DELETE FROM saved_runs WHERE seat = ? AND id = ?", (seat, number))

    def runs(self, code: str, secret: str) -> list[SavedRun]:
        """All that were saved in a class, for its instructor, as they came."""
        with self._reading() as base:
            which = self._owned(base, code, secret)
            return _runs(
                base.execute(f"{_RUNS} WHERE saved_runs.class = ? ORDER BY saved_runs.id", (which,)).fetchall()
            )


_RUNS = "SELECT saved_runs.id, nickname, name, chosen FROM saved_runs JOIN seats ON seats.id = saved_runs.seat"


def _runs(rows: list[tuple[int, str, str, str]]) -> list[SavedRun]:
    try:
        return [
            SavedRun(int(number), str(who), str(name), {str(key): str(one) for key, one in json.loads(chosen).items()})
            for number, who, name, chosen in rows
        ]
    except (ValueError, TypeError, AttributeError):
        raise ClassroomError(_("the classroom file is damaged: a saved run in it cannot be read")) from None
