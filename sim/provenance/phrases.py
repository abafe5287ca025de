"""What cards say in a few words: a range with its unit, a parameter's value, where a claim stands."""

from __future__ import annotations

from sim.evidence import Claim
from sim.parameters import Parameter
from sim.rule import Quantity
from sim.words.language import _


def range_words(quantity: Quantity) -> str:
    """A unit and range in words: `0 to 1`, `0 to 360 (months)`."""
    ends = {"low": f"{quantity.low:,g}", "high": f"{quantity.high:,g}"}
    if quantity.unit == f"{ends['low']} to {ends['high']}":
        return _("{low} to {high}", **ends)
    return _("{low} to {high} ({unit})", **ends, unit=_(quantity.unit))


def figure(parameter: Parameter) -> str:
    """A parameter's value, and where it comes from: `0.3, from 0.1 to 0.5 (share)`."""
    value = f"{parameter.value:g}"
    if parameter.constant:
        return _("{value}, fixed ({unit})", value=value, unit=_(parameter.unit))
    bounds = range_words(Quantity(parameter.unit, parameter.low, parameter.high))
    return _("{value}, from {range}", value=value, range=bounds)


def in_full(parameter: Parameter) -> str:
    """What `Parameter.in_full` says, in the language of whoever reads."""
    title, meaning = _(parameter.title), _(parameter.meaning)
    return meaning if parameter.in_full == parameter.meaning else _("{title}. {meaning}", title=title, meaning=meaning)


def beyond_title(parameter: Parameter) -> str:
    """What a parameter's meaning says beyond its title, to stand after it; empty where it says the same."""
    title, meaning = _(parameter.title), _(parameter.meaning)
    return meaning[len(title) :].lstrip(" ,;:.") if meaning.startswith(title) else meaning


def place(claim: Claim) -> str:
    """Where a claim stands: `004, paragraph 6`; `picss, picss_militant_attacks_month`."""
    inside = within(claim)
    return _("{source}, {place}", source=claim.source, place=inside) if inside else claim.source


def within(claim: Claim) -> str:
    """Where in its source a claim stands."""
    if claim.paragraph is None:
        return ", ".join(claim.series)
    return _("paragraph {number}", number=claim.paragraph) if claim.paragraph else _("standfirst")
