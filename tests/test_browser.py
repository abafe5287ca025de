"""The dashboard as people use it: a real browser, a real server on a port of its own, for the whole of this file."""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
PATIENCE = 90_000
SMALL = "worlds=20&months=36"
PICTURES = "[data-testid=stVegaLiteChart] svg"
# Pictures to look at, where a folder for them is named (the checks keep it).
SHOTS = os.environ.get("DURAND_SCREENSHOTS")


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the dashboard is, started from an empty folder."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port = one.getsockname()[1]
    log = tmp_path_factory.mktemp("dashboard") / "log"
    with log.open("wb") as file:
        command = [sys.executable, "-m", "sim", "dashboard", "--port", str(port)]
        root = str(Path(__file__).resolve().parents[1])
        server = subprocess.Popen(
            command, stdout=file, stderr=file, cwd=log.parent, env={**os.environ, "PYTHONPATH": root}
        )
    try:
        for _ in range(240):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.25)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)
    said = log.read_text(encoding="utf-8", errors="replace")
    assert "Traceback" not in said, said


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


def visit(browser: Browser, url: str, width: int = 1280, height: int = 900, dark: bool = False) -> Page:
    """A visitor of her own, who has the page in front of her."""
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light", accept_downloads=True
    )
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto(url)
    return page


def compared(browser: Browser, url: str, **how: Any) -> Page:
    """The same on Compare, with the pictures drawn."""
    page = visit(browser, url, **how)
    page.locator(".st-key-stamp p").wait_for()
    page.locator(PICTURES).nth(2).wait_for()
    return page


def stamp(page: Page) -> str:
    return page.locator(".st-key-stamp p").inner_text()


def sentence(page: Page) -> str:
    return page.get_by_text(re.compile("modelled worlds (Confront|Accommodate|Your)|do not settle")).first.inner_text()


def changed(page: Page, before: str) -> None:
    """Wait until another run is shown."""
    page.wait_for_function(
        "was => (document.querySelector('.st-key-stamp p')?.textContent ?? was) !== was", arg=before, timeout=PATIENCE
    )


def letters(page: Page) -> list[str]:
    """Every text in the pictures."""
    return page.locator(f"{PICTURES} text").all_text_contents()  # type: ignore[no-any-return]


def lever(page: Page, name: str) -> Any:
    return page.locator(f"input[type=range][aria-label='{name}']")


def kept(page: Page, name: str) -> None:
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(SHOTS, f"{name}.png")), full_page=True)


def test_the_first_load_shows_both_scenarios_with_no_click(address: str, browser: Browser) -> None:
    page = compared(browser, address)
    drawn = " ".join(page.locator(PICTURES).all_text_contents())
    assert "Confront" in drawn
    assert "Accommodate" in drawn
    assert "modelled worlds" in sentence(page)
    assert page.get_by_text("These are modelled worlds, not a forecast.").first.is_visible()
    kept(page, "compare")


def test_nothing_is_fetched_from_elsewhere(address: str, browser: Browser) -> None:
    """Otherwise a room without a network, or a visitor's privacy, is out of luck."""
    context = browser.new_context()
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{address}/?{SMALL}")
    page.locator(PICTURES).nth(2).wait_for(timeout=PATIENCE)
    assert [
        url for url in asked if not url.startswith((address, address.replace("http", "ws"), "data:", "blob:"))
    ] == []


def test_a_slider_changes_the_sentence_and_a_shared_address_gives_the_same(address: str, browser: Browser) -> None:
    page = compared(browser, f"{address}/?{SMALL}")
    before, was = sentence(page), stamp(page)
    lever(page, "Cross-border strikes").focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    page.get_by_text("Cross-border strikes 0 → 0.4").wait_for()
    changed(page, was)
    page.wait_for_function("() => location.search.includes('lever.cross_border_strikes=0.4')")
    assert sentence(page) != before
    other = compared(browser, page.url)
    assert (stamp(other), sentence(other)) == (stamp(page), sentence(page))
    assert lever(other, "Cross-border strikes").input_value() == "0.4"
    page.wait_for_timeout(1500)  # the last picture may still be on its way
    assert sorted(letters(other)) == sorted(letters(page))


def test_visitors_do_not_see_each_other(address: str, browser: Browser) -> None:
    first, second = compared(browser, f"{address}/?{SMALL}"), compared(browser, f"{address}/?{SMALL}")
    was = stamp(second)
    lever(first, "Fencing").focus()
    first.keyboard.press("ArrowRight")
    changed(first, was)
    second.wait_for_timeout(500)
    assert stamp(second) == was
    assert lever(second, "Fencing").input_value() == "0"


def test_a_bad_address_gets_a_message(address: str, browser: Browser) -> None:
    page = compared(browser, f"{address}/?{SMALL}&lever.magic=1&metric=<b>x</b>")
    assert "did you mean" not in page.get_by_text("Parts of this address do not fit").inner_text()
    assert page.get_by_text("lever.magic = 1: is not one of the choices").is_visible()
    assert page.get_by_text("metric = <b>x</b>").is_visible()


def test_bad_and_good_files_in_the_studio(address: str, browser: Browser, tmp_path: Path) -> None:
    page = visit(browser, f"{address}/studio?{SMALL}")
    bad = tmp_path / "bad.yaml"
    bad.write_text("schema: 1\ntitle: '**Bold** [x](http://x) <b>y</b>'\nextends: confront\nmonths: many\n")
    page.locator("input[type=file]").set_input_files(bad)
    page.get_by_text("your scenario:4: months has the wrong type: text 'many'").wait_for()
    assert page.get_by_role("button", name="Compare", exact=True).is_disabled()
    kept(page, "studio-bad")
    good = tmp_path / "good.yaml"
    good.write_text(
        "schema: 1\ntitle: '**Mine** [x](http://x)'\nextends: confront\nactors:\n  pakistan:\n    changes:\n"
        "      - {from: 2023-01, levers: {aid: 0.9}}\n"
    )
    page.locator("input[type=file]").set_input_files(good)
    page.get_by_text("Everything fits.").wait_for()
    page.get_by_text("Pakistan, from 2023-01: Aid").wait_for()
    with page.expect_download() as brought:
        page.get_by_role("button", name="Download").click()
    assert Path(brought.value.path()).read_text() == good.read_text()
    kept(page, "studio")
    page.get_by_role("button", name="Compare", exact=True).click()
    page.locator(PICTURES).nth(2).wait_for()
    page.wait_for_function("() => location.search.includes('own=')")
    assert page.get_by_text("Your version of **Mine** [x](http://x)").is_visible()
    assert page.locator("a[href='http://x']").count() == 0
    other = compared(browser, page.url)
    assert stamp(other) == stamp(page)


def test_what_is_taken_along(address: str, browser: Browser) -> None:
    page = compared(browser, f"{address}/?{SMALL}")
    page.get_by_text("Take it with you").click()
    wanted = {"Report": b"<!DOCTYPE html>", "Outcomes, CSV": b"scenario,", "Outcomes, Parquet": b"PAR1"}
    wanted |= {"All, with months": b"PK", "Scenario: Confront": b"schema: 1"}
    for label, begins in wanted.items():
        with page.expect_download(timeout=PATIENCE) as brought:
            page.get_by_role("button", name=label, exact=True).click()
        assert Path(brought.value.path()).read_bytes().lower().startswith(begins.lower()), label
    page.get_by_text("Numbers and files").first.click()
    page.get_by_role("table").first.wait_for()
    for label, begins in {"SVG": b"<svg", "PNG": b"\x89PNG"}.items():
        with page.expect_download(timeout=PATIENCE) as brought:
            page.get_by_role("button", name=label, exact=True).first.click()
        assert Path(brought.value.path()).read_bytes().startswith(begins)


@pytest.mark.parametrize("path", ["", "studio"])
def test_a_phone_needs_no_sideways_scroll(address: str, browser: Browser, path: str) -> None:
    page = visit(browser, f"{address}/{path}?{SMALL}", width=360, height=780)
    if path == "":
        page.locator(PICTURES).nth(2).wait_for()
    else:
        page.get_by_text("Everything fits.").wait_for()
    page.wait_for_timeout(800)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    wide = page.evaluate(
        "() => [...document.querySelectorAll('.stMain svg, .stMain button, .stMain p, .stMain input')]"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120))"
    )
    assert wide == []
    kept(page, f"phone-{path or 'compare'}")


def test_the_keyboard_alone_suffices(address: str, browser: Browser) -> None:
    """Otherwise who cannot use a mouse cannot move a lever, choose a scenario, or read a table."""
    page = compared(browser, f"{address}/?{SMALL}")
    was = stamp(page)

    def reach(there: str) -> None:
        for _ in range(120):
            page.keyboard.press("Tab")
            if page.evaluate(f"() => {{ const e = document.activeElement; return {there}; }}"):
                return
        raise AssertionError(f"the Tab key never comes to {there}")

    reach("e.role === 'combobox' && e.closest('[data-testid=stSelectbox]')?.innerText.includes('What to look at')")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.search.includes('metric=')")
    reach("e.type === 'range' && e.getAttribute('aria-label') === 'Domestic operations'")
    page.keyboard.press("ArrowRight")
    changed(page, was)
    page.get_by_text("Domestic operations 0.15 → 0.2").wait_for()
    reach("e.matches('summary, [aria-expanded]') && e.innerText.includes('Numbers and files')")
    page.keyboard.press("Enter")
    page.get_by_role("table").first.wait_for()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", ["", "studio"])
def test_axe_finds_nothing_serious(address: str, browser: Browser, path: str, dark: bool) -> None:
    from axe_playwright_python.sync_playwright import Axe

    page = visit(browser, f"{address}/{path}?{SMALL}", dark=dark)
    if path == "":
        page.locator(PICTURES).nth(2).wait_for()
        page.get_by_text("Numbers and files").first.click()
        page.get_by_role("table").first.wait_for()
    else:
        page.get_by_text("Everything fits.").wait_for()
    page.wait_for_timeout(800)
    kept(page, f"{'dark' if dark else 'light'}-{path or 'compare'}")
    found = Axe().run(page).response["violations"]
    grave = [
        (one["id"], one["help"], [node["html"][:200] for node in one["nodes"][:4]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert grave == []
