"""How many worlds are enough, in words, on a terminal, as JSON and as a page with pictures."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.ensemble.spec import LimitError
from sim.metrics import METRICS
from sim.parameters.posterior import is_posterior
from sim.results.folders import saved
from sim.scenario import parameter_set
from sim.words.numbers import fine, headed, metric_words, number, unit_over
from sim.words.sentences import NOT_A_FORECAST
from sim.words.tables import markdown_table, terminal_table

if TYPE_CHECKING:
    from rich.table import Table

    from sim.experiment.replications.study import Figure, Pairing, Replications

FORMAT = "durand replications 1"
HEADS = ("figure", "value", "±", "wanted ±", "worlds needed", "enough", "batches inside")
PAIR_HEADS = (
    "metric (its unit, squared in variances)",
    "variance, same draws",
    "variance, own draws",
    "ratio",
    "95 % interval",
    "correlation",
)
EXPLAINED = (
    "±: half a 95 % interval of the mean over worlds. Worlds needed: for the wanted ±, from the spread of one world. Batches "
    "inside: of separate batches of that many worlds, the share that came within the wanted ± of the whole (95 of 100 are meant)."
)
PAIR_EXPLAINED = (
    "Variance of one world's difference, with the same random draws in both scenarios and with draws of their own. The ratio "
    "says how many worlds with draws of their own are worth one paired world."
)


def figure_words(one: Figure) -> str:
    """What a figure is: "TTP attacks, in all, confront"."""
    metric = METRICS[one.metric]
    if one.what == "share":
        return f"{metric.title} (share of worlds with more, {one.scenario})"
    kind = "difference, " if one.what == "difference" else ""
    return f"{metric_words(one.metric)} ({kind}{one.scenario})"


def reading(found: Replications) -> list[str]:
    """How many worlds are enough and what pairing saves, in plain sentences."""
    most = max(found.figures, key=lambda one: one.needed)
    short = [one for one in found.figures if not one.enough]
    count = f"{found.worlds:,} worlds"
    out = [
        f"{count} are enough for all {len(found.figures)} figures."
        if not short
        else f"{count} are not enough for {len(short)} of {len(found.figures)} figures: "
        + "; ".join(f"{figure_words(one)} (± {number(one.half)}, wanted ± {number(one.precision)})" for one in short)
        + ".",
        f"The most are needed by {figure_words(most)}: about {most.needed:,} worlds for ± {number(most.precision)}.",
    ]
    off = [
        one for one in found.figures if one.inside is not None and one.inside < 0.95 - 2 * (0.05 / one.batches) ** 0.5
    ]
    for one in off:
        out.append(
            f"{figure_words(one)}: only {one.inside:.0%} of batches of {one.needed:,} worlds come so close, so its spread is not "
            "well told by these worlds; take more than that."
        )
    for pair in found.pairings:
        out.append(_pair(found, pair))
    return [*out, NOT_A_FORECAST]


def _pair(found: Replications, one: Pairing) -> str:
    title = METRICS[one.metric].title
    if not np.isfinite(one.ratio):
        return f"{title}: with the same draws the two scenarios do not differ in any world, or by the same in each."
    needed = next(f.needed for f in found.figures if f.metric == one.metric and f.what == "difference")
    what = f"{title}: draws of their own take {number(one.ratio)} worlds for each paired one"
    span = f"between {number(one.low)} and {number(one.high)}"
    if one.low <= 1 <= one.high:
        return f"{what} ({span}): pairing makes no difference that can be told here."
    if one.ratio < 1:
        return f"{what} ({span}): pairing costs worlds here, as the same draws push the two apart."
    return f"{what} ({span}), so some {max(2, round(needed * one.ratio)):,} in place of {needed:,} for the wanted precision."


def tables(found: Replications) -> Iterator[Table]:
    """The tables for a terminal: one for each metric, then what pairing does."""
    for name in dict.fromkeys(one.metric for one in found.figures):
        yield terminal_table(with_unit(name), HEADS, rows(found, name))
    if found.pairings:
        yield terminal_table("What the same random draws save", PAIR_HEADS, pair_rows(found))


def with_unit(metric: str) -> str:
    """A metric as a table is headed, with the unit of its figures."""
    return f"{metric_words(metric)} ({unit(metric)})"


def unit(metric: str) -> str:
    """The unit of a metric over a run."""
    return unit_over(METRICS[metric].unit, METRICS[metric].summary)


def rows(found: Replications, metric: str) -> list[list[str]]:
    """A row per figure of a metric, as text."""
    out = []
    for one in found.figures:
        if one.metric == metric:
            inside = "-" if one.inside is None else f"{one.inside:.0%} of {one.batches:,}"
            words = {"mean": one.scenario, "difference": one.scenario, "share": "share of worlds with more"}[one.what]
            half, wanted = number(one.half), number(one.precision)
            out.append([words, fine(one.value), half, wanted, f"{one.needed:,}", "yes" if one.enough else "no", inside])
    return out


def pair_rows(found: Replications) -> list[list[str]]:
    """A row per metric: what pairing does, as text."""
    return [
        [
            headed(METRICS[one.metric].title, unit(one.metric)),
            _variance(one.paired),
            _variance(one.apart),
            number(one.ratio) if np.isfinite(one.ratio) else "no end",
            f"{number(one.low)} to {number(one.high)}" if np.isfinite(one.low) else "-",
            f"{one.correlation:.2f}",
        ]
        for one in found.pairings
    ]


def _variance(value: float) -> str:
    """Two significant figures, with a power of ten for what is small: a variance on a scale of 0 to 1 always is."""
    return number(value) if value == 0 or abs(value) >= 1e-3 else f"{value:.1e}"


def scope(found: Replications) -> str:
    """What was run, in a sentence."""
    about = found.about
    text = (
        f"{' and '.join(found.names)}: {found.worlds:,} worlds, seed {about['seed']}, parameters {about['parameters']}"
    )
    if found.pairings:
        text += f"; {found.names[1]} once more with seed {about['other_seed']}"
        mode, _ = parameter_set(about["parameters"])
        if mode == "prior" or is_posterior(mode):
            text += " (the same draws are of the parameters too)"
    share = str(about["precision"])
    if not share.endswith("%"):
        return f"{text}."
    text += f". Wanted: ± {share} of the mean of {found.names[0]}"
    if found.pairings:
        text += ", also for the other's mean and for their difference; shares of worlds have a precision of their own"
    return f"{text}."


def _short(found: Replications) -> str:
    return f"{' and '.join(found.names).capitalize()}, {found.worlds:,} worlds, parameters {found.about['parameters']}."


def as_json(found: Replications) -> dict[str, Any]:
    """Everything as plain data; what is not there is null."""

    def plain(value: Any) -> Any:
        return None if isinstance(value, float) and not np.isfinite(value) else value

    names = (
        "metric",
        "what",
        "scenario",
        "unit",
        "value",
        "spread",
        "half",
        "precision",
        "needed",
        "enough",
        "batches",
        "inside",
    )
    return {
        "scenarios": list(found.names),
        **found.about,
        "figures": [
            {name: plain(getattr(one, name)) for name in names}
            | {"steps": {str(step): {"value": value, "half": half} for step, (value, half) in one.steps.items()}}
            for one in found.figures
        ],
        "pairing": [
            {
                name: plain(getattr(one, name))
                for name in ("metric", "paired", "apart", "ratio", "low", "high", "correlation")
            }
            for one in found.pairings
        ],
        "reading": reading(found),
    }


def settling_of(found: Replications, **more: Any) -> Any:
    """The picture of precision against worlds."""
    from sim.plots.replications import settling

    names = {"mean": "mean", "difference": "difference in mean", "share": "share of worlds with more"}
    drawn: list[dict[str, Any]] = []
    for one in found.figures:
        panel = f"{names[one.what]}, {one.scenario}"
        for worlds, (_, half) in one.steps.items():
            if half > 0:
                row = {"panel": panel, "metric": METRICS[one.metric].title, "worlds": worlds}
                drawn.append(row | {"off": half / one.precision})
    if not drawn:
        raise LimitError("no figure differs between worlds: there is nothing to draw")
    metrics = list(dict.fromkeys(str(row["metric"]) for row in drawn))
    subtitle = f"Dashed: the wanted precision; below it the worlds are enough. {_short(found)}"
    return settling(drawn, metrics, "How figures settle with worlds", subtitle, **more)


def pairing_of(found: Replications, **more: Any) -> Any:
    """The picture of what a paired world is worth."""
    from sim.plots.replications import pairing

    drawn = [
        {"metric": METRICS[one.metric].title, "ratio": one.ratio, "low": one.low, "high": one.high}
        for one in found.pairings
        if np.isfinite(one.ratio) and np.isfinite(one.low) and np.isfinite(one.high)
    ]
    if not drawn:
        raise LimitError("pairing is measured between two scenarios that differ: give another one")
    drawn.sort(key=lambda row: -float(str(row["ratio"])))
    subtitle = f"Bars right of the dashed line: pairing saves worlds. Lines: 95 % intervals. {_short(found)}"
    return pairing(drawn, "What the same random draws are worth", subtitle, **more)


def write(found: Replications, folder: Path) -> Path:
    """Write `replications.json`, `replications.csv`, `pairing.csv`, `plots/` and `replications.md`; returns the page.

    Raises:
        BundleError: something else stands there.
    """
    saved(folder, FORMAT, lambda fresh: _fill(found, fresh))
    return folder / "replications.md"


def _fill(found: Replications, folder: Path) -> None:
    from sim.plots.export import write_pictures

    lines = ["# How many worlds are enough", "", scope(found), ""]
    for text in reading(found):
        lines += [text, ""]
    for name in dict.fromkeys(one.metric for one in found.figures):
        lines += [f"## {with_unit(name)}", "", *markdown_table(HEADS, rows(found, name)), ""]
    lines += [EXPLAINED, ""]
    charts = {"settling": ("How the precision of each figure grows with worlds", settling_of(found))}
    if any(np.isfinite(one.ratio) for one in found.pairings):
        charts["pairing"] = (
            "How many worlds with random draws of their own one paired world is worth",
            pairing_of(found),
        )
    for name, (words, _) in charts.items():
        lines += [f"![{words}](plots/{name}.svg)", ""]
    if found.pairings:
        lines += [*markdown_table(PAIR_HEADS, pair_rows(found)), "", PAIR_EXPLAINED, ""]
    write_pictures(folder / "plots", {name: chart for name, (_, chart) in charts.items()})
    text = json.dumps(as_json(found), indent=1, allow_nan=False) + "\n"
    (folder / "replications.json").write_text(text, encoding="utf-8")
    found.table.to_csv(folder / "replications.csv", index=False)
    if found.pairings:
        found.variance_reduction.to_csv(folder / "pairing.csv")
    (folder / "replications.md").write_text("\n".join(lines), encoding="utf-8")
