"""The environment itself: a PettingZoo `ParallelEnv` (Terry et al. 2021, PettingZoo: gym for multi-agent reinforcement
learning, NeurIPS 34) over a game. Made by `env.parallel_env`; needs `durand[env]`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from gymnasium import spaces
from pettingzoo import ParallelEnv

from sim.ensemble.spec import check
from sim.teaching.play.briefing import Briefing, briefing
from sim.teaching.play.encoding import bounds, decoded, levels, observed
from sim.teaching.play.game import Game
from sim.teaching.play.moves import WORLDS, GameError
from sim.teaching.play.narrative import quarter
from sim.teaching.play.past import Array
from sim.teaching.play.reward import Reward
from sim.teaching.play.typed import read_move
from sim.worlds import Streams

Observation: TypeAlias = dict[str, dict[str, Array]]
Action: TypeAlias = Sequence[int] | Mapping[str, float | str]


class PlayEnv(ParallelEnv):
    """Seats of a game, moving at once, a quarter a step.

    Attributes:
        game: as it stands; its log is that of `durand play`, and can be kept and replayed.
        possible_agents: the seats; agents: those that still move, none when the game is over.
        episode: which of the seed's worlds is played, counted from 0.
    """

    metadata: dict[str, Any] = {"name": "durand", "render_modes": ["ansi", "human"]}  # noqa: RUF012 - PettingZoo reads it so

    def __init__(self, game: Game, rewards: Mapping[str, Reward], render_mode: str | None) -> None:
        self.game = self._opening = game
        self.render_mode = render_mode
        self.possible_agents = [*game.log.seats]
        self.agents: list[str] = []
        self.seed, self.episode = game.log.seed, -1
        self._rewards = rewards
        self._bounds = {seat: bounds(seat, game.log.quarters) for seat in self.possible_agents}
        self.observation_spaces = {seat: _space(tables) for seat, tables in self._bounds.items()}
        self.action_spaces = {
            seat: spaces.MultiDiscrete([1 + len(some) for some in levels(seat).values()])
            for seat in self.possible_agents
        }

    def observation_space(self, agent: str) -> spaces.Dict:
        """A seat's arrays, by table and name: see `encoding.bounds`."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.MultiDiscrete:
        """A number for each of a seat's settings: 0 for no change, else its level's place: see `encoding.levels`."""
        return self.action_spaces[agent]

    def reset(
        self, seed: int | None = None, options: dict[str, Any] | None = None
    ) -> tuple[dict[str, Observation], dict[str, dict[str, Briefing]]]:
        """Begin the game anew: with a seed in that seed's first world, without one in the next of the worlds.

        The worlds of a seed are those of `durand play --seed S --world K`, 0 to 999; after them come those of a seed drawn from
        it. `options` are not used.

        Returns:
            Seat -> what it observes, and seat -> its briefing, under "briefing".
        """
        if seed is not None:
            self.seed, self.episode = check("seed", seed), -1
        self.episode += 1
        drawn, world = _world(self.seed, self.episode)
        self.game = Game(self._opening.log.model_copy(update={"seed": drawn, "world": world}), self._opening.base)
        self.agents = [*self.possible_agents]
        return self._told(self.agents)

    def step(
        self, actions: Mapping[str, Action]
    ) -> tuple[
        dict[str, Observation], dict[str, float], dict[str, bool], dict[str, bool], dict[str, dict[str, Briefing]]
    ]:
        """Let a quarter pass.

        Args:
            actions: seat -> what it changes, as numbers of its action space, or as settings by name; a seat that is not
                there changes nothing.

        Returns:
            Observations, rewards, whether the game is over, whether it was broken off (never), and briefings, by seat.

        Raises:
            GameError: the game is over, or an action is not allowed; the message says what is.
        """
        moves = {seat: self._move(seat, action) for seat, action in actions.items()}
        before, seats = self.game.past.months, self.agents
        self.game = self.game.move(moves).digested()
        past, over = self.game.past, self.game.over
        rewards = {seat: self._rewards[seat].take(past, past.months - before) for seat in seats}
        observations, infos = self._told(seats)
        self.agents = [] if over else seats
        if self.render_mode == "human":
            print(self._text())
        return observations, rewards, dict.fromkeys(seats, over), dict.fromkeys(seats, False), infos

    def render(self) -> str | None:
        """The last quarter told in text, with the render mode "ansi"; None with others."""
        return self._text() if self.render_mode == "ansi" else None

    def _text(self) -> str:
        one_sided = {seat: one.one_sided for seat, one in self._rewards.items() if one.one_sided}
        left_out = [f"{seat}: not every life counts here: {why}" for seat, why in one_sided.items()]
        return "\n".join([*quarter(self.game), *left_out])

    def _move(self, seat: str, action: Action) -> dict[str, float | str]:
        if seat not in self.agents:
            raise GameError(
                f"{seat} does not move here; allowed: {', '.join(self.agents) or 'nobody, the game is over'}"
            )
        if not isinstance(action, Mapping):
            if not self.action_space(seat).contains(np.asarray(action)):
                raise GameError(f"{seat}: {action} is no action; allowed: {self.action_space(seat)}")
            action = decoded(seat, action)
        return read_move(seat, self.game.standing(seat), action)

    def _told(self, seats: Sequence[str]) -> tuple[dict[str, Observation], dict[str, dict[str, Briefing]]]:
        told = {seat: briefing(self.game, seat) for seat in seats}
        observations = {seat: observed(one, self._bounds[seat]) for seat, one in told.items()}
        return observations, {seat: {"briefing": one} for seat, one in told.items()}


def _space(tables: Mapping[str, Mapping[str, tuple[float, float, int]]]) -> spaces.Dict:
    return spaces.Dict(
        {
            table: spaces.Dict(
                {name: spaces.Box(low, high, (size,), np.float64) for name, (low, high, size) in some.items()}
            )
            for table, some in tables.items()
        }
    )


def _world(seed: int, episode: int) -> tuple[int, int]:
    """Seed and world of an episode: the worlds of the seed in order, and after its last those of a seed drawn from it."""
    block, world = divmod(episode, WORLDS)
    if block:
        seed = int(Streams(seed, 1).uniform("environment.seed", block)[0] * 2**53)
    return seed, world
