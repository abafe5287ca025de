"""A Pakistan that looks ahead: each quarter it runs the model under every move that it considers, and takes the one under
which fewest die in the year to come, whoever they are, in worlds that look like what it is shown.

    durand play own_choice --seat pakistan=examples/look_ahead.py:pakistan

An example of a program in a seat. It knows the model and its briefings; it does not know the game's world. What it runs are
worlds drawn anew, from a seed of its own, in which the other actors choose for themselves. Of these it goes by those that come
near to what was seen in the game so far; what happens there next is chance to it as to a person. `blind` is the same without
that: it goes by its own moves alone. docs/programs.md has what both come to against scripted courses.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.agents.observers import OBSERVERS, reports
from sim.ensemble.chunks import monthly
from sim.ensemble.simulate import simulate_batch
from sim.ensemble.spec import RunSpec
from sim.model import FrontierModel
from sim.record.told import resampled
from sim.scenario import Scenario, load_policy
from sim.scenario.settings import DEFAULTS
from sim.teaching.play.briefing import Briefing
from sim.teaching.play.game import Game, start
from sim.teaching.play.moves import QUARTER, months_of_run
from sim.teaching.play.typed import policies
from sim.vocabulary import LEVERS, month_after

Mix: TypeAlias = dict[str, float | str]
Table: TypeAlias = NDArray[np.float64]  # (months, worlds)

# Its own worlds: how many it weighs, by how many it then goes, and the seed that they are drawn with. No world of the game is
# among them, but by chance.
WEIGHED, WORLDS, SEED = 1_000, 40, 1_947_019_710_206
# What it goes by: figures of its briefings, each as the mean of so many months, or of as many as there are.
WATCHED, MONTHS = ("picss_attacks", "picss_killed", "tension", "economy"), 12
# How near a world has to come: a normal error with this share of the spread of its own worlds as its standard deviation.
ERROR = 0.5
# A move is judged as if it were to stand for so many quarters.
AHEAD = 4
# By how much it considers moving one lever.
STEP = 0.25


def pakistan(seen: Briefing) -> Mix:
    """The move, of those considered, under which fewest people die in the year to come, on average over worlds that look like
    what is seen."""
    return best(seen, alike(seen))


def blind(seen: Briefing) -> Mix:
    """The same over worlds as they come."""
    return best(seen, range(WORLDS))


def best(seen: Briefing, worlds: Sequence[int]) -> Mix:
    """The move under which fewest people die in these worlds of its own."""
    moves = list(considered(seen.standing))
    return moves[int(np.argmin(deaths(so_far(seen), moves, worlds)))]


def considered(stands: Mix) -> Iterator[Mix]:
    """To go on as before; to take over the opening mix of a course of the library; to move one lever up or down."""
    yield stands
    yield from map(opening, policies())
    for lever in LEVERS:
        now = float(stands.get(lever, 0.0))
        yield from ({**stands, lever: round(level, 2)} for level in (now - STEP, now + STEP) if 0.0 <= level <= 1.0)


@cache
def opening(policy: str) -> Mix:
    """What a policy sets at first; the levers that it does not name are at 0."""
    return dict.fromkeys(LEVERS, 0.0) | load_policy(policy).settings.given()


def so_far(seen: Briefing) -> Game:
    """Its own moves in a game of its own, with a year to come."""
    assert seen.ahead is not None
    opens = month_after(seen.ahead[0], -QUARTER * seen.turn)
    game = start("own_choice", ["pakistan"], opens=opens, months=QUARTER * (seen.turn + AHEAD))
    for move in seen.moves:
        game = game.move({"pakistan": move})
    return game


def alike(seen: Briefing) -> Sequence[int]:
    """Worlds of its own, by their numbers, of which each comes as often as it is near to what is seen.

    They are simulated up to now under its own moves. A world's weight falls with the square of how far its figures are off, as
    for worlds that are told the record (`sim/record/told.py`), and is 1 where nothing has been seen yet.
    """
    if not seen.months:
        return range(WORLDS)
    game = so_far(seen)
    months = months_of_run(game.log, game.base.start, game.turn)
    found = simulate_batch(RunSpec.of(game.scenario(), WEIGHED, months, SEED), figures)
    log_weights = np.zeros(WEIGHED)
    for name in WATCHED:
        told = np.array(seen.months[name][0][-MONTHS:])
        own = found[name][-len(told) :].mean(axis=0)
        log_weights -= 0.5 * ((own - told.mean()) / (ERROR * own.std())) ** 2
    return resampled(log_weights, WORLDS, SEED)


def figures(model: FrontierModel, batch: RunSpec) -> dict[str, Table]:
    """What is watched, month by month: what observers would have reported, and what Pakistan sees for itself."""
    reported = [name for name in WATCHED if name in OBSERVERS]
    counted = {name: np.stack(rows) for name, rows in reports(model, reported).items()}
    return counted | monthly(model, [name for name in WATCHED if name not in OBSERVERS])


def deaths(game: Game, moves: Sequence[Mix], worlds: Sequence[int]) -> NDArray[np.float64]:
    """How many die in the year to come if a move stands, on average over these worlds; for each move.

    All moves are simulated at once, side by side in the same worlds: a lever's level is a vector with a value for each move.
    """
    for _ in range(AHEAD):
        game = game.move({"pakistan": moves[0]})
    scenario, months = game.scenario(), months_of_run(game.log, game.base.start, game.turn)
    how = {"numbers": tuple(worlds), "points": len(moves), "repeats": len(worlds), "levers": paths(scenario, moves)}
    found = simulate_batch(RunSpec.of(scenario, len(worlds), months, SEED, **how), dead)
    return found.reshape(len(moves), -1).mean(axis=1)


def paths(scenario: Scenario, moves: Sequence[Mix]) -> dict[str, NDArray[np.float64]]:
    """Where the scenario of a game sets what differs between moves, each with its level under every move."""
    last = len(scenario.actors.pakistan.changes)
    out = {}
    for name in dict.fromkeys(name for mix in moves for name in mix):
        levels = np.array([float(mix.get(name, DEFAULTS["pakistan"][name])) for mix in moves])
        for change in range(last - AHEAD, last):
            home = f"actors.pakistan.changes.{change}{'.levers' if name in LEVERS else ''}"
            out[f"{home}.{name}"] = levels
    return out


def dead(model: FrontierModel, batch: RunSpec) -> NDArray[np.float64]:
    """How many die in the last year, in each world under each move."""
    return monthly(model, ["fatalities"])["fatalities"][-QUARTER * AHEAD :].sum(axis=0)
