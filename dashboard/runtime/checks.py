"""What an address may say: each part of it is checked, and told with what is allowed where it does not fit."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from functools import cache, partial
from typing import Any

from dashboard.runtime import kept, own_sets, packing
from dashboard.runtime.kept import MOST_KEPT, Kept
from sim.ensemble.spec import LIMITS
from sim.evidence import ledger
from sim.metrics import METRICS
from sim.parameters import PARAMETERS
from sim.parameters.posterior import AS_OF
from sim.scenario.settings import OPTIONS
from sim.vocabulary import acting, settings_of
from sim.why.names import DECISIONS
from sim.words.language import _
from sim.words.problems import short
from sim.yamlfile import LIMIT, suggestion

MOST_SCENARIOS = 4
MOST_WORLDS, MOST_MONTHS = 1000, 120
MOST_LETTERS, MOST_BACK = 100, 12
MOST_OBJECTIVES, LARGEST = 15, 1e12  # of a search, and of a figure that one may be bounded by
DEAD_MILITANTS = "militants"  # what a bound on how many of them die goes by
OWN = "own"  # the name under which a scenario made in the Studio goes
LONGEST_OWN = 6000  # characters of an address
MOST_PARTS = 1000  # of an address; more than there are levers and parameters

# What is moved by degrees: levers and what goes with them. And what is one of several options, with the actor whose it is.
SHARES = tuple(name for actor, spec in acting().items() if spec.has_levers for name in settings_of(actor))
POSTURES = {one.name: actor for actor, spec in acting().items() for one in spec.settings if one.options}
_MONTH = re.compile(r"20\d\d-(0[1-9]|1[0-2])")


class AddressError(ValueError):
    """A part of an address does not fit; the message says what is allowed.

    Args:
        text: what is wrong; name, allowed: a wrong name and the right ones, for the end of the message, which is put into
            words only when somebody reads it.
    """

    def __init__(self, text: str, name: str = "", allowed: Iterable[str] = ()) -> None:
        super().__init__(text)
        self.name, self.allowed = name, allowed

    def __str__(self) -> str:
        return super().__str__() + (suggestion(short(self.name), self.allowed) if self.allowed else "")


@cache
def known() -> dict[str, str]:
    """The scenarios of the library: name -> title."""
    from sim.scenario import list_scenarios

    return {name: title for name, title, _ in list_scenarios()}


def _one_of(value: str, allowed: Any) -> str:
    if value not in allowed:
        raise AddressError(_("is not one of the choices"), value, allowed)
    return value


def _scenarios(value: str, mine: Collection[str]) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(value.split(",")))
    if not 2 <= len(names) <= MOST_SCENARIOS:
        raise AddressError(_("names {count} scenarios; allowed: two to {most}", count=len(names), most=MOST_SCENARIOS))
    for name in names:
        if name == OWN and OWN not in mine:
            raise AddressError(
                _("the scenario made in the Studio did not come with this address; download and upload it")
            )
        _one_of(name, (*known(), *mine))
    return names


def _whole(low: int, high: int) -> Any:
    def check(value: str, mine: Collection[str]) -> int:
        if not re.fullmatch(r"\d{1,19}", value, re.ASCII) or not low <= int(value) <= high:
            raise AddressError(_("is not a whole number in range; allowed: {low:,} to {high:,}", low=low, high=high))
        return int(value)

    return check


def is_month(text: object) -> bool:
    """Whether something is a month, YYYY-MM."""
    return isinstance(text, str) and bool(_MONTH.fullmatch(text))


def _month(value: str, mine: Collection[str]) -> str:
    if not is_month(value):
        raise AddressError(_("is not a month; allowed: YYYY-MM, such as 2022-12"))
    return value


def number(value: str, low: float, high: float) -> float:
    """A number of an address within a range. Raises AddressError."""
    try:
        out = float(value) if len(value) < 40 and value.isascii() else float("nan")
    except ValueError:
        out = float("nan")
    if not low <= out <= high:
        raise AddressError(_("is not a number in range; allowed: {low:g} to {high:g}", low=low, high=high))
    return out + 0.0


def _lever(name: str, value: str, mine: Collection[str] = ()) -> float:
    _one_of(name, SHARES)
    return number(value, 0, 1)


def _posture(name: str, value: str, mine: Collection[str] = ()) -> str:
    return _one_of(value, (*OPTIONS[_one_of(name, POSTURES)], "choose"))


def _uncertainty(name: str, value: str, mine: Collection[str] = ()) -> float:
    about = PARAMETERS[_one_of(name, PARAMETERS)]
    return number(value, about.low, about.high)


def _bound(name: str, value: str, mine: Collection[str] = ()) -> float:
    _one_of(name, [*(str(place) for place in range(1, MOST_OBJECTIVES + 1)), DEAD_MILITANTS])
    return number(value, -LARGEST, LARGEST)


def _kept(name: str, value: str, mine: Collection[str]) -> Kept:
    _one_of(name, kept_names())
    checks: dict[str, Any] = {one: partial(_lever, one) for one in SHARES}
    checks |= {one: partial(_posture, one) for one in POSTURES}
    try:
        found = kept.read(value, partial(_month, mine=()), checks)
    except ValueError as problem:
        raise AddressError(str(problem)) from None
    _one_of(found.of, (*known(), *([OWN] if OWN in mine else [])))
    return found


def kept_names() -> list[str]:
    """The names by which kept versions go."""
    return [f"k{number}" for number in range(1, MOST_KEPT + 1)]


def _own(value: str, mine: Collection[str]) -> str:
    from sim.scenario import ScenarioError, load_scenario

    text = _unpacked(value)
    try:
        load_scenario((OWN, text))
    except ScenarioError as problem:
        raise AddressError(problem.problems[0]) from None
    return text


def _trial(value: str, mine: Collection[str]) -> str:
    from dashboard.runtime import experiments

    text = _unpacked(value)
    if problems := experiments.check(text).problems:
        raise AddressError(problems[0])
    return text


def _unpacked(value: str) -> str:
    try:
        return packing.unpacked(value, LONGEST_OWN, LIMIT).decode()
    except UnicodeDecodeError:
        raise AddressError(_("is no text")) from None
    except ValueError as problem:
        raise AddressError(str(problem)) from None


def _scenario(*more: str) -> Any:
    return lambda value, mine: _one_of(value, (*known(), *more, "yours", OWN, *mine))


def _words(value: str, mine: Collection[str]) -> str:
    if len(value) > MOST_LETTERS:
        raise AddressError(_("is too long; allowed: {most} letters", most=MOST_LETTERS))
    return " ".join(value.split())


# Name in a state -> what checks its part of an address, given what scenarios came along with it.
CHECKS: dict[str, Any] = {
    "scenarios": _scenarios,
    "version_of": lambda value, mine: _one_of(value, (*known(), *mine)),
    "since": _month,
    "levers": _lever,
    "postures": _posture,
    "uncertainties": _uncertainty,
    "kept": _kept,
    "parameters": lambda value, mine: _one_of(value, own_sets.choices()),
    "told": lambda value, mine: _one_of(value, AS_OF),
    "seed": _whole(*LIMITS["seed"]),
    "worlds": _whole(1, MOST_WORLDS),
    "months": _whole(0, MOST_MONTHS),
    "month": _month,
    "metric": lambda value, mine: _one_of(value, METRICS),
    "own": _own,
    "shown": _scenario(),
    "versus": _scenario("before"),
    "back": _whole(0, MOST_BACK),
    "decision": lambda value, mine: _one_of(value, DECISIONS),
    "card": _words,
    "find": _words,
    "without": lambda value, mine: _one_of(value, ledger().sources),
    "trial": _trial,
    "opened": _words,
    "front": _words,
    "bounds": _bound,
    "member": _words,
}
