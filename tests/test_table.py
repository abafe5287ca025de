"""Several seats in one game: lock-step, a clock, a host; one file that many hands write to, and that may be damaged."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sim.teaching.classroom.classes import Classroom
from sim.teaching.classroom.file import ClassroomError, StorageError
from sim.teaching.play.game import replay, resume, shocks, start
from sim.teaching.play.moves import parse
from sim.teaching.play.table import Tables
from sim.teaching.play.table_file import TableError

ROOT = Path(__file__).resolve().parents[1]


class Clock:
    """A clock that goes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


# Who sits where.
NAMES = {"pakistan": "Ada", "taliban": "Bo", "ttp": "Cy", "india": "Di"}


class Sitting:
    """A game that has started, with Ada as Pakistan and Bo as the Taliban."""

    def __init__(
        self, path: Path, seconds: float | None = 60.0, seats: tuple[str, ...] = ("pakistan", "taliban")
    ) -> None:
        self.clock = Clock()
        self.tables = Tables(path, self.clock)
        game = start("own_choice", NAMES, parameters="defaults", seed=3, months=9)
        opened = self.tables.open(game, "Friday", seconds)
        self.code, self.host = opened.code, opened.secret
        self.secrets = {actor: self.tables.claim(self.code, NAMES[actor], actor).secret for actor in seats}
        self.tables.start(self.code, self.host)

    def move(self, actor: str, turn: int, **settings: Any) -> Any:
        return self.tables.submit(self.code, self.secrets[actor], turn, settings)

    @property
    def view(self) -> Any:
        return self.tables.look(self.code)

    @property
    def log(self) -> Any:
        return self.tables.log(self.code, self.host)


@pytest.fixture
def sitting(tmp_path: Path) -> Sitting:
    return Sitting(tmp_path / "class.sqlite")


# ------------------------------------------------------------------------------------------------ turns


def test_a_turn_passes_when_all_who_are_seated_have_moved(sitting: Sitting) -> None:
    """Otherwise one player plays ahead of the others, or all wait for a seat that nobody took."""
    assert sitting.view.seats == {"pakistan": "Ada", "taliban": "Bo"}
    first = sitting.move("pakistan", 0, aid=0.5)
    assert (first.turn, first.moved) == (0, {"pakistan"})
    second = sitting.move("taliban", 0, stance="contain")
    assert (second.turn, second.moved, second.left) == (1, frozenset(), 60.0)
    assert sitting.log.turns[0].moves == {"pakistan": {"aid": 0.5}, "taliban": {"stance": "contain"}}
    assert sitting.log.turns[0].stood == ()
    assert sitting.view.ahead == ("2023-03", "2023-05")


def test_a_move_may_be_changed_until_the_turn_passes(sitting: Sitting) -> None:
    """Otherwise a slip of the finger stands."""
    sitting.move("pakistan", 0, aid=0.5)
    sitting.move("pakistan", 0, aid=0.7)
    assert sitting.tables.mine(sitting.code, sitting.secrets["pakistan"]) == {"aid": 0.7}
    sitting.move("taliban", 0)
    assert sitting.tables.mine(sitting.code, sitting.secrets["pakistan"]) is None
    assert sitting.log.turns[0].moves["pakistan"] == {"aid": 0.7}


def test_when_the_time_is_up_the_others_go_on_as_before(sitting: Sitting) -> None:
    """Otherwise one who has left holds up a class."""
    sitting.move("taliban", 0, stance="restrain")
    sitting.clock.now += 59.9
    assert sitting.view.turn == 0
    assert sitting.view.left == pytest.approx(0.1)
    sitting.clock.now += 0.2
    assert sitting.view.turn == 1
    assert sitting.view.left == 60.0
    turn = sitting.log.turns[0]
    assert turn.stood == ("pakistan",)
    assert turn.moves["pakistan"]["fencing"] == 0.7, "what it did before play opened"
    assert turn.moves["taliban"] == {"stance": "restrain"}


def test_nobody_looked_for_an_hour(sitting: Sitting) -> None:
    """Otherwise a break runs a whole game down at once."""
    sitting.clock.now += 3_600
    assert sitting.view.turn == 1
    assert sitting.view.left == 60.0


def test_a_move_for_a_turn_that_has_passed_is_refused(sitting: Sitting) -> None:
    """Otherwise what was decided for one quarter is done in another."""
    sitting.clock.now += 61
    with pytest.raises(TableError, match="that quarter has passed meanwhile"):
        sitting.move("pakistan", 0, aid=1.0)
    assert sitting.view.turn == 1
    assert "aid" not in sitting.log.turns[0].moves["pakistan"] or sitting.log.turns[0].moves["pakistan"]["aid"] != 1.0
    with pytest.raises(TableError, match="that turn is still to come"):
        sitting.move("pakistan", 2, aid=1.0)


def test_the_instructor_stops_the_clock(sitting: Sitting) -> None:
    """Otherwise a question from the class costs the class its move."""
    sitting.clock.now += 45
    sitting.tables.pause(sitting.code, sitting.host)
    sitting.clock.now += 600
    sitting.move("pakistan", 0, aid=0.5)
    view = sitting.move("taliban", 0)
    assert (view.state, view.turn, view.left) == ("paused", 0, 15.0), "the turn waits, though all have moved"
    sitting.tables.go_on(sitting.code, sitting.host)
    assert (sitting.view.state, sitting.view.turn) == ("playing", 1)
    with pytest.raises(TableError, match="not paused"):
        sitting.tables.go_on(sitting.code, sitting.host)


def test_a_game_without_a_clock_waits(tmp_path: Path) -> None:
    """Otherwise homework runs out of time."""
    sitting = Sitting(tmp_path / "a.sqlite", seconds=None)
    sitting.clock.now += 1e7
    assert (sitting.view.turn, sitting.view.left) == (0, None)
    sitting.tables.pass_turn(sitting.code, sitting.host)
    assert sitting.log.turns[0].stood == ("pakistan", "taliban")


def test_a_game_ends_and_its_log_gives_the_same_bits(sitting: Sitting) -> None:
    """Otherwise what a class played cannot be played again."""
    for turn in range(3):
        with pytest.raises(TableError, match="until the game is over"):
            sitting.tables.log(sitting.code)
        sitting.move("taliban", turn, stance="contain")
        sitting.move("pakistan", turn, aid=0.2 * turn)
    assert sitting.view.state == "over"
    assert sitting.view.ahead is None
    log = sitting.tables.log(sitting.code)
    again = parse(resume(log).digested().log.to_json().encode(), "x")
    (*_, (now, then)) = replay(again)
    assert now == then
    with pytest.raises(TableError, match="the game is over"):
        sitting.move("pakistan", 3, aid=0.1)


# ------------------------------------------------------------------------------------------------ seats


def test_a_seat_is_one_players(tmp_path: Path) -> None:
    """Otherwise two play one country, or one plays for all."""
    tables = Tables(tmp_path / "a.sqlite")
    opened = tables.open(start("own_choice", NAMES, parameters="defaults", months=3))
    ada = tables.claim(opened.code.lower().replace("-", " "), "Ada", "ttp")
    with pytest.raises(TableError, match=r"is taken by Ada; free: pakistan, taliban, india"):
        tables.claim(opened.code, "Bo", "ttp")
    with pytest.raises(TableError, match="nickname already"):
        tables.claim(opened.code, "ADA", "india")
    with pytest.raises(TableError, match="is not in this game"):
        tables.claim(opened.code, "Bo", "usa")
    with pytest.raises(ClassroomError):
        tables.claim(opened.code, "x" * 200, "india")
    assert tables.again(opened.code, ada.secret).actor == "ttp"
    with pytest.raises(TableError, match="nobody sits in this game with that link"):
        tables.again(opened.code, "guess")
    with pytest.raises(TableError, match="has not started"):
        tables.submit(opened.code, ada.secret, 0, {"campaign": "steady"})
    tables.start(opened.code, opened.secret)
    assert tables.look(opened.code).seats == {"ttp": "Ada"}
    with pytest.raises(TableError, match="is not in this game; free: none"):
        tables.claim(opened.code, "Bo", "india")


def test_a_player_sees_its_own_briefing_only(sitting: Sitting) -> None:
    """Otherwise the fog is lifted by asking."""
    told = sitting.tables.briefing(sitting.code, sitting.secrets["taliban"])
    assert told.actor == "taliban"
    trial = sitting.tables.trial(sitting.code, sitting.secrets["pakistan"], {"aid": 1.0})
    assert trial.in_force["aid"] > 0
    with pytest.raises(TableError, match="only Pakistan"):
        sitting.tables.trial(sitting.code, sitting.secrets["taliban"], {})
    for secret in (None, "", "guess", sitting.secrets["pakistan"]):
        with pytest.raises(TableError, match="it is the host's"):
            sitting.tables.log(sitting.code, secret)


def test_a_seat_that_is_freed_is_taken_by_another(sitting: Sitting) -> None:
    """Otherwise a student whose phone has died ends the game for all."""
    sitting.move("taliban", 0)
    sitting.tables.free(sitting.code, sitting.host, "pakistan")
    assert sitting.view.turn == 1, "nobody is waited for who is not there"
    assert sitting.view.seats["pakistan"] is None
    other = sitting.tables.claim(sitting.code, "Eve", "pakistan")
    with pytest.raises(TableError, match="nobody sits"):
        sitting.move("pakistan", 1, aid=1.0)
    sitting.tables.submit(sitting.code, other.secret, 1, {"aid": 0.9})
    assert sitting.move("taliban", 1).turn == 2


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"aid": 2.0}, "allowed: 0 to 1"),
        ({"aid": "x"}, "allowed: a number"),
        ({"stance": "contain"}, "no setting stance"),
    ],
)
def test_a_setting_that_is_not_allowed_changes_nothing(sitting: Sitting, settings: dict[str, Any], says: str) -> None:
    """Otherwise a forged request stops the game for all at the next turn."""
    with pytest.raises(TableError, match=says):
        sitting.move("pakistan", 0, **settings)
    assert sitting.view.moved == frozenset()


# ------------------------------------------------------------------------------------------------ the host

HOST: dict[str, Callable[[Tables, str, str], Any]] = {
    "start": lambda t, c, s: t.start(c, s),
    "pause": lambda t, c, s: t.pause(c, s),
    "go_on": lambda t, c, s: t.go_on(c, s),
    "pass_turn": lambda t, c, s: t.pass_turn(c, s),
    "inject": lambda t, c, s: t.inject(c, s, shocks()["isolate"][0], "isolate"),
    "rewind": lambda t, c, s: t.rewind(c, s, 0),
    "fork": lambda t, c, s: t.fork(c, s, 0),
    "free": lambda t, c, s: t.free(c, s, "pakistan"),
    "delete": lambda t, c, s: t.delete(c, s),
}


@pytest.mark.parametrize("name", HOST)
def test_only_the_host_does_what_a_host_does(sitting: Sitting, name: str) -> None:
    """Otherwise a player stops the clock, or deletes the game."""
    before = sitting.view
    for secret in ("", "guess", sitting.secrets["pakistan"]):
        with pytest.raises(TableError, match="this is the host's page"):
            HOST[name](sitting.tables, sitting.code, secret)
    assert sitting.view == before
    assert sitting.tables.is_host(sitting.code, sitting.host)
    assert not sitting.tables.is_host(sitting.code, sitting.secrets["taliban"])


def test_a_shock_is_seen_by_all(sitting: Sitting) -> None:
    """Otherwise players wonder at what they were not told."""
    sitting.tables.inject(sitting.code, sitting.host, shocks()["imf_default"][0], "imf_default")
    assert sitting.view.injects == (("2022-12", "Pakistan defaults, and the Fund stays away"),)
    sitting.tables.pass_turn(sitting.code, sitting.host)
    told = sitting.tables.briefing(sitting.code, sitting.secrets["taliban"])
    assert any("Pakistan defaults" in event for event in told.events)


def test_going_back_stops_the_clock(sitting: Sitting) -> None:
    """Otherwise the turn is gone again while the host explains why the class went back."""
    for turn in range(2):
        sitting.move("pakistan", turn, aid=0.3)
        sitting.move("taliban", turn)
    sitting.move("pakistan", 2, aid=0.9)
    sitting.tables.rewind(sitting.code, sitting.host, 1)
    view = sitting.view
    assert (view.state, view.turn, view.moved, view.left) == ("paused", 1, frozenset(), 60.0)
    sitting.tables.go_on(sitting.code, sitting.host)
    sitting.move("pakistan", 1, aid=0.1)
    assert sitting.move("taliban", 1).turn == 2
    assert [turn.moves["pakistan"]["aid"] for turn in sitting.log.turns] == [0.3, 0.1]
    with pytest.raises(TableError, match="allowed: 1 to 3"):
        sitting.tables.rewind(sitting.code, sitting.host, 3)


def test_a_game_that_is_over_can_be_gone_back_into(sitting: Sitting) -> None:
    """Otherwise the last turn is the one that cannot be tried otherwise."""
    for _ in range(3):
        sitting.tables.pass_turn(sitting.code, sitting.host)
    assert sitting.view.state == "over"
    sitting.tables.rewind(sitting.code, sitting.host, 2)
    sitting.tables.go_on(sitting.code, sitting.host)
    assert (sitting.view.state, sitting.view.turn) == ("playing", 2)


def test_what_if_is_another_game_with_the_same_players(sitting: Sitting) -> None:
    """Otherwise trying something loses what was played, or every player has to join anew."""
    sitting.tables.pass_turn(sitting.code, sitting.host)
    sitting.tables.pass_turn(sitting.code, sitting.host)
    other = sitting.tables.fork(sitting.code, sitting.host, 1)
    view = sitting.tables.look(other.code)
    assert (view.turn, view.state, view.seats) == (1, "paused", {"pakistan": "Ada", "taliban": "Bo"})
    sitting.tables.go_on(other.code, sitting.host)
    sitting.tables.submit(other.code, sitting.secrets["pakistan"], 1, {"aid": 1.0})
    assert sitting.view.turn == 2
    assert sitting.view.moved == frozenset()
    assert sitting.tables.log(other.code, sitting.host).turns == sitting.log.turns[:1]


def test_a_game_is_deleted_whole(sitting: Sitting) -> None:
    """Otherwise nicknames stay in a file that was said to be empty."""
    sitting.move("pakistan", 0, aid=0.123456)
    sitting.tables.delete(sitting.code, sitting.host)
    with pytest.raises(TableError, match="no game with this code"):
        sitting.tables.look(sitting.code)
    left = b"".join(path.read_bytes() for path in sitting.tables.path.parent.iterdir())
    for trace in (b"Ada", b"Bo", b"0.123456", b"Friday"):
        assert trace not in left, trace


@pytest.mark.parametrize("seconds", [0, 9.9, 1e9, float("nan")])
def test_a_clock_that_nobody_could_play_by_is_refused(tmp_path: Path, seconds: float) -> None:
    """Otherwise a typing error makes turns of no length."""
    game = start("own_choice", NAMES, parameters="defaults", months=3)
    with pytest.raises(TableError, match="10 to 86,400 seconds"):
        Tables(tmp_path / "a.sqlite").open(game, seconds=seconds)


# ------------------------------------------------------------------------------------------------ the file

PLAYER = """
import sys, time
from sim.teaching.play.table import Tables
from sim.teaching.play.table_file import TableError
path, code, secret, turns = sys.argv[1:]
tables = Tables(path)
end = time.monotonic() + 90
while time.monotonic() < end:
    view = tables.look(code)
    if view.turn >= int(turns):
        break
    actor = tables.again(code, secret).actor
    if actor in view.moved:
        time.sleep(0.01)
        continue
    settings = {"aid": view.turn / 100} if actor == "pakistan" else {}
    try:
        tables.submit(code, secret, view.turn, settings)
    except TableError as problem:
        assert "passed meanwhile" in str(problem), problem
"""


def test_four_processes_play_and_nothing_is_lost(tmp_path: Path) -> None:
    """Otherwise a move is dropped, or a turn passes twice, when all press at once."""
    path = tmp_path / "class.sqlite"
    tables = Tables(path)
    opened = tables.open(start("own_choice", NAMES, parameters="defaults", months=18))
    seats = [tables.claim(opened.code, name, actor) for name, actor in zip("abcd", NAMES, strict=True)]
    tables.start(opened.code, opened.secret)
    hands = [
        subprocess.Popen(
            [sys.executable, "-c", PLAYER, str(path), opened.code, seat.secret, "6"], cwd=ROOT, stderr=subprocess.PIPE
        )
        for seat in seats
    ]
    said = [hand.communicate(timeout=300)[1] for hand in hands]
    assert [hand.returncode for hand in hands] == [0] * 4, said
    log = tables.log(opened.code)
    assert [turn.moves["pakistan"].get("aid", 0.0) for turn in log.turns] == [turn / 100 for turn in range(6)]
    assert all(turn.stood == () for turn in log.turns)


def at_once(many: int, do: Callable[[int], Any]) -> list[Any]:
    """The same by many threads at one moment: what each got, or the error."""
    gate, out = threading.Barrier(many), [None] * many

    def one(number: int) -> None:
        gate.wait()
        try:
            out[number] = do(number)
        except TableError as problem:
            out[number] = problem

    threads = [threading.Thread(target=one, args=(number,)) for number in range(many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return out


def test_one_of_many_gets_the_seat(tmp_path: Path) -> None:
    """Otherwise two students believe that they are Pakistan."""
    tables = Tables(tmp_path / "a.sqlite")
    opened = tables.open(start("own_choice", NAMES, parameters="defaults", months=3))
    found = at_once(12, lambda number: tables.claim(opened.code, f"n{number}", "pakistan"))
    winners = [one for one in found if not isinstance(one, TableError)]
    assert len(winners) == 1
    assert tables.look(opened.code).seats["pakistan"] == winners[0].nickname


def test_the_time_is_up_once(sitting: Sitting) -> None:
    """Otherwise thirty pages that look at the same moment play thirty turns."""
    sitting.clock.now += 61
    views = at_once(12, lambda _: sitting.tables.look(sitting.code))
    assert {view.turn for view in views} == {1}
    assert sitting.view.turn == 1


def test_a_game_survives_a_restart(sitting: Sitting) -> None:
    """Otherwise a server that is started anew ends the class's game."""
    sitting.move("pakistan", 0, aid=0.4)
    code = (
        "import sys; from sim.teaching.play.table import Tables; t = Tables(sys.argv[1], lambda: 1e9);"
        "v = t.look(sys.argv[2]); print(v.turn, sorted(v.moved), v.seats['taliban'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(sitting.tables.path), sitting.code], cwd=ROOT, capture_output=True, text=True
    )
    # By the clock of that process the time has been up for years.
    assert done.stdout.split() == ["1", "[]", "Bo"], done.stderr
    assert sitting.log.turns[0].moves["pakistan"] == {"aid": 0.4}


def test_games_and_classes_share_a_file(sitting: Sitting) -> None:
    """Otherwise an instructor keeps two files, or one takes the other's for damaged."""
    classroom = Classroom(sitting.tables.path)
    opened = classroom.open("any_exercise")
    assert classroom.standing(opened.code).exercise == "any_exercise"
    assert sitting.view.title == "Friday"
    first = classroom.path.parent / "other.sqlite"
    Classroom(first).open("any_exercise")
    assert Sitting(first).view.state == "playing"


def test_no_game_in_a_file_that_is_not_there(tmp_path: Path) -> None:
    """Otherwise a mistyped code makes an empty file."""
    with pytest.raises(TableError, match="no game with this code"):
        Tables(tmp_path / "none.sqlite").look("ABCD-EFGH")
    assert list(tmp_path.iterdir()) == []


def spoilt(path: Path, how: str) -> None:
    if how == "text":
        path.write_text("a shopping list")
    elif how == "foreign":
        with sqlite3.connect(path) as base:
            base.execute("CREATE TABLE songs (name TEXT)")
        base.close()
    elif how == "folder":
        path.mkdir()
    else:
        Sitting(path)
        raw = bytearray(path.read_bytes())
        raw[4_096:] = b"\x5a" * (len(raw) - 4_096)
        path.write_bytes(raw)


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("text", "not a classroom file"),
        ("foreign", "another program's database"),
        ("folder", "this is a folder"),
        ("overwritten", "is damaged"),
    ],
)
def test_a_file_that_is_damaged_or_foreign_says_so(tmp_path: Path, how: str, says: str) -> None:
    """Otherwise a class sees a traceback, or another program's data is written over."""
    path = tmp_path / "a.sqlite"
    spoilt(path, how)
    before = path.read_bytes() if path.is_file() else b""
    tables, game = Tables(path), start("own_choice", NAMES, parameters="defaults", months=3)
    with pytest.raises(ClassroomError, match=says) as refused:
        tables.open(game)
    assert isinstance(refused.value, StorageError)
    assert refused.value.path == path
    assert str(path.parent) not in str(refused.value)
    with pytest.raises(ClassroomError, match=says):
        tables.look("ABCD-EFGH")
    if how in ("text", "foreign"):
        assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("log", "{", "damaged, or no JSON"),
        ("log", '{"format": "durand game", "version": 9}', "version 9"),
        ("log", None, "no game log"),
    ],
)
def test_a_game_whose_log_is_damaged_says_so(sitting: Sitting, column: str, value: str | None, says: str) -> None:
    """Otherwise one torn row is a traceback for everybody."""
    text = json.dumps({"what": "ever"}) if value is None else value
    with sqlite3.connect(sitting.tables.path) as base:
        base.execute(f"UPDATE game_tables SET {column} = ?", (text,))
    base.close()
    for act in (lambda: sitting.view, lambda: sitting.move("pakistan", 0, aid=0.1), lambda: sitting.log):
        with pytest.raises(TableError, match=says):
            act()


def test_a_move_that_is_damaged_says_so_and_the_host_can_go_on(sitting: Sitting) -> None:
    """Otherwise a torn move holds up the game for good."""
    sitting.move("pakistan", 0, aid=0.1)
    with sqlite3.connect(sitting.tables.path) as base:
        base.execute("UPDATE game_moves SET settings = '{'")
    base.close()
    with pytest.raises(TableError, match="its host may go back a turn"):
        _ = sitting.view
    sitting.tables.rewind(sitting.code, sitting.host, 0)
    assert sitting.view.state == "paused"


def test_codes_are_not_guessed(tmp_path: Path) -> None:
    """Otherwise a stranger sits down in a class's game."""
    tables = Tables(tmp_path / "a.sqlite")
    game = start("own_choice", NAMES, parameters="defaults", months=3)
    opened = [tables.open(game) for _ in range(5)]
    assert len({one.code for one in opened}) == len({one.secret for one in opened}) == 5
    assert all(len(one.code.replace("-", "")) == 8 and len(one.secret) >= 32 for one in opened)
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert all(one.secret.encode() not in raw for one in opened), "whoever reads the file cannot act as the host"


# ------------------------------------------------------------------------------------------------ which clock


@pytest.mark.parametrize("jump", [-86_400.0, 86_400.0])
def test_a_change_of_the_calendar_neither_ends_nor_prolongs_a_quarter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    """Otherwise a laptop that sets its clock in the middle of a class takes a move away, or waits for a day."""
    tables = Tables(tmp_path / "a.sqlite")
    opened = tables.open(start("own_choice", NAMES, parameters="defaults", months=9), seconds=600.0)
    tables.claim(opened.code, "Ada", "pakistan")
    tables.start(opened.code, opened.secret)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + jump)
    view = tables.look(opened.code)
    assert (view.turn, view.state) == (0, "playing")
    assert view.left is not None
    assert 500 < view.left <= 600


def test_another_process_of_this_machine_tells_the_same_time(sitting: Sitting) -> None:
    """Otherwise a server that is started again ends a quarter, or begins it anew."""
    sitting.clock.now += 20.0
    again = Tables(sitting.tables.path, sitting.clock)
    assert again.look(sitting.code).left == 40.0
    sitting.clock.now += 40.0
    assert again.look(sitting.code).turn == 1


@pytest.mark.parametrize("now", [5.0, 1_010.0, 900_000.0])
def test_after_the_machine_was_started_anew_a_quarter_has_its_full_time(sitting: Sitting, now: float) -> None:
    """The clock counts from another moment then; what it says of the deadline is wrong, whichever way."""
    sitting.clock.now += 50.0
    clock = Clock()
    clock.now = now
    anew = Tables(sitting.tables.path, clock, boot="another")
    assert (anew.look(sitting.code).turn, anew.look(sitting.code).left) == (0, 60.0)
    clock.now += 59.0
    assert (anew.look(sitting.code).turn, anew.look(sitting.code).left) == (0, 1.0)
    clock.now += 1.0
    assert anew.look(sitting.code).turn == 1


def test_a_stopped_clock_stands_over_a_start_of_the_machine(sitting: Sitting) -> None:
    sitting.clock.now += 50.0
    sitting.tables.pause(sitting.code, sitting.host)
    clock = Clock()
    clock.now = 3.0
    anew = Tables(sitting.tables.path, clock, boot="another")
    assert anew.look(sitting.code).left == 10.0
    anew.go_on(sitting.code, sitting.host)
    assert anew.look(sitting.code).left == 10.0


def test_a_clock_stopped_right_after_a_start_of_the_machine(sitting: Sitting) -> None:
    anew = Tables(sitting.tables.path, Clock(), boot="another")
    anew.pause(sitting.code, sitting.host)
    assert anew.look(sitting.code).left == 60.0
