"""Iran as an actor: a road for Afghan trade, a patron, and a way out for refugees.

An example of an extension. The sources of this project say nothing of Iran's part, so nothing here is a claim: each number
is a judgement with an open range, and what comes out says what such a part would do, not what Iran does.

    durand run history --with iran.py
    durand run confront --with iran.py --set actors.iran.iran_road=0.9
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

import sim
from sim.agents.actor import Actor
from sim.agents.taliban import prescribed
from sim.metrics.base import Metric, share
from sim.rule import Logits, People, Presses, Share
from sim.scenario.shocks import Target
from sim.vocabulary import ActorSpec, Setting
from sim.worlds import Vector

if TYPE_CHECKING:
    from sim.model import FrontierModel

extension = sim.Extension("iran", "Iran as an actor")

NOT_SAID = "No article says; the range is wide."
extension.parameter(
    "start_iran_road",
    title="Iran's road in August 2021",
    meaning="How far Iran's road is open to Afghan trade at the start.",
    value=0.2,
    low=0,
    high=0.5,
    unit="0 to 1",
    judgement=NOT_SAID,
)
extension.parameter(
    "iran_road_pace",
    title="How fast Iran's road opens",
    meaning="Share of the way, in a month, by which the road nears what Kabul's strain with Islamabad calls for.",
    value=0.05,
    low=0,
    high=0.2,
    unit="share a month",
    judgement=NOT_SAID,
)
extension.parameter(
    "iran_patronage_weight",
    title="How much Iran's road frees Kabul from pressure",
    meaning="What a wide open road to Iran takes from restraint of the TTP.",
    value=0.3,
    low=-0.3,
    high=1.0,
    unit="logits",
    judgement="A patron beside Pakistan may free Kabul's hands, or tie them: the sign is left open.",
)
extension.parameter(
    "iran_refugee_flow",
    title="Afghans who leave for Iran in a month",
    meaning="Afghans who leave for Iran in a month of full hardship, with the road open.",
    value=60,
    low=0,
    high=150,
    unit="thousand people",
    judgement=NOT_SAID,
)


@extension.rule(
    judgement="That strain with Pakistan opens the road, as it opens the door to India, is ours.",
    mechanisms=("M10",),
    moves=("iran_road",),
    rises_with=("road", "strain"),
    off="road",
)
def iran_opens_road(road: Share, strain: Share, *, iran_road_pace: Vector) -> Share:
    """The more Kabul and Islamabad are at odds, the more of Afghan trade turns to Iran's road."""
    return road + iran_road_pace * (np.maximum(strain, road) - road)


@extension.rule(
    judgement="Both the way it works and its size are ours.",
    mechanisms=("M10",),
    moves=("chance_restrain",),
    off=0.0,
    presses=Presses(
        "taliban.stance",
        {"caution": 0.25, "contain": 0.5, "restrain": 0.75, "crack_down": 1.0},
        lambda m: {"road": m.iran.road},
    ),
)
def iranian_patronage(road: Share, *, iran_patronage_weight: Vector) -> Logits:
    """A patron in Tehran changes what Islamabad's pressure weighs in Kabul."""
    return -iran_patronage_weight * road


@extension.rule(
    judgement="Who leaves for Iran rather than Pakistan is not in the articles.",
    mechanisms=("M13",),
    moves=("iran_arrivals",),
    rises_with=("hardship", "road"),
    off=0.0,
)
def leave_for_iran(hardship: Share, road: Share, *, iran_refugee_flow: Vector) -> People:
    """Hardship drives Afghans to Iran, too, as far as the road is open."""
    return iran_refugee_flow * hardship * road


@extension.actor(
    ActorSpec(
        "iran",
        "Iran",
        settings=(Setting("iran_road", "Iran's road", means="How far it is open to Afghan trade."),),
        supplies=("trade",),
        seat="You set how far Iran's ports and roads are open to Afghan trade.",
        sees=("iran_road", "iran_arrivals", "afghan_hardship"),
        guesses=("trade", "leverage_pakistan_taliban"),
    )
)
class Iran(Actor):
    """Iran.

    Attributes:
        road: how far its ports and roads are open to Afghan trade, 0 to 1.
        arrivals: Afghans who came this month, thousand.
    """

    def __init__(self, model: FrontierModel) -> None:
        super().__init__(model, "iran")
        self.road = self.start("start_iran_road")
        self.arrivals = self.full(0.0)

    @property
    def supply(self) -> Vector:
        """How far it could stand in for Pakistan in what it offers Kabul, 0 to 1."""
        return self.road

    def open_road(self) -> None:
        """As far as the scenario says; else as Kabul's strain with Islamabad calls for."""
        script = self.model.script.settings("iran", self.model.month, self.model.recent)
        opened = self.apply(iran_opens_road, road=self.road, strain=self.model.taliban.strain)
        self.road = prescribed(script["iran_road"], opened)

    def take_in(self) -> None:
        """Afghans come, as hardship drives them and the road lets them."""
        self.arrivals = self.apply(leave_for_iran, hardship=self.model.afghan_public.hardship, road=self.road)


extension.phase("Iran.open_road", after="China.invest")
extension.phase("Iran.take_in", after="AfghanPublic.update_hardship_and_distrust")
extension.shock("iran_road", Target("Iran's road"), agent="iran", state="road")
extension.metric(
    share("iran_road", "Iran's road", "mean", "How far Iran's road is open to Afghan trade.", lambda m: m.iran.road)
)
extension.metric(
    Metric(
        "iran_arrivals",
        "Afghan arrivals in Iran",
        "thousand people a month",
        0.0,
        1_000.0,
        "total",
        "Afghans who leave for Iran.",
        lambda m: m.iran.arrivals,
    )
)
