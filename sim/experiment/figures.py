"""Figures of a sweep's points: what their worlds come to, by an expression (`parser.py`), or whether a condition holds there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.outcomes import CROSSINGS, first_crossing
from sim.experiment.columns import MOST_HELD
from sim.experiment.condition import VERDICT, Condition, Name, Values, usual
from sim.experiment.firsts import column_of, crossing_of, never_last
from sim.experiment.folder import FolderError
from sim.experiment.parser import parse, parse_figure, read_outcomes

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from sim.experiment.outcome import Sweep

# What stands among the outcomes for whether a world was simulated.
THERE = ""


def known_outcomes(sweep: Sweep) -> list[str]:
    """What was kept of each run, by name: metrics, first months, verdict."""
    from sim.experiment.work import kept_columns

    return kept_columns(sweep.manifest["particulars"]["metrics"])


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
    hold(sweep, [THERE])
    found: NDArray[np.bool_] | None = sweep.held[THERE]
    assert found is not None
    return found


def worlds_of(sweep: Sweep, name: str) -> Values:
    """An outcome in every world of every point, shape (points, worlds); what is missing is NaN, or no verdict.

    Raises:
        FolderError: it is a first month that was not kept.
    """
    months, column = int(sweep.manifest["months"]), column_of(name)
    hold(sweep, [column])
    out: Values | None = sweep.held.get(column)
    if out is None:
        series = _series(sweep, name)
        crossing = crossing_of(name)
        assert crossing is not None
        out = np.full((sweep.manifest["points"], sweep.manifest["worlds"]), np.nan)
        rows = series[crossing.metric].to_numpy().reshape(-1, months).T
        point, world = (series.index[::months].get_level_values(one).to_numpy() for one in ("point", "world"))
        out[point, world] = first_crossing(rows, crossing)
    if name in CROSSINGS:
        return np.where(np.isnan(out), np.inf, out)
    return never_last(out, months) if crossing_of(name) else out


def hold(sweep: Sweep, columns: Sequence[str]) -> None:
    """Read columns of the outcomes, part by part, those that are not held yet: as many at once, from the first on, as memory
    has room for; others are let go then. What was not kept is passed over."""
    wanted = [one for one in dict.fromkeys(columns) if one not in sweep.held]
    if not wanted or columns[0] in sweep.held:
        return
    shape = (int(sweep.manifest["points"]), int(sweep.manifest["worlds"]))
    room = max(MOST_HELD // (shape[0] * shape[1]), 1)
    if len(sweep.held) + len(wanted) > room:
        sweep.held.clear()
    wanted = wanted[:room]
    made: dict[str, NDArray[Any]] = {THERE: np.zeros(shape, dtype=bool)}
    parts = 0
    for table in sweep.tables(columns=[one for one in wanted if one != THERE]):
        parts += 1
        places = table["point"].to_numpy(), table["world"].to_numpy()
        made[THERE][places] = True
        for name in set(wanted) & set(table.column_names):
            if name not in made:
                made[name] = np.full(shape, "", dtype=object) if name == VERDICT else np.full(shape, np.nan)
            made[name][places] = _values(table, name)
    if not parts:
        raise FolderError(f"{sweep.place}: no part of this sweep is finished; run it")
    for one in made.values():
        one.flags.writeable = False
    sweep.held |= {name: made.get(name) for name in (*wanted, THERE)}


def _values(table: pa.Table, name: str) -> NDArray[Any]:
    if name != VERDICT:
        return np.asarray(table[name].to_numpy())
    words = table[name].combine_chunks().dictionary_encode()
    out: NDArray[Any] = np.array(words.dictionary.to_pylist(), dtype=object)[words.indices.to_numpy()]
    return out


def _series(sweep: Sweep, name: str) -> pd.DataFrame:
    if not sweep.manifest["particulars"]["series"]:
        raise FolderError(
            f"{sweep.place}: {name} asks for months, which were not kept; allowed: name it under `outcomes` in the "
            "experiment, or say `series: true`, in a new folder"
        )
    return sweep.series
