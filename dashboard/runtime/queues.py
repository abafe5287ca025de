"""Short queues with workers: each worker is a thread with a process of its own, which is replaced when it hangs or dies."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import sys
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from types import MappingProxyType
from typing import Any, NamedTuple

from dashboard.runtime.worker import receive, send
from sim.extensions import loaded
from sim.words.language import N_, _

_LOG = logging.getLogger(__name__)
MOST_REMEMBERED = 1000  # sessions and addresses of which it is known when they were served last
_TOO_MANY = {
    "session": N_(
        "{count} requests from your page are waiting or under way, and more are not taken on. Wait some seconds and try again."
    ),
    "address": N_(
        "{count} requests from your address are waiting or under way, and more are not taken on. Wait some seconds and try again."
    ),
}
_ENDED = N_("The program that computes was stopped in the middle of this; try again.")
_STARVED = N_("The program that computes was stopped in the middle of this, perhaps for want of memory; try again.")
_FAILED = N_("This failed inside the program: {problem}")
PIPE = 2**20  # bytes on their way from a worker, as many as Linux lets anybody have
MEGABYTES = 1536  # memory of a worker
_ENVIRONMENT = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "ARROW_DEFAULT_MEMORY_POOL": "system",  # its own pool takes a gigabyte at once, which would count as filled
}


class BusyError(RuntimeError):
    """Too many are waiting already; the message says so to a visitor."""


class Problem(NamedTuple):
    """What went wrong, to be said to whoever asks: a text of the catalogue, or one made elsewhere, and what is filled into it."""

    text: str
    values: Mapping[str, object] = MappingProxyType({})


class RunError(RuntimeError):
    """A run could not be done; the message says why."""


class Task:
    """Something asked of a worker: who waits for it, what it has told, and what came of it.

    `session` and `address` are those who asked first, by whom queues are kept fair. What is `foreign` reads what
    somebody brought: a process that has refused it is not used again.
    """

    def __init__(
        self,
        key: str,
        function: Callable[..., Any],
        arguments: tuple[Any, ...],
        named: dict[str, Any],
        session: str = "",
        address: str = "",
        foreign: bool = False,
    ) -> None:
        self.key, self.function, self.arguments, self.named = key, function, arguments, named
        self.session, self.address, self.foreign = session, address, foreign
        self.waiting: set[str] = set()
        self.told: Any = None
        self.value: Any = None
        self.size = 0
        self.problem: Problem | None = None
        self.stopped = False
        self.finished = threading.Event()

    def answer(self) -> Any:
        """The value. Raises RunError with what went wrong."""
        if self.problem is not None:
            raise RunError(_(self.problem.text, **self.problem.values))
        return self.value


class _Worker(threading.Thread):
    """A thread with a process that it feeds from its queue; a process that hangs or dies is replaced."""

    def __init__(self, work_queue: WorkQueue) -> None:
        super().__init__(daemon=True)
        self.work_queue, self.number = work_queue, 0
        self.task: Task | None = None
        self.process: subprocess.Popen[bytes] | None = None
        self._writing = threading.Lock()

    def run(self) -> None:
        self._warm()
        while task := self.work_queue.take(self):
            if not self._tried(task):
                self._tried(task, last=True)
            self.task = None
            self.work_queue.done(task)
            self.work_queue.start()
            self._warm()

    def _tried(self, task: Task, last: bool = False) -> bool:
        """Work on a task; whether that has come to an end. A process that died, or spoke nonsense, is replaced, and where its
        end does not say that the task was to blame, the next one has the task once more."""
        try:
            self._work(task)
        except Exception as problem:
            _LOG.warning("a process that computes ended in the middle of its work: %r", problem)
            starved = self._died()
            if task.problem is None and task.value is None:
                if not (last or starved or task.stopped or self.work_queue.closed):
                    return False
                task.problem = Problem(_STARVED if starved else _ENDED)
        return True

    def stop(self, task: Task) -> None:
        """Let the process give up a task that nobody waits for."""
        if task is self.task and self.process is not None:
            try:
                self._say(("stop", self.number))
            except OSError:
                return

    def close(self) -> None:
        self._end()

    def _work(self, task: Task) -> None:
        process = self._running()
        self.number += 1
        late = threading.Timer(self.work_queue.seconds, self._too_late, [self.number, task])
        late.daemon = True
        late.start()
        try:
            self._say((self.number, task.function, task.arguments, task.named))
            if task.stopped:
                self._say(("stop", self.number))
            while True:
                answer, size = receive(process.stdout)  # type: ignore[arg-type]
                if answer[0] == "failed" and (answer[3] == "memory" or (task.foreign and answer[3] == "input")):
                    self._end()  # nobody knows what it still holds
                if answer[0] == "told":
                    task.told = answer[2]
                elif answer[0] == "done":
                    task.value, task.size = answer[2], size
                    return
                elif answer[0] == "failed":
                    problem = Problem(*answer[2])
                    task.problem = Problem(_FAILED, {"problem": problem.text}) if answer[3] == "program" else problem
                    return
        finally:
            late.cancel()

    def _died(self) -> bool:
        """End what is left of a process that no longer answers; whether it ended for want of memory, as far as that tells."""
        process = self.process
        with suppress(subprocess.TimeoutExpired, AttributeError):
            process.wait(1)  # type: ignore[union-attr]  # it is closing its pipes before it is gone
        code = process.poll() if process is not None else None
        self._end()
        return code in (-signal.SIGKILL, -signal.SIGABRT)

    def _warm(self) -> None:
        try:
            if not self.work_queue.closed:
                self._running()
        except (EOFError, OSError):
            return  # tried again with the first task, which then says what is wrong

    def _too_late(self, number: int, task: Task) -> None:
        if self.task is None or self.number != number:
            return
        late = N_("This took longer than {seconds:.0f} seconds and was stopped; ask for less at once.")
        task.problem = Problem(late, {"seconds": self.work_queue.seconds})
        self._end()

    def _say(self, message: Any) -> None:
        with self._writing:
            send(self.process.stdin, message)  # type: ignore[union-attr, arg-type]

    def _running(self) -> subprocess.Popen[bytes]:
        if self.process is None or self.process.poll() is not None:
            self.process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "dashboard.runtime.worker",
                    str(self.work_queue.nice),
                    str(self.work_queue.megabytes),
                    *(one.text() for one in loaded()),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={**os.environ, **_ENVIRONMENT},
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


class WorkQueue:
    """A short queue with its workers. Whoever was served longest ago is served next: first of the addresses, then of the
    sessions from one address; what one session asks for is done in its order."""

    def __init__(
        self,
        workers: int,
        most: int,
        seconds: float,
        nice: int,
        done: Callable[[Task], None],
        *,
        most_session: int = sys.maxsize,
        most_address: int = sys.maxsize,
        megabytes: int = MEGABYTES,
    ) -> None:
        """Make a queue; its workers start with `start`, or with the first task.

        Args:
            workers: how many. most, most_session, most_address: tasks that may wait in all; and that one session, and one
                address, may have waiting or under way.
            seconds, megabytes: what a task may take.
            nice: by how much its processes give way to others.
            done: told of each task that is through.
        """
        self.most, self.seconds, self.nice, self.megabytes = most, seconds, nice, megabytes
        self._most_each = {"session": most_session, "address": most_address}
        self._finished, self._count = done, workers
        self._served: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._turn = 0
        self.queue: deque[Task] = deque()
        self.changed = threading.Condition()
        self.workers: list[_Worker] = []
        self.closed = False

    def start(self, most: int | None = None) -> None:
        """Start the workers and their processes: all of them, or as many as make `most` together with those that run.

        The others start when those are all at work, or the first has done something: where many start together, each takes
        longer, and who comes first waits for all.
        """
        with self.changed:
            while len(self.workers) < min(self._count, self._count if most is None else most) and not self.closed:
                worker = _Worker(self)
                self.workers.append(worker)
                worker.start()

    def add(self, *tasks: Task) -> None:
        """Put tasks at the end of the queue. Raises BusyError when it is full, or holds enough of this visitor's."""
        with self.changed:
            for whose, most in self._most_each.items():
                here = [getattr(one, whose) for one in self._all()]
                if any(here.count(getattr(task, whose)) >= most for task in tasks):
                    raise BusyError(_(_TOO_MANY[whose], count=most))
            if len(self.queue) + len(tasks) > self.most:
                raise BusyError(
                    _(
                        "{count} requests are waiting already, and more are not taken on. Wait some seconds and try again.",
                        count=len(self.queue),
                    )
                )
            self.queue.extend(tasks)
            self.changed.notify(len(tasks))
            self._start_if_busy()

    def _start_if_busy(self) -> None:
        """Start one more worker where all that have started are at work. (Called with the lock.)"""
        if all(worker.task for worker in self.workers):
            self.start(len(self.workers) + 1)

    def ahead(self, task: Task) -> int:
        """How many wait before a task; 0 when it is being worked on, or done."""
        with self.changed:
            return self.queue.index(task) + 1 if task in self.queue else 0

    def drop(self, task: Task) -> None:
        """Take a task out of the queue, or have it given up."""
        task.stopped = True
        with self.changed:
            if task in self.queue:
                self.queue.remove(task)
                task.problem = Problem("stopped")
                task.finished.set()
                return
            busy = [worker for worker in self.workers if task is worker.task]
        for worker in busy:
            worker.stop(task)

    def take(self, worker: _Worker) -> Task | None:
        """The next task for a worker, as soon as there is one; None when all is closed."""
        with self.changed:
            self.changed.wait_for(lambda: self.queue or self.closed)
            if self.closed:
                return None
            task = min(self.queue, key=self._last_served)  # the first of them, where they are equal
            self.queue.remove(task)
            self._serve(task)
            worker.task = task
            if self.queue:
                self._start_if_busy()
            return task

    def sessions(self) -> set[str]:
        """Whose tasks wait, or are being worked on."""
        with self.changed:
            return {one.session for one in self._all()}

    def drop_all_of(self, session: str) -> None:
        """Give up whatever a session asked for."""
        with self.changed:
            mine = [one for one in self._all() if one.session == session]
        for task in mine:
            self.drop(task)

    def _all(self) -> list[Task]:
        return [*self.queue, *(worker.task for worker in self.workers if worker.task is not None)]

    def _last_served(self, task: Task) -> tuple[int, int]:
        return self._served.get((task.address, ""), 0), self._served.get((task.address, task.session), 0)

    def _serve(self, task: Task) -> None:
        self._turn += 1
        for whose in ((task.address, ""), (task.address, task.session)):
            self._served[whose] = self._turn
            self._served.move_to_end(whose)
        while len(self._served) > MOST_REMEMBERED:
            self._served.popitem(last=False)

    def done(self, task: Task) -> None:
        """Pass on what came of a task. Whatever goes wrong with that, nobody waits for it without end."""
        try:
            self._finished(task)
        except Exception as problem:
            task.problem = Problem(_FAILED, {"problem": f"{type(problem).__name__}: {problem}".splitlines()[0]})
        finally:
            task.finished.set()

    def close(self) -> None:
        with self.changed:
            self.closed = True
            self.changed.notify_all()
        for worker in self.workers:
            worker.close()
