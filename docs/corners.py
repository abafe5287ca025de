"""The four corners: what is done to Kabul, crossed with operations at home and with talks; used by headline.py."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import altair as alt
import numpy as np
from notation import table
from numpy.typing import NDArray

from sim.experiment.load import experiments, load_plan
from sim.experiment.outcome import Sweep
from sim.experiment.sweep import sweep
from sim.metrics import METRICS
from sim.plots.data import Rows
from sim.plots.theme import LABEL, PALETTE, dress, name_axis
from sim.words.numbers import number, of_100
from sim.words.sentences import listed

EXPERIMENT = "four_corners"
COURSES = {"confront": "Confront", "appease": "Accommodate"}
SWITCHES = ("lever:pakistan.domestic_operations", "lever:pakistan.ttp_talks")
# What is asked of each corner, by its metric, with the words for it.
ASKED = {
    "attacks": "TTP attacks",
    "fatalities_security": "deaths among Pakistani soldiers and police",
    "fatalities_civilian": "deaths of civilians in Pakistan",
    "fatalities_afghan_civilian": "deaths of Afghan civilians",
    "hostilities": "share of months with open hostilities",
    "leverage_in_use": "Pakistan's leverage in use",
    "foothold": "the TTP's foothold",
    "sovereignty": "Pakistan's sovereignty",
}
CHOICES = ("Confront rather than Accommodate", "many operations rather than few", "much talk rather than little")
OPERATIONS, TALKS = ("few operations", "many operations"), ("little talk", "much talk")
_DRAWN = ("attacks", "fatalities_civilian", "fatalities_afghan_civilian", "leverage_in_use", "foothold", "sovereignty")
_WIDTH, _ROW = 150, 26
WIDE = 3 * (_WIDTH + 40) + 130

# metric -> its outcomes, shape (courses, operations, talks, worlds).
Corners = dict[str, NDArray[np.float64]]


def corners(workers: int) -> Corners:
    """The experiment, simulated anew."""
    with TemporaryDirectory() as folder:
        return arranged(sweep(experiments() / f"{EXPERIMENT}.yaml", Path(folder) / "sweep", workers))


def arranged(done: Sweep) -> Corners:
    """A finished sweep of the experiment, corner by corner."""
    points = done.experiments
    levels = [sorted(points[switch].unique()) for switch in SWITCHES]
    out = {}
    for metric in ASKED:
        by_point = done.outcomes[metric].unstack("world")
        corner = [
            [[_corner(points, by_point, course, operations, talks) for talks in levels[1]] for operations in levels[0]]
            for course in COURSES
        ]
        out[metric] = np.asarray(corner, dtype=np.float64)
    return out


def _corner(points: Any, by_point: Any, course: str, operations: float, talks: float) -> NDArray[np.float64]:
    here = (points["scenario"] == course) & (points[SWITCHES[0]] == operations) & (points[SWITCHES[1]] == talks)
    (point,) = points.index[here]
    return np.asarray(by_point.loc[point], dtype=np.float64)


def effects(values: NDArray[np.float64]) -> list[NDArray[np.float64]]:
    """What each of the three choices does in each world: the mean difference over the corners of the other two."""
    confront, talks = values[0] - values[1], values[:, :, 1] - values[:, :, 0]
    operations = values[:, 1] - values[:, 0]
    return [apart.mean(axis=(0, 1)) for apart in (confront, operations, talks)]


def lines(found: Corners) -> Iterator[str]:
    """The section of the page, after its heading."""
    plan = load_plan(experiments() / f"{EXPERIMENT}.yaml")
    yield (
        "The two courses above send the army out alike at home and talk to the TTP alike. Here those two are varied, too, from "
        f"December 2022 on: eight courses, {plan.worlds} worlds each with parameters that tell the record "
        f"(`durand sweep {EXPERIMENT}`). For each choice: the median over worlds of what it makes of a figure, with the other "
        "two held, and in how many of 100 worlds the figure is higher for it."
    )
    yield ""
    rows = []
    for metric, spoken in ASKED.items():
        cells = [f"{number(float(np.median(one)), sign=True)} ({_higher(one)})" for one in effects(found[metric])]
        rows.append((spoken, *cells))
    yield table(("", *CHOICES), rows).rstrip()
    yield ""
    yield from _biggest(found)


def _higher(apart: NDArray[np.float64]) -> str:
    return of_100(float((apart > 0).mean())).removesuffix(" of 100")


def _biggest(found: Corners) -> Iterator[str]:
    """Which of the three choices moves each figure most, as a sentence."""
    most: dict[str, list[str]] = {}
    for metric, spoken in ASKED.items():
        sizes = [abs(float(np.median(one))) for one in effects(found[metric])]
        if max(sizes) > 0:
            most.setdefault(CHOICES[int(np.argmax(sizes))], []).append(spoken)
    parts = [f"*{choice}*, for {listed(spoken)}" for choice, spoken in most.items()]
    yield f"The choice that moves the median world most is {'; '.join(parts)}."


def picture(found: Corners) -> Any:
    """All corners at once: the median and nine in ten of the worlds, a panel for each figure."""
    rows: Rows = []
    names = [f"{one},\n{other}" for one in OPERATIONS for other in TALKS]
    for metric in _DRAWN:
        for number_, course in enumerate(COURSES.values()):
            for name, worlds in zip(names, found[metric][number_].reshape(4, -1), strict=True):
                low, middle, high = (float(x) for x in np.quantile(worlds, (0.05, 0.5, 0.95)))
                rows.append(
                    {"figure": METRICS[metric].title, "corner": name, "course": course, "low": low, "middle": middle}
                    | {"high": high}
                )
    panels = [_panel(METRICS[metric].title, names, labels=place % 3 == 0) for place, metric in enumerate(_DRAWN)]
    subtitle = (
        "Points: the median world; lines: nine in ten of the worlds, over the whole run or as its metric is summed up."
    )
    return dress(alt.concat(*panels, columns=3, spacing=14), rows, "Four corners, two courses", subtitle, WIDE)


def _panel(title: str, names: list[str], labels: bool) -> Any:
    courses = list(COURSES.values())
    scale = alt.Scale(domain=courses, range=list(PALETTE[1::-1]))
    base = (
        alt.Chart(width=_WIDTH, height=4 * _ROW * 1.5, title=alt.TitleParams(title, fontSize=LABEL))
        .transform_filter(alt.datum.figure == title)
        .encode(
            y=alt.Y("corner:N", sort=names, axis=name_axis(title=None) if labels else None),
            yOffset=alt.YOffset("course:N", sort=courses),
            color=alt.Color("course:N", scale=scale),
        )
    )
    marks = alt.Scale(domain=courses, range=["circle", "square"])
    across = alt.X("low:Q", title=None, axis=alt.Axis(tickCount=3))
    return alt.layer(
        base.mark_rule(strokeWidth=2, opacity=0.6).encode(x=across, x2="high:Q"),
        base.mark_point(filled=True, size=60).encode(x="middle:Q", shape=alt.Shape("course:N", scale=marks)),
    )
