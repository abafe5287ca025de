"""Measure sweeps, as ratios in one run. `python benchmarks/sweep.py [--brief | --memory | --chunks]`; nothing here is a test.

Seconds depend on the machine and on what else it does; the ratios hold. What is compared with another is taken in turns
with it, and each figure is the median of three. `--brief` does a twentieth of the work, to see that it runs. `--memory`
measures the peak of 1,000,000 runs against that of 50,000, `--chunks` the rate at several numbers of worlds at a time.
"""

from __future__ import annotations

import io
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stderr
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from sim.model import FrontierModel

MONTHS = 60
FEW = ["reward_response", "threat_response", "shelter_protection", "attrition_rate", "kinship_weight"]
POINTS = 4000
BRIEF = 20


def experiment(points: int, worlds: int, uncertainties: Any = "all", months: int = MONTHS) -> dict[str, Any]:
    """An experiment of so many points."""
    design = {"kind": "latin_hypercube", "points": points}
    named = {
        "schema": 1,
        "title": "Benchmark",
        "scenarios": ["confront"],
        "uncertainties": uncertainties,
        "parameters": "defaults",
    }
    return {**named, "design": design, "worlds": worlds, "months": months}


def in_turns(*measures: Callable[[], float], runs: int = 3) -> list[float]:
    """Median of so many measurements of each, taken in turns, so that what else the machine does meets all alike."""
    found = [[measure() for measure in measures] for _ in range(runs)]
    return [statistics.median(one) for one in zip(*found, strict=True)]


def each(seconds: Callable[[int], float], few: int, many: int) -> float:
    """Seconds for one point more: what it costs to start is left out, in favour of what is compared with us."""
    return max(seconds(many) - seconds(few), 1e-9) / (many - few)


@cache
def few_points() -> dict[str, Any]:
    """The values of the points that everybody runs, parameter by parameter."""
    from sim.experiment.load import load_plan

    plan = load_plan(experiment(POINTS, 1, FEW))
    return plan.values(np.arange(plan.points))


class PointByNumber(FrontierModel):
    """One of the sweep's points in one world, by its number, as `mesa.batch_run` can give it."""

    def __init__(self, point: int = 0, rng: Any = None, seed: int | None = None) -> None:
        values = {name: float(column[point]) for name, column in few_points().items()}
        super().__init__("confront", worlds=1, seed=0, values=values, parameters="defaults")


def sweep_seconds(data: dict[str, Any], workers: int = 1) -> float:
    """Wall seconds of a sweep, its folder and its workers' start included."""
    from sim.experiment.sweep import sweep

    folder = tempfile.mkdtemp()
    started = time.perf_counter()
    sweep(data, Path(folder) / "out", workers=workers)
    took = time.perf_counter() - started
    shutil.rmtree(folder)
    return took


def run_seconds(worlds: int) -> float:
    """Wall seconds of an ordinary run."""
    from sim.run import run

    started = time.perf_counter()
    run("confront", worlds=worlds, months=MONTHS, parameters="defaults", keep_series=False)
    return time.perf_counter() - started


def live_seconds(data: dict[str, Any], chunk: int | None = None) -> float:
    """Seconds of the model alone for a sweep's points, with nothing written."""
    from sim.experiment.load import load_plan
    from sim.experiment.work import live

    plan = load_plan(data)
    size = chunk or plan.pack_worlds
    block = min(plan.worlds, size)
    jobs = [plan.job(pack, block, "") for pack in plan.packs(plan.nothing_done(block), block, size)]
    started = time.perf_counter()
    for job in jobs:
        live(job)
    return time.perf_counter() - started


def batch_run_seconds(points: int, processes: int) -> float:
    """Wall seconds of `mesa.batch_run` over so many of the points, one world each."""
    import mesa

    started = time.perf_counter()
    mesa.batch_run(
        PointByNumber, {"point": range(points)}, number_processes=processes, max_steps=MONTHS, display_progress=False
    )
    return time.perf_counter() - started


def workbench_seconds(points: int, processes: int) -> float:
    """Wall seconds of the EMA Workbench's own evaluator over so many points, calling our model one world at a time."""
    from sim.experiment.bridges import ema_model, import_workbench

    workbench = import_workbench()
    model = ema_model(experiment(POINTS, 1, FEW))
    drawn = [
        workbench.Scenario(str(point), **{name: float(column[point]) for name, column in few_points().items()})
        for point in range(points)
    ]
    started = time.perf_counter()
    with redirect_stderr(io.StringIO()):  # its progress bars
        if processes == 1:
            with workbench.SequentialEvaluator(model) as evaluator:
                evaluator.perform_experiments(scenarios=drawn)
        else:
            with workbench.MultiprocessingEvaluator(model, n_processes=processes) as evaluator:
                evaluator.perform_experiments(scenarios=drawn)
    return time.perf_counter() - started


def peak(points: int, months: int = 3) -> float:
    """Most resident memory, in MB, of a fresh Python that sweeps so many points of ten worlds."""
    folder = tempfile.mkdtemp()
    data = experiment(points, 10, FEW, months) | {"metrics": ["attacks", "fatalities", "sovereignty"]}
    code = (
        f"import resource, sim\nsim.sweep({data!r}, {folder + '/out'!r})\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
    )
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    shutil.rmtree(folder)
    return float(done.stdout)


def report(part: int = 1) -> None:
    """Print all figures, from one n-th of the work."""
    points, many, slow = POINTS // part, 40_000 // part, 90 if part == 1 else 30
    live_seconds(experiment(100, 1, FEW, 3))  # imports
    plain, few, every, tens, bare = in_turns(
        lambda: run_seconds(points),
        lambda: sweep_seconds(experiment(points, 1, FEW)),
        lambda: sweep_seconds(experiment(points, 1)),
        lambda: sweep_seconds(experiment(points // 10, 10, FEW)),
        lambda: live_seconds(experiment(points, 1, FEW)),
    )
    one, two = in_turns(*(lambda n=n: sweep_seconds(experiment(many, 1, FEW), n) for n in (1, 2)))  # type: ignore[misc]
    most = sweep_seconds(experiment(100_000 // part, 1, FEW), 2)
    rows = [
        (f"{points:,} worlds of one point", f"{plain:.1f} s", ""),
        (f"{points:,} points of one world / the same, 5 parameters varied", f"{few / plain:.2f}", "about 1"),
        ("the same, every parameter varied", f"{every / plain:.2f}", ""),
        (f"{points // 10:,} points of ten worlds / the same", f"{tens / plain:.2f}", ""),
        ("what storage adds", f"{(few / bare - 1) * 100:.0f} %", "under 10 %"),
    ]
    for processes, whole in ((1, one), (2, two)):
        mesa = each(lambda n, p=processes: batch_run_seconds(n, p), 10, slow)  # type: ignore[misc]
        ema = each(lambda n, p=processes: workbench_seconds(n, p), 10, slow)  # type: ignore[misc]
        hands = "one process" if processes == 1 else f"{processes} processes"
        rows += [
            (f"a point with mesa.batch_run / in a sweep, {hands}", f"{mesa / (whole / many):.0f}", "at least 60"),
            (f"a point with the EMA Workbench / in a sweep, {hands}", f"{ema / (whole / many):.0f}", ""),
        ]
    rows += [
        (f"{many:,} points: 2 workers against 1", f"{one / two:.2f}", "at least 1.7 on two idle processors"),
        (f"{100_000 // part:,} runs of {MONTHS} months, 2 workers", f"{most:.0f} s", f"under {120 / part:.0f} s"),
    ]
    width = max(len(row[0]) for row in rows)
    for what, figure, asked in rows:
        print(f"{what:{width}}  {figure:>10}  {asked}")


def chunks() -> None:
    """Print the rate at several numbers of worlds at a time."""
    sizes = (125, 250, 500, 1000, 2000, 4000)
    data = experiment(POINTS, 1, FEW)
    found = in_turns(*(lambda size=size: live_seconds(data, size) for size in sizes))  # type: ignore[misc]
    for size, seconds in zip(sizes, found, strict=True):
        print(f"{size:5,} worlds at a time: {POINTS / seconds:6,.0f} runs a second")


def memory() -> None:
    """Print peaks of memory."""
    small, large = peak(5_000), peak(100_000)
    print(f"peak memory: {small:.0f} MB at 50,000 runs, {large:.0f} MB at 1,000,000: {large / small:.2f} (under 1.2)")


if __name__ == "__main__":
    # The workbench's own processes, which import it anew, need not say that ipyparallel is not here.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:ipyparallel not installed:UserWarning")
    if "--memory" in sys.argv:
        memory()
    elif "--chunks" in sys.argv:
        chunks()
    else:
        report(BRIEF if "--brief" in sys.argv else 1)
