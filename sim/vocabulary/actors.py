"""Who acts: every actor, declared once. Order matters: it is the order in which rows are added up and drawn."""

from __future__ import annotations

from sim.vocabulary.options import BROKERING, CAMPAIGNS, ENGAGEMENTS, KABUL_ANSWERS, STANCES
from sim.vocabulary.specs import ActorSpec, DecisionSpec, FactionSpec, Setting, Tie

_PAKISTAN = ActorSpec(
    "pakistan",
    "Pakistan",
    settings=(
        Setting(
            "conditionality",
            "Conditionality of what is given",
            default=0.0,
            means="How far what is given is tied to restraint.",
        ),
        Setting("visibility", "Visibility of favours", default=0.5, means="How public the favours are."),
    ),
    has_levers=True,
    decisions=(
        DecisionSpec("strikes", "Pakistan's answer: note, close, strike, campaign", "strike_decision"),
        DecisionSpec("policy", "Pakistan's choice of course", "policy_decision"),
    ),
    factions=(
        FactionSpec("army_isi", "Army and ISI"),
        FactionSpec("government", "Civilian government"),
        FactionSpec("pti", "PTI"),
        FactionSpec("clerics", "Clerics and Islamist parties"),
    ),
    ties=("taliban", "ttp"),
    hopes={"taliban": "start_expected_of_taliban"},
    seat="You set Pakistan's levers, and how far what is given hangs on restraint. The economy and unrest at home bound what "
    "can be carried; civilians soften what is coercive. Whether strikes are carried out in a month is the army's decision, "
    "which your lever makes likelier.",
    sees=(
        "economy",
        "unrest",
        "rhetoric",
        "us_ties",
        "aid",
        "expelled",
        "effort_afforded",
        "tension",
        "sovereignty_conceded",
    ),
    guesses=(
        "attacks",
        "ttp_strength",
        "ttp_cohesion",
        "taliban_stance",
        "taliban_cohesion",
        "resentment",
        "alignment_taliban_pakistan",
        "leverage_pakistan_taliban",
        "grievance",
    ),
    place=(160.0, 36.0),
    drawn=(
        Tie(
            "pakistan",
            "taliban",
            "leverage_pakistan_taliban",
            "alignment_taliban_pakistan",
            -14,
            (128, 108),
            "right",
            "Pakistan over Kabul",
        ),
        Tie(
            "taliban",
            "pakistan",
            "leverage_taliban_pakistan",
            "alignment_taliban_pakistan",
            -14,
            (192, 108),
            "left",
            "Kabul over Pakistan",
        ),
    ),
)
_TALIBAN = ActorSpec(
    "taliban",
    "Afghan Taliban",
    settings=(
        Setting("stance", "Restraint of the TTP", tuple(STANCES)),
        Setting("brokering", "Brokering with the TTP", tuple(BROKERING)),
        Setting("answer", "Answer to Pakistan", tuple(KABUL_ANSWERS)),
        Setting("india_openness", "Openness to India"),
        Setting("messaging", "Friendly messaging"),
        Setting("border_posture", "Border posture"),
    ),
    decides="stance",
    decisions=(
        DecisionSpec("stance", "Kabul's decision on the TTP", "stance_decision"),
        DecisionSpec("brokering", "Kabul's decision to broker", "brokering_decision"),
        DecisionSpec("answer", "Kabul's answer to Pakistan", "answer_decision"),
    ),
    factions=(
        FactionSpec("kandahar", "Kandahar leadership"),
        FactionSpec("haqqani", "Haqqani network"),
        FactionSpec("baradar_yaqoob", "Baradar–Yaqoob current"),
        FactionSpec("rank_and_file", "Rank-and-file fighters"),
    ),
    ties=("pakistan", "india", "ttp"),
    hopes={"pakistan": "start_expected_of_pakistan"},
    seat="You set how far Kabul restrains the TTP, whether it brokers, how it answers Islamabad, its openness to India and "
    "its words. Nothing stops you but your own movement: effort wears its cohesion while factions disagree, and a movement "
    "that breaks brings war back. Taking this seat is for understanding what Kabul weighs; it takes nobody's side.",
    sees=(
        "taliban_stance",
        "brokering",
        "afghan_capacity",
        "taliban_cohesion",
        "taliban_spread",
        "legitimacy",
        "resentment",
        "distrust",
        "afghan_hardship",
        "afghan_war",
        "aid",
    ),
    guesses=(
        "attacks",
        "ttp_strength",
        "ttp_cohesion",
        "economy",
        "unrest",
        "chance_strikes",
        "leverage_taliban_pakistan",
        "leverage_pakistan_taliban",
    ),
    place=(160.0, 170.0),
)
_TTP = ActorSpec(
    "ttp",
    "TTP",
    settings=(Setting("campaign", "Campaign", tuple(CAMPAIGNS)),),
    decides="campaign",
    decisions=(DecisionSpec("campaign", "The TTP's choice of campaign", "campaign_decision"),),
    seat="You set the pace of the TTP's campaign, and whether it seeks a truce; a truce also takes Islamabad's talks. No "
    "target and no method is modelled. Taking this seat is for understanding when a truce looks worth keeping and why "
    "truces break. It takes nobody's side, and violence is no success here.",
    sees=("attacks", "ttp_strength", "ttp_cohesion", "ttp_capability"),
    guesses=("taliban_stance", "taliban_cohesion", "economy", "unrest", "chance_strikes", "grievance"),
    place=(36.0, 246.0),
    drawn=(Tie("ttp", "taliban", "", "alignment_taliban_ttp", 0, (14, 196), "left", ""),),
)
_INDIA = ActorSpec(
    "india",
    "India",
    settings=(Setting("engagement", "Engagement with Kabul", tuple(ENGAGEMENTS)),),
    decides="engagement",
    decisions=(DecisionSpec("engagement", "India's choice of engagement", "engagement_decision"),),
    supplies=("advocacy", "aid", "trade", "military_training"),
    seat="You set how far India engages with Kabul. What Kabul invites, and the danger in the region, you have to judge. "
    "Taking this seat is for understanding how a neighbour's presence changes what the others do.",
    sees=("india_engagement",),
    guesses=(
        "attacks",
        "ttp_strength",
        "taliban_stance",
        "taliban_cohesion",
        "alignment_taliban_india",
        "alignment_taliban_pakistan",
        "leverage_pakistan_taliban",
        "economy",
        "regional_risk",
    ),
    place=(284.0, 246.0),
    drawn=(
        Tie(
            "india",
            "taliban",
            "leverage_india_taliban",
            "alignment_taliban_india",
            0,
            (316, 182),
            "right",
            "India over Kabul",
        ),
    ),
)

ACTOR_SPECS: dict[str, ActorSpec] = {
    spec.name: spec
    for spec in (
        _PAKISTAN,
        _TALIBAN,
        _TTP,
        _INDIA,
        # Those that react rather than plan.
        ActorSpec("imf", "IMF", in_words="the IMF"),
        ActorSpec("united_states", "United States", in_words="the United States"),
        ActorSpec("china", "China", supplies=("advocacy", "aid", "trade")),
        ActorSpec("donors", "Donors", in_words="donors", supplies=("aid",)),
        ActorSpec("iskp", "ISKP and al-Qaeda"),
        ActorSpec("afghan_public", "Afghan public", in_words="the Afghan public"),
    )
}


def acting() -> dict[str, ActorSpec]:
    """Those that scenarios and players may set."""
    return {name: spec for name, spec in ACTOR_SPECS.items() if spec.acts}


def others_who_supply(resource: str) -> tuple[str, ...]:
    """Who could stand in for Pakistan with a resource that Kabul needs."""
    return tuple(spec.name for spec in ACTOR_SPECS.values() if resource in spec.supplies)
