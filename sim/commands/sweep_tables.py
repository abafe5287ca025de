"""Sweeps on a terminal: what one will take, how far it is, what came of it."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sim.experiment.beneath import beneath_lines
from sim.experiment.outcome import Sweep
from sim.experiment.sweep import Estimate, Progress, Standing
from sim.words.numbers import duration, size

# Seconds between two lines where there is no terminal to draw a bar on, as in the log of a cluster's job.
EVERY = 30.0
SHOWN_REASONS = 5


def estimate_lines(one: Estimate) -> Iterator[str]:
    """What a sweep will take, in lines."""
    yield f"{one.points:,} points x {one.worlds:,} worlds = {one.runs:,} runs of {one.months} months"
    yield from one.beneath
    hands = "one process" if one.workers == 1 else f"{one.workers} workers, each on a processor of its own"
    yield f"expected time: about {duration(one.seconds)} with {hands}"
    yield f"expected disk: about {size(one.bytes)}"


def result_lines(sweep: Sweep, fresh: int) -> Iterator[str]:
    """What came of a finished sweep, in lines; fresh: runs that were done in this sitting."""
    about = sweep.manifest
    runs, took = about["finished_runs"], duration(about["elapsed_seconds"])
    said = f"{runs:,} runs in {took}"
    if not fresh:
        said = f"all {runs:,} runs were there already; nothing was run"
    elif fresh < runs:
        said = f"{runs:,} runs, {fresh:,} of them now; {took} in all"
    yield f"{about['title']}: {about['points']:,} points x {about['worlds']:,} worlds, {said}"
    yield from beneath_lines(sweep.experiment)
    yield f"Fingerprint of all rows: {sweep.fingerprint} (the same however it is run)"
    if redone := about["redone"]:
        yield f"Found torn or damaged, and made again: {len(redone)} files ({', '.join(redone[:3])})"
    yield f"Written: {sweep.place}"


def failure_lines(sweep: Sweep) -> Iterator[str]:
    """How many points failed and why, each kind of error with an example."""
    failures = sweep.failures
    yield f"{len(failures):,} of {sweep.manifest['points']:,} points failed; the others are kept:"
    kinds: dict[str, list[int]] = {}
    for point, why in failures.items():
        kinds.setdefault(why.partition(":")[0], []).append(point)
    for kind, points in sorted(kinds.items(), key=lambda one: -len(one[1]))[:SHOWN_REASONS]:
        yield f"  {len(points):,} x {kind}; point {points[0]}: {failures[points[0]].partition(': ')[2]}"


def standing_line(one: Standing) -> str:
    """How far a sweep is, in a line."""
    left = "" if one.left is None else f", {one.rate:,.0f} runs/s, {duration(one.left)} left"
    failed = f", {one.failed:,} points failed" if one.failed else ""
    return f"{one.done:,} of {one.runs:,} runs{left}{failed}"


@contextmanager
def standing_shown() -> Iterator[Progress]:
    """Progress on standard error: a bar on a terminal, else a line every half minute."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn

    columns = (BarColumn(), TaskProgressColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("")

        def show(one: Standing) -> None:
            bar.update(task, completed=one.done, total=one.runs, description=standing_line(one))

        yield show


class _Lines:
    def __init__(self) -> None:
        self._next = time.monotonic() + EVERY

    def __call__(self, one: Standing) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + EVERY
            print(standing_line(one), file=sys.stderr, flush=True)
