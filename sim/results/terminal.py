"""Results on a terminal: tables that fit 80 columns and spread out where there is room, the reading, a progress bar."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from sim.metrics import METRICS
from sim.results.paired import Comparison
from sim.results.reading import reading, titles
from sim.results.results import Results, figures
from sim.vocabulary import VERDICTS
from sim.words.numbers import SCALES, SUMMARY_WORDS, middle_and_range, shares, unit_over
from sim.words.sentences import MIDDLES, WHOSE_DEATHS

# What a first look needs, deaths by whose they are before their sum; `--all` shows every metric.
SHORT_LIST = (
    *WHOSE_DEATHS,
    "fatalities",
    "attacks",
    "ttp_strength",
    "ceasefire",
    "taliban_stance",
    "taliban_cohesion",
    "leverage_pakistan_taliban",
    "leverage_taliban_pakistan",
    "alignment_taliban_pakistan",
    "india_engagement",
    "sovereignty",
    "economy",
)
_WIDE = 110
_SCALE = "Without a unit: on a scale of 0 to 1, alignments -1 to 1."


def tables(results: Results | Comparison, every: bool = False, width: int = 80) -> Iterator[Table]:
    """The tables to print: one per scenario compared with the baseline (or one for a single run), then the verdicts.

    Args:
        every: all metrics rather than the short list.
        width: columns of the terminal; from 110 on, a range stands beside its median rather than below.
    """
    metrics = list(METRICS) if every else list(SHORT_LIST)
    wide = width >= _WIDE
    if isinstance(results, Comparison):
        for name in results.others:
            yield _pair(results, name, metrics, wide)
        yield _verdicts(list(results.results.values()))
    else:
        yield _alone(results, metrics, wide)
        yield _verdicts([results])


def show_results(results: Results | Comparison, every: bool = False) -> None:
    """Print the tables, and the reading below them, to standard output."""
    console = Console()
    for table in tables(results, every, console.width):
        console.print(table)
        console.print()
    for paragraph in reading(results):
        console.print(paragraph, width=min(console.width, 100), markup=False, highlight=False)


@contextmanager
def progress_bar() -> Iterator[Callable[[int, int], None] | None]:
    """A progress bar on standard error for what takes over a second; None when that is not a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    bar: Progress | None = None
    started = time.monotonic()

    def tick(done: int, everything: int) -> None:
        nonlocal bar
        if bar is None and time.monotonic() - started > 1:
            columns = ("Months of worlds", BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
            bar = Progress(*columns, console=Console(stderr=True), transient=True)
            bar.add_task("", total=everything)
            bar.start()
        if bar is not None:
            bar.update(bar.task_ids[0], completed=done)

    try:
        yield tick
    finally:
        if bar is not None:
            bar.stop()


def _pair(comparison: Comparison, name: str, metrics: Sequence[str], wide: bool) -> Table:
    called = titles(*comparison.results.values())
    base, other = called[comparison.baseline], called[name]
    table = _table(
        wide,
        f"{other} compared with {base}: {comparison.worlds:,} paired worlds",
        "Each scenario: the middle world, and the range that holds nine worlds of ten; minus: the same of the "
        f"differences, world by world. {MIDDLES} {_SCALE}",
    )
    for head in (base, other, f"{other} minus {base}"):
        table.add_column(head, justify="right")
    table.add_column(f"{other} is higher in", justify="right", max_width=None if wide else 13)
    first, second = (figures(comparison.results[one].summary()) for one in (comparison.baseline, name))
    paired = figures(comparison.summary().loc[name])
    for metric in metrics:
        row = paired[metric]
        table.add_row(
            _metric(metric, wide),
            _cell(metric, first[metric], wide),
            _cell(metric, second[metric], wide),
            _cell(metric, row, wide, sign=True),
            _higher(row["share_higher"], row["share_equal"], comparison.worlds),
        )
    return table


def _alone(results: Results, metrics: Sequence[str], wide: bool) -> Table:
    called = titles(results)[results.name]
    caption = f"The middle world, and the range that holds nine worlds of ten. {_SCALE}"
    table = _table(wide, f"{called}: {results.worlds:,} worlds", caption)
    table.add_column(called, justify="right")
    summary = figures(results.summary())
    for metric in metrics:
        table.add_row(_metric(metric, wide), _cell(metric, summary[metric], wide))
    return table


def _verdicts(results: Sequence[Results]) -> Table:
    called = titles(*results)
    table = _table(True, "How it ends", "Shares of modelled worlds.")
    for one in results:
        table.add_column(called[one.name], justify="right")
    columns = [shares([round(one.verdicts()[verdict] * one.worlds) for verdict in VERDICTS]) for one in results]
    for title, *cells in zip(VERDICTS.values(), *columns, strict=True):
        table.add_row(title, *cells)
    return table


def _table(roomy: bool, title: str, caption: str) -> Table:
    table = Table(title=title, caption=caption, box=SIMPLE_HEAD, show_edge=False, padding=(0, 1 if roomy else 0))
    table.title_justify = table.caption_justify = "left"
    table.title_style, table.caption_style = "bold", "dim"
    table.add_column("")
    return table


def _metric(name: str, wide: bool) -> str:
    metric = METRICS[name]
    unit = unit_over(metric.unit, metric.summary)
    # A scale needs no unit, and what is counted mostly says so in its title.
    said = unit in SCALES or unit in metric.title.lower() or unit == metric.title.lower()
    return f"{metric.title}{', ' if wide else chr(10)}{SUMMARY_WORDS[metric.summary]}{'' if said else f', {unit}'}"


def _cell(metric: str, row: Mapping[str, float], wide: bool, sign: bool = False) -> str:
    middle, ends = middle_and_range(metric, row, sign)
    return f"{middle}  ({ends})" if wide else f"{middle}\n{ends}"


def _higher(higher: float, equal: float, worlds: int) -> str:
    if equal == 1:
        return "the same"
    more, same = round(higher * worlds), round(equal * worlds)
    in_more, in_same, _ = shares([more, same, worlds - more - same])
    return in_more + (f"\nsame in {in_same}" if same else "")
