"""The names everything else uses: who acts, with what, where.

An id here is what stands in scenario files, tables and tests; the title is what a reader is shown. Order matters: it is
the order in which rows are added up and drawn.
"""

from __future__ import annotations

from calendar import month_name

ACTORS: dict[str, str] = {
    "pakistan": "Pakistan",
    "taliban": "Afghan Taliban",
    "ttp": "TTP",
    "india": "India",
}

FACTIONS: dict[str, dict[str, str]] = {
    "pakistan": {
        "army_isi": "Army and ISI",
        "government": "Civilian government",
        "pti": "PTI opposition",
        "clerics": "Clerics and Islamist parties",
    },
    "taliban": {
        "kandahar": "Kandahar leadership",
        "haqqani": "Haqqani network",
        "baradar_yaqoob": "Baradar–Yaqoob current",
        "rank_and_file": "Rank-and-file fighters",
    },
}

LEVERS: dict[str, str] = {
    "domestic_operations": "Domestic operations",
    "cross_border_strikes": "Cross-border strikes",
    "border_closure": "Border closure",
    "fencing": "Fencing",
    "joint_patrols": "Joint patrols",
    "trade_opening": "Trade opening",
    "aid": "Aid",
    "diplomatic_advocacy": "Diplomatic advocacy",
    "recognition": "Recognition",
    "factional_mediation": "Mediation among Taliban factions",
    "military_training": "Military training",
    "ttp_talks": "Talks with the TTP",
    "prisoner_releases": "Prisoner releases",
    "troop_withdrawal": "Troop withdrawal from the tribal districts",
    "religious_law_concessions": "Concessions on religious law",
    "refugee_expulsion": "Refugee expulsion",
}

# What Pakistan can give Kabul or keep from it.
RESOURCES_TALIBAN_NEEDS: dict[str, str] = {
    "sanctuary": "Sanctuary",
    "arms": "Arms",
    "recognition": "Recognition",
    "advocacy": "Advocacy abroad",
    "aid": "Aid",
    "trade": "Trade and transit",
    "border_security": "Border security",
    "military_training": "Military training",
    "mediation": "Mediation",
}

# What Kabul holds over Islamabad.
RESOURCES_PAKISTAN_NEEDS: dict[str, str] = {
    "ttp_restraint": "Restraint of the TTP",
    "western_neighbour": "Access and a friendly western neighbour",
    "central_asia_road": "The road to Central Asia",
    "room_denied_to_india": "Room denied to India",
    "constituencies": "Constituencies inside Pakistan",
}

# The five areas of Pakistan in which attacks happen, then the four across the Durand Line.
PAKISTAN_AREAS: dict[str, str] = {
    "tribal_districts": "Tribal districts",
    "khyber_pakhtunkhwa": "Settled Khyber Pakhtunkhwa with Peshawar",
    "balochistan": "Balochistan with Quetta",
    "karachi": "Karachi",
    "heartland": "The heartland",
}
AFGHAN_AREAS: dict[str, str] = {
    "afghan_east": "Eastern Afghanistan",
    "afghan_southeast": "South-eastern Afghanistan",
    "kandahar": "Kandahar",
    "kabul": "Kabul",
}

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

# How a script says, setting by setting, which options a scenario leaves an actor to choose among.
ON_MENU = "on_menu."

VERDICTS: dict[str, str] = {
    "fracture_in_kabul": "Fracture in Kabul",
    "negotiated_settlement": "Negotiated settlement",
    "contained": "Contained",
    "concession_without_calm": "Concession without calm",
    "escalation": "Escalation",
    "stalemate": "Stalemate",
}

START = "2021-08"


def month_words(month: str) -> str:
    """ "2021-08" as "August 2021"."""
    return f"{month_name[int(month[5:])]} {month[:4]}"


def month_after(start: str, months: int) -> str:
    """The calendar month (YYYY-MM) a number of months after another."""
    year, month = map(int, start.split("-"))
    year, month = divmod(year * 12 + month - 1 + months, 12)
    return f"{year:04d}-{month + 1:02d}"


def months_between(start: str, end: str) -> int:
    """How many months `end` (YYYY-MM) lies after `start`; negative when before."""
    (y0, m0), (y1, m1) = (map(int, text.split("-")) for text in (start, end))
    return (y1 - y0) * 12 + m1 - m0
