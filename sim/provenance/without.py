"""A source switched off: which rules and parameters lose their footing, and which still stand on something."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from sim.parameters import Parameter
from sim.provenance.index import Index, index
from sim.rule import Rule
from sim.words.language import N_

Footing = Literal["none", "judgement", "fewer", "whole"]

FOOTINGS: dict[Footing, str] = {
    "none": N_("nothing left to rest on"),
    "judgement": N_("a judgement alone"),
    "fewer": N_("fewer claims"),
    "whole": N_("as before"),
}


@dataclass(frozen=True)
class Left:
    """What is left of the grounds of a rule or parameter.

    Attributes:
        kind, name, says: which, and its statement or meaning.
        lost, kept: its claims that go with the source, and those that stay.
        footing: none (no claim and no judgement is left), judgement (no claim is left), fewer (some are), whole.
        through: of a rule, the parameters it takes that have no claim left.
    """

    kind: Literal["rule", "parameter"]
    name: str
    says: str
    lost: tuple[str, ...]
    kept: tuple[str, ...]
    footing: Footing
    through: tuple[str, ...] = ()


@dataclass(frozen=True)
class Without:
    """What goes with a source.

    Attributes:
        sources: those switched off.
        rules, parameters: all that rest on them, those that lose most first; those that are untouched are left out.
        counts: how many rules there are of each footing, all rules counted.
    """

    sources: tuple[str, ...]
    rules: tuple[Left, ...]
    parameters: tuple[Left, ...]
    counts: Mapping[Footing, int]


def without(sources: Iterable[str], known: Index | None = None) -> Without:
    """Switch sources off, and see what is left. The model runs as before: this is about its grounds, not its numbers.

    Raises:
        KeyError: there is no such source.
    """
    known, off = known or index(), tuple(dict.fromkeys(sources))
    for name in off:
        known.ledger.sources[name]
    parameters = {name: _left("parameter", one, one.meaning, off, known) for name, one in known.parameters.items()}
    bare = {name for name, one in parameters.items() if one.footing in ("none", "judgement") and one.lost}
    rules = {
        name: _left("rule", one, one.statement, off, known, tuple(each for each in one.parameters if each in bare))
        for name, one in known.rules.items()
    }
    return Without(
        off,
        _ordered(one for one in rules.values() if one.lost or one.through),
        _ordered(one for one in parameters.values() if one.lost),
        {footing: Counter(one.footing for one in rules.values())[footing] for footing in FOOTINGS},
    )


def _left(
    kind: Literal["rule", "parameter"],
    one: Rule | Parameter,
    says: str,
    off: tuple[str, ...],
    known: Index,
    through: tuple[str, ...] = (),
) -> Left:
    lost = tuple(claim for claim in one.claims if known.ledger.claims[claim].source in off)
    kept = tuple(claim for claim in one.claims if claim not in lost)
    footing: Footing = "whole"
    if lost:
        footing = "fewer" if kept else "judgement" if one.judgement else "none"
    return Left(kind, one.name, says, lost, kept, footing, through)


def _ordered(rows: Iterable[Left]) -> tuple[Left, ...]:
    return tuple(sorted(rows, key=lambda one: (list(FOOTINGS).index(one.footing), -len(one.lost), one.name)))
