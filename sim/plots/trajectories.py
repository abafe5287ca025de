"""Several tables of one game side by side: each one's own world, month by month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import altair as alt

from sim.metrics import METRICS
from sim.plots.data import Rows
from sim.plots.gallery import Picture
from sim.plots.tables import Table, some_of
from sim.plots.theme import MARGIN, WIDTH, colour, dash, dress, month_x
from sim.vocabulary import month_after
from sim.words.language import _
from sim.words.numbers import number
from sim.words.sentences import month_words, side_by_side


def trajectories(paths: Mapping[str, Sequence[float]], metric: str, first: str, *, width: int = WIDTH) -> Picture:
    """A metric at several tables.

    Args:
        paths: title -> the table's own world by month; first: the first month, YYYY-MM.
    """
    about, names = METRICS[metric], list(paths)
    dates = [month_after(first, month) for month in range(len(paths[names[0]]))]
    rows: Rows = [
        {
            "month": month,
            "scenario": name,
            "value": value,
            "said": _("{name}, {month}: {figure}", name=name, month=month_words(dates[month]), figure=number(value)),
        }
        for name in names
        for month, value in enumerate(paths[name])
    ]
    axis = alt.Axis(title=_(about.unit), tickCount=4)
    chart = (
        alt.Chart(width=width - MARGIN, height=180)
        .mark_line(point=alt.OverlayMarkDef(size=30))
        .encode(x=month_x(dates), y=alt.Y("value:Q", axis=axis), color=colour(names), strokeDash=dash(names))
    )
    title = _("{metric} at each table", metric=_(about.title))
    end = side_by_side(_("{scenario} {figure}", scenario=name, figure=number(paths[name][-1])) for name in names)
    return Picture(
        f"tables-{metric.replace('_', '-')}",
        title,
        _("{means} Unit: {unit}.", means=_(about.means), unit=_(about.unit)),
        _("{what} in {month}: {figure}.", what=_(about.title), month=month_words(dates[-1]), figure=end),
        dress(chart, rows, title, _("Each table's own world; the same random draws at all of them."), width),
        Table(
            [_("Month"), *names],
            [[month_words(dates[k]), *(number(paths[n][k]) for n in names)] for k in some_of(range(len(dates)))],
        ),
    )
