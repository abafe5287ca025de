"""Pictures over time: fans, paired differences, leverage by resource, alignments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal

import altair as alt
import numpy as np

from sim.metrics import METRICS, Metric
from sim.plots.data import (
    Rows,
    Source,
    as_comparison,
    bands,
    called,
    how_to_read,
    monthly,
    months,
    of_pair,
    panel_of,
    parting,
    parts_at,
)
from sim.plots.naming import line_names, line_x, name_lines
from sim.plots.tables import in_short, said_of
from sim.plots.theme import (
    BELOW,
    HIGHER,
    INK,
    MARGIN,
    SAME,
    SOFT,
    WIDTH,
    colour,
    dash,
    dress,
    facet_columns,
    month_x,
    panels,
    quoted,
)
from sim.results.paired import Comparison
from sim.vocabulary import RESOURCES_PAKISTAN_NEEDS, RESOURCES_TALIBAN_NEEDS
from sim.words.language import N_, _, spoken
from sim.words.sentences import month_words, side_by_side

Direction = Literal["pakistan_taliban", "taliban_pakistan"]

_LEVERAGE = {
    "pakistan_taliban": (N_("What gives Pakistan leverage over Kabul, resource by resource"), RESOURCES_TALIBAN_NEEDS),
    "taliban_pakistan": (N_("What gives Kabul leverage over Pakistan, resource by resource"), RESOURCES_PAKISTAN_NEEDS),
}
_ALIGNMENTS = {
    "alignment_taliban_pakistan": N_("with Pakistan"),
    "alignment_taliban_india": N_("with India"),
    "alignment_taliban_ttp": N_("with the TTP"),
}
_BANDS = N_("Bands: half of the worlds, and nine in ten.")
BAND = N_("Band: nine worlds in ten.")
_DIFFERENCES = N_("Line: the middle of the differences.")


def fan(source: Source, metric: str, *, width: int = WIDTH) -> Any:
    """A metric month by month, a panel per scenario: the median, and the bands of half and of nine in ten worlds."""
    comparison, about = as_comparison(source), METRICS[metric]
    names, dates = called(comparison), months(comparison)
    rows = fan_rows(comparison, metric)
    columns, panel = facet_columns(len(names), width)
    x, y = month_x(dates), _y(_(about.unit), room(rows, about))
    drawn = alt.Chart(width=panel, height=150 if columns > 1 else 180).encode(
        x=x, color=colour(list(names.values()), legend=False)
    )
    layers = [
        drawn.mark_area(opacity=0.22).encode(y=y("p05"), y2="p95:Q"),
        drawn.mark_area(opacity=0.4).encode(y=y("p25"), y2="p75:Q"),
        drawn.mark_line().encode(y=y("p50")),
    ]
    if comparison.others:
        layers.append(
            drawn.mark_line(strokeDash=[3, 3], strokeWidth=1.5, color=INK).encode(y=y("base"), color=alt.Color())
        )
    layers += _parting_rule(comparison)
    subtitle = how_to_read(comparison, _BANDS)
    if comparison.others:
        dashed = _("Dashed: the line of {name}.", name=names[comparison.baseline])
        subtitle += f" {dashed} {parting(comparison)}"
    chart = alt.layer(*layers)
    if len(names) > 1:
        chart = panels(chart, "scenario", list(names.values()), columns, panel)
    return dress(chart, rows, _("{metric}, month by month", metric=_(about.title)), subtitle, width)


def fan_rows(comparison: Comparison, metric: str) -> Rows:
    """What a fan draws: a record per scenario and month."""
    base = comparison.results[comparison.baseline]

    def made(name: str, title: str) -> Rows:
        columns = bands(comparison.results[name].arrays.metrics[metric])
        if name != comparison.baseline:
            columns["base"] = bands(base.arrays.metrics[metric])["p50"]
        return monthly(columns, scenario=title)

    return _with_words("fan", comparison, metric, called(comparison), made)


def _with_words(
    what: str, comparison: Comparison, metric: str, names: Mapping[str, str], made: Callable[[str, str], Rows]
) -> Rows:
    """The rows of some scenarios one after the other, each with what is said of it at the pointer (`said`).

    Args:
        what: the kind of picture; names: name -> title; made: gives the rows of a scenario by its name and its title.
    """
    dates, base = months(comparison), comparison.results[comparison.baseline]

    def told(name: str, title: str) -> Rows:
        return [
            {**row, "said": said_of(metric, dates[row["month"]], row, comparison.worlds)} for row in made(name, title)
        ]

    some = (
        of_pair(comparison.results[name], base, (what, metric, title, spoken()), partial(told, name, title))
        for name, title in names.items()
    )
    return [row for rows in some for row in rows]


def paired_difference(source: Source, metric: str, *, width: int = WIDTH) -> Any:
    """Differences to the baseline world by world: their band, and the shares of worlds above, at and below zero.

    Raises:
        ValueError: there is only one scenario.
    """
    comparison, about = as_comparison(source), METRICS[metric]
    if not comparison.others:
        raise ValueError("a paired difference needs two scenarios; there is one")
    names, dates = called(comparison), months(comparison)
    against, rows = names[comparison.baseline], paired_rows(comparison, metric)
    columns, panel = facet_columns(len(comparison.others), width)
    beside = width >= 2 * WIDTH and not comparison.others[1:]  # room for both halves next to each other
    upper, lower = (200, 200) if beside else (130, 70)
    if beside:
        panel = (width - 2 * MARGIN - 14) // 2
    x = month_x(dates)
    drawn = alt.Chart(width=panel).encode(x=x)
    y = _y(_("difference, {unit}", unit=_(about.unit)))
    part = _y(_("of 100 worlds"), (0, 1), percent=True)
    top = alt.layer(
        drawn.mark_area(opacity=0.22, color=SOFT).encode(y=y("p05"), y2="p95:Q"),
        drawn.mark_area(opacity=0.4, color=SOFT).encode(y=y("p25"), y2="p75:Q"),
        drawn.mark_line(color=INK).encode(y=y("p50")),
        drawn.mark_rule(color=INK, strokeWidth=1)
        .transform_aggregate(n="count()")
        .encode(x=alt.Undefined, y=alt.datum(0)),
        *_parting_rule(comparison),
    ).properties(height=upper)
    kinds = {
        _("higher"): ("not_higher", "one", HIGHER),
        _("the same"): ("lower", "not_higher", SAME),
        _("lower"): ("zero", "lower", BELOW),
    }
    scale = alt.Scale(domain=list(kinds), range=[shade for _low, _high, shade in kinds.values()])
    legend = alt.Legend(
        title=_("Against {scenario}, worlds in which it is:", scenario=against),
        columns=3,
        symbolType="square",
        orient="bottom" if beside else "top",
    )
    shade = alt.Color("kind:N", scale=scale, legend=legend, sort=list(kinds))
    stacked = {"not_higher": "1 - datum.higher", "lower": "1 - datum.not_lower"}  # what is higher lies above
    bottom = alt.layer(
        *(
            drawn.mark_area(opacity=1)
            .transform_calculate(kind=quoted(kind), **stacked)
            .encode(y=part(low), y2=f"{high}:Q", color=shade)
            for kind, (low, high, _) in kinds.items()
        )
    ).properties(height=lower)
    heads = [names[name] for name in comparison.others]
    if len(heads) > 1:
        top = panels(top, "scenario", heads, columns, panel)
        bottom = panels(bottom, "scenario", heads, columns, panel)
        title = N_("{metric}: each scenario minus {against}, in the same worlds")
    else:
        title = N_("{metric}: {one} minus {against}, in the same worlds")
    title = _(title, metric=_(about.title), one=heads[0], against=against)
    subtitle = f"{how_to_read(comparison, _BANDS, _DIFFERENCES)} {parting(comparison)}"
    both: Any = alt.vconcat(top, bottom, spacing=14)
    if beside:  # the legend is of the second alone
        both = alt.hconcat(top, bottom, spacing=14).resolve_legend(color="independent")
    return dress(both, rows, title, subtitle, width)


def paired_rows(comparison: Comparison, metric: str) -> Rows:
    """What a paired difference draws: a record per scenario but the baseline, and month."""
    names, base = called(comparison), comparison.results[comparison.baseline].arrays.metrics[metric]

    def made(name: str, title: str) -> Rows:
        apart = comparison.results[name].arrays.metrics[metric] - base
        higher, lower = np.mean(apart > 0, axis=0), np.mean(apart < 0, axis=0)
        # Exact up to a million worlds, so that "all" means all.
        shares = {"higher": np.round(higher, 6), "not_lower": np.round(1 - lower, 6)}
        return monthly({**bands(apart), **shares}, scenario=title, zero=0, one=1)

    return _with_words("difference", comparison, metric, {name: names[name] for name in comparison.others}, made)


def leverage_by_resource(source: Source, direction: Direction = "pakistan_taliban", *, width: int = WIDTH) -> Any:
    """Leverage over time, a panel per resource: `pakistan_taliban` is Pakistan's over Kabul, or the other way round.

    Raises:
        ValueError: the run kept no panels.
    """
    comparison = as_comparison(source)
    title, resources = _LEVERAGE[direction]
    panel = f"leverage_{direction}_by_resource"
    series: dict[str, dict[str, Any]] = {}
    for name in comparison.results:
        labels, values = panel_of(comparison, name, panel)
        for place, label in enumerate(labels):
            series.setdefault(_(resources.get(label, label)), {})[name] = values[:, :, place]
    subtitle = f"{how_to_read(comparison, BAND)} {parting(comparison)}"
    return _overlaid(comparison, series, _(title), subtitle, "0 to 1", max(1, width // WIDTH), 84, width)


def alignments(source: Source, *, width: int = WIDTH) -> Any:
    """How far Kabul leans to Pakistan, to India and to the TTP over time, a panel each."""
    comparison = as_comparison(source)
    series = {
        _(title): {name: one.arrays.metrics[metric] for name, one in comparison.results.items()}
        for metric, title in _ALIGNMENTS.items()
    }
    ends = _("1 is fully aligned, -1 opposed.")
    subtitle = f"{ends} {how_to_read(comparison, BAND)} {parting(comparison)}"
    return _overlaid(
        comparison, series, _("Kabul's alignment"), subtitle, "-1 to 1", width // WIDTH, 84, width, (-1, 1)
    )


def _overlaid(
    comparison: Comparison,
    series: dict[str, dict[str, Any]],
    title: str,
    subtitle: str,
    unit: str,
    columns: int,
    height: int,
    width: int,
    domain: tuple[float, float] | None = None,
) -> Any:
    """A panel per title in `series`, in each a line and a band per scenario; all on one vertical scale, of `domain` if given."""
    names, dates = called(comparison), months(comparison)
    rows: Rows = []
    for head, by_name in series.items():
        for name, values in by_name.items():
            found = bands(values)
            kept = {quantile: found[quantile] for quantile in ("p05", "p50", "p95")}
            rows += monthly(kept, panel=head, scenario=names[name])
    _say_together(rows, dates)
    heads, shown = list(series), list(names.values())
    panel = (width - MARGIN - 12 * (columns - 1)) // columns
    y, x, several = _y(_(unit), domain, ticks=3), month_x(dates), len(shown) > 1
    drawn = alt.Chart(width=panel, height=height)
    layers = []
    if several:
        name_lines(rows, height, domain)
        x = line_x(dates, "child_width")
        layers.append(line_names(drawn, x, y("at"), shown))
    chart = alt.layer(
        drawn.mark_area(opacity=0.18).encode(x=x, y=y("p05"), y2="p95:Q", color=colour(shown, legend=False)),
        drawn.mark_line().encode(
            x=x, y=y("p50"), color=colour(shown, legend=False), strokeDash=dash(shown, legend=False)
        ),
        *layers,
        *_parting_rule(comparison),
    ).resolve_scale(color="independent")
    return dress(panels(chart, "panel", heads, columns, panel), rows, title, subtitle, width)


def _say_together(rows: Rows, dates: Sequence[str]) -> None:
    """Give the first row of each panel and month what is said at the pointer of all scenarios there (`said`)."""
    alike: dict[tuple[str, int], Rows] = {}
    for row in rows:
        alike.setdefault((row["panel"], row["month"]), []).append(row)
    for (panel, month), some in alike.items():
        some[0]["said"] = _(
            "{panel}, {month}: {each}, the middle world and nine in ten",
            panel=panel,
            month=month_words(dates[month]),
            each=side_by_side(_("{scenario} {figure}", scenario=row["scenario"], figure=in_short(row)) for row in some),
        )


def _y(
    unit: str, domain: Sequence[float] | None = None, zero: bool = True, percent: bool = False, ticks: int = 4
) -> Any:
    """Encodings of a field on the vertical axis, all with the same axis and scale."""
    values = {"values": [0, 0.5, 1], "labelExpr": "'' + datum.value * 100"} if percent else {"tickCount": ticks}
    scale = alt.Scale(domain=list(domain), zero=False) if domain is not None else alt.Scale(zero=zero)
    return lambda field: alt.Y(f"{field}:Q", axis=alt.Axis(title=unit, **values), scale=scale)


def room(rows: Rows, about: Metric) -> list[float] | None:
    """The stretch of a bounded scale to draw: never less than a quarter of it, so that small changes look small; None where
    there is no upper end to speak of."""
    if about.low == 0 and about.high > 1:
        return None
    least = (about.high - about.low) / 4
    low, high = min(row["p05"] for row in rows), max(row["p95"] for row in rows)
    low = max(about.low, min(low, (low + high - least) / 2))
    high = min(about.high, max(high, low + least))
    # In steps of a twentieth: an axis that moved with every number would hide that the numbers move.
    step = (about.high - about.low) / 20
    first, last = np.floor(round(min(low, high - least) / step, 6)), np.ceil(round(high / step, 6))
    return [float(round(first * step, 10)), float(round(last * step, 10))]


def _parting_rule(comparison: Comparison) -> list[Any]:
    """A dotted upright line in the month in which the scenarios part; none where they part at once or never."""
    first = parts_at(comparison) if comparison.others else None
    if not first:
        return []
    rule = alt.Chart().mark_rule(strokeDash=[1, 3], color=INK, strokeWidth=1.5)
    return [rule.transform_aggregate(n="count()").encode(x=alt.datum(first, type="quantitative"))]
