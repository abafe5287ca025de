"""A class in a real room: phones reach it by the address that was chosen and no other; what is on the wall; what leaves it."""

from __future__ import annotations

import asyncio
import csv
import io
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import numpy as np
import pytest
from command import Durand
from test_dashboard_class import EXERCISE, again, opened, press, room, said, tables, visit, widget

import sim
from dashboard.runtime import class_runs, gate, reach, state, versions
from dashboard.widgets import access
from sim.teaching.classroom.classes import Opened
from sim.teaching.classroom.file import ClassroomError
from sim.teaching.classroom.gradebook import about_points, gradebook, points
from sim.teaching.classroom.runs import MOST_RUNS, SavedRun
from sim.teaching.classroom.wall import OnWall
from sim.teaching.exercises.predict import Chance, Range, central, score
from sim.words.numbers import amount
from sim.worlds import Vector

ROOT = Path(__file__).resolve().parents[1]
__all__ = ["opened", "room"]  # fixtures
HOSTILE = ":material/home: [x](http://evil.example) www.evil.example <b>*</b>"
FORMULA = "=HYPERLINK('x')"


# ------------------------------------------------------------------------------------------------ addresses


@pytest.fixture
def networks() -> Iterator[tuple[list[str], list[str]]]:
    """Two machines on one network of their own: what comes before a command that is to run on the laptop, and on the phone."""
    laptop, phone = (f"durand-{name}-{os.getpid()}" for name in ("laptop", "phone"))
    steps = [
        f"netns add {laptop}",
        f"netns add {phone}",
        f"link add wifi netns {laptop} type veth peer name wifi netns {phone}",
        *(f"-n {one} addr add {there} dev wifi" for one, there in ((laptop, "10.42.0.1/24"), (phone, "10.42.0.2/24"))),
        *(f"-n {one} link set {link} up" for one in (laptop, phone) for link in ("lo", "wifi")),
    ]
    if shutil.which("ip") is None:
        pytest.skip("there is no `ip` here to make a network with")
    try:
        for step in steps:
            made = subprocess.run(["ip", *step.split()], capture_output=True, text=True)
            if made.returncode:
                pytest.skip(f"a network cannot be made here: ip {step}: {made.stderr.strip()}")
        yield ["ip", "netns", "exec", laptop], ["ip", "netns", "exec", phone]
    finally:
        for one in (laptop, phone):
            subprocess.run(["ip", "netns", "delete", one], capture_output=True)


PHONE = """
import asyncio, sys, urllib.error, urllib.request
sys.path.insert(0, sys.argv[1])
import classroom

def status(address, **headers):
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=5) as answer:
            return f"{answer.status} {answer.url}"
    except urllib.error.HTTPError as refused:
        return refused.code
    except OSError as problem:
        return type(problem.reason).__name__

async def joins():
    student = await classroom.join(8501, sys.argv[2], 1, "10.42.0.1")
    await classroom.predict(student, 1, 0.0)

here = "http://10.42.0.1:8501"
print(status(f"{here}/join/{sys.argv[2]}"))
print([status(here, Host=name) for name in ("evil.example", "localhost:8501", "10.42.0.9:8501", "10.42.0.1:8501")])
print(status("http://10.42.0.1:8502"))
asyncio.run(joins())
print("joined")
"""


def test_a_phone_joins_by_the_rooms_address_and_by_no_other(
    networks: tuple[list[str], list[str]], tmp_path: Path
) -> None:
    """The laptop has two servers: one for the class, and one that was started as usual, for itself alone."""
    laptop, phone = networks
    file, said = tmp_path / "class.db", tmp_path / "said.txt"
    durand, python = [*laptop, sys.executable, "-m", "sim"], {**os.environ, "PYTHONPATH": str(ROOT)}
    health = "import urllib.request as u; [u.urlopen(f'http://{one}/_stcore/health', timeout=2) for one in {!r}]"
    both = ("10.42.0.1:8501", "127.0.0.1:8502")
    with said.open("wb") as log:
        servers = [
            subprocess.Popen([*durand, *words], stdout=log, stderr=log, cwd=tmp_path, env=python)
            for words in (
                ["class", "--exercise", EXERCISE, "--class-file", str(file)],
                ["dashboard", "--port", "8502"],
            )
        ]
    try:
        until = time.monotonic() + 90
        up = [*laptop, sys.executable, "-c", health.replace("{!r}", repr(both))]
        while subprocess.run(up, capture_output=True).returncode:
            assert time.monotonic() < until, said.read_text(encoding="utf-8")
            time.sleep(0.5)
        welcome = said.read_text(encoding="utf-8")
        match = re.search(r"http://10\.42\.0\.1:8501/join  and type  (\S+)", welcome)
        assert match is not None, welcome
        assert "whoever is on the network wifi can open these pages" in welcome
        assert "\u2580" in welcome  # the QR code, in half blocks
        asked = subprocess.run(
            [*phone, sys.executable, "-c", PHONE, str(ROOT / "benchmarks"), match[1]],
            capture_output=True, text=True, timeout=300, env=python,
        )  # fmt: skip
    finally:
        for server in servers:
            server.terminate()
        for server in servers:
            try:
                server.wait(60)
            except subprocess.TimeoutExpired:
                server.kill()
    assert asked.stdout.splitlines() == [
        f"200 http://10.42.0.1:8501/class_student?class={match[1]}",
        "[403, 403, 403, '200 http://10.42.0.1:8501']",
        "ConnectionRefusedError",
        "joined",
    ], asked.stderr
    assert access.Classroom(file).standing(match[1]).seats == 1


def test_what_cannot_be_reached_is_said(durand: Durand, monkeypatch: pytest.MonkeyPatch) -> None:
    found = [reach.Reach("10.42.0.1", "wifi"), reach.Reach("fd00::1", "wifi"), reach.Reach("172.17.0.1", "docker0")]
    monkeypatch.setattr(
        reach, "_listed", lambda: iter([*found[::-1], reach.Reach("127.0.0.1"), reach.Reach("fe80::1")])
    )
    monkeypatch.setattr(reach, "_way_out", lambda: "172.17.0.1")
    assert reach.addresses() == found
    assert reach.chosen("[fd00:0::1]").url(8501, "join") == "http://[fd00::1]:8501/join"
    for words, why in (
        (
            ["--address", "192.0.2.77"],
            "192.0.2.77 is no address of this machine .* allowed: 10.42.0.1, fd00::1, 172.17.0.1",
        ),
        (["--exercise", "nonsense"], "there is no exercise nonsense .* allowed: .*what_leverage_is"),
        (["--again", "AAAA-AAAA"], "there is no class with this code"),
    ):
        monkeypatch.setattr("sim.commands.classroom.must_be_free", lambda host, port: None)
        monkeypatch.setenv("DURAND_OPENING_SECRET", "a long secret")
        code, _, error = durand("class", *words)
        assert code == 2
        assert re.search(why, error), error
    for command in ("class", "dashboard"):  # else whoever meant to keep others out has let all of them in
        for secret in ("", "  ", "too short"):
            monkeypatch.setenv("DURAND_OPENING_SECRET", secret)
            code, _, error = durand(command)
            assert (code, "DURAND_OPENING_SECRET: the secret" in error) == (2, True)
    monkeypatch.setattr(reach, "addresses", list)
    code, _, error = durand("class")
    assert (code, "this machine is on no network" in error) == (2, True)


@pytest.mark.parametrize(
    ("base", "path", "leads"),
    [
        ("", "/join", "/class_student"),
        ("", "/join/KMTQ-7RXA", "/class_student?class=KMTQ-7RXA"),
        ("durand", "/durand/join/KMTQ-7RXA", "/durand/class_student?class=KMTQ-7RXA"),
        ("durand", "/join/KMTQ-7RXA", ""),
        ("", "/join/../x", ""),
        ("", "/join/a&b=c", ""),
        ("", "//evil.example/join", ""),
    ],
)
def test_a_short_address_leads_to_the_class(base: str, path: str, leads: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate.config, "get_option", {"server.baseUrlPath": base}.__getitem__)
    assert gate.join_target(path) == leads


def test_only_a_request_for_a_page_is_led_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise what opens a connection there is answered in words that it does not know, and the server stumbles."""
    monkeypatch.setattr(gate.Gate, "stands", False)  # put back at the end
    passed: list[str] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        passed.append(scope["path"])

    scope = {"type": "websocket", "path": "/join/KMTQ-7RXA", "headers": [(b"host", b"localhost")]}
    asyncio.run(gate.Gate(app)(scope, AsyncMock(), AsyncMock()))
    assert passed == ["/join/KMTQ-7RXA"]


def passed(path: str, base: str, *headers: tuple[bytes, bytes], kind: str = "http", method: str = "GET") -> list[Any]:
    """What the gate lets through of one request to a server whose addresses begin with `base`."""
    through: list[Any] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        through.append(scope["path"])

    before = str(gate.config.get_option("server.baseUrlPath"))
    gate.config.set_option("server.baseUrlPath", base)
    scope = {"type": kind, "path": path, "method": method, "headers": [(b"host", b"localhost"), *headers]}
    try:
        asyncio.run(gate.Gate(app)(scope, AsyncMock(), AsyncMock()))
    finally:
        gate.config.set_option("server.baseUrlPath", before)
    return through


@pytest.mark.parametrize("base", ["", "durand", "a/b"])
def test_what_is_not_offered_is_offered_under_no_base_path(base: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a server behind a proxy shows its figures, and lets uploads pile up."""
    monkeypatch.setattr(gate.Gate, "stands", False)  # put back at the end
    rooms: list[tuple[str, str]] = []
    monkeypatch.setattr(gate.Gate, "_make_room", lambda _gate, who, one: rooms.append((who, one)))
    begins = f"/{base}" if base else ""
    for path in ("/_stcore/metrics", "/_stcore/agent/openapi.json", "/auth/login", "/oauth2callback"):
        assert passed(f"{begins}{path}", base) == []
    assert passed(f"{begins}/_stcore/health", base) == [f"{begins}/_stcore/health"]
    passed(f"{begins}{gate.UPLOADS}me/one", base, method="PUT")
    assert rooms == [("me", "one")]


@pytest.mark.parametrize("origin", [b"http://[::1", b"http://[", b"//]", b"", b"null", b"http://x\xff"])
def test_an_origin_that_is_none_is_a_foreign_one(origin: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise whoever writes nonsense there fills the server's log with tracebacks."""
    monkeypatch.setattr(gate.Gate, "stands", False)  # put back at the end
    assert passed("/_stcore/stream", "", (b"origin", origin), kind="websocket") == []


# ------------------------------------------------------------------------------------------------ the wall


def on_wall(opened: Opened) -> str:
    """All that a wall shows, which knows the code alone."""
    app = visit("class_wall", class_=opened.code)
    assert set(app.query_params) == {"class"}
    drawings = "".join(str(one.proto) for one in app.get("vega_lite_chart"))
    return said(app) + "".join(one.proto.body for one in app.get("html")) + drawings


def test_a_wall_shows_no_code_that_no_phone_can_open(opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a room scans a picture that leads each phone to itself."""
    assert not access.is_reachable()
    shown = on_wall(opened)
    assert "No phone can open this address" in shown
    assert "<img" not in shown
    assert "Nobody is in yet" in shown
    monkeypatch.setattr(access, "is_reachable", lambda: True)
    shown = on_wall(opened)
    assert "<img" in shown
    assert "No phone" not in shown


def test_a_wall_shows_what_the_instructor_puts_up_and_no_answer_before_the_reveal(opened: Opened) -> None:
    rooms = access.classes()
    amina, other = (rooms.join(opened.code, name) for name in ("Amina", "<b>B</b>"))
    rooms.submit(opened.code, amina.secret, "fell", Chance(0.05))
    assert "are in" in on_wall(opened)
    with pytest.raises(ClassroomError, match="use the secret link"):
        rooms.put_up(opened.code, other.secret, OnWall("fell", "step"))
    rooms.put_up(opened.code, opened.secret, OnWall("fell", "step"))
    shown = on_wall(opened)
    assert "1 of 2 have answered" in shown
    assert "&lt;b&gt;B&lt;/b&gt;" in shown
    assert "<b>B</b>" not in shown
    assert "spec: " not in shown
    assert opened.secret not in shown
    with pytest.raises(ClassroomError, match="still open"):
        rooms.votes(opened.code)
    rooms.put_up(opened.code, opened.secret, OnWall("fell", "step", votes=True, names=False))
    shown = on_wall(opened)
    assert rooms.votes(opened.code) == [Chance(0.05)]
    assert "Amina" not in shown
    assert "spec: " in shown
    assert "1 predicted (of 100): 5." in shown.replace("\\", "")
    assert "model:" not in shown.lower()
    rooms.reveal(opened.code, opened.secret, "fell")
    assert re.search(r"The model: in (under |over )?\d+ of 100 modelled worlds", on_wall(opened))


def test_the_wall_follows_the_instructors_question(opened: Opened) -> None:
    app = visit("class_instructor", class_=opened.code, host=opened.secret)
    assert access.classes().on_wall(opened.code) == OnWall("kabul", "before")
    assert "No phone can open this address" in said(app)
    widget(app, "toggle", "Wall: votes as they come").set_value(True)
    press(again(app), "Close the quiz before")
    press(app, "Next question")
    assert access.classes().on_wall(opened.code) == OnWall("fell", "step", votes=True)
    access.classes().choose(opened.code, opened.secret, "ceasefires")
    assert access.classes().on_wall(opened.code).question == ""


# ------------------------------------------------------------------------------------------------ what leaves


def test_a_gradebook_has_a_row_for_each_and_no_formula() -> None:
    happened, many = np.array([1.0, 0.0, 0.0, 0.0]), np.arange(100.0)
    values = {"fell": happened, "total": many, "kabul": happened}
    places = [("kabul", "before"), ("fell", "step"), ("total", "step"), ("kabul", "after")]
    best = {
        place: score(Range(0, 1) if place[0] == "total" else Chance(0.5), values[place[0]]).truth for place in places
    }
    entries = [
        ("Amina", best),
        (FORMULA, {("fell", "step"): Chance(0.5), ("kabul", "after"): Chance(1)}),
        ("Nobody", {}),
    ]
    heads = {place: "-".join(place) for place in places}
    text = gradebook(entries, values, places, heads, {("fell", "step"), ("total", "step")})
    amina, formula, nobody = csv.DictReader(io.StringIO(text))
    assert amina["points in all"] == "100.0"
    assert amina["fell-step: about right?"] == "about right"
    assert formula["nickname"] == f"'{FORMULA}"
    assert formula["fell-step: points"] == "93.8"  # 25 of 100 off
    assert formula["points in all"] == "46.9"
    # What is not revealed yet has its answer alone: its points would tell the model's.
    assert (formula["kabul-after: answer"], formula["kabul-after: points"], formula["points, quiz after"]) == (
        "100 of 100",
        "",
        "",
    )
    assert (nobody["fell-step: answer"], nobody["fell-step: points"], nobody["points in all"]) == ("", "0.0", "0.0")
    assert not [cell for row in csv.reader(io.StringIO(text)) for cell in row if cell[:1] in "=+-@" and cell]


def test_who_says_what_they_believe_expects_the_most_points() -> None:
    """Otherwise a participant who is unsure what the model says is graded for bluffing."""
    worlds = np.random.default_rng(1)
    for scale in (1.0, 300.0):  # shares, and counts; two models that one may believe in, of different spread
        believed = [scale * worlds.beta(2, 8, 400), scale * worlds.beta(6, 3, 400)]
        for weight in (0.15, 0.5, 0.8):
            both = zip(believed, (weight, 1 - weight), strict=True)
            mixed = np.concatenate([np.repeat(one, round(100 * share)) for one, share in both])

            def expected(answer: Range, weight: float = weight, believed: list[Vector] = believed) -> float:
                return weight * points(answer, believed[0]) + (1 - weight) * points(answer, believed[1])

            honest = central(mixed)
            others = [Range(low, high) for low in np.linspace(0, scale, 12) for high in np.linspace(low, 2 * scale, 12)]
            assert expected(honest) >= max(map(expected, others)) - 1e-9
            assert max(map(points, [honest] * 2, believed)) < 100.0
    sure, never = np.ones(1), np.zeros(1)
    for belief in (0.1, 0.5, 0.6):
        told = [
            belief * points(Chance(one), sure) + (1 - belief) * points(Chance(one), never)
            for one in np.linspace(0, 1, 21)
        ]
        assert np.linspace(0, 1, 21)[int(np.argmax(told))] == pytest.approx(belief)
    # What the page says of points, in figures.
    one = np.full(10, 100.0)
    assert points(Range(400, 400), one) == pytest.approx(100 - 60, abs=0.01)
    assert points(Range(100, 200), one) == pytest.approx(100 - 3, abs=0.01)
    assert points(Range(0.2, 0.2), np.full(10, 0.3)) == pytest.approx(100 - 4.2, abs=0.1)
    for off, left in ((0.0, 100), (0.1, 99), (0.25, 94), (0.5, 75), (1.0, 0)):
        assert round(points(Chance(1 - off), sure)) == left
        assert f" {left} " in about_points()


def test_runs_that_a_class_saves_stand_side_by_side(opened: Opened) -> None:
    """What is shown of a saved run is what `sim.run` gives for it; and nothing that was typed is a link or markup."""
    rooms = access.classes()
    seat = rooms.join(opened.code, "=1+1")
    here = state.State(levers={"aid": 1.0, "cross_border_strikes": 0.0}, uncertainties={"kabul_control": 0.5})
    assert class_runs.to_save(state.State()) is None
    mine = "schema: 1\ntitle: My own\nextends: confront\n"
    for base, was in ((here, "0.5"), (here.with_(scenarios=("confront", state.OWN), own=mine), "0")):
        kept = versions.keep(base, "Kept")
        for there in (kept, kept.with_(levers={"aid": 0.2})):  # as it was kept; with more set in a copy of it
            run = SavedRun(1, "A", "run", class_runs.to_save(there) or {})
            saved = class_runs.scenario_of(run)
            assert saved is not None
            assert saved[1].actors == versions.scenarios(there)[versions.YOURS if there.levers else "k1"].actors
            assert dict(class_runs.settings([saved]))["Aid"] == f"{was} → {0.2 if there.levers else 1}"
    chosen = class_runs.to_save(here.with_(seed=9, worlds=17, month="2024-01"))
    assert chosen == {"lever.aid": "1.0", "lever.cross_border_strikes": "0.0", "value.kabul_control": "0.5"}
    rooms.save_run(opened.code, seat.secret, HOSTILE, chosen)
    rooms.save_run(opened.code, seat.secret, "of another durand", {"lever.magic": "1"})
    app = visit("class_instructor", class_=opened.code, host=opened.secret)
    app.session_state["beside"] = True
    again(app)
    assert "of another durand: saved with another durand" in said(app).replace("\u2060", "")
    rows = {row[0]: row[1:] for row in tables(app)}
    own = sim.load_scenario("appease")
    assert rows["Aid"][2].endswith(" → 1")
    assert len(rows["Aid"]) == 3
    made = class_runs.scenario_of(rooms.runs(opened.code, opened.secret)[0])
    assert made is not None
    assert made[1].start == own.start
    ran = sim.run(made[1], worlds=class_runs.WORLDS, months=class_runs.MONTHS, seed=class_runs.SEED)
    middle = ran.summary().loc["attacks", "p50"]
    assert rows["TTP attacks"][2].startswith(amount("attacks", middle))
    for kind in ("markdown", "caption", "warning", "table"):
        texts = [str(one.value) for one in app.get(kind)]
        assert not [text for text in texts if re.search(r"(?<!\\)\[x|(?<!\\)<b>|(?<!\w)www\.(?!\u2060)evil", text)]
    for number in range(MOST_RUNS - 2):
        rooms.save_run(opened.code, seat.secret, f"run {number}", chosen)
    rooms.save_run(opened.code, seat.secret, "run 0", chosen)  # the same name again: in place of it
    with pytest.raises(ClassroomError, match=f"you have saved {MOST_RUNS} runs"):
        rooms.save_run(opened.code, seat.secret, "one more", chosen)
    with pytest.raises(ClassroomError, match="too large"):
        rooms.save_run(opened.code, seat.secret, "run 0", {"own": "x" * 20_000})
    rooms.drop_run(opened.code, seat.secret, rooms.my_runs(opened.code, seat.secret)[0].number)
    assert len(rooms.runs(opened.code, opened.secret)) == MOST_RUNS - 1
    twice = rooms.join(opened.code, "the same student")
    for name in ("run 0", "last", "very last"):
        rooms.save_run(opened.code, twice.secret, name, {"lever.aid": "0.1"})
    rooms.merge(opened.code, opened.secret, twice.number, seat.number)
    mine = rooms.my_runs(opened.code, seat.secret)
    assert [one.name for one in mine] == ["run 0", "last", "very last"], "as many as one seat may have, the newest"
    assert {one.chosen["lever.aid"] for one in mine} == {"0.1"}
