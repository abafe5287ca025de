"""The file under games with several seats: its tables, what stands in them, and when a quarter passes."""

from __future__ import annotations

import json
import os
import secrets
import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from sim.teaching.classroom.classes import ALPHABET, CODE_LENGTH, spoken
from sim.teaching.classroom.file import ClassroomError, ClassroomFile, GoneError, StrangerError
from sim.teaching.classroom.seating import bare, digest, is_of
from sim.teaching.play.game import Game, resume, stamp
from sim.teaching.play.moves import GameError, MoveLog, parse
from sim.vocabulary import ACTORS
from sim.words.language import _

# Waiting for players; a clock that runs, or stands; the last turn played.
LOBBY, PLAYING, PAUSED, OVER = "lobby", "playing", "paused", "over"


class TableError(ClassroomError):
    """Something cannot be done in a game; the message says why, in words for whoever asked."""


class NoGameError(TableError, GoneError):
    """There is no game with this code."""


class NotSeatedError(TableError, StrangerError):
    """A secret is nobody's in this game."""


@dataclass(frozen=True)
class PlayerSeat:
    """A player's seat; the secret says later that it is they."""

    actor: str
    nickname: str
    secret: str


@dataclass(frozen=True)
class View:
    """How a game stands, as all may see it.

    Attributes:
        state: "lobby", "playing", "paused" or "over".
        turn: how many turns have been played; quarters: of how many.
        ahead: first and last month of the quarter to come; None when the game is over.
        seats: actor -> the nickname of who sits there, None for nobody; before the start all four, then those in play.
        moved: the actors whose move for the coming quarter is in.
        left: seconds that are left for it; None without a clock, or in the lobby.
        injects: titles of the shocks put in so far, with their months.
        version: a number that grows with every change.
        other_model: whether the game was opened with another version of the model, so that figures may have changed.
        locked: whether nobody else may take a seat.
    """

    code: str
    title: str
    scenario: str
    state: str
    turn: int
    quarters: int
    ahead: tuple[str, str] | None
    seats: Mapping[str, str | None]
    moved: frozenset[str]
    left: float | None
    injects: tuple[tuple[str, str], ...]
    version: int
    other_model: bool
    locked: bool


@dataclass(frozen=True)
class Row:
    """A game as it stands in the file; `deadline` is told by the monotonic clock of the boot `boot`."""

    id: int
    code: str
    secret: str
    title: str
    log: str
    state: str
    seconds: float | None
    deadline: float | None
    remaining: float | None
    version: int
    opened: float
    locked: int
    boot: str


class TableFile(ClassroomFile):
    """The classroom's file, with the tables of games in it.

    Args:
        path: the file; made when a game or a class is first opened.
        clock: tells how time passes, in seconds; the same for all processes of a machine, whatever its calendar says.
        boot: which beginning the clock counts from; another one after the machine was started anew, or on another machine.

    A deadline told by the clock of another boot says nothing: that quarter is given its full time anew when somebody
    first looks. A server that is started again on a machine that ran on finds the deadlines as they were.
    """

    def __init__(self, path: str | Path, clock: Callable[[], float] = time.monotonic, boot: str | None = None) -> None:
        super().__init__(path)
        self._clock, self._boot = clock, this_boot() if boot is None else boot

    @contextmanager
    def _at_once(self) -> Iterator[sqlite3.Connection]:
        """For reading: all of it as it stood at one moment."""
        if not self.path.exists():
            raise NoGameError(_("there is no game with this code; check it with your instructor"))
        with self._connected() as base:
            base.execute("BEGIN")
            yield base
            base.execute("ROLLBACK")

    def _add(
        self, base: sqlite3.Connection, title: str, log: MoveLog, secret: str, state: str, seconds: float | None
    ) -> str:
        taken = True
        while taken:
            code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
            taken = bool(base.execute("SELECT 1 FROM game_tables WHERE code = ?", (code,)).fetchone())
        base.execute(
            "INSERT INTO game_tables (code, secret, title, log, state, seconds, remaining, version, opened) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?)",
            (code, secret, title, log.to_json(), state, seconds, seconds, time.time()),
        )
        return code

    @contextmanager
    def _changing(self, code: str, secret: str) -> Iterator[tuple[sqlite3.Connection, Row]]:
        """A change by the host: a transaction, and the game."""
        with self._writing() as base:
            yield base, self._owned(base, code, secret)

    def _owned(self, base: sqlite3.Connection, code: str, secret: str) -> Row:
        row = self._row(base, code)
        if not is_of(row.secret, secret):
            raise NotSeatedError(_("this is the host's page; use the secret link that came with the game"))
        return row

    def _row(self, base: sqlite3.Connection, code: str) -> Row:
        found = base.execute("SELECT * FROM game_tables WHERE code = ?", (bare(code),)).fetchone()
        if found is None:
            raise NoGameError(_("there is no game with this code; check it with your instructor"))
        return Row(*found)

    def _seated(self, base: sqlite3.Connection, row: Row) -> dict[str, str]:
        """Actor -> nickname."""
        return dict(base.execute("SELECT actor, nickname FROM game_seats WHERE game = ?", (row.id,)).fetchall())

    def _player(self, base: sqlite3.Connection, row: Row, secret: str) -> PlayerSeat:
        found = base.execute(
            "SELECT actor, nickname FROM game_seats WHERE game = ? AND secret = ?", (row.id, digest(secret))
        ).fetchone()
        if found is None:
            raise NotSeatedError(_("nobody sits in this game with that link; take a seat again"))
        return PlayerSeat(found[0], found[1], secret)

    def _moves(self, base: sqlite3.Connection, row: Row) -> dict[str, dict[str, float | str]]:
        """Actor -> the move that is in for the coming quarter."""
        found = base.execute("SELECT actor, turn, settings FROM game_moves WHERE game = ?", (row.id,)).fetchall()
        now = len(log_of(row).turns)
        try:
            return {actor: json.loads(settings) for actor, turn, settings in found if turn == now}
        except ValueError:
            raise TableError(
                _("the moves of game {code} are damaged; its host may go back a turn", code=row.code)
            ) from None

    def _keep(self, base: sqlite3.Connection, row: Row, **changes: Any) -> None:
        if "log" in changes:
            changes["log"] = changes["log"].to_json()
        if "deadline" in changes:
            changes["boot"] = self._boot
        columns = ", ".join(f"{name} = ?" for name in (*changes, "version"))
        base.execute(f"UPDATE game_tables SET {columns} WHERE id = ?", (*changes.values(), row.version + 1, row.id))

    def _deadline(self, row: Row) -> float | None:
        return None if row.seconds is None else self._clock() + row.seconds

    def _adrift(self, row: Row) -> bool:
        """Whether the deadline is told by a clock that is no more."""
        return row.deadline is not None and row.boot != self._boot

    def _due(self, base: sqlite3.Connection, row: Row) -> bool:
        """Whether the quarter passes: all who are seated have moved, or the time is up."""
        if row.state != PLAYING:
            return False
        if row.deadline is not None and not self._adrift(row) and self._clock() >= row.deadline:
            return True
        seated = set(self._seated(base, row))
        return bool(seated) and seated <= set(self._moves(base, row))

    def _settle(self, base: sqlite3.Connection, row: Row) -> None:
        if self._due(base, row):
            self._pass(base, row)
        elif self._adrift(row):
            self._keep(base, row, deadline=self._deadline(row))

    def _pass(self, base: sqlite3.Connection, row: Row) -> None:
        """Let the quarter pass, with the moves that are in."""
        moves = self._moves(base, row)
        with told():
            game = game_of(log_of(row))
            log = game.move(moves, stood=[actor for actor in game.log.seats if actor not in moves]).log
        base.execute("DELETE FROM game_moves WHERE game = ?", (row.id,))
        state = OVER if log.over else row.state
        running = state == PLAYING
        self._keep(
            base,
            row,
            log=log,
            state=state,
            deadline=self._deadline(row) if running else None,
            remaining=None if running else row.seconds,
        )

    def _view(self, base: sqlite3.Connection, row: Row) -> View:
        log, seated = log_of(row), self._seated(base, row)
        left = row.remaining if row.state == PAUSED else None
        if row.state == PLAYING and row.deadline is not None:
            left = max(row.deadline - self._clock(), 0.0)
        return View(
            code=spoken(row.code),
            title=row.title,
            scenario=log.scenario,
            state=row.state,
            turn=len(log.turns),
            quarters=log.quarters,
            ahead=None if log.over else log.period(len(log.turns)),
            seats={actor: seated.get(actor) for actor in (ACTORS if row.state == LOBBY else log.seats)},
            moved=frozenset(self._moves(base, row)),
            left=left,
            injects=tuple((one.shock.date, one.shock.title) for one in log.injects),
            version=row.version,
            other_model=log.model != stamp(),
            locked=bool(row.locked),
        )


@cache
def this_boot() -> str:
    """What the monotonic clock counts from: the machine's start where the system names it, else the same for all."""
    try:
        with open("/proc/sys/kernel/random/boot_id", encoding="ascii") as told:
            return told.read().strip()
    except OSError:
        return os.name


@contextmanager
def told() -> Iterator[None]:
    """What a game says cannot be done, said as the table's."""
    try:
        yield
    except GameError as problem:
        raise TableError(str(problem)) from None


def log_of(row: Row) -> MoveLog:
    with told():
        return _parsed(row.log, row.code)


@lru_cache(maxsize=64)
def _parsed(text: str, code: str) -> MoveLog:
    return parse(text.encode("utf-8", "surrogatepass"), f"game {code}")


def game_of(log: MoveLog) -> Game:
    with told():
        return resume(log)
