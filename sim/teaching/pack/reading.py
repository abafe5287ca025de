"""What to read, with authors, titles, dates and links as the evidence has them, and the claims that a text rests on."""

from __future__ import annotations

import re
from pathlib import Path

from sim.evidence import Claim, Source, ledger
from sim.scenario import list_scenarios, load_scenario
from sim.scenario.diff import TITLES
from sim.teaching.exercises.schema import Exercise, Passage, Run
from sim.teaching.pack.blocks import headed
from sim.vocabulary import LEVERS
from sim.words.language import N_, _
from sim.words.sentences import listed, month_words, side_by_side


def reading(exercise: Exercise) -> tuple[str, ...]:
    """The exercise's reading list."""
    known = ledger().sources
    return tuple(
        f"{cited(known[one.source])} {_(one.text)}" if one.source in known else _(one.text) for one in exercise.reading
    )


_VALUES = {
    "defaults": N_("every uncertain value as declared, so that worlds differ by random draws alone"),
    "prior": N_("uncertain values from the whole of their declared ranges"),
}


def about(exercise: Exercise, run: str) -> str:
    """What the scenario of a run is about."""
    scenario = exercise.scenarios[run]
    return " ".join(_(scenario.summary or scenario.question).split())


def differing(exercise: Exercise, run: str) -> str:
    """What a run changes in the scenario that it takes, whose own words it no longer fits; "" where it changes nothing."""
    this = exercise.runs[run]
    named = {**LEVERS, **TITLES}
    parts = [path.rpartition(".")[2] for path in this.set]
    told = [
        _("{setting} {value}", setting=_(named.get(part, part)), value=value)
        for part, value in zip(parts, this.set.values(), strict=True)
    ]
    said = [_("with {what}", what=listed(told))] if told else []
    library = {name for name, *_rest in list_scenarios()}
    if this.parameters in _VALUES:
        said.append(_(_VALUES[this.parameters]))
    elif this.parameters in library:
        said.append(_("uncertain values as in {scenario}", scenario=_(load_scenario(str(this.parameters)).title)))
    plain = (name for name, one in exercise.runs.items() if one == Run(scenario=this.scenario, title=one.title))
    same = next((name for name in plain if name != run), None)
    if same is not None:
        base = _(exercise.scenarios[same].title)
    else:
        base = _(load_scenario(this.scenario).title) if this.scenario in library else Path(this.scenario).stem
    return _("{scenario}, {how}.", scenario=base, how=side_by_side(said)) if said else ""


def cited(source: Source) -> str:
    """A source as a reading list has it: author, title, outlet, date, link."""
    parts = [source.author or _("Unsigned"), source.title, source.outlet, _when(source)]
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
        known = ledger().claims
        return tuple(
            _("{claim} ({where})", claim=_(known[name].text), where=where(known[name])) for name in self.numbers
        )


def where(claim: Claim) -> str:
    """Whose text states a claim, and where in it."""
    source = ledger().sources[claim.source]
    whose = source.author or f"“{source.title}”"
    when = _when(source)
    if claim.paragraph is None:
        return _("{whose}, {when}", whose=whose, when=when)
    return _("{whose}, {when}, paragraph {number}", whose=whose, when=when, number=claim.paragraph)
