"""Scenario discovery: a box that was planted is found, chance is not taken for one, and what is found is said in words."""

from __future__ import annotations

import json
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_sweep import draws, made
from typer.testing import CliRunner

from sim.commands.main import app
from sim.ensemble.spec import LimitError
from sim.experiment.condition import ConditionError
from sim.experiment.discovery import study
from sim.experiment.discovery.boxes import Count, Limit, _quiet, _step_by_step, contains, lifted, rounded, screened
from sim.experiment.discovery.rows import rows
from sim.experiment.discovery.study import METHODS, Discovery
from sim.experiment.figures import by_point
from sim.experiment.folder import FolderError
from sim.experiment.outcome import Sweep
from sim.experiment.sweep import sweep as run_sweep
from sim.parameters import PARAMETERS
from sim.plots import rows_of, to_svg
from sim.results import BundleError

NAMES = [name for name, one in PARAMETERS.items() if not one.constant][:6]
A, B, C = NAMES[:3]
WHERE = "attacks < 100"


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path)


def planted(place: str, count: int = 1500, noise: float = 0.02, seed: int = 3) -> Sweep:
    """Attacks are few where A is over 0.6 and B under 0.5, but for a little noise; four other inputs do nothing."""
    values = draws(count, [*NAMES, "noise"], seed)
    inside = (values[A] > 0.6) & (values[B] < 0.5)
    flipped = inside ^ (values.pop("noise") < noise)
    return made(place, values, {"confront": {"attacks": np.where(flipped, 50.0, 200.0)}}, seed=seed)


@pytest.mark.parametrize("method", METHODS)
def test_a_planted_box_is_found(place: str, method: str) -> None:
    """Coverage and density at least 0.9, in the futures searched and in those held out, with the right ends."""
    found = planted(place, noise=0.005).discover(WHERE, method=method)  # type: ignore[arg-type]
    for count in found.together or (found.boxes[0].searched, found.boxes[0].held_out):
        assert count.coverage >= 0.9
        assert count.density >= 0.9
    for box in found.boxes:
        by_name = {limit.name: limit for limit in box.limits}
        assert by_name[A].low >= 0.57
        assert by_name[B].high <= 0.53
    if method == "prim":
        (box,) = found.boxes
        assert len(box.limits) == 2
        ends = [(by_name[name].low, by_name[name].high) for name in (A, B)]
        assert ends == [(pytest.approx(0.6, abs=0.03), None), (None, pytest.approx(0.5, abs=0.03))]


@pytest.mark.parametrize("method", METHODS)
def test_of_very_many_futures_some_are_looked_at_and_all_are_counted(
    place: str, method: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise a sweep of a million rows takes more memory than there is, or a box's figures are a sample's."""
    sweep = planted(place, noise=0.005)
    usual = sweep.discover(WHERE, method=method)  # type: ignore[arg-type]
    assert (usual.drawn, usual.whole.searched.rows) == (1000, 1000)
    assert "Of so many" not in usual.text()
    monkeypatch.setattr(study, "MOST_ROWS", 1000)
    assert sweep.discover(WHERE, method=method).as_json() == usual.as_json()  # type: ignore[arg-type]
    monkeypatch.setattr(study, "MOST_ROWS", 400)
    found, again = (sweep.discover(WHERE, method=method) for _ in range(2))  # type: ignore[arg-type]
    assert found.as_json() == again.as_json()
    assert found.drawn == 400
    assert (
        " was looked for in 400 that the sweep's seed draws; what is said of a box is counted in all." in found.text()
    )
    assert found.as_json()["drawn"] == 400
    inputs = sweep.experiments.reset_index(drop=True).rename(columns=lambda name: name.partition(":")[2])
    few, seen = (sweep.outcomes["attacks"] < 100).to_numpy(), ~found.rows.held_out
    for box in found.boxes:
        inside = contains(box.limits, inputs)
        assert box.searched == Count(
            *(int((inside & seen & one).sum()) for one in (seen, few)), int((few & seen).sum()), 1000
        )
        assert box.held_out.inside == int((inside & ~seen).sum())
        by_name = {limit.name: limit for limit in box.limits}
        assert by_name[A].low == pytest.approx(0.6, abs=0.05)
        assert by_name[B].high == pytest.approx(0.5, abs=0.05)
    if method == "prim":
        assert found.ways[0][0].searched.rows == found.ways[0][0].searched.inside == 1000
    monkeypatch.setattr(study, "MOST_ROWS", 40)
    rare = sweep.discover(WHERE, method=method)  # type: ignore[arg-type]
    assert "There are too few to search: of 40 futures searched, this holds in" in rare.text()


def two_planted(place: str, noise: float = 0.01) -> Sweep:
    """Attacks are few where A is over 0.7 (three tenths), and where A is under 0.3 and B too (a tenth)."""
    values = draws(1500, [*NAMES, "noise"], 4)
    inside = (values[A] > 0.7) | ((values[A] < 0.3) & (values[B] < 0.3))
    flipped = inside ^ (values.pop("noise") < noise)
    return made(place, values, {"confront": {"attacks": np.where(flipped, 50.0, 200.0)}}, seed=4)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Discovery:
    """Up to four boxes, where two were planted."""
    return two_planted(str(tmp_path_factory.mktemp("two"))).discover(WHERE, boxes=4, density=0.9)


class TestSeveralBoxes:
    def test_each_planted_box_is_found_in_turn(self, found: Discovery) -> None:
        """Otherwise a second way to the same end stays unseen, or the first is told again."""
        ends = [
            {(limit.name, end): getattr(limit, end) for limit in box.limits for end in limit.ends}
            for box in found.boxes
        ]
        assert ends == [
            {(A, "low"): pytest.approx(0.7, abs=0.04)},
            {(A, "high"): pytest.approx(0.3, abs=0.03), (B, "high"): pytest.approx(0.3, abs=0.03)},
        ]
        assert found.together is not None
        for count in found.together:
            assert count.coverage >= 0.9
            assert count.density >= 0.9
        text = found.text()
        assert "Box 1. Of the futures" in text
        assert "Box 2. Of the futures" in text
        assert "chance could give" not in text
        assert "No further box is told: " in text
        assert [one.name for one in found.pictures()] == ["tradeoff", "pairs", "tradeoff_2", "pairs_2"]
        assert found.trajectory()["box"].unique().tolist() == [1, 2]
        for one in found.pictures():
            to_svg(one.chart)

    def test_a_further_box_is_counted_in_what_is_left(self, found: Discovery) -> None:
        """Otherwise it takes credit for futures that the box before it holds already."""
        (first, second), added = found.boxes, found.added
        inputs, holds, unseen = found.rows.inputs, found.rows.holds, found.rows.held_out
        only = second.inside(inputs) & ~first.inside(inputs)
        assert added[0] == first
        assert (added[1].held_out.inside, added[1].held_out.hits) == (
            int((only & unseen).sum()),
            int((only & unseen & holds).sum()),
        )
        assert added[1].searched.coverage == pytest.approx((only & holds & ~unseen).sum() / (holds & ~unseen).sum())
        start = found.ways[1][0]
        assert start.searched.inside == int((~first.inside(inputs) & ~unseen).sum())
        told = json.loads(json.dumps(found.as_json(), allow_nan=False))
        assert told["boxes"][1]["added"]["held_out"]["hits"] == added[1].held_out.hits

    def test_the_first_is_the_same_with_and_without_more(self, found: Discovery, place: str) -> None:
        one = two_planted(place).discover(WHERE, density=0.9)
        assert one.boxes == found.boxes[:1]
        assert one.ended == ""

    def test_no_box_is_told_that_is_not_there(self, place: str) -> None:
        """Otherwise whoever asks for ten gets ten, most of them chance."""
        found = planted(place).discover(WHERE, boxes=10)
        assert len(found.boxes) == 1
        assert found.ended
        assert found.together is None
        values = draws(900, [*NAMES, "coin"], seed=5)
        coin = values.pop("coin") < 0.3
        found = made(place, values, {"confront": {"attacks": np.where(coin, 50.0, 200.0)}}).discover(WHERE, boxes=10)
        assert len(found.boxes) <= 1

    def test_a_tree_has_all_its_leaves(self, place: str) -> None:
        with pytest.raises(LimitError, match="cart tells every leaf"):
            planted(place, count=60).discover(WHERE, method="cart", boxes=2)


@pytest.mark.parametrize(
    ("design", "kin"),
    [
        ({"kind": "saltelli", "base": 64}, 8),
        ({"kind": "saltelli", "base": 32, "second_order": True}, 14),
        ({"kind": "morris", "trajectories": 64}, 7),
        ({"kind": "csv", "file": "points.csv"}, 1),
    ],
)
def test_points_made_from_one_another_are_held_out_together(place: str, design: dict[str, Any], kin: int) -> None:
    """Otherwise a box is checked with twins of what was searched, and its figures pass for surer than they are."""
    count = 64 * 7 if design["kind"] == "morris" else 512 if kin < 14 else 448
    values = draws(count, NAMES)
    few = np.where(values[A] > 0.5, 50.0, 200.0)
    found = made(place, values, {"confront": {"attacks": few}}, design=design).discover(WHERE)
    whole = found.rows.held_out.reshape(-1, kin)
    assert (whole.all(axis=1) | ~whole.any(axis=1)).all()
    assert whole[:, 0].sum() == len(whole) // 3
    said = f"made {kin} in a row from one another" in found.text()
    assert said == (kin > 1)
    assert found.as_json()["made_from_one_another"] == kin


def test_what_is_counted_is_there(place: str) -> None:
    """Otherwise coverage and density are of other rows than the box holds."""
    sweep = planted(place)
    found = sweep.discover(WHERE)
    (box,) = found.boxes
    inputs = sweep.experiments.reset_index(drop=True)
    few = (sweep.outcomes["attacks"] < 100).to_numpy()
    ends = {limit.name: limit for limit in box.limits}
    inside = (inputs[f"uncertainty:{A}"] >= ends[A].low) & (inputs[f"uncertainty:{B}"] <= ends[B].high)
    seen = ~found.rows.held_out
    assert box.searched.inside == int((inside & seen).sum())
    assert box.searched.hits == int((inside & seen & few).sum())
    assert box.held_out.density == pytest.approx(few[inside & ~seen].mean())
    assert box.held_out.coverage == pytest.approx((few & inside & ~seen).sum() / (few & ~seen).sum())
    assert found.rows.held_out.sum() == 500


def test_the_same_sweep_gives_the_same(place: str) -> None:
    """Otherwise a figure in a paper cannot be made again; ties in a tree are the danger."""
    for method in METHODS:
        first, second = (planted(place).discover(WHERE, method=method).as_json() for _ in range(2))  # type: ignore[arg-type]
        assert first == second


def test_chance_is_no_box(place: str) -> None:
    """Otherwise a coin's fall is told as a condition of the world."""
    values = draws(900, [*NAMES, "coin"], seed=5)
    coin = values.pop("coin") < 0.3
    found = made(place, values, {"confront": {"attacks": np.where(coin, 50.0, 200.0)}}).discover(WHERE)
    assert not found.dense
    text = found.text()
    assert "No box" in text
    if found.boxes:
        assert "what was found in the others is chance, or nearly so" in text


@pytest.mark.parametrize(
    ("attacks", "said"),
    [
        (np.full(200, 200.0), "This holds in none of the 200 futures, so that there is nothing to tell apart."),
        (np.full(200, 50.0), "This holds in each of the 200 futures"),
        (np.where(np.arange(200) < 6, 50.0, 200.0), "this holds in 3 only; 20 are needed of each kind"),
        (np.where(np.arange(200) < 6, 200.0, 50.0), "this does not hold in 3 only"),
    ],
)
def test_too_few_or_too_many(place: str, attacks: np.ndarray, said: str) -> None:
    """Otherwise the search divides by nothing, or tells of a box of four futures."""
    found = made(place, draws(200, NAMES), {"confront": {"attacks": attacks}}).discover(WHERE)
    assert found.boxes == ()
    assert said in found.trouble
    assert said in found.text()
    assert found.pictures() == []
    assert json.loads(json.dumps(found.as_json(), allow_nan=False))["boxes"] == []


def test_quasi_p_values_are_the_workbench_s(place: str) -> None:
    """Otherwise what is lifted as chance is not what Bryant and Lempert's test calls chance."""
    found = planted(place, noise=0.1).discover(WHERE)
    (box,) = found.boxes
    seen = ~found.rows.held_out
    inputs = found.rows.inputs.frame([A, B], seen).reset_index(drop=True)
    holds = found.rows.holds[seen]
    with _quiet():
        from ema_workbench.analysis import prim as ema

        content = {"threshold": 0.5} if "threshold" in signature(ema.Prim).parameters else {}
        theirs = ema.Prim(inputs, holds.astype(int), **content).find_box()
        lims = theirs.box_lims[0].copy()
        ends = {limit.name: limit for limit in box.limits}
        lims.loc[0, A], lims.loc[1, B] = ends[A].low, ends[B].high
        theirs.update(lims, np.flatnonzero(box.inside(inputs)))
    last = (theirs.p_values if "p_values" in vars(theirs) else theirs.qp)[-1]  # as from EMA 3 on, or before
    assert last[A][0] == pytest.approx(ends[A].chance_low, rel=1e-6)
    assert last[B][1] == pytest.approx(ends[B].chance_high, rel=1e-6)


def test_an_end_that_says_nothing_is_lifted() -> None:
    """Otherwise a box names inputs that have nothing to do with it."""
    values = draws(800, ["a", "b"])
    inputs = pd.DataFrame(values)
    holds = values["a"] > 0.5
    limits = [Limit("a", 0.5, 0.97, span=(0, 1)), Limit("b", 0.1, span=(0, 1))]
    (kept,) = lifted(limits, inputs, holds)
    assert (kept.name, kept.low, kept.high) == ("a", 0.5, None)
    assert kept.chance_low is not None
    assert kept.chance_low < 1e-10


def test_the_screen_ranks_by_distance() -> None:
    values = draws(600, ["a", "b", "c"])
    inputs = pd.DataFrame(values).assign(d=np.where(values["a"] > 0.5, "x", "y"))
    holds = values["a"] > 0.5
    assert screened(inputs, holds, 2) == ["a", "d"]
    assert screened(pd.DataFrame({"flat": np.ones(600), "b": values["b"]}), holds, 1) == ["b"]


@pytest.mark.parametrize(
    ("value", "down", "expected"),
    [
        (0.43567, True, 0.435),
        (0.43567, False, 0.436),
        (-1.5149, True, -1.52),
        (12345.0, False, 12400.0),
        (0.0, True, 0.0),
        (0.25, True, 0.25),
    ],
)
def test_ends_are_rounded_outward(value: float, down: bool, expected: float) -> None:
    assert rounded(value, down) == expected


def test_options_and_scenarios_are_inputs(place: str) -> None:
    """Otherwise a sweep over scenarios, or over a setting with named options, cannot be asked where."""
    values = draws(300, NAMES[:2])
    high = np.where(values[A] > 0.4, 50.0, 200.0)
    sweep = made(place, values, {"confront": {"attacks": np.full(300, 200.0)}, "appease": {"attacks": high}})
    for method in METHODS:
        found = sweep.discover(WHERE, method=method)  # type: ignore[arg-type]
        limits = {limit.name: limit for limit in found.boxes[0].limits}
        assert limits["scenario"].options == ("appease",)
        assert limits[A].low == pytest.approx(0.4, abs=0.05)
        assert "“Scenario” (`scenario`) is appease (varied among appease, confront)" in found.text()
        assert found.rows.each == "points"
        to_svg(found.pictures()[-1].chart)


def test_one_option_of_several_is_a_leaf_of_its_own(place: str) -> None:
    """Otherwise a tree whose leaf is all but pure is said to have none that is dense."""
    values = draws(300, NAMES[:2])
    few = np.where(values[A] > 0.02, 50.0, 200.0)
    outcomes = {
        one: {"attacks": few if one == "hedge" else np.full(300, 200.0)} for one in ("appease", "confront", "hedge")
    }
    found = made(place, values, outcomes).discover(WHERE, method="cart")
    assert found.dense
    assert all(limit.options == ("hedge",) for box in found.boxes for limit in box.limits if limit.name == "scenario")
    assert sum(box.searched.hits for box in found.boxes) == found.whole.searched.hits
    assert found.boxes[0].searched.density > 0.95


def test_scenarios_against_each_other(place: str) -> None:
    """A row is then a future that both were simulated in, whole futures are held out, and levers and draws stay apart."""
    values = draws(400, NAMES[:2])
    lower = np.where(values[A] > 0.5, 80.0, 120.0)
    sweep = made(place, values, {"confront": {"attacks": lower}, "appease": {"attacks": np.full(400, 100.0)}}, worlds=2)
    found = sweep.discover("attacks[confront] < attacks[appease]")
    assert found.rows.each == "futures"
    assert len(found.rows.holds) == 400
    assert found.rows.holds.sum() == (values[A] > 0.5).sum()
    (limit,) = found.boxes[0].limits
    assert limit.low == pytest.approx(0.5, abs=0.02)
    both = rows(sweep, "attacks < 110")
    assert both.held_out[:400].tolist() == both.held_out[400:].tolist()


def test_a_refused_point_takes_its_future_along(place: str) -> None:
    values = draws(60, NAMES[:2])
    outcomes = {one: {"attacks": np.arange(60.0)} for one in ("confront", "appease")}
    sweep = made(place, values, outcomes)
    vars(sweep)["outcomes"] = sweep.outcomes.drop(index=7, level="point")
    assert len(rows(sweep, "attacks < 9").holds) == 119
    paired = rows(sweep, "attacks[confront] == attacks[appease]")
    assert (len(paired.holds), paired.left_out, paired.holds.all()) == (59, 1, True)


def test_what_an_outcome_stands_for(place: str) -> None:
    """A mean for a metric, the median for a first month (never is later than any), the commonest verdict."""
    outcomes = {
        "attacks": np.array([[1.0, 2.0, 6.0]]),
        "first_month_truce": np.array([[3.0, np.nan, np.nan]]),
        "verdict": np.array([["contained", "escalation", "escalation"]]),
    }
    sweep = made(place, {A: [0.5]}, {"confront": outcomes}, worlds=3)
    found = {name: by_point(sweep, name).tolist() for name in outcomes}
    assert found == {"attacks": [3.0], "first_month_truce": [np.inf], "verdict": ["escalation"]}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"where": "atacks < 3"}, "did you mean 'attacks'?"),
        ({"where": "attacks[confront] < attacks"}, "does not say whose attacks is meant; allowed: attacks[confront]"),
        ({"where": WHERE, "scenario": "hedge"}, "no such scenario in this sweep: hedge; allowed: confront"),
        ({"where": WHERE, "method": "tree"}, "the method must be one of prim, cart; got tree"),
        ({"where": WHERE, "density": 1.5}, "density must be 0 to 1; got 1.5"),
        ({"where": WHERE, "smallest": 0.7}, "smallest must be 0.01 to 0.5; got 0.7"),
        ({"where": WHERE, "most": 0}, "most must be 1 to 50; got 0"),
        ({"where": WHERE, "boxes": 11}, "boxes must be 1 to 10; got 11"),
    ],
)
def test_what_is_wrong_is_said(place: str, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises((ConditionError, LimitError)) as caught:
        planted(place, count=60).discover(**arguments)
    assert said in str(caught.value)


def test_an_unfinished_sweep_is_refused(place: str) -> None:
    sweep = made(place, draws(9, NAMES), {"confront": {"attacks": np.ones(9)}}, state="interrupted")
    with pytest.raises(FolderError, match="this sweep is not finished"):
        sweep.discover(WHERE)


def test_nothing_varied(place: str) -> None:
    with pytest.raises(FolderError, match="nothing is varied in this sweep"):
        made(place, {A: [0.5, 0.5]}, {"confront": {"attacks": np.ones(2)}}).discover(WHERE)


def test_counts() -> None:
    one = Count(inside=20, hits=15, wanted=30, rows=100)
    assert (one.density, one.coverage, one.base) == (0.75, 0.5, 0.3)
    low, high = one.density_interval()
    assert low == pytest.approx(0.531, abs=0.001)
    assert high == pytest.approx(0.888, abs=0.001)
    empty = Count(0, 0, 0, 0)
    assert np.isnan([empty.density, empty.coverage, empty.base]).all()
    assert empty.density_interval() == (0.0, 1.0)


def test_words_say_title_unit_and_figures(place: str) -> None:
    found = planted(place, noise=0.005).discover(WHERE)
    (box,) = found.boxes
    text = found.text()
    assert f"“{PARAMETERS[A].meaning.rstrip('.')}” (`{A}`) is at least" in text
    assert f"; {PARAMETERS[A].unit})" in text
    assert f"it holds in {100 * box.searched.density:.0f} of 100" in text
    assert f"held out, its density is {100 * box.held_out.density:.0f} of 100" in text
    assert "Quasi-p-values:" in text
    assert "neither a cause nor how likely" in text
    assert "not a forecast" in text


def test_pictures_draw_what_was_found(place: str) -> None:
    """Otherwise the frame in the picture is not the box in the sentence."""
    found = planted(place).discover(WHERE)
    tradeoff, pairs = found.pictures()
    box = found.boxes[0]
    ring = next(row for row in rows_of(tradeoff.chart) if row.get("chosen"))
    assert (ring["coverage"], ring["density"]) == (box.searched.coverage, box.searched.density)
    way = found.trajectory()
    assert len(tradeoff.table.rows) == len(way) == len(found.ways[0])
    assert way["coverage"].iloc[0] == 1.0
    assert way["density"].iloc[0] == pytest.approx(found.whole.searched.base)
    frame = next(row for row in rows_of(pairs.chart) if row.get("box"))
    for number, limit in enumerate(box.limits):
        assert frame[f"low{number}"] == (limit.span[0] if limit.low is None else limit.low)
        assert frame[f"high{number}"] == (limit.span[1] if limit.high is None else limit.high)
    for one in (tradeoff, pairs):
        assert "<svg" in to_svg(one.chart)


EXPERIMENT = f"""schema: 1
title: Small
scenarios: [confront, appease]
uncertainties: [attacks_per_capability, foothold_growth, {", ".join(NAMES[:4])}]
design: {{kind: latin_hypercube, points: 90}}
parameters: defaults
months: 24
metrics: [attacks, fatalities, sovereignty]
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("sweep") / "small"
    run_sweep(("small.yaml", EXPERIMENT), out)
    return out


def invoke(*arguments: object) -> Any:
    return CliRunner().invoke(app, [str(one) for one in arguments])


def test_the_command(folder: Path, tmp_path: Path) -> None:
    """A real sweep from the command line: text, one JSON object, and files that say the same as Python."""
    middle = Sweep.load(folder).means(["attacks"])["attacks"].median()
    where = f"attacks < {middle:.0f}"
    out = tmp_path / "found"
    told = invoke("discover", folder, "--where", where, "--density", 0.6, "--out", out, "--json")
    assert told.exit_code == 0, told.output
    data = json.loads(told.stdout)
    same: Discovery = Sweep.load(folder).discover(where, density=0.6)
    assert data == json.loads(json.dumps(same.as_json()))
    assert json.loads((out / "discovery.json").read_text(encoding="utf-8")) == data
    assert (out / "discovery.txt").read_text(encoding="utf-8") == same.text() + "\n"
    assert {"boxes.csv", "trajectory.csv", "tradeoff.svg", "tradeoff.png", "pairs.svg"} <= {
        one.name for one in out.iterdir()
    }
    assert len(pd.read_csv(out / "boxes.csv")) == len(same.boxes[0].limits)


def test_the_command_fills_the_terminals_width(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise words are cut in two at the edge of a narrow one."""
    monkeypatch.setenv("COLUMNS", "40")
    told = invoke("discover", folder, "--where", "attacks[confront] < attacks[appease]").stdout
    assert told.split() == Sweep.load(folder).discover("attacks[confront] < attacks[appease]").text().split()
    assert max(map(len, told.splitlines())) <= 40


def test_the_command_refuses_in_words(folder: Path, tmp_path: Path) -> None:
    """Otherwise a slip shows a traceback, or files land among the sweep's own."""
    for arguments, said in (
        (("--where", "attacks <"), "something is missing at the end"),
        (("--where", "attacks < 3", "--out", folder), "another kind of folder stands there"),
        (("--where", "attacks < 3", "--out", folder / "manifest.json"), "this is a file; name a folder"),
    ):
        result = invoke("discover", folder, *arguments)
        assert isinstance(result.exception, LimitError | BundleError)
        assert said in str(result.exception)
    assert isinstance(invoke("discover", tmp_path, "--where", "attacks < 3").exception, FolderError)


def test_the_workbench_s_prim_is_asked_step_by_step_and_says_the_same() -> None:
    """Otherwise it holds what every step looked at until the last: 0.7 GB for 100,000 rows."""
    inputs = pd.DataFrame(draws(600, ["a", "b", "c"])).assign(d=np.where(np.arange(600) % 3, "yes", "no"))
    holds = ((inputs["a"] > 0.6) & (inputs["d"] == "yes")).to_numpy().astype(int)
    with _quiet():
        from ema_workbench.analysis import prim as ema

        content = {"threshold": 0.9} if "threshold" in signature(ema.Prim).parameters else {}
        theirs, ours = (kind(inputs, holds, mass_min=0.05, **content) for kind in (ema.Prim, _step_by_step(ema.Prim)))
        deep, depths = [0], []
        usual = ema.Prim._peel

        def counting(self: Any, box: Any) -> Any:
            deep[0] += 1
            depths.append(deep[0])
            try:
                return usual(self, box)
            finally:
                deep[0] -= 1

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(ema.Prim, "_peel", counting)
            boxes = [theirs.find_box()]
            assert max(depths) > 10
            depths.clear()
            boxes.append(ours.find_box())
            assert max(depths) == 1
    one, other = boxes
    assert len(one.box_lims) == len(other.box_lims) > 10
    assert all(mine.equals(its) for mine, its in zip(one.box_lims, other.box_lims, strict=True))
    assert one.peeling_trajectory.equals(other.peeling_trajectory)
