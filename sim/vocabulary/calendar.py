"""Months, written YYYY-MM."""

from __future__ import annotations

from calendar import month_name

START = "2021-08"


def month_words(month: str) -> str:
    """ "2021-08" as "August 2021"."""
    return f"{month_name[int(month[5:])]} {month[:4]}"


def month_after(start: str, months: int) -> str:
    """The calendar month (YYYY-MM) a number of months after another."""
    year, month = map(int, start.split("-"))
    year, month = divmod(year * 12 + month - 1 + months, 12)
    return f"{year:04d}-{month + 1:02d}"


def months_between(start: str, end: str) -> int:
    """How many months `end` (YYYY-MM) lies after `start`; negative when before."""
    (y0, m0), (y1, m1) = (map(int, text.split("-")) for text in (start, end))
    return (y1 - y0) * 12 + m1 - m0
