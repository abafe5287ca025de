"""The runs behind an account: simulated plainly as far as they are alike or of no interest, then together, written down."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np

from sim.ensemble.simulate import advance, build_model
from sim.ensemble.spec import LimitError, RunSpec
from sim.model import FrontierModel, Parts
from sim.scenario import Scenario, Script
from sim.vocabulary import ACTORS
from sim.why.halves import FEWEST, Courses, PairRulebook, Record, snapshot
from sim.why.pair import PairedModel
from sim.why.scripts import PairScript, watched
from sim.why.steps import Label, Node
from sim.why.traced import Trace, Traced
from sim.worlds import Vector, total

# More months of worlds written down than this take more memory than an answer is worth: 1.2 GB or so.
MOST_WORLD_MONTHS = 12_000
_ALWAYS = 10**6


class TracedRuns:
    """Two runs of which the last months have been written down.

    Attributes:
        pair: them; None where the two never came to differ.
        target: the metric in the month asked for, as a step.
        since: the first month that was written down.
        reading: the metric in that month where the two never came to differ.
    """

    def __init__(
        self, pair: PairedModel | None, target: Node | None, since: int, reading: Vector | None = None
    ) -> None:
        self.pair, self.target, self.since, self.reading = pair, target, since, reading

    def close(self) -> None:
        """Let the model go; what was written down stays."""
        if self.pair is not None:
            self.pair.close()


def between(
    one_plan: Scenario,
    other_plan: Scenario,
    metrics: tuple[str, ...],
    month: int,
    back: int | None,
    worlds: int,
    seed: int,
    parameters: str,
) -> TracedRuns:
    """Simulate two scenarios with the same random draws to the end of a month.

    Args:
        metrics: the one to be explained first; any others are read too.
        month: months since the start.
        back: how many months to write down, the last one counted in; None: all in which the two differ.
    """
    width = max(worlds, FEWEST)
    past = _record(metrics, one_plan, other_plan)
    with _models((one_plan, other_plan), width, month, seed, parameters, past) as (one, other):
        rulebook = PairRulebook(one.parameters, other.parameters, width)
        record = _record(metrics, one_plan, other_plan)
        script = PairScript(
            (_script(one), _script(other)),
            (one_plan, other_plan),
            width,
            0,
            _recent(past, record, width, (_ALWAYS, _ALWAYS)),
        )
        parted = 0 if rulebook.own else _alike(one, script, month)
        if parted > month:
            return TracedRuns(None, None, month, past.model_vars[metrics[0]][month])
        script.part()
        since = parted if back is None else max(parted, month - back + 1)
        _affordable(month - since + 1, worlds)
        mine = snapshot(one)
        theirs = snapshot(other) if parted == 0 else mine
        plan = one_plan.model_copy(update={"policies": {**other_plan.policies, **one_plan.policies}})
        courses = _courses(one), _courses(other)
        if parted:  # so far they have been one run, in one model
            courses[1].held = courses[0].held
        trace = Trace(width, keep_all=False)
        script.readings = lambda metric, months: _mean(past, record, metric, months, trace)
        from_start = bool(rulebook.own) and since == 0
        pair = PairedModel(plan, seed, parted, rulebook, script, record, 0, trace if from_start else None)
        with _closed_on_error(pair):
            if not from_start:
                pair.settle(mine, theirs)
            pair.open_courses(*courses)
            for now in range(parted, month + 1):
                if now == since:
                    pair.begin(trace)
                pair.step()
            return TracedRuns(pair, _target(record, metrics[0]), since)


def within(
    plan: Scenario,
    metrics: tuple[str, ...],
    month: int,
    back: int,
    worlds: int,
    seed: int,
    parameters: str,
) -> TracedRuns:
    """Simulate a scenario to the end of a month, together with itself a month before. Arguments as for :func:`between`."""
    width = max(worlds, FEWEST)
    past = _record(metrics, plan)
    with _models((plan,), width, month, seed, parameters, past) as (one,):
        record = _record(metrics, plan)
        since = max(1, month - back + 1)
        _affordable(month - since + 1, worlds)
        advance(one, since - 1)
        before, script_before, course_before = snapshot(one), copy.deepcopy(_script(one)), _courses(one)
        advance(one, since)
        rulebook = PairRulebook(one.parameters, one.parameters, width)
        script = PairScript(
            (_script(one), script_before), (plan, plan), width, 1, _recent(past, record, width, (since, since - 1))
        )
        pair = PairedModel(plan, seed, since, rulebook, script, record, 1)
        with _closed_on_error(pair):
            pair.settle(snapshot(one), before)
            pair.open_courses(_courses(one), course_before)
            pair.begin(Trace(width, keep_all=True))
            for _ in range(since, month + 1):
                pair.step()
            return TracedRuns(pair, _target(record, metrics[0]), since)


def recorded(
    plans: tuple[Scenario, Scenario],
    metrics: tuple[str, ...],
    month: int,
    worlds: int,
    seed: int,
    parameters: str,
) -> PairedModel:
    """Simulate two scenarios side by side to a month, and write every step of that month down; to be closed by the caller.

    Nothing is asked of their difference, so that steps are kept whether the two differ in them or not. Arguments as for
    :func:`between`.
    """
    width = max(worlds, FEWEST)
    past = _record(metrics, *plans)
    with _models(plans, width, month, seed, parameters, past) as (one, other):
        rulebook = PairRulebook(one.parameters, other.parameters, width)
        record = _record(metrics, *plans)
        recent = _recent(past, record, width, (0, 0))
        script = PairScript((_script(one), _script(other)), plans, width, 0, recent)
        script.part()
        plan = plans[0].model_copy(update={"policies": {**plans[1].policies, **plans[0].policies}})
        pair = PairedModel(plan, seed, 0, rulebook, script, record, 0)
        with _closed_on_error(pair):
            pair.settle(snapshot(one), snapshot(other))
            pair.open_courses(_courses(one), _courses(other))
            trace = Trace(width, keep_all=True)
            script.readings = lambda metric, months: _mean(past, record, metric, months, trace)
            for _ in range(month):
                pair.step()
            pair.begin(trace)
            return pair


def _alike(one: FrontierModel, script: PairScript, month: int) -> int:
    """Simulate the months that two scenarios have in common, to the end of `month` at most; returns how many they are."""
    for now in range(month + 1):
        if script.differ(now):
            return now
        advance(one, now + 1)
    return month + 1


@contextmanager
def _models(
    plans: tuple[Scenario, ...], width: int, month: int, seed: int, parameters: str, record: Record
) -> Iterator[list[FrontierModel]]:
    """A model of each scenario; only the first is run, and what is read off it goes into `record`."""
    with ExitStack() as stack:
        models = []
        for plan in plans:
            spec = RunSpec.of(plan, width, month + 1, seed, parameters=parameters)
            models.append(build_model(spec, Parts(collector=lambda: record)))
            stack.callback(models[-1].close)
        yield models


@contextmanager
def _closed_on_error(pair: PairedModel) -> Iterator[None]:
    try:
        yield
    except BaseException:
        pair.close()
        raise


def _affordable(months: int, worlds: int) -> None:
    """See that no more is written down than memory should hold."""
    if months > 1 and months * worlds > MOST_WORLD_MONTHS:
        most = max(1, MOST_WORLD_MONTHS // worlds)
        raise LimitError(f"{months} months back are too many for {worlds:,} worlds; allowed: {most}, or fewer worlds")


def _script(model: FrontierModel) -> Script:
    assert isinstance(model.script, Script)
    return model.script


def _courses(model: FrontierModel) -> Courses:
    pakistan = model.pakistan
    if pakistan.policy_decision is None:
        return Courses()
    choice = pakistan.policy_decision
    return Courses(choice.options, pakistan.policy_costs, pakistan.policy_coerciveness, choice.chosen)


def _record(metrics: tuple[str, ...], *plans: Scenario) -> Record:
    seen = [one.metric for plan in plans for actor in ACTORS for one in watched(plan, actor)]
    return Record(tuple(dict.fromkeys([*metrics, *seen])))


def _target(record: Record, metric: str) -> Node:
    last = record.model_vars[metric][-1]
    assert isinstance(last, Traced)
    return last.node


def _recent(past: Record, record: Record, width: int, lengths: tuple[int, int]) -> Callable[[int, str, int], Vector]:
    """Each half's mean of a metric over some months: of its past before the halves were put together, and since."""

    def recent(half: int, metric: str, months: int) -> Vector:
        place = slice(0, width) if half == 0 else slice(width, None)
        alone = past.model_vars[metric][: lengths[half]]
        since = [one.value if isinstance(one, Traced) else one for one in record.model_vars[metric]]
        rows = [*alone, *(one[place] for one in since)][-months:]
        return np.atleast_1d(total(rows) / len(rows))

    return recent


def _mean(past: Record, record: Record, metric: str, months: int, trace: Trace) -> Any:
    """The same of both halves, as a step."""
    rows = [*(np.concatenate([one, one]) for one in past.model_vars[metric]), *record.model_vars[metric]][-months:]
    if not rows:
        return None
    known = Label("state", f"record.{metric}")
    steps: list[Any] = [one if isinstance(one, Traced) else Traced(trace, trace.leaf(one, known)) for one in rows]
    return total(steps) / len(steps)
