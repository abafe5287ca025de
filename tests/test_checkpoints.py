"""Runs that go on from a kept model: the same bits as runs that lived all their months, and nobody else's months."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import numpy as np
import pytest
from alike import same
from drawing import draws
from hypothesis import given
from hypothesis import strategies as st

import sim
from sim.ensemble.checkpoints import Checkpoints
from sim.ensemble.spec import RunSpec
from sim.model import FrontierModel
from sim.scenario import Scenario, list_scenarios, with_overrides
from sim.vocabulary import LEVERS, month_after

PLENTY = 2**28
NAMES = [name for name, _, _ in list_scenarios()]


def changed(name: str, month: int, **levers: float) -> Scenario:
    """A scenario in which Pakistan uses some levers otherwise from a month on, counted from 0."""
    base = sim.load_scenario(name)
    before = base.data().get("actors", {}).get("pakistan", {}).get("changes", [])
    change = {"from": month_after(base.start, month), "levers": levers}
    return with_overrides(base, {"actors.pakistan.changes": [*before, change]})


@pytest.fixture
def built(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The worlds of each model that was built anew; one that goes on from a kept one is not."""
    models: list[int] = []
    module = import_module("sim.ensemble.simulate")
    plain = module.build_model

    def build(batch: RunSpec, parts: None = None) -> FrontierModel:
        models.append(batch.worlds)
        return plain(batch, parts)

    monkeypatch.setattr(module, "build_model", build)
    return models


@pytest.mark.parametrize("name", NAMES)
def test_every_scenario_goes_on_to_the_same_bits(name: str, built: list[int]) -> None:
    kept, how = Checkpoints(PLENTY), {"worlds": 4, "months": 19, "seed": 3}
    first, second = changed(name, 14, aid=0.9), changed(name, 14, aid=0.1, cross_border_strikes=0.8)
    sim.run(first, checkpoint=kept.at(14), **how)
    whole = sim.run(second, **how)
    assert whole.arrays.metrics
    assert whole.arrays.panels
    same(sim.run(second, checkpoint=kept.at(14), **how), whole)
    chooses = bool(first.actors.pakistan.among)
    assert len(kept) == (0 if chooses else 1)
    assert len(built) == (3 if chooses else 2)


@draws(8)
@given(
    name=st.sampled_from(NAMES),
    month=st.integers(1, 19),
    lever=st.sampled_from(list(LEVERS)),
    values=st.lists(st.sampled_from([0.0, 0.3, 1.0]), min_size=2, max_size=3),
    later=st.integers(0, 6),
    worlds=st.integers(1, 5),
    chunk=st.integers(1, 5),
)
def test_however_they_differ_later(
    name: str, month: int, lever: str, values: list[float], later: int, worlds: int, chunk: int
) -> None:
    kept = Checkpoints(PLENTY)
    for number, value in enumerate(values):
        scenario = changed(name, month + later * number, **{lever: value})
        how: dict[str, Any] = {"worlds": worlds, "months": 20, "seed": 1, "parameters": "prior", "chunk": chunk}
        same(sim.run(scenario, checkpoint=kept.at(month), **how), sim.run(scenario, **how))


def test_conditions_are_watched_from_the_first_month_on(built: list[int]) -> None:
    """What was triggered before the month still holds after it, in the worlds where it was."""
    base = sim.load_scenario("history")
    when = {"metric": "attacks", "above": 40, "months": 2}
    answer = {"when": when, "for": 9, "levers": {"cross_border_strikes": 1.0}}
    changes = base.data()["actors"]["pakistan"].get("changes", [])
    responds = with_overrides(base, {"actors.pakistan.changes": [*changes, answer]})
    kept, how = Checkpoints(PLENTY), {"worlds": 40, "months": 24, "seed": 5}
    whole = sim.run(responds, **how)
    strikes = whole.arrays.panels["levers_in_force"][:, :, list(LEVERS).index("cross_border_strikes")]
    assert 0 < np.mean(strikes[:, 13] > 0.9) < 1, "the condition should be met in some worlds only"
    for _ in range(2):
        same(sim.run(responds, checkpoint=kept.at(12), **how), whole)
    assert len(built) == 2, "the second of them should have gone on from month 12"


@pytest.mark.parametrize(
    "other",
    [
        {"seed": 4},
        {"worlds": 7},
        {"parameters": "defaults"},
        {"parameters": "prior"},
        {"scenario": "an earlier change"},
        {"scenario": "another parameter"},
        {"scenario": "an earlier shock"},
        {"month": 11},
    ],
    ids=str,
)
def test_nothing_else_goes_on_from_it(other: dict[str, Any], built: list[int]) -> None:
    kept, base = Checkpoints(PLENTY), changed("confront", 12, aid=0.5)
    shock = {"date": month_after(base.start, 3), "title": "A blow.", "changes": {"economy": {"add": -0.1}}}
    scenarios = {
        "an earlier change": changed("confront", 11, aid=0.5),
        "another parameter": with_overrides(base, {"parameters.kinship_weight": 2.5}),
        "an earlier shock": with_overrides(base, {"shocks": [*base.data().get("shocks", []), shock]}),
    }
    sim.run(base, worlds=6, months=20, seed=3, checkpoint=kept.at(12))
    how: dict[str, Any] = {"worlds": 6, "months": 20, "seed": 3} | {
        key: value for key, value in other.items() if key in ("seed", "worlds", "parameters")
    }
    scenario = scenarios.get(other.get("scenario", ""), base)
    again = sim.run(scenario, checkpoint=kept.at(other.get("month", 12)), **how)
    assert len(built) == 2, "it was not lived from its first month"
    same(again, sim.run(scenario, **how))


def test_a_kept_model_is_not_changed_by_those_who_go_on_from_it() -> None:
    kept, how = Checkpoints(PLENTY), {"worlds": 6, "months": 20, "seed": 3}
    gentle, harsh = changed("confront", 12, aid=1.0), changed("confront", 12, cross_border_strikes=1.0)
    first = sim.run(gentle, checkpoint=kept.at(12), **how)
    sim.run(harsh, checkpoint=kept.at(12), **how)
    same(sim.run(gentle, checkpoint=kept.at(12), **how), first)


def test_progress_counts_months_that_were_not_lived_again() -> None:
    kept, told = Checkpoints(PLENTY), list[tuple[int, int]]()
    for _ in range(2):
        told.clear()
        scenario = changed("confront", 12, aid=1.0)
        sim.run(scenario, worlds=2, months=20, checkpoint=kept.at(12), progress=lambda *now: told.append(now))
    assert told == [(24, 40), *((2 * month, 40) for month in range(13, 21))]


def test_a_run_that_ends_before_the_month_keeps_nothing() -> None:
    kept = Checkpoints(PLENTY)
    sim.run("confront", worlds=2, months=12, checkpoint=kept.at(12))
    assert len(kept) == 0
    sim.run("confront", worlds=2, months=13, checkpoint=kept.at(12))
    assert len(kept) == 1
    short = sim.run("confront", worlds=2, months=5, checkpoint=kept.at(12))
    assert len(short.months) == 5


def test_memory_is_bounded_and_the_last_used_are_kept(built: list[int]) -> None:
    scenario = changed("confront", 6, aid=1.0)

    def run(kept: Checkpoints, seed: int) -> None:
        sim.run(scenario, worlds=2, months=7, seed=seed, checkpoint=kept.at(6))

    one = Checkpoints(PLENTY)
    run(one, 1)
    size = one.size
    two = Checkpoints(int(2.5 * size))
    for seed in (1, 2, 1, 3):  # 2 has not been used for longest when there is no room for three
        run(two, seed)
        assert two.size <= 2.5 * size
    assert len(two) == 2
    before = len(built)
    run(two, 1)
    run(two, 3)
    assert len(built) == before
    run(two, 2)
    assert len(built) == before + 1
