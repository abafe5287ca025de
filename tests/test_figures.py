"""Figures of a point's worlds: statistics by hand, how they are written, what a sweep keeps for them, and who asks for them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from command import Durand
from made_sweep import draws, made

import sim
from sim.ensemble.spec import LimitError
from sim.experiment.condition import Columns, ConditionError
from sim.experiment.discovery.rows import rows
from sim.experiment.figures import figure_of
from sim.experiment.folder import FolderError
from sim.experiment.load import ExperimentError, load_experiment
from sim.experiment.outcome import Sweep
from sim.experiment.parser import parse, parse_figure, parse_sum
from sim.experiment.spoken import figure_words, unit_of
from sim.experiment.statistics import statistic, statistic_words
from sim.parameters import PARAMETERS
from sim.vocabulary import VERDICTS

A, B = [name for name, one in PARAMETERS.items() if not one.constant][:2]
KNOWN = ["attacks", "fatalities", "economy", "first_month_truce", "verdict"]
SCENARIOS = ["confront", "appease"]
TENS = np.arange(1.0, 11.0)


class TestStatistics:
    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("mean", 5.5),
            ("p50", 5.5),
            ("p25", 3.25),
            ("cvar90", 10.0),
            ("cvar80", 9.5),
            ("cvar20", 1.5),
            ("cvar1", 1.0),
        ],
    )
    def test_by_hand(self, name: str, value: float) -> None:
        assert statistic(name, np.stack([TENS, TENS[::-1] + 1])).tolist() == pytest.approx([value, value + 1])

    @pytest.mark.parametrize("name", ["p0", "p100", "cvar", "median", "chance"])
    def test_what_is_none(self, name: str) -> None:
        with pytest.raises(ValueError, match="allowed: mean, p1 to p99, cvar1 to cvar99"):
            statistic(name, TENS)

    def test_in_words(self) -> None:
        told = {"p11": "11th percentile", "p21": "21st percentile", "cvar95": "mean of the highest 5 %", "mean": "mean"}
        assert {name: statistic_words(name) for name in told} == told


class TestLanguage:
    worlds: ClassVar[Columns] = {
        ("attacks", None): np.array([[1.0, 2.0, 3.0, 10.0], [5.0, 5.0, 5.0, 5.0]]),
        ("fatalities", None): np.array([[4.0, 1.0, 1.0, 9.0], [2.0, 3.0, 4.0, 5.0]]),
        ("verdict", None): np.array(
            [["contained", "contained", "stalemate", "escalation"], ["escalation"] * 4], dtype=object
        ),
        ("first(attacks >= 60)", None): np.array([[3.0, 7.0, 60.0, 60.0], [0.0, 0.0, 0.0, 0.0]]),
    }

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("attacks", [4.0, 5.0]),
            ("p50(attacks)", [2.5, 5.0]),
            ("cvar75(attacks) - attacks", [6.0, 0.0]),
            ("mean(fatalities - attacks)", [-0.25, -1.5]),
            ("chance(attacks > 2 and fatalities < 5)", [0.25, 0.75]),
            ('chance(verdict == "contained")', [0.5, 0.0]),
            ("first(attacks >= 60)", [33.5, 0.0]),
            ("chance(first(attacks >= 60) <= 7)", [0.5, 1.0]),
            ("2 * p50(attacks) + 1", [6.0, 11.0]),
        ],
    )
    def test_what_it_comes_to(self, text: str, expected: list[float]) -> None:
        assert parse_figure(text, KNOWN).of_worlds(self.worlds).tolist() == expected

    def test_scenarios_meet_world_by_world(self) -> None:
        """The share of worlds in which one has less, and not a comparison of two shares."""
        one = parse_figure("chance(attacks[confront] < attacks[appease])", KNOWN, SCENARIOS)
        assert one.paired
        worlds = {
            ("attacks", "confront"): np.array([[1.0, 5.0, 3.0]]),
            ("attacks", "appease"): np.array([[2.0, 4.0, 4.0]]),
        }
        assert one.of_worlds(worlds).tolist() == pytest.approx([2 / 3])
        behind = parse_figure("p50(attacks)[confront] - p50(attacks[appease])", KNOWN, SCENARIOS)
        assert behind.of_worlds(worlds).tolist() == [-1.0]

    def test_names_stand_for_figures(self) -> None:
        tail = parse_figure("cvar75(attacks)", KNOWN, SCENARIOS)
        one = parse("tail > 7", KNOWN, SCENARIOS, {"tail": tail})
        assert one.of_worlds(self.worlds).tolist() == [True, False]
        assert parse("tail[confront] < tail[appease]", KNOWN, SCENARIOS, {"tail": tail}).names == [
            ("attacks", "confront"),
            ("attacks", "appease"),
        ]

    @pytest.mark.parametrize(
        ("text", "said"),
        [
            ("p90(p10(attacks))", "a statistic cannot stand in a statistic"),
            ("q90(attacks)", "there is no statistic q90; allowed: mean, p1 to p99, cvar1 to cvar99, chance"),
            ("first(attacks > 3)", "first is of one metric and one bound; allowed: such as first(attacks >= 60)"),
            ("first(attacks[confront] >= 3)", "first is of one metric and one bound"),
            ("chance(attacks)", "a number stands where a comparison is expected"),
            ("p50(attacks < 3)", "a comparison stands where a number is expected"),
            ("p50(verdict)", "a verdict stands where a number is expected"),
            ("p90(3)", "it is of no outcome"),
            ("mean(attacks", "this parenthesis is left open"),
            ("mean(tail)", "tail is a statistic, which cannot stand in a statistic"),
        ],
    )
    def test_what_is_wrong_is_said(self, text: str, said: str) -> None:
        with pytest.raises(ConditionError, match="the condition is not right") as caught:
            parse_figure(text, KNOWN, SCENARIOS, {"tail": parse_figure("p90(attacks)", KNOWN)})
        assert said in str(caught.value)

    def test_sums_have_no_statistics(self) -> None:
        """A search sums up over futures by itself."""
        with pytest.raises(ConditionError, match="a statistic cannot stand in a sum"):
            parse_sum("p90(attacks)", KNOWN)

    @pytest.mark.parametrize(
        ("text", "unit", "words"),
        [
            ("attacks", "attacks", "TTP attacks, total"),
            ("p90(attacks)", "attacks", "90th percentile of TTP attacks, total"),
            (
                "chance(fatalities > 4000)",
                "share of worlds",
                "Share of worlds in which Deaths, all, total is higher than 4000",
            ),
            ("first(economy <= 0.2)", "months from the start", "First month with The economy at or below 0.2"),
            ("fatalities / attacks", "", "Deaths, all, total divided by TTP attacks, total"),
            ("2 * fatalities", "deaths", "2 times Deaths, all, total"),
            ("p10(fatalities) - 3", "deaths", "10th percentile of Deaths, all, total minus 3"),
        ],
    )
    def test_units_and_words(self, text: str, unit: str, words: str) -> None:
        figure = parse_figure(text, KNOWN)
        assert unit_of(figure) == unit
        assert figure_words(figure).replace("Pakistan's economy", "The economy") == words


class TestOfSweeps:
    @pytest.fixture
    def sweep(self, tmp_path: Path) -> Sweep:
        """Futures of four worlds: in those where A is high a quarter of the worlds are terrible under one course."""
        at = draws(120, [A, B])
        level = 10.0 + at[B]
        bad = np.where(at[A] > 0.5, 60.0, 10.0)
        confront = np.stack([level, level, level, bad], axis=1)
        appease = np.repeat(30.0 + 0 * level[:, None], 4, axis=1)
        kinds = np.where(confront > 50, "escalation", "contained")
        outcomes = {
            "confront": {"attacks": confront, "verdict": kinds},
            "appease": {"attacks": appease, "verdict": np.full((120, 4), "contained")},
        }
        assert set(np.unique(kinds)) <= set(VERDICTS)
        return made(str(tmp_path), at, outcomes, worlds=4)

    def test_tails_part_where_means_do_not(self, sweep: Sweep) -> None:
        """A quarter of worlds that go wrong, which a mean dilutes."""
        high = sweep.experiments[f"uncertainty:{A}"].to_numpy()[:120] > 0.5
        assert (sweep.figure("cvar75(attacks)").to_numpy()[:120][high] == 60.0).all()
        assert (sweep.figure("chance(attacks > 50)").to_numpy()[:120] == high * 0.25).all()
        found = rows(sweep, 'chance(verdict == "escalation")[confront] > 0.2')
        assert found.holds.tolist() == high.tolist()
        assert rows(sweep, "attacks[confront] < attacks[appease]").holds.all()  # by the mean it is better everywhere

    def test_regret_by_a_statistic(self, sweep: Sweep) -> None:
        high = sweep.experiments[f"uncertainty:{A}"].to_numpy()[:120] > 0.5
        (tail,) = sweep.regret(["cvar75(attacks)"], resamples=100).judged
        assert (tail.winner == high).all()
        assert (tail.better, tail.unit) == ("less", "attacks")
        (mean,) = sweep.regret(["attacks"], resamples=100).judged
        assert (mean.winner == 0).all()
        with pytest.raises(LimitError, match="which end of it is better is a judgement"):
            sweep.regret(["chance(attacks > 50)"])
        chances = sweep.regret(["chance(attacks > 50)"], better={"chance(attacks > 50)": "less"}, resamples=100)
        assert chances.judged[0].unit == "share of worlds"
        assert "is higher than 50 (share of worlds); less is better" in chances.text()
        with pytest.raises(LimitError, match="regret compares policies itself"):
            sweep.regret(["p50(attacks[confront])"])

    def test_sensitivity_of_a_statistic_and_of_a_pair(self, sweep: Sweep) -> None:
        found = sweep.sensitivity(
            ["chance(attacks > 50)", "chance(attacks[confront] < attacks[appease])"], method="pawn"
        )
        tables = [study.indices.table for study in found.studies if study.indices]
        assert [table.index[0] for table in tables] == [A, A]
        assert all(table.loc[A, "median"] > table.loc[A, "idle"] for table in tables)
        assert [study.scenario for study in found.studies if study.indices] == ["confront", ""]
        assert set(found.indices["unit"]) == {"share of worlds"}
        with pytest.raises(ConditionError, match="no such outcome was kept: atacks"):
            figure_of(sweep, "p90(atacks)")


EXPERIMENT: dict[str, Any] = {
    "schema": 1,
    "title": "Small",
    "scenarios": ["confront"],
    "uncertainties": ["attacks_per_capability"],
    "design": {"kind": "factorial", "levels": 2},
    "worlds": 5,
    "months": 4,
    "metrics": ["attacks"],
}


class TestFirstMonths:
    """A first month at a bound of one's own is kept of every run if it is named before, or the months are."""

    def test_named_before_and_worked_out_after_are_one(self, tmp_path: Path) -> None:
        named = {**EXPERIMENT, "outcomes": {"busy": "p50(first(attacks >= 31))", "calm": "first(attacks <= 5)"}}
        one = sim.sweep(named, tmp_path / "named", engine="numpy")
        two = sim.sweep({**EXPERIMENT, "series": True}, tmp_path / "months", engine="numpy")
        assert "first(attacks >= 31)" in one.outcomes
        months = two.series["attacks"].to_numpy().reshape(2, 5, 4)
        met = months >= 31
        first = np.where(met.any(axis=2), met.argmax(axis=2), 4)
        assert (
            one.figure("busy").tolist()
            == two.figure("p50(first(attacks >= 31))").tolist()
            == np.median(first, axis=1).tolist()
        )
        assert one.figure("calm").tolist() == two.figure("first(attacks <= 5)").tolist()
        assert one.manifest["particulars"]["crossings"] == ["first(attacks >= 31)", "first(attacks <= 5)"]
        assert Sweep.load(tmp_path / "named").figure("busy").tolist() == one.figure("busy").tolist()

    def test_what_was_not_kept_is_said_with_what_to_do(self, tmp_path: Path) -> None:
        done = sim.sweep(EXPERIMENT, tmp_path / "out", engine="numpy")
        assert "crossings" not in done.manifest["particulars"]
        assert done.figure("first(attacks >= 60)").between(0, 4).all()  # one that every run keeps
        with pytest.raises(
            FolderError, match="asks for months, which were not kept; allowed: name it under `outcomes`"
        ):
            done.figure("first(attacks >= 31)")
        named = {**EXPERIMENT, "outcomes": {"busy": "first(attacks >= 31)"}}
        with pytest.raises(FolderError, match="other first months that are kept"):
            sim.sweep(named, tmp_path / "out", engine="numpy")
        with pytest.raises(FolderError, match="it kept fewer metrics"):
            sim.sweep(named, tmp_path / "other", reuse=[tmp_path / "out"], engine="numpy")

    def test_the_command_takes_figures(self, tmp_path: Path, durand: Durand) -> None:
        sim.sweep({**EXPERIMENT, "design": {"kind": "latin_hypercube", "points": 40}}, tmp_path / "out", engine="numpy")
        folder = str(tmp_path / "out")
        done = durand("sensitivity", folder, "--metric", "p90(attacks)", "--method", "pawn")
        assert done.code == 0
        assert "90th percentile of TTP attacks, total (attacks), under Confront" in done.out
        for asked, said in (
            (("--metric", "p900(attacks)"), "there is no statistic p900"),
            (("--method", "fast"), "--method must be one of sobol, morris, ranks, pawn, delta; got fast"),
            (("--method", "sobol"), "its design is latin_hypercube"),
            (("--factor", "attacks_per_capability"), "with --method pawn or delta only"),
            (("--method", "pawn", "--factor", "aid"), "nothing of this name is varied: aid"),
        ):
            done = durand("sensitivity", folder, *asked)
            assert (done.code, said in done.err) == (2, True), done.err


@pytest.mark.parametrize(
    ("outcomes", "said"),
    [
        ({"tail": "p90(atacks)"}, "outcomes.tail: the condition is not right: no such outcome was kept: atacks"),
        ({"attacks": "p90(attacks)"}, "outcomes.attacks: this name is taken"),
        ({"p90": "attacks"}, "outcomes.p90: this name is taken"),
        ({"tail": "fatalities"}, "no such outcome was kept: fatalities"),
        ({"won": "attacks < 3"}, "a comparison stands where a number is expected"),
    ],
)
def test_outcomes_that_are_wrong_are_refused_with_their_line(outcomes: dict[str, str], said: str) -> None:
    lines = ["schema: 1", "title: T", "scenarios: [confront]", "metrics: [attacks]", "outcomes:"]
    text = "\n".join([*lines, *(f"  {name}: {figure}" for name, figure in outcomes.items())])
    with pytest.raises(ExperimentError) as caught:
        load_experiment(("mine", text))
    assert str(caught.value).startswith("mine:6: ")
    assert said in str(caught.value)
