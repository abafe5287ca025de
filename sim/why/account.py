"""An account of a difference: terms that add up to it exactly, and the chain by which it came about."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from sim.metrics import METRICS
from sim.scenario import Scenario
from sim.vocabulary import month_after
from sim.why.draws import Choice, Draw
from sim.why.flow import Carried, Flow, Found
from sim.why.names import MARKS, Key, claims, key_of, unmarked, words
from sim.why.shapley import Array
from sim.why.steps import Node, RuleStep
from sim.words.language import _


@dataclass(frozen=True)
class Term:
    """One term of an account.

    Attributes:
        kind: rule, draw, decision, response, lever, parameter, shock, luck, state; "rest" for all that is not shown.
        name: id of the rule, stream, setting, ...; owner: whose it is.
        values: what it contributes, per world.
        months: the first and last month of it, YYYY-MM.
        now, then: its own mean value in the two runs (or months) compared, where it is one quantity; else None.
        inputs: in both, the mean of each input of a rule, each pressure of a decision (logits), or what was expected of
            a draw: over worlds, and over groups and months where it is many.
        claims: what it rests on.
    """

    kind: str
    name: str
    owner: str
    values: Array
    months: tuple[str, str]
    now: float | None = None
    then: float | None = None
    inputs: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    claims: tuple[str, ...] = ()

    @property
    def key(self) -> Key:
        """What it is put together by."""
        return Key(self.kind, self.name, self.owner)

    @property
    def words(self) -> str:
        """What a reader is shown."""
        if self.kind == "rest":
            return _("{count} more, each smaller", count=self.name)
        return _(METRICS[self.name].title) if self.kind == "metric" else words(self.key)

    @property
    def unmarked(self) -> str:
        """Its words where it is said already that it is a draw, chance or a shock."""
        return unmarked(self.key) if self.kind in MARKS else self.words

    @cached_property
    def mean(self) -> float:
        """What it contributes, on average over worlds."""
        return float(np.mean(self.values))

    @cached_property
    def share(self) -> float:
        """Share of worlds in which it has the sign of its mean."""
        size = np.abs(self.values)
        real = size > 1e-12 * np.max(size)
        return float(np.mean(real & (np.sign(self.values) == np.sign(self.mean))))


@dataclass(frozen=True)
class Step:
    """A term of the chain, and what fed it.

    Attributes:
        term: what this step carries of what it fed.
        fed_by: its own terms, the largest first; empty where the chain was not followed further.
        rest: the sum of those that are not shown; None for none. `fed_by` and `rest` add up to `term` in every world.
    """

    term: Term
    fed_by: tuple[Step, ...] = ()
    rest: Term | None = None


class Accountant:
    """Turns what was found in a graph into terms.

    Args:
        flow: the graph.
        worlds: which worlds to report.
        plans: the scenarios compared, for their claims.
        start: the run's first month.
    """

    def __init__(self, flow: Flow, worlds: slice, plans: tuple[Scenario, ...], start: str) -> None:
        self.flow, self.worlds, self.plans, self.start = flow, worlds, plans, start

    def parts(self, found: Found) -> list[Part]:
        """What was found, put together by what it is called, the largest first."""
        by: dict[Key, Part] = {}
        for node, carried in found.reached.items():
            part = _part(by, node, self.flow.amount(node, carried)[self.worlds])
            part.going[node] = carried
        for node, amount in found.moved.items():
            _part(by, node, amount[self.worlds]).ends = True
        for part in by.values():
            part.mean = float(np.mean(part.values))
        return sorted(by.values(), key=lambda part: (-abs(part.mean), part.key))

    def term(self, part: Part) -> Term:
        """A part as a term, with all that is said of it."""
        key, nodes = part.key, part.nodes
        # A state is that at the end of the month before the one that found it.
        months = [node.month - (key.kind == "state") for node in nodes]
        first, last = month_after(self.start, min(months)), month_after(self.start, max(months))
        now = then = None
        if key.kind != "luck" and all(node.value.ndim == 1 for node in nodes) and key.owner != "groups":
            now, then = self._mean(nodes, self.flow.apart.now), self._mean(nodes, self.flow.apart.then)
        pressing = _pressing(nodes) if key.kind == "decision" else []
        rests_on = claims(key, self.plans, first, last)
        if pressing:
            rests_on = tuple(dict.fromkeys(claim for one in pressing for claim in one.rule.claims))
        inputs = self._inputs([*nodes, *pressing], key.kind)
        return Term(*key, part.values, (first, last), now, then, inputs, rests_on)

    def whole(self, name: str, target: Node) -> Term:
        """The difference itself, as a term."""
        month = month_after(self.start, target.month)
        now, then = self.flow.apart.now(target)[self.worlds], self.flow.apart.then(target)[self.worlds]
        return Term(
            "metric",
            name,
            "",
            self.flow.apart.gap(target)[self.worlds],
            (month, month),
            float(np.mean(now)),
            float(np.mean(then)),
        )

    def _inputs(self, nodes: list[Node], kind: str) -> dict[str, tuple[float, float]]:
        """Mean inputs in both readings: of a rule its arguments, of a decision its pressures, of a draw its mean."""
        given: dict[str, list[Any]] = {}
        for node in nodes:
            if isinstance(node, RuleStep) and kind == "rule":
                for name, operand in zip(node.rule.inputs, node.operands, strict=False):
                    given.setdefault(name, []).append(operand)
            elif isinstance(node, RuleStep) and kind == "decision":
                given.setdefault(node.rule.name, []).append(node)
            elif isinstance(node, Draw) and kind == "draw":
                given.setdefault("expected", []).append(node)
        out = {}
        for name, ones in given.items():
            now, then = (self._mean(ones, _expected(read)) for read in (self.flow.apart.now, self.flow.apart.then))
            out[name] = now, then
        return out

    def _mean(self, nodes: list[Any], read: Callable[[Any], Array]) -> float:
        means = [float(np.mean(np.asarray(read(node))[..., self.worlds])) for node in nodes]
        return sum(means) / len(means)


@dataclass
class Part:
    """All that goes by one key.

    Attributes:
        values: what it contributes, per world; `mean`: on average.
        nodes: its steps; `going`: those that can be followed further, with what they carry.
        ends: whether it is not to be followed further.
    """

    key: Key
    values: Array
    nodes: list[Node]
    going: dict[Node, Carried]
    ends: bool
    mean: float = 0.0

    @property
    def followed(self) -> dict[Node, Carried] | None:
        """What to follow further; None for nothing."""
        ends = self.ends or self.key.kind == "luck" or not any(node.operands for node in self.nodes)
        return None if ends else self.going


def _expected(read: Callable[[Any], Array]) -> Callable[[Any], Array]:
    """Reads a value; of a draw, what was to be expected of it."""
    return lambda of: of.likely(*(read(one) for one in of.operands[1:])) if isinstance(of, Draw) else read(of)


def _pressing(nodes: list[Node]) -> list[RuleStep]:
    """The rules whose pressures a choice adds up."""
    out: dict[RuleStep, None] = {}
    waiting = [one for node in nodes if isinstance(node, Choice) for one in node.operands[1:]]
    while waiting:
        one = waiting.pop(0)
        if isinstance(one, RuleStep):
            out[one] = None
        elif isinstance(one, Node) and one.label is None:
            waiting += one.operands
    return list(out)


def _key(node: Node) -> Key:
    return Key("unnamed", "") if node.label is None else key_of(node.label)


def _part(by: dict[Key, Part], node: Node, amount: Array) -> Part:
    key = _key(node)
    part = by.get(key)
    if part is None:
        part = by[key] = Part(key, amount, [node], {}, False)
    else:
        part.values = part.values + amount
        part.nodes.append(node)
    return part


def passes(node: Node) -> bool:
    """Whether a step is only passed through: arithmetic, and a state that the account itself saw come about."""
    return node.label is None or (node.label.kind == "state" and bool(node.operands))


@dataclass(frozen=True)
class Cut:
    """How much of a chain to show.

    Attributes:
        shown: least size of a step, as a share of the largest term of the account.
        followed: least size of a step that is led further back.
        steps: how many may feed one; opened: how many are led further back in all; depth: how far.
    """

    shown: float = 0.04
    followed: float = 0.12
    steps: int = 6
    opened: int = 24
    depth: int = 12


class _Open:
    """A step of the chain while it is being put together."""

    def __init__(self, term: Term, going: dict[Node, Carried] | None, depth: int) -> None:
        self.term, self.going, self.depth = term, going, depth
        self.fed_by: list[_Open] = []
        self.rest: Term | None = None

    def done(self) -> Step:
        return Step(self.term, tuple(one.done() for one in self.fed_by), self.rest)


def chain(accountant: Accountant, whole: Term, target: Node, scale: float, cut: Cut) -> Step:
    """Follow a difference step by step, the largest first, back to what the account ends in.

    Args:
        whole: the difference; `target`: its step.
        scale: size of the largest term of the account.
    """
    ones = np.ones(accountant.flow.apart.width)
    root = _Open(whole, {target: (ones, None)}, 0)
    waiting: list[tuple[float, int, _Open]] = [(0.0, 0, root)]
    count = 0
    for _opened in range(cut.opened):
        if not waiting:
            break
        one = heapq.heappop(waiting)[2]
        for step in _fed(accountant, one, scale, cut):
            count += 1
            if step.going and step.depth < cut.depth and abs(step.term.mean) >= cut.followed * scale:
                heapq.heappush(waiting, (-abs(step.term.mean), count, step))
    return root.done()


def _fed(accountant: Accountant, one: _Open, scale: float, cut: Cut) -> list[_Open]:
    assert one.going is not None
    here = one.term.key
    found = accountant.flow.down(one.going, lambda node: not passes(node) and _key(node) != here)
    parts = accountant.parts(found)
    shown = [part for part in parts[: cut.steps] if abs(part.mean) >= cut.shown * scale] or parts[:1]
    one.fed_by = [_Open(accountant.term(part), part.followed, one.depth + 1) for part in shown]
    one.rest = rest_of([part.values for part in parts[len(shown) :]], one.term.months)
    return one.fed_by


def rest_of(values: list[Array], months: tuple[str, str]) -> Term | None:
    """What is not shown, as one term; None for nothing."""
    if not values:
        return None
    return Term("rest", str(len(values)), "", sum(values[1:], values[0]), months)
