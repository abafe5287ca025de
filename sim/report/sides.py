"""What each side does and what happens to everybody, scenario by scenario, in words for readers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.metrics import METRICS
from sim.vocabulary import ACTORS, LEVERS
from sim.words.language import N_, _, altered, together
from sim.words.numbers import number, setting
from sim.words.sentences import actor_words, capital, in_words, listed, month_words, months_words, side_by_side

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
            out.append(_act(_("From the start"), _(title), settings, scenario))
        for change in settings.changes:
            out.append(
                _act(capital(timing_words(change)), _(title), change, scenario, _(change.why) if change.why else "")
            )
    return out


def _act(when: str, actor: str, settings: Settings, scenario: Scenario, why: str = "") -> Statement:
    """Levers and choices with the policy that brings them."""
    policy = scenario.policies.get(settings.policy or "")
    if settings.policy == "choose":
        among = together(", ", [_(scenario.policies[name].title) for name in getattr(settings, "among", ())])
        what = _("{actor} chooses month by month among {policies}.", actor=actor, policies=among)
    elif policy:
        what = _("{actor}: {policy}. {summary}", actor=actor, policy=_(policy.title), summary=_(policy.summary))
    else:
        what = _("{what}.", what=actor)
    given = {**(policy.settings.given() if policy else {}), **settings.given()}
    responses = [
        _("{when}: {what}.", when=capital(timing_words(one)), what=_set(one.given()))
        for one in (policy.responds if policy else ())
    ]
    return Statement(when, what, tuple(_levers(given)), tuple(responses), why)


def _set(given: dict[str, Any]) -> str:
    """The same in a sentence."""
    return side_by_side(_("{setting} {value}", setting=name, value=value) for name, value in _levers(given))


def _levers(given: dict[str, Any]) -> list[tuple[str, str]]:
    """Settings in words, Pakistan's levers first, and of them the strongest first."""
    from sim.scenario.diff import TITLES

    levers = sorted((name for name in given if name in LEVERS), key=lambda name: -float(given[name]))
    others = [name for name in given if name not in LEVERS]
    values = {name: setting(given[name]) for name in levers + others}
    return [
        (
            altered(_(TITLES[name]), lambda said: in_words(said.lower())),
            _(said) if isinstance(given[name], str) else said,
        )
        for name, said in values.items()
    ]


def left_to_rules(scenario: Scenario) -> str:
    """Which actors decide for themselves, by the rules of the model, in the whole run; empty if none does."""
    free = []
    for actor in ACTORS:
        settings = getattr(scenario.actors, actor)
        if settings.policy in (None, "choose") and not settings.given() and not settings.changes:
            free.append(_(actor_words(actor)))
    return listed(free)


def shocks_of(scenario: Scenario) -> list[Statement]:
    """What happens to everybody, and when."""
    from sim.scenario.shocks import SHOCK_TARGETS

    done = {
        "add": N_("{what} changed by {value}"),
        "set": N_("{what} set to {value}"),
        "multiply": N_("{what} multiplied by {value}"),
    }
    out = []
    for shock in scenario.shocks:
        what = [
            _(
                done[one.operation],
                what=_(SHOCK_TARGETS[name].title),
                value=number(one.value, sign=one.operation == "add"),
            )
            for name, one in shock.changes.items()
        ]
        said = _("{shock} ({what})", shock=_(shock.title), what=side_by_side(what))
        out.append(Statement(months_words(shock.date, shock.until or shock.date), said))
    return out


def overrides_of(scenario: Scenario) -> list[str]:
    """Parameters that the scenario sets otherwise than declared, in words."""
    out = []
    for name, value in scenario.parameters.items():
        if isinstance(value, (int, float)):
            out.append(_("{parameter}: {value:g}", parameter=in_words(name), value=value))
            continue
        told = {"parameter": in_words(name), "shape": _(value.distribution)}
        text = N_("{parameter}: drawn from {low:g} to {high:g} ({shape})")
        if value.mode is not None:
            text = N_("{parameter}: drawn from {low:g} to {high:g} ({shape}, likeliest {mode:g})")
        ends = {"low": value.low, "high": value.high, "mode": value.mode}
        out.append(_(text, **told, **{end: at for end, at in ends.items() if at is not None}))
    return out


def timing_words(change: Change) -> str:
    """When a change holds, in words for readers."""
    first, last = (month_words(month) if month else "" for month in (change.from_, change.until))
    parts = []
    if change.when is not None:
        parts.append(_("with {condition}", condition=condition_words(change.when)))
        parts += [_("for {count} months", count=change.for_)] if (change.for_ or 1) > 1 else []
    if first and change.from_ == change.until:
        parts.append(_("in {month}", month=first))
    elif first and last and change.when is None:
        parts.append(_("from {first} to {last}", first=first, last=last))
    else:
        parts += [_("from {first}", first=first)] if first else []
        parts += [_("to {last}", last=last)] if last else []
    return together(", ", parts)


def condition_words(condition: Condition) -> str:
    """A condition in words for readers: "TTP attacks above 40 (attacks a month, mean of 3 months)"."""
    if condition.metric is not None:
        about, over = METRICS[condition.metric], condition.above is not None
        bound = condition.above if over else condition.below
        told: dict[str, Any] = {"metric": _(about.title), "bound": bound, "unit": _(about.unit)}
        if condition.months > 1:
            text = N_("{metric} above {bound:g} ({unit}, mean of {count} months)")
            under = N_("{metric} below {bound:g} ({unit}, mean of {count} months)")
            return _(text if over else under, **told, count=condition.months)
        return _(N_("{metric} above {bound:g} ({unit})") if over else N_("{metric} below {bound:g} ({unit})"), **told)
    if condition.not_ is not None:
        return _("not ({condition})", condition=condition_words(condition.not_))
    parts = [f"({condition_words(part)})" for part in condition.parts]
    return together(" and ", parts) if condition.all_ else together(" or ", parts)


def shared(by_scenario: dict[str, list[Statement]]) -> list[Statement]:
    """What stands in every scenario; nothing where there is only one."""
    lists = list(by_scenario.values())
    return [one for one in lists[0] if all(one in other for other in lists[1:])] if len(lists) > 1 else []


def own(by_scenario: dict[str, list[Statement]]) -> dict[str, list[Statement]]:
    everywhere = shared(by_scenario)
    return {title: [one for one in statements if one not in everywhere] for title, statements in by_scenario.items()}
