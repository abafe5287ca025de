"""The table of points, `experiments.parquet`: a row for each point, written and read some rows or columns at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.experiment.factors import factor_words
from sim.experiment.layouts import Numbers
from sim.experiment.plan import Plan
from sim.experiment.store import Store
from sim.parameters import PARAMETERS
from sim.results.described import labelled
from sim.words.numbers import plain

if TYPE_CHECKING:
    import pyarrow as pa

NAME = "experiments.parquet"
# Of a row group, which is what is held at once: figures, and rows.
MOST_FIGURES, MOST_ROWS = 4_000_000, 100_000


def write_points(store: Store, plan: Plan, failures: Mapping[int, str]) -> str:
    """Write the table, row group by row group; returns its digest.

    Args:
        failures: point -> why the model refused it.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    # Whole slices of a design, where there are slices.
    rows = min(max(MOST_FIGURES // (len(plan.factors) + 1) // 1000, 1) * 1000, MOST_ROWS)
    spread = {"point", "id", *_spread(plan)}
    with store.writing(NAME) as file:
        writer = None
        for first in range(0, plan.points, rows):
            table = pa.table(points_table(plan, np.arange(first, min(first + rows, plan.points)), failures))
            table = labelled(table, _said)
            # Where hardly a value comes twice, a dictionary of them is one more copy.
            few = [name for name in table.column_names if name not in spread]
            writer = writer or pq.ParquetWriter(file, table.schema, compression="zstd", use_dictionary=few)
            writer.write_table(table)
        if writer is not None:
            writer.close()
    return store.digest(NAME)


def _spread(plan: Plan) -> set[str]:
    """The columns of factors that take any value of a range."""
    return {f"{factor.kind}:{factor.name}" for factor in plan.factors if not factor.levels}


def _said(column: str) -> dict[str, str] | None:
    """What a column of factors or constants is, and its unit."""
    kind, _, name = column.partition(":")
    if name in PARAMETERS:
        one = PARAMETERS[name]
        return {"long_name": one.title, "units": plain(one.unit), "description": one.meaning}
    return {"long_name": factor_words(name), "units": "1"} if kind == "lever" else None


def points_table(plan: Plan, numbers: Numbers, failures: Mapping[int, str]) -> dict[str, Any]:
    """The columns of the table for these points: levers, uncertainties, switches and constants apart."""
    import pyarrow as pa

    scenario, mix, draw = plan.where(numbers)
    values = plan.values(numbers)
    names = pa.array([one.name for one in plan.scenarios])
    columns: dict[str, Any] = {
        "point": numbers,
        "id": plan.ids(numbers, values),
        "scenario": pa.DictionaryArray.from_arrays(pa.array(scenario.astype(np.int32)), names),
        "mix": mix,
        "draw": draw,
    }
    for factor in plan.factors:
        columns[f"{factor.kind}:{factor.name}"] = factor.names(values[factor.name]) or values[factor.name]
    for name, value in plan.experiment.constants.items():
        columns[f"constant:{name}"] = np.full(len(numbers), value)
    columns["error"] = pa.array([failures.get(number) for number in numbers.tolist()], type=pa.string())
    return columns


def read_points(store: Store, columns: Sequence[str] | None = None) -> pa.Table:
    """The table, or these columns of it."""
    import pyarrow.parquet as pq

    # Without threads of Arrow's: those that are still starting when a short command ends abort it.
    with store.reading(NAME) as file:
        return pq.read_table(file, columns=columns, use_threads=False, pre_buffer=False)


def column_names(store: Store) -> list[str]:
    """The names of the table's columns, in order."""
    import pyarrow.parquet as pq

    with store.reading(NAME) as file:
        return list(pq.read_schema(file).names)


def read_blocks(store: Store, columns: Sequence[str]) -> Iterator[pa.Table]:
    """These columns of the table, row group by row group, in order: in batches, what Arrow has read stays until the last."""
    import pyarrow.parquet as pq

    with store.reading(NAME) as file:
        whole = pq.ParquetFile(file)
        for number in range(whole.num_row_groups):
            yield whole.read_row_group(number, columns=list(columns), use_threads=False)
