"""`sim.parallel_env`: what is asked for is checked before the library is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from sim.ensemble.spec import DEFAULT_PARAMETERS, LimitError
from sim.experiment.store import extra
from sim.scenario import Scenario
from sim.teaching.play.game import start
from sim.teaching.play.reward import Reward
from sim.vocabulary import ACTORS
from sim.words.problems import wrong_kind

if TYPE_CHECKING:
    from sim.teaching.play.environment import PlayEnv


def parallel_env(
    scenario: str | Path | Mapping[str, Any] | Scenario,
    seats: Iterable[str] | None = None,
    *,
    objectives: Mapping[str, Mapping[str, float]] | None = None,
    one_sided: str = "",
    seed: int = 0,
    parameters: str = DEFAULT_PARAMETERS,
    opens: str | None = None,
    months: int | None = None,
    others: Literal["choose", "scenario"] = "choose",
    render_mode: Literal["ansi", "human"] | None = None,
) -> PlayEnv:
    """Seats of a game as a PettingZoo `ParallelEnv`: the play that people use, a quarter a step.

    Needs `durand[env]`. docs/programs.md tells spaces, units, and what is a reward.

    Args:
        scenario: a name, a path or a Scenario.
        seats: the actors that are played, the environment's agents; all if None. The others are as `others` says.
        objectives: seat -> metric, or sum of some -> weight, negative where less is better. A seat without any has no reward
            but 0. What rewards a death is refused.
        one_sided: why nobody's death on one side counts in a seat's objectives; without it they are refused.
        seed: of the worlds that are played where `reset` is given none.
        parameters, opens, months, others: as for a game (`durand play`).
        render_mode: "ansi" has `render` return a quarter told in text, "human" has every step print it.

    Raises:
        MissingExtraError: PettingZoo is not installed.
        GameError, LimitError, ScenarioError: something is outside of what is allowed.

    >>> env = parallel_env("own_choice", ["india"], months=3, parameters="defaults")
    >>> observations, infos = env.reset(seed=1)
    >>> observations["india"]["figures"]["india_engagement"].round(2)  # the last quarter, and the one before
    array([0.33, 0.33])
    >>> observations, rewards, over, _, infos = env.step({"india": {"engagement": "embassy"}})
    >>> rewards, over, env.agents
    ({'india': 0.0}, {'india': True}, [])
    """
    game = start(
        scenario,
        ACTORS if seats is None else seats,
        seed=seed,
        parameters=parameters,
        opens=opens,
        months=months,
        others=others,
    )
    declared = {} if objectives is None else objectives
    if not isinstance(declared, Mapping):
        raise LimitError(wrong_kind("table of objectives", declared, "a dict from a seat to its metrics and weights"))
    if stranger := next((seat for seat in declared if seat not in game.log.seats), None):
        raise LimitError(f"objectives for {stranger}, who is no seat; allowed: {', '.join(game.log.seats)}")
    if render_mode not in (None, "ansi", "human"):
        raise LimitError(f"there is no render mode {render_mode}; allowed: ansi, human, or None")
    rewards = {
        seat: Reward.of(declared[seat], one_sided) if declared.get(seat) else Reward() for seat in game.log.seats
    }
    extra("pettingzoo", "an environment of seats", "env")
    from sim.teaching.play.environment import PlayEnv

    return PlayEnv(game, rewards, render_mode)
