"""Figures of a sweep's points: what their worlds come to, by an expression (`parser.py`), or whether a condition holds there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.outcomes import CROSSINGS, first_crossing
from sim.experiment.condition import VERDICT, Condition, Name, Values, usual
from sim.experiment.firsts import column_of, crossing_of, never_last
from sim.experiment.folder import FolderError
from sim.experiment.parser import parse, parse_figure, read_outcomes

if TYPE_CHECKING:
    import pandas as pd

    from sim.experiment.outcome import Sweep


def known_outcomes(sweep: Sweep) -> list[str]:
    """What was kept of each run, by name: metrics, first months, verdict."""
    from sim.experiment.work import kept_columns

    return kept_columns(sweep.manifest["particulars"]["metrics"])


def metrics_of(sweep: Sweep) -> list[str]:
    """The metrics that every point has: those that were kept, but for those of an extension that some points are without."""
    return [str(name) for name in sweep.manifest["particulars"]["metrics"] if not sweep.outcomes[name].isna().any()]


def scenarios_of(sweep: Sweep) -> list[str]:
    """The names of a sweep's scenarios, in order."""
    return [str(one["name"]) for one in sweep.manifest["scenarios"]]


def named_figures(sweep: Sweep) -> dict[str, Condition]:
    """The figures that the experiment gives a name, in its order."""
    return read_outcomes(sweep.experiment.outcomes, known_outcomes(sweep), scenarios_of(sweep))


def figure_of(sweep: Sweep, text: str) -> Condition:
    """A figure of a sweep's points, read: a metric, a name under the experiment's `outcomes`, or an expression.

    Raises:
        ConditionError: it is not right.
    """
    return parse_figure(text, known_outcomes(sweep), scenarios_of(sweep), named_figures(sweep))


def condition_of(sweep: Sweep, text: str) -> Condition:
    """A condition on a sweep's points, read.

    Raises:
        ConditionError: it is not right.
    """
    return parse(text, known_outcomes(sweep), scenarios_of(sweep), named_figures(sweep))


def evaluated(sweep: Sweep, condition: Condition) -> pd.Series:
    """What an expression comes to: a number, or whether it holds.

    Returns:
        One for each point (index `point`); where it speaks of scenarios by name, for each mix and draw (index `mix`, `draw`).
        Left out are those for which a world is missing, since the model refused it.

    Raises:
        FolderError: a first month was not kept.
    """
    import pandas as pd

    about = sweep.manifest
    scenarios, each = scenarios_of(sweep), about["mixes"] * about["draws"]
    parts: dict[str | None, slice] = {None: slice(None)}
    parts |= {one: slice(number * each, (number + 1) * each) for number, one in enumerate(scenarios)}
    index: Any = pd.RangeIndex(about["points"], name="point")
    if condition.paired:
        index = pd.MultiIndex.from_product([range(about["mixes"]), range(about["draws"])], names=["mix", "draw"])
    complete = np.asarray(there(sweep).all(axis=1))
    whole = np.asarray(np.stack([complete[parts[one]] for _, one in condition.names]).all(axis=0))
    worlds: dict[Name, Values] = {}
    for name, one in condition.names:
        worlds[name, one] = worlds_of(sweep, name)[parts[one]][whole]
    return pd.Series(condition.of_worlds(worlds), index[whole])


def by_point(sweep: Sweep, name: str) -> pd.Series:
    """The usual figure of an outcome at each point (index `point`): the mean of a metric, the median of a first month (one
    that never comes counts as later than any), the commonest verdict."""
    import pandas as pd

    whole = there(sweep).all(axis=1)
    index = pd.Index(np.flatnonzero(whole), name="point")
    return pd.Series(usual(name, worlds_of(sweep, name)[whole]), index)


def there(sweep: Sweep) -> NDArray[np.bool_]:
    """Which worlds of which points were simulated, shape (points, worlds)."""
    out = np.zeros((sweep.manifest["points"], sweep.manifest["worlds"]), dtype=bool)
    out[_places(sweep.outcomes)] = True
    return out


def worlds_of(sweep: Sweep, name: str) -> Values:
    """An outcome in every world of every point, shape (points, worlds); what is missing is NaN, or no verdict.

    Raises:
        FolderError: it is a first month that was not kept, or some points are without it.
    """
    shape, months = (sweep.manifest["points"], sweep.manifest["worlds"]), int(sweep.manifest["months"])
    runs, column = sweep.outcomes, column_of(name)
    if name == VERDICT:
        verdicts = np.full(shape, "", dtype=object)
        verdicts[_places(runs)] = runs[VERDICT].astype(object).to_numpy()
        return verdicts
    of = crossing.metric if (crossing := crossing_of(name)) else name
    if of in runs and (without := runs[of].isna()).any():
        few = runs.index.get_level_values("point")[without].nunique()
        raise FolderError(
            f"{sweep.place}: {few:,} points are without {of}, since the extension that brings it is left out there; allowed: "
            "what all points have"
        )
    out = np.full(shape, np.nan)
    if column in runs:
        out[_places(runs)] = runs[column].to_numpy()
    else:
        series = _series(sweep, name)
        assert crossing is not None
        rows = series[crossing.metric].to_numpy().reshape(-1, months).T
        out[_places(series.iloc[::months])] = first_crossing(rows, crossing)
    if name in CROSSINGS:
        return np.where(np.isnan(out), np.inf, out)
    return never_last(out, months) if crossing_of(name) else out


def _series(sweep: Sweep, name: str) -> pd.DataFrame:
    if not sweep.manifest["particulars"]["series"]:
        raise FolderError(
            f"{sweep.place}: {name} asks for months, which were not kept; allowed: name it under `outcomes` in the "
            "experiment, or say `series: true`, in a new folder"
        )
    return sweep.series


def _places(runs: pd.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    point, world = (runs.index.get_level_values(name).to_numpy() for name in ("point", "world"))
    return point, world
