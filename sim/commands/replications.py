"""The command `durand replications`: read the line, call the library, print."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.commands.options import Json, Seed, Workers
from sim.ensemble.spec import DEFAULT_PARAMETERS


def replications(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A scenario's name, or the path of its file.")],
    other: Annotated[
        str | None, typer.Argument(metavar="[OTHER]", help="A second one, for the difference to it.")
    ] = None,
    metric: Annotated[
        list[str] | None,
        typer.Option(metavar="M", help="A metric; attacks, fatalities and sovereignty if not given. Repeatable."),
    ] = None,
    precision: Annotated[
        str | None,
        typer.Option(
            metavar="X", help="The 95 % interval wanted, ± X in the metric's unit, or ± a share of NAME's mean: 2%."
        ),
    ] = None,
    share_precision: Annotated[float, typer.Option(metavar="X", help="The same for shares of worlds, 0 to 1.")] = 0.05,
    worlds: Annotated[int, typer.Option(metavar="N", help="How many worlds to try with: 20 to 1,000,000.")] = 1000,
    months: Annotated[
        int | None, typer.Option(metavar="M", help="How many months; as the scenario says if not given.")
    ] = None,
    seed: Seed = 0,
    parameters: Annotated[
        str, typer.Option(metavar="SET", help="Where uncertain values come from, as for durand run.")
    ] = DEFAULT_PARAMETERS,
    workers: Workers = 1,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write table, pictures and a page here.")] = None,
    as_json: Json = False,
) -> None:
    """How many worlds are enough for a metric, and what the same random draws in two scenarios save."""
    from sim.experiment.replications.study import DEFAULT_METRICS
    from sim.experiment.replications.study import replications as replicate
    from sim.results.terminal import progress_bar

    if out is not None:
        from sim.experiment.replications.text import FORMAT
        from sim.results.folders import check_target

        check_target(out, FORMAT)  # before the work, not after it
    with progress_bar() as progress:
        found = replicate(
            name,
            other,
            metric or DEFAULT_METRICS,
            precision,
            share_precision,
            worlds,
            months,
            seed,
            parameters,
            workers=workers,
            progress=progress,
        )
    page = None if out is None else found.save(out)
    if as_json:
        print(json.dumps(found.as_json(), allow_nan=False))
    else:
        from rich.console import Console

        from sim.experiment.replications.text import EXPLAINED, PAIR_EXPLAINED, scope, tables

        console = Console()
        console.print(scope(found), highlight=False, markup=False)
        for table in tables(found):
            console.print()
            console.print(table)
        console.print()
        notes = [EXPLAINED, PAIR_EXPLAINED] if found.pairings else [EXPLAINED]
        for text in (*notes, *found.reading()):
            console.print(text, highlight=False, markup=False)
    if page is not None:
        print(f"Written: {page}", file=sys.stderr if as_json else sys.stdout)
