"""The parts of a sweep on disk: what a pack came to, as one Parquet file, or two when every month is kept.

`parts/KEY-DIGEST.parquet`: the key follows from what the part holds (the sweep, the points, the block of worlds), the
digest from the file's bytes, so that a part that is torn, damaged or of another sweep gives itself away, and a part written
twice is one file. Beside the rows, a part's metadata keep what it holds and what failed. With months, a part names its
`KEY-DIGEST.months.parquet`, which is written first.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.store import Store, open_store
from sim.vocabulary import VERDICTS

if TYPE_CHECKING:
    import pyarrow as pa

    from sim.experiment.work import Columns, Job, PackOutput

FOLDER, END, MONTHS_END = "parts", ".parquet", ".months.parquet"
PART = re.compile(rf"{FOLDER}/[0-9a-f]{{16}}-[0-9a-f]{{16}}(\.months)?\.parquet")
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
        name: of its file; months: of the file with its months, or nothing.
        points, block: what it holds; runs: its rows.
        failures: point -> why the model refused it.
        fingerprint: of its rows, whatever their order.
    """

    name: str
    months: str
    points: NDArray[np.int64]
    block: int
    runs: int
    failures: dict[int, str]
    fingerprint: int


def write_part(job: Job, output: PackOutput) -> tuple[str, str, int]:
    """Write a pack's part; returns its name, that of the file with its months, and the fingerprint of its rows."""
    store = open_store(job.folder)
    key = part_key(job.identity, job.points, job.block)
    about: dict[str, Any] = {"identity": job.identity, "block": job.block, "runs": len(output.outcomes["point"])}
    mark = fingerprint(output.outcomes)
    months = ""
    if output.series:
        months = about["months"] = _put(store, key, MONTHS_END, output.series, {"identity": job.identity})
        mark = (mark + fingerprint(output.series)) & _MASK
    about |= {"failures": {str(point): why for point, why in output.failures.items()}, "fingerprint": mark}
    return _put(store, key, END, _in_words(output.outcomes), about), months, mark


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
    about = json.loads((table.schema.metadata or {}).get(_ABOUT, b"{}"))
    if about.get("identity") != identity:
        raise ForeignPartError(f"{name}: of another sweep")
    months = about.get("months", "")
    if months:
        read_table(store, months)
    failures = {int(point): str(why) for point, why in about["failures"].items()}
    points = np.union1d(table["point"].to_numpy(), np.array(list(failures), dtype=np.int64)).astype(np.int64)
    block = int(about["block"])
    if not name.startswith(f"{FOLDER}/{part_key(identity, points, block)}-"):
        raise PartError(f"{name}: its name is not that of what it holds")
    return Part(name, months, points, block, table.num_rows, failures, int(about["fingerprint"]))


def read_table(store: Store, name: str) -> pa.Table:
    """A part's rows, its bytes checked.

    Raises:
        PartError: it is not there, torn or damaged.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        content = store.read(name)
    except OSError as problem:
        raise PartError(f"{name}: cannot be read: {problem.strerror or problem}") from None
    digest = name.partition(".")[0].rpartition("-")[2]
    if blake2b(content, digest_size=8).hexdigest() != digest:
        raise PartError(f"{name}: torn or damaged")
    return pq.read_table(pa.BufferReader(content), use_threads=False)


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
    return len(_parquet(_in_words(output.outcomes), {})), len(_parquet(output.series, {})) if output.series else 0


def _in_words(outcomes: Columns) -> Columns:
    """The verdict as its name, so that the file can be read without this program."""
    return outcomes | {"verdict": np.array(list(VERDICTS), dtype=object)[outcomes["verdict"]]}


def outcomes_of(columns: Columns) -> Columns:
    """Columns as a part keeps them, as a model gives them: the verdict as its number."""
    numbers = {name: number for number, name in enumerate(VERDICTS)}
    return columns | {"verdict": np.array([numbers[name] for name in columns["verdict"]], dtype=np.int8)}


def _put(store: Store, key: str, end: str, columns: Columns, about: dict[str, Any]) -> str:
    content = _parquet(columns, about)
    name = f"{FOLDER}/{key}-{blake2b(content, digest_size=8).hexdigest()}{end}"
    with store.writing(name) as file:
        file.write(content)
    return name


def _parquet(columns: Columns, about: dict[str, Any]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({name: pa.array(values) for name, values in columns.items()})
    table = table.replace_schema_metadata({_ABOUT: json.dumps(about).encode()})
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, compression="zstd", use_dictionary=["verdict"] if "verdict" in columns else False)
    content: bytes = sink.getvalue().to_pybytes()
    return content
