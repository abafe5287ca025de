"""Sheets to edit: DOCX by python-docx, A4, with headings, lists and captions as styles and real tables to fill in."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING, Any

from sim.teaching.pack.blocks import LINK, Block, Break, Code, Grid, Heading, Items, Note, Room, Row, Sheet, Text, stays
from sim.teaching.pack.zipped import MADE, repacked
from sim.theme import INK, OFFICE_FONT, PALETTE, POINTS, SOFT
from sim.words.language import ENGLISH, from_the_right, spoken

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph

# Arabic letters with what stands between them.
JOINED = re.compile("([\u0600-\u06ff](?:[\u0600-\u06ff\u200c\\s.:;()“”!?–-]*[\u0600-\u06ff):.])?)")
_MONO = "Courier New"
_LINE, _SHADE = "AAAAAA", "F3F4F6"
_WIDE, _MARGIN = 21.0, 2.0  # cm


def document(sheet: Sheet) -> bytes:
    """A sheet as a DOCX file; the same sheet has the same bytes."""
    from docx import Document

    out = Document()
    _prepare(out, sheet)
    _say(out.add_paragraph(style="Subtitle"), f"{sheet.kind} · {sheet.under}")
    _say(out.add_paragraph(style="Title"), sheet.title)
    for block, following in zip(sheet.blocks, [*sheet.blocks[1:], None], strict=True):
        _WRITERS[type(block)](out, block)
        if stays(block, following):
            out.paragraphs[-1].paragraph_format.keep_with_next = True
    file = BytesIO()
    out.save(file)
    return repacked(file.getvalue())


def _prepare(out: Document, sheet: Sheet) -> None:
    """Page, styles, foot, and what the file says of itself."""
    from docx.shared import Cm

    about, section = out.core_properties, out.sections[0]
    about.title, about.author, about.language, about.comments = (
        f"{sheet.kind}: {sheet.title}",
        "durand",
        office_language(),
        "",
    )
    about.created = about.modified = MADE
    section.page_width, section.page_height = Cm(_WIDE), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(_MARGIN)
    _style(out, "Normal", POINTS["body"], INK, after=6)
    _style(out, "Subtitle", POINTS["note"], PALETTE[0], bold=True, after=0)
    _style(out, "Title", POINTS["h1"], INK, bold=True, after=8)
    _style(out, "Heading 1", POINTS["h2"], PALETTE[0], bold=True, before=14, after=4)
    _style(out, "Heading 2", POINTS["lead"], INK, bold=True, before=8, after=3)
    _style(out, "Caption", POINTS["note"], SOFT, after=6)
    _style(out, "Footer", POINTS["label"], SOFT)
    for name in ("List Bullet", "List Number"):
        _style(out, name, POINTS["body"], INK, after=3)
    foot = section.footer.paragraphs[0]
    _say(foot, f"durand · {sheet.title} · {sheet.kind} · ")
    _page_number(foot)


def _style(
    out: Document, name: str, size: float, color: str, bold: bool = False, before: int = 0, after: int = 0
) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Pt, RGBColor

    style: Any = out.styles[name]
    style.font.name, style.font.size, style.font.bold, style.font.italic = OFFICE_FONT, Pt(size), bold, False
    style.font.color.rgb = RGBColor.from_string(color[1:].upper())
    fonts = style.element.rPr.rFonts
    for key in list(fonts.attrib):
        if "heme" in key:
            del fonts.attrib[key]
    for key in ("w:ascii", "w:hAnsi", "w:cs", "w:eastAsia"):
        fonts.set(qn(key), OFFICE_FONT)
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    if from_the_right():
        way = OxmlElement("w:bidi")
        style.element.get_or_add_pPr().insert_element_before(way, "w:spacing", "w:ind", "w:jc", "w:outlineLvl")
        _as_joined(style.font, bold)
    border = style.element.pPr.find(qn("w:pBdr")) if style.element.pPr is not None else None
    if border is not None:
        style.element.pPr.remove(border)


def _say(at: Paragraph, text: str, size: float = 0, color: str = "", bold: bool = False, font: str = "") -> None:
    """Words at the end of a paragraph; addresses become links."""
    from docx.shared import Pt, RGBColor

    for part in _runs(text):
        if LINK.fullmatch(part):
            _link(at, part)
            continue
        run: Any = at.add_run(part)
        run.bold = bold or None
        if size:
            run.font.size = Pt(size)
        if from_the_right() and JOINED.search(part):
            _as_joined(run.font, bold or None)
            run.font.rtl = True
        if color:
            run.font.color.rgb = RGBColor.from_string(color[1:].upper())
        if font:
            run.font.name = font


def _runs(text: str) -> Iterator[str]:
    """The pieces of a text: addresses; where lines run from right to left, also letters that do and all else apart."""
    for part in LINK.split(text):
        alone = LINK.fullmatch(part) or not from_the_right()
        yield from [part] if alone else filter(None, JOINED.split(part))


def _as_joined(font: Any, bold: bool | None) -> None:
    """Size and weight of letters that are joined, which the format keeps apart: as those of other letters."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    font.cs_bold, font.cs_italic = bold, None if bold is None else False
    size = font._element.rPr.find(qn("w:sz"))
    if size is not None:
        for kept in font._element.rPr.findall(qn("w:szCs")):
            font._element.rPr.remove(kept)
        own = OxmlElement("w:szCs")
        own.set(qn("w:val"), size.get(qn("w:val")))
        size.addnext(own)


def office_language() -> str:
    """The language of whoever reads, as office programs name it."""
    return "en-GB" if spoken() == ENGLISH.code else spoken()


def _link(at: Paragraph, address: str) -> None:
    from docx.opc.constants import RELATIONSHIP_TYPE
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    link = OxmlElement("w:hyperlink")
    link.set(qn("r:id"), at.part.relate_to(address, RELATIONSHIP_TYPE.HYPERLINK, is_external=True))
    _say(at, "")
    run = at.add_run(address)
    run.font.underline = True
    link.append(run._r)
    at._p.append(link)


def _page_number(at: Paragraph) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), "PAGE")
    at._p.append(field)


def _heading(out: Document, block: Heading) -> None:
    out.add_heading(block.text, block.level - 1)


def _text(out: Document, block: Text) -> None:
    at = out.add_paragraph(style="Caption" if block.soft else None)
    if block.lead:
        _say(at, f"{block.lead} ", bold=True)
    _say(at, block.text)


def _note(out: Document, block: Note) -> None:
    (cell,) = _table(out, 1, (100,)).rows[0].cells
    _shade(cell)
    _say(cell.paragraphs[0], block.text, 9.5, SOFT)
    out.add_paragraph().paragraph_format.space_after = 0


def _items(out: Document, block: Items) -> None:
    name = "List Number" if block.numbered else "List Bullet"
    again = _restarted(out) if block.numbered else None
    for item in block.items:
        at: Any = out.add_paragraph(style=name)
        _say(at, item)
        if again is not None:
            numbered = at._p.get_or_add_pPr().get_or_add_numPr()
            numbered.get_or_add_ilvl().val, numbered.get_or_add_numId().val = 0, again


def _restarted(out: Document) -> int:
    """A numbering of its own for a list: numbers begin at 1 again."""
    numbering: Any = out.part.numbering_part.numbering_definitions._numbering
    style: Any = out.styles["List Number"]
    own = numbering.num_having_numId(style.element.pPr.numPr.numId.val)
    added = numbering.add_num(own.abstractNumId.val)
    added.add_lvlOverride(ilvl=0).add_startOverride(1)
    return int(added.numId)


def _code(out: Document, block: Code) -> None:
    (cell,) = _table(out, 1, (100,)).rows[0].cells
    _shade(cell)
    _say(cell.paragraphs[0], block.text, 9, font=_MONO)
    out.add_paragraph().paragraph_format.space_after = 0


def _room(out: Document, block: Room) -> None:
    """A label, and a cell for each line."""
    from docx.shared import Cm

    label = out.add_paragraph(style="Caption")
    _say(label, block.label)
    label.paragraph_format.keep_with_next = True
    for row in _table(out, block.lines, (100,), "bottom", "insideH").rows:
        row.height = Cm(0.85)
    out.add_paragraph()


def _grid(out: Document, block: Grid) -> None:
    table = _table(out, 1 + len(block.rows), block.shares, "top", "bottom", "insideH", "insideV", "left", "right")
    for number, words in enumerate((block.head, *block.rows)):
        row = table.rows[number]
        for cell, text in zip(row.cells, words, strict=True):
            at = cell.paragraphs[0]
            at.paragraph_format.space_before = at.paragraph_format.space_after = 40_000  # EMU, some 3 points
            at.paragraph_format.keep_with_next = number < len(block.rows)
            _say(at, text, 9.5, bold=number == 0)
            if number == 0:
                _shade(cell)
    _repeat(table.rows[0])
    if block.caption:
        _say(out.add_paragraph(style="Caption"), block.caption)
    out.add_paragraph().paragraph_format.space_after = 0


def _row(out: Document, block: Row) -> None:
    from docx.shared import Cm

    for picture in block.pictures:
        shown = out.add_picture(BytesIO(picture.png), width=Cm(min(_WIDE - 2 * _MARGIN, 9 * picture.shape)))
        shown._inline.docPr.set("descr", f"{picture.title}. {picture.text}")
        out.paragraphs[-1].paragraph_format.keep_with_next = True
        _say(out.add_paragraph(style="Caption"), f"{picture.title}. {picture.text}")


def _break(out: Document, block: Break) -> None:
    out.add_paragraph().paragraph_format.page_break_before = True


def _table(out: Document, rows: int, shares: Sequence[int], *borders: str) -> Any:
    """A table over the whole width, with lines where they are named; no row is split over pages."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn
    from docx.shared import Cm

    table: Any = out.add_table(rows, len(shares))
    table.autofit = False
    if from_the_right():
        table._tbl.tblPr.insert_element_before(
            OxmlElement("w:bidiVisual"), "w:tblStyleRowBandSize", "w:tblW", "w:jc", "w:tblLayout", "w:tblLook"
        )
    lines = OxmlElement("w:tblBorders")
    for side in ("top", "left", "bottom", "right", "insideH", "insideV"):  # in the order that the format asks for
        if side in borders:
            line = OxmlElement(f"w:{side}")
            for key, value in (("val", "single"), ("sz", "4"), ("space", "0"), ("color", _LINE)):
                line.set(qn(f"w:{key}"), value)
            lines.append(line)
    table._tbl.tblPr.append(lines)
    for column, share in zip(table.columns, shares, strict=True):
        column.width = Cm((_WIDE - 2 * _MARGIN) * share / 100)
    for row in table.rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        for cell, share in zip(row.cells, shares, strict=True):
            cell.width = Cm((_WIDE - 2 * _MARGIN) * share / 100)
    return table


def _repeat(row: Any) -> None:
    """Mark a row as the table's head, for those who have it read aloud."""
    from docx.oxml import OxmlElement

    row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _shade(cell: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    shade = OxmlElement("w:shd")
    for key, value in (("val", "clear"), ("color", "auto"), ("fill", _SHADE)):
        shade.set(qn(f"w:{key}"), value)
    cell._tc.get_or_add_tcPr().append(shade)


_WRITERS: dict[type[Block], Callable[..., None]] = {
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
