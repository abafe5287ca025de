"""Draws as machine code: the Philox draws of `sim/worlds.py`, made for eight worlds where they are used.

The numbers of the eight worlds lie beside each other, or are all the same, or are anything: two blocks of four words are
made, or one, or one for each world.
"""

from __future__ import annotations

from sim.engine.emit import BESIDE, LANES, SAME, WORDS, B, D, Emitter, L, defined, double, everywhere
from sim.engine.graph import Graph
from sim.worlds import LEAST, MOST, PAGE

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


def philox() -> str:
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
    return defined("internal void @philox(i64 %k0, i64 %k1, i64 %a, i64 %b, i64 %c, ptr %out)", [*lines, "ret void"])


def draw() -> str:
    """A draw for eight worlds."""
    out = _begun(LANES)
    _lanes(out)
    out.say(f"br i1 {out.new(f'icmp eq i64 %kind, {BESIDE}')}, label %beside, label %apart\nbeside:")
    first = out.new(f"lshr i64 {out.new('load i64, ptr %numbers')}, 2")
    for place in range(LANES // WORDS):
        counter = out.new(f"add i64 {first}, {place + 1}")
        where = out.new(f"getelementptr i64, ptr %words, i64 {place * WORDS}")
        out.say(f"call void @philox(i64 %k0, i64 %k1, i64 {counter}, i64 %slot, i64 %month, ptr {where})")
    out.say("br label %done\napart:")
    number = _each_lane(out)
    counter = out.new(f"add i64 {out.new(f'lshr i64 {number}, 2')}, 1")  # numpy.random counts one up before it draws
    out.say(f"call void @philox(i64 %k0, i64 %k1, i64 {counter}, i64 %slot, i64 %month, ptr %block)")
    word = out.new(f"and i64 {number}, {WORDS - 1}")
    drawn = out.new(f"load i64, ptr {out.new(f'getelementptr i64, ptr %block, i64 {word}')}")
    out.say(f"store i64 {drawn}, ptr {out.new('getelementptr i64, ptr %words, i64 %lane')}")
    _next_lane(out)
    out.say(f"ret {D} {_taken(out, 0)}")
    return defined(f"internal {D} @draw(ptr %key, i64 %slot, i64 %month, ptr %numbers, i64 %kind) noinline", out.lines)


def page() -> str:
    """Four slots that lie beside each other in a page, for eight worlds."""
    out = _begun(LANES * WORDS)
    _lanes(out)
    out.say("br label %apart\napart:")
    number = _each_lane(out)
    out.say(_block_of_page(out, "%four", number, "%block"))
    for word in range(WORDS):
        drawn = out.new(f"load i64, ptr {out.new(f'getelementptr i64, ptr %block, i64 {word}')}")
        place = out.new(f"add i64 %lane, {word * LANES}")
        out.say(f"store i64 {drawn}, ptr {out.new(f'getelementptr i64, ptr %words, i64 {place}')}")
    _next_lane(out)
    for word in range(WORDS):
        where = out.new(f"getelementptr {D}, ptr %out, i64 {word}")
        out.say(f"store {D} {_taken(out, word)}, ptr {where}, align 64")
    out.say("ret void")
    return defined(
        "internal void @page(ptr %key, i64 %four, i64 %month, ptr %numbers, i64 %kind, ptr %out) noinline", out.lines
    )


def fours() -> str:
    """Two times four slots of a page, each of one lane, and the numbers of these slots; see `Emitter._summed`."""
    out = _begun(LANES)
    starts = []
    for place, at in enumerate(("%one", "%other")):
        lane = out.new(f"getelementptr i64, ptr %numbers, i64 {out.new(f'and i64 {at}, {LANES - 1}')}")
        four, number = out.new(f"lshr i64 {at}, 3"), out.new(f"load i64, ptr {lane}")
        where = out.new(f"getelementptr i64, ptr %words, i64 {place * WORDS}")
        out.say(_block_of_page(out, four, number, where))
        starts.append(out.broadcast(out.new(f"sitofp i64 {out.new(f'shl i64 {four}, 2')} to double")))
    halves = ", ".join(f"i32 {place}" for place in (*range(WORDS), *range(LANES + WORDS, 2 * LANES)))
    start = out.new(f"shufflevector {D} {starts[0]}, {D} {starts[1]}, <{LANES} x i32> <{halves}>")
    steps = ", ".join(double(float(place % WORDS)) for place in range(LANES))
    slots = out.new(f"fadd {D} {start}, <{steps}>")
    words = out.new(f"load {L}, ptr %words, align 64")
    out.say(f"store {D} {_uniform(out, words)}, ptr %out, align 64")
    out.say(f"store {D} {slots}, ptr {out.new(f'getelementptr {D}, ptr %out, i64 1')}, align 64\nret void")
    return defined(
        "internal void @fours(ptr %key, i64 %one, i64 %other, i64 %month, ptr %numbers, ptr %out) noinline", out.lines
    )


def _block_of_page(out: Emitter, four: str, number: str, where: str) -> str:
    """The block with four slots of a world's page."""
    in_page = PAGE // WORDS
    page = out.new(f"add i64 {out.new(f'udiv i64 {four}, {in_page}')}, 1")
    within = out.new(f"urem i64 {four}, {in_page}")
    first = out.new(f"mul i64 {number}, {in_page}")
    counter = out.new(f"add i64 {out.new(f'add i64 {first}, {within}')}, 1")
    return f"call void @philox(i64 %k0, i64 %k1, i64 {counter}, i64 {page}, i64 %month, ptr {where})"


def _begun(words: int) -> Emitter:
    """A function that makes so many words: its key, room for the words and for a block, and for how many lanes it makes them."""
    out = Emitter(Graph(), None)
    out.say("%k0 = load i64, ptr %key\n%k1.at = getelementptr i64, ptr %key, i64 1\n%k1 = load i64, ptr %k1.at")
    out.say(f"%words = alloca i64, i64 {words}, align 64\n%block = alloca i64, i64 {WORDS}, align 64")
    return out


def _lanes(out: Emitter) -> None:
    """For how many lanes words are made: one, where all are of one world."""
    out.say(f"%same = icmp uge i64 %kind, {SAME}\n%many = select i1 %same, i64 1, i64 {LANES}")


def _each_lane(out: Emitter) -> str:
    """Begin a loop over lanes; the number of a lane's world."""
    out.say("br label %each\neach:\n%lane = phi i64 [0, %apart], [%lane.next, %each]")
    return out.new(f"load i64, ptr {out.new('getelementptr i64, ptr %numbers, i64 %lane')}")


def _next_lane(out: Emitter) -> None:
    out.say("%lane.next = add i64 %lane, 1\n%more = icmp slt i64 %lane.next, %many")
    out.say("br i1 %more, label %each, label %done\ndone:")


def _taken(out: Emitter, place: int) -> str:
    """Eight of the words as draws; where all lanes are of one world, the first of them eight times."""
    own = out.new(f"load {L}, ptr {out.new(f'getelementptr {L}, ptr %words, i64 {place}')}, align 64")
    first = out.new(f"shufflevector {L} {own}, {L} poison, <{LANES} x i32> zeroinitializer")
    return _uniform(out, out.new(f"select i1 %same, {L} {first}, {L} {own}"))


def _uniform(out: Emitter, words: str) -> str:
    """Words as draws that are neither 0 nor 1."""
    number = out.new(f"uitofp {L} {out.new(f'lshr {L} {words}, splat (i64 11)')} to {D}")
    share = out.new(f"fmul {D} {number}, {everywhere(2.0**-53)}")
    for beyond, bound in (("olt", LEAST), ("ogt", MOST)):
        out_of_range = out.new(f"fcmp {beyond} {D} {share}, {everywhere(bound)}")
        share = out.new(f"select {B} {out_of_range}, {D} {everywhere(bound)}, {D} {share}")
    return share
