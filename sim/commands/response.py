"""The command `durand response`: read the line, call the library, print."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.commands.options import Json, Seed, Workers, as_typed
from sim.ensemble.spec import DEFAULT_PARAMETERS


def response(
    sets: Annotated[
        int, typer.Option(metavar="N", help="Accepted parameter sets over which courses are compared: 2 or more.")
    ] = 120,
    replications: Annotated[
        int,
        typer.Option("--worlds", "--replications", metavar="N", help="Worlds of each course in each set: 2 or more."),
    ] = 16,
    lever_worlds: Annotated[
        int, typer.Option(metavar="N", help="Worlds of each lever at nothing and at full strength: 2 or more.")
    ] = 300,
    seed: Seed = 0,
    course: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="A course to compare, by name or path; those of the library that differ in Pakistan's course alone if not "
            "given. Repeatable.",
        ),
    ] = None,
    parameters: Annotated[
        str,
        typer.Option(metavar="SET", help="The accepted sets: posterior, posterior:2022-12, or a folder of your own."),
    ] = DEFAULT_PARAMETERS,
    workers: Workers = 1,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write numbers, pictures and a page here.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Show every metric, not the short list.")] = False,
    as_json: Json = False,
) -> None:
    """What levers move, how far apart courses are and which is best in how many accepted sets, and what the spread of worlds
    comes of."""
    from sim.experiment.response.study import response as study
    from sim.results.terminal import progress_bar

    if out is not None:
        from sim.experiment.response.page import FORMAT
        from sim.results.folders import check_target

        check_target(out, FORMAT)  # before the work, not after it
    with progress_bar() as progress:
        found = study(
            sets,
            replications,
            lever_worlds,
            seed,
            names=course or (),
            parameters=parameters,
            workers=workers,
            progress=progress,
            command=as_typed(),
        )
    page = None if out is None else found.save(out)
    if as_json:
        print(json.dumps(found.as_json(), allow_nan=False))
    else:
        from rich.console import Console

        from sim.experiment.response.text import tables

        console = Console()
        for table in tables(found, every):
            console.print(table)
            console.print()
        for paragraph in found.reading():
            console.print(paragraph, highlight=False, markup=False)
    if page is not None:
        print(f"Written: {page}", file=sys.stderr if as_json else sys.stdout)
