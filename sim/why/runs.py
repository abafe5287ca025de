"""The runs behind an account: lived plainly as far as they are alike or of no interest, then together and written down."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from sim.ensemble.run import LimitError
from sim.model import FrontierModel
from sim.scenario import Scenario
from sim.vocabulary import ACTORS
from sim.why.halves import FEWEST, Courses, PairRulebook, Record, snapshot
from sim.why.pair import Twin
from sim.why.scripts import PairScript, watched
from sim.why.steps import Label, Node
from sim.why.traced import Trace, Traced
from sim.worlds import Vector, total

# More months of worlds written down than this take more memory than an answer is worth: 1.2 GB or so.
MOST_WORLD_MONTHS = 12_000
_ALWAYS = 10**6


class Lived:
    """Two runs of which the last months have been written down.

    Attributes:
        twin: them; None where the two never came to differ.
        target: the metric in the month asked for, as a step.
        since: the first month that was written down.
        reading: the metric in that month where the two never came to differ.
    """

    def __init__(self, twin: Twin | None, target: Node | None, since: int, reading: Vector | None = None) -> None:
        self.twin, self.target, self.since, self.reading = twin, target, since, reading

    def close(self) -> None:
        """Let the model go; what was written down stays."""
        if self.twin is not None:
            self.twin.close()


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
    with _closed(one, body):
        rulebook = PairRulebook(one.parameters, body.parameters, width)
        record, past = _record(metrics, one_plan, other_plan), _record(metrics, one_plan, other_plan)
        past.attend(one)
        script = PairScript(
            (one.script, body.script),
            (one_plan, other_plan),
            width,
            0,
            _recent(past, record, width, (_ALWAYS, _ALWAYS)),
        )
        parted = 0 if rulebook.own else _alike(one, script, month)
        if parted > month:
            body.close()
            return Lived(None, None, month, past.model_vars[metrics[0]][month])
        script.part()
        since = parted if back is None else max(parted, month - back + 1)
        _affordable(month - since + 1, worlds)
        mine = snapshot(one)
        theirs = snapshot(body) if parted == 0 else mine
        body.plan = one_plan.model_copy(update={"policies": {**other_plan.policies, **one_plan.policies}})
        courses = _courses(one), _courses(body)
        if parted:  # so far they have lived one life, in one body
            courses[1].held = courses[0].held
        twin = Twin(body, parted, rulebook, script, record, 0)
        trace = Trace(width, keep_all=False)
        script.readings = lambda metric, months: _mean(past, record, metric, months, trace)
        if rulebook.own and since == 0:
            twin.settle_traced(trace)
        else:
            twin.settle(mine, theirs)
        twin.open_courses(*courses)
        for now in range(parted, month + 1):
            if now == since:
                twin.begin(trace)
            twin.live()
        return Lived(twin, _target(record, metrics[0]), since)


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
    with _closed(one, body):
        record, past = _record(metrics, plan), _record(metrics, plan)
        past.attend(one)
        since = max(1, month - back + 1)
        _affordable(month - since + 1, worlds)
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
        twin.begin(Trace(width, keep_all=True))
        for _ in range(since, month + 1):
            twin.live()
        return Lived(twin, _target(record, metrics[0]), since)


def _alike(one: FrontierModel, script: PairScript, month: int) -> int:
    """Live the months that two scenarios have in common, to the end of `month` at most; returns how many they are."""
    for now in range(month + 1):
        if script.differ(now):
            return now
        one.step()
    return month + 1


@contextmanager
def _closed(one: FrontierModel, body: FrontierModel) -> Iterator[None]:
    """Let go of the first model in the end, and of both when something goes wrong."""
    try:
        yield
    except BaseException:
        body.close()
        raise
    finally:
        one.close()


def _affordable(months: int, worlds: int) -> None:
    """See that no more is written down than memory should hold."""
    if months > 1 and months * worlds > MOST_WORLD_MONTHS:
        most = max(1, MOST_WORLD_MONTHS // worlds)
        raise LimitError(f"{months} months back are too many for {worlds:,} worlds; allowed: {most}, or fewer worlds")


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
