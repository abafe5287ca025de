"""How what is wrong with an extension is said."""

from __future__ import annotations

from pathlib import Path

from sim.yamlfile import FileError


class ExtensionError(FileError):
    """An extension is not there or not right; says file, line, what is wrong, and what is allowed."""


def shown(file: str | Path) -> str:
    """A file as messages name it: from the current folder, where it is in there."""
    path = Path(file)
    return str(path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path)
