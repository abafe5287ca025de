"""`sim.run` and `sim.compare`: limits, chunks, pairing, seeds, Ctrl-C."""

from __future__ import annotations

import gc
import tracemalloc

import numpy as np
import pandas as pd
import pytest
from alike import same
from small_model import SCENARIOS, SmallModel, SmallScenario, SmallScenarioError, install, real

import sim
from sim.ensemble.simulate import Interrupted
from sim.ensemble.spec import LimitError, RunSpec
from sim.metrics import METRICS, PANELS
from sim.results.results import panel_dimension


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)


@pytest.fixture(params=[pytest.param("small"), pytest.param("real", marks=real)])
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same test over the small model and over the shipped one."""
    if request.param == "small":
        install(monkeypatch)


class TestLimits:
    @pytest.mark.parametrize(
        ("name", "value", "allowed"),
        [
            ("worlds", 0, "1 to 1,000,000"),
            ("worlds", 1_000_001, "1 to 1,000,000"),
            ("worlds", 2.5, "1 to 1,000,000"),
            ("worlds", True, "1 to 1,000,000"),
            ("worlds", "10", "1 to 1,000,000"),
            ("months", 0, "1 to 360"),
            ("months", 361, "1 to 360"),
            ("seed", -1, "0 to 9,223,372,036,854,775,807"),
            ("seed", 2**63, "0 to 9,223,372,036,854,775,807"),
        ],
    )
    def test_refused_with_the_allowed_range(self, small: None, name: str, value: object, allowed: str) -> None:
        with pytest.raises(LimitError, match=name) as caught:
            sim.run("confront", **{"worlds": 2, name: value})
        assert allowed in str(caught.value)
        assert SmallModel.built == []

    def test_a_parameter_set_that_is_none_is_refused(self, small: None) -> None:
        with pytest.raises(SmallScenarioError, match="guess"):
            sim.run("confront", worlds=2, parameters="guess")
        assert SmallModel.built == []

    def test_is_a_value_error(self) -> None:
        assert issubclass(LimitError, ValueError)

    def test_accepts_numpy_integers_and_the_bounds(self, small: None) -> None:
        results = sim.run("confront", worlds=np.int64(1), months=360, seed=2**63 - 1)
        assert results.manifest["seed"] == 2**63 - 1
        assert len(results.months) == 360
        assert results.months[-1] == "2051-07"

    def test_a_comparison_needs_two(self, small: None) -> None:
        with pytest.raises(LimitError, match="two scenarios or more; 1 given"):
            sim.compare(["confront"], worlds=1)

    def test_an_unknown_baseline_names_those_there_are(self, small: None) -> None:
        with pytest.raises(LimitError, match="allowed: confront, appease"):
            sim.compare(["confront", "appease"], worlds=1, baseline="hedge")

    def test_starts_must_agree(self, small: None) -> None:
        with pytest.raises(LimitError, match="late 2022-01"):
            sim.compare(["confront", "late"], worlds=1)


class TestChunks:
    @pytest.mark.parametrize("chunk", [1, 2, 3, 7, 64, 256])
    def test_chunks_change_no_bit(self, either: None, chunk: int) -> None:
        worlds = min(3 * chunk + 1, 260)
        whole = sim.run("confront", worlds=worlds, months=3, seed=11)
        same(whole, sim.run("confront", worlds=worlds, months=3, seed=11, chunk=chunk))

    @pytest.mark.parametrize("chunk", [1, 7, 64])
    def test_nor_under_the_prior(self, either: None, chunk: int) -> None:
        whole = sim.run("appease", worlds=70, months=2, seed=3, parameters="prior")
        same(whole, sim.run("appease", worlds=70, months=2, seed=3, parameters="prior", chunk=chunk))

    def test_a_world_is_the_same_among_few_and_many(self, either: None) -> None:
        few = sim.run("confront", worlds=5, months=3, seed=1).outcomes
        many = sim.run("confront", worlds=40, months=3, seed=1).outcomes
        pd.testing.assert_frame_equal(few, many.head(5), check_exact=True)

    def test_models_are_closed_after_each_chunk(self, small: None) -> None:
        sim.run("confront", worlds=10, months=1, chunk=4)
        assert SmallModel.built == [("confront", 0, 4), ("confront", 4, 4), ("confront", 8, 2)]
        assert SmallModel.alive == 0

    def test_long_runs_take_fewer_worlds_at_a_time(self, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sim.ensemble.spec, "CHUNK_WORLD_MONTHS", 40)
        sim.run("confront", worlds=5, months=12)
        assert [worlds for _, _, worlds in SmallModel.built] == [3, 2]

    def test_memory_stays_flat_without_series(self, small: None) -> None:
        def peak(worlds: int) -> int:
            gc.collect()
            tracemalloc.start()
            sim.run("confront", worlds=worlds, months=20, chunk=100, keep_series=False)
            _, most = tracemalloc.get_traced_memory()
            tracemalloc.stop()
            return most

        peak(100)  # imports
        one, eight = peak(100), peak(800)
        assert eight - one < 0.25 * one


class TestSeries:
    def test_dimensions(self, either: None) -> None:
        results = sim.run("confront", worlds=3, months=4)
        series = results.series
        assert set(METRICS) | set(PANELS) == set(series.data_vars)
        assert series["attacks"].dims == ("world", "month")
        assert [str(day)[:10] for day in series["month"].values] == [f"2021-{one:02}-01" for one in (8, 9, 10, 11)]
        for name in PANELS:
            dimension = panel_dimension(name)
            assert series[name].dims == ("world", "month", dimension)
            assert series[name].shape == (3, 4, len(series[dimension]))
        assert all(values.dtype == np.float64 for values in series.data_vars.values())
        assert series["attacks"].attrs["units"] == METRICS["attacks"].unit
        assert series["sovereignty"].attrs["units"] == "1"
        np.testing.assert_array_equal(
            series["attacks"].sel(month="2021-10-01").values, results.arrays.metrics["attacks"][:, 2]
        )

    def test_resources_stand_under_the_right_names(self, small: None) -> None:
        series = sim.run("confront", worlds=2, months=1).series
        assert "sanctuary" in series["resource_taliban_needs"].values
        assert "ttp_restraint" in series["resource_pakistan_needs"].values

    def test_panels_are_read_the_right_way_round(self, small: None) -> None:
        results = sim.run("confront", worlds=5, months=2, seed=4)
        model = SmallModel(RunSpec({"confront": SCENARIOS["confront"]}, 5, 2, 4, "defaults"))  # type: ignore[dict-item]
        model.step()
        model.step()
        expected = model.datacollector.model_vars["attacks_by_area"][1]
        np.testing.assert_array_equal(results.series["attacks_by_area"].sel(month="2021-09-01").values, expected.T)

    def test_one_world(self, either: None) -> None:
        one = sim.run("confront", worlds=1, months=2, seed=9)
        three = sim.run("confront", worlds=3, months=2, seed=9)
        assert one.series.sizes["world"] == 1
        pd.testing.assert_frame_equal(one.outcomes, three.outcomes.head(1), check_exact=True)

    def test_many_worlds_keep_no_series_unless_asked(self, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sim.results.run, "SERIES_KEPT", 20)
        monkeypatch.setattr(sim.results.run, "PANELS_KEPT", 10)
        assert sim.run("confront", worlds=5, months=2).arrays.panels
        assert not sim.run("confront", worlds=10, months=2).arrays.panels
        assert not sim.run("confront", worlds=11, months=2).has_series
        assert sim.run("confront", worlds=11, months=2, keep_series=True).has_series
        assert sim.run("confront", worlds=11, months=2, keep_series=True, keep_panels=True).arrays.panels

    def test_asking_for_what_was_not_kept_says_how_to_keep_it(self, small: None) -> None:
        results = sim.run("confront", worlds=2, months=1, keep_series=False)
        with pytest.raises(ValueError, match="keep_series=True"):
            _ = results.series
        assert len(results.outcomes) == 2


class TestManifest:
    def test_says_what_made_the_results(self, small: None) -> None:
        manifest = sim.run("confront", worlds=2, months=1, seed=5, command="durand run confront").manifest
        assert manifest["scenario"]["hash"] == SCENARIOS["confront"].hash
        assert manifest["seed"] == 5
        assert manifest["entropy"] is None
        assert manifest["worlds"] == 2
        assert manifest["months"] == 1
        assert manifest["command"] == "durand run confront"
        assert {"durand", "python", "numpy", "mesa"} <= set(manifest["versions"])
        assert manifest["platform"]["machine"]
        assert manifest["when"].endswith("+00:00")
        assert manifest["elapsed_seconds"] >= 0

    def test_a_drawn_seed_is_recorded_and_gives_the_same_again(self, small: None) -> None:
        first = sim.run("confront", worlds=2, months=2, seed=None)
        assert first.manifest["entropy"] == first.manifest["seed"]
        same(first, sim.run("confront", worlds=2, months=2, seed=first.manifest["seed"]))
        assert sim.run("confront", worlds=2, months=2, seed=None).manifest["seed"] != first.manifest["seed"]

    def test_months_are_the_scenarios_own_unless_given(self, small: None) -> None:
        assert len(sim.run("confront", worlds=1).months) == 6
        short = SmallScenario("short", months=3)
        assert sim.compare([short, "appease"], worlds=1).manifest["months"] == 3


class TestCompare:
    def test_identical_scenarios_differ_by_exactly_nothing(self, either: None) -> None:
        comparison = sim.compare({"a": "confront", "b": "confront"}, worlds=9, months=4, seed=2)
        assert (comparison.paired.to_numpy() == 0).all()
        table = comparison.summary()
        assert (table[["mean", "se", "p05", "p50", "p95", "share_higher"]].to_numpy() == 0).all()
        assert (table["share_equal"] == 1).all()
        assert float(abs(comparison.paired_series("b")).max().to_array().max()) == 0

    def test_a_scenario_is_the_same_alone_and_in_company(self, either: None) -> None:
        comparison = sim.compare(["confront", "appease"], worlds=6, months=3, seed=8)
        same(comparison.results["appease"], sim.run("appease", worlds=6, months=3, seed=8))

    def test_differences_are_scenario_less_baseline(self, small: None) -> None:
        comparison = sim.compare(["appease", "confront", "hedge"], worlds=50, seed=1, baseline="hedge")
        assert comparison.others == ["appease", "confront"]
        confront, hedge = (comparison.results[name].outcomes["aid"] for name in ("confront", "hedge"))
        pd.testing.assert_series_equal(
            comparison.paired["confront"]["aid"], confront - hedge, check_exact=True, check_names=False
        )
        row = comparison.summary().loc[("confront", "aid")]
        difference = (confront - hedge).to_numpy()
        assert row["mean"] == np.mean(difference) > 0
        assert row["se"] == pytest.approx(np.std(difference, ddof=1) / 50**0.5)
        assert row["p50"] == np.median(difference)
        assert row["share_higher"] == np.mean(difference > 0)

    def test_a_scenario_given_twice_gets_two_names(self, small: None) -> None:
        assert list(sim.compare(["confront", "confront"], worlds=1).results) == ["confront", "confront#2"]

    def test_one_world_has_no_standard_error(self, small: None) -> None:
        comparison = sim.compare(["confront", "appease"], worlds=1)
        assert comparison.summary()["se"].isna().all()
        assert comparison.as_json()["paired"]["appease-vs-confront"]["attacks"]["se"] is None

    def test_the_manifest_names_every_scenario(self, small: None) -> None:
        manifest = sim.compare(["confront", "appease"], worlds=1, seed=6).manifest
        assert manifest["baseline"] == "confront"
        assert manifest["seed"] == 6
        assert manifest["scenarios"]["appease"]["title"] == "Accommodate"
        assert "scenario" not in manifest


class TestStopping:
    def test_keeps_whole_chunks(self, small: None) -> None:
        SmallModel.stop_at = 5
        with pytest.raises(Interrupted) as caught:
            sim.run("confront", worlds=9, months=2, seed=3, chunk=3)
        kept = caught.value.results
        assert isinstance(caught.value, KeyboardInterrupt)
        assert isinstance(kept, sim.Results)
        assert kept.worlds == 6
        assert kept.manifest["worlds_asked"] == 9
        assert SmallModel.alive == 0
        SmallModel.stop_at = None
        same(kept, sim.run("confront", worlds=6, months=2, seed=3))

    def test_a_comparison_keeps_what_is_paired(self, small: None) -> None:
        SmallModel.stop_at = 7  # one chunk of both (4 months), one of the first, then half a one
        with pytest.raises(Interrupted) as caught:
            sim.compare(["confront", "appease"], worlds=9, months=2, chunk=3)
        kept = caught.value.results
        assert isinstance(kept, sim.Comparison)
        assert [one.worlds for one in kept.results.values()] == [3, 3]

    def test_nothing_finished_is_nothing_kept(self, small: None) -> None:
        SmallModel.stop_at = 1
        with pytest.raises(Interrupted) as caught:
            sim.compare(["confront", "appease"], worlds=9, months=2)
        assert caught.value.results is None

    def test_a_failing_model_is_closed_too(self, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
        def fail(model: SmallModel) -> None:
            raise ArithmeticError("not finite")

        monkeypatch.setattr(SmallModel, "step", fail)
        with pytest.raises(ArithmeticError, match="not finite"):
            sim.run("confront", worlds=1)
        assert SmallModel.alive == 0


def test_progress_counts_up_to_the_whole(small: None) -> None:
    seen: list[tuple[int, int]] = []
    sim.compare(["confront", "appease"], worlds=5, months=2, chunk=3, progress=lambda *at: seen.append(at))
    assert seen == [(3, 20), (6, 20), (9, 20), (12, 20), (14, 20), (16, 20), (18, 20), (20, 20)]


def test_public_names() -> None:
    assert callable(sim.run)
    assert callable(sim.compare)
    assert sim.__version__
    assert set(sim.__all__) <= set(dir(sim))
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = sim.nothing


def test_compared_scenarios_are_what_they_are_alone() -> None:
    """All that ships: to the last bit, panels too, in any chunks."""
    from sim.scenario import list_scenarios, load_scenario

    plans = {name: load_scenario(name) for name, _, _ in list_scenarios()}
    compared = sim.compare(plans, worlds=9, months=20, seed=3, keep_panels=True, chunk=7)
    for name, plan in plans.items():
        alone, together = sim.run(plan, worlds=9, months=20, seed=3, keep_panels=True), compared.results[name]
        assert together.outcomes.equals(alone.outcomes), name
        for part in ("metrics", "panels"):
            mine, theirs = getattr(together.arrays, part), getattr(alone.arrays, part)
            assert all(np.array_equal(mine[one], theirs[one]) for one in theirs), name
