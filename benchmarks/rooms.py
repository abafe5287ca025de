"""Measure the dashboard in a real browser.
`python benchmarks/rooms.py [--first 5] [--moves 40] [--questions 5] [--sessions 30] [--minutes 1]`; 0 leaves a part out.

The first visitor of a server that has just been started: until the last picture is there.
One visitor: a lever is moved by keyboard so many times; each time it is taken until the last picture has been redrawn, and how
much of the processor's time the page and the server took for it: that hardly depends on what else the machine does.
Questions: a page that asks the model for what nobody could foresee is opened, until its first picture is there.
A room: so many sessions, each moving a lever every few seconds, for so many minutes, with the memory of the server.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from processes import family, megabytes, processor
from serving import CHROMIUM, QUIET, connected, serving

# Where the room moves a lever to, one after the other: from none of these steps can the next one be guessed.
UNEVEN = (0.35, 0.8, 0.15, 0.6, 0.95, 0.05, 0.5, 0.25, 0.7, 0.4, 0.9, 0.1, 0.55, 0.2, 0.75, 0.3, 0.85, 0.45, 0.65, 1.0)
STEPS = 8  # of a lever, one after the other
LOOK = 2500  # milliseconds for which somebody looks at the pictures before she moves another lever
LEVER = "input[type=range][aria-label='Cross-border strikes']"  # at 0 where nobody moved it: 20 steps to go
PANELS = {"lever": ".st-key-levers", "uncertainty": ".st-key-uncertainties"}
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


def percentile(values: list[float], part: float) -> float:
    """A percentile of so many measurements: the smallest value that so large a part does not exceed."""
    return sorted(values)[min(len(values) - 1, max(0, round(part * len(values) + 0.4999) - 1))]


def memory(process: subprocess.Popen[bytes]) -> float:
    """Resident MB of a process and its workers."""
    return sum(megabytes(home, "VmRSS") for home in family(process))


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


async def move(page: Any, key: str, timeout: float = 120_000) -> float:
    """Press a key on the lever; milliseconds until everything is redrawn."""
    await page.keyboard.press(key)
    return float(await (await page.wait_for_function(REDRAWN, timeout=timeout, polling=25)).json_value())


class Processor:
    """Milliseconds of the processor's time that each move takes: of the page's own thread, of the server, of its workers."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self.process, self.each = process, list[tuple[float, float, float]]()

    async def watch(self, page: Any) -> None:
        """Look at another page from now on."""
        self.page = await page.context.new_cdp_session(page)
        await self.page.send("Performance.enable", {"timeDomain": "threadTicks"})

    async def move(self, page: Any, key: str) -> float:
        """The same as `move`, and what it takes."""
        before = await self._now()
        took = await move(page, key)
        self.each.append(tuple(1000 * (now - then) for now, then in zip(await self._now(), before, strict=True)))  # type: ignore[arg-type]
        return took

    async def _now(self) -> tuple[float, float, float]:
        metrics = (await self.page.send("Performance.getMetrics"))["metrics"]
        return next(one["value"] for one in metrics if one["name"] == "TaskDuration"), *processor(self.process)

    def say(self) -> None:
        """Print a line of figures, and forget them."""
        names = ("page", "server", "workers")
        figures = ((what, sorted(some)) for what, some in zip(names, zip(*self.each, strict=True), strict=True))
        parts = (
            f"{what} p50: {percentile(some, 0.5):.0f} ms, p95: {percentile(some, 0.95):.0f} ms"
            for what, some in figures
        )
        print(f"  processor time a move: {'; '.join(parts)}", flush=True)
        self.each.clear()


async def alone(address: str, server: subprocess.Popen[bytes], moves: int) -> None:
    """One visitor, printed as it goes: steps of one lever; another lever each time, at the pace of one who looks, and without a
    pause; another uncertainty each time, for which every scenario is simulated anew from its first month."""
    from playwright.async_api import async_playwright

    async with async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        steps, taken = list[float](), Processor(server)
        page = await visitor(browser, f"{address}/compare")
        await taken.watch(page)
        levers = await page.locator(".st-key-levers input[type=range]").all()
        for number in range(moves):
            if number % STEPS == 0:  # the next lever, towards its farther end
                lever = levers[1 + number // STEPS % (len(levers) - 1)]
                await lever.focus()
                key = "ArrowRight" if float(await lever.input_value()) < 0.5 else "ArrowLeft"
            steps.append(await taken.move(page, key))
            await page.wait_for_timeout(300)
        say("One visitor, 200 worlds, one lever after the other, step by step", steps, 300)
        taken.say()
        for seed, pause, what in ((998, LOOK, "lever"), (999, 0, "lever"), (997, LOOK, "uncertainty")):
            page = await visitor(browser, f"{address}/compare?seed={seed}")
            await taken.watch(page)
            sliders = await page.locator(f"{PANELS[what]} input[type=range]").all()
            sliders = sliders[what == "lever" :]  # the first of these is the month
            how = f"another {what} each time, {f'{pause / 1000:g} s apart' if pause else 'no pause'}"
            took: list[float] = []
            for number in range(moves):
                await page.wait_for_timeout(pause)
                slider = sliders[number % len(sliders)]
                await slider.focus()
                value = float(await slider.input_value())
                took.append(await taken.move(page, "ArrowRight" if value < 0.9 else "ArrowLeft"))
            say(f"One visitor, 200 worlds, {how}", took, 300)
            taken.say()
        await browser.close()


def questions(address: str, count: int) -> None:
    """Pages that are opened with a seed of their own each time: milliseconds until what they ask has come and is drawn."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for path, drawn in (("why", "account"), ("loops", "loops-at-work")):
            page, took = browser.new_page(viewport={"width": 1280, "height": 900}), list[float]()
            for number in range(count + 1):  # with the first, the browser loads and compiles Streamlit's own code
                page.goto("about:blank")
                started = time.perf_counter()
                page.goto(f"{address}/{path}?seed={number + 500}")
                page.locator(f"[class*='-picture-{drawn}'] svg.marks").first.wait_for(timeout=120_000)
                took.append(1000 * (time.perf_counter() - started))
            say(f"The page {path}, opened with a question that nobody foresaw", took[1:], 3000)
            page.close()
        browser.close()


def first(visits: int, ready: float) -> list[float]:
    """The first visitor of a server that has been up for so many seconds: milliseconds to the first picture. Each time anew."""
    from playwright.sync_api import sync_playwright

    took = []
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        for _ in range(visits):
            with TemporaryDirectory(prefix="durand-") as home, serving(Path(home)) as dashboard:
                time.sleep(ready)
                page = browser.new_page(viewport={"width": 1280, "height": 900})
                started = time.perf_counter()
                page.goto(dashboard.address)
                page.locator("[data-testid=stVegaLiteChart] svg").first.wait_for(timeout=60_000)
                took.append(1000 * (time.perf_counter() - started))
                page.close()
        browser.close()
    return took


class Client:
    """A visitor without a browser: speaks with the server as the page in a browser does, and waits for the new stamp."""

    def __init__(self) -> None:
        self.stamp, self.slider, self.fragment, self.value, self.moves = "", "", "", 0.0, 0

    async def arrive(self, address: str, query: str) -> None:
        """Open the page and wait for the first pictures."""
        from streamlit.proto.BackMsg_pb2 import BackMsg

        self.socket = await connected(address)
        hello = BackMsg()
        hello.rerun_script.query_string = query
        hello.rerun_script.page_name = "compare"
        await self.socket.send(hello.SerializeToString())
        await self._until_new()

    async def move(self) -> float:
        """Move the lever; milliseconds until the stamp of the new run has come, after all pictures."""
        from streamlit.proto.BackMsg_pb2 import BackMsg

        self.moves += 1
        self.value = UNEVEN[self.moves % len(UNEVEN)]
        message = BackMsg()
        message.rerun_script.fragment_id = self.fragment
        widget = message.rerun_script.widget_states.widgets.add()
        widget.id = self.slider
        widget.double_array_value.data.append(self.value)
        started = time.perf_counter()
        await self.socket.send(message.SerializeToString())
        await self._until_new()
        return 1000 * (time.perf_counter() - started)

    async def _until_new(self) -> None:
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        while True:
            message = ForwardMsg()
            message.ParseFromString(await self.socket.recv())
            element = message.delta.new_element
            if element.slider.label == "Cross-border strikes":
                self.slider, self.fragment = element.slider.id, message.delta.fragment_id
            if element.markdown.body.startswith("Run ") and element.markdown.body != self.stamp:
                self.stamp = element.markdown.body
                return


async def room(address: str, server: subprocess.Popen[bytes], sessions: int, minutes: float, every: float) -> None:
    """Many visitors at once, each on a seed of their own; prints as it goes. (So many browsers would be what is measured.)"""
    clients = [Client() for _ in range(sessions)]
    for number, client in enumerate(clients):
        await client.arrive(address, f"seed={number + 1000}")
    started, took, failed, before = time.monotonic(), [], 0, processor(server)

    async def sit(client: Client, place: int) -> None:
        nonlocal failed
        await asyncio.sleep(every * place / sessions)
        while time.monotonic() - started < minutes * 60:
            begun = time.monotonic()
            try:
                took.append(await asyncio.wait_for(client.move(), 30))
            except Exception as problem:
                failed += 1
                print(f"  {type(problem).__name__}: {problem}")
                return
            await asyncio.sleep(max(0.0, every - (time.monotonic() - begun)))

    async def watch() -> None:
        while time.monotonic() - started < minutes * 60:
            await asyncio.sleep(min(30, minutes * 30))
            print(
                f"  {time.monotonic() - started:5.0f} s: {len(took)} moves, server {memory(server):.0f} MB", flush=True
            )

    await asyncio.gather(watch(), *(sit(client, place) for place, client in enumerate(clients)))
    say(f"{sessions} visitors, a move every {every:g} s", took, 2000)
    if took:
        each = [1000 * (now - then) / len(took) for now, then in zip(processor(server), before, strict=True)]
        print(f"  processor time a move: server {each[0]:.0f} ms, workers {each[1]:.0f} ms")
    print(f"  without an answer: {failed}; memory of the server and its workers: {memory(server):.0f} MB")


def say(what: str, took: list[float], aim: float) -> None:
    """Print a line of figures."""
    if not took:
        print(f"{what}: nothing was measured")
        return
    figures = ", ".join(f"p{part}: {percentile(took, part / 100):.0f} ms" for part in (50, 95))
    print(
        f"{what}: {len(took)} times, {figures}, longest {max(took):.0f} ms (aim: p95 at most {aim:.0f} ms)", flush=True
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moves", type=int, default=40, help="moves of the visitor alone; 0 leaves her out")
    parser.add_argument("--questions", type=int, default=5, help="questions to Why and Loops each; 0 leaves them out")
    parser.add_argument(
        "--first", type=int, default=5, help="first visitors, each of a server of her own; 0 leaves them out"
    )
    parser.add_argument("--ready", type=float, default=10.0, help="seconds for which such a server has been up")
    parser.add_argument("--sessions", type=int, default=30, help="visitors in the room; 0 leaves the room out")
    parser.add_argument("--minutes", type=float, default=1.0, help="how long the room sits; 0 leaves it out")
    parser.add_argument("--every", type=float, default=10.0, help="seconds between two moves of a visitor")
    chosen = parser.parse_args()
    if CHROMIUM is None:
        sys.exit("There is no Chromium on this machine.")
    if chosen.first:
        say(f"The first visitor, after {chosen.ready:g} s", first(chosen.first, chosen.ready), 3000)
    if not (chosen.moves or chosen.questions or (chosen.sessions and chosen.minutes > 0)):
        return
    with TemporaryDirectory(prefix="durand-") as home, serving(Path(home)) as dashboard:
        if chosen.moves:
            asyncio.run(alone(dashboard.address, dashboard.process, chosen.moves))
        if chosen.questions:
            questions(dashboard.address, chosen.questions)
        if chosen.sessions and chosen.minutes > 0:
            asyncio.run(room(dashboard.address, dashboard.process, chosen.sessions, chosen.minutes, chosen.every))


if __name__ == "__main__":
    main()
