"""Pictures of a pack: the charts of a report as PNG, with words for those who do not see them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sim.metrics import METRICS
from sim.results import Comparison
from sim.results.paired import compared
from sim.teaching.exercises.figures import Lab
from sim.teaching.exercises.load import row_words
from sim.teaching.exercises.schema import Picture as Wanted
from sim.vocabulary import VERDICTS, month_words
from sim.words.numbers import amounts, number, shares
from sim.words.sentences import listed

if TYPE_CHECKING:
    from sim.results import Results

# The room that a picture fills on a slide and, in pairs, on a sheet: its width over its height.
SHAPE = 2.0
_ACROSS = 1920  # pixels
# Chart widths to try: the one whose words are largest in that room is taken.
_WIDTHS = (328, 492, 820)


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

    drawn = [to_svg(chart(lab, wanted, width)) for width in _WIDTHS]
    best = max(drawn, key=lambda svg: min(SHAPE / _shape(svg)[0], 1 / _shape(svg)[1]))
    width, height = _shape(best)
    png = bytes(vl_convert.svg_to_png(best, scale=_ACROSS / width))
    return Picture(_title(lab, wanted), _words(lab, wanted), png, width / height)


def _shape(svg: str) -> tuple[float, float]:
    """Width and height of a drawing."""
    match = re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', svg)
    assert match is not None
    return float(match[1]), float(match[2])


def _title(lab: Lab, wanted: Wanted) -> str:
    names = listed([lab.exercise.scenarios[run].title for run in wanted.runs])
    what = {
        "verdicts": "How the modelled worlds end",
        "stances": "What Kabul does about the TTP",
        "alignments": "Kabul's alignments",
        "leverage_pakistan_taliban": "What gives Pakistan leverage over Kabul",
        "leverage_taliban_pakistan": "What gives Kabul leverage over Pakistan",
        "areas": "Where attacks happen",
        "levers": "What Pakistan does",
    }
    title = METRICS[wanted.metric].title if wanted.metric else what[wanted.draw]
    return f"{title}: {names}"


def _words(lab: Lab, wanted: Wanted) -> str:
    """What a picture shows at its end, run by run."""
    parts = [f"{lab.exercise.scenarios[run].title}: {_end(lab.results(run), wanted)}" for run in wanted.runs]
    last = lab.results(wanted.runs[0]).months[-1]
    over = "Over the run" if wanted.draw in ("verdicts", "areas", "levers") else f"In {month_words(last)}"
    return f"{over}, {'; '.join(parts)}."


def _end(results: Results, wanted: Wanted) -> str:
    kept = results.arrays
    if wanted.draw == "verdicts":
        found = results.verdicts()
        part_of = dict(zip(found, shares([round(part * results.worlds) for part in found.values()]), strict=True))
        most = sorted(found, key=lambda name: -found[name])[:3]
        return ", ".join(f"{VERDICTS[name].lower()} in {part_of[name]}" for name in most)
    panels = {
        "leverage_pakistan_taliban": "leverage_pakistan_taliban_by_resource",
        "leverage_taliban_pakistan": "leverage_taliban_pakistan_by_resource",
        "areas": "attacks_by_area",
        "levers": "levers_in_force",
    }
    if wanted.draw in panels:
        panel = panels[wanted.draw]
        values = kept.panels[panel]
        values = values.mean(axis=1) if wanted.draw in ("areas", "levers") else values[:, -1]
        rows = sorted(zip(values.mean(axis=0), kept.labels[panel], strict=True), reverse=True)[:4]
        attacks = wanted.draw == "areas"
        told = [f"{row_words(panel, name)} {number(float(x), whole=attacks)}" for x, name in rows]
        return ", ".join(told) + (" attacks a month" if attacks else "")
    metrics = {
        "stances": ["taliban_stance"],
        "alignments": [f"alignment_taliban_{k}" for k in ("pakistan", "india", "ttp")],
    }
    names = metrics.get(wanted.draw, [wanted.metric or ""])
    return ", ".join(f"{METRICS[name].title} {_middle(name, kept.metrics[name][:, -1])}" for name in names)


def _middle(metric: str, values: Any) -> str:
    import numpy as np

    low, middle, high = (float(x) for x in np.quantile(values, (0.05, 0.5, 0.95)))
    said, span = amounts(metric, low, middle, high)
    return f"{said} in the middle world, {span} in nine of ten"
