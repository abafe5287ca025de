"""What an actor can be set to do, for how long, and on what condition.

What an actor does in a month is put together in layers, setting by setting, the later over the earlier: everything left
to choose and Pakistan's levers at 0; the settings of the policy in force, then its responses in order; the actor's own
settings; the actor's changes in order. A change that names a policy exchanges the policy underneath.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, Self

from pydantic import Field, create_model, model_validator

from sim.metrics import METRICS
from sim.scenario.words import CHOOSE, Claims, Month, Months, Name, Number, OneOf, Share, ShareOrChoose, Strict, Text
from sim.vocabulary import ACTOR_SPECS, LEVERS, ActorSpec, Derived, Setting, acting, settings_of
from sim.yamlfile import PlacedError

MOST_NESTED = 4

# Each actor's settings, with the value that each has while nobody sets it.
DEFAULTS: Derived[dict[str, float | str]] = Derived(
    lambda: {actor: {name: one.default for name, one in settings_of(actor).items()} for actor in acting()}
)
# What each of the others decides on month by month: left to choose among policies, it takes one of the options that
# these ask for, by the same pressures as ever.
DECIDES: Derived[str] = Derived(lambda: {actor: spec.decides for actor, spec in acting().items() if spec.decides})
# The settings that are one of several named options, in the order in which `script.py` numbers them.
OPTIONS: Derived[tuple[str, ...]] = Derived(
    lambda: {one.name: one.options for spec in acting().values() for one in spec.settings if one.options}
)


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

    def looks_at(self) -> Iterator[tuple[str, int]]:
        """The metrics that it hangs on, each with how many months back it looks."""
        if self.metric is not None:
            yield self.metric, self.months
        for part in self.parts:
            yield from part.looks_at()

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
        known = {one.name for spec in acting().values() for one in spec.settings}
        out: dict[str, float | str] = {}
        for name in type(self).model_fields:
            value = getattr(self, name)
            if name in known and value is not None:
                out[name] = value
        return out | getattr(self, "levers", {})


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


Among = Annotated[tuple[Name, ...], Field(description="The policies to choose from, with `policy: choose`.")]

if TYPE_CHECKING:

    class ActorPart(Settings):
        """What stands in a scenario for an actor: its settings, the policies to choose among, and its changes."""

        levers: Mapping[str, float]
        among: tuple[str, ...]
        changes: tuple[Change, ...]


@dataclass(frozen=True)
class ActorClasses:
    """The kinds of block in files that belong to an actor, made from its declaration.

    Attributes:
        settings: what it does; change: the same for some time only; part: all that a scenario says of it.
    """

    settings: type[Settings]
    change: type[Change]
    part: type[ActorPart]


def _field(setting: Setting) -> tuple[Any, Any]:
    kind: Any = Share if isinstance(setting.default, float) else ShareOrChoose
    if setting.options:
        kind = Annotated[str, OneOf([*setting.options, CHOOSE])]
    return kind | None, Field(default=None, description=setting.means)


def class_name(spec: ActorSpec) -> str:
    """What an actor's kinds of block are called in JSON Schema: `Pakistan`, `TTP`."""
    return spec.title if spec.title.isupper() else "".join(part.capitalize() for part in spec.name.split("_"))


def made(name: str, base: Any, module: str, **fields: Any) -> Any:
    """A kind of block, with fields as (type, default); it stands in its module by its name, where pickle looks for it."""
    kind = create_model(name, __base__=base, __module__=module, **fields)
    put_in_place(kind)
    return kind


def put_in_place(*kinds: type) -> None:
    """Have kinds of block stand in their modules by their names: pickle looks there, and another of the name may have come."""
    for kind in kinds:
        setattr(sys.modules[kind.__module__], kind.__name__, kind)


def _classes(spec: ActorSpec) -> ActorClasses:
    name = class_name(spec)
    own = {one.name: _field(one) for one in spec.settings}
    if spec.has_levers:
        own = {"levers": (dict[Annotated[str, OneOf(LEVERS)], Share], Field(default_factory=dict)), **own}
    settings = made(f"{name}Settings", Settings, __name__, **own)
    change = made(f"{name}Change", (settings, Change), __name__)
    changes: Any = tuple[change, ...]  # type: ignore[valid-type]
    return ActorClasses(settings, change, made(name, settings, __name__, among=(Among, ()), changes=(changes, ())))


# Called with the name of an actor that is declared late, or no longer: whatever else has a block for each actor follows.
WHEN_ADMITTED: list[Callable[[str], None]] = []
_MADE: dict[ActorSpec, ActorClasses] = {}


def classes_of(actor: str) -> ActorClasses:
    """An actor's kinds of block; made once."""
    spec = ACTOR_SPECS[actor]
    if spec not in _MADE:
        _MADE[spec] = _classes(spec)
    return _MADE[spec]
