"""The command `durand calibrate`: reads the line, calls the library, prints."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sim.commands.options import Json, Seed, as_typed
from sim.ensemble.spec import LimitError, check

if TYPE_CHECKING:
    from sim.calibration.own import Asked, Figures

Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Write what was found to this folder.")]
Kept = Annotated[
    Path | None, typer.Option(metavar="DIR", help="The folder to fill; stop it and run it again: it goes on.")
]
Workers = Annotated[int | None, typer.Option(metavar="N", help="Processes; changes no number. As many as processors.")]
Observations = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A CSV of your own figures or events, in place of the shipped ones."),
]
Mapping = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="YAML: what its rows and columns are, see docs/own-data.md; or a name: acled."),
]
Events = Annotated[
    Path | None,
    typer.Option(metavar="FILE", help="A CSV of events; the shipped one goes with the shipped figures only."),
]


def calibrate(
    out: Kept = None,
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
    targets: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="YAML: what to aim at in your own figures. See docs/own-data.md."),
    ] = None,
    events: Events = None,
    truth: Annotated[
        str | None,
        typer.Option(
            metavar="SCENARIO", help="Where the figures were made up: the values, to see whether they are found."
        ),
    ] = None,
    seed: Seed = 0,
    sets: Annotated[int, typer.Option(metavar="N", help="How many sets to accept: 50 to 2,000.")] = 300,
    effort: Annotated[
        float, typer.Option(metavar="X", help="Share of the full budget: 0.05 to 10. Less is quicker and rougher.")
    ] = 1.0,
    workers: Workers = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would take, and start nothing.")] = False,
    as_json: Json = False,
) -> None:
    """Find parameter sets that tell the record, or figures of your own, up to a month, and nothing later (minutes).

    Runs take them with --parameters DIR. Run again with the same DIR to go on.
    """
    from sim.calibration.store import states
    from sim.calibration.text import show_calibration
    from sim.record.observations import DATA

    if dry_run and as_json:
        raise LimitError("--dry-run prints lines; --json does not go with it")
    if examine:
        found = states().values()
        print("\n".join(one.words for one in found))
        raise typer.Exit(1 if any(one.stale for one in found) else 0)
    _within("sets", sets, 50, 2_000)
    _within("effort", effort, 0.05, 10.0)
    found_by: dict[str, Any] = {"seed": check("seed", seed), "workers": processes(workers)}
    one = _asked(until, observations, mapping, targets, events, ship)
    known = {} if truth is None else _known(truth)
    if dry_run:
        print("\n".join(_estimate(one, effort, found_by["workers"])))
        return
    made = _calibrate(one, effort, sets, found_by, known, [DATA] if ship else [], out)
    if as_json:
        print(json.dumps(made, allow_nan=False))
    else:
        show_calibration(made)
        for folder in [*([DATA] if ship else []), *([out] if out else [])]:
            print(f"Written: {folder}")
        if out is not None:
            print(f"Runs take these sets with: --parameters {shlex.quote(str(out))}")
        if not ship and out is None:
            print("Nothing was written; --out DIR keeps the sets, --ship puts them in place.")


def _asked(
    until: str | None,
    observations: Path | None,
    mapping: Path | None,
    targets: Path | None,
    events: Path | None,
    ship: bool,
) -> Asked:
    """The window and the targets that a calibration is asked for."""
    from sim.calibration.own import asked
    from sim.parameters.posterior import AS_OF
    from sim.record.observations import RECORD, read_events

    if until is not None:
        month("--until", until)
    if ship and (observations is not None or (until or RECORD[1]) not in AS_OF):
        raise LimitError(f"--ship goes with the shipped figures as of {' or '.join(AS_OF)}")
    for name, given in (("--mapping", mapping), ("--targets", targets)):
        if given is not None and observations is None:
            raise LimitError(f"{name} goes with --observations FILE: it says what that file's figures are for")
    if targets is not None and (until is not None or events is not None):
        raise LimitError("--targets says all that is aimed at; --until and --events do not go with it")
    one = asked(observations, mapping, targets, until, None if events is None else read_events(events))
    if one.figures is not None and one.figures.words:
        print(one.figures.words, file=sys.stderr)
    return one


def read(observations: Path | None, mapping: Path | None) -> Figures | None:
    """A file of figures and what they are; None where no file is named."""
    from sim.calibration.own import read_figures

    if mapping is not None and observations is None:
        raise LimitError("--mapping goes with --observations FILE: it says what that file's figures are")
    if observations is None:
        return None
    found = read_figures(observations, mapping)
    if found.words:
        print(found.words, file=sys.stderr)
    return found


def _known(truth: str) -> dict[str, float]:
    """The values that a scenario gives parameters."""
    from sim.record.simulated import uncertain
    from sim.scenario import load_scenario

    given, varied = load_scenario(truth).parameters, uncertain()
    known = {name: float(value) for name, value in given.items() if isinstance(value, int | float) and name in varied}
    if not known:
        raise LimitError(f"--truth {truth}: the scenario gives no uncertain parameter a value")
    return known


def _estimate(one: Asked, effort: float, workers: int) -> Iterator[str]:
    from sim.calibration.calibrate import FULL, scaled
    from sim.calibration.own import runs, seconds_for
    from sim.words.numbers import duration

    budget = scaled(FULL, effort)
    yield f"{len(one.targets)} targets from {one.since} to {one.until}:"
    for aim in one.targets:
        yield f"  {aim.name}: {aim.meaning}: {aim.observed:.4g}, give or take {aim.tolerance:.2g}"
    yield f"{len(budget)} waves, {runs(budget):,} worlds in all"
    hands = "one process" if workers == 1 else f"{workers} processes, each on a processor of its own"
    yield f"expected time: about {duration(seconds_for(one, budget, workers))} with {hands}, and some for the fits between"


def _calibrate(
    one: Asked,
    effort: float,
    sets: int,
    found_by: dict[str, Any],
    known: dict[str, float],
    shipped: list[Path],
    out: Path | None,
) -> dict[str, Any]:
    from sim.calibration.calibrate import FULL, calibrate, scaled
    from sim.calibration.folder import CalibrationInterrupted, calibrated
    from sim.calibration.recovery import recovered, recovery_words
    from sim.calibration.store import manifest, names_of, save
    from sim.results.terminal import progress_bar

    def say(text: str) -> None:
        print(text, file=sys.stderr)

    budget = scaled(FULL, effort)
    with progress_bar() as progress:
        how = {**found_by, "say": say, "progress": progress}
        if out is not None:
            try:
                command = as_typed()
                made = calibrated(one, out, budget, sets, known=known, command=command, **how)
            except CalibrationInterrupted as stop:
                say(
                    f"durand: stopped; {stop.worlds:,} of {stop.of:,} worlds are kept; run the same command again to go on"
                )
                raise typer.Exit(130) from None
            for folder, name in product(shipped, names_of(one.until)):
                shutil.copyfile(out / name, folder / name)
            return made
        try:
            found = calibrate(budget, sets, **one.how, **how)
        except KeyboardInterrupt:
            say("durand: stopped; nothing is kept (with --out DIR, the same command goes on)")
            raise typer.Exit(130) from None
    made = {}
    for folder in shipped:
        made = save(found, folder)
    if known:
        say(recovery_words(recovered(known, found.values, found.declared)))
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
