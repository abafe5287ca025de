"""Tables of texts, for a terminal and in Markdown, and how wide a terminal is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from shutil import get_terminal_size
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.table import Table


def terminal_table(title: str, heads: Sequence[str], rows: Iterable[Sequence[str]], ids: bool = False) -> Table:
    """A table for a terminal: words in the first column, then figures; `ids` are not broken over lines, as words may be."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table

    table = Table(title=title, box=SIMPLE_HEAD, show_edge=False, title_justify="left", title_style="bold")
    for place, head in enumerate(heads):
        table.add_column(head, justify="right" if place else "left", overflow="fold", no_wrap=ids and place == 0)
    for row in rows:
        table.add_row(*row)
    return table


def markdown_table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table as lines of Markdown.

    >>> markdown_table(("a", "b"), [("1", "2|3")])
    ['| a | b |', '| --- | --- |', '| 1 | 2/3 |']
    """
    lines = (heads, ["---"] * len(heads), *rows)
    return [f"| {' | '.join(cell.replace('|', '/') for cell in line)} |" for line in lines]


def terminal_width(least: int = 40, most: int = 80) -> int:
    """Columns that text may take on this terminal; as many as are usual where there is none."""
    return max(least, min(get_terminal_size((80, 24)).columns, most))
