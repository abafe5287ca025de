"""Feedback loops: slopes are the model's own, signs and circles follow from them, and rules move what they say they move."""

from __future__ import annotations

import json
import pickle
import re
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
from sim.loops.at_work import AtWork, at_work
from sim.loops.cycles import BALANCING, OPEN, REINFORCING, Loop, named_loop
from sim.loops.graph import READ, put_together, title_of
from sim.loops.layout import BOX, CELL, grid
from sim.loops.merge import merged
from sim.loops.picture import as_svg, diagram, marked, picture
from sim.loops.record import Influence, Kept, Named, Recorded
from sim.loops.slopes import Slopes, Through, all_behind
from sim.loops.strip import strip_picture
from sim.loops.text import as_json, kind, text
from sim.mechanisms import LOOPS
from sim.plots import rows_of, to_svg
from sim.rule import RULES
from sim.scenario import load_scenario
from sim.why import ablate
from sim.why.draws import Chanced, Chances
from sim.why.halves import FEWEST, places
from sim.why.names import Key
from sim.why.pair import PairedModel
from sim.why.runs import recorded
from sim.why.steps import Label, Node, RuleStep, Way
from sim.why.traced import Trace, Traced

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
        uniform = Traced(x.trace, x.trace.leaf(np.array(draw * 2), Label("luck", "a.b")))
        return chance.happens(uniform, 0.5 * x) + 0.0 * y

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


def after_a_push(
    owner: str, name: str, share: float, kind: type[Slopes], worlds: int = 200
) -> Iterator[tuple[Named, Array, Array]]:
    """What a push on a state does to every state by the end of the month: as it came about, and as the slopes have it.

    Both are in every world of the half that was pushed, less the same worlds of the other half.
    """
    plan = load_scenario("confront")
    pair = recorded((plan, plan), (), MONTH, worlds, 3, "posterior")
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
    for owner, name in pushes()[1::2]:  # the others are pushed harder, in the test below
        for state, came, told in after_a_push(owner, name, 1e-4, AsDrawn, 64):
            size = np.abs(told).max()
            if size < 1e-8:
                continue  # no more than rounding
            close = np.abs(came - told) <= 0.01 * size
            # A world may stand right at a bend, where a slope is the mean of both sides.
            assert close.mean() > 0.97, (owner, name, state, came[~close], told[~close])
            compared += 1
    assert compared > 300


@pytest.mark.slow
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


# ------------------------------------------------------------------------------------------------ what rules declare


@cache
def answers() -> dict[tuple[str, str], tuple[float, float]]:
    """The lowest and the highest slope of each rule in each of its arguments, in the months that the loops are read from."""
    out: dict[tuple[str, str], tuple[float, float]] = {}
    for plans in READ:
        one, other = (load_scenario(name) for name in plans)
        pair = recorded((one, other), (), 24, 4 * FEWEST, 0, "posterior")  # hostilities are rare
        kept = a_month(pair)
        nodes = all_behind([*kept.states])
        slopes = Slopes([node for node in nodes if not any(node.takes)], [*kept.states])
        for node in nodes:
            if isinstance(node, RuleStep):
                for way in slopes.trial(node):
                    if node.operands.count(way.to) == 1:
                        number = node.operands.index(way.to)
                        name = [*node.rule.inputs, *node.rule.parameters][number]
                        low, high = out.get((node.rule.name, name), (0.0, 0.0))
                        slope = np.asarray(way.slope)
                        out[node.rule.name, name] = min(low, float(slope.min())), max(high, float(slope.max()))
        pair.close()
    return out


def test_rules_rise_and_fall_in_the_model_as_they_say() -> None:
    """Otherwise an arrow has a sign that the rule itself denies, or a declared argument never comes to move anything."""
    wrong, never = [], set()
    for name, rule in RULES.items():
        declared = [
            *((argument, 1.0) for argument in rule.rises_with),
            *((argument, -1.0) for argument in rule.falls_with),
        ]
        for argument, sign in declared:
            if (name, argument) not in answers():
                continue  # a parameter, or a rule that the model asks only of what is observed
            low, high = answers()[name, argument]
            if min(sign * low, sign * high) < -1e-6:
                wrong.append((name, argument, low, high))
            if low == high == 0.0:
                never.add((name, argument))
    assert wrong == []
    assert never == set()
    assert len(answers()) > 250


# ------------------------------------------------------------------------------------------------ from slopes to loops

A, B, C, D = (Key("state", name, "ttp") for name in "abcd")
FIRST, SECOND, THIRD = list(RULES)[:3]
NAME = "L1"


def recording(*ways: tuple[Key, Key, tuple[str, ...], Sequence[float]], own: float = 0.0) -> Recorded:
    """A record of four worlds: from, to, through, the slope in each."""
    spread = np.array([1.0, 2.0, 3.0, 4.0])
    out = Recorded(values=dict.fromkeys((A, B, C, D), spread))
    for source, target, through, slopes in ways:
        out.slopes[Influence(source, target, through)] = np.array(slopes, dtype=float)
    if own:
        out.kept[Influence(A, A, (FIRST,))] = np.full(4, own)
    return out


@pytest.fixture
def carried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the first rule carries the loop; the third carries another."""
    for name, rule in list(RULES.items()):
        loops = {FIRST: (NAME,), THIRD: ("L2",)}.get(name, ())
        monkeypatch.setitem(RULES, name, replace(rule, loops=loops))


UP, DOWN, MIXED = [0.5] * 4, [-0.5] * 4, [0.5, 0.5, -0.5, -0.5]


@pytest.mark.usefixtures("carried")
class TestNamed:
    @pytest.mark.parametrize(
        ("signs", "polarity"),
        [((UP, UP, UP), REINFORCING), ((UP, DOWN, UP), BALANCING), ((DOWN, DOWN, UP), REINFORCING)],
    )
    def test_polarity_is_the_product_of_the_signs(self, signs: Sequence[list[float]], polarity: str) -> None:
        """Otherwise a loop that damps what happens is called one that drives it."""
        one, two, three = signs
        found = named_loop(
            put_together([recording((A, B, (FIRST,), one), (B, C, (SECOND,), two), (C, A, (), three))]), NAME
        )
        (circle,) = found.circles
        assert (circle.states, circle.polarity, circle.open) == ((A, B, C), polarity, False)
        assert circle.rules == (FIRST, SECOND)
        assert found.idle == ()

    def test_where_worlds_disagree_it_is_open(self) -> None:
        """Otherwise the sign that half of the accepted sets have is told as that of all."""
        made = put_together([recording((A, B, (FIRST,), [0.5, 0.5, 0.5, -0.5]), (B, A, (SECOND,), UP))])
        (circle,) = named_loop(made, NAME).circles
        assert circle.open
        assert circle.share == 0.75
        assert circle.signs == (0, 1)
        assert [edge.sign for edge in made.edges] == [0, 1]

    def test_signs_are_multiplied_world_by_world(self) -> None:
        """Otherwise two steps that turn together leave a loop open which reinforces in every world."""
        made = put_together([recording((A, B, (FIRST,), MIXED), (B, A, (SECOND,), MIXED))])
        (circle,) = named_loop(made, NAME).circles
        assert (circle.polarity, circle.open) == (REINFORCING, False)

    def test_no_rule_that_carries_it_no_loop(self) -> None:
        """Otherwise a loop is named after rules that never said that they carry it."""
        made = put_together([recording((A, B, (SECOND,), UP), (B, A, (SECOND,), UP), (C, D, (FIRST,), UP))])
        found = named_loop(made, NAME)
        assert found.circles == ()
        assert found.idle == (FIRST,)

    def test_rules_of_another_loop_are_gone_round_where_that_is_possible(self) -> None:
        """Otherwise the pressure of one loop is drawn into every other one."""
        ways = [(A, B, (FIRST,), UP), (B, A, (THIRD,), UP)]
        (circle,) = named_loop(put_together([recording(*ways)]), NAME).circles
        assert circle.rules == (FIRST, THIRD)
        detour = [(B, C, (SECOND,), UP), (C, A, (SECOND,), UP)]
        (circle,) = named_loop(put_together([recording(*ways, *detour)]), NAME).circles
        assert circle.states == (A, B, C)

    def test_of_two_ways_between_states_its_own_counts(self) -> None:
        """Otherwise a way that other rules make turns the sign of a loop that they are no part of."""
        made = put_together([recording((A, B, (FIRST,), UP), (A, B, (SECOND,), [-5.0] * 4), (B, A, (), UP))])
        (circle,) = named_loop(made, NAME).circles
        assert circle.polarity == REINFORCING
        assert circle.rules == (FIRST,)

    def test_what_grows_by_itself_is_a_loop_of_one_state(self) -> None:
        """Otherwise a foothold that spreads where it is counts as none; what only fades counts as none indeed."""
        (circle,) = named_loop(put_together([recording((C, D, (), UP), own=1.05)]), NAME).circles
        assert (circle.states, circle.polarity) == ((A,), REINFORCING)
        assert named_loop(put_together([recording((C, D, (), UP), own=0.95)]), NAME).circles == ()


def test_members_are_added_up_and_shares_of_a_whole_kept_apart() -> None:
    """Otherwise each group has loops of its own, or what one faction gains and another loses comes to nothing."""
    one, two = (Key("state", "strength", f"group.{name}") for name in ("a", "b"))
    mine, theirs = (Key("state", "power", name) for name in ("haqqani", "kandahar"))
    row = np.array([0.1, 0.3, 0.2, 0.4])
    record = Recorded(values={one: row, two: 2.0 * row, mine: row, theirs: 1.0 - row})
    for source in (one, two):
        record.slopes[Influence(source, mine, (FIRST,))] = np.array([1.0, 2.0, 3.0, 4.0])
    record.slopes[Influence(one, two, (SECOND,))] = np.ones(4)
    (out,) = merged([record])
    both = Key("state", "strength", "groups")
    assert list(out.values) == [both, mine, theirs]
    assert np.array_equal(out.values[both], 3.0 * row)
    assert list(out.slopes) == [Influence(both, mine, (FIRST,))]
    assert out.slopes[Influence(both, mine, (FIRST,))].tolist() == [2.0, 4.0, 6.0, 8.0]


# ------------------------------------------------------------------------------------------------ the loops of the model


def circles(all_of: Loops) -> list[Loop]:
    return [*(circle for one in all_of.named for circle in one.circles), *all_of.others]


def test_every_circle_is_closed_by_edges_of_the_graph() -> None:
    """Otherwise a loop has a step that the model does not take."""
    whole = nx.DiGraph([(edge.source, edge.target) for edge in graph().edges])
    growing = {edge.source for edge in graph().own}
    assert len(circles(found())) > 10
    for circle in circles(found()):
        pairs = list(zip(circle.states, circle.states[1:] + circle.states[:1], strict=True))
        assert all(whole.has_edge(*pair) or (len(pairs) == 1 and pair[0] in growing) for pair in pairs)
        assert len(set(circle.states)) == len(circle.states)
        if all(circle.signs) and not circle.open and len(pairs) > 1:
            assert np.prod(circle.signs) == (1 if circle.polarity == REINFORCING else -1)


def test_a_loop_with_a_name_is_carried_by_rules_that_say_so() -> None:
    """Otherwise a name stands on other rules' loops, or a rule says that it carries a loop on which nothing lies."""
    assert [one.id for one in found().named] == list(LOOPS)
    for one in found().named:
        assert one.rules == tuple(name for name, rule in RULES.items() if one.id in rule.loops)
        assert all(set(circle.rules) & set(one.rules) for circle in one.circles)
        assert bool(one.circles) or not one.rules, f"no way leads back from {one.rules}"


def test_arrows_have_the_signs_that_rules_declare() -> None:
    """Otherwise the graph contradicts the rule: where a way is one rule that takes one state, its sign is the rule's own."""
    known = {name_of(edge.source): {} for edge in graph().edges}  # type: dict[str, dict[tuple[str, str], int]]
    for edge in graph().edges:
        known[name_of(edge.source)][name_of(edge.target), "/".join(edge.through)] = edge.sign
    assert known["groups.strength"]["groups.capability", "capability"] == 1
    assert known["groups.expected"]["land.attacks", "attacks_in_area"] == 1
    assert known["durand_line.clashes"]["durand_line.open_share", "closed_by_clashes"] == -1
    assert known["pakistan.unrest"]["pakistan.economy", "economy"] == -1


def test_finding_them_again_gives_the_same() -> None:
    """Otherwise the page is stale by chance, and two readers see two diagrams."""
    again = find_loops(signed_digraph(READ[:1], worlds=FEWEST))
    once_more = find_loops(signed_digraph(READ[:1], worlds=FEWEST))
    assert json.dumps(as_json(again)) == json.dumps(as_json(once_more))
    assert as_svg(again) == as_svg(once_more)


# ------------------------------------------------------------------------------------------------ words, data, picture


def test_the_data_is_as_others_rely_on_it() -> None:
    """Otherwise a tool that reads `durand loops --json` finds other keys, or edges that lead nowhere."""
    data = as_json(found())
    assert {"loops", "edges"} <= set(data)
    for loop in data["loops"]:
        assert {"name", "polarity", "states", "rules"} <= set(loop)
        assert loop["polarity"] in (REINFORCING, BALANCING)
        assert set(loop["rules"]) <= set(RULES)
        assert set(loop["states"]) <= set(data["states"])
    for edge in data["edges"]:
        assert {"from", "to", "rule", "sign"} <= set(edge)
        assert edge["sign"] in (1, -1)
        assert edge["rule"] is None or edge["rule"] in RULES
    named = [loop["name"] for loop in data["loops"] if loop["name"]]
    assert len(named) == len(set(named))
    assert {*named, *(one["name"] for one in data["not_closed"])} == {name for name, _ in LOOPS.values()}


def test_the_command_says_lists_and_draws(durand: Durand, tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    from pathlib import Path

    file = Path(str(tmp_path)) / "loops.svg"
    code, out, err = durand("loops", "--svg", str(file))
    assert (code, err) == (0, "")
    assert out.rstrip("\n") == text(found(), 80)
    assert file.read_text(encoding="utf-8") == as_svg(found())
    monkeypatch.setattr("sim.loops.signed_digraph", graph)  # which takes seconds, and the same as just now
    code, out, _ = durand("loops", "--json")
    assert json.loads(out) == json.loads(json.dumps(as_json(found())))
    code, out, err = durand("loops", "--svg", str(file.with_suffix(".png")))
    assert (code, out) == (2, "")
    assert "ends in .svg" in err


def test_the_picture_is_an_image_with_words() -> None:
    """Otherwise who does not see it is told nothing, or it draws something else than the table says."""
    root = ElementTree.fromstring(as_svg(found()))
    assert root.get("role") == "img"
    words = [one.text or "" for one in root if one.tag.rpartition("}")[2] in ("title", "desc")]
    made = picture(found())
    assert words == [made.title, made.text]
    assert float(root.get("width", 0)) <= 760
    drawn = {row["text"] for row in rows_of(made.chart) if row["kind"] == "mark"}
    assert drawn == set(marked(found().named).values())
    assert len(made.table.rows) == len(drawn)
    signs = [row["text"] for row in rows_of(made.chart) if row["kind"] == "sign"]
    first = [one.circles[0] for one in found().named if one.circles]
    pairs = {pair for one in first for pair in zip(one.states, one.states[1:] + one.states[:1], strict=True)}
    assert len(signs) == len({pair for pair in pairs if pair[0] != pair[1]})


@pytest.mark.parametrize("loop", LOOPS)
def test_each_loop_is_drawn_by_itself(loop: str) -> None:
    """Otherwise a page has no room for it on a phone, or draws another loop's states."""
    one = next(one for one in found().named if one.id == loop)
    rows = rows_of(diagram(found(), loop))
    boxes = [row for row in rows if row["kind"] == "box"]
    assert len(boxes) == (len(one.circles[0].states) if one.circles else 0)
    assert all(0 <= row["x"] < row["x2"] <= 330 for row in boxes)


def test_no_two_boxes_stand_in_one_place() -> None:
    """Otherwise one state hides another."""
    keys = [Key("state", f"s{number:02}", "ttp") for number in range(14)]
    edges = [(keys[n], keys[(n * 5 + 1) % 14]) for n in range(14) if n != (n * 5 + 1) % 14]
    places = grid(edges, 4)
    assert len(set(places.values())) == len(places) == len({key for pair in edges for key in pair})
    assert grid(edges, 4) == places
    assert BOX[0] < CELL[0]
    assert BOX[1] < CELL[1]


def test_titles_are_words() -> None:
    """Otherwise a reader meets the names of variables."""
    titles = [title_of(key) for key in graph().states]
    assert not [one for one in titles if "_" in one]
    assert len(set(titles)) == len(titles)
    assert "Pakistan: domestic operations" in titles


def test_what_a_page_is_handed_is_little() -> None:
    """Otherwise every visitor's question sends the whole digraph from process to process."""
    little = found().foremost()
    assert len(pickle.dumps(little)) < 1_000_000
    assert rows_of(picture(little).chart) == rows_of(picture(found()).chart)


def test_a_loop_is_at_work_where_switching_it_off_changes_something() -> None:
    """Otherwise the strips show another effect than that of `sim.why.ablate`, or of another month."""
    found = at_work("confront", "attacks", worlds=8, seed=4, months=20, parameters="defaults", loops=("L1", "L3", "L5"))
    for loop in ("L1", "L5"):
        (row,) = ablate(
            "confront", "attacks", "2023-03", worlds=8, seed=4, parameters="defaults", mechanisms=(loop,)
        ).rows
        assert found.effect[loop][-1] == pytest.approx(row.mean)
        assert found.often[loop][-1] == np.sum(np.sign(row.effect) == np.sign(row.mean))
    assert found.months[-1] == "2023-03"
    picture = strip_picture({"Confront": found})
    rows = rows_of(picture.chart)
    assert len(rows) == 3 * 20
    ids = {name.capitalize(): loop for loop, (name, _) in LOOPS.items()}
    for row in rows:
        effect = found.effect[ids[row["loop"]]][row["month"]]
        assert row["up"] == (effect > 0)
    last = next(row for row in rows if row["loop"] == "Foothold" and row["month"] == 19)
    assert last["size"] == pytest.approx(abs(found.effect["L1"][-1]), rel=1e-3)
    assert last["said"].startswith("Confront, March 2023, “foothold”: ")
    first = found.strongest_first()[0]
    assert re.search(
        r"attacks with it than without it on average; (more|fewer) in (all|[1-7] of 8) worlds\.$", found.sentence(first)
    )
    assert to_svg(picture.chart).startswith("<svg")


def test_a_loop_is_told_as_what_it_does() -> None:
    """Otherwise what feeds on itself is said to balance, or pressure to bring about the violence that it holds down."""
    measured = at_work("confront", "attacks", worlds=8, seed=4, months=20, parameters="defaults", loops=("L1", "L3"))
    for one in found().named:
        if one.id in measured.effect:
            assert one.circles[0].kind == (REINFORCING if measured.effect[one.id][-1] > 0 else BALANCING)


def test_open_loops_have_a_letter_of_their_own() -> None:
    """Otherwise the drawing says that a loop balances of which the words say that worlds disagree."""
    marks, made = marked(found().named), picture(found())
    told = {one.id: (one.circles[0].kind, kind(one.circles[0]).partition(":")[0]) for one in found().named}
    assert all(first == second for first, second in told.values())
    assert {marks[loop][0] for loop, (said, _) in told.items() if said == OPEN} == {"O"}
    assert {(marks[loop][0], said) for loop, (said, _) in told.items()} <= {
        ("R", REINFORCING),
        ("B", BALANCING),
        ("O", OPEN),
    }
    assert [row[1].partition(":")[0] for row in made.table.rows] == [said for said, _ in told.values()]
    assert not re.search(r"\de[+-]\d", text(found(), 80))


def test_a_loop_is_said_to_be_at_work_only_in_months_on_end() -> None:
    """Otherwise months in which it did nothing, or the opposite, are said to be among its strongest."""
    plan, months = load_scenario("confront"), tuple(f"2022-{month:02}" for month in range(1, 10))
    effect = np.array([4.0, 0.0, 2.5, 4.5, 3.0, -4.0, 3.0, 0.0, 0.0])
    found = AtWork("attacks", plan, 10, months, np.ones(9), {"L1": effect}, {"L1": np.full(9, 7)}, {"L1": np.zeros(9)})
    assert "Most at work from March 2022 to May 2022; in April 2022: 4.5 more TTP attacks" in found.sentence("L1")
    assert found.sentence("L1").endswith(" with it than without it on average; more in 7 of 10 worlds.")
    assert found.said("L1", 5).endswith("on average; fewer in 7 of 10 worlds")
    throughout = replace(found, effect={"L1": np.full(9, 1.0)})
    assert "Most at work from January 2022 to September 2022" in throughout.sentence("L1")


def test_what_the_worlds_do_not_settle_is_no_finding() -> None:
    """Otherwise the mean of a few odd worlds is told as what a loop does, and as more than what it does surely."""
    plan, months = load_scenario("confront"), ("2022-01", "2022-02")
    effect = {"L1": np.array([0.0, -4.0]), "L3": np.array([2.0, 1.0]), "L5": np.array([3.0, 0.0])}
    often = {"L1": np.array([0, 27]), "L3": np.array([80, 80]), "L5": np.array([30, 0])}
    otherwise = {"L1": np.array([0, 25]), "L3": np.array([10, 10]), "L5": np.array([60, 0])}
    found = AtWork("attacks", plan, 100, months, np.ones(2), effect, often, otherwise)
    assert [found.settled(loop) for loop in ("L1", "L3", "L5", "L9")] == [False, True, False, False]
    assert found.strongest_first() == ["L3", "L1", "L5"]
    assert found.when("L1") == (
        "Most on average in February 2022: 4.0 fewer TTP attacks with it on average, but the worlds do not settle it: more "
        "in 25 of 100, fewer in 27 of 100."
    )
    assert found.when("L3").startswith("Most at work from January 2022 to February 2022; in January 2022: 2.0 more")
    assert "do not settle it" in found.said("L5", 0)  # most worlds are on the other side than the mean
    assert "do not settle" not in replace(found, worlds=1).when("L1")


def test_a_loop_by_itself_says_that_it_has_other_ways_round() -> None:
    """Otherwise a reader looks in vain for what the loop's own words name."""
    for one in (one for one in found().named if one.circles):
        below = " ".join(diagram(found().foremost(), one.id).to_dict()["title"]["subtitle"])
        assert (f"foremost of {len(one.circles)} ways round" in below) == (len(one.circles) > 1)
