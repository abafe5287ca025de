"""Rolling origins: what is told, what is scored, what rivals know; and the model with its loops off beside it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest

from sim.calibration import origins
from sim.calibration.origins import Rolling, loops, rolling
from sim.calibration.scores import RIVALS, crps, rivals
from sim.calibration.text import ROLLING_HEADS, rolling_rows, rolling_words
from sim.commands.main import main
from sim.record import told as told_record
from sim.record.observations import by_month, shipped
from sim.record.simulated import simulate_reports
from sim.rule import RULES


@pytest.fixture(autouse=True)
def _few_candidates(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(told_record, "CANDIDATES", 300)
    monkeypatch.setattr(told_record, "LEAST_EFFECTIVE", 1)
    yield
    told_record.weigh.cache_clear()


@cache
def found() -> Rolling:
    return rolling(("2022-06", "2023-06"), worlds=40, observers=("picss_attacks",))


def test_months_after_the_origin_are_scored_as_far_as_the_record_goes() -> None:
    """Otherwise a month that was told is scored, or one that nobody counted."""
    months = {(one.origin, one.ahead): [month.period for month in one.scored] for one in found().horizons}
    assert {key: len(value) for key, value in months.items()} == {
        ("2022-06", 3): 3,
        ("2022-06", 6): 6,
        ("2022-06", 12): 12,
        ("2023-06", 3): 3,
        ("2023-06", 6): 6,
    }
    assert months["2023-06", 6] == [f"2023-{month:02d}" for month in range(7, 13)]
    whole = found().pooled("picss_attacks", 6)
    assert whole is not None
    assert len(whole.scored) == 12
    parts = [one.crps for one in found().horizons if one.ahead == 6]
    assert whole.crps == pytest.approx(np.mean(parts))


def test_rivals_are_told_the_origin_and_nothing_later() -> None:
    """Otherwise the model is beaten by, or beats, rivals that know something else."""
    figures = by_month(shipped(), "picss_attacks")
    one = next(one for one in found().horizons if (one.origin, one.ahead) == ("2022-06", 3))
    assert set(one.rivals) == set(RIVALS)
    assert len(RIVALS) == 4
    past = {month: value for month, value in figures.items() if month <= "2022-06"}
    by_hand = [
        crps(rivals(past, month)["draws from 12 months"], figures[month]) for month in ("2022-07", "2022-08", "2022-09")
    ]
    assert one.rivals["draws from 12 months"] == pytest.approx(np.mean(by_hand))
    last = [crps(rivals(past, month)["last value"], figures[month]) for month in ("2022-07", "2022-08", "2022-09")]
    assert one.rivals["last value"] == pytest.approx(np.mean(last))


def test_the_worlds_scored_are_those_told() -> None:
    """Otherwise foresight is scored on worlds that never heard of the record."""
    assert found().parameters == {"2022-06": "prior", "2023-06": "posterior:2022-12"}
    which = told_record.resampled(
        told_record.log_weights(simulate_reports("history", 300, 11, 0, parameters="prior"), "2022-06"), 40, 0
    )
    simulated = simulate_reports("history", 40, 12, 0, parameters="prior", numbers=which)
    july = next(one for one in found().horizons if (one.origin, one.ahead) == ("2022-06", 3)).scored[0]
    assert july.crps == pytest.approx(crps(simulated["picss_attacks"][11], 33.0))
    assert found().told["2022-06"]["distinct"] == len(set(which))


def test_scores_stand_in_a_table() -> None:
    """Otherwise the terminal and the page show other figures than the JSON."""
    rows = rolling_rows(found(), "picss_attacks")
    assert [row[:3] for row in rows] == [
        ["2022-06", "3", "3"],
        ["2022-06", "6", "6"],
        ["2022-06", "12", "12"],
        ["2023-06", "3", "3"],
        ["2023-06", "6", "6"],
        ["all", "3", "6"],
        ["all", "6", "12"],
        ["all", "12", "12"],
    ]
    assert all(len(row) == len(ROLLING_HEADS) for row in rows)
    data = found().as_json()
    assert [f"{one['crps']:.1f}" for one in data["horizons"]] == [row[5] for row in rows]
    assert all(0.0 <= pit <= 1.0 for one in data["horizons"] for pit in one["pit"])
    assert any("Told to June 2022: parameters prior" in line for line in rolling_words(found()))
    beside = rolling_rows(found(), "picss_attacks", found())
    assert all(row[-1] == row[5] and row[-2] == row[4] for row in beside)


def test_loops_are_those_that_rules_belong_to(monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a second structure is shown that is the first, or a model without loops cannot be scored."""
    assert set(loops()) <= set(origins.LOOPS)
    mechanism = next(iter(next(iter(RULES.values())).mechanisms))
    monkeypatch.setattr(origins, "LOOPS", (mechanism, "L0"))
    assert loops() == (mechanism,)


def test_the_command_gives_one_object(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Otherwise another program cannot read the scores, or a second structure is missing from them."""
    monkeypatch.setattr(origins, "LOOPS", ("M31",))
    monkeypatch.setattr(origins, "ORIGINS", ("2022-06",))
    monkeypatch.setattr("sim.calibration.origins.rolling.__defaults__", (("2022-06",),))
    with pytest.raises(SystemExit) as left:
        main(["backcast", "--origins", "--structures", "--worlds", "20", "--workers", "1", "--json"])
    assert left.value.code == 0
    data = json.loads(capsys.readouterr().out)
    assert data["horizons"][0]["observer"] == "picss_attacks"
    assert (data["off"], data["loops_off"]["off"]) == ([], ["M31"])
    with pytest.raises(SystemExit) as left:
        main(["backcast", "--origins", "--from", "2022-01"])
    assert left.value.code == 2
    assert "it goes with none of these" in capsys.readouterr().err


def test_a_backcast_shows_both_structures(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """Otherwise nobody sees whether loops earn their place."""
    monkeypatch.setattr(origins, "LOOPS", ("M31",))
    asked = ["backcast", "--structures", "--from", "2022-01", "--to", "2022-03", "--worlds", "20", "--workers", "1"]
    with pytest.raises(SystemExit) as left:
        main(asked)
    assert left.value.code == 0
    assert "Two structures: the model, and with M31 off" in capsys.readouterr().out
    monkeypatch.setattr(origins, "LOOPS", ("L0",))
    with pytest.raises(SystemExit) as left:
        main([*asked, "--json"])
    assert json.loads(capsys.readouterr().out)["loops_off"] is None
