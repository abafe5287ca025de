"""The commands `durand calibrate` and `durand backcast`: read the line, call the library, print."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Annotated

import typer

from sim.commands.options import Json, Seed
from sim.ensemble.spec import LimitError, check

Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Write what was found to this folder.")]
Workers = Annotated[int | None, typer.Option(metavar="N", help="Processes; changes no number. As many as processors.")]


def calibrate(
    out: Out = None,
    ship: Annotated[bool, typer.Option("--ship", help="Put the sets in place of those that runs draw from.")] = False,
    examine: Annotated[
        bool, typer.Option("--check", help="Only say whether the sets in place are this model's; exit 1 if not.")
    ] = False,
    seed: Seed = 0,
    sets: Annotated[int, typer.Option(metavar="N", help="How many sets to accept: 50 to 2,000.")] = 300,
    effort: Annotated[
        float, typer.Option(metavar="X", help="Share of the full budget: 0.05 to 10. Less is quicker and rougher.")
    ] = 1.0,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Find parameter sets that tell the record of August 2021 to December 2022 (a few minutes)."""
    from sim.calibration.observations import DATA
    from sim.calibration.store import state
    from sim.calibration.text import show_calibration

    if examine:
        found = state(probe=True)
        print(found.words)
        raise typer.Exit(1 if found.stale else 0)
    _within("sets", sets, 50, 2_000)
    _within("effort", effort, 0.05, 10.0)
    processes = _processes(workers)
    made = _calibrate(effort, sets, check("seed", seed), processes, [DATA] if ship else [], out)
    if as_json:
        print(json.dumps(made, allow_nan=False))
    else:
        show_calibration(made)
        for folder in [*([DATA] if ship else []), *([out] if out else [])]:
            print(f"Written: {folder}")
        if not ship and out is None:
            print("Nothing was written; --out DIR keeps the sets, --ship puts them in place.")


def _calibrate(
    effort: float, sets: int, seed: int, workers: int, shipped: list[Path], out: Path | None
) -> dict[str, object]:
    from sim.calibration.calibrate import FULL, scaled
    from sim.calibration.calibrate import calibrate as find
    from sim.calibration.store import FORMAT, manifest, save
    from sim.results.folders import check_target, saved
    from sim.results.terminal import progress_bar

    def say(text: str) -> None:
        print(text, file=sys.stderr)

    if out is not None:
        check_target(out, FORMAT)  # before the work, not after it
    with progress_bar() as progress:
        found = find(scaled(FULL, effort), sets, seed, workers=workers, say=say, progress=progress)
    made: dict[str, object] = {}
    for folder in shipped:
        made = save(found, folder)
    if out is not None:
        saved(out, FORMAT, lambda fresh: made.update(save(found, fresh)))
    return made or manifest(found, found.values)


def backcast(
    observations: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A CSV of observations; the shipped one if not given.")
    ] = None,
    first: Annotated[str, typer.Option("--from", metavar="YYYY-MM", help="First month to score.")] = "2021-08",
    last: Annotated[str, typer.Option("--to", metavar="YYYY-MM", help="Last month to score.")] = "2022-12",
    events: Annotated[
        Path | None, typer.Option(metavar="FILE", help="A CSV of events to mark; the shipped one if not given.")
    ] = None,
    scenario: Annotated[str, typer.Option(metavar="NAME", help="The scenario to hold against them.")] = "history",
    parameters: Annotated[str, typer.Option(metavar="SET", help="Where uncertain values come from.")] = "posterior",
    worlds: Annotated[int, typer.Option(metavar="N", help="How many worlds: 1 to 1,000,000.")] = 2000,
    seed: Seed = 0,
    workers: Workers = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Hold the history as modelled against what was counted, month by month."""
    from sim.calibration.backcast import backcast as cast_back
    from sim.calibration.observations import read_events, read_observations, shipped_events
    from sim.calibration.text import FORMAT, show_backcast, write_backcast
    from sim.results.folders import check_target
    from sim.scenario import load_scenario

    for name, month in (("--from", first), ("--to", last)):
        if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", month):
            raise LimitError(f"{name} {month}: expected a month as YYYY-MM, such as 2022-12")
    if out is not None:
        check_target(out, FORMAT)  # before the work, not after it
    given = None if observations is None else read_observations(observations)
    marked = shipped_events() if events is None else read_events(events)
    found = cast_back(
        given,
        first,
        last,
        scenario=load_scenario(scenario),
        parameters=parameters,
        worlds=check("worlds", worlds),
        seed=check("seed", seed),
        workers=_processes(workers),
    )
    page = None if out is None else write_backcast(found, out, marked)
    if as_json:
        print(json.dumps(found.as_json(), allow_nan=False))
    else:
        show_backcast(found)
    if page is not None:
        print(f"Written: {page}", file=sys.stderr if as_json else sys.stdout)


def _processes(asked: int | None) -> int:
    return min(os.cpu_count() or 1, 8) if asked is None else check("workers", asked)


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise LimitError(f"{name} must be {low:g} to {high:g}; got {value:g}")
