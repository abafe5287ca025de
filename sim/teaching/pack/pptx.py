"""Slides as PPTX by python-pptx: 16:9, text as text, charts as pictures, notes for the speaker.

The template is python-pptx's own, stretched to 16:9; type and colours are set on its master, so that a lecturer changes
them in one place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from io import BytesIO
from typing import Any

from sim.teaching.pack.deck import LINES, SMALLEST, Slide, room
from sim.teaching.pack.docx import office_language
from sim.teaching.pack.key import BANDS
from sim.teaching.pack.zipped import MADE, repacked
from sim.theme import INK, OFFICE_FONT, PALETTE, PAPER, SLIDE_POINTS
from sim.words.language import _, from_the_right

WIDE, HIGH, SIDE, TOP = 13.333, 7.5, 0.6, 1.45  # inches
_KEPT = ("Title Slide", "Title and Content", "Title Only")


def presentation(title: str, slides: Sequence[Slide]) -> bytes:
    """The slides as a PPTX file; the same slides have the same bytes."""
    out = _template()
    about = out.core_properties
    about.title, about.author, about.language, about.last_modified_by = title, "durand", office_language(), "durand"
    about.created = about.modified = MADE
    for slide in slides:
        _add(out, slide)
    file = BytesIO()
    out.save(file)
    return repacked(file.getvalue())


def _template() -> Any:
    """An empty presentation: 16:9, three layouts, our type."""
    from pptx import Presentation
    from pptx.util import Inches

    out: Any = Presentation()
    out.slide_width, out.slide_height = Inches(WIDE), Inches(HIGH)
    for layout in list(out.slide_layouts):
        if layout.name not in _KEPT:
            out.slide_layouts.remove(layout)
    for layout in (out.slide_master, *out.slide_layouts):
        for shape in list(layout.placeholders):
            if shape.placeholder_format.type in _FEET:
                shape._element.getparent().remove(shape._element)
    head, body = out.slide_master.placeholders
    _place(head, SIDE, 0.35, WIDE - 2 * SIDE, TOP - 0.45)
    _place(body, SIDE, TOP, WIDE - 2 * SIDE, HIGH - TOP - 0.4)
    styles = out.slide_master._element.find(".//{*}txStyles")
    _type(styles.find("{*}titleStyle"), SLIDE_POINTS["h3"], PALETTE[0], bold=True)
    _type(styles.find("{*}bodyStyle"), SMALLEST, INK)
    cover: Any = out.slide_layouts.get_by_name(_KEPT[0])
    for shape in cover.placeholders:
        first = shape.placeholder_format.idx == 0
        _place(shape, SIDE, 1.6 if first else 4.0, WIDE - 2 * SIDE, 2.2 if first else 2.0)
        for own in shape._element.findall(".//{*}lstStyle/*"):
            own.getparent().remove(own)
    return out


def _way() -> str:
    """Where lines begin."""
    return "algn='r' rtl='1'" if from_the_right() else "algn='l'"


# Date, foot and number of a slide in python-pptx's numbers for kinds of placeholders: left out, as they are small.
_FEET = (13, 15, 16)


def _place(shape: Any, left: float, top: float, wide: float, high: float) -> None:
    from pptx.util import Inches

    shape.left, shape.top, shape.width, shape.height = (Inches(one) for one in (left, top, wide, high))


def _type(style: Any, size: int, color: str, bold: bool = False) -> None:
    """Type of a master's titles or text: size, colour, left, and a little room between paragraphs."""
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    first = style.find("{*}lvl1pPr")
    for level in list(style):
        if level is not first:
            style.remove(level)
    text = (
        f"<a:lvl1pPr {nsdecls('a')} marL='0' indent='0' {_way()}><a:spcBef><a:spcPts val='0'/></a:spcBef>"
        f"<a:spcAft><a:spcPts val='800'/></a:spcAft><a:buNone/><a:defRPr sz='{100 * size}' b='{int(bold)}'>"
        f"<a:solidFill><a:srgbClr val='{color[1:].upper()}'/></a:solidFill><a:latin typeface='{OFFICE_FONT}'/>"
        f"<a:cs typeface='{OFFICE_FONT}'/></a:defRPr></a:lvl1pPr>"
    )
    style.replace(first, parse_xml(text))


def _add(out: Any, slide: Slide) -> None:
    layout = {"title": _KEPT[0], "picture": _KEPT[2]}.get(slide.kind, _KEPT[1])
    made = out.slides.add_slide(out.slide_layouts.get_by_name(layout))
    made.shapes.title.text = slide.title
    if slide.lines:
        _fill(made.placeholders[1].text_frame, slide)
    if slide.kind == "title":
        _cover(made)
    if slide.hands:
        _hands(made, slide.right)
    if slide.picture is not None:
        _picture(made, slide)
    if slide.notes:
        made.notes_slide.notes_text_frame.text = slide.notes
        for at in made.notes_slide.notes_text_frame.paragraphs if from_the_right() else ():
            at._p.get_or_add_pPr().set("rtl", "1")


def _fill(frame: Any, slide: Slide) -> None:
    from pptx.util import Pt

    first = {"vote": SLIDE_POINTS["h2"], "reveal": SLIDE_POINTS["answer"]}.get(slide.kind)
    fits = (
        size
        for size in (SLIDE_POINTS[one] for one in ("h2", "h3", "lead"))
        if sum(room(line, size) for line in slide.lines) <= LINES
    )
    size = next(fits, SMALLEST)  # as large as the back row may have it
    for number, line in enumerate(slide.lines):
        at = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        at.text = re.sub(
            r"(?<![\w-])-(?=[\d.])", "\u2212", line
        )  # a hyphen would be parted from its number at a line's end
        if number == 0 and first:
            at.font.size, at.font.bold, at.space_after = Pt(first), slide.kind == "reveal", Pt(12)
        elif slide.kind == "words":
            at.font.size, at.space_after = Pt(size), Pt(size / 2)


def _cover(made: Any) -> None:
    """The first slide, in the colour of the titles."""
    from pptx.util import Pt

    _filled(made.background.fill, PALETTE[0])
    for shape, size in zip(made.placeholders, (SLIDE_POINTS["h1"], SMALLEST), strict=True):
        for at in shape.text_frame.paragraphs:
            at.font.color.rgb, at.font.size = _rgb(PAPER), Pt(size)


def _hands(made: Any, right: int | None) -> None:
    """The bands of a vote along the foot, the right one filled."""
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.util import Inches, Pt

    gap = 0.15
    wide = (WIDE - 2 * SIDE + gap) / len(BANDS)
    for place, (low, high) in enumerate(BANDS):
        box = made.shapes.add_shape(MSO_SHAPE.RECTANGLE, *map(Inches, (SIDE + place * wide, 6.35, wide - gap, 0.75)))
        box.shadow.inherit = False
        _filled(box.fill, PALETTE[0] if place == right else PAPER)
        box.line.color.rgb, box.line.width = _rgb(PALETTE[0]), Pt(1.5)
        at = box.text_frame.paragraphs[0]
        at.text, at.font.size, at.font.bold = _("{low} to {high}", low=low, high=high), Pt(SMALLEST), place == right
        at.font.color.rgb = _rgb(PAPER if place == right else PALETTE[0])
        if from_the_right():
            at._p.get_or_add_pPr().set("rtl", "1")


def _filled(fill: Any, color: str) -> None:
    fill.solid()
    fill.fore_color.rgb = _rgb(color)


def _rgb(color: str) -> Any:
    from pptx.dml import color as colors

    made: Any = colors.RGBColor
    return made.from_string(color[1:].upper())


def _picture(made: Any, slide: Slide) -> None:
    """The picture as large as fits below the title, in the middle."""
    from pptx.util import Inches

    assert slide.picture is not None
    most, high = WIDE - 2 * SIDE, HIGH - TOP - 0.25
    wide = min(most, high * slide.picture.shape)
    left, top = SIDE + (most - wide) / 2, TOP + (high - wide / slide.picture.shape) / 2
    shown = made.shapes.add_picture(BytesIO(slide.picture.png), Inches(left), Inches(top), Inches(wide))
    shown._element.nvPicPr.cNvPr.set("descr", slide.picture.text)
