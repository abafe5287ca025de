"""The middle worlds in a few lines of height: what stays in sight on a phone while levers are moved, where the whole does not."""

from __future__ import annotations

from base64 import b64encode
from html import escape
from typing import Any

import streamlit as st

from dashboard.runtime.language import _
from dashboard.widgets.show import Drawn
from sim.plots.theme import DASHES
from sim.theme import AXIS, DARK_LINES, PALETTE

WIDE, HIGH = 300, 100  # of the drawing, before it is stretched to the screen
# What a page that is dark by now gives each line; an image has the scheme of the page that it stands in.
_NIGHT = "".join(f"[stroke='{light}']{{stroke:{dark}}}" for light, dark in DARK_LINES.items() if light in PALETTE)
_STYLE = f"*{{vector-effect:non-scaling-stroke}}@media (prefers-color-scheme:dark){{{_NIGHT}}}"


def strip(one: Drawn, first: str, last: str) -> None:
    """The middle line of each scenario in one small drawing; `look.css` shows it on narrow screens alone.

    Args:
        one: the fan; first, last: its first and last month, in words.
    """
    lines: dict[str, list[dict[str, Any]]] = {}
    for row in one.rows:
        lines.setdefault(row["scenario"], []).append(row)
    values = [row["p50"] for row in one.rows]
    low, high = min(0.0, *values), max(0.0, *values) or 1.0
    drawn, names = [], []
    for place, (name, rows) in enumerate(lines.items()):
        points = " ".join(_point(row["p50"], row["month"], len(rows), low, high) for row in rows)
        dashes = " ".join(map(str, DASHES[place % len(DASHES)]))  # told apart without colour, as in the picture
        look = f'stroke="{PALETTE[place % len(PALETTE)]}" stroke-dasharray="{dashes}"'
        drawn.append(f'<polyline points="{points}" {look}/>')
        swatch = _image(24, 4, f'<path d="M0 2H24" {look}/>')
        names.append(f"<span>{swatch}{escape(name)}</span>")
    ground = f"{_down(0.0, low, high):.1f}"
    axis = f'<path d="M0 {ground}H{WIDE}" stroke="{AXIS}"/>'
    heading = escape(_("{title}, the middle worlds")).format(title=f"<strong>{escape(one.title)}</strong>")
    told = _("{title}: the middle worlds. The whole picture and its numbers come further down.", title=one.title)
    st.html(
        f'<div class="strip"><p><span>{heading}</span></p>'
        f"<p>{''.join(names)}</p><div><b>{high:,.3g}</b>{_image(WIDE, HIGH, axis + ''.join(drawn), told)}</div>"
        f"<p><span>{escape(first)}</span><span>{escape(last)}</span></p></div>"
    )


def _image(wide: int, high: int, drawn: str, told: str = "") -> str:
    """A drawing as an image, which Streamlit lets stand in a page's text."""
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}" preserveAspectRatio="none" fill="none" '
        f'stroke-width="2"><style>{_STYLE}</style>{drawn}</svg>'
    )
    return f'<img src="data:image/svg+xml;base64,{b64encode(svg.encode()).decode()}" alt="{escape(told)}">'


def _point(value: float, month: int, months: int, low: float, high: float) -> str:
    return f"{WIDE * month / max(months - 1, 1):.1f},{_down(value, low, high):.1f}"


def _down(value: float, low: float, high: float) -> float:
    """How far a value lies from the top."""
    return HIGH * (high - value) / (high - low)
