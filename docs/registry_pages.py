"""The pages of all rules, all parameters and all claims, from their registries; used by build.py."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from notation import (
    claim_links,
    explained,
    formula,
    metric_link,
    rests_on,
    rule_link,
    table,
    unit,
    value_and_range,
    values,
)

from sim.evidence import ledger
from sim.extensions import loaded
from sim.parameters import PARAMETERS
from sim.provenance import index
from sim.rule import RULES, Rule


def all_rules(_: str) -> str:
    lines = []
    for theme in dict.fromkeys(rule.theme for rule in RULES.values()):
        about = (getattr(sys.modules.get(f"sim.rules.{theme}"), "__doc__", "") or "").partition("\n")[0]
        lines.append(f"## {_brought().get(theme, f'sim/rules/{theme}.py')}\n\n{about}".rstrip() + "\n")
        lines += [line for rule in RULES.values() if rule.theme == theme for line in _card(rule)]
    return "\n".join(lines)


def _brought() -> dict[str, str]:
    """What to call the part of a page that an extension brings."""
    return {one.name: f"Extension {one.name}: {one.title}" for one in loaded()}


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
                rows.append((name, value_and_range(one) + shape, one.unit, one.in_full, users, rests))
        lines.append(f"## {_brought().get(theme, f'sim/parameters/{theme}.yaml')}\n\n{table(head, rows)}")
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
