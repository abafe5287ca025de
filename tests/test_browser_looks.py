"""How every page looks in a real browser: a phone needs no sideways scroll; in light and in dark axe finds nothing serious;
pictures fill their frames. Each page is visited once, on a phone, and then made wider."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browsing import NOT_A_FORECAST, PICTURES, SMALL, Visit, click, grave, kept, press, rest, table_opened, visitors

if TYPE_CHECKING:
    from browsing import Server
    from playwright.sync_api import Browser, BrowserContext, Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]

# What is too small to be read on a phone, and is not shown there.
NOT_ON_A_PHONE = ["drawing-picture-loops"]
# Of each page, what has to be there before it is looked at: so many pictures, or a text.
SHOWN: dict[str, int | str] = {
    "start": 1,
    "compare": 3,
    "why": 4,
    "actors": 8,
    "map": 3,
    "loops": 2,
    "studio": "Everything fits.",
    "experiments": 2,
    "third_way": 2,
    "evidence": NOT_A_FORECAST,
    "exercises": NOT_A_FORECAST,
    "class_student": NOT_A_FORECAST,
    "class_instructor": NOT_A_FORECAST,
    "play": NOT_A_FORECAST,
    "table": NOT_A_FORECAST,
    "about": NOT_A_FORECAST,
}
# And what else is looked at, by the addresses that show it.
MORE = (
    "evidence?card=001.8-2001-threat-failed",
    "evidence?without=004",
    "start?lang=ur",
    "compare?compare=confront,appease,hedge",
)
DRAWN = ("compare", "actors", "map", "why")  # pages of which the pictures are measured


@pytest.fixture(scope="module")
def same(browser: Browser) -> Iterator[BrowserContext]:
    """One visitor for all pages, whose browser has loaded and compiled Streamlit's own code before."""
    made = browser.new_context()
    yield made
    made.close()


@pytest.fixture
def visit(browser: Browser, server: Server, same: BrowserContext) -> Iterator[Visit]:
    """As the one of all browser tests."""
    with visitors(browser, server, same) as visiting:
        yield visiting


def looked_at(visit: Visit, name: str) -> Page:
    """A visitor with a phone, in front of a page where it shows the most: a table opened, a class opened, a game begun."""
    path, _, more = name.partition("?")
    more = more or ("card=indian_alternative" if path == "evidence" else "")
    page = visit(f"{path}?{SMALL}&{more}", width=360, height=780)
    shown = SHOWN[path]
    if isinstance(shown, int):
        page.locator(f"{PICTURES} >> visible=true").nth(shown - 1).wait_for()
        table_opened(page)
    else:
        page.get_by_text(shown).last.wait_for()
    if path == "why":
        click(page.locator("[class*=st-key-depth-1] summary").first)
    elif path == "about":
        click(page.get_by_text("What is measured"))
    elif path == "class_instructor":
        press(page, "Open a class")
        page.locator(PICTURES).first.wait_for()
    elif path == "play":
        press(page, "Begin")
        page.get_by_text("This mix costs").wait_for()
        click(page.get_by_text("What was done so far"))
    elif path in ("exercises", "class_student", "table"):
        button = {"exercises": "Predict", "class_student": "Join", "table": "Take the seat"}[path]
        page.get_by_role("button", name=button).first.wait_for()
    rest(page)
    return page


def test_every_page_is_looked_at() -> None:
    pages = Path(__file__).resolve().parents[1] / "dashboard" / "pages"
    assert set(SHOWN) == {file.stem for file in pages.glob("[a-z]*.py")} - {"class_wall"}, (
        "that one is looked at in test_browser_class.py, once a class is in"
    )


@pytest.mark.parametrize("name", [*SHOWN, *MORE])
def test_a_page_looks_right(visit: Visit, name: str) -> None:
    page = looked_at(visit, name)
    needs_no_sideways_scroll(page, name)
    page.set_viewport_size({"width": 1280, "height": 900})
    rest(page)
    colours = partial(takes_the_colours_of_the_page, page) if name == "compare" else None
    assert grave(page, name, colours) == {}, (
        "as it is loaded in the light, or when the visitor's screen then turns dark"
    )
    if name.startswith("start"):  # in English, too, where the other language is called by its own name
        assert page.locator("[lang=ur]").count() > (20 if "lang" in name else 0)
        assert page.evaluate(_UNSAID) == []
    if name in ("map", "why"):
        is_dark_where_there_is_little(page)
    if name.partition("?")[0] not in DRAWN:
        return
    page.emulate_media(color_scheme="light")
    page.wait_for_timeout(600)  # drawn anew
    rest(page)
    fill_their_frames_at_every_width(page, name)
    if name == "compare":
        fills_the_whole_screen(page)
    elif name in ("map", "why"):
        fills_the_screen(page, name)


def needs_no_sideways_scroll(page: Page, name: str) -> None:
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
    # But for the unseen field behind a slider's knob, and what a field of several holds, which scrolls inside.
    wide = page.evaluate(
        "() => [...document.querySelectorAll('.stMain :is(svg, button, p, input, a, table)')]"
        ".filter(e => e.type !== 'range' && !e.closest('[data-testid=stMultiSelect]'))"
        ".filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 160))"
    )
    assert wide == []
    kept(page, f"phone-{name}")
    if name == "compare":  # what the levers do is seen while they are moved, and they are not a day's walk away
        assert page.evaluate("() => document.querySelector('.stMain').scrollHeight") < 8000
        page.locator(".st-key-lever-list").scroll_into_view_if_needed()
        rest(page)
        lever, seen = page.locator(".st-key-lever-list").bounding_box(), page.locator(".strip img").last.bounding_box()
        assert lever is not None
        assert seen is not None
        assert 0 < seen["y"] < seen["y"] + seen["height"] <= lever["y"] < 780
        kept(page, "phone-compare-levers")


# Words in Arabic letters of which a page does not say that they are Urdu: a screen reader would spell them in English.
_UNSAID = """() => [...document.querySelectorAll('.stApp *')].filter(one => !one.closest('[lang=ur]'))
    .flatMap(one => [...one.childNodes]).filter(part => part.nodeType === 3 && /[\u0600-\u06ff]/.test(part.data))
    .map(part => part.data)"""


def is_dark_where_there_is_little(page: Page) -> None:
    """Otherwise the areas and cells of least are the brightest of a dark page."""
    shades = page.evaluate(
        "() => [...document.querySelectorAll(':is(.areas_marks, .ramp_marks) path')].map(one => {"
        " const brush = new OffscreenCanvas(1, 1).getContext('2d'); brush.fillStyle = getComputedStyle(one).fill;"
        " brush.fillRect(0, 0, 1, 1); return Math.max(...brush.getImageData(0, 0, 1, 1).data.slice(0, 3)); })"
    )
    assert len(shades) >= 5
    assert sorted(shades)[len(shades) // 2] < 110, shades


# Of each picture: what it is called, px of its frame and of its drawing, and of its panels. A frame that has given up its box, so
# that the drawing in it may stay in sight, is as wide as what it stands in.
_MEASURED = """() => { const wide = e => getComputedStyle(e).display === 'contents' ? wide(e.parentElement)
    : e.getBoundingClientRect().width; return [...document.querySelectorAll('[class*="-picture-"]')].map(frame => {
    const drawing = frame.querySelector('[data-testid=stVegaLiteChart] svg.marks');
    const panels = [...drawing.querySelectorAll('g[class*=cell] > g > path.background')]
        .map(one => one.getBoundingClientRect().width).filter(width => width > 0);
    return {name: frame.className.match(/st-key-(\\S+)/)[1], frame: wide(frame), row: wide(frame.parentElement.parentElement),
            drawing: drawing.getBoundingClientRect().width, least: Math.min(...panels, 9999), shown: drawing.checkVisibility()};
}); }"""


def fill_their_frames_at_every_width(page: Page, name: str) -> None:
    """Otherwise half of a wide page is empty, and panels are too small to be read."""
    for width, height in ((1440, 1000), (1024, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_timeout(600)  # drawn anew
        rest(page)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width
        found = page.evaluate(_MEASURED)
        assert len(found) >= int(SHOWN[name.partition("?")[0]])
        assert [one["name"] for one in found if not one["shown"]] == (
            NOT_ON_A_PHONE if width == 390 and name == "loops" else []
        )
        for one in (one for one in found if one["shown"]):
            assert 0.9 * one["frame"] <= one["drawing"] <= one["frame"] + 1, (width, one)
            assert one["least"] >= 220, (width, one)
            if width == 390 or "wide" in one["name"]:
                assert one["frame"] >= 0.9 * one["row"], (width, one)
        kept(page, f"filled-{name.partition('=')[0].replace('?', '-')}-{width}")


def fills_the_screen(page: Page, name: str) -> None:
    """A drawing as high as the screen (a map), or as wide (the months of Why); what is under the pointer is said."""
    page.set_viewport_size({"width": 1440, "height": 900})
    rest(page)
    picture = page.locator("[data-testid=stVegaLiteChart] svg.marks").first
    picture.scroll_into_view_if_needed()
    if name == "map":
        assert picture.locator("path[d^=M]").count() > 10  # outlines are drawn, not their rows alone
        picture.locator(".areas_marks path").first.hover(force=True)
    else:
        box = picture.bounding_box()
        assert box is not None
        page.mouse.move(box["x"] + 0.4 * box["width"], box["y"] + 0.5 * box["height"])
    tip = page.locator("#vg-tooltip-element.visible")
    tip.wait_for()
    said = (
        r"[A-Z].*, [A-Z]\w+ 20\d\d: [\d.,]+ attacks"
        if name == "map"
        else r"[A-Z]\w+ 20\d\d: Confront \d.* of ten; Accommodate \d.*"
    )
    assert re.match(said, tip.inner_text()), tip.inner_text()
    click(page.get_by_role("button", name=re.compile("Fullscreen")).first)
    page.get_by_role("button", name="Close fullscreen").wait_for()
    page.wait_for_function(  # it grows until it fills one side
        """() => { const box = document.querySelector("[data-testid=stVegaLiteChart] svg.marks").getBoundingClientRect();
                   return box.width >= 0.9 * 1440 || box.height >= 0.7 * 900; }"""
    )
    rest(page)
    box = picture.bounding_box()
    assert box is not None
    assert box["width"] >= 0.9 * 1440 or box["height"] >= 0.7 * 900, box
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 1441
    if name == "map":  # names, circles and outlines grow together
        land = picture.locator(".land_marks path").bounding_box()
        assert land is not None
        assert land["height"] > 0.9 * box["height"]
    kept(page, f"screen-{name}")


def fills_the_whole_screen(page: Page) -> None:
    """A fan; and it says what a month is."""
    page.set_viewport_size({"width": 1280, "height": 900})
    page.wait_for_timeout(600)  # drawn anew
    rest(page)
    # It has stayed in sight, at the top of the window: its buttons must not lie behind the menu there.
    page.evaluate("() => document.querySelector('.stMain').scrollTo(0, 900)")
    drawing = page.locator("[data-testid=stVegaLiteChart] svg.marks").first
    box = drawing.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"])
    tip = page.locator("#vg-tooltip-element.visible")
    tip.wait_for()
    assert re.fullmatch(
        r"[A-Z]\w+ 202\d: [\d,]+ deaths in the middle world, [\d,]+ to [\d,]+ in nine of ten", tip.inner_text()
    )
    page.get_by_role("button", name=re.compile("Fullscreen")).first.click()
    page.wait_for_timeout(1000)
    box = drawing.bounding_box()
    assert box is not None
    assert 0.9 * 1280 <= box["width"] <= 1280
    assert 0.7 * 900 <= box["height"] <= 900
    kept(page, "filled-screen")
    # The menu lay over the names of the scenarios, and over what closes the picture.
    page.get_by_role("button", name=re.compile("^Close fullscreen")).first.click(timeout=10_000)


def takes_the_colours_of_the_page(page: Page, scheme: str) -> None:
    """Otherwise a dark page has white cards, or words that nobody sees."""
    fills = page.evaluate(
        "() => [...document.querySelectorAll('svg.marks text')].map(e => getComputedStyle(e).fill.match(/\\d+/g).map(Number))"
    )
    assert len(fills) > 20
    assert {min(fill) > 128 for fill in fills} == {scheme == "dark"}
    grounds = page.evaluate(
        "() => [...document.querySelectorAll('[data-testid=stVegaLiteChart]')].flatMap(e => [getComputedStyle(e)"
        ".backgroundColor, getComputedStyle(e.querySelector('svg.marks')).backgroundColor, "
        "e.querySelector('svg.marks > rect')?.getAttribute('fill') ?? 'transparent'])"
    )
    assert set(grounds) <= {"rgba(0, 0, 0, 0)", "transparent"}
