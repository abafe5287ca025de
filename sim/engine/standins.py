"""Stand-ins for vectors over worlds, which take part in NumPy's protocols and write down what is computed with them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin
from numpy.typing import NDArray

from sim.chance import COUNTS
from sim.engine.graph import ARITHMETIC, COMPARED, FUNCTIONS, JOINED, Graph

Ids = NDArray[np.int64]
KNOWN = set(COMPARED) | JOINED | ARITHMETIC | FUNCTIONS
_ALIKE = {"true_divide": "divide", "bitwise_and": "logical_and", "bitwise_or": "logical_or", "invert": "logical_not"}


class NotTraceableError(TypeError):
    """Something asks for a value, or for what a compiled month does not know; the message says what."""


class Traced(NDArrayOperatorsMixin):
    """Stands in for an array over worlds: the numbers of its nodes, its last axis (the worlds) of length one."""

    def __init__(self, graph: Graph, ids: Any) -> None:
        self.graph = graph
        self.ids: Ids = np.asarray(ids, dtype=np.int64)

    @property
    def shape(self) -> tuple[int, ...]:
        return self.ids.shape

    @property
    def ndim(self) -> int:
        return self.ids.ndim

    def __len__(self) -> int:
        return len(self.ids)

    def __iter__(self) -> Iterator[Traced]:
        return (Traced(self.graph, row) for row in self.ids)

    def __getitem__(self, place: Any) -> Traced:
        if isinstance(place, Traced):
            raise NotTraceableError("a place is looked up by a value")
        return Traced(self.graph, self.ids[place])

    def __setitem__(self, place: Any, value: Any) -> None:
        self.ids[place] = ids(self.graph, value)

    def copy(self) -> Traced:
        return Traced(self.graph, self.ids.copy())

    def astype(self, kind: Any, copy: bool = True) -> Traced:
        to = self.graph.truth if np.dtype(kind) == np.bool_ else self.graph.amount
        return Traced(self.graph, _each(to, self.ids))

    def reshape(self, *shape: Any) -> Traced:
        return Traced(self.graph, self.ids.reshape(*shape))

    def max(self, axis: int) -> Traced:
        return self._over("maximum", axis)

    def min(self, axis: int) -> Traced:
        return self._over("minimum", axis)

    def argmax(self, axis: int) -> Traced:
        if axis != 0:
            raise NotTraceableError("a largest one over worlds is asked for")
        best, at = Traced(self.graph, self.ids[0]), computed(self.graph, "add", 0.0, np.zeros(self.shape[1:]))
        for place, row in enumerate(self):
            if place:
                better = computed(self.graph, "greater", row, best)
                at = computed(self.graph, "where", better, float(place), at)
                best = computed(self.graph, "where", better, row, best)
        return at

    def _over(self, operation: str, axis: int) -> Traced:
        if axis != 0 or self.ndim < 2:
            raise NotTraceableError("a figure over worlds is asked for")
        first, *others = self
        for other in others:
            first = computed(self.graph, operation, first, other)
        return first

    def _valued(self, *_: Any) -> Any:
        raise NotTraceableError("the value of a state is asked for")

    __bool__ = __float__ = __int__ = __index__ = __array__ = _valued

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *operands: Any, **named: Any) -> Traced:
        name = _ALIKE.get(ufunc.__name__, ufunc.__name__)
        if method != "__call__" or named or name not in KNOWN:
            raise NotTraceableError(f"np.{ufunc.__name__} ({method}) is asked for")
        return computed(self.graph, name, *operands)

    def __array_function__(self, function: Callable[..., Any], _: Any, given: Sequence[Any], named: Any) -> Any:
        if named or function.__name__ not in _ARRAYS:
            raise NotTraceableError(f"np.{function.__name__} is asked for")
        return _ARRAYS[function.__name__](self.graph, *given)

    def one_step(self, function: Callable[..., Any], given: Sequence[Any]) -> Any:
        """What a function of `sim.chance` makes of it."""
        if function.__name__ in COUNTS:
            rows = [ids(self.graph, one) for one in given]
            count = lambda *operands: self.graph.outside("count", function.__name__, *map(self.graph.amount, operands))  # noqa: E731
            return Traced(self.graph, _each(count, *rows))
        if function.__name__ == "looked_up":
            chosen, values = given
            out = computed(self.graph, "add", values[0], np.zeros(chosen.shape))
            for place, value in enumerate(values):
                if place:
                    out = computed(self.graph, "where", chosen == float(place), float(value), out)
            return out
        return function.__wrapped__(*given)  # type: ignore[attr-defined]


def ids(graph: Graph, value: Any) -> Ids:
    """The nodes of a stand-in, or of numbers that are the same in every world."""
    if isinstance(value, Traced):
        if value.graph is not graph:
            raise NotTraceableError("something is kept from month to month where it is not looked for")
        return value.ids
    return _each(graph.const, np.asarray(value, dtype=np.float64))


def computed(graph: Graph, operation: str, *operands: Any) -> Traced:
    """An operation element by element."""
    return Traced(graph, _each(partial(graph.node, operation), *(ids(graph, one) for one in operands)))


def _each(function: Callable[..., int], *rows: NDArray[Any]) -> Ids:
    if any(row.shape != rows[0].shape for row in rows):
        rows = np.broadcast_arrays(*rows)
    flat = [function(*here) for here in zip(*(row.ravel().tolist() for row in rows), strict=True)]
    return np.array(flat, dtype=np.int64).reshape(rows[0].shape)


_ARRAYS: dict[str, Callable[..., Any]] = {
    "where": lambda graph, *given: computed(graph, "where", *given),
    "stack": lambda graph, rows: Traced(graph, np.stack(np.broadcast_arrays(*(ids(graph, one) for one in rows)))),
    "concatenate": lambda graph, rows: Traced(graph, np.concatenate([ids(graph, one) for one in rows])),
    "broadcast_to": lambda graph, one, shape: Traced(graph, np.broadcast_to(ids(graph, one), shape)),
    "zeros_like": lambda graph, one: computed(graph, "add", 0.0, np.zeros(one.shape)),
    "full_like": lambda graph, one, value: computed(graph, "add", value, np.zeros(one.shape)),
    "shape": lambda graph, one: one.shape,
    "copy": lambda graph, one: one.copy(),
}
