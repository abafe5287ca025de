"""The pages Why, Actors, Map, Experiments and Evidence in a real browser: by mouse and by keyboard."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from browsing import NOT_A_FORECAST, PICTURES, SMALL, Visit, click, kept, press, rest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PICTURED = {"why": 4, "actors": 8, "map": 3}


def arrived(visit: Visit, path: str, more: str = "") -> Page:
    """A visitor who has a page whole in front of her."""
    page = visit(f"{path}?{SMALL}{more}")
    whole(page, path)
    return page


def whole(page: Page, path: str) -> None:
    page.get_by_text(NOT_A_FORECAST).last.wait_for()
    if count := PICTURED.get(path):
        page.locator(PICTURES).nth(count - 1).wait_for()
    rest(page)


def query(page: Page) -> str:
    return str(page.evaluate("() => location.search"))


def shows(page: Page, month: str, other: bool = False) -> None:
    """Wait until the first picture shows a month, or another one than that."""
    page.wait_for_function(
        "([pictures, month, other]) => document.querySelector(pictures).textContent.includes(month) !== other",
        arg=[PICTURES, month, other],
    )


def test_a_click_on_a_month_leads_to_a_claim_and_its_source(visit: Visit) -> None:
    page = arrived(visit, "why", "&metric=attacks")
    first = page.get_by_text("paired worlds; higher in").inner_text()
    assert "July 2024" in first
    box = page.locator(PICTURES).first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.7)
    page.wait_for_function("() => location.search.includes('month=')")
    page.get_by_text(re.compile("TTP attacks, .* 2023: Accommodate minus Confront")).wait_for()
    assert page.get_by_text("paired worlds; higher in").inner_text() != first
    rest(page)
    month = query(page).split("month=")[1][:7]
    assert "2023-01" < month < "2024-07"
    kept(page, "why")
    click(page.locator("[class*=st-key-depth-1] summary").filter(has_text="(").first)
    link = page.locator("[class*=st-key-depth-1] a[href*='card=']").first
    link.wait_for()
    name = str(link.get_attribute("href")).split("card=")[1]
    click(link)
    page.locator(".st-key-card").get_by_text(
        name.replace("+", " ")
    ).first.wait_for()  # "Rests on" stands on either page
    page.get_by_text("Rests on").first.wait_for()
    page.wait_for_function("() => location.search.includes('worlds=20')")
    click(page.locator(".st-key-card a[href*='card=00']").first)
    page.get_by_text("Stated by").wait_for()
    assert page.locator(".st-key-card").get_by_text(re.compile("^Claim ")).first.is_visible()
    kept(page, "evidence-claim")


def test_playing_ends_at_the_last_month(visit: Visit) -> None:
    page = visit("actors?worlds=5&months=4&month=2021-10")
    whole(page, "actors")
    press(page, "Play through the months")
    page.get_by_role("button", name="Stop", exact=True).wait_for()
    page.get_by_role("button", name="Play through the months").wait_for()
    shows(page, "November 2021")
    kept(page, "actors")


def test_a_source_is_switched_off(visit: Visit) -> None:
    page = arrived(visit, "evidence")
    click(page.get_by_role("radio", name="Switch a source off"))
    page.get_by_text("Choose a source to see").wait_for()
    click(page.locator("[data-testid=stSelectbox] input").first)
    page.keyboard.type("004")
    page.keyboard.press("Enter")
    page.get_by_text(re.compile(r"Without .*, \d+ of \d+ rules cite no claim any more")).wait_for()
    page.wait_for_function("() => location.search.includes('without=004')")
    kept(page, "evidence-without")
    other = visit(page.url)
    other.get_by_text(re.compile(r"\d+ of \d+ rules cite no claim any more")).wait_for()


def test_a_deep_link_on_evidence_opens_in_a_tab_of_its_own(visit: Visit) -> None:
    page = visit("evidence?card=kinship_weight")
    page.get_by_text("Parameter kinship_weight").wait_for()
    page.get_by_role("heading", name=re.compile("^How much kinship with the TTP holds Kabul back")).wait_for()


def test_a_sweep_is_run_and_stopped(visit: Visit) -> None:
    from dashboard.runtime.state import State, to_query

    text = (
        "schema: 1\ntitle: Small\nscenarios: [confront, appease]\nuncertainties: [kinship_weight, reward_response]\n"
        "parameters: defaults\ndesign: {kind: latin_hypercube, points: 60, seed: 3}\nworlds: 2\nmonths: 24\n"
        "metrics: [attacks, fatalities]\n"
    )
    packed = to_query(State(trial=text))["trial"]
    page = visit(f"experiments?trial={packed}")
    press(page, "Run it")
    page.get_by_text("120 points of 2 worlds over 24 months.").wait_for()
    page.locator(PICTURES).nth(1).wait_for()
    rest(page)
    kept(page, "experiments")
    click(page.get_by_role("radio", name="Where something holds"))
    page.get_by_text("Asked: TTP attacks, total under Confront is lower than").wait_for()
    page.get_by_text("Write it as text", exact=True).click()
    field = page.get_by_role("textbox", name="Condition")
    field.fill("attacks[confront] < nothing")
    field.press("Enter")
    page.get_by_text("This condition cannot be read.").wait_for()
    page.get_by_text("no such outcome was kept: nothing").wait_for()
    large = to_query(State(trial=text.replace("points: 60", "points: 2000").replace("months: 24", "months: 60")))[
        "trial"
    ]
    page = visit(f"experiments?trial={large}")
    press(page, "Run it")
    page.get_by_text(re.compile("of 8,000 runs|Under way")).wait_for()
    page.get_by_role("button", name="Stop", exact=True).click()
    page.get_by_text("Stopped.", exact=True).wait_for()
