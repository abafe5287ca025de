"""Measure the model's speed, as ratios in one run. `python benchmarks/run.py [--profile]`; nothing here is a test.

Seconds depend on the machine and on what else it does; the ratios hold. Each figure is the median of several runs.
"""

from __future__ import annotations

import cProfile
import pstats
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable

from sim.ensemble.simulate import advance, build_model
from sim.ensemble.spec import RunSpec
from sim.scenario import load_scenario

MONTHS = 60


def median(measure: Callable[[], float], runs: int = 5) -> float:
    """Median of so many measurements, after one that is thrown away."""
    measure()
    return statistics.median(measure() for _ in range(runs))


def simulated(worlds: int) -> float:
    """Seconds that a model of so many worlds takes for five years, its making included."""
    started = time.perf_counter()
    model = build_model(_spec(worlds))
    advance(model, MONTHS)
    took = time.perf_counter() - started
    model.close()
    return took


def _spec(worlds: int) -> RunSpec:
    return RunSpec.of(load_scenario("confront"), worlds, MONTHS, 1, parameters="defaults", panels=True)


def command(*words: str) -> float:
    """Wall seconds of a `durand` command, Python's start and all imports included."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "sim", *words], check=True, capture_output=True)
    return time.perf_counter() - started


def peak_memory(code: str) -> float:
    """Most resident memory, in MB, of a fresh Python that runs this code."""
    # Not getrusage: its peak carries over from the process that started this one.
    peak = "[line.split()[1] for line in open('/proc/self/status') if line.startswith('VmHWM')][0]"
    done = subprocess.run([sys.executable, "-c", f"{code}\nprint({peak})"], check=True, capture_output=True, text=True)
    return float(done.stdout.split()[-1]) / 1024


def report() -> None:
    """Print all figures."""
    one, many = median(lambda: simulated(1)), median(lambda: simulated(1000), 3)
    rows = [
        ("one world, 60 months", f"{one * 1000:.0f} ms", "under 250 ms"),
        ("1,000 worlds, 60 months", f"{many:.2f} s", ""),
        ("worlds a second at 1,000", f"{1000 / many:,.0f}", "1,000 at the least, 3,000 the aim"),
        ("cost of a world alone / at 1,000", f"{one / (many / 1000):.0f}", "at least 60"),
    ]
    for worlds in (64, 256, 4000):
        each = median(lambda worlds=worlds: simulated(worlds), 3) / worlds
        rows.append((f"cost of a world at {worlds:,} / at 1,000", f"{each / (many / 1000):.2f}", ""))
    run = "import sim; sim.run('confront', worlds=1000)"
    both = "import sim; sim.compare(['confront', 'appease'], worlds=1000)"
    rows += [
        ("peak memory, 1,000 worlds", f"{peak_memory(run):.0f} MB", "under 500 MB"),
        ("peak memory, comparing two", f"{peak_memory(both):.0f} MB", ""),
        ("durand --help", f"{median(lambda: command('--help')):.2f} s", "under 1 s"),
        (
            "durand compare, to the screen",
            f"{median(lambda: command('compare', 'confront', 'appease'), 3):.2f} s",
            "under 6 s",
        ),
    ]
    with tempfile.TemporaryDirectory() as folder:
        full = median(lambda: command("compare", "confront", "appease", "--out", f"{folder}/{time.time_ns()}"), 3)
    rows.append(("durand compare, with report and pictures", f"{full:.2f} s", "under 6 s"))
    width = max(len(row[0]) for row in rows)
    for what, figure, asked in rows:
        print(f"{what:{width}}  {figure:>10}  {asked}")


def profile() -> None:
    """Print where the time goes at 1,000 worlds."""
    model = build_model(_spec(1000))
    watcher = cProfile.Profile()
    watcher.enable()
    advance(model, MONTHS)
    watcher.disable()
    pstats.Stats(watcher).sort_stats("tottime").print_stats(25)


if __name__ == "__main__":
    profile() if "--profile" in sys.argv else report()
