"""Results on disk: a folder that is written whole or not at all, and read with care.

A results folder holds `manifest.json`, `scenario.yaml`, `outcomes.parquet` (a row per world), where months were kept
`series.parquet` (a row per world and month, a column per metric) and `panels/NAME.parquet` (a column per area, group,
...), and what a report adds: `report.html` and `plots/`. A comparison's folder holds one such folder per scenario,
`comparison.json` and the report. How folders are written, sealed and looked at is in `sim.results.folders`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from sim.ensemble.chunks import Array, Series
from sim.ensemble.spec import check
from sim.extensions import check_made_with
from sim.headers import BundleError, understood
from sim.metrics import METRICS
from sim.parquet import TableError, whole
from sim.results.described import About, labelled, month, outcome, panel
from sim.results.folders import check_target, opened, renewed, seal, written_whole
from sim.vocabulary import VERDICTS

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.results.paired import Comparison
    from sim.results.results import Results

T = TypeVar("T")

RESULTS, COMPARISON = "durand results 2", "durand comparison 2"
KINDS = (RESULTS, COMPARISON)
# Names that the folder of a scenario in a comparison cannot have; and what a report adds to a folder.
_BRIEF = {"brief.html", "brief.pdf"}
_TAKEN = {"manifest.json", "comparison.json", "report.html", "plots", *_BRIEF}
_KEPT = {"name", "start", "seed", "worlds", "months", "scenario"}


def save_results(results: Results, path: Path) -> Path:
    """Write one scenario's folder; see `Results.save`."""
    return written_whole(check_target(path, *KINDS), partial(_write_results, results))


def save_comparison(comparison: Comparison, path: Path) -> Path:
    """Write a comparison's folder; see `Comparison.save`."""
    return written_whole(check_target(path, *KINDS), partial(_write_comparison, comparison))


def write_report(folder: Path, fill: Callable[[Path], object]) -> None:
    """Let `fill` write report and pictures, and put them into a folder of results in place of earlier ones."""
    renewed(folder, lambda name: is_report(name) and name not in _BRIEF, fill, but=is_report)


def write_brief(folder: Path, fill: Callable[[Path], object]) -> None:
    """The same for the report's first page alone; a whole report beside it stays as it is."""
    renewed(folder, _BRIEF.__contains__, fill, but=is_report)


def is_report(name: str) -> bool:
    """Whether a file of a folder belongs to its report."""
    return name == "report.html" or name in _BRIEF or name.startswith("plots/")


def load_results(folder: Path, make: Callable[..., T], but: Callable[[str], bool] = lambda name: False) -> T:
    """Read one scenario's folder, and make `Results` of what stands in it; see `Results.load`."""
    manifest = opened(folder, RESULTS, but=but)
    with understood(folder):
        return _results(folder, manifest, make)


def _results(folder: Path, manifest: dict[str, Any], make: Callable[..., T]) -> T:
    import pandas as pd

    check_made_with(manifest, folder)
    files = manifest.pop("files")
    if missing := sorted((_KEPT - set(manifest)) | ({"scenario.yaml", "outcomes.parquet"} - set(files))):
        raise BundleError(f"{folder / 'manifest.json'}: torn: {', '.join(missing)} missing; run it again")
    for name in ("worlds", "months", "seed"):
        check(name, manifest[name], f"{folder / 'manifest.json'}: {name}")
    table = _parquet(folder / "outcomes.parquet", files, manifest["worlds"])
    if not {"world", "verdict", *METRICS} <= set(table.column_names):
        raise BundleError(
            f"{folder / 'outcomes.parquet'}: expected a column for each metric; "
            "another version of durand, or one with other extensions, may have written it"
        )
    outcomes: pd.DataFrame = table.to_pandas().set_index("world")
    outcomes["verdict"] = pd.Categorical(outcomes["verdict"], categories=list(VERDICTS))
    series = partial(_read_series, folder, manifest, files) if "series.parquet" in files else None
    text = (folder / "scenario.yaml").read_text(encoding="utf-8")
    return make({key: manifest[key] for key in manifest if key != "seal"}, text, outcomes, series, folder=folder)


def load_comparison(
    folder: Path, make: Callable[..., T], each: Callable[..., Results], but: Callable[[str], bool] = lambda name: False
) -> T:
    """Read a comparison's folder, and make a `Comparison` of it, and `Results` of each in it; see `Comparison.load`."""
    header = opened(folder, COMPARISON, but=but)
    with understood(folder):
        return _comparison(folder, header, make, lambda where: load_results(where, each))


def _comparison(folder: Path, header: dict[str, Any], make: Callable[..., T], load: Callable[[Path], Results]) -> T:
    if away := [one for one in header["folders"].values() if f"{one}/manifest.json" not in header["files"]]:
        raise BundleError(f"{folder}: torn: it points outside of itself, to {away[0]!r}")
    results = {name: load(folder / where) for name, where in header["folders"].items()}
    if len({(r.worlds, r.manifest["seed"], tuple(r.months)) for r in results.values()}) > 1:
        raise BundleError(f"{folder}: its scenarios were not run on the same worlds, seed and months")
    return make(results, header["baseline"], dict(header["manifest"]), folder)


def _write_results(results: Results, folder: Path) -> None:
    import pyarrow as pa

    folder.joinpath("scenario.yaml").write_text(results.scenario_yaml, encoding="utf-8")
    outcomes = results.outcomes.reset_index()
    outcomes["verdict"] = outcomes["verdict"].astype("str")
    _store(pa.Table.from_pandas(outcomes, preserve_index=False), folder / "outcomes.parquet", outcome)
    if results.has_series:
        kept = results.arrays
        rows = _rows(results.worlds, results.months)
        _store(
            pa.table({**rows, **{name: _column(values) for name, values in kept.metrics.items()}}),
            folder / "series.parquet",
            month,
        )
        for name, values in kept.panels.items():
            folder.joinpath("panels").mkdir(exist_ok=True)
            columns = {label: _column(values[:, :, place]) for place, label in enumerate(kept.labels[name])}
            _store(pa.table({**rows, **columns}), folder / "panels" / f"{name}.parquet", panel(name))
    seal(folder, "manifest.json", {**results.manifest, "format": RESULTS})


def _write_comparison(comparison: Comparison, folder: Path) -> None:
    folders: dict[str, str] = {}
    for name, results in comparison.results.items():
        # A name given in Python may be any text; a folder's name is plain, and none of those with a meaning here.
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:60] or "scenario"
        while plain.lower() in {taken.lower() for taken in folders.values()} | _TAKEN:
            plain += "-2"
        folders[name] = plain
        folder.joinpath(plain).mkdir()
        _write_results(results, folder / plain)
    header = {"format": COMPARISON, "baseline": comparison.baseline, "folders": folders, **comparison.as_json()}
    seal(folder, "comparison.json", header)


def _rows(worlds: int, months: list[str]) -> dict[str, pa.Array]:
    import pyarrow as pa

    month = np.tile(np.arange(len(months), dtype=np.int32), worlds)
    world = np.repeat(np.arange(worlds, dtype=np.int32), len(months))
    return {"world": pa.array(world), "month": pa.DictionaryArray.from_arrays(pa.array(month), pa.array(months))}


def _column(values: Array) -> pa.Array:
    import pyarrow as pa

    return pa.array(np.ascontiguousarray(values).ravel())


def _store(table: pa.Table, path: Path, about: About) -> None:
    import pyarrow.parquet as pq

    with open(path, "wb") as file:  # Arrow knows no names of files that are no text
        pq.write_table(labelled(table, about), file, compression="zstd", use_dictionary=["month", "verdict"])


def _parquet(path: Path, files: dict[str, str], rows: int, name: str = "") -> pa.Table:
    """A table, from the very bytes whose digest was written: months may be read long after the folder was looked at."""
    import pyarrow as pa

    try:
        content = path.read_bytes()
        if sha256(content).hexdigest() != files[name or path.name]:
            raise BundleError(f"{path}: torn, or changed since it was written; run the scenario again")
        return whole(content, rows)
    except (OSError, pa.ArrowException, TableError) as problem:
        reason = str(problem).partition("\n")[0]
        raise BundleError(f"{path}: torn or not a Parquet file of durand's: {reason}; run the scenario again") from None


def _read_series(folder: Path, manifest: dict[str, Any], files: dict[str, str]) -> Series:
    shape = (manifest["worlds"], manifest["months"])

    def read(name: str) -> dict[str, Array]:
        path = folder / name
        table = _parquet(path, files, shape[0] * shape[1], name)
        columns = [one for one in table.column_names if one not in ("world", "month")]
        with understood(path):
            return {one: table.column(one).to_numpy().reshape(shape) for one in columns}

    out = Series(read("series.parquet"))
    for name in files:
        if name.startswith("panels/"):
            columns = read(name)
            panel = Path(name).stem
            out.labels[panel] = list(columns)
            out.panels[panel] = np.stack(list(columns.values()), axis=2)
    return out
