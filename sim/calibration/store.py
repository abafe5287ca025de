"""The accepted sets as files, a table and a manifest as of each month shipped, and whether they are still this model's."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.calibration.calibrate import Calibration
from sim.calibration.matching import CUT, implausibility, measure
from sim.calibration.target import Target
from sim.calibration.targets import targets
from sim.ensemble.fingerprint import model_fingerprint
from sim.parameters import PARAMETERS
from sim.parameters.posterior import AS_OF, about, accepted
from sim.record.mapping import Mapped
from sim.record.observations import DATA, RECORD
from sim.scenario import load_scenario
from sim.worlds import Vector

# The first accepted sets are simulated again in some worlds, and give what they gave, or the model has changed.
PROBED, PROBE_WORLDS = 6, 8
# Kolmogorov's distance of accepted places from an even spread that chance alone reaches in one of some hundred
# parameters; below it, the data are said to say nothing about a parameter.
TELLING = 1.9


@dataclass(frozen=True)
class State:
    """Whether shipped sets are this model's.

    Attributes:
        same_code: rules, agents, parameters and scenario are as they were.
        same_numbers: it gives the same numbers as then, by simulating some sets again where its code has changed.
        words: both in a sentence.
    """

    same_code: bool
    same_numbers: bool
    words: str

    @property
    def stale(self) -> bool:
        """Whether the sets have to be found anew."""
        return not self.same_numbers


def names_of(until: str) -> tuple[str, str]:
    """The file names of the sets as of a month, and of their manifest."""
    return f"posterior-{until}.parquet", f"posterior-{until}.json"


def save(calibration: Calibration, folder: str | Path) -> dict[str, Any]:
    """Write the accepted sets and their manifest to a folder, named by the window's last month; returns the manifest."""
    import pyarrow as pa
    from pyarrow import parquet

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    values = calibration.values
    table_name, manifest_name = names_of(calibration.window[1])
    table = pa.table({name: pa.array(column.astype(np.float32)) for name, column in values.items()})
    # The metadata hold what differs between versions of the library; without them a file follows from its numbers.
    with open(folder / table_name, "wb") as file:  # Arrow knows no names of files that are no text
        parquet.write_table(table, file, compression="zstd", store_schema=False)
    accepted.cache_clear()
    about.cache_clear()
    made = manifest(calibration, values)
    (folder / manifest_name).write_text(_text(made), encoding="utf-8")
    return made


def manifest(calibration: Calibration, values: Mapping[str, Vector]) -> dict[str, Any]:
    """What the sets were made from, and how the calibration went."""
    from sim.results.manifest import machine, now

    made = {
        "what": "accepted parameter sets: draws from the declared ranges times the likelihood of the targets",
        "window": list(calibration.window),
        **({"figures": calibration.figures} if calibration.figures else {}),
        "sets": len(calibration.places),
        "seed": calibration.seed,
        "budget": [asdict(wave) for wave in calibration.budget],
        "cut": CUT,
        **_model(),
        "probe": _probe(calibration, values),
        "unmet": unmet(calibration),
        "waves": [asdict(wave) for wave in calibration.waves],
        "targets": _targets(calibration),
        "parameters": about_parameters(calibration),
        "pairs": about_pairs(calibration),
        "when": now(),
        **machine(),
    }
    short: dict[str, Any] = _short(made)
    return short


def unmet(calibration: Calibration) -> list[str]:
    """The targets that the accepted sets cannot meet: the median set is more than `CUT` standard deviations off."""
    now = calibration.measured
    off = np.median(implausibility(calibration.targets, now.mean, now.scatter), axis=0)
    return [target.name for target, one in zip(calibration.targets, off, strict=True) if one > CUT]


def shipped_manifest(folder: Path = DATA, until: str = RECORD[1]) -> dict[str, Any]:
    """The manifest of the shipped sets as of a month; empty if there are none."""
    path = folder / names_of(until)[1]
    out: dict[str, Any] = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return out


def states(folder: Path = DATA) -> dict[str, State]:
    """The same of every month that sets are shipped as of."""
    return {until: state(folder, until) for until in AS_OF}


def state(folder: Path = DATA, until: str = RECORD[1]) -> State:
    """Whether the sets in a folder are this model's; where its code has changed, by simulating some of them again (a second)."""
    made = shipped_manifest(folder, until)
    again_with = f"`durand calibrate --ship --until {until}`"
    if not made:
        words = f"There are no accepted sets as of {until}; {again_with} makes them."
        return State(False, False, words)
    same_code = _model().items() <= made.items()
    same_names = {row["name"] for row in made["parameters"]} == {n for n, p in PARAMETERS.items() if not p.constant}
    same_numbers = same_code
    if not same_code:
        values = {
            name: value[:PROBED] for name, value in accepted(folder / names_of(until)[0]).items() if name in PARAMETERS
        }
        again = _means(targets(until=until), values, until)
        then = np.array(made["probe"])
        same_numbers = same_names and then.shape == np.shape(again) and bool(np.allclose(then, again, rtol=1e-6))
    if same_code:
        words = f"The accepted sets as of {until} were found with this very model."
    elif same_numbers:
        words = f"The model's code has changed since the accepted sets as of {until} were found, but not its numbers."
    else:
        words = f"The accepted sets as of {until} are stale: the model has changed since; run {again_with}."
    return State(same_code, same_numbers, words)


def _model() -> dict[str, str]:
    """What the sets were found with: the model, whatever libraries compute it, and the scenario."""
    return {"model": model_fingerprint(libraries=False), "scenario": load_scenario("history").hash}


def _probe(calibration: Calibration, values: Mapping[str, Vector]) -> list[list[float]]:
    return _means(calibration.targets, values, calibration.window[1], calibration.mapped)


def _means(
    aims: Sequence[Target], values: Mapping[str, Vector], until: str, mapped: Mapping[str, Mapped] | None = None
) -> list[list[float]]:
    first = {name: np.ascontiguousarray(value[:PROBED]) for name, value in values.items()}
    found = measure(aims, first, PROBE_WORLDS, seed=0, until=until, mapped=mapped)
    return [[float(x) for x in row] for row in found.mean]


def _short(value: Any) -> Any:
    """The same with numbers of nine significant digits."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, Mapping):
        return {key: _short(one) for key, one in value.items()}
    return [_short(one) for one in value] if isinstance(value, list | tuple) else value


def _text(made: Mapping[str, Any]) -> str:
    """JSON with a line for each entry, and for each row of a table."""
    lines = []
    for key, value in made.items():
        if isinstance(value, list) and value and isinstance(value[0], dict | list):
            rows = ",\n".join(f"  {json.dumps(row, allow_nan=False)}" for row in value)
            lines.append(f' "{key}": [\n{rows}\n ]')
        else:
            lines.append(f' "{key}": {json.dumps(value, allow_nan=False)}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def _targets(calibration: Calibration) -> list[dict[str, Any]]:
    prior, now = calibration.first_wave, calibration.measured
    before = implausibility(calibration.targets, prior.mean, prior.scatter)
    after = implausibility(calibration.targets, now.mean, now.scatter)
    rows = []
    for place, target in enumerate(calibration.targets):
        rows.append(
            {
                "name": target.name,
                "meaning": target.meaning,
                "observed": target.observed,
                "error": target.error,
                "discrepancy": target.discrepancy,
                "why": target.why,
                "prior_mean": float(prior.mean[:, place].mean()),
                "posterior_mean": float(now.mean[:, place].mean()),
                "posterior_spread_of_sets": float(now.mean[:, place].std()),
                "posterior_scatter_of_worlds": float(now.scatter[:, place].mean()),
                "prior_implausibility": float(np.median(before[:, place])),
                "posterior_implausibility": float(np.median(after[:, place])),
            }
        )
    return rows


def about_parameters(calibration: Calibration) -> list[dict[str, Any]]:
    """For each parameter: prior against posterior, and whether the data say anything about it."""
    rows = []
    sets = len(calibration.places)
    even = (np.arange(sets) + 0.5) / sets
    for column, (name, values) in enumerate(calibration.values.items()):
        places = np.sort(calibration.places[:, column])
        one = calibration.declared[name]
        distance = float(np.max(np.abs(places - even)) + 0.5 / sets)
        low, middle, high = (float(np.quantile(values, part)) for part in (0.05, 0.5, 0.95))
        rows.append(
            {
                "name": name,
                "unit": one.unit,
                "low": one.low,
                "value": one.value,
                "high": one.high,
                "p05": low,
                "p50": middle,
                "p95": high,
                "shift": float(np.mean(places) - 0.5),
                "narrowing": float(1.0 - np.var(places) * 12.0),
                "distance": distance,
                "told": bool(distance * np.sqrt(sets) > TELLING),
            }
        )
    return rows


def about_pairs(calibration: Calibration, most: int = 12) -> list[dict[str, Any]]:
    """The pairs of parameters that accepted sets tie together most: what data fix is often a product or a ratio."""
    ties = np.atleast_2d(np.corrcoef(calibration.places.T))
    rows, columns = np.triu_indices(len(ties), 1)
    order = np.argsort(-np.abs(ties[rows, columns]), kind="stable")[:most]
    names = calibration.names
    return [
        {"a": names[rows[i]], "b": names[columns[i]], "correlation": float(ties[rows[i], columns[i]])} for i in order
    ]
