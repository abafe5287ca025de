"""Policies by futures: how much worse a policy does than the best one in the same future, and how well it holds up over all.

A policy is a scenario with a mix of levers, a future a draw of the uncertainties, and of levers where they are drawn with
these; a value is the mean over the worlds that simulate the policy in that future. Futures are those of the design, each
counted alike: that is no statement of how likely they are.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.spec import LimitError
from sim.experiment.columns import Inputs
from sim.experiment.condition import Condition
from sim.experiment.discovery.rows import check_finished, inputs_of, related
from sim.experiment.factors import VARIED, setting_title
from sim.experiment.figures import condition_of, evaluated, figure_of, metrics_of
from sim.experiment.folder import FolderError
from sim.experiment.regret.measures import Estimate, measure
from sim.experiment.spoken import OfFigure
from sim.metrics import METRICS
from sim.metrics.base import End
from sim.words.numbers import setting
from sim.words.problems import several

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.outcome import Sweep
    from sim.plots.gallery import Picture

Values: TypeAlias = NDArray[np.float64]
RESAMPLES = 1000

# Which end of a metric is the better one, where hardly anybody would say otherwise; of others it is asked.
BETTER: dict[str, End] = {
    name: one.better for name, one in METRICS.items() if one.better is not None and not one.better_for
}


@dataclass(frozen=True)
class Judged(OfFigure):
    """The policies by one metric.

    Attributes:
        figure, better: a metric or a figure of some, and which end of it is better.
        values: shape (futures, policies); regret: how much worse than the future's best, at least 0, same shape and unit.
        measures: measure -> an estimate for each policy; see `regret_measures.MEASURES`.
        least: share of the resampled sets of futures in which each policy has the least maximum regret.
    """

    figure: Condition = field(repr=False)
    better: End
    values: Values = field(repr=False)
    regret: Values = field(repr=False)
    measures: Mapping[str, Sequence[Estimate]] = field(repr=False)
    least: Sequence[float] = field(repr=False)

    @property
    def winner(self) -> NDArray[np.intp]:
        """The number of the best policy in each future; -1 where several are equally good."""
        alone = (self.regret == 0).sum(axis=1) == 1
        return np.where(alone, np.argmin(self.regret, axis=1), -1)


@dataclass(frozen=True)
class Regret:
    """What came out.

    Attributes:
        policies: their names; futures: their draws' numbers; inputs: what was drawn of each, uncertainties and such levers as
            are no part of a policy, a row per future.
        judged: by each metric; satisfying: each condition -> an estimate for each policy of the share of futures in which
            it holds.
        left_out: futures that are missing since the model refused a point.
        related: how many futures in a row the design made from one another; 1 where each was drawn by itself.
        about: the sweep's manifest.
    """

    policies: tuple[str, ...]
    futures: NDArray[np.int64] = field(repr=False)
    inputs: Inputs = field(repr=False)
    judged: tuple[Judged, ...]
    satisfying: Mapping[str, Sequence[Estimate]]
    left_out: int
    related: int
    about: Mapping[str, Any] = field(repr=False)

    def text(self) -> str:
        """What came out, in plain sentences."""
        from sim.experiment.regret.text import paragraphs

        return "\n\n".join(paragraphs(self))

    def table(self) -> pd.DataFrame:
        """A row per metric and policy: each measure, with `_low` and `_high` of its 95 % interval."""
        from sim.experiment.regret.text import table

        return table(self)

    def deciders(self) -> pd.DataFrame:
        """A row per metric and uncertainty, or lever that was drawn with them: how much it decides which policy is best, the
        most first.

        `strength` is Cramér's V between the best policy and the fifth of its range, or its option (0 nothing, 1 all),
        `chance` the chi-squared test's p-value times the number of those looked at, at most 1 (Bonferroni).
        """
        from sim.experiment.regret.map import deciders

        return deciders(self)

    def pictures(self) -> list[Picture]:
        """The pictures, with their words and tables: for each metric how regret is spread, and where each policy wins."""
        from sim.experiment.regret.text import pictures

        return pictures(self)

    def as_json(self) -> dict[str, Any]:
        """All of it as plain data."""
        from sim.experiment.regret.text import as_json

        return as_json(self)


def regret(
    sweep: Sweep,
    metrics: Sequence[str] | None = None,
    *,
    better: Mapping[str, str] | None = None,
    satisfy: Sequence[str] = (),
    resamples: int = RESAMPLES,
) -> Regret:
    """Set the policies of a sweep against each other.

    Args:
        metrics: which, or figures of them such as `p90(fatalities - fatalities_militant)`, or the experiment's outcomes by
            name; by default all outcomes that it names and metrics that were kept, as far as they have a better end.
        better: metric -> less or more, for those without a declared better end, or to turn one round.
        satisfy: conditions on one policy's outcomes, such as `fatalities < 4000`, counted over futures.
        resamples: of the futures, for the intervals: 100 to 10,000.

    Raises:
        LimitError: it is not known which end of a metric is better.
        ConditionError: a metric or a condition is not right.
        FolderError: the sweep is not finished, or has no two policies that meet in two futures.
    """
    check_finished(sweep)
    if not 100 <= resamples <= 10_000:
        raise LimitError(f"resamples must be 100 to 10,000; got {resamples:,}")
    chosen = _chosen(sweep, metrics, dict(better or {}))
    conditions = [condition_of(sweep, text) for text in satisfy]
    for one in (*(figure for figure, _ in chosen), *conditions):
        if one.paired:
            raise LimitError(
                f"{one.text}: regret compares policies itself; allowed: figures of one, without [scenario]"
            )
    wide = {one: _by_policy(sweep, one) for one in (*(figure for figure, _ in chosen), *conditions)}
    # Where a policy is missing in a future, since the model refused it, nothing is said of that future.
    draws = np.flatnonzero(np.logical_and.reduce([~np.isnan(one).any(axis=1) for one in wide.values()]))
    count = next(iter(wide.values())).shape[1]
    if count < 2 or len(draws) < 2:
        raise FolderError(
            f"{sweep.place}: regret sets policies against each other in several futures, and here are {count} "
            f"policies in {len(draws)} futures; allowed: a sweep of several scenarios, or of levers with a `lever_design`, "
            "over draws of uncertainties"
        )
    policies = _names(sweep)
    cells = {one: wide.pop(one)[draws] for one in tuple(wide)}
    families = draws // related(sweep, "draw")
    seed = int(sweep.manifest["seed"])
    judged = []
    for one, end in chosen:
        values = cells[one]
        best = values.min(axis=1) if end == "less" else values.max(axis=1)
        lost = np.abs(values - best[:, None])
        measures, least = measure(values, lost, end == "less", seed, resamples, families)
        judged.append(Judged(one, end, values, lost, measures, least))
    satisfying = {}
    for one in conditions:
        held = cells[one]
        satisfying[one.text] = measure(held, 1.0 - held, False, seed, resamples, families)[0]["mean"]
    mixed = {f"{one['kind']}:{one['name']}" for one in sweep.manifest["factors"] if one["crossed"]}
    # What was drawn is the same under every policy: that of the first.
    inputs = inputs_of(sweep, draws, [name for name in sweep.factors(*VARIED) if name not in mixed])
    return Regret(
        tuple(policies),
        draws,
        inputs,
        tuple(judged),
        satisfying,
        sweep.manifest["draws"] - len(draws),
        related(sweep, "draw"),
        sweep.manifest,
    )


def _chosen(sweep: Sweep, metrics: Sequence[str] | None, better: Mapping[str, str]) -> list[tuple[Condition, End]]:
    """What to judge by, and which end of each is better."""
    kept = metrics_of(sweep)
    ends: dict[str, End] = {}
    for name, end in better.items():
        if end not in ("less", "more"):
            raise LimitError(f"better end of {name}: less or more is allowed; got {end}")
        figure_of(sweep, name)
        ends[name] = "less" if end == "less" else "more"
    out = []
    for name in several(metrics or (*sweep.experiment.outcomes, *kept)):
        read = figure_of(sweep, name)
        known = ends.get(name) or BETTER.get(read.metric)
        if known is not None:
            out.append((read, known))
        elif metrics:
            raise LimitError(f'{name}: which end of it is better is a judgement; say --better "{name}=less" or =more')
    if not out:
        raise LimitError(
            f"none of the kept metrics has a better end; say one: --better {kept[0]}=less or {kept[0]}=more"
        )
    return out


def _by_policy(sweep: Sweep, one: Condition) -> Values:
    """A figure of each policy in each draw, shape (draws, policies); NaN where the model refused it."""
    about, found = sweep.manifest, evaluated(sweep, one)
    values = np.full(about["points"], np.nan)
    values[found.index.to_numpy()] = found.to_numpy(dtype=float)
    return values.reshape(-1, about["draws"]).T


def _names(sweep: Sweep) -> list[str]:
    """What each policy is called: the scenario's title, and the values of its levers where there are several mixes."""
    titles = {str(one["name"]): str(one["title"]) for one in sweep.manifest["scenarios"]}
    titles = {name: title if list(titles.values()).count(title) == 1 else name for name, title in titles.items()}
    crossed = [f"lever:{one['name']}" for one in sweep.manifest["factors"] if one["crossed"]]
    first = np.arange(sweep.manifest["mixes"]) * int(sweep.manifest["draws"])
    levels = {name: sweep.of_points(name)[first].tolist() for name in crossed}
    out = []
    for title in titles.values():
        for mix in range(len(first)):
            said = ", ".join(f"{setting_title(name)} {setting(levels[name][mix])}" for name in crossed)
            out.append(said if said and len(titles) == 1 else ": ".join([title, *([said] if said else [])]))
    return out
