"""One engine for all sessions: runs scenarios in worker processes, keeps what they came to, and is fair.

- Two quick workers take runs for pages; one heavy worker, of lower priority, takes what is long, one at a time.
- What was run is kept, within a bound on memory, by all that decides its numbers. Sessions share results, which nobody
  changes; no session can see what another one chose.
- What two sessions ask for at the same time is run once.
- Of one session only the newest question counts: what only an older one wanted is stopped.
- What a visitor will likely ask next is run ahead while nobody waits, and given up as soon as somebody asks.
- The queues are short; when one is full, the visitor is told, and nothing waits without end.
"""

from __future__ import annotations

import atexit
import json
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from dashboard.lanes import BusyError, Lane, RunError, Task
from dashboard.worker import run_scenario

if TYPE_CHECKING:
    from dashboard.questions import Question
    from sim.scenario import Scenario

__all__ = ["BusyError", "Engine", "Job", "Lane", "RunError", "SupersededError", "Task", "engine"]

QUICK_WORKERS = 2
MOST_WAITING, MOST_HEAVY_WAITING = 64, 4
SECONDS, HEAVY_SECONDS = 30.0, 1800.0
KEPT_BYTES = 400 * 2**20
_AHEAD = "nobody yet"  # waits for what is run ahead


class SupersededError(Exception):
    """The session asked for something newer meanwhile."""


@dataclass(frozen=True)
class Job:
    """One run: a scenario and how. Equal keys give equal numbers."""

    scenario: Scenario
    worlds: int
    months: int
    seed: int
    parameters: str
    panels: bool = False
    key: str = field(default="", compare=False)
    company: str | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        from sim.scenario import company

        how = [self.worlds, self.months, self.seed, self.parameters]
        digest = blake2b(json.dumps([*how, self.scenario.data()], sort_keys=True).encode(), digest_size=12).hexdigest()
        object.__setattr__(self, "key", digest)
        kind = company(self.scenario)
        object.__setattr__(self, "company", kind and json.dumps([*how, self.panels, kind]))

    function = staticmethod(run_scenario)

    @property
    def given(self) -> tuple[Any, ...]:
        """What is run."""
        return (self.scenario,)

    @property
    def arguments(self) -> dict[str, Any]:
        """What `sim.run` is given besides the scenario."""
        how = {"worlds": self.worlds, "months": self.months, "seed": self.seed, "parameters": self.parameters}
        return {**how, "keep_series": True, "keep_panels": self.panels}


class Engine:
    """See the module."""

    def __init__(self, kept_bytes: int = KEPT_BYTES, workers: int = QUICK_WORKERS, most: int = MOST_WAITING) -> None:
        self._lock = threading.RLock()
        self._kept: OrderedDict[str, tuple[Any, int, bool]] = OrderedDict()
        self._kept_bytes, self.bytes, self.runs = kept_bytes, 0, 0
        self._tasks: dict[str, Task] = {}
        self.quick = Lane(workers, most, SECONDS, 0, self._done)
        self.slow = Lane(1, MOST_HEAVY_WAITING, HEAVY_SECONDS, 10, self._done)
        self.quick.start()

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

    def ahead(self, jobs: Mapping[str, Job]) -> None:
        """Run the first of these that is not known yet, if nobody is waiting; any question takes precedence over it."""
        with self._lock:
            wanted = [job for job in jobs.values() if job.key not in self._kept]
            if not wanted or self._tasks or not self.quick.idle():
                return
            task = Task(_name(wanted[0]), run_scenario, (wanted[0].scenario,), wanted[0].arguments, wanted[0].company)
            task.waiting.add(_AHEAD)
            self._tasks[task.key] = task
            self.quick.add(task)

    def heavy(self, session: str, function: Callable[..., Any], *arguments: Any, **named: Any) -> Task:
        """Have something long done: `function(tell, *arguments, **named)` in the heavy worker, one at a time.

        `function` stands at the top of a module; it calls `tell(progress)` now and then, which also ends it when it was
        cancelled. The task's `told` is the last progress, `finished` is set at the end, and `answer()` gives the value.

        Raises:
            BusyError: as many as may wait are waiting.
        """
        task = Task(f"heavy {session} {time.monotonic_ns()}", function, arguments, named)
        task.waiting.add(session)
        self.slow.add(task)
        return task

    def cancel(self, task: Task) -> None:
        """Give up a heavy task."""
        self.slow.drop(task)

    def close(self) -> None:
        """End all workers."""
        self.quick.close()
        self.slow.close()

    def _ask(self, session: str, jobs: Mapping[str, Job | Question]) -> tuple[dict[str, Any], dict[str, Task]]:
        found: dict[str, Any] = {}
        tasks: dict[str, Task] = {}
        with self._lock:
            still = {_name(job) for job in jobs.values()}
            self._leave(session, still)
            self._leave(_AHEAD, still)
            for name, job in jobs.items():
                kept = self._kept.get(job.key)
                if kept is not None and (kept[2] or not job.panels):
                    self._kept.move_to_end(job.key)
                    found[name] = kept[0]
                    continue
                task = self._tasks.get(_name(job))
                if task is None or task.stopped:
                    task = Task(_name(job), job.function, job.given, job.arguments, job.company)
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
            if task.problem is not None or task.key.startswith("heavy "):
                return
            results, (key, panels) = task.value, _parts(task.key)
            if task.function is run_scenario:
                self.runs += 1
                for array in [*results.arrays.metrics.values(), *results.arrays.panels.values()]:
                    array.flags.writeable = False  # shared by sessions
            if key in self._kept:
                self.bytes -= self._kept.pop(key)[1]
            self._kept[key] = (results, task.size, panels)
            self.bytes += task.size
            while self.bytes > self._kept_bytes and len(self._kept) > 1:
                self.bytes -= self._kept.popitem(last=False)[1][1]


def _name(job: Job | Question) -> str:
    return f"{job.key} {'panels' if job.panels else 'plain'}"


def _parts(name: str) -> tuple[str, bool]:
    key, _, kind = name.partition(" ")
    return key, kind == "panels"


@cache
def engine() -> Engine:
    """The one engine of this process; made, with its workers warming up, when first asked for."""
    made = Engine()
    atexit.register(made.close)
    return made
