"""What an actor would see of the last quarter: what was reported, its own house, and what it can only guess at.

The fog is made simply. What an actor sees for itself, and what is public, is the game's own world. What it cannot see
is told as a range: the middle 90 of every 100 worlds simulated under the same log, with other random draws and, where parameters
are drawn, other parameters. That is what somebody would say who knows the model and the settings, and not this world;
in one case out of ten the truth lies outside. Who sees what is a judgement; it stands
below and with each actor.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from sim.agents.observers import OBSERVERS
from sim.metrics import METRICS
from sim.scenario.settings import DEFAULTS
from sim.teaching.play.game import Game
from sim.teaching.play.moves import QUARTER, Values
from sim.teaching.play.past import Array, Fog, Past
from sim.vocabulary import ACTOR_SPECS, ENGAGEMENTS, FACTIONS, ROSTER, Derived, acting, month_after
from sim.words.language import N_, _
from sim.words.sentences import month_words

# Counts that are published, and so known to all.
REPORTED = ("picss_attacks", "pips_attacks", "ttp_claims", "picss_killed")
# What everybody sees.
PUBLIC = (
    "ceasefire",
    "strikes",
    "border_clashes",
    "border_open",
    "trade",
    "recognition",
    "messaging",
    "india_engagement",
    "imf_programme",
    "refugees",
)
# What an actor sees of itself, besides, and what it can only guess at: declared with the actor.
OWN: Derived[tuple[str, ...]] = Derived(lambda: {actor: spec.sees for actor, spec in acting().items()})
HIDDEN: Derived[tuple[str, ...]] = Derived(lambda: {actor: spec.guesses for actor, spec in acting().items()})
LOW, HIGH = 0.05, 0.95
# So many months are drawn at most.
_RECENT = 36
_PRESENCE = {
    "none": N_("none"),
    "mission": N_("a mission"),
    "embassy": N_("an embassy"),
    "partnership": N_("a partnership"),
}


@dataclass(frozen=True)
class Reading:
    """A figure for the last quarter that the actor knows.

    Attributes:
        kind: "total", "mean" or "final": how the quarter's months became one figure.
        now, before: for the last quarter and the one before it; None where there was none.
    """

    name: str
    title: str
    unit: str
    kind: str
    now: float
    before: float | None


@dataclass(frozen=True)
class Guess:
    """A figure for the last quarter that the actor can only guess at: the range that holds in 90 of 100 worlds."""

    name: str
    title: str
    unit: str
    kind: str
    low: float
    high: float


@dataclass(frozen=True)
class Briefing:
    """What an actor is told before it moves.

    Attributes:
        turn: how many turns have been played; quarters: of how many.
        ahead: first and last month of the quarter to come; None when the game is over.
        behind: first and last month of the quarter told of; None when nothing has been simulated yet.
        events: what happened in it that everybody saw, in sentences.
        reported, public, own: what is known; factions: own factions' power, 0 to 1, by title; groups: likewise the
            TTP's own groups, thousand fighters.
        hidden: what is not known, as ranges.
        moves: what the actor did in each quarter played so far, as settings; what is not in one was at its default.
        standing: what the actor does unless it is set anew.
        asked, in_force: Pakistan's levers in the last month, as they were set and as they came to be; else empty.
        means: what Pakistan can carry, cost units a month; unit_costs: of each lever at full strength; else empty.
        leaning: what the actor's own pressures make of its options, as probabilities; empty for Pakistan.
        since: the first month of `months`, which has each figure of the above month by month: one row of values where it is
            known, three (5, 50 and 95 in 100 worlds) where it can only be guessed at.
    """

    actor: str
    turn: int
    quarters: int
    ahead: tuple[str, str] | None
    behind: tuple[str, str] | None
    events: tuple[str, ...]
    reported: tuple[Reading, ...]
    public: tuple[Reading, ...]
    own: tuple[Reading, ...]
    factions: Mapping[str, float]
    groups: Mapping[str, float]
    hidden: tuple[Guess, ...]
    moves: tuple[Values, ...]
    standing: Values
    asked: Mapping[str, float]
    in_force: Mapping[str, float]
    means: float | None
    unit_costs: Mapping[str, float]
    leaning: Mapping[str, float]
    since: str
    months: Mapping[str, tuple[tuple[float, ...], ...]]


def briefing(game: Game, actor: str) -> Briefing:
    """What an actor sees as the game stands."""
    past = game.past
    last = past.months
    span = _span(game)
    known = [name for name in PUBLIC if name not in OWN[actor]]
    pakistani = ACTOR_SPECS[actor].has_levers
    standing = game.standing(actor)
    return Briefing(
        actor=actor,
        turn=game.turn,
        quarters=game.log.quarters,
        ahead=None if game.over else game.log.period(game.turn),
        behind=(month_after(past.start, last - span), month_after(past.start, last - 1)) if last else None,
        events=tuple(events(game)) if last else (),
        reported=tuple(_reported(past, name, span) for name in REPORTED) if last else (),
        public=tuple(_reading(past, name, span) for name in known) if last else (),
        own=tuple(_reading(past, name, span) for name in OWN[actor]) if last else (),
        factions=_factions(past, actor) if last else {},
        groups=_groups(past) if last and actor == "ttp" else {},
        hidden=tuple(_guess(game.fog, name, span) for name in HIDDEN[actor]) if last else (),
        moves=tuple(dict(turn.moves[actor]) for turn in game.log.turns),
        standing=standing,
        asked=_levers(past.settings["pakistan"]) if pakistani and last else {},
        in_force=_in_force(past) if pakistani and last else {},
        means=past.means if pakistani else None,
        unit_costs=past.unit_costs if pakistani else {},
        leaning=past.probabilities.get(actor, {}) if last else {},
        since=month_after(past.start, max(last - _RECENT, 0)),
        months=_by_month(game, [*known, *OWN[actor]], HIDDEN[actor]) if last else {},
    )


def _by_month(game: Game, known: Iterable[str], hidden: Iterable[str]) -> dict[str, tuple[tuple[float, ...], ...]]:
    past = game.past

    def row(values: Array) -> tuple[float, ...]:
        return tuple(float(f"{value:.4g}") for value in values[-_RECENT:])

    out: dict[str, tuple[tuple[float, ...], ...]] = {name: (row(past.reports[name][0]),) for name in REPORTED}
    out |= {name: (row(past.metrics[name][0]),) for name in known}
    for name in hidden:
        out[name] = tuple(map(row, np.quantile(game.fog.metrics[name], (LOW, 0.5, HIGH), axis=0)))
    return out


def _span(game: Game) -> int:
    """How many months the last quarter has."""
    log, turns = game.log, game.turn
    return log.months_played(turns) - log.months_played(turns - 1) if turns else min(QUARTER, game.past.months)


def summed(values: Array, kind: str) -> Array:
    """Months as one figure a world: their total, mean or last; from (worlds, months) to (worlds,)."""
    if kind == "final":
        return values[:, -1]
    whole: Array = values.sum(axis=1) if kind == "total" else values.mean(axis=1)
    return whole


def _known(values: Array, name: str, title: str, unit: str, kind: str, span: int) -> Reading:
    before = summed(values[:, -2 * span : -span], kind) if values.shape[1] >= 2 * span else None
    now = float(summed(values[:, -span:], kind)[0])
    return Reading(name, title, unit, kind, now, None if before is None else float(before[0]))


def _reading(past: Past, name: str, span: int) -> Reading:
    metric = METRICS[name]
    return _known(past.metrics[name], name, metric.title, metric.unit, metric.summary, span)


def _reported(past: Past, name: str, span: int) -> Reading:
    one = OBSERVERS[name]
    return _known(past.reports[name], name, one.modelled, f"{one.unit}, {one.scope}", "total", span)


def _guess(fog: Fog, name: str, span: int) -> Guess:
    metric = METRICS[name]
    low, high = np.quantile(summed(fog.metrics[name][:, -span:], metric.summary), (LOW, HIGH))
    return Guess(name, metric.title, metric.unit, metric.summary, float(low), float(high))


def _factions(past: Past, actor: str) -> dict[str, float]:
    rows = past.labels["faction_power"]
    titles = FACTIONS.get(actor, {})
    return {title: float(past.panels["faction_power"][0, -1, rows.index(name)]) for name, title in titles.items()}


def _groups(past: Past) -> dict[str, float]:
    last = past.panels["group_strength"][0, -1]
    titles = {slot.name: slot.title for slot in ROSTER}
    found = zip(past.labels["group_strength"], last, strict=True)
    return {titles[name]: float(x) for name, x in found if x > 0}


def _levers(settings: Values) -> dict[str, float]:
    return {name: float(value) for name, value in settings.items() if not isinstance(value, str)}


def _in_force(past: Past) -> dict[str, float]:
    last = past.panels["levers_in_force"][0, -1]
    return {name: float(x) for name, x in zip(past.labels["levers_in_force"], last, strict=True)}


def events(game: Game) -> Iterator[str]:
    """What happened in the last quarter that everybody saw, in the order of the months."""
    past, span = game.past, _span(game)
    struck = 0
    for month in range(past.months - span, past.months):
        when = month_after(past.start, month)
        for inject in (*game.base.shocks, *(one.shock for one in game.log.injects)):
            if inject.date <= when <= (inject.until or inject.date):
                yield _("{month}: {event}.", month=month_words(when), event=_(inject.title))
        yield from _turns(past, month, when)
        struck += past.metrics["strikes"][0, month] > 0
    if struck:
        yield _("Pakistan struck across the line in {count} of {months} months.", count=struck, months=span)


def _turns(past: Past, month: int, when: str) -> Iterator[str]:
    """What began or ended in a month."""

    def step(name: str) -> tuple[float, float]:
        values = past.metrics[name][0]
        return (float(values[month - 1]) if month else float(values[0])), float(values[month])

    said = {
        "ceasefire": (
            N_("{month}: A truce between Islamabad and the TTP began."),
            N_("{month}: The truce between Islamabad and the TTP ended."),
        ),
        "imf_programme": (
            N_("{month}: An IMF programme came on track."),
            N_("{month}: The IMF programme went off track."),
        ),
        "fractured": (N_("{month}: The movement in Kabul broke apart, and war returned."), ""),
    }
    for name, (began, ended) in said.items():
        before, now = step(name)
        if now != before:
            yield _(began if now > before else ended, month=month_words(when))
    before, now = step("india_engagement")
    if now != before:
        held = min(ENGAGEMENTS, key=lambda one: abs(ENGAGEMENTS[one] - now))
        there = _(_PRESENCE[held])
        yield _("{month}: India's presence in Kabul is now {presence}.", month=month_words(when), presence=there)


def changed(actor: str, now: Values, then: Values) -> dict[str, tuple[float | str, float | str]]:
    """The settings in which two moves differ: name -> then, now."""
    every = DEFAULTS[actor]
    before, after = {**every, **then}, {**every, **now}
    return {name: (before[name], after[name]) for name in every if before[name] != after[name]}
