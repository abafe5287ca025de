"""What a class predicted, set against the model: chances as columns, ranges as bars one below the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from statistics import median
from typing import Any

import altair as alt

from sim.plots.data import Rows
from sim.plots.gallery import Picture
from sim.plots.tables import Table
from sim.plots.theme import HIGHER, INK, MARGIN, PALETTE, SOFT, WIDTH, dress
from sim.theme import PAPER
from sim.words.language import N_, _, n_, together
from sim.words.numbers import between, of_100

_STEP = 10
_HIGH = 150  # px
_MODEL, _MINE = N_("the model"), N_("you")
# Words stand where there is room, right of their mark or left of it.
_SIDES: dict[str, Any] = {
    "align": alt.expr("datum.right ? 'right' : 'left'"),
    "dx": alt.expr("datum.right ? -6 : 6"),
}

Range = tuple[float, float]
# So much of what is between the outermost ends is free on either side of them.
_ROOM = 0.25


def chances(
    given: Sequence[float], truth: float | None = None, mine: float | None = None, *, width: int = WIDTH
) -> Picture:
    """Predicted chances, in tens of 100 worlds, with the model's share and one's own.

    Args:
        given: predictions, 0 to 1.
        truth: the model's share, 0 to 1; None where it is not to be seen.
        mine: one's own prediction.
    """
    counts = Counter(min(int(100 * value) // _STEP, 100 // _STEP - 1) for value in given)
    rows: Rows = [
        {"kind": "count", "from": _STEP * place, "to": _STEP * (place + 1), "count": counts[place]}
        for place in range(100 // _STEP)
        if counts[place]
    ]
    marks = {_MODEL: truth, _MINE: mine}
    rows += [
        {
            "kind": name,
            "at": round(100 * value, 1),
            "text": _("{who}: {count:.0f}", who=_(name), count=100 * value),
            "right": value > 0.5,
        }
        for name, value in marks.items()
        if value is not None
    ]
    drawn = alt.Chart(width=width - MARGIN, height=_HIGH)
    x = alt.Scale(domain=[0, 100])
    most = max(2, *counts.values()) if counts else 2
    bars = drawn.transform_filter("datum.kind === 'count'").mark_bar(color=PALETTE[0], stroke=PAPER).encode(
        x=alt.X("from:Q", scale=x, axis=alt.Axis(title=_("of 100 modelled worlds"), values=list(range(0, 101, 20)))),
        x2="to:Q",
        y2=alt.datum(0),
        y=alt.Y("count:Q", axis=alt.Axis(title=_("predictions"), format="d", tickMinStep=1, tickCount=4),
                scale=alt.Scale(domain=[0, most * 1.35], nice=False)),
    )  # fmt: skip
    chart = alt.layer(bars, *_rules(drawn, x, marks))
    said = [_said([f"{100 * value:.0f}" for value in given], _("of 100"))]
    if given:
        said.append(_("The middle one is {middle:.0f} of 100.", middle=100 * median(given)))
    if truth is not None:
        said.append(_("The model: in {share} worlds.", share=of_100(truth)))
    tens = [
        [_("{low} to {high}", low=_STEP * place, high=_STEP * (place + 1)), str(counts[place])]
        for place in range(100 // _STEP)
    ]
    return Picture(
        "predictions",
        _("What was predicted"),
        _("Each prediction counts once, in the ten that it falls in."),
        " ".join(said),
        dress(chart, rows, _("What was predicted"), _subtitle(len(given), truth is not None), width),
        Table([_("Of 100 worlds"), _("Predictions")], tens),
    )


def ranges(
    given: Sequence[Range], unit: str, truth: Range | None = None, mine: Range | None = None, *, width: int = WIDTH
) -> Picture:
    """Predicted ranges, the lowest on top, with the model's own range of eight worlds in ten.

    Args:
        given: predictions, the lower end first.
        unit: of the figure.
        truth, mine: as for :func:`chances`.
    """
    ordered = sorted(given, key=lambda one: (sum(one), one))
    rows: Rows = [
        {"kind": "one", "low": low, "high": high, "place": place} for place, (low, high) in enumerate(ordered)
    ]
    bands = {_MODEL: truth, _MINE: mine}
    ends = [end for one in (*ordered, *filter(None, bands.values())) for end in one]
    far = min(ends) + 0.75 * (max(ends) - min(ends)) if ends else 0.0
    rows += [
        {"kind": name, "low": one[0], "high": one[1], "text": _(name), "right": one[0] > far}
        for name, one in bands.items()
        if one is not None
    ]
    drawn = alt.Chart(width=width - MARGIN, height=min(max(120, 7 * len(given)), 360))
    scale = _around(ends)
    x = alt.X("low:Q", scale=scale, axis=_axis_of(unit, bool(ends)))
    free = 0 if truth is None else max(1, round(0.12 * len(given)))  # room above the bars for the model's name
    y = alt.Y("place:O", axis=None, scale=alt.Scale(domain=list(range(-free, max(len(given), 1)))))
    band = (
        drawn.transform_filter("datum.kind === 'the model'")
        .mark_rect(color=HIGHER, opacity=0.35)
        .encode(x=x, x2="high:Q")
    )
    named = drawn.transform_filter("datum.kind === 'the model'").mark_text(fontWeight="bold", color=INK, **_SIDES)
    bars = (
        drawn.transform_filter("datum.kind === 'one'")
        .mark_bar(color=PALETTE[0], height=3)
        .encode(x=x, x2="high:Q", y=y)
    )
    # A range of one number would be a bar of no length.
    dots = drawn.transform_filter("datum.kind === 'one'").mark_point(filled=True, color=PALETTE[0], size=14, opacity=1)
    own = drawn.transform_filter("datum.kind === 'you'").mark_rule(color=INK, strokeDash=[4, 3], strokeWidth=2)
    chart = alt.layer(
        band,
        bars,
        dots.encode(x=x, y=y),
        own.encode(x=x),
        own.encode(x=alt.X("high:Q", scale=scale)),
        named.encode(x=x, y=alt.value(8), text="text:N"),
    )
    given_words: list[str] = [_("{low:g} to {high:g}", low=low, high=high) for low, high in ordered]
    said = [_said(given_words, unit)]
    if truth is not None:
        said.append(_("The model: {range} in eight worlds of ten.", range=between(truth[0], truth[1])))
    told = Counter(given_words)
    subtitle = [_subtitle(len(given), False), _("A bar each.")]
    if truth is not None:
        subtitle.append(_("Shaded: the model's own range of eight worlds in ten."))
    if mine is not None:
        subtitle.append(_("Dashed: your two ends."))
    return Picture(
        "predictions",
        _("What was predicted"),
        _("A bar goes from the lower to the higher end of a prediction."),
        " ".join(said),
        dress(chart, rows, _("What was predicted"), " ".join(subtitle), width),
        Table(
            [_("Range ({unit})", unit=unit), _("Predictions")], [[words, str(count)] for words, count in told.items()]
        ),
    )


def _around(ends: Sequence[float]) -> alt.Scale:
    """An axis that reaches beyond every range on it: else one by itself fills the whole picture, and looks like no range."""
    if not ends:
        return alt.Scale(domain=[0, 1])
    low, high = min(ends), max(ends)
    room = (_ROOM * (high - low)) or max(abs(high), 1.0)
    return alt.Scale(domain=[max(low - room, 0.0) if low >= 0 else low - room, high + room], zero=False, nice=True)


def _axis_of(unit: str, known: bool) -> alt.Axis:
    """The axis of a figure; without numbers where nobody has named one, since any would be made up."""
    return alt.Axis(title=unit, tickCount=5) if known else alt.Axis(title=unit, labels=False, ticks=False, grid=False)


def _rules(drawn: alt.Chart, x: alt.Scale, marks: dict[str, float | None]) -> list[alt.Chart]:
    """A line with its words for what is known; the words of the two at different heights."""
    out = []
    for height, name in enumerate(marks):
        if marks[name] is None:
            continue
        here = drawn.transform_filter(f"datum.kind === '{name}'").encode(x=alt.X("at:Q", scale=x))
        dash = [1, 0] if name == _MODEL else [4, 3]
        rule = here.mark_rule(color=INK if name == _MODEL else SOFT, strokeWidth=2.5, strokeDash=dash)
        # One's own line begins below the model's words.
        out.append(rule.encode(y=alt.value(15 * height), y2=alt.value("height")))
        words = here.mark_text(
            fontWeight="bold" if name == _MODEL else "normal",
            color=INK,
            **_SIDES,
        )
        out.append(words.encode(text="text:N", y=alt.value(8 + 15 * height)))
    return out


def _subtitle(count: int, truth: bool) -> str:
    many = n_("{count} prediction.", "{count} predictions.", count, count=count)
    return " ".join([many, _("The line is the model's share of worlds.")]) if truth else many


def _said(words: Sequence[str], unit: str) -> str:
    if not words:
        return _("Nobody has predicted yet.")
    return _("{count} predicted ({unit}): {all}.", count=len(words), unit=unit, all=together(", ", words))
