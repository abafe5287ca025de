"""The scenario that a game comes to: the base, with dated changes for the seats that are played. The model's only way in.

Up to the month in which play opens, everybody does as the base says. From then on, a seat that is played does what was
set for it, quarter by quarter; the other actors choose for themselves, by the model's own quantal response, or do as
the base says where the game was opened so.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from sim.ensemble.spec import LIMITS
from sim.scenario import Scenario, ScenarioError, load_scenario, with_overrides
from sim.scenario.settings import DEFAULTS
from sim.scenario.words import CHOOSE
from sim.teaching.play.moves import GameError, MoveLog, Values
from sim.vocabulary import ACTOR_SPECS, ACTORS, LEVERS, month_after, months_between
from sim.words.language import N_

# The scenario whose courses Pakistan chooses among where nobody plays it.
CHOOSING = "own_choice"
# What a game is set against: Pakistan on a fixed course, or everybody left to choose.
COURSES: dict[str, str] = {
    "confront": N_("Confront"),
    "appease": N_("Accommodate"),
    CHOOSING: N_("All choose for themselves"),
}
_NAME = re.compile(r"[a-z0-9_]{1,60}")


def base_of(log: MoveLog) -> Scenario:
    """The scenario that a game builds on.

    Raises:
        GameError: the log's scenario is not in the library, or not right, or not the one that its hash was taken of.
    """
    try:
        if log.scenario_text is None:
            if not _NAME.fullmatch(log.scenario):
                raise GameError(f"the log names no scenario of the library: {log.scenario}")
            base = load_scenario(log.scenario)
        else:
            base = load_scenario(("the log's scenario", log.scenario_text))
    except ScenarioError as problem:
        raise GameError(f"the scenario that the game builds on cannot be used: {problem}") from None
    if log.scenario_text is not None and base.hash != log.scenario_hash:
        raise GameError("the log is damaged: the scenario in it is not the one that the game was opened on")
    before = months_between(base.start, log.opens)
    if before < 0 or before + log.months > LIMITS["months"][1]:
        raise GameError(
            f"the game does not fit its scenario: it opens in {log.opens} and has {log.months} months, "
            f"the scenario starts in {base.start}; allowed: from then on, 360 months in all"
        )
    return base


def scenario_of(log: MoveLog, base: Scenario, months: int) -> Scenario:
    """The scenario of a game, over so many months of it.

    Args:
        months: of play, 0 to the game's own; those before play opened come on top.
    """
    parts = {actor: _left(actor, base, log) for actor in ACTORS if actor not in log.seats}
    for actor in log.seats:
        part = _before(base, actor, log.opens)
        for number, turn in enumerate(log.turns):
            first, last = log.period(number)
            part["changes"].append({"from": first, "until": last, **complete(actor, turn.moves[actor])})
        parts[actor] = part
    return _built(log, base, parts, months, "Your game")


def reference(log: MoveLog, base: Scenario, months: int, course: str) -> Scenario:
    """The same without players: Pakistan on a course from the month in which play opened, the others left to choose.

    Args:
        course: one of `COURSES`.
    """
    parts = {actor: _left(actor, base, log) for actor in ACTORS if actor != "pakistan"}
    if course == CHOOSING:
        parts["pakistan"] = _chosen(base, log.opens)
    else:
        parts["pakistan"] = _before(base, "pakistan", log.opens)
        parts["pakistan"]["changes"].append({"from": log.opens, "policy": course})
    return _built(log, base, parts, months, COURSES[course])


def complete(actor: str, settings: Values) -> dict[str, Any]:
    """Settings with all that was not given at its default, as a change holds them."""
    every = {**DEFAULTS[actor], **settings}
    if not ACTOR_SPECS[actor].has_levers:
        return every
    return {"levers": {lever: every.pop(lever) for lever in LEVERS}, **every}


def _left(actor: str, base: Scenario, log: MoveLog) -> dict[str, Any]:
    """An actor that nobody plays."""
    if log.others == "scenario":
        part: dict[str, Any] = base.data().get("actors", {}).get(actor, {})
        return part
    return _chosen(base, log.opens) if actor == "pakistan" else _before(base, actor, log.opens)


def _chosen(base: Scenario, opens: str) -> dict[str, Any]:
    part = _before(base, "pakistan", opens)
    part["changes"].append({"from": opens, "policy": CHOOSE})
    return {**part, "among": list(base.actors.pakistan.among or _courses())}


@cache
def _courses() -> tuple[str, ...]:
    return load_scenario(CHOOSING).actors.pakistan.among


def _before(base: Scenario, actor: str, opens: str) -> dict[str, Any]:
    """What the base says of an actor, up to the month before play opens."""
    part: dict[str, Any] = dict(base.data().get("actors", {}).get(actor, {}))
    changes, among = part.pop("changes", []), part.pop("among", None)
    last = month_after(opens, -1)
    out: list[dict[str, Any]] = []
    if part and base.start <= last:
        out.append({**part, "from": base.start, "until": last})
    for change in changes:
        if change.get("from", base.start) <= last:
            out.append({**change, "until": min(change.get("until", last), last)})
    chooses = among and any(change.get("policy") == CHOOSE for change in out)
    return {"changes": out, **({"among": among} if chooses else {})}


def _built(log: MoveLog, base: Scenario, parts: dict[str, Any], months: int, title: str) -> Scenario:
    shocks = [*base.data().get("shocks", []), *(_data(inject.shock) for inject in log.injects)]
    run = max(months_between(base.start, log.opens) + months, 1)
    values = {f"actors.{actor}": part for actor, part in parts.items()}
    try:
        return with_overrides(base, {**values, "shocks": shocks, "months": run, "title": title})
    except ScenarioError as problem:
        raise GameError(f"the game's log does not make a scenario: {problem}") from None


def _data(model: Any) -> dict[str, Any]:
    out: dict[str, Any] = model.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return out
