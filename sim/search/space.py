"""What candidates are made of: variables with their values, and the policy that a choice of values is.

A candidate is a code: for each variable the position of its value. All candidates of a search are variations of one policy,
the template, so that many are simulated at once as points on the worlds axis: levers, and the bounds and lengths of responses,
are vectors then. A response that a candidate has not taken up stands in the template with a bound that nothing reaches.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from sim.metrics import METRICS
from sim.search.schema import Rule, Search, Signal, settings
from sim.vocabulary import LEVERS
from sim.worlds import Vector
from sim.yamlfile import PlacedError

Codes: TypeAlias = NDArray[np.int64]  # (candidates, variables)
Values: TypeAlias = Mapping[str, float]

TEMPLATE = "course"
STEP, ODD_STEPS = 0.1, 20
MOST_MONTHS = 360
NONE = -1.0  # which signal a rule watches, where it watches none


@dataclass(frozen=True)
class Variable:
    """One choice that a candidate makes.

    Attributes:
        name: `aid@2022-12`, `after_attacks.aid`, `after_attacks.for`, `after_attacks.watch`, `after_attacks.attacks` (a bound).
        values: what may be chosen, in ascending order; unit: theirs.
    """

    name: str
    values: tuple[float, ...]
    unit: str = "0 to 1"


class Space:
    """All candidates of a search.

    Raises:
        PlacedError: a setting is unknown or a range does not fit.

    Attributes:
        search: as its file says it; variables: in order.
    """

    def __init__(self, search: Search) -> None:
        self.search = search
        for block in ("levers", "held"):
            for name in getattr(search, block):
                _check_setting(name, (block, name))
        variables = [
            Variable(f"{name}@{stage}", _values(given, (0.0, 1.0, STEP), ("levers", name)))
            for stage in search.stages
            for name, given in search.levers.items()
        ]
        for rule, said in search.rules.items():
            variables += _of_rule(rule, said)
        self.variables = tuple(variables)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many values each variable has."""
        return np.array([len(one.values) for one in self.variables])

    @property
    def candidates(self) -> float:
        """How many there are."""
        return float(np.prod(self.sizes.astype(float)))

    def values(self, codes: Codes) -> dict[str, Vector]:
        """Each variable's values under these candidates."""
        return {one.name: np.array(one.values)[codes[:, column]] for column, one in enumerate(self.variables)}

    def one(self, code: NDArray[np.int64]) -> dict[str, float]:
        """The values of one candidate."""
        return {name: float(value[0]) for name, value in self.values(code[None]).items()}

    def nearest(self, wanted: Values) -> NDArray[np.int64]:
        """The candidate that comes closest to some values; what is not given takes its first."""
        out = [
            int(np.abs(np.array(one.values) - wanted.get(one.name, one.values[0])).argmin()) for one in self.variables
        ]
        return np.array(out, dtype=np.int64)

    @cached_property
    def template(self) -> dict[str, Any]:
        """The policy that every candidate is a variation of, as plain data."""
        lowest = {one.name: one.values[0] for one in self.variables}
        return self._policy(lowest, "Course", "Any course.", [*self._signals()])

    def policy(self, values: Values, title: str, summary: str) -> dict[str, Any]:
        """One candidate as a policy, as plain data: only what it has taken up."""
        return self._policy(values, title, summary, [(rule, number) for rule, number, _ in self.taken(values)])

    def taken(self, values: Values) -> list[tuple[str, int, Signal]]:
        """The rules that a candidate has taken up: name, and which signal it watches."""
        out = []
        for name, rule in self.search.rules.items():
            watched = int(values.get(f"{name}.watch", 0.0))
            if watched >= 0:
                out.append((name, watched, rule.watch[watched]))
        return out

    def stage(self, values: Values, stage: str) -> dict[str, float]:
        """The settings of a candidate from a stage on."""
        return {name: values[f"{name}@{stage}"] for name in self.search.levers} | self.search.held

    def _signals(self) -> list[tuple[str, int]]:
        return [(name, number) for name, rule in self.search.rules.items() for number in range(len(rule.watch))]

    def _policy(self, values: Values, title: str, summary: str, signals: Sequence[tuple[str, int]]) -> dict[str, Any]:
        first, *later = self.search.stages
        out: dict[str, Any] = {"schema": 1, "title": title, "actor": "pakistan", "summary": summary}
        out["settings"] = _block(self.stage(values, first))
        responds: list[dict[str, Any]] = []
        if self.search.levers:
            for stage in later:
                said = {name: values[f"{name}@{stage}"] for name in self.search.levers}
                responds.append({"from": stage, **_block(said)})
        for name, number in signals:
            rule = self.search.rules[name]
            signal = rule.watch[number]
            when = {"metric": signal.metric, signal.side: values[f"{name}.{signal.metric}"], "months": signal.months}
            one = {"when": when, "for": int(values[f"{name}.for"])}
            one |= _block({lever: values[f"{name}.{lever}"] for lever in rule.levers})
            responds.append(one | ({"why": rule.why} if rule.why else {}))
        return out | ({"responds": responds} if responds else {})

    def paths(self, codes: Codes) -> dict[str, Vector]:
        """What stands at each path of the template under these candidates: see `Script`."""
        found = self.values(codes)
        home = f"policies.{TEMPLATE}"
        first, *later = self.search.stages
        out = {_path(f"{home}.settings", name): found[f"{name}@{first}"] for name in self.search.levers}
        place = 0
        for stage in later if self.search.levers else ():
            out |= {_path(f"{home}.responds.{place}", name): found[f"{name}@{stage}"] for name in self.search.levers}
            place += 1
        for name, number in self._signals():
            rule, here = self.search.rules[name], f"{home}.responds.{place}"
            signal = rule.watch[number]
            watched = found.get(f"{name}.watch", np.zeros(len(codes)))
            never = np.inf if signal.side == "above" else -np.inf
            out[f"{here}.when.{signal.side}"] = np.where(watched == number, found[f"{name}.{signal.metric}"], never)
            out[f"{here}.for"] = found[f"{name}.for"]
            out |= {_path(here, lever): found[f"{name}.{lever}"] for lever in rule.levers}
            place += 1
        return out

    def canonical(self, codes: Codes) -> Codes:
        """The same candidates, with what makes no difference (the bounds of what is not watched) at its first value."""
        out, columns = codes.copy(), {one.name: column for column, one in enumerate(self.variables)}
        found = self.values(codes)
        for name, rule in self.search.rules.items():
            watched = found.get(f"{name}.watch", np.zeros(len(codes)))
            for number, signal in enumerate(rule.watch):
                out[watched != number, columns[f"{name}.{signal.metric}"]] = 0
            for part in ("for", *rule.levers):
                out[watched == NONE, columns[f"{name}.{part}"]] = 0
        return out


def _of_rule(name: str, rule: Rule) -> list[Variable]:
    here = ("rules", name)
    out = []
    choices = [NONE] * rule.optional + [float(number) for number in range(len(rule.watch))]
    if len(choices) > 1:
        out.append(Variable(f"{name}.watch", tuple(choices), "which of the signals, from 0; -1 for none"))
    seen: set[str] = set()
    for number, signal in enumerate(rule.watch):
        if signal.metric in seen:
            raise PlacedError("is watched twice; allowed: each metric once", (*here, "watch", number, "metric"))
        seen.add(signal.metric)
        metric, given = METRICS[signal.metric], getattr(signal, signal.side)
        place = (*here, "watch", number, signal.side)
        if given.levels is None and None in (given.low, given.high):
            raise PlacedError("is not complete; allowed: low and high, or levels", place)
        step = STEP if given.levels else (given.high - given.low) / ODD_STEPS or 1.0
        bounds = _values(given, (metric.low, metric.high, step), place)
        out.append(Variable(f"{name}.{signal.metric}", bounds, metric.unit))
    months = _values(rule.for_, (1, MOST_MONTHS, 1), (*here, "for"))
    if any(one != int(one) for one in months):
        raise PlacedError("are not whole months; allowed: whole numbers", (*here, "for"))
    out.append(Variable(f"{name}.for", months, "months"))
    for lever, given in rule.levers.items():
        _check_setting(lever, (*here, "levers", lever))
        if lever in seen:
            raise PlacedError("has the name of a metric that is watched", (*here, "levers", lever))
        out.append(Variable(f"{name}.{lever}", _values(given, (0.0, 1.0, STEP), (*here, "levers", lever))))
    return out


def _check_setting(name: str, place: tuple[str | int, ...]) -> None:
    from sim.yamlfile import suggestion

    if name not in settings():
        raise PlacedError(f"no such setting of Pakistan: {name}{suggestion(name, settings())}", place)


def _values(given: Any, usual: tuple[float, float, float], place: tuple[str | int, ...]) -> tuple[float, ...]:
    from sim.search.schema import Range

    try:
        return (given or Range()).values(*usual)
    except PlacedError as problem:
        raise PlacedError(str(problem), (*place, *problem.at)) from None


def _block(values: Values) -> dict[str, Any]:
    """Settings as they stand in a file."""
    levers = {name: value for name, value in values.items() if name in LEVERS}
    others = {name: value for name, value in values.items() if name not in LEVERS}
    return ({"levers": levers} if levers else {}) | others


def _path(home: str, name: str) -> str:
    return f"{home}.levers.{name}" if name in LEVERS else f"{home}.{name}"
