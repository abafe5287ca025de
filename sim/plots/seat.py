"""What one seat of a game knows of a figure, month by month: a line where it is known, a band where it can be guessed at."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt

from sim.plots.data import Rows
from sim.plots.gallery import Picture
from sim.plots.tables import Table, some_of
from sim.plots.theme import INK, MARGIN, PALETTE, WIDTH, dress, month_x
from sim.vocabulary import month_after, months_between
from sim.words.language import N_, _
from sim.words.numbers import between, number
from sim.words.sentences import month_words

_KNOWN = N_("As it is counted or seen in the modelled world. Dotted: the month in which play opened.")
_GUESSED = N_(
    "Not known at this seat. Shaded: nine in ten of the worlds under the same settings; line: the middle one. Dotted: the month "
    "in which play opened."
)


def known(
    name: str,
    title: str,
    unit: str,
    months: Sequence[Sequence[float]],
    first: str,
    opens: str,
    *,
    width: int = WIDTH,
) -> Picture:
    """A figure as one seat knows it.

    Args:
        months: one row of values where it is known; three (5, 50 and 95 in 100 worlds) where it is guessed at.
        first: the first month of the values; opens: the one in which play opened, YYYY-MM.
    """
    dates = [month_after(first, month) for month in range(len(months[0]))]
    guessed = len(months) == 3
    low, middle, high = months if guessed else (months[0], months[0], months[0])

    def said(month: int) -> str:
        return between(low[month], high[month]) if guessed else number(middle[month])

    rows: Rows = [
        {
            "month": month,
            "value": middle[month],
            **({"low": low[month], "high": high[month]} if guessed else {}),
            "said": _("{month}: {figure}", month=month_words(date), figure=said(month)),
        }
        for month, date in enumerate(dates)
    ]
    x, axis, scale = month_x(dates), alt.Axis(title=unit, tickCount=4), alt.Scale(zero=True)
    drawn = alt.Chart(width=width - MARGIN, height=150).encode(x=x)
    layers = [drawn.mark_line(color=PALETTE[0]).encode(y=alt.Y("value:Q", axis=axis, scale=scale))]
    if guessed:
        band = drawn.mark_area(opacity=0.22, color=PALETTE[0])
        layers.insert(0, band.encode(y=alt.Y("low:Q", axis=axis, scale=scale), y2="high:Q"))
    opened = months_between(first, opens)
    if 0 < opened < len(dates):
        rule = alt.Chart().mark_rule(strokeDash=[1, 3], color=INK, strokeWidth=1.5).transform_aggregate(n="count()")
        layers.append(rule.encode(x=alt.datum(opened, type="quantitative")))
    column = _("nine in ten worlds") if guessed else _("known")
    return Picture(
        f"seat-{name.replace('_', '-')}",
        title,
        _("Unit: {unit}.", unit=unit),
        _("{what} in {month}: {figure}.", what=title, month=month_words(dates[-1]), figure=said(len(dates) - 1)),
        dress(alt.layer(*layers), rows, title, _(_GUESSED if guessed else _KNOWN), width),
        Table([_("Month"), column], [[month_words(dates[month]), said(month)] for month in some_of(range(len(dates)))]),
    )
