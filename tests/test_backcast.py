"""Backcasts: scores, naive rivals, somebody else's figures, and what is said of them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from calendar import monthrange
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm

from sim.calibration.backcast import backcast
from sim.calibration.scores import RIVALS, covered, crps, rank, rivals
from sim.commands.main import main
from sim.record.observations import DATA
from sim.record.simulated import simulate_reports
from sim.results.run import run
from sim.vocabulary import START, months_between
from sim.words.sentences import MILITANTS
from sim.worlds import Streams, total

ROOT = Path(__file__).resolve().parents[1]
HEAD = "series,period_start,period_end,value,unit,source_title,source_url,confidence\n"
ROW = "picss_militant_attacks_month,2022-05-01,2022-05-31,29,attacks,A source,https://example.org,high\n"


# ------------------------------------------------------------------------------------------------ outside of the fit


def test_what_is_said_of_militants_deaths_holds() -> None:
    """Otherwise a reader is told of a gap that is another one by now."""
    said = [int(figure) for figure in re.findall(r"\b\d+\b(?= militants|, and| to|\b in nine)", MILITANTS)]
    record = (DATA / "observations.csv").read_text(encoding="utf-8").splitlines()
    counted = [row for row in record if "picss_militants_killed_year,2023" in row]
    assert said[0] == int(counted[0].split(",")[3]) == 612
    made = run("history", 1000, 29)
    months = [f"2023-{month:02}" for month in range(1, 13)]
    dead = np.asarray(made.arrays.metrics["fatalities_militant"])[
        :, [months_between(START, one) for one in months]
    ].sum(axis=1)
    low, middle, high = np.quantile(dead, (0.05, 0.5, 0.95))
    assert said[1:] == [pytest.approx(end, rel=0.15) for end in (middle, low, high)]


# ------------------------------------------------------------------------------------------------ scores


def test_crps_of_a_normal_is_the_known_one() -> None:
    """Otherwise all comparisons with rivals are of something else."""
    worlds = norm.ppf((np.arange(4_000) + 0.5) / 4_000)
    for observed in (0.0, 0.7, -2.0):
        known = observed * (2 * norm.cdf(observed) - 1) + 2 * norm.pdf(observed) - 1 / np.sqrt(np.pi)
        assert crps(worlds, observed) == pytest.approx(known, abs=2e-3)
    assert crps(np.array([3.0]), 5.0) == 2.0
    assert crps(np.array([1.0, 3.0]), 2.0) == pytest.approx(1.0 - 0.5)
    shuffled = worlds[np.argsort(Streams(1, 4_000).uniform("x", 0))]
    assert crps(shuffled, 0.3) == pytest.approx(crps(worlds, 0.3))


def test_coverage_counts_what_lies_in_the_middle() -> None:
    """Otherwise a band that holds nine worlds in ten is scored as another."""
    worlds = np.arange(1001.0)
    assert covered(worlds, 250.0, 0.5)
    assert not covered(worlds, 249.0, 0.5)
    assert covered(worlds, 950.0, 0.9)
    assert not covered(worlds, 951.0, 0.9)
    inside = [covered(worlds, float(one), 0.9) for one in range(1001)]
    assert np.mean(inside) == pytest.approx(0.9, abs=0.002)
    assert rank(worlds, 500.0) == pytest.approx(0.5)


def test_rivals_know_the_past_alone() -> None:
    """Otherwise a rival is beaten or unbeatable because it has seen the answer."""
    past = {f"2021-{month:02d}": 10.0 + 2 * month for month in range(1, 13)}
    told = rivals(past, "2021-09")
    assert set(told) == set(RIVALS)
    changed = rivals({**past, "2021-09": 900.0, "2021-12": 900.0}, "2021-09")
    for name, ensemble_ in told.items():
        assert np.array_equal(ensemble_, changed[name])
    assert np.median(told["last value"]) == pytest.approx(26.0)
    assert np.median(told["linear trend"]) == pytest.approx(28.0)
    assert np.median(told["mean of 12 months"]) == pytest.approx(19.0)
    assert sorted(told["draws from 12 months"]) == [10.0 + 2 * month for month in range(1, 9)]
    assert rivals(past, "2021-04") == {}
    later = rivals(past, "2022-06")
    assert np.ptp(later["last value"]) > np.ptp(rivals(past, "2022-01")["last value"])
    assert (later["mean of 12 months"] >= 0).all()


# ------------------------------------------------------------------------------------------------ backcast


def test_a_backcast_scores_what_was_published(tmp_path: Path) -> None:
    """Otherwise the scores are of other months, or in-sample months pass for a test of foresight."""
    cast = backcast(worlds=200, seed=1)
    claims = next(one for one in cast.series if one.observer == "ttp_claims")
    assert len(claims.scored) == 18
    assert (cast.first, cast.last, cast.calibrated, cast.inside) == ("2021-08", "2023-12", ("2021-08", "2023-12"), 1.0)
    assert cast.own
    assert 0.0 <= claims.coverage(0.5) <= claims.coverage(0.9) <= 1.0
    simulated = simulate_reports("history", 200, 29, 1, parameters="posterior")
    april = next(one for one in claims.scored if one.period == "2022-04")
    assert april.crps == pytest.approx(crps(simulated["ttp_claims"][8], 54.0))
    year = next(one for one in claims.totals if one.period == "2022-01-01 to 2022-12-31")
    worlds = total(simulated["ttp_claims"][5:17])
    assert year.quantiles["p50"] == pytest.approx(np.median(worlds))
    assert cast.left_out["satp_attacks_year"] == 1
    json.dumps(cast.as_json(), allow_nan=False)


def test_later_months_can_be_scored(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Otherwise others cannot judge the model on what it was not fitted to."""
    rows = [ROW.replace("2022-05", f"2023-{month:02d}").replace("-31", "-28") for month in (2, 2)]
    path, out = tmp_path / "later.csv", tmp_path / "out"
    path.write_text(HEAD + rows[0] + ROW.replace("2022-05", "2023-03").replace("29", "60"))
    arguments = ["--from", "2023-01", "--worlds", "50", "--workers", "1", "--parameters", "posterior:2022-12"]
    main_returns(["backcast", "--observations", str(path), *arguments, "--out", str(out), "--with-record"])
    said = " ".join(capsys.readouterr().out.split())
    assert "none of the months scored lie in that window" in said
    assert "calibrated on 2021-08 to 2022-12" in said
    kept = json.loads((out / "backcast.json").read_text(encoding="utf-8"))
    assert kept["calibrated"] == ["2021-08", "2022-12"]
    assert kept["inside"] == 0.0
    (series,) = kept["series"]
    assert [one["period"] for one in series["scored"]] == ["2023-02", "2023-03"]
    assert (kept["first"], kept["last"]) == ("2023-01", "2023-03")
    # Asked for, the project's own figures of earlier months are there for the rivals.
    assert set(series["scored"][0]["untold"]) == set(RIVALS)
    # And drawn apart from what was scored, so that what is said of dots is true of the dots.
    assert [(one["month"], one["observed"] is None, one["known"] is None) for one in series["months"]] == [
        ("2023-01", True, False),
        ("2023-02", False, True),
        ("2023-03", False, True),
    ]
    drawn = (out / "plots" / "picss_attacks.svg").read_text(encoding="utf-8")
    assert "rings: the project" in drawn
    page = (out / "backcast.md").read_text(encoding="utf-8")
    assert "![Attacks counted by PICSS" in page
    assert (out / "plots" / "picss_attacks.svg").exists()


def own_file(tmp_path: Path, *figures: tuple[str, str, str, str]) -> Path:
    """A file of one's own: series, month, figure and confidence of each."""
    path, rest = tmp_path / "own.csv", "attacks,A source,https://example.org"
    rows = []
    for name, month, value, sure in figures:
        end = monthrange(int(month[:4]), int(month[5:]))[1]
        rows.append(f"{name},{month}-01,{month}-{end},{value},{rest},{sure}\n")
    path.write_text(HEAD + "".join(rows))
    return path


PICSS = "picss_militant_attacks_month"


def test_ones_own_figures_stand_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Otherwise shipped months are reported as the user's, or rivals know what the user never gave."""
    path = own_file(tmp_path, (PICSS, "2024-02", "70", "high"), (PICSS, "2024-03", "80", "high"))
    main_returns(["backcast", "--observations", str(path), "--worlds", "20", "--workers", "1", "--json"])
    found = json.loads(capsys.readouterr().out)
    (series,) = found["series"]
    assert (found["own"], found["with_record"], found["last"]) == (False, False, "2024-03")
    assert [one["observed"] for one in series["months"] if one["observed"] is not None] == [70.0, 80.0]
    assert [one["told"] for one in series["scored"]] == [{}, {}]
    main_returns(["backcast", "--observations", str(path), "--worlds", "20", "--workers", "1"])
    said = " ".join(capsys.readouterr().out.split())
    assert "none of the project's are mixed in" in said


def test_a_second_figure_for_a_month_is_reported(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Otherwise one of two figures is dropped in silence, and nobody knows which."""
    figures = [(PICSS, "2024-02", "70", "high"), (PICSS, "2024-02", "75", "high"), (PICSS, "2024-03", "80", "high")]
    path = own_file(tmp_path, *figures, (PICSS, "2024-03", "99", "low"), (PICSS, "2024-03", "80", "high"))
    main_returns(
        ["backcast", "--observations", str(path), "--from", "2024-01", "--worlds", "20", "--workers", "1", "--json"]
    )
    found = json.loads(capsys.readouterr().out)
    assert [one["observed"] for one in found["series"][0]["scored"]] == [75.0, 80.0]
    assert found["set_aside"] == [
        f"{PICSS} 2024-02: 70 (line 2) gives way to 75 ({PICSS}, line 3)",
        f"{PICSS} 2024-03: 99 (line 5) gives way to 80 ({PICSS}, line 6)",
    ]


def test_json_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    """Otherwise another program cannot read the scores."""
    main_returns(["backcast", "--json", "--worlds", "30", "--workers", "1", "--parameters", "defaults"])
    found = json.loads(capsys.readouterr().out)
    assert found["parameters"] == "defaults"
    assert found["series"][0]["summary"]["months"] == 18
    assert found["calibrated"] == []


def main_returns(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 0


def test_help_stays_quick() -> None:
    """Otherwise every command waits for what only a backcast needs."""
    heavy = "('pandas', 'altair', 'sim.model', 'scipy.special')"
    code = f"import sys, sim.commands.main; print([m for m in sys.modules if m in {heavy}])"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=ROOT)
    assert found.stdout.strip() == "[]"


def test_a_file_in_the_form_of_the_record_needs_no_mapping(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Otherwise whoever holds later months of the same series cannot score them, or rivals do not know the file's own past."""
    text = (DATA / "observations.csv").read_text(encoding="utf-8")
    path, rest = tmp_path / "longer.csv", "attacks,Made up,https://example.org,high\n"
    rows = [f"{PICSS},2024-01-01,2024-01-31,70,{rest}", f"{PICSS},2024-02-01,2024-02-29,80,{rest}"]
    rows.append(f"ttp_claimed_attacks_halfyear,2024-01-01,2024-06-30,400,{rest}")
    path.write_text(text.rstrip() + "\n" + "".join(rows), encoding="utf-8")
    asked = ["backcast", "--observations", str(path), "--from", "2024-01", "--worlds", "30", "--workers", "1", "--json"]
    main_returns(asked)
    found = json.loads(capsys.readouterr().out)
    assert (found["first"], found["last"], found["inside"]) == ("2024-01", "2024-06", 0.0)
    series = {one["observer"]: one for one in found["series"]}
    assert set(series) == {"ttp_claims", "picss_attacks"}
    assert [one["period"] for one in series["picss_attacks"]["scored"]] == ["2024-01", "2024-02"]
    assert set(series["picss_attacks"]["scored"][0]["untold"]) == set(RIVALS)
    assert [one["period"] for one in series["ttp_claims"]["totals"]] == ["2024-01-01 to 2024-06-30"]


def test_what_is_off_may_be_given_as_a_word() -> None:
    """Otherwise it is read letter by letter."""
    one, listed = (backcast(worlds=4, off=off) for off in ("L5", ["L5"]))
    assert one.off == listed.off == ("L5",)
    assert one.series == listed.series
