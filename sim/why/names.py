"""What the steps of an account are called in front of readers, and what each rests on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from sim.metrics import METRICS
from sim.parameters import PARAMETERS
from sim.rule import RULES
from sim.scenario import SHOCK_TARGETS, Scenario
from sim.scenario.diff import TITLES
from sim.scenario.settings import OPTIONS
from sim.vocabulary import (
    ACTOR_SPECS,
    ACTORS,
    FACTIONS,
    LEVERS,
    ON_MENU,
    RESOURCES_PAKISTAN_NEEDS,
    RESOURCES_TALIBAN_NEEDS,
    Derived,
    acting,
)
from sim.why.steps import Label
from sim.words.language import N_, _
from sim.words.numbers import number
from sim.words.sentences import actor_words


def _decisions() -> dict[str, str]:
    """Those that a policy can leave open first, then Pakistan's own."""
    specs = sorted(acting().values(), key=lambda spec: spec.has_levers)
    return {f"{spec.name}.{one.name}": one.title for spec in specs for one in spec.decisions}


DECISIONS: Derived[str] = Derived(_decisions)
# Whose rule, state or draw it is.
OWNERS: Derived[str] = Derived(
    lambda: {
        **{spec.name: spec.in_words or spec.title for spec in ACTOR_SPECS.values()},
        "groups": "TTP groups",
        "taliban factions": "Taliban factions",
        "pakistan factions": "Pakistan's factions",
        "land": "Pakistan's areas",
        "durand_line": "the Durand Line",
        "relations": "Islamabad and Kabul",
    }
)
_RESOURCES: Derived[str] = Derived(
    lambda: {
        name: title[:1].lower() + title[1:]
        for name, title in (RESOURCES_TALIBAN_NEEDS | RESOURCES_PAKISTAN_NEEDS).items()
    }
)
_TOWARDS = {"alignment": N_("leaning to {actor}"), "expected": N_("what they hope of {actor}")}
# Names within a state's name, as they are written.
_NAMES: Derived[str] = Derived(lambda: {name: title for name, title in ACTORS.items() if title.lower() == name})
# Agents' states whose own names say too little by themselves; all others are their names, in words.
STATES: dict[str, str] = {
    "groups.active": "whether they exist",
    "groups.united": "whether they belong to the movement",
    "groups.expected": "attacks to expect of them",
    "groups.refuge": "share in refuge across the line",
    "groups.lost": "fighters lost this month",
    "groups.drifted": "fighters gone over to ISKP",
    "taliban.effort": "restraint of the TTP",
    "taliban.brokering": "brokering with the TTP",
    "taliban.answer": "answer to Islamabad",
    "taliban.aid": "aid received",
    "taliban.arms_stock": "inherited arms",
    "taliban.benefit": "what it gets of what it wants",
    "taliban.capacity": "capacity of its army",
    "taliban.delivered": "what Pakistan delivers to it",
    "taliban.dependence": "dependence on Pakistan",
    "taliban.faction_dispersion": "how far its factions are apart",
    "taliban.fractured": "whether it has broken apart",
    "taliban.hold_over_ttp": "hold over the TTP",
    "taliban.in_use": "Pakistan's leverage in use",
    "taliban.leverage_of_india": "India's leverage over it",
    "taliban.leverage_over_pakistan": "leverage over Pakistan",
    "taliban.openness": "openness to India",
    "taliban.posture": "posture of its guards on the line",
    "taliban.roads": "other roads than Pakistan's",
    "taliban.shelter": "shelter for the TTP",
    "taliban.strain": "strain with Islamabad",
    "taliban.threat": "Islamabad's threat as it feels it",
    "taliban.unmet": "what it still wants for the chip",
    "taliban.war": "war in Afghanistan",
    "taliban.withheld": "what Pakistan withholds from it",
    "pakistan.afforded": "share of its levers that it can afford",
    "pakistan.answer": "answer to Kabul",
    "pakistan.closure": "crossings shut",
    "pakistan.conceded": "concessions that stay",
    "pakistan.course_was_open": "whether its course was open",
    "pakistan.credibility": "credibility in Kabul",
    "pakistan.effort_cost": "cost of its levers",
    "pakistan.granted": "recognition granted",
    "pakistan.memory_of_collapse": "memory of talks that collapsed",
    "pakistan.recent_strikes": "strikes of late",
    "pakistan.strikes": "strikes this month",
    "pakistan.threat_credibility": "credibility of its threats",
    "ttp.compliance": "share of attacks that a truce stops",
    "ttp.example": "example of the victory in Kabul",
    "ttp.freed_pool": "freed fighters not yet back",
    "ttp.rested": "what a truce has let it save up",
    "ttp.tempo": "tempo of its campaign",
    "ttp.truce_ended": "whether a truce has just ended",
    "ttp.truce_months": "how long the truce has lasted",
    "land.attacks": "attacks this month",
    "land.background": "other groups' attacks",
    "land.control": "the state's control",
    "land.deaths_afghan": "Afghans killed by strikes",
    "land.deaths_by_ttp": "deaths by the TTP",
    "land.deaths_civilian": "civilians killed",
    "land.deaths_militant": "militants killed",
    "land.deaths_security": "soldiers and police killed",
    "land.foothold": "foothold of armed groups",
    "land.grievance": "anger at the state",
    "land.infiltration": "how freely armed men cross",
    "land.recent_attacks": "attacks of late",
    "land.recent_deaths": "deaths of late",
    "land.recent_deaths_by_ttp": "deaths by the TTP of late",
    "durand_line.afghan_sovereignty": "Afghanistan's sovereignty",
    "durand_line.deaths_afghan": "Afghans killed in clashes",
    "durand_line.deaths_pakistani": "Pakistanis killed in clashes",
    "durand_line.open_share": "share of the month it is open",
    "durand_line.patrols": "joint patrols",
    "durand_line.started_by_pakistan": "clashes that Pakistan started",
    "relations.months": "months of open hostilities",
    "relations.hostilities": "open hostilities",
    "relations.passable": "traffic that the quarrel leaves",
    "donors.loosened": "sanctions loosened",
    "china.patronage": "its own offer to Kabul",
    "imf.programme": "whether its programme runs",
    "united_states.ties": "ties with Pakistan",
    "india.engagement": "engagement with Kabul",
    "taliban factions.delivered": "what the movement's line brings them",
    "pakistan factions.delivered": "what the state's line brings them",
}
# Draws whose stream does not say enough.
DRAWS: dict[str, str] = {
    "land.attacks": "how many attacks there are",
    "land.ttp.lethal": "which TTP attacks are lethal",
    "land.ttp.toll.security": "how many of the security forces a TTP attack kills",
    "land.ttp.toll.civilian": "how many civilians a TTP attack kills",
    "land.ttp.against": "whom a TTP attack kills",
    "land.others.lethal": "which other attacks are lethal",
    "land.others.toll.security": "how many of the security forces another group's attack kills",
    "land.others.toll.civilian": "how many civilians another group's attack kills",
    "land.others.against": "whom another group's attack kills",
    "land.militants": "how many militants are killed",
    "land.struck": "how many Afghan civilians strikes kill",
    "durand_line.clashes": "how many clashes there are",
    "durand_line.first": "who fires first",
    "durand_line.dead.pakistani": "who dies in clashes, Pakistanis",
    "durand_line.dead.afghan": "who dies in clashes, Afghans",
    "ttp.truce_begins": "whether a truce is agreed",
    "ttp.truce_ends": "whether the truce ends",
    "taliban.fracture": "whether the movement in Kabul breaks",
    "imf.review": "what an IMF review says",
    "imf.due": "whether an IMF review is due",
    "groups.unity": "whether groups break away or come back",
}
FACTION_OF: Derived[str] = Derived(
    lambda: {faction: actor for actor, factions in FACTIONS.items() for faction in factions}
)


class Key(NamedTuple):
    """What terms are put together by: a label, with groups and factions taken as one."""

    kind: str
    name: str
    owner: str = ""


def key_of(label: Label) -> Key:
    """The key that a label falls under."""
    kind, name, owner = label
    if kind in ("luck", "draw", "decision"):
        first, _, last = name.partition("/")[0].partition(".")
        name = f"groups.{last.rpartition('.')[2]}" if first == "group" else f"{first}.{last}".rstrip(".")
    if owner.startswith("group."):
        owner = "groups"
    elif owner in FACTION_OF:
        owner = f"{FACTION_OF[owner]} factions"
    return Key(kind, name, owner)


# How the words of some kinds are said where nothing else says what they are.
MARKS = {"shock": N_("Shock: {what}"), "luck": N_("chance: {what}"), "draw": N_("draw: {what}")}


def words(key: Key) -> str:
    """A key as a reader is shown it."""
    return _(MARKS[key.kind], what=unmarked(key)) if key.kind in MARKS else unmarked(key)


def unmarked(key: Key) -> str:
    """The same where a draw, chance or a shock is already said to be one."""
    kind, name, owner = key
    whose = _(OWNERS.get(owner, owner))
    if kind in ("lever", "response"):
        actor, setting = lever(name, owner)
        setting = setting if kind == "lever" else as_responses(setting)
        return _("{actor}: {setting}", actor=actor, setting=setting)
    if kind == "parameter":
        return _(PARAMETERS[name].title)
    if kind == "shock":
        return _("{target}, {owner}", target=_(SHOCK_TARGETS[name].title), owner=owner)
    if kind == "state" and name.startswith("record."):
        return _("{metric} as recorded before", metric=_(METRICS[name.removeprefix("record.")].title))
    if kind == "state":
        return _("{whose}: {what}", whose=whose, what=state(name, owner))
    if kind in ("decision", "luck", "draw"):
        return _(DECISIONS.get(name) or DRAWS.get(name) or name)
    if kind != "rule":
        return name
    title = _(RULES[name].title)
    return _("“{rule}” ({whose})", rule=title, whose=whose) if whose else _("“{rule}”", rule=title)


def levels(key: Key, now: float | None, then: float | None) -> tuple[str, str] | None:
    """What a thing was itself in both readings, in words; None where that says nothing."""
    setting = key.name.rpartition(".")[2]
    if now is None or then is None or setting in ("policy", "among"):
        return None
    if key.kind not in ("lever", "response", "parameter", "state"):
        return None
    if key.kind in ("lever", "response") and setting in OPTIONS:
        found = [_option(OPTIONS[setting], value) for value in (now, then)]
        return None if None in found else (str(found[0]), str(found[1]))
    return number(now), number(then)


def _option(options: tuple[str, ...], value: float) -> str | None:
    if value == -1.0:
        return _("left to choose")
    return _(options[int(value)].replace("_", " ")) if value in range(len(options)) else None


def state(name: str, owner: str) -> str:
    """An agent's state, without whose it is."""
    if known := STATES.get(f"{owner}.{name}"):
        return _(known)
    kind, _dot, what = name.removesuffix(".chosen").partition(".")
    if what in LEVERS and kind == "levers":
        title = _(LEVERS[what])
        return f"{title[:1].lower()}{title[1:]}"
    if kind in _TOWARDS and what in ACTORS:
        return _(_TOWARDS[kind], actor=actor_words(what))
    if kind.endswith("_by_resource"):
        held = _plainly(kind.removesuffix("_by_resource"))
        return _("{state} by {resource}", state=held, resource=_(_RESOURCES.get(what, _plainly(what))))
    return _plainly(f"{kind} {what}")


def _plainly(name: str) -> str:
    """A name in code as words."""
    return _(" ".join(_NAMES.get(one, one) for one in name.replace("_", " ").split()))


def lever(name: str, policy: str) -> tuple[str, str]:
    """Whose setting something is, and which."""
    actor, _dot, setting = name.partition(".")
    whose = _(ACTORS[actor])
    if setting.startswith(ON_MENU):
        asked = setting.removeprefix(ON_MENU).replace("_", " ")
        return whose, _("whether a policy to choose from asks for {setting}", setting=asked)
    title = _({"among": N_("Courses to choose from"), **TITLES}.get(setting, setting))
    return whose, _("{setting}, on the course {course}", setting=title, course=policy) if policy else title


def as_responses(setting: str) -> str:
    """A setting that a policy's responses to events make."""
    return _("{setting}, as responses set it", setting=setting)


def claims(key: Key, plans: tuple[Scenario, ...], first: str, last: str) -> tuple[str, ...]:
    """The claims that what goes by a key rests on, in months `first` to `last` (YYYY-MM)."""
    if key.kind == "rule":
        return RULES[key.name].claims
    if key.kind == "parameter":
        return PARAMETERS[key.name].claims
    found: list[str] = []
    if key.kind == "shock":
        shocks = [one for plan in plans for one in plan.shocks if first <= (one.until or one.date) and one.date <= last]
        found = [claim for one in shocks if key.name in one.changes for claim in one.claims]
    elif key.kind in ("lever", "response"):
        actor, _, setting = key.name.partition(".")
        found = [claim for plan in plans for claim in _setting(plan, actor, setting, key.owner, first, last)]
    return tuple(dict.fromkeys(found))


def _setting(plan: Scenario, actor: str, setting: str, course: str, first: str, last: str) -> Iterator[str]:
    """Claims behind whatever in a scenario sets a setting in these months: changes, policies, their responses."""
    part = getattr(plan.actors, actor)
    changes = [one for one in part.changes if (one.from_ or first) <= last and first <= (one.until or last)]
    courses = {part.policy, *(one.policy for one in changes), course}
    for change in changes:
        if setting in change.given() or setting in ("policy", "among") or setting.startswith(ON_MENU):
            yield from change.claims
    for name, policy in plan.policies.items():
        if name in courses and policy.actor == actor:
            if setting in policy.settings.given():
                yield from policy.claims
            for response in policy.responds:
                if setting in response.given():
                    yield from response.claims
