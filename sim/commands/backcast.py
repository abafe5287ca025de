"""The command `durand backcast`: reads the line, calls the library, prints."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands.calibrate import Events, Mapping, Observations, Out, Workers, month, processes, read
from sim.commands.options import Json, Seed, Told
from sim.ensemble.spec import LimitError, check

if TYPE_CHECKING:
    from sim.record.observations import Observation


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
        typer.Option(metavar="SET", help="Where uncertain values come from, as for durand run."),
    ] = "posterior",
    told: Told = None,
    worlds: Annotated[int, typer.Option(metavar="N", help="How many worlds: 1 to 1,000,000.")] = 2000,
    seed: Seed = 0,
    workers: Workers = None,
    origins: Annotated[
        bool,
        typer.Option(
            "--origins", help="Tell the record to June 2022, December 2022 and June 2023, and score what came after."
        ),
    ] = False,
    structures: Annotated[
        bool, typer.Option("--structures", help="Score the model with its feedback loops off beside it.")
    ] = False,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Hold the history as modelled against what was counted, month by month."""
    for name, asked in (("--from", first), ("--to", last)):
        if asked is not None:
            month(name, asked)
    how: dict[str, Any] = {
        "worlds": check("worlds", worlds),
        "seed": check("seed", seed),
        "workers": processes(workers),
    }
    if origins:
        if any(one is not None for one in (observations, first, last, told, out)):
            raise LimitError(
                "--origins scores the shipped figures after origins of its own; it goes with none of these"
            )
        _origins(how, structures, as_json)
        return
    figures = read(observations, mapping)
    how |= {"parameters": parameters, "with_record": with_record, "told": told, "first": first, "last": last}
    how |= {"mapped": figures.mapping.observers} if figures else {}
    _backcast(figures.observations if figures else None, scenario, how, structures, events, out, as_json)


def _backcast(
    given: tuple[Observation, ...] | None,
    scenario: str,
    how: dict[str, Any],
    structures: bool,
    events: Path | None,
    out: Path | None,
    as_json: bool,
) -> None:
    from sim.calibration.backcast import backcast as cast_back
    from sim.calibration.origins import loops
    from sim.calibration.text import FORMAT, NO_LOOPS, show_backcast, write_backcast
    from sim.record.observations import read_events, shipped_events
    from sim.results.folders import check_target
    from sim.scenario import load_scenario

    if out is not None:
        check_target(out, FORMAT)  # before the work, not after it
    marked = (
        (shipped_events() if given is None or how["with_record"] else ()) if events is None else read_events(events)
    )
    plan = load_scenario(scenario)
    found = cast_back(given, scenario=plan, **how)
    off = loops() if structures else ()
    beside = cast_back(given, scenario=plan, off=off, **how) if off else None
    page = None if out is None else write_backcast(found, out, marked, beside)
    if as_json:
        more = {"loops_off": beside.as_json() if beside else None} if structures else {}
        print(json.dumps({**found.as_json(), **more}, allow_nan=False))
    else:
        show_backcast(found, beside)
        if structures and beside is None:
            print(NO_LOOPS)
    if page is not None:
        print(f"Written: {page}", file=sys.stderr if as_json else sys.stdout)


def _origins(how: dict[str, Any], structures: bool, as_json: bool) -> None:
    from sim.calibration.origins import loops, rolling
    from sim.calibration.text import NO_LOOPS, show_rolling

    off = loops() if structures else ()
    found = rolling(**how)
    beside = rolling(off=off, **how) if off else None
    if as_json:
        more = {"loops_off": beside.as_json() if beside else None} if structures else {}
        print(json.dumps({**found.as_json(), **more}, allow_nan=False))
        return
    show_rolling(found, beside)
    if structures and beside is None:
        print(NO_LOOPS)
