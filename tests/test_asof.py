"""Calibration as of a month: truces and stretches, targets up to it and nothing later, what cannot be met, one's own figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.calibration.calibrate import Wave, calibrate
from sim.calibration.happened import spells
from sim.calibration.matching import implausibility
from sim.calibration.store import manifest
from sim.calibration.targets import published, targets
from sim.calibration.text import calibration_words
from sim.commands.main import main
from sim.ensemble.spec import LimitError
from sim.parameters.posterior import AS_OF
from sim.record.mapping import read_mapping
from sim.record.observations import Event, ObservationError, shipped, shipped_events, window
from sim.record.simulated import simulate_reports
from sim.record.truces import halves, stretches, truces

HEAD = "series,period_start,period_end,value,unit,source_title,source_url,confidence\n"


def event(day: str, kind: str) -> Event:
    return Event(date.fromisoformat(day), kind, "", "", "", "")


def test_truces_of_the_record() -> None:
    """Otherwise stretches, lengths and numbers of truces are of another history."""
    first, second = truces(shipped_events(), "2023-12")
    assert (first.begins, first.eroded, first.ends) == (date(2021, 11, 9), date(2021, 12, 8), date(2021, 12, 8))
    assert (second.begins, second.eroded, second.ends) == (date(2022, 4, 29), date(2022, 8, 31), date(2022, 11, 27))
    assert [first.holds(month) for month in ("2021-10", "2021-11", "2021-12")] == [False, True, False]
    (_, going_on) = truces(shipped_events(), "2022-06")
    assert going_on.ends == date(2022, 6, 30)
    assert len(truces(shipped_events(), "2021-10")) == 0


def test_stretches_cover_the_window_once() -> None:
    """Otherwise a month is aimed at twice, or not at all."""
    found = stretches(truces(shipped_events(), "2023-12"), "2021-08", "2023-12")
    assert list(found) == [
        "before the first truce",
        "in the first truce",
        "after the first truce",
        "in the second truce",
        "after the second truce",
        "2023-01 to 2023-06",
        "2023-07 to 2023-12",
    ]
    assert found["in the second truce"] == ("2022-05", "2022-06", "2022-07", "2022-08")
    months = [month for span in found.values() for month in span]
    assert months == sorted(set(months))
    assert len(months) == 29
    made_up = [event("2021-09-01", "ceasefire_start"), event("2021-12-31", "ceasefire_end")]
    assert list(stretches(truces(made_up, "2022-01"), "2021-08", "2022-01")) == [
        "before the first truce",
        "in the first truce",
        "after the first truce",
    ]
    assert [len(part) for part in halves([f"2022-{month:02d}" for month in range(5, 13)] + ["2023-01"])] == [9]


@pytest.mark.parametrize("until", ["2022-03", "2022-06", "2022-12", "2023-06", "2023-12"])
def test_targets_know_nothing_later(until: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a calibration as of a month is judged on what it was fitted to."""
    before = {aim.name: (aim.observed, aim.error, aim.discrepancy) for aim in targets(until=until)}
    assert len(before) >= 14
    figures = tuple(one if f"{one.end:%Y-%m}" <= until else replace(one, value=1e6) for one in shipped())
    events = tuple(one for one in shipped_events() if one.month <= until)
    monkeypatch.setattr("sim.record.observations.shipped", lambda: figures)
    monkeypatch.setattr("sim.calibration.targets.shipped_events", lambda: events)
    assert {aim.name: (aim.observed, aim.error, aim.discrepancy) for aim in targets(until=until)} == before


def test_growth_is_aimed_at_where_both_years_are_known() -> None:
    """Otherwise the rise of 2023 is no target, or that of a year of which the window holds five months is one."""
    found = {aim.name: aim for aim in targets(until="2023-12") if "growth" in aim.name}
    assert set(found) == {
        f"{name}_growth_2023" for name in ("picss_attacks", "picss_killed", "pips_attacks", "pips_killed")
    }
    assert found["picss_attacks_growth_2023"].observed == pytest.approx(np.log(645 / 380))
    assert found["pips_attacks_growth_2023"].observed == pytest.approx(np.log(306 / 262))
    for until in ("2022-12", "2023-11"):
        assert [aim.name for aim in targets(until=until) if "growth" in aim.name] == []
    simulated = simulate_reports("history", 5, 29, 1)
    table = simulated["picss_attacks"]
    by_hand = np.log(table[17:29].sum(axis=0) / table[5:17].sum(axis=0))
    assert found["picss_attacks_growth_2023"].statistic(simulated) == pytest.approx(by_hand)


def test_what_happened_is_counted_by_world() -> None:
    """Otherwise truces, crackdowns and changes of stance are not those of the worlds."""
    held = np.array([[1, 0, 1], [1, 0, 0], [0, 0, 1], [1, 0, 1]], dtype=bool)
    assert spells(held).tolist() == [2.0, 0.0, 2.0]
    simulated = simulate_reports("history", 50, 29, 1)
    aims = {aim.name: aim for aim in targets(until="2023-12")}
    stance, truce = simulated["taliban_stance"], simulated["ceasefire"]
    assert np.array_equal(aims["crackdowns"].statistic(simulated), (stance == 1.0).any(axis=0))
    turns = (np.diff(stance, axis=0) != 0).sum(axis=0) * 12 / 29
    assert aims["stance_changes"].statistic(simulated) == pytest.approx(turns)
    many = aims["truces"].statistic(simulated)
    assert many * aims["truce_months"].statistic(simulated) == pytest.approx(truce.sum(axis=0))
    assert (aims["truces"].observed, aims["crackdowns"].observed, aims["clashes"].observed) == (2.0, 0.0, 8.0)


def test_a_share_of_worlds_is_not_excused_by_scatter() -> None:
    """Otherwise sets in which a third of worlds see a crackdown pass, as one world may well be among the others."""
    aim = next(one for one in targets() if one.name == "crackdowns")
    mean, scatter = np.array([[0.4], [0.1]]), np.array([[0.49], [0.3]])
    off = implausibility([aim], mean, scatter)
    assert off[0, 0] > 3.0 > off[1, 0]
    assert implausibility([replace(aim, of_set=False)], mean, scatter)[0, 0] < 1.0


def test_windows_and_what_is_shipped() -> None:
    """Otherwise a calibration is as of a month of which the project knows nothing."""
    assert window() == ("2021-08", "2023-12")
    assert AS_OF == ("2022-12", "2023-12")
    for wrong in ("2021-12", "2024-01"):
        with pytest.raises(LimitError, match="from 2022-01 to 2023-12"):
            window(wrong)
    assert published(shipped(), "ttp_claims", tuple(f"2023-{month:02d}" for month in range(1, 7)))[0] == 305


def test_a_target_that_cannot_be_met_is_reported() -> None:
    """Otherwise one figure out of reach ends the search, or passes unsaid."""
    aims = [aim for aim in targets(until="2022-06") if aim.name.startswith("picss_attacks")]
    far = replace(aims[0], name="far", meaning="Far away", observed=5000.0)
    found = calibrate(
        (Wave(60, 60, 2),), 20, 1, until="2022-06", targets=[*aims, far], names=("claim_rate", "count_rate")
    )
    assert found.waves[-1].unmet == ["far"]
    assert len(found.places) == 20
    made: Mapping[str, Any] = manifest(found, found.values)
    assert (made["window"], made["unmet"]) == (["2021-08", "2022-06"], ["far"])
    assert any(line.startswith("Not met: Far away, 5e+03 in the record") for line in calibration_words(made))


# ------------------------------------------------------------------------------------------------ one's own figures

MAPPING = """observers:
  own_count:
    title: Attacks in our own count
    scope: TTP only
    counts: attacks
    rate: {low: 0.5, high: 0.9}
    noise: 1.5
series:
  own_year: own_count
  own_month: own_count
  theirs: picss_attacks
"""


def own_files(tmp_path: Path) -> tuple[Path, Path]:
    mapping, figures = tmp_path / "mapping.yaml", tmp_path / "own.csv"
    mapping.write_text(MAPPING)
    rows = [f"own_year,{year}-01-01,{year}-12-31,{value}" for year, value in ((2022, 100), (2023, 160))]
    rows += [f"theirs,2022-{month:02d}-01,2022-{month:02d}-28,{30 + month}" for month in (2, 5)]
    text = "".join(f"{row},attacks,A source,https://example.org,high\n" for row in rows)
    figures.write_text(HEAD + text.replace("2022-05-28", "2022-05-31"))
    return mapping, figures


def test_a_mapping_brings_observers(tmp_path: Path) -> None:
    """Otherwise a series of one's own can be held against nothing."""
    mapping, _ = own_files(tmp_path)
    found = read_mapping(mapping)
    assert found.series == {"own_year": "own_count", "own_month": "own_count", "theirs": "picss_attacks"}
    one = simulate_reports("history", 200, 6, 3, mapped=found.observers, chunk=64)
    again = simulate_reports("history", 200, 6, 3, mapped=found.observers, chunk=200)
    assert np.array_equal(one["own_count"], again["own_count"])
    share = one["own_count"].sum() / one["attacks"].sum()
    assert 0.6 < share < 0.8
    truth = one["fatalities_security"] + one["fatalities_civilian"]
    sure = {
        "dead": found.observers["own_count"].model_copy(
            update={"scope": "all actors", "counts": "deaths", "rate": 1.0, "noise": 0.01}
        )
    }
    dead = simulate_reports("history", 200, 6, 3, mapped=sure)["dead"]
    assert np.abs(dead - truth).max() <= 3


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("scope: TTP only", "scope: everyone", "mapping.yaml:4: "),
        ("counts: attacks", "counts: bombs", "mapping.yaml:5: "),
        ("low: 0.5", "low: 0.95", "mapping.yaml:6: "),
        ("noise: 1.5", "noise: 0", "mapping.yaml:7: "),
        ("noise: 1.5", "nose: 1.5", "mapping.yaml:7: "),
        (
            "own_month: own_count",
            "own_month: own_cuont",
            "mapping.yaml:10: unknown observer: own_cuont",
        ),
        ("  own_count:\n", "  picss_attacks:\n", "mapping.yaml:2: picss_attacks is an observer of the project's"),
        (MAPPING, "a: [", "mapping.yaml:2: not valid YAML"),
    ],
)
def test_a_wrong_mapping_gives_one_message(
    old: str, new: str, message: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Otherwise a slip in the mapping is a traceback, or scores another series."""
    mapping, figures = own_files(tmp_path)
    mapping.write_text(MAPPING.replace(old, new))
    with pytest.raises(ObservationError) as caught:
        read_mapping(mapping)
    assert message in str(caught.value)
    for command in ("backcast", "calibrate"):
        with pytest.raises(SystemExit) as left:
            main([command, "--observations", str(figures), "--mapping", str(mapping)])
        assert left.value.code == 2
        assert message in capsys.readouterr().err


def test_ones_own_figures_are_aimed_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise `calibrate --observations` aims at the project's figures, or leaves a mapped series out."""
    mapping, figures = own_files(tmp_path)
    asked: dict[str, Any] = {}
    monkeypatch.setattr("sim.commands.calibrate._calibrate", lambda one, *how: asked.update(one.how) or {})
    monkeypatch.setattr("sim.calibration.text.show_calibration", lambda made: None)
    with pytest.raises(SystemExit) as left:
        main(["calibrate", "--observations", str(figures), "--mapping", str(mapping)])
    assert left.value.code == 0
    assert asked["until"] == "2023-12"
    found = {aim.name: aim.observed for aim in asked["targets"]}
    assert found == {
        "picss_attacks_2022_01_to_2022_06": pytest.approx(33.5),
        "own_count_2022": 100.0,
        "own_count_growth_2023": pytest.approx(np.log(1.6)),
    }
    simulated = simulate_reports("history", 5, 29, 3, mapped=asked["mapped"])
    assert all(np.isfinite(aim.statistic(simulated)).all() for aim in asked["targets"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--until", "2024-01"], "from 2022-01 to 2023-12; got 2024-01"),
        (["--until", "December"], "expected a month as YYYY-MM"),
        (["--ship", "--until", "2023-06"], "--ship goes with the shipped figures as of 2022-12 or 2023-12"),
        (["--mapping", "mapping.yaml"], "--mapping goes with --observations"),
        (["--observations", "/nowhere.csv"], "no such file"),
    ],
)
def test_bad_input_to_calibrate_ends_with_two(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Otherwise a slip costs some minutes, or puts sets in place that nobody asked for."""
    with pytest.raises(SystemExit) as left:
        main(["calibrate", *arguments])
    assert left.value.code == 2
    assert message in capsys.readouterr().err
