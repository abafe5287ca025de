"""How a candidate is judged: each future's figure, its statistic over futures, and whose harm counts.

A future is a world: one draw of what nobody knows, with the chance of its months. All candidates are simulated in the same
ones, so that what sets two of them apart is what they did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.experiment import statistics
from sim.experiment.condition import VERDICT, Condition
from sim.experiment.firsts import crossing_of
from sim.experiment.parser import parse_of_worlds, parse_sum
from sim.experiment.regret.study import BETTER
from sim.experiment.spoken import unit_of
from sim.experiment.statistics import MEAN, NAMED, statistic_words, tail_mean
from sim.metrics import METRICS
from sim.metrics.base import End
from sim.search.schema import Asked, Constraint, Objective
from sim.vocabulary import VERDICTS
from sim.words.language import N_, _
from sim.words.numbers import number
from sim.words.sentences import listed
from sim.yamlfile import PlacedError

Matrix: TypeAlias = NDArray[np.float64]
# Metric, or `verdict` as its place in `VERDICTS` -> each future's value under each candidate, shape (candidates, futures).
Values: TypeAlias = Mapping[str, Matrix]

WORST = 0.1
# Who is killed, as far as the model counts it; `fatalities` is their sum.
KILLED = ("fatalities_security", "fatalities_civilian", "fatalities_militant", "fatalities_afghan_civilian")
PAKISTANIS, AFGHANS = KILLED[:2], KILLED[3:]
# What counts fighters, and so falls with each that is killed.
BY_HEADS = ("ttp_strength", "ttp_capability")
_VERDICTS = np.array(list(VERDICTS), dtype=object)
_SHORT = {"mean": "", "cvar": N_("worst tenth")}


@dataclass(frozen=True)
class Figure:
    """One figure of a candidate.

    Attributes:
        asked: as the search says it; sum: its metric, read, or a condition on verdicts; less: whether less of it is better.
    """

    asked: Asked
    sum: Condition = field(repr=False)
    less: bool

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that it is made of."""
        return tuple(name for name, _of in self.sum.names)

    @property
    def minimised(self) -> bool:
        """Whether less of the figure is better: of a chance of what is bad and of regret always."""
        return self.less or (self.asked.statistic.startswith(("chance", "regret")) and not self.asked.of_verdict)

    @property
    def unit(self) -> str:
        """Its unit; nothing for a sum of unlike things."""
        return _("share of futures") if self.asked.statistic == "chance" else unit_of(self.sum)

    @property
    def key(self) -> str:
        """A name for columns: `attacks`, `attacks p90`."""
        statistic = "" if self.asked.statistic == "mean" else f" {self.asked.statistic}"
        return f"{self.asked.metric}{statistic}{self._state}"

    @property
    def title(self) -> str:
        """What a reader is shown."""
        given = getattr(self.asked, "title", None)
        if given:
            return str(given)
        if self.asked.of_verdict:
            verdicts = listed([_("“{verdict}”", verdict=_(title)) for title in self._verdicts], "or")
            return _("Chance of {what}", what=verdicts or _("no verdict"))
        what = _(METRICS[self.asked.metric].title) if self.asked.metric in METRICS else self.asked.metric
        if self.asked.statistic == "chance":
            if self.asked.above is not None:
                return _("Chance of {what} above {value}", what=what, value=number(self.asked.above))
            if self.asked.below is not None:
                return _("Chance of {what} below {value}", what=what, value=number(self.asked.below))
            return _("Chance of {what}", what=what)
        asked = self.asked.statistic
        how = (
            _(_SHORT[asked])
            if asked in _SHORT
            else (statistic_words(asked) if NAMED.fullmatch(asked) else asked.replace("_", ", "))
        )
        return _("{metric}, {summary}", metric=what, summary=how) if how else what

    @property
    def _verdicts(self) -> list[str]:
        """The verdicts of which a condition on verdicts holds, by title."""
        held = self.sum.holds({(VERDICT, None): _VERDICTS})
        return [title for title, holds in zip(VERDICTS.values(), held, strict=True) if holds]

    @property
    def _state(self) -> str:
        if self.asked.above is not None:
            return f" above {number(self.asked.above)}"
        return "" if self.asked.below is None else f" below {number(self.asked.below)}"

    def futures(self, values: Values) -> Matrix:
        """Each future's value of the sum, or 1 where the condition holds, shape (candidates, futures)."""
        shape = values[self.metrics[0]].shape
        if self.asked.of_verdict:
            ends = _VERDICTS[values[VERDICT].ravel().astype(np.intp)]
            return self.sum.holds({(VERDICT, None): ends}).astype(np.float64).reshape(shape)
        return self.sum.values({(name, None): values[name].ravel() for name in self.metrics}).reshape(shape)

    def take(self, values: Values, best: Mapping[str, Matrix]) -> Matrix:
        """The figure of each candidate.

        Args:
            best: the sum's text -> each future's best value under the courses, for regret.
        """
        found, statistic = self.futures(values), self.asked.statistic
        if self.asked.of_verdict:
            return statistics.statistic(MEAN, found)
        if statistic == "chance":
            above, below = self.asked.above, self.asked.below
            return ((found > above) if above is not None else (found < below)).mean(axis=1)  # type: ignore[operator]
        if statistic == "cvar":
            return tail_mean(found, WORST, self.less)
        if statistic.startswith("regret"):
            lost = np.maximum((found - best[self.asked.metric]) * (1.0 if self.less else -1.0), 0.0)
            return statistics.statistic("mean" if statistic == "regret" else "p90", lost)
        return statistics.statistic(statistic, found)


def figure_of(asked: Asked) -> Figure:
    """A figure, its metric read and its better end known.

    Raises:
        ConditionError: the metric is none, and no sum of some.
        PlacedError: it is not known which end is better.
    """
    read = parse_of_worlds(asked.metric, [VERDICT]) if asked.of_verdict else parse_sum(asked.metric, METRICS)
    better: End | None = getattr(asked, "better", None) or BETTER.get(asked.metric)
    if asked.statistic == "chance" and not asked.of_verdict:
        better = "less" if asked.above is not None else "more"
    if better is None and isinstance(asked, Objective):
        raise PlacedError(
            "is missing: it is not declared which end of this is better; allowed: less, more", ("better",)
        )
    return Figure(asked, read, better != "more")


def rewarded(figure: Figure) -> tuple[list[str], list[str]]:
    """Whose deaths make an objective better, and whose make it worse, by trying: with one more of each killed.

    Verdicts are read off attacks, truces, concessions and fracture: no death moves them.
    """
    if figure.asked.of_verdict:
        return [], []
    base = dict.fromkeys(METRICS, 1.0) | dict.fromkeys(KILLED, 10.0)
    better, worse = list[str](), list[str]()
    for who in KILLED:
        costs = []
        for more in (0.0, 1.0):
            said = base | {who: base[who] + more}
            said["fatalities"] = sum(said[name] for name in KILLED)
            said["fatalities_ttp"] = 5.0 + (more if who in PAKISTANIS else 0.0)
            said |= dict.fromkeys(BY_HEADS, 10.0 - (more if who == "fatalities_militant" else 0.0))
            for name in figure.metrics:  # the more of it, the sooner it is above a bound, and the later below one
                if first := crossing_of(name):
                    said[name] = said[first.metric] * (-1.0 if first.side == "above" else 1.0)
            value = float(figure.sum.values({(name, None): np.array([said[name]]) for name in figure.metrics})[0])
            costs.append(value if figure.less else -value)
        if costs[1] != costs[0]:
            (worse if costs[1] > costs[0] else better).append(who)
    return better, worse


def check_lives(objectives: Sequence[Figure], one_sided: str = "") -> None:
    """See that no objective rewards killing, and that the dead of both sides count, unless it is said why not.

    Raises:
        PlacedError: with the objective's number in its place, where it is one objective's.
    """
    counted: set[str] = set()
    for place, one in enumerate(objectives):
        better, worse = rewarded(one)
        if better:
            raise PlacedError(
                f"objectives[{place}] rewards killing: {one.key} is the better, the more die of "
                f"{', '.join(better)}; allowed: objectives that no death makes better",
                ("objectives", place),
            )
        counted |= set(worse)
    for side, who in (("Pakistan", PAKISTANIS), ("Afghanistan", AFGHANS)):
        if not counted & set(who) and not one_sided:
            raise PlacedError(
                f"nobody's death in {side} counts in the objectives; allowed: an objective such as {who[-1]}, or "
                "`one_sided` with the reason, which every page of results then repeats",
                ("objectives",),
            )


@dataclass(frozen=True)
class Judge:
    """All by which candidates are judged.

    Attributes:
        objectives, constraints: their figures; also: what is only told; bounds: of each constraint, once the courses have been
            simulated.
        best: sum -> each future's best value under the courses.
    """

    objectives: tuple[Figure, ...]
    constraints: tuple[Figure, ...]
    best: Mapping[str, Matrix] = field(default_factory=dict, repr=False)
    also: tuple[Figure, ...] = ()
    bounds: tuple[float, ...] = ()

    @property
    def metrics(self) -> tuple[str, ...]:
        """The metrics that have to be read."""
        return tuple(dict.fromkeys(name for one in self.figured for name in one.metrics))

    @property
    def figured(self) -> tuple[Figure, ...]:
        """All figures, each once, objectives first."""
        every = (*self.objectives, *self.constraints, *self.also)
        return tuple({one.key: one for one in reversed(every)}[key] for key in dict.fromkeys(one.key for one in every))

    @property
    def signs(self) -> Matrix:
        """1 for objectives of which less is better, else -1."""
        return np.array([1.0 if one.minimised else -1.0 for one in self.objectives])

    def against(self, courses: Values) -> Judge:
        """The same, with what the courses come to in these futures."""
        best = {}
        for one in self.objectives:
            found = one.futures(courses)
            best[one.asked.metric] = found.min(axis=0) if one.less else found.max(axis=0)
        bounds = []
        for one in self.constraints:
            given = _bound(one.asked)
            at_most = getattr(one.asked, "at_most", None) is not None
            theirs = one.take(courses, best)
            bounds.append(float(theirs.max() if at_most else theirs.min()) if isinstance(given, str) else given)
        return replace(self, best=best, bounds=tuple(bounds))

    def figures(self, values: Values) -> tuple[Matrix, Matrix]:
        """Objectives as they are, shape (candidates, objectives); and by how much each constraint is broken, 0 or less
        where it is kept to."""
        objectives = np.stack([one.take(values, self.best) for one in self.objectives], axis=1)
        broken = np.zeros((len(objectives), len(self.constraints)))
        for column, (one, bound) in enumerate(zip(self.constraints, self.bounds, strict=True)):
            found = one.take(values, self.best)
            broken[:, column] = (found - bound) if getattr(one.asked, "at_most", None) is not None else (bound - found)
        return objectives, broken


def _bound(asked: Asked) -> float | str:
    assert isinstance(asked, Constraint)
    given = asked.at_most if asked.at_most is not None else asked.at_least
    assert given is not None
    return given


def dominates(one: Matrix, other: Matrix) -> bool:
    """Whether one is at least as good by all that counts, and better by something (less is better in both)."""
    return bool((one <= other).all() and (one < other).any())


def betters(one: Matrix, other: Matrix, epsilons: Matrix) -> bool:
    """Whether one is nowhere worse by a difference that counts, and somewhere better by one (less is better in both)."""
    return bool((one - other < epsilons).all() and (other - one >= epsilons).any())


def alone_best(costs: Matrix, feasible: Sequence[bool] | NDArray[np.bool_] | None = None) -> NDArray[np.bool_]:
    """Which rows no other feasible row dominates (less is better)."""
    allowed = np.ones(len(costs), dtype=bool) if feasible is None else np.asarray(feasible, dtype=bool)
    out = allowed.copy()
    for row in np.flatnonzero(allowed):
        others = costs[allowed]
        out[row] = not ((others <= costs[row]).all(axis=1) & (others < costs[row]).any(axis=1)).any()
    return out
