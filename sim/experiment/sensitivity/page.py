"""A folder with what was found about sensitivity: a page, its tables and its pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.sensitivity.text import EXPLAINED, as_json, cells, paragraph, where, with_unit
from sim.results.folders import saved
from sim.words.language import _
from sim.words.sentences import NOT_A_FORECAST, capital
from sim.words.tables import markdown_table

if TYPE_CHECKING:
    from sim.experiment.sensitivity.study import Sensitivity

FORMAT = "durand sensitivity 1"
# Beyond so many studies the page has tables only: pictures of hundreds of mixes are drawn one by one, when asked for.
DRAWN = 24


def write(found: Sensitivity, folder: Path) -> Path:
    """Write `sensitivity.json`, `indices.csv`, `pairs.csv`, `spread.csv`, `plots/` and `sensitivity.md`; returns the page.

    Raises:
        BundleError: something else stands there.
    """
    saved(folder, FORMAT, lambda fresh: _fill(found, fresh))
    return folder / "sensitivity.md"


def _fill(found: Sensitivity, folder: Path) -> None:
    from sim.experiment.sensitivity.pictures import pictures
    from sim.plots.export import write_pictures

    page = [f"# What it hangs on: {found.title}", "", _(EXPLAINED[found.method]), "", NOT_A_FORECAST, ""]
    drawn: dict[str, Any] = {}
    for place, study in enumerate(found.studies):
        page += [f"## {capital(with_unit(study))}, {where(found, study)}", "", paragraph(found, study), ""]
        if place < DRAWN:
            for name, alt, chart in pictures(found, study):
                drawn[f"{study.key}-{name}"] = chart
                page += [f"![{alt}](plots/{study.key}-{name}.svg)", ""]
        head, rows = cells(found, study)
        if rows:
            page += [*markdown_table(head, rows), ""]
    if len(found.studies) > DRAWN:
        page += [f"Pictures are drawn of the first {DRAWN} of {len(found.studies)}; --metric chooses.", ""]
    write_pictures(folder / "plots", drawn)
    text = json.dumps(as_json(found), indent=1, allow_nan=False) + "\n"
    (folder / "sensitivity.json").write_text(text, encoding="utf-8")
    found.indices.to_csv(folder / "indices.csv")
    found.spread.to_csv(folder / "spread.csv")
    if found.pairs is not None:
        found.pairs.to_csv(folder / "pairs.csv")
    (folder / "sensitivity.md").write_text("\n".join(page), encoding="utf-8")
