"""What two runs on one worlds axis have of their own: draws, parameters, courses to choose from; and where states stand."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.agents.decision import Decision
from sim.metrics import METRICS
from sim.model import FrontierModel
from sim.rule import RULES
from sim.rulebook import Rulebook, by_name_only, summed_in_full
from sim.why.shapley import Array
from sim.why.steps import Label, Node, RuleStep
from sim.why.traced import Trace, Traced
from sim.worlds import BatchLayout, Streams, Vector

# A state's place in an agent: its attribute, and the key or field within it.
Place = tuple[str, str]
Snapshot = list[dict[Place, Array]]
# Of a decision these are made anew each month.
_PASSING = ("utilities", "draws", "probabilities")
# What Pakistan weighs where its course is open: the courses may be others in each half.
COURSES = ("policy_decision", "policy_costs", "policy_coerciveness")
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
            self.model_vars[name].append(METRICS[name].read(model))


@dataclass
class Courses:
    """The courses that a run's Pakistan chooses among, what they cost, how coercive they are, and which it held."""

    names: tuple[str, ...] = ()
    costs: Array | None = None
    coerciveness: Array | None = None
    held: Array | None = None


class PairStreams(Streams):
    """Random draws for both halves: the same month's, or for the other half that of some months before."""

    def __init__(self, seed: int, width: int, lag: int) -> None:
        super().__init__(seed, BatchLayout(width, blocks=2))
        self.lag = lag
        self.trace: Trace | None = None

    def uniform(self, name: str, month: int, slot: int = 0) -> Any:
        """A draw per world of each half."""
        return self._both(name, month, lambda then: super(PairStreams, self).uniform(name, then, slot))

    def uniforms(self, name: str, month: int, slots: int, first: int = 0) -> Any:
        """Draws for so many slots."""
        return self._both(name, month, lambda then: super(PairStreams, self).uniforms(name, then, slots, first))

    def full(self, value: Any) -> Any:
        """A vector of this value, as a step."""
        if self.trace is None:
            return super().full(value)
        return value if isinstance(value, Traced) else Traced(self.trace, self.trace.leaf(super().full(value)))

    def _both(self, name: str, month: int, draw: Callable[[int], Vector]) -> Any:
        both = draw(month)
        if self.lag and month >= self.lag:  # what is drawn before the first month is each half's own start
            both[..., self.layout.worlds :] = draw(month - self.lag)[..., : self.layout.worlds]
        return both if self.trace is None else Traced(self.trace, self.trace.leaf(both, Label("luck", name)))


class PairRulebook(Rulebook):
    """Rules for both halves, each with its own parameters where they differ; while tracing, each call is a step.

    Attributes:
        own: parameter -> its two values, where they differ.
        leaves: the same as steps of the trace.
    """

    def __init__(self, one: Mapping[str, float | Vector], other: Mapping[str, float | Vector], width: int) -> None:
        self.width = width
        self.own = {name: (one[name], other[name]) for name in one if not np.array_equal(one[name], other[name])}
        self.both = {name: self._wide(one[name], other[name]) for name in one}
        super().__init__(self.both)
        self._apart = Rulebook(one), Rulebook(other)
        self._divided = {rule.function for rule in RULES.values() if any(name in self.own for name in rule.parameters)}
        self._rules = {rule.function: rule for rule in RULES.values()}
        self.trace: Trace | None = None
        self.leaves: dict[str, Node] = {}

    def _wide(self, one: float | Vector, other: float | Vector) -> float | Vector:
        if isinstance(one, float) and isinstance(other, float) and one == other:
            return one
        return np.concatenate([np.broadcast_to(value, (self.width,)) for value in (one, other)])

    def begin(self, trace: Trace) -> None:
        """From now on, write each call down; parameters that differ are steps too."""
        self.trace = trace
        self.leaves = {
            name: trace.leaf(value, Label("parameter", name))
            for name, value in self.both.items()
            if isinstance(value, np.ndarray)
        }
        self.parameters = {**self.both, **self._traced(trace)}

    @contextmanager
    def all_traced(self, trace: Trace) -> Iterator[None]:
        """Meanwhile every parameter is a step: for states that begin as parameters."""
        usual = self.parameters
        full: dict[str, Any] = {
            name: Traced(trace, trace.leaf(np.ones(2 * self.width) * value)) for name, value in self.both.items()
        }
        self.parameters = full | self._traced(trace)
        yield
        self.parameters = usual

    def _traced(self, trace: Trace) -> dict[str, Any]:
        return {name: Traced(trace, leaf) for name, leaf in self.leaves.items()}

    def called_by(self, owner: str, rule: Callable[..., Vector], /, *by_place: Any, **state: Any) -> Any:
        """What the rule says of this state, asked for by this agent."""
        if by_place:
            raise TypeError(by_name_only(rule))
        values = {name: one.value if isinstance(one, Traced) else one for name, one in state.items()}
        out: Any = self._halves(rule, values) if rule in self._divided else self.bound(rule)(**values)
        known = self._rules[rule]
        if self.trace is not None:
            parameters = [self.leaves.get(name, self.both[name]) for name in known.parameters]
            # In the order of the rule's arguments, in which the step is evaluated again.
            operands = [*(self.trace.operand(state[name]) for name in known.inputs), *parameters]
            step = self.trace.add(RuleStep, out, operands, known)
            step.label = Label("rule", known.name, owner)
            out = Traced(self.trace, step)
        return out

    def sum_over(
        self, streams: Streams, name: str, month: int, counts: Any, owner: str, rule: Callable[..., Vector]
    ) -> Any:
        return summed_in_full(self, streams, name, month, counts, owner, rule)

    def _halves(self, rule: Callable[..., Vector], values: Mapping[str, Any]) -> Array:
        """Each half by its own parameters: a power, say, has other bits with a vector than with a number."""
        parts = []
        for number, rules in enumerate(self._apart):
            half = slice(0, self.width) if number == 0 else slice(self.width, None)
            mine = {name: np.ascontiguousarray(one[..., half]) for name, one in values.items()}
            parts.append(rules.bound(rule)(**mine))
        return np.concatenate(parts, axis=-1)
