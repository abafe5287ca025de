"""One look for all: colours are stated in one place, can be read, and are what every page is given."""

from __future__ import annotations

import json
import re
from ctypes import create_string_buffer
from pathlib import Path

import pypdfium2
import pytest
import streamlit
import vl_convert
from colours import contrast

from sim import theme

ROOT = Path(__file__).parents[1]
CONFIG = ROOT / "dashboard" / ".streamlit" / "config.toml"
COLOUR = re.compile(r"(?<![\w&/-])#(?:[0-9a-fA-F]{6}|[0-9a-fA-F]{3})\b|\brgba?\(|\bhsla?\(|[\"' (:=]white[\"';)]")


# A size of type that is a figure: of a style, of a picture, of a sheet, of a slide.
TYPE = re.compile(
    r"font-size:[^;]*\d(?:px|r?em|pt|vw)|[fF]ont_?[sS]ize\"?[=:] ?\d|set_font\([^)]*, ?\d|font\.size = Pt\(\d"
    r"|_style\(out, [^,]*, \d"
)
SPACE = re.compile(r"(?<![\w-])(?:margin|padding|(?:row-|column-)?gap)[\w-]*: *([^;}]+)")


def stating(said: re.Pattern[str]) -> set[str]:
    """The files of the project in which something is stated, but those in which the look is."""
    kinds = {".py", ".css", ".j2", ".html", ".toml", ".js"}
    files = [path for folder in ("sim", "dashboard") for path in (ROOT / folder).rglob("*") if path.suffix in kinds]
    assert len(files) > 200
    found = {str(path.relative_to(ROOT)) for path in files if said.search(path.read_text(encoding="utf-8"))}
    return found - {"sim/theme.py", str(CONFIG.relative_to(ROOT))}


def test_no_other_file_states_a_colour() -> None:
    """Otherwise a change of the look misses some page, and each has a shade of its own again."""
    assert stating(COLOUR) == set()


def test_no_other_file_states_a_size_of_type() -> None:
    assert TYPE.search("h1 { font-size: 1.1rem }")
    for stated in (
        "mark_text(fontSize=11)",
        '"labelFontSize": 9',
        'set_font(FONT, "", 8.5)',
        "at.font.size = Pt(24)",
        '_style(out, "Title", 20',
    ):
        assert TYPE.search(stated), stated
    assert stating(TYPE) == set()


@pytest.mark.parametrize("file", ["dashboard/look.css", "sim/report/templates/report.css"])
def test_room_is_left_in_steps(file: str) -> None:
    css = (ROOT / file).read_text(encoding="utf-8")
    px = {"px": 1, "rem": theme.SIZES["body"]}
    rooms = [
        (one, float(size) * px[unit])
        for one in SPACE.findall(css)
        for size, unit in re.findall(r"([\d.]+)(px|rem)\b", one)
    ]
    assert len(rooms) > 30
    assert [one for one, room in rooms if room % theme.SPACE] == []


def test_streamlit_is_given_the_same_look() -> None:
    assert CONFIG.read_text(encoding="utf-8").endswith(theme.streamlit_theme())


@pytest.mark.parametrize("shades", [theme.LIGHT, theme.DARK, theme.PRINTED], ids=["light", "dark", "printed"])
def test_words_can_be_read(shades: dict[str, str]) -> None:
    for ground in ("paper", "shade"):
        for ink in ("ink", "soft", "link", "accent"):
            assert contrast(shades[ink], shades[ground]) >= 4.5, (ink, ground)
    assert contrast(shades["on-fill"], shades["fill"]) >= 4.5


def test_pictures_can_be_seen_in_the_dark() -> None:
    paper = theme.DARK["paper"]
    for light, dark in (theme.DARK_FILLS | theme.DARK_LINES).items():
        if light in (theme.INK, theme.SOFT):
            assert contrast(dark, paper) >= 4.5, light
    for shade in theme.PALETTE:
        assert contrast(theme.DARK_LINES.get(shade, shade), paper) >= 3, shade


def test_pictures_have_their_font_wherever_they_are_drawn() -> None:
    """Otherwise a machine with other fonts clips labels: files are drawn with one that is built in, pages bring theirs along."""
    text = {"mark": {"type": "text", "font": theme.FONT}, "encoding": {"text": {"value": "domestic operations"}}}
    pdf = vl_convert.vegalite_to_pdf(json.dumps({"data": {"values": [{}]}, **text}))
    assert b"LiberationSans" in pdf
    face = theme.font_face()
    assert face.count("font-family: 'Liberation Sans'") == 2
    assert len(face) < 40_000
    assert theme.PAGE_FONT.endswith(theme.FONT)
    served = Path(streamlit.__file__).parent / "static" / "static" / "media"
    assert list(served.glob("SourceSansVF-Upright*.woff2"))  # of which `PAGE_FONT` comes first


def test_css_says_every_shade_by_day_and_by_night() -> None:
    css, either = theme.css_variables(), theme.either_css()
    for name, shade in theme.LIGHT.items():
        assert f"--{name}: {shade};" in css
        assert f"--{name}: {theme.DARK[name]};" in css
        assert f"--{name}: light-dark({shade}, {theme.DARK[name]});" in either
    assert "prefers-color-scheme: dark" in css
    asked = set(
        re.findall(r"var\((--[a-z0-9-]+)", (ROOT / "sim/report/templates/report.css").read_text(encoding="utf-8"))
    )
    assert {one for one in asked if f"{one}: " not in css} == {"--series"}  # which a row of the report says itself


def test_paper_has_the_letters_of_the_pages() -> None:
    """Otherwise sheets look like another project's; signs that the font lacks come from one that has them."""
    from sim.teaching.pack.pdf import document, words

    made = document("Title", "foot")
    made.add_page()
    words(made, "Letters, and a box: ☐", theme.POINTS["body"])
    read = pypdfium2.PdfDocument(bytes(made.output()))[0].get_textpage()
    assert read.get_text_bounded().startswith("Letters, and a box: ☐")
    assert [font_of(read, place) for place in (0, 20)] == ["DurandSans", "DejaVuSans"]


def font_of(page: pypdfium2.PdfTextPage, place: int) -> str:
    """The font of a letter of a page, without what marks it as a part of one, and its weight."""
    name = create_string_buffer(80)
    pypdfium2.raw.FPDFText_GetFontInfo(page, place, name, len(name), None)
    return re.sub(r"^\w+\+|Book$|Regular$", "", name.value.decode())
