"""An account's chain as an outline: lines in order, each with how deep it stands and what it is made of.

The same lines as in the text of an account; for pages, on which each of them can be opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sim.metrics import METRICS
from sim.results.reading import month_words
from sim.why.names import decimals
from sim.why.text import _said, _summary, called, signed

if TYPE_CHECKING:
    from sim.why.account import Step, Term
    from sim.why.answers import Why

_AT_ONCE = 4


@dataclass(frozen=True)
class Line:
    """A line of the outline.

    Attributes:
        depth: 0 for the outcome itself; what fed a line stands below it, one deeper.
        amount: what the line carries, with its sign; words: what it is.
        terms: the terms that share the line, since each alone fed the one before it; none for what is not shown.
    """

    depth: int
    amount: str
    words: str
    terms: tuple[Term, ...]


def outline(why: Why) -> tuple[Line, ...]:
    """The chain behind an account, from the outcome down; empty where there is no difference."""
    if why.chain is None:
        return ()
    scale = max(abs(term.mean) for term in (why.whole, *why.terms))
    return tuple(_lines(why.chain, decimals(scale), 0, why.month))


def summary(why: Why) -> str:
    """The account in a sentence or two: how large the difference is, and in how many worlds it goes which way."""
    one, other = called(why.plan, why.versus)
    about = f"{METRICS[why.metric].title}, {month_words(why.month)}: {one}{f' minus {other}' if other else ''}."
    if not why.terms:
        same = f"in {other}" if other else "in the month before"
        return f"{about} The same as {same} in every world, and so there is nothing to account for."
    against = "" if other else " It is the change since the month before."
    return f"{about} {_summary(why, other)}{against}"


def _lines(step: Step, places: int, depth: int, month: str) -> Iterator[Line]:
    terms, mean = [step.term], step.term.mean
    while (
        len(step.fed_by) == 1
        and len(terms) < _AT_ONCE
        and round(step.fed_by[0].term.mean, places) == round(mean, places)
    ):
        step = step.fed_by[0]
        terms.append(step.term)
    said = [term for place, term in enumerate(terms) if not _same_again(terms, place)]
    yield Line(depth, signed(mean, places), " ← ".join(_said(term, month) for term in said), tuple(terms))
    for one in step.fed_by:
        yield from _lines(one, places, depth + 1, month)
    if step.rest is not None and round(abs(step.rest.mean), places) > 0:
        yield Line(depth + 1, signed(step.rest.mean, places), step.rest.words, ())


def _same_again(terms: list[Term], place: int) -> bool:
    """Whether a response is followed by the setting that it sets, which says it all."""
    return place + 1 < len(terms) and terms[place].kind == "response" and terms[place + 1].kind == "lever"
