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
from sim.vocabulary import LEVER_SPECS, month_words
from sim.words.numbers import SCALES, amount
from sim.words.sentences import listed

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
        yield f"Of what it is meant to move, it {listed([_moves(name, some[name], study) for name in moved])}."
    if idle:
        yield f"It hardly moves {listed([_called(name) for name in idle])}."
    if others:
        yield f"Besides, it {listed([_moves(name, some[name], study) for name in others[:MOST]])}."
    about = study.about
    yield (
        f"So in the median of {about['lever_worlds']} modelled worlds, held at 1 rather than 0 from {month_words(about['from'])} "
        f"on for {about['lever_months']} months, all else as in History. Less than {about['enough']:g} of a standard deviation "
        "over worlds counts as hardly moving."
    )


def _size(one: Effect) -> float:
    """How large an effect is beside others; what was never there before comes first."""
    return float("inf") if one.in_sd is None else abs(one.in_sd)


def _called(name: str) -> str:
    return f"“{METRICS[name].title}”"


def _moves(name: str, one: Effect, study: Kept) -> str:
    """ "lowers “TTP attacks” by 2,200 over 36 months": the median world."""
    metric, size = METRICS[name], abs(one.effect)
    over = f" over {study.about['lever_months']} months" if metric.summary == "total" else ""
    scale = f" on a scale of {metric.unit}" if metric.unit in SCALES else ""
    return f"{'raises' if one.effect > 0 else 'lowers'} {_called(name)} by {amount(name, size)}{over}{scale}"
