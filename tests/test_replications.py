"""How many worlds are enough, and what the same random draws saves: against values known beforehand, and with the model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import Durand

import sim
from sim.ensemble.spec import LimitError
from sim.experiment.replications.study import Replications, figure, pairing, replications
from sim.experiment.replications.text import scope
from sim.plots import rows_of
from sim.worlds import Streams, Vector


def normal(name: str, count: int, seed: int = 1) -> Vector:
    from scipy.stats import norm

    out: Vector = norm.ppf(Streams(seed, count).uniform(name, 0))
    return out


def test_workers_change_no_number(durand: Durand) -> None:
    asked = ("replications", "confront", "--worlds", "30", "--months", "2", "--metric", "attacks", "--json")
    alone, together = (json.loads(durand(*asked, "--workers", count).out) for count in ("1", "2"))
    assert alone == together
    found = replications("confront", metrics=("attacks",), worlds=30, months=2)
    assert set(found.table["unit"]) == {"attacks"}


class TestFigures:
    def test_the_worlds_needed_are_the_textbooks(self) -> None:
        """Spread 2, wanted ± 0.1: (1.96 * 2 / 0.1) squared."""
        found = figure(5 + 2 * normal("a", 100_000), 0.1, "attacks", "mean", "s")
        assert found.needed == pytest.approx(1537, rel=0.02)
        assert found.value == pytest.approx(5.0, abs=0.02)
        assert found.enough
        assert found.inside is not None
        assert found.batches == 100_000 // found.needed
        assert found.inside > 0.85

    def test_that_many_worlds_do_it(self) -> None:
        """Of other runs of so many worlds, 95 of 100 come within the precision."""
        needed = figure(normal("a", 2_000), 0.2, "attacks", "mean", "s").needed
        means = np.array([normal("b", needed, seed).mean() for seed in range(400)])
        assert 0.92 < float(np.mean(np.abs(means) <= 0.2)) < 0.98

    def test_steps_are_what_fewer_worlds_would_have_told(self) -> None:
        values = normal("a", 300)
        found = figure(values, 0.1, "attacks", "mean", "s")
        assert list(found.steps) == [10, 20, 50, 100, 200, 300]
        value, half = found.steps[50]
        assert value == values[:50].mean()
        assert half == pytest.approx(1.96 * values[:50].std(ddof=1) / np.sqrt(50))
        assert found.steps[300] == (found.value, pytest.approx(found.half))

    def test_a_share_of_none_is_not_certain(self) -> None:
        """Nought of twenty worlds may be one of ten."""
        found = figure(np.zeros(20), 0.05, "attacks", "share", "s")
        assert found.value == 0.0
        assert found.half > 0.08
        assert not found.enough
        assert found.needed > 20

    def test_a_constant_needs_no_more_than_two(self) -> None:
        assert figure(np.full(50, 3.0), 0.1, "attacks", "mean", "s").needed == 2


class TestPairing:
    def test_the_ratio_is_the_textbooks(self) -> None:
        """Correlation 0.9 of equal spreads: 1 / (1 - 0.9), and an interval that holds it."""
        count = 20_000
        shared = np.sqrt(0.9) * normal("shared", count)
        first, second = (shared + np.sqrt(0.1) * normal(name, count) for name in ("a", "b"))
        alone = np.sqrt(0.9) * normal("shared", count, 2) + np.sqrt(0.1) * normal("c", count, 2)
        found = pairing(first, second + 5, alone, "attacks")
        assert found.correlation == pytest.approx(0.9, abs=0.01)
        assert found.ratio == pytest.approx(10, rel=0.05)
        assert found.low < 10 < found.high
        assert found.high / found.low < 1.2

    def test_what_never_differs_has_no_end(self) -> None:
        values = normal("a", 100)
        assert pairing(values, values + 1.0, normal("b", 100), "attacks").ratio > 1e20

    def test_draws_that_push_apart_costs_worlds(self) -> None:
        values = normal("a", 4_000)
        found = pairing(values, -values, normal("b", 4_000), "attacks")
        assert found.ratio == pytest.approx(0.5, abs=0.05)
        assert found.high < 1


@pytest.fixture(scope="module")
def both() -> Replications:
    """Two courses over the same 120 worlds."""
    return replications("confront", "appease", ["attacks", "sovereignty"], worlds=120, months=24, parameters="defaults")


class TestRuns:
    def test_the_figures_are_the_runs(self, both: Replications) -> None:
        """As `sim.compare` and a run with the other seed have them."""
        told = sim.compare(["confront", "appease"], worlds=120, months=24, parameters="defaults")
        away = told.paired["appease", "attacks"].to_numpy()
        by = {(one.metric, one.what, one.scenario): one for one in both.figures}
        assert len(by) == 8
        difference = by["attacks", "difference", "appease less confront"]
        assert difference.value == pytest.approx(away.mean())
        assert by["attacks", "share", "appease less confront"].value == np.mean(away > 0)
        first = told.results["confront"].outcomes["attacks"].to_numpy()
        assert by["attacks", "mean", "confront"].value == pytest.approx(first.mean())
        assert difference.precision == pytest.approx(0.02 * first.mean())
        assert by["attacks", "mean", "appease"].precision == difference.precision
        assert "Wanted: ± 2% of the mean of confront, also for the other's mean and for their difference" in scope(both)
        alone = sim.run("appease", 120, 24, both.about["other_seed"], "defaults").outcomes["attacks"].to_numpy()
        row = both.variance_reduction.loc["attacks"]
        assert row["paired"] == pytest.approx(away.var(ddof=1))
        assert row["apart"] == pytest.approx((alone - first).var(ddof=1))
        assert row["ratio"] == pytest.approx(row["apart"] / row["paired"])

    def test_the_same_draws_save_worlds(self, both: Replications) -> None:
        """Otherwise the paired streams, which the whole model is built on, are for nothing."""
        assert (both.variance_reduction["low"] > 1).all()
        assert any("draws of their own take" in text for text in both.reading())

    def test_one_scenario_alone(self) -> None:
        found = replications("confront", None, ["attacks"], 5.0, worlds=40, months=6, parameters="defaults")
        assert [one.what for one in found.figures] == ["mean"]
        assert found.figures[0].precision == 5.0
        assert found.pairings == ()
        with pytest.raises(LimitError, match="between two scenarios"):
            found.pairing_chart()

    def test_the_same_scenario_twice_never_differs(self) -> None:
        found = replications("confront", "confront", ["attacks"], worlds=20, months=3, parameters="defaults")
        assert found.pairings[0].paired == 0.0
        assert any("do not differ in any world" in text for text in found.reading())
        assert found.as_json()["pairing"][0]["ratio"] is None

    @pytest.mark.parametrize(
        ("more", "message"),
        [
            ({"metrics": ["atacks"]}, r"no such metric: atacks \(did you mean 'attacks'\?\)"),
            ({"precision": "some"}, "precision must be a number above 0"),
            ({"precision": -1}, "precision must be a number above 0"),
            ({"precision": "0%"}, "precision must be a number above 0"),
            ({"worlds": 3}, "allowed: 20 or more"),
            ({"share_precision": 2.0}, "above 0 and below 1"),
        ],
    )
    def test_what_is_wrong_is_said(self, more: dict[str, Any], message: str) -> None:
        with pytest.raises(LimitError, match=message):
            replications("confront", **{"worlds": 20, "months": 2, "parameters": "defaults", **more})

    def test_a_share_of_nothing_is_no_precision(self) -> None:
        with pytest.raises(LimitError, match="is 0 on average"):
            replications("confront", None, ["expelled"], worlds=20, months=1, parameters="defaults")


class TestShown:
    def test_pictures_draw_the_figures(self, both: Replications) -> None:
        chart = both.chart()
        chart.to_dict(validate=False)
        rows = rows_of(chart)
        figures = [one for one in both.figures if one.metric == "attacks" and one.scenario == "confront"]
        first = [row for row in rows if row["panel"] == "mean, confront" and row["metric"] == "TTP attacks"]
        assert {row["worlds"] for row in first} == set(figures[0].steps)
        assert first[-1]["off"] == pytest.approx(figures[0].half / figures[0].precision)
        bars = rows_of(both.pairing_chart())
        assert [row["ratio"] for row in bars] == sorted(both.variance_reduction["ratio"], reverse=True)

    def test_the_command(self, durand: Durand, tmp_path: Path) -> None:
        common = ("--metric", "attacks", "--worlds", 40, "--months", 24, "--parameters", "defaults")
        shown = durand("replications", "confront", "appease", *common, "--precision", "5%", "--out", tmp_path / "out")
        assert shown.code == 0, shown.err
        for words in ("appease less", "What the same random draws save", "draws of their own take", "not a forecast"):
            assert words in shown.out.replace("\n", " ")
        files = {path.relative_to(tmp_path / "out").as_posix() for path in (tmp_path / "out").rglob("*.*")}
        assert {
            "replications.md",
            "replications.csv",
            "pairing.csv",
            "plots/settling.png",
            "plots/pairing.svg",
        } <= files
        page = (tmp_path / "out" / "replications.md").read_text(encoding="utf-8")
        assert "](plots/settling.svg)" in page
        said = durand("replications", "confront", *common, "--json")
        data = json.loads(said.out)
        assert data["scenarios"] == ["confront"]
        assert data["figures"][0]["steps"]["40"]["half"] == pytest.approx(data["figures"][0]["half"])
        told = durand("replications", "confront", *common, "--precision", "x", "--out", tmp_path / "never")
        assert told.code == 2
        assert "precision must be a number above 0" in told.err
        assert not (tmp_path / "never").exists()
