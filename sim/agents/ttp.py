"""The TTP: its central command chooses a campaign, and truces begin and end. No target or tactic is modelled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.agents.actor import Actor
from sim.agents.decision import Decision
from sim.chance import happens
from sim.rules import campaign, groups, momentum, violence
from sim.vocabulary import CAMPAIGNS
from sim.worlds import Vector, total

if TYPE_CHECKING:
    from sim.agents.group import Group
    from sim.model import FrontierModel


class TTP(Actor):
    """The TTP's central command.

    Attributes:
        example: how far the Taliban's victory still inspires; prestige: the movement's own; both 0 to 1.
        truce: 1 in worlds with a truce in force; truce_months: for how long; truce_ended: 1 if it ended this month.
        demands_met: how far Pakistan meets its demands, 0 to 1.
        rested: what a truce has let it save up, 0 to 1.
        tempo: of its campaign, 1 for a steady one; compliance: share of attacks that a truce stops.
        freed_pool: freed fighters not yet back in the field, thousand.
    """

    def __init__(self, model: FrontierModel) -> None:
        super().__init__(model, "ttp")
        self.campaign_decision = Decision(self, "campaign", tuple(CAMPAIGNS), start="steady")
        self.example = self.start("start_example")
        self.prestige = self.example
        self.rested = self.full(0.0)
        self.truce = self.full(0.0)
        self.truce_months = self.full(0.0)
        self.truce_ended = self.full(0.0)
        self.demands_met = self.full(0.0)
        self.tempo = self.full(1.0)
        self.compliance = self.full(0.0)
        self.freed_pool = self.start("start_freed_prisoners")
        self.capability_at_start: Vector | None = None

    @property
    def groups(self) -> list[Group]:
        """Its constituent groups, active or not."""
        return self.model.groups

    @property
    def strength(self) -> Vector:
        """Fighters in all groups, thousand."""
        return total(group.strength for group in self.groups)

    @property
    def cohesion(self) -> Vector:
        """Strength-weighted cohesion of the groups; those that stand apart count as none."""
        bound = total(group.strength * group.united * group.cohesion for group in self.groups)
        return bound / np.maximum(self.strength, 1e-9)

    @property
    def refuge(self) -> Vector:
        """Share of the movement's fighters across the line."""
        across = total(group.strength * group.refuge for group in self.groups)
        return across / np.maximum(self.strength, 1e-9)

    def win_or_lose_prestige(self) -> None:
        """The victory next door fades; what the movement has won of its own adds to its prestige."""
        land = self.model.land
        self.example = self.apply(campaign.example_fades, example=self.example)
        self.prestige = self.apply(
            momentum.prestige,
            prestige=self.prestige,
            example=self.example,
            success=np.minimum(land.recent_attacks / self.parameter("scale_attacks"), 1.0),
            ground=land.mean_foothold,
            concessions=self.demands_met,
        )

    def choose_campaign(self) -> None:
        """Escalate, go on, seek a truce or lie low; then see whether a truce begins or ends."""
        pakistan, taliban, land, choice = (
            self.model.pakistan,
            self.model.taliban,
            self.model.land,
            self.campaign_decision,
        )
        levers, cohesion = pakistan.levers, self.cohesion
        operations, talks = levers["domestic_operations"], levers["ttp_talks"]
        self.demands_met = self.apply(
            campaign.demands_met,
            prisoners=levers["prisoner_releases"],
            withdrawal=levers["troop_withdrawal"],
            religious_law=levers["religious_law_concessions"],
        )
        capability = total(group.capability for group in self.groups)
        if self.capability_at_start is None:
            self.capability_at_start = capability
        tempting = self.parameter("scale_capability") * self.capability_at_start
        relative = np.minimum(capability / np.maximum(tempting, 1e-9), 1.0)
        escalate, truce, lie_low = choice.only("escalate"), choice.only("ceasefire"), choice.only("lie_low")
        pressures = [
            choice.pressure(campaign.prestige_emboldens, prestige=self.prestige, on=escalate),
            choice.pressure(campaign.grievance_calls, grievance=land.mean_grievance, on=escalate),
            choice.pressure(campaign.capability_tempts, capability=relative, on=escalate),
            choice.pressure(campaign.operations_deter, operations=operations, on=escalate),
            choice.pressure(
                campaign.kabul_holds_back, effort=taliban.effort, control=taliban.hold_over_ttp, on=escalate
            ),
            choice.pressure(
                campaign.operations_drive_under, operations=operations, shelter=taliban.shelter, on=lie_low
            ),
            choice.pressure(
                campaign.kabul_brokers,
                brokering=taliban.brokering,
                control=taliban.hold_over_ttp,
                talks=talks,
                on=truce,
            ),
            choice.pressure(campaign.demands_expected, met=self.demands_met * talks, on=truce),
            choice.pressure(campaign.spoilers, cohesion=cohesion, on=truce),
            choice.pressure(momentum.success_hardens, prestige=self.prestige, on=truce),
            choice.pressure(campaign.campaign_habit, held=choice.held(), on=(1.0,) * len(CAMPAIGNS)),
        ]
        script = self.model.script.settings("ttp", self.model.month, self.model.recent)
        choice.choose([*pressures, *choice.menu(script)], script["campaign"])
        self._begin_or_end_truce(operations, talks, cohesion)
        self.tempo = self.apply(
            violence.campaign_tempo,
            escalating=choice.is_held("escalate") * (1.0 - self.truce),
            lying_low=choice.is_held("lie_low"),
        )
        self.tempo = self.tempo * self.apply(momentum.rebound, rested=self.rested, truce=self.truce)
        self.rested = self.apply(momentum.rest_in_truce, rested=self.rested, truce=self.truce)
        self.compliance = self.apply(campaign.truce_compliance, met=self.demands_met) * self.truce

    def _begin_or_end_truce(self, operations: Vector, talks: Vector, cohesion: Vector) -> None:
        ending = self.apply(
            campaign.truce_ends,
            unmet=1.0 - self.demands_met,
            months=self.truce_months,
            operations=operations,
            cohesion=cohesion,
            brokering=self.model.taliban.brokering,
            prestige=self.prestige,
        )
        agreed = self.apply(campaign.truce_agreed, talks=talks, cohesion=cohesion)
        self.truce_ended = self.truce * happens(self.draw("truce_ends"), ending)
        begins = (
            self.campaign_decision.is_held("ceasefire")
            * happens(self.draw("truce_begins"), agreed)
            * (1.0 - self.truce)
        )
        self.truce = np.minimum(self.truce - self.truce_ended + begins, 1.0)
        self.truce_months = (self.truce_months + 1.0) * self.truce

    def take_back_freed(self) -> None:
        """The pool of freed fighters empties as they return to the field."""
        self.freed_pool = self.apply(groups.freed_still_out, pool=self.freed_pool)
