"""A rival to one reason for which Kabul spares the TTP: factions that hold each other back.

An example of an extension that replaces a rule. In the model, restraint costs cohesion in proportion to how far apart the
factions are (`cohesion_cost`). Here they look at each other: while they are nearly of one mind, restraint costs nothing;
beyond that each waits for the others, and the cost rises steeply. Both rest on the same claims, which do not say which.

    durand compare confront appease --with restraint_by_peers.py
    durand evidence cohesion_cost --with restraint_by_peers.py
"""

from __future__ import annotations

import sim
from sim.metrics.base import share
from sim.rule import Logits, Share
from sim.worlds import Vector, clip

extension = sim.Extension("restraint_by_peers", "Factions that hold each other back")

extension.parameter(
    "peer_tolerance",
    title="Distance beyond which factions wait",
    meaning="How far apart factions may be before any holds back for the others' sake.",
    value=0.1,
    low=0.0,
    high=0.3,
    unit="0 to 1",
    judgement="No article says where a quarrel begins; the range spans what the model's factions come to.",
)
extension.parameter(
    "peer_weight",
    title="How much factions' waiting holds Kabul back",
    meaning="What full restraint costs when every faction waits for the others.",
    value=3.0,
    low=1.0,
    high=6.0,
    unit="logits",
    claims=["002.5-cohesion-first-motive"],
    judgement="The size is ours: as large as the rule that it replaces at the spread of factions that is usual.",
)


@extension.replace(
    "cohesion_cost",
    claims=("002.5-cohesion-first-motive", "000.1-factions-oppose-helping"),
    judgement="The articles say that ranks have to be kept together, not how: that factions wait for each other is ours.",
    falls_with=("dispersion",),
)
def factions_wait_for_each_other(dispersion: Share, *, peer_tolerance: Vector, peer_weight: Vector) -> Logits:
    """Factions nearly of one mind restrain together; beyond that, each holds back while the others do."""
    return -peer_weight * clip((dispersion - peer_tolerance) / (1.0 - peer_tolerance), 0.0, 1.0)


extension.metric(
    share(
        "factions_apart",
        "Factions too far apart to restrain together",
        "mean",
        "1 in a month in which the Taliban's factions are further apart than they let pass.",
        lambda m: (m.taliban.faction_dispersion > m.parameters["peer_tolerance"]) * 1.0,
    )
)
