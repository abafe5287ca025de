"""A trace as LLVM text: functions of eight worlds at a time, each element of a vector a world (a lane).

Draws are the Philox draws of `sim/worlds.py`, made where they are used. A count is a loop that goes on as long as a lane has
not its count; where the chance of no event is too small for the loop to begin, Python is asked.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sim.engine.graph import COMPARED, DRAWS, FUNCTIONS, Graph
from sim.engine.standins import NotTraceableError
from sim.engine.trace import Trace
from sim.metrics import METRICS, PANELS

LANES = 8
D, L, B = f"<{LANES} x double>", f"<{LANES} x i64>", f"<{LANES} x i1>"
WORDS = 4  # in a Philox block
EIGHTS = 4  # of many draws, these times eight are made once for all blocks of a world
SCRATCH = 64  # rows that a sum over draws may keep
# How the numbers of eight worlds lie: beside each other from a multiple of four on, all the same, or anyhow; all the same, and
# what draws alone and parameters come to, too.
BESIDE, SAME, ANY, ALIKE = 1, 2, 0, 3
INTRINSICS = {"absolute": "fabs", "sqrt": "sqrt", "floor": "floor", "rint": "nearbyint", "fma": "fma"}


def double(value: float) -> str:
    """A number as LLVM writes it, to the bit."""
    return f"double 0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


def everywhere(value: float) -> str:
    """The same number in all lanes."""
    return f"splat ({double(value)})"


_BINARY = {"add": "fadd", "subtract": "fsub", "multiply": "fmul", "divide": "fdiv"}
_COMPARE = dict(zip(COMPARED, ("olt", "ole", "ogt", "oge", "oeq", "une"), strict=True))
# Operations that are one line, with their operands in braces.
_LINES = {
    "where": f"select {B} {{}}, {D} {{}}, {D} {{}}",
    "amount": f"select {B} {{}}, {D} {everywhere(1.0)}, {D} {everywhere(0.0)}",
    "negative": f"fneg {D} {{}}",
    "logical_and": f"and {B} {{}}, {{}}",
    "logical_or": f"or {B} {{}}, {{}}",
    "logical_not": f"xor {B} {{}}, splat (i1 true)",
}
_LINES |= {name: f"{written} {D} {{}}, {{}}" for name, written in _BINARY.items()}
_LINES |= {name: f"fcmp {written} {D} {{}}, {{}}" for name, written in _COMPARE.items()}


class Layout:
    """Where what comes from outside stands in memory, each for eight worlds: parameters, settings, states, keys of streams."""

    def __init__(self, trace: Trace) -> None:
        self.states = {place: number for number, place in enumerate(trace.states)}
        # Rows of what a month draws.
        self.drawn = 0
        # Parameters that draws are put together with for all blocks of a world at once, where these agree in them.
        self.alike: set[str] = set()
        # For each reading, metrics before panels, its first row, and how many it has.
        self.places: dict[str, tuple[int, int]] = {}
        self.rows = 0
        for name in (*METRICS, *PANELS):
            self.places[name] = self.rows, len(trace.month.readings[name])
            self.rows += len(trace.month.readings[name])
        self.parameters: dict[str, int] = {}
        self.settings: dict[str, int] = {}
        self.streams: dict[str, int] = {}
        tables = {"parameter": self.parameters, "setting": self.settings, **dict.fromkeys(DRAWS, self.streams)}
        for part in (trace.opening, trace.month, *trace.shocks):
            for node in sorted(part.graph.reached(part.roots)):
                kind, *names = part.graph.nodes[node]
                if kind in tables:
                    tables[kind].setdefault(names[0], len(tables[kind]))


@dataclass(frozen=True)
class Known:
    """What follows from each of many draws alone, eight draws at a time.

    Attributes:
        makes: the function that makes it.
        nodes: what it is; row: where that of the first draws stands among what is drawn.
    """

    makes: str
    nodes: list[int]
    row: int

    def call(self, key: str, eight: str | int, where: str) -> str:
        return (
            f"call void @{self.makes}(ptr {key}, i64 {eight}, i64 %month, ptr %numbers, ptr %parameters, ptr {where})"
        )


class Emitter:
    """Writes one function, line by line."""

    def __init__(self, graph: Graph, layout: Layout | None, arguments: Sequence[str] = ()) -> None:
        self.graph, self.layout, self.arguments = graph, layout, list(arguments)
        # What stands in memory already: a table, and a row of it.
        self.elsewhere: dict[int, tuple[str, int]] = {}
        self.several: dict[tuple[int, str], Known] = {}
        # What is one divided by: nodes that are divided by often.
        self.inverse: dict[int, str] = {}
        self.lines: list[str] = []
        self._named: dict[int, str] = {}
        self._pages: dict[tuple[str, int], list[str]] = {}
        self._given = 0

    def new(self, text: str) -> str:
        """A line that gives something a name; the name."""
        self._given += 1
        self.lines.append(f"%v{self._given} = {text}")
        return f"%v{self._given}"

    def say(self, text: str) -> None:
        self.lines.append(text)

    def value(self, node: int) -> str:
        """How a node is referred to; what it takes is written before."""
        if (known := self.graph.value(node)) is not None:
            return everywhere(known)
        if node not in self._named:
            kept = self.elsewhere.get(node)
            self._named[node] = self._written(node) if kept is None else self.taken(node, *kept)
        return self._named[node]

    def write(self, nodes: Iterable[int]) -> None:
        """All that some nodes are made of, in its order."""
        for one in sorted(self.graph.reached(nodes)):
            self.value(one)

    def taken(self, node: int, table: str, row: int) -> str:
        """A node's value, from where it is kept."""
        where = self.new(f"getelementptr {D}, ptr %{table}, i64 {row}")
        if self.graph.holds(node):
            return self.new(f"bitcast i{LANES} {self.new(f'load i{LANES}, ptr {where}')} to {B}")
        return self.new(f"load {D}, ptr {where}, align 64")

    def keep(self, node: int, table: str, row: int) -> None:
        """Put it there."""
        value, where = self.value(node), self.new(f"getelementptr {D}, ptr %{table}, i64 {row}")
        if self.graph.holds(node):
            self.say(f"store i{LANES} {self.new(f'bitcast {B} {value} to i{LANES}')}, ptr {where}")
        else:
            self.say(f"store {D} {value}, ptr {where}, align 64")

    def _written(self, one: int) -> str:
        operation, *rest = self.graph.nodes[one]
        name = f"_{operation}"
        if operation == "const":
            return everywhere(rest[0])
        if hasattr(self, name):
            return str(getattr(self, name)(*rest))
        operands = [self.value(operand) for operand in rest]
        if operation == "divide" and rest[1] in self.inverse:
            return self.new(f"fmul {D} {operands[0]}, {self.inverse[rest[1]]}")
        if operation in _LINES:
            return self.new(_LINES[operation].format(*operands))
        called = operation if operation in FUNCTIONS else f"llvm.{INTRINSICS[operation]}.v{LANES}f64"
        return self.new(f"call {D} @{called}({', '.join(f'{D} {one}' for one in operands)})")

    # What comes from outside.
    def _argument(self, place: int) -> str:
        return self.arguments[place]

    def _loaded(self, table: str, place: int) -> str:
        where = self.new(f"getelementptr {D}, ptr %{table}, i64 {place}")
        return self.new(f"load {D}, ptr {where}, align 64")

    def _parameter(self, name: str) -> str:
        assert self.layout is not None
        return self._loaded("parameters", self.layout.parameters[name])

    def _setting(self, name: str) -> str:
        assert self.layout is not None
        return self._loaded("settings", self.layout.settings[name])

    def _state(self, *place: Any) -> str:
        assert self.layout is not None
        return self._loaded("states", self.layout.states[place])

    def _number(self, row: int) -> str:
        return self._loaded("numbers", row)

    def _month(self) -> str:
        return self.broadcast(self.new("sitofp i64 %month to double"))

    def _recent(self, metric: str, months: int) -> str:
        assert self.layout is not None
        row = self.new(f"mul i64 %stride, {self.layout.places[metric][0]}")
        first = self.new(f"getelementptr double, ptr %out, i64 {row}")
        return self.new(f"call {D} @recent(ptr {first}, i64 {months}, i64 %month, i64 %lanes)")

    def key(self, stream: str) -> str:
        assert self.layout is not None
        place = self.layout.streams[stream]
        return self.new(f"getelementptr i64, ptr %keys, i64 {2 * place}")

    def _draw(self, stream: str, slot: int) -> str:
        key = self.key(stream)
        return self.new(f"call {D} @draw(ptr {key}, i64 {slot}, i64 %month, ptr %numbers, i64 %kind)")

    def _paged(self, stream: str, slot: int) -> str:
        """One of four slots of a page that are made together."""
        four = stream, slot // WORDS
        if four not in self._pages:
            key = self.key(stream)
            self.say(f"call void @page(ptr {key}, i64 {four[1]}, i64 %month, ptr %numbers, i64 %kind, ptr %four)")
            self._pages[four] = [self._loaded("four", word) for word in range(WORDS)]
        return self._pages[four][slot % WORDS]

    # Operations of their own.
    def _maximum(self, one: int, other: int) -> str:
        return self._extreme("ogt", one, other)

    def _minimum(self, one: int, other: int) -> str:
        return self._extreme("olt", one, other)

    def _extreme(self, beyond: str, one: int, other: int) -> str:
        """The larger or smaller of two; a NaN stays one."""
        if self.graph.value(one) is not None:
            one, other = other, one
        first, second = self.value(one), self.value(other)
        test = beyond if self.graph.value(other) is not None else "u" + beyond[1:]
        if test[0] == "o":  # a number written down is no NaN, and is taken only where it lies beyond
            better = self.new(f"fcmp {beyond} {D} {second}, {first}")
            return self.new(f"select {B} {better}, {D} {second}, {D} {first}")
        lost = self.new(f"fcmp uno {D} {first}, {first}")
        better = self.new(f"fcmp {beyond} {D} {first}, {second}")
        kept = self.new(f"or {B} {lost}, {better}")
        return self.new(f"select {B} {kept}, {D} {first}, {D} {second}")

    def _scaled(self, one: int, by: int) -> str:
        """Times two to the power of a whole number from -1,022 to 1,023."""
        moved = self.new(f"fadd {D} {self.value(by)}, {everywhere(6755399441055744.0 + 1023.0)}")
        bits = self.new(f"bitcast {D} {moved} to {L}")
        power = self.new(f"shl {L} {bits}, splat (i64 52)")
        factor = self.new(f"bitcast {L} {power} to {D}")
        return self.new(f"fmul {D} {self.value(one)}, {factor}")

    def _halved(self, one: int) -> tuple[str, str]:
        """The bits of a number, and the power of two that leaves it between the root of a half and that of two."""
        bits = self.new(f"bitcast {D} {self.value(one)} to {L}")
        above = self.new(f"sub {L} {bits}, splat (i64 {0x3FE6A09E667F3BCD})")
        return bits, self.new(f"ashr {L} {above}, splat (i64 52)")

    def _exponent(self, one: int) -> str:
        _, power = self._halved(one)
        moved = self.new(f"add {L} {power}, splat (i64 {0x4338000000000000})")
        number = self.new(f"bitcast {L} {moved} to {D}")
        return self.new(f"fsub {D} {number}, {everywhere(6755399441055744.0)}")

    def _mantissa(self, one: int) -> str:
        bits, power = self._halved(one)
        shifted = self.new(f"shl {L} {power}, splat (i64 52)")
        left = self.new(f"sub {L} {bits}, {shifted}")
        return self.new(f"bitcast {L} {left} to {D}")

    def _count(self, name: str, *operands: int) -> str:
        listed = ", ".join(f"{D} {self.value(one)}" for one in operands)
        return self.new(f"call {D} @{name}({listed}, ptr %told)")

    def broadcast(self, number: str) -> str:
        """One number in all lanes."""
        one_lane = self.new(f"insertelement {D} poison, double {number}, i64 0")
        return self.new(f"shufflevector {D} {one_lane}, {D} poison, <{LANES} x i32> zeroinitializer")

    def any(self, condition: str) -> str:
        bits = self.new(f"bitcast {B} {condition} to i{LANES}")
        return self.new(f"icmp ne i{LANES} {bits}, 0")

    def _summed(self, stream: str, counts: int, each: int, said: int) -> str:
        """A sum over as many draws as each lane counts.

        Draws come by fours of one world. Where all lanes are of one world, each takes them in turn. Else two fours that are
        due, of one lane or two, fill a vector: lanes count very differently, and most would wait for one.
        """
        inside = sorted(self.graph.reached([said]))
        within = self.graph.repeated(inside)
        # What is the same for all draws of a lane stands before the loops, in memory, to be looked up by lane.
        taken = {operand for one in within for operand in self.graph.operands(one)} - within
        same = sorted(one for one in taken if self.graph.value(one) is None)
        if len(same) > SCRATCH - 2 or any(self.graph.holds(one) for one in same):
            raise NotTraceableError("a rule that is summed over draws takes more than can be kept")
        many = self.value(counts)
        for row, value in enumerate([many, everywhere(0.0), *map(self.value, same)]):
            self.say(f"store {D} {value}, ptr {self._scratch(row)}, align 64")
        key, here = self.key(stream), f"sum{self._given}"

        def amount(slots: str, most: str) -> str:
            due = self.new(f"fcmp olt {D} {slots}, {most}")
            return self.new(f"select {B} {due}, {D} {self.value(said)}, {D} {everywhere(0.0)}")

        outer = dict(self._named)
        ways = {SAME: f"{here}.same", ALIKE: f"{here}.alike"}
        listed = " ".join(f"i64 {kind}, label %{way}" for kind, way in ways.items())
        self.say(f"switch i64 %kind, label %{here}.apart [{listed}]")
        for kind, way in ways.items():
            self._in_turn(key, many, way, self.several[kind, stream], amount)
            self.say(f"{way}.done:\nbr label %{here}.done")
            self._named = dict(outer)
        self._two_by_two(key, many, here, same, each, amount)
        self._named = outer
        self.say(f"{here}.done:")
        return self.new(f"load {D}, ptr {self._scratch(1)}, align 64")

    def _in_turn(self, key: str, many: str, here: str, known: Known, amount: Callable[[str, str], str]) -> None:
        """One draw of each lane after the other; what follows from the first draws alone is there already."""
        self.say(f"{here}:\nstore i64 0, ptr %at\nbr label %{here}.look\n{here}.look:")
        slot = self.new("load i64, ptr %at")
        slots = self.broadcast(self.new(f"sitofp i64 {slot} to double"))
        going_on = self.any(self.new(f"fcmp olt {D} {slots}, {many}"))
        self.say(f"br i1 {going_on}, label %{here}.turn, label %{here}.done\n{here}.turn:")
        eight, place = self.new(f"lshr i64 {slot}, 3"), self.new(f"and i64 {slot}, {LANES - 1}")
        first = self.new(f"icmp eq i64 {place}, 0")
        late = self.new(f"icmp sge i64 {eight}, {EIGHTS}")
        made = self.new(f"and i1 {first}, {late}")
        self.say(f"br i1 {made}, label %{here}.make, label %{here}.made\n{here}.make:")
        self.say(known.call(key, eight, "%four"))
        self.say(f"br label %{here}.made\n{here}.made:")
        row = self.new(f"add i64 {self.new(f'mul i64 {eight}, {len(known.nodes)}')}, {known.row}")
        there = self.new(f"getelementptr {D}, ptr %drawn, i64 {row}")
        where = self.new(f"select i1 {late}, ptr %four, ptr {there}")
        for number, node in enumerate(known.nodes):
            draw = self.new(f"add i64 {place}, {number * LANES}")
            loaded = self.new(f"load double, ptr {self.new(f'getelementptr double, ptr {where}, i64 {draw}')}")
            self._named[node] = self.broadcast(loaded)
        sums = self._scratch(1)
        total = self.new(f"fadd {D} {self.new(f'load {D}, ptr {sums}, align 64')}, {amount(slots, many)}")
        self.say(f"store {D} {total}, ptr {sums}, align 64")
        self.say(f"store i64 {self.new(f'add i64 {slot}, 1')}, ptr %at\nbr label %{here}.look")

    def _two_by_two(
        self, key: str, many: str, here: str, same: Sequence[int], each: int, amount: Callable[[str, str], str]
    ) -> None:
        """Four draws of one lane and four of the next that is due, at once."""
        self.say(f"{here}.apart:\nstore i64 0, ptr %at")
        most = self.new(f"call double @llvm.vector.reduce.fmax.v{LANES}f64({D} {many})")
        self.say(f"br label %{here}.test\n{here}.test:")
        first = self.new(f"call i64 @due(ptr %scratch, i64 {self.new('load i64, ptr %at')}, double {most})")
        going_on = self.new(f"icmp sge i64 {first}, 0")
        self.say(f"br i1 {going_on}, label %{here}.body, label %{here}.done\n{here}.body:")
        after = self.new(f"add i64 {first}, 1")
        other = self.new(f"call i64 @due(ptr %scratch, i64 {after}, double {most})")
        alone = self.new(f"icmp slt i64 {other}, 0")
        second = self.new(f"select i1 {alone}, i64 {first}, i64 {other}")
        self.say(f"call void @fours(ptr {key}, i64 {first}, i64 {second}, i64 %month, ptr %numbers, ptr %four)")
        lanes = [self.new(f"and i64 {one}, {LANES - 1}") for one in (first, second)]
        self._named |= {one: self._of_two(lanes, row + 2) for row, one in enumerate(same)}
        self._named[each] = self._loaded("four", 0)
        found = amount(self._loaded("four", 1), self._of_two(lanes, 0))
        self.say(f"call void @added(ptr %scratch, {D} {found}, i64 {lanes[0]}, i64 {lanes[1]}, i1 {alone})")
        self.say(f"store i64 {self.new(f'add i64 {second}, 1')}, ptr %at\nbr label %{here}.test")

    def _scratch(self, row: int) -> str:
        return self.new(f"getelementptr {D}, ptr %scratch, i64 {row}")

    def _of_two(self, lanes: Sequence[str], row: int) -> str:
        """A row's number for one lane four times, then that for the other."""
        out = "poison"
        for lane, place in zip(lanes, (0, LANES // 2), strict=True):
            where = self.new(f"getelementptr double, ptr {self._scratch(row)}, i64 {lane}")
            number = self.new(f"load double, ptr {where}")
            out = self.new(f"insertelement {D} {out}, double {number}, i64 {place}")
        halves = ", ".join(f"i32 {place}" for place in (0, LANES // 2) for _ in range(LANES // 2))
        return self.new(f"shufflevector {D} {out}, {D} poison, <{LANES} x i32> <{halves}>")


def defined(head: str, lines: Sequence[str]) -> str:
    return f"define {head} #0 {{\nentry:\n" + "\n".join(lines) + "\n}\n"
