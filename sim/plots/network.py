"""Who has a hold on whom, and who leans to whom, in one month: Kabul in the middle, and what ties it to the others.

The model keeps three leverages and three alignments, and all of them have Kabul at one end; no other tie is drawn.
"""

from __future__ import annotations

from math import atan2, degrees, hypot
from typing import Any

import altair as alt
import numpy as np

from sim.plots import whole
from sim.plots.data import Rows, Source, as_comparison, called, months
from sim.plots.gallery import Picture
from sim.plots.moving import Moving, split
from sim.plots.tables import Table
from sim.plots.theme import INK, LABEL, NOTE, SOFT, WIDTH, dress
from sim.results.paired import Comparison
from sim.theme import OPPOSED_TO_ALIGNED, PAPER
from sim.vocabulary import ACTORS, Derived, Tie, acting
from sim.words.language import N_, _
from sim.words.sentences import month_words, side_by_side

# A judgement of the eye, declared with the actors: px of a drawing of 320 by 300, from the left and from the bottom. Kabul is
# in the middle.
PLACES: Derived[tuple[float, float]] = Derived(
    lambda: {spec.name: spec.place for spec in acting().values() if spec.place}
)
SIZE = (320, 300)


def ties() -> list[Tie]:
    """The ties that are drawn: first those with a leverage."""
    return sorted((tie for spec in acting().values() for tie in spec.drawn), key=lambda tie: not tie.leverage)


_RADIUS, _THICKEST, _THIN = 33.0, 40.0, 2.5
_SUBTITLE = N_(
    "Width of an arrow: leverage. Blue: Kabul leans to the other; orange and dashed: away; grey: neither, an alignment of less "
    "than {neither} either way. Means over modelled worlds."
)
_READ = N_(
    "Leverage is need times control, averaged over resources, 0 to 1: nothing has leverage that nobody needs. Alignment is how "
    "far the factions in Kabul lean to the other, weighted by power, -1 to 1."
)
NO_HEAD = N_(
    "The model measures no leverage between Kabul and the TTP, so that the line between them has no arrowhead; what Kabul does "
    "about the TTP is its stance."
)
# An alignment nearer to 0 than this is drawn as none: a judgement of the eye.
NEITHER = 0.05


def network(source: Source, name: str, month: int, *, width: int = WIDTH) -> Any:
    """The ties of one scenario in one month.

    Args:
        name: of the scenario; month: its number, from 0.
    """
    comparison = as_comparison(source)
    return dress(
        _drawing(), _rows(comparison, name, month), called(comparison)[name], _(_SUBTITLE, neither=NEITHER), width
    )


def moving_network(source: Source, name: str, month: int) -> Moving:
    """The same in two parts, for a page on which months go by."""
    comparison = as_comparison(source)
    title = called(comparison)[name]
    return split(("network", title), lambda: network(comparison, name, month), _rows(comparison, name, month))


def network_picture(source: Source, name: str, month: int) -> Picture:
    """The network with its words and its table."""
    comparison = as_comparison(source)
    title, when = called(comparison)[name], month_words(months(comparison)[month])
    rows, told = [], []
    for tie in ties():
        leverage, alignment = values(comparison, name, month, tie)
        held = _("not measured") if leverage is None else f"{leverage:.2f}"
        rows.append([_between(tie), held, f"{alignment:+.2f}"])
        said = (
            N_("{tie}: alignment {alignment}")
            if leverage is None
            else N_("{tie}: leverage {leverage}, alignment {alignment}")
        )
        told.append(_(said, tie=rows[-1][0], leverage=held, alignment=rows[-1][2]))
    return Picture(
        f"network-{name}-{months(comparison)[month]}".replace("_", "-"),
        _("{scenario}, {month}: leverage and alignment", scenario=title, month=when),
        " ".join([_(_READ), _(NO_HEAD)]),
        _("{scenario}, {month}. {parts}.", scenario=title, month=when, parts=side_by_side(told)),
        network(comparison, name, month),
        Table([_("Tie"), _("Leverage, 0 to 1"), _("Kabul's alignment with the other, -1 to 1")], rows),
    )


def _between(tie: Tie) -> str:
    """Whom a tie is between."""
    return _(tie.words) if tie.words else _("{actor} and Kabul", actor=_(ACTORS[tie.holder]))


def values(comparison: Comparison, name: str, month: int, tie: Tie) -> tuple[float | None, float]:
    """A tie's leverage (None where none is measured) and alignment: means over worlds."""
    metrics = comparison.results[name].arrays.metrics
    leverage = float(np.mean(metrics[tie.leverage][:, month])) if tie.leverage else None
    return leverage, float(np.mean(metrics[tie.alignment][:, month]))


def _rows(comparison: Comparison, name: str, month: int) -> Rows:
    rows: Rows = [{"kind": "month", "x": 0, "y": 297, "text": month_words(months(comparison)[month])}]
    # An alignment that stands at two arrows is written once, at the last.
    written = {tie.alignment: tie for tie in ties()}
    for tie in ties():
        leverage, alignment = values(comparison, name, month, tie)
        (x, y), (x2, y2), angle = _ends(tie)
        kind = "tie" if leverage is None else "hold"
        size = _THIN if leverage is None else max(_THICKEST * leverage, 0.75)
        drawn = {"leaning": round(alignment, 3), "opposed": alignment <= -NEITHER}
        rows.append({"kind": kind, "x": x, "y": y, "x2": x2, "y2": y2, "size": round(size, 2), **drawn})
        text = N_("{tie}: leverage {leverage} of 1, alignment {alignment}, from -1 to 1")
        text = N_("{tie}: alignment {alignment}, from -1 to 1") if leverage is None else text
        held, leaning = "" if leverage is None else f"{leverage:.2f}", f"{alignment:+.2f}"
        rows[-1]["said"] = _(text, tie=_between(tie), leverage=held, alignment=leaning)
        if leverage is not None:
            rows.append({"kind": "head", "x": x2, "y": y2, "angle": angle, "size": (size + 9) ** 2, **drawn})
        said = [] if leverage is None else [_(tie.words), _("leverage {figure}", figure=held)]
        said += [_("alignment {figure}", figure=leaning)] if written[tie.alignment] is tie else []
        rows.append({"kind": f"words-{tie.align}", "x": tie.at[0], "y": tie.at[1], "text": "\n".join(said)})
    for actor, (x, y) in PLACES.items():
        title = _("Kabul") if actor == "taliban" else _(ACTORS[actor])
        rows.append({"kind": "actor", "x": x, "y": y, "text": title})
    return rows


def _ends(tie: Tie) -> tuple[tuple[float, float], tuple[float, float], float]:
    """Where a tie begins and ends between two circles, and the way it points, in degrees clockwise from up."""
    (x, y), (x2, y2) = PLACES[tie.holder], PLACES[tie.held]
    length = hypot(x2 - x, y2 - y)
    along, across = ((x2 - x) / length, (y2 - y) / length), ((y - y2) / length, (x2 - x) / length)
    reach = (_RADIUS**2 - tie.aside**2) ** 0.5 + 2
    back = reach + (8 if tie.leverage else 0)  # room for the head
    shift = (across[0] * -tie.aside, across[1] * -tie.aside)
    start = (x + along[0] * reach + shift[0], y + along[1] * reach + shift[1])
    end = (x2 - along[0] * back + shift[0], y2 - along[1] * back + shift[1])
    return (
        (round(start[0], 2), round(start[1], 2)),
        (round(end[0], 2), round(end[1], 2)),
        degrees(atan2(x2 - x, y2 - y)),
    )


def _shades() -> list[str]:
    """The colours of alignments, with the middle one from end to end of what is neither."""
    half = len(OPPOSED_TO_ALIGNED) // 2
    return [*OPPOSED_TO_ALIGNED[: half + 1], *OPPOSED_TO_ALIGNED[half:]]


def _drawing() -> Any:
    width, height = SIZE
    x, y = whole.x_in_px(width), whole.y_in_px(height)

    def layer(kind: str) -> Any:
        drawn = alt.Chart(width=width, height=height).transform_filter(f"datum.kind === '{kind}'")
        grown = f"datum.size * {whole.ZOOM}" + f" * {whole.ZOOM}" * (kind == "head")
        return drawn.transform_calculate(size=grown).encode(x=x, y=y)

    shades = alt.Scale(domain=[-1, -0.25, -NEITHER, NEITHER, 0.25, 1], range=_shades(), interpolate="rgb")
    legend = alt.Legend(title="Kabul's alignment", orient="bottom", gradientLength=140, values=[-1, 0, 1], format=".0f")
    colour = alt.Color("leaning:Q", scale=shades, legend=legend)
    dash = alt.condition("datum.opposed", alt.value([7, 4]), alt.value([1, 0]))
    wide = alt.Size("size:Q", scale=None, legend=None)
    lines = [
        layer(kind).mark_rule().encode(x2="x2:Q", y2="y2:Q", size=wide, color=colour, strokeDash=dash)
        for kind in ("hold", "tie")
    ]
    return alt.layer(
        *lines,
        layer("head")
        .mark_point(shape="triangle-up", filled=True, opacity=1)
        .encode(angle=alt.Angle("angle:Q", scale=None), size=wide, color=colour),
        layer("actor").mark_circle(
            size=whole.px(_RADIUS**2 * 3.14, 2), color=PAPER, stroke=INK, strokeWidth=2, opacity=1
        ),
        layer("actor").mark_text(fontSize=whole.px(LABEL), fontWeight="bold", baseline="middle").encode(text="text:N"),
        *(
            layer(f"words-{side}")
            .mark_text(align=side, fontSize=whole.px(LABEL), baseline="middle")
            .encode(text="text:N")
            for side in ("left", "right")
        ),
        layer("month")
        .mark_text(align="left", fontSize=whole.px(NOTE), fontWeight="bold", color=SOFT)
        .encode(text="text:N"),
    ).add_params(whole.zoom(width, height))
