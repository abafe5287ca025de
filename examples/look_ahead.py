"""A Pakistan that looks ahead: each quarter it runs the model under every move that it considers, and takes the one under
which fewest die in the year to come, whoever they are.

    durand play own_choice --seat pakistan=examples/look_ahead.py:pakistan

An example of a program in a seat. It knows the model and what its seat can see: its own moves so far. It does not know the game's
world. What it runs are worlds drawn anew, from a seed of its own, in which the other actors choose for themselves; what happens
in the game is chance to it as to a person. docs/programs.md has what it comes to against scripted courses.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import TypeAlias

import sim
from sim.scenario import load_policy
from sim.teaching.play.briefing import Briefing
from sim.teaching.play.game import Game, start
from sim.teaching.play.moves import QUARTER
from sim.teaching.play.typed import policies
from sim.vocabulary import LEVERS, month_after

Mix: TypeAlias = dict[str, float | str]

# Its own worlds: how many, and the seed that they are drawn with. No world of the game is among them, but by chance.
WORLDS, SEED = 40, 1_947_019_710_206
# A move is judged as if it were to stand for so many quarters.
AHEAD = 4
# By how much it considers moving one lever.
STEP = 0.25


def pakistan(seen: Briefing) -> Mix:
    """The move, of those considered, under which fewest people die in the year to come, on average over its own worlds."""
    game = so_far(seen)
    return min(considered(seen.standing), key=lambda mix: deaths(game, mix))


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


def deaths(game: Game, mix: Mix) -> float:
    """How many die in the year to come, on average over its own worlds, if this mix stands."""
    for _ in range(AHEAD):
        game = game.move({"pakistan": mix})
    results = sim.run(game.scenario(), worlds=WORLDS, seed=SEED, keep_panels=False)
    return float(results.arrays.metrics["fatalities"][:, -QUARTER * AHEAD :].sum(axis=1).mean())
