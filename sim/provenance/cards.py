"""What there is to say about one id, as data: a card with facts and with links both ways. It is laid out elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Literal

from sim.evidence import ABOUT, Claim
from sim.mechanisms import LOOPS, PARTS
from sim.metrics import METRICS
from sim.provenance.index import Index, index
from sim.provenance.levers import Explained, Past, explained, level
from sim.provenance.phrases import figure, in_full, place, range_words, within
from sim.record.observations import DATA, shipped_events
from sim.rule import Quantity, Rule
from sim.vocabulary import ACTORS, LEVER_SPECS
from sim.vocabulary.levels import GROUPS, JUDGEMENT, LEVELS
from sim.words.language import N_, _, altered, together
from sim.words.numbers import SUMMARY_WORDS
from sim.words.problems import close_to, short
from sim.words.sentences import side_by_side

# Where in the project the figures of a kind of source stand; an article's text is not passed on.
_FILES = {
    kind: (DATA / name).relative_to(DATA.parents[2]).as_posix()
    for kind, name in (("event_record", "events.csv"), ("series", "observations.csv"))
}

# Which end of a metric is better, and whether one actor would have it so.
_BETTER = {
    ("more", False): N_("more of it"),
    ("less", False): N_("less of it"),
    ("more", True): N_("more of it, as {actor} would have it"),
    ("less", True): N_("less of it, as {actor} would have it"),
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

    @property
    def is_loop(self) -> bool:
        """Whether it is about a feedback loop, which is looked up as mechanisms are."""
        return self.kind == "mechanism" and self.id in LOOPS


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
        everything = list(dict.fromkeys(each for names, _make in makers for each in names))
        raise UnknownIdError(_unknown(name, everything))
    return cards


def _unknown(name: str, everything: list[str]) -> str:
    inside = [each for each in everything if len(name) > 2 and name.lower() in each.lower()]
    close = list(dict.fromkeys([*close_to(name, everything, 5), *inside]))[:8]
    if close:
        return _(
            "no rule, parameter, claim, source, metric, lever or mechanism is called '{name}'; did you mean {close}?",
            name=short(name),
            close=", ".join(close),
        )
    return _(
        "no rule, parameter, claim, source, metric, lever or mechanism is called '{name}'; `durand evidence` alone lists "
        "sources and mechanisms",
        name=short(name),
    )


def _rule_card(known: Index, name: str) -> Card:
    rule = known.rules[name]
    arguments = tuple(
        Entry("argument", argument, side_by_side([range_words(quantity), *_direction(rule, argument)]))
        for argument, quantity in rule.inputs.items()
    )
    off = _("{argument} passes unchanged", argument=rule.off) if isinstance(rule.off, str) else f"{rule.off:g}"
    facts = [
        (_("stands in"), rule.stands_in),
        (_("gives"), range_words(rule.result)),
        (_("switched off"), off),
        (_("judgement"), _(rule.judgement)),
    ]
    sections = (
        Section(_("Takes, as the state of the world"), arguments),
        Section(_("Parameters"), tuple(_parameter_entry(known, each) for each in rule.parameters)),
        Section(_("Moves"), _metric_entries(rule.moves)),
        Section(_("Part of"), _mechanism_entries((*rule.mechanisms, *rule.loops))),
        Section(_("Rests on"), _claim_entries(known, rule.claims), _("no claim: the judgement above carries it")),
    )
    return Card("rule", name, _(rule.statement), _given(facts), sections)


def _direction(rule: Rule, argument: str) -> list[str]:
    if argument in rule.rises_with:
        return [_("the result rises with it")]
    return [_("the result falls with it")] if argument in rule.falls_with else []


def _parameter_card(known: Index, name: str) -> Card:
    parameter = known.parameters[name]
    facts = [
        (_("value"), figure(parameter)),
        (_("distribution"), str(parameter.distribution or "")),
        (_("theme"), parameter.theme),
        (_("judgement"), _(parameter.judgement)),
    ]
    nowhere = _("no rule: the agents read it themselves, as a starting value or a limit")
    sections = (
        Section(_("Used by"), _rule_entries(known, known.taking.get(name, ())), nowhere),
        Section(_("Set by scenarios"), _file_entries(known.setting.get(name, ()))),
        Section(_("Rests on"), _claim_entries(known, parameter.claims), _("no claim: the judgement above carries it")),
    )
    return Card("parameter", name, in_full(parameter), _given(facts), sections)


def _metric_card(known: Index, name: str) -> Card:
    metric = METRICS[name]
    facts = [
        (_("called"), _(metric.title)),
        (_("monthly value"), range_words(Quantity(metric.unit, metric.low, metric.high))),
        (_("over a run"), _(SUMMARY_WORDS[metric.summary])),
    ]
    if metric.better:
        whose = _(ACTORS[metric.better_for]) if metric.better_for else ""
        facts.append((_("better"), _(_BETTER[metric.better, bool(whose)], actor=whose)))
    movers = _rule_entries(known, known.moving.get(name, ()))
    sections = (
        Section(_("Moved by"), movers, _("no rule of its own: put together from other metrics or from levers")),
        Section(_("Levers that are meant to move it"), _lever_entries(name)),
    )
    return Card("metric", name, _(metric.means), tuple(facts), sections)


def _lever_card(known: Index, name: str) -> Card:
    lever, told = LEVER_SPECS[name], explained(name)
    facts = [
        (_("called"), _(lever.title)),
        (_("it"), _("presses") if lever.coercive else _("gives, opens or concedes")),
        (_("acts"), altered(_(GROUPS[LEVELS[name].group]), _in_a_line) if name in LEVELS else ""),
        (_("supplies"), _(lever.supplies.replace("_", " "))),
        (_("levels"), _(JUDGEMENT) if told.levels else ""),
        (_("found"), together(" ", told.effects)),
    ]
    sections = (
        Section(_("Levels"), tuple(Entry("argument", f"{value:g}", words) for value, words in told.levels)),
        Section(_("Meant to move"), _metric_entries(lever.aims), _("nothing in particular")),
        Section(_("Costs"), (_parameter_entry(known, lever.cost),)),
        Section(_("Argued for by"), _claim_entries(known, told.argued_for)),
        Section(_("Argued against by"), _claim_entries(known, told.argued_against)),
        Section(
            _("In the record"), tuple(_past_entry(told, one) for one in told.past), _("not used until December 2023")
        ),
    )
    return Card("lever", name, _(lever.means), _given(facts), sections)


def _in_a_line(group: str) -> str:
    return group.lower().replace("ttp", "TTP").replace("kabul", "Kabul")


def _past_entry(told: Explained, past: Past) -> Entry:
    called = level(told.name, past.value)
    value = f"{past.value:g}"
    words = _("{value}, {level}", value=value, level=called) if called else value
    return Entry("argument", past.months, words, " ".join([_(past.why), *past.claims]))


def _lever_entries(metric: str) -> tuple[Entry, ...]:
    return tuple(Entry("lever", one.name, _(one.title)) for one in LEVER_SPECS.values() if metric in one.aims)


def _levers_argued(claim: str) -> tuple[Entry, ...]:
    """The levers that a claim is named with as an argument; which way is a judgement."""
    told = [explained(name) for name in LEVER_SPECS]
    return tuple(
        Entry("lever", one.name, _(side), _(one.title))
        for side in (N_("for"), N_("against"))
        for one in told
        if claim in (one.argued_for if side == "for" else one.argued_against)
    )


def _mechanism_card(known: Index, name: str) -> Card:
    rules = known.working.get(name, ())
    moved = dict.fromkeys(metric for rule in rules for metric in known.rules[rule].moves)
    sections = (
        Section(_("Seen in"), _metric_entries(moved)),
        Section(_("Rules"), _rule_entries(known, rules), _("none")),
        Section(_("Claims that bear on it"), _claim_entries(known, (c.id for c in known.ledger.of_mechanism(name)))),
    )
    return Card("mechanism", name, _(PARTS[name]), (), sections)


def _claim_card(known: Index, name: str) -> Card:
    claim = known.ledger.claims[name]
    source = Entry("source", claim.source, within(claim), _(known.ledger.sources[claim.source].title))
    facts = [
        (_("kind"), _(claim.kind)),
        (_("about"), together(", ", (_(ABOUT[each]) for each in claim.about))),
        (_("speaks of"), _(claim.date)),
        (_("confidence"), _(claim.confidence)),
        (_("note"), _(claim.note) if claim.note else ""),
        (_("unused because"), _(claim.unused) if claim.unused else ""),
    ]
    rules = _rule_entries(known, known.citing_rules.get(name, ()))
    through = tuple(
        Entry("rule", rule, _("by {parameters}", parameters=", ".join(parameters)), _(known.rules[rule].statement))
        for rule, parameters in known.rules_through(name).items()
    )
    parameters = tuple(_parameter_entry(known, each) for each in known.citing_parameters.get(name, ()))
    files = _file_entries(known.citing_files.get(name, ()))
    sections = (
        Section(_("Stated by"), (source,)),
        Section(_("In the record of events"), _event_entries(known, claim)),
        Section(_("Bears on"), _mechanism_entries(claim.mechanisms)),
        Section(_("Conflicts with"), _claim_entries(known, claim.conflicts)),
        Section(_("Rules that rest on it"), rules, "" if known.used(name) else _("nothing in the model rests on it")),
        Section(_("Parameters that rest on it"), parameters),
        Section(_("Rules that rest on it by a parameter"), through),
        Section(_("Levers that it speaks for or against"), _levers_argued(name)),
        Section(_("Scenarios and policies that cite it"), files),
    )
    return Card("claim", name, _(claim.text), _given(facts), sections)


def _event_entries(known: Index, claim: Claim) -> tuple[Entry, ...]:
    """Of a claim from the record of events: its rows of the days that the claim speaks of, each with its own source."""
    if known.ledger.sources[claim.source].kind != "event_record":
        return ()
    first, _to, last = claim.date.partition(" to ")
    return tuple(
        Entry("argument", day, f"{one.source_title} ({one.source_url})", one.description)
        for one in shipped_events()
        if first <= (day := f"{one.date:%Y-%m-%d}") and day[: len(last or first)] <= (last or first)
    )


def _source_card(known: Index, name: str) -> Card:
    source = known.ledger.sources[name]
    claims = known.ledger.of_source(name)
    used = sum(known.used(claim.id) for claim in claims)
    unknown = _("not named in the copy") if source.kind == "article" else ""
    facts = [
        (_("kind"), _(source.kind.replace("_", " "))),
        (_("author"), source.author or unknown),
        (_("outlet"), source.outlet or unknown),
        (_("date"), _(source.date)),
        (_("file"), _FILES.get(source.kind, "")),
        (_("address"), source.url or ""),
        (_("series"), ", ".join(source.series)),
        (_("note"), _(source.note)),
        (_("claims"), _("{count}, of which {used} are used", count=len(claims), used=used)),
    ]
    rules = tuple(
        Entry("rule", rule.name, _remains(rule.judgement), _(rule.statement))
        for rule in known.rules.values()
        if only_source(known, rule.claims) == name
    )
    parameters = tuple(
        Entry("parameter", parameter.name, _remains(parameter.judgement), _(parameter.meaning))
        for parameter in known.parameters.values()
        if only_source(known, parameter.claims) == name
    )
    sections = (
        Section(_("Its claims"), tuple(_claim_entry(known, claim.id, used=known.used(claim.id)) for claim in claims)),
        Section(_("Rules that cite no other source, and would lose their footing without it"), rules, _("none")),
        Section(_("Parameters that cite no other source"), parameters, _("none")),
    )
    return Card("source", name, _(source.title), _given(facts), sections)


def only_source(known: Index, claims: Iterable[str]) -> str:
    """The one source that all of these claims come from; empty when there is none, or more than one."""
    sources = {known.ledger.claims[claim].source for claim in claims}
    return sources.pop() if len(sources) == 1 else ""


def _remains(judgement: str) -> str:
    return _("a judgement would remain") if judgement else ""


def _given(facts: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    return tuple((label, words) for label, words in facts if words)


def _rule_entries(known: Index, names: Iterable[str]) -> tuple[Entry, ...]:
    return tuple(Entry("rule", name, f"{known.rules[name].theme}.py", _(known.rules[name].statement)) for name in names)


def _parameter_entry(known: Index, name: str) -> Entry:
    parameter = known.parameters[name]
    return Entry("parameter", name, figure(parameter), in_full(parameter))


def _mechanism_entries(names: Iterable[str]) -> tuple[Entry, ...]:
    return tuple(Entry("mechanism", name, _(PARTS[name])) for name in names)


def _metric_entries(names: Iterable[str]) -> tuple[Entry, ...]:
    return tuple(Entry("metric", name, _(METRICS[name].title)) for name in names)


def _file_entries(names: Iterable[str]) -> tuple[Entry, ...]:
    return tuple(Entry("scenario", name) for name in names)


def _claim_entries(known: Index, names: Iterable[str]) -> tuple[Entry, ...]:
    return tuple(_claim_entry(known, name) for name in names)


def _claim_entry(known: Index, name: str, *, used: bool = True) -> Entry:
    claim = known.ledger.claims[name]
    sure = [] if claim.confidence == "high" else [_("{how} confidence", how=_(claim.confidence))]
    note = [place(claim), _(claim.kind), *sure, *([] if used else [_("unused")])]
    return Entry("claim", name, side_by_side(note), _(claim.text))
