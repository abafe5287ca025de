"""What a rule says that it moves, it moves: switched off in some shipped scenario, each metric named by it shifts."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.ensemble.simulate import simulate_batch
from sim.ensemble.spec import RunSpec
from sim.rule import RULES
from sim.scenario import list_scenarios, load_scenario

Array = NDArray[np.float64]
Pair = tuple[str, str]

# What is looked through first: together these move most. All the others follow, those first that alone move something.
FIRST = ("own_choice", "confront", "mediated_talks", "taliban_fracture", "appease", "isolate", "history", "recognise")
NEXT = ("imf_relief", "force_works", "imf_default", "incentives", "appease_ttp", "baradar_yaqoob")
MONTHS = 48
# Worlds in the first round; in the others, of those that did not show. What is rare is looked for in the first scenarios.
WORLDS = (64, 256, 1024)
# A shift counts from so many standard deviations over worlds, where it is so many times its own standard error.
LEAST, FIRM = 0.05, 4.0

OBSERVED = "asked of what is observed, after a run, not in it"
# Metrics that a rule names and does not move, and why. A pair that comes to move has to leave this list.
DOES_NOT_MOVE: dict[Pair, str] = {
    ("attacks_to_claim", "attacks_claimed"): OBSERVED,
    ("picss_attacks", "attacks_counted"): OBSERVED,
    ("picss_killed", "attacks_counted"): OBSERVED,
    ("pips_attacks", "attacks_counted"): OBSERVED,
    ("pips_ttp_attacks", "attacks_counted"): OBSERVED,
    ("pips_killed", "attacks_counted"): OBSERVED,
    ("ucdp_inflicted_events", "attacks_counted"): OBSERVED,
    ("ucdp_lethal_events", "attacks_counted"): OBSERVED,
    ("ucdp_inflicted_deaths", "fatalities_ttp"): OBSERVED,
    ("attacks_in_area", "attacks"): "deals attacks out among areas; their sum stays",
    ("off_the_menu", "ceasefire"): "no shipped scenario takes an option off a menu",
    ("off_the_menu", "india_engagement"): "no shipped scenario takes an option off a menu",
    ("off_the_menu", "taliban_stance"): "no shipped scenario takes an option off a menu",
    ("hostility_deaths_expected", "fatalities_civilian"): "by some .03 standard deviations: hostilities are rare",
    ("operations_drive_under", "attacks"): "by some .03 standard deviations, in goodwill_works",
    ("beyond_means", "pakistan_policy"): "shifts the course too little in own_choice, where alone it is open",
    ("cost_weighs", "pakistan_policy"): "shifts the course too little in own_choice, where alone it is open",
    ("course_habit", "pakistan_policy"): "shifts the course too little in own_choice, where alone it is open",
}


def moved(pairs: Mapping[str, Collection[str]], scenario: str, worlds: int) -> set[Pair]:
    """Which metrics shift when the rule that names them is switched off, in a scenario."""
    plan, rules = load_scenario(scenario), list(pairs)
    off: tuple[Collection[str], ...] = ((), *((rule,) for rule in rules))
    named = tuple(dict.fromkeys(metric for some in pairs.values() for metric in some))
    spec = RunSpec.of(plan, worlds, min(plan.months, MONTHS), 0, parameters="posterior", points=len(off), silent=off)
    kept = simulate_batch(
        spec,
        lambda model, _: {name: np.array(model.datacollector.model_vars[name], dtype=float) for name in named},
    )
    found = set()
    for number, rule in enumerate(rules, 1):
        for metric in pairs[rule]:
            on = kept[metric][:, :worlds]
            gap = on - kept[metric][:, number * worlds : (number + 1) * worlds]
            # Over the run, after one and two years, and at the end.
            looks = [
                (on.mean(axis=0), gap.mean(axis=0)),
                *((on[month], gap[month]) for month in (11, 23, -1) if month < len(on)),
            ]
            if any(shifted(level, change) for level, change in looks):
                found.add((rule, metric))
    return found


def shifted(level: Array, change: Array) -> bool:
    """Whether a change between the same worlds is more than noise, and more than next to nothing."""
    mean = abs(float(change.mean()))
    error = float(change.std(ddof=1)) / np.sqrt(len(change))
    return mean > 0 and mean >= LEAST * float(level.std()) and mean >= FIRM * error


def unmoved() -> set[Pair]:
    """The pairs of rule and metric of which no shipped scenario shows that the one moves the other."""
    left = {(name, metric) for name, rule in RULES.items() for metric in rule.moves}
    every = [*dict.fromkeys([*FIRST, *NEXT, *(name for name, _, _ in list_scenarios())])]
    for worlds, names in zip(WORLDS, (every, every, FIRST), strict=True):
        excused = {pair for pair, why in DOES_NOT_MOVE.items() if worlds > WORLDS[0] or why == OBSERVED}
        for name in names:
            wanted = left - excused
            pairs = {rule: [metric for one, metric in sorted(wanted) if one == rule] for rule, _ in sorted(wanted)}
            if pairs:
                left -= moved(pairs, name, worlds)
    return left


def test_what_is_no_shift_is_told_from_what_is_one() -> None:
    """Otherwise the test below passes on noise, or on a shift that nobody would see."""
    rng = np.random.default_rng(0)
    level = rng.normal(size=400)
    assert shifted(level, np.full(400, 0.1))
    assert not shifted(level, np.full(400, 0.01))
    assert not shifted(level, np.zeros(400))
    assert not shifted(level, rng.normal(size=400))


def test_observers_alone_are_let_off_for_being_asked_later() -> None:
    """Otherwise a rule of the model is excused with the reason of another kind of rule."""
    assert {RULES[rule].theme for (rule, _), why in DOES_NOT_MOVE.items() if why == OBSERVED} == {"observers"}


@pytest.mark.slow
def test_every_rule_moves_what_it_says_it_moves() -> None:
    """Otherwise the tables, the digraph and whoever asks what bears on a metric are told of a bearing that is not there."""
    found = unmoved()
    assert {pair: DOES_NOT_MOVE.get(pair, "") for pair in found} == DOES_NOT_MOVE
