"""A lever explained: what its levels are called, what it is for and costs, who argues for and against it, what it does."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sim.experiment.response.kept import effects_words
from sim.parameters import PARAMETERS
from sim.scenario import load_scenario
from sim.scenario.diff import TITLES
from sim.vocabulary import LEVER_SPECS, settings_of
from sim.vocabulary.levels import LEVELS, STEPS
from sim.words.language import _
from sim.words.numbers import fine
from sim.words.sentences import month_words, months_words

# The scenario that writes down what Pakistan did.
RECORD = "history"
# The month in which the record ends: what that scenario says of later months is no record.
RECORD_ENDS = "2023-12"


@dataclass(frozen=True)
class Past:
    """What Pakistan did with a lever for some months, as the scenario of the record has it.

    Attributes:
        first, last: months, YYYY-MM; without a last one, from the first on.
        value: 0 to 1, how strongly being a judgement; why: in a sentence; claims: what it rests on.
    """

    first: str
    last: str
    value: float
    why: str
    claims: tuple[str, ...]

    @property
    def months(self) -> str:
        """When, in words."""
        if self.last:
            return months_words(self.first, self.last)
        return _("from {month}", month=month_words(self.first))


@dataclass(frozen=True)
class Explained:
    """All that there is to say about a lever, or about conditionality and visibility, which are set beside the levers.

    Attributes:
        name, title, means: its id, what a reader is shown, and what it stands for in a sentence.
        levels: (number, what Pakistan does then); empty for a lever that an extension adds.
        aims: ids of the metrics that it is meant to move.
        cost: in a sentence; empty for what costs nothing.
        argued_for, argued_against: ids of claims.
        past: what was done with it, by the record.
        effects: what it was found to do, in sentences.
    """

    name: str
    title: str
    means: str
    levels: tuple[tuple[float, str], ...]
    aims: tuple[str, ...]
    cost: str
    argued_for: tuple[str, ...]
    argued_against: tuple[str, ...]
    past: tuple[Past, ...]
    effects: tuple[str, ...]


def explained(name: str) -> Explained:
    """All about a lever of Pakistan's, `conditionality` or `visibility`.

    Raises:
        KeyError: there is no such lever.
        FileError: the scenario of the record cannot be read.
    """
    lever, words = LEVER_SPECS.get(name), LEVELS.get(name)
    return Explained(
        name,
        TITLES[name],
        settings_of("pakistan")[name].means or "",
        _levels(name),
        lever.aims if lever else (),
        _cost(lever.cost) if lever else "",
        words.argued_for if words else (),
        words.argued_against if words else (),
        _past().get(name, ()),
        tuple(effects_words(name)),
    )


def level(name: str, value: float) -> str:
    """What Pakistan does at a lever's number; at one between two levels, both; and how much that is, where it is known.

    Empty for a lever that has no words.
    """
    if name not in LEVELS:
        return ""
    names = [_(one) for one in LEVELS[name].around(value)]
    said = names[0] if len(names) == 1 else _("Between “{less}” and “{more}”", less=names[0], more=names[1])
    much = amount(name, value)
    return _("{level} (about {much})", level=said, much=much) if much else said


def _levels(name: str) -> tuple[tuple[float, str], ...]:
    return tuple((step, level(name, step)) for step in STEPS) if name in LEVELS else ()


def amount(name: str, value: float) -> str:
    """How much a lever's number is, where the model has it in a unit of its own: by its declared value, which worlds draw anew.

    >>> amount("aid", 0.5), amount("fencing", 0.5)
    ('4 million US$ a month', '')
    """
    words = LEVELS.get(name)
    if words is None or not words.scale or not value:
        return ""
    about = PARAMETERS[words.scale]
    return _("{figure} {unit}", figure=fine(about.value * value), unit=_(about.unit))


def _cost(name: str) -> str:
    """What a lever costs beside the dearest one, so that the unit means something."""
    about = PARAMETERS[name]
    dearest = max(LEVER_SPECS.values(), key=lambda one: PARAMETERS[one.cost].value)
    most = PARAMETERS[dearest.cost].value
    costs = {"value": fine(about.value), "low": fine(about.low), "high": fine(about.high)}
    if about.value >= most:
        return _(
            "At 1 it costs {value} cost units a month, by judgement {low} to {high}: no other costs more.", **costs
        )
    return _(
        "At 1 it costs {value} cost units a month, by judgement {low} to {high}. {dearest}, the dearest, costs {most}.",
        **costs,
        dearest=_(dearest.title),
        most=fine(most),
    )


@cache
def _past() -> dict[str, tuple[Past, ...]]:
    """Lever -> what was done with it, by the record, in order of time."""
    found: dict[str, tuple[Past, ...]] = {}
    scenario = load_scenario(RECORD)
    for change in scenario.data()["actors"]["pakistan"]["changes"]:
        if change.get("from", scenario.start) > RECORD_ENDS:
            continue
        values = {
            **change.get("levers", {}),
            **{key: change[key] for key in ("conditionality", "visibility") if key in change},
        }
        for name, value in values.items():
            past = Past(
                change["from"],
                change.get("until", ""),
                float(value),
                " ".join(change.get("why", "").split()),
                tuple(change.get("claims", ())),
            )
            found[name] = (*found.get(name, ()), past)
    return found
