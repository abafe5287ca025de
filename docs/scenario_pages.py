"""A page for each scenario: what each side does month by month, in words, and the claims behind it; used by build.py."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
from notation import claim_link, claim_links, lower, month_words, parameter_link, table, value_and_range

from sim import yamlfile
from sim.evidence import ledger
from sim.metrics import METRICS
from sim.parameters import PARAMETERS
from sim.scenario import Scenario, Script, library, load_scenario
from sim.scenario.diff import TITLES, timing
from sim.scenario.script import CHOOSING, NO_POLICY
from sim.scenario.settings import DEFAULTS, OPTIONS, Change
from sim.scenario.shocks import SHOCK_TARGETS
from sim.scenario.words import CHOOSE
from sim.vocabulary import ACTORS, LEVERS, month_after
from sim.worlds import Vector

DEGREES = ((0.0, "off"), (0.2, "slight"), (0.4, "light"), (0.6, "middling"), (0.8, "strong"), (1.0, "full"))
Set = dict[str, float | str]


def scenario_page(name: str) -> str:
    plan = load_scenario(name)
    parent: str | None = yamlfile.read(library() / f"{name}.yaml").data.get("extends")
    until = month_after(plan.start, plan.months - 1)
    built = f" and builds on [{load_scenario(parent).title}]({parent}.md)" if parent else ""
    lines = [
        "<!-- Made by docs/build.py from the scenario's file; change that, and run it again. -->",
        f"# {plan.title}",
        f"**{' '.join(plan.question.split())}**",
        " ".join(plan.summary.split()),
        f"It runs from {month_words(plan.start)} to {month_words(until)}{built}. `durand show {name}` prints all of it. A "
        "scenario is a question put to the [model](../model.md), not a forecast.",
        "## What each side does",
        "Strengths run from 0 to 1. Each stretch of months says what is set otherwise than in the one before. A lever that is "
        "not named is off; what is left to choose, the actor chooses by the pressures on it.",
    ]
    for actor, title in ACTORS.items():
        lines += [f"### {title}", "\n".join(_actor(plan, actor, parent))]
    if plan.policies:
        lines += ["## Policies", "\n".join(_policies(plan))]
    if plan.shocks:
        lines += ["## Shocks", "\n".join(_shocks(plan))]
    if plan.parameters:
        head = ("parameter", "here", "declared (range)", "what it stands for")
        lines += ["## Parameters that are set", table(head, _overrides(plan)).rstrip()]
    known = _cited(load_scenario(parent)) if parent else {}
    own = [one for one in _cited(plan) if one not in known]
    restated = [f"- {claim_link(one, '../')}: {' '.join(ledger().claims[one].text.split())}" for one in own]
    if parent:
        restated.append(f"- and those of [{load_scenario(parent).title}]({parent}.md)")
    lines += ["## The claims behind it, restated", "\n".join(restated)]
    return "\n\n".join(lines) + "\n"


def course_cost(mix: Mapping[str, Any]) -> float:
    """What levers cost at point values, in cost units."""
    return float(sum(PARAMETERS[f"cost_{name}"].value * mix.get(name, 0.0) for name in LEVERS))


def _actor(plan: Scenario, actor: str, parent: str | None) -> Iterator[str]:
    settings, stretches = getattr(plan.actors, actor), _stretches(plan, actor)
    before: Set = {name: value for name, value in DEFAULTS[actor].items() if value == 0.0}
    same = 0
    if parent:
        theirs = _stretches(load_scenario(parent), actor)
        same = next((n for n, (a, b) in enumerate(zip(stretches, theirs, strict=False)) if a != b), len(stretches))
    if same > 1:
        before = stretches[same - 1][3]
        span = _span(plan, stretches[0][0], stretches[same - 1][1])
        yield f"- **{span}**: as in [{load_scenario(str(parent)).title}]({parent}.md)."
    for first, last, policy, now in stretches[same if same > 1 else 0 :]:
        start = month_after(plan.start, first)
        course = f" by the policy *{plan.policies[policy].title}*" if policy in plan.policies else ""
        said = "; ".join(_moved(before, now)) or ("as before" if now else "left to choose")
        cost = f" Cost {course_cost(now):.2f}." if any(name in LEVERS for name in now) else ""
        if policy == CHOOSE:
            said, cost = "the course is left open", ""
        begun = [change for change in settings.changes if change.when is None and change.from_ == start]
        yield f"- **{_span(plan, first, last)}**{course}: {said}.{cost}{''.join(map(_reason, begun))}"
        before = now
    among = tuple(getattr(settings, "among", ()))
    if among:
        names = ", ".join(f"*{plan.policies[name].title}*" for name in among)
        yield f"- Where the course is left open, Islamabad chooses each month among {names}."
    for change in settings.changes:
        if change.when is not None:
            yield f"- **{_when(change)}**: {_conditional(change)}"
    for name in dict.fromkeys([*(policy for _, _, policy, _ in stretches), *among]):
        for change in plan.policies[name].responds if name in plan.policies else ():
            yield f"- While *{plan.policies[name].title}* is in force, **{_when(change)}**: {_conditional(change)}"


def _span(plan: Scenario, first: int, last: int) -> str:
    start, end = (month_words(month_after(plan.start, month)) for month in (first, last))
    return start if first == last else f"{start} to {end}"


def _when(change: Change) -> str:
    """When a change holds, with metrics by their titles."""
    return re.sub(r"[a-z_]+", lambda one: lower(METRICS[one[0]].title) if one[0] in METRICS else one[0], timing(change))


def _stretches(plan: Scenario, actor: str) -> list[tuple[int, int, str, Set]]:
    """Months in a row in which an actor is set to the same, whatever happens: first, last, policy, settings."""
    script = Script(_undated(plan), 1)
    out: list[tuple[int, int, str, Set]] = []
    for month in range(plan.months):
        values = script.settings(actor, month, lambda metric, months: np.zeros(1))
        policy = _policy(script, values.get("policy")) if "policy" in values else ""
        now: Set = {}
        for name, value in values.items():
            if name != "policy" and value is not None and value[0] >= 0:
                now[name] = OPTIONS[name][int(value[0])] if name in OPTIONS else float(value[0])
        if out and out[-1][2:] == (policy, now):
            out[-1] = (out[-1][0], month, policy, now)
        else:
            out.append((month, month, policy, now))
    return out


def _policy(script: Script, number: Vector | None) -> str:
    """Name of the policy in force; `choose` where it is left open, nothing where there is none."""
    if number is None or number[0] == CHOOSING:
        return CHOOSE
    return "" if number[0] == NO_POLICY else script.policies[int(number[0])]


def _undated(plan: Scenario) -> Scenario:
    """The scenario without what hangs on a condition."""
    actors = {}
    for actor in ACTORS:
        settings = getattr(plan.actors, actor)
        dated = tuple(change for change in settings.changes if change.when is None)
        actors[actor] = settings.model_copy(update={"changes": dated})
    policies = {name: policy.model_copy(update={"responds": ()}) for name, policy in plan.policies.items()}
    return plan.model_copy(update={"actors": plan.actors.model_copy(update=actors), "policies": policies})


def _moved(before: Set, after: Set) -> Iterator[str]:
    """What is set otherwise than in the stretch before."""
    for name in dict.fromkeys([*before, *after]):
        if name not in after:
            yield f"{lower(TITLES[name])} left to choose"
        elif before.get(name) != after[name]:
            yield _setting(name, after[name])


def _setting(name: str, value: float | str) -> str:
    if isinstance(value, str):
        return f"{lower(TITLES[name])}: {value.replace('_', ' ')}"
    degree = next(word for limit, word in DEGREES if value <= limit + 1e-9)
    return f"{lower(TITLES[name])} {degree} ({value:g})" if value else f"{lower(TITLES[name])} {degree}"


def _conditional(change: Change) -> str:
    course = [f"the policy {change.policy}"] if change.policy else []
    parts = [_setting(name, value) for name, value in change.given().items()]
    return "; ".join([*course, *parts]) + "." + _reason(change)


def _reason(change: Change) -> str:
    cited = f" ({claim_links(change.claims, '../')})" if change.claims else ""
    return (f" {change.why}" if change.why else "") + cited


def _policies(plan: Scenario) -> Iterator[str]:
    for policy in plan.policies.values():
        cited = f" ({claim_links(policy.claims, '../')})" if policy.claims else ""
        yield f"- *{policy.title}*: {' '.join(policy.summary.split())}{cited}"


def _shocks(plan: Scenario) -> Iterator[str]:
    for shock in plan.shocks:
        when = month_words(shock.date) + (f" to {month_words(shock.until)}" if shock.until else "")
        parts = []
        for name, amount in shock.changes.items():
            words = {
                "add": f"{amount.value:+g}",
                "set": f"set to {amount.value:g}",
                "multiply": f"times {amount.value:g}",
            }
            parts.append(f"{SHOCK_TARGETS[name].title} {words[amount.operation]}")
        cited = f" ({claim_links(shock.claims, '../')})" if shock.claims else ""
        yield f"- **{when}**: *{shock.title}*. {'; '.join(parts)}.{cited}"


def _overrides(plan: Scenario) -> Iterator[tuple[str, str, str, str]]:
    for name, value in plan.parameters.items():
        here = (
            f"{value:g}"
            if isinstance(value, (int, float))
            else f"{value.distribution}, {value.low:g} to {value.high:g}"
        )
        yield parameter_link(name, "../"), here, value_and_range(PARAMETERS[name]), PARAMETERS[name].in_full


def _cited(plan: Scenario) -> dict[str, None]:
    """Every claim that a scenario, or a policy that it uses, names; its own first."""
    parts: list[Any] = [plan]
    for actor in ACTORS:
        parts += getattr(plan.actors, actor).changes
    parts += plan.shocks
    for policy in plan.policies.values():
        parts += [policy, *policy.responds]
    return dict.fromkeys(claim for part in parts for claim in part.claims)
