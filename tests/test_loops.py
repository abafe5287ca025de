"""Feedback loops: slopes are the model's own, signs and circles follow from them, and rules move what they say they move."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from xml.etree import ElementTree

import networkx as nx
import numpy as np
import pytest
from command import Durand
from numpy.typing import NDArray

from sim import chance
from sim.loops import Graph, Loops, find_loops, name_of, signed_digraph
from sim.loops.cycles import BALANCING, REINFORCING, Loop, named_loop
from sim.loops.graph import READ, put_together, sign_of, summed, title_of
from sim.loops.layout import BOX, CELL, grid
from sim.loops.merge import merged
from sim.loops.picture import as_svg, diagram, marked, picture
from sim.loops.record import Influence, Kept, Named, Recorded
from sim.loops.slopes import Slopes, Through, all_behind
from sim.loops.text import as_json, text
from sim.mechanisms import LOOPS
from sim.plots import rows_of
from sim.rule import RULES
from sim.scenario import load_scenario
from sim.why.draws import Chanced, Chances
from sim.why.halves import FEWEST, places
from sim.why.names import Key
from sim.why.pair import PairedModel
from sim.why.runs import recorded
from sim.why.steps import Label, Node, RuleStep, Way
from sim.why.traced import Trace, Traced, TracedChoice

Array = NDArray[np.float64]
MONTH = 8


@cache
def graph() -> Graph:
    return signed_digraph()


@cache
def found() -> Loops:
    return find_loops(graph())


# ------------------------------------------------------------------------------------------------ slopes of a step


def slope_of(make: object, *values: Sequence[float]) -> list[list[float]]:
    """The slopes of a calculation in each of its inputs, in the first of two equal halves."""
    half = len(values[0])
    trace = Trace(half, keep_all=True)
    inputs = [
        Traced(trace, trace.leaf(np.array([*one, *one], dtype=float), Label("state", str(n))))
        for n, one in enumerate(values)
    ]
    result = make(*inputs)  # type: ignore[operator]
    slopes = Slopes([one.node for one in inputs], [result.node])
    out = {one.node: np.zeros(2 * half) for one in inputs}
    for source, _, slope in slopes.backwards(result.node, np.ones(result.value.shape)):
        out[source] = out[source] + slope
    return [np.round(out[one.node][:half], 6).tolist() for one in inputs]


X, Y = (0.2, 0.5, 0.9), (2.0, -1.0, 4.0)


@pytest.mark.parametrize(
    ("make", "wanted"),
    [
        (lambda x, y: 1.0 - x, [[-1, -1, -1], [0, 0, 0]]),
        (lambda x, y: x * y, [[2, -1, 4], [0.2, 0.5, 0.9]]),
        (lambda x, y: x * x + y, [[0.4, 1, 1.8], [1, 1, 1]]),
        (lambda x, y: np.minimum(x / 0.6, 1.0), [[1.666667, 1.666667, 0], [0, 0, 0]]),
        (lambda x, y: np.where(y > 0, x, -x), [[1, -1, 1], [0, 0, 0]]),
        (lambda x, y: np.stack([x, 3.0 * x])[1] + 0.0 * y, [[3, 3, 3], [0, 0, 0]]),
        (lambda x, y: np.stack([x, y]).sum(axis=0), [[1, 1, 1], [1, 1, 1]]),
        (lambda x, y: (~(x > 0.6)).astype(float) + 0.0 * y, [[-1, -1, -1], [0, 0, 0]]),
        (lambda x, y: ((x > -3.0) & (y > 1.2)).astype(float), [[0, 0, 0], [0, 0, 0]]),
    ],
)
def test_the_slope_of_plain_steps(make: object, wanted: list[list[float]]) -> None:
    """Otherwise a sign is lost, or turned, on its way through arithmetic between rules."""
    assert slope_of(make, X, Y) == wanted


def test_the_slope_of_what_chance_decides_is_that_of_what_was_to_be_expected() -> None:
    """Otherwise a state that makes an event likelier seems to do nothing in every world in which it just did not happen."""
    draw = [0.99, 0.99, 0.01]

    def happens(x: Traced, y: Traced) -> object:
        luck = Traced(x.trace, x.trace.leaf(np.array(draw * 2), Label("luck", "a.b")))
        return chance.happens(luck, 0.5 * x) + 0.0 * y

    assert slope_of(happens, X, Y) == [[0.5, 0.5, 0.5], [0, 0, 0]]

    def chooses(x: Traced, y: Traced) -> object:
        noise = np.stack([Traced(x.trace, x.trace.leaf(np.array(draw * 2), Label("luck", f"a.b/{n}"))) for n in (0, 1)])
        return chance.looked_up(chance.best_option(np.stack([x, 0.0 * y]), noise), (0.0, 4.0))

    first, second = slope_of(chooses, X, Y)
    odds = 1.0 / (1.0 + np.exp(-np.array(X)))
    assert first == pytest.approx(-4.0 * odds * (1.0 - odds), abs=1e-5)
    assert second == [0, 0, 0]


# ------------------------------------------------------------------------------------------------ slopes of the model


def a_month(pair: PairedModel) -> Kept:
    kept = Kept(2 * pair.width)
    with kept.watching(pair):
        pair.step()
    return kept


def pushed(pair: PairedModel, owner: str, name: str, share: float) -> dict[tuple[int, str], Array]:
    """Push a state of all its members in the other half, by a share of how widely it spreads, not above its highest."""
    out: dict[tuple[int, str], Array] = {}
    for number, agent in enumerate(pair.model.agents):
        for place, held, key in places(agent, 2 * pair.width):
            label = ".".join(part for part in place if part)
            if (agent.name, label) == (owner, name):
                before = np.asarray(held[key])
                push = np.zeros(before.shape)
                wanted = before[..., pair.width :] + share * before[..., pair.width :].std()
                push[..., pair.width :] = np.minimum(wanted, before.max()) - before[..., pair.width :]
                held[key] = before + push
                out[number, label] = push
    return out


@cache
def pushes() -> list[tuple[str, str]]:
    """The states on the foremost circles that a month finds; those of groups and factions by one member each."""
    keys = dict.fromkeys(key for one in found().named for circle in one.circles[:1] for key in circle.states)
    pair = recorded((load_scenario("confront"),) * 2, (), 1, FEWEST, 3, "posterior")
    names: dict[Key, tuple[str, str]] = {}
    for agent in pair.model.agents:
        for place, _, _ in places(agent, 2 * pair.width):
            raw = Key("state", ".".join(part for part in place if part), agent.name)
            whole = merged_name(raw)
            if whole in keys and whole not in names:
                names[whole] = (raw.owner, raw.name)
    pair.close()
    return sorted(names.values())


def merged_name(key: Key) -> Key:
    from sim.loops.merge import of_all

    return of_all(key)


class Whole(Slopes):
    """The slopes along all ways together."""

    def onward(self, node: Node, through: Through) -> Through:
        return ()


class AsDrawn(Whole):
    """The slopes where no draw, choice or comparison comes out otherwise: what a push that is small enough does."""

    def trial(self, node: Node) -> Iterator[Way]:
        if isinstance(node, Chanced | Chances) or node.value.dtype == np.bool_:
            return iter(())
        return super().trial(node)


def after_a_push(owner: str, name: str, share: float, kind: type[Slopes]) -> Iterator[tuple[Named, Array, Array]]:
    """What a push on a state does to every state by the end of the month: as it came about, and as the slopes have it.

    Both are in every world of the half that was pushed, less the same worlds of the other half.
    """
    plan = load_scenario("confront")
    pair = recorded((plan, plan), (), MONTH, 200, 3, "posterior")
    push = pushed(pair, owner, name, share)
    kept = a_month(pair)
    sources = {
        node: push[number, label]
        for (number, place), node in pair._began.items()
        if (number, label := ".".join(part for part in place if part)) in push
    }
    assert sources
    slopes = kind(sources, [*kept.last.values()])
    for node in dict.fromkeys(kept.last.values()):
        if node in sources or not slopes.differs(node):
            continue
        for row in range(len(node.value)) if node.value.ndim > 1 else [...]:
            seed = np.zeros(node.value.shape)
            seed[row] = 1.0
            told = np.zeros(node.value.shape[-1])
            for source, _, slope in slopes.backwards(node, seed):
                told = told + (slope * sources[source]).reshape(-1, told.size).sum(axis=0)
            value = node.value[row]
            yield kept.states[node], value[pair.width :] - value[: pair.width], told[pair.width :]
    pair.close()


def test_the_slopes_are_those_of_the_model() -> None:
    """Otherwise the signs are of a calculation beside the model: push a state in one of two equal runs, and see a month on."""
    compared = 0
    for owner, name in pushes():
        for state, came, told in after_a_push(owner, name, 1e-6, AsDrawn):
            size = max(np.abs(told).max(), 1e-9)
            close = np.abs(came - told) <= 0.01 * size
            # A world may stand right at a bend, where a slope is the mean of both sides.
            assert close.mean() > 0.97, (owner, name, state, came[~close], told[~close])
            compared += np.abs(told).max() > 1e-9
    assert compared > 200


def test_what_was_to_be_expected_comes_about_on_average() -> None:
    """Otherwise the slopes of choices and counts have a sign of their own: with a push that turns draws, means follow it."""
    compared = against = 0
    for owner, name in pushes()[::2]:
        for _, came, told in after_a_push(owner, name, 0.3, Whole):
            if all(abs(one.mean()) > 5.0 * one.std() / np.sqrt(one.size) > 0.0 for one in (came, told)):
                compared += 1
                against += np.sign(came.mean()) != np.sign(told.mean())
    assert compared > 80
    assert against <= 0.03 * compared  # where none of a rare event's draws turned, the rest of the push is left
