"""Which rules hold as a factor, parameter sets and worlds as points, factors in groups, and indices of any points."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
from made_sweep import draws, made

import sim
from sim.ensemble.chunks import take
from sim.ensemble.simulate import simulate_batch
from sim.ensemble.spec import RunSpec
from sim.experiment.design import groups_of, places, related
from sim.experiment.factors import Factor
from sim.experiment.load import ExperimentError, extent, load_experiment, load_plan
from sim.experiment.outcome import Sweep
from sim.experiment.schema import Saltelli
from sim.experiment.sensitivity.given import PARTS, delta, pawn
from sim.experiment.sensitivity.methods import sobol
from sim.experiment.sweep import estimate
from sim.parameters import PARAMETERS
from sim.parameters.posterior import accepted, file_of
from sim.record import told as record
from sim.scenario import load_scenario
from sim.worlds import Streams

RIVAL = load_scenario("rival_bargaining_chip").parameters
EXPERIMENT: dict[str, Any] = {
    "schema": 1,
    "title": "Parameters or rules",
    "scenarios": ["confront", "appease"],
    "uncertainties": ["attacks_per_capability"],
    "switches": {
        "spiral": {"off": "L5"},
        "motive": {
            "options": {"as_declared": None, "chip": {"parameters": "rival_bargaining_chip"}, "none": {"off": ["M8"]}}
        },
    },
    "design": {"kind": "latin_hypercube", "points": 12, "seed": 1},
    "worlds": 2,
    "months": 5,
    "metrics": ["attacks", "tension"],
}


@pytest.fixture(scope="module")
def sweep(tmp_path_factory: pytest.TempPathFactory) -> Sweep:
    return sim.sweep(EXPERIMENT, tmp_path_factory.mktemp("switches") / "out", engine="numpy")


class TestSwitches:
    def test_a_point_is_a_run_with_its_rules(self, sweep: Sweep) -> None:
        """To the bit: with the same rules off and the same readings, whatever stood beside it in its pack."""
        seen = set()
        for point, row in sweep.experiments.iterrows():
            stands = row["switch:spiral"], row["switch:motive"]
            if stands in seen:
                continue
            seen.add(stands)
            off = ("L5",) * (stands[0] == "off") + ("M8",) * (stands[1] == "none")
            drawn = {"attacks_per_capability": row["uncertainty:attacks_per_capability"]}
            values = {**drawn, **(RIVAL if stands[1] == "chip" else {})}
            plan, how = load_scenario(row["scenario"]), {"parameters": "defaults", "values": values, "off": off}
            alone = simulate_batch(RunSpec.of(plan, 2, 5, **how, series=False, engine="numpy"), take)
            for name in ("attacks", "tension"):
                assert sweep.outcomes.loc[point, name].tolist() == alone.outcomes[name].tolist(), (stands, name)
        assert len(seen) == 6

    def test_however_it_is_cut(self, sweep: Sweep, tmp_path: Path) -> None:
        """And from the folder's own copy, in which the rival reading is written out."""
        again = sim.sweep(Path(sweep.place) / "experiment.yaml", tmp_path / "again", chunk=5, engine="numpy")
        assert again.fingerprint == sweep.fingerprint
        assert again.experiments["id"].tolist() == sweep.experiments["id"].tolist()
        assert again.manifest["particulars"]["switches"]["spiral"][1] == {"off": ["L5"], "parameters": {}}

    def test_what_it_will_take_is_said(self) -> None:
        """Some of the ways in which rules hold are at no point of what is tried."""
        found = estimate(EXPERIMENT)
        assert (found.points, found.runs) == (24, 48)
        assert 0 < found.seconds < 600

    def test_analyses_take_them_as_options(self, sweep: Sweep) -> None:
        assert sweep.factors("switch") == ["switch:spiral", "switch:motive"]
        from sim.experiment.discovery.rows import rows

        inputs = rows(sweep, "attacks > 0", "confront").inputs
        assert set(inputs["motive"]) == {"as_declared", "chip", "none"}
        best = sweep.regret(["attacks"], resamples=100)
        assert set(best.inputs.columns) == {"attacks_per_capability", "spiral", "motive"}

    def test_other_rules_are_another_point(self) -> None:
        given = ({**EXPERIMENT, "switches": {"spiral": {"off": name}}} for name in ("L5", "L4"))
        plain, other = (replace(load_plan(one), asked="numpy") for one in given)
        assert not set(plain.ids(np.arange(12))) & set(other.ids(np.arange(12)))
        assert plain.identity != other.identity

    @pytest.mark.parametrize(
        ("switches", "said"),
        [
            ({"a": {"off": "L50"}}, "is neither a rule nor a mechanism nor a feedback loop: L50"),
            (
                {"a": {"options": {"one": None}}},
                "is not complete; allowed: one of off, without, and two or more options",
            ),
            ({"a": {"options": {"one": None, "two": {"parameters": {"chip": 1}}}}}, "no such parameter: chip"),
            (
                {"a": {"options": {"one": None, "two": {"parameters": {"chip_value": 99}}}}},
                "chip_value is not a number in its range",
            ),
            ({"a": {"options": {"one": None, "two": {"parameters": "nobody"}}}}, "cannot be read"),
            ({"chip_value": {"off": "L5"}}, "is the name of something else"),
            (
                {f"s{n}": {"off": f"L{n}"} for n in range(1, 8)},
                "too many combinations of options: 128; allowed: at most 64",
            ),
        ],
    )
    def test_what_is_wrong_is_said_with_its_line(self, switches: dict[str, Any], said: str) -> None:
        with pytest.raises(ExperimentError, match=r"^experiment:\d+: ") as caught:
            load_experiment({**EXPERIMENT, "switches": switches})
        assert said in str(caught.value)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"metrics": ["attakcs"]}, "metrics[0] is not one of the choices: 'attakcs' (did you mean 'attacks'?)"),
        ({"metrics": ["attacks", "attacks"]}, "metrics[1] comes twice: 'attacks'; allowed: each metric once"),
        ({"series": "no"}, "series has the wrong type: 'no'; allowed: true or false"),
        (
            {"uncertainties": {"attacks_per_capability": {"levels": [2, 2]}}},
            "uncertainties.attacks_per_capability.levels[1] comes twice: 2; allowed: each level once",
        ),
    ],
)
def test_one_message_says_what_is_wrong(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ExperimentError) as caught:
        load_experiment({**EXPERIMENT, **change})
    assert said in str(caught.value)
    assert "too short" not in str(caught.value)


class TestSets:
    """Accepted sets as points: what the record ties together stays tied."""

    posterior: ClassVar[dict[str, Any]] = {
        **{key: value for key, value in EXPERIMENT.items() if key != "switches"},
        "uncertainties": "all",
        "switches": {"spiral": {"off": "L5"}},
        "design": {"kind": "posterior", "as_of": "2022-12", "points": 100},
    }

    def test_each_point_is_a_set(self) -> None:
        plan, sets = load_plan(self.posterior), accepted(file_of("posterior:2022-12"))
        names = [factor.name for factor in plan.drawn if factor.kind == "uncertainty"]
        assert set(names) == set(sets)
        rows, drawn = np.arange(100) * 3, plan.draws.values(np.arange(100))
        for column, name in enumerate(names):
            low, high = PARAMETERS[name].low, PARAMETERS[name].high
            assert drawn[:, column].tolist() == np.clip(sets[name][rows], low, high).tolist()
        assert drawn[:, -1].sum() == 50  # the switch is even over them
        assert extent(self.posterior)[0] == 200

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"uncertainties": ["chip_value"]}, "allowed with a posterior design, which takes whole sets: all"),
            ({"uncertainties": {"all": None, "chip_value": {"low": 1, "high": 2}}}, "has a range of its own"),
            (
                {"design": {"kind": "posterior", "points": 301}},
                "design.points is more than there are sets; allowed: 2 to 300",
            ),
            (
                {"design": {"kind": "told", "until": "2022-12", "points": 9}},
                "worlds is not right; allowed with a told design: 1",
            ),
        ],
    )
    def test_what_is_wrong_is_said(self, change: dict[str, Any], said: str) -> None:
        with pytest.raises(ExperimentError) as caught:
            load_experiment({**self.posterior, **change})
        assert said in str(caught.value)

    def test_told_worlds_are_those_that_go_on(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """The same as `durand compare --told`, to the bit, and each with its own values."""
        monkeypatch.setenv("DURAND_ENGINE", "numpy")
        monkeypatch.setattr(record, "CANDIDATES", 2_000)
        monkeypatch.setattr(record, "LEAST_EFFECTIVE", 1)
        asked = {
            **{key: value for key, value in EXPERIMENT.items() if key != "switches"},
            "design": {"kind": "told", "until": "2021-12", "points": 24},
            "parameters": "prior",
            "worlds": 1,
            "months": 7,
        }
        sweep = sim.sweep(asked, tmp_path / "out", chunk=10, engine="numpy")
        how = {"worlds": 24, "months": 7, "parameters": "prior", "told": "2021-12", "seed": 0, "engine": "numpy"}
        compared = sim.compare(["confront", "appease"], **how)
        for name in ("confront", "appease"):
            chosen = sweep.experiments["scenario"] == name
            assert sweep.figure("attacks")[chosen].tolist() == compared.results[name].outcomes["attacks"].tolist()
        one = PARAMETERS["attacks_per_capability"]
        numbers = sweep.manifest["particulars"]["told"]
        uniform = Streams(0, max(numbers) + 1).uniform("parameter/attacks_per_capability", 0)[numbers]
        drawn = sweep.experiments["uncertainty:attacks_per_capability"].to_numpy()[:24]
        assert drawn == pytest.approx(sim.parameters.draw(uniform, one.low, one.high, one.distribution, one.value))


def linear(at: np.ndarray) -> np.ndarray:
    return at @ np.array([3.0, 2.0, 1.0, 0.0])


class TestGroups:
    names = ("a", "b", "c", "d")
    design = Saltelli(kind="saltelli", base=1024, groups={"both": ("a", "c")}, seed=1)

    def test_a_group_has_what_its_factors_make_together(self) -> None:
        """Of a sum the shares are those of variances: 9 and 1 of 14 in the group, 4 alone."""
        at = places(self.design, [Factor(name, "uncertainty", 0.0, 1.0) for name in self.names])
        assert len(at) == 1024 * related(self.design, self.names) == 1024 * 5
        groups = groups_of(self.design, self.names)
        assert groups == ["both", "b", "both", "d"]
        table = sobol(self.names, at, linear(at), groups=groups).table
        assert table["ST"].to_dict() == pytest.approx({"both": 10 / 14, "b": 4 / 14, "d": 0.0}, abs=0.02)
        assert table["S1"].to_dict() == pytest.approx({"both": 10 / 14, "b": 4 / 14, "d": 0.0}, abs=0.02)

    def test_themes_of_the_registry(self) -> None:
        design = Saltelli(kind="saltelli", base=4, groups="theme")
        themes = {one.theme for one in PARAMETERS.values() if not one.constant}
        experiment = {**EXPERIMENT, "switches": {}, "uncertainties": "all", "scenarios": ["confront"], "worlds": 1}
        assert extent({**experiment, "design": design.model_dump()})[0] == 4 * (len(themes) + 2)

    @pytest.mark.parametrize("members", [["nobody"], ["attacks_per_capability", "attacks_per_capability"]])
    def test_a_group_of_what_is_not_varied_is_refused(self, members: list[str]) -> None:
        design = {"kind": "saltelli", "base": 4, "groups": {"mine": members}}
        with pytest.raises(
            ExperimentError, match=r"design.groups.mine\[\d\] (is not varied here|is in a group already)"
        ):
            load_experiment({**EXPERIMENT, "design": design})


class TestGivenData:
    """Of points drawn anyhow: three factors that count, in this order, and one that does not."""

    at = np.stack(list(draws(600, ["a", "b", "c", "d"]).values()), axis=1)
    names = ("a", "b", "c", "d")

    def test_pawn_is_salibs(self) -> None:
        """But for the highest value of each factor, which SALib leaves out."""
        from SALib.analyze import pawn as salib

        problem = {"num_vars": 4, "names": list(self.names), "bounds": [[0, 1]] * 4}
        theirs = salib.analyze(problem, self.at, linear(self.at), S=PARTS, seed=1)
        ours = pawn(self.names, self.at, linear(self.at)).table.loc[list(self.names)]
        assert ours["median"].to_numpy() == pytest.approx(theirs["median"], abs=0.01)
        assert ours["maximum"].to_numpy() == pytest.approx(theirs["maximum"], abs=0.01)

    def test_pawn_by_hand(self) -> None:
        """A switch that moves all: the values under either option are half of all, so the distance is a half."""
        switch = (np.arange(600) % 2).astype(float)
        at = np.column_stack([switch, self.at[:, 0]])
        table = pawn(("switch", "idle"), at, 100.0 * switch + self.at[:, 1]).table
        assert table.loc["switch", ["median", "maximum"]].tolist() == [0.5, 0.5]
        assert table.loc["switch", "median"] > table.loc["switch", "idle"]
        assert table.loc["idle", "median"] < table.loc["idle", "idle"]
        assert table.loc["switch", "highest_third"] - table.loc["switch", "lowest_third"] == pytest.approx(
            100.0, abs=0.2
        )

    def test_pawn_sees_what_moves_the_spread_alone(self) -> None:
        """Which no share of variance made by one factor shows."""
        values = (self.at[:, 0] - 0.5) * (self.at[:, 1] > 0.5) + 0.001 * self.at[:, 2]
        table = pawn(self.names, self.at, values).table
        assert table.loc["b", "median"] > 2 * table.loc["b", "idle"]
        assert table.loc["d", "median"] < table.loc["d", "idle"]

    def test_idle_factors_are_called_so(self) -> None:
        """Nineteen of twenty of those that do nothing stay under what is said."""
        at = np.stack(list(draws(400, [f"x{number}" for number in range(60)], seed=3).values()), axis=1)
        table = pawn([f"x{number}" for number in range(60)], at, Streams(9, 400).uniform("values", 0)).table
        assert 0.8 <= (table["median"] < table["idle"]).mean() < 1.0

    def test_delta_ranks_as_it_should_and_twice_alike(self) -> None:
        """Whatever its names, levels among them."""
        at = np.column_stack([self.at[:, :1], np.floor(self.at[:, 1:2] * 2), self.at[:, 3:]])
        values = linear(np.column_stack([at[:, 0], at[:, 1], at[:, 0] * 0, at[:, 2]]))
        names = ("a_raw", "switch", "d")
        table = delta(names, at, values, seed=5).table
        assert set(table.index[:2]) == {"a_raw", "switch"}
        assert (table["delta"] - table["delta_conf"] > table["idle"]).loc[["a_raw", "switch"]].all()
        assert table.loc["d", "delta"] < 0.5 * table.loc["switch", "delta"]
        assert delta(names, at, values, seed=5).table.equals(table)

    def test_any_design_will_do(self, tmp_path: Path) -> None:
        """Factorial ones, too, which have no method of their own; and factors may be chosen."""
        at = draws(80, ["chip_value", "kinship_weight"])
        outcomes = {"confront": {"attacks": 10 * at["chip_value"]}}
        sweep = made(str(tmp_path), at, outcomes, design={"kind": "factorial"})
        found = sweep.sensitivity(method="pawn", factors=["chip_value"])
        assert found.indices.index.get_level_values("factor").tolist() == ["chip_value"]
        assert f"moves most with “{PARAMETERS['chip_value'].title}”" in found.reading()[0]
        with pytest.raises(
            sim.experiment.sensitivity.methods.SensitivityError, match="with --method pawn or delta any design"
        ):
            sweep.sensitivity()
