"""What may stand in a search file: what a course of Pakistan may be made of, what counts, and how long to look.

A candidate is a course: levers that may change at dated stages, and rules that answer what Pakistan can see. How a candidate
becomes a policy is told in `space.py`, how it is judged in `objectives.py`.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Field, PrivateAttr, model_validator

from sim.experiment.condition import VERDICT
from sim.experiment.schema import MOST_WORLDS, Flag, Seed
from sim.experiment.statistics import ALLOWED, NAMED
from sim.metrics import METRICS
from sim.metrics.base import End
from sim.scenario.settings import DEFAULTS, OPTIONS
from sim.scenario.words import Claims, Month, Months, Name, Number, OneOf, Share, Strict, Text, Title
from sim.yamlfile import PlacedError

MOST_LEVELS, MOST_EVALUATIONS = 1_001, 10_000_000
COURSES = "courses"
# What a government can watch month by month: published counts, its own budget, its own border. A judgement: what goes on in
# Kabul's councils or in the TTP's is not among them.
SEEN = (
    "attacks",
    "attacks_counted",
    "fatalities",
    "fatalities_security",
    "fatalities_civilian",
    "foothold",
    "ceasefire",
    "taliban_stance",
    "tension",
    "hostilities",
    "border_clashes",
    "trade",
    "refugees",
    "india_engagement",
    "economy",
    "unrest",
    "effort_afforded",
)
# Beside `mean`, percentiles and tail means (`sim/experiment/statistics.py`).
STATISTICS = {
    "cvar": "mean of the worst tenth of futures",
    "chance": "share of futures in a bad state, or that end with a verdict",
    "regret": "mean regret against the best of the courses in the same future",
    "regret_p90": "regret against the best of the courses that nine futures in ten stay under",
}


def settings() -> tuple[str, ...]:
    """What a course may set: Pakistan's levers, and its other settings that are a share."""
    return tuple(name for name in DEFAULTS["pakistan"] if name not in OPTIONS)


class Range(Strict):
    """The values that something may take: from low to high in steps, or those listed."""

    low: Number | None = None
    high: Number | None = None
    step: Annotated[Number, Field(gt=0)] | None = None
    levels: tuple[Number, ...] | None = Field(default=None, min_length=1, max_length=MOST_LEVELS)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.levels is not None:
            if self.model_fields_set - {"levels"}:
                raise PlacedError("takes the place of a range; allowed: levels, or low, high and step", ("levels",))
            if list(self.levels) != sorted(set(self.levels)):
                raise PlacedError("is not in ascending order; allowed: each value once", ("levels",))
        return self

    def values(self, low: float, high: float, step: float) -> tuple[float, ...]:
        """The values; what is not given is as said here.

        Raises:
            PlacedError: they lie outside of these ends, or are too many.
        """
        if self.levels is not None:
            for number, level in enumerate(self.levels):
                if not low <= level <= high:
                    raise PlacedError(f"is out of range: {level:g}; allowed: {low:g} to {high:g}", ("levels", number))
            return self.levels
        first, last = low if self.low is None else self.low, high if self.high is None else self.high
        for key, end in (("low", first), ("high", last)):
            if not low <= end <= high:
                raise PlacedError(f"is out of range: {end:g}; allowed: {low:g} to {high:g}", (key,))
        if first > last:
            raise PlacedError(f"is below low; allowed: {first:g} or more", ("high",))
        wide = self.step or step
        count = int((last - first) / wide + 1e-9) + 1
        if count > MOST_LEVELS:
            raise PlacedError(f"makes {count:,} values; allowed: at most {MOST_LEVELS:,}", ("step",))
        return tuple(round(first + place * wide, 10) for place in range(count))


Setting = Annotated[str, Field(min_length=1, max_length=60)]


def _one_of(part: Strict, one: str, other: str) -> None:
    if (getattr(part, one) is None) == (getattr(part, other) is None):
        raise ValueError(f"is not complete; allowed: exactly one of {one} and {other}")


class Signal(Strict):
    """Something that Pakistan watches, and the bound that it answers to; the mean over the last `months` months counts."""

    metric: Annotated[str, OneOf(SEEN)]
    above: Range | None = None
    below: Range | None = None
    months: Months = 3

    @model_validator(mode="after")
    def _one_side(self) -> Self:
        _one_of(self, "above", "below")
        return self

    @property
    def side(self) -> Literal["above", "below"]:
        """Which side of the bound is answered."""
        return "above" if self.above is not None else "below"


class Rule(Strict):
    """A response to what happens.

    Attributes:
        watch: what may be watched; each candidate watches one of these, or, where the rule is optional, none.
        for_: for how many months the levers then hold.
        levers: what is set then, over whatever the stage says.
    """

    watch: tuple[Signal, ...] = Field(min_length=1, max_length=10)
    for_: Range = Field(default=Range(levels=(3, 6, 12)), alias="for")
    levers: dict[Setting, Range | None] = Field(min_length=1)
    optional: Flag = True
    why: Text = ""


def _statistic(name: str) -> str:
    if name not in STATISTICS and not NAMED.fullmatch(name):
        raise ValueError(f"is not one of the choices; allowed: {ALLOWED}, {', '.join(STATISTICS)}")
    return name


Statistic = Annotated[
    str,
    AfterValidator(_statistic),
    Field(json_schema_extra={"pattern": f"^(mean|(p|cvar)[1-9][0-9]?|{'|'.join(STATISTICS)})$"}),
]


class Asked(Strict):
    """A metric, a first month such as `first(attacks >= 60)`, or a sum of some such as `fatalities - fatalities_militant`, and
    how it is summed up over futures. Or, for a chance, a condition on how futures end, such as `verdict == "contained"`.

    Attributes:
        above, below: for a chance: what the bad state is.
    """

    metric: Text
    statistic: Statistic = "mean"
    above: Number | None = None
    below: Number | None = None

    @property
    def of_verdict(self) -> bool:
        """Whether it is of how futures end."""
        return VERDICT in re.findall(r"\w+", self.metric)

    @model_validator(mode="after")
    def _bad_state(self) -> Self:
        given = (self.above is not None) + (self.below is not None)
        if self.of_verdict:
            if self.statistic != "chance" or given:
                raise PlacedError("is of verdicts; allowed: statistic: chance, without above and below", ("metric",))
            return self
        if self.statistic == "chance" and given != 1:
            raise PlacedError("needs a bad state; allowed: exactly one of above and below", ("statistic",))
        if self.statistic != "chance" and given:
            side = "above" if self.above is not None else "below"
            raise PlacedError("goes with a chance only; allowed: statistic: chance", (side,))
        return self


class Objective(Asked):
    """What is to be had less or more of.

    Attributes:
        title: what a reader is shown; better: which end is better, as declared if not given.
        epsilon: the smallest difference that counts, in the statistic's unit; by default a fortieth of the first spread.
    """

    title: Title | None = None
    better: End | None = None
    epsilon: Annotated[Number, Field(gt=0)] | None = None


class Constraint(Asked):
    """What a course has to keep to; `courses` stands for what the courses that it is set against come to, at most or at
    least."""

    at_most: Number | Literal["courses"] | None = None
    at_least: Number | Literal["courses"] | None = None

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        _one_of(self, "at_most", "at_least")
        if self.statistic.startswith("regret"):
            raise PlacedError("is for objectives; allowed: a mean, a quantile, cvar or chance", ("statistic",))
        return self


class Target(Strict):
    """What a course should keep to while it lasts; the mean of the last `months` months counts."""

    metric: Annotated[str, OneOf(METRICS)]
    at_most: Number | None = None
    at_least: Number | None = None
    months: Months = 12

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        _one_of(self, "at_most", "at_least")
        return self

    @property
    def bound(self) -> float:
        """The bound, whichever it is."""
        return self.at_most if self.at_most is not None else self.at_least or 0.0


class Stop(Strict):
    """When to stop before the evaluations are used up: the hypervolume has grown by less than `growth` of itself in so many
    generations."""

    generations: Annotated[int, Field(strict=True, ge=2, le=10_000)] = 15
    growth: Annotated[Number, Field(ge=0, le=1)] = 0.002


class Search(Strict):
    """A search, as its file says it.

    Attributes:
        base: the scenario that a course is put into; its past is every candidate's.
        stages: the months in which a course begins and may change.
        levers: Pakistan's settings that are searched, at each stage anew; held: those that are the same in all candidates.
        rules: responses, by name.
        courses: shipped courses that candidates are set against; each is simulated in the same futures.
        objectives, constraints: what counts, and what has to be kept to.
        also: what is told of courses beside that, and counts for nothing.
        targets: what courses should keep to while they last: see `pathways.py`.
        one_sided: why the lives of one side are not counted; without it such a search is refused.
        worlds: futures of each candidate, the same for all; fresh_worlds: others, for those that are found in the end.
        evaluations: candidates that are simulated at most; population: of a generation.
        members: how many of those found are shown at most.
    """

    schema_: Literal[1] = Field(alias="schema")
    title: Title
    question: Text = ""
    summary: Text = ""
    claims: Claims = ()
    base: Text
    stages: tuple[Month, ...] = Field(min_length=1, max_length=20)
    levers: dict[Setting, Range | None] = Field(default_factory=dict)
    held: dict[Setting, Share] = Field(default_factory=dict)
    rules: dict[Name, Rule] = Field(default_factory=dict)
    courses: tuple[Text, ...] = Field(min_length=1, max_length=50)
    objectives: tuple[Objective, ...] = Field(min_length=1, max_length=15)
    constraints: tuple[Constraint, ...] = ()
    also: tuple[Asked, ...] = ()
    targets: tuple[Target, ...] = ()
    one_sided: Text = ""
    parameters: Text = "posterior"
    worlds: Annotated[int, Field(strict=True, ge=2, le=MOST_WORLDS)] = 200
    fresh_worlds: Annotated[int, Field(strict=True, ge=2, le=MOST_WORLDS)] = 1000
    months: Months | None = None
    seed: Seed = 0
    algorithm: Literal["auto", "nsga2", "nsga3"] = "auto"
    evaluations: Annotated[int, Field(strict=True, ge=4, le=MOST_EVALUATIONS)] = 5000
    population: Annotated[int, Field(strict=True, ge=4, le=10_000)] = 100
    members: Annotated[int, Field(strict=True, ge=1, le=500)] = 40
    stop: Stop | None = None
    _folder: Path = PrivateAttr(default=Path())

    @property
    def folder(self) -> Path:
        """What paths in it are seen from."""
        return self._folder

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if list(self.stages) != sorted(set(self.stages)):
            raise PlacedError("are not in order; allowed: each month once, the earliest first", ("stages",))
        if not self.levers and not self.rules:
            raise ValueError("searches nothing; allowed: levers, rules, or both")
        if both := set(self.levers) & set(self.held):
            raise PlacedError("is searched too; allowed: one of the two", ("held", min(both)))
        if self.population > self.evaluations:
            raise PlacedError(
                f"is more than there are evaluations; allowed: at most {self.evaluations:,}", ("population",)
            )
        return self

    def data(self) -> dict[str, Any]:
        """The search as plain data, as it would stand in a file; what is at its default is left out."""
        return {"schema": 1, **self.model_dump(mode="json", by_alias=True, exclude_defaults=True)}
