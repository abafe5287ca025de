"""Work that takes longer than a page may: done by the heavy worker, `engine.heavy`. Each begins with `tell`."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from sim.words.language import speaking

if TYPE_CHECKING:
    import pandas as pd

    from dashboard.runtime.worker import Tell
    from sim.results import Comparison


class _Specified:
    """What `to_svg` and `to_png` ask of a chart, for one that is a plain specification already."""

    def __init__(self, specification: dict[str, Any]) -> None:
        self._specification = specification

    def to_dict(self, validate: bool = False) -> dict[str, Any]:
        return self._specification


def draw(tell: Tell, specification: dict[str, Any], kind: str) -> bytes:
    """A picture as the bytes of an SVG or PNG file."""
    from sim.plots import to_png, to_svg

    chart = _Specified(specification)
    return to_png(chart) if kind == "PNG" else to_svg(chart).encode()


def report(tell: Tell, comparison: Comparison, language: str) -> bytes:
    """The report of a comparison in a language, by its code: one HTML file."""
    from sim.report.page import render

    with speaking(language):
        return render(comparison).encode()


def table(tell: Tell, comparison: Comparison, kind: str) -> bytes:
    """Every world's outcomes in every scenario, one row each, as CSV or Parquet."""
    import pandas as pd

    parts = [one.outcomes.reset_index().assign(scenario=name) for name, one in comparison.results.items()]
    rows = pd.concat(parts, ignore_index=True)
    rows = rows[["scenario", *(name for name in rows.columns if name != "scenario")]]
    return as_file(rows, kind)


def as_file(rows: pd.DataFrame, kind: str) -> bytes:
    """A table as CSV or Parquet."""
    out = io.BytesIO()
    if kind == "CSV":
        rows.to_csv(out, index=False)
    else:
        rows.to_parquet(out, index=False, compression="zstd")
    return out.getvalue()


def folder(tell: Tell, comparison: Comparison) -> bytes:
    """The results folder that `Comparison.save` writes, months and manifest included, as a ZIP file."""
    out = io.BytesIO()
    with TemporaryDirectory(prefix="durand-") as home:
        saved = comparison.save(Path(home, "results"))
        with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
            for file in sorted(saved.rglob("*")):
                if file.is_file():
                    archive.write(file, file.relative_to(saved))
    return out.getvalue()
