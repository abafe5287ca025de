"""The words of the model and of its methods, a sentence each, and where in the code each stands."""

from __future__ import annotations

from typing import NamedTuple

from sim.vocabulary import BROKERING, FACTIONS, STANCES, VERDICTS


class Term(NamedTuple):
    """A word's meaning.

    Attributes:
        meaning: in a sentence.
        where: the module, or `module:name`, in which it stands.
    """

    meaning: str
    where: str


MODEL: dict[str, Term] = {
    "Accepted sets": Term(
        "Whole sets of parameter values under which the model tells the record well enough.", "sim.parameters.posterior"
    ),
    "Alignment": Term(
        "How far the factions in Kabul lean to another actor, from -1 (against) to 1 (with), weighted by power.",
        "sim.rules.alignment",
    ),
    "Baseline": Term("The scenario that the others are compared with.", "sim.results.paired:Comparison"),
    "Brokering": Term(
        f"How far Kabul stands between Islamabad and the TTP, in order: {', '.join(BROKERING).replace('_', ' ')}; apart from "
        "restraint.",
        "sim.vocabulary:BROKERING",
    ),
    "Claim": Term(
        "One statement of one source, in our own words, with the paragraph it stands in.", "sim.evidence.ledger:Claim"
    ),
    "Conditionality": Term(
        "How far what Pakistan gives is tied to what Kabul does in return.", "sim.rules.leverage:credibility"
    ),
    "Dependence": Term(
        "What share of all that Kabul needs hangs on what Pakistan could withdraw; a promise is none of it.",
        "sim.rules.leverage:dependence",
    ),
    "Durand Line": Term(
        "The line drawn in 1893 between Afghanistan and Pakistan; no government in Kabul has accepted it.",
        "sim.agents.territory:DurandLine",
    ),
    "Faction": Term(
        "A part of an actor with aims and power of its own. In Pakistan: "
        + "; in Kabul: ".join(", ".join(some.values()) for some in FACTIONS.values())
        + ".",
        "sim.vocabulary:FACTIONS",
    ),
    "Fan": Term(
        "A picture of a quantity over time: the line is the middle world, the bands hold half and nine in ten of them.",
        "sim.plots.lines:fan",
    ),
    "Feedback loop": Term(
        "States that lead back to themselves by way of others, feeding or holding each other down; L1 to L9 have names.",
        "sim.mechanisms:LOOPS",
    ),
    "Foothold": Term(
        "What armed groups hold in an area of Pakistan: networks, recruits, money taken, ground the state enters in force or "
        "not at all.",
        "sim.rules.foothold",
    ),
    "Grievance": Term("Anger at the state in an area, which feeds recruitment.", "sim.rules.grievance"),
    "Judgement": Term(
        "What no source says and the modellers had to decide; always marked, with a range.", "sim.rule:Rule"
    ),
    "Lever": Term(
        "Something that Pakistan can do more or less of, from 0 to 1: operations, aid, recognition and so on.",
        "sim.vocabulary:LEVERS",
    ),
    "Leverage": Term(
        "Need times control: how far one side needs a thing, times the share of it that the other can give or withdraw.",
        "sim.rules.leverage:leverage",
    ),
    "Leverage in use": Term(
        "Dependence as far as it is believed that what could be cut off would be.", "sim.rules.leverage:leverage_in_use"
    ),
    "Logit": Term(
        "The scale on which pressures on a decision are added; half a logit turns 50 in 100 into about 62 in 100.",
        "sim.agents.decision",
    ),
    "Mechanism": Term(
        "A chain of cause and effect that the articles argue for; M1 to M31.", "sim.mechanisms:MECHANISMS"
    ),
    "Modelled world": Term(
        "One run of the model with its own random draws and its own values of what is uncertain.", "sim.worlds:Streams"
    ),
    "Open hostilities": Term(
        "A state between Islamabad and Kabul that begins and ends by chance, set off by tension and by fire from both sides.",
        "sim.agents.relations:Relations",
    ),
    "Paired worlds": Term(
        "World number 7 has the same random draws in every scenario: the difference between two is what they did.",
        "sim.results.paired:Comparison",
    ),
    "Parameter": Term(
        "A number in a rule, with a value, a range, a unit, and what it rests on.", "sim.parameters:PARAMETERS"
    ),
    "Posture": Term(
        "What another actor does: Kabul's stance, the TTP's campaign, India's engagement; mostly left to choose.",
        "sim.scenario.settings",
    ),
    "Prestige": Term(
        "The TTP's name: the victory next door, and what it has done, won and been granted since.",
        "sim.rules.momentum:prestige",
    ),
    "Regret": Term(
        "How much worse a policy does in a future than the best one there.", "sim.experiment.regret.measures:measure"
    ),
    "Restraint": Term(
        "How far Kabul holds the TTP back, from shelter to a crackdown; its steps are its stances.",
        "sim.agents.taliban:Taliban",
    ),
    "Rule": Term("One statement about the world, as a small function; it names its claims.", "sim.rule:rule"),
    "Scenario": Term(
        "What the actors do and what happens around them, from August 2021 on.", "sim.scenario.schema:Scenario"
    ),
    "Stance": Term(
        f"Kabul's restraint of the TTP, in order: {', '.join(STANCES).replace('_', ' ')}.", "sim.vocabulary:STANCES"
    ),
    "Tension": Term(
        "How bad the quarrel between Islamabad and Kabul is, from 0 to 1: what both do to each other adds to it, and it fades.",
        "sim.rules.spiral:tension_builds",
    ),
    "Uncertainty": Term("What nobody controls or knows; it holds in every scenario alike.", "sim.experiment.factors"),
    "Verdict": Term(
        f"How a world ends, by fixed thresholds: {', '.join(VERDICTS.values()).lower().replace('kabul', 'Kabul')}.",
        "sim.vocabulary:VERDICTS",
    ),
}

METHODS: dict[str, Term] = {
    "Ablation": Term(
        "Switching a mechanism or loop off in the same worlds, to see what a metric loses by it.",
        "sim.why.ablation:ablate",
    ),
    "Account": Term(
        "A difference in a metric followed back, exactly, to what it came from.", "sim.why.answers:explain"
    ),
    "Backcast": Term("Modelled worlds held against what was published of the same months.", "sim.calibration.backcast"),
    "Brier score": Term(
        "The mean squared distance between a chance that was given and what happened; 0 is perfect.",
        "sim.teaching.exercises.predict:brier",
    ),
    "Common random numbers": Term(
        "The same draws under two scenarios, so that their difference is not blurred by chance.", "sim.worlds:Streams"
    ),
    "Coverage and density": Term(
        "Of a box: which share of all futures with the condition lie in it, and which share of those in it have it.",
        "sim.experiment.discovery.boxes:Count",
    ),
    "CRPS": Term(
        "Continuous ranked probability score: how far an ensemble lies from what was observed; 0 is perfect.",
        "sim.calibration.scores:crps",
    ),
    "CVaR": Term(
        "Conditional value at risk: the mean of the worst, or best, tenth of worlds, or of another share of them.",
        "sim.experiment.statistics:tail_mean",
    ),
    "Design point": Term(
        "One combination of levers and uncertain values, which a sweep runs in some worlds.", "sim.experiment.design"
    ),
    "Effective number of sets": Term(
        "How many equally weighted parameter sets a weighted sample is worth.", "sim.record.told:effective"
    ),
    "Emulator": Term(
        "A cheap stand-in for the model, fitted to what parameter sets gave.", "sim.calibration.emulator:Emulator"
    ),
    "Ensemble": Term("Many worlds of one scenario, simulated together as vectors.", "sim.ensemble"),
    "Expected-utility bargaining": Term(
        "Bueno de Mesquita's model of who gives way to whom, an independent baseline.", "sim.calibration.bargaining"
    ),
    "History matching": Term(
        "Ruling out parameter sets that cannot come near the record, in waves.", "sim.calibration.calibrate"
    ),
    "Implausibility": Term(
        "How many standard deviations a parameter set is off a target, all that is uncertain counted.",
        "sim.calibration.matching:implausibility",
    ),
    "Interval score": Term(
        "What a range that was given loses: its width, and what falls outside of it, weighted.",
        "sim.teaching.exercises.predict:interval",
    ),
    "Latin hypercube": Term(
        "A sample that uses each of as many equal strata of every range once.", "sim.calibration.design:latin_hypercube"
    ),
    "Minimax regret": Term(
        "Choosing the policy whose largest regret over all futures is the smallest.", "sim.experiment.regret.study"
    ),
    "Morris screening": Term(
        "Ranking factors by the mean size of the steps that they make one at a time.",
        "sim.experiment.sensitivity.methods:morris",
    ),
    "Observer": Term("A published count, modelled with what it misses and its noise.", "sim.agents.observers"),
    "PAWN": Term(
        "An index of how far the distribution of an outcome moves when a factor is held to a part of its range.",
        "sim.experiment.sensitivity.given:pawn",
    ),
    "Philox": Term(
        "The counter-based generator behind every draw: no draw depends on what else was drawn.", "sim.worlds:Streams"
    ),
    "Power-dependence": Term(
        "Emerson's relation: power over somebody is that one's dependence, less with alternatives.",
        "sim.rules.leverage",
    ),
    "PRIM": Term(
        "The patient rule induction method: peeling a box down to where a condition mostly holds.",
        "sim.experiment.discovery.boxes",
    ),
    "Quantal response": Term(
        "Choosing better options more often rather than always: utilities with Gumbel noise, the best wins.",
        "sim.agents.decision",
    ),
    "Quasi-p-value": Term(
        "The chance of finding a box as pure without one of its limits.", "sim.experiment.discovery.boxes:lifted"
    ),
    "Replications": Term(
        "How many worlds a figure needs for a wanted precision.", "sim.experiment.replications.study:replications"
    ),
    "Response": Term(
        "What the model's worlds do when a lever is moved or another course is taken.",
        "sim.experiment.response.study:response",
    ),
    "Scenario discovery": Term(
        "Finding the region of levers and uncertainties in which a condition holds.", "sim.experiment.discovery.study"
    ),
    "Score interval": Term(
        "Wilson's interval of a share, by which it is said whether worlds settle a comparison.",
        "sim.words.sentences:settled",
    ),
    "Shapley value": Term(
        "An input's marginal effect, averaged over every order in which the inputs could have changed.",
        "sim.why.shapley:shapley",
    ),
    "Sobol indices": Term(
        "Shares of variance that a factor makes alone, and with all others.", "sim.experiment.sensitivity.methods:sobol"
    ),
    "Target": Term("A published figure that calibration aims at, with its tolerance.", "sim.calibration.target:Target"),
    "Variance components": Term(
        "What of the spread of single worlds comes of the course, of the parameters, of chance, and of two together.",
        "sim.experiment.response.variance:components",
    ),
}
