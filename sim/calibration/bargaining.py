"""An independent baseline: an expected-utility bargaining model after Bueno de Mesquita, on the same inputs.

Players have a position on one question (how far Kabul restrains the TTP: 0 shelters it, 1 cracks down), power, and
salience. In rounds, each weighs challenging each other: with what support it would win, and what winning and losing are
worth. Those who would lose give way, as far as the balance says. The forecast is the median of power times salience.
No month, no attack, no random draw: only who wants what, how much, and how strong they are.

After Bueno de Mesquita (1994), Political forecasting: an expected utility method, in Bueno de Mesquita and Stokman (eds.),
European Community Decision Making; as far as Scholz, Calbert and Smith (2011), Unravelling Bueno de Mesquita's group
decision model, Journal of Theoretical Politics 23(4), 510-531, could reconstruct it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.parameters import PARAMETERS
from sim.rules import leverage
from sim.vocabulary import ACTOR_SPECS, FACTIONS, of_kind
from sim.worlds import Vector, clip, total

Table = NDArray[np.float64]  # (players, sets)
ROUNDS = 10
PLAYERS = (*(f"Taliban: {title}" for title in FACTIONS["taliban"].values()), "Pakistan", "TTP", "India")
# What Pakistan may withdraw without a war, and what India could offer in its place.
HELD_BY_PAKISTAN = of_kind("flow", "step", "passage")
HELD_BY_INDIA = ACTOR_SPECS["india"].supplies


@dataclass(frozen=True)
class Bargain:
    """What the players settle on.

    Attributes:
        positions: at the start, shape (players, sets); power, salience: alike.
        rounds: the forecast after each round, shape (rounds + 1, sets); the first is before anybody moves.
    """

    positions: Table
    power: Table
    salience: Table
    rounds: Table

    @property
    def settlement(self) -> Vector:
        """The last forecast, by set: Kabul's effort, 0 to 1."""
        out: Vector = self.rounds[-1]
        return out


def players(values: Mapping[str, Vector | float]) -> tuple[Table, Table, Table]:
    """Positions, power and salience, from the model's own parameters, each of shape (players, sets).

    Args:
        values: parameter values; those not given stand at their declared point.
    """
    sets = max((len(value) for value in values.values() if isinstance(value, np.ndarray)), default=1)

    def of(name: str) -> Any:
        return np.broadcast_to(np.asarray(values.get(name, PARAMETERS[name].value), dtype=np.float64), (sets,))

    bonds = of("kinship_weight") + of("goodwill_weight")
    positions, power, salience = [], [], []
    for faction in FACTIONS["taliban"]:
        for_restraint = of("goodwill_weight") * of(f"align_{faction}_pakistan")
        against = of("kinship_weight") * of(f"align_{faction}_ttp")
        # Where its own goodwill and bonds would have Kabul be.
        positions.append(clip(0.5 + 0.5 * (for_restraint - against) / bonds, 0.0, 1.0))
        power.append(of(f"power_{faction}"))
        felt = of("goodwill_weight") * np.abs(of(f"align_{faction}_pakistan")) + np.abs(against)
        salience.append(clip(felt / bonds, 0.05, 1.0))
    whole = total(power)
    power = [one / whole for one in power]
    kabul = total([share * position for share, position in zip(power, positions, strict=True)])
    bond = total([share * of(f"align_{name}_ttp") for share, name in zip(power, FACTIONS["taliban"], strict=True)])
    floor = {"leverage_floor": of("leverage_floor")}

    def hold(names: tuple[str, ...], control: Vector) -> Vector:
        needs = np.stack([of(f"need_{name}") for name in names])
        others = np.stack([of(f"alternative_{name}") for name in names])
        held = leverage.leverage(needs, np.broadcast_to(control, needs.shape), others, np.zeros_like(needs), **floor)
        return total(held) / len(names)

    # Pakistan wants a crackdown, by its need. Against a Kabul of one it weighs its credible leverage and its threat.
    positions.append(np.ones(sets))
    threat = of("military_capacity") * of("start_threat_credibility")
    power.append(hold(HELD_BY_PAKISTAN, np.ones(sets)) * of("start_credibility") + threat)
    worry = np.minimum(of("start_recent_attacks") / of("scale_attacks"), 1.0)
    salience.append(clip(of("restraint_need_low") + (1.0 - of("restraint_need_low")) * worry, 0.05, 1.0))
    # The TTP wants shelter, above all else; it weighs what Kabul's bond to it is worth now that Kabul has land of its own.
    positions.append(np.zeros(sets))
    own = of("own_territory")
    power.append(leverage.leverage(clip(bond, 0.0, 1.0), of("start_group_cohesion"), np.zeros(sets), own, **floor))
    salience.append(np.ones(sets))
    # India has no view of the TTP, but backs a Kabul that goes its own way, as far as Kabul lets it in.
    positions.append(kabul)
    power.append(hold(HELD_BY_INDIA, 1.0 / (1.0 + np.exp(-of("openness_base")))))
    salience.append(clip(of("india_alternative_weight") / PARAMETERS["india_alternative_weight"].high, 0.05, 1.0))
    return np.stack(positions), np.stack(power), np.stack(salience)


def bargain(values: Mapping[str, Vector | float]) -> Bargain:
    """Let the players bargain, for every parameter set."""
    positions, power, salience = players(values)
    return settle(positions, power, salience)


def settle(positions: Table, power: Table, salience: Table) -> Bargain:
    """Rounds of challenges and concessions; the forecast before and after each."""
    now = positions.copy()
    forecasts = [median(now, power * salience)]
    for _ in range(ROUNDS):
        now = _round(now, power, salience)
        forecasts.append(median(now, power * salience))
    return Bargain(positions, power, salience, np.stack(forecasts))


def median(positions: Table, weight: Table) -> Vector:
    """The weighted median position, by set."""
    order = np.argsort(positions, axis=0, kind="stable")
    share = np.cumsum(np.take_along_axis(weight, order, axis=0), axis=0)
    place = np.argmax(share >= 0.5 * share[-1], axis=0)
    out: Vector = np.take_along_axis(np.take_along_axis(positions, order, axis=0), place[None], axis=0)[0]
    return out


def _round(now: Table, power: Table, salience: Table) -> Table:
    """Everybody challenges everybody; each takes the smallest move among those it is made to make."""
    count = len(now)
    gap = np.abs(now[:, None] - now[None, :])  # (i, j, sets)
    # Each player k, the two among them, backs i against j by how much nearer it is to i than to j.
    leaning = gap[:, None, :] - gap[:, :, None]  # (k, i, j, sets)
    support = (power * salience)[:, None, None] * leaning
    backing = total(np.maximum(support, 0.0))
    wins = backing / np.maximum(total(np.abs(support)), 1e-12)
    # A challenge that j cares to resist is won or lost, with the distance between the two at stake; else it is won.
    resists = salience[None, :]
    expected = 2.0 * gap * (resists * (2.0 * wins - 1.0) + 1.0 - resists)
    best = np.full(now.shape, np.inf)
    moved = now.copy()
    for i in range(count):
        for j in range(count):
            if i == j:
                continue
            mine, theirs = expected[i, j], expected[j, i]
            presses = (mine > 0.0) & (mine > theirs)
            # Both expect to win: who expects less gives in. One expects to lose: it gives way by how much it would lose.
            lost = np.minimum(-theirs / np.maximum(mine, 1e-12), 1.0)
            share = np.where(theirs < 0.0, lost, 1.0)
            step = share * (now[i] - now[j])
            takes = presses & (np.abs(step) > 1e-12) & (np.abs(step) < best[j])
            best[j] = np.where(takes, np.abs(step), best[j])
            moved[j] = np.where(takes, now[j] + step, moved[j])
    return moved
