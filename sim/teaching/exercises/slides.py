"""Pictures for slides: the charts of a report, each alone on a white 16:9 sheet, with words for those who do not see it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape

from sim.metrics import METRICS
from sim.results import Comparison
from sim.results.paired import compared
from sim.teaching.exercises.figures import Lab
from sim.teaching.exercises.schema import Picture
from sim.vocabulary import VERDICTS, month_words
from sim.words.numbers import number, share
from sim.words.sentences import NOT_A_FORECAST, listed

if TYPE_CHECKING:
    from sim.results import Results

WIDTH, HEIGHT, SCALE = 1280, 720, 1.5  # PNGs are 1920 x 1080
_SIDE, _TOP, _FOOT = 48, 36, 46
# Chart widths to try: the one whose shape fills the sheet best is taken.
_WIDTHS = (328, 492, 820)
_FONT = "Liberation Sans, Arial, Helvetica, sans-serif"


@dataclass(frozen=True)
class Slide:
    """A picture of a step.

    Attributes:
        name: file name without its ending.
        title: what it shows, in a few words.
        text: what it shows, for those who do not see it.
        png: the picture, 1920 x 1080.
    """

    name: str
    title: str
    text: str
    png: bytes


def slides(lab: Lab) -> list[Slide]:
    """Every picture that the exercise's steps show, in order, each once."""
    wanted = list(dict.fromkeys(picture for step in lab.exercise.steps for picture in step.pictures))
    return [_slide(lab, number, picture) for number, picture in enumerate(wanted, 1)]


def runs_of(lab: Lab, picture: Picture) -> Comparison:
    """The runs of a picture, the first as the baseline."""
    return compared({name: lab.results(name) for name in picture.runs}, picture.runs[0])


def chart(lab: Lab, picture: Picture, width: int) -> Any:
    """The chart itself (Altair)."""
    from sim import plots

    source = runs_of(lab, picture)
    metric = picture.metric or ""
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
    return makers[picture.draw]()


def _slide(lab: Lab, number_: int, picture: Picture) -> Slide:
    import vl_convert

    from sim.plots import to_svg

    drawn = [to_svg(chart(lab, picture, width)) for width in _WIDTHS]
    room = (WIDTH - 2 * _SIDE) / (HEIGHT - _TOP - _FOOT)
    best = min(drawn, key=lambda svg: abs(_shape(svg)[0] / _shape(svg)[1] - room))
    png = bytes(vl_convert.svg_to_png(_framed(best, _foot(lab)), scale=SCALE))
    what = [picture.draw.replace("_", "-"), *([picture.metric.replace("_", "-")] if picture.metric else [])]
    return Slide(f"{number_:02d}-{'-'.join(what)}", _title(lab, picture), _words(lab, picture), png)


def _shape(svg: str) -> tuple[float, float]:
    """Width and height of a drawing."""
    match = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert match is not None
    return float(match[1]), float(match[2])


def _framed(svg: str, foot: str) -> str:
    """A drawing in the middle of a white sheet, as large as fits, with a line below it."""
    width, height = _shape(svg)
    scale = min((WIDTH - 2 * _SIDE) / width, (HEIGHT - _TOP - _FOOT) / height)
    left, top = (WIDTH - scale * width) / 2, _TOP + (HEIGHT - _TOP - _FOOT - scale * height) / 2
    place = f'<svg x="{left:.1f}" y="{top:.1f}" width="{scale * width:.1f}" height="{scale * height:.1f}"'
    inner = re.sub(r"^.*?<svg\b", place, svg, count=1, flags=re.DOTALL)
    head, _, rest = inner.partition(">")
    # The drawing's own size gives way to that of its place; its view box stays.
    own = re.sub(r'(?<=.)\s(?:width|height)="[\d.]+"', "", head[len(place) :])
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}">'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>{place}{own}>{rest}'
        f'<text x="{_SIDE}" y="{HEIGHT - 18}" font-family="{_FONT}" font-size="17" fill="#4d4d4d">{escape(foot)}</text></svg>'
    )


def _foot(lab: Lab) -> str:
    return f"durand: {lab.worlds:,} modelled worlds, seed {lab.seed}. {NOT_A_FORECAST}"


def _title(lab: Lab, picture: Picture) -> str:
    names = listed([lab.exercise.scenarios[run].title for run in picture.runs])
    what = {
        "verdicts": "How the modelled worlds end",
        "stances": "What Kabul does about the TTP",
        "alignments": "Kabul's alignments",
        "leverage_pakistan_taliban": "What gives Pakistan leverage over Kabul",
        "leverage_taliban_pakistan": "What gives Kabul leverage over Pakistan",
        "areas": "Where attacks happen",
        "levers": "What Pakistan does",
    }
    title = METRICS[picture.metric].title if picture.metric else what[picture.draw]
    return f"{title}: {names}"


def _words(lab: Lab, picture: Picture) -> str:
    """What a picture shows at its end, run by run."""
    parts = [f"{lab.exercise.scenarios[run].title}: {_end(lab.results(run), picture)}" for run in picture.runs]
    last = lab.results(picture.runs[0]).months[-1]
    over = "Over the run" if picture.draw in ("verdicts", "areas", "levers") else f"In {month_words(last)}"
    return f"{over}, {'; '.join(parts)}."


def _end(results: Results, picture: Picture) -> str:
    kept = results.arrays
    if picture.draw == "verdicts":
        found = sorted(results.verdicts().items(), key=lambda one: -one[1])[:3]
        return ", ".join(
            f"{VERDICTS[name].lower()} in {share(round(x * results.worlds), results.worlds)}" for name, x in found
        )
    panels = {
        "leverage_pakistan_taliban": "leverage_pakistan_taliban_by_resource",
        "leverage_taliban_pakistan": "leverage_taliban_pakistan_by_resource",
        "areas": "attacks_by_area",
        "levers": "levers_in_force",
    }
    if picture.draw in panels:
        panel = panels[picture.draw]
        values = kept.panels[panel]
        values = values.mean(axis=1) if picture.draw in ("areas", "levers") else values[:, -1]
        rows = sorted(zip(values.mean(axis=0), kept.labels[panel], strict=True), reverse=True)[:4]
        return ", ".join(f"{name.replace('_', ' ')} {number(float(x))}" for x, name in rows)
    metrics = {
        "stances": ["taliban_stance"],
        "alignments": [f"alignment_taliban_{k}" for k in ("pakistan", "india", "ttp")],
    }
    names = metrics.get(picture.draw, [picture.metric or ""])
    return ", ".join(f"{METRICS[name].title} {_middle(kept.metrics[name][:, -1])}" for name in names)


def _middle(values: Any) -> str:
    import numpy as np

    low, middle, high = (float(x) for x in np.quantile(values, (0.05, 0.5, 0.95)))
    return f"{number(middle)} in the middle world, {number(low)} to {number(high)} in nine of ten"
