"""Sheets as pages: one HTML file each that needs nothing else, for a screen, a phone and the printer."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from sim.teaching.exercises.sheets import Sheet
from sim.teaching.exercises.slides import Slide

_HERE = Path(__file__).resolve().parents[1]


def page(sheet: Sheet) -> str:
    """A sheet as an HTML text."""
    environment = Environment(
        loader=FileSystemLoader([_HERE / "templates", _HERE.parent / "report" / "templates"]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["kind"] = lambda block: type(block).__name__
    environment.filters["picture"] = _picture
    return environment.get_template("sheet.html.j2").render(sheet=sheet)


def _picture(slide: Slide) -> str:
    return f"data:image/png;base64,{b64encode(slide.png).decode()}"
