"""What each lever was found to do, as it ships: for whoever explains a lever, without simulating anything.

`docs/response.py` writes the file from the study that is kept beside that page, whenever the study is made anew.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.experiment.response.levers import Effect
from sim.metrics import METRICS
from sim.vocabulary import LEVER_SPECS
from sim.words.language import N_, _
from sim.words.numbers import SCALES, amount
from sim.words.sentences import listed, month_words

if TYPE_CHECKING:
    from sim.experiment.response.study import Response

FILE = Path(__file__).with_name("effects.json")
# What is told of every lever, beside what it is meant to move.
ALWAYS = (
    "attacks",
    "fatalities_security",
    "fatalities_civilian",
    "fatalities_militant",
    "leverage_in_use",
    "taliban_stance",
    "sovereignty",
    "economy",
)
MOST = 3  # of the others that are named
_ABOUT = ("base", "from", "lever_months", "lever_worlds", "enough", "model")


@dataclass(frozen=True)
class Kept:
    """The part of a study that ships.

    Attributes:
        about: base scenario, first month, months, worlds, what counts as moving a figure, and the model it was made with.
        levers: lever -> metric -> what the lever does to it at full strength, against nothing.
    """

    about: Mapping[str, Any]
    levers: Mapping[str, Mapping[str, Effect]]


@cache
def kept() -> Kept:
    """What ships. Raises OSError or ValueError where the file is gone or broken."""
    told = json.loads(FILE.read_text(encoding="utf-8"))
    levers = {lever: {name: Effect(**one) for name, one in some.items()} for lever, some in told["levers"].items()}
    return Kept(told["about"], levers)


def excerpt(found: Response) -> dict[str, Any]:
    """What of a study ships: of each lever the metrics that it is for, and those that are told of every lever."""
    levers = {
        lever: {
            name: asdict(some[name])
            for name in dict.fromkeys((*found.aims.get(lever, ()), *ALWAYS))
            if name in some and name in METRICS
        }
        for lever, some in found.levers.items()
    }
    return {"about": {name: found.manifest[name] for name in _ABOUT}, "levers": levers}


def effects_words(lever: str) -> list[str]:
    """What a lever was found to do, in a few sentences; none for a lever that the study does not know.

    Raises:
        OSError, ValueError: as :func:`kept`.
    """
    return list(_sentences(lever, kept())) if lever in kept().levers else []


def _sentences(lever: str, study: Kept) -> Iterator[str]:
    some = study.levers[lever]
    aims = [name for name in LEVER_SPECS[lever].aims if name in some]
    moved = [name for name in aims if some[name].counts]
    idle = [name for name in aims if name not in moved]
    others = sorted(
        (name for name in some if name not in aims and some[name].counts), key=lambda name: -_size(some[name])
    )
    if moved:
        told = listed([_moves(name, some[name], study) for name in moved])
        yield _("Of what it is meant to move, it {moves}.", moves=told)
    if idle:
        yield _("It hardly moves {metrics}.", metrics=listed([_called(name) for name in idle]))
    if others:
        yield _("Besides, it {moves}.", moves=listed([_moves(name, some[name], study) for name in others[:MOST]]))
    about = study.about
    yield _(
        "So in the median of {worlds} modelled worlds, held at 1 rather than 0 from {month} on for {months} months, all else as "
        "in History. Less than {enough:g} of a standard deviation over worlds counts as hardly moving.",
        worlds=about["lever_worlds"],
        month=month_words(about["from"]),
        months=about["lever_months"],
        enough=about["enough"],
    )


def _size(one: Effect) -> float:
    """How large an effect is beside others; what was never there before comes first."""
    return float("inf") if one.in_sd is None else abs(one.in_sd)


def _called(name: str) -> str:
    return _("“{metric}”", metric=_(METRICS[name].title))


def _moves(name: str, one: Effect, study: Kept) -> str:
    """ "lowers “TTP attacks” by 2,200 over 36 months": the median world."""
    metric, much = METRICS[name], amount(name, abs(one.effect))
    if metric.summary == "total":
        much = _("{amount} over {months} months", amount=much, months=study.about["lever_months"])
    if metric.unit in SCALES:
        much = _("{amount} on a scale of {unit}", amount=much, unit=_(metric.unit))
    moves = N_("raises {metric} by {amount}") if one.effect > 0 else N_("lowers {metric} by {amount}")
    return _(moves, metric=_called(name), amount=much)
