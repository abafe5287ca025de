"""The one page on paper: a PDF of two pages, the answer with its picture, and what each side does with what was assumed.

Drawn by fpdf2 as sheets for a class are, so that no browser is needed. Of many scenarios the picture and what they do may take
more pages; what else the worlds say fills the last of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from sim.report.brief import KICKER, Brief, brief_of, rest_of
from sim.report.dead import Bar, Dead
from sim.report.sides import acts_of, own, shocks_of
from sim.results import Comparison, Results
from sim.results.made import made
from sim.results.reading import titles
from sim.teaching.pack.pdf import FONT, MARGIN, document, height, words
from sim.theme import PALETTE, PAPER, POINTS, PRINTED
from sim.words.language import N_, _, together
from sim.words.sentences import MIDDLES, NOT_A_FORECAST

if TYPE_CHECKING:
    from fpdf import FPDF

_INK, _SOFT, _LINE = (PRINTED[one] for one in ("ink", "soft", "line"))
_NOTE, _BODY = POINTS["note"], POINTS["body"]
_BARS = 0.46  # where bars begin, as a share of the width
_STEP, _TICKS = 4.2, 5.0  # mm of a line beside a bar, and of the figures below
_LIMITS = N_(
    "It is a way of thinking through what five articles argue: shares are shares of modelled worlds, not chances that "
    "something will happen. The articles are commentaries, and none has a voice from the tribal districts. Where no source "
    "gives a number, a range was set, wide enough to include no effect at all."
)
_MORE = N_("The report says more.")


class _Text(NamedTuple):
    """A paragraph: what it says, its size in points, and the mm that follow it."""

    text: str
    size: float
    after: float = 0.0
    style: str = ""
    color: str = _INK

    def put(self, pdf: FPDF) -> None:
        words(pdf, self.text, self.size, self.style, self.color, self.after)

    def height(self, pdf: FPDF) -> float:
        """How many mm it takes."""
        return height(pdf, self.text, self.size, self.style) + self.after


def write_paper(source: Results | Comparison, path: str | Path) -> Path:
    """Write the page of a run or a comparison as a PDF; returns the path."""
    path = Path(path)
    path.write_bytes(paper(source))
    return path


def paper(source: Results | Comparison) -> bytes:
    """The PDF."""
    brief = brief_of(source)
    pdf = document(brief.heading, f"{_(NOT_A_FORECAST)} · {brief.heading}")
    pdf.add_page()
    _front(pdf, brief)
    if pdf.page_no() == 1:
        pdf.add_page()
    _back(pdf, source)
    return bytes(pdf.output())


def _front(pdf: FPDF, brief: Brief) -> None:
    _Text(_(KICKER), _NOTE, color=_SOFT).put(pdf)
    _Text(brief.heading, POINTS["h1"], 1.5, "B").put(pdf)
    for question in brief.questions:
        _Text(question, _NOTE, 0.5, color=_SOFT).put(pdf)
    pdf.ln(3)
    for text in brief.answer:
        _Text(text, POINTS["lead"], 2.5).put(pdf)
    pdf.ln(2)
    _picture(pdf, brief.picture)
    pdf.ln(4)
    limits = " ".join((_(NOT_A_FORECAST), _(_LIMITS), _("Real people died and were displaced.")))
    _together(pdf, [_Text(limits, _NOTE, 1.5, color=_SOFT), _Text(brief.scope, _NOTE, 3, color=_SOFT)])


def _back(pdf: FPDF, source: Results | Comparison) -> None:
    results = list(source.results.values()) if isinstance(source, Comparison) else [source]
    called = titles(*results)
    acts = own({called[one.name]: acts_of(one.scenario) for one in results})
    heading, most = [_Text(_("What each side does"), POINTS["h3"], 1, "B")], 2 if len(results) > 1 else None
    for one in results:
        said = [_Text(called[one.name], _BODY, style="B"), _Text(_(one.scenario.summary), _NOTE, 1)]
        for act in acts[called[one.name]][:most]:
            levers = together(", ", [_("{setting} {value}", setting=name, value=value) for name, value in act.levers])
            what = _("{when}: {what}.", when=act.when, what=levers or act.what.rstrip(".۔"))
            said.append(_Text(what, _NOTE, 1, color=_SOFT))
        _together(pdf, [*heading, *said])
        pdf.ln(1.5)
        heading = []
    shocks = [
        _Text(_("{when}: {what}.", when=shock.when, what=shock.what), _NOTE, color=_SOFT)
        for shock in shocks_of(results[0].scenario)[:4]
    ]
    _together(
        pdf,
        [
            _Text(_("What was assumed"), POINTS["h3"], 1, "B"),
            _Text(made(one.manifest for one in results).sentence, _NOTE, 1),
            *shocks,
        ],
    )
    pdf.ln(3)
    _rest(pdf, rest_of(source), several=len(results) > 1)


def _rest(pdf: FPDF, rest: dict[str, list[str]], several: bool) -> None:
    """What else the worlds say, as far as there is room on the page."""
    how = " ".join((_("Differences are taken world by world, with the same draws."), _(MIDDLES))) if several else ""
    room = _Text(f"{_(_MORE)} {how}", _NOTE).height(pdf)
    for heading, paragraphs in rest.items():
        lead = [_Text(heading or _("What else the worlds say"), POINTS["h3"], 1, "B")]
        for text in paragraphs:
            some = [*lead, _Text(text, _NOTE, 1.2)]
            if pdf.will_page_break(sum(one.height(pdf) for one in some) + room):
                _Text(f"{_(_MORE)} {how}", _NOTE, color=_SOFT).put(pdf)
                return
            for one in some:
                one.put(pdf)
            lead = []
    if how:
        _Text(how, _NOTE, color=_SOFT).put(pdf)


def _together(pdf: FPDF, texts: Sequence[_Text]) -> None:
    """Put paragraphs down on one page, the next one where there is no room on this."""
    if pdf.will_page_break(sum(one.height(pdf) for one in texts)):
        pdf.add_page()
    for one in texts:
        one.put(pdf)


def _picture(pdf: FPDF, dead: Dead) -> None:
    """The bars, drawn as on the page; a group that does not fit goes to the next page, where the figures below stand again."""
    _Text(dead.title, POINTS["lead"], style="B").put(pdf)
    _Text(dead.reads, _NOTE, 1, color=_SOFT).put(pdf)
    top, room = pdf.get_y(), 1.0 if dead.several else 2.0
    for who, bars in dead.groups.items():
        head = _Text(who, _BODY, style="B")
        high = 2 * room + head.height(pdf) + sum(_beside(pdf, bar, dead.several, dry=True) for bar in bars)
        if pdf.will_page_break(high + _TICKS):
            _ticks(pdf, dead, top)
            pdf.add_page()
            top = pdf.get_y()
        pdf.set_draw_color(_LINE)
        pdf.line(MARGIN, pdf.get_y(), pdf.w - MARGIN, pdf.get_y())
        pdf.ln(room)
        head.put(pdf)
        for bar in bars:
            _bar(pdf, bar, dead.several)
        pdf.ln(room)
    _ticks(pdf, dead, top)


def _ticks(pdf: FPDF, dead: Dead, top: float) -> None:
    """The upright lines from the top of the bars, and their figures below."""
    foot = pdf.get_y()
    for label, at in dead.ticks:
        zero = at == dead.zero
        pdf.set_draw_color(_INK if zero else _LINE)
        pdf.set_line_width(0.25 if zero else 0.1)
        pdf.line(_across(pdf, at), top, _across(pdf, at), foot)
        pdf.set_font(FONT, "", POINTS["label"])
        pdf.set_text_color(_SOFT)
        pdf.set_xy(_across(pdf, at) - 10, foot)
        pdf.cell(20, _TICKS, label, align="C")
    pdf.set_xy(MARGIN, foot + _TICKS)


def _beside(pdf: FPDF, bar: Bar, several: bool, dry: bool = False) -> float:
    """Put the words beside a bar, unless `dry`; returns how high they are."""
    pdf.set_font(FONT, "", _NOTE)
    pdf.set_text_color(_INK)
    text = _("{scenario}: {figure}", scenario=bar.name, figure=bar.said) if several else bar.said
    text += f"{' ' if several else chr(10)}{bar.sure}" if bar.sure else ""
    high = pdf.multi_cell(
        pdf.epw * _BARS, _STEP, text, align="L", new_x="LMARGIN", new_y="NEXT", dry_run=dry, output="HEIGHT"
    )
    return cast(float, high)


def _bar(pdf: FPDF, bar: Bar, several: bool) -> None:
    top, high = pdf.get_y(), _beside(pdf, bar, several)
    middle, colour = top + high / 2 - (0 if several else 2), PALETTE[bar.place % len(PALETTE)]
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
    return MARGIN + pdf.epw * (_BARS + (1 - _BARS) * hundredths / 100)
