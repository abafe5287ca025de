"""Pictures draw what the results hold, no more than they need, and can be read by everybody."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
from colours import contrast

from sim.ensemble.chunks import Series
from sim.ensemble.outcomes import Outcomes
from sim.metrics import METRICS, PANELS
from sim.plots import (
    alignments,
    export,
    fan,
    leverage_by_resource,
    levers_in_force,
    missing,
    paired_difference,
    pictures,
    rows_of,
    save_all,
    stances,
    to_png,
    to_svg,
    verdict_shares,
    violence_by_area,
)
from sim.plots.data import bands, of_pair, parting, parts_at, rounded
from sim.plots.lines import fan_rows
from sim.plots.naming import dodged
from sim.plots.theme import PALETTE, broken
from sim.results import Comparison, Results
from sim.results.reading import titles
from sim.results.results import panel_dimension
from sim.scenario import Scenario
from sim.vocabulary import LEVERS, PAKISTAN_AREAS, RESOURCES_PAKISTAN_NEEDS, RESOURCES_TALIBAN_NEEDS, STANCES, VERDICTS
from sim.words.language import speaking

MONTHS = 30
PART = 16  # December 2022
NAMES = {
    "area": list(PAKISTAN_AREAS),
    "lever": list(LEVERS),
    "resource_taliban_needs": list(RESOURCES_TALIBAN_NEEDS),
    "resource_pakistan_needs": list(RESOURCES_PAKISTAN_NEEDS),
}


def made(
    name: str, title: str, shift: float = 0.0, worlds: int = 60, series: bool = True, panels: bool = True
) -> Results:
    """Results with random draws of their own making: the same for every scenario until month `PART`, then shifted."""
    import pandas as pd

    rng = np.random.default_rng(7)
    after = (np.arange(MONTHS) >= PART) * shift
    walk = np.cumsum(rng.normal(0, 0.05, (worlds, MONTHS)), axis=1)
    metrics = {}
    for metric, about in METRICS.items():
        own = walk + rng.normal(0, 0.05, (worlds, MONTHS)) + after
        if about.high > 1:
            metrics[metric] = np.clip(np.floor(30 * np.exp(own)), about.low, about.high)
        else:
            metrics[metric] = np.tanh(own) if about.low < 0 else 1 / (1 + np.exp(-4 * own))
    for metric in ("ceasefire", "fractured"):
        metrics[metric] = np.round(metrics[metric])
    metrics["taliban_stance"] = np.array(list(STANCES.values()))[np.floor(4.99 * metrics["taliban_stance"]).astype(int)]
    kept = Series(metrics)
    for panel in PANELS if panels else ():
        labels = kept.labels[panel] = NAMES.get(panel_dimension(panel), ["one", "two"])
        steady = np.linspace(0, 0.6, len(labels)) * (np.arange(len(labels)) % 4 > 0)
        values = steady + (0.1 * walk[:, :, None] + after[:, None]) * (steady > 0)
        kept.panels[panel] = np.clip(values, 0, 1)
    folded = Outcomes(MONTHS)
    folded.add({metric: [values[:, month] for month in range(MONTHS)] for metric, values in metrics.items()})
    table = folded.columns()
    verdicts = pd.Categorical(np.array(list(VERDICTS))[table["verdict"]], categories=list(VERDICTS))
    scenario = Scenario.model_validate(
        {"schema": 1, "name": name[:40], "title": title, "question": "What follows?", "months": MONTHS}
    )
    manifest = {
        "name": name,
        "scenario": {"name": name, "title": title, "question": "What follows?", "hash": scenario.hash},
        "seed": 7,
        "parameters": "defaults",
        "values": {"mode": "defaults", "window": None, "set": None, "overridden": [], "drawn": []},
        "worlds": worlds,
        "worlds_asked": worlds,
        "months": MONTHS,
        "start": "2021-08",
        "when": "2024-01-01T00:00:00+00:00",
        "elapsed_seconds": 1.0,
        "command": "durand compare",
        "versions": {"durand": "0"},
    }
    frame = pd.DataFrame({**table, "verdict": verdicts}).rename_axis("world")
    return Results(manifest, scenario.to_yaml(), frame, kept if series else None, scenario)


def compared(*results: Results) -> Comparison:
    first = results[0]
    return Comparison({one.name: one for one in results}, first.name, first.manifest)


@pytest.fixture(scope="module")
def pair() -> Comparison:
    return compared(made("confront", "Confront"), made("appease", "Accommodate", shift=0.3))


@pytest.fixture(scope="module")
def drawn(pair: Comparison) -> dict[str, str]:
    return {picture.name: svg for picture, svg in export.draw(pair)}


def column(chart: object, key: str, **where: object) -> np.ndarray:
    rows = [row for row in rows_of(chart) if all(row[name] == value for name, value in where.items())]
    return np.array([row[key] for row in rows])


def test_fan_draws_the_quantiles_of_every_scenario(pair: Comparison) -> None:
    chart = fan(pair, "fatalities")
    for one in pair.results.values():
        values = one.series["fatalities"].to_numpy()
        for name, part in {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}.items():
            expected = rounded(np.quantile(values, part, axis=0))
            np.testing.assert_allclose(column(chart, name, scenario=one.title), expected, rtol=1e-12)


def test_fan_shows_the_baseline_beside_the_other_only(pair: Comparison) -> None:
    chart = fan(pair, "attacks")
    base = column(chart, "p50", scenario="Confront")
    np.testing.assert_array_equal(column(chart, "base", scenario="Accommodate"), base)
    assert all("base" not in row for row in rows_of(chart) if row["scenario"] == "Confront")


def test_bands_agree_with_numpy_on_panels_and_single_worlds() -> None:
    values = np.random.default_rng(1).lognormal(0, 3, (17, 5, 3))
    for sample in (values, values[:1], values[:2]):
        found = bands(sample)
        for name, part in {"p05": 0.05, "p25": 0.25, "p50": 0.5, "p75": 0.75, "p95": 0.95}.items():
            np.testing.assert_allclose(found[name], rounded(np.quantile(sample, part, axis=0)), rtol=1e-12)


def test_rounded_keeps_four_figures() -> None:
    np.testing.assert_allclose(rounded(np.array([0.0, 1234.56, -0.00123456, 99999.0])), [0, 1235, -0.001235, 100000])


def test_paired_difference_draws_differences_of_the_same_world(pair: Comparison) -> None:
    chart = paired_difference(pair, "attacks")
    first, second = (pair.results[name].series["attacks"].to_numpy() for name in ("confront", "appease"))
    np.testing.assert_allclose(column(chart, "p50"), rounded(np.median(second - first, axis=0)), rtol=1e-12)
    np.testing.assert_allclose(column(chart, "p95"), rounded(np.quantile(second - first, 0.95, axis=0)), rtol=1e-12)
    np.testing.assert_allclose(column(chart, "higher"), np.mean(second > first, axis=0), atol=1e-6)
    np.testing.assert_allclose(1 - column(chart, "not_lower"), np.mean(second < first, axis=0), atol=1e-6)
    assert np.all(column(chart, "p95")[:PART] == 0)


def test_a_share_short_of_all_is_never_drawn_as_all() -> None:
    first, second = made("a", "A"), made("b", "B")
    first.arrays.metrics["attacks"] = np.zeros((20_000, MONTHS))
    second.arrays.metrics["attacks"] = np.ones((20_000, MONTHS))
    second.arrays.metrics["attacks"][0] = 0
    assert column(paired_difference(compared(first, second), "attacks"), "higher")[-1] == 0.99995


def test_paired_difference_needs_two() -> None:
    with pytest.raises(ValueError, match="two scenarios"):
        paired_difference(made("alone", "Alone"), "attacks")


@pytest.mark.parametrize("direction", ["pakistan_taliban", "taliban_pakistan"])
def test_leverage_has_a_panel_per_resource(pair: Comparison, direction: str) -> None:
    chart = leverage_by_resource(pair, direction)
    needs = RESOURCES_TALIBAN_NEEDS if direction == "pakistan_taliban" else RESOURCES_PAKISTAN_NEEDS
    assert len({row["panel"] for row in rows_of(chart)}) == len(needs)
    values = pair.results["appease"].series[f"leverage_{direction}_by_resource"].to_numpy()[:, :, 1]
    head = next(row["panel"] for row in rows_of(chart) if row["panel"].replace("\n", " ") == list(needs.values())[1])
    expected = rounded(np.median(values, axis=0))
    np.testing.assert_allclose(column(chart, "p50", panel=head, scenario="Accommodate"), expected, rtol=1e-12)


def test_alignments_are_three_and_kept_apart(pair: Comparison) -> None:
    chart = alignments(pair)
    assert {row["panel"] for row in rows_of(chart)} == {"with Pakistan", "with India", "with the TTP"}
    values = pair.results["confront"].series["alignment_taliban_india"].to_numpy()
    expected = rounded(np.quantile(values, 0.05, axis=0))
    np.testing.assert_allclose(column(chart, "p05", panel="with India", scenario="Confront"), expected, rtol=1e-12)


def test_verdicts_add_up_and_match_the_outcomes(pair: Comparison) -> None:
    chart = verdict_shares(pair)
    for one in pair.results.values():
        shares = column(chart, "share", scenario=one.title)
        assert len(shares) == len(VERDICTS)
        np.testing.assert_allclose(shares, [np.mean(one.outcomes["verdict"] == name) for name in VERDICTS], rtol=1e-3)


def test_violence_is_the_mean_of_a_year_in_an_area(pair: Comparison) -> None:
    chart = violence_by_area(pair)
    values = pair.results["appease"].series["attacks_by_area"]
    expected = float(values.sel(area="karachi", month=slice("2022-01", "2022-12")).mean())
    found = column(chart, "attacks", scenario="Accommodate", area="Karachi", span="2022")
    np.testing.assert_allclose(found, [expected], rtol=1e-3)


def test_stances_are_shares_that_fill_the_panel(pair: Comparison) -> None:
    chart = stances(pair)
    values = pair.results["confront"].series["taliban_stance"].to_numpy()
    expected = np.mean(values == STANCES["contain"], axis=0)
    np.testing.assert_allclose(column(chart, "share", scenario="Confront", stance="contain"), expected, atol=1e-6)
    np.testing.assert_allclose(column(chart, "to", scenario="Confront", stance="crack down"), 1, atol=1e-6)
    (told,) = (one for one in pictures(pair) if one.name == "stances")
    for cells in zip(*(row[1:] for row in told.table.rows), strict=True):  # what is told adds up, too
        counts = [re.match(r"\d+", cell) for cell in cells]
        if not any(cell.startswith(("under", "over", "all")) for cell in cells):
            assert sum(int(one[0]) for one in counts if one) == min(pair.worlds, 100)


def test_levers_are_those_in_force_month_by_month(pair: Comparison) -> None:
    chart = levers_in_force(pair)
    mean = pair.results["appease"].series["levers_in_force"].mean("world").to_numpy()
    for place, lever in enumerate(LEVERS):
        label = "\n".join(broken(LEVERS[lever], 21))
        found = [row for row in rows_of(chart) if row["scenario"] == "Accommodate" and row["lever"] == label]
        shown = np.zeros(MONTHS)
        for row in found:
            shown[row["month"] : row["after"]] = row["force"]
        np.testing.assert_allclose(shown, mean[:, place], atol=0.026)
        assert bool(found) == bool(mean[:, place].any())


def test_a_scenario_without_levers_keeps_its_panel() -> None:
    busy, idle = made("busy", "Busy"), made("idle", "Idle")
    idle.arrays.panels["levers_in_force"][:] = 0
    assert {row["scenario"] for row in rows_of(levers_in_force(compared(busy, idle)))} == {"Busy", "Idle"}
    assert rows_of(levers_in_force(idle))


def test_scenarios_part_where_their_worlds_first_differ(pair: Comparison) -> None:
    assert parts_at(pair) == PART
    assert "December 2022" in parting(pair)
    same = compared(made("a", "A"), made("b", "B"))
    assert parts_at(same) is None
    assert "never" in parting(same)
    assert parting(compared(made("a", "A"))) == ""


def test_the_month_of_parting_is_drawn(pair: Comparison) -> None:
    def rules(chart: object) -> list[object]:
        layers = chart.to_dict()["spec"]["layer"]
        return [layer["encoding"]["x"]["datum"] for layer in layers if layer["mark"]["type"] == "rule"]

    assert rules(fan(pair, "attacks")) == [PART]
    assert rules(fan(compared(made("a", "A"), made("b", "B")), "attacks")) == []


def test_small_changes_of_a_share_are_not_blown_up(pair: Comparison) -> None:
    flat = made("flat", "Flat")
    flat.arrays.metrics["sovereignty"][:] = 0.97
    text = json.dumps(fan(flat, "sovereignty").to_dict())
    assert '"domain": [0.75, 1.0]' in text


def test_every_picture_is_small_and_valid(pair: Comparison) -> None:
    names = [picture.name for picture in pictures(pair)]
    assert len(names) == len(set(names)) >= 12
    for picture in pictures(pair):
        specification = picture.chart.to_dict()  # validates against the schema of Vega-Lite
        assert len(json.dumps(specification)) < 150_000
        rows = rows_of(picture.chart)
        assert len(rows) <= MONTHS * 2 * 9
        assert not any("world" in row for row in rows)
        numbers = [value for row in rows for value in row.values() if isinstance(value, float)]
        assert np.isfinite(numbers).all()


def test_every_picture_has_words_and_a_table(pair: Comparison) -> None:
    for picture in pictures(pair):
        assert picture.title
        assert picture.caption.endswith(".")
        assert picture.text.endswith(".")
        assert picture.table.rows
        assert all(len(row) == len(picture.table.heads) for row in picture.table.rows)
        assert all(all(row) for row in picture.table.rows)


def test_pictures_are_xml_with_type_that_can_be_read(drawn: dict[str, str]) -> None:
    for name, svg in drawn.items():
        root = ElementTree.fromstring(svg)
        sizes = [float(node.get("font-size", "12px")[:-2]) for node in root.iter("{http://www.w3.org/2000/svg}text")]
        assert sizes, name
        assert min(sizes) >= 12, name
        assert float(root.get("width", "999")) <= 345, name


def test_drawing_here_and_in_helpers_comes_to_the_same(pair: Comparison, drawn: dict[str, str]) -> None:
    export._KEPT.clear()
    assert to_svg(next(iter(pictures(pair))).chart) == drawn["levers-in-force"]
    assert to_png(verdict_shares(pair)).startswith(b"\x89PNG")


def test_all_are_saved_even_without_helpers(monkeypatch: pytest.MonkeyPatch, tmp_path: object) -> None:
    comparison = compared(*(made(name, name, panels=False) for name in ("a", "b")))
    monkeypatch.setattr(export, "_HELPER", "raise SystemExit(1)")
    files = save_all(comparison, f"{tmp_path}/plots", png=True)
    assert {file.suffix for file in files} == {".svg", ".png"}
    assert all(file.stat().st_size > 1000 for file in files)
    monkeypatch.setattr(export.sys, "executable", "/no/such/python")
    export._KEPT.clear()
    with export.started_ahead():
        assert save_all(comparison, f"{tmp_path}/plots", png=True) == files
    assert save_all(comparison, f"{tmp_path}/plots") == [file for file in files if file.suffix == ".svg"]


def test_a_helper_that_was_started_ahead_draws_and_one_without_work_ends(pair: Comparison, tmp_path: Path) -> None:
    export._KEPT.clear()
    with export.started_ahead():
        (helper,) = export._AHEAD
        assert {file.suffix for file in save_all(pair, tmp_path)} == {".svg"}
        assert not export._AHEAD
        assert helper.returncode == 0
    with export.started_ahead():
        (helper,) = export._AHEAD
    assert helper.returncode is not None


def test_what_was_not_kept_is_left_out_and_said(pair: Comparison) -> None:
    assert missing(pair) == ""
    bare = made("bare", "Bare", panels=False)
    assert "attacks-by-area" not in {picture.name for picture in pictures(bare)}
    assert "Areas" in missing(bare)
    with pytest.raises(ValueError, match="not kept"):
        violence_by_area(bare)
    outcomes_only = made("outcomes", "Outcomes", series=False)
    assert [picture.name for picture in pictures(outcomes_only)] == ["verdicts"]
    assert "months" in missing(outcomes_only)


def test_one_run_and_three_scenarios_are_drawn() -> None:
    alone = made("alone", "Alone", worlds=1)
    assert "one modelled world" in json.dumps(fan(alone, "attacks").to_dict())
    assert not any(picture.name.startswith("difference") for picture in pictures(alone))
    three = compared(made("a", "A"), made("b", "B", shift=0.2), made("c", "C", shift=-0.2))
    chart = paired_difference(three, "fatalities")
    assert {row["scenario"] for row in rows_of(chart)} == {"B", "C"}
    assert "each scenario minus A" in to_svg(chart)


def test_a_single_month_has_no_course(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "MONTHS", 1)
    month = compared(made("a", "A"), made("b", "B"))
    assert [picture.name for picture in pictures(month)] == ["verdicts"]
    assert "single month" in missing(month)


def test_long_runs_are_thinned_and_keep_their_last_month(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(globals(), "MONTHS", 360)
    long = made("a", "A", worlds=5)
    drawn = column(fan(long, "attacks"), "month")
    assert len(drawn) <= 121
    assert drawn[-1] == 359
    expected = rounded(np.median(long.series["attacks"].to_numpy(), axis=0))
    np.testing.assert_array_equal(column(fan(long, "attacks"), "p50"), expected[drawn])
    assert all(picture.table.rows for picture in pictures(long))


def test_long_titles_are_broken_over_narrow_panels() -> None:
    title = 'Wait "and" \\ then \u2028 see'
    comparison = compared(made("a", title), made("b", "B", shift=0.2))
    svg = to_svg(levers_in_force(comparison))
    words = [node.text for node in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    assert not any("then see" in (text or "") for text in words)
    assert "B" in words
    alike = compared(made("a", "Wait  here"), made("b", "Wait here", shift=0.2))
    assert {row["scenario"] for row in rows_of(fan(alike, "attacks"))} == {"a", "b"}


def test_a_title_cannot_break_out_of_a_picture() -> None:
    nasty = '</svg><script>"&'
    comparison = compared(made("a", nasty), made("b", "B", shift=0.2))
    assert titles(*comparison.results.values())["a"] == nasty
    svg = to_svg(fan(comparison, "attacks"))
    assert "<script" not in svg
    assert ElementTree.fromstring(svg) is not None


def test_colours_stand_out_from_white() -> None:
    for shade in PALETTE[:5]:
        assert contrast(shade, "#ffffff") >= 3, shade


def test_names_stand_at_their_lines_in_the_panel_and_not_on_each_other(pair: Comparison) -> None:
    """Otherwise a legend has to be looked up, or two names cover each other where lines end together."""
    assert dodged([1.0, 1.0, 5.0], [2.0, 2.0, 2.0], -9.0, 9.0) == pytest.approx([0.0, 2.0, 5.0])
    assert dodged([5.0, 5.0], [2.0, 2.0], 0.0, 5.0) == pytest.approx([2.0, 4.0])  # none leaves the panel at the top
    assert dodged([3.0, 3.0, 3.0], [2.0, 2.0, 2.0], 0.0, 3.0) == pytest.approx([0.5, 1.5, 2.5])
    for chart in (alignments(pair), leverage_by_resource(pair, "pakistan_taliban")):
        rows, spec = rows_of(chart), chart.to_dict(validate=False)
        ends = [row for row in rows if "name" in row]
        panels = {row["panel"] for row in rows}
        assert len(ends) == len(panels) * len(pair.results)
        assert {row["month"] for row in ends} == {max(row["month"] for row in rows)}
        for panel in panels:
            one, other = sorted((row for row in ends if row["panel"] == panel), key=lambda row: row["at"])
            assert other["at"] > one["at"]
            assert other["p50"] >= one["p50"]
        assert "'legend': {" not in str(spec["spec"])


def test_what_is_made_of_two_runs_is_kept_by_all_that_it_depends_on() -> None:
    """Otherwise a move has every scenario's rows made anew, or a picture shows another metric's or another language's."""
    first = compared(*(made(f"c{number}", f"Course {number}", number / 10) for number in range(3)))
    again = compared(*first.results.values(), made("c3", "Course 3", 0.3))
    rows, more = fan_rows(first, "attacks"), fan_rows(again, "attacks")
    assert more[: len(rows)] == rows
    assert all(one is other for one, other in zip(rows, more, strict=False))
    assert fan_rows(first, "fatalities") != rows
    with speaking("ur"):
        assert [row["said"] for row in fan_rows(first, "attacks")] != [row["said"] for row in rows]
    base, one = first.results["c0"], first.results["c1"]
    told = [
        of_pair(one, base, ("number", number % 13), lambda number=number: number) for number in (0, 13, *range(1, 14))
    ]
    assert told == [0, 0, *range(1, 13), 13]  # the oldest has been let go by then
