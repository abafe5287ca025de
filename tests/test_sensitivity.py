"""Sensitivity: textbook indices, what a sweep's design allows, what is refused, the command and its pictures."""

from __future__ import annotations

import json
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from command import Durand

import sim
from sim.experiment import work
from sim.experiment.design import places
from sim.experiment.factors import Factor, factor_words
from sim.experiment.layouts import Rows
from sim.experiment.outcome import Sweep
from sim.experiment.schema import LatinHypercube, Morris, Saltelli
from sim.experiment.sensitivity import sample as analysis
from sim.experiment.sensitivity.methods import bootstrap_seed, chance_share, morris, ranks, sobol
from sim.experiment.sensitivity.study import SensitivityError
from sim.headers import sealed
from sim.parameters import PARAMETERS
from sim.plots import rows_of, to_png
from sim.words.sentences import capital
from sim.worlds import Streams, Vector

# Three parameters that stand for the three inputs of the textbook function, and one that stands for nothing.
INPUTS = ("reward_response", "threat_response", "shelter_protection")
IDLE = "kinship_weight"

# Ishigami with a = 7, b = 0.1: variances by hand (Saltelli and others, 2008).
A, B = 7.0, 0.1
_V1, _V2, _V13 = 0.5 * (1 + B * np.pi**4 / 5) ** 2, A**2 / 8, B**2 * np.pi**8 * (1 / 18 - 1 / 50)
_ALL = _V1 + _V2 + _V13
FIRST = np.array([_V1, _V2, 0.0]) / _ALL
TOTAL = np.array([_V1 + _V13, _V2, _V13]) / _ALL
SECOND = {(0, 1): 0.0, (0, 2): _V13 / _ALL, (1, 2): 0.0}


def ishigami(at: np.ndarray) -> Vector:
    """The textbook function of three places between 0 and 1, which stand for -pi to pi."""
    x = (2 * at - 1) * np.pi
    out: Vector = np.sin(x[:, 0]) + A * np.sin(x[:, 1]) ** 2 + B * x[:, 2] ** 4 * np.sin(x[:, 0])
    return out


def factors(*names: str) -> list[Factor]:
    return [Factor(name, "uncertainty", 0.0, 1.0) for name in names]


class Textbook:
    """Stands for the model of a sweep: a point's parameters give its attacks by Ishigami's function, and nothing else moves."""

    noise = 0.0
    refused: tuple[float, float] = (2.0, 2.0)  # places of the first input that the model cannot live with

    def __init__(self, job: work.Job) -> None:
        self.job = job

    def outcomes(self) -> dict[str, Any]:
        job = self.job
        at = []
        for name in INPUTS:
            low, high = PARAMETERS[name].low, PARAMETERS[name].high
            at.append((job.spec.values[name] - low) / (high - low))
        places_ = np.repeat(np.array(at).T, job.spec.worlds, axis=0)
        if ((places_[:, 0] > self.refused[0]) & (places_[:, 0] < self.refused[1])).any():
            raise ArithmeticError("out of its depth")
        value = ishigami(places_)
        if "appease" in job.spec.scenarios:
            value = value + 3 * places_[:, 1]
        for world in range(job.spec.worlds):
            value[world :: job.spec.worlds] += self.noise * np.sin(
                1000.0 * (world + 1) * places_[world :: job.spec.worlds, 1]
            )
        return {"attacks": value, "fatalities": np.full(len(value), 4.0)}


@pytest.fixture
def textbook(monkeypatch: pytest.MonkeyPatch) -> type[Textbook]:
    """A sweep's work with Ishigami's function in place of the model; designs, packs, parts and reading are the real ones."""

    def simulated(job: work.Job) -> work.PackOutput:
        found = Textbook(job).outcomes()
        rows = work._rows(job)
        columns = {name: found.get(name, np.zeros(len(rows["point"]))) for name in work.kept_columns(job.metrics)}
        columns["verdict"] = np.zeros(len(rows["point"]), dtype=np.int8)
        return work.PackOutput(rows | columns)

    monkeypatch.setattr(work, "_simulated", simulated)
    monkeypatch.setattr(Textbook, "noise", 0.0)
    monkeypatch.setattr(Textbook, "refused", (2.0, 2.0))
    return Textbook


def experiment(design: dict[str, Any] | None, **more: Any) -> dict[str, Any]:
    uniform = {name: {"distribution": "uniform"} for name in (*INPUTS, IDLE)}
    head = {"schema": 1, "title": "Textbook", "scenarios": ["confront"], "uncertainties": uniform, "months": 1}
    return {**head, "design": design, "metrics": ["attacks", "fatalities"], **more}


class TestTextbook:
    def test_ishigami_to_within_two_hundredths(self) -> None:
        """First, total and second order."""
        design = Saltelli(kind="saltelli", base=2**13, second_order=True, seed=1)
        at = places(design, factors("x1", "x2", "x3"))
        found = sobol(("x1", "x2", "x3"), at, ishigami(at), second_order=True, seed=5)
        table = found.table.loc[["x1", "x2", "x3"]]
        assert table["S1"].to_numpy() == pytest.approx(FIRST, abs=0.02)
        assert table["ST"].to_numpy() == pytest.approx(TOTAL, abs=0.02)
        assert found.pairs is not None
        names = ("x1", "x2", "x3")
        pairs = {(row["factor"], row["other"]): row["S2"] for _, row in found.pairs.iterrows()}
        assert {key: pairs[names[key[0]], names[key[1]]] for key in SECOND} == pytest.approx(SECOND, abs=0.02)
        assert found.doubts == ()
        assert (table["S1_conf"] < 0.03).all()

    def test_ishigami_through_a_whole_sweep(self, textbook: type[Textbook], tmp_path: Path) -> None:
        """Laid out, packed, written, read and put in order again: the same indices, and none for what does nothing."""
        design = {"kind": "saltelli", "base": 4096, "second_order": True, "seed": 1}
        done = sim.sweep(experiment(design), tmp_path / "out", chunk=1000)
        found = done.sensitivity(["attacks"])
        table = found.indices.loc["confront", 0, "attacks"].loc[[*INPUTS, IDLE]]
        assert table["S1"].to_numpy() == pytest.approx([*FIRST, 0.0], abs=0.02)
        assert table["ST"].to_numpy() == pytest.approx([*TOTAL, 0.0], abs=0.02)
        assert found.pairs is not None
        pairs = found.pairs.loc["confront", 0, "attacks"]["S2"]
        assert pairs.loc[INPUTS[0], INPUTS[2]] == pytest.approx(SECOND[0, 2], abs=0.02)
        assert pairs.drop((INPUTS[0], INPUTS[2])).abs().max() < 0.02
        assert not found.spread["too_small"].any()

    def test_intervals_hold_what_they_promise(self) -> None:
        """Of forty samples of their own, most have the true index within their interval."""
        inside = 0
        for seed in range(40):
            at = places(Saltelli(kind="saltelli", base=256, seed=seed), factors("x1", "x2", "x3"))
            table = sobol(("x1", "x2", "x3"), at, ishigami(at), seed=seed + 1).table
            inside += abs(table.loc["x1", "ST"] - TOTAL[0]) < table.loc["x1", "ST_conf"]
        assert inside >= 34

    def test_morris_ranks_as_the_function_does(self) -> None:
        """x1 and x2 far above nothing, x3 by interaction alone: its mean effect is none, its spread is not."""
        design = Morris(kind="morris", trajectories=200, levels=8, seed=2)
        at = places(design, factors("x1", "x2", "x3", "idle"))
        found = morris(("x1", "x2", "x3", "idle"), at, ishigami(at), levels=8)
        assert set(found.table.index[:3]) == {"x1", "x2", "x3"}
        assert found.table.loc["idle", "mu_star"] == 0.0
        third = found.table.loc["x3"]
        assert abs(third["mu"]) < 0.35 * third["mu_star"]
        assert third["sigma"] > third["mu_star"]

    def test_morris_measures_slopes(self) -> None:
        """Of a linear function each effect is its slope, everywhere, for the whole range, with its sign."""
        names, slopes = ("a", "b", "c"), np.array([5.0, -3.0, 0.5])
        at = places(Morris(kind="morris", trajectories=12), factors(*names))
        found = morris(names, at, at @ slopes)
        assert list(found.table.index) == ["a", "b", "c"]
        assert found.table["mu"].to_numpy() == pytest.approx(slopes)
        assert found.table["mu_star"].to_numpy() == pytest.approx(np.abs(slopes))
        assert found.table["sigma"].to_numpy() == pytest.approx(0.0, abs=1e-9)
        assert found.doubts == ()

    def test_ranks_tell_slopes_and_own_up_to_what_they_miss(self) -> None:
        names = ("a", "b", "c")
        at = places(LatinHypercube(kind="latin_hypercube", points=400), factors(*names))
        straight = ranks(names, at, np.exp(at @ np.array([4.0, -2.0, 0.0])))
        assert list(straight.table.index[:2]) == ["a", "b"]
        assert straight.table.loc["a", "coefficient"] > 0.8
        assert straight.table.loc["b", "coefficient"] < -0.35
        assert abs(straight.table.loc["c", "coefficient"]) < straight.table.loc["c", "coefficient_conf"]
        assert straight.told is not None
        assert straight.told > 0.9
        assert straight.doubts == ()
        bent = ranks(names, at, (at[:, 0] - 0.5) ** 2)
        assert any("goes unseen" in why for why in bent.doubts)


class TestTooSmall:
    def small(self, values: Callable[[np.ndarray], Vector], base: int = 16) -> tuple[str, ...]:
        at = places(Saltelli(kind="saltelli", base=base, seed=3), factors("x1", "x2", "x3"))
        return sobol(("x1", "x2", "x3"), at, values(at)).doubts

    def test_wide_intervals_are_said_with_what_would_do(self) -> None:
        doubts = self.small(ishigami)
        assert any("more than a tenth of the largest total index" in why for why in doubts)
        advised = int(doubts[0].split("a base of about ")[1].split(" ")[0].replace(",", ""))
        assert advised & (advised - 1) == 0
        at = places(Saltelli(kind="saltelli", base=advised, seed=3), factors("x1", "x2", "x3"))
        table = sobol(("x1", "x2", "x3"), at, ishigami(at)).table
        assert table["ST_conf"].max() < 0.2 * table["ST"].max()

    def test_impossible_indices_are_said(self) -> None:
        """Pure noise has indices that cannot be."""
        doubts = " ".join(self.small(lambda at: Streams(3, len(at)).uniform("noise", 0)))
        assert "below -0.05, which cannot be" in doubts

    def test_few_trajectories_are_said(self) -> None:
        at = places(Morris(kind="morris", trajectories=4, levels=8), factors("x1", "x2", "x3"))
        doubts = " ".join(morris(("x1", "x2", "x3"), at, ishigami(at), levels=8).doubts)
        assert "4 trajectories are fewer than 10" in doubts
        assert "more than a quarter" in doubts


class TestDrawsWithinPoints:
    def draws(self, name: str, count: int) -> Vector:
        return (Streams(5, count).uniform(name, 0) - 0.5) * np.sqrt(12)

    def test_own_draws(self) -> None:
        """Points of variance 4 and worlds of variance 1: a fifth is chance; a tenth of that in means of ten."""
        points, worlds = 2000, 10
        values = 2 * self.draws("point", points)[:, None] + self.draws("run", points * worlds).reshape(points, worlds)
        found = chance_share(values, shared=False)
        assert found.share == pytest.approx(0.2, abs=0.01)
        assert found.left == pytest.approx(0.1 / 4.1, abs=0.003)

    def test_shared_draws_that_move_all_alike_blur_no_index(self) -> None:
        points, worlds = 2000, 8
        values = 2 * self.draws("point", points)[:, None] + self.draws("world", worlds)[None, :]
        found = chance_share(values, shared=True)
        assert found.left == pytest.approx(0.0, abs=1e-9)
        assert found.share is not None
        assert found.share > 0.1

    def test_one_world_tells_nothing_of_its_draws(self) -> None:
        assert chance_share(np.ones((5, 1)), shared=True).share is None


class TestSweeps:
    def test_scenarios_mixes_and_differences(self, textbook: type[Textbook], tmp_path: Path) -> None:
        """Each scenario and mix for itself; the difference of two, in which only what they do not share is left."""
        levers = {"pakistan.aid": {"levels": [0.1, 0.5]}}
        design = {"kind": "saltelli", "base": 64}
        data = experiment(
            design, scenarios=["confront", "appease"], levers=levers, lever_design={"kind": "factorial"}, worlds=2
        )
        done = sim.sweep(data, tmp_path / "out", chunk=50)
        found = done.sensitivity()
        assert set(found.indices.index.droplevel("factor")) == {
            (name, mix, "attacks") for name in ("confront", "appease") for mix in (0, 1)
        }
        assert "fatalities" in found.spread.index.get_level_values("metric")
        assert any("4.0 at every point; nothing that was varied moves it" in text for text in found.reading())
        assert "under Confront, Pakistan: Aid 0.5" in " ".join(found.reading())
        apart = done.sensitivity(["attacks"], versus="confront")
        table = apart.indices.loc["appease", 0, "attacks"]
        assert table["ST"].idxmax() == INPUTS[1]
        assert table.loc[INPUTS[1], "ST"] == pytest.approx(1.0, abs=0.05)
        assert table["ST"].drop(INPUTS[1]).to_numpy() == pytest.approx(0.0, abs=1e-9)
        assert table.loc[INPUTS[1], "highest_third"] - table.loc[INPUTS[1], "lowest_third"] == pytest.approx(2, abs=0.1)

    def test_the_same_folder_gives_the_same_numbers(self, textbook: type[Textbook], tmp_path: Path) -> None:
        """With seed 0 too, which SALib takes for none."""
        done = sim.sweep(experiment({"kind": "saltelli", "base": 32}, seed=0), tmp_path / "out")
        one, two = (Sweep.load(tmp_path / "out").sensitivity(["attacks"]).as_json() for _ in range(2))
        assert one == two
        other = bootstrap_seed(1, "attacks-confront")
        assert bootstrap_seed(0, "attacks-confront") not in (0, other)
        assert done.complete

    def test_worlds_are_averaged_and_their_draws_are_told(self, textbook: type[Textbook], tmp_path: Path) -> None:
        textbook.noise = 8.0
        design = {"kind": "latin_hypercube", "points": 200}
        done = sim.sweep(experiment(design, worlds=4, luck="own"), tmp_path / "out")
        found = done.sensitivity(["attacks"])
        spread = found.spread.loc["confront", 0, "attacks"]
        assert 0.2 < spread["luck"] < 1.0
        assert spread["mean"] == pytest.approx(float(done.outcomes["attacks"].mean()))
        assert spread["luck_left"] < spread["luck"]
        assert "Random draws within points make" in found.reading()[0]

    def test_points_that_failed_go_with_their_block(self, textbook: type[Textbook], tmp_path: Path) -> None:
        textbook.refused = (0.49, 0.5)
        done = sim.sweep(experiment({"kind": "saltelli", "base": 256, "seed": 1}), tmp_path / "out", chunk=40)
        assert done.failures
        found = done.sensitivity(["attacks"])
        study = found.study("attacks")
        assert study.left_out % 6 == 0
        assert len(done.failures) <= study.left_out < 150
        assert study.points + study.left_out == 1536
        assert f"{study.left_out:,} points were left out" in found.reading()[0]
        assert study.indices is not None
        assert study.indices.table.loc[INPUTS[0], "ST"] == pytest.approx(TOTAL[0], abs=0.15)

    def test_too_many_failures_are_refused(self, textbook: type[Textbook], tmp_path: Path) -> None:
        textbook.refused = (0.3, 0.7)
        done = sim.sweep(experiment({"kind": "morris", "trajectories": 10}), tmp_path / "out")
        with pytest.raises(
            SensitivityError, match=r"points failed, and \d+% of the sample under confront goes with them"
        ):
            done.sensitivity()

    @pytest.mark.parametrize(
        ("design", "message"),
        [
            ({"kind": "factorial", "levels": 2}, "its design is factorial; allowed: saltelli"),
            ({"kind": "latin_hypercube", "points": 5}, "5 points are too few for 4 factors"),
        ],
    )
    def test_other_designs_are_refused(
        self, textbook: type[Textbook], design: dict[str, Any], message: str, tmp_path: Path
    ) -> None:
        done = sim.sweep(experiment(design), tmp_path / "out")
        with pytest.raises(SensitivityError, match=message):
            done.sensitivity()

    def test_a_design_that_comes_out_differently_is_refused(
        self, textbook: type[Textbook], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As another version of SALib might lay it out: row k would no longer be point k."""
        done = sim.sweep(experiment({"kind": "morris", "trajectories": 4}), tmp_path / "out")
        monkeypatch.setattr(analysis, "layout", lambda design, of: Rows(places(design, of)[::-1].copy()))
        with pytest.raises(SensitivityError, match="comes out differently here"):
            done.sensitivity()

    def test_levels_and_options_are_read_back(self, tmp_path: Path) -> None:
        """With the real model: a lever with options beside a parameter."""
        data = {
            **experiment({"kind": "morris", "trajectories": 3}, metrics=["taliban_stance"], months=6),
            "uncertainties": ["reward_response"],
            "parameters": "defaults",
            "levers": {"taliban.stance": {"levels": ["shelter", "contain", "crack_down"]}},
        }
        found = sim.sweep(data, tmp_path / "out").sensitivity()
        table = found.indices.loc["confront", 0, "taliban_stance"]
        assert table["mu_star"].idxmax() == "taliban.stance"
        assert table.loc["taliban.stance", "mu"] > 0.5
        assert table.loc["reward_response", "mu_star"] == pytest.approx(0.0, abs=0.05)


class TestCommand:
    @pytest.mark.parametrize(
        ("design", "names", "says"),
        [
            (
                {"kind": "saltelli", "base": 64, "second_order": True},
                ("tornado", "indices", "interactions"),
                "in all (ST)",
            ),
            ({"kind": "saltelli", "base": 64}, ("tornado", "indices"), "alone (S1)"),
            ({"kind": "morris", "trajectories": 12}, ("tornado", "indices", "interactions"), "size (mu*)"),
            ({"kind": "latin_hypercube", "points": 60}, ("tornado", "indices"), "coefficient"),
        ],
    )
    def test_tables_pictures_and_json(
        self,
        textbook: type[Textbook],
        durand: Durand,
        design: dict[str, Any],
        names: tuple[str, ...],
        says: str,
        tmp_path: Path,
    ) -> None:
        sim.sweep(experiment(design, worlds=2), tmp_path / "sweep")
        shown = durand("sensitivity", tmp_path / "sweep", "--out", tmp_path / "out")
        assert shown.code == 0, shown.err
        assert says in shown.out
        assert "These are modelled worlds, not a forecast." in shown.out
        assert f"Written: {tmp_path / 'out' / 'sensitivity.md'}" in shown.out.replace("\n", "")
        files = sorted(path.name for path in (tmp_path / "out" / "plots").iterdir())
        assert files == sorted(f"attacks-confront-{name}.{end}" for name in names for end in ("png", "svg"))
        page = (tmp_path / "out" / "sensitivity.md").read_text(encoding="utf-8")
        assert all(f"plots/attacks-confront-{name}.svg" in page for name in names)
        said = durand("sensitivity", tmp_path / "sweep", "--metric", "attacks", "--json")
        data = json.loads(said.out)
        assert data["studies"][0]["points"] == len(Sweep.load(tmp_path / "sweep").experiments)
        assert data == json.loads(json.dumps(Sweep.load(tmp_path / "sweep").sensitivity(["attacks"]).as_json()))
        assert {row["factor"] for row in data["studies"][0]["indices"]} == {*INPUTS, IDLE}

    def test_what_is_wrong_is_said_in_a_line(
        self, textbook: type[Textbook], durand: Durand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        assert durand("sensitivity", tmp_path).code == 2
        sim.sweep(experiment({"kind": "saltelli", "base": 4}), tmp_path / "sweep")
        for arguments, message in (
            (("--metric", "attaks"), "no such outcome was kept: attaks (did you mean 'attacks'?)"),
            (("--versus", "appease"), "appease is not one of several scenarios"),
        ):
            told = durand("sensitivity", tmp_path / "sweep", *arguments, "--out", tmp_path / "never")
            assert told.code == 2
            assert message in told.err
            assert not (tmp_path / "never").exists()
        manifest = tmp_path / "sweep" / "manifest.json"
        header = {**json.loads(manifest.read_text(encoding="utf-8")), "state": "interrupted"}
        header.pop("seal")
        manifest.write_bytes(sealed(header))
        told = durand("sensitivity", tmp_path / "sweep")
        assert told.code == 2
        assert "not finished, 24 of 24 runs: run the sweep again" in told.err


def drawn(chart: Any) -> list[dict[str, Any]]:
    """What a picture draws, once Vega-Lite's schema has found nothing wrong with it."""
    chart.to_dict(validate=True)
    return rows_of(chart)


def _called(name: str) -> str:
    """What a picture calls a factor."""
    return capital(factor_words(name))


class TestPictures:
    @pytest.fixture
    def found(self, textbook: type[Textbook], tmp_path: Path) -> Any:
        design = {"kind": "saltelli", "base": 256, "second_order": True}
        return sim.sweep(experiment(design), tmp_path / "out").sensitivity(["attacks"])

    def test_the_tornado_draws_the_table(self, found: Any) -> None:
        rows = drawn(found.tornado())
        table = found.study().indices.table.rename(index=_called)
        for row in rows:
            column = "lowest_third" if "low" in row["side"] else "highest_third"
            assert row["mean"] == pytest.approx(table.loc[row["factor"], column])
        order = list(dict.fromkeys(row["factor"] for row in rows))
        assert order == list(table.index)

    def test_the_indices_draw_their_intervals(self, found: Any) -> None:
        rows = drawn(found.chart())
        table = found.study().indices.table.rename(index=_called)
        assert len(rows) == 2 * len(table)
        for row in rows:
            kind = "S1" if row["kind"].startswith("alone") else "ST"
            assert row["index"] == pytest.approx(table.loc[row["factor"], kind])
            assert row["to"] - row["from"] == pytest.approx(2 * table.loc[row["factor"], f"{kind}_conf"])

    def test_the_half_table_has_each_pair_once(self, found: Any) -> None:
        rows = drawn(found.interactions())
        assert len({frozenset((row["across"], row["down"])) for row in rows}) == len(rows) == 6
        strongest = max(rows, key=lambda row: row["index"])
        assert {strongest["across"], strongest["down"]} == {_called(INPUTS[0]), _called(INPUTS[2])}

    def test_labels_of_the_plane_stand_clear_of_each_other(self) -> None:
        from sim.plots.sensitivity import morris_plane

        rows = [{"factor": f"factor_{n}", "mu_star": 1.0 - 0.01 * n, "sigma": 0.5 + 0.01 * n} for n in range(8)]
        chart = morris_plane(rows, "attacks", "T", "S")
        dots = [row for row in drawn(chart) if "label_y" in row]
        assert len(dots) >= 4
        for side in ("left", "right"):
            heights = sorted(row["label_y"] for row in dots if row["side"] == side)
            assert all(b - a > 0.02 for a, b in pairwise(heights))
        assert to_png(chart).startswith(b"\x89PNG")


_RIVAL = [{"parameters": f"rival_{one}"} for one in ("bargaining_chip", "faction_politics")]


@pytest.mark.parametrize(
    "design", [{"kind": "latin_hypercube", "points": 24}, {"kind": "saltelli", "base": 8}], ids=["ranks", "sobol"]
)
def test_a_switch_is_told_by_its_options(design: dict[str, Any], tmp_path: Path) -> None:
    """A sample's places lie anywhere within an option: a third of the places is a part of an option only, and 'more of it' is
    nothing that a reader knows."""
    sweep = sim.sweep(
        {
            "schema": 1,
            "title": "Switches",
            "scenarios": ["confront"],
            "uncertainties": ["attacks_per_capability"],
            "switches": {
                "spiral": {"off": "L5"},
                "motive": {"options": {"declared": {}, "chip": _RIVAL[0], "faction": _RIVAL[1]}},
            },
            "design": design,
            "worlds": 2,
            "months": 24,
            "series": False,
        },
        tmp_path / "swept",
    )
    (study,) = sweep.sensitivity(["attacks"]).studies
    assert study.indices is not None
    row = study.indices.table.loc["spiral"]
    means = (
        sweep.outcomes.join(sweep.experiments["switch:spiral"], on="point").groupby("switch:spiral")["attacks"].mean()
    )
    assert row["lowest_third"] == pytest.approx(means["on"])
    assert row["highest_third"] == pytest.approx(means["off"])
    assert study.indices.options == ({"spiral": "off", "motive": ""} if "points" in design else {})
