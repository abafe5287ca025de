"""Each mechanism M1 to M31 does what the documents argue, on paired worlds, and stops doing so when it is switched off.

`effect(off)` measures the mechanism so that the argued direction is positive. It must clear a floor with the rules in
place, and shrink to a small part of itself with the rules named in `rules` replaced by their no-ops.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
import pytest
from lab import QUIET, run

from sim.mechanisms import MECHANISMS
from sim.rule import RULES

Off = Collection[str]
FULL = {"domestic_operations": 0.3, "ttp_talks": 1.0}
STRIKING = {"domestic_operations": 0.3, "cross_border_strikes": 0.8}
GIVING = {
    "domestic_operations": 0.3,
    "aid": 0.8,
    "trade_opening": 0.8,
    "diplomatic_advocacy": 0.8,
    "military_training": 0.5,
}


@dataclass(frozen=True)
class Case:
    """One measured effect of one mechanism."""

    mechanism: str
    name: str
    effect: Callable[[Off], float]
    rules: tuple[str, ...]
    floor: float


CASES: list[Case] = []


def case(mechanism: str, *rules: str, floor: float) -> Callable[[Callable[[Off], float]], Callable[[Off], float]]:
    def register(effect: Callable[[Off], float]) -> Callable[[Off], float]:
        CASES.append(Case(mechanism, effect.__name__, effect, rules, floor))
        return effect

    return register


@case("M1", "wartime_need", "inherited_arms", floor=0.1)
def wartime_leverage_drains_in_a_year(off: Off) -> float:
    gave_little, gave_all = run(off=off, months=13), run(GIVING, off=off, months=13)
    return min(one["leverage_wartime"][0].mean() - one.last("leverage_wartime") for one in (gave_little, gave_all))


@case("M1", "inherited_arms", floor=0.005)
def more_inherited_arms_drain_it_further(off: Off) -> float:
    few, many = (run(off=off, months=13, values={"arsenal_inherited": x}) for x in (0.4, 1.0))
    return few.last("leverage_wartime") - many.last("leverage_wartime")


@case("M2", "irreversible_control", floor=0.1)
def recognition_once_granted_leaves_less_to_hold_than_aid_that_flows(off: Off) -> float:
    panel = "leverage_pakistan_taliban_by_resource"
    flow, step = (run({**QUIET, name: 1.0}, off=off).row(panel, name)[-1].mean() for name in ("aid", "recognition"))
    return float(flow - step)


@case("M2", "leverage_in_use", "conditional_reward", floor=0.02)
def new_tools_buy_restraint_where_they_are_given_on_terms(off: Off) -> float:
    none, tools = run({"domestic_operations": 0.3}, off=off), run({**GIVING, "factional_mediation": 0.8}, off=off)
    return tools.mean("chance_restrain", 6) - none.mean("chance_restrain", 6)


@case("M2", "alternatives_with_roads", floor=0.01)
def what_is_shut_is_replaced_by_other_roads(off: Off) -> float:
    shut = [{"from": "2021-09", "levers": {"border_closure": 0.8}}]
    few, many = (run(off=off, changes=shut, values={"roads_pace": x}) for x in (0.0, 0.06))
    return few.last("dependence") - many.last("dependence")


@case("M3", "value_of_the_chip", floor=0.03)
def a_chip_to_be_paid_for_holds_restraint_back(off: Off) -> float:
    hopeless, hopeful = (run(off=off, months=6, values={"start_expected_concession": x}) for x in (0.0, 0.8))
    return hopeless.mean("chance_restrain") - hopeful.mean("chance_restrain")


@case("M3", "value_of_the_chip", floor=0.01)
def the_chip_costs_lives_rather_than_saves_them(off: Off) -> float:
    small, great = (run(off=off, values={"chip_value": x}) for x in (0.5, 4.0))
    return great.mean("attacks", 6) / small.mean("attacks", 6) - 1.0


@case("M3", "readiness_to_pay", floor=0.03)
def giving_without_terms_raises_the_price(off: Off) -> float:
    none, gifts = (run(levers, off=off, conditionality=0.0) for levers in ({"domestic_operations": 0.3}, GIVING))
    return gifts.mean("price_of_restraint", 6) - none.mean("price_of_restraint", 6)


@case("M3", "chip_kept", floor=0.01)
def what_was_bought_without_terms_can_be_sold_again(off: Off) -> float:
    once, again = (run(GIVING, off=off, conditionality=0.0, values={"chip_persistence": x}) for x in (0.0, 2.5))
    return once.mean("chance_restrain") - again.mean("chance_restrain")


@case("M3", "brokering_pays", floor=0.02)
def kabul_brokers_the_more_the_more_it_shares_in(off: Off) -> float:
    hopeless, hopeful = (run(FULL, off=off, months=6, values={"start_expected_concession": x}) for x in (0.0, 0.8))
    return hopeful.mean("brokering") - hopeless.mean("brokering")


@case("M4", "taliban_cohesion", floor=0.03)
def restraint_costs_cohesion(off: Off) -> float:
    split = {"align_haqqani_ttp": 0.9, "align_baradar_yaqoob_ttp": -0.2}
    soft, hard = (run(off=off, values=split, taliban={"stance": x}) for x in ("shelter", "crack_down"))
    return soft.last("taliban_cohesion") - hard.last("taliban_cohesion")


@case("M4", "cohesion_cost", floor=0.01)
def division_holds_kabul_back(off: Off) -> float:
    low, high = (run(off=off, values={"cohesion_cost": x}) for x in (0.5, 4.0))
    return low.mean("taliban_stance") - high.mean("taliban_stance")


@case("M4", "services_of_the_ttp", floor=0.01)
def what_the_ttp_does_for_kabul_keeps_their_tie(off: Off) -> float:
    none, much = (run(off=off, values={"ttp_services": x}) for x in (0.0, 0.6))
    return much.last("alignment_taliban_ttp") - none.last("alignment_taliban_ttp")


@case("M4", "kinship_and_debt", floor=0.05)
def kinship_holds_kabul_back(off: Off) -> float:
    low, high = (run(off=off, months=6, values={"kinship_weight": x}) for x in (0.6, 4.0))
    return low.mean("chance_restrain") - high.mean("chance_restrain")


@case("M5", "faction_power", floor=0.005)
def giving_moves_power_to_pakistans_friends(off: Off) -> float:
    little, much = run(off=off), run(GIVING, off=off)
    return float((much.row("faction_power", "haqqani")[-1] - little.row("faction_power", "haqqani")[-1]).mean())


def inflow_lowers_capability(off: Off, inflow: str) -> float:
    with_it, without = run(off=off, months=12), run(off={*off, inflow}, months=12)
    return with_it.last("ttp_capability") - without.last("ttp_capability")


for inflow in (
    "shelter_given",
    "training_in_refuge",
    "captured_arms",
    "freed_prisoners",
    "crossovers",
    "recruitment",
):
    CASES.append(
        Case(
            "M6",
            f"without_{inflow}_capability_is_lower",
            lambda off, x=inflow: inflow_lowers_capability(off, x),
            (inflow,),
            0.01,
        )
    )


@case("M6", "prestige_emboldens", floor=0.5)
def the_example_of_victory_raises_attacks(off: Off) -> float:
    faint, fresh = (run(off=off, months=12, values={"prestige_weight": x}) for x in (0.3, 2.5))
    return fresh.mean("attacks") - faint.mean("attacks")


@case("M7", "truce_compliance", floor=2.0)
def a_truce_stops_part_of_the_attacks(off: Off) -> float:
    fighting, talking = (run(FULL, off=off, ttp={"campaign": x}) for x in ("steady", "ceasefire"))
    held = talking["ceasefire"] > 0
    return float((fighting["attacks"] - talking["attacks"])[held].mean())


@case("M7", "attacks_claimed", floor=20.0)
def claims_fall_silent_in_a_truce(off: Off) -> float:
    talking = run(FULL, off=off, ttp={"campaign": "ceasefire"})
    held = talking["ceasefire"] > 0
    claimed, true = talking["attacks_claimed"], talking["attacks"]
    return float((claimed / np.maximum(true, 1.0))[~held].mean() / (claimed / np.maximum(true, 1.0))[held].mean()) - 1.0


@case("M7", "truce_ends", floor=0.05)
def unmet_demands_end_truces(off: Off) -> float:
    unmet = run(FULL, off=off, ttp={"campaign": "ceasefire"})
    met = run(
        {**FULL, "prisoner_releases": 1.0, "religious_law_concessions": 1.0}, off=off, ttp={"campaign": "ceasefire"}
    )
    return met.mean("ceasefire") - unmet.mean("ceasefire")


@case("M7", "kabul_brokers", floor=0.02)
def kabul_brokers_truces(off: Off) -> float:
    low, high = (run(FULL, off={*off, "truce_ends"}, taliban={"brokering": x}) for x in ("stand_apart", "guarantee"))
    return high.mean("ceasefire", 0, 6) - low.mean("ceasefire", 0, 6)


@case("M8", "operations_deter", "operations_drive_under", "attrition", "group_cohesion", "foothold_cleared", floor=0.5)
def operations_lower_attacks_within_months(off: Off) -> float:
    few, many = (run({"domestic_operations": x}, off=off, months=5) for x in (0.1, 0.9))
    return few.mean("attacks", 1) - many.mean("attacks", 1)


@case("M8", "grievance", floor=1.0)
def what_operations_leave_behind_depends_on_grievance(off: Off) -> float:
    angry = {"grievance_weight": 2.0, "recruitment_grievance": 0.03}

    def added_by_anger(operations: float) -> float:
        none, much = (
            run({"domestic_operations": operations}, off=off, values={**angry, "grievance_operations": x}).mean(
                "attacks", 12
            )
            for x in (0.0, 0.06)
        )
        return much - none

    return added_by_anger(0.9) - added_by_anger(0.1)


@case("M8", "anger_at_strikes", "afghan_distrust", "coercion", floor=0.01)
def strikes_inflame_kabul(off: Off) -> float:
    calm, struck = run(off=off), run(STRIKING, off=off)
    return calm.mean("chance_restrain", 3) - struck.mean("chance_restrain", 3)


@case("M9", "clashes_expected", "border_posture", floor=0.1)
def fences_cause_clashes(off: Off) -> float:
    open_line, fenced = (run({**QUIET, "fencing": x}, off=off) for x in (0.0, 1.0))
    return fenced.mean("border_clashes") - open_line.mean("border_clashes")


@case("M9", "clashes_expected", floor=0.05)
def patrols_prevent_clashes(off: Off) -> float:
    alone, joint = (run({**QUIET, "fencing": 0.7, "joint_patrols": x}, off=off) for x in (0.0, 1.0))
    return alone.mean("border_clashes") - joint.mean("border_clashes")


@case("M9", "closed_by_clashes", floor=0.01)
def clashes_close_crossings_and_cost_trade(off: Off) -> float:
    few, many = (run(off=off, values={"clash_base": x}) for x in (-3.0, -1.0))
    return few.mean("trade") - many.mean("trade")


@case("M10", "indian_alternative", floor=0.01)
def a_tie_with_india_takes_weight_off_pakistan(off: Off) -> float:
    without, with_it = (run(off=off, india={"engagement": x}) for x in ("none", "partnership"))
    return without.mean("chance_restrain") - with_it.mean("chance_restrain")


@case("M10", "strain", floor=0.02)
def strain_opens_the_door_to_india(off: Off) -> float:
    calm, strained = run(GIVING, off=off), run({**STRIKING, "border_closure": 0.6}, off=off)
    return strained.mean("india_engagement", 6) - calm.mean("india_engagement", 6)


@case("M11", "budget", floor=0.1)
def a_weak_economy_caps_effort(off: Off) -> float:
    heavy = {"domestic_operations": 1.0, "cross_border_strikes": 0.6, "fencing": 1.0, "border_closure": 0.5}
    weak, sound = (run(heavy, off=off, months=6, values={"start_economy": x}) for x in (0.1, 0.6))
    return sound.mean("effort_afforded") - weak.mean("effort_afforded")


@case("M12", "imf_approval", floor=0.05)
def recognition_under_sanctions_costs_the_imf_programme(off: Off) -> float:
    def cost(sanctions: float) -> float:
        values = {"start_sanctions": sanctions}
        kept, granted = (run({**QUIET, "recognition": x}, off=off, values=values) for x in (0.0, 1.0))
        return kept.mean("imf_programme", 12) - granted.mean("imf_programme", 12)

    return cost(1.0) - cost(0.0)


@case("M13", "arrivals", floor=50.0)
def afghan_collapse_drives_people_to_pakistan(off: Off) -> float:
    calm, worse = (run(off=off, values={"start_afghan_hardship": x, "hardship_pace": 0.02}) for x in (0.3, 0.7))
    return worse.last("refugees") - calm.last("refugees")


@case("M13", "coercion", floor=0.05)
def expulsion_angers_kabul(off: Off) -> float:
    stay, go = run(off=off), run({**QUIET, "refugee_expulsion": 1.0}, off=off)
    return stay.last("alignment_taliban_pakistan") - go.last("alignment_taliban_pakistan")


@case("M14", "legitimacy", floor=0.02)
def visible_favours_cost_legitimacy(off: Off) -> float:
    quiet, public = (run(GIVING, off=off, visibility=x) for x in (0.0, 1.0))
    return quiet.last("legitimacy") - public.last("legitimacy")


@case("M14", "public_cost", floor=0.01)
def a_distrustful_public_makes_kabul_less_willing(off: Off) -> float:
    mild, strong = (run(off=off, values={"distrust_resting": x}, visibility=1.0) for x in (0.4, 0.8))
    return mild.mean("chance_restrain") - strong.mean("chance_restrain")


@case("M15", "wartime_need", floor=0.1)
def war_brings_the_old_dependence_back(off: Off) -> float:
    war = [{"date": "2022-08", "title": "War", "changes": {"afghan_war": {"set": 0.8}}}]
    peace, fought = run(off=off, months=20), run(off=off, months=20, shocks=war)
    return fought.last("leverage_wartime") - peace.last("leverage_wartime")


@case("M15", "loss_if_it_defies", floor=0.01)
def a_fracture_makes_kabul_heed_islamabad_again(off: Off) -> float:
    broken = [{"date": "2022-08", "title": "Kabul breaks", "changes": {"afghan_war": {"set": 0.8}}}]
    whole, split = (run(off=off, months=30, shocks=shocks) for shocks in (None, broken))
    return split.mean("chance_restrain", 14) - whole.mean("chance_restrain", 14)


@case("M16", "pull_of_reward", "conditional_reward", "loss_if_it_defies", floor=0.02)
def reward_on_top_of_threat_does_more_than_threat(off: Off) -> float:
    none = run(off=off, conditionality=1.0)
    threat = run({**STRIKING, "border_closure": 0.3, "diplomatic_advocacy": 0.3}, off=off, conditionality=1.0)
    both = run({**STRIKING, "border_closure": 0.3, **GIVING}, off=off, conditionality=1.0)
    gain = [one.mean("chance_restrain", 6) for one in (none, threat, both)]
    return (gain[2] - gain[1]) - max(gain[1] - gain[0], 0.0)


@case("M16", "answer_to_threat", floor=0.005)
def the_answer_to_a_threat_has_an_open_sign(off: Off) -> float:
    threatening = {**STRIKING, "border_closure": 0.8}
    stiff, cowed = (run(threatening, off=off, values={"threat_response": x}) for x in (-3.0, 2.0))
    return cowed.mean("chance_restrain", 6) - stiff.mean("chance_restrain", 6)


@case("M17", "pull_of_reward", floor=0.02)
def without_incentives_restraint_is_less_likely(off: Off) -> float:
    none, incentives = run({"domestic_operations": 0.3}, off=off), run(GIVING, off=off, conditionality=1.0)
    return incentives.mean("chance_restrain", 3) - none.mean("chance_restrain", 3)


@case("M18", "conceded", floor=0.05)
def conceding_costs_sovereignty(off: Off) -> float:
    yielding = {"troop_withdrawal": 0.8, "religious_law_concessions": 0.8, "prisoner_releases": 0.8}
    kept, ceded = run(off=off), run({**QUIET, **yielding}, off=off)
    return kept.last("sovereignty_conceded") - ceded.last("sovereignty_conceded")


@case("M18", "area_control", floor=0.01)
def violence_costs_sovereignty_too(off: Off) -> float:
    calm, violent = (run(off=off, values={"attacks_per_capability": x}) for x in (1.4, 4.0))
    return calm.last("sovereignty_control") - violent.last("sovereignty_control")


@case("M19", "regional_risk", floor=0.03)
def iskp_feeds_regional_risk(off: Off) -> float:
    rise = [{"date": "2021-09", "title": "ISKP rises", "changes": {"iskp_strength": {"add": 0.4}}}]
    without, with_it = run(off=off), run(off=off, shocks=rise)
    return with_it.last("regional_risk") - without.last("regional_risk")


@case("M19", "drift_to_iskp", floor=0.01)
def crackdowns_push_fighters_to_iskp(off: Off) -> float:
    soft, hard = (run(off=off, taliban={"stance": x}) for x in ("shelter", "crack_down"))
    return hard.last("iskp_strength") - soft.last("iskp_strength")


@case("M20", "security_dead", floor=0.1)
def most_ttp_dead_are_of_the_security_forces(off: Off) -> float:
    one = run(off={*off, "security_dead_of_others", "clash_deaths_expected"})
    return float(one["fatalities_security"].sum() / one["fatalities_ttp"].sum()) - 0.5


@case("M21", "messaging", floor=0.05)
def advocacy_buys_words_more_than_deeds(off: Off) -> float:
    silent, voice = (run({"domestic_operations": 0.3, "diplomatic_advocacy": x}, off=off) for x in (0.0, 1.0))
    words = voice.mean("messaging") - silent.mean("messaging")
    return words - abs(voice.mean("taliban_stance") - silent.mean("taliban_stance"))


@case("M22", "clerics_object", floor=0.02)
def the_talibans_friends_in_pakistan_press_against_strikes(off: Off) -> float:
    double = [{"date": "2021-08", "title": "Clerics gain", "changes": {"power.clerics": {"multiply": 2.0}}}]
    as_is, doubled = run(STRIKING, off=off), run(STRIKING, off=off, shocks=double)
    return as_is.mean("chance_strikes") - doubled.mean("chance_strikes")


@case("M23", "rhetoric", floor=0.02)
def mobilisation_feeds_rhetoric(off: Off) -> float:
    rise = [{"date": "2021-08", "title": "PTI gains", "changes": {"power.pti": {"multiply": 2.0}}}]
    as_is, doubled = run(off=off), run(off=off, shocks=rise)
    return doubled.last("rhetoric") - as_is.last("rhetoric")


@case("M23", "unrest", floor=0.01)
def mobilisation_feeds_unrest(off: Off) -> float:
    rise = [{"date": "2021-08", "title": "PTI gains", "changes": {"power.pti": {"multiply": 2.0}}}]
    as_is, doubled = run(off=off), run(off=off, shocks=rise)
    return doubled.last("unrest") - as_is.last("unrest")


@case("M23", "afghan_distrust", floor=0.03)
def strikes_feed_afghan_distrust(off: Off) -> float:
    calm, struck = run(off=off), run(STRIKING, off=off)
    return struck.last("distrust") - calm.last("distrust")


@case("M24", "resentment", floor=0.005)
def past_coercion_lowers_willingness_long_after(off: Off) -> float:
    spell = [{"from": "2021-08", "until": "2022-07", "levers": {"border_closure": 1.0, "refugee_expulsion": 1.0}}]
    none = run(off=off, months=36, values={"resentment_weight": 1.5})
    once = run(off=off, months=36, values={"resentment_weight": 1.5}, changes=spell)
    without_memory = run(off=off, months=36, values={"resentment_weight": 0.1}, changes=spell)
    base = run(off=off, months=36, values={"resentment_weight": 0.1})
    lost = none.mean("chance_restrain", 24) - once.mean("chance_restrain", 24)
    return lost - (base.mean("chance_restrain", 24) - without_memory.mean("chance_restrain", 24))


@case("M25", "fear_of_losing_kabul", floor=0.02)
def needing_kabul_makes_islamabad_cautious(off: Off) -> float:
    needs = ("need_western_neighbour", "need_central_asia_road", "need_room_denied_to_india")
    low, high = (run(STRIKING, off=off, values=dict.fromkeys(needs, x)) for x in (0.3, 0.7))
    assert high.last("leverage_taliban_pakistan") > low.last("leverage_taliban_pakistan") + 0.02
    return low.mean("chance_strikes") - high.mean("chance_strikes")


@case("M25", "need_of_restraint", floor=0.01)
def violence_makes_islamabad_need_kabul(off: Off) -> float:
    calm, violent = (run(off=off, values={"attacks_per_capability": x}) for x in (1.4, 4.0))
    return violent.last("leverage_taliban_pakistan") - calm.last("leverage_taliban_pakistan")


@case("M26", "alignment", floor=0.03)
def hopes_disappointed_sour_the_tie(off: Off) -> float:
    modest, great = (run(off=off, values={"start_expected_of_pakistan": x}) for x in (0.2, 0.8))
    return modest.mean("alignment_taliban_pakistan") - great.mean("alignment_taliban_pakistan")


@case("M27", "mediation_leans", floor=0.02)
def brokered_truces_press_islamabad_to_concede(off: Off) -> float:
    talking = run(FULL, off=off, ttp={"campaign": "ceasefire"})
    held = talking["ceasefire"][:-1] > 0
    pressure = talking["concession_pressure"][1:]
    return float(pressure[held].mean() - pressure[~held].mean())


@case("M28", "messaging", floor=0.1)
def words_move_while_deeds_do_not(off: Off) -> float:
    shelter = {"stance": "shelter"}
    silent, voice = (
        run({"domestic_operations": 0.3, "diplomatic_advocacy": x}, off=off, taliban=shelter) for x in (0.0, 1.0)
    )
    assert voice.mean("taliban_stance") == silent.mean("taliban_stance") == 0.0
    return voice.mean("messaging") - silent.mean("messaging")


@case("M29", "rhetoric", floor=0.01)
def khans_return_moves_talk_more_than_policy(off: Off) -> float:
    back = [{"date": "2022-01", "title": "Khan returns", "changes": {"power.pti": {"multiply": 2.0}}}]
    away, returned = run(STRIKING, off=off), run(STRIKING, off=off, shocks=back)
    policy = abs(returned.last("pakistan_policy") - away.last("pakistan_policy")) / 2.0
    return (returned.last("rhetoric") - away.last("rhetoric")) - policy


@case("M29", "civilian_say", floor=0.005)
def civilians_soften_coercion_a_little(off: Off) -> float:
    none, some = (run(STRIKING, off=off, values={"civilian_say": x}) for x in (0.0, 0.7))
    strikes = [one.row("levers_in_force", "cross_border_strikes").mean() for one in (none, some)]
    return float(strikes[0] - strikes[1])


@case("M30", "talks_failed", floor=0.01)
def collapsed_talks_make_strikes_likelier(off: Off) -> float:
    talking = run(
        {**FULL, "cross_border_strikes": 0.5},
        off=off,
        values={"truce_hazard_base": -0.5},
        ttp={"campaign": "ceasefire"},
    )
    ended = (talking["ceasefire"][:-2] > 0) & (talking["ceasefire"][1:-1] == 0)
    never = talking["ceasefire"].cumsum(axis=0)[:-2] == 0
    following = talking["chance_strikes"][2:]
    return float(following[ended].mean() - following[never].mean())


@case("M31", "encouragement", floor=0.5)
def ttp_success_encourages_others(off: Off) -> float:
    weak, strong = (run(off=off, values={"attacks_per_capability": x}) for x in (1.4, 4.0))
    return strong.mean("attacks_background") - weak.mean("attacks_background")


@pytest.mark.parametrize("one", CASES, ids=lambda one: f"{one.mechanism}-{one.name}")
def test_mechanism_has_its_effect_and_loses_it_when_switched_off(one: Case) -> None:
    """The argued direction holds with the rule, and not without it."""
    with_rules, without = one.effect(()), one.effect(one.rules)
    assert with_rules > one.floor, f"{one.mechanism}: effect {with_rules:.4f} does not clear {one.floor}"
    assert not without > 0.35 * with_rules, (
        f"{one.mechanism}: {without:.4f} of {with_rules:.4f} is left without {one.rules}"
    )


def test_every_mechanism_is_measured_and_has_rules() -> None:
    """M1 to M31 each have a case here and a rule that names them."""
    assert {one.mechanism for one in CASES} == set(MECHANISMS)
    assert {mechanism for rule in RULES.values() for mechanism in rule.mechanisms} == set(MECHANISMS)


def test_each_case_switches_off_rules_of_its_mechanism() -> None:
    """At least one of the rules switched off declares the mechanism under test."""
    for one in CASES:
        assert any(one.mechanism in RULES[name].mechanisms for name in one.rules), one.name


def test_haqqani_power_raises_the_tie_with_pakistan_and_not_lowers_the_one_with_the_ttp() -> None:
    """M5: their line is close to both."""
    rise = [{"date": "2021-08", "title": "Haqqanis gain", "changes": {"power.haqqani": {"multiply": 2.0}}}]
    as_is, doubled = run(), run(shocks=rise)
    assert doubled.last("alignment_taliban_pakistan") > as_is.last("alignment_taliban_pakistan") + 0.05
    assert doubled.last("alignment_taliban_ttp") > as_is.last("alignment_taliban_ttp") - 0.01


def test_unconditional_grants_do_not_raise_the_chance_of_restraint() -> None:
    """M3: what is given without terms buys no restraint (beyond goodwill, which is switched off here)."""
    none, gifts = (
        run(levers, off=("goodwill",), conditionality=0.0, values={"start_credibility": 0.0}, months=36)
        for levers in ({"domestic_operations": 0.3}, GIVING)
    )
    assert gifts.mean("chance_restrain", 12) <= none.mean("chance_restrain", 12) + 0.005


def test_leverage_from_flows_is_concave_in_what_is_delivered() -> None:
    """M2: each further step of delivery adds less leverage."""
    panel = "leverage_pakistan_taliban_by_resource"
    levels = [run({**QUIET, "aid": x}, months=1).row(panel, "aid")[0].mean() for x in (0.0, 0.25, 0.5, 0.75, 1.0)]
    assert (np.diff(levels, 2) < 0).all()


def test_total_leverage_may_rise_though_its_wartime_part_drains() -> None:
    """M1 and M2: new tools can replace the old ones."""
    best = {"need_recognition": 1.0, "need_advocacy": 0.8, "need_aid": 0.9, "need_trade": 0.9}
    peaceful = {"need_sanctuary": 0.5, "need_arms": 0.3}
    tools = {**GIVING, "factional_mediation": 1.0, "joint_patrols": 1.0}
    turn = [{"from": "2021-10", "levers": tools}]
    one = run({"domestic_operations": 0.3}, months=13, values={**best, **peaceful}, changes=turn)
    assert one.last("leverage_wartime") < one["leverage_wartime"][0].mean()
    assert one.last("dependence") > one["dependence"][0].mean() + 0.1


def test_tempo_rises_more_than_headcount() -> None:
    """M6: capability grows by arms and skill while the number of fighters barely moves."""
    one = run({"domestic_operations": 0.4}, months=17)
    fighters = one.last("ttp_strength") / one["ttp_strength"][0].mean()
    assert one.last("ttp_capability") / one["ttp_capability"][0].mean() > fighters + 0.05


def test_other_groups_attacks_do_not_stop_in_a_ttp_truce() -> None:
    """M7: the background goes on."""
    fighting, talking = (run(FULL, months=4, ttp={"campaign": x}) for x in ("steady", "ceasefire"))
    held = talking["ceasefire"] > 0
    assert talking["attacks_background"][held].mean() > 0.95 * fighting["attacks_background"][held].mean()


def test_attacks_have_a_heavy_tail() -> None:
    """M20: half of lethal attacks kill one; a rare one kills dozens."""
    from sim.parameters import PARAMETERS
    from sim.rules.violence import deaths_in_attack
    from sim.worlds import Streams

    names = RULES["deaths_in_attack"].parameters
    uniform = Streams(3, 200_000).uniform("toll", 0)
    dead = deaths_in_attack(uniform, **{name: PARAMETERS[name].value for name in names})
    assert np.median(dead) in (1.0, 2.0)
    assert 0.4 < (dead == 1).mean() < 0.6
    assert 2.0 < dead.mean() < 3.2
    assert 5 <= np.percentile(dead, 95) <= 9
    assert dead.max() > 60


def test_removing_incentives_leaves_brokering_the_most_to_expect() -> None:
    """M17: without incentives, but with talks, Kabul hosts or guarantees oftener than it does more than contain."""
    one = run({"domestic_operations": 0.3, "ttp_talks": 0.8}, conditionality=0.0)
    assert (one["brokering"] > 0.5).mean() > (one["taliban_stance"] > 0.5).mean() + 0.1


def test_draining_the_wartime_tie_lowers_restraint() -> None:
    """M1: had victory not ended the need for refuge and arms, Kabul would depend on Islamabad more, and heed it more."""
    drained, kept = run(months=30), run(months=30, off=("wartime_need", "inherited_arms"))
    assert kept.last("dependence") > drained.last("dependence") + 0.05
    assert kept.mean("chance_restrain", 6) > drained.mean("chance_restrain", 6) + 0.02
