"""What Kabul depends on: what it needs, who controls it, what others could put in its place, and what it holds itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import numpy as np

from sim.agents.actor import Actor
from sim.rules import alignment, dependence, leverage, tools
from sim.vocabulary import ACTOR_SPECS, HOLD_SPECS, RESOURCE_SPECS, of_kind, others_who_supply, suppliers_of
from sim.worlds import Vector, stacked, total

if TYPE_CHECKING:
    from sim.model import FrontierModel


class Dependent(Actor):
    """Kabul as far as it depends on Pakistan, and Pakistan on it.

    Attributes:
        needed, held: the resources that Kabul needs, and those that it holds, in the order of their rows.
        leverage_of_pakistan_by_resource: over Kabul, shape (needed, worlds).
        leverage_over_pakistan_by_resource: Kabul's, shape (held, worlds).
        dependence: share of its needs that hangs on Pakistan; in_use: as far as it believes that it would be cut.
        benefit: what it got of what it wants; withheld: what it was denied; conditional_reward, threat: what it expects.
        roads: how far other roads and patrons stand in for Pakistan, 0 to 1.
        capacity: of its army; hold_over_ttp: share of the TTP's doings that it could stop; both 0 to 1.
        cohesion: of its movement; war: share of Afghanistan contested; openness: to India; effort: on the TTP.
    """

    cohesion: Vector
    effort: Vector
    openness: Vector

    def __init__(self, model: FrontierModel, name: str) -> None:
        super().__init__(model, name)
        self.capacity = self.start("start_capacity")
        self.hold_over_ttp = self.apply(tools.hold_over_ttp, capacity=self.capacity)
        self.war = self.start("start_war")
        self.roads = self.full(0.0)
        self.nothing = self.full(0.0)
        self.needed, self.held = tuple(RESOURCE_SPECS), tuple(HOLD_SPECS)
        self.wartime, self.steps, self.passages = of_kind("wartime"), of_kind("step"), of_kind("passage")
        # Who offers each of what Kabul needs: Pakistan by which levers, India, and which others.
        self.levers_for = {name: suppliers_of(name) for name in self.needed}
        self.from_india = ACTOR_SPECS["india"].supplies
        self.others = {name: [one for one in others_who_supply(name) if one != "india"] for name in self.needed}
        self.needs = {name: self.start(f"need_{name}") for name in self.needed}
        self.alternatives = {name: self.start(f"alternative_{name}") for name in self.needed}
        self.wartime_supply = self.start("wartime_supply")
        self.own_territory = self.start("own_territory")
        # Of what Kabul holds, some is needed as the state of the world says, the rest as a parameter does.
        own = [f"{of}_{name}" for of in ("need", "alternative") for name in self.held]
        self.hold_terms = {name: self.start(name) for name in own if name in model.parameters}
        self.wartime_need = {name: self.start(f"need_{name}") for name in self.wartime}
        self.arms_stock = self.full(0.0)
        self.leverage_of_pakistan_by_resource = np.zeros((len(self.needed), model.worlds))
        self.leverage_over_pakistan_by_resource = np.zeros((len(self.held), model.worlds))
        self.dependence = self.full(0.0)
        self.delivered: Vector | None = None
        self.leverage_of_india = self.full(0.0)
        self.leverage_over_pakistan = self.full(0.0)
        self.in_use = self.full(0.0)
        self.conditional_reward = self.full(0.0)
        self.threat = self.full(0.0)
        self.benefit = self.full(0.0)
        self.withheld = self.full(0.0)
        self.aid = self.full(0.0)

    def leverage_of_pakistan_by(self, resource: str) -> Vector:
        """Pakistan's leverage over Kabul by one resource, 0 to 1."""
        return self.leverage_of_pakistan_by_resource[self.needed.index(resource)]

    def weigh_dependence(self) -> None:
        """Leverage both ways, resource by resource, from need, control, alternatives and own supply."""
        self._change_needs()
        sender = self.model.pakistan
        wanted, offered = self._wanted(), self._offered()
        delivered = self._delivered(offered)
        self.aid = delivered[self.needed.index("aid")]
        # What was supplied for the war is neither offered nor delivered.
        flows = [row for row, name in enumerate(self.needed) if name not in self.wartime]
        self.benefit = self.apply(
            alignment.benefit_share, received=total(wanted[flows] * delivered[flows]), wanted=total(wanted[flows])
        )
        self._build_other_roads(offered[flows], delivered[flows])
        sender.learn_to_be_believed(self.withheld)

        pakistani, indian, others, own = (
            self._pakistani_control(delivered),
            self._indian_control(),
            self._alternatives(),
            self._own_supply(),
        )
        self.leverage_of_pakistan_by_resource = self.apply(
            leverage.leverage, need=wanted, control=pakistani, alternatives=others + indian, own_supply=own
        )
        self.dependence = self.apply(
            leverage.dependence, held=total(self.leverage_of_pakistan_by_resource), needed=total(wanted)
        )
        self.in_use = self.apply(leverage.leverage_in_use, dependence=self.dependence, credibility=sender.credibility)
        of_india = self.apply(
            leverage.leverage, need=wanted, control=indian, alternatives=others + pakistani, own_supply=own
        )
        rows = [self.needed.index(name) for name in self.from_india]
        self.leverage_of_india = total(of_india[row] for row in rows) / len(rows)
        self._weigh_own_hold()

        hold = self.apply(
            leverage.leverage,
            need=wanted,
            control=offered,
            alternatives=others + indian,
            own_supply=own,
        )
        self.conditional_reward = self.apply(
            leverage.conditional_reward, hold=total(hold[flows]), credibility=sender.credibility
        )
        exposed = self.apply(
            leverage.vulnerability,
            cohesion=self.cohesion,
            trade_leverage=self.leverage_of_pakistan_by("trade"),
            war=self.war,
        )
        self.threat = self.apply(
            leverage.threat, economy=sender.economy, credibility=sender.threat_credibility, vulnerability=exposed
        )

    def _build_other_roads(self, offered: Vector, delivered: Vector) -> None:
        """What was withheld this month, and the roads that Kabul builds around it."""
        before = delivered if self.delivered is None else self.delivered
        self.delivered = delivered
        kept_back = total(np.maximum(offered - delivered, 0.0)) / np.maximum(total(offered), 1.0)
        stopped = total(np.maximum(before - delivered, 0.0)) / np.maximum(total(before), 1.0)
        self.withheld = self.apply(
            leverage.withheld, shut=self.model.pakistan.closure, kept_back=kept_back, stopped=stopped
        )
        self.roads = self.apply(
            leverage.other_roads,
            roads=self.roads,
            withheld=self.withheld,
            tension=self.model.relations.tension,
            friends=self._friends(),
        )

    def _friends(self) -> Vector:
        """How far other powers stand in for Pakistan."""
        return 1.0 - (1.0 - self.model.china.supply) * (1.0 - self.model.india.supply)

    def _change_needs(self) -> None:
        for name in self.wartime_need:
            self.wartime_need[name] = self.apply(dependence.wartime_need, need=self.wartime_need[name], war=self.war)
        self.arms_stock = self.apply(dependence.inherited_arms, stock=self.arms_stock, war=self.war)
        training = self.model.pakistan.levers["military_training"]
        self.capacity = self.apply(tools.army_trained, capacity=self.capacity, training=training)
        self.hold_over_ttp = self.apply(tools.hold_over_ttp, capacity=self.capacity)

    def _wanted(self) -> Vector:
        """What Kabul needs before anything is delivered, shape (resources, worlds)."""
        hardship = self.model.afghan_public.hardship
        in_hardship = {
            name: self.apply(dependence.need_in_hardship, base=self.needs[name], hardship=hardship)
            for name, one in RESOURCE_SPECS.items()
            if one.grows_in_hardship
        }
        of_friends = {
            name: self.apply(dependence.need_of_a_friend, base=self.needs[name], sanctions=self.model.donors.sanctions)
            for name, one in RESOURCE_SPECS.items()
            if one.grows_with_isolation
        }
        needs = {**self.needs, **self.wartime_need, **in_hardship, **of_friends}
        return stacked(needs[name] for name in self.needed)

    def _offered(self) -> Vector:
        """What Pakistan offers of it by its levers, shape (resources, worlds); trade it offers as far as the line is open."""
        return self._by_resource(dict.fromkeys(self.passages, self.model.durand_line.openness), self._lever_for)

    def _lever_for(self, resource: str) -> Vector:
        """How far Pakistan's levers offer a resource: each covers part of what those before it leave."""
        levers = self.model.pakistan.levers
        first, *others = [levers[name] for name in self.levers_for[resource]] or [self.nothing]
        for other in others:
            first = 1.0 - (1.0 - first) * (1.0 - other)
        return first

    def _by_resource(self, known: Mapping[str, Vector], otherwise: Callable[[str], Vector]) -> Vector:
        """A row for each resource that Kabul needs."""
        return stacked(known[name] if name in known else otherwise(name) for name in self.needed)

    def _delivered(self, offered: Vector) -> Vector:
        """What of that arrives: terms are kept to, recognition comes by steps, trade runs by itself."""
        given = self.apply(
            leverage.given_on_terms,
            offered=offered,
            conditionality=self.model.pakistan.conditionality,
            effort=self.effort,
        )
        itself = {
            **dict.fromkeys(self.steps, self.model.pakistan.granted),
            **dict.fromkeys(self.passages, self.model.durand_line.openness),
        }
        return self._by_resource(itself, lambda name: given[self.needed.index(name)])

    def _pakistani_control(self, delivered: Vector) -> Vector:
        """What Pakistan could withdraw: what flows, what it supplied for the war, hardly what was granted for good."""
        kept = self.apply(leverage.irreversible_control, granted=self.model.pakistan.granted)
        special = {**dict.fromkeys(self.wartime, self.wartime_supply), **dict.fromkeys(self.steps, kept)}
        return self._by_resource(special, lambda name: delivered[self.needed.index(name)])

    def _indian_control(self) -> Vector:
        """What India could grant or withdraw."""
        offers = dict.fromkeys(self.from_india, self.model.india.supply)
        return self._by_resource(offers, lambda name: self.nothing)

    def _alternatives(self) -> Vector:
        """What others than Pakistan and India would supply, and what comes by other roads."""
        usual = stacked(
            total([self.alternatives[name], *(getattr(self.model, other).supply for other in self.others[name])])
            for name in self.needed
        )
        by_road = stacked(self.nothing if name in self.wartime else self.roads for name in self.needed)
        return self.apply(leverage.alternatives_with_roads, usual=usual, roads=by_road)

    def _own_supply(self) -> Vector:
        own = {"sanctuary": self.own_territory * (1.0 - self.war), "arms": self.arms_stock}
        return self._by_resource(own, lambda name: self.nothing)

    def _weigh_own_hold(self) -> None:
        """What Kabul holds over Islamabad; what no line here says otherwise of is Kabul's to give while it is at peace."""
        pakistan, land, terms = self.model.pakistan, self.model.land, self.hold_terms
        attacks = np.minimum(land.recent_attacks / self.parameter("scale_attacks"), 1.0)
        needs = {
            "ttp_restraint": self.apply(dependence.need_of_restraint, attacks=attacks),
            "room_denied_to_india": self.apply(
                dependence.need_of_room_denied,
                base=terms["need_room_denied_to_india"],
                india_engagement=self.model.india.engagement,
            ),
            "constituencies": pakistan.power("clerics"),
        }
        controls = {
            "ttp_restraint": self.hold_over_ttp,
            "room_denied_to_india": self.openness,
            "constituencies": pakistan.rhetoric,
        }
        own_means = {"ttp_restraint": pakistan.levers["domestic_operations"]}
        at_peace = 1.0 - self.war
        need = stacked(needs[name] if name in needs else terms[f"need_{name}"] for name in self.held)
        control = stacked(controls.get(name, at_peace) for name in self.held)
        alternatives = stacked(terms[f"alternative_{name}"] for name in self.held)
        own = stacked(own_means.get(name, self.nothing) for name in self.held)
        self.leverage_over_pakistan_by_resource = self.apply(
            leverage.leverage, need=need, control=control, alternatives=alternatives, own_supply=own
        )
        self.leverage_over_pakistan = total(self.leverage_over_pakistan_by_resource) / len(self.held)
