"""Search: on problems whose fronts are known, on a small one of real courses, stopped and gone on with; and what is refused."""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from command import called

import sim
from sim.ensemble.chunks import monthly
from sim.ensemble.simulate import simulate_batch
from sim.ensemble.spec import RunSpec
from sim.experiment.firsts import crossings_of
from sim.experiment.folder import FolderError
from sim.scenario import library, load_scenario
from sim.search.evaluate import Evaluator, Futures, _figures, fresh
from sim.search.findings import FindingsError, read_findings
from sim.search.folder import Folder
from sim.search.found import Found
from sim.search.front import FRESH, WINS
from sim.search.load import SearchError, load_search, searches
from sim.search.objectives import Judge, Matrix, alone_best, betters, figure_of, rewarded
from sim.search.optimise import Archive, Optimiser, Problem
from sim.search.pathways import earliest, first_missed, signposts
from sim.search.pathways_text import best_changes, pathways_picture
from sim.search.schema import SEEN, Objective, Search, Target
from sim.search.space import Codes
from sim.search.study import SearchInterrupted, estimate, search
from sim.search.vulnerability import apart, drawn, regrets, weaknesses
from sim.vocabulary import VERDICTS
from sim.yamlfile import json_schema, read

SMALL = """\
schema: 1
title: A small one.
base: shared_past
stages: [2022-12, 2023-06]
levers: {aid: null, domestic_operations: null, cross_border_strikes: {high: 0.5}, conditionality: null}
held: {fencing: 0.5}
rules:
  bad:
    watch: [{metric: attacks, above: {low: 20, high: 100}}, {metric: tension, above: {levels: [0.2, 0.4]}}]
    levers: {border_closure: null, visibility: null}
courses: [confront, appease]
objectives:
  - {metric: attacks}
  - {metric: fatalities_civilian, statistic: cvar}
  - {metric: fatalities_afghan_civilian, statistic: regret}
  - {metric: economy, statistic: chance, below: 0.3}
  - {metric: verdict == "escalation", statistic: chance, better: less}
constraints:
  - {metric: effort_cost, at_most: courses}
  - {metric: verdict == "contained" or verdict == "negotiated_settlement", statistic: chance, at_least: courses}
also:
  - {metric: fatalities_militant}
targets:
  - {metric: attacks, at_most: 35, months: 3}
evaluations: 60
population: 20
worlds: 8
fresh_worlds: 10
months: 24
members: 6
"""
GRID = 201


def dtlz2(codes: Codes) -> tuple[Matrix, Matrix]:
    """Deb and others' second test problem, three objectives: the front is an eighth of the unit sphere."""
    places = codes / (GRID - 1)
    wide = 1 + ((places[:, 2:] - 0.5) ** 2).sum(axis=1)
    one, other = (places[:, column] * np.pi / 2 for column in (0, 1))
    costs = [np.cos(one) * np.cos(other), np.cos(one) * np.sin(other), np.sin(one)]
    return wide[:, None] * np.stack(costs, axis=1), np.zeros((len(codes), 0))


def planted(codes: Codes) -> tuple[Matrix, Matrix]:
    """What one lever gains by one measure it costs by the other; all the rest is best left alone, and too much is forbidden."""
    first, waste = codes[:, 0], codes[:, 1:].sum(axis=1)
    costs = np.stack([first + waste, 10.0 - first + waste], axis=1)
    return costs, (first - 7.0)[:, None]


def run(evaluate: Callable[[Codes], tuple[Matrix, Matrix]], **more: Any) -> Optimiser:
    three = evaluate is dtlz2
    problem = Problem(np.full(7 if three else 4, GRID if three else 11), 3 if three else 2, 0 if three else 1, evaluate)
    how: dict[str, Any] = {"epsilons": () if three else (1.0, 1.0)}
    optimiser = Optimiser(problem, 92, 4600 if three else 2000, 1, **how | more)
    list(optimiser.generations())
    return optimiser


@pytest.mark.parametrize("algorithm", ["nsga2", "nsga3"])
def test_dtlz2(algorithm: str) -> None:
    from pymoo.indicators.hv import HV

    found = run(dtlz2, algorithm=algorithm).archive
    assert found is not None
    # What lies beyond the sphere, up to 1.1: the most that any front can have.
    most = 1.1**3 - np.pi / 6
    assert 0.9 * most < HV(ref_point=np.full(3, 1.1))(found.costs) < most


def test_a_front_that_is_known() -> None:
    optimiser = run(planted)
    assert optimiser.archive is not None
    found = {tuple(code) for code in optimiser.archive.codes.tolist()}
    assert found == {(first, 0, 0, 0) for first in range(8)}
    assert optimiser.standings[-1].found == 8
    assert [one.hypervolume for one in optimiser.standings] == sorted(one.hypervolume for one in optimiser.standings)


def test_the_same_seed_finds_the_same_and_so_does_a_search_that_is_gone_on_with() -> None:
    def generations(earlier: Any = ()) -> list[Any]:
        problem = Problem(np.full(4, 11), 2, 1, planted)
        optimiser = Optimiser(problem, 20, 200, 3, earlier=earlier)
        return [(one, standing) for one, standing in optimiser.generations()]

    first, second = generations(), generations()
    third = generations([one for one, _ in first[:4]])
    for one, two, three in zip(first, second, third, strict=True):
        assert np.array_equal(one[0].codes, two[0].codes)
        assert np.array_equal(one[0].codes, three[0].codes)
        assert one[1] == two[1] == three[1]
    assert first[-1][1].evaluations == 200


def test_no_candidate_is_simulated_twice() -> None:
    seen: list[bytes] = []

    def counted(codes: Codes) -> tuple[Matrix, Matrix]:
        seen.extend(code.tobytes() for code in codes)
        return planted(codes)

    run(counted)
    assert len(seen) == len(set(seen))


def test_the_archive_keeps_one_of_each_box() -> None:
    archive = Archive(np.array([1.0, 1.0]), np.zeros((0, 1), dtype=np.int64), np.zeros((0, 2)))
    costs = np.array([[2.5, 2.5], [2.1, 2.4], [0.5, 3.5], [2.2, 2.9], [3.5, 3.5], [1.5, 1.5], [1.9, 1.1]])
    archive.take(np.arange(7)[:, None], costs)
    assert sorted(archive.codes[:, 0].tolist()) == [2, 5]
    assert archive.progress == 3


def test_statistics_by_hand() -> None:
    values = {"attacks": np.array([[1.0, 2.0, 3.0, 10.0], [4.0, 4.0, 4.0, 4.0]])}
    wanted = {
        "mean": [4.0, 4.0],
        "p50": [2.5, 4.0],
        "cvar": [10.0, 4.0],
        "cvar25": [1.0, 4.0],
        "p25": [1.75, 4.0],
        "regret": [(0 + 0 + 0 + 7) / 4, (3 + 2 + 1 + 1) / 4],
    }
    courses = {"attacks": np.array([[1.0, 2.0, 5.0, 3.0], [2.0, 3.0, 3.0, 9.0]])}
    for statistic, figures in wanted.items():
        judge = Judge((figure_of(Objective(metric="attacks", statistic=statistic)),), ()).against(courses)
        assert judge.figures(values)[0][:, 0] == pytest.approx(figures), statistic
    chance = figure_of(Objective(metric="attacks", statistic="chance", above=2.5))
    assert chance.take(values, {}).tolist() == [0.5, 1.0]
    assert chance.minimised
    assert alone_best(np.array([[1.0, 2.0], [2.0, 1.0], [2.0, 2.0]])).tolist() == [True, True, False]


def test_chances_of_verdicts_by_hand() -> None:
    ends = {"verdict": np.array([[0.0, 2.0, 2.0, 4.0], [1.0, 1.0, 3.0, 5.0]])}  # places in the table of verdicts
    names = [list(VERDICTS)[int(place)] for place in (2, 4)]
    asked = Objective(metric=f"verdict == '{names[0]}' or verdict == '{names[1]}'", statistic="chance", better="more")
    figure = figure_of(asked)
    assert figure.take(ends, {}).tolist() == [0.75, 0.0]
    assert not figure.minimised
    assert figure.title == f"Chance of “{VERDICTS[names[0]]}” or “{VERDICTS[names[1]]}”"
    assert rewarded(figure) == ([], [])


def test_first_months_count_and_reward_no_death() -> None:
    """A toll that comes later is better; one that comes sooner never is, nor the sooner end of those that are killed."""
    later = figure_of(Objective(metric="first(fatalities_civilian >= 20)", better="more"))
    assert later.metrics == ("first(fatalities_civilian >= 20)",)
    assert rewarded(later) == ([], ["fatalities_civilian"])
    sooner = figure_of(Objective(metric="first(fatalities_militant >= 100)", better="less"))
    assert rewarded(sooner) == (["fatalities_militant"], [])
    calm = figure_of(Objective(metric="first(fatalities_civilian <= 2)", better="less"))
    assert rewarded(calm) == ([], ["fatalities_civilian"])


def test_first_months_are_read_off_a_run() -> None:
    names = ["attacks", "first(attacks >= 30)", "first(attacks >= 3000)"]
    spec = RunSpec.of(load_scenario("confront"), 9, 6, crossings=crossings_of(names))
    found = simulate_batch(replace(spec, series=False), partial(_figures, metrics=names))
    months = simulate_batch(spec, lambda model, _: monthly(model, ["attacks"]))["attacks"]
    assert found["attacks"].tolist() == months.sum(axis=0).tolist()
    first = [next((month for month, one in enumerate(world) if one >= 30), 6) for world in months.T]
    assert found["first(attacks >= 30)"].tolist() == first
    assert len(set(first)) > 1
    assert found["first(attacks >= 3000)"].tolist() == [6.0] * 9


def test_betters_leaves_small_differences_out() -> None:
    epsilons = np.array([1.0, 0.1])
    worse, better = np.array([5.0, 0.5]), np.array([3.0, 0.55])
    assert betters(better, worse, epsilons)
    assert not betters(worse, better, epsilons)
    assert not betters(np.array([4.5, 0.5]), worse, epsilons)
    assert not betters(np.array([3.0, 0.65]), worse, epsilons)


def test_when_a_target_is_first_missed() -> None:
    months = np.array([[9, 0, 0], [9, 0, 0], [0, 0, 0], [4, 0, 8], [4, 9, 0], [4, 9, 0]], dtype=float)
    target = Target(metric="attacks", at_most=3.5, months=2)
    # The months before the course count for nothing: it begins in month 2.
    assert first_missed(months, target, 2).tolist() == [4, 4, 3]
    assert first_missed(months, Target(metric="attacks", at_least=1, months=2), 2).tolist() == [-1, 3, 5]
    assert earliest([np.array([3, -1, -1]), np.array([5, 2, -1])]).tolist() == [3, 2, -1]


def by_attacks(courses: Matrix) -> Judge:
    """A judge who looks at attacks alone."""
    return Judge((figure_of(Objective(metric="attacks")),), ()).against({"attacks": courses})


def test_where_a_member_fails_is_found_as_a_box() -> None:
    plan = load_search(("s.yaml", SMALL.replace("fresh_worlds: 10", "fresh_worlds: 400")))
    inputs = drawn(plan)
    spread = inputs["clearing_reach"]
    bad = spread > spread.quantile(0.6)
    members = {"attacks": np.stack([np.where(bad, 150.0, 100.0), np.full(400, 119.0)])}
    first, second = weaknesses(plan, [40.0], by_attacks(np.full((1, 400), 110.0)), members, [0, 1])
    (weak,) = first
    assert weak.share == pytest.approx(0.4)
    assert weak.dense
    assert weak.box is not None
    (limit,) = weak.box.limits
    assert limit.name == "clearing_reach"
    assert limit.high is None
    assert limit.low == pytest.approx(spread.quantile(0.6), rel=0.05)
    assert limit.span == (spread.min(), spread.max())
    assert weak.box.held_out.density > 0.9
    assert second[0].box is None, "worse by less than counts is no failure"
    assert second[0].share == 0.0


def test_no_future_is_checked_with_whose_twin_was_searched() -> None:
    plan = load_search(("s.yaml", SMALL.replace("fresh_worlds: 10", "fresh_worlds: 400")))
    inputs = drawn(plan)
    held_out = apart(plan, inputs)
    of_a_set = inputs["clearing_reach"].to_numpy()
    assert 100 < held_out.sum() < 150
    assert len(set(of_a_set)) < 400, "accepted sets are met more than once"
    assert not set(of_a_set[held_out]) & set(of_a_set[~held_out])


def test_regret_is_against_the_best_of_all_members_in_the_same_future() -> None:
    members = {"attacks": np.array([[1.0, 2.0, 3.0, 10.0], [2.0, 2.0, 2.0, 2.0]])}
    found = regrets(by_attacks(np.zeros((1, 4))), members)
    assert found["regret:attacks"].tolist() == [2.25, 0.25]
    assert found["regret_p90:attacks"] == pytest.approx([5.9, 0.7])
    assert regrets(by_attacks(np.zeros((1, 4))), {"attacks": np.zeros((0, 4))})["regret:attacks"].size == 0


class TestFiles:
    def test_the_library_is_right(self) -> None:
        for file in searches().glob("*.yaml"):
            assert load_search(file.stem).identity == load_search(file).identity

    def test_the_json_schema_is_current(self) -> None:
        """`make schemas` renews it."""
        stored = json.loads((library() / "search.schema.json").read_text(encoding="utf-8"))
        assert stored == json_schema(Search)
        jsonschema = pytest.importorskip("jsonschema")
        for file in searches().glob("*.yaml"):
            jsonschema.validate(read(file).data, json_schema(Search))

    @pytest.mark.parametrize(
        ("old", "new", "said"),
        [
            (
                "aid: null",
                "aidd: null",
                r"s\.yaml:5: levers\.aidd no such setting of Pakistan: aidd \(did you mean 'aid'\?\)",
            ),
            ("{high: 0.5}", "{high: 1.5}", r"s\.yaml:5: levers\.cross_border_strikes\.high is out of range: 1\.5"),
            ("metric: tension", "metric: resentment", r"s\.yaml:9: rules\.bad\.watch\[1\]\.metric is not one of the"),
            ("{low: 20, high: 100}", "{low: 20}", r"s\.yaml:9: rules\.bad\.watch\[0\]\.above is not complete"),
            ("2022-12, 2023-06", "2023-06, 2022-12", r"s\.yaml:4: stages are not in order"),
            ("fencing: 0.5", "aid: 0.5", r"s\.yaml:6: held\.aid is searched too"),
            ("base: shared_past", "base: shared_pest", r"s\.yaml:3: base: there is no scenario with this name"),
            ("appease]", "appeas]", r"s\.yaml:11: courses\[1\]: there is no scenario with this name"),
            ("{metric: attacks}", "{metric: attacs}", r"s\.yaml:13: objectives\[0\]\.metric: .*no such outcome"),
            ("{metric: attacks}", "{metric: messaging}", r"s\.yaml:13: objectives\[0\]\.better is missing"),
            (
                ", statistic: chance, better: less}",
                ", better: less}",
                r"s\.yaml:17: objectives\[4\]\.metric is of verdicts: .*; allowed: statistic: chance, without above and below",
            ),
            (
                "statistic: chance, better: less",
                "statistic: chance",
                r"s\.yaml:17: objectives\[4\]\.better is missing",
            ),
            (
                'verdict == "contained" or',
                "verdict == 'continued' or",
                r"s\.yaml:20: constraints\[1\]\.metric: .*no such verdict: continued \(did you mean 'contained'\?\)",
            ),
            (
                'verdict == "contained" or',
                "fatalities_militant > 9 or",
                r"s\.yaml:20: constraints\[1\]\.metric: .*no such outcome was kept: fatalities_militant",
            ),
            (", below: 0.3", "", r"s\.yaml:16: objectives\[3\]\.statistic needs a bad state"),
            ("at_most: courses", "at_most: dear", r"s\.yaml:19: constraints\[0\]\.at_most"),
            ("population: 20", "population: 90", r"s\.yaml:26: population is more than there are evaluations"),
            (
                "{metric: attacks}",
                "{metric: fatalities_militant, better: more}",
                r"s\.yaml:13: objectives\[0\] rewards killing: .* fatalities_militant",
            ),
            (
                "{metric: attacks}",
                "{metric: fatalities_civilian - fatalities_militant, better: less}",
                r"s\.yaml:13: objectives\[0\] rewards killing",
            ),
            (
                "{metric: attacks}",
                "{metric: ttp_strength, better: less}",
                r"s\.yaml:13: objectives\[0\] rewards killing",
            ),
            ("fatalities_afghan_civilian", "trade", r"s\.yaml:12: nobody's death in Afghanistan counts"),
        ],
    )
    def test_what_is_wrong_is_said_with_its_line(self, old: str, new: str, said: str) -> None:
        assert old in SMALL
        with pytest.raises(SearchError, match=said):
            load_search(("s.yaml", SMALL.replace(old, new, 1)))

    def test_lives_left_out_are_said_again_and_again(self) -> None:
        one_sided = SMALL.replace("fatalities_afghan_civilian", "trade") + "one_sided: Only a test.\n"
        assert load_search(("s.yaml", one_sided)).left_out == "Not every life is counted here: Only a test."
        others = SMALL.replace("{metric: attacks}", "{metric: fatalities - fatalities_militant, better: less}")
        assert load_search(("s.yaml", others)).left_out == ""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("search")
    (folder / "small.yaml").write_text(SMALL, encoding="utf-8")
    search(folder / "small.yaml", folder / "out")
    return folder


@pytest.fixture(scope="module")
def found(place: Path) -> Found:
    return Found.load(place / "out")


class TestSmall:
    def test_members_run_to_the_figures_beside_them(self, found: Found) -> None:
        plan, futures = found.plan, fresh(found.plan)
        evaluator = Evaluator(plan)
        names = list(found.members.index)
        judge = plan.judge.against(evaluator.courses(futures))
        figures, broken = judge.figures(evaluator.courses(futures, [found.scenario(name) for name in names]))
        for column, one in enumerate(judge.objectives):
            assert figures[:, column].tolist() == found.members[f"{FRESH}{one.key}"].tolist(), one.key
        assert (broken <= 0).all(axis=1).tolist() == found.members["keeps"].tolist()

    def test_shares_of_verdicts_are_those_of_a_run(self, found: Found) -> None:
        """As an objective and as a constraint: a run over the same futures ends so in that share of them."""
        plan, futures = found.plan, fresh(found.plan)
        key = 'verdict == "escalation" chance'
        bad = next(one for one in found.objectives if one["key"] == key)
        assert (bad["title"], bad["less"]) == ("Chance of “Escalation”", True)
        for name in (*found.members.index[:2], "confront"):
            scenario = found.scenario(name) if name in found.members.index else load_scenario(name)
            run = sim.run(scenario, worlds=futures.first + futures.worlds, months=plan.months, seed=plan.search.seed)
            ends = run.outcomes["verdict"].iloc[futures.first :]
            assert found.figure(name, FRESH, key) == (ends == "escalation").mean()
            good = 'verdict == "contained" or verdict == "negotiated_settlement" chance'
            assert found.figure(name, FRESH, good) == ends.isin(["contained", "negotiated_settlement"]).mean()
            assert 0 < found.figure(name, FRESH, key) < 1

    def test_every_figure_has_its_unit(self, found: Found) -> None:
        """In the table that is printed, in what is kept in one file, and, for every column of figures, in a table of units."""
        shown = {one.key: one.headed for one in (*found.findings.objectives, *found.findings.others)}
        assert shown["attacks"] == "TTP attacks"
        assert shown["fatalities_afghan_civilian regret"].endswith(", regret")  # it is called deaths already
        assert shown["economy chance below 0.30"].endswith(" (share of futures)")
        for head in shown.values():
            assert head.endswith(")") or head.startswith(("TTP attacks", "Deaths"))
            assert f"| {head} |" in found.findings.text()
        units = pd.read_csv(found.place / "units.csv").set_index("column")["unit"]
        figures = [name for name in map(str, found.table.columns) if ":" in name]
        assert list(units.index) == figures
        assert units.notna().all()
        assert units["set:aid@2022-12"] == "0 to 1"
        assert (units["set:bad.attacks"], units["set:bad.for"]) == ("attacks a month", "months")
        assert units["regret_p90:economy chance below 0.30"] == units["wins:attacks"] == "share of futures"

    def test_a_candidate_is_the_same_among_others_and_alone(self, found: Found) -> None:
        """Responses that it has not taken up stand in the template, and do nothing."""
        plan, evaluator = found.plan, Evaluator(found.plan)
        codes = plan.space.canonical(np.stack([plan.space.sizes - 1, plan.space.sizes // 2, plan.space.sizes * 0]))
        assert len({len(plan.space.taken(plan.space.one(code))) for code in codes}) > 1
        many = evaluator.candidates(codes, Futures(3, 5))
        policies = [plan.space.policy(plan.space.one(code), "T", "S.") for code in codes]
        scenarios = [plan.scenario(one, f"c{number}", "T", "Q?") for number, one in enumerate(policies)]
        alone = evaluator.courses(Futures(3, 5), scenarios)
        assert all(np.array_equal(many[name], alone[name]) for name in many)

    def test_the_folder_says_what_it_is(self, found: Found, capsys: pytest.CaptureFixture[str]) -> None:
        assert called(capsys, "verify", found.place).code == 0
        shown = called(capsys, "search", found.place)
        assert shown.code == 0
        assert shown.out == (found.place / "summary.txt").read_text(encoding="utf-8")
        assert "Hypervolume" in shown.out
        assert "Against Confront" in shown.out
        assert "not a forecast" in shown.out
        for file in (found.place / "courses").rglob("*.yaml"):
            assert called(capsys, "validate", file).code == 0
        assert called(capsys, "validate", found.place / "search.yaml").code == 0

    def test_members_are_scenarios_like_any(self, found: Found) -> None:
        name = found.members.index[0]
        one = load_scenario(found.place / "courses" / f"{name}.yaml")
        assert one.policies[name].summary == found.members.loc[name, "summary"]
        assert 0 < len(one.title) <= 120
        table = pd.read_csv(found.place / "front.csv")
        assert table["name"].tolist() == list(found.table.index)

    def test_pictures(self, found: Found) -> None:
        assert {one.name for one in found.findings.pictures()} >= {"parallel", "progress", "until-when", "pathways"}
        for one in found.findings.pictures():
            assert one.text
            assert one.table.rows
            assert (found.place / f"pictures/{one.name}.svg").stat().st_size > 1000

    def test_pathways(self, found: Found, capsys: pytest.CaptureFixture[str]) -> None:
        one = found.findings.routes
        assert one is not None
        assert [tipping.name for tipping in one.tippings][:2] == ["confront", "appease"]
        for tipping in one.tippings:
            assert tipping.curve[-1] == tipping.missed
            assert (np.diff(tipping.curve) >= 0).all()
        said = called(capsys, "search", found.place, "--pathways")
        assert said.code == 0
        assert "A course keeps to its targets while TTP attacks at most 35" in said.out
        for change in best_changes(one):
            assert change.missed == min(other.missed for other in one.changes if other.course == change.course)
            assert change.left is None or change.left >= change.month
        drawing = pathways_picture(found.findings)
        assert [row[0] for row in drawing.table.rows][:2] == ["Confront", "Accommodate"]

    def test_a_sign_is_found_and_judged_by_other_futures(self, found: Found) -> None:
        series = {name: np.ones((24, 200)) for name in SEEN}
        misses = np.arange(200) % 5 < 2
        series["tension"] = np.tile(np.where(misses, 0.8, 0.1), (24, 1))
        (one, *_) = signposts(found, "confront", series, np.where(misses, 20, -1), 2)
        assert (one.metric, one.above, one.hits, one.false_alarms, one.lead) == ("tension", True, 1.0, 0.0, 6.0)

    def test_where_members_fail(self, found: Found) -> None:
        for member in found.findings.members:
            assert [one.key for one in member.weaknesses] == [one["key"] for one in found.objectives]
            for one in member.weaknesses:
                assert 0 <= one.share <= 1 - found.figure(member.name, WINS, one.key) + 1e-9

    def test_what_was_found_is_one_file_that_says_all(self, found: Found) -> None:
        told = found.findings
        assert read_findings(told.as_json().encode()) == told
        for member in told.members:
            text = told.scenario(member.name)
            assert "extends: shared_past" in text
            assert load_scenario((member.name, text)).hash == found.scenario(member.name).hash
            assert sum(member.deaths[who] for who in ("fatalities_security", "fatalities_civilian")) > 0
        key = told.objectives[0].key
        bound = sorted(one.figures[key] for one in told.remaining({}))[0]
        assert [one.figures[key] for one in told.remaining({key: bound})] == [bound]

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            (lambda data: data.update(format="durand search 1"), "format: Input should be 'durand findings 1'"),
            (lambda data: data["members"][0]["figures"].pop("attacks"), "a figure is missing"),
            (lambda data: data["members"][0].update(policy={}), "its policy, or where it fails, is missing"),
            (lambda data: data["courses"][0]["figures"].update(attacks=float("nan")), "NaN is not a number"),
            (lambda data: data["courses"][0]["figures"].update(attacks="many"), "should be a valid number"),
            (lambda data: data["routes"]["tippings"][0].update(name="nobody"), "a course that is not there: nobody"),
            (lambda data: data["routes"]["tippings"][0].update(middle="1999-01"), "lies outside of the run"),
            (lambda data: data["much"].update(magic=1.0), "no such setting of Pakistan: magic"),
        ],
    )
    def test_a_file_that_does_not_fit_together_is_refused(
        self, found: Found, change: Callable[[Any], Any], said: str
    ) -> None:
        data = json.loads(found.findings.as_json())
        change(data)
        with pytest.raises(FindingsError, match=re.escape(said)):
            read_findings(json.dumps(data).encode())

    @pytest.mark.parametrize("raw", [b"", b"\xff\xfe", b"[" * 100_000, b"[]"])
    def test_what_is_no_such_file_is_refused(self, raw: bytes) -> None:
        with pytest.raises(FindingsError, match="not what a search found"):
            read_findings(raw)

    def test_stopped_torn_and_gone_on_with_it_finds_the_same(self, place: Path, found: Found) -> None:
        def stop(standing: Any) -> None:
            if standing.generation == 1:
                raise KeyboardInterrupt

        with pytest.raises(SearchInterrupted) as stopped:
            search(place / "small.yaml", place / "again", progress=stop)
        assert stopped.value.generations == 2
        with pytest.raises(FolderError, match="was not finished"):
            Found.load(place / "again")
        torn = place / "again/generations/00001.npz"
        torn.write_bytes(torn.read_bytes()[:-7])
        shown: list[Any] = []
        again = search(place / "small.yaml", place / "again", 2, progress=shown.append)
        assert [one.generation for one in shown] == list(range(len(found.manifest["standings"])))
        assert again.manifest["standings"] == found.manifest["standings"]
        for file in ("front.csv", "summary.txt", "generations/00001.npz", f"courses/{found.members.index[0]}.yaml"):
            assert (place / "again" / file).read_bytes() == (found.place / file).read_bytes(), file

    def test_killed_at_once_and_gone_on_with_it_finds_the_same(self, place: Path, found: Found) -> None:
        line = [sys.executable, "-m", "sim", "search", str(place / "small.yaml"), "--out", str(place / "shot")]
        with subprocess.Popen(line, stderr=subprocess.PIPE, text=True) as running:
            assert running.stderr is not None
            while not (said := running.stderr.readline()).startswith("generation 1:"):
                assert said, "it has ended before it could be killed"
            running.kill()
        assert running.returncode == -signal.SIGKILL
        with pytest.raises(FolderError, match="was not finished"):
            Found.load(place / "shot")
        assert search(place / "small.yaml", place / "shot").findings == found.findings
        for file in ("front.csv", "summary.txt", "findings.json"):
            assert (place / "shot" / file).read_bytes() == (found.place / file).read_bytes(), file

    def test_killed_before_the_first_generation_it_goes_on(self, place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def die(folder: Folder) -> None:
            raise MemoryError

        with monkeypatch.context() as patched:
            patched.setattr(Folder, "_write_search", die)
            with pytest.raises(MemoryError):
                search(place / "small.yaml", place / "killed")
        folder = Folder(place / "killed", load_search(place / "small.yaml"))
        folder.open()
        assert folder.generations == []

    def test_the_folder_of_another_search_is_left_alone(self, place: Path) -> None:
        other = SMALL.replace("worlds: 8", "worlds: 9")
        with pytest.raises(FolderError, match="another search is in this folder; it has another search"):
            search(("s.yaml", other), place / "out")

    def test_it_can_be_searched_again_from_its_own_folder(self, found: Found) -> None:
        assert load_search(found.place / "search.yaml").identity == found.manifest["identity"]

    def test_what_it_would_take_is_said(self, place: Path, capsys: pytest.CaptureFixture[str]) -> None:
        one = estimate(place / "small.yaml")
        assert (one.evaluations, one.worlds, one.months) == (60, 8, 24)
        assert one.runs == 62 * 8 + 8 * 10
        assert one.seconds > 0
        said = called(capsys, "search", place / "small.yaml", "--dry-run")
        assert said.code == 0
        assert "at most 60 courses x 8 futures" in said.out
        assert called(capsys, "search", place / "small.yaml").code == 2
