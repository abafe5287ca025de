"""The pages Why, Actors, Map, Experiments, Evidence and About in a real browser: by mouse, by keyboard, on a phone, with axe."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from test_browser import PATIENCE, PICTURES, SMALL, address, browser, kept, visit  # noqa: F401

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

MINE = ("why", "actors", "map", "experiments", "evidence", "about")
PICTURED = {"why": 4, "actors": 6, "map": 3}


def arrived(browser: Browser, address: str, path: str, more: str = "", **how: Any) -> Page:  # noqa: F811
    """A visitor who has a page whole in front of her."""
    page = visit(browser, f"{address}/{path}?{SMALL}{more}", **how)
    whole(page, path)
    return page


def whole(page: Page, path: str) -> None:
    page.get_by_text("These are modelled worlds, not a forecast.").last.wait_for()
    if count := PICTURED.get(path):
        page.locator(PICTURES).nth(count - 1).wait_for()
    page.wait_for_timeout(800)


def focused(page: Page, there: str) -> None:
    """Press Tab until something has the focus."""
    for _ in range(160):
        page.keyboard.press("Tab")
        if page.evaluate(f"() => {{ const e = document.activeElement; return {there}; }}"):
            return
    raise AssertionError(f"the Tab key never comes to {there}")


def query(page: Page) -> str:
    return str(page.evaluate("() => location.search"))


def shown_month(page: Page) -> str:
    """The month that stands in the first picture."""
    letters = " ".join(page.locator(PICTURES).first.locator("text").all_text_contents())
    found = re.search(r"[A-Z][a-z]+ 20\d\d", letters)
    assert found is not None, letters
    return found.group()


def test_a_click_on_a_month_leads_to_a_claim_and_its_source(address: str, browser: Browser) -> None:  # noqa: F811
    page = arrived(browser, address, "why", "&metric=attacks")
    first = page.get_by_text("paired worlds; higher in").inner_text()
    assert "July 2024" in first
    box = page.locator(PICTURES).first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] * 0.7)
    page.wait_for_function("() => location.search.includes('month=')")
    page.get_by_text(re.compile("TTP attacks, .* (2023|2024): Accommodate less Confront")).wait_for()
    assert page.get_by_text("paired worlds; higher in").inner_text() != first
    page.wait_for_timeout(1000)
    month = query(page).split("month=")[1][:7]
    assert "2023-01" < month < "2024-07"
    kept(page, "why")
    page.locator("[class*=st-key-depth-1] summary").filter(has_text="(").first.click()
    link = page.locator("[class*=st-key-depth-1] a[href*='card=']").first
    link.wait_for()
    name = str(link.get_attribute("href")).split("card=")[1]
    link.click()
    page.get_by_text("Rests on").first.wait_for()
    assert name.replace("+", " ") in page.get_by_role("heading", level=3).first.inner_text()
    page.wait_for_function("() => location.search.includes('worlds=20')")
    claim = page.locator(".st-key-card a[href*='card=']").filter(has_text="paragraph").first
    claim.click()
    page.get_by_text("Stated by").wait_for()
    assert "Claim" in page.get_by_role("heading", level=3).first.inner_text()
    kept(page, "evidence-claim")


def test_why_by_keyboard(address: str, browser: Browser) -> None:  # noqa: F811
    page = arrived(browser, address, "why", "&metric=attacks")
    focused(
        page, "e.role === 'combobox' && e.closest('[data-testid=stSelectbox]')?.innerText.includes('Month asked about')"
    )
    for key in ("ArrowUp", "ArrowUp", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    page.wait_for_function("() => location.search.includes('month=')")
    whole(page, "why")
    focused(page, "e.matches('summary') && e.closest('[class*=st-key-depth-0]') !== null")
    page.keyboard.press("Enter")
    page.locator("[class*=st-key-depth-0] details[open]").first.wait_for()


@pytest.mark.parametrize("path", ["map", "actors"])
def test_months_play_and_stop_by_keyboard(address: str, browser: Browser, path: str) -> None:  # noqa: F811
    page = arrived(browser, address, path)
    assert shown_month(page) == "July 2024"
    focused(page, "e.tagName === 'BUTTON' && e.innerText.includes('Play through the months')")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Stop").wait_for()
    page.wait_for_function("() => location.search.includes('month=2021-1')", timeout=PATIENCE)
    assert page.evaluate("() => document.activeElement.innerText").strip() == "Stop"
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Play through the months").wait_for()
    page.wait_for_timeout(1500)
    stopped = query(page)
    page.wait_for_timeout(2500)
    assert query(page) == stopped
    month = shown_month(page)
    assert month.endswith(("2021", "2022"))
    kept(page, path)
    focused(page, "e.type === 'range' && e.getAttribute('aria-label') === 'Month'")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("was => location.search !== was", arg=stopped)
    page.wait_for_timeout(1000)
    assert shown_month(page) != month


def test_playing_ends_at_the_last_month(address: str, browser: Browser) -> None:  # noqa: F811
    page = visit(browser, f"{address}/map?worlds=5&months=4&month=2021-10")
    whole(page, "")
    page.get_by_role("button", name="Play through the months").click()
    page.get_by_role("button", name="Stop").wait_for()
    page.get_by_role("button", name="Play through the months").wait_for(timeout=30_000)
    page.wait_for_timeout(500)
    assert shown_month(page) == "November 2021"


def test_a_source_is_switched_off(address: str, browser: Browser) -> None:  # noqa: F811
    page = arrived(browser, address, "evidence")
    page.get_by_role("radio", name="Switch a source off").click()
    page.get_by_text("Choose a source to see").wait_for()
    page.locator("[data-testid=stSelectbox] input").first.click()
    page.keyboard.type("004")
    page.keyboard.press("Enter")
    page.get_by_text(re.compile(r"Without .*, \d+ of \d+ rules cite no claim any more")).wait_for()
    page.wait_for_function("() => location.search.includes('without=004')")
    kept(page, "evidence-without")
    other = visit(browser, page.url)
    other.get_by_text(re.compile(r"\d+ of \d+ rules cite no claim any more")).wait_for()


def test_a_deep_link_on_evidence_opens_in_a_tab_of_its_own(address: str, browser: Browser) -> None:  # noqa: F811
    page = visit(browser, f"{address}/evidence?card=kinship_weight")
    page.get_by_role("heading", name="Parameter kinship_weight").wait_for()


def test_a_sweep_is_run_and_stopped(address: str, browser: Browser) -> None:  # noqa: F811
    from dashboard.state import State, to_query

    text = (
        "schema: 1\ntitle: Small\nscenarios: [confront, appease]\nuncertainties: [kinship_weight, reward_response]\n"
        "parameters: defaults\ndesign: {kind: latin_hypercube, points: 60, seed: 3}\nworlds: 2\nmonths: 24\n"
        "metrics: [attacks, fatalities]\n"
    )
    packed = to_query(State(trial=text))["trial"]
    page = visit(browser, f"{address}/experiments?trial={packed}")
    page.get_by_role("button", name="Run it").click()
    page.get_by_text("120 points of 2 worlds over 24 months; 0 points").wait_for()
    page.get_by_role("button", name="Work it out").click()
    page.locator(PICTURES).nth(1).wait_for()
    page.wait_for_timeout(800)
    kept(page, "experiments")
    page.get_by_role("radio", name="Where something holds").click()
    field = page.get_by_role("textbox", name="Where does this hold?")
    field.fill("attacks[confront] < nothing")
    field.press("Enter")
    page.get_by_text("This condition cannot be read.").wait_for()
    page.get_by_text("no such outcome was kept: nothing").wait_for()
    large = to_query(State(trial=text.replace("points: 60", "points: 2000").replace("months: 24", "months: 60")))[
        "trial"
    ]
    page = visit(browser, f"{address}/experiments?trial={large}")
    page.get_by_role("button", name="Run it").click()
    page.get_by_text(re.compile("of 8,000 runs|Under way")).wait_for()
    page.get_by_role("button", name="Stop").click()
    page.get_by_text("Stopped.", exact=True).wait_for()


@pytest.mark.parametrize("path", MINE)
def test_a_phone_needs_no_sideways_scroll(address: str, browser: Browser, path: str) -> None:  # noqa: F811
    more = "&card=indian_alternative" if path == "evidence" else ""
    page = arrived(browser, address, path, more, width=360, height=780)
    if path == "about":
        page.get_by_text("What is measured").click()
        page.wait_for_timeout(500)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    wide = page.evaluate(
        "() => [...document.querySelectorAll('.stMain svg, .stMain button, .stMain p, .stMain input, .stMain a')]"
        ".filter(e => e.type !== 'range' && !e.closest('[data-testid=stMultiSelect]'))"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 160))"
    )
    assert wide == []
    kept(page, f"phone-{path}")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("path", [*MINE, "evidence?without=004"])
def test_axe_finds_nothing_serious(address: str, browser: Browser, path: str, dark: bool) -> None:  # noqa: F811
    from axe_playwright_python.sync_playwright import Axe

    path, _, more = path.partition("?")
    more = f"&{more}" if more else "&card=001.8-2001-threat-failed" if path == "evidence" else ""
    page = arrived(browser, address, path, more, dark=dark)
    if path in PICTURED:
        page.get_by_text("Numbers and files").first.click()
        page.get_by_role("table").first.wait_for()
    if path == "why":
        page.locator("[class*=st-key-depth-1] summary").first.click()
        page.wait_for_timeout(1500)
    page.wait_for_timeout(500)
    kept(page, f"{'dark' if dark else 'light'}-{path}{'-without' if 'without' in more else ''}")
    found = Axe().run(page).response["violations"]
    grave = [
        (one["id"], one["help"], [node["html"][:200] for node in one["nodes"][:4]])
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
    assert grave == []
