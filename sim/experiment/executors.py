"""The machines of a Dask cluster as those who do the work of a sweep: see also `sim/ensemble/pool.py`."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable
from contextlib import closing, suppress
from typing import Any, TypeVar

from sim.ensemble.pool import AHEAD, WorkersError
from sim.experiment.store import extra
from sim.extensions import remote

J = TypeVar("J")
T = TypeVar("T")

# Seconds between two looks at how many workers a cluster has.
LOOKS = 5.0


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

    def carry_out(self, work: Callable[[J], T], jobs: Iterable[J]) -> Generator[T, None, None]:
        waiting = iter(jobs)
        done = self._dask.as_completed(loop=self._client.loop)
        running: set[Any] = set()

        def hand_out() -> None:
            self._look()
            while len(running) < self.workers * (1 + AHEAD) and (job := next(waiting, None)) is not None:
                # Not pure: a job is work to be done, not a value to be remembered.
                future = self._client.submit(remote(work, job), pure=False)
                running.add(future)
                done.add(future)

        try:
            hand_out()
            for future in done:
                running.discard(future)
                try:
                    found: T = future.result()
                except self._dask.KilledWorker as problem:
                    raise WorkersError(
                        "workers", f"they die at their work; is there enough memory? {problem}"
                    ) from None
                hand_out()
                yield found
        finally:
            with closing(self), suppress(Exception):
                self._client.cancel(list(running))

    def close(self) -> None:
        self._client.close()
