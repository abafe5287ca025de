"""What may stand in a scenario file and in a policy file. How files build on each other is told in `load.py`.

Three kinds of input are kept apart: `actors` (levers: what an actor chooses), `parameters` (uncertainties: what nobody
controls or knows) and `shocks` (what happens to everybody). Every month is written YYYY-MM.
"""

from __future__ import annotations

from functools import cache, reduce
from hashlib import blake2b
from html import escape
from json import dumps
from operator import or_
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import Discriminator, Field, PrivateAttr, Tag, TypeAdapter, model_validator
from pydantic.fields import FieldInfo

from sim.scenario.settings import (
    WHEN_ADMITTED,
    ActorClasses,
    Change,
    Settings,
    class_name,
    classes_of,
    made,
    put_in_place,
)
from sim.scenario.shocks import Shock
from sim.scenario.words import Claims, Month, Months, Name, Number, OneOf, Strict, Text, Title
from sim.vocabulary import ACTOR_SPECS, ACTORS, START
from sim.yamlfile import DIALECT, Place, PlacedError, dump, json_schema

if TYPE_CHECKING:
    from sim.scenario.settings import ActorPart


class Policy(Strict):
    """A named course of one actor: what it does, and how it responds."""

    schema_: Literal[1] = Field(default=1, alias="schema")
    title: Title
    actor: Annotated[str, OneOf(ACTORS)]
    summary: Text
    claims: Claims = ()
    settings: Settings = Field(default_factory=Settings)
    responds: tuple[Change, ...] = ()

    @model_validator(mode="after")
    def _names_no_policy(self) -> Self:
        places: list[tuple[Place, Settings]] = [(("settings", "policy"), self.settings)]
        places += [(("responds", number, "policy"), change) for number, change in enumerate(self.responds)]
        for place, settings in places:
            if settings.policy is not None:
                raise PlacedError("stands in a policy; allowed: policies are named in scenarios only", place)
        return self


@cache
def _policy_class(actor: str, kinds: ActorClasses) -> type[Policy]:
    """The kind of an actor's policies; made once."""
    responds: Any = tuple[kinds.change, ...]  # type: ignore[name-defined]
    policy: type[Policy] = made(
        f"{class_name(ACTOR_SPECS[actor])}Policy",
        Policy,
        __name__,
        actor=(Literal[actor], ...),
        settings=(kinds.settings, Field(default_factory=kinds.settings)),
        responds=(responds, ()),
    )
    return policy


POLICIES: dict[str, type[Policy]] = {}

if TYPE_CHECKING:

    class Actors(Strict):
        """What each actor does, by the actor's name."""

        def __getattr__(self, actor: str) -> ActorPart: ...

else:

    class Actors(Strict):
        """What each of the four actors does."""

        def __getattr__(self, name: str) -> Any:
            """An actor that was declared after this was read has nothing said of it."""
            return classes_of(name).part() if name in POLICIES else super().__getattr__(name)


def any_policy() -> Any:
    """A policy of any actor."""
    return Annotated[reduce(or_, POLICIES.values()), Discriminator("actor")]


def _take_in(actor: str) -> None:
    kinds = classes_of(actor)
    POLICIES[actor] = _policy_class(actor, kinds)
    put_in_place(kinds.settings, kinds.change, kinds.part, POLICIES[actor])
    part: Any = kinds.part
    Actors.__pydantic_fields__[actor] = FieldInfo(annotation=part, default_factory=part)


for _actor in ACTORS:
    _take_in(_actor)
Actors.model_rebuild(force=True)


if TYPE_CHECKING:
    AnyPolicy = Policy
else:
    AnyPolicy = any_policy()


class Distribution(Strict):
    """A parameter that differs between worlds."""

    distribution: Literal["uniform", "triangular", "loguniform"]
    low: Number
    high: Number
    mode: Number | None = Field(default=None, description="The likeliest value; triangular only.")

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low >= self.high:
            raise PlacedError(f"is not above low; allowed: more than {self.low:g}", ("high",))
        if self.distribution == "loguniform" and self.low <= 0:
            raise PlacedError("has no logarithm; allowed: more than 0 for loguniform", ("low",))
        if self.distribution != "triangular":
            if self.mode is not None:
                raise PlacedError("goes with triangular only; allowed: low and high", ("mode",))
        elif self.mode is None or not self.low <= self.mode <= self.high:
            raise PlacedError(f"is needed for triangular; allowed: {self.low:g} to {self.high:g}", ("mode",))
        return self


Override = Annotated[
    Annotated[Number, Tag("as a number")] | Annotated[Distribution, Tag("as a distribution")],
    Discriminator(lambda value: "as a distribution" if isinstance(value, (dict, Distribution)) else "as a number"),
]


class Scenario(Strict):
    """A scenario. As a file it may extend another; as `load_scenario` gives it, everything it uses is in it.

    Attributes:
        name: short name; the file's, unless the file gives one.
        months: length of the run, 1 to 360.
        parameters: overrides of declared parameters, each a value or a distribution.
        policies: policies that `actors` may name, besides the policy files.

    See :func:`sim.load_scenario` for an example.
    """

    schema_: Literal[1] = Field(alias="schema")
    name: Title = ""
    title: Title = ""
    question: Text = ""
    summary: Text = ""
    extends: Text | None = Field(default=None, description="A scenario beside this file or in the library, or a path.")
    start: Month = START
    months: Months = 60
    claims: Claims = ()
    actors: Actors = Field(default_factory=Actors)
    shocks: tuple[Shock, ...] = ()
    parameters: dict[str, Override] = Field(default_factory=dict)
    policies: dict[Name, AnyPolicy] = Field(default_factory=dict)
    _source: Path | None = PrivateAttr(default=None)

    @property
    def source(self) -> Path | None:
        """The file it was loaded from; None for one made from a text."""
        return self._source

    def data(self) -> dict[str, Any]:
        """The scenario as plain data, as it would stand in a file; what is at its default is left out."""
        given = self.model_dump(mode="json", by_alias=True, exclude_defaults=True)
        return {"schema": 1, **given, "start": self.start, "months": self.months}

    def to_yaml(self) -> str:
        """The scenario as a file that can be loaded on its own and gives an equal scenario."""
        data = self.data()
        return dump({key: data[key] for key in map(_key, type(self).model_fields) if key in data})

    @property
    def hash(self) -> str:
        """A digest of all that affects numbers: not of names, titles, reasons and claims."""
        data = self.data()
        used = {name: _bare(data["policies"][name]) for _, _, name in policy_mentions(self) if name in self.policies}
        kept = {key: data.get(key) for key in ("start", "parameters")}
        kept |= {"actors": _bare(data.get("actors")), "shocks": _bare(data.get("shocks")), "policies": used}
        return _digest({**kept, "months": self.months})

    def _repr_html_(self) -> str:
        """Title, question and file, for notebooks."""
        return (
            f"<p><b>{escape(self.title)}</b>: {escape(self.question)}</p>"
            f"<details><summary><code>{escape(self.name)}</code></summary><pre>{escape(self.to_yaml())}</pre></details>"
        )

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scenario) and self.data() == other.data()

    def __hash__(self) -> int:
        return hash(self.hash)


def admit(actor: str) -> None:
    """Let scenario and policy files say what an actor does that was declared after this module was imported.

    In scenarios loaded before then, nothing is said of it.

    Raises:
        KeyError: no such actor is declared.
    """
    _take_in(actor)
    _rebuild(actor)


def follow() -> None:
    """Have files follow what is declared now: an actor that is declared no more is taken out, one that is declared otherwise is
    taken in anew."""
    for actor in list(POLICIES):
        if actor not in ACTOR_SPECS:
            del POLICIES[actor]
            del Actors.__pydantic_fields__[actor]
            _rebuild(actor)
        elif Actors.__pydantic_fields__[actor].annotation is not classes_of(actor).part:
            admit(actor)


def _rebuild(changed: str) -> None:
    policies: Any = dict[Name, any_policy()]  # type: ignore[misc]
    Scenario.__pydantic_fields__["policies"].annotation = policies
    Actors.model_rebuild(force=True)
    Scenario.model_rebuild(force=True)
    for take_in in WHEN_ADMITTED:
        take_in(changed)


def _key(field: str) -> str:
    return field.rstrip("_")


def _digest(part: dict[str, Any]) -> str:
    return blake2b(dumps(part, sort_keys=True).encode(), digest_size=16).hexdigest()


def _bare(part: Any) -> Any:
    """A part of a scenario without what is only said about it."""
    if isinstance(part, dict):
        return {key: _bare(value) for key, value in part.items() if key not in ("title", "summary", "why", "claims")}
    return [_bare(item) for item in part] if isinstance(part, list) else part


def policy_mentions(scenario: Scenario) -> list[tuple[Place, str, str]]:
    """Everywhere that an actor names a policy or leaves it to choose: the place, the actor, the name."""
    out: list[tuple[Place, str, str | None]] = []
    for actor in ACTORS:
        settings = getattr(scenario.actors, actor)
        here = ("actors", actor)
        out.append(((*here, "policy"), actor, settings.policy))
        out += [((*here, "among", n), actor, name) for n, name in enumerate(getattr(settings, "among", ()))]
        out += [((*here, "changes", n, "policy"), actor, change.policy) for n, change in enumerate(settings.changes)]
    return [(place, actor, name) for place, actor, name in out if name is not None]


def scenario_schema() -> dict[str, Any]:
    """JSON Schema of a scenario file, for editors."""
    return json_schema(Scenario)


def policy_schema() -> dict[str, Any]:
    """JSON Schema of a policy file, for editors."""
    return {"$schema": DIALECT, "required": ["schema"], **TypeAdapter(any_policy()).json_schema()}
