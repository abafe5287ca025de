"""From files to a scenario that stands alone.

How a scenario builds on the one that it `extends`:

1. `title`, `question`, `summary`, `start` and `months` replace the parent's, where given.
2. Actors merge setting by setting, and Pakistan's levers lever by lever; what the child gives replaces, and `null`
   takes back what the parent gave.
3. Changes and shocks are the parent's first, then the child's.
4. Parameters and policies merge by name; what the child gives replaces the whole of it.
5. Claims are the parent's first, then the child's, each once.

The parent may extend another in turn, at most 10 deep and never in a circle. Names are looked up beside the file that
uses them, then in the library; a policy in a folder `policies` there. A name that ends in .yaml or has a / in it is a
path, seen from the file that uses it.
"""

from __future__ import annotations

import os.path
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from yaml import YAMLError

from sim.scenario.references import check_claims, check_parameters
from sim.scenario.schema import POLICIES, Policy, Scenario, policy_mentions
from sim.scenario.settings import DECIDES
from sim.scenario.words import CHOOSE
from sim.vocabulary import ACTORS
from sim.words.problems import wrong_kind
from sim.yamlfile import (
    DEPTH,
    Document,
    FileError,
    Place,
    Source,
    dotted,
    dump,
    found,
    read,
    short,
    suggestion,
    validate,
)

DEEPEST = 10
_NAME = re.compile(r"[a-z0-9_]{1,60}")


class ScenarioError(FileError):
    """A scenario or policy is not there or not right; says where, what, and what is allowed."""


@dataclass(frozen=True)
class _Merged(Document):
    """Data put together from several files, which remembers where each part came from.

    Attributes:
        places: path -> `file:line`.
        folders: the folders of those files, where their policies are looked for.
    """

    places: dict[Place, str] = field(default_factory=dict)
    folders: tuple[Path, ...] = ()

    def where(self, path: Place) -> str:
        for end in range(len(path), 0, -1):
            if path[:end] in self.places:
                return self.places[path[:end]]
        inside = (where for place, where in self.places.items() if path and place[: len(path)] == path)
        return next(inside, f"{self.name}:1")


def library() -> Path:
    """The folder of the scenarios that come with durand: in an installed package, else in the checkout."""
    package = Path(__file__).resolve().parents[1]
    packaged = package / "_scenarios"
    return packaged if packaged.is_dir() else package.parent / "scenarios"


def list_scenarios() -> list[tuple[str, str, str]]:
    """The library's scenarios in alphabetical order: name, title, question.

    Raises:
        ScenarioError: one of them cannot be read.
    """
    rows = []
    for path in sorted(library().glob("*.yaml")):
        data = read(path, error=ScenarioError).data
        rows.append((path.stem, str(data.get("title", "")), str(data.get("question", ""))))
    return rows


def load_scenario(source: Source | Mapping[str, Any] | Scenario) -> Scenario:
    """A scenario with all that it extends and all the policies it uses in it.

    Args:
        source: name of a scenario in the library; a path; a pair (name, text of the file); what would stand in a file, as
            a dict; or a scenario, which is given back.

    Raises:
        ScenarioError: something is not there or not right, with file, line, value and what is allowed.

    >>> load_scenario("confront").title
    'Confront'
    >>> mine = {"schema": 1, "extends": "confront", "title": "Mine", "actors": {"pakistan": {"levers": {"aid": 0.5}}}}
    >>> load_scenario(mine).actors.pakistan.levers["aid"]
    0.5
    """
    if isinstance(source, Scenario):
        return source
    if isinstance(source, Mapping):
        source = _as_text(source)
    elif not isinstance(source, str | Path | tuple):
        raise ScenarioError(wrong_kind("scenario", source, "a name, a path, a dict or a Scenario"))
    path = None if isinstance(source, tuple) else find_file(source, (), "scenario")
    merged = _extended(source if path is None else path, path, [])
    name = merged.data.get("name") or Path(source[0] if isinstance(source, tuple) else str(path)).stem
    merged.data["name"] = str(name)[:120]
    return _resolve(merged, path)


def _as_text(data: Mapping[str, Any]) -> tuple[str, str]:
    """Plain data as the text of a file, so that it is read and checked as any file is."""
    try:
        return str(data.get("name", "the dict")), dump(_plain(data))
    except YAMLError as problem:
        raise ScenarioError(
            f"this dict holds what cannot stand in a file: {problem.args[-1]!r}; allowed: text, numbers, "
            "lists and dicts"
        ) from None


def _plain(data: Any) -> Any:
    """The same with NumPy's numbers as Python's, and any mapping or sequence as a dict or a list."""
    if isinstance(data, Mapping):
        return {key: _plain(value) for key, value in data.items()}
    if isinstance(data, list | tuple):
        return [_plain(value) for value in data]
    return data.item() if isinstance(data, np.generic) else data


def load_policy(source: Source) -> Policy:
    """A policy by its name in the library, by its path, or from a pair (name, text of the file).

    Raises:
        ScenarioError: it is not there or not right, with file, line, value and what is allowed.
    """
    return _policy(source if isinstance(source, tuple) else find_file(source, (), "policy"))[1]


def validate_file(path: str | Path) -> Scenario | Policy:
    """A scenario or policy file, whichever it is: a file with `actor` and without `actors` is a policy.

    Raises:
        ScenarioError: it is not there or not right.
    """
    data = read(path, error=ScenarioError).data
    return load_policy(Path(path)) if "actor" in data and "actors" not in data else load_scenario(Path(path))


def with_overrides(scenario: Scenario, values: Mapping[str, Any]) -> Scenario:
    """The scenario with some values set: `with_overrides(scenario, {"actors.pakistan.levers.aid": 0.5})`.

    Args:
        values: dotted path -> value; a text is read as YAML. A list item is told by its position from 0.

    Raises:
        ScenarioError: there is nothing at a path, or a value does not fit there.

    >>> mild = with_overrides(load_scenario("confront"), {"actors.pakistan.levers.aid": 0.5})
    >>> mild.actors.pakistan.levers["aid"]
    0.5
    """
    if not isinstance(scenario, Scenario):
        raise ScenarioError(wrong_kind("scenario", scenario, "what `load_scenario` gives"))
    if not (isinstance(values, Mapping) and all(isinstance(path, str) for path in values)):
        raise ScenarioError(wrong_kind("table of values", values, "a dict from a path, as a text, to a value"))
    folders = (scenario.source.parent,) if scenario.source else ()
    merged = _Merged(scenario.data(), scenario.name, ScenarioError, folders=folders)
    for path, value in values.items():
        label = f"--set {path}={value}".partition("\n")[0][:120]
        place = _put(merged.data, path, _scalar(label, value) if isinstance(value, str) else value, label)
        merged.places[place] = label
    changed = validate(merged, Scenario)
    check_claims(merged)
    check_parameters(merged, changed)
    return _resolve(merged, scenario.source)


def _scalar(label: str, text: str) -> Any:
    data = read((label, f"value: {text}"), error=ScenarioError).data
    if list(data) != ["value"]:
        raise ScenarioError(f"{label}: several values; one is allowed")
    return data["value"]


def _put(data: Any, path: str, value: Any, label: str) -> Place:
    """Set a value inside plain data, making the blocks on the way to it; returns the path taken."""
    place: list[str | int] = []
    parts = path.split(".", DEPTH)
    if len(parts) > DEPTH:
        raise ScenarioError(f"{label}: the path is too deep; {DEPTH} levels are allowed")
    if parts[0] in ("schema", "extends"):
        raise ScenarioError(f"{label}: {parts[0]} cannot be set; allowed: all else in a scenario")
    for number, part in enumerate(parts):
        key: Any = part
        if isinstance(data, list):
            if not (re.fullmatch(r"[0-9]{1,9}", part) and int(part) < len(data)):
                raise ScenarioError(
                    f"{label}: there is no item {short(part)} in the list; allowed: 0 to {len(data) - 1}"
                )
            key = int(part)
        elif not isinstance(data, dict):
            raise ScenarioError(
                f"{label}: there is nothing inside {found(data)}: {short(part)}; leave it out of the path"
            )
        place.append(key)
        if number == len(parts) - 1:
            data[key] = value
        else:
            data = data[key] if isinstance(data, list) else data.setdefault(key, {})
    return tuple(place)


def find_file(name: str | Path, beside: tuple[Path, ...], kind: str, inline: Iterable[str] = ()) -> Path:
    """The file that a name or path means; raises ScenarioError without a place, naming what is `inline` too."""
    if isinstance(name, Path):
        return name
    if name.endswith((".yaml", ".yml")) or "/" in name or "\\" in name:
        return beside[0] / name if beside else Path(name)
    folders = [*beside, library()]
    folders = [folder / "policies" for folder in folders] if kind == "policy" else folders
    if _NAME.fullmatch(name):
        for folder in folders:
            if (folder / f"{name}.yaml").is_file():
                return folder / f"{name}.yaml"
    known = sorted({*inline, *(path.stem for folder in folders for path in folder.glob("*.yaml"))})
    allowed = known if kind == "policy" else [*known, "a path"]
    raise ScenarioError(f"there is no {kind} with this name: {found(name)}{suggestion(name, allowed)}")


def _extended(source: Source, path: Path | None, chain: list[Path]) -> _Merged:
    """A file merged with what it extends."""
    document = read(source, error=ScenarioError)
    scenario = validate(document, Scenario)
    check_claims(document)
    check_parameters(document, scenario)
    folders = (path.parent,) if path else ()
    parent = _Merged({}, document.name, ScenarioError)
    if scenario.extends is not None:
        chain = [*chain, *([_real(path)] if path else [])]
        parent = _parent(document, scenario.extends, folders, chain)
    return _merge(parent, document, folders)


def _parent(document: Document, name: str, folders: tuple[Path, ...], chain: list[Path]) -> _Merged:
    here = ("extends",)
    if not folders and not _NAME.fullmatch(name):
        raise document.problem(here, f"extends is not a name: {found(name)}; allowed: a scenario of the library")
    try:
        path = find_file(name, folders, "scenario")
    except ScenarioError as problem:
        raise document.problem(here, f"extends: {problem}") from None
    if _real(path) in chain:
        circle = " -> ".join(link.stem for link in [*chain[chain.index(_real(path)) :], path])
        raise document.problem(here, f"extends goes in a circle: {circle}; allowed: a scenario that does not extend it")
    if len(chain) >= DEEPEST:
        links = " -> ".join(link.stem for link in chain)
        raise document.problem(here, f"extends goes too deep: {links}; allowed: {DEEPEST} scenarios")
    if not os.path.isfile(path):
        raise document.problem(
            here, f"extends: there is no such file: {found(name)}; allowed: a scenario's name or path"
        )
    return _extended(path, path, chain)


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))


def _merge(parent: _Merged, child: Document, folders: tuple[Path, ...]) -> _Merged:
    """The child over the parent, by the five rules above."""
    base, top = parent.data, child.data
    actors: dict[str, Any] = dict(base.get("actors", {}))
    for actor, settings in top.get("actors", {}).items():
        under = actors.get(actor, {})
        actors[actor] = {**under, **settings}
        if "levers" in settings:
            actors[actor]["levers"] = {**under.get("levers", {}), **settings["levers"]}
        if "changes" in settings:
            actors[actor]["changes"] = [*under.get("changes", []), *settings["changes"]]
    data = {key: value for key, value in base.items() if key != "name"} | top
    data["actors"] = actors
    data["shocks"] = [*base.get("shocks", []), *top.get("shocks", [])]
    data["claims"] = list(dict.fromkeys([*base.get("claims", []), *top.get("claims", [])]))
    for key in ("parameters", "policies"):
        data[key] = {**base.get(key, {}), **top.get(key, {})}
    data.pop("extends", None)

    places = dict(parent.places)
    for path, line in child.lines.items():
        places[_shifted(path, base)] = f"{child.name}:{line}"
    return _Merged(data, child.name, ScenarioError, child.lines, places, (*folders, *parent.folders))


def _shifted(path: Place, base: dict[str, Any]) -> Place:
    """Where a part of the child comes to stand: changes and shocks come after the parent's."""
    if path[0] == "shocks" and len(path) > 1:
        return ("shocks", len(base.get("shocks", [])) + int(path[1]), *path[2:])
    if path[0] == "actors" and len(path) > 3 and path[2] == "changes":
        before = len(base.get("actors", {}).get(path[1], {}).get("changes", []))
        return (*path[:3], before + int(path[3]), *path[4:])
    return path


def _resolve(merged: _Merged, source: Path | None) -> Scenario:
    """The scenario with the policies that it uses; checked for what only shows when all is put together."""
    scenario = validate(merged, Scenario)
    if not scenario.title:
        raise merged.problem((), "title is missing; it has to be given")
    if CHOOSE in scenario.policies:
        raise merged.problem(("policies", CHOOSE), f"{CHOOSE} is not a name for a policy; allowed: any other")
    _check_choice(merged, scenario)
    policies = merged.data.setdefault("policies", {})
    for place, actor, name in policy_mentions(scenario):
        if name == CHOOSE:
            continue
        if name not in policies:
            _add_policy(merged, place, name)
        owner = policies[name]["actor"]
        if owner != actor:
            raise merged.problem(place, f"{dotted(place)} is a policy of {owner}: {name}; allowed: one of {actor}")
    scenario = validate(merged, Scenario)
    _check_candidates(merged, scenario)
    scenario._source = source
    return scenario


def _check_choice(merged: _Merged, scenario: Scenario) -> None:
    """`policy: choose` needs policies to choose among, and these go with it only."""
    choosing = [(place, actor) for place, actor, name in policy_mentions(scenario) if name == CHOOSE]
    few = {actor for actor in ACTORS if len(set(getattr(scenario.actors, actor).among)) < 2}
    for place, actor in choosing:
        if "among" in place:
            raise merged.problem(place, f"{dotted(place)} is no policy: {CHOOSE}; allowed: the names of policies")
        if actor in few:
            raise merged.problem(place, f"{dotted(place)} needs `among`: {CHOOSE}; allowed: two policies or more there")
    for actor in set(ACTORS) - {actor for _, actor in choosing}:
        if not getattr(scenario.actors, actor).among:
            continue
        # Left over from a parent whose choice the child has settled; wrong where the child itself gives it.
        where = ("actors", actor, "among")
        if where in merged.lines:
            raise merged.problem(where, f"{dotted(where)} goes with `policy: {CHOOSE}` only; leave it out")
        del merged.data["actors"][actor]["among"]


def _check_candidates(merged: _Merged, scenario: Scenario) -> None:
    """But for Pakistan's, policies to choose among say what their actor decides on each month, and nothing else."""
    for actor, decides in DECIDES.items():
        for number, name in enumerate(getattr(scenario.actors, actor).among):
            policy = scenario.policies[name]
            given = {one for settings in (policy.settings, *policy.responds) for one in settings.given()}
            if given - {decides} or not given:
                place = ("actors", actor, "among", number)
                what = f"sets {min(given - {decides})}" if given else f"says nothing of the {decides}"
                raise merged.problem(
                    place, f"{dotted(place)} {what}: {name}; allowed: a policy that sets the {decides}, and that alone"
                )


def _add_policy(merged: _Merged, place: Place, name: str) -> None:
    try:
        path = find_file(name, merged.folders, "policy", merged.data["policies"])
    except ScenarioError as problem:
        raise merged.problem(place, f"{dotted(place)}: {problem}") from None
    document, _ = _policy(path)
    merged.data["policies"][name] = document.data
    for inside, line in document.lines.items():
        merged.places["policies", name, *inside] = f"{document.name}:{line}"


def _policy(source: Source) -> tuple[Document, Policy]:
    document = read(source, error=ScenarioError)
    actor = document.data.get("actor")
    if not (isinstance(actor, str) and actor in POLICIES):
        text = f"actor is not one of the choices: {found(actor)}{suggestion(str(actor), POLICIES)}"
        raise document.problem(("actor",), text)
    policy = validate(document, POLICIES[actor])
    if "schema" not in document.data:
        raise document.problem((), "schema is missing; `schema: 1` has to be given")
    check_claims(document)
    return document, policy
