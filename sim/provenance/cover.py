"""How far the model rests on evidence, and the evidence is used: the figures behind `durand evidence`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from sim.evidence.ledger import CLAIM_KINDS
from sim.mechanisms import MECHANISMS
from sim.provenance.cards import only_source
from sim.provenance.index import Index, index


class _Resting(Protocol):
    @property
    def claims(self) -> tuple[str, ...]: ...

    @property
    def judgement(self) -> str: ...


@dataclass(frozen=True)
class Footing:
    """What rules, or parameters, rest on: how many of them on each."""

    claims: int
    both: int
    judgement: int
    neither: int
    one_source: int

    @property
    def all(self) -> int:
        """How many there are."""
        return self.claims + self.both + self.judgement + self.neither


@dataclass(frozen=True)
class Mechanism:
    """A mechanism, with how many rules work it and how many claims bear on it, in all and used."""

    id: str
    title: str
    rules: int
    claims: int
    used: int


@dataclass(frozen=True)
class Coverage:
    """The figures. A pair is (how many, of which something rests on).

    Attributes:
        articles: how many of the sources are articles; `sources`: id -> title and pair.
        claims: all of them; `of_articles`: those of articles; `kinds`: kind -> pair.
        conflicts: pairs of claims that conflict.
        rules, parameters: what they rest on.
        left_over: causal claims that no rule rests on -> why.
        mechanisms: each with its rules and claims.
    """

    articles: int
    sources: Mapping[str, tuple[str, tuple[int, int]]]
    claims: tuple[int, int]
    of_articles: tuple[int, int]
    kinds: Mapping[str, tuple[int, int]]
    conflicts: int
    rules: Footing
    parameters: Footing
    left_over: Mapping[str, str]
    mechanisms: tuple[Mechanism, ...]


def cover(known: Index | None = None) -> Coverage:
    """Count it all."""
    known = known or index()
    ledger = known.ledger

    def pair(claims: Iterable[str]) -> tuple[int, int]:
        used = [known.used(claim) for claim in claims]
        return len(used), sum(used)

    of_kind = {kind: [claim.id for claim in ledger.claims.values() if claim.kind == kind] for kind in CLAIM_KINDS}
    mechanisms = []
    for name, title in MECHANISMS.items():
        claims, used = pair(claim.id for claim in ledger.of_mechanism(name))
        mechanisms.append(Mechanism(name, title, len(known.working.get(name, ())), claims, used))
    return Coverage(
        articles=sum(source.kind == "article" for source in ledger.sources.values()),
        sources={
            source.id: (source.title, pair(claim.id for claim in ledger.of_source(source.id)))
            for source in ledger.sources.values()
        },
        claims=pair(ledger.claims),
        of_articles=pair(claim.id for claim in ledger.of_articles()),
        kinds={kind: pair(claims) for kind, claims in of_kind.items()},
        conflicts=sum(len(claim.conflicts) for claim in ledger.claims.values()) // 2,
        rules=_footing(known, known.rules.values()),
        parameters=_footing(known, known.parameters.values()),
        left_over={name: ledger.claims[name].unused or "" for name in known.causal_left_over()},
        mechanisms=tuple(mechanisms),
    )


def _footing(known: Index, things: Iterable[_Resting]) -> Footing:
    things = list(things)
    return Footing(
        claims=sum(bool(thing.claims and not thing.judgement) for thing in things),
        both=sum(bool(thing.claims and thing.judgement) for thing in things),
        judgement=sum(bool(thing.judgement and not thing.claims) for thing in things),
        neither=sum(not thing.claims and not thing.judgement for thing in things),
        one_source=sum(bool(only_source(known, thing.claims)) for thing in things),
    )
