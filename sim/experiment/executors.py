"""Who does the work of a sweep: this process, processes of this machine, or the machines of a Dask cluster.

All do the same: they take jobs and give receipts, in any order, and keep only a few jobs waiting at a time.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import closing, suppress
from typing import Any, Protocol, TypeAlias

from sim.experiment.store import extra
from sim.experiment.work import Job, Receipt, carry_out
from sim.extensions import remote

Receipts: TypeAlias = Generator[Receipt, None, None]

# Jobs handed out beyond those being worked on, for each worker: enough to keep it busy, few enough to forget.
AHEAD = 2
# So many deaths of workers without any work finished in between, and it is the work that kills them.
MOST_DEATHS = 3
# Seconds between two looks at how many workers a cluster has.
LOOKS = 5.0


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

    def carry_out(self, jobs: Iterable[Job]) -> Receipts:
        """Do all jobs. When the iteration is broken off, those begun are finished or forgotten, and no others begun."""

    def close(self) -> None:
        """Let the workers go."""


class Here:
    """This process."""

    workers = 1

    def carry_out(self, jobs: Iterable[Job]) -> Receipts:
        # What is there already is not gone through again each time that a model's remains are collected.
        gc.collect()
        gc.freeze()
        try:
            yield from map(carry_out, jobs)
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

    def carry_out(self, jobs: Iterable[Job]) -> Receipts:
        waiting, running, again = iter(jobs), dict[Future[Receipt], Job](), list[Job]()
        deaths = 0
        try:
            while True:
                try:
                    while len(running) < self.workers * (1 + AHEAD):
                        job = again[0] if again else next(waiting, None)
                        if job is None:
                            break
                        running[self._pool.submit(remote(carry_out, job))] = job
                        again[:1] = []
                    if not running:
                        return
                    done, _ = wait(running, return_when=FIRST_COMPLETED)
                    for future in done:
                        receipt = future.result()
                        del running[future]
                        deaths = 0
                        yield receipt
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


def _prepare() -> None:
    """Make a worker: Ctrl-C is its parent's business, it ends when its parent does, and collecting garbage is quick."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_end_with, args=(parent.join,), daemon=True).start()
    import sim.model
    import sim.results.chunks  # noqa: F401

    gc.collect()
    gc.freeze()


def _end_with(joining: Callable[[], Any]) -> None:
    joining()
    os._exit(1)


class Cluster:
    """The workers of a Dask cluster. One that dies is left out, and its work done by another.

    Args:
        address: of its scheduler, such as tcp://10.0.0.1:8786.

    Raises:
        MissingExtraError: Dask is not installed.
        WorkersError: nothing answers there, or it has no workers.
    """

    def __init__(self, address: str, patience: float = 30.0) -> None:
        self._dask = extra("distributed", "--dask")
        try:
            self._client = self._dask.Client(address, timeout=patience, set_as_default=False)
            self._client.wait_for_workers(1, timeout=patience)
        except (OSError, ValueError, TimeoutError) as problem:
            reason = "no worker has come" if isinstance(problem, TimeoutError) else str(problem).splitlines()[0]
            raise WorkersError(address, f"this Dask cluster cannot be used: {reason}") from None
        self.workers, self._looked = 1, -LOOKS
        self._look()

    def _look(self) -> None:
        """See now and then how many workers there are: they come and go."""
        if time.monotonic() >= self._looked + LOOKS:
            self.workers = max(1, sum(self._client.nthreads().values()))
            self._looked = time.monotonic()

    def carry_out(self, jobs: Iterable[Job]) -> Receipts:
        waiting = iter(jobs)
        finished = self._dask.as_completed(loop=self._client.loop)
        running: set[Any] = set()

        def hand_out() -> None:
            self._look()
            while len(running) < self.workers * (1 + AHEAD) and (job := next(waiting, None)) is not None:
                # Not pure: a job is work to be done, not a value to be remembered.
                future = self._client.submit(remote(carry_out, job), pure=False)
                running.add(future)
                finished.add(future)

        try:
            hand_out()
            for future in finished:
                running.discard(future)
                try:
                    receipt: Receipt = future.result()
                except self._dask.KilledWorker as problem:
                    raise WorkersError(
                        "workers", f"they die at their work; is there enough memory? {problem}"
                    ) from None
                hand_out()
                yield receipt
        finally:
            with closing(self), suppress(Exception):
                self._client.cancel(list(running))

    def close(self) -> None:
        self._client.close()
