"""A calibration on somebody's own figures: what their files ask for, what it will take, and the folder that it leaves."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sim.calibration.aims import read_aims
from sim.calibration.backcast import Backcast, backcast
from sim.calibration.calibrate import Calibration, Wave
from sim.calibration.design import latin_hypercube, values_at
from sim.calibration.matching import measure
from sim.calibration.page import calibration_lines
from sim.calibration.recovery import HEADS, Recovered, recovery_words
from sim.calibration.store import names_of, save
from sim.calibration.target import Target
from sim.calibration.targets import targets
from sim.calibration.text import NOT_A_FORECAST, fill_backcast
from sim.ensemble.spec import LIMITS, LimitError
from sim.ensemble.timing import timed
from sim.parameters import PARAMETERS
from sim.record.mapping import SeriesMapping, rates, read_mapping
from sim.record.observations import COLUMNS, RECORD, Event, Observation, read_observations, window
from sim.record.rows import read_rows
from sim.record.simulated import uncertain
from sim.vocabulary import month_after, month_words
from sim.words.tables import markdown_table

# Worlds of the backcasts in the folder.
WORLDS = 1_000
# Sets and worlds of each that are simulated to tell how long all of them will take.
TRIED, TRIED_WORLDS = 60, 8
_HELD_HEADS = (
    "observer",
    "months",
    "how many",
    "in the 50 % band",
    "in the 90 % band",
    "CRPS",
    "declared ranges: in the 90 % band",
    "declared ranges: CRPS",
)


@dataclass(frozen=True)
class Figures:
    """Somebody's own figures. Attributes: observations; mapping: what they are; words: what was read, if there is more to say."""

    observations: tuple[Observation, ...]
    mapping: SeriesMapping
    words: str = ""


@dataclass(frozen=True)
class Asked:
    """What a calibration aims at.

    Attributes:
        targets; since, until: the months that they lie in.
        figures: whose they are, None for the project's own; file: the name of the file that they come from.
        aims: the text of a file of targets, empty without.
    """

    targets: tuple[Target, ...]
    since: str
    until: str
    figures: Figures | None = None
    file: str | None = None
    aims: str = ""

    @property
    def how(self) -> dict[str, Any]:
        """The same, as arguments of a calibration."""
        how: dict[str, Any] = {"targets": self.targets, "since": self.since, "until": self.until, "figures": self.file}
        return how if self.figures is None else {**how, "mapped": self.figures.mapping.observers}


def read_figures(observations: str | Path, mapping: str | Path | None = None) -> Figures:
    """A file of figures, in the form of the record or of any other that the mapping describes.

    Raises:
        ObservationError: one of the two is not of its form, or they do not fit.
    """
    known = SeriesMapping() if mapping is None else read_mapping(mapping)
    if known.rows is None:
        return Figures(read_observations(observations, known.series), known)
    counted = read_rows(observations, known)
    return Figures(counted.observations, known, counted.words)


def asked(
    observations: str | Path | None = None,
    mapping: str | Path | None = None,
    aims: str | Path | None = None,
    until: str | None = None,
    events: tuple[Event, ...] | None = None,
) -> Asked:
    """What files of one's own ask a calibration for; without any, the project's own targets.

    Args:
        observations, mapping, aims: the files of figures, of what they are, and of targets.
        until: the last month to aim at, where no file of targets says; the last of the figures if not given.
        events: a record of events in place of the project's.

    Raises:
        ObservationError: a file is not of its form, or files do not fit together.
        LimitError: there is nothing to aim at.
    """
    if observations is None:
        last = window(until or RECORD[1])[1]
        return Asked(tuple(targets(until=last, events=events)), RECORD[0], last)
    figures, file = read_figures(observations, mapping), Path(observations).name
    most = month_after(RECORD[0], LIMITS["months"][1] - 1)
    if last_month(figures.observations) > most:
        raise LimitError(
            f"{observations}: figures go to {last_month(figures.observations)}; a run goes to {most} at most"
        )
    if aims is not None:
        read = read_aims(aims)
        found = read.targets(figures.observations, figures.mapping.observers)
        return Asked(found, read.first, read.last, figures, file, read.text)
    last = window(until or last_month(figures.observations), "9999-12")[1]
    titles = {name: one.title for name, one in figures.mapping.observers.items()}
    found = targets(figures.observations, last, events, titles)
    if not found:
        raise LimitError(f"{observations}: no figure of a modelled observer to aim at from {RECORD[0]} to {last}")
    return Asked(found, RECORD[0], last, figures, file)


def last_month(given: Sequence[Observation]) -> str:
    """The last month that a figure of a modelled observer covers; the record's end where there is none."""
    return max((f"{one.end:%Y-%m}" for one in given if one.observer is not None), default=RECORD[1])


def seconds_for(one: Asked, budget: Sequence[Wave], workers: int = 1) -> float:
    """How long the simulations of a budget will take, by a small part of them."""
    mapped = one.figures.mapping.observers if one.figures else {}
    declared = {**PARAMETERS, **rates(mapped)}
    names = (*uncertain(), *rates(mapped))
    values = values_at(names, latin_hypercube(names, TRIED, 0, "timing"), declared)
    took, _ = timed(lambda: measure(one.targets, values, TRIED_WORLDS, 0, until=one.until, mapped=mapped))
    return took.all_of(runs(budget) / (TRIED * TRIED_WORLDS), workers)


def runs(budget: Sequence[Wave]) -> int:
    """How many worlds a budget simulates."""
    return sum(wave.sets * wave.repeats for wave in budget)


def fill(
    found: Calibration,
    one: Asked,
    folder: Path,
    known: Sequence[Recovered] = (),
    *,
    worlds: int = WORLDS,
    workers: int = 1,
) -> dict[str, Any]:
    """Write the accepted sets, what they were made of, and a page with pictures to a folder; returns the sets' manifest.

    Args:
        known: values that the figures were made with, if that is known.
    """
    from sim.calibration.pictures import parameters_picture, targets_picture
    from sim.plots.export import write_pictures

    made = save(found, folder)
    pictures = {"targets": targets_picture(made["targets"]), "parameters": parameters_picture(made["parameters"])}
    write_pictures(folder / "plots", pictures)
    lines = ["# Calibration", "", _head(made), "", NOT_A_FORECAST, ""]
    lines += [*_inputs(one, folder), *calibration_lines(made, *(f"plots/{name}.png" for name in pictures))]
    if known:
        lines += ["## Known values", "", recovery_words(list(known)), ""]
        lines += [*markdown_table(HEADS, [row.cells for row in known]), ""]
    if one.figures is not None:
        casts = _casts(found, one, worlds, workers)
        lines += held_out_lines(*casts)
        fill_backcast(casts[0], folder / "backcast", ())
    (folder / "calibration.md").write_text("\n".join(lines), encoding="utf-8")
    return made


def _head(made: Mapping[str, Any]) -> str:
    whose = f"the figures of `{made['figures']}`" if "figures" in made else "the project's own record"
    table, about = names_of(made["window"][1])
    return (
        f"Sets of parameters that agree with {whose} from {month_words(made['window'][0])} to "
        f"{month_words(made['window'][1])}: `{table}`, with all that is known of them in `{about}`. Runs take them with "
        "`--parameters` and the name of this folder."
    )


def _inputs(one: Asked, folder: Path) -> list[str]:
    """Keep what was given, so that the folder alone says what it was made of."""
    if one.figures is None:
        return []
    mapping = one.figures.mapping
    for name, text in (("mapping.yaml", mapping.text), ("targets.yaml", one.aims)):
        if text:
            (folder / name).write_text(text, encoding="utf-8")
    with open(folder / "figures.csv", "w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(COLUMNS)
        for row in one.figures.observations:
            source = (row.source_title, row.source_url, row.confidence)
            writer.writerow((row.series, row.start, row.end, f"{row.value:.15g}", row.unit, *source))
    return [*([one.figures.words, ""] if one.figures.words else []), "The figures are in `figures.csv`.", ""]


def _casts(found: Calibration, one: Asked, worlds: int, workers: int) -> tuple[Backcast, Backcast]:
    """The figures against the accepted sets, and against the declared ranges: those aimed at, and later ones."""
    assert one.figures is not None
    given = one.figures.observations
    mapped = one.figures.mapping.observers
    how: dict[str, Any] = {"mapped": mapped, "worlds": worlds, "seed": found.seed, "workers": workers}
    how |= {"first": one.since, "last": max(last_month(given), one.until)}
    ours = backcast(given, sets=found.values, found_on=found.window, parameters="accepted sets", **how)
    return ours, backcast(given, parameters="prior", **how)


def held_out_lines(ours: Backcast, wide: Backcast) -> list[str]:
    """Months aimed at, and later ones, under the accepted sets and under the declared ranges."""
    until = ours.calibrated[1]
    rows = []
    for one, other in zip(ours.series, wide.series, strict=True):
        for label, later in ((f"aimed at, to {until}", False), ("held out", True)):
            some, same = (
                replace(each, scored=tuple(row for row in each.scored if (row.period > until) == later))
                for each in (one, other)
            )
            if some.scored:
                cells = [f"{some.coverage(0.5):.0%}", f"{some.coverage(0.9):.0%}", f"{some.crps:.1f}"]
                cells += [f"{same.coverage(0.9):.0%}", f"{same.crps:.1f}"]
                rows.append([one.headed, label, str(len(some.scored)), *cells])
    held = [row for row in rows if row[1] == "held out"]
    said = (
        "Months held out are those after the last that was aimed at; nothing was fitted to them."
        if held
        else f"No month after {until} has a figure in the file, so nothing is held out: what follows is no test of foresight."
    )
    return [
        "## Months aimed at and held out",
        "",
        said,
        "",
        *markdown_table(_HELD_HEADS, rows),
        "",
        "Every month, with pictures and rivals: [backcast](backcast/backcast.md).",
        "",
    ]
