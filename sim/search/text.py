"""What a search found, in plain sentences and small tables."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sim.experiment.discovery.text import said as limit_words
from sim.metrics import METRICS
from sim.scenario.diff import TITLES
from sim.words.language import N_, _, together
from sim.words.numbers import fine, number, of_100
from sim.words.sentences import NOT_A_FORECAST, listed, side_by_side

if TYPE_CHECKING:
    from sim.search.archetypes import Archetype
    from sim.search.findings import Course, Findings, Measure
    from sim.search.vulnerability import Weakness

NEAR = 0.9
CLEAR = 0.05
PULLED = N_("A mean above that is pulled up by a few futures in which much is lost.")
SPOKEN = 2  # courses that kinds are set against in words; the table has them all


def paragraphs(found: Findings) -> Iterator[str]:
    """All of it, a paragraph or a table each."""
    if found.warning:
        yield _("WARNING. {warning}", warning=_(found.warning))
    yield _(
        "{title} {courses:,} courses were simulated in {worlds:,} futures each, the same for all; {members} of those that no "
        "other betters are shown. They and the courses that they are set against were simulated again in {fresh:,} fresh "
        "futures: figures are of these unless said otherwise.",
        title=_(found.title),
        courses=found.standings[-1].evaluations,
        worlds=found.worlds,
        members=len(found.members),
        fresh=found.fresh_worlds,
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
    about = _(
        "A future is a world: one draw of what nobody knows, with one run of chance. Each counts alike, which is no statement of "
        "how likely it is."
    )
    yield together(" ", [about, _(NOT_A_FORECAST)])


def progress(found: Findings) -> str:
    """How the search came along."""
    standings = found.standings
    return _(
        "{generations} generations. Hypervolume {first:.3f} after the first, {quarter:.3f} after three quarters, {last:.3f} at "
        "the end; epsilon-progress {progress:,} boxes, {latest} in the last generation.",
        generations=len(standings),
        first=standings[0].hypervolume,
        quarter=standings[max(len(standings) * 3 // 4 - 1, 0)].hypervolume,
        last=standings[-1].hypervolume,
        progress=sum(one.progress for one in standings),
        latest=standings[-1].progress,
    )


def against(found: Findings) -> str:
    """How many members better which courses, and how many only seemed to."""
    names, parts = [one.name for one in found.courses], []
    for one in found.courses:
        beats, nearly, before = (bettering(found, [one.name], key) for key in ("beats", "betters", "beats_searched"))
        told = {"beats": beats, "nearly": nearly, "before": before}
        parts.append(_("{course}: {beats}, {nearly} ({before})", course=one.words, **told))
    every = [bettering(found, names, key) for key in ("beats", "betters")]
    said = _(
        "Of {members}, so many better a course by every objective; so many when differences below epsilon do not count; in "
        "brackets the first in the search's own futures. {courses}. All of these at once: {beats}, {nearly}.",
        members=len(found.members),
        courses=side_by_side(parts),
        beats=every[0],
        nearly=every[1],
    )
    held = {"held": len(holding(found)), "members": len(found.members)}
    over = sum(not one.keeps for one in found.members)
    kept = (
        _(
            "In fresh futures {held} of {members} are still bettered by no other; {over} break a constraint there by a little.",
            **held,
            over=over,
        )
        if over
        else _("In fresh futures {held} of {members} are still bettered by no other.", **held)
    )
    return together(" ", [said, kept])


def holding(found: Findings) -> list[Course]:
    """The members that no other betters in fresh futures."""
    return [one for one in found.members if one.holds]


def bettering(found: Findings, names: Sequence[str], which: str = "beats") -> int:
    """How many members better all of these courses; `which`: beats, betters or beats_searched."""
    return sum(set(names) <= set(getattr(one, which)) for one in found.members)


def alike(found: Findings) -> str:
    """What nearly all members have in common."""
    named = [_lever(name, level, found.highest[name]) for name, level in found.much.items()]
    much, little = listed(named), listed([_(TITLES[name]) for name in found.little])
    if much and little:
        both = N_("Nearly all of those that hold have much of {much}, and next to nothing of {little}.")
        return _(both, much=much, little=little)
    if much:
        return _("Nearly all of those that hold have much of {much}.", much=much)
    return _("Nearly all of those that hold have next to nothing of {little}.", little=little) if little else ""


def _lever(name: str, level: float, highest: float = float("inf")) -> str:
    near = N_("{lever} {level} (near the most that was searched)")
    return _(near if level >= NEAR * highest else N_("{lever} {level}"), lever=_(TITLES[name]), level=number(level))


def apart(found: Findings) -> list[str]:
    """What has a colour of its own in pictures: the courses that kinds are set against, and the kinds."""
    return [*(one.words for one in found.courses[:SPOKEN]), *(one.called for one in found.kinds)]


def archetype(found: Findings, one: Archetype) -> str:
    """A kind of course: what it does, what it costs whom, and where it fails."""
    against = [course.name for course in found.courses[:SPOKEN]]
    member = found[one.example]
    given = {"title": one.title, "count": len(one.members), "example": one.example}
    said = [_("Kind {title} ({count} members; in their middle {example}).", **given)]
    if sets := [_lever(name, level) for name, level in {**one.more, **one.less}.items()]:
        said.append(_("What sets it apart: {levers}.", levers=together(", ", sets)))
    said += [_(member.summary), *(costs(found, member.name, course) for course in against)]
    return together(" ", [*said, *(failing(found, weak) for weak in member.weaknesses if weak.box is not None)])


def costs(found: Findings, member: str, course: str) -> str:
    """What a member has better and worse than a course, in fresh futures: as far as it counts, what is worse by less than that,
    and then what counts for nothing."""
    better, worse, above, below = list[str](), list[str](), list[str](), list[str]()
    for one in found.objectives:
        mine, theirs = found[member].figures[one.key], found[course].figures[one.key]
        good = (mine < theirs) == one.less
        if abs(mine - theirs) >= (one.epsilon or 0.0):
            (better if good else worse).append(_instead(one, mine, theirs))
        elif fine(mine, 3) != fine(theirs, 3):
            (above if good else below).append(_instead(one, mine, theirs))
    gains, losses, slight = listed(better), listed(worse), listed(below)
    no_gain, no_loss = N_("nothing that counts here is better"), N_("nothing that counts here is worse")
    if above:
        no_gain = N_("nothing is better by as much as counts here")
    if below:
        no_loss = N_("nothing is worse by as much as counts here")
    good_words = _("better: {measures}", measures=gains) if gains else _(no_gain)
    bad_words = _("worse: {measures}", measures=losses) if losses else _(no_loss)
    said = [_("Against {course}, {sides}.", course=found[course].words, sides=side_by_side([good_words, bad_words]))]
    if slight:
        said.append(_("Worse by too little to count: {measures}.", measures=slight))
    return together(" ", [*said, *_uncounted(found, member, course)])


def _instead(one: Measure, mine: float, theirs: float) -> str:
    return _("{measure} {figures}", measure=one.named, figures=instead(mine, theirs))


# What of it there is -> how that is said.
_SIDES = {
    "worse": N_("worse: {measures}"),
    "better": N_("better: {measures}"),
    "more": N_("more: {measures}"),
    "less": N_("less: {measures}"),
}


def _uncounted(found: Findings, member: str, course: str) -> Iterator[str]:
    """What differs clearly of what counts for nothing, by whether it is worse; as more or less where no end of it is better."""
    parts = dict[str, list[str]](worse=[], better=[], more=[], less=[])
    for one in found.others:
        mine, theirs = found[member].figures[one.key], found[course].figures[one.key]
        if abs(mine - theirs) > CLEAR * abs(theirs):
            end, good = "more" if mine > theirs else "less", METRICS[one.key].better if one.key in METRICS else None
            which = end if good is None else "better" if end == good else "worse"
            parts[which].append(_instead(one, mine, theirs))
    if said := [_(_SIDES[which], measures=listed(some)) for which, some in parts.items() if some]:
        yield _("Of what does not count here, {sides}.", sides=side_by_side(said))


def instead(mine: float, theirs: float) -> str:
    """Two figures, as finely as it takes to tell by how much they differ.

    >>> instead(1234.0, 2345.0), instead(2562.0, 2534.0)
    ('1,200 instead of 2,300', '2,560 instead of 2,530')
    """
    one, other = number(mine), number(theirs)
    shown, apart = float(f"{mine:.2g}") - float(f"{theirs:.2g}"), mine - theirs
    if one == other or abs(shown - apart) > abs(apart):
        one, other = fine(mine, 3), fine(theirs, 3)
    return _("{mine} instead of {theirs}", mine=one, theirs=other)


def failing(found: Findings, one: Weakness, ids: bool = True) -> str:
    """Where a member fails by one objective, and how far that tells its bad futures apart.

    Args:
        ids: whether parameters have their ids behind them.
    """
    title = next(about.words for about in found.objectives if about.key == one.key)
    often, box = of_100(one.share), one.box
    if box is None:
        return _(
            "By {measure} it is worse than the best of the courses in {often} futures.", measure=title, often=often
        )
    said = _(
        "By {measure} it is worse than the best of the courses in {often} futures; in {density} of those in which {where}.",
        measure=title,
        often=often,
        density=of_100(box.searched.density),
        where=listed([limit_words(limit, ids) for limit in box.limits]),
    )
    loose = N_(
        "That is {coverage} of its failures; no box is purer that covers a fifth of them; held out, {density} and {held_out}."
    )
    fit = _(
        N_("That is {coverage} of its failures; held out, {density} and {held_out}.") if one.dense else loose,
        coverage=of_100(box.searched.coverage),
        density=of_100(box.held_out.density),
        held_out=of_100(box.held_out.coverage),
    )
    return together(" ", [said, fit])


def regret(found: Findings) -> str:
    """What would be regretted of the members that speak for kinds: each against the best of all in the same future."""
    parts = []
    for one in found.objectives:
        members = sorted((found[kind.example].regret[one.key], kind.called, kind.example) for kind in found.kinds)
        told = [
            _(
                "{kind} {mean} ({most})",
                kind=called,
                mean=number(mean),
                most=number(found[name].regret_p90[one.key]),
            )
            for mean, called, name in members
        ]
        parts.append(_("{measure}: {figures}", measure=one.named, figures=together(", ", told)))
    said = _(
        "Regret among members: how much worse each does than the best of all members in the same future, in the mean, and in "
        "brackets what it stays under in nine futures of ten. {measures}.",
        measures=side_by_side(parts),
    )
    examples = [found[kind.example] for kind in found.kinds]
    above = any(one.regret[key] > one.regret_p90[key] for one in examples for key in one.regret)
    return together(" ", [said, *([_(PULLED)] if above else [])])


def table(found: Findings) -> Iterator[str]:
    """Every member and course with its objectives, in fresh futures and (in brackets) in the search's own, as Markdown."""
    shown = [*found.objectives, *found.others]
    heads = [_("course"), *(one.headed for one in shown), _("betters")]
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for course in (*found.courses, *holding(found)):
        cells = [f"{number(course.figures[one.key])} ({number(course.searched[one.key])})" for one in shown]
        bettered = _("all") if len(course.betters) == len(found.courses) else ", ".join(course.betters) or "-"
        yield f"| {' | '.join([course.name, *cells, bettered])} |"


def with_heads(heads: Sequence[str], figures: Sequence[str]) -> list[str]:
    """Each figure behind the head of its column."""
    return [_("{what} {value}", what=head, value=figure) for head, figure in zip(heads, figures, strict=True)]


def rows_in_words(rows: Sequence[Sequence[str]], heads: Sequence[str]) -> str:
    """The rows of a table in a sentence; heads: of all columns but the first."""
    return side_by_side(
        _("{course}: {figures}", course=row[0], figures=together(", ", with_heads(heads, row[1:]))) for row in rows
    )
