"""`Extension`: with it a module from outside of the project says what it adds to the model, and takes out of it.

Nothing is done while a module declares: all of it is put into the project's tables at once, when the module is through
(`installed.py`). So the order in which a module says things does not matter.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, TypeVar

from sim.extensions.errors import shown
from sim.rule import Presses
from sim.vocabulary import ActorSpec, FactionSpec, Lever, Resource

if TYPE_CHECKING:
    from sim.agents.actor import Actor
    from sim.agents.observers import Month, Observer
    from sim.metrics import Metric, Panel
    from sim.scenario.shocks import Target
    from sim.worlds import Vector

Kind = Literal[
    "source",
    "claim",
    "parameter",
    "resource",
    "lever",
    "faction",
    "actor",
    "metric",
    "panel",
    "rule",
    "replace",
    "off",
    "phase",
    "shock",
    "observer",
]
_IN_WORDS: dict[str, str] = {"replace": "rival rule", "off": "switched-off rule", "shock": "target of shocks"}
R = TypeVar("R", bound="Callable[..., Vector]")
A = TypeVar("A", bound="type[Actor]")
E = TypeVar("E", bound="Callable[[Callable[..., Vector], Month], Vector]")


@dataclass(frozen=True)
class Declared:
    """One thing that an extension declares.

    Attributes:
        kind: what sort of thing; name: what it is called, or what it is about.
        what: the thing itself, or what is said of it.
        file, line: where it is declared.
    """

    kind: Kind
    name: str
    what: Any
    file: str
    line: int

    @property
    def where(self) -> str:
        """The file and the line, as messages begin."""
        return f"{shown(self.file)}:{self.line}"


class Extension:
    """What a module adds to the model. A module has one, called `extension`.

    Args:
        name: a short name, by which tables and manifests call it.
        title: what a reader is shown.

    >>> import sim
    >>> extension = sim.Extension("iran", "Iran as an actor")
    >>> extension.parameter(
    ...     "start_iran_road", title="Iran's road at the start", meaning="How far it is open.", value=0.2, low=0, high=0.5,
    ...     unit="0 to 1", judgement="No source says; the range is wide.",
    ... )
    >>> [(one.kind, one.name) for one in extension.declared]
    [('parameter', 'start_iran_road')]
    """

    def __init__(self, name: str, title: str = "") -> None:
        if not isinstance(name, str) or not isinstance(title, str):
            raise TypeError(f"an extension's name and title are texts; got {name!r} and {title!r}")
        self.name, self.title = name, title or name
        self.declared: list[Declared] = []

    def _declare(self, kind: Kind, name: str, what: Any) -> None:
        caller = sys._getframe(2)
        self.declared.append(Declared(kind, name, what, caller.f_code.co_filename, caller.f_lineno))

    def source(self, name: str, **entry: Any) -> None:
        """A source; `entry` as in `sim/evidence/sources.yaml`. Its kind is `outside` unless it says otherwise."""
        self._declare("source", name, {"kind": "outside", **entry})

    def claim(self, name: str, **entry: Any) -> None:
        """A claim of a source, old or new, as `<source>.<words-with-hyphens>`; `entry` as in `sim/evidence/claims.yaml`."""
        self._declare("claim", name, entry)

    def parameter(self, name: str, **entry: Any) -> None:
        """A parameter; `entry`: meaning, value, low, high, unit, and claims or a judgement, as in `sim/parameters/`."""
        self._declare("parameter", name, entry)

    def resource(self, resource: Resource) -> None:
        """Something that Kabul needs; with the parameters `need_<name>` and `alternative_<name>`."""
        self._declare("resource", resource.name, resource)

    def lever(self, lever: Lever) -> None:
        """A lever of Pakistan's; with the parameter `cost_<name>`."""
        self._declare("lever", lever.name, lever)

    def faction(self, actor: str, faction: FactionSpec) -> None:
        """A further faction of an actor; with the parameters `power_<name>` and `align_<name>_<whom>`."""
        self._declare("faction", actor, faction)

    def actor(self, spec: ActorSpec) -> Callable[[A], A]:
        """An actor, whose kind of agent this decorates. The model makes one of it, under the name in `spec`."""

        def keep(kind: A) -> A:
            self._declare("actor", spec.name, (spec, kind))
            return kind

        return keep

    def metric(self, metric: Metric) -> None:
        """A metric: see `sim/metrics/`."""
        self._declare("metric", metric.name, metric)

    def panel(self, panel: Panel) -> None:
        """A metric with a further dimension."""
        self._declare("panel", panel.name, panel)

    def rule(
        self,
        *,
        claims: tuple[str, ...] = (),
        judgement: str = "",
        mechanisms: tuple[str, ...] = (),
        moves: tuple[str, ...],
        off: float | str,
        rises_with: tuple[str, ...] = (),
        falls_with: tuple[str, ...] = (),
        presses: Presses | None = None,
    ) -> Callable[[R], R]:
        """A rule, which this decorates; the arguments are those of `sim.rule.rule`."""
        return self._function(
            "rule",
            "",
            claims=claims,
            judgement=judgement,
            mechanisms=mechanisms,
            moves=moves,
            off=off,
            rises_with=rises_with,
            falls_with=falls_with,
            presses=presses,
        )

    def replace(
        self,
        name: str,
        *,
        claims: tuple[str, ...] = (),
        judgement: str = "",
        rises_with: tuple[str, ...] = (),
        falls_with: tuple[str, ...] = (),
    ) -> Callable[[R], R]:
        """A rival to a rule, which this decorates: it is asked in its place, with the same state by the same names.

        Its parameters and grounds are its own; what it moves, its mechanisms and what holds without it stay.
        """
        return self._function(
            "replace", name, claims=claims, judgement=judgement, rises_with=rises_with, falls_with=falls_with
        )

    def _function(self, kind: Kind, name: str, **said: Any) -> Callable[[R], R]:
        def keep(function: R) -> R:
            self._declare(kind, name or function.__name__, (function, said))
            return function

        return keep

    def off(self, name: str, *, why: str) -> None:
        """Switch a rule off, or all rules of a mechanism (M1 to M31): what then holds is each rule's own `off`."""
        self._declare("off", name, why)

    def phase(self, action: str, *, after: str = "", before: str = "") -> None:
        """A place in the month for what an agent does, as `Kind.method`, next to one that is there: see `sim.model.MONTH`."""
        self._declare("phase", action, (after, before))

    def shock(self, name: str, target: Target, *, agent: str, state: str) -> None:
        """A target of shocks: a state of an agent, each by its attribute's name, such as `taliban` and `cohesion`."""
        self._declare("shock", name, (target, (agent, state)))

    def observer(self, name: str, observer: Observer) -> Callable[[E], E]:
        """Somebody who counts. This decorates what it expects to report of a month: see `sim/agents/observers.py`.

        The function is called with the run's rules and a `Month`: what there was to be observed, by name.
        """

        def keep(expected: E) -> E:
            self._declare("observer", name, (observer, expected))
            return expected

        return keep

    def counts(self) -> Mapping[str, int]:
        """How many things of each kind it declares, the kinds in words."""
        kinds = [_IN_WORDS.get(one.kind, one.kind) for one in self.declared]
        return {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
