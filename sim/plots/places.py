"""The schematic map: attacks or footholds in Pakistan's areas, and who shelters across the Durand Line, in one month.

The outlines are the project's own, in `places.yaml`: not to scale, no position on any border, and no map from elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import altair as alt
import numpy as np

from sim import yamlfile
from sim.plots.data import Rows, Source, as_comparison, called, months, panel_of
from sim.plots.gallery import Picture
from sim.plots.moving import Moving, split
from sim.plots.tables import Table
from sim.plots.theme import INK, ON_LIGHT, SOFT, WIDTH, dress
from sim.results.paired import Comparison
from sim.theme import AXIS, BLUES, EARTH, ON_DARK, PAPER, PURPLES, SAND
from sim.vocabulary import AFGHAN_AREAS, PAKISTAN_AREAS, ROSTER, month_words
from sim.words.numbers import number

FILE = Path(__file__).with_name("places.yaml")
SCHEMATIC = "A schematic drawn by the project: not to scale, and no position on any border."
NEEDED = ("attacks_by_area", "foothold_by_area", "group_strength", "group_refuge")
_LARGEST = 1500.0  # px², of a circle


@dataclass(frozen=True)
class Layer:
    """What the areas of Pakistan can be coloured by: its title, colours from least to most, and how a value is written."""

    title: str
    colours: tuple[str, ...]
    written: Callable[[float], str]


LAYERS = {
    "attacks": Layer("TTP attacks in the month", BLUES, number),
    "foothold": Layer("TTP foothold, 0 to 1", PURPLES, "{:.2f}".format),
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


def schematic(source: Source, name: str, month: int, shown: str = ATTACKS, *, width: int = WIDTH) -> Any:
    """The map of one scenario in one month; arguments and errors as for :func:`place`.

    Args:
        shown: what the areas of Pakistan are coloured by, of `LAYERS`.
    """
    comparison = as_comparison(source)
    rows, layer = _rows(comparison, name, month, shown), LAYERS[shown]
    subtitle = f"Colour: {layer.title}. Circles: fighters in refuge. Means over worlds."
    return dress(_drawing(_most(comparison, shown), layer), rows, called(comparison)[name], subtitle, width)


def moving_map(source: Source, name: str, month: int, shown: str = ATTACKS) -> Moving:
    """The same in two parts, for a page on which months go by."""
    comparison = as_comparison(source)
    most, title = _most(comparison, shown), called(comparison)[name]
    return split(
        ("map", shown, title, *most),
        lambda: schematic(comparison, name, month, shown),
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
        [name, LAYERS[ATTACKS].written(found.attacks[area]), LAYERS[FOOTHOLD].written(found.foothold[area]), "-"]
        for area, name in PAKISTAN_AREAS.items()
    ]
    rows += [[AFGHAN_AREAS[area], "-", "-", _people(value)] for area, value in found.fighters.items()]
    layer, values = LAYERS[shown], found.attacks if shown == ATTACKS else found.foothold
    areas = ", ".join(f"{PAKISTAN_AREAS[area]} {layer.written(value)}" for area, value in values.items())
    fighters = ", ".join(f"{AFGHAN_AREAS[area]} {_people(value)}" for area, value in found.fighters.items())
    return Picture(
        f"map-{name}-{months(comparison)[month]}".replace("_", "-"),
        f"{title}, {when}: {layer.title} by area, and fighters in refuge across the line",
        f"{SCHEMATIC} Figures are means over the modelled worlds. A foothold is what armed groups have of an area: networks, "
        "recruits, money, ground that the state does not hold. Circles: fighters who are in refuge there that "
        "month, of the groups that shelter in that area; a group shelters in one area, which the model's roster names.",
        f"{title}, {when}. {layer.title}: {areas}. Fighters in refuge: {fighters}.",
        schematic(comparison, name, month, shown),
        Table(["Area", *(one.title for one in LAYERS.values()), "Fighters in refuge"], rows),
    )


@cache
def outlines() -> dict[str, Any]:
    """The drawing's measures and outlines, as `places.yaml` gives them."""
    data: dict[str, Any] = yamlfile.read(FILE).data
    return data


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
    """Corners of the areas in order, figures and names at their places, circles, and the line."""
    found, drawn = place(comparison, name, month), outlines()
    most, written = _most(comparison, shown)[0], LAYERS[shown].written
    values = found.attacks if shown == ATTACKS else found.foothold
    rows: Rows = [{"kind": "month", "x": 0, "y": 346, "text": month_words(months(comparison)[month])}]
    for area, one in drawn["areas"].items():
        here = area in PAKISTAN_AREAS
        value = values[area] if here else found.fighters[area]
        for order, (x, y) in enumerate(one["outline"]):
            row = {"kind": "here" if here else "across", "area": area, "order": order, "x": x, "y": y}
            rows.append({**row, "value": round(value, 2)} if here else row)
        x, y = one["at"]
        dark = here and value > 0.45 * most
        rows.append({"kind": "name", "area": area, "x": x, "y": y, "text": one["name"], "dark": dark})
        if here:
            below = 17 + 12 * one["name"].count("\n")
            rows.append({"kind": "figure", "area": area, "x": x, "y": y - below, "text": written(value), "dark": dark})
        else:
            x, y = one["circle"]
            rows.append(
                {"kind": "circle", "area": area, "x": x, "y": y, "fighters": round(value, 3), "text": _people(value)}
            )
    rows += [{"kind": "line", "order": order, "x": x, "y": y} for order, (x, y) in enumerate(drawn["line"])]
    rows += [{"kind": "word", "x": one["at"][0], "y": one["at"][1], "text": one["text"]} for one in drawn["words"]]
    return rows


def _drawing(most: tuple[float, float], shown: Layer) -> Any:
    width, height = outlines()["size"]
    across = alt.X("x:Q", scale=alt.Scale(domain=[0, width], nice=False), axis=None)
    up = alt.Y("y:Q", scale=alt.Scale(domain=[0, height], nice=False), axis=None)

    def layer(*kinds: str) -> Any:
        wanted = " || ".join(f"datum.kind === '{kind}'" for kind in kinds)
        return alt.Chart(width=width, height=height).transform_filter(wanted).encode(x=across, y=up)

    colours = alt.Scale(domain=[0, most[0]], range=shown.colours, interpolate="rgb")
    sizes = alt.Scale(domain=[0, most[1]], range=[0, _LARGEST])
    area = {"filled": True, "interpolate": "linear-closed", "stroke": AXIS, "strokeWidth": 1}
    ink = alt.condition("datum.dark", alt.value(ON_DARK), alt.value(ON_LIGHT))
    return alt.layer(
        layer("across").mark_line(**area, fill=SAND, opacity=1).encode(detail="area:N", order="order:Q"),
        layer("here")
        .mark_line(**area)
        .encode(detail="area:N", order="order:Q", fill=alt.Fill("value:Q", scale=colours, legend=None)),
        layer("line").mark_line(stroke=PAPER, strokeWidth=6).encode(order="order:Q"),
        layer("line").mark_line(stroke=INK, strokeWidth=2.5, strokeDash=[7, 3]).encode(order="order:Q"),
        layer("word").mark_text(align="left", fontSize=11, fontStyle="italic", color=INK).encode(text="text:N"),
        layer("circle")
        .mark_circle(color=EARTH, opacity=0.35, stroke=EARTH, strokeWidth=1.5)
        .encode(size=alt.Size("fighters:Q", scale=sizes, legend=None)),
        layer("circle").mark_text(fontSize=12, fontWeight="bold", color=ON_LIGHT).encode(text="text:N"),
        layer("name").mark_text(fontSize=11, lineHeight=12).encode(text="text:N", color=ink),
        layer("figure").mark_text(fontSize=15, fontWeight="bold", dy=2).encode(text="text:N", color=ink),
        layer("month").mark_text(align="left", fontSize=13, fontWeight="bold", color=SOFT).encode(text="text:N"),
    )


def _people(thousands: float) -> str:
    return number(1000.0 * thousands)
