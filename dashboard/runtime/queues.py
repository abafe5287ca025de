"""Short queues with workers: each worker is a thread with a process of its own, which is replaced when it hangs or dies."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from dashboard.runtime.worker import receive, run_side_by_side, send
from sim.extensions import loaded

# Runs that one worker does in one go: of more, the first would wait too long for the last.
MOST_TOGETHER = 5
PIPE = 2**20  # bytes on their way from a worker, as many as Linux lets anybody have


class BusyError(RuntimeError):
    """Too many are waiting already; the message says so to a visitor."""


class RunError(RuntimeError):
    """A run could not be done; the message says why."""


class Task:
    """Something asked of a worker: who waits for it, what it has told, and what came of it.

    Runs of the same `company` may be done in one go, but for those that are run `ahead` of being asked for.
    """

    def __init__(
        self,
        key: str,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        named: dict[str, Any],
        company: str | None = None,
    ) -> None:
        self.key, self.function, self.arguments, self.named, self.company = key, function, arguments, named, company
        self.waiting: set[str] = set()
        self.ahead = False
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
        self.tasks: list[Task] = []
        self.process: subprocess.Popen[bytes] | None = None
        self._writing = threading.Lock()

    def run(self) -> None:
        self._warm()
        while tasks := self.lane.take(self):
            try:
                self._work(tasks)
            except Exception:  # the process died, or spoke nonsense: another one takes its place
                self._end()
                for task in tasks:
                    if task.problem is None and task.value is None:
                        task.problem = "The program that computes was stopped in the middle of this; try again."
            self.tasks = []
            for task in tasks:
                self.lane.done(task)

    def stop(self, task: Task) -> None:
        """Let the process give up a task that nobody waits for."""
        if task in self.tasks and all(one.stopped for one in self.tasks) and self.process is not None:
            try:
                self._say(("stop", self.number))
            except OSError:
                return

    def close(self) -> None:
        self._end()

    def _work(self, tasks: list[Task]) -> None:
        task, several = tasks[0], len(tasks) > 1
        function, arguments = task.function, task.arguments
        if several:
            function, arguments = run_side_by_side, ([one.arguments[0] for one in tasks],)
        process = self._running()
        self.number += 1
        late = threading.Timer(self.lane.seconds, self._too_late, [self.number, tasks])
        late.daemon = True
        late.start()
        try:
            self._say((self.number, function, arguments, task.named))
            if all(one.stopped for one in tasks):
                self._say(("stop", self.number))
            while True:
                answer, size = receive(process.stdout)  # type: ignore[arg-type]
                if answer[0] == "told":
                    task.told = answer[2]
                elif answer[0] == "done":
                    for one, value in zip(tasks, answer[2] if several else [answer[2]], strict=True):
                        one.value, one.size = value, size // len(tasks)
                    return
                elif answer[0] == "failed" and not several:
                    whose = {"program": "This failed inside the program: "}
                    task.problem = whose.get(answer[3], "") + answer[2]
                    return
                elif answer[0] == "failed":
                    break
        finally:
            late.cancel()
        for one in tasks:  # what one of them is to blame for is not the others' fault
            self._work([one])

    def _warm(self) -> None:
        try:
            self._running()
        except (EOFError, OSError):
            return  # tried again with the first task, which then says what is wrong

    def _too_late(self, number: int, tasks: list[Task]) -> None:
        if not self.tasks or self.number != number:
            return
        for task in tasks:
            task.problem = (
                f"This took longer than {self.lane.seconds:.0f} seconds and was stopped; ask for less at once."
            )
        self._end()

    def _say(self, message: Any) -> None:
        with self._writing:
            send(self.process.stdin, message)  # type: ignore[union-attr, arg-type]

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "dashboard.runtime.worker",
                    str(self.lane.nice),
                    *(one.text() for one in loaded()),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **threads},
            )
            _widen(self.process.stdout.fileno())  # type: ignore[union-attr]
            receive(self.process.stdout)  # type: ignore[arg-type]  # it says that it is ready
        return self.process

    def _end(self) -> None:
        process = self.process
        if process is not None:
            process.kill()
            process.wait()


def _widen(pipe: int) -> None:
    """Let an answer of megabytes through in few reads: before each, this thread waits for its turn among those of all pages."""
    with suppress(ImportError, AttributeError, OSError):  # where there is no such thing, it takes more reads
        import fcntl

        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, PIPE)


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

    def add(self, *tasks: Task) -> None:
        """Put tasks at the end of the queue. Raises BusyError when it is full."""
        with self.changed:
            if len(self.queue) + len(tasks) > self.most:
                raise BusyError(
                    f"{len(self.queue)} requests are waiting already, and more are not taken on. "
                    "Wait some seconds and try again."
                )
            self.queue.extend(tasks)
            self.changed.notify(len(tasks))
        self.start()

    def ahead(self, task: Task) -> int:
        """How many wait before a task; 0 when it is being worked on, or done."""
        with self.changed:
            return self.queue.index(task) + 1 if task in self.queue else 0

    def idle(self) -> bool:
        """Whether nothing waits and nothing is being worked on."""
        with self.changed:
            return not self.queue and not any(worker.tasks for worker in self.workers)

    def drop(self, task: Task) -> None:
        """Take a task out of the queue, or have it given up."""
        task.stopped = True
        with self.changed:
            if task in self.queue:
                self.queue.remove(task)
                task.problem = "stopped"
                task.finished.set()
                return
            busy = [worker for worker in self.workers if task in worker.tasks]
        for worker in busy:
            worker.stop(task)

    def take(self, worker: _Worker) -> list[Task]:
        """The next task for a worker, as soon as there is one, with its share of those in the same company; none when
        all is closed."""
        with self.changed:
            self.changed.wait_for(lambda: self.queue or self.closed)
            if self.closed:
                return []
            task = self.queue.popleft()
            alike = () if task.company is None or task.ahead else self.queue
            mates = [one for one in alike if one.company == task.company and not one.ahead]
            idle = sum(not other.tasks for other in self.workers)  # this one among them
            worker.tasks = [task, *mates[: min(MOST_TOGETHER, -(-(len(mates) + 1) // idle)) - 1]]
            for one in worker.tasks[1:]:
                self.queue.remove(one)
            return worker.tasks

    def done(self, task: Task) -> None:
        """Pass on what came of a task. Whatever goes wrong with that, nobody waits for it without end."""
        try:
            self._finished(task)
        except Exception as problem:
            task.problem = f"This failed inside the program: {type(problem).__name__}: {problem}".splitlines()[0]
        finally:
            task.finished.set()

    def close(self) -> None:
        with self.changed:
            self.closed = True
            self.changed.notify_all()
        for worker in self.workers:
            worker.close()
