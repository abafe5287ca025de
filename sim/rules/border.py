"""The Durand Line: recognised by Islamabad and not by Kabul; fence, clashes, closures, trade."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from sim.rule import Chance, Clashes, Quantity, Share, Signed, rule
from sim.worlds import Vector


@rule(
    claims=(
        "004.11-taliban-reject-border",
        "004.11-fence-legitimises-frontier",
        "003.1-fence-obstructed",
    ),
    mechanisms=("M9",),
    moves=("border_clashes",),
    rises_with=("fencing", "resentment"),
    falls_with=("alignment_pakistan",),
    off=0.0,
)
def border_posture(
    fencing: Share,
    resentment: Share,
    alignment_pakistan: Signed,
    *,
    posture_base: Vector,
    posture_fencing: Vector,
    posture_resentment: Vector,
    posture_alignment: Vector,
) -> Share:
    """How hard Kabul's guards hold the line: a fence on a frontier it rejects, old resentment, cool ties."""
    logit = (
        posture_base
        + posture_fencing * fencing
        + posture_resentment * resentment
        - posture_alignment * alignment_pakistan
    )
    return 1.0 / (1.0 + np.exp(-logit))


@rule(
    claims=(
        "001.9-border-disputes-tension",
        "003.1-fence-obstructed",
        "002.9-joint-patrols-curb-illegal",
        "events.2022-02-24-chaman-clash",
    ),
    judgement="Joint patrols are offered against illegal crossings; that they calm the guards too is ours.",
    mechanisms=("M9",),
    moves=("border_clashes",),
    rises_with=("fencing", "strikes", "posture", "answer", "hostilities"),
    falls_with=("joint_patrols",),
    off=0.0,
    loops=("L5",),
)
def clashes_expected(
    fencing: Share,
    strikes: Share,
    posture: Share,
    answer: Share,
    hostilities: Share,
    joint_patrols: Share,
    *,
    clash_base: Vector,
    clash_fencing: Vector,
    clash_strikes: Vector,
    clash_posture: Vector,
    clash_answer: Vector,
    clash_hostilities: Vector,
    clash_patrols: Vector,
    clash_most: Vector,
) -> Clashes:
    """Clashes to expect this month: more with fencing, strikes, a hard posture and fire in answer, fewer with joint patrols."""
    log_rate = (
        clash_base
        + clash_fencing * fencing
        + clash_strikes * strikes
        + clash_posture * posture
        + clash_answer * answer
        + clash_hostilities * hostilities
        - clash_patrols * joint_patrols
    )
    return clash_most * (1.0 - np.exp(-np.exp(log_rate) / clash_most))


@rule(
    claims=(
        "001.9-march-2022-complaint",
        "001.9-eight-killed-11-december",
        "003.1-fence-obstructed",
    ),
    judgement="Who fires first is told differently by each side; even odds shifted by strikes and posture are ours.",
    mechanisms=("M9",),
    moves=("clashes_pakistan_first",),
    rises_with=("strikes",),
    falls_with=("posture",),
    off=0.5,
)
def pakistan_fires_first(
    strikes: Share, posture: Share, *, first_fire_strikes: Vector, first_fire_posture: Vector
) -> Chance:
    """Chance that a clash was started from the Pakistani side."""
    return 1.0 / (1.0 + np.exp(first_fire_posture * posture - first_fire_strikes * strikes))


@rule(
    claims=(
        "events.2022-02-24-chaman-clash",
        "events.2022-11-13-chaman-closed",
        "001.9-border-disputes-tension",
    ),
    mechanisms=("M9",),
    moves=("border_open", "trade"),
    rises_with=("clashes",),
    off=0.0,
    loops=(
        "L5",
        "L6",
    ),
)
def closed_by_clashes(clashes: Clashes, *, closure_per_clash: Vector) -> Share:
    """Share of the month for which clashes shut the crossings."""
    return 1.0 - np.exp(-closure_per_clash * clashes)


@rule(
    claims=(
        "002.8-crossings-reopened",
        "002.8-wants-trade",
    ),
    mechanisms=("M9",),
    moves=("trade",),
    rises_with=("trade", "border_open", "opening"),
    off="trade",
)
def trade(
    trade: Annotated[Vector, Quantity("1 = before the takeover", 0.0, 3.0)],
    border_open: Share,
    opening: Share,
    *,
    trade_pace: Vector,
    trade_opening_gain: Vector,
) -> Annotated[Vector, Quantity("1 = before the takeover", 0.0, 3.0)]:
    """Trade follows open crossings, and grows where terms are opened."""
    return trade + trade_pace * (border_open * (1.0 + trade_opening_gain * opening) - trade)


@rule(
    claims=(
        "001.9-eight-killed-11-december",
        "events.2022-12-11-chaman-shelling",
    ),
    mechanisms=("M9",),
    moves=("fatalities_civilian", "fatalities_afghan_civilian"),
    rises_with=("clashes",),
    off=0.0,
)
def clash_deaths_expected(
    clashes: Clashes, *, deaths_per_clash: Vector
) -> Annotated[Vector, Quantity("deaths", 0.0, 700.0)]:
    """Civilians to expect killed on each side by the month's clashes."""
    return deaths_per_clash * clashes


@rule(
    claims=(
        "001.9-april-2022-complaint",
        "003.1-strikes-sparked-demonstrations",
    ),
    judgement="How long an incursion weighs is ours.",
    mechanisms=("M9", "M8"),
    moves=("sovereignty_afghan",),
    rises_with=("sovereignty",),
    falls_with=("strikes", "incursions", "fencing"),
    off="sovereignty",
)
def afghan_sovereignty(
    sovereignty: Share,
    strikes: Share,
    incursions: Clashes,
    fencing: Share,
    *,
    afghan_sovereignty_recovery: Vector,
    afghan_sovereignty_strikes: Vector,
    afghan_sovereignty_incursions: Vector,
    afghan_sovereignty_fencing: Vector,
) -> Share:
    """Afghan sovereignty suffers from strikes, shelling and a fence not agreed; it recovers when they stop.

    Args:
        incursions: clashes that Pakistan started this month.
    """
    kept = (
        (1.0 - afghan_sovereignty_strikes * strikes)
        * np.exp(-afghan_sovereignty_incursions * incursions)
        * (1.0 - afghan_sovereignty_fencing * fencing)
    )
    return (sovereignty + afghan_sovereignty_recovery * (1.0 - sovereignty)) * kept
