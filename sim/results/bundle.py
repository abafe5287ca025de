"""Results on disk: a folder that is written whole or not at all, and read with care.

A results folder holds `manifest.json`, `scenario.yaml`, `outcomes.parquet` (a row per world), where months were kept
`series.parquet` (a row per world and month, a column per metric) and `panels/NAME.parquet` (a column per area, group,
...), and what a report adds: `report.html` and `plots/`. A comparison's folder holds one such folder per scenario,
`comparison.json` and the report. The manifest lists every file with its size, so that a torn folder is noticed.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.extensions import check_made_with
from sim.metrics import METRICS
from sim.results.paired import Comparison
from sim.results.results import Array, Results, Series
from sim.vocabulary import VERDICTS

if TYPE_CHECKING:
    import pyarrow as pa

RESULTS, COMPARISON = "durand results 1", "durand comparison 1"
_OWN = {"manifest.json", "scenario.yaml", "outcomes.parquet", "series.parquet", "panels"}
_OWN |= {"comparison.json", "report.html", "plots"}


class BundleError(ValueError):
    """A folder cannot be used: it is not durand's, it is torn, or it must not be overwritten."""


def save_results(results: Results, path: Path) -> Path:
    """Write one scenario's folder; see `Results.save`."""
    return written_whole(check_target(path), partial(_write_results, results))


def save_comparison(comparison: Comparison, path: Path) -> Path:
    """Write a comparison's folder; see `Comparison.save`."""
    return written_whole(check_target(path), partial(_write_comparison, comparison))


def open_folder(path: str | Path) -> Results | Comparison:
    """Whatever durand folder stands there: a run's or a comparison's.

    Raises:
        BundleError: neither, or a torn one.
    """
    folder = Path(path)
    return load_comparison(folder) if (folder / "comparison.json").exists() else load_results(folder)


def load_results(folder: Path) -> Results:
    """Read one scenario's folder; see `Results.load`."""
    import pandas as pd

    manifest = _header(folder, "manifest.json", RESULTS)
    check_made_with(manifest, folder)
    files = manifest.get("files")
    if not isinstance(files, dict) or not {"scenario.yaml", "outcomes.parquet"} <= set(files):
        raise BundleError(f"{folder / 'manifest.json'}: torn: it does not list its files; run the scenario again")
    for name, size in files.items():
        _whole(folder / _inside(folder, name), size)
    table = _parquet(folder / "outcomes.parquet")
    if table.num_rows != manifest["worlds"] or not {"world", "verdict", *METRICS} <= set(table.column_names):
        raise BundleError(
            f"{folder / 'outcomes.parquet'}: expected {manifest['worlds']} rows and a column for each metric; "
            "another version of durand, or one with other extensions, may have written it"
        )
    outcomes: pd.DataFrame = table.to_pandas().set_index("world")
    outcomes["verdict"] = pd.Categorical(outcomes["verdict"], categories=list(VERDICTS))
    series = partial(_read_series, folder, manifest) if "series.parquet" in files else None
    text = (folder / "scenario.yaml").read_text(encoding="utf-8")
    return Results(manifest, text, outcomes, series, folder=folder)


def load_comparison(folder: Path) -> Comparison:
    """Read a comparison's folder; see `Comparison.load`."""
    header = _header(folder, "comparison.json", COMPARISON)
    try:
        folders, baseline, manifest = dict(header["folders"]), header["baseline"], dict(header["manifest"])
    except (KeyError, TypeError, ValueError):
        folders, baseline, manifest = {}, None, {}
    if baseline not in folders:
        raise BundleError(f"{folder / 'comparison.json'}: torn: scenarios or baseline missing; run it again")
    results = {name: load_results(folder / _inside(folder, where)) for name, where in folders.items()}
    if len({(r.worlds, r.manifest["seed"], tuple(r.months)) for r in results.values()}) > 1:
        raise BundleError(f"{folder}: its scenarios were not run on the same worlds, seed and months")
    return Comparison(results, baseline, manifest, folder)


def check_target(path: Path) -> Path:
    """The full path of a folder to write, if it may be written: new, empty, or one that durand wrote.

    Raises:
        BundleError: anything else stands there.
    """
    target = path.resolve()
    if target == Path.cwd() or target in Path.cwd().parents:
        raise BundleError(f"{path}: this is the current folder, or one above it; name a folder to be made")
    if not target.exists():
        return target
    if not target.is_dir():
        raise BundleError(f"{path}: this is a file; name a folder")
    foreign = sorted(entry.name for entry in target.iterdir() if not _is_own(entry))
    written = any((target / name).exists() for name in ("manifest.json", "comparison.json"))
    if foreign or (any(target.iterdir()) and not written):
        what = f"it holds {foreign[0]}" if foreign else "it has no manifest"
        raise BundleError(
            f"{path}: this folder is not empty and not (only) durand's: {what}; name a new or an empty folder"
        )
    return target


def _is_own(entry: Path) -> bool:
    if entry.name in _OWN:
        return True
    try:
        return entry.is_dir() and _header(entry, "manifest.json", RESULTS) is not None
    except BundleError:
        return False


def written_whole(target: Path, write: Callable[[Path], None]) -> Path:
    """Let `write` fill a temporary folder beside the target, then put it in the target's place: all of it or nothing."""
    target.parent.mkdir(parents=True, exist_ok=True)
    fresh, old = (target.with_name(f".{target.name}.{os.getpid()}.{end}") for end in ("part", "old"))
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        fresh.mkdir()
        write(fresh)
        if target.exists():
            target.rename(old)
        fresh.rename(target)
    except BaseException:  # Ctrl-C too: what stood there before comes back
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        if target.exists():
            shutil.rmtree(old, ignore_errors=True)
    return target


def _write_results(results: Results, folder: Path) -> None:
    import pyarrow as pa

    folder.joinpath("scenario.yaml").write_text(results.scenario_yaml, encoding="utf-8")
    outcomes = results.outcomes.reset_index()
    outcomes["verdict"] = outcomes["verdict"].astype("str")
    _store(pa.Table.from_pandas(outcomes, preserve_index=False), folder / "outcomes.parquet")
    if results.has_series:
        kept = results.arrays
        rows = _rows(results.worlds, results.months)
        _store(
            pa.table({**rows, **{name: _column(values) for name, values in kept.metrics.items()}}),
            folder / "series.parquet",
        )
        for name, values in kept.panels.items():
            folder.joinpath("panels").mkdir(exist_ok=True)
            columns = {label: _column(values[:, :, place]) for place, label in enumerate(kept.labels[name])}
            _store(pa.table({**rows, **columns}), folder / "panels" / f"{name}.parquet")
    files = {
        entry.relative_to(folder).as_posix(): entry.stat().st_size
        for entry in sorted(folder.rglob("*"))
        if entry.is_file()
    }
    manifest = {**results.manifest, "format": RESULTS, "files": files}
    _write_json(manifest, folder / "manifest.json")


def _write_comparison(comparison: Comparison, folder: Path) -> None:
    folders: dict[str, str] = {}
    for name, results in comparison.results.items():
        # A name given in Python may be any text; a folder's name is plain, and none of those with a meaning here.
        plain = re.sub(r"[^A-Za-z0-9_-]+", "-", name).strip("-")[:60] or "scenario"
        while plain.lower() in {taken.lower() for taken in folders.values()} | _OWN:
            plain += "-2"
        folders[name] = plain
        folder.joinpath(plain).mkdir()
        _write_results(results, folder / plain)
    header = {"format": COMPARISON, "baseline": comparison.baseline, "folders": folders, **comparison.as_json()}
    _write_json(header, folder / "comparison.json")


def _write_json(content: dict[str, Any], path: Path) -> None:
    path.write_text(json.dumps(content, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def _rows(worlds: int, months: list[str]) -> dict[str, pa.Array]:
    import pyarrow as pa

    month = np.tile(np.arange(len(months), dtype=np.int32), worlds)
    world = np.repeat(np.arange(worlds, dtype=np.int32), len(months))
    return {"world": pa.array(world), "month": pa.DictionaryArray.from_arrays(pa.array(month), pa.array(months))}


def _column(values: Array) -> pa.Array:
    import pyarrow as pa

    return pa.array(np.ascontiguousarray(values).ravel())


def _store(table: pa.Table, path: Path) -> None:
    import pyarrow.parquet as pq

    pq.write_table(table, path, compression="zstd", use_dictionary=["month", "verdict"])


def _parquet(path: Path) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.read_table(path)
    except (OSError, pa.ArrowException) as problem:
        reason = str(problem).partition("\n")[0]
        raise BundleError(f"{path}: torn or not a Parquet file: {reason}; run the scenario again") from None


def _read_series(folder: Path, manifest: dict[str, Any]) -> Series:
    shape = (manifest["worlds"], manifest["months"])

    def read(path: Path) -> dict[str, Array]:
        table = _parquet(path)
        if table.num_rows != shape[0] * shape[1]:
            raise BundleError(f"{path}: expected {shape[0]} worlds x {shape[1]} months, found {table.num_rows} rows")
        names = [name for name in table.column_names if name not in ("world", "month")]
        return {name: table.column(name).to_numpy().reshape(shape) for name in names}

    out = Series(read(folder / "series.parquet"))
    for name in manifest["files"]:
        if name.startswith("panels/"):
            columns = read(folder / name)
            panel = Path(name).stem
            out.labels[panel] = list(columns)
            out.panels[panel] = np.stack(list(columns.values()), axis=2)
    return out


def _header(folder: Path, name: str, form: str) -> dict[str, Any]:
    """The JSON file that says what a folder is."""
    path = folder / name
    if not folder.is_dir():
        raise BundleError(f"{folder}: there is no such folder")
    if not path.is_file():
        raise BundleError(f"{folder}: this is not a durand results folder: there is no {name} in it")
    try:
        header = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise BundleError(f"{path}: torn or not JSON; run it again") from None
    found = header.get("format") if isinstance(header, dict) else None
    if found != form:
        raise BundleError(f"{path}: not written by this durand: its format is {found!r}, expected {form!r}")
    missing = {"name", "start", "seed", "worlds", "months", "scenario"} - set(header) if form == RESULTS else None
    if missing:
        raise BundleError(f"{path}: torn: {', '.join(sorted(missing))} missing; run it again")
    return dict(header)


def _inside(folder: Path, name: object) -> str:
    """A file or folder name from a header, if it stays inside the folder."""
    if not isinstance(name, str) or not (folder / name).resolve().is_relative_to(folder.resolve()):
        raise BundleError(f"{folder}: torn: it points outside of itself, to {name!r}")
    return name


def _whole(path: Path, size: object) -> None:
    if not path.is_file():
        raise BundleError(f"{path}: torn: this file is missing; run it again")
    if path.stat().st_size != size:
        raise BundleError(f"{path}: torn: {path.stat().st_size:,} bytes where {size} were written; run it again")
