"""What a search found, in plain sentences and small tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sim.scenario.diff import TITLES
from sim.search.archetypes import common
from sim.search.front import FRESH, SEARCHED, WINS
from sim.words.numbers import number, of_100
from sim.words.sentences import NOT_A_FORECAST, listed

if TYPE_CHECKING:
    from sim.search.archetypes import Archetype
    from sim.search.found import Found

NEAR = 0.9
CLEAR = 0.05
SPOKEN = 2  # courses that kinds are set against in words; the table has them all


def paragraphs(found: Found) -> Iterator[str]:
    """All of it, a paragraph or a table each."""
    about, search = found.manifest, found.plan.search
    if about["warning"]:
        yield f"WARNING. {about['warning']}"
    last = about["standings"][-1]
    yield (
        f"{about['title']} {last['evaluations']:,} courses were simulated in {search.worlds:,} futures each, the same for "
        f"all; {about['members']} of those that no other betters are shown. They and the courses that they are set against "
        f"were simulated again in {search.fresh_worlds:,} fresh futures: figures are of these unless said otherwise."
    )
    yield progress(found)
    yield against(found)
    if said := alike(found):
        yield said
    for one in found.archetypes():
        yield archetype(found, one)
    yield "\n".join(table(found))
    yield (
        "A future is a world: one draw of what nobody knows, with one run of chance. Each counts alike, which is no "
        f"statement of how likely it is. {NOT_A_FORECAST}"
    )


def progress(found: Found) -> str:
    """How the search came along."""
    standings = found.manifest["standings"]
    first, last = standings[0], standings[-1]
    quarter = standings[max(len(standings) * 3 // 4 - 1, 0)]
    return (
        f"{len(standings)} generations. Hypervolume {first['hypervolume']:.3f} after the first, "
        f"{quarter['hypervolume']:.3f} after three quarters, {last['hypervolume']:.3f} at the end; epsilon-progress "
        f"{sum(one['progress'] for one in standings):,} boxes, {last['progress']} in the last generation."
    )


def against(found: Found) -> str:
    """How many members better which courses, and how many only seemed to."""
    members, titles = found.members, dict(found.courses["title"])
    parts = []
    for name in found.courses.index:
        beats, nearly, before = (bettering(found, [name], key) for key in ("beats", "betters", "beats_searched"))
        parts.append(f"{titles[name]}: {beats}, {nearly} ({before})")
    every = [bettering(found, list(found.courses.index), key) for key in ("beats", "betters")]
    kept = f"{int(members['holds'].sum())} of {len(members)} are still bettered by no other"
    over = int((~members["keeps"].astype(bool)).sum())
    broken = f"; {over} break a constraint there by a little" if over else ""
    return (
        f"Of {len(members)}, so many better a course by every objective; so many when differences below epsilon do not "
        f"count; in brackets the first in the search's own futures. {'; '.join(parts)}. All of these at once: {every[0]}, "
        f"{every[1]}. In fresh futures {kept}{broken}."
    )


def bettering(found: Found, names: Sequence[str], column: str = "beats") -> int:
    """How many members better all of these courses."""
    return sum(set(names) <= set(_names(one)) for one in found.members[column])


def alike(found: Found) -> str:
    """What nearly all members have in common."""
    much, little = common(found)
    highest = {one.name.partition("@")[0]: one.values[-1] for one in found.plan.space.variables if "@" in one.name}
    parts = []
    if much:
        named = [f"{TITLES[name]} {number(level)}{_ceiling(level, highest[name])}" for name, level in much.items()]
        parts.append(f"much of {listed(named)}")
    if little:
        parts.append(f"next to nothing of {listed([TITLES[name] for name in little])}")
    return f"Nearly all of those that hold have {', and '.join(parts)}." if parts else ""


def _ceiling(level: float, highest: float) -> str:
    return " (near the most that was searched)" if level >= NEAR * highest else ""


def archetype(found: Found, one: Archetype) -> str:
    """A kind of course: what it does, and what it costs whom."""
    row, against = found.table.loc[one.example], found.courses.index[:SPOKEN]
    sets = [f"{TITLES[name]} {number(level)}" for name, level in {**one.more, **one.less}.items()]
    how = f" What sets it apart: {', '.join(sets)}." if sets else ""
    return (
        f"Kind {one.title} ({len(one.members)} members; in their middle {one.example}).{how} {row['summary']} "
        + " ".join(f"{costs(found, one.example, course)} {beside(found, one.example, course)}" for course in against)
    )


def costs(found: Found, member: str, course: str) -> str:
    """What a member has better and worse than a course, in fresh futures, as far as it counts."""
    better, worse = list[str](), list[str]()
    for one in found.objectives:
        mine, theirs = (found.figure(name, FRESH, one["key"]) for name in (member, course))
        far = mine - theirs
        if abs(far) < one["epsilon"]:
            continue
        said = f"{one['title']} {number(mine)} instead of {number(theirs)}"
        (better if (far < 0) == one["less"] else worse).append(said)
    title = str(found.table.at[course, "title"])
    gains = f"better: {listed(better)}" if better else "nothing better"
    losses = f"worse: {listed(worse)}" if worse else "nothing worse"
    return f"Against {title}, {gains}; {losses}."


def beside(found: Found, member: str, course: str) -> str:
    """What else differs from a course, of what counts for nothing."""
    parts = []
    for one in found.manifest["others"]:
        mine, theirs = (found.figure(name, FRESH, one["key"]) for name in (member, course))
        if abs(mine - theirs) > CLEAR * abs(theirs):
            parts.append(f"{one['title']} {number(mine)} instead of {number(theirs)}")
    return f"What counts for nothing: {listed(parts)}." if parts else ""


def table(found: Found) -> Iterator[str]:
    """Every member and course with its objectives, in fresh futures and (in brackets) in the search's own, as Markdown."""
    shown = [*found.objectives, *found.manifest["others"]]
    heads = ["course", *(one["title"] for one in shown), "betters"]
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    rows = [*found.courses.index, *found.members[found.members["holds"].astype(bool)].index]
    for name in rows:
        row = found.table.loc[name]
        cells = [f"{number(row[FRESH + one['key']])} ({number(row[SEARCHED + one['key']])})" for one in shown]
        yield f"| {' | '.join([str(name), *cells, _bettered(row['betters'], len(found.courses))])} |"


def wins(found: Found, name: str) -> list[tuple[str, str]]:
    """In how many fresh futures a member is better than the best of the courses: objective's title -> of 100."""
    return [(one["title"], of_100(found.figure(name, WINS, one["key"]))) for one in found.objectives]


def _bettered(said: str, courses: int) -> str:
    """Which courses, in short."""
    count = len(_names(said))
    return "all" if count == courses else said or "-"


def _names(said: str) -> list[str]:
    return said.split(", ") if said else []
