"""A class of 60 in a real server: `python benchmarks/classroom.py [--students N] [--browsers N]`.

Every student is a session of the server's own, over a websocket as a browser opens it: joins with code and nickname, and
submits a prediction, all within the same ten seconds. Besides, some students sit at real Chromium pages, and so does the
instructor, whose page has to show all of them. Then the file is asked whether everything is there.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from serving import CHROMIUM, QUIET, connected, serving

from sim.teaching.classroom.classes import Classroom
from sim.teaching.exercises.predict import Chance

EXERCISE, QUESTION = "what_leverage_is", "kabul"
PATIENCE = 60.0


@dataclass
class Student:
    """A session of the dashboard, as a browser holds one, without the browser.

    Attributes:
        socket: the websocket.
        query: what stands behind the ? of the address; the server may set it.
        widgets: label -> the id of a widget on the page; said: the texts on it; both as of the last run.
        kept: the cookies that the page had the browser keep. heard: all bytes that the server ever sent.
    """

    socket: Any
    query: str
    widgets: dict[str, str] = field(default_factory=dict)
    values: dict[str, Any] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    kept: dict[str, str] = field(default_factory=dict)
    heard: bytearray = field(default_factory=bytearray)

    async def come_back(self, port: int) -> None:
        """Connect anew, as a page does whose server was started again."""
        cookies = "; ".join(f"{name}={value}" for name, value in self.kept.items())
        self.socket, self.values = await connected(f"http://127.0.0.1:{port}", cookies=cookies), {}
        await self.run("Of 100 modelled worlds")

    async def run(self, until: str, press: str = "", **fields: Any) -> None:
        """Have the page run: with some fields filled in, and a button pressed; wait until it shows a field or a text."""
        from streamlit.proto.BackMsg_pb2 import BackMsg
        from streamlit.proto.WidgetStates_pb2 import WidgetState

        for label, value in fields.items():
            self.values[self.widgets[label.replace("_", " ")]] = value
        message = BackMsg()
        message.rerun_script.query_string = self.query
        message.rerun_script.page_name = "class_student"
        states = message.rerun_script.widget_states.widgets
        for identity, value in self.values.items():
            kind = "string_value" if isinstance(value, str) else "double_value"
            states.append(WidgetState(id=identity, **{kind: value}))
        if press:
            states.append(WidgetState(id=self.widgets[press], trigger_value=True))
        await self.socket.send(message.SerializeToString())
        async with asyncio.timeout(PATIENCE):
            await self._settle(until)

    async def _settle(self, until: str) -> None:
        from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

        done = False
        while True:
            if done and (until in self.widgets or any(until in text for text in self.said)):
                return
            message, raw = ForwardMsg(), await self.socket.recv()
            self.heard += raw
            message.ParseFromString(raw)
            kind = message.WhichOneof("type")
            if kind == "script_finished":
                done = True
            elif kind == "new_session":
                done = False
                self.said, self.widgets = [], {}
            elif kind == "page_info_changed":
                self.query = message.page_info_changed.query_string
            elif kind == "delta" and message.delta.WhichOneof("type") == "new_element":
                self._element(message.delta.new_element)

    def _element(self, element: Any) -> None:
        kind = element.WhichOneof("type")
        if kind in ("text_input", "number_input", "button"):
            one = getattr(element, kind)
            self.widgets[one.label.split(",")[0].split(" (")[0]] = one.id
        elif kind == "html":
            self.kept |= dict(re.findall(r'data-durand-cookie="([\w-]+)=([\w-]*);', element.html.body))
        elif kind == "markdown":
            self.said.append(element.markdown.body.replace("\\", ""))


async def enter(port: int, code: str, host: str = "127.0.0.1") -> Student:
    """A student who has opened the class's link."""
    student = Student(await connected(f"http://{host}:{port}"), f"class={code}")
    await student.run("Join")
    return student


async def join(port: int, code: str, number: int, host: str = "127.0.0.1") -> Student:
    """Come in, and join."""
    student = await enter(port, code, host)
    await student.run("Of 100 modelled worlds", "Join", Nickname=f"student {number}")
    assert "me=" in student.query, f"student {number} could not join"
    return student


async def predict(student: Student, number: int, after: float) -> float:
    """Submit a prediction after so many seconds; how long until the page says that it was taken."""
    await asyncio.sleep(after)
    began = time.monotonic()
    said = f"You predict **{number % 101} of 100"
    await student.run(said, "Predict", Of_100_modelled_worlds=float(number % 101))
    return time.monotonic() - began


async def room(
    port: int, code: str, students: int, seconds: float, meanwhile: Callable[[], object] | None = None
) -> list[float]:
    """The whole class: all join, then all submit within so many seconds; how long each waited for an answer.

    Args:
        meanwhile: what happens to the server when half of them have submitted; all connect anew after it.
    """
    class_ = await asyncio.gather(*(join(port, code, number) for number in range(students)))
    half, waits = (students + 1) // 2 if meanwhile else students, list[float]()
    for first, last in ((0, half), (half, students)):
        here = range(first, last)
        waits += await asyncio.gather(
            *(predict(class_[number], number, seconds * (number - first) / students) for number in here)
        )
        if meanwhile and last == half:
            await asyncio.to_thread(meanwhile)
            await asyncio.gather(*(one.come_back(port) for one in class_))
    await asyncio.gather(*(student.socket.close() for student in class_))
    return waits


def missing(classes: Classroom, code: str, secret: str, students: int) -> list[str]:
    """What was submitted and is not in the file as it was submitted; empty when nothing was lost."""
    kept = dict(classes.predictions(code, QUESTION, "before", instructor=secret))
    sent = {f"student {number}": Chance((number % 101) / 100) for number in range(students)}
    return [name for name, prediction in sent.items() if kept.get(name) != prediction]


async def browsers(port: int, code: str, secret: str, count: int, whole: int) -> None:
    """Students at real pages, who join, predict and see it said; and the instructor's page, which sees all arrive."""
    from playwright.async_api import async_playwright

    async with async_playwright() as driver:
        started = await driver.chromium.launch(executable_path=CHROMIUM, args=QUIET)

        async def opened(path: str) -> Any:
            page = await (await started.new_context()).new_page()
            page.set_default_timeout(2 * PATIENCE * 1000)
            await page.goto(f"http://127.0.0.1:{port}/{path}")
            return page

        async def sit(number: int) -> None:
            page = await opened(f"class_student?class={code}")
            await page.get_by_label("Nickname").fill(f"browser {number}")
            await page.get_by_role("button", name="Join").click()
            await page.get_by_label("Of 100 modelled worlds (0 to 100)").fill(str(number))
            await page.get_by_role("button", name="Predict").click()
            await page.get_by_text(f"You predict {number} of 100").wait_for()

        async def watch() -> None:
            page = await opened(f"class_instructor?class={code}&host={secret}")
            await page.get_by_text(f"{whole} of {whole} have predicted.").wait_for()

        await asyncio.gather(watch(), *(sit(number) for number in range(count)))
        await started.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--students", type=int, default=60, help="students over websockets")
    parser.add_argument("--browsers", type=int, default=8, help="students at Chromium pages besides")
    parser.add_argument("--seconds", type=float, default=10.0, help="within which all of them submit")
    chosen = parser.parse_args()
    if CHROMIUM is None:
        sys.exit("There is no Chromium on this machine.")
    with TemporaryDirectory(prefix="durand-") as home:
        file = Path(home, "class.db")
        classes = Classroom(file)
        opened = classes.open(EXERCISE, "A class of sixty")
        with serving(file.parent, "--class-file", str(file)) as dashboard:

            async def all_of_them() -> list[float]:
                port, whole = dashboard.port, chosen.students + chosen.browsers
                watched = browsers(port, opened.code, opened.secret, chosen.browsers, whole)
                waits, _ = await asyncio.gather(room(port, opened.code, chosen.students, chosen.seconds), watched)
                return waits

            began = time.monotonic()
            waits = sorted(asyncio.run(all_of_them()))
            took = time.monotonic() - began
        lost = missing(classes, opened.code, opened.secret, chosen.students)
        seats = classes.standing(opened.code).seats
        with suppress(IndexError):
            middle, late = waits[len(waits) // 2], waits[round(0.95 * (len(waits) - 1))]
            print(f"{seats} students in {took:.0f} s; a prediction answered in {middle:.2f} s (p95 {late:.2f} s)")
        print(f"Lost: {', '.join(lost) or 'nothing'}")
        sys.exit(1 if lost else 0)


if __name__ == "__main__":
    main()
