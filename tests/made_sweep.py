"""A sweep's results made by hand, for tests of what is asked of results: nothing is run, nothing is on the disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from sim.experiment.outcome import Sweep
from sim.experiment.parts import OUTCOMES
from sim.experiment.schema import Experiment
from sim.experiment.store import open_store
from sim.vocabulary import VERDICTS
from sim.worlds import Streams


def draws(count: int, names: Sequence[str], seed: int = 0) -> dict[str, np.ndarray]:
    """Values between 0 and 1 of so many draws, for each of these uncertainties."""
    streams = Streams(seed, count)
    return {name: streams.uniform(f"test/{name}", 0) for name in names}


class Made(Sweep):
    """A sweep whose tables are at hand, where others read theirs from the disk."""

    @property
    def _columns(self) -> list[str]:  # type: ignore[override]
        return list(self.experiments.columns)

    def of_points(self, name: str) -> pd.Series:
        return self.experiments[name].reset_index(drop=True)

    def blocks(self, names: Sequence[str]) -> Iterator[pa.Table]:
        yield pa.Table.from_pandas(self.experiments[list(names)], preserve_index=False)

    def tables(self, kind: str = OUTCOMES, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        assert kind == OUTCOMES
        runs = self.outcomes.reset_index()
        if "verdict" in runs:
            runs["verdict"] = runs["verdict"].astype(str)
        wanted = [name for name in runs if columns is None or name in ("point", "world", *columns)]
        yield pa.Table.from_pandas(runs[wanted], preserve_index=False)


def made(
    place: str,
    uncertainties: Mapping[str, Sequence[float] | np.ndarray],
    outcomes: Mapping[str, Mapping[str, np.ndarray]],
    worlds: int = 1,
    seed: int = 0,
    design: Mapping[str, Any] | None = None,
    **manifest: Any,
) -> Sweep:
    """A sweep of some scenarios in the same draws.

    Args:
        place: an empty folder.
        uncertainties: name -> a value per draw.
        outcomes: scenario -> outcome -> values, shape (draws,) or (draws, worlds); verdicts as ids.
        design: how the draws are said to have been laid out; a Latin hypercube if not given.
    """
    count = len(next(iter(uncertainties.values())))
    points, runs = [], []
    for number, (scenario, columns) in enumerate(outcomes.items()):
        frame = pd.DataFrame({f"uncertainty:{name}": values for name, values in uncertainties.items()})
        frame.insert(0, "draw", np.arange(count))
        frame.insert(0, "mix", 0)
        frame.insert(0, "scenario", scenario)
        frame.index = pd.RangeIndex(number * count, (number + 1) * count, name="point")
        points.append(frame)
        rows = {
            name: np.broadcast_to(np.array(v).reshape(count, -1), (count, worlds)).ravel()
            for name, v in columns.items()
        }
        index = pd.MultiIndex.from_product([frame.index, range(worlds)], names=["point", "world"])
        runs.append(pd.DataFrame(rows, index=index))
    metrics = [name for name in next(iter(outcomes.values())) if name != "verdict" and not name.startswith("first_")]
    about: dict[str, Any] = {
        "title": "Made by hand",
        "state": "finished",
        "scenarios": [{"name": one, "title": one.capitalize(), "start": "2021-08"} for one in outcomes],
        "factors": [
            {
                "name": name,
                "kind": "uncertainty",
                "low": float(np.min(v)),
                "high": float(np.max(v)),
                "distribution": "uniform",
                "mode": None,
                "levels": [],
                "options": {},
                "crossed": False,
            }
            for name, v in uncertainties.items()
        ],
        "particulars": {"metrics": metrics, "luck": "shared"},
        "points": count * len(outcomes),
        "mixes": 1,
        "draws": count,
        "worlds": worlds,
        "months": 60,
        "runs": count * len(outcomes) * worlds,
        "finished_runs": count * len(outcomes) * worlds,
        "seed": seed,
        "fingerprint": "0" * 16,
    }
    sweep = Made(open_store(place), about | manifest)
    experiments = pd.concat(points)
    experiments["scenario"] = pd.Categorical(experiments["scenario"], categories=list(outcomes))
    experiments["error"] = None
    table = pd.concat(runs).sort_index()
    if "verdict" in table:
        table["verdict"] = pd.Categorical(table["verdict"], categories=list(VERDICTS))
    experiment = {
        "schema": 1,
        "title": "Made by hand",
        "scenarios": list(outcomes),
        "uncertainties": list(uncertainties),
        "design": design or {"kind": "latin_hypercube", "points": count},
    }
    made = {"experiments": experiments, "outcomes": table, "failures": {}}
    vars(sweep).update(made, experiment=Experiment.model_validate(experiment))
    return sweep
