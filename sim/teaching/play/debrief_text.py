"""A debrief in words and columns: what was chance, what was policy, where the paths part and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.metrics import METRICS
from sim.teaching.play.debrief import PLAYED, TURNING, Debrief, Place, Reason, TurningPoint
from sim.teaching.play.scenario import COURSES
from sim.teaching.play.text import columns, heading, period, value_words
from sim.vocabulary import VERDICTS
from sim.words.language import ENGLISH, N_, _, altered, speaking
from sim.words.numbers import counted, in_one_world, metric_words, number, shares, signed, within
from sim.words.sentences import NOT_A_FORECAST, side_by_side, wrapped

# Of random draws, in words: shares of worlds below, with what is said of a world there.
_POSITIONS = (
    (0.1, N_("Random draws: yours came out below most of the worlds with your moves.")),
    (0.3, N_("Random draws: yours came out on the low side of the worlds with your moves.")),
    (0.7, N_("Random draws: yours came out near the middle of the worlds with your moves.")),
    (0.9, N_("Random draws: yours came out on the high side of the worlds with your moves.")),
    (1.1, N_("Random draws: yours came out above most of the worlds with your moves.")),
)
LEGEND = N_(
    "Your draws: what your own world came to with your moves, and would have come to on each course. Median, and the range "
    "of 90 of 100 of the {worlds:,} worlds. Below you: how many of those worlds lie below yours as you played it. Policy: "
    "your moves less a course, world by world, on average."
)
COLUMNS = (N_("your draws"), N_("median"), N_("90 of 100"), N_("below you"))
NO_TURN = N_("There is no turn at which the two paths part by more than chance between the worlds would have it.")
SHORT = {
    PLAYED: N_("Your moves"),
    "confront": N_("Confront"),
    "appease": N_("Accommodate"),
    "own_choice": N_("All choose"),
}
# The same over narrow columns, for a terminal that has no room for whole words beside the longest verdict.
CUT = {PLAYED: N_("yours"), "confront": N_("confront"), "appease": N_("accomm."), "own_choice": N_("choose")}

Rows = list[tuple[str, Sequence[str]]]


def debrief_lines(found: Debrief, width: int) -> list[str]:
    """A debrief, as lines of so many columns."""
    out = heading(_("Debrief: {when}", when=period(found.months)), width)
    out += wrapped(about_words(found), width)
    out += ["", *wrapped(_(LEGEND, worlds=found.worlds), width)]
    for metric, places in found.places.items():
        out += ["", *_metric(metric, places, width)]
    out += ["", *_verdicts(found, width), "", *_turning(found, width), ""]
    return out + wrapped(_(NOT_A_FORECAST), width)


def about_words(found: Debrief) -> str:
    """What the figures are, and are not."""
    return _(
        "Your moves, and three other courses, over the same {worlds:,} worlds. Yours is world {world}. Your "
        "moves answered one world; in the others they are the same moves, whatever happens there, while the courses "
        "answer each world in its own way. This is no score: it parts what you did from what befell you.",
        worlds=found.worlds,
        world=found.world,
    )


def metric_rows(metric: str, places: Mapping[str, Place]) -> Rows:
    """A metric as a table with `COLUMNS`: the moves and each course."""
    rows: Rows = []
    for name, words in SHORT.items():
        there = places[name]
        middle, span = within(there.low, there.middle, there.high, whole=counted(metric))
        rows.append((_(words), (in_one_world(metric, there.own), middle, span, f"{round(100 * there.below)}%")))
    return rows


def draws_words(places: Mapping[str, Place]) -> str:
    """Where the game's own world lies among those with the same moves."""
    below = places[PLAYED].below
    return _(next(words for bound, words in _POSITIONS if below < bound))


def policy_words(metric: str, places: Mapping[str, Place]) -> str:
    """How the moves differ from each course, on average over worlds."""
    parts = [_against(_(words), places[name], metric) for name, words in COURSES.items()]
    return _("Policy: {parts}.", parts=side_by_side(parts))


def verdict_rows(found: Debrief) -> Rows:
    """How worlds ended, or stand, of 100, as a table with the columns of `SHORT`."""
    counts = [[round(found.worlds * found.verdicts[name][verdict]) for verdict in VERDICTS] for name in SHORT]
    with speaking(ENGLISH.code):  # signs and figures are all that is left of it
        columns = [[_in_brief(share) for share in shares(some)] for some in counts]
    return [(_(title), cells) for title, *cells in zip(VERDICTS.values(), *columns, strict=True)]


def _in_brief(share: str) -> str:
    """A share of 100 in a column that says so: "<1" for under 1 of 100."""
    for words, sign in {" of 100": "", "under ": "<", "over ": ">", "none": "0"}.items():
        share = share.replace(words, sign)
    return share


def verdict_title(found: Debrief) -> str:
    """What stands over the table of verdicts; while turns are left, no world has ended."""
    return _("How worlds ended, of 100") if found.over else _("How worlds stand so far, of 100")


def verdict_words(found: Debrief) -> str:
    """How the game's own world ended, or stands."""
    own = altered(_(VERDICTS[found.own_verdict]), str.lower)
    if not found.over:
        return _("Your own so far: {verdict}. Counted from the scenario's first month.", verdict=own)
    return _("Your own: {verdict}. Counted from the scenario's first month.", verdict=own)


def point_words(point: TurningPoint) -> tuple[str, str, str]:
    """A turning point in three sentences; its reasons follow, see `reason_rows`."""
    told = {"turn": point.turn + 1, "when": period(point.months), "gap": number(point.gap, sign=True, whole=True)}
    if point.turn:
        before = number(point.gap_before, sign=True, whole=True)
        first = _(
            "Turn {turn}, {when}: {gap} attacks in the quarter, after {before} in the one before, on average over worlds.",
            **told,
            before=before,
        )
    else:
        first = _("Turn {turn}, {when}: {gap} attacks in the quarter, on average over worlds.", **told)
    return (
        first,
        _("In your own world: {gap}.", gap=signed(point.own, 0)),
        _("The last month's difference, {gap}, comes back to:", gap=number(point.difference, sign=True)),
    )


def reason_rows(point: TurningPoint) -> list[tuple[str, str]]:
    """What a turning point comes back to: how much, and what."""

    def said(one: Reason) -> str:
        if one.setting is None:
            return one.words
        return _("{what} (you: {value})", what=one.words, value=value_words(one.setting))

    return [(number(one.amount, sign=True), said(one)) for one in point.reasons]


def _metric(metric: str, places: Mapping[str, Place], width: int) -> list[str]:
    out = wrapped(metric_words(metric), width)
    out += columns("", [_(one) for one in COLUMNS], metric_rows(metric, places), width)[1:]
    out += wrapped(draws_words(places), width, "  ")
    return out + wrapped(policy_words(metric, places), width, "  ")


def _against(words: str, there: Place, metric: str) -> str:
    """Your moves less a course, on average over worlds; nothing is claimed within simulation error."""
    if abs(there.difference) <= 2.0 * there.error or abs(there.difference) < 5e-3:
        return _("no different from {course} on average", course=words)
    size = number(abs(there.difference), whole=counted(metric))
    if there.difference > 0:
        return _("{size} more than {course}", size=size, course=words)
    total = METRICS[metric].summary == "total"
    return _(N_("{size} fewer than {course}") if total else N_("{size} less than {course}"), size=size, course=words)


def _verdicts(found: Debrief, width: int) -> list[str]:
    out = columns(verdict_title(found), _verdict_columns(width), verdict_rows(found), width)[1:]
    return out + wrapped(verdict_words(found), width, "  ")


def _verdict_columns(width: int) -> list[str]:
    """Whole words, where they leave room for the longest verdict."""
    whole = [_(words) for words in SHORT.values()]
    longest = max(len(_(words)) for words in VERDICTS.values())
    fits = sum(len(words) + 2 for words in whole) + longest + 2 <= width
    return whole if fits else [_(words) for words in CUT.values()]


def _turning(found: Debrief, width: int) -> list[str]:
    out = []
    for course in found.versus:
        title = _(
            "Turning points: {metric}, against “{course}”", metric=_(METRICS[TURNING].title), course=_(COURSES[course])
        )
        out += heading(title, width)
        points = [point for point in found.turning if point.course == course]
        for point in points:
            out += _point(point, width)
        if not points:
            out += [*wrapped(_(NO_TURN), width), ""]
    return out[:-1]


def _point(point: TurningPoint, width: int) -> list[str]:
    first, *rest = point_words(point)
    out = wrapped(first, width)
    for line in rest:
        out += wrapped(line, width, "  ")
    for amount, words in reason_rows(point):
        out += wrapped(words, width, f"    {amount:>6}  ")
    for statement in point.through:
        out += wrapped(_("by: {rule}", rule=statement), width, "    ", "        ")
    return [*out, ""]
