"""Pictures as files, without a browser: SVG drawn by vl-convert with the fonts it brings, and PNG from the SVG.

vl-convert takes a tenth of a second a picture, holds on to Python meanwhile, and most of a second to start. So all the
pictures of a report are dealt out to a few helper processes, which start while the pictures are put together.
"""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any

from sim.plots.data import Source
from sim.plots.gallery import Picture, pictures

if TYPE_CHECKING:
    Drawing = tuple[str, bytes | None]

PNG_SCALE = 3.0  # drawings 328 px wide become nearly 1000 px: enough for a slide or for paper
MOST_HELPERS = 4

# What a helper runs: warm up, read a list of (drawing, PNG scale or null), write a list of (SVG, PNG or null).
_HELPER = """
import base64, json, sys, vl_convert
version = sys.argv[1]
vl_convert.vegalite_to_svg({"data": {"values": [{}]}, "mark": "text", "title": "-"}, vl_version=version)
out = []
for drawing, scale in json.load(sys.stdin):
    svg = vl_convert.vegalite_to_svg(drawing, vl_version=version)
    png = base64.b64encode(vl_convert.svg_to_png(svg, scale=scale)).decode() if scale else None
    out.append((svg, png))
json.dump(out, sys.stdout)
"""

_KEPT: dict[str, str] = {}  # drawing -> SVG: what was written to a folder is not drawn again for the report
_MOST_KEPT = 64


def to_svg(chart: Any) -> str:
    """A picture as SVG."""
    return _draw_here(_drawing(chart), None)[0]


def to_png(chart: Any, scale: float = PNG_SCALE) -> bytes:
    """A picture as PNG, `scale` times as many pixels as the drawing has units."""
    return _draw_here(_drawing(chart), scale)[1] or b""


def draw(source: Source) -> list[tuple[Picture, str]]:
    """Every picture of a run or comparison, with its SVG."""
    return [(picture, svg) for picture, (svg, _) in _draw_all(source, None)]


def save_all(source: Source, folder: str | Path) -> list[Path]:
    """Write every picture of a run or comparison to a folder, as SVG and as PNG; returns the files."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for picture, (svg, png) in _draw_all(source, PNG_SCALE):
        files += [folder / f"{picture.name}.svg", folder / f"{picture.name}.png"]
        files[-2].write_text(svg, encoding="utf-8")
        files[-1].write_bytes(png or b"")
    return files


def _draw_all(source: Source, scale: float | None) -> list[tuple[Picture, Drawing]]:
    with _Helpers(min(MOST_HELPERS, os.cpu_count() or 1)) as helpers:
        made = list(pictures(source))
        wanted = [_drawing(picture.chart) for picture in made]
        missing = [drawing for drawing in wanted if scale or drawing not in _KEPT]
        found = dict(zip(missing, helpers.draw(missing, scale), strict=True))
    for drawing, (svg, _) in found.items():
        _keep(drawing, svg)
    return [(picture, found.get(one) or (_KEPT[one], None)) for picture, one in zip(made, wanted, strict=True)]


class _Helpers:
    """Processes that draw. If they cannot start or fail, this process draws."""

    def __init__(self, count: int) -> None:
        self.processes: list[subprocess.Popen[str]] = []
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
        try:
            for _ in range(count):
                command = [sys.executable, "-c", _HELPER, _version()]
                self.processes.append(subprocess.Popen(command, **pipes, encoding="utf-8"))  # type: ignore[call-overload]
        except OSError:
            pass

    def __enter__(self) -> _Helpers:
        return self

    def __exit__(self, *problem: object) -> None:
        for process in self.processes:
            process.kill()
            process.communicate()

    def draw(self, drawings: list[str], scale: float | None) -> list[Drawing]:
        """SVG, and PNG if a scale is given, of each drawing."""
        out: dict[int, Drawing] = {}

        def hand_out(process: subprocess.Popen[str], share: range) -> None:
            text, _ = process.communicate(json.dumps([(drawings[place], scale) for place in share]))
            if process.returncode == 0:
                for place, (svg, png) in zip(share, json.loads(text), strict=True):
                    out[place] = svg, base64.b64decode(png) if png else None

        count = len(self.processes)
        threads = [
            Thread(target=hand_out, args=(process, range(start, len(drawings), count)), daemon=True)
            for start, process in enumerate(self.processes if drawings else ())
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return [out.get(place) or _draw_here(one, scale) for place, one in enumerate(drawings)]


def _draw_here(drawing: str, scale: float | None) -> Drawing:
    import vl_convert

    svg = _KEPT.get(drawing) or str(vl_convert.vegalite_to_svg(drawing, vl_version=_version()))
    _keep(drawing, svg)
    return svg, bytes(vl_convert.svg_to_png(svg, scale=scale)) if scale else None


def _keep(drawing: str, svg: str) -> None:
    _KEPT[drawing] = svg
    while len(_KEPT) > _MOST_KEPT:
        del _KEPT[next(iter(_KEPT))]


def _drawing(chart: Any) -> str:
    return json.dumps(chart.to_dict(validate=False))


def _version() -> str:
    import altair

    return ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
