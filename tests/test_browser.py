"""Compare and the Studio as people use them: a real browser, a real server."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from browsing import (
    NOT_A_FORECAST,
    PATIENCE,
    PICTURES,
    SMALL,
    Visit,
    brought,
    click,
    compared,
    kept,
    press,
    rest,
    table_opened,
)

from sim.provenance.levers import level

if TYPE_CHECKING:
    from browsing import Server
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]


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
    """Every text in the pictures, sorted."""
    return sorted(page.locator(f"{PICTURES} text").all_text_contents())


def lever(page: Page, name: str) -> Any:
    return page.locator(f"input[type=range][aria-label='{name}']")


def test_the_first_load_shows_both_scenarios_with_no_click_and_fetches_nothing_from_elsewhere(
    visit: Visit, server: Server
) -> None:
    """Otherwise a room without a network, or a visitor's privacy, is out of luck."""
    asked: list[str] = []
    page = compared(visit, "compare", asked=asked)
    drawn = " ".join(page.locator(PICTURES).all_text_contents())
    assert "Confront" in drawn
    assert "Accommodate" in drawn
    assert "modelled worlds" in sentence(page)
    assert page.get_by_text(NOT_A_FORECAST).first.is_visible()
    rest(page)
    here = (server.address, server.address.replace("http", "ws"), "data:", "blob:")
    assert len(asked) > 5
    assert [url for url in asked if not url.startswith(here)] == []
    kept(page, "compare")


def test_a_slider_changes_the_sentence_for_nobody_else_and_a_shared_address_gives_the_same(visit: Visit) -> None:
    page, other = compared(visit, f"compare?{SMALL}"), compared(visit, f"compare?{SMALL}")
    before, was = sentence(page), stamp(page)
    rest(page)
    lever(page, "Cross-border strikes").focus()
    for _ in range(8):
        page.keyboard.press("ArrowRight")
    page.get_by_text("Cross-border strikes 0 → 0.4").wait_for()
    changed(page, was)
    page.wait_for_function("() => location.search.includes('lever.cross_border_strikes=0.4')")
    assert sentence(page) != before
    other.wait_for_timeout(500)
    assert (stamp(other), sentence(other)) == (was, before)
    assert lever(other, "Cross-border strikes").input_value() == "0"
    shared = compared(visit, page.url)
    assert (stamp(shared), sentence(shared)) == (stamp(page), sentence(page))
    assert lever(shared, "Cross-border strikes").input_value() == "0.4"
    rest(page)
    rest(shared)
    shared.wait_for_timeout(500)  # the last picture may still be on its way
    assert letters(shared) == letters(page) != letters(other)
    back_and_again(other, was)


def back_and_again(page: Page, was: str) -> None:
    """A move is undone by the browser's Back, done again by Forward, and undone by the button; a lever says its level."""
    lever(page, "Cross-border strikes").focus()
    page.keyboard.press("ArrowRight")
    changed(page, was)
    moved, says = stamp(page), page.locator(".st-key-level-cross_border_strikes")
    assert level("cross_border_strikes", 0.05) in says.inner_text()
    for go, there, value in ((page.go_back, was, "0"), (page.go_forward, moved, "0.05"), (None, was, "0")):
        before = stamp(page)
        if go is None:
            press(page, "Undo", exact=True)
        else:
            go()
        changed(page, before)
        rest(page)
        assert (stamp(page), lever(page, "Cross-border strikes").input_value()) == (there, value)
        assert ("lever." in page.url) == (value != "0")
        assert level("cross_border_strikes", float(value)) in says.inner_text()


def test_a_bad_address_gets_a_message(visit: Visit) -> None:
    page = compared(visit, f"compare?{SMALL}&lever.magic=1&metric=<b>x</b>")
    assert "did you mean" not in page.get_by_text("Parts of this address do not fit").inner_text()
    assert page.get_by_text("lever.magic = 1: is not one of the choices").is_visible()
    assert page.get_by_text("metric = <b>x</b>").is_visible()


def test_bad_and_good_files_in_the_studio(visit: Visit, tmp_path: Path) -> None:
    page = visit(f"studio?{SMALL}")
    bad = tmp_path / "bad.yaml"
    bad.write_text("schema: 1\ntitle: '**Bold** [x](http://x) <b>y</b>'\nextends: confront\nmonths: many\n")
    page.locator("input[type=file]").set_input_files(bad)
    page.get_by_text("months has the wrong type: 'many'").wait_for()
    rest(page)
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
    with page.expect_download() as given:
        press(page, "Download")
    assert Path(given.value.path()).read_text(encoding="utf-8") == good.read_text(encoding="utf-8")
    kept(page, "studio")
    press(page, "Compare", exact=True)
    page.locator(PICTURES).nth(2).wait_for()
    page.wait_for_function("() => location.search.includes('own=')")
    assert page.get_by_text("Your version of **Mine** [x](").is_visible()
    assert page.locator("a[href='http://x']").count() == 0
    other = compared(visit, page.url)
    assert stamp(other) == stamp(page)


def test_what_is_taken_along(visit: Visit) -> None:
    page = compared(visit, f"compare?{SMALL}")
    click(page.get_by_text("Take it with you"))
    wanted = {"Report": b"<!DOCTYPE html>", "Outcomes, CSV": b"scenario,", "Outcomes, Parquet": b"PAR1"}
    wanted |= {"All, with months": b"PK", "Scenario: Confront": b"schema: 1"}
    for label, begins in wanted.items():
        assert brought(page, label).read_bytes().lower().startswith(begins.lower()), label
    table_opened(page)
    for label, begins in {"SVG": b"<svg", "PNG": b"\x89PNG"}.items():
        assert brought(page, label).read_bytes().startswith(begins), label
