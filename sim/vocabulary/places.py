"""Where things happen, and who is at home there: areas on both sides of the line, and the TTP's constituent groups."""

from __future__ import annotations

from dataclasses import dataclass

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


@dataclass(frozen=True)
class Slot:
    """A place on the roster.

    Attributes:
        name: stable id; title: what a reader sees.
        home: area of Pakistan it is at home in; refuge: area of Afghanistan it shelters in.
        share: of the TTP's fighters in August 2021; 0 for a slot kept for a splinter.
        parent: for such a slot, the group that it would split from.
    """

    name: str
    title: str
    home: str
    refuge: str
    share: float = 0.0
    parent: str = ""


# The movement's parts by home area. Names of areas, not of commanders: the articles name no group. That two groups
# rejoined in August 2020 and one more that December is in the event record (events.2020-08-17-mergers,
# events.2020-12-aleem-khan-joins); sizes are judgement, set so that the home areas' shares of attacks come out near the
# weights in sim/parameters/violence.yaml.
ROSTER = (
    Slot("south_waziristan", "South Waziristan", "tribal_districts", "afghan_southeast", 0.20),
    Slot("north_waziristan", "North Waziristan", "tribal_districts", "afghan_southeast", 0.13),
    Slot("bajaur", "Bajaur", "tribal_districts", "afghan_east", 0.10),
    Slot("mohmand", "Mohmand (rejoined 2020)", "tribal_districts", "afghan_east", 0.12),
    Slot("khyber", "Khyber", "tribal_districts", "afghan_east", 0.08),
    Slot("orakzai_kurram", "Orakzai and Kurram", "tribal_districts", "afghan_southeast", 0.05),
    Slot("swat", "Swat and Malakand", "khyber_pakhtunkhwa", "afghan_east", 0.09),
    Slot("peshawar", "Peshawar valley (rejoined 2020)", "khyber_pakhtunkhwa", "afghan_east", 0.06),
    Slot("bannu_lakki", "Bannu, Lakki and Dera Ismail Khan", "khyber_pakhtunkhwa", "afghan_southeast", 0.06),
    Slot("balochistan", "Quetta and Zhob", "balochistan", "kandahar", 0.05),
    Slot("karachi", "Karachi", "karachi", "kandahar", 0.03),
    Slot("punjab", "Punjab", "heartland", "kabul", 0.03),
    Slot(
        "south_waziristan_splinter",
        "South Waziristan splinter",
        "tribal_districts",
        "afghan_southeast",
        0.0,
        "south_waziristan",
    ),
    Slot(
        "north_waziristan_splinter",
        "North Waziristan splinter",
        "tribal_districts",
        "afghan_southeast",
        0.0,
        "north_waziristan",
    ),
    Slot("mohmand_splinter", "Mohmand splinter", "tribal_districts", "afghan_east", 0.0, "mohmand"),
    Slot("swat_splinter", "Swat splinter", "khyber_pakhtunkhwa", "afghan_east", 0.0, "swat"),
)
