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
import os
import subprocess
import sys
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from dashboard.worker import receive, run_scenario, send

if TYPE_CHECKING:
    from dashboard.questions import Question
    from sim.scenario import Scenario

QUICK_WORKERS = 2
MOST_WAITING, MOST_HEAVY_WAITING = 64, 4
SECONDS, HEAVY_SECONDS = 30.0, 1800.0
KEPT_BYTES = 400 * 2**20
_AHEAD = "nobody yet"  # waits for what is run ahead


class BusyError(RuntimeError):
    """Too many are waiting already; the message says so to a visitor."""


class RunError(RuntimeError):
    """A run could not be done; the message says why."""


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

    def __post_init__(self) -> None:
        how = [self.worlds, self.months, self.seed, self.parameters, self.scenario.data()]
        digest = blake2b(json.dumps(how, sort_keys=True).encode(), digest_size=12).hexdigest()
        object.__setattr__(self, "key", digest)

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


class Task:
    """Something asked of a worker: who waits for it, what it has told, and what came of it."""

    def __init__(
        self, key: str, function: Callable[..., Any], arguments: tuple[Any, ...], named: dict[str, Any]
    ) -> None:
        self.key, self.function, self.arguments, self.named = key, function, arguments, named
        self.waiting: set[str] = set()
        self.told: Any = None
        self.value: Any = None
        self.size = 0
        self.problem: str | None = None
        self.stopped = False
        self.finished = threading.Event()

    def answer(self) -> Any:
        """The value. Raises RunError with what went wrong."""
        if self.problem is not None:
            raise RunError(self.problem)
        return self.value


class _Worker(threading.Thread):
    """A thread with a process that it feeds from its lane; a process that hangs or dies is replaced."""

    def __init__(self, lane: Lane) -> None:
        super().__init__(daemon=True)
        self.lane, self.number = lane, 0
        self.task: Task | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self._writing = threading.Lock()

    def run(self) -> None:
        self._warm()
        while (task := self.lane.take(self)) is not None:
            try:
                self._work(task)
            except Exception:  # the process died, or spoke nonsense: another one takes its place
                self._end()
                if task.problem is None:
                    task.problem = "The program that computes was stopped in the middle of this; try again."
            self.task = None
            self.lane.done(task)

    def stop(self, task: Task) -> None:
        """Let the process give up a task that nobody waits for."""
        if self.task is task and self.process is not None:
            try:
                self._say(("stop", self.number))
            except OSError:
                return

    def close(self) -> None:
        self._end()

    def _work(self, task: Task) -> None:
        process = self._running()
        self.number += 1
        late = threading.Timer(self.lane.seconds, self._too_late, [task])
        late.daemon = True
        late.start()
        try:
            self._say((self.number, task.function, task.arguments, task.named))
            if task.stopped:
                self._say(("stop", self.number))
            while True:
                answer, size = receive(process.stdout)  # type: ignore[arg-type]
                if answer[0] == "told":
                    task.told = answer[2]
                elif answer[0] == "done":
                    task.value, task.size = answer[2], size
                    return
                elif answer[0] == "failed":
                    whose = {"program": "This failed inside the program: "}
                    task.problem = whose.get(answer[3], "") + answer[2]
                    return
        finally:
            late.cancel()

    def _warm(self) -> None:
        try:
            self._running()
        except (EOFError, OSError):
            return  # tried again with the first task, which then says what is wrong

    def _too_late(self, task: Task) -> None:
        if task.finished.is_set() or self.task is not task:
            return
        task.problem = f"This took longer than {self.lane.seconds:.0f} seconds and was stopped; ask for less at once."
        self._end()

    def _say(self, message: Any) -> None:
        with self._writing:
            send(self.process.stdin, message)  # type: ignore[union-attr, arg-type]

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
            self.process = subprocess.Popen(
                [sys.executable, "-m", "dashboard.worker", str(self.lane.nice)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **threads},
            )
            receive(self.process.stdout)  # type: ignore[arg-type]  # it says that it is ready
        return self.process

    def _end(self) -> None:
        process = self.process
        if process is not None:
            process.kill()
            process.wait()


class Lane:
    """A short queue with its workers."""

    def __init__(self, workers: int, most: int, seconds: float, nice: int, done: Callable[[Task], None]) -> None:
        self.most, self.seconds, self.nice = most, seconds, nice
        self._finished, self._count = done, workers
        self.queue: deque[Task] = deque()
        self.changed = threading.Condition()
        self.workers: list[_Worker] = []
        self.closed = False

    def start(self) -> None:
        """Start the workers, and their processes at once."""
        with self.changed:
            while len(self.workers) < self._count:
                worker = _Worker(self)
                self.workers.append(worker)
                worker.start()

    def add(self, task: Task) -> None:
        """Put a task at the end of the queue. Raises BusyError when it is full."""
        with self.changed:
            if len(self.queue) >= self.most:
                raise BusyError(
                    f"{len(self.queue)} requests are waiting already, and more are not taken on. "
                    "Wait some seconds and try again."
                )
            self.queue.append(task)
            self.changed.notify()
        self.start()

    def ahead(self, task: Task) -> int:
        """How many wait before a task; 0 when it is being worked on, or done."""
        with self.changed:
            return self.queue.index(task) + 1 if task in self.queue else 0

    def idle(self) -> bool:
        """Whether nothing waits and nothing is being worked on."""
        with self.changed:
            return not self.queue and all(worker.task is None for worker in self.workers)

    def drop(self, task: Task) -> None:
        """Take a task out of the queue, or have it given up."""
        task.stopped = True
        with self.changed:
            if task in self.queue:
                self.queue.remove(task)
                task.problem = "stopped"
                task.finished.set()
                return
            busy = [worker for worker in self.workers if worker.task is task]
        for worker in busy:
            worker.stop(task)

    def take(self, worker: _Worker) -> Task | None:
        """The next task for a worker, as soon as there is one; None when all is closed."""
        with self.changed:
            self.changed.wait_for(lambda: self.queue or self.closed)
            if self.closed:
                return None
            worker.task = self.queue.popleft()
            return worker.task

    def done(self, task: Task) -> None:
        self._finished(task)
        task.finished.set()

    def close(self) -> None:
        with self.changed:
            self.closed = True
            self.changed.notify_all()
        for worker in self.workers:
            worker.close()


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
            waiting: told now and then how many requests are ahead.

        Raises:
            BusyError: the queue is full.
            RunError: a run failed, or took too long.
            SupersededError: `superseded` said so.
        """
        found, tasks = self._ask(session, jobs)
        try:
            for task in tasks.values():
                while not task.finished.wait(0.02):
                    if superseded():
                        raise SupersededError
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
            task = Task(_name(wanted[0]), run_scenario, (wanted[0].scenario,), wanted[0].arguments)
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
                    task = Task(_name(job), job.function, job.given, job.arguments)
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
