"""Measure what analyses of a large sweep take in memory. `python benchmarks/reading.py [RUNS] [FOLDER]`; nothing here is a test.

It makes the folder of a sweep of two scenarios with every parameter varied and ten metrics kept, 1,000,000 runs unless told
otherwise, whose outcomes are made up (five parameters and chance), unless FOLDER holds one; then it lets `durand sensitivity`,
`discover` and `regret` read it, each in a process of its own. The folder takes 4 kB for each point.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np
from processes import family, megabytes

RUNS, MB = 1_000_000, 1_000
SCENARIOS = ("confront", "appease")
METRICS = [
    *("attacks", "fatalities", "fatalities_civilian", "fatalities_afghan_civilian", "economy"),
    *("sovereignty", "taliban_stance", "afghan_hardship", "india_engagement", "trade"),
]
MATTER = ("attrition_rate", "reward_response", "threat_response", "kinship_weight", "shelter_protection")
ANALYSES = {
    "sensitivity, by ranks": ["sensitivity", "--metric", "attacks", "--metric", "economy"],
    "sensitivity, PAWN": ["sensitivity", "--method", "pawn", "--metric", "attacks"],
    "discover": ["discover", "--where", "attacks[confront] < attacks[appease]"],
    "regret": ["regret", "--metric", "attacks"],
}


def experiment(points: int) -> dict[str, Any]:
    """What the sweep would have run."""
    return {
        "schema": 1,
        "title": "Reading",
        "scenarios": list(SCENARIOS),
        "uncertainties": "all",
        "parameters": "defaults",
        "design": {"kind": "latin_hypercube", "points": points},
        "worlds": 1,
        "months": 60,
        "metrics": METRICS,
    }


def make(folder: Path, runs: int) -> None:
    """A finished sweep's folder, by the sweep's own means, with outcomes that are made up."""
    from sim.experiment.folder import Folder, alone
    from sim.experiment.load import load_plan
    from sim.experiment.parts import write_part
    from sim.experiment.store import open_store
    from sim.experiment.work import PackOutput, kept_columns

    plan, store = load_plan(experiment(runs // len(SCENARIOS))), open_store(folder)
    chance = np.random.Generator(np.random.Philox(1))
    with alone(store):
        kept = Folder(store, plan, 1)
        kept.open(None)
        for pack in plan.packs(kept.done, 1, 25_000):
            values, count = plan.values(pack.points), len(pack.points)
            pull = sum((2.0 * (one := values[name]) / one.max() - 1.0 for name in MATTER), np.zeros(count))
            outcomes: dict[str, Any] = {"point": pack.points, "world": np.zeros(count, dtype=np.int64)}
            for name in kept_columns(METRICS):
                outcomes[name] = 100.0 + 10.0 * pull + 30.0 * chance.standard_normal(count)
            outcomes["verdict"] = np.zeros(count, dtype=np.int8)
            kept.book(write_part(store.place, plan, pack, PackOutput(outcomes)))
        kept.close(0.0, None)


def measured(words: list[str]) -> tuple[float, float]:
    """Seconds that a command took, and the most MB that it ever had."""
    own = str(Path(__file__).resolve().parents[1])
    started, peak = time.perf_counter(), 0.0
    call = [sys.executable, "-m", "sim", *words]
    with subprocess.Popen(call, cwd=own, stdout=subprocess.DEVNULL) as running:
        while running.poll() is None:
            peak = max(peak, *(megabytes(home, "VmHWM") for home in family(running)), 0.0)
            time.sleep(0.1)
    if running.returncode:
        raise SystemExit(f"{' '.join(words)}: failed")
    return time.perf_counter() - started, peak


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else RUNS
    given = Path(sys.argv[2]).absolute() if len(sys.argv) > 2 else None
    folder = given or Path(mkdtemp()) / "sweep"
    if not (folder / "manifest.json").exists():
        seconds = time.perf_counter()
        make(folder, runs)
        print(f"made {runs:,} runs in {time.perf_counter() - seconds:.0f} s", flush=True)
    for what, (command, *more) in ANALYSES.items():
        seconds, peak = measured([command, str(folder), *more])
        print(f"{what}: {peak:,.0f} MB (under {MB:,}), {seconds:.0f} s", flush=True)
    if given is None:
        shutil.rmtree(folder.parent)


if __name__ == "__main__":
    main()
