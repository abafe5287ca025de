"""What is varied: a lever, an uncertainty or a switch, and which of its values each place between 0 and 1 stands for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sim.experiment.schema import Lever, Uncertainty
from sim.parameters import PARAMETERS, Distribution, draw
from sim.scenario.diff import TITLES
from sim.scenario.settings import DEFAULTS, OPTIONS
from sim.scenario.words import CHOOSE
from sim.vocabulary import ACTORS, LEVERS
from sim.words.language import _
from sim.words.sentences import capital, in_words
from sim.worlds import Vector
from sim.yamlfile import PlacedError, short, suggestion


def factor_words(name: str) -> str:
    """What a parameter or a lever is called in front of readers; what it means is told besides.

    >>> factor_words("start_us_ties"), factor_words("pakistan.aid")
    ('US goodwill towards Pakistan in August 2021', 'Pakistan: Aid')
    """
    if name in PARAMETERS:
        return _(PARAMETERS[name].title)
    actor, words = name.rpartition(".")[0], _(setting_title(name))
    return _("{actor}: {setting}", actor=_(ACTORS[actor]), setting=words) if actor in ACTORS else words


def setting_title(name: str) -> str:
    """What a lever or another setting is called in English, whosever it is.

    >>> setting_title("pakistan.aid"), setting_title("aid")
    ('Aid', 'Aid')
    """
    setting = name.rpartition(".")[2]
    return TITLES[setting] if setting in TITLES else capital(in_words(setting))


def quoted(name: str, ids: bool = True) -> str:
    """The same in quotation marks within a sentence, with its id behind it unless that is not wanted."""
    words = factor_words(name)
    return _("“{factor}” (`{id}`)", factor=words, id=name) if ids else _("“{factor}”", factor=words)


VARIED = ("lever", "uncertainty", "switch")


@dataclass(frozen=True)
class Factor:
    """One thing that is varied.

    Attributes:
        name: a parameter, or a lever as the experiment names it.
        kind: lever, uncertainty or switch.
        low, high: the ends of its range, in its unit.
        distribution, mode: how a sample spreads over the range.
        levels: its values, where it takes only some.
        options: for a lever or switch with named options, what its values stand for: value -> name.
    """

    name: str
    kind: Literal["lever", "uncertainty", "switch"]
    low: float
    high: float
    distribution: Distribution = "uniform"
    mode: float | None = None
    levels: tuple[float, ...] = ()
    options: tuple[tuple[float, str], ...] = ()

    def values(self, places: Vector) -> Vector:
        """The values at these places: for levels each has an equal share of 0 to 1, else by the distribution."""
        if self.levels:
            return np.asarray(self.levels, dtype=np.float64)[self._which(places)]
        values = draw(places, self.low, self.high, self.distribution, self.mode)
        # At the very ends rounding may lead outside; and nothing is minus zero, so that equal points have equal bits.
        return np.minimum(np.maximum(values, self.low), self.high) + 0.0

    def steps(self, places: Vector) -> Vector:
        """Which of its levels these places stand for, in equal steps from 0 to 1; the places themselves where it takes any value.

        >>> Factor("shut", "switch", 0.0, 1.0, levels=(0.0, 1.0)).steps(np.array([0.1, 0.4, 0.9])).tolist()
        [0.0, 0.0, 1.0]
        """
        return self._which(places) / (len(self.levels) - 1) if len(self.levels) > 1 else places

    def _which(self, places: Vector) -> NDArray[np.intp]:
        return np.minimum((places * len(self.levels)).astype(np.intp), len(self.levels) - 1)

    def names(self, values: Vector) -> list[str] | None:
        """What the values stand for, where they are options."""
        words = dict(self.options)
        return [words[float(value)] for value in values] if words else None

    def read(self, text: str) -> float:
        """A value as a table of points gives it.

        Raises:
            ValueError: it is not a number within the range, or not an option.
        """
        numbers = {word: value for value, word in self.options}
        if numbers:
            if text not in numbers:
                raise ValueError(f"is not one of the choices: {short(text) or 'nothing'}{suggestion(text, numbers)}")
            return numbers[text]
        try:
            value = float(text)
        except ValueError:
            allowed = f"allowed: {self.low:g} to {self.high:g}"
            raise ValueError(f"is not a number: {short(text) or 'nothing'}; {allowed}") from None
        if not self.low <= value <= self.high:
            raise ValueError(f"is out of range: {short(text) or 'nothing'}; allowed: {self.low:g} to {self.high:g}")
        return value + 0.0


def lever_path(name: str) -> str:
    """A lever's path in a scenario: `pakistan.aid` is short for `actors.pakistan.levers.aid`."""
    actor, dot, setting = name.partition(".")
    if actor not in ACTORS or not dot or "." in setting:
        return name
    return f"actors.{actor}.levers.{setting}" if setting in LEVERS else f"actors.{actor}.{setting}"


def short_levers() -> list[str]:
    """Every lever by its short name: ACTOR.SETTING."""
    return [f"{actor}.{setting}" for actor, settings in DEFAULTS.items() for setting in settings]


def actor_of(path: str) -> str | None:
    """The actor whose own setting a path leads to; None for one of a policy."""
    top, _dot, rest = path.partition(".")
    return rest.partition(".")[0] if top == "actors" else None


def lever_factor(name: str, given: Lever | None) -> Factor:
    """A lever as a factor.

    Raises:
        PlacedError: the levels are not the setting's, or it has options and a range.
    """
    setting = name.rpartition(".")[2]
    given = given or Lever()
    free = any(settings.get(setting) == CHOOSE for settings in DEFAULTS.values())
    options = {option: float(number) for number, option in enumerate(OPTIONS.get(setting, ()))}
    words = options | ({CHOOSE: -1.0} if free else {})
    if options and (given.low is not None or given.high is not None):
        raise PlacedError(f"has no range; allowed: levels among {', '.join(words)}", ("low",))
    levels = list(given.levels or options)
    for number, level in enumerate(levels):
        if level not in words and (options or isinstance(level, str)):
            allowed = suggestion(str(level), words) if options else f"; allowed: 0 to 1{', or choose' * free}"
            raise PlacedError(f"is not one of the choices{allowed}", ("levels", number))
    values = tuple(words[level] if isinstance(level, str) else float(level) for level in levels)
    named = options or CHOOSE in levels
    texts = {words[level] if isinstance(level, str) else float(level): str(level) for level in (*words, *levels)}
    low, high = (min(values), max(values)) if values else (given.low or 0.0, 1.0 if given.high is None else given.high)
    return Factor(name, "lever", low, high, levels=values, options=tuple(texts.items()) if named else ())


def uncertainty_factor(name: str, given: Uncertainty | None) -> Factor:
    """A parameter as a factor.

    Raises:
        PlacedError: it is not declared, is a constant, or is led outside of its declared range.
    """
    if name not in PARAMETERS:
        raise PlacedError(f"no such parameter: {name}{suggestion(name, PARAMETERS)}")
    one = PARAMETERS[name]
    if one.constant:
        raise PlacedError(f"{name} is fixed by definition; allowed: parameters with a range")
    given = given or Uncertainty()
    if given.levels is not None:
        for number, level in enumerate(given.levels):
            _within(level, one.low, one.high, ("levels", number))
        return Factor(name, "uncertainty", min(given.levels), max(given.levels), levels=given.levels)
    low = one.low if given.low is None else _within(given.low, one.low, one.high, ("low",))
    high = one.high if given.high is None else _within(given.high, one.low, one.high, ("high",))
    if low >= high:
        raise PlacedError(f"is not above low; allowed: more than {low:g}", ("high",) if given.low is None else ("low",))
    distribution = given.distribution or one.distribution
    if distribution == "loguniform" and low <= 0:
        raise PlacedError("has no logarithm; allowed: a low above 0 for loguniform", ("distribution",))
    if distribution != "triangular":
        if given.mode is not None:
            raise PlacedError("goes with triangular only; allowed: low and high", ("mode",))
        return Factor(name, "uncertainty", low, high, distribution)
    mode = min(max(one.value, low), high) if given.mode is None else _within(given.mode, low, high, ("mode",))
    return Factor(name, "uncertainty", low, high, distribution, mode)


def _within(value: float, low: float, high: float, at: tuple[str | int, ...]) -> float:
    if not low <= value <= high:
        raise PlacedError(f"is out of range: {value:g}; allowed: {low:g} to {high:g}", at)
    return value
