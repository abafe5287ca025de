"""Measure the dashboard in a real browser. `python benchmarks/dashboard.py [--moves 40] [--sessions 30] [--minutes 1]`.

One visitor: a lever is moved by keyboard so many times; each time it is taken until the last picture has been redrawn.
A room: so many browser tabs, each moving a lever every few seconds, for so many minutes, with the memory of the server.
"""

from __future__ import annotations

import argparse
import asyncio
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
QUIET = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
QUIET += ["--disable-component-update", "--disable-sync"]

LEVER = "input[type=range][aria-label='Cross-border strikes']"  # at 0 where nobody moved it: 20 steps to go
# Keeps the moment of the last key, of the new stamp, and of the last change in any picture.
WATCH = """
() => {
  window.seen = {key: 0, stamp: 0, picture: 0, text: ''};
  const stamp = () => document.querySelector('.st-key-stamp p')?.textContent ?? '';
  window.seen.text = stamp();
  document.addEventListener('keydown', () => {
    Object.assign(window.seen, {key: performance.now(), stamp: 0, picture: 0, text: stamp()});
  }, true);
  const what = {subtree: true, childList: true, attributes: true, characterData: true};
  const watch = (node, then) => new MutationObserver(then).observe(node, what);
  watch(document.querySelector('.st-key-stamp'), () => {
    if (!window.seen.stamp && stamp() && stamp() !== window.seen.text) window.seen.stamp = performance.now();
  });
  for (const chart of document.querySelectorAll('[data-testid=stVegaLiteChart]')) {
    watch(chart, () => { window.seen.picture = performance.now(); });
  }
}
"""
REDRAWN = """
() => {
  const seen = window.seen, last = Math.max(seen.stamp, seen.picture);
  return seen.stamp > 0 && seen.picture > 0 && performance.now() - last > 250 ? last - seen.key : false;
}
"""


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def serving() -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """A dashboard on a port of its own: its address, and its process."""
    port = free_port()
    command = [sys.executable, "-m", "sim", "dashboard", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        for _ in range(120):
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=1).close()
                break
            except OSError:
                time.sleep(0.25)
        yield f"http://127.0.0.1:{port}", server
    finally:
        server.terminate()
        server.wait(20)


def percentile(values: list[float], part: float) -> float:
    """A percentile of so many measurements: the smallest value that so large a part does not exceed."""
    return sorted(values)[min(len(values) - 1, max(0, round(part * len(values) + 0.4999) - 1))]


def memory(process: subprocess.Popen[bytes]) -> float:
    """Resident MB of a process and its workers."""
    total, waiting = 0.0, [process.pid]
    while waiting:
        pid = waiting.pop()
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
            children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        except OSError:
            continue
        total += next((float(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")), 0.0)
        waiting += [int(child) for child in children]
    return total


async def visitor(browser: Any, address: str) -> Any:
    """A tab that has the first pictures, with the watch set and a lever in focus."""
    page = await (await browser.new_context(viewport={"width": 1280, "height": 900})).new_page()
    await page.goto(address)
    await page.locator(".st-key-stamp").wait_for(timeout=120_000)
    await page.locator("[data-testid=stVegaLiteChart] svg").nth(2).wait_for(timeout=60_000)
    await page.wait_for_timeout(1000)
    await page.evaluate(WATCH)
    await page.locator(LEVER).focus()
    return page


async def move(page: Any, key: str, timeout: float = 30_000) -> float:
    """Press a key on the lever; milliseconds until everything is redrawn."""
    await page.keyboard.press(key)
    return float(await (await page.wait_for_function(REDRAWN, timeout=timeout, polling=25)).json_value())


async def alone(address: str, moves: int) -> list[float]:
    """One visitor who moves a lever up and down again, never where it was before."""
    from playwright.async_api import async_playwright

    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        took: list[float] = []
        page = await visitor(browser, address)
        for number in range(moves):
            if number and number % 16 == 0:  # the end of the lever: another seed, so that nothing is known already
                page = await visitor(browser, f"{address}/?seed={number}")
            took.append(await move(page, "ArrowRight"))
        await browser.close()
        return took


async def room(address: str, server: subprocess.Popen[bytes], sessions: int, minutes: float, every: float) -> None:
    """Many visitors at once, each on a seed of their own; prints as it goes."""
    from playwright.async_api import async_playwright

    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        pages = [await visitor(browser, f"{address}/?seed={number + 1000}") for number in range(sessions)]
        started, took, failed = time.monotonic(), [], 0

        async def sit(page: Any, place: int) -> None:
            nonlocal failed
            await asyncio.sleep(every * place / sessions)
            key, pressed = "ArrowRight", 0
            while time.monotonic() - started < minutes * 60:
                begun = time.monotonic()
                try:
                    took.append(await move(page, key))
                except Exception:
                    failed += 1
                pressed += 1
                key = "ArrowRight" if pressed // 15 % 2 == 0 else "ArrowLeft"
                await asyncio.sleep(max(0.0, every - (time.monotonic() - begun)))

        async def watch() -> None:
            while time.monotonic() - started < minutes * 60:
                await asyncio.sleep(min(20, minutes * 30))
                print(f"  {time.monotonic() - started:5.0f} s: {len(took)} moves, server {memory(server):.0f} MB")

        await asyncio.gather(watch(), *(sit(page, place) for place, page in enumerate(pages)))
        await browser.close()
    say(f"{sessions} visitors, a move every {every:g} s", took, 2000)
    print(f"  without an answer: {failed}; memory of the server and its workers: {memory(server):.0f} MB")


def say(what: str, took: list[float], aim: float) -> None:
    """Print a line of figures."""
    figures = ", ".join(f"p{part}: {percentile(took, part / 100):.0f} ms" for part in (50, 95))
    print(f"{what}: {len(took)} moves, {figures}, longest {max(took):.0f} ms (aim: p95 at most {aim:.0f} ms)")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moves", type=int, default=40, help="moves of the visitor alone")
    parser.add_argument("--sessions", type=int, default=30, help="visitors in the room; 0 leaves the room out")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long the room sits")
    parser.add_argument("--every", type=float, default=5.0, help="seconds between two moves of a visitor")
    chosen = parser.parse_args()
    if CHROMIUM is None:
        sys.exit("There is no Chromium on this machine.")
    with serving() as (address, server):
        if chosen.moves:
            say("One visitor, 200 worlds", asyncio.run(alone(address, chosen.moves)), 400)
        if chosen.sessions:
            asyncio.run(room(address, server, chosen.sessions, chosen.minutes, chosen.every))


if __name__ == "__main__":
    main()
