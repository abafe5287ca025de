"""Two scripts read as one, and the shocks that strike one of two runs.

What a script asks for may hang on what has happened (a response to many attacks, say). Then a difference in what is
asked for splits in two, by the Shapley value: what the scripts themselves do, each under one history; and what the
histories do, under one script. For that, each script is also read under the other run's history.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from sim.scenario import Scenario, Script
from sim.vocabulary import ACTORS, ON_MENU
from sim.why.shapley import Array, shared
from sim.why.steps import Frame, Label, Node, Operand, Way, way
from sim.why.traced import Trace, Traced
from sim.worlds import Vector, total

Shock = tuple[str, Any, float]
# What one reading of a script gives: setting -> a value per world, or None where every world is left to choose.
Settings = dict[str, Vector | None]


class Watched(NamedTuple):
    """A metric's mean over some months that a script's response hangs on, for so many months once it is met."""

    metric: str
    months: int
    holds: int


def watched(scenario: Scenario, actor: str) -> list[Watched]:
    """Everything that an actor's responses in a scenario look at."""
    policies = [policy for policy in scenario.policies.values() if policy.actor == actor]
    changes = [*getattr(scenario.actors, actor).changes, *(one for policy in policies for one in policy.responds)]
    return [
        Watched(metric, months, change.for_ or 1)
        for change in changes
        if change.when is not None
        for metric, months in change.when.looks_at()
    ]


class PairScript:
    """The scripts of both halves.

    Args:
        scripts: each half's, turned to the month at which it begins.
        plans: the scenarios they were made from.
        width: worlds of each half.
        lag: how many months the other half is behind.
        recent: each half's mean of a metric over so many months of its past, by (half, metric, months).
    """

    def __init__(
        self,
        scripts: tuple[Script, Script],
        plans: tuple[Scenario, Scenario],
        width: int,
        lag: int,
        recent: Callable[[int, str, int], Vector],
    ) -> None:
        self.scripts, self.width, self.lag, self._recent = scripts, width, lag, recent
        self.candidates = tuple(dict.fromkeys((*scripts[0].candidates, *scripts[1].candidates)))
        self.trace: Trace | None = None
        self.readings: Callable[[str, int], Any] | None = None
        self._now: dict[str, dict[str, Any]] = {}
        self._month = -1
        self._seen: dict[Watched, list[tuple[int, Node]]] = {}
        self._watched = {actor: [*watched(plans[0], actor), *watched(plans[1], actor)] for actor in ACTORS}
        self._alike = plans[0].actors == plans[1].actors and plans[0].policies == plans[1].policies
        self._crossed: tuple[Script, Script] | None = None

    def part(self) -> None:
        """From now on the halves may have different pasts: read each script under the other's as well."""
        if any(self._watched.values()) and not self.lag and not self._alike:
            self._crossed = copy.deepcopy(self.scripts[0]), copy.deepcopy(self.scripts[1])

    def forget(self) -> None:
        """Let go of what was written down."""
        self.readings = None
        self._now.clear()
        self._seen.clear()

    def settings(self, actor: str, month: int, recent: Any) -> dict[str, Any]:
        """What an actor is set to in a month, in both halves: see `Script.settings`."""
        return self._read(actor, month, "", lambda script, then, past: script.settings(actor, then, past))

    def policy_settings(self, policy: str, month: int, recent: Any) -> dict[str, Any]:
        """What Pakistan would be set to by a policy: see `Script.policy_settings`."""

        def ask(script: Script, then: int, past: Any) -> Settings:
            if policy in script.policies:
                return script.policy_settings(policy, then, past)
            return script.settings("pakistan", then, past)

        return self._read("pakistan", month, policy, ask)

    def shocks(self, month: int) -> list[Shock]:
        """None: they are dealt out before the month, each half its own."""
        return []

    def shocks_apart(self, month: int) -> tuple[list[Shock], list[Shock]]:
        """Each half's shocks of the month."""
        one, other = self.scripts
        return one.shocks(month), other.shocks(month - self.lag)

    def differ(self, month: int) -> bool:
        """Whether the halves are asked for different things in a month; for scripts that have asked for the same so far."""
        one, other = self.shocks_apart(month)
        if (
            one != other
            or self.candidates != self.scripts[0].candidates
            or self.candidates != self.scripts[1].candidates
        ):
            return True
        past = self._past(0)
        pairs = [tuple(each.settings(actor, month, past) for each in self.scripts) for actor in ACTORS]
        pairs += [tuple(each.policy_settings(name, month, past) for each in self.scripts) for name in self.candidates]
        return any(a.keys() != b.keys() or any(not _equal(a[name], b[name]) for name in a) for a, b in pairs)

    def _past(self, half: int) -> Callable[[str, int], Vector]:
        return lambda metric, months: self._recent(half, metric, months)

    def _read(self, actor: str, month: int, policy: str, ask: Callable[[Script, int, Any], Settings]) -> dict[str, Any]:
        if month != self._month:
            self._now, self._month = {}, month
            self._look()
        key = f"{actor}/{policy}"
        if key not in self._now:
            one = ask(self.scripts[0], month, self._past(0))
            other = ask(self.scripts[1], month - self.lag, self._past(1))
            crossed = None
            if self._crossed is not None:
                crossed = ask(self._crossed[0], month, self._past(1)), ask(self._crossed[1], month, self._past(0))
            names = dict.fromkeys((*one, *other))
            self._now[key] = {name: self._setting(actor, policy, name, one, other, crossed) for name in names}
            if actor == "pakistan" and not policy:
                self._now[key] |= self._open_courses()
        return self._now[key]

    def _setting(
        self,
        actor: str,
        policy: str,
        name: str,
        one: Settings,
        other: Settings,
        crossed: tuple[Settings, Settings] | None,
    ) -> Any:
        if name.startswith(ON_MENU):  # where one of the scenarios has no menu, nothing is off it
            one, other = {name: self._all_open, **one}, {name: self._all_open, **other}
            if crossed is not None:
                crossed = {name: self._all_open, **crossed[0]}, {name: self._all_open, **crossed[1]}
        if one[name] is None and other[name] is None:
            return None
        both = np.concatenate([self._filled(one[name]), self._filled(other[name])])
        if self.trace is None:
            return both
        leaf = self.trace.leaf(both, Label("lever", f"{actor}.{name}", policy))
        looked = [] if self.lag else self._looked(actor)
        if not leaf.differs or not looked:
            return Traced(self.trace, leaf)
        if crossed is None:
            by_script = np.zeros(self.width) if self._alike else self._filled(one[name]) - self._filled(other[name])
        else:
            under_other, under_one = (self._filled(each[name]) for each in crossed)
            mine, theirs = self._filled(one[name]), self._filled(other[name])
            by_script = 0.5 * ((mine - under_one) + (under_other - theirs))
        gap = self._filled(one[name]) - self._filled(other[name])
        if np.array_equal(by_script, gap):
            return Traced(self.trace, leaf)
        asked = self.trace.add(Asked, both, [leaf, *looked], by_script)
        asked.label = Label("response", f"{actor}.{name}", policy)
        return Traced(self.trace, asked)

    def _open_courses(self) -> dict[str, Any]:
        """To which half each of Pakistan's courses is open; nothing where both may choose among the same."""
        if all(set(script.candidates) == set(self.candidates) for script in self.scripts):
            return {}
        out: dict[str, Any] = {}
        for name in self.candidates:
            is_open = [np.full(self.width, float(name in script.candidates)) for script in self.scripts]
            both = np.concatenate(is_open)
            label = Label("lever", "pakistan.among")
            out[f"{ON_MENU}{name}"] = Traced(self.trace, self.trace.leaf(both, label)) if self.trace else both
        return out

    @property
    def _all_open(self) -> Vector:
        return np.ones(self.width)

    def _filled(self, values: Vector | None) -> Vector:
        return np.full(self.width, -1.0) if values is None else values

    def _look(self) -> None:
        """Write down what responses look at this month."""
        if self.trace is None or self.lag or self.readings is None:
            return
        for one in dict.fromkeys(each for all_of in self._watched.values() for each in all_of):
            seen = self.readings(one.metric, one.months)
            if isinstance(seen, Traced) and seen.node.differs:
                self._seen.setdefault(one, []).append((self._month, seen.node))

    def _looked(self, actor: str) -> list[Node]:
        """What an actor's responses of this month may have looked at, now or while they have been holding."""
        return list(
            dict.fromkeys(
                node
                for one in self._watched[actor]
                for month, node in self._seen.get(one, ())
                if month > self._month - one.holds
            )
        )


def _equal(a: Vector | None, b: Vector | None) -> bool:
    return a is b or (a is not None and b is not None and np.array_equal(a, b))


class Asked(Node):
    """What two scripts ask for: takes the scripts (as a leaf), then what their responses look at.

    Attributes:
        by_script: the part of the difference that the scripts themselves make.
    """

    __slots__ = ("by_script",)

    def __init__(self, number: int, value: Array, operands: list[Operand], month: int, by_script: Array) -> None:
        super().__init__(number, value, operands, month)
        self.by_script = by_script

    def evaluate(self, *values: Array) -> Array:
        return values[0]

    def split(self, frame: Frame) -> list[Way]:
        leaf, *looked = self.operands
        by_history = frame.gap(self) - self.by_script
        sizes = []
        for one in looked:
            now, then = frame.now(one), frame.then(one)
            size = np.abs(now) + np.abs(then)
            sizes.append(np.abs(now - then) / np.where(size > 0, size, 1.0))
        seen = total(sizes) > 0
        parts = [by_history * share for share in shared(sizes, [np.zeros(self.by_script.shape)] * len(sizes))]
        own = np.where(seen, self.by_script, frame.gap(self))
        return [Way(one, 0.0, part) for one, part in zip([leaf, *looked], [own, *parts], strict=True)]


class Struck(Node):
    """A state that a shock has struck in one half: takes the state before, and the shock (as a leaf).

    Attributes:
        struck: what the state would be if the shock had struck both halves.
        half: the one that it struck.
    """

    __slots__ = ("half", "struck")

    def __init__(
        self, number: int, value: Array, operands: list[Operand], month: int, struck: Array, half: int
    ) -> None:
        super().__init__(number, value, operands, month)
        self.struck, self.half = struck, half

    def evaluate(self, *values: Array) -> Array:
        return values[0]

    def split(self, frame: Frame) -> list[Way]:
        old, shock = self.operands
        width = self.value.shape[-1] // 2
        change = self.struck - old.value
        hit = 0.5 * (change[..., :width] + change[..., width:]) * (1.0 if self.half == 0 else -1.0)
        gap = frame.gap(old)
        kept = np.where(gap != 0.0, frame.gap(self) - hit, 0.0)
        ways = [Way(shock, 0.0, frame.gap(self) - kept)]
        return [*ways, way(frame, old, kept)] if frame.differs(old) else ways
