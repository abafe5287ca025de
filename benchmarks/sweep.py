"""Measure sweeps, as ratios in one run. `python benchmarks/sweep.py [--memory]`; nothing here is a test.

Seconds depend on the machine and on what else it does; the ratios hold. Each figure is the median of three runs.
`--memory` measures the peak of 1,000,000 runs against that of 50,000, which takes some minutes.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

MONTHS = 60
FEW = ["reward_response", "threat_response", "shelter_protection", "attrition_rate", "kinship_weight"]


def experiment(points: int, worlds: int, uncertainties: Any = "all", months: int = MONTHS) -> dict[str, Any]:
    """An experiment of so many points."""
    design = {"kind": "latin_hypercube", "points": points}
    named = {"schema": 1, "title": "Benchmark", "scenarios": ["confront"], "uncertainties": uncertainties}
    return {**named, "design": design, "worlds": worlds, "months": months}


def median(measure: Callable[[], float], runs: int = 3) -> float:
    """Median of so many measurements."""
    return statistics.median(measure() for _ in range(runs))


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
    run("confront", worlds=worlds, months=MONTHS, keep_series=False)
    return time.perf_counter() - started


def live_seconds(data: dict[str, Any]) -> float:
    """Seconds of the model alone for a sweep's points, with nothing written."""
    from sim.experiment.load import load_plan
    from sim.experiment.work import live

    plan = load_plan(data)
    size = plan.pack_worlds
    block = min(plan.worlds, size)
    jobs = [plan.job(pack, block, "") for pack in plan.packs(plan.nothing_done(block), block, size)]
    started = time.perf_counter()
    for job in jobs:
        live(job)
    return time.perf_counter() - started


def batch_run_seconds(points: int) -> float:
    """Wall seconds of `mesa.batch_run` over so many points of one world each, in this process."""
    import mesa

    from sim.model import FrontierModel

    class Model(FrontierModel):
        """Takes a point by its number, as `batch_run` gives it."""

        def __init__(self, point: int = 0, rng: Any = None, seed: int | None = None) -> None:
            super().__init__("confront", worlds=1, seed=7, values={"reward_response": 0.001 * point})

    started = time.perf_counter()
    mesa.batch_run(Model, {"point": range(points)}, number_processes=1, max_steps=MONTHS, display_progress=False)
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


def report() -> None:
    """Print all figures."""
    live_seconds(experiment(100, 1, FEW, 3))  # imports
    plain = median(lambda: run_seconds(4000))
    few, every = (median(lambda named=named: sweep_seconds(experiment(4000, 1, named))) for named in (FEW, "all"))
    tens = median(lambda: sweep_seconds(experiment(400, 10, FEW)))
    bare = median(lambda: live_seconds(experiment(4000, 1, FEW)))
    batch = batch_run_seconds(40) / 40
    one, two = (
        median(lambda workers=workers: sweep_seconds(experiment(40_000, 1, FEW), workers), 1) for workers in (1, 2)
    )
    rows = [
        ("4,000 worlds of one point", f"{plain:.1f} s", ""),
        ("4,000 points of one world / the same, 5 parameters varied", f"{few / plain:.2f}", "about 1"),
        ("the same, every parameter varied", f"{every / plain:.2f}", ""),
        ("400 points of ten worlds / the same", f"{tens / plain:.2f}", ""),
        ("what storage adds", f"{(few / bare - 1) * 100:.0f} %", "under 10 %"),
        ("a point with mesa.batch_run / in a sweep", f"{batch / (few / 4000):.0f}", "at least 60"),
        ("40,000 points: 2 workers against 1", f"{one / two:.2f}", "at least 1.7 on two idle processors"),
        ("runs a second, 2 workers", f"{40_000 / two:,.0f}", "833: 100,000 in two minutes"),
    ]
    width = max(len(row[0]) for row in rows)
    for what, figure, asked in rows:
        print(f"{what:{width}}  {figure:>10}  {asked}")


def memory() -> None:
    """Print peaks of memory."""
    small, large = peak(5_000), peak(100_000)
    print(f"peak memory: {small:.0f} MB at 50,000 runs, {large:.0f} MB at 1,000,000: {large / small:.2f} (under 1.2)")


if __name__ == "__main__":
    memory() if "--memory" in sys.argv else report()
