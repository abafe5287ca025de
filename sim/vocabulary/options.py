"""The options of actors' decisions, in order, with what each stands for."""

from __future__ import annotations

# Kabul's ordered effort on the TTP, with the effort each stance stands for.
STANCES: dict[str, float] = {
    "shelter": 0.0,
    "bargain": 0.25,
    "mediate": 0.5,
    "restrain": 0.75,
    "crack_down": 1.0,
}

CAMPAIGNS: dict[str, str] = {
    "escalate": "Escalate",
    "steady": "Steady",
    "ceasefire": "Ceasefire and talks",
    "lie_low": "Lie low",
}

# India's ordered engagement with Kabul.
ENGAGEMENTS: dict[str, float] = {
    "none": 0.0,
    "mission": 1 / 3,
    "embassy": 2 / 3,
    "partnership": 1.0,
}
