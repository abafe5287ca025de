"""The debrief: what was chance and what was policy, where the paths parted, and why.

The played log, and the same game with Pakistan on `confront`, on `appease` and with all left to choose, are simulated over
the same thousand worlds. The game's own world is one of them. So four things can be told apart: where the player's
world lies among the thousand under the very same moves (its random draws); how the moves differ from each course on average over
worlds (policy); what the same random draws would have brought under each course; and at which turns the paths part.

The moves were made in answer to one world; in the other worlds they are the same moves, whatever happens there. That
is said wherever the figures stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.ensemble.pool import in_order, workforce
from sim.metrics import METRICS
from sim.results.run import compare
from sim.rule import RULES
from sim.scenario import Scenario
from sim.scenario.diff import TITLES
from sim.scenario.settings import DEFAULTS
from sim.teaching.play.briefing import summed
from sim.teaching.play.game import Game
from sim.teaching.play.moves import QUARTER, WORLDS, GameError
from sim.teaching.play.past import Array
from sim.teaching.play.scenario import CHOOSING, COURSES, reference
from sim.vocabulary import ACTORS, month_after, months_between
from sim.words.language import _, speaking, spoken

if TYPE_CHECKING:
    from sim.why import Term, Why

PLAYED = "played"
# What is told of, in this order: harm first, on both sides of the line.
TOLD = (
    "fatalities",
    "fatalities_security",
    "fatalities_civilian",
    "fatalities_afghan_civilian",
    "fatalities_militant",
    "attacks",
    "ceasefire",
    "taliban_stance",
    "taliban_cohesion",
    "sovereignty",
    "economy",
    "india_engagement",
)
# Turning points are sought in this metric: deaths jump with single events, attacks less so.
TURNING = "attacks"
MOST_TURNING = 3
# A turn counts when the paths part by more than so many standard errors of the paired mean.
TELLING = 3.0
WHY_WORLDS = 200
MOST_REASONS, MOST_RULES = 4, 3

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Place:
    """One metric over the months played, in one ensemble.

    Attributes:
        own: what the game's own world came to there: under the moves, or with the same random draws under a course.
        mean, low, middle, high: over the worlds, with the 5th, 50th and 95th percentile.
        below: share of the worlds whose figure is below that of the world as it was played, ties counted half.
        difference: mean over worlds of the moves' figure less this course's; error: its standard error; 0 for itself.
    """

    own: float
    mean: float
    low: float
    middle: float
    high: float
    below: float
    difference: float
    error: float


@dataclass(frozen=True)
class Reason:
    """A part of the difference at a turning point.

    Attributes:
        words: what it comes back to; `amount`: how much; `claims`: what it rests on.
        setting: what the player had it at in that quarter; None where it was not the player's.
    """

    words: str
    amount: float
    claims: tuple[str, ...]
    setting: float | str | None


@dataclass(frozen=True)
class TurningPoint:
    """A turn at which the played path and a course part.

    Attributes:
        turn: counted from 0; months: its first and last.
        course: the course that it is set against.
        gap, gap_before: mean paired difference in the metric over the quarter, and over the one before it.
        own: the difference in the game's own world over the quarter.
        month: the month that is accounted for; difference: there, over the worlds accounted for.
        reasons: what that comes back to, the largest first; through: what the rules it runs through say.
    """

    turn: int
    months: tuple[str, str]
    course: str
    gap: float
    gap_before: float
    own: float
    month: str
    difference: float
    reasons: tuple[Reason, ...]
    through: tuple[str, ...]


@dataclass(frozen=True)
class Debrief:
    """What a game came to, set against what else might have been.

    Attributes:
        worlds: how many paired worlds; world: the number of the game's own.
        months: first and last month played.
        places: metric -> ensemble ("played" or a course) -> where it lies.
        verdicts: ensemble -> verdict -> share of worlds; own_verdict: of the world as it was played.
        over: whether no turn is left; else worlds have not ended, but stand as they do.
        turning: the turning points, in the order of the turns; versus: the courses that they are sought against.
    """

    worlds: int
    world: int
    months: tuple[str, str]
    places: Mapping[str, Mapping[str, Place]]
    verdicts: Mapping[str, Mapping[str, float]]
    own_verdict: str
    over: bool
    turning: tuple[TurningPoint, ...]
    versus: tuple[str, ...]
    paths_by_month: Mapping[str, Mapping[str, Array]] = field(repr=False)

    def paths(self, metric: str) -> Mapping[str, Array]:
        """For a chart: ensemble -> p05, p50, p95 by month played, shape (3, months); "own" -> the game's own (1, months).

        Raises:
            KeyError: the metric is not among `TOLD`.
        """
        return self.paths_by_month[metric]


def debrief(
    game: Game,
    *,
    worlds: int = WORLDS,
    versus: str | None = None,
    workers: int = 1,
    progress: Progress | None = None,
) -> Debrief:
    """Set a game, as far as it was played, against `COURSES` over the same worlds.

    Args:
        worlds: how many, 100 to 1,000; the game's own must be among them.
        versus: the course that turning points are sought against. If not given, the two fixed courses where Pakistan is
            played, since then it is known what is done otherwise; else the model's own choice.
        workers: as for `sim.run`, and as many turning points are accounted for at once; they change no number.
        progress: called with (world-months done, in all).

    Raises:
        GameError: no turn has been played, or the arguments are outside of what is allowed.
    """
    log, base = game.log, game.base
    if not game.turn:
        raise GameError("nothing has been played yet; a debrief needs one turn at least")
    if not max(100, log.world + 1) <= worlds <= WORLDS:
        raise GameError(f"a debrief takes {max(100, log.world + 1)} to {WORLDS:,} worlds; got {worlds}")
    if versus is not None and versus not in COURSES:
        raise GameError(f"there is no course {versus} to set a game against; allowed: {', '.join(COURSES)}")
    fixed = tuple(course for course in COURSES if course != CHOOSING)
    against = (versus,) if versus else fixed if "pakistan" in log.seats else (CHOOSING,)
    played = log.months_played(game.turn)
    plans: dict[str, Scenario] = {PLAYED: game.scenario()}
    plans |= {course: reference(log, base, played, course) for course in COURSES}
    before = months_between(base.start, log.opens)
    found = compare(
        plans,
        worlds,
        before + played,
        log.seed,
        log.parameters,
        keep_series=True,
        keep_panels=False,
        workers=workers,
        progress=progress,
    )
    series = {name: {m: one.arrays.metrics[m][:, before:] for m in TOLD} for name, one in found.results.items()}
    verdicts = found.verdicts()
    parted = [one for course in against for one in _parted(game, series, course)]
    why = partial(_why, spoken(), plans, log.opens, log.seed, log.parameters)
    answers = in_order(workforce(workers, len(parted)), why, [(one.versus, one.end) for one in parted])
    return Debrief(
        worlds=worlds,
        world=log.world,
        months=(log.opens, month_after(log.opens, played - 1)),
        places={metric: _places(series, metric, log.world) for metric in TOLD},
        verdicts=verdicts,
        own_verdict=str(found.results[PLAYED].outcomes["verdict"].iloc[log.world]),
        over=game.over,
        turning=tuple(_turning(game, *one) for one in zip(parted, answers, strict=True)),
        versus=against,
        paths_by_month={metric: _paths(series, metric, log.world) for metric in TOLD},
    )


def _places(series: Mapping[str, Mapping[str, Array]], metric: str, world: int) -> dict[str, Place]:
    kind = METRICS[metric].summary
    figures = {name: summed(one[metric], kind) for name, one in series.items()}
    played = figures[PLAYED]
    own = played[world]
    out = {}
    for name, values in figures.items():
        low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
        gap = played - values
        out[name] = Place(
            own=float(values[world]),
            mean=float(values.mean()),
            low=float(low),
            middle=float(middle),
            high=float(high),
            below=float((values < own).mean() + 0.5 * (values == own).mean()),
            difference=float(gap.mean()),
            error=float(gap.std(ddof=1) / np.sqrt(len(gap))),
        )
    return out


def _paths(series: Mapping[str, Mapping[str, Array]], metric: str, world: int) -> dict[str, Array]:
    out = {name: np.quantile(one[metric], (0.05, 0.5, 0.95), axis=0) for name, one in series.items()}
    return {**out, "own": series[PLAYED][metric][world : world + 1]}


@dataclass(frozen=True)
class _Parting:
    """A turn at which the paths part: against which course, the last month of the turn, and `TurningPoint`'s figures."""

    turn: int
    versus: str
    end: str
    gap: float
    before: float
    own: float


def _parted(game: Game, series: Mapping[str, Mapping[str, Array]], versus: str) -> list[_Parting]:
    """The turns at which the gap between the paths changes most, and by more than chance between worlds would have it."""
    log = game.log
    gaps = series[PLAYED][TURNING] - series[versus][TURNING]
    worlds, found = len(gaps), []
    before = np.zeros(worlds)
    for turn in range(game.turn):
        first, end = turn * QUARTER, log.months_played(turn + 1)
        quarter = gaps[:, first:end].mean(axis=1) * QUARTER
        step = quarter - before
        error = step.std(ddof=1) / np.sqrt(worlds)
        if abs(step.mean()) > TELLING * error:
            own = float(gaps[log.world, first:end].mean() * QUARTER)
            one = _Parting(turn, versus, log.period(turn)[1], float(quarter.mean()), float(before.mean()), own)
            found.append((abs(float(step.mean())), turn, one))
        before = quarter
    return [one for _, _, one in sorted(sorted(found, reverse=True)[:MOST_TURNING], key=lambda told: told[1])]


def _turning(game: Game, one: _Parting, answer: tuple[float, tuple[Term, ...], tuple[str, ...]]) -> TurningPoint:
    whole, terms, through = answer
    months, reasons = game.log.period(one.turn), tuple(_reasons(game, one.turn, terms))
    return TurningPoint(one.turn, months, one.versus, one.gap, one.before, one.own, one.end, whole, reasons, through)


def _why(
    language: str, plans: Mapping[str, Scenario], opens: str, seed: int, parameters: str, asked: tuple[str, str]
) -> tuple[float, tuple[Term, ...], tuple[str, ...]]:
    """What the difference to a course in a month comes back to, followed to the month in which play opened, in a language."""
    from sim.why import explain

    versus, month = asked
    back = months_between(opens, month) + 1
    how: dict[str, Any] = {"worlds": WHY_WORLDS, "seed": seed, "parameters": parameters, "back": back}
    with speaking(language):  # also where another process answers
        answer = explain(plans[PLAYED], TURNING, month, plans[versus], **how)
        through = tuple(_(RULES[name].statement) for name in list(rules_through(answer))[:MOST_RULES])
    return answer.whole.mean, answer.terms, through


def _reasons(game: Game, turn: int, terms: Sequence[Term]) -> list[Reason]:
    """The largest terms, those of one setting put together: whichever course would have set it, and however."""
    together: dict[tuple[str, str], list[Term]] = {}
    for term in terms:
        if term.kind in ("lever", "response"):
            actor, _, setting = term.name.partition(".")
            key = actor, "policy" if setting == "among" else setting
        else:
            key = "", term.words
        together.setdefault(key, []).append(term)
    found = [
        Reason(
            words=_words(actor, name),
            amount=sum(term.mean for term in parts),
            claims=tuple(dict.fromkeys(claim for term in parts for claim in term.claims)),
            setting=_setting(game, turn, actor, name),
        )
        for (actor, name), parts in together.items()
    ]
    return sorted((one for one in found if one.amount), key=lambda one: (-abs(one.amount), one.words))[:MOST_REASONS]


def _words(actor: str, name: str) -> str:
    if name == "policy":
        return _("the course that Pakistan takes by itself")
    return _("{actor}: {setting}", actor=_(ACTORS[actor]), setting=_(TITLES[name])) if actor else name


def _setting(game: Game, turn: int, actor: str, name: str) -> float | str | None:
    if actor not in game.log.seats or name not in DEFAULTS[actor]:
        return None
    return game.log.turns[turn].moves[actor].get(name, DEFAULTS[actor][name])


def rules_through(answer: Why) -> dict[str, float]:
    """The rules that a difference runs through -> the share of it that does, the largest first.

    Rules in a row carry the same to the last digits; then the one that is nearest to what was set comes first.
    """
    found: dict[str, tuple[float, int]] = {}
    steps = [(answer.chain, 0)] if answer.chain else []
    while steps:
        step, depth = steps.pop()
        if step.term.kind == "rule":
            carried = (round(step.term.mean / answer.whole.mean, 9), depth)
            found[step.term.name] = max(found.get(step.term.name, carried), carried)
        steps.extend((one, depth + 1) for one in step.fed_by)
    most = sorted(found, key=lambda name: (*(-x for x in found[name]), name))
    # Every difference in attacks runs through these two, so they say nothing.
    return {name: found[name][0] for name in most if name not in ("attacks_in_area", "attacks_expected")}
