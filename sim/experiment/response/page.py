"""A folder with what a study of response found: a page, its numbers and its pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from sim.experiment.response.text import every_cells, reading
from sim.results.folders import saved
from sim.words.tables import markdown_table

if TYPE_CHECKING:
    from sim.experiment.response.study import Response

FORMAT = "durand response 1"


def write(found: Response, folder: str | Path) -> Path:
    """Write `response.json`, `plots/` and `response.md`; returns the page.

    Raises:
        BundleError: something else stands there.
    """
    saved(Path(folder), FORMAT, lambda fresh: _fill(found, fresh))
    return Path(folder) / "response.md"


def _fill(found: Response, folder: Path) -> None:
    from sim.plots.export import write_pictures

    drawn = found.pictures()
    page = ["# Response: what levers and courses do", ""]
    for paragraph in reading(found):
        page += [paragraph, ""]
    for picture in drawn:
        page += [f"![{picture.title}](plots/{picture.name}.svg)", "", picture.caption, ""]
    for title, (heads, rows) in every_cells(found):
        page += [f"## {title}", "", *markdown_table(heads, rows), ""]
    write_pictures(folder / "plots", {picture.name: picture.chart for picture in drawn})
    text = json.dumps(found.as_json(), indent=1, allow_nan=False) + "\n"
    (folder / "response.json").write_text(text, encoding="utf-8")
    (folder / "response.md").write_text("\n".join(page), encoding="utf-8")
