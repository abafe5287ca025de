"""A trace as modules of LLVM text: the opening, the month, each shock."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, reduce

from sim.chance import COUNTS
from sim.engine.counting import counting
from sim.engine.draws import draw, fours, page, philox
from sim.engine.emit import (
    ALIKE,
    EIGHTS,
    INTRINSICS,
    LANES,
    SAME,
    SCRATCH,
    WORDS,
    B,
    D,
    Emitter,
    Known,
    Layout,
    defined,
    everywhere,
)
from sim.engine.functions import WRITTEN, written
from sim.engine.pieces import Piece, Pieces, cut_up
from sim.engine.trace import Part, Trace
from sim.metrics import METRICS, PANELS
from sim.model import ROUNDING

# What a run is told: see `compiled.RUN`. Its parts are told besides: a block of worlds, a month, the block's place among those
# that pass together, in which row its draws stand; room for settings, and for what one piece computes for others.
_RUN = (
    "ptr noalias %all_states, ptr noalias %all_parameters, ptr %script, ptr %said, ptr noalias %keys, ptr noalias %all_numbers, "
    "i64 %kind, ptr noalias %all_out, i64 %stride, i64 %lanes, i64 %panels, ptr %told, ptr noalias %all_drawn"
)
_ROOM = f"{_RUN}, ptr noalias %all_settings, ptr noalias %all_kept"
_PART = f"i64 %block, i64 %month, i64 %in, i64 %row, {_ROOM}"
# So many blocks pass a piece before the next piece.
AT_ONCE = 16
_CALLED = re.compile(r"@([a-z_0-9]+)\(")


def emitted(trace: Trace, layout: Layout) -> tuple[str, str, list[str]]:
    """The text of each module: the opening, the month, and each shock. Scenarios share the first two whatever befalls them."""
    parts = [("opening", trace.opening), ("month", trace.month), *(("shock", part) for part in trace.shocks)]
    cuts = [cut_up(part) for _, part in parts]
    for (_, part), cut in zip(parts, cuts, strict=True):
        made = part.graph.reached(node for (kind, _), nodes in cut.several.items() if kind == ALIKE for node in nodes)
        layout.alike |= {part.graph.nodes[one][1] for one in made if part.graph.nodes[one][0] == "parameter"}
    layout.drawn = max(len(one.drawn) + EIGHTS * sum(map(len, one.several.values())) for one in cuts)
    own = [
        _functions(name, part, cut, layout) + _run(name, cut, layout)
        for (name, part), cut in zip(parts, cuts, strict=True)
    ]
    opening, month, *shocks = (with_shared(text) for text in own)
    return opening, month, shocks


def _functions(name: str, part: Part, cut: Pieces, layout: Layout) -> str:
    """What a part calls: its draws, and its pieces."""
    several, row = {}, len(cut.drawn)
    for number, (one, nodes) in enumerate(cut.several.items()):
        several[one] = Known(f"{name}.eight{number}", nodes, row)
        row += EIGHTS * len(nodes)
    out = Emitter(part.graph, layout)
    _begun(out, layout, cut)
    for node, place in cut.drawn.items():
        out.keep(node, "drawn", place)
    out.say(f"switch i64 %kind, label %done [i64 {SAME}, label %way{SAME} i64 {ALIKE}, label %way{ALIKE}]")
    for kind in (SAME, ALIKE):
        out.say(f"way{kind}:")
        for (way, stream), known in several.items():
            for eight in range(EIGHTS) if way == kind else ():
                row = known.row + eight * len(known.nodes)
                out.say(known.call(out.key(stream), eight, out.new(f"getelementptr {D}, ptr %drawn, i64 {row}")))
        out.say("br label %done")
    out.say("done:\nret void")
    drawn = defined(f"internal void @{name}.drawn({_PART}) noinline", out.lines)
    eights = [_eight(part, stream, known, layout) for (_, stream), known in several.items()]
    pieces = [_piece(f"{name}.{number}", part, cut, one, several, layout) for number, one in enumerate(cut.pieces)]
    return "\n".join([*eights, drawn, *pieces])


def _begun(out: Emitter, layout: Layout, cut: Pieces) -> None:
    """Where things stand of the block that a part of a run is told of, and room for what it does not keep."""
    places = {"states": ("%block", len(layout.states)), "parameters": ("%block", len(layout.parameters))}
    places |= {"settings": ("%in", len(layout.settings)), "kept": ("%in", cut.rows)}
    places |= {"drawn": ("%row", layout.drawn), "numbers": ("%block", 1)}
    for what, (place, rows) in places.items():
        at = out.new(f"mul i64 {place}, {max(rows, 1) * LANES}")
        out.say(f"%{what} = getelementptr double, ptr %all_{what}, i64 {at}")
    here = out.new(f"add i64 {out.new('mul i64 %month, %lanes')}, {out.new(f'mul i64 %block, {LANES}')}")
    out.say(f"%out = getelementptr double, ptr %all_out, i64 {here}")
    most = max([WORDS, *map(len, cut.several.values())])
    out.say(
        f"%four = alloca {D}, i64 {most}, align 64\n%scratch = alloca {D}, i64 {SCRATCH}, align 64\n%at = alloca i64"
    )


def _eight(part: Part, stream: str, known: Known, layout: Layout) -> str:
    """Eight of many draws of a block's first world, for all that follows from them alone."""
    out = Emitter(part.graph, layout)
    out.say(f"%two = alloca {D}, i64 2, align 64")
    one = out.new("shl i64 %eight, 4")
    other = out.new(f"add i64 {one}, {LANES}")
    out.say(f"call void @fours(ptr %key, i64 {one}, i64 {other}, i64 %month, ptr %numbers, ptr %two)")
    out.elsewhere = {part.graph.outside("each", stream): ("two", 0)}
    for row, node in enumerate(known.nodes):
        out.keep(node, "rows", row)
    told = "ptr %key, i64 %eight, i64 %month, ptr %numbers, ptr %parameters, ptr %rows"
    head = f"internal void @{known.makes}({told}) noinline"
    return defined(head, [*out.lines, "ret void"])


def _piece(
    name: str, part: Part, cut: Pieces, piece: Piece, several: Mapping[tuple[int, str], Known], layout: Layout
) -> str:
    """A piece: what it computes, and the states and readings that it sets."""
    out, own = Emitter(part.graph, layout), set(piece.nodes)
    _begun(out, layout, cut)
    out.several = dict(several)
    out.elsewhere = {node: ("drawn", row) for node, row in cut.drawn.items()}
    out.elsewhere |= {node: ("kept", row) for node, row in cut.kept.items() if node not in own}
    for node in piece.nodes:
        out.value(node)
        if node in cut.kept:
            out.keep(node, "kept", cut.kept[node])
    states = {layout.states[place]: out.value(node) for place, node in piece.states.items()}
    _kept(out, layout, {name: rows for name, rows in piece.readings.items() if name in METRICS})
    if panels := {name: rows for name, rows in piece.readings.items() if name in PANELS}:
        out.say(f"br i1 {out.new('icmp ne i64 %panels, 0')}, label %panels.kept, label %states.kept\npanels.kept:")
        _kept(out, layout, panels)
        out.say("br label %states.kept\nstates.kept:")
    for row, value in states.items():
        where = out.new(f"getelementptr {D}, ptr %states, i64 {row}")
        out.say(f"store {D} {value}, ptr {where}, align 64")
    return defined(f"internal void @{name}({_PART}) noinline", [*out.lines, "ret void"])


def _kept(out: Emitter, layout: Layout, readings: Mapping[str, Mapping[int, int]]) -> None:
    """Store readings, and remember where a metric is no number, or out of its range."""
    wrong = []
    for name, rows in readings.items():
        for row, node in rows.items():
            value = out.value(node)
            if name in METRICS:
                for beyond, end in (("ult", METRICS[name].low - ROUNDING), ("ugt", METRICS[name].high + ROUNDING)):
                    wrong.append(out.new(f"fcmp {beyond} {D} {value}, {everywhere(end)}"))
            place = out.new(f"mul i64 %stride, {layout.places[name][0] + row}")
            out.say(f"store {D} {value}, ptr {out.new(f'getelementptr double, ptr %out, i64 {place}')}, align 64")
    if wrong:
        found = reduce(lambda one, other: out.new(f"or {B} {one}, {other}"), wrong)
        wide = out.new(f"zext i{LANES} {out.new(f'bitcast {B} {found} to i{LANES}')} to i64")
        told = out.new(f"or i64 {wide}, {out.new('load i64, ptr %told')}")
        out.say(f"store i64 {told}, ptr %told")


def _loop(index: str, first: str, last: str, body: str, after: str = "") -> str:
    """A body for each number from a first one on; the index stands in memory. `after`: which one comes next, if not the next."""
    return f"""store i64 {first}, ptr %{index}.at
br label %{index}.test
{index}.test:
%{index} = load i64, ptr %{index}.at
%{index}.more = icmp slt i64 %{index}, {last}
br i1 %{index}.more, label %{index}.body, label %{index}.done
{index}.body:
{body}
%{index}.next = add i64 %{index}, 1
store i64 {after or f"%{index}.next"}, ptr %{index}.at
br label %{index}.test
{index}.done:"""


def _run(name: str, cut: Pieces, layout: Layout) -> str:
    """All months of some blocks of eight worlds, then those of the next: a piece of the month passes all of them, then the
    next piece. What blocks of the same worlds draw is made once, for all months."""
    settings, kept = 8 * LANES * max(len(layout.settings), 1), 8 * LANES * max(cut.rows, 1)
    room = _ROOM.replace(" noalias", "")

    def call(function: str, block: str, month: str, place: str, row: str) -> str:
        return f"call void @{name}.{function}(i64 {block}, i64 {month}, i64 {place}, i64 {row}, {room})"

    def passed(function: str, last: str = "%end") -> str:
        """Each of the blocks that pass together passes a part."""
        block, place, row = (f"%{one}.{function}" for one in ("block", "in", "row"))
        found = f"{place} = sub i64 {block}, %tile\n{row} = select i1 %shared, i64 %passed, i64 {place}\n"
        return _loop(block[1:], "%tile", last, found + call(function, block, "%month", place, row))

    script = f"""%in = sub i64 %block, %tile
%settings.at = mul i64 %in, {settings}
%settings = getelementptr i8, ptr %all_settings, i64 %settings.at
%here.at = mul i64 %block, {8 * LANES}
%here = getelementptr i8, ptr %all_out, i64 %here.at
call void %script(i64 %block, i64 %month, ptr %said, ptr %settings, ptr %here, i64 %stride, i64 %lanes)"""
    read = "" if name.startswith("shock") else _loop("block", "%tile", "%end", script)
    parts = [passed("drawn", "%alone"), *(passed(str(number)) for number, _ in enumerate(cut.pieces))]
    months = _loop("month", "%first", "%last", "\n".join(["%passed = sub i64 %month, %first", read, *parts]))
    ahead = "%its.row = sub i64 %ahead, %first\n" + call("drawn", "%tile", "%ahead", "0", "%its.row")
    tiles = f"""%before = urem i64 %tile, %group
%of.group = sub i64 %group, %before
%of.all = sub i64 %blocks, %tile
%few = call i64 @llvm.smin.i64(i64 %of.group, i64 %of.all)
%many = call i64 @llvm.smin.i64(i64 %few, i64 {AT_ONCE})
%end = add i64 %tile, %many
%alone = select i1 %shared, i64 %tile, i64 %end
%begun = icmp eq i64 %before, 0
%new = and i1 %begun, %shared
%until = select i1 %new, i64 %last, i64 %first
{_loop("ahead", "%first", "%until", ahead)}
{months}"""
    body = _loop("tile", "0", "%blocks", tiles, "%end")
    indices = sorted(set(re.findall(r"ptr (%[a-z.0-9]+\.at)$", body, re.MULTILINE)))
    return f"""
define void @run_{name}(i64 %blocks, i64 %group, i64 %first, i64 %last, {_RUN}) #0 {{
entry:
%all_settings = alloca i8, i64 {AT_ONCE * settings}, align 64
%all_kept = alloca i8, i64 {AT_ONCE * kept}, align 64
{chr(10).join(f"{one} = alloca i64" for one in indices)}
%shared = icmp uge i64 %kind, {SAME}
{body}
ret void
}}
"""


# The next four draws that are due, from a place on: eight times the number of the four, and the lane. Fours come before
# lanes, so that lanes of one world have theirs from one block. -1 where none is.
_DUE = defined(
    "internal i64 @due(ptr %counts, i64 %from, double %most)",
    """br label %test
test:
%at = phi i64 [%from, %entry], [%next, %on]
%four = lshr i64 %at, 3
%first = shl i64 %four, 2
%begun = sitofp i64 %first to double
%left = fcmp olt double %begun, %most
br i1 %left, label %look, label %none
look:
%lane = and i64 %at, 7
%where = getelementptr double, ptr %counts, i64 %lane
%count = load double, ptr %where
%due = fcmp olt double %begun, %count
br i1 %due, label %found, label %on
on:
%next = add i64 %at, 1
br label %test
found:
ret i64 %at
none:
ret i64 -1""".splitlines(),
)
# What four draws come to is added up one after another, for each of the two lanes.
_ADDED = defined(
    f"internal void @added(ptr %scratch, {D} %amount, i64 %one, i64 %other, i1 %alone)",
    f"""%sums = getelementptr {D}, ptr %scratch, i64 1
%where = getelementptr double, ptr %sums, i64 %one
%before = load double, ptr %where
%first = shufflevector {D} %amount, {D} poison, <4 x i32> <i32 0, i32 1, i32 2, i32 3>
%sum = call double @llvm.vector.reduce.fadd.v4f64(double %before, <4 x double> %first)
store double %sum, ptr %where
br i1 %alone, label %done, label %both
both:
%there = getelementptr double, ptr %sums, i64 %other
%so_far = load double, ptr %there
%second = shufflevector {D} %amount, {D} poison, <4 x i32> <i32 4, i32 5, i32 6, i32 7>
%total = call double @llvm.vector.reduce.fadd.v4f64(double %so_far, <4 x double> %second)
store double %total, ptr %there
br label %done
done:
ret void""".splitlines(),
)
_REDUCED = (
    "declare i64 @llvm.smin.i64(i64, i64)",
    f"declare double @llvm.vector.reduce.fmax.v{LANES}f64({D})",
    "declare double @llvm.vector.reduce.fadd.v4f64(double, <4 x double>)",
)


@cache
def _written_once() -> tuple[str, dict[str, str]]:
    """What modules share: declarations, and functions by name: draws, counts, mathematics."""
    declared = [
        f"declare {D} @llvm.{name}.v{LANES}f64({', '.join([D] * (3 if name == 'fma' else 1))})"
        for name in INTRINSICS.values()
    ]
    made = [philox(), draw(), page(), fours(), _DUE, _ADDED, *map(_mathematics, WRITTEN), *map(counting, COUNTS)]
    return "\n".join([*declared, *_REDUCED]), {_CALLED.findall(one)[0]: one for one in made}


def with_shared(text: str) -> str:
    """A module: a text, with those of the shared functions that it calls. A shock calls next to none."""
    head, functions = _written_once()
    needed, new = set[str](), {*_CALLED.findall(text)}
    while new := (new & functions.keys()) - needed:
        needed |= new
        new = {name for one in new for name in _CALLED.findall(functions[one])}
    return "\n".join([head, *(one for name, one in functions.items() if name in needed), text])


def _mathematics(name: str) -> str:
    graph, node, takes = written(name)
    out = Emitter(graph, None, [f"%a{place}" for place in range(takes)])
    out.write([node])
    value = out.value(node)
    listed = ", ".join(f"{D} %a{place}" for place in range(takes))
    return defined(f"internal {D} @{name}({listed}) noinline", [*out.lines, f"ret {D} {value}"])
