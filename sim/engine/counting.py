"""Counts as machine code: the loops of `sim.chance`, which go on as long as one of eight worlds has not its count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sim.chance import COUNTS, SMALLEST_START, Counts
from sim.engine.emit import B, D, Emitter, defined, everywhere
from sim.engine.graph import Graph
from sim.engine.standins import Traced

# Rounds after which a count has not ended.
_MOST_ROUNDS = 20_000.0
# Rounds of a count between two looks whether all lanes have theirs.
_ROUNDS_AT_ONCE = 4


def counting(name: str) -> str:
    """A count by a cumulative loop, as in `sim.chance`."""
    counts = COUNTS[name]
    graph = Graph()
    takes = counts.begin.__code__.co_argcount
    shape = [Traced(graph, [graph.outside("argument", place + 1)]) for place in range(takes)]
    out = Emitter(graph, None, ["%u", *(f"%a{place}" for place in range(takes))])
    allowed = out.value(int(counts.allowed(*shape).ids[0]))  # type: ignore[attr-defined]
    out.say(f"br i1 {out.any(out.new(f'xor {B} {allowed}, splat (i1 true)'))}, label %wrong, label %right")
    out.say("wrong:\nstore i64 -1, ptr %told\nbr label %right\nright:")
    start, *numbers = counts.begin(*shape)
    chance = out.value(int(start.ids[0]))  # type: ignore[attr-defined]
    for one in numbers:
        out.value(int(one.ids[0]))  # type: ignore[attr-defined]
    lost = out.new(f"fcmp ult {D} {chance}, {everywhere(SMALLEST_START)}")
    cumulative = out.new(f"select {B} {lost}, {D} {everywhere(1.0)}, {D} {chance}")
    out.say("br label %test\ntest:")
    entries = {"k": "0.0", "p": chance, "c": cumulative, "n": everywhere(0.0)}
    first_line = len(out.lines)
    below = out.new(f"fcmp olt {D} %c, %u")
    out.say(f"br i1 {out.any(below)}, label %body, label %done\nbody:")
    after = {part: f"%{part}" for part in entries}
    for _ in range(_ROUNDS_AT_ONCE):
        after = _round(out, counts, graph, numbers, after)
    out.lines[first_line:first_line] = [
        f"%{part} = phi {'double' if part == 'k' else D} [{begun}, %right], [{after[part]}, %body]"
        for part, begun in entries.items()
    ]
    late = out.new(f"fcmp ogt double {after['k']}, {_MOST_ROUNDS}")
    out.say(f"br i1 {late}, label %endless, label %test\nendless:\nstore i64 -1, ptr %told\nret {D} %n\ndone:")
    if counts.exactly is None:
        out.say(f"ret {D} %n")
    else:
        out.say(f"br i1 {out.any(lost)}, label %ask, label %all\nall:\nret {D} %n\nask:")
        _asked(out, name, takes, lost)
    listed = ", ".join([f"{D} %u", *(f"{D} %a{place}" for place in range(takes))])
    return defined(f"internal {D} @{name}({listed}, ptr %told) noinline", out.lines)


def _round(
    out: Emitter, counts: Counts, graph: Graph, numbers: Sequence[Any], state: Mapping[str, str]
) -> dict[str, str]:
    """One count further: a lane that has its count stays as it is."""
    below = out.new(f"fcmp olt {D} {state['c']}, %u")
    more = out.new(f"fadd {D} {state['n']}, {everywhere(1.0)}")
    reached = out.new(f"select {B} {below}, {D} {more}, {D} {state['n']}")
    k = out.new(f"fadd double {state['k']}, 1.0")
    takes = len(out.arguments)
    out.arguments.append(out.broadcast(k))
    argument = Traced(graph, [graph.outside("argument", takes)])
    out.inverse[int(argument.ids[0])] = out.broadcast(out.new(f"fdiv double 1.0, {k}"))
    ratio: Any = counts.ratio(argument, *numbers)
    chance = out.new(f"fmul {D} {state['p']}, {out.value(int(ratio.ids[0]))}")
    return {"k": k, "p": chance, "c": out.new(f"fadd {D} {state['c']}, {chance}"), "n": reached}


def _asked(out: Emitter, name: str, takes: int, lost: str) -> None:
    """Lanes in which the loop could not begin: what is asked stands in a row, the answer in the place of the uniform."""
    out.say(f"%asked = alloca {D}, i64 {takes + 1}, align 64\nstore {D} %u, ptr %asked, align 64")
    for place in range(takes):
        where = out.new(f"getelementptr {D}, ptr %asked, i64 {place + 1}")
        out.say(f"store {D} %a{place}, ptr {where}, align 64")
    ask = out.new(f"load ptr, ptr {out.new('getelementptr i64, ptr %told, i64 1')}")
    out.say(f"call void {ask}(i64 {list(COUNTS).index(name)}, ptr %asked, ptr %told)")
    answer = out.new(f"load {D}, ptr %asked, align 64")
    out.say(f"ret {D} {out.new(f'select {B} {lost}, {D} {answer}, {D} %n')}")
