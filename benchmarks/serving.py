"""A dashboard of one's own, started, waited for and ended; the browser to look at it, and a connection without one.

For benchmarks, tests, and whoever takes pictures.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from websockets.asyncio.client import ClientConnection

ROOT = Path(__file__).resolve().parents[1]
# Debian's browser without a window first, where it is: a visit takes a fifth less of the processor's time.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]
QUIET.append("--font-render-hinting=none")  # a browser without a window would space the letters that it prints unevenly
# What nobody sees of a browser without a window: suggestions below its address line, a page of their own beside each page, that
# take a quarter of the time of a visit. Of such switches the last counts, so what Playwright switches off to be the same on each
# run, and to ask nobody outside, is named again.
QUIET.append(
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,AvoidUnnecessaryBeforeUnloadCheckSync,"
    "DestroyProfileOnBrowserClose,HttpsUpgrades,HttpsFirstBalancedModeAutoEnable,LensOverlay,MediaRouter,PaintHolding,"
    "ThirdPartyStoragePartitioning,AvoidCorsURLLoaderRestartOnRedirect,OptimizationHints,NetworkTimeServiceQuerying,AimEnabled,"
    "PreconnectToSearch"
)
DURAND = ("sim", "dashboard", "--port")
PATIENCE = 60.0


@dataclass(frozen=True)
class Dashboard:
    """One that answers.

    Attributes:
        port: of this machine.
        process: what runs; its workers are its children.
    """

    port: int
    process: subprocess.Popen[bytes]

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"


def free_port() -> int:
    """A port of this machine that nobody listens on; below those from which the system serves whoever asks for any port, so
    that nobody is given it before it is used."""
    while True:
        port = secrets.choice(range(20_000, 32_000))
        with socket.socket() as one, suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


@contextmanager
def serving(
    home: Path, *options: str, port: int | None = None, command: Sequence[str] = DURAND, patience: float = PATIENCE
) -> Iterator[Dashboard]:
    """A dashboard that answers, until it is left.

    Args:
        home: the folder in which it runs, and at the end of whose `dashboard.log` it writes what it says.
        options: further ones of its command.
        port: where it is to be; by default one that is free.
        command: the Python module to run and its arguments, up to the port.
        patience: seconds it may take until it answers.

    Raises:
        RuntimeError: it does not come up; with what it said.
    """
    port = free_port() if port is None else port
    with (home / "dashboard.log").open("ab") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *command, str(port), *options],
            stdout=log,
            stderr=log,
            cwd=home,
            env={
                **os.environ,
                "PYTHONPATH": os.pathsep.join([str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]),
            },
        )
    try:
        made = Dashboard(port, process)
        _wait(made, home / "dashboard.log", patience)
        yield made
    finally:
        process.terminate()
        process.wait(PATIENCE)


async def connected(address: str, origin: str = "", cookies: str = "") -> ClientConnection:
    """A visitor's connection to the dashboard at an address, as a page opens it in a browser.

    Args:
        origin: the site whose page opens it; by default the dashboard's own.
        cookies: what the browser kept of the dashboard, as it sends it.

    Raises:
        websockets.exceptions.InvalidStatus: the server does not let it in.
    """
    from websockets.asyncio.client import connect
    from websockets.typing import Origin, Subprotocol

    return await connect(
        f"{address.replace('http', 'ws', 1)}/_stcore/stream",
        subprotocols=[Subprotocol("streamlit")],
        max_size=None,
        ping_interval=None,  # a browser does not leave a server that is slow to say that it is there
        origin=Origin(origin or address),
        additional_headers={"Cookie": cookies} if cookies else None,
    )


def _wait(dashboard: Dashboard, log: Path, patience: float) -> None:
    """Ask for its health until it answers."""
    until = time.monotonic() + patience
    while time.monotonic() < until and dashboard.process.poll() is None:
        try:
            urllib.request.urlopen(f"{dashboard.address}/_stcore/health", timeout=1).close()
        except OSError:
            time.sleep(0.25)
        else:
            return
    code = dashboard.process.poll()
    how = f"did not answer within {patience:g} s" if code is None else f"ended with code {code} before it answered"
    raise RuntimeError(f"The dashboard {how}. Its log:\n{log.read_text(encoding='utf-8', errors='replace')[-4000:]}")
