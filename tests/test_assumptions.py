"""The conclusion is not assumed: on the prior, and with the three parameter sets shipped as scenarios."""

from __future__ import annotations

from pathlib import Path

import pytest

import sim
from sim.experiment.assumptions import check

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def findings() -> dict[str, float]:
    """Share of draws in which each claim held, on a small sample of the prior."""
    found, _ = check(draws=120, repeats=4)
    return {finding.claim: finding.share for finding in found}


@pytest.mark.parametrize("side", ["confront", "accommodate"])
def test_either_course_can_have_fewer_deaths(findings: dict[str, float], side: str) -> None:
    """Militants apart, each course is better in at least a tenth of draws."""
    assert findings[f"{side} has fewer deaths, militants apart"] >= 0.1


def test_no_warning_sign(findings: dict[str, float]) -> None:
    """Strikes do not raise attacks in every draw, concessions can help, violence costs control, costs are level."""
    assert 0.0 < findings["strikes raise attacks a year or two on"] < 1.0
    assert findings["concessions lower attacks"] > 0.02
    assert findings["the more violent third of draws keeps less control"] > 0.5
    assert findings["the courses cost within a quarter of each other"] > 0.5


def test_the_report_says_what_falls_short(findings: dict[str, float]) -> None:
    """Every check stands in docs/prior.md."""
    text = (ROOT / "docs" / "prior.md").read_text(encoding="utf-8")
    for claim in findings:
        assert f"| {claim} |" in text


@pytest.mark.parametrize(
    ("parameters", "better"), [("force_works", "confront"), ("goodwill_works", "appease"), ("nothing_works", None)]
)
def test_shipped_sets_let_each_course_win_once_and_neither_once(parameters: str, better: str | None) -> None:
    """A course wins when it has both fewer deaths and more sovereignty, on average over paired worlds."""
    both = sim.compare(["confront", "appease"], worlds=200, seed=3, parameters=parameters)
    apart = both.paired["appease"].mean()
    wins = {
        "appease": apart["fatalities"] < 0 and apart["sovereignty"] > 0,
        "confront": apart["fatalities"] > 0 and apart["sovereignty"] < 0,
    }
    assert [course for course, won in wins.items() if won] == ([better] if better else [])
    if better is None:
        for one in both.results.values():
            monthly = one.series["attacks"]
            assert float(monthly[:, -12:].mean()) > float(monthly[:, :12].mean())


def test_courses_are_level_in_cost_and_part_in_december_2022() -> None:
    """Neither does more; and up to November 2022 they are the same to the bit."""
    both = sim.compare(["confront", "appease"], worlds=100, seed=1)
    cost = {name: float(one.series["effort_cost"][:, 16:].mean()) for name, one in both.results.items()}
    assert 0.9 < cost["confront"] / cost["appease"] < 1.1
    a, b = (both.results[name].series for name in ("confront", "appease"))
    for metric in a.data_vars:
        assert (
            a[metric].sel(month=slice("2021-08", "2022-11")) == b[metric].sel(month=slice("2021-08", "2022-11"))
        ).all()
    assert (a["pakistan_policy"].sel(month="2022-12") != b["pakistan_policy"].sel(month="2022-12")).all()


def test_starting_values_are_of_the_right_order() -> None:
    """August to December 2021: claims in the tens a month, all-actor counts of 20 to 50, without targets after 2022."""
    series = sim.run("history", worlds=300, months=5, seed=2).series
    claims, counts = series["attacks_claimed"].mean("world"), series["attacks_counted"].mean("world")
    assert ((claims > 10) & (claims < 60)).all()
    assert ((counts > 20) & (counts < 50)).all()
    deaths = series["fatalities"] - series["fatalities_militant"]
    assert 20 < float(deaths.mean()) < 80
