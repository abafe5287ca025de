"""Pictures of scenario discovery: coverage against density, and the box among the futures that it was found in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import altair as alt
import numpy as np

from sim.plots.data import Rows
from sim.plots.theme import HIGHER, INK, LOWER, SOFT, WIDTH, broken, dress
from sim.theme import BLUES, PAPER
from sim.words.language import N_, _

# So many marks are enough to see where futures lie; more only make the file large.
MOST_POINTS, MOST_PAIRED, PARTS = 400, 4, 10
_HELD_OUT = N_("held out")


@dataclass(frozen=True)
class Side:
    """One lever or uncertainty that a box restricts, as the picture needs it.

    Attributes:
        title: what a reader is shown; values: of all futures; low, high: the box's ends, at the values' own where it is open.
    """

    title: str
    values: Sequence[float]
    low: float
    high: float


def tradeoff(
    way: Sequence[Mapping[Any, Any]], chosen: tuple[float, float], wanted: float, box: int = 0, *, width: int = WIDTH
) -> Any:
    """PRIM's way from all futures to a small dense box.

    Args:
        way: records with coverage, density, both of them `_held_out` too, and restricted (how many inputs are), in order.
        chosen: coverage and density of the box that was taken; wanted: the density that was asked.
        box: which it is, from 0.
    """
    names = (_("none"), "1", _("2 or 3"), _("4 or more"))
    rows: Rows = []
    for number, one in enumerate(way):
        rows.append({**_point(number, one, ""), "inputs": names[_step(int(one["restricted"]))]})
        rows.append({**_point(number, one, "_held_out"), "inputs": _(_HELD_OUT)})
    rows += [{"chosen": True, "coverage": chosen[0], "density": chosen[1]}, {"wanted": wanted}]
    axis: dict[str, Any] = {"values": [0, 0.2, 0.4, 0.6, 0.8, 1], "format": "%"}
    scale = alt.Scale(domain=[0, 1])
    x = alt.X("coverage:Q", scale=scale, axis=alt.Axis(title=_("coverage"), **axis))
    y = alt.Y("density:Q", scale=scale, axis=alt.Axis(title=_("density"), **axis))
    base = alt.Chart(width=width - 60, height=width - 90)
    shown = [*(name for name in names if any(row.get("inputs") == name for row in rows)), _(_HELD_OUT)]
    shades = alt.Scale(domain=shown, range=[*(BLUES[1:][names.index(name)] for name in shown[:-1]), SOFT])
    shapes = alt.Scale(domain=shown, range=[*("circle" for _ in shown[:-1]), "cross"])
    legend = alt.Legend(columns=3, title=_("inputs restricted"))
    dots = base.transform_filter("isValid(datum.inputs) && isValid(datum.density)").mark_point(
        filled=True, size=42, opacity=1
    )
    chart = alt.layer(
        base.transform_filter("isValid(datum.wanted)").mark_rule(strokeDash=[3, 3], color=INK).encode(y="wanted:Q"),
        dots.encode(
            x=x,
            y=y,
            color=alt.Color("inputs:N", sort=shown, scale=shades, legend=legend),
            shape=alt.Shape("inputs:N", sort=shown, scale=shapes, legend=legend),
        ),
        base.transform_filter("isValid(datum.chosen)")
        .mark_point(size=190, color=HIGHER, strokeWidth=3, opacity=1)
        .encode(x=x, y=y),
    )
    subtitle = _(
        "Each dot: a box on PRIM's way. Coverage: of the futures sought, how many lie in it. Density: of the futures in it, how "
        "many are sought. Crosses: the same boxes in futures held out. Ring: the box that is told. Dashed: the {wanted:.0%} "
        "asked of it.",
        wanted=wanted,
    )
    return dress(chart, rows, tradeoff_title(box), subtitle, width)


def tradeoff_title(box: int) -> str:
    """What that picture is called; box: from 0."""
    if box:
        return _("How much a box covers, and how purely, box {number}", number=box + 1)
    return _("How much a box covers, and how purely")


def pairs_title(box: int) -> str:
    """The same of the picture of pairs."""
    return _("Where it holds, box {number}", number=box + 1) if box else _("Where it holds")


def _point(number: int, one: Mapping[Any, Any], part: str) -> dict[str, Any]:
    values = {name: float(one[f"{name}{part}"]) for name in ("coverage", "density")}
    return {"step": number, **{name: value if np.isfinite(value) else None for name, value in values.items()}}


def _step(restricted: int) -> int:
    return 0 if restricted < 1 else 1 if restricted < 2 else 2 if restricted < 4 else 3


def pairs(sides: Sequence[Side], holds: Sequence[bool], said: str, box: int = 0, *, width: int = 2 * WIDTH) -> Any:
    """The futures by two inputs at a time, those in which the condition holds marked, with the box drawn in.

    Args:
        sides: two inputs or more, the surest first; the first four are drawn.
        holds: whether it holds, future by future; said: the condition.
        box: which it is, from 0.

    Raises:
        ValueError: fewer than two inputs.
    """
    sides = list(sides)[:MOST_PAIRED]
    if len(sides) < 2:
        raise ValueError("a picture of pairs needs two inputs")
    stride = -(-len(holds) // MOST_POINTS)
    words = (_("holds"), _("does not"))
    rows: Rows = []
    for number in range(0, len(holds), stride):
        point = {f"v{place}": float(side.values[number]) for place, side in enumerate(sides)}
        rows.append({**point, "what": words[0 if holds[number] else 1]})
    ends = {f"{end}{place}": getattr(side, end) for place, side in enumerate(sides) for end in ("low", "high")}
    rows.append({**ends, "box": True})
    couples = list(combinations(range(len(sides)), 2))
    width = min(width, WIDTH) if len(couples) == 1 else width
    columns = 1 if len(couples) == 1 else 2 if len(couples) < 5 else 3
    panel = min((width - 70 * columns) // columns, 300)
    charts = [_pair(sides, across, up, panel, words) for across, up in couples]
    chart = alt.concat(*charts, columns=columns, spacing=14)
    reads = [_("Dots: futures in which this holds (orange) or does not (blue). Frame: the box.")]
    if stride > 1:
        reads.append(_("One future in {count} is drawn.", count=stride))
    return dress(chart, rows, pairs_title(box), f"{said}\n{' '.join(reads)}", width)


def _pair(sides: Sequence[Side], across: int, up: int, size: int, words: Sequence[str]) -> Any:
    def axis(kind: Any, place: int) -> Any:
        values = np.asarray(sides[place].values, dtype=float)
        title = broken(sides[place].title, size // 6)
        domain = [float(values.min()), float(values.max())]
        return kind(f"v{place}:Q", scale=alt.Scale(domain=domain, nice=False), axis=alt.Axis(title=title, tickCount=4))

    scale = alt.Scale(domain=list(words), range=[HIGHER, LOWER])
    legend = alt.Legend(columns=2, symbolType="circle", symbolOpacity=1)
    shade = alt.Color("what:N", sort=list(words), scale=scale, legend=legend)
    shape = alt.Shape(
        "what:N", sort=list(words), scale=alt.Scale(domain=list(words), range=["circle", "cross"]), legend=legend
    )
    base = alt.Chart(width=size, height=int(size * 0.8))
    dots = base.transform_filter("isValid(datum.what)").mark_point(filled=True, size=22, opacity=0.75)
    frame = base.transform_filter("isValid(datum.box)").mark_rect(fill=None, stroke=INK, strokeWidth=2, fillOpacity=0)
    return alt.layer(
        dots.encode(x=axis(alt.X, across), y=axis(alt.Y, up), color=shade, shape=shape),
        frame.encode(x=alt.X(f"low{across}:Q"), x2=f"high{across}:Q", y=alt.Y(f"low{up}:Q"), y2=f"high{up}:Q"),
    )


def shares(title: str, values: Sequence[Any], holds: Sequence[bool], said: str, *, width: int = WIDTH) -> Any:
    """How often the condition holds along one input: by tenths of its values, or by option.

    Args:
        title: of the input; values: of it, numbers or options, future by future; holds, said: as for `pairs`.
    """
    found, held = np.asarray(values), np.asarray(holds, dtype=float)
    rows: Rows
    if found.dtype.kind in "fiu":
        order = np.argsort(found, kind="stable")
        parts = [part for part in np.array_split(order, PARTS) if len(part)]
        rows = [
            {"low": float(found[part].min()), "high": float(found[part].max()), "share": float(held[part].mean())}
            for part in parts
        ]
        x: dict[str, Any] = {
            "x": alt.X("low:Q", axis=alt.Axis(title=broken(title, width // 6)), scale=alt.Scale(zero=False)),
            "x2": "high:Q",
        }
    else:
        rows = [{"option": str(one), "share": float(held[found == one].mean())} for one in sorted(set(found.tolist()))]
        x = {"x": alt.X("option:N", axis=alt.Axis(title=broken(title, width // 6), labelAngle=0))}
    base = alt.Chart(width=width - 60, height=180)
    axis = alt.Axis(title=_("holds in"), format="%", values=[0, 0.25, 0.5, 0.75, 1])
    y = alt.Y("share:Q", axis=axis, scale=alt.Scale(domain=[0, 1]))
    rows.append({"all": float(held.mean())})
    each = base.transform_filter("isValid(datum.share)")
    # A bar that spans two numbers across has no floor of its own.
    bars = each.mark_bar(color=LOWER, stroke=PAPER).encode(y=y, y2=alt.datum(0), **x)
    chart = alt.layer(
        bars,
        base.transform_filter("isValid(datum.all)").mark_rule(strokeDash=[3, 3], color=INK).encode(y="all:Q"),
    )
    return dress(chart, rows, _("How often it holds"), "\n".join([said, _("Dashed: over all futures.")]), width)
