"""The report: one HTML file that needs nothing else, for a screen, a phone and paper."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from sim import theme
from sim.ensemble.verdicts import THRESHOLDS
from sim.metrics import METRICS
from sim.plots import Picture, draw, missing
from sim.plots.theme import WIDTH
from sim.report.brief import KICKER, brief_of, rest_of
from sim.report.live import content_security_policy, scripts, specifications
from sim.report.sides import acts_of, left_to_rules, overrides_of, own, shared, shocks_of
from sim.results import Comparison, Results
from sim.results.made import made
from sim.results.reading import titles
from sim.results.results import figures
from sim.results.terminal import SHORT_LIST
from sim.vocabulary import VERDICTS
from sim.words.language import LANGUAGES, N_, _, from_the_right, n_, spoken, together
from sim.words.numbers import SUMMARY_WORDS, middle_and_range, shares, unit_over
from sim.words.sentences import MIDDLES, NOT_A_FORECAST, date_words, listed

# What Vega says of the parts of a drawing.
_PARTS = re.compile(r' (?:role|aria-roledescription|aria-label)="[^"]*"')
_TEMPLATES = Path(__file__).with_name("templates")
_TYPED = "\ue000"  # stands for it meanwhile; a sign that is nobody's


# What stands in the report below the one page, in order: id -> heading.
CONTENTS = {
    "more": N_("What else the worlds say"),
    "pictures": N_("Month by month"),
    "numbers": N_("The numbers"),
    "sides": N_("What each side does"),
    "assumed": N_("What was assumed"),
    "limits": N_("Limits"),
    "sources": N_("Sources"),
    "manifest": N_("What made these results"),
}
# Pictures that go together, in an order in which they fill columns of paper: low ones next to each other, then high ones. The
# first stand open.
_TOGETHER = {
    N_("Deaths and attacks"): ("fan-fatalities", "fan-attacks", "difference-fatalities", "difference-attacks"),
    N_("Kabul and the TTP"): ("fan-ttp-strength", "stances", "alignments"),
    N_("Leverage and sovereignty"): (
        "fan-leverage-pakistan-taliban",
        "fan-sovereignty",
        "difference-sovereignty",
        "leverage-kabul-over-pakistan",
        "leverage-pakistan-over-kabul",
    ),
    N_("How it ends, where attacks happen, and what Pakistan does"): ("verdicts", "levers-in-force", "attacks-by-area"),
}


def write(source: Results | Comparison, path: str | Path) -> Path:
    """Write the report of a run or a comparison; returns the path.

    The file holds everything that it shows, and nothing in it is fetched. (Pictures that `save_all` has drawn for the
    same results are not drawn again.)
    """
    return _written(render(source), path)


def write_brief(source: Results | Comparison, path: str | Path) -> Path:
    """Write the one page of it alone; returns the path."""
    return _written(render_brief(source), path)


def render(source: Results | Comparison) -> str:
    """The report as a text."""
    results = list(source.results.values()) if isinstance(source, Comparison) else [source]
    called = titles(*results)
    scenarios = {called[one.name]: one.scenario for one in results}
    acts = {title: acts_of(scenario) for title, scenario in scenarios.items()}
    shocks = {title: shocks_of(scenario) for title, scenario in scenarios.items()}
    drawn, run = draw(source), scripts()
    return _template("report.html.j2").render(
        **_common(source),
        content_security_policy=content_security_policy(run),
        contents={name: _(words) for name, words in CONTENTS.items()},
        scenarios=scenarios,
        shared_acts=shared(acts),
        own_acts=own(acts),
        left_to_rules={title: left_to_rules(scenario) for title, scenario in scenarios.items()},
        shared_shocks=shared(shocks),
        own_shocks=own(shocks),
        overrides={title: overrides_of(scenario) for title, scenario in scenarios.items()},
        made=made(one.manifest for one in results).sentence,
        more=rest_of(source),
        tables=tables_of(source),
        middles=_(MIDDLES),
        pictures=_together([(picture, inline(svg, picture)) for picture, svg in drawn]),
        width=WIDTH,
        size=size,
        missing=missing(source),
        drawings=Markup(specifications(picture for picture, _svg in drawn)),
        scripts=[Markup(one) for one in run],
        verdicts=together(", ", map(_, VERDICTS.values())),
        thresholds=THRESHOLDS,
        sources=sources(),
        manifest_text=json.dumps(source.manifest, indent=2, ensure_ascii=False, default=str),
        yamls={called[one.name]: one.scenario_yaml for one in results},
    )


def render_brief(source: Results | Comparison) -> str:
    """The one page as a text."""
    return _template("page.html.j2").render(**_common(source), content_security_policy=content_security_policy([]))


def _common(source: Results | Comparison) -> dict[str, Any]:
    """What both pages say."""
    results = list(source.results.values()) if isinstance(source, Comparison) else [source]
    names = list(titles(*results).values())
    return {
        "title": _("{scenarios} compared", scenarios=listed(names)) if len(names) > 1 else listed(names),
        "language": LANGUAGES[spoken()],
        "kicker": _(KICKER),
        "brief": brief_of(source),
        "not_a_forecast": _(NOT_A_FORECAST),
        "manifest": source.manifest,
        "palette": theme.PALETTE,
        "look": Markup(_look()),
    }


def _look() -> str:
    """Colours by day, by night and on paper, and the font that pictures are measured with."""
    dark = theme.svg_css(".card", dark_only=True)
    other = f"{theme.font_face('Durand Naskh', 'noto-naskh-arabic')}{_OTHER_WAY}" if from_the_right() else ""
    return f"{theme.css_variables()}{theme.font_face()}@media screen and (prefers-color-scheme: dark) {{\n{dark}}}\n{other}"


# Each line runs as its own words do, and what is drawn as it is drawn elsewhere.
_OTHER_WAY = """
body { font-family: var(--font), 'Durand Naskh'; }
p, li, h1, h2, h3, summary, figcaption, caption, td, th, span.name { unicode-bidi: plaintext; text-align: start; }
.bars, .ticks, .card, pre, code { direction: ltr; }
.bars .said, .bars tbody th { text-align: start; }
svg text { unicode-bidi: plaintext; font-family: var(--font), 'Durand Naskh'; }
ul, ol { padding-left: 0; padding-inline-start: 1.3em; }
"""


def _written(text: str, path: str | Path) -> Path:
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def _template(name: str) -> Template:
    made = Environment(
        loader=FileSystemLoader(_TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals |= {"_": _, "N_": N_, "n_": n_, "with_code": with_code}
    return made.get_template(name)


def with_code(text: str, code: str) -> Markup:
    """A text with a place for what is typed, `{code}`, which is set as such."""
    said = Markup.escape(_(text, code=_TYPED))
    return Markup(said.replace(_TYPED, Markup("<code>{}</code>").format(code)))


def _together(drawn: list[tuple[Picture, Markup]]) -> dict[str, list[tuple[Picture, Markup]]]:
    """Pictures under the heading that they belong to; whatever is not named there comes last."""
    by_name = {picture.name: (picture, svg) for picture, svg in drawn}
    out = {_(words): [by_name.pop(name) for name in names if name in by_name] for words, names in _TOGETHER.items()}
    out[_(list(_TOGETHER)[-1])] += by_name.values()
    return {words: some for words, some in out.items() if some}


def inline(svg: str, picture: Picture) -> Markup:
    """A picture's SVG to stand among others in one page: named for those who hear it, as one whole, its ids its own."""
    own = re.sub(r'(\bid="|url\(#)(?=(?:gradient|clip)_?\d)', rf"\g<1>{picture.name}-", svg)
    own = re.sub(r"<[^>]*\brole=[^>]*>", lambda tag: _PARTS.sub("", tag[0]), own)
    label = Markup.escape(f"{picture.title}. {picture.text}")
    return Markup(own.replace("<svg ", f'<svg role="img" aria-label="{label}" ', 1))


def size(svg: str) -> str:
    """What a drawing may be on paper: "low" ones stand two in a column, or one below a "high" one; others have it alone."""
    found = re.search(r'<svg [^>]*?height="([\d.]+)"', svg)
    height = float(found[1]) if found else 0.0
    return "low" if height <= 520 else "high" if height <= 620 else "whole"


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
        told = {"scenario": other, "base": base}
        heads = [base, other, _("{scenario} minus {base}", **told), _("{scenario} higher in", scenario=other)]
        out.append({"title": _("{scenario} compared with {base}", **told), "heads": heads, "rows": rows})
    return out


def _metric(name: str) -> tuple[str, str]:
    metric = METRICS[name]
    unit = _(unit_over(metric.unit, metric.summary))
    return _(metric.title), _("{unit}, {summary}", unit=unit, summary=_(SUMMARY_WORDS[metric.summary]))


def _higher(row: dict[str, float], worlds: int) -> tuple[str, str]:
    higher, equal = round(row["share_higher"] * worlds), round(row["share_equal"] * worlds)
    if equal == worlds:
        return _("the same in all"), ""
    in_higher, in_equal, _in_lower = shares([higher, equal, worlds - higher - equal])
    return in_higher, _("the same in {share}", share=in_equal) if equal else ""


def sources() -> dict[str, list[tuple[str, str, int]]]:
    """Articles, and then series and records: title, where and when it comes from, how many claims rest on it."""
    from sim.evidence import ledger

    articles, records = _("Articles"), _("Public series and records")
    out: dict[str, list[tuple[str, str, int]]] = {articles: [], records: []}
    for source in ledger().sources.values():
        kind = articles if source.kind == "article" else records
        author = source.author or (_("author not given") if source.kind == "article" else None)
        where = "; ".join(part for part in (author, source.outlet, date_words(source.date), source.url) if part)
        out[kind].append((source.title, where, len(ledger().of_source(source.id))))
    return out
