"""The one page on paper: a PDF of two pages, the answer with its picture, and what each side does with what was assumed.

Drawn by fpdf2 with the font that sheets for a class have, so that no browser is needed.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.report.brief import Brief, brief_of, rest_of
from sim.report.dead import Bar, Dead
from sim.report.sides import acts_of, own, shocks_of
from sim.results import Comparison, Results
from sim.results.made import made
from sim.results.reading import titles
from sim.teaching.pack.pdf import fonts
from sim.theme import INK, LIGHT, PALETTE, PAPER, SOFT
from sim.words.sentences import MIDDLES, NOT_A_FORECAST

if TYPE_CHECKING:
    from fpdf import FPDF

_MARGIN, _LINE, _SHADE = 18.0, LIGHT["line"], LIGHT["shade"]
_BARS = 0.46  # where bars begin, as a share of the width
_LIMITS = (
    "It is a way of thinking through what five articles argue: shares are shares of modelled worlds, not chances that "
    "something will happen. The articles are commentaries, and none has a voice from the tribal districts. Where no source "
    "gives a number, a range was set, wide enough to include no effect at all."
)


def write_paper(source: Results | Comparison, path: str | Path) -> Path:
    """Write the page of a run or a comparison as a PDF; returns the path."""
    path = Path(path)
    path.write_bytes(paper(source))
    return path


def paper(source: Results | Comparison) -> bytes:
    """The PDF."""
    brief = brief_of(source)
    pdf = _document(brief)
    pdf.add_page()
    _front(pdf, brief)
    pdf.add_page()
    _back(pdf, source, brief)
    return bytes(pdf.output())


def _document(brief: Brief) -> FPDF:
    from fpdf import FPDF

    class Paper(FPDF):
        def footer(self) -> None:
            self.set_y(-13)
            self.set_font("DejaVu", size=8)
            self.set_text_color(SOFT)
            self.cell(0, 5, f"durand · {brief.heading} · {NOT_A_FORECAST}", align="L")
            self.set_x(-30)
            self.cell(30 - _MARGIN, 5, f"{self.page_no()} / {{nb}}", align="R")

    pdf = Paper(format="A4")
    pdf.set_margins(_MARGIN, 16, _MARGIN)
    pdf.set_auto_page_break(True, margin=18)
    for style, file in {"": "DejaVuSans", "B": "DejaVuSans-Bold"}.items():
        pdf.add_font("DejaVu", style, fonts() / f"{file}.ttf")
    pdf.set_title(brief.heading)
    pdf.set_lang("en")
    pdf.set_creator("durand")
    return pdf


def _front(pdf: FPDF, brief: Brief) -> None:
    _words(pdf, "Pakistan, the Afghan Taliban, the TTP and India after August 2021", 8.5, color=SOFT)
    _words(pdf, brief.heading, 20, "B", after=1.5)
    for question in brief.questions[:4]:
        _words(pdf, question, 9, color=SOFT, after=0.5)
    pdf.ln(3)
    for text in brief.answer:
        _words(pdf, text, 12, after=2.5)
    pdf.ln(2)
    _picture(pdf, brief.picture)
    pdf.ln(4)
    _words(pdf, f"{NOT_A_FORECAST} {_LIMITS} Real people died and were displaced.", 8.5, color=SOFT, after=1.5)
    _words(pdf, brief.scope, 8.5, color=SOFT)


def _back(pdf: FPDF, source: Results | Comparison, brief: Brief) -> None:
    results = list(source.results.values()) if isinstance(source, Comparison) else [source]
    called = titles(*results)
    _words(pdf, "What each side does", 13, "B", after=1)
    acts = own({called[one.name]: acts_of(one.scenario) for one in results})
    for one in results:
        if pdf.page_no() > 2 or pdf.will_page_break(34):
            break  # what is left stands in the report
        _words(pdf, called[one.name], 10, "B")
        _words(pdf, one.scenario.summary, 9, after=1)
        for act in acts[called[one.name]][:2]:
            levers = ", ".join(f"{name} {value}" for name, value in act.levers)
            _words(pdf, f"{act.when}: {levers}." if levers else f"{act.when}: {act.what}", 8.5, color=SOFT, after=1)
        pdf.ln(1.5)
    if not pdf.will_page_break(60):
        _words(pdf, "What was assumed", 13, "B", after=1)
        _words(pdf, made(one.manifest for one in results).sentence, 9, after=1)
        for shock in shocks_of(results[0].scenario)[:4]:
            _words(pdf, f"{shock.when}: {shock.what}.", 8.5, color=SOFT)
        pdf.ln(3)
    for heading, paragraphs in rest_of(source).items():
        if pdf.will_page_break(20 + 11 * len(paragraphs)):
            break
        _words(pdf, heading or "What else the worlds say", 13, "B", after=1)
        for text in paragraphs:
            _words(pdf, text, 9, after=1.2)
    if len(results) > 1 and not pdf.will_page_break(14):
        _words(pdf, f"Differences are taken world by world, with the same draws. {MIDDLES}", 8.5, color=SOFT)


def _words(pdf: FPDF, text: str, size: float, style: str = "", color: str = INK, after: float = 0) -> None:
    pdf.set_font("DejaVu", style, size)
    pdf.set_text_color(color)
    pdf.multi_cell(0, size * 0.5, text, align="L", new_x="LMARGIN", new_y="NEXT")
    if after:
        pdf.ln(after)


def _picture(pdf: FPDF, dead: Dead) -> None:
    """The bars, drawn as on the page."""
    _words(pdf, dead.title, 11, "B")
    _words(pdf, dead.reads, 8.5, color=SOFT, after=1)
    top = pdf.get_y()
    for words, bars in dead.groups.items():
        pdf.set_draw_color(_LINE)
        pdf.line(_MARGIN, pdf.get_y(), pdf.w - _MARGIN, pdf.get_y())
        room = 1.0 if dead.several else 2.0
        pdf.ln(room)
        _words(pdf, words, 9.5, "B")
        for bar in bars:
            _bar(pdf, bar, dead.several)
        pdf.ln(room)
    foot = pdf.get_y()
    for label, at in dead.ticks:
        zero = at == dead.zero
        pdf.set_draw_color(INK if zero else _LINE)
        pdf.set_line_width(0.25 if zero else 0.1)
        pdf.line(_across(pdf, at), top, _across(pdf, at), foot)
        pdf.set_font("DejaVu", "", 8)
        pdf.set_text_color(SOFT)
        pdf.set_xy(_across(pdf, at) - 10, foot)
        pdf.cell(20, 5, label, align="C")
    pdf.set_xy(_MARGIN, foot + 5)


def _bar(pdf: FPDF, bar: Bar, several: bool) -> None:
    top, name = pdf.get_y(), f"{bar.name}: " if several else ""
    pdf.set_font("DejaVu", "", 8.5)
    pdf.set_text_color(INK)
    width = pdf.epw * _BARS
    words = f"{name}{bar.said}" + (f"{' ' if several else chr(10)}{bar.sure}" if bar.sure else "")
    pdf.multi_cell(width, 4.2, words, align="L", new_x="LMARGIN", new_y="NEXT")
    middle, colour = (top + pdf.get_y()) / 2 - (0 if several else 2), PALETTE[bar.place % len(PALETTE)]
    pdf.set_draw_color(colour)
    pdf.set_fill_color(colour)
    for (low, high), thick in ((bar.most, 0.5), (bar.half, 1.8)):
        pdf.set_line_width(thick)
        pdf.line(_across(pdf, low), middle, _across(pdf, high), middle)
    pdf.set_line_width(0.2)
    pdf.set_draw_color(PAPER)
    pdf.circle(_across(pdf, bar.mean), middle, 1.5, style="DF")


def _across(pdf: FPDF, hundredths: float) -> float:
    """Where a bar's place lies on the page."""
    return _MARGIN + pdf.epw * (_BARS + (1 - _BARS) * hundredths / 100)
