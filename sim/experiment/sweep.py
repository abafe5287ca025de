"""Sweeps: simulate an experiment's points, in this process or in many, and keep what they come to in a folder.

Run again with the same folder, a sweep goes on where it was interrupted: finished parts are kept, after a check of every
byte. The rows are the same to the last bit whoever did the work, in whatever pieces.
"""

from __future__ import annotations

import errno
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.ensemble.fingerprint import model_fingerprint
from sim.ensemble.pool import Executor, workforce
from sim.ensemble.spec import LimitError, check, check_model
from sim.ensemble.timing import timed
from sim.experiment.beneath import beneath_lines
from sim.experiment.executors import Cluster
from sim.experiment.folder import Folder, alone
from sim.experiment.load import load_plan
from sim.experiment.outcome import Sweep
from sim.experiment.parts import Part, most_runs, size_of, write_part
from sim.experiment.plan import Order, Plan
from sim.experiment.schema import Experiment
from sim.experiment.store import open_store
from sim.experiment.work import simulate_pack, together
from sim.extensions import ExtensionError
from sim.yamlfile import Source, found

if TYPE_CHECKING:
    from sim.model import FrontierModel

# Each worker gets some packs at least, so that none is left without work, but none of a few worlds only.
PACKS_EACH, LEAST_WORLDS = 4, 100
# More files are slow to list, and more orders than a scheduler can hand out to a thousand workers.
MOST_PARTS = 10_000


@dataclass(frozen=True)
class Standing:
    """How far a sweep has come.

    Attributes:
        done: runs that are finished or failed, those of earlier sittings too; runs: in all.
        fresh: runs done in this sitting; seconds: that it has taken; failed: points that the model refused.
    """

    done: int
    runs: int
    fresh: int
    seconds: float
    failed: int

    @property
    def rate(self) -> float:
        """Runs a second in this sitting."""
        return self.fresh / self.seconds if self.seconds > 0 else 0.0

    @property
    def left(self) -> float | None:
        """Seconds to go; None before anything is known."""
        return (self.runs - self.done) / self.rate if self.fresh else None


Progress = Callable[[Standing], None]


class SweepInterrupted(KeyboardInterrupt):
    """The sweep was stopped (Ctrl-C); what was finished is kept.

    Attributes:
        standing: how far it had come.
    """

    def __init__(self, standing: Standing) -> None:
        super().__init__("stopped before the end")
        self.standing = standing


class VersionError(RuntimeError):
    """Whoever does the work has another version of the model than whoever asked for it."""


class SweepStoppedError(OSError):
    """The sweep cannot go on; the message says why and what is kept. Run it again once that is put right."""

    def __str__(self) -> str:
        return f"{self.filename}: {self.strerror}"


def sweep(
    experiment: Source | Mapping[str, Any] | Experiment,
    out: str | Path,
    workers: int = 1,
    dask: str | None = None,
    *,
    chunk: int | None = None,
    reuse: Sequence[str | Path] = (),
    progress: Progress | None = None,
    command: str | None = None,
    model: type[FrontierModel] | None = None,
    engine: str = "auto",
) -> Sweep:
    """Run an experiment, or go on with it.

    Args:
        experiment: a name, a path, a pair (name, text), plain data or an Experiment.
        out: the folder, as a path, or as a URL that fsspec knows.
        workers: threads where months are machine code, else processes of this machine; 1 is this process itself. (A script that
            asks for more processes needs `if __name__ == "__main__":` around its work.)
        dask: address of a Dask scheduler, in place of `workers`; all its workers must reach `out`.
        chunk: worlds simulated at a time; changes no number.
        reuse: folders of other sweeps: what they have in common with this one, point by point, is taken over.
        progress: called with a Standing now and then.
        command: how the sweep was asked for, for the manifest.
        model: a subclass of `sim.FrontierModel` that takes its place; with workers, one that they can import.
        engine: as for `sim.run`; part of what identifies a point.

    Returns:
        The sweep; `failures` says which points the model refused, and why.

    Raises:
        ExperimentError: the experiment is not right.
        FolderError: the folder is another's.
        LimitError: workers or chunk are outside of what is allowed, or a package is missing.
        SweepStoppedError: the disk is full, or the like.
        SweepInterrupted: Ctrl-C.

    >>> from tempfile import TemporaryDirectory
    >>> aid = {"pakistan.aid": {"low": 0, "high": 1}}
    >>> mine = {"schema": 1, "title": "Aid", "scenarios": ["confront"], "levers": aid, "worlds": 4, "months": 2}
    >>> with TemporaryDirectory() as folder:
    ...     done = sweep({**mine, "design": {"kind": "factorial", "levels": 2}}, f"{folder}/out")
    ...     len(done.experiments), len(done.outcomes)
    (2, 8)
    """
    _check_workers(workers, dask)
    check_model(model)
    plan = replace(load_plan(experiment), model=model, asked=engine)
    at_once = pack_size(plan, workers, chunk)
    store = open_store(out)
    with alone(store):
        folder = Folder(store, plan, min(plan.worlds, at_once))
        try:
            folder.open(command)
            if reuse:
                from sim.experiment.reuse import take_over

                take_over(folder, reuse)
        except OSError as problem:
            raise _stopped(problem, store.place, 0, plan.runs) from problem
        started, tally = time.monotonic(), _Tally(plan, folder, progress)
        packs = plan.packs(folder.done, folder.block_worlds, at_once if chunk else part_size(plan, at_once))
        orders = (Order(plan, pack, folder.block_worlds, at_once, store.place) for pack in packs)
        try:
            if not folder.finished:
                with closing(executor(workers, dask, plan.engine == "compiled" and not plan.leaves_out)) as hands:
                    _carry_out(hands, orders, tally)
            folder.close(time.monotonic() - started, command)
        except KeyboardInterrupt:
            folder.close(time.monotonic() - started, command)
            raise SweepInterrupted(tally.standing()) from None
        except ExtensionError:
            with suppress(OSError):
                folder.close(time.monotonic() - started, command)
            raise
        except (OSError, VersionError, MemoryError) as problem:
            with suppress(OSError):
                folder.close(time.monotonic() - started, command)
            raise _stopped(problem, store.place, tally.standing().done, plan.runs) from problem
    return Sweep.load(out)


def executor(workers: int, dask: str | None, compiled: bool = False) -> Executor:
    """Who does the work."""
    if dask is not None:
        return Cluster(dask)
    return workforce(workers, workers, compiled)


def pack_size(plan: Plan, workers: int = 1, chunk: int | None = None) -> int:
    """Worlds simulated at a time."""
    if chunk is not None:
        return check("worlds", chunk, "chunk")
    fair = -(-plan.runs // (workers * PACKS_EACH)) if workers > 1 else plan.runs
    return min(plan.pack_worlds, max(fair, LEAST_WORLDS))


def part_size(plan: Plan, at_once: int) -> int:
    """Worlds of a part: what is simulated at a time, and some times that where there would be too many parts."""
    kept = most_runs(plan.metrics, plan.months if plan.experiment.series else 0)
    return at_once * max(1, min(plan.runs // (at_once * MOST_PARTS), kept // at_once))


@dataclass(frozen=True)
class Estimate:
    """What a sweep will take, from a piece of it that was tried.

    Attributes:
        points, worlds, runs, months: how much it is.
        seconds: of wall time with so many workers, each on a processor of its own; bytes: on the disk.
        beneath: what is not varied, in words: see `beneath.py`.
    """

    points: int
    worlds: int
    runs: int
    months: int
    workers: int
    seconds: float
    bytes: int
    beneath: tuple[str, ...] = ()


def estimate(
    experiment: Source | Mapping[str, Any] | Experiment,
    workers: int = 1,
    dask: str | None = None,
    *,
    chunk: int | None = None,
) -> Estimate:
    """Say what a sweep will take, without starting it: a second or so.

    Raises:
        ExperimentError, LimitError: as for `sweep`.
    """
    _check_workers(workers, dask)
    plan = load_plan(experiment)
    if dask is not None:
        with closing(Cluster(dask)) as cluster:
            workers = cluster.workers
    size = pack_size(plan, workers, chunk)
    block = min(plan.worlds, size)
    # Machine code is quick enough to be tried at full length, of which what a pack costs by itself is no small part.
    months = plan.months if plan.engine == "compiled" else min(plan.months, 24)
    pack = next(plan.packs(plan.nothing_done(block), block, size))
    job = plan.job(pack, block)
    job = replace(job, spec=replace(job.spec, months=months))
    took, output = timed(lambda: simulate_pack(job))
    runs = len(pack.points) * job.spec.worlds
    outcomes, series = size_of(output)
    each = (outcomes + series * plan.months / months) / runs
    table = plan.points * (50 + 8 * len(plan.factors))
    return Estimate(
        plan.points,
        plan.worlds,
        plan.runs,
        plan.months,
        workers,
        took.all_of(plan.months / months * plan.runs / runs, workers),
        int(each * plan.runs + table),
        beneath_lines(plan.experiment),
    )


def _check_workers(workers: int, dask: str | None) -> None:
    check("workers", workers)
    # Dask itself says so too, but leaves a thread behind that does not end.
    if dask is not None and not re.fullmatch(r"inproc://\S+|(\w+://)?[^\s/]+:\d+", str(dask)):
        raise LimitError(f"dask must be a scheduler's address, such as tcp://10.0.0.1:8786; got {found(dask)}")


class _Tally:
    """Books parts, and tells how far things are."""

    def __init__(self, plan: Plan, folder: Folder, progress: Progress | None) -> None:
        self.plan, self.folder, self.progress = plan, folder, progress
        self.started, self.earlier = time.monotonic(), self._done()
        self.tell()

    def _done(self) -> int:
        worlds = self.plan.worlds
        return sum(
            int(done.sum()) * min(self.folder.block_worlds, worlds - block * self.folder.block_worlds)
            for block, done in self.folder.done.items()
        )

    def standing(self) -> Standing:
        done = self._done()
        seconds = time.monotonic() - self.started
        return Standing(done, self.plan.runs, done - self.earlier, seconds, len(self.folder.failures))

    def tell(self) -> None:
        if self.progress is not None:
            self.progress(self.standing())


def fulfil(order: Order) -> Part:
    """Do the work of an order, job by job, and write its part to the sweep's folder: wherever the order was sent to.

    Raises:
        VersionError: this is another version of the model.
        OSError: the part cannot be written.
    """
    asked, here = order.plan.particulars["model"], model_fingerprint(order.plan.model)
    if asked != here:
        raise VersionError(
            f"the work asks for model {asked}, and here is {here}: "
            "install the same version of durand, NumPy and SciPy everywhere"
        )
    output = together([simulate_pack(job) for job in order.jobs()])
    return write_part(order.folder, order.plan, order.pack, output)


def _carry_out(hands: Executor, orders: Iterator[Order], tally: _Tally) -> None:
    with closing(hands.carry_out(fulfil, orders)) as parts:
        for part in parts:
            tally.folder.book(part)
            tally.tell()


def _stopped(problem: Exception, place: str, done: int, runs: int) -> SweepStoppedError:
    number, where, reason = 0, place, f"{problem}; put that right"
    if isinstance(problem, MemoryError):
        reason = "not enough memory; use fewer workers, or a smaller chunk,"
    elif isinstance(problem, OSError):
        number, reason = problem.errno or 0, f"{problem.strerror or problem}; put that right"
        if number in (errno.ENOSPC, errno.EDQUOT):
            reason = "the disk is full; make room"
        elif problem.filename:
            where = str(problem.filename)
    kept = f"{done:,} of {runs:,} runs are kept"
    return SweepStoppedError(number, f"{reason} and run the same command again to go on ({kept})", where)
