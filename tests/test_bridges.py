"""Bridges to SALib and the EMA Workbench: their points give the numbers that sim gives for the same points."""

from __future__ import annotations

import pickle
import subprocess
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.ensemble.spec import LimitError
from sim.experiment.bridges import COURSE, PointError, point_model, salib_problem
from sim.experiment.factors import Factor
from sim.experiment.load import experiments
from sim.experiment.workbench import import_workbench
from sim.scenario import load_scenario, with_overrides

DATA: dict[str, Any] = {
    "schema": 1,
    "title": "Bridge",
    "scenarios": ["confront", "appease"],
    "levers": {"pakistan.aid": None, "taliban.stance": {"levels": ["choose", "restrain"]}},
    "uncertainties": {"reward_response": None, "shelter_protection": {"distribution": "triangular", "mode": 0.8}},
    "constants": {"kinship_weight": 1.0},
    "design": {"kind": "latin_hypercube", "points": 5, "seed": 1},
    "worlds": 3,
    "months": 4,
    "seed": 7,
    "parameters": "defaults",
    "metrics": ["attacks", "sovereignty", "taliban_stance"],
}


def alone(row: Any) -> Any:
    """What `sim.run` gives for a point: means over its worlds."""
    settings = {
        "actors.pakistan.levers.aid": float(row["pakistan.aid"]),
        "actors.taliban.stance": str(row["taliban.stance"]),
        "parameters.kinship_weight": 1.0,
        "parameters.reward_response": float(row["reward_response"]),
        "parameters.shelter_protection": float(row["shelter_protection"]),
    }
    scenario = with_overrides(load_scenario(str(row[COURSE])), settings)
    return sim.run(scenario, worlds=3, months=4, seed=7, parameters="defaults").outcomes[DATA["metrics"]].mean()


class TestWorkbench:
    def test_its_experiments_give_our_numbers(self) -> None:
        model = sim.ema_model(DATA)
        workbench = import_workbench()
        with workbench.SequentialEvaluator(model) as evaluator:
            drawn, outcomes = evaluator.perform_experiments(scenarios=4, policies=2)
        assert len(drawn) == 8
        assert set(drawn[COURSE]) == {"confront", "appease"}
        for number, (_, row) in enumerate(drawn.iterrows()):
            expected = alone(row)
            assert {name: outcomes[name][number] for name in DATA["metrics"]} == pytest.approx(
                dict(expected), rel=1e-12
            )

    def test_what_stands_where(self) -> None:
        """Levers, uncertainties and constants apart; ranges and distributions as the experiment has them."""
        model = sim.ema_model(DATA)
        assert [one.name for one in model.levers] == [COURSE, "pakistan.aid", "taliban.stance"]
        assert [one.name for one in model.constants] == ["kinship_weight"]
        assert [one.name for one in model.outcomes] == DATA["metrics"]
        reward, shelter = model.uncertainties
        plan = point_model(DATA).plan
        factor = next(one for one in plan.factors if one.name == "shelter_protection")
        assert (shelter.lower_bound, shelter.upper_bound) == pytest.approx((factor.low, factor.high))
        places = np.array([0.1, 0.5, 0.9])
        assert shelter.dist.ppf(places) == pytest.approx(factor.values(places))
        assert reward.dist.dist.name == "uniform"

    def test_levers_that_nobody_draws_stay_as_the_scenario_has_them(self) -> None:
        """Uncertainties alone is what the workbench draws when it is asked for scenarios and no policies."""
        with import_workbench().SequentialEvaluator(sim.ema_model(DATA)) as evaluator:
            drawn, outcomes = evaluator.perform_experiments(scenarios=2)
        own = load_scenario("confront").actors
        for number, (_, row) in enumerate(drawn.iterrows()):
            whole = {**row, COURSE: "confront", "taliban.stance": own.taliban.stance or "choose"}
            whole["pakistan.aid"] = own.pakistan.levers.get("aid", 0.0)
            expected = alone(whole)
            assert outcomes["attacks"][number] == pytest.approx(expected["attacks"], rel=1e-12)

    def test_a_policy_that_is_named_there_is_the_one_that_runs(self) -> None:
        """Otherwise a candidate policy of somebody's own is scored as another."""
        workbench = import_workbench()
        levers = {COURSE: "appease", "pakistan.aid": 0.7, "taliban.stance": "restrain"}
        named = getattr(workbench, "Policy", None) or workbench.Sample  # as it is called from version 3 on
        with workbench.SequentialEvaluator(sim.ema_model(DATA)) as evaluator:
            drawn, outcomes = evaluator.perform_experiments(scenarios=2, policies=[named("mine", **levers)])
        for number, (_, row) in enumerate(drawn.iterrows()):
            assert outcomes["attacks"][number] == pytest.approx(alone({**row, **levers})["attacks"], rel=1e-12)

    def test_importing_it_warns_of_nothing(self) -> None:
        code = (
            "import warnings; warnings.simplefilter('error')\nfrom sim.experiment.workbench import import_workbench\n"
        )
        code += "import_workbench()\nwarnings.simplefilter('error'); warnings.warn('still heard')"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
        assert "ipyparallel" not in done.stderr
        assert "still heard" in done.stderr

    def test_it_can_be_sent_to_other_processes(self) -> None:
        model = point_model(DATA)
        again = pickle.loads(pickle.dumps(model))
        point = {"pakistan.aid": 0.2, "taliban.stance": "restrain", "reward_response": 1.0, "shelter_protection": 0.5}
        assert again(**point) == model(**point)


class TestSalib:
    def test_a_sample_drawn_there_gives_our_numbers(self) -> None:
        from SALib.sample import latin

        problem = sim.salib_problem(DATA)
        model = point_model(DATA)
        sample = latin.sample(problem, 6, seed=1)
        values = model.evaluate(sample, "attacks", "appease")
        words = ("choose", "restrain")
        for row, value in zip(sample, values, strict=True):
            point = dict(zip(problem["names"], row, strict=True))
            point |= {"taliban.stance": words[int(point["taliban.stance"] * 2)], COURSE: "appease"}
            assert value == pytest.approx(alone(point)["attacks"], rel=1e-12)

    def test_its_own_evaluator_calls_ours(self) -> None:
        """By SALib's `ProblemSpec`, with what it hands on."""
        from SALib import ProblemSpec

        model = point_model(DATA)
        asked = ProblemSpec({**sim.salib_problem(DATA), "outputs": ["sovereignty"]})
        asked.sample_latin(6, seed=1)
        asked.evaluate(model.evaluate, "sovereignty", "appease")
        assert np.array_equal(asked.results, model.evaluate(asked.samples, "sovereignty", "appease"))
        assert np.ptp(asked.results) > 0

    def test_its_analysis_takes_our_problem(self) -> None:
        from SALib.analyze import sobol as analyse
        from SALib.sample import sobol

        data = {**DATA, "scenarios": ["confront"], "months": 2, "worlds": 1}
        problem = sim.salib_problem(data)
        sample = sobol.sample(problem, 16, calc_second_order=False, seed=3)
        found = analyse.analyze(
            problem, point_model(data).evaluate(sample, "taliban_stance"), calc_second_order=False, seed=1
        )
        assert problem["names"][int(np.argmax(found["ST"]))] == "taliban.stance"

    @pytest.mark.parametrize("name", sorted(path.stem for path in experiments().glob("*.yaml")))
    def test_every_experiment_of_the_library_is_a_problem(self, name: str) -> None:
        """Each draws points that the experiment itself takes."""
        from SALib.sample import latin

        model, problem = point_model(name), salib_problem(name)
        sample = latin.sample(problem, 50, seed=2)
        assert sample.shape == (50, len(model.factors))
        for column, factor in zip(sample.T, model.factors, strict=True):
            low, high = (0.0, 1.0) if factor.levels else (factor.low, factor.high)
            assert low <= column.min() < column.max() <= high

    def test_distributions_are_drawn_as_we_draw_them(self) -> None:
        from SALib.sample import latin

        from sim.experiment.bridges import _salib

        for factor in (
            Factor("a", "uncertainty", 0.1, 10.0, "loguniform"),
            Factor("b", "uncertainty", -1.0, 3.0, "triangular", 3.0),
            Factor("c", "uncertainty", -1.0, 3.0, "triangular", 0.5),
        ):
            kind, bounds = _salib(factor)
            problem = {"num_vars": 1, "names": ["x"], "bounds": [bounds], "dists": [kind]}
            drawn = np.sort(latin.sample(problem, 2000, seed=1)[:, 0])
            ours = factor.values((np.arange(2000) + 0.5) / 2000)
            assert drawn == pytest.approx(ours, abs=0.02 * (factor.high - factor.low))

    def test_what_salib_cannot_draw_is_said(self) -> None:
        from sim.experiment.bridges import _salib

        with pytest.raises(LimitError, match="ends below 0"):
            _salib(Factor("a", "uncertainty", -3.0, -1.0, "triangular"))


class TestPoints:
    def test_a_sweeps_own_points_give_its_numbers(self, tmp_path: Path) -> None:
        """From the sweep itself: one call away; and bit for bit in any pieces."""
        done = sim.sweep(DATA, tmp_path / "out")
        model = point_model(done)
        table = done.experiments[done.experiments["scenario"] == "appease"]
        columns = {factor.name: table[f"{factor.kind}:{factor.name}"].to_numpy() for factor in model.factors}
        found = model.run(columns, "appease")
        means = done.means().loc[table.index]
        for metric in DATA["metrics"]:
            assert found[metric] == pytest.approx(means[metric].to_numpy(), rel=1e-12)
        assert done.salib_problem()["names"] == [factor.name for factor in model.factors]
        assert [one.name for one in done.ema_model().outcomes] == DATA["metrics"]

    @pytest.mark.parametrize(
        ("point", "message"),
        [
            ({"reward_respons": 1.0}, r"no such factor in this experiment: reward_respons \(did you mean"),
            ({COURSE: "hedge"}, "no such scenario in this experiment: hedge"),
            (
                {"pakistan.aid": 1.5, "taliban.stance": "choose", "reward_response": 1.0, "shelter_protection": 0.5},
                "pakistan.aid is out of range: 1.5; allowed: 0 to 1",
            ),
        ],
    )
    def test_what_is_wrong_is_said(self, point: dict[str, Any], message: str) -> None:
        with pytest.raises(PointError, match=message):
            point_model(DATA)(**point)

    def test_nothing_to_vary_is_said(self) -> None:
        plain = {"schema": 1, "title": "T", "scenarios": ["confront"]}
        for call in (sim.salib_problem, sim.ema_model):
            with pytest.raises(LimitError, match="varies nothing"), warnings.catch_warnings():
                call(plain)
