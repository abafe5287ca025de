"""Pictures of replications: how precision grows with worlds, and what a paired world is worth."""

from __future__ import annotations

from typing import Any

import altair as alt

from sim.plots.data import Rows
from sim.plots.theme import DASHES, INK, PALETTE, SOFT, WIDTH, dress, facet_columns, name_axis, panels
from sim.words.language import _

WIDE = 2 * WIDTH


def settling(rows: Rows, metrics: list[str], title: str, subtitle: str, *, width: int = WIDE) -> Any:
    """Half the 95 % interval against worlds, in units of the precision that is wanted; a panel for each kind of figure.

    Args:
        rows: `panel`, `metric`, `worlds` and `off`, half an interval over the wanted precision.
        metrics: in the order of their colours.
    """
    kinds = list(dict.fromkeys(row["panel"] for row in rows))
    columns, across = facet_columns(len(kinds), width) if len(kinds) > 1 else (1, width - 60)
    columns = min(columns, 2)
    across = across if columns == 1 else (width - 80) // 2
    least, most = min(row["worlds"] for row in rows), max(row["worlds"] for row in rows)
    low, high = min(row["off"] for row in rows), max(row["off"] for row in rows)
    x = alt.X("worlds:Q", scale=alt.Scale(type="log", domain=[least, most], nice=False), axis=_plain("worlds"))
    y = alt.Y(
        "off:Q",
        scale=alt.Scale(type="log", domain=[min(low, 0.5) * 0.9, max(high, 2) * 1.1], nice=False),
        axis=_plain(_("half an interval / wanted")),
    )
    shade = alt.Scale(domain=metrics, range=[PALETTE[n % len(PALETTE)] for n in range(len(metrics))])
    dash = alt.Scale(domain=metrics, range=[DASHES[n % len(DASHES)] for n in range(len(metrics))])
    legend = alt.Legend(columns=3, symbolType="stroke") if len(metrics) > 1 else None
    drawn = alt.Chart(width=across, height=170)
    chart: Any = alt.layer(
        drawn.mark_rule(color=INK, strokeDash=[4, 3]).encode(y=alt.datum(1)),
        drawn.mark_line(point=alt.OverlayMarkDef(size=30)).encode(
            x=x,
            y=y,
            color=alt.Color("metric:N", scale=shade, sort=metrics, legend=legend),
            strokeDash=alt.StrokeDash("metric:N", scale=dash, sort=metrics, legend=legend),
        ),
    )
    if len(kinds) > 1:
        chart = panels(chart, "panel", kinds, columns, across)
    return dress(chart, rows, title, subtitle, width)


def pairing(rows: Rows, title: str, subtitle: str, *, width: int = WIDE) -> Any:
    """How many worlds with random draws of their own one paired world is worth, a bar for each metric.

    Args:
        rows: `metric`, `ratio`, `low`, `high`.
    """
    names = [row["metric"] for row in rows]
    drawn = alt.Chart(width=width - int(max(map(len, names)) * 6.3) - 30, height=26 * len(rows))
    y = alt.Y("metric:N", sort=names, axis=name_axis(title=None))
    axis = alt.Axis(
        title=_("worlds with random draws of their own that one paired world is worth"), tickCount=6, grid=True
    )
    chart = alt.layer(
        drawn.mark_bar(height=13, color=PALETTE[0], opacity=0.8).encode(x=alt.X("ratio:Q", axis=axis), y=y),
        drawn.mark_rule(strokeWidth=2, color=INK).encode(x="low:Q", x2="high:Q", y=y),
        drawn.mark_rule(strokeDash=[4, 3], color=SOFT, strokeWidth=1.5).encode(x=alt.datum(1)),
    )
    return dress(chart, rows, title, subtitle, width)


def _plain(title: str) -> alt.Axis:
    return alt.Axis(title=title, tickCount=4, format=",~g", labelOverlap=True)
