"""Small baselines: what each scenario of the library comes to, kept in the repository so that a change shows.

A baseline is a scenario's summary over 100 worlds, 60 months, seed 1, point values of all parameters, by NumPy's engine, the
reference: per metric the mean and three percentiles, and the share of worlds with each verdict, to six significant digits.
`python -m sim.experiment.baselines` renews them and shows what changes; `--dry-run` only shows.
"""

from __future__ import annotations

import argparse
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.metrics import METRICS
from sim.results import Results
from sim.results.results import figures
from sim.results.run import run
from sim.scenario import Scenario, ScenarioError, list_scenarios, load_scenario
from sim.vocabulary import VERDICTS
from sim.words.numbers import fine

WORLDS, MONTHS, SEED = 100, 60, 1
DIGITS = 6
# Beyond the rounding: no more than what another machine's last bits, or machine code's, could come to; the second is for
# figures near 0.
TOLERANCE, NOTHING = 1e-6, 1e-12
COMMAND = "python -m sim.experiment.baselines"

Baseline = dict[str, Any]


@dataclass(frozen=True)
class Change:
    """One figure that differs.

    Attributes:
        row: a metric, or a verdict; figure: mean, p05, p50 or p95, or share.
        old, new: its values; None where it is not there.
    """

    row: str
    figure: str
    old: float | None
    new: float | None


def folder() -> Path:
    """Where the baselines stand: in the checkout, beside the tests that read them."""
    return Path(__file__).resolve().parents[2] / "tests" / "baselines"


def baseline(scenario: Scenario) -> Baseline:
    """A scenario's baseline, computed anew."""
    how: dict[str, Any] = {"parameters": "defaults", "keep_series": False, "engine": "numpy"}
    return summarised(run(scenario, WORLDS, MONTHS, SEED, **how))


def summarised(results: Results) -> Baseline:
    """The baseline that results come to, not yet rounded."""
    return {
        "scenario": results.scenario.name,
        "hash": results.scenario.hash,
        "worlds": results.worlds,
        "months": len(results.months),
        "seed": results.manifest["seed"],
        "metrics": figures(results.summary()),
        "verdicts": results.verdicts(),
    }


def rounded(value: float) -> float:
    """A number to six significant digits."""
    return float(f"{value:.{DIGITS}g}")


def is_near(stored: float, now: float) -> bool:
    """Whether a stored figure is a rounding of this one, but for the tolerance."""
    low, high = sorted((rounded(now * (1.0 - TOLERANCE)), rounded(now * (1.0 + TOLERANCE))))
    return low <= stored <= high or abs(stored - now) <= NOTHING


def changes(old: Baseline | None, new: Baseline) -> list[Change]:
    """What differs, metric by metric, between a baseline as it is stored and one computed anew."""
    before, after = _rows(old), _rows(new)
    out = []
    for key in dict.fromkeys([*after, *before]):
        a, b = before.get(key), after.get(key)
        if a is None or b is None or not is_near(a, b):
            out.append(Change(*key, a, b))
    return out


def _rows(one: Baseline | None) -> dict[tuple[str, str], float]:
    if one is None:
        return {}
    rows = {(name, figure): float(x) for name, row in one["metrics"].items() for figure, x in row.items()}
    return rows | {(name, "share"): float(x) for name, x in one["verdicts"].items()}


def load(name: str) -> Baseline | None:
    """A scenario's baseline as it stands in the repository; None where there is none that can be read."""
    try:
        data = json.loads((folder() / f"{name}.json").read_text(encoding="utf-8"))
        _rows(data)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None
    return dict(data)


def save(one: Baseline) -> None:
    """Write a baseline, rounded, a metric to a line, so that a change is a line of a diff."""
    folder().mkdir(parents=True, exist_ok=True)
    head = [f'  "{key}": {json.dumps(one[key])},' for key in ("scenario", "hash", "worlds", "months", "seed")]
    metrics = ",\n".join(f'    "{name}": {_line(row)}' for name, row in one["metrics"].items())
    lines = ["{", *head, '  "metrics": {', metrics, "  },", f'  "verdicts": {_line(one["verdicts"])}', "}"]
    (folder() / f"{one['scenario']}.json").write_text("\n".join(lines) + "\n", encoding="utf-8")


def _line(row: Mapping[str, float]) -> str:
    return json.dumps({key: rounded(x) for key, x in row.items()})


def report(old: Baseline | None, new: Baseline) -> list[str]:
    """What changes from one baseline to another, in lines: a metric to a line, the greatest shift of a mean first."""
    name, found = new["scenario"], changes(old, new)
    if old is None:
        return [f"{name}: new"]
    edited = old.get("hash") != new["hash"]
    if not found:
        return [f"{name}: {'the scenario changed, no figure did' if edited else 'unchanged'}"]
    by_row: dict[str, dict[str, Change]] = {}
    for change in found:
        by_row.setdefault(change.row, {})[change.figure] = change
    cause = "the scenario changed" if edited else "the scenario is the same: rules, parameters or code changed"
    lines = [f"{name}: {len(by_row)} of {len(METRICS) + len(VERDICTS)} rows change ({cause})"]
    for row in sorted(by_row, key=lambda row: -_shift(old, by_row[row])):
        parts = [f"{c.figure} {_shown(c.old)} -> {_shown(c.new)}" for c in by_row[row].values()]
        lines.append(f"  {row:28} {'; '.join(parts)}")
    return lines


def _shift(old: Baseline, found: Mapping[str, Change]) -> float:
    """How far the mean (or the share) moves, against how far worlds lay apart before."""
    change = found.get("mean") or found.get("share")
    if change is None or change.old is None or change.new is None:
        return math.inf if change is not None else 0.0
    row = old["metrics"].get(change.row)
    spread = row["p95"] - row["p05"] if row else 1.0
    return abs(change.new - change.old) / max(spread, 1e-9)


def _shown(value: float | None) -> str:
    return "none" if value is None else fine(value)


def main(arguments: Sequence[str] | None = None) -> int:
    """Renew the baselines that are asked for, or all; returns the exit code."""
    line = argparse.ArgumentParser(prog=COMMAND, description=__doc__.partition("\n")[0] if __doc__ else None)
    line.add_argument("names", nargs="*", metavar="NAME", help="scenarios of the library; all of them if none is named")
    line.add_argument(
        "--dry-run", action="store_true", help="show what changes, write nothing; exit 1 if anything does"
    )
    asked = line.parse_args(arguments)
    if not folder().parent.is_dir():
        line.error(f"baselines stand in a checkout, and there is none: no folder {folder().parent}")
    library = [name for name, _, _ in list_scenarios()]
    unknown = [name for name in asked.names if name not in library]
    if unknown:
        line.error(f"not in the library: {', '.join(unknown)}; allowed: {', '.join(library)}")
    changed = 0
    try:
        for name in asked.names or library:
            old, new = load(name), baseline(load_scenario(name))
            print("\n".join(report(old, new)), flush=True)
            if old is None or old.get("hash") != new["hash"] or changes(old, new):
                changed += 1
                if not asked.dry_run:
                    save(new)
    except ScenarioError as problem:
        line.error(str(problem))
    left = sorted(path for path in folder().glob("*.json") if path.stem not in library)
    for path in left if not asked.names else ():
        print(f"{path.stem}: no longer in the library")
        changed += 1
        if not asked.dry_run:
            path.unlink()
    done = "would change" if asked.dry_run else "written or removed"
    print(f"{changed} of {len(asked.names or library)} baselines {done}.")
    return 1 if changed and asked.dry_run else 0


if __name__ == "__main__":
    raise SystemExit(main())
