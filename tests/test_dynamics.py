"""The world moves: loops that feed on themselves, regimes that are entered and left, and choices that are paid for later."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
import pytest
from lab import QUIET, Run, read, run
from numpy.typing import NDArray

from sim.ensemble.simulate import simulate_batch
from sim.ensemble.spec import RunSpec
from sim.mechanisms import LOOPS
from sim.metrics import METRICS
from sim.model import FrontierModel
from sim.rule import RULES
from sim.scenario import load_scenario
from sim.vocabulary import STANCES

YEAR = 12
BARE = {"domestic_operations": 0.3}
Record = Mapping[str, NDArray[np.float64]]


def shipped(name: str, months: int, worlds: int, foothold: float | None = None, **options: Any) -> Record:
    """A shipped scenario over accepted sets, each metric with shape (months, worlds); every area may start from one foothold."""
    if foothold is None:
        engine = "numpy" if options.get("off") else "auto"
        record, _ = simulate_batch(RunSpec.of(load_scenario(name), worlds, months, 3, engine=engine, **options), read)
        return record
    model = FrontierModel(name, worlds=worlds, seed=3, **options)
    if foothold is not None:
        model.land.foothold = np.full_like(model.land.foothold, foothold)
    for _ in range(months):
        model.step()
    record = {metric: np.array(model.datacollector.model_vars[metric]) for metric in METRICS}
    model.close()
    return record


# ------------------------------------------------------------------------------------------------ loops

# What a loop is itself about, which switching it off moves in any case.
ITS_OWN: dict[str, set[str]] = {
    "L1": {"foothold", "infiltration"},
    "L2": {"prestige"},
    "L3": {"effort_afforded", "foothold"},
    "L4": {"grievance"},
    "L5": {"tension", "hostilities", "kabul_answer"},
    "L6": {"economy", "unrest", "in_default", "trade"},
    "L7": {"other_roads"},
    "L8": {"leverage_in_use", "price_of_restraint"},
    "L9": {"unrest", "rhetoric", "legitimacy", "distrust"},
}
HEADLINES = (
    "attacks",
    "fatalities_security",
    "fatalities_civilian",
    "dependence",
    "leverage_in_use",
    "taliban_stance",
    "tension",
    "economy",
    "sovereignty",
    "ttp_cohesion",
    "taliban_cohesion",
)


@cache
def summed(off: tuple[str, ...]) -> dict[str, NDArray[np.float64]]:
    """Each headline's one figure by world, four years of `confront`."""
    record = shipped("confront", 48, 60, off=off)
    return {
        name: record[name][-1] if METRICS[name].summary == "final" else record[name].mean(axis=0) for name in HEADLINES
    }


@pytest.mark.parametrize("loop", LOOPS)
def test_a_loop_moves_more_than_itself(loop: str) -> None:
    """Otherwise a loop is drawn and written about, and the rest of the world goes on without it."""
    assert any(loop in rule.loops for rule in RULES.values())
    on, off = summed(()), summed((loop,))
    moved = {
        name: abs(float((off[name] - on[name]).mean() / on[name].std()))
        for name in HEADLINES
        if name not in ITS_OWN[loop]
    }
    assert max(moved.values()) > 0.1, moved


def test_every_loop_has_an_index_of_its_own() -> None:
    """Otherwise the test above excuses a loop that is not there, or a metric that is not."""
    assert set(ITS_OWN) == set(LOOPS)
    assert {name for names in ITS_OWN.values() for name in names} <= set(METRICS)


def yearly(one: Run) -> list[float]:
    return [one.mean("attacks", start, start + YEAR) for start in range(0, 5 * YEAR, YEAR)]


def test_growth_comes_from_the_loops() -> None:
    """Otherwise violence grows by a trend of its own, or does not grow: flat without loops, twice as high with them."""
    flat, fed = yearly(run(BARE, 60, off=tuple(LOOPS))), yearly(run(BARE, 60))
    assert abs(flat[4] / flat[1] - 1.0) < 0.15, flat
    assert fed[4] > 1.5 * fed[1], fed


# ------------------------------------------------------------------------------------------------ what came first


def test_from_low_and_high_footholds_worlds_end_apart() -> None:
    """Otherwise every state is drawn to one resting value, and it does not matter what came first."""
    low, high = (shipped("history", 60, 60, start, parameters="force_works") for start in (0.03, 0.45))
    assert (high["foothold"][-1] - low["foothold"][-1]).mean() > 0.12
    assert high["attacks"][-YEAR:].mean() > 1.5 * low["attacks"][-YEAR:].mean()


def test_the_same_operations_early_and_late_do_not_give_the_same_end() -> None:
    """Otherwise timing is of no account: what is cleared early, and not held, has grown back."""
    spells = (("2021-08", "2023-01"), ("2023-02", "2024-07"))
    early, late = (
        run(
            {"domestic_operations": 0.2},
            60,
            changes=[{"from": first, "until": last, "levers": {"domestic_operations": 0.9}}],
        )
        for first, last in spells
    )
    never = run({"domestic_operations": 0.2}, 60)
    assert late.last("foothold") < early.last("foothold") - 0.02
    assert late.mean("attacks", 48) < 0.95 * early.mean("attacks", 48)
    assert early.mean("attacks", 48) < 0.95 * never.mean("attacks", 48)


def test_clearing_without_holding_lets_it_grow_back() -> None:
    """What is cleared stays cleared longer where redress and presence hold it (001.9)."""
    cleared = [{"from": "2021-08", "until": "2022-07", "levers": {"domestic_operations": 0.9}}]
    held = [*cleared, {"from": "2022-08", "levers": {"domestic_operations": 0.5, "trade_opening": 0.8}}]
    alone, kept = (run({"domestic_operations": 0.1}, 36, changes=changes) for changes in (cleared, held))
    grown = [one["foothold"][-1].mean() - one["foothold"][YEAR - 1].mean() for one in (alone, kept)]
    assert grown[0] > grown[1] + 0.1, grown


def spells(held: NDArray[np.float64]) -> Iterator[tuple[int, int]]:
    """First month and the month after the last of each unbroken spell in one world."""
    turns = np.diff(np.concatenate([[0.0], held, [0.0]]))
    yield from zip(np.flatnonzero(turns > 0).tolist(), np.flatnonzero(turns < 0).tolist(), strict=True)


def hostilities(record: Record, world: int) -> tuple[bool, bool]:
    months = list(spells(record["hostilities"][:, world]))
    return bool(months), any(end < len(record["attacks"]) for _, end in months)


def containment(record: Record, world: int) -> tuple[bool, bool]:
    """Half a year together in which Kabul contains the TTP or does more."""
    long = [end for first, end in spells(record["taliban_stance"][:, world] >= STANCES["contain"]) if end - first >= 6]
    return bool(long), any(end < len(record["attacks"]) for end in long)


def settlement(record: Record, world: int) -> tuple[bool, bool]:
    """A truce that lasts for a year."""
    long = [end for first, end in spells(record["ceasefire"][:, world]) if end - first >= YEAR]
    return bool(long), any(end < len(record["attacks"]) for end in long)


def collapse(record: Record, world: int) -> tuple[bool, bool]:
    """A truce after which the year has a quarter more attacks than the one before it; left by another truce."""
    attacks, truces = record["attacks"][:, world], list(spells(record["ceasefire"][:, world]))
    worse = [
        end
        for first, end in truces
        if first >= 6
        and end + YEAR <= len(attacks)
        and attacks[end : end + YEAR].mean() > 1.25 * attacks[max(first - YEAR, 0) : first].mean()
    ]
    return bool(worse), any(first > end for end in worse for first, _ in truces)


@pytest.mark.parametrize(
    ("regime", "course"),
    [
        (hostilities, "confront"),
        (containment, "incentives"),
        (settlement, "mediated_talks"),
        (collapse, "mediated_talks"),
    ],
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
def test_regimes_are_entered_and_left(regime: Any, course: str) -> None:
    """Otherwise the worlds of an ensemble differ in degree only: none burns, holds, settles, or falls back."""
    record = sixty_months(course)
    worlds = [regime(record, world) for world in range(record["attacks"].shape[1])]
    entered, left = np.mean(worlds, axis=0)
    assert entered >= 0.02
    assert left >= 0.02
    assert entered < 1.0


@cache
def sixty_months(course: str) -> Record:
    return shipped(course, 60, 150)


# ------------------------------------------------------------------------------------------------ Kabul's stance


def test_kabul_changes_its_stance_by_steps() -> None:
    """Otherwise Kabul swings from month to month, and cracks down out of the blue."""
    courses = [sixty_months(course)["taliban_stance"] for course in ("confront", "incentives", "mediated_talks")]
    steps = [np.diff(stance, axis=0) for stance in courses]
    for step in steps:
        assert (step != 0).sum(axis=0).mean() / 5 < 3.0
        assert (np.abs(step) >= 0.5).sum() < 0.15 * (step != 0).sum()
    crackdowns = [stance[:-1][(stance[1:] == 1.0) & (stance[:-1] < 1.0)] for stance in courses]
    before = np.concatenate(crackdowns)
    assert before.size > 20
    assert (before == STANCES["shelter"]).mean() <= 0.125


def test_the_chip_costs_lives() -> None:
    """002.1: what is kept to be sold is not restrained meanwhile; without a chip Kabul restrains more."""
    with_chip, without = run(), run(off=("value_of_the_chip", "chip_kept"))
    assert without.mean("chance_restrain", 3) > with_chip.mean("chance_restrain", 3) + 0.02
    assert without.mean("attacks", 3) < with_chip.mean("attacks", 3)


# ------------------------------------------------------------------------------------------------ leverage that acts

TOOLS = ("diplomatic_advocacy", "factional_mediation", "military_training", "joint_patrols", "aid")


@pytest.mark.parametrize("tool", TOOLS)
def test_a_new_tool_makes_kabul_depend_on_it_within_two_years(tool: str) -> None:
    """Otherwise the reset that 004.21 and 004.24 to 004.26 argue for cannot come about, whatever Pakistan gives."""
    without, with_it = run(BARE), run({**BARE, tool: 1.0})
    more = (with_it["dependence"] - without["dependence"]).mean(axis=1)
    assert more.max() >= 0.05
    assert with_it.mean("leverage_in_use", 6) > without.mean("leverage_in_use", 6) + 0.005


def test_trade_is_leverage_too() -> None:
    """002.8: the road through Pakistan can be shut; it was open before, so opening it further adds less than a new tool."""
    without, with_it = run(BARE), run({**BARE, "trade_opening": 1.0})
    assert with_it.last("dependence") > without.last("dependence") + 0.005


def test_closing_the_crossings_works_soon_and_wears_out() -> None:
    """Coercion works once and costs the lever: it is believed at once, and roads around it are built."""
    shut = [{"from": "2022-08", "levers": {"border_closure": 0.8}}]
    left, closed = run(months=48), run(months=48, changes=shut)

    def more(metric: str, first: int, last: int) -> float:
        return closed.mean(metric, first, last) - left.mean(metric, first, last)

    assert more("leverage_in_use", 12, 18) > 0.005
    assert more("chance_restrain", 12, 15) > 0.0
    assert more("dependence", 36, 48) < -0.02
    assert more("other_roads", 36, 48) > 0.05
    assert more("chance_restrain", 36, 48) < -0.01


def test_roads_once_built_stay() -> None:
    """A closure of three months is over in three; what was built around it is still there two years on."""
    spell = [{"from": "2022-08", "until": "2022-10", "levers": {"border_closure": 0.8}}]
    left, closed = run(months=48), run(months=48, changes=spell)
    added = (closed["other_roads"] - left["other_roads"]).mean(axis=1)
    assert added[14] > 0.01
    assert added[40] > 0.5 * added[14]


# ------------------------------------------------------------------------------------------------ ground, line and truces


def test_fences_and_patrols_keep_men_out() -> None:
    """002.9: fewer cross, so less is held and done in Pakistan."""
    bare = run(months=30)
    for lever in ("fencing", "joint_patrols"):
        guarded = run({**QUIET, lever: 0.9}, 30)
        assert guarded.mean("infiltration") < 0.8 * bare.mean("infiltration"), lever
        assert guarded.last("foothold") < bare.last("foothold") - 0.03, lever
        assert guarded.mean("attacks") < 0.95 * bare.mean("attacks"), lever


def test_ground_conceded_is_ground_held() -> None:
    """002.12: troops withdrawn and religious law left to others leave the TTP more of an area."""
    bare = run(months=30)
    for lever, more in (("troop_withdrawal", 0.05), ("religious_law_concessions", 0.01)):
        assert run({**QUIET, lever: 0.9}, 30).last("foothold") > bare.last("foothold") + more, lever


@cache
def after_a_truce(off: Collection[str] = ()) -> tuple[Run, Run]:
    """A year in which a truce is sought, then a steady campaign; and a steady campaign throughout."""
    talks = [{"from": "2021-08", "until": "2022-07", "levers": {"ttp_talks": 1.0}}]
    rest = [
        {"from": "2021-08", "until": "2022-07", "campaign": "ceasefire"},
        {"from": "2022-08", "campaign": "steady"},
    ]
    truce = run(QUIET, 30, off, changes=talks, ttp={"changes": rest})
    return truce, run(QUIET, 30, off, ttp={"campaign": "steady"})


def four_months_after(truce: Run, other: Run) -> tuple[float, float]:
    """Attacks a month in the four months after the last truce, and in the same months of the other run."""
    last = [max((end for _, end in spells(held) if end <= 24), default=0) for held in truce["ceasefire"].T]
    some = [(world, end) for world, end in enumerate(last) if end >= 4]
    assert len(some) > 0.9 * len(last)
    means = [np.mean([one["attacks"][end : end + 4, world].mean() for world, end in some]) for one in (truce, other)]
    return float(means[0]), float(means[1])


def test_a_truce_lets_footholds_grow_and_rest_builds_a_rebound() -> None:
    """The record after November 2022: more claims than in any month before. What is saved up in a truce is spent after it."""
    truce, steady = after_a_truce()
    assert truce["attacks"][truce["ceasefire"] > 0].mean() < 0.7 * steady["attacks"][truce["ceasefire"] > 0].mean()
    assert truce["foothold"][YEAR].mean() > steady["foothold"][YEAR].mean() + 0.05
    after, meanwhile = four_months_after(truce, steady)
    assert after > 1.2 * meanwhile
    without, _ = four_months_after(*after_a_truce(("rebound",)))
    assert after > 1.1 * without


# ------------------------------------------------------------------------------------------------ the spiral


def test_strikes_feed_a_spiral() -> None:
    """001.9, 003.1: strikes raise tension and Kabul's answers, cost trade and restraint, and may end in open hostilities."""
    calm, struck = run(months=30), run({**QUIET, "cross_border_strikes": 0.9}, 30)
    assert struck.mean("tension") > calm.mean("tension") + 0.1
    assert struck.mean("kabul_answer") > calm.mean("kabul_answer") + 0.05
    assert struck.mean("trade") < calm.mean("trade") - 0.05
    assert struck.mean("chance_restrain", 3) < calm.mean("chance_restrain", 3) - 0.05
    assert struck.mean("hostilities") > calm.mean("hostilities") + 0.005


def test_a_quarrel_costs_restraint_trade_and_good_offices() -> None:
    """Tension alone, with the same deeds: Kabul restrains and brokers less, and less passes."""
    calm, tense = (run(months=12, values={"start_tension": x, "tension_fading": 0.0}) for x in (0.0, 0.9))
    assert tense.mean("chance_restrain") < calm.mean("chance_restrain") - 0.05
    assert tense.mean("trade") < calm.mean("trade") - 0.05
    assert tense.mean("brokering") < calm.mean("brokering") - 0.05


def test_patrols_and_giving_are_ways_out() -> None:
    """002.9: what the two do together cools tempers."""
    bare = run(months=30)
    for levers in ({**QUIET, "joint_patrols": 0.9}, {**QUIET, "aid": 0.9, "trade_opening": 0.9}):
        assert run(levers, 30).mean("tension") < bare.mean("tension") - 0.01
