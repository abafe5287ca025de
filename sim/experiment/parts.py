"""The parts of a sweep on disk: what a pack came to, as one Parquet file, or two when every month is kept.

`outcomes/scenario=NAME/KEY-DIGEST.parquet`, in Hive's form, so that pandas, Arrow and DuckDB read `outcomes/` as one table
with a column `scenario`. The key follows from what the part holds (the sweep, the points, the block of worlds), the digest
from the file's bytes, so that a part that is torn, damaged or of another sweep gives itself away, and a part written twice is
one file. Beside the rows, a part's metadata keep what it holds and what failed. With months, a part names its file of the
same form in `series/`, which is written first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from sim.experiment.store import Store, open_store
from sim.experiment.work import Columns, PackOutput, kept_columns
from sim.parquet import Room, TableError, opened
from sim.results.described import labelled, month, outcome
from sim.vocabulary import VERDICTS

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.experiment.plan import Pack, Plan

OUTCOMES, SERIES = "outcomes", "series"
PART = re.compile(rf"({OUTCOMES}|{SERIES})/scenario=[^/]+/[0-9a-f]{{16}}-[0-9a-f]{{16}}\.parquet")
# Of a part, at the most: some 100 MB in memory.
MOST_FIGURES = 12_000_000
# What reading one takes at the most: bytes unpacked, figures, pages.
_READ = (16 * MOST_FIGURES, 2 * MOST_FIGURES, MOST_FIGURES // 100)
_ABOUT = b"durand"
_MASK = 2**64 - 1


class PartError(ValueError):
    """A part is torn, damaged, or not of this sweep."""


class ForeignPartError(PartError):
    """A part is whole, but of another sweep."""


@dataclass(frozen=True)
class Part:
    """What a part says of itself.

    Attributes:
        name: of its file; series: of the file with its months, or nothing.
        points, block: what it holds; runs: its rows.
        failures: point -> why the model refused it.
        fingerprint: of its rows, whatever their order.
    """

    name: str
    series: str
    points: NDArray[np.int64]
    block: int
    runs: int
    failures: dict[int, str]
    fingerprint: int

    @property
    def scenario(self) -> str:
        """The folder of its scenario, in `outcomes/` and in `series/`."""
        return self.name.split("/")[1]


def scenario_folder(scenario: str) -> str:
    """How a scenario's folder is called; letters of any script stay as they are."""
    return "scenario=" + re.sub(r"[^\w-]", lambda found: quote(found[0], safe=""), scenario)


def part_names(store: Store, kind: str, scenarios: Iterable[str]) -> list[str]:
    """The parts of these scenarios that are there: outcomes, or series."""
    folders = [f"{kind}/{scenario_folder(scenario)}" for scenario in scenarios]
    return [name for folder in folders for name in store.names(folder) if PART.fullmatch(name)]


def most_runs(metrics: Sequence[str], months: int) -> int:
    """How many runs a part may hold.

    Args:
        metrics: that are kept; months: that are kept of each run, 0 where none is.
    """
    return max(MOST_FIGURES // max(2 + len(kept_columns(metrics)), months * (3 + len(metrics))), 1)


def write_part(place: str, plan: Plan, pack: Pack, output: PackOutput) -> Part:
    """Write to a sweep's folder what a pack came to, its months first."""
    store, folder = open_store(place), scenario_folder(plan.scenarios[int(pack.points[0]) // plan.each].name)
    key = part_key(plan.identity, pack.points, pack.block)
    mark, series = fingerprint(output.outcomes), ""
    if output.series:
        series = put(store, f"{SERIES}/{folder}/{key}", _table(output.series), {"identity": plan.identity})
        mark = (mark + fingerprint(output.series)) & _MASK
    part = Part("", series, pack.points, pack.block, len(output.outcomes["point"]), output.failures, mark)
    name = put(store, f"{OUTCOMES}/{folder}/{key}", _table(_in_words(output.outcomes)), about(part, plan.identity))
    return replace(part, name=name)


def about(part: Part, identity: str) -> dict[str, Any]:
    """What a part's metadata say of it."""
    return {
        "identity": identity,
        "block": part.block,
        "runs": part.runs,
        "series": part.series,
        "failures": {str(point): why for point, why in part.failures.items()},
        "fingerprint": part.fingerprint,
    }


def joined(store: Store, parts: Sequence[Part], identity: str) -> Part:
    """Write the rows of several parts of a scenario and a block as one part, in the order of their points."""
    first = parts[0]
    points = np.sort(np.concatenate([one.points for one in parts]))
    key, series = part_key(identity, points, first.block), ""
    if months := [one.series for one in parts if one.series]:  # none where all points failed
        rows = _rows_of(store, months, ["point", "world", "month"])
        series = put(store, f"{SERIES}/{first.scenario}/{key}", rows, {"identity": identity})
    failures = {point: why for one in parts for point, why in one.failures.items()}
    mark = sum(one.fingerprint for one in parts) & _MASK
    part = Part("", series, points, first.block, sum(one.runs for one in parts), failures, mark)
    rows = _rows_of(store, [one.name for one in parts], ["point", "world"])
    return replace(part, name=put(store, f"{OUTCOMES}/{first.scenario}/{key}", rows, about(part, identity)))


def _rows_of(store: Store, names: Iterable[str], order: Sequence[str]) -> pa.Table:
    import pyarrow as pa

    # Metadata differ from part to part.
    tables = [read_table(store, name).replace_schema_metadata(None) for name in names]
    return pa.concat_tables(tables).sort_by([(name, "ascending") for name in order])


def part_key(identity: str, points: NDArray[np.int64], block: int) -> str:
    """What a part's name begins with."""
    said = f"{identity} {block} ".encode() + np.sort(points).astype("<i8").tobytes()
    return blake2b(said, digest_size=8).hexdigest()


def read_part(store: Store, name: str, identity: str) -> Part:
    """Check a part from its first byte to its last.

    Raises:
        PartError: it is torn, damaged, or another sweep's.
    """
    table = read_table(store, name)
    told = json.loads((table.schema.metadata or {}).get(_ABOUT, b"{}"))
    if told.get("identity") != identity:
        raise ForeignPartError(f"{name}: of another sweep")
    if told["series"]:
        if not PART.fullmatch(told["series"]):
            raise PartError(f"{name}: it names no file of a sweep's for its months")
        read_table(store, told["series"])
    failures = {int(point): str(why) for point, why in told["failures"].items()}
    points = np.union1d(table["point"].to_numpy(), np.array(list(failures), dtype=np.int64)).astype(np.int64)
    block = int(told["block"])
    if not name.rpartition("/")[2].startswith(f"{part_key(identity, points, block)}-"):
        raise PartError(f"{name}: its name is not that of what it holds")
    return Part(name, told["series"], points, block, table.num_rows, failures, int(told["fingerprint"]))


def read_table(store: Store, name: str, columns: Sequence[str] | None = None) -> pa.Table:
    """A part's rows, or these columns of them as far as they are there, its bytes checked.

    Raises:
        PartError: it is not there, torn or damaged.
    """
    import pyarrow as pa

    try:
        content = store.read(name)
    except OSError as problem:
        raise PartError(f"{name}: cannot be read: {problem.strerror or problem}") from None
    digest = name.partition(".")[0].rpartition("-")[2]
    if blake2b(content, digest_size=8).hexdigest() != digest:
        raise PartError(f"{name}: torn or damaged")
    try:
        table = opened(content, Room(*_READ))
        if columns is not None:
            there = table.schema_arrow.names
            columns = [one for one in columns if one in there]
        return table.read(columns=columns, use_threads=False)
    except (TableError, pa.ArrowException) as problem:
        raise PartError(f"{name}: no part of a sweep's: {str(problem).partition(chr(10))[0]}") from None


def fingerprint(columns: Columns) -> int:
    """A number that follows from the rows to the last bit, and not from their order: the sum of a number for each row.

    Sums of parts add up (modulo 2**64), so that the whole sweep has one, however it was cut into parts.
    """
    mixed: NDArray[np.uint64] | None = None
    for name, values in columns.items():
        bits = values.astype("<f8").view("<u8") if values.dtype.kind == "f" else values.astype("<i8").view("<u8")
        salt = np.frombuffer(blake2b(name.encode(), digest_size=8).digest(), dtype="<u8")
        mixed = _mix(bits + salt if mixed is None else bits + salt + mixed)
    return 0 if mixed is None or not len(mixed) else int(np.add.reduce(mixed))


def _mix(bits: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64: every bit that goes in moves every bit that comes out."""
    for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
        bits = (bits ^ (bits >> np.uint64(shift))) * np.uint64(factor)
    out: NDArray[np.uint64] = bits ^ (bits >> np.uint64(31))
    return out


def size_of(output: PackOutput) -> tuple[int, int]:
    """Bytes that a part of these rows takes on the disk: outcomes, months."""
    outcomes = len(_parquet(_table(_in_words(output.outcomes)), {}))
    return outcomes, len(_parquet(_table(output.series), {})) if output.series else 0


def _in_words(outcomes: Columns) -> Columns:
    """The verdict as its name, so that the file can be read without this program."""
    return outcomes | {"verdict": np.array(list(VERDICTS), dtype=object)[outcomes["verdict"]]}


def outcomes_of(columns: Columns) -> Columns:
    """Columns as a part keeps them, as a model gives them: the verdict as its number."""
    numbers = {name: number for number, name in enumerate(VERDICTS)}
    return columns | {"verdict": np.array([numbers[name] for name in columns["verdict"]], dtype=np.int8)}


def put(store: Store, start: str, rows: pa.Table, told: Mapping[str, Any]) -> str:
    """Write a file of rows; returns its name, which is the given start of it and the digest of its bytes."""
    content = _parquet(rows, told)
    name = f"{start}-{blake2b(content, digest_size=8).hexdigest()}.parquet"
    with store.writing(name) as file:
        file.write(content)
    return name


def _table(columns: Columns) -> pa.Table:
    import pyarrow as pa

    # A column of words says so even where it has no rows.
    kinds = {name: pa.string() for name, values in columns.items() if values.dtype == object}
    table = pa.table({name: pa.array(values, type=kinds.get(name)) for name, values in columns.items()})
    return labelled(table, month if "month" in columns else outcome)


def _parquet(rows: pa.Table, told: Mapping[str, Any]) -> pa.Buffer:
    import pyarrow as pa
    import pyarrow.parquet as pq

    sink = pa.BufferOutputStream()
    words = ["verdict"] if "verdict" in rows.column_names else False
    pq.write_table(
        rows.replace_schema_metadata({_ABOUT: json.dumps(told).encode()}),
        sink,
        compression="zstd",
        use_dictionary=words,
    )
    return sink.getvalue()
