"""What is claimed about the world: pure functions, one statement each. Importing this package registers them all."""

from sim.rules import (
    alignment,
    border,
    campaign,
    dependence,
    diplomacy,
    economy,
    grievance,
    groups,
    leverage,
    observers,
    sovereignty,
    stance,
    strikes,
    violence,
)

__all__ = [
    "alignment",
    "border",
    "campaign",
    "dependence",
    "diplomacy",
    "economy",
    "grievance",
    "groups",
    "leverage",
    "observers",
    "sovereignty",
    "stance",
    "strikes",
    "violence",
]
