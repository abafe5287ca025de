"""What a scenario asks of each actor in each month, world by world: what the model reads while it runs.

The layers are those of `settings.py`. Settings that only dates decide are put together once for each span of months and
handed out again and again, so the vectors are read-only. A condition is watched in every world in every month, whether
or not its policy is in force there, so that a world's settings depend on that world's history alone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from sim.scenario.layers import Layer, Recent, Where, both, equal, lay, over
from sim.scenario.schema import Scenario, policy_mentions
from sim.scenario.settings import DECIDES, DEFAULTS, OPTIONS, Change, Settings
from sim.scenario.shocks import Operation
from sim.scenario.words import CHOOSE
from sim.vocabulary import LEVERS, ON_MENU, months_between
from sim.words.problems import suggestion
from sim.worlds import Vector, numbers

CHOOSING, NO_POLICY = -1.0, -2.0
# What of a response may differ between worlds, besides the settings.
_OF_CONDITION = ("above", "below", "for")
_NEVER_ENDS = 10**6


@dataclass
class _Part:
    """One actor's layers, and what has been put together from them."""

    defaults: dict[str, float]
    policy: float
    policies: list[list[Layer]]
    own: list[Layer]
    # What the actor decides on, and the numbers of the policies that its choice is among; "" for Pakistan.
    decides: str = ""
    among: tuple[float, ...] = ()
    spans: list[int] = field(default_factory=list)
    conditional: list[Layer] = field(default_factory=list)
    by_span: dict[tuple[int, float], dict[str, Vector | None]] = field(default_factory=dict)
    this_month: dict[float, dict[str, Vector | None]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.conditional = [layer for layer in self.layers() if layer.condition is not None]
        spans = [layer.span for layer in self.layers() if layer.span is not None]
        self.spans = sorted({month for first, last in spans for month in (first, last + 1)})

    def layers(self) -> Iterator[Layer]:
        yield from self.own
        for policy in self.policies:
            yield from policy


class Script:
    """A scenario's instructions for a number of worlds. The model asks for the months in order, from 0.

    Args:
        levers: values that take the place of the scenario's, a (worlds,) vector each, by their path in the scenario:
            `actors.pakistan.levers.aid`, `actors.taliban.stance`, `actors.pakistan.changes.0.levers.aid`,
            `policies.confront.settings.visibility`, `policies.confront.responds.0.levers.aid`. Numbers as below. So may
            a response's bound (`policies.confront.responds.0.when.above`, any number) and its months (`....0.for`).

    Raises:
        KeyError: the scenario has nothing at a lever's path that could differ between worlds.
        ValueError: its values are no numbers, too many or too few, or out of range.

    Attributes:
        candidates: the policies that Pakistan chooses among; empty when it is never left to choose.
        policies: the policies that Pakistan may follow, in the order in which the setting `policy` numbers them.
    """

    def __init__(self, scenario: Scenario, worlds: int, levers: Mapping[str, Vector] | None = None) -> None:
        self.worlds, self._start, self._month = worlds, scenario.start, -1
        self.candidates: tuple[str, ...] = tuple(dict.fromkeys(scenario.actors.pakistan.among))
        self._constants: dict[float, Vector] = {}
        used = {name for _, _, name in policy_mentions(scenario)}
        self._defaults = dict(DEFAULTS.items())
        names: dict[str, list[str]] = {actor: [] for actor in self._defaults}
        for name, policy in scenario.policies.items():
            if name in used:
                names[policy.actor].append(name)
        self.policies = tuple(names["pakistan"])
        self._parts = {actor: self._part(scenario, actor, names[actor]) for actor in self._defaults}
        places = self._places(names) if levers else {}
        for path, vector in (levers or {}).items():
            home, _, setting = path.rpartition(".")
            values, of_condition = np.full(worlds, numbers(path, vector, worlds)), setting in _OF_CONDITION
            place = home.removesuffix(".when" if of_condition else ".levers" if setting in LEVERS else "")
            actor, layer = places.get(place, ("", None))
            if layer is None or not (of_condition or setting in self._defaults[actor]):
                raise KeyError(f"the scenario has nothing at {path}{suggestion(place, places)}")
            if of_condition:
                layer.respond(path, setting, values)
            else:
                layer.values[setting] = _within(path, setting, values)
        self._shocks: dict[int, list[tuple[str, Operation, float]]] = {}
        for shock in scenario.shocks:
            first, last = self._index(shock.date), self._index(shock.until or shock.date)
            for month in range(max(first, 0), last + 1):
                changes = [(target, amount.operation, amount.value) for target, amount in shock.changes.items()]
                self._shocks.setdefault(month, []).extend(changes)

    def settings(self, actor: str, month: int, recent: Recent) -> dict[str, Vector | None]:
        """What an actor is set to in a month.

        Pakistan: every lever, `conditionality` and `visibility`, shares of 0 to 1; and `policy`, the number of the
        policy in force in `policies`, or -2 for none. Left to choose, the levers are those without a policy.
        The others: shares of 0 to 1, and options (`stance`, `campaign`, `engagement`) by their position, from 0, as
        the actor declares them. Where one of them is ever left to choose among policies, also `on_menu.<option>` for each
        option: 1 in a world in which one of these policies asks for it or leaves it open, or in which nothing of the
        kind is in force; else 0.

        Args:
            actor: one of `vocabulary.ACTORS`.
            month: 0 is the scenario's first; not before the one asked for last.
            recent: gives each world's mean of a metric over the last so many months, as far as there are any; it is not
                called in month 0.

        Returns:
            Setting -> a value per world, read-only; None where every world is left to choose, -1 in a world that is.
        """
        self._turn(month, recent)
        return self._settings(self._parts[actor], month, CHOOSING)

    def policy_settings(self, policy: str, month: int, recent: Recent) -> dict[str, Vector | None]:
        """What Pakistan would be set to if this policy were chosen wherever it is left to choose.

        Arguments and result as in :meth:`settings`; where the policy is settled, the result is the same as there.
        """
        if policy not in self.policies:
            known = ", ".join(self.policies)
            raise ValueError(f"the scenario has no such policy of Pakistan: {policy}; allowed: {known}")
        self._turn(month, recent)
        return self._settings(self._parts["pakistan"], month, float(self.policies.index(policy)))

    def asked(self, month: int, recent: Recent) -> dict[str, dict[str, float | Vector]]:
        """All settings of a month at once: by actor, and by candidate, as `policy_settings` has it; -1 is left to choose.

        Month and readings may be stand-ins, and so may what is put in the place of `numbers`.
        """
        self._watch(month, recent)
        pakistan = self._parts["pakistan"]
        out = {actor: self._put_together(part, month, CHOOSING) for actor, part in self._parts.items()}
        numbers = {name: float(self.policies.index(name)) for name in self.candidates}
        return out | {name: self._put_together(pakistan, month, number) for name, number in numbers.items()}

    def layers(self) -> Iterator[Layer]:
        """All that is laid one over the other."""
        for part in self._parts.values():
            yield from part.layers()

    @cached_property
    def watched(self) -> dict[str, int]:
        """The metrics that conditions hang on, each with how many months back they look at most."""
        out: dict[str, int] = {}
        for layer in self.layers():
            for metric, months in layer.condition.looks_at() if layer.condition else ():
                out[metric] = max(months, out.get(metric, 0))
        return out

    def numbers(self) -> list[int | float | Vector]:
        """Dates, bounds and values, in a fixed order."""
        return [number for layer in self.layers() for number in layer.numbers()]

    @cached_property
    def shape(self) -> str:
        """All that its settings follow from besides its numbers, and what was seen."""
        parts = [(one.policy, one.decides, one.among, len(one.policies), one.defaults) for one in self._parts.values()]
        return repr((self.policies, self.candidates, parts, [layer.shape for layer in self.layers()]))

    def shocks(self, month: int) -> list[tuple[str, Operation, float]]:
        """The shocks of a month, in order: target, operation (add, set or multiply), amount."""
        return list(self._shocks.get(month, ()))

    def _index(self, month: str) -> int:
        return months_between(self._start, month)

    def _part(self, scenario: Scenario, actor: str, names: list[str]) -> _Part:
        settings = getattr(scenario.actors, actor)
        numbers: dict[str | None, float] = {name: float(number) for number, name in enumerate(names)}
        numbers |= {CHOOSE: CHOOSING, None: NO_POLICY}

        def layers(settings: Settings, changes: Sequence[Change]) -> list[Layer]:
            return [_given(settings), *(self._layer(change, numbers) for change in changes)]

        return _Part(
            defaults={name: _number(name, value) for name, value in self._defaults[actor].items()},
            policy=numbers[settings.policy],
            policies=[layers(one.settings, one.responds) for one in map(scenario.policies.__getitem__, names)],
            own=layers(settings, settings.changes),
            decides=DECIDES.get(actor, ""),
            among=tuple(numbers[name] for name in dict.fromkeys(settings.among)) if actor in DECIDES else (),
        )

    def _places(self, names: Mapping[str, list[str]]) -> dict[str, tuple[str, Layer]]:
        """Where settings stand in the scenario: path -> actor and layer, but for policies that costs are weighed of."""
        out: dict[str, tuple[str, Layer]] = {}
        for actor, part in self._parts.items():
            homes = [(f"actors.{actor}", "", "changes", part.own)]
            policies = zip(names[actor], part.policies, strict=True)
            homes += [(f"policies.{one}", ".settings", "responds", layers) for one, layers in policies]
            for home, opening, then, (first, *others) in homes:
                if home.removeprefix("policies.") not in self.candidates:
                    out[home + opening] = actor, first
                    out |= {f"{home}.{then}.{number}": (actor, layer) for number, layer in enumerate(others)}
        return out

    def _layer(self, change: Change, numbers: dict[str | None, float]) -> Layer:
        layer = _given(change)
        layer.policy = None if change.policy is None else numbers[change.policy]
        if change.from_ is not None or change.until is not None:
            first = 0 if change.from_ is None else self._index(change.from_)
            layer.span = first, _NEVER_ENDS if change.until is None else self._index(change.until)
        layer.condition, layer.months = change.when, change.for_ or 1
        return layer

    def _turn(self, month: int, recent: Recent) -> None:
        """Watch every condition, once a month."""
        if month == self._month:
            return
        if month < self._month:
            raise ValueError(f"month {month} was asked for after month {self._month}; the months come in order")
        self._month = month
        for part in self._parts.values():
            part.this_month.clear()
        self._watch(month, recent)

    def _watch(self, month: int, recent: Recent) -> None:
        for layer in self.layers():
            layer.watch(month, recent, self.worlds)

    def _settings(self, part: _Part, month: int, chosen: float) -> dict[str, Vector | None]:
        if any(layer.where(month) is not False for layer in part.conditional):
            if chosen not in part.this_month:
                part.this_month[chosen] = self._vectors(part, month, chosen)
            return part.this_month[chosen]
        key = bisect_right(part.spans, month), chosen
        if key not in part.by_span:
            part.by_span[key] = self._vectors(part, month, chosen)
        return part.by_span[key]

    def _vectors(self, part: _Part, month: int, chosen: float) -> dict[str, Vector | None]:
        return {name: self._vector(value) for name, value in self._put_together(part, month, chosen).items()}

    def _put_together(self, part: _Part, month: int, chosen: float) -> dict[str, float | Vector]:
        policy: float | Vector = part.policy
        for layer in part.own:
            if layer.policy is not None:
                policy = over(policy, layer.policy, layer.where(month))
        menu = self._menu(part, month, equal(policy, CHOOSING)) if part.among and chosen == CHOOSING else {}
        policy = over(policy, chosen, equal(policy, CHOOSING))
        values: dict[str, float | Vector] = dict(part.defaults)
        for number, layers in enumerate(part.policies):
            in_force = equal(policy, number)
            for layer in layers:
                lay(values, layer, both(in_force, layer.where(month)))
        for layer in part.own:
            lay(values, layer, layer.where(month))
        if part is self._parts["pakistan"]:
            values["policy"] = policy
        return values | menu

    def _menu(self, part: _Part, month: int, is_open: Where) -> dict[str, float | Vector]:
        """Which options the policies to choose among ask for, where the choice is left to them."""
        asked = [self._put_together(part, month, number)[part.decides] for number in part.among]
        out: dict[str, float | Vector] = {}
        for number, option in enumerate(OPTIONS[part.decides]):
            on_it: float | Vector = 0.0
            for one in asked:
                on_it = over(over(on_it, 1.0, equal(one, number)), 1.0, equal(one, CHOOSING))
            out[f"{ON_MENU}{option}"] = over(1.0, on_it, is_open)
        return out

    def _vector(self, value: float | Vector) -> Vector | None:
        if equal(value, CHOOSING) is True:
            return None
        if isinstance(value, np.ndarray):
            value.flags.writeable = False
            return value
        if value not in self._constants:
            self._constants[value] = np.full(self.worlds, value)
            self._constants[value].flags.writeable = False
        return self._constants[value]


def _within(path: str, setting: str, values: Vector) -> Vector:
    """The values of a setting, if each is one that it can have: -1 leaves it to choose.

    Raises:
        ValueError: one is not.
    """
    most = len(OPTIONS[setting]) - 1 if setting in OPTIONS else 1
    wrong = ~(((values >= 0) & (values <= most)) | (values == CHOOSING))
    if wrong.any():
        raise ValueError(
            f"{path} is out of range: {values[wrong][0]:g}; allowed: 0 to {most}, or -1 to leave it to choose"
        )
    return values


def _given(settings: Settings) -> Layer:
    return Layer({name: _number(name, value) for name, value in settings.given().items()})


def _number(name: str, value: float | str) -> float:
    """A setting's value as a number: options by their position, -1 for what is left to choose."""
    if value == CHOOSE:
        return CHOOSING
    return float(OPTIONS[name].index(value)) if isinstance(value, str) else float(value)
