"""Who rests on what: the references between claims, parameters, rules, metrics and scenario files, turned around."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

import sim.rules  # noqa: F401  (fills RULES)
from sim import yamlfile
from sim.declared import check_claims
from sim.evidence import Ledger, ledger
from sim.parameters import PARAMETERS, Parameter
from sim.rule import RULES, Rule
from sim.scenario import library

Many = Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class Index:
    """All that can be looked up, and what refers to what. Names come in the order in which they are declared.

    Attributes:
        ledger, rules, parameters: what is declared.
        files: scenario and policy files (`confront`, `policies/confront`), with the claims that each one cites.
        citing_rules: claim -> rules that cite it themselves.
        citing_parameters: claim -> parameters that cite it.
        citing_files: claim -> scenario and policy files that cite it.
        taking: parameter -> rules that take it.
        setting: parameter -> scenario files that set it.
        moving: metric -> rules that bear on it first.
        working: mechanism or feedback loop -> rules that are part of it.
    """

    ledger: Ledger
    rules: Mapping[str, Rule]
    parameters: Mapping[str, Parameter]
    files: Many
    citing_rules: Many
    citing_parameters: Many
    citing_files: Many
    taking: Many
    setting: Many
    moving: Many
    working: Many

    def rules_through(self, claim: str) -> dict[str, tuple[str, ...]]:
        """Rules that rest on a claim only by a parameter they take, each with those parameters."""
        direct = self.citing_rules.get(claim, ())
        found: dict[str, tuple[str, ...]] = {}
        for parameter in self.citing_parameters.get(claim, ()):
            for rule in self.taking.get(parameter, ()):
                if rule not in direct:
                    found[rule] = (*found.get(rule, ()), parameter)
        return found

    def in_a_rule(self, claim: str) -> bool:
        """Whether any rule rests on a claim, itself or by a parameter it takes."""
        return bool(self.citing_rules.get(claim) or self.rules_through(claim))

    def used(self, claim: str) -> bool:
        """Whether anything rests on a claim: a rule, a parameter, a scenario or a policy."""
        return any(claim in uses for uses in (self.citing_rules, self.citing_parameters, self.citing_files))

    def causal_left_over(self) -> tuple[str, ...]:
        """The causal claims that no rule rests on, with or without a reason."""
        causal = (claim.id for claim in self.ledger.claims.values() if claim.kind == "causal")
        return tuple(claim for claim in causal if not self.in_a_rule(claim))


@cache
def index() -> Index:
    """The index of everything that ships with the project, made once.

    Raises:
        FileError: the ledger, or a scenario or policy file, cannot be read, or a claim that is cited is not there.
    """
    check_claims(ledger().claims)
    paths = [*sorted(library().glob("*.yaml")), *sorted(library().glob("policies/*.yaml"))]
    documents = {path.relative_to(library()).with_suffix("").as_posix(): yamlfile.read(path).data for path in paths}
    files = {name: tuple(dict.fromkeys(_claims_in(data))) for name, data in documents.items()}
    settings = {name: _mapping(data.get("parameters")) for name, data in documents.items()}
    return Index(
        ledger=ledger(),
        rules=RULES,
        parameters=PARAMETERS,
        files=files,
        citing_rules=_turned((rule.name, rule.claims) for rule in RULES.values()),
        citing_parameters=_turned((parameter.name, parameter.claims) for parameter in PARAMETERS.values()),
        citing_files=_turned(files.items()),
        taking=_turned((rule.name, rule.parameters) for rule in RULES.values()),
        setting=_turned(settings.items()),
        moving=_turned((rule.name, rule.moves) for rule in RULES.values()),
        working=_turned((rule.name, (*rule.mechanisms, *rule.loops)) for rule in RULES.values()),
    )


def _turned(references: Iterable[tuple[str, Iterable[str]]]) -> dict[str, tuple[str, ...]]:
    """References from names to others, turned around."""
    turned: dict[str, tuple[str, ...]] = {}
    for name, others in references:
        for other in dict.fromkeys(others):
            turned[other] = (*turned.get(other, ()), name)
    return turned


def _claims_in(data: Any) -> Iterator[str]:
    """Every claim id that stands under a key `claims`, at any depth."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key == "claims" and isinstance(value, list):
                yield from (claim for claim in value if isinstance(claim, str))
            else:
                yield from _claims_in(value)
    elif isinstance(data, list):
        for value in data:
            yield from _claims_in(value)


def _mapping(data: Any) -> dict[str, Any]:
    return data if isinstance(data, dict) else {}
