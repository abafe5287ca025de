"""Class and play as people use them: a real browser, a real server that is ended in the middle of a class and started again."""

from __future__ import annotations

import asyncio
import csv
import io
import re
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from test_browser import CHROMIUM, PATIENCE, QUIET, kept, visit

from sim.teaching.classroom import Classroom
from sim.teaching.moves import load_log
from sim.teaching.play import replay

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
import classroom  # the class of sixty, smaller here

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

EXERCISE = "what_leverage_is"
FIELD = "Of 100 modelled worlds (0 to 100)"
PAGES = ["exercises", "class_student", "class_instructor", "play", "table"]


class Server:
    """A dashboard that can be ended and started again at the same address, with the same class file."""

    def __init__(self, file: Path) -> None:
        self.file, self.port = file, classroom.free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._running = ExitStack()
        self.start()

    def start(self) -> None:
        self._running.enter_context(classroom.serving(self.file, self.port))

    def end(self) -> None:
        self._running.close()

    def log(self) -> str:
        return self.file.with_suffix(".log").read_text(encoding="utf-8", errors="replace")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("class") / "class.db")
    yield made
    made.end()
    assert "Traceback" not in made.log(), made.log()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


def press(page: Page, name: str | re.Pattern[str]) -> None:
    page.get_by_role("button", name=name).first.click()


def chosen(page: Page, label: str, option: str | re.Pattern[str]) -> None:
    page.get_by_role("combobox", name=re.compile(label)).first.click()
    page.get_by_role("option", name=option).first.click()


def opened(browser: Browser, server: Server) -> tuple[Page, str]:
    """An instructor with a class just opened, and its code."""
    page = visit(browser, f"{server.address}/class_instructor")
    chosen(page, "Exercise", "Leverage")
    press(page, "Open a class")
    page.get_by_text("Code for students").wait_for()
    match = re.search(r"class=([A-Z0-9-]+)", page.url)
    assert match is not None
    return page, match[1]


def joined(browser: Browser, server: Server, code: str, nickname: str, **how: Any) -> Page:
    page = visit(browser, f"{server.address}/class_student?class={code}", **how)
    page.get_by_label("Nickname").fill(nickname)
    press(page, "Join")
    page.get_by_text("You are here as").wait_for()
    return page


def predict(page: Page, worlds: int) -> None:
    """Answer the quiz."""
    page.get_by_label(FIELD).first.fill(str(worlds))
    press(page, "Predict")
    page.get_by_text(f"You predict {worlds} of 100").first.wait_for()


def steps(page: Page, fell: int) -> None:
    """Answer the first step."""
    page.get_by_label(FIELD).last.fill(str(fell))
    page.get_by_label(re.compile("^From")).first.fill("0.1")
    page.get_by_label(re.compile("^To")).first.fill("0.3")
    press(page, "Predict")
    page.get_by_text(f"You predict {fell} of 100").first.wait_for()


def test_a_class_from_the_code_to_the_end(browser: Browser, server: Server) -> None:
    """Two join, predict, are seen to arrive; the server is ended and started again; reveal, export, delete."""
    host, code = opened(browser, server)
    amina = joined(browser, server, code, "Amina")
    bilal = joined(browser, server, code, "<b>Bilal</b>", width=360, height=780)
    host.get_by_text("0 of 2 have predicted.").wait_for()
    predict(amina, 20)
    host.get_by_text("1 of 2 have predicted.").wait_for()
    predict(bilal, 70)
    host.get_by_text("2 of 2 have predicted.").wait_for()
    host.get_by_text(re.compile(r"The model: in \d+ of 100")).first.wait_for()
    kept(host, "class-live")
    steps(amina, 5)
    assert amina.get_by_text("The model:").count() == 0

    server.end()
    server.start()
    steps(bilal, 60)  # the same page, without being loaded anew
    amina.reload()
    amina.get_by_text("You are here as Amina").wait_for()
    amina.get_by_text("You predict 5 of 100").wait_for()
    host.reload()
    chosen(host, "Question", re.compile("^Step 1: In how many"))
    host.get_by_text("2 of 2 have predicted.").wait_for()
    press(host, "Reveal")
    host.get_by_text("Revealed: students see").wait_for()
    for page in (amina, bilal):  # by itself, without a reload
        page.get_by_text("Brier score").wait_for()
        page.get_by_text("The model:").or_(page.get_by_text("it happens in")).first.wait_for()
        page.locator("[data-testid=stVegaLiteChart] svg").first.wait_for()
        page.get_by_text(re.compile("What you may have left out|What carries it|No single mechanism")).first.wait_for()
    kept(bilal, "class-revealed-phone")
    kept(amina, "class-revealed")
    with host.expect_download() as brought:
        press(host, "All predictions, CSV")
    rows = list(csv.DictReader(io.StringIO(Path(brought.value.path()).read_text(encoding="utf-8"))))
    fell = {row["nickname"]: float(row["chance"]) for row in rows if row["question"] == "fell"}
    assert fell == {"Amina": 0.05, "<b>Bilal</b>": 0.6}
    host.get_by_text("Delete this class").click()
    host.get_by_text("Yes, delete all of it").click()
    press(host, re.compile("^Delete$"))
    host.get_by_text("The class is deleted").wait_for()
    for page in (amina, bilal):
        page.get_by_text("may have been deleted").wait_for()


def test_without_the_secret_link_there_is_nothing_to_see(browser: Browser, server: Server) -> None:
    host, code = opened(browser, server)
    secret = re.search(r"host=([\w-]+)", host.url)
    assert secret is not None
    other = visit(browser, f"{server.address}/class_instructor?class={code}&host={secret[1][:-1]}x")
    other.get_by_text("use the secret link that came with the class").wait_for()
    assert other.get_by_text("have predicted").count() == 0


def test_sixty_students_lose_nothing(server: Server) -> None:
    """Sixty sessions of the server, over websockets as browsers open them, submit within ten seconds."""
    classes = Classroom(server.file)
    class_ = classes.open(classroom.EXERCISE, "Sixty")
    with ThreadPoolExecutor(1) as apart:  # the browser's own loop runs in this thread
        waits = apart.submit(asyncio.run, classroom.room(server.port, class_.code, 60, 10.0)).result()
    assert len(waits) == 60
    assert classroom.missing(classes, class_.code, class_.secret, 60) == []
    assert classes.standing(class_.code).seats == 60


def reach(page: Page, there: str, back: bool = False) -> None:
    """Press Tab until the focus is where it should be."""
    for _ in range(150):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if page.evaluate(f"() => {{ const e = document.activeElement; return {there}; }}"):
            return
    raise AssertionError(f"the Tab key never comes to {there}")


def test_a_game_by_keyboard_alone(browser: Browser, server: Server, tmp_path: Path) -> None:
    """Choose whom to play, begin, move a lever, let two quarters pass, ask for the debrief; the log gives the same bits."""
    page = visit(browser, f"{server.address}/play")
    page.get_by_role("button", name="Begin").wait_for()
    reach(page, "e.innerText === 'Begin'")
    page.keyboard.press("Enter")
    page.get_by_text("Turn 1 of 15").wait_for()
    page.get_by_text("This mix costs").wait_for()
    reach(page, "e.type === 'range' && e.getAttribute('aria-label') === 'Aid'")
    before = page.get_by_text("This mix costs").inner_text()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
    page.wait_for_function("was => !document.body.innerText.includes(was)", arg=before)
    for turn, ahead in ((2, "December 2022 to February 2023"), (3, "March to May 2023")):
        page.get_by_role("button", name=ahead).wait_for()
        reach(page, f"e.innerText === 'Let the quarter pass: {ahead}'")
        page.keyboard.press("Enter")
        page.get_by_text(f"Turn {turn} of 15").wait_for()
    reach(page, "e.innerText.startsWith('Set it against')")
    page.keyboard.press("Enter")
    page.get_by_text(re.compile("Turning points: TTP attacks, against")).first.wait_for()
    page.get_by_text("Luck: yours was").wait_for()
    kept(page, "play-debrief")
    reach(page, "e.innerText === 'Download this game'")
    with page.expect_download() as brought:
        page.keyboard.press("Enter")
    log = load_log(Path(brought.value.path()))
    assert len(log.turns) == 2
    assert log.turns[0].moves["pakistan"]["aid"] == pytest.approx(0.4)
    assert all(now == then for now, then in replay(log))
    page.reload()
    page.get_by_text("Turn 3 of 15").wait_for()


def test_a_game_that_is_brought_along(browser: Browser, server: Server, tmp_path: Path) -> None:
    page = visit(browser, f"{server.address}/play")
    bad = tmp_path / "bad.json"
    bad.write_text('{"format": "something else"}')
    page.locator("input[type=file]").set_input_files(bad)
    page.get_by_text("this is no game log of durand").wait_for()
    kept(page, "play-bad")


def test_two_at_a_table_and_a_clock(browser: Browser, server: Server) -> None:
    host = visit(browser, f"{server.address}/table")
    host.get_by_text("Open a game, as its host").click()
    press(host, "Open a game")
    host.get_by_text("Code for players").wait_for()
    match = re.search(r"game=([A-Z0-9-]+)", host.url)
    assert match is not None
    players = []
    for nickname, seat in (("Amina", "Pakistan"), ("Bilal", "TTP")):
        page = visit(browser, f"{server.address}/table?game={match[1]}")
        page.get_by_label("Nickname").fill(nickname)
        chosen(page, "Seat", re.compile(f"^{seat}$"))
        press(page, "Take the seat")
        page.get_by_text("The host starts the game").wait_for()
        players.append(page)
    host.get_by_role("cell", name="Bilal").wait_for()
    press(host, re.compile("^Start$"))
    for page in players:
        page.get_by_text("What is known of").wait_for()
    press(host, "Pause")
    players[0].get_by_text("Paused").wait_for()
    press(host, "Go on")
    players[0].get_by_text("Running").wait_for()
    kept(players[0], "table-player")
    for page in players:
        press(page, "Make this move")
    for page in (*players, host):
        page.get_by_text("turn 2 of 15").wait_for()
    kept(host, "table-host")


@pytest.mark.parametrize("path", PAGES)
def test_a_phone_needs_no_sideways_scroll(browser: Browser, server: Server, path: str) -> None:
    page = visit(browser, f"{server.address}/{path}", width=360, height=780)
    ready(page, path)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    wide = page.evaluate(
        "() => [...document.querySelectorAll('.stMain svg, .stMain button, .stMain p, .stMain table, .stMain input')]"
        ".filter(e => e.type !== 'range')"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120))"
    )
    assert wide == []
    kept(page, f"phone-{path}")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing_serious(browser: Browser, server: Server, path: str, dark: bool) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = visit(browser, f"{server.address}/{path}", dark=dark)
    ready(page, path)
    kept(page, f"{'dark' if dark else 'light'}-{path}")
    found = Axe().run(page).response["violations"]
    grave = [
        (one["id"], one["help"], [node["html"][:200] for node in one["nodes"][:4]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert grave == []


def ready(page: Page, path: str) -> None:
    """Come to where a page shows the most: a class just opened, a game begun."""
    if path == "class_instructor":
        press(page, "Open a class")
        page.locator("[data-testid=stVegaLiteChart] svg").first.wait_for()
    elif path == "play":
        press(page, "Begin")
        page.get_by_text("This mix costs").wait_for()
        page.get_by_text("What was done so far").click()
    else:
        first = {"exercises": "Predict", "class_student": "Join", "table": "Take the seat"}[path]
        page.get_by_role("button", name=first).first.wait_for()
    page.wait_for_timeout(PATIENCE / 90)
