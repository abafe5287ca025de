"""What a run reports: every monthly metric, with its unit, range and how a world sums it up."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Summary = Literal["total", "mean", "final"]


@dataclass(frozen=True)
class Metric:
    """One reported quantity.

    Attributes:
        name: the id used in files, tables and on the command line.
        title: what a reader is shown.
        unit: unit of a monthly value.
        low, high: the range every value must stay in; the end-of-month check raises outside of it.
        summary: how a world's months become one figure: their total, their mean, or the last one.
        means: one sentence on what it stands for.
    """

    name: str
    title: str
    unit: str
    low: float
    high: float
    summary: Summary
    means: str


def _share(name: str, title: str, summary: Summary, means: str) -> Metric:
    return Metric(name, title, "0 to 1", 0.0, 1.0, summary, means)


def _deaths(name: str, title: str, means: str) -> Metric:
    return Metric(name, title, "deaths a month", 0.0, 100_000.0, "total", means)


def _attacks(name: str, title: str, means: str) -> Metric:
    return Metric(name, title, "attacks a month", 0.0, 20_000.0, "total", means)


def _alignment(name: str, title: str, means: str) -> Metric:
    return Metric(name, title, "-1 to 1", -1.0, 1.0, "final", means)


_ALL = (
    _attacks("attacks", "TTP attacks", "Attacks by the TTP and its constituent groups in Pakistan, as they happened."),
    _attacks("attacks_background", "Other groups' attacks", "Attacks in Pakistan by every other armed group."),
    _attacks(
        "attacks_claimed", "TTP claims", "What the TTP says it carried out: its truces silence it, its pride adds."
    ),
    _attacks("attacks_counted", "All-actor count", "What an institute that counts every militant group reports."),
    _deaths("fatalities", "Deaths, all", "All deaths counted by the model, on both sides of the line."),
    _deaths("fatalities_security", "Deaths, security forces", "Pakistani soldiers, police and guards."),
    _deaths("fatalities_civilian", "Deaths, civilians in Pakistan", "Civilians in Pakistan, in attacks and clashes."),
    _deaths(
        "fatalities_militant", "Deaths, militants", "Members of armed groups, in Pakistan's operations and strikes."
    ),
    _deaths(
        "fatalities_afghan_civilian", "Deaths, Afghan civilians", "Afghan civilians, in strikes and border clashes."
    ),
    _deaths("fatalities_ttp", "Deaths inflicted by the TTP", "Security forces and civilians killed in TTP attacks."),
    Metric(
        "ttp_strength", "TTP strength", "thousand fighters", 0.0, 200.0, "final", "Fighters in all constituent groups."
    ),
    Metric(
        "ttp_capability",
        "TTP capability",
        "index",
        0.0,
        2_000.0,
        "final",
        "What the groups can do together: headcount, arms, skill, unity.",
    ),
    _share("ttp_cohesion", "TTP cohesion", "final", "How far the constituent groups act as one."),
    _share("ceasefire", "Ceasefire in force", "mean", "1 in a month with a truce between the TTP and Pakistan."),
    _share(
        "leverage_pakistan_taliban",
        "Pakistan's leverage over Kabul",
        "final",
        "Need times control, averaged over what Kabul needs and Pakistan can give or withdraw.",
    ),
    _share("leverage_wartime", "Wartime part of that leverage", "final", "The part resting on sanctuary and arms."),
    _share(
        "leverage_taliban_pakistan",
        "Kabul's leverage over Pakistan",
        "final",
        "Need times control, averaged over what Pakistan needs and Kabul can give or withdraw.",
    ),
    _share(
        "leverage_india_taliban", "India's leverage over Kabul", "final", "Need times control, for what India offers."
    ),
    _share(
        "leverage_usable", "Usable leverage", "mean", "Pakistan's leverage times how far its giving is conditional."
    ),
    _share("threat", "Pakistan's threat", "mean", "Capacity times credibility times Kabul's vulnerability."),
    _alignment(
        "alignment_taliban_pakistan", "Kabul's alignment with Pakistan", "Power-weighted over Taliban factions."
    ),
    _alignment("alignment_taliban_india", "Kabul's alignment with India", "Power-weighted over Taliban factions."),
    _alignment("alignment_taliban_ttp", "Kabul's alignment with the TTP", "Power-weighted over Taliban factions."),
    _share(
        "messaging",
        "Friendly messaging",
        "mean",
        "Kabul's public words on Kashmir, China and Pakistan: 1 warm, 0 cold.",
    ),
    _share(
        "taliban_stance",
        "Kabul's effort on the TTP",
        "mean",
        "0 shelter, .25 bargain, .5 mediate, .75 restrain, 1 crack down.",
    ),
    _share(
        "chance_bargain",
        "Chance that Kabul bargains",
        "mean",
        "Probability its decision gave to using the TTP as a chip.",
    ),
    _share(
        "chance_restrain", "Chance that Kabul restrains", "mean", "Probability its decision gave to restraint or more."
    ),
    _share("taliban_cohesion", "Taliban cohesion", "final", "How far the movement in Kabul holds together."),
    _share("fractured", "Fracture in Kabul", "final", "1 once the movement in Kabul has fractured."),
    _share(
        "taliban_spread",
        "Disagreement in Kabul over the TTP",
        "mean",
        "Power-weighted distance of factions from their mean.",
    ),
    _share("legitimacy", "Taliban legitimacy at home", "final", "Standing with the Afghan public."),
    _share("distrust", "Afghan distrust of Pakistan", "final", "How far the Afghan public distrusts Pakistan."),
    _share("afghan_hardship", "Hardship in Afghanistan", "final", "Humanitarian and economic distress."),
    _share("resentment", "Kabul's resentment", "final", "Memory of having been coerced by Pakistan."),
    _share("afghan_war", "War in Afghanistan", "mean", "Share of Afghanistan contested by arms."),
    Metric(
        "pakistan_policy",
        "Pakistan's course",
        "-1 to 1",
        -1.0,
        1.0,
        "mean",
        "Coercive minus conciliatory share of lever cost in force: -1 all conciliation, 1 all coercion.",
    ),
    _share("effort_afforded", "Effort afforded", "mean", "Share of the intended levers that the economy could carry."),
    Metric("effort_cost", "Cost of levers in force", "cost units", 0.0, 40.0, "mean", "What the month's levers cost."),
    _share("strikes", "Cross-border strikes", "mean", "Intensity of strikes carried out that month."),
    _share("chance_strikes", "Chance of strikes", "mean", "Probability that Pakistan's decision gave to striking."),
    _share("concession_pressure", "Pressure to concede", "mean", "Kabul's mediation leaning on Islamabad to concede."),
    Metric(
        "border_clashes",
        "Border clashes",
        "clashes a month",
        0.0,
        2_000.0,
        "total",
        "Armed clashes on the Durand Line.",
    ),
    _share(
        "clashes_pakistan_first",
        "Clashes Pakistan started",
        "mean",
        "Share of the month's clashes in which Pakistan fired first.",
    ),
    _share("border_open", "Border open", "mean", "Share of the month in which the crossings were open."),
    Metric("trade", "Trade", "1 = before the takeover", 0.0, 3.0, "mean", "Trade across the line."),
    Metric("aid", "Aid", "million US$ a month", 0.0, 1_000.0, "total", "Pakistani aid delivered to Afghanistan."),
    _share("recognition", "Recognition", "final", "How far Pakistan has recognised the Taliban government."),
    _share("india_engagement", "India's engagement", "final", "0 none, 1/3 mission, 2/3 embassy, 1 partnership."),
    _share("sovereignty", "Pakistan's sovereignty", "final", "Weighted from the three parts below."),
    _share(
        "sovereignty_conceded",
        "Sovereignty not conceded",
        "final",
        "1 less what was conceded and cannot be taken back.",
    ),
    _share("sovereignty_control", "Control of its areas", "final", "State control against armed groups."),
    _share("sovereignty_freedom", "Freedom from Kabul's leverage", "final", "1 less Kabul's leverage over Islamabad."),
    _share("sovereignty_afghan", "Afghan sovereignty", "final", "Afghanistan's freedom from strikes and incursions."),
    _share("economy", "Pakistan's economy", "final", "0 default, 1 sound."),
    _share("imf_programme", "IMF programme", "mean", "1 in a month with a programme on track."),
    _share("unrest", "Unrest in Pakistan", "mean", "Protest and political crisis."),
    _share("rhetoric", "Pro-Taliban rhetoric", "mean", "Public sympathy and anti-American mobilisation in Pakistan."),
    _share("grievance", "Grievance", "final", "Anger at the state, areas weighted by their usual share of attacks."),
    Metric(
        "refugees",
        "Afghan arrivals",
        "thousand people",
        0.0,
        100_000.0,
        "final",
        "Afghans in Pakistan who came after August 2021.",
    ),
    Metric("expelled", "Expelled", "thousand people a month", 0.0, 5_000.0, "total", "Afghans sent back."),
    _share("us_ties", "US ties", "final", "Pakistan's standing with Washington: ally status and goodwill."),
    _share("iskp_strength", "ISKP and al-Qaeda", "final", "Strength of the region's transnational armed groups."),
    _share("regional_risk", "Regional risk", "final", "Danger of attacks beyond Pakistan, and what feeds it."),
)

METRICS: dict[str, Metric] = {metric.name: metric for metric in _ALL}

# Metrics that come with a further dimension: name -> dimension.
PANELS: dict[str, str] = {
    "attacks_by_area": "area",
    "grievance_by_area": "area",
    "group_strength": "group",
    "group_refuge": "group",
    "faction_power": "faction",
    "leverage_pakistan_taliban_by_resource": "resource",
    "leverage_taliban_pakistan_by_resource": "resource",
    "levers_in_force": "lever",
}
