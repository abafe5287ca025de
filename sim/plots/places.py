"""The schematic map: attacks in Pakistan's areas and the groups that shelter across the Durand Line, in one month.

The outlines are the project's own, in `places.yaml`: not to scale, no position on any border, and no map from elsewhere.
"""

from __future__ import annotations

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
from sim.plots.theme import INK, SOFT, WIDTH, dress
from sim.results.paired import Comparison
from sim.vocabulary import AFGHAN_AREAS, PAKISTAN_AREAS, ROSTER, month_words
from sim.words.numbers import number

FILE = Path(__file__).with_name("places.yaml")
SCHEMATIC = "A schematic drawn by the project: not to scale, and no position on any border."
NEEDED = ("attacks_by_area", "group_strength", "group_refuge")
_BLUES = ["#f2f6fa", "#c6dbef", "#6baed6", "#2171b5", "#08306b"]
_SAND, _EARTH = "#f3efe6", "#b45f06"
_LARGEST = 1500.0  # px², of a circle


@dataclass(frozen=True)
class Month:
    """What the map shows of one month, as means over worlds.

    Attributes:
        attacks: area of Pakistan -> TTP attacks; fighters: area of Afghanistan -> thousand fighters who are in refuge there,
            of the groups that shelter in it.
    """

    attacks: dict[str, float]
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


def schematic(source: Source, name: str, month: int, *, width: int = WIDTH) -> Any:
    """The map of one scenario in one month; arguments and errors as for :func:`place`."""
    comparison = as_comparison(source)
    rows = _rows(comparison, name, month)
    return dress(_drawing(_most(comparison)), rows, called(comparison)[name], _SUBTITLE, width)


def moving_map(source: Source, name: str, month: int) -> Moving:
    """The same in two parts, for a page on which months go by."""
    comparison = as_comparison(source)
    most, title = _most(comparison), called(comparison)[name]
    return split(("map", title, *most), lambda: schematic(comparison, name, month), _rows(comparison, name, month))


def map_picture(source: Source, name: str, month: int) -> Picture:
    """The map with its words and its table."""
    comparison = as_comparison(source)
    found, title, when = (
        place(comparison, name, month),
        called(comparison)[name],
        month_words(months(comparison)[month]),
    )
    rows = [[PAKISTAN_AREAS[area], number(value), "-"] for area, value in found.attacks.items()]
    rows += [[AFGHAN_AREAS[area], "-", _people(value)] for area, value in found.fighters.items()]
    attacks = ", ".join(f"{PAKISTAN_AREAS[area]} {number(value)}" for area, value in found.attacks.items())
    fighters = ", ".join(f"{AFGHAN_AREAS[area]} {_people(value)}" for area, value in found.fighters.items())
    return Picture(
        f"map-{name}-{months(comparison)[month]}".replace("_", "-"),
        f"{title}, {when}: TTP attacks by area, and fighters in refuge across the line",
        f"{SCHEMATIC} Attacks of the month, the mean over the modelled worlds. Circles: fighters who are in refuge there that "
        "month, of the groups that shelter in that area; a group shelters in one area, which the model's roster names.",
        f"{title}, {when}. TTP attacks: {attacks}. Fighters in refuge: {fighters}.",
        schematic(comparison, name, month),
        Table(["Area", "TTP attacks in the month", "Fighters in refuge"], rows),
    )


_SUBTITLE = "Blue: TTP attacks in the month. Circles: fighters in refuge. Means over worlds."


@cache
def outlines() -> dict[str, Any]:
    """The drawing's measures and outlines, as `places.yaml` gives them."""
    data: dict[str, Any] = yamlfile.read(FILE).data
    return data


def _courses(comparison: Comparison, name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Mean attacks by area and mean fighters in refuge by area, month by month."""
    (areas, attacks), (groups, strength), (_, refuge) = (panel_of(comparison, name, panel) for panel in NEEDED)
    across = (strength * refuge).mean(axis=0)
    refuges = {slot.name: slot.refuge for slot in ROSTER}
    fighters = dict.fromkeys(AFGHAN_AREAS, np.zeros(len(across)))
    for column, group in enumerate(groups):
        fighters[refuges[group]] = fighters[refuges[group]] + across[:, column]
    return dict(zip(areas, attacks.mean(axis=0).T, strict=True)), fighters


def _most(comparison: Comparison) -> tuple[float, float]:
    """The most attacks in an area and the most fighters in refuge, in any month of any scenario: the ends of the scales."""
    found = [_courses(comparison, name) for name in comparison.results]
    attacks, fighters = (max(float(np.max(one)) for both in found for one in both[part].values()) for part in (0, 1))
    return float(f"{attacks or 1:.3g}"), float(f"{fighters or 1:.3g}")


def _rows(comparison: Comparison, name: str, month: int) -> Rows:
    """Corners of the areas in order, figures and names at their places, circles, and the line."""
    found, drawn = place(comparison, name, month), outlines()
    most = _most(comparison)[0]
    rows: Rows = [{"kind": "month", "x": 0, "y": 346, "text": month_words(months(comparison)[month])}]
    for area, one in drawn["areas"].items():
        here = area in PAKISTAN_AREAS
        value = found.attacks[area] if here else found.fighters[area]
        for order, (x, y) in enumerate(one["outline"]):
            row = {"kind": "here" if here else "across", "area": area, "order": order, "x": x, "y": y}
            rows.append({**row, "attacks": round(value, 2)} if here else row)
        x, y = one["at"]
        dark = here and value > 0.45 * most
        rows.append({"kind": "name", "area": area, "x": x, "y": y, "text": one["name"], "dark": dark})
        if here:
            below = 17 + 12 * one["name"].count("\n")
            rows.append({"kind": "figure", "area": area, "x": x, "y": y - below, "text": number(value), "dark": dark})
        else:
            x, y = one["circle"]
            rows.append(
                {"kind": "circle", "area": area, "x": x, "y": y, "fighters": round(value, 3), "text": _people(value)}
            )
    rows += [{"kind": "line", "order": order, "x": x, "y": y} for order, (x, y) in enumerate(drawn["line"])]
    rows += [{"kind": "word", "x": one["at"][0], "y": one["at"][1], "text": one["text"]} for one in drawn["words"]]
    return rows


def _drawing(most: tuple[float, float]) -> Any:
    width, height = outlines()["size"]
    across = alt.X("x:Q", scale=alt.Scale(domain=[0, width], nice=False), axis=None)
    up = alt.Y("y:Q", scale=alt.Scale(domain=[0, height], nice=False), axis=None)

    def layer(*kinds: str) -> Any:
        wanted = " || ".join(f"datum.kind === '{kind}'" for kind in kinds)
        return alt.Chart(width=width, height=height).transform_filter(wanted).encode(x=across, y=up)

    blues = alt.Scale(domain=[0, most[0]], range=_BLUES, interpolate="rgb")
    sizes = alt.Scale(domain=[0, most[1]], range=[0, _LARGEST])
    area = {"filled": True, "interpolate": "linear-closed", "stroke": "#8c8c8c", "strokeWidth": 1}
    ink = alt.condition("datum.dark", alt.value("white"), alt.value(INK))
    return alt.layer(
        layer("across").mark_line(**area, fill=_SAND, opacity=1).encode(detail="area:N", order="order:Q"),
        layer("here")
        .mark_line(**area)
        .encode(detail="area:N", order="order:Q", fill=alt.Fill("attacks:Q", scale=blues, legend=None)),
        layer("line").mark_line(stroke="white", strokeWidth=6).encode(order="order:Q"),
        layer("line").mark_line(stroke=INK, strokeWidth=2.5, strokeDash=[7, 3]).encode(order="order:Q"),
        layer("word").mark_text(align="left", fontSize=11, fontStyle="italic", color=INK).encode(text="text:N"),
        layer("circle")
        .mark_circle(color=_EARTH, opacity=0.35, stroke=_EARTH, strokeWidth=1.5)
        .encode(size=alt.Size("fighters:Q", scale=sizes, legend=None)),
        layer("circle").mark_text(fontSize=12, fontWeight="bold", color=INK).encode(text="text:N"),
        layer("name").mark_text(fontSize=11, lineHeight=12).encode(text="text:N", color=ink),
        layer("figure").mark_text(fontSize=15, fontWeight="bold", dy=2).encode(text="text:N", color=ink),
        layer("month").mark_text(align="left", fontSize=13, fontWeight="bold", color=SOFT).encode(text="text:N"),
    )


def _people(thousands: float) -> str:
    return number(1000.0 * thousands)
