"""Experiments: what their files may say, where their points lie, and how points are packed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from drawing import draws
from hypothesis import given
from hypothesis import strategies as st

from sim.experiment.design import listed, places, size
from sim.experiment.factors import Factor, lever_factor, lever_path, uncertainty_factor
from sim.experiment.load import ExperimentError, experiments, load_experiment, load_plan
from sim.experiment.plan import Plan
from sim.experiment.schema import Experiment, Factorial, LatinHypercube, Morris, Saltelli
from sim.parameters import PARAMETERS
from sim.scenario import ScenarioError, Script, library, load_scenario
from sim.scenario.settings import OPTIONS
from sim.worlds import BatchLayout, Streams
from sim.yamlfile import json_schema, read

# Some parameters with a range; found here so that no test hangs on a name.
NAMES = [name for name, one in PARAMETERS.items() if not one.constant][:4]
HEAD = "schema: 1\ntitle: T\nscenarios: [confront]\n"
LHS = "design: {kind: latin_hypercube, points: 4}\n"


def plan(**data: Any) -> Plan:
    base = {"schema": 1, "title": "T", "scenarios": ["confront"], "design": {"kind": "latin_hypercube", "points": 10}}
    return load_plan({key: value for key, value in (base | data).items() if value is not None})


def refusal(text: str) -> str:
    with pytest.raises((ExperimentError, ScenarioError)) as caught:
        load_plan(("e.yaml", text))
    return str(caught.value)


class TestFiles:
    @pytest.mark.parametrize(
        ("text", "message"),
        [
            ("title: T\nscenarios: [confront]", "e.yaml:1: schema is missing; it has to be given"),
            (HEAD + "worlds: 0", "e.yaml:4: worlds is out of range: 0; allowed: 1 to"),
            (HEAD + "wrlds: 3", "unknown key: wrlds (did you mean 'worlds'?)"),
            (HEAD + "metrics: [atacks]", "(did you mean 'attacks'?)"),
            (HEAD + "luck: mine", "e.yaml:4: luck is not one of the choices: 'mine'; allowed: shared, own"),
            (HEAD + "design: {kind: lhs}\nuncertainties: all", "e.yaml:4: design.kind is not one of the choices"),
            (HEAD + "uncertainties: all", "has no design; allowed: design, with a kind such as latin_hypercube"),
            (HEAD + LHS, "e.yaml:4: design has nothing to vary; allowed: with levers, uncertainties or switches"),
            (HEAD + "lever_design: {kind: factorial}", "lever_design has nothing to vary; allowed: with levers"),
            (HEAD + "uncertainties: [nonsense]\n" + LHS, "e.yaml:4: no such parameter: nonsense"),
            (
                HEAD + f"uncertainties:\n  {NAMES[0]}: {{low: -9999}}\n" + LHS,
                f"e.yaml:5: uncertainties.{NAMES[0]}.low is out of",
            ),
            (
                HEAD + f"uncertainties:\n  {NAMES[0]}: {{levels: [1]}}\n" + LHS,
                "too short: 1 entries; allowed: at least 2",
            ),
            (
                HEAD + "levers:\n  pakistan.ait:\n" + LHS,
                "e.yaml:5: confront has no setting that could be varied here: pakistan.ait",
            ),
            (
                HEAD + "levers: {pakistan.aid: {high: 1.5}}\n" + LHS,
                "levers.pakistan.aid.high is out of range: 1.5; allowed: 0 to 1",
            ),
            (HEAD + "levers: {taliban.stance: {levels: [shelter, restrian]}}\n" + LHS, "(did you mean 'restrain'?)"),
            (
                HEAD + "levers: {taliban.stance: {high: 0.5}}\n" + LHS,
                "levers.taliban.stance.low has no range; allowed: levels among",
            ),
            (
                HEAD + "levers: {pakistan.aid: {levels: [0, maybe]}}\n" + LHS,
                "levers.pakistan.aid.levels[1] is not one of the choices",
            ),
            (
                HEAD + f"constants: {{{NAMES[0]}: 0.1}}\nuncertainties: [{NAMES[0]}]\n" + LHS,
                "is varied among the uncertainties too",
            ),
            (HEAD + "constants: {nonsense: 0.1}", "e.yaml:4: no such parameter: nonsense"),
            (
                HEAD + f"constants: {{{NAMES[0]}: 99999}}",
                f"e.yaml:4: constants.{NAMES[0]} is out of range: 99999; allowed:",
            ),
            (HEAD + "claims: [nonsense]", "is not in the evidence ledger"),
            (
                "schema: 1\ntitle: T\nscenarios: [confrnt]",
                "e.yaml:3: scenarios[0]: there is no scenario with this name",
            ),
            ("schema: 1\ntitle: T\nscenarios: [a/b.yaml]", "e.yaml:3: there is no such scenario file: a/b.yaml"),
            ("schema: 1\ntitle: T\nscenarios: [confront, confront]", "e.yaml:3: a scenario comes twice: confront"),
            (HEAD + "parameters: nonsense", "e.yaml:4: parameters: there is no set of parameters with this name"),
            (HEAD + "uncertainties: all\ndesign: {kind: factorial}", "e.yaml:5: too many points"),
            (
                HEAD + f"uncertainties: [{NAMES[0]}]\nworlds: 1000000\ndesign: {{kind: latin_hypercube, points: 9999}}",
                "too many runs",
            ),
            (
                HEAD
                + f"uncertainties: [{NAMES[0]}]\nworlds: 200\nluck: own\ndesign: {{kind: latin_hypercube, points: 9999}}",
                "e.yaml:6: own random draws for 1,999,800 worlds; allowed: for at most 1,000,000, or shared",
            ),
            (
                HEAD + "uncertainties: all\ndesign: {kind: saltelli, base: 100}",
                "design.base is not a power of two: 100",
            ),
            (HEAD + "levers: {policies.appease.settings.visibility: }\n" + LHS, "; allowed: a path in the scenario"),
            (
                HEAD + "levers: {policies.confront.settings.visibility: {from: 2022-12}}\n" + LHS,
                "an actor's own setting only",
            ),
        ],
    )
    def test_what_is_wrong_is_said(self, text: str, message: str) -> None:
        assert message in refusal(text)

    def test_the_library_loads(self) -> None:
        files = sorted(experiments().glob("*.yaml"))
        assert len(files) >= 3
        for file in files:
            assert load_experiment(file).question
            assert load_experiment(file.stem) == load_experiment(file)

    def test_an_unknown_name_is_said(self) -> None:
        with pytest.raises(ExperimentError, match="there is no experiment with this name: nonsense"):
            load_experiment("nonsense")

    def test_the_json_schema_is_current(self) -> None:
        """`make schemas` renews it."""
        stored = json.loads((library() / "experiment.schema.json").read_text(encoding="utf-8"))
        assert stored == json_schema(Experiment)

    def test_the_library_keeps_to_the_json_schema(self) -> None:
        jsonschema = pytest.importorskip("jsonschema")
        for file in experiments().glob("*.yaml"):
            jsonschema.validate(read(file).data, json_schema(Experiment))

    def test_data_gives_the_experiment_again(self) -> None:
        for file in experiments().glob("*.yaml"):
            one = load_experiment(file)
            assert load_experiment(one) == one

    def test_all_leaves_out_what_is_held(self) -> None:
        everything = {name for name, one in PARAMETERS.items() if not one.constant}
        one = plan(uncertainties="all", constants={NAMES[0]: PARAMETERS[NAMES[0]].value})
        assert {factor.name for factor in one.factors} == everything - {NAMES[0]}


class TestFactors:
    def test_ranges_come_from_the_registry(self) -> None:
        for name in NAMES:
            factor, one = uncertainty_factor(name, None), PARAMETERS[name]
            assert (factor.low, factor.high, factor.distribution) == (one.low, one.high, one.distribution)

    def test_short_names_of_levers(self) -> None:
        assert lever_path("pakistan.aid") == "actors.pakistan.levers.aid"
        assert lever_path("pakistan.visibility") == "actors.pakistan.visibility"
        assert lever_path("taliban.stance") == "actors.taliban.stance"
        assert lever_path("policies.confront.settings.visibility") == "policies.confront.settings.visibility"

    def test_options_stand_for_themselves(self) -> None:
        factor = lever_factor("taliban.stance", None)
        values = factor.values(np.array([0.0, 0.3, 0.99]))
        assert factor.names(values) == [OPTIONS["stance"][0], OPTIONS["stance"][1], OPTIONS["stance"][-1]]
        assert factor.read("contain") == 2.0
        with pytest.raises(ValueError, match="did you mean 'shelter'"):
            factor.read("sheltr")

    @given(place=st.floats(0, 1), low=st.floats(-5, 5), span=st.floats(0.01, 5), log=st.booleans())
    def test_values_stay_within_their_range(self, place: float, low: float, span: float, log: bool) -> None:
        low = abs(low) + 0.01 if log else low
        factor = Factor("x", "uncertainty", low, low + span, "loguniform" if log else "uniform")
        assert low <= factor.values(np.array([place]))[0] <= low + span


FACTORS = [
    Factor("a", "uncertainty", 0, 1),
    Factor("b", "uncertainty", 10, 20),
    Factor("c", "lever", 0, 1, levels=(0, 1)),
]


class TestDesigns:
    def test_a_factorial_has_every_combination_once(self) -> None:
        design = Factorial(kind="factorial", levels=4)
        laid = places(design, FACTORS)
        assert len(laid) == size(design, FACTORS) == 4 * 4 * 2
        assert len({tuple(row) for row in laid}) == len(laid)
        assert np.unique(FACTORS[1].values(laid[:, 1].copy())) == pytest.approx([10, 10 + 10 / 3, 10 + 20 / 3, 20])
        assert [FACTORS[2].values(laid[:2, 2].copy()).tolist()] == [[0, 1]]

    @draws(20)
    @given(points=st.integers(1, 60), seed=st.integers(0, 2**63 - 1))
    def test_a_latin_hypercube_uses_each_stratum_once(self, points: int, seed: int) -> None:
        laid = places(LatinHypercube(kind="latin_hypercube", points=points, seed=seed), FACTORS)
        for column in laid.T:
            assert sorted((column * points).astype(int)) == list(range(points))

    def test_another_factor_moves_no_column(self) -> None:
        design = LatinHypercube(kind="latin_hypercube", points=30, seed=3)
        assert np.array_equal(places(design, FACTORS)[:, 1], places(design, FACTORS[1:])[:, 0])

    @pytest.mark.parametrize(
        "design",
        [
            LatinHypercube(kind="latin_hypercube", points=8, seed=4),
            Saltelli(kind="saltelli", base=8, seed=4),
            Saltelli(kind="saltelli", base=8, second_order=True, seed=4),
            Morris(kind="morris", trajectories=5, seed=4),
        ],
        ids=lambda design: design.kind,
    )
    def test_designs_follow_from_their_seed(self, design: Any) -> None:
        laid = places(design, FACTORS)
        assert laid.shape == (size(design, FACTORS), 3)
        assert ((laid >= 0) & (laid <= 1)).all()
        assert np.array_equal(laid, places(design, FACTORS))
        assert not np.array_equal(laid, places(design.model_copy(update={"seed": 5}), FACTORS))

    def test_saltelli_rows_are_in_the_order_that_salib_reads(self) -> None:
        from SALib.analyze import sobol

        problem = {"num_vars": 3, "names": ["a", "b", "c"], "bounds": [[0, 1]] * 3}
        laid = places(Saltelli(kind="saltelli", base=512, seed=1), FACTORS)
        found = sobol.analyze(problem, 3 * laid[:, 0] + laid[:, 1], calc_second_order=False, seed=1)
        assert found["S1"] == pytest.approx([0.9, 0.1, 0.0], abs=0.02)

    def test_a_morris_trajectory_moves_one_factor_at_a_time(self) -> None:
        laid = places(Morris(kind="morris", trajectories=6, seed=1), FACTORS).reshape(6, 4, 3)
        moved = np.diff(laid, axis=1) != 0
        assert (moved.sum(axis=2) == 1).all()
        assert (moved.sum(axis=1) == 1).all()

    def test_points_are_read_from_a_table(self) -> None:
        assert listed("\ufeffb,c, a\n10,1,0.5\n\n20,0,1e-1\n", FACTORS).tolist() == [[0.5, 10, 1], [0.1, 20, 0]]

    @pytest.mark.parametrize(
        ("text", "line", "message"),
        [
            ("", 1, "a column is missing: a"),
            ("a,b\n", 1, "a column is missing: c"),
            ("a,b,c,d\n", 1, "no such lever or uncertainty in the experiment: d"),
            ("a,b,c,a\n", 1, "a column comes twice: a"),
            ("a,b,c\n", 1, "there are no points"),
            ("a,b,c\n0,10,0\n0,10\n", 3, "2 values; allowed: 3"),
            ("a,b,c\n0,10,0\n0,9,1\n", 3, "b is out of range: 9; allowed: 10 to 20"),
            ("a,b,c\nx,10,0\n", 2, "a is not a number: x; allowed: 0 to 1"),
            ("a,b,c\nnan,10,0\n", 2, "a is out of range: nan; allowed: 0 to 1"),
        ],
    )
    def test_what_is_wrong_with_a_table_is_said(self, text: str, line: int, message: str, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match=message) as caught:
            listed(text, FACTORS)
        assert caught.value.line == line  # type: ignore[attr-defined]

    def test_and_with_its_file(self, tmp_path: Path) -> None:
        file = tmp_path / "e.yaml"
        design = "design: {kind: csv, file: points.csv}\n"
        file.write_text(HEAD + "levers: {pakistan.aid: }\n" + design)
        with pytest.raises(ExperimentError, match=r"e.yaml:5: design.file cannot be read: points.csv: No such file"):
            load_plan(file)
        (tmp_path / "points.csv").write_text("pakistan.aid\n0.5\n2\n")
        with pytest.raises(ExperimentError, match=r"points.csv:3: pakistan.aid is out of range: 2; allowed: 0 to 1"):
            load_plan(file)


class TestPlans:
    def test_points_are_numbered_scenario_by_scenario(self) -> None:
        one = plan(
            scenarios=["confront", "appease"],
            levers={"pakistan.aid": {"levels": [0.1, 0.9]}},
            uncertainties=NAMES[:1],
            lever_design={"kind": "factorial"},
        )
        numbers = np.arange(one.points)
        scenario, mix, draw = one.where(numbers)
        assert one.points == 2 * 2 * 10
        assert scenario.tolist() == [0] * 20 + [1] * 20
        assert mix.tolist() == ([0] * 10 + [1] * 10) * 2
        assert draw.tolist() == list(range(10)) * 4
        assert one.values(numbers)["pakistan.aid"].tolist() == ([0.1] * 10 + [0.9] * 10) * 2

    def test_identity_follows_from_content(self) -> None:
        value = PARAMETERS[NAMES[0]].value
        varied = plan(
            uncertainties={NAMES[0]: {"levels": [value, PARAMETERS[NAMES[0]].high]}}, design={"kind": "factorial"}
        )
        held = plan(constants={NAMES[0]: value}, design=None)
        worded = plan(constants={NAMES[0]: value}, design=None, title="Other", seed=4, worlds=9, metrics=["attacks"])
        ids = varied.ids(np.arange(2))
        assert ids[0] == held.ids(np.arange(1))[0] == worded.ids(np.arange(1))[0]
        assert ids[0] != ids[1]
        assert ids[0] != plan(scenarios=["appease"], constants={NAMES[0]: value}, design=None).ids(np.arange(1))[0]
        assert len({varied.identity, held.identity, worded.identity}) == 3

    def test_a_title_makes_no_other_experiment(self) -> None:
        assert plan(uncertainties=NAMES).identity == plan(uncertainties=NAMES, title="Other").identity
        assert plan(uncertainties=NAMES).identity != plan(uncertainties=NAMES, seed=1).identity

    @draws(60)
    @given(data=st.data())
    def test_packs_hold_all_that_is_left_once(self, data: st.DataObject) -> None:
        luck = data.draw(st.sampled_from(["shared", "own"]))
        one = plan(
            scenarios=["confront", "appease"],
            uncertainties=NAMES[:1],
            design={"kind": "latin_hypercube", "points": data.draw(st.integers(1, 40))},
            worlds=data.draw(st.integers(1, 12)),
            luck=luck,
        )
        block, chunk = data.draw(st.integers(1, one.worlds)), data.draw(st.integers(1, 50))
        done = one.nothing_done(block)
        for finished in done.values():
            finished[data.draw(st.lists(st.integers(0, one.points - 1), max_size=9))] = True
        left = {(b, int(p)) for b, finished in done.items() for p in np.flatnonzero(~finished)}
        seen = []
        for pack in one.packs(done, block, chunk):
            assert len(np.unique(one.where(pack.points)[0])) == 1
            assert len(pack.points) * block <= max(chunk, block)
            seen += [(pack.block, int(point)) for point in pack.points]
        assert len(seen) == len(set(seen))
        assert set(seen) == left

    @pytest.mark.parametrize("luck", ["shared", "own"])
    def test_an_interrupted_sweep_is_balanced(self, luck: str) -> None:
        """After any number of packs, scenarios and both halves of a factor are equally far, to within a pack or so."""
        levers = {"pakistan.aid": {"levels": [round(n / 63, 6) for n in range(64)]}}
        one = plan(scenarios=["confront", "appease"], levers=levers, design={"kind": "factorial"}, luck=luck)
        done = np.zeros(one.points, dtype=bool)
        for pack in one.packs(one.nothing_done(1), 1, 8):
            done[pack.points] = True
            one_half, other_half = done.reshape(2, 2, 32).sum(axis=(0, 2))
            first, second = done.reshape(2, 64).sum(axis=1)
            assert abs(first - second) <= 8
            assert abs(one_half - other_half) <= (2 if luck == "shared" else 24)


class TestHooks:
    """What the model offers to sweeps: several points side by side on the worlds axis."""

    @pytest.mark.parametrize("first", [0, 3, 8])
    def test_points_share_their_draws(self, first: int) -> None:
        alone, packed = Streams(5, BatchLayout(4, first)), Streams(5, BatchLayout(4, first, blocks=3))
        for month in (0, 7):
            assert np.array_equal(packed.uniform("x", month), np.tile(alone.uniform("x", month), 3))
            assert np.array_equal(packed.uniforms("y", month, 3, 2), np.tile(alone.uniforms("y", month, 3, 2), 3))

    @pytest.mark.parametrize(
        "path",
        [
            "actors.pakistan.levers.nonsense",
            "actors.india.levers.aid",
            "actors.pakistan.changes.99.levers.aid",
            "policies.appease.settings.visibility",
            "policies.confront.visibility",
            "aid",
        ],
    )
    def test_a_lever_that_is_not_there_is_refused(self, path: str) -> None:
        with pytest.raises(KeyError):
            Script(load_scenario("confront"), 2, {path: np.zeros(2)})
        assert Script(load_scenario("confront"), 2, {"policies.confront.settings.levers.aid": np.zeros(2)})

    def test_nor_one_whose_cost_a_choice_has_weighed(self) -> None:
        with pytest.raises(KeyError):
            Script(load_scenario("own_choice"), 1, {"policies.confront.settings.levers.aid": np.zeros(1)})
