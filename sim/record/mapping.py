"""A mapping file: which observer each series of somebody's own figures is, and observers that the project does not know.

Of a file in the form of the record, `series` says which observer each series is:

```yaml
observers:
  own_count:
    title: Attacks in our own count
    scope: TTP only        # or: all actors, other groups (of attacks)
    counts: attacks        # or: deaths
    rate: {low: 0.5, high: 0.9}   # share of what there was that it reports: a number, or a range that each world draws from
    noise: 1.5             # variance to mean of its figures around that; 1 if not given
series:
  own_attacks_month: own_count
  own_attacks_year: own_count
  picss_from_another_file: picss_attacks   # an observer of the project's
```

Of any other table, `rows` says what a row is, and `figures` what of it each observer's figures are made of:

```yaml
observers: ...
rows:
  date: event_date         # the column that holds each row's day; or month: (YYYY-MM), or year:
  formats: ["%Y-%m-%d", "%d %B %Y"]   # how days are written; the first alone if not given
  only: {country: Pakistan}           # what a row must have to be looked at; * stands for any text
  gaps: refused            # a month without rows, between others: refused, zero or unknown
figures:
  own_count:
    add: rows              # how many rows; or the name of a column, whose numbers are added up
    where:                 # rows that have all that one of these asks for; every row if not given
      - {actor1: "TTP: *"}
      - {actor2: ["TTP: *", "JuA: *"]}
```
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import numpy as np
from pydantic import Field, field_validator, model_validator

from sim.agents.observers import OBSERVERS, scattered
from sim.parameters import Parameter
from sim.record.observations import ObservationError
from sim.scenario.words import Strict
from sim.worlds import Streams, Vector
from sim.yamlfile import PlacedError, json_schema, read, suggestion, validate

Scope = Literal["all actors", "TTP only", "other groups"]
Counts = Literal["attacks", "deaths"]
# The metrics that add up to what there is to be counted.
TRUTH: dict[tuple[Scope, Counts], tuple[str, ...]] = {
    ("all actors", "attacks"): ("attacks", "attacks_background"),
    ("TTP only", "attacks"): ("attacks",),
    ("other groups", "attacks"): ("attacks_background",),
    ("all actors", "deaths"): ("fatalities_security", "fatalities_civilian"),
    ("TTP only", "deaths"): ("fatalities_ttp",),
}
Rate = Annotated[float, Field(gt=0.0, le=10.0)]
Name = Annotated[str, Field(min_length=1, max_length=200)]
# Column -> what may stand in it, one text or several.
Conditions = dict[Name, Name | Annotated[list[Name], Field(min_length=1, max_length=200)]]
# Mappings that come with durand, by name.
SHIPPED = Path(__file__).resolve().parent / "mappings"


class RateRange(Strict):
    """A rate that each world draws, evenly over a range."""

    low: Rate
    high: Rate

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError("has its low above its high; allowed: low at most high")
        return self


class Mapped(Strict):
    """An observer that a mapping file brings.

    Attributes:
        title: what a reader is shown; scope: whose acts it means to count; counts: what.
        rate: share of what there was that it reports; above 1 where it reports more.
        noise: variance to mean of its figures around what it would report on average.
    """

    title: Annotated[str, Field(min_length=1, max_length=200)]
    scope: Scope
    counts: Counts
    rate: Rate | RateRange = 1.0
    noise: Annotated[float, Field(ge=0.01, le=100.0)] = 1.0

    @model_validator(mode="after")
    def _kept_apart(self) -> Self:
        if (self.scope, self.counts) not in TRUTH:
            raise ValueError(
                f"counts {self.counts} of {self.scope}, which the model does not keep apart; allowed: attacks"
            )
        return self

    @property
    def unit(self) -> str:
        """Of a month's figure."""
        return self.counts

    def reports(
        self, name: str, tables: Mapping[str, Vector], streams: Streams, rate: float | Vector | None = None
    ) -> Vector:
        """What it would have reported of every month, shape (months, worlds); draws from streams of its own name.

        Args:
            tables: metric -> (months, worlds); streams: of the same worlds.
            rate: of each world, in place of a draw over the range.
        """
        parts = [tables[metric] for metric in TRUTH[self.scope, self.counts]]
        truth = sum(parts[1:], parts[0] + 0.0)
        share = self._share(name, streams) if rate is None else rate
        rows = [
            scattered(streams.uniform(f"observer.{name}", month), share * row, self.noise)
            for month, row in enumerate(truth)
        ]
        return np.stack(rows)

    def _share(self, name: str, streams: Streams) -> float | Vector:
        if isinstance(self.rate, RateRange):
            uniform = streams.uniform(f"observer.{name}.rate", 0)
            return self.rate.low + (self.rate.high - self.rate.low) * uniform
        return self.rate


class Rows(Strict):
    """What a row of a table is.

    Attributes:
        date, month, year: the column that says when; one of the three.
        formats: how a day is written, in the codes of `datetime.strptime`.
        only: what a row must have to be looked at at all.
        gaps: what a month (or year) without a row is, between others that have some.
    """

    date: Name | None = None
    month: Name | None = None
    year: Name | None = None
    formats: list[Name] = Field(default=["%Y-%m-%d"], min_length=1, max_length=5)
    only: Conditions = Field(default_factory=dict)
    gaps: Literal["refused", "zero", "unknown"] = "refused"

    @field_validator("formats")
    @classmethod
    def _are_formats(cls, formats: list[str]) -> list[str]:
        for number, form in enumerate(formats):
            try:
                datetime.strptime("", form)
            except re.error:
                raise PlacedError("has a code twice; allowed: each once, such as %Y-%m-%d", (number,)) from None
            except ValueError as problem:
                if "does not match format" not in str(problem):
                    raise PlacedError("is no form of a day; allowed: codes such as %Y-%m-%d", (number,)) from None
        return formats

    @model_validator(mode="after")
    def _one_of_three(self) -> Self:
        if sum(one is not None for one in (self.date, self.month, self.year)) != 1:
            raise ValueError("says not once when a row is; allowed: one of date, month and year")
        return self

    @property
    def when(self) -> str:
        """The column that says when."""
        return str(self.date or self.month or self.year)


class Figure(Strict):
    """What of the rows an observer's figures are made of: see above."""

    add: Name
    where: Annotated[list[Conditions], Field(max_length=50)] = Field(default_factory=list)


class _File(Strict):
    observers: dict[str, Mapped] = Field(default_factory=dict)
    series: dict[str, str] = Field(default_factory=dict)
    rows: Rows | None = None
    figures: dict[str, Figure] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if bool(self.series) == bool(self.figures) or bool(self.figures) != (self.rows is not None):
            raise ValueError("does not say once what figures are; allowed: series, or rows with figures")
        return self


@dataclass(frozen=True)
class SeriesMapping:
    """What a mapping file says.

    Attributes:
        observers: its own, by name.
        series: series -> observer, its own or the project's.
        rows, figures: of a table of another form than the record's, what a row is, and what each observer's figures are.
        text: the file itself; name: as it is spoken of.
    """

    observers: dict[str, Mapped] = field(default_factory=dict)
    series: dict[str, str] = field(default_factory=dict)
    rows: Rows | None = None
    figures: dict[str, Figure] = field(default_factory=dict)
    text: str = ""
    name: str = ""


def read_mapping(path: str | Path) -> SeriesMapping:
    """A mapping file, by its path or, of those that come with durand, its name.

    Raises:
        ObservationError: it is not there or not of the form above; each problem with file and line.
    """
    own = SHIPPED / f"{path}.yaml"
    path = own if str(path) in shipped_mappings() else path
    document = read(path, error=ObservationError)
    found = validate(document, _File)
    known = [*OBSERVERS, *found.observers]
    for name in found.observers:
        if name in OBSERVERS:
            raise document.problem(("observers", name), f"{name} is an observer of the project's; choose another name")
        if name not in (*found.series.values(), *found.figures):
            raise document.problem(("observers", name), f"nothing gives the figures of {name}; name it below, too")
    named = {
        **{("series", one): name for one, name in found.series.items()},
        **{("figures", x): x for x in found.figures},
    }
    for place, observer in named.items():
        if observer not in known:
            raise document.problem(place, f"unknown observer: {observer}{suggestion(observer, known)}")
    if found.rows is not None and found.rows.date is None:
        for name, one in found.figures.items():
            if one.add == "rows":
                raise document.problem(
                    ("figures", name, "add"), "rows are counted only where each has a day; name a column"
                )
    text = Path(path).read_text(encoding="utf-8")
    return SeriesMapping(found.observers, found.series, found.rows, found.figures, text, Path(path).stem)


def mapping_schema() -> dict[str, Any]:
    """JSON Schema of a mapping file, for editors."""
    return json_schema(_File)


def shipped_mappings() -> list[str]:
    """The names of the mappings that come with durand."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def rates(observers: Mapping[str, Mapped]) -> dict[str, Parameter]:
    """Of the observers whose rate is a range: that rate as a parameter, by a name of its own."""
    return {
        f"{name}.rate": Parameter(
            name=f"{name}.rate",
            title=f"Share reported: {one.title}"[:60],
            meaning=f"Share that is reported: {one.title}.",
            value=(one.rate.low + one.rate.high) / 2.0,
            low=one.rate.low,
            high=one.rate.high,
            unit="share",
        )
        for name, one in observers.items()
        if isinstance(one.rate, RateRange)
    }
