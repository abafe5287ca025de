"""The causal-loop diagram: states as boxes, arrows with the sign of what they do, and the mark of each feedback loop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from xml.sax.saxutils import escape

import altair as alt

from sim.loops.cycles import BALANCING, OPEN, REINFORCING, Loop, Loops, NamedLoop
from sim.loops.graph import sign_of, summed, title_of
from sim.loops.layout import BOX, Point, arrow, grid, marks, ring
from sim.loops.text import SIGNS, kind, way_round
from sim.plots.gallery import Picture
from sim.plots.tables import Table
from sim.plots.theme import INK, NOTE, SOFT, WIDTH, broken, dress
from sim.rule import RULES
from sim.theme import NODE, PAPER
from sim.why.names import Key
from sim.words.language import N_, _
from sim.words.sentences import side_by_side

COLUMNS = 4
_LETTERS = 22
_SUBTITLE = N_(
    "+ and a whole line: moves the next one the same way; − and a broken line: the other way; ?: open. R reinforces what "
    "happens, B balances it, O is open: it reinforces in some worlds, and balances in others."
)
_OF_KIND = {REINFORCING: "R", BALANCING: "B", OPEN: "O"}
_NONE = N_("No feedback loop with a name is closed by the rules.")


def marked(loops: Sequence[NamedLoop]) -> dict[str, str]:
    """The mark of each loop that is closed: R1, R2 for those that reinforce, B1 for those that balance, O1 for open ones."""
    out: dict[str, str] = {}
    for one in loops:
        if one.circles:
            letter = _OF_KIND[one.circles[0].kind]
            out[one.id] = f"{letter}{1 + sum(mark.startswith(letter) for mark in out.values())}"
    return out


def diagram(found: Loops, only: str = "", *, width: int | None = None) -> Any:
    """The foremost circle of every loop with a name in one drawing; or that of one loop by itself.

    Args:
        only: the id of a loop.
        width: px, to which the words above it are broken; None: as wide as the drawing.
    """
    letters = marked(found.named)
    loops = [one for one in found.named if one.circles and only in ("", one.id)]
    circles = [one.circles[0] for one in loops]
    if not circles:
        return dress(alt.Chart(width=WIDTH, height=1).mark_text(), [], _("Feedback loops"), _(_NONE))
    pairs = list(dict.fromkeys(pair for circle in circles for pair in _pairs(circle)))
    places = ring(circles[0].states) if only else grid(pairs, COLUMNS)
    rows = [*_boxes(places), *_arrows(circles, places)]
    size = [max(row.get(f"{axis}2", row[axis]) for row in rows) + 10 for axis in "xy"]
    busy = [(row["x"], row["y"]) for row in rows if row["kind"] in ("line", "sign")]
    spots = marks([[places[key] for key in circle.states] for circle in circles], list(places.values()), busy)
    rows += [_row("mark", *spot, text=letters[one.id]) for one, spot in zip(loops, spots, strict=True)]
    called = [_("{mark} {loop}", mark=letters[one.id], loop=_(one.name)) for one in loops]
    title = called[0] if only else _("Feedback loops of the model")
    subtitle = (
        "\n".join([_(_SUBTITLE), *_of_several(loops[0])])
        if only
        else "\n".join([_("{loops}.", loops=side_by_side(called)), _(_SUBTITLE)])
    )
    return dress(_drawing(*size), rows, title, subtitle, width or int(size[0]))


def _of_several(one: NamedLoop) -> list[str]:
    """That a drawing shows one way round of several: a reader may look in vain for a state that the loop's words name."""
    said = N_("Drawn is the foremost of {ways} ways round of this loop; others lead through other states.")
    return [_(said, ways=one.ways)] if one.ways > 1 else []


def picture(found: Loops, only: str = "", *, width: int | None = None) -> Picture:
    """The diagram with its words and its table. Arguments as for :func:`diagram`."""
    letters = marked(found.named)
    loops = [one for one in found.named if one.circles and only in ("", one.id)]
    rows = [
        [
            _("{mark} {loop} ({id})", mark=letters[one.id], loop=_(one.name), id=one.id),
            kind(one.circles[0]),
            way_round(one.circles[0]),
            side_by_side(_(RULES[name].title) for name in one.circles[0].rules),
        ]
        for one in loops
    ]
    told = " ".join(_("{loop}, {kind}: {states}.", loop=row[0], kind=row[1], states=row[2]) for row in rows)
    return Picture(
        f"loops-{only}".rstrip("-").lower(),
        _(loops[0].name) if only and loops else _("Feedback loops of the model"),
        _(
            "Found in the model, not drawn by hand: each arrow is what one state does to the next in a month, by the rules in "
            "the table. Of each loop the foremost way round is drawn; there may be others."
        ),
        _("A causal-loop diagram. {loops}", loops=told or _(_NONE)),
        diagram(found, only, width=width),
        Table(
            [_("Loop"), _("Kind"), _("Each state, and the sign of what it does to the next"), _("Rules on the way")],
            rows,
        ),
    )


def as_svg(found: Loops) -> str:
    """The diagram as SVG, with its title and a text that stands in for it."""
    from sim.plots.export import to_svg

    made = picture(found)
    head, tag, rest = to_svg(made.chart).partition("<svg ")
    attributes, close, body = rest.partition(">")
    words = f"<title>{escape(made.title)}</title><desc>{escape(made.text)}</desc>"
    return f'{head}{tag}role="img" {attributes}{close}{words}{body}\n'


def _pairs(circle: Loop) -> list[tuple[Key, Key]]:
    return list(zip(circle.states, circle.states[1:] + circle.states[:1], strict=True))


def _row(kind: str, x: float, y: float, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "x": round(x, 1), "y": round(y, 1), **more}


def _boxes(places: dict[Key, Point]) -> list[dict[str, Any]]:
    out = []
    for key, (x, y) in sorted(places.items()):
        reach = {"x2": x + BOX[0] / 2, "y2": y + BOX[1] / 2}
        out.append(_row("box", x - BOX[0] / 2, y - BOX[1] / 2, **reach))
        lines = broken(title_of(key), _LETTERS)
        out.append(_row("name", x, y - 7.0 * (min(len(lines), 3) - 1), text="\n".join(lines[:3])))
    return out


def _arrows(circles: Sequence[Loop], places: dict[Key, Point]) -> list[dict[str, Any]]:
    ways: dict[tuple[Key, Key], Any] = {}
    for circle in circles:
        for pair, some in zip(_pairs(circle), circle.ways, strict=True):
            ways.setdefault(pair, {}).update({edge.through: edge for edge in some})
    out = []
    for number, ((source, target), some) in enumerate(sorted(ways.items())):
        if source == target:
            continue
        sign = sign_of(summed(some.values()))
        drawn = arrow(places[source], places[target], list(places.values()))
        for step, (x, y) in enumerate(drawn.line):
            out.append(_row("line", x, y, arrow=number, step=step, falls=sign < 0))
        out.append(_row("head", *drawn.line[-1], angle=drawn.angle))
        out.append(_row("sign", *drawn.sign_at, text=SIGNS[sign]))
    return out


def _drawing(width: float, height: float) -> Any:
    x = alt.X("x:Q", scale=alt.Scale(domain=[0, width], nice=False), axis=None)
    y = alt.Y("y:Q", scale=alt.Scale(domain=[height, 0], nice=False), axis=None)
    base = alt.Chart(width=width, height=height)

    def layer(kind: str) -> Any:
        return base.transform_filter(f"datum.kind === '{kind}'").encode(x=x, y=y)

    dash = alt.condition("datum.falls", alt.value([5, 3]), alt.value([1, 0]))
    lines = layer("line").mark_line(color=SOFT, strokeWidth=1.6)
    return alt.layer(
        lines.encode(detail="arrow:N", order="step:Q", strokeDash=dash),
        layer("head")
        .mark_point(shape="triangle-up", filled=True, opacity=1, size=70, color=SOFT)
        .encode(angle=alt.Angle("angle:Q", scale=None)),
        layer("box")
        .mark_rect(color=PAPER, stroke=INK, strokeWidth=1.2, cornerRadius=4, opacity=1)
        .encode(x2="x2:Q", y2="y2:Q"),
        layer("name").mark_text(lineHeight=14, baseline="middle").encode(text="text:N"),
        layer("sign").mark_circle(size=150, color=PAPER, opacity=1),
        layer("sign").mark_text(fontSize=NOTE, fontWeight="bold").encode(text="text:N"),
        layer("mark").mark_circle(size=640, color=NODE, opacity=1, stroke=INK),
        layer("mark").mark_text(fontSize=NOTE, fontWeight="bold").encode(text="text:N"),
    )
