"""Metrics with a further dimension: by area, group, faction, resource, lever."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sim.metrics.base import Panel
from sim.vocabulary import FACTIONS, LEVERS, PAKISTAN_AREAS, RESOURCES_PAKISTAN_NEEDS, RESOURCES_TALIBAN_NEEDS, ROSTER
from sim.worlds import Vector, stacked

if TYPE_CHECKING:
    from sim.model import FrontierModel


def _areas() -> Mapping[str, str]:
    return PAKISTAN_AREAS


def _groups() -> Mapping[str, str]:
    return {slot.name: slot.title for slot in ROSTER}


def _factions() -> Mapping[str, str]:
    return {name: title for factions in FACTIONS.values() for name, title in factions.items()}


def _faction_power(m: FrontierModel) -> Vector:
    return stacked(faction.power for actor in FACTIONS for faction in getattr(m, actor).factions)


DIMENSIONED = (
    Panel("attacks_by_area", "TTP attacks", "area", _areas, lambda m: m.land.attacks),
    Panel("foothold_by_area", "Foothold", "area", _areas, lambda m: m.land.foothold),
    Panel("grievance_by_area", "Grievance", "area", _areas, lambda m: m.land.grievance),
    Panel(
        "group_strength",
        "Strength of a group",
        "group",
        _groups,
        lambda m: stacked(group.strength for group in m.groups),
    ),
    Panel(
        "group_refuge",
        "Share of a group across the line",
        "group",
        _groups,
        lambda m: stacked(group.refuge for group in m.groups),
    ),
    Panel("faction_power", "Share of power", "faction", _factions, _faction_power),
    Panel(
        "leverage_pakistan_taliban_by_resource",
        "Pakistan's leverage over Kabul",
        "resource",
        lambda: RESOURCES_TALIBAN_NEEDS,
        lambda m: m.taliban.leverage_of_pakistan_by_resource,
        axis="resource_taliban_needs",
    ),
    Panel(
        "leverage_taliban_pakistan_by_resource",
        "Kabul's leverage over Pakistan",
        "resource",
        lambda: RESOURCES_PAKISTAN_NEEDS,
        lambda m: m.taliban.leverage_over_pakistan_by_resource,
        axis="resource_pakistan_needs",
    ),
    Panel(
        "levers_in_force",
        "A lever in force",
        "lever",
        lambda: LEVERS,
        lambda m: stacked(m.pakistan.levers[lever] for lever in LEVERS),
    ),
)
