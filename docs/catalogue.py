"""Collect what readers see into the catalogues: python docs/catalogue.py (with --check: only say what is stale).

`durand.pot` has every text with where it stands; each language's file keeps what is translated and gets what is new, which
is shown in English until somebody translates it. Texts of the code are those within `_( )` and `N_( )`; those of levers,
metrics, parameters, rules, scenarios, exercises and the glossary come from where they are declared.
"""

# ruff: noqa: E402
from __future__ import annotations

import argparse
import ast
import re
import sys
from calendar import month_name
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import get_args

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]  # so that it runs from a checkout that is not installed

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.pofile import read_po, write_po

from sim.agents.observers import OBSERVERS
from sim.ensemble.outcomes import CROSSINGS
from sim.ensemble.verdicts import THRESHOLDS
from sim.evidence import ABOUT as ABOUT_WHOM
from sim.evidence import ledger
from sim.evidence.ledger import CLAIM_KINDS, Confidence
from sim.experiment.load import experiments
from sim.mechanisms import LOOPS, PARTS
from sim.metrics import METRICS, PANELS
from sim.parameters import PARAMETERS
from sim.plots.places import LAYERS
from sim.provenance.levers import explained
from sim.results.reading import shortened
from sim.rule import RULES
from sim.scenario import SHOCK_TARGETS, Scenario, list_scenarios, load_scenario
from sim.scenario.diff import TITLES
from sim.scenario.settings import OPTIONS
from sim.search.findings import read_findings, shipped
from sim.teaching.exercises.load import list_exercises, load_exercise
from sim.teaching.exercises.schema import LEVELS as GRADES
from sim.teaching.exercises.schema import STEPS, Exercise
from sim.teaching.play.briefs import briefs
from sim.teaching.play.game import shocks as all_shocks
from sim.teaching.play.text import SEATS
from sim.vocabulary import (
    ACTORS,
    AFGHAN_AREAS,
    FACTIONS,
    LEVER_SPECS,
    PAKISTAN_AREAS,
    RESOURCES_PAKISTAN_NEEDS,
    RESOURCES_TALIBAN_NEEDS,
    VERDICTS,
    settings_of,
)
from sim.vocabulary.levels import GROUPS, JUDGEMENT, LEVELS
from sim.why.names import DECISIONS, DRAWS, OWNERS, STATES
from sim.words.glossary import MODEL
from sim.words.language import CATALOGUES, ENGLISH, LANGUAGES
from sim.words.sentences import ABOUT, MIDDLES, NOT_A_FORECAST, TOOL, actor_words
from sim.yamlfile import read

TEMPLATE = "durand.pot"
_WORD = re.compile(r"[^\W\d_]")  # what has no letter, as a year, is the same in all languages
# Written into each file in place of dates and names, so that the same texts give the same bytes.
_HEADER = (
    "# What readers of durand see, by `make catalogue`; translations stand in msgstr.\n"
    'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
)


# What marks a text in the code, and how many of its first arguments are texts: one, and several, of something.
KEYWORDS = {"_": 1, "N_": 1, "n_": 2, "together": 1}
IN_TEMPLATES: dict[str, tuple[int, ...] | None] = {"_": None, "N_": None, "n_": (1, 2), "together": (1,)}


def marked(code: str) -> Iterator[str | tuple[str, ...]]:
    """The texts that code marks, in order, however deep they stand within each other: there Babel's own reader loses some."""
    calls = [node for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda one: (one.lineno, one.col_offset)):
        count = KEYWORDS.get(getattr(call.func, "id", ""), 0)
        given = [literals(one) for one in call.args[:count]]
        if count == 2 and all(given):
            yield tuple(said for (said,) in given)
        elif count == 1:
            yield from (said for one in given for said in one)


def literals(node: ast.expr) -> list[str]:
    """A text, or either of two between which a condition chooses."""
    if isinstance(node, ast.IfExp):
        return [*literals(node.body), *literals(node.orelse)]
    return [node.value] if isinstance(node, ast.Constant) and isinstance(node.value, str) else []


def texts() -> Iterator[tuple[str | tuple[str, ...], str]]:
    """Every text, or its singular and plural, and where it stands."""
    for path in sorted(path for part in ("dashboard", "sim") for path in (ROOT / part).rglob("*.py")):
        yield from ((said, path.relative_to(ROOT).as_posix()) for said in marked(path.read_text(encoding="utf-8")))
    for path in sorted((ROOT / "sim").rglob("*.j2")):
        for _line, said, _comments, _context in extract_from_file(
            "jinja2.ext:babel_extract", path, keywords=IN_TEMPLATES
        ):
            yield said, path.relative_to(ROOT).as_posix()
    yield from ((said, "levers") for said in _levers())
    for where, declared in DECLARED.items():
        yield from ((said, where) for one in declared for said in one if _WORD.search(said))
    for name, title, question in list_scenarios():
        scenario = load_scenario(name)
        short = shortened(title)
        yield from ((said, f"scenario/{name}") for said in (title, short, question, *of_scenario(scenario)))
        if short:
            yield f"Your {short}", f"scenario/{name}"  # as the dashboard calls a visitor's own version of it
    yield from _studies()
    yield from ((said, "glossary") for word, term in MODEL.items() for said in (word, term.meaning))
    yield from ((said, "words") for said in (NOT_A_FORECAST, MIDDLES, TOOL))
    yield from ((said, "exercises") for said in (*GRADES.values(), *STEPS.values(), ABOUT))
    for listed in list_exercises():
        one = load_exercise(listed.name)
        yield from ((said, f"exercise/{listed.name}") for said in of_exercise(one))
        yield from ((said, f"instructor/{listed.name}") for said in of_instructor(one))


def _studies() -> Iterator[tuple[str, str]]:
    """The experiments of the library, and what its searches found: not the courses that were found, which are of many."""
    for path in sorted(experiments().glob("*.yaml")):
        data = read(path).data
        yield from ((str(data.get(key) or ""), f"experiment/{path.stem}") for key in ("title", "question"))
    for name, path in shipped().items():
        found = read_findings(path)
        measures = (said for one in (*found.objectives, *found.others) for said in (one.title, one.unit))
        courses = (said for one in found.courses for said in (one.title, one.summary))
        told = (found.title, found.question, found.warning, *measures, *courses)
        yield from ((said, f"search/{name}") for said in told if _WORD.search(said))


# What is declared once, in files of data or in tables, and shown under the names that it has there.
DECLARED: dict[str, list[tuple[str, ...]]] = {
    "actors": [(title, actor_words(actor)) for actor, title in ACTORS.items()],
    "settings": [*((title,) for title in TITLES.values())],
    "decisions": [*((title,) for title in DECISIONS.values())],
    "metrics": [(one.title, one.means, one.unit, one.unit.removesuffix(" a month")) for one in METRICS.values()],
    "panels": [(one.title,) for one in PANELS.values()],
    "months": [(month_name[month],) for month in range(1, 13)],
    "verdicts": [(title,) for title in VERDICTS.values()],
    "options": [(option.replace("_", " "),) for some in OPTIONS.values() for option in some],
    "places": [(title,) for title in (PAKISTAN_AREAS | AFGHAN_AREAS).values()],
    "resources": [(title,) for title in (*RESOURCES_TALIBAN_NEEDS.values(), *RESOURCES_PAKISTAN_NEEDS.values())],
    "factions": [tuple(some.values()) for some in FACTIONS.values()],
    "observers": [(one.title, one.in_a_game, one.unit, one.scope) for one in OBSERVERS.values()],
    "seats": [(note,) for note in SEATS.values()],
    "briefs": [
        (one.text, one.judgement or "") for brief in briefs().values() for _title, part in brief.parts for one in part
    ],
    "events": [(shock.title,) for some in all_shocks().values() for shock in some],
    "thresholds": [(name.replace("_", " "), one.unit, one.reason) for name, one in THRESHOLDS.items()],
    "maps": [(one.title,) for one in LAYERS.values()],
    "accounts": [(said,) for some in (OWNERS, STATES, DRAWS) for said in some.values()],
    "crossings": [(one.title,) for one in CROSSINGS.values()],
    "shocks": [(one.title,) for one in SHOCK_TARGETS.values()],
    "loops": [*LOOPS.values()],
    "mechanisms": [(sentence,) for sentence in PARTS.values()],
    "rules": [
        (one.title, one.statement, one.judgement, *(of.unit for of in (*one.inputs.values(), one.result)))
        for one in RULES.values()
    ],
    "parameters": [(one.title, one.meaning, one.unit, one.judgement) for one in PARAMETERS.values()],
    "claims": [(one.text, one.date, one.note or "", one.unused or "") for one in ledger().claims.values()],
    "sources": [(one.title, one.kind.replace("_", " "), one.date, one.note) for one in ledger().sources.values()],
    "evidence": [CLAIM_KINDS, get_args(Confidence), tuple(ABOUT_WHOM.values())],
    "record": [(past.why,) for name in LEVER_SPECS for past in explained(name).past],
    "supplies": [(one.supplies.replace("_", " "),) for one in LEVER_SPECS.values()],
}


def _levers() -> Iterator[str]:
    yield from (*GROUPS.values(), JUDGEMENT)
    for name, words in LEVELS.items():
        yield from (TITLES[name], settings_of("pakistan")[name].means or "", *words.names)


def of_scenario(one: Scenario) -> Iterator[str]:
    """What a report tells of a scenario, and why it says that its actors do what they do."""
    yield one.summary
    for policy in one.policies.values():
        yield from (policy.title, policy.summary)
    yield from (change.why or "" for actor in ACTORS for change in getattr(one.actors, actor).changes)


def of_instructor(one: Exercise) -> Iterator[str]:
    """What the instructor alone reads of an exercise, and what stands in its pack besides."""
    yield from (passage.text for some in (one.debrief, one.notes, one.reading) for passage in some)
    yield from (said for answer in one.answers for said in (answer.to, answer.text))


def of_exercise(one: Exercise) -> Iterator[str]:
    """What students read of an exercise."""
    yield from (one.title, one.question, *one.goals, *one.submit, *one.discussion)
    yield from (passage.text for passage in (*one.background, *one.steps))
    yield from (step.title for step in one.steps if step.title)
    yield from (said for step in one.steps if step.table for said in (*step.table.columns, *step.table.rows))
    yield from (question.ask for question in one.questions.values())
    yield from (about.title for some in (one.figures, one.runs) for about in some.values() if about.title)
    yield from (about.given for about in one.figures.values() if about.given and about.given.isalpha())


def template() -> Catalog:
    """Every text once, in order of where it is found first."""
    found = Catalog()
    for said, where in texts():
        if said:
            found.add(said, locations=[(where, 0)])
    return found


def written(catalogue: Catalog) -> bytes:
    """A catalogue as a file."""
    out = BytesIO()
    write_po(out, catalogue, width=0, omit_header=True, include_lineno=False, ignore_obsolete=True)
    return _HEADER.encode() + b"\n" + out.getvalue()


def files() -> dict[Path, bytes]:
    """Path -> what should stand in it."""
    wanted = template()
    out = {CATALOGUES / TEMPLATE: written(wanted)}
    for code in LANGUAGES:
        path = CATALOGUES / f"{code}.po"
        if code != ENGLISH.code:
            kept = read_po(BytesIO(path.read_bytes()), code) if path.exists() else Catalog(code)
            kept.update(
                wanted, no_fuzzy_matching=True
            )  # of sentences that are alike one is seldom the other's translation
            out[path] = written(kept)
    return out


def main() -> int:
    """Write what differs, or say it."""
    asked = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    asked.add_argument("--check", action="store_true", help="change nothing; exit 1 where something is stale")
    check = asked.parse_args().check
    stale = {path: text for path, text in files().items() if not path.exists() or path.read_bytes() != text}
    for path, text in stale.items():
        print(f"{path.relative_to(ROOT)}: {'stale; make catalogue' if check else 'written'}")
        if not check:
            path.write_bytes(text)
    return int(check and bool(stale))


if __name__ == "__main__":
    sys.exit(main())
