"""The pictures of the Actors, Map and Why pages: what they draw is what the runs hold, and their words say the same."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import sim
from sim.metrics import METRICS
from sim.plots import rows_of, to_svg
from sim.plots.course import PICK, course, course_picture, moving_course
from sim.plots.data import parts_at
from sim.plots.lines import room
from sim.plots.network import NEITHER, PLACES, moving_network, network, network_picture, ties
from sim.plots.places import ATTACKS, FOOTHOLD, OUTLINES, area_map, map_picture, moving_map, on_paper, outlines, places
from sim.plots.power import faction_picture, faction_power, holdings, holdings_picture, moving_holdings
from sim.results import Comparison
from sim.theme import OPPOSED_TO_ALIGNED
from sim.vocabulary import (
    AFGHAN_AREAS,
    FACTIONS,
    PAKISTAN_AREAS,
    RESOURCES_PAKISTAN_NEEDS,
    RESOURCES_TALIBAN_NEEDS,
    ROSTER,
)
from sim.words.numbers import number

MONTH = 16
DIRECTIONS = {"pakistan_taliban": RESOURCES_TALIBAN_NEEDS, "taliban_pakistan": RESOURCES_PAKISTAN_NEEDS}


@pytest.fixture(scope="module")
def found() -> Comparison:
    return sim.compare(["confront", "appease"], worlds=12, months=24, seed=4, parameters="defaults", keep_panels=True)


@pytest.fixture(scope="module")
def bare() -> Comparison:
    return sim.compare(["confront", "appease"], worlds=2, months=3, parameters="defaults", keep_panels=False)


def of_kind(rows: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [row for row in rows if row.get("kind") == kind]


# ------------------------------------------------------------------------------------------------ the map


@pytest.mark.parametrize("name", ["confront", "appease"])
@pytest.mark.parametrize(
    ("shown", "panel", "written"),
    [(ATTACKS, "attacks_by_area", number), (FOOTHOLD, "foothold_by_area", "{:.2f}".format)],
)
def test_the_map_shows_each_area_in_the_month(
    found: Comparison, name: str, shown: str, panel: str, written: Callable[[float], str]
) -> None:
    """Otherwise a darker area is not one with more attacks, or with a stronger foothold."""
    rows = rows_of(area_map(found, name, MONTH, shown))
    kept = found.results[name].arrays
    mean = kept.panels[panel][:, MONTH].mean(axis=0)
    wanted = dict(zip(kept.labels[panel], mean, strict=True))
    assert {row["area"]: row["text"] for row in of_kind(rows, "figure")} == {
        area: written(value) for area, value in wanted.items()
    }
    for row in of_kind(rows, "here"):
        assert row["value"] == pytest.approx(wanted[row["area"]], abs=0.006)


def test_circles_hold_the_fighters_who_are_in_refuge_there(found: Comparison) -> None:
    """Otherwise the map says who shelters where, and shows other groups, or those who are not there."""
    rows = of_kind(rows_of(area_map(found, "confront", MONTH)), "circle")
    kept = found.results["confront"].arrays
    assert kept.labels["group_strength"] == kept.labels["group_refuge"]
    there = [kept.panels[name][:, MONTH] for name in ("group_strength", "group_refuge")]
    strength = dict(zip(kept.labels["group_strength"], (there[0] * there[1]).mean(axis=0), strict=True))
    for area in AFGHAN_AREAS:
        wanted = sum(strength[slot.name] for slot in ROSTER if slot.refuge == area)
        (row,) = [row for row in rows if row["area"] == area]
        assert row["fighters"] == pytest.approx(wanted, abs=0.001)
        assert row["text"] == number(1000 * wanted)
    total = sum(row["fighters"] for row in rows)
    assert 0 < total < found.results["confront"].arrays.metrics["ttp_strength"][:, MONTH].mean()


def rings(geometry: dict[str, Any]) -> list[list[tuple[float, float]]]:
    return [[on_paper(corner) for corner in ring] for polygon in geometry["coordinates"] for ring in polygon]


def inside(x: float, y: float, drawn: list[list[tuple[float, float]]]) -> bool:
    crossings = 0
    for (x1, y1), (x2, y2) in itertools.chain.from_iterable(itertools.pairwise(ring) for ring in drawn):
        if (y1 > y) != (y2 > y) and x < x1 + (y - y1) * (x2 - x1) / (y2 - y1):
            crossings += 1
    return crossings % 2 == 1


def test_the_map_has_every_area_once_and_neighbours_share_their_border() -> None:
    """Otherwise an area of the model is missing, or the Durand Line runs beside the areas."""
    drawn, (width, height) = outlines()["areas"], places()["size"]
    assert set(drawn) == set(places()["areas"]) == {*PAKISTAN_AREAS, *AFGHAN_AREAS}
    corners = {name: {corner for ring in rings(one) for corner in ring} for name, one in drawn.items()}
    for name, mine in corners.items():
        assert all(-2 <= x <= width and 0 <= y <= height for x, y in mine), name
        assert any(mine & theirs for other, theirs in corners.items() if other != name), name
    for one, other in (("balochistan", "heartland"), ("tribal_districts", "khyber_pakhtunkhwa")):
        assert len(corners[one] & corners[other]) > 10, (one, other)
    line = {on_paper(corner) for corner in outlines()["line"]["coordinates"]}
    assert line <= corners["balochistan"] | corners["tribal_districts"] | corners["khyber_pakhtunkhwa"]
    assert len(line & (corners["kandahar"] | corners["afghan_southeast"] | corners["afghan_east"])) > 30


def test_what_marks_an_area_lies_within_it() -> None:
    """Otherwise a circle, a figure or the line that leads to it stands in the neighbour's area."""
    for name, one in places()["areas"].items():
        drawn = rings(outlines()["areas"][name])
        assert inside(*on_paper(one["spot"]), drawn), name
        if one["align"] == "center" and name in PAKISTAN_AREAS:
            assert inside(*one["at"], drawn), name


def test_the_map_in_words_and_as_a_table(found: Comparison) -> None:
    picture = map_picture(found, "appease", MONTH)
    assert OUTLINES in picture.caption
    assert "in refuge there that month" in picture.caption
    assert [row[0] for row in picture.table.rows] == [*PAKISTAN_AREAS.values(), *AFGHAN_AREAS.values()]
    drawn = {row["area"]: row["text"] for row in rows_of(picture.chart) if row["kind"] in ("figure", "circle")}
    cells = {row[0]: row[1] if row[1] != "-" else row[-1] for row in picture.table.rows}
    assert cells == {(PAKISTAN_AREAS | AFGHAN_AREAS)[area]: text for area, text in drawn.items()}
    assert "December 2022" in picture.title
    footholds = map_picture(found, "appease", MONTH, FOOTHOLD)
    assert footholds.table.rows == picture.table.rows
    assert all(f"{row[0]} {row[2]}" in footholds.text for row in picture.table.rows if row[2] != "-")


# ------------------------------------------------------------------------------------------------ the network


@pytest.mark.parametrize("name", ["confront", "appease"])
def test_arrows_are_as_wide_as_leverage_and_as_blue_as_alignment(found: Comparison, name: str) -> None:
    """Otherwise who has a hold on whom is drawn wrong."""
    rows = rows_of(network(found, name, MONTH))
    metrics = found.results[name].arrays.metrics
    holds = of_kind(rows, "hold")
    with_leverage = [tie for tie in ties() if tie.leverage]
    assert len(holds) == len(with_leverage) == 3
    widths = [row["size"] for row in holds]
    leverage = [float(metrics[tie.leverage][:, MONTH].mean()) for tie in with_leverage]
    assert np.argsort(widths).tolist() == np.argsort(leverage).tolist()
    for row, tie in zip(holds, with_leverage, strict=True):
        alignment = float(metrics[tie.alignment][:, MONTH].mean())
        assert row["leaning"] == pytest.approx(alignment, abs=0.001)
        assert row["opposed"] == (alignment <= -NEITHER)
    said = " ".join(row.get("text", "") for row in rows)
    for value in leverage:
        assert f"leverage {value:.2f}" in said


def test_next_to_no_alignment_is_drawn_as_none(found: Comparison) -> None:
    """Otherwise an alignment of -0.02 is drawn as leaning away."""
    drawn = network(found, "confront", MONTH).to_dict()
    scale = next(layer["encoding"]["color"]["scale"] for layer in drawn["layer"] if "color" in layer["encoding"])
    colours = dict(zip(scale["domain"], scale["range"], strict=True))
    assert colours[-NEITHER] == colours[NEITHER] == OPPOSED_TO_ALIGNED[2]
    assert sorted(scale["domain"]) == scale["domain"]
    assert scale["range"][::5] == [OPPOSED_TO_ALIGNED[0], OPPOSED_TO_ALIGNED[-1]]


def test_ties_are_those_that_the_model_measures_all_with_kabul() -> None:
    assert all({tie.holder, tie.held} <= set(PLACES) and "taliban" in (tie.holder, tie.held) for tie in ties())
    assert all(tie.alignment in METRICS and (not tie.leverage or tie.leverage in METRICS) for tie in ties())


def test_the_network_in_words_and_as_a_table(found: Comparison) -> None:
    picture = network_picture(found, "confront", MONTH)
    mean = found.results["confront"].arrays.metrics["leverage_india_taliban"][:, MONTH].mean()
    assert ["India over Kabul", f"{mean:.2f}"] in [row[:2] for row in picture.table.rows]
    assert "not measured" in [row[1] for row in picture.table.rows]
    assert f"India over Kabul: leverage {mean:.2f}" in picture.text


# ------------------------------------------------------------------------------------------------ power and resources


@pytest.mark.parametrize("actor", list(FACTIONS))
def test_power_within_is_that_of_the_actors_own_factions(found: Comparison, actor: Any) -> None:
    chart = faction_power(found, actor)
    assert {row["panel"] for row in rows_of(chart)} == set(FACTIONS[actor].values())
    kept = found.results["confront"].arrays
    for faction, title in FACTIONS[actor].items():
        values = kept.panels["faction_power"][:, -1, kept.labels["faction_power"].index(faction)]
        (row,) = [
            row
            for row in rows_of(chart)
            if row["panel"] == title and row["scenario"] == "Confront" and row["month"] == 23
        ]
        assert row["p50"] == pytest.approx(np.median(values), rel=1e-3)
    assert len(faction_picture(found, actor).table.rows) == len(FACTIONS[actor])


@pytest.mark.parametrize("direction", list(DIRECTIONS))
def test_what_is_held_over_whom_by_resource(found: Comparison, direction: Any) -> None:
    rows = rows_of(holdings(found, direction, MONTH))
    assert rows[-1] == {"when": "December 2022"}
    for name, title in (("confront", "Confront"), ("appease", "Accommodate")):
        kept = found.results[name].arrays
        panel = kept.panels[f"leverage_{direction}_by_resource"][:, MONTH].mean(axis=0)
        mine = [row for row in rows[:-1] if row["scenario"] == title]
        assert [row["resource"].replace("\n", " ") for row in mine] == list(DIRECTIONS[direction].values())
        assert [row["held"] for row in mine] == pytest.approx(panel.tolist(), abs=1e-4)
    table = holdings_picture(found, direction, MONTH).table
    assert table.heads == ["Resource", "Confront", "Accommodate"]
    assert len(table.rows) == len(DIRECTIONS[direction])


# ------------------------------------------------------------------------------------------------ the course


def test_the_course_draws_medians_and_marks_the_month(found: Comparison) -> None:
    chart = course(found, "attacks", MONTH)
    rows = rows_of(chart)
    middle = np.median(found.results["appease"].arrays.metrics["attacks"], axis=0)
    mine = [row["p50"] for row in of_kind(rows, "line") if row["scenario"] == "Accommodate"]
    assert mine == pytest.approx(middle.tolist(), rel=1e-3)
    assert of_kind(rows, "month") == [{"kind": "month", "month": MONTH, "text": "December 2022", "right": True}]
    assert [one["name"] for one in chart.to_dict(validate=False)["params"]] == [PICK]
    assert "December 2022" in course_picture(found, "attacks", MONTH).text


# ------------------------------------------------------------------------------------------------ all of them


def test_what_moves_is_the_whole_picture_in_two_parts(found: Comparison) -> None:
    """Otherwise a month that plays by shows another month's drawing, or another scenario's."""
    for name, month in (("confront", 3), ("appease", 3), ("confront", 20)):
        for whole, parts in (
            (area_map(found, name, month), moving_map(found, name, month)),
            (network(found, name, month), moving_network(found, name, month)),
            (holdings(found, "pakistan_taliban", month), moving_holdings(found, "pakistan_taliban", month)),
            (course(found, "attacks", month), moving_course(found, "attacks", month)),
        ):
            assert parts.rows == rows_of(whole)
            assert str(parts.specification["title"]) == str(whole.to_dict(validate=False)["title"])
            assert not {"data", "datasets"} & set(parts.specification)
    assert (
        str(moving_map(found, "confront", 3).specification).count("'coordinates'") == 11 + 1
    )  # land, areas and the line


def test_runs_without_panels_are_refused(bare: Comparison) -> None:
    for make in (
        lambda: area_map(bare, "confront", 0),
        lambda: holdings(bare, "pakistan_taliban", 0),
        lambda: faction_power(bare, "taliban"),
    ):
        with pytest.raises(ValueError, match="was not kept by this run"):
            make()


def test_they_can_be_drawn(found: Comparison, monkeypatch: pytest.MonkeyPatch) -> None:
    """Otherwise a specification that nothing can draw reaches a page."""
    drawn = [to_svg(chart) for chart in (area_map(found, "confront", 5), network(found, "appease", 5))]
    drawn += [to_svg(course(found, "attacks", 5)), to_svg(holdings(found, "taliban_pakistan", 5))]
    for svg in drawn:
        assert svg.startswith("<svg")
    assert "Durand Line" in drawn[0]
    assert "Kabul over Pakistan" in drawn[1]
    assert all(float(svg.split('width="')[1].split('"')[0]) < 345 for svg in drawn)


# ------------------------------------------------------------------------------------------------ what moves


def test_an_axis_keeps_still_while_its_numbers_move_a_little(found: Comparison) -> None:
    """Otherwise each move of a slider builds and lays out the whole picture again, and a moved axis hides what moved."""
    for name, about in METRICS.items():
        span = about.high - about.low
        for low, high in itertools.combinations(np.linspace(about.low, about.high, 21), 2):
            stretch = room([{"p05": float(low), "p95": float(high)}], about)
            if stretch is None:
                continue
            bottom, top = stretch
            assert about.low <= bottom <= low + 1e-9, name
            assert high - 1e-9 <= top <= about.high, name
            assert top - bottom >= span / 4 - 1e-9, name
    about = METRICS["sovereignty"]
    middle, step = (about.low + about.high) / 2, (about.high - about.low) / 20
    still = [room([{"p05": middle - (3 - part) * step, "p95": middle + 3.5 * step}], about) for part in (0.2, 0.5, 0.8)]
    assert still[0] == still[1] == still[2] is not None


def test_where_scenarios_part_is_known_for_each_comparison(found: Comparison) -> None:
    """Otherwise a comparison is drawn with the parting of another one."""
    assert parts_at(found) == MONTH
    assert parts_at(found) == MONTH
    alike = Comparison({"a": found.results["confront"], "b": found.results["confront"]}, "a", {})
    assert parts_at(alike) is None
    assert parts_at(alike, ["attacks"]) is None
    assert parts_at(found) == MONTH
