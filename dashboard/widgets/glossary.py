"""The words of these pages, in plain sentences."""

from __future__ import annotations

from sim.metrics import METRICS
from sim.parameters.posterior import window
from sim.vocabulary import FACTIONS, STANCES, VERDICTS, month_words

WORDS: dict[str, str] = {
    "Accepted sets": "Whole sets of parameter values under which the model tells the record of "
    f"{' to '.join(map(month_words, window()))} well enough.",
    "Alignment": "How far the factions in Kabul lean to another actor, from -1 (against) to 1 (with), weighted by power.",
    "Baseline": "The scenario that the others are compared with.",
    "Claim": "One statement of one source, in our own words, with the paragraph it stands in.",
    "Conditionality": "How far what Pakistan gives is tied to what Kabul does in return.",
    "Durand Line": "The line drawn in 1893 between Afghanistan and Pakistan; no government in Kabul has accepted it.",
    "Fan": "A picture of a quantity over time: the line is the middle world, the bands hold half and nine in ten of them.",
    "Grievance": "Anger at the state in an area, which feeds recruitment.",
    "Judgement": "What no source says and the modellers had to decide; always marked, with a range.",
    "Leverage": "Need times control: how far one side needs a thing, times the share of it that the other can give or withdraw.",
    "Lever": "Something that Pakistan can do more or less of, from 0 to 1: operations, aid, recognition and so on.",
    "Logit": "The scale on which pressures on a decision are added; half a logit turns 50 in 100 into about 62 in 100.",
    "Mechanism": "A chain of cause and effect that the articles argue for; M1 to M31.",
    "Modelled world": "One run of the model with its own random draws and its own values of what is uncertain.",
    "Paired worlds": "World number 7 has the same random draws in every scenario: the difference between two is what they did.",
    "Parameter": "A number in a rule, with a value, a range, a unit, and what it rests on.",
    "Posture": "What another actor does: Kabul's stance, the TTP's campaign, India's engagement; mostly left to choose.",
    "Regret": "How much worse a policy does in a future than the best one there.",
    "Rule": "One statement about the world, as a small function; it names its claims.",
    "Scenario": "What the actors do and what happens around them, from August 2021 on.",
    "Stance": f"Kabul's effort on the TTP, in order: {', '.join(STANCES).replace('_', ' ')}.",
    "Uncertainty": "What nobody controls or knows; it holds in every scenario alike.",
    "Verdict": f"How a world ends, by fixed thresholds: {', '.join(VERDICTS.values()).lower().replace('kabul', 'Kabul')}.",
    "Faction": "A part of an actor with aims and power of its own. In Pakistan: "
    + "; in Kabul: ".join(", ".join(some.values()) for some in FACTIONS.values())
    + ".",
}


def words() -> list[tuple[str, str]]:
    """Every word with its meaning, in the order of the alphabet."""
    return sorted(WORDS.items(), key=lambda one: one[0].lower())


def metrics() -> list[tuple[str, str, str]]:
    """Every metric: what it is called, what it means, its unit."""
    return [(one.title, one.means, one.unit) for one in METRICS.values()]
