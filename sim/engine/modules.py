"""A trace as two modules of LLVM text: what is run once, and the month."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sim.chance import COUNTS
from sim.engine.counting import counting
from sim.engine.draws import draw, fours, page, philox
from sim.engine.emit import INTRINSICS, LANES, SCRATCH, WORDS, B, D, Emitter, Layout, defined, everywhere
from sim.engine.functions import WRITTEN, written
from sim.engine.trace import Part, Trace
from sim.metrics import METRICS, PANELS
from sim.model import ROUNDING

_SIGNATURE = (
    "ptr noalias %states, ptr noalias %parameters, ptr noalias %settings, ptr noalias %keys, ptr noalias %numbers, "
    "i64 %kind, i64 %month, ptr noalias %out, i64 %stride, i64 %panels, ptr %told"
)
_PASSED = _SIGNATURE.replace(" noalias", "")


def emitted(trace: Trace, layout: Layout) -> dict[str, str]:
    """The text of each module: the opening with shocks, run once, and the month."""
    shocks = [_function(f"shock{number}", part, layout, False) for number, part in enumerate(trace.shocks)]
    opening = _function("opening", trace.opening, layout, True)
    month = _function("month", trace.month, layout, True)
    runs = [_run(f"run_shock{number}", f"shock{number}", layout, reads="") for number in range(len(shocks))]
    once = [opening, _run("run_opening", "opening", layout), *shocks, *runs]
    return {"once": "\n".join([shared(), *once]), "month": "\n".join([shared(), month, _run("run", "month", layout)])}


def _function(name: str, part: Part, layout: Layout, reads: bool) -> str:
    out = Emitter(part.graph, layout)
    out.say(f"%four = alloca {D}, i64 {WORDS}, align 64\n%scratch = alloca {D}, i64 {SCRATCH}, align 64")
    values = {place: out.value(node) for place, node in part.states.items()}
    if reads:
        rows = {one: [out.value(node) for node in part.readings[one]] for one in layout.places}
        _kept(out, layout, {one: rows[one] for one in METRICS})
        out.say(f"br i1 {out.new('icmp ne i64 %panels, 0')}, label %panels.kept, label %states.kept\npanels.kept:")
        _kept(out, layout, {one: rows[one] for one in PANELS})
        out.say("br label %states.kept\nstates.kept:")
    for place, value in values.items():
        where = out.new(f"getelementptr {D}, ptr %states, i64 {layout.states[place]}")
        out.say(f"store {D} {value}, ptr {where}, align 64")
    return defined(f"internal void @{name}({_SIGNATURE}) noinline", [*out.lines, "ret void"])


def _kept(out: Emitter, layout: Layout, readings: Mapping[str, list[str]]) -> None:
    """Store readings, and remember where a metric is out of its range."""
    for name, values in readings.items():
        for row, value in enumerate(values, layout.places[name][0]):
            if name in METRICS:
                _within_range(out, value, METRICS[name].low - ROUNDING, METRICS[name].high + ROUNDING)
            where = out.new(f"getelementptr double, ptr %out, i64 {out.new(f'mul i64 %stride, {row}')}")
            out.say(f"store {D} {value}, ptr {where}, align 64")


def _within_range(out: Emitter, value: str, low: float, high: float) -> None:
    """Remember where a reading is no number, or out of its range."""
    below = out.new(f"fcmp ult {D} {value}, {everywhere(low)}")
    above = out.new(f"fcmp ugt {D} {value}, {everywhere(high)}")
    wrong = out.new(f"or {B} {below}, {above}")
    before = out.new("load i64, ptr %told")
    bits = out.new(f"bitcast {B} {wrong} to i{LANES}")
    wide = out.new(f"zext i{LANES} {bits} to i64")
    out.say(f"store i64 {out.new(f'or i64 {before}, {wide}')}, ptr %told")


# See sim/engine/script.py.
_READ = "call void %script(i64 %b, i64 %month.number, ptr %said, ptr %settings, ptr %here, i64 %stride, i64 %lanes)"


def _run(name: str, called: str, layout: Layout, reads: str = _READ) -> str:
    """All months of a block of eight worlds, then the next block. Settings of the month that passes stand in one place."""
    wide = 8 * LANES
    return f"""
define void @{name}(i64 %blocks, i64 %first, i64 %last, ptr %all_states, ptr %all_parameters, ptr %script, ptr %said,
ptr %keys, ptr %all_numbers, i64 %kind, ptr %all_out, i64 %stride, i64 %lanes, i64 %panels, ptr %told) #0 {{
entry:
%settings = alloca {D}, i64 {len(layout.settings) + 1}, align 64
br label %block
block:
%b = phi i64 [0, %entry], [%b.next, %block.done]
%s = mul i64 %b, {wide * max(len(layout.states), 1)}
%states = getelementptr i8, ptr %all_states, i64 %s
%p = mul i64 %b, {wide * max(len(layout.parameters), 1)}
%parameters = getelementptr i8, ptr %all_parameters, i64 %p
%w = mul i64 %b, {wide}
%numbers = getelementptr i8, ptr %all_numbers, i64 %w
%here = getelementptr i8, ptr %all_out, i64 %w
br label %month
month:
%month.number = phi i64 [%first, %block], [%m.next, %month]
%o = mul i64 %month.number, %lanes
%out = getelementptr double, ptr %here, i64 %o
{reads}
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
    f"declare double @llvm.vector.reduce.fmax.v{LANES}f64({D})",
    "declare double @llvm.vector.reduce.fadd.v4f64(double, <4 x double>)",
)


@cache
def shared() -> str:
    """What every module has: draws, counts, functions."""
    declared = [
        f"declare {D} @llvm.{name}.v{LANES}f64({', '.join([D] * (3 if name == 'fma' else 1))})"
        for name in INTRINSICS.values()
    ]
    functions = [_mathematics(name) for name in WRITTEN]
    counts = [counting(name) for name in COUNTS]
    return "\n".join([*declared, *_REDUCED, philox(), draw(), page(), fours(), _DUE, _ADDED, *functions, *counts])


def _mathematics(name: str) -> str:
    graph, node, takes = written(name)
    out = Emitter(graph, None, [f"%a{place}" for place in range(takes)])
    value = out.value(node)
    listed = ", ".join(f"{D} %a{place}" for place in range(takes))
    return defined(f"internal {D} @{name}({listed}) noinline", [*out.lines, f"ret {D} {value}"])
