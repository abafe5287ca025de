"""Public figures as files give them: who counted what, over which period, from which source.

A file of observations is a CSV with the columns series, period_start, period_end, value, unit, source_title, source_url,
confidence; one of events has date, type, actors, description, source_title, source_url, confidence. The project's own are
in `data/`; any other of the same form may be scored too.
"""

from __future__ import annotations

import csv
from calendar import monthrange
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from io import StringIO
from pathlib import Path

from sim.agents.observers import OBSERVERS, REPORTED_AS
from sim.ensemble.spec import LimitError
from sim.vocabulary import START, month_after
from sim.yamlfile import FileError, bytes_of

DATA = Path(__file__).resolve().parents[1] / "calibration" / "data"
COLUMNS = ("series", "period_start", "period_end", "value", "unit", "source_title", "source_url", "confidence")
EVENT_COLUMNS = ("date", "type", "actors", "description", "source_title", "source_url", "confidence")
LIMIT = 16 * 1024 * 1024
# First and last month of the record that may be calibrated on. Nothing later is in the project.
RECORD = (START, "2023-12")
# The fewest months to calibrate on.
LEAST_WINDOW = 6
# How sure a figure is, by what its file says.
SURE = {"high": 2, "medium": 1, "low": 0}
# Totals of a longer period that files give under names of their own.
MORE_NAMES = {"ttp_claimed_attacks_halfyear": "ttp_claims"}


class ObservationError(FileError):
    """What is wrong with a file of observations or events: one `file:line: problem`."""


@dataclass(frozen=True)
class Observation:
    """One published figure.

    Attributes:
        series: its name; start, end: the first and last day of the period it covers.
        value, unit: the figure.
        source_title, source_url: where it was published; confidence: high, medium or low.
        mapped: the observer that a mapping file names for its series; line: where it stands in its file.
    """

    series: str
    start: date
    end: date
    value: float
    unit: str
    source_title: str
    source_url: str
    confidence: str
    mapped: str | None = None
    line: int = 0

    @property
    def observer(self) -> str | None:
        """The observer whose modelled reports it can be held against; None if there is none."""
        return self.mapped or REPORTED_AS.get(self.series) or MORE_NAMES.get(self.series)

    @property
    def month(self) -> str | None:
        """YYYY-MM if it covers exactly one month."""
        first = f"{self.start:%Y-%m}"
        whole = self.start.day == 1 and self.end == last_day(self.start)
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


def window(until: str = RECORD[1], last: str = RECORD[1]) -> tuple[str, str]:
    """The months to calibrate on, first and last, as of the end of a month.

    Raises:
        LimitError: there are too few of them, or `until` lies beyond `last`.
    """
    least = month_after(RECORD[0], LEAST_WINDOW - 1)
    if not least <= until <= last:
        raise LimitError(f"a calibration is as of a month from {least} to {last}; got {until}")
    return RECORD[0], until


def read_observations(path: str | Path, observers: Mapping[str, str] | None = None) -> tuple[Observation, ...]:
    """A file of observations.

    Args:
        observers: series -> observer, over what the modelled observers' own series say.

    Raises:
        ObservationError: it is not there or not of the form above; one message, with the line.
    """
    mapping = observers or {}
    out = []
    for line, row in _rows(path, COLUMNS):
        start, end = (_day(path, line, key, row[key]) for key in ("period_start", "period_end"))
        if end < start:
            raise ObservationError(f"{path}:{line}: period_end {end} lies before period_start {start}")
        value = _number(path, line, row["value"])
        if not row["series"]:
            raise ObservationError(f"{path}:{line}: series is empty; the name of a series is needed")
        if row["series"] in REPORTED_AS and row["series"] not in mapping:
            _check_unit(path, line, row["series"], row["unit"])
        rest = (row["unit"], row["source_title"], row["source_url"], row["confidence"])
        out.append(Observation(row["series"], start, end, value, *rest, mapping.get(row["series"]), line))
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
    """The project's own figures: the record to December 2023 and the run-up to it."""
    return read_observations(DATA / "observations.csv")


@cache
def shipped_events() -> tuple[Event, ...]:
    """The project's own record of events, from the run-up to December 2023."""
    return read_events(DATA / "events.csv")


def to_calibrate(until: str = RECORD[1]) -> tuple[Observation, ...]:
    """The shipped figures whose whole period lies within the calibration window."""
    return tuple(one for one in shipped() if one.within(*window(until)))


def by_month(observations: Iterable[Observation], observer: str) -> dict[str, float]:
    """An observer's monthly figures: YYYY-MM -> value, in order; of several for a month the one that stands."""
    return {month: one.value for month, one in sorted(_standing(observations, observer).items())}


def set_aside(observations: Iterable[Observation]) -> list[tuple[Observation, Observation]]:
    """Figures that another one for the same observer and month, with another value, takes the place of: (it, the other)."""
    given = [one for one in observations if one.observer is not None and one.month is not None]
    out = []
    for observer in dict.fromkeys(one.observer for one in given):
        standing = _standing(given, str(observer))
        for one in given:
            if one.observer == observer and one.value != standing[str(one.month)].value:
                out.append((one, standing[str(one.month)]))
    return out


def _standing(observations: Iterable[Observation], observer: str) -> dict[str, Observation]:
    """By month the figure that stands: the surest, and of equally sure ones the last in the file, as restatements are."""
    found: dict[str, Observation] = {}
    for one in observations:
        if one.observer == observer and one.month is not None:
            before = found.get(one.month)
            if before is None or SURE.get(one.confidence, 0) >= SURE.get(before.confidence, 0):
                found[one.month] = one
    return found


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


def _check_unit(path: str | Path, line: int, series: str, given: str) -> None:
    """Figures that go by the name of a modelled observer's series are of what that observer counts."""
    unit = OBSERVERS[REPORTED_AS[series]].unit
    if given and unit not in given:
        raise ObservationError(
            f"{path}:{line}: unit is {given!r}, and {series} is of {unit}; for figures of something else give the series another "
            "name, and a mapping that says what it is"
        )


def last_day(day: date) -> date:
    """The last day of a day's month."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def _covered(month: str, start: date, end: date) -> float:
    first = date.fromisoformat(f"{month}-01")
    last = last_day(first)
    days = (min(last, end) - max(first, start)).days + 1
    return max(days, 0) / last.day
