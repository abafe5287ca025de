"""Folders on a disk: written whole or not at all, sealed by digests, and nothing of anybody else's touched.

A folder's header (`manifest.json`, `comparison.json` or `pack.json`) says what the folder is (`format`), lists every other
file with the SHA-256 digest of its bytes (`files`), and ends in `seal`, the digest of its own bytes up to there. So any byte
that changes is told, and what is not listed is somebody else's.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path
from typing import Any

from sim.headers import LIMIT, BundleError, Header, sealed, unsealed
from sim.results.manifest import machine, now
from sim.results.moved import restored
from sim.results.temporary import temporary_for

HEADERS = ("comparison.json", "pack.json", "manifest.json")
_NAMED = 3


@dataclass(frozen=True)
class Look:
    """How the files of a folder stand to what its header says of them.

    Attributes:
        format: what the folder is; header: the name of the file that says so.
        fine, changed, missing: of the files that were written; foreign: what was not written by durand.
    """

    format: str
    header: str
    fine: tuple[str, ...]
    changed: tuple[str, ...]
    missing: tuple[str, ...]
    foreign: tuple[str, ...]

    @property
    def whole(self) -> bool:
        """Whether everything is there as it was written, and nothing else."""
        return not (self.changed or self.missing or self.foreign)


def header_of(folder: Path) -> tuple[str, Header]:
    """The name of a folder's header, and what it says.

    Raises:
        BundleError: there is no such folder, it has no header, or the header is torn or changed.
    """
    with _told(folder):
        if folder.is_symlink() and not folder.exists():
            raise BundleError(f"{folder}: this is a link that leads nowhere, or in a circle")
        if not folder.exists():
            raise BundleError(f"{folder}: there is no such folder")
        if not folder.is_dir():
            raise BundleError(f"{folder}: this is a file; a folder is needed")
        for name in HEADERS:
            if (folder / name).is_file():
                with open(folder / name, "rb") as file:
                    return name, unsealed(file.read(LIMIT + 1), folder / name)
    raise BundleError(f"{folder}: this is not a folder of durand's: there is no manifest.json in it")


def look(folder: Path) -> Look:
    """Compare every file of a folder with what its header says.

    Raises:
        BundleError: as for `header_of`.
    """
    name, header = header_of(folder)
    listed = header["files"]
    with _told(folder):
        there = set(entries(folder)) - {name}
        same = {one: one in there and _digest(folder / one) == digest for one, digest in listed.items()}
    return Look(
        str(header["format"]),
        name,
        fine=(name, *(one for one, fine in same.items() if fine)),
        changed=tuple(one for one, fine in same.items() if not fine and one in there),
        missing=tuple(one for one in listed if one not in there),
        foreign=tuple(sorted(there - set(listed))),
    )


def entries(folder: Path) -> Iterator[str]:
    """What is in a folder and in those below, by names with slashes: files, links (not followed), and empty folders."""

    def fail(problem: OSError) -> None:
        raise problem

    for home, folders, files in os.walk(folder, onerror=fail):
        links = [name for name in folders if Path(home, name).is_symlink()]
        for name in (*files, *links):
            yield Path(home, name).relative_to(folder).as_posix()
        if not folders and not files and home != str(folder):
            yield f"{Path(home).relative_to(folder).as_posix()}/"


def opened(folder: Path, *formats: str, but: Callable[[str], bool] = lambda name: False) -> Header:
    """A folder's header, when every file stands as it was written (foreign ones beside them do no harm).

    Args:
        formats: what the folder may be; but: of a file's name, whether it does not matter.

    Raises:
        BundleError: it is another kind of folder, or a file is missing, torn or changed.
    """
    name, header = header_of(folder)
    if header["format"] not in formats:
        raise BundleError(f"{folder / name}: its format is {header['format']!r}, expected {formats[0]!r}")
    found = look(folder)
    for one in found.missing:
        if not but(one):
            raise BundleError(f"{folder / one}: torn: this file is missing; {_AGAIN}")
    for one in found.changed:
        if not but(one):
            raise BundleError(f"{folder / one}: torn, or changed since it was written; {_AGAIN}")
    return header


_AGAIN = "make it again, in a new folder (durand verify DIR tells of every file)"


def located(path: Path) -> Path:
    """The full path of a folder that is there, or could be made.

    Raises:
        BundleError: a file is in its place or above it, or a link that leads nowhere or in a circle.
    """
    with _told(path):
        target = path.resolve()
        for one in (path, *path.parents):
            if one.is_symlink() and not one.exists():
                raise BundleError(f"{path}: {one} is a link that leads nowhere, or in a circle; name a folder")
        above = next(one for one in (target, *target.parents) if one.exists())
        if not above.is_dir():
            raise BundleError(f"{path}: {'this' if above == target else above} is a file; name a folder")
    return target


def check_target(path: Path, *formats: str) -> Path:
    """The full path of a folder to write, if it may be: new, empty, or nothing but what durand wrote as one of `formats`.

    Raises:
        BundleError: anything else stands there.
    """
    target = located(path)
    restored(target)
    if target == Path.cwd() or target in Path.cwd().parents:
        raise BundleError(f"{path}: this is the current folder, or one above it; name a folder to be made")
    with _told(path):
        there = sorted(entries(target)) if target.exists() else []
    if there:
        _refuse_foreign(path, target, there, formats)
    return target


def _refuse_foreign(path: Path, target: Path, there: list[str], formats: tuple[str, ...]) -> None:
    try:
        found = look(target)
    except BundleError as problem:
        has = any(name in there for name in HEADERS)
        what = f"its header cannot be taken for one of durand's ({problem})" if has else "it has no manifest"
        raise BundleError(
            f"{path}: this folder is not empty and not durand's: it holds {_some(there)}, and {what}; "
            "name a new or an empty folder"
        ) from None
    if found.format not in formats:
        raise BundleError(f"{path}: another kind of folder stands there ({found.format}); name a new or an empty one")
    if found.foreign:
        raise BundleError(
            f"{path}: durand did not write all that is there, and would lose {_some(found.foreign)}; "
            "move it away, or name a new folder"
        )
    if found.changed:
        raise BundleError(
            f"{path}: {_some(found.changed)} changed since durand wrote it; move it away, or name a new folder"
        )


def written_whole(target: Path, write: Callable[[Path], None]) -> Path:
    """Let `write` fill and seal a temporary folder beside the target, then put it in its place: all of it or nothing."""
    with _told(target):
        target.parent.mkdir(parents=True, exist_ok=True)
    fresh, old = temporary_for(target), target.with_name(f".{target.name}.{os.getpid()}.old")
    shutil.rmtree(fresh, ignore_errors=True)
    try:
        fresh.mkdir()
        write(fresh)
        if target.exists():
            target.rename(old)
        fresh.rename(target)
        flush(target.parent)
    except BaseException:  # Ctrl-C too: what stood there before comes back
        if old.exists() and not target.exists():
            old.rename(target)
        raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        if target.exists():
            _cleared(old)
    return target


def _cleared(old: Path) -> None:
    """Remove what stood there before; what somebody put there at the last moment is kept."""
    if not old.exists():
        return
    there = list(entries(old))
    if there and (foreign := sorted(set(there) - {(named := header_of(old))[0], *named[1]["files"]})):
        raise BundleError(f"{old}: kept, since it holds {_some(foreign)}, which durand did not write")
    shutil.rmtree(old)


def seal(folder: Path, name: str, header: Mapping[str, Any]) -> None:
    """Write a folder's header, with the digest of every file in it; all of it is on the disk when this returns."""
    files = {one: _digest(folder / one, flush=True) for one in sorted(entries(folder))}
    _replace(folder / name, sealed({**header, "files": files}))
    for home, _, _ in os.walk(folder):
        flush(Path(home))


def saved(
    path: Path, form: str, fill: Callable[[Path], None], over: Iterable[str] = (), more: Mapping[str, Any] | None = None
) -> Path:
    """Write the folder of an analysis: what `fill` puts into it, and a manifest; an earlier one of its kind is replaced.

    Args:
        form: what kind it is, such as "durand regret 1"; over: other kinds that it may take the place of.
        more: what else the manifest is to say.

    Raises:
        BundleError: something else stands there.
    """

    def write(fresh: Path) -> None:
        fill(fresh)
        seal(fresh, "manifest.json", {"format": form, **(more or {}), "when": now(), **machine()})

    return written_whole(check_target(path, form, *over), write)


def renewed(
    folder: Path, own: Callable[[str], bool], fill: Callable[[Path], object], but: Callable[[str], bool] | None = None
) -> None:
    """Write the files of a folder anew of which `own` says, by their name, that `fill` makes them; all others stay, and have
    to be as they were written, but for those of which `but` says that it does not matter.

    The header says first what is to come, so that when this is broken off, the folder is told to be torn, and this mends it.

    Raises:
        BundleError: a file in the folder is not durand's, or one that stays was changed.
    """
    folder = folder.resolve()
    found = look(folder)
    if found.foreign:
        raise BundleError(f"{folder}: durand did not write all that is there: {_some(found.foreign)}; move it away")
    name, header = header_of(folder)
    opened(folder, header["format"], but=but or own)
    if _is_part(folder, name):
        raise BundleError(
            f"{folder}: this is part of the folder above it, which would no longer be whole; copy it first"
        )
    fresh = temporary_for(folder)
    try:
        fresh.mkdir()
        fill(fresh)
        made = {one: _digest(fresh / one, flush=True) for one in sorted(entries(fresh))}
        stay = {one: digest for one, digest in header["files"].items() if not own(one)}
        _replace(folder / name, sealed({**header, "files": stay | made}))
        for one in set(header["files"]) - set(stay) - set(made):
            (folder / one).unlink(missing_ok=True)
        for one in made:
            (folder / one).parent.mkdir(parents=True, exist_ok=True)
            (fresh / one).replace(folder / one)
        for home, _, _ in os.walk(folder):
            flush(Path(home))
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _is_part(folder: Path, header: str) -> bool:
    try:
        return f"{folder.name}/{header}" in header_of(folder.parent)[1]["files"]
    except BundleError:
        return False


def _digest(path: Path, flush: bool = False) -> str:
    """The digest of a plain file; nothing for a link, a pipe and the like."""
    if not stat.S_ISREG(path.lstat().st_mode):
        return ""
    if flush:
        with open(path, "r+b") as written:
            os.fsync(written.fileno())
    with open(path, "rb") as file:
        return file_digest(file, "sha256").hexdigest()


def _replace(path: Path, content: bytes) -> None:
    beside = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with open(beside, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def flush(folder: Path) -> None:
    """See to it that a rename in the folder outlasts a power cut; not every file system can."""
    with suppress(OSError):
        number = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(number)
        finally:
            os.close(number)


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """What the system refuses, said as a BundleError: no permission, links in a circle, a file for a folder."""
    try:
        yield
    except RuntimeError:  # `resolve`, of links in a circle
        raise BundleError(f"{path}: this is a link that leads in a circle; name a folder") from None
    except OSError as problem:
        raise BundleError(f"{problem.filename or path}: cannot be used: {problem.strerror or problem}") from None


def _some(names: Iterable[str]) -> str:
    """The first of some names, and how many more there are."""
    every = list(names)
    more = f" and {len(every) - _NAMED} more" if len(every) > _NAMED else ""
    return f"{', '.join(every[:_NAMED])}{more}"
