"""What to read, with authors, titles, dates and links as the evidence has them, and the claims that a text rests on."""

from __future__ import annotations

import re

from sim.evidence import Claim, Source, ledger
from sim.teaching.exercises.schema import Exercise, Passage
from sim.teaching.pack.blocks import headed
from sim.vocabulary import month_words


def reading(exercise: Exercise) -> tuple[str, ...]:
    """The exercise's reading list."""
    known = ledger().sources
    return tuple(
        f"{cited(known[one.source])} {one.text}" if one.source in known else one.text for one in exercise.reading
    )


def cited(source: Source) -> str:
    """A source as a reading list has it: author, title, outlet, date, link."""
    parts = [source.author or "Unsigned", source.title, source.outlet, _when(source)]
    link = f"{source.url} " if source.url else ""
    return f"{' '.join(headed(part) for part in parts if part)} {link}".rstrip()


def _when(source: Source) -> str:
    return re.sub(r"\b\d{4}-\d\d\b", lambda month: month_words(month[0]), source.date)


class Claims:
    """Numbers the claims that a sheet cites, in order."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def marks(self, passage: Passage) -> str:
        """What stands behind a passage: " [1, 3]"."""
        found = [self.numbers.setdefault(claim, len(self.numbers) + 1) for claim in passage.claims]
        told = ",\N{NO-BREAK SPACE}".join(map(str, found))
        return f" [{told}]" if found else ""

    def cited(self) -> tuple[str, ...]:
        """The claims in the order of their numbers, each with its source."""
        return tuple(f"{ledger().claims[name].text} ({where(ledger().claims[name])})" for name in self.numbers)


def where(claim: Claim) -> str:
    """Whose text states a claim, and where in it."""
    source = ledger().sources[claim.source]
    whose = source.author or f"“{source.title}”"
    return f"{whose}, {_when(source)}" + (f", paragraph {claim.paragraph}" if claim.paragraph is not None else "")
