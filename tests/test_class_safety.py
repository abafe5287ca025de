"""A class that one person cannot spoil: no secret on the wall, nobody locked out by others, seats in the instructor's hand."""

from __future__ import annotations

import json
import os
import re
import shlex
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest
from test_dashboard_class import (
    EXERCISE,
    again,
    drawn,
    hosted,
    joined,
    opened,
    press,
    room,
    said,
    seated,
    visit,
    widget,
)
from test_dashboard_class import tables as rows

from dashboard.widgets import access, classes
from sim.teaching.classroom.classes import Classroom, Opened
from sim.teaching.classroom.file import ClassroomError, GoneError, StorageError, StrangerError
from sim.teaching.exercises.load import load_exercise
from sim.teaching.exercises.predict import Chance
from sim.teaching.play.table import Tables

ROOT = Path(__file__).resolve().parents[1]
__all__ = ["opened", "room"]  # fixtures


@pytest.fixture
def jar(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """The cookies of one browser."""
    kept: dict[str, str] = {}
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda self: kept))
    return kept


@pytest.fixture
def address(monkeypatch: pytest.MonkeyPatch) -> None:
    """All come from one address, each in a session of its own."""
    monkeypatch.setattr(ContextProxy, "ip_address", property(lambda self: "192.0.2.1"))


def takes(jar: dict[str, str], app: AppTest) -> None:
    """What a browser does with the cookies of a page."""
    for name, value in app.session_state["cookies"].items():
        jar[name] = value
        if not value:
            del jar[name]


def labels(app: AppTest) -> list[str]:
    return [button.label.replace("\\", "") for button in app.button]


def wrong(tries: int, who: Callable[[int], str] = lambda k: f"session {k}", where: str = "192.0.2.1") -> None:
    for number in range(tries):
        access.wrong_codes().count(who(number), where)


# ------------------------------------------------------------------------------------------------ secrets


def test_a_secret_leaves_the_address_and_the_seat_is_found_again(opened: Opened, jar: dict[str, str]) -> None:
    app = joined(opened)
    secret = app.session_state["held me"]
    takes(jar, app)
    assert app.query_params["me"] == access.handle(secret)
    assert secret not in str(app.query_params)
    loaded = visit(
        "class_student", class_=opened.code, me=access.handle(secret)
    )  # another session: the page loaded anew
    assert "You are here as Amina" in said(loaded)
    link = visit("class_student", class_=opened.code, me=secret)  # her own link, on another device
    assert "You are here as Amina" in said(link)
    assert secret not in str(link.query_params)


def test_a_handle_opens_nothing_in_another_browser(opened: Opened, jar: dict[str, str]) -> None:
    app = joined(opened)
    other = visit("class_student", class_=opened.code, me=access.handle(app.session_state["held me"]))
    assert "You are here as" not in said(other)
    assert "Join" in labels(other)
    host = visit("class_instructor", class_=opened.code, host=access.handle(opened.secret))
    assert "Code for students" not in said(host)


def test_two_seats_in_one_browser_stay_apart(opened: Opened, jar: dict[str, str]) -> None:
    pages = [joined(opened, name) for name in ("Amina", "Bilal")]
    for app in pages:
        takes(jar, app)
    for app, name in zip(pages, ("Amina", "Bilal"), strict=True):
        loaded = visit("class_student", class_=opened.code, me=app.query_params["me"])
        assert f"You are here as {name}" in said(loaded)


def test_the_link_of_the_class_offers_the_seat_of_before(opened: Opened, jar: dict[str, str]) -> None:
    app = joined(opened)
    takes(jar, app)
    back = visit("class_student", class_=opened.code)
    assert "You are here as Amina" in said(press(back, "Go on as Amina"))
    takes(jar, press(back, "Leave this class"))
    assert jar == {}
    assert "Go on as Amina" not in labels(visit("class_student", class_=opened.code))


def test_the_instructors_secret_leaves_the_address(opened: Opened, jar: dict[str, str]) -> None:
    app = visit("class_instructor", class_=opened.code, host=opened.secret)
    assert opened.secret not in str(app.query_params)
    takes(jar, app)
    assert "Code for students" in said(visit("class_instructor", class_=opened.code, host=access.handle(opened.secret)))
    assert "Go on with Monday" in labels(visit("class_instructor", class_=opened.code))
    assert opened.secret not in "".join(one.value for one in app.code)


def test_a_games_secrets_leave_the_address(jar: dict[str, str]) -> None:
    host = hosted()
    code = host.session_state["held game"]
    player = seated(code, "Amina", "india")
    for app in (host, player):
        takes(jar, app)
    for app, name in ((host, "leader"), (player, "player")):
        secret = app.session_state[f"held {name}"]
        assert app.query_params[name] == access.handle(secret)
        assert secret not in str(app.query_params) + "".join(one.value for one in app.code)
    assert "You sit for India" in said(visit("table", game=code, player=player.query_params["player"]))
    assert "Code for players" in said(visit("table", game=code, leader=host.query_params["leader"]))
    assert {"Go on as Amina, India", "Go on as the host"} <= set(labels(visit("table", game=code)))


def test_only_a_secret_that_is_one_is_given_to_the_browser(opened: Opened) -> None:
    app = visit("class_student", class_=opened.code, me="x; domain=evil.example")
    assert "cookies" not in app.session_state
    assert "Come in with the code" in labels(app)


# ------------------------------------------------------------------------------------------------ who has to wait


def test_a_hundred_wrong_codes_lock_nobody_out(opened: Opened, address: None) -> None:
    """A class sits behind one router, with one among them who tries codes."""
    seat = access.classes().join(opened.code, "Amina")
    wrong(144)
    assert "You are here as Amina" in said(visit("class_student", class_=opened.code, me=seat.secret))
    assert "Code for students" in said(visit("class_instructor", class_=opened.code, host=opened.secret))
    assert "You are here as Bilal" in said(joined(opened, "Bilal"))


def test_a_valid_secret_is_let_in_after_wrong_ones_from_the_same_visitor(opened: Opened, address: None) -> None:
    seat = access.classes().join(opened.code, "Amina")
    app = visit("class_student", class_=opened.code, me="wrong")
    for _ in range(7):
        again(app)
    assert "tried too often" in said(app)
    assert "Join anew" not in labels(app)
    app.query_params["me"] = seat.secret
    assert "You are here as Amina" in said(again(app))


def test_secrets_are_no_way_to_try_codes_without_end(opened: Opened, address: None) -> None:
    app = visit("class_student", class_="AAAA-AAAA", me="wrong")
    for _ in range(7):
        again(app)
    app.query_params["class"] = opened.code
    assert "tried too often" in said(again(app))


def test_who_comes_in_too_often_waits(opened: Opened, address: None) -> None:
    app = visit("class_student", class_=opened.code)
    for number in range(6):
        widget(app, "text_input", "Nickname").input(f"robot {number}")
        press(app, "Join")
        if number < 5:
            app.session_state["held me"] = ""
            app.query_params.pop("me", None)
            again(app)
    assert "tried too often" in said(app)
    assert access.classes().standing(opened.code).seats == 5


def test_a_class_of_a_hundred_comes_in_at_once_and_a_flood_is_stopped(opened: Opened) -> None:
    for number in range(120):
        access.joinings().pass_by(f"student {number}", "192.0.2.1")
        access.joinings().count(f"student {number}", "192.0.2.1")
    with pytest.raises(access.ThrottledError):
        access.joinings().pass_by("student 120", "192.0.2.1")


def test_only_who_knows_the_secret_for_opening_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DURAND_OPENING_SECRET", "a long secret")
    for page, button, there in (
        ("class_instructor", "Open a class", "Code for students"),
        ("table", "Open a game", "Code for players"),
    ):
        app = visit(page)
        press(app, button)
        assert "not the secret for opening" in said(app)
        widget(app, "text_input", "Secret for opening, from whoever runs this server").input("a long secret")
        assert there in said(press(app, button))
        wrong(200)  # a right one is let in at any time
        assert access.opening("a long secret") is None


def test_the_secret_for_opening_comes_from_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    from streamlit.web import cli as streamlit

    from sim.commands.main import main

    asked: list[Any] = []
    monkeypatch.setattr(
        streamlit, "main", lambda args, **named: asked.append((os.environ["DURAND_OPENING_SECRET"], args))
    )
    monkeypatch.setenv("DURAND_OPENING_SECRET", "")
    file = tmp_path / "secret"
    for content, code, says in (("short\n", 2, "at least 12 characters"), (None, 2, "cannot be read")):
        file.write_text(content) if content else file.unlink()
        with pytest.raises(SystemExit) as left:
            main(["dashboard", "--opening-secret-file", str(file)])
        assert (left.value.code, asked) == (code, [])
        assert says in capsys.readouterr().err
    file.write_text("a very long secret\nnothing more\n")
    with pytest.raises(SystemExit) as left:
        main(["dashboard", "--opening-secret-file", str(file), "--base-path", "/durand/"])
    assert left.value.code == 0
    assert asked[0][0] == "a very long secret"
    assert asked[0][1][-2:] == ["--server.baseUrlPath", "durand"]


# ------------------------------------------------------------------------------------------------ when the disk fails


class Full(Classroom):
    """A file that may not grow."""

    def _prepare(self, base: sqlite3.Connection) -> None:
        super()._prepare(base)
        base.execute(f"PRAGMA max_page_count = {base.execute('PRAGMA page_count').fetchone()[0]}")


def test_a_full_disk_says_so_without_paths(
    opened: Opened, room: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    app = joined(opened)
    monkeypatch.setattr(access, "classes", lambda: Full(access.file()))

    def fill() -> None:
        for number in range(400):
            access.classes().join(opened.code, f"student {number:012}")

    with pytest.raises(StorageError, match="the disk of the server is full") as refused:
        fill()
    assert str(room) not in str(refused.value)
    assert refused.value.path == access.file()
    assert str(refused.value.path) in caplog.text  # whoever runs the server reads it in the log
    other = visit("class_student", class_=opened.code)
    widget(other, "text_input", "Nickname").input("N" * 24)
    assert "The disk of the server is full" in said(press(other, "Join"))
    assert "You are here as Amina" in said(again(app))  # what was kept can be read


FILE_LIMIT = """
import resource, signal, sys
from sim.teaching.classroom.classes import Classroom
from sim.teaching.classroom.file import StorageError
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (65_536, 65_536))
try:
    for number in range(2_000):
        Classroom(sys.argv[1]).join(sys.argv[2], f"student {number}")
except StorageError as problem:
    print(problem)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits of this kind are of Unix")
def test_a_file_that_may_not_grow_further_says_so(opened: Opened) -> None:
    code = [sys.executable, "-c", FILE_LIMIT, str(access.file()), opened.code]
    told = subprocess.run(code, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert told in (
        "the disk of the server cannot be written or read\n",
        "the disk of the server is full; nothing was kept, and what was kept before is safe\n",
    )
    assert access.classes().standing(opened.code).seats > 0


@pytest.mark.parametrize("page", ["class_student", "class_instructor", "table"])
def test_trouble_with_the_file_lets_nobody_lose_a_seat(opened: Opened, page: str, jar: dict[str, str]) -> None:
    """Neither Join anew nor anything else that lets go of what is held is offered."""
    app = joined(opened) if page == "class_student" else visit(page, class_=opened.code, host=opened.secret)
    if page == "table":
        app = hosted()
    file = access.file()
    whole = {path: path.read_bytes() for path in file.parent.glob("class.db*")}
    for path in whole:
        path.unlink()
    file.mkdir()
    again(app)
    assert "This is a folder" in said(app)
    assert str(file) not in said(app)
    assert labels(app) == ["Try again"]
    file.rmdir()
    for path, raw in whole.items():
        path.write_bytes(raw)
    press(app, "Try again")
    assert any(words in said(app) for words in ("You are here as Amina", "Code for students", "Code for players"))


# ------------------------------------------------------------------------------------------------ the instructor's hand


def test_a_locked_class_lets_nobody_else_in(opened: Opened) -> None:
    room_ = access.classes()
    seat = room_.join(opened.code, "Amina")
    room_.lock(opened.code, opened.secret)
    with pytest.raises(ClassroomError, match="the class is locked"):
        room_.join(opened.code, "Bilal")
    assert room_.again(opened.code, seat.secret).nickname == "Amina"
    assert room_.standing(opened.code).locked
    room_.lock(opened.code, opened.secret, locked=False)
    room_.join(opened.code, "Bilal")
    for act in (room_.lock, room_.seats, lambda code, secret: room_.remove(code, secret, seat.number)):
        with pytest.raises(StrangerError):
            act(opened.code, seat.secret)


def test_a_seat_that_is_removed_is_gone_with_all_of_it(opened: Opened) -> None:
    room_ = access.classes()
    seats = [room_.join(opened.code, name) for name in ("Amina", "Robot", "Robot 2")]
    for seat in seats:
        room_.submit(opened.code, seat.secret, "kabul", Chance(0.3), "before")
    with pytest.raises(ClassroomError, match="there is no seat 999"):
        room_.remove(opened.code, opened.secret, seats[1].number, 999)
    assert len(room_.seats(opened.code, opened.secret)) == 3
    room_.remove(opened.code, opened.secret, seats[1].number, seats[2].number)
    assert [name for name, _ in room_.predictions(opened.code, "kabul", "before", instructor=opened.secret)] == [
        "Amina"
    ]
    with pytest.raises(StrangerError):
        room_.again(opened.code, seats[1].secret)
    other = room_.open(EXERCISE)
    with pytest.raises(ClassroomError, match="there is no seat"):  # of another's class
        room_.remove(other.code, other.secret, seats[0].number)


def test_two_seats_of_one_student_become_one(opened: Opened) -> None:
    room_ = access.classes()
    old, new, third = (room_.join(opened.code, name) for name in ("Amina", "Amina 2", "Amina 3"))
    room_.submit(opened.code, old.secret, "kabul", Chance(0.1), "before")
    room_.submit(opened.code, old.secret, "fell", Chance(0.2))
    room_.submit(opened.code, new.secret, "kabul", Chance(0.3), "before")
    room_.submit(opened.code, new.secret, "war", Chance(0.4))
    room_.merge(opened.code, opened.secret, new.number, old.number)
    room_.merge(opened.code, opened.secret, old.number, third.number)
    wanted = {("kabul", "before"): Chance(0.3), ("fell", "step"): Chance(0.2), ("war", "step"): Chance(0.4)}
    for seat in (old, new, third):
        assert room_.again(opened.code, seat.secret).nickname == "Amina 3"
        assert room_.mine(opened.code, seat.secret) == wanted
    with pytest.raises(ClassroomError, match="into itself"):
        room_.merge(opened.code, opened.secret, third.number, third.number)
    room_.remove(opened.code, opened.secret, third.number)
    for seat in (old, new, third):
        with pytest.raises(StrangerError):
            room_.again(opened.code, seat.secret)
    room_.delete(opened.code, opened.secret)
    with sqlite3.connect(access.file()) as base:
        assert base.execute("SELECT (SELECT count(*) FROM merged) + (SELECT count(*) FROM locked)").fetchone() == (0,)


def test_a_file_of_before_is_brought_along(opened: Opened) -> None:
    """Files that know neither locks nor merged seats nor boots."""
    Tables(access.file()).path.touch()
    seat = access.classes().join(opened.code, "Amina")
    host = hosted()
    with sqlite3.connect(access.file()) as base:
        for table in ("locked", "merged", "walls", "saved_runs", "game_messages"):
            base.execute(f"DROP TABLE {table}")
        base.execute("DROP INDEX predictions_for")
        base.execute("PRAGMA user_version = 2")
        for column in ("locked", "boot"):
            base.execute(f"ALTER TABLE game_tables DROP COLUMN {column}")
    assert access.classes().again(opened.code, seat.secret).nickname == "Amina"
    access.classes().lock(opened.code, opened.secret)
    code = host.session_state["held game"]
    assert not access.games().look(code).locked
    access.games().lock(code, host.session_state["held leader"])
    assert access.games().look(code).locked


def test_the_instructors_page_locks_removes_and_merges(opened: Opened) -> None:
    pages = [joined(opened, name) for name in ("Amina", "Amina 2", "<i>Robot</i>")]
    host = visit("class_instructor", class_=opened.code, host=opened.secret)
    host.session_state["seats"] = True
    again(host)
    numbers = [one.number for one in access.classes().seats(opened.code, opened.secret)]
    widget(host, "multiselect", "Seats to remove").set_value([numbers[2]])
    press(again(host), "Remove them, with what they predicted")
    gone = again(pages[2])
    assert "the seat was removed" in said(gone)
    assert "Join anew" not in labels(gone)
    widget(host, "selectbox", "The seat that stays").set_value(numbers[0])
    press(again(host), "Merge the two")
    assert "You are here as Amina." in said(again(pages[1]))
    press(host, "Lock: nobody else joins")
    assert "the class is locked" in said(joined(opened, "Late")).lower()
    press(host, "Let others join again")
    assert "You are here as Late" in said(joined(opened, "Late"))


def test_a_locked_table_lets_nobody_else_sit_down() -> None:
    host = hosted()
    code = host.session_state["held game"]
    player = seated(code, "Amina", "pakistan")
    press(again(host), "Lock: nobody else takes a seat")
    assert "the table is locked" in said(seated(code, "Bilal", "ttp")).lower()
    assert "You sit for Pakistan" in said(again(player))
    press(again(host), "Let others take seats again")
    assert "You sit for TTP" in said(seated(code, "Bilal", "ttp"))


# ------------------------------------------------------------------------------------------------ what is withheld


def all_revealed(opened: Opened) -> None:
    for name, phase in classes.places(load_exercise(EXERCISE)):
        access.classes().reveal(opened.code, opened.secret, name, phase)


def test_a_participant_does_not_read_the_answers_on_another_page(opened: Opened, jar: dict[str, str]) -> None:
    takes(jar, joined(opened))
    page = visit("exercises", exercise=EXERCISE)
    assert "A class is predicting in this exercise" in said(page)
    assert not page.get("number_input")
    assert not page.get("download_button")
    assert not drawn(page)
    assert not rows(page)
    assert "A class is predicting" not in said(visit("exercises", exercise="ceasefires"))
    all_revealed(opened)
    assert "A class is predicting" not in said(visit("exercises", exercise=EXERCISE))


def test_where_opening_is_limited_an_exercise_of_a_class_is_closed_to_all_but_its_instructor(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    host = visit("class_instructor", class_=opened.code, host=opened.secret)
    assert "A class is predicting" not in said(visit("exercises", exercise=EXERCISE))  # anybody could have opened it
    monkeypatch.setenv("DURAND_OPENING_SECRET", "a long secret")
    assert "A class is predicting" in said(visit("exercises", exercise=EXERCISE))
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda self: dict(host.session_state["cookies"])))
    assert "A class is predicting" not in said(visit("exercises", exercise=EXERCISE))
    monkeypatch.undo()


def test_gone_is_said_of_classes_and_games_alike() -> None:
    with pytest.raises(GoneError):
        access.classes().standing("AAAA-AAAA")
    with pytest.raises(GoneError):
        access.games().look("AAAA-AAAA")
    host = hosted()
    with pytest.raises(StrangerError):
        access.games().again(host.session_state["held game"], "wrong")


# ------------------------------------------------------------------------------------------------ for operators


def filled(text: str) -> str:
    """A text of compose.yaml as an operator's settings make it."""
    return re.sub(r"\$\{DURAND_SITE[^}]*\}", "class.example.org", text).replace("${DURAND_BASE_PATH:-}", "durand")


def test_what_the_containers_start_is_what_durand_takes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from streamlit.web import cli as streamlit

    from sim.commands.main import main

    services = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]
    image = (ROOT / services["durand"]["build"]["dockerfile"]).read_text(encoding="utf-8")
    alone = json.loads(image.rpartition("CMD ")[2])
    secret = tmp_path / "opening"
    secret.write_text("a very long secret\n")
    program, *words = shlex.split(filled(services["durand"]["command"]).replace("/run/secrets/opening", str(secret)))
    asked: list[list[str]] = []
    monkeypatch.setattr(streamlit, "main", lambda args, **named: asked.append(args))
    for name in ("DURAND_CLASS_FILE", "DURAND_OPENING_SECRET", "DURAND_CLASSES_ONLY"):
        monkeypatch.setenv(name, "a long secret")  # put back at the end
    for line in (alone[1:], words):
        with pytest.raises(SystemExit) as left:
            main(line)
        assert (program, alone[0], left.value.code) == ("durand", "durand", 0)
        assert os.environ["DURAND_CLASS_FILE"] == "/data/classes.db"
        assert os.environ["DURAND_CLASSES_ONLY"] == "1"
    assert "class.example.org" in asked[1]
    assert asked[1][asked[1].index("--server.baseUrlPath") + 1] == "durand"
    port = asked[1][asked[1].index("--server.port") + 1]
    assert services["durand"]["expose"] == [port]
    assert f"durand:{port}" in services["proxy"]["command"]
    for path in re.findall(r"/opt/durand/(\S+)", image):
        assert (ROOT / path).is_file()
    # The server goes by the site's name alone: so must who asks for its health.
    checked: list[Any] = []
    monkeypatch.setattr("urllib.request.urlopen", lambda asked, **named: checked.append(asked))
    exec(filled(services["durand"]["healthcheck"]["test"][-1]), {})
    assert checked[0].full_url == f"http://127.0.0.1:{port}/durand/_stcore/health"
    assert checked[0].headers == {"Host": "class.example.org"}


DOCKERS = {"--version", "--detach", "--file", "--tag", "--publish", "--volume"}  # options that are not durand's


def test_the_guide_names_options_that_there_are() -> None:
    from typer.main import get_command

    from sim.commands.main import app

    commands = get_command(app).commands  # type: ignore[attr-defined]
    there = {word for name in ("dashboard", "class") for one in commands[name].params for word in one.opts}
    for page in ("docs/operating.md", "SECURITY.md"):
        text = (ROOT / page).read_text(encoding="utf-8")
        named = set(re.findall(r"--[a-z][a-z-]+", text)) - DOCKERS
        assert named
        assert named <= there


def test_a_server_for_classes_alone_has_no_page_that_runs_the_model(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DURAND_CLASSES_ONLY", "1")
    front = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=300).run()
    assert not front.exception
    assert "Class" in [title.value for title in front.title]
    assert "Nickname" in [field.label for field in front.text_input]
    room = access.classes()
    opened = room.open("what_leverage_is", "Monday")
    page = AppTest.from_file(str(ROOT / "dashboard" / "app.py"), default_timeout=300)
    page.query_params.update({"class": opened.code, "me": room.join(opened.code, "Amina").secret})
    page.session_state["my runs"] = True  # opened
    page.run()
    assert not page.exception
    assert "You have saved no run." in [one.value for one in page.markdown]
    assert not [one.value for one in page.markdown if "Compare" in one.value], "a page that this server does not have"
