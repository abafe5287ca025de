"""Two runs simulated as one: on the worlds axis stand the worlds of one run, then those of the other.

The model's own months pass on this double width, with each half's own script, parameters, draws and past; so every
number is that of the run itself, and every step of the explained months is taken by both runs at once.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import Any

import numpy as np

from sim.agents.decision import Decision
from sim.ensemble.simulate import build_model
from sim.ensemble.spec import RunSpec
from sim.model import Parts
from sim.scenario import Scenario
from sim.shocks import apply_shock
from sim.why.halves import COURSES, Courses, PairRulebook, PairStreams, Place, Record, Snapshot, places
from sim.why.scripts import PairScript, Struck
from sim.why.shapley import Array
from sim.why.steps import Label, Node
from sim.why.traced import Trace, Traced, TracedChoice

MOST_MATCHED = 200  # shocks in one month that are looked through for those that both runs meet


class PairedModel:
    """A model of double width, and what has been written down of its last months.

    Args:
        plan: a scenario with the policies of both.
        month: from which the halves are simulated together.
        lag: how many months the other half is behind.
        trace: where even what its agents begin with is to be written down: the record of it.

    Attributes:
        model: the model; its month is that of the first half.
        trace: the record; None until :meth:`begin`.
        starts: month -> number of the last step before that month's own.
    """

    def __init__(
        self,
        plan: Scenario,
        seed: int,
        month: int,
        rulebook: PairRulebook,
        script: PairScript,
        record: Record,
        lag: int,
        trace: Trace | None = None,
    ) -> None:
        self.width, self.rulebook, self.script, self.record = rulebook.width, rulebook, script, record
        self.streams = PairStreams(seed, self.width, lag)
        self.trace: Trace | None = None
        self.starts: dict[int, int] = {}
        self._began: dict[tuple[int, Place], Node] = {}
        parts = Parts(streams=self.streams, script=script, rulebook=lambda _: rulebook, collector=lambda: record)
        spec = RunSpec.of(plan, self.width, plan.months, seed, parameters="defaults", points=2)
        if trace is None:
            self.model = build_model(spec, parts)
            self.model.month = month
        else:
            trace.month = month
            rulebook.begin(trace)
            with rulebook.all_traced(trace):
                self.model = build_model(spec, parts)
            self._write_down(trace)

    def settle(self, one: Snapshot, other: Snapshot) -> None:
        """Give the agents the states of two models."""
        for agent, first, second in zip(self.model.agents, one, other, strict=True):
            for (name, key), value in first.items():
                if name in COURSES:
                    continue
                # A state that the earlier month had not yet taken note of is what it was to become.
                both = np.concatenate([value, second.get((name, key), value)], axis=-1)
                held = vars(agent)[name] if key else vars(agent)
                if isinstance(held, Decision):
                    held = vars(held)
                if held is not None:
                    held[key or name] = both

    def open_courses(self, one: Courses, other: Courses) -> None:
        """Each half has its own courses to choose from, at its own costs."""
        pakistan, names, width = self.model.pakistan, self.script.candidates, self.width
        if pakistan.policy_decision is None:
            return
        halves = []
        for each in (one, other):
            costs, pressing = np.zeros((2, len(names), width))
            held = np.zeros(width)
            if each.names and each.costs is not None and each.coerciveness is not None and each.held is not None:
                places = [names.index(name) for name in each.names]
                costs[places], pressing[places] = each.costs, each.coerciveness
                held = np.array(places, dtype=np.float64)[each.held.astype(np.intp)]
            halves.append((costs, pressing, held))
        costs, pressing, held = (np.concatenate(pair, axis=-1) for pair in zip(*halves, strict=True))
        pakistan.policy_decision.chosen = held
        for name, value in (("policy_costs", costs), ("policy_coerciveness", pressing)):
            made = getattr(pakistan, name)
            # What parameters alone make of it keeps its way from them.
            if not np.array_equal(made.value if isinstance(made, Traced) else made, value):
                setattr(pakistan, name, value)

    def begin(self, trace: Trace) -> None:
        """From now on, write every step down."""
        if self.trace is None:
            trace.month = self.model.month
            self.rulebook.begin(trace)
            self._write_down(trace)

    def _write_down(self, trace: Trace) -> None:
        self.trace = self.streams.trace = self.script.trace = trace

    def close(self) -> None:
        """Let the model go, and at once: its parts point at each other, and at everything that was written down."""
        agents = list(self.model.agents)
        self.model.close()
        for agent in agents:
            vars(agent).clear()
        self._began.clear()
        self.record.model_vars.clear()
        self.script.forget()

    def step(self) -> None:
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
                if place[0] in COURSES and place[1] != "chosen":
                    label = Label("lever", "pakistan.among")
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
        steps = [("equal" if one == other else "replace", 0, len(one), 0, len(other))]
        if one != other and max(len(one), len(other)) <= MOST_MATCHED:
            steps = [*SequenceMatcher(a=one, b=other, autojunk=False).get_opcodes()]
        for kind, a, b, c, d in steps:
            if kind == "equal":
                for shock in one[a:b]:
                    apply_shock(self.model, *shock)
                continue
            for half, shocks in ((0, one[a:b]), (1, other[c:d])):
                for shock in shocks:
                    self._apply_to_half(half, shock)

    def _apply_to_half(self, half: int, shock: tuple[str, Any, float]) -> None:
        found = [
            (held, key, held[key]) for agent in self.model.agents for _, held, key in places(agent, 2 * self.width)
        ]
        apply_shock(self.model, *shock)
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
