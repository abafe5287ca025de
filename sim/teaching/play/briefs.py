"""Role briefs: what a seat knows, wants and fears, its red lines and its means, each statement with the passages it restates."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import Field, RootModel

from sim import yamlfile
from sim.evidence import ledger
from sim.scenario.diff import TITLES
from sim.scenario.words import Strict
from sim.theme import POINTS
from sim.vocabulary import ACTORS
from sim.words.language import N_, _, together
from sim.words.sentences import NOT_A_FORECAST, wrapped

if TYPE_CHECKING:
    from sim.teaching.pack.blocks import Block, Sheet

FILE = Path(__file__).with_name("briefs.yaml")
# The parts of a brief, as it calls them.
PARTS = {
    "knows": N_("What you know"),
    "wants": N_("What you want"),
    "fears": N_("What you fear"),
    "red_lines": N_("Your red lines"),
    "tools": N_("Your means"),
}
ABOUT = N_(
    "From five articles, in our own words; in brackets the document and paragraph of each statement. What no article says is "
    "marked as a judgement. The articles are commentaries, and a seat is not the people it stands for. None of them speaks of "
    "red lines: those are what a side is seen to hold to."
)

Line = Annotated[str, Field(min_length=1, max_length=300)]
Names = tuple[Annotated[str, Field(min_length=1, max_length=120)], ...]


class Statement(Strict):
    """One thing that a seat is told.

    Attributes:
        claims: of the evidence ledger, which it restates; judgement: what of it no article says, or says otherwise than the
            record of events, and why it is put so.
        sets: the settings by which a seat does what it speaks of.
    """

    text: Line
    claims: Annotated[Names, Field(min_length=1)]
    judgement: Line | None = None
    sets: Names = ()

    @property
    def passages(self) -> str:
        """Where it stands: "002 §5; 004 §4, 13"."""
        places: dict[str, list[int]] = {}
        for name in self.claims:
            claim = ledger().claims[name]
            numbers = places.setdefault(claim.source, [])
            if claim.paragraph not in (None, *numbers):
                numbers.append(claim.paragraph or 0)
        return "; ".join(f"{source} §{', '.join(map(str, sorted(numbers)))}" for source, numbers in places.items())

    @property
    def words(self) -> str:
        """The statement with the settings that it speaks of, and what of it is a judgement."""
        said = _(self.text)
        if self.sets:
            settings = together(", ", [_(TITLES[name]) for name in self.sets])
            said = _("{statement} Settings: {settings}.", statement=said, settings=settings)
        if self.judgement:
            said = _("{statement} Judgement: {judgement}", statement=said, judgement=_(self.judgement))
        return said

    @property
    def line(self) -> str:
        """The same, and where it stands."""
        return _("{statement} ({passages})", statement=self.words, passages=self.passages)


class Brief(Strict):
    """What a seat is told of its role, part by part."""

    knows: tuple[Statement, ...] = Field(min_length=1)
    wants: tuple[Statement, ...] = Field(min_length=1)
    fears: tuple[Statement, ...] = Field(min_length=1)
    red_lines: tuple[Statement, ...] = Field(min_length=1)
    tools: tuple[Statement, ...] = Field(min_length=1)

    @property
    def parts(self) -> tuple[tuple[str, tuple[Statement, ...]], ...]:
        """The parts in their order: what each is called, and its statements."""
        return tuple((title, getattr(self, name)) for name, title in PARTS.items())


class _Briefs(RootModel[dict[str, Brief]]):
    pass


@cache
def briefs() -> dict[str, Brief]:
    """The briefs that ship with the project: actor -> brief. An actor from an extension has none."""
    return yamlfile.validate(yamlfile.read(FILE), _Briefs).root


def brief_lines(actor: str, width: int) -> list[str]:
    """A seat's brief, as lines of so many columns; none where there is no brief."""
    if actor not in briefs():
        return []
    title = _("Role brief: {actor}", actor=_(ACTORS[actor]))
    lines = [title, "=" * len(title), *wrapped(_(ABOUT), width)]
    for part, statements in briefs()[actor].parts:
        lines += ["", _(part)]
        for one in statements:
            lines += wrapped(one.line, width, "  - ")
    return [*lines, "", *sources_lines(actor, width)]


def sources(actor: str) -> list[str]:
    """The articles that a seat's brief rests on, as they are cited."""
    cited = {ledger().claims[name].source for _, part in briefs()[actor].parts for one in part for name in one.claims}
    return [
        _(
            "{id}: {author}, {title} ({date})",
            id=one.id,
            author=one.author or _("unsigned"),
            title=one.title,
            date=one.date,
        )
        for one in ledger().sources.values()
        if one.id in cited
    ]


def sources_lines(actor: str, width: int) -> list[str]:
    return [line for one in sources(actor) for line in wrapped(one, width, "", "  ")]


def brief_sheet(*actors: str) -> Sheet:
    """Briefs to print, each on pages of its own."""
    from sim.teaching.pack.blocks import Break, Heading, Items, Note, Sheet, Text

    blocks: list[Block] = []
    for actor in actors:
        blocks += [Break()] if blocks else []
        blocks += [Heading(_(ACTORS[actor])), Text(_(ABOUT), soft=True)]
        for title, statements in briefs()[actor].parts:
            blocks += [Heading(_(title), 3), Items(tuple(one.line for one in statements))]
        blocks += [Heading(_("The articles"), 3), Items(tuple(sources(actor))), Note(_(NOT_A_FORECAST))]
    kind = _("Role briefs") if actors[1:] else _("Role brief")
    under = _("What a seat knows, wants and fears")
    return Sheet(kind, _("Pakistan and Kabul, played"), under, tuple(blocks), size=POINTS["note"])
