"""What every test may rely on: tests marked `browser` run where there is a Chromium, and are skipped where not."""

from __future__ import annotations

import gc
import os
import signal
import sys
from collections.abc import Iterator
from functools import cache, partial
from typing import TYPE_CHECKING, Any

import pytest
from browsing import Server, Visit, visitors  # it makes what stands in benchmarks/ importable
from command import Durand, called
from drawing import FUZZ  # it sets how every property test draws
from serving import CHROMIUM, QUIET

if TYPE_CHECKING:
    from playwright.sync_api import Browser


# What the one who runs the tests has set for her own terminal, home or make must not decide what they find.
FOREIGN = ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "TTY_", "MAKE", "MFLAGS", "GNUMAKEFLAGS")
FOREIGN += (
    "XDG_DATA_HOME",
    "STREAMLIT_",
    "DURAND_CLASS_FILE",
    "DURAND_ENGINE",
    "DURAND_PARAMETERS",
    "DURAND_RESULTS",
    "DURAND_TRACEBACK",
    "PYTHONWARNINGS",
)
for name in [name for name in os.environ if name.startswith(FOREIGN)]:
    del os.environ[name]
# Nor where she runs them: what is started in the background of a script, and all that it starts, is deaf to Ctrl-C.
if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_report_header() -> list[str]:
    return [
        f"browser tests: {f'with {CHROMIUM}' if CHROMIUM else 'skipped, there is no Chromium on this machine'}",
        f"property tests: {f'fresh examples, {FUZZ} times as many' if FUZZ else 'the same examples each time'}",
    ]


# The files that take longest, each some seconds of two cores and more, the longest first.
LONG = (
    *("browser_keyboard", "browser_class", "browser_looks", "browser", "engine", "why", "dashboard_pages", "exercises"),
    *("dashboard", "dashboard_class", "dashboard_server", "model", "browser_pages", "packaging", "play"),
    *("sweep_faults", "loops", "extensions", "report", "moves", "discover", "class_safety", "contributing", "search"),
    *("own_data", "cli", "mechanisms", "class_room", "folders", "plots", "library", "response", "notebook", "units"),
    *("docs", "language", "parameters"),
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long comes first, so that no worker is left alone with it at the end; files stay whole, as their tests
    share runs."""
    place = {f"test_{name}": number for number, name in enumerate(LONG)}
    items.sort(key=lambda item: place.get(item.path.stem, len(place)))
    if CHROMIUM is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason="there is no Chromium on this machine"))


def pytest_collection_finish() -> None:
    """What was collected stays to the end: take it, and what was imported, out of the garbage collector's rounds; and let
    these come less often, as tests keep the runs that they share."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 20)


@pytest.fixture(scope="session", autouse=True)
def caches_are_the_tests_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Nothing is read from, or left in, the caches of the one who runs the tests; workers share theirs."""
    mine = tmp_path_factory.getbasetemp()
    os.environ["XDG_CACHE_HOME"] = str((mine.parent if "PYTEST_XDIST_WORKER" in os.environ else mine) / "cache")


@pytest.fixture(scope="module", autouse=True)
def runs_are_let_go(request: pytest.FixtureRequest) -> Iterator[None]:
    """What the tests of a file share is of no use to those of the next: without it a worker grows to some gigabytes."""
    yield
    for one in [*vars(request.module).values()]:
        if getattr(one, "__module__", "") == request.module.__name__ and hasattr(one, "cache_clear"):
            one.cache_clear()


@pytest.fixture(autouse=True)
def main_stays_main() -> Iterator[None]:
    """Streamlit's test runner leaves a page as the main module, which later processes would then start from."""
    kept = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = kept
    os.environ.pop("DURAND_ENGINE", None)  # as a command in this process has set it


@cache
def scripts() -> Any:
    """The pages, compiled."""
    from streamlit.runtime.scriptrunner.script_cache import ScriptCache

    return ScriptCache()


@pytest.fixture(autouse=True)
def pages_are_run_as_a_server_runs_them(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit's test runner has each run of a page come from another mock in place of an address, so that what belongs to
    an address would be lost from one run to the next; and it compiles all pages anew for each."""
    if "streamlit.testing.v1" in sys.modules:
        monkeypatch.setattr("streamlit.runtime.context.ContextProxy.ip_address", None)
        monkeypatch.setattr("streamlit.testing.v1.local_script_runner.ScriptCache", scripts)


@pytest.fixture
def durand(capsys: pytest.CaptureFixture[str]) -> Durand:
    """Call the command in this process."""
    return partial(called, capsys)


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A dashboard, started from an empty folder; one for all tests in a process."""
    made = Server(tmp_path_factory.mktemp("dashboard") / "class.db")
    yield made
    made.end()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser. Not for longer than a module: while it is open, no other test of the process can start a loop."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield started
        started.close()


@pytest.fixture
def visit(browser: Browser, server: Server) -> Iterator[Visit]:
    """`visit(path, ...)` gives a visitor with a page: see `visitors`."""
    with visitors(browser, server) as visiting:
        yield visiting
