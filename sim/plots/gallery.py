"""The pictures of a run or a comparison, each with a caption, a text that stands in for it, and the table behind it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any
from weakref import WeakKeyDictionary

from sim.metrics import METRICS
from sim.plots.data import Source, as_comparison, called, months
from sim.plots.lines import alignments, fan, leverage_by_resource, paired_difference
from sim.plots.shares import in_shares, levers_in_force, stances, verdict_shares, violence_by_area
from sim.plots.tables import (
    Table,
    at_the_end,
    by_month,
    first_and_last,
    in_short,
    joined,
    one_line,
    panel_text,
    pivot,
    rows_of,
)
from sim.results.paired import Comparison
from sim.words.language import N_, _, spoken
from sim.words.numbers import in_worlds, number, share
from sim.words.sentences import HEADLINES, month_words, side_by_side

# Metrics whose differences are drawn besides the fan.
PAIRED = ("fatalities", "attacks", "sovereignty")
# Where the metric's own words lean on their place in the list of metrics.
_MEANS = {
    "sovereignty": N_(
        "Weighted: what was not conceded, control of Pakistan's areas, and freedom from Kabul's leverage."
    )
}


@dataclass(frozen=True)
class Picture:
    """A picture and its words.

    Attributes:
        name: file name without its ending; unique within a report.
        title: the plain sentence above it.
        caption: how to read it, and what it rests on.
        text: what it shows, for those who do not see it.
        chart: the drawing.
        table: the numbers behind it.
    """

    name: str
    title: str
    caption: str
    text: str
    chart: Any
    table: Table

    @cached_property
    def specification(self) -> str:
        """The drawing in Vega-Lite, as JSON; worked out once, since that takes as long as a part of the drawing."""
        return json.dumps(self.chart.to_dict(validate=False))


_MADE: WeakKeyDictionary[Source, dict[str, list[Picture]]] = WeakKeyDictionary()  # by language


def pictures(source: Source) -> Iterator[Picture]:
    """Every picture that the kept numbers allow, in the order of a report; made as they are asked for, and kept."""
    known = _MADE.setdefault(source, {})
    if spoken() in known:
        yield from known[spoken()]
        return
    comparison, out = as_comparison(source), []
    for make in _wanted(comparison):
        out.append(make(comparison))
        yield out[-1]
    known[spoken()] = out


def missing(source: Source) -> str:
    """What could not be drawn because the run did not keep it, as a sentence; empty if nothing is missing."""
    comparison = as_comparison(source)
    if len(months(comparison)) == 1:
        return _("A run of a single month has no course to draw.")
    if not _has_series(comparison):
        return _(
            "The months of these runs were not kept, so that nothing can be drawn over time; fewer worlds keep them."
        )
    if not _has_panels(comparison):
        return _(
            "Areas, resources and levers were not kept month by month, so they are not drawn; fewer worlds keep them."
        )
    return ""


def _has_series(comparison: Comparison) -> bool:
    return len(months(comparison)) > 1 and all(one.has_series for one in comparison.results.values())


def _has_panels(comparison: Comparison) -> bool:
    wanted = {"levers_in_force", "attacks_by_area", *(f"leverage_{way}_by_resource" for way in _WAYS)}
    return _has_series(comparison) and all(wanted <= set(one.arrays.panels) for one in comparison.results.values())


def _wanted(comparison: Comparison) -> Iterator[Callable[[Comparison], Picture]]:
    panels = _has_panels(comparison)
    if panels:
        yield _levers
    yield _verdicts
    if not _has_series(comparison):
        return
    for metric in HEADLINES:
        yield _stances if metric == "taliban_stance" else partial(_fan, metric=metric)
        if metric in PAIRED and comparison.others:
            yield partial(_paired, metric=metric)
    yield _alignments
    if panels:
        yield partial(_leverage, way="pakistan_taliban")
        yield partial(_leverage, way="taliban_pakistan")
        yield _areas


def _fan(comparison: Comparison, metric: str) -> Picture:
    chart, about = fan(comparison, metric), METRICS[metric]
    cells = {(row["month"], row["scenario"]): in_short(row) for row in rows_of(chart)}
    return Picture(
        f"fan-{metric.replace('_', '-')}",
        _("{metric}, month by month", metric=_(about.title)),
        _("{means} Unit: {unit}.", means=_(_MEANS.get(metric, about.means)), unit=_(about.unit)),
        at_the_end(comparison, _("{title} ({unit})", title=_(about.title), unit=_(about.unit)), cells),
        chart,
        by_month(comparison, list(called(comparison).values()), cells),
    )


def _stances(comparison: Comparison) -> Picture:
    chart, names, dates = stances(comparison), list(called(comparison).values()), months(comparison)
    drawn = sorted({row["month"] for row in rows_of(chart)})
    last = drawn[-1]
    wanted = dict.fromkeys((0, drawn[len(drawn) // 2], last))
    heads = {
        (name, month): _("{scenario}, {month}", scenario=name, month=month_words(dates[month]))
        for name in names
        for month in wanted
    }
    found = ((heads.get((row["scenario"], row["month"])), row) for row in rows_of(chart))
    rows = [{**row, "head": head} for head, row in found if head]
    for head in heads.values():
        column = [row for row in rows if row["head"] == head]
        for row, label in zip(column, in_shares(column, comparison.worlds), strict=True):
            row["label"] = label
    table = pivot(rows, "stance", _("Stance"), "head", list(heads.values()), lambda row: row["label"])
    final = [row for row in rows if row["month"] == last]
    ends = pivot(final, "stance", _("Stance"), "scenario", names, lambda row: row["label"])
    return Picture(
        "stances",
        _("What Kabul does about the TTP"),
        _("An ordered effort, from sheltering the TTP to cracking down on it; Kabul decides every month."),
        _("Share of worlds in {month}. {each}.", month=month_words(dates[last]), each=_each(names, ends)),
        chart,
        table,
    )


def _each(names: list[str], table: Table) -> str:
    """The rows of a table of scenarios, to stand in a sentence."""
    return side_by_side(_("{what}: {figures}", what=cells[0], figures=joined(names, cells[1:])) for cells in table.rows)


def _paired(comparison: Comparison, metric: str) -> Picture:
    chart, about = paired_difference(comparison, metric), METRICS[metric]
    names = called(comparison)
    base, worlds = names[comparison.baseline], comparison.worlds
    cells, heads, text = {}, [], []
    for name in comparison.others:
        difference = _("{one} minus {base}", one=names[name], base=base)
        higher = _("{one} higher in", one=names[name])
        heads += [difference, higher]
        for row in rows_of(chart):
            if row["scenario"] == names[name]:
                cells[row["month"], difference] = in_short(row, sign=True)
                cells[row["month"], higher] = share(round(row["higher"] * worlds), worlds)
        last = len(months(comparison)) - 1
        count = round(next(row["higher"] for row in rows_of(chart)[::-1] if row["scenario"] == names[name]) * worlds)
        text.append(
            _(
                "in the last month {what}: {figure}, higher {where}",
                what=difference,
                figure=cells[last, difference],
                where=in_worlds(count, worlds),
            )
        )
    return Picture(
        f"difference-{metric.replace('_', '-')}",
        _("{metric}: the difference, world by world", metric=_(about.title)),
        _(
            "World by world with the same draws, so that what is left is what the scenarios did. Unit: {unit}.",
            unit=_(about.unit),
        ),
        _("{metric} ({unit}), {parts}.", metric=_(about.title), unit=_(about.unit), parts=side_by_side(text)),
        chart,
        by_month(comparison, heads, cells),
    )


def _alignments(comparison: Comparison) -> Picture:
    chart = alignments(comparison)
    return Picture(
        "alignments",
        _("Kabul's alignment with Pakistan, with India and with the TTP"),
        _(
            "Alignments lie with the factions of the Taliban; shown is their mean, weighted by power. "
            "They are kept separately: closer to one need not be farther from another."
        ),
        _("Kabul's alignment, from -1 to 1, in the last month: {each}.", each=panel_text(chart)),
        chart,
        first_and_last(comparison, chart, _("Alignment")),
    )


_WAYS = {
    "pakistan_taliban": (
        "pakistan-over-kabul",
        N_("What gives Pakistan leverage over Kabul"),
        N_(
            "Need times control: how far Kabul needs a thing, times the share of it that Pakistan can give or withdraw."
        ),
        N_("What gives Pakistan leverage over Kabul, from 0 to 1, in the last month: {each}."),
    ),
    "taliban_pakistan": (
        "kabul-over-pakistan",
        N_("What gives Kabul leverage over Pakistan"),
        N_(
            "Need times control: how far Pakistan needs a thing, times the share of it that Kabul can give or withdraw."
        ),
        N_("What gives Kabul leverage over Pakistan, from 0 to 1, in the last month: {each}."),
    ),
}


def _leverage(comparison: Comparison, way: Any) -> Picture:
    chart = leverage_by_resource(comparison, way)
    name, title, caption, text = _WAYS[way]
    return Picture(
        f"leverage-{name}",
        _(title),
        _(caption),
        _(text, each=panel_text(chart)),
        chart,
        first_and_last(comparison, chart, _("Resource")),
    )


def _verdicts(comparison: Comparison) -> Picture:
    chart, names = verdict_shares(comparison), list(called(comparison).values())
    table = pivot(rows_of(chart), "verdict", _("Ends in"), "scenario", names, lambda row: row["label"])
    text = _("Share of worlds. {each}.", each=_each(names, table))
    caption = _("Every modelled world gets one of six verdicts, by fixed thresholds that are the modellers' judgement.")
    return Picture("verdicts", _("How the modelled worlds end"), caption, text, chart, table)


def _areas(comparison: Comparison) -> Picture:
    chart, names = violence_by_area(comparison), list(called(comparison).values())
    rows = [
        {
            **row,
            "place": _("{area}, {scenario}", area=row["area"], scenario=row["scenario"])
            if len(names) > 1
            else row["area"],
        }
        for row in rows_of(chart)
    ]
    spans = list(dict.fromkeys(row["span"] for row in rows))
    areas = list(dict.fromkeys(row["area"] for row in rows))
    rows.sort(key=lambda row: areas.index(row["area"]))
    table = pivot(rows, "place", _("Area"), "span", spans, lambda row: row["label"])
    caption = _(
        "Attacks by the TTP and its groups a month, the mean over the months of a year and over the modelled worlds."
    )
    last = [row for row in rows if row["span"] == spans[-1]]
    each = side_by_side(_("{area} {figure}", area=one_line(row["place"]), figure=row["label"]) for row in last)
    text = _("TTP attacks a month in {span}: {each}.", span=spans[-1], each=each)
    return Picture("attacks-by-area", _("Where the TTP's attacks happen"), caption, text, chart, table)


def _levers(comparison: Comparison) -> Picture:
    chart, names = levers_in_force(comparison), list(called(comparison).values())
    span = len(months(comparison))
    sums: dict[tuple[str, str], float] = {}
    for row in rows_of(chart):
        key = row["lever"], row["scenario"]
        sums[key] = sums.get(key, 0.0) + row["force"] * (row["after"] - row["month"]) / span
    levers = list(dict.fromkeys(row["lever"] for row in rows_of(chart)))
    rows = [[one_line(lever), *(number(sums.get((lever, name), 0.0)) for name in names)] for lever in levers]
    table = Table([_("Mean intensity over the run"), *names], rows)
    text = _("Mean intensity, 0 to 1. {each}.", each=_each(names, table))
    caption = _(
        "What is in force after the economy has set its limit: not what was intended, but what could be carried."
    )
    return Picture("levers-in-force", _("What Pakistan does"), caption, text, chart, table)
