"""What other tools meet: plain data in, labelled data out, errors that are one sentence."""

from __future__ import annotations

import builtins
import inspect
import os
import re
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sim
from sim.metrics import METRICS
from sim.scenario import list_scenarios

MINE: dict[str, Any] = {"schema": 1, "extends": "confront", "title": "Mine"}


@pytest.fixture(scope="module")
def small() -> sim.Results:
    return sim.run("confront", worlds=4, months=14, seed=3, parameters="defaults")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> sim.Sweep:
    design = {"kind": "latin_hypercube", "points": 40, "seed": 1}
    about = {"schema": 1, "title": "Small", "scenarios": ["confront", "appease"], "metrics": ["attacks"]}
    size = {"worlds": 2, "months": 3, "parameters": "defaults"}
    varied = {"reward_response": None, "cohesion_cost": None}
    return sim.sweep(
        about | size | {"uncertainties": varied, "design": design}, tmp_path_factory.mktemp("done") / "out"
    )


class TestScenarios:
    @pytest.mark.parametrize("name", [name for name, _, _ in list_scenarios()])
    def test_they_go_through_plain_data_and_back(self, name: str) -> None:
        one = sim.load_scenario(name)
        for again in (
            sim.Scenario.model_validate(one.model_dump()),
            sim.Scenario.model_validate_json(one.model_dump_json()),
            sim.load_scenario(one.data()),
        ):
            assert again == one
            assert again.hash == one.hash

    def test_a_dict_is_what_stands_in_a_file(self) -> None:
        given = MINE | {"months": np.int64(24), "actors": {"pakistan": {"levers": {"aid": np.float64(0.25)}}}}
        one = sim.load_scenario(given)
        assert (one.title, one.months, one.actors.pakistan.levers["aid"]) == ("Mine", 24, 0.25)
        asked = sim.with_overrides(sim.load_scenario("confront"), {"actors.pakistan.levers.aid": 0.25, "months": 24})
        assert one.hash == asked.hash
        assert sim.run(given, worlds=1, months=1, seed=0).title == "Mine"

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            (None, "this is no scenario: nothing"),
            (3, "this is no scenario: 3"),
            ([1], "this is no scenario: a list"),
            ({"extends": "confront"}, "schema is missing"),
            (MINE | {"months": object()}, "cannot stand in a file"),
            (MINE | {"months": 0}, "months is out of range: 0; allowed: 1 to 360"),
            (MINE | {"lever": {}}, "unknown key: lever"),
        ],
    )
    def test_what_is_wrong_is_said_wherever_a_scenario_is_taken(self, given: Any, message: str) -> None:
        for call in (sim.load_scenario, sim.run, lambda one: sim.compare({"a": "confront", "b": one})):
            with pytest.raises(sim.ScenarioError, match=message) as caught:
                call(given)
            assert len(str(caught.value).splitlines()) == 1

    @pytest.mark.parametrize("given", [None, 3, "confront", Path("confront")])
    def test_a_comparison_wants_several(self, given: Any) -> None:
        with pytest.raises(sim.LimitError, match="come as a dict or a list"):
            sim.compare(given)

    def test_scenarios_side_by_side_are_no_list(self) -> None:
        """Otherwise Python speaks of multiple values for `worlds`, which nobody gave."""
        with pytest.raises(sim.LimitError, match=r'such as \["confront", "appease"\]; got \'confront\''):
            sim.compare("confront", "appease", worlds=20)  # type: ignore[misc]


class TestErrors:
    def test_all_that_users_meet_are_public(self) -> None:
        """Otherwise they are caught by the name of a module that moves."""
        names = [name for name in sim.__all__ if name.endswith(("Error", "Interrupted"))]
        assert {"ScenarioError", "LimitError", "BundleError", "ModelError", "ExperimentError"} <= set(names)
        for name in names:
            assert issubclass(getattr(sim, name), ValueError | RuntimeError | OSError | KeyboardInterrupt)

    @pytest.mark.parametrize("name", [name for name in sim.__all__ if name != "__version__"])
    def test_what_a_docstring_says_is_raised_is_public(self, name: str) -> None:
        one = getattr(sim, name)
        parts = [one, *(getattr(one, part) for part in vars(one))] if isinstance(one, type) else [one]
        texts = [inspect.getdoc(part) or "" for part in parts]
        raised = [part for text in texts for part in re.findall(r"^Raises:\n((?:    .*\n?)+)", text, re.MULTILINE)]
        errors = {error for part in raised for error in re.findall(r"\b[A-Z]\w+(?=[\w, ]*:)", part)}
        known = {*dir(builtins), *sim.__all__}
        assert {error for error in errors if error.endswith("Error")} <= known

    @pytest.mark.parametrize("given", [None, 3, True, 2.5, [], object(), ("confront",), ("a", None), b"x"])
    def test_what_is_no_source_is_said_and_no_file_is_touched(self, given: Any) -> None:
        """Otherwise a number is taken for an open file's, which is read and closed: `True` for what is printed to."""
        for call, error in (
            (sim.load_scenario, sim.ScenarioError),
            (sim.load_experiment, sim.ExperimentError),
            (sim.salib_problem, sim.ExperimentError),
            (lambda one: sim.parallel_env(one, months=3), sim.ScenarioError),
        ):
            with pytest.raises(error, match=r"^this is no (scenario|file): ") as caught:
                call(given)
            assert "allowed: a " in str(caught.value)
        os.fstat(1)

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"parameters": None}, "this is no set of parameters: nothing"),
            ({"parameters": []}, "this is no set of parameters: a list"),
            ({"told": 3}, "up to a month from 2021-12 to 2023-12; got 3"),
            ({"engine": None}, "engine must be one of auto, numpy, compiled; got None"),
            ({"model": int}, "model must be a subclass"),
        ],
    )
    def test_a_run_says_what_it_cannot_take(self, given: dict[str, Any], message: str) -> None:
        for call in (sim.run, lambda one, **how: sim.compare([one, "appease"], **how)):
            with pytest.raises(ValueError, match=message):
                call("confront", worlds=2, months=2, **given)

    @pytest.mark.parametrize("given", [None, 3, [], "actors.pakistan.levers.aid=0.5", {3: 1}])
    def test_values_to_set_come_by_their_paths(self, given: Any) -> None:
        with pytest.raises(sim.ScenarioError, match="allowed: a dict from a path"):
            sim.with_overrides(sim.load_scenario("confront"), given)
        with pytest.raises(sim.ScenarioError, match="this is no scenario"):
            sim.with_overrides(given, {})

    def test_one_name_stands_for_itself(self) -> None:
        """Otherwise it is taken letter by letter: `no such metric: a`."""
        how: dict[str, Any] = {"worlds": 20, "months": 2, "parameters": "defaults"}
        (one,) = sim.replications("confront", metrics="attacks", **how).figures
        assert one.metric == "attacks"
        assert sim.parallel_env("own_choice", "india", months=3).possible_agents == ["india"]
        with pytest.raises(sim.LimitError, match=r"^no such metric: attack .did you mean 'attacks'"):
            sim.replications("confront", metrics="attack", **how)
        with pytest.raises(sim.LimitError, match=r"this is no list: 3 \(int\); allowed: one text, or a list of some"):
            sim.replications("confront", metrics=3, **how)  # type: ignore[arg-type]

    @pytest.mark.parametrize("given", [None, 3, [], {}])
    def test_what_is_asked_of_results_and_sweeps_is_said(self, given: Any, small: sim.Results, done: sim.Sweep) -> None:
        with pytest.raises(sim.LimitError, match="month must be from 2021-09 to 2022-09, written YYYY-MM; got "):
            small.why("attacks", given)
        with pytest.raises(sim.LimitError, match=r"this is no condition or figure: .* allowed: a text such as"):
            done.discover(given)
        with pytest.raises(sim.LimitError, match=r"smallest must be 0\.01 to 0\.5; got "):
            done.discover("attacks < 60", smallest=given or "much")
        with pytest.raises(sim.LimitError, match="precision of shares must be above 0 and below 1; got "):
            sim.replications("confront", share_precision=given)

    def test_one_figure_of_a_sweep_stands_for_itself(self, done: sim.Sweep, tmp_path: Path) -> None:
        assert [one.figure.text for one in done.sensitivity("attacks", method="pawn").studies] == ["attacks", "attacks"]
        assert [one.figure.text for one in done.regret("attacks").judged] == ["attacks"]
        again = sim.sweep(done.experiment, tmp_path / "again", reuse=done.place)
        assert again.complete

    def test_no_folder_is_called_none(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.chdir(tmp_path)
        with pytest.raises(sim.LimitError, match=r"this is no folder: nothing \(NoneType\)"):
            sim.sweep("carrot_or_stick", None)  # type: ignore[arg-type]
        assert list(tmp_path.iterdir()) == []

    @pytest.mark.parametrize("given", [None, 3, []])
    def test_an_extension_has_a_name(self, given: Any) -> None:
        with pytest.raises(TypeError, match="name and title are texts"):
            sim.Extension(given)


class TestLabels:
    def test_months_are_dates(self, small: sim.Results) -> None:
        series = small.series
        assert series["month"].dtype.kind == "M"
        assert series["attacks"].sel(month="2021-08-01").dims == ("world",)
        assert series.sel(month="2022").sizes["month"] == 9
        by_year = series["attacks"].resample(month="YS").sum()
        assert float(by_year.sum()) == float(small.outcomes["attacks"].sum())

    def test_variables_say_what_they_are(self, small: sim.Results) -> None:
        series = small.series
        for name, metric in METRICS.items():
            assert series[name].attrs["long_name"] == metric.title
            assert series[name].attrs["units"]
        assert series["attacks"].attrs["units"] == "attacks a month"
        assert series["sovereignty"].attrs["units"] == "1"
        assert series.attrs["Conventions"].startswith("CF-")
        difference = sim.compare(["confront", "appease"], worlds=2, months=2, parameters="defaults")
        paired = difference.paired_series("appease")
        assert paired["attacks"].attrs["units"] == "attacks a month"
        assert "less" in paired.attrs["title"]

    def test_they_can_be_written_as_netcdf(self, small: sim.Results, tmp_path: Path) -> None:
        import xarray as xr

        small.series.to_netcdf(tmp_path / "series.nc", engine="scipy")
        with xr.open_dataset(tmp_path / "series.nc", engine="scipy") as back:
            assert np.array_equal(back["attacks"], small.series["attacks"])
            assert back["month"].dtype.kind == "M"

    def test_columns_on_disk_say_their_units(self, small: sim.Results, tmp_path: Path) -> None:
        import pyarrow.parquet as pq

        small.save(tmp_path / "out")
        for name, unit in (("series.parquet", b"attacks a month"), ("outcomes.parquet", b"attacks")):
            field = pq.read_schema(tmp_path / "out" / name).field("attacks")
            assert field.metadata[b"units"] == unit  # an outcome is the run's total
            assert field.metadata[b"long_name"] == b"TTP attacks"
        panel = pq.read_schema(tmp_path / "out" / "panels" / "attacks_by_area.parquet")
        assert {field.metadata[b"units"] for field in panel if field.metadata} == {b"attacks a month"}
        assert small.series["group_strength"].attrs["units"] == "thousand fighters"

    def test_a_sweep_is_a_dataset_too(self, tmp_path: Path) -> None:
        import pyarrow.parquet as pq

        data = {
            "schema": 1,
            "title": "Small",
            "scenarios": ["confront", "appease"],
            "uncertainties": {"reward_response": None},
            "design": {"kind": "latin_hypercube", "points": 2, "seed": 1},
            "worlds": 2,
            "months": 3,
            "parameters": "defaults",
            "metrics": ["attacks"],
            "series": True,
        }
        done = sim.sweep(data, tmp_path / "out")
        found = done.dataset
        assert dict(found.sizes) == {"point": 4, "world": 2, "month": 3}
        assert found["month"].dtype.kind == "M"
        assert found["attacks"].attrs["units"] == "attacks a month"
        for name in (tmp_path / "out").rglob("*.parquet"):
            bare = [one.name for one in pq.read_schema(name) if not (one.metadata and one.metadata[b"units"])]
            assert set(bare) <= {"point", "world", "month", "verdict", "id", "scenario", "mix", "draw", "error"}
        assert set(found["scenario"].values) == {"confront", "appease"}
        assert np.array_equal(found["attacks"].values.ravel(), done.series["attacks"].to_numpy())

    def test_notebooks_show_tables(self, small: sim.Results) -> None:
        both = sim.compare(["confront", "appease"], worlds=2, months=2, parameters="defaults")
        for shown in (small, both):
            html = shown._repr_html_()
            assert "TTP attacks" in html
            assert "&lt;" in html
            assert "<script" not in html
        title = MINE | {"title": "<script>x</script>"}
        assert "<script" not in sim.load_scenario(title)._repr_html_()


class TestModel:
    def test_it_stops_with_its_scenario(self) -> None:
        """Otherwise Mesa's own runner lets a thousand months pass."""
        import mesa

        short = MINE | {"months": 3}
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Mesa's own, of arguments that newer versions want otherwise
            rows = mesa.batch_run(sim.FrontierModel, {"scenario": [short], "seed": [1]}, number_processes=1)
        assert 2 <= max(row["Step"] for row in rows) <= 3

    @pytest.mark.parametrize(
        ("given", "message"),
        [
            ({"worlds": 0}, "worlds must be a whole number from 1 to 1,000,000; got 0"),
            ({"worlds": 2.5}, "got 2.5"),
            ({"worlds": True}, "got True"),
            ({"values": {"kinship_weight": np.array([0.5, np.nan])}}, "not a number everywhere"),
            (
                {"values": {"kinship_weight": np.array([0.5, 3.0])}},
                "kinship_weight is out of range: 3; allowed: 0.2 to 2.5",
            ),
            ({"values": {"kinship_weight": "much"}}, "kinship_weight is no number: 'much'"),
            ({"values": {"kinship_weight": np.ones(3)}}, r"has shape \(3,\); allowed: a number, or one for each of 2"),
            ({"levers": {"actors.pakistan.levers.aid": np.ones(3)}}, r"aid has shape \(3,\)"),
            ({"levers": {"actors.pakistan.levers.aid": "much"}}, "aid is no number: 'much'"),
            ({"seed": -1}, "seed must be a whole number from 0 to 9,223,372,036,854,775,807; got -1"),
            ({"seed": "x"}, "seed must be a whole number .*; got 'x'"),
            ({"parameters": None}, "this is no set of parameters: nothing"),
            (
                {"levers": {"actors.pakistan.levers.aid": np.array([0.5, 1.5])}},
                "aid is out of range: 1.5; allowed: 0 to 1",
            ),
            ({"levers": {"actors.taliban.stance": np.array([0.0, 7.0])}}, "stance is out of range: 7; allowed: 0 to 4"),
            ({"scenario": None}, "this is no scenario"),
        ],
    )
    def test_what_is_out_of_range_is_refused(self, given: dict[str, Any], message: str) -> None:
        with pytest.raises(ValueError, match=message):
            sim.FrontierModel(**{"scenario": "confront", "worlds": 2, "seed": 1} | given)

    @pytest.mark.parametrize(
        ("given", "error", "message"),
        [
            ({"levers": {"aid": np.ones(2)}}, KeyError, "the scenario has nothing at aid; allowed: actors.pakistan"),
            (
                {"levers": {"actors.pakistan.levers.stance": np.ones(2)}},
                KeyError,
                "nothing at actors.pakistan.levers.st",
            ),
            ({"values": {"kinship_weigth": 1.0}}, KeyError, "no such parameter: kinship_weigth .did you mean"),
            ({"values": 3}, TypeError, "values: 3 is no mapping"),
            ({"levers": "aid"}, TypeError, "levers: 'aid' is no mapping"),
            ({"off": 3}, TypeError, "off: 3 is no collection"),
        ],
    )
    def test_what_is_there_by_no_such_name_is_said(self, given: dict[str, Any], error: type, message: str) -> None:
        with pytest.raises(error, match=message):
            sim.FrontierModel(**{"scenario": "confront", "worlds": 2, "seed": 1} | given)

    def test_reporters_that_users_add_are_read(self) -> None:
        model = sim.FrontierModel("confront", worlds=3, seed=1)
        found = model.datacollector
        found._new_model_reporter("half", lambda one: one.month)
        found.model_reporters |= {"whole": lambda one: one.month, "start": "calendar"}
        found.agent_reporters["kind"] = lambda one: type(one).__name__
        model.step()
        found.model_reporters["late"] = lambda one: one.month
        for _ in range(2):
            model.step()
        assert found.model_vars["half"] == found.model_vars["whole"] == [0, 1, 2]
        assert found.model_vars["start"] == ["2021-08", "2021-09", "2021-10"]
        assert found.model_vars["late"] == [None, 1, 2]
        assert len(found.get_model_vars_dataframe()) == len(found.model_vars["attacks"]) == 3
        assert set(found.get_agent_vars_dataframe()["kind"]) >= {"Pakistan", "Taliban", "Group"}
        model.close()

    def test_it_can_be_subclassed(self) -> None:
        class Louder(sim.FrontierModel):
            def step(self) -> None:
                super().step()
                self.pakistan.unrest = np.ones(self.worlds)

        plain, louder = (one("confront", worlds=2, seed=1) for one in (sim.FrontierModel, Louder))
        for _ in range(3):
            plain.step()
            louder.step()
        assert not np.array_equal(
            plain.datacollector.model_vars["economy"][-1], louder.datacollector.model_vars["economy"][-1]
        )
