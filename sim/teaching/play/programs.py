"""Programs in seats: functions of somebody's own, given what the seat's page shows, that return what to change.

    def move(seen: Briefing) -> Mapping[str, float | str] | None

A program works in a process of its own, to which nothing goes but its briefings: neither the game's seed nor its log. One that
takes too long is ended with its process. Its moves go into the log as a person's do, so a replay needs no program.
"""

from __future__ import annotations

import importlib.util
import multiprocessing
import os
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from inspect import isfunction
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any, cast

from sim.ensemble.pool import follow_parent
from sim.extensions import Reference, first_line, loaded, python_of, require, shown
from sim.teaching.play.briefing import Briefing, briefing
from sim.teaching.play.game import Game
from sim.teaching.play.moves import GameError, Values
from sim.teaching.play.typed import read_move
from sim.vocabulary import ACTORS
from sim.words.problems import suggestion

# Seconds that a program has for a move, unless said otherwise; and what may be said.
SECONDS, LEAST, MOST = 60.0, 0.1, 86_400.0
# To start Python, and to import what the program needs.
_STARTING = 60.0
# Under which files go by among modules, so that none hides another of the same name.
_PREFIX = "durand_program_"

Move = Callable[[Briefing], "Mapping[str, float | str] | None"]


class ProgramError(GameError):
    """A program cannot be had, failed, took too long, or made a move that is not allowed; says where."""


class Program:
    """A program, and the process that it works in, which is started when it is first needed.

    Args:
        source: `module:function`, or `file.py:function`.
        seconds: what it has for a move.
    """

    def __init__(self, source: str, seconds: float = SECONDS) -> None:
        home, _, function = source.rpartition(":")
        if not home or not function.isidentifier():
            raise ProgramError(f"{source}: this names no program; allowed: module:function, or file.py:function")
        if not LEAST <= seconds <= MOST:
            raise ProgramError(f"a program has {LEAST:g} to {MOST:,.0f} seconds for a move; got {seconds:g}")
        self.source, self.seconds = source, seconds
        self._process: BaseProcess | None = None
        self._pipe: Connection | None = None

    @property
    def name(self) -> str:
        """What it is called before others, without the folder that it stands in."""
        return Path(self.source).name

    def start(self) -> None:
        """Start its process, and have it find the function; does nothing where that was done.

        Raises:
            ProgramError: there is no such program, or it fails when it is imported.
        """
        if self._process is not None:
            return
        context = multiprocessing.get_context("spawn")
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(self.source, loaded(), theirs), daemon=True)
        self._process.start()
        theirs.close()
        try:
            self._answer(self.seconds + _STARTING)
        except ProgramError:
            self.close()  # so that it says the same when it is asked again
            raise

    def move(self, seen: Briefing) -> Values:
        """What it sets for the coming quarter: what stands, changed as it says.

        Raises:
            ProgramError: it failed, took too long, or its move is not allowed.
        """
        self.start()
        return self._answer(self.seconds, seen)

    def close(self) -> None:
        """End its process."""
        if self._process is not None and self._pipe is not None:
            self._process.kill()
            self._process.join()
            self._pipe.close()
        self._process = self._pipe = None

    def _answer(self, seconds: float, *asked: Briefing) -> Any:
        """What it answers within so many seconds: to being started, or to what is asked."""
        assert self._pipe is not None
        try:
            for one in asked:
                self._pipe.send(one)
            if not self._pipe.poll(seconds):
                self.close()
                raise ProgramError(f"{self.source}: no move within {seconds:g} seconds; it was ended")
            fine, found = self._pipe.recv()
        except (EOFError, OSError):
            self.close()
            raise ProgramError(f"{self.source}: its process ended before it had answered") from None
        if not fine:
            raise ProgramError(found)
        return found


class Programs:
    """The programs of a game, by the seats that they have.

    Args:
        given: each as ACTOR=PROGRAM; see `Program` for how one is named.
        seconds: what each has for a move.

    Raises:
        ProgramError: one is not right; with what is allowed.
    """

    def __init__(self, given: Iterable[str] = (), seconds: float = SECONDS) -> None:
        self.by_seat: dict[str, Program] = {}
        for one in given:
            actor, _, source = one.partition("=")
            if actor not in ACTORS or not source:
                raise ProgramError(
                    f"{one}: this seats no program; allowed: ACTOR=PROGRAM, the actor one of {', '.join(ACTORS)}"
                )
            if actor in self.by_seat:
                raise ProgramError(f"{actor} has two programs; allowed: one")
            self.by_seat[actor] = Program(source, seconds)

    def __enter__(self) -> Programs:
        return self

    def __exit__(self, *_: object) -> None:
        for one in self.by_seat.values():
            one.close()

    def start(self) -> None:
        """Start all of them, so that what is wrong with one is known before anybody plays."""
        for one in self.by_seat.values():
            one.start()

    def moves(self, game: Game) -> dict[str, Values]:
        """What each sets for the coming quarter, from what its own seat can see.

        Raises:
            ProgramError: one failed; then none has moved.
        """
        return {actor: one.move(briefing(game, actor)) for actor, one in self.by_seat.items()}

    def play(self, game: Game) -> Iterator[Game]:
        """The game after each quarter to come, to its end; programs have all its seats."""
        while not game.over:
            game = game.move(self.moves(game)).digested()
            yield game


# ------------------------------------------------------------------------------------------------ in its process


def _serve(source: str, extensions: tuple[Reference, ...], pipe: Connection) -> None:
    """Find the function, and answer briefings with moves, until the other side closes. Answers are (whether it went well, what
    came of it or what is wrong)."""
    follow_parent()
    require(extensions)
    found: list[Move] = []
    went = _attempt(source, lambda: found.append(_function(source)))
    pipe.send(went)
    while found:
        try:
            seen = pipe.recv()
        except EOFError:
            return
        pipe.send(_attempt(source, partial(_move, found[0], seen)))


def _move(function: Move, seen: Briefing) -> Values:
    move = function(seen)
    try:
        return read_move(seen.actor, seen.standing, move)
    except GameError as problem:
        raise ProgramError(str(problem)) from None


def _function(source: str) -> Move:
    """The function that a program is named by.

    Raises:
        ProgramError: there is none; and whatever its module raises when it is imported.
    """
    home, _, name = source.rpartition(":")
    file = _file(home)
    if home.endswith(".py"):
        python_of(file, ProgramError)  # whether it can be read
        sys.path.insert(0, str(file.parent))  # as for a script: what stands beside it can be imported
        spec = importlib.util.spec_from_file_location(f"{_PREFIX}{file.stem}", file)
        assert spec is not None
        assert spec.loader is not None
        module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    else:
        module = importlib.import_module(home)
    function = getattr(module, name, None)
    if not callable(function):
        offered = [one for one, what in vars(module).items() if isfunction(what) and what.__module__ == module.__name__]
        raise ProgramError(f"there is no function {name} in it{suggestion(name, offered)}")
    return cast(Move, function)


def _file(home: str) -> Path:
    """The file of a program; its folder, or the current one, is where imports look first."""
    if home.endswith(".py"):
        file = Path(home).absolute()
        with suppress(OSError):  # the name may be too long for any file
            if file.is_file():
                return file
        raise ProgramError("there is no such file")
    if os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    try:
        spec = importlib.util.find_spec(home)
    except Exception as problem:
        raise ProgramError(f"the module cannot be imported: {type(problem).__name__}: {problem}") from None
    if spec is None or spec.origin is None:
        raise ProgramError(
            "there is no such module; allowed: one that can be imported here, or a file: file.py:function"
        )
    return Path(spec.origin)


def _attempt(source: str, act: Callable[[], object]) -> tuple[bool, object]:
    """What something came to; or what is wrong, with the line of the program where it arose."""
    try:
        return True, act()
    except ProgramError as problem:
        return False, f"{source}: {problem}"
    except KeyboardInterrupt:
        raise
    except BaseException as problem:  # some packages' errors are no Exception
        file = str(_file(source.rpartition(":")[0]))
        if isinstance(problem, SyntaxError):
            return False, f"{shown(problem.filename or file)}:{problem.lineno or 1}: this is not Python: {problem.msg}"
        lines = [one.lineno for one in traceback.extract_tb(problem.__traceback__) if one.filename == file]
        return False, f"{shown(file)}:{lines[-1] if lines else 1}: {type(problem).__name__}: {first_line(problem)}"
