"""Foothold: what armed groups hold in an area of Pakistan. It grows by what crosses the line and by itself; it can be cleared.

A foothold is a share: networks, recruits, money taken, ground where the state comes in force or not at all.
"""

from __future__ import annotations

from typing import Annotated

import numpy as np

from sim.rule import Quantity, Share, rule
from sim.worlds import Vector

Multiple = Annotated[Vector, Quantity("ratio", 0.0, 50.0)]


@rule(
    claims=("002.9-more-troops-on-border", "002.9-biometrics-installed", "002.9-joint-patrols-curb-illegal"),
    judgement="That fence, patrols and closed crossings each stop a part of what the others let through is ours.",
    mechanisms=("M9",),
    moves=("infiltration",),
    falls_with=("fencing", "patrols", "closure"),
    off=1.0,
    loops=("L1",),
)
def way_across(
    fencing: Share,
    patrols: Share,
    closure: Share,
    *,
    fence_stops: Vector,
    patrols_stop: Vector,
    closure_stops: Vector,
) -> Share:
    """How open the way across the line is to armed men: less where it is fenced, patrolled together, or shut.

    Args:
        patrols: patrols that are in fact walked together.
    """
    return (1.0 - fence_stops * fencing) * (1.0 - patrols_stop * patrols) * (1.0 - closure_stops * closure)


@rule(
    claims=("001.4-attacks-planned-from-afghanistan", "001.4-haven-eases-operations", "002.9-wants-border-cooperation"),
    judgement="That as many cross as are there, let be and able to is ours.",
    mechanisms=("M6", "M9"),
    moves=("infiltration",),
    rises_with=("refuge", "shelter", "way"),
    off=0.0,
    loops=("L1",),
)
def infiltration(refuge: Share, shelter: Share, way: Share) -> Share:
    """Those in refuge cross as far as Kabul lets them and the line does.

    Args:
        refuge: share of the movement's fighters across the line.
    """
    return refuge * shelter * way


@rule(
    claims=(
        "001.4-haven-eases-operations",
        "001.9-tribal-areas-source",
        "002.12-concessions-may-cost-sovereignty",
        "004.6-leader-reunited-splinters",
    ),
    judgement="Growth by spread towards a ceiling is a textbook form, its pace includes none; that the ceiling is lower away "
    "from the movement's own country is ours.",
    mechanisms=("M6", "M18"),
    moves=("foothold", "sovereignty_control"),
    rises_with=("foothold", "crossing", "exposure", "grievance", "withdrawal", "truce"),
    falls_with=("held",),
    off="foothold",
    loops=("L1",),
)
def foothold_spreads(
    foothold: Share,
    crossing: Share,
    exposure: Share,
    grievance: Share,
    withdrawal: Share,
    truce: Share,
    held: Share,
    *,
    foothold_away: Vector,
    foothold_inflow: Vector,
    foothold_growth: Vector,
    foothold_grievance: Vector,
    foothold_withdrawal: Vector,
    foothold_truce: Vector,
) -> Share:
    """A foothold grows by what crosses and by what is there; anger, a truce, troops gone hasten it, a state that holds stops it.

    Args:
        crossing: what of the infiltration comes to this area.
        exposure: how far the area is the movement's own country; elsewhere fewer join, pay or hide it.
        held: how far presence and redress hold the area.
    """
    room = np.maximum(1.0 - foothold_away * (1.0 - exposure) - foothold, 0.0)
    pace = foothold_growth * (1.0 + foothold_grievance * grievance)
    hastened = (1.0 + foothold_withdrawal * withdrawal) * (1.0 + foothold_truce * truce)
    spread = np.minimum(pace * hastened * (1.0 - held), 1.0) * foothold
    settled = np.minimum(foothold_inflow * hastened, 1.0) * crossing
    return foothold + (spread + settled * (1.0 - spread)) * room


@rule(
    claims=("001.5-offensives-some-success", "004.6-offensives-weakened-ttp", "002.10-ttp-violence-prompts-operations"),
    judgement="That an army clears only so much at a time, so that what is entrenched yields slowly, is ours.",
    mechanisms=("M8",),
    moves=("foothold", "attacks"),
    rises_with=("foothold",),
    falls_with=("operations",),
    off="foothold",
    loops=("L3",),
)
def foothold_cleared(foothold: Share, operations: Share, *, clearing_rate: Vector, clearing_reach: Vector) -> Share:
    """Operations clear a foothold: at the pace of the army rather than in proportion to what there is to clear."""
    return foothold * (1.0 - clearing_rate * operations * clearing_reach / (clearing_reach + foothold))


@rule(
    claims=("001.9-pashtun-unrest-wider", "002.3-demand-troop-withdrawal", "001.3-caution-advised"),
    judgement="Clearing is not holding: that control, presence and redress hold what was cleared is ours.",
    mechanisms=("M8", "M18"),
    moves=("foothold",),
    rises_with=("control", "operations", "redress"),
    falls_with=("law",),
    off=0.0,
    loops=("L1",),
)
def area_held(
    control: Share,
    operations: Share,
    redress: Share,
    law: Share,
    *,
    hold_control: Vector,
    hold_presence: Vector,
    hold_redress: Vector,
    law_yields: Vector,
) -> Share:
    """How far the state holds an area: by controlling it, by being there, by redress; law left to others loosens its hold.

    Args:
        law: concessions on religious law.
    """
    loose = (1.0 - hold_control * control) * (1.0 - hold_presence * operations) * (1.0 - hold_redress * redress)
    return (1.0 - loose) * (1.0 - law_yields * law)


@rule(
    claims=("001.4-release-and-unity-restored-strength", "003.1-over-124-strikes", "un_mt.fighters-2022"),
    judgement="How much more is done on a larger foothold is ours; that attacks grew and headcount did not is the record.",
    mechanisms=("M6",),
    moves=("attacks",),
    rises_with=("foothold",),
    falls_with=("at_start",),
    off=1.0,
    loops=("L1",),
)
def foothold_serves(foothold: Share, at_start: Share, *, foothold_gain: Vector) -> Multiple:
    """What a foothold multiplies attacks by, against the one of August 2021."""
    return (1.0 + foothold_gain * foothold) / (1.0 + foothold_gain * at_start)


@rule(
    claims=("004.13-haqqani-illicit-business", "000.3-us-weapons-brought"),
    judgement="That ground held is money taken and arms bought is general experience; the range includes none.",
    mechanisms=("M6",),
    moves=("attacks",),
    rises_with=("arms", "foothold"),
    off="arms",
    loops=("L1",),
)
def money_for_arms(arms: Share, foothold: Share, *, extortion_arms: Vector) -> Share:
    """Money taken where a group has a foothold buys arms."""
    return arms + extortion_arms * foothold * (1.0 - arms)


@rule(
    claims=("002.10-ttp-violence-prompts-operations", "001.6-sharif-asked-for-help", "003.1-airstrikes-used"),
    judgement="How much harder the army goes out after bad months, within the course it is set, is ours; includes not at all.",
    mechanisms=("M8", "M11"),
    moves=("foothold", "fatalities_militant"),
    rises_with=("intended", "violence"),
    off="intended",
    loops=("L3",),
)
def violence_brings_operations(intended: Share, violence: Share, *, operations_answer: Vector) -> Share:
    """Bad months send the army out harder than the course alone would: where it goes out at all.

    Args:
        violence: recent deaths as a share of a very bad month.
    """
    return np.minimum(intended * (1.0 + operations_answer * violence), 1.0)
