"""The command `durand search`: read the line, call the library, print."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands.options import Workers, as_typed
from sim.ensemble.spec import LimitError

if TYPE_CHECKING:
    from sim.search.optimise import Standing
    from sim.search.study import Estimate


def search(
    source: Annotated[
        str,
        typer.Argument(
            metavar="SEARCH", help="A search's file, its name in the library, or the folder of a finished one."
        ),
    ],
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Folder to fill, or to go on with.")] = None,
    workers: Workers = 1,
    pathways: Annotated[
        bool,
        typer.Option("--pathways", help="Of a finished search: until when courses meet its targets, and what then."),
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what it would take, and start nothing.")] = False,
) -> None:
    """Look for courses that do better by many measures over many futures. Run again with the same DIR to go on.

    Given the folder of a finished search instead of a file, print what it found.
    """
    from sim.search.found import Found
    from sim.search.pathways_text import paragraphs
    from sim.search.study import SearchInterrupted, estimate
    from sim.search.study import search as run_search

    if Path(source).is_dir():
        kept = Found.load(source).findings
        print("\n\n".join(paragraphs(kept)) if pathways else kept.text())
        if pathways:
            print(f"\nThe map: {Path(source, 'pictures', 'pathways.svg')}")
        return
    if pathways:
        raise LimitError("--pathways goes with the folder of a finished search")
    if dry_run:
        print(estimate_text(estimate(source, workers)))
        return
    if out is None:
        raise LimitError("--out DIR is needed: the folder to fill")
    try:
        found = run_search(source, out, workers, progress=_show, command=as_typed())
    except SearchInterrupted as stop:
        print(
            f"durand: stopped; {stop.generations} generations are kept; run the same command again to go on",
            file=sys.stderr,
        )
        raise typer.Exit(130) from None
    print(found.findings.text())
    print(
        f"\nWritten: {found.place}; its courses are scenarios: durand run {out}/courses/{found.members.index[0]}.yaml"
    )


def estimate_text(one: Estimate) -> str:
    """What a search will take, in lines."""
    from sim.words.numbers import duration

    hands = "one processor" if one.workers == 1 else f"{one.workers} processors"
    return (
        f"{one.variables} choices, {one.candidates:.1e} courses to choose from\n"
        f"at most {one.evaluations:,} courses x {one.worlds:,} futures, and fresh futures for those found: "
        f"{one.runs:,} runs of {one.months} months\n"
        f"expected time: at most about {duration(one.seconds)} with {hands}"
    )


def _show(one: Standing) -> None:
    print(
        f"generation {one.generation}: {one.evaluations:,} of {one.of:,} courses, {one.found} found, "
        f"hypervolume {one.hypervolume:.4f}, epsilon-progress {one.progress}",
        file=sys.stderr,
        flush=True,
    )
