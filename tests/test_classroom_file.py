"""The classroom's file: damaged ones say so, older ones are brought up to date, nobody else reads it, copies are whole."""

from __future__ import annotations

import os
import sqlite3
import stat
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from sim.commands.main import main
from sim.teaching.classroom.classes import Classroom, Opened, Seat
from sim.teaching.classroom.file import _CLASSES, _GAMES, APPLICATION, STEPS, VERSION, ClassroomError, StrangerError
from sim.teaching.classroom.wall import OnWall
from sim.teaching.exercises.predict import Chance
from sim.teaching.play.game import start
from sim.teaching.play.table import Tables
from sim.vocabulary import ACTORS
from sim.worlds import Streams

# The first version as it was released: later steps may not change it.
FIRST = """
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
DAMAGED = 400


def filled(path: Path) -> tuple[Opened, list[Seat]]:
    """A class with some predictions, all of it in the one file."""
    room = Classroom(path)
    opened = room.open("ceasefires", "Friday")
    seats = [room.join(opened.code, f"Student {number}") for number in range(8)]
    for number, seat in enumerate(seats):
        room.submit(opened.code, seat.secret, "attacks", Chance(number / 10))
    room.reveal(opened.code, opened.secret, "attacks")
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    base.close()
    return opened, seats


def everything(path: Path, opened: Opened, seats: list[Seat]) -> None:
    """All that reads a file, and some of what writes to it."""
    room = Classroom(path)
    acts = [
        lambda: room.standing(opened.code),
        lambda: room.export(opened.code, opened.secret),
        lambda: room.predictions(opened.code, "attacks"),
        lambda: room.mine(opened.code, seats[0].secret),
        lambda: room.again(opened.code, seats[-1].secret),
        lambda: room.join(opened.code, "Somebody"),
        lambda: Tables(path).look("ABCD-EFGH"),
    ]
    for act in acts:
        with suppress(ClassroomError):
            act()


def test_a_damaged_file_never_fails_inside_the_program(tmp_path: Path) -> None:
    """Otherwise one bad sector is a traceback for a whole class."""
    path = tmp_path / "class.db"
    opened, seats = filled(path)
    whole = path.read_bytes()
    uniforms = Streams(5, DAMAGED).uniforms("damage", 0, 40)
    for number in range(DAMAGED):
        content = bytearray(whole)
        for place, value in zip(uniforms[:20, number], uniforms[20:, number], strict=True):
            content[int(place * len(whole))] = int(value * 256)
        if number % 10 == 0:
            content = content[: int(uniforms[0, number] * len(whole))]
        for end in ("-wal", "-shm"):
            Path(f"{path}{end}").unlink(missing_ok=True)
        path.write_bytes(bytes(content))
        everything(path, opened, seats)


@pytest.mark.parametrize("column", ["secret", "title", "exercise"])
@pytest.mark.parametrize("value", [b"\xff\xfe", None])
def test_a_value_that_is_no_text_is_told(column: str, value: bytes | None, tmp_path: Path) -> None:
    """Otherwise the one bad row fails where it is compared or decoded."""
    path = tmp_path / "class.db"
    opened, _ = filled(path)
    with sqlite3.connect(path) as base:
        if value is None:
            base.execute(f"UPDATE classes SET {column} = x'ff'")
        else:
            base.execute(f"UPDATE classes SET {column} = CAST(? AS TEXT)", (value,))
    base.close()
    room, problems = Classroom(path), []
    for act in (lambda: room.standing(opened.code), lambda: room.export(opened.code, opened.secret)):
        try:
            act()
        except ClassroomError as problem:
            problems.append(str(problem))
    assert problems or value is None
    assert all("\n" not in one for one in problems)


def test_a_digest_that_was_damaged_opens_nothing(tmp_path: Path) -> None:
    """Otherwise a flipped bit, by which two letters become one that is not ASCII, is a traceback where secrets are compared."""
    path = tmp_path / "class.db"
    opened, _ = filled(path)
    game, room = Tables(path).open(start("own_choice", ACTORS, parameters="defaults", months=3)), Classroom(path)
    with sqlite3.connect(path) as base:
        base.execute("UPDATE classes SET secret = 'é' || substr(secret, 3)")
        base.execute("UPDATE game_tables SET secret = 'é' || substr(secret, 3)")
    base.close()
    with pytest.raises(StrangerError):
        room.seats(opened.code, opened.secret)
    assert not Tables(path).is_host(game.code, game.secret)


@pytest.mark.parametrize("version", [1, 3, VERSION - 1])
def test_a_version_that_is_not_the_files_is_told_as_damage(version: int, tmp_path: Path) -> None:
    """Otherwise the operator reads that a table exists already, and not what to do."""
    path = tmp_path / "class.db"
    opened, _ = filled(path)
    with sqlite3.connect(path) as base:
        base.execute(f"PRAGMA user_version = {version}")
    base.close()
    with pytest.raises(ClassroomError, match="damaged; move it away, and put a backup in its place"):
        Classroom(path).standing(opened.code)


def test_a_copy_that_cannot_be_made_is_told_once(tmp_path: Path) -> None:
    """Otherwise the log of a server, which is nowhere here, says it a first time."""
    said = subprocess.run(
        [sys.executable, "-m", "sim", "class", "backup", str(tmp_path), str(tmp_path / "copy.db")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 2
    assert said.stderr == f"durand: {tmp_path}: this is a folder; a file is needed for the classroom\n"


@pytest.mark.skipif(os.name != "posix", reason="permissions are another thing there")
@pytest.mark.parametrize("older", [False, True], ids=["new", "older"])
def test_the_file_is_its_owners_alone(older: bool, tmp_path: Path) -> None:
    """Otherwise every user of the machine reads nicknames, predictions and digests of secrets."""
    path = tmp_path / "class.db"
    mask = os.umask(0)
    try:
        if older:
            path.touch(0o666)
        room = Classroom(path)
        room.open("ceasefires")
        with room._writing() as base:
            base.execute("UPDATE classes SET title = 'x'")
            modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in tmp_path.iterdir()}
    finally:
        os.umask(mask)
    assert set(modes) == {"class.db", "class.db-wal", "class.db-shm"}
    assert set(modes.values()) == {0o600}


@pytest.mark.parametrize("games", [False, True], ids=["classes", "games too"])
def test_a_file_of_the_first_version_is_brought_up_to_date(games: bool, tmp_path: Path) -> None:
    """Otherwise a new durand locks a lecturer out of last term's classes."""
    path, other = tmp_path / "class.db", tmp_path / "new.db"
    opened, seats = filled(other)
    with sqlite3.connect(path) as base:
        base.executescript(FIRST + (_GAMES if games else ""))
        base.execute(f"PRAGMA application_id = {APPLICATION}")
        base.execute("PRAGMA user_version = 1")
        base.execute("ATTACH ? AS other", (str(other),))
        for table in ("classes", "seats", "predictions", "reveals"):
            base.execute(f"INSERT INTO {table} SELECT * FROM other.{table}")
    base.close()
    room, same = Classroom(path), Classroom(other)
    assert room.standing(opened.code) == same.standing(opened.code)
    assert room.export(opened.code, opened.secret) == same.export(opened.code, opened.secret)
    assert room.mine(opened.code, seats[3].secret) == {("attacks", "step"): Chance(0.3)}
    assert schema(path) == schema(other)


def schema(path: Path) -> tuple[int, list[str]]:
    with sqlite3.connect(path) as base:
        version = base.execute("PRAGMA user_version").fetchone()[0]
        made = [str(row[0]) for row in base.execute("SELECT sql FROM sqlite_master WHERE sql NOTNULL ORDER BY name")]
    base.close()
    return version, [" ".join(one.replace("IF NOT EXISTS ", "").split()) for one in made]


def test_what_was_released_stays(tmp_path: Path) -> None:
    """Otherwise a file of that version is no longer what a step begins with."""
    assert _CLASSES == FIRST
    assert len(STEPS) == VERSION >= 2


def test_a_newer_file_is_left_alone(tmp_path: Path) -> None:
    """Otherwise an old durand spoils it."""
    path = tmp_path / "class.db"
    filled(path)
    with sqlite3.connect(path) as base:
        base.execute(f"PRAGMA user_version = {VERSION + 1}")
    base.close()
    before = path.read_bytes()
    with pytest.raises(ClassroomError, match=rf"version {VERSION + 1}, and this one knows 1 to {VERSION}"):
        Classroom(path).open("ceasefires")
    assert path.read_bytes() == before


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a file is left between two versions."""
    path = tmp_path / "class.db"
    filled(path)
    before = schema(path)
    monkeypatch.setattr("sim.teaching.classroom.file.STEPS", (*STEPS, "CREATE TABLE more (a TEXT); NONSENSE;"))
    monkeypatch.setattr("sim.teaching.classroom.file.VERSION", VERSION + 1)
    with pytest.raises(ClassroomError):
        Classroom(path).open("ceasefires")
    assert schema(path) == before


def test_what_pages_ask_again_and_again_is_found_without_reading_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a term's tables slow each other down: every open page asks every second or two."""
    path, asked = tmp_path / "class.db", list[str]()
    opened, seats = filled(path)
    room, tables = Classroom(path), Tables(path)
    room.put_up(opened.code, opened.secret, OnWall("attacks", "step", votes=True))
    table = tables.open(start("own_choice", ACTORS, parameters="defaults", months=3))
    seat = tables.claim(table.code, "Student", "ttp")
    connect = sqlite3.connect

    def listening(*args: Any, **named: Any) -> sqlite3.Connection:
        base = connect(*args, **named)
        base.set_trace_callback(asked.append)
        return base

    monkeypatch.setattr(sqlite3, "connect", listening)
    assert len(room.votes(opened.code)) == room.voted(opened.code) == len(seats)
    assert room.predictions(opened.code, "attacks")
    assert not room.runs(opened.code, opened.secret)
    assert not room.my_runs(opened.code, seats[0].secret)
    assert not tables.heard(table.code, seat.secret)
    monkeypatch.undo()
    with sqlite3.connect(path) as base:
        plans = {one: base.execute(f"EXPLAIN QUERY PLAN {one}").fetchall() for one in asked if one.startswith("SELECT")}
    base.close()
    assert len(plans) > 10
    assert not {one: plan for one, plan in plans.items() if any(row[3].startswith("SCAN") for row in plan)}


def test_a_copy_is_whole_while_a_class_runs(tmp_path: Path) -> None:
    """Otherwise a backup made in the middle of a class cannot be restored."""
    path = tmp_path / "class.db"
    opened, seats = filled(path)
    room, going = Classroom(path), threading.Event()

    def predict() -> None:
        for number in range(400):
            if going.is_set():
                return
            seat = seats[number % len(seats)]
            room.submit(opened.code, seat.secret, f"question {number // len(seats)}", Chance(0.5), "step")

    others = threading.Thread(target=predict)
    others.start()
    try:
        for number in range(5):
            room.backup(tmp_path / f"copy-{number}.db")
    finally:
        going.set()
        others.join()
    for number in range(5):
        copy = tmp_path / f"copy-{number}.db"
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600 or os.name != "posix"
        assert Classroom(copy).mine(opened.code, seats[3].secret)["attacks", "step"] == Chance(0.3)
        assert Classroom(copy).standing(opened.code).seats == 8
    assert not list(tmp_path.glob(".*"))


def test_the_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And what is restored as the command says is the class as it was."""
    path, copy = tmp_path / "class.db", tmp_path / "copy.db"
    opened, seats = filled(path)
    with pytest.raises(SystemExit) as done:
        main(["class", "backup", str(path), str(copy)])
    assert done.value.code == 0
    assert f"remove {path}-wal and {path}-shm, and put the copy in the place of {path}." in capsys.readouterr().out
    Classroom(path).delete(opened.code, opened.secret)
    for end in ("-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)
    os.replace(copy, path)
    assert Classroom(path).standing(opened.code).seats == len(seats)
    capsys.readouterr()
    for to, says in ((path, "there already"), (tmp_path / "no" / "x.db", "there is no folder")):
        with pytest.raises(SystemExit) as done:
            main(["class", "backup", str(path), str(to)])
        said = capsys.readouterr().err
        assert done.value.code == 2
        assert says in said
    with pytest.raises(SystemExit) as done:
        main(["class", "backup", str(tmp_path / "none.db"), str(copy)])
    assert done.value.code == 2
    assert not (tmp_path / "none.db").exists()
