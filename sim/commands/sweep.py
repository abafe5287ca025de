"""The command `durand sweep`: read the line, call the library, print."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sim.commands.options import Workers, as_typed
from sim.ensemble.spec import LimitError


def sweep(
    experiment: Annotated[
        str | None, typer.Argument(metavar="EXPERIMENT", help="An experiment's file, or its name in the library.")
    ] = None,
    out: Annotated[str | None, typer.Option(metavar="DIR", help="Folder to fill, or a URL that fsspec knows.")] = None,
    workers: Workers = 1,
    dask: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="A Dask cluster's scheduler, tcp://...; needs the cluster extra."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would take, and start nothing.")] = False,
    reuse: Annotated[
        list[str] | None, typer.Option(metavar="DIR", help="Take over what another sweep has in common. Repeatable.")
    ] = None,
    chunk: Annotated[int | None, typer.Option(metavar="N", help="Worlds at a time; changes no number.")] = None,
    compact: Annotated[
        str | None,
        typer.Option(metavar="DIR", help="Join the many parts of a sweep into few; nothing is run."),
    ] = None,
) -> None:
    """Run an experiment: many points, each in some worlds. Run again with the same DIR to go on."""
    from sim.commands import sweep_tables
    from sim.experiment.sweep import Standing, SweepInterrupted, estimate
    from sim.experiment.sweep import sweep as run_sweep

    if compact is not None:
        from sim.experiment.compact import compact as join_parts

        if experiment is not None or out is not None:
            raise LimitError("--compact DIR goes by itself: it asks for no EXPERIMENT and no --out")
        before, after = join_parts(compact)
        print(f"{compact}: {before:,} parts are now {after:,}, with the same rows")
        return
    if experiment is None:
        raise LimitError("EXPERIMENT is needed: a file, or a name in the library")
    if dask is not None and workers != 1:
        raise LimitError("--workers are of this machine, --dask brings its own; give one of the two")
    if dry_run:
        print("\n".join(sweep_tables.estimate_lines(estimate(experiment, workers, dask, chunk=chunk))))
        return
    if out is None:
        raise LimitError("--out DIR is needed: the folder to fill")
    fresh = 0  # runs done in this sitting

    def shown(one: Standing) -> None:
        nonlocal fresh
        fresh = one.fresh
        progress(one)

    try:
        with sweep_tables.standing_shown() as progress:
            done = run_sweep(
                experiment,
                out,
                workers,
                dask,
                chunk=chunk,
                reuse=reuse or (),
                progress=shown,
                command=as_typed(),
            )
    except SweepInterrupted as stop:
        kept = f"{stop.standing.done:,} of {stop.standing.runs:,} runs are kept"
        print(f"durand: stopped; {kept}; run the same command again to go on", file=sys.stderr)
        raise typer.Exit(130) from None
    print("\n".join(sweep_tables.result_lines(done, fresh)))
    if done.failures:
        print("durand: " + "\n".join(sweep_tables.failure_lines(done)), file=sys.stderr)
        raise typer.Exit(1)
