"""An account in one sentence: how much of a difference comes through what, what it comes back to, and by which feedback loop.

Names are words here, never ids; the table and the chain below the sentence have every term, with all that is said of it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from sim.mechanisms import LOOPS
from sim.parameters import PARAMETERS
from sim.rule import RULES
from sim.scenario import SHOCK_TARGETS
from sim.vocabulary import month_words
from sim.why.names import OWNERS, levels
from sim.words.numbers import signed
from sim.words.sentences import more_less

if TYPE_CHECKING:
    from sim.why.account import Step, Term
    from sim.why.answers import Why

# A step that carries at least so much of the difference is passed on the way to where the difference splits.
_PASSED = 0.9
# Below this share of the difference nothing is named.
_NAMED = 0.1
# A share in words: up to which bound it is called what; beyond the last one other parts take some of it back.
_PARTS = (
    (0.15, "about a tenth"),
    (0.22, "about a fifth"),
    (0.29, "about a quarter"),
    (0.42, "about a third"),
    (0.58, "about half"),
    (0.71, "about two thirds"),
    (0.85, "about three quarters"),
    (0.95, "nearly all"),
    (1.05, "all"),
)
_MORE = "more than all"


def sentence(why: Why, called: tuple[str, str], places: int) -> str:
    """The account in a sentence; empty where there is no difference on average.

    Args:
        called: what the scenarios are called; places: decimals of the figures, with which a difference may be nought.
    """
    whole = why.whole.mean
    if why.chain is None or round(whole, places) == 0:
        return ""
    what, month = more_less(why.metric)[2], month_words(why.month)
    about = f"between {called[0]} and {called[1]} in {month}" if called[1] else f"in {month} under {called[0]}"
    gap = f"Of the {'gap' if called[1] else 'change'} of {signed(whole, places)} in {what} {about}"
    through, comes_of = _largest(_split(why.chain, whole), whole), _largest(why.terms, whole)
    if through is None or (comes_of is not None and _same(comes_of, through)):
        first = comes_of and f"{_so_much(comes_of, whole, places)} comes of {spoken(comes_of)}"
        parts = [first or "no single part is as much as a tenth"]
    else:
        parts = [f"{_so_much(through, whole, places)} comes through {spoken(through)}"]
        largest = comes_of and f"the largest part is {spoken(comes_of)}: {_so_much(comes_of, whole, places)}"
        parts.append(f"followed back, {largest or 'no single part is as much as a tenth'}")
    parts += _by_loop(why.chain, whole)
    if any(_MORE in one for one in parts):
        parts.append("other parts take some of it back")
    return f"{gap}, {'; '.join(parts)}."


def part(share: float) -> str:
    """A share of a difference in words.

    >>> part(0.5), part(0.97), part(1.4)
    ('about half', 'all', 'more than all')
    """
    return next((words for most, words in _PARTS if share <= most), _MORE)


def spoken(term: Term) -> str:
    """A term in words, to stand in a sentence; in brackets whose it is and what it was itself in both readings."""
    said, about = _words(term)
    were = levels(term.key, term.now, term.then)
    if were is not None and were[0] != were[1]:
        about = [*about, f"{were[0]} against {were[1]}"]
    if term.kind == "state":
        about = [*about, f"as {month_words(term.months[1])} left it"]
    return f"{said} ({', '.join(about)})" if about else said


def _words(term: Term) -> tuple[str, list[str]]:
    """What a term is, and what stands behind it in brackets."""
    kind, name, owner = term.key
    whose = [OWNERS.get(owner, owner)] if owner else []
    if kind == "rule":
        return f"the rule “{RULES[name].title}”", whose
    if kind in ("draw", "decision"):
        return _small(term.unmarked), []
    if kind == "luck":
        return f"chance in {_small(term.unmarked)}", []
    if kind == "parameter":
        return f"the parameter “{PARAMETERS[name].title}”", []
    if kind == "shock":
        return f"a shock to {_small(SHOCK_TARGETS[name].title)}", whose
    before, colon, after = term.words.partition(": ")
    before = "between Islamabad and Kabul" if before == "relations" else before
    return (_small(after), [before]) if colon else (term.words, [])


def _small(words: str) -> str:
    """Words with a small first letter, but for names."""
    names = words[1:2].isupper() or words.startswith(_NAMES)
    return words if names else words[:1].lower() + words[1:]


_NAMES = ("Kabul", "Pakistan", "India", "Afghan", "Taliban")


def _same(one: Term, other: Term) -> bool:
    """Whether two terms are of one thing; a lever and what responses make of it are."""
    settings = {one.kind, other.kind} <= {"lever", "response"}
    return one.name == other.name if settings else one.key == other.key


def _split(step: Step, whole: float) -> Iterator[Term]:
    """What feeds a difference where it first splits: a step that carries nearly all of it is passed."""
    while step.fed_by and (step.fed_by[0].term.mean / whole >= _PASSED or len(step.fed_by) == 1):
        if not step.fed_by[0].fed_by:
            break
        step = step.fed_by[0]
    yield from (one.term for one in step.fed_by)


def _largest(terms: Iterable[Term], whole: float) -> Term | None:
    """The term that carries most of a difference, where any carries enough to be named."""
    found = max((term for term in terms if term.kind != "rest"), key=lambda term: term.mean / whole, default=None)
    return found if found is not None and found.mean / whole >= _NAMED else None


def _so_much(term: Term, whole: float, places: int) -> str:
    return f"{part(term.mean / whole)} ({signed(term.mean, places)})"


def _by_loop(chain: Step, whole: float) -> list[str]:
    """The feedback loop that carries most of a difference, and how much; nothing where none carries enough to be named.

    A loop is at work where one of its rules feeds another; where none does, that loop is named whose single rule carries most.
    """
    for rules, words in ((2, "steps"), (1, "a step")):
        carried = {loop: _carried(chain, loop, frozenset(), rules) / whole for loop in LOOPS}
        loop = max(carried, key=lambda name: carried[name])
        if carried[loop] >= _NAMED:
            name, how = LOOPS[loop]
            said = f"the feedback loop “{name}” ({_small(how).rstrip('.')})"
            return [f"{part(carried[loop])} of it runs through {words} of {said}"]
    return []


def _carried(step: Step, loop: str, met: frozenset[str], rules: int) -> float:
    """What ways back carry on which so many rules of a loop follow each other; `met` are those that were met on this way."""
    if step.term.kind == "rule" and loop in RULES[step.term.name].loops:
        met |= {step.term.name}
    return step.term.mean if len(met) == rules else sum(_carried(one, loop, met, rules) for one in step.fed_by)
