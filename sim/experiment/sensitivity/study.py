"""What an outcome of a sweep hangs on: Sobol indices, Morris screening or a regression on ranks, as its design allows, or, with
any design, PAWN and delta.

What is indexed is a figure of each point's worlds, the mean or any other, for every scenario and mix of levers by itself, or
the paired difference between two scenarios. How much of the spread comes of random draws within points is said beside it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.columns import Places
from sim.experiment.condition import Condition
from sim.experiment.figures import figure_of, hold, metrics_of, scenarios_of, there, worlds_of
from sim.experiment.firsts import column_of
from sim.experiment.schema import Morris, Saltelli
from sim.experiment.sensitivity import given, methods
from sim.experiment.sensitivity.methods import ChanceShare, Indices, SensitivityError
from sim.experiment.sensitivity.sample import GIVEN, Method, Sample, sample_of
from sim.experiment.spoken import OfFigure
from sim.words.language import _
from sim.words.problems import several
from sim.worlds import Vector
from sim.yamlfile import suggestion

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.outcome import Sweep

# With more of a sample gone than this share, what is left is no longer what the design meant.
MOST_FAILED = 0.1


@dataclass(frozen=True)
class Study(OfFigure):
    """One figure under one scenario and mix of levers.

    Attributes:
        scenario, mix, figure: what was studied; the scenario is empty where the figure speaks of scenarios by name itself.
        versus: the scenario that was taken from it, if any.
        mean, spread: mean and standard deviation over the points' figures, in the figure's unit.
        points: that were used; left_out: those left out, as one of their block had failed.
        chance: what chance within points makes; indices: what was found; None if the figure is the same at every point.
    """

    scenario: str
    mix: int
    figure: Condition
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
            more = _(
                "{share:.0%} of the spread between points comes of these worlds' draws, which more of them would average out",
                share=self.chance.left,
            )
            out += (more,)
        return out

    @property
    def key(self) -> str:
        """A name for files and random streams, its own."""
        mix = f"-mix{self.mix}" if self.mix else ""
        return f"{figure_key(self.metric)}-{self.scenario or 'all'}{f'-less-{self.versus}' if self.versus else ''}{mix}"


def figure_key(text: str) -> str:
    """A figure's name for files: a metric is its own, an expression is put into letters, with a digest of its own."""
    if re.fullmatch(r"\w+", text):
        return text
    return f"{re.sub(r'[^A-Za-z0-9]+', '_', text).strip('_')[:60]}-{blake2b(text.encode(), digest_size=3).hexdigest()}"


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
        """sobol, morris, ranks, pawn or delta."""
        return self.sample.method

    @cached_property
    def indices(self) -> pd.DataFrame:
        """A row per scenario, mix, metric and factor (index); columns as in `methods.Indices.table`, and the metric's `unit`."""
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
                tables.append(table.assign(scenario=one.scenario, mix=one.mix, metric=one.metric, unit=one.unit))
        frame = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=[*head, *last])
        return frame.set_index([*head, *last])

    @cached_property
    def spread(self) -> pd.DataFrame:
        """A row per scenario, mix and metric: `unit`, `mean` and `spread` over points, `luck` (its share of the spread between
        runs), `luck_left` (of that between the points' means), `told` and `too_small`."""
        import pandas as pd

        rows = [
            {
                "scenario": one.scenario,
                "mix": one.mix,
                "metric": one.metric,
                "unit": one.unit,
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


def sensitivity(
    sweep: Sweep,
    metrics: Sequence[str] | None = None,
    *,
    versus: str | None = None,
    method: Method | None = None,
    factors: Collection[str] = (),
) -> Sensitivity:
    """Analyse a finished sweep.

    Args:
        metrics: which of those kept, or figures such as `p90(attacks)`, or the experiment's outcomes by name; if not given, those
            outcomes, or without them all metrics.
        versus: a scenario of the sweep; then each other scenario's difference to it is analysed, point by point with the
            same random draws.
        method: pawn or delta, with any design; else that of the design.
        factors: those to analyse, with pawn or delta; all of them if not given.

    Raises:
        ConditionError: a figure is not right.
        SensitivityError: the sweep is not finished, too many points failed, there is no such metric or scenario, or its
            design is one that cannot be analysed.
    """
    place, scenarios = sweep.place, scenarios_of(sweep)
    asked = metrics or list(sweep.experiment.outcomes) or metrics_of(sweep)
    figures = [figure_of(sweep, name) for name in several(asked)]
    if versus is not None and (versus not in scenarios or len(scenarios) < 2):
        raise SensitivityError(
            f"{place}: {versus} is not one of several scenarios of this sweep{suggestion(str(versus), scenarios)}"
        )
    if not sweep.complete:
        done, runs = sweep.manifest["finished_runs"], sweep.manifest["runs"]
        raise SensitivityError(
            f"{place}: not finished, {done:,} of {runs:,} runs: run the sweep again to go on with it"
        )
    for figure in figures:
        if figure.paired and (versus or any(one is None for _name, one in figure.names)):
            raise SensitivityError(
                f"{place}: {figure.text} speaks of scenarios by name; allowed: a name behind each of its outcomes, and no "
                "difference to another scenario besides"
            )
    sample = sample_of(sweep, method, factors)
    studies = []
    for number, figure in enumerate(figures):
        hold(sweep, [column_of(name) for one in figures[number:] for name, _of in one.names])
        cells = _Cells(sweep, sample, figure)
        for scenario in [""] if figure.paired else scenarios:
            if scenario != versus or not versus:
                studies += [_study(cells, scenario, mix, versus) for mix in range(cells.mixes)]
    mixed = sweep.design is not None and sweep.manifest["mixes"] > 1
    crossed = [str(one["name"]) for one in sweep.manifest["factors"] if one["crossed"] and mixed]
    first = np.arange(sweep.manifest["mixes"]) * int(sweep.manifest["draws"])
    levels = {name: sweep.of_points(f"lever:{name}")[first].tolist() for name in crossed}
    mixes = [{name: levels[name][mix] for name in crossed} for mix in range(len(first))]
    titles = {str(one["name"]): str(one["title"]) for one in sweep.manifest["scenarios"]}
    return Sensitivity(sweep.title, place, sample, studies, mixes, titles)


class _Cells:
    """A figure's outcomes by scenario, mix and draw, with the worlds of each point.

    Attributes:
        mixes: how many there are to study one by one; where mixes alone are varied, they take the place of draws.
    """

    def __init__(self, sweep: Sweep, sample: Sample, figure: Condition) -> None:
        self.sweep, self.sample, self.figure, self.scenarios = sweep, sample, figure, scenarios_of(sweep)
        about = sweep.manifest
        self.mixes = about["mixes"] if sweep.design is not None else 1
        self.shape = (len(self.scenarios), self.mixes, len(sample.places), about["worlds"])
        self.worlds = {
            name: worlds_of(sweep, name).reshape(self.shape) for name in {name for name, _of in figure.names}
        }
        self.there = np.asarray(there(sweep).reshape(self.shape).all(axis=3))

    def of(self, mix: int, scenario: str) -> tuple[NDArray[np.bool_], Callable[[Any, Any], Vector]]:
        """Which draws are whole, and what makes of some draws and worlds the figure of each draw."""
        numbers = {(name, one): self.scenarios.index(one or scenario) for name, one in self.figure.names}
        whole = np.asarray(np.stack([self.there[number, mix] for number in numbers.values()]).all(axis=0))

        def figures(rows: Any, worlds: Any) -> Vector:
            cells = {key: self.worlds[key[0]][number, mix][rows][:, worlds] for key, number in numbers.items()}
            return self.figure.of_worlds(cells)

        return whole, figures


def _study(cells: _Cells, scenario: str, mix: int, versus: str | None) -> Study:
    sweep, sample, figure = cells.sweep, cells.sample, cells.figure
    whole, figures = cells.of(mix, scenario)
    if versus:
        also, others = cells.of(mix, versus)
        whole = whole & also
    rows, left_out = _whole_blocks(sweep, sample, whole, scenario)
    at = sample.places.chosen(rows)
    key = Study(scenario, mix, figure, versus, 0, 0, 0, 0, ChanceShare(None, None), None).key
    seed = methods.bootstrap_seed(int(sweep.manifest["seed"]), key)
    shared, worlds = sweep.manifest["particulars"]["luck"] == "shared", sweep.manifest["worlds"]
    if figure.plain and figure.metric:  # of a mean the share of single worlds can be told, too
        numbers = [cells.scenarios.index(one) for one in (scenario, versus) if one]
        first, *rest = (cells.worlds[figure.plain][number, mix][rows] for number in numbers)
        values = first - rest[0] if rest else first
        found, chance = values.mean(axis=1), methods.chance_share(values, shared)
    else:

        def told(some: Any) -> Vector:
            return figures(rows, some) - others(rows, some) if versus else figures(rows, some)

        found, chance = told(np.arange(worlds)), methods.chance_left(told, worlds, shared, seed)
    found = np.ascontiguousarray(found)
    indices = _indices(sample, at, found, seed) if np.ptp(found) > 0 else None
    spread = float(found.std(ddof=1))
    about = (scenario, mix, figure, versus, float(found.mean()), spread, int(rows.sum()), left_out)
    return Study(*about, chance, indices)


def _whole_blocks(
    sweep: Sweep, sample: Sample, whole: NDArray[np.bool_], scenario: str
) -> tuple[NDArray[np.bool_], int]:
    """The draws that can be used, those that belong together whole or not at all, and how many cannot."""
    blocks = whole.reshape(-1, sample.block).all(axis=1)
    lost = 1.0 - float(blocks.mean())
    if lost > MOST_FAILED or blocks.sum() < 2:
        raise SensitivityError(
            f"{sweep.place}: {len(sweep.failures):,} points failed, and {lost:.0%} of the sample"
            f"{f' under {scenario}' if scenario else ''} goes with them; at most {MOST_FAILED:.0%} can be done without: narrow "
            "the ranges to what the model can take"
        )
    rows = np.repeat(blocks, sample.block)
    return rows, int((~rows).sum())


def _indices(sample: Sample, at: Places, values: Vector, seed: int) -> Indices:
    names, design = sample.names, sample.design
    if sample.method in GIVEN:
        found = {"pawn": given.pawn, "delta": given.delta}[sample.method](names, at, values, seed)
        return replace(found, doubts=(*found.doubts, *_kin(sample)))
    if isinstance(design, Saltelli):
        return methods.sobol(names, at, values, design.second_order, seed, sample.groups)
    if isinstance(design, Morris):
        return methods.morris(names, at, values, design.levels, seed)
    switches = (one for one in sample.factors if one.kind == "switch")
    options = {one.name: dict(one.options)[one.levels[-1]] if len(one.levels) == 2 else "" for one in switches}
    return replace(methods.ranks(names, at, values), options=options)


def _kin(sample: Sample) -> Iterator[str]:
    if sample.related > 1:
        yield _(
            "the {kind} design made {count:,} points in a row from one another, which count here as if each were drawn by "
            "itself; a latin_hypercube is the design for this method",
            kind=sample.design.kind,
            count=sample.related,
        )
