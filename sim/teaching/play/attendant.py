"""Programs at tables: one who moves for those that have a seat, beside the server that people play on.

Which programs there are, whoever runs the server says when it starts; a game's host gives them seats; nobody else names one, and
no code comes from a browser.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from sim.ensemble.pool import follow_parent
from sim.extensions import Reference, loaded, require
from sim.teaching.classroom.file import ClassroomError
from sim.teaching.play.briefing import briefing
from sim.teaching.play.moves import MoveLog
from sim.teaching.play.programs import SECONDS, ProgramError, Programs
from sim.teaching.play.table import Tables
from sim.teaching.play.table_file import NoGameError, TableError, game_of

# Seconds between two looks at the tables.
LOOKS = 1.0
# What tells the pages of the same server which programs there are.
_OFFERED = "DURAND_SEATS"


def check(given: Sequence[str], seconds: float = SECONDS) -> None:
    """See that programs can be had, before anybody comes.

    Raises:
        ProgramError: one cannot.
    """
    with Programs(given, seconds) as programs:
        programs.start()


@contextmanager
def attended(file: Path, given: Sequence[str], seconds: float = SECONDS) -> Iterator[None]:
    """While in it, programs, each as ACTOR=PROGRAM, move at the tables of a classroom's file, in a process of their own."""
    names = {actor: one.name for actor, one in Programs(given).by_seat.items()}
    os.environ[_OFFERED] = json.dumps(names)
    process = multiprocessing.get_context("spawn").Process(target=_attend, args=(file, given, seconds, loaded()))
    process.start()
    try:
        yield
    finally:
        process.terminate()
        process.join()
        del os.environ[_OFFERED]


def offered() -> dict[str, str]:
    """The programs that hosts may give a seat to: actor -> what the program is called."""
    return dict(json.loads(os.environ.get(_OFFERED, "{}")))


def move_all(tables: Tables, programs: Programs) -> Iterator[str]:
    """Move for every program whose turn it is. One that fails goes on as before, and what it said is given."""
    for code, actor, log in _awaited(tables):
        if actor not in programs.by_seat:
            continue
        game = game_of(log)
        seen = briefing(game, actor)
        try:
            move = programs.by_seat[actor].move(seen)
        except ProgramError as problem:
            yield f"{actor} goes on as before at table {code}: {problem}"
            move = seen.standing
        try:
            tables.submit_program(code, actor, seen.turn, move)
        except TableError as problem:  # the quarter has passed meanwhile, or the seat was freed
            yield f"{actor} did not move at table {code}: {problem}"


def _awaited(tables: Tables) -> list[tuple[str, str, MoveLog]]:
    try:
        return tables.awaited()
    except NoGameError:  # nobody has opened one yet
        return []


def _attend(file: Path, given: Sequence[str], seconds: float, extensions: tuple[Reference, ...]) -> None:
    follow_parent()
    require(extensions)
    tables = Tables(file)
    with Programs(given, seconds) as programs:
        while True:
            try:
                for said in move_all(tables, programs):
                    _say(said)
            except ClassroomError as problem:  # the file cannot be used just now
                _say(str(problem))
            time.sleep(LOOKS)


def _say(said: str) -> None:
    print(f"durand: {said}", file=sys.stderr, flush=True)
