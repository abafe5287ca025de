"""Figures from a table of any form: rows are counted, or a column is added up, by month or by year, as a mapping says.

A file is read a line at a time, so memory is that of its months; one with hundreds of thousands of events takes seconds.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from fnmatch import translate
from functools import lru_cache
from io import TextIOWrapper
from pathlib import Path
from re import compile as pattern
from re import fullmatch
from typing import IO

from sim.agents.observers import OBSERVERS
from sim.record.mapping import Conditions, Figure, Rows, SeriesMapping
from sim.record.observations import Observation, ObservationError, last_day
from sim.vocabulary import month_after, months_between
from sim.words.problems import short
from sim.yamlfile import open_file

# The largest file, and the longest line in it, in bytes; more columns and other texts than this no table needs.
LIMIT, LONGEST, COLUMNS = 512 * 1024**2, 1024**2, 1_000
# Which figures a row belongs to is remembered for so many different rows, and of so many letters in all.
REMEMBERED, LETTERS = 100_000, 16_000_000
# No count is as large.
MOST = 1e9
# Examples of what stands in a column, shown where no row has what was asked for.
SHOWN = 5
_MONTH = ("month", "YYYY-MM", "[1-9][0-9]{3}-(0[1-9]|1[0-2])")
_YEAR = ("year", "YYYY", "[1-9][0-9]{3}")

Row = Sequence[str]
Test = Callable[[Row], bool]


@dataclass
class _Table:
    """What was found: for each period its figures, and the line where it first stands."""

    counts: dict[str, list[float]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    unknown: dict[str, set[int]] = field(default_factory=dict)
    first: str = "9999-99-99"
    last: str = ""
    rows: int = 0


@dataclass(frozen=True)
class Counted:
    """Figures made of rows. Attributes: observations; words: how many rows, and of which days."""

    observations: tuple[Observation, ...]
    words: str


def read_rows(path: str | Path, mapping: SeriesMapping) -> Counted:
    """The figures that a table holds.

    Args:
        mapping: one with `rows`.

    Raises:
        ObservationError: the file is not there, not of the form that the mapping says, or has gaps; with the line.
    """
    with open_file(path, ObservationError, "CSV") as raw:
        try:
            if os.fstat(raw.fileno()).st_size > LIMIT:
                raise ObservationError(f"{path}:1: the file is too large; at most {LIMIT // 1024**2:,} MiB are allowed")
            return _counted(path, TextIOWrapper(raw, encoding="utf-8-sig", newline=""), mapping)
        except UnicodeDecodeError:
            raise ObservationError(f"{path}:1: the text is not UTF-8") from None
        except OSError as problem:
            raise ObservationError(f"{path}:1: the file cannot be read: {problem.strerror or problem}") from None


def _counted(path: str | Path, file: IO[str], mapping: SeriesMapping) -> Counted:
    assert mapping.rows is not None
    reader = csv.reader(_lines(path, file), strict=True)
    try:
        heads = [name.strip() for name in next(reader, [])]
        columns = _columns(path, heads, mapping)
        found = _Table()
        looked_at = _Reader(path, mapping.rows, mapping.figures, columns, found)
        for row in reader:
            if row:
                if len(row) != len(heads):
                    what = f"this line has {len(row)} fields, the heading {len(heads)}"
                    raise ObservationError(f"{path}:{reader.line_num}: {what}")
                looked_at(reader.line_num, row)
    except csv.Error as problem:
        raise ObservationError(f"{path}:{reader.line_num or 1}: this is not CSV: {problem}") from None
    looked_at.check()
    observations = tuple(_observations(path, mapping, found))
    days = f", from {found.first} to {found.last}" if mapping.rows.date else ""
    whole = "; its first and its last month are taken to be whole" if mapping.rows.date else ""
    return Counted(observations, f"{Path(path).name}: {found.rows:,} rows looked at{days}{whole}.")


def _lines(path: str | Path, file: IO[str]) -> Iterator[str]:
    number = 0
    while line := file.readline(LONGEST):
        number += 1
        if "\0" in line:
            raise ObservationError(f"{path}:{number}: this is a binary file; a CSV file is needed")
        if len(line) == LONGEST:
            raise ObservationError(f"{path}:{number}: this line is too long; a CSV file is needed")
        yield line


def _columns(path: str | Path, heads: list[str], mapping: SeriesMapping) -> dict[str, int]:
    """Where each column that the mapping names stands."""
    if len(heads) > COLUMNS:
        raise ObservationError(f"{path}:1: {len(heads):,} columns; at most {COLUMNS:,} are allowed")
    rows = mapping.rows
    assert rows is not None
    wanted = {rows.when: "rows", **dict.fromkeys(rows.only, "rows.only")}
    for name, one in mapping.figures.items():
        conditions = dict.fromkeys((column for each in one.where for column in each), f"figures.{name}.where")
        wanted |= ({} if one.add == "rows" else {one.add: f"figures.{name}.add"}) | conditions
    for column, place in wanted.items():
        if heads.count(column) != 1:
            often = "no column" if column not in heads else "more than one column"
            there = short(", ".join(heads)) or "none"
            raise ObservationError(
                f"{path}:1: {often} {column}, which {place} of the mapping {mapping.name} names; the columns are: {there}"
            )
    return {column: heads.index(column) for column in wanted}


class _Reader:
    """Takes in a table row by row."""

    def __init__(
        self, path: str | Path, rows: Rows, figures: Mapping[str, Figure], columns: Mapping[str, int], found: _Table
    ) -> None:
        self.path, self.rows, self.figures, self.found = path, rows, figures, found
        self.when = columns[rows.when]
        self.only = _all_of(rows.only, columns)
        self.tests = [_any_of(one.where, columns) for one in figures.values()]
        self.adds = [None if one.add == "rows" else one.add for one in figures.values()]
        self.columns = columns
        asked = [rows.only, *(each for one in figures.values() for each in one.where)]
        self.asked = {column: columns[column] for conditions in asked for column in conditions}
        self.seen: dict[tuple[str, ...], tuple[int, ...] | None] = {}
        self.letters = 0
        self.fitted: set[int] = set()
        self.examples: dict[str, dict[str, None]] = {column: {} for column in self.asked}
        self.period = lru_cache(10_000)(self._period)

    def __call__(self, line: int, row: Row) -> None:
        belongs = self._belongs(row)
        if belongs is None:
            return
        try:
            day, period = self.period(row[self.when].strip())
        except ValueError as problem:
            raise ObservationError(f"{self.path}:{line}: {problem}") from None
        found = self.found
        found.rows += 1
        found.first, found.last = min(found.first, day), max(found.last, day)
        if period not in found.counts:
            found.counts[period], found.lines[period] = [0.0] * len(self.adds), line
        for number in belongs:
            column = self.adds[number]
            text = "1" if column is None else row[self.columns[column]].strip()
            if text or self.rows.gaps != "unknown":
                found.counts[period][number] += self._number(line, column, text)
            else:
                found.unknown.setdefault(period, set()).add(number)

    def _belongs(self, row: Row) -> tuple[int, ...] | None:
        """Which figures a row counts in; None if it is not looked at."""
        key = tuple([row[place] for place in self.asked.values()])
        if key not in self.seen:
            if len(self.seen) >= REMEMBERED or self.letters > LETTERS:
                self.seen.clear()
                self.letters = 0
            self.letters += sum(map(len, key))
            looked_at = self.only(row)
            self.seen[key] = tuple(n for n, test in enumerate(self.tests) if test(row)) if looked_at else None
            self.fitted |= set(self.seen[key] or ())
            for (column, examples), value in zip(self.examples.items(), key, strict=True):
                if len(examples) < SHOWN and (looked_at or column in self.rows.only):
                    examples[value] = None
        return self.seen[key]

    def _period(self, text: str) -> tuple[str, str]:
        """The day (as far as it is told) and the month or year that a text means."""
        if self.rows.date is None:
            kind, wanted, form = _MONTH if self.rows.month else _YEAR
            if not fullmatch(form, text):
                raise ValueError(f"{self.rows.when} is not a {kind}: {short(text)!r}; expected {wanted}")
            return text, text
        for form in self.rows.formats:
            try:
                day = datetime.strptime(text, form)
            except ValueError:
                continue
            return f"{day:%Y-%m-%d}".zfill(10), f"{day:%Y-%m}".zfill(7)
        raise ValueError(f"{self.rows.date} is not a day: {short(text)!r}; expected {' or '.join(self.rows.formats)}")

    def _number(self, line: int, column: str | None, text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not 0.0 <= value < MOST:
            raise ObservationError(f"{self.path}:{line}: {column} is not a number of at least 0: {short(text)!r}")
        return value

    def check(self) -> None:
        """See that there are rows, and some for each figure."""
        if not self.found.rows:
            why = f"; the mapping asks for {_said(self.rows.only, self.examples)}" if self.rows.only else ""
            raise ObservationError(f"{self.path}:1: no row to be looked at{why}")
        for number, (name, one) in enumerate(self.figures.items()):
            if number not in self.fitted:
                asked = " or ".join(_said(each, self.examples) for each in one.where)
                raise ObservationError(f"{self.path}:1: no row makes a figure of {name}, which asks for {asked}")


def _said(conditions: Conditions, examples: Mapping[str, Mapping[str, None]]) -> str:
    """Conditions, with some of what stands in those columns."""
    parts = []
    for column, texts in conditions.items():
        wanted = texts if isinstance(texts, str) else ", ".join(texts)
        there = ", ".join(examples[column])
        parts.append(f"{column}: {short(wanted)} (the file has, among others: {short(there) or 'nothing'})")
    return " and ".join(parts)


def _all_of(conditions: Conditions, columns: Mapping[str, int]) -> Test:
    asked = []
    for column, texts in conditions.items():
        forms = [texts] if isinstance(texts, str) else texts
        asked.append((columns[column], pattern("|".join(translate(one) for one in forms))))
    return lambda row: all(form.match(row[place].strip()) for place, form in asked)


def _any_of(several: Sequence[Conditions], columns: Mapping[str, int]) -> Test:
    tests = [_all_of(one, columns) for one in several]
    return (lambda row: any(test(row) for test in tests)) if tests else (lambda row: True)


def _observations(path: str | Path, mapping: SeriesMapping, found: _Table) -> Iterator[Observation]:
    periods = list(_periods(path, mapping.rows, found))
    for number, name in enumerate(mapping.figures):
        observer = mapping.observers.get(name)
        unit = observer.unit if observer else OBSERVERS[name].unit
        for period in periods:
            if number not in found.unknown.get(period, ()):
                value = found.counts[period][number] if period in found.counts else 0.0
                start, end = _days(period)
                line = found.lines.get(period, 0)
                yield Observation(name, start, end, value, unit, Path(path).name, "", "high", name, line)


def _days(period: str) -> tuple[date, date]:
    if len(period) == 4:
        return date(int(period), 1, 1), date(int(period), 12, 31)
    start = date.fromisoformat(f"{period}-01")
    return start, last_day(start)


def _periods(path: str | Path, rows: Rows | None, found: _Table) -> Iterator[str]:
    """The months or years that have figures, in order; a gap is what the mapping says it is."""
    assert rows is not None
    there = sorted(found.counts)
    for before, after in zip([there[0], *there], there, strict=False):
        for missing in _between(before, after):
            if rows.gaps == "refused":
                told = "say in the mapping what such gaps are (rows.gaps: zero or unknown), or give a row"
                raise ObservationError(
                    f"{path}:{found.lines[after]}: {after} comes after {before}, and no row is of {missing}; {told}"
                )
            if rows.gaps == "zero":
                yield missing
        yield after


def _between(before: str, after: str) -> Iterator[str]:
    if len(after) == 4:
        yield from (str(year) for year in range(int(before) + 1, int(after)))
    else:
        yield from (month_after(before, step) for step in range(1, months_between(before, after)))
