"""The numbers behind a picture, as a table and in words: taken from what is drawn, so that they cannot disagree."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sim.metrics import METRICS
from sim.plots.data import Rows, called, months
from sim.results.paired import Comparison
from sim.words.language import _, together
from sim.words.numbers import SCALES, middle_and_range, share, within
from sim.words.sentences import month_words, side_by_side

_MOST_ROWS = 12


@dataclass(frozen=True)
class Table:
    """What a picture shows, as text in rows: the head of each column (the first names the rows), and the rows."""

    heads: list[str]
    rows: list[list[str]]


def rows_of(chart: Any) -> Rows:
    """The records that a picture draws."""
    rows: Rows = chart.data["values"]
    return rows


def in_short(row: dict[str, Any], sign: bool = False) -> str:
    """The median and the range of nine in ten: "12 (8 to 20)"."""
    middle, ends = within(row["p05"], row["p50"], row["p95"], sign)
    return _("{middle} ({range})", middle=middle, range=ends)


def said_of(metric: str, month: str, row: dict[str, Any], worlds: int) -> str:
    """A month of a metric as a line to stand at the pointer; with `higher` in the row, of a difference.

    Args:
        month: YYYY-MM; row: p05, p50, p95 over so many worlds.
    """
    return _("{month}: {figure}", month=month_words(month), figure=_figure(metric, row, worlds))


def _figure(metric: str, row: dict[str, Any], worlds: int) -> str:
    unit = METRICS[metric].unit
    middle, span = middle_and_range(metric, row, sign="higher" in row)
    if unit not in SCALES:
        middle = _("{figure} {unit}", figure=middle, unit=_(unit.removesuffix(" a month")))
    if worlds == 1:
        return middle
    if "higher" not in row:
        return _("{middle} in the middle world, {range} in nine of ten", middle=middle, range=span)
    return _(
        "{middle} in the middle world, {range} in nine of ten; higher in {share}",
        middle=middle,
        range=span,
        share=share(round(row["higher"] * worlds), worlds),
    )


def said_together(metric: str, month: str, rows: Rows, worlds: int) -> str:
    """The same of several scenarios: "May 2024: Confront 56 attacks in the middle world, 25 to 95 in nine of ten; ..."."""
    each = [(row, _figure(metric, row, worlds)) for row in rows]
    if len(rows) > 1:
        said = side_by_side(_("{scenario} {figure}", scenario=row["scenario"], figure=figure) for row, figure in each)
    else:
        said = each[0][1]
    return _("{month}: {figure}", month=month_words(month), figure=said)


def one_line(text: str) -> str:
    """A text that was broken for a picture, whole again."""
    return text.replace("\n", " ")


def joined(names: list[str], cells: list[str]) -> str:
    """What each scenario has; without its name where there is only one."""
    if len(names) == 1:
        return cells[0]
    each = (_("{scenario} {figure}", scenario=name, figure=cell) for name, cell in zip(names, cells, strict=True))
    return together(", ", each)


def at_the_end(comparison: Comparison, what: str, cells: dict[tuple[int, str], str]) -> str:
    """The last month as a sentence; cells by month number and scenario."""
    dates = months(comparison)
    last = len(dates) - 1
    return _(
        "{what} in {month}, the middle world and the range of nine in ten: {parts}.",
        what=what,
        month=month_words(dates[-1]),
        parts=side_by_side(
            _("{scenario} {figure}", scenario=name, figure=cells[last, name]) for name in called(comparison).values()
        ),
    )


def panel_text(chart: Any) -> str:
    """The last month of every panel, to stand in a sentence."""
    last = max(row["month"] for row in rows_of(chart))
    rows = [row for row in rows_of(chart) if row["month"] == last]
    return side_by_side(
        _("{panel}, {scenario} {figure}", panel=one_line(row["panel"]), scenario=row["scenario"], figure=in_short(row))
        for row in rows
    )


def by_month(comparison: Comparison, heads: list[str], cells: dict[tuple[int, str], str]) -> Table:
    """A dozen of the months that are drawn, the last among them."""
    dates, drawn = months(comparison), sorted({month for month, head in cells})
    rows = [[month_words(dates[place]), *(cells[place, head] for head in heads)] for place in some_of(drawn)]
    return Table([_("Month"), *heads], rows)


def some_of(months: Sequence[int]) -> list[int]:
    """A dozen of them or so, evenly, the first and the last among them."""
    return sorted({*months[:: -(-len(months) // _MOST_ROWS)], months[-1]})


def first_and_last(comparison: Comparison, chart: Any, head: str) -> Table:
    """The first and the last month of every panel."""
    dates, names = months(comparison), list(called(comparison).values())
    ends = list(dict.fromkeys((0, len(dates) - 1)))
    rows = [row for row in rows_of(chart) if row["month"] in ends]
    heads = {
        (name, end): _("{scenario}, {month}", scenario=name, month=month_words(dates[end]))
        for name in names
        for end in ends
    }
    rows = [{**row, "head": heads[row["scenario"], row["month"]]} for row in rows]
    return pivot(rows, "panel", head, "head", list(heads.values()), in_short)


def pivot(
    rows: Rows, index: str, head: str, column: str, columns: list[str], cell: Callable[[dict[str, Any]], str]
) -> Table:
    """Rows by the field `index`, columns by the field `column`, in the order given."""
    found: dict[str, dict[str, str]] = {}
    for row in rows:
        found.setdefault(row[index], {})[row[column]] = cell(row)
    return Table(
        [head, *columns], [[one_line(name), *(by.get(key, "") for key in columns)] for name, by in found.items()]
    )
