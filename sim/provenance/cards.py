"""What there is to say about one id, as data: a card with facts and with links both ways. Text is made elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from sim.evidence import ABOUT, Claim
from sim.mechanisms import PARTS
from sim.metrics import METRICS
from sim.parameters import Parameter
from sim.provenance.index import Index, index
from sim.provenance.levers import Explained, Past, explained, level
from sim.record.observations import DATA, shipped_events
from sim.rule import Quantity, Rule
from sim.vocabulary import ACTORS, LEVER_SPECS
from sim.vocabulary.levels import GROUPS, JUDGEMENT, LEVELS
from sim.words.problems import close_to, short

# Where in the project the figures of a kind of source stand; an article's text is not passed on.
_FILES = {
    kind: (DATA / name).relative_to(DATA.parents[2]).as_posix()
    for kind, name in (("event_record", "events.csv"), ("series", "observations.csv"))
}

Kind = Literal["rule", "parameter", "claim", "source", "metric", "lever", "mechanism", "scenario", "argument"]


@dataclass(frozen=True)
class Entry:
    """One line of a section.

    Attributes:
        kind, id: what it stands for; all kinds but `scenario` and `argument` can be looked up in turn.
        note: a few words beside the id.
        text: a sentence below it; may be empty.
    """

    kind: Kind
    id: str
    note: str = ""
    text: str = ""


@dataclass(frozen=True)
class Section:
    """Entries under a heading; `empty` is what to say when there are none (nothing: leave the section out)."""

    title: str
    entries: tuple[Entry, ...]
    empty: str = ""


@dataclass(frozen=True)
class Card:
    """All about one id.

    Attributes:
        kind, id: what it is about.
        sentence: what it says or stands for, in one sentence.
        facts: (label, words) pairs.
        sections: what it rests on and what rests on it.
    """

    kind: Kind
    id: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


class UnknownIdError(ValueError):
    """Nothing goes by this id; the message suggests what was meant."""


def look_up(name: str, known: Index | None = None) -> tuple[Card, ...]:
    """The cards of everything that goes by an id: mostly one, but a metric and a rule may share a name.

    Raises:
        UnknownIdError: nothing does.
    """
    known = known or index()
    name = name.strip()
    name = name.upper() if name.upper() in PARTS else name
    makers: list[tuple[Iterable[str], Callable[[Index, str], Card]]] = [
        (known.rules, _rule_card),
        (known.parameters, _parameter_card),
        (METRICS, _metric_card),
        (LEVER_SPECS, _lever_card),
        (PARTS, _mechanism_card),
        (known.ledger.claims, _claim_card),
        (known.ledger.sources, _source_card),
    ]
    cards = tuple(make(known, name) for names, make in makers if name in names)
    if not cards:
        everything = list(dict.fromkeys(each for names, _ in makers for each in names))
        raise UnknownIdError(_unknown(name, everything))
    return cards


def _unknown(name: str, everything: list[str]) -> str:
    inside = [each for each in everything if len(name) > 2 and name.lower() in each.lower()]
    close = list(dict.fromkeys([*close_to(name, everything, 5), *inside]))[:8]
    hint = f"did you mean {', '.join(close)}?" if close else "`durand evidence` alone lists sources and mechanisms"
    return f"no rule, parameter, claim, source, metric, lever or mechanism is called '{short(name)}'; {hint}"


def _rule_card(known: Index, name: str) -> Card:
    rule = known.rules[name]
    arguments = tuple(
        Entry("argument", argument, "; ".join([range_words(quantity), *_direction(rule, argument)]))
        for argument, quantity in rule.inputs.items()
    )
    off = f"{rule.off} passes unchanged" if isinstance(rule.off, str) else f"{rule.off:g}"
    facts = [
        ("stands in", rule.stands_in),
        ("gives", range_words(rule.result)),
        ("switched off", off),
        ("judgement", rule.judgement),
    ]
    sections = (
        Section("Takes, as the state of the world", arguments),
        Section("Parameters", tuple(_parameter_entry(known, each) for each in rule.parameters)),
        Section("Moves", _metric_entries(rule.moves)),
        Section("Part of", _mechanism_entries((*rule.mechanisms, *rule.loops))),
        Section("Rests on", _claim_entries(known, rule.claims), "no claim: the judgement above carries it"),
    )
    return Card("rule", name, rule.statement, _given(facts), sections)


def _direction(rule: Rule, argument: str) -> list[str]:
    if argument in rule.rises_with:
        return ["the result rises with it"]
    return ["the result falls with it"] if argument in rule.falls_with else []


def _parameter_card(known: Index, name: str) -> Card:
    parameter = known.parameters[name]
    facts = [
        ("value", _figure(parameter)),
        ("distribution", str(parameter.distribution or "")),
        ("theme", parameter.theme),
        ("judgement", parameter.judgement),
    ]
    nowhere = "no rule: the agents read it themselves, as a starting value or a limit"
    sections = (
        Section("Used by", _rule_entries(known, known.taking.get(name, ())), nowhere),
        Section("Set by scenarios", _file_entries(known.setting.get(name, ()))),
        Section("Rests on", _claim_entries(known, parameter.claims), "no claim: the judgement above carries it"),
    )
    return Card("parameter", name, parameter.in_full, _given(facts), sections)


def _metric_card(known: Index, name: str) -> Card:
    metric = METRICS[name]
    facts = [
        ("called", metric.title),
        ("monthly value", range_words(Quantity(metric.unit, metric.low, metric.high))),
        ("over a run", "its last month" if metric.summary == "final" else f"the {metric.summary} of its months"),
    ]
    if metric.better:
        whose = f", as {ACTORS[metric.better_for]} would have it" if metric.better_for else ""
        facts.append(("better", f"{metric.better} of it{whose}"))
    movers = _rule_entries(known, known.moving.get(name, ()))
    sections = (
        Section("Moved by", movers, "no rule of its own: put together from other metrics or from levers"),
        Section("Levers that are meant to move it", _lever_entries(name)),
    )
    return Card("metric", name, metric.means, tuple(facts), sections)


def _lever_card(known: Index, name: str) -> Card:
    lever, told = LEVER_SPECS[name], explained(name)
    facts = [
        ("called", lever.title),
        ("it", "presses" if lever.coercive else "gives, opens or concedes"),
        (
            "acts",
            GROUPS[LEVELS[name].group].lower().replace("ttp", "TTP").replace("kabul", "Kabul")
            if name in LEVELS
            else "",
        ),
        ("supplies", lever.supplies.replace("_", " ")),
        ("levels", JUDGEMENT if told.levels else ""),
        ("found", " ".join(told.effects)),
    ]
    sections = (
        Section("Levels", tuple(Entry("argument", f"{value:g}", words) for value, words in told.levels)),
        Section("Meant to move", _metric_entries(lever.aims), "nothing in particular"),
        Section("Costs", (_parameter_entry(known, lever.cost),)),
        Section("Argued for by", _claim_entries(known, told.argued_for)),
        Section("Argued against by", _claim_entries(known, told.argued_against)),
        Section("In the record", tuple(_past_entry(told, one) for one in told.past), "not used until December 2023"),
    )
    return Card("lever", name, lever.means, _given(facts), sections)


def _past_entry(told: Explained, past: Past) -> Entry:
    words = f"{past.value:g}, {level(told.name, past.value)}".rstrip(", ")
    return Entry("argument", past.months, words, " ".join([past.why, *past.claims]))


def _lever_entries(metric: str) -> tuple[Entry, ...]:
    return tuple(Entry("lever", one.name, one.title) for one in LEVER_SPECS.values() if metric in one.aims)


def _levers_argued(claim: str) -> tuple[Entry, ...]:
    """The levers that a claim is named with as an argument; which way is a judgement."""
    told = [explained(name) for name in LEVER_SPECS]
    return tuple(
        Entry("lever", one.name, side, one.title)
        for side in ("for", "against")
        for one in told
        if claim in (one.argued_for if side == "for" else one.argued_against)
    )


def _mechanism_card(known: Index, name: str) -> Card:
    rules = known.working.get(name, ())
    moved = dict.fromkeys(metric for rule in rules for metric in known.rules[rule].moves)
    sections = (
        Section("Seen in", _metric_entries(moved)),
        Section("Rules", _rule_entries(known, rules), "none"),
        Section("Claims that bear on it", _claim_entries(known, (c.id for c in known.ledger.of_mechanism(name)))),
    )
    return Card("mechanism", name, PARTS[name], (), sections)


def _claim_card(known: Index, name: str) -> Card:
    claim = known.ledger.claims[name]
    source = Entry("source", claim.source, _within(claim), known.ledger.sources[claim.source].title)
    facts = [
        ("kind", claim.kind),
        ("about", ", ".join(ABOUT[each] for each in claim.about)),
        ("speaks of", claim.date),
        ("confidence", claim.confidence),
        ("note", claim.note or ""),
        ("unused because", claim.unused or ""),
    ]
    rules = _rule_entries(known, known.citing_rules.get(name, ()))
    through = tuple(
        Entry("rule", rule, f"by {', '.join(parameters)}", known.rules[rule].statement)
        for rule, parameters in known.rules_through(name).items()
    )
    parameters = tuple(_parameter_entry(known, each) for each in known.citing_parameters.get(name, ()))
    files = _file_entries(known.citing_files.get(name, ()))
    sections = (
        Section("Stated by", (source,)),
        Section("In the record of events", _event_entries(known, claim)),
        Section("Bears on", _mechanism_entries(claim.mechanisms)),
        Section("Conflicts with", _claim_entries(known, claim.conflicts)),
        Section("Rules that rest on it", rules, "" if known.used(name) else "nothing in the model rests on it"),
        Section("Parameters that rest on it", parameters),
        Section("Rules that rest on it by a parameter", through),
        Section("Levers that it speaks for or against", _levers_argued(name)),
        Section("Scenarios and policies that cite it", files),
    )
    return Card("claim", name, claim.text, _given(facts), sections)


def _event_entries(known: Index, claim: Claim) -> tuple[Entry, ...]:
    """Of a claim from the record of events: its rows of the days that the claim speaks of, each with its own source."""
    if known.ledger.sources[claim.source].kind != "event_record":
        return ()
    first, _, last = claim.date.partition(" to ")
    return tuple(
        Entry("argument", day, f"{one.source_title} ({one.source_url})", one.description)
        for one in shipped_events()
        if first <= (day := f"{one.date:%Y-%m-%d}") and day[: len(last or first)] <= (last or first)
    )


def _source_card(known: Index, name: str) -> Card:
    source = known.ledger.sources[name]
    claims = known.ledger.of_source(name)
    used = sum(known.used(claim.id) for claim in claims)
    unknown = "not named in the copy" if source.kind == "article" else ""
    facts = [
        ("kind", source.kind.replace("_", " ")),
        ("author", source.author or unknown),
        ("outlet", source.outlet or unknown),
        ("date", source.date),
        ("file", _FILES.get(source.kind, "")),
        ("address", source.url or ""),
        ("series", ", ".join(source.series)),
        ("note", source.note),
        ("claims", f"{len(claims)}, of which {used} are used"),
    ]
    rules = tuple(
        Entry("rule", rule.name, _remains(rule.judgement), rule.statement)
        for rule in known.rules.values()
        if only_source(known, rule.claims) == name
    )
    parameters = tuple(
        Entry("parameter", parameter.name, _remains(parameter.judgement), parameter.meaning)
        for parameter in known.parameters.values()
        if only_source(known, parameter.claims) == name
    )
    sections = (
        Section("Its claims", tuple(_claim_entry(known, claim.id, used=known.used(claim.id)) for claim in claims)),
        Section("Rules that cite no other source, and would lose their footing without it", rules, "none"),
        Section("Parameters that cite no other source", parameters, "none"),
    )
    return Card("source", name, source.title, _given(facts), sections)


def only_source(known: Index, claims: Iterable[str]) -> str:
    """The one source that all of these claims come from; empty when there is none, or more than one."""
    sources = {known.ledger.claims[claim].source for claim in claims}
    return sources.pop() if len(sources) == 1 else ""


def range_words(quantity: Quantity) -> str:
    """A unit and range in words: `0 to 1`, `0 to 360 (months)`."""
    bounds = f"{quantity.low:,g} to {quantity.high:,g}"
    return bounds if quantity.unit == bounds else f"{bounds} ({quantity.unit})"


def _figure(parameter: Parameter) -> str:
    if parameter.constant:
        return f"{parameter.value:g}, fixed ({parameter.unit})"
    return f"{parameter.value:g}, from {range_words(Quantity(parameter.unit, parameter.low, parameter.high))}"


def _place(claim: Claim) -> str:
    """Where a claim stands: `004, paragraph 6`; `picss, picss_militant_attacks_month`."""
    within = _within(claim)
    return f"{claim.source}, {within}" if within else claim.source


def _within(claim: Claim) -> str:
    """Where in its source a claim stands."""
    if claim.paragraph is None:
        return ", ".join(claim.series)
    return f"paragraph {claim.paragraph}" if claim.paragraph else "standfirst"


def _remains(judgement: str) -> str:
    return "a judgement would remain" if judgement else ""


def _given(facts: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((label, words) for label, words in facts if words)


def _rule_entries(known: Index, names: Iterable[str]) -> tuple[Entry, ...]:
    return tuple(Entry("rule", name, f"{known.rules[name].theme}.py", known.rules[name].statement) for name in names)


def _parameter_entry(known: Index, name: str) -> Entry:
    parameter = known.parameters[name]
    return Entry("parameter", name, _figure(parameter), parameter.in_full)


def _mechanism_entries(names: Iterable[str]) -> tuple[Entry, ...]:
    return tuple(Entry("mechanism", name, PARTS[name]) for name in names)


def _metric_entries(names: Iterable[str]) -> tuple[Entry, ...]:
    return tuple(Entry("metric", name, METRICS[name].title) for name in names)


def _file_entries(names: Iterable[str]) -> tuple[Entry, ...]:
    return tuple(Entry("scenario", name) for name in names)


def _claim_entries(known: Index, names: Iterable[str]) -> tuple[Entry, ...]:
    return tuple(_claim_entry(known, name) for name in names)


def _claim_entry(known: Index, name: str, *, used: bool = True) -> Entry:
    claim = known.ledger.claims[name]
    note = [_place(claim), claim.kind, *([] if claim.confidence == "high" else [f"{claim.confidence} confidence"])]
    return Entry("claim", name, "; ".join([*note, *([] if used else ["unused"])]), claim.text)
