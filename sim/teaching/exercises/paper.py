"""Sheets on paper: PDF by fpdf2, A4, with a font that has dashes and quotation marks and travels in the file.

The font is DejaVu Sans as Matplotlib brings it, so that no system font is needed.
"""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from sim.teaching.exercises.sheets import Code, Grid, Heading, Image, Items, Note, Room, Sheet, Text

if TYPE_CHECKING:
    from fpdf import FPDF

_FONT, _MONO = "DejaVu", "DejaVuMono"
_FILES = {"": "DejaVuSans", "B": "DejaVuSans-Bold"}
_INK, _SOFT, _LINE, _SHADE = (26, 26, 26), (77, 77, 77), (170, 170, 170), (243, 244, 246)
_SIZE, _STEP = 10, 5.2  # points; millimetres from line to line
_MARGIN = 18


def paper(sheet: Sheet) -> bytes:
    """A sheet as a PDF."""
    pdf = _document(sheet)
    pdf.add_page()
    _words(pdf, f"{sheet.kind} · {sheet.under}", 9, color=_SOFT)
    _words(pdf, sheet.title, 20, style="B", step=9)
    pdf.ln(2)
    for number, block in enumerate(sheet.blocks):
        following = sheet.blocks[number + 1] if number + 1 < len(sheet.blocks) else None
        _put(pdf, block, following)
    return bytes(pdf.output())


def fonts() -> Path:
    """The folder of the fonts."""
    import matplotlib

    return Path(matplotlib.get_data_path()) / "fonts" / "ttf"


def _document(sheet: Sheet) -> FPDF:
    from fpdf import FPDF

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-13)
            self.set_font(_FONT, size=8)
            self.set_text_color(*_SOFT)
            self.cell(0, 5, f"durand · {sheet.title} · {sheet.kind}", align="L")
            self.set_x(-40)
            self.cell(40 - _MARGIN, 5, f"{self.page_no()} / {{nb}}", align="R")

    pdf = Paper(format="A4")
    pdf.set_margins(_MARGIN, 16, _MARGIN)
    pdf.set_auto_page_break(True, margin=18)
    for style, file in _FILES.items():
        pdf.add_font(_FONT, style, fonts() / f"{file}.ttf")
    pdf.add_font(_MONO, "", fonts() / "DejaVuSansMono.ttf")
    pdf.set_title(f"{sheet.kind}: {sheet.title}")
    pdf.set_lang("en")
    pdf.set_creator("durand")
    return pdf


def _put(pdf: FPDF, block: Any, following: Any) -> None:
    if isinstance(block, Heading):
        _heading(pdf, block, following)
    elif isinstance(block, Text):
        if block.text.endswith(":") and pdf.will_page_break(24):
            pdf.add_page()
        _words(pdf, block.text, 9 if block.soft else _SIZE, color=_SOFT if block.soft else _INK, after=2)
    elif isinstance(block, Note):
        _note(pdf, block.text)
    elif isinstance(block, Items):
        _items(pdf, block)
    elif isinstance(block, Code):
        _code(pdf, block.text)
    elif isinstance(block, Room):
        _room(pdf, block)
    elif isinstance(block, Grid):
        _grid(pdf, block)
    elif isinstance(block, Image):
        _image(pdf, block)


def _words(
    pdf: FPDF,
    text: str,
    size: float = _SIZE,
    style: str = "",
    color: tuple[int, int, int] = _INK,
    step: float = _STEP,
    after: float = 0,
    indent: float = 0,
) -> None:
    pdf.set_font(_FONT, style, size)
    pdf.set_text_color(*color)
    pdf.set_x(_MARGIN + indent)
    pdf.multi_cell(0, step, text, align="L", new_x="LMARGIN", new_y="NEXT")
    if after:
        pdf.ln(after)


def _heading(pdf: FPDF, block: Heading, following: Any) -> None:
    """A heading stays with what follows it."""
    below = 75 if isinstance(following, Image) else 45 if isinstance(following, Grid) else 24
    if pdf.will_page_break(below):
        pdf.add_page()
    pdf.ln(4 if block.level == 2 else 1.5)
    _words(pdf, block.text, 13 if block.level == 2 else 10.5, "B", step=6.2 if block.level == 2 else _STEP, after=1)


def _note(pdf: FPDF, text: str) -> None:
    from fpdf.util import Padding

    pdf.set_font(_FONT, "", 9)
    pdf.set_text_color(*_SOFT)
    pdf.set_fill_color(*_SHADE)
    pdf.set_draw_color(*_LINE)
    room = Padding(2.5, 2.5, 2.5, 2.5)
    pdf.multi_cell(0, 4.8, text, align="L", fill=True, border="L", padding=room, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(2)


def _items(pdf: FPDF, block: Items) -> None:
    wide = 7 if block.numbered else 5
    for number, item in enumerate(block.items, 1):
        pdf.set_font(_FONT, "", _SIZE)
        high = pdf.multi_cell(pdf.epw - wide, _STEP, item, align="L", dry_run=True, output="HEIGHT")
        if pdf.will_page_break(min(cast(float, high), 4 * _STEP)):
            pdf.add_page()
        pdf.set_text_color(*_INK)
        pdf.set_x(_MARGIN)
        pdf.cell(wide, _STEP, f"{number}." if block.numbered else "•")
        _words(pdf, item, indent=wide, after=0.8)
    pdf.ln(1.2)


def _code(pdf: FPDF, text: str) -> None:
    from fpdf.util import Padding

    pdf.set_font(_MONO, "", 8)
    pdf.set_text_color(*_INK)
    pdf.set_fill_color(*_SHADE)
    pdf.multi_cell(
        0, 4.4, text, align="L", fill=True, padding=Padding(1.5, 2.5, 1.5, 2.5), new_x="LMARGIN", new_y="NEXT"
    )
    pdf.ln(2)


def _room(pdf: FPDF, block: Room) -> None:
    if pdf.will_page_break(8 * block.lines + 6):
        pdf.add_page()
    _words(pdf, block.label, 9, color=_SOFT)
    pdf.set_draw_color(*_LINE)
    for _ in range(block.lines):
        pdf.ln(8)
        pdf.line(_MARGIN, pdf.get_y(), pdf.w - _MARGIN, pdf.get_y())
    pdf.ln(3)


def _grid(pdf: FPDF, block: Grid) -> None:
    from fpdf.enums import TableBordersLayout
    from fpdf.fonts import FontFace

    pdf.set_font(_FONT, "", 9)
    pdf.set_text_color(*_INK)
    pdf.set_draw_color(*_LINE)
    pdf.set_fill_color(255)
    with pdf.table(
        col_widths=block.shares,
        text_align="LEFT",
        line_height=5,
        padding=1.2,
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=FontFace(emphasis="BOLD"),
    ) as table:
        for row in (block.head, *block.rows):
            cells = table.row()
            for cell in row:
                cells.cell(cell)
    pdf.ln(1.5)
    if block.caption:
        _words(pdf, block.caption, 8.5, color=_SOFT, step=4.6, after=2)


def _image(pdf: FPDF, block: Image) -> None:
    high = pdf.epw * 9 / 16
    if pdf.will_page_break(high + 14):
        pdf.add_page()
    top = pdf.get_y()
    pdf.image(BytesIO(block.slide.png), w=pdf.epw, alt_text=f"{block.slide.title}. {block.slide.text}")
    pdf.set_draw_color(*_LINE)
    pdf.rect(_MARGIN, top, pdf.epw, high)
    pdf.set_y(top + high + 1.5)
    _words(pdf, f"{block.slide.title}. {block.slide.text}", 8.5, color=_SOFT, step=4.6, after=3)
