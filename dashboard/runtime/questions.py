"""What a page asks of the quick workers besides runs: why a figure is as it is, and what pressed on a decision.

The functions below are carried out by a worker; each begins with `tell`, which also ends it when nobody waits any more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import count
from json import dumps
from typing import TYPE_CHECKING, Any

from sim.scenario import Scenario
from sim.words.language import N_

if TYPE_CHECKING:
    from dashboard.runtime.worker import Tell
    from sim.loops import Loops
    from sim.loops.at_work import AtWork
    from sim.why import Ablation, Weighed, Why


@dataclass(frozen=True)
class Question:
    """A function of `given` and `arguments` that answers alike whenever these are alike. Equal keys, equal answers.

    Attributes:
        everybodys: whether it is of nothing that a visitor has brought or made.
    """

    function: Callable[..., Any]
    given: tuple[Any, ...]
    arguments: dict[str, Any] = field(default_factory=dict)
    panels: bool = True
    everybodys: bool = False
    foreign = False

    @property
    def key(self) -> str:
        """A digest of all that decides the answer."""
        plain = [one.data() if isinstance(one, Scenario) else one for one in (*self.given, *self.arguments.values())]
        what = [self.function.__qualname__, list(self.arguments), plain]
        return blake2b(dumps(what, sort_keys=True).encode(), digest_size=12).hexdigest()


_NUMBERS = count()


@dataclass(frozen=True)
class UploadTask(Question):
    """Something to be done with what somebody brought, each time that it is asked for: its answer is none for the next one."""

    foreign = True
    number: int = field(default_factory=lambda: next(_NUMBERS))

    @property
    def key(self) -> str:
        """Another one for each upload."""
        return f"upload {self.number}"


def account(
    tell: Tell, scenario: Scenario, metric: str, month: str, versus: Scenario | None, months: int, **how: Any
) -> Why:
    """Why a metric changed in a month, or differs between two scenarios: see `sim.why.explain`."""
    from sim.why import explain

    tell(None)
    return explain(scenario, metric, month, versus, months=months, **how)


def pressures(tell: Tell, scenario: Scenario, decision: str, month: str, months: int, **how: Any) -> Weighed:
    """What pressed on a decision in a month: see `sim.why.weigh`."""
    from sim.why import weigh

    tell(None)
    return weigh(scenario.model_copy(update={"months": months}), decision, month, **how)


def ablation(tell: Tell, scenario: Scenario, metric: str, months: int, **how: Any) -> Ablation:
    """What each mechanism and loop is worth to a metric over the run, for the heavy worker: see `sim.why.ablate`."""
    from sim.why import ablate

    def progress(done: int, everything: int) -> None:
        tell({"done": done, "of": everything, "what": what})

    what = N_("mechanisms and loops")
    tell({"done": 0, "of": 0, "what": what})
    return ablate(scenario.model_copy(update={"months": months}), metric, progress=progress, **how)


def loops(tell: Tell) -> Loops:
    """The feedback loops that the rules close: see `sim.loops`."""
    from sim.loops import find_loops, signed_digraph

    tell(None)
    return find_loops(signed_digraph()).foremost()


def loops_at_work(tell: Tell, plan: Scenario, metric: str, months: int, **how: Any) -> AtWork:
    """What each loop does to a metric month by month under a scenario: see `sim.loops.at_work`."""
    from sim.loops.at_work import at_work

    tell(None)
    return at_work(plan, metric, months=months, **how)
