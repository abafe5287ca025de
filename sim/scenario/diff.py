"""In what two scenarios differ, lever by lever, in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from sim.parameters import PARAMETERS
from sim.scenario.schema import Distribution, Scenario, policy_mentions
from sim.scenario.settings import DEFAULTS, Change, Condition
from sim.scenario.shocks import SHOCK_TARGETS
from sim.scenario.words import CHOOSE
from sim.vocabulary import ACTORS, LEVERS, Derived, acting, settings_of

Value = float | str | None

# What a setting is called, whosever it is.
TITLES: Derived[str] = Derived(
    lambda: {
        "policy": "Policy",
        "among": "Policies to choose from",
        **{name: one.title for actor in acting() for name, one in settings_of(actor).items()},
    }
)


@dataclass(frozen=True)
class Difference:
    """One thing in which two scenarios differ.

    Attributes:
        path: where it stands, for example `actors.pakistan.levers.aid`.
        words: what it is, as a reader is shown it.
        a, b: its value in each; None where it is not there.
    """

    path: str
    words: str
    a: Value
    b: Value


# Where the path of what differs says from when on.
_DATED = re.compile(r"^(?:actors\.\w+\.changes\.[^.]*\bfrom |shocks\.)(\d{4}-\d\d)")

# path -> (in words, value)
_Account = dict[str, tuple[str, Value]]


def differences(a: Scenario, b: Scenario) -> list[Difference]:
    """What differs between two scenarios: length, actors setting by setting, dated changes, shocks, parameters.

    Titles, reasons and claims do not count. An actor's settings are compared as they are before any change, with the
    policy that it starts with; a policy that comes in later is compared by itself where both scenarios use it, else by what
    it sets from then on.
    """
    shared = {name for _, _, name in policy_mentions(a)} & {name for _, _, name in policy_mentions(b)}
    in_a, in_b = _account(a, shared), _account(b, shared)
    out = []
    for path in sorted({*in_a, *in_b}, key=[*in_a, *in_b].index):
        words = (in_a.get(path) or in_b[path])[0]
        value_a, value_b = in_a.get(path, ("", None))[1], in_b.get(path, ("", None))[1]
        section, _, rest = path.partition(".")
        if value_a != value_b and (section != "policies" or rest.partition(".")[0] in shared):
            out.append(Difference(path, words, value_a, value_b))
    order = ("start", "months", *(f"actors.{actor}" for actor in ACTORS), "policies", "shocks", "parameters")
    return sorted(out, key=lambda one: next(n for n, begins in enumerate(order) if one.path.startswith(begins)))


def part_in(a: Scenario, b: Scenario) -> str | None:
    """The first month (YYYY-MM) in which two scenarios may be set differently; None where they never are.

    What is not dated, or hangs on a condition alone, counts from the first month.
    """
    found = (_DATED.search(one.path) for one in differences(a, b) if one.path != "months")
    return min((max(dated[1], a.start) if dated else a.start for dated in found), default=None)


def _account(scenario: Scenario, shared: Collection[str]) -> _Account:
    out: _Account = {"start": ("First month", scenario.start), "months": ("Months", scenario.months)}
    for actor, title in ACTORS.items():
        settings, here = getattr(scenario.actors, actor), f"actors.{actor}"
        opening = scenario.policies.get(settings.policy or "")
        values: dict[str, Value] = {**DEFAULTS[actor], **(opening.settings.given() if opening else {})}
        out[f"{here}.policy"] = (f"{title}: Policy", settings.policy)
        if settings.policy == CHOOSE:
            out[f"{here}.among"] = (f"{title}: {TITLES['among']}", ", ".join(settings.among))
        out |= _settings(here, title, {**values, **settings.given()})
        out |= _changes(f"{here}.responds", f"{title}, response", opening.responds if opening else ())
        alone = {name: one.settings.given() for name, one in scenario.policies.items() if name not in shared}
        for change in settings.changes:
            if change.policy in alone:
                when = timing(change)
                sets = {**DEFAULTS[actor], **alone[str(change.policy)]}
                out |= _settings(f"{here}.changes.{when}", f"{title}, {when}", sets)
        out |= _changes(f"{here}.changes", title, settings.changes)
    openings = {getattr(scenario.actors, actor).policy for actor in ACTORS}
    for name, policy in scenario.policies.items():
        if name not in openings:
            title = f"Policy {name}"
            out |= _settings(f"policies.{name}", title, policy.settings.given())
            out |= _changes(f"policies.{name}.responds", title, policy.responds)
    for shock in scenario.shocks:
        span = shock.date if shock.until is None else f"{shock.date} to {shock.until}"
        for target, amount in shock.changes.items():
            words = f"{span}: {shock.title}: {SHOCK_TARGETS[target].title}"
            out[f"shocks.{span}.{shock.title}.{target}"] = (words, f"{amount.operation} {amount.value:g}")
    for name, value in scenario.parameters.items():
        out[f"parameters.{name}"] = (PARAMETERS[name].title, _parameter(value))
    return out


def _settings(here: str, title: str, values: dict[str, Value] | dict[str, float | str]) -> _Account:
    return {
        f"{here}.levers.{name}" if name in LEVERS else f"{here}.{name}": (f"{title}: {TITLES[name]}", value)
        for name, value in values.items()
    }


def _changes(here: str, title: str, changes: Iterable[Change]) -> _Account:
    out: _Account = {}
    for change in changes:
        when = timing(change)
        given: dict[str, Value] = {"policy": change.policy} if change.policy else {}
        out |= _settings(f"{here}.{when}", f"{title}, {when}", {**given, **change.given()})
    return out


def timing(change: Change) -> str:
    """When a change holds, in words: `from 2022-12`, `when attacks above 40 over 3 months, for 6 months`."""
    parts = []
    if change.when is not None:
        parts.append(f"when {condition_words(change.when)}")
        parts += [f"for {change.for_} months"] if change.for_ else []
    parts += [f"from {change.from_}"] if change.from_ else []
    parts += [f"until {change.until}"] if change.until else []
    return ", ".join(parts)


def condition_words(condition: Condition) -> str:
    """A condition in words: `attacks above 40 over 3 months`."""
    if condition.metric is not None:
        side, bound = ("above", condition.above) if condition.above is not None else ("below", condition.below)
        span = f" over {condition.months} months" if condition.months > 1 else ""
        return f"{condition.metric} {side} {bound:g}{span}"
    if condition.not_ is not None:
        return f"not ({condition_words(condition.not_)})"
    return (" and " if condition.all_ else " or ").join(f"({condition_words(part)})" for part in condition.parts)


def _parameter(value: float | Distribution) -> Value:
    if not isinstance(value, Distribution):
        return value
    likeliest = "" if value.mode is None else f", likeliest {value.mode:g}"
    return f"{value.distribution}, {value.low:g} to {value.high:g}{likeliest}"
