"""The classroom's file: who may do what, nothing lost, nothing left, and no other program's database touched."""

from __future__ import annotations

import csv
import io
import multiprocessing
import re
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from sim.teaching.classroom.classes import (
    ALPHABET,
    MOST_SEATS,
    NICKNAME_LENGTH,
    Classroom,
    Opened,
    bare,
    clean_nickname,
)
from sim.teaching.classroom.file import ClassroomError
from sim.teaching.exercises.predict import Chance, Range


@pytest.fixture
def room(tmp_path: Path) -> Classroom:
    return Classroom(tmp_path / "class.db")


@pytest.fixture
def opened(room: Classroom) -> Opened:
    return room.open("ceasefires", "Monday")


class TestOpening:
    def test_the_file_is_made_on_demand(self, tmp_path: Path) -> None:
        """Otherwise a lecturer has to set up a database."""
        room = Classroom(tmp_path / "class.db")
        with pytest.raises(ClassroomError, match="no class with this code"):
            room.standing("AAAA-AAAA")
        assert not room.path.exists()
        room.open("ceasefires")
        with sqlite3.connect(room.path) as base:
            assert base.execute("PRAGMA journal_mode").fetchone() == ("wal",)

    def test_codes_are_short_and_cannot_be_guessed(self, room: Classroom) -> None:
        """Otherwise a stranger walks into a class, or nobody can read the code off the wall."""
        codes = {room.open("ceasefires").code for _ in range(40)}
        assert len(codes) == 40
        assert all(re.fullmatch(f"[{ALPHABET}]{{4}}-[{ALPHABET}]{{4}}", code) for code in codes)
        assert len(ALPHABET) ** 8 > 1e11
        assert not set(ALPHABET) & set("IO0148")

    def test_a_code_may_be_typed_in_any_way(self, room: Classroom, opened: Opened) -> None:
        """Otherwise half of the class is kept out by a hyphen."""
        for typed in (opened.code.lower(), bare(opened.code), f" {opened.code.replace('-', ' ')} "):
            assert room.standing(typed).code == opened.code

    def test_secrets_are_not_in_the_file(self, room: Classroom, opened: Opened) -> None:
        """Otherwise whoever reads the file can act as the instructor or as any student."""
        seat = room.join(opened.code, "Amina")
        kept = b"".join(path.read_bytes() for path in room.path.parent.iterdir())
        assert opened.secret.encode() not in kept
        assert seat.secret.encode() not in kept


class TestJoining:
    def test_a_student_joins_and_comes_back(self, room: Classroom, opened: Opened) -> None:
        """Otherwise a page that is loaded again makes a stranger of a student."""
        seat = room.join(opened.code, "Amina")
        assert room.again(opened.code, seat.secret) == seat
        assert room.standing(opened.code).seats == 1
        with pytest.raises(ClassroomError, match="not joined"):
            room.again(opened.code, opened.secret)

    @pytest.mark.parametrize("again", ["Amina", "AMINA", " amina ", "Ａｍｉｎａ"])
    def test_a_nickname_is_taken_once(self, room: Classroom, opened: Opened, again: str) -> None:
        """Otherwise two students are told apart by nothing."""
        room.join(opened.code, "Amina")
        with pytest.raises(ClassroomError, match="has that nickname already"):
            room.join(opened.code, again)
        room.join(room.open("ceasefires").code, again)

    @pytest.mark.parametrize(
        "nickname", ["", "   ", "x" * (NICKNAME_LENGTH + 1), "a\u202eb", "a\u200bb", "a\x00b", "…!?", "\ud800a"]
    )
    def test_what_cannot_be_shown_is_refused(self, nickname: str) -> None:
        """Otherwise a nickname hides, turns the line round, or fills the screen."""
        with pytest.raises(ClassroomError, match="nickname has"):
            clean_nickname(nickname)

    def test_a_nickname_is_kept_as_it_is(self, room: Classroom, opened: Opened) -> None:
        """It is escaped where it is shown, once; escaped here, it would be shown twice over."""
        seat = room.join(opened.code, "<b>Zahra & Ω</b>")
        assert seat.nickname == "<b>Zahra & Ω</b>"
        room.submit(opened.code, seat.secret, "attacks", Chance(0.5))
        assert room.predictions(opened.code, "attacks", instructor=opened.secret)[0][0] == "<b>Zahra & Ω</b>"

    def test_a_class_has_an_end(self, room: Classroom, opened: Opened, monkeypatch: Any) -> None:
        """Otherwise a script fills the disk."""
        monkeypatch.setattr("sim.teaching.classroom.classes.MOST_SEATS", 2)
        assert MOST_SEATS >= 60
        for number in range(2):
            room.join(opened.code, f"student {number}")
        with pytest.raises(ClassroomError, match="the class is full"):
            room.join(opened.code, "one more")


class TestPredicting:
    def test_the_latest_before_the_reveal_counts(self, room: Classroom, opened: Opened) -> None:
        """Otherwise a corrected slip counts, or a glance at the results pays."""
        seat = room.join(opened.code, "Amina")
        for value in (0.2, 0.7, 0.7):
            room.submit(opened.code, seat.secret, "attacks", Chance(value))
        assert room.mine(opened.code, seat.secret) == {("attacks", "step"): Chance(0.7)}
        room.reveal(opened.code, opened.secret, "attacks")
        room.reveal(opened.code, opened.secret, "attacks")
        with pytest.raises(ClassroomError, match="has been revealed"):
            room.submit(opened.code, seat.secret, "attacks", Chance(0.9))
        assert room.predictions(opened.code, "attacks") == [("Amina", Chance(0.7))]
        assert room.standing(opened.code).revealed == {("attacks", "step")}

    def test_before_and_after_are_kept_apart(self, room: Classroom, opened: Opened) -> None:
        """Otherwise the second quiz overwrites the first, and nobody has learnt anything."""
        seat = room.join(opened.code, "Amina")
        room.submit(opened.code, seat.secret, "more", Chance(0.2), "before")
        room.submit(opened.code, seat.secret, "more", Chance(0.6), "after")
        room.submit(opened.code, seat.secret, "silent", Range(2, 9))
        assert room.mine(opened.code, seat.secret) == {
            ("more", "before"): Chance(0.2),
            ("more", "after"): Chance(0.6),
            ("silent", "step"): Range(2, 9),
        }
        with pytest.raises(ClassroomError, match="no such phase"):
            room.submit(opened.code, seat.secret, "more", Chance(0.6), "during")

    def test_nobody_sees_the_others_before_the_reveal(self, room: Classroom, opened: Opened) -> None:
        """Otherwise the second half of the class copies the first."""
        seat = room.join(opened.code, "Amina")
        room.submit(opened.code, seat.secret, "attacks", Chance(0.7))
        for secret in (None, seat.secret, ""):
            with pytest.raises(ClassroomError):
                room.predictions(opened.code, "attacks", instructor=secret)
        assert len(room.predictions(opened.code, "attacks", instructor=opened.secret)) == 1

    def test_another_exercise_begins_afresh(self, room: Classroom, opened: Opened) -> None:
        """Otherwise predictions of last week are counted in this week's class."""
        seat = room.join(opened.code, "Amina")
        room.submit(opened.code, seat.secret, "attacks", Chance(0.7))
        room.reveal(opened.code, opened.secret, "attacks")
        room.choose(opened.code, opened.secret, "threats_alone")
        assert room.standing(opened.code).exercise == "threats_alone"
        assert room.standing(opened.code).revealed == frozenset()
        assert room.mine(opened.code, seat.secret) == {}
        room.choose(opened.code, opened.secret, "ceasefires")
        assert room.mine(opened.code, seat.secret) == {("attacks", "step"): Chance(0.7)}

    @pytest.mark.parametrize("what", ["reveal", "choose", "export", "delete"])
    def test_the_instructors_part_is_the_instructors(self, room: Classroom, opened: Opened, what: str) -> None:
        """Otherwise a student reveals, exports or deletes."""
        seat, other = room.join(opened.code, "Amina"), room.open("ceasefires")
        for secret in (seat.secret, other.secret, "", "\ud800"):
            arguments = (opened.code, secret, *(("attacks",) if what in ("reveal", "choose") else ()))
            with pytest.raises(ClassroomError, match="instructor's page"):
                getattr(room, what)(*arguments)
            assert not room.is_instructor(opened.code, secret)
        assert room.is_instructor(opened.code, opened.secret)
        assert not room.is_instructor("AAAA-AAAA", opened.secret)


class TestExport:
    def test_everything_is_in_it(self, room: Classroom, opened: Opened) -> None:
        """Otherwise what the class predicted cannot be marked."""
        for name, value in (("Amina", 0.7), ("Bilal", 0.2)):
            seat = room.join(opened.code, name)
            room.submit(opened.code, seat.secret, "attacks", Chance(value))
            room.submit(opened.code, seat.secret, "silent", Range(-2.0, 9.0))
        rows = list(csv.DictReader(io.StringIO(room.export(opened.code, opened.secret))))
        assert [(row["nickname"], row["question"], row["chance"]) for row in rows[:2]] == [
            ("Amina", "attacks", "0.7"),
            ("Bilal", "attacks", "0.2"),
        ]
        assert [(row["low"], row["high"]) for row in rows[2:]] == [("-2.0", "9.0")] * 2

    @pytest.mark.parametrize("nickname", ["=1+1", "+A1", "-A1", "@SUM(A1)", "'=1", "=cmd|' /C x'!A0"])
    def test_a_spreadsheet_takes_no_nickname_for_a_formula(
        self, room: Classroom, opened: Opened, nickname: str
    ) -> None:
        """Otherwise a student's nickname runs on the lecturer's machine."""
        seat = room.join(opened.code, nickname)
        room.submit(opened.code, seat.secret, "attacks", Chance(0.5))
        rows = list(csv.reader(io.StringIO(room.export(opened.code, opened.secret))))
        assert rows[1][0] == f"'{nickname}"

    def test_quotes_and_commas_stay_in_their_cell(self, room: Classroom, opened: Opened) -> None:
        """Otherwise a nickname makes columns of its own."""
        seat = room.join(opened.code, 'a,"b";c')
        room.submit(opened.code, seat.secret, "attacks", Chance(0.5))
        rows = list(csv.reader(io.StringIO(room.export(opened.code, opened.secret))))
        assert rows[1][0] == 'a,"b";c'
        assert len(rows[1]) == len(rows[0])


class TestDeleting:
    def test_nothing_is_left(self, room: Classroom, opened: Opened) -> None:
        """Otherwise a class that was deleted can be read from the file."""
        other = room.open("ceasefires")
        kept = room.join(other.code, "Bilal")
        seat = room.join(opened.code, "Zahra-of-Mardan")
        room.submit(opened.code, seat.secret, "a-question-of-its-own", Chance(0.7))
        room.delete(opened.code, opened.secret)
        with pytest.raises(ClassroomError, match="no class with this code"):
            room.standing(opened.code)
        left = b"".join(path.read_bytes() for path in room.path.parent.iterdir())
        assert b"Zahra" not in left
        assert b"a-question-of-its-own" not in left
        with sqlite3.connect(room.path) as base:
            for table, count in (("classes", 1), ("seats", 1), ("predictions", 0)):
                assert base.execute(f"SELECT count(*) FROM {table}").fetchone() == (count,)
        assert room.again(other.code, kept.secret).nickname == "Bilal"


# ------------------------------------------------------------------------------------------------ many at once


def students(path: Path, code: str, first: int, count: int, gate: Any, lost: Any) -> None:
    """So many students in one process, a thread each: join, predict three times, and read."""
    room = Classroom(path)

    def one(number: int) -> None:
        try:
            seat = room.join(code, f"student {number}")
            gate.wait(120)
            for value in (0, number / 100):
                room.submit(code, seat.secret, "attacks", Chance(value))
            room.submit(code, seat.secret, "silent", Range(number, number + 1))
            assert len(room.mine(code, seat.secret)) == 2
        except BaseException as problem:
            lost.put(f"{number}: {problem!r}")
            gate.abort()

    threads = [threading.Thread(target=one, args=(first + number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_sixty_at_once_lose_nothing(tmp_path: Path) -> None:
    """Otherwise a full lecture hall loses predictions: four processes of fifteen threads, all let go at one moment."""
    path, context = tmp_path / "class.db", multiprocessing.get_context("spawn")
    opened = Classroom(path).open("ceasefires")
    gate, lost = context.Barrier(60), context.SimpleQueue()
    processes = [
        context.Process(target=students, args=(path, opened.code, number * 15, 15, gate, lost)) for number in range(4)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * 4
    assert lost.empty(), lost.get()
    room = Classroom(path)
    chances = dict(room.predictions(opened.code, "attacks", instructor=opened.secret))
    assert chances == {f"student {number}": Chance(number / 100) for number in range(60)}
    assert len(room.predictions(opened.code, "silent", instructor=opened.secret)) == 60


def open_one(path: Path, gate: Any, made: Any) -> None:
    gate.wait(120)
    made.put(Classroom(path).open("ceasefires").code)


def test_many_may_come_first(tmp_path: Path) -> None:
    """Otherwise two lecturers who open a class in a new file at once break it."""
    path, context = tmp_path / "class.db", multiprocessing.get_context("spawn")
    gate, made = context.Barrier(4), context.SimpleQueue()
    processes = [context.Process(target=open_one, args=(path, gate, made)) for _ in range(4)]
    for process in processes:
        process.start()
    codes = {made.get() for _ in processes}
    for process in processes:
        process.join(120)
    assert len(codes) == 4
    for code in codes:
        assert Classroom(path).standing(code).seats == 0


def die_in_the_middle(path: Path, code: str, secret: str) -> None:
    """Submit, and be killed inside the next transaction."""
    import os

    room = Classroom(path)
    room.submit(code, secret, "attacks", Chance(0.4))
    with room._writing() as base:
        base.execute("DELETE FROM predictions")
        os._exit(9)


def test_a_class_survives_a_restart(tmp_path: Path) -> None:
    """Otherwise a crash in the middle of a class loses it: what was kept stays, what was under way never happened."""
    path = tmp_path / "class.db"
    opened = Classroom(path).open("ceasefires")
    seat = Classroom(path).join(opened.code, "Amina")
    process = multiprocessing.get_context("spawn").Process(
        target=die_in_the_middle, args=(path, opened.code, seat.secret)
    )
    process.start()
    process.join(120)
    assert process.exitcode == 9
    room = Classroom(path)
    assert room.mine(opened.code, seat.secret) == {("attacks", "step"): Chance(0.4)}
    room.submit(opened.code, seat.secret, "attacks", Chance(0.5))
    room.reveal(opened.code, opened.secret, "attacks")
    assert room.predictions(opened.code, "attacks") == [("Amina", Chance(0.5))]


# ------------------------------------------------------------------------------------------------ files that are wrong


def foreign(path: Path) -> None:
    with sqlite3.connect(path) as base:
        base.execute("CREATE TABLE recipes (name TEXT)")


def later(path: Path) -> None:
    Classroom(path).open("ceasefires")
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA user_version = 99")


def torn(path: Path) -> None:
    Classroom(path).open("ceasefires")
    for other in path.parent.glob("class.db-*"):
        other.unlink()
    whole = path.read_bytes()
    path.write_bytes(whole[:4096] + b"\xff" * (len(whole) - 4096))


def without_tables(path: Path) -> None:
    Classroom(path).open("ceasefires")
    with sqlite3.connect(path) as base:
        base.execute("DROP TABLE classes")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda path: path.write_text("Dear diary", encoding="utf-8"), "this is not a classroom file of durand"),
        (lambda path: path.mkdir(), "this is a folder"),
        (foreign, "another program's database"),
        (later, "another version of durand"),
        (torn, "damaged; move it away"),
        (without_tables, "damaged; move it away"),
    ],
)
def test_another_file_is_told_and_left_alone(make: Any, says: str, tmp_path: Path) -> None:
    """Otherwise a lecturer meets a traceback, or somebody's database is written over."""
    path = tmp_path / "class.db"
    make(path)
    before = path.read_bytes() if path.is_file() else b""
    room = Classroom(path)
    with pytest.raises(ClassroomError, match=says):
        room.open("ceasefires")
    with pytest.raises(ClassroomError, match=says):
        room.standing("AAAA-AAAA")
    if make in (foreign, later) or says.startswith("this"):
        assert (path.read_bytes() if path.is_file() else b"") == before


def test_no_folder_is_said(tmp_path: Path) -> None:
    """Otherwise SQLite says that it is unable to open a file."""
    with pytest.raises(ClassroomError, match="there is no folder"):
        Classroom(tmp_path / "no" / "class.db").open("ceasefires")


def test_an_empty_file_is_taken(tmp_path: Path) -> None:
    """Otherwise `touch class.db`, or a crash at the very beginning, needs a hand."""
    path = tmp_path / "class.db"
    path.touch()
    assert Classroom(path).standing(Classroom(path).open("ceasefires").code).title == "ceasefires"


def test_a_busy_file_is_waited_for(room: Classroom, opened: Opened) -> None:
    """Otherwise somebody who looks at the wrong moment is sent away."""
    seat = room.join(opened.code, "Amina")
    held = sqlite3.connect(room.path, isolation_level=None, check_same_thread=False)
    held.execute("BEGIN IMMEDIATE")
    begun = time.monotonic()
    threading.Timer(0.5, lambda: held.execute("COMMIT")).start()
    room.submit(opened.code, seat.secret, "attacks", Chance(0.5))
    assert time.monotonic() - begun >= 0.5
    held.close()
