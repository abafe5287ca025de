"""What an outcome of a sweep hangs on: Sobol indices, Morris screening or a regression on ranks, as its design allows.

What is indexed is each point's mean over its worlds, for every scenario and mix of levers by itself, or the paired
difference between two scenarios. How much of the spread comes of random draws within points is said beside it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.design import Matrix, places, related
from sim.experiment.factors import Factor
from sim.experiment.schema import Design, LatinHypercube, Morris, Saltelli
from sim.experiment.sensitivity import methods
from sim.experiment.sensitivity.methods import ChanceShare, Indices, SensitivityError
from sim.yamlfile import suggestion

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.outcome import Sweep

# With more of a sample gone than this share, what is left is no longer what the design meant.
MOST_FAILED = 0.1
METHODS = {Saltelli: "sobol", Morris: "morris", LatinHypercube: "ranks"}


@dataclass(frozen=True)
class Sample:
    """How a sweep's points were laid out.

    Attributes:
        design: as in the experiment; factors: what it varies, in the order of columns.
        places: (draws, factors), 0 to 1, in the design's order.
        block: rows that belong together (a trajectory, or one row of Saltelli's base with all made from it).
    """

    design: Saltelli | Morris | LatinHypercube
    factors: tuple[Factor, ...]
    places: Matrix
    block: int

    @property
    def names(self) -> list[str]:
        """The factors' names."""
        return [factor.name for factor in self.factors]

    @property
    def method(self) -> str:
        """How such a sample is analysed: sobol, morris or ranks."""
        return METHODS[type(self.design)]


@dataclass(frozen=True)
class Study:
    """One metric under one scenario and mix of levers.

    Attributes:
        scenario, mix, metric: what was studied; versus: the scenario that was taken from it, world by world, if any.
        mean, spread: mean and standard deviation over the points' means, in the metric's unit.
        points: that were used; left_out: those left out, as one of their block had failed.
        chance: what chance within points makes; indices: what was found; None if the metric is the same at every point.
    """

    scenario: str
    mix: int
    metric: str
    versus: str | None
    mean: float
    spread: float
    points: int
    left_out: int
    chance: ChanceShare
    indices: Indices | None

    @property
    def doubts(self) -> tuple[str, ...]:
        """Why the sample is too small for this, a sentence each."""
        out = self.indices.doubts if self.indices else ()
        if self.indices and self.chance.left is not None and self.chance.left > methods.MOST_CHANCE:
            out += (
                f"{self.chance.left:.0%} of the spread between points comes of these worlds' draws, which more of them would "
                "average out",
            )
        return out

    @property
    def key(self) -> str:
        """A name for files and random streams, its own."""
        mix = f"-mix{self.mix}" if self.mix else ""
        return f"{self.metric}-{self.scenario}{f'-less-{self.versus}' if self.versus else ''}{mix}"


class Sensitivity:
    """What a sweep's outcomes hang on.

    Attributes:
        title: the experiment's; sample: how its points lie; studies: one for each scenario, mix and metric.
        mixes: for each mix its levers' values, name -> value; titles: of the scenarios; place: of the sweep's folder.
    """

    def __init__(
        self,
        title: str,
        place: str,
        sample: Sample,
        studies: Sequence[Study],
        mixes: Sequence[Mapping[str, Any]],
        titles: Mapping[str, str],
    ) -> None:
        self.title, self.place, self.sample, self.titles = title, place, sample, titles
        self.studies, self.mixes = tuple(studies), tuple(mixes)

    @property
    def method(self) -> str:
        """sobol, morris or ranks."""
        return self.sample.method

    @cached_property
    def indices(self) -> pd.DataFrame:
        """A row per scenario, mix, metric and factor (index); columns as in `sensitivity_methods.Indices.table`."""
        return self._joined(lambda one: one.table.reset_index(), ["factor"])

    @cached_property
    def pairs(self) -> pd.DataFrame | None:
        """Second-order indices: a row per scenario, mix, metric and pair of factors (index); None without them."""
        if not any(one.indices and one.indices.pairs is not None for one in self.studies):
            return None
        return self._joined(lambda one: one.pairs, ["factor", "other"])

    def _joined(self, take: Any, last: list[str]) -> pd.DataFrame:
        import pandas as pd

        head = ["scenario", "mix", "metric"]
        tables = []
        for one in self.studies:
            if one.indices is not None:
                table = take(one.indices)
                tables.append(table.assign(scenario=one.scenario, mix=one.mix, metric=one.metric))
        frame = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=[*head, *last])
        return frame.set_index([*head, *last])

    @cached_property
    def spread(self) -> pd.DataFrame:
        """A row per scenario, mix and metric: `mean` and `spread` over points, `luck` (its share of the spread between
        runs), `luck_left` (of that between the points' means), `told` and `too_small`."""
        import pandas as pd

        rows = [
            {
                "scenario": one.scenario,
                "mix": one.mix,
                "metric": one.metric,
                "mean": one.mean,
                "spread": one.spread,
                "luck": np.nan if one.chance.share is None else one.chance.share,
                "luck_left": np.nan if one.chance.left is None else one.chance.left,
                "told": np.nan if one.indices is None or one.indices.told is None else one.indices.told,
                "too_small": bool(one.doubts),
            }
            for one in self.studies
        ]
        return pd.DataFrame(rows).set_index(["scenario", "mix", "metric"])

    def study(self, metric: str | None = None, scenario: str | None = None, mix: int = 0) -> Study:
        """One study: of this metric, under this scenario; the first of each if not given.

        Raises:
            SensitivityError: there is none.
        """
        for one in self.studies:
            if metric in (None, one.metric) and scenario in (None, one.scenario) and one.mix == mix:
                return one
        raise SensitivityError(f"{self.place}: nothing was studied of {metric} under {scenario}, mix {mix}")

    def reading(self) -> list[str]:
        """What was found in plain sentences, a paragraph for each study; the last says what they are not."""
        from sim.experiment.sensitivity.text import reading

        return reading(self)

    def tornado(self, metric: str | None = None, scenario: str | None = None, mix: int = 0, **more: Any) -> Any:
        """A picture: where the metric stands with each factor low and high, the factors that matter most on top."""
        from sim.experiment.sensitivity.pictures import tornado_of

        return tornado_of(self, self.study(metric, scenario, mix), **more)

    def interactions(self, metric: str | None = None, scenario: str | None = None, mix: int = 0, **more: Any) -> Any:
        """A picture: which factors act through each other. Not for regressions on ranks, which cannot see it.

        Raises:
            SensitivityError: this design says nothing of interactions.
        """
        from sim.experiment.sensitivity.pictures import interactions_of

        return interactions_of(self, self.study(metric, scenario, mix), **more)

    def chart(self, metric: str | None = None, scenario: str | None = None, mix: int = 0, **more: Any) -> Any:
        """A picture: the indices themselves with their intervals."""
        from sim.experiment.sensitivity.pictures import indices_of

        return indices_of(self, self.study(metric, scenario, mix), **more)

    def as_json(self) -> dict[str, Any]:
        """The object that `durand sensitivity --json` prints."""
        from sim.experiment.sensitivity.text import as_json

        return as_json(self)

    def save(self, folder: str | Path) -> Path:
        """Write tables, pictures and a page that holds them to a folder; returns the page."""
        from sim.experiment.sensitivity.page import write

        return write(self, Path(folder))

    def __repr__(self) -> str:
        return f"<Sensitivity of {self.title} ({self.method}): {len(self.studies)} studies of {len(self.sample.names)} factors>"


def sensitivity(sweep: Sweep, metrics: Sequence[str] | None = None, *, versus: str | None = None) -> Sensitivity:
    """Analyse a finished sweep.

    Args:
        metrics: which of those kept; all if not given.
        versus: a scenario of the sweep; then each other scenario's difference to it is analysed, point by point with the
            same random draws.

    Raises:
        SensitivityError: the sweep is not finished, too many points failed, there is no such metric or scenario, or its
            design is one that cannot be analysed.
    """
    place, kept = sweep.place, list(sweep.manifest["particulars"]["metrics"])
    chosen = list(dict.fromkeys(metrics or kept))
    for name in chosen:
        if name not in kept:
            raise SensitivityError(f"{place}: this sweep kept no metric {name}{suggestion(name, kept)}")
    scenarios = [str(one["name"]) for one in sweep.manifest["scenarios"]]
    if versus is not None and (versus not in scenarios or len(scenarios) < 2):
        raise SensitivityError(
            f"{place}: {versus} is not one of several scenarios of this sweep{suggestion(versus, scenarios)}"
        )
    if not sweep.complete:
        done, runs = sweep.manifest["finished_runs"], sweep.manifest["runs"]
        raise SensitivityError(
            f"{place}: not finished, {done:,} of {runs:,} runs: run the sweep again to go on with it"
        )
    sample = sample_of(sweep)
    shared = sweep.manifest["particulars"]["luck"] == "shared"
    studies = []
    for metric in chosen:
        values = _cube(sweep, metric, len(scenarios))
        for number, scenario in enumerate(scenarios):
            if scenario == versus:
                continue
            taken = values[number] - (values[scenarios.index(versus)] if versus else 0.0)
            for mix in range(taken.shape[0]):
                studies.append(_study(sweep, sample, (scenario, mix, metric, versus), taken[mix], shared))
    levers = sweep.experiments.drop_duplicates("mix").set_index("mix")
    crossed = [str(one["name"]) for one in sweep.manifest["factors"] if one["crossed"]]
    mixes = [{name: levers.loc[mix, f"lever:{name}"] for name in crossed} for mix in sorted(levers.index)]
    titles = {str(one["name"]): str(one["title"]) for one in sweep.manifest["scenarios"]}
    return Sensitivity(sweep.title, place, sample, studies, mixes, titles)


def sample_of(sweep: Sweep) -> Sample:
    """A sweep's sample, laid out again and held against the points that were run.

    Raises:
        SensitivityError: its design cannot be analysed, or cannot be made again as it was.
    """
    design = sweep.design
    if not isinstance(design, Saltelli | Morris | LatinHypercube):
        kind = design.kind if design is not None else "none"
        raise SensitivityError(
            f"{sweep.place}: its design is {kind}; allowed: saltelli (Sobol indices), morris (screening), or "
            "latin_hypercube (a rougher screening by ranks), over uncertainties, levers or both"
        )
    factors = tuple(_factor(one) for one in sweep.manifest["factors"] if not one["crossed"])
    count = len(factors)
    if isinstance(design, LatinHypercube) and design.points < count + 3:
        raise SensitivityError(f"{sweep.place}: {design.points:,} points are too few for {count:,} factors")
    at = places(design, factors)
    _check_same(sweep, design, factors, at)
    return Sample(design, factors, at, related(design, count))


def _check_same(sweep: Sweep, design: Design, factors: Sequence[Factor], at: Matrix) -> None:
    """The indices mean something only if row k of the design is the point k that was run."""
    points = sweep.experiments.head(len(at))
    for column, factor in enumerate(factors):
        made = factor.values(np.ascontiguousarray(at[:, column]))
        told, run = factor.names(made), points[f"{factor.kind}:{factor.name}"]
        same = len(run) == len(at) and (
            list(run) == told if told else bool(np.allclose(run.to_numpy(dtype=float), made, rtol=1e-9, atol=1e-12))
        )
        if not same:
            raise SensitivityError(
                f"{sweep.place}: its {design.kind} design comes out differently here than where it was run (another version "
                f"of SALib, SciPy or NumPy?); {factor.name} is not the same"
            )


def _factor(one: Mapping[str, Any]) -> Factor:
    options = tuple((float(value), str(word)) for word, value in one["options"].items())
    kind: Any = one["kind"]
    return Factor(
        one["name"], kind, one["low"], one["high"], one["distribution"], one["mode"], tuple(one["levels"]), options
    )


def _cube(sweep: Sweep, metric: str, scenarios: int) -> Any:
    """A metric's values, (scenarios, mixes, draws, worlds); NaN where a point failed."""
    about, column = sweep.manifest, sweep.outcomes[metric]
    out = np.full((about["points"], about["worlds"]), np.nan)
    point, world = (column.index.get_level_values(name).to_numpy() for name in ("point", "world"))
    out[point, world] = column.to_numpy()
    return out.reshape(scenarios, about["mixes"], about["draws"], about["worlds"])


def _study(sweep: Sweep, sample: Sample, what: tuple[str, int, str, str | None], values: Matrix, shared: bool) -> Study:
    scenario, mix, metric, versus = what
    whole = np.isfinite(values).all(axis=1).reshape(-1, sample.block).all(axis=1)
    lost = 1.0 - float(whole.mean())
    if lost > MOST_FAILED or whole.sum() < 2:
        raise SensitivityError(
            f"{sweep.place}: {len(sweep.failures):,} points failed, and {lost:.0%} of the sample under {scenario} goes with "
            f"them; at most {MOST_FAILED:.0%} can be done without: narrow the ranges to what the model can take"
        )
    rows = np.repeat(whole, sample.block)
    values, at = values[rows], np.ascontiguousarray(sample.places[rows])
    means = np.ascontiguousarray(values.mean(axis=1))
    found = None
    if np.ptp(means) > 0:
        key = Study(scenario, mix, metric, versus, 0, 0, 0, 0, ChanceShare(None, None), None).key
        found = _indices(sample, at, means, methods.bootstrap_seed(int(sweep.manifest["seed"]), key))
    spread = float(means.std(ddof=1))
    left_out = int((~rows).sum())
    about = (scenario, mix, metric, versus, float(means.mean()), spread, int(rows.sum()), left_out)
    return Study(*about, methods.chance_share(values, shared), found)


def _indices(sample: Sample, at: Matrix, values: Any, seed: int) -> Indices:
    design = sample.design
    if isinstance(design, Saltelli):
        return methods.sobol(sample.names, at, values, design.second_order, seed)
    if isinstance(design, Morris):
        return methods.morris(sample.names, at, values, design.levels, seed)
    return methods.ranks(sample.names, at, values)
