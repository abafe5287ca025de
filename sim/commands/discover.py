"""The commands `durand discover` and `durand regret`: read the line, call the library, print and write."""

from __future__ import annotations

import json
import shutil
import sys
import textwrap
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, cast

import typer

from sim.commands.options import Json
from sim.ensemble.spec import LimitError

if TYPE_CHECKING:
    import pandas as pd

    from sim.plots.gallery import Picture

FORMATS = {"discovery": "durand discovery 1", "regret": "durand regret 1"}
Folder = Annotated[str, typer.Argument(metavar="DIR", help="A sweep's folder.")]
Out = Annotated[Path | None, typer.Option(metavar="DIR", help="Write tables and pictures to this folder.")]


def discover(
    folder: Folder,
    where: Annotated[
        str,
        typer.Option(
            metavar="CONDITION",
            help='What to look for, such as "sovereignty < 0.5" or "attacks[confront] < attacks[appease]".',
        ),
    ],
    scenario: Annotated[str | None, typer.Option(metavar="S", help="The points of this scenario alone.")] = None,
    method: Annotated[str, typer.Option(metavar="M", help="prim (boxes) or cart (the leaves of a tree).")] = "prim",
    density: Annotated[
        float | None, typer.Option(metavar="X", help="Density asked of a box, 0 to 1; 0.8 or more if not given.")
    ] = None,
    smallest: Annotated[float, typer.Option(metavar="X", help="Share of rows in a box at least: 0.01 to 0.5.")] = 0.05,
    most: Annotated[int, typer.Option(metavar="N", help="Levers and uncertainties to search: 1 to 50.")] = 15,
    boxes: Annotated[
        int, typer.Option(metavar="N", help="Boxes of PRIM at most, each in what those before it leave: 1 to 10.")
    ] = 1,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """In which futures a condition holds, as a box of levers and uncertainties."""
    from sim.experiment.outcome import Sweep

    if out is not None:
        from sim.results.folders import check_target

        check_target(out, FORMATS["discovery"])  # before the work, not after it
    chosen = cast(Literal["prim", "cart"], method)
    found = Sweep.load(folder).discover(
        where, scenario, chosen, density=density, smallest=smallest, most=most, boxes=boxes
    )
    told = found.as_json()
    print(json.dumps(told, allow_nan=False) if as_json else filled(found.text()))
    if out is not None:
        tables = {"boxes": found.table(), "trajectory": found.trajectory()}
        write(out, "discovery", told, found.text(), tables, found.pictures())
        print(f"Written: {out}", file=sys.stderr if as_json else sys.stdout)


def regret(
    folder: Folder,
    metric: Annotated[
        list[str] | None,
        typer.Option(metavar="M", help="A metric that was kept. Repeatable; else all with a better end."),
    ] = None,
    better: Annotated[
        list[str] | None,
        typer.Option(metavar="M=END", help="Which end of a metric is better: attacks=less, or =more. Repeatable."),
    ] = None,
    satisfy: Annotated[
        list[str] | None,
        typer.Option(metavar="CONDITION", help='What is good enough, such as "fatalities < 4000". Repeatable.'),
    ] = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Policies by futures: regret, robustness, and where each policy is the best."""
    from sim.experiment.outcome import Sweep

    if out is not None:
        from sim.results.folders import check_target

        check_target(out, FORMATS["regret"])  # before the work, not after it
    ends = {}
    for text in better or ():
        name, equals, end = text.partition("=")
        if not equals or end not in ("less", "more"):
            raise LimitError(f"--better {text}: expected METRIC=less or METRIC=more, such as --better attacks=less")
        ends[name] = end
    found = Sweep.load(folder).regret(metric, better=ends, satisfy=satisfy or ())
    told = found.as_json()
    print(json.dumps(told, allow_nan=False) if as_json else filled(found.text()))
    if out is not None:
        write(
            out,
            "regret",
            told,
            found.text(),
            {"measures": found.table(), "deciders": found.deciders()},
            found.pictures(),
        )
        print(f"Written: {out}", file=sys.stderr if as_json else sys.stdout)


def filled(text: str) -> str:
    """Paragraphs as wide as the terminal, or 80 characters where there is none."""
    width = shutil.get_terminal_size().columns
    return "\n\n".join(textwrap.fill(one, width, break_on_hyphens=False) for one in text.split("\n\n"))


def write(
    out: Path,
    name: str,
    told: Mapping[str, Any],
    text: str,
    tables: Mapping[str, pd.DataFrame],
    pictures: Sequence[Picture],
) -> None:
    """Everything that was found, as files: NAME.json, NAME.txt, a CSV for each table, each picture as SVG and PNG."""
    from sim.plots.export import write_pictures

    def fill(fresh: Path) -> None:
        (fresh / f"{name}.json").write_text(json.dumps(told, indent=2, allow_nan=False) + "\n", encoding="utf-8")
        (fresh / f"{name}.txt").write_text(text + "\n", encoding="utf-8")
        for table, frame in tables.items():
            frame.to_csv(fresh / f"{table}.csv", index=False)
        write_pictures(fresh, {one.name: one.chart for one in pictures})

    from sim.results.folders import saved

    saved(out, FORMATS[name], fill)
