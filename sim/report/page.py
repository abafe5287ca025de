"""The report: one HTML file that needs nothing else, for a screen, a phone and paper."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from sim.ensemble.verdicts import THRESHOLDS
from sim.metrics import METRICS
from sim.plots import Picture, draw, missing
from sim.results import Comparison, Results
from sim.results.made import made
from sim.results.reading import reading, scope, titles
from sim.results.results import figures
from sim.results.terminal import SHORT_LIST
from sim.vocabulary import ACTORS, LEVERS, VERDICTS, month_words
from sim.words.numbers import SUMMARY_WORDS, middle_and_range, number, setting, shares, unit_over
from sim.words.sentences import MIDDLES, NOT_A_FORECAST, capital, listed, months_words

if TYPE_CHECKING:
    from sim.scenario.schema import Scenario
    from sim.scenario.settings import Change, Condition, Settings

_TEMPLATES = Path(__file__).with_name("templates")


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


def write(source: Results | Comparison, path: str | Path) -> Path:
    """Write the report of a run or a comparison; returns the path.

    The file holds everything that it shows, and nothing in it is fetched. (Pictures that `save_all` has drawn for the
    same results are not drawn again.)
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(render(source), encoding="utf-8")
    return path


def render(source: Results | Comparison) -> str:
    """The report as a text."""
    results = list(source.results.values()) if isinstance(source, Comparison) else [source]
    called = titles(*results)
    scenarios = {called[one.name]: one.scenario for one in results}
    paragraphs = reading(source)
    acts = {title: acts_of(scenario) for title, scenario in scenarios.items()}
    shocks = {title: shocks_of(scenario) for title, scenario in scenarios.items()}
    environment = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2").render(
        title=listed(list(called.values())) + (" compared" if len(called) > 1 else ""),
        baseline=called[source.baseline] if isinstance(source, Comparison) else "",
        not_a_forecast=NOT_A_FORECAST,
        questions=list(dict.fromkeys(one.question for one in scenarios.values() if one.question)),
        scenarios=scenarios,
        shared_acts=_shared(acts),
        own_acts=_own(acts),
        left_to_rules={title: left_to_rules(scenario) for title, scenario in scenarios.items()},
        shared_shocks=_shared(shocks),
        own_shocks=_own(shocks),
        overrides={title: overrides_of(scenario) for title, scenario in scenarios.items()},
        made=made(one.manifest for one in results).sentence,
        scope=scope(source),
        answer=[text for text in paragraphs if text != scope(source)],
        tables=tables_of(source),
        middles=MIDDLES,
        pictures=[(picture, inline(svg, picture)) for picture, svg in draw(source)],
        missing=missing(source),
        verdicts=VERDICTS,
        thresholds=THRESHOLDS,
        sources=sources(),
        manifest=source.manifest,
        manifest_text=json.dumps(source.manifest, indent=2, ensure_ascii=False, default=str),
        yamls={called[one.name]: one.scenario_yaml for one in results},
    )


def inline(svg: str, picture: Picture) -> Markup:
    """A picture's SVG to stand among others in one page: named for those who hear it, its ids its own."""
    own = re.sub(r'(\bid="|url\(#)(?=(?:gradient|clip)_?\d)', rf"\g<1>{picture.name}-", svg)
    label = Markup.escape(f"{picture.title}. {picture.text}")
    return Markup(own.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1))


def tables_of(source: Results | Comparison) -> list[dict[str, Any]]:
    """The main numbers: for each scenario compared with the baseline a table of heads and rows of (figure, range)."""
    if isinstance(source, Results):
        summary = figures(source.summary())
        rows = [(_metric(name), [middle_and_range(name, summary[name])]) for name in SHORT_LIST]
        return [{"title": "", "heads": [titles(source)[source.name]], "rows": rows}]
    called = titles(*source.results.values())
    base = called[source.baseline]
    first = figures(source.results[source.baseline].summary())
    out = []
    for name in source.others:
        other, second = called[name], figures(source.results[name].summary())
        paired = figures(source.summary().loc[name])
        rows = []
        for metric in SHORT_LIST:
            row = paired[metric]
            cells = [
                middle_and_range(metric, first[metric]),
                middle_and_range(metric, second[metric]),
                middle_and_range(metric, row, sign=True),
            ]
            cells.append(_higher(row, source.worlds))
            rows.append((_metric(metric), cells))
        heads = [base, other, f"{other} minus {base}", f"{other} higher in"]
        out.append({"title": f"{other} compared with {base}", "heads": heads, "rows": rows})
    return out


def _metric(name: str) -> tuple[str, str]:
    metric = METRICS[name]
    return metric.title, f"{unit_over(metric.unit, metric.summary)}, {SUMMARY_WORDS[metric.summary]}"


def _higher(row: dict[str, float], worlds: int) -> tuple[str, str]:
    higher, equal = round(row["share_higher"] * worlds), round(row["share_equal"] * worlds)
    if equal == worlds:
        return "the same in all", ""
    in_higher, in_equal, _ = shares([higher, equal, worlds - higher - equal])
    return in_higher, f"the same in {in_equal}" if equal else ""


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
    return [
        (TITLES[name].lower().replace("ttp", "TTP").replace("taliban", "Taliban"), setting(given[name]))
        for name in levers + others
    ]


def left_to_rules(scenario: Scenario) -> str:
    """Which actors decide for themselves, by the rules of the model, in the whole run; empty if none does."""
    free = []
    for actor, title in ACTORS.items():
        settings = getattr(scenario.actors, actor)
        if settings.policy in (None, "choose") and not settings.given() and not settings.changes:
            free.append(title if actor == "india" or actor == "pakistan" else f"the {title}")
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
        out.append(f"{name.replace('_', ' ')}: {words}")
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


def _shared(by_scenario: dict[str, list[Statement]]) -> list[Statement]:
    """What stands in every scenario; nothing where there is only one."""
    lists = list(by_scenario.values())
    return [one for one in lists[0] if all(one in other for other in lists[1:])] if len(lists) > 1 else []


def _own(by_scenario: dict[str, list[Statement]]) -> dict[str, list[Statement]]:
    shared = _shared(by_scenario)
    return {title: [one for one in statements if one not in shared] for title, statements in by_scenario.items()}


def sources() -> dict[str, list[tuple[str, str, int]]]:
    """Articles, and then series and records: title, where and when it comes from, how many claims rest on it."""
    from sim.evidence import ledger

    out: dict[str, list[tuple[str, str, int]]] = {"Articles": [], "Public series and records": []}
    for source in ledger().sources.values():
        kind = "Articles" if source.kind == "article" else "Public series and records"
        author = source.author or ("author not given" if source.kind == "article" else None)
        date = month_words(source.date) if re.fullmatch(r"\d{4}-\d\d", source.date) else source.date
        where = "; ".join(part for part in (author, source.outlet, date, source.url) if part)
        out[kind].append((source.title, where, len(ledger().of_source(source.id))))
    return out
