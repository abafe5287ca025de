"""Every page by keyboard alone: what is there to be worked is reached in order, seen, left again, and does its work."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import classroom
import pytest
from browsing import NOT_A_FORECAST, PATIENCE, PICTURES, SMALL, Visit, focused, kept, rest, tabbed

from sim.teaching.classroom.classes import Classroom
from sim.teaching.play.game import replay
from sim.teaching.play.moves import load_log

if TYPE_CHECKING:
    from browsing import Server
    from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = sorted(file.stem for file in (Path(__file__).resolve().parents[1] / "dashboard" / "pages").glob("[a-z]*.py"))
PAGES.remove("class_wall")  # it is looked at from afar, and steered from the instructor's page

# What Tab passes by, and how the keyboard comes to it instead. All of it is of Streamlit's own widgets, and is built as
# such widgets are to be (a field steps and opens by arrows, several choices are one stop). Each way is gone in
# `test_what_tab_passes_by_is_reached_otherwise`.
PASSED_BY = {
    "[data-testid=stNumberInput] button": "Up and Down in the field step it",
    ":is([data-testid=stSelectbox], [data-testid=stMultiSelect]) button[aria-label=Open]": "Down in the field opens the list",
    "[data-tag]:not([tabindex='0'])": "Left and Right go from name to name",
    "[data-tag] button": "Delete on the name takes it out",
    "[role=tab][aria-selected=false]": "Left and Right go from tab to tab",
    "[role=radio][aria-checked=false]": "Left and Right go from one to the next, Enter chooses",
    "input[type=file], [data-testid=stFileUploaderDropzone]": "Enter on the button in it opens the folder",
}
Arrive = Callable[[str], "Page"]
FIELD = "Of 100 modelled worlds"
WIDE: ViewportSize = {"width": 1280, "height": 900}
NARROW: ViewportSize = {"width": 360, "height": 780}

# On a narrow page what answers is drawn above what asks (look.css); Tab goes as the page is written, and has what asks come
# first there, too. (CSS can have it go as drawn, `reading-flow`: Chromium then left out a column until it came by again.)
_WALK = """async ([passedBy, narrow, back]) => {
    const operable = 'a[href], button, input, select, textarea, summary, [tabindex], [contenteditable=true], [role=button], '
        + '[role=link], [role=tab], [role=checkbox], [role=radio], [role=switch], [role=slider], [role=option]';
    const main = document.querySelector('.stMain'), box = e => e.getBoundingClientRect();
    const wanted = e => !e.matches(passedBy) && !e.matches(':disabled, [aria-disabled=true], [inert] *')
        && e.checkVisibility({visibilityProperty: true}) && box(e).width > 0 && box(e).height > 0;
    const said = e => `${e.tagName.toLowerCase()} in ${e.closest('[data-testid]')?.dataset.testid}, ` +
        (e.getAttribute('aria-label') || e.innerText || '').trim().replace(/\\s+/g, ' ').slice(0, 60);
    // What can show that the focus is at e: the largest box that holds nothing else to be worked, what is in it, the label
    // around it, and, of a field to write in, the frames around it.
    const around = e => {
        if (e === main) return [e];
        const alone = one => [...one.querySelectorAll(operable)].every(other => e.contains(other) || !wanted(other));
        let top = e;
        while (!top.matches('.stElementContainer, .stApp > *') && alone(top.parentElement)) top = top.parentElement;
        const out = [top, ...top.querySelectorAll('*'), ...(e.closest('label') ? [e.closest('label')] : [])];
        if (e.matches('textarea, input:not([type=range], [type=checkbox], [type=radio])'))
            while (!top.matches('.stElementContainer, .stApp')) out.push(top = top.parentElement);
        return out.filter(one => one.checkVisibility({opacityProperty: true, visibilityProperty: true})
            && !one.closest('[style*="clip-path: inset(50%)"]'));
    };
    const look = e => JSON.stringify(around(e).map(getComputedStyle).map(style => [style.boxShadow,
        ...['outline', 'borderTop', 'borderRight', 'borderBottom', 'borderLeft'].map(line =>
            style[line + 'Style'] === 'none' || !parseFloat(style[line + 'Width'])
            || style[line + 'Color'] + style[line + 'Width'])]));
    const upwards = (one, e) => {  // whether e is drawn above what was before it, or left of it
        while (!one.parentElement.contains(e)) one = one.parentElement;
        const other = [...one.parentElement.children].find(child => child.contains(e)), [x, y] = [box(one), box(other)];
        if (narrow && [one, other].some(each => each.matches('.stColumn, :has(> .st-key-moved)')
            && getComputedStyle(each).order !== '0')) return false;
        return one !== other && (y.bottom <= x.top + 1
            || (y.right <= x.left + 1 && y.top < x.bottom - 1 && x.top < y.bottom - 1));
    };
    const still = () => document.getAnimations().forEach(one => { try { one.finish(); } catch {} });
    document.activeElement.blur();
    await new Promise(later => setTimeout(later, 50));
    still();
    const things = [...document.querySelectorAll(`.stApp :is(${operable})`)].filter(wanted);
    const before = new Map(things.map(e => [e, look(e)]));
    const stops = [], wrong = [];
    const end = document.body.appendChild(document.createElement('span'));  // from where the way back begins
    end.tabIndex = back ? 0 : -1;
    let ended = false;
    const note = () => {  // of what has the focus; nothing has where the page ends
        still();
        const e = document.activeElement, last = stops.at(-1), at = box(e);
        if (e === end) return;
        if (e === last) wrong.push(`held fast: ${said(e)}`);
        if (ended = e === last || e === document.body) return;
        if (look(e) === before.get(e)) wrong.push(`looks the same: ${said(e)}`);
        if (at.right <= 0 || at.left >= innerWidth || at.bottom <= 0 || at.top >= innerHeight)
            wrong.push(`out of sight: ${said(e)}`);
        const [one, next] = back ? [e, last] : [last, e];
        if (last && upwards(one, next)) wrong.push(`out of order: ${said(one)}, then ${said(next)}`);
        stops.push(e);
    };
    const tab = event => {  // before it does anything; what is pressed after the end does nothing
        if (event.key !== 'Tab') return;
        if (!ended) note();
        if (ended) { event.preventDefault(); event.stopImmediatePropagation(); }
    };
    addEventListener('keydown', tab, true);
    window.walk = {
        ended: () => ended,
        found() {
            removeEventListener('keydown', tab, true);
            end.remove();
            wrong.push(...things.filter(e => !stops.includes(e)).map(e => `never reached: ${said(e)}`));
            return wrong;
        },
    };
    (back ? end : document.querySelector('[data-testid=stSkipToContent]')).focus();
}"""


def walked(page: Page, back: bool = False) -> None:
    """Hold Tab down from the top of a page to its end, or, `back`, Shift and Tab from its end to the top; each thing that has the
    focus is looked at in the page, just before the next press, as to ask for it each time takes as long as the press."""
    page.evaluate(_WALK, [", ".join(PASSED_BY), page.evaluate("() => innerWidth < 640"), back])
    tabbed(page, "() => walk.ended()", 8, back)
    assert page.evaluate("() => walk.found()") == []


@pytest.fixture(scope="module")
def reader(browser: Browser) -> Iterator[BrowserContext]:
    """A browser that keeps what it has fetched from one page to the next, and sees to it if somebody takes a pointer."""
    context = browser.new_context(viewport=WIDE)
    context.add_init_script("addEventListener('pointerdown', () => { window.pointed = true; }, true)")
    yield context
    context.close()


@pytest.fixture
def arrive(reader: BrowserContext, server: Server, visit: Visit) -> Iterator[Arrive]:
    """`arrive(name)` gives a page that stands still; `visit` sees that the server did not stumble."""
    pages = []

    def arrived(name: str) -> Page:
        page = reader.new_page()
        pages.append(page)
        page.set_default_timeout(PATIENCE)
        page.goto(f"{server.address}/{name}?{SMALL}")
        page.get_by_text(NOT_A_FORECAST).last.wait_for()
        page.locator("[data-testid=stHtml] style").first.wait_for(state="attached")  # look.css, which may come last
        if name == "experiments":  # is run, and asked what it hangs on, without a key
            page.locator(PICTURES).nth(1).wait_for()
        rest(page)
        return page

    yield arrived
    for page in pages:
        page.close()


def at(page: Page, name: str, *keys: str) -> None:
    """Go by Tab to what has a name that begins so, and press keys there."""
    rest(page)
    label = "(e.getAttribute('aria-label') || e.innerText || '').replace(/^keyboard_arrow_\\w+/, '').trim()"
    focused(page, f"e.closest('.stMain') && {label}.startsWith({json.dumps(name)})")
    for key in keys:
        page.keyboard.press(key)


def write(page: Page, name: str, text: str) -> None:
    """Go by Tab to a field, whose text is thereby marked, and write another."""
    at(page, name)
    page.keyboard.type(text)


def code(page: Page, name: str) -> str:
    """The code of a class or a game, once it is in the address."""
    page.wait_for_function("name => new URLSearchParams(location.search).has(name)", arg=name)
    return str(page.evaluate("name => new URLSearchParams(location.search).get(name)", name))


def compare(page: Page, visit: Visit, server: Server) -> None:
    """Choose a third scenario, another outcome, move a lever, read the numbers."""
    at(page, "Scenarios to compare", "ArrowDown", "Enter", "Escape")
    page.locator("[data-tag]").nth(2).wait_for()
    at(page, "What to look at", "ArrowDown", "ArrowDown", "Enter")
    page.wait_for_function("() => location.search.includes('metric=')")
    was = page.locator(".st-key-stamp p").inner_text()
    at(page, "Domestic operations", "ArrowRight")
    page.get_by_text(re.compile(r"Domestic operations \S+ → ")).wait_for()
    page.wait_for_function("was => document.querySelector('.st-key-stamp p')?.textContent !== was", arg=was)
    at(page, "Numbers and files", "Enter")
    page.get_by_role("table").first.wait_for()


def start(page: Page, visit: Visit, server: Server) -> None:
    """Go two steps of the tour, and leave it; try a lever: Compare opens with it moved."""
    at(page, "Take a tour", "Enter")
    page.get_by_text("Tour, step 1 of 6.").wait_for()
    at(page, "Next", "Enter")
    page.get_by_text("Tour, step 2 of 6.").wait_for()
    page.wait_for_function("() => location.search === '?tour=2'")
    page.go_back()
    page.get_by_text("Tour, step 1 of 6.").wait_for()
    at(page, "Leave the tour", "Enter")
    page.locator(".st-key-tour").wait_for(state="detached")
    at(page, "Recognition", "Enter")
    page.get_by_role("heading", name="Compare").wait_for()
    page.get_by_text(re.compile(r"Recognition \S+ → 1")).wait_for()
    page.locator(PICTURES).nth(2).wait_for()


def why(page: Page, visit: Visit, server: Server) -> None:
    """Choose a month, and open a line of the account."""
    at(page, "Month asked about", "ArrowUp", "ArrowUp", "ArrowUp", "Enter")
    page.wait_for_function("() => location.search.includes('month=')")
    rest(page)
    focused(page, "e.matches('summary') && e.closest('[class*=st-key-depth-0]') !== null")
    page.keyboard.press("Enter")
    page.locator("[class*=st-key-depth-0] details[open]").first.wait_for()
    rest(page)
    walked(page)


# The address has been the same for longer than a month of playing takes.
_STANDS = """() => {
    const now = performance.now();
    if (window.stood?.at !== location.href) window.stood = {at: location.href, since: now};
    return now - window.stood.since > 1200;
}"""


def months_pass(page: Page, visit: Visit, server: Server) -> None:
    """Play through the months, slowly, stop, and go one month on by hand."""
    at(page, "Usual speed", "ArrowRight", "Enter")
    page.get_by_role("radio", name="Slow", checked=True).wait_for()
    at(page, "Play through the months", "Enter")
    page.get_by_role("button", name="Stop", exact=True).wait_for()
    page.wait_for_function("() => /month=202/.test(location.search)", timeout=PATIENCE)
    assert page.evaluate("() => document.activeElement.innerText").strip() == "Stop"
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Play through the months").wait_for()
    page.wait_for_function(_STANDS, polling=100)  # the month that was on its way has come
    stopped = page.url
    assert "month=" in stopped, "it was stopped, and did not come to the end, of which the address says nothing"
    page.wait_for_timeout(1200)
    assert page.url == stopped
    drawn = page.locator(PICTURES).first.text_content()
    at(page, "Month", "ArrowRight")
    page.wait_for_function("was => location.href !== was", arg=stopped)
    page.wait_for_function(f"was => document.querySelector('{PICTURES}').textContent !== was", arg=drawn)


def loops(page: Page, visit: Visit, server: Server) -> None:
    """Read the numbers behind what is drawn unasked."""
    page.locator(PICTURES).first.wait_for(timeout=PATIENCE)
    at(page, "Numbers and files", "Enter")
    page.get_by_role("columnheader", name="Loop").first.wait_for()


def studio(page: Page, visit: Visit, server: Server) -> None:
    """Write a scenario, wrong and then right, see its form, and compare it."""
    at(page, "In forms", "ArrowRight")
    at(page, "The scenario, as YAML", "Control+End")
    page.keyboard.type("months: many")
    page.keyboard.press("Tab")
    page.get_by_text("months has the wrong type").wait_for()
    at(page, "The scenario, as YAML", "Control+End", *["Backspace"] * 4)
    page.keyboard.type("24")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Everything fits.").wait_for()
    at(page, "As text", "ArrowLeft")
    page.get_by_role("textbox", name="The question it asks").wait_for()
    rest(page)
    walked(page)
    at(page, "Compare", "Enter")
    page.wait_for_function("() => location.search.includes('own=')")
    page.locator(PICTURES).nth(2).wait_for()


def experiments(page: Page, visit: Visit, server: Server) -> None:
    """Change the size, run, and stop."""
    at(page, "Change it", "Enter")
    at(page, "Points", "ArrowUp", "Enter")
    page.get_by_text(re.compile("3,002 points")).wait_for()
    at(page, "Run it", "Enter")
    page.get_by_role("button", name="Stop", exact=True).wait_for()
    at(page, "Stop", "Enter")
    page.get_by_text("Stopped.", exact=True).wait_for()


def third_way(page: Page, visit: Visit, server: Server) -> None:
    """Say what matters, and take a course that is left to Compare."""
    at(page, "TTP attacks: at most", "ArrowRight", "ArrowRight")
    page.wait_for_function("() => location.search.includes('bound.1=')")
    page.get_by_text(re.compile(r"\d+ of \d+ courses remain")).wait_for()
    rest(page)
    walked(page)
    at(page, "Compare it with both", "Enter")
    page.wait_for_function("() => location.search.includes('own=')")
    page.locator(PICTURES).nth(2).wait_for()


def evidence(page: Page, visit: Visit, server: Server) -> None:
    """Open a card from a search, then switch a source off."""
    write(page, "Search, or an id", "kinship weight")
    page.keyboard.press("Enter")
    page.wait_for_function("() => location.search.includes('find=')")
    at(page, "How much kinship with the TTP holds Kabul back", "Enter")
    page.get_by_text("Rests on").first.wait_for()
    rest(page)
    walked(page)
    at(page, "Look up", "ArrowRight", "ArrowRight", "Enter")
    at(page, "Source to switch off")
    page.keyboard.type("004")
    page.keyboard.press("Enter")
    page.get_by_text(re.compile(r"\d+ of \d+ rules cite no claim any more")).wait_for()


def exercises(page: Page, visit: Visit, server: Server) -> None:
    """Answer, predict, go on to the next step, and have its answer revealed, which is not on the page before."""
    write(page, FIELD, "20")
    at(page, "Predict", "Enter")
    page.get_by_text("You said 20 of 100").wait_for()
    write(page, "From", "1")
    write(page, "To (", "30")
    write(page, FIELD, "40")
    write(page, FIELD, "50")
    at(page, "Predict", "Enter")
    page.get_by_text("You said 50 of 100").wait_for()
    rest(page)
    walked(page)
    at(page, "Next step", "Enter")
    page.get_by_role("heading", name="2. Run").wait_for()
    page.get_by_role("link", name=re.compile("^(See|Compare) ")).wait_for()
    assert not page.get_by_text("What the worlds say").count()
    at(page, "Reveal what the model says", "Enter")
    page.get_by_text("What the worlds say").first.wait_for()


def class_instructor(page: Page, visit: Visit, server: Server) -> None:
    """Open a class, choose a question, reveal."""
    at(page, "Exercise", *"Leverage", "Enter")
    at(page, "Open a class", "Enter")
    page.get_by_text("Code for students").wait_for()
    at(page, "Question", "ArrowDown", "Enter")
    at(page, "Reveal", "Enter")
    page.get_by_text("Revealed: students see").wait_for()
    rest(page)
    walked(page)


def class_student(page: Page, visit: Visit, server: Server) -> None:
    """Join, answer, hand in, and change it."""
    opened = Classroom(server.file).open(classroom.EXERCISE, "By keyboard")
    write(page, "Class code", opened.code)
    write(page, "Nickname", "Amina")
    at(page, "Join", "Enter")
    page.get_by_text("You are here as Amina").wait_for()
    write(page, FIELD, "20")
    at(page, "Predict", "Enter")
    page.get_by_text("You predict 20 of 100").wait_for()
    at(page, "Change it", "Enter")
    write(page, FIELD, "30")
    at(page, "Change", "Enter")
    page.get_by_text("You predict 30 of 100").wait_for()
    rest(page)
    walked(page)


def play(page: Page, visit: Visit, server: Server) -> None:
    """Begin, move a lever, let two quarters pass, ask for the debrief, take the log along: it gives the same bits."""
    at(page, "Begin", "Enter")
    page.get_by_text("Turn 1 of 15").wait_for()
    page.get_by_text("This mix costs").wait_for()
    before = page.get_by_text("This mix costs").inner_text()
    at(page, "Aid", *["ArrowRight"] * 4)
    page.wait_for_function("was => !document.body.innerText.includes(was)", arg=before)
    for turn in (2, 3):
        at(page, "Let the quarter pass", "Enter")
        page.get_by_text(f"Turn {turn} of 15").wait_for()
    rest(page)
    walked(page)
    at(page, "Set it against", "Enter")
    page.get_by_text(re.compile("Turning points: TTP attacks, against")).first.wait_for()
    page.get_by_text("Random draws: yours came out").wait_for()
    at(page, "Download this game")
    with page.expect_download() as given:
        page.keyboard.press("Enter")
    log = load_log(Path(given.value.path()))
    assert len(log.turns) == 2
    assert log.turns[0].moves["pakistan"]["aid"] == pytest.approx(0.4)
    assert all(now == then for now, then in replay(log))
    page.reload()
    page.get_by_text("Turn 3 of 15").wait_for()


def table(page: Page, visit: Visit, server: Server) -> None:
    """Open a game as its host; another takes a seat; the host starts, she moves."""
    at(page, "Open a game, as its host", "Enter")
    at(page, "Open a game", "Enter")
    page.get_by_text("Code for players").wait_for()
    player = visit(f"table?game={code(page, 'game')}")
    write(player, "Nickname", "Amina")
    at(player, "Take the seat", "Enter")
    player.get_by_text("The host starts the game").wait_for()
    page.get_by_role("cell", name="Amina").wait_for()
    at(page, "Start", "Enter")
    player.get_by_text("This mix costs").wait_for()
    at(player, "Aid", "ArrowRight")
    at(player, "Make this move", "Enter")
    for one in (player, page):
        one.get_by_text("turn 2 of 15").wait_for()
    for one in (player, page):
        rest(one)
        walked(one)


def about(page: Page, visit: Visit, server: Server) -> None:
    """Copy how to cite, and open the words."""
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    at(page, "Copy to clipboard", "Enter")
    page.wait_for_function("async () => (await navigator.clipboard.readText()).startsWith('durand')")
    at(page, "Words", "Enter")
    page.get_by_role("columnheader", name="What it means here").wait_for()


# What is done on each page.
JOURNEYS: dict[str, Callable[[Page, Visit, Server], None]] = {
    "about": about,
    "actors": months_pass,
    "class_instructor": class_instructor,
    "class_student": class_student,
    "compare": compare,
    "evidence": evidence,
    "exercises": exercises,
    "experiments": experiments,
    "loops": loops,
    "map": months_pass,
    "play": play,
    "start": start,
    "studio": studio,
    "table": table,
    "third_way": third_way,
    "why": why,
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_by_keyboard_alone(arrive: Arrive, visit: Visit, server: Server, name: str) -> None:
    """Walked as it is opened, when it is wide; back, when it is narrow; then something is done on it, and what that brought is
    walked."""
    page = arrive(name)
    walked(page)
    page.set_viewport_size(NARROW)
    rest(page)
    walked(page, back=True)
    page.set_viewport_size(WIDE)
    JOURNEYS[name](page, visit, server)
    assert not page.evaluate("() => window.pointed")
    kept(page, f"keyboard-{name}")


def test_a_walk_finds_what_is_wrong(arrive: Arrive) -> None:
    page = arrive("about")
    page.evaluate("""() => {
        const named = (kind, name) => [...document.querySelectorAll(`.stApp ${kind}`)].find(e => e.innerText.trim() === name);
        const link = name => named('a', name), group = name => named('[data-testid=stTopNavSection]', name);
        group('Explore').tabIndex = -1;
        group('Make').style.setProperty('outline', 'none', 'important');
        link('Start').style.cssText = 'position: fixed; left: -500px';
        let place = group('Read');
        while (!place.parentElement.contains(group('Teach'))) place = place.parentElement;
        place.style.cssText = 'position: fixed; left: 0';
        [...document.querySelectorAll('summary')].at(-1).onkeydown = event => event.preventDefault();
    }""")
    faults = {
        "never reached: button in stTopNavSection, Explore",
        "looks the same: button in stTopNavSection, Make",
        "out of sight: a in stTopNavLink, Start",
        "out of order: button in stTopNavSection, Teach, then button in stTopNavSection, Read",
    }
    fast = "held fast: summary in stExpander, keyboard_arrow_right What is measured"
    with pytest.raises(AssertionError):
        walked(page)
    assert faults | {fast} <= {*page.evaluate("() => walk.found()")}
    with pytest.raises(AssertionError):
        walked(page, back=True)
    assert fast in page.evaluate("() => walk.found()")
    page.evaluate("() => { [...document.querySelectorAll('summary')].at(-1).onkeydown = null; }")
    with pytest.raises(AssertionError):
        walked(page, back=True)
    assert {*page.evaluate("() => walk.found()")} == faults


def test_what_tab_passes_by_is_reached_otherwise(arrive: Arrive) -> None:
    page = arrive("experiments")
    at(page, "Change it", "Enter")
    at(page, "Points", "ArrowUp")
    assert page.evaluate("() => document.activeElement.value") == "1501"
    at(page, "Design", "ArrowDown")
    page.get_by_role("option").first.wait_for()
    page.keyboard.press("Escape")
    names = page.locator("[data-testid=stMultiSelect]").first.locator("[data-tag]")
    assert names.all_inner_texts() == ["Confront", "Accommodate"]
    page.locator("[data-testid=stSkipToContent]").focus()
    at(page, "Confront", "ArrowRight", "Delete")
    page.wait_for_function(
        "() => document.querySelectorAll('[data-testid=stMultiSelect]')[0].querySelectorAll('[data-tag]').length < 2"
    )
    assert names.all_inner_texts() == ["Confront"]
    page = arrive("studio")
    page.evaluate(
        "() => { document.querySelector('[type=file]').onclick = () => { window.asked = true; return false; }; }"
    )
    at(page, "upload", "Enter")
    page.wait_for_function("() => window.asked")
    at(page, "In forms", "ArrowRight")
    assert page.get_by_role("tab", name="As text").get_attribute("aria-selected") == "true"
    page = arrive("evidence")
    at(page, "Look up")
    for name in ("Conflicts", "Switch a source off", "How far it rests on evidence"):
        page.keyboard.press("ArrowRight")
        assert page.evaluate("() => document.activeElement.innerText") == name


def test_past_the_menu_and_through_it(arrive: Arrive) -> None:
    """The first Tab offers to leave the menu out; on a narrow page it stands behind a button."""
    page = arrive("about")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("() => document.activeElement.matches('main')")
    page.set_viewport_size(NARROW)
    rest(page)
    focused(page, "e.getAttribute('aria-label') === 'Menu'")
    page.keyboard.press("Enter")
    page.locator(".stSidebar[data-collapsed=false]").wait_for()
    focused(page, "e.closest('.stSidebar') && e.innerText.includes('Exercises')")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="Exercises").wait_for()


def test_a_picture_lets_go_of_the_keyboard(arrive: Arrive) -> None:
    """What stands above a picture: the large picture is left with Escape, its data as a grid with Tab."""
    page = arrive("map")
    at(page, "Fullscreen", "Enter")
    page.get_by_role("button", name="Close fullscreen").first.wait_for()
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Close fullscreen").first.wait_for(state="detached")
    at(page, "Show data", "Enter")
    page.locator("[data-testid=stDataFrame]").first.wait_for()
    focused(page, "e.closest('[data-testid=stDataFrame]') !== null")
    page.keyboard.press("ArrowDown")
    focused(page, "e.matches('summary') && e.innerText.includes('Numbers and files')")
