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
from sim.words.language import ENGLISH, N_, _, in_english, speaking, together

Value = float | str | None

# What a setting is called, whosever it is.
TITLES: Derived[str] = Derived(
    lambda: {
        "policy": N_("Policy"),
        "among": N_("Policies to choose from"),
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


# Whose setting it is, and when it holds.
_DATED_WORDS = N_("{actor}, {when}")
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
    shared = {name for *_at, name in policy_mentions(a)} & {name for *_at, name in policy_mentions(b)}
    in_a, in_b = _account(a, shared), _account(b, shared)
    out = []
    for path in sorted({*in_a, *in_b}, key=[*in_a, *in_b].index):
        words = (in_a.get(path) or in_b[path])[0]
        value_a, value_b = in_a.get(path, ("", None))[1], in_b.get(path, ("", None))[1]
        section, _dot, rest = path.partition(".")
        if value_a != value_b and (section != "policies" or rest.partition(".")[0] in shared):
            out.append(Difference(path, words, value_a, value_b))
    order = ("start", "months", *(f"actors.{actor}" for actor in ACTORS), "policies", "shocks", "parameters")
    return sorted(out, key=lambda one: next(n for n, begins in enumerate(order) if one.path.startswith(begins)))


def part_in(a: Scenario, b: Scenario) -> str | None:
    """The first month (YYYY-MM) in which two scenarios may be set differently; None where they never are.

    What is not dated, or hangs on a condition alone, counts from the first month.
    """
    with speaking(ENGLISH.code):  # nobody reads them, and it is asked often
        found = [_DATED.search(one.path) for one in differences(a, b) if one.path != "months"]
    return min((max(dated[1], a.start) if dated else a.start for dated in found), default=None)


def _account(scenario: Scenario, shared: Collection[str]) -> _Account:
    out: _Account = {"start": (_("First month"), scenario.start), "months": (_("Months"), scenario.months)}
    for actor, called in ACTORS.items():
        title = _(called)
        settings, here = getattr(scenario.actors, actor), f"actors.{actor}"
        opening = scenario.policies.get(settings.policy or "")
        values: dict[str, Value] = {**DEFAULTS[actor], **(opening.settings.given() if opening else {})}
        out[f"{here}.policy"] = (_("{actor}: Policy", actor=title), settings.policy)
        if settings.policy == CHOOSE:
            out[f"{here}.among"] = (
                _("{actor}: {setting}", actor=title, setting=_(TITLES["among"])),
                ", ".join(settings.among),
            )
        out |= _settings(here, title, {**values, **settings.given()})
        out |= _changes(f"{here}.responds", _("{actor}, response", actor=title), opening.responds if opening else ())
        alone = {name: one.settings.given() for name, one in scenario.policies.items() if name not in shared}
        for change in settings.changes:
            if change.policy in alone:
                when = timing(change)
                sets = {**DEFAULTS[actor], **alone[str(change.policy)]}
                out |= _settings(f"{here}.changes.{in_english(when)}", _(_DATED_WORDS, actor=title, when=when), sets)
        out |= _changes(f"{here}.changes", title, settings.changes)
    openings = {getattr(scenario.actors, actor).policy for actor in ACTORS}
    for name, policy in scenario.policies.items():
        if name not in openings:
            title = _("Policy {name}", name=name)
            out |= _settings(f"policies.{name}", title, policy.settings.given())
            out |= _changes(f"policies.{name}.responds", title, policy.responds)
    for shock in scenario.shocks:
        span = shock.date
        if shock.until is not None:
            span = _("{first} to {last}", first=shock.date, last=shock.until)
        for target, amount in shock.changes.items():
            moved = _(SHOCK_TARGETS[target].title)
            words = _("{months}: {shock}: {target}", months=span, shock=_(shock.title), target=moved)
            out[f"shocks.{in_english(span)}.{shock.title}.{target}"] = (words, f"{amount.operation} {amount.value:g}")
    for name, value in scenario.parameters.items():
        out[f"parameters.{name}"] = (_(PARAMETERS[name].title), _parameter(value))
    return out


def _settings(here: str, title: str, values: dict[str, Value] | dict[str, float | str]) -> _Account:
    return {
        f"{here}.levers.{name}" if name in LEVERS else f"{here}.{name}": (
            _("{actor}: {setting}", actor=title, setting=_(TITLES[name])),
            value,
        )
        for name, value in values.items()
    }


def _changes(here: str, title: str, changes: Iterable[Change]) -> _Account:
    out: _Account = {}
    for change in changes:
        when = timing(change)
        given: dict[str, Value] = {"policy": change.policy} if change.policy else {}
        out |= _settings(
            f"{here}.{in_english(when)}", _(_DATED_WORDS, actor=title, when=when), {**given, **change.given()}
        )
    return out


def timing(change: Change) -> str:
    """When a change holds, in words: `from 2022-12`, `when attacks above 40 over 3 months, for 6 months`."""
    parts = []
    if change.when is not None:
        parts.append(_("when {this}", this=condition_words(change.when)))
        parts += [_("for {count} months", count=change.for_)] if change.for_ else []
    parts += [_("from {month}", month=change.from_)] if change.from_ else []
    parts += [_("until {month}", month=change.until)] if change.until else []
    return together(", ", parts)


def condition_words(condition: Condition) -> str:
    """A condition in words: `attacks above 40 over 3 months`."""
    if condition.metric is not None:
        above = condition.above is not None
        said = _(
            N_("{metric} above {bound:g}") if above else N_("{metric} below {bound:g}"),
            metric=condition.metric,
            bound=condition.above if above else condition.below,
        )
        return _("{this} over {months} months", this=said, months=condition.months) if condition.months > 1 else said
    if condition.not_ is not None:
        return _("not ({this})", this=condition_words(condition.not_))
    parts = [_("({part})", part=condition_words(part)) for part in condition.parts]
    return together(" and ", parts) if condition.all_ else together(" or ", parts)


def _parameter(value: float | Distribution) -> Value:
    if not isinstance(value, Distribution):
        return value
    given = {"kind": _(value.distribution), "low": value.low, "high": value.high}
    if value.mode is None:
        return _("{kind}, {low:g} to {high:g}", **given)
    return _("{kind}, {low:g} to {high:g}, likeliest {mode:g}", **given, mode=value.mode)
