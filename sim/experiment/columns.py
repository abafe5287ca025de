"""Tables with more columns than memory has room for: read or kept a column at a time, some at once in memory."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from tempfile import TemporaryFile
from typing import IO, TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.experiment.layouts import Matrix
from sim.worlds import Vector

if TYPE_CHECKING:
    import pandas as pd

Mask = NDArray[np.bool_]
# Of a table, as many figures are held in memory: 160 MB. A smaller table is held whole.
MOST_HELD = 20_000_000


class Places:
    """A matrix that is filled in any order and read by columns: in memory while it is small, else in a file without a name.

    Args:
        rows, count: its shape.
    """

    def __init__(self, rows: int, count: int) -> None:
        self.shape = (rows, count)
        small = rows * count <= MOST_HELD
        self._held = np.empty(self.shape, order="F") if small else None
        self._file: IO[bytes] | None = None if small else TemporaryFile()  # noqa: SIM115 - closed with this

    @classmethod
    def of(cls, matrix: Matrix | Places) -> Places:
        """The same of a matrix that is at hand."""
        if isinstance(matrix, Places):
            return matrix
        out = cls(0, 0)
        out.shape, out._held = (len(matrix), matrix.shape[1]), matrix
        return out

    def __len__(self) -> int:
        return self.shape[0]

    def put(self, first: int, block: Matrix) -> None:
        """Fill some rows, from this number on."""
        for column, values in enumerate(block.T):
            self.put_column(column, values, first)

    def put_column(self, column: int, values: Vector, first: int = 0) -> None:
        """Fill a column, or a part of it from this row on."""
        if self._held is not None:
            self._held[first : first + len(values), column] = values
            return
        assert self._file is not None
        self._file.seek((column * len(self) + first) * 8)
        self._file.write(np.ascontiguousarray(values, dtype=np.float64).tobytes())

    def column(self, number: int, rows: slice = slice(None)) -> Vector:
        """A column, or some of its rows."""
        if self._held is not None:
            return self._held[rows, number]
        assert self._file is not None
        first, last, _ = rows.indices(len(self))
        self._file.seek((number * len(self) + first) * 8)
        return np.frombuffer(self._file.read((last - first) * 8))

    @property
    def T(self) -> Iterator[Vector]:  # noqa: N802 - as NumPy has it
        """The columns, one after another."""
        return map(self.column, range(self.shape[1]))

    def whole(self) -> Matrix:
        """All of it, in memory: for who can take it no other way."""
        return np.column_stack([*self.T]) if self.shape[1] else np.empty(self.shape)

    def blocks(self) -> Iterator[tuple[slice, Matrix]]:
        """The rows in turn, so many at once that memory has room for them."""
        rows, count = self.shape
        size = max(MOST_HELD // max(count, 1), 1)
        for first in range(0, rows, size):
            here = slice(first, min(first + size, rows))
            yield here, np.column_stack([self.column(number, here) for number in range(count)])

    def chosen(self, rows: Mask) -> Places:
        """The same with some of the rows."""
        if rows.all():
            return self
        out = Places(int(rows.sum()), self.shape[1])
        for number, column in enumerate(self.T):
            out.put_column(number, column[rows])
        return out


class Inputs:
    """What may tell futures apart, a column for each: read when it is asked for, those asked for last kept.

    Args:
        columns: their names; read: gives a column, with a row for each future.
        rows: how many futures.
    """

    def __init__(self, columns: Sequence[str], read: Callable[[str], pd.Series], rows: int) -> None:
        self.columns, self._read, self._rows = list(columns), read, rows
        self._kept: OrderedDict[str, pd.Series] = OrderedDict()

    @classmethod
    def of(cls, frame: pd.DataFrame) -> Inputs:
        """The same of a table that is at hand."""
        return cls(list(map(str, frame.columns)), frame.__getitem__, len(frame))

    def __len__(self) -> int:
        return self._rows

    def __contains__(self, name: str) -> bool:
        return name in self.columns

    def __getitem__(self, name: str) -> pd.Series:
        """A column (index: from 0)."""
        if name not in self._kept:
            self._kept[name] = self._read(name)
        self._kept.move_to_end(name)
        while len(self._kept) > 1 and len(self._kept) * self._rows > MOST_HELD:
            self._kept.popitem(last=False)
        return self._kept[name]

    def some(self, names: Sequence[str]) -> Inputs:
        """The same with some of the columns."""
        return Inputs(names, self.__getitem__, self._rows)

    def frame(self, names: Sequence[str], rows: Mask) -> pd.DataFrame:
        """Some rows of some columns, as a table (index: as the rows')."""
        import pandas as pd

        return pd.DataFrame({name: self[name][rows] for name in names})

    def differing(self) -> Inputs:
        """The same without columns that hold one value only."""
        return self.some([name for name in self.columns if self._rows and _differs(self[name])])


def _differs(values: pd.Series) -> bool:
    found: Any = values.to_numpy()
    return bool((found != found[0]).any())
