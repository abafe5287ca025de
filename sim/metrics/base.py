"""What a metric says of itself: unit, range, how a world sums it up, and how it is read off the agents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sim.worlds import Vector

if TYPE_CHECKING:
    from sim.model import FrontierModel

Summary = Literal["total", "mean", "final"]
End = Literal["less", "more"]
# Reads a model at the end of a month: shape (worlds,) for a metric, (rows, worlds) for a panel.
Reporter = Callable[["FrontierModel"], Vector]


@dataclass(frozen=True)
class Metric:
    """One reported quantity.

    Attributes:
        name: the id used in files, tables and on the command line.
        title: what a reader is shown.
        unit: unit of a monthly value.
        low, high: the range every value must stay in; the end-of-month check raises outside of it.
        summary: how a world's months become one figure: their total, their mean, or the last one.
        means: one sentence on what it stands for.
        read: how it is read off a model.
        better: which end of it is the better one (a judgement); None where readers would not agree on one.
        better_for: the actor from whose side it is the better one; empty where hardly anybody would say otherwise.
    """

    name: str
    title: str
    unit: str
    low: float
    high: float
    summary: Summary
    means: str
    read: Reporter
    better: End | None = None
    better_for: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        """Between processes it goes by its name: how it is read is code, not data."""
        return _metric, (self.name,)


@dataclass(frozen=True)
class Panel:
    """A quantity reported with a further dimension.

    Attributes:
        name: the id used in files and tables; title: what a reader is shown.
        dimension: what its rows are, such as area or lever.
        axis: what that dimension is called in series, where other panels have other rows of the same kind; else empty.
        rows: their names, in order, each with its title; asked for when a model is made.
        read: how it is read off a model.
    """

    name: str
    title: str
    dimension: str
    rows: Callable[[], Mapping[str, str]]
    read: Reporter
    axis: str = ""

    def __reduce__(self) -> tuple[Any, ...]:
        return _panel, (self.name,)


# Filled by the package; see there.
METRICS: dict[str, Metric] = {}
PANELS: dict[str, Panel] = {}


def _metric(name: str) -> Metric:
    return METRICS[name]


def _panel(name: str) -> Panel:
    return PANELS[name]


def share(
    name: str,
    title: str,
    summary: Summary,
    means: str,
    read: Reporter,
    better: End | None = None,
    better_for: str = "",
) -> Metric:
    """A metric that is a share."""
    return Metric(name, title, "0 to 1", 0.0, 1.0, summary, means, read, better, better_for)


def deaths(name: str, title: str, means: str, read: Reporter) -> Metric:
    """A metric that counts the dead."""
    return Metric(name, title, "deaths a month", 0.0, 100_000.0, "total", means, read, "less")


def attacks(name: str, title: str, means: str, read: Reporter, better: End | None = None) -> Metric:
    """A metric that counts attacks."""
    return Metric(name, title, "attacks a month", 0.0, 50_000.0, "total", means, read, better)


def alignment(name: str, title: str, means: str, read: Reporter) -> Metric:
    """A metric that is a tie between two actors."""
    return Metric(name, title, "-1 to 1", -1.0, 1.0, "final", means, read)
