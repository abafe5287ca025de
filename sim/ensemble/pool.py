"""Processes of this machine that work: the one pool of runs, sweeps and calibrations."""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing
from functools import partial
from itertools import islice
from typing import Any, Protocol, TypeVar

from sim.extensions import remote

J = TypeVar("J")
T = TypeVar("T")

# Jobs handed out beyond those being worked on, for each worker: enough to keep it busy, few enough to forget.
AHEAD = 2
# So many deaths of workers without any work finished in between, and it is the work that kills them.
MOST_DEATHS = 3


class WorkersError(OSError):
    """The workers cannot be reached, or die at their work."""

    def __init__(self, where: str, text: str) -> None:
        super().__init__(0, text, where)

    def __str__(self) -> str:
        return f"{self.filename}: {self.strerror}"


class Executor(Protocol):
    """Does jobs.

    Attributes:
        workers: how many jobs are done at once.
    """

    workers: int

    def carry_out(self, work: Callable[[J], T], jobs: Iterable[J]) -> Generator[T, None, None]:
        """Do all jobs, in any order. When the iteration is broken off, those begun are finished or forgotten, and no
        others begun."""

    def close(self) -> None:
        """Let the workers go."""


class Here:
    """This process."""

    workers = 1

    def carry_out(self, work: Callable[[J], T], jobs: Iterable[J]) -> Generator[T, None, None]:
        # What is there already is not gone through again each time that a model's remains are collected.
        gc.freeze()
        try:
            yield from map(work, jobs)
        finally:
            gc.unfreeze()

    def close(self) -> None:
        pass


class Processes:
    """Processes of this machine. One that dies is replaced, and its work done again.

    Args:
        workers: how many processes.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool = self._begin()

    def _begin(self) -> ProcessPoolExecutor:
        # Mesa sets the start method at import; a context of our own does not depend on that. Spawned, not forked:
        # threads of NumPy, Arrow or a notebook do not survive a fork.
        context = multiprocessing.get_context("spawn")
        return ProcessPoolExecutor(self.workers, mp_context=context, initializer=_prepare)

    def carry_out(self, work: Callable[[J], T], jobs: Iterable[J]) -> Generator[T, None, None]:
        waiting, running, again = iter(jobs), dict[Future[T], J](), list[J]()
        deaths = 0
        try:
            while True:
                try:
                    while len(running) < self.workers * (1 + AHEAD):
                        job = again[0] if again else next(waiting, None)
                        if job is None:
                            break
                        running[self._pool.submit(remote(work, job))] = job
                        again[:1] = []
                    if not running:
                        return
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        found = future.result()
                        del running[future]
                        deaths = 0
                        yield found
                except BrokenProcessPool:
                    deaths += 1
                    if deaths > MOST_DEATHS:
                        raise WorkersError("workers", "they die again and again; is there enough memory?") from None
                    again += running.values()
                    running.clear()
                    self._pool.shutdown(wait=True, cancel_futures=True)
                    self._pool = self._begin()
        finally:
            self.close()

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


class Threads:
    """Threads of this process, for what leaves Python free: machine code.

    Args:
        workers: how many.
    """

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self._pool = ThreadPoolExecutor(workers)

    def carry_out(self, work: Callable[[J], T], jobs: Iterable[J]) -> Generator[T, None, None]:
        waiting = iter(jobs)
        running = {self._pool.submit(work, job) for job in islice(waiting, self.workers + AHEAD)}
        try:
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                running |= {self._pool.submit(work, job) for job in islice(waiting, len(done))}
                for future in done:
                    yield future.result()
        finally:
            self.close()

    def close(self) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)


def workforce(workers: int, jobs: int, threads: bool = False) -> Executor:
    """As many as there is work for: threads or processes, and this process where that is one."""
    workers = min(workers, jobs)
    if workers <= 1:
        return Here()
    return Threads(workers) if threads else Processes(workers)


def in_order(workforce: Executor, work: Callable[[J], T], jobs: Iterable[J]) -> Iterator[T]:
    """What jobs came to, in their order, whichever is finished first."""
    early: dict[int, T] = {}
    due = 0
    with closing(workforce.carry_out(partial(_numbered, work), enumerate(jobs))) as found:
        for number, one in found:
            early[number] = one
            while due in early:
                yield early.pop(due)
                due += 1


def _numbered(work: Callable[[J], T], job: tuple[int, J]) -> tuple[int, T]:
    return job[0], work(job[1])


def _prepare() -> None:
    """Make a worker, to which collecting garbage is quick."""
    follow_parent()
    import sim.ensemble.chunks
    import sim.model  # noqa: F401

    gc.collect()
    gc.freeze()


def follow_parent() -> None:
    """In a process that works for another: Ctrl-C is its parent's business, and it ends when its parent does."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.join,), daemon=True).start()


def _end_with(joining: Callable[[], Any]) -> None:
    joining()
    os._exit(1)
