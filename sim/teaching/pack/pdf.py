"""Sheets on paper: PDF by fpdf2, A4, with a font that has dashes and quotation marks and travels in the file.

The font is that of pictures and reports (`sim/fonts/`); signs that it lacks, and code, are of the DejaVu fonts that Matplotlib
brings: no system font is needed. What belongs together is measured
before it is put down, and goes to the next page as a whole: a heading with what follows it, a table, a row of pictures.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sim.teaching.pack.blocks import LINK, Block, Break, Code, Grid, Heading, Items, Note, Room, Row, Sheet, Text, stays
from sim.teaching.pack.pictures import SHAPE
from sim.teaching.pack.zipped import MADE
from sim.theme import PALETTE, POINTS, PRINTED, font_file
from sim.words.language import from_the_right, spoken

if TYPE_CHECKING:
    from fpdf import FPDF

FONT, _SIGNS, _MONO = "DurandSans", "DejaVu", "DejaVuMono"
_FILES = {(_SIGNS, ""): "DejaVuSans", (_SIGNS, "B"): "DejaVuSans-Bold", (_MONO, ""): "DejaVuSansMono"}
_INK, _SOFT, _LINE, _SHADE, _ACCENT = *(PRINTED[one] for one in ("ink", "soft", "line", "shade")), PALETTE[0]
MARGIN = 17  # mm on each side; the foot stands in the lower one
_GAP = 5


def on_paper() -> bool:
    """Whether the language of whoever reads can be put into a PDF: fpdf2 by itself neither joins the letters of a script that
    runs from right to left, nor keeps a figure's sign on its side."""
    return not from_the_right()


def paper(sheet: Sheet) -> bytes:
    """A sheet as a PDF."""
    pdf = document(f"{sheet.kind}: {sheet.title}", f"{sheet.title} · {sheet.kind}")
    measure = _endless(pdf)
    _top(pdf, sheet)
    for chunk in _chunks(sheet.blocks):
        start = measure.get_y()
        _put(measure, sheet, chunk)
        if pdf.will_page_break(measure.get_y() - start):
            pdf.add_page()
        _put(pdf, sheet, chunk)
    return bytes(pdf.output())


def _fonts(pdf: FPDF) -> None:
    """Give a document its fonts."""
    import matplotlib

    for style, weight in (("", "regular"), ("B", "bold")):
        pdf.add_font(FONT, style, font_file(weight))
    for (name, style), file in _FILES.items():
        pdf.add_font(name, style, Path(matplotlib.get_data_path()) / "fonts" / "ttf" / f"{file}.ttf")
    pdf.set_fallback_fonts([_SIGNS])


def document(title: str, foot: str) -> FPDF:
    """An empty document.

    Args:
        title: as a reader's program shows it; foot: what stands below each page, cut off where it is too long.
    """
    from fpdf import FPDF

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-12)
            self.set_font(FONT, size=POINTS["label"])
            self.set_text_color(_SOFT)
            said, room = f"durand · {foot}", self.epw - 32
            while self.get_string_width(said) > room:
                said = f"{said.removesuffix('…')[:-1].rstrip()}…"
            self.cell(0, 5, said, align="L")
            self.set_x(-MARGIN - 30)
            self.cell(30, 5, f"{self.page_no()} / {{nb}}", align="R")

    pdf = Paper(format="A4")
    pdf.set_creation_date(MADE)
    pdf.set_margins(MARGIN, MARGIN, MARGIN)
    pdf.set_auto_page_break(True, margin=MARGIN)
    _fonts(pdf)
    pdf.set_title(title)
    pdf.set_lang(spoken())
    pdf.set_creator("durand")
    return pdf


def _endless(like: FPDF) -> FPDF:
    """A page without end to measure in, with the fonts of a document."""
    from fpdf import FPDF

    pdf = FPDF(format=(like.w, 20_000))
    pdf.set_margins(MARGIN, MARGIN, MARGIN)
    pdf.fonts.update(like.fonts)
    pdf.set_fallback_fonts([_SIGNS])
    pdf.add_page()
    return pdf


def _top(pdf: FPDF, sheet: Sheet) -> None:
    pdf.add_page()
    words(pdf, f"{sheet.kind} · {sheet.under}", POINTS["note"], color=_ACCENT, style="B")
    words(pdf, sheet.title, POINTS["h1"], style="B", after=2)


def _chunks(blocks: Sequence[Block]) -> Iterator[tuple[Block, ...]]:
    """What is not to be torn apart: what leads to something stays with what follows; of a list the first two items stay
    together, and so do the last two."""
    lead: list[Block] = []
    for block, following in zip(blocks, [*blocks[1:], None], strict=True):
        if stays(block, following):
            lead.append(block)
            continue
        first, *rest = _parts(block)
        yield (*lead, first)
        yield from ((part,) for part in rest)
        lead = []
    if lead:
        yield tuple(lead)


def _parts(block: Block) -> list[Block]:
    """A long list in pieces that may stand on different pages."""
    if not isinstance(block, Items) or len(block.items) < 4:
        return [block]
    cuts = [0, 2, *range(3, len(block.items) - 1), len(block.items)]
    return [Items(block.items[first:after], block.numbered, first + 1) for first, after in pairwise(cuts)]


def _put(pdf: FPDF, sheet: Sheet, chunk: Sequence[Block]) -> None:
    for block in chunk:
        put: Callable[[FPDF, Block, float], None] = _WRITERS[type(block)]
        put(pdf, block, sheet.size)


def words(
    pdf: FPDF,
    text: str,
    size: float,
    style: str = "",
    color: str = _INK,
    after: float = 0,
    indent: float = 0,
    lead: str = "",
) -> None:
    """A paragraph; links in it can be followed, and its `lead` is bold."""
    pdf.set_font(FONT, style, size)
    pdf.set_text_color(color)
    pdf.set_x(MARGIN + indent)
    step = _step(size)
    links = LINK.split(text)
    if len(links) == 1 and not lead:
        pdf.multi_cell(0, step, text, align="L", new_x="LMARGIN", new_y="NEXT")
    else:
        pdf.set_left_margin(MARGIN + indent)
        if lead:
            pdf.set_font(FONT, "B", size)
            pdf.write(step, f"{lead} ")
            pdf.set_font(FONT, style, size)
        for part in links:
            link = part if LINK.fullmatch(part) else ""
            pdf.set_text_color(_ACCENT if link else color)
            pdf.write(step, part, link)
        pdf.set_left_margin(MARGIN)
        pdf.ln(step)
    pdf.ln(after)


def height(pdf: FPDF, text: str, size: float, style: str = "") -> float:
    """How many mm a paragraph without links takes."""
    pdf.set_font(FONT, style, size)
    return cast(float, pdf.multi_cell(0, _step(size), text, align="L", dry_run=True, output="HEIGHT"))


def _step(size: float) -> float:
    """From one line to the next, in mm."""
    return 0.5 * size if size < 13 else 0.45 * size


def _larger(size: float, steps: int) -> float:
    """The size of type that is so many steps larger."""
    sizes = [*POINTS.values()]
    return sizes[sizes.index(size) + steps]


def _heading(pdf: FPDF, block: Heading, size: float) -> None:
    two = block.level == 2
    pdf.ln(0.32 * size if two else 1)
    words(pdf, block.text, _larger(size, 2 if two else 0), "B", _ACCENT if two else _INK, after=1 if two else 0.5)


def _text(pdf: FPDF, block: Text, size: float) -> None:
    words(
        pdf,
        block.text,
        _larger(size, -block.soft),
        "",
        _SOFT if block.soft else _INK,
        after=0.18 * size,
        lead=block.lead,
    )


def _note(pdf: FPDF, block: Note, size: float) -> None:
    from fpdf.util import Padding

    pdf.set_font(FONT, "", _larger(size, -1))
    pdf.set_text_color(_SOFT)
    pdf.set_fill_color(_SHADE)
    pdf.set_draw_color(_ACCENT)
    room, step = Padding(2, 2.5, 2, 2.5), _step(_larger(size, -1))
    pdf.multi_cell(0, step, block.text, align="L", fill=True, border="L", padding=room, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(1.5)


def _items(pdf: FPDF, block: Items, size: float) -> None:
    wide = 7 if block.numbered else 4.5
    for number, item in enumerate(block.items, block.first):
        pdf.set_font(FONT, "", size)
        pdf.set_text_color(_INK)
        pdf.set_x(MARGIN)
        pdf.cell(wide, 0.5 * size, f"{number}." if block.numbered else "•")
        words(pdf, item, size, indent=wide, after=0.06 * size)


def _code(pdf: FPDF, block: Code, size: float) -> None:
    from fpdf.util import Padding

    pdf.set_font(_MONO, "", POINTS["label"])
    pdf.set_text_color(_INK)
    pdf.set_fill_color(_SHADE)
    room = Padding(1.5, 2.5, 1.5, 2.5)
    pdf.multi_cell(0, 4.2, block.text, align="L", fill=True, padding=room, new_x="LMARGIN", new_y="NEXT")
    pdf.ln(2)


def _room(pdf: FPDF, block: Room, size: float) -> None:
    words(pdf, block.label, _larger(size, -1), color=_SOFT)
    pdf.set_draw_color(_LINE)
    for _ in range(block.lines):
        pdf.ln(8)
        pdf.line(MARGIN, pdf.get_y(), pdf.w - MARGIN, pdf.get_y())
    pdf.ln(3)


def _grid(pdf: FPDF, block: Grid, size: float) -> None:
    from fpdf.enums import TableBordersLayout
    from fpdf.fonts import FontFace

    pdf.set_font(FONT, "", _larger(size, -1))
    pdf.set_text_color(_INK)
    pdf.set_draw_color(_LINE)
    pdf.set_fill_color(255)
    with pdf.table(
        col_widths=block.shares,
        text_align="LEFT",
        line_height=_step(_larger(size, -1)),
        padding=(0.8, 1.2, 0.8, 1.2) if size < 10 else (1.7, 1.2, 1.7, 1.2),
        borders_layout=TableBordersLayout.HORIZONTAL_LINES,
        headings_style=FontFace(emphasis="BOLD", fill_color=_SHADE),
        v_align="T",
    ) as table:
        for row in (block.head, *block.rows):
            cells = table.row()
            for cell in row:
                cells.cell(cell)
    pdf.ln(1.5)
    if block.caption:
        words(pdf, block.caption, _larger(size, -1), color=_SOFT, after=1.5)


def _row(pdf: FPDF, block: Row, size: float) -> None:
    """Pictures side by side, each as large as fits its half, with their words below."""
    wide, top = (pdf.epw - _GAP) / 2, pdf.get_y()
    most = 1.25 * wide / SHAPE
    high = min(most, max(wide / picture.shape for picture in block.pictures))
    ends = []
    for number, picture in enumerate(block.pictures):
        left, across = MARGIN + number * (wide + _GAP), min(wide, high * picture.shape)
        told = f"{picture.title}. {picture.text}"
        pdf.image(BytesIO(picture.png), x=left, y=top, w=across, h=across / picture.shape, alt_text=told)
        pdf.set_xy(left, top + high + 1)
        pdf.set_font(FONT, "", POINTS["label"])
        pdf.set_text_color(_SOFT)
        pdf.multi_cell(wide, _step(POINTS["label"]), picture.title, align="L", new_x="LMARGIN", new_y="NEXT")
        ends.append(pdf.get_y())
    pdf.set_y(max(ends) + 2)


def _break(pdf: FPDF, block: Break, size: float) -> None:
    pdf.add_page()


_WRITERS: dict[type, Callable[..., None]] = {
    Heading: _heading,
    Text: _text,
    Note: _note,
    Items: _items,
    Code: _code,
    Room: _room,
    Grid: _grid,
    Row: _row,
    Break: _break,
}
