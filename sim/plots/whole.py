"""Drawings without axes (a map, a network) that grow as a whole: to a full screen, too, nothing is stretched."""

from __future__ import annotations

from typing import Any

import altair as alt

ZOOM = "zoom"  # how many times as large as declared


def zoom(width: int, height: int) -> Any:
    """The parameter that every measure is multiplied by; on paper it is 1."""
    return alt.param(name=ZOOM, expr=f"min(width / {width}, height / {height})")


def x_in_px(width: int) -> alt.X:
    """The encoding of field `x`, in declared px from the left."""
    ends: list[Any] = [{"expr": f"width / 2 - {width / 2} * {ZOOM}"}, {"expr": f"width / 2 + {width / 2} * {ZOOM}"}]
    return alt.X("x:Q", scale=alt.Scale(domain=[0, width], range=ends, nice=False), axis=None)


def y_in_px(height: int) -> alt.Y:
    """The encoding of field `y`, in declared px from the bottom."""
    ends: list[Any] = [{"expr": f"height / 2 + {height / 2} * {ZOOM}"}, {"expr": f"height / 2 - {height / 2} * {ZOOM}"}]
    return alt.Y("y:Q", scale=alt.Scale(domain=[0, height], range=ends, nice=False), axis=None)


def px(size: float, power: int = 1) -> Any:
    """A measure of a mark; an area with `power` 2."""
    return alt.expr(" * ".join([f"{size:g}", *[ZOOM] * power]))
