"""`--with EXTENSION`, which every command takes, before its name or after it."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sim.ensemble.spec import LimitError

With = Annotated[
    list[str] | None,
    typer.Option(
        "--with",
        metavar="EXTENSION",
        help="Add what a Python file declares, or an installed extension of this name; with every command, before or "
        "after its name. Repeatable.",
    ),
]


def load_extensions(names: list[str] | None) -> None:
    """Load extensions, before anything else is done."""
    if names:
        from sim.extensions import load

        for name in names:
            load(name)


def with_first(arguments: list[str] | None) -> list[str]:
    """The command line with every `--with EXTENSION` at its start: what extensions add has to be there before all else."""
    left = list(sys.argv[1:] if arguments is None else arguments)
    end = left.index("--") if "--" in left else len(left)
    first: list[str] = []
    place = 0
    while place < end:
        size = 2 if left[place] == "--with" else 1 if left[place].startswith("--with=") else 0
        if size == 0:
            place += 1
            continue
        if place + size > end:
            raise LimitError("--with needs a Python file, or the name of an installed extension")
        first += left[place : place + size]
        del left[place : place + size]
        end -= size
    return [*first, *left]
