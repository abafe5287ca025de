"""Write the generated parts of these documents: python docs/build.py (with --check: only say what is stale).

In a page, what stands between `<!-- begin: NAME ... -->` and `<!-- end: NAME -->` is made by the block of that name from
the registries of rules, parameters, metrics, mechanisms, claims and scenarios, so that it cannot differ from what runs.
Pages in `scenarios/` are made whole, one for each file of the library.
"""

# ruff: noqa: E402
from __future__ import annotations

import argparse
import ast
import inspect
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
ROOT = DOCS.parent
sys.path[:0] = [str(DOCS), str(ROOT)]  # so that it runs from a checkout that is not installed

import numpy as np
from notation import (
    WIDTH,
    claim_links,
    explained,
    formula,
    metric_link,
    month_words,
    rests_on,
    rule_link,
    spread,
    table,
    unit,
    values,
)
from scenario_pages import course_cost, scenario_page

from sim import model as model_module
from sim.agents.group import ROSTER
from sim.agents.pakistan import COERCIVE
from sim.evidence import ledger
from sim.mechanisms import MECHANISMS
from sim.metrics import METRICS, PANELS
from sim.model import MONTH, FrontierModel
from sim.parameters import PARAMETERS
from sim.results.verdicts import THRESHOLDS
from sim.rule import RULES, Rule
from sim.scenario import list_scenarios, load_policy
from sim.trace import cover, index
from sim.trace.cards import only_source
from sim.vocabulary import (
    ACTORS,
    AFGHAN_AREAS,
    CAMPAIGNS,
    ENGAGEMENTS,
    FACTIONS,
    LEVERS,
    PAKISTAN_AREAS,
    RESOURCES_PAKISTAN_NEEDS,
    RESOURCES_TALIBAN_NEEDS,
    STANCES,
    VERDICTS,
    month_after,
    months_between,
)

PAGES = ("model.md", "rules.md", "parameters.md", "claims.md")
BLOCK = re.compile(r"<!-- begin: (\S+)(.*?) -->\n(.*?)<!-- end: \1 -->", re.DOTALL)
# The decision that is worked through: any month of any world would do.
SCENARIO, SEED, EXAMPLE_MONTH = "history", 0, "2022-06"


# ------------------------------------------------------------------------------------------------ whole pages


def all_rules(_: str) -> str:
    lines = []
    for theme in dict.fromkeys(rule.theme for rule in RULES.values()):
        about = (sys.modules[f"sim.rules.{theme}"].__doc__ or "").partition("\n")[0]
        lines.append(f"## sim/rules/{theme}.py\n\n{about}\n")
        lines += [line for rule in RULES.values() if rule.theme == theme for line in _card(rule)]
    return "\n".join(lines)


def _card(rule: Rule) -> Iterator[str]:
    further, words = explained(rule)
    yield f'<a id="rule-{rule.name}"></a>\n\n### `{rule.name}`\n'
    yield f"{rule.statement} {further}".rstrip() + "\n"
    yield "```text\n" + "\n".join(formula(rule)) + "\n```\n"
    inputs = []
    for name, quantity in rule.inputs.items():
        sign = "rises with it" if name in rule.rises_with else "falls with it" if name in rule.falls_with else ""
        said = "; ".join(one for one in (words.get(name, "").rstrip("."), sign) if one)
        inputs.append(f"`{name}` ({unit(quantity.unit, quantity.low, quantity.high)})" + (f": {said}" if said else ""))
    yield f"- Takes {'; '.join(inputs)}."
    if rule.parameters:
        yield f"- Parameters: {values(rule, links=True)}."
    result = unit(rule.result.unit, rule.result.low, rule.result.high)
    yield f"- Gives {result}. Moves {', '.join(map(metric_link, rule.moves))}."
    part = f"Part of {', '.join(rule.mechanisms)}. " if rule.mechanisms else ""
    off = f"`{rule.off}` passes unchanged" if isinstance(rule.off, str) else f"it gives {rule.off:g}"
    yield f"- {part}Switched off, {off}."
    yield f"- Rests on {rests_on(rule, links=True)}\n"


def all_parameters(_: str) -> str:
    taking, lines = index().taking, []
    head = ("parameter", "value (range)", "unit", "what it stands for", "used by", "rests on")
    for theme in dict.fromkeys(parameter.theme for parameter in PARAMETERS.values()):
        rows = []
        for one in PARAMETERS.values():
            if one.theme == theme:
                users = ", ".join(rule_link(rule) for rule in taking.get(one.name, ())) or "the agents themselves"
                ours = f"*Ours:* {one.judgement}" if one.judgement else ""
                rests = ". ".join(part for part in (claim_links(one.claims), ours) if part)
                shape = "" if one.distribution == "uniform" or one.constant else f", {one.distribution}"
                name = f'<a id="parameter-{one.name}"></a>`{one.name}`'
                rows.append((name, spread(one) + shape, one.unit, one.meaning, users, rests))
        lines.append(f"## sim/parameters/{theme}.yaml\n\n{table(head, rows)}")
    return "\n".join(lines)


def all_claims(_: str) -> str:
    known, lines = index(), []
    head = ("claim", "restated", "kind", "bears on", "conflicts and notes")
    for source in ledger().sources.values():
        by = ", ".join(part for part in (source.author, source.outlet, source.date) if part)
        rows = []
        for claim in ledger().of_source(source.id):
            notes = [f"Conflicts with {claim_links(claim.conflicts)}." if claim.conflicts else "", claim.note or ""]
            notes.append("" if known.used(claim.id) else f"*Not used.* {claim.unused or ''}")
            kind = claim.kind + ("" if claim.confidence == "high" else f", {claim.confidence} confidence")
            name = f'<a id="{claim.id}"></a>{claim.id}'
            rows.append((name, claim.text, kind, ", ".join(claim.mechanisms), " ".join(filter(None, notes))))
        opening = f'<a id="source-{source.id}"></a>\n\n## {source.id}: {source.title}\n\n{by}. {source.note}\n\n'
        lines.append(opening + table(head, rows))
    return "\n".join(lines)


# ------------------------------------------------------------------------------------------------ blocks of model.md


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
    voice = {"001", "004"}
    found = [rule for rule in RULES.values() if rule.claims]
    alone = [rule for rule in found if {ledger().claims[claim].source for claim in rule.claims} <= voice]
    single = [source for source in ledger().sources if ledger().sources[source].kind == "article"]
    each = ", ".join(f"{sum(only_source(index(), rule.claims) == source for rule in found)} on {source}" for source in single)
    lines.append(f"- Rules that cite one article and nothing else: {each}. {len(alone)} rules rest on 001 and 004 only.")
    lines.append(
        f"- {figures.conflicts} pairs of claims conflict; both sides are kept. {len(figures.left_over)} causal claims are "
        "used by no rule and say why."
    )
    return "\n".join(lines) + "\n"


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
    listed = source[source.index("MONTH:") :].partition("\n)\n")[0].splitlines()[1:]
    lines, number = [], 0
    for line in listed:
        if line.strip().startswith("#"):
            words = line.strip("# \n")
            lines.append(f"\n**{words[0].upper()}{words[1:]}**\n" if lines else f"**{words[0].upper()}{words[1:]}**\n")
            continue
        kind, action = MONTH[number]
        number += 1
        said = " ".join((inspect.getdoc(getattr(kind, action)) or "").split("\n\n")[0].split())
        each = "each " if kind.__name__ == "Group" else ""
        lines.append(f"{number}. {each}`{kind.__name__}.{action}`: {said}")
    return "\n".join(lines) + "\n"


def roster(_: str) -> str:
    rows = []
    for slot in ROSTER:
        title = slot.title if not slot.parent else f"{slot.title} (free at first; splits from `{slot.parent}`)"
        share = f"{slot.share:.0%}" if slot.share else "none"
        rows.append((f"`{slot.name}`", title, PAKISTAN_AREAS[slot.home], AFGHAN_AREAS[slot.refuge], share))
    return table(("group", "title", "at home in", "refuge", "of the fighters in August 2021"), rows)


def factions(_: str) -> str:
    towards = {"pakistan": ("taliban", "ttp"), "taliban": ("pakistan", "india", "ttp")}
    rows = []
    for actor, names in FACTIONS.items():
        for name, title in names.items():
            ties = "; ".join(f"{ACTORS[to]} {spread(PARAMETERS[f'align_{name}_{to}'])}" for to in towards[actor])
            rows.append((ACTORS[actor], f"{title} (`{name}`)", spread(PARAMETERS[f"power_{name}"]), ties))
    return table(("actor", "faction", "power in August 2021", "ties at rest, -1 to 1"), rows)


def resources(_: str) -> str:
    rows = []
    for side, names in (("Kabul", RESOURCES_TALIBAN_NEEDS), ("Islamabad", RESOURCES_PAKISTAN_NEEDS)):
        for name, title in names.items():
            need = PARAMETERS.get(f"need_{name}")
            shown = spread(need) if need else "from the state of the world"
            rows.append((side, f"{title} (`{name}`)", shown, spread(PARAMETERS[f"alternative_{name}"])))
    return table(("needed by", "resource", "need, 0 to 1", "alternatives, 0 to 1"), rows)


def options(_: str) -> str:
    stances = ", ".join(f"{name.replace('_', ' ')} {effort:g}" for name, effort in STANCES.items())
    depths = ", ".join(f"{name} {depth:.2g}" for name, depth in ENGAGEMENTS.items())
    campaigns = ", ".join(title.lower() for title in CAMPAIGNS.values())
    return (
        f"- Kabul's stance on the TTP, with the effort it stands for: {stances}.\n- The TTP's campaign: {campaigns}.\n"
        f"- India's engagement, with its depth: {depths}.\n- Pakistan: to hold or to strike; and, where a scenario leaves "
        "the course open, one of the policies that it names.\n"
    )


def example_model(months: int = 0, scenario: Scenario | str = "") -> FrontierModel:
    """The world of the worked example, lived up to and with the month that is shown."""
    plan = scenario or load_scenario(str(EXAMPLE["scenario"]))
    one = FrontierModel(plan, worlds=1, seed=int(EXAMPLE["seed"]), record=True)
    for _ in range(months or months_between(one.plan.start, str(EXAMPLE["month"])) + 1):
        one.step()
    return one


def decision(name: str) -> str:
    """A decision's pressures: each with its formula and what every option makes of it."""
    account = example_model(1).accounts[0][name.strip()]
    rows = []
    for pressure in account["pressures"]:
        rule = RULES[pressure.rule]
        profile = ", ".join(f"{weight:.2g}" for weight in pressure.profile)
        if "held" in rule.inputs or "distance" in rule.inputs:
            profile = "each by its own"
        logits = formula(rule)[-1].partition(" = ")[2]
        values = ", ".join(f"{parameter_link(one)} {spread(PARAMETERS[one])}" for one in rule.parameters)
        rows.append((f"{rule_link(rule.name)}: {rule.statement}", f"`{logits}`", values, profile, rests_on(rule)))
    chosen = ", ".join(option.replace("_", " ") for option in account["options"])
    return table(("pressure", "strength, logits", "weight (range)", f"taken by {chosen}", "rests on"), rows)


def example(_: str) -> str:
    """One decision in full, from the record of a run."""
    one = example_model()
    account = one.accounts[-1]["taliban.stance"]
    names = [option.replace("_", " ") for option in account["options"]]
    utilities, chances, draws = (account[key][:, 0] for key in ("utilities", "probabilities", "draws"))
    rows, added = [], np.zeros(len(names))
    for pressure in account["pressures"]:
        parts = np.array([pressure.on(i)[0] for i in range(len(names))])
        added = added + parts
        rows.append((rule_link(pressure.rule), *(f"{part:+.2f}" if part else "" for part in parts)))
    assert np.allclose(added, utilities, atol=1e-12), "the pressures do not add up to the utilities"
    totals = utilities + draws
    rows.append(("**utility: their sum**", *(f"**{value:+.2f}**" for value in utilities)))
    rows.append(("probability", *(f"{value:.1%}" for value in chances)))
    rows.append(("uniform draw `u`", *(f"{np.exp(-np.exp(-draw)):.3f}" for draw in draws)))
    rows.append(("Gumbel draw `-log(-log(u))`", *(f"{draw:+.2f}" for draw in draws)))
    rows.append(("**utility and draw**", *(f"**{value:+.2f}**" for value in totals)))
    tie = one.datacollector.model_vars["alignment_taliban_ttp"][-1]
    weight, chosen = one.parameters["kinship_weight"], int(account["chosen"][0])
    kinship = next(pressure for pressure in account["pressures"] if pressure.rule == "kinship_and_debt")
    assert np.isclose(-weight * tie, kinship.strength[0])
    text = [
        f"Scenario `{EXAMPLE['scenario']}`, seed {EXAMPLE['seed']}, world 0, point values; {month_words(one_month(one))}. "
        "Figures are rounded, so columns add up to within a hundredth or two.",
        "",
        table(("pressure", *names), rows),
        f"The first line is {rule_link('kinship_and_debt')}: the Taliban factions' tie to the TTP, weighted by their power, "
        f"is {tie:.2f}, so a full effort costs {weight:g} x {tie:.2f} = {weight * tie:.2f} logits, and a stance with effort "
        f"e costs e times that. {_outcome(names, utilities, totals, chances, chosen)}",
    ]
    one.close()
    return "\n".join(text) + "\n"


def one_month(one: FrontierModel) -> str:
    """The month lived last."""
    return month_after(one.plan.start, one.month - 1)


def _outcome(names: list[str], utilities: Any, totals: Any, chances: Any, chosen: int) -> str:
    """Which pressures and which luck made the choice, in words."""
    by_utility, by_total = np.argsort(-utilities, kind="stable"), np.argsort(-totals, kind="stable")
    favourite, second, next_best = int(by_utility[0]), int(by_utility[1]), int(by_total[1])
    lead, margin = utilities[favourite] - utilities[second], totals[chosen] - totals[next_best]
    said = (
        f"By its pressures alone Kabul leans to *{names[favourite]}*, {lead:.2f} ahead of *{names[second]}*, the runner-up; "
        f"in a share of {chances[favourite]:.0%} of worlds in this position it would be chosen. "
    )
    if favourite == chosen:
        said += f"With the month's draws it wins over *{names[next_best]}* by {margin:.2f}: luck did not overturn the account."
    else:
        said += (
            f"The draws decide otherwise: *{names[chosen]}*, {utilities[favourite] - utilities[chosen]:.2f} behind by utility "
            f"and chosen in {chances[chosen]:.0%} of such worlds, draws luckily enough to win over *{names[next_best]}* by "
            f"{margin:.2f}."
        )
    return said


def mechanisms(_: str) -> str:
    rows = []
    for name, title in MECHANISMS.items():
        rules = index().working.get(name, ())
        cited = dict.fromkeys(claim for rule in rules for claim in RULES[rule].claims)
        places: dict[str, str] = {}
        for claim in sorted(cited):
            one = ledger().claims[claim]
            places.setdefault(one.source if one.paragraph is None else f"{one.source}.{one.paragraph}", claim)
        links = ", ".join(f"[{place}](claims.md#{claim})" for place, claim in places.items())
        measured = "; ".join(case.replace("_", " ") for case in cases().get(name, ()))
        rows.append((f'<a id="{name}"></a>{name}', title, ", ".join(map(rule_link, rules)), links, measured))
    return table(("id", "mechanism", "rules", "claims, by paragraph", "measured on paired worlds as"), rows)


def cases() -> dict[str, list[str]]:
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
    panels = ", ".join(f"`{name}` (by {dimension})" for name, dimension in PANELS.items())
    head = ("metric", "title", "a month's value", "over a run", "means", "moved first by")
    return table(head, rows) + f"\nPanels, with a further dimension: {panels}.\n"


def levers(_: str) -> str:
    policies = [load_policy(name) for name in ("confront", "appease")]
    mixes = [policy.settings.given() for policy in policies]
    rows = []
    for name, title in LEVERS.items():
        cost = PARAMETERS[f"cost_{name}"]
        set_to = (f"{mix[name]:g}" if name in mix else "" for mix in mixes)
        rows.append((f"`{name}`", title, "presses" if name in COERCIVE else "gives or opens", spread(cost), *set_to))
    totals = (f"{course_cost(mix):.2f}" for mix in mixes)
    rows.append(("", "Cost of the whole at point values", "", "", *totals))
    return table(("lever", "title", "it", "cost at full strength", *(policy.title for policy in policies)), rows)


def course_cost(mix: Mapping[str, Any]) -> float:
    """What levers cost at point values, in cost units."""
    return float(sum(PARAMETERS[f"cost_{name}"].value * mix.get(name, 0.0) for name in LEVERS))


def verdicts(_: str) -> str:
    rows = [(f"`{name}`", f"{one.value:.3g}", one.unit, one.reason) for name, one in THRESHOLDS.items()]
    return f"In this order: {', '.join(VERDICTS.values())}.\n\n" + table(("threshold", "value", "unit", "why"), rows)


def scenarios(_: str) -> str:
    rows = [(f"[{title}](scenarios/{name}.md)", f"`{name}`", question) for name, title, question in list_scenarios()]
    return table(("scenario", "name", "question"), rows)



# ------------------------------------------------------------------------------------------------ writing

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
}


def build() -> dict[Path, str]:
    """Every page as it should stand now."""
    pages = {}
    for name in PAGES:
        text = (DOCS / name).read_text(encoding="utf-8")
        pages[DOCS / name] = BLOCK.sub(_made, text)
    for name, _, _ in list_scenarios():
        pages[DOCS / "scenarios" / f"{name}.md"] = scenario_page(name)
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
    check = cli.parse_args().check
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
        path.write_text(text, encoding="utf-8")
    print("\n".join(found) if found else "nothing to do")
    return 0


if __name__ == "__main__":
    sys.exit(main())
