"""Calibrations and backcasts in words and tables: for a terminal and for a folder."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.calibration.backcast import Backcast, Series
from sim.calibration.origins import Rolling
from sim.calibration.scores import RIVALS
from sim.record.observations import Event
from sim.results.folders import saved
from sim.vocabulary import month_words
from sim.words.tables import markdown_table, terminal_table

if TYPE_CHECKING:
    pass

Rows = list[list[str]]
FORMAT = "durand backcast 1"
NOT_A_FORECAST = "These are modelled worlds, not a forecast."


def window_words(cast: Backcast) -> str:
    """Which months were scored, and whether the sets had seen them."""
    scored = f"Scored: {cast.first} to {cast.last}."
    if not cast.calibrated:
        return f"{scored} Parameters: {cast.parameters}, not calibrated. {cast.sets}".rstrip()
    first, last = cast.calibrated
    seen = "all" if cast.inside == 1.0 else "none" if cast.inside == 0.0 else f"{cast.inside:.0%}"
    caution = " (the fit was made to them, so this is no test of foresight)" if cast.inside == 1.0 else ""
    return (
        f"{scored} Parameters come from sets calibrated on {first} to {last} and on nothing later; {seen} of the months "
        f"scored lie in that window{caution}. {cast.sets}"
    )


def figures_words(cast: Backcast) -> list[str]:
    """Whose figures were scored, and which of them were not."""
    out = []
    if cast.told:
        out.append(
            f"Worlds are told the record to {month_words(cast.told['until'])}: of {cast.told['candidates']:,} those that came "
            f"near it, worth {cast.told['effective']:.0f} equally likely ones. What lies before is no test of foresight."
        )
    if not cast.own:
        known = (
            "rivals know the project's own figures too" if cast.with_record else "none of the project's are mixed in"
        )
        out.append(f"The figures are those of the file given; {known}.")
    if cast.set_aside:
        out.append(f"More than one figure for a month: {'; '.join(cast.set_aside)}.")
    if cast.left_out:
        out.append(f"Left out, as no observer is modelled for them: {', '.join(sorted(cast.left_out))}.")
    return out


def own_scores(one: Series) -> list[str]:
    """A series in cells: its title, months, coverage of the two bands, CRPS."""
    coverages = [f"{one.coverage(band):.0%}" for band in (0.5, 0.9)]
    return [one.headed, str(len(one.scored)), *coverages, f"{one.crps:.1f}"]


def score_rows(cast: Backcast) -> Rows:
    """A row per observer: months, coverage, CRPS, and each rival's over the same months."""
    out = []
    for one in cast.series:
        if not one.scored:
            continue
        row = own_scores(one)
        for told in (True, False):
            for name in RIVALS:
                pair = one.rival(name, told)
                row.append("-" if pair is None else f"{pair[0]:.1f} ({pair[1]:.1f})")
        out.append(row)
    return out


SCORE_HEADS = (
    "observer",
    "months",
    "in the 50 % band",
    "in the 90 % band",
    "CRPS",
    *(f"{name}, told" for name in RIVALS),
    *(f"{name}, untold" for name in RIVALS),
)
CRPS_NOTE = "CRPS: in the observer's own unit, lower is better."
SCORE_NOTE = (
    f"{CRPS_NOTE} Rivals: their CRPS, and in brackets the model's over the same "
    "months. Told: each rival is told every month before the one it foretells, which the model never is. Untold: it is told "
    "only what came before the months scored. A dash: fewer than four earlier months are known."
)


def total_rows(cast: Backcast) -> Rows:
    """A row per published total of a longer period."""
    out = []
    for one in cast.series:
        for scored in one.totals:
            found = scored.quantiles
            out.append(
                [
                    one.headed,
                    scored.period,
                    f"{scored.observed:.0f}",
                    f"{found['p50']:.0f}",
                    f"{found['p05']:.0f} to {found['p95']:.0f}",
                    "yes" if scored.within["90%"] else "no",
                ]
            )
    return out


ROLLING_HEADS = ("told to", "months ahead", "months", "in the 50 % band", "in the 90 % band", "CRPS", *RIVALS)


def rolling_rows(found: Rolling, observer: str, beside: Rolling | None = None) -> Rows:
    """A row per origin and horizon of one observer, and for all origins together.

    Args:
        beside: the same with loops off, whose coverage of the wide band and CRPS follow at the end.
    """
    other = {(one.origin, one.ahead, one.observer): one for one in beside.rows} if beside else {}
    out = []
    for one in found.rows:
        if one.observer != observer:
            continue
        rivals = [f"{one.rivals[name]:.1f}" if name in one.rivals else "-" for name in RIVALS]
        coverages = [f"{one.coverage(band):.0%}" for band in (0.5, 0.9)]
        row = [one.origin, str(one.ahead), str(len(one.scored)), *coverages, f"{one.crps:.1f}", *rivals]
        if same := other.get((one.origin, one.ahead, observer)):
            row += [f"{same.coverage(0.9):.0%}", f"{same.crps:.1f}"]
        out.append(row)
    return out


OFF_HEADS = ("loops off: in the 90 % band", "loops off: CRPS")


def rolling_words(found: Rolling) -> Iterator[str]:
    """What is told at each origin, a line each."""
    for origin, about in found.told.items():
        yield (
            f"Told to {month_words(origin)}: parameters {found.parameters[origin]}; of {about['candidates']:,} worlds those that "
            f"came near the record, worth {about['effective']:.0f} equally likely ones."
        )
    yield "Rivals are told the same months. What Pakistan did afterwards is given to the model, what others did is not."


def show_rolling(found: Rolling, beside: Rolling | None) -> None:
    """Print scores from rolling origins."""
    from rich.console import Console

    console = Console()
    for line in rolling_words(found):
        console.print(line, highlight=False)
    heads = (*ROLLING_HEADS, *(OFF_HEADS if beside else ()))
    for observer in dict.fromkeys(one.observer for one in found.horizons):
        rows = rolling_rows(found, observer, beside)
        title = next(one.title for one in found.horizons if one.observer == observer)
        console.print(terminal_table(f"{title}: CRPS of the model and of rivals", heads, rows))
    console.print(CRPS_NOTE)
    console.print(NOT_A_FORECAST)


def beside_rows(cast: Backcast, beside: Backcast) -> Rows:
    """A row per observer: months in the wide band and CRPS, with all loops and with them off."""
    other = {one.observer: one for one in beside.series}
    return [
        [
            one.headed,
            str(len(one.scored)),
            *(f"{same.coverage(0.9):.0%}" for same in (one, other[one.observer])),
            *(f"{same.crps:.1f}" for same in (one, other[one.observer])),
        ]
        for one in cast.series
        if one.scored
    ]


BESIDE_HEADS = ("observer", "months", "in the 90 % band", "loops off", "CRPS", "loops off")
NO_LOOPS = "No rule belongs to a loop here, so there is no second structure to show beside."
TOTAL_HEADS = ("observer", "period", "published", "middle world", "nine worlds in ten", "inside")


def show_backcast(cast: Backcast, beside: Backcast | None = None) -> None:
    """Print a backcast, and beside it the same with loops off."""
    from rich.console import Console

    console = Console()
    console.print(f"[bold]{cast.title}[/bold], {cast.worlds:,} worlds, seed {cast.seed}", highlight=False)
    console.print(window_words(cast), highlight=False)
    console.print(terminal_table("Months", SCORE_HEADS[:5], [row[:5] for row in score_rows(cast)]))
    heads = ("CRPS of", "model", *RIVALS)
    for told, what in ((True, "told every month before"), (False, "told no month scored")):
        rows = _rival_rows(cast, told)
        if rows:
            console.print(
                terminal_table(f"Against naive rivals {what}, over the months that these can foretell", heads, rows)
            )
    if beside is not None:
        title = f"Two structures: the model, and with {', '.join(beside.off)} off"
        console.print(terminal_table(title, BESIDE_HEADS, beside_rows(cast, beside)))
    if total_rows(cast):
        console.print(terminal_table("Totals", TOTAL_HEADS, total_rows(cast)))
    for line in (CRPS_NOTE, *figures_words(cast)):
        console.print(line, highlight=False)
    console.print(NOT_A_FORECAST)


def _rival_rows(cast: Backcast, told: bool) -> Rows:
    out = []
    for one in cast.series:
        pairs = [one.rival(name, told) for name in RIVALS]
        if one.scored and pairs[0] is not None:
            own = f"{pairs[0][1]:.1f}"
            out.append([one.headed, own, *("-" if pair is None else f"{pair[0]:.1f}" for pair in pairs)])
    return out


def write_backcast(cast: Backcast, folder: str | Path, events: Sequence[Event], beside: Backcast | None = None) -> Path:
    """Write backcast.json, backcast.md and the pictures to a folder; returns the page. `beside`: the same with loops off.

    Raises:
        BundleError: something else stands there.
    """
    saved(Path(folder), FORMAT, lambda fresh: fill_backcast(cast, fresh, events, beside))
    return Path(folder, "backcast.md")


def fill_backcast(cast: Backcast, folder: Path, events: Sequence[Event], beside: Backcast | None = None) -> None:
    """The same, within a folder of another kind."""
    from sim.calibration.pictures import backcast_picture
    from sim.plots.export import write_pictures

    folder.mkdir(exist_ok=True)
    (folder / "backcast.json").write_text(json.dumps(cast.as_json(), indent=1) + "\n", encoding="utf-8")
    lines = [f"# Backcast: {cast.title}", "", window_words(cast), "", NOT_A_FORECAST, ""]
    lines += [text for line in figures_words(cast) for text in (line, "")]
    lines += [*markdown_table(SCORE_HEADS, score_rows(cast)), "", SCORE_NOTE, ""]
    if beside is not None:
        lines += ["## With loops off", "", *markdown_table(BESIDE_HEADS, beside_rows(cast, beside)), ""]
    if total_rows(cast):
        lines += ["## Totals", "", *markdown_table(TOTAL_HEADS, total_rows(cast)), ""]
    lines += ["## Months", ""]
    for one in cast.series:
        if one.scored:
            write_pictures(folder / "plots", {one.observer: backcast_picture(one, cast, events)})
            lines += [
                f"![{one.title}: months as published, and bands of modelled worlds](plots/{one.observer}.png)",
                "",
            ]
    marked = [event for event in events if cast.first <= event.month <= cast.last]
    if marked:
        lines += ["## Events", "", *markdown_table(("day", "what", "source"), event_rows(marked)), ""]
    (folder / "backcast.md").write_text("\n".join(lines), encoding="utf-8")


def event_rows(events: Sequence[Event]) -> Rows:
    """A row per event."""
    return [[str(one.date), one.description, one.source_title] for one in events]


def calibration_words(made: Mapping[str, Any]) -> Iterator[str]:
    """What a calibration came to, a line each, from its manifest."""
    last = made["waves"][-1]
    yield f"{made['sets']} accepted sets from {made['window'][0]} to {made['window'][1]}, seed {made['seed']}."
    yield (
        f"The last wave simulated {last['simulated']:,} sets in {last['repeats']} worlds each; {last['not_implausible']:,} "
        f"were not implausible, worth {last['effective']:.0f} equally likely ones."
    )
    if last["effective"] < made["sets"]:
        yield "That is fewer than were accepted: they rest on a few likely sets, and a larger --effort finds more."
    told = [one["name"] for one in made["parameters"] if one["told"]]
    silent = len(made["parameters"]) - len(told)
    for name in made["unmet"]:
        one = next(one for one in made["targets"] if one["name"] == name)
        yield (
            f"Not met: {one['meaning']}, {one['observed']:.3g} in the record and {one['posterior_mean']:.3g} in the accepted "
            f"sets' worlds; the middle set is {one['posterior_implausibility']:.1f} standard deviations off."
        )
    if told:
        yield f"The data say something about {len(told)} of {len(made['parameters'])} parameters: {', '.join(sorted(told))}."
    others = f"the other {silent}" if told else f"all {silent} parameters"
    yield f"About {others} they say nothing that chance would not: these keep their declared ranges."


TARGET_HEADS = (
    "target",
    "published",
    "tolerance",
    "declared ranges",
    "accepted sets",
    "off before (s.d.)",
    "off after (s.d.)",
)


def target_rows(made: Mapping[str, Any]) -> Rows:
    """A row per target of a calibration."""
    out = []
    for one in made["targets"]:
        tolerance = (one["error"] ** 2 + one["discrepancy"] ** 2) ** 0.5
        after = f"{one['posterior_mean']:.3g} (sets {one['posterior_spread_of_sets']:.2g}, worlds "
        out.append(
            [
                one["meaning"],
                f"{one['observed']:.3g}",
                f"{tolerance:.2g}",
                f"{one['prior_mean']:.3g}",
                f"{after}{one['posterior_scatter_of_worlds']:.2g})",
                f"{one['prior_implausibility']:.1f}",
                f"{one['posterior_implausibility']:.1f}",
            ]
        )
    return out


def show_calibration(made: Mapping[str, Any]) -> None:
    """Print how a calibration went."""
    from rich.console import Console

    console = Console()
    for line in calibration_words(made):
        console.print(line, highlight=False)
    heads = ("target", "published", "ranges", "accepted", "off by (s.d.)")
    rows = [[row[0], row[1], row[3], row[4].partition(" ")[0], f"{row[5]} to {row[6]}"] for row in target_rows(made)]
    console.print(terminal_table("Targets: means over sets, and how far off the median set is", heads, rows))
