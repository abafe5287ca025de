"""Pictures on a page follow their frame: what the browser is given says so, and files keep their measures."""

from __future__ import annotations

import copy
import json
import re
from math import ceil, floor
from typing import Any

import pytest
import vl_convert

import sim
from sim.plots import pictures
from sim.plots.course import PICK, moving_course
from sim.plots.filling import LEAST, bars_of, filling, fixed, with_tips
from sim.plots.moving import moving
from sim.plots.network import moving_network
from sim.plots.places import moving_map
from sim.plots.power import faction_power, moving_holdings
from sim.results import Comparison

COURSES = ["confront", "appease", "hedge"]


@pytest.fixture(scope="module")
def found() -> Comparison:
    return sim.compare(COURSES, worlds=3, months=18, parameters="defaults", keep_panels=True)


def signal(drawing: dict[str, Any], name: str) -> str:
    return str(next(one["update"] for one in drawing["signals"] if one["name"] == name))


def columns(drawing: dict[str, Any], frame: float) -> int:
    """How many panels stand side by side in a frame of so many px, by the drawing's own rules."""
    known: dict[str, Any] = {"containerSize": lambda: [frame], "width": frame, "ceil": ceil, "floor": floor}
    known["clamp"] = lambda value, low, high: min(max(value, low), high)
    for name in ("frame", "most", "columns"):
        known[name] = eval(signal(drawing, name).replace("||", "or"), {}, known)
    return int(known["columns"])


def test_as_many_panels_stand_side_by_side_as_are_wide_enough(found: Comparison) -> None:
    """Otherwise panels are too small to be read, or one below the other where there is room."""
    drawing = filling(moving(found, "fan", "attacks").specification)
    assert [columns(drawing, frame) for frame in (374, 560, 837, 1416)] == [1, 2, 3, 3]
    assert columns(drawing, 64 + 2 * LEAST + 11) == 1
    four = filling(moving(sim.compare([*COURSES, "isolate"], worlds=2, months=3), "fan").specification)
    assert [columns(four, frame) for frame in (374, 800, 1416)] == [1, 2, 4]  # four are not three and one


@pytest.mark.parametrize("kind", ["fan", "difference"])
def test_panels_follow_the_frame_in_the_browser(found: Comparison, kind: str) -> None:
    drawing = filling(moving(found, kind, "attacks").specification)
    assert drawing["data"] == {"name": "source"}  # Streamlit puts the rows there
    across = [one for one in drawing["signals"] if one["name"].lower().endswith("child_width")]
    assert across
    assert all(one["update"] == "panel" for one in across)
    assert "width" not in drawing
    assert drawing["background"] == "transparent"


def test_panels_one_below_the_other_on_paper_stand_side_by_side_where_there_is_room(found: Comparison) -> None:
    """Otherwise each is half as wide as its frame, and axes stand where no panel ends."""
    drawing = filling(faction_power(found, "taliban").to_dict())
    assert columns(drawing, 625) == 2
    assert drawing["marks"][0]["layout"]["columns"] == {"signal": "columns"}
    assert "/ 1)" not in json.dumps(drawing["marks"])


@pytest.mark.parametrize("kind", ["fan", "difference", "verdicts"])
def test_what_is_kept_stays_as_files_need_it(found: Comparison, kind: str) -> None:
    """Otherwise a file takes the width of whatever page drew its picture first."""
    kept = moving(found, kind, "attacks").specification
    before = copy.deepcopy(kept)
    filling(kept, tips=True)
    assert kept == before


def test_a_picture_in_which_months_are_picked_is_still_vega_lite(found: Comparison) -> None:
    drawing = filling(moving_course(found, "attacks", 4).specification)
    assert drawing["width"] == "container"
    assert any(one.get("name") == PICK for one in drawing["params"])


def test_drawings_without_axes_keep_their_measures(found: Comparison) -> None:
    for parts in (moving_map(found, "confront", 3), moving_network(found, "confront", 3)):
        assert fixed(parts.specification)
        assert filling(parts.specification)["width"] == parts.specification["width"] == 320
    assert not fixed(moving(found, "verdicts").specification)


def test_each_month_says_what_it_is(found: Comparison) -> None:
    parts = moving(found, "fan", "attacks")
    row = next(row for row in parts.rows if row["month"] == 9)
    assert row["said"].startswith("May 2022: ")
    assert " attacks in the middle world, " in row["said"]
    assert row["said"].endswith(" in nine of ten")
    assert "strips" in str(filling(parts.specification, tips=True))
    assert "strips" not in str(filling(parts.specification))


def test_bars_and_areas_say_what_they_are_in_a_report_too(found: Comparison) -> None:
    """Otherwise only what runs over months answers to the pointer there."""
    by_name = {one.name: json.loads(one.specification) for one in pictures(found)}
    for name in ("verdicts", "attacks-by-area", "fan-attacks"):
        assert '"field": "said"' in json.dumps(with_tips(by_name[name])), name


def test_bars_are_as_high_as_vega_lite_makes_them(found: Comparison) -> None:
    """It works their height out in the browser, and complains there that it cannot be fitted."""
    for parts in (moving(found, "verdicts"), moving_holdings(found, "pakistan_taliban", 4)):
        drawing = filling(parts.specification, True, bars_of(parts.specification, parts.rows))
        assert isinstance(drawing["height"], float)
        stepped = filling(parts.specification, True)
        assert isinstance(stepped["height"], dict)
        drawn = [
            re.findall(
                r'height="[\d.]+"', vl_convert.vegalite_to_svg({**one, "width": 320, "data": {"values": parts.rows}})
            )
            for one in (drawing, stepped)
        ]
        assert drawn[0] == drawn[1]


def test_scales_have_ends_while_there_are_no_rows_yet(found: Comparison) -> None:
    """Vega says so of each that has none, into every visitor's console."""
    panels = filling(moving(found, "fan", "attacks").specification)["marks"][0]
    stand_in, filled, *derived = panels["data"]
    assert {"p05", "p25", "p50", "p75", "p95", "base"} <= set(stand_in["values"][0])
    assert filled["source"] == ["source", stand_in["name"]]
    assert "source" not in [one.get("source") for one in derived]
    layers = filling(moving_course(found, "attacks", 4).specification)["layer"]
    scales = [one["encoding"]["y"]["scale"] for one in layers if "field" in one["encoding"].get("y", {})]
    assert len(scales) >= 3
    for scale in scales:  # as they would be: with nought in it, and round
        assert (scale["zero"], scale["nice"], len(scale["domain"])) == (True, True, 2)
        assert scale["domain"][1]["expr"].endswith(" : 1")
