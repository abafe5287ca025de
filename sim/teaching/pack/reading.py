"""What to read, with authors, titles, dates and links as the evidence has them, and the claims that a text rests on."""

from __future__ import annotations

import re
from pathlib import Path

from sim.evidence import Claim, Source, ledger
from sim.scenario import list_scenarios, load_scenario
from sim.scenario.diff import TITLES
from sim.teaching.exercises.schema import Exercise, Passage
from sim.teaching.pack.blocks import headed
from sim.vocabulary import LEVERS, month_words
from sim.words.sentences import listed


def reading(exercise: Exercise) -> tuple[str, ...]:
    """The exercise's reading list."""
    known = ledger().sources
    return tuple(
        f"{cited(known[one.source])} {one.text}" if one.source in known else one.text for one in exercise.reading
    )


_VALUES = {
    "defaults": "every uncertain value as declared, so that worlds differ by random draws alone",
    "prior": "uncertain values from the whole of their declared ranges",
}


def about(exercise: Exercise, run: str) -> str:
    """What the scenario of a run is about."""
    scenario = exercise.scenarios[run]
    return " ".join((scenario.summary or scenario.question).split())


def differing(exercise: Exercise, run: str) -> str:
    """What a run changes in the scenario that it takes, whose own words it no longer fits; "" where it changes nothing."""
    this = exercise.runs[run]
    named = {**LEVERS, **TITLES}
    parts = [path.rpartition(".")[2] for path in this.set]
    told = [f"{named.get(part, part)} {value}" for part, value in zip(parts, this.set.values(), strict=True)]
    said = [f"with {listed(told)}"] if told else []
    library = {name for name, _, _ in list_scenarios()}
    if this.parameters in _VALUES:
        said.append(_VALUES[this.parameters])
    elif this.parameters in library:
        said.append(f"uncertain values as in {load_scenario(str(this.parameters)).title}")
    base = load_scenario(this.scenario).title if this.scenario in library else Path(this.scenario).stem
    return f"{base}, {'; '.join(said)}." if said else ""


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
