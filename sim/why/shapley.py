"""Who contributed how much to a difference: Shapley's value for a step that works element by element, and fair shares.

Shapley (1953), A value for n-person games, in Kuhn and Tucker (eds.), Contributions to the Theory of Games II, 307-317.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import combinations
from math import factorial
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]

# Combinations double with every input; beyond this many, the last ones are taken as one and share what it gets.
MOST_PLAYERS = 9


@cache
def _weights(players: int) -> Array:
    """Shapley's weights: row i holds what each combination (by its bits) counts for player i."""
    out = np.zeros((players, 2**players))
    for i in range(players):
        others = [j for j in range(players) if j != i]
        for size in range(players):
            weight = factorial(size) * factorial(players - size - 1) / factorial(players)
            for chosen in combinations(others, size):
                without = sum(1 << j for j in chosen)
                out[i, without] -= weight
                out[i, without | 1 << i] += weight
    return out


def shapley(
    evaluate: Callable[..., Array],
    now: Sequence[Array],
    then: Sequence[Array],
    players: Sequence[int],
    result: Array,
    was: Array,
) -> list[Array]:
    """Each player's part of `result - was`, exactly: its marginal effect, averaged over every order of the players.

    Args:
        evaluate: the step; it works element by element, so all combinations are taken in one call.
        now, then: all that it takes, in both readings.
        players: places of those that differ.
    """
    change = number(result) - number(was)
    if len(players) < 2:
        return [change] * len(players)
    if len(players) > MOST_PLAYERS:
        return _in_a_block(evaluate, now, then, players, result, was)
    count, rank = len(players), max(change.ndim, 1)
    bits = np.arange(2**count)
    values: list[Any] = list(now)
    for i, place in enumerate(players):
        here = (bits >> i & 1).astype(bool).reshape(-1, *(1,) * rank)
        values[place] = np.where(here, _raised(now[place], rank), _raised(then[place], rank))
    outcomes = np.array(np.broadcast_to(evaluate(*values), (2**count, *change.shape)), dtype=np.float64)
    outcomes[0], outcomes[-1] = was, result
    parts = list(np.tensordot(_weights(count), outcomes, 1))
    # The weights add up but for rounding; so that the account does, the first takes the last digit.
    parts[0] = parts[0] + (change - sum(parts[1:], parts[0]))
    return parts


def _in_a_block(
    evaluate: Callable[..., Array],
    now: Sequence[Array],
    then: Sequence[Array],
    players: Sequence[int],
    result: Array,
    was: Array,
) -> list[Array]:
    """Too many players: the last ones enter together, and share what they get by what each does alone."""
    own, block = list(players[: MOST_PLAYERS - 1]), list(players[MOST_PLAYERS - 1 :])
    fixed: list[Any] = list(now)

    def together(*values: Array) -> Array:
        inside = list(values)
        switch = values[-1]
        for place in block:
            inside[place] = np.where(switch > 0.5, now[place], then[place])
        return evaluate(*inside[:-1])

    on, off = np.ones(1), np.zeros(1)
    parts = shapley(together, [*fixed, on], [*then, off], [*own, len(fixed)], result, was)
    alone = []
    for place in block:
        values = [now[i] if i == place or i not in players else then[i] for i in range(len(now))]
        alone.append(number(np.broadcast_to(evaluate(*values), result.shape)) - number(was))
    shares = shared(alone, [np.ones(result.shape)] * len(block))
    return [*parts[:-1], *(parts[-1] * share for share in shares)]


def _raised(values: Array, rank: int) -> Array:
    values = np.asarray(values)
    return values.reshape((1,) * (rank - values.ndim) + values.shape)


def number(values: Array) -> Array:
    """Truth as 1 and 0: NumPy does not subtract it."""
    return values.astype(np.float64) if values.dtype != np.float64 else values


def shared(contributions: Sequence[Array], gaps: Sequence[Array]) -> list[Array]:
    """Shares of a residual: in proportion to the size of each contribution, where there is none to that of each difference."""
    sizes = [np.abs(one) for one in contributions]
    whole = sum(sizes[1:], sizes[0])
    if not np.all(whole > 0):
        none = whole == 0
        sizes = [np.where(none, gap, size) for size, gap in zip(sizes, gaps, strict=True)]
        whole = sum(sizes[1:], sizes[0])
    whole = np.where(whole > 0, whole, 1.0)
    return [size / whole for size in sizes]
