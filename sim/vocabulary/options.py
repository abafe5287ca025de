"""The options of actors' decisions, in order, with what each stands for."""

from __future__ import annotations

# Kabul's ordered restraint of the TTP, with the effort each stance stands for.
STANCES: dict[str, float] = {
    "shelter": 0.0,
    "caution": 0.25,
    "contain": 0.5,
    "restrain": 0.75,
    "crack_down": 1.0,
}

# How far Kabul stands between Islamabad and the TTP: carries messages, hosts talks, guarantees what is agreed.
BROKERING: dict[str, float] = {
    "stand_apart": 0.0,
    "carry": 1 / 3,
    "host": 2 / 3,
    "guarantee": 1.0,
}

# Each side's answer to the other's last act, in steps.
KABUL_ANSWERS: dict[str, float] = {
    "absorb": 0.0,
    "protest": 1 / 3,
    "fire": 2 / 3,
    "offensive": 1.0,
}
ISLAMABAD_ANSWERS: dict[str, float] = {
    "note": 0.0,
    "close": 1 / 3,
    "strike": 2 / 3,
    "campaign": 1.0,
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
