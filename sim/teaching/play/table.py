"""Several seats in one game: who sits where, whose move is in, and a clock that the host can stop.

Games stand in the classroom's SQLite file (see `classroom.py`), in tables of their own. The host opens a game and gets a
code for the players and a secret for the host's own page. Players take a seat with the code and a nickname, and get a
secret that says it is they again. Turns go in lock-step: a quarter passes when all who are seated have moved, or when
the time is up; whoever has not moved by then goes on as before. What is kept of the game itself is its log, so that
going back is cutting it, and "what if" is another game with a copy of it.

Every call opens the file anew, so one `Tables` may be used from any thread or process, and a game outlives a restart.
"""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from sim.scenario.shocks import Shock
from sim.teaching.classroom.classes import Opened, clean_nickname, spoken
from sim.teaching.classroom.seating import digest, is_of
from sim.teaching.play.briefing import Briefing, briefing
from sim.teaching.play.game import Game, Trial, as_data
from sim.teaching.play.moves import MoveLog
from sim.teaching.play.openings import title_of
from sim.teaching.play.table_file import (
    LOBBY,
    OVER,
    PAUSED,
    PLAYING,
    PlayerSeat,
    Row,
    TableError,
    View,
    game_of,
    log_of,
    told,
)
from sim.teaching.play.talk import Talk
from sim.vocabulary import ACTORS
from sim.words.language import N_, _

SHORTEST, LONGEST = 10.0, 86_400.0
MOST_TITLE, MOST_TABLES = 120, 24
# What stands in the file for the secret of a program's seat: the digest of none.
PROGRAM = "program"
_PROGRAMS = "SELECT actor FROM game_seats WHERE game = ? AND secret = ? ORDER BY actor"
_WITH_PROGRAMS = (
    "SELECT DISTINCT code FROM game_tables JOIN game_seats ON game = id WHERE game_seats.secret = ? AND state IN (?, ?)"
)


class Tables(Talk):
    """All games of one file, and what is said in them; see `TableFile` for how to make one."""

    # ---------------------------------------------------------------- the host

    def open(self, game: Game, title: str = "", seconds: float | None = None, tables: int = 1) -> Opened:
        """Open a game for players to join; the code is that of its first table.

        Args:
            game: how it begins (see `play.start`); its seats are those that are taken when it starts.
            seconds: how long a turn takes at most, 10 to 86,400; None for no clock.
            tables: at how many tables it is played, 1 to 24, each with seats and a code of its own.

        Raises:
            TableError: the title is too long, or the time or the number of tables outside of what is allowed.
        """
        if len(title) > MOST_TITLE:
            raise TableError(
                _("a title has at most {most} characters; this one has {count}", most=MOST_TITLE, count=len(title))
            )
        if seconds is not None and not SHORTEST <= seconds <= LONGEST:
            said = N_("a turn takes {least:g} to {most:,.0f} seconds; got {seconds:g}")
            raise TableError(_(said, least=SHORTEST, most=LONGEST, seconds=seconds))
        if not 1 <= tables <= MOST_TABLES:
            raise TableError(_("a host has 1 to {most} tables; got {count}", most=MOST_TABLES, count=tables))
        secret, title = secrets.token_urlsafe(24), title or title_of(game.log.scenario, game.base.title)
        names = [title]
        if tables > 1:
            names = [str(_("{title}, table {number}", title=title, number=number)) for number in range(1, tables + 1)]
        with self._writing() as base:
            codes = [self._add(base, name, game.log, digest(secret), LOBBY, seconds) for name in names]
        return Opened(spoken(codes[0]), secret)

    def start(self, code: str, secret: str) -> None:
        """Begin to play with those who are seated; the other actors choose for themselves."""
        with self._changing(code, secret) as (base, row):
            if row.state != LOBBY:
                raise TableError(_("the game has started already"))
            seated = self._seated(base, row)
            if not seated:
                raise TableError(_("nobody has taken a seat yet"))
            log = log_of(row).model_copy(update={"seats": tuple(actor for actor in ACTORS if actor in seated)})
            self._keep(base, row, log=log, state=PLAYING, deadline=self._deadline(row), remaining=None)

    def add(self, code: str, secret: str, title: str) -> Opened:
        """Another table of the same host: the same game from its beginning, with the same draws, and seats of its own."""
        with self._changing(code, secret) as (base, row), told():
            self._one_more(base, row)
            log = log_of(row).cut(0).model_copy(update={"seats": tuple(ACTORS), "note": None})
            new = self._add(base, title[:MOST_TITLE], log, row.secret, LOBBY, row.seconds)
        return Opened(spoken(new), secret)

    def all_of(self, code: str, secret: str) -> tuple[View, ...]:
        """How all tables of a host stand, in the order in which they were opened."""
        with self._at_once() as base:
            row = self._owned(base, code, secret)
            codes = base.execute("SELECT code FROM game_tables WHERE secret = ? ORDER BY id", (row.secret,)).fetchall()
        return tuple(self.look(one) for (one,) in codes)

    def everywhere(self, code: str, secret: str, act: Callable[[str, str], object]) -> int:
        """Do something at all tables of a host where it can be done now; says at how many it was."""
        done = 0
        for view in self.all_of(code, secret):
            with suppress(TableError):
                act(view.code, secret)
                done += 1
        return done

    def end(self, code: str, secret: str) -> None:
        """End a game before its last quarter; going back takes it up again."""
        with self._changing(code, secret) as (base, row):
            if row.state not in (PLAYING, PAUSED):
                raise TableError(_("there is nothing to end: the game has not started, or is over"))
            base.execute("DELETE FROM game_moves WHERE game = ?", (row.id,))
            self._keep(base, row, state=OVER, deadline=None, remaining=row.seconds)

    def pause(self, code: str, secret: str) -> None:
        """Stop the clock; moves may be made, but the turn waits."""
        with self._changing(code, secret) as (base, row):
            if row.state != PLAYING:
                raise TableError(_("the game is not running"))
            left = row.seconds if self._adrift(row) else None
            if row.deadline is not None and not self._adrift(row):
                left = max(row.deadline - self._clock(), 0.0)
            self._keep(base, row, state=PAUSED, deadline=None, remaining=left)

    def go_on(self, code: str, secret: str) -> None:
        """Let the clock run on from where it was stopped."""
        with self._changing(code, secret) as (base, row):
            if row.state != PAUSED:
                raise TableError(_("the game is not paused"))
            deadline = None if row.remaining is None else self._clock() + row.remaining
            self._keep(base, row, state=PLAYING, deadline=deadline, remaining=None)
            self._settle(base, self._row(base, code))

    def pass_turn(self, code: str, secret: str) -> None:
        """Let the quarter pass now; whoever has not moved goes on as before."""
        with self._changing(code, secret) as (base, row):
            if row.state not in (PLAYING, PAUSED):
                raise TableError(_("there is no turn to pass: the game has not started, or is over"))
            self._pass(base, row)

    def inject(self, code: str, secret: str, shock: Shock, source: str) -> None:
        """Put a shock into the coming quarter (see `play.shocks`)."""
        with self._changing(code, secret) as (base, row), told():
            self._keep(base, row, log=game_of(log_of(row)).inject(shock, source).log)

    def rewind(self, code: str, secret: str, turns: int) -> None:
        """Go back to when so many turns had been played; the clock stands until the host lets it run."""
        with self._changing(code, secret) as (base, row), told():
            log = log_of(row).cut(turns)
            state = LOBBY if row.state == LOBBY else PAUSED
            base.execute("DELETE FROM game_moves WHERE game = ?", (row.id,))
            base.execute("DELETE FROM game_messages WHERE game = ? AND turn >= ?", (row.id, turns))
            self._keep(base, row, log=log, state=state, deadline=None, remaining=row.seconds)

    def fork(self, code: str, secret: str, turns: int, title: str = "") -> Opened:
        """Another game from there on, with the same players in the same seats; this one stays as it is.

        Players come into it with the new code and the secrets that they have; its clock stands until the host starts it. It
        is one more of the host's tables.
        """
        with self._changing(code, secret) as (base, row), told():
            self._one_more(base, row)
            log = game_of(log_of(row)).fork(turns).log
            state = LOBBY if row.state == LOBBY else PAUSED
            new = self._add(base, (title or _("What if"))[:MOST_TITLE], log, row.secret, state, row.seconds)
            base.execute(
                "INSERT INTO game_seats SELECT ?, actor, nickname, secret FROM game_seats WHERE game = ?",
                (self._row(base, new).id, row.id),
            )
        return Opened(spoken(new), secret)

    @staticmethod
    def _one_more(base: sqlite3.Connection, row: Row) -> None:
        tables = base.execute("SELECT count(*) FROM game_tables WHERE secret = ?", (row.secret,)).fetchone()[0]
        if tables >= MOST_TABLES:
            raise TableError(_("one host has at most {most} tables; delete one", most=MOST_TABLES))

    def free(self, code: str, secret: str, actor: str) -> None:
        """Free a seat, for somebody else to take; until then it goes on as before."""
        with self._changing(code, secret) as (base, row):
            if actor not in self._seated(base, row):
                raise TableError(_("nobody sits there: {actor}", actor=actor))
            for table in ("game_seats", "game_moves"):
                base.execute(f"DELETE FROM {table} WHERE game = ? AND actor = ?", (row.id, actor))
            self._keep(base, row)
            self._settle(base, self._row(base, code))

    def lock(self, code: str, secret: str, locked: bool = True) -> None:
        """Let nobody else take a seat, or let others in again; whoever has one keeps it."""
        with self._changing(code, secret) as (base, row):
            self._keep(base, row, locked=int(locked))

    def delete(self, code: str, secret: str) -> None:
        """Delete a game with all that belongs to it; nothing of it is left in the file."""
        with self._changing(code, secret) as (base, row):
            base.execute("DELETE FROM game_tables WHERE id = ?", (row.id,))
        with self._connected() as base:
            base.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def is_host(self, code: str, secret: str) -> bool:
        """Whether a secret is that of the game's host."""
        with self._at_once() as base:
            return is_of(self._row(base, code).secret, secret)

    # ---------------------------------------------------------------- players

    def claim(self, code: str, nickname: str, actor: str) -> PlayerSeat:
        """Take a seat that is free.

        Raises:
            ClassroomError: the nickname is not fit to be shown.
            TableError: no such game or seat; it is taken, or not in play.
        """
        nickname, secret = clean_nickname(nickname), secrets.token_urlsafe(24)
        with self._writing() as base:
            row = self._row(base, code)
            if row.locked:
                raise TableError(_("the table is locked; ask your host to let you in"))
            self._add_seat(base, row, actor, nickname, digest(secret))
        return PlayerSeat(actor, nickname, secret)

    def _add_seat(self, base: sqlite3.Connection, row: Row, actor: str, nickname: str, secret: str) -> None:
        seated = self._seated(base, row)
        allowed = list(ACTORS) if row.state == LOBBY else list(log_of(row).seats)
        free = [one for one in allowed if one not in seated]
        if actor not in free:
            left = ", ".join(free) or _("none")
            if actor in seated:
                said = _("the seat {actor} is taken by {who}; free: {free}", actor=actor, who=seated[actor], free=left)
                raise TableError(said)
            raise TableError(_("the seat {actor} is not in this game; free: {free}", actor=actor, free=left))
        if any(one.casefold() == nickname.casefold() for one in seated.values()):
            raise TableError(_("somebody in this game has that nickname already; choose another"))
        base.execute("INSERT INTO game_seats VALUES (?, ?, ?, ?)", (row.id, actor, nickname, secret))
        self._keep(base, row)

    def again(self, code: str, secret: str) -> PlayerSeat:
        """The seat of a player who comes back with the secret of before.

        Raises:
            TableError: nobody in this game has it.
        """
        with self._at_once() as base:
            return self._player(base, self._row(base, code), secret)

    def submit(self, code: str, secret: str, turn: int, settings: Mapping[str, Any]) -> View:
        """Make a move for a turn; until the quarter has passed, another takes its place.

        Args:
            turn: how many turns had been played when the player decided.

        Raises:
            TableError: it is too late, the game is not running, or a setting is not right.
        """
        with self._writing() as base, told():
            player = self._player(base, self._row(base, code), secret)
            self._submit(base, code, player.actor, turn, settings)
        return self.look(code)

    def _submit(self, base: sqlite3.Connection, code: str, actor: str, turn: int, settings: Mapping[str, Any]) -> None:
        self._settle(base, self._row(base, code))  # the time may be up; then the move comes too late
        row = self._row(base, code)
        log = log_of(row)
        if row.state not in (PLAYING, PAUSED):
            raise TableError(_("the game has not started") if row.state == LOBBY else _("the game is over"))
        if turn != len(log.turns):
            late = turn < len(log.turns)
            raise TableError(
                _("that quarter has passed meanwhile; look again") if late else _("that turn is still to come")
            )
        moves: dict[str, Any] = {key: {} for key in log.seats} | {actor: as_data(actor, settings)}
        log.with_entry(turn=moves)  # checked, before it is kept
        base.execute(
            "INSERT INTO game_moves VALUES (?, ?, ?, ?) ON CONFLICT (game, actor) "
            "DO UPDATE SET turn = excluded.turn, settings = excluded.settings",
            (row.id, actor, turn, json.dumps(dict(settings), allow_nan=False)),
        )
        self._keep(base, row)
        self._settle(base, self._row(base, code))

    def mine(self, code: str, secret: str) -> dict[str, float | str] | None:
        """The move that a player has made for the coming quarter; None for none yet."""
        with self._at_once() as base:
            row = self._row(base, code)
            player = self._player(base, row, secret)
            found = self._moves(base, row).get(player.actor)
            return None if found is None else dict(found)

    def briefing(self, code: str, secret: str) -> Briefing:
        """What a player sees of the last quarter, from its own seat."""
        game, player = self._of(code, secret)
        return briefing(game, player.actor)

    def sitting(self, code: str, secret: str) -> tuple[MoveLog, PlayerSeat]:
        """A player's seat, and the log that its briefing is worked out from; the log itself is not for players to see."""
        game, player = self._of(code, secret)
        return game.log.acted, player

    def trial(self, code: str, secret: str, settings: Mapping[str, Any]) -> Trial:
        """What Pakistan's settings would cost, and how far they can be carried."""
        game, player = self._of(code, secret)
        if player.actor != "pakistan":
            raise TableError(_("only Pakistan's settings have a cost in the model"))
        with told():
            return game.trial(settings)

    # ---------------------------------------------------------------- programs

    def seat_program(self, code: str, secret: str, actor: str, name: str) -> None:
        """Give a free seat to a program, as the host; no secret opens it. (Which program has it, is not said here: it is one that
        whoever runs the server named, see `attendant.py`.)"""
        with self._changing(code, secret) as (base, row):
            self._add_seat(base, row, actor, name, PROGRAM)

    def awaited(self) -> list[tuple[str, str, MoveLog]]:
        """Programs' seats that have not moved, in games that have started: the game's code, the actor, and the log."""
        with self._at_once() as base:
            rows = [self._row(base, code) for (code,) in base.execute(_WITH_PROGRAMS, (PROGRAM, PLAYING, PAUSED))]
            return [
                (row.code, actor, log_of(row).acted)
                for row in rows
                for (actor,) in base.execute(_PROGRAMS, (row.id, PROGRAM))
                if actor not in self._moves(base, row)
            ]

    def submit_program(self, code: str, actor: str, turn: int, settings: Mapping[str, Any]) -> None:
        """Make a program's move, as `submit` makes a person's.

        Raises:
            TableError: as there; or no program has the seat any more.
        """
        with self._writing() as base, told():
            if (actor,) not in base.execute(_PROGRAMS, (self._row(base, code).id, PROGRAM)).fetchall():
                raise TableError(_("no program has the seat {actor}", actor=actor))
            self._submit(base, code, actor, turn, settings)

    # ---------------------------------------------------------------- all

    def look(self, code: str) -> View:
        """How a game stands; lets the quarter pass if the time is up.

        Raises:
            TableError: there is no game with this code.
        """
        with self._at_once() as base:
            row = self._row(base, code)
            if not self._due(base, row) and not self._adrift(row):
                return self._view(base, row)
        with self._writing() as base:
            self._settle(base, self._row(base, code))
            return self._view(base, self._row(base, code))

    def log(self, code: str, secret: str | None = None) -> MoveLog:
        """The game's log: for the host at any time, for all when it is over.

        Raises:
            TableError: it is not over, and the secret is not the host's.
        """
        with self._at_once() as base:
            row = self._row(base, code)
            if row.state != OVER and (secret is None or not is_of(row.secret, secret)):
                raise TableError(_("the log tells what the others did: it is the host's until the game is over"))
            return log_of(row)

    def _of(self, code: str, secret: str) -> tuple[Game, PlayerSeat]:
        self.look(code)
        with self._at_once() as base:
            row = self._row(base, code)
            return game_of(log_of(row)), self._player(base, row, secret)
