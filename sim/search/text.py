"""What a search found, in plain sentences and small tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sim.experiment.discovery.text import said
from sim.metrics import METRICS
from sim.scenario.diff import TITLES
from sim.words.numbers import fine, number, of_100
from sim.words.sentences import NOT_A_FORECAST, listed

if TYPE_CHECKING:
    from sim.search.archetypes import Archetype
    from sim.search.findings import Course, Findings
    from sim.search.vulnerability import Weakness

NEAR = 0.9
CLEAR = 0.05
SPOKEN = 2  # courses that kinds are set against in words; the table has them all


def paragraphs(found: Findings) -> Iterator[str]:
    """All of it, a paragraph or a table each."""
    if found.warning:
        yield f"WARNING. {found.warning}"
    yield (
        f"{found.title} {found.standings[-1].evaluations:,} courses were simulated in {found.worlds:,} futures each, the same "
        f"for all; {len(found.members)} of those that no other betters are shown. They and the courses that they are set against "
        f"were simulated again in {found.fresh_worlds:,} fresh futures: figures are of these unless said otherwise."
    )
    yield progress(found)
    yield against(found)
    if common := alike(found):
        yield common
    for one in found.kinds:
        yield archetype(found, one)
    if found.kinds:
        yield regret(found)
    yield "\n".join(table(found))
    yield (
        "A future is a world: one draw of what nobody knows, with one run of chance. Each counts alike, which is no "
        f"statement of how likely it is. {NOT_A_FORECAST}"
    )


def progress(found: Findings) -> str:
    """How the search came along."""
    standings = found.standings
    first, last = standings[0], standings[-1]
    quarter = standings[max(len(standings) * 3 // 4 - 1, 0)]
    return (
        f"{len(standings)} generations. Hypervolume {first.hypervolume:.3f} after the first, {quarter.hypervolume:.3f} after "
        f"three quarters, {last.hypervolume:.3f} at the end; epsilon-progress {sum(one.progress for one in standings):,} boxes, "
        f"{last.progress} in the last generation."
    )


def against(found: Findings) -> str:
    """How many members better which courses, and how many only seemed to."""
    names, parts = [one.name for one in found.courses], []
    for one in found.courses:
        beats, nearly, before = (bettering(found, [one.name], key) for key in ("beats", "betters", "beats_searched"))
        parts.append(f"{one.title}: {beats}, {nearly} ({before})")
    every = [bettering(found, names, key) for key in ("beats", "betters")]
    kept = f"{len(holding(found))} of {len(found.members)} are still bettered by no other"
    over = sum(not one.keeps for one in found.members)
    broken = f"; {over} break a constraint there by a little" if over else ""
    return (
        f"Of {len(found.members)}, so many better a course by every objective; so many when differences below epsilon do not "
        f"count; in brackets the first in the search's own futures. {'; '.join(parts)}. All of these at once: {every[0]}, "
        f"{every[1]}. In fresh futures {kept}{broken}."
    )


def holding(found: Findings) -> list[Course]:
    """The members that no other betters in fresh futures."""
    return [one for one in found.members if one.holds]


def bettering(found: Findings, names: Sequence[str], which: str = "beats") -> int:
    """How many members better all of these courses; `which`: beats, betters or beats_searched."""
    return sum(set(names) <= set(getattr(one, which)) for one in found.members)


def alike(found: Findings) -> str:
    """What nearly all members have in common."""
    parts = []
    if found.much:
        named = [
            f"{TITLES[name]} {number(level)}{_ceiling(level, found.highest[name])}"
            for name, level in found.much.items()
        ]
        parts.append(f"much of {listed(named)}")
    if found.little:
        parts.append(f"next to nothing of {listed([TITLES[name] for name in found.little])}")
    return f"Nearly all of those that hold have {', and '.join(parts)}." if parts else ""


def _ceiling(level: float, highest: float) -> str:
    return " (near the most that was searched)" if level >= NEAR * highest else ""


def apart(found: Findings) -> list[str]:
    """What has a colour of its own in pictures: the courses that kinds are set against, and the kinds."""
    return [*(one.title for one in found.courses[:SPOKEN]), *(one.called for one in found.kinds)]


def archetype(found: Findings, one: Archetype) -> str:
    """A kind of course: what it does, what it costs whom, and where it fails."""
    against = [course.name for course in found.courses[:SPOKEN]]
    sets = [f"{TITLES[name]} {number(level)}" for name, level in {**one.more, **one.less}.items()]
    how = f" What sets it apart: {', '.join(sets)}." if sets else ""
    member = found[one.example]
    said = [f"Kind {one.title} ({len(one.members)} members; in their middle {one.example}).{how} {member.summary}"]
    said += [costs(found, member.name, course) for course in against]
    return " ".join([*said, *(failing(found, weak) for weak in member.weaknesses if weak.box is not None)])


def costs(found: Findings, member: str, course: str) -> str:
    """What a member has better and worse than a course, in fresh futures, as far as it counts; then what counts for nothing."""
    better, worse = list[str](), list[str]()
    for one in found.objectives:
        mine, theirs = found[member].figures[one.key], found[course].figures[one.key]
        if abs(mine - theirs) < (one.epsilon or 0.0):
            continue
        said = f"{one.named} {instead(mine, theirs)}"
        (better if (mine < theirs) == one.less else worse).append(said)
    gains = f"better: {listed(better)}" if better else "nothing that counts here is better"
    losses = f"worse: {listed(worse)}" if worse else "nothing that counts here is worse"
    return f"Against {found[course].title}, {gains}; {losses}.{_uncounted(found, member, course)}"


def _uncounted(found: Findings, member: str, course: str) -> str:
    """What differs clearly of what counts for nothing, by whether it is worse; as more or less where no end of it is better."""
    parts = dict[str, list[str]](worse=[], better=[], more=[], less=[])
    for one in found.others:
        mine, theirs = found[member].figures[one.key], found[course].figures[one.key]
        if abs(mine - theirs) > CLEAR * abs(theirs):
            end, good = "more" if mine > theirs else "less", METRICS[one.key].better if one.key in METRICS else None
            which = end if good is None else "better" if end == good else "worse"
            parts[which].append(f"{one.named} {instead(mine, theirs)}")
    said = [f"{which}: {listed(some)}" for which, some in parts.items() if some]
    return f" Of what does not count here, {'; '.join(said)}." if said else ""


def instead(mine: float, theirs: float) -> str:
    """Two figures, as finely as it takes to tell them apart."""
    one, other = number(mine), number(theirs)
    return f"{one} instead of {other}" if one != other else f"{fine(mine, 3)} instead of {fine(theirs, 3)}"


def failing(found: Findings, one: Weakness) -> str:
    """Where a member fails by one objective, and how far that tells its bad futures apart."""
    title = next(about.title for about in found.objectives if about.key == one.key)
    often = f"By {title} it is worse than the best of the courses in {of_100(one.share)} futures"
    if one.box is None:
        return f"{often}."
    box = one.box
    loose = "" if one.dense else "; no box is purer that covers a fifth of them"
    return (
        f"{often}; in {of_100(box.searched.density)} of those in which {listed([said(limit) for limit in box.limits])}. That is "
        f"{of_100(box.searched.coverage)} of its failures{loose}; held out, {of_100(box.held_out.density)} and "
        f"{of_100(box.held_out.coverage)}."
    )


def regret(found: Findings) -> str:
    """What would be regretted of the members that speak for kinds: each against the best of all in the same future."""
    parts = []
    for one in found.objectives:
        members = sorted((found[kind.example].regret[one.key], kind.called, kind.example) for kind in found.kinds)
        told = [
            f"{called} {number(mean)} ({number(found[name].regret_p90[one.key])})" for mean, called, name in members
        ]
        parts.append(f"{one.named}: {', '.join(told)}")
    return (
        "Regret among members: how much worse each does than the best of all members in the same future, in the mean, and in "
        f"brackets what it stays under in nine futures of ten. {'; '.join(parts)}."
    )


def table(found: Findings) -> Iterator[str]:
    """Every member and course with its objectives, in fresh futures and (in brackets) in the search's own, as Markdown."""
    shown = [*found.objectives, *found.others]
    heads = ["course", *(one.headed for one in shown), "betters"]
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for course in (*found.courses, *holding(found)):
        cells = [f"{number(course.figures[one.key])} ({number(course.searched[one.key])})" for one in shown]
        bettered = "all" if len(course.betters) == len(found.courses) else ", ".join(course.betters) or "-"
        yield f"| {' | '.join([course.name, *cells, bettered])} |"
