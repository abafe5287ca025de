"""Vectors that record the steps they go through: what an explained month computes with in place of plain arrays.

The model's own code runs on them unchanged, and their numbers are those of a plain run to the last bit: each step is
NumPy's, on the values, and is then written down as a node. What cannot be recorded is refused, never lost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.lib.mixins import NDArrayOperatorsMixin

from sim import chance
from sim.why.draws import EXPECTED, Chances, Choice, Draw, Lookup, likely
from sim.why.shapley import Array
from sim.why.steps import Added, Applied, Label, Leaf, Node, Operand, Part, Put, Rows, Same


class Trace:
    """The record of an explained stretch of months.

    Attributes:
        width: how many worlds each of the two runs has.
        month: the one that the first run simulates.
        nodes: how many steps were written down.
    """

    def __init__(self, width: int, keep_all: bool) -> None:
        """`keep_all`: keep the inputs even of steps in which the two runs do not differ."""
        self.width, self.month, self.nodes, self._keep_all = width, 0, 0, keep_all

    def add(self, kind: type[Any], value: Array, operands: Sequence[Operand], *more: Any) -> Node:
        """Write a step down; one that does not differ is kept as its value alone."""
        self.nodes += 1
        differing = any(one.differs for one in operands if isinstance(one, Node))
        if not differing and not self._keep_all:
            return Leaf(self.nodes, value, (), self.month)
        node: Node = kind(self.nodes, value, operands, self.month, *more)
        node.differs = differing and self.parts(value)
        return node

    def leaf(self, value: Array, label: Label | None = None) -> Node:
        """Something from outside of the graph."""
        self.nodes += 1
        node = Leaf(self.nodes, value, (), self.month)
        node.label, node.differs = label, self.parts(value)
        return node

    def state(self, of: Node, label: Label) -> Node:
        """A value under the name by which the next month finds it."""
        self.nodes += 1
        node = Same(self.nodes, of.value, (of,), self.month)
        node.label, node.differs = label, of.differs
        return node

    def parts(self, value: Array) -> bool:
        """Whether a value differs between the two runs."""
        return not np.array_equal(value[..., : self.width], value[..., self.width :])

    def operand(self, value: Any) -> Operand:
        """A value as an input of a step: plain arrays over worlds become steps of their own."""
        if isinstance(value, Traced):
            return value.node
        if isinstance(value, np.ndarray) and value.ndim and value.shape[-1] == 2 * self.width:
            return self.leaf(value)
        return value

    def wrap(self, kind: type[Any], value: Array, operands: Sequence[Any], *more: Any) -> Traced:
        """The result of a step of these operands, to go on with."""
        return Traced(self, self.add(kind, value, [self.operand(one) for one in operands], *more))


class Traced(NDArrayOperatorsMixin):
    """A vector over the worlds of both runs, with the step that gave it."""

    __slots__ = ("_node", "trace")

    def __init__(self, trace: Trace, node: Node) -> None:
        self.trace, self._node = trace, node

    @property
    def node(self) -> Node:
        """The step that gave it."""
        return self._node

    @property
    def value(self) -> Array:
        """The numbers themselves."""
        return self._node.value

    @property
    def shape(self) -> tuple[int, ...]:
        return self.value.shape

    @property
    def ndim(self) -> int:
        return self.value.ndim

    def __len__(self) -> int:
        return len(self.value)

    def __array__(self, *_: Any, **__: Any) -> Array:
        raise TypeError("a traced value was taken for a plain array: its way could not be recorded")

    def __float__(self) -> float:
        raise TypeError("a traced value was taken for a number: its way could not be recorded")

    def __bool__(self) -> bool:
        raise TypeError("a traced value was asked for its truth: its way could not be recorded")

    def __iter__(self) -> Iterator[Traced]:
        return (self[row] for row in range(len(self)))

    def __getitem__(self, index: Any) -> Traced:
        return self.trace.wrap(Part, self.value[index], [self], index)

    def __setitem__(self, index: Any, new: Any) -> None:
        value = self.value.copy()
        value[index] = new.value if isinstance(new, Traced) else new
        self._node = self.trace.add(Put, value, [self._node, self.trace.operand(new)], index)

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **keywords: Any) -> Any:
        if method != "__call__" or keywords:
            return NotImplemented
        values = [one.value if isinstance(one, Traced) else one for one in inputs]
        result = self.trace.wrap(Applied, ufunc(*values), inputs, ufunc)
        if out is None:
            return result
        (target,) = out  # `others[row] += more`: the row changes, and is then put back
        if not isinstance(target, Traced):
            raise TypeError("a plain array cannot take a traced value: its way could not be recorded")
        target._node = result.node
        return target

    def __array_function__(self, function: Callable[..., Any], types: Any, arguments: Any, keywords: Any) -> Any:
        known = _FUNCTIONS.get(function)
        return NotImplemented if known is None else known(self.trace, *arguments, **keywords)

    def copy(self) -> Traced:
        """The same again; what is later put into one does not change the other."""
        return Traced(self.trace, self._node)

    def astype(self, kind: Any) -> Traced:
        """The same as another type of number."""
        return self.trace.wrap(Same, self.value.astype(kind), [self])

    def sum(self, axis: int) -> Traced:
        """Rows added up."""
        if axis != 0:
            raise TypeError(f"a traced value cannot be added up over axis {axis}")
        return self.trace.wrap(Added, self.value.sum(axis=0), [self])

    def max(self, axis: int | None = None) -> Any:
        """The highest of all, as a plain number to size things by; or row by row."""
        if axis is None:
            return self.value.max()
        if axis != 0:
            raise TypeError(f"a traced value has no highest over axis {axis}")
        first: Any
        first, *others = self
        for row in others:
            first = np.maximum(first, row)
        return first

    def one_step(self, function: Callable[..., Array], arguments: Sequence[Any]) -> Traced:
        """A function of :mod:`sim.chance` as one step."""
        given = [one for one in arguments if one is not None]
        value = function(*(one.value if isinstance(one, Traced) else one for one in given))
        trace = self.trace
        if function in EXPECTED:
            drawn = trace.wrap(Draw, value, given, function, EXPECTED[function])
            return _named(drawn, "draw", drawn_by(given[0]))
        if function is chance.choice_probabilities:
            rows, told = self._rows(given[0]), given[1:]
            return trace.wrap(Chances, value, [*rows, *told], partial(likely, prescribed=bool(told)))
        if function is chance.best_option:
            rows, told = self._rows(given[0]), given[2:]
            options = (np.arange(len(given[0].value))[:, None] == value).astype(np.float64)
            expected = partial(likely, prescribed=bool(told))
            made = trace.wrap(Choice, options, [given[1], *rows, *told], function, expected)
            return TracedChoice(trace, _named(made, "decision", drawn_by(given[1])).node, value)
        if function is chance.looked_up and isinstance(self, TracedChoice):
            return self._look_up(np.asarray(given[1]), value)
        out = trace.wrap(Applied, value, given, function)
        label = given[0].node.label if isinstance(given[0], Traced) else None
        out.node.label = label if label is not None and label.kind == "luck" else None
        return out

    def _rows(self, of: Traced) -> list[Any]:
        """The rows of a stack, as they were stacked."""
        node = of.node
        if isinstance(node, Rows) and not node.joined:
            return [Traced(self.trace, one) if isinstance(one, Node) else one for one in node.operands]
        return list(of)


class TracedChoice(Traced):
    """Which option was chosen, as its number; its step is the choice, 1 for the option and 0 for the others."""

    __slots__ = ("_number", "choice")

    def __init__(self, trace: Trace, choice: Node, number: Array) -> None:
        super().__init__(trace, choice)
        self.choice, self._number = choice, number

    @property
    def node(self) -> Node:
        return self._look_up(np.arange(len(self.choice.value), dtype=np.float64), self._number).node

    @property
    def value(self) -> Array:
        return self._number

    def _look_up(self, table: Array, value: Array) -> Traced:
        return Traced(self.trace, self.trace.add(Lookup, value, [self.choice], np.asarray(table, dtype=np.float64)))

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = None, **keywords: Any) -> Any:
        others = [one for one in inputs if one is not self]
        plain = all(not isinstance(one, Traced) and (np.ndim(one) == 0 or np.shape(one)[-1] == 1) for one in others)
        if method != "__call__" or keywords or out is not None or not plain or len(others) != len(inputs) - 1:
            return super().__array_ufunc__(ufunc, method, *inputs, out=out, **keywords)

        def of(number: Any) -> Array:
            return np.asarray(ufunc(*(number if one is self else one for one in inputs)))

        return self._look_up(
            np.stack([of(float(option)) for option in range(len(self.choice.value))]), of(self._number)
        )

    def astype(self, kind: Any) -> Traced:
        return self

    def copy(self) -> Traced:
        return self


def drawn_by(draw: Any) -> str:
    """The name of the stream that a draw was made from; for an option's draw, that of the decision."""
    label = draw.node.label if isinstance(draw, Traced) else None
    return label.name.partition("/")[0] if label is not None else ""


def _named(one: Traced, kind: str, name: str) -> Traced:
    one.node.label = Label(kind, name)
    return one


def _where(trace: Trace, *arguments: Any) -> Traced:
    values = [one.value if isinstance(one, Traced) else one for one in arguments]
    return trace.wrap(Applied, np.where(*values), arguments, np.where)


def _rows(trace: Trace, rows: Sequence[Any], axis: int = 0, *, joined: bool) -> Traced:
    if axis != 0:
        raise TypeError(f"traced values cannot be put together along axis {axis}")
    values = [one.value if isinstance(one, Traced) else one for one in rows]
    out = trace.wrap(Rows, np.concatenate(values) if joined else np.stack(values), rows, joined)
    label = rows[0].node.label if isinstance(rows[0], Traced) else None
    out.node.label = label if label is not None and label.kind == "luck" else None
    return out


def _broadcast(trace: Trace, one: Traced, shape: tuple[int, ...]) -> Traced:
    return trace.wrap(Same, np.broadcast_to(one.value, shape), [one])


def _like(trace: Trace, one: Traced, fill: float = 0.0, **_: Any) -> Traced:
    return Traced(trace, trace.leaf(np.full_like(one.value, fill, dtype=np.float64)))


def _copy(trace: Trace, one: Traced, **_: Any) -> Traced:
    return one.copy()


_FUNCTIONS: dict[Any, Callable[..., Any]] = {
    np.where: _where,
    np.stack: partial(_rows, joined=False),
    np.concatenate: partial(_rows, joined=True),
    np.broadcast_to: _broadcast,
    np.zeros_like: _like,
    np.full_like: _like,
    np.copy: _copy,
}
