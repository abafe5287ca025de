"""A debrief in words and columns: what was chance, what was policy, where the paths part and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sim.metrics import METRICS
from sim.teaching.play.debrief import PLAYED, TURNING, Debrief, Place, TurningPoint
from sim.teaching.play.scenario import COURSES
from sim.teaching.play.text import columns, heading, period
from sim.vocabulary import VERDICTS
from sim.words.numbers import counted, in_one_world, metric_words, number, setting, shares, within
from sim.words.sentences import NOT_A_FORECAST, wrapped

# Of random draws, in words: shares of worlds below, with what is said of a world there.
_POSITIONS = ((0.1, "below most"), (0.3, "on the low side"), (0.7, "near the middle"), (0.9, "on the high side"))
LEGEND = (
    "Your draws: what your own world came to with your moves, and would have come to on each course. Median, and the range "
    "of 90 of 100 worlds. Below you: how many of those worlds lie below yours as you played it. Policy: your moves less "
    "a course, world by world, on average."
)
COLUMNS = ("your draws", "median", "90 of 100", "below you")
NO_TURN = "There is no turn at which the two paths part by more than chance between the worlds would have it."
SHORT = {PLAYED: "Your moves", "confront": "Confront", "appease": "Accommodate", "own_choice": "All choose"}
ENDS = {PLAYED: "yours", "confront": "confront", "appease": "accomm.", "own_choice": "choose"}

Rows = list[tuple[str, Sequence[str]]]


def debrief_lines(found: Debrief, width: int) -> list[str]:
    """A debrief, as lines of so many columns."""
    out = heading(f"Debrief: {period(found.months)}", width)
    out += wrapped(about_words(found), width)
    out += ["", *wrapped(LEGEND, width)]
    for metric, places in found.places.items():
        out += ["", *_metric(metric, places, width)]
    out += ["", *_verdicts(found, width), "", *_turning(found, width), ""]
    return out + wrapped(NOT_A_FORECAST, width)


def about_words(found: Debrief) -> str:
    """What the figures are, and are not."""
    return (
        f"Your moves, and three other courses, over the same {found.worlds:,} worlds. Yours is world {found.world}. Your "
        "moves answered one world; in the others they are the same moves, whatever happens there, while the courses "
        "answer each world in its own way. This is no score: it parts what you did from what befell you."
    )


def metric_rows(metric: str, places: Mapping[str, Place]) -> Rows:
    """A metric as a table with `COLUMNS`: the moves and each course."""
    rows: Rows = []
    for name, words in SHORT.items():
        there = places[name]
        middle, span = within(there.low, there.middle, there.high, whole=counted(metric))
        rows.append((words, (in_one_world(metric, there.own), middle, span, f"{round(100 * there.below)}%")))
    return rows


def draws_words(places: Mapping[str, Place]) -> str:
    """Where the game's own world lies among those with the same moves."""
    return f"Random draws: yours came out {_position(places[PLAYED].below)} of the worlds with your moves."


def policy_words(metric: str, places: Mapping[str, Place]) -> str:
    """How the moves differ from each course, on average over worlds."""
    return f"Policy: {'; '.join(_against(COURSES[name], places[name], metric) for name in COURSES)}."


def verdict_rows(found: Debrief) -> Rows:
    """How worlds ended, of 100, as a table with the columns of `ENDS`."""
    columns = [shares([round(found.worlds * found.verdicts[name][verdict]) for verdict in VERDICTS]) for name in ENDS]
    short = {" of 100": "", "under ": "<", "over ": ">", "none": "0"}
    rows: Rows = []
    for title, *cells in zip(VERDICTS.values(), *columns, strict=True):
        for words, sign in short.items():
            cells = [cell.replace(words, sign) for cell in cells]
        rows.append((title, cells))
    return rows


def verdict_words(found: Debrief) -> str:
    """How the game's own world ended."""
    return f"Your own: {VERDICTS[found.own_verdict].lower()}. Counted from the scenario's first month."


def point_words(point: TurningPoint) -> tuple[str, str, str]:
    """A turning point in three sentences; its reasons follow, see `reason_rows`."""
    gap = f"{number(point.gap, sign=True)} attacks in the quarter"
    before = f", after {number(point.gap_before, sign=True)} in the one before" if point.turn else ""
    return (
        f"Turn {point.turn + 1}, {period(point.months)}: {gap}{before}, on average over worlds.",
        f"In your own world: {number(point.own, sign=True)}.",
        f"The last month's difference, {number(point.difference, sign=True)}, comes back to:",
    )


def reason_rows(point: TurningPoint) -> list[tuple[str, str]]:
    """What a turning point comes back to: how much, and what."""

    def yours(value: float | str | None) -> str:
        return "" if value is None else f" (you: {setting(value)})"

    return [(number(one.amount, sign=True), f"{one.words}{yours(one.setting)}") for one in point.reasons]


def _metric(metric: str, places: Mapping[str, Place], width: int) -> list[str]:
    out = wrapped(metric_words(metric), width)
    out += columns("", COLUMNS, metric_rows(metric, places), width)[1:]
    out += wrapped(draws_words(places), width, "  ")
    return out + wrapped(policy_words(metric, places), width, "  ")


def _position(below: float) -> str:
    return next((words for bound, words in _POSITIONS if below < bound), "above most")


def _against(words: str, there: Place, metric: str) -> str:
    """Your moves less a course, on average over worlds; nothing is claimed within simulation error."""
    if abs(there.difference) <= 2.0 * there.error or abs(there.difference) < 5e-3:
        return f"no different from {words} on average"
    size = number(abs(there.difference), whole=counted(metric))
    return f"{size} {'more' if there.difference > 0 else 'fewer' if METRICS[metric].summary == 'total' else 'less'} than {words}"


def _verdicts(found: Debrief, width: int) -> list[str]:
    out = columns("How worlds ended, of 100", list(ENDS.values()), verdict_rows(found), width)[1:]
    return out + wrapped(verdict_words(found), width, "  ")


def _turning(found: Debrief, width: int) -> list[str]:
    out = []
    for course in found.versus:
        out += [*heading(f"Turning points: {METRICS[TURNING].title}, against “{COURSES[course]}”", width)]
        points = [point for point in found.turning if point.course == course]
        for point in points:
            out += _point(point, width)
        if not points:
            out += [*wrapped(NO_TURN, width), ""]
    return out[:-1]


def _point(point: TurningPoint, width: int) -> list[str]:
    first, *rest = point_words(point)
    out = wrapped(first, width)
    for line in rest:
        out += wrapped(line, width, "  ")
    for amount, words in reason_rows(point):
        out += wrapped(words, width, f"    {amount:>6}  ")
    for statement in point.through:
        out += wrapped(statement, width, "    by: ", "        ")
    return [*out, ""]
