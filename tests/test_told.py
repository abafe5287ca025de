"""Worlds that are told the record up to a month: which ones go on, in which past, and what is said of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest

import sim
from sim.commands.main import main
from sim.parameters.posterior import known_by
from sim.record import told as told_record
from sim.record.observations import by_month, shipped
from sim.record.simulated import Simulated
from sim.record.told import effective, log_weights, resampled
from sim.results.reading import scope
from sim.scenario import list_scenarios, load_scenario
from sim.scenario.continued import continued
from sim.worlds import BatchLayout, Streams

UNTIL, BEFORE = "2022-06", 11  # the month, and how many pass to its end


@pytest.fixture(autouse=True)
def _few_candidates(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(told_record, "CANDIDATES", 200)
    monkeypatch.setattr(told_record, "LEAST_EFFECTIVE", 1)
    yield
    told_record.weigh.cache_clear()


def test_draws_of_listed_worlds_are_those_worlds_draws() -> None:
    """Otherwise a told world is another than the world of its number, and nothing pairs."""
    numbers = (3, 4, 4, 9, 17)
    whole, listed = Streams(5, 20), Streams(5, BatchLayout(5, numbers=numbers))
    assert np.array_equal(listed.uniform("x", 3), whole.uniform("x", 3)[list(numbers)])
    assert np.array_equal(listed.uniforms("y", 2, 3), whole.uniforms("y", 2, 3)[:, list(numbers)])
    twice = Streams(5, BatchLayout(5, blocks=2, numbers=numbers)).uniform("x", 3)
    assert np.array_equal(twice, np.tile(listed.uniform("x", 3), 2))
    assert [BatchLayout(5, numbers=numbers).number(place) for place in (0, 3, 8)] == [3, 9, 9]
    for wrong in ((3, 4), (4, 3, 5, 6, 7), (-1, 0, 1, 2, 3)):
        with pytest.raises(ValueError, match="rising order"):
            BatchLayout(5, numbers=wrong)


def test_told_runs_are_the_same_in_any_chunks_and_on_any_workers() -> None:
    """Otherwise the same seed gives other numbers on another machine."""
    ask = partial(sim.run, "history", worlds=30, months=14, seed=2, told=UNTIL)
    whole = ask()
    for other in (ask(chunk=7), ask(workers=2, chunk=11)):
        for name, values in whole.arrays.metrics.items():
            assert np.array_equal(values, other.arrays.metrics[name]), name
    more = sim.run("history", worlds=200, months=14, seed=2, parameters="prior")
    assert all(
        any(np.array_equal(one, row) for row in more.arrays.metrics["attacks"])
        for one in whole.arrays.metrics["attacks"]
    )


def test_all_scenarios_go_on_with_the_same_worlds_from_the_same_past() -> None:
    """Otherwise differences between courses are differences between worlds."""
    found = sim.compare(["history", "confront", "imf_default"], worlds=20, months=20, seed=2, told=UNTIL)
    past, *others = (one.arrays.metrics for one in found.results.values())
    for other in others:
        for name, values in past.items():
            assert np.array_equal(values[:, :BEFORE], other[name][:, :BEFORE]), name
        assert any(not np.array_equal(values, other[name]) for name, values in past.items())


@pytest.mark.parametrize("name", [name for name, _, _ in list_scenarios()])
def test_every_scenario_goes_on_from_the_history(name: str) -> None:
    """Otherwise a scenario cannot be told, loses what it is about, or asks for it before its time."""
    plan = load_scenario(name)
    found = continued(load_scenario("history"), plan, "2023-12")
    assert (found.name, found.title, found.months, found.parameters) == (name, plan.title, plan.months, plan.parameters)
    own = [one for one in plan.shocks if one not in load_scenario("history").shocks]
    late = [one for one in found.shocks if one.date >= "2024-01"]
    assert [one.title for one in late] == [one.title for one in own]
    for change in found.actors.pakistan.changes:
        assert change.until is not None or change.from_ is None or change.from_ >= "2024-01"
    assert continued(load_scenario("history"), plan, "2021-12").actors.pakistan.changes[-1].policy == (
        plan.actors.pakistan.changes[-1].policy
    )


def test_weights_by_hand() -> None:
    """Otherwise the error model is another than the one stated."""
    figures = by_month(shipped(), "picss_attacks")
    months = [f"2021-{month:02d}" for month in range(8, 13)]
    right = np.array([[figures.get(month, 7.0)] * 3 for month in months])
    table = right * np.array([1.0, np.exp(0.15), np.exp(-0.30)])
    claims = np.zeros((5, 3))
    found = log_weights(Simulated(months, {"picss_attacks": table, "ttp_claims": claims}), "2021-12")
    whole = sum(figures[month] for month in months[:4])
    by_hand = [-0.5 * (np.log((whole * factor + 1) / (whole + 1)) / 0.15) ** 2 for factor in np.exp([0, 0.15, -0.3])]
    assert found == pytest.approx(by_hand, rel=1e-12)
    assert found[0] == 0.0
    # What comes after the month is not looked at.
    assert np.array_equal(
        found,
        log_weights(
            Simulated(
                [*months, "2022-01"],
                {"picss_attacks": np.vstack([table, [[900, 0, 5]]]), "ttp_claims": np.vstack([claims, [[9, 9, 9]]])},
            ),
            "2021-12",
        ),
    )


def test_systematic_resampling_takes_each_as_often_as_its_weight_says() -> None:
    """Otherwise worlds near the record are no likelier than their weights say."""
    weights = np.array([0.0, 0.5, 0.25, 0.2, 0.05])
    with np.errstate(divide="ignore"):
        numbers = resampled(np.log(weights), 40, seed=3)
    assert [numbers.count(one) for one in range(5)] == [0, 20, 10, 8, 2]
    assert list(numbers) == sorted(numbers)
    assert effective(np.log(weights[1:])) == pytest.approx(1 / 0.355)


def test_too_few_worlds_are_refused(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Otherwise a handful of worlds passes for a thousand."""
    monkeypatch.setattr(told_record, "LEAST_EFFECTIVE", 150)
    with pytest.raises(SystemExit) as left:
        main(["run", "history", "--worlds", "10", "--months", "12", "--told", UNTIL])
    assert left.value.code == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "200 worlds told the record to 2022-06 are worth" in said.err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "history", "--told", "2024-01"], "from 2021-12 to 2023-12; got 2024-01"),
        (["run", "history", "--told", "2021-09"], "from 2021-12 to 2023-12; got 2021-09"),
        (["run", "history", "--told", "May"], "got May"),
        (["backcast", "--told", "2022-13"], "from 2021-12 to 2023-12; got 2022-13"),
        (["compare", "history", "force_works", "--told", UNTIL], "no past in common"),
        (["run", "history", "--set", "start=2022-01", "--set", "shocks=[]", "--told", UNTIL], "starts in 2022-01"),
    ],
)
def test_what_cannot_be_told_is_refused(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Otherwise a slip gives a run that is told something else."""
    with pytest.raises(SystemExit) as left:
        main([*arguments, "--worlds", "5"])
    assert left.value.code == 2
    assert message in capsys.readouterr().err


def test_a_told_run_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """Otherwise a reader takes weighed worlds for all that the model holds possible, or sets that know later for foresight."""
    found = sim.run("history", worlds=20, months=12, seed=2, told=UNTIL)
    about = found.manifest["told"]
    assert (about["until"], about["candidates"], found.manifest["parameters"]) == (UNTIL, 200, "prior")
    assert 1 <= about["effective"] <= 200
    assert 1 <= about["distinct"] <= 20
    assert "chosen among 200 by how near they came to the record to June 2022" in scope(found)
    assert "told" not in sim.run("history", worlds=2, months=2).manifest
    assert [known_by(month) for month in ("2022-11", "2022-12", "2023-12")] == [
        "prior",
        "posterior:2022-12",
        "posterior:2023-12",
    ]
    with pytest.raises(SystemExit) as left:
        main(
            [
                "backcast",
                "--told",
                UNTIL,
                "--from",
                "2022-07",
                "--to",
                "2022-09",
                "--worlds",
                "20",
                "--workers",
                "1",
                "--json",
            ]
        )
    assert left.value.code == 0
    cast = json.loads(capsys.readouterr().out)
    assert cast["told"]["until"] == UNTIL
    assert (cast["parameters"], cast["inside"]) == ("prior", 0.0)
