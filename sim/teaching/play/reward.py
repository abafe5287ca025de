"""What a program that learns is rewarded for: objectives that somebody declares, and none that counts killing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

import numpy as np

from sim.ensemble.spec import LimitError
from sim.experiment.condition import ConditionError
from sim.metrics import METRICS
from sim.search.objectives import Figure, check_lives, figure_of
from sim.search.schema import Objective
from sim.teaching.play.briefing import summed
from sim.teaching.play.past import Past
from sim.yamlfile import PlacedError


@dataclass(frozen=True)
class Reward:
    """What a seat's reward is made of: figures of the quarter, each with its weight; nothing, where none is declared.

    Attributes:
        one_sided: why the dead of one side do not count; empty where both sides' do.
    """

    terms: tuple[tuple[Figure, float], ...] = ()
    one_sided: str = field(default="", kw_only=True)

    @classmethod
    def of(cls, objectives: Mapping[str, float], one_sided: str = "") -> Reward:
        """Objectives as they are declared: metric, or sum of some, -> weight; a negative one where less is better.

        Raises:
            LimitError: one is no metric, or has no weight; a death would be rewarded; or nobody's death on one side counts.
        """
        terms = []
        for metric, weight in objectives.items():
            if isinstance(weight, bool) or not isinstance(weight, int | float) or not isfinite(weight) or weight == 0:
                raise LimitError(
                    f"{metric}: the weight is {weight!r}; allowed: a number, negative where less is better"
                )
            try:
                figure = figure_of(Objective(metric=metric, better="less" if weight < 0 else "more"))
            except ConditionError as problem:
                raise LimitError(f"{metric}: {problem}") from None
            terms.append((figure, float(weight)))
        try:
            check_lives([figure for figure, _ in terms], one_sided)
        except PlacedError as problem:
            raise LimitError(str(problem)) from None
        return cls(tuple(terms), one_sided=one_sided)

    def take(self, past: Past, months: int) -> float:
        """The reward of the last quarter, which has so many months."""
        out = 0.0
        for figure, weight in self.terms:
            values = {name: summed(past.metrics[name][:, -months:], METRICS[name].summary) for name in figure.metrics}
            out += weight * float(figure.futures({name: np.atleast_2d(one) for name, one in values.items()})[0, 0])
        return out
