"""Write docs/validation.md and its pictures: the model against the record. Run it from the checkout: python docs/validation.py

It reads the shipped accepted sets and simulates the history anew (some minutes); `durand calibrate --ship --until YYYY-MM`
makes the sets.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

DOCS = Path(__file__).resolve().parent
sys.path.insert(0, str(DOCS.parent))  # so that it runs from a checkout that is not installed

from sim.agents.observers import OBSERVERS  # noqa: E402
from sim.calibration import text as words  # noqa: E402
from sim.calibration.backcast import Backcast, backcast  # noqa: E402
from sim.calibration.bargaining import PLAYERS, players  # noqa: E402
from sim.calibration.origins import Rolling, loops, rolling  # noqa: E402
from sim.calibration.page import calibration_lines  # noqa: E402
from sim.calibration.patterns import Pattern, ensemble, patterns  # noqa: E402
from sim.calibration.pictures import backcast_picture, parameters_picture, rivals_picture, targets_picture  # noqa: E402
from sim.calibration.rivals import ASKED, Reading, readings  # noqa: E402
from sim.calibration.scores import RIVALS  # noqa: E402
from sim.calibration.store import shipped_manifest, state  # noqa: E402
from sim.parameters.posterior import AS_OF  # noqa: E402
from sim.plots.export import write_pictures  # noqa: E402
from sim.record import mapping  # noqa: E402
from sim.record.observations import COLUMNS, RECORD, shipped, shipped_events  # noqa: E402
from sim.record.told import ATTACKS_ERROR, CANDIDATES, CLAIMS_ERROR, CLAIMS_OFFSET  # noqa: E402
from sim.scenario import load_scenario  # noqa: E402
from sim.vocabulary import month_words  # noqa: E402
from sim.words.sentences import MILITANTS  # noqa: E402
from sim.words.tables import markdown_table  # noqa: E402

IMAGES = DOCS / "images" / "validation"
WORLDS, WORKERS = 2000, min(os.cpu_count() or 1, 4)

INTRODUCTION = """# Against what happened

Made by `python docs/validation.py`; the text about results is chosen by the results. Not a forecast: the model is held
against August 2021 to December 2023, and nothing later is in the project. Sets are found *as of* a month, on the record up to
it: {as_of}. Others can score later months with `durand backcast --observations FILE --from YYYY-MM`.

## One process, several observers

What happens in a world is one thing, what is reported of it another. Each observer has a scope, a rate and a scatter of
its own, all of them parameters with ranges ([observers](parameters.md)); none of them moves anything in the model. Figures
with their sources are in `sim/calibration/data/observations.csv`, {figures} of them, {window} within these months; events in
`events.csv`.

### Figures of your own

`durand backcast --observations FILE` and `durand calibrate --observations FILE` take any CSV with the columns
{columns}. Series that go by the names below need nothing more; of others a mapping file says what they are
(`--mapping FILE`). None of the project's own figures are mixed in; `--with-record` lets rivals and pictures know them. Of
several figures for a month the surest stands, of equally sure ones the last in the file, and the others are named.

{mapping}

A mistake in either file is told with file and line. `calibrate` aims at observers of a mapping file by the calendar year, and
by the growth from year to year; at the project's observers as below. The record of events goes with the project's figures
only; `--events FILE` brings another. Tables of any other form, exports of events among them, targets of one's own and an example:
[own-data.md](own-data.md).
"""

METHOD = """
## Calibration

`durand calibrate` is history matching by Latin hypercubes in waves, then acceptance by likelihood.

1. A first hypercube over the declared ranges of all {varied} uncertain parameters: each set is simulated in some worlds.
2. An emulator (a quadratic in the sixteen parameters that matter most, straight lines in the rest) is fitted to what they
   gave. It looks at a larger hypercube and rules out sets more than three standard deviations off any target, its own
   uncertainty counted in their favour.
3. The next wave simulates a sample of what is left, the likelier the more, and the emulator is fitted anew.
4. Of the last wave's sets that are not implausible, {sets} are accepted, each with a chance in proportion to its likelihood
   and against its chance of having been sampled. So they are draws from the declared ranges times the likelihood.

A set's distance from a target is measured in standard deviations of all that is uncertain: between one world and the next
(the record is one world's), the observer's error, and the model's discrepancy. The last two are stated with each target,
not fitted. The likelihood is normal, with each set's own scatter and with the targets' correlations over worlds; it is an
approximation where a target has two humps (claims in a summer with or without a truce). The figures of one observer over
neighbouring stretches share its rate, and the rate is a parameter; so they are not counted twice.

Targets follow from the window. Monthly counts are means over stretches, cut by the record's truces and, after the last, by
half-years; other observers enter by the calendar year; a year wholly known after another enters as growth on it. From the
record of events come truces (number and length), clashes, Kabul's changes of stance and India's mission. That Kabul cracked
down in no month is a statement about worlds: at most rare ones may have it, and scatter between worlds is no excuse. Where
so few sets come near a target that next to none would be left, it rules none out; what then is not met is reported.

Runs take whole sets: `--parameters posterior` gives each world one of the newest, by a draw of its own,
`posterior:2022-12` one of those as of a month. `--parameters defaults` gives the point values, `prior` the declared ranges.
"""

FORESIGHT = """## Foresight

At each of several months the model is told the record so far and scored on the months that come after, against rivals that
are told the same: the last value, the mean of twelve months, a straight line, and a draw from the last twelve months, which a
prediction challenge on conflict found hard to beat (ViEWS). Parameters come from the newest sets that know nothing later.
*Told*: of {candidates:,} worlds those go on that came near the record, by importance weights. {errors}
What Pakistan did afterwards is given to the model, as in every run of the history; that truces were to come or not is not.
The ranges and rules were written by people who had read of these months, so even this is not blind.
"""
ERRORS = (
    "The error model: of PICSS's attacks the logarithms of sums over half-years, with a standard deviation of "
    "{attacks:g}; of the TTP's claims in the months of each truce the logarithm of {offset:g} more than the sum, with one of "
    "{claims:g}."
)

RIVALS_TEXT = """
## Rival readings, and another kind of model

Why does Kabul not restrain the TTP? Three readings, each a scenario, with everything else drawn from the accepted sets.
*Likelihood* is that of all targets, as a factor against the calibrated sets as they are: a rival much below 1 tells the
record worse. The question about the future is whether *{asked}* has fewer attacks in 2024 than *{other}*, world by world.
"""

BARGAIN_TEXT = """
The bargaining model (`sim/calibration/bargaining.py`) is independent of the simulation's rules: players with a position, power
and salience, all read off the same parameters, challenge each other in rounds, and those who expect to lose give way. It
knows no months, no attacks and no random draws. Its answer is Kabul's effort, where 0 shelters the TTP and 1 cracks down.
"""

STANDING_FAILURES = (
    f"**{MILITANTS.replace(': no', ':** no', 1)} How many militants die rests on judgement.",
    "**Foresight is tested on a few months only.** But for the rolling origins, the months scored are those that were fitted. "
    "Ranges of footholds were chosen with the rolling origins' scores in view, so these are no clean test of foresight either. "
    "Months after December 2023 are left to others on purpose.",
    "**When truces come is chance in this model.** Talks, brokering and demands make one likelier; which month it is, is drawn. "
    "So the bands for claims are wide and the months of the real truces lie at their lower edge. A reader who knows when the "
    "truces were can condition on it: `--told` does, loosely.",
    "**Levels and rates trade off.** How many attacks there were in truth and what share each observer reports cannot both be "
    "told from reports. The accepted sets keep the trade-off (see the pairs); they do not resolve it.",
    "**A truce that erodes is not in the model.** From September 2022 claims resumed while the truce stood in name; here a "
    "truce is in force or it is not.",
    "**Events from outside are not in the model:** a Ramadan offensive, the killing of single commanders, a bombing by "
    "another group that makes a month of its own.",
)


def main() -> None:
    found = patterns(ensemble(worlds=WORLDS, workers=WORKERS))
    cast = backcast(worlds=WORLDS, workers=WORKERS)
    plain = backcast(parameters="defaults", worlds=WORLDS, workers=WORKERS)
    wide = backcast(parameters="prior", worlds=WORLDS, workers=WORKERS)
    off = loops()
    flat = backcast(worlds=WORLDS, workers=WORKERS, off=off) if off else None
    ahead = rolling(worlds=WORLDS, workers=WORKERS)
    ahead_flat = rolling(worlds=WORLDS, workers=WORKERS, off=off) if off else None
    rivals = readings(workers=WORKERS)
    lines = [*_introduction(), METHOD.format(varied=_varied(), sets=shipped_manifest()["sets"])]
    for until in AS_OF:
        lines += _calibration(until, shipped_manifest(until=until))
    lines += [*_backcast(cast, plain, wide, flat), *_foresight(ahead, ahead_flat), *_patterns(found)]
    lines += [*_rivals(rivals), *_failures(shipped_manifest(), cast, ahead, found, rivals)]
    (DOCS / "validation.md").write_text("\n".join(lines) + "\n", encoding="utf-8")
    _draw(cast, rivals)


def _introduction() -> list[str]:
    inside = sum(one.within(*RECORD) for one in shipped())
    rows = []
    for about in OBSERVERS.values():
        rows.append([about.title, about.scope, ", ".join(f"`{name}`" for name in about.series)])
    example = f"```yaml{str(mapping.__doc__).split('```yaml')[1].partition('```')[0]}```"
    text = INTRODUCTION.format(
        figures=len(shipped()),
        window=inside,
        as_of=" and ".join(map(month_words, AS_OF)),
        columns=", ".join(f"`{name}`" for name in COLUMNS),
        mapping=example,
    )
    return [text, *markdown_table(("observer", "scope", "series in the data"), rows)]


def _varied() -> int:
    return len(shipped_manifest()["parameters"])


def _calibration(until: str, made: dict[str, Any]) -> list[str]:
    pictures = [f"images/validation/{kind}-{until}.png" for kind in ("targets", "parameters")]
    lines = [f"## As of {month_words(until)}", "", state(until=until).words, ""]
    return [*lines, *calibration_lines(made, *pictures)]


def _backcast(cast: Backcast, plain: Backcast, wide: Backcast, flat: Backcast | None) -> list[str]:
    lines = ["", "## Backcast", "", words.window_words(cast), "", words.SCORE_NOTE, ""]
    lines += [*markdown_table(words.SCORE_HEADS, words.score_rows(cast)), ""]
    rows = []
    for calibrated, point, prior in zip(cast.series, plain.series, wide.series, strict=True):
        if calibrated.scored:
            rows.append(
                [calibrated.headed]
                + [
                    f"{one.crps:.1f}; {one.coverage(0.5):.0%}, {one.coverage(0.9):.0%}"
                    for one in (calibrated, point, prior)
                ]
            )
    lines += ["CRPS, and coverage of the 50 % and 90 % bands, by where parameters come from:", ""]
    lines += [*markdown_table(("observer", "accepted sets", "point values", "declared ranges"), rows), ""]
    if flat is not None:
        lines += ["Two structures: the model as it is, and with all loops switched off, on the same sets.", ""]
        lines += [*markdown_table(words.BESIDE_HEADS, words.beside_rows(cast, flat)), ""]
    for one in cast.series:
        if one.scored:
            lines += [f"![{one.title}, as published and as modelled](images/validation/{one.observer}.png)", ""]
    return [*lines, "Totals:", "", *markdown_table(words.TOTAL_HEADS, words.total_rows(cast)), ""]


def _foresight(ahead: Rolling, flat: Rolling | None) -> list[str]:
    errors = ERRORS.format(attacks=ATTACKS_ERROR, offset=CLAIMS_OFFSET, claims=CLAIMS_ERROR)
    lines = [FORESIGHT.format(candidates=CANDIDATES, errors=errors)]
    lines += [text for line in words.rolling_words(ahead) for text in (line, "")]
    heads = (*words.ROLLING_HEADS, *(words.OFF_HEADS if flat else ()))
    for observer in dict.fromkeys(one.observer for one in ahead.horizons):
        rows = words.rolling_rows(ahead, observer, flat)
        lines += [f"### {OBSERVERS[observer].title}, ahead", "", *markdown_table(heads, rows), ""]
    if flat is None:
        lines += [words.NO_LOOPS, ""]
    return lines


def _patterns(found: list[Pattern]) -> list[str]:
    rows = [
        [
            one.fact,
            one.measured,
            "-" if one.record is None else f"{one.record:.2g}",
            f"{one.value:.2g}",
            f"{one.low:.2g} to {one.high:.2g}",
            "yes" if one.holds else "**no**",
        ]
        for one in found
    ]
    heads = ("in the record", "measured", "record", "ensemble", "wanted", "holds")
    return [
        "## Patterns",
        "",
        "Shapes, not figures; `tests/test_history.py` holds each.",
        "",
        *markdown_table(heads, rows),
    ]


def _rivals(found: list[Reading]) -> list[str]:
    course, other = (load_scenario(name).title for name in ASKED)
    lines = [RIVALS_TEXT.format(asked=course, other=other)]
    observers = ("ttp_claims", "picss_attacks", "picss_killed")
    rows = [
        [
            one.title,
            f"{2.718281828**one.log_likelihood:.2g}",
            *(f"{one.crps[name]:.1f}" for name in observers),
            f"{one.effort:.2f}",
            f"{one.truce_months:.1f}",
            *(f"{one.attacks[name]:.0f}" for name in ASKED),
            f"{one.fewer:.0%}",
            f"{one.bargained[0]:.2f} ({one.bargained[1]:.2f} to {one.bargained[2]:.2f})",
        ]
        for one in found
    ]
    heads = (
        "reading",
        "likelihood",
        *(f"CRPS, {OBSERVERS[name].title.lower()}" for name in observers),
        "effort 2022",
        "truce months",
        *(f"attacks a month in 2024, {title}" for title in (course, other)),
        f"worlds with fewer under {course}",
        "bargaining model's effort",
    )
    shares = [one.fewer for one in found[1:]]
    lines += [*markdown_table(heads, rows), ""]
    lines += [
        f"The readings disagree about the future more than about the past: rewarding restraint has fewer attacks in "
        f"{min(shares):.0%} of worlds under one and in {max(shares):.0%} under another. That is not averaged away.",
        "",
        "![Three readings, two kinds of model](images/validation/rivals.png)",
        BARGAIN_TEXT,
    ]
    positions, power, salience = players({})
    inputs = [
        [name, f"{positions[i, 0]:.2f}", f"{power[i, 0]:.2f}", f"{salience[i, 0]:.2f}"]
        for i, name in enumerate(PLAYERS)
    ]
    return [*lines, *markdown_table(("player, at the point values", "position", "power", "salience"), inputs), ""]


def _failures(
    made: dict[str, Any], cast: Backcast, ahead: Rolling, found: list[Pattern], rivals: list[Reading]
) -> list[str]:
    lines = ["## What falls short", ""]
    for one in made["targets"]:
        if one["posterior_implausibility"] > 1.0:
            lines.append(
                f"- **{one['meaning']}:** {one['observed']:.3g} in the record, {one['posterior_mean']:.3g} in the accepted sets' "
                f"worlds on average (from world to world give or take {one['posterior_scatter_of_worlds']:.2g})."
            )
    for series in cast.series:
        beaten = [
            f"{name}{', told every month before' if told else ''}"
            for told in (True, False)
            for name in RIVALS
            if (pair := series.rival(name, told)) is not None and pair[0] < pair[1]
        ]
        if series.scored and beaten:
            lines.append(f"- **{series.title}:** beaten on CRPS by {'; '.join(beaten)}.")
    for one in ahead.rows:
        if one.origin == "all" and (better := [name for name, score in one.rivals.items() if score < one.crps]):
            lines.append(f"- **{one.title}, {one.ahead} months ahead:** beaten on CRPS by {'; '.join(better)}.")
        if one.origin == "all" and one.coverage(0.9) < 0.8:
            lines.append(
                f"- **{one.title}, {one.ahead} months ahead:** {one.coverage(0.9):.0%} of months lie in the band of nine "
                "worlds in ten."
            )
    lines += [
        f"- **A pattern that does not hold:** {one.fact} ({one.measured}: {one.value:.2g})"
        for one in found
        if not one.holds
    ]
    calm = rivals[0].calm_summer
    lines.append(
        f"- **The truce of May to August 2022** holds through all four months in {calm:.0%} of the history's worlds."
    )
    silent = sum(not one["told"] for one in made["parameters"])
    lines.append(
        f"- **{silent} of {len(made['parameters'])} parameters are untouched by the data,** most of those on leverage, "
        "sovereignty, the economy and alignment among them. What the model says there rests on the articles and on judgement."
    )
    lines += [f"- {text}" for text in STANDING_FAILURES]
    return lines


def _draw(cast: Backcast, rivals: list[Reading]) -> None:
    for series in cast.series:
        if series.scored:
            write_pictures(IMAGES, {series.observer: backcast_picture(series, cast, shipped_events())})
    charts = {"rivals": rivals_picture(rivals)}
    for until in AS_OF:
        made = shipped_manifest(until=until)
        charts |= {
            f"targets-{until}": targets_picture(made["targets"]),
            f"parameters-{until}": parameters_picture(made["parameters"]),
        }
    write_pictures(IMAGES, charts)


if __name__ == "__main__":
    main()
