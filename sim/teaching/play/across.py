"""The debrief over all tables of one host: what each did, what came of it, and where the tables parted.

All tables begin alike and meet the same random draws, so whatever differs between them is what was done at them, or put into
them by the host. One world is one throw of the dice, though: that tables part is said of the mean over a hundred worlds under
each table's moves, world by world.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import sqrt

import numpy as np

from sim.metrics import METRICS
from sim.scenario.diff import TITLES
from sim.scenario.settings import DEFAULTS
from sim.scenario.words import CHOOSE
from sim.teaching.play.briefing import summed
from sim.teaching.play.debrief import TELLING, TOLD, TURNING
from sim.teaching.play.game import FOG, Game
from sim.teaching.play.moves import QUARTER, WORLDS, GameError, MoveLog, Values
from sim.teaching.play.past import Array
from sim.teaching.play.text import move_words, period, value_words
from sim.vocabulary import ACTORS, months_between
from sim.words.language import N_, _, together
from sim.words.numbers import counted, in_one_world, number, within
from sim.words.sentences import month_words, side_by_side

COLUMNS = (N_("its world"), N_("median of {worlds} worlds"), N_("nine in ten of these"))
_MOST_SETTINGS, _DECISION, _SHOCK = 5, 2.0, 3.0


@dataclass(frozen=True)
class Came:
    """What a metric came to at one table over the months that all have played: its own world, and so many others."""

    own: float
    low: float
    middle: float
    high: float


@dataclass(frozen=True)
class Parting:
    """The first quarter in which two tables part by more than chance in `TURNING`.

    Attributes:
        turn: counted from 0; more, fewer: titles; gap: mean difference over worlds in that quarter; own: in the world that
            was played.
        otherwise: what had been put into one of the two alone by then, or was set differently in that quarter or before it,
            in words; what weighs most comes first.
    """

    turn: int
    more: str
    fewer: str
    gap: float
    own: float
    otherwise: tuple[str, ...]


@dataclass(frozen=True)
class Across:
    """All tables, over the turns that each has played.

    Attributes:
        turns: how many; months: the first and the last.
        came: metric -> title -> what it came to; paths: metric -> title -> the table's own world by month.
        parting: where two of them part first; None where none do.
    """

    turns: int
    months: tuple[str, str]
    came: Mapping[str, Mapping[str, Came]]
    paths: Mapping[str, Mapping[str, tuple[float, ...]]]
    parting: Parting | None


def across(games: Mapping[str, Game], progress: Callable[[int, int], None] | None = None) -> Across:
    """Set tables side by side.

    Args:
        games: title -> game; they begin alike (see `Tables.add`).
        progress: called with (tables done, in all).

    Raises:
        GameError: fewer than two have played a turn, or they do not begin alike.
    """
    games = {title: game for title, game in games.items() if game.turn}
    if len(games) < 2:
        raise GameError("two tables at least have to have played a quarter")
    if len({_beginning(game.log) for game in games.values()}) > 1:
        raise GameError("these tables do not begin alike, so they cannot be set side by side")
    turns = min(game.turn for game in games.values())
    alike = {title: game.rewind(turns) for title, game in games.items()}
    first = next(iter(alike.values()))
    before = months_between(first.base.start, first.log.opens)
    came: dict[str, dict[str, Came]] = {metric: {} for metric in TOLD}
    paths: dict[str, dict[str, tuple[float, ...]]] = {metric: {} for metric in TOLD}
    for done, (title, game) in enumerate(alike.items(), 1):
        for metric in TOLD:
            own = game.past.metrics[metric][:, before:]
            came[metric][title] = _came(own, game.fog.metrics[metric][:, before:], METRICS[metric].summary)
            paths[metric][title] = tuple(float(f"{value:.4g}") for value in own[0])
        if progress is not None:
            progress(done, len(alike))
    return Across(turns, (first.log.opens, first.log.period(turns - 1)[1]), came, paths, _parting(alike, before))


def _beginning(log: MoveLog) -> tuple[object, ...]:
    return log.scenario_hash, log.seed, log.world, log.parameters, log.opens, log.months, log.others


def _came(own: Array, worlds: Array, kind: str) -> Came:
    low, middle, high = np.quantile(summed(worlds, kind), (0.05, 0.5, 0.95))
    return Came(float(summed(own, kind)[0]), float(low), float(middle), float(high))


def _parting(games: Mapping[str, Game], before: int) -> Parting | None:
    """The first quarter in which the tables with most and fewest attacks, on average, differ by more than chance."""
    for turn in range(next(iter(games.values())).turn):
        start, end = before + turn * QUARTER, before + next(iter(games.values())).log.months_played(turn + 1)
        there = {title: game.fog.metrics[TURNING][:, start:end].sum(axis=1) for title, game in games.items()}
        more, fewer = max(there, key=lambda one: there[one].mean()), min(there, key=lambda one: there[one].mean())
        apart = there[more] - there[fewer]
        if float(apart.mean()) > TELLING * float(apart.std(ddof=1)) / sqrt(len(apart)):
            first, second = (games[one].past.metrics[TURNING][0, start:end].sum() for one in (more, fewer))
            otherwise = tuple(_otherwise(games, more, fewer, turn))
            return Parting(turn, more, fewer, float(apart.mean()), float(first - second), otherwise)
    return None


def _otherwise(games: Mapping[str, Game], one: str, other: str, turn: int) -> list[str]:
    """What two tables had otherwise up to a turn: "Pakistan: Aid 0.50 at First, 0 at Second", where it was furthest apart."""
    found: dict[tuple[str, str], tuple[float, str]] = {}
    logs = games[one].log, games[other].log
    for here, there, title in ((logs[0], logs[1], one), (logs[1], logs[0], other)):
        for put in here.injects:
            if put not in there.injects and put.shock.date <= here.period(turn)[1]:
                at = _(
                    "“{shock}” was put in at {table} alone, in {month}",
                    shock=_(put.shock.title),
                    table=title,
                    month=month_words(put.shock.date),
                )
                found[title, put.shock.title] = (_SHOCK, at)
    for back in range(turn, -1, -1):
        first, second = (log.turns[back].moves for log in logs)
        for actor in ACTORS:
            if (actor in first) != (actor in second):
                found[actor, ""] = (_DECISION, _("{actor} was played at one of the two alone", actor=_(ACTORS[actor])))
            elif actor in first:
                left, right = ({**DEFAULTS[actor], **move[actor]} for move in (first, second))
                for name in left:
                    apart = _apart(left[name], right[name])
                    if apart > found.get((actor, name), (0.0, ""))[0]:
                        values = {"left": _value_words(left[name]), "right": _value_words(right[name])}
                        told = {"actor": _(ACTORS[actor]), "setting": _(TITLES[name]), "one": one, "other": other}
                        at = N_("{actor}: {setting} {left} at {one}, {right} at {other}")
                        if back != turn:
                            at = N_("{actor}: {setting} {left} at {one}, {right} at {other}, in turn {turn}")
                            told["turn"] = str(back + 1)
                        found[actor, name] = (apart, _(at, **told, **values))
    return [words for _how, words in sorted(found.values(), key=lambda each: -each[0])]


def _value_words(value: float | str) -> str:
    return _("left to choose") if value == CHOOSE else value_words(value)


def _apart(first: float | str, second: float | str) -> float:
    """How far two settings are apart; a decision counts for more than a lever."""
    if isinstance(first, str) or isinstance(second, str):
        return _DECISION if first != second else 0.0
    return abs(first - second)


# ------------------------------------------------------------------------------------------------ in words


def about() -> str:
    """What the tables' figures are, and are not."""
    return _(
        "Each table's own world, and {worlds} worlds under the same moves. All tables meet the same random draws, so what "
        "differs is what was done at a table, or put into it; but one world is one throw of the dice, so that tables part is "
        "said of the mean. The debrief of a table by itself is of {more:,} worlds, so its ranges differ a little from these. "
        "This is no score, and no forecast.",
        worlds=FOG,
        more=WORLDS,
    )


def came_rows(found: Across, metric: str) -> list[list[str]]:
    """A metric as a table with `COLUMNS`, a row for each table."""
    rows = []
    for title, one in found.came[metric].items():
        middle, span = within(one.low, one.middle, one.high, whole=counted(metric))
        rows.append([title, in_one_world(metric, one.own), middle, span])
    return rows


def parting_words(found: Across) -> str:
    """Where the tables parted, and what they had set otherwise."""
    point = found.parting
    if point is None:
        return _("In attacks, no two tables part by more than chance between worlds would have it.")
    mean = _(
        "On average over {worlds} worlds the tables part first in turn {turn}: there {more} has about {gap} more TTP attacks "
        "than {fewer}.",
        worlds=FOG,
        turn=point.turn + 1,
        more=point.more,
        gap=number(point.gap, whole=True),
        fewer=point.fewer,
    )
    if point.own > 0:
        own = _("In the world that was played, {more} had {own:,.0f} more.", more=point.more, own=point.own)
    elif point.own < 0:
        own = _(
            "In the world that was played, {more} had {own:,.0f} fewer: one world is one throw of the dice.",
            more=point.more,
            own=-point.own,
        )
    else:
        own = _("In the world that was played, both had as many.")
    said = together(" ", [mean, own])
    if not point.otherwise:
        return said
    shown, left = side_by_side(point.otherwise[:_MOST_SETTINGS]), len(point.otherwise) - _MOST_SETTINGS
    otherwise = _("What was otherwise by then: {what}.", what=shown)
    if left > 0:
        otherwise = _("What was otherwise by then: {what}; and {left} more.", what=shown, left=left)
    return together(" ", [said, otherwise])


def did_rows(log: MoveLog) -> list[list[str]]:
    """What was done at a table, a row for each turn: its months; what was put in, what each seat changed; what was agreed on."""
    rows = []
    for place, turn in enumerate(log.turns):
        before = log.turns[place - 1].moves if place else {}
        first, last = log.period(place)
        said = [
            _("Put in: “{shock}”", shock=_(one.shock.title)) for one in log.injects if first <= one.shock.date <= last
        ]
        for actor, move in turn.moves.items():
            moves = move_words(actor, move, before[actor]) if place else _set_words(move)
            late = N_("{actor}: {moves} (did not move in time)")
            said.append(_(late if actor in turn.stood else N_("{actor}: {moves}"), actor=_(ACTORS[actor]), moves=moves))
        when = _("{turn}: {months}", turn=place + 1, months=period((first, last)))
        rows.append([when, side_by_side(said), side_by_side(agreed_words(log, place))])
    return rows


def _set_words(move: Values) -> str:
    parts = [_("{setting} {value}", setting=_(TITLES[name]), value=value_words(value)) for name, value in move.items()]
    return side_by_side(parts) or _("nothing set")


def agreed_words(log: MoveLog, turn: int) -> list[str]:
    """What was agreed on before a turn passed, and, once it has, whether what was promised was kept."""
    out = []
    for when, one in log.agreements:
        if when != turn:
            continue
        told = {"one": _(ACTORS[one.proposed_by]), "other": _(ACTORS[one.accepted_by]), "text": one.text}
        said = N_("{one} and {other}: “{text}”")
        if one.promise is not None:
            told["promise"] = one.promise.words
            said = N_("{one} and {other}: “{text}” ({promise})")
            if turn < len(log.turns):
                kept = one.promise.kept(log.turns[turn].moves.get(one.promise.actor, {}))
                said = N_("{one} and {other}: “{text}” ({promise}: not kept)")
                if kept:
                    said = N_("{one} and {other}: “{text}” ({promise}: kept)")
        out.append(_(said, **told))
    return out
