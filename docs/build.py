"""Write the generated parts of these documents: python docs/build.py (with --check: only say what is stale).

In a page, what stands between `<!-- begin: NAME ... -->` and `<!-- end: NAME -->` is made by the block of that name from
the registries of rules, parameters, metrics, mechanisms, claims and scenarios, so that it cannot differ from what runs.
Pages in `scenarios/` are made whole, one for each file of the library, and so are `response.md` and `story.md`, from runs
that are kept, and the picture of the feedback loops.
"""

# ruff: noqa: E402
from __future__ import annotations

import argparse
import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, TypeVar, cast

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path[:0] = [str(DOCS), str(ROOT)]  # so that it runs from a checkout that is not installed

import numpy as np
from loops_page import IMAGE, loops_picture, loops_svg, named_loops, other_loops
from notation import (
    WIDTH,
    formula,
    month_words,
    rests_on,
    rule_link,
    table,
    unit,
    value_and_range,
    values,
)
from programs import courses as program_courses
from programs import seats as program_seats
from registry_pages import all_claims, all_parameters, all_rules
from response import page as response_page
from scenario_pages import course_cost, scenario_page
from story import page as story_page

from sim import model as model_module
from sim.ensemble.simulate import simulate_batch
from sim.ensemble.spec import RunSpec
from sim.ensemble.verdicts import THRESHOLDS
from sim.evidence import ledger
from sim.extensions import load
from sim.mechanisms import MECHANISMS
from sim.metrics import METRICS, PANELS
from sim.model import MONTH, FrontierModel
from sim.parameters import PARAMETERS
from sim.provenance import cover, index
from sim.provenance.cards import only_source
from sim.rule import RULES
from sim.scenario import list_scenarios, load_policy, load_scenario
from sim.vocabulary import (
    ACTOR_SPECS,
    ACTORS,
    AFGHAN_AREAS,
    BROKERING,
    CAMPAIGNS,
    ENGAGEMENTS,
    FACTIONS,
    ISLAMABAD_ANSWERS,
    KABUL_ANSWERS,
    LEVER_SPECS,
    PAKISTAN_AREAS,
    RESOURCES_PAKISTAN_NEEDS,
    RESOURCES_TALIBAN_NEEDS,
    ROSTER,
    STANCES,
    START,
    VERDICTS,
    months_between,
)
from sim.words.glossary import METHODS, MODEL

PAGES = ("model.md", "rules.md", "parameters.md", "claims.md", "glossary.md", "loops.md", "programs.md")
BLOCK = re.compile(r"<!-- begin: (\S+)(.*?) -->\n(.*?)<!-- end: \1 -->", re.DOTALL)
# The decision that is worked through: any month of any world would do.
SCENARIO, SEED, EXAMPLE_MONTH = "history", 0, "2022-06"
T = TypeVar("T")


def counts(_: str) -> str:
    figures = cover()
    return (
        f"{len(RULES)} rules, {len(PARAMETERS)} parameters, {len(MECHANISMS)} mechanisms, {len(METRICS)} monthly metrics "
        f"and {len(PANELS)} panels of them by area, group, faction, resource or lever; {figures.claims[0]} claims from "
        f"{len(figures.sources)} sources, {figures.of_articles[0]} of them from the {figures.articles} articles.\n"
    )


def footing(_: str) -> str:
    figures, lines = cover(), []
    for name, one in (("rules", figures.rules), ("parameters", figures.parameters)):
        lines.append(
            f"- Of {one.all} {name}, {one.claims} rest on claims alone, {one.both} on claims and a judgement, "
            f"{one.judgement} on a judgement alone; {one.one_source} cite one source only."
        )
    articles = [source.id for source in ledger().sources.values() if source.kind == "article"]
    alone = {name: sum(only_source(index(), rule.claims) == name for rule in RULES.values()) for name in articles}
    voice = [rule for rule in RULES.values() if rule.claims and all(map(_of_one_voice, rule.claims))]
    lines.append(
        f"- Rules that cite one article and nothing else: {', '.join(f'{n} on {name}' for name, n in alone.items())}. "
        f"{len(voice)} rules rest on the author of 004 alone, in 004 or as quoted in 001."
    )
    lines.append(
        f"- {figures.conflicts} pairs of claims conflict; both sides are kept. {len(figures.left_over)} causal claims are "
        "used by no rule and say why."
    )
    return "\n".join(lines) + "\n"


def _of_one_voice(claim: str) -> bool:
    """Whether it is the author of 004 who says so: there, or where paragraph 8 of 001 quotes him."""
    return claim.startswith(("004.", "001.8-"))


def sources(_: str) -> str:
    rows = []
    for source in ledger().sources.values():
        by = ", ".join(part for part in (source.author, source.outlet) if part) or "not given"
        claims = ledger().of_source(source.id)
        used = sum(index().used(claim.id) for claim in claims)
        link = f"[{source.id}](claims.md#source-{source.id})"
        rows.append((link, source.title, by, source.date, f"{used} of {len(claims)}"))
    return table(("source", "title", "author, outlet", "date", "claims used"), rows)


def phases(_: str) -> str:
    """The month, with the comments that divide it in the code."""
    source = inspect.getsource(model_module)
    listed = source[source.index("MONTH:") :].partition("\n]\n")[0].splitlines()[1:]
    lines, number = [], 0
    for line in listed:
        if line.strip().startswith("#"):
            words = line.strip("# \n")
            lines.append(f"\n**{words[0].upper()}{words[1:]}**\n" if lines else f"**{words[0].upper()}{words[1:]}**\n")
            continue
        kind, action = MONTH[number]
        number += 1
        said = " ".join((inspect.getdoc(getattr(kind, action)) or "").split("\n\n")[0].split())
        lines.append(f"{number}. `{kind.__name__}.{action}`: {said}")
    return "\n".join(lines) + "\n"


def roster(_: str) -> str:
    rows = []
    for slot in ROSTER:
        title = slot.title if not slot.parent else f"{slot.title} (free at first; splits from `{slot.parent}`)"
        share = f"{slot.share:.0%}" if slot.share else "none"
        rows.append((f"`{slot.name}`", title, PAKISTAN_AREAS[slot.home], AFGHAN_AREAS[slot.refuge], share))
    return table(("group", "title", "at home in", "refuge", "of the fighters in August 2021"), rows)


def factions(_: str) -> str:
    rows = []
    for actor, names in FACTIONS.items():
        for name, title in names.items():
            ties = "; ".join(
                f"{ACTORS[to]} {value_and_range(PARAMETERS[f'align_{name}_{to}'])}" for to in ACTOR_SPECS[actor].ties
            )
            rows.append((ACTORS[actor], f"{title} (`{name}`)", value_and_range(PARAMETERS[f"power_{name}"]), ties))
    return table(("actor", "faction", "power in August 2021", "ties at rest, -1 to 1"), rows)


def resources(_: str) -> str:
    rows = []
    for side, names in (("Kabul", RESOURCES_TALIBAN_NEEDS), ("Islamabad", RESOURCES_PAKISTAN_NEEDS)):
        for name, title in names.items():
            need = PARAMETERS.get(f"need_{name}")
            shown = value_and_range(need) if need else "from the state of the world"
            rows.append((side, f"{title} (`{name}`)", shown, value_and_range(PARAMETERS[f"alternative_{name}"])))
    return table(("needed by", "resource", "need, 0 to 1", "alternatives, 0 to 1"), rows)


def options(_: str) -> str:
    campaigns = ", ".join(title.lower() for title in CAMPAIGNS.values())
    return (
        f"- Kabul's restraint of the TTP, with the effort it stands for: {_steps(STANCES)}.\n"
        f"- Kabul's brokering, with how far it goes: {_steps(BROKERING)}.\n"
        f"- Kabul's answer to Pakistan, and Pakistan's to Kabul: {_steps(KABUL_ANSWERS)}; {_steps(ISLAMABAD_ANSWERS)}.\n"
        f"- The TTP's campaign: {campaigns}.\n- India's engagement, with its depth: {_steps(ENGAGEMENTS)}.\n"
        "- Pakistan's course, where a scenario leaves it open: one of the policies that it names.\n"
    )


def _steps(options: Mapping[str, float]) -> str:
    return ", ".join(f"{name.replace('_', ' ')} {value:.2g}" for name, value in options.items())


def formulas(names: str) -> str:
    """Some rules as formulas, then what each rests on, with its parameters' values."""
    picked = [RULES[name] for name in names.split()]
    code = []
    for rule in picked:
        code += [*textwrap.wrap(rule.statement, WIDTH, initial_indent="# ", subsequent_indent="# "), *formula(rule), ""]
    lines = ["```text", *code[:-1], "```", ""]
    for rule in picked:
        given = f" ({values(rule, links=False)})" if rule.parameters else ""
        lines.append(f"- {rule_link(rule.name)}{given}: {rests_on(rule, links=False)}")
    return "\n".join(lines) + "\n"


def decision(name: str) -> str:
    """A decision's pressures: each with its formula and what every option makes of it."""
    account = _after(1, lambda model: model.accounts[0][name])
    rows = []
    for pressure in account["pressures"]:
        rule = RULES[pressure.rule]
        by_option = pressure.strength.ndim == 2
        profile = "each its own" if by_option else ", ".join(f"{weight:.3g}" for weight in pressure.profile)
        strength = f"`{formula(rule)[-1].partition(' = ')[2]}`"
        rows.append((f"{rule_link(rule.name)}: {rule.statement}", strength, values(rule, links=False), profile))
    chosen = ", ".join(option.replace("_", " ") for option in account["options"])
    lines = [table(("pressure", "strength, logits", "weight (range)", f"times, for {chosen}"), rows), "Rests on:", ""]
    lines += [f"- `{one.rule}`: {rests_on(RULES[one.rule], links=False)}" for one in account["pressures"]]
    return "\n".join(lines) + "\n"


def _after(months: int, read: Callable[[FrontierModel], T]) -> T:
    """What is read off the world of the worked example after some months."""
    spec = RunSpec.of(load_scenario(SCENARIO), 1, months, SEED, parameters="defaults", record=(months - 1,))
    return simulate_batch(spec, lambda model, _: read(model))


def example(_: str) -> str:
    """One decision in full, from the record of a run."""

    def read(model: FrontierModel) -> tuple[dict[str, Any], float, float]:
        tie = float(model.datacollector.model_vars["alignment_taliban_ttp"][-1])
        return model.accounts[-1]["taliban.stance"], tie, float(cast(float, model.parameters["kinship_weight"]))

    account, tie, weight = _after(months_between(START, EXAMPLE_MONTH) + 1, read)
    names = [option.replace("_", " ") for option in account["options"]]
    utilities, chances, draws = (account[key][:, 0] for key in ("utilities", "probabilities", "draws"))
    totals, added, rows = utilities + draws, np.zeros(len(names)), []
    for pressure in account["pressures"]:
        parts = np.broadcast_to(pressure.utility, (len(names), 1))[:, 0]
        added = added + parts
        rows.append((rule_link(pressure.rule), *(f"{part:+.2f}" if part else "" for part in parts)))
    assert np.allclose(added, utilities, atol=1e-12), "the pressures do not add up to the utilities"
    rows += [
        ("**utility: their sum**", *(f"**{value:+.2f}**" for value in utilities)),
        ("probability", *(f"{value:.0%}" for value in chances)),
        ("uniform draw u", *(f"{np.exp(-np.exp(-draw)):.3f}" for draw in draws)),
        ("Gumbel draw, -log(-log u)", *(f"{draw:+.2f}" for draw in draws)),
        ("**utility and draw**", *(f"**{value:+.2f}**" for value in totals)),
    ]
    kinship = next(pressure for pressure in account["pressures"] if pressure.rule == "kinship_and_debt")
    assert np.isclose(-weight * tie, kinship.strength[0]), "the first line is not what it is said to be"
    return (
        f"{month_words(EXAMPLE_MONTH)} in world 0 of scenario `{SCENARIO}`, seed {SEED}, every parameter at its value:\n\n"
        + table(("pressure", *names), rows)
        + "\nFigures are rounded, so a column may seem to miss its sum by a hundredth or two; unrounded they add up "
        f"exactly. To read the first line: the factions' tie to the TTP, weighted by their power, is {tie:.2f}; a full "
        f"effort would cost {weight:g} times {tie:.2f}, which is {weight * tie:.2f} logits, and each stance costs its "
        f"share of that. {_outcome(names, utilities, draws, chances, int(account['chosen'][0]))}\n"
    )


def _outcome(names: list[str], utilities: Any, draws: Any, chances: Any, chosen: int) -> str:
    """Which pressures and which random draws made the choice, in words."""
    totals = utilities + draws
    by_utility, by_total = np.argsort(-utilities, kind="stable"), np.argsort(-totals, kind="stable")
    favourite, second, next_best = int(by_utility[0]), int(by_utility[1]), int(by_total[1])
    lead, margin = utilities[favourite] - utilities[second], totals[chosen] - totals[next_best]
    said = (
        f"By the pressures alone Kabul leans to *{names[favourite]}*, {lead:.2f} ahead of the runner-up, "
        f"*{names[second]}*: it would be chosen in {chances[favourite]:.0%} of worlds so placed. "
    )
    if favourite == chosen:
        return said + (
            f"It drew {draws[chosen]:+.2f}, its rival with the draws counted, *{names[next_best]}*, drew "
            f"{draws[next_best]:+.2f}, and it stays first by {margin:.2f}: the draws changed the margin, not the choice."
        )
    return said + (
        f"The draws decide otherwise: *{names[chosen]}*, {utilities[favourite] - utilities[chosen]:.2f} behind by utility and "
        f"chosen in {chances[chosen]:.0%} of such worlds, drew {draws[chosen]:+.2f} where *{names[favourite]}* drew "
        f"{draws[favourite]:+.2f}, and ends {margin:.2f} ahead of *{names[next_best]}*."
    )


def mechanisms(_: str) -> str:
    rows = []
    for name, title in MECHANISMS.items():
        rules = index().working.get(name, ())
        cited = [ledger().claims[claim] for rule in rules for claim in RULES[rule].claims]
        places: dict[str, str] = {}
        for one in sorted(cited, key=lambda claim: (claim.source, claim.paragraph or 0)):
            places.setdefault(one.source if one.paragraph is None else f"{one.source}.{one.paragraph}", one.id)
        links = ", ".join(f"[{place}](claims.md#{claim})" for place, claim in places.items())
        measured = "; ".join(case.replace("_", " ") for case in _cases().get(name, ()))
        rows.append((f'<a id="{name}"></a>{name}', title, ", ".join(map(rule_link, rules)), links, measured))
    return table(("id", "mechanism", "rules", "claims, by paragraph", "measured on paired worlds as"), rows)


def _cases() -> dict[str, list[str]]:
    """Mechanism -> names of the effects that tests/test_mechanisms.py measures with the rules and without."""
    found: dict[str, list[str]] = {}
    for node in ast.parse((ROOT / "tests" / "test_mechanisms.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef):
            for mark in node.decorator_list:
                if isinstance(mark, ast.Call) and isinstance(mark.func, ast.Name) and mark.func.id == "case":
                    assert isinstance(mark.args[0], ast.Constant)
                    found.setdefault(str(mark.args[0].value), []).append(node.name)
    return found


def metrics(_: str) -> str:
    rows = []
    for one in METRICS.values():
        name = f'<a id="metric-{one.name}"></a>`{one.name}`'
        over = "last month" if one.summary == "final" else f"{one.summary} of months"
        movers = ", ".join(map(rule_link, index().moving.get(one.name, ()))) or "put together from others"
        rows.append((name, one.title, unit(one.unit, one.low, one.high), over, one.means, movers))
    panels = ", ".join(f"`{name}` (by {panel.dimension})" for name, panel in PANELS.items())
    head = ("metric", "title", "a month's value", "over a run", "means", "moved first by")
    return table(head, rows) + f"\nPanels, with a further dimension: {panels}.\n"


def levers(_: str) -> str:
    policies = [load_policy(name) for name in ("confront", "appease")]
    mixes = [policy.settings.given() for policy in policies]
    rows = []
    for name, lever in LEVER_SPECS.items():
        cost = PARAMETERS[lever.cost]
        set_to = (f"{mix[name]:g}" if name in mix else "" for mix in mixes)
        rows.append(
            (
                f"`{name}`",
                lever.title,
                "presses" if lever.coercive else "gives or opens",
                ", ".join(f"[`{aim}`](#metric-{aim})" for aim in lever.aims),
                value_and_range(cost),
                *set_to,
            )
        )
    totals = (f"{course_cost(mix):.2f}" for mix in mixes)
    rows.append(("", "Cost of the whole at point values", "", "", "", *totals))
    heads = ("lever", "title", "it", "is meant to move", "cost at full strength")
    return table((*heads, *(policy.title for policy in policies)), rows)


def verdicts(_: str) -> str:
    rows = [(f"`{name}`", f"{one.value:.3g}", one.unit, one.reason) for name, one in THRESHOLDS.items()]
    return f"In this order: {', '.join(VERDICTS.values())}.\n\n" + table(("threshold", "value", "unit", "why"), rows)


def scenarios(_: str) -> str:
    rows = [(f"[{title}](scenarios/{name}.md)", f"`{name}`", question) for name, title, question in list_scenarios()]
    return table(("scenario", "name", "question"), rows)


def glossary(which: str) -> str:
    """The terms of the model, or of its methods, with where they stand in the code."""
    rows = []
    for word, term in sorted({"model": MODEL, "methods": METHODS}[which].items(), key=lambda one: one[0].lower()):
        module, _, _ = term.where.partition(":")
        path = module.replace(".", "/")
        place = f"{path}.py" if (ROOT / f"{path}.py").is_file() else f"{path}/__init__.py"
        rows.append((word, term.meaning, f"[`{term.where}`](../{place})"))
    return table(("term", "meaning", "stands in"), rows)


BLOCKS: dict[str, Callable[[str], str]] = {
    "counts": counts,
    "footing": footing,
    "sources": sources,
    "phases": phases,
    "groups": roster,
    "factions": factions,
    "resources": resources,
    "options": options,
    "formulas": formulas,
    "decision": decision,
    "example": example,
    "mechanisms": mechanisms,
    "metrics": metrics,
    "levers": levers,
    "verdicts": verdicts,
    "scenarios": scenarios,
    "all-rules": all_rules,
    "all-parameters": all_parameters,
    "all-claims": all_claims,
    "glossary": glossary,
    "loops-picture": loops_picture,
    "loops-named": named_loops,
    "loops-others": other_loops,
    "program-seats": program_seats,
    "program-courses": program_courses,
}


def build(only: Sequence[str] = ()) -> dict[Path, str]:
    """Every page as it should stand now; or some of them only."""
    pages = {}
    for name in only or PAGES:
        text = (DOCS / name).read_text(encoding="utf-8")
        pages[DOCS / name] = BLOCK.sub(_made, text)
    if only:
        return pages
    for name, _, _ in list_scenarios():
        pages[DOCS / "scenarios" / f"{name}.md"] = scenario_page(name)
    pages[DOCS / "response.md"] = response_page()
    pages[DOCS / "story.md"] = story_page()
    pages[DOCS / "images" / IMAGE] = loops_svg()
    return pages


def _made(found: re.Match[str]) -> str:
    name, given = found[1], found[2].strip()
    return f"<!-- begin: {' '.join((name, given)).strip()} -->\n{BLOCKS[name](given)}<!-- end: {name} -->"


def stale(pages: Mapping[Path, str]) -> list[str]:
    """What stands otherwise in the files: a page, and the blocks in it that differ."""
    out = []
    for path, text in pages.items():
        here = path.read_text(encoding="utf-8") if path.exists() else ""
        if here != text:
            old = {(one[1], one[2]): one[3] for one in BLOCK.finditer(here)}
            new = {(one[1], one[2]): one[3] for one in BLOCK.finditer(text)}
            changed = [f"{kind}{given}" for (kind, given), block in new.items() if old.get((kind, given)) != block]
            out.append(f"{path.relative_to(ROOT)}: {'; '.join(changed) or 'the page'}")
    kept = {path for path in pages if path.parent.name == "scenarios"}
    gone = sorted(set((DOCS / "scenarios").glob("*.md")) - kept)
    return out + [f"{path.relative_to(ROOT)}: its scenario is gone" for path in gone]


def main() -> int:
    cli = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    cli.add_argument("--check", action="store_true", help="write nothing; exit 1 and say what is stale")
    cli.add_argument(
        "--with", action="append", default=[], dest="extensions", help="an extension to take in; with --out"
    )
    cli.add_argument("--out", type=Path, help="the folder for the pages of all rules, parameters and claims instead")
    given = cli.parse_args()
    if given.extensions and given.out is None:
        cli.error("--with needs --out: the project's own pages tell of the project alone")
    for one in given.extensions:
        load(one)
    if given.out is not None:
        given.out.mkdir(parents=True, exist_ok=True)
        for path, text in build(("rules.md", "parameters.md", "claims.md")).items():
            (given.out / path.name).write_text(text, encoding="utf-8")
        return 0
    check = given.check
    pages = build()
    found = stale(pages)
    if check:
        print("\n".join([*found, "run: python docs/build.py"]) if found else "the documents are current")
        return int(bool(found))
    (DOCS / "scenarios").mkdir(exist_ok=True)
    for path in (DOCS / "scenarios").glob("*.md"):
        if path not in pages:
            path.unlink()
    for path, text in pages.items():
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    print("\n".join(found) if found else "nothing to do")
    return 0


if __name__ == "__main__":
    sys.exit(main())
