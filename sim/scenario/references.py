"""Whether the claims and parameters that a file names are there."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from sim.scenario.schema import Distribution, Scenario
from sim.yamlfile import Document, Place, Problem, dotted, short, suggestion


def check_claims(document: Document) -> None:
    """Every claim that is named anywhere in the file stands in the evidence ledger."""
    named = [(place, claim) for place, claim in _claims(document.data, ())]
    if not named:
        return
    from sim.evidence import ledger

    known = ledger().claims

    def words(place: Place, claim: str) -> str:
        return f"{dotted(place)} is not in the evidence ledger: {short(claim)}{suggestion(claim, known)}"

    document.check((place, partial(words, place, claim)) for place, claim in named if claim not in known)


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
    document.check(_misfits(scenario))


def _misfits(scenario: Scenario) -> Iterator[Problem]:
    from sim.parameters import PARAMETERS

    def unknown(name: str) -> str:
        return f"no such parameter: {short(name)}{suggestion(name, PARAMETERS)}"

    for name, value in scenario.parameters.items():
        place: Place = ("parameters", name)
        if name not in PARAMETERS:
            yield place, partial(unknown, name)
            continue
        declared = PARAMETERS[name]
        ends = {"low": value.low, "high": value.high} if isinstance(value, Distribution) else {"": value}
        for end, figure in ends.items():
            if not declared.low <= figure <= declared.high:
                at = (*place, end) if end else place
                allowed = f"allowed: {declared.low:g} to {declared.high:g}"
                yield at, f"{dotted(at)} is out of range: {figure:g}; {allowed}"
