"""One run of many worlds: the agents, and the month as a list of what happens in it, in order."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from sim.agents.actor import Actor
from sim.agents.decision import Decision
from sim.agents.group import Group, Movement
from sim.agents.india import India
from sim.agents.outside import IMF, ISKP, AfghanPublic, China, Donors, UnitedStates
from sim.agents.pakistan import Pakistan
from sim.agents.relations import Relations
from sim.agents.taliban import Taliban
from sim.agents.territory import DurandLine, Land
from sim.agents.ttp import TTP
from sim.declared import check
from sim.metrics import METRICS, PANELS
from sim.parameters import check_ranges, resolve
from sim.rulebook import Rulebook
from sim.scenario import Scenario, Script, load_scenario, parameter_set
from sim.shocks import apply_shock
from sim.vocabulary import ROSTER, acting, month_after
from sim.worlds import BatchLayout, Streams, Vector, total, whole

# The month: who does what, in this order. Each line runs one method on all agents of a kind, through their AgentSet.
MONTH: list[tuple[type[Actor], str]] = [
    # the world outside sets terms
    (IMF, "review"),
    (UnitedStates, "update_ties"),
    (China, "invest"),
    (Donors, "hear_advocates"),
    # Pakistan chooses a course within its means, and gives or withholds
    (Pakistan, "hear_factions"),
    (Pakistan, "set_levers"),
    (Pakistan, "answer_kabul"),
    (Pakistan, "deliver"),
    # Kabul weighs what it needs and who controls it, and answers
    (Taliban, "weigh_dependence"),
    (Taliban, "hear_factions"),
    (Taliban, "take_posture"),
    (India, "choose_engagement"),
    (Taliban, "choose_stance"),
    (Taliban, "choose_brokering"),
    (Taliban, "answer_pakistan"),
    # the TTP chooses a campaign; its groups grow, regroup and attack
    (TTP, "win_or_lose_prestige"),
    (TTP, "choose_campaign"),
    (Movement, "grow"),
    (TTP, "take_back_freed"),
    (Movement, "regroup"),
    (Movement, "expect_attacks"),
    # what happens on the line and in Pakistan's areas
    (DurandLine, "clash"),
    (DurandLine, "let_through"),
    (Land, "suffer_attacks"),
    # consequences
    (Land, "update_grievance_and_control"),
    (Relations, "quarrel"),
    (AfghanPublic, "update_hardship_and_distrust"),
    (Taliban, "hold_together"),
    (ISKP, "update_strength_and_risk"),
    (Pakistan, "update_economy_and_sovereignty"),
]
# Actors that extensions bring: the name of the agent, and its kind, made of the model alone.
BROUGHT: dict[str, type[Any]] = {}
# Room for rounding at either end of a metric's range.
ROUNDING = 1e-9


class ModelError(RuntimeError):
    """The model gave a number that is not one, or one outside of its declared range.

    Attributes:
        metric: of which.
    """

    def __init__(self, text: str, metric: str = "") -> None:
        super().__init__(text, metric)
        self.metric = metric

    def __str__(self) -> str:
        return str(self.args[0])


class Collector(mesa.DataCollector):
    """Reads every metric and panel at the end of a month, and sees that each metric is a number within its range.

    What it keeps is fresh, so nothing is copied: Mesa's own deep copy took a twentieth of a month.

    Args:
        panels: whether panels are read, too.
    """

    model_reporters: dict[str, Any]

    def __init__(self, panels: bool = True) -> None:
        self._readings: dict[str, Vector | float] = {}
        self._metrics, self._panels = tuple(METRICS.values()), tuple(PANELS.values() if panels else ())
        # The range of every metric; shape (metrics, 1).
        self._lowest = np.array([[metric.low - ROUNDING] for metric in self._metrics])
        self._highest = np.array([[metric.high + ROUNDING] for metric in self._metrics])
        names = [*(one.name for one in self._metrics), *(one.name for one in self._panels)]
        super().__init__(model_reporters={name: [self.latest, [name]] for name in names})

    def collect(self, model: FrontierModel) -> None:
        """Add this month's readings, and what reporters say that somebody added, of the model or of its agents.

        Raises:
            ModelError: one is not a number, or outside of its metric's range.
        """
        table = np.array([metric.read(model) for metric in self._metrics])
        # Asked this way round, a NaN fails too.
        fine = (table >= self._lowest) & (table <= self._highest)
        if not fine.all():
            row, place = np.argwhere(~fine)[0]
            metric = self._metrics[row]
            raise ModelError(
                f"{metric.name} is {table[row, place]:g} in world {model.layout.number(place)} in {model.calendar}; "
                f"it must stay within {metric.low:g} to {metric.high:g}",
                metric.name,
            )
        values = table[:, 0].tolist() if model.worlds == 1 else table
        self._readings = {metric.name: value for metric, value in zip(self._metrics, values, strict=True)}
        self._readings |= {panel.name: panel.read(model).copy() for panel in self._panels}
        for name, reading in self._readings.items():
            self.model_vars[name].append(reading)
        added = {name: one for name, one in self.model_reporters.items() if name not in self._readings}
        if added or self.agent_reporters or self.agenttype_reporters:
            every, self.model_reporters = self.model_reporters, added
            for name in added:
                self.model_vars.setdefault(name, [None] * model.month)
            super().collect(model)  # in Mesa's own way
            self.model_reporters = every

    def latest(self, name: str) -> Vector | float:
        """The latest reading of a metric, or rows of a panel."""
        return self._readings[name]


def make_agents(model: FrontierModel) -> None:
    """A model's agents, one by one: Mesa's `create_agents` would deal a vector over worlds out among them."""
    model.donors, model.imf, model.united_states = Donors(model), IMF(model), UnitedStates(model)
    model.china, model.iskp, model.afghan_public = China(model), ISKP(model), AfghanPublic(model)
    model.land, model.durand_line = Land(model), DurandLine(model)
    model.relations = Relations(model)
    model.pakistan, model.taliban, model.india = Pakistan(model), Taliban(model), India(model)
    model.groups = [Group(model, slot) for slot in ROSTER]
    model.movement = Movement(model, model.groups)
    model.ttp = TTP(model)
    for name, kind in BROUGHT.items():
        setattr(model, name, kind(model))


@cache
def _check_declared() -> None:
    """Once in a process; extensions are checked as they are loaded."""
    check({**FrontierModel.__annotations__, **dict.fromkeys(BROUGHT, "")}, MONTH)


@dataclass(frozen=True)
class Parts:
    """What a model is put together from; None and what stands here are the usual.

    Attributes:
        streams: its random draws; script: what its actors are set to.
        rulebook: makes its rules from its parameters, whose `parameters` are then the model's.
        collector: makes what keeps its record.
        agents: makes its agents.
    """

    streams: Streams | None = None
    script: Any = None
    rulebook: Callable[[Mapping[str, float | Vector]], Rulebook] | None = None
    collector: Callable[[], Any] = Collector
    agents: Callable[[FrontierModel], None] = make_agents


class FrontierModel(mesa.Model):
    """Pakistan, the Afghan Taliban, the TTP and India in `worlds` worlds, month by month.

    Args:
        scenario: a scenario, or whatever `load_scenario` takes.
        worlds: how many worlds, or which: see `BatchLayout`. One world is a vector of length one.
        seed: 0 to 2**63 - 1; None draws one and keeps it in `seed`.
        parameters: "posterior" for a whole accepted set in every world, "defaults" for point values, "prior" for a draw
            of every parameter in every world, a folder of sets that `durand calibrate` wrote, or a scenario's name or path:
            then that scenario's parameter overrides hold beneath this one's own.
        off: rules or mechanisms to switch off; one may be given as a word.
        values: parameter values over the scenario's, each a number or a (worlds,) vector; without `parts`, within the declared
            range.
        levers: settings over the scenario's, by their path in it: see `Script`.
        record: whether to keep every month's pressures in `accounts`, or of which months, from 0.
        parts: what it is put together from.

    Attributes:
        layout: which worlds stand where on the worlds axis; worlds: how many they are.
        month: months since the start; during a step, the month that passes.
        running: until the scenario's last month has passed.
        datacollector: the record: for each metric a list of (worlds,) vectors, one a month (plain floats for one
            world), for each panel a list of (rows, worlds) arrays, with the rows named in `labels`. A reporter added to its
            `model_reporters` or `agent_reporters` is read at the end of each month, as Mesa reads it.
        accounts: with `record`, one dict a month: decision -> its options, pressures, utilities,
            probabilities, draws and the option chosen.

    >>> model = FrontierModel("confront", worlds=4, seed=1)
    >>> model.step()
    >>> model.datacollector.model_vars["attacks"][0].shape
    (4,)
    """

    land: Land
    durand_line: DurandLine
    relations: Relations
    pakistan: Pakistan
    taliban: Taliban
    ttp: TTP
    india: India
    groups: list[Group]
    movement: Movement
    imf: IMF
    united_states: UnitedStates
    china: China
    donors: Donors
    iskp: ISKP
    afghan_public: AfghanPublic
    rulebook: Rulebook
    streams: Streams
    script: Script
    plan: Scenario

    def __init__(
        self,
        scenario: Scenario | str | Path | Mapping[str, Any] = "history",
        worlds: int | BatchLayout = 1,
        seed: int | None = None,
        parameters: str = "posterior",
        off: Collection[str] = (),
        record: bool | Collection[int] = False,
        values: Mapping[str, float | Vector] | None = None,
        rng: Any = None,
        levers: Mapping[str, Vector] | None = None,
        parts: Parts | None = None,
    ) -> None:
        if rng is not None and not isinstance(rng, int | np.integer):
            raise TypeError("rng must be a whole number here: all chance comes from streams keyed by it")
        if seed is None:
            seed = secrets.randbits(63) if rng is None else int(rng)
        seed = whole("seed", seed, 0, 2**63 - 1)
        _check_declared()
        for name, one, kind in (("values", values, Mapping), ("levers", levers, Mapping), ("off", off, Collection)):
            if not isinstance(one, kind | None):
                raise TypeError(f"{name}: {one!r} is no {kind.__name__.lower()}")
        # Mesa's own generators are never drawn from; they are seeded so that nothing in a run is unseeded.
        super().__init__(rng=seed)
        usual, parts = parts is None, parts or Parts()
        self.plan, self.seed, self.month, self.record = load_scenario(scenario), seed, 0, record
        self.layout = worlds if isinstance(worlds, BatchLayout) else BatchLayout(worlds)
        self.worlds = self.layout.size
        self.streams = parts.streams or Streams(seed, self.layout)
        mode, beneath = parameter_set(parameters)
        given = resolve({**beneath, **self.plan.parameters, **(values or {})}, mode, self.streams)
        if usual and values:
            check_ranges(values)
        self.rulebook = (parts.rulebook or partial(Rulebook, off=off or ()))(given)
        self.script = parts.script or Script(self.plan, self.worlds, levers)
        self.accounts: list[dict[str, dict[str, Any]]] = []
        parts.agents(self)
        self.labels = {panel.name: tuple(panel.rows()) for panel in PANELS.values()}
        self.datacollector = parts.collector()

    @property
    def parameters(self) -> Mapping[str, float | Vector]:
        """The value of every parameter: a number, or one for each world."""
        return self.rulebook.parameters

    @property
    def calendar(self) -> str:
        """The month that passes, as YYYY-MM."""
        return month_after(self.plan.start, self.month)

    def step(self) -> None:
        """Let one month pass.

        Raises:
            ModelError: a metric is not a number, or outside of its range.
        """
        for target, operation, amount in self.script.shocks(self.month):
            apply_shock(self, target, operation, amount)
        self.act()
        if self.record is True or (self.record and self.month in self.record):
            self.accounts.append(self._account())
        self.datacollector.collect(self)
        self.month += 1
        self.running = self.month < self.plan.months

    def act(self) -> None:
        """All agents do what the month is made of."""
        for kind, action in MONTH:
            self.agents_by_type[kind].do(action)

    def recent(self, metric: str, months: int, before: int | None = None) -> Vector:
        """Each world's mean of a metric over the last `months` months before one (None: this one), as far as there are any."""
        last = self.month if before is None else before
        past = self.datacollector.model_vars[metric][max(last - months, 0) : last]
        return np.atleast_1d(total(past) / len(past))

    def close(self) -> None:
        """Let the model go. Before Mesa 3.5, `Agent._ids` would keep it, with all its vectors, while Python runs."""
        self.remove_all_agents()
        getattr(mesa.Agent, "_ids", {}).pop(self, None)

    def _account(self) -> dict[str, dict[str, Any]]:
        return {
            f"{actor}.{name}": {
                "options": decision.options,
                "pressures": decision.pressures,
                "utilities": decision.utilities.copy(),
                "probabilities": decision.probabilities.copy(),
                "draws": decision.draws.copy(),
                "chosen": decision.chosen,
            }
            for actor, name, decision in self.decisions()
        }

    def decisions(self) -> Iterator[tuple[str, str, Decision]]:
        """Every decision that is taken in this run: the actor, its name, and the decision itself."""
        for actor in acting().values():
            for one in actor.decisions:
                decision = getattr(getattr(self, actor.name), one.held_in)
                if decision is not None:  # Pakistan's course is a decision only where a scenario leaves it open
                    yield actor.name, one.name, decision
