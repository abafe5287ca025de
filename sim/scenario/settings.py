"""What an actor can be set to do, for how long, and on what condition.

What an actor does in a month is put together in layers, setting by setting, the later over the earlier: everything left
to choose and Pakistan's levers at 0; the settings of the policy in force, then its responses in order; the actor's own
settings; the actor's changes in order. A change that names a policy exchanges the policy underneath.
"""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from sim.metrics import METRICS
from sim.scenario.words import CHOOSE, Claims, Month, Months, Name, Number, OneOf, Share, ShareOrChoose, Strict, Text
from sim.vocabulary import CAMPAIGNS, ENGAGEMENTS, LEVERS, STANCES
from sim.yamlfile import PlacedError

MOST_NESTED = 4

# Each actor's settings, with the value that each has while nobody sets it.
DEFAULTS: dict[str, dict[str, float | str]] = {
    "pakistan": {**dict.fromkeys(LEVERS, 0.0), "conditionality": 0.0, "visibility": 0.5},
    "taliban": dict.fromkeys(("stance", "india_openness", "messaging", "border_posture"), CHOOSE),
    "ttp": {"campaign": CHOOSE},
    "india": {"engagement": CHOOSE},
}
ALL_SETTINGS = {name for settings in DEFAULTS.values() for name in settings}

# What each of the others decides on month by month: left to choose among policies, it takes one of the options that
# these ask for, by the same pressures as ever.
DECIDES = {"taliban": "stance", "ttp": "campaign", "india": "engagement"}

# The settings that are one of several named options, in the order in which `script.py` numbers them.
OPTIONS: dict[str, tuple[str, ...]] = {
    "stance": tuple(STANCES),
    "campaign": tuple(CAMPAIGNS),
    "engagement": tuple(ENGAGEMENTS),
}


class Condition(Strict):
    """Something that holds in a world or does not: one metric against a bound, or `all`, `any` or `not` of conditions.

    A metric is taken as its mean over the last `months` months before this one, as many as there are. In the first
    month there are none, and no condition holds.
    """

    metric: Annotated[str, OneOf(METRICS)] | None = None
    above: Number | None = None
    below: Number | None = None
    months: Months = 1
    all_: tuple[Condition, ...] | None = Field(default=None, alias="all", min_length=1)
    any_: tuple[Condition, ...] | None = Field(default=None, alias="any", min_length=1)
    not_: Condition | None = Field(default=None, alias="not")

    @property
    def parts(self) -> tuple[Condition, ...]:
        """The conditions directly inside this one."""
        return self.all_ or self.any_ or ((self.not_,) if self.not_ else ())

    @property
    def depth(self) -> int:
        """How many of `all`, `any` and `not` stand around the innermost metric."""
        return 1 + max(part.depth for part in self.parts) if self.parts else 0

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if sum(form is not None for form in (self.metric, self.all_, self.any_, self.not_)) != 1:
            raise ValueError("is not one condition; allowed: exactly one of metric, all, any, not")
        if self.metric is None:
            extra = self.model_fields_set & {"above", "below", "months"}
            if extra:
                raise PlacedError("goes with a metric only; allowed: beside metric", (min(extra),))
            if self.depth > MOST_NESTED:
                raise ValueError(f"is nested too deeply; allowed: {MOST_NESTED} levels of all, any and not")
            return self
        if (self.above is None) == (self.below is None):
            raise ValueError("is not complete; allowed: a metric with exactly one of above and below")
        metric, side = METRICS[self.metric], "above" if self.above is not None else "below"
        bound = getattr(self, side)
        if not metric.low <= bound <= metric.high:
            raise PlacedError(f"is out of the metric's range; allowed: {metric.low:g} to {metric.high:g}", (side,))
        return self


class Settings(Strict):
    """What an actor does. What is not given is left to the layers underneath."""

    policy: Name | None = Field(default=None, description="Name of a policy; or `choose`, from those in `among`.")

    def given(self) -> dict[str, float | str]:
        """The settings that are given here, lever by lever; without the policy."""
        out: dict[str, float | str] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if name in ALL_SETTINGS and value is not None:
                out[name] = value
        return out | getattr(self, "levers", {})


class PakistanSettings(Settings):
    levers: dict[Annotated[str, OneOf(LEVERS)], Share] = Field(default_factory=dict)
    conditionality: Share | None = Field(default=None, description="How far what is given is tied to restraint.")
    visibility: Share | None = Field(default=None, description="How public the favours are.")


class TalibanSettings(Settings):
    stance: Annotated[str, OneOf([*STANCES, CHOOSE])] | None = None
    india_openness: ShareOrChoose | None = None
    messaging: ShareOrChoose | None = None
    border_posture: ShareOrChoose | None = None


class TTPSettings(Settings):
    campaign: Annotated[str, OneOf([*CAMPAIGNS, CHOOSE])] | None = None


class IndiaSettings(Settings):
    engagement: Annotated[str, OneOf([*ENGAGEMENTS, CHOOSE])] | None = None


class Change(Settings):
    """Settings that hold for some time only: from a month on, or when a condition is met, or both.

    With `from` or `until`, it holds within those months only, both included, and its condition counts within them only.
    With `when`, it holds in the month in which the condition is met and in as many as make up `for` months; if the
    condition is met again meanwhile, it holds on from there. Each world has its own conditions.
    """

    from_: Month | None = Field(default=None, alias="from")
    until: Month | None = None
    when: Condition | None = None
    for_: Months | None = Field(default=None, alias="for", description="Months; needs `when`; default 1.")
    why: Text | None = None
    claims: Claims = ()

    @model_validator(mode="after")
    def _timed(self) -> Self:
        if self.from_ is None and self.when is None:
            raise ValueError("has no beginning; allowed: from (a month), when (a condition), or both")
        if self.for_ is not None and self.when is None:
            raise PlacedError("goes with a condition only; allowed: until (a month) for dated changes", ("for",))
        if self.until is not None and self.from_ is not None and self.until < self.from_:
            raise PlacedError(f"lies before the change begins; allowed: {self.from_} or later", ("until",))
        if not self.given() and self.policy is None:
            raise ValueError("changes nothing; allowed: at least one setting of the actor")
        return self


class PakistanChange(PakistanSettings, Change):
    pass


class TalibanChange(TalibanSettings, Change):
    pass


class TTPChange(TTPSettings, Change):
    pass


class IndiaChange(IndiaSettings, Change):
    pass


Among = Annotated[tuple[Name, ...], Field(description="The policies to choose from, with `policy: choose`.")]


class Pakistan(PakistanSettings):
    among: Among = ()
    changes: tuple[PakistanChange, ...] = ()


class Taliban(TalibanSettings):
    among: Among = ()
    changes: tuple[TalibanChange, ...] = ()


class TTP(TTPSettings):
    among: Among = ()
    changes: tuple[TTPChange, ...] = ()


class India(IndiaSettings):
    among: Among = ()
    changes: tuple[IndiaChange, ...] = ()


class Actors(Strict):
    pakistan: Pakistan = Pakistan()
    taliban: Taliban = Taliban()
    ttp: TTP = TTP()
    india: India = India()
