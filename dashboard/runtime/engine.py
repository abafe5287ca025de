"""One engine for all sessions: runs scenarios in worker processes, keeps what they came to, and is fair.

- Two quick workers take runs for pages; one heavy worker, of lower priority, takes what is long, one at a time; and one makes
  the files that visitors download. Each works under a limit on memory.
- What was run is kept, within a bound on memory, by all that decides its numbers. Sessions share results, which nobody
  changes; no session can see what another one chose.
- What two sessions ask for at the same time is run once.
- Of one session only the newest question counts: what only an older one wanted is stopped.
- The queues are short; when one is full, or holds enough of one visitor's or of one address's, the visitor is told, and
  nothing waits without end. Addresses are served in turn, and in each its sessions. What a session that was closed has asked
  for is given up.
- Of what is kept, whoever has most of it makes room first: the address, and of it the session.
"""

from __future__ import annotations

import atexit
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from dashboard.runtime.queues import BusyError, RunError, Task, WorkQueue
from dashboard.runtime.worker import run_scenario

if TYPE_CHECKING:
    from dashboard.runtime.questions import Question
    from sim.scenario import Scenario

__all__ = ["BusyError", "Engine", "Job", "RunError", "SupersededError", "Task", "WorkQueue", "engine"]

QUICK_WORKERS = 2
SECONDS, HEAVY_SECONDS, FILE_SECONDS = 30.0, 600.0, 120.0
# How many tasks may wait in all; and how many of one session, and of one address, may wait or be under way. A class that sits
# behind one address is not to be turned away by its own number, nor others by it.
MOST_WAITING, QUICK = 96, {"most_address": 64}
MOST_HEAVY_WAITING, HEAVY = 24, {"most_session": 2, "most_address": 16, "megabytes": 2048}
MOST_FILES_WAITING, FILES = 48, {"most_session": 4, "most_address": 32}
KEPT_BYTES = 400 * 2**20
# Seconds between two looks at who is still there, and for which a session may be away until its work is given up: a page
# that lost its connection comes back within a few.
LOOK, AWAY = 2.0, 15.0
# Who asks for what is made ready before anybody comes; and for how many seconds nobody may have asked for anything, so that
# what is likely to be asked later is in nobody's way.
OPENING, QUIET = "opening", 15.0
MOST_REMEMBERED = 10_000  # sessions of which it is known from where they come


class SupersededError(Exception):
    """The session asked for something newer meanwhile."""


@dataclass(frozen=True)
class Job:
    """One run: a scenario and how. Equal keys give equal numbers.

    Attributes:
        told: the month up to which worlds are told the record; "" for none.
    """

    scenario: Scenario
    worlds: int
    months: int
    seed: int
    parameters: str
    panels: bool = False
    told: str = ""
    key: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        how = [self.worlds, self.months, self.seed, self.parameters, self.told]
        digest = blake2b(json.dumps([*how, self.scenario.data()], sort_keys=True).encode(), digest_size=12).hexdigest()
        object.__setattr__(self, "key", digest)

    function = staticmethod(run_scenario)
    foreign = False

    @property
    def given(self) -> tuple[Any, ...]:
        """What is run."""
        return (self.scenario,)

    @property
    def arguments(self) -> dict[str, Any]:
        """What `sim.run` is given besides the scenario."""
        how = {"worlds": self.worlds, "months": self.months, "seed": self.seed, "parameters": self.parameters}
        return {**how, "told": self.told or None, "keep_series": True, "keep_panels": self.panels}


class Engine:
    """See the module."""

    def __init__(
        self,
        kept_bytes: int = KEPT_BYTES,
        workers: int = QUICK_WORKERS,
        most: int = MOST_WAITING,
        there: Callable[[str], bool] | None = None,
    ) -> None:
        """Start the first quick worker. `there` says whether a session that has come is still there; None: nobody knows."""
        self._lock = threading.RLock()
        self._kept: OrderedDict[str, tuple[Any, int, bool]] = OrderedDict()
        self._whose: dict[str, tuple[str, str]] = {}  # of what is kept: the address and the session that asked first
        self._addresses: OrderedDict[str, str] = OrderedDict()
        self._away: dict[str, float] = {}
        self._kept_bytes, self.bytes, self.runs = kept_bytes, 0, 0
        self._tasks: dict[str, Task] = {}
        self._asked = time.monotonic()
        self.quick = WorkQueue(workers, most, SECONDS, 0, self._done, **QUICK)
        self.slow = WorkQueue(1, MOST_HEAVY_WAITING, HEAVY_SECONDS, 10, self._done, **HEAVY)
        self.files = WorkQueue(1, MOST_FILES_WAITING, FILE_SECONDS, 5, self._done, **FILES)
        self.quick.start(1)
        self._there, self._closed = there, threading.Event()
        if there is not None:
            threading.Thread(target=self._look_after, daemon=True).start()

    def came(self, session: str, address: str) -> None:
        """Take note from where a session comes, and that it is looked after from now on."""
        with self._lock:
            self._addresses[session] = address
            self._addresses.move_to_end(session)
            while len(self._addresses) > MOST_REMEMBERED:
                self._addresses.popitem(last=False)

    def results(
        self,
        session: str,
        jobs: Mapping[str, Job | Question],
        superseded: Callable[[], bool] = lambda: False,
        waiting: Callable[[int], None] = lambda ahead: None,
    ) -> dict[str, Any]:
        """What jobs come to: those not kept are run. What else this session was waiting for is given up.

        Args:
            session: who asks.
            jobs: by any name.
            superseded: asked many times a second: whether the session wants something newer by now.
            waiting: told every second how many requests are ahead.

        Raises:
            BusyError: the queue is full.
            RunError: a run failed, or took too long.
            SupersededError: `superseded` said so.
        """
        found, tasks = self._ask(session, jobs)
        try:
            for task in tasks.values():
                rounds = 0
                while not task.finished.wait(0.05):
                    if superseded():
                        raise SupersededError
                    rounds += 1
                    if rounds % 20 == 0:
                        waiting(self.quick.ahead(task))
        finally:
            with self._lock:
                self._leave(session, set())
        return {name: found[name] if name in found else tasks[name].answer() for name in jobs}

    def ready(self, jobs: Mapping[str, Job | Question]) -> None:
        """Have answered what is likely to be asked, while nobody asks for anything; whoever comes meanwhile goes first.

        Raises:
            BusyError, RunError: as `results`.
        """
        while not self._closed.is_set():
            if self._is_quiet():
                with suppress(SupersededError):
                    self.results(OPENING, jobs, lambda: not self._is_quiet())
                    return
            self._closed.wait(LOOK / 4)

    def _is_quiet(self) -> bool:
        return time.monotonic() - self._asked > QUIET

    def heavy(self, session: str, function: Callable[..., Any], *arguments: Any, **named: Any) -> Task:
        """Have something long done: `function(tell, *arguments, **named)` in the heavy worker, one at a time.

        `function` stands at the top of a module; it calls `tell(progress)` now and then, which also ends it when it was
        cancelled. The task's `told` is the last progress, `finished` is set at the end, and `answer()` gives the value.

        Raises:
            BusyError: as many as may wait are waiting.
        """
        return self._put(self.slow, session, function, arguments, named)

    def file(self, session: str, function: Callable[..., Any], *arguments: Any, **named: Any) -> Task:
        """The same for a file that somebody downloads, which does not wait for long work."""
        return self._put(self.files, session, function, arguments, named)

    def cancel(self, task: Task) -> None:
        """Give up a heavy task, or a file."""
        self.slow.drop(task)
        self.files.drop(task)

    def close(self) -> None:
        """End all workers."""
        self._closed.set()
        for work_queue in (self.quick, self.slow, self.files):
            work_queue.close()

    def _put(
        self,
        work_queue: WorkQueue,
        session: str,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        named: dict[str, Any],
    ) -> Task:
        key = f"heavy {session} {time.monotonic_ns()}"
        task = Task(key, function, arguments, named, session=session, address=self._address(session))
        task.waiting.add(session)
        work_queue.add(task)
        return task

    def _address(self, session: str) -> str:
        return self._addresses.get(_visitor(session), "")

    def _look_after(self) -> None:
        while not self._closed.wait(LOOK):
            self._give_up_closed(time.monotonic())

    def _give_up_closed(self, now: float) -> None:
        """Give up what sessions asked for that have been away for long."""
        assert self._there is not None
        with self._lock:
            waiting = {session for task in self._tasks.values() for session in task.waiting}
        sessions = waiting | self.slow.sessions() | self.files.sessions()
        gone = {one for one in sessions if _visitor(one) in self._addresses and not self._there(_visitor(one))}
        self._away = {one: self._away.get(one, now) for one in gone}
        for session in [one for one, since in self._away.items() if now - since >= AWAY]:
            self.slow.drop_all_of(session)
            self.files.drop_all_of(session)
            with self._lock:
                self._leave(session, set())

    def _ask(self, session: str, jobs: Mapping[str, Job | Question]) -> tuple[dict[str, Any], dict[str, Task]]:
        found: dict[str, Any] = {}
        tasks: dict[str, Task] = {}
        with self._lock:
            if session != OPENING:
                self._asked = time.monotonic()
            still = {_name(job) for job in jobs.values()}
            self._leave(session, still)
            for name, job in jobs.items():
                kept = self._kept.get(job.key)
                if kept is not None and (kept[2] or not job.panels):
                    self._kept.move_to_end(job.key)
                    found[name] = kept[0]
                    continue
                task = self._tasks.get(_name(job))
                if task is None or task.stopped:
                    asks = (session, self._address(session), job.foreign)
                    task = Task(_name(job), job.function, job.given, job.arguments, *asks)
                    self.quick.add(task)
                    self._tasks[task.key] = task
                task.waiting.add(session)
                tasks[name] = task
        return found, tasks

    def _leave(self, session: str, still: set[str]) -> None:
        """Take a session off what it waited for; what nobody waits for any more is stopped."""
        for key, task in list(self._tasks.items()):
            if session in task.waiting and key not in still:
                task.waiting.discard(session)
                if not task.waiting and not task.finished.is_set():
                    del self._tasks[key]
                    self.quick.drop(task)

    def _done(self, task: Task) -> None:
        """Keep what a quick task came to."""
        with self._lock:
            if self._tasks.get(task.key) is task:
                del self._tasks[task.key]
            if task.problem is None and not task.key.startswith("heavy "):
                self._keep(task)

    def _keep(self, task: Task) -> None:
        results, (key, panels) = task.value, _parts(task.key)
        if task.function is run_scenario:
            self.runs += 1
            for array in [*results.arrays.metrics.values(), *results.arrays.panels.values()]:
                array.flags.writeable = False  # shared by sessions
        self._forget(key)
        self._kept[key] = (results, task.size, panels)
        self._whose[key] = (task.address, task.session)
        self.bytes += task.size
        while self.bytes > self._kept_bytes and len(self._kept) > 1:
            self._forget(self._first_to_go())

    def _first_to_go(self) -> str:
        """Of the address that has most kept, and of it of the session that has most: what was asked for longest ago."""
        mine = list(self._kept)
        for whose in (0, 1):
            held: dict[str, int] = {}
            for key in mine:
                held[self._whose[key][whose]] = held.get(self._whose[key][whose], 0) + self._kept[key][1]
            most = max(held, key=held.__getitem__)
            mine = [key for key in mine if self._whose[key][whose] == most]
        return mine[0]

    def _forget(self, key: str) -> None:
        self._whose.pop(key, None)
        if key in self._kept:
            self.bytes -= self._kept.pop(key)[1]


def _visitor(session: str) -> str:
    """The visitor's session: a page that asks for several things at once adds a word for each."""
    return session.partition(" ")[0]


def _name(job: Job | Question) -> str:
    return f"{job.key} {'panels' if job.panels else 'plain'}"


def _parts(name: str) -> tuple[str, bool]:
    key, _, kind = name.partition(" ")
    return key, kind == "panels"


def _there(session: str) -> bool:
    """Whether a visitor's page is open."""
    from streamlit.runtime import Runtime

    return Runtime.exists() and Runtime.instance().is_active_session(session)


@cache
def engine() -> Engine:
    """The one engine of this process; made, with its workers warming up, when first asked for."""
    made = Engine(there=_there)
    atexit.register(made.close)
    return made
