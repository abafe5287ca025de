"""A real browser at a real dashboard, for the tests marked `browser`: the server, visitors, how they wait and press.

A page that has just been changed still moves: a script is running, an expander is opening for half a second. What is
pressed meanwhile may have moved away between press and release, and then nobody was pressed. `rest` waits until a page
stands still, and `press` and `click` do so first.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "benchmarks"))
from serving import free_port, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Locator, Page

# How long something may take to come, in ms. On a busy machine what gives way to all others (a file that is drawn, a debrief)
# takes minutes.
PATIENCE = 300_000
SMALL = "worlds=20&months=36"
PICTURES = "[data-testid=stVegaLiteChart] svg"
NOT_A_FORECAST = "These are modelled worlds, not a forecast."
# What a browser says while Streamlit looks for where its server's addresses begin, of a server that is ended and started again,
# and of a page that is left just as it had something to send. All else that it calls an error is a mistake of a page.
KNOWN = re.compile(
    r"404 \(Not Found\) http://[^/]+/\w+/_stcore/(health|host-config)$|WebSocket (connection to|is already in CLOSING)"
    "|when disconnected from server"
    "|net::ERR_(CONNECTION_REFUSED|CONNECTION_RESET|EMPTY_RESPONSE)"
    "|^Client Error in reaching server endpoint - No response received|^Streamlit server is not responding"
)
# Pictures to look at, where a folder for them is named (the checks keep it).
SHOTS = os.environ.get("DURAND_SCREENSHOTS")

# Nothing runs, nothing is being moved, and all that can be pressed has been where it is for a moment.
_AT_REST = """() => {
    const app = document.querySelector('[data-test-script-state]');
    const moves = document.getAnimations().some(
        one => one.playState === 'running' && one.effect?.getComputedTiming().iterations !== Infinity);
    const places = [...document.querySelectorAll('.stApp :is(button, summary, input, a)')]
        .map(one => { const box = one.getBoundingClientRect(); return [box.x, box.y, box.height]; });
    const sign = JSON.stringify([document.documentElement.scrollWidth, places]), now = performance.now();
    if (moves || window.durandRest?.sign !== sign) window.durandRest = {sign, since: now};
    const coming = document.querySelector('[data-testid=stSkeleton]');  // what holds the place of a part that is still fetched
    return app?.dataset.testScriptState === 'notRunning' && !coming && now - window.durandRest.since > 200;
}"""


class Server:
    """A dashboard that can be ended and started again at the same address, with the same class file.

    Attributes:
        file: where its classes and games are kept; its log stands beside it.
        port, address: where it is.
        process: what runs.
    """

    def __init__(self, file: Path) -> None:
        self.file, self.port = file, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self._running, self._read = ExitStack(), 0
        self.start()

    def start(self) -> None:
        command = ("tests.unprepared", "dashboard", "--port")
        starting = serving(self.file.parent, "--class-file", str(self.file), port=self.port, command=command)
        self.process = self._running.enter_context(starting).process

    def end(self, at_once: bool = False) -> None:
        """End it: `at_once` as when the power fails, else as its operator ends it."""
        if at_once:
            self.process.kill()
        self._running.close()

    def said(self) -> str:
        """What it has written into its log since this was last asked."""
        log = (self.file.parent / "dashboard.log").read_text(encoding="utf-8", errors="replace")
        new, self._read = log[self._read :], len(log)
        return new


Visit = Callable[..., "Page"]


@contextmanager
def visitors(browser: Browser, server: Server, same: BrowserContext | None = None) -> Iterator[Visit]:
    """Gives `visit(path, ...)`: a visitor of her own who has a page in front of her. All of them leave at the end, and nothing
    may have gone wrong meanwhile, neither at the server nor in a browser.

    Args:
        same: where all are one and the same visitor, with what she has loaded before.
    """
    wrong: list[str] = []
    with ExitStack() as leaving:

        def visit(
            path: str, width: int = 1280, height: int = 900, dark: bool = False, asked: list[str] | None = None
        ) -> Page:
            """A visitor at a path below the server's address; what her browser asks for is added to `asked`."""
            context = same or browser.new_context()
            page = context.new_page()
            leaving.callback(page.close if same else context.close)
            page.set_viewport_size({"width": width, "height": height})
            page.emulate_media(color_scheme="dark" if dark else "light")
            page.set_default_timeout(PATIENCE)
            page.on("pageerror", lambda problem: wrong.append(str(problem)))
            page.on(
                "console",
                lambda said: (
                    wrong.append(f"{said.text} {said.location['url']}")
                    if said.type == "error"
                    or said.text.startswith("WARN ")  # so Vega begins what it has to say of a drawing
                    else None
                ),
            )
            if asked is not None:
                page.on("request", lambda request: asked.append(request.url))
            page.goto(f"{server.address}/{path.removeprefix(server.address).lstrip('/')}")
            return page

        yield visit
    said = server.said()
    assert "Traceback" not in said, said
    unknown = [one for one in wrong if not KNOWN.search(one)]
    assert not unknown, unknown


def grave(page: Page, name: str, also: Callable[[str], None] | None = None) -> dict[str, list[Any]]:
    """What axe finds of serious things on a page, by day and by night; the ground changes with it.

    Args:
        name: of its pictures.
        also: what else is looked at by day, and by night.
    """
    from axe_playwright_python.sync_playwright import Axe

    found, grounds = {}, set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.wait_for_function(f"() => getComputedStyle(document.querySelector('.stApp')).colorScheme === '{scheme}'")
        rest(page)
        grounds.add(page.evaluate("() => getComputedStyle(document.querySelector('.stApp')).backgroundColor"))
        kept(page, f"{scheme}-{name.replace('?', '-').replace('=', '-')}")
        # At night it is the same page but for its colours.
        rules = {"runOnly": ["color-contrast", "link-in-text-block"]} if scheme == "dark" else {}
        if serious := [
            (one["id"], one["help"], [node["html"][:200] for node in one["nodes"][:4]])
            for one in Axe().run(page, options={"resultTypes": ["violations"], **rules}).response["violations"]
            if one["impact"] in ("serious", "critical")
        ]:
            found[scheme] = serious
        if also:
            also(scheme)
    assert len(grounds) == 2
    return found


def rest(page: Page) -> None:
    """Wait until a page stands still."""
    page.wait_for_function(_AT_REST, polling=50, timeout=PATIENCE)


def click(where: Locator) -> None:
    """Click on something as a visitor does: when it is there, and no longer moves."""
    where.wait_for()
    rest(where.page)
    where.click()


def press(page: Page, name: str | re.Pattern[str], exact: bool = False) -> None:
    """Press the first button of a name."""
    click(page.get_by_role("button", name=name, exact=exact).first)


def brought(page: Page, button: str) -> Path:
    """The file that a button gives."""
    with page.expect_download() as download:
        press(page, button, exact=True)
    return Path(download.value.path())


def chosen(page: Page, label: str, option: str | re.Pattern[str]) -> None:
    """Choose one of a list."""
    click(page.get_by_role("combobox", name=re.compile(label)).first)
    page.get_by_role("option", name=option).first.click()


@contextmanager
def held(page: Page, *keys: str) -> Iterator[None]:
    """Keys are held down, one that is named again for so long that it repeats: half the work of as many presses."""
    for key in filter(None, keys):
        page.keyboard.down(key)
    yield
    for key in {*filter(None, keys)}:
        page.keyboard.up(key)


def tabbed(page: Page, until: str, at_once: int, back: bool = False) -> bool:
    """Hold Tab down, with Shift to go back, and ask after so many presses whether a function in the page says true; whether it
    ever does."""
    with held(page, "Shift" if back else ""):
        for _ in range(400 // at_once):
            with held(page, *["Tab"] * at_once):
                pass
            if page.evaluate(until):
                return True
    return False


# Goes to what fits by Tab, or by Shift and Tab where the one thing that fits stands before what has the focus (true is
# returned); once it has the focus, Tab does nothing.
_TO = """fits => {
    const e = document.activeElement, others = [...document.querySelectorAll('.stApp *')]
        .filter(one => one !== e && one.tabIndex >= 0 && one.checkVisibility({visibilityProperty: true}) && fits(one));
    let left = false;
    window.tabbing = {
        there: () => left && fits(document.activeElement),
        end: () => removeEventListener('keydown', tab, true),
    };
    const tab = event => {
        if (event.key !== 'Tab') return;
        if (tabbing.there()) { event.preventDefault(); event.stopImmediatePropagation(); }
        left = true;
    };
    addEventListener('keydown', tab, true);
    return others.length === 1 && e !== document.body && !!(e.compareDocumentPosition(others[0]) & 2);
}"""


def focused(page: Page, there: str) -> None:
    """Press Tab until the focus is at an element `e` of which an expression holds; or Shift and Tab, where that is behind."""
    back = page.evaluate(f"() => ({_TO})(e => {there})")
    came = tabbed(page, "() => tabbing.there() && (tabbing.end(), true)", 4, back)
    assert came, f"the Tab key never comes to {there}"


def compared(visit: Visit, path: str, **how: Any) -> Page:
    """A visitor of Compare, who has the pictures in front of her."""
    page = visit(path, **how)
    page.locator(".st-key-stamp p").wait_for()
    page.locator(PICTURES).nth(2).wait_for()
    return page


def table_opened(page: Page) -> None:
    """Open what stands behind the first picture."""
    click(page.locator('[class*="-picture-"] summary').first)  # whatever language it is in
    page.get_by_role("table").first.wait_for()


def kept(page: Page, name: str) -> None:
    """Keep a picture of the page, where a folder for such is named."""
    if SHOTS:
        Path(SHOTS).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=str(Path(SHOTS, f"{name}.png")), full_page=True)
