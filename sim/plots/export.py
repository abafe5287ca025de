"""Pictures as files, without a browser: SVG drawn by vl-convert with the fonts it brings, and PNG from the SVG.

vl-convert takes a good tenth of a second a picture, holds on to Python meanwhile, and half a second to start. So the
pictures of a report are dealt out, as soon as each is put together, to helper processes; a first one can start ahead.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sim.plots.data import Source
from sim.plots.gallery import Picture, pictures

Drawing = tuple[str, bytes | None]  # SVG, and PNG where it was asked for

PNG_SCALE = 2.5  # drawings 328 px wide become some 800 px: enough for a slide; for print there is the SVG
MOST_HELPERS = 4

# What a helper runs: warm up; then, for each line with a PNG's scale (0: none) and a file's name, draw it beside that file.
_HELPER = """
import sys, vl_convert
version = sys.argv[1]
vl_convert.vegalite_to_svg({"data": {"values": [{}]}, "mark": "text", "title": "-"}, vl_version=version)
for line in sys.stdin:
    scale, _, name = line.rstrip("\\n").partition(" ")
    with open(name, encoding="utf-8") as file:
        svg = vl_convert.vegalite_to_svg(file.read(), vl_version=version)
    with open(name + ".svg", "w", encoding="utf-8") as file:
        file.write(svg)
    if float(scale):
        with open(name + ".png", "wb") as file:
            file.write(vl_convert.svg_to_png(svg, scale=float(scale)))
"""

_AHEAD: list[subprocess.Popen[str]] = []  # helpers that were started before there was anything to draw

_KEPT: dict[str, str] = {}  # specification -> SVG: what was written to a folder is not drawn again for the report
_MOST_KEPT = 64


def to_svg(chart: Any) -> str:
    """A picture as SVG."""
    return _draw_here(_specification(chart), None)[0]


def to_png(chart: Any, scale: float = PNG_SCALE) -> bytes:
    """A picture as PNG, `scale` times as many pixels as the drawing has units."""
    return _draw_here(_specification(chart), scale)[1] or b""


def write_pictures(folder: Path, charts: Mapping[str, Any], png: bool = True) -> list[Path]:
    """Pictures as SVG, and as PNG, by their names; nothing is written before all are drawn. Returns the files."""
    drawn = {name: (to_svg(chart), to_png(chart) if png else b"") for name, chart in charts.items()}
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for name, (svg, bitmap) in drawn.items():
        files.append(folder / f"{name}.svg")
        files[-1].write_text(svg, encoding="utf-8")
        if png:
            files.append(folder / f"{name}.png")
            files[-1].write_bytes(bitmap)
    return files


def draw(source: Source) -> list[tuple[Picture, str]]:
    """Every picture of a run or comparison, with its SVG."""
    return [(picture, svg) for picture, (svg, _) in _draw_all(source, None)]


@contextmanager
def started_ahead() -> Iterator[None]:
    """A context in which drawing begins at once: a helper warms up while what is to be drawn is still worked out."""
    with suppress(OSError):  # no process: this one will draw
        _AHEAD.append(_started())
    try:
        yield
    finally:
        while _AHEAD:
            _end(_AHEAD.pop())


def save_all(source: Source, folder: str | Path, png: bool = False) -> list[Path]:
    """Write every picture of a run or comparison to a folder, as SVG and, if asked for, as PNG; returns the files."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for picture, (svg, pixels) in _draw_all(source, PNG_SCALE if png else None):
        files.append(folder / f"{picture.name}.svg")
        files[-1].write_text(svg, encoding="utf-8")
        if pixels is not None:
            files.append(folder / f"{picture.name}.png")
            files[-1].write_bytes(pixels)
    return files


def _draw_all(source: Source, scale: float | None) -> list[tuple[Picture, Drawing]]:
    from altair.utils.schemapi import debug_mode

    made: list[tuple[Picture, str]] = []
    # One processor is left to put the pictures together.
    with _Helpers(max(1, min(MOST_HELPERS, (os.cpu_count() or 1) - 1)), scale) as helpers:
        with debug_mode(False):  # else Altair checks each part of each chart as it is put together
            for picture in pictures(source):
                if scale or picture.specification not in _KEPT:
                    helpers.add(picture.specification)
                made.append((picture, picture.specification))
        found = helpers.drawings()
    for specification, (svg, _) in found.items():
        _keep(specification, svg)
    return [(picture, found.get(one) or _draw_here(one, scale)) for picture, one in made]


class _Helpers:
    """Processes that draw what is added; what they fail to draw is not among their drawings."""

    def __init__(self, count: int, scale: float | None) -> None:
        self.count, self.scale = count, scale
        self.processes: list[subprocess.Popen[str]] = []
        self.added: list[str] = []
        self.folder = TemporaryDirectory(prefix="durand-")

    def __enter__(self) -> _Helpers:
        return self

    def __exit__(self, *problem: object) -> None:
        for process in self.processes:
            _end(process)
        self.folder.cleanup()

    def add(self, specification: str) -> None:
        """Have a picture drawn; the first so many start the helpers."""
        place = len(self.added)
        self.added.append(specification)
        self._file(place).write_text(specification, encoding="utf-8")
        try:
            if place < self.count:
                self.processes.append(_AHEAD.pop() if _AHEAD else _started())
            pipe = self.processes[place % len(self.processes)].stdin
            assert pipe is not None
            pipe.write(f"{self.scale or 0} {self._file(place)}\n")
            pipe.flush()
        except (OSError, ZeroDivisionError):  # no process, or one that is gone: this one will draw
            return

    def drawings(self) -> dict[str, Drawing]:
        """What the helpers have drawn when they are through, by specification."""
        for process in self.processes:
            process.communicate()
        out: dict[str, Drawing] = {}
        for place, specification in enumerate(self.added):
            svg, png = (self._file(place).with_suffix(f".json{end}") for end in (".svg", ".png"))
            # One that failed may have left half a file.
            if self.processes and self.processes[place % len(self.processes)].returncode == 0 and svg.exists():
                drawn = _numbered(svg.read_text(encoding="utf-8"))
                out[specification] = drawn, png.read_bytes() if self.scale else None
        return out

    def _file(self, place: int) -> Path:
        return Path(self.folder.name, f"{place}.json")


def _started() -> subprocess.Popen[str]:
    """A helper that warms up."""
    none = subprocess.DEVNULL
    command = [sys.executable, "-c", _HELPER, _version()]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=none, stderr=none, encoding="utf-8")


def _end(helper: subprocess.Popen[str]) -> None:
    helper.kill()
    helper.communicate()


def _draw_here(specification: str, scale: float | None) -> Drawing:
    import vl_convert

    svg = _KEPT.get(specification) or _numbered(vl_convert.vegalite_to_svg(specification, vl_version=_version()))
    _keep(specification, svg)
    return svg, bytes(vl_convert.svg_to_png(svg, scale=scale)) if scale else None


def _numbered(svg: str) -> str:
    """The same SVG with its gradients numbered from nought: a process numbers on from one picture to the next."""
    names = dict.fromkeys(re.findall(r"gradient_\d+", svg))
    numbers = {name: f"gradient_{number}" for number, name in enumerate(names)}
    return re.sub(r"gradient_\d+", lambda found: numbers[found[0]], svg)


def _keep(specification: str, svg: str) -> None:
    _KEPT[specification] = svg
    while len(_KEPT) > _MOST_KEPT:
        del _KEPT[next(iter(_KEPT))]


def _specification(chart: Any) -> str:
    return json.dumps(chart.to_dict(validate=False))


def _version() -> str:
    import altair

    return ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
