"""Adaptive pathways: until when each course meets its targets, what to change to when it no longer does, and what foretells it.

After Haasnoot et al. (2013), Dynamic adaptive policy pathways, Global Environmental Change 23(2), 485-498: a course reaches its
tipping point in the month in which it first misses a target; a signpost is something seen early that tells these futures apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sim.ensemble.chunks import monthly
from sim.ensemble.simulate import simulate_batch
from sim.ensemble.spec import LimitError, RunSpec
from sim.model import FrontierModel
from sim.scenario import Scenario, load_scenario
from sim.search.objectives import Matrix
from sim.search.schema import SEEN, Target
from sim.vocabulary import month_after, months_between
from sim.yamlfile import dump

if TYPE_CHECKING:
    from sim.search.found import Found

TIPPED = 0.25  # of all futures: when so many have missed a target, a course is left
LOOK, OVER = 12, 6  # signposts are read so many months after a course began, over the last so many
FEW = 20  # futures on either side of a signpost
NEVER = -1


@dataclass(frozen=True)
class Tipping:
    """Until when a course meets the targets.

    Attributes:
        name, title: of the course.
        missed: share of futures in which a target is missed by the end; by_target: bad state -> the same of each target alone.
        middle: the month (YYYY-MM) in which the middle one of these misses its first; None where there are none.
        left: the month by which a quarter of all futures have missed one, and the course is left; None where never.
        curve: the share of futures that have missed one by each month, from the first month of the run.
    """

    name: str
    title: str
    missed: float
    by_target: Mapping[str, float]
    middle: str | None
    left: str | None
    curve: tuple[float, ...] = field(repr=False)


@dataclass(frozen=True)
class Change:
    """What comes of leaving a course for another at its tipping point.

    Attributes:
        missed: share of futures that miss a target after the change has had time to work; stayed: the same without the change.
        left: the month by which a quarter of all futures have missed one after the change; None where never.
    """

    course: str
    to: str
    month: str
    missed: float
    stayed: float
    left: str | None


@dataclass(frozen=True)
class Signpost:
    """Something seen early that foretells that a course will miss a target; figures are of futures that it was not chosen by.

    Attributes:
        metric: what is watched; bound, above: the sign is given beyond the bound, or under it; month: when it is read.
        hits: of the futures that miss a target later, the share in which it is given; false_alarms: of the others.
        lead: months from the sign to the miss, in the middle one of the hits.
    """

    course: str
    metric: str
    bound: float
    above: bool
    month: str
    hits: float
    false_alarms: float
    lead: float


@dataclass(frozen=True)
class Pathways:
    """Tipping points, changes and signposts of the courses of a search and of the kinds that it found."""

    start: str
    tippings: tuple[Tipping, ...]
    changes: tuple[Change, ...]
    signposts: tuple[Signpost, ...]


def pathways(found: Found) -> Pathways:
    """Tipping points of the courses, and of the members that speak for their kinds, over the fresh futures.

    Raises:
        LimitError: the search has no targets.
    """
    search = found.plan.search
    if not search.targets:
        raise LimitError("the search has no targets; allowed: targets, such as {metric: attacks, at_most: 60}")
    courses = {one.name: one for one in found.plan.courses}
    courses |= {one.example: found.scenario(one.example) for one in found.archetypes()}
    seen = tuple(dict.fromkeys((*(one.metric for one in search.targets), *SEEN)))
    since = months_between(found.plan.base.start, search.stages[0])
    series = {name: _series(found, one, seen) for name, one in courses.items()}
    tippings, signs, changes = [], list[Signpost](), list[Change]()
    for name, one in courses.items():
        firsts = {_key(target): first_missed(series[name][target.metric], target, since) for target in search.targets}
        tipping = _tipping(found, name, one.title, firsts)
        tippings.append(tipping)
        signs += signposts(found, name, series[name], earliest(list(firsts.values())), since)
        if tipping.left is not None:
            changes += _changes(found, courses, name, tipping.left, series[name])
    return Pathways(found.plan.base.start, tuple(tippings), tuple(changes), tuple(signs))


def first_missed(months: Matrix, target: Target, since: int) -> NDArray[np.int64]:
    """The month in which each world first misses a target, -1 where it never does: the mean of as many months counts as the
    target says, none of them from before the course.

    Args:
        months: of the target's metric, shape (months, worlds); since: the month in which the course begins.
    """
    added = np.cumsum(np.vstack([np.zeros((1, months.shape[1])), months]), axis=0)
    means = (added[target.months :] - added[: -target.months]) / target.months
    missed = means > target.at_most if target.at_most is not None else means < (target.at_least or 0.0)
    missed = missed[since:]
    at = since + target.months - 1 + missed.argmax(axis=0)
    out: NDArray[np.int64] = np.where(missed.any(axis=0), at, NEVER)
    return out


def earliest(firsts: Sequence[NDArray[np.int64]]) -> NDArray[np.int64]:
    """The first of several months in each world, of those that there are."""
    late = np.where(np.stack(firsts) == NEVER, np.iinfo(np.int64).max, np.stack(firsts)).min(axis=0)
    out: NDArray[np.int64] = np.where(late == np.iinfo(np.int64).max, NEVER, late)
    return out


def _tipping(found: Found, name: str, title: str, firsts: Mapping[str, NDArray[np.int64]]) -> Tipping:
    first, start = earliest(list(firsts.values())), found.plan.base.start
    misses, curve = first[first != NEVER], _curve(first, found.plan.months)
    return Tipping(
        name,
        title,
        float((first != NEVER).mean()),
        {key: float((one != NEVER).mean()) for key, one in firsts.items()},
        month_after(start, int(np.median(misses))) if len(misses) else None,
        _left(curve, start),
        tuple(curve.tolist()),
    )


def _curve(first: NDArray[np.int64], months: int) -> Matrix:
    """The share of futures that have missed a target by each month."""
    return np.array([((first != NEVER) & (first <= month)).mean() for month in range(months)])


def _left(curve: Matrix, start: str) -> str | None:
    """The month by which a course is left."""
    months = np.flatnonzero(curve >= TIPPED)
    return month_after(start, int(months[0])) if len(months) else None


def _changes(
    found: Found, courses: Mapping[str, Scenario], name: str, month: str, stayed: Mapping[str, Matrix]
) -> list[Change]:
    """Each other course taken up when this one is left."""
    targets, start = found.plan.search.targets, found.plan.base.start
    since = months_between(start, month)
    if since + max(one.months for one in targets) >= found.plan.months:
        return []

    def missed(series: Mapping[str, Matrix]) -> Matrix:
        return _curve(earliest([first_missed(series[one.metric], one, since) for one in targets]), found.plan.months)

    metrics = tuple(one.metric for one in targets)
    out = []
    for other, scenario in courses.items():
        policy = _policy(scenario)
        if other != name and policy is not None:
            after = missed(_series(found, _changed(courses[name], other, scenario, month), metrics))
            out.append(Change(name, other, month, float(after[-1]), float(missed(stayed)[-1]), _left(after, start)))
    return out


def _policy(scenario: Scenario) -> str | None:
    """The policy that a course ends up with."""
    named = [change.policy for change in scenario.actors.pakistan.changes if change.policy is not None]
    return named[-1] if named else scenario.actors.pakistan.policy


def _changed(one: Scenario, name: str, other: Scenario, month: str) -> Scenario:
    """A course that changes to another's policy in a month."""
    data, policy = one.data(), _policy(other)
    data.setdefault("policies", {})[f"then_{name}"] = other.data()["policies"][policy]
    changes = data.setdefault("actors", {}).setdefault("pakistan", {}).setdefault("changes", [])
    changes.append({"from": month, "policy": f"then_{name}"})
    return load_scenario((f"{one.name}_then_{name}", dump(data)))


def signposts(
    found: Found, name: str, series: Mapping[str, Matrix], first: NDArray[np.int64], since: int
) -> list[Signpost]:
    """The best two signs of those that Pakistan can see, chosen by half of the futures and judged by the others."""
    look = since + LOOK
    ahead = (first == NEVER) | (first >= look)
    later = (first >= look)[ahead]
    half = np.arange(len(later)) % 2 == 0
    if min((later & half).sum(), (~later & half).sum(), (later & ~half).sum(), (~later & ~half).sum()) < FEW:
        return []
    tried = []
    for metric in SEEN:
        values = series[metric][look - OVER : look].mean(axis=0)[ahead]
        for above in (True, False):
            for bound in np.unique(np.quantile(values[half], np.linspace(0.1, 0.9, 17))):
                given = values > bound if above else values < bound
                worth = given[half & later].mean() - given[half & ~later].mean()
                tried.append((float(worth), metric, float(bound), above, given))
    out: list[Signpost] = []
    for _, metric, bound, above, given in sorted(tried, key=lambda one: -one[0]):
        if any(one.metric == metric for one in out):
            continue
        hits = given & later & ~half
        if not hits.any():
            continue
        lead = float(np.median(first[ahead][hits] - look))
        month = month_after(found.plan.base.start, look - 1)
        shares = float(given[later & ~half].mean()), float(given[~later & ~half].mean())
        out.append(Signpost(name, metric, bound, above, month, *shares, lead))
        if len(out) == 2:
            break
    return out


def _series(found: Found, scenario: Scenario, metrics: Sequence[str]) -> dict[str, Matrix]:
    """The months of these metrics in the fresh futures, each (months, worlds)."""
    plan, search = found.plan, found.plan.search
    spec = RunSpec.of(
        scenario,
        search.fresh_worlds,
        plan.months,
        search.seed,
        first=search.worlds,
        parameters=search.parameters,
        engine=plan.engine,
    )
    parts = [simulate_batch(one, partial(_read, metrics=metrics)) for one in spec.batches()]
    return {name: np.concatenate([part[name] for part in parts], axis=1) for name in metrics}


def _read(model: FrontierModel, _: RunSpec, metrics: Sequence[str]) -> dict[str, Matrix]:
    return {name: one.copy() for name, one in monthly(model, metrics).items()}


def _key(target: Target) -> str:
    return f"{target.metric} {'above' if target.at_most is not None else 'below'} {target.bound:g}"
