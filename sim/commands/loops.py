"""The command `durand loops`: reads the line, calls the library, prints."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sim.commands.options import Json
from sim.ensemble.spec import LimitError
from sim.words.tables import terminal_width


def loops(
    as_json: Json = False,
    svg: Annotated[Path | None, typer.Option(metavar="FILE", help="Draw those with a name, as .svg.")] = None,
) -> None:
    """The feedback loops that the rules close, found in the model: which states, which rules, reinforcing or balancing."""
    if svg is not None and svg.suffix != ".svg":
        raise LimitError(f"--svg {svg}: allowed: a file that ends in .svg")
    from sim.loops import find_loops, signed_digraph
    from sim.loops.text import as_json as data
    from sim.loops.text import text

    found = find_loops(signed_digraph())
    print(json.dumps(data(found), allow_nan=False) if as_json else text(found, terminal_width(60, 110)))
    if svg is not None:
        from sim.loops.picture import as_svg

        svg.write_text(as_svg(found), encoding="utf-8")
