"""Two runs lived as one: on the worlds axis stand the worlds of one run, then those of the other.

The model's own months are lived on this double width, with each half's own script, parameters, luck and past; so every
number is that of the run itself, and every step of the explained months is taken by both runs at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from functools import partial
from typing import Any

import numpy as np

from sim.agents.decision import Decision
from sim.gauges import GAUGES
from sim.model import FrontierModel
from sim.rule import RULES
from sim.rulebook import Rulebook
from sim.shocks import strike
from sim.why.scripts import PairScript, Struck
from sim.why.steps import Array, Label, Node, RuleStep
from sim.why.traced import Trace, Traced, TracedChoice
from sim.worlds import Streams, Vector

# A state's place in an agent: its attribute, and the key or field within it.
Place = tuple[str, str]
Snapshot = list[dict[Place, Array]]
# Of a decision these are made anew each month.
_PASSING = ("utilities", "draws", "probabilities")
# What Pakistan weighs where its course is open: the courses may be others in each half.
_COURSES = ("of_policy", "policy_costs", "policy_coerciveness")
# To the utility of a course that is not open to a half: no noise makes up for it.
_CLOSED = -1_000.0
# Run at least this many worlds: fewer than this, and a list of options could be taken for a vector over worlds.
FEWEST = 61


def places(agent: Any, width: int) -> Iterator[tuple[Place, dict[str, Any], str]]:
    """Where an agent keeps vectors over worlds: name of the place, and the dictionary and key that hold it."""
    for name, value in list(vars(agent).items()):
        if _over_worlds(value, width):
            yield (name, ""), vars(agent), name
        elif isinstance(value, dict | Decision):
            held = vars(value) if isinstance(value, Decision) else value
            for key, one in list(held.items()):
                if _over_worlds(one, width) and not (isinstance(value, Decision) and key in _PASSING):
                    yield (name, str(key)), held, key


def _over_worlds(value: Any, width: int) -> bool:
    return isinstance(value, np.ndarray | Traced) and value.ndim > 0 and value.shape[-1] == width


def snapshot(model: FrontierModel) -> Snapshot:
    """Every agent's state. Vectors are replaced and never changed, so nothing is copied."""
    return [{place: held[key] for place, held, key in places(agent, model.worlds)} for agent in model.agents]


def _restore(model: FrontierModel, one: Snapshot, other: Snapshot) -> None:
    """Give a model of double width the states of two."""
    for agent, first, second in zip(model.agents, one, other, strict=True):
        for (name, key), value in first.items():
            if name in _COURSES:
                continue
            # A state that the earlier month had not yet taken note of is what it was to become.
            both = np.concatenate([value, second.get((name, key), value)], axis=-1)
            held = vars(agent)[name] if key else vars(agent)
            if isinstance(held, Decision):
                held = vars(held)
            if held is not None:
                held[key or name] = both


@dataclass
class Record:
    """What was read off a run, month by month; stands in for Mesa's collector, which would read everything.

    Attributes:
        metrics: those that are read: the one to be explained, and those that a script watches.
        model_vars: what was read, by metric.
    """

    metrics: tuple[str, ...]
    model_vars: dict[str, list[Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.model_vars = {name: [] for name in self.metrics}

    def collect(self, model: FrontierModel) -> None:
        """Read the month off."""
        for name in self.metrics:
            self.model_vars[name].append(GAUGES[name](model))

    def attend(self, model: FrontierModel) -> None:
        """Take the place of a model's collector."""
        model.datacollector = self
        model._take_readings = lambda: None  # type: ignore[method-assign]


@dataclass
class Courses:
    """The courses that a run's Pakistan chooses among, what they cost, how coercive they are, and which it held."""

    names: tuple[str, ...] = ()
    costs: Array | None = None
    coerciveness: Array | None = None
    held: Array | None = None


class PairStreams:
    """Luck for both halves: the same month's, or for the other half that of some months before."""

    def __init__(self, streams: Streams, lag: int) -> None:
        self.streams, self.lag, self.first = streams, lag, streams.first
        self.trace: Trace | None = None

    def uniform(self, name: str, month: int, slot: int = 0) -> Any:
        """A draw per world of each half."""
        return self._both(name, lambda back: self.streams.uniform(name, month - back, slot))

    def uniforms(self, name: str, month: int, slots: int, first: int = 0) -> Any:
        """Draws for so many slots."""
        return self._both(name, lambda back: self.streams.uniforms(name, month - back, slots, first))

    def _both(self, name: str, draw: Callable[[int], Vector]) -> Any:
        one = draw(0)
        both = np.concatenate([one, draw(self.lag) if self.lag else one], axis=-1)
        if self.trace is None:
            return both
        return Traced(self.trace, self.trace.leaf(both, Label("luck", name)))


class PairRulebook(Rulebook):
    """Rules for both halves, each with its own parameters where they differ; while tracing, each call is a step.

    Attributes:
        own: parameter -> its two values, where they differ.
        leaves: the same as steps of the trace.
        mask: what to add to the utility of courses that are not open to a half of the worlds; None for nothing.
    """

    def __init__(self, one: Mapping[str, float | Vector], other: Mapping[str, float | Vector], width: int) -> None:
        self.width = width
        self.own = {name: (one[name], other[name]) for name in one if not np.array_equal(one[name], other[name])}
        self.both = {name: self._wide(one[name], other[name]) for name in one}
        super().__init__(self.both)
        self._apart = Rulebook(one)._bound, Rulebook(other)._bound
        self._divided = {rule.function for rule in RULES.values() if any(name in self.own for name in rule.parameters)}
        self._rules = {rule.function: rule for rule in RULES.values()}
        self.trace: Trace | None = None
        self.leaves: dict[str, Node] = {}
        self.mask: Any = None

    def _wide(self, one: float | Vector, other: float | Vector) -> float | Vector:
        if isinstance(one, float) and isinstance(other, float) and one == other:
            return one
        return np.concatenate([np.broadcast_to(value, (self.width,)) for value in (one, other)])

    def begin(self, trace: Trace) -> None:
        """From now on, write each call down."""
        self.trace = trace
        self.leaves = {
            name: trace.leaf(value, Label("parameter", name))
            for name, value in self.both.items()
            if isinstance(value, np.ndarray)
        }

    def __call__(self, rule: Callable[..., Vector], *inputs: Any) -> Any:
        """What the rule says of these inputs."""
        return self.called_by("", rule, *inputs)

    def called_by(self, owner: str, rule: Callable[..., Vector], *inputs: Any) -> Any:
        """The same, with the name of the agent that asks."""
        values = [one.value if isinstance(one, Traced) else one for one in inputs]
        out = self._halves(rule, values) if rule in self._divided else self._bound[rule](*values)
        known = self._rules[rule]
        if self.trace is not None:
            parameters = [self.leaves.get(name, self.both[name]) for name in known.parameters]
            operands = [*(self.trace.operand(one) for one in inputs), *parameters]
            step = self.trace.add(RuleStep, out, operands, known)
            step.label = Label("rule", known.name, owner)
            out = Traced(self.trace, step)
        if self.mask is not None and known.name == "cost_weighs":
            out = out + self.mask
        return out

    def _halves(self, rule: Callable[..., Vector], values: list[Any]) -> Array:
        """Each half by its own parameters: a power, say, has other bits with a vector than with a number."""
        parts = []
        for number, bound in enumerate(self._apart):
            half = slice(0, self.width) if number == 0 else slice(self.width, None)
            parts.append(bound[rule](*(np.ascontiguousarray(one[..., half]) for one in values)))
        return np.concatenate(parts, axis=-1)


class Twin:
    """A model of double width, and what has been written down of its last months.

    Attributes:
        model: the model; its month is that of the first half.
        trace: the record; None until :meth:`begin`.
        starts: month -> number of the last step before that month's own.
        target: the metric read last, as a step.
    """

    def __init__(
        self,
        body: FrontierModel,
        month: int,
        rulebook: PairRulebook,
        script: PairScript,
        record: Record,
        lag: int,
    ) -> None:
        self.model, self.width, self.rulebook, self.script, self.record = body, rulebook.width, rulebook, script, record
        self.streams = PairStreams(body.streams, lag)
        self.trace: Trace | None = None
        self.starts: dict[int, int] = {}
        self._began: dict[tuple[int, Place], Node] = {}
        body.worlds, body.month, body.record = 2 * self.width, month, False
        body.streams, body.rulebook, body.script = self.streams, rulebook, script  # type: ignore[assignment]
        body.parameters = rulebook.both
        record.attend(body)

    def settle(self, one: Snapshot, other: Snapshot) -> None:
        """Make the agents anew, with the states of two models."""
        self.model.remove_all_agents()
        self.model._make_agents()
        _restore(self.model, one, other)

    def settle_traced(self, trace: Trace) -> None:
        """Make the agents anew, their first states traced back to parameters."""
        self._begin(trace)
        leaves = {name: Traced(trace, leaf) for name, leaf in self.rulebook.leaves.items()}
        everything = {
            name: leaves[name] if name in leaves else _full(trace, value)
            for name, value in self.rulebook.both.items()
        }
        self.model.parameters = everything  # type: ignore[assignment]
        self.model.remove_all_agents()
        self.model._make_agents()
        self._attach()

    def open_courses(self, one: Courses, other: Courses) -> None:
        """Each half has its own courses to choose from, at its own costs."""
        pakistan, names, width = self.model.pakistan, self.script.candidates, self.width
        if pakistan.of_policy is None:
            return
        halves = []
        for each in (one, other):
            costs, pressing, closed = np.zeros((3, len(names), width))
            held, closed = np.zeros(width), closed + _CLOSED
            if each.names and each.costs is not None and each.coerciveness is not None and each.held is not None:
                places = [names.index(name) for name in each.names]
                costs[places], pressing[places], closed[places] = each.costs, each.coerciveness, 0.0
                held = np.array(places, dtype=np.float64)[each.held.astype(np.intp)]
            halves.append((costs, pressing, closed, held))
        costs, pressing, closed, held = (np.concatenate(pair, axis=-1) for pair in zip(*halves, strict=True))
        pakistan.policy_costs, pakistan.policy_coerciveness, pakistan.of_policy.chosen = costs, pressing, held
        if closed.any():
            self.rulebook.mask = closed

    def begin(self, trace: Trace) -> None:
        """From now on, write every step down."""
        self._begin(trace)
        self._attach()

    def _begin(self, trace: Trace) -> None:
        self.trace = self.streams.trace = self.script.trace = trace
        trace.month = self.model.month
        self.rulebook.begin(trace)
        if self.rulebook.mask is not None:
            self.rulebook.mask = Traced(trace, trace.leaf(self.rulebook.mask, Label("lever", "pakistan.among")))

    def _attach(self) -> None:
        """Parameters and vectors that agents make become steps too; a rule's caller is known."""
        trace = self.trace
        assert trace is not None
        leaves = {name: Traced(trace, leaf) for name, leaf in self.rulebook.leaves.items()}
        self.model.parameters = {**self.rulebook.both, **leaves}  # type: ignore[dict-item]
        for agent in self.model.agents:
            agent.apply = partial(self.rulebook.called_by, agent.name)
            agent.full = partial(_full, trace)

    def live(self) -> None:
        """One month of both runs."""
        if self.trace is not None:
            self._name_states(self.trace)
        self._shock()
        self.model.step()
        if self.trace is not None:
            for number, agent in enumerate(self.model.agents):
                for place, held, key in places(agent, 2 * self.width):
                    now, before = held[key], self._began.get((number, place))
                    node = now.choice if isinstance(now, TracedChoice) else getattr(now, "node", None)
                    if node is not None and node is not before and node.before is None:
                        node.before = before

    def _name_states(self, trace: Trace) -> None:
        """What the month finds: each state gets a name, so that what comes of it can be led back to it."""
        trace.month = self.model.month
        for number, agent in enumerate(self.model.agents):
            for place, held, key in places(agent, 2 * self.width):
                label = Label("state", ".".join(part for part in place if part), agent.name)
                value = held[key]
                if isinstance(value, TracedChoice):
                    node = trace.state(value.choice, label)
                    held[key] = TracedChoice(trace, node, value.value)
                elif isinstance(value, Traced):
                    node = trace.state(value.node, label)
                    held[key] = Traced(trace, node)
                elif place[1] == "chosen":
                    options = len(vars(agent)[place[0]].options)
                    node = trace.leaf((np.arange(options)[:, None] == value).astype(np.float64), label)
                    held[key] = TracedChoice(trace, node, value)
                else:
                    node = self._found(trace, value, label)
                    held[key] = Traced(trace, node)
                self._began[number, place] = node
        self.starts[self.model.month] = trace.nodes

    def _found(self, trace: Trace, value: Array, label: Label) -> Node:
        """A state that nothing has been written down of; one that is a parameter still goes by its name."""
        if trace.parts(value):
            for name in self.rulebook.own:
                if np.array_equal(value, self.rulebook.both[name]):
                    return self.rulebook.leaves[name]
        return trace.leaf(value, label)

    def _shock(self) -> None:
        """Shocks that both runs meet are left to the model; others strike one half of the worlds."""
        one, other = self.script.shocks_apart(self.model.month)
        matcher = SequenceMatcher(a=one, b=other, autojunk=False)
        for kind, a, b, c, d in matcher.get_opcodes():
            if kind == "equal":
                for shock in one[a:b]:
                    strike(self.model, *shock)
                continue
            for half, shocks in ((0, one[a:b]), (1, other[c:d])):
                for shock in shocks:
                    self._strike_half(half, shock)

    def _strike_half(self, half: int, shock: tuple[str, Any, float]) -> None:
        found = [(held, key, held[key]) for agent in self.model.agents for _, held, key in places(agent, 2 * self.width)]
        strike(self.model, *shock)
        mine = np.arange(2 * self.width) // self.width == half
        leaf: Node | None = None
        for held, key, old in found:
            struck = held[key]
            if struck is old:
                continue
            if self.trace is None:
                held[key] = np.where(mine, struck, old)
                continue
            if leaf is None:
                target, operation, amount = shock
                leaf = self.trace.leaf(mine.astype(np.float64), Label("shock", target, f"{operation} {amount:g}"))
            value = np.where(mine, struck.value, old.value)
            held[key] = Traced(self.trace, self.trace.add(Struck, value, [old.node, leaf], struck.value, half))


def _full(trace: Trace, value: Any) -> Traced:
    if isinstance(value, Traced):
        return value
    return Traced(trace, trace.leaf(np.ones(2 * trace.width) * value))
