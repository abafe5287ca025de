"""The TTP's campaign: pressures on escalating, a truce and lying low (a steady campaign has none), and how truces end."""

from __future__ import annotations

import numpy as np

from sim.rule import Chance, Logits, Months, Share, rule
from sim.worlds import Vector


@rule(
    claims=(
        "004.6-victory-galvanised",
        "001.5-resurgence-motivates-ttp",
        "003.1-triumph-invigorated-ttp",
    ),
    judgement="That what a movement has won since adds to the example next door is ours.",
    mechanisms=("M6",),
    moves=("attacks",),
    rises_with=("prestige",),
    off=0.0,
    loops=("L2",),
)
def prestige_emboldens(prestige: Share, *, prestige_weight: Vector) -> Logits:
    """Victory next door, and success of its own, show that it can be done: pressure to escalate."""
    return prestige_weight * prestige


@rule(
    judgement="How long an example inspires is not in the articles.",
    claims=("004.6-victory-galvanised",),
    mechanisms=("M6",),
    moves=("prestige",),
    rises_with=("example",),
    off="example",
)
def example_fades(example: Share, *, example_fading: Vector) -> Share:
    """The example of victory fades with the years."""
    return example * (1.0 - example_fading)


@rule(
    judgement="Studies of grievance and recruitment disagree in sign; the range includes no effect.",
    claims=("001.9-pashtun-unrest-wider",),
    mechanisms=("M8",),
    moves=("attacks",),
    rises_with=("grievance",),
    off=0.0,
    loops=("L4",),
)
def grievance_calls(grievance: Share, *, grievance_weight: Vector) -> Logits:
    """Anger at the state, above all in the border areas, is pressure to escalate."""
    return grievance_weight * grievance


@rule(
    claims=(
        "001.4-release-and-unity-restored-strength",
        "004.6-leader-reunited-splinters",
    ),
    mechanisms=("M6",),
    moves=("attacks",),
    rises_with=("capability",),
    off=0.0,
)
def capability_tempts(capability: Share, *, capability_weight: Vector) -> Logits:
    """A movement that can do more attempts more: pressure to escalate.

    Args:
        capability: present capability as a share of what would tempt in full.
    """
    return capability_weight * capability


@rule(
    claims=(
        "004.6-offensives-weakened-ttp",
        "001.5-offensives-some-success",
    ),
    mechanisms=("M8",),
    moves=("attacks",),
    falls_with=("operations",),
    off=0.0,
    loops=("L3",),
)
def operations_deter(operations: Share, *, operations_deterrence: Vector) -> Logits:
    """Operations make escalation costly: pressure against it."""
    return -operations_deterrence * operations


@rule(
    claims=(
        "004.6-offensives-weakened-ttp",
        "001.4-haven-eases-operations",
    ),
    mechanisms=("M8", "M6"),
    moves=("attacks",),
    rises_with=("operations",),
    falls_with=("shelter",),
    off=0.0,
    loops=("L3",),
)
def operations_drive_under(operations: Share, shelter: Share, *, lie_low_weight: Vector) -> Logits:
    """Operations drive a movement under unless it has somewhere to go: pressure to lie low."""
    return lie_low_weight * operations * (1.0 - shelter)


@rule(
    claims=(
        "002.2-hibatullah-influence",
        "001.4-mehsud-pledged-allegiance",
    ),
    mechanisms=("M7",),
    moves=("attacks",),
    falls_with=("effort", "control"),
    off=0.0,
)
def kabul_holds_back(effort: Share, control: Share, *, restraint_weight: Vector) -> Logits:
    """Kabul's effort, as far as it controls the TTP, is pressure against escalating."""
    return -restraint_weight * effort * control


@rule(
    claims=(
        "002.3-ceasefire-2021-brokered",
        "003.2-brokering-expected",
        "001.8-mediation-the-most",
    ),
    mechanisms=("M7", "M17"),
    moves=("ceasefire",),
    rises_with=("brokering", "control", "talks"),
    off=0.0,
)
def kabul_brokers(brokering: Share, control: Share, talks: Share, *, brokering_weight: Vector) -> Logits:
    """Kabul's good offices, where Islamabad will talk: pressure for a truce."""
    return brokering_weight * brokering * control * talks


@rule(
    claims=(
        "002.3-demand-prisoners",
        "002.3-demand-troop-withdrawal",
        "002.3-demand-islamic-law",
        "events.2021-12-09-truce-one-lapses",
    ),
    mechanisms=("M7",),
    moves=("ceasefire",),
    rises_with=("met",),
    off=0.0,
)
def demands_expected(met: Share, *, demands_weight: Vector) -> Logits:
    """Demands met, or expected to be, are pressure for a truce."""
    return demands_weight * met


@rule(
    judgement="That loose groups spoil truces is general experience; the articles only show that truces lapse.",
    claims=("002.3-ceasefire-rescinded",),
    mechanisms=("M7",),
    moves=("ceasefire",),
    rises_with=("cohesion",),
    off=0.0,
)
def spoilers(cohesion: Share, *, spoiler_weight: Vector) -> Logits:
    """A loose movement cannot deliver a truce: pressure against one."""
    return -spoiler_weight * (1.0 - cohesion)


@rule(
    judgement="Campaigns change less than the pressures on them; no article gives a pace.",
    moves=("attacks",),
    off=0.0,
)
def campaign_habit(held: Share, *, campaign_inertia: Vector) -> Logits:
    """What the TTP did last month it tends to do again; bears on the campaign it wages."""
    return campaign_inertia * held


@rule(
    claims=(
        "002.3-demand-prisoners",
        "002.3-demand-troop-withdrawal",
        "002.3-demand-islamic-law",
    ),
    judgement="How the three demands compare is ours.",
    mechanisms=("M7",),
    moves=("ceasefire",),
    rises_with=("prisoners", "withdrawal", "religious_law"),
    off=0.0,
)
def demands_met(
    prisoners: Share, withdrawal: Share, religious_law: Share, *, demand_prisoners: Vector, demand_withdrawal: Vector
) -> Share:
    """How far the three demands are met: prisoners freed, troops withdrawn, religious law conceded."""
    rest = 1.0 - demand_prisoners - demand_withdrawal
    return demand_prisoners * prisoners + demand_withdrawal * withdrawal + rest * religious_law


@rule(
    claims=(
        "events.2021-12-09-truce-one-lapses",
        "002.3-ceasefire-rescinded",
        "events.2022-11-28-truce-two-ends",
    ),
    judgement="The hazard's form is the usual one for monthly survival; its size is ours.",
    mechanisms=("M7",),
    moves=("ceasefire",),
    rises_with=("unmet", "months", "operations", "prestige"),
    falls_with=("cohesion", "brokering"),
    off=0.0,
)
def truce_ends(
    unmet: Share,
    months: Months,
    operations: Share,
    cohesion: Share,
    brokering: Share,
    prestige: Share,
    *,
    truce_hazard_base: Vector,
    truce_hazard_unmet: Vector,
    truce_hazard_operations: Vector,
    truce_hazard_spoilers: Vector,
    truce_hazard_guarantee: Vector,
    truce_hazard_prestige: Vector,
) -> Chance:
    """Chance that a truce ends this month: unmet demands wear on it with time, operations, spoilers and success break it.

    Args:
        months: how long it has held.
        brokering: how far Kabul stands behind it.
    """
    log_hazard = (
        truce_hazard_base
        + truce_hazard_unmet * unmet * np.log1p(months)
        + truce_hazard_operations * operations
        + truce_hazard_spoilers * (1.0 - cohesion)
        + truce_hazard_prestige * prestige
        - truce_hazard_guarantee * brokering
    )
    return 1.0 - np.exp(-np.exp(log_hazard))


@rule(
    claims=(
        "events.2022-09-truce-erodes",
        "picss.truce-2021-slight-decline",
    ),
    judgement="Whether concessions buy better compliance is not in the articles; the range includes no effect.",
    mechanisms=("M7", "M3"),
    moves=("attacks",),
    rises_with=("met",),
    off=0.0,
)
def truce_compliance(met: Share, *, truce_compliance: Vector, compliance_given_concession: Vector) -> Share:
    """Share of TTP attacks that a truce stops; concessions may deepen it."""
    return truce_compliance + (1.0 - truce_compliance) * compliance_given_concession * met


@rule(
    claims=(
        "002.2-afghan-support-sustains",
        "001.4-haven-eases-operations",
        "002.4-freed-roam-afghanistan",
        "001.3-ideology-may-raise-violence",
    ),
    mechanisms=("M6", "M7"),
    moves=("ttp_strength", "attacks"),
    falls_with=("effort", "control"),
    off=0.0,
)
def shelter_given(effort: Share, control: Share) -> Share:
    """How far the TTP may live and move in Afghanistan: less with Kabul's effort, as far as it is in control."""
    return 1.0 - effort * control


@rule(
    claims=("003.2-talks-failed", "events.2021-10-25-understanding"),
    judgement="A truce takes two: that Islamabad's readiness is its chance of agreeing in a month is ours.",
    mechanisms=("M7",),
    moves=("ceasefire",),
    rises_with=("talks", "cohesion"),
    off=0.0,
)
def truce_agreed(talks: Share, cohesion: Share, *, truce_readiness: Vector) -> Chance:
    """Chance that a TTP ready for a truce gets one: Islamabad must talk, and the movement speak with one voice."""
    return truce_readiness * talks * cohesion
