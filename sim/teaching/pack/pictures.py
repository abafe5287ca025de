"""Pictures of a pack: the charts of a report as PNG, with words for those who do not see them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sim.metrics import METRICS
from sim.results import Comparison
from sim.results.paired import compared
from sim.teaching.exercises.figures import ANEW, Lab
from sim.teaching.exercises.schema import Picture as Wanted
from sim.words.language import ENGLISH, _, from_the_right, speaking, spoken, together
from sim.words.sentences import listed

# The room that a picture fills on a slide and, in pairs, on a sheet: its width over its height.
SHAPE = 2.0
_ACROSS = 1920  # pixels
# Chart widths to try: the one whose words are largest in that room is taken, of some alike the one that fills it.
_WIDTHS = (820, 656, 492, 328)


@dataclass(frozen=True)
class Picture:
    """A picture of a step.

    Attributes:
        title: what it shows, in a few words.
        text: what it shows, for those who do not see it.
        png: the picture.
        shape: its width over its height.
    """

    title: str
    text: str
    png: bytes
    shape: float


def pictures(lab: Lab) -> dict[Wanted, Picture]:
    """Every picture that the exercise's steps show, in order, each once."""
    wanted = dict.fromkeys(one for step in lab.exercise.steps for one in step.pictures)
    return {one: _picture(lab, one) for one in wanted}


def runs_of(lab: Lab, wanted: Wanted) -> Comparison:
    """The runs of a picture, the first as the baseline."""
    return compared({name: lab.results(name) for name in wanted.runs}, wanted.runs[0])


def chart(lab: Lab, wanted: Wanted, width: int) -> Any:
    """The chart itself (Altair)."""
    from sim import plots

    source = runs_of(lab, wanted)
    metric = wanted.metric or ""
    makers: dict[str, Callable[[], Any]] = {
        "fan": lambda: plots.fan(source, metric, width=width),
        "difference": lambda: plots.paired_difference(source, metric, width=width),
        "verdicts": lambda: plots.verdict_shares(source, width=width),
        "stances": lambda: plots.stances(source, width=width),
        "alignments": lambda: plots.alignments(source, width=width),
        "leverage_pakistan_taliban": lambda: plots.leverage_by_resource(source, "pakistan_taliban", width=width),
        "leverage_taliban_pakistan": lambda: plots.leverage_by_resource(source, "taliban_pakistan", width=width),
        "areas": lambda: plots.violence_by_area(source, width=width),
        "levers": lambda: plots.levers_in_force(source, width=width),
    }
    return makers[wanted.draw]()


def _picture(lab: Lab, wanted: Wanted) -> Picture:
    import vl_convert

    from sim.plots import to_svg
    from sim.plots.single import picture

    shown, titles = picture(runs_of(lab, wanted), wanted.draw, wanted.metric or ""), lab.exercise.scenarios
    with speaking(ENGLISH.code if from_the_right() else spoken()):  # PNGs join no letters
        drawn = [to_svg(chart(lab, wanted, width)) for width in _WIDTHS]
    best = max(drawn, key=lambda svg: min(SHAPE / _shape(svg)[0], 1 / _shape(svg)[1]))
    width, height = _shape(best)
    png = bytes(vl_convert.svg_to_png(best, scale=_ACROSS / width))
    anew = wanted.draw == "fan" and METRICS[str(wanted.metric)].summary != "final"
    text = together(" ", [shown.text, _(ANEW)]) if anew else shown.text
    whose = listed([_(titles[run].title) for run in wanted.runs])
    return Picture(_("{title}: {runs}", title=shown.title, runs=whose), text, png, width / height)


def _shape(svg: str) -> tuple[float, float]:
    """Width and height of a drawing."""
    match = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert match is not None
    return float(match[1]), float(match[2])
