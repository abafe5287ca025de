"""A candidate in words: a title made of what it does most, and a summary of all that it is set to."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sim.metrics import METRICS
from sim.scenario.diff import TITLES
from sim.search.space import Space
from sim.vocabulary import LEVERS, month_words
from sim.words.numbers import number
from sim.words.sentences import listed

SPOKEN = 3
SLIGHT = 0.05


def title(space: Space, values: Mapping[str, float], which: str) -> str:
    """A title, no longer than a title may be."""
    levels = {name: mean_level(space, values, name) for name in space.search.levers if name in LEVERS}
    most = sorted((name for name in levels if levels[name] > SLIGHT), key=lambda name: -levels[name])[:SPOKEN]
    said = f"mostly {listed([small(TITLES[name]) for name in most])}" if most else "little of anything"
    rules = len(space.taken(values))
    answers = f"; {rules} response{'s' * (rules > 1)}" if rules else ""
    return f"Course {which}: {said}{answers}"[:120]


def mean_level(space: Space, values: Mapping[str, float], name: str) -> float:
    """A lever's level, over stages."""
    return float(np.mean([values[f"{name}@{stage}"] for stage in space.search.stages]))


def summary(space: Space, values: Mapping[str, float]) -> str:
    """All that a candidate is set to, in sentences."""
    out, before = [], dict[str, float]()
    for stage in space.search.stages if space.search.levers else ():
        said = space.stage(values, stage)
        new = {name: value for name, value in said.items() if before.get(name, 0.0) != value}
        if new:
            parts = [f"{TITLES[name]} {number(value)}" for name, value in sorted(new.items(), key=lambda one: -one[1])]
            out.append(f"From {month_words(stage)}: {', '.join(parts)}.")
        before = said
    for name, _, signal in space.taken(values):
        rule = space.search.rules[name]
        what = METRICS[signal.metric].title
        months = f"the mean of {signal.months} months" if signal.months > 1 else "last month's figure"
        sets = ", ".join(f"{TITLES[lever]} {number(values[f'{name}.{lever}'])}" for lever in rule.levers)
        bound = number(values[f"{name}.{signal.metric}"])
        out.append(f"When {what} ({months}) is {signal.side} {bound}, for {int(values[f'{name}.for'])} months: {sets}.")
    return " ".join(out)[:4000] or "Nothing is done."


def small(text: str) -> str:
    """As within a sentence; what is an abbreviation stays."""
    return text if text[:2].isupper() else text[:1].lower() + text[1:]
