"""A scenario in the making: its text, the checks of `durand validate` on it, and the changes that forms make to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.ensemble.spec import LIMITS
from sim.scenario import Scenario, ScenarioError, load_scenario
from sim.words.language import _
from sim.yamlfile import LIMIT, dump, read

NAME = "your scenario"


@dataclass(frozen=True)
class Checked:
    """A text that was checked.

    Attributes:
        scenario: what it says; None when something is wrong.
        problems: what is wrong, each with its line.
        parent: the scenario of the library that it builds on, where it names one.
    """

    scenario: Scenario | None
    problems: tuple[str, ...]
    parent: str | None


def start(parent: str) -> str:
    """The text of a new scenario that builds on another one."""
    return dump({"schema": 1, "title": f"Mine, after {load_scenario(parent).title}"[:120], "extends": parent})


def decoded(raw: bytes) -> str:
    """The text of a file that somebody brought. Raises ScenarioError when it is too large or no text."""
    if len(raw) > LIMIT:
        raise ScenarioError(
            _("{name}:1: the file is too large; at most {most} KiB are allowed", name=NAME, most=LIMIT // 1024)
        )
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = raw[: problem.start].count(b"\n") + 1
        raise ScenarioError(
            _("{name}:{line}: the text is not UTF-8; save the file as UTF-8", name=NAME, line=line)
        ) from None


def check(text: str) -> Checked:
    """Check a text as `durand validate` checks a file."""
    parent: str | None = None
    try:
        named = read((NAME, text), error=ScenarioError).data.get("extends")
        scenario = load_scenario((NAME, text))
        # With a name and without a path, for it was loaded from a text.
        parent = named if isinstance(named, str) else None
    except ScenarioError as problem:
        return Checked(None, problem.problems, parent)
    return Checked(scenario, (), parent)


def data_of(text: str) -> dict[str, Any]:
    """A text as plain data; empty where it cannot be read."""
    try:
        return dict(read((NAME, text), error=ScenarioError).data)
    except ScenarioError:
        return {}


def with_words(text: str, title: str, question: str, months: int) -> str:
    """The text with another title, question and length."""
    data = data_of(text)
    data |= {"title": title.strip()[:120] or "Untitled", "months": min(max(months, 1), LIMITS["months"][1])}
    data.pop("question", None)
    if question.strip():
        data["question"] = question.strip()[:4000]
    return _ordered(data)


def changes(text: str) -> list[tuple[str, int, dict[str, Any]]]:
    """The dated changes that the text itself gives: actor, position, and what stands there."""
    actors = data_of(text).get("actors")
    out = []
    for actor, settings in actors.items() if isinstance(actors, dict) else ():
        listed = settings.get("changes") if isinstance(settings, dict) else None
        for number, change in enumerate(listed if isinstance(listed, list) else ()):
            if isinstance(change, dict):
                out.append((str(actor), number, change))
    return out


def with_change(text: str, actor: str, change: dict[str, Any]) -> str:
    """The text with one more change of an actor."""
    data = data_of(text)
    settings = data.setdefault("actors", {}).setdefault(actor, {})
    settings["changes"] = [*settings.get("changes", []), change]
    return _ordered(data)


def without_change(text: str, actor: str, number: int) -> str:
    """The text without one of an actor's changes."""
    data = data_of(text)
    listed = data["actors"][actor]["changes"]
    data["actors"][actor]["changes"] = [one for place, one in enumerate(listed) if place != number]
    return _ordered(data)


def with_parameter(text: str, name: str, value: float | None) -> str:
    """The text with a parameter set, or left as it is elsewhere."""
    data = data_of(text)
    parameters = {**data.get("parameters", {}), name: value}
    data["parameters"] = {key: one for key, one in parameters.items() if one is not None}
    return _ordered(data)


def _ordered(data: dict[str, Any]) -> str:
    """The text of the data, keys in the order of the schema, and nothing empty."""
    order = [name.rstrip("_") for name in Scenario.model_fields]
    kept = {key: data[key] for key in sorted(data, key=lambda key: order.index(key) if key in order else 99)}
    if isinstance(kept.get("actors"), dict):
        kept["actors"] = {name: one for name, one in kept["actors"].items() if one != {"changes": []} and one != {}}
    return dump({key: value for key, value in kept.items() if value not in ({}, [])})
