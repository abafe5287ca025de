"""One look for all: colours and type of pictures, dashboard, reports, packs and slides. Nowhere else is a colour stated.

Pictures are drawn in the light colours. On a dark page, `svg_css` gives what is drawn in one of them its dark counterpart,
so that a picture stands on the page's own ground instead of on a white card.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from pathlib import Path

# Pages: name of a shade -> what it is by day, by night and on paper.
LIGHT = {
    "paper": "#ffffff",
    "ink": "#1a1a1a",
    "soft": "#4d4d4d",
    "line": "#c9c9c9",
    "shade": "#eef2f6",
    "link": "#0b5394",
    "accent": "#0b5394",
    "fill": "#0b5394",
    "on-fill": "#ffffff",
    "ring": "#8ec1f0",
}
DARK = {
    "paper": "#12161b",
    "ink": "#f2f4f6",
    "soft": "#c3cad1",
    "line": "#474d54",
    "shade": "#1f262e",
    "link": "#9ccaf3",
    "accent": "#8ec1f0",
    "fill": "#0b5394",
    "on-fill": "#ffffff",
    "ring": "#8ec1f0",
}
PRINTED = LIGHT | {"ink": "#000000", "soft": "#333333", "line": "#aaaaaa", "link": "#000000"}

PAPER, INK, SOFT = LIGHT["paper"], LIGHT["ink"], LIGHT["soft"]
ON_LIGHT, ON_DARK = "#1b1b1b", "#ffffff"  # words on a light or a dark colour, which stay so on every page

# Okabe and Ito's colours for the colour-blind, the darker ones first.
PALETTE = ("#0072B2", "#D55E00", "#009E73", "#AA4499", "#000000", "#56B4E9", "#E69F00", "#7F7F7F")
# The same for words beside a line: dark enough to be read; and on a dark page.
PALETTE_WORDS = ("#0072B2", "#B04C00", "#00704F", "#9B3A8B", "#000000", "#1F6E9C", "#8A5F00", "#5F5F5F")
_DARK_WORDS = ("#5CB3EA", "#FF9A52", "#45C79C", "#E09AD5", "#F2F4F6", "#8CCBF0", "#F0B840", "#B5B5B5")
HIGHER, LOWER, SAME = "#E69F00", "#0072B2", "#dedede"
BELOW = "#5D3A9B"  # lower where scenarios have colours too: none of theirs
# From little to much, in grey too; and from one end over the middle to the other.
BLUES = ("#f2f6fa", "#c6dbef", "#6baed6", "#2171b5", "#08306b")
STEPS = ("#e9eef4", "#b3cde3", "#7f9fc7", "#3f6aa5", "#08306b")
PURPLES = ("#f7f5fa", "#dadaeb", "#9e9ac8", "#6a51a3", "#3f007d")
OPPOSED_TO_ALIGNED = ("#d55e00", "#f0b27a", "#9a9a9a", "#56a0d3", "#0072b2")
LESS_TO_MORE = ("#0072B2", "#f7f7f7", "#E69F00")
GRID, AXIS, CELL, NODE, UNSEEN = "#e6e6e6", "#8c8c8c", "#d0d0d0", "#e7e7e7", "#808080"
# Of a map: other land, the country across the line, its areas of refuge, and the fighters in them.
LAND, SAND, REFUGE, EARTH = "#f1f1ee", "#f3ecdd", "#e8d9bd", "#b45f06"

# What is drawn in one of these is drawn in the other on a dark page: as a fill, and as a line. White words stay.
DARK_FILLS = {INK: DARK["ink"], SOFT: DARK["soft"], "#000000": DARK["soft"], SAME: "#4a4d57", NODE: "#3a424b"}
DARK_FILLS |= {BELOW: "#9b7fd4"}
DARK_FILLS |= {LAND: "#1b2128", SAND: "#2c2a26", REFUGE: "#4a3f2c", EARTH: "#e08a2e"}
DARK_WORDS = dict(zip(PALETTE_WORDS, _DARK_WORDS, strict=True))
DARK_SHAPES = {PAPER: DARK["paper"]}
DARK_LINES = {INK: DARK["ink"], "#000000": DARK["ink"], SOFT: DARK["soft"], GRID: "#33363f", PAPER: DARK["paper"]}
DARK_LINES |= {"#0072B2": "#3d9fe0", "#AA4499": "#d17fc4", CELL: "#4a4d57"}

# What pictures call marks whose colour says how much, and words that stand on such: on a dark page little is dark, much is light.
RAMP, ON_RAMP = "ramp", "on_ramp"
_RAMPS, _ON_RAMPS = (RAMP, "areas"), (ON_RAMP, "name", "figure", "word")  # the others are those of a map

# Type, from small to large: in px on a screen, and in points on paper and on slides.
FONT = "Liberation Sans, Arial, Helvetica, sans-serif"
OFFICE_FONT = "Arial"  # of slides and sheets to edit, which embed none: its letters are as wide as those of `FONT`
PAGE_FONT = f"Source Sans, {FONT}"  # of the dashboard: Streamlit serves it, so that words are as wide on every machine
SIZES = {"label": 12, "note": 14, "body": 16, "lead": 18, "h3": 20, "h2": 24, "h1": 32}
POINTS = {"label": 8, "note": 9, "body": 10, "lead": 11.5, "h3": 12.5, "h2": 15, "h1": 20}
SLIDE_POINTS = {"body": 24, "lead": 27, "h3": 30, "h2": 36, "h1": 48, "answer": 54}
SPACE = 4  # px: what is left free between things and within their edges is so much, or a few times as much


def css_variables() -> str:
    """`--paper`, `--ink`, ..., `--size-body`, ..., `--font`: for a page by itself, by day, night and print."""
    printed = _declared({f"size-{name}": f"{points:g}pt" for name, points in POINTS.items()})
    return (
        f":root {{ color-scheme: light dark; {_declared(LIGHT)} --font: {FONT}; {_sizes()} }}\n"
        f"@media (prefers-color-scheme: dark) {{ :root {{ {_declared(DARK)} }} }}\n"
        f"@media print {{ :root {{ color-scheme: light; {_declared(PRINTED)} {printed} }} }}\n"
    )


def font_file(weight: str) -> Path:
    """The file of the font of pictures and reports, for documents that embed it; `weight` is regular or bold."""
    return Path(__file__).with_name("fonts") / f"durand-sans-{weight}.ttf"


@cache
def font_face(family: str = "Liberation Sans", file: str = "durand-sans") -> str:
    """A font of `sim/fonts/`, for a page to bring along: as it is, the one that pictures are measured with (30 KB).

    Args:
        family: the name under which a page asks for it; file: what its files are called.
    """
    out = ""
    for style, weight in (("regular", 400), ("bold", 700)):
        path = Path(__file__).with_name("fonts") / f"{file}-{style}.woff2"
        data = b64encode(path.read_bytes()).decode()
        out += f"@font-face {{ font-family: '{family}'; font-weight: {weight}; "
        out += f"src: url(data:font/woff2;base64,{data}) format('woff2'); }}\n"
    return out


def either_css() -> str:
    """The same shades and sizes for a page that says itself whether it is light or dark (the dashboard), by `light-dark()`."""
    both = {name: f"light-dark({shade}, {DARK[name]})" for name, shade in LIGHT.items()}
    return f":root {{ {_declared(both)} {_sizes()} }}\n"


def svg_css(within: str, dark_only: bool = False) -> str:
    """What gives pictures below a selector their dark colours on a dark page.

    Args:
        within: the selector, such as `figure`.
        dark_only: whether this is for a page that is known to be dark (inside of a media query); else `light-dark()` decides.
    """
    rules = []
    for kind, words, known in (
        ("fill", "[fill='{}' i]", DARK_FILLS),
        ("fill", "path[fill='{}' i]", DARK_SHAPES),
        ("fill", "text[fill='{}' i]", DARK_WORDS),
        ("stroke", "[stroke='{}' i]", DARK_LINES),
    ):
        for light, dark in known.items():
            shade = dark if dark_only else f"light-dark({light}, {dark})"
            rules.append(f"{within} svg {words.format(light)} {{ {kind}: {shade}; }}")
    return "\n".join([*rules, _ramp_css(within, dark_only)]) + "\n"


def _ramp_css(within: str, dark_only: bool) -> str:
    """The same for ramps, by turning lightness round, where a browser can; in others they stay as by day, with their words."""
    own = "attr(fill type(*))"
    turned = f"hsl(from {own} h s max(14, 100 - l))"
    marks = ", ".join(f"{within} svg .{name}_marks path" for name in _RAMPS)
    rules = [f"{marks} {{ fill: {turned if dark_only else f'light-dark({own}, {turned})'}; }}"]
    for light, dark in ((ON_LIGHT, ON_DARK), (ON_DARK, ON_LIGHT)):
        words = ", ".join(f"{within} svg .{name}_marks text[fill='{light}' i]" for name in _ON_RAMPS)
        rules.append(f"{words} {{ fill: {dark if dark_only else f'light-dark({light}, {dark})'}; }}")
    return f"@supports (fill: {turned}) {{\n{chr(10).join(rules)}\n}}"


def streamlit_theme() -> str:
    """The sections of Streamlit's configuration that say how pages look."""
    names = {"primaryColor": "accent", "backgroundColor": "paper", "secondaryBackgroundColor": "shade"}
    names |= {"textColor": "ink", "linkColor": "link", "grayTextColor": "soft"}
    headings = ", ".join(f'"{SIZES[one] / SIZES["body"]:g}rem"' for one in ("h1", "h2", "h3", "lead", "body", "body"))
    out = f"[theme]\nbaseFontSize = {SIZES['body']}\nshowWidgetBorder = true\nheadingFontSizes = [{headings}]\n"
    for kind, shades in (("light", LIGHT), ("dark", DARK)):
        out += f"\n[theme.{kind}]\n" + "".join(f'{key} = "{shades[name]}"\n' for key, name in names.items())
    return out


def _sizes() -> str:
    return _declared({f"size-{name}": f"{px / SIZES['body']:g}rem" for name, px in SIZES.items()})


def _declared(values: Mapping[str, str]) -> str:
    return " ".join(f"--{name}: {value};" for name, value in values.items())
