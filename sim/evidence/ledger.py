"""The evidence ledger: which sources there are, what each of them claims, and where claims conflict.

Two files beside this one hold it, `sources.yaml` and `claims.yaml`, and say at their top how they are written.
:func:`ledger` reads them once. A rule, a parameter or a scenario names a claim by its id.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal, Self, get_args

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from sim import yamlfile
from sim.mechanisms import MECHANISMS
from sim.vocabulary import ACTOR_SPECS, ACTORS, FACTIONS, Derived
from sim.yamlfile import ChoiceError, FileError, Place, PlacedError, suggestion

SOURCES = Path(__file__).with_name("sources.yaml")
CLAIMS = Path(__file__).with_name("claims.yaml")
LIMIT = 2 * 1024 * 1024

_OTHERS = {
    "groups": "Other armed groups, or groups within the TTP",
    "al_qaeda": "Al-Qaeda",
    "iskp": "Islamic State Khorasan",
    "pakistani_public": "Pakistani public",
    "afghan_public": "Afghan public",
    "united_states": "United States",
    "china": "China",
    "imf": "IMF",
    "donors": "Donors",
}
# Who a claim can be about: the actors, their factions, and those outside who only react.
ABOUT: Derived[str] = Derived(
    lambda: {
        **ACTORS,
        **{name: title for factions in FACTIONS.values() for name, title in factions.items()},
        **_OTHERS,
        **{spec.name: spec.title for spec in ACTOR_SPECS.values() if spec.name not in (*ACTORS, *_OTHERS)},
    }
)

SourceKind = Literal["article", "series", "event_record", "outside"]
ClaimKind = Literal["figure", "event", "causal", "assessment", "expectation"]
Confidence = Literal["high", "medium", "low"]
CLAIM_KINDS: tuple[str, ...] = get_args(ClaimKind)


class EvidenceError(FileError):
    """What is wrong with the sources or the claims, a `file:line: problem` each."""


def _among(names: Collection[str]) -> Callable[[str], str]:
    def check(value: str) -> str:
        if value not in names:
            raise ChoiceError(f"is not one of the choices; allowed: {', '.join(names)}", tuple(names))
        return value

    return check


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


Text = Annotated[str, Field(min_length=1)]


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class _SourceEntry(_Entry):
    title: Text
    date: Text
    kind: SourceKind
    note: Text
    author: Text | None = None
    outlet: Text | None = None
    url: Text | None = None
    file: Text | None = None
    first_line: Annotated[int, Field(strict=True, ge=1)] | None = None
    paragraphs: Annotated[int, Field(strict=True, ge=1)] | None = None
    series: tuple[Text, ...] = ()

    @model_validator(mode="after")
    def _fits_its_kind(self) -> Self:
        needed = {
            "article": ("file", "first_line", "paragraphs"),
            "series": ("series", "url"),
            "event_record": (),
            "outside": (),
        }
        for key in ("file", "first_line", "paragraphs", "series", "url"):
            given = bool(getattr(self, key))
            if key in needed[self.kind] and not given:
                raise PlacedError(f"is missing; a source of kind {self.kind} has to give it", (key,))
            if given and key not in (*needed[self.kind], "url"):
                raise PlacedError(f"does not go with kind {self.kind}; take it out, or change the kind", (key,))
        return self


class Source(_SourceEntry):
    """An article, an observer's public series, the record of events, or a work outside of these that an extension brings.

    Attributes:
        id: short name, with which the ids of its claims begin.
        title, author, outlet, date: as far as known; the date in words.
        kind: article, series, event_record or outside.
        note: what a reader has to know before trusting it: scope, lineage, errors.
        url: where it can be read.
        file, first_line, paragraphs: of an article: its file, the line of paragraph 1, how many paragraphs it has.
        series: of an observer: the names of its series.
    """

    id: str


class _ClaimEntry(_Entry):
    source: Text
    paragraph: Annotated[int, Field(strict=True, ge=0)] | None = None
    series: Annotated[tuple[Text, ...], BeforeValidator(_listed)] = ()
    text: Text
    kind: ClaimKind
    about: Annotated[tuple[Annotated[str, AfterValidator(_among(ABOUT))], ...], Field(min_length=1)]
    date: Text
    confidence: Confidence
    conflicts: tuple[Text, ...] = ()
    mechanisms: tuple[Annotated[str, AfterValidator(_among(MECHANISMS))], ...] = ()
    note: Text | None = None
    unused: Text | None = None


class Claim(_ClaimEntry):
    """One statement of one source, in our own words.

    Attributes:
        id: `<source>.<paragraph>-<slug>` for articles, `<source>.<slug>` for the rest.
        source: id of its source.
        paragraph: of an article, counted from 1; 0 is the standfirst.
        series: of an observer, the series that show it.
        text: what is claimed.
        kind: figure, event, causal, assessment or expectation.
        about: who it speaks of; see :data:`ABOUT`.
        date: the time it speaks of, in words.
        confidence: how directly the source supports it, and how reliable the source is.
        conflicts: claims that contradict or qualify it; stated on both sides.
        mechanisms: the mechanisms it bears on.
        note: which side of a conflict to follow, and other advice.
        unused: of a causal claim, why no rule uses it.
    """

    id: str


class _SourcesFile(_Entry):
    sources: dict[str, _SourceEntry]


class _ClaimsFile(_Entry):
    claims: dict[str, _ClaimEntry]


@dataclass(frozen=True)
class Ledger:
    """All sources and all claims, in the order of their files."""

    sources: dict[str, Source]
    claims: dict[str, Claim]

    def of_source(self, source: str) -> tuple[Claim, ...]:
        """The claims of one source."""
        return tuple(claim for claim in self.claims.values() if claim.source == source)

    def of_mechanism(self, mechanism: str) -> tuple[Claim, ...]:
        """The claims that bear on one mechanism."""
        return tuple(claim for claim in self.claims.values() if mechanism in claim.mechanisms)

    def of_articles(self) -> tuple[Claim, ...]:
        """The claims of the articles, as against those of observers and of the record of events."""
        return tuple(claim for claim in self.claims.values() if self.sources[claim.source].kind == "article")


# What extensions bring.
BROUGHT = Ledger({}, {})


@cache
def ledger() -> Ledger:
    """The project's own ledger with what extensions bring, put together once."""
    own = _own()
    return Ledger({**own.sources, **BROUGHT.sources}, {**own.claims, **BROUGHT.claims})


@cache
def _own() -> Ledger:
    """The project's own ledger, which no extension changes, read once."""
    return load()


def load(sources: yamlfile.Source = SOURCES, claims: yamlfile.Source = CLAIMS) -> Ledger:
    """Read and check a ledger.

    Args:
        sources, claims: the two files: paths, or pairs of a name for messages and the text.

    Raises:
        EvidenceError: every problem found, with file and line: an unknown key or word, an unknown source, an id
            given twice or at odds with its source or paragraph, a conflict with no claim or stated on one side only.
    """
    sources_file = yamlfile.read(sources, LIMIT, EvidenceError)
    claims_file = yamlfile.read(claims, LIMIT, EvidenceError)
    known = {
        name: Source.model_construct(id=name, **dict(entry))
        for name, entry in yamlfile.validate(sources_file, _SourcesFile).sources.items()
    }
    stated = {
        name: Claim.model_construct(id=name, **dict(entry))
        for name, entry in yamlfile.validate(claims_file, _ClaimsFile).claims.items()
    }
    claims_file.check(disagreements(stated, known))
    return Ledger(known, stated)


def disagreements(claims: dict[str, Claim], sources: dict[str, Source]) -> Iterator[tuple[Place, str]]:
    """Where claims do not agree with their sources or with each other: the place in the file, and what is wrong."""
    for claim in claims.values():
        place: Place = ("claims", claim.id)
        source = sources.get(claim.source)
        if source is None:
            yield (*place, "source"), f"unknown source: {claim.source}{suggestion(claim.source, sources)}"
        else:
            yield from (((*place, key), text) for key, text in _misplaced(claim, source))
        if claim.unused and claim.kind != "causal":
            yield (*place, "unused"), f"unused is for causal claims only: {claim.id} is of kind {claim.kind}"
        for number, other in enumerate(claim.conflicts):
            here = (*place, "conflicts", number)
            if other == claim.id:
                yield here, f"a claim is said to conflict with itself: {claim.id}"
            elif other in claim.conflicts[:number]:
                yield here, f"conflict given twice: {other}; once is allowed"
            elif other not in claims:
                yield here, f"conflict with a claim that does not exist: {other}{_near(other, claims)}"
            elif claim.id not in claims[other].conflicts:
                yield here, f"one-sided conflict: {other} does not list {claim.id}; list it on both sides"


def _misplaced(claim: Claim, source: Source) -> Iterator[tuple[str, str]]:
    """What is wrong with a claim's id, paragraph and series, given its source: the key, and the problem."""
    of_kind = f"source {source.id} is of kind {source.kind}"
    stem = rf"{re.escape(source.id)}\."
    if source.kind == "article":
        if claim.paragraph is None:
            yield "paragraph", f"{claim.id} gives no paragraph; {of_kind}, so one of 0 to {source.paragraphs} is needed"
            return
        if claim.paragraph > (source.paragraphs or 0):
            yield "paragraph", f"paragraph out of range: {claim.paragraph}; source {source.id} has {source.paragraphs}"
        stem += f"{claim.paragraph}-"
    elif claim.paragraph is not None:
        yield "paragraph", f"a paragraph is given: {claim.paragraph}; {of_kind}, so none is allowed"
    if not re.fullmatch(rf"{stem}[a-z0-9]+(-[a-z0-9]+)*", claim.id):
        wanted = stem.replace("\\", "") + "words-joined-by-hyphens"
        yield "", f"the id disagrees with its source or paragraph: {claim.id}; expected {wanted}"
    if source.kind == "series" and not claim.series:
        yield "series", f"{claim.id} names no series; {of_kind}, so one of its series is needed"
    for name in claim.series:
        if name not in source.series:
            yield "series", f"unknown series: {name}; source {source.id} has {', '.join(source.series) or 'none'}"


def _near(name: str, claims: dict[str, Any]) -> str:
    """A suggestion without the list of all claims, which is long."""
    return suggestion(name, claims).partition("; ")[0] + "; allowed: the ids in this file"
