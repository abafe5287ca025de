"""Class Results: what one scenario came to in every world."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from sim.ensemble.chunks import Array, Series
from sim.headers import BundleError
from sim.metrics import METRICS, PANELS
from sim.questions import answer
from sim.results.bundle import load_results, save_results
from sim.results.described import described_panel
from sim.vocabulary import VERDICTS, month_after
from sim.words.numbers import described
from sim.words.problems import path_of

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr

    from sim.scenario import Scenario
    from sim.why import Why


class SeriesNotKeptError(ValueError):
    """Monthly series were asked of a run that did not keep them."""


class Results:
    """One scenario's results.

    Attributes:
        manifest: what made them: versions, platform, scenario and its hash, seed, entropy, parameters, worlds, when.
        scenario_yaml: the resolved scenario.
        outcomes: a row per world (index `world`): every metric's summary over the run (total, mean or final value, as
            the metric declares), the `first_month_...` columns (months from the start, NaN for never) and `verdict`.
        folder: where they were loaded from, if they were.

    >>> import sim
    >>> results = sim.run("confront", worlds=4, months=2)
    >>> list(results.summary().columns)
    ['mean', 'p05', 'p50', 'p95']
    """

    def __init__(
        self,
        manifest: dict[str, Any],
        scenario_yaml: str,
        outcomes: pd.DataFrame,
        series: Series | Callable[[], Series] | None = None,
        scenario: Scenario | None = None,
        folder: Path | None = None,
    ) -> None:
        self.manifest, self.scenario_yaml, self.outcomes, self.folder = manifest, scenario_yaml, outcomes, folder
        self._kept, self._scenario = series, scenario

    @property
    def name(self) -> str:
        """What the scenario is called here: unique within a comparison."""
        return str(self.manifest["name"])

    @property
    def title(self) -> str:
        """What a reader is shown: the scenario's title."""
        return str(self.manifest["scenario"]["title"])

    @property
    def worlds(self) -> int:
        """How many worlds."""
        return len(self.outcomes)

    @property
    def months(self) -> list[str]:
        """The calendar months (YYYY-MM) of the run, in order."""
        return [month_after(self.manifest["start"], month) for month in range(self.manifest["months"])]

    @cached_property
    def scenario(self) -> Scenario:
        """The scenario that was run; loaded results read it again from its resolved text."""
        if self._scenario is not None:
            return self._scenario
        from sim.scenario import load_scenario

        return load_scenario((f"{self.name}/scenario.yaml", self.scenario_yaml))

    @property
    def has_series(self) -> bool:
        """Whether monthly series were kept."""
        return self._kept is not None

    @property
    def arrays(self) -> Series:
        """The monthly series as plain arrays.

        Raises:
            SeriesNotKeptError: the run did not keep them.
        """
        if self._kept is None:
            raise SeriesNotKeptError(
                f"the months of {self.name} were not kept, only each world's outcomes: "
                "run it again with keep_series=True, or with fewer worlds"
            )
        if not isinstance(self._kept, Series):
            self._kept = self._kept()
        return self._kept

    @cached_property
    def series(self) -> xr.Dataset:
        """Monthly series: dims (world, month), and for panels a third: area, group, faction, lever, resource_....

        `month` holds the first day of each month, so that `.sel(month="2022-12-01")` gives one month,
        `.sel(month="2022")` a year, and `.resample(month="YS")` years. `world` holds world numbers, from 0. Variables say
        what they are in `long_name`, `units` and `description`, as the CF conventions have it.

        Raises:
            SeriesNotKeptError: the run did not keep them.
        """
        import xarray as xr

        kept = self.arrays
        coordinates = monthly_coordinates(self.worlds, self.months)
        variables: dict[str, Any] = {}
        for name, values in kept.metrics.items():
            variables[name] = (("world", "month"), values, described(name))
        for name, values in kept.panels.items():
            dimension = panel_dimension(name)
            coordinates[dimension] = kept.labels[name]
            variables[name] = (("world", "month", dimension), values, described_panel(name))
        about = {"Conventions": "CF-1.11", "title": self.title, "scenario": self.name, "source": _source(self.manifest)}
        return xr.Dataset(variables, coordinates, attrs=about)

    def summary(self) -> pd.DataFrame:
        """Mean, p05, p50 and p95 over worlds of every metric's outcome: a row per metric."""
        import pandas as pd

        table = {name: quantile_summary(self.outcomes[name].to_numpy()) for name in METRICS}
        return pd.DataFrame.from_dict(table, orient="index").rename_axis("metric")

    def verdicts(self) -> dict[str, float]:
        """The share of worlds with each verdict, in the order of `VERDICTS`; the shares add up to 1."""
        counts = self.outcomes["verdict"].value_counts()
        return {name: float(counts.get(name, 0)) / self.worlds for name in VERDICTS}

    def why(
        self,
        metric: str,
        month: str,
        versus: Results | None = None,
        *,
        back: int | None = None,
        everything: bool = False,
        world: int | None = None,
    ) -> Why:
        """Why a metric changed in a month, or, with `versus`, why it is not the same there: an exact account.

        The worlds are simulated again, the first thousand at most; arguments and errors as for `sim.why.explain`.
        """
        named = {"back": back, "everything": everything, "world": world}
        return cast("Why", answer("Results.why", self, metric, month, versus, **named))

    def as_json(self) -> dict[str, Any]:
        """The object that `durand run --json` prints."""
        return {
            "scenarios": {self.name: records(self.summary())},
            "paired": {},
            "verdicts": {self.name: self.verdicts()},
            "manifest": self.manifest,
        }

    def save(self, path: str | Path) -> Path:
        """Write the results folder (whole or not at all) and return its path.

        Raises:
            BundleError: something that is not a results folder stands there.
        """
        return save_results(self, path_of(path, "folder for results", BundleError))

    @classmethod
    def load(cls, path: str | Path) -> Results:
        """Read a results folder; the months are read when first asked for.

        Raises:
            BundleError: it is no results folder, or a torn one.
        """
        return load_results(path_of(path, "results folder", BundleError), cls)

    def _repr_html_(self) -> str:
        """The short table of a run, for notebooks."""
        return as_html(repr(self), self.summary())

    def __repr__(self) -> str:
        return f"<Results {self.name}: {self.worlds:,} worlds, {len(self.months)} months, seed {self.manifest['seed']}>"


def monthly_coordinates(worlds: int, months: list[str]) -> dict[str, Any]:
    """World numbers and first days of months, as coordinates of a dataset."""
    days = np.array(months, dtype="datetime64[M]").astype("datetime64[ns]")
    return {
        "world": ("world", np.arange(worlds), {"long_name": "modelled world"}),
        "month": ("month", days, {"long_name": "month", "standard_name": "time", "axis": "T"}),
    }


def _source(manifest: Mapping[str, Any]) -> str:
    return f"durand {manifest.get('versions', {}).get('durand', '')}".strip() + f", seed {manifest.get('seed')}"


def as_html(heading: str, table: pd.DataFrame) -> str:
    """A table with titles of metrics and rounded figures, under a heading."""
    shown = table.rename(index={name: one.title for name, one in METRICS.items()})
    return f"<p><code>{escape(heading)}</code></p>{shown.to_html(float_format='{:.4g}'.format)}"


def panel_dimension(panel: str) -> str:
    """The name of a panel's third dimension."""
    return PANELS[panel].axis or PANELS[panel].dimension


def quantile_summary(values: Array) -> dict[str, float]:
    """Mean and 5th, 50th and 95th percentile over worlds."""
    low, middle, high = np.quantile(values, (0.05, 0.5, 0.95))
    return {"mean": float(np.mean(values)), "p05": float(low), "p50": float(middle), "p95": float(high)}


def figures(table: Any) -> dict[str, dict[str, float]]:
    """A table of figures as plain data: row -> column -> figure."""
    columns = [str(column) for column in table.columns]
    rows = zip(table.index, table.to_numpy(dtype=float), strict=True)
    return {str(name): {column: float(x) for column, x in zip(columns, row, strict=True)} for name, row in rows}


def records(table: Any) -> dict[str, dict[str, float | None]]:
    """The same for JSON: a figure that is not there (NaN) is null."""
    rows = figures(table)
    return {name: {key: None if np.isnan(x) else x for key, x in row.items()} for name, row in rows.items()}
