"""The page of feedback loops and its picture, from the loops that are found in the model; used by build.py."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from notation import rule_link, table

from sim.loops import Loop, Loops, find_loops, signed_digraph
from sim.loops.cycles import MOST_LISTED, NamedLoop
from sim.loops.picture import as_svg, marked, picture
from sim.loops.text import kind, not_closed, way_round

IMAGE = "loops.svg"


@cache
def _found() -> Loops:
    return find_loops(signed_digraph())


@cache
def loops_svg() -> str:
    return as_svg(_found())


def loops_picture(_: str) -> str:
    return f"![{picture(_found()).text}](images/{IMAGE})\n"


def named_loops(_: str) -> str:
    letters = marked(_found().named)
    lines = [line for one in _found().named if one.circles for line in _told(one, letters[one.id])]
    missing = [f"{one.id} {one.name}" for one in not_closed(_found())]
    if missing:
        lines.append(f"Not found, since no rule carries them or no way leads back: {', '.join(missing)}.\n")
    return "\n".join(lines)


def _told(one: NamedLoop, letter: str) -> Iterator[str]:
    first, *further = one.circles
    yield f'<a id="{one.id}"></a>\n\n### {one.id} {one.name}\n'
    yield f"{one.sentence} {letter}, {kind(first)}. Carried by {_linked(one.rules)}.\n"
    yield f"- {_way(first)}"
    yield from (f"- Also, {kind(loop)}: {_way(loop)}" for loop in further[:2])
    if len(further) > 2:
        yield f"- {len(further) - 2} more ways round: `durand loops --json`."
    yield ""


def _way(loop: Loop) -> str:
    others = f" Rules on the way: {_linked(loop.rules)}." if loop.rules else ""
    return f"{way_round(loop)}.{others}"


def _linked(rules: tuple[str, ...]) -> str:
    return ", ".join(map(rule_link, rules))


def other_loops(_: str) -> str:
    rows = [(kind(loop), way_round(loop), _linked(loop.rules)) for loop in _found().others]
    head = ("kind", "each state, and the sign of what it does to the next", "rules on the way")
    return f"{_found().how_many} in all; the strongest {min(MOST_LISTED, len(rows))}:\n\n" + table(head, rows)
