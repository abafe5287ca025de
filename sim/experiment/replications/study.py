"""Replications: how many worlds are enough for the figure that somebody needs, and what pairing them saves.

Worlds of one run are independent of each other, and the first n of them are what a run of n worlds would have been. So one
run shows how its figures settle, and tells how many worlds a wanted precision takes. Two scenarios are run with the same
random draws, and the second once more with draws of its own: how much the
same draws take from the spread of their difference is measured.

Common random numbers: Law (2015), Simulation Modeling and Analysis, chapter 11; when they help: Glasserman and Yao (1992),
Some guidelines and guarantees for common random numbers, Management Science 38(6), 884-908.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import ceil, sqrt
from numbers import Real
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.ensemble.simulate import Progress
from sim.ensemble.spec import DEFAULT_PARAMETERS, LimitError, check
from sim.metrics import METRICS
from sim.words.numbers import unit_over
from sim.words.problems import several
from sim.worlds import Streams, Vector
from sim.yamlfile import suggestion

if TYPE_CHECKING:
    import pandas as pd

    from sim.results.run import Named

DEFAULT_METRICS = ("attacks", "fatalities", "sovereignty")
Z = 1.96  # of a 95 % interval
PRECISION = 0.02  # of the mean, unless said otherwise
SHARE_PRECISION = 0.05  # of shares of worlds: five of a hundred
LEAST, GROUPS = 20, 20
STEPS = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000, 500_000)


@dataclass(frozen=True)
class Figure:
    """One figure that worlds are averaged for, and how it settles.

    Attributes:
        metric: what it is of; what: mean, difference (of the second scenario to the first, world by world) or share (of worlds
            in which the second has more); scenario: whose, for a difference or a share `B less A`.
        value: over all worlds; spread: standard deviation of one world; unit: `half` and `precision` are in it.
        half: half a 95 % interval with all worlds; precision: half an interval as it was asked for.
        needed: worlds for that precision; batches, inside: so many separate batches of that size were formed from the
            worlds, and this share of them lay within the precision of the value (0.95 is meant); None without ten batches.
        steps: worlds -> (value, half an interval) over the first so many worlds.
    """

    metric: str
    what: str
    scenario: str
    value: float
    spread: float
    half: float
    precision: float
    needed: int
    batches: int
    inside: float | None
    steps: Mapping[int, tuple[float, float]]

    @property
    def unit(self) -> str:
        """The unit of value, half and precision."""
        metric = METRICS[self.metric]
        return "share of worlds" if self.what == "share" else unit_over(metric.unit, metric.summary)

    @property
    def enough(self) -> bool:
        """Whether the worlds that were run are enough."""
        return self.half <= self.precision


@dataclass(frozen=True)
class Pairing:
    """What the same random draws do for a difference of two scenarios.

    Attributes:
        metric: of which; paired, apart: variance of one world's difference with the same random draws, and with draws of
            their own.
        correlation: of the two scenarios' figures over worlds with the same random draws, -1 to 1.
        low, high: a 95 % interval of `ratio`, by leaving out a twentieth of the worlds at a time.
    """

    metric: str
    paired: float
    apart: float
    correlation: float
    low: float
    high: float

    @property
    def ratio(self) -> float:
        """Worlds that draws of their own take for each paired world, for the same precision; infinite if they never differ."""
        return self.apart / self.paired if self.paired > 0 else float("inf")


class Replications:
    """How many worlds are enough.

    Attributes:
        names: of the scenarios, one or two; worlds, months, seed, parameters: of the runs; other_seed: of the unpaired run;
            precision: as it was asked for.
        figures: one per metric and kind; pairings: one per metric, for two scenarios.
    """

    def __init__(
        self,
        names: Sequence[str],
        about: Mapping[str, Any],
        figures: Sequence[Figure],
        pairings: Sequence[Pairing],
    ) -> None:
        self.names, self.about = tuple(names), dict(about)
        self.figures, self.pairings = tuple(figures), tuple(pairings)

    @property
    def worlds(self) -> int:
        """How many worlds were run."""
        return int(self.about["worlds"])

    @cached_property
    def table(self) -> pd.DataFrame:
        """A row per figure: metric, what, scenario, unit (of value, half and precision), value, half, precision, needed,
        enough, batches, inside."""
        import pandas as pd

        head, figures = ("metric", "what", "scenario", "unit"), ("value", "half", "precision")
        columns = (*head, *figures, "needed", "enough", "batches", "inside")
        return pd.DataFrame([{name: getattr(one, name) for name in columns} for one in self.figures])

    @cached_property
    def variance_reduction(self) -> pd.DataFrame:
        """A row per metric (index): variance of the difference `paired` and `apart`, in `unit`, their `ratio` with its
        interval (`low`, `high`), `correlation`."""
        import pandas as pd

        columns = ("metric", "paired", "apart", "ratio", "low", "high", "correlation")
        rows = [{name: getattr(one, name) for name in columns} for one in self.pairings]
        units = {name: unit_over(METRICS[name].unit, METRICS[name].summary) for name in (one["metric"] for one in rows)}
        table = pd.DataFrame(rows, columns=columns).set_index("metric")
        table.insert(0, "unit", [f"({units[name]})²" for name in table.index])
        return table

    def reading(self) -> list[str]:
        """What was found in plain sentences; the last says what they are not."""
        from sim.experiment.replications.text import reading

        return reading(self)

    def chart(self, **more: Any) -> Any:
        """A picture: how the precision of each figure grows with worlds."""
        from sim.experiment.replications.text import settling_of

        return settling_of(self, **more)

    def pairing_chart(self, **more: Any) -> Any:
        """A picture: how many worlds with random draws of their own one paired world is worth, per metric.

        Raises:
            LimitError: there is one scenario only.
        """
        from sim.experiment.replications.text import pairing_of

        return pairing_of(self, **more)

    def as_json(self) -> dict[str, Any]:
        """The object that `durand replications --json` prints."""
        from sim.experiment.replications.text import as_json

        return as_json(self)

    def save(self, folder: str | Path) -> Path:
        """Write table, pictures and a page to a folder; returns the page."""
        from sim.experiment.replications.text import write

        return write(self, Path(folder))

    def __repr__(self) -> str:
        return f"<Replications of {' and '.join(self.names)}: {len(self.figures)} figures over {self.worlds:,} worlds>"


def replications(
    scenario: Named,
    other: Named | None = None,
    metrics: Sequence[str] = DEFAULT_METRICS,
    precision: float | str | None = None,
    share_precision: float = SHARE_PRECISION,
    worlds: int = 1000,
    months: int | None = None,
    seed: int = 0,
    parameters: str = DEFAULT_PARAMETERS,
    *,
    workers: int = 1,
    progress: Progress | None = None,
) -> Replications:
    """Measure how many worlds are enough for these metrics, of one scenario or of the difference between two.

    Args:
        metrics: ids of metrics, or one, each by its summary over the run.
        precision: half the width of the 95 % interval that is wanted: in the metric's unit, or as a share of the first
            scenario's mean with a percent sign ("2%", which is the default). Differences are held to the same.
        share_precision: the same for the share of worlds in which the other has more, 0 to 1.
        worlds: how many to try with, 20 or more; months, seed, parameters: as for `sim.run`.
        workers: as for `sim.run`; they change no number.
        progress: called with (world-months done, in all).

    Raises:
        LimitError: something is outside of what is allowed.
        ScenarioError: a scenario is not there or not right.

    >>> found = replications("confront", metrics=("attacks",), precision="5%", worlds=20, months=2)
    >>> found.figures[0].needed > 20
    True
    """
    worlds, seed = check("worlds", worlds), check("seed", seed)
    if worlds < LEAST:
        raise LimitError(f"so few worlds tell nothing of their spread: {worlds}; allowed: {LEAST} or more")
    if not (isinstance(share_precision, Real) and 0 < share_precision < 1):
        raise LimitError(f"the precision of shares must be above 0 and below 1; got {share_precision}")
    wanted = _precision(precision)
    chosen = several(metrics)
    for name in chosen:
        if name not in METRICS:
            raise LimitError(f"no such metric: {name}{suggestion(str(name), METRICS)}")
    other_seed = int(Streams(seed, 1).uniform("replications.other_seed", 0)[0] * 2**62)
    names, same, apart = _run(scenario, other, worlds, months, seed, other_seed, parameters, workers, progress)
    figures, pairings = [], []
    for name in chosen:
        columns = [one[name].to_numpy(dtype=float) for one in same]
        half = wanted(float(columns[0].mean()))
        if half <= 0:
            raise LimitError(f"{name} is 0 on average, so a share of it is no precision; give one in its unit")
        figures += [figure(column, half, name, "mean", names[number]) for number, column in enumerate(columns)]
        if apart is not None:
            away = columns[1] - columns[0]
            both = f"{names[1]} less {names[0]}"
            figures.append(figure(away, half, name, "difference", both))
            figures.append(figure((away > 0).astype(float), share_precision, name, "share", both))
            pairings.append(pairing(columns[0], columns[1], apart[name].to_numpy(dtype=float), name))
    about = {"worlds": worlds, "months": months, "seed": seed, "parameters": parameters}
    about["precision"] = f"{PRECISION:.0%}" if precision is None else str(precision).strip()
    return Replications(names, about | ({"other_seed": other_seed} if other is not None else {}), figures, pairings)


def _run(
    scenario: Named,
    other: Named | None,
    worlds: int,
    months: int | None,
    seed: int,
    other_seed: int,
    parameters: str,
    workers: int,
    progress: Progress | None,
) -> tuple[list[str], list[pd.DataFrame], pd.DataFrame | None]:
    """The scenarios' names, their outcomes with the same random draws, and the second's with random draws of its own."""
    from sim.results.run import compare, run

    how: dict[str, Any] = {"keep_series": False, "workers": workers}
    if other is None:
        alone = run(scenario, worlds, months, seed, parameters, progress=progress, **how)
        return [alone.name], [alone.outcomes], None

    def paired(done: int, everything: int) -> None:
        if progress is not None:
            progress(done, everything * 3 // 2)

    def unpaired(done: int, everything: int) -> None:
        if progress is not None:
            progress(2 * everything + done, 3 * everything)

    both = compare([scenario, other], worlds, months, seed, parameters, progress=paired, **how)
    names = list(both.results)
    second = both.results[names[1]]
    length = len(second.months)
    apart = run(second.scenario, worlds, length, other_seed, parameters, progress=unpaired, **how)
    return names, [both.results[name].outcomes for name in names], apart.outcomes


def _precision(given: float | str | None) -> Any:
    """From what was asked to a function: mean -> half an interval."""
    text = f"{PRECISION:.0%}" if given is None else str(given).strip()
    share = text.endswith("%")
    try:
        number = float(text.removesuffix("%"))
    except ValueError:
        number = float("nan")
    if not 0 < number < float("inf"):
        raise LimitError(f"precision must be a number above 0, or a share such as 2%; got {given}")
    return (lambda mean: abs(mean) * number / 100) if share else (lambda mean: number)


def figure(values: Vector, precision: float, metric: str, what: str, scenario: str) -> Figure:
    """How the mean of independent values settles, and how many of them a precision takes.

    Args:
        values: one per world, in order; precision: half a 95 % interval, above 0.
        metric, what, scenario: see :class:`Figure`.
    """
    count = len(values)

    def deviation(part: Vector) -> float:
        if what == "share":  # two of each added, or a share of none or all would seem certain (Agresti and Coull)
            near = (float(part.sum()) + 2) / (len(part) + 4)
            return sqrt(near * (1 - near))
        return float(part.std(ddof=1))

    mean, spread = float(values.mean()), deviation(values)
    steps = {}
    for step in [*(step for step in STEPS if step < count), count]:
        steps[step] = (float(values[:step].mean()), Z * deviation(values[:step]) / sqrt(step))
    needed = max(2, ceil((Z * spread / precision) ** 2))
    batches = count // needed
    inside = None
    if batches >= 10:
        means = values[: batches * needed].reshape(batches, needed).mean(axis=1)
        inside = float(np.mean(np.abs(means - mean) <= precision))
    half = Z * spread / sqrt(count)
    return Figure(metric, what, scenario, mean, spread, half, precision, needed, batches, inside, steps)


def pairing(first: Vector, second: Vector, alone: Vector, metric: str) -> Pairing:
    """What the same random draws take from the spread of a difference.

    Args:
        first, second: one value per world of two scenarios with the same random draws.
        alone: of the second with random draws of its own.
    """
    paired, apart = second - first, alone - first

    def ratio(keep: Any) -> float:
        below = float(paired[keep].var(ddof=1))
        return float(apart[keep].var(ddof=1)) / below if below > 0 else float("inf")

    whole = np.ones(len(first), dtype=bool)
    group = np.arange(len(first)) * GROUPS // len(first)
    logs = np.log([ratio(group != number) for number in range(GROUPS)])
    middle = np.log(ratio(whole))
    error = 0.0
    if np.isfinite(logs).all():
        error = Z * sqrt(float((GROUPS - 1) / GROUPS * ((logs - logs.mean()) ** 2).sum()))
    spreads = float(first.std()) * float(second.std())
    together = float(np.corrcoef(first, second)[0, 1]) if spreads > 0 else float("nan")
    low, high = float(np.exp(middle - error)), float(np.exp(middle + error))
    return Pairing(metric, float(paired.var(ddof=1)), float(apart.var(ddof=1)), together, low, high)
