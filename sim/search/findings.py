"""What a search found, whole, as one file of plain text (`findings.json`): told in words, drawn, shown on the dashboard's page.

It stands in a search's folder, and by itself: whoever has the file has every course with its policy, what it costs whom, where
it fails, and until when it lasts. Those of the searches that come with durand are shipped.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Literal, NoReturn, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.metrics import METRICS
from sim.scenario import list_scenarios, load_scenario
from sim.scenario.words import Month, Months, Name, Number, Text, Title
from sim.search.archetypes import Archetype, archetypes, common
from sim.search.folder import FINDINGS
from sim.search.front import DEATHS, FRESH, SEARCHED, WINS, Front
from sim.search.objectives import KILLED
from sim.search.optimise import Standing
from sim.search.pathways import Pathways, pathways
from sim.search.schema import Target, settings
from sim.search.vulnerability import REGRETS, Weakness, weaknesses
from sim.vocabulary import month_after
from sim.words.language import _
from sim.words.numbers import behind, headed
from sim.yamlfile import FileError, dump

if TYPE_CHECKING:
    from pathlib import Path

    from sim.plots.gallery import Picture
    from sim.search.found import Found

MOST_MB = 4
Figures = dict[str, Number]


class FindingsError(FileError):
    """A file does not hold what a search found; says why."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Measure(_Part):
    """Something by which courses are told apart.

    Attributes:
        unit: of its figures; nothing for a sum of unlike things.
        less: whether less of it is better; epsilon: the smallest difference that counts. None of what counts for nothing.
    """

    key: Text
    title: Title
    unit: str = Field(default="", max_length=200)
    less: bool | None = None
    epsilon: Number | None = None

    @property
    def named(self) -> str:
        """Title and unit, as sentences have it: without a scale's."""
        return self.headed if behind(self.unit) else self.words

    @property
    def words(self) -> str:
        """The title, in the language of whoever reads."""
        return _(self.title)

    @property
    def headed(self) -> str:
        """Title and unit, as a table's head."""
        return headed(self.title, self.unit)


class Course(_Part):
    """A member of the front, or a course that members are set against; figures are of fresh futures unless said otherwise.

    Attributes:
        figures, searched: key -> what it comes to in fresh futures, and in the search's own.
        deaths: who is killed -> how many, in the mean.
        wins: key -> share of futures in which it is better than the best of the courses.
        regret, regret_p90: key -> of a member, its regret among members: see `sim.search.vulnerability.regrets`.
        keeps: whether it keeps to the constraints; holds: whether no other member dominates it.
        beats, betters: the courses that it dominates, and those than which it is nowhere worse and somewhere better,
            differences below epsilon apart; with `_searched` in the search's own futures.
        weaknesses: of a member, where it fails, by each objective.
        policy: of a member, as plain data.
    """

    name: Name
    title: Title
    summary: str = Field(max_length=4000)
    figures: Figures
    searched: Figures
    deaths: Figures
    wins: Figures = {}
    regret: Figures = {}
    regret_p90: Figures = {}
    keeps: bool = True
    holds: bool = False
    beats: tuple[Name, ...] = ()
    betters: tuple[Name, ...] = ()
    beats_searched: tuple[Name, ...] = ()
    weaknesses: tuple[Weakness, ...] = ()
    policy: dict[str, Any] = {}

    @property
    def words(self) -> str:
        """The title, in the language of whoever reads: a member's, made by the search, stands in the file as it is."""
        return _(self.title)


class Findings(_Part):
    """All that a search found.

    Attributes:
        warning: whose lives are not counted, where they are not; base: the scenario that courses are put into, as plain data.
        start: first month of a run; stages: the months in which a course begins and may change.
        candidates: how many courses there are to choose from; worlds, fresh_worlds: futures of each.
        objectives: what counts; others: what is told besides.
        courses: those that members are set against; members: those that were found.
        much, little: what nearly all members that hold have much of, and next to nothing of: setting -> mean level.
        highest: setting -> the most that was searched; kinds: the front in a handful of kinds.
        targets, routes: what courses should keep to, and until when they do.
    """

    format: Literal["durand findings 1"] = "durand findings 1"
    title: Title
    question: str = Field(max_length=4000)
    warning: str = Field(max_length=4000)
    base: dict[str, Any]
    start: Month
    stages: tuple[Month, ...]
    months: Months
    candidates: Number
    worlds: int
    fresh_worlds: int
    objectives: tuple[Measure, ...] = Field(min_length=1, max_length=15)
    others: tuple[Measure, ...]
    courses: tuple[Course, ...] = Field(min_length=1, max_length=50)
    members: tuple[Course, ...] = Field(max_length=500)
    much: Figures
    little: Figures
    highest: Figures
    kinds: tuple[Archetype, ...]
    standings: tuple[Standing, ...] = Field(min_length=1)
    targets: tuple[Target, ...]
    routes: Pathways | None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        """What is named is there, and so is every figure: who shows it need not ask again."""
        for problem in _missing(self):
            raise ValueError(problem)
        return self

    def __getitem__(self, name: str) -> Course:
        return self._by_name[name]

    @cached_property
    def _by_name(self) -> dict[str, Course]:
        return {one.name: one for one in (*self.courses, *self.members)}

    @property
    def called(self) -> dict[str, str]:
        """What the courses and the members that speak for kinds are called."""
        return {one.name: one.words for one in self.courses} | {one.example: one.called for one in self.kinds}

    def kind_of(self, name: str) -> Archetype | None:
        """The kind that a member is of."""
        return next((one for one in self.kinds if name in one.members), None)

    def remaining(self, bounds: Mapping[str, float], dead: Mapping[str, float] | None = None) -> list[Course]:
        """The members that hold, keep to the constraints, and are nowhere worse than these bounds: key -> a figure.

        Args:
            dead: who is killed -> how many at most. There is no other end: nobody's death is a good.
        """
        less = {one.key: one.less for one in self.objectives}
        return [
            one
            for one in self.members
            if one.holds
            and one.keeps
            and all(one.figures[key] <= end if less[key] else one.figures[key] >= end for key, end in bounds.items())
            and all(one.deaths[who] <= most for who, most in (dead or {}).items())
        ]

    def scenario(self, name: str) -> str:
        """A member as the text of a scenario: it runs to the very figures that stand beside it."""
        one = self[name]
        data: dict[str, Any] = json.loads(json.dumps(self.base))
        data |= {"title": one.title, "question": self.question or self.title, "months": self.months}
        data |= {"summary": one.summary, "policies": {**data.get("policies", {}), name: one.policy}}
        changes = data.setdefault("actors", {}).setdefault("pakistan", {}).setdefault("changes", [])
        changes.append({"from": self.stages[0], "policy": name})
        return dump(data)

    def text(self) -> str:
        """All of it, in plain sentences."""
        from sim.search.text import paragraphs

        return "\n\n".join(paragraphs(self))

    def pictures(self) -> list[Picture]:
        """The pictures, with their words and tables."""
        from sim.search.pictures import pictures

        return pictures(self)

    @cached_property
    def digest(self) -> str:
        """A short sign for all that is in it."""
        return blake2b(self.as_json().encode(), digest_size=12).hexdigest()

    def as_json(self) -> str:
        """As it stands in the file."""
        data = self.model_dump(mode="json", exclude_defaults=True) | {"format": self.format}
        return json.dumps(data, indent=1, ensure_ascii=False) + "\n"


def findings(found: Found, front: Front) -> Findings:
    """Put together what a finished search found: where members fail is sought, and until when courses last.

    Args:
        found: the folder; front: what was simulated in fresh futures.
    """
    plan, about = found.plan, found.manifest
    search = plan.search
    much, little = common(found)
    judge, members, _ = front.after
    kinds = archetypes(found)
    names = list(found.members.index)
    examples = [names.index(one.example) for one in kinds]
    weak = weaknesses(plan, front.epsilons.tolist(), judge, members, examples)
    space = plan.space
    policies = [
        space.policy(space.one(code), str(row["title"]), str(row["summary"]))
        for code, row in zip(front.codes, front.records, strict=False)
    ]
    return Findings(
        title=search.title,
        question=search.question,
        warning=plan.left_out,
        base=_base(found),
        start=plan.base.start,
        stages=search.stages,
        months=plan.months,
        candidates=space.candidates,
        worlds=search.worlds,
        fresh_worlds=search.fresh_worlds,
        objectives=tuple(Measure(**one) for one in about["objectives"]),
        others=tuple(Measure(**one) for one in about["others"]),
        courses=tuple(Course(**_course(row)) for row in front.records[len(policies) :]),
        members=tuple(
            Course(**_course(row), weaknesses=fails, policy=policy)
            for row, fails, policy in zip(front.records, weak, policies, strict=False)
        ),
        much=much,
        little=little,
        highest={one.name.partition("@")[0]: one.values[-1] for one in space.variables if "@" in one.name},
        kinds=tuple(kinds),
        standings=tuple(Standing(**one) for one in about["standings"]),
        targets=search.targets,
        routes=pathways(found) if search.targets else None,
    )


def read_findings(source: bytes | Path) -> Findings:
    """What a file holds.

    Raises:
        FindingsError: it is none of a search's, or was changed so that it no longer fits together.
    """
    name, raw = (FINDINGS, source) if isinstance(source, bytes) else (source.name, source.read_bytes())
    if len(raw) > MOST_MB * 2**20:
        raise FindingsError(f"{name}: the file is too large; allowed: {MOST_MB} MB")
    try:
        data = json.loads(raw.decode(), parse_constant=_no_number)
        return Findings.model_validate(data)
    except ValidationError as problem:
        first = problem.errors()[0]
        place = ".".join(map(str, first["loc"]))
        said = f"{place}: {first['msg']}" if place else str(first["msg"])
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError):
        said = "it is not JSON"
    except ValueError as problem:
        said = str(problem)
    raise FindingsError(f"{name}: not what a search found ({said}); allowed: {FINDINGS} of a search's folder")


def shipped() -> dict[str, Path]:
    """What the searches that come with durand found: name -> file."""
    from sim.search.load import searches

    return {path.stem: path for path in sorted((searches() / "found").glob("*.json"))}


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} is not a number")


def _base(found: Found) -> dict[str, Any]:
    """The base as plain data: by its name, where it is the library's."""
    base = found.plan.base
    if base.name in {name for name, _, _ in list_scenarios()} and load_scenario(base.name).hash == base.hash:
        return {"schema": 1, "extends": base.name}
    return base.data()


def _course(row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of the front's table as a course's fields."""
    blocks = {"figures": FRESH, "searched": SEARCHED, "deaths": DEATHS, "wins": WINS}
    blocks |= {name: f"{name}:" for name in REGRETS} if row["kind"] == "member" else {}
    out = {
        block: {key.removeprefix(label): value for key, value in row.items() if key.startswith(label)}
        for block, label in blocks.items()
    }
    listed = {key: tuple(filter(None, row[key].split(", "))) for key in ("beats", "betters", "beats_searched")}
    return {key: row[key] for key in ("name", "title", "summary", "keeps", "holds")} | out | listed


def _missing(found: Findings) -> Iterator[str]:
    """What does not fit together in a file, which anybody may have changed."""
    every = (*found.courses, *found.members)
    names, scored = {one.name for one in every}, {one.key for one in found.objectives}
    keys = scored | {one.key for one in found.others}
    if len(names) < len(every):
        yield "a course comes twice"
    for one in found.objectives:
        if one.less is None or one.epsilon is None:
            yield f"objective {one.key}: less or epsilon is missing"
    for course in every:
        blocks = [(course.figures, keys), (course.searched, keys), (course.wins, scored), (course.deaths, set(KILLED))]
        if course in found.members:
            blocks += [(course.regret, scored), (course.regret_p90, scored)]
        if any(wanted - set(block) for block, wanted in blocks):
            yield f"{course.name}: a figure is missing"
        if {*course.beats, *course.betters} - names:
            yield f"{course.name}: betters a course that is not there"
    for member in found.members:
        if not member.policy or [one.key for one in member.weaknesses] != [one.key for one in found.objectives]:
            yield f"{member.name}: its policy, or where it fails, is missing"
        for limit in (limit for one in member.weaknesses if one.box is not None for limit in one.box.limits):
            if limit.options or len(limit.span) != 2 or not all(isinstance(end, float | int) for end in limit.span):
                yield f"{member.name}: a box has a limit that is no range"
    kinds, routes = found.kinds, found.routes or Pathways(found.start, (), (), ())
    named = {*(one.example for one in kinds), *(name for one in kinds for name in one.members)}
    named |= {one.name for one in routes.tippings} | {one.course for one in routes.signposts}
    named |= {name for one in routes.changes for name in (one.course, one.to)}
    if named - names:
        yield f"names a course that is not there: {min(named - names)}"
    set_ = {name for block in (found.much, found.little, found.highest) for name in block}
    if strange := (set_ | {name for one in kinds for name in (*one.more, *one.less)}) - set(settings()):
        yield f"no such setting of Pakistan: {min(strange)}"
    months = {one.month for one in routes.changes} | {one.month for one in routes.signposts}
    months |= {one.left or found.start for one in routes.changes}
    months |= {month or found.start for one in routes.tippings for month in (one.middle, one.left)}
    if months - {month_after(found.start, number) for number in range(found.months)} or any(
        len(one.curve) != found.months for one in routes.tippings
    ):
        yield "a month of the pathways lies outside of the run"
    if strange := {one.metric for one in routes.signposts} - set(METRICS):
        yield f"no such metric: {min(strange)}"
