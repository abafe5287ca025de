"""A scenario's script as machine code: what everyone is set to in a month, as the same `Script` says that NumPy asks.

It is read once on stand-ins for its numbers, for the month, and for what was seen of late. The code follows from its shape
alone: dates, levels and bounds are handed to it with each run, world by world.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count
from typing import Any

from sim.engine.compiled import MAKING, MOST_KEPT, module
from sim.engine.emit import LANES, D, Emitter, Layout, defined
from sim.engine.graph import Graph
from sim.engine.standins import Traced, ids
from sim.scenario import Script
from sim.worlds import Vector


@dataclass(frozen=True)
class Reader:
    """Reads a script, month by month.

    Attributes:
        address: of its code; module: keeps that.
        watched: of how many conditions it remembers how long they hold.
    """

    address: int
    module: Any
    watched: int

    def numbers(self, script: Script) -> list[Vector | float]:
        """What it is handed: the script's numbers, and what it remembers."""
        return [*script.numbers(), *[0.0] * self.watched]


def reader(script: Script, layout: Layout) -> Reader:
    """What reads a script of this shape, for a month whose settings lie so."""
    with MAKING:
        return _reader(_Shaped(script.shape, script), layout)


@dataclass(frozen=True)
class _Shaped:
    shape: str
    script: Script = field(compare=False)


@lru_cache(MOST_KEPT)
def _reader(shaped: _Shaped, layout: Layout) -> Reader:
    graph, script, places = Graph(), deepcopy(shaped.script), count()
    numbers = (Traced(graph, [graph.outside("number", place)]) for place in places)
    for layer in script.layers():
        layer.put(numbers)
    watched = [layer for layer in script.layers() if layer.condition is not None]
    first = next(places)
    for place, layer in enumerate(watched, first):
        layer.ends = Traced(graph, [graph.outside("number", place)])
    month: Any = Traced(graph, [graph.outside("month")])
    said = script.asked(month, lambda *seen: Traced(graph, [graph.outside("recent", *seen)]))  # type: ignore[arg-type]
    settings = {f"{one} {name}": value for one, named in said.items() for name, value in named.items()}
    out = Emitter(graph, layout)
    out.say(f"%first = mul i64 %block, {(first + len(watched)) * LANES}")
    out.say("%numbers = getelementptr double, ptr %all_numbers, i64 %first")
    out.write(ids(graph, settings[name]).item() for name in layout.settings)
    for name, place in layout.settings.items():
        _store(out, "settings", place, settings[name])
    for place, layer in enumerate(watched, first):
        _store(out, "numbers", place, layer.ends)
    made = module(f"{_RECENT}\n{defined(_HEAD, [*out.lines, 'ret void'])}", 2)
    return Reader(made.get_function_address("script"), made, len(watched))


def _store(out: Emitter, table: str, place: int, value: Any) -> None:
    node = out.graph.amount(int(ids(out.graph, value).ravel()[0]))
    where = out.new(f"getelementptr {D}, ptr %{table}, i64 {place}")
    out.say(f"store {D} {out.value(node)}, ptr {where}, align 64")


_HEAD = (
    "void @script(i64 %block, i64 %month, ptr %all_numbers, ptr noalias %settings, ptr %out, i64 %stride, i64 %lanes)"
)
# The mean of a reading over the last so many months, as far as there are any, added month by month.
_RECENT = "declare i64 @llvm.smax.i64(i64, i64)\n" + defined(
    f"internal {D} @recent(ptr %row, i64 %months, i64 %month, i64 %lanes)",
    f"""%before = sub i64 %month, %months
%first = call i64 @llvm.smax.i64(i64 %before, i64 0)
br label %test
test:
%at = phi i64 [%first, %entry], [%next, %add]
%sum = phi {D} [zeroinitializer, %entry], [%more, %add]
%left = icmp slt i64 %at, %month
br i1 %left, label %add, label %mean
add:
%place = mul i64 %at, %lanes
%where = getelementptr double, ptr %row, i64 %place
%reading = load {D}, ptr %where, align 64
%more = fadd {D} %sum, %reading
%next = add i64 %at, 1
br label %test
mean:
%many = sub i64 %month, %first
%divisor = sitofp i64 %many to double
%one = insertelement {D} poison, double %divisor, i64 0
%every = shufflevector {D} %one, {D} poison, <{LANES} x i32> zeroinitializer
%mean.of = fdiv {D} %sum, %every
ret {D} %mean.of""".splitlines(),
)
