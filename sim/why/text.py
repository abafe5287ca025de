"""Accounts in words: as text for a terminal, and as an outline whose lines a page can open.

What is said here is also in the plain data, with more digits.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.metrics import METRICS
from sim.rule import RULES
from sim.scenario import Scenario
from sim.why.names import levels
from sim.why.sentence import sentence
from sim.words.language import ENGLISH, N_, _, speaking
from sim.words.numbers import behind, decimals, number, share, shares, signed
from sim.words.sentences import NOT_A_FORECAST, month_words, wrapped

if TYPE_CHECKING:
    from sim.why.account import Step, Term
    from sim.why.answers import Why

# Terms below this share of the largest are put together as one line, and there are at most so many lines.
_SHOWN, _MOST = 0.03, 12
_MOST_RULES = 6
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


def answer(why: Why, width: int) -> str:
    """An answer as text of `width` columns, in English."""
    with speaking(ENGLISH.code):
        return "\n".join(_answer(why, width))


def outline(why: Why) -> tuple[Line, ...]:
    """The chain behind an account, from the outcome down; empty where there is no difference."""
    if why.chain is None:
        return ()
    scale = max(abs(term.mean) for term in (why.whole, *why.terms))
    return tuple(_lines(why.chain, decimals(scale), 0, why.month))


def summary(why: Why) -> str:
    """The account in a few sentences: through what it comes, how large it is, and in how many worlds it goes which way."""
    return " ".join(filter(None, paragraphs(why)))


def paragraphs(why: Why) -> tuple[str, str]:
    """The same in two parts: the sentence, empty where there is no difference on average, and the figures."""
    one, other = called(why.plan, why.versus)
    about = f"{heading(why)}."
    if not why.terms:
        same = N_("The same as in the month before in every world, and so there is nothing to account for.")
        if other:
            same = N_("The same as in {other} in every world, and so there is nothing to account for.")
        return "", f"{about} {_(same, other=other)}"
    parts = [about, _summary(why, other)]
    if not other:
        parts.append(_("It is the change since the month before."))
    return sentence(why, (one, other), _places(why)), " ".join(parts)


def heading(why: Why) -> str:
    """What an account is of."""
    one, other = called(why.plan, why.versus)
    told = {"metric": _(METRICS[why.metric].title), "month": month_words(why.month), "one": one, "other": other}
    return _("{metric}, {month}: {one} minus {other}", **told) if other else _("{metric}, {month}: {one}", **told)


def named(term: Term) -> str:
    """What a term is called where others stand beside it: a draw by what is drawn."""
    return term.unmarked if term.kind == "draw" else term.words


def called(plan: Scenario, other: Scenario | None) -> tuple[str, str]:
    """What two scenarios are called: by their titles, unless these are long or the same."""
    if other is None:
        return _(plan.title) if plan.title else plan.name, ""
    titles = plan.title, other.title
    fine = all(0 < len(title) <= 24 for title in titles) and titles[0] != titles[1]
    return (_(titles[0]), _(titles[1])) if fine else (plan.name, other.name)


def _answer(why: Why, width: int) -> Iterator[str]:
    whole, terms = why.whole, why.terms
    scale = max([abs(term.mean) for term in terms] + [abs(whole.mean)])
    places = decimals(scale)
    other = called(why.plan, why.versus)[1]
    yield heading(why)
    yield "=" * min(len(heading(why)), width)
    if not terms:
        same = "the same in both, in every world" if why.versus else "as in the month before, in every world"
        yield from wrapped(f"No difference: {same}, and so there is nothing to account for.", width)
        return
    if in_words := paragraphs(why)[0]:
        yield from wrapped(in_words, width)
        yield ""
    yield from wrapped(_summary(why, other), width)
    yield ""
    if why.versus is None:
        yield "What moved it"
    else:
        yield f"What it comes back to, followed to {month_words(why.since)}"
    yield from _table(terms, places, why, width)
    if why.chain is not None:
        yield ""
        yield "How it came about (each line carries what the lines under it add up to)"
        for line in outline(why):
            yield from wrapped(line.words, width, f"  {'  ' * min(line.depth, 12)}{line.amount}  ")
        yield from _rules(why, width)
    yield ""
    exact = "Exact: in every world the terms add up to the difference. `durand evidence ID` leads on from a rule."
    yield from wrapped(f"{exact} {NOT_A_FORECAST}", width)


def _places(why: Why) -> int:
    """How many decimals give the levels two significant digits, and the difference too, where it is not very much smaller."""
    assert why.whole.now is not None
    assert why.whole.then is not None
    size = abs(why.whole.mean)
    places = decimals(max(abs(why.whole.now), abs(why.whole.then), size))
    return max(places, decimals(size)) if size > 10.0 ** -(places + 1) else places


def _summary(why: Why, other: str) -> str:
    whole, places = why.whole, _places(why)
    now, then = f"{whole.now:,.{places}f}", f"{whole.then:,.{places}f}"
    levels = _(N_("{now} against {then}") if other else N_("{now} after {then}"), now=now, then=then)
    change, unit = signed(whole.mean, places), METRICS[why.metric].unit
    if behind(unit):
        change = _("{size} ({unit})", size=change, unit=_(unit))
    if round(whole.mean, places) == 0:
        change = _("Next to no difference") if whole.mean else _("No difference")
        if why.world is None:
            change = _("Next to no difference on average") if whole.mean else _("No difference on average")
    if why.world is not None:
        return _("{change}: {levels}, in world {world}.", change=change, levels=levels, world=why.world)
    count = len(whole.values)
    higher, lower = int(np.sum(whole.values > 0)), int(np.sum(whole.values < 0))
    in_higher, in_lower, _same = shares([higher, lower, count - higher - lower])
    text = N_("{change}: {levels}. Means of {count:,} worlds; higher in {higher}, lower in {lower}.")
    if other:
        text = N_("{change}: {levels}. Means of {count:,} paired worlds; higher in {higher}, lower in {lower}.")
    return _(text, change=change, levels=levels, count=count, higher=in_higher, lower=in_lower)


def _table(terms: Sequence[Term], places: int, why: Why, width: int) -> Iterator[str]:
    from sim.why.account import rest_of

    scale = max(abs(term.mean) for term in terms)
    least = max(_SHOWN * scale, 0.5 * 10.0**-places)
    shown = [term for term in terms if abs(term.mean) >= least][:_MOST]
    rest = rest_of([term.values for term in terms[len(shown) :]], (why.since, why.month))
    count = len(why.whole.values)
    if count > 1:
        yield f"  {'mean':>{7 + (places > 3)}}  with that sign"
    for term in [*shown, *([rest] if rest else [])]:
        start = f"  {signed(term.mean, places):>{7 + (places > 3)}}  "
        if count > 1:
            start += f"{_worlds(term):<18}"
        yield from wrapped(_said(term, why.month), width, start)


def _worlds(term: Term) -> str:
    return f"in {share(round(term.share * len(term.values)), len(term.values))}"


def _said(term: Term, month: str) -> str:
    """A term's words, with when it was and what it was itself."""
    said = named(term)
    first, last = map(month_words, term.months)
    if term.kind == "state":
        said = _("{what}, carried over from {month}", what=said, month=last)
    elif term.kind != "rest" and term.months != (month, month):
        when = N_("{what}, {first}") if first == last else N_("{what}, {first} to {last}")
        when = N_("{what}, since {first}") if last == month_words(month) else when
        said = _(when, what=said, first=first, last=last)
    were = levels(term.key, term.now, term.then)
    return said if were is None else _("{what}: {now} against {then}", what=said, now=were[0], then=were[1])


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


def _rules(why: Why, width: int) -> Iterator[str]:
    """The rules that the account names, each with what it says, what it took and what it rests on."""
    seen: dict[str, Term] = {}
    for term in sorted((*_in_chain(why.chain), *why.terms), key=lambda term: -abs(term.mean)):
        if term.kind == "rule":
            seen.setdefault(term.name, term)
    if not seen:
        return
    yield ""
    which = "here / there" if why.versus else "this month / the month before"
    yield f"Rules that carry most, with what they take ({which})"
    for name, term in list(seen.items())[:_MOST_RULES]:
        yield from wrapped(RULES[name].statement, width, f"  {name}: ", "      ")
        took = ", ".join(f"{one} {number(now)} / {number(then)}" for one, (now, then) in term.inputs.items())
        yield from wrapped(took, width, "      takes ", "      ")
        yield from wrapped(", ".join(term.claims) or "judgement", width, "      rests on ", "      ")


def _in_chain(step: Step | None) -> Iterator[Term]:
    if step is not None:
        yield step.term
        for one in step.fed_by:
            yield from _in_chain(one)
