"""A mapping file: which observer each series of somebody's own figures is, and observers that the project does not know.

```yaml
observers:
  own_count:
    title: Attacks in our own count
    scope: TTP only        # or: all actors
    counts: attacks        # or: deaths
    rate: {low: 0.5, high: 0.9}   # share of what there was that it reports: a number, or a range that each world draws from
    noise: 1.5             # variance to mean of its figures around that; 1 if not given
series:
  own_attacks_month: own_count
  own_attacks_year: own_count
  picss_from_another_file: picss_attacks   # an observer of the project's
```
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal, Self

import numpy as np
from pydantic import BaseModel, ConfigDict, Field, model_validator

from sim.agents.observers import OBSERVERS, scattered
from sim.record.observations import ObservationError
from sim.worlds import Streams, Vector
from sim.yamlfile import read, suggestion, validate

Scope = Literal["all actors", "TTP only"]
Counts = Literal["attacks", "deaths"]
# The metrics that add up to what there is to be counted.
TRUTH: dict[tuple[Scope, Counts], tuple[str, ...]] = {
    ("all actors", "attacks"): ("attacks", "attacks_background"),
    ("TTP only", "attacks"): ("attacks",),
    ("all actors", "deaths"): ("fatalities_security", "fatalities_civilian"),
    ("TTP only", "deaths"): ("fatalities_ttp",),
}
Rate = Annotated[float, Field(gt=0.0, le=10.0)]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class RateRange(_Strict):
    """A rate that each world draws, evenly over a range."""

    low: Rate
    high: Rate

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low > self.high:
            raise ValueError("has its low above its high; allowed: low at most high")
        return self


class Mapped(_Strict):
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

    @property
    def unit(self) -> str:
        """Of a month's figure."""
        return self.counts

    def reports(self, name: str, tables: Mapping[str, Vector], streams: Streams) -> Vector:
        """What it would have reported of every month, shape (months, worlds); draws from streams of its own name.

        Args:
            tables: metric -> (months, worlds); streams: of the same worlds.
        """
        parts = [tables[metric] for metric in TRUTH[self.scope, self.counts]]
        truth = sum(parts[1:], parts[0] + 0.0)
        rate: float | Vector
        if isinstance(self.rate, RateRange):
            uniform = streams.uniform(f"observer.{name}.rate", 0)
            rate = self.rate.low + (self.rate.high - self.rate.low) * uniform
        else:
            rate = self.rate
        rows = [
            scattered(streams.uniform(f"observer.{name}", month), rate * row, self.noise)
            for month, row in enumerate(truth)
        ]
        return np.stack(rows)


class _File(_Strict):
    observers: dict[str, Mapped] = Field(default_factory=dict)
    series: Annotated[dict[str, str], Field(min_length=1)]


@dataclass(frozen=True)
class SeriesMapping:
    """What a mapping file says. Attributes: observers: its own, by name; series: series -> observer, its own or the project's."""

    observers: dict[str, Mapped] = field(default_factory=dict)
    series: dict[str, str] = field(default_factory=dict)


def read_mapping(path: str | Path) -> SeriesMapping:
    """A mapping file.

    Raises:
        ObservationError: it is not there or not of the form above; each problem with file and line.
    """
    document = read(path, error=ObservationError)
    found = validate(document, _File)
    known = [*OBSERVERS, *found.observers]
    for name in found.observers:
        if name in OBSERVERS:
            raise document.problem(("observers", name), f"{name} is an observer of the project's; choose another name")
    for series, observer in found.series.items():
        if observer not in known:
            text = f"unknown observer: {observer}{suggestion(observer, known)}; allowed: {', '.join(known)}"
            raise document.problem(("series", series), text)
    return SeriesMapping(dict(found.observers), dict(found.series))
