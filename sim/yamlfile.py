"""The one way this project reads YAML: parameters, evidence, scenarios, policies, experiments, exercises.

Two steps. :func:`read` turns a file, or a text with a name, into plain data and remembers the line of everything in it.
:func:`validate` turns that data into a pydantic model. Whatever is wrong is said as `file:line: what is wrong: the
value; what is allowed`, several problems on a line each, in one :class:`FileError`.

YAML here is a plain subset, so that a file means what it looks like:

- only `true` and `false` are booleans; `yes`, `no`, `on` and `off` are text;
- dates (2021-08, 2021-08-15), times and figures with a leading zero (002, 0x1F, 1_000) are text; `1e3` is a number;
- keys are text, each given once; a year as a key has to be quoted;
- no anchors and aliases, no tags, one document to a file, no infinity or NaN;
- at most 20 levels deep, and at most 20,000 keys and values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from io import BufferedReader
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError

from sim.words.problems import (
    ChoiceError,
    Place,
    PlacedError,
    dotted,
    explain,
    found,
    problem_lines,
    short,
    suggestion,
    wrong_kind,
)

__all__ = [
    "DEPTH",
    "DIALECT",
    "ENTRIES",
    "LIMIT",
    "ChoiceError",
    "Document",
    "FileError",
    "Place",
    "PlacedError",
    "Problem",
    "Source",
]
__all__ += ["dotted", "dump", "found", "json_schema", "read", "short", "suggestion", "validate"]

# In what JSON Schemas are written.
DIALECT = "https://json-schema.org/draft/2020-12/schema"
# What one file may hold: bytes, levels, and keys and values in all. Whatever is worked out from a file is bounded by these.
LIMIT = 256 * 1024
DEPTH = 20
ENTRIES = 20_000
LONGEST_NAME = 1_000  # letters of a file's name that a message repeats

Source = str | Path | tuple[str, str]
Problem = tuple[Place, str | Callable[[], str]]

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_WHOLE = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_NUMBER = re.compile(r"[-+]?((0|[1-9][0-9]*)(\.[0-9]*)?|\.[0-9]+)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.inf|\.nan", re.IGNORECASE)
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "Null": None, "NULL": None}
_WORDS |= {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}


class FileError(ValueError):
    """What is wrong with a file: one `file:line: problem: value; what is allowed` per line.

    Attributes:
        problems: those lines, one by one.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Document:
    """A file as plain data, with the line of each part of it.

    Attributes:
        data: dict, list, str, int, float, bool and None, nested; a dict at the top.
        name: the file's name, as messages show it.
        error: the class of error to raise about it.
        lines: the line of each key and list item, by its path; see :meth:`line`.
    """

    data: dict[str, Any]
    name: str
    error: type[FileError] = FileError
    lines: dict[Place, int] = field(default_factory=dict, repr=False)

    def line(self, path: Place) -> int:
        """Line (from 1) of the key or list item at `path`, or of the nearest thing around it that the file has."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)

    def where(self, path: Place) -> str:
        """The file and the line of the part at `path`, as messages begin."""
        return f"{self.name}:{self.line(path)}"

    def problem(self, path: Place, text: str) -> FileError:
        """The error to raise about the part at `path`."""
        return self.error(f"{self.where(path)}: {text}")

    def check(self, problems: Iterable[Problem]) -> None:
        """Raise the error about these problems, if there are any; a text that costs something is given by a function."""

        def words(place: Place, text: str | Callable[[], str]) -> str:
            return f"{self.where(place)}: {text if isinstance(text, str) else text()}"

        if lines := problem_lines((partial(words, *one) for one in problems), f"{self.name}:1"):
            raise self.error(*lines)


def read(source: Source, limit: int = LIMIT, error: type[FileError] = FileError) -> Document:
    """Read a YAML file, or a text given as (name, text).

    Args:
        source: the path; or a pair of a name for messages and the text itself.
        limit: the largest size accepted, in bytes.
        error: class of the error to raise, here and in :func:`validate`.

    Raises:
        FileError: the file is missing, not a file, empty, too large, not UTF-8, not YAML, or outside the subset above.
    """
    match source:
        case (str(name), str(text)):
            raw = text.encode("utf-8", "surrogatepass")
        case str() | Path():
            name, raw = str(source), bytes_of(source, limit, error)
        case _:  # a number would be taken for an open file's, and that file be closed
            raise error(wrong_kind("file", source, "a path, or a pair of a name and a text"))
    if len(raw) > limit:
        raise error(f"{name}:1: the file is too large; at most {limit // 1024} KiB are allowed")
    text = _text(raw, name, error)
    return _Builder(name, error).document(text)


def bytes_of(path: str | Path, limit: int, error: type[Exception], kind: str = "YAML") -> bytes:
    """What stands in a file, and no more than one byte beyond the limit; `kind` of file is said where it is none."""
    with open_file(path, error, kind) as file:
        try:
            return file.read(limit + 1)
        except OSError as problem:
            raise error(_unreadable(path, problem)) from None


def open_file(path: str | Path, error: type[Exception], kind: str = "YAML") -> BufferedReader:
    """A file of somebody's, to be read; nothing that could keep a reader waiting."""
    try:
        # Opening a pipe with a name waits for a writer, who may never come; one that a shell gives (`<(...)`) has its writer.
        if not Path(path).is_fifo() or str(path).startswith("/dev/fd/"):
            return open(path, "rb")
    except FileNotFoundError:
        raise error(f"{path}: there is no such file") from None
    except IsADirectoryError:
        raise error(f"{path}: this is a folder; the name of a {kind} file is needed") from None
    except (OSError, ValueError) as problem:
        raise error(_unreadable(path, problem)) from None
    raise error(f"{path}: this is a pipe; the name of a {kind} file is needed")


def _unreadable(path: str | Path, problem: Exception) -> str:
    reason = getattr(problem, "strerror", None) or problem
    name = str(path) if len(str(path)) <= LONGEST_NAME else short(str(path))
    return f"{name!r}: the file cannot be read: {reason}"


def _text(raw: bytes, name: str, error: type[FileError]) -> str:
    raw = raw.removeprefix(b"\xef\xbb\xbf")
    if b"\0" in raw:
        line = raw[: raw.index(b"\0")].count(b"\n") + 1
        raise error(
            f"{name}:{line}: this is a binary file (a NUL byte at {raw.index(0)}); YAML text in UTF-8 is needed"
        )
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        found = f"byte 0x{raw[problem.start]:02x} at offset {problem.start}"
        raise error(f"{name}:{line}: the text is not UTF-8: {found}; save the file as UTF-8") from None


class _Builder:
    """Builds a Document from the parser's events, in one pass."""

    def __init__(self, name: str, error: type[FileError]) -> None:
        self.name, self.error = name, error
        self.lines: dict[Place, int] = {}
        self.left = ENTRIES

    def document(self, text: str) -> Document:
        events: Iterator[Any] = iter(yaml.parse(text, Loader=_Loader))
        try:
            next(events)
            if isinstance(next(events), yaml.StreamEndEvent):
                raise self.error(f"{self.name}:1: the file is empty; keys and values are needed")
            data = self.value(next(events), events, ())
            next(events)
            after = next(events)
        except yaml.YAMLError as problem:
            raise self.error(_yaml_problem(self.name, text, problem)) from None
        if not isinstance(after, yaml.StreamEndEvent):
            raise self.wrong(after, "a second document starts here ('---'); one to a file is allowed")
        if data is None:
            raise self.error(f"{self.name}:1: the file is empty; keys and values are needed")
        if not isinstance(data, dict):
            raise self.error(f"{self.name}:1: expected keys with values at the top, found {found(data)}")
        return Document(data, self.name, self.error, self.lines)

    def wrong(self, event: Any, text: str) -> FileError:
        return self.error(f"{self.name}:{_line(event)}: {text}")

    def value(self, event: Any, events: Iterator[Any], path: Place) -> Any:
        self.left -= 1
        if self.left < 0:
            raise self.wrong(event, f"the file holds too much; {ENTRIES:,} keys and values are allowed")
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None:
            sign = "*" if isinstance(event, yaml.AliasEvent) else "&"
            raise self.wrong(
                event, f"anchors and aliases are not allowed: {sign}{short(event.anchor)}; write the value out"
            )
        if event.tag is not None:
            raise self.wrong(
                event, f"tags are not allowed: {short(event.tag)}; write a plain value, in quotes if it is text"
            )
        if isinstance(event, yaml.ScalarEvent):
            return self.scalar(event)
        if len(path) >= DEPTH:
            raise self.wrong(event, f"the file is nested too deeply; {DEPTH} levels are allowed")
        if isinstance(event, yaml.SequenceStartEvent):
            return self.sequence(events, path)
        return self.mapping(events, path)

    def sequence(self, events: Iterator[Any], path: Place) -> list[Any]:
        out: list[Any] = []
        event: Any
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            here = (*path, len(out))
            self.lines[here] = _line(event)
            out.append(self.value(event, events, here))
        return out

    def mapping(self, events: Iterator[Any], path: Place) -> dict[str, Any]:
        out: dict[str, Any] = {}
        event: Any
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            if not isinstance(event, (yaml.ScalarEvent, yaml.AliasEvent)):
                raise self.wrong(event, "a list or a block stands where a key should; keys are text")
            key = self.value(event, events, path)
            if not isinstance(key, str):
                shown = getattr(event, "value", "")
                shown = short(shown)
                raise self.wrong(event, f'keys are text: {shown or "nothing"}; put it in quotes: "{shown}"')
            here = (*path, key)
            if key in out:
                raise self.wrong(
                    event, f"key given twice: {short(key)}; first on line {self.lines[here]}, once is allowed"
                )
            self.lines[here] = _line(event)
            out[key] = self.value(next(events), events, here)
        return out

    def scalar(self, event: Any) -> str | int | float | bool | None:
        text: str = event.value
        if not event.implicit[0]:  # in quotes, or a block of text
            if "\0" in text:
                raise self.wrong(event, f"a NUL character stands in the text: {found(text)}; take it out")
            return text
        try:
            return _plain(text)
        except ValueError as problem:
            raise self.wrong(event, str(problem)) from None


def _plain(text: str) -> str | int | float | bool | None:
    """What an unquoted text means."""
    if text in _WORDS:
        return _WORDS[text]
    if _NOT_FINITE.fullmatch(text):
        raise ValueError(f"not a finite number: {text}; a finite number is needed")
    if _WHOLE.fullmatch(text):
        if len(text) > 20 or not -(2**63) <= int(text) < 2**63:
            raise ValueError(f"the number is too large: {text[:30]}; at most 9223372036854775807 is allowed")
        return int(text)
    if _NUMBER.fullmatch(text):
        number = float(text)
        if number in (float("inf"), float("-inf")):
            raise ValueError(f"the number is too large: {text[:30]}; at most about 1e308 is allowed")
        return number
    return text


class _Dumper(getattr(yaml, "CSafeDumper", yaml.SafeDumper)):  # type: ignore[misc]
    def ignore_aliases(self, data: object) -> bool:
        return True


def _quoted_if_needed(dumper: Any, text: str) -> Any:
    try:
        plain = isinstance(_plain(text), str)
    except ValueError:
        plain = False
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=None if plain else "'")


_Dumper.add_representer(str, _quoted_if_needed)


def dump(data: dict[str, Any]) -> str:
    """Plain data as a text that :func:`read` gives back as it was."""
    text: str = yaml.dump(data, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1


def _yaml_problem(name: str, text: str, problem: yaml.YAMLError) -> str:
    mark = getattr(problem, "problem_mark", None) or getattr(problem, "context_mark", None)
    if mark is not None:
        words = ", ".join(
            part for part in (getattr(problem, "context", None), getattr(problem, "problem", None)) if part
        )
        return f"{name}:{mark.line + 1}: not valid YAML: {words}"
    # A character that YAML forbids: the parser tells the place as a count of bytes.
    before = text.encode()[: getattr(problem, "position", 0)]
    line = before.count(b"\n") + 1
    return f"{name}:{line}: not valid YAML: {getattr(problem, 'reason', problem)}"


Model = TypeVar("Model", bound=BaseModel)


def validate(document: Document, model: type[Model], path: Place = ()) -> Model:
    """The part of a document at `path` as an instance of a pydantic model.

    A validator that raises `ValueError("is wrong somehow; allowed: this")` is quoted, with the value put in between. To
    point at a part of the value, it raises :class:`PlacedError`.

    Raises:
        FileError: all that does not fit, each problem with its file, line, value and what is allowed.
    """
    data: Any = document.data
    for part in path:
        data = data[part]
    try:
        return model.model_validate(data)
    except ValidationError as errors:

        def words(error: Any) -> str:
            place, text = explain(error, data, model)
            return f"{document.where((*path, *place))}: {text}"

        every = errors.errors(include_url=False)
        within = {one["loc"][:depth] for one in every for depth in range(len(one["loc"]))}
        # A list is not too short for entries that are wrong: these are what is to be told.
        found = (partial(words, one) for one in every if one["type"] != "too_short" or one["loc"] not in within)
        raise document.error(*problem_lines(found, f"{document.name}:1")) from None


def json_schema(model: type[BaseModel]) -> dict[str, Any]:
    """JSON Schema of a kind of file, for editors."""
    return {"$schema": DIALECT, **model.model_json_schema()}
