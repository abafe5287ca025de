"""Sheets and slides as they come out on paper: pages read and turned into pictures, and what a page must keep to."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pypdfium2
from browsing import SHOTS

from sim.teaching.pack.blocks import Grid, Heading, Sheet
from sim.teaching.pack.pdf import MARGIN

OFFICE = shutil.which("soffice")
_POINT = 72 / 25.4
_EDGE = 4  # points by which a line or a letter may stand over


@dataclass(frozen=True)
class Page:
    """A page: its lines of text, and its ink (True where a point is not white)."""

    lines: list[str]
    ink: Any

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.lines).split())


def pages(content: bytes, name: str) -> list[Page]:
    """The pages of a PDF; as pictures, too, under this name, where they are wanted."""
    out = []
    document = pypdfium2.PdfDocument(content)
    for number, page in enumerate(document, 1):
        seen = page.render(scale=1).to_numpy()
        lines = page.get_textpage().get_text_range().splitlines()
        out.append(Page([line.strip() for line in lines if line.strip()], (seen < 245).any(axis=2)))
        if SHOTS:
            folder = Path(SHOTS, "packs")
            folder.mkdir(parents=True, exist_ok=True)
            page.render(scale=1.4).to_pil().save(folder / f"{name}-{number:02d}.png")
    document.close()
    return out


def faults(sheet: Sheet, found: list[Page]) -> list[str]:
    """What is wrong with the pages of a sheet: margins, half-empty pages, headings left alone, tables torn apart."""
    out = []
    side = round(MARGIN * _POINT) - _EDGE
    headings = {" ".join(block.text.split()) for block in sheet.blocks if isinstance(block, Heading)}
    for number, page in enumerate(found, 1):
        body, foot = page.ink[:-side], page.ink[-side:]
        if (
            page.ink[:, :side].any()
            or page.ink[:, -side:].any()
            or page.ink[:side].any()
            or foot[side // 2 + 14 :].any()
        ):
            out.append(f"page {number} stands over its margins")
        if number < len(found) and np.flatnonzero(body.any(axis=1)).max() < page.ink.shape[0] / 2:
            out.append(f"page {number} is half empty")
        if " ".join(page.lines[:-1])[-200:].endswith(tuple(headings)):
            out.append(f"page {number} ends in a heading")
    for block in sheet.blocks:
        if isinstance(block, Grid):
            starts = [" ".join(row[0].split())[:25] for row in block.rows]
            if not any(all(start in page.text for start in starts) for page in found):
                out.append(f"the table of {starts[0]!r} is torn apart")
    return out


def by_office(files: Iterable[Path], folder: Path) -> dict[str, list[Page]]:
    """What LibreOffice makes of documents and slides: their pages, by file name."""
    names = [str(file) for file in files]
    home = f"-env:UserInstallation=file://{folder / 'office'}"
    done = subprocess.run(
        [str(OFFICE), home, "--headless", "--convert-to", "pdf", "--outdir", str(folder), *names],
        check=True,
        capture_output=True,
        text=True,
        timeout=200,
    )
    missing = [name for name in names if not (folder / f"{Path(name).stem}.pdf").exists()]
    assert not missing, done.stderr
    return {
        name: pages((folder / f"{Path(name).stem}.pdf").read_bytes(), re.sub(r"\W", "-", Path(name).name))
        for name in names
    }
