"""`--with EXTENSION` and `--engine ENGINE`, which every command takes, before its name or after it."""

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

Engine = Annotated[
    str,
    typer.Option(
        "--engine",
        metavar="ENGINE",
        help="What runs the months: numpy, the reference; compiled, the same rules as machine code; auto, compiled where it can "
        "be. They agree to nine digits, and results say which it was. With every command, before or after its name.",
    ),
]
# Options that stand before a command, and what each needs.
_FIRST = {"--with": "a Python file, or the name of an installed extension", "--engine": "auto, numpy or compiled"}


# What plans sweeps or reads them: its switches may leave out all but one of several rivals to a rule.
_RIVALS = ("sweep", "validate", "sensitivity", "discover", "regret", "verify")


def load_extensions(names: list[str] | None, command: str | None) -> None:
    """Load extensions, before anything else is done."""
    if names:
        from sim.extensions import load

        for name in names:
            load(name, rival=command in _RIVALS)


def everywhere_first(arguments: list[str] | None) -> list[str]:
    """The command line with these options at its start: what extensions add has to be there before all else."""
    left = list(sys.argv[1:] if arguments is None else arguments)
    end = left.index("--") if "--" in left else len(left)
    first: list[str] = []
    place = 0
    while place < end:
        option, equals, _ = left[place].partition("=")
        size = 0 if option not in _FIRST else 1 if equals else 2
        if size == 0:
            place += 1
            continue
        if place + size > end:
            raise LimitError(f"{option} needs {_FIRST[option]}")
        first += left[place : place + size]
        del left[place : place + size]
        end -= size
    return [*first, *left]
