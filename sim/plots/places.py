"""The map: attacks or footholds in Pakistan's areas, and who shelters across the Durand Line, in one month.

Outlines are Natural Earth's, in `outlines.json` (which `docs/images/outlines.py` makes); where names stand is in `places.yaml`.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np

from sim import yamlfile
from sim.plots import whole
from sim.plots.data import Rows, Source, as_comparison, called, months, panel_of
from sim.plots.gallery import Picture
from sim.plots.moving import Moving, split
from sim.plots.tables import Table
from sim.plots.theme import INK, LABEL, NOTE, ON_LIGHT, SOFT, WIDTH, dress
from sim.results.paired import Comparison
from sim.theme import AXIS, BLUES, EARTH, LAND, ON_DARK, PURPLES, REFUGE, SAND
from sim.vocabulary import AFGHAN_AREAS, PAKISTAN_AREAS, ROSTER
from sim.words.language import N_, _, together
from sim.words.numbers import number
from sim.words.sentences import month_words

HERE = Path(__file__).parent
OUTLINES = N_(
    "Outlines as Natural Earth draws them; no statement on borders. A disc stands for Karachi; the heartland is drawn as "
    "Punjab, Islamabad and the rest of Sindh. Azad Kashmir and Gilgit-Baltistan are left out: the model has no figures for them."
)
_READ = N_(
    "Figures are means over the modelled worlds. A foothold is what armed groups have of an area: networks, recruits, money, "
    "ground that the state does not hold. Circles: fighters who are in refuge there that month, of the groups that shelter in "
    "that area; a group shelters in one area, which the model's roster names."
)
NEEDED = ("attacks_by_area", "foothold_by_area", "group_strength", "group_refuge")
_LARGEST = 1200.0  # px², of a circle


@dataclass(frozen=True)
class Layer:
    """What the areas of Pakistan can be coloured by: its title, colours from least to most, and how a value is written."""

    title: str
    colours: tuple[str, ...]
    written: Callable[[float], str]


LAYERS = {
    "attacks": Layer(N_("TTP attacks in the month"), BLUES, number),
    "foothold": Layer(N_("TTP foothold, 0 to 1"), PURPLES, "{:.2f}".format),
}
ATTACKS, FOOTHOLD = LAYERS


@dataclass(frozen=True)
class Month:
    """What the map shows of one month, as means over worlds.

    Attributes:
        attacks: area of Pakistan -> TTP attacks; foothold: area of Pakistan -> the TTP's foothold there, 0 to 1;
            fighters: area of Afghanistan -> thousand fighters who are in refuge there, of the groups that shelter in it.
    """

    attacks: dict[str, float]
    foothold: dict[str, float]
    fighters: dict[str, float]


def place(source: Source, name: str, month: int) -> Month:
    """What the map shows.

    Args:
        name: of a scenario; month: its number, from 0.

    Raises:
        ValueError: the run kept no panels.
    """
    courses = _courses(as_comparison(source), name)
    return Month(*({area: float(values[month]) for area, values in one.items()} for one in courses))


def area_map(source: Source, name: str, month: int, shown: str = ATTACKS, *, width: int = WIDTH) -> Any:
    """The map of one scenario in one month; arguments and errors as for :func:`place`.

    Args:
        shown: what the areas of Pakistan are coloured by, of `LAYERS`.
    """
    comparison = as_comparison(source)
    rows, layer = _rows(comparison, name, month, shown), LAYERS[shown]
    subtitle = _("Colour: {what}. Circles: fighters in refuge. Means over worlds.", what=_(layer.title))
    return dress(_drawing(_most(comparison, shown), layer), rows, called(comparison)[name], subtitle, width)


def moving_map(source: Source, name: str, month: int, shown: str = ATTACKS) -> Moving:
    """The same in two parts, for a page on which months go by."""
    comparison = as_comparison(source)
    most, title = _most(comparison, shown), called(comparison)[name]
    return split(
        ("map", shown, title, *most),
        lambda: area_map(comparison, name, month, shown),
        _rows(comparison, name, month, shown),
    )


def map_picture(source: Source, name: str, month: int, shown: str = ATTACKS) -> Picture:
    """The map with its words and its table, which has both layers."""
    comparison = as_comparison(source)
    found, title, when = (
        place(comparison, name, month),
        called(comparison)[name],
        month_words(months(comparison)[month]),
    )
    rows = [
        [_(name), LAYERS[ATTACKS].written(found.attacks[area]), LAYERS[FOOTHOLD].written(found.foothold[area]), "-"]
        for area, name in PAKISTAN_AREAS.items()
    ]
    rows += [[_(AFGHAN_AREAS[area]), "-", "-", _people(value)] for area, value in found.fighters.items()]
    layer, values = LAYERS[shown], found.attacks if shown == ATTACKS else found.foothold
    told = {"scenario": title, "month": when, "what": _(layer.title)}
    areas = together(
        ", ",
        (
            _("{area} {figure}", area=_(PAKISTAN_AREAS[area]), figure=layer.written(value))
            for area, value in values.items()
        ),
    )
    fighters = together(
        ", ",
        (
            _("{area} {figure}", area=_(AFGHAN_AREAS[area]), figure=_people(value))
            for area, value in found.fighters.items()
        ),
    )
    return Picture(
        f"map-{name}-{months(comparison)[month]}".replace("_", "-"),
        _("{scenario}, {month}: {what} by area, and fighters in refuge across the line", **told),
        " ".join([_(OUTLINES), _(_READ)]),
        _(
            "{scenario}, {month}. {what}: {areas}. Fighters in refuge: {fighters}.",
            **told,
            areas=areas,
            fighters=fighters,
        ),
        area_map(comparison, name, month, shown),
        Table([_("Area"), *(_(one.title) for one in LAYERS.values()), _("Fighters in refuge")], rows),
    )


@cache
def places() -> dict[str, Any]:
    """The drawing's measures, and where names stand, as `places.yaml` gives them."""
    data: dict[str, Any] = yamlfile.read(HERE / "places.yaml").data
    return data


@cache
def outlines() -> dict[str, Any]:
    """GeoJSON in degrees: `land`, `afghanistan`, the `line` between it and Pakistan, and `areas` by name."""
    data: dict[str, Any] = json.loads((HERE / "outlines.json").read_text(encoding="utf-8"))
    return data


def on_paper(degrees: Sequence[float]) -> tuple[float, float]:
    """Where a longitude and latitude are drawn, in px from the left and from the bottom (Mercator's projection)."""
    measures = places()
    (width, height), (east, north), scale = measures["size"], measures["centre"], measures["scale"]

    def up(latitude: float) -> float:
        return math.log(math.tan(math.pi / 4 + math.radians(latitude) / 2))

    x = width / 2 + scale * math.radians(degrees[0] - east)
    y = height / 2 + scale * (up(degrees[1]) - up(north))
    return round(x, 1), round(y, 1)


def _courses(comparison: Comparison, name: str) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Mean attacks and footholds by area, and mean fighters in refuge by area, month by month."""
    (areas, attacks), (_, foothold), (groups, strength), (_, refuge) = (
        panel_of(comparison, name, panel) for panel in NEEDED
    )
    across = (strength * refuge).mean(axis=0)
    refuges = {slot.name: slot.refuge for slot in ROSTER}
    fighters = dict.fromkeys(AFGHAN_AREAS, np.zeros(len(across)))
    for column, group in enumerate(groups):
        fighters[refuges[group]] = fighters[refuges[group]] + across[:, column]
    first, second = (dict(zip(areas, panel.mean(axis=0).T, strict=True)) for panel in (attacks, foothold))
    return first, second, fighters


def _most(comparison: Comparison, shown: str) -> tuple[float, float]:
    """The most in an area and the most fighters in refuge, in any month of any scenario: the ends of the scales."""
    found = [_courses(comparison, name) for name in comparison.results]
    parts = (list(LAYERS).index(shown), -1)
    here, across = (max(float(np.max(one)) for each in found for one in each[part].values()) for part in parts)
    return float(f"{here or 1:.3g}"), float(f"{across or 1:.3g}")


def _rows(comparison: Comparison, name: str, month: int, shown: str) -> Rows:
    """What each area is coloured by, names and figures at their places, and circles."""
    found = place(comparison, name, month)
    most, written = _most(comparison, shown)[0], LAYERS[shown].written
    values = found.attacks if shown == ATTACKS else found.foothold
    when = month_words(months(comparison)[month])
    rows: Rows = [{"kind": "month", "x": 4, "y": 290, "text": when}]
    for area, one in places()["areas"].items():
        here, (x, y) = area in PAKISTAN_AREAS, one["at"]
        text = written(values[area]) if here else _people(found.fighters[area])
        spot = dict(zip(("x", "y"), on_paper(one["spot"]), strict=True))
        if here:
            said = f"{PAKISTAN_AREAS[area]}, {when}: {_said(shown, text)}"
            rows.append({"kind": "here", "area": area, "value": round(values[area], 2), "said": said})
        else:
            rows.append(
                {"kind": "circle", "area": area, **spot, "fighters": round(found.fighters[area], 3), "text": text}
            )
        if "from" in one:
            rows.append({"kind": "leader", **spot, "x2": one["from"][0], "y2": one["from"][1]})
        ink = "page" if not here or one["align"] != "center" else "dark" if values[area] > 0.45 * most else "light"
        words = {"area": area, "x": x, "align": one["align"], "ground": ink}
        rows.append({"kind": "name", **words, "y": y, "text": one["name"]})
        below = 15 + 13 * one["name"].count("\n")
        rows.append({"kind": "figure" if here else "fighters", **words, "y": y - below, "text": text})
    rows += [
        {"kind": "word", "x": one["at"][0], "y": one["at"][1], "text": one["text"], "ground": one["ground"]}
        for one in places()["words"]
    ]
    return rows


def _drawing(most: tuple[float, float], shown: Layer) -> Any:
    measures, known = places(), outlines()
    width, height = measures["size"]
    x, y = whole.x_in_px(width), whole.y_in_px(height)

    def layer(kind: str) -> Any:
        drawn = alt.Chart(name=kind, width=width, height=height)
        return drawn.transform_filter(f"datum.kind === '{kind}'").encode(x=x, y=y)

    def ground(name: str, *geometries: dict[str, Any], **look: Any) -> Any:
        shapes = alt.InlineData(values=[{"type": "Feature", "geometry": one} for one in geometries])
        return alt.Chart(shapes, name=name, width=width, height=height).mark_geoshape(**look)

    def written(kind: str, size: int, **more: Any) -> Any:
        return (
            layer(kind)
            .mark_text(fontSize=whole.px(size), align=alt.expr("datum.align"), **more)
            .encode(text="text:N", color=ink)
        )

    colours = alt.Scale(domain=[0, most[0]], range=shown.colours, interpolate="rgb")
    largest: list[Any] = [0, {"expr": f"{_LARGEST} * {whole.ZOOM} * {whole.ZOOM}"}]
    sizes = alt.Scale(domain=[0, most[1]], range=largest)
    inks = alt.Scale(domain=["page", "light", "dark"], range=[INK, ON_LIGHT, ON_DARK])
    ink = alt.Color("ground:N", scale=inks, legend=None)  # what a word stands on
    areas = [{"area": area, "type": "Feature", "geometry": known["areas"][area]} for area in PAKISTAN_AREAS]
    shapes = alt.LookupData(alt.InlineData(values=areas), "area", ["type", "geometry"])
    refuges = [known["areas"][area] for area in AFGHAN_AREAS]
    here = alt.Chart(name="areas", width=width, height=height).transform_filter("datum.kind === 'here'")
    chart = alt.layer(
        ground("land", known["land"], fill=LAND),
        ground("afghanistan", known["afghanistan"], fill=SAND, stroke=AXIS, strokeWidth=0.75),
        ground("refuges", *refuges, fill=REFUGE, stroke=AXIS, strokeWidth=0.5),
        here.transform_lookup("area", shapes)
        .mark_geoshape(stroke=AXIS, strokeWidth=0.75)
        .encode(fill=alt.Fill("value:Q", scale=colours, legend=None)),
        ground("line", known["line"], filled=False, stroke=INK, strokeWidth=2, strokeDash=[6, 3]),
        layer("leader").mark_rule(color=INK, strokeWidth=1).encode(x2="x2:Q", y2="y2:Q"),
        layer("word")
        .mark_text(align="left", fontSize=whole.px(LABEL), fontStyle="italic")
        .encode(text="text:N", color=ink),
        layer("circle")
        .mark_circle(color=EARTH, opacity=0.6, stroke=EARTH, strokeWidth=1.5)
        .encode(size=alt.Size("fighters:Q", scale=sizes, legend=None)),
        written("name", LABEL),
        written("figure", NOTE, fontWeight="bold"),
        written("fighters", NOTE, fontWeight="bold"),
        layer("month")
        .mark_text(align="left", fontSize=whole.px(NOTE), fontWeight="bold", color=SOFT)
        .encode(text="text:N"),
    )
    ends = (f"[width / 2 {sign} {width / 2} * zoom, height / 2 {sign} {height / 2} * zoom]" for sign in "-+")
    return chart.add_params(whole.zoom(width, height)).project(
        "mercator",
        center=measures["centre"],
        scale=whole.px(measures["scale"]),
        translate=alt.expr("[width / 2, height / 2]"),
        clipExtent=alt.expr(f"[{', '.join(ends)}]"),
    )


def _said(shown: str, text: str) -> str:
    said = N_("{figure} attacks, the mean over worlds") if shown == ATTACKS else N_("a foothold of {figure}, 0 to 1")
    return _(said, figure=text)


def _people(thousands: float) -> str:
    return number(1000.0 * thousands)
