"""Whether the claims and parameters that a file names are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.scenario.schema import Distribution, Scenario
from sim.yamlfile import Document, Place, dotted, short, suggestion


def check_claims(document: Document) -> None:
    """Every claim that is named anywhere in the file stands in the evidence ledger."""
    named = [(place, claim) for place, claim in _claims(document.data, ())]
    if not named:
        return
    from sim.evidence import ledger

    known = ledger().claims
    problems = [
        f"{document.where(place)}: {dotted(place)} is not in the evidence ledger: {short(claim)}{suggestion(claim, known)}"
        for place, claim in named
        if claim not in known
    ]
    if problems:
        raise document.error(*problems)


def _claims(part: Any, here: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(part, dict):
        for key, value in part.items():
            yield from _claims(value, (*here, key))
    elif isinstance(part, list):
        for number, value in enumerate(part):
            if here[-1] == "claims":
                yield (*here, number), value
            else:
                yield from _claims(value, (*here, number))


def check_parameters(document: Document, scenario: Scenario) -> None:
    """Every parameter that is overridden is declared, and keeps to its declared range."""
    if not scenario.parameters:
        return
    from sim.parameters import PARAMETERS

    problems = []
    for name, value in scenario.parameters.items():
        place: Place = ("parameters", name)
        if name not in PARAMETERS:
            problems.append(f"{document.where(place)}: no such parameter: {short(name)}{suggestion(name, PARAMETERS)}")
            continue
        declared = PARAMETERS[name]
        ends = {"low": value.low, "high": value.high} if isinstance(value, Distribution) else {"": value}
        for end, figure in ends.items():
            if not declared.low <= figure <= declared.high:
                at = (*place, end) if end else place
                allowed = f"allowed: {declared.low:g} to {declared.high:g}"
                problems.append(f"{document.where(at)}: {dotted(at)} is out of range: {figure:g}; {allowed}")
    if problems:
        raise document.error(*problems)
