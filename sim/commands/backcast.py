"""The command `durand backcast`: reads the line, calls the library, prints."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from sim.commands.calibrate import Events, Mapping, Observations, Out, Workers, month, processes, read
from sim.commands.options import Json, Seed, Told
from sim.ensemble.spec import check


def backcast(
    observations: Observations = None,
    mapping: Mapping = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="YYYY-MM", help="First month to score; 2021-08 if not given.")
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="YYYY-MM", help="Last month to score; that of the figures if not given."),
    ] = None,
    with_record: Annotated[
        bool, typer.Option("--with-record", help="Let rivals and pictures know the shipped figures beside your own.")
    ] = False,
    events: Events = None,
    scenario: Annotated[str, typer.Option(metavar="NAME", help="The scenario to hold against them.")] = "history",
    parameters: Annotated[
        str,
        typer.Option(metavar="SET", help="Where uncertain values come from, posterior:2022-12 for sets as of a month."),
    ] = "posterior",
    told: Told = None,
    worlds: Annotated[int, typer.Option(metavar="N", help="How many worlds: 1 to 1,000,000.")] = 2000,
    seed: Seed = 0,
    workers: Workers = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Hold the history as modelled against what was counted, month by month."""
    from sim.calibration.backcast import backcast as cast_back
    from sim.calibration.text import FORMAT, show_backcast, write_backcast
    from sim.record.observations import read_events, shipped_events
    from sim.results.folders import check_target
    from sim.scenario import load_scenario

    for name, asked in (("--from", first), ("--to", last)):
        if asked is not None:
            month(name, asked)
    if out is not None:
        check_target(out, FORMAT)  # before the work, not after it
    given, known = read(observations, mapping)
    marked = (shipped_events() if given is None or with_record else ()) if events is None else read_events(events)
    found = cast_back(
        given,
        first,
        last,
        scenario=load_scenario(scenario),
        parameters=parameters,
        mapped=known.observers,
        with_record=with_record,
        told=told,
        worlds=check("worlds", worlds),
        seed=check("seed", seed),
        workers=processes(workers),
    )
    page = None if out is None else write_backcast(found, out, marked)
    if as_json:
        print(json.dumps(found.as_json(), allow_nan=False))
    else:
        show_backcast(found)
    if page is not None:
        print(f"Written: {page}", file=sys.stderr if as_json else sys.stdout)
