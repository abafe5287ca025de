"""Public figures as files give them: who counted what, over which period, from which source.

A file of observations is a CSV with the columns series, period_start, period_end, value, unit, source_title, source_url,
confidence; one of events has date, type, actors, description, source_title, source_url, confidence. The project's own are
in `data/`; any other of the same form may be scored too.
"""

from __future__ import annotations

import csv
from calendar import monthrange
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path

from sim.agents.observers import REPORTED_AS
from sim.yamlfile import FileError, bytes_of

DATA = Path(__file__).with_name("data")
COLUMNS = ("series", "period_start", "period_end", "value", "unit", "source_title", "source_url", "confidence")
EVENT_COLUMNS = ("date", "type", "actors", "description", "source_title", "source_url", "confidence")
LIMIT = 16 * 1024 * 1024
# The months that are calibrated on, first and last. Nothing later is.
CALIBRATION = ("2021-08", "2022-12")


class ObservationError(FileError):
    """What is wrong with a file of observations or events: one `file:line: problem`."""


@dataclass(frozen=True)
class Observation:
    """One published figure.

    Attributes:
        series: its name; start, end: the first and last day of the period it covers.
        value, unit: the figure.
        source_title, source_url: where it was published; confidence: high, medium or low.
    """

    series: str
    start: date
    end: date
    value: float
    unit: str
    source_title: str
    source_url: str
    confidence: str

    @property
    def observer(self) -> str | None:
        """The modelled observer whose reports it can be held against; None if there is none."""
        return REPORTED_AS.get(self.series)

    @property
    def month(self) -> str | None:
        """YYYY-MM if it covers exactly one month."""
        first = f"{self.start:%Y-%m}"
        whole = self.start.day == 1 and self.end == _last_day(self.start)
        return first if whole else None

    def within(self, first: str, last: str) -> bool:
        """Whether its period lies within these months."""
        return first <= f"{self.start:%Y-%m}" and f"{self.end:%Y-%m}" <= last

    def weights(self, months: Sequence[str]) -> list[float]:
        """What share of each of these months its period covers."""
        return [_covered(month, self.start, self.end) for month in months]


@dataclass(frozen=True)
class Event:
    """One thing that happened, on a day."""

    date: date
    type: str
    actors: str
    description: str
    source_title: str
    source_url: str

    @property
    def month(self) -> str:
        """Its month, YYYY-MM."""
        return f"{self.date:%Y-%m}"


def read_observations(path: str | Path) -> tuple[Observation, ...]:
    """A file of observations.

    Raises:
        ObservationError: it is not there or not of the form above; one message, with the line.
    """
    out = []
    for line, row in _rows(path, COLUMNS):
        start, end = (_day(path, line, key, row[key]) for key in ("period_start", "period_end"))
        if end < start:
            raise ObservationError(f"{path}:{line}: period_end {end} lies before period_start {start}")
        value = _number(path, line, row["value"])
        if not row["series"]:
            raise ObservationError(f"{path}:{line}: series is empty; the name of a series is needed")
        rest = (row["unit"], row["source_title"], row["source_url"], row["confidence"])
        out.append(Observation(row["series"], start, end, value, *rest))
    if not out:
        raise ObservationError(f"{path}:1: there are no observations below the heading")
    return tuple(out)


def read_events(path: str | Path) -> tuple[Event, ...]:
    """A file of events, by date; raises ObservationError as :func:`read_observations` does."""
    out = [
        Event(
            _day(path, line, "date", row["date"]),
            row["type"],
            row["actors"],
            row["description"],
            row["source_title"],
            row["source_url"],
        )
        for line, row in _rows(path, EVENT_COLUMNS)
    ]
    return tuple(sorted(out, key=lambda event: event.date))


@cache
def shipped() -> tuple[Observation, ...]:
    """The project's own figures: the calibration window and the run-up to it."""
    return read_observations(DATA / "observations.csv")


@cache
def shipped_events() -> tuple[Event, ...]:
    """The project's own record of events, August 2021 to December 2022."""
    return read_events(DATA / "events.csv")


def to_calibrate() -> tuple[Observation, ...]:
    """The shipped figures whose whole period lies within the calibration window."""
    return tuple(one for one in shipped() if one.within(*CALIBRATION))


def by_month(observations: Iterable[Observation], observer: str) -> dict[str, float]:
    """An observer's monthly figures: YYYY-MM -> value, in order; a month given twice keeps the first."""
    found: dict[str, float] = {}
    for one in observations:
        if one.observer == observer and one.month is not None:
            found.setdefault(one.month, one.value)
    return dict(sorted(found.items()))


def _rows(path: str | Path, columns: Sequence[str]) -> Iterable[tuple[int, dict[str, str]]]:
    text = _text(path)
    reader = csv.DictReader(StringIO(text), strict=True)
    try:
        heads = reader.fieldnames or []
        missing = [name for name in columns if name not in heads]
        if missing:
            wanted = ", ".join(columns)
            raise ObservationError(f"{path}:1: no column {missing[0]}; a file of this kind has the columns {wanted}")
        for row in reader:
            if None in row or any(value is None for value in row.values()):
                raise ObservationError(f"{path}:{reader.line_num}: this line has not as many fields as the heading")
            yield reader.line_num, {key: value.strip() for key, value in row.items()}
    except csv.Error as problem:
        raise ObservationError(f"{path}:{reader.line_num or 1}: this is not CSV: {problem}") from None


def _text(path: str | Path) -> str:
    raw = bytes_of(path, LIMIT, ObservationError, "CSV")
    if len(raw) > LIMIT:
        raise ObservationError(f"{path}:1: the file is too large; at most {LIMIT // 1024**2} MiB are allowed")
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ObservationError(f"{path}:1: the text is not UTF-8") from None
    if "\0" in text:
        raise ObservationError(f"{path}:1: this is a binary file; a CSV file is needed")
    return text


def _day(path: str | Path, line: int, key: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ObservationError(f"{path}:{line}: {key} is not a day: {text!r}; expected YYYY-MM-DD") from None


def _number(path: str | Path, line: int, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not (value - value == 0.0 and value >= 0.0):
        raise ObservationError(f"{path}:{line}: value is not a number of at least 0: {text!r}")
    return value


def _last_day(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _covered(month: str, start: date, end: date) -> float:
    first = date.fromisoformat(f"{month}-01")
    last = _last_day(first)
    days = (min(last, end) - max(first, start)).days + 1
    return max(days, 0) / last.day
