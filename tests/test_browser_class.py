"""Class and play as people use them: a real browser, a real server that is ended in the middle of a class and started again."""

from __future__ import annotations

import asyncio
import csv
import io
import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import classroom
import pytest
from browsing import PATIENCE, Visit, brought, chosen, click, grave, kept, press, rest

from dashboard.runtime.reach import qr_picture
from sim.teaching.classroom.classes import Classroom, Opened
from sim.teaching.exercises.figures import Lab
from sim.teaching.exercises.load import load_exercise

if TYPE_CHECKING:
    from browsing import Server
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FIELD = "Of 100 modelled worlds (0 to 100)"


def opened(visit: Visit) -> tuple[Page, str]:
    """An instructor with a class just opened, and its code."""
    page = visit("class_instructor", width=1440)
    chosen(page, "Exercise", "Leverage")
    press(page, "Open a class")
    page.get_by_text("Code for students").wait_for()
    match = re.search(r"class=([A-Z0-9-]+)", page.url)
    assert match is not None
    return page, match[1]


def joined(visit: Visit, code: str, nickname: str, **how: Any) -> Page:
    page = visit(f"join/{code}", **how)
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


def test_a_class_from_the_code_to_the_end(visit: Visit, server: Server) -> None:
    """Two join by the QR code's address, predict, are seen to arrive, on the wall too; the server is killed and started again;
    reveal, gradebook, delete."""
    host, code = opened(visit)
    scanned = f"{server.address}/join/{code}"
    assert host.get_by_role("img", name=f"QR code of {scanned}").get_attribute("src") == qr_picture(scanned)
    wall = visit(f"class_wall?class={code}", width=1920, height=1080)
    amina = joined(visit, code, "Amina")
    bilal = joined(visit, code, "<b>Bilal</b>", width=360, height=780)
    host.get_by_text("0 of 2 have predicted.").wait_for()
    predict(amina, 20)
    host.get_by_text("1 of 2 have predicted.").wait_for()
    wall.get_by_text("1 of 2 have answered").wait_for()
    wall.get_by_text("<b>Bilal</b>").wait_for()
    kept(wall, "class-wall")
    predict(bilal, 70)
    host.get_by_text("2 of 2 have predicted.").wait_for()
    assert (
        host.get_by_text(re.compile(r"The model: in (under |over )?\d+ of 100")).count() == 0
    )  # the screen may be on a wall
    click(host.get_by_text("Show what the model says beside them"))
    host.get_by_text(re.compile(r"The model: in (under |over )?\d+ of 100")).first.wait_for()
    kept(host, "class-live")
    steps(amina, 5)
    assert amina.get_by_text("The model:").count() == 0

    server.end(at_once=True)
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
    wall.get_by_text(re.compile(r"The model: in (under |over )?\d+ of 100")).wait_for()
    wall.locator("[data-testid=stVegaLiteChart] svg").first.wait_for()
    for page in (amina, bilal):  # by itself, without a reload
        page.get_by_text("Brier score").wait_for()
        page.get_by_text("The model:").or_(page.get_by_text("it happens in")).first.wait_for()
        page.locator("[data-testid=stVegaLiteChart] svg").first.wait_for()
        page.get_by_text(re.compile("What you may have left out|What carries it|No single mechanism")).first.wait_for()
    kept(bilal, "class-revealed-phone")
    kept(amina, "class-revealed")
    kept(wall, "class-wall-revealed")
    fits(wall)
    assert grave(wall, "class-wall") == {}
    click(host.get_by_text("Gradebook and predictions, as files"))
    rows = list(csv.DictReader(io.StringIO(brought(host, "All predictions, CSV").read_text(encoding="utf-8"))))
    fell = {row["nickname"]: float(row["chance"]) for row in rows if row["question"] == "fell"}
    assert fell == {"Amina": 0.05, "<b>Bilal</b>": 0.6}
    book = list(csv.DictReader(io.StringIO(brought(host, "Gradebook, CSV").read_text(encoding="utf-8"))))
    assert [row["nickname"] for row in book] == ["Amina", "<b>Bilal</b>"]
    assert float(book[0]["points in all"]) != float(book[1]["points in all"])
    click(host.get_by_text("Delete this class"))
    click(host.get_by_text("Yes, delete all of it"))
    press(host, re.compile("^Delete$"))
    host.get_by_text("The class is deleted").wait_for()
    for page in (amina, bilal):
        page.get_by_text("may have been deleted").wait_for()
        page.get_by_role("button", name="Join anew").wait_for()


def fits(wall: Page) -> None:
    """Nothing of a wall has to be scrolled to, and its question and code can be read from afar."""
    sizes = {name: float(wall.locator(f".wall-{name}").evaluate("e => parseFloat(getComputedStyle(e).fontSize)"))
             for name in ("question", "code", "address")}  # fmt: skip
    assert sizes["question"] >= 48
    assert sizes["code"] >= 56
    assert sizes["address"] >= 32
    assert wall.evaluate("() => document.querySelector('.stMain').scrollHeight <= window.innerHeight + 1")
    assert wall.evaluate("() => document.documentElement.scrollWidth <= window.innerWidth")
    chart = wall.locator(".st-key-wall-chart svg.marks").bounding_box()
    assert chart is not None
    assert 0.9 * 1080 < chart["y"] + chart["height"] <= 1080  # what the room voted has all that is left
    assert chart["height"] > 300


def own_link(page: Page) -> str:
    """The secret link that a page gives to its holder."""
    click(page.get_by_text("Your own secret link"))
    link = page.locator(".stExpander code").filter(has_text="http").first
    link.wait_for()
    return link.inner_text().strip()


def test_without_the_secret_link_there_is_nothing_to_see(visit: Visit) -> None:
    host, _ = opened(visit)
    link = own_link(host)
    other = visit(f"{link[:-1]}{'A' if link[-1] != 'A' else 'B'}")
    other.get_by_text("use the secret link that came with the class").wait_for()
    assert other.get_by_text("have predicted").count() == 0


def test_no_secret_stays_in_the_address_and_a_reload_keeps_the_seat(visit: Visit, server: Server) -> None:
    """The page may be on a wall; the phone may sleep, and the server be started again meanwhile."""
    host, code = opened(visit)
    link = own_link(host)
    secret = link.partition("host=")[2]
    assert len(secret) == 32
    assert secret not in host.url
    amina = joined(visit, code, "Amina")
    handle = re.search(r"me=(~|%7E)([0-9a-f]{12})", amina.url)
    assert handle is not None
    for page, there in ((host, "Code for students"), (amina, "You are here as Amina")):
        address = page.url
        page.reload()
        page.get_by_text(there).wait_for()
        assert page.url == address
    server.end()
    server.start()
    for page, there in ((host, "Code for students"), (amina, "You are here as Amina")):
        page.reload()
        page.get_by_text(there).wait_for()
    elsewhere = visit(link)  # another browser, with the link: in it too the secret goes from the address
    elsewhere.get_by_text("Code for students").wait_for()
    elsewhere.wait_for_function(f"() => !location.href.includes('{secret}')")
    seen = visit(host.url)  # another browser, with what was read off the wall
    seen.get_by_text("Open a class").first.wait_for()
    assert seen.get_by_text("Code for students").count() == 0


def test_two_seats_in_two_tabs_of_one_browser(visit: Visit) -> None:
    _, code = opened(visit)
    amina = joined(visit, code, "Amina")
    bilal = amina.context.new_page()
    bilal.set_default_timeout(PATIENCE)
    bilal.goto(amina.url.partition("&me=")[0])
    bilal.get_by_role("button", name="Go on as Amina").wait_for()
    bilal.get_by_label("Nickname").fill("Bilal")
    press(bilal, "Join")
    bilal.get_by_text("You are here as Bilal").wait_for()
    for page, name in ((amina, "Amina"), (bilal, "Bilal")):
        page.reload()
        page.get_by_text(f"You are here as {name}").wait_for()


def test_sixty_students_lose_nothing(server: Server) -> None:
    """Sixty sessions of the server, over websockets as browsers open them, submit within five seconds; when half of them have,
    the server is killed and started again."""
    classes = Classroom(server.file)
    class_ = classes.open(classroom.EXERCISE, "Sixty")

    def killed() -> None:
        server.end(at_once=True)
        server.start()

    with ThreadPoolExecutor(1) as apart:  # the browser's own loop runs in this thread
        waits = apart.submit(asyncio.run, classroom.room(server.port, class_.code, 60, 5.0, killed)).result()
        before, after = apart.submit(asyncio.run, heard(server, classes, class_)).result()
    assert len(waits) == 60
    assert classroom.missing(classes, class_.code, class_.secret, 60) == []
    assert classes.standing(class_.code).seats == 61
    assert "Traceback" not in server.said()
    # What the model says reaches nobody's browser before it is revealed, in whatever form; and then it does.
    lab = Lab(load_exercise(classroom.EXERCISE))
    told = [lab.shown(name).text for step in lab.exercise.steps for name in step.show]
    told += [lab.fill(answer.text) for answer in lab.exercise.answers]
    told = [text for text in told if len(text) > 8]  # not "all", nor "0"
    assert len(told) >= 5
    assert [text for text in ("the model", "The model:", "Brier score", *told) if text in before] == []
    assert "the model" in after
    assert "The model:" in after


async def heard(server: Server, classes: Classroom, class_: Opened) -> tuple[str, str]:
    """All that the server sends a student who answers the quiz; and once the first question is revealed."""

    def words(student: classroom.Student) -> str:
        return bytes(student.heard).decode("utf-8", "replace").replace("\\", "")

    student = await classroom.join(server.port, class_.code, 60)
    await classroom.predict(student, 60, 0.0)
    before = words(student)
    classes.reveal(class_.code, class_.secret, "fell")
    await student.run("The model:")
    await student.socket.close()
    return before, words(student)


# Lets a quarter pass, and clicks on "What if" in the moment in which the next turn is there and that button not yet anew.
WHAT_IF_MEANWHILE = """turn => new Promise(told => {
    const named = name => [...document.querySelectorAll('.stMain button')].find(one => one.innerText.startsWith(name));
    const place = [...named('What if').closest('[class*=st-key-]').classList].find(name => name.startsWith('st-key-'));
    new MutationObserver((_, watch) => {
        if (![...document.querySelectorAll('h2')].some(one => one.innerText.startsWith(`Turn ${turn} of`))) return;
        watch.disconnect();
        const old = document.querySelector(`.${place} button`);
        old?.click();
        told(Boolean(old));
    }).observe(document.body, {childList: true, subtree: true, characterData: true});
    named('Let the quarter pass').click();
})"""


def test_a_what_if_clicked_while_the_next_turn_is_drawn_is_kept(visit: Visit) -> None:
    """The old buttons stand until the new ones come; what is clicked on them is meant."""
    from playwright.sync_api import TimeoutError as NotInTimeError

    page = visit("play")
    press(page, "Begin")
    page.get_by_text("This mix costs").wait_for()
    click(page.get_by_text("Go back, or what if"))
    for turn in range(2, 10):  # where all is drawn at once, there is no such moment
        page.get_by_role("button", name="What if").wait_for()
        rest(page)
        if page.evaluate(WHAT_IF_MEANWHILE, turn):
            break
    line = page.get_by_role("combobox", name="Line of play")
    line.wait_for()
    assert "what if" in line.input_value()
    option = page.get_by_role("option", name=f"1: {turn - 1} turns played")
    for _ in range(5):  # a list that is opened while the page is still being drawn is closed again
        rest(page)
        line.press("ArrowDown")
        with suppress(NotInTimeError):
            option.wait_for(timeout=10_000)
            break
    assert option.is_visible()


def test_a_game_that_is_brought_along(visit: Visit, tmp_path: Path) -> None:
    page = visit("play")
    bad = tmp_path / "bad.json"
    bad.write_text('{"format": "something else"}')
    page.locator("input[type=file]").set_input_files(bad)
    page.get_by_text("this is no game log of durand").wait_for()
    kept(page, "play-bad")


def test_two_at_a_table_and_a_clock(visit: Visit) -> None:
    host = visit("table")
    click(host.get_by_text("Open a game, as its host"))
    press(host, "Open a game")
    host.get_by_text("Code for players").wait_for()
    match = re.search(r"game=([A-Z0-9-]+)", host.url)
    assert match is not None
    players = []
    for nickname, seat in (("Amina", "Pakistan"), ("Bilal", "TTP")):
        page = visit(f"table?game={match[1]}")
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
        click(page.get_by_role("tab", name="Messages"))
    players[0].get_by_role("textbox", name="Text").fill("<b>between us</b>")
    players[0].keyboard.press("Tab")
    players[0].get_by_role("button", name="Send the note").press("Enter")
    players[1].get_by_text("<b>between us</b>").wait_for()
    kept(players[1], "table-messages")
    for page in players:
        click(page.get_by_role("tab", name="Quarter"))
        press(page, "Make this move")
    for page in (*players, host):
        page.get_by_text("turn 2 of 15").wait_for()
    kept(host, "table-host")
    for page, there in ((players[1], "turn 2 of 15"), (host, "Code for players")):
        page.reload()
        page.get_by_text(there).first.wait_for()
        assert re.search(r"(player|leader)=(~|%7E)[0-9a-f]{12}", page.url)
