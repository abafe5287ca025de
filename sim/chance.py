"""From uniform draws to outcomes: choices and counts, each by the inverse of its distribution.

Counts come from a cumulative loop that runs over all worlds at once, some rounds at a time. A further round changes
nothing for a world that has its count, so the worlds computed alongside never matter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar, cast

import numpy as np
from scipy.special import bdtrik, betainc, nbdtrik, ndtri

from sim.worlds import Vector, total

F = TypeVar("F", bound=Callable[..., Vector])

# Above this mean exp(-mean) is no longer a number to build on.
POISSON_LIMIT = 700.0
# Below this the chance of no event has lost digits, and the loop from it is not exact.
SMALLEST_START = 1e-306
# More events in a month than any rule could ask for.
MOST_EVENTS = 20_000.0
_ROUNDS = 20_000
# Rounds of a count done at once, and how many numbers they may come to: about what a processor's cache holds.
_MOST_AT_ONCE, _AT_ONCE = 16, 40_000


class ChanceError(ValueError):
    """A distribution was asked for outside of where its draw is exact."""


def _one_step(function: F) -> F:
    """Values that record how they came about (sim/why) take this function as one step; plain ones never notice."""

    @wraps(function)
    def drawn(*arguments: Any, **named: Any) -> Vector:
        for argument in arguments:
            if type(argument) is not np.ndarray and hasattr(argument, "one_step"):
                return cast(Vector, argument.one_step(drawn, arguments))
        return function(*arguments, **named)

    return cast(F, drawn)


@_one_step
def gumbel(uniform: Vector) -> Vector:
    """Standard Gumbel noise: adding it to utilities and taking the best option is a quantal response.

    >>> np.round(gumbel(np.array([0.5])), 3)
    array([0.367])
    """
    out: Vector = -np.log(-np.log(uniform))
    return out


@_one_step
def choice_probabilities(utilities: Vector, scripted: Vector | None = None) -> Vector:
    """The probability that each option is the best once its Gumbel noise is added, shape (options, worlds).

    Args:
        utilities: shape (options, worlds).
        scripted: an option's index where a scenario prescribes it, -1 elsewhere.
    """
    weights = np.exp(utilities - utilities.max(axis=0))
    out: Vector = weights / total(weights)
    if scripted is None:
        return out
    prescribed = (np.arange(len(utilities))[:, None] == scripted).astype(np.float64)
    return np.where(scripted >= 0, prescribed, out)


@_one_step
def best_option(utilities: Vector, draws: Vector, scripted: Vector | None = None) -> Vector:
    """The index of the best option by utility and draw, as floats; `scripted` as for :func:`choice_probabilities`."""
    chosen: Vector = (utilities + draws).argmax(axis=0).astype(np.float64)
    return chosen if scripted is None else np.where(scripted >= 0, scripted, chosen)


@_one_step
def looked_up(chosen: Vector, values: Sequence[float]) -> Vector:
    """The number that stands for the option chosen, from one number per option."""
    out: Vector = np.asarray(values, dtype=np.float64)[chosen.astype(np.intp)]
    return out


@_one_step
def happens(uniform: Vector, probability: Vector) -> Vector:
    """1.0 where an event of this probability happens, else 0.0."""
    return (uniform < probability).astype(np.float64)


@dataclass(frozen=True)
class Counts:
    """A distribution of counts: drawn by a loop that begins at the chance of no event, each step a ratio of chances.

    Attributes:
        allowed: where its shape is one that can be drawn exactly.
        begin: from the shape, the chance of no event, and the numbers that the ratio is made of.
        ratio: p(k) / p(k - 1), from k and these numbers.
        exactly: from uniform and shape, slow, and right where the chance of no event is too small to begin with; None
            where it never is.
    """

    allowed: Callable[..., Vector]
    begin: Callable[..., tuple[Vector, ...]]
    ratio: Callable[..., Vector]
    exactly: Callable[..., Vector] | None = None

    def draw(self, uniform: Vector, *shape: Vector) -> Vector:
        """The count that each uniform stands for."""
        start, *numbers = self.begin(*shape)
        counts = _count(uniform, start, self.ratio, *numbers)
        lost = np.broadcast_to(start < SMALLEST_START, counts.shape)
        if self.exactly is not None and lost.any():
            counts[lost] = self.exactly(*(np.broadcast_to(value, counts.shape)[lost] for value in (uniform, *shape)))
        return counts


def _binomial_quantile(uniform: Vector, trials: Vector, probability: Vector) -> Vector:
    count = np.ceil(bdtrik(uniform, trials, probability))
    return _least(count, uniform, lambda fewer: betainc(trials - fewer, fewer + 1.0, 1.0 - probability))


def _negative_binomial_quantile(uniform: Vector, mean: Vector, variance_to_mean: Vector) -> Vector:
    size, probability = mean / (variance_to_mean - 1.0), 1.0 / variance_to_mean
    count = np.ceil(nbdtrik(uniform, size, probability))
    return _least(count, uniform, lambda fewer: betainc(size, fewer + 1.0, probability))


def _least(count: Vector, uniform: Vector, reached: Callable[[Vector], Vector]) -> Vector:
    """The count, or one less where that reaches the uniform too: the inverse is off by its rounding."""
    fewer = np.maximum(count - 1.0, 0.0)
    return np.where(reached(fewer) >= uniform, fewer, count)


def _negative_binomial_start(mean: Vector, variance_to_mean: Vector) -> tuple[Vector, ...]:
    excess = variance_to_mean - 1.0
    size = mean / excess
    return np.exp(-size * np.log(variance_to_mean)), size, excess / variance_to_mean


COUNTS: dict[str, Counts] = {
    "poisson": Counts(
        allowed=lambda mean: (mean >= 0) & (mean <= POISSON_LIMIT),
        begin=lambda mean: (np.exp(-mean), mean),
        ratio=lambda k, mean: mean / k,
    ),
    "negative_binomial": Counts(
        allowed=lambda mean, variance_to_mean: (mean >= 0) & (mean < MOST_EVENTS) & (variance_to_mean - 1.0 > 0),
        begin=_negative_binomial_start,
        ratio=lambda k, size, share: (size + (k - 1.0)) * share / k,
        exactly=_negative_binomial_quantile,
    ),
    "binomial": Counts(
        allowed=lambda trials, probability: (
            (trials >= 0) & (trials < MOST_EVENTS) & (probability >= 0) & (probability < 1)
        ),
        begin=lambda trials, probability: (
            np.exp(trials * np.log1p(-probability)),
            trials,
            probability / (1.0 - probability),
        ),
        ratio=lambda k, trials, odds: np.maximum(trials - (k - 1.0), 0.0) * odds / k,
        exactly=_binomial_quantile,
    ),
}


@_one_step
def poisson(uniform: Vector, mean: Vector) -> Vector:
    """Poisson counts.

    Raises:
        ChanceError: a mean above 700, or not a number.
    """
    if not np.all(COUNTS["poisson"].allowed(mean)):
        raise ChanceError(
            f"a Poisson mean of {np.max(mean):g} is not among those, up to {POISSON_LIMIT:g}, that can be drawn exactly"
        )
    return COUNTS["poisson"].draw(uniform, mean)


@_one_step
def negative_binomial(uniform: Vector, mean: Vector, variance_to_mean: Vector) -> Vector:
    """Counts with the given mean and a variance that is `variance_to_mean` (> 1) times as large.

    Counts of this form add up: areas drawn apart have the same ratio as their sum.

    Raises:
        ChanceError: a mean below nought, above what any month could have, or not a number.
    """
    if not np.all(COUNTS["negative_binomial"].allowed(mean, variance_to_mean)):
        raise ChanceError(f"a mean of {np.max(mean):g} attacks a month is not one that can be drawn exactly")
    return COUNTS["negative_binomial"].draw(uniform, mean, variance_to_mean)


@_one_step
def binomial(uniform: Vector, trials: Vector, probability: Vector) -> Vector:
    """How many of `trials` (whole numbers, up to some thousands) succeed.

    Raises:
        ChanceError: trials or a probability out of range, or not a number.
    """
    if not np.all(COUNTS["binomial"].allowed(trials, probability)):
        raise ChanceError(f"{np.max(trials):g} trials are not what can be drawn exactly")
    return COUNTS["binomial"].draw(uniform, trials, probability)


def normal(uniform: Vector) -> Vector:
    """Standard normal values."""
    out: Vector = ndtri(uniform)
    return out


def _count(uniform: Vector, start: Vector, ratio: Callable[..., Vector], *shape: Vector) -> Vector:
    """Smallest k whose cumulative probability reaches the uniform.

    Args:
        start: p(0).
        ratio: gives p(k) / p(k - 1), for a column of k, from the numbers in `shape`.
    """
    sides = np.broadcast_shapes(np.shape(uniform), np.shape(start))
    drawn, probability, *numbers = (np.broadcast_to(one, sides).ravel() for one in (uniform, start, *shape))
    # Where the chance of no event has lost its digits, the count is taken elsewhere: nothing to wait for here.
    cumulative = np.where(probability < SMALLEST_START, 1.0, probability)
    below = cumulative < drawn
    out: Vector = below.astype(np.float64)
    first, open_still = 1.0, np.flatnonzero(below)
    while open_still.size:
        # Worlds that have their count are left out from here on: most have it soon, a few late.
        drawn, probability, cumulative, *numbers = (one[below] for one in (drawn, probability, cumulative, *numbers))
        if first > _ROUNDS:
            raise ChanceError("a count did not end: its mean is out of any range the model declares")
        rounds = max(1, min(_MOST_AT_ONCE, _AT_ONCE // open_still.size))
        k = np.arange(first, first + rounds)[:, None]
        steps = ratio(k, *numbers)  # becomes the probabilities of these k, then the cumulative ones
        for row in steps:
            probability = np.multiply(probability, row, out=row)
        probability = probability.copy()
        for row in steps:
            cumulative = np.add(cumulative, row, out=row)
        reached = steps < drawn
        out[open_still] += reached.sum(axis=0)
        below, first = reached[-1], first + rounds
        open_still = open_still[below]
    return out.reshape(sides)
