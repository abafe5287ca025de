"""What is said at a table: who may read it, what comes of a proposal, how much is allowed, and several tables at once."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sim.teaching.play import talk
from sim.teaching.play.agreed import MOST_TEXT
from sim.teaching.play.game import start
from sim.teaching.play.moves import GameError, parse
from sim.teaching.play.table import MOST_TABLES, Tables
from sim.teaching.play.table_file import TableError
from sim.teaching.play.talk import Message
from sim.vocabulary import ACTORS

ROOT = Path(__file__).resolve().parents[1]
CONTAIN = {"actor": "taliban", "setting": "stance", "value": "contain"}


class Room:
    """A game that has started, with all but India at the table."""

    def __init__(self, path: Path) -> None:
        self.tables = Tables(path)
        opened = self.tables.open(start("own_choice", ACTORS, parameters="defaults", seed=3, months=9), "First")
        self.code, self.host = opened.code, opened.secret
        self.seats = {actor: self.tables.claim(self.code, f"at {actor}", actor) for actor in ACTORS if actor != "india"}
        self.tables.start(self.code, self.host)

    def say(self, by: str, kind: str, text: str, to: str = "", promise: dict[str, Any] | None = None) -> None:
        self.tables.say(self.code, self.seats[by].secret, kind, text, to, promise)

    def heard(self, by: str) -> tuple[Message, ...]:
        return self.tables.heard(self.code, self.seats[by].secret)

    def answer(self, by: str, number: int, accept: bool) -> None:
        self.tables.answer(self.code, self.seats[by].secret, number, accept)

    @property
    def log(self) -> Any:
        return self.tables.log(self.code, self.host)


@pytest.fixture
def room(tmp_path: Path) -> Room:
    return Room(tmp_path / "class.sqlite")


def test_a_promise_of_nothing_is_refused(room: Room) -> None:
    """Otherwise it is kept unread, and from then on nobody at the table can read anything."""
    with pytest.raises(TableError, match=r"promise\.actor is missing"):
        room.say("taliban", "proposal", "let us talk", "pakistan", {})
    assert room.heard("pakistan") == ()


def test_a_note_is_for_two_and_the_press_for_all(room: Room) -> None:
    """Otherwise what is said in private is read by the seat that it is about."""
    room.say("pakistan", "note", "for   Kabul's\neyes", "taliban")
    room.say("taliban", "proposal", "let us talk", "pakistan", CONTAIN)
    room.say("ttp", "press", "a statement")
    room.tables.news(room.code, room.host, "an item of news")
    told = {by: [one.text for one in room.heard(by)] for by in room.seats}
    assert told["ttp"] == ["a statement", "an item of news"]
    assert told["pakistan"] == told["taliban"] == ["for Kabul's eyes", "let us talk", *told["ttp"]]
    assert [one.text for one in room.tables.overheard(room.code, room.host)] == told["pakistan"]
    assert [(one.by, one.to) for one in room.heard("ttp")] == [("ttp", ""), ("news", "")]
    for secret in ("guess", room.host):
        with pytest.raises(TableError, match="nobody sits in this game"):
            room.tables.heard(room.code, secret)
    for secret in ("guess", room.seats["pakistan"].secret):
        with pytest.raises(TableError, match="this is the host's page"):
            room.tables.overheard(room.code, secret)
        with pytest.raises(TableError, match="this is the host's page"):
            room.tables.news(room.code, secret, "false news")


def test_what_is_accepted_stands_in_the_record_and_moves_no_figure(room: Room) -> None:
    room.say("pakistan", "proposal", "aid, for restraint", "taliban", CONTAIN)
    room.say("ttp", "proposal", "a truce", "pakistan")
    before = room.log
    first, second = room.heard("pakistan")
    with pytest.raises(TableError, match="no such proposal to this seat"):
        room.answer("pakistan", first.number, True)
    room.answer("taliban", first.number, True)
    room.answer("pakistan", second.number, False)
    assert [one.answer for one in room.heard("pakistan")] == ["accepted", "refused"]
    with pytest.raises(TableError, match="has been accepted already"):
        room.answer("taliban", first.number, False)
    ((turn, agreed),) = room.log.agreements
    assert (turn, agreed.proposed_by, agreed.accepted_by, agreed.text) == (
        0,
        "pakistan",
        "taliban",
        "aid, for restraint",
    )
    assert agreed.promise.words == "Afghan Taliban: Restraint of the TTP at contain"
    assert room.log.acted == before
    assert room.tables.sitting(room.code, room.seats["ttp"].secret)[0] == before, "a third seat has it in its hands"
    assert parse(room.log.to_json().encode(), "it") == room.log
    assert agreed.promise.kept({"stance": "contain"})
    assert not agreed.promise.kept({})


def test_a_proposal_lapses_with_its_quarter_and_going_back_takes_it_back(room: Room) -> None:
    room.say("pakistan", "proposal", "aid", "taliban")
    (made,) = room.heard("taliban")
    room.tables.pass_turn(room.code, room.host)
    with pytest.raises(TableError, match="has lapsed"):
        room.answer("taliban", made.number, True)
    room.say("pakistan", "note", "later", "taliban")
    room.tables.rewind(room.code, room.host, 1)
    assert [one.text for one in room.heard("taliban")] == ["aid"]
    room.tables.rewind(room.code, room.host, 0)
    assert room.heard("taliban") == ()


@pytest.mark.parametrize(
    ("kind", "text", "to", "promise", "says"),
    [
        ("note", " \u202e\x07 ", "taliban", None, "write something"),
        ("note", "x" * (MOST_TEXT + 1), "taliban", None, f"at most {MOST_TEXT} characters"),
        ("note", "x", "india", None, "nobody sits there"),
        ("note", "x", "pakistan", None, "nobody sits there"),
        ("note", "x", "taliban", CONTAIN, "only a proposal"),
        ("answer", "x", "taliban", None, "no such kind"),
        ("proposal", "x", "taliban", {**CONTAIN, "actor": "ttp"}, "of neither seat|no setting"),
        ("proposal", "x", "taliban", {**CONTAIN, "value": "win"}, "out of range"),
        ("proposal", "x", "taliban", {"actor": "pakistan", "setting": "aid", "value": 7.0}, "allowed: 0 to 1"),
    ],
)
def test_what_cannot_be_said_says_why(
    room: Room, kind: str, text: str, to: str, promise: dict[str, Any] | None, says: str
) -> None:
    with pytest.raises(TableError, match=says):
        room.say("pakistan", kind, text, to, promise)
    assert room.tables.overheard(room.code, room.host) == ()


def test_nobody_floods_a_table(room: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise one seat drowns the others, or fills the disk; a server that is started anew counts on."""
    now = [1e9]
    monkeypatch.setattr(talk.time, "time", lambda: now[0])
    for _ in range(talk.MOST_A_MINUTE):
        room.say("pakistan", "press", "again")
    with pytest.raises(TableError, match="messages a minute"):
        Tables(room.tables.path).say(room.code, room.seats["pakistan"].secret, "press", "again")
    room.say("ttp", "press", "another seat is not kept waiting")
    for _ in range(talk.MOST_A_QUARTER - talk.MOST_A_MINUTE):
        now[0] += 61
        room.say("pakistan", "press", "again")
    now[0] += 61
    with pytest.raises(TableError, match="enough for this quarter"):
        room.say("pakistan", "press", "again")
    room.tables.pass_turn(room.code, room.host)
    room.say("pakistan", "press", "a new quarter")


def test_nothing_is_said_before_the_start_or_after_the_end(room: Room) -> None:
    other = room.tables.add(room.code, room.host, "Second")
    seat = room.tables.claim(other.code, "a", "pakistan")
    with pytest.raises(TableError, match="has not started"):
        room.tables.say(other.code, seat.secret, "press", "early")
    room.tables.end(room.code, room.host)
    with pytest.raises(TableError, match="is over"):
        room.say("pakistan", "press", "late")


SAYS = """
import sys
from sim.teaching.play import talk
from sim.teaching.play.table import MOST_TABLES, Tables
talk.MOST_A_MINUTE = talk.MOST_A_QUARTER = 10_000
for number in range(10_000):
    Tables(sys.argv[1]).say(sys.argv[2], sys.argv[3], "note", f"note {number}", "taliban")
    print(number, flush=True)
"""


def test_what_was_said_survives_a_kill(room: Room) -> None:
    """Otherwise a note that its sender saw go out is gone when the power fails."""
    arguments = [sys.executable, "-c", SAYS, str(room.tables.path), room.code, room.seats["pakistan"].secret]
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, text=True) as hand:
        assert hand.stdout is not None
        for _ in range(20):
            last = int(hand.stdout.readline())
        hand.send_signal(signal.SIGKILL)
    kept = [one.text for one in room.heard("taliban")]
    assert kept[: last + 1] == [f"note {number}" for number in range(last + 1)]
    assert b"note 3" in b"".join(path.read_bytes() for path in room.tables.path.parent.iterdir())
    room.tables.delete(room.code, room.host)
    assert b"note 3" not in b"".join(path.read_bytes() for path in room.tables.path.parent.iterdir())


def test_one_host_has_several_tables(room: Room, tmp_path: Path) -> None:
    """Otherwise a class of sixteen needs four instructors; another host's tables are none of theirs."""
    other = room.tables.add(room.code, room.host, "Second")
    stranger = room.tables.open(start("own_choice", ACTORS, parameters="defaults", months=9), "Elsewhere")
    room.tables.claim(other.code, "a", "india")
    assert room.tables.everywhere(room.code, room.host, room.tables.start) == 1, "the first has started"
    assert room.tables.everywhere(other.code, room.host, room.tables.pass_turn) == 2
    views = room.tables.all_of(room.code, room.host)
    assert [(one.title, one.turn) for one in views] == [("First", 1), ("Second", 1)]
    first, second = (room.tables.log(one.code, room.host) for one in views)
    assert (first.seed, first.world, first.opens) == (second.seed, second.world, second.opens)
    assert (second.seats, len(first.seats)) == (("india",), 3)
    assert room.tables.look(stranger.code).state == "lobby"
    for secret in ("guess", stranger.secret, room.seats["ttp"].secret):
        with pytest.raises(TableError, match="this is the host's page"):
            room.tables.all_of(room.code, secret)
        for act in (room.tables.add, lambda code, secret, _: room.tables.end(code, secret)):
            with pytest.raises(TableError, match="this is the host's page"):
                act(room.code, secret, "Mine")
    for number in range(MOST_TABLES - 2):
        room.tables.fork(room.code, room.host, number % 2)
    for act in (room.tables.add, lambda code, secret, _: room.tables.fork(code, secret, 0)):
        with pytest.raises(TableError, match=f"at most {MOST_TABLES} tables"):
            act(room.code, room.host, "One more")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"accepted_by": "india"}, "of a seat that nobody has"),
        ({"accepted_by": "pakistan"}, "is the seat that proposed it"),
        ({"promise": {"actor": "ttp", "setting": "campaign", "value": "steady"}}, "of neither seat"),
        ({"promise": {"actor": "pakistan", "setting": "stance", "value": "contain"}}, "no setting of Pakistan"),
        ({"text": "x" * (MOST_TEXT + 1)}, "too long"),
    ],
)
def test_a_log_with_an_agreement_that_cannot_be_says_so(change: dict[str, Any], says: str) -> None:
    log = start("own_choice", ("pakistan", "taliban")).log
    with pytest.raises(GameError, match=says):
        log.with_entry(agreed={"proposed_by": "pakistan", "accepted_by": "taliban", "text": "x", **change})
