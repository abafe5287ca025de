"""Measure sweeps, as ratios in one run. `python benchmarks/sweep.py [--brief | --memory | --chunks]`; nothing here is a test.

Seconds depend on the machine and on what else it does; the ratios hold. What is compared is taken in turns, and each figure
is the median of three. Each part says first how long it will take. `--brief` does a small share of the work, to see that it
runs; its figures say little. `--memory` measures the peak of 1,000,000 runs against that of 50,000, and that of 1,000,000
points with every parameter varied; `--chunks` the rate at several numbers of worlds at a time.
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
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
from processes import family, megabytes

from sim.model import FrontierModel

MONTHS = 60
FEW = ["reward_response", "threat_response", "shelter_protection", "attrition_rate", "kinship_weight"]
# Points of the first comparisons, of those with other tools, and of the one that is asked for in minutes.
SOME, MANY, MOST = 12_000, 40_000, 100_000
BRIEF = 20
# Points that others run one by one, few and many: the difference between the two is free of what it costs to start.
ALONE, ALONE_BRIEF, START = 90, 30, 10
TURNS = 3


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


def in_turns(*measures: Callable[[], float], runs: int = TURNS) -> list[float]:
    """Median of so many measurements of each, taken in turns, so that what else the machine does meets all alike."""
    found = [[measure() for measure in measures] for _ in range(runs)]
    return [statistics.median(one) for one in zip(*found, strict=True)]


@cache
def plan_of(points: int) -> Any:
    """The plan of so many points of one world, five parameters varied."""
    from sim.experiment.load import load_plan

    return load_plan(experiment(points, 1, FEW))


@cache
def values_of(points: int) -> dict[str, Any]:
    """The values of the sweep's first points, parameter by parameter: enough for those who run them one by one."""
    found: dict[str, Any] = plan_of(points).values(np.arange(ALONE))
    return found


class PointByNumber(FrontierModel):
    """One of the sweep's own points in one world, by its number, as `mesa.batch_run` can give it."""

    def __init__(self, point: int = 0, of: int = MANY, rng: Any = None, seed: int | None = None) -> None:
        values = {name: float(column[point]) for name, column in values_of(of).items()}
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
    from sim.results.run import run

    started = time.perf_counter()
    run("confront", worlds=worlds, months=MONTHS, parameters="defaults", keep_series=False)
    return time.perf_counter() - started


def simulating_seconds(data: dict[str, Any], chunk: int | None = None) -> float:
    """Seconds of the model alone for a sweep's points, with nothing written."""
    from sim.experiment.load import load_plan
    from sim.experiment.work import simulate_pack

    plan = load_plan(data)
    size = chunk or plan.pack_worlds
    block = min(plan.worlds, size)
    jobs = [plan.job(pack, block) for pack in plan.packs(plan.nothing_done(block), block, size)]
    started = time.perf_counter()
    for job in jobs:
        simulate_pack(job)
    return time.perf_counter() - started


def batch_run(points: int, of: int, processes: int, every: int = -1) -> list[dict[str, Any]]:
    """What `mesa.batch_run` makes of the sweep's first points, one world each."""
    import mesa

    rows: list[dict[str, Any]] = mesa.batch_run(
        PointByNumber,
        {"point": range(points), "of": [of]},
        number_processes=processes,
        max_steps=MONTHS,
        data_collection_period=every,
        display_progress=False,
    )
    return rows


def workbench(points: int, of: int, processes: int) -> Any:
    """What the EMA Workbench's own evaluator makes of the sweep's first points, calling our model one world at a time."""
    from sim.experiment.bridges import ema_model
    from sim.experiment.workbench import import_workbench

    ema = import_workbench()
    model = ema_model(experiment(of, 1, FEW))
    columns = values_of(of).items()
    drawn = [ema.Scenario(str(n), **{name: float(column[n]) for name, column in columns}) for n in range(points)]
    with redirect_stderr(io.StringIO()):  # its progress bars
        if processes == 1:
            with ema.SequentialEvaluator(model) as evaluator:
                return evaluator.perform_experiments(scenarios=drawn)
        with ema.MultiprocessingEvaluator(model, n_processes=processes) as evaluator:
            return evaluator.perform_experiments(scenarios=drawn)


def check_same(of: int) -> None:
    """Whoever runs the points, the numbers are the same ones: else the ratios would compare different work."""
    from sim.experiment.plan import Pack
    from sim.experiment.work import simulate_pack

    points, plan = 3, plan_of(of)
    ours = simulate_pack(plan.job(Pack(np.arange(points), 0), 1)).outcomes["attacks"].tolist()
    months = [row for row in batch_run(points, of, 1, every=1) if row["Step"] < MONTHS]
    mesas = [sum(row["attacks"] for row in months if row["point"] == point) for point in range(points)]
    emas = workbench(points, of, 1)[1]["attacks"].tolist()
    assert ours == mesas == emas, (ours, mesas, emas)


def seconds_of(work: Callable[..., Any], *arguments: Any) -> Callable[[], float]:
    """What measures a piece of work."""

    def measured() -> float:
        started = time.perf_counter()
        work(*arguments)
        return time.perf_counter() - started

    return measured


def announced(runs: float, alone: int, workers: float = 1.0) -> None:
    """Say how long it will take: so many runs in sweeps, and so many worlds one by one."""
    from sim.commands.sweep_tables import duration
    from sim.experiment.sweep import estimate

    rate = estimate(experiment(1000, 1, FEW)).seconds / 1000
    single = min(simulating_seconds(experiment(1, 1, FEW)) for _ in range(3))
    print(f"This will take about {duration(runs * rate / workers + alone * single)}.", flush=True)


def report(part: int = 1) -> None:
    """Print all figures, from one n-th of the work."""
    some, many, most = SOME // part, MANY // part, MOST // part
    slow = ALONE if part == 1 else ALONE_BRIEF
    simulating_seconds(experiment(100, 1, FEW, 3))  # imports
    # One process and two, three turns, Mesa's and the workbench's: each a few points, then more.
    announced(TURNS * (5 * some + 1.6 * many) + 0.6 * most, int(TURNS * 1.6 * 2 * (START + slow)))
    check_same(many)
    plain, few, every, tens, bare = in_turns(
        lambda: run_seconds(some),
        lambda: sweep_seconds(experiment(some, 1, FEW)),
        lambda: sweep_seconds(experiment(some, 1)),
        lambda: sweep_seconds(experiment(some // 10, 10, FEW)),
        lambda: simulating_seconds(experiment(some, 1, FEW)),
    )
    rows = [
        (f"{some:,} worlds of one point", f"{plain:.1f} s", ""),
        (f"{some:,} points of one world / the same, 5 parameters varied", f"{few / plain:.2f}", "about 1"),
        ("the same, every parameter varied", f"{every / plain:.2f}", ""),
        (f"{some // 10:,} points of ten worlds / the same", f"{tens / plain:.2f}", ""),
        ("what storage adds", f"{(few / bare - 1) * 100:.0f} %", "under 10 %"),
    ]
    found = in_turns(
        *(
            measure
            for processes in (1, 2)
            for measure in (
                partial(sweep_seconds, experiment(many, 1, FEW), processes),
                seconds_of(batch_run, START, many, processes),
                seconds_of(batch_run, slow, many, processes),
                seconds_of(workbench, START, many, processes),
                seconds_of(workbench, slow, many, processes),
            )
        )
    )
    whole = found[0], found[5]
    for processes, (ours, mesa_few, mesa, ema_few, ema) in ((1, found[:5]), (2, found[5:])):
        hands = "one process" if processes == 1 else f"{processes} processes"
        for name, one, more in (("mesa.batch_run", mesa_few, mesa), ("the EMA Workbench", ema_few, ema)):
            each = (more - one) / (slow - START)
            asked = "at least 60" if name == "mesa.batch_run" else ""
            rows.append((f"a point with {name} / in a sweep, {hands}", f"{each / (ours / many):.0f}", asked))
    fastest = sweep_seconds(experiment(most, 1, FEW), 2)
    rows += [
        (f"{many:,} points: 2 workers against 1", f"{whole[0] / whole[1]:.2f}", "at least 1.7 on two idle processors"),
        (f"{most:,} runs of {MONTHS} months, 2 workers", f"{fastest:.0f} s", f"under {120 / part:.0f} s"),
    ]
    width = max(len(row[0]) for row in rows)
    for what, figure, asked in rows:
        print(f"{what:{width}}  {figure:>10}  {asked}")


def chunks() -> None:
    """Print the rate at several numbers of worlds at a time."""
    sizes = (125, 250, 500, 1000, 2000, 4000)
    points = max(sizes)
    data = experiment(points, 1, FEW)
    announced(1.3 * TURNS * len(sizes) * points, 0)
    found = in_turns(*(partial(simulating_seconds, data, size) for size in sizes))
    for size, seconds in zip(sizes, found, strict=True):
        print(f"{size:5,} worlds at a time: {points / seconds:6,.0f} runs a second")


def peak(points: int, worlds: int, workers: int = 2, uncertainties: Any = FEW, months: int = MONTHS) -> float:
    """Most resident memory, in MB, that a sweep's own process and its workers ever had, added up."""
    folder = tempfile.mkdtemp()
    data = experiment(points, worlds, uncertainties, months)
    code = f"import sim\nif __name__ == '__main__':\n    sim.sweep({data!r}, {folder + '/out'!r}, workers={workers})\n"
    (script := Path(folder) / "run.py").write_text(code, encoding="utf-8")
    own = str(Path(__file__).resolve().parents[1])
    started = subprocess.Popen([sys.executable, str(script)], env={**os.environ, "PYTHONPATH": own})
    peaks: dict[Path, float] = {}
    while started.poll() is None:
        for home in family(started):
            peaks[home] = max(megabytes(home, "VmHWM"), peaks.get(home, 0.0))
        time.sleep(0.2)
    shutil.rmtree(folder)
    if started.returncode:
        raise SystemExit("the sweep failed")
    return sum(peaks.values())


def memory(part: int = 1) -> None:
    """Print peaks of memory."""
    few, many = 50_000 // part, 1_000_000 // part
    simulating_seconds(experiment(100, 1, FEW, 3))  # imports
    announced(few + many, 0, workers=1.8)
    small, large = peak(few // 10, 10), peak(many // 10, 10)
    print(
        f"peak memory, ten worlds a point, 2 workers: {small:.0f} MB at {few:,} runs, {large:.0f} MB at {many:,}: "
        f"{large / small:.2f} (under 1.2)"
    )
    wide = peak(many, 1, uncertainties="all", months=1)
    print(
        f"peak memory, {many:,} points of one world and one month, every parameter varied: {wide:.0f} MB (under 1,000)"
    )


if __name__ == "__main__":
    # The workbench's own processes, which import it anew, need not say that ipyparallel is not here.
    os.environ.setdefault("PYTHONWARNINGS", "ignore:ipyparallel not installed:UserWarning")
    share = BRIEF if "--brief" in sys.argv else 1
    if "--memory" in sys.argv:
        memory(share)
    elif "--chunks" in sys.argv:
        chunks()
    else:
        report(share)
    if share > 1 and "--chunks" not in sys.argv:
        print("So little work is mostly what it costs to start: these figures only show that it runs.")
