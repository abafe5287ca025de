"""What a sheet is made of, whatever it is written as: plain blocks of text, tables, pictures and room to write."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sim.teaching.pack.pictures import Picture
from sim.theme import POINTS
from sim.words.language import _

LINK = re.compile(r"(https?://\S+)")  # an address in a text, which becomes a link


@dataclass(frozen=True)
class Heading:
    """A heading; `level` 2 or 3. It stays with the block that follows."""

    text: str
    level: int = 2


@dataclass(frozen=True)
class Text:
    """A paragraph; `soft` for what is said by the way, behind a `lead` in bold."""

    text: str
    soft: bool = False
    lead: str = ""


@dataclass(frozen=True)
class Note:
    """A paragraph that stands out."""

    text: str


@dataclass(frozen=True)
class Items:
    """A list; `numbered` where the order matters, from `first` on."""

    items: tuple[str, ...]
    numbered: bool = False
    first: int = 1


@dataclass(frozen=True)
class Code:
    """A command to type."""

    text: str


@dataclass(frozen=True)
class Room:
    """Room to write: so many lines, under a label."""

    label: str
    lines: int


@dataclass(frozen=True)
class Grid:
    """A table, never split over pages; `shares` are the widths of its columns, of 100."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    shares: tuple[int, ...]
    caption: str = ""


@dataclass(frozen=True)
class Row:
    """Pictures side by side, each with its title below it; for those who do not see it, with what it shows."""

    pictures: tuple[Picture, ...]


@dataclass(frozen=True)
class Break:
    """What follows begins on a new page."""


Block = Heading | Text | Note | Items | Code | Room | Grid | Row | Break


def headed(words: str) -> str:
    """Words that stand before a paragraph, in it: with a full stop where they have no mark of their own."""
    return words if words.endswith((".", "?", "!", ":", "۔", "؟")) else _("{what}.", what=words)


def stays(block: Block, following: Block | None) -> bool:
    """Whether a block belongs on the same page as what follows it."""
    if isinstance(block, Heading):
        return True
    return isinstance(block, Text) and (block.text.endswith(":") or isinstance(following, Grid | Room | Code))


@dataclass(frozen=True)
class Sheet:
    """A sheet.

    Attributes:
        kind: what it is, such as Worksheet.
        title: the exercise's.
        under: a line above the title, behind the kind.
        blocks: what stands on it.
        size: of its text, in points.
    """

    kind: str
    title: str
    under: str
    blocks: tuple[Block, ...]
    size: float = POINTS["body"]
