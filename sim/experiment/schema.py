"""What may stand in an experiment file: which scenarios, what is varied, by which design, and what is kept.

Levers (what an actor chooses), uncertainties (what nobody controls or knows) and constants (what is held fixed) stand
apart, here and in every table that a sweep writes. How a file becomes points is told in `plan.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Discriminator,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
    PrivateAttr,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from sim.metrics import METRICS
from sim.scenario.words import Claims, Month, Months, Name, Number, OneOf, Share, Strict, Text, Title
from sim.yamlfile import PlacedError

MOST_WORLDS, MOST_POINTS = 1_000_000, 10_000_000

Seed = Annotated[int, Field(strict=True, ge=0, le=2**63 - 1)]
Flag = Annotated[bool, Field(strict=True)]
Key = Annotated[str, Field(min_length=1, max_length=200)]
Expression = Annotated[str, Field(strict=True, min_length=1, max_length=500)]


class Uncertainty(Strict):
    """How a parameter is varied. What is not given is as the parameter's registry declares it.

    Attributes:
        low, high: within the declared range, in the parameter's unit.
        distribution: how a sample spreads between them.
        mode: the likeliest value; triangular only.
        levels: the values themselves, in place of a range.
    """

    low: Number | None = None
    high: Number | None = None
    distribution: Literal["uniform", "triangular", "loguniform"] | None = None
    mode: Number | None = None
    levels: tuple[Number, ...] | None = Field(default=None, min_length=2, max_length=1000)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.levels is not None and self.model_fields_set - {"levels"}:
            raise PlacedError("takes the place of a range; allowed: levels, or low and high", ("levels",))
        each_once("levels", "level", self.levels)
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise PlacedError(f"is not above low; allowed: more than {self.low:g}", ("high",))
        return self


def each_once(key: str, each: str, given: tuple[Any, ...] | None) -> None:
    """See that none of a list under a key, such as each level, comes twice.

    Raises:
        PlacedError: one does.
    """
    given = given or ()
    for number, one in enumerate(given):
        if one in given[:number]:
            raise PlacedError(f"comes twice; allowed: each {each} once", (key, number))


def _level(value: object) -> object:
    is_share = isinstance(value, (int, float)) and not isinstance(value, bool) and 0 <= value <= 1
    if not is_share and not isinstance(value, str):
        raise ValueError("is not right; allowed: 0 to 1, or the name of an option")
    return value


Level = Annotated[
    float | str,
    BeforeValidator(_level),
    WithJsonSchema({"anyOf": [{"type": "number", "minimum": 0, "maximum": 1}, {"type": "string"}]}),
]


class Lever(Strict):
    """How a setting of an actor is varied: over a range, or among levels (numbers or the names of options).

    Attributes:
        from_: the month from which the setting holds, over all that the scenario says; without it the setting holds
            from the first month on, over policies and beneath the actor's own dated changes.
    """

    low: Share | None = None
    high: Share | None = None
    levels: tuple[Level, ...] | None = Field(default=None, min_length=2, max_length=1000)
    from_: Month | None = Field(default=None, alias="from")

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        if self.levels is not None and (self.low is not None or self.high is not None):
            raise PlacedError("takes the place of a range; allowed: levels, or low and high", ("levels",))
        each_once("levels", "level", self.levels)
        if (0.0 if self.low is None else self.low) >= (1.0 if self.high is None else self.high):
            raise PlacedError("is not above low; allowed: more than low, at most 1", ("high",))
        return self


class Option(Strict):
    """What holds where a switch stands so.

    Attributes:
        off: rules, mechanisms (M1 to M31) and feedback loops (L1 to L9) that are switched off, or one of them.
        without: extensions, of those that are loaded, that are left out, as if they had never been loaded; or one.
        parameters: parameter -> its value, over whatever was drawn; or a scenario, whose own parameters are meant.
    """

    off: Key | tuple[Key, ...] = ()
    without: Key | tuple[Key, ...] = ()
    parameters: dict[Key, Number] | Text = Field(default_factory=dict)


class Switch(Strict):
    """Which rules hold: switched `off` or on, with an extension or `without`; or among options with names, each of which says
    what holds."""

    off: Key | tuple[Key, ...] | None = None
    without: Key | tuple[Key, ...] | None = None
    options: dict[Name, Option | None] = Field(default_factory=dict, max_length=20)

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        forms = [self.off is not None, self.without is not None, bool(self.options)]
        if sum(forms) != 1 or len(self.options) == 1:
            raise ValueError("is not complete; allowed: one of off, without, and two or more options")
        return self


class Factorial(Strict):
    """Every combination of levels; the last factor changes fastest."""

    kind: Literal["factorial"]
    levels: Annotated[int, Field(strict=True, ge=2, le=1000)] = Field(
        default=3, description="Levels of a factor that gives a range, evenly spaced from end to end."
    )


class LatinHypercube(Strict):
    """Each factor's range is cut into as many equally likely strata as there are points, and each is used once."""

    kind: Literal["latin_hypercube"]
    points: Annotated[int, Field(strict=True, ge=1, le=MOST_POINTS)]
    seed: Seed = 0


class Saltelli(Strict):
    """Saltelli's scheme on a scrambled Sobol sequence, for Sobol indices: base * (factors + 2) points, or with
    `second_order` base * (2 * factors + 2); of groups, if there are any, in place of factors."""

    kind: Literal["saltelli"]
    base: Annotated[int, Field(strict=True, ge=2, le=2**20)]
    second_order: Flag = False
    groups: Literal["theme"] | dict[Key, tuple[Key, ...]] = Field(
        default_factory=dict,
        description="Group -> factors that move together, so that there is one index for all of them; a factor in no group is "
        "one by itself. Or `theme`: parameters by the file of the registry that they stand in.",
    )
    seed: Seed = 0

    @model_validator(mode="after")
    def _power_of_two(self) -> Self:
        if self.base & (self.base - 1):
            near = 2 ** (self.base.bit_length() - 1)
            raise PlacedError(f"is not a power of two; allowed: for example {near} or {2 * near}", ("base",))
        return self


class Morris(Strict):
    """Trajectories that change one factor at a time, for Morris screening: trajectories * (factors + 1) points."""

    kind: Literal["morris"]
    trajectories: Annotated[int, Field(strict=True, ge=2, le=1_000_000)]
    levels: Annotated[int, Field(strict=True, ge=4, le=100, multiple_of=2)] = 4
    seed: Seed = 0


class Posterior(Strict):
    """Accepted parameter sets as they are, a point each, so that what the record ties together stays so; levers and switches
    as in a Latin hypercube."""

    kind: Literal["posterior"]
    as_of: Literal["2022-12", "2023-12"] | None = Field(
        default=None, description="The last month of the record that the sets know; the newest if not given."
    )
    points: Annotated[int, Field(strict=True, ge=2, le=MOST_POINTS)] | None = Field(
        default=None, description="How many of the sets, evenly chosen; all of them if not given."
    )
    seed: Seed = 0


class Told(Strict):
    """Worlds that came near the record up to a month, a point each and one world to a point, as often as their weights say:
    the past is the history's, and scenarios go on from there. Levers as in a Latin hypercube."""

    kind: Literal["told"]
    until: Month
    points: Annotated[int, Field(strict=True, ge=2, le=MOST_WORLDS)]
    seed: Seed = 0


class Listed(Strict):
    """The points of a CSV file: a column for each lever and uncertainty, a row for each point."""

    kind: Literal["csv"]
    file: Text = Field(description="Path, seen from the experiment's file.")


Design = Annotated[Factorial | LatinHypercube | Saltelli | Morris | Posterior | Told | Listed, Discriminator("kind")]


class Shorthand:
    """A mapping whose values may all be left out: then a list of its names does, or the word `all`."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self.spell_out, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"anyOf": [{"const": "all"}, {"type": "array", "items": {"type": "string"}}, handler(schema)]}

    @staticmethod
    def spell_out(value: object) -> object:
        """The mapping that is meant; what `all` stands for is filled in when the file is loaded."""
        if value == "all":
            return {"all": None}
        if isinstance(value, (list, tuple)) and all(isinstance(name, str) for name in value):
            return dict.fromkeys(value)
        return value


class Experiment(Strict):
    """An experiment, as its file says it.

    Attributes:
        scenarios: names or paths; each is simulated at every point of the design.
        levers: setting (`pakistan.aid`, `taliban.stance`, or a path such as `policies.confront.settings.levers.aid`) ->
            how it is varied; nothing: from 0 to 1, or among all options.
        uncertainties: parameter -> how it is varied; nothing: as declared. Or a list of names, or `all`.
        switches: name -> which rules hold: see `switches.py`.
        constants: parameter -> the value that holds at every point.
        parameters: where the values of all other parameters come from, as for `durand run`.
        design: of levers, uncertainties and switches together; with `lever_design`, without the levers.
        lever_design: of the levers alone: every mix of levers then meets every draw of the uncertainties.
        worlds: per point; months: per run, by default those of the shortest scenario; seed: of all random draws.
        luck: shared (world k of every point has the random draws of world k, so that differences between points are paired) or
            own (each point has worlds with random draws of their own; scenarios and mixes stay paired).
        metrics: what is kept of each run; all if not given. Their first crossings and the verdict come with them.
        series: whether every month of these metrics is kept too.
        outcomes: figures of a point that go by a name of their own, such as `many_dead: chance(fatalities > 4000)`: see
            `parser.py`. They are what analyses ask about first, and their first months are kept of every run.
    """

    schema_: Literal[1] = Field(alias="schema")
    title: Title
    question: Text = ""
    summary: Text = ""
    claims: Claims = ()
    scenarios: tuple[Text, ...] = Field(min_length=1, max_length=1000)
    levers: dict[Key, Lever | None] = Field(default_factory=dict)
    uncertainties: Annotated[dict[Key, Uncertainty | None], Shorthand()] = Field(default_factory=dict)
    switches: dict[Name, Switch] = Field(default_factory=dict, max_length=20)
    constants: dict[Key, Number] = Field(default_factory=dict)
    parameters: Text = "defaults"
    design: Design | None = None
    lever_design: Design | None = None
    worlds: Annotated[int, Field(strict=True, ge=1, le=MOST_WORLDS)] = 1
    months: Months | None = None
    seed: Seed = 0
    luck: Literal["shared", "own"] = "shared"
    metrics: tuple[Annotated[str, OneOf(METRICS)], ...] | None = Field(default=None, min_length=1)
    series: Flag = False
    outcomes: dict[Name, Expression] = Field(default_factory=dict, max_length=100)
    _folder: Path = PrivateAttr(default=Path())

    @property
    def folder(self) -> Path:
        """What paths in it are seen from: the folder of the file that it was loaded from, else the current one."""
        return self._folder

    @model_validator(mode="after")
    def _designed(self) -> Self:
        each_once("metrics", "metric", self.metrics)
        sampled = self.uncertainties or self.switches or (self.levers and self.lever_design is None)
        if sampled and self.design is None:
            raise ValueError("has no design; allowed: design, with a kind such as latin_hypercube")
        if self.design is not None and not sampled:
            raise PlacedError("has nothing to vary; allowed: with levers, uncertainties or switches", ("design",))
        if self.lever_design is not None and not self.levers:
            raise PlacedError("has nothing to vary; allowed: with levers", ("lever_design",))
        return self

    def data(self) -> dict[str, Any]:
        """The experiment as plain data, as it would stand in a file; what is at its default is left out."""
        return {"schema": 1, **self.model_dump(mode="json", by_alias=True, exclude_defaults=True)}
