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
from sim.why.names import OWNERS, as_responses, levels, lever, state
from sim.words.language import N_, _, altered, together
from sim.words.numbers import signed
from sim.words.sentences import month_words, more_less, side_by_side

if TYPE_CHECKING:
    from sim.why.account import Step, Term
    from sim.why.answers import Why

# A step that carries at least so much of the difference is passed on the way to where the difference splits.
_PASSED = 0.9
# Below this share of the difference nothing is named.
_NAMED = 0.1
# A share in words: up to which bound it is called what; beyond the last one other parts take some of it back.
_PARTS = (
    (0.15, N_("about a tenth")),
    (0.22, N_("about a fifth")),
    (0.29, N_("about a quarter")),
    (0.42, N_("about a third")),
    (0.58, N_("about half")),
    (0.71, N_("about two thirds")),
    (0.85, N_("about three quarters")),
    (0.95, N_("nearly all")),
    (1.05, N_("all")),
)
_MORE = N_("more than all")


def sentence(why: Why, called: tuple[str, str], places: int) -> str:
    """The account in a sentence; empty where there is no difference on average.

    Args:
        called: what the scenarios are called; places: decimals of the figures, with which a difference may be nought.
    """
    whole = why.whole.mean
    if why.chain is None or round(whole, places) == 0:
        return ""
    told = {
        "size": signed(whole, places),
        "what": more_less(why.metric)[2],
        "one": called[0],
        "other": called[1],
        "month": month_words(why.month),
    }
    through, comes_of = _largest(_split(why.chain, whole), whole), _largest(why.terms, whole)
    one_way = through is None or (comes_of is not None and _same(comes_of, through))
    sizes = [] if one_way or through is None else [through.mean / whole]
    if one_way or through is None:
        parts = [_from(comes_of, whole, places, N_("{much} comes of {what}"))]
    else:
        parts = [_("{much} comes through {what}", much=_so_much(through, whole, places), what=spoken(through))]
        parts.append(
            _("followed back, {what}", what=_from(comes_of, whole, places, N_("the largest part is {what}: {much}")))
        )
    sizes += [comes_of.mean / whole] if comes_of else []
    if found := _by_loop(why.chain, whole):
        share, said = found
        sizes.append(share)
        parts.append(said)
    if any(part(share) == _(_MORE) for share in sizes):
        parts.append(_("other parts take some of it back"))
    gap = N_("Of the gap of {size} in {what} between {one} and {other} in {month}, {parts}.")
    change = N_("Of the change of {size} in {what} in {month} under {one}, {parts}.")
    return _(gap if called[1] else change, **told, parts=side_by_side(parts))


def _from(term: Term | None, whole: float, places: int, text: str) -> str:
    """How much of a difference comes of a term, as `text` has it."""
    if term is None:
        return _("no single part is as much as a tenth")
    return _(text, much=_so_much(term, whole, places), what=spoken(term))


def part(share: float) -> str:
    """A share of a difference in words.

    >>> part(0.5), part(0.97), part(1.4)
    ('about half', 'all', 'more than all')
    """
    return _(next((words for most, words in _PARTS if share <= most), _MORE))


def spoken(term: Term) -> str:
    """A term in words, to stand in a sentence; in brackets whose it is and what it was itself in both readings."""
    said, about = _words(term)
    were = levels(term.key, term.now, term.then)
    if were is not None and were[0] != were[1]:
        about = [*about, _("{now} against {then}", now=were[0], then=were[1])]
    if term.kind == "state":
        about = [*about, _("as {month} left it", month=month_words(term.months[1]))]
    return _("{what} ({about})", what=said, about=together(", ", about)) if about else said


def _words(term: Term) -> tuple[str, list[str]]:
    """What a term is, and what stands behind it in brackets."""
    kind, name, owner = term.key
    whose = [_(OWNERS.get(owner, owner))] if owner else []
    if kind == "rule":
        return _("the rule “{title}”", title=_(RULES[name].title)), whose
    if kind in ("draw", "decision"):
        return _small(term.unmarked), []
    if kind == "luck":
        return _("chance in {what}", what=_small(term.unmarked)), []
    if kind == "parameter":
        return _("the parameter “{title}”", title=_(PARAMETERS[name].title)), []
    if kind == "shock":
        return _("a shock to {what}", what=_small(_(SHOCK_TARGETS[name].title))), whose
    if kind == "state" and not name.startswith("record."):
        return _small(state(name, owner)), whose
    if kind in ("lever", "response"):
        actor, setting = lever(name, owner)
        return _small(setting if kind == "lever" else as_responses(setting)), [actor]
    return term.words, []


def _small(words: str) -> str:
    """Words with a small first letter, but for names."""
    names = words[1:2].isupper() or words.startswith(_NAMES)
    return words if names else altered(words, lambda said: said[:1].lower() + said[1:])


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
    return _("{part} ({size})", part=part(term.mean / whole), size=signed(term.mean, places))


def _by_loop(chain: Step, whole: float) -> tuple[float, str] | None:
    """The feedback loop that carries most of a difference: how much, and the same in words; None where none carries enough to be
    named.

    A loop is at work where one of its rules feeds another; where none does, that loop is named whose single rule carries most.
    """
    steps = N_("{part} of it runs through steps of the feedback loop “{loop}” ({how})")
    for rules, text in ((2, steps), (1, N_("{part} of it runs through a step of the feedback loop “{loop}” ({how})"))):
        carried = {loop: _carried(chain, loop, frozenset(), rules) / whole for loop in LOOPS}
        loop = max(carried, key=lambda name: carried[name])
        if carried[loop] >= _NAMED:
            name, how = map(_, LOOPS[loop])
            return carried[loop], _(
                text, part=part(carried[loop]), loop=name, how=altered(_small(how), lambda said: said.rstrip(".۔"))
            )
    return None


def _carried(step: Step, loop: str, met: frozenset[str], rules: int) -> float:
    """What ways back carry on which so many rules of a loop follow each other; `met` are those that were met on this way."""
    if step.term.kind == "rule" and loop in RULES[step.term.name].loops:
        met |= {step.term.name}
    return step.term.mean if len(met) == rules else sum(_carried(one, loop, met, rules) for one in step.fed_by)
