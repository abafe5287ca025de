"""The command `durand sensitivity`: read the line, call the library, print."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.commands.options import Json
from sim.ensemble.spec import LimitError

SHOWN = 8


def sensitivity(
    folder: Annotated[str, typer.Argument(metavar="DIR", help="A finished sweep's folder, or its URL.")],
    metric: Annotated[
        list[str] | None,
        typer.Option(
            metavar="M",
            help="A metric that the sweep kept, a figure such as p90(attacks) or chance(fatalities > 4000), or an outcome that "
            "the experiment names; those outcomes, or else all metrics, if not given. Repeatable.",
        ),
    ] = None,
    versus: Annotated[
        str | None,
        typer.Option(metavar="SCENARIO", help="Analyse the difference to this scenario, random draws being the same."),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(
            metavar="M", help="pawn or delta, of the points as they are, whatever the design; else the design's own."
        ),
    ] = None,
    factor: Annotated[
        list[str] | None,
        typer.Option(metavar="F", help="With pawn or delta: this factor; all if not given. Repeatable."),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Write tables, pictures and a page here.")] = None,
    every: Annotated[bool, typer.Option("--all", help=f"Show every factor, not the first {SHOWN}.")] = False,
    as_json: Json = False,
) -> None:
    """What the outcomes of a sweep hang on: Sobol indices, Morris screening, PAWN or delta, by scenario."""
    from sim.experiment.outcome import Sweep
    from sim.experiment.sensitivity.sample import METHODS
    from sim.experiment.sensitivity.study import sensitivity as analyse

    if out is not None:
        from sim.experiment.sensitivity.page import FORMAT
        from sim.results.folders import check_target

        check_target(out, FORMAT)  # before the work, not after it
    if method not in (None, *METHODS):
        raise LimitError(f"--method must be one of {', '.join(METHODS)}; got {method}")
    found = analyse(Sweep.load(folder), metric, versus=versus, method=method, factors=factor or ())
    page = None if out is None else found.save(out)
    if as_json:
        print(json.dumps(found.as_json(), allow_nan=False))
    else:
        from rich.console import Console

        from sim.experiment.sensitivity.text import EXPLAINED, lines, table_of
        from sim.words.sentences import NOT_A_FORECAST

        console = Console()
        console.print(f"[bold]{found.title}[/bold]", highlight=False)
        console.print(EXPLAINED[found.method], highlight=False)
        for study in found.studies:
            console.print()
            if study.indices is not None:
                console.print(table_of(found, study, None if every else SHOWN))
            console.print(lines(found, study, min(console.width, 110)), highlight=False, markup=False, soft_wrap=True)
        console.print()
        console.print(NOT_A_FORECAST)
    if page is not None:
        print(f"Written: {page}", file=sys.stderr if as_json else sys.stdout)
