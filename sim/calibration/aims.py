"""A file of targets: which figures a calibration aims at, over which months, cut how, and with which tolerances.

```yaml
window: {from: 2021-08, to: 2022-12}   # what is aimed at; figures of later months are held out, and scored
targets:
  ttp_attacks:
    of: own_count          # an observer: of the mapping's, or the project's
    statistic: mean        # a month; or total, growth, dispersion
    each: half-year        # of each calendar half-year in the window; or year, quarter, window
    error: 0.1             # how far the observer may be off: a share of the figure
    discrepancy: 0.15      # how far even a right model may be off: the same
```

Growth is the logarithm of one part's total against that of the part before; dispersion the logarithm of the variance of
months against their mean. Their tolerances are those of the logarithm.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from sim.agents.observers import OBSERVERS, Observer
from sim.calibration.target import Statistic, Target
from sim.calibration.targets import (
    LEAST_MONTH,
    LEAST_SCATTERED,
    dispersion_of,
    log_ratio_of,
    mean_of,
    published,
    sum_of,
)
from sim.ensemble.spec import LIMITS
from sim.record.mapping import Mapped
from sim.record.observations import LEAST_WINDOW, RECORD, Observation, ObservationError, by_month
from sim.scenario.words import Month, Strict
from sim.vocabulary import month_after, months_between
from sim.yamlfile import Document, json_schema, read, suggestion, validate

Tolerance = Annotated[float, Field(gt=0.0, le=2.0)]
Span = tuple[str, ...]
# Months of a part, by what a file calls it.
PARTS = {"year": 12, "half-year": 6, "quarter": 3}
# A part of which fewer months are known is no target.
LEAST_KNOWN = 2


class Window(Strict):
    """The months that are aimed at."""

    first: Annotated[Month, Field(alias="from")] = RECORD[0]
    last: Annotated[Month, Field(alias="to")]


class Aim(Strict):
    """One kind of target: see above."""

    of: str
    statistic: Literal["mean", "total", "growth", "dispersion"] = "mean"
    each: Literal["window", "year", "half-year", "quarter"] = "window"
    error: Tolerance
    discrepancy: Tolerance


class _File(Strict):
    window: Window
    targets: Annotated[dict[str, Aim], Field(min_length=1, max_length=100)]


@dataclass(frozen=True)
class Aims:
    """A file of targets. Attributes: first, last: months of its window; text: the file itself."""

    first: str
    last: str
    text: str
    _aims: Mapping[str, Aim]
    _document: Document

    def targets(self, given: Sequence[Observation], mapped: Mapping[str, Mapped]) -> tuple[Target, ...]:
        """The targets that the figures make.

        Args:
            mapped: observers that a mapping file brings.

        Raises:
            ObservationError: a target is of no observer, or too few of its figures lie in the window.
        """
        known: dict[str, Observer | Mapped] = {**OBSERVERS, **mapped}
        inside = tuple(one for one in given if one.within(self.first, self.last))
        out: list[Target] = []
        for name, aim in self._aims.items():
            if aim.of not in known:
                text = f"unknown observer: {aim.of}{suggestion(aim.of, known)}"
                raise self._document.problem(("targets", name, "of"), text)
            found = list(_targets(name, aim, known[aim.of].title, inside, self._parts(aim.each)))
            if not found:
                text = f"{_NEEDED[aim.statistic]} from {self.first} to {self.last}; {_there(given, aim.of)}"
                raise self._document.problem(("targets", name), f"too few figures of {aim.of}: {text}")
            out += found
        return tuple(out)

    def _parts(self, each: str) -> list[Span]:
        months = [month_after(self.first, step) for step in range(months_between(self.first, self.last) + 1)]
        if each == "window":
            return [tuple(months)]
        parts: dict[tuple[str, int], list[str]] = {}
        for month in months:
            parts.setdefault((month[:4], (int(month[5:]) - 1) // PARTS[each]), []).append(month)
        return [tuple(part) for part in parts.values()]


def read_aims(path: str | Path) -> Aims:
    """A file of targets.

    Raises:
        ObservationError: it is not there or not of the form above; each problem with file and line.
    """
    document = read(path, error=ObservationError)
    found = validate(document, _File)
    first, last = found.window.first, found.window.last
    least, most = month_after(first, LEAST_WINDOW - 1), month_after(RECORD[0], LIMITS["months"][1] - 1)
    if first < RECORD[0] or not least <= last <= most:
        raise document.problem(
            ("window",),
            f"the window is {first} to {last}; allowed: from {RECORD[0]} to {most} at most, {LEAST_WINDOW} months or more",
        )
    return Aims(first, last, Path(path).read_text(encoding="utf-8"), found.targets, document)


def targets_schema() -> dict[str, Any]:
    """JSON Schema of a file of targets, for editors."""
    return json_schema(_File)


_NEEDED = {
    "mean": f"a mean needs {LEAST_KNOWN} months of a part",
    "total": f"a total needs {LEAST_KNOWN} months of a part",
    "growth": "growth needs two parts in a row that are known as a whole and not none",
    "dispersion": f"dispersion needs {LEAST_SCATTERED} months of a part, and more than none in them",
}


def _there(given: Sequence[Observation], observer: str) -> str:
    """Which figures of an observer there are."""
    periods = sorted(f"{one.start:%Y-%m}" for one in given if one.observer == observer)
    return f"the file has {len(periods)}, from {periods[0]} to {periods[-1]}" if periods else "the file has none"


def _targets(name: str, aim: Aim, title: str, given: tuple[Observation, ...], parts: list[Span]) -> Iterator[Target]:
    why = f"{aim.error:.0%} for the count, {aim.discrepancy:.0%} for what the model leaves out, as the file of targets says"
    for number, part in enumerate(parts):
        found = _figure(aim, given, parts[number - 1] if number else (), part)
        if found is None:
            continue
        what, observed, least, statistic = found
        scale = max(observed, least) if least else 1.0
        period = f"{part[0]} to {part[-1]}"
        label = name if len(parts) == 1 else f"{name}_{part[0]}_to_{part[-1]}".replace("-", "_")
        sizes = (aim.error * scale, aim.discrepancy * scale)
        yield Target(label, f"{title}, {what}, {period}", observed, *sizes, statistic, why, count=bool(least))


def _figure(
    aim: Aim, given: tuple[Observation, ...], before: Span, part: Span
) -> tuple[str, float, float, Statistic] | None:
    """A part's figure: what it is, itself, the least scale of its tolerances (0 of a logarithm), and the same of worlds."""
    observed, known = published(given, aim.of, part)
    if aim.statistic == "growth":
        earlier, all_before = published(given, aim.of, before) if before else (0.0, ())
        whole = len(before) == len(all_before) == len(part) == len(known)
        if not (whole and earlier > 0.0 and observed > 0.0):
            return None
        ratio = float(np.log(observed / earlier))
        return f"log against {before[0]} to {before[-1]}", ratio, 0.0, log_ratio_of(aim.of, before, part)
    if aim.statistic == "dispersion":
        monthly = by_month(given, aim.of)
        months = tuple(month for month in part if month in monthly)
        values = np.array([monthly[month] for month in months])
        if len(months) < LEAST_SCATTERED or not values.var() > 0.0:
            return None
        ratio = float(np.log(values.var(ddof=1) / values.mean()))
        return "log of variance to mean of months", ratio, 0.0, dispersion_of(aim.of, months)
    if len(known) < min(LEAST_KNOWN, len(part)):
        return None
    if aim.statistic == "mean":
        return "a month", observed / len(known), LEAST_MONTH, mean_of(aim.of, known)
    return "in all", observed, LEAST_MONTH, sum_of(aim.of, known)
