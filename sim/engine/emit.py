"""A trace as LLVM text: functions of eight worlds at a time, each element of a vector a world (a lane).

Draws are the Philox draws of `sim/worlds.py`, made where they are used. A count is a loop that goes on as long as a lane has
not its count; where the chance of no event is too small for the loop to begin, Python is asked.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sim.chance import COUNTS, SMALLEST_START, Counts
from sim.engine.functions import WRITTEN, written
from sim.engine.graph import COMPARED, FUNCTIONS, Graph
from sim.engine.trace import Part, Trace, Traced
from sim.metrics import METRICS, PANELS
from sim.worlds import PAGE

LANES = 8
_D, _L, _B = f"<{LANES} x double>", f"<{LANES} x i64>", f"<{LANES} x i1>"
# Rounds after which a count has not ended.
_MOST_ROUNDS = 20_000.0
# Rounds of a count between two looks whether all lanes have theirs.
_ROUNDS_AT_ONCE = 4
_WORDS = 4  # in a Philox block
_BINARY = {"add": "fadd", "subtract": "fsub", "multiply": "fmul", "divide": "fdiv"}
_COMPARE = dict(zip(COMPARED, ("olt", "ole", "ogt", "oge", "oeq", "une"), strict=True))
_INTRINSIC = {"absolute": "fabs", "sqrt": "sqrt", "floor": "floor", "rint": "nearbyint", "fma": "fma"}
_SIGNATURE = (
    "ptr noalias %states, ptr noalias %parameters, ptr noalias %settings, ptr noalias %keys, ptr noalias %numbers, "
    "i64 %together, i64 %month, ptr noalias %out, i64 %stride, i64 %panels, ptr %told"
)
_PASSED = (
    "ptr %states, ptr %parameters, ptr %settings, ptr %keys, ptr %numbers, i64 %together, i64 %month, ptr %out, "
    "i64 %stride, i64 %panels, ptr %told"
)


def double(value: float) -> str:
    """A number as LLVM writes it, to the bit."""
    return f"double 0x{struct.unpack('<Q', struct.pack('<d', value))[0]:016X}"


def _all(value: float) -> str:
    return f"splat ({double(value)})"


class Layout:
    """Where what comes from outside stands in memory, each for eight worlds: parameters, settings, states, keys of streams."""

    def __init__(self, trace: Trace) -> None:
        self.states = {place: number for number, place in enumerate(trace.states)}
        # For each reading, metrics before panels, its first row, and how many it has.
        self.places: dict[str, tuple[int, int]] = {}
        self.rows = 0
        for name in (*METRICS, *PANELS):
            self.places[name] = self.rows, len(trace.month.readings[name])
            self.rows += len(trace.month.readings[name])
        self.parameters: dict[str, int] = {}
        self.settings: dict[str, int] = {}
        self.streams: dict[str, int] = {}

    def place(self, table: dict[str, int], name: str) -> int:
        return table.setdefault(name, len(table))


class Emitter:
    """Writes one function, line by line."""

    def __init__(self, graph: Graph, layout: Layout | None, arguments: Sequence[str] = ()) -> None:
        self.graph, self.layout, self.arguments = graph, layout, list(arguments)
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
            return _all(known)
        if node not in self._named:
            inside = [one for one in sorted(self.graph.reached([node])) if one not in self._named]
            within = self._repeated(inside)
            for one in inside:
                if one not in within:
                    self._named[one] = self._written(one)
        return self._named[node]

    def _repeated(self, inside: list[int]) -> set[int]:
        """Nodes that hang on a draw that is one of many: they stand in a loop."""
        out: set[int] = set()
        for one in inside:
            operands = self.graph.operands(one)
            if self.graph.nodes[one][0] == "each" or (
                self.graph.nodes[one][0] != "summed" and any(operand in out for operand in operands)
            ):
                out.add(one)
        return out

    def _written(self, one: int) -> str:
        operation, *rest = self.graph.nodes[one]
        name = f"_{operation}"
        if operation == "const":
            return _all(rest[0])
        if hasattr(self, name):
            return str(getattr(self, name)(*rest))
        operands = [self.value(operand) for operand in rest]
        if operation == "divide" and rest[1] in self.inverse:
            return self.new(f"fmul {_D} {operands[0]}, {self.inverse[rest[1]]}")
        if operation in _BINARY:
            return self.new(f"{_BINARY[operation]} {_D} {operands[0]}, {operands[1]}")
        if operation in _COMPARE:
            return self.new(f"fcmp {_COMPARE[operation]} {_D} {operands[0]}, {operands[1]}")
        if operation in FUNCTIONS:
            return self.new(f"call {_D} @{operation}({', '.join(f'{_D} {one}' for one in operands)})")
        if operation in _INTRINSIC:
            listed = ", ".join(f"{_D} {one}" for one in operands)
            return self.new(f"call {_D} @llvm.{_INTRINSIC[operation]}.v{LANES}f64({listed})")
        raise NotImplementedError(operation)

    # What comes from outside.
    def _argument(self, place: int) -> str:
        return self.arguments[place]

    def _loaded(self, table: str, place: int) -> str:
        where = self.new(f"getelementptr {_D}, ptr %{table}, i64 {place}")
        return self.new(f"load {_D}, ptr {where}, align 64")

    def _parameter(self, name: str) -> str:
        assert self.layout is not None
        return self._loaded("parameters", self.layout.place(self.layout.parameters, name))

    def _setting(self, name: str) -> str:
        assert self.layout is not None
        return self._loaded("settings", self.layout.place(self.layout.settings, name))

    def _state(self, *place: Any) -> str:
        assert self.layout is not None
        return self._loaded("states", self.layout.states[place])

    def _key(self, stream: str) -> str:
        assert self.layout is not None
        place = self.layout.place(self.layout.streams, stream)
        return self.new(f"getelementptr i64, ptr %keys, i64 {2 * place}")

    def _draw(self, stream: str, slot: int) -> str:
        key = self._key(stream)
        return self.new(f"call {_D} @draw(ptr {key}, i64 {slot}, i64 %month, ptr %numbers, i64 %together)")

    def _paged(self, stream: str, slot: int) -> str:
        four = stream, slot // _WORDS
        if four not in self._pages:
            self._pages[four] = self._four(stream, str(slot // _WORDS))
        return self._pages[four][slot % _WORDS]

    def _four(self, stream: str, block: str) -> list[str]:
        """Four slots of a page beside each other, the first one's number being four times the block's."""
        key = self._key(stream)
        self.say(f"call void @page(ptr {key}, i64 {block}, i64 %month, ptr %numbers, i64 %together, ptr %four)")
        out = []
        for word in range(_WORDS):
            out.append(self._loaded("four", word))
        return out

    # Operations of their own.
    def _where(self, condition: int, one: int, other: int) -> str:
        chosen = [self.value(operand) for operand in (condition, one, other)]
        return self.new(f"select {_B} {chosen[0]}, {_D} {chosen[1]}, {_D} {chosen[2]}")

    def _amount(self, one: int) -> str:
        return self.new(f"select {_B} {self.value(one)}, {_D} {_all(1.0)}, {_D} {_all(0.0)}")

    def _negative(self, one: int) -> str:
        return self.new(f"fneg {_D} {self.value(one)}")

    def _logical_and(self, one: int, other: int) -> str:
        return self.new(f"and {_B} {self.value(one)}, {self.value(other)}")

    def _logical_or(self, one: int, other: int) -> str:
        return self.new(f"or {_B} {self.value(one)}, {self.value(other)}")

    def _logical_not(self, one: int) -> str:
        return self.new(f"xor {_B} {self.value(one)}, splat (i1 true)")

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
            better = self.new(f"fcmp {beyond} {_D} {second}, {first}")
            return self.new(f"select {_B} {better}, {_D} {second}, {_D} {first}")
        lost = self.new(f"fcmp uno {_D} {first}, {first}")
        better = self.new(f"fcmp {beyond} {_D} {first}, {second}")
        kept = self.new(f"or {_B} {lost}, {better}")
        return self.new(f"select {_B} {kept}, {_D} {first}, {_D} {second}")

    def _scaled(self, one: int, by: int) -> str:
        """Times two to the power of a whole number from -1,022 to 1,023."""
        moved = self.new(f"fadd {_D} {self.value(by)}, {_all(6755399441055744.0 + 1023.0)}")
        bits = self.new(f"bitcast {_D} {moved} to {_L}")
        power = self.new(f"shl {_L} {bits}, splat (i64 52)")
        factor = self.new(f"bitcast {_L} {power} to {_D}")
        return self.new(f"fmul {_D} {self.value(one)}, {factor}")

    def _halved(self, one: int) -> tuple[str, str]:
        """The bits of a number, and the power of two that leaves it between the root of a half and that of two."""
        bits = self.new(f"bitcast {_D} {self.value(one)} to {_L}")
        above = self.new(f"sub {_L} {bits}, splat (i64 {0x3FE6A09E667F3BCD})")
        return bits, self.new(f"ashr {_L} {above}, splat (i64 52)")

    def _exponent(self, one: int) -> str:
        _, power = self._halved(one)
        moved = self.new(f"add {_L} {power}, splat (i64 {0x4338000000000000})")
        number = self.new(f"bitcast {_L} {moved} to {_D}")
        return self.new(f"fsub {_D} {number}, {_all(6755399441055744.0)}")

    def _mantissa(self, one: int) -> str:
        bits, power = self._halved(one)
        shifted = self.new(f"shl {_L} {power}, splat (i64 52)")
        left = self.new(f"sub {_L} {bits}, {shifted}")
        return self.new(f"bitcast {_L} {left} to {_D}")

    def _count(self, name: str, *operands: int) -> str:
        listed = ", ".join(f"{_D} {self.value(one)}" for one in operands)
        return self.new(f"call {_D} @{name}({listed}, ptr %told)")

    def spread(self, number: str) -> str:
        """One number in all lanes."""
        one_lane = self.new(f"insertelement {_D} poison, double {number}, i64 0")
        return self.new(f"shufflevector {_D} {one_lane}, {_D} poison, <{LANES} x i32> zeroinitializer")

    def any(self, condition: str) -> str:
        bits = self.new(f"bitcast {_B} {condition} to i{LANES}")
        return self.new(f"icmp ne i{LANES} {bits}, 0")

    def _summed(self, stream: str, counts: int, each: int, said: int) -> str:
        """A sum over as many draws as each lane counts, four at a time."""
        many = self.value(counts)
        inside = sorted(self.graph.reached([said]))
        within = self._repeated(inside)
        for one in inside:  # what is the same for all draws stands before the loop
            if one not in within:
                self.value(one)
        here = f"sum{self._given}"
        self.say(f"br label %{here}.from\n{here}.from:\nbr label %{here}.test\n{here}.test:")
        block, so_far = f"%{here}.block", f"%{here}.so_far"
        self.say(f"{block} = phi i64 [0, %{here}.from], [{block}.next, %{here}.body]")
        self.say(f"{so_far} = phi {_D} [{_all(0.0)}, %{here}.from], [{so_far}.next, %{here}.body]")
        first = self.new(f"shl i64 {block}, 2")
        begun = self.new(f"sitofp i64 {first} to double")
        number = self.spread(begun)
        going_on = self.any(self.new(f"fcmp olt {_D} {number}, {many}"))
        self.say(f"br i1 {going_on}, label %{here}.body, label %{here}.done\n{here}.body:")
        draws, total = self._four(stream, block), so_far
        for word, draw in enumerate(draws):
            outer = dict(self._named)
            self._named[each] = draw
            for one in inside:
                if one in within and one != each:
                    self._named[one] = self._written(one)
            counted = self.new(f"fadd {_D} {number}, {_all(float(word))}")
            due = self.new(f"fcmp olt {_D} {counted}, {many}")
            amount = self.new(f"select {_B} {due}, {_D} {self.value(said)}, {_D} {_all(0.0)}")
            total = self.new(f"fadd {_D} {total}, {amount}")
            self._named = outer
        self.say(f"{so_far}.next = fadd {_D} {total}, {_all(-0.0)}")
        self.say(f"{block}.next = add i64 {block}, 1\nbr label %{here}.test\n{here}.done:")
        return so_far


def emitted(trace: Trace, layout: Layout) -> dict[str, str]:
    """The text of each module: the opening with shocks, run once, and the month."""
    shocks = [_function(f"shock{number}", part, layout, False) for number, part in enumerate(trace.shocks)]
    opening = _function("opening", trace.opening, layout, True)
    month = _function("month", trace.month, layout, True)
    runs = [_run(f"run_shock{number}", f"shock{number}", layout) for number in range(len(shocks))]
    once = [opening, _run("run_opening", "opening", layout), *shocks, *runs]
    return {"once": "\n".join([_shared(), *once]), "month": "\n".join([_shared(), month, _run("run", "month", layout)])}


def _function(name: str, part: Part, layout: Layout, reads: bool) -> str:
    out = Emitter(part.graph, layout)
    out.say(f"%four = alloca {_D}, i64 {_WORDS}, align 64")
    values = {place: out.value(node) for place, node in part.states.items()}
    if reads:
        rows = {one: [out.value(node) for node in part.readings[one]] for one in layout.places}
        _kept(out, layout, {one: rows[one] for one in METRICS})
        out.say(f"br i1 {out.new('icmp ne i64 %panels, 0')}, label %panels.kept, label %states.kept\npanels.kept:")
        _kept(out, layout, {one: rows[one] for one in PANELS})
        out.say("br label %states.kept\nstates.kept:")
    for place, value in values.items():
        where = out.new(f"getelementptr {_D}, ptr %states, i64 {layout.states[place]}")
        out.say(f"store {_D} {value}, ptr {where}, align 64")
    return _defined(f"internal void @{name}({_SIGNATURE}) noinline", [*out.lines, "ret void"])


def _kept(out: Emitter, layout: Layout, readings: Mapping[str, list[str]]) -> None:
    """Store readings, and remember where a metric is out of its range."""
    for name, values in readings.items():
        for row, value in enumerate(values, layout.places[name][0]):
            if name in METRICS:
                _within_range(out, value, METRICS[name].low - 1e-9, METRICS[name].high + 1e-9)
            where = out.new(f"getelementptr double, ptr %out, i64 {out.new(f'mul i64 %stride, {row}')}")
            out.say(f"store {_D} {value}, ptr {where}, align 64")


def _within_range(out: Emitter, value: str, low: float, high: float) -> None:
    """Remember where a reading is no number, or out of its range."""
    below = out.new(f"fcmp ult {_D} {value}, {_all(low)}")
    above = out.new(f"fcmp ugt {_D} {value}, {_all(high)}")
    wrong = out.new(f"or {_B} {below}, {above}")
    before = out.new("load i64, ptr %told")
    bits = out.new(f"bitcast {_B} {wrong} to i{LANES}")
    wide = out.new(f"zext i{LANES} {bits} to i64")
    out.say(f"store i64 {out.new(f'or i64 {before}, {wide}')}, ptr %told")


def _defined(head: str, lines: Sequence[str]) -> str:
    return f"define {head} #0 {{\nentry:\n" + "\n".join(lines) + "\n}\n"


def _run(name: str, called: str, layout: Layout) -> str:
    """All months of a block of eight worlds, then the next block."""
    wide = 8 * LANES
    return f"""
define void @{name}(i64 %blocks, i64 %first, i64 %last, ptr %all_states, ptr %all_parameters, ptr %all_settings, ptr %keys,
ptr %all_numbers, i64 %together, ptr %all_out, i64 %stride, i64 %lanes, i64 %panels, ptr %told) #0 {{
entry:
br label %block
block:
%b = phi i64 [0, %entry], [%b.next, %block.done]
%s = mul i64 %b, {wide * max(len(layout.states), 1)}
%states = getelementptr i8, ptr %all_states, i64 %s
%p = mul i64 %b, {wide * max(len(layout.parameters), 1)}
%parameters = getelementptr i8, ptr %all_parameters, i64 %p
%c = mul i64 %b, {wide * max(len(layout.settings), 1)}
%settings = getelementptr i8, ptr %all_settings, i64 %c
%w = mul i64 %b, {wide}
%numbers = getelementptr i8, ptr %all_numbers, i64 %w
%here = getelementptr i8, ptr %all_out, i64 %w
br label %month
month:
%month.number = phi i64 [%first, %block], [%m.next, %month]
%o = mul i64 %month.number, %lanes
%out = getelementptr double, ptr %here, i64 %o
call void @{called}({_PASSED.replace("%month", "%month.number")})
%m.next = add i64 %month.number, 1
%more = icmp slt i64 %m.next, %last
br i1 %more, label %month, label %block.done
block.done:
%b.next = add i64 %b, 1
%again = icmp slt i64 %b.next, %blocks
br i1 %again, label %block, label %exit
exit:
ret void
}}
"""


def _shared() -> str:
    """What every module has: draws, counts, functions."""
    declared = [
        f"declare {_D} @llvm.{name}.v{LANES}f64({', '.join([_D] * (3 if name == 'fma' else 1))})"
        for name in _INTRINSIC.values()
    ]
    functions = [_mathematics(name) for name in WRITTEN]
    counts = [_counting(name) for name in COUNTS]
    return "\n".join([*declared, _PHILOX, _draw(), _page(), *functions, *counts])


def _mathematics(name: str) -> str:
    graph, node, takes = written(name)
    out = Emitter(graph, None, [f"%a{place}" for place in range(takes)])
    value = out.value(node)
    listed = ", ".join(f"{_D} %a{place}" for place in range(takes))
    return _defined(f"internal {_D} @{name}({listed}) noinline", [*out.lines, f"ret {_D} {value}"])


def _counting(name: str) -> str:
    """A count by a cumulative loop, as in `sim.chance`."""
    counts = COUNTS[name]
    graph = Graph()
    takes = counts.begin.__code__.co_argcount
    shape = [Traced(graph, [graph.outside("argument", place + 1)]) for place in range(takes)]
    out = Emitter(graph, None, ["%u", *(f"%a{place}" for place in range(takes))])
    allowed = out.value(int(counts.allowed(*shape).ids[0]))  # type: ignore[attr-defined]
    out.say(f"br i1 {out.any(out.new(f'xor {_B} {allowed}, splat (i1 true)'))}, label %wrong, label %right")
    out.say("wrong:\nstore i64 -1, ptr %told\nbr label %right\nright:")
    start, *numbers = counts.begin(*shape)
    chance = out.value(int(start.ids[0]))  # type: ignore[attr-defined]
    for one in numbers:
        out.value(int(one.ids[0]))  # type: ignore[attr-defined]
    lost = out.new(f"fcmp ult {_D} {chance}, {_all(SMALLEST_START)}")
    cumulative = out.new(f"select {_B} {lost}, {_D} {_all(1.0)}, {_D} {chance}")
    out.say("br label %test\ntest:")
    entries = {"k": "0.0", "p": chance, "c": cumulative, "n": _all(0.0)}
    first_line = len(out.lines)
    below = out.new(f"fcmp olt {_D} %c, %u")
    out.say(f"br i1 {out.any(below)}, label %body, label %done\nbody:")
    after = {part: f"%{part}" for part in entries}
    for _ in range(_ROUNDS_AT_ONCE):
        after = _round(out, counts, graph, numbers, after)
    out.lines[first_line:first_line] = [
        f"%{part} = phi {'double' if part == 'k' else _D} [{begun}, %right], [{after[part]}, %body]"
        for part, begun in entries.items()
    ]
    late = out.new(f"fcmp ogt double {after['k']}, {_MOST_ROUNDS}")
    out.say(f"br i1 {late}, label %endless, label %test\nendless:\nstore i64 -1, ptr %told\nret {_D} %n\ndone:")
    if counts.exactly is None:
        out.say(f"ret {_D} %n")
    else:
        out.say(f"br i1 {out.any(lost)}, label %ask, label %all\nall:\nret {_D} %n\nask:")
        _asked(out, name, takes, lost)
    listed = ", ".join([f"{_D} %u", *(f"{_D} %a{place}" for place in range(takes))])
    return _defined(f"internal {_D} @{name}({listed}, ptr %told) noinline", out.lines)


def _round(
    out: Emitter, counts: Counts, graph: Graph, numbers: Sequence[Any], state: Mapping[str, str]
) -> dict[str, str]:
    """One count further: a lane that has its count stays as it is."""
    below = out.new(f"fcmp olt {_D} {state['c']}, %u")
    more = out.new(f"fadd {_D} {state['n']}, {_all(1.0)}")
    reached = out.new(f"select {_B} {below}, {_D} {more}, {_D} {state['n']}")
    k = out.new(f"fadd double {state['k']}, 1.0")
    takes = len(out.arguments)
    out.arguments.append(out.spread(k))
    argument = Traced(graph, [graph.outside("argument", takes)])
    out.inverse[int(argument.ids[0])] = out.spread(out.new(f"fdiv double 1.0, {k}"))
    ratio: Any = counts.ratio(argument, *numbers)
    chance = out.new(f"fmul {_D} {state['p']}, {out.value(int(ratio.ids[0]))}")
    return {"k": k, "p": chance, "c": out.new(f"fadd {_D} {state['c']}, {chance}"), "n": reached}


def _asked(out: Emitter, name: str, takes: int, lost: str) -> None:
    """Lanes in which the loop could not begin: what is asked stands in a row, the answer in the place of the uniform."""
    out.say(f"%asked = alloca {_D}, i64 {takes + 1}, align 64\nstore {_D} %u, ptr %asked, align 64")
    for place in range(takes):
        where = out.new(f"getelementptr {_D}, ptr %asked, i64 {place + 1}")
        out.say(f"store {_D} %a{place}, ptr {where}, align 64")
    ask = out.new(f"load ptr, ptr {out.new('getelementptr i64, ptr %told, i64 1')}")
    out.say(f"call void {ask}(i64 {list(COUNTS).index(name)}, ptr %asked, ptr %told)")
    answer = out.new(f"load {_D}, ptr %asked, align 64")
    out.say(f"ret {_D} {out.new(f'select {_B} {lost}, {_D} {answer}, {_D} %n')}")


_ROUND = """%x{0} = zext i64 {a} to i128
%y{0} = mul i128 %x{0}, 15197193596820024467
%xl{0} = trunc i128 %y{0} to i64
%xs{0} = lshr i128 %y{0}, 64
%xh{0} = trunc i128 %xs{0} to i64
%z{0} = zext i64 {c} to i128
%w{0} = mul i128 %z{0}, 14581110107779764567
%zl{0} = trunc i128 %w{0} to i64
%zs{0} = lshr i128 %w{0}, 64
%zh{0} = trunc i128 %zs{0} to i64
%ka{0} = add i64 %k0, {k0}
%kb{0} = add i64 %k1, {k1}
%e{0} = xor i64 %zh{0}, {b}
%na{0} = xor i64 %e{0}, %ka{0}
%f{0} = xor i64 %xh{0}, {d}
%nc{0} = xor i64 %f{0}, %kb{0}"""


def _philox() -> str:
    """Ten rounds of Philox 4x64 on a counter (a, b, c, 0), as numpy.random has it."""
    lines, a, b, c, d = [], "%a", "%b", "%c", "0"
    for number in range(10):
        keys = {
            "k0": (number * 0x9E3779B97F4A7C15) % 2**64,
            "k1": (number * 0xBB67AE8584CAA73B) % 2**64,
        }
        lines.append(_ROUND.format(number, a=a, b=b, c=c, d=d, **keys))
        a, b, c, d = f"%na{number}", f"%zl{number}", f"%nc{number}", f"%xl{number}"
    for place, word in enumerate((a, b, c, d)):
        lines.append(f"%o{place} = getelementptr i64, ptr %out, i64 {place}\nstore i64 {word}, ptr %o{place}")
    return _defined("internal void @philox(i64 %k0, i64 %k1, i64 %a, i64 %b, i64 %c, ptr %out)", [*lines, "ret void"])


_PHILOX = _philox()


def _uniform(out: Emitter, words: str) -> str:
    """Words as draws that are neither 0 nor 1."""
    short = out.new(f"lshr {_L} {words}, splat (i64 11)")
    number = out.new(f"uitofp {_L} {short} to {_D}")
    share = out.new(f"fmul {_D} {number}, {_all(2.0**-53)}")
    low = out.new(f"fcmp olt {_D} {share}, {_all(1e-12)}")
    kept = out.new(f"select {_B} {low}, {_D} {_all(1e-12)}, {_D} {share}")
    high = out.new(f"fcmp ogt {_D} {kept}, {_all(1 - 1e-9)}")
    return out.new(f"select {_B} {high}, {_D} {_all(1 - 1e-9)}, {_D} {kept}")


def _keys(out: Emitter) -> tuple[str, str]:
    return out.new("load i64, ptr %key"), out.new(f"load i64, ptr {out.new('getelementptr i64, ptr %key, i64 1')}")


def _draw() -> str:
    """A draw for eight worlds: of numbers beside each other, from two blocks; else from one block each."""
    out = Emitter(Graph(), None)
    k0, k1 = _keys(out)
    out.say(f"%words = alloca i64, i64 {LANES}, align 64\n%block = alloca i64, i64 {_WORDS}, align 64")
    first = out.new(f"lshr i64 {out.new('load i64, ptr %numbers')}, 2")
    out.say(f"br i1 {out.new('icmp eq i64 %together, 1')}, label %beside, label %apart\nbeside:")
    for block in range(LANES // _WORDS):
        counter = out.new(f"add i64 {first}, {block + 1}")
        where = out.new(f"getelementptr i64, ptr %words, i64 {block * _WORDS}")
        out.say(f"call void @philox(i64 {k0}, i64 {k1}, i64 {counter}, i64 %slot, i64 %month, ptr {where})")
    out.say("br label %done\napart:")
    _lane_by_lane(out, "%slot", lambda number: out.new(f"lshr i64 {number}, 2"), k0, k1)
    lane = out.new("getelementptr i64, ptr %numbers, i64 %lane")
    number = out.new(f"load i64, ptr {lane}")
    word = out.new(f"and i64 {number}, {_WORDS - 1}")
    where = out.new(f"getelementptr i64, ptr %block, i64 {word}")
    drawn = out.new(f"load i64, ptr {where}")
    out.say(f"store i64 {drawn}, ptr {out.new('getelementptr i64, ptr %words, i64 %lane')}")
    _next_lane(out)
    drawn = _uniform(out, out.new(f"load {_L}, ptr %words, align 64"))
    return _defined(
        f"internal {_D} @draw(ptr %key, i64 %slot, i64 %month, ptr %numbers, i64 %together) noinline",
        [*out.lines, f"ret {_D} {drawn}"],
    )


def _page() -> str:
    """Four slots that lie beside each other in a page, for eight worlds."""
    out = Emitter(Graph(), None)
    k0, k1 = _keys(out)
    out.say(f"%words = alloca i64, i64 {LANES * _WORDS}, align 64\n%block = alloca i64, i64 {_WORDS}, align 64")
    in_page = PAGE // _WORDS
    page = out.new(f"add i64 {out.new(f'udiv i64 %four, {in_page}')}, 1")
    within = out.new(f"urem i64 %four, {in_page}")
    out.say("br label %apart\napart:")

    def counter(number: str) -> str:
        return out.new(f"add i64 {out.new(f'mul i64 {number}, {in_page}')}, {within}")

    _lane_by_lane(out, page, counter, k0, k1)
    for word in range(_WORDS):
        drawn = out.new(f"load i64, ptr {out.new(f'getelementptr i64, ptr %block, i64 {word}')}")
        place = out.new(f"add i64 %lane, {word * LANES}")
        out.say(f"store i64 {drawn}, ptr {out.new(f'getelementptr i64, ptr %words, i64 {place}')}")
    _next_lane(out)
    for word in range(_WORDS):
        where = out.new(f"getelementptr {_L}, ptr %words, i64 {word}")
        drawn = _uniform(out, out.new(f"load {_L}, ptr {where}, align 64"))
        out.say(f"store {_D} {drawn}, ptr {out.new(f'getelementptr {_D}, ptr %out, i64 {word}')}, align 64")
    return _defined(
        "internal void @page(ptr %key, i64 %four, i64 %month, ptr %numbers, i64 %together, ptr %out) noinline",
        [*out.lines, "ret void"],
    )


def _lane_by_lane(out: Emitter, slot: str, counter: Callable[[str], str], k0: str, k1: str) -> None:
    """Begin a loop over lanes, with the block of each one's world in `%block`."""
    out.say("br label %each\neach:\n%lane = phi i64 [0, %apart], [%lane.next, %each]")
    number = out.new(f"load i64, ptr {out.new('getelementptr i64, ptr %numbers, i64 %lane')}")
    block = out.new(f"add i64 {counter(number)}, 1")
    out.say(f"call void @philox(i64 {k0}, i64 {k1}, i64 {block}, i64 {slot}, i64 %month, ptr %block)")


def _next_lane(out: Emitter) -> None:
    out.say(f"%lane.next = add i64 %lane, 1\n%more = icmp slt i64 %lane.next, {LANES}")
    out.say("br i1 %more, label %each, label %done\ndone:")
