"""The TTP's constituent groups: how they grow, arm, hold together, break away and come back."""

from __future__ import annotations

from typing import Annotated

import numpy as np

from sim.rule import Chance, Fighters, Quantity, Share, rule
from sim.worlds import Vector


@rule(
    claims=(
        "001.9-pashtun-unrest-wider",
        "004.6-victory-galvanised",
    ),
    judgement="Logistic growth towards what a home area can carry is ours; grievance's part may be nothing.",
    mechanisms=("M6", "M8"),
    moves=("ttp_strength",),
    rises_with=("grievance", "prestige", "foothold"),
    off=0.0,
    loops=(
        "L1",
        "L2",
        "L4",
    ),
)
def recruitment(
    strength: Fighters,
    grievance: Share,
    prestige: Share,
    foothold: Share,
    *,
    recruitment_rate: Vector,
    recruitment_grievance: Vector,
    recruitment_prestige: Vector,
    recruitment_foothold: Vector,
    group_ceiling: Vector,
) -> Fighters:
    """Fighters recruited this month: faster with grievance, prestige and a foothold at home, slower near the ceiling."""
    rate = (
        recruitment_rate
        + recruitment_grievance * grievance
        + recruitment_prestige * prestige
        + recruitment_foothold * foothold
    )
    return rate * strength * np.maximum(1.0 - strength / group_ceiling, 0.0)


@rule(
    claims=(
        "004.6-offensives-weakened-ttp",
        "001.4-haven-eases-operations",
        "002.2-afghan-support-sustains",
        "003.1-airstrikes-used",
    ),
    judgement="That strikes reach some of those across the line is their point; the range includes none.",
    mechanisms=("M6", "M8"),
    moves=("ttp_strength", "fatalities_militant"),
    rises_with=("strength", "operations", "strikes"),
    falls_with=("shelter",),
    off=0.0,
    loops=("L3",),
)
def attrition(
    strength: Fighters,
    operations: Share,
    strikes: Share,
    refuge: Share,
    shelter: Share,
    *,
    attrition_rate: Vector,
    strike_attrition: Vector,
    shelter_protection: Vector,
) -> Fighters:
    """Fighters lost this month: to operations unless sheltered across the line, to strikes if they are.

    Args:
        refuge: share of the group in Afghanistan.
        shelter: how far Kabul lets it stay there (1 less effort as far as Kabul is in control).
    """
    at_home = attrition_rate * operations * (1.0 - shelter_protection * refuge * shelter)
    return strength * (at_home + strike_attrition * strikes * refuge)


@rule(
    claims=(
        "002.4-many-freed-from-prison",
        "000.3-prisoners-back-in-pakistan",
        "001.4-taliban-freed-leaders",
        "events.2021-08-15-prisoners-freed",
    ),
    mechanisms=("M6",),
    moves=("ttp_strength",),
    rises_with=("pool", "releases"),
    off=0.0,
)
def freed_prisoners(pool: Fighters, releases: Share, *, freed_return_rate: Vector, release_size: Vector) -> Fighters:
    """Freed prisoners who return to the fight: from Afghan jails, month by month, and from Pakistan's own releases.

    Args:
        pool: freed fighters not yet back in the field.
        releases: Pakistan's lever.
    """
    return freed_return_rate * pool + release_size * releases


@rule(
    claims=("000.3-taliban-fighters-crossed",),
    judgement="How many crossed over is not known; the range includes hardly any.",
    mechanisms=("M6",),
    moves=("ttp_strength",),
    rises_with=("alignment_rank_and_file", "shelter", "prestige"),
    off=0.0,
    loops=("L2",),
)
def crossovers(alignment_rank_and_file: Share, shelter: Share, prestige: Share, *, crossover_rate: Vector) -> Fighters:
    """Afghan Taliban fighters who join the TTP this month: where the ranks warm to it, its name draws and Kabul looks away."""
    return crossover_rate * alignment_rank_and_file * shelter * prestige


@rule(
    claims=(
        "000.3-us-weapons-brought",
        "002.2-afghan-support-sustains",
    ),
    mechanisms=("M6",),
    moves=("attacks",),
    rises_with=("arms", "refuge", "shelter"),
    off="arms",
)
def captured_arms(arms: Share, refuge: Share, shelter: Share, *, arms_flow: Vector, arms_wear: Vector) -> Share:
    """Weapons left behind reach the groups that shelter in Afghanistan, and wear out."""
    return arms * (1.0 - arms_wear) + arms_flow * refuge * shelter * (1.0 - arms)


@rule(
    claims=(
        "002.2-afghan-support-sustains",
        "001.4-haven-eases-operations",
    ),
    mechanisms=("M6",),
    moves=("attacks",),
    rises_with=("skill", "refuge", "shelter"),
    off="skill",
)
def training_in_refuge(
    skill: Share, refuge: Share, shelter: Share, *, training_rate: Vector, skill_fading: Vector
) -> Share:
    """Refuge gives groups the peace to train and plan; skill fades without it."""
    return skill * (1.0 - skill_fading) + training_rate * refuge * shelter * (1.0 - skill)


@rule(
    claims=(
        "un_mt.fighters-2021",
        "un_mt.fighters-2022",
        "003.1-over-124-strikes",
        "000.3-us-weapons-brought",
    ),
    judgement="The form, strength raised to an elasticity below 1 and lifted by arms and skill, is ours.",
    moves=("attacks",),
    rises_with=("strength", "arms", "skill", "cohesion"),
    off=0.0,
)
def capability(
    strength: Fighters,
    arms: Share,
    skill: Share,
    cohesion: Share,
    *,
    strength_elasticity: Vector,
    arms_weight: Vector,
    skill_weight: Vector,
) -> Annotated[Vector, Quantity("capability", 0.0, 400.0)]:
    """What a group can do: headcount matters less than in proportion, arms and skill lift it, division wastes it."""
    return np.power(strength, strength_elasticity) * (1.0 + arms_weight * arms + skill_weight * skill) * cohesion


@rule(
    claims=(
        "001.4-release-and-unity-restored-strength",
        "004.6-leader-reunited-splinters",
        "002.3-ceasefire-rescinded",
    ),
    judgement="That truces with nothing to show divide a movement is ours, with a range from none to much.",
    mechanisms=("M7", "M6"),
    moves=("ttp_cohesion",),
    rises_with=("cohesion", "prestige"),
    falls_with=("truce", "unmet", "operations"),
    off="cohesion",
    loops=("L2",),
)
def group_cohesion(
    cohesion: Share,
    prestige: Share,
    truce: Share,
    unmet: Share,
    operations: Share,
    *,
    group_cohesion_pull: Vector,
    group_cohesion_resting: Vector,
    group_cohesion_prestige: Vector,
    truce_dissent: Vector,
    operations_disruption: Vector,
) -> Share:
    """Prestige binds groups together; a truce with nothing to show, and operations, pull at them."""
    bound = group_cohesion_resting + group_cohesion_prestige * prestige * (1.0 - group_cohesion_resting)
    settled = cohesion + group_cohesion_pull * (bound - cohesion)
    return settled * (1.0 - truce_dissent * truce * unmet) * (1.0 - operations_disruption * operations)


@rule(
    claims=(
        "001.4-mehsud-reunited-after",
        "events.2020-08-17-mergers",
    ),
    judgement="Splinters before and after are known; the monthly chance is ours.",
    mechanisms=("M6", "M19"),
    moves=("ttp_cohesion",),
    falls_with=("cohesion",),
    off=0.0,
)
def breakaway_chance(cohesion: Share, *, breakaway_rate: Vector, breakaway_steepness: Vector) -> Chance:
    """The looser a group is bound, the likelier it goes its own way this month."""
    return breakaway_rate * (1.0 - cohesion) ** breakaway_steepness


@rule(
    claims=(
        "004.6-leader-reunited-splinters",
        "001.4-release-and-unity-restored-strength",
        "events.2020-08-17-mergers",
    ),
    mechanisms=("M6",),
    moves=("ttp_cohesion",),
    rises_with=("prestige", "cohesion"),
    off=0.0,
    loops=("L2",),
)
def reunion_chance(prestige: Share, cohesion: Share, *, reunion_rate: Vector) -> Chance:
    """Groups that stand apart come back: where they hold together themselves, and the movement's prestige draws them."""
    return reunion_rate * cohesion * prestige


@rule(
    judgement="No article says that fighters leave for ISKP, and one calls it an ally: wholly ours; the range includes none.",
    mechanisms=("M19",),
    moves=("iskp_strength", "ttp_strength"),
    rises_with=("strength", "effort", "truce"),
    falls_with=("cohesion",),
    off=0.0,
)
def drift_to_iskp(
    strength: Fighters, cohesion: Share, effort: Share, truce: Share, *, drift_base: Vector, drift_rate: Vector
) -> Fighters:
    """Fighters lost to ISKP this month: when Kabul cracks down or a truce disappoints, and the group is loose."""
    return strength * (drift_base + drift_rate * (1.0 - (1.0 - effort) * (1.0 - truce)) * (1.0 - cohesion))


@rule(
    claims=(
        "events.2022-08-commanders-killed",
        "002.2-afghan-support-sustains",
    ),
    judgement="How fast groups move back across the line is ours.",
    mechanisms=("M6", "M8"),
    moves=("ttp_strength",),
    rises_with=("refuge", "operations"),
    falls_with=("effort",),
    off="refuge",
)
def share_in_refuge(
    refuge: Share,
    operations: Share,
    effort: Share,
    *,
    refuge_pace: Vector,
    refuge_flight: Vector,
    refuge_resting: Vector,
) -> Share:
    """Operations push groups across the line; Kabul's effort pushes them back."""
    sought = refuge_resting + refuge_flight * operations * (1.0 - refuge_resting)
    return refuge + refuge_pace * (sought * (1.0 - effort) - refuge)


@rule(
    claims=("000.3-prisoners-back-in-pakistan",),
    mechanisms=("M6",),
    moves=("ttp_strength",),
    rises_with=("pool",),
    off="pool",
)
def freed_still_out(pool: Fighters, *, freed_return_rate: Vector) -> Fighters:
    """Freed fighters who have not yet come back; those who have are in the groups."""
    return pool * (1.0 - freed_return_rate)
