"""The runs behind an account: lived plainly as far as they are alike or of no interest, then together and written down."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import numpy as np

from sim.model import FrontierModel
from sim.scenario import Scenario
from sim.vocabulary import ACTORS
from sim.why.pair import FEWEST, Courses, PairRulebook, Record, Twin, snapshot
from sim.why.scripts import PairScript, watched
from sim.why.steps import Node
from sim.why.traced import Trace, Traced
from sim.worlds import Vector, total

_ALWAYS = 10**6


class Lived:
    """Two runs of which the last months have been written down.

    Attributes:
        twin: them; None where the two never came to differ.
        target: the metric in the month asked for, as a step.
        since: the first month that was written down.
        parted: the month in which the two came to differ.
    """

    def __init__(self, twin: Twin | None, target: Node | None, since: int, parted: int, worlds: int) -> None:
        self.twin, self.target, self.since, self.parted, self.worlds = twin, target, since, parted, worlds

    def close(self) -> None:
        """Let the model go; what was written down stays."""
        if self.twin is not None:
            self.twin.model.close()


def between(
    one_plan: Scenario,
    other_plan: Scenario,
    metrics: tuple[str, ...],
    month: int,
    back: int | None,
    worlds: int,
    seed: int,
    parameters: str,
) -> Lived:
    """Live two scenarios under the same luck to the end of a month.

    Args:
        metrics: the one to be explained first; any others are read too.
        month: months since the start.
        back: how many months to write down, the last one counted in; None: all in which the two differ.
    """
    width = max(worlds, FEWEST)
    one, body = (FrontierModel(plan, width, seed, parameters=parameters) for plan in (one_plan, other_plan))
    rulebook = PairRulebook(one.parameters, body.parameters, width)
    record, past = _record(metrics, one_plan, other_plan), _record(metrics, one_plan, other_plan)
    past.attend(one)
    script = PairScript(
        (one.script, body.script), (one_plan, other_plan), width, 0, _recent(past, record, width, (_ALWAYS, _ALWAYS))
    )
    parted = 0
    if not rulebook.own:
        while not script.differ(parted):
            if parted == month:
                one.close(), body.close()
                return Lived(None, None, month, _ALWAYS, worlds)
            one.step()
            parted += 1
    script.part()
    since = parted if back is None else max(parted, month - back + 1)
    mine = snapshot(one)
    theirs = snapshot(body) if parted == 0 else mine
    body.plan = one_plan.model_copy(update={"policies": {**other_plan.policies, **one_plan.policies}})
    courses = _courses(one), _courses(body)
    if parted:  # so far they have lived one life, in one body
        courses[1].held = courses[0].held
    twin = Twin(body, parted, rulebook, script, record, 0)
    trace = Trace(width, keep_all=False)
    script.readings = lambda metric, months: _mean(past, record, metric, months)
    if rulebook.own and since == 0:
        twin.settle_traced(trace)
    else:
        twin.settle(mine, theirs)
    twin.open_courses(*courses)
    one.close()
    for now in range(parted, month + 1):
        if now == since:
            twin.begin(trace)
        twin.live()
    return Lived(twin, _target(record, metrics[0]), since, parted, worlds)


def within(
    plan: Scenario,
    metrics: tuple[str, ...],
    month: int,
    back: int,
    worlds: int,
    seed: int,
    parameters: str,
) -> Lived:
    """Live a scenario to the end of a month, beside itself a month before. Arguments as for :func:`between`."""
    width = max(worlds, FEWEST)
    one, body = (FrontierModel(plan, width, seed, parameters=parameters) for _ in range(2))
    record, past = _record(metrics, plan), _record(metrics, plan)
    past.attend(one)
    since = max(1, month - back + 1)
    for _ in range(since - 1):
        one.step()
    before, script_before, course_before = snapshot(one), copy.deepcopy(one.script), _courses(one)
    one.step()
    rulebook = PairRulebook(one.parameters, body.parameters, width)
    script = PairScript(
        (one.script, script_before), (plan, plan), width, 1, _recent(past, record, width, (since, since - 1))
    )
    twin = Twin(body, since, rulebook, script, record, 1)
    twin.settle(snapshot(one), before)
    twin.open_courses(_courses(one), course_before)
    one.close()
    twin.begin(Trace(width, keep_all=True))
    for _ in range(since, month + 1):
        twin.live()
    return Lived(twin, _target(record, metrics[0]), since, since, worlds)


def _courses(model: FrontierModel) -> Courses:
    pakistan = model.pakistan
    if pakistan.of_policy is None:
        return Courses()
    choice = pakistan.of_policy
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


def _mean(past: Record, record: Record, metric: str, months: int) -> Any:
    """The same of both halves, as a step."""
    rows = [*(np.concatenate([one, one]) for one in past.model_vars[metric]), *record.model_vars[metric]][-months:]
    return total(rows) / len(rows) if rows else None
