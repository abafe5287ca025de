"""Pakistan's course and what it costs, the Durand Line, the world outside, and how Pakistan stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.metrics.base import Metric, share
from sim.worlds import Vector

if TYPE_CHECKING:
    from sim.model import FrontierModel


def _clashes_pakistan_first(m: FrontierModel) -> Vector:
    line = m.durand_line
    return line.started_by_pakistan / np.maximum(line.clashes, 1.0)


def _chance_strikes(m: FrontierModel) -> Vector:
    able = m.pakistan.levers["cross_border_strikes"] > 0
    decision = m.pakistan.strike_decision
    return np.where(able, np.minimum(decision.probability("strike") + decision.probability("campaign"), 1.0), 0.0)


PAKISTAN = (
    Metric(
        "pakistan_policy",
        "Pakistan's course",
        "-1 to 1",
        -1.0,
        1.0,
        "mean",
        "Coercive minus conciliatory share of lever cost in force: -1 all conciliation, 1 all coercion.",
        lambda m: m.pakistan.course,
    ),
    share(
        "effort_afforded",
        "Effort afforded",
        "mean",
        "Share of the intended levers that the economy could carry.",
        lambda m: m.pakistan.afforded,
    ),
    Metric(
        "effort_cost",
        "Cost of levers in force",
        "cost units",
        0.0,
        40.0,
        "mean",
        "What the month's levers cost.",
        lambda m: m.pakistan.effort_cost,
        better="less",
    ),
    share(
        "strikes",
        "Cross-border strikes",
        "mean",
        "Intensity of strikes carried out that month.",
        lambda m: m.pakistan.strikes,
    ),
    share(
        "chance_strikes",
        "Chance of strikes",
        "mean",
        "Probability that Pakistan's decision gave to striking.",
        _chance_strikes,
    ),
    share(
        "concession_pressure",
        "Pressure to concede",
        "mean",
        "Kabul's mediation leaning on Islamabad to concede.",
        lambda m: m.pakistan.concession_pressure,
    ),
    share(
        "tension",
        "Tension with Kabul",
        "mean",
        "How bad the quarrel between Islamabad and Kabul is.",
        lambda m: m.relations.tension,
        better="less",
    ),
    share(
        "hostilities",
        "Open hostilities",
        "mean",
        "1 in a month of open hostilities between the two states.",
        lambda m: m.relations.hostilities,
        better="less",
    ),
    share(
        "infiltration",
        "Infiltration",
        "mean",
        "How freely armed men cross the line into Pakistan: refuge, let be, and a way across.",
        lambda m: m.land.infiltration,
        better="less",
    ),
    Metric(
        "border_clashes",
        "Border clashes",
        "clashes a month",
        0.0,
        2_000.0,
        "total",
        "Armed clashes on the Durand Line.",
        lambda m: m.durand_line.clashes,
        better="less",
    ),
    share(
        "clashes_pakistan_first",
        "Clashes Pakistan started",
        "mean",
        "Share of the month's clashes in which Pakistan fired first.",
        _clashes_pakistan_first,
    ),
    share(
        "border_open",
        "Border open",
        "mean",
        "Share of the month in which the crossings were open.",
        lambda m: m.durand_line.open_share,
    ),
    Metric(
        "trade",
        "Trade",
        "1 = before the takeover",
        0.0,
        3.0,
        "mean",
        "Trade across the line.",
        lambda m: m.durand_line.trade,
        better="more",
    ),
    Metric(
        "aid",
        "Aid",
        "million US$ a month",
        0.0,
        1_000.0,
        "total",
        "Pakistani aid delivered to Afghanistan.",
        lambda m: m.taliban.aid * m.parameters["aid_per_month"],
    ),
    share(
        "recognition",
        "Recognition",
        "final",
        "How far Pakistan has recognised the Taliban government.",
        lambda m: m.pakistan.granted,
    ),
    share(
        "india_engagement",
        "India's engagement",
        "final",
        "0 none, 1/3 mission, 2/3 embassy, 1 partnership.",
        lambda m: m.india.engagement,
        better="less",
        better_for="pakistan",
    ),
    share(
        "sovereignty",
        "Pakistan's sovereignty",
        "final",
        "Weighted from the three parts below.",
        lambda m: m.pakistan.sovereignty,
        better="more",
    ),
    share(
        "sovereignty_conceded",
        "Sovereignty not conceded",
        "final",
        "1 less what was conceded and cannot be taken back.",
        lambda m: 1.0 - m.pakistan.conceded,
        better="more",
    ),
    share(
        "sovereignty_control",
        "Control of its areas",
        "final",
        "State control against armed groups.",
        lambda m: m.land.mean_control,
        better="more",
    ),
    share(
        "sovereignty_freedom",
        "Freedom from Kabul's leverage",
        "final",
        "1 less Kabul's leverage over Islamabad.",
        lambda m: 1.0 - m.taliban.leverage_over_pakistan,
        better="more",
    ),
    share(
        "sovereignty_afghan",
        "Afghan sovereignty",
        "final",
        "Afghanistan's freedom from strikes and incursions.",
        lambda m: m.durand_line.afghan_sovereignty,
        better="more",
    ),
    share(
        "economy",
        "Pakistan's economy",
        "final",
        "0 default, 1 sound.",
        lambda m: m.pakistan.economy,
        better="more",
    ),
    share(
        "in_default",
        "Default",
        "mean",
        "1 in a month in which Pakistan is in default.",
        lambda m: m.pakistan.in_default,
    ),
    share(
        "imf_programme", "IMF programme", "mean", "1 in a month with a programme on track.", lambda m: m.imf.programme
    ),
    share(
        "unrest",
        "Unrest in Pakistan",
        "mean",
        "Protest and political crisis.",
        lambda m: m.pakistan.unrest,
        better="less",
    ),
    share(
        "rhetoric",
        "Pro-Taliban rhetoric",
        "mean",
        "Public sympathy and anti-American mobilisation in Pakistan.",
        lambda m: m.pakistan.rhetoric,
    ),
    share(
        "grievance",
        "Grievance",
        "final",
        "Anger at the state, areas weighted by their usual share of attacks.",
        lambda m: m.land.mean_grievance,
    ),
    Metric(
        "refugees",
        "Afghan arrivals",
        "thousand people",
        0.0,
        100_000.0,
        "final",
        "Afghans in Pakistan who came after August 2021.",
        lambda m: m.pakistan.refugees,
    ),
    Metric(
        "expelled",
        "Expelled",
        "thousand people a month",
        0.0,
        5_000.0,
        "total",
        "Afghans sent back.",
        lambda m: m.pakistan.expelled,
    ),
    share(
        "us_ties",
        "US ties",
        "final",
        "Pakistan's standing with Washington: ally status and goodwill.",
        lambda m: m.united_states.ties,
    ),
    share(
        "iskp_strength",
        "ISKP and al-Qaeda",
        "final",
        "Strength of the region's transnational armed groups.",
        lambda m: m.iskp.strength,
    ),
    share(
        "regional_risk",
        "Regional risk",
        "final",
        "Danger of attacks beyond Pakistan, and what feeds it.",
        lambda m: m.iskp.regional_risk,
    ),
)
