"""`durand report`: the report of a folder of results written again, or its first page alone."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sim.commands.options import Language, chosen, no_paper
from sim.ensemble.spec import LimitError

if TYPE_CHECKING:
    from sim.results import Comparison, Results

Png = Annotated[bool, typer.Option("--png", help="Write the report's pictures as PNG too, not as SVG alone.")]


def report(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A folder written with --out.")],
    png: Png = False,
    brief: Annotated[
        bool,
        typer.Option("--brief", help="Write its first page alone, for the screen and on paper: brief.html, brief.pdf."),
    ] = False,
    language: Language = "en",
) -> None:
    """Write the report of a results folder again: report.html and plots/."""
    from sim.results import open_folder
    from sim.results.bundle import KINDS
    from sim.results.folders import header_of
    from sim.words.language import speaking

    if brief and png:
        raise LimitError("--png goes with the whole report: the brief has no picture files")
    if header_of(folder)[1]["format"] not in KINDS:
        raise LimitError(
            f"{folder}: a report is of a run or a comparison; of a sweep, ask durand sensitivity, discover or regret"
        )
    speaks = chosen(language)
    if png and speaks.direction == "rtl":
        raise LimitError(f"--png goes with languages that are written from the left: {no_paper(speaks)}")
    results = open_folder(folder)
    with speaking(speaks.code):
        page = _write_brief(results, folder) if brief else write_whole(results, folder, png)
    if brief and speaks.direction == "rtl":
        print(f"durand: {no_paper(speaks)}: print {page.name}", file=sys.stderr)
    print(page)


def write_whole(results: Results | Comparison, folder: Path, png: bool) -> Path:
    """Put report and pictures into a folder of results; returns the page."""
    from sim.plots import save_all
    from sim.report.page import write
    from sim.results.bundle import write_report

    def fill(fresh: Path) -> None:
        save_all(results, fresh / "plots", png)
        write(results, fresh / "report.html")

    write_report(folder, fill)
    return folder / "report.html"


def _write_brief(results: Results | Comparison, folder: Path) -> Path:
    from sim.report.page import write_brief as write
    from sim.report.paper import write_paper
    from sim.results.bundle import write_brief
    from sim.teaching.pack.pdf import on_paper

    def fill(fresh: Path) -> None:
        write(results, fresh / "brief.html")
        if on_paper():
            write_paper(results, fresh / "brief.pdf")

    write_brief(folder, fill)
    return folder / "brief.html"
