"""Feedback loops in words and as plain data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sim.loops.cycles import OPEN, Loop, Loops, NamedLoop
from sim.loops.graph import DISSENT, Edge, name_of, title_of
from sim.words.language import _
from sim.words.numbers import number
from sim.words.sentences import NOT_A_FORECAST, listed, wrapped

SIGNS = {1: "+", -1: "−", 0: "?"}
# Circles of a loop that are told besides the foremost.
_FURTHER = 2


def as_json(found: Loops) -> dict[str, Any]:
    """The loops and the digraph as plain data; an edge's rule is the first on its way, null for arithmetic alone."""
    edges = found.graph.edges
    return {
        "loops": [
            *(_named(one) for one in found.named if one.circles),
            *({"name": None, **_circle(one)} for one in found.others),
        ],
        "not_closed": [{"id": one.id, "name": one.name, "rules": list(one.rules)} for one in not_closed(found)],
        "others_in_all": found.how_many,
        "edges": [{**_edge(edge), "sign": edge.sign} for edge in edges if edge.sign],
        "open": [_edge(edge) for edge in edges if not edge.sign],
        "states": {name_of(key): title_of(key) for key in found.graph.states},
    }


def _named(one: NamedLoop) -> dict[str, Any]:
    return {
        "name": one.name,
        **_circle(one.circles[0]),
        "id": one.id,
        "own_rules": list(one.rules),
        "idle_rules": list(one.idle),
        "circles": [_circle(circle) for circle in one.circles],
    }


def _circle(loop: Loop) -> dict[str, Any]:
    return {
        "polarity": loop.polarity,
        "kind": loop.kind,
        "states": [name_of(key) for key in loop.states],
        "rules": list(loop.rules),
        "signs": list(loop.signs),
        "open": loop.open,
        "share_reinforcing": round(loop.share, 4),
        "gain": float(f"{loop.gain:.3g}"),
    }


def _edge(edge: Edge) -> dict[str, Any]:
    return {
        "from": name_of(edge.source),
        "to": name_of(edge.target),
        "rule": edge.through[0] if edge.through else None,
        "rules": list(edge.through),
        "weight": float(f"{edge.weight:.3g}"),
    }


def not_closed(found: Loops) -> list[NamedLoop]:
    """The loops with a name of which no way leads back, or which no rule carries."""
    return [one for one in found.named if not one.circles]


def kind(loop: Loop) -> str:
    """Reinforcing or balancing, and how often where worlds do not agree."""
    if loop.kind != OPEN:
        return _(loop.kind)
    share = f"{loop.share:.0%}".replace("%", " %")
    return _("open: reinforcing in {share} of the worlds read", share=share)


def way_round(loop: Loop) -> str:
    """The states in order, with the sign of each step: `attacks + strikes − fighters +`."""
    return " ".join(f"{title_of(key)} {SIGNS[sign]}" for key, sign in zip(loop.states, loop.signs, strict=True))


def text(found: Loops, width: int = 80) -> str:
    """The loops in words, as text of `width` columns."""
    return "\n".join(_lines(found, width))


def _lines(found: Loops, width: int) -> Iterator[str]:
    heading = "Feedback loops found in the rules"
    yield heading
    yield "=" * len(heading)
    yield from wrapped(
        "After each state stands the sign of its bearing on the next, and the last bears on the first: + the same way, − the "
        "other way, ? open (it hangs on the parameters, or on how things stand). Strength: what comes back of a push that "
        "lasts a year, in standard deviations over the worlds read. A sign holds where all but "
        f"{DISSENT:.0%} of those worlds agree.".replace("%", " %"),
        width,
    )
    for one in found.named:
        if one.circles:
            yield ""
            yield from _told(one, width)
    missing = not_closed(found)
    if missing:
        yield ""
        said = [f"{one.id} {one.name} ({_why_not(one)})" for one in missing]
        yield from wrapped(f"Not found: {listed(said)}.", width)
    yield ""
    yield from wrapped(
        f"Without a name, of up to five states: {found.how_many}. The strongest {len(found.others)}:", width
    )
    for loop in found.others:
        yield from wrapped(f"{kind(loop)}, strength {number(loop.gain)}: {way_round(loop)}", width, "  ", "    ")
    yield ""
    yield from wrapped(f"`durand evidence RULE` leads on from a rule. {NOT_A_FORECAST}", width)


def _told(one: NamedLoop, width: int) -> Iterator[str]:
    first, *further = one.circles
    yield from wrapped(f"{one.id} {one.name}: {kind(first)}", width)
    yield from wrapped(one.sentence, width, "  ")
    yield from wrapped(way_round(first), width, "  ", "    ")
    yield from wrapped(f"strength {number(first.gain)}; rules: {', '.join(first.rules)}", width, "  ", "    ")
    for loop in further[:_FURTHER]:
        yield from wrapped(f"also {kind(loop)}, strength {number(loop.gain)}: {way_round(loop)}", width, "  ", "    ")
    if len(further) > _FURTHER:
        yield f"  and {len(further) - _FURTHER} ways round more (--json has them all)"
    if one.idle:
        yield from wrapped(f"rules on no way round: {', '.join(one.idle)}", width, "  ", "    ")


def _why_not(one: NamedLoop) -> str:
    return f"no way leads back from {listed(one.rules)}" if one.rules else "no rule carries it"
