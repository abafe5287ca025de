"""Class Comparison: scenarios under the same random draws, world by world.

World number k has the same draws in every scenario, so the difference between two scenarios in world k is what the
scenarios did to that world. Everything here is about those differences.
"""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.ensemble.chunks import Array
from sim.headers import BundleError
from sim.metrics import METRICS
from sim.results.bundle import COMPARISON, is_report, load_comparison, load_results, save_comparison
from sim.results.folders import header_of
from sim.results.results import Results, as_html, quantile_summary, records
from sim.words.problems import path_of

if TYPE_CHECKING:
    import pandas as pd
    import xarray as xr


def compared(results: dict[str, Results], baseline: str) -> Comparison:
    """Results that were run over the same worlds, as one comparison, with the manifest that belongs to it."""
    manifests = {name: one.manifest for name, one in results.items()}
    own = ("name", "scenario", "values")
    shared = {key: value for key, value in manifests[baseline].items() if key not in own}
    shared["elapsed_seconds"] = round(sum(one["elapsed_seconds"] for one in manifests.values()), 3)
    shared["baseline"] = baseline
    shared["values"] = {name: one["values"] for name, one in manifests.items()}
    shared["scenarios"] = {name: one["scenario"] for name, one in manifests.items()}
    return Comparison(results, baseline, shared)


def open_folder(path: str | Path) -> Results | Comparison:
    """Whatever durand folder stands there: a run's or a comparison's. A report in it need not be as it was written.

    Raises:
        BundleError: neither, or a torn or changed one.
    """
    folder = path_of(path, "results folder", BundleError)
    if header_of(folder)[1]["format"] == COMPARISON:
        return load_comparison(folder, Comparison, Results, is_report)
    return load_results(folder, Results, is_report)


class Comparison:
    """Results of several scenarios over the same worlds.

    Attributes:
        results: name -> Results, in the order given.
        baseline: the name that the others are compared with.
        manifest: what made the comparison.
        folder: where it was loaded from, if it was.

    >>> import sim
    >>> comparison = sim.compare({"press": "confront", "give": "appease"}, worlds=4, months=2)
    >>> comparison.baseline, comparison.others
    ('press', ['give'])
    """

    def __init__(
        self, results: dict[str, Results], baseline: str, manifest: dict[str, Any], folder: Path | None = None
    ) -> None:
        self.results, self.baseline, self.manifest, self.folder = results, baseline, manifest, folder

    @property
    def worlds(self) -> int:
        """How many paired worlds."""
        return self.results[self.baseline].worlds

    @property
    def others(self) -> list[str]:
        """The scenarios that are compared with the baseline, in order."""
        return [name for name in self.results if name != self.baseline]

    @cached_property
    def paired(self) -> pd.DataFrame:
        """Per-world differences, scenario less baseline: a row per world, columns (scenario, metric).

        `comparison.paired["appease"]["fatalities"]` is one vector over worlds; identical scenarios give exactly zero.
        """
        import pandas as pd

        # Subtracted column by column: a table less a table would first line up what is lined up already.
        parts = {(name, metric): self.difference(name, metric) for name in self.others for metric in METRICS}
        columns = pd.MultiIndex.from_tuples(list(parts), names=["scenario", "metric"]) if parts else None
        return pd.DataFrame(parts, index=self.results[self.baseline].outcomes.index, columns=columns)

    def difference(self, name: str, metric: str) -> Array:
        """A column of `paired` alone: the scenario's metric less the baseline's in each world, shape (worlds,).

        Raises:
            KeyError: there is no such scenario or metric.
        """
        base: Array = self.results[self.baseline].outcomes[metric].to_numpy()
        return self.results[name].outcomes[metric].to_numpy() - base

    def paired_series(self, name: str) -> xr.Dataset:
        """Per-world differences month by month, scenario less baseline: dims as in `Results.series`.

        Raises:
            SeriesNotKeptError: the runs did not keep their months.
        """
        one, base = self.results[name], self.results[self.baseline]
        out = one.series - base.series
        for variable in out.data_vars:
            out[variable].attrs |= one.series[variable].attrs
        return out.assign_attrs(title=f"{one.title} less {base.title}", baseline=base.name)

    @cached_property
    def _summary(self) -> pd.DataFrame:
        import pandas as pd

        table = {
            (name, metric): differences(self.paired[name, metric].to_numpy())
            for name in self.others
            for metric in METRICS
        }
        return pd.DataFrame.from_dict(table, orient="index").rename_axis(["scenario", "metric"])

    def summary(self) -> pd.DataFrame:
        """What the paired differences come to: a row per (scenario, metric).

        Columns: `mean`, `se` (of that mean, over worlds: simulation error only; NaN with one world), `p05`, `p50`,
        `p95`, `share_higher` and `share_equal` (shares of worlds in which the scenario's figure is above, or exactly
        the baseline's).
        """
        return self._summary.copy()

    def verdicts(self) -> dict[str, dict[str, float]]:
        """For each scenario the share of worlds with each verdict."""
        return {name: results.verdicts() for name, results in self.results.items()}

    def as_json(self) -> dict[str, Any]:
        """The object that `durand compare --json` prints."""
        return {
            "scenarios": {name: records(results.summary()) for name, results in self.results.items()},
            "paired": {f"{name}-vs-{self.baseline}": records(self._summary.loc[name]) for name in self.others},
            "verdicts": self.verdicts(),
            "manifest": self.manifest,
        }

    def save(self, path: str | Path) -> Path:
        """Write the comparison's folder, with one results folder per scenario; whole or not at all.

        Raises:
            BundleError: something that is not a durand folder stands there.
        """
        return save_comparison(self, path_of(path, "folder for results", BundleError))

    @classmethod
    def load(cls, path: str | Path) -> Comparison:
        """Read a comparison's folder.

        Raises:
            BundleError: it is no such folder, or a torn one.
        """
        return load_comparison(path_of(path, "results folder", BundleError), cls, Results)

    def _repr_html_(self) -> str:
        """The paired differences, for notebooks."""
        return as_html(repr(self), self._summary)

    def __repr__(self) -> str:
        return f"<Comparison of {', '.join(self.results)} to {self.baseline}: {self.worlds:,} paired worlds>"


def differences(values: Array) -> dict[str, float]:
    """Mean, its standard error, percentiles, and the shares above and at zero, of differences per world."""
    count = len(values)
    middle = quantile_summary(values)
    error = float(np.std(values, ddof=1) / np.sqrt(count)) if count > 1 else float("nan")
    return {
        "mean": middle["mean"],
        "se": error,
        "p05": middle["p05"],
        "p50": middle["p50"],
        "p95": middle["p95"],
        "share_higher": float(np.mean(values > 0)),
        "share_equal": float(np.mean(values == 0)),
    }
