"""Predictions: a chance or a range, given before results are seen, and scored so that honesty is the best answer.

Both scores are losses: lower is better, and what a person expects to lose is least when the prediction is what the
person believes. A chance is scored by Brier's score, the mean over worlds of (chance - happened)^2; a range that is to
hold eight worlds of ten by the interval score (Winkler 1972; Gneiting and Raftery 2007): its width, and ten times by how
far each world falls outside.

The truth that a prediction is held against is the model's, not the world's.

Brier (1950), Monthly Weather Review 78(1), 1-3; Winkler (1972), Journal of the American Statistical Association 67(337), 187-191;
Gneiting and Raftery (2007), ibid. 102(477), 359-378.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Literal

import numpy as np

from sim.words.language import _
from sim.words.numbers import fine
from sim.worlds import Vector

Form = Literal["probability", "range"]

# A range is to hold this share of the worlds, with as many below it as above.
HOLDS = 0.8
# A chance this near to the share is called about right.
_NEAR = 0.1
_MOST = 1e9
_NUMBER = r"[-+]?(?:\d[\d,]*\.?\d*|\.\d+)"
_LONGEST = 100  # characters of a prediction that is typed


class PredictionError(ValueError):
    """What was given is no prediction; the message says what is."""


@dataclass(frozen=True)
class Chance:
    """A probability: of 0 to 1 of the modelled worlds."""

    value: float

    def __post_init__(self) -> None:
        if not (isfinite(self.value) and 0 <= self.value <= 1):
            raise PredictionError(_("a chance lies between 0 and 100 of 100 worlds"))

    def __str__(self) -> str:
        return _("{count} of 100", count=fine(100 * self.value))


@dataclass(frozen=True)
class Range:
    """A range, both ends counted in, that is to hold eight worlds of ten."""

    low: float
    high: float

    def __post_init__(self) -> None:
        if not (isfinite(self.low) and isfinite(self.high) and max(abs(self.low), abs(self.high)) <= _MOST):
            raise PredictionError(_("a range has two ordinary numbers as its ends"))
        if self.low > self.high:
            raise PredictionError(
                _(
                    "a range goes from the lower to the higher number; {low} is above {high}",
                    low=fine(self.low),
                    high=fine(self.high),
                )
            )

    def __str__(self) -> str:
        return _("{low} to {high}", low=fine(self.low), high=fine(self.high))


Prediction = Chance | Range


@dataclass(frozen=True)
class Score:
    """How a prediction fared.

    Attributes:
        loss: its score; lower is better.
        best: the least that anyone could have lost who knew the share (the quantiles) of the worlds, but not which world is
            theirs: what chance leaves.
        truth: the model's share, or its own range of eight worlds in ten.
        side: whether the prediction was too high, too low, or about right.
        held: of a range, the share of worlds inside it; None for a chance.
    """

    loss: float
    best: float
    truth: Prediction
    side: Literal["high", "low", "right"]
    held: float | None = None

    @property
    def excess(self) -> float:
        """What was lost beyond what chance takes from everyone: 0 is perfect."""
        return max(0.0, self.loss - self.best)


def parse(form: Form, text: str) -> Prediction:
    """What a person typed: `70` of 100 worlds, or `20 to 35`.

    Raises:
        PredictionError: it is not that.
    """
    text = text.strip() if len(text) <= _LONGEST else ""
    if form == "probability":
        match = re.fullmatch(rf"({_NUMBER})\s*(?:%|(?:of|in) 100)?", text)
        if match is None:
            raise PredictionError(_("give one number from 0 (in no world) to 100 (in all of them), such as 70"))
        return Chance(_plain(match[1]) / 100)
    match = re.fullmatch(rf"({_NUMBER})(?:\s*(?:to|,|;|\.\.|–)\s*|\s+|\s*-\s*)({_NUMBER})", text)
    if match is None:
        raise PredictionError(_("give two numbers, the lower first, such as 20 to 35"))
    return Range(_plain(match[1]), _plain(match[2]))


def _plain(text: str) -> float:
    return float(text.replace(",", ""))


def as_data(prediction: Prediction) -> dict[str, float | str]:
    """A prediction as plain data, for a file or a database."""
    if isinstance(prediction, Chance):
        return {"form": "probability", "value": prediction.value}
    return {"form": "range", "low": prediction.low, "high": prediction.high}


def from_data(data: Mapping[str, Any]) -> Prediction:
    """The same back.

    Raises:
        PredictionError: it is not a prediction.
    """
    numbers = {key: value for key, value in data.items() if key != "form"}
    plain = all(isinstance(value, int | float) and not isinstance(value, bool) for value in numbers.values())
    if plain and data.get("form") == "probability" and set(numbers) == {"value"}:
        return Chance(float(numbers["value"]))
    if plain and data.get("form") == "range" and set(numbers) == {"low", "high"}:
        return Range(float(numbers["low"]), float(numbers["high"]))
    raise PredictionError(_("a prediction is a chance (value) or a range (low, high)"))


def brier(chance: float, happened: Vector) -> float:
    """Brier's score of a chance over worlds.

    Args:
        chance: 0 to 1.
        happened: (worlds,), 1 where the event happens and 0 where not.

    Returns:
        0 to 1; lower is better. Over worlds it is (chance - share)^2 + share * (1 - share), so least at the share itself.

    >>> brier(0.8, np.array([1.0, 1.0, 0.0, 1.0]))
    0.19
    """
    return float(np.mean((chance - happened) ** 2))


def interval(low: float, high: float, values: Vector, holds: float = HOLDS) -> float:
    """The interval score of a range over worlds, in the unit of the values.

    Args:
        low, high: the ends.
        values: (worlds,).
        holds: the share of worlds that the range is to hold.

    Returns:
        At least 0; lower is better. Least where as many worlds lie below the range as above, (1 - holds) / 2 each.
    """
    outside = np.maximum(low - values, 0.0) + np.maximum(values - high, 0.0)
    return float((high - low) + 2.0 / (1.0 - holds) * np.mean(outside))


def central(values: Vector, holds: float = HOLDS) -> Range:
    """The range between values of the worlds that loses least: their own quantiles."""
    tail = (1.0 - holds) / 2.0
    low, high = np.quantile(values, (tail, 1.0 - tail), method="inverted_cdf")
    return Range(float(low), float(high))


def score(prediction: Prediction, values: Vector) -> Score:
    """How a prediction fared against the worlds.

    Args:
        values: (worlds,): for a chance 1 and 0, for a range the figure's reading.
    """
    if isinstance(prediction, Chance):
        share = float(np.mean(values))
        return Score(
            brier(prediction.value, values), brier(share, values), Chance(share), _side(prediction.value, share)
        )
    truth = central(values)
    held = float(np.mean((values >= prediction.low) & (values <= prediction.high)))
    loss, best = interval(prediction.low, prediction.high, values), interval(truth.low, truth.high, values)
    above, below = float(np.mean(values > prediction.high)), float(np.mean(values < prediction.low))
    # More than half of the worlds on one side: the range missed the middle of them, not their spread.
    side: Literal["high", "low", "right"] = "low" if above > 0.5 else "high" if below > 0.5 else "right"
    return Score(loss, best, truth, side, held)


def _side(guess: float, truth: float) -> Literal["high", "low", "right"]:
    if abs(guess - truth) <= _NEAR:
        return "right"
    return "high" if guess > truth else "low"
