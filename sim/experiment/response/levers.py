"""Each of Pakistan's levers at nothing against full strength: what it moves, against how far worlds lie apart anyway."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sim.experiment.response.figures import Table, leverage
from sim.scenario import Scenario, load_scenario
from sim.vocabulary import LEVER_SPECS

if TYPE_CHECKING:
    from sim.ensemble.chunks import Array

# The lever is moved from here on, over a scenario that goes on as it was otherwise, and seen for so many months.
BASE, FROM, MONTHS = "history", "2023-01", 36
# So much of a metric's standard deviation over worlds counts as moving it.
ENOUGH = 0.25


@dataclass(frozen=True)
class Effect:
    """What a lever at full strength does to a figure, against the lever at nothing.

    Attributes:
        effect: median over worlds of the paired difference, in the figure's unit.
        sd: standard deviation over worlds with the lever at nothing.
        in_sd: the effect as a multiple of it; None where worlds with the lever at nothing are all alike and the effect is not.
        share_higher: share of worlds with more of the figure at full strength.
    """

    effect: float
    sd: float
    in_sd: float | None
    share_higher: float

    @property
    def counts(self) -> bool:
        """Whether it is large enough to count as moving the figure."""
        return self.in_sd is not None and abs(self.in_sd) >= ENOUGH


def ends(base: Scenario) -> dict[str, Scenario]:
    """For each lever two scenarios by name: the base with the lever at nothing, and at full strength."""
    return {
        f"{lever} {value:g}": with_lever(base, lever, value, f"{lever}_{value:g}")
        for lever in LEVER_SPECS
        for value in (0.0, 1.0)
    }


def with_lever(base: Scenario, lever: str, value: float, name: str) -> Scenario:
    """The base with one lever held at a value from the month on; it comes after all that the base says of it."""
    data = base.data()
    actors = data.setdefault("actors", {})
    pakistan = actors.setdefault("pakistan", {})
    changes = [*pakistan.get("changes", []), {"from": FROM, "levers": {lever: value}}]
    return load_scenario({**data, "name": name, "actors": {**actors, "pakistan": {**pakistan, "changes": changes}}})


def effects(table: Table) -> dict[str, dict[str, Effect]]:
    """What each lever does to each figure, from the table that the scenarios of `ends` come to."""
    return {
        lever: {figure: effect(low, table[f"{lever} 1"][figure]) for figure, low in table[f"{lever} 0"].items()}
        for lever in LEVER_SPECS
    }


def effect(low: Array, high: Array) -> Effect:
    """The effect from a figure's values world by world: with the lever at nothing, and at full strength."""
    moved, sd = float(np.median(high - low)), float(np.std(low))
    in_sd = moved / sd if sd > 0 else None if moved else 0.0
    return Effect(moved, sd, in_sd, float(np.mean(high > low)))


def aims() -> dict[str, tuple[str, ...]]:
    """What each lever is meant to move, as declared."""
    return {name: lever.aims for name, lever in LEVER_SPECS.items()}


def met(found: Mapping[str, Effect], wanted: tuple[str, ...]) -> list[str]:
    """Which of the wanted figures a lever moves by enough, the one that it moves most first."""
    moved = [name for name in wanted if name in found and found[name].counts]
    return sorted(moved, key=lambda name: -abs(found[name].in_sd or 0.0))


def headlines(known: Container[str]) -> tuple[str, ...]:
    """What levers are held against beside what each is for, of the figures known: attacks, leverage, Kabul's restraint."""
    return tuple(name for name in ("attacks", leverage(known), "taliban_stance") if name in known)
