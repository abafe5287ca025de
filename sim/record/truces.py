"""The record's truces, and the window cut into stretches by them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sim.record.observations import Event, last_day
from sim.vocabulary import month_after, months_between

BEGINS, ERODES, ENDS = "ceasefire_start", "ceasefire_erosion", "ceasefire_end"
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
# A month belongs to a truce if the truce held on so many of its days; a stretch has at least so many months.
HALF, LEAST_MONTHS = 0.5, 3


@dataclass(frozen=True)
class Truce:
    """One truce of the record.

    Attributes:
        begins: its first day; eroded: the last day on which it held; ends: the last day on which it stood in name.
    """

    begins: date
    eroded: date
    ends: date

    @property
    def months(self) -> float:
        """How long it held, in months of 30.4 days."""
        return ((self.eroded - self.begins).days + 1) / 30.4

    @property
    def months_in_name(self) -> float:
        """How long it stood in name, in the same."""
        return ((self.ends - self.begins).days + 1) / 30.4

    def holds(self, month: str) -> bool:
        """Whether it held in most of a month."""
        first = date.fromisoformat(f"{month}-01")
        last = last_day(first)
        days = (min(last, self.eroded) - max(first, self.begins)).days + 1
        return days / last.day > HALF


def truces(events: Iterable[Event], until: str) -> list[Truce]:
    """The truces of a record up to the end of a month, in order; one that goes on then is cut there.

    A second beginning within a truce (it is announced anew, or for longer) changes nothing.
    """
    close = last_day(date.fromisoformat(f"{until}-01"))
    out: list[Truce] = []
    begins: date | None = None
    eroded: date | None = None
    for event in events:
        if event.date > close:
            break
        if event.type == BEGINS and begins is None:
            begins = event.date
        elif event.type == ERODES and begins is not None:
            eroded = event.date - timedelta(days=1)
        elif event.type == ENDS and begins is not None:
            last = event.date - timedelta(days=1)
            out.append(Truce(begins, eroded or last, last))
            begins = eroded = None
    if begins is not None:
        out.append(Truce(begins, eroded or close, close))
    return out


def stretches(record: Iterable[Truce], first: str, until: str) -> dict[str, tuple[str, ...]]:
    """The months from `first` to `until` in stretches: each truce, and what lies before, between and after.

    After the last truce by half-years. What is shorter than three months, a truce apart, joins what comes next, or at
    the end what came before.
    """
    months = [month_after(first, number) for number in range(months_between(first, until) + 1)]
    held = list(record)
    out: dict[str, tuple[str, ...]] = {}
    for number, truce in enumerate(held):
        during = [month for month in months if truce.holds(month)]
        if during:
            name = "before the first truce" if number == 0 else f"after the {ordinal(number - 1)} truce"
            out[name] = tuple(month for month in months if _last(out) < month < during[0])
            out[f"in the {ordinal(number)} truce"] = tuple(during)
    out |= _halves([month for month in months if month > _last(out)], len(held))
    return {name: span for name, span in out.items() if span}


def ordinal(number: int) -> str:
    """ "first" of 0, and so on."""
    return ORDINALS[number] if number < len(ORDINALS) else f"{number + 1}th"


def _last(out: dict[str, tuple[str, ...]]) -> str:
    """The last month that is in a stretch; empty if none is."""
    return max((span[-1] for span in out.values() if span), default="")


def _halves(months: list[str], truces_before: int) -> dict[str, tuple[str, ...]]:
    """What comes after the last truce, by calendar half-years."""
    out = {}
    for place, part in enumerate(halves(months)):
        after = f"after the {ordinal(truces_before - 1)} truce" if truces_before and place == 0 else ""
        out[after or f"{part[0]} to {part[-1]}"] = part
    return out


def halves(months: Sequence[str]) -> list[tuple[str, ...]]:
    """Months by calendar half-years; fewer than three of one join what comes next, or at the end what came before."""
    parts: list[list[str]] = []
    for month in months:
        if not parts or (month[5:] in ("01", "07") and len(parts[-1]) >= LEAST_MONTHS):
            parts.append([])
        parts[-1].append(month)
    if len(parts) > 1 and len(parts[-1]) < LEAST_MONTHS:
        parts[-2:] = [parts[-2] + parts[-1]]
    return [tuple(part) for part in parts]
