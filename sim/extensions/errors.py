"""How what is wrong with an extension is said."""

from __future__ import annotations

from pathlib import Path

from sim.yamlfile import FileError

_LONGEST = 1_000  # letters of another's error that a message repeats


class ExtensionError(FileError):
    """An extension is not there or not right; says file, line, what is wrong, and what is allowed."""


def shown(file: str | Path) -> str:
    """A file as messages name it: from the current folder, where it is in there."""
    path = Path(file)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)


def first_line(problem: BaseException) -> str:
    """The first line of what an error says, cut; its class may be an extension's own, and its words fail in turn."""
    try:
        return next(filter(str.strip, str(problem)[:_LONGEST].splitlines()), "no message")
    except Exception as another:
        return f"no message, for that failed with {type(another).__name__}"
