"""A finished sweep as one ZIP file: taken along from Experiments, and brought back to be asked again.

What is brought comes from anybody. No name in it reaches the file system unless it is one that a sweep's own files have;
nothing is unpacked beyond the limits below; and every part has to be what the manifest says, to the last bit.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any

from sim.metrics import METRICS
from sim.parquet import Room, TableError, opened
from sim.words.language import ENGLISH, _, speaking
from sim.yamlfile import LIMIT

if TYPE_CHECKING:
    from dashboard.runtime.worker import Tell
    from sim.experiment.outcome import Sweep

# Of a file that is brought: MB as it comes, bytes unpacked, files in it; runs and points, and figures in all tables of it.
MOST_MB, MOST_BYTES, MOST_FILES = 8, 64 * 2**20, 2000
MOST_RUNS, MOST_POINTS, MOST_FIGURES = 500_000, 50_000, 4_000_000
MOST_PAGES = 50_000  # of all tables in it
MOST_LETTERS = 500  # of a title, or of a text in a table
_MOST_TEXT = {".json": 2**20, ".yaml": LIMIT}
# The files of a sweep: at the top or in one folder of any name, which is left aside.
_NAME = re.compile(
    r"(?:[^/\\]{1,100}/)?(manifest\.json|experiment\.yaml|experiments\.parquet|(?:lever_)?design\.csv|"
    r"scenarios/[A-Za-z0-9_-]{1,100}\.yaml|(?:outcomes|series)/scenario=[\w.%-]{1,360}/[0-9a-f]{16}-[0-9a-f]{16}\.parquet)"
)
# What comes of files that are not what they should be.
_AMISS = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RuntimeError, MemoryError, OSError)
_NEEDED = {"manifest.json", "experiment.yaml", "experiments.parquet"}


class ArchiveError(ValueError):
    """A file is not a finished sweep, or too large; the message says why."""


def pack(tell: Tell, folder: str) -> bytes:
    """A sweep's whole folder as a ZIP file: `durand sensitivity` and the like can go on from it."""
    out, home = io.BytesIO(), Path(folder)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for one in sorted(home.rglob("*")):
            if one.is_file() and not one.name.startswith("."):
                file.write(one, Path("sweep", one.relative_to(home)))
    return out.getvalue()


def unpack(tell: Tell, upload: bytes, folder: str, language: str = ENGLISH.code) -> bool:
    """Unpack a file that was brought, check it, and only then let the folder appear.

    Args:
        upload: the file's content; folder: which is to hold the sweep, and whose name does not come from a visitor;
            language: in which it is said what is wrong.

    Raises:
        ArchiveError: it is no finished sweep, or too large.
    """
    with speaking(language):
        return _unpacked(tell, upload, folder)


def _unpacked(tell: Tell, upload: bytes, folder: str) -> bool:
    from sim.experiment.outcome import Sweep

    tell(None)
    fresh = Path(mkdtemp(prefix=".", dir=Path(folder).parent))
    try:
        for name, content in _files(upload):
            target = fresh / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)
        _check(Sweep.load(fresh), fresh)
        if not Path(folder).exists():
            fresh.rename(folder)
    except ArchiveError as problem:
        raise ArchiveError(f"{str(problem)[:1].upper()}{str(problem)[1:]}.") from None
    except _AMISS as problem:
        # The disk's troubles have numbers; those of a damaged table have none. Another's messages may name our folder.
        if isinstance(problem, OSError) and problem.errno is not None:
            raise
        raise ArchiveError(_("This is not the folder of a sweep of this durand, or it was changed.")) from None
    finally:
        rmtree(fresh, ignore_errors=True)
    return True


def _files(raw: bytes) -> Iterator[tuple[str, bytes]]:
    """The files of an archive, by names that a sweep's files have."""
    seen, left, room = set(), MOST_BYTES, Room(MOST_BYTES, MOST_FIGURES, MOST_PAGES)
    try:
        if raw.count(b"PK\1\2") > 2 * MOST_FILES:  # before they are all listed
            raise ArchiveError(_("too many files; allowed: at most {most:,}", most=MOST_FILES))
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
            if len(members) > MOST_FILES:
                raise ArchiveError(
                    _("too many files: {count:,}; allowed: at most {most:,}", count=len(members), most=MOST_FILES)
                )
            for one in members:
                found = _NAME.fullmatch(one.filename)
                if found is None or found[1] in seen:
                    raise ArchiveError(_("a file in it is none of a sweep's folder: {name!r}", name=one.filename[:80]))
                if one.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise ArchiveError(_("packed in an unusual way; zip the folder with what your computer has for it"))
                with archive.open(one) as file:
                    content = file.read(left + 1)  # what the archive says of sizes need not be so
                left -= len(content)
                if left < 0:
                    raise ArchiveError(_("too large when unpacked; allowed: {most} MB", most=MOST_BYTES // 2**20))
                most = next((size for end, size in _MOST_TEXT.items() if found[1].endswith(end)), MOST_BYTES)
                if len(content) > most:
                    raise ArchiveError(_("{name}: too large; allowed: {most:,} KiB", name=found[1], most=most // 1024))
                if found[1].endswith(".parquet"):
                    _look(found[1], content, room)
                seen.add(found[1])
                yield found[1], content
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError):
        raise ArchiveError(_("this is not a ZIP file that can be read; zip the folder of a finished sweep")) from None
    if missing := sorted(_NEEDED - seen):
        raise ArchiveError(_("this is not the folder of a sweep: there is no {name} in it", name=missing[0]))


def _look(name: str, content: bytes, room: Room) -> None:
    """Whether a table is small and plain enough to be read, by the headers of its pages and by its texts."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    try:
        for field in opened(content, room).schema_arrow:
            kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
            if pa.types.is_string(kind) or pa.types.is_large_string(kind):
                texts = pq.read_table(pa.BufferReader(content), columns=[field.name], read_dictionary=[field.name])
                for chunk in texts[0].chunks:
                    if (pc.max(pc.utf8_length(chunk.dictionary)).as_py() or 0) > MOST_LETTERS:
                        raise ArchiveError(
                            _("{name}: a text in it is too long; allowed: {most} letters", name=name, most=MOST_LETTERS)
                        )
                    # Once for each row, as they will stand when nothing points to them any more.
                    lengths = pc.binary_length(chunk.dictionary).take(chunk.indices)
                    room.take(bytes=pc.sum(lengths).as_py() or 0)
            elif not (pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_null(kind)):
                raise ArchiveError(_("{name}: not a table of a sweep", name=name))
    except TableError as problem:
        raise ArchiveError(
            _(
                "{name}: {problem}; allowed: {figures:,} figures and {size} MB in all tables of a sweep by durand",
                name=name,
                problem=_(str(problem)),
                figures=MOST_FIGURES,
                size=MOST_BYTES // 2**20,
            )
        ) from None
    except (pa.ArrowException, OSError):
        raise ArchiveError(_("{name}: cannot be read; zip the folder again", name=name)) from None


def _check(sweep: Sweep, home: Path) -> None:
    """Whether a sweep is finished, and is what its manifest says."""
    from sim.experiment.parts import OUTCOMES, PartError, part_names, read_part
    from sim.experiment.store import open_store

    about, store = sweep.manifest, open_store(home)
    if not sweep.complete:
        raise ArchiveError(_("this sweep is not finished; finish it with `durand sweep`, and zip it again"))
    for key, most in (("points", MOST_POINTS), ("worlds", MOST_RUNS), ("runs", MOST_RUNS), ("months", 360)):
        if type(about[key]) is not int or not 1 <= about[key] <= most:
            raise ArchiveError(_("{key}: allowed here: 1 to {most:,}", key=key, most=most))
    _check_words(about)
    runs = mark = 0
    for name in part_names(store, OUTCOMES, about["particulars"]["scenarios"]):
        try:
            part = read_part(store, name, str(about["identity"]))
        except PartError as problem:
            raise ArchiveError(str(problem)) from None
        runs, mark = runs + part.runs, (mark + part.fingerprint) % 2**64
    if (runs, f"{mark:016x}") != (about["finished_runs"], sweep.fingerprint):
        raise ArchiveError(_("its parts are not those that its manifest speaks of; zip the whole folder"))
    points = sweep.experiments
    if len(points) != about["points"] or set(sweep.factors("lever", "uncertainty")) != {
        f"{one['kind']}:{one['name']}" for one in about["factors"]
    }:
        raise ArchiveError(_("experiments.parquet: not the points of this sweep"))
    if not set(about["particulars"]["metrics"]) <= set(sweep.outcomes.columns) or sweep.experiment.title != sweep.title:
        raise ArchiveError(_("its runs do not hold what its manifest speaks of"))


def _check_words(about: dict[str, Any]) -> None:
    """Whether names are known and texts short, since pages show them."""
    unknown = [name for name in about["particulars"]["metrics"] if name not in METRICS]
    if unknown or not about["particulars"]["metrics"]:
        raise ArchiveError(_("it holds outcomes that this durand does not know"))
    shown = [about["title"], *(one[key] for one in about["scenarios"] for key in ("name", "title", "start"))]
    shown += [one["name"] for one in about["factors"]]
    if not all(isinstance(one, str) and 0 < len(one) <= MOST_LETTERS for one in shown):
        raise ArchiveError(_("a name or title in it is empty or too long"))
