"""Response: figures by hand on tiny cases, variance of made-up tables, the object that is printed, the command."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from command import Durand

import sim
from sim.ensemble.chunks import Array
from sim.ensemble.spec import LimitError, RunSpec
from sim.experiment.response import levers as by_lever
from sim.experiment.response.choice import Choice, best_shares, choice, courses, hangs_on
from sim.experiment.response.figures import SUMS, Figure, figures, leverage, simulated, summed
from sim.experiment.response.levers import Effect, effect, met
from sim.experiment.response.study import Response, accepted_sets, drawn_sets, response
from sim.experiment.response.text import (
    choice_sentence,
    in_sd,
    lever_cells,
    lever_sentences,
    moved_cells,
    reading,
    variance_sentence,
)
from sim.experiment.response.variance import PARTS, components, decompose
from sim.metrics import METRICS
from sim.plots import rows_of
from sim.scenario import load_scenario
from sim.vocabulary import ACTORS, LEVER_SPECS
from sim.words.sentences import NOT_A_FORECAST
from sim.worlds import Streams

ATTACKS = Figure("attacks", "TTP attacks", ("attacks",), 0.0, "total", "less")
SMALL = {"sets": 3, "replications": 2, "lever_worlds": 4, "seed": 5}


@pytest.fixture(scope="module")
def found() -> Response:
    """A study of few worlds."""
    return response(**SMALL)


# ------------------------------------------------------------------------------------------------ declarations


def test_every_lever_is_for_something_that_is_reported() -> None:
    """Otherwise it can never be said whether a lever does what it is for."""
    for lever in LEVER_SPECS.values():
        assert lever.aims, lever.name
        assert set(lever.aims) <= set(METRICS), lever.name
        assert len(set(lever.aims)) == len(lever.aims)


def test_better_ends_are_somebodys_or_everybodys() -> None:
    for one in METRICS.values():
        assert one.better in ("less", "more", None)
        assert one.better_for in ("", *ACTORS)
        assert one.better or not one.better_for


def test_sums_are_of_metrics_of_one_kind() -> None:
    for one in SUMS:
        assert one.name not in METRICS
        assert {METRICS[part].summary for part in one.parts} == {one.summary}
        assert {METRICS[part].better for part in one.parts} == {one.better}


def test_courses_differ_in_pakistans_course_alone() -> None:
    """Otherwise a shock, a set of parameters or another actor's choice passes for what Pakistan's choice does."""
    found = courses()
    assert found[0] == "history"
    assert {"confront", "appease", "mediated_talks", "isolate", "recognise"} <= set(found)
    assert not {"own_choice", "imf_default", "khan_returns", "expulsions", "india_opening", "force_works"} & set(found)
    assert "shared_past" not in found


# ------------------------------------------------------------------------------------------------ by hand


def test_figures_are_summed_by_kind() -> None:
    months = [np.array([float(month), 1.0]) for month in range(10)]
    assert summed(months, "total", False).tolist() == [45.0, 10.0]
    assert summed(months, "mean", False).tolist() == [4.5, 1.0]
    assert summed(months, "mean", True).tolist() == [6.5, 1.0]
    assert summed(months, "final", False).tolist() == [6.5, 1.0]


def test_an_effect_by_hand() -> None:
    one = effect(np.array([1.0, 3.0, 5.0]), np.array([2.0, 3.0, 9.0]))
    assert one == Effect(1.0, pytest.approx(np.sqrt(8 / 3)), pytest.approx(1 / np.sqrt(8 / 3)), pytest.approx(2 / 3))
    assert one.counts
    none = effect(np.zeros(3), np.ones(3))
    assert (none.sd, none.in_sd, none.counts) == (0.0, None, False)
    assert effect(np.ones(3), np.ones(3)).in_sd == 0.0


def test_what_counts_is_a_quarter_of_a_standard_deviation_either_way() -> None:
    sizes = {"a": 0.249, "b": -0.25, "c": 2.0}
    some = {name: Effect(size, 1.0, size, 0.5) for name, size in sizes.items()}
    assert met(some, ("a", "b", "c", "not there")) == ["c", "b"]
    assert met(some, ("a",)) == []


def test_a_choice_by_hand() -> None:
    values = np.array([[10.0, 20.0, 30.0, 40.0], [20.0, 10.0, 30.0, 10.0], [40.0, 10.0, 60.0, 20.0]])
    one = choice(ATTACKS, values, ["a", "b", "c"], {})
    assert one.worst_over_best["p50"] == 3.0  # of 4, 2, 2, 4
    assert one.worst_over_best["p10"] == 2.0
    assert one.apart["p50"] == 30.0  # of 30, 10, 30, 30
    assert one.best == pytest.approx({"a": 0.375, "b": 0.5, "c": 0.125})  # ties are shared
    more = choice(replace(ATTACKS, better="more"), values, ["a", "b", "c"], {})
    assert more.best == pytest.approx({"a": 0.5, "b": 0.0, "c": 0.5})
    assert sum(more.best.values()) == pytest.approx(1.0)


def test_a_ratio_that_says_nothing_is_left_out() -> None:
    values = np.array([[0.0, 0.0, 0.0], [1.0, 2.0, 3.0]])
    nothing = {"p10": None, "p50": None, "p90": None}
    assert choice(ATTACKS, values, ["a", "b"], {}).worst_over_best == nothing
    assert choice(replace(ATTACKS, low=-1.0), values + 1, ["a", "b"], {}).worst_over_best == nothing
    assert choice(ATTACKS, np.zeros((2, 3)), ["a", "b"], {}).worst_over_best == dict.fromkeys(nothing, 1.0)
    undeclared = choice(replace(ATTACKS, better=None), values, ["a", "b"], {"p": np.arange(3.0)})
    assert (undeclared.best, undeclared.hangs_on) == ({}, {})
    assert undeclared.apart["p50"] == 2.0


def test_it_hangs_on_the_parameter_that_decides_and_on_no_other() -> None:
    """Otherwise a class is told that the choice hangs on noise, or on nothing where it hangs on one thing."""
    draws = Streams(3, 200)
    parameters = {f"p{number}": draws.uniform("test.parameter", 0, number) for number in range(40)}
    decided = np.stack([parameters["p7"] - 0.5, np.zeros(200)])
    told = hangs_on(best_shares(decided, "less"), parameters)
    assert list(told) == ["p7"]
    # Ranks 1-100 against 101-200, about: nearly three quarters of their variance lies between.
    assert told["p7"] == pytest.approx(0.75, abs=0.02)
    undecided = np.stack([draws.uniform("test.other", 0) - 0.5, np.zeros(200)])
    assert hangs_on(best_shares(undecided, "less"), parameters) == {}
    assert hangs_on(best_shares(decided - [[9.0], [0.0]], "less"), parameters) == {}  # one course wins everywhere


def test_the_statistic_is_scipys() -> None:
    from scipy.stats import kruskal

    draws = Streams(3, 60)
    x, winner = draws.uniform("test.x", 0), (draws.uniform("test.winner", 0) * 3).astype(int)
    x = x + 0.6 * winner
    shares = np.stack([(winner == course).astype(float) for course in range(3)])
    statistic = kruskal(*(x[winner == course] for course in range(3))).statistic
    assert hangs_on(shares, {"x": x})["x"] == pytest.approx((statistic - 2) / (60 - 3))


# ------------------------------------------------------------------------------------------------ variance


def table(course: float, parameters: float, chance: float, crossed: float, own: float, seed: int = 1) -> Array:
    """Made-up values (courses, sets, replications) whose parts have these variances."""
    courses_, sets, replications = 4, 400, 25

    def drawn(name: str, *shape: int) -> Array:
        """Values of mean 0 and variance 1."""
        count = int(np.prod(shape))
        return np.sqrt(12.0) * (Streams(seed, count).uniform(f"test.{name}", 0) - 0.5).reshape(shape)

    def centred(values: Array) -> Array:
        """Without what all courses have in common, and of variance 1 again on average."""
        return (values - values.mean(axis=0)) * np.sqrt(courses_ / (courses_ - 1))

    fixed = np.array([-1.0, -1.0, 1.0, 1.0]).reshape(-1, 1, 1)
    out: Array = (
        7.0
        + np.sqrt(course) * fixed
        + np.sqrt(parameters) * drawn("set", 1, sets, 1)
        + np.sqrt(chance) * drawn("world", 1, sets, replications)
        + np.sqrt(crossed) * centred(drawn("crossed", courses_, sets, 1))
        + np.sqrt(own) * centred(drawn("own", courses_, sets, replications))
    )
    return out


def test_variance_of_a_table_with_known_shares() -> None:
    found = components(table(2.0, 1.0, 3.0, 0.5, 1.5))
    wanted = {"course": 2.0, "parameters": 1.0, "chance": 3.0, "interactions": 2.0}
    assert found == pytest.approx(wanted, rel=0.12)
    shares = decompose(table(2.0, 1.0, 3.0, 0.5, 1.5))
    assert shares is not None
    assert [getattr(shares, part) for part in PARTS] == pytest.approx([0.25, 0.125, 0.375, 0.25], abs=0.02)
    assert sum(getattr(shares, part) for part in PARTS) == pytest.approx(1.0, abs=1e-12)
    assert shares.clipped == {}


@pytest.mark.parametrize("part", range(4))
def test_a_part_alone_is_found_alone(part: int) -> None:
    sizes = [0.0] * 5
    sizes[part] = 4.0
    shares = decompose(table(*sizes))
    assert shares is not None
    named = ("course", "parameters", "chance", "interactions")[part]
    assert getattr(shares, named) > 0.97
    assert sum(getattr(shares, one) for one in PARTS) == pytest.approx(1.0, abs=1e-12)


def test_estimates_are_right_on_average_over_small_tables() -> None:
    """Otherwise chance left in a set's mean passes for parameters, and in a course's mean for the course."""
    total = dict.fromkeys(PARTS, 0.0)
    whole = table(0.0, 0.0, 1.0, 0.0, 1.0)
    pieces = [whole[:, start : start + 4, :3] for start in range(0, 400, 4)]
    for piece in pieces:
        for name, one in components(piece).items():
            total[name] += one / len(pieces)
    assert total == pytest.approx({"course": 0.0, "parameters": 0.0, "chance": 1.0, "interactions": 1.0}, abs=0.12)


def test_what_is_below_nothing_is_set_to_nothing_and_said() -> None:
    values = np.array([[[0.0, 2.0], [2.0, 0.0]], [[0.0, 2.0], [2.0, 0.0]]])
    shares = decompose(values)
    assert shares is not None
    assert (shares.course, shares.parameters, shares.chance, shares.interactions) == (0.0, 0.0, 1.0, 0.0)
    assert shares.clipped == {"parameters": -0.5}
    assert decompose(np.ones((2, 2, 2))) is None


# ------------------------------------------------------------------------------------------------ the study


def test_the_object_is_as_promised(found: Response) -> None:
    """Otherwise other people's tools, which read it, fail."""
    told = json.loads(json.dumps(found.as_json(), allow_nan=False))
    assert {"levers", "choice", "variance", "manifest"} <= set(told)
    assert set(told["levers"]) == set(LEVER_SPECS)
    for some in told["levers"].values():
        assert set(some) == set(figures()) >= set(METRICS)
        assert all(set(one) == {"effect", "sd", "in_sd", "share_higher"} for one in some.values())
    assert set(told["choice"]) == set(figures())
    for name, one in told["choice"].items():
        assert {"worst_over_best", "best", "hangs_on"} <= set(one)
        assert set(one["worst_over_best"]) == {"p10", "p50", "p90"}
        assert isinstance(one["hangs_on"], list)
        assert set(one["best"]) == (set(courses()) if figures()[name].better else set())
        assert not one["best"] or sum(one["best"].values()) == pytest.approx(1.0)
    for name, shares in told["variance"].items():
        assert set(shares) == {"course", "parameters", "chance", "interactions"}, name
        assert sum(shares.values()) == pytest.approx(1.0)
        assert min(shares.values()) >= 0.0
    assert told["manifest"]["seed"] == SMALL["seed"]
    assert Response.of_json(told).as_json() == told


def test_a_levers_figures_are_those_of_two_runs(found: Response) -> None:
    """By hand: the lever set in the scenario, two runs, the months of the window."""
    base = load_scenario("history")
    months = []
    for value in (0.0, 1.0):
        plan = by_lever.with_lever(base, "ttp_talks", value, "by_hand")
        assert plan.actors.pakistan.changes[:-1] == base.actors.pakistan.changes
        months.append(sim.run(plan, SMALL["lever_worlds"], 53, SMALL["seed"]).arrays.metrics)
    attacks = [one["attacks"][:, 17:].sum(axis=1) for one in months]
    stance = [one["taliban_stance"][:, -6:].mean(axis=1) for one in months]
    some = found.levers["ttp_talks"]
    assert some["attacks"].effect == np.median(attacks[1] - attacks[0])
    assert some["attacks"].sd == pytest.approx(attacks[0].std())
    assert some["attacks"].share_higher == np.mean(attacks[1] > attacks[0])
    assert some["taliban_stance"].effect == pytest.approx(np.median(stance[1] - stance[0]))
    both = sum(one["fatalities_security"] + one["fatalities_civilian"] for one in months[:1])[:, 17:].sum(axis=1)
    assert some["fatalities_pakistan"].sd == pytest.approx(both.std())


def test_a_courses_figures_are_those_of_its_sets(found: Response) -> None:
    """By hand: each accepted set by itself, its worlds with the numbers that they have in the study."""
    values = drawn_sets(SMALL["seed"], SMALL["sets"])
    attacks = np.empty((2, SMALL["sets"]))
    for row, name in enumerate(("confront", "appease")):
        for place in range(SMALL["sets"]):
            spec = RunSpec.of(
                load_scenario(name),
                SMALL["replications"],
                60,
                SMALL["seed"],
                parameters="defaults",
                values={one: float(some[place]) for one, some in values.items()},
                first=place * SMALL["replications"],
            )
            attacks[row, place] = simulated(spec, 17, False)[name]["attacks"].mean()
    pair = response(**{**SMALL, "lever_worlds": 2}, names=["confront", "appease"])
    wanted = choice(figures()["attacks"], attacks, ["confront", "appease"], {})
    assert pair.choice["attacks"].worst_over_best == pytest.approx(wanted.worst_over_best)
    assert pair.choice["attacks"].best == wanted.best
    assert set(pair.manifest["courses"]) == {"confront", "appease"}
    assert set(found.manifest["courses"]) == set(courses())


def test_sets_are_different_ones() -> None:
    some = drawn_sets(1, accepted_sets())
    name, values = max(some.items(), key=lambda one: len(np.unique(one[1])))
    assert len(np.unique(values)) == accepted_sets(), name
    assert np.array_equal(drawn_sets(1, 7)[name], values[:7])
    assert not np.array_equal(drawn_sets(2, 7)[name], values[:7])


@pytest.mark.parametrize("workers", [1, 2])
def test_neither_workers_nor_chunks_change_a_bit(
    found: Response, workers: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sim.experiment.response.study.usual_chunk", lambda months, worlds, workers: 3)
    told, again = found.as_json(), response(**SMALL, workers=workers).as_json()
    assert {key: one for key, one in again.items() if key != "manifest"} == {
        key: one for key, one in told.items() if key != "manifest"
    }


def test_progress_reaches_the_end_once() -> None:
    seen: list[tuple[int, int]] = []
    names = ["confront", "appease"]
    response(2, 2, 2, names=names, progress=lambda done, everything: seen.append((done, everything)))
    assert len({everything for _, everything in seen}) == 1
    assert [done for done, _ in seen] == sorted({done for done, _ in seen})
    assert seen[-1][0] == seen[-1][1] == 2 * len(LEVER_SPECS) * 2 * 53 + 2 * 4 * 60


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"sets": 1}, "sets must be a whole number from 2 to 300; got 1"),
        ({"sets": 301}, "sets must be a whole number from 2 to 300; got 301"),
        ({"replications": 1}, "replications must be a whole number from 2 to"),
        ({"lever_worlds": True}, "lever worlds must be a whole number from 2 to 1,000,000; got True"),
        ({"sets": 300, "replications": 5000}, "sets times replications must be a whole number from 1 to 1,000,000"),
        ({"seed": -1}, "seed must be"),
        ({"workers": 0}, "workers must be"),
        ({"names": ["confront"]}, "two or more different ones are allowed; got confront"),
        ({"names": ["confront", "confront"]}, "two or more different ones are allowed"),
    ],
)
def test_what_is_refused(asked: dict[str, object], message: str) -> None:
    with pytest.raises(LimitError, match=message):
        response(**{**SMALL, **asked})  # type: ignore[arg-type]


def test_a_course_that_starts_at_another_time_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "later.yaml"
    file.write_text("schema: 1\nextends: confront\nstart: 2022-01\n", encoding="utf-8")
    with pytest.raises(LimitError, match="later starts in 2022-01; allowed: courses that start in 2021-08"):
        response(**SMALL, names=["appease", str(file)])


# ------------------------------------------------------------------------------------------------ in words


def made(hangs: dict[str, float], best: dict[str, float], clipped: dict[str, float]) -> Response:
    """A study of one lever and one figure."""
    from sim.experiment.response.variance import Variance

    ratio = {"p10": 1.2, "p50": 1.65, "p90": 12.34}
    return Response(
        {"aid": {"attacks": Effect(-30.0, 100.0, -0.3, 0.2), "economy": Effect(0.1, 0.0, None, 1.0)}},
        {"aid": ("attacks",)},
        {"attacks": Choice(ratio, {"p10": 1.0, "p50": 2.0, "p90": 3.0}, best, hangs)},
        {"attacks": Variance(0.25, 0.5, 0.25, 0.0, clipped)},
        {
            "from": "2023-01", "course_months": 43, "lever_months": 36, "lever_worlds": 300, "base": "history", "sets": 120,
            "replications": 16,
        },
    )  # fmt: skip


def test_a_reading_says_which_is_best_on_what_it_hangs_and_what_it_is_not() -> None:
    one = made({"kabul_control": 0.234}, {"confront": 0.3, "appease": 0.7}, {"interactions": -0.01})
    text = choice_sentence(one, "attacks")
    assert "1.65 times that of the least in the median set (1.20 to 12 in eight of ten)" in text
    assert "Best most often is Accommodate, in 70 of 100 sets, then Confront in 30 of 100" in text
    assert "(less is better)" in text
    assert text.endswith("Which is best hangs on “Share of the TTP's doings that Kabul could stop” (23%).")
    assert list(lever_sentences(one)) == [
        "1 of 1 levers move something that they are for, one way or the other, by 0.25 of its standard deviation over worlds or "
        "more (the median world, lever at full strength against nothing).",
        "1 of 1 moves TTP attacks by as much, one way or the other: Aid.",
    ]
    assert "interactions of TTP attacks" in variance_sentence(one, ["attacks"])
    assert reading(one)[-1].endswith(NOT_A_FORECAST)
    assert lever_cells(one)[1] == [["aid", "yes: TTP attacks -0.30", "-0.30"]]
    assert moved_cells(one)[1] == [["aid", "TTP attacks", "-30", "attacks", "-0.30", "20%"]]
    assert in_sd(one.levers["aid"]["economy"]) == "from none"


def test_one_course_that_wins_everywhere_is_said_to() -> None:
    text = choice_sentence(made({}, {"confront": 0.0, "appease": 1.0}, {}), "attacks")
    assert "Accommodate is best in every set" in text
    assert "No course" not in text
    spread = choice_sentence(made({}, {"confront": 0.4, "appease": 0.6}, {}), "attacks")
    assert spread.endswith("No single parameter tells which is best.")


def test_pictures_show_what_was_found(found: Response) -> None:
    levers, best, variance = found.pictures()
    drawn = rows_of(levers.chart)
    talks = next(row for row in drawn if row["lever"] == "Talks with the TTP" and row["figure"] == "TTP attacks")
    assert talks["meant"]
    assert float(talks["text"]) == pytest.approx(found.levers["ttp_talks"]["attacks"].in_sd, abs=0.006)
    for picture in (best, variance):
        ends: dict[str, float] = {}
        for row in rows_of(picture.chart):
            ends[row["figure"]] = max(ends.get(row["figure"], 0.0), row["to"])
        assert ends
        assert all(end == pytest.approx(1.0) for end in ends.values())
        assert picture.text


# ------------------------------------------------------------------------------------------------ the command


SIZES = ("--sets", 2, "--replications", 2, "--lever-worlds", 2, "--course", "confront", "--course", "appease")


def test_the_command_prints_one_object_and_writes_a_folder(durand: Durand, tmp_path: Path) -> None:
    done = durand("response", *SIZES, "--seed", 3, "--json", "--out", tmp_path / "out")
    assert done.code == 0, done.err
    told = json.loads(done.out)
    assert told["manifest"]["sets"] == told["manifest"]["replications"] == 2
    assert told["manifest"]["seed"] == 3
    assert "Written:" in done.err
    kept = json.loads((tmp_path / "out" / "response.json").read_text(encoding="utf-8"))
    assert kept == told
    page = (tmp_path / "out" / "response.md").read_text(encoding="utf-8")
    assert NOT_A_FORECAST in page
    for name in ("levers", "best-course", "variance"):
        assert f"plots/{name}.svg" in page
        assert (tmp_path / "out" / "plots" / f"{name}.svg").stat().st_size > 1000


def test_the_command_prints_tables_and_a_reading(durand: Durand) -> None:
    done = durand("response", *SIZES, "--all")
    assert done.code == 0, done.err
    text = " ".join(done.out.split())
    assert "levers move something that they are for" in text
    assert "domestic_operations" in text
    assert METRICS["legitimacy"].title in text
    assert text.endswith(NOT_A_FORECAST)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (("--sets", 0), "sets must be a whole number from 2"),
        (("--worlds", 1), "replications must be a whole number from 2"),
        (("--lever-worlds", "many"), "lever-worlds"),
        (("--workers", 0), "workers must be"),
        (("--course", "no_such_course", "--course", "confront"), "no_such_course"),
        (("--nonsense",), "nonsense"),
    ],
)
def test_bad_input_is_refused(durand: Durand, line: tuple[object, ...], said: str) -> None:
    done = durand("response", *line)
    assert done.code == 2
    assert said in done.err
    assert done.out == ""


def test_another_folder_is_left_alone(durand: Durand, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert durand("response", *SIZES, "--out", tmp_path).code == 2
    assert [one.name for one in tmp_path.iterdir()] == ["mine.txt"]


def test_leverage_in_use_stands_for_leverage_where_there_is_such_a_metric() -> None:
    assert leverage(("attacks", "leverage_pakistan_taliban")) == "leverage_pakistan_taliban"
    assert leverage(("leverage_in_use", "leverage_pakistan_taliban")) == "leverage_in_use"


def test_the_lever_has_a_card(durand: Durand) -> None:
    done = durand("evidence", "ttp_talks")
    assert done.code == 0
    assert "LEVER ttp_talks" in done.out
    assert "Meant to move" in done.out
    assert "attacks" in done.out.partition("Meant to move")[2]
    assert "cross_border_strikes" in durand("evidence", "tension").out.partition("meant to move it")[2]
