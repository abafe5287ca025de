"""The commands `durand class ...`: read the line, call the library, print."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

classes = typer.Typer(no_args_is_help=True, help="Look after the file that classes and games are kept in.")


@classes.callback()
def _class() -> None:
    """Keeps `backup` a command of its own while it is the only one."""


@classes.command()
def backup(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="The classroom file.")],
    to: Annotated[Path, typer.Argument(metavar="TO", help="A new file, for the copy.")],
) -> None:
    """Copy the classroom file as it stands, also while classes run.

    To restore: end the dashboard, remove FILE-wal and FILE-shm, and put the copy in FILE's place.
    """
    from sim.ensemble.spec import LimitError
    from sim.teaching.classroom.file import ClassroomError, ClassroomFile

    try:
        print(f"Written: {ClassroomFile(file).backup(to)}")
    except ClassroomError as problem:
        path = getattr(problem, "path", None)  # a storage error names the file apart, since visitors are not told it
        raise LimitError(f"{path}: {problem}" if path else str(problem)) from None
