"""One run of many worlds: the agents, and the month as a list of what happens in it, in order."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, cast

import mesa
import numpy as np

from sim.agents.actor import Actor
from sim.agents.decision import Decision
from sim.agents.group import Group, Movement
from sim.agents.india import India
from sim.agents.outside import IMF, ISKP, AfghanPublic, China, Donors, UnitedStates
from sim.agents.pakistan import Pakistan
from sim.agents.taliban import Taliban
from sim.agents.territory import DurandLine, Land
from sim.agents.ttp import TTP
from sim.metrics import METRICS, PANELS
from sim.parameters import resolve
from sim.rulebook import Rulebook
from sim.scenario import Abreast, Scenario, Script, load_scenario, parameter_set
from sim.shocks import apply_shock
from sim.vocabulary import ROSTER, acting, month_after
from sim.worlds import Streams, Vector, total

# The month: who does what, in this order. Each line runs one method on all agents of a kind, through their AgentSet.
MONTH: list[tuple[type[Actor], str]] = [
    # the world outside sets terms
    (IMF, "review"),
    (UnitedStates, "update_ties"),
    (China, "invest"),
    # Pakistan chooses a course within its means, and gives or withholds
    (Pakistan, "hear_factions"),
    (Pakistan, "set_levers"),
    (Pakistan, "decide_on_strikes"),
    (Pakistan, "deliver"),
    # Kabul weighs what it needs and who controls it, and answers
    (Taliban, "weigh_dependence"),
    (Taliban, "hear_factions"),
    (Taliban, "take_posture"),
    (India, "choose_engagement"),
    (Taliban, "choose_stance"),
    # the TTP chooses a campaign; its groups grow, regroup and attack
    (TTP, "choose_campaign"),
    (Movement, "grow"),
    (TTP, "take_back_freed"),
    (Movement, "regroup"),
    (Movement, "expect_attacks"),
    # what happens on the line and in Pakistan's areas
    (DurandLine, "clash"),
    (Land, "suffer_attacks"),
    # consequences
    (Land, "update_grievance_and_control"),
    (AfghanPublic, "update_hardship_and_distrust"),
    (Taliban, "hold_together"),
    (ISKP, "update_strength_and_risk"),
    (Pakistan, "update_economy_and_sovereignty"),
]
# Actors that extensions bring: the name of the agent, and its kind, made of the model alone.
BROUGHT: dict[str, type[Any]] = {}


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
    """Mesa's collector without its deep copy of all that is reported, which took a twentieth of a month: readings are fresh."""

    def collect(self, model: FrontierModel) -> None:
        """Add this month's readings."""
        for name, values in self.model_vars.items():
            values.append(model.reading(name))


class FrontierModel(mesa.Model):
    """Pakistan, the Afghan Taliban, the TTP and India in `worlds` worlds, month by month.

    Args:
        scenario: a loaded scenario, or the name or path of one.
        worlds: how many worlds; one world is a vector of length one.
        seed: 0 to 2**63 - 1; None draws one and keeps it in `seed`.
        first: number of the first world, for a chunk of a larger run.
        parameters: "posterior" for a whole accepted set in every world, "defaults" for point values, "prior" for a draw
            of every parameter in every world, or a scenario's name or path: then that scenario's parameter overrides
            hold beneath this one's own.
        off: rules or mechanisms to switch off.
        values: parameter values over the scenario's, each a number or a (worlds,) vector.
        levers: settings over the scenario's, by their path in it: see `Script`.
        points: how many points of a sweep share the worlds axis: see `Streams`.
        beside: scenarios that are lived beside this one under the same luck, each in as many of the worlds, in order:
            see `Abreast`; not with `levers` or `points`.
        record: whether to keep every month's pressures in `accounts`.

    Attributes:
        month: months since the start; during a step, the month being lived.
        datacollector: the record: for each metric a list of (worlds,) vectors, one a month (plain floats for one
            world), for each panel a list of (rows, worlds) arrays, with the rows named in `labels`.
        accounts: with `record`, one dict a month: decision -> its options, pressures, utilities,
            probabilities, draws and the option chosen.
    """

    land: Land
    durand_line: DurandLine
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
    parameters: dict[str, float | Vector]
    rulebook: Rulebook
    streams: Streams
    script: Script
    plan: Scenario

    def __init__(
        self,
        scenario: Scenario | str = "history",
        worlds: int = 1,
        seed: int | None = None,
        first: int = 0,
        parameters: str = "posterior",
        off: Collection[str] = (),
        record: bool = False,
        values: Mapping[str, float | Vector] | None = None,
        rng: Any = None,
        levers: Mapping[str, Vector] | None = None,
        points: int = 1,
        beside: Sequence[Scenario] = (),
    ) -> None:
        if rng is not None and not isinstance(rng, int | np.integer):
            raise TypeError("rng must be a whole number here: all chance comes from streams keyed by it")
        if seed is None:
            seed = secrets.randbits(63) if rng is None else int(rng)
        # Mesa's own generators are never drawn from; they are seeded so that nothing in a run is unseeded.
        super().__init__(rng=seed)
        self.plan = load_scenario(scenario) if isinstance(scenario, str) else scenario
        self.worlds, self.seed, self.month, self.record = worlds, seed, 0, record
        self.streams = Streams(seed, worlds, first, 1 + len(beside) if beside else points)
        mode, beneath = parameter_set(parameters)
        overrides = {**beneath, **self.plan.parameters, **(values or {})}
        self.parameters = resolve(overrides, mode, self.streams)
        self.rulebook = Rulebook(self.parameters, off)
        # Read alike by all that only read a script.
        self.script = (
            cast(Script, Abreast([self.plan, *beside], worlds)) if beside else Script(self.plan, worlds, levers)
        )
        self.accounts: list[dict[str, dict[str, Any]]] = []
        self._make_agents()
        # The range of every metric, with room for rounding; shape (metrics, 1).
        self._lowest = np.array([[metric.low - 1e-9] for metric in METRICS.values()])
        self._highest = np.array([[metric.high + 1e-9] for metric in METRICS.values()])
        self.labels = {panel.name: tuple(panel.rows()) for panel in PANELS.values()}
        self.datacollector: mesa.DataCollector = Collector(
            model_reporters={name: [self.reading, [name]] for name in (*METRICS, *PANELS)}
        )

    def _make_agents(self) -> None:
        """One by one: Mesa's `create_agents` would deal a vector over worlds out among the agents."""
        self.donors, self.imf, self.united_states = Donors(self), IMF(self), UnitedStates(self)
        self.china, self.iskp, self.afghan_public = China(self), ISKP(self), AfghanPublic(self)
        self.land, self.durand_line = Land(self), DurandLine(self)
        self.pakistan, self.taliban, self.india = Pakistan(self), Taliban(self), India(self)
        self.groups = [Group(self, slot) for slot in ROSTER]
        self.movement = Movement(self, self.groups)
        self.ttp = TTP(self)
        for name, kind in BROUGHT.items():
            setattr(self, name, kind(self))

    @property
    def calendar(self) -> str:
        """The month being lived, as YYYY-MM."""
        return month_after(self.plan.start, self.month)

    def step(self) -> None:
        """Live one month."""
        for target, operation, amount in self.script.shocks(self.month):
            apply_shock(self, target, operation, amount)
        for kind, action in MONTH:
            self.agents_by_type[kind].do(action)
        if self.record:
            self.accounts.append(self._account())
        self._take_readings()
        self.datacollector.collect(self)
        self.month += 1

    def recent(self, metric: str, months: int, before: int | None = None) -> Vector:
        """Each world's mean of a metric over the last `months` months before one (None: this one), as far as there are any."""
        last = self.month if before is None else before
        past = self.datacollector.model_vars[metric][max(last - months, 0) : last]
        return np.atleast_1d(total(past) / len(past))

    def follow(self, plan: Scenario) -> None:
        """Go on with a scenario which asks for the same as this model's own in all months lived so far."""
        self.plan, self.script = plan, Script(plan, self.worlds)
        for month in range(self.month):  # conditions are watched from the first month on
            self.script.settings("pakistan", month, partial(self.recent, before=month))

    def close(self) -> None:
        """Let the model go. Before Mesa 3.5, `Agent._ids` would keep it, with all its vectors, while Python runs."""
        self.remove_all_agents()
        getattr(mesa.Agent, "_ids", {}).pop(self, None)

    def _take_readings(self) -> None:
        """Read every metric, and see that each is a number within its range."""
        # Not kept in the model, which can be pickled: how they are read cannot.
        metrics = tuple(METRICS.values())
        table = np.array([metric.read(self) for metric in metrics])
        # Asked this way round, a NaN fails too.
        fine = (table >= self._lowest) & (table <= self._highest)
        if not fine.all():
            row, world = np.argwhere(~fine)[0]
            metric = metrics[row]
            raise ModelError(
                f"{metric.name} is {table[row, world]:g} in world {self.streams.first + world} in {self.calendar}; "
                f"it must stay within {metric.low:g} to {metric.high:g}",
                metric.name,
            )
        values = table[:, 0].tolist() if self.worlds == 1 else table
        self._readings = {metric.name: value for metric, value in zip(metrics, values, strict=True)}
        self._readings |= {panel.name: panel.read(self).copy() for panel in PANELS.values()}

    def reading(self, name: str) -> Vector | float:
        """This month's value of a metric, or rows of a panel; a fresh array, as nobody else has it."""
        return self._readings[name]

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
