"""Outcomes, verdicts, words and folders."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from drawing import draws
from hypothesis import given
from hypothesis import strategies as st
from small_model import SCENARIOS, SmallScenario, install, real

import sim
from sim.ensemble.outcomes import CROSSINGS, Crossing, Outcomes, first_crossing
from sim.ensemble.verdicts import THRESHOLDS, verdicts, window
from sim.headers import sealed
from sim.metrics import METRICS
from sim.results import BundleError, open_folder
from sim.results.bundle import write_report
from sim.results.contrast import Contrast, contrast, more
from sim.results.reading import headline, reading, so_many, titles, whose_deaths
from sim.results.terminal import SHORT_LIST, tables
from sim.scenario import load_scenario, with_overrides
from sim.scenario.diff import part_in
from sim.vocabulary import VERDICTS
from sim.words.numbers import SUMMARY_WORDS, between, in_worlds, number, share
from sim.words.sentences import WHOSE_DEATHS, listed, settled

NAMES = list(VERDICTS)


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    install(monkeypatch)


@pytest.fixture
def results(small: None) -> sim.Results:
    return sim.run("confront", worlds=7, months=3, seed=2)


@pytest.fixture
def comparison(small: None) -> sim.Comparison:
    return sim.compare(["confront", "appease"], worlds=200, months=4, seed=2)


def history(
    attacks: list[float], truce: float | list[float] = 0.0, held: float = 1.0, fractured: float = 0.0
) -> dict[str, list[np.ndarray]]:
    """One world's months, as far as a verdict looks at them."""
    months = len(attacks)
    truces = truce if isinstance(truce, list) else [truce] * months
    rows = {"attacks": attacks, "ceasefire": truces}
    rows |= {"sovereignty_conceded": [held] * months, "fractured": [fractured] * months}
    return {name: [np.array([value]) for value in values] for name, values in rows.items()}


def verdict(*args: object, **kwargs: object) -> str:
    return NAMES[int(verdicts(history(*args, **kwargs))[0])]  # type: ignore[arg-type]


class TestVerdicts:
    YEAR = [10.0] * 12

    def test_fracture_comes_before_all_else(self) -> None:
        assert verdict(self.YEAR * 2, truce=1.0, held=0.1, fractured=1.0) == "fracture_in_kabul"

    def test_a_truce_at_the_end_with_no_more_attacks_is_a_settlement(self) -> None:
        assert verdict(self.YEAR * 2, truce=[0.0] * 23 + [1.0]) == "negotiated_settlement"

    def test_a_truce_in_most_of_the_last_year_is_too(self) -> None:
        assert verdict(self.YEAR * 2, truce=[0.0] * 12 + [1.0] * 7 + [0.0] * 5) == "negotiated_settlement"
        assert verdict(self.YEAR * 2, truce=[0.0] * 12 + [1.0] * 6 + [0.0] * 6) == "stalemate"

    def test_a_truce_under_which_attacks_rose_is_not(self) -> None:
        assert verdict([*self.YEAR, *[10.5] * 12], truce=1.0) == "stalemate"

    def test_fewer_attacks_with_little_conceded_is_contained(self) -> None:
        assert verdict([*self.YEAR, *[6.0] * 12], held=0.97) == "contained"

    def test_and_with_much_conceded_a_settlement(self) -> None:
        assert verdict([*self.YEAR, *[6.0] * 12], held=0.5) == "negotiated_settlement"

    @pytest.mark.parametrize("after", [10.0, 40.0])
    def test_conceded_for_nothing(self, after: float) -> None:
        assert verdict([*self.YEAR, *[after] * 12], held=0.5) == "concession_without_calm"

    def test_escalation_and_stalemate(self) -> None:
        assert verdict([*self.YEAR, *[16.0] * 12]) == "escalation"
        assert verdict([*self.YEAR, *[14.0] * 12]) == "stalemate"
        assert verdict([*self.YEAR, *[8.0] * 12], held=0.5) == "stalemate"

    def test_no_attacks_at_all_is_calm(self) -> None:
        assert verdict([0.0] * 24) == "contained"

    def test_one_month(self) -> None:
        assert verdict([10.0]) == "stalemate"
        assert verdict([10.0], truce=1.0) == "negotiated_settlement"

    def test_short_runs_compare_their_halves(self) -> None:
        assert [window(months) for months in (1, 2, 3, 13, 24, 360)] == [1, 1, 1, 6, 12, 12]
        assert verdict([10.0, 30.0]) == "escalation"

    def test_the_last_year_is_held_against_all_before_it(self) -> None:
        """Otherwise a calm after a storm passes for none, and what rose long ago for an escalation."""
        assert verdict([*self.YEAR, *[500.0] * 20, *self.YEAR]) == "contained"
        assert verdict([*self.YEAR, *[30.0] * 48]) == "stalemate"

    def test_every_threshold_has_a_reason(self) -> None:
        assert all(threshold.reason and threshold.unit for threshold in THRESHOLDS.values())

    @draws(60)
    @given(months=st.integers(1, 30), data=st.data())
    def test_they_partition_the_worlds(self, months: int, data: st.DataObject) -> None:
        worlds = 40
        rng = np.random.default_rng(data.draw(st.integers(0, 2**31)))
        rows = {
            "attacks": [np.floor(rng.random(worlds) * 20) for _ in range(months)],
            "ceasefire": [np.floor(rng.random(worlds) * 2) for _ in range(months)],
            "sovereignty_conceded": [rng.random(worlds) for _ in range(months)],
            "fractured": [(rng.random(worlds) > 0.9).astype(float) for _ in range(months)],
        }
        together = verdicts(rows)
        assert together.shape == (worlds,)
        assert set(together) <= set(range(len(NAMES)))
        alone = [verdicts({name: [row[k : k + 1] for row in rows[name]] for name in rows})[0] for k in range(worlds)]
        np.testing.assert_array_equal(together, alone)


class TestOutcomes:
    def test_total_mean_and_final(self, results: sim.Results) -> None:
        for name, metric in METRICS.items():
            months = results.arrays.metrics[name]
            added = (months[:, 0] + months[:, 1]) + months[:, 2]
            expected = {"total": added, "mean": added / 3.0, "final": months[:, 2]}[metric.summary]
            np.testing.assert_array_equal(results.outcomes[name].to_numpy(), expected, err_msg=name)

    def test_a_row_per_world_with_verdict_and_crossings(self, results: sim.Results) -> None:
        table = results.outcomes
        assert list(table.index) == list(range(7))
        assert set(table.columns) == {*METRICS, *CROSSINGS, "verdict"}
        assert set(table["verdict"]) <= set(VERDICTS)
        assert list(table["verdict"].cat.categories) == NAMES

    def test_first_crossing(self) -> None:
        crossing = CROSSINGS["first_month_attacks_above_60"]
        rows = [np.array([1.0, 60.0, 0.0]), np.array([61.0, 90.0, 0.0]), np.array([99.0, 0.0, 59.9])]
        np.testing.assert_array_equal(first_crossing(rows, crossing), [1.0, 0.0, np.nan])
        poor = CROSSINGS["first_month_economy_below_20"]
        np.testing.assert_array_equal(first_crossing([np.array([0.5]), np.array([0.2])], poor), [1.0])

    def test_every_crossing_is_of_a_metric_and_within_its_range(self) -> None:
        for crossing in CROSSINGS.values():
            metric = METRICS[crossing.metric]
            assert metric.low < crossing.value < metric.high
            assert crossing.reason

    @draws(20)
    @given(cuts=st.sets(st.integers(1, 24)), worlds=st.integers(1, 5), seed=st.integers(0, 9))
    def test_months_come_in_any_pieces(self, cuts: set[int], worlds: int, seed: int) -> None:
        """To the bit: otherwise a run that keeps its months has other outcomes than one that does not."""
        rng, months = np.random.default_rng(seed), 25
        rows = {name: rng.random((months, worlds)) * 80.0 for name in METRICS}
        asked = {"mine": Crossing("attacks", "above", 75.0, "Mine", "As asked.")}
        whole, pieces = Outcomes(months, asked), Outcomes(months, asked)
        whole.add(rows)
        for first, end in pairwise([0, *sorted(cuts), months]):
            pieces.add({name: some[first:end] for name, some in rows.items()})
        expected, found = whole.columns(), pieces.columns()
        assert list(found) == list(expected) == [*METRICS, *CROSSINGS, "mine", "verdict"]
        for name, values in expected.items():
            np.testing.assert_array_equal(found[name], values, err_msg=name)

    def test_verdict_shares_add_up(self, comparison: sim.Comparison) -> None:
        for shares in comparison.verdicts().values():
            assert list(shares) == NAMES
            assert sum(shares.values()) == pytest.approx(1.0)

    def test_summary(self, results: sim.Results) -> None:
        row = results.summary().loc["attacks"]
        values = results.outcomes["attacks"].to_numpy()
        assert row["p50"] == np.median(values)
        assert row["p05"] == np.quantile(values, 0.05)
        assert row["mean"] == np.mean(values)


class TestFolders:
    def test_there_and_back(self, results: sim.Results, tmp_path: Path) -> None:
        folder = results.save(tmp_path / "deep" / "out")
        assert {entry.name for entry in folder.iterdir()} == {
            "manifest.json", "scenario.yaml", "outcomes.parquet", "series.parquet", "panels",
        }  # fmt: skip
        back = sim.Results.load(folder)
        pd.testing.assert_frame_equal(back.outcomes, results.outcomes, check_exact=True)
        assert back.series.identical(results.series)
        assert back.scenario_yaml == results.scenario_yaml
        assert back.months == results.months
        assert back.title == "Confront"
        assert results.manifest.items() <= back.manifest.items()

    def test_the_files_are_as_promised(self, results: sim.Results, tmp_path: Path) -> None:
        results.save(tmp_path / "out")
        series = pd.read_parquet(tmp_path / "out" / "series.parquet")
        assert list(series.columns) == ["world", "month", *METRICS]
        assert len(series) == 7 * 3
        row = series[(series["world"] == 4) & (series["month"] == "2021-10")]
        assert row["aid"].item() == results.arrays.metrics["aid"][4, 2]
        table = pd.read_parquet(tmp_path / "out" / "outcomes.parquet")
        assert list(table["world"]) == list(range(7))
        area = pd.read_parquet(tmp_path / "out" / "panels" / "attacks_by_area.parquet")
        assert "karachi" in area.columns

    def test_without_series(self, small: None, tmp_path: Path) -> None:
        sim.run("confront", worlds=2, months=1, keep_series=False).save(tmp_path / "out")
        back = sim.Results.load(tmp_path / "out")
        assert not back.has_series
        assert not (tmp_path / "out" / "series.parquet").exists()

    def test_saving_again_replaces_and_leaves_nothing_beside(self, results: sim.Results, tmp_path: Path) -> None:
        folder = results.save(tmp_path / "out")
        write_report(folder, lambda fresh: (fresh / "report.html").write_text("old") and None)
        sim.run("appease", worlds=2, months=1).save(folder)
        assert sim.Results.load(folder).name == "appease"
        assert not (folder / "report.html").exists()
        assert [entry.name for entry in tmp_path.iterdir()] == ["out"]

    def test_loaded_results_can_be_saved_over_themselves(self, results: sim.Results, tmp_path: Path) -> None:
        folder = results.save(tmp_path / "out")
        sim.Results.load(folder).save(folder)
        assert sim.Results.load(folder).series.identical(results.series)

    def test_an_empty_folder_will_do(self, results: sim.Results, tmp_path: Path) -> None:
        (tmp_path / "out").mkdir()
        results.save(tmp_path / "out")
        assert sim.Results.load(tmp_path / "out").worlds == 7

    @pytest.mark.parametrize("with_results", [False, True])
    def test_somebody_elses_files_are_left_alone(
        self, results: sim.Results, tmp_path: Path, with_results: bool
    ) -> None:
        folder = tmp_path / "out"
        if with_results:
            results.save(folder)
        folder.mkdir(exist_ok=True)
        (folder / "thesis.docx").write_text("mine")
        with pytest.raises(BundleError, match=r"thesis\.docx"):
            results.save(folder)
        assert (folder / "thesis.docx").read_text(encoding="utf-8") == "mine"

    def test_a_folder_with_a_foreign_manifest_is_not_overwritten_by_mistake(
        self, results: sim.Results, tmp_path: Path
    ) -> None:
        (tmp_path / "plots").mkdir()
        with pytest.raises(BundleError, match="no manifest"):
            results.save(tmp_path)

    def test_a_file_or_the_current_folder_is_refused(
        self, results: sim.Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        (tmp_path / "file").write_text("")
        with pytest.raises(BundleError, match="this is a file"):
            results.save(tmp_path / "file")
        monkeypatch.chdir(tmp_path)
        with pytest.raises(BundleError, match="current folder"):
            results.save(Path("."))

    def test_a_write_that_fails_leaves_what_was_there(
        self, results: sim.Results, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = results.save(tmp_path / "out")

        def full(*_: object, **__: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("pyarrow.parquet.write_table", full)
        with pytest.raises(OSError, match="No space"):
            results.save(folder)
        assert [entry.name for entry in tmp_path.iterdir()] == ["out"]
        assert sim.Results.load(folder).worlds == 7

    def test_foreign_and_missing_folders(self, small: None, tmp_path: Path) -> None:
        with pytest.raises(BundleError, match="no such folder"):
            sim.Results.load(tmp_path / "nowhere")
        with pytest.raises(BundleError, match=r"no manifest\.json"):
            sim.Results.load(tmp_path)
        (tmp_path / "manifest.json").write_text('{"format": "another program 3"}')
        with pytest.raises(BundleError, match="another program 3"):
            sim.Results.load(tmp_path)

    @pytest.mark.parametrize(
        "name", ["outcomes.parquet", "series.parquet", "scenario.yaml", "panels/attacks_by_area.parquet"]
    )
    @pytest.mark.parametrize("how", ["missing", "cut"])
    def test_torn_folders(self, results: sim.Results, tmp_path: Path, name: str, how: str) -> None:
        path = results.save(tmp_path / "out") / name
        if how == "missing":
            path.unlink()
        else:
            path.write_bytes(path.read_bytes()[:-1])
        with pytest.raises(BundleError, match="torn") as caught:
            sim.Results.load(tmp_path / "out")
        assert str(path) in str(caught.value)

    @pytest.mark.parametrize("text", ["", "{", "[]", '{"format": "durand results 1"}'])
    def test_a_torn_manifest(self, results: sim.Results, tmp_path: Path, text: str) -> None:
        path = results.save(tmp_path / "out") / "manifest.json"
        path.write_text(text)
        with pytest.raises(BundleError, match=r"manifest\.json"):
            sim.Results.load(tmp_path / "out")

    @pytest.mark.parametrize("name", ["outcomes.parquet", "series.parquet"])
    def test_the_right_size_but_garbage(self, results: sim.Results, tmp_path: Path, name: str) -> None:
        path = results.save(tmp_path / "out") / name
        path.write_bytes(b"x" * path.stat().st_size)
        with pytest.raises(BundleError, match="torn, or changed"):
            _ = sim.Results.load(tmp_path / "out").series

    def test_a_comparison_there_and_back(self, comparison: sim.Comparison, tmp_path: Path) -> None:
        folder = comparison.save(tmp_path / "out")
        assert {entry.name for entry in folder.iterdir()} == {"comparison.json", "confront", "appease"}
        back = open_folder(folder)
        assert isinstance(back, sim.Comparison)
        assert back.baseline == "confront"
        pd.testing.assert_frame_equal(back.paired, comparison.paired, check_exact=True)
        assert json.loads((folder / "comparison.json").read_text(encoding="utf-8"))["verdicts"] == comparison.verdicts()
        one = open_folder(folder / "appease")
        assert isinstance(one, sim.Results)
        comparison.save(folder)  # over itself

    def test_names_that_are_no_folder_names(self, small: None, tmp_path: Path) -> None:
        named = {"../up": "confront", "plots": "confront", "a b": "appease", "a/b": "appease", "日本": "appease"}
        folder = sim.compare(named, worlds=2, months=1).save(tmp_path / "out")
        back = sim.Comparison.load(folder)
        assert list(back.results) == list(named)
        assert [entry.name for entry in tmp_path.iterdir()] == ["out"]

    def test_a_torn_comparison(self, comparison: sim.Comparison, tmp_path: Path) -> None:
        folder = comparison.save(tmp_path / "out")
        (folder / "appease" / "outcomes.parquet").unlink()
        with pytest.raises(BundleError, match="torn"):
            open_folder(folder)
        path = folder / "comparison.json"
        header = json.loads(path.read_text(encoding="utf-8"))
        header["folders"]["appease"] = "../../elsewhere"
        path.write_text(json.dumps(header))
        with pytest.raises(BundleError, match=r"comparison\.json: torn, or changed"):
            open_folder(folder)
        (folder / "appease").rename(tmp_path / "elsewhere")
        header["files"] = {name: one for name, one in header["files"].items() if not name.startswith("appease/")}
        header["folders"]["appease"] = "../elsewhere"
        path.write_bytes(sealed({name: one for name, one in header.items() if name != "seal"}))
        with pytest.raises(BundleError, match="outside"):
            open_folder(folder)


class TestWords:
    @pytest.mark.parametrize(
        ("value", "words"),
        [
            (0, "0"), (1234, "1,200"), (1250, "1,200"), (99.6, "100"), (9.96, "10"), (5, "5.0"), (0.0345, "0.035"),
            (-0.5, "-0.50"), (0.996, "1.0"), (1e-9, "about 0"), (123456789, "120,000,000"), (float("nan"), "unknown"),
        ],
    )  # fmt: skip
    def test_two_significant_figures(self, value: float, words: str) -> None:
        assert number(value) == words

    def test_with_a_sign(self) -> None:
        assert [number(value, sign=True) for value in (340, -120, 0, 0.25)] == ["+340", "-120", "0", "+0.25"]

    @pytest.mark.parametrize(("value", "words"), [(5, "5"), (1234, "1,200"), (0.7, "1"), (-0.4, "about 0"), (0, "0")])
    def test_what_is_counted_is_whole(self, value: float, words: str) -> None:
        """Otherwise a reader is told of 5.0 deaths."""
        assert number(value, whole=True) == words

    @pytest.mark.parametrize(
        ("low", "high", "words"),
        [
            (77, 896, "80 to 900"), (5.0, 730, "5 to 730"), (-7.0, 49, "-7 to 49"), (0.36, 2.0, "0.4 to 2.0"),
            (60, 1234, "60 to 1,200"), (0.0069, 0.18, "0.007 to 0.18"), (0, 0.32, "0 to 0.32"), (5.0, 5.01, "5.0"),
            (0, 0, "0"), (-1e-5, 2e-4, "about 0"), (-1e-5, 0.0042, "0 to 0.0042"), (99.6, 1004, "100 to 1,000"),
            (-1234, -60, "-1,200 to -60"), (float("nan"), 3.0, "unknown to 3.0"),
        ],
    )  # fmt: skip
    def test_the_ends_of_a_range_are_rounded_alike(self, low: float, high: float, words: str) -> None:
        """Otherwise "by 5.0 to 730" tells the one end a hundred times as exactly as the other."""
        assert between(low, high) == words

    def test_a_range_of_what_is_counted(self) -> None:
        assert between(5.0, 9.4, whole=True) == "5 to 9"
        assert between(-1.6, 4.5, sign=True, whole=True) == "-2 to +4"

    @pytest.mark.parametrize(
        ("count", "worlds", "words"),
        [
            (710, 1000, "71 of 100"), (1000, 1000, "all"), (0, 1000, "none"), (999, 1000, "over 99 of 100"),
            (3, 1000, "under 1 of 100"), (7, 10, "7 of 10"), (1, 1, "all"), (99, 100, "99 of 100"),
        ],
    )  # fmt: skip
    def test_shares_never_say_all_when_it_was_nearly_all(self, count: int, worlds: int, words: str) -> None:
        assert share(count, worlds) == words

    def test_shares_in_a_sentence(self) -> None:
        assert in_worlds(999, 1000) == "in more than 99 of 100 modelled worlds"
        assert in_worlds(0, 50) == "in none of the 50 modelled worlds"
        assert [in_worlds(count, 1) for count in (1, 0)] == ["in the one modelled world", "in no modelled world"]

    def test_settled_takes_enough_worlds(self) -> None:
        assert not settled(0, 0)
        assert not settled(3, 0)
        assert not settled(6, 4)
        assert settled(600, 400)
        assert not settled(505, 495)

    def test_the_reading_of_a_comparison(self, comparison: sim.Comparison) -> None:
        paragraphs = reading(comparison)
        higher = int((comparison.paired["appease"]["fatalities"] > 0).sum())
        assert 20 < higher < 80  # the small model pushes confront up in three worlds of four
        assert (
            f"In {share(200 - higher, 200)} modelled worlds Confront had, over the whole run, more deaths than Accommodate"
            in (paragraphs[0])
        )
        text = " ".join(paragraphs)
        assert paragraphs[-1].endswith("These are modelled worlds, not a forecast.")
        assert "200 modelled worlds, August 2021 to November 2021" in text
        assert "appease" not in text
        assert "p-value" not in text.lower()
        assert "significan" not in text.lower()

    @pytest.mark.parametrize(
        ("metric", "more", "unit"),
        [
            ("fatalities", "more deaths than", ""),
            ("fatalities_militant", "more deaths among militants than", ""),
            ("border_clashes", "more border clashes than", ""),
            ("ttp_strength", "more TTP fighters than", " thousand"),
            ("aid", "a higher “Aid” than", " million US$"),
            ("distrust", "a higher “Afghan distrust of Pakistan” than", ""),
        ],
    )
    def test_how_much_more_of_what(self, comparison: sim.Comparison, metric: str, more: str, unit: str) -> None:
        """Otherwise 1,200 fighters are told as 1.2, and deaths in tenths."""
        text = headline(comparison, "appease", metric, titles(*comparison.results.values()))
        low, middle, high = np.quantile(-comparison.difference("appease", metric), (0.05, 0.5, 0.95))
        whole = METRICS[metric].unit.startswith(("deaths", "clashes"))
        assert more in text
        assert text.endswith(
            f"by {number(middle, whole=whole)}{unit} at the median, "
            f"by {between(low, high, low < 0, whole)}{unit} in nine worlds of ten."
        )

    def test_deaths_are_told_by_whose_they_are_before_their_sum(self, comparison: sim.Comparison) -> None:
        """Otherwise militants and civilians are one figure, and nobody reads who died."""
        called = titles(*comparison.results.values())
        text = headline(comparison, "appease", "fatalities", called)
        who, _, rest = text.partition(". ")
        assert rest.startswith("In ")
        means = {metric: float(-comparison.difference("appease", metric).mean()) for metric in WHOSE_DEATHS}
        parts = [
            f"{number(abs(mean), whole=True)} {'more' if mean > 0 else 'fewer'} {WHOSE_DEATHS[metric]}"
            if abs(mean) > 0.5
            else f"{'about ' if mean else ''}as many {WHOSE_DEATHS[metric]}"
            for metric, mean in means.items()
        ]
        total = so_many(sum(means.values()))
        assert who == f"Who dies under Confront rather than Accommodate, on average: {listed(parts)}; in all {total}"
        back = whose_deaths(comparison, "appease", "confront", called)
        assert back.startswith("Who dies under Accommodate rather than Confront")
        assert [word for word in back.rstrip(".").split() if word in ("more", "fewer")] == [
            {"more": "fewer", "fewer": "more"}[word] for word in who.split() if word in ("more", "fewer")
        ]
        assert "Dead in" not in headline(comparison, "appease", "attacks", called)
        assert list(SHORT_LIST[:5]) == [*WHOSE_DEATHS, "fatalities"]

    @pytest.mark.parametrize("counts", [(625, 250, 125), (395, 395, 210), (715, 145, 140), (500, 490, 10)])
    def test_the_shares_of_a_sentence_come_to_a_hundred(self, counts: tuple[int, int, int]) -> None:
        values = np.repeat([1.0, -1.0, 0.0], counts)
        text = more("attacks", Contrast("a", "b", values, counts[0], counts[1]), "A", "B")
        assert sum(int(one) for one in re.findall(r"(\d+) of 100", text)) == 100
        assert text.count("of 100") == 3

    def test_every_metric_can_be_told(self, comparison: sim.Comparison, small: None) -> None:
        same = sim.compare({"a": "confront", "b": "confront"}, worlds=40, months=2)
        for found, name in ((comparison, "appease"), (same, "b")):
            for metric in METRICS:
                text = headline(found, name, metric, titles(*found.results.values()))
                assert not re.search(r"same (more|fewer|higher|lower|a )|higher \w|  |_", text), text

    def test_what_the_worlds_do_not_settle_is_not_said(self, small: None) -> None:
        near = SmallScenario("near", push=0.001)
        far = SmallScenario("far", push=0.0)
        comparison = sim.compare([far, near], worlds=3, months=1)
        text = " ".join(reading(comparison))
        assert "ended with more" not in text.replace("which of the two ended with more", "")
        assert "So few worlds say little" in text

    def test_identical_scenarios_are_called_the_same(self, small: None) -> None:
        text = " ".join(reading(sim.compare({"a": "confront", "b": "confront"}, worlds=40, months=2)))
        assert "exactly the same deaths in each of the 40 modelled worlds" in text
        assert "more deaths than" not in text

    def test_a_small_difference_is_called_small(self, small: None, monkeypatch: pytest.MonkeyPatch) -> None:
        """Otherwise a hair's breadth that most worlds share is told like a finding."""
        comparison = sim.compare(["confront", "appease"], worlds=40, months=2)
        called = titles(*comparison.results.values())
        for metric in ("fatalities", "attacks", "sovereignty"):
            gaps, base = comparison.difference("appease", metric), comparison.results["confront"].outcomes[metric]
            tiny = 0 < abs(np.median(gaps)) < 0.1 * np.std(base.to_numpy())
            if contrast(comparison, "appease", metric).settled:
                assert ("That is small, under a tenth" in headline(comparison, "appease", metric, called)) == tiny
        assert contrast(comparison, "appease", "sovereignty").settled
        for bar, told in ((1e6, True), (1e-6, False)):
            monkeypatch.setattr("sim.results.reading.SMALL", bar)
            assert ("That is small" in headline(comparison, "appease", "sovereignty", called)) == told

    def test_a_run_that_ends_before_the_courses_part_says_so(self) -> None:
        """Otherwise a reader is told six times that two courses come to the same, and takes them for equal."""
        said = reading(sim.compare(["confront", "appease"], worlds=2, months=3))
        assert "set alike until December 2022, and this run ends before, in October 2021" in said[0]
        assert "more than 16 months" in said[0]
        assert len(said) == 2
        assert "exactly the same" not in " ".join(said)

    def test_when_scenarios_part_is_read_off_them(self) -> None:
        """Otherwise the month is that of another pair, or of a setting that holds from the first month on."""
        one = load_scenario("confront")
        assert part_in(one, one) is None
        assert part_in(one, load_scenario("appease")) == "2022-12"
        assert part_in(load_scenario("history"), load_scenario("expulsions")) == "2024-01"
        assert part_in(one, with_overrides(one, {"parameters.kabul_control": 0.5})) == one.start

    def test_one_world_is_one_world(self, small: None) -> None:
        text = " ".join(reading(sim.compare(["confront", "appease"], worlds=1, months=2)))
        assert "In the one modelled world Confront had, over the whole run, more deaths than Accommodate" in text
        assert "One modelled world, August 2021 to September 2021" in text
        for odd in ("1 modelled worlds", "(all)", "On average", "of 1"):
            assert odd not in text

    def test_the_reading_of_a_run(self, small: None) -> None:
        text = " ".join(reading(sim.run("appease", worlds=100, months=1, parameters="prior")))
        assert "Medians over the modelled worlds: deaths" in text
        assert "the uncertain parameters drawn anew in each" in text
        assert "not a forecast" in text

    def test_titles_are_short_and_told_apart(self, small: None) -> None:
        comparison = sim.compare(["appease", "appease", "hedge"], worlds=1, months=1)
        assert list(titles(*comparison.results.values()).values()) == ["Accommodate", "Accommodate (2)", "Hedge"]


class TestTables:
    def test_the_short_list_names_metrics(self) -> None:
        assert set(SHORT_LIST) <= set(METRICS)
        assert set(SUMMARY_WORDS) == {metric.summary for metric in METRICS.values()}

    @pytest.mark.parametrize("width", [80, 130])
    @pytest.mark.parametrize("every", [False, True])
    def test_nothing_is_cut_off(self, comparison: sim.Comparison, width: int, every: bool) -> None:
        from rich.console import Console

        console = Console(width=width, record=True, file=open("/dev/null", "w"))  # noqa: SIM115
        shown = list(tables(comparison, every, width))
        assert len(shown) == 2
        for table in shown:
            console.print(table)
        text = console.export_text()
        assert "…" not in text
        assert max(map(len, text.splitlines())) <= width
        assert "Accommodate" in text
        assert shown[0].row_count == (len(METRICS) if every else len(SHORT_LIST))


@real
def test_a_real_comparison_is_stored_and_read(tmp_path: Path) -> None:
    comparison = sim.compare(["confront", "appease"], worlds=6, months=4, seed=1)
    back = open_folder(comparison.save(tmp_path / "out"))
    assert isinstance(back, sim.Comparison)
    pd.testing.assert_frame_equal(back.paired, comparison.paired, check_exact=True)
    assert back.results["confront"].scenario.title == comparison.results["confront"].title
    assert reading(back) == reading(comparison)


def test_small_scenarios_are_told_apart() -> None:
    assert len({scenario.hash for scenario in SCENARIOS.values()}) == len(SCENARIOS)
