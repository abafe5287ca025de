"""Pictures that fill the frame of a page: the drawing that files have at a fixed width, made to follow its frame.

A single view takes its frame's width as Vega-Lite means it to. Vega-Lite has no such width for panels: their drawing is
compiled to Vega here, where how many stand side by side and how wide and high each is are worked out from the frame, in
the browser. A drawing without axes (a map, a network) keeps its measures; a page may enlarge it as a whole.

Streamlit draws a picture for the first time before it has its rows. A scale of nothing has no ends, and Vega complains of each:
one row that nobody sees stands in (`_with_stand_in`), or a single view is told the ends of nothing (`_with_ends`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from sim.plots.theme import broken
from sim.theme import FONT, PAGE_FONT, UNSEEN

Specification = dict[str, Any]

LEAST = 220  # px, the narrowest panel while the frame has as much
_GAP = 12  # px between panels, as in `theme.panels`
_AXIS = 64  # px for the vertical axis of a panel that has its own
_LABELS, _LEGEND = 40, 26  # px for the axis below and for a legend
_GROWTH, _GROWN_AT = 1.7, 240  # panels wider than so many px grow in height too, up to so many times
_PADDING = {"left": 2, "right": 8, "top": 2, "bottom": 4}
_ROWS = "source"  # what Streamlit puts the rows of a picture in
_NESTED = 0.2  # of the room of a place with several bars, what is free beside them, unless it is said
_FILLED, _STANDS_IN = "filled", "stands_in"  # the rows, or what stands in for them
_OF = "[datum.value]"
_TIPPED = ("bar", "rect", "geoshape", "circle", "rule")  # marks at which a row's own words are shown
_STRIP = "strip"  # px that each month has across


def filling(specification: Specification, tips: bool = False, bars: tuple[int, int] = (0, 0)) -> Specification:
    """The same drawing for a page: as wide as its frame, without its title, on no ground of its own.

    Args:
        specification: in Vega-Lite, without data.
        tips: whether rows have a field `said`, which is shown where the pointer is in their month.
        bars: in how many places bars stand one below the other, and how many in each (`bars_of`).

    Returns:
        Vega-Lite, or Vega where there are panels; its rows are those of the specification.
    """
    out: Specification = json.loads(
        json.dumps(specification).replace(FONT, PAGE_FONT)
    )  # what is kept is not to be changed
    out.pop("title", None)
    config = out.setdefault("config", {})
    config |= {"background": "transparent", "mark": {**config.get("mark", {}), "aria": False, "tooltip": None}}
    out["padding"] = _PADDING
    if tips:
        _add_tips(out)
    if fixed(out):
        return out
    if tips:
        _add_strips(out)
    parts = next((out[kind] for kind in ("vconcat", "concat") if kind in out), [out])
    if parts != [out] or "facet" in out:
        return _nested(_compiled(out), *_panels(out, parts), _numbers(out))
    return _single(out, bars)


def bars_of(specification: Specification, rows: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """In how many places bars stand one below the other, and how many in each; (0, 0) where they do not decide the height."""
    if not any(isinstance(view.get("height"), dict) for view in (specification, *specification.get("layer", ()))):
        return 0, 0
    channels = [(name, one[name]) for one in _encodings(specification) for name in ("y", "yOffset") if name in one]
    fields = {name: channel["field"] for name, channel in channels if "field" in channel}
    places, each = (
        len({row[fields[name]] for row in rows if fields[name] in row}) if name in fields else 1
        for name in ("y", "yOffset")
    )
    return places, each


def fixed(specification: Specification) -> bool:
    """Whether it is a drawing that keeps its measures: one without axes."""
    across = [one["x"] for one in _encodings(specification) if "field" in one.get("x", {})]
    return not across or all(one.get("axis", 0) is None for one in across)


def _single(out: Specification, bars: tuple[int, int]) -> Specification:
    for layer in out.get("layer", []):
        layer.pop("width", None)
        if "height" in layer:
            out["height"] = layer.pop("height")
    height = out.get("height")
    if isinstance(height, dict) and all(bars):
        # As Vega-Lite works it out in the browser; there it would complain that such a height cannot be fitted.
        places, each = bars
        scale = next((one["y"].get("scale") or {} for one in _encodings(out) if "yOffset" in one), None)
        inner, outer = ((scale or {}).get(name, _NESTED) for name in ("paddingInner", "paddingOuter"))
        across = places if scale is None else each * (places - inner + 2 * outer) / (1 - inner)
        out["height"], height = float(height["step"] * across), None
    _with_ends(out)
    out |= {"width": "container", "autosize": {"type": "fit-x", "contains": "padding"}}
    if isinstance(height, int | float):  # of the whole, so that it fills a screen as well
        guides = [channel for one in _encodings(out) for channel in one.values() if isinstance(channel, dict)]
        legend = any(isinstance(one.get("legend"), dict) for one in guides)
        out["height"] = height + _LABELS + _LEGEND * legend
        out["autosize"]["type"] = "fit"
    return out


def _in_group(vega: Specification, numbers: set[str]) -> tuple[Specification, Specification]:
    """One group with all that is drawn, and the rows, which stand beside it.

    One set of data as a mapping: of a list Streamlit would take it for the rows themselves.
    """
    rows, *derived = vega["data"]
    inner: Specification = {key: vega[key] for key in ("layout", "marks", "scales", "axes", "legends") if key in vega}
    inner |= {"type": "group", "data": derived}
    return _with_stand_in(json.loads(json.dumps(inner)), numbers), rows


def _with_stand_in(group: Specification, numbers: set[str]) -> Specification:
    """The group, with one row while it has none: a scale of nothing has no ends, and Vega would complain."""

    def renamed(part: Any) -> Any:
        if isinstance(part, dict):
            return {
                key: _FILLED if key in ("data", "source") and value == _ROWS else renamed(value)
                for key, value in part.items()
            }
        return [renamed(one) for one in part] if isinstance(part, list) else part

    there = f"!datum.{_STANDS_IN} || !length(data('{_ROWS}'))"
    stand_in = {_STANDS_IN: True, **dict.fromkeys(sorted(numbers), 0)}
    filled = {"name": _FILLED, "source": [_ROWS, _STANDS_IN], "transform": [{"type": "filter", "expr": there}]}
    out: Specification = renamed(group)
    return {**out, "data": [{"name": _STANDS_IN, "values": [stand_in]}, filled, *out["data"]]}


def _with_ends(out: Specification) -> None:
    """Say where scales end that end where the rows do: as Vega-Lite would find it, but for no rows from 0 to 1."""
    for side in ("x", "y"):
        channels = [one[name] for one in _encodings(out) for name in (side, f"{side}2") if "field" in one.get(name, {})]
        scales = [one["scale"] for one in channels if one.get("scale")]
        if not scales or any("domain" in one or "zero" not in one for one in scales):
            continue
        found = [f"extent(pluck(data('{_ROWS}'), '{name}'))" for name in {one["field"]: None for one in channels}]
        # A field that no row has says nothing.
        low, high = (
            f"{end}({', '.join(f'isValid({one}[{at}]) ? {one}[{at}] : {none}' for one in found)})"
            for at, (end, none) in enumerate((("min", "1e300"), ("max", "-1e300")))
        )
        ends = [{"expr": f"length(data('{_ROWS}')) ? {end} : {place}"} for place, end in enumerate((low, high))]
        for scale in scales:
            scale |= {"domain": ends, "nice": scale.get("nice", True)}


def _numbers(out: Specification) -> set[str]:
    """The fields that are drawn as numbers."""
    channels = [channel for one in _encodings(out) for channel in one.values() if isinstance(channel, dict)]
    names = {one["field"] for one in channels if one.get("type", "quantitative") == "quantitative" and "field" in one}
    return {name for name in names if isinstance(name, str)}


def _panels(out: Specification, parts: list[Specification]) -> tuple[int, int]:
    """How many panels there are to stand side by side, and px between two of them."""
    if "concat" in out:
        return len(parts), out.get("spacing", 20) + _AXIS
    facets = [part["facet"] for part in parts if "facet" in part]
    for facet in facets:
        _rebroken(facet)
    count = max((len(one.get("sort") or ()) for one in facets), default=1)
    below = all(part.get("columns") == 1 and not _over_months(part) for part in parts)
    return (1 if below else count), _GAP


def _over_months(part: Specification) -> bool:
    return any(one.get("x", {}).get("field") == "month" for one in _encodings(part))


def _rebroken(facet: dict[str, Any]) -> None:
    """Break the headings of panels anew: none is as narrow as on paper."""
    words = facet.get("header", {}).get("labelExpr")
    if words:
        headings = {
            name: broken(one.replace("\n", " "), LEAST // 6) for name, one in json.loads(words[: -len(_OF)]).items()
        }
        facet["header"]["labelExpr"] = json.dumps({name: "\n".join(one) for name, one in headings.items()}) + _OF


def _compiled(out: Specification) -> Specification:
    import altair
    import vl_convert

    version = ".".join(altair.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    vega: Specification = vl_convert.vegalite_to_vega(json.dumps({**out, "data": {"name": _ROWS}}), vl_version=version)
    return vega


def _nested(vega: Specification, count: int, gap: int, numbers: set[str]) -> Specification:
    """All in one group of a drawing whose width is the frame's: beside it stand only the rows, and what follows the frame."""
    inner, rows = _in_group(vega, numbers)
    if count > 1:
        _by_columns(inner)
    heights = [one["value"] for one in vega["signals"] if "value" in one and _is(one, "height")]
    own, lines = [], f"ceil({count} / columns)"
    for one in vega["signals"]:
        if "value" in one and _is(one, "width"):
            own.append({"name": one["name"], "update": "panel"})
        elif "value" in one and _is(one, "height"):
            own.append({"name": one["name"], "update": f"{one['value']} * growth"})
        elif one["name"] == _STRIP:
            own.append({**one, "update": one["update"].replace("width", "panel")})
        else:
            own.append(one)
    if '{"signal": "width"}' in json.dumps(inner):
        inner["encode"] = {"update": {"width": {"signal": "width"}}}
    spare = f"(height - 110 - 40 * {lines}) / ({lines} * {sum(heights) or 1})"  # on a whole screen
    signals = [
        # What is fitted into the frame grows narrower by its labels and is not measured again: so the frame itself decides.
        {"name": "frame", "update": f"(containerSize()[0] || width) - {_AXIS}"},
        {"name": "most", "update": f"clamp(floor((frame + {gap}) / {LEAST + gap}), 1, {count})"},
        {"name": "columns", "update": f"ceil({count} / ceil({count} / most))"},
        {"name": "panel", "update": f"max(10, floor((width - {gap} * (columns - 1)) / columns))"},
        {
            "name": "growth",
            "update": f"height > 0 ? max(1, {spare}) : clamp(frame / columns / {_GROWN_AT}, 1, {_GROWTH})",
        },
        *own,
    ]
    return {
        "$schema": vega["$schema"],
        "background": "transparent",
        "padding": _PADDING,
        "autosize": {"signal": "{type: height > 0 ? 'fit' : 'fit-x', contains: 'padding', resize: true}"},
        "data": rows,
        "signals": signals,
        "marks": [inner],
        "config": {**vega.get("config", {}), "background": "transparent"},
    }


def _is(signal: dict[str, Any], side: str) -> bool:
    return bool(re.search(rf"{side}$", signal["name"], re.IGNORECASE))


def _by_columns(group: dict[str, Any]) -> None:
    """Let the layout of panels follow the number of columns, wherever it is said."""
    layout = group.get("layout", {})
    # Pictures one below the other stay so; panels of one picture do not.
    panels = any(str(mark.get("name", "")).endswith("cell") for mark in group.get("marks", []))
    if layout and (panels or layout.get("columns", 1) > 1):
        layout["columns"] = {"signal": "columns"}
    for one in group.get("data", []):
        for step in one.get("transform", []):
            if step.get("type") == "sequence" and isinstance(step.get("stop"), dict):
                step["stop"]["signal"] = re.sub(r"(/|,) \d+(?=\)$)", r"\1 columns", step["stop"]["signal"])
    for mark in group.get("marks", []):
        if mark["type"] == "group":
            _by_columns(mark)


def _add_strips(out: Specification) -> None:
    """An unseen upright strip for each month in every view over months, which says what there is to say of it."""
    months = 1
    for number, view in enumerate(_views(out)):
        across = next((one["x"] for one in _encodings(view) if one.get("x", {}).get("field") == "month"), None)
        if across is None:
            continue
        strip = {"type": "rule", "opacity": 0, "strokeWidth": {"expr": _STRIP}, "color": UNSEEN}
        view["layer"] = [
            *view.get("layer", []),
            {
                "name": f"strips{number}",  # Vega needs one for each
                "mark": strip,
                "transform": [{"filter": "isValid(datum.said)"}],
                "encoding": {
                    "x": across,
                    "tooltip": {"field": "said", "type": "nominal"},
                    "key": {"field": "month"},  # other rows are the same strips: nothing of them is drawn anew
                },
            },
        ]
        months = max(months, across["scale"]["domain"][1])
    for one in out.get("params", []):
        select = one.get("select")
        if isinstance(select, dict) and select.pop("nearest", False):  # strips lie above all: a click is theirs, too
            one["views"] = ["strips0"]
    out["params"] = [*out.get("params", []), {"name": _STRIP, "expr": f"max(3, width / {months})"}]


def _add_tips(out: Specification) -> None:
    """What there is to say of a bar, a field, an area or a circle, where the pointer is on it."""
    for one in _marked(out):
        kind = one["mark"]["type"] if isinstance(one["mark"], dict) else one["mark"]
        over_months = one.get("encoding", {}).get("x", {}).get("field") == "month" and "x2" not in one["encoding"]
        if kind in _TIPPED and not over_months and "data" not in one and "tooltip" not in one.get("encoding", {}):
            said = {"test": "isValid(datum.said)", "field": "said", "type": "nominal"}
            one.setdefault("encoding", {})["tooltip"] = {"condition": said, "value": ""}


def _marked(specification: Specification) -> Iterator[Specification]:
    """Everything in it that is drawn with one mark."""
    if "mark" in specification:
        yield specification
    for kind in ("layer", "vconcat", "concat"):
        for part in specification.get(kind, ()):
            yield from _marked(part)
    if "spec" in specification:
        yield from _marked(specification["spec"])


def _views(specification: Specification) -> Iterator[Specification]:
    """The layered views in it."""
    if "layer" in specification:
        yield specification
    for part in (specification.get("spec"), *specification.get("vconcat", ()), *specification.get("concat", ())):
        if part:
            yield from _views(part)


def _encodings(specification: Specification) -> Iterator[dict[str, Any]]:
    if "encoding" in specification:
        yield specification["encoding"]
    for kind in ("layer", "vconcat", "concat"):
        for part in specification.get(kind, ()):
            yield from _encodings(part)
    if "spec" in specification:
        yield from _encodings(specification["spec"])


def with_tips(specification: Specification) -> Specification:
    """A drawing that keeps its measures and shows what rows have to say (`said`) where the pointer is on them or in their month.

    Args:
        specification: whose views are changed; it is the caller's own.
    """
    out = {**specification}
    out["config"] = {**out.get("config", {}), "background": "transparent"}
    _add_tips(out)
    if not fixed(out):
        _add_strips(out)
    return out
