"""What each side does and what happens to everybody, scenario by scenario, in words for readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.metrics import METRICS
from sim.vocabulary import ACTORS, LEVERS, month_words
from sim.words.numbers import number, setting
from sim.words.sentences import actor_words, capital, in_words, listed, months_words

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.scenario.settings import Change, Condition, Settings


@dataclass(frozen=True)
class Statement:
    """Something that is done or happens.

    Attributes:
        when: from when to when.
        what: who does it, or what it is, as a sentence.
        levers: what is set, and to what.
        responses: how it responds to what happens, a sentence each.
        why: the scenario's reason.
    """

    when: str
    what: str
    levers: tuple[tuple[str, str], ...] = ()
    responses: tuple[str, ...] = ()
    why: str = ""


def acts_of(scenario: Scenario) -> list[Statement]:
    """What each actor is set to do, in order: from the start, then change by change."""
    out: list[Statement] = []
    for actor, title in ACTORS.items():
        settings = getattr(scenario.actors, actor)
        if settings.policy is not None or settings.given():
            out.append(_act("From the start", title, settings, scenario))
        for change in settings.changes:
            out.append(_act(capital(timing_words(change)), title, change, scenario, change.why or ""))
    return out


def _act(when: str, actor: str, settings: Settings, scenario: Scenario, why: str = "") -> Statement:
    """Levers and choices with the policy that brings them."""
    policy = scenario.policies.get(settings.policy or "")
    if settings.policy == "choose":
        among = [scenario.policies[name].title for name in getattr(settings, "among", ())]
        what = f"{actor} chooses month by month among {', '.join(among)}."
    else:
        what = f"{actor}: {policy.title}. {policy.summary}" if policy else f"{actor}."
    given = {**(policy.settings.given() if policy else {}), **settings.given()}
    responses = [
        f"{capital(timing_words(one))}: {'; '.join(map(' '.join, _levers(one.given())))}."
        for one in (policy.responds if policy else ())
    ]
    return Statement(when, what, tuple(_levers(given)), tuple(responses), why)


def _levers(given: dict[str, Any]) -> list[tuple[str, str]]:
    """Settings in words, Pakistan's levers first, and of them the strongest first."""
    from sim.scenario.diff import TITLES

    levers = sorted((name for name in given if name in LEVERS), key=lambda name: -float(given[name]))
    others = [name for name in given if name not in LEVERS]
    return [(in_words(TITLES[name].lower()), setting(given[name])) for name in levers + others]


def left_to_rules(scenario: Scenario) -> str:
    """Which actors decide for themselves, by the rules of the model, in the whole run; empty if none does."""
    free = []
    for actor in ACTORS:
        settings = getattr(scenario.actors, actor)
        if settings.policy in (None, "choose") and not settings.given() and not settings.changes:
            free.append(actor_words(actor))
    return listed(free)


def shocks_of(scenario: Scenario) -> list[Statement]:
    """What happens to everybody, and when."""
    from sim.scenario.shocks import SHOCK_TARGETS

    done = {"add": "changed by", "set": "set to", "multiply": "multiplied by"}
    out = []
    for shock in scenario.shocks:
        what = [
            f"{SHOCK_TARGETS[name].title} {done[one.operation]} {number(one.value, sign=one.operation == 'add')}"
            for name, one in shock.changes.items()
        ]
        out.append(Statement(months_words(shock.date, shock.until or shock.date), f"{shock.title} ({'; '.join(what)})"))
    return out


def overrides_of(scenario: Scenario) -> list[str]:
    """Parameters that the scenario sets otherwise than declared, in words."""
    out = []
    for name, value in scenario.parameters.items():
        if isinstance(value, (int, float)):
            words = f"{value:g}"
        else:
            peak = "" if value.mode is None else f", likeliest {value.mode:g}"
            words = f"drawn from {value.low:g} to {value.high:g} ({value.distribution}{peak})"
        out.append(f"{in_words(name)}: {words}")
    return out


def timing_words(change: Change) -> str:
    """When a change holds, in words for readers."""
    parts = []
    if change.when is not None:
        parts.append(f"with {condition_words(change.when)}")
        parts += [f"for {change.for_} months"] if (change.for_ or 1) > 1 else []
    if change.from_ and change.from_ == change.until:
        parts.append(f"in {month_words(change.from_)}")
    else:
        parts += [f"from {month_words(change.from_)}"] if change.from_ else []
        parts += [f"to {month_words(change.until)}"] if change.until else []
    return ", ".join(parts) if change.when else " ".join(parts)


def condition_words(condition: Condition) -> str:
    """A condition in words for readers: "TTP attacks above 40 (attacks a month, mean of 3 months)"."""
    if condition.metric is not None:
        side, bound = ("above", condition.above) if condition.above is not None else ("below", condition.below)
        span = f", mean of {condition.months} months" if condition.months > 1 else ""
        about = METRICS[condition.metric]
        return f"{about.title} {side} {bound:g} ({about.unit}{span})"
    if condition.not_ is not None:
        return f"not ({condition_words(condition.not_)})"
    return (" and " if condition.all_ else " or ").join(f"({condition_words(part)})" for part in condition.parts)


def shared(by_scenario: dict[str, list[Statement]]) -> list[Statement]:
    """What stands in every scenario; nothing where there is only one."""
    lists = list(by_scenario.values())
    return [one for one in lists[0] if all(one in other for other in lists[1:])] if len(lists) > 1 else []


def own(by_scenario: dict[str, list[Statement]]) -> dict[str, list[Statement]]:
    everywhere = shared(by_scenario)
    return {title: [one for one in statements if one not in everywhere] for title, statements in by_scenario.items()}
