"""Class Sweep: what a sweep's folder holds, for reading."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from sim.experiment.factors import VARIED
from sim.experiment.folder import FolderError, read_manifest, torn_files
from sim.experiment.parts import OUTCOMES, SERIES, PartError, part_names, read_table
from sim.experiment.points import NAME as POINTS
from sim.experiment.points import column_names, read_blocks, read_points
from sim.experiment.store import Store, open_store
from sim.extensions import check_made_with
from sim.questions import answer
from sim.vocabulary import VERDICTS, month_after

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa
    import xarray as xr

    from sim.experiment.discovery.study import Discovery
    from sim.experiment.regret.study import Regret
    from sim.experiment.schema import Design, Experiment
    from sim.experiment.sensitivity.study import Sensitivity

_MENDED = "run the sweep again into the same folder to mend it"
KINDS = (*VARIED, "constant")


class Sweep:
    """The results of a sweep, finished or not.

    Attributes:
        place: path or URL of the folder.
        manifest: what it is, whose it is, how far it has come, what made it.

    See :func:`sim.sweep` for an example.
    """

    def __init__(self, store: Store, manifest: dict[str, Any]) -> None:
        self.place, self.manifest, self._store = store.place, manifest, store
        # Outcomes of every world that analyses have read, some at once, None for what was not kept: see `figures.hold`.
        self.held: dict[str, NDArray[Any] | None] = {}

    @classmethod
    def load(cls, place: str | Path) -> Sweep:
        """Open a sweep's folder.

        Raises:
            FolderError: there is none, or a file of it is torn or was changed.
        """
        store = open_store(place)
        manifest = read_manifest(store)
        check_made_with(manifest, place)
        if torn := torn_files(store, manifest["files"]):
            raise FolderError(f"{place}: {torn[0]}: torn, or changed since it was written; {_MENDED}")
        if POINTS not in manifest["files"]:
            raise FolderError(f"{place}: this sweep has hardly begun; run it again to go on")
        return cls(store, manifest)

    @property
    def title(self) -> str:
        """The experiment's title."""
        return str(self.manifest["title"])

    @property
    def complete(self) -> bool:
        """Whether every point has been run (some may have failed)."""
        return self.manifest["state"] == "finished"

    @property
    def fingerprint(self) -> str:
        """A digest of all rows, whatever their order: the same for the same sweep, wherever and however it was run."""
        return str(self.manifest["fingerprint"])

    @cached_property
    def experiment(self) -> Experiment:
        """The experiment, as the folder keeps it; its scenarios stand in the folder too."""
        from sim.experiment.schema import Experiment
        from sim.yamlfile import read

        text = self._store.read("experiment.yaml").decode()
        out = Experiment.model_validate(read((f"{self.place}/experiment.yaml", text)).data)
        out._folder = Path(self.place)
        return out

    @property
    def design(self) -> Design | None:
        """How its points lie; with a `lever_design`, how those of the uncertainties do."""
        return self.experiment.design

    @cached_property
    def experiments(self) -> pd.DataFrame:
        """A row per point (index `point`): `id`, `scenario`, `mix` and `draw` (numbers of the mix of levers and of the
        draw of uncertainties), then `lever:...`, `uncertainty:...`, `switch:...` and `constant:...`, and `error` where it
        failed."""
        frame: pd.DataFrame = read_points(self._store).to_pandas().set_index("point")
        return frame

    def factors(self, *kinds: str) -> list[str]:
        """Columns of `experiments` of these kinds (lever, uncertainty, switch, constant); of all without any."""
        chosen = tuple(f"{kind}:" for kind in kinds or KINDS)
        return [name for name in self._columns if name.startswith(chosen)]

    @cached_property
    def _columns(self) -> list[str]:
        return column_names(self._store)

    def of_points(self, name: str) -> pd.Series:
        """One column of `experiments`, with a value for each point (index: from 0): nothing else is read."""
        column: pd.Series = read_points(self._store, [name])[name].to_pandas()
        return column

    def blocks(self, names: Sequence[str]) -> Iterator[pa.Table]:
        """Columns of `experiments`, some points at a time, in order."""
        return read_blocks(self._store, names)

    @cached_property
    def failures(self) -> dict[int, str]:
        """The points that the model refused, and why."""
        rows = read_points(self._store, ["point", "error"])
        rows = rows.filter(rows["error"].is_valid())
        return dict(zip(rows["point"].to_pylist(), rows["error"].to_pylist(), strict=True))

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """A row per run, sorted (index `point`, `world`): each kept metric's summary over the run, the months in which
        its thresholds were first crossed, and `verdict`.

        Raises:
            FolderError: a part is torn or damaged; running the sweep again mends it.
        """
        import pandas as pd

        frame = self._sorted(OUTCOMES, ["point", "world"])
        frame["verdict"] = pd.Categorical(frame["verdict"], categories=list(VERDICTS))
        return frame

    def means(self, metrics: Sequence[str] | None = None) -> pd.DataFrame:
        """Mean over each point's worlds of these outcomes, or of all metrics that were kept: a row per point."""
        chosen = list(metrics or self.manifest["particulars"]["metrics"])
        return self.outcomes[chosen].groupby(level="point").mean()

    @cached_property
    def series(self) -> pd.DataFrame:
        """A row per run and month, sorted (index `point`, `world`, `month`, from 0), of the kept metrics.

        Raises:
            FolderError: no months were kept, or a part is torn.
        """
        if not self.manifest["particulars"]["series"]:
            raise FolderError(
                f"{self.place}: months were not kept; say `series: true` in the experiment, in a new folder"
            )
        return self._sorted(SERIES, ["point", "world", "month"])

    @cached_property
    def dataset(self) -> xr.Dataset:
        """The months as an `xarray.Dataset`: dims (point, world, month), variables and `month` as of `Results.series`;
        runs that the model refused, and months after a shorter scenario's end, are NaN.

        Raises:
            FolderError: no months were kept, a part is torn, or scenarios start in different months.
        """
        from sim.results.results import monthly_coordinates
        from sim.words.numbers import described

        starts = {str(one["start"]) for one in self.manifest["scenarios"]}
        if len(starts) > 1:
            raise FolderError(f"{self.place}: scenarios start in different months: {', '.join(sorted(starts))}")
        out = self.series.to_xarray()
        months = [month_after(starts.copy().pop(), int(month)) for month in out["month"]]
        coordinates = monthly_coordinates(0, months)
        out = out.assign_coords(month=coordinates["month"], world=out["world"].assign_attrs(coordinates["world"][2]))
        for name in out.data_vars:
            out[name].attrs |= described(str(name))
        which = self.experiments.loc[np.asarray(out["point"]), "scenario"].astype(str)
        out = out.assign_coords(scenario=("point", which.to_numpy(), {"long_name": "scenario of the point"}))
        return out.assign_attrs(Conventions="CF-1.11", title=self.title)

    def calendar(self, scenario: str) -> list[str]:
        """The months (YYYY-MM) of a scenario's runs, in order."""
        start = next(str(one["start"]) for one in self.manifest["scenarios"] if one["name"] == scenario)
        return [month_after(start, month) for month in range(self.manifest["months"])]

    def sensitivity(self, metrics: Sequence[str] | None = None, **more: Any) -> Sensitivity:
        """What these figures hang on; arguments and errors as for :func:`sim.experiment.sensitivity.study.sensitivity`."""
        return cast("Sensitivity", answer("Sweep.sensitivity", self, metrics, **more))

    def figure(self, text: str) -> pd.Series:
        """A figure of each point (index `point`), such as `p90(attacks)`; of each mix and draw where it names scenarios.

        Raises:
            ConditionError: it is not right.
            FolderError: a first month was not kept.
        """
        from sim.experiment.figures import evaluated, figure_of

        return evaluated(self, figure_of(self, text))

    def salib_problem(self) -> dict[str, Any]:
        """What was varied, as a SALib problem: see `sim.experiment.bridges`."""
        from sim.experiment.bridges import salib_problem

        return salib_problem(self)

    def ema_model(self, name: str = "durand") -> Any:
        """The experiment as a Model of the EMA Workbench, to be run there: see `sim.experiment.bridges`."""
        from sim.experiment.bridges import ema_model

        return ema_model(self, name)

    def tables(self, kind: str = OUTCOMES, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """The parts' rows one part after another, as Arrow tables: for what does not fit into memory at once.

        Args:
            kind: outcomes, or series; columns: those that are read beside `point` and `world`, as far as they were kept; all if
                not given.

        Raises:
            FolderError: a part is torn or damaged, some are missing, or two hold the same runs.
        """
        rows, seen = 0, dict[int, NDArray[np.bool_]]()
        wanted = None if columns is None else ["point", "world", *columns]
        for name in part_names(self._store, kind, [str(one["name"]) for one in self.manifest["scenarios"]]):
            try:
                table = read_table(self._store, name, wanted)
            except PartError as problem:
                raise FolderError(f"{self.place}: {problem}; {_MENDED}") from None
            if len(table):
                points = np.unique(table["point"].to_numpy())
                block = seen.setdefault(table["world"][0].as_py(), np.zeros(self.manifest["points"], dtype=bool))
                if block[points].any():
                    raise FolderError(f"{self.place}: {name}: another part holds runs of it, too; {_MENDED}")
                block[points] = True
            rows += len(table)
            yield table
        there = rows // (self.manifest["months"] if kind == SERIES else 1)
        kept = self.manifest["finished_runs"]
        if there < kept or (self.complete and there > kept):
            raise FolderError(f"{self.place}: {there:,} runs are in its parts, and {kept:,} were kept; {_MENDED}")

    def _sorted(self, kind: str, index: list[str]) -> pd.DataFrame:
        import pyarrow as pa

        tables = list(self.tables(kind))
        if not tables:
            raise FolderError(f"{self.place}: no part of this sweep is finished; run it")
        # Metadata differ from part to part.
        table = pa.concat_tables([one.replace_schema_metadata(None) for one in tables])
        frame: pd.DataFrame = table.to_pandas()
        return frame.set_index(index).sort_index()

    def discover(
        self, where: str, scenario: str | None = None, method: Literal["prim", "cart"] = "prim", **more: Any
    ) -> Discovery:
        """Find where a condition holds; arguments and errors as for :func:`sim.experiment.discovery.study.discover`."""
        return cast("Discovery", answer("Sweep.discover", self, where, scenario, method, **more))

    def regret(self, metrics: Sequence[str] | None = None, **more: Any) -> Regret:
        """Set policies against each other; arguments and errors as for :func:`sim.experiment.regret.study.regret`."""
        return cast("Regret", answer("Sweep.regret", self, metrics, **more))

    def __repr__(self) -> str:
        about = self.manifest
        return (
            f"<Sweep {about['title']}: {about['points']:,} points, {about['worlds']:,} worlds each, {about['state']}>"
        )
