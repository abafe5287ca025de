"""From a search file to a plan: scenarios loaded, variables laid out, objectives read, and nobody's lives left out unsaid."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import Any

from sim.ensemble.engines import settled
from sim.ensemble.fingerprint import model_fingerprint
from sim.ensemble.spec import RunSpec
from sim.experiment.condition import ConditionError
from sim.experiment.load import scenario_named
from sim.experiment.plan import parameters_digest
from sim.scenario import Scenario, ScenarioError, library, load_scenario, parameter_set
from sim.scenario.references import check_claims
from sim.search.objectives import Figure, Judge, check_lives, figure_of
from sim.search.schema import Asked, Search
from sim.search.space import TEMPLATE, Space
from sim.yamlfile import Document, FileError, Place, PlacedError, Source, dotted, dump, read, suggestion, validate


class SearchError(FileError):
    """A search is not there or not right; says where, what, and what is allowed."""


def searches() -> Path:
    """The folder of the searches that come with durand."""
    return library() / "searches"


@dataclass(frozen=True)
class Plan:
    """A search laid out.

    Attributes:
        base: the scenario that courses are put into; courses: those that candidates are set against.
        template: the base with any course in it, whose paths `Space.paths` names.
        judge: by what candidates are judged; the courses have not been simulated yet.
        months: of every run; asked: which engine is asked for.
    """

    search: Search
    space: Space
    base: Scenario
    courses: tuple[Scenario, ...]
    template: Scenario
    judge: Judge = field(repr=False)
    months: int
    asked: str = "auto"

    @cached_property
    def engine(self) -> str:
        """What runs all candidates.

        Raises:
            LimitError: machine code is asked for, and cannot be made of this.
        """
        named = {one.name: one for one in (self.template, *self.courses)}
        return settled(RunSpec(named, self.search.worlds, self.months, engine=self.asked)).engine

    @property
    def runs(self) -> int:
        """Runs at most: candidates and courses in their futures, and members and courses in fresh ones."""
        one, courses = self.search, len(self.courses)
        return (one.evaluations + courses) * one.worlds + (one.members + courses) * one.fresh_worlds

    @cached_property
    def particulars(self) -> dict[str, Any]:
        """All that the numbers of a search follow from; two that agree in it are one."""
        data = self.search.data()
        # What is only said about it, where its scenarios stand, and what is asked of the members after all generations.
        said = ("title", "question", "summary", "claims", "base", "courses", "one_sided")
        for name in (*said, "also", "targets", "members", "fresh_worlds"):
            data.pop(name, None)
        return {
            "search": data,
            "base": self.base.hash,
            "courses": {one.name: one.hash for one in self.courses},
            "parameters": parameters_digest(self.search.parameters),
            "months": self.months,
            "model": model_fingerprint(None),
            "engine": self.engine,
        }

    @cached_property
    def identity(self) -> str:
        """A digest of the particulars."""
        return blake2b(json.dumps(self.particulars, sort_keys=True).encode(), digest_size=16).hexdigest()

    @property
    def left_out(self) -> str:
        """Whose lives are not counted, as a warning; empty where both sides' are."""
        return self.search.one_sided and f"Not every life is counted here: {self.search.one_sided}"

    def scenario(self, policy: Mapping[str, Any], name: str, title: str, question: str) -> Scenario:
        """A candidate's policy put into the base."""
        return _with_course(self.base, policy, self.search.stages[0], name, title, question)


def load_search(source: Source | Mapping[str, Any] | Search) -> Plan:
    """A search, checked and laid out.

    Args:
        source: name of a search in the library; a path; a pair (name, text of the file); or the search itself.

    Raises:
        SearchError: something is not there or not right, with file, line, value and what is allowed.
        ScenarioError: a scenario that it uses is not right.

    >>> load_search("third_way").search.worlds >= 2
    True
    """
    folder = source.folder if isinstance(source, Search) else Path()
    if isinstance(source, Search):
        source = source.data()
    if isinstance(source, Mapping):
        source = ("search", dump(dict(source)))
    if isinstance(source, str) and not source.endswith((".yaml", ".yml")) and "/" not in source:
        known = sorted(path.stem for path in searches().glob("*.yaml"))
        if source not in known:
            raise SearchError(f"there is no search with this name: {source}{suggestion(source, [*known, 'a path'])}")
        source = searches() / f"{source}.yaml"
    document = read(source, error=SearchError)
    return _Loader(document, folder if isinstance(source, tuple) else Path(source).parent).plan()


class _Loader:
    def __init__(self, document: Document, folder: Path) -> None:
        self.document, self.folder = document, folder
        self.search = validate(document, Search)
        self.search._folder = folder
        check_claims(document)

    def plan(self) -> Plan:
        search = self.search
        try:
            space = Space(search)
        except PlacedError as problem:
            raise self.problem(problem.at, f"{dotted(problem.at)} {problem}") from None
        objectives, constraints, also = map(self._figures, ("objectives", "constraints", "also"))
        judge = Judge(objectives, constraints, also=also)
        try:
            check_lives(objectives, search.one_sided)
        except PlacedError as problem:
            raise self.problem(problem.at, str(problem)) from None
        base = scenario_named(self.document, self.folder, ("base",), search.base)
        courses = tuple(
            scenario_named(self.document, self.folder, ("courses", number), one)
            for number, one in enumerate(search.courses)
        )
        names = [one.name for one in courses]
        for number, name in enumerate(names):
            if name in names[:number]:
                raise self.problem(("courses", number), f"a course comes twice: {name}; allowed: once")
        months = search.months or base.months
        for number, stage in enumerate(search.stages):
            if not base.start <= stage:
                raise self.problem(
                    ("stages", number), f"is before the base begins: {stage}; allowed: from {base.start}"
                )
        if search.parameters not in ("defaults", "prior", "posterior"):
            try:
                parameter_set(search.parameters)
            except FileError as problem:
                raise self.problem(("parameters",), f"parameters: {problem}") from None
        try:
            template = _with_course(base, space.template, search.stages[0], TEMPLATE, "Any course", "Which?")
        except ScenarioError as problem:
            raise self.problem(("rules",), f"no course can be put into {base.name}: {problem}") from None
        return Plan(search, space, base, courses, template, judge, months)

    def problem(self, place: Place, text: str) -> FileError:
        return self.document.problem(place, text)

    def _figures(self, block: str) -> tuple[Figure, ...]:
        out: list[Figure] = []
        asked: tuple[Asked, ...] = getattr(self.search, block)
        for number, one in enumerate(asked):
            place: Place = (block, number)
            try:
                out.append(figure_of(one))
            except ConditionError as problem:
                raise self.problem((*place, "metric"), f"{dotted((*place, 'metric'))}: {problem}") from None
            except PlacedError as problem:
                raise self.problem((*place, *problem.at), f"{dotted((*place, *problem.at))} {problem}") from None
            if out[-1].key in [earlier.key for earlier in out[:-1]]:
                raise self.problem(place, f"the same figure comes twice: {out[-1].key}; allowed: once")
        return tuple(out)


def _with_course(
    base: Scenario, policy: Mapping[str, Any], since: str, name: str, title: str, question: str
) -> Scenario:
    """The base with a policy of Pakistan in force from a month on."""
    data = base.data()
    data["policies"] = {**data.get("policies", {}), name: dict(policy)}
    changes = data.setdefault("actors", {}).setdefault("pakistan", {}).setdefault("changes", [])
    changes.append({"from": since, "policy": name})
    data |= {"name": name, "title": title, "question": question}
    return load_scenario((name, dump(data)))
