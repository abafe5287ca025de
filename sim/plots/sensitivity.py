"""Pictures of what an outcome hangs on: tornado, indices with intervals, pairs of factors, and Morris's plane.

Each takes plain records, a factor each, in the order in which they are to stand.
"""

from __future__ import annotations

from typing import Any, Literal

import altair as alt

from sim.plots.data import Rows
from sim.plots.theme import HIGHER, INK, LOWER, ON_LIGHT, PALETTE, SOFT, WIDTH, broken, dress, name_axis
from sim.theme import BLUES, CELL, ON_DARK, ON_RAMP, PAPER, RAMP
from sim.words.language import N_, _

WIDE = 2 * WIDTH
_STEP = 19  # px for a factor
_LETTERS, _LINE = 22, 13  # of a name where there is little room, and px for each of its lines
_LETTER = 6.3  # px, of the labels
_GAP = 13  # px between two labels of a scatter
_HEIGHT = 300
_BLUES = (PAPER, *BLUES[1:])
LOW, HIGH = N_("factor low in its range"), N_("factor high")


def tornado(rows: Rows, middle: float, axis: str, title: str, subtitle: str, *, width: int = WIDE) -> Any:
    """Where a metric stands, on average, with each factor low and high.

    Args:
        rows: `factor`, `low`, `high`: where the metric stands with the factor low, and high.
        middle: mean over the whole sample; axis: what the metric is, for the axis.
    """
    rows, names, step = _named(rows, width)
    bars: Rows = []
    for row in rows:
        ends = [(row["low"], _(LOW)), (row["high"], _(HIGH))]
        ends.sort(key=lambda end: -abs(end[0] - middle))
        both = (row["low"] > middle) == (row["high"] > middle)
        for number, (mean, side) in enumerate(ends):
            # Two bars on one side: the shorter one is narrower and lies on top, so that both are seen.
            size = 5 if both and number else 12
            bars.append({"factor": row["factor"], "side": side, "mean": mean, "middle": middle, "size": size})
    room = width - _labels(names)
    drawn = alt.Chart(width=room, height=step * len(names))
    x = alt.X("mean:Q", scale=alt.Scale(zero=False, nice=True, padding=8), axis=_across(axis, room))
    sides = [_(LOW), _(HIGH)]
    shade = alt.Color("side:N", scale=alt.Scale(domain=sides, range=[LOWER, HIGHER]), sort=sides, legend=_legend(room))
    chart = alt.layer(
        drawn.transform_filter("datum.size == 12")
        .mark_bar(height=12)
        .encode(x=x, x2="middle:Q", y=_down(names), color=shade),
        drawn.transform_filter("datum.size == 5")
        .mark_bar(height=5)
        .encode(x=x, x2="middle:Q", y=_down(names), color=shade),
        drawn.mark_rule(color=INK).transform_aggregate(middle="mean(middle)").encode(x="middle:Q"),
    )
    return dress(chart, bars, title, subtitle, width)


def indices(rows: Rows, kinds: dict[str, str], axis: str, title: str, subtitle: str, *, width: int = WIDE) -> Any:
    """Indices with their intervals, one or two kinds to a factor.

    Args:
        rows: `factor`, and for each kind its value and `<kind>_conf`, half an interval.
        kinds: column -> what a reader is told it is.
        axis: what is measured.
    """
    (rows, names, step), words = _named(rows, width), list(kinds.values())
    marks = [
        {
            "factor": row["factor"],
            "kind": word,
            "index": row[kind],
            "from": row[kind] - row[f"{kind}_conf"],
            "to": row[kind] + row[f"{kind}_conf"],
        }
        for row in rows
        for kind, word in kinds.items()
    ]
    room = width - _labels(names)
    drawn = alt.Chart(width=room, height=max(step, _STEP if len(kinds) == 1 else 26) * len(names))
    shades = alt.Scale(domain=words, range=[PALETTE[1], PALETTE[0]][: len(words)])
    shapes = alt.Scale(domain=words, range=["circle", "diamond"][: len(words)])
    legend = _legend(room) if len(words) > 1 else None
    shade = alt.Color("kind:N", scale=shades, sort=words, legend=legend)
    y, offset = _down(names), alt.YOffset("kind:N", sort=words)
    base = drawn.encode(y=y, yOffset=offset, color=shade) if len(words) > 1 else drawn.encode(y=y, color=shade)
    x = alt.X("from:Q", axis=_across(axis, room), scale=alt.Scale(zero=True))
    chart = alt.layer(
        drawn.mark_rule(color=SOFT).encode(x=alt.datum(0)),
        base.mark_rule(strokeWidth=2).encode(x=x, x2="to:Q"),
        base.mark_point(filled=True, size=60, opacity=1).encode(
            x="index:Q", shape=alt.Shape("kind:N", scale=shapes, sort=words, legend=legend)
        ),
    )
    return dress(chart, marks, title, subtitle, width)


def pairs(rows: Rows, order: list[str], title: str, subtitle: str, *, width: int = WIDE) -> Any:
    """Second-order indices as a half table: how much two factors make together, beyond what each makes alone.

    Args:
        rows: `factor`, `other`, `index`, `conf`; order: the factors, the most important first.
    """
    place = {name: number for number, name in enumerate(order)}
    cells = []
    most = max([0.05, *(row["index"] for row in rows)])
    for row in rows:
        first, second = sorted((row["factor"], row["other"]), key=place.__getitem__)
        clear = row["index"] > row["conf"]
        text = f"{row['index']:.2f}" if clear else "·"
        shade = max(row["index"], 0.0) if clear else 0.0
        cells.append({"across": first, "down": second, "index": shade, "text": text, "dark": shade > 0.55 * most})
    side = 44
    labels = _labels(order)
    base = alt.Chart(width=side * (len(order) - 1), height=24 * (len(order) - 1)).encode(
        x=alt.X("across:N", sort=order, axis=alt.Axis(title=None, labelAngle=-40, domain=False, ticks=False)),
        y=alt.Y("down:N", sort=order, axis=name_axis(title=None)),
    )
    scale = alt.Scale(domain=[0, most], range=_BLUES, interpolate="rgb")
    chart = alt.layer(
        base.properties(name=RAMP).mark_rect(stroke=CELL).encode(color=alt.Color("index:Q", scale=scale, legend=None)),
        base.properties(name=ON_RAMP)
        .mark_text()
        .encode(text="text:N", color=alt.condition("datum.dark", alt.value(ON_DARK), alt.value(ON_LIGHT))),
    )
    return dress(chart, cells, title, subtitle, max(width, labels + side * (len(order) - 1)))


def morris_plane(rows: Rows, axis: str, title: str, subtitle: str, named: int = 10, *, width: int = WIDE) -> Any:
    """Size of effect against how much it differs from place to place, a dot for each factor.

    Args:
        rows: `factor`, `mu_star`, `sigma`, the largest `mu_star` first; named: how many of them have their name beside them.
        axis: unit of both.
    """
    across, up = (max([row[key] for row in rows] + [1e-12]) * 1.05 for key in ("mu_star", "sigma"))
    inner = width - 60
    dots = [dict(row) for row in rows]
    _place_labels(dots, dots[:named], inner / across, _HEIGHT / up, inner)
    drawn = alt.Chart(width=inner, height=_HEIGHT)
    flat, high = alt.Scale(domain=[0, across], nice=False), alt.Scale(domain=[0, up], nice=False)
    x = alt.X("mu_star:Q", scale=flat, axis=alt.Axis(title=_("size of effect (mu*): {axis}", axis=axis), tickCount=6))
    y = alt.Y(
        "sigma:Q", scale=high, axis=alt.Axis(title=_("how much it differs from place to place (sigma)"), tickCount=5)
    )
    line = min(across, up)
    diagonal = [{"mu_star": 0.0, "sigma": 0.0, "line": 1}, {"mu_star": line, "sigma": line, "line": 1}]

    def names(side: Literal["left", "right"]) -> Any:
        marks = drawn.transform_filter(f"datum.side == '{side}'").mark_text(align=side)
        return marks.encode(x=alt.X("label_x:Q", scale=flat), y=alt.Y("label_y:Q", scale=high), text="factor:N")

    chart = alt.layer(
        drawn.transform_filter("isValid(datum.line)").mark_line(color=SOFT, strokeDash=[4, 3]).encode(x=x, y=y),
        drawn.transform_filter("!isValid(datum.line)")
        .mark_point(filled=True, size=55, color=PALETTE[0], opacity=0.85)
        .encode(x=x, y=y),
        names("left"),
        names("right"),
    )
    return dress(chart, [*dots, *diagonal], title, subtitle, width)


def _place_labels(dots: Rows, named: Rows, per_x: float, per_y: float, inner: float) -> None:
    """Give the named dots a place for their label beside them, clear of other labels and dots; none where there is none.

    Args:
        per_x, per_y: px to a unit; inner: px across.
    """
    taken = [(dot["mu_star"] * per_x - 4, dot["sigma"] * per_y - 4, 8.0, 8.0) for dot in dots]

    def free(box: tuple[float, float, float, float]) -> bool:
        x, y, wide, tall = box
        return (
            x >= 0
            and x + wide <= inner
            and not any(
                x < left + breadth and left < x + wide and y < low + height and low < y + tall
                for left, low, breadth, height in taken
            )
        )

    for dot in named:
        x, y, wide = dot["mu_star"] * per_x, dot["sigma"] * per_y, len(dot["factor"]) * _LETTER
        for rise in (0, 9, -9, 16, -16):
            for side, left in (("left", x + 8), ("right", x - 8 - wide)):
                box = (left, y + rise - _GAP / 2, wide, float(_GAP))
                if "side" not in dot and free(box):
                    edge = left if side == "left" else left + wide
                    dot |= {"side": side, "label_x": edge / per_x, "label_y": (y + rise) / per_y}
                    taken.append(box)


def _down(names: list[str]) -> alt.Y:
    return alt.Y("factor:N", sort=names, axis=name_axis(title=None))


def _named(rows: Rows, width: int) -> tuple[Rows, list[str], int]:
    """The rows with their factors' names in several lines where there is little room; these names, and px for each factor."""
    if width >= WIDE:
        return rows, [row["factor"] for row in rows], _STEP
    lines = [broken(row["factor"], _LETTERS) for row in rows]
    names = ["\n".join(one) for one in lines]
    step = _LINE * max(map(len, lines), default=1) + 8
    return [{**row, "factor": name} for row, name in zip(rows, names, strict=True)], names, step


def _labels(names: list[str]) -> int:
    return int(max((len(line) for name in names for line in name.split("\n")), default=0) * _LETTER) + 24


def _across(title: str, room: int) -> alt.Axis:
    return alt.Axis(title=broken(title, int(room / _LETTER)), tickCount=5 if room > 200 else 3)


def _legend(room: int) -> alt.Legend:
    return alt.Legend(columns=2 if room > 300 else 1, symbolOpacity=1)
