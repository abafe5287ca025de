"""The command `durand calibrate`: reads the line, calls the library, prints."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands.options import Json, Seed
from sim.ensemble.spec import LimitError, check

if TYPE_CHECKING:
    from sim.calibration.calibrate import Calibration
    from sim.record.mapping import SeriesMapping
    from sim.record.observations import Observation

Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Write what was found to this folder.")]
Workers = Annotated[int | None, typer.Option(metavar="N", help="Processes; changes no number. As many as processors.")]
Observations = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A CSV of your own figures, in place of the shipped ones, which are left out."),
]
Mapping = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="YAML: which observer each series in it is. See docs/validation.md."),
]
Events = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A CSV of events; the shipped one goes with the shipped figures only."),
]


def calibrate(
    out: Out = None,
    ship: Annotated[bool, typer.Option("--ship", help="Put the sets in place of those that runs draw from.")] = False,
    examine: Annotated[
        bool, typer.Option("--check", help="Only say whether the sets in place are this model's; exit 1 if not.")
    ] = False,
    until: Annotated[
        str | None,
        typer.Option(metavar="YYYY-MM", help="The last month of the record to aim at; its end if not given."),
    ] = None,
    observations: Observations = None,
    mapping: Mapping = None,
    events: Events = None,
    seed: Seed = 0,
    sets: Annotated[int, typer.Option(metavar="N", help="How many sets to accept: 50 to 2,000.")] = 300,
    effort: Annotated[
        float, typer.Option(metavar="X", help="Share of the full budget: 0.05 to 10. Less is quicker and rougher.")
    ] = 1.0,
    workers: Workers = None,
    as_json: Json = False,
) -> None:
    """Find parameter sets that tell the record from August 2021 up to a month, and nothing later (a few minutes)."""
    from sim.calibration.store import states
    from sim.calibration.text import show_calibration
    from sim.record.observations import DATA

    if examine:
        found = states(probe=True).values()
        print("\n".join(one.words for one in found))
        raise typer.Exit(1 if any(one.stale for one in found) else 0)
    _within("sets", sets, 50, 2_000)
    _within("effort", effort, 0.05, 10.0)
    how = _aims(until, observations, mapping, events, ship)
    how |= {"seed": check("seed", seed), "workers": processes(workers)}
    made = _calibrate(effort, sets, how, [DATA] if ship else [], out)
    if as_json:
        print(json.dumps(made, allow_nan=False))
    else:
        show_calibration(made)
        for folder in [*([DATA] if ship else []), *([out] if out else [])]:
            print(f"Written: {folder}")
        if not ship and out is None:
            print("Nothing was written; --out DIR keeps the sets, --ship puts them in place.")


def _aims(
    until: str | None, observations: Path | None, mapping: Path | None, events: Path | None, ship: bool
) -> dict[str, Any]:
    """The window and the targets that a calibration is asked for."""
    from sim.calibration.targets import targets
    from sim.parameters.posterior import AS_OF
    from sim.record.observations import RECORD, read_events, window

    if until is not None:
        month("--until", until)
    if ship and (observations is not None or (until or RECORD[1]) not in AS_OF):
        raise LimitError(f"--ship goes with the shipped figures as of {' or '.join(AS_OF)}")
    given, known = read(observations, mapping)
    happened = None if events is None else read_events(events)
    if given is None:
        last = window(until or RECORD[1])[1]
        return {"until": last, "targets": targets(until=last, events=happened)}
    last = window(until or last_month(given), "9999-12")[1]
    titles = {name: one.title for name, one in known.observers.items()}
    aims = targets(given, last, happened, titles)
    if not aims:
        raise LimitError(f"{observations}: no figure of a modelled observer to aim at from {RECORD[0]} to {last}")
    return {"until": last, "targets": aims, "mapped": known.observers}


def read(observations: Path | None, mapping: Path | None) -> tuple[tuple[Observation, ...] | None, SeriesMapping]:
    """A file of figures and what its series are; no figures where no file is named."""
    from sim.record.mapping import SeriesMapping, read_mapping
    from sim.record.observations import read_observations

    if mapping is not None and observations is None:
        raise LimitError("--mapping goes with --observations FILE: it says which observer each series in that file is")
    known = SeriesMapping() if mapping is None else read_mapping(mapping)
    return (None if observations is None else read_observations(observations, known.series)), known


def last_month(given: tuple[Observation, ...]) -> str:
    """The last month that a figure of a modelled observer covers; the record's end where there is none."""
    from sim.record.observations import RECORD

    return max((f"{one.end:%Y-%m}" for one in given if one.observer is not None), default=RECORD[1])


def _calibrate(effort: float, sets: int, how: dict[str, Any], shipped: list[Path], out: Path | None) -> dict[str, Any]:
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
        found: Calibration = find(scaled(FULL, effort), sets, say=say, progress=progress, **how)
    made: dict[str, Any] = {}
    for folder in shipped:
        made = save(found, folder)
    if out is not None:
        saved(out, FORMAT, lambda fresh: made.update(save(found, fresh)))
    return made or manifest(found, found.values)


def month(option: str, text: str) -> str:
    """A month as YYYY-MM.

    Raises:
        LimitError: it is none.
    """
    if not re.fullmatch(r"[0-9]{4}-(0[1-9]|1[0-2])", text):
        raise LimitError(f"{option} {text}: expected a month as YYYY-MM, such as 2022-12")
    return text


def processes(asked: int | None) -> int:
    """How many processes to use: as many as there are processors, eight at most, unless said otherwise."""
    return min(os.cpu_count() or 1, 8) if asked is None else check("workers", asked)


def _within(name: str, value: float, low: float, high: float) -> None:
    if not low <= value <= high:
        raise LimitError(f"{name} must be {low:g} to {high:g}; got {value:g}")
