"""Regret and robustness, against figures worked out by hand and another library's way; and the map of who wins where."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from made_sweep import draws, made
from scipy.stats import bootstrap, chi2_contingency
from scipy.stats.contingency import association
from typer.testing import CliRunner

from sim.commands.main import app
from sim.ensemble.spec import LimitError
from sim.experiment.condition import ConditionError
from sim.experiment.factors import factor_words
from sim.experiment.folder import FolderError
from sim.experiment.outcome import Sweep
from sim.experiment.regret.map import fields, parts_of, ranked
from sim.experiment.regret.study import BETTER
from sim.experiment.sweep import sweep as run_sweep
from sim.metrics import METRICS
from sim.parameters import PARAMETERS
from sim.plots import rows_of, to_svg

NAMES = [name for name, one in PARAMETERS.items() if not one.constant][:4]
A, B = NAMES[:2]

# Four futures, three policies: attacks, of which fewer are better.
ATTACKS = {"confront": [10.0, 40.0, 20.0, 30.0], "appease": [20.0, 10.0, 20.0, 30.0], "hedge": [15.0, 15.0, 50.0, 35.0]}


@pytest.fixture
def place(tmp_path: Path) -> str:
    return str(tmp_path)


def small(place: str, **manifest: Any) -> Sweep:
    outcomes = {
        name: {"attacks": np.array(values), "taliban_stance": np.full(4, 0.5)} for name, values in ATTACKS.items()
    }
    return made(place, draws(4, NAMES), outcomes, **manifest)


def test_by_hand(place: str) -> None:
    (one,) = small(place).regret(["attacks"]).judged
    assert one.better == "less"
    assert one.regret.tolist() == [[0, 10, 5], [30, 0, 5], [0, 0, 30], [0, 0, 5]]
    assert one.winner.tolist() == [0, 1, -1, -1]
    figures = {name: [estimate.value for estimate in found] for name, found in one.measures.items()}
    assert figures["mean"] == [25.0, 20.0, 28.75]
    assert figures["regret_max"] == [30, 10, 30]
    assert figures["regret_mean"] == [7.5, 2.5, 11.25]
    assert figures["best"] == [0.75, 0.75, 0.0]
    assert figures["regret_p90"] == pytest.approx([21.0, 7.0, 22.5])
    assert figures["bad"] == pytest.approx([37.0, 27.0, 45.5])
    assert figures["signal_to_noise"] == pytest.approx([np.mean(v) * np.std(v) for v in ATTACKS.values()])


def test_more_is_better_the_other_way_round(place: str) -> None:
    (one,) = small(place).regret(["attacks"], better={"attacks": "more"}).judged
    assert one.regret.tolist() == [[10, 0, 5], [0, 30, 25], [30, 30, 0], [5, 5, 0]]
    figures = {name: [estimate.value for estimate in found] for name, found in one.measures.items()}
    assert figures["bad"] == pytest.approx([np.quantile(v, 0.1) for v in ATTACKS.values()])
    assert figures["signal_to_noise"] == pytest.approx([np.mean(v) / np.std(v) for v in ATTACKS.values()])


def test_no_policy_is_chosen_among_equals(place: str) -> None:
    same = made(place, draws(4, NAMES), {name: {"attacks": np.arange(4.0)} for name in ATTACKS})
    said = same.regret(["attacks"]).text()
    assert "None differs from another where its regret is largest." in said
    assert "what minimax regret chooses" not in said


def test_good_enough(place: str) -> None:
    found = small(place).regret(["attacks"], satisfy=["attacks <= 20", "attacks < 1"]).satisfying
    assert [one.value for one in found["attacks <= 20"]] == [0.5, 0.75, 0.5]
    assert [(one.value, one.low, one.high) for one in found["attacks < 1"]] == [(0.0, 0.0, 0.0)] * 3


def test_sums_of_metrics(place: str) -> None:
    values = draws(30, NAMES)
    outcomes = {
        name: {"fatalities": values[A] * 10 + number, "fatalities_militant": np.full(30, 3.0 * number)}
        for number, name in enumerate(("confront", "appease"))
    }
    asked = "fatalities - fatalities_militant"
    found = made(place, values, outcomes).regret([asked], better={asked: "less"})
    assert found.judged[0].regret == pytest.approx(np.tile([2.0, 0.0], (30, 1)))
    assert [one.name for one in found.pictures()] == ["regret_fatalities_fatalities_militant"]


def test_intervals_are_those_of_a_bootstrap(place: str) -> None:
    """Otherwise the brackets are decoration."""
    values = draws(200, [*NAMES, "x"])
    attacks = 100 * values.pop("x") ** 2
    sweep = made(place, values, {"confront": {"attacks": attacks}, "appease": {"attacks": np.full(200, 30.0)}}, seed=4)
    (one,) = sweep.regret(["attacks"], resamples=2000).judged
    for name, take in (("mean", np.mean), ("bad", lambda x, axis: np.quantile(x, 0.9, axis=axis))):
        theirs = bootstrap((attacks,), take, method="percentile", n_resamples=4000, rng=1).confidence_interval
        ours = one.measures[name][0]
        width = theirs.high - theirs.low
        assert ours.low == pytest.approx(theirs.low, abs=0.12 * width)
        assert ours.high == pytest.approx(theirs.high, abs=0.12 * width)


def test_futures_made_from_one_another_are_resampled_together(place: str) -> None:
    """Otherwise forty trajectories of five points pass for two hundred draws, and the brackets are half as wide as they
    should be."""
    values = draws(200, [*NAMES, "x"])
    attacks = np.repeat(100 * values.pop("x")[:40], 5)  # the same all along a trajectory
    outcomes = {"confront": {"attacks": attacks}, "appease": {"attacks": np.full(200, 30.0)}}
    designs: list[dict[str, Any]] = [{"kind": "csv", "file": "points.csv"}, {"kind": "morris", "trajectories": 40}]
    single, whole = (made(place, values, outcomes, design=design).regret(["attacks"]) for design in designs)
    wide = []
    for found in (single, whole):
        one = found.judged[0].measures["mean"][0]
        assert one.value == pytest.approx(attacks.mean())
        wide.append(one.high - one.low)
    assert wide[1] / wide[0] == pytest.approx(5**0.5, rel=0.12)
    assert "made 5 in a row from one another" in whole.text()
    assert "from one another" not in single.text()


def test_the_same_sweep_gives_the_same(place: str) -> None:
    first, second = (small(place).regret(["attacks"]).as_json() for _ in range(2))
    assert first == second
    assert small(place, seed=9).regret(["attacks"]).as_json()["metrics"] != first["metrics"]


def test_how_sure_the_choice_is(place: str) -> None:
    """The shares in which each policy has the least maximum regret add up to one."""
    (one,) = small(place).regret(["attacks"]).judged
    assert sum(one.least) == pytest.approx(1.0)
    assert np.argmax(one.least) == 1


def decided(place: str, count: int = 1000) -> Sweep:
    """Confront has fewer attacks where A is under a half, in all but a tenth; nothing else matters."""
    values = draws(count, [*NAMES, "noise"], seed=2)
    wins = (values[A] < 0.5) ^ (values.pop("noise") < 0.1)
    outcomes = {"confront": {"attacks": np.where(wins, 50.0, 150.0)}, "appease": {"attacks": np.full(count, 100.0)}}
    return made(place, values, outcomes)


def test_what_decides_is_found(place: str) -> None:
    """The strength is Cramér's V and the chance that of the chi-squared test, as SciPy has them."""
    found = decided(place).regret(["attacks"])
    (one,) = found.judged
    rank = ranked(one, found.inputs)
    assert rank[0][0] == A
    part, _ = parts_of(found.inputs[A].to_numpy())
    table = pd.crosstab(one.winner, part).to_numpy()
    assert rank[0][1] == pytest.approx(association(table, method="cramer"))
    other = next(row for row in rank if row[0] == B)
    again = chi2_contingency(pd.crosstab(one.winner, parts_of(found.inputs[B].to_numpy())[0]), correction=False)
    assert other[2] == pytest.approx(min(1.0, again.pvalue * len(NAMES)))
    assert "What decides most which policy is best: “" in found.text()
    assert f"(`{A}`, V = {rank[0][1]:.2f})" in found.text()
    frame = found.deciders()
    assert frame["uncertainty"].iloc[0] == A
    assert len(frame) == len(NAMES)


def test_a_lever_that_is_drawn_may_decide(place: str) -> None:
    """Otherwise an uncertainty is named where a lever, drawn with it, decides more; one that is part of a policy is none."""
    sweep = decided(place)
    names = {f"uncertainty:{A}": "lever:pakistan.aid"}
    frame = sweep.experiments.rename(columns=names)
    frame["lever:taliban.stance"] = np.where(frame["lever:pakistan.aid"] < 0.5, "restrain", "contain")
    vars(sweep)["experiments"] = frame
    aid, stance = {"name": "pakistan.aid", "crossed": False}, {"name": "taliban.stance", "crossed": False}
    sweep.manifest["factors"] = [{**one, "kind": "lever"} for one in (aid, stance)] + sweep.manifest["factors"][1:]
    found = sweep.regret(["attacks"])
    (one,) = found.judged
    rank = ranked(one, found.inputs)
    assert [row[0] for row in rank[:2]] == ["taliban.stance", "pakistan.aid"]
    assert rank[0][1] == pytest.approx(0.8, abs=0.06)
    assert f"best: “{factor_words('taliban.stance')}” (`taliban.stance`" in found.text()
    (_, chart) = found.pictures()
    assert "Map of 5 by 5 fields over pakistan.aid and" in chart.text
    sweep.manifest["factors"][0]["crossed"] = True
    assert "pakistan.aid" not in sweep.regret(["attacks"]).inputs


def test_nothing_decides(place: str) -> None:
    """Otherwise a map of chance is told as knowledge."""
    values = draws(300, [*NAMES, "coin"], seed=8)
    coin = np.where(values.pop("coin") < 0.5, 50.0, 150.0)
    outcomes = {"confront": {"attacks": coin}, "appease": {"attacks": np.full(300, 100.0)}}
    found = made(place, values, outcomes).regret(["attacks"])
    assert "Nothing that was drawn clearly decides by itself which policy is best." in found.text()
    assert "part of this map is chance" in found.pictures()[1].caption


def test_the_map(place: str) -> None:
    """Every future stands in one field, and a field's winner is the one that is best in most of its futures."""
    found = decided(place).regret(["attacks"])
    (one,) = found.judged
    drawn, edges, other = fields(one, found.inputs, A, B)
    assert len(edges) == len(other) == 4
    assert sum(field.futures for field in drawn) == 1000
    for field in drawn:
        across, up = found.inputs[A].to_numpy(), found.inputs[B].to_numpy()
        inside = (np.searchsorted(edges, across, side="right") == field.across) & (
            np.searchsorted(other, up, side="right") == field.up
        )
        assert (one.winner[inside] == field.winner).mean() == field.share >= 0.5
    assert {field.winner for field in drawn if field.across < 2} == {0}
    assert {field.winner for field in drawn if field.across > 2} == {1}
    spread, chart = found.pictures()
    assert {row["winner"] for row in rows_of(chart.chart)} == {"Confront", "Appease"}
    assert rows_of(spread.chart)[0]["share"] == pytest.approx((one.regret[:, 0] == 0).mean(), abs=1e-4)
    for picture in (spread, chart):
        assert "<svg" in to_svg(picture.chart)


def test_levels_are_parts_of_their_own() -> None:
    part, edges = parts_of(np.array([0.0, 0.5, 0.5, 1.0]))
    assert (part.tolist(), edges) == ([0, 1, 1, 2], [0.25, 0.75])


def test_a_refused_point_takes_its_future_along(place: str) -> None:
    sweep = small(place)
    vars(sweep)["outcomes"] = sweep.outcomes.drop(index=1, level="point")
    found = sweep.regret(["attacks"])
    assert (found.futures.tolist(), found.left_out) == ([0, 2, 3], 1)
    assert found.judged[0].regret.tolist() == [[0, 10, 5], [0, 0, 30], [0, 0, 5]]
    assert "1 futures are left out" in found.text()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"metrics": ["atacks"]}, "did you mean 'attacks'?"),
        ({"metrics": ["attacks < 3"]}, "a comparison stands where a number is expected"),
        ({"metrics": ["taliban_stance"]}, 'is a judgement; say --better "taliban_stance=less" or =more'),
        ({"better": {"attacks": "fewer"}}, "better end of attacks: less or more is allowed; got fewer"),
        ({"satisfy": ["attacks <"]}, "something is missing at the end"),
        ({"resamples": 5}, "resamples must be 100 to 10,000; got 5"),
    ],
)
def test_what_is_wrong_is_said(place: str, arguments: dict[str, Any], said: str) -> None:
    with pytest.raises((ConditionError, LimitError)) as caught:
        small(place).regret(**arguments)
    assert said in str(caught.value)


def test_one_policy_or_one_future_is_refused(place: str) -> None:
    alone = made(place, draws(9, NAMES), {"confront": {"attacks": np.ones(9)}})
    with pytest.raises(FolderError, match="here are 1 policies in 9 futures; allowed: a sweep of several scenarios"):
        alone.regret(["attacks"])


def test_an_unfinished_sweep_is_refused(place: str) -> None:
    with pytest.raises(FolderError, match="this sweep is not finished"):
        small(place, state="interrupted").regret()


def test_better_ends_are_of_metrics() -> None:
    assert set(BETTER) <= set(METRICS)
    assert BETTER["fatalities_civilian"] == BETTER["attacks"] == "less"
    assert BETTER["sovereignty"] == "more"


EXPERIMENT = f"""schema: 1
title: Mixes
scenarios: [hedge]
levers:
  pakistan.aid: {{levels: [0, 0.6], from: 2022-12}}
  pakistan.trade_opening: {{levels: [0.1, 0.7], from: 2022-12}}
lever_design: {{kind: factorial}}
uncertainties: [{", ".join(NAMES)}]
design: {{kind: latin_hypercube, points: 12}}
parameters: defaults
months: 24
worlds: 2
metrics: [attacks, taliban_stance]
"""


def test_mixes_of_levers_are_policies(tmp_path: Path) -> None:
    """A real sweep from the command line: the values are the points' means, and the files say what Python says."""
    folder, out = tmp_path / "sweep", tmp_path / "found"
    sweep = run_sweep(("mixes.yaml", EXPERIMENT), folder)
    told = CliRunner().invoke(app, ["regret", str(folder), "--satisfy", "attacks < 400", "--out", str(out), "--json"])
    assert told.exit_code == 0, told.output
    data = json.loads(told.stdout)
    same = sweep.regret(satisfy=["attacks < 400"])
    assert (
        data == json.loads(json.dumps(same.as_json())) == json.loads((out / "regret.json").read_text(encoding="utf-8"))
    )
    assert same.policies == tuple(
        f"Aid {aid}, Trade opening {trade}" for aid in ("0", "0.6") for trade in ("0.1", "0.7")
    )
    assert list(data["metrics"]) == ["attacks"]
    means = sweep.means(["attacks"])["attacks"].to_numpy().reshape(4, 12)
    assert same.judged[0].values == pytest.approx(means.T)
    assert same.judged[0].regret == pytest.approx((means - means.min(axis=0)).T)
    assert len(pd.read_csv(out / "measures.csv")) == 4
    assert (out / "regret.txt").read_text(encoding="utf-8") == same.text() + "\n"
    refused = CliRunner().invoke(app, ["regret", str(folder), "--better", "attacks"])
    assert "expected METRIC=less or METRIC=more" in str(refused.exception)
