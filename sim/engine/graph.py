"""What a month computes in one world: a graph of operations on numbers, without branches."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from typing import Any

import numpy as np

# An operation and its operands: numbers of nodes, or, for what comes from outside, names.
Node = tuple[Any, ...]

# What comes from outside of a graph: a number written down, a parameter, a setting of the scenario, a draw of the month, a
# draw that lies with others of its stream on a page, a state of an agent, one of many draws that are summed over, an argument;
# for the scenario's script a number that it consists of, the month, a mean over the last months.
OUTSIDE = frozenset(
    ("const", "parameter", "setting", "draw", "paged", "state", "each", "argument", "number", "month", "recent")
)
DRAWS = ("draw", "paged", "each")
COMPARED: dict[str, Callable[..., Any]] = {
    "less": np.less,
    "less_equal": np.less_equal,
    "greater": np.greater,
    "greater_equal": np.greater_equal,
    "equal": np.equal,
    "not_equal": np.not_equal,
}
JOINED = {"logical_and", "logical_or", "logical_not"}
ARITHMETIC = {
    "add",
    "subtract",
    "multiply",
    "divide",
    "negative",
    "absolute",
    "maximum",
    "minimum",
    "sqrt",
    "floor",
    "rint",
}
FUNCTIONS = {"exp", "log", "log1p", "tanh", "power", "ndtri"}
# Parts of functions: a * b + c rounded once; a number times two to the power of another; the power of two in a number, and
# what then is left.
PARTS = {"fma", "scaled", "exponent", "mantissa"}


class Graph:
    """Operations, each there once. A node is known by its number; its operands come before it.

    Attributes:
        nodes: operation and operands of each.
    """

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self._numbers: dict[Node, int] = {}

    def const(self, value: float) -> int:
        """The node of a number written down."""
        return self._number(("const", float(value)))

    def outside(self, kind: str, *names: Any) -> int:
        """The node of something that comes from outside."""
        return self._number((kind, *names))

    def node(self, operation: str, *operands: int) -> int:
        """The node of an operation: an older one, a number, or an operand where the operation comes to that."""
        if operation in JOINED:
            operands = tuple(self.truth(one) for one in operands)
        elif operation == "where":
            operands = (self.truth(operands[0]), *map(self.amount, operands[1:]))
        elif operation not in ("amount", "truth"):
            operands = tuple(map(self.amount, operands))
        known = self._known(operation, operands)
        return self._number((operation, *operands)) if known is None else known

    def truth(self, one: int) -> int:
        """A node as something that holds or not."""
        return one if self.holds(one) else self.node("not_equal", one, self.const(0.0))

    def amount(self, one: int) -> int:
        """A node as a number: 1 where it holds, else 0."""
        return self._number(("amount", one)) if self.holds(one) else one

    def holds(self, one: int) -> bool:
        """Whether a node is something that holds or not, rather than a number."""
        return self.nodes[one][0] in COMPARED or self.nodes[one][0] in JOINED

    def value(self, one: int) -> float | None:
        """The number that a node is in every world, where that is known."""
        node = self.nodes[one]
        return node[1] if node[0] == "const" else None

    def _number(self, node: Node) -> int:
        number = self._numbers.get(node)
        if number is None:
            number = self._numbers[node] = len(self.nodes)
            self.nodes.append(node)
        return number

    def _known(self, operation: str, operands: tuple[int, ...]) -> int | None:
        """What an operation comes to whatever the world is."""
        values = [self.value(one) for one in operands]
        if operation == "where":
            return operands[1] if operands[1] == operands[2] else self._chosen(operands)
        first, second = (*values, None, None)[:2]
        if (operation, second) in (("multiply", 1.0), ("divide", 1.0), ("add", 0.0), ("subtract", 0.0), ("power", 1.0)):
            return operands[0]
        if (operation, first) in (("multiply", 1.0), ("add", 0.0)):
            return operands[1]
        if (operation, second) == ("power", 2.0):
            return self.node("multiply", operands[0], operands[0])
        if operation in ARITHMETIC and None not in values:
            with np.errstate(all="ignore"):
                return self.const(getattr(np, operation)(*values))
        return None

    def _chosen(self, operands: tuple[int, ...]) -> int | None:
        operation, *compared = self.nodes[operands[0]]
        values = [self.value(one) for one in compared]
        if operation not in COMPARED or None in values:
            return None
        return operands[1] if COMPARED[operation](*values) else operands[2]

    def operands(self, one: int) -> tuple[int, ...]:
        """The nodes that a node is made of."""
        operation, *rest = self.nodes[one]
        if operation in OUTSIDE:
            return ()
        return tuple(rest[1:]) if operation in ("count", "summed") else tuple(rest)

    def reached(self, roots: Iterable[int], known: Container[int] = ()) -> set[int]:
        """All nodes that some are made of, themselves included; without those that are known, and what these are made of."""
        found: set[int] = set()
        waiting = list(roots)
        while waiting:
            one = waiting.pop()
            if one not in found and one not in known:
                found.add(one)
                waiting += self.operands(one)
        return found

    def repeated(self, nodes: Iterable[int]) -> set[int]:
        """Of some nodes, in their order, those that hang on a draw that is one of many: they stand in a loop."""
        out: set[int] = set()
        for one in nodes:
            kind = self.nodes[one][0]
            if kind == "each" or (kind != "summed" and not out.isdisjoint(self.operands(one))):
                out.add(one)
        return out

    def drawn(self, nodes: Iterable[int], parameters: bool = False) -> set[int]:
        """Of some nodes, in their order, those that follow from draws alone, or from draws and parameters."""
        settled, out = set[int](), set[int]()
        for one in nodes:
            kind, operands = self.nodes[one][0], self.operands(one)
            if kind == "const" or (parameters and kind == "parameter"):
                settled.add(one)
            elif kind in DRAWS:
                out.add(one)
            elif operands and kind not in ("count", "summed") and all(one in settled or one in out for one in operands):
                (settled if settled.issuperset(operands) else out).add(one)
        return out

    def carried_over(self, other: Graph, roots: Iterable[int], instead: Mapping[Node, Node]) -> dict[int, int]:
        """Take over nodes of another graph, some from outside replaced by others: the other's number -> the one here."""
        out: dict[int, int] = {}
        for one in sorted(other.reached(roots)):
            operation, *rest = other.nodes[one]
            if operation in OUTSIDE:
                out[one] = self._number(instead.get(other.nodes[one], other.nodes[one]))
            elif operation in ("count", "summed"):
                out[one] = self._number((operation, rest[0], *(out[operand] for operand in rest[1:])))
            else:
                out[one] = self.node(operation, *(out[operand] for operand in rest))
        return out
